//! Licences and workstations rented without an expert (S7–S9): what they cost, and the life of an order.
//!
//! ```text
//! Reserved ──pay──────────────────▶ Paid ──hand out──▶ HandedOut ──return──▶ Returned
//!  │  │  └──authorise──▶ Authorised ──capture──▲ ▲ └──cancel──▶ Cancelled
//!  │  │       ▲ authorise late │ │               │
//!  │  │       │           lose │ └──cancel──▶ Cancelled
//!  │  └─────lapse──────────▶ Lapsed ──pay late───┘
//!  └──cancel──▶ Cancelled
//! ```
//!
//! It is handed out from its first day on; paid late it is held again before that day only, if there still are as many.
//! A card is authorised when the order is placed and captured when it is handed out, or before the authorisation grows too
//! old. A workstation is handed out when it is sent to its delivery address, and returned when it is back.
//!
//! What is rented is rented for calendar days, both ends included. A week (7 days) costs as many day tariffs as the rulebook
//! says, a month (30 days) likewise; a term is covered by the cheapest combination of months, weeks and days, which may
//! reach beyond it: six days cost a week where that is less.

use crate::{
    money::Cents,
    pricing::{Line, PricingContext, Quote, Unit},
    rulebook::RentalRules,
    stock::Rentable,
    vat::{CountryCode, Customer, VatBreakdown, treatment},
};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// Days of a rented week.
pub const WEEK: u32 = 7;
/// Days of a rented month.
pub const MONTH: u32 = 30;
/// The longest term.
pub const LONGEST_DAYS: u32 = 365;
/// The most of one thing in an order.
pub const MOST_SEATS: u32 = 50;
/// An authorised card is captured so long after it was authorised, if it was not handed out before:
/// authorisations end after seven days.
pub const CAPTURE_WITHIN: TimeDelta = TimeDelta::days(5);
/// The farthest first day, from today.
pub const AHEAD_DAYS: u32 = 365;

/// A term, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// First day.
    pub first: NaiveDate,
    /// Last day.
    pub last: NaiveDate,
}

impl Term {
    /// How many days; nought if it ends before it begins.
    #[must_use]
    pub fn days(&self) -> u32 {
        u32::try_from((self.last - self.first).num_days() + 1).unwrap_or(0)
    }

    /// Its days, in order.
    pub fn iter(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let last = self.last;
        self.first.iter_days().take_while(move |day| *day <= last)
    }
}

/// How a term is covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// Rented months.
    pub months: u32,
    /// Rented weeks.
    pub weeks: u32,
    /// Rented days.
    pub days: u32,
}

/// The cheapest cover of so many days at a day tariff. Of equally cheap ones, that with the larger units: it is the
/// shorter to read.
#[must_use]
pub fn cheapest(rules: &RentalRules, per_day: Cents, days: u32) -> Cover {
    let (week, month) = (rules.week(per_day), rules.month(per_day));
    let mut best: Option<(Cents, Cover)> = None;
    for months in (0..=days.div_ceil(MONTH)).rev() {
        let rest = days.saturating_sub(months * MONTH);
        for weeks in (0..=rest.div_ceil(WEEK)).rev() {
            let cover = Cover { months, weeks, days: rest.saturating_sub(weeks * WEEK) };
            let price = month.times(months) + week.times(weeks) + per_day.times(cover.days);
            if best.is_none_or(|(least, _)| price < least) {
                best = Some((price, cover));
            }
        }
    }
    best.map(|(_, cover)| cover).unwrap_or_default()
}

impl RentalRules {
    /// What a week costs.
    #[must_use]
    pub const fn week(&self, per_day: Cents) -> Cents {
        per_day.times(self.week_costs_days)
    }

    /// What a month costs.
    #[must_use]
    pub const fn month(&self, per_day: Cents) -> Cents {
        per_day.times(self.month_costs_days)
    }
}

