//! What a line of a quote or an invoice is called, and why it costs what it costs.
//!
//! The quote panel, the documents on the screen and the printed ones all take their words from here, so that a client
//! reads the same line at every step.

use crate::{Locale, fmt, line};
use gabarit_domain::{
    compensation::EarningLine,
    expert::ProductCode,
    pricing::{Line, LineKind, Unit},
};

/// What a quoted line is for: `Expert days, level 3`. A product's name is asked for by its code.
#[must_use]
pub fn line_title(locale: Locale, item: &Line, product_name: impl FnOnce(&ProductCode) -> String) -> String {
    match &item.kind {
        LineKind::ExpertDays { level } => line::expert_days(locale, level.number()),
        LineKind::Travel { .. } => line::travel(locale).to_owned(),
        LineKind::Flight { .. } => line::flight(locale).to_owned(),
        LineKind::Lodging { .. } => line::lodging(locale).to_owned(),
        LineKind::Workstation => line::workstation(locale).to_owned(),
        LineKind::Licence { product } => line::licence(locale, product_name(product)),
        LineKind::Flexible { .. } => line::flexible(locale).to_owned(),
    }
}

/// Why a quoted line costs what it costs: `312 km one way, over 200 km: 624 km × €0.35`.
#[must_use]
pub fn line_reason(locale: Locale, item: &Line) -> String {
    let count = u64::from(item.quantity);
    let price = fmt::money(locale, item.unit_price);
    let whole = |number: u32| fmt::int(locale, i64::from(number));
    match &item.kind {
        LineKind::ExpertDays { .. } | LineKind::Workstation | LineKind::Licence { .. } => match item.unit {
            Unit::Week => line::weeks_why(locale, count, price),
            Unit::Month => line::months_why(locale, count, price),
            Unit::Day | Unit::Kilometre | Unit::One => line::days_why(locale, count, price),
        },
        LineKind::Travel { one_way_km, trips: 1, over_km } => {
            line::travel_why(locale, whole(*one_way_km), whole(*over_km), whole(item.quantity), price)
        }
        LineKind::Travel { one_way_km, trips, over_km } => line::travel_trips_why(
            locale,
            u64::from(*trips),
            whole(*one_way_km),
            whole(*over_km),
            whole(item.quantity),
            price,
        ),
        LineKind::Flight { one_way_km, trips, over_km } => {
            line::flight_why(locale, u64::from(*trips), whole(*one_way_km), whole(*over_km), price)
        }
        LineKind::Lodging { one_way_km, over_km } => {
            line::lodging_why(locale, count, whole(*one_way_km), whole(*over_km), price)
        }
        LineKind::Flexible { base, rate, free_until } => line::flexible_why(
            locale,
            fmt::percent(locale, *rate),
            fmt::money(locale, *base),
            fmt::date(locale, *free_until),
        ),
    }
}

/// What a line of an expert's earnings is for: `Expert days at 82.5% of the day rate`.
#[must_use]
pub fn earning_title(locale: Locale, item: &EarningLine) -> String {
    match item {
        EarningLine::Days { band, .. } => line::band(locale, fmt::percent(locale, band.share)),
        // Travel alone is passed on, so no product is ever asked for.
        EarningLine::PassedOn { line } => line_title(locale, line, ToString::to_string),
    }
}

/// Which of the expert's days they are and what they bring (S25):
/// `Platform days 14 to 16: 3 days × €800.00 × 82.5%`; for travel, as the client reads it.
#[must_use]
pub fn earning_reason(locale: Locale, item: &EarningLine) -> String {
    match item {
        EarningLine::Days { day_rate, band } => {
            let whole = |number: u32| fmt::int(locale, i64::from(number));
            let (rate, share) = (fmt::money(locale, *day_rate), fmt::percent(locale, band.share));
            if band.from_ordinal == band.to_ordinal {
                line::band_day_why(locale, whole(band.from_ordinal), whole(band.days()), rate, share)
            } else {
                line::band_days_why(
                    locale,
                    whole(band.from_ordinal),
                    whole(band.to_ordinal),
                    whole(band.days()),
                    rate,
                    share,
                )
            }
        }
        EarningLine::PassedOn { line } => line_reason(locale, line),
    }
}

/// A quantity with its unit: `2 days`, `624 km`; pieces have none.
#[must_use]
pub fn quantity(locale: Locale, quantity: u32, unit: Unit) -> String {
    let number = fmt::int(locale, i64::from(quantity));
    match unit {
        Unit::Day => line::quantity_days(locale, u64::from(quantity)),
        Unit::Week => line::quantity_weeks(locale, u64::from(quantity)),
        Unit::Month => line::quantity_months(locale, u64::from(quantity)),
        Unit::Kilometre => line::quantity_kilometres(locale, number),
        Unit::One => number,
    }
}
