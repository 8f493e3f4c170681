//! The serialised forms that stored rows, the REST API and the browser rely on. A change here is a change of an
//! interface: stored bookings and documents must still be read.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{DateTime, NaiveDate};
use gabarit_domain::{
    booking::BookingState,
    calendar::{DaySet, FreeDays},
    compensation::earnings,
    expert::{ExpertKind, Level, Offer, ProductCode},
    geo::GeoPoint,
    ids::{ExpertId, PlaceId},
    money::BasisPoints,
    pricing::{Location, Order, PricingContext, quote},
    rulebook::Rulebook,
    stock::NoneLeft,
    vat::{CountryCode, Customer, OperatorVat, VatNumber, VatStatus},
};
use uuid::Uuid;

fn context() -> PricingContext {
    PricingContext {
        rulebook: Rulebook::initial(date("2026-01-01")),
        operator: OperatorVat { country: CountryCode::parse("NL").unwrap(), rate: BasisPoints(2100) },
        today: date("2026-12-01"),
        private_clients: false,
        none_left: NoneLeft::default(),
    }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn offer() -> Offer {
    Offer {
        expert: ExpertId(Uuid::from_u128(7)),
        kind: ExpertKind::Independent,
        level: Level::try_from(3).unwrap(),
        base: GeoPoint { lat: 50_633_730, lon: 5_567_490 },
        on_site: true,
        remote: true,
        max_travel_km: Some(2_000),
        free: FreeDays::from_fn(date("2026-12-01"), 70, |_| true),
    }
}

/// A town 300 km north of the expert's, three days in two weeks, with everything that can be added.
fn order() -> Order {
    let country = CountryCode::parse("BE").unwrap();
    Order {
        expert: ExpertId(Uuid::from_u128(7)),
        days: DaySet::parse("2027-01-08,2027-01-11,2027-01-12").unwrap(),
        location: Location::OnSite { place: PlaceId(2_745_912), point: GeoPoint { lat: 53_331_690, lon: 5_567_490 } },
        flexible: true,
        workstation: true,
        licences: [ProductCode::parse("revit").unwrap()].into(),
        customer: Customer {
            country,
            vat_number: Some(VatNumber::parse(country, "0123456749").unwrap()),
            vat_status: VatStatus::Unknown,
            is_private: false,
        },
    }
}

/// Invariant 1, S5–S9, S27: a quote with every kind of line by road.
#[test]
fn quote_on_site() {
    insta::assert_json_snapshot!(quote(&context(), &offer(), &order()).unwrap());
}

/// S28: the lines of a flight.
#[test]
fn quote_with_flight() {
    let point = GeoPoint { lat: 59_000_000, lon: 5_567_490 };
    let order = Order { location: Location::OnSite { place: PlaceId(1), point }, flexible: false, ..order() };
    insta::assert_json_snapshot!(quote(&context(), &offer(), &order).unwrap().lines);
}

/// S32: reasons of a refusal.
#[test]
fn refusals() {
    let order = Order {
        days: DaySet::parse("2026-12-01,2027-01-08,2028-01-01").unwrap(),
        location: Location::OnSite { place: PlaceId(1), point: GeoPoint { lat: 0, lon: 0 } },
        licences: [ProductCode::parse("abacus").unwrap()].into(),
        ..order()
    };
    let offer = Offer { free: FreeDays::from_fn(date("2026-12-01"), 70, |_| false), ..offer() };
    insta::assert_json_snapshot!(quote(&context(), &offer, &order).unwrap_err());
}

/// S25: earnings over two bands, with travel passed on.
#[test]
fn earning_lines() {
    let quote = quote(&context(), &offer(), &order()).unwrap();
    insta::assert_json_snapshot!(earnings(&context().rulebook.ladder, &quote.lines, 12));
}

/// What the browser is given to price with, and what it prices.
#[test]
fn order_and_offer() {
    insta::assert_json_snapshot!("order", order());
    insta::assert_json_snapshot!("offer", offer());
}

/// Every tariff and threshold of the first rulebook, as it is stored.
#[test]
fn first_rulebook() {
    insta::assert_json_snapshot!(Rulebook::initial(date("2026-01-01")));
}

/// S17, S35: states with their clocks.
#[test]
fn states() {
    let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    insta::assert_json_snapshot!([
        BookingState::Held { until: at },
        BookingState::Requested { deadline: at },
        BookingState::Accepted,
    ]);
}
