//! Invariant 4: no state by surprise.

use super::{
    Check, Context, Findings,
    case::Case,
    logs::{self, Log},
};
use crate::db::audit::{Snapshot, programme as rows};
use chrono::TimeDelta;
use gabarit_domain::{booking::BookingState, candidate::CandidateState};

/// A clock may be this late: a server that was down is given time to catch up.
const LATE: TimeDelta = TimeDelta::hours(1);

/// The state can be read, its clock is not overdue, and the log leads to it by drawn moves.
pub(super) fn check(context: &Context, case: &Case, findings: &mut Findings) {
    let (row, reference) = (&case.row, &case.row.reference);
    let Some(state) = BookingState::restore(&row.state, row.clock_at) else {
        let clock = if row.clock_at.is_some() { "with" } else { "without" };
        findings.add(Check::StateAndClockFitTogether, reference, format_args!("{} {clock} a clock", row.state));
        return;
    };
    let due = match state {
        BookingState::Held { until } => Some((until, "lapse")),
        BookingState::Requested { deadline } => Some((deadline, "expire")),
        BookingState::Accepted => Some((row.ends_at, "be completed")),
        _ => None,
    };
    if let Some((at, what)) = due.filter(|(at, _)| *at + LATE < context.now) {
        findings.add(Check::ClocksAreHeeded, reference, format_args!("{}: should {what} since {at}", row.state));
    }
    if (row.ladder_before.is_some() || row.ladder_days.is_some())
        && !matches!(row.state.as_str(), "completed" | "ended" | "cancelled")
    {
        findings.add(Check::OrdinalsAreGivenAtCompletion, reference, format_args!("{} with ordinals", row.state));
    }
    log(case, findings);
}

fn log(case: &Case, findings: &mut Findings) {
    let reference = &case.row.reference;
    let mut before: Option<&str> = None;
    for (step, expected) in case.steps.iter().zip(1_i64..) {
        if step.step != expected {
            findings.add(Check::TheLogHasNoGap, reference, format_args!("step {} follows {}", step.step, expected - 1));
            return;
        }
        let from = step.from_state.as_deref();
        if from != before || !BookingState::may_follow(from, &step.to_state) {
            let detail = format_args!("step {}: {} to {}", step.step, from.unwrap_or("nothing"), step.to_state);
            findings.add(Check::MovesAreDrawn, reference, detail);
            return;
        }
        before = Some(&step.to_state);
    }
    if before != Some(case.row.state.as_str()) {
        let detail = format_args!("the log ends at {}, the booking is {}", before.unwrap_or("nothing"), case.row.state);
        findings.add(Check::TheLogLeadsToTheState, reference, detail);
    }
}

/// Applications.
const CANDIDATES: Log = Log {
    subject: "",
    sql: &rows::CANDIDATE_LOG,
    may_follow: CandidateState::may_follow,
    logged: Check::CandidatesAreLogged,
    gap: Check::TheLogOfACandidateHasNoGap,
    drawn: Check::MovesOfCandidatesAreDrawn,
    leads: Check::TheLogOfACandidateLeadsToItsState,
};

/// Every application's log begins with its draft, goes on by drawn moves without a gap, and ends at its state.
pub(super) async fn check_candidates(snapshot: &mut Snapshot, findings: &mut Findings) -> sqlx::Result<()> {
    logs::check(snapshot, &CANDIDATES, findings).await
}