/// What is ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RentalOrder {
    /// When.
    pub term: Term,
    /// How many of what.
    pub seats: BTreeMap<Rentable, u32>,
    /// For whom, as far as VAT is concerned.
    pub customer: Customer,
}

impl RentalOrder {
    /// Whether something of it has to be sent to somebody.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.seats.get(&Rentable::Workstation).is_some_and(|count| *count > 0)
    }
}

/// Where a workstation is sent, and fetched again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Who takes it.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Country.
    pub country: CountryCode,
    /// Telephone number of who takes it.
    pub phone: String,
}

/// Why an order cannot be quoted. All reasons are given at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum RentalRefusal {
    /// It begins before this day.
    TooSoon {
        /// The first day that can be had.
        earliest: NaiveDate,
    },
    /// It begins later than this day.
    TooFarAhead {
        /// The last first day that can be had.
        latest: NaiveDate,
    },
    /// It ends before it begins.
    EndsBeforeStart,
    /// It is longer than this.
    TooLong {
        /// Days.
        most: u32,
    },
    /// Nothing is ordered.
    Nothing,
    /// More than an order can have of it.
    TooMany {
        /// Of what.
        item: Rentable,
        /// How many can be had.
        most: u32,
    },
    /// It is not rented out.
    NotRented {
        /// What.
        item: Rentable,
    },
}

/// The first day that can be had: tomorrow, since somebody has to hand it out.
#[must_use]
pub fn earliest(today: NaiveDate) -> NaiveDate {
    today.checked_add_days(Days::new(1)).unwrap_or(today)
}

