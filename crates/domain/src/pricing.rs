//! The one pricing engine: what a booking costs, line by line, with the reason of each line.
//!
//! Every money figure of a booking comes from here. The screen shows a [`Quote`], the charge takes its total, the
//! invoice its lines.

use crate::{
    calendar::DaySet,
    expert::{Level, Offer, ProductCode},
    geo::GeoPoint,
    ids::{ExpertId, PlaceId},
    money::{BasisPoints, Cents},
    rulebook::{Rulebook, RulebookVersion},
    stock::{NoneLeft, Rentable, rented_with},
    travel::{Journey, journey, one_way_km},
    vat::{Customer, OperatorVat, VatBreakdown, treatment},
};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where the work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "kebab-case")]
pub enum Location {
    /// From a distance.
    Remote,
    /// At a place.
    OnSite {
        /// Its gazetteer id.
        place: PlaceId,
        /// Its position.
        point: GeoPoint,
    },
}

/// What a client chooses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Whom.
    pub expert: ExpertId,
    /// When.
    pub days: DaySet,
    /// Where.
    pub location: Location,
    /// With the flexible option (S6).
    pub flexible: bool,
    /// With a rented workstation (S7).
    pub workstation: bool,
    /// With rented licences (S8).
    pub licences: BTreeSet<ProductCode>,
    /// For whom, as far as VAT is concerned.
    pub customer: Customer,
}

/// What one line is for, with the figures that explain it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum LineKind {
    /// The expert's days, at the rate of the level.
    ExpertDays {
        /// Sets the rate.
        level: Level,
    },
    /// Kilometres of all return trips.
    Travel {
        /// One way.
        one_way_km: u32,
        /// One each ISO week with a booked day.
        trips: u32,
        /// The threshold it is over.
        over_km: u32,
    },
    /// Return flights.
    Flight {
        /// One way.
        one_way_km: u32,
        /// One each ISO week with a booked day.
        trips: u32,
        /// The threshold it is over.
        over_km: u32,
    },
    /// Lodging, a lump sum per booked day.
    Lodging {
        /// One way.
        one_way_km: u32,
        /// The threshold it is over.
        over_km: u32,
    },
    /// A rented workstation.
    Workstation,
    /// A rented licence.
    Licence {
        /// Of which product.
        product: ProductCode,
    },
    /// The flexible supplement, on all lines before it.
    Flexible {
        /// Their sum.
        base: Cents,
        /// The supplement's rate.
        rate: BasisPoints,
        /// The last day (platform zone) on which cancelling or changing is free.
        free_until: NaiveDate,
    },
}

/// The unit of a quantity, with its UN/ECE Recommendation 20 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// `DAY`.
    Day,
    /// `WEE`: of what is rented alone.
    Week,
    /// `MON`: of what is rented alone.
    Month,
    /// `KMT`.
    Kilometre,
    /// `C62`: one.
    One,
}

impl Unit {
    /// UN/ECE Recommendation 20 code (EN 16931 BT-130).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Day => "DAY",
            Self::Week => "WEE",
            Self::Month => "MON",
            Self::Kilometre => "KMT",
            Self::One => "C62",
        }
    }
}

/// One line of a quote, before VAT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What for.
    #[serde(flatten)]
    pub kind: LineKind,
    /// How many.
    pub quantity: u32,
    /// Of what.
    pub unit: Unit,
    /// Each, before VAT.
    pub unit_price: Cents,
    /// Quantity × unit price.
    pub net: Cents,
}

impl Line {
    fn new(kind: LineKind, quantity: u32, unit: Unit, unit_price: Cents) -> Self {
        Self { kind, quantity, unit, unit_price, net: unit_price.times(quantity) }
    }
}

/// The itemised price of a booking before it is placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The rules it was made with.
    pub rulebook: RulebookVersion,
    /// The civil day (platform zone) it was made.
    pub priced_on: NaiveDate,
    /// The last civil day it is good for.
    pub valid_until: NaiveDate,
    /// Its lines, in the order they are shown.
    pub lines: Vec<Line>,
    /// Sum of the lines.
    pub net: Cents,
    /// VAT on that sum.
    pub vat: VatBreakdown,
    /// What the client pays.
    pub total: Cents,
}

