//! Invariant 4: append-only logs that lead, by drawn moves and without a gap, to the state of what they tell of.

use super::{Check, Findings};
use crate::db::audit::{
    Snapshot,
    programme::{self as rows, LogSql, LogStep},
};
use uuid::Uuid;

/// Steps read at a time.
const PAGE: i64 = 500;

/// A log, and what its checks are called.
pub(super) struct Log {
    /// What stands before an id.
    pub(super) subject: &'static str,
    /// Where it is read.
    pub(super) sql: &'static LogSql,
    /// The drawing.
    pub(super) may_follow: fn(Option<&str>, &str) -> bool,
    /// The check that there is one.
    pub(super) logged: Check,
    /// The check of its numbers.
    pub(super) gap: Check,
    /// The check of its moves.
    pub(super) drawn: Check,
    /// The check of its end.
    pub(super) leads: Check,
}

/// Every log begins at the beginning, goes on by drawn moves without a gap, and ends at the state.
pub(super) async fn check(snapshot: &mut Snapshot, log: &Log, findings: &mut Findings) -> sqlx::Result<()> {
    let mut after = (Uuid::nil(), 0);
    let mut open: Option<(LogStep, bool)> = None;
    loop {
        let steps = rows::steps(snapshot, log.sql, after, PAGE).await?;
        let Some(last) = steps.last() else { break };
        after = (last.id, last.step);
        for step in steps {
            let (before, sound) = match open.take() {
                Some((before, sound)) if before.id == step.id => (Some(before), sound),
                Some((before, sound)) => {
                    ends(log, &before, sound, findings);
                    (None, true)
                }
                None => (None, true),
            };
            let sound = sound && drawn(log, before.as_ref(), &step, findings);
            open = Some((step, sound));
        }
    }
    if let Some((last, sound)) = open {
        ends(log, &last, sound, findings);
    }
    for id in rows::unlogged(snapshot, log.sql).await? {
        findings.add(log.logged, named(log, id), "there is no log");
    }
    Ok(())
}

fn named(log: &Log, id: Uuid) -> String {
    if log.subject.is_empty() { id.to_string() } else { format!("{} {id}", log.subject) }
}

fn drawn(log: &Log, before: Option<&LogStep>, step: &LogStep, findings: &mut Findings) -> bool {
    let expected = before.map_or(1, |before| before.step + 1);
    if step.step != expected {
        let detail = format_args!("step {} where {expected} is due", step.step);
        findings.add(log.gap, named(log, step.id), detail);
        return false;
    }
    let from = step.from_state.as_deref();
    if from != before.map(|before| before.to_state.as_str()) || !(log.may_follow)(from, &step.to_state) {
        let detail = format_args!("step {}: {} to {}", step.step, from.unwrap_or("nothing"), step.to_state);
        findings.add(log.drawn, named(log, step.id), detail);
        return false;
    }
    true
}

fn ends(log: &Log, last: &LogStep, sound: bool, findings: &mut Findings) {
    if sound && last.to_state != last.state {
        let detail = format_args!("the log ends at {}, the state is {}", last.to_state, last.state);
        findings.add(log.leads, named(log, last.id), detail);
    }
}
