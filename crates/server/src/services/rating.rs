//! Reviews (S21): written by both sides of a completed booking, unseen by each other until both are in or the time is
//! over; answered once by the expert; taken down by managers, with reasons.

mod notices;

use crate::{
    clock::zoned,
    db::{
        Exec,
        bookings::{self as booking_rows, Booking},
        rating::{self as rows, NewRated, RatedRow},
    },
    jobs::{self, JobKind},
    platform::Platform,
    services::{
        bookings::{Failure, attempt, expert_of, lock},
        fields::Fields,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use gabarit_domain::{
    ids::BookingId,
    rating::{DAYS, Mark, REMIND_AFTER_DAYS, ReviewState, Scores, reviewable_until},
    text::Message,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    rating::{ModeratedReview, Moderation, ModerationForm, RatingAnswerForm, RatingForm, RatingPage, WrittenReview},
};
use uuid::Uuid;

/// The most characters of a client's review; and of an expert's, which is short, and of answers.
const BODY: u32 = 4_000;
const SHORT: u32 = 600;
/// Reviews on a page of the managers' console.
const SHOWN: i64 = 50;

/// On which side of a booking an account stands; strangers (managers among them) learn nothing of its reviews.
fn is_expert(actor: &AccountView, booking: &Booking) -> Result<bool, ApiError> {
    if booking.client == actor.id {
        Ok(false)
    } else if actor.expert == Some(booking.expert) && booking.paid_at.is_some() {
        Ok(true)
    } else {
        Err(ApiError::NotFound)
    }
}

fn state(p: &Platform, row: &RatedRow) -> Result<ReviewState, ApiError> {
    ReviewState::parse(&row.state).ok_or_else(|| p.fault(format_args!("review {} is {}", row.id, row.state)))
}

fn written(p: &Platform, row: &RatedRow, zone: Tz) -> Result<WrittenReview, ApiError> {
    Ok(WrittenReview {
        id: row.id,
        state: state(p, row)?,
        rating: u8::try_from(row.rating).unwrap_or(0),
        scores: row.scores.as_deref().and_then(|scores| serde_json::from_str(scores).ok()),
        body: row.body.clone(),
        language: row.language.clone(),
        at: zoned(row.created_at, zone),
        reply: row.reply.clone(),
    })
}

/// Orders what follows completion: the reminder, and the day on which what was written is shown.
pub(crate) async fn invite(exec: &mut Exec<'_>, booking: BookingId, now: DateTime<Utc>) -> sqlx::Result<()> {
    jobs::schedule(exec, JobKind::RemindReview, booking.0, now + TimeDelta::days(REMIND_AFTER_DAYS)).await?;
    jobs::schedule(exec, JobKind::ShowReviews, booking.0, now + TimeDelta::days(DAYS)).await
}

/// The reviews of a booking, for one of its sides.
///
/// # Errors
/// [`ApiError::NotFound`] for everybody else.
pub async fn page(p: &Platform, actor: &AccountView, id: BookingId) -> Result<RatingPage, ApiError> {
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let now = p.now();
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let booking = booking_rows::get(exec, id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    let is_expert = is_expert(actor, &booking)?;
    let expert = booking_rows::expert(exec, booking.expert).await.map_err(|error| p.fault(error))?;
    let found = rows::of_booking(exec, id).await.map_err(|error| p.fault(error))?;
    let own = found.iter().find(|row| row.of_expert() != is_expert);
    let theirs = found.iter().find(|row| row.of_expert() == is_expert && row.state == ReviewState::Shown.code());
    let may_report = match theirs {
        Some(row) => !rows::has_reported(exec, row.id, actor.id).await.map_err(|error| p.fault(error))?,
        None => false,
    };
    let until = reviewable_until(booking.state, booking.completed_at).filter(|until| now < *until);
    Ok(RatingPage {
        booking: id,
        reference: booking.reference.clone(),
        is_expert,
        with: if is_expert {
            booking.buyer.party.name.clone()
        } else {
            expert.map(|expert| expert.display_name).unwrap_or_default()
        },
        expert: booking.expert,
        until: until.map(|until| zoned(until, zone)),
        own: own.map(|row| written(p, row, zone)).transpose()?,
        may_reply: is_expert && theirs.is_some_and(|row| row.reply.is_none()),
        may_report,
        theirs: theirs.map(|row| written(p, row, zone)).transpose()?,
    })
}

/// Whether a side can write a review of a booking now.
///
/// # Errors
/// The database's.
pub(crate) async fn may_write(
    exec: &mut Exec<'_>,
    booking: &Booking,
    is_expert: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    if reviewable_until(booking.state, booking.completed_at).is_none_or(|until| now >= until) {
        return Ok(false);
    }
    Ok(!rows::of_booking(exec, booking.id).await?.iter().any(|row| row.of_expert() != is_expert))
}

fn mark(fields: &mut Fields, name: &str, text: &str) -> Option<Mark> {
    let mark = text.trim().parse::<u8>().ok().and_then(|number| Mark::try_from(number).ok());
    if mark.is_none() {
        fields.add(name, if text.trim().is_empty() { Problem::Missing } else { Problem::Unknown });
    }
    mark
}

/// What a form says, for a side.
fn read(form: &RatingForm, is_expert: bool) -> Result<(Mark, Option<Scores>, String), ApiError> {
    let mut fields = Fields::default();
    let marks = if is_expert {
        mark(&mut fields, "rating", &form.rating).map(|rating| (rating, None))
    } else {
        let knowledge = mark(&mut fields, "knowledge", &form.knowledge);
        let communication = mark(&mut fields, "communication", &form.communication);
        let reliability = mark(&mut fields, "reliability", &form.reliability);
        let value = mark(&mut fields, "value", &form.value);
        match (knowledge, communication, reliability, value) {
            (Some(knowledge), Some(communication), Some(reliability), Some(value)) => {
                let scores = Scores { knowledge, communication, reliability, value };
                Some((scores.rating(), Some(scores)))
            }
            _ => None,
        }
    };
    let most = if is_expert { SHORT } else { BODY };
    let body = fields.read("body", most, Message::parse(&form.body)).map(String::from);
    if let Some(body) = &body {
        if body.chars().count() > most as usize {
            fields.add("body", Problem::TooLong(most));
        }
        fields.no_links("body", body);
    }
    fields.done()?;
    match (marks, body) {
        (Some((rating, scores)), Some(body)) => Ok((rating, scores, body)),
        _ => Err(ApiError::Transport),
    }
}

/// Writes one's review of the other side.
///
/// # Errors
/// [`ApiError::NotFound`] for who is not of the booking; [`ApiError::Invalid`] by the fields; [`ApiError::MovedOn`] for
/// a second one, before completion, and once the time is over.
pub async fn write(p: &Platform, actor: &AccountView, form: &RatingForm) -> Result<(), ApiError> {
    let id: BookingId = form.id.parse().map_err(|_| ApiError::NotFound)?;
    let expert = expert_of(p, id).await?;
    let locale = Locale::parse(&form.locale).unwrap_or(actor.locale);
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let booking = lock(exec, expert, id).await?;
            let is_expert = is_expert(actor, &booking)?;
            if !may_write(exec, &booking, is_expert, now).await? {
                return Err(ApiError::MovedOn.into());
            }
            let (rating, scores, body) = read(form, is_expert)?;
            let scores =
                scores.map(|scores| serde_json::to_string(&scores)).transpose().map_err(|error| p.fault(error))?;
            let new = NewRated {
                id: p.ids.uuid(),
                booking: id,
                expert,
                client: booking.client,
                rating: rating.number(),
                scores: scores.as_deref(),
                author: &booking.buyer.party.name,
                body: &body,
                language: locale.code(),
                now,
            };
            if is_expert {
                rows::insert_of_client(exec, &new).await?;
            } else {
                rows::insert_of_expert(exec, &new).await?;
            }
            rows::log(exec, p.ids.uuid(), new.id, Some(actor.id), "written", "", now).await?;
            let found = rows::of_booking(exec, id).await?;
            if found.len() == 2 {
                show(exec, p, &booking, &found, now).await?;
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// Shows what waits, and counts it.
async fn show(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    found: &[RatedRow],
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    for row in found {
        let Ok(shown) = state(p, row)?.show() else { continue };
        if !rows::store_state(exec, row, shown, now).await? {
            continue;
        }
        if row.of_expert() {
            rows::count(exec, row.expert_id, row.rating, 1, now).await?;
        }
        rows::log(exec, p.ids.uuid(), row.id, None, "shown", "", now).await?;
        notices::shown(exec, p, booking, row).await?;
    }
    Ok(())
}

/// The time is over: what one side wrote is shown without the other's. For jobs.
///
/// # Errors
/// [`ApiError::NotFound`], or a fault.
pub async fn show_due(p: &Platform, id: BookingId) -> Result<(), ApiError> {
    let expert = expert_of(p, id).await?;
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let booking = lock(exec, expert, id).await?;
            let Some(until) = reviewable_until(booking.state, booking.completed_at) else { return Ok(()) };
            if now < until {
                jobs::schedule(exec, JobKind::ShowReviews, id.0, until).await?;
            } else {
                let found = rows::of_booking(exec, id).await?;
                show(exec, p, &booking, &found, now).await?;
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// Reminds whoever has not written, while it is possible. For jobs.
///
/// # Errors
/// [`ApiError::NotFound`], or a fault.
pub async fn remind(p: &Platform, id: BookingId) -> Result<(), ApiError> {
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let exec = &mut tx.exec();
    let booking = booking_rows::get(exec, id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    for is_expert in [false, true] {
        if may_write(exec, &booking, is_expert, now).await.map_err(|error| p.fault(error))? {
            notices::reminder(exec, p, &booking, is_expert).await?;
        }
    }
    tx.commit().await.map_err(|error| p.fault(error))
}

/// The expert answers the client's review, once; or a side reports the other's.
///
/// # Errors
/// [`ApiError::NotFound`] for who is not of the booking; [`ApiError::Invalid`] for the fields `reply` and `reason`;
/// [`ApiError::MovedOn`] for a second answer or report, and of what is not shown.
pub async fn answer(p: &Platform, actor: &AccountView, form: &RatingAnswerForm) -> Result<(), ApiError> {
    let id: BookingId = form.id.parse().map_err(|_| ApiError::NotFound)?;
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let exec = &mut tx.exec();
    let booking = booking_rows::get(exec, id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    let is_expert = is_expert(actor, &booking)?;
    let found = rows::of_booking(exec, id).await.map_err(|error| p.fault(error))?;
    let theirs = found
        .into_iter()
        .find(|row| row.of_expert() == is_expert && row.state == ReviewState::Shown.code())
        .ok_or(ApiError::MovedOn)?;
    let mut fields = Fields::default();
    let done = if form.act == "reply" {
        if !is_expert {
            return Err(ApiError::Forbidden);
        }
        let reply = fields.read("reply", SHORT, Message::parse(&form.reply)).map(String::from).unwrap_or_default();
        if reply.chars().count() > SHORT as usize {
            fields.add("reply", Problem::TooLong(SHORT));
        }
        fields.no_links("reply", &reply);
        fields.done()?;
        rows::store_reply(exec, theirs.id, &reply, now).await.map_err(|error| p.fault(error))?
    } else {
        let reason = fields.read("reason", BODY, Message::parse(&form.reason)).map(String::from).unwrap_or_default();
        fields.done()?;
        let report = p.ids.uuid();
        let new =
            rows::insert_report(exec, report, &theirs, actor.id, &reason, now).await.map_err(|error| p.fault(error))?;
        if new {
            notices::reported(exec, p, &booking, report, &reason).await?;
        }
        new
    };
    if !done {
        return Err(ApiError::MovedOn);
    }
    let event = if form.act == "reply" { "replied" } else { "reported" };
    rows::log(exec, p.ids.uuid(), theirs.id, Some(actor.id), event, "", now).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok(())
}

fn managers_only(actor: &AccountView) -> Result<(), ApiError> {
    if actor.is_manager { Ok(()) } else { Err(ApiError::Forbidden) }
}

/// What managers look at: `reported` reviews, `hidden` ones, or the latest that are `shown`.
///
/// # Errors
/// [`ApiError::Forbidden`] for everybody else.
pub async fn moderation(p: &Platform, actor: &AccountView, queue: &str) -> Result<Moderation, ApiError> {
    managers_only(actor)?;
    let fault = |error: sqlx::Error| p.fault(error);
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let reported = rows::reported(exec).await.map_err(fault)?;
    let waiting = u32::try_from(reported.len()).unwrap_or(u32::MAX);
    let found = match queue {
        "hidden" => rows::in_state(exec, ReviewState::Hidden, SHOWN).await.map_err(fault)?,
        "shown" => rows::in_state(exec, ReviewState::Shown, SHOWN).await.map_err(fault)?,
        _ => {
            let mut found = Vec::new();
            for id in reported {
                found.extend(rows::get(exec, id).await.map_err(fault)?);
            }
            found
        }
    };
    let mut reviews = Vec::with_capacity(found.len());
    for row in found {
        let reports = rows::open_reports(exec, row.id).await.map_err(fault)?;
        let log = rows::log_of(exec, row.id).await.map_err(fault)?;
        reviews.push(ModeratedReview {
            review: written(p, &row, zone)?,
            of_client: !row.of_expert(),
            booking: row.booking_id.map(BookingId).zip(row.reference.clone()),
            expert: gabarit_domain::ids::ExpertId(row.expert_id),
            expert_name: row.expert_name.clone(),
            author: row.author.clone(),
            reports: reports.into_iter().map(|(who, why, at)| (who, why, zoned(at, zone))).collect(),
            log: log
                .into_iter()
                .map(|(at, who, what, why)| (zoned(at, zone), who.unwrap_or_default(), what, why))
                .collect(),
        });
    }
    Ok(Moderation { reviews, waiting })
}

/// A manager takes a review down, puts it up again, or finds that it may stay; the reason is told to both sides.
///
/// # Errors
/// [`ApiError::Forbidden`] for others, and for a manager who is a side of the booking; [`ApiError::Invalid`] for the field
/// `reason`; [`ApiError::MovedOn`] where another manager was faster.
pub async fn moderate(p: &Platform, actor: &AccountView, form: &ModerationForm) -> Result<(), ApiError> {
    managers_only(actor)?;
    let id: Uuid = form.id.parse().map_err(|_| ApiError::NotFound)?;
    let mut fields = Fields::default();
    let reason = fields.read("reason", BODY, Message::parse(&form.reason)).map(String::from).unwrap_or_default();
    fields.done()?;
    let reason = reason.as_str();
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let row = rows::get(exec, id).await?.ok_or(ApiError::NotFound)?;
            // Nobody judges in their own cause.
            if row.client_id == Some(actor.id.0) || actor.expert.is_some_and(|own| own.0 == row.expert_id) {
                return Err(ApiError::Forbidden.into());
            }
            let was = state(p, &row)?;
            let (to, sign) = match form.act.as_str() {
                "hide" => (Some(was.hide().map_err(|_| ApiError::MovedOn)?), -1),
                "restore" => (Some(was.restore().map_err(|_| ApiError::MovedOn)?), 1),
                "keep" => (None, 0),
                _ => return Err(ApiError::Transport.into()),
            };
            if let Some(to) = to {
                if !rows::store_state(exec, &row, to, now).await? {
                    return Err(ApiError::MovedOn.into());
                }
                if row.of_expert() {
                    rows::count(exec, row.expert_id, sign * row.rating, sign, now).await?;
                }
            }
            let closed = rows::close_reports(exec, id, now).await?;
            if to.is_none() && closed == 0 {
                return Err(ApiError::MovedOn.into());
            }
            rows::log(exec, p.ids.uuid(), id, Some(actor.id), &form.act, reason, now).await?;
            if let Some(booking) = row.booking_id {
                let booking = booking_rows::get(exec, BookingId(booking)).await?.ok_or(ApiError::NotFound)?;
                notices::moderated(exec, p, &booking, &row, &form.act, reason).await?;
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}
