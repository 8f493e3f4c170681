//! The private feed of bookings, and calendars elsewhere that make days busy.

use super::own;
use crate::{
    db::{
        bookings as booking_rows, experts as expert_rows,
        work::{self, CalendarRow},
    },
    fetch::{self, FetchError},
    ics::{self, DayEvent, IcsError, Status},
    jobs::{self, JobKind},
    platform::Platform,
    services::files::SentFile,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::Tz;
use gabarit_domain::{
    booking::BookingState,
    calendar::HORIZON_DAYS,
    ids::{AccountId, ExpertId},
    text::OneLine,
};
use gabarit_i18n::{Locale, work as text};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    work::CalendarProblem,
};
use sha2::{Digest, Sha256};
use std::time::Duration;
use url::Url;
use uuid::Uuid;

/// The most calendars of one expert.
const MAX_CALENDARS: usize = 10;
/// The longest name of one, in characters.
const LONGEST_NAME: usize = 80;
/// How often they are read.
const EVERY: TimeDelta = TimeDelta::hours(1);
/// Read this recently, a calendar is not read again before a booking.
const FRESH: TimeDelta = TimeDelta::minutes(2);
/// How long a booking waits for it.
const PATIENCE: Duration = Duration::from_secs(3);

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Makes a new secret address of the own feed; the one before no longer opens it.
///
/// # Errors
/// [`ApiError::Forbidden`] without a profile.
pub async fn new_feed(p: &Platform, actor: &AccountView) -> Result<String, ApiError> {
    let secret = URL_SAFE_NO_PAD.encode(p.ids.secret());
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = own(&mut tx.exec(), p, actor).await?;
    work::set_feed(&mut tx.exec(), row.id, Some(&hash(&secret)), p.now()).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    let path = format!("/calendar/{secret}.ics");
    Ok(p.config.public_url.join(&path).map_or(path, String::from))
}

/// Closes the own feed.
///
/// # Errors
/// [`ApiError::Forbidden`] without a profile.
pub async fn revoke_feed(p: &Platform, actor: &AccountView) -> Result<(), ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = own(&mut tx.exec(), p, actor).await?;
    work::set_feed(&mut tx.exec(), row.id, None, p.now()).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// The feed that a secret opens: orders are tentative, accepted ones firm, those that came to nothing cancelled.
///
/// # Errors
/// [`ApiError::NotFound`] for a secret that opens none.
pub async fn feed(p: &Platform, secret: &str) -> Result<String, ApiError> {
    let fault = |error| p.fault(error);
    if secret.len() != 43 {
        return Err(ApiError::NotFound);
    }
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let expert = work::feed_of(exec, &hash(secret)).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    let row = expert_rows::get(exec, expert).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    let person = booking_rows::person(exec, AccountId(row.account_id)).await.map_err(fault)?;
    let locale = person.map_or_else(Locale::default, |person| person.locale);
    let since = p.today() - Days::new(400);
    let host = p.config.public_url.host_str().unwrap_or("gabarit").to_owned();
    let mut events = Vec::new();
    for booking in booking_rows::of_expert(exec, ExpertId(expert)).await.map_err(fault)? {
        if booking.last_day < since {
            continue;
        }
        let status = match booking.state {
            BookingState::Requested { .. } | BookingState::Held { .. } => Status::Tentative,
            BookingState::Accepted | BookingState::Completed => Status::Confirmed,
            _ => Status::Cancelled,
        };
        let changed = booking_rows::log_of(exec, booking.id)
            .await
            .map_err(fault)?
            .last()
            .map_or(booking.created_at, |step| step.at);
        let page = format!("/{}/bookings/{}", locale.code(), booking.id);
        let firm = status == Status::Confirmed;
        for (first, last) in ics::runs(booking.order.days.iter()) {
            events.push(DayEvent {
                uid: format!("{}-{}@{host}", booking.id, ics::stamp(first)),
                sequence: booking.version - 1,
                changed,
                first,
                last,
                status,
                summary: text::feed_summary(locale, &booking.buyer.party.name),
                location: booking
                    .work_address
                    .clone()
                    .filter(|_| firm)
                    .or_else(|| booking.place_name.clone())
                    .unwrap_or_default(),
                description: text::feed_description(locale, &booking.reference),
                url: p.config.public_url.join(&page).map_or(page.clone(), String::from),
            });
        }
    }
    Ok(ics::write(text::feed_name(locale), &events))
}

