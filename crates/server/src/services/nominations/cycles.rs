//! Cycles, moved by the durable clock (S50, S51): collecting ends when the window opens and the next cycle collects;
//! seats are given; reviewers are reminded; managers are warned before an answer is late; a cycle closes when everybody
//! is answered.

use super::{lock, move_to, notices};
use crate::{
    clock::start_of_day,
    db::{
        Exec,
        nominations::{self as rows, CycleRow, NewCycle, Nomination, ReviewerRow},
    },
    jobs::{self, JobKind},
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        rulebooks,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::{
    ids::{AccountId, CycleId, NominationId},
    recognition::{Available, Phase, SEATS, choose, cycle_code, due, house, next_window, own_domain, reminder_due},
};
use gabarit_view::error::ApiError;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// It is looked at least so often, and whenever something happened.
const LOOK_EVERY: TimeDelta = TimeDelta::hours(1);
/// Nominations a transaction.
const AT_ONCE: usize = 50;
/// Managers are warned again after so long.
const ALARM_EVERY: TimeDelta = TimeDelta::days(1);

/// Orders a look at the cycles, in the caller's transaction.
pub(super) async fn look_again(exec: &mut Exec<'_>, now: DateTime<Utc>) -> sqlx::Result<()> {
    jobs::schedule(exec, JobKind::TurnCycles, Uuid::nil(), now).await
}

/// Does all that is due in the cycles, and orders the next look. May run twice, and acts once.
///
/// # Errors
/// A fault of ours.
pub async fn turn(p: &Platform) -> Result<(), ApiError> {
    // The next look is ordered first: whatever happens, there is one. What is ordered meanwhile is earlier, and holds.
    let next = p.now() + LOOK_EVERY;
    order(p, next).await?;
    let collecting = keep_collecting(p).await?;
    order(p, collecting.window_at.min(next)).await?;
    open_nominations(p).await?;
    for cycle in read_cycles(p).await? {
        if matches!(cycle.phase(), Phase::Review | Phase::Decision) {
            let vacant = give_seats(p, &cycle).await?;
            remind(p, &cycle).await?;
            let cycle = move_on(p, cycle).await?;
            alarm(p, &cycle, vacant).await?;
        }
    }
    jobs::wake(p);
    Ok(())
}

async fn order(p: &Platform, at: DateTime<Utc>) -> Result<(), ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    jobs::schedule(&mut tx.exec(), JobKind::TurnCycles, Uuid::nil(), at).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

async fn read_cycles(p: &Platform) -> Result<Vec<CycleRow>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    rows::cycles(&mut conn.exec()).await.map_err(|error| p.fault(error))
}

/// Sees to it that the cycle that collects is one whose window has not opened.
///
/// # Errors
/// A fault of ours.
pub async fn keep_collecting(p: &Platform) -> Result<CycleRow, ApiError> {
    {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        let found = rows::collecting(&mut conn.exec()).await.map_err(|error| p.fault(error))?;
        if let Some(cycle) = found.filter(|cycle| cycle.window_at > p.now()) {
            return Ok(cycle);
        }
    }
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            if let Some(mut cycle) = rows::collecting(exec).await? {
                if cycle.window_at > now {
                    return Ok(cycle);
                }
                // What holds from the opening on is pinned: a rulebook of later changes nothing in this cycle.
                let rules = rulebooks::current_in(exec, p).await?;
                (cycle.review_until, cycle.answer_by) =
                    due(cycle.window_at, rules.recognition.review_days, rules.recognition.answer_days);
                cycle.rulebook_version = i64::from(rules.version.0);
                if !rows::move_cycle(exec, &cycle, Phase::Review, None).await? {
                    return Err(ApiError::MovedOn.into());
                }
                rows::log_cycle(exec, cycle.id(), Some(Phase::Collecting), Phase::Review, now).await?;
                look_again(exec, now).await?;
            }
            let cycle = begin_cycle(exec, p, now).await?;
            tx.commit().await?;
            Ok(cycle)
        })
    })
    .await
}

async fn begin_cycle(exec: &mut Exec<'_>, p: &Platform, now: DateTime<Utc>) -> Result<CycleRow, Failure> {
    let rules = rulebooks::current_in(exec, p).await?;
    let window = next_window(p.today());
    let window_at = start_of_day(window, p.config.zone);
    let (review_until, answer_by) = due(window_at, rules.recognition.review_days, rules.recognition.answer_days);
    let new = NewCycle {
        id: CycleId(p.ids.uuid()),
        code: &cycle_code(window),
        rulebook_version: i64::from(rules.version.0),
        window_at,
        review_until,
        answer_by,
        now,
    };
    if rows::insert_cycle(exec, &new).await? {
        rows::log_cycle(exec, new.id, None, Phase::Collecting, now).await?;
        look_again(exec, now).await?;
    }
    rows::collecting(exec).await?.ok_or_else(|| p.fault("no cycle collects").into())
}

