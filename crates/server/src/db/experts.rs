//! Experts, their lists, calendars and reviews.

use crate::{db::Exec, on};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// A row of `expert`.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ExpertRow {
    /// Its id.
    pub id: Uuid,
    /// Whose account.
    pub account_id: Uuid,
    /// `draft`, `published` or `withdrawn`.
    pub state: String,
    /// `in-house` or `independent`.
    pub kind: String,
    /// 1 to 4.
    pub level: i64,
    /// As published.
    pub display_name: String,
    /// One line.
    pub headline: String,
    /// About.
    pub summary: String,
    /// ISO 639-1.
    pub summary_language: String,
    /// GeoNames id.
    pub base_place: i64,
    /// Millionths of a degree.
    pub base_lat: i64,
    /// Millionths of a degree.
    pub base_lon: i64,
    /// ISO 3166-1 alpha-2.
    pub base_country: String,
    /// Works at the client's.
    pub on_site: bool,
    /// Works from a distance.
    pub remote: bool,
    /// One way; `None` is world-wide.
    pub max_travel_km: Option<i64>,
    /// Bit 0 is Monday.
    pub week_pattern: i64,
    /// Whether public holidays are worked.
    pub works_holidays: bool,
    /// Sum of all ratings.
    pub rating_sum: i64,
    /// Number of ratings.
    pub rating_count: i64,
    /// Completed platform days.
    pub completed_days: i64,
    /// When the profile began.
    pub created_at: DateTime<Utc>,
    /// Rises with everything that search must hear of.
    pub changed_at: DateTime<Utc>,
    /// Rises with each change of the profile.
    pub version: i64,
    /// The expert's own lead time.
    pub lead_days: i64,
    /// When the expert took the profile down.
    pub paused_at: Option<DateTime<Utc>>,
    /// ISO 3166-2: whose public holidays hold besides the country's.
    pub holiday_region: Option<String>,
}

/// A row of `expert_record`.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RecordRow {
    /// `certificate`, `education` or `experience`.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Issuer, school or employer.
    pub organisation: String,
    /// From.
    pub from_year: Option<i64>,
    /// To.
    pub to_year: Option<i64>,
    /// More about it.
    pub description: String,
}

/// A row of `review`.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReviewRow {
    /// 1 to 5.
    pub rating: i64,
    /// As shown.
    pub author: String,
    /// What was written.
    pub body: String,
    /// ISO 639-1.
    pub language: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// JSON of the marks by criterion.
    pub scores: Option<String>,
    /// The expert's answer.
    pub reply: Option<String>,
}

/// A product and its name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ProductRow {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// Products, in their order.
///
/// # Errors
/// If the database fails.
pub async fn products(exec: &mut Exec<'_>) -> sqlx::Result<Vec<ProductRow>> {
    const SQL: &str = "SELECT code, name FROM product ORDER BY position";
    on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// An expert in whatever state.
///
/// # Errors
/// If the database fails.
pub async fn get(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<ExpertRow>> {
    const SQL: &str = "SELECT * FROM expert WHERE id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)
}

/// The expert of an account.
///
/// # Errors
/// If the database fails.
pub async fn of_account(exec: &mut Exec<'_>, account: Uuid) -> sqlx::Result<Option<ExpertRow>> {
    const SQL: &str = "SELECT * FROM expert WHERE account_id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(account).fetch_optional(c).await)
}

/// Products, sectors and languages of an expert, as `(list, value)`: `p`, `s` or `l`.
///
/// # Errors
/// If the database fails.
pub async fn lists(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Vec<(String, String)>> {
    const SQL: &str = "SELECT 'p', ep.product, p.position FROM expert_product ep JOIN product p ON p.code = ep.product
            WHERE ep.expert_id = $1
        UNION ALL SELECT 's', sector, 0 FROM expert_sector WHERE expert_id = $1
        UNION ALL SELECT 'l', language, 0 FROM expert_language WHERE expert_id = $1
        ORDER BY 1, 3, 2";
    let rows: Vec<(String, String, i64)> = on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(list, value, _)| (list, value)).collect())
}

/// Exceptions of an expert from a day on, days that calendars elsewhere make busy among them; what the expert painted
/// counts before those.
///
/// # Errors
/// If the database fails.
pub async fn exceptions(exec: &mut Exec<'_>, id: Uuid, from: NaiveDate) -> sqlx::Result<Vec<(NaiveDate, bool)>> {
    const SQL: &str = "SELECT day, free FROM expert_exception WHERE expert_id = $1 AND day >= $2 \
        UNION ALL SELECT DISTINCT b.day, FALSE FROM busy_day b WHERE b.expert_id = $1 AND b.day >= $2 AND NOT EXISTS \
        (SELECT 1 FROM expert_exception e WHERE e.expert_id = b.expert_id AND e.day = b.day)";
    on!(exec, |c| sqlx::query_as(SQL).bind(id).bind(from).fetch_all(c).await)
}

/// Booked and held days of an expert from a day on.
///
/// # Errors
/// If the database fails.
pub async fn booked(exec: &mut Exec<'_>, id: Uuid, from: NaiveDate) -> sqlx::Result<Vec<NaiveDate>> {
    const SQL: &str = "SELECT day FROM booked_day WHERE expert_id = $1 AND day >= $2";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(id).bind(from).fetch_all(c).await)
}

