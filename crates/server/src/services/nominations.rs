//! Nominations for the recognition programme (S46–S56): the nominee's side. Cycles, reviews and decisions are in the
//! modules below.
//!
//! Moves are asked of `gabarit_domain::recognition`, stored with a log entry, and told by e-mail, in one transaction.

pub mod console;
pub mod cycles;
mod letters;
mod notices;
pub mod review;
mod views;

pub use views::{mine, nominate, nomination};

use crate::{
    clock::zoned,
    db::{
        Exec, contributions, membership,
        nominations::{self as rows, NewStep, Nomination},
    },
    jobs,
    platform::Platform,
    services::bookings::{Failure, attempt},
};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    ids::{AccountId, NominationId},
    recognition::{Complete, LEAST_STATEMENT, Lacking, NominationState, VendorTie, complete, shown_from},
    text::Message,
    vat::CountryCode,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, FieldError, Problem},
    nomination::{DraftSaved, EligibilityForm, NominationForm},
};

/// The longest text kept of a field, in characters: more than any field may have, so that nothing typed is lost before
/// its writer is told.
const LONGEST_FIELD: usize = 12_000;

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_FIELD).collect()
}

/// What is kept of a form.
fn kept(form: &NominationForm) -> NominationForm {
    NominationForm {
        statement: cut(&form.statement),
        language: cut(&form.language),
        country: cut(&form.country),
        truthful: cut(&form.truthful),
        editor: form.editor.chars().take(40).collect(),
        step: step(form).to_string(),
        ..NominationForm::default()
    }
}

fn step(form: &NominationForm) -> u32 {
    form.step.trim().parse().unwrap_or(0)
}

/// What the questions that come first lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Eligibility {
    /// A draft was begun (or there is one).
    Draft(NominationId),
    /// A tie to the vendor rules it out; nothing was stored (S47).
    Ruled(VendorTie),
}

/// Reads the answers to the questions that come first; a draft is begun only if no tie is named. Of a tie nothing is
/// kept.
///
/// # Errors
/// [`ApiError::Invalid`] for every question without an answer; [`ApiError::MovedOn`] for members, and while a
/// nomination is under way.
pub async fn begin(p: &Platform, actor: &AccountView, form: &EligibilityForm) -> Result<Eligibility, ApiError> {
    let missing = |(field, answer): (&str, &str)| {
        (!matches!(answer, "yes" | "no")).then(|| FieldError { field: field.to_owned(), problem: Problem::Missing })
    };
    let answers = form.answers();
    // One tie is enough to be told at once.
    if let Some(tie) = VendorTie::ALL.iter().zip(answers).find(|(_, (_, answer))| *answer == "yes") {
        return Ok(Eligibility::Ruled(*tie.0));
    }
    let fields: Vec<FieldError> = answers.into_iter().filter_map(missing).collect();
    if !fields.is_empty() {
        return Err(ApiError::Invalid { fields, stash: None });
    }
    let locale = Locale::parse(&form.locale).unwrap_or(actor.locale);
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            if let Some(open) = rows::open_of(exec, actor.id).await? {
                return match open.state {
                    NominationState::Draft => Ok(Eligibility::Draft(open.id)),
                    _ => Err(ApiError::MovedOn.into()),
                };
            }
            if membership::live(exec, actor.id).await?.is_some() {
                return Err(ApiError::MovedOn.into());
            }
            // One that was refused or taken back is gone on with: its words are there again, its reasons beside.
            let before = rows::of_account(exec, actor.id).await?;
            let last = before.first();
            let refused = before.iter().find(|one| matches!(one.state, NominationState::Refused(..)));
            let typed = last.map_or_else(
                || NominationForm { language: locale.code().to_owned(), ..NominationForm::default() },
                |last| NominationForm {
                    truthful: String::new(),
                    editor: String::new(),
                    step: String::new(),
                    ..last.form.clone()
                },
            );
            let id = NominationId(p.ids.uuid());
            rows::insert(exec, id, actor.id, refused.map(|one| one.id), &typed, locale, now).await?;
            let step =
                NewStep { at: now, actor: Some(actor.id), from: None, to: "draft", event: "started", reason: "" };
            rows::log(exec, id, step).await?;
            tx.commit().await?;
            Ok(Eligibility::Draft(id))
        })
    })
    .await
}