async fn insert(p: &Platform, actor: &AccountView, name: &str, address: Option<&str>) -> Result<CalendarRow, ApiError> {
    let name = match OneLine::parse_optional(name) {
        Ok(Some(name)) if name.as_str().chars().count() <= LONGEST_NAME => name.as_str().to_owned(),
        Ok(None) => address
            .and_then(|address| Url::parse(address).ok()?.host_str().map(ToOwned::to_owned))
            .unwrap_or_else(|| text::calendar_file(actor.locale).to_owned()),
        _ => return Err(ApiError::field("name", Problem::TooLong(80))),
    };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = own(&mut tx.exec(), p, actor).await?;
    let count = work::calendars(&mut tx.exec(), row.id).await.map_err(|error| p.fault(error))?.len();
    if count >= MAX_CALENDARS {
        return Err(ApiError::field("name", Problem::TooMany(u32::try_from(MAX_CALENDARS).unwrap_or(u32::MAX))));
    }
    let id = p.ids.uuid();
    work::insert_calendar(&mut tx.exec(), id, row.id, &name, address, p.now()).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(CalendarRow {
        id,
        expert_id: row.id,
        name,
        address: address.map(ToOwned::to_owned),
        body: String::new(),
        events: 0,
        read_at: None,
        problem: None,
    })
}

/// Adds a calendar by its address, and reads it at once; from then on every hour. That it cannot be read now is told
/// beside it.
///
/// # Errors
/// [`ApiError::Invalid`] for the fields `address` and `name`.
pub async fn add_address(p: &Platform, actor: &AccountView, name: &str, address: &str) -> Result<(), ApiError> {
    if address.trim().is_empty() {
        return Err(ApiError::field("address", Problem::Missing));
    }
    let url =
        fetch::address(address, p.config.is_local()).map_err(|_| ApiError::field("address", Problem::NotHttps))?;
    let row = insert(p, actor, name, Some(url.as_str())).await?;
    read(p, &row, Duration::from_secs(10)).await?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    jobs::schedule(&mut tx.exec(), JobKind::ReadCalendar, row.id, p.now() + EVERY)
        .await
        .map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Whether the account has a calendar that others can be added to; asked before a file is read.
///
/// # Errors
/// [`ApiError::Forbidden`] without a profile.
pub async fn may_add_file(p: &Platform, actor: &AccountView) -> Result<(), ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    own(&mut conn.exec(), p, actor).await.map(|_| ())
}

/// Adds the events of a file. Without a name it goes by the file's own, as far as that can be one.
///
/// # Errors
/// [`ApiError::Invalid`] for the field `files` if there is none, or it is no calendar, and for `name`.
pub async fn add_file(p: &Platform, actor: &AccountView, name: &str, file: &SentFile) -> Result<(), ApiError> {
    let problem = |problem| ApiError::field("files", problem);
    if file.name.is_empty() && file.bytes.is_empty() {
        return Err(problem(Problem::Missing));
    }
    // Calendars are UTF-8; one that says otherwise has at most its words spoiled, never its days.
    let body = String::from_utf8_lossy(&file.bytes);
    ics::busy_days(&body, Tz::UTC, p.today(), p.today()).map_err(|error| match error {
        IcsError::TooBig => problem(Problem::CalendarTooBig),
        IcsError::NotACalendar => problem(Problem::NotACalendar),
    })?;
    let called: String = file.name.trim_end_matches(".ics").chars().take(LONGEST_NAME).collect();
    let name = if name.trim().is_empty() && OneLine::parse(&called).is_ok() { called.as_str() } else { name };
    let row = insert(p, actor, name, None).await?;
    store(p, &row, &body, p.now()).await?.map_err(|error| p.fault(error))?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    // A file does not change, but the horizon moves on.
    jobs::schedule(&mut tx.exec(), JobKind::ReadCalendar, row.id, p.now() + TimeDelta::days(1))
        .await
        .map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Takes one of the own calendars out; its days are free again.
///
/// # Errors
/// [`ApiError::NotFound`] for anybody else's.
pub async fn remove(p: &Platform, actor: &AccountView, id: Uuid) -> Result<(), ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = own(&mut tx.exec(), p, actor).await?;
    if !work::remove_calendar(&mut tx.exec(), id, row.id).await.map_err(|error| p.fault(error))? {
        return Err(ApiError::NotFound);
    }
    jobs::cancel(&mut tx.exec(), JobKind::ReadCalendar, id).await.map_err(|error| p.fault(error))?;
    expert_rows::touch(&mut tx.exec(), row.id, p.now()).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// The zone an expert's days are in: the account's.
async fn zone_of(p: &Platform, expert: Uuid) -> Result<Tz, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let row = expert_rows::get(exec, expert).await.map_err(|error| p.fault(error))?.ok_or(ApiError::MovedOn)?;
    let person = booking_rows::person(exec, AccountId(row.account_id)).await.map_err(|error| p.fault(error))?;
    Ok(person.map_or(p.config.zone, |person| person.zone))
}

