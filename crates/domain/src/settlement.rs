//! What is kept of a booking that is cut short, and what goes back: the one place where a refund is computed.
//!
//! An accepted booking is a list of quoted lines. Whoever cuts it short (the client, the expert, a manager) leaves some
//! of it standing; [`Kept`] says which days, trips, nights and rentals that is, [`kept_lines`] makes lines of it, and
//! [`settle`] compares them with what was kept before: the difference is the credit note, to the cent.
//!
//! | who | when | day lines kept | trips, nights, rentals kept | supplement kept |
//! |---|---|---|---|---|
//! | client | flexible, in time | none | none | yes, unless the rulebook gives it back |
//! | client | else, before the start | all, less the schedule's percentage | none | yes |
//! | client | after the start | all | of days that have begun | yes |
//! | private client | withdraws within 14 days of the agreement | of days that have begun | of days that have begun | no |
//! | expert | before the start, or nothing worked | none | none | no |
//! | expert | after | of the days worked | of the days worked | yes |
//! | manager | any time | as chosen, never more than is kept | as chosen | as chosen |

use crate::{
    banking::is_banking_day,
    money::{BasisPoints, Cents},
    pricing::{Line, LineKind, Order, Quote},
    rulebook::Rulebook,
    vat::VatBreakdown,
};
use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use thiserror::Error;

/// A set of days that may be empty.
pub type SomeDays = BTreeSet<NaiveDate>;

/// The whole, in basis points.
const WHOLE: BasisPoints = BasisPoints(10_000);

/// What of an order is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Days that the client pays, in whole or in part. They pay the expert by the ladder, and count as days.
    pub days: SomeDays,
    /// The share of each of them that goes back.
    pub back: BasisPoints,
    /// Days whose journey was made or is still to be made: one return trip for each ISO week among them.
    pub travel: SomeDays,
    /// Days whose lodging is kept.
    pub lodging: SomeDays,
    /// Days whose rentals are kept.
    pub rentals: SomeDays,
    /// Whether the flexible supplement is kept, if there is one.
    pub supplement: bool,
}

impl Kept {
    /// Everything: an order as it was agreed.
    #[must_use]
    pub fn all(order: &Order) -> Self {
        let days: SomeDays = order.days.iter().collect();
        Self {
            travel: days.clone(),
            lodging: days.clone(),
            rentals: days.clone(),
            days,
            back: BasisPoints(0),
            supplement: order.flexible,
        }
    }

    /// Nothing.
    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            days: SomeDays::new(),
            back: BasisPoints(0),
            travel: SomeDays::new(),
            lodging: SomeDays::new(),
            rentals: SomeDays::new(),
            supplement: false,
        }
    }

    /// Everything of some days, and the supplement if there are any.
    fn of_days(order: &Order, days: SomeDays) -> Self {
        Self {
            supplement: order.flexible && !days.is_empty(),
            travel: days.clone(),
            lodging: days.clone(),
            rentals: days.clone(),
            back: BasisPoints(0),
            days,
        }
    }

    /// What both keep.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        let both = |a: &SomeDays, b: &SomeDays| a.intersection(b).copied().collect();
        Self {
            days: both(&self.days, &other.days),
            back: self.back.max(other.back),
            travel: both(&self.travel, &other.travel),
            lodging: both(&self.lodging, &other.lodging),
            rentals: both(&self.rentals, &other.rentals),
            supplement: self.supplement && other.supplement,
        }
    }

    /// Whether nothing of it is more than another's.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.days.is_subset(&other.days)
            && (self.back >= other.back || self.days.is_empty())
            && self.back <= WHOLE
            && self.travel.is_subset(&other.travel)
            && self.lodging.is_subset(&other.lodging)
            && self.rentals.is_subset(&other.rentals)
            && (other.supplement || !self.supplement)
    }
}

/// Whether a client may still cancel or change a flexible booking free of charge: today, in the platform's zone, is at
/// most the first day less the notice (S6).
#[must_use]
pub fn is_free(rules: &Rulebook, order: &Order, today: NaiveDate) -> bool {
    let notice = Days::new(u64::from(rules.flexible.notice_days));
    order.flexible && order.days.first().checked_sub_days(notice).is_some_and(|last| today <= last)
}

