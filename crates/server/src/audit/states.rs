//! Invariant 4: no state by surprise.

use super::{
    Context, Findings,
    case::Case,
    logs::{self, Log},
    rows::Snapshot,
};
use chrono::TimeDelta;
use gabarit_domain::{booking::BookingState, candidate::CandidateState};

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

/// Applications.
const CANDIDATES: Log = Log {
    subject: "",
    steps: "SELECT l.candidate_id AS id, l.step, l.from_state, l.to_state, c.state \
        FROM candidate_log l JOIN candidate c ON c.id = l.candidate_id \
        WHERE l.candidate_id > $1 OR (l.candidate_id = $1 AND l.step > $2) ORDER BY l.candidate_id, l.step LIMIT $3",
    unlogged: "SELECT c.id FROM candidate c WHERE NOT EXISTS \
        (SELECT 1 FROM candidate_log l WHERE l.candidate_id = c.id) ORDER BY c.id",
    may_follow: CandidateState::may_follow,
    logged: "candidates are logged",
    gap: "the log of a candidate has no gap",
    drawn: "moves of candidates are drawn",
    leads: "the log of a candidate leads to its state",
};

/// Every application's log begins with its draft, goes on by drawn moves without a gap, and ends at its state.
pub(super) async fn check_candidates(snapshot: &mut Snapshot, findings: &mut Findings) -> sqlx::Result<()> {
    logs::check(snapshot, &CANDIDATES, findings).await
}
