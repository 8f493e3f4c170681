//! The log browser: who did what, when and why, over all append-only logs.
//!
//! Lines are ordered by time, the newest first; lines of one instant by log, then by their keys. A page ends with the
//! place of its last line, from which the next one goes on: what is written meanwhile shifts nothing.

use crate::{
    clock::{start_of_day, zoned},
    csv::Csv,
    db::{
        audit_log::{self as rows, Filter, LogRow, SOURCES},
        like::pattern,
    },
    platform::Platform,
    services::manage::managers_only,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use chrono_tz::Tz;
use gabarit_view::{
    account::AccountView,
    error::ApiError,
    govern::{LogLine, LogPage, LogQuery},
};
use uuid::Uuid;

/// Lines on a page.
const PAGE: usize = 50;
/// Lines in a file; more is a matter of periods.
const FILE: usize = 20_000;
/// Lines of each log that a page compares with words; the next page goes on from there.
pub const READ: i64 = 5_000;

/// The last line of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    at: DateTime<Utc>,
    source: usize,
    id: Uuid,
    step: i64,
}

impl Place {
    /// Before all lines of an instant. Where that is no step forward, because one instant has more lines than are read,
    /// after all of them.
    fn instant(at: DateTime<Utc>, after: Option<&Self>) -> Self {
        let stuck = after.is_some_and(|place| place.at == at);
        Self { at, source: if stuck { usize::MAX } else { 0 }, id: Uuid::max(), step: i64::MAX }
    }

    fn write(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Nanos, true);
        URL_SAFE_NO_PAD.encode(format!("{at}|{}|{}|{}", self.source, self.id, self.step))
    }

    fn read(text: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let mut parts = text.split('|');
        let place = Self {
            at: parts.next()?.parse().ok()?,
            source: parts.next()?.parse().ok()?,
            id: parts.next()?.parse().ok()?,
            step: parts.next()?.parse().ok()?,
        };
        (parts.next().is_none() && (0..10_000).contains(&chrono::Datelike::year(&place.at))).then_some(place)
    }
}

/// Lines of all logs that are asked for, the newest first.
struct Merged {
    lines: Vec<(usize, LogRow)>,
    /// How far back all logs were read, where that is not to the end.
    read_to: Option<DateTime<Utc>>,
}

