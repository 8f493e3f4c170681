//! Threads between client and expert of a booking, from the order on. Nobody else reads them.

use crate::{
    clock::zoned,
    db::{
        Exec, bookings as rows,
        bookings::Booking,
        work::{self, MessageRow},
    },
    jobs, mail,
    mail::Message as Mail,
    platform::Platform,
};
use chrono::TimeDelta;
use gabarit_domain::{
    ids::{AccountId, BookingId},
    text::{Message, TextError},
};
use gabarit_i18n::{notice, work as text};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    work::{MessageView, Thread, ThreadSummary},
};
use std::collections::HashMap;
use uuid::Uuid;

/// The most messages of an account in an hour.
const MOST_AN_HOUR: i64 = 60;

/// The booking, and both people: who asks, and the other.
async fn sides(
    exec: &mut Exec<'_>,
    p: &Platform,
    actor: &AccountView,
    id: BookingId,
) -> Result<(Booking, AccountId, String, String), ApiError> {
    let booking = rows::get(exec, id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    let expert = rows::expert(exec, booking.expert).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    let client = booking.buyer.party.name.clone();
    if booking.paid_at.is_none() {
        return Err(ApiError::NotFound);
    }
    if booking.client == actor.id {
        Ok((booking, expert.account, expert.display_name, client))
    } else if actor.expert == Some(booking.expert) {
        let other = booking.client;
        Ok((booking, other, client, expert.display_name))
    } else {
        Err(ApiError::NotFound)
    }
}

/// The thread of a booking, for its client and its expert.
///
/// # Errors
/// [`ApiError::NotFound`] for everybody else, and before the order is placed.
pub async fn thread(p: &Platform, actor: &AccountView, id: BookingId) -> Result<Thread, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let (booking, _, with, own_name) = sides(exec, p, actor, id).await?;
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let messages = work::messages(exec, id.0).await.map_err(|error| p.fault(error))?;
    Ok(Thread {
        booking: id,
        reference: booking.reference,
        open: booking.state.shows_contacts(),
        messages: messages
            .into_iter()
            .map(|message| {
                let own = message.author_id == actor.id.0;
                MessageView {
                    own,
                    author: if own { own_name.clone() } else { with.clone() },
                    at: zoned(message.created_at, zone),
                    body: message.body,
                }
            })
            .collect(),
        with,
        key: p.ids.uuid().to_string(),
    })
}

/// The threads of the expert who asks, the latest first.
///
/// # Errors
/// [`ApiError::Forbidden`] without a profile.
pub async fn threads(p: &Platform, actor: &AccountView) -> Result<Vec<ThreadSummary>, ApiError> {
    let expert = actor.expert.ok_or(ApiError::Forbidden)?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let bookings: HashMap<Uuid, Booking> = rows::of_expert(exec, expert)
        .await
        .map_err(|error| p.fault(error))?
        .into_iter()
        .map(|booking| (booking.id.0, booking))
        .collect();
    let mut list: Vec<ThreadSummary> = Vec::new();
    for message in work::messages_of_expert(exec, expert.0).await.map_err(|error| p.fault(error))? {
        if let Some(known) = list.iter_mut().find(|known| known.booking.0 == message.booking_id) {
            known.count += 1;
            continue;
        }
        let Some(booking) = bookings.get(&message.booking_id) else { continue };
        list.push(ThreadSummary {
            booking: booking.id,
            reference: booking.reference.clone(),
            with: booking.buyer.party.name.clone(),
            count: 1,
            latest: zoned(message.created_at, zone),
            excerpt: message.body.chars().take(140).collect(),
            theirs: message.author_id != actor.id.0,
        });
    }
    Ok(list)
}

/// Writes to the other side, who is told by e-mail. The same form sent twice is one message.
///
/// # Errors
/// [`ApiError::NotFound`] for strangers; [`ApiError::MovedOn`] once the booking came to nothing; [`ApiError::Invalid`]
/// for the field `body`; [`ApiError::TooManyAttempts`].
pub async fn write_message(
    p: &Platform,
    actor: &AccountView,
    id: BookingId,
    body: &str,
    key: &str,
) -> Result<(), ApiError> {
    let body = Message::parse(body).map_err(|error| {
        ApiError::field(
            "body",
            match error {
                TextError::TooLong => Problem::TooLong(4_000),
                TextError::Malformed => Problem::Malformed,
                TextError::Missing | TextError::TooShort => Problem::Missing,
            },
        )
    })?;
    let body = String::from(body);
    let key: Uuid = key.trim().parse().map_err(|_| ApiError::field("key", Problem::Malformed))?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let (booking, other, _, own_name) = sides(&mut tx.exec(), p, actor, id).await?;
    if !booking.state.shows_contacts() {
        return Err(ApiError::MovedOn);
    }
    let now = p.now();
    let lately = work::messages_since(&mut tx.exec(), actor.id.0, now - TimeDelta::hours(1))
        .await
        .map_err(|error| p.fault(error))?;
    if lately >= MOST_AN_HOUR {
        return Err(ApiError::TooManyAttempts { retry_after_seconds: 3600 });
    }
    let message = MessageRow { id: p.ids.uuid(), booking_id: id.0, author_id: actor.id.0, body, created_at: now };
    if work::insert_message(&mut tx.exec(), &message, key).await.map_err(|error| p.fault(error))? {
        let to =
            rows::person(&mut tx.exec(), other).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
        let l = to.locale;
        let path = format!("/{}/messages/{id}", l.code());
        let page = p.config.public_url.join(&path).map_or(path.clone(), String::from);
        let notice = Mail::new(l, text::mail_subject(l, &own_name))
            .paragraph(notice::hello(l, &to.name))
            .paragraph(text::mail_text(l, &own_name, &booking.reference))
            .paragraph(message.body.clone())
            .button(text::mail_answer(l), page);
        mail::enqueue(&mut tx.exec(), p, &format!("message/{}", message.id), &to.email, &notice).await?;
    }
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok(())
}
