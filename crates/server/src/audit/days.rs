//! Invariant 2: one booking per expert-day.

use super::{
    Findings,
    case::Case,
    rows::{self, Snapshot},
};
use chrono::NaiveDate;
use gabarit_domain::pricing::Order;
use std::collections::BTreeSet;

/// States that have their days; by code, because a row's clock may be wrong as well.
const OCCUPYING: [&str; 5] = ["held", "requested", "accepted", "completed", "ended"];

/// A booking has exactly its days while its state occupies them, with its own expert, and none otherwise.
pub(super) fn check(case: &Case, findings: &mut Findings) {
    let reference = &case.row.reference;
    let Ok(order) = &case.order else { return };
    let ordered: BTreeSet<NaiveDate> = order.days.iter().collect();
    if (order.days.first(), order.days.last()) != (case.row.first_day, case.row.last_day) {
        findings.add(2, "first and last day are the order's", reference, format_args!("{}", order.days.to_param()));
    }
    let taken: BTreeSet<NaiveDate> = case.days.iter().map(|row| row.day).collect();
    // Of a booking that was cut short, the days that stayed; for a change that is open, its days as well.
    let mut wanted = match &case.settled {
        _ if !OCCUPYING.contains(&case.row.state.as_str()) => BTreeSet::new(),
        None => ordered,
        Some(Ok(settled)) if settled.stays.is_subset(&ordered) => settled.stays.clone(),
        Some(_) => {
            findings.add(2, "a booking cut short keeps days it had", reference, "other days, or unreadable");
            return;
        }
    };
    if let Some(Ok(change)) = case.row.open_change.as_deref().map(serde_json::from_str::<Order>) {
        wanted.extend(change.days.iter());
    }
    let list = |days: Vec<&NaiveDate>| days.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let missing: Vec<_> = wanted.difference(&taken).collect();
    if !missing.is_empty() {
        let detail = format!("{} without {}", case.row.state, list(missing));
        findings.add(2, "an occupying booking has its days", reference, detail);
    }
    let surplus: Vec<_> = taken.difference(&wanted).collect();
    if !surplus.is_empty() {
        let detail = format!("{} with {}", case.row.state, list(surplus));
        findings.add(2, "a booking has no other days", reference, detail);
    }
    if case.days.iter().any(|row| row.expert_id != case.row.expert_id) {
        findings.add(2, "days are the booked expert's", reference, "days of another expert");
    }
}

/// Days of no booking, and days twice: the keys forbid both, unless the keys are gone.
pub(super) async fn check_all(snapshot: &mut Snapshot, findings: &mut Findings) -> sqlx::Result<()> {
    for (expert, day, times) in rows::doubled_days(snapshot).await? {
        findings.add(2, "an expert-day is taken once", format_args!("{expert} {day}"), format_args!("{times} times"));
    }
    for (expert, day) in rows::stray_days(snapshot).await? {
        findings.add(2, "a taken day has a booking", format_args!("{expert} {day}"), "no such booking");
    }
    Ok(())
}
