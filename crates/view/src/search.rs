//! Searching for experts (S1–S4): the query, as in URLs, and the results.

mod query;

use crate::{expert::ExpertCard, place::PlaceView};
use gabarit_domain::{
    calendar::DaySet,
    expert::{ExpertKind, Level, ProductCode, Sector},
    geo::GeoPoint,
    ids::{ExpertId, PlaceId},
    money::Cents,
};
use serde::{Deserialize, Serialize};

/// Where the work is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// At the client's.
    OnSite,
    /// From a distance.
    Remote,
}

impl Mode {
    /// `on-site` or `remote`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OnSite => "on-site",
            Self::Remote => "remote",
        }
    }

    /// Reads [`Mode::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::OnSite, Self::Remote].into_iter().find(|mode| mode.code() == code)
    }
}

/// Order of results; ties by relevance, then id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// Fit of products and sector, rating weighed by its count, distance.
    #[default]
    Relevance,
    /// Nearest first.
    Distance,
    /// Cheapest first.
    Price,
    /// Best rated first.
    Rating,
    /// First free first.
    Soonest,
}

impl Sort {
    /// All orders.
    pub const ALL: [Self; 5] = [Self::Relevance, Self::Distance, Self::Price, Self::Rating, Self::Soonest];

    /// Its code in URLs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Distance => "distance",
            Self::Price => "price",
            Self::Rating => "rating",
            Self::Soonest => "soonest",
        }
    }

    /// Reads [`Sort::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.code() == code)
    }
}

/// What is searched for. Empty lists and `None` mean anything.
///
/// Values of one list are alternatives (any of these products would do: an expert with *all* of them ranks higher);
/// different criteria must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchQuery {
    /// Products.
    pub products: Vec<ProductCode>,
    /// Sectors.
    pub sectors: Vec<Sector>,
    /// ISO 639-1 codes.
    pub languages: Vec<String>,
    /// On site or remote.
    pub mode: Option<Mode>,
    /// Near this place: within `within_km` *and* within the expert's own limit.
    pub near: Option<PlaceId>,
    /// The searcher's radius, one way.
    pub within_km: Option<u32>,
    /// All of these days free.
    pub days: Option<DaySet>,
    /// Levels.
    pub levels: Vec<Level>,
    /// In-house or independent.
    pub kinds: Vec<ExpertKind>,
    /// Greatest day rate before VAT.
    pub max_rate: Option<Cents>,
    /// Least mean rating, in tenths.
    pub min_rating_tenths: Option<u32>,
    /// Order.
    pub sort: Sort,
    /// From 1; 0 is read as 1.
    pub page: u32,
}

/// Experts a page.
pub const PAGE_SIZE: u32 = 24;

/// One value of a facet and how many experts have it, all other criteria holding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetCount {
    /// The value's code in URLs.
    pub value: String,
    /// Experts.
    pub count: u32,
    /// Whether the query asks for it.
    pub selected: bool,
}

/// Facets with counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facets {
    /// By product.
    pub products: Vec<FacetCount>,
    /// By sector.
    pub sectors: Vec<FacetCount>,
    /// By language.
    pub languages: Vec<FacetCount>,
    /// By mode.
    pub modes: Vec<FacetCount>,
    /// By level.
    pub levels: Vec<FacetCount>,
    /// By kind.
    pub kinds: Vec<FacetCount>,
}

/// An expert on the map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapPin {
    /// Position of the town.
    pub point: GeoPoint,
    /// How many experts there.
    pub count: u32,
    /// One of them.
    pub expert: ExpertId,
    /// The town, in the reader's language.
    pub name: String,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchResults {
    /// The query as understood.
    pub query: SearchQuery,
    /// The place searched near.
    pub near: Option<PlaceView>,
    /// Experts in all.
    pub total: u32,
    /// This page, from 1.
    pub page: u32,
    /// Pages in all, at least 1.
    pub pages: u32,
    /// This page's experts.
    pub cards: Vec<ExpertCard>,
    /// Facets.
    pub facets: Facets,
    /// Towns of all found experts, at most 400, most experts first.
    pub pins: Vec<MapPin>,
}
