//! The reviewers' side: what is given to them, the review, stepping aside, and the discussion once both are in.

use super::{
    cycles, lock, move_to,
    views::{self, zone},
};
use crate::{
    clock::zoned,
    db::nominations as rows,
    jobs,
    platform::Platform,
    services::bookings::{Failure, attempt},
};
use gabarit_domain::{
    ids::NominationId,
    recognition::{LEAST_GROUND, NominationState, Score, Scores, SeatState},
    text::Message,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, FieldError, Problem},
    nomination::{ReviewDesk, SeatForm, SeatLine, SeatView},
};

/// What a reviewer sits on.
///
/// # Errors
/// [`ApiError::Forbidden`] for who is no reviewer and never was.
pub async fn desk(p: &Platform, actor: &AccountView, locale: Locale) -> Result<ReviewDesk, ApiError> {
    let (zone, now) = (zone(p, actor), p.now());
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        if rows::reviewer(exec, actor.id).await?.is_none() {
            return Err(Failure::Answer(ApiError::Forbidden));
        }
        let seats = rows::seats_of(exec, actor.id)
            .await?
            .into_iter()
            .map(|row| SeatLine {
                id: NominationId(row.id),
                name: row.name,
                country: views::country(&row.country, locale),
                language: row.locale,
                late: row.state == "open" && row.review_until < now,
                seat: row.state,
                state: row.nomination_state,
                cycle: row.cycle,
                due: zoned(row.review_until, zone),
            })
            .collect();
        Ok(ReviewDesk { seats })
    };
    read.await.map_err(|failure| views::answer(p, failure))
}

/// A nomination on which one sits. Whoever has left the seat, or never had one, learns nothing.
///
/// # Errors
/// [`ApiError::NotFound`] for all but those who sit.
pub async fn seat(p: &Platform, actor: &AccountView, id: NominationId, locale: Locale) -> Result<SeatView, ApiError> {
    let (zone, now) = (zone(p, actor), p.now());
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let found = rows::get(exec, id).await?.ok_or(ApiError::NotFound)?;
        let panel = found.state.panel().ok_or(ApiError::NotFound)?;
        let seat = panel.of(actor.id).filter(|seat| matches!(seat, SeatState::Open | SeatState::In));
        let seat = seat.ok_or(ApiError::NotFound)?;
        // Blind until both are in (S54).
        let open = panel.sees_reviews(actor.id);
        let over = found.state.is_final();
        let own = rows::seats(exec, id).await?.into_iter().find(|row| row.reviewer_id == actor.id.0);
        let form = own.and_then(|row| serde_json::from_str(&row.form).ok()).unwrap_or_default();
        let dossier = views::dossier(exec, p, &found, (zone, locale), open).await?;
        Ok::<_, Failure>(SeatView {
            seat: seat.code().to_owned(),
            form,
            can_write: seat == SeatState::Open && matches!(found.state, NominationState::Review(_)),
            can_recuse: !over,
            can_say: open && !over,
            late: seat == SeatState::Open && dossier.cycle.review_until.utc < now,
            dossier,
        })
    };
    read.await.map_err(|failure| views::answer(p, failure))
}

/// A text that has to say something.
pub(super) fn ground(typed: &str) -> Result<Message, Problem> {
    let text = Message::parse(typed).map_err(|error| Problem::of_text(error, 4_000))?;
    if text.as_str().chars().count() < LEAST_GROUND as usize {
        return Err(Problem::TooShort(LEAST_GROUND));
    }
    Ok(text)
}

/// Reads a review: five scores, each with its ground.
fn read(form: &SeatForm) -> Result<Scores, ApiError> {
    let mut fields = Vec::new();
    let mut scores = Vec::with_capacity(5);
    for ((_, score_field, ground_field), (score, typed)) in SeatForm::FIELDS.into_iter().zip(form.typed()) {
        match score.trim().parse::<u8>().ok().and_then(|number| Score::try_from(number).ok()) {
            Some(score) => scores.push(score),
            None => {
                let problem = if score.trim().is_empty() { Problem::Missing } else { Problem::Unknown };
                fields.push(FieldError { field: score_field.to_owned(), problem });
            }
        }
        if let Err(problem) = ground(typed) {
            fields.push(FieldError { field: ground_field.to_owned(), problem });
        }
    }
    match <[Score; 5]>::try_from(scores) {
        Ok(scores) if fields.is_empty() => Ok(scores),
        _ => Err(ApiError::Invalid { fields, stash: None }),
    }
}