/// The client cancels an accepted booking (S6).
#[must_use]
pub fn client_cancels(rules: &Rulebook, order: &Order, today: NaiveDate) -> Kept {
    if is_free(rules, order, today) {
        return Kept { supplement: !rules.flexible.supplement_refunded, ..Kept::nothing() };
    }
    let begun: SomeDays = order.days.iter().filter(|day| *day <= today).collect();
    let ahead = (order.days.first() - today).num_days();
    // What was worked, or might have been, is not for a schedule of days before the start.
    let back = if ahead > 0 { rules.cancellation.back(ahead) } else { BasisPoints(0) };
    Kept {
        days: if back < WHOLE { order.days.iter().collect() } else { SomeDays::new() },
        back,
        travel: begun.clone(),
        lodging: begun.clone(),
        rentals: begun,
        supplement: order.flexible,
    }
}

/// Days in which a private client may withdraw (Directive 2011/83/EU, Art. 9).
const WITHDRAWAL_DAYS: u64 = 14;

/// The last day on which a private client may withdraw from what was agreed on a day: the fourteenth after it, or the next
/// working day (Regulation 1182/71, Art. 3).
#[must_use]
pub fn withdrawal_until(agreed_on: NaiveDate) -> NaiveDate {
    let last = agreed_on.checked_add_days(Days::new(WITHDRAWAL_DAYS)).unwrap_or(NaiveDate::MAX);
    last.iter_days().take(7).find(|day| is_banking_day(*day)).unwrap_or(last)
}

/// Whether a booking may be withdrawn from: by a private client, in time.
#[must_use]
pub fn may_withdraw(order: &Order, agreed_on: NaiveDate, today: NaiveDate) -> bool {
    order.customer.is_private && today <= withdrawal_until(agreed_on)
}

/// A private client withdraws: only days that have begun, as they asked, are paid, with their travel, lodging and rentals
/// (Art. 14(3)). Everything else goes back, the supplement too.
#[must_use]
pub fn client_withdraws(order: &Order, today: NaiveDate) -> Kept {
    let begun: SomeDays = order.days.iter().filter(|day| *day <= today).collect();
    Kept { supplement: false, ..Kept::of_days(order, begun) }
}

/// The expert cancels, fails to appear or stops early: what was worked is kept, the rest goes back with its travel and
/// lodging. Days that were not booked are not worked.
#[must_use]
pub fn expert_stops(order: &Order, worked: &SomeDays) -> Kept {
    Kept::of_days(order, order.days.iter().filter(|day| worked.contains(day)).collect())
}

/// What a manager decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Days that the client pays.
    pub days: SomeDays,
    /// The share of them that goes back nevertheless.
    pub back: BasisPoints,
    /// Whether the journeys of those days are kept.
    pub travel: bool,
    /// Whether their lodging is kept.
    pub lodging: bool,
    /// Whether their rentals are kept.
    pub rentals: bool,
    /// Whether the supplement is kept.
    pub supplement: bool,
}

/// A choice that would keep more than is kept already, days that were not booked, or more than the whole back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("more than is kept already")]
pub struct OutOfBounds;

/// A manager decides, within what is kept so far.
///
/// # Errors
/// [`OutOfBounds`].
pub fn manager_decides(before: &Kept, choice: &Choice) -> Result<Kept, OutOfBounds> {
    let of = |keep: bool, before: &SomeDays| -> SomeDays {
        if keep { choice.days.intersection(before).copied().collect() } else { SomeDays::new() }
    };
    let kept = Kept {
        travel: of(choice.travel, &before.travel),
        lodging: of(choice.lodging, &before.lodging),
        rentals: of(choice.rentals, &before.rentals),
        days: if choice.back < WHOLE { choice.days.clone() } else { SomeDays::new() },
        back: choice.back,
        supplement: choice.supplement,
    };
    if choice.days.is_subset(&before.days) && kept.is_within(before) { Ok(kept) } else { Err(OutOfBounds) }
}

fn count(days: &SomeDays) -> u32 {
    u32::try_from(days.len()).unwrap_or(u32::MAX)
}

fn iso_weeks(days: &SomeDays) -> u32 {
    let weeks: BTreeSet<_> = days.iter().map(|day| (day.iso_week().year(), day.iso_week().week())).collect();
    u32::try_from(weeks.len()).unwrap_or(u32::MAX)
}

