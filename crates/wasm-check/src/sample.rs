//! Random bookings that are the same on every machine, from a seed.
//!
//! About half are priced by the first rulebook, the others by one of odd tariffs, thresholds and rates, so that every
//! rounding happens. Distances crowd around the thresholds; some orders are to be refused, for every reason there is.

use chrono::{Days, NaiveDate};
use gabarit_domain::{
    calendar::{DaySet, FreeDays},
    expert::{ExpertKind, Level, Offer, ProductCode},
    geo::GeoPoint,
    ids::{ExpertId, PlaceId},
    money::{BasisPoints, Cents},
    pricing::{Location, Order, PricingContext},
    rulebook::{FlightTariff, LadderBand, Rulebook, RulebookVersion},
    stock::NoneLeft,
    vat::{CountryCode, Customer, OperatorVat, VatNumber, VatStatus},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// SplitMix64 (Steele, Lea, Flood 2014): small, and equal wherever 64-bit integers are.
pub struct Dice(u64);

impl Dice {
    /// Dice of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both included; the slight favour of low numbers does not matter here.
    pub const fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.bits() % (high - low + 1) as u64) as i64
    }

    /// The same, unsigned.
    pub const fn pick(&mut self, low: u32, high: u32) -> u32 {
        self.between(low as i64, high as i64) as u32
    }

    /// True once in `n` throws.
    pub const fn one_in(&mut self, n: u32) -> bool {
        self.pick(1, n) == 1
    }
}

/// All that a price depends on.
pub struct Case {
    /// Rules, operator, today.
    pub context: PricingContext,
    /// The expert's terms.
    pub offer: Offer,
    /// The client's choices.
    pub order: Order,
}

/// The case of a seed.
#[must_use]
pub fn case(seed: u64) -> Case {
    let mut dice = Dice::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    // 2026-01-01 to the end of 2037: leap years, years of 53 weeks.
    let today = day(dice.pick(20_454, 24_836));
    let rulebook = if dice.one_in(2) { Rulebook::initial(today) } else { odd_rulebook(&mut dice, today) };
    let operator = OperatorVat {
        country: if dice.one_in(4) { country("BE") } else { country("NL") },
        rate: BasisPoints(if dice.one_in(3) { dice.pick(0, 2_700) } else { 2_100 }),
    };
    let base = anywhere(&mut dice);
    let offer = Offer {
        expert: ExpertId(Uuid::from_u128(u128::from(seed))),
        kind: if dice.one_in(2) { ExpertKind::InHouse } else { ExpertKind::Independent },
        level: Level::try_from(dice.pick(1, 4) as u8).unwrap_or(Level::ALL[0]),
        base,
        on_site: !dice.one_in(20),
        remote: !dice.one_in(20),
        max_travel_km: dice.one_in(8).then(|| dice.pick(50, 3_000)),
        free: free_days(&mut dice, today),
    };
    let order = Order {
        expert: offer.expert,
        days: booked_days(&mut dice, today),
        location: if dice.one_in(3) {
            Location::Remote
        } else {
            Location::OnSite { place: PlaceId(dice.pick(1, 10_000_000)), point: destination(&mut dice, base) }
        },
        flexible: dice.one_in(2),
        workstation: dice.one_in(3),
        licences: licences(&mut dice),
        customer: customer(&mut dice),
    };
    Case {
        context: PricingContext { rulebook, operator, today, private_clients: false, none_left: NoneLeft::default() },
        offer,
        order,
    }
}

fn day(since_1970: u32) -> NaiveDate {
    NaiveDate::default().checked_add_days(Days::new(u64::from(since_1970))).unwrap_or_default()
}

fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).unwrap_or_else(|_| unreachable!("two letters"))
}

/// Tariffs that do not end in round euros, and thresholds elsewhere.
pub fn odd_rulebook(dice: &mut Dice, today: NaiveDate) -> Rulebook {
    let mut rules = Rulebook::initial(today);
    rules.version = RulebookVersion(dice.between(2, 900) as i32);
    for rate in &mut rules.day_rates {
        *rate = Cents(dice.between(1, 200_000));
    }
    rules.flexible.supplement = BasisPoints(dice.pick(0, 3_333));
    rules.flexible.notice_days = dice.pick(0, 30);
    rules.ladder = vec![LadderBand { from_day: 1, share: BasisPoints(dice.pick(7_500, 8_000)) }];
    for _ in 0..dice.pick(0, 5) {
        let (from_day, share) = rules.ladder.last().map_or((1, BasisPoints(0)), |band| (band.from_day, band.share));
        rules.ladder.push(LadderBand {
            from_day: from_day + dice.pick(1, 20),
            share: BasisPoints(share.0 + dice.pick(0, 333)),
        });
    }
    rules.travel.allowance_over_km = dice.pick(0, 300);
    rules.travel.flight_over_km = rules.travel.allowance_over_km + dice.pick(0, 900);
    rules.travel.per_km = Cents(dice.between(0, 99));
    rules.travel.lodging_per_day = Cents(dice.between(0, 30_000));
    let first = rules.travel.flight_over_km + dice.pick(0, 1_000);
    rules.travel.flights = vec![
        FlightTariff { up_to_km: first, price: Cents(dice.between(1, 90_000)) },
        FlightTariff { up_to_km: first + dice.pick(1, 4_000), price: Cents(dice.between(1, 150_000)) },
    ];
    rules.travel.flights.truncate(dice.pick(0, 2) as usize);
    rules.travel.flight_beyond = Cents(dice.between(1, 200_000));
    rules.travel.road_factor = BasisPoints(dice.pick(10_000, 15_000));
    rules.rental.workstation_per_day = Cents(dice.between(0, 9_999));
    for tariff in rules.rental.licence_per_day.values_mut() {
        *tariff = Cents(dice.between(0, 4_999));
    }
    rules.booking.lead_days = dice.pick(0, 10);
    rules.booking.quote_days = dice.pick(1, 30);
    rules
}