/// Certificates, diplomas and jobs, in the order they are shown.
///
/// # Errors
/// If the database fails.
pub async fn records(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Vec<RecordRow>> {
    const SQL: &str = "SELECT kind, title, organisation, from_year, to_year, description FROM expert_record
        WHERE expert_id = $1 ORDER BY kind, position";
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_all(c).await)
}

/// The latest reviews that are shown.
///
/// # Errors
/// If the database fails.
pub async fn reviews(exec: &mut Exec<'_>, id: Uuid, limit: i64) -> sqlx::Result<Vec<ReviewRow>> {
    const SQL: &str = "SELECT rating, author, body, language, created_at, scores, reply FROM review
        WHERE expert_id = $1 AND state = 'shown' ORDER BY created_at DESC, id LIMIT $2";
    on!(exec, |c| sqlx::query_as(SQL).bind(id).bind(limit).fetch_all(c).await)
}

/// How many reviews gave each rating.
///
/// # Errors
/// If the database fails.
pub async fn rating_spread(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Vec<(i64, i64)>> {
    const SQL: &str = "SELECT rating, COUNT(*) FROM review WHERE expert_id = $1 AND state = 'shown' GROUP BY rating";
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_all(c).await)
}

/// Experts, in whatever state, that changed at or after an instant.
///
/// # Errors
/// If the database fails.
pub async fn changed_since(exec: &mut Exec<'_>, since: DateTime<Utc>) -> sqlx::Result<Vec<ExpertRow>> {
    const SQL: &str = "SELECT * FROM expert WHERE changed_at >= $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(since).fetch_all(c).await)
}

/// Ids of experts that changed at or after an instant, with when: cheap, for those who look often.
///
/// # Errors
/// If the database fails.
pub async fn stamps_since(exec: &mut Exec<'_>, since: DateTime<Utc>) -> sqlx::Result<Vec<(Uuid, DateTime<Utc>)>> {
    const SQL: &str = "SELECT id, changed_at FROM expert WHERE changed_at >= $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(since).fetch_all(c).await)
}

/// Lists of the experts that changed at or after an instant: expert, list (`p`, `s` or `l`), value.
///
/// # Errors
/// If the database fails.
pub async fn lists_since(exec: &mut Exec<'_>, since: DateTime<Utc>) -> sqlx::Result<Vec<(Uuid, String, String)>> {
    const SQL: &str = "SELECT e.id, 'p', t.product FROM expert e JOIN expert_product t ON t.expert_id = e.id
            WHERE e.changed_at >= $1
        UNION ALL SELECT e.id, 's', t.sector FROM expert e JOIN expert_sector t ON t.expert_id = e.id
            WHERE e.changed_at >= $1
        UNION ALL SELECT e.id, 'l', t.language FROM expert e JOIN expert_language t ON t.expert_id = e.id
            WHERE e.changed_at >= $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(since).fetch_all(c).await)
}

/// Exceptions, from a day on, of the experts that changed at or after an instant.
///
/// # Errors
/// If the database fails.
pub async fn exceptions_since(
    exec: &mut Exec<'_>,
    since: DateTime<Utc>,
    from: NaiveDate,
) -> sqlx::Result<Vec<(Uuid, NaiveDate, bool)>> {
    const SQL: &str = "SELECT t.expert_id, t.day, t.free FROM expert e JOIN expert_exception t ON t.expert_id = e.id
        WHERE e.changed_at >= $1 AND t.day >= $2
        UNION ALL SELECT DISTINCT b.expert_id, b.day, FALSE FROM expert e JOIN busy_day b ON b.expert_id = e.id
        WHERE e.changed_at >= $1 AND b.day >= $2 AND NOT EXISTS
        (SELECT 1 FROM expert_exception x WHERE x.expert_id = b.expert_id AND x.day = b.day)";
    on!(exec, |c| sqlx::query_as(SQL).bind(since).bind(from).fetch_all(c).await)
}

/// Booked and held days, from a day on, of the experts that changed at or after an instant.
///
/// # Errors
/// If the database fails.
pub async fn booked_since(
    exec: &mut Exec<'_>,
    since: DateTime<Utc>,
    from: NaiveDate,
) -> sqlx::Result<Vec<(Uuid, NaiveDate)>> {
    const SQL: &str = "SELECT t.expert_id, t.day FROM expert e JOIN booked_day t ON t.expert_id = e.id
        WHERE e.changed_at >= $1 AND t.day >= $2";
    on!(exec, |c| sqlx::query_as(SQL).bind(since).bind(from).fetch_all(c).await)
}

/// Says that search must read the expert again; part of every transaction that changes profile, reviews or free days.
///
/// # Errors
/// If the database fails.
pub async fn touch(exec: &mut Exec<'_>, id: Uuid, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE expert SET changed_at = $2 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(now).execute(c).await.map(|_| ()))
}