/// Opens what was sent into a cycle whose window has opened.
async fn open_nominations(p: &Platform) -> Result<(), ApiError> {
    loop {
        let opened = attempt(p, || {
            Box::pin(async move {
                let now = p.now();
                let mut tx = p.db.begin().await?;
                let exec = &mut tx.exec();
                let found = rows::to_open(exec, i64::try_from(AT_ONCE).unwrap_or(50)).await?;
                for id in &found {
                    let mut nomination = lock(exec, *id).await?;
                    // Taken back meanwhile.
                    let Ok(to) = nomination.state.clone().open() else { continue };
                    move_to(exec, &mut nomination, to, None, "opened", "", now).await?;
                }
                tx.commit().await?;
                Ok(found.len())
            })
        })
        .await?;
        if opened == 0 {
            return Ok(());
        }
    }
}

/// What is known of somebody that could make them partial.
#[derive(Clone, Debug, Default)]
pub(super) struct Ties {
    domain: Option<String>,
    houses: BTreeSet<String>,
    partners: BTreeSet<Uuid>,
    declared: BTreeSet<Uuid>,
}

pub(super) async fn ties(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Ties> {
    let (email, houses) = rows::affiliation(exec, account).await?;
    Ok(Ties {
        domain: own_domain(&email),
        houses: houses.iter().filter_map(|name| house(name)).collect(),
        partners: rows::partners(exec, account).await?.into_iter().collect(),
        declared: rows::conflicts_about(exec, account).await?.into_iter().collect(),
    })
}

/// What stands between a reviewer and a nominee: declared, or found.
pub(super) fn conflict(reviewer: Uuid, of_reviewer: &Ties, of_nominee: &Ties) -> Option<&'static str> {
    if of_nominee.declared.contains(&reviewer) {
        Some("declared")
    } else if of_nominee.partners.contains(&reviewer) {
        Some("bookings")
    } else if !of_nominee.houses.is_disjoint(&of_reviewer.houses) {
        Some("organisation")
    } else if of_nominee.domain.is_some() && of_nominee.domain == of_reviewer.domain {
        Some("domain")
    } else {
        None
    }
}

/// Reviewers at work, with what could make them partial.
pub(super) async fn at_work(exec: &mut Exec<'_>) -> sqlx::Result<Vec<(ReviewerRow, Ties)>> {
    let mut all = Vec::new();
    for row in rows::reviewers(exec).await? {
        if row.ended_at.is_none() {
            let ties = ties(exec, AccountId(row.account_id)).await?;
            all.push((row, ties));
        }
    }
    Ok(all)
}

pub(super) fn reads(row: &ReviewerRow, nomination: &Nomination) -> bool {
    row.languages.split(' ').any(|code| code == nomination.locale.code())
}

/// Gives free seats, fairly; answers how many could not be given.
async fn give_seats(p: &Platform, cycle: &CycleRow) -> Result<u32, ApiError> {
    let wanting = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        rows::to_seat(&mut conn.exec(), cycle.id(), i64::try_from(SEATS).unwrap_or(2))
            .await
            .map_err(|error| p.fault(error))?
    };
    let mut vacant = 0;
    for some in wanting.chunks(AT_ONCE) {
        vacant += attempt(p, || Box::pin(seat_some(p, cycle, some))).await?;
    }
    Ok(vacant)
}

