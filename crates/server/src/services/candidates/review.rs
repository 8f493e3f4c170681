//! The managers' side: queue, file, moves, notes, and the interview as a calendar file.

use super::{lock, move_to, notices, publishing, views};
use crate::{
    clock::zoned,
    db::{
        Exec, bookings as people,
        candidates::{self as rows, Candidate, SlotRow},
        experts,
    },
    jobs, places,
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        experts as profiles,
        manage::managers_only,
    },
};
use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use gabarit_domain::{
    candidate::{Admission, CandidateState},
    expert::{ExpertKind, Level},
    ids::{CandidateId, ExpertId},
    text::Message,
    vat::CountryCode,
};
use gabarit_i18n::{Locale, candidate as words};
use gabarit_view::{
    account::AccountView,
    candidate::{
        CandidateFile, MINUTES, NoteView, Queue, QueueEntry, QueueFilter, ReviewActions, ReviewForm, StepView,
    },
    error::{ApiError, FieldError, Problem},
};

/// Lines of the queue a page.
const PAGE: u32 = 50;

fn country(code: &str, locale: Locale) -> String {
    CountryCode::parse(code).map_or_else(|_| code.to_owned(), |code| places::country_name(code, locale).to_owned())
}

/// The queue, longest waiting first.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn queue(p: &Platform, actor: &AccountView, filter: &QueueFilter, locale: Locale) -> Result<Queue, ApiError> {
    managers_only(actor)?;
    read_queue(p, actor, filter, locale).await.map_err(|error| p.fault(error))
}

async fn read_queue(p: &Platform, actor: &AccountView, filter: &QueueFilter, locale: Locale) -> sqlx::Result<Queue> {
    let (zone, now) = (views::zone(p, actor), p.now());
    let mut conn = p.db.conn().await?;
    let exec = &mut conn.exec();
    let state = if CandidateState::CODES.contains(&filter.state.as_str()) { filter.state.as_str() } else { "" };
    let wanted = (state, filter.product.as_str(), filter.country.as_str());
    let total = rows::count_queue(exec, wanted).await?;
    let offset = i64::from(filter.page.max(1) - 1) * i64::from(PAGE);
    let found = rows::queue(exec, wanted, i64::from(PAGE), offset).await?;
    let ids: Vec<_> = found.iter().map(|row| row.id).collect();
    let products = rows::products_of(exec, &ids).await?;
    let entries = found
        .into_iter()
        .map(|row| QueueEntry {
            id: CandidateId(row.id),
            products: products.iter().filter(|(id, _)| *id == row.id).map(|(_, name)| name.clone()).collect(),
            country: country(&row.country, locale),
            since: zoned(row.waiting_since, zone),
            days: u32::try_from((now - row.waiting_since).num_days()).unwrap_or(0),
            ours: match row.state.as_str() {
                "new" | "in-review" | "interviewed" => true,
                "invited" => row.interview_at.is_some_and(|at| at <= now),
                _ => false,
            },
            interview: row.interview_at.filter(|_| row.state == "invited").map(|at| zoned(at, zone)),
            name: row.display_name,
            state: row.state,
        })
        .collect();
    let counts = rows::state_counts(exec).await?;
    let count = |code: &str| counts.iter().find(|(state, ..)| state == code).map_or(0, |(_, count, _)| *count);
    Ok(Queue {
        entries,
        total: u32::try_from(total).unwrap_or(u32::MAX),
        page_size: PAGE,
        states: CandidateState::CODES
            .iter()
            .filter(|code| **code != "draft")
            .map(|code| ((*code).to_owned(), u32::try_from(count(code)).unwrap_or(u32::MAX)))
            .collect(),
        countries: rows::countries(exec)
            .await?
            .into_iter()
            .map(|code| (code.clone(), country(&code, locale)))
            .collect(),
        products: experts::products(exec).await?.into_iter().map(|row| (row.code, row.name)).collect(),
    })
}

