//! The managers' side: cycles with their clocks, calibration, seats, decisions, letters, reviewers.
//!
//! Nobody is a manager of themselves: who stands, who declared a conflict, and who stepped aside sees nothing of that
//! nomination here. A manager who reviews is as blind as any reviewer until both reviews are in.

use super::{
    cycles, letters, lock, move_to, notices, review,
    views::{self, zone},
};
use crate::{
    clock::zoned,
    db::{
        Exec, accounts, bookings as people,
        nominations::{self as rows, CycleRow, EntryRow, Nomination, SeatRow},
    },
    jobs,
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        manage::managers_only,
        membership, rulebooks,
    },
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use gabarit_domain::{
    ids::{AccountId, NominationId},
    recognition::{
        Decision, NominationState, Phase, Reason, Reasons, SEATS, SeatState, Spread, mean, places, spread, weighted,
    },
    text::{Email, Message, Name},
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, FieldError, Problem},
    nomination::{
        CycleEntry, CycleLine, CyclePage, DecisionForm, ManagedSeat, NominationFile, NominationStep, ProgrammeDesk,
        ReviewerChoice, ReviewerForm, ReviewerSpread, ReviewerView,
    },
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// All cycles, with their clocks.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn desk(p: &Platform, actor: &AccountView) -> Result<ProgrammeDesk, ApiError> {
    managers_only(actor)?;
    cycles::keep_collecting(p).await?;
    let zone = zone(p, actor);
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let mut lines = Vec::new();
        for cycle in rows::cycles(exec).await? {
            let seen = Seen::read(exec, actor.id, &cycle).await?;
            lines.push(line(exec, p, &cycle, &seen, zone).await?);
        }
        let reviewers = rows::reviewers(exec).await?.iter().filter(|row| row.ended_at.is_none()).count();
        Ok(ProgrammeDesk { cycles: lines, reviewers: u32::try_from(reviewers).unwrap_or(u32::MAX) })
    };
    read.await.map_err(|failure| views::answer(p, failure))
}

/// What of a cycle a reader may know of: not their own nomination, nor those that they have a conflict about. Whatever is
/// counted is counted on this, so that no number tells of the rest.
struct Seen {
    entries: Vec<EntryRow>,
    seats: Vec<SeatRow>,
}

impl Seen {
    async fn read(exec: &mut Exec<'_>, reader: AccountId, cycle: &CycleRow) -> Result<Self, Failure> {
        let mut seats = rows::seats_of_cycle(exec, cycle.id()).await?;
        let hidden = hidden_from(exec, reader, &seats).await?;
        let (unseen, entries): (Vec<EntryRow>, Vec<EntryRow>) =
            rows::of_cycle(exec, cycle.id()).await?.into_iter().partition(|row| hidden.contains(&row.account_id));
        let unseen: BTreeSet<Uuid> = unseen.into_iter().map(|row| row.id).collect();
        seats.retain(|seat| !unseen.contains(&seat.nomination_id));
        Ok(Self { entries, seats })
    }

    fn count(&self, states: &[&str]) -> u32 {
        let found = self.entries.iter().filter(|row| states.contains(&row.state.as_str())).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    }

    /// How many wait for their answer.
    fn unanswered(&self) -> u32 {
        self.count(&["submitted", "review", "deliberation", "decided"])
    }

    /// Reviews that there must be in the end.
    fn wanted(&self) -> u32 {
        let seats = u32::try_from(SEATS).unwrap_or(u32::MAX);
        self.count(&["review", "deliberation", "decided", "granted", "refused"]).saturating_mul(seats)
    }

    /// Seats that nobody has.
    fn vacant(&self) -> u32 {
        let live = self.seats.iter().filter(|seat| matches!(seat.state.as_str(), "in" | "open")).count();
        self.wanted().saturating_sub(u32::try_from(live).unwrap_or(u32::MAX))
    }
}

/// How many nominations of a cycle wait for their answer, and how many of their seats are free, as a manager may know it.
pub(super) async fn waiting(exec: &mut Exec<'_>, manager: AccountId, cycle: &CycleRow) -> Result<(u32, u32), Failure> {
    let seen = Seen::read(exec, manager, cycle).await?;
    Ok((seen.unanswered(), seen.vacant()))
}