impl Quote {
    /// A short text that differs when anything the client agreed to differs: rules, lines, VAT, total. The day it was
    /// priced is left out: the same price on another day needs no new consent.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        // FNV-1a, 64 bits: it guards against change, not against forgers; the server always prices for itself.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut feed = |bytes: &[u8]| {
            for byte in bytes {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
            hash = (hash ^ 0xff).wrapping_mul(0x0100_0000_01b3);
        };
        feed(&self.rulebook.0.to_le_bytes());
        for line in &self.lines {
            let (tag, detail) = match &line.kind {
                LineKind::ExpertDays { level } => ("days", level.number().to_string()),
                LineKind::Travel { one_way_km, trips, over_km } => {
                    ("travel", format!("{one_way_km}/{trips}/{over_km}"))
                }
                LineKind::Flight { one_way_km, trips, over_km } => {
                    ("flight", format!("{one_way_km}/{trips}/{over_km}"))
                }
                LineKind::Lodging { one_way_km, over_km } => ("lodging", format!("{one_way_km}/{over_km}")),
                LineKind::Workstation => ("workstation", String::new()),
                LineKind::Licence { product } => ("licence", product.to_string()),
                LineKind::Flexible { base, rate, free_until } => {
                    ("flexible", format!("{}/{}/{free_until}", base.0, rate.0))
                }
            };
            feed(tag.as_bytes());
            feed(detail.as_bytes());
            feed(line.unit.code().as_bytes());
            feed(&line.quantity.to_le_bytes());
            feed(&line.unit_price.0.to_le_bytes());
            feed(&line.net.0.to_le_bytes());
        }
        feed(&self.net.0.to_le_bytes());
        feed(self.vat.treatment.category.code().as_bytes());
        feed(&self.vat.treatment.rate.0.to_le_bytes());
        feed(&self.vat.taxable.0.to_le_bytes());
        feed(&self.vat.tax.0.to_le_bytes());
        feed(&self.total.0.to_le_bytes());
        format!("{hash:016x}")
    }
}

/// Why an order cannot be quoted. All reasons are given at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The first day is too close (or past).
    TooSoon {
        /// The first day that could be booked.
        earliest: NaiveDate,
    },
    /// A day beyond the known calendar.
    TooFarAhead {
        /// The last day that could be booked.
        latest: NaiveDate,
    },
    /// Days on which the expert is not free.
    NotFree {
        /// Which.
        days: Vec<NaiveDate>,
    },
    /// The expert does not work on site.
    NotOnSite,
    /// The expert does not work remotely.
    NotRemote,
    /// The place is farther than the expert travels (S32).
    TooFar {
        /// One way.
        one_way_km: u32,
        /// The expert's limit.
        limit_km: u32,
    },
    /// No licence of that product is rented out.
    NoSuchLicence {
        /// Which.
        product: ProductCode,
    },
    /// Nothing is left of something to be rented with the booking (S7, S8).
    NoneLeft {
        /// Of what.
        item: Rentable,
        /// On which days.
        days: Vec<NaiveDate>,
    },
    /// Private clients are not taken here (a setting).
    NoPrivateClients,
    /// A private client outside the Union: advice to them is taxed, or not, where they live (VAT Directive Art. 59).
    PrivateOutside,
    /// A licence for a private client of another member: an electronic service is taxed where they live (Art. 58), and
    /// the operator declares nothing there.
    PrivateLicence,
}

/// Everything besides offer and order that a price depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricingContext {
    /// The rules in force.
    pub rulebook: Rulebook,
    /// The operator.
    pub operator: OperatorVat,
    /// Today, in the platform's zone.
    pub today: NaiveDate,
    /// Whether private clients are taken.
    #[serde(default)]
    pub private_clients: bool,
    /// What nothing is left of that could be rented. Whoever holds the stock's lock looks again.
    #[serde(default)]
    pub none_left: NoneLeft,
}

impl PricingContext {
    /// The first day that can be booked.
    #[must_use]
    pub fn earliest_start(&self) -> NaiveDate {
        later(self.today, self.rulebook.booking.lead_days)
    }
}