/// A line of what is kept: of the same kind, with fewer units or a smaller price.
fn kept_line(line: &Line, kept: &Kept) -> Line {
    let with = |quantity: u32, unit_price: Cents, kind: LineKind| Line {
        kind,
        quantity,
        unit: line.unit,
        unit_price,
        net: unit_price.times(quantity),
    };
    let units = |quantity: u32| with(quantity.min(line.quantity), line.unit_price, line.kind.clone());
    match line.kind {
        LineKind::ExpertDays { .. } => {
            let price = line.unit_price - line.unit_price.share(kept.back);
            with(count(&kept.days).min(line.quantity), price, line.kind.clone())
        }
        LineKind::Travel { one_way_km, trips, over_km } => {
            let kept_trips = iso_weeks(&kept.travel).min(trips);
            let each = line.quantity.checked_div(trips).unwrap_or_default();
            let kind = LineKind::Travel { one_way_km, trips: kept_trips, over_km };
            with(each.saturating_mul(kept_trips), line.unit_price, kind)
        }
        LineKind::Flight { one_way_km, trips, over_km } => {
            let kept_trips = iso_weeks(&kept.travel).min(trips);
            with(kept_trips, line.unit_price, LineKind::Flight { one_way_km, trips: kept_trips, over_km })
        }
        LineKind::Lodging { .. } => units(count(&kept.lodging)),
        LineKind::Workstation | LineKind::Licence { .. } => units(count(&kept.rentals)),
        LineKind::Flexible { .. } => units(u32::from(kept.supplement)),
    }
}

/// The lines of what is kept, in the order of the quote; those of which nothing is left are gone.
#[must_use]
pub fn kept_lines(quoted: &[Line], kept: &Kept) -> Vec<Line> {
    quoted.iter().map(|line| kept_line(line, kept)).filter(|line| line.net != Cents::ZERO).collect()
}

/// What goes back of one line: the units that are gone at the price they had, and of those that stay what their price
/// fell by.
fn credited_lines(before: &Line, after: &Line) -> Vec<Line> {
    let gone = before.quantity.saturating_sub(after.quantity);
    let kind = |units: u32| match before.kind {
        LineKind::Travel { one_way_km, trips, over_km } => {
            let left = match after.kind {
                LineKind::Travel { trips, .. } => trips,
                _ => 0,
            };
            LineKind::Travel { one_way_km, trips: trips.saturating_sub(left), over_km }
        }
        LineKind::Flight { one_way_km, over_km, .. } => LineKind::Flight { one_way_km, trips: units, over_km },
        ref other => other.clone(),
    };
    let line = |quantity: u32, unit_price: Cents| Line {
        kind: kind(quantity),
        quantity,
        unit: before.unit,
        unit_price,
        net: unit_price.times(quantity),
    };
    [line(gone, before.unit_price), line(after.quantity, before.unit_price - after.unit_price)]
        .into_iter()
        .filter(|line| line.net != Cents::ZERO)
        .collect()
}

/// A booking cut short: what is kept of it, and what goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// What is kept.
    pub kept: Kept,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Their VAT.
    pub vat: VatBreakdown,
    /// What is kept, with VAT.
    pub total: Cents,
    /// The lines of the credit note; none if nothing goes back.
    pub credited: Vec<Line>,
    /// Their VAT: that of what was kept before less that of what is kept now.
    pub credit: VatBreakdown,
    /// What goes back, with VAT.
    pub credit_total: Cents,
}

impl Settlement {
    /// A short hash of everything that is shown before it is confirmed.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut feed = |number: i64| {
            for byte in number.to_le_bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        for line in self.lines.iter().chain(&self.credited) {
            feed(i64::from(line.quantity));
            feed(line.unit_price.0);
            feed(line.net.0);
        }
        for amount in [self.vat.tax, self.total, self.credit.tax, self.credit_total] {
            feed(amount.0);
        }
        format!("{hash:016x}")
    }
}

/// VAT and total of some of a quote's lines.
#[must_use]
pub fn sums(quote: &Quote, lines: &[Line]) -> (VatBreakdown, Cents) {
    let vat = VatBreakdown::of(quote.vat.treatment, lines.iter().map(|line| line.net).sum());
    (vat, vat.taxable + vat.tax)
}

/// Compares what was kept of a quote with what is kept from now on.
#[must_use]
pub fn settle(quote: &Quote, before: &Kept, after: Kept) -> Settlement {
    let (vat_before, _) = sums(quote, &kept_lines(&quote.lines, before));
    let lines = kept_lines(&quote.lines, &after);
    let (vat, total) = sums(quote, &lines);
    let credited = quote
        .lines
        .iter()
        .flat_map(|line| credited_lines(&kept_line(line, before), &kept_line(line, &after)))
        .collect();
    let credit = VatBreakdown::credited(vat_before, vat);
    Settlement { kept: after, lines, vat, total, credited, credit, credit_total: credit.taxable + credit.tax }
}