async fn store(
    p: &Platform,
    row: &CalendarRow,
    body: &str,
    at: DateTime<Utc>,
) -> Result<Result<(), IcsError>, ApiError> {
    let zone = zone_of(p, row.expert_id).await?;
    let (from, until) = (p.today(), p.today() + Days::new(u64::from(HORIZON_DAYS) - 1));
    let text = body.to_owned();
    // Reading a big calendar takes a while: not on a thread that serves others.
    let read = tokio::task::spawn_blocking(move || ics::busy_days(&text, zone, from, until)).await;
    let busy = match read.map_err(|error| p.fault(error))? {
        Ok(busy) => busy,
        Err(error) => return Ok(Err(error)),
    };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let stored = async {
        let exec = &mut tx.exec();
        let events = i64::try_from(busy.events).unwrap_or(i64::MAX);
        work::store_read(exec, row, body, events, busy.days.iter().copied(), at).await?;
        expert_rows::touch(exec, row.expert_id, at).await
    }
    .await;
    stored.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(Ok(()))
}

/// Reads a calendar where it lies; what cannot be read now is noted, and what was read before still counts.
async fn read(p: &Platform, row: &CalendarRow, timeout: Duration) -> Result<(), ApiError> {
    let problem = match &row.address {
        None => match store(p, row, &row.body, row.read_at.unwrap_or(p.now())).await? {
            Ok(()) => return Ok(()),
            Err(_) => CalendarProblem::NotACalendar,
        },
        Some(address) => {
            let local = p.config.is_local();
            let fetched = match fetch::address(address, local) {
                Ok(url) => fetch::text(&url, local, ics::MAX_BYTES, timeout).await,
                Err(error) => Err(error),
            };
            match fetched {
                Ok(body) => match store(p, row, &body, p.now()).await? {
                    Ok(()) => return Ok(()),
                    Err(IcsError::TooBig) => CalendarProblem::TooBig,
                    Err(IcsError::NotACalendar) => CalendarProblem::NotACalendar,
                },
                Err(FetchError::NotHttps) => CalendarProblem::NotHttps,
                Err(FetchError::NotPublic) => CalendarProblem::NotPublic,
                Err(FetchError::TooLong) => CalendarProblem::TooBig,
                Err(error) => {
                    tracing::info!(calendar = %row.id, %error, "calendar not read");
                    CalendarProblem::NoAnswer
                }
            }
        }
    };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    work::store_problem(&mut tx.exec(), row.id, problem.code()).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Reads a calendar again, and orders the next time: the job.
///
/// # Errors
/// A fault of ours; [`ApiError::MovedOn`] once it was taken out.
pub async fn read_calendar(p: &Platform, id: Uuid) -> Result<(), ApiError> {
    let row = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        work::calendar(&mut conn.exec(), id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::MovedOn)?
    };
    read(p, &row, Duration::from_secs(20)).await?;
    let next = if row.address.is_some() { EVERY } else { TimeDelta::days(1) };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    jobs::schedule(&mut tx.exec(), JobKind::ReadCalendar, id, p.now() + next).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Reads an expert's calendars once more before a booking, without letting the client wait for long: one that does not
/// answer counts as it was last read.
///
/// # Errors
/// A fault of ours.
pub async fn before_booking(p: &Platform, expert: ExpertId) -> Result<(), ApiError> {
    let rows = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        work::calendars(&mut conn.exec(), expert.0).await.map_err(|error| p.fault(error))?
    };
    let due = rows.iter().filter(|row| row.address.is_some() && row.read_at.is_none_or(|at| p.now() - at > FRESH));
    for outcome in futures::future::join_all(due.map(|row| read(p, row, PATIENCE))).await {
        outcome?;
    }
    Ok(())
}
