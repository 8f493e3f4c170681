//! What is in stock and whose it is, day by day: `rental_stock`, `rental_day`. Rented alone or with an expert's booking, a
//! unit that somebody has on a day stands here, and nowhere else.

use super::Exec;
use crate::on;
use chrono::NaiveDate;
use gabarit_domain::{ids::BookingId, rental::Term, stock::Rentable};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

fn rentable(code: &str) -> sqlx::Result<Rentable> {
    Rentable::parse(code).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Units that were not brought back after their last day are with a client still, whatever the day.
macro_rules! late {
    ($today:literal) => {
        concat!("rental_id IN (SELECT id FROM rental_order WHERE state = 'handed-out' AND last_day < ", $today, ")")
    };
}

/// What there is of each thing.
///
/// # Errors
/// The database's.
pub async fn units(exec: &mut Exec<'_>) -> sqlx::Result<BTreeMap<Rentable, i64>> {
    let rows: Vec<(String, i64)> =
        on!(exec, |c| sqlx::query_as("SELECT product, units FROM rental_stock").fetch_all(c).await)?;
    rows.into_iter().map(|(code, units)| Ok((rentable(&code)?, units))).collect()
}

/// Locks the stock of a thing until the transaction ends, and reads it. Always in the order of [`Rentable`].
///
/// # Errors
/// The database's.
pub async fn lock(exec: &mut Exec<'_>, item: &Rentable) -> sqlx::Result<i64> {
    const SQL: &str = "UPDATE rental_stock SET units = units WHERE product = $1 RETURNING units";
    let units: Option<i64> = on!(exec, |c| sqlx::query_scalar(SQL).bind(item.code()).fetch_optional(c).await)?;
    Ok(units.unwrap_or(0))
}

/// Sets the stock of a thing.
///
/// # Errors
/// The database's.
pub async fn set(exec: &mut Exec<'_>, item: &Rentable, units: i64) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO rental_stock (product, units) VALUES ($1, $2) \
        ON CONFLICT (product) DO UPDATE SET units = excluded.units";
    on!(exec, |c| sqlx::query(SQL).bind(item.code()).bind(units).execute(c).await.map(drop))
}

/// Units of a thing that are somebody's on at least one day of a term, or overdue today.
///
/// # Errors
/// The database's.
pub async fn taken(exec: &mut Exec<'_>, item: &Rentable, term: Term, today: NaiveDate) -> sqlx::Result<Vec<i64>> {
    const SQL: &str = concat!(
        "SELECT DISTINCT unit FROM rental_day WHERE product = $1 AND ((day >= $2 AND day <= $3) OR ",
        late!("$4"),
        ")"
    );
    on!(exec, |c| sqlx::query_scalar(SQL)
        .bind(item.code())
        .bind(term.first)
        .bind(term.last)
        .bind(today)
        .fetch_all(c)
        .await)
}

/// Who has units of a thing on the days of a term: day and unit.
///
/// # Errors
/// The database's.
pub async fn taken_by_day(
    exec: &mut Exec<'_>,
    item: &Rentable,
    term: Term,
) -> sqlx::Result<BTreeSet<(NaiveDate, i64)>> {
    const SQL: &str = "SELECT day, unit FROM rental_day WHERE product = $1 AND day >= $2 AND day <= $3";
    let rows: Vec<(NaiveDate, i64)> =
        on!(exec, |c| sqlx::query_as(SQL).bind(item.code()).bind(term.first).bind(term.last).fetch_all(c).await)?;
    Ok(rows.into_iter().collect())
}

/// Units of a thing that are overdue today.
///
/// # Errors
/// The database's.
pub async fn overdue(exec: &mut Exec<'_>, item: &Rentable, today: NaiveDate) -> sqlx::Result<BTreeSet<i64>> {
    const SQL: &str = concat!("SELECT DISTINCT unit FROM rental_day WHERE product = $1 AND ", late!("$2"));
    let rows: Vec<i64> = on!(exec, |c| sqlx::query_scalar(SQL).bind(item.code()).bind(today).fetch_all(c).await)?;
    Ok(rows.into_iter().collect())
}

/// How many units of each thing are overdue today. Two late orders with one number, the second handed out in place of the
/// first, are two.
///
/// # Errors
/// The database's.
pub async fn all_overdue(exec: &mut Exec<'_>, today: NaiveDate) -> sqlx::Result<BTreeMap<Rentable, i64>> {
    const SQL: &str = concat!(
        "SELECT product, COUNT(*) FROM (SELECT DISTINCT product, unit, rental_id FROM rental_day WHERE ",
        late!("$1"),
        ") AS late GROUP BY product"
    );
    let rows: Vec<(String, i64)> = on!(exec, |c| sqlx::query_as(SQL).bind(today).fetch_all(c).await)?;
    rows.into_iter().map(|(code, count)| Ok((rentable(&code)?, count))).collect()
}

/// How many units of each thing are promised on each day from one to another, to whoever is not late with theirs.
///
/// # Errors
/// The database's.
pub async fn out(
    exec: &mut Exec<'_>,
    from: NaiveDate,
    until: NaiveDate,
    today: NaiveDate,
) -> sqlx::Result<BTreeMap<(Rentable, NaiveDate), i64>> {
    const SQL: &str = concat!(
        "SELECT product, day, COUNT(*) FROM rental_day WHERE day >= $1 AND day <= $2 AND (rental_id IS NULL OR NOT ",
        late!("$3"),
        ") GROUP BY product, day"
    );
    let rows: Vec<(String, NaiveDate, i64)> =
        on!(exec, |c| sqlx::query_as(SQL).bind(from).bind(until).bind(today).fetch_all(c).await)?;
    rows.into_iter().map(|(code, day, count)| Ok(((rentable(&code)?, day), count))).collect()
}

/// How many units of each thing are out on a day: rented alone (overdue ones among them), and with bookings.
///
/// # Errors
/// The database's.
pub async fn uses(exec: &mut Exec<'_>, day: NaiveDate) -> sqlx::Result<BTreeMap<Rentable, (u32, u32)>> {
    const SQL: &str = concat!(
        "SELECT product, COUNT(DISTINCT CASE WHEN booking_id IS NULL THEN unit END), \
         COUNT(DISTINCT CASE WHEN booking_id IS NOT NULL THEN unit END) FROM rental_day WHERE day = $1 OR ",
        late!("$1"),
        " GROUP BY product"
    );
    let rows: Vec<(String, i64, i64)> = on!(exec, |c| sqlx::query_as(SQL).bind(day).fetch_all(c).await)?;
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    rows.into_iter().map(|(code, alone, booked)| Ok((rentable(&code)?, (count(alone), count(booked))))).collect()
}

/// Takes units for a term of an order, all of them at once: others wait for this stock meanwhile. The key refuses what is
/// somebody else's.
///
/// # Errors
/// The database's.
pub async fn take(exec: &mut Exec<'_>, item: &Rentable, units: &[i64], term: Term, rental: Uuid) -> sqlx::Result<()> {
    const SQLITE: &str = "INSERT INTO rental_day (product, unit, day, rental_id) \
        SELECT $1, u.value, d.value, $2 FROM json_each($3) u CROSS JOIN json_each($4) d";
    const POSTGRES: &str = "INSERT INTO rental_day (product, unit, day, rental_id) \
        SELECT $1, CAST(u.value AS BIGINT), CAST(d.value AS DATE), $2 \
        FROM jsonb_array_elements_text(CAST($3 AS JSONB)) AS u (value) \
        CROSS JOIN jsonb_array_elements_text(CAST($4 AS JSONB)) AS d (value)";
    let json = |list: serde_json::Result<String>| list.map_err(|error| sqlx::Error::Encode(error.into()));
    let units = json(serde_json::to_string(units))?;
    let days = json(serde_json::to_string(&term.iter().collect::<Vec<NaiveDate>>()))?;
    let sql = match exec {
        Exec::Sqlite(_) => SQLITE,
        Exec::Postgres(_) => POSTGRES,
    };
    on!(exec, |c| sqlx::query(sql).bind(item.code()).bind(rental).bind(&units).bind(&days).execute(c).await.map(drop))
}

/// Gives an order's units back: from a day on.
///
/// # Errors
/// The database's.
pub async fn free(exec: &mut Exec<'_>, rental: Uuid, from: NaiveDate) -> sqlx::Result<()> {
    const SQL: &str = "DELETE FROM rental_day WHERE rental_id = $1 AND day >= $2";
    on!(exec, |c| sqlx::query(SQL).bind(rental).bind(from).execute(c).await.map(drop))
}

/// What a booking has: things, days, units.
///
/// # Errors
/// The database's.
pub async fn of_booking(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<BTreeMap<(Rentable, NaiveDate), i64>> {
    const SQL: &str = "SELECT product, day, unit FROM rental_day WHERE booking_id = $1";
    let rows: Vec<(String, NaiveDate, i64)> = on!(exec, |c| sqlx::query_as(SQL).bind(booking.0).fetch_all(c).await)?;
    rows.into_iter().map(|(code, day, unit)| Ok(((rentable(&code)?, day), unit))).collect()
}

/// Takes a unit for a day of a booking. The key refuses what is somebody else's.
///
/// # Errors
/// The database's.
pub async fn take_for_booking(
    exec: &mut Exec<'_>,
    item: &Rentable,
    unit: i64,
    day: NaiveDate,
    booking: BookingId,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO rental_day (product, unit, day, booking_id) VALUES ($1, $2, $3, $4)";
    on!(exec, |c| sqlx::query(SQL).bind(item.code()).bind(unit).bind(day).bind(booking.0).execute(c).await.map(drop))
}

/// Gives a thing back that a booking has on a day.
///
/// # Errors
/// The database's.
pub async fn free_of_booking(
    exec: &mut Exec<'_>,
    item: &Rentable,
    day: NaiveDate,
    booking: BookingId,
) -> sqlx::Result<()> {
    const SQL: &str = "DELETE FROM rental_day WHERE booking_id = $1 AND product = $2 AND day = $3";
    on!(exec, |c| sqlx::query(SQL).bind(booking.0).bind(item.code()).bind(day).execute(c).await.map(drop))
}

/// Gives everything back that a booking has.
///
/// # Errors
/// The database's.
pub async fn free_booking(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<()> {
    const SQL: &str = "DELETE FROM rental_day WHERE booking_id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(booking.0).execute(c).await.map(drop))
}

/// Bookings that have units, are not paid, and whose hold is over.
///
/// # Errors
/// The database's.
pub async fn overdue_holds(
    exec: &mut Exec<'_>,
    now: chrono::DateTime<chrono::Utc>,
    limit: i64,
) -> sqlx::Result<Vec<BookingId>> {
    const SQL: &str = "SELECT id FROM booking WHERE state = 'held' AND clock_at <= $1 AND EXISTS \
        (SELECT 1 FROM rental_day d WHERE d.booking_id = booking.id) ORDER BY clock_at, id LIMIT $2";
    let rows: Vec<Uuid> = on!(exec, |c| sqlx::query_scalar(SQL).bind(now).bind(limit).fetch_all(c).await)?;
    Ok(rows.into_iter().map(BookingId).collect())
}
