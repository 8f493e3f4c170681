//! Threads between client and expert of a booking, from the order on, with the files that they send each other. Nobody
//! else reads them.

use crate::{
    clock::zoned,
    db::{
        Exec, bookings as rows,
        bookings::Booking,
        work::{self, MessageFileRow, MessageRow},
    },
    jobs, mail,
    mail::Message as Mail,
    platform::Platform,
    services::{
        bookings::{Failure, attempt, expert_of, lock},
        files::{self, Fetched, SentFile, Stored},
    },
    uploads::FileType,
};
use chrono::TimeDelta;
use gabarit_domain::{
    ids::{AccountId, BookingId, UploadId},
    text::Message,
};
use gabarit_i18n::{notice, work as text};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, FieldError, Problem},
    work::{MessageFile, MessageView, Thread, ThreadSummary},
};
use std::collections::HashMap;
use uuid::Uuid;

/// The most messages of an account in an hour.
const MOST_AN_HOUR: i64 = 60;

/// The most files of one booking's thread.
const MOST_IN_THREAD: u32 = 100;

/// The booking, and both people: who asks, and the other.
async fn sides(
    exec: &mut Exec<'_>,
    p: &Platform,
    actor: &AccountView,
    id: BookingId,
) -> Result<(Booking, AccountId, String, String), ApiError> {
    let booking = rows::get(exec, id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    sides_of(exec, p, actor, booking).await
}

async fn sides_of(
    exec: &mut Exec<'_>,
    p: &Platform,
    actor: &AccountView,
    booking: Booking,
) -> Result<(Booking, AccountId, String, String), ApiError> {
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
    let mut files: HashMap<Uuid, Vec<MessageFile>> = HashMap::new();
    for file in work::message_files(exec, id.0).await.map_err(|error| p.fault(error))? {
        files.entry(file.message_id).or_default().push(MessageFile {
            id: file.id,
            name: file.name,
            size: u64::try_from(file.size).unwrap_or(0),
        });
    }
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
                    files: files.remove(&message.id).unwrap_or_default(),
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

/// Whether the thread of a booking can be written in: asked before anything of what is sent is read.
///
/// # Errors
/// [`ApiError::NotFound`] for strangers; [`ApiError::MovedOn`] once the booking came to nothing.
pub async fn may_write(p: &Platform, actor: &AccountView, id: BookingId) -> Result<(), ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let (booking, ..) = sides(&mut conn.exec(), p, actor, id).await?;
    if booking.state.shows_contacts() { Ok(()) } else { Err(ApiError::MovedOn) }
}

/// Writes to the other side, who is told by e-mail. The same form sent twice is one message.
///
/// # Errors
/// See [`write_with_files`].
pub async fn write_message(
    p: &Platform,
    actor: &AccountView,
    id: BookingId,
    body: &str,
    key: &str,
) -> Result<(), ApiError> {
    write_with_files(p, actor, id, body, key, Vec::new()).await
}

/// Writes to the other side, and sends files along: all of them, or nothing is sent. The other side is told by e-mail
/// what was written, and what the files are called; they are fetched from the thread alone.
///
/// # Errors
/// [`ApiError::NotFound`] for strangers; [`ApiError::MovedOn`] once the booking came to nothing; [`ApiError::Invalid`]
/// for the fields `body` and `files`; [`ApiError::TooManyAttempts`]; [`ApiError::Unavailable`] if the store does not
/// take the files.
pub async fn write_with_files(
    p: &Platform,
    actor: &AccountView,
    id: BookingId,
    body: &str,
    key: &str,
    sent: Vec<SentFile>,
) -> Result<(), ApiError> {
    let expert = expert_of(p, id).await?;
    // Strangers learn nothing, not even what is wrong with what they sent.
    may_write(p, actor, id).await?;
    let (body, kinds) = read(body, &sent)?;
    let key: Uuid = key.trim().parse().map_err(|_| ApiError::field("key", Problem::Malformed))?;
    let stored = files::put_all(p, sent, kinds).await?;
    let written = {
        let (body, stored) = (body.as_str(), stored.as_slice());
        attempt(p, || {
            Box::pin(async move {
                let mut tx = p.db.begin().await?;
                let booking = lock(&mut tx.exec(), expert, id).await?;
                let new = write(&mut tx.exec(), p, actor, booking, body, key, stored).await?;
                tx.commit().await?;
                Ok(new)
            })
        })
        .await
    };
    if !matches!(written, Ok(true)) {
        files::forget_all(p, &stored).await;
    }
    written?;
    jobs::wake(p);
    Ok(())
}

/// What a form says, and what its files are.
fn read(body: &str, sent: &[SentFile]) -> Result<(String, Vec<FileType>), ApiError> {
    let mut fields = Vec::new();
    let mut add = |field: &str, problem| fields.push(FieldError { field: field.to_owned(), problem });
    let body = Message::parse(body).map(String::from).unwrap_or_else(|error| {
        add("body", Problem::of_text(error, 4_000));
        String::new()
    });
    match files::kinds(sent) {
        Ok(kinds) if fields.is_empty() => return Ok((body, kinds)),
        Ok(_) => {}
        Err(problems) => fields.extend(problems),
    }
    Err(ApiError::Invalid { fields, stash: None })
}

/// Writes a message with its files; `false` if its form was sent before.
async fn write(
    exec: &mut Exec<'_>,
    p: &Platform,
    actor: &AccountView,
    booking: Booking,
    body: &str,
    key: Uuid,
    stored: &[Stored],
) -> Result<bool, Failure> {
    let (booking, other, _, own_name) = sides_of(exec, p, actor, booking).await?;
    if !booking.state.shows_contacts() {
        return Err(ApiError::MovedOn.into());
    }
    let now = p.now();
    if work::messages_since(exec, actor.id.0, now - TimeDelta::hours(1)).await? >= MOST_AN_HOUR {
        return Err(ApiError::TooManyAttempts { retry_after_seconds: 3600 }.into());
    }
    let there = work::message_files(exec, booking.id.0).await?.len();
    if !stored.is_empty() && there + stored.len() > MOST_IN_THREAD as usize {
        return Err(ApiError::field("files", Problem::NoMoreFiles(MOST_IN_THREAD)).into());
    }
    let message = MessageRow {
        id: p.ids.uuid(),
        booking_id: booking.id.0,
        author_id: actor.id.0,
        body: body.to_owned(),
        created_at: now,
    };
    if !work::insert_message(exec, &message, key).await? {
        return Ok(false);
    }
    for (position, file) in (0..).zip(stored) {
        let row = MessageFileRow {
            id: file.id.0,
            message_id: message.id,
            author_id: actor.id.0,
            position,
            name: file.name.clone(),
            media_type: file.media_type.to_owned(),
            size: file.size,
            sha256: file.sha256.clone(),
        };
        work::insert_message_file(exec, &row).await?;
    }
    let to = rows::person(exec, other).await?.ok_or(ApiError::NotFound)?;
    let l = to.locale;
    let path = format!("/{}/messages/{}", l.code(), booking.id);
    let page = p.config.public_url.join(&path).map_or(path.clone(), String::from);
    let mut notice = Mail::new(l, text::mail_subject(l, &own_name))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(text::mail_text(l, &own_name, &booking.reference))
        .paragraph(message.body.clone());
    if !stored.is_empty() {
        notice = notice.paragraph(text::mail_files(l, stored.len() as u64, files::listed(l, stored)));
    }
    let notice = notice.button(text::mail_answer(l), page);
    mail::enqueue(exec, p, &format!("message/{}", message.id), &to.email, &notice).await?;
    Ok(true)
}

/// Fetches a file of a thread: for the two whose thread it is.
///
/// # Errors
/// [`ApiError::NotFound`] for everybody else; [`ApiError::Unavailable`]; a fault if the store lost or changed it.
pub async fn fetch_file(p: &Platform, actor: &AccountView, id: UploadId) -> Result<Fetched, ApiError> {
    let file = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        let exec = &mut conn.exec();
        let found = work::message_file(exec, id.0).await.map_err(|error| p.fault(error))?;
        let (file, booking) = found.ok_or(ApiError::NotFound)?;
        sides(exec, p, actor, BookingId(booking)).await?;
        file
    };
    files::get(p, id, file.name, &file.media_type, &file.sha256).await
}