async fn line(
    exec: &mut Exec<'_>,
    p: &Platform,
    cycle: &CycleRow,
    seen: &Seen,
    zone: Tz,
) -> Result<CycleLine, Failure> {
    let now = p.now();
    let open = matches!(cycle.phase(), Phase::Review | Phase::Decision);
    let reviews = seen.seats.iter().filter(|seat| seat.state == "in").count();
    let unanswered = seen.unanswered();
    let vacant = if open { seen.vacant() } else { 0 };
    let rules = rulebooks::current_in(exec, p).await?;
    Ok(CycleLine {
        counts: NominationState::CODES
            .iter()
            .map(|code| ((*code).to_owned(), seen.count(&[code])))
            .filter(|(_, count)| *count > 0)
            .collect(),
        reviews: (u32::try_from(reviews).unwrap_or(u32::MAX), seen.wanted()),
        unanswered,
        vacant,
        days_left: open.then(|| days_between(now, cycle.answer_by)),
        alarm: cycles::is_alarming(cycle, rules.recognition.alarm_days, unanswered, vacant, now),
        cycle: views::cycle_view(p, cycle, zone),
    })
}

/// Whole days from one instant to another; below nought once it is past.
fn days_between(now: DateTime<Utc>, due: DateTime<Utc>) -> i64 {
    (due - now).num_seconds().div_euclid(86_400)
}

/// A cycle with its nominations by place, and how reviewers mark. Marks are shown once both reviews of a nomination are
/// in; what the reader may not see is left out, and out of every number.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`].
pub async fn cycle(p: &Platform, actor: &AccountView, code: &str, locale: Locale) -> Result<CyclePage, ApiError> {
    managers_only(actor)?;
    let zone = zone(p, actor);
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let cycle = rows::cycle_by_code(exec, code).await?.ok_or(ApiError::NotFound)?;
        let weights = views::weights(exec, p, &cycle).await?;
        let seen = Seen::read(exec, actor.id, &cycle).await?;
        let line = line(exec, p, &cycle, &seen, zone).await?;
        let Seen { entries: found, seats } = seen;
        let mut by_nomination: BTreeMap<Uuid, Vec<&SeatRow>> = BTreeMap::new();
        for seat in &seats {
            by_nomination.entry(seat.nomination_id).or_default().push(seat);
        }
        let mut entries: Vec<CycleEntry> = Vec::new();
        for row in found {
            let own: &[&SeatRow] = by_nomination.get(&row.id).map_or(&[], Vec::as_slice);
            let blind = own.iter().any(|seat| seat.reviewer_id == actor.id.0 && seat.state == "open");
            let marks: Vec<u32> = own
                .iter()
                .filter(|seat| seat.state == "in")
                .filter_map(|seat| Some(weighted(&views::scores(seat)?, &weights)))
                .collect();
            let complete = marks.len() == SEATS && row.state != "withdrawn" && !blind;
            let apart = marks.iter().max().zip(marks.iter().min()).map(|(most, least)| most - least);
            entries.push(CycleEntry {
                id: NominationId(row.id),
                name: row.name,
                country: views::country(&row.country, locale),
                state: row.state,
                reviews: u32::try_from(marks.len()).unwrap_or(u32::MAX),
                place: None,
                mark: mean(&marks).filter(|_| complete),
                apart: apart.filter(|_| complete),
                outcome: row.outcome,
            });
        }
        let marks: Vec<u32> = entries.iter().filter_map(|entry| entry.mark).collect();
        let mut ranked = places(&marks).into_iter();
        for entry in entries.iter_mut().filter(|entry| entry.mark.is_some()) {
            entry.place = ranked.next();
        }
        entries.sort_by_key(|entry| (entry.place.unwrap_or(u32::MAX), entry.name.clone()));
        let moves = rows::moves(exec, cycle.id())
            .await?
            .into_iter()
            .filter_map(|row| Some((Phase::parse(&row.to_phase)?, zoned(row.at, zone))))
            .collect();
        let (reviewers, all) = calibration(&seats.iter().collect::<Vec<_>>(), &weights);
        Ok::<_, Failure>(CyclePage { line, entries, reviewers, all, moves })
    };
    read.await.map_err(|failure| views::answer(p, failure))
}

