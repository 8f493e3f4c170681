//! Members' events: signing up, places in turn, the calendar file; and how managers keep them.

use super::{Changes, address, changed_since, is_language, log_change, notices, own::told, web_address, zone_of};
use crate::{
    clock::zoned,
    db::{
        Exec, membership as rows,
        membership_events::{self as events, EventRow, Subject},
    },
    ics::{self, TimedEvent},
    jobs,
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        contribution::{self, FromPlatform},
        fields::Fields,
        manage::managers_only,
    },
};
use chrono::{DateTime, NaiveDateTime, SecondsFormat, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use gabarit_domain::{
    ids::{AccountId, MemberEventId},
    recognition::Channel,
    text::{Message, OneLine},
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    membership::{EventForm, EventView, SignUpForm},
};

/// Events stay in the list for so long once they are over: talks become contributions then.
const SHOWN_DAYS: i64 = 60;

fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// Members and managers; nobody else learns that there are events.
async fn insiders(exec: &mut Exec<'_>, actor: &AccountView) -> Result<bool, Failure> {
    let member = rows::live(exec, actor.id).await?.is_some();
    if member || actor.is_manager { Ok(member) } else { Err(ApiError::Forbidden.into()) }
}

/// The events to come, and those of the last weeks.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but members and managers.
pub async fn list(p: &Platform, actor: &AccountView) -> Result<Vec<EventView>, ApiError> {
    let (now, zone) = (p.now(), zone_of(p, actor));
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        insiders(exec, actor).await?;
        let mut views = Vec::new();
        for event in events::after(exec, now - TimeDelta::days(SHOWN_DAYS)).await? {
            let people = events::people(exec, MemberEventId(event.id)).await?;
            let own = people.iter().find(|row| row.account_id == actor.id.0);
            let going = own.is_some_and(|row| row.state == "going");
            let over = event.ends_at <= now;
            let talk = own.and_then(|row| row.talk.clone());
            views.push(EventView {
                id: event.id,
                version: event.version,
                starts_at: zoned(event.starts_at, zone),
                ends_at: zoned(event.ends_at, zone),
                link: if going || actor.is_manager { event.link } else { String::new() },
                places: small(event.places),
                free: small((event.places - event.going).max(0)),
                waiting: small(event.waiting),
                cancelled: event.cancelled_at.is_some(),
                over,
                own: own.map(|row| row.state.clone()).unwrap_or_default(),
                can_contribute: over
                    && going
                    && talk.is_some()
                    && event.cancelled_at.is_none()
                    && own.is_some_and(|row| row.contributed_at.is_none()),
                talk,
                people: if actor.is_manager {
                    people.into_iter().map(|row| (row.display_name, row.state == "waiting", row.talk)).collect()
                } else {
                    Vec::new()
                },
                title: event.title,
                description: event.description,
                language: event.language,
                place: event.place,
            });
        }
        Ok::<_, Failure>(views)
    };
    read.await.map_err(|failure| told(p, failure))
}