/// At most `limit` lines after a place, merged over all logs that are asked for: those that their reader may see. Words are
/// looked for in as many lines of each log as `read` says.
async fn merged(
    p: &Platform,
    actor: &AccountView,
    query: &LogQuery,
    after: Option<&Place>,
    limit: usize,
    read: Option<i64>,
) -> Result<Merged, ApiError> {
    let zone = p.config.zone;
    let day = |text: &str| text.trim().parse::<NaiveDate>().ok();
    let never = NaiveDate::from_ymd_opt(9999, 1, 1).unwrap_or(NaiveDate::MAX);
    let from = day(&query.from).map_or(DateTime::UNIX_EPOCH, |day| start_of_day(day, zone));
    let end = day(&query.to).and_then(|day| day.succ_opt()).unwrap_or(never);
    let end = start_of_day(end, zone);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    // A reference is looked up: its lines are then found by their key, not by reading everything.
    let reference = query.q.trim().to_uppercase();
    let is_reference = reference.len() == 8 && reference.bytes().all(|b| b.is_ascii_alphanumeric());
    let about = if is_reference { rows::named(exec, &reference).await.map_err(|error| p.fault(error))? } else { None };
    let words = if about.is_some() { String::new() } else { pattern(&query.q) };
    // One person is looked up, too; where several are meant, lines are compared with the name.
    let mut who = pattern(&query.who);
    let mut by = None;
    if !who.is_empty() {
        match rows::people(exec, &who).await.map_err(|error| p.fault(error))?.as_slice() {
            [] => return Ok(Merged { lines: Vec::new(), read_to: None }),
            [one] => {
                by = Some(*one);
                who.clear();
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    let mut read_to = None;
    for (index, source) in SOURCES.iter().enumerate() {
        if !query.log.is_empty() && query.log != source.code {
            continue;
        }
        let (before, inclusive, place) = match after {
            None => (end, false, None),
            Some(place) if place.at >= end => (end, false, None),
            Some(place) => (place.at, index >= place.source, (index == place.source).then_some((place.id, place.step))),
        };
        let filter = Filter {
            reader: actor.id.0,
            before,
            inclusive,
            place,
            from,
            who: who.clone(),
            by,
            words: words.clone(),
            about,
            limit: i64::try_from(limit).unwrap_or(i64::MAX),
            // One person's lines are found by their own index.
            read: read.filter(|_| !words.is_empty() && by.is_none()),
        };
        if let Some(at) = rows::read_to(exec, source, &filter).await.map_err(|error| p.fault(error))? {
            read_to = read_to.max(Some(at));
        }
        let lines = rows::lines(exec, source, &filter).await.map_err(|error| p.fault(error))?;
        found.extend(lines.into_iter().map(|line| (index, line)));
    }
    found.sort_by(|(s1, l1), (s2, l2)| {
        l2.at.cmp(&l1.at).then(s1.cmp(s2)).then(l2.id.cmp(&l1.id)).then(l2.step.cmp(&l1.step))
    });
    // Older lines of one log may hide younger ones of another that were not read.
    if let Some(at) = read_to {
        found.retain(|(_, line)| line.at > at);
    }
    let full = found.len() >= limit;
    found.truncate(limit);
    Ok(Merged { lines: found, read_to: read_to.filter(|_| !full) })
}

fn view(source: usize, row: LogRow, zone: Tz) -> LogLine {
    LogLine {
        log: SOURCES.get(source).map_or("", |source| source.code).to_owned(),
        at: zoned(row.at, zone),
        who: row.actor,
        email: row.actor_email,
        subject: row.subject,
        about: row.about,
        id: row.id,
        event: row.event,
        detail: row.detail,
        // Said by `log_words`, for whoever reads.
        what: String::new(),
        why: String::new(),
    }
}

/// A page of the log.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`] for a place that no page said.
pub async fn page(p: &Platform, actor: &AccountView, query: &LogQuery) -> Result<LogPage, ApiError> {
    managers_only(actor)?;
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let after = match query.after.trim() {
        "" => None,
        text => Some(Place::read(text).ok_or(ApiError::NotFound)?),
    };
    let Merged { mut lines, read_to } = merged(p, actor, query, after.as_ref(), PAGE + 1, Some(READ)).await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let last = lines.last().map(|(source, row)| Place { at: row.at, source: *source, id: row.id, step: row.step });
    let next = match read_to {
        Some(at) => Some(Place::instant(at, after.as_ref())),
        None => last.filter(|_| more),
    };
    Ok(LogPage {
        lines: lines.into_iter().map(|(source, row)| view(source, row, zone)).collect(),
        next: next.map(|place| place.write()),
        read_to: read_to.map(|at| zoned(at, zone)),
        logs: SOURCES.iter().map(|source| source.code.to_owned()).collect(),
    })
}

/// What the page would show, all of it, as a table; times are UTC.
///
/// # Errors
/// As [`page`].
pub async fn csv(p: &Platform, actor: &AccountView, query: &LogQuery) -> Result<Vec<u8>, ApiError> {
    managers_only(actor)?;
    let mut table = Csv::new(&["at", "log", "who", "email", "subject", "event", "detail"]);
    for (source, row) in merged(p, actor, query, None, FILE, None).await?.lines {
        table.row(&[
            row.at.to_rfc3339_opts(SecondsFormat::Millis, true).as_str(),
            SOURCES.get(source).map_or("", |source| source.code),
            row.actor.as_deref().unwrap_or_default(),
            row.actor_email.as_deref().unwrap_or_default(),
            &row.subject,
            &row.event,
            &row.detail,
        ]);
    }
    Ok(table.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_back() {
        let place =
            Place { at: "2026-11-23T09:00:00.123456Z".parse().unwrap(), source: 3, id: Uuid::from_u128(7), step: 2 };
        assert_eq!(Place::read(&place.write()), Some(place));
        for bad in [
            "",
            "x",
            "!!",
            &URL_SAFE_NO_PAD.encode("a|b|c|d"),
            &URL_SAFE_NO_PAD.encode("+262142-01-01T00:00:00Z|0|00000000-0000-0000-0000-000000000000|0"),
        ] {
            assert_eq!(Place::read(bad), None, "{bad}");
        }
    }
}