fn later(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

/// Prices an order; the offer is that of the expert whom the order names, which is for the caller to see to.
///
/// # Errors
/// Every [`Refusal`] that applies; the price is then not defined.
pub fn quote(context: &PricingContext, offer: &Offer, order: &Order) -> Result<Quote, Vec<Refusal>> {
    let refusals = refusals(context, offer, order);
    if refusals.is_empty() { Ok(price(context, offer, order)) } else { Err(refusals) }
}

/// Every reason to refuse an order.
#[must_use]
pub fn refusals(context: &PricingContext, offer: &Offer, order: &Order) -> Vec<Refusal> {
    let mut found = Vec::new();
    let earliest = context.earliest_start();
    if order.days.first() < earliest {
        found.push(Refusal::TooSoon { earliest });
    }
    if order.days.last() > offer.free.until() {
        found.push(Refusal::TooFarAhead { latest: offer.free.until() });
    }
    let taken: Vec<_> = order
        .days
        .iter()
        // A day before the known calendar is not free either; days beyond it have their own reason.
        .filter(|day| *day >= earliest && *day <= offer.free.until() && !offer.free.is_free(*day))
        .collect();
    if !taken.is_empty() {
        found.push(Refusal::NotFree { days: taken });
    }
    match order.location {
        Location::Remote if !offer.remote => found.push(Refusal::NotRemote),
        Location::OnSite { .. } if !offer.on_site => found.push(Refusal::NotOnSite),
        Location::OnSite { point, .. } => {
            let one_way_km = one_way_km(&context.rulebook.travel, offer.base, point);
            if let Some(limit_km) = offer.max_travel_km.filter(|limit| one_way_km > *limit) {
                found.push(Refusal::TooFar { one_way_km, limit_km });
            }
        }
        Location::Remote => {}
    }
    for product in &order.licences {
        if !context.rulebook.rental.licence_per_day.contains_key(product) {
            found.push(Refusal::NoSuchLicence { product: product.clone() });
        }
    }
    for item in rented_with(order) {
        let days = context.none_left.of(&item, order.days.iter());
        if !days.is_empty() && item.per_day(&context.rulebook.rental).is_some() {
            found.push(Refusal::NoneLeft { item, days });
        }
    }
    if order.customer.is_private {
        let country = order.customer.country;
        if !context.private_clients {
            found.push(Refusal::NoPrivateClients);
        } else if country != context.operator.country && !country.in_eu() {
            found.push(Refusal::PrivateOutside);
        } else if country != context.operator.country && !order.licences.is_empty() {
            found.push(Refusal::PrivateLicence);
        }
    }
    found
}

fn price(context: &PricingContext, offer: &Offer, order: &Order) -> Quote {
    let rules = &context.rulebook;
    let one_way_km = match order.location {
        Location::OnSite { point, .. } => one_way_km(&rules.travel, offer.base, point),
        Location::Remote => 0,
    };
    let lines = lines(rules, offer.level, one_way_km, order);
    let net = lines.iter().map(|line| line.net).sum();
    let vat = VatBreakdown::of(treatment(context.operator, &order.customer), net);
    Quote {
        rulebook: rules.version,
        priced_on: context.today,
        valid_until: later(context.today, rules.booking.quote_days),
        lines,
        net,
        vat,
        total: net + vat.tax,
    }
}

/// The lines of an order at a level and a distance: what a quote is made of, and what an audit makes again from the
/// figures a quote kept. The distance counts for work on site only.
#[must_use]
pub fn lines(rules: &Rulebook, level: Level, one_way_km: u32, order: &Order) -> Vec<Line> {
    let days = order.days.count();
    let mut lines = vec![Line::new(LineKind::ExpertDays { level }, days, Unit::Day, rules.day_rate(level))];
    if matches!(order.location, Location::OnSite { .. }) {
        lines.extend(travel_lines(rules, one_way_km, &order.days));
    }
    if order.workstation {
        lines.push(Line::new(LineKind::Workstation, days, Unit::Day, rules.rental.workstation_per_day));
    }
    for product in &order.licences {
        let tariff = rules.rental.licence_per_day.get(product).copied().unwrap_or_default();
        lines.push(Line::new(LineKind::Licence { product: product.clone() }, days, Unit::Day, tariff));
    }
    if order.flexible {
        let base: Cents = lines.iter().map(|line| line.net).sum();
        let rate = rules.flexible.supplement;
        let notice = Days::new(u64::from(rules.flexible.notice_days));
        let free_until = order.days.first().checked_sub_days(notice).unwrap_or(NaiveDate::MIN);
        lines.push(Line::new(LineKind::Flexible { base, rate, free_until }, 1, Unit::One, base.share(rate)));
    }
    lines
}

/// Travel, lodging and flights for a distance and a set of days (S27–S29).
fn travel_lines(rules: &Rulebook, one_way_km: u32, days: &DaySet) -> Vec<Line> {
    let travel = &rules.travel;
    let trips = days.iso_weeks();
    let trip_line = match journey(travel, one_way_km) {
        Journey::Near => return Vec::new(),
        Journey::Road => Line::new(
            LineKind::Travel { one_way_km, trips, over_km: travel.allowance_over_km },
            one_way_km.saturating_mul(2).saturating_mul(trips),
            Unit::Kilometre,
            travel.per_km,
        ),
        Journey::Flight(tariff) => {
            Line::new(LineKind::Flight { one_way_km, trips, over_km: travel.flight_over_km }, trips, Unit::One, tariff)
        }
    };
    let lodging = Line::new(
        LineKind::Lodging { one_way_km, over_km: travel.allowance_over_km },
        days.count(),
        Unit::Day,
        travel.lodging_per_day,
    );
    vec![trip_line, lodging]
}
