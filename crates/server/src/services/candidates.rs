//! From candidate to expert (S20, S33, S37): the application, its review, and what becomes of it.
//!
//! Moves are asked of `gabarit_domain::candidate`, stored with a log entry, and told to the candidate by e-mail, in one
//! transaction. What a manager does names the version they saw: a change by somebody else in between is told, and
//! nothing is overwritten.

mod documents;
mod form;
mod notices;
mod publishing;
mod review;
mod views;

pub use documents::{MAX_DOCUMENTS, Upload, add_document, fetch_document, may_add_document, remove_document};
pub use publishing::settle;
pub use review::{act, calendar, file, note, queue};
pub use views::mine;

use crate::{
    db::{
        Exec, bookings as people,
        candidates::{self as rows, Candidate, NewStep},
        experts,
    },
    jobs,
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        looks::{self, Known},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::{
    candidate::CandidateState,
    ids::{AccountId, CandidateId},
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    candidate::ApplicationForm,
    error::{ApiError, Problem},
    looks::LookArea,
};
use uuid::Uuid;

/// The longest text kept of a field, in characters: more than any field may have, so that nothing typed is lost before
/// its writer is told.
const LONGEST_FIELD: usize = 12_000;

/// What is kept of a form: its own fields, no longer than they may be by far.
fn own_fields(form: &ApplicationForm) -> ApplicationForm {
    let fields = form.0.iter().filter(|(name, value)| ApplicationForm::knows(name) && !value.trim().is_empty());
    let cut = |value: &String| value.chars().take(LONGEST_FIELD).collect();
    ApplicationForm(fields.take(200).map(|(name, value)| (name.clone(), cut(value))).collect())
}

/// The account's draft, made if it has none. One that is under way cannot be written on, and an expert is one already.
async fn draft(exec: &mut Exec<'_>, p: &Platform, actor: &AccountView) -> Result<Candidate, Failure> {
    let latest = rows::latest(exec, actor.id).await?;
    let before = match latest {
        Some(candidate) if candidate.state == CandidateState::Draft => return Ok(candidate),
        Some(candidate) if !candidate.state.is_final() => return Err(ApiError::MovedOn.into()),
        other => other,
    };
    if experts::of_account(exec, actor.id.0).await?.is_some() {
        return Err(ApiError::MovedOn.into());
    }
    let now = p.now();
    let id = CandidateId(p.ids.uuid());
    let form = before.as_ref().map(|before| own_fields(&before.form)).unwrap_or_default();
    rows::insert(exec, id, actor.id, &form, now).await?;
    let step = NewStep { at: now, actor: actor.id, from: None, to: "draft", event: "started", reason: "" };
    rows::log(exec, id, step).await?;
    if let Some(before) = before {
        rows::move_documents(exec, before.id, id).await?;
    }
    rows::get(exec, id).await?.ok_or(Failure::Answer(ApiError::NotFound))
}

/// Keeps what is typed, so that it can be gone on with on any device.
///
/// # Errors
/// [`ApiError::MovedOn`] once it is sent.
pub async fn save(p: &Platform, actor: &AccountView, form: &ApplicationForm) -> Result<CandidateId, ApiError> {
    let form = own_fields(form);
    attempt(p, || {
        let form = form.clone();
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let candidate = draft(&mut tx.exec(), p, actor).await?;
            if !rows::save_form(&mut tx.exec(), candidate.id, &form, p.now()).await? {
                return Err(ApiError::MovedOn.into());
            }
            tx.commit().await?;
            Ok(candidate.id)
        })
    })
    .await
}

/// Sends the application. What was typed is kept first, so that nothing is lost if something has to be corrected.
///
/// # Errors
/// [`ApiError::Invalid`] with every field to correct; [`ApiError::MovedOn`] once it is sent.
pub async fn submit(
    p: &Platform,
    actor: &AccountView,
    form: &ApplicationForm,
    locale: Locale,
) -> Result<CandidateId, ApiError> {
    let id = save(p, actor, form).await?;
    let known = Known::read(p, actor.id).await?;
    let application = form::read(p, &own_fields(form), locale, &known)?;
    attempt(p, || {
        let application = application.clone();
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let mut candidate = lock(&mut tx.exec(), id).await?;
            let to = candidate.state.clone().submit(&application.complete).map_err(|_| ApiError::MovedOn)?;
            candidate.form = application.kept();
            candidate.saved_at = now;
            candidate.submitted_at = Some(now);
            candidate.display_name = application.display_name.to_string();
            candidate.country = application.country.to_string();
            rows::set_products(&mut tx.exec(), id, &application.products).await?;
            move_to(&mut tx.exec(), &mut candidate, to, actor.id, "sent", "", now).await?;
            notices::sent(&mut tx.exec(), p, &candidate).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(id)
}

/// Asks a manager to look at what is marked in a field that the profile would show (S39). What was typed is kept first.
///
/// # Errors
/// [`ApiError::Invalid`] with every field to correct: the one that was asked about among them, until a manager has
/// decided; [`ApiError::NotFound`] for a field that has no such mark; [`ApiError::MovedOn`] once it is sent.
pub async fn ask_look(
    p: &Platform,
    actor: &AccountView,
    form: &ApplicationForm,
    locale: Locale,
    field: &str,
) -> Result<(), ApiError> {
    save(p, actor, form).await?;
    let field = form::public_fields().find(|public| *public == field).ok_or(ApiError::NotFound)?;
    let form = own_fields(form);
    looks::ask(p, actor, LookArea::Application, field, form.text(field)).await?;
    let known = Known::read(p, actor.id).await?;
    form::read(p, &form, locale, &known).map(drop)
}

/// Begins a new application after one that was refused or taken back, with what was typed then.
///
/// # Errors
/// [`ApiError::MovedOn`] while one is under way, and for experts.
pub async fn apply_again(p: &Platform, actor: &AccountView) -> Result<CandidateId, ApiError> {
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let candidate = draft(&mut tx.exec(), p, actor).await?;
            tx.commit().await?;
            Ok(candidate.id)
        })
    })
    .await
}