/// An application with everything managers know of it. A draft is nobody's but its writer's.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`].
pub async fn file(
    p: &Platform,
    actor: &AccountView,
    id: CandidateId,
    locale: Locale,
) -> Result<CandidateFile, ApiError> {
    managers_only(actor)?;
    let fault = |error: sqlx::Error| p.fault(error);
    let zone = views::zone(p, actor);
    let products = profiles::products(p).await?;
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let candidate = rows::get(exec, id).await.map_err(fault)?.filter(|found| found.state != CandidateState::Draft);
    let candidate = candidate.ok_or(ApiError::NotFound)?;
    let person = people::person(exec, candidate.account).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    let interview = match candidate.interview {
        Some((at, by, _)) => {
            let by = people::person(exec, by).await.map_err(fault)?;
            Some((zoned(at, zone), by.map(|by| by.name).unwrap_or_default()))
        }
        None => None,
    };
    let expert = experts::of_account(exec, candidate.account.0).await.map_err(fault)?;
    let place = candidate.form.text("place_id").parse().ok().and_then(|place| p.places.view(place, locale));
    Ok(CandidateFile {
        id,
        version: candidate.version,
        state: candidate.state.code().to_owned(),
        name: candidate.display_name.clone(),
        email: person.email,
        base: place.map_or_else(|| candidate.form.text("place").to_owned(), |place| place.label()),
        documents: views::documents(exec, id, zone).await.map_err(fault)?,
        notes: rows::notes(exec, id)
            .await
            .map_err(fault)?
            .into_iter()
            .map(|note| NoteView { author: note.author, at: zoned(note.at, zone), body: note.body })
            .collect(),
        slots: views::slots(exec, p, &candidate, zone).await.map_err(fault)?,
        interview,
        steps: rows::steps(exec, id)
            .await
            .map_err(fault)?
            .into_iter()
            .map(|step| StepView {
                at: zoned(step.at, zone),
                event: step.event,
                by: Some(step.actor_name),
                reason: step.reason,
            })
            .collect(),
        refusals: views::refusals(exec, p, candidate.account, Some(id)).await.map_err(fault)?,
        actions: actions(&candidate, actor, p.now()),
        expert: expert.map(|row| (ExpertId(row.id), row.state == "published")),
        products,
        zone: zone.name().to_owned(),
        now: p.now(),
        form: candidate.form,
    })
}

fn actions(candidate: &Candidate, actor: &AccountView, now: DateTime<Utc>) -> ReviewActions {
    // Nobody decides on their own application.
    if candidate.account == actor.id {
        return ReviewActions::default();
    }
    let state = || candidate.state.clone();
    ReviewActions {
        take_up: state().take_up().is_ok(),
        invite: state().invite().is_ok(),
        hold: state().hold(now).is_ok(),
        publish: matches!(candidate.state, CandidateState::Interviewed),
        refuse: candidate.state.can_refuse(),
    }
}

/// What a form asks for, read.
enum Act {
    TakeUp,
    Invite { slots: Vec<(DateTime<Utc>, u32)>, word: String },
    Hold,
    Publish { admission: Admission, word: String },
    Refuse { reasons: Message },
}

/// Reads a form, with everything that is wrong with it.
fn read(form: &ReviewForm, zone: Tz, now: DateTime<Utc>) -> Result<Act, ApiError> {
    let word = || {
        Message::parse_optional(&form.reasons)
            .map(|word| word.map(String::from).unwrap_or_default())
            .map_err(|error| ApiError::field("reasons", Problem::of_text(error, 4_000)))
    };
    match form.act.as_str() {
        "take-up" => Ok(Act::TakeUp),
        "hold" => Ok(Act::Hold),
        "invite" => Ok(Act::Invite { slots: times(form, zone, now)?, word: word()? }),
        "publish" => {
            let mut fields = Vec::new();
            let mut missing = |field: &str, typed: &str| {
                let problem = if typed.is_empty() { Problem::Missing } else { Problem::Unknown };
                fields.push(FieldError { field: field.to_owned(), problem });
            };
            let level = form.level.parse::<u8>().ok().and_then(|level| Level::try_from(level).ok());
            let kind = ExpertKind::parse(&form.kind);
            if level.is_none() {
                missing("level", &form.level);
            }
            if kind.is_none() {
                missing("kind", &form.kind);
            }
            let (Some(level), Some(kind)) = (level, kind) else {
                return Err(ApiError::Invalid { fields, stash: None });
            };
            Ok(Act::Publish { admission: Admission { level, kind }, word: word()? })
        }
        "refuse" => Message::parse(&form.reasons)
            .map(|reasons| Act::Refuse { reasons })
            .map_err(|error| ApiError::field("reasons", Problem::of_text(error, 4_000))),
        _ => Err(ApiError::NotFound),
    }
}

/// Times offered, in the manager's zone: at least one, all to come. An hour that a zone skips is no time; of one that it
/// has twice, the first is meant.
fn times(form: &ReviewForm, zone: Tz, now: DateTime<Utc>) -> Result<Vec<(DateTime<Utc>, u32)>, ApiError> {
    let minutes = form.minutes.parse().ok().filter(|minutes| MINUTES.contains(minutes));
    let mut fields = Vec::new();
    let mut problem = |field: &str, problem| fields.push(FieldError { field: field.to_owned(), problem });
    let mut times = Vec::new();
    for (field, typed) in form.slots() {
        let typed = typed.trim();
        if typed.is_empty() {
            continue;
        }
        let local = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(typed, format).ok());
        match local.and_then(|local| zone.from_local_datetime(&local).earliest()) {
            None => problem(field, Problem::NotATime),
            Some(time) if time <= now => problem(field, Problem::PastTime),
            Some(time) if time >= now + TimeDelta::days(366) => problem(field, Problem::TooFarAhead),
            Some(time) => times.push(time.to_utc()),
        }
    }
    if times.is_empty() {
        problem("slot1", Problem::Missing);
    }
    if minutes.is_none() {
        problem("minutes", Problem::Missing);
    }
    match minutes {
        Some(minutes) if fields.is_empty() => {
            times.sort_unstable();
            times.dedup();
            Ok(times.into_iter().map(|time| (time, minutes)).collect())
        }
        _ => {
            let mut seen = std::collections::BTreeSet::new();
            fields.retain(|field| seen.insert(field.field.clone()));
            Err(ApiError::Invalid { fields, stash: None })
        }
    }
}

