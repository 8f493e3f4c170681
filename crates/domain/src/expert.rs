//! What the rules need to know of an expert.

use crate::{calendar::FreeDays, geo::GeoPoint, ids::ExpertId};
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Level of expertise, 1 to 4, assigned by a manager (S24); sets the day rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Level(u8);

/// A level outside 1 to 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("level {0} is not 1 to 4")]
pub struct LevelError(pub u8);

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Self; 4] = [Self(1), Self(2), Self(3), Self(4)];

    /// 1 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Level {
    type Error = LevelError;
    fn try_from(number: u8) -> Result<Self, LevelError> {
        if (1..=4).contains(&number) { Ok(Self(number)) } else { Err(LevelError(number)) }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        level.0
    }
}

/// Code of a software product, as in URLs: lower case letters, digits and hyphens (`civil-3d`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProductCode(String);

/// Not a product code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a product code")]
pub struct ProductCodeError;

impl ProductCode {
    /// Reads a code of 1 to 40 characters `a-z0-9-`.
    ///
    /// # Errors
    /// [`ProductCodeError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, ProductCodeError> {
        let fits = (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        fits.then(|| Self(text.to_owned())).ok_or(ProductCodeError)
    }

    pub(crate) fn from_static(code: &str) -> Self {
        Self(code.to_owned())
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProductCode {
    type Error = ProductCodeError;
    fn try_from(text: String) -> Result<Self, ProductCodeError> {
        Self::parse(&text)
    }
}

impl From<ProductCode> for String {
    fn from(code: ProductCode) -> Self {
        code.0
    }
}

impl fmt::Display for ProductCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Sector of industry (S1–S4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sector {
    /// Buildings.
    Construction,
    /// Mechanical engineering.
    MechanicalEngineering,
    /// Roads, rail, water.
    CivilInfrastructure,
    /// Process industry.
    ProcessIndustry,
    /// Media and entertainment.
    MediaEntertainment,
}

impl Sector {
    /// All sectors, in the order of the sources.
    pub const ALL: [Self; 5] = [
        Self::Construction,
        Self::MechanicalEngineering,
        Self::CivilInfrastructure,
        Self::ProcessIndustry,
        Self::MediaEntertainment,
    ];

    /// Its code in URLs and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Construction => "construction",
            Self::MechanicalEngineering => "mechanical-engineering",
            Self::CivilInfrastructure => "civil-infrastructure",
            Self::ProcessIndustry => "process-industry",
            Self::MediaEntertainment => "media-entertainment",
        }
    }

    /// Reads [`Sector::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sector| sector.code() == code)
    }
}

/// How an expert stands to the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpertKind {
    /// Employed by the operator: no ladder, no self-billed invoice.
    InHouse,
    /// Self-employed: self-billed and paid by the ladder (S25, S30).
    Independent,
}

impl ExpertKind {
    /// Its code in URLs and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InHouse => "in-house",
            Self::Independent => "independent",
        }
    }

    /// Reads [`ExpertKind::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::InHouse, Self::Independent].into_iter().find(|kind| kind.code() == code)
    }
}

/// An expert's offer: all that pricing must know, sent to the browser with the page. Holds nothing private.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Whose it is.
    pub expert: ExpertId,
    /// In-house or independent.
    pub kind: ExpertKind,
    /// Sets the day rate.
    pub level: Level,
    /// Where the expert travels from: the centre of the base's town, never an address.
    pub base: GeoPoint,
    /// Works at the client's.
    pub on_site: bool,
    /// Works from a distance.
    pub remote: bool,
    /// The farthest one-way distance the expert travels, in km (S32); `None` is world-wide.
    pub max_travel_km: Option<u32>,
    /// Free days.
    pub free: FreeDays,
}