/// The candidate takes the application back.
///
/// # Errors
/// [`ApiError::NotFound`] without one; [`ApiError::MovedOn`] once it is over.
pub async fn withdraw(p: &Platform, actor: &AccountView) -> Result<(), ApiError> {
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let mut candidate = own(&mut tx.exec(), actor).await?;
            let interview = candidate.interview;
            let to = candidate.state.clone().withdraw().map_err(|_| ApiError::MovedOn)?;
            move_to(&mut tx.exec(), &mut candidate, to, actor.id, "withdrawn", "", now).await?;
            notices::withdrawn(&mut tx.exec(), p, &candidate, interview).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// The candidate picks one of the times offered, or another one while the interview has not begun. A manager holds one
/// interview at a time.
///
/// # Errors
/// [`ApiError::Invalid`] for the field `slot` when that time is no longer to be had; [`ApiError::MovedOn`] unless
/// invited.
pub async fn pick(p: &Platform, actor: &AccountView, slot: &str) -> Result<(), ApiError> {
    let gone = || ApiError::field("slot", Problem::Unknown);
    let slot: Uuid = slot.trim().parse().map_err(|_| ApiError::field("slot", Problem::Missing))?;
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let mut candidate = own(&mut tx.exec(), actor).await?;
            if !matches!(candidate.state, CandidateState::Invited { .. }) {
                return Err(ApiError::MovedOn.into());
            }
            let slots = rows::slots(&mut tx.exec(), candidate.id).await?;
            let slot = slots.into_iter().find(|row| row.id == slot).ok_or_else(gone)?;
            let interviewer = AccountId(slot.offered_by);
            people::lock_account(&mut tx.exec(), interviewer).await?;
            let others = rows::interviews_of(&mut tx.exec(), interviewer).await?;
            if overlaps(candidate.id, (slot.starts_at, slot.minutes), &others) {
                return Err(gone().into());
            }
            let moved = candidate.interview.is_some();
            let to = candidate.state.clone().pick(slot.starts_at, now).map_err(|_| gone())?;
            candidate.interview = Some((slot.starts_at, interviewer, u32::try_from(slot.minutes).unwrap_or(30)));
            move_to(&mut tx.exec(), &mut candidate, to, actor.id, "picked", "", now).await?;
            notices::picked(&mut tx.exec(), p, &candidate, moved).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// Whether a manager's other interviews are in the way of a time.
fn overlaps(id: CandidateId, (from, minutes): (DateTime<Utc>, i64), others: &[(Uuid, DateTime<Utc>, i64)]) -> bool {
    let until = from + TimeDelta::minutes(minutes);
    others.iter().any(|(other, at, long)| *other != id.0 && *at < until && from < *at + TimeDelta::minutes(*long))
}

async fn lock(exec: &mut Exec<'_>, id: CandidateId) -> Result<Candidate, Failure> {
    rows::lock(exec, id).await?.ok_or(Failure::Answer(ApiError::NotFound))
}

/// The latest application of who asks, locked.
async fn own(exec: &mut Exec<'_>, actor: &AccountView) -> Result<Candidate, Failure> {
    let latest = rows::latest(exec, actor.id).await?.ok_or(ApiError::NotFound)?;
    lock(exec, latest.id).await
}

/// Stores a move with its log entry.
async fn move_to(
    exec: &mut Exec<'_>,
    candidate: &mut Candidate,
    to: CandidateState,
    actor: AccountId,
    event: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let from = candidate.state.code();
    candidate.state = to;
    candidate.waiting_since = now;
    if !rows::store(exec, candidate).await? {
        return Err(ApiError::MovedOn.into());
    }
    let step = NewStep { at: now, actor, from: Some(from), to: candidate.state.code(), event, reason };
    rows::log(exec, candidate.id, step).await?;
    Ok(())
}