/// Keeps what is typed, so that it can be gone on with on any device. What was saved from elsewhere since the page was
/// made is not overwritten; what the same page saved is no news to it, and what it sent earlier does not undo what it
/// sent later.
///
/// # Errors
/// [`ApiError::MovedOn`] without a draft; [`ApiError::Overtaken`] if another page saved it since.
pub async fn save(p: &Platform, actor: &AccountView, form: &NominationForm) -> Result<DraftSaved, ApiError> {
    let (read, form) = (form.version.trim().parse::<i64>().ok(), kept(form));
    attempt(p, || {
        let form = form.clone();
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let open = lock_open(exec, actor.id).await?.filter(|open| open.state == NominationState::Draft);
            let open = open.ok_or(ApiError::MovedOn)?;
            let same_page = !form.editor.is_empty() && open.form.editor == form.editor;
            let saved = |version, at| DraftSaved { id: open.id, version, at: zoned(at, views::zone(p, actor)) };
            if same_page && step(&form) < step(&open.form) {
                return Ok(saved(open.version, open.saved_at));
            }
            if !same_page && read != Some(open.version) {
                return Err(overtaken(p, actor, &open).into());
            }
            if !rows::save_form(exec, (open.id, open.version), &form, now).await? {
                return Err(ApiError::MovedOn.into());
            }
            tx.commit().await?;
            Ok(saved(open.version + 1, now))
        })
    })
    .await
}

/// A newer version of the draft was saved elsewhere, by its only writer.
fn overtaken(p: &Platform, actor: &AccountView, open: &Nomination) -> ApiError {
    ApiError::Overtaken {
        by: actor.name.clone(),
        did: "nomination/saved".to_owned(),
        at: Box::new(zoned(open.saved_at, views::zone(p, actor))),
        version: open.version,
        stash: None,
    }
}

/// A form without a mistake.
#[derive(Clone, Debug)]
struct Read {
    complete: Complete,
    language: Locale,
    country: CountryCode,
}

fn read(form: &NominationForm, contributions: usize) -> Result<Read, ApiError> {
    let mut fields = Vec::new();
    let mut add = |field: &str, problem| fields.push(FieldError { field: field.to_owned(), problem });
    let statement = match Message::parse_optional(&form.statement) {
        Ok(statement) => statement,
        Err(error) => {
            add("statement", Problem::of_text(error, 4_000));
            None
        }
    };
    let unreadable = statement.is_none() && !form.statement.trim().is_empty();
    let complete = complete(statement.as_ref(), contributions)
        .map_err(|lacking| {
            for lack in lacking {
                match lack {
                    // What is too long or cannot be read was told above.
                    Lacking::Statement if unreadable => {}
                    Lacking::Statement => add("statement", Problem::Missing),
                    Lacking::LongerStatement => add("statement", Problem::TooShort(LEAST_STATEMENT)),
                    Lacking::Contribution => add("contributions", Problem::Missing),
                }
            }
        })
        .ok();
    let language = Locale::parse(&form.language);
    if language.is_none() {
        add("language", Problem::Missing);
    }
    let country = CountryCode::parse(form.country.trim()).ok().filter(|code| crate::places::is_country(*code));
    if country.is_none() {
        add("country", if form.country.trim().is_empty() { Problem::Missing } else { Problem::Unknown });
    }
    if form.truthful.is_empty() {
        add("truthful", Problem::NotAccepted);
    }
    match (complete, language, country) {
        (Some(complete), Some(language), Some(country)) if fields.is_empty() => {
            Ok(Read { complete, language, country })
        }
        _ => Err(ApiError::Invalid { fields, stash: None }),
    }
}