/// Does what a manager's form asks for, if the application is still as its reader saw it.
///
/// # Errors
/// - [`ApiError::Forbidden`] for all but managers, and on one's own application; [`ApiError::NotFound`].
/// - [`ApiError::Overtaken`] if somebody changed it since: with who did what, and the version there is now.
/// - [`ApiError::Invalid`] with every field to correct: a refusal has reasons.
/// - [`ApiError::MovedOn`] if that cannot be done (yet).
pub async fn act(p: &Platform, actor: &AccountView, form: &ReviewForm) -> Result<CandidateId, ApiError> {
    managers_only(actor)?;
    let id: CandidateId = form.id.trim().parse().map_err(|_| ApiError::NotFound)?;
    let seen: i64 = form.version.trim().parse().map_err(|_| ApiError::NotFound)?;
    let zone = views::zone(p, actor);
    let read = read(form, zone, p.now())?;
    let published = attempt(p, || Box::pin(act_once(p, actor, id, seen, &read))).await?;
    if published {
        p.search.touch();
    }
    jobs::wake(p);
    Ok(id)
}

async fn act_once(p: &Platform, actor: &AccountView, id: CandidateId, seen: i64, act: &Act) -> Result<bool, Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let mut candidate = lock(&mut tx.exec(), id).await?;
    if candidate.state == CandidateState::Draft {
        return Err(ApiError::NotFound.into());
    }
    if candidate.account == actor.id {
        return Err(ApiError::Forbidden.into());
    }
    if candidate.version != seen {
        return Err(overtaken(&mut tx.exec(), p, &candidate, actor).await?.into());
    }
    let state = candidate.state.clone();
    let mut published = false;
    match act {
        Act::TakeUp => {
            let to = state.take_up().map_err(|_| ApiError::MovedOn)?;
            move_to(&mut tx.exec(), &mut candidate, to, actor.id, "taken-up", "", now).await?;
            notices::taken_up(&mut tx.exec(), p, &candidate).await?;
        }
        Act::Invite { slots, word } => {
            let to = state.invite().map_err(|_| ApiError::MovedOn)?;
            let slots: Vec<SlotRow> = slots
                .iter()
                .map(|(starts_at, minutes)| SlotRow {
                    id: p.ids.uuid(),
                    starts_at: *starts_at,
                    minutes: i64::from(*minutes),
                    offered_by: actor.id.0,
                })
                .collect();
            rows::offer(&mut tx.exec(), id, &slots).await?;
            candidate.interview = None;
            move_to(&mut tx.exec(), &mut candidate, to, actor.id, "invited", word, now).await?;
            notices::invited(&mut tx.exec(), p, &candidate, &slots, word).await?;
        }
        Act::Hold => {
            let to = state.hold(now).map_err(|_| ApiError::MovedOn)?;
            move_to(&mut tx.exec(), &mut candidate, to, actor.id, "held", "", now).await?;
            notices::held(&mut tx.exec(), p, &candidate).await?;
        }
        Act::Publish { admission, word } => {
            let to = state.publish(*admission).map_err(|_| ApiError::MovedOn)?;
            move_to(&mut tx.exec(), &mut candidate, to, actor.id, "published", word, now).await?;
            let public = publishing::publish(&mut tx.exec(), p, &candidate, *admission, now).await?;
            notices::published(&mut tx.exec(), p, &candidate, *admission, public, word).await?;
            published = true;
        }
        Act::Refuse { reasons } => {
            let to = state.refuse(reasons.clone()).map_err(|_| ApiError::MovedOn)?;
            move_to(&mut tx.exec(), &mut candidate, to, actor.id, "refused", reasons.as_str(), now).await?;
            notices::refused(&mut tx.exec(), p, &candidate, reasons.as_str()).await?;
        }
    }
    tx.commit().await?;
    Ok(published)
}

