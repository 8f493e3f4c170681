//! Nominations as their nominees see them, and what reviewers and managers see alike.

use super::letters;
use crate::{
    clock::{civil_day, zoned},
    db::{
        Exec, bookings as people, contributions, membership,
        nominations::{self as rows, CycleRow, LetterRow, Nomination, SeatRow},
    },
    places,
    platform::Platform,
    services::{bookings::Failure, contribution, rulebooks},
};
use chrono_tz::Tz;
use gabarit_domain::{
    ids::NominationId,
    recognition::{Decision, NominationState, Quality, Score, Scores, weighted},
    rulebook::RulebookVersion,
    vat::CountryCode,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::ApiError,
    nomination::{
        CycleView, Dossier, LetterView, NominateView, NominationForm, NominationSummary, NominationView,
        NominationsView, ReasonView, RefusedView, RemarkView, ReviewView, SeatForm,
    },
};

/// The zone times are shown in: the account's.
pub(super) fn zone(p: &Platform, actor: &AccountView) -> Tz {
    actor.time_zone.parse().unwrap_or(p.config.zone)
}

pub(super) fn country(code: &str, locale: Locale) -> String {
    CountryCode::parse(code).map_or_else(|_| code.to_owned(), |code| places::country_name(code, locale).to_owned())
}

/// What stops a reading.
pub(super) fn answer(p: &Platform, failure: Failure) -> ApiError {
    match failure {
        Failure::Answer(error) => error,
        Failure::Database(error) => p.fault(error),
    }
}

pub(super) fn cycle_view(p: &Platform, cycle: &CycleRow, zone: Tz) -> CycleView {
    CycleView {
        code: cycle.code.clone(),
        phase: cycle.phase(),
        window: civil_day(cycle.window_at, p.config.zone),
        window_at: zoned(cycle.window_at, zone),
        review_until: zoned(cycle.review_until, zone),
        answer_by: zoned(cycle.answer_by, zone),
    }
}

/// A state as its nominee may know it: that it was decided is known with the letter, and how far reviewers are is not.
fn public_state(state: &NominationState) -> &'static str {
    match state {
        NominationState::Deliberation(_) | NominationState::Decided(..) => "review",
        other => other.code(),
    }
}

fn summary(nomination: &Nomination, cycle: Option<&CycleRow>, zone: Tz) -> NominationSummary {
    NominationSummary {
        id: nomination.id,
        state: public_state(&nomination.state).to_owned(),
        cycle: cycle.map(|cycle| cycle.code.clone()),
        created_at: zoned(nomination.created_at, zone),
        submitted_at: nomination.submitted_at.map(|at| zoned(at, zone)),
        answer_by: cycle.map(|cycle| zoned(cycle.answer_by, zone)),
        answered_at: nomination.answered_at.map(|at| zoned(at, zone)),
    }
}