/// Nominees of whom a manager must see nothing, as [`is_barred`] has it: themselves, those they declared a conflict about,
/// and those they stepped aside from.
async fn hidden_from(exec: &mut Exec<'_>, reader: AccountId, seats: &[SeatRow]) -> Result<BTreeSet<Uuid>, Failure> {
    let mut hidden: BTreeSet<Uuid> = rows::conflicts_of(exec, reader).await?.into_iter().collect();
    hidden.insert(reader.0);
    for seat in seats.iter().filter(|seat| seat.reviewer_id == reader.0 && seat.state == "recused") {
        if let Some(found) = rows::get(exec, NominationId(seat.nomination_id)).await? {
            hidden.insert(found.account.0);
        }
    }
    Ok(hidden)
}

/// How each reviewer marks, beside all. Only nominations whose reviews are both in count: what is still blind stays so.
fn calibration(seats: &[&SeatRow], weights: &[u32; 5]) -> (Vec<ReviewerSpread>, Option<Spread>) {
    let mut ins: BTreeMap<Uuid, usize> = BTreeMap::new();
    for seat in seats.iter().filter(|seat| seat.state == "in") {
        *ins.entry(seat.nomination_id).or_default() += 1;
    }
    let mark = |seat: &SeatRow| {
        let both = seat.state == "in" && ins.get(&seat.nomination_id) == Some(&SEATS);
        both.then(|| views::scores(seat).map(|scores| weighted(&scores, weights))).flatten()
    };
    let mut by_reviewer: BTreeMap<(&str, Uuid), Vec<&SeatRow>> = BTreeMap::new();
    for seat in seats.iter().copied() {
        by_reviewer.entry((&seat.name, seat.reviewer_id)).or_default().push(seat);
    }
    let count = |own: &[&SeatRow], state: &str| {
        u32::try_from(own.iter().filter(|seat| seat.state == state).count()).unwrap_or(u32::MAX)
    };
    let reviewers = by_reviewer
        .into_iter()
        .map(|((name, _), own)| ReviewerSpread {
            name: name.to_owned(),
            open: count(&own, "open"),
            recused: count(&own, "recused"),
            spread: spread(&own.iter().filter_map(|seat| mark(seat)).collect::<Vec<_>>()),
        })
        .collect();
    (reviewers, spread(&seats.iter().filter_map(|seat| mark(seat)).collect::<Vec<_>>()))
}

/// Whether a manager must see nothing of a nomination: it is their own, they declared a conflict, or stepped aside.
async fn is_barred(exec: &mut Exec<'_>, actor: &AccountView, found: &Nomination) -> Result<bool, Failure> {
    let stepped = found.state.panel().and_then(|panel| panel.of(actor.id)) == Some(SeatState::Recused);
    let declared = rows::conflicts_about(exec, found.account).await?.contains(&actor.id.0);
    Ok(found.account == actor.id || stepped || declared)
}

