//! All bookings, for managers: by state, by what must happen today, by whose they are.

use crate::{
    clock::{start_of_day, zoned},
    db::{
        booking_list::{self as rows, BookingLine, Wanted},
        like::pattern,
    },
    platform::Platform,
    services::manage::managers_only,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use gabarit_domain::{booking::BookingState, ids::BookingId, money::Cents};
use gabarit_view::{
    account::AccountView,
    error::ApiError,
    manage::{ANSWERS_TODAY, BookingRow, BookingsPage, BookingsQuery, STARTS_TODAY},
};
use uuid::Uuid;

/// Bookings on a page.
const PAGE: usize = 50;
/// People of a kind whose bookings are looked up one by one; where words mean more, all bookings are compared with them.
const MEANT: i64 = 100;

fn write(place: (DateTime<Utc>, Uuid)) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}|{}", place.0.to_rfc3339_opts(SecondsFormat::Nanos, true), place.1))
}

fn read(text: &str) -> Option<(DateTime<Utc>, Uuid)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (at, id) = text.split_once('|')?;
    let at: DateTime<Utc> = at.parse().ok()?;
    (0..10_000).contains(&chrono::Datelike::year(&at)).then_some((at, id.parse().ok()?))
}

/// A page of bookings, the newest first.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`] for a place that no page said, or a state that
/// there is not.
pub async fn page(p: &Platform, actor: &AccountView, query: &BookingsQuery) -> Result<BookingsPage, ApiError> {
    managers_only(actor)?;
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let day = |day: NaiveDate| start_of_day(day, p.config.zone);
    let tomorrow = day(p.today().succ_opt().unwrap_or(NaiveDate::MAX));
    let wanted = match query.state.as_str() {
        "" => Wanted::Any,
        ANSWERS_TODAY => Wanted::AnswersUntil(tomorrow),
        STARTS_TODAY => Wanted::Starting(day(p.today()), tomorrow),
        code => Wanted::State(BookingState::CODES.into_iter().find(|known| *known == code).ok_or(ApiError::NotFound)?),
    };
    let before = match query.after.trim() {
        "" => (day(NaiveDate::from_ymd_opt(9999, 1, 1).unwrap_or(NaiveDate::MAX)), Uuid::max()),
        text => read(text).ok_or(ApiError::NotFound)?,
    };
    let pattern = pattern(&query.q);
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let found = async {
        if pattern.is_empty() {
            return rows::list(exec, wanted, None, before, limit).await;
        }
        let reference = query.q.trim().to_uppercase().replace('\0', "");
        let mut found = Vec::new();
        for whose in rows::meant(exec, &reference, &pattern, MEANT).await? {
            found.extend(rows::list(exec, wanted, Some(&whose), before, limit).await?);
        }
        // One booking may be meant by its client and by its expert.
        found.sort_by_key(|line| std::cmp::Reverse((line.created_at, line.id)));
        found.dedup_by_key(|line| line.id);
        Ok(found)
    };
    let mut lines = found.await.map_err(|error: sqlx::Error| p.fault(error))?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let last = lines.last().map(|line| (line.created_at, line.id));
    let row = |line: BookingLine| BookingRow {
        id: BookingId(line.id),
        reference: line.reference,
        state: line.state,
        clock: line.clock_at.map(|at| zoned(at, zone)),
        first_day: line.first_day,
        last_day: line.last_day,
        total: Cents(line.total),
        placed: zoned(line.created_at, zone),
        buyer: line.buyer_name,
        client: line.client,
        expert: line.expert,
    };
    Ok(BookingsPage { rows: lines.into_iter().map(row).collect(), next: last.filter(|_| more).map(write) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_back() {
        let place = ("2026-11-23T09:00:00.123456Z".parse().unwrap(), Uuid::from_u128(7));
        assert_eq!(read(&write(place)), Some(place));
        for bad in ["", "x", "!!", &URL_SAFE_NO_PAD.encode("a|b"), &URL_SAFE_NO_PAD.encode("2026-11-23T09:00:00Z")] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