/// Sends the nomination into the cycle that collects. What was typed is kept first, so that nothing is lost if something
/// has to be corrected; what is shown is frozen.
///
/// # Errors
/// [`ApiError::Invalid`] with every field to correct; [`ApiError::MovedOn`] once it is sent, and for members;
/// [`ApiError::Overtaken`] as in [`save`].
pub async fn submit(p: &Platform, actor: &AccountView, form: &NominationForm) -> Result<NominationId, ApiError> {
    let DraftSaved { id, version, .. } = save(p, actor, form).await?;
    // Where the window has just opened, this stands in the next cycle, whether or not the clock's job has run.
    cycles::keep_collecting(p).await?;
    let form = kept(form);
    attempt(p, || {
        let form = form.clone();
        Box::pin(async move {
            let now = p.now();
            let today = p.today();
            let mut tx = p.db.begin().await?;
            let mut nomination = lock(&mut tx.exec(), id).await?;
            let exec = &mut tx.exec();
            // What is sent is what was saved: another page may have saved since.
            let same_page = !form.editor.is_empty() && nomination.form.editor == form.editor;
            if nomination.state == NominationState::Draft && nomination.version != version && !same_page {
                return Err(overtaken(p, actor, &nomination).into());
            }
            if membership::live(exec, actor.id).await?.is_some() {
                return Err(ApiError::MovedOn.into());
            }
            let found = contributions::of_account(exec, actor.id, shown_from(today), today).await?;
            let read = read(&form, found.len())?;
            let cycle = rows::collecting(exec).await?.filter(|cycle| cycle.window_at > now);
            let cycle = cycle.ok_or(ApiError::MovedOn)?;
            let to = nomination.state.clone().submit(&read.complete).map_err(|_| ApiError::MovedOn)?;
            nomination.form = form;
            nomination.saved_at = now;
            nomination.submitted_at = Some(now);
            nomination.cycle = Some(cycle.id());
            nomination.locale = read.language;
            nomination.country = read.country.to_string();
            let shown: Vec<_> = found.iter().map(|row| row.id).collect();
            contributions::show(exec, id, &shown).await?;
            move_to(exec, &mut nomination, to, Some(actor.id), "sent", "", now).await?;
            notices::sent(exec, p, &nomination, &cycle).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(id)
}

/// The nominee goes on writing, while the cycle collects.
///
/// # Errors
/// [`ApiError::NotFound`] for what is not one's own; [`ApiError::MovedOn`] once the window has opened.
pub async fn reopen(p: &Platform, actor: &AccountView, id: NominationId) -> Result<(), ApiError> {
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let mut nomination = own(exec, actor, id).await?;
            let collecting = rows::collecting(exec).await?.filter(|cycle| cycle.window_at > now);
            if collecting.map(|cycle| cycle.id()) != nomination.cycle {
                return Err(ApiError::MovedOn.into());
            }
            let to = nomination.state.clone().reopen().map_err(|_| ApiError::MovedOn)?;
            nomination.cycle = None;
            nomination.submitted_at = None;
            move_to(exec, &mut nomination, to, Some(actor.id), "reopened", "", now).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await
}

/// The nominee takes it back.
///
/// # Errors
/// [`ApiError::NotFound`] for what is not one's own; [`ApiError::MovedOn`] once it is over.
pub async fn withdraw(p: &Platform, actor: &AccountView, id: NominationId) -> Result<(), ApiError> {
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let nomination = own(exec, actor, id).await?;
            take_back(exec, p, nomination, actor.id).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// The nomination of an account that is under way, locked, inside the caller's transaction.
pub(super) async fn lock_open(exec: &mut Exec<'_>, account: AccountId) -> Result<Option<Nomination>, Failure> {
    let Some(open) = rows::open_of(exec, account).await? else { return Ok(None) };
    Ok(Some(lock(exec, open.id).await?).filter(|open| !open.state.is_final()))
}

/// Ends a nomination without an answer, inside the caller's transaction: its nominee takes it back, or is a member again.
pub(super) async fn take_back(
    exec: &mut Exec<'_>,
    p: &Platform,
    mut nomination: Nomination,
    by: AccountId,
) -> Result<(), Failure> {
    let now = p.now();
    let was_draft = nomination.state == NominationState::Draft;
    let to = nomination.state.clone().withdraw().map_err(|_| ApiError::MovedOn)?;
    move_to(exec, &mut nomination, to, Some(by), "withdrawn", "", now).await?;
    if !was_draft {
        notices::withdrawn(exec, p, &nomination).await?;
        cycles::look_again(exec, now).await?;
    }
    Ok(())
}

/// The subject and the paragraphs of the letter that a decision makes; none before one.
#[must_use]
pub fn letter(nomination: &Nomination, cycle: &rows::CycleRow, name: &str) -> Option<(String, Vec<String>)> {
    let letter = letters::write(nomination, cycle, name, nomination.state.ruling()?);
    Some((letter.subject, letter.paragraphs))
}

async fn lock(exec: &mut Exec<'_>, id: NominationId) -> Result<Nomination, Failure> {
    rows::lock(exec, id).await?.ok_or(Failure::Answer(ApiError::NotFound))
}

/// A nomination of who asks, locked.
async fn own(exec: &mut Exec<'_>, actor: &AccountView, id: NominationId) -> Result<Nomination, Failure> {
    let found = lock(exec, id).await?;
    if found.account == actor.id { Ok(found) } else { Err(ApiError::NotFound.into()) }
}

/// Stores a move with its log entry. A decision that fell is no longer there.
async fn move_to(
    exec: &mut Exec<'_>,
    nomination: &mut Nomination,
    to: NominationState,
    actor: Option<AccountId>,
    event: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let from = nomination.state.code();
    nomination.state = to;
    if nomination.state.ruling().is_none() {
        nomination.decided_at = None;
        nomination.remark.clear();
    }
    if !rows::store(exec, nomination).await? {
        return Err(ApiError::MovedOn.into());
    }
    let step = NewStep { at: now, actor, from: Some(from), to: nomination.state.code(), event, reason };
    rows::log(exec, nomination.id, step).await?;
    Ok(())
}