fn reasons(state: &NominationState) -> Vec<ReasonView> {
    match state {
        NominationState::Refused(_, ruling) => match &ruling.decision {
            Decision::Refuse { reasons } => reasons
                .all()
                .iter()
                .map(|reason| ReasonView { quality: reason.quality, text: reason.text.as_str().to_owned() })
                .collect(),
            Decision::Grant => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn refusals(p: &Platform, all: &[Nomination], but: Option<NominationId>) -> Vec<RefusedView> {
    all.iter()
        .filter(|one| Some(one.id) != but && matches!(one.state, NominationState::Refused(..)))
        .map(|one| RefusedView {
            id: one.id,
            day: civil_day(one.answered_at.unwrap_or(one.saved_at), p.config.zone),
            reasons: reasons(&one.state),
            remark: one.remark.clone(),
        })
        .collect()
}

async fn cycle_of(exec: &mut Exec<'_>, nomination: &Nomination) -> sqlx::Result<Option<CycleRow>> {
    match nomination.cycle {
        Some(id) => rows::cycle(exec, id).await,
        None => Ok(None),
    }
}

/// The page on which one stands: the questions, the draft, or that a nomination is under way.
///
/// # Errors
/// A fault of ours.
pub async fn nominate(p: &Platform, actor: &AccountView, locale: Locale) -> Result<NominateView, ApiError> {
    let collecting = super::cycles::keep_collecting(p).await?;
    let zone = zone(p, actor);
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let all = rows::of_account(exec, actor.id).await?;
        let open = all.iter().find(|one| !one.state.is_final());
        let cycle = match open {
            Some(open) => cycle_of(exec, open).await?,
            None => None,
        };
        let draft = open.filter(|one| one.state == NominationState::Draft);
        Ok::<_, sqlx::Error>(NominateView {
            cycle: cycle_view(p, &collecting, zone),
            open: open.map(|one| summary(one, cycle.as_ref(), zone)),
            form: draft.map(|one| one.form.clone()).unwrap_or_else(NominationForm::default),
            saved_at: draft.map(|one| zoned(one.saved_at, zone)),
            version: draft.map_or(0, |one| one.version),
            editor: p.ids.uuid().to_string(),
            contributions: contribution::shown(exec, p, actor.id).await?,
            refusals: refusals(p, &all, None),
            countries: places::countries(locale)
                .into_iter()
                .map(|country| (country.code.to_string(), country.name))
                .collect(),
            is_member: membership::live(exec, actor.id).await?.is_some(),
        })
    };
    read.await.map_err(|error| p.fault(error))
}

/// Own nominations.
///
/// # Errors
/// A fault of ours.
pub async fn mine(p: &Platform, actor: &AccountView) -> Result<NominationsView, ApiError> {
    let zone = zone(p, actor);
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let all = rows::of_account(exec, actor.id).await?;
        let mut nominations = Vec::with_capacity(all.len());
        for one in &all {
            let cycle = cycle_of(exec, one).await?;
            nominations.push(summary(one, cycle.as_ref(), zone));
        }
        let is_member = membership::live(exec, actor.id).await?.is_some();
        let is_reviewer = rows::reviewer(exec, actor.id).await?.is_some();
        let can_begin = !is_member && all.iter().all(|one| one.state.is_final());
        Ok::<_, sqlx::Error>(NominationsView { nominations, can_begin, is_reviewer })
    };
    read.await.map_err(|error| p.fault(error))
}

pub(super) fn kept_letter(row: LetterRow, zone: Tz) -> LetterView {
    LetterView {
        locale: row.locale,
        subject: row.subject,
        paragraphs: serde_json::from_str(&row.body).unwrap_or_default(),
        sent_at: Some(zoned(row.sent_at, zone)),
    }
}

/// One's own nomination: never a score, never a reviewer.
///
/// # Errors
/// [`ApiError::NotFound`] for what is not one's own.
pub async fn nomination(p: &Platform, actor: &AccountView, id: NominationId) -> Result<NominationView, ApiError> {
    let zone = zone(p, actor);
    let now = p.now();
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let found = rows::get(exec, id).await?.filter(|found| found.account == actor.id).ok_or(ApiError::NotFound)?;
        let cycle = cycle_of(exec, &found).await?;
        let shown = contributions::of_nomination(exec, id).await?;
        let until = civil_day(found.submitted_at.unwrap_or(now), p.config.zone);
        let all = rows::of_account(exec, actor.id).await?;
        let is_member = membership::live(exec, actor.id).await?.is_some();
        let can_reopen =
            found.state == NominationState::Submitted && cycle.as_ref().is_some_and(|cycle| cycle.window_at > now);
        Ok::<_, Failure>(NominationView {
            summary: summary(&found, cycle.as_ref(), zone),
            cycle: cycle.map(|cycle| cycle_view(p, &cycle, zone)),
            statement: found.form.statement.clone(),
            months: contribution::months(&shown, until),
            contributions: contribution::views(shown),
            letter: rows::letter(exec, id).await?.map(|row| kept_letter(row, zone)),
            reasons: reasons(&found.state),
            can_reopen,
            can_withdraw: found.state.can_withdraw(),
            can_begin: !is_member && all.iter().all(|one| one.state.is_final()),
        })
    };
    read.await.map_err(|failure| answer(p, failure))
}

