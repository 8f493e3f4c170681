//! The audit as managers find it: run every night and when one of them asks, its findings kept and told in words.
//!
//! A run is a row, of which there is one open at a time, and a job. The rows are read in one snapshot, which hinders
//! nobody; then the provider is asked about a page of payments after the other. Each step is noted in a short transaction
//! that only the first to come makes, so that a run that dies is gone on with, by any node, where it was. What a manager
//! may not know of nominations is neither shown to them nor counted.

use crate::{
    audit::{self, Check, Finding},
    clock::{civil_day, start_of_day, zoned},
    db::{
        Exec,
        audit_runs::{self as rows, FindingRow, OpenRun},
        desk,
    },
    jobs::{self, JobKind},
    platform::Platform,
    services::manage::managers_only,
};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    audit::{AuditPage, AuditRun, FindingGroup, FindingView},
    error::ApiError,
};
use uuid::Uuid;

/// When it runs by itself: so long after midnight, platform zone.
const AT_NIGHT: TimeDelta = TimeDelta::hours(3);
/// A run of the clock's is left out if another ended so shortly before.
const LATELY: TimeDelta = TimeDelta::hours(1);
/// How long runs and their findings are kept.
const KEEP: TimeDelta = TimeDelta::days(30);
/// Findings of a run that are kept: whoever has more begins with these.
const MOST: i64 = 1_000;
/// Runs on the page.
const SHOWN: i64 = 10;
/// Payments are compared for so long before the job makes room for others.
const TURN: TimeDelta = TimeDelta::seconds(30);

/// The next night's run.
fn next_night(now: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let today = civil_day(now, zone);
    [Some(today), today.succ_opt()]
        .into_iter()
        .flatten()
        .map(|day| start_of_day(day, zone) + AT_NIGHT)
        .find(|at| *at > now)
        .unwrap_or(now + TimeDelta::days(1))
}

/// Sees to it that there is a next run: for nodes that start. One that was under way goes on at once.
///
/// # Errors
/// The database's.
pub(crate) async fn keep_ordered(exec: &mut Exec<'_>, p: &Platform) -> sqlx::Result<()> {
    let now = p.now();
    let due = if rows::open(exec).await?.is_some() { now } else { next_night(now, p.config.zone) };
    jobs::schedule(exec, JobKind::RunAudit, Uuid::nil(), due).await
}

/// Orders a run now.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::MovedOn`] if one is under way.
pub async fn ask(p: &Platform, actor: &AccountView) -> Result<(), ApiError> {
    managers_only(actor)?;
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(|e| p.fault(e))?;
    let exec = &mut tx.exec();
    if !rows::order(exec, p.ids.uuid(), Some(actor.id), now).await.map_err(|e| p.fault(e))? {
        return Err(ApiError::MovedOn);
    }
    jobs::schedule(exec, JobKind::RunAudit, Uuid::nil(), now).await.map_err(|e| p.fault(e))?;
    desk::log(exec, p.ids.uuid(), now, Some(actor.id), "audit-asked", "", "").await.map_err(|e| p.fault(e))?;
    tx.commit().await.map_err(|e| p.fault(e))?;
    jobs::wake(p);
    Ok(())
}

/// Runs the audit, or goes on with the run that is open: for the job. However often it is called, a run is made once.
///
/// # Errors
/// Faults of the database: the job is tried again, and the run goes on.
pub(crate) async fn run(p: &Platform) -> Result<(), ApiError> {
    let Some(mut run) = begin(p).await.map_err(|e| p.fault(e))? else { return Ok(()) };
    if run.checked_at.is_none() {
        let (findings, row_count) = audit::run_counted(p).await.map_err(|e| p.fault(e))?;
        let found = found(p, &findings).await.map_err(|e| p.fault(e))?;
        let noted = async {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            if rows::checked(exec, run.id, row_count, p.now()).await? {
                store(exec, run.id, &found).await?;
            }
            tx.commit().await
        };
        noted.await.map_err(|e| p.fault(e))?;
    }
    let until = p.now() + TURN;
    while let Some((last, page)) =
        audit::reconcile_page(p, run.compared_up_to.unwrap_or_default()).await.map_err(|e| p.fault(e))?
    {
        let found = found(p, &page.findings).await.map_err(|e| p.fault(e))?;
        let noted = async {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let (compared, unanswered) = (count(page.compared), count(page.unanswered));
            let noted = rows::compared(exec, run.id, run.compared_up_to, last, compared, unanswered).await?;
            if noted {
                store(exec, run.id, &found).await?;
            }
            if p.now() >= until && !page.is_away() {
                jobs::schedule(exec, JobKind::RunAudit, Uuid::nil(), p.now()).await?;
            }
            tx.commit().await?;
            Ok::<_, sqlx::Error>(noted)
        };
        // Whoever has noted it goes on with it, too.
        if !noted.await.map_err(|e| p.fault(e))? {
            return Ok(());
        }
        if page.is_away() {
            break;
        }
        if p.now() >= until {
            jobs::wake(p);
            return Ok(());
        }
        run.compared_up_to = Some(last);
    }
    let ended = async {
        let now = p.now();
        let mut tx = p.db.begin().await?;
        let exec = &mut tx.exec();
        if rows::end(exec, run.id, now).await? {
            rows::purge(exec, now - KEEP).await?;
            jobs::schedule(exec, JobKind::RunAudit, Uuid::nil(), next_night(now, p.config.zone)).await?;
        }
        tx.commit().await
    };
    ended.await.map_err(|e| p.fault(e))
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The run to make: the open one, or the clock's own. None if the last one was only just over: the next night's is
/// ordered.
async fn begin(p: &Platform) -> sqlx::Result<Option<OpenRun>> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    if rows::open(exec).await?.is_none() {
        if rows::last_end(exec).await?.is_some_and(|at| now < at + LATELY) {
            jobs::schedule(exec, JobKind::RunAudit, Uuid::nil(), next_night(now, p.config.zone)).await?;
            tx.commit().await?;
            return Ok(None);
        }
        // A manager may order one at this moment: either is the run.
        rows::order(exec, p.ids.uuid(), None, now).await?;
    }
    let run = rows::open(exec).await?;
    if let Some(run) = &run {
        rows::begin(exec, run.id, now).await?;
    }
    tx.commit().await?;
    Ok(run)
}