async fn seat_some(p: &Platform, cycle: &CycleRow, some: &[NominationId]) -> Result<u32, Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let reviewers = at_work(exec).await?;
    let standing: BTreeSet<Uuid> = rows::standing(exec, cycle.id()).await?.into_iter().collect();
    let mut loads: BTreeMap<Uuid, u32> = rows::loads(exec, cycle.id())
        .await?
        .into_iter()
        .map(|(id, count)| (id, u32::try_from(count).unwrap_or(u32::MAX)))
        .collect();
    let mut given: BTreeMap<Uuid, u32> = BTreeMap::new();
    let mut vacant = 0;
    for id in some {
        let mut nomination = lock(exec, *id).await?;
        let Some(panel) = nomination.state.panel().cloned() else { continue };
        let of_nominee = ties(exec, nomination.account).await?;
        let opened = rows::was_deliberated(exec, nomination.id).await?;
        let available: Vec<Available> = reviewers
            .iter()
            .map(|(row, of_reviewer)| {
                let reviewer = AccountId(row.account_id);
                Available {
                    reviewer,
                    load: loads.get(&row.account_id).copied().unwrap_or(0),
                    reads: reads(row, &nomination),
                    barred: reviewer == nomination.account
                        || panel.of(reviewer).is_some()
                        || standing.contains(&row.account_id)
                        // Managers have seen both reviews of what was discussed before.
                        || (opened && row.is_manager)
                        || conflict(row.account_id, of_reviewer, &of_nominee).is_some(),
                }
            })
            .collect();
        let free = panel.free();
        let chosen = choose(&available, free, id.0.as_u128());
        vacant += u32::try_from(free.saturating_sub(chosen.len())).unwrap_or(0);
        for reviewer in chosen {
            // No longer in review.
            let Ok(to) = nomination.state.clone().assign(nomination.account, reviewer) else { continue };
            rows::add_seat(exec, nomination.id, reviewer, now).await?;
            move_to(exec, &mut nomination, to, None, "seated", "", now).await?;
            *loads.entry(reviewer.0).or_default() += 1;
            *given.entry(reviewer.0).or_default() += 1;
        }
    }
    for (reviewer, count) in given {
        notices::seated(exec, p, cycle, AccountId(reviewer), count, p.ids.uuid()).await?;
    }
    tx.commit().await?;
    Ok(vacant)
}

/// Reminds reviewers of what is due.
async fn remind(p: &Platform, cycle: &CycleRow) -> Result<(), ApiError> {
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            for row in rows::open_seats(exec, cycle.id()).await? {
                let last = row.reminded_at.map_or(row.assigned_at, |at| at.max(row.assigned_at));
                if reminder_due(last, cycle.review_until, now) {
                    let reviewer = AccountId(row.reviewer_id);
                    rows::reminded(exec, cycle.id(), reviewer, now).await?;
                    let open = u32::try_from(row.open).unwrap_or(u32::MAX);
                    notices::reminder(exec, p, cycle, reviewer, open).await?;
                }
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await
}

/// Moves a cycle as far as the rules let it.
async fn move_on(p: &Platform, cycle: CycleRow) -> Result<CycleRow, ApiError> {
    attempt(p, || {
        let cycle = cycle.clone();
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let mut cycle = rows::cycle(exec, cycle.id()).await?.ok_or(ApiError::NotFound)?;
            while let Some(to) = cycle.phase().next() {
                let counts = rows::count_states(exec, cycle.id()).await?;
                let count = |codes: &[&str]| counts.iter().any(|(state, n)| *n > 0 && codes.contains(&state.as_str()));
                let ends = cycle.phase().may_end(
                    cycle.window_at <= now,
                    count(&["submitted", "review"]),
                    cycle.review_until <= now,
                    rows::unanswered(exec, cycle.id()).await? > 0,
                );
                if cycle.phase() == Phase::Collecting || !ends {
                    break;
                }
                let closed_at = (to == Phase::Closed).then_some(now);
                if !rows::move_cycle(exec, &cycle, to, closed_at).await? {
                    return Err(ApiError::MovedOn.into());
                }
                rows::log_cycle(exec, cycle.id(), Some(cycle.phase()), to, now).await?;
                cycle = rows::cycle(exec, cycle.id()).await?.ok_or(ApiError::NotFound)?;
            }
            tx.commit().await?;
            Ok(cycle)
        })
    })
    .await
}

/// Whether managers are warned: answers are due soon and not all sent, or seats cannot be given.
pub(super) fn is_alarming(cycle: &CycleRow, alarm_days: u32, unanswered: u32, vacant: u32, now: DateTime<Utc>) -> bool {
    let from = cycle.answer_by - TimeDelta::days(i64::from(alarm_days));
    matches!(cycle.phase(), Phase::Review | Phase::Decision) && unanswered > 0 && (now >= from || vacant > 0)
}

/// Warns managers before an answer is late, and daily until it is sent.
async fn alarm(p: &Platform, cycle: &CycleRow, vacant: u32) -> Result<(), ApiError> {
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let unanswered = u32::try_from(rows::unanswered(exec, cycle.id()).await?).unwrap_or(u32::MAX);
            let rules = rulebooks::current_in(exec, p).await?;
            let again = cycle.alarmed_at.is_none_or(|at| now - at >= ALARM_EVERY);
            if again && is_alarming(cycle, rules.recognition.alarm_days, unanswered, vacant, now) {
                rows::alarmed(exec, cycle.id(), now).await?;
                notices::alarm(exec, p, cycle, unanswered).await?;
                tx.commit().await?;
            }
            Ok(())
        })
    })
    .await
}