/// A nomination with everything managers know of it. A draft is nobody's but its writer's.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers, for one's own, and with a conflict; [`ApiError::NotFound`].
pub async fn file(
    p: &Platform,
    actor: &AccountView,
    id: NominationId,
    locale: Locale,
) -> Result<NominationFile, ApiError> {
    managers_only(actor)?;
    let zone = zone(p, actor);
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let found = rows::get(exec, id).await?.filter(|found| found.cycle.is_some()).ok_or(ApiError::NotFound)?;
        if found.state == NominationState::Draft {
            return Err(Failure::Answer(ApiError::NotFound));
        }
        if is_barred(exec, actor, &found).await? {
            return Err(Failure::Answer(ApiError::Forbidden));
        }
        let panel = found.state.panel().cloned().unwrap_or_default();
        // Blind until both are in (S54): whoever has read one review could still be given the other seat.
        let open = panel.is_complete() && panel.of(actor.id) != Some(SeatState::Open);
        let cycle = match found.cycle {
            Some(id) => rows::cycle(exec, id).await?.ok_or(ApiError::NotFound)?,
            None => return Err(ApiError::NotFound.into()),
        };
        let person = people::person(exec, found.account).await?.ok_or(ApiError::NotFound)?;
        let letter = match rows::letter(exec, id).await? {
            Some(row) => Some(views::kept_letter(row, zone)),
            None => views::preview(exec, &found, &cycle).await?.map(|letter| letter.view()),
        };
        let can_decide = found.state.may_decide(found.account, actor.id);
        let deciding = matches!(found.state, NominationState::Deliberation(_) | NominationState::Decided(..));
        let in_review = matches!(found.state, NominationState::Review(_));
        Ok(NominationFile {
            dossier: views::dossier(exec, p, &found, (zone, locale), open).await?,
            version: found.version,
            email: person.email,
            seats: rows::seats(exec, id)
                .await?
                .into_iter()
                .map(|row| ManagedSeat {
                    reviewer: AccountId(row.reviewer_id),
                    name: row.name,
                    state: row.state,
                    assigned_at: zoned(row.assigned_at, zone),
                    ground: row.ground,
                })
                .collect(),
            choices: if in_review && panel.free() > 0 {
                choices(exec, actor, &found, &cycle).await?
            } else {
                Vec::new()
            },
            free: if in_review { u32::try_from(panel.free()).unwrap_or(0) } else { 0 },
            decision: decision_form(&found),
            letter,
            can_decide,
            had_part: deciding && !can_decide,
            can_send: can_decide && matches!(found.state, NominationState::Decided(..)),
            can_seat: in_review,
            can_say: deciding && open,
            steps: rows::steps(exec, id)
                .await?
                .into_iter()
                .map(|row| NominationStep {
                    at: zoned(row.at, zone),
                    event: row.event,
                    by: row.actor_name,
                    reason: row.reason,
                })
                .collect(),
        })
    };
    read.await.map_err(|failure| views::answer(p, failure))
}

fn decision_form(found: &Nomination) -> DecisionForm {
    let mut form = DecisionForm {
        id: found.id.to_string(),
        version: found.version.to_string(),
        remark: found.remark.clone(),
        ..DecisionForm::default()
    };
    if let Some(ruling) = found.state.ruling() {
        ruling.decision.code().clone_into(&mut form.outcome);
        if let Decision::Refuse { reasons } = &ruling.decision {
            for reason in reasons.all() {
                reason.text.as_str().clone_into(form.reason_mut(reason.quality));
            }
        }
    }
    form
}

async fn choices(
    exec: &mut Exec<'_>,
    actor: &AccountView,
    found: &Nomination,
    cycle: &CycleRow,
) -> Result<Vec<ReviewerChoice>, Failure> {
    let standing: BTreeSet<Uuid> = rows::standing(exec, cycle.id()).await?.into_iter().collect();
    let loads: BTreeMap<Uuid, i64> = rows::loads_seen(exec, cycle.id(), actor.id).await?.into_iter().collect();
    let of_nominee = cycles::ties(exec, found.account).await?;
    let panel = found.state.panel().cloned().unwrap_or_default();
    let opened = rows::was_deliberated(exec, found.id).await?;
    let mut choices: Vec<ReviewerChoice> = cycles::at_work(exec)
        .await?
        .into_iter()
        .map(|(row, of_reviewer)| {
            let reviewer = AccountId(row.account_id);
            let bar = if reviewer == found.account {
                Some("self")
            } else if panel.of(reviewer).is_some() {
                Some("seated")
            } else if standing.contains(&row.account_id) {
                Some("stands")
            } else if opened && row.is_manager {
                Some("manages")
            } else {
                cycles::conflict(row.account_id, &of_reviewer, &of_nominee)
            };
            ReviewerChoice {
                reviewer,
                load: small(loads.get(&row.account_id).copied().unwrap_or(0)),
                reads: cycles::reads(&row, found),
                bar: bar.map(ToOwned::to_owned),
                name: row.name,
            }
        })
        .collect();
    choices.sort_by_key(|choice| (choice.bar.is_some(), !choice.reads, choice.load, choice.name.clone()));
    Ok(choices)
}