/// Who changed an application last, and how.
async fn overtaken(
    exec: &mut Exec<'_>,
    p: &Platform,
    candidate: &Candidate,
    actor: &AccountView,
) -> Result<ApiError, Failure> {
    let last = rows::steps(exec, candidate.id).await?.pop();
    let last = last.ok_or_else(|| p.fault(format_args!("application {} has no log", candidate.id)))?;
    Ok(ApiError::Overtaken {
        by: last.actor_name,
        did: last.event,
        at: Box::new(zoned(last.at, views::zone(p, actor))),
        version: candidate.version,
        stash: None,
    })
}

/// Adds a note for the other managers; notes only ever come, so none is in the way of another.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`]; [`ApiError::Invalid`] for the field `body`.
pub async fn note(p: &Platform, actor: &AccountView, id: CandidateId, body: &str) -> Result<(), ApiError> {
    managers_only(actor)?;
    let body = Message::parse(body).map_err(|error| ApiError::field("body", Problem::of_text(error, 4_000)))?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let candidate = rows::get(&mut tx.exec(), id).await.map_err(|error| p.fault(error))?;
    if candidate.is_none_or(|candidate| candidate.state == CandidateState::Draft) {
        return Err(ApiError::NotFound);
    }
    rows::insert_note(&mut tx.exec(), p.ids.uuid(), id, actor.id, body.as_str(), p.now())
        .await
        .map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// The interview as a calendar file (RFC 5545), for its candidate and for managers.
///
/// # Errors
/// [`ApiError::NotFound`] for everybody else, and while no time is picked.
pub async fn calendar(p: &Platform, actor: &AccountView, id: CandidateId, locale: Locale) -> Result<String, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let candidate = rows::get(&mut conn.exec(), id).await.map_err(|error| p.fault(error))?;
    let candidate = candidate.filter(|found| found.account == actor.id || actor.is_manager);
    let candidate = candidate.ok_or(ApiError::NotFound)?;
    let (at, _, minutes) = candidate.interview.ok_or(ApiError::NotFound)?;
    let stamp = |time: DateTime<Utc>| time.format("%Y%m%dT%H%M%SZ").to_string();
    let status = if matches!(candidate.state, CandidateState::Refused { .. } | CandidateState::Withdrawn) {
        "CANCELLED"
    } else {
        "CONFIRMED"
    };
    let host = p.config.public_url.host_str().unwrap_or("gabarit");
    let title = words::interview_with(locale, &candidate.display_name);
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Gabarit//Interviews//EN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:interview-{}@{host}", candidate.id),
        format!("DTSTAMP:{}", stamp(candidate.waiting_since)),
        format!("SEQUENCE:{}", candidate.version),
        format!("DTSTART:{}", stamp(at)),
        format!("DTEND:{}", stamp(at + TimeDelta::minutes(i64::from(minutes)))),
        format!("SUMMARY:{}", escaped(&title)),
        format!("STATUS:{status}"),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    Ok(lines.iter().map(|line| folded(line)).collect())
}

/// A text value: what means something in one is escaped.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// A line of at most 75 octets, going on after a break and a space, with its own break.
fn folded(line: &str) -> String {
    let (mut folded, mut octets) = (String::with_capacity(line.len() + 2), 0);
    for c in line.chars() {
        if octets + c.len_utf8() > 75 {
            folded.push_str("\r\n ");
            octets = 1;
        }
        octets += c.len_utf8();
        folded.push(c);
    }
    folded.push_str("\r\n");
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_by_octets() {
        let line = folded(&format!("SUMMARY:{}", "é".repeat(100)));
        assert!(line.ends_with("\r\n"));
        for part in line.trim_end().split("\r\n") {
            assert!(part.len() <= 75, "{}", part.len());
        }
        assert_eq!(line.replace("\r\n ", "").trim_end().chars().count(), 108);
        assert_eq!(escaped("a,b;c\\d\ne\u{7}"), "a\\,b\\;c\\\\d\\ne");
    }

    /// An hour that is skipped is no time; of one that comes twice the first is meant; the past is no offer.
    #[test]
    fn times_are_read_in_the_managers_zone() {
        let now: DateTime<Utc> = "2027-03-01T00:00:00Z".parse().unwrap();
        let zone = chrono_tz::Europe::Paris;
        let form =
            |slot1: &str| ReviewForm { slot1: slot1.to_owned(), minutes: "30".to_owned(), ..ReviewForm::default() };
        let read = |typed: &str| times(&form(typed), zone, now).map(|times| times[0].0.to_rfc3339());
        assert_eq!(read("2027-03-27T10:00").unwrap(), "2027-03-27T09:00:00+00:00");
        assert_eq!(read("2027-03-28T10:00").unwrap(), "2027-03-28T08:00:00+00:00");
        assert!(read("2027-03-28T02:30").is_err());
        assert_eq!(read("2027-10-31T02:30").unwrap(), "2027-10-31T00:30:00+00:00");
        assert!(read("2027-02-28T10:00").is_err());
        assert!(read("tomorrow").is_err() && read("").is_err());
    }
}
