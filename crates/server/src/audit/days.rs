//! Invariant 2: one booking per expert-day.

use super::{Check, Findings, case::Case};
use crate::db::audit::{self as rows, Snapshot};
use chrono::NaiveDate;
use gabarit_domain::{pricing::Order, stock::rented_with};
use std::collections::BTreeSet;

/// States that have their days; by code, because a row's clock may be wrong as well.
const OCCUPYING: [&str; 5] = ["held", "requested", "accepted", "completed", "ended"];

/// A booking has exactly its days while its state occupies them, with its own expert, and none otherwise.
pub(super) fn check(case: &Case, findings: &mut Findings) {
    let reference = &case.row.reference;
    let Ok(order) = &case.order else { return };
    let ordered: BTreeSet<NaiveDate> = order.days.iter().collect();
    if (order.days.first(), order.days.last()) != (case.row.first_day, case.row.last_day) {
        findings.add(Check::FirstAndLastDayAreTheOrders, reference, format_args!("{}", order.days.to_param()));
    }
    let taken: BTreeSet<NaiveDate> = case.days.iter().map(|row| row.day).collect();
    // Of a booking that was cut short, the days that stayed; for a change that is open, its days as well.
    let mut wanted = match &case.settled {
        _ if !OCCUPYING.contains(&case.row.state.as_str()) => BTreeSet::new(),
        None => ordered,
        Some(Ok(settled)) if settled.stays.is_subset(&ordered) => settled.stays.clone(),
        Some(_) => {
            findings.add(Check::ABookingCutShortKeepsDaysItHad, reference, "other days, or unreadable");
            return;
        }
    };
    let on = |order: &Order, days: &BTreeSet<NaiveDate>| -> BTreeSet<(String, NaiveDate)> {
        rented_with(order).iter().flat_map(|item| days.iter().map(|day| (item.to_string(), *day))).collect()
    };
    let mut renting = on(order, &wanted);
    if let Some(Ok(change)) = case.row.open_change.as_deref().map(serde_json::from_str::<Order>) {
        wanted.extend(change.days.iter());
        renting.extend(on(&change, &change.days.iter().collect()));
    }
    let rented: BTreeSet<(String, NaiveDate)> = case.rented.iter().cloned().collect();
    if rented != renting {
        let differ: Vec<String> =
            rented.symmetric_difference(&renting).map(|(item, day)| format!("{item} {day}")).collect();
        let detail = format!("{}: {}", case.row.state, differ.join(", "));
        findings.add(Check::ABookingHasWhatItRents, reference, detail);
    }
    let list = |days: Vec<&NaiveDate>| days.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let missing: Vec<_> = wanted.difference(&taken).collect();
    if !missing.is_empty() {
        let detail = format!("{} without {}", case.row.state, list(missing));
        findings.add(Check::AnOccupyingBookingHasItsDays, reference, detail);
    }
    let surplus: Vec<_> = taken.difference(&wanted).collect();
    if !surplus.is_empty() {
        let detail = format!("{} with {}", case.row.state, list(surplus));
        findings.add(Check::ABookingHasNoOtherDays, reference, detail);
    }
    if case.days.iter().any(|row| row.expert_id != case.row.expert_id) {
        findings.add(Check::DaysAreTheBookedExperts, reference, "days of another expert");
    }
}

/// Days of no booking, and days twice: the keys forbid both, unless the keys are gone.
pub(super) async fn check_all(snapshot: &mut Snapshot, findings: &mut Findings) -> sqlx::Result<()> {
    for (expert, day, times) in rows::doubled_days(snapshot).await? {
        findings.add(Check::AnExpertDayIsTakenOnce, format_args!("{expert} {day}"), format_args!("{times} times"));
    }
    for (expert, day) in rows::stray_days(snapshot).await? {
        findings.add(Check::ATakenDayHasABooking, format_args!("{expert} {day}"), "no such booking");
    }
    Ok(())
}