fn anywhere(dice: &mut Dice) -> GeoPoint {
    if dice.one_in(4) {
        let (lat, lon) = (dice.between(-90_000_000, 90_000_000), dice.between(-180_000_000, 180_000_000));
        GeoPoint { lat: lat as i32, lon: lon as i32 }
    } else {
        let (lat, lon) = (dice.between(36_000_000, 60_000_000), dice.between(-9_000_000, 25_000_000));
        GeoPoint { lat: lat as i32, lon: lon as i32 }
    }
}

/// Near, close to a threshold along the meridian, or anywhere.
fn destination(dice: &mut Dice, base: GeoPoint) -> GeoPoint {
    let microdegrees_per_km = 8_993; // 1 km on the meridian
    let km = match dice.pick(0, 7) {
        0 => dice.between(0, 199),
        1 | 2 => dice.between(195, 206),
        3 => dice.between(795, 806),
        4 => dice.between(1_495, 1_506),
        5 => dice.between(3_990, 4_010),
        _ => return anywhere(dice),
    };
    let north = i64::from(base.lat) + km * microdegrees_per_km + dice.between(-4_000, 4_000);
    let south = i64::from(base.lat) - km * microdegrees_per_km;
    let lat = if north <= 90_000_000 { north } else { south };
    GeoPoint { lat: lat as i32, lon: base.lon }
}

fn free_days(dice: &mut Dice, today: NaiveDate) -> FreeDays {
    let from = if dice.one_in(20) { today.checked_add_days(Days::new(5)).unwrap_or(today) } else { today };
    let busy_one_in = if dice.one_in(8) { 9 } else { u32::MAX };
    let mut throws = Dice::new(dice.bits());
    FreeDays::from_fn(from, if dice.one_in(20) { dice.pick(0, 60) } else { 400 }, |_| !throws.one_in(busy_one_in))
}

fn booked_days(dice: &mut Dice, today: NaiveDate) -> DaySet {
    let start = if dice.one_in(12) { dice.pick(0, 3) } else { dice.pick(10, 300) };
    let (span, count) = match dice.pick(0, 3) {
        0 => (1, 1),
        1 => (5, 5),
        2 => (30, dice.pick(1, 15)),
        _ => (95, dice.pick(1, 60)),
    };
    let days = (0..count).map(|_| start + dice.pick(0, span - 1)).collect::<BTreeSet<_>>();
    let days = days.into_iter().filter_map(|offset| today.checked_add_days(Days::new(u64::from(offset))));
    DaySet::new(days).unwrap_or_else(|_| unreachable!("one to sixty days"))
}

fn licences(dice: &mut Dice) -> BTreeSet<ProductCode> {
    let codes = ["fusion", "vault", "autocad", "3ds-max", "maya", "navisworks", "revit", "civil-3d", "inventor"];
    let mut chosen: BTreeSet<_> = (0..dice.pick(0, 3))
        .filter_map(|_| ProductCode::parse(codes[dice.pick(0, codes.len() as u32 - 1) as usize]).ok())
        .collect();
    if dice.one_in(40) {
        chosen.extend(ProductCode::parse("not-for-rent").ok());
    }
    chosen
}

fn customer(dice: &mut Dice) -> Customer {
    let numbers = [
        ("NL", "NL000000012B00"),
        ("BE", "BE0123456749"),
        ("AT", "ATU13585627"),
        ("GR", "EL123456783"),
        ("PL", "PL1234563218"),
        ("CH", "CHE123456789"),
        ("US", "123456789"),
        ("GB", "GB123456789"),
    ];
    let (code, number) = numbers[dice.pick(0, numbers.len() as u32 - 1) as usize];
    let statuses = [VatStatus::None, VatStatus::Confirmed, VatStatus::Unknown, VatStatus::Invalid];
    let country = country(code);
    Customer {
        country,
        vat_number: if dice.one_in(4) { None } else { VatNumber::parse(country, number).ok() },
        vat_status: statuses[dice.pick(0, 3) as usize],
        is_private: false,
    }
}