/// What a form asks for, read.
enum Act {
    Decide { decision: Decision, remark: String },
    Send,
    Assign(AccountId),
    Release { reviewer: AccountId, why: String },
    Say(Message),
}

/// Reads a form, with everything that is wrong with it. A refusal has reasons, each tied to a quality.
fn read(form: &DecisionForm) -> Result<Act, ApiError> {
    let reviewer = || -> Result<AccountId, ApiError> {
        let typed = form.reviewer.trim();
        let problem = if typed.is_empty() { Problem::Missing } else { Problem::Unknown };
        typed.parse().map_err(|_| ApiError::field("reviewer", problem))
    };
    match form.act.as_str() {
        "send" => Ok(Act::Send),
        "assign" => Ok(Act::Assign(reviewer()?)),
        "release" => Ok(Act::Release {
            reviewer: reviewer()?,
            why: Message::parse_optional(&form.body)
                .map_err(|error| ApiError::field("body", Problem::of_text(error, 4_000)))?
                .map(String::from)
                .unwrap_or_default(),
        }),
        "say" => Message::parse(&form.body)
            .map(Act::Say)
            .map_err(|error| ApiError::field("body", Problem::of_text(error, 4_000))),
        "decide" => decide(form),
        _ => Err(ApiError::NotFound),
    }
}

fn decide(form: &DecisionForm) -> Result<Act, ApiError> {
    let mut fields = Vec::new();
    let mut add = |field: &str, problem| fields.push(FieldError { field: field.to_owned(), problem });
    let remark = match Message::parse_optional(&form.remark) {
        Ok(remark) => remark.map(String::from).unwrap_or_default(),
        Err(error) => {
            add("remark", Problem::of_text(error, 4_000));
            String::new()
        }
    };
    let decision = match form.outcome.as_str() {
        "grant" => Some(Decision::Grant),
        "refuse" => {
            let mut reasons = Vec::new();
            for ((quality, field), typed) in DecisionForm::FIELDS.into_iter().zip(form.typed()) {
                if typed.trim().is_empty() {
                    continue;
                }
                match review::ground(typed) {
                    Ok(text) => reasons.push(Reason { quality, text }),
                    Err(problem) => add(field, problem),
                }
            }
            let none = reasons.is_empty();
            let reasons = Reasons::new(reasons);
            if none {
                add("reasons", Problem::Missing);
            }
            reasons.map(|reasons| Decision::Refuse { reasons })
        }
        _ => {
            add("outcome", Problem::Missing);
            None
        }
    };
    match decision {
        Some(decision) if fields.is_empty() => Ok(Act::Decide { decision, remark }),
        _ => Err(ApiError::Invalid { fields, stash: None }),
    }
}

/// Does what a manager's form asks for, if the nomination is still as its reader saw it.
///
/// # Errors
/// - [`ApiError::Forbidden`] for all but managers, on one's own, with a conflict, and on what one reviewed oneself;
///   [`ApiError::NotFound`].
/// - [`ApiError::Overtaken`] if somebody changed it since.
/// - [`ApiError::Invalid`] with every field to correct: a refusal has reasons.
/// - [`ApiError::MovedOn`] if that cannot be done (yet).
pub async fn act(p: &Platform, actor: &AccountView, form: &DecisionForm) -> Result<NominationId, ApiError> {
    managers_only(actor)?;
    let id: NominationId = form.id.trim().parse().map_err(|_| ApiError::NotFound)?;
    let seen: i64 = form.version.trim().parse().map_err(|_| ApiError::NotFound)?;
    let read = read(form)?;
    attempt(p, || Box::pin(act_once(p, actor, id, seen, &read))).await?;
    jobs::wake(p);
    Ok(id)
}

