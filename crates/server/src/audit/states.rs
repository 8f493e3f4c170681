//! Invariant 4: no state by surprise.

use super::{
    Context, Findings,
    case::Case,
    rows::{self, CandidateStep, Snapshot},
};
use chrono::TimeDelta;
use gabarit_domain::{booking::BookingState, candidate::CandidateState};
use uuid::Uuid;

/// A clock may be this late: a server that was down is given time to catch up.
const LATE: TimeDelta = TimeDelta::hours(1);

/// The state can be read, its clock is not overdue, and the log leads to it by drawn moves.
pub(super) fn check(context: &Context, case: &Case, findings: &mut Findings) {
    let (row, reference) = (&case.row, &case.row.reference);
    let Some(state) = BookingState::restore(&row.state, row.clock_at) else {
        let clock = if row.clock_at.is_some() { "with" } else { "without" };
        findings.add(4, "state and clock fit together", reference, format_args!("{} {clock} a clock", row.state));
        return;
    };
    let due = match state {
        BookingState::Held { until } => Some((until, "lapse")),
        BookingState::Requested { deadline } => Some((deadline, "expire")),
        BookingState::Accepted => Some((row.ends_at, "be completed")),
        _ => None,
    };
    if let Some((at, what)) = due.filter(|(at, _)| *at + LATE < context.now) {
        findings.add(4, "clocks are heeded", reference, format_args!("{}: should {what} since {at}", row.state));
    }
    if (row.ladder_before.is_some() || row.ladder_days.is_some())
        && !matches!(row.state.as_str(), "completed" | "ended" | "cancelled")
    {
        findings.add(4, "ordinals are given at completion", reference, format_args!("{} with ordinals", row.state));
    }
    log(case, findings);
}

fn log(case: &Case, findings: &mut Findings) {
    let reference = &case.row.reference;
    let mut before: Option<&str> = None;
    for (step, expected) in case.steps.iter().zip(1_i64..) {
        if step.step != expected {
            findings.add(
                4,
                "the log has no gap",
                reference,
                format_args!("step {} follows {}", step.step, expected - 1),
            );
            return;
        }
        let from = step.from_state.as_deref();
        if from != before || !BookingState::may_follow(from, &step.to_state) {
            let detail = format_args!("step {}: {} to {}", step.step, from.unwrap_or("nothing"), step.to_state);
            findings.add(4, "moves are drawn", reference, detail);
            return;
        }
        before = Some(&step.to_state);
    }
    if before != Some(case.row.state.as_str()) {
        let detail = format_args!("the log ends at {}, the booking is {}", before.unwrap_or("nothing"), case.row.state);
        findings.add(4, "the log leads to the state", reference, detail);
    }
}

/// Steps of candidates read at a time.
const PAGE: i64 = 500;

/// Every application's log begins with its draft, goes on by drawn moves without a gap, and ends at its state.
pub(super) async fn check_candidates(snapshot: &mut Snapshot, findings: &mut Findings) -> sqlx::Result<()> {
    let mut after = (Uuid::nil(), 0);
    let mut open: Option<(CandidateStep, bool)> = None;
    loop {
        let steps = rows::candidate_steps(snapshot, after, PAGE).await?;
        let Some(last) = steps.last() else { break };
        after = (last.candidate, last.step);
        for step in steps {
            let (before, sound) = match open.take() {
                Some((before, sound)) if before.candidate == step.candidate => (Some(before), sound),
                Some((before, sound)) => {
                    ends(&before, sound, findings);
                    (None, true)
                }
                None => (None, true),
            };
            let sound = sound && drawn(before.as_ref(), &step, findings);
            open = Some((step, sound));
        }
    }
    if let Some((last, sound)) = open {
        ends(&last, sound, findings);
    }
    for candidate in rows::unlogged_candidates(snapshot).await? {
        findings.add(4, "candidates are logged", candidate, "an application without a log");
    }
    Ok(())
}

fn drawn(before: Option<&CandidateStep>, step: &CandidateStep, findings: &mut Findings) -> bool {
    let expected = before.map_or(1, |before| before.step + 1);
    if step.step != expected {
        let detail = format_args!("step {} where {expected} is due", step.step);
        findings.add(4, "the log of a candidate has no gap", step.candidate, detail);
        return false;
    }
    let from = step.from_state.as_deref();
    if from != before.map(|before| before.to_state.as_str()) || !CandidateState::may_follow(from, &step.to_state) {
        let detail = format_args!("step {}: {} to {}", step.step, from.unwrap_or("nothing"), step.to_state);
        findings.add(4, "moves of candidates are drawn", step.candidate, detail);
        return false;
    }
    true
}

fn ends(last: &CandidateStep, sound: bool, findings: &mut Findings) {
    if sound && last.to_state != last.state {
        let detail = format_args!("the log ends at {}, the application is {}", last.to_state, last.state);
        findings.add(4, "the log of a candidate leads to its state", last.candidate, detail);
    }
}