/// The scores of a seat whose review is in.
pub(super) fn scores(seat: &SeatRow) -> Option<Scores> {
    let score = |number: Option<i64>| Score::try_from(u8::try_from(number?).ok()?).ok();
    Some([
        score(seat.champion)?,
        score(seat.expert)?,
        score(seat.caring)?,
        score(seat.responsive)?,
        score(seat.leader)?,
    ])
}

/// A review as it came in.
pub(super) fn review(seat: &SeatRow, weights: &[u32; 5], zone: Tz) -> Option<ReviewView> {
    let scores = scores(seat).filter(|_| seat.state == "in")?;
    let form: SeatForm = serde_json::from_str(&seat.form).ok()?;
    let grounds = form.typed().map(|(_, ground)| ground.trim().to_owned());
    Some(ReviewView {
        reviewer: seat.name.clone(),
        scores: Quality::ALL
            .iter()
            .zip(scores)
            .zip(grounds)
            .map(|((quality, score), ground)| (*quality, u8::from(score), ground))
            .collect(),
        mark: weighted(&scores, weights),
        submitted_at: zoned(seat.submitted_at?, zone),
    })
}

/// What the weights of a cycle are: of the rulebook it pinned.
pub(super) async fn weights(exec: &mut Exec<'_>, p: &Platform, cycle: &CycleRow) -> Result<[u32; 5], Failure> {
    let version = RulebookVersion(i32::try_from(cycle.rulebook_version).unwrap_or(1));
    let pinned = rulebooks::version_in(exec, p, version).await?;
    let rules = match pinned {
        Some(rules) => rules,
        None => rulebooks::current_in(exec, p).await?,
    };
    Ok(rules.recognition.weights)
}

/// What reviewers and managers see of a nomination; reviews and the discussion only where `open`.
pub(super) async fn dossier(
    exec: &mut Exec<'_>,
    p: &Platform,
    found: &Nomination,
    (zone, locale): (Tz, Locale),
    open: bool,
) -> Result<Dossier, Failure> {
    let cycle = cycle_of(exec, found).await?.ok_or(ApiError::NotFound)?;
    let weights = weights(exec, p, &cycle).await?;
    let person = people::person(exec, found.account).await?.ok_or(ApiError::NotFound)?;
    let shown = contributions::of_nomination(exec, found.id).await?;
    let until = civil_day(found.submitted_at.unwrap_or(found.saved_at), p.config.zone);
    let all = rows::of_account(exec, found.account).await?;
    let (mut reviews, mut messages) = (Vec::new(), Vec::new());
    if open {
        let seats = rows::seats(exec, found.id).await?;
        reviews = seats.iter().filter_map(|seat| review(seat, &weights, zone)).collect();
        messages = rows::messages(exec, found.id)
            .await?
            .into_iter()
            .map(|row| RemarkView { author: row.author, at: zoned(row.at, zone), body: row.body })
            .collect();
    }
    Ok(Dossier {
        id: found.id,
        state: found.state.code().to_owned(),
        name: person.name,
        country: country(&found.country, locale),
        language: found.locale.code().to_owned(),
        cycle: cycle_view(p, &cycle, zone),
        statement: found.form.statement.clone(),
        months: contribution::months(&shown, until),
        contributions: contribution::views(shown),
        refusals: refusals(p, &all, Some(found.id)),
        reviews,
        messages,
        weights,
    })
}

/// The letter of a decision that is not sent.
pub(super) async fn preview(
    exec: &mut Exec<'_>,
    found: &Nomination,
    cycle: &CycleRow,
) -> Result<Option<letters::Letter>, Failure> {
    let Some(ruling) = found.state.ruling() else { return Ok(None) };
    let person = people::person(exec, found.account).await?.ok_or(ApiError::NotFound)?;
    Ok(Some(letters::write(found, cycle, &person.name, ruling)))
}