/// Findings with what they are about.
async fn found(p: &Platform, findings: &[Finding]) -> sqlx::Result<Vec<FindingRow>> {
    let mut conn = p.db.conn().await?;
    let exec = &mut conn.exec();
    let mut found = Vec::with_capacity(findings.len());
    for finding in findings {
        let about = audit::about(exec, finding).await?;
        found.push(FindingRow {
            check_name: finding.check.to_owned(),
            subject: finding.subject.clone(),
            detail: finding.detail.clone(),
            about: about.kind.to_owned(),
            about_id: about.id,
            account_id: about.person,
        });
    }
    Ok(found)
}

async fn store(exec: &mut Exec<'_>, run: Uuid, found: &[FindingRow]) -> sqlx::Result<()> {
    let stored = rows::stored(exec, run).await?;
    let room = usize::try_from(MOST - stored).unwrap_or(0);
    for (position, row) in (stored + 1..).zip(found.iter().take(room)) {
        rows::insert_finding(exec, run, position, row).await?;
    }
    let left_out = found.len().saturating_sub(room);
    if left_out > 0 {
        rows::leave_out(exec, run, count(left_out)).await?;
    }
    Ok(())
}

/// What a manager reads of the last runs.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn page(p: &Platform, actor: &AccountView, locale: Locale) -> Result<AuditPage, ApiError> {
    managers_only(actor)?;
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let exec = &mut conn.exec();
    let open = rows::open(exec).await.map_err(|e| p.fault(e))?;
    let runs = rows::runs(exec, actor.id, SHOWN).await.map_err(|e| p.fault(e))?;
    let findings = match runs.first() {
        Some(newest) => rows::findings(exec, newest.id, actor.id).await.map_err(|e| p.fault(e))?,
        None => Vec::new(),
    };
    let number = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(AuditPage {
        under_way: open.map(|run| zoned(run.asked_at, zone)),
        runs: runs
            .into_iter()
            .map(|run| AuditRun {
                asked_by: run.asked_by,
                started_at: zoned(run.started_at, zone),
                seconds: number((run.ended_at - run.started_at).num_seconds()),
                rows: u64::try_from(run.row_count).unwrap_or_default(),
                compared: number(run.compared),
                unanswered: number(run.unanswered),
                findings: number(run.findings),
                more: run.left_out > 0,
            })
            .collect(),
        findings: grouped(findings, locale),
    })
}

/// By what they say, in the order in which they were found.
fn grouped(findings: Vec<FindingRow>, locale: Locale) -> Vec<FindingGroup> {
    let mut groups: Vec<FindingGroup> = Vec::new();
    for row in findings {
        let check = Check::parse(&row.check_name);
        let words = check.map_or(row.check_name.as_str(), |check| check.words(locale));
        let view = FindingView { subject: row.subject, about: row.about, id: row.about_id, detail: row.detail };
        match groups.iter_mut().find(|group| group.words == words) {
            Some(group) => group.found.push(view),
            None => groups.push(FindingGroup {
                invariant: check.map_or(0, Check::invariant),
                words: words.to_owned(),
                found: vec![view],
            }),
        }
    }
    groups.sort_by_key(|group| group.invariant);
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three o'clock, platform zone: this night's, or the next one's, and by the clock when clocks change.
    #[test]
    fn nights_come_every_day() {
        let zone = chrono_tz::Europe::Amsterdam;
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        for (now, wanted) in [
            ("2026-11-22T18:00:00Z", "2026-11-23T02:00:00Z"),
            ("2026-11-23T00:30:00Z", "2026-11-23T02:00:00Z"),
            ("2026-11-23T02:00:00Z", "2026-11-24T02:00:00Z"),
            ("2026-07-01T12:00:00Z", "2026-07-02T01:00:00Z"),
        ] {
            assert_eq!(next_night(at(now), zone), at(wanted), "{now}");
        }
    }
}
