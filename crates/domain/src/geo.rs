//! Points on the Earth and the distance between them.

use serde::{Deserialize, Serialize};

/// Mean Earth radius, in kilometres (IUGG).
pub const EARTH_RADIUS_KM: f64 = 6_371.008_8;

/// A WGS 84 position in millionths of a degree: integers, so that it is equal on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GeoPoint {
    /// Latitude × 10⁶, −90,000,000 to 90,000,000.
    pub lat: i32,
    /// Longitude × 10⁶, −180,000,000 to 180,000,000.
    pub lon: i32,
}

impl GeoPoint {
    /// A point, or `None` outside the ranges above.
    #[must_use]
    pub fn new(lat: i32, lon: i32) -> Option<Self> {
        ((-90_000_000..=90_000_000).contains(&lat) && (-180_000_000..=180_000_000).contains(&lon))
            .then_some(Self { lat, lon })
    }

    /// Latitude in degrees.
    #[must_use]
    pub fn lat_degrees(self) -> f64 {
        f64::from(self.lat) / 1e6
    }

    /// Longitude in degrees.
    #[must_use]
    pub fn lon_degrees(self) -> f64 {
        f64::from(self.lon) / 1e6
    }

    /// Great-circle distance in kilometres, unrounded (haversine on [`EARTH_RADIUS_KM`]).
    ///
    /// Uses `libm` rather than the platform's functions: the browser and the server must agree to the last bit.
    #[must_use]
    pub fn distance_km(self, other: Self) -> f64 {
        let radians = |microdegrees: i32| f64::from(microdegrees) / 1e6 * (std::f64::consts::PI / 180.0);
        let (lat1, lat2) = (radians(self.lat), radians(other.lat));
        let half_dlat = (lat2 - lat1) / 2.0;
        let half_dlon = (radians(other.lon) - radians(self.lon)) / 2.0;
        let (sin_lat, sin_lon) = (libm::sin(half_dlat), libm::sin(half_dlon));
        let a = sin_lat * sin_lat + libm::cos(lat1) * libm::cos(lat2) * sin_lon * sin_lon;
        // Rounding can push `a` a hair above one for antipodes, where `asin` would be NaN.
        2.0 * EARTH_RADIUS_KM * libm::asin(libm::sqrt(a.min(1.0)))
    }
}
