//! Experts, as anyone sees them.

use chrono::NaiveDate;
use gabarit_domain::{
    expert::{ExpertKind, Level, Offer, ProductCode, Sector},
    geo::GeoPoint,
    ids::ExpertId,
    money::Cents,
    vat::CountryCode,
};
use serde::{Deserialize, Serialize};

/// An expert in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpertCard {
    /// Whose.
    pub id: ExpertId,
    /// As published.
    pub display_name: String,
    /// One line.
    pub headline: String,
    /// Level.
    pub level: Level,
    /// Its day rate before VAT.
    pub day_rate: Cents,
    /// In-house or independent.
    pub kind: ExpertKind,
    /// Products, best known first.
    pub products: Vec<ProductCode>,
    /// Sectors.
    pub sectors: Vec<Sector>,
    /// ISO 639-1 codes.
    pub languages: Vec<String>,
    /// Base, in the reader's language.
    pub base_name: String,
    /// Its country.
    pub base_country: CountryCode,
    /// Its position (centre of the town).
    pub base: GeoPoint,
    /// Works at the client's.
    pub on_site: bool,
    /// Works from a distance.
    pub remote: bool,
    /// Farthest one-way distance travelled; `None` is world-wide.
    pub max_travel_km: Option<u32>,
    /// Mean rating in tenths (47 is 4.7); `None` without reviews.
    pub rating_tenths: Option<u32>,
    /// Number of reviews.
    pub rating_count: u32,
    /// One-way distance to the place searched for.
    pub distance_km: Option<u32>,
    /// First day that can be booked.
    pub next_free: Option<NaiveDate>,
}

/// What a record on a profile is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKind {
    /// A certificate.
    Certificate,
    /// A diploma.
    Education,
    /// A job or project.
    Experience,
}

/// A certificate, diploma or job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileRecord {
    /// Which.
    pub kind: RecordKind,
    /// Its title.
    pub title: String,
    /// Issuer, school or employer.
    pub organisation: String,
    /// From.
    pub from_year: Option<i32>,
    /// To; open when absent.
    pub to_year: Option<i32>,
    /// More about it; may be empty.
    pub description: String,
}

/// A client's review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewView {
    /// 1 to 5.
    pub rating: u8,
    /// As it is shown.
    pub author: String,
    /// What was written.
    pub body: String,
    /// Its language (ISO 639-1).
    pub language: String,
    /// When.
    pub day: NaiveDate,
    /// Marks by criterion.
    pub scores: Option<gabarit_domain::rating::Scores>,
    /// The expert's answer; in the language of the profile.
    pub reply: Option<String>,
}

/// A public holiday at the expert's base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayView {
    /// When.
    pub day: NaiveDate,
    /// Its name, in the reader's language where known.
    pub name: String,
}

/// An expert's profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpertProfile {
    /// As in lists.
    pub card: ExpertCard,
    /// About.
    pub summary: String,
    /// Its language (ISO 639-1).
    pub summary_language: String,
    /// What the expert says to be good at.
    pub skills: Vec<String>,
    /// Certificates, diplomas, jobs.
    pub records: Vec<ProfileRecord>,
    /// Latest reviews first, at most 20.
    pub reviews: Vec<ReviewView>,
    /// How many reviews gave 1, 2, 3, 4 and 5.
    pub rating_spread: [u32; 5],
    /// Completed platform days.
    pub completed_days: u32,
    /// What pricing needs; holds the free days.
    pub offer: Offer,
    /// Holidays in the known calendar.
    pub holidays: Vec<HolidayView>,
}

/// A product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductView {
    /// Its code.
    pub code: ProductCode,
    /// Its name.
    pub name: String,
    /// What a licence costs a day; `None` if none is rented out.
    pub licence_per_day: Option<Cents>,
}