/// What is kept of a review.
fn kept(form: &SeatForm) -> SeatForm {
    let cut = |text: &String| super::cut(text);
    SeatForm {
        champion: cut(&form.champion),
        expert: cut(&form.expert),
        caring: cut(&form.caring),
        responsive: cut(&form.responsive),
        leader: cut(&form.leader),
        ground_champion: cut(&form.ground_champion),
        ground_expert: cut(&form.ground_expert),
        ground_caring: cut(&form.ground_caring),
        ground_responsive: cut(&form.ground_responsive),
        ground_leader: cut(&form.ground_leader),
        ..SeatForm::default()
    }
}

/// Does what a reviewer's form asks for: keeps it, sends it, steps aside, or writes to the others.
///
/// # Errors
/// - [`ApiError::NotFound`] for all but those who sit: who stepped aside is not among them.
/// - [`ApiError::Invalid`] with every field to correct.
/// - [`ApiError::MovedOn`] if that cannot be done (any more).
pub async fn act(p: &Platform, actor: &AccountView, form: &SeatForm) -> Result<NominationId, ApiError> {
    let id: NominationId = form.id.trim().parse().map_err(|_| ApiError::NotFound)?;
    let typed = kept(form);
    let json = serde_json::to_string(&typed).map_err(|error| p.fault(error))?;
    // What was typed is kept before it is judged.
    if matches!(form.act.as_str(), "save" | "send") {
        attempt(p, || Box::pin(save(p, actor, id, &json))).await?;
    }
    match form.act.as_str() {
        "save" => {}
        "send" => {
            let scores = read(&typed)?;
            attempt(p, || Box::pin(submit(p, actor, id, &json, &scores))).await?;
        }
        "recuse" => {
            let why = ground(&form.ground).map_err(|problem| ApiError::field("ground", problem))?;
            attempt(p, || Box::pin(recuse(p, actor, id, &why))).await?;
        }
        "say" => {
            let body =
                Message::parse(&form.body).map_err(|error| ApiError::field("body", Problem::of_text(error, 4_000)))?;
            attempt(p, || Box::pin(say(p, actor, id, &body))).await?;
        }
        _ => return Err(ApiError::NotFound),
    }
    jobs::wake(p);
    Ok(id)
}

/// The nomination, locked, on which somebody sits.
async fn sat_on(
    exec: &mut crate::db::Exec<'_>,
    actor: &AccountView,
    id: NominationId,
) -> Result<rows::Nomination, Failure> {
    let found = lock(exec, id).await?;
    let seat = found.state.panel().and_then(|panel| panel.of(actor.id));
    match seat {
        Some(SeatState::Open | SeatState::In) => Ok(found),
        _ => Err(ApiError::NotFound.into()),
    }
}

async fn save(p: &Platform, actor: &AccountView, id: NominationId, json: &str) -> Result<(), Failure> {
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    sat_on(exec, actor, id).await?;
    if !rows::save_seat(exec, id, actor.id, json).await? {
        return Err(ApiError::MovedOn.into());
    }
    tx.commit().await?;
    Ok(())
}

async fn submit(
    p: &Platform,
    actor: &AccountView,
    id: NominationId,
    json: &str,
    scores: &Scores,
) -> Result<(), Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let mut nomination = sat_on(exec, actor, id).await?;
    let to = nomination.state.clone().review(actor.id).map_err(|_| ApiError::MovedOn)?;
    if !rows::submit_seat(exec, id, actor.id, json, scores, now).await? {
        return Err(ApiError::MovedOn.into());
    }
    move_to(exec, &mut nomination, to, Some(actor.id), "reviewed", "", now).await?;
    cycles::look_again(exec, now).await?;
    tx.commit().await?;
    Ok(())
}

async fn recuse(p: &Platform, actor: &AccountView, id: NominationId, why: &Message) -> Result<(), Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let mut nomination = sat_on(exec, actor, id).await?;
    let to = nomination.state.clone().recuse(actor.id).map_err(|_| ApiError::MovedOn)?;
    rows::end_seat(exec, id, actor.id, SeatState::Recused, why.as_str(), now).await?;
    rows::declare_conflict(exec, actor.id, nomination.account, why.as_str(), now).await?;
    move_to(exec, &mut nomination, to, Some(actor.id), "recused", why.as_str(), now).await?;
    // The seat is given to somebody else at once.
    cycles::look_again(exec, now).await?;
    tx.commit().await?;
    Ok(())
}

async fn say(p: &Platform, actor: &AccountView, id: NominationId, body: &Message) -> Result<(), Failure> {
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let found = sat_on(exec, actor, id).await?;
    let open = found.state.panel().is_some_and(|panel| panel.sees_reviews(actor.id));
    if !open || found.state.is_final() {
        return Err(ApiError::MovedOn.into());
    }
    rows::say(exec, p.ids.uuid(), id, actor.id, body.as_str(), p.now()).await?;
    tx.commit().await?;
    Ok(())
}
