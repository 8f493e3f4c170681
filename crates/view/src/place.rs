//! Places, as screens show them.

use gabarit_domain::{geo::GeoPoint, ids::PlaceId, vat::CountryCode};
use serde::{Deserialize, Serialize};

/// A place of the gazetteer, named in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceView {
    /// Its GeoNames id.
    pub id: PlaceId,
    /// `Liège`, or `Luik` for Dutch readers.
    pub name: String,
    /// Region, if known.
    pub region: Option<String>,
    /// Country.
    pub country: CountryCode,
    /// Country's name.
    pub country_name: String,
    /// Position.
    pub point: GeoPoint,
}

impl PlaceView {
    /// `Liège, Belgique`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}, {}", self.name, self.country_name)
    }
}

/// A country to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountryView {
    /// ISO code.
    pub code: CountryCode,
    /// In the reader's language.
    pub name: String,
}