async fn act_once(p: &Platform, actor: &AccountView, id: NominationId, seen: i64, act: &Act) -> Result<(), Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let mut found = lock(exec, id).await?;
    let cycle = match found.cycle {
        Some(id) if found.state != NominationState::Draft => rows::cycle(exec, id).await?,
        _ => None,
    };
    let cycle = cycle.ok_or(ApiError::NotFound)?;
    if is_barred(exec, actor, &found).await? {
        return Err(ApiError::Forbidden.into());
    }
    // Messages only ever come, so none is in the way of another.
    if found.version != seen && !matches!(act, Act::Say(_)) {
        return Err(overtaken(exec, p, &found, actor).await?.into());
    }
    let state = found.state.clone();
    let (nominee, by) = (found.account, Some(actor.id));
    match act {
        Act::Decide { decision, remark } => {
            allowed(&found, actor)?;
            let to = state.decide(nominee, actor.id, decision.clone()).map_err(|_| ApiError::MovedOn)?;
            found.decided_at = Some(now);
            found.remark.clone_from(remark);
            move_to(exec, &mut found, to, by, "decided", decision.code(), now).await?;
        }
        Act::Send => {
            allowed(&found, actor)?;
            let letter = views::preview(exec, &found, &cycle).await?.ok_or(ApiError::MovedOn)?;
            let to = state.send(nominee, actor.id).map_err(|_| ApiError::MovedOn)?;
            found.answered_at = Some(now);
            answer(exec, p, (&mut found, to, &letter), actor, now).await?;
        }
        Act::Assign(reviewer) => {
            assign(exec, p, (&mut found, &cycle), *reviewer, actor, now).await?;
        }
        Act::Release { reviewer, why } => {
            let to = state.release(*reviewer).map_err(|_| ApiError::MovedOn)?;
            rows::end_seat(exec, id, *reviewer, SeatState::Released, why, now).await?;
            move_to(exec, &mut found, to, by, "released", why, now).await?;
            cycles::look_again(exec, now).await?;
        }
        Act::Say(body) => {
            let panel = found.state.panel().cloned().unwrap_or_default();
            let blind = panel.of(actor.id) == Some(SeatState::Open);
            if !panel.is_complete() || found.state.is_final() || blind {
                return Err(ApiError::MovedOn.into());
            }
            rows::say(exec, p.ids.uuid(), id, actor.id, body.as_str(), now).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Whoever had a part in it does not decide.
fn allowed(found: &Nomination, actor: &AccountView) -> Result<(), ApiError> {
    match &found.state {
        NominationState::Deliberation(_) | NominationState::Decided(..) => {
            if found.state.may_decide(found.account, actor.id) { Ok(()) } else { Err(ApiError::Forbidden) }
        }
        _ => Err(ApiError::MovedOn),
    }
}

/// The answer holds: the letter is kept and sent, and a membership granted, all or nothing.
async fn answer(
    exec: &mut Exec<'_>,
    p: &Platform,
    (found, to, letter): (&mut Nomination, NominationState, &letters::Letter),
    actor: &AccountView,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let granted = matches!(to, NominationState::Granted(..));
    let event = if granted { "granted" } else { "refused" };
    move_to(exec, found, to, Some(actor.id), event, "", now).await?;
    rows::keep_letter(exec, found.id, &letter.row(now), actor.id).await?;
    if granted {
        membership::grant(exec, p, found.account, found.id.0, now).await?;
    }
    notices::answer(exec, p, found, letter, granted).await?;
    cycles::look_again(exec, now).await?;
    Ok(())
}

async fn assign(
    exec: &mut Exec<'_>,
    p: &Platform,
    (found, cycle): (&mut Nomination, &CycleRow),
    reviewer: AccountId,
    actor: &AccountView,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let choice = choices(exec, actor, found, cycle).await?.into_iter().find(|choice| choice.reviewer == reviewer);
    // Who may not sit cannot be made to.
    if choice.is_none_or(|choice| choice.bar.is_some()) {
        return Err(ApiError::field("reviewer", Problem::Unknown).into());
    }
    let to = found.state.clone().assign(found.account, reviewer).map_err(|_| ApiError::MovedOn)?;
    rows::add_seat(exec, found.id, reviewer, now).await?;
    move_to(exec, found, to, Some(actor.id), "seated", "", now).await?;
    notices::seated(exec, p, cycle, reviewer, 1, p.ids.uuid()).await
}

/// Who changed a nomination last, and how.
async fn overtaken(
    exec: &mut Exec<'_>,
    p: &Platform,
    found: &Nomination,
    actor: &AccountView,
) -> Result<ApiError, Failure> {
    let last = rows::steps(exec, found.id).await?.pop();
    let last = last.ok_or_else(|| p.fault(format_args!("nomination {} has no log", found.id)))?;
    Ok(ApiError::Overtaken {
        by: last.actor_name.unwrap_or_default(),
        did: format!("nomination/{}", last.event),
        at: Box::new(zoned(last.at, zone(p, actor))),
        version: found.version,
        stash: None,
    })
}

/// All reviewers.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn reviewers(p: &Platform, actor: &AccountView) -> Result<Vec<ReviewerView>, ApiError> {
    managers_only(actor)?;
    let zone = zone(p, actor);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let found = rows::reviewers_seen(&mut conn.exec(), actor.id).await.map_err(|error| p.fault(error))?;
    Ok(found
        .into_iter()
        .map(|row| ReviewerView {
            id: AccountId(row.account_id),
            name: row.name,
            email: row.email,
            languages: row.languages.split(' ').filter(|code| !code.is_empty()).map(ToOwned::to_owned).collect(),
            organisation: row.organisation,
            since: zoned(row.appointed_at, zone),
            ended: row.ended_at.map(|at| zoned(at, zone)),
            open: small(row.open),
            done: small(row.done),
        })
        .collect())
}

/// Makes an account a reviewer, or gives one nothing more; what one who leaves has open is taken back and given to
/// others.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers, for who stands, and where a seat would be taken back on a nomination that
/// is none of the manager's; [`ApiError::Invalid`] with every field to correct.
pub async fn change_reviewer(p: &Platform, actor: &AccountView, form: &ReviewerForm) -> Result<(), ApiError> {
    managers_only(actor)?;
    let mut fields = Vec::new();
    let mut add = |field: &str, problem| fields.push(FieldError { field: field.to_owned(), problem });
    let email = Email::parse(&form.email).map_err(|error| add("email", Problem::of_text(error, 254))).ok();
    let appoints = match form.act.as_str() {
        "appoint" => true,
        "end" => false,
        _ => return Err(ApiError::NotFound),
    };
    let organisation = match Name::parse_optional(&form.organisation) {
        Ok(name) => name.map(String::from).unwrap_or_default(),
        Err(error) => {
            add("organisation", Problem::of_text(error, 120));
            String::new()
        }
    };
    let languages: Vec<&str> = [("fr", &form.fr), ("nl", &form.nl), ("en", &form.en)]
        .into_iter()
        .filter(|(_, checked)| !checked.is_empty())
        .map(|(code, _)| code)
        .collect();
    if appoints && languages.is_empty() {
        add("languages", Problem::Missing);
    }
    let Some(email) = email.filter(|_| fields.is_empty()) else {
        return Err(ApiError::Invalid { fields, stash: None });
    };
    let (languages, organisation) = (&languages.join(" "), &organisation);
    attempt(p, || {
        let email = email.clone();
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let account = accounts::by_email(exec, email.as_str()).await?;
            let account = account.ok_or_else(|| ApiError::field("email", Problem::Unknown))?;
            let id = AccountId(account.id);
            if appoints {
                // Nobody chooses who reads them.
                let own = rows::open_of(exec, actor.id).await?;
                if own.is_some_and(|own| own.state != NominationState::Draft) {
                    return Err(ApiError::Forbidden.into());
                }
                rows::appoint(exec, id, languages, organisation, actor.id, now).await?;
            } else {
                rows::end_reviewer(exec, id, now).await?;
                for row in rows::seats_of(exec, id).await?.into_iter().filter(|row| row.state == "open") {
                    let mut found = lock(exec, NominationId(row.id)).await?;
                    if is_barred(exec, actor, &found).await? {
                        return Err(ApiError::Forbidden.into());
                    }
                    let Ok(to) = found.state.clone().release(id) else { continue };
                    rows::end_seat(exec, found.id, id, SeatState::Released, "", now).await?;
                    move_to(exec, &mut found, to, Some(actor.id), "released", "", now).await?;
                }
            }
            cycles::look_again(exec, now).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}