/// Prices an order. What there is in stock is for the database to say.
///
/// # Errors
/// Every [`RentalRefusal`] that applies.
pub fn quote(context: &PricingContext, order: &RentalOrder) -> Result<Quote, Vec<RentalRefusal>> {
    let rules = &context.rulebook.rental;
    let mut refusals = Vec::new();
    let first = earliest(context.today);
    let latest = context.today.checked_add_days(Days::new(u64::from(AHEAD_DAYS))).unwrap_or(NaiveDate::MAX);
    if order.term.first < first {
        refusals.push(RentalRefusal::TooSoon { earliest: first });
    }
    if order.term.first > latest {
        refusals.push(RentalRefusal::TooFarAhead { latest });
    }
    let days = order.term.days();
    if days == 0 {
        refusals.push(RentalRefusal::EndsBeforeStart);
    }
    if days > LONGEST_DAYS {
        refusals.push(RentalRefusal::TooLong { most: LONGEST_DAYS });
    }
    if order.seats.values().all(|seats| *seats == 0) {
        refusals.push(RentalRefusal::Nothing);
    }
    for (item, seats) in &order.seats {
        if *seats > MOST_SEATS {
            refusals.push(RentalRefusal::TooMany { item: item.clone(), most: MOST_SEATS });
        }
        if item.per_day(rules).is_none() {
            refusals.push(RentalRefusal::NotRented { item: item.clone() });
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let lines = lines(rules, order);
    let net = lines.iter().map(|line| line.net).sum();
    let vat = VatBreakdown::of(treatment(context.operator, &order.customer), net);
    let good_for = Days::new(u64::from(context.rulebook.booking.quote_days));
    Ok(Quote {
        rulebook: context.rulebook.version,
        priced_on: context.today,
        valid_until: context.today.checked_add_days(good_for).unwrap_or(context.today),
        lines,
        net,
        vat,
        total: net + vat.tax,
    })
}

/// The lines of an order: of each thing its months, weeks and days, times its number.
#[must_use]
pub fn lines(rules: &RentalRules, order: &RentalOrder) -> Vec<Line> {
    let days = order.term.days();
    let mut lines = Vec::new();
    for (item, seats) in order.seats.iter().filter(|(_, seats)| **seats > 0) {
        let per_day = item.per_day(rules).unwrap_or_default();
        let cover = cheapest(rules, per_day, days);
        let units = [
            (cover.months, Unit::Month, rules.month(per_day)),
            (cover.weeks, Unit::Week, rules.week(per_day)),
            (cover.days, Unit::Day, per_day),
        ];
        for (count, unit, unit_price) in units.into_iter().filter(|(count, ..)| *count > 0) {
            let quantity = count.saturating_mul(*seats);
            lines.push(Line { kind: item.line_kind(), quantity, unit, unit_price, net: unit_price.times(quantity) });
        }
    }
    lines
}

/// How the short reference of an order begins: the form tells it from a booking's.
pub const REFERENCE_PREFIX: &str = "R-";

/// Whether a short reference is that of something rented alone.
#[must_use]
pub fn is_reference(reference: &str) -> bool {
    reference.starts_with(REFERENCE_PREFIX)
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum RentalState {
    /// Units are held, unpaid.
    Reserved {
        /// Until then.
        until: DateTime<Utc>,
    },
    /// A card is authorised; to be captured when it is handed out.
    Authorised {
        /// Then at the latest.
        capture_by: DateTime<Utc>,
    },
    /// Paid; to be handed out.
    Paid,
    /// With the client.
    HandedOut,
    /// Given back.
    Returned,
    /// Given up by the client or a manager.
    Cancelled,
    /// Not paid in time.
    Lapsed,
}

/// A move that the drawing does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a rental that is {from} cannot {event}")]
pub struct InvalidMove {
    /// [`RentalState::code`] of the state it was in.
    pub from: &'static str,
    /// What was tried.
    pub event: &'static str,
}

impl RentalState {
    /// A new order, for as long as an unpaid booking is held; never beyond its first day.
    #[must_use]
    pub fn reserve(now: DateTime<Utc>, hold_minutes: u32, starts_at: DateTime<Utc>) -> Self {
        Self::Reserved { until: (now + TimeDelta::minutes(i64::from(hold_minutes))).min(starts_at) }
    }

    /// A new order that is paid by transfer: until the day is over on which that is due; never beyond its first day.
    #[must_use]
    pub fn reserve_until(until: DateTime<Utc>, starts_at: DateTime<Utc>) -> Self {
        Self::Reserved { until: until.min(starts_at) }
    }

    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reserved { .. } => "reserved",
            Self::Authorised { .. } => "authorised",
            Self::Paid => "paid",
            Self::HandedOut => "handed-out",
            Self::Returned => "returned",
            Self::Cancelled => "cancelled",
            Self::Lapsed => "lapsed",
        }
    }

    /// Reads the code and the clock back.
    #[must_use]
    pub fn parse(code: &str, clock: Option<DateTime<Utc>>) -> Option<Self> {
        Some(match code {
            "reserved" => Self::Reserved { until: clock? },
            "authorised" => Self::Authorised { capture_by: clock? },
            "paid" => Self::Paid,
            "handed-out" => Self::HandedOut,
            "returned" => Self::Returned,
            "cancelled" => Self::Cancelled,
            "lapsed" => Self::Lapsed,
            _ => return None,
        })
    }

    /// When an unpaid reservation ends, or a card is captured.
    #[must_use]
    pub const fn clock(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Reserved { until: at } | Self::Authorised { capture_by: at } => Some(at),
            _ => None,
        }
    }

    /// Whether its units are nobody else's.
    #[must_use]
    pub const fn holds_units(self) -> bool {
        matches!(self, Self::Reserved { .. } | Self::Authorised { .. } | Self::Paid | Self::HandedOut | Self::Returned)
    }

    const fn refuse(self, event: &'static str) -> Result<Self, InvalidMove> {
        Err(InvalidMove { from: self.code(), event })
    }

    /// The money is there. Money that comes after the reservation ended is [`RentalState::pay_late`]'s.
    ///
    /// # Errors
    /// Unless it is reserved.
    pub const fn pay(self) -> Result<Self, InvalidMove> {
        match self {
            Self::Reserved { .. } => Ok(Self::Paid),
            _ => self.refuse("be paid"),
        }
    }

    /// The money came after the reservation ended, and the units are held again: before the first day only.
    ///
    /// # Errors
    /// Unless it has lapsed, or once its first day has come.
    pub fn pay_late(self, term: Term, today: NaiveDate) -> Result<Self, InvalidMove> {
        match self {
            Self::Lapsed if today < term.first => Ok(Self::Paid),
            _ => self.refuse("be paid late"),
        }
    }

    /// A card is authorised. One that is after the reservation ended is [`RentalState::authorise_late`]'s.
    ///
    /// # Errors
    /// Unless it is reserved.
    pub fn authorise(self, now: DateTime<Utc>) -> Result<Self, InvalidMove> {
        match self {
            Self::Reserved { .. } => Ok(Self::Authorised { capture_by: now + CAPTURE_WITHIN }),
            _ => self.refuse("be authorised"),
        }
    }

    /// A card is authorised after the reservation ended, and the units are held again: before the first day only.
    ///
    /// # Errors
    /// Unless it has lapsed, or once its first day has come.
    pub fn authorise_late(self, term: Term, today: NaiveDate, now: DateTime<Utc>) -> Result<Self, InvalidMove> {
        match self {
            Self::Lapsed if today < term.first => Ok(Self::Authorised { capture_by: now + CAPTURE_WITHIN }),
            _ => self.refuse("be authorised late"),
        }
    }

    /// The money of the authorised card is there.
    ///
    /// # Errors
    /// Unless it is authorised.
    pub const fn capture(self) -> Result<Self, InvalidMove> {
        match self {
            Self::Authorised { .. } => Ok(Self::Paid),
            _ => self.refuse("be captured"),
        }
    }

    /// The authorised card was refused when it was to be captured, or the authorisation ended.
    ///
    /// # Errors
    /// Unless it is authorised.
    pub const fn lose(self) -> Result<Self, InvalidMove> {
        match self {
            Self::Authorised { .. } => Ok(Self::Lapsed),
            _ => self.refuse("lose its card"),
        }
    }

    /// The reservation ended unpaid.
    ///
    /// # Errors
    /// Unless it is reserved, and its time over.
    pub fn lapse(self, now: DateTime<Utc>) -> Result<Self, InvalidMove> {
        match self {
            Self::Reserved { until } if now >= until => Ok(Self::Lapsed),
            _ => self.refuse("lapse"),
        }
    }

    /// Handed out.
    ///
    /// # Errors
    /// Unless it is paid, and its first day has come.
    pub fn hand_out(self, term: Term, today: NaiveDate) -> Result<Self, InvalidMove> {
        match self {
            Self::Paid if today >= term.first => Ok(Self::HandedOut),
            _ => self.refuse("be handed out"),
        }
    }

    /// Given back.
    ///
    /// # Errors
    /// Unless it was handed out.
    pub const fn give_back(self) -> Result<Self, InvalidMove> {
        match self {
            Self::HandedOut => Ok(Self::Returned),
            _ => self.refuse("be returned"),
        }
    }

    /// Given up: before it is handed out.
    ///
    /// # Errors
    /// Later than that.
    pub const fn cancel(self) -> Result<Self, InvalidMove> {
        match self {
            Self::Reserved { .. } | Self::Authorised { .. } | Self::Paid => Ok(Self::Cancelled),
            _ => self.refuse("be cancelled"),
        }
    }
}

/// Whether a client may still give a paid order up: rentals that have not begun are always refunded.
#[must_use]
pub fn client_may_cancel(state: RentalState, term: Term, today: NaiveDate) -> bool {
    match state {
        RentalState::Reserved { .. } => true,
        RentalState::Authorised { .. } | RentalState::Paid => today < term.first,
        _ => false,
    }
}

/// Whether a manager may hand it out: from its first day on, a card being captured with it.
#[must_use]
pub fn may_hand_out(state: RentalState, term: Term, today: NaiveDate) -> bool {
    matches!(state, RentalState::Authorised { .. } | RentalState::Paid) && today >= term.first
}
