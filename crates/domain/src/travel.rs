//! Distance and the allowances that follow from it (S27–S29).

use crate::{geo::GeoPoint, money::Cents, rulebook::TravelRules};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

/// One-way distance in whole kilometres: great circle × road factor, rounded half away from zero *before* any
/// threshold or tariff looks at it.
#[must_use]
pub fn one_way_km(rules: &TravelRules, from: GeoPoint, to: GeoPoint) -> u32 {
    // Every digit of the double is kept (`from_f64` would round to fifteen, and so round twice); at most 20,016 km, so
    // the conversion cannot fail.
    let great_circle = Decimal::from_f64_retain(from.distance_km(to)).unwrap_or_default();
    (great_circle * rules.road_factor.fraction())
        .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
        .to_u32()
        .unwrap_or(u32::MAX)
}

/// How the expert gets there, by one-way distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Journey {
    /// Not over the first threshold: nothing is paid.
    Near,
    /// Over it: every kilometre of each return trip.
    Road,
    /// Over the second threshold: a return flight each trip, at this tariff.
    Flight(Cents),
}

/// Which journey a distance makes; exactly on a threshold is not over it.
#[must_use]
pub fn journey(rules: &TravelRules, one_way_km: u32) -> Journey {
    if one_way_km <= rules.allowance_over_km {
        Journey::Near
    } else if one_way_km <= rules.flight_over_km {
        Journey::Road
    } else {
        let tariff = rules.flights.iter().find(|flight| one_way_km <= flight.up_to_km);
        Journey::Flight(tariff.map_or(rules.flight_beyond, |flight| flight.price))
    }
}
