//! What experts edit and read at their workplace: profile, calendars, messages.

use crate::{db::Exec, on};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// Texts of a profile.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// One line.
    pub headline: &'a str,
    /// About.
    pub summary: &'a str,
    /// Its language.
    pub language: &'a str,
}

/// Raises a profile's version, if nobody did since it was read; part of every transaction that changes it.
///
/// # Errors
/// The database's.
pub async fn raise_version(exec: &mut Exec<'_>, id: Uuid, read: i64, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE expert SET version = version + 1, changed_at = $3 WHERE id = $1 AND version = $2";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(read).bind(now).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Stores the texts.
///
/// # Errors
/// The database's.
pub async fn set_texts(exec: &mut Exec<'_>, id: Uuid, texts: Texts<'_>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE expert SET headline = $2, summary = $3, summary_language = $4 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(texts.headline)
        .bind(texts.summary)
        .bind(texts.language)
        .execute(c)
        .await
        .map(drop))
}

async fn clear(exec: &mut Exec<'_>, sql: &'static str, id: Uuid) -> sqlx::Result<()> {
    on!(exec, |c| sqlx::query(sql).bind(id).execute(c).await.map(drop))
}

/// Stores products, sectors, languages and skills.
///
/// # Errors
/// The database's.
pub async fn set_lists(
    exec: &mut Exec<'_>,
    id: Uuid,
    products: &[String],
    sectors: &[&str],
    languages: &[String],
    skills: &[String],
) -> sqlx::Result<()> {
    clear(exec, "DELETE FROM expert_product WHERE expert_id = $1", id).await?;
    clear(exec, "DELETE FROM expert_sector WHERE expert_id = $1", id).await?;
    clear(exec, "DELETE FROM expert_language WHERE expert_id = $1", id).await?;
    clear(exec, "DELETE FROM expert_skill WHERE expert_id = $1", id).await?;
    for product in products {
        const SQL: &str = "INSERT INTO expert_product (expert_id, product) VALUES ($1, $2)";
        on!(exec, |c| sqlx::query(SQL).bind(id).bind(product).execute(c).await.map(drop))?;
    }
    for sector in sectors {
        const SQL: &str = "INSERT INTO expert_sector (expert_id, sector) VALUES ($1, $2)";
        on!(exec, |c| sqlx::query(SQL).bind(id).bind(*sector).execute(c).await.map(drop))?;
    }
    for language in languages {
        const SQL: &str = "INSERT INTO expert_language (expert_id, language) VALUES ($1, $2)";
        on!(exec, |c| sqlx::query(SQL).bind(id).bind(language).execute(c).await.map(drop))?;
    }
    for (position, skill) in (0_i64..).zip(skills) {
        const SQL: &str = "INSERT INTO expert_skill (expert_id, position, name) VALUES ($1, $2, $3)";
        on!(exec, |c| sqlx::query(SQL).bind(id).bind(position).bind(skill).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Skills, in their order.
///
/// # Errors
/// The database's.
pub async fn skills(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT name FROM expert_skill WHERE expert_id = $1 ORDER BY position";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(id).fetch_all(c).await)
}

/// A certificate, diploma or job.
#[derive(Clone, Debug)]
pub struct Record {
    /// Title.
    pub title: String,
    /// Issuer, school or employer.
    pub organisation: String,
    /// From.
    pub from_year: Option<i64>,
    /// To.
    pub to_year: Option<i64>,
    /// More; may be empty.
    pub description: String,
}

/// Stores all records of a kind, in their order.
///
/// # Errors
/// The database's.
pub async fn set_records(exec: &mut Exec<'_>, id: Uuid, kind: &str, records: &[Record]) -> sqlx::Result<()> {
    const OUT: &str = "DELETE FROM expert_record WHERE expert_id = $1 AND kind = $2";
    const IN: &str = "INSERT INTO expert_record (expert_id, kind, position, title, organisation, from_year, to_year, \
        description) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    on!(exec, |c| sqlx::query(OUT).bind(id).bind(kind).execute(c).await.map(drop))?;
    for (position, record) in (0_i64..).zip(records) {
        on!(exec, |c| sqlx::query(IN)
            .bind(id)
            .bind(kind)
            .bind(position)
            .bind(&record.title)
            .bind(&record.organisation)
            .bind(record.from_year)
            .bind(record.to_year)
            .bind(&record.description)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}

/// Where and how an expert works.
#[derive(Clone, Copy, Debug)]
pub struct TermsRow<'a> {
    /// Base.
    pub place: i64,
    /// Its position.
    pub lat: i64,
    /// Its position.
    pub lon: i64,
    /// Its country.
    pub country: &'a str,
    /// At the client's.
    pub on_site: bool,
    /// From a distance.
    pub remote: bool,
    /// Farthest distance.
    pub max_travel_km: Option<i64>,
    /// Own lead time.
    pub lead_days: i64,
}

/// Stores them.
///
/// # Errors
/// The database's.
pub async fn set_terms(exec: &mut Exec<'_>, id: Uuid, terms: TermsRow<'_>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE expert SET base_place = $2, base_lat = $3, base_lon = $4, base_country = $5, \
        on_site = $6, remote = $7, max_travel_km = $8, lead_days = $9 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(terms.place)
        .bind(terms.lat)
        .bind(terms.lon)
        .bind(terms.country)
        .bind(terms.on_site)
        .bind(terms.remote)
        .bind(terms.max_travel_km)
        .bind(terms.lead_days)
        .execute(c)
        .await
        .map(drop))
}

/// Stores an account's telephone number.
///
/// # Errors
/// The database's.
pub async fn set_phone(exec: &mut Exec<'_>, account: Uuid, phone: Option<&str>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE account SET phone = $2 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(account).bind(phone).execute(c).await.map(drop))
}

/// Takes a published profile down, or puts one back that its expert took down. Answers whether it was in that state.
///
/// # Errors
/// The database's.
pub async fn set_paused(exec: &mut Exec<'_>, id: Uuid, paused: bool, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const PAUSE: &str = "UPDATE expert SET state = 'withdrawn', paused_at = $2, changed_at = $2, version = version + 1 \
        WHERE id = $1 AND state = 'published'";
    const RESUME: &str = "UPDATE expert SET state = 'published', paused_at = NULL, changed_at = $2, \
        version = version + 1 WHERE id = $1 AND state = 'withdrawn' AND paused_at IS NOT NULL";
    let sql = if paused { PAUSE } else { RESUME };
    on!(exec, |c| sqlx::query(sql).bind(id).bind(now).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// How an expert is billed, to be stored.
#[derive(Clone, Copy, Debug)]
pub struct BillingRow<'a> {
    /// Organisation.
    pub company: &'a str,
    /// Street and number.
    pub street: &'a str,
    /// Postal code.
    pub postal_code: &'a str,
    /// Town.
    pub city: &'a str,
    /// Country.
    pub country: &'a str,
    /// VAT number.
    pub vat_number: Option<&'a str>,
    /// Legal registration.
    pub registration: Option<&'a str>,
    /// Charges no VAT.
    pub vat_exempt: bool,
}

/// Stores it.
///
/// # Errors
/// The database's.
pub async fn set_billing(exec: &mut Exec<'_>, id: Uuid, row: BillingRow<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO expert_billing (expert_id, company, street, postal_code, city, country, vat_number, \
        registration, vat_exempt) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (expert_id) DO UPDATE SET \
        company = excluded.company, street = excluded.street, postal_code = excluded.postal_code, \
        city = excluded.city, country = excluded.country, vat_number = excluded.vat_number, \
        registration = excluded.registration, vat_exempt = excluded.vat_exempt";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(row.company)
        .bind(row.street)
        .bind(row.postal_code)
        .bind(row.city)
        .bind(row.country)
        .bind(row.vat_number)
        .bind(row.registration)
        .bind(row.vat_exempt)
        .execute(c)
        .await
        .map(drop))
}

/// Stores the week's pattern, and which public holidays are kept.
///
/// # Errors
/// The database's.
pub async fn set_pattern(
    exec: &mut Exec<'_>,
    id: Uuid,
    pattern: i64,
    works_holidays: bool,
    region: Option<&str>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE expert SET week_pattern = $2, works_holidays = $3, holiday_region = $4 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(pattern).bind(works_holidays).bind(region).execute(c).await.map(drop))
}

/// Stores the exceptions from one day to another, both included, in place of those that were there.
///
/// # Errors
/// The database's.
pub async fn set_exceptions(
    exec: &mut Exec<'_>,
    id: Uuid,
    from: NaiveDate,
    to: NaiveDate,
    exceptions: &[(NaiveDate, bool)],
) -> sqlx::Result<()> {
    const OUT: &str = "DELETE FROM expert_exception WHERE expert_id = $1 AND day >= $2 AND day <= $3";
    const IN: &str = "INSERT INTO expert_exception (expert_id, day, free) VALUES ($1, $2, $3)";
    on!(exec, |c| sqlx::query(OUT).bind(id).bind(from).bind(to).execute(c).await.map(drop))?;
    for (day, free) in exceptions {
        on!(exec, |c| sqlx::query(IN).bind(id).bind(*day).bind(*free).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Days that calendars elsewhere make busy, from a day on.
///
/// # Errors
/// The database's.
pub async fn busy_days(exec: &mut Exec<'_>, id: Uuid, from: NaiveDate) -> sqlx::Result<Vec<NaiveDate>> {
    const SQL: &str = "SELECT DISTINCT day FROM busy_day WHERE expert_id = $1 AND day >= $2 ORDER BY day";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(id).bind(from).fetch_all(c).await)
}

/// A calendar elsewhere.
#[derive(Clone, Debug, FromRow)]
pub struct CalendarRow {
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub expert_id: Uuid,
    /// As its owner calls it.
    pub name: String,
    /// Where it is read; none for a file.
    pub address: Option<String>,
    /// As it was last read.
    pub body: String,
    /// Its events.
    pub events: i64,
    /// When it was last read well.
    pub read_at: Option<DateTime<Utc>>,
    /// Why not since.
    pub problem: Option<String>,
}

/// An expert's calendars elsewhere.
///
/// # Errors
/// The database's.
pub async fn calendars(exec: &mut Exec<'_>, expert: Uuid) -> sqlx::Result<Vec<CalendarRow>> {
    const SQL: &str = "SELECT id, expert_id, name, address, body, events, read_at, problem FROM busy_calendar \
        WHERE expert_id = $1 ORDER BY created_at, id";
    on!(exec, |c| sqlx::query_as(SQL).bind(expert).fetch_all(c).await)
}

/// A calendar elsewhere.
///
/// # Errors
/// The database's.
pub async fn calendar(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<CalendarRow>> {
    const SQL: &str = "SELECT id, expert_id, name, address, body, events, read_at, problem FROM busy_calendar \
        WHERE id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)
}

/// Adds a calendar, not read yet.
///
/// # Errors
/// The database's.
pub async fn insert_calendar(
    exec: &mut Exec<'_>,
    id: Uuid,
    expert: Uuid,
    name: &str,
    address: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO busy_calendar (id, expert_id, name, address, body, events, created_at) \
        VALUES ($1, $2, $3, $4, '', 0, $5)";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(expert).bind(name).bind(address).bind(now).execute(c).await.map(drop))
}

/// Stores what was read, and the days it makes busy.
///
/// # Errors
/// The database's.
pub async fn store_read(
    exec: &mut Exec<'_>,
    row: &CalendarRow,
    body: &str,
    events: i64,
    days: impl Iterator<Item = NaiveDate>,
    read_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE busy_calendar SET body = $2, events = $3, read_at = $4, problem = NULL WHERE id = $1";
    const IN: &str = "INSERT INTO busy_day (calendar_id, day, expert_id) SELECT $1, $2, $3 \
        WHERE EXISTS (SELECT 1 FROM busy_calendar WHERE id = $1)";
    const POSTGRES: &str = "INSERT INTO busy_day (calendar_id, day, expert_id) SELECT $1::uuid, $2::date, $3::uuid \
        WHERE EXISTS (SELECT 1 FROM busy_calendar WHERE id = $1)";
    on!(exec, |c| sqlx::query(SQL).bind(row.id).bind(body).bind(events).bind(read_at).execute(c).await.map(drop))?;
    clear(exec, "DELETE FROM busy_day WHERE calendar_id = $1", row.id).await?;
    let sql = if matches!(exec, Exec::Postgres(_)) { POSTGRES } else { IN };
    for day in days {
        on!(exec, |c| sqlx::query(sql).bind(row.id).bind(day).bind(row.expert_id).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Notes why a calendar could not be read; what was read before stays.
///
/// # Errors
/// The database's.
pub async fn store_problem(exec: &mut Exec<'_>, id: Uuid, problem: &str) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE busy_calendar SET problem = $2 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(problem).execute(c).await.map(drop))
}

/// Takes a calendar out, with its days.
///
/// # Errors
/// The database's.
pub async fn remove_calendar(exec: &mut Exec<'_>, id: Uuid, expert: Uuid) -> sqlx::Result<bool> {
    const DAYS: &str = "DELETE FROM busy_day WHERE calendar_id = $1 AND expert_id = $2";
    const SQL: &str = "DELETE FROM busy_calendar WHERE id = $1 AND expert_id = $2";
    on!(exec, |c| sqlx::query(DAYS).bind(id).bind(expert).execute(c).await.map(drop))?;
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(expert).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Stores the hash of a feed's secret, in place of the one before; `None` revokes it.
///
/// # Errors
/// The database's.
pub async fn set_feed(exec: &mut Exec<'_>, expert: Uuid, hash: Option<&[u8]>, now: DateTime<Utc>) -> sqlx::Result<()> {
    const IN: &str = "INSERT INTO calendar_feed (expert_id, secret_hash, created_at) VALUES ($1, $2, $3)";
    clear(exec, "DELETE FROM calendar_feed WHERE expert_id = $1", expert).await?;
    match hash {
        Some(hash) => on!(exec, |c| sqlx::query(IN).bind(expert).bind(hash).bind(now).execute(c).await.map(drop)),
        None => Ok(()),
    }
}

/// Whether an expert has a feed.
///
/// # Errors
/// The database's.
pub async fn has_feed(exec: &mut Exec<'_>, expert: Uuid) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM calendar_feed WHERE expert_id = $1";
    on!(exec, |c| sqlx::query_scalar::<_, i64>(SQL).bind(expert).fetch_one(c).await.map(|count| count > 0))
}

/// Whose feed a secret opens.
///
/// # Errors
/// The database's.
pub async fn feed_of(exec: &mut Exec<'_>, hash: &[u8]) -> sqlx::Result<Option<Uuid>> {
    const SQL: &str = "SELECT expert_id FROM calendar_feed WHERE secret_hash = $1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(hash).fetch_optional(c).await)
}

/// A message.
#[derive(Clone, Debug, FromRow)]
pub struct MessageRow {
    /// Which.
    pub id: Uuid,
    /// Of which booking.
    pub booking_id: Uuid,
    /// Who wrote it.
    pub author_id: Uuid,
    /// What.
    pub body: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Writes a message; `false` if its form was sent before.
///
/// # Errors
/// The database's.
pub async fn insert_message(exec: &mut Exec<'_>, message: &MessageRow, form_key: Uuid) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO booking_message (id, booking_id, author_id, body, form_key, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (form_key) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(message.id)
        .bind(message.booking_id)
        .bind(message.author_id)
        .bind(&message.body)
        .bind(form_key)
        .bind(message.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// The messages of a booking, oldest first.
///
/// # Errors
/// The database's.
pub async fn messages(exec: &mut Exec<'_>, booking: Uuid) -> sqlx::Result<Vec<MessageRow>> {
    const SQL: &str = "SELECT id, booking_id, author_id, body, created_at FROM booking_message WHERE booking_id = $1 \
        ORDER BY created_at, id LIMIT 1000";
    on!(exec, |c| sqlx::query_as(SQL).bind(booking).fetch_all(c).await)
}

/// How many messages an account wrote since an instant.
///
/// # Errors
/// The database's.
pub async fn messages_since(exec: &mut Exec<'_>, author: Uuid, since: DateTime<Utc>) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM booking_message WHERE author_id = $1 AND created_at > $2";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(author).bind(since).fetch_one(c).await)
}

/// All messages of an expert's bookings, oldest first; at most 2,000.
///
/// # Errors
/// The database's.
pub async fn messages_of_expert(exec: &mut Exec<'_>, expert: Uuid) -> sqlx::Result<Vec<MessageRow>> {
    const SQL: &str = "SELECT m.id, m.booking_id, m.author_id, m.body, m.created_at FROM booking_message m \
        JOIN booking b ON b.id = m.booking_id WHERE b.expert_id = $1 ORDER BY m.created_at DESC, m.id LIMIT 2000";
    on!(exec, |c| sqlx::query_as(SQL).bind(expert).fetch_all(c).await)
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct MessageFileRow {
    /// Which, and the name of its bytes in the store.
    pub id: Uuid,
    /// Of which message.
    pub message_id: Uuid,
    /// Who sent it.
    pub author_id: Uuid,
    /// Its place in the message, from 0.
    pub position: i64,
    /// Its name.
    pub name: String,
    /// Its type.
    pub media_type: String,
    /// In bytes.
    pub size: i64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// Keeps a file with its message.
///
/// # Errors
/// The database's.
pub async fn insert_message_file(exec: &mut Exec<'_>, file: &MessageFileRow) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO booking_message_file (id, message_id, author_id, position, name, media_type, size, sha256) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(file.id)
        .bind(file.message_id)
        .bind(file.author_id)
        .bind(file.position)
        .bind(&file.name)
        .bind(&file.media_type)
        .bind(file.size)
        .bind(&file.sha256)
        .execute(c)
        .await
        .map(drop))
}

/// The files of a booking's messages, each message's in their order.
///
/// # Errors
/// The database's.
pub async fn message_files(exec: &mut Exec<'_>, booking: Uuid) -> sqlx::Result<Vec<MessageFileRow>> {
    const SQL: &str = "SELECT f.id, f.message_id, f.author_id, f.position, f.name, f.media_type, f.size, f.sha256 \
        FROM booking_message_file f JOIN booking_message m ON m.id = f.message_id WHERE m.booking_id = $1 \
        ORDER BY f.message_id, f.position";
    on!(exec, |c| sqlx::query_as(SQL).bind(booking).fetch_all(c).await)
}

/// A file, and the booking in whose thread it is.
///
/// # Errors
/// The database's.
pub async fn message_file(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<(MessageFileRow, Uuid)>> {
    const SQL: &str = "SELECT f.id, f.message_id, f.author_id, f.position, f.name, f.media_type, f.size, f.sha256 \
        FROM booking_message_file f WHERE f.id = $1";
    const BOOKING: &str = "SELECT booking_id FROM booking_message WHERE id = $1";
    let file: Option<MessageFileRow> = on!(&mut *exec, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
    let Some(file) = file else { return Ok(None) };
    let booking: Uuid = on!(exec, |c| sqlx::query_scalar(BOOKING).bind(file.message_id).fetch_one(c).await)?;
    Ok(Some((file, booking)))
}