/// Does what a member's form says: `join` (or a new title of the talk), `leave`, `contribute` (the talk that was given).
///
/// # Errors
/// [`ApiError::Forbidden`] for whoever is no member; [`ApiError::NotFound`]; [`ApiError::MovedOn`] once it has begun, or
/// was called off; [`ApiError::Invalid`] by the field `talk`.
pub async fn act(p: &Platform, actor: &AccountView, form: &SignUpForm) -> Result<(), ApiError> {
    let id: MemberEventId = form.event.parse().map_err(|_| ApiError::NotFound)?;
    let mut problems = Fields::default();
    let talk = problems.read("talk", 120, OneLine::parse_optional(&form.talk)).flatten();
    problems.done()?;
    attempt(p, || {
        let talk = talk.clone();
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            rows::lock_live(exec, actor.id).await?.ok_or(ApiError::Forbidden)?;
            let event = events::lock(exec, id).await?.ok_or(ApiError::NotFound)?;
            let people = events::people(exec, id).await?;
            let own = people.iter().find(|row| row.account_id == actor.id.0);
            let open = event.cancelled_at.is_none() && event.starts_at > now;
            match form.act.as_str() {
                "join" if open => {
                    let state = if event.going < event.places && event.waiting == 0 { "going" } else { "waiting" };
                    let talk = talk.as_ref().map(OneLine::as_str);
                    events::sign_up(exec, id, actor.id, state, talk, now).await?;
                }
                "leave" if open => give_up(exec, p, id, actor.id).await?,
                "contribute" => {
                    let row = own.ok_or(ApiError::NotFound)?;
                    let over = event.ends_at <= now && event.cancelled_at.is_none() && row.state == "going";
                    let Some(title) = row.talk.as_deref().filter(|_| over) else {
                        return Err(ApiError::MovedOn.into());
                    };
                    if !events::contributed(exec, id, actor.id, now).await? {
                        return Err(ApiError::MovedOn.into());
                    }
                    let talk = FromPlatform {
                        key: &format!("talk/{id}"),
                        channel: Channel::MeetUp,
                        occurred_on: crate::clock::civil_day(event.starts_at, p.config.zone),
                        path: &format!("/{}/programme/events#event-{id}", actor.locale.code()),
                        title,
                        language: &event.language,
                        reach: Some(small(event.going)),
                        helped: &event.title,
                        paid: false,
                    };
                    contribution::add_from_platform(exec, p, actor.id, &talk).await?;
                }
                "join" | "leave" => return Err(ApiError::MovedOn.into()),
                _ => return Err(ApiError::Transport.into()),
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// Takes a member's name off an event; who waits longest gets the place, and is told.
pub(super) async fn give_up(
    exec: &mut Exec<'_>,
    p: &Platform,
    id: MemberEventId,
    account: AccountId,
) -> Result<(), Failure> {
    events::lock(exec, id).await?;
    if !events::leave(exec, id, account).await? {
        return Ok(());
    }
    fill(exec, p, id).await
}

/// Gives free places of an event to come to who waits.
async fn fill(exec: &mut Exec<'_>, p: &Platform, id: MemberEventId) -> Result<(), Failure> {
    loop {
        let Some(event) = events::get(exec, id).await? else { return Ok(()) };
        let open = event.cancelled_at.is_none() && event.starts_at > p.now();
        if !open || event.going >= event.places || event.waiting == 0 {
            return Ok(());
        }
        if let Some(next) = events::promote(exec, id).await? {
            notices::promoted(exec, p, &event, next).await?;
        }
    }
}

/// An event as a calendar file (RFC 5545), for members and managers.
///
/// # Errors
/// [`ApiError::NotFound`] for everybody else.
pub async fn calendar(
    p: &Platform,
    actor: &AccountView,
    id: MemberEventId,
    locale: Locale,
) -> Result<String, ApiError> {
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        insiders(exec, actor).await.map_err(|_| ApiError::NotFound)?;
        let event = events::get(exec, id).await?.ok_or(ApiError::NotFound)?;
        let people = events::people(exec, id).await?;
        let going = people.iter().any(|row| row.account_id == actor.id.0 && row.state == "going");
        Ok::<_, Failure>((event, going))
    };
    let (event, going) = read.await.map_err(|failure| told(p, failure))?;
    let host = p.config.public_url.host_str().unwrap_or("gabarit");
    Ok(ics::write_timed(&TimedEvent {
        uid: format!("member-event-{id}@{host}"),
        stamp: p.now(),
        sequence: event.version,
        starts_at: event.starts_at,
        ends_at: event.ends_at,
        cancelled: event.cancelled_at.is_some(),
        summary: event.title,
        location: if event.place.is_empty() && going { event.link } else { event.place },
        description: event.description,
        url: address(p, &format!("/{}/programme/events", locale.code())),
    }))
}

fn time(problems: &mut Fields, field: &str, typed: &str, zone: Tz) -> Option<DateTime<Utc>> {
    let typed = typed.trim();
    if typed.is_empty() {
        problems.add(field, Problem::Missing);
        return None;
    }
    // An hour that a zone skips is no time; of one that it has twice, the first is meant.
    let read = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(typed, format).ok())
        .and_then(|local| zone.from_local_datetime(&local).earliest());
    if read.is_none() {
        problems.add(field, Problem::NotATime);
    }
    read.map(|time| time.to_utc())
}

/// What changed of an event, field by field.
fn changes(before: &EventRow, after: &EventRow) -> Changes {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut changes = Changes::default();
    changes.short("title", &before.title, &after.title);
    changes.long("description", &before.description, &after.description);
    changes.short("language", &before.language, &after.language);
    changes.short("starts", time(before.starts_at), time(after.starts_at));
    changes.short("ends", time(before.ends_at), time(after.ends_at));
    changes.short("place", &before.place, &after.place);
    changes.long("link", &before.link, &after.link);
    changes.short("places", before.places, after.places);
    changes
}

/// Makes or changes an event, or calls it off; who signed up is told.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`]; [`ApiError::Invalid`] by the fields;
/// [`ApiError::Overtaken`] if somebody changed it since; [`ApiError::MovedOn`] once it is over, or was called off.
pub async fn save(p: &Platform, actor: &AccountView, form: &EventForm) -> Result<(), ApiError> {
    managers_only(actor)?;
    let zone = zone_of(p, actor);
    let now = p.now();
    let mut problems = Fields::default();
    let new = form.id.is_empty();
    let wanted = if form.act == "cancel" {
        None
    } else {
        let title = problems.read("title", 120, OneLine::parse(&form.title));
        let description = problems.read("description", 4_000, Message::parse(&form.description));
        if !is_language(&form.language) {
            problems.add("language", if form.language.is_empty() { Problem::Missing } else { Problem::Unknown });
        }
        let starts_at = time(&mut problems, "starts", &form.starts, zone);
        let ends_at = time(&mut problems, "ends", &form.ends, zone);
        if starts_at.is_some_and(|at| new && at <= now) {
            problems.add("starts", Problem::PastTime);
        }
        if starts_at.zip(ends_at).is_some_and(|(starts, ends)| ends <= starts) {
            problems.add("ends", Problem::NotAfter(form.starts.trim().replace('T', " ")));
        }
        let place = problems.read("place", 120, OneLine::parse_optional(&form.place)).flatten();
        let link = match form.link.trim() {
            "" => Some(String::new()),
            typed => web_address(typed).map_err(|problem| problems.add("link", problem)).ok(),
        };
        if place.is_none() && form.place.trim().is_empty() && form.link.trim().is_empty() {
            problems.add("place", Problem::Missing);
        }
        let places = form.places.trim().parse::<u32>().ok().filter(|places| (1..=10_000).contains(places));
        if places.is_none() {
            let bounds = Problem::Outside("1".to_owned(), "10000".to_owned());
            problems.add("places", if form.places.trim().is_empty() { Problem::Missing } else { bounds });
        }
        problems.done()?;
        match (title, description, starts_at, ends_at, link, places) {
            (Some(title), Some(description), Some(starts_at), Some(ends_at), Some(link), Some(places)) => {
                Some(EventRow {
                    id: p.ids.uuid(),
                    title: title.to_string(),
                    description: description.to_string(),
                    language: form.language.clone(),
                    starts_at,
                    ends_at,
                    place: place.map(|place| place.to_string()).unwrap_or_default(),
                    link,
                    places: i64::from(places),
                    cancelled_at: None,
                    version: 1,
                    going: 0,
                    waiting: 0,
                })
            }
            _ => return Err(ApiError::Transport),
        }
    };
    attempt(p, || {
        let wanted = wanted.clone();
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            if new {
                let event = wanted.ok_or(ApiError::NotFound)?;
                events::insert(exec, &event).await?;
                let of = (Subject::Event(MemberEventId(event.id)), 1);
                log_change(exec, p, actor, of, "made", "").await?;
            } else {
                let id: MemberEventId = form.id.parse().map_err(|_| ApiError::NotFound)?;
                let before = events::lock(exec, id).await?.ok_or(ApiError::NotFound)?;
                let version: i64 = form.version.parse().map_err(|_| ApiError::MovedOn)?;
                if before.cancelled_at.is_some() || before.ends_at <= now {
                    return Err(ApiError::MovedOn.into());
                }
                if before.version != version {
                    let of = (Subject::Event(id), before.version);
                    return Err(changed_since(exec, p, actor, of).await?.into());
                }
                let (mut event, action, detail) = match wanted {
                    Some(event) => {
                        let event = EventRow { id: before.id, version, ..event };
                        let changes = changes(&before, &event);
                        // Nobody is told of a change that is none.
                        if changes.is_none() {
                            return Ok(());
                        }
                        (event, "changed", changes.detail())
                    }
                    None => (EventRow { cancelled_at: Some(now), ..before }, "cancelled", String::new()),
                };
                if !events::update(exec, &event).await? {
                    return Err(ApiError::MovedOn.into());
                }
                event.version += 1;
                log_change(exec, p, actor, (Subject::Event(id), event.version), action, &detail).await?;
                for person in events::people(exec, id).await? {
                    notices::event_changed(exec, p, &event, AccountId(person.account_id)).await?;
                }
                fill(exec, p, id).await?;
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}
