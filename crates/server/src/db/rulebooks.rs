//! Rulebooks: a version a row, as JSON of the domain's own type.

use crate::{db::Exec, on};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::ids::AccountId;
use sqlx::FromRow;
use uuid::Uuid;

/// Body of the version in force on a day: the greatest that is effective by then.
///
/// # Errors
/// If the database fails.
pub async fn in_force(exec: &mut Exec<'_>, on_day: NaiveDate) -> sqlx::Result<Option<String>> {
    const SQL: &str = "SELECT body FROM rulebook WHERE effective_from <= $1 ORDER BY version DESC LIMIT 1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(on_day).fetch_optional(c).await)
}

/// Body of a version.
///
/// # Errors
/// If the database fails.
pub async fn body(exec: &mut Exec<'_>, version: i64) -> sqlx::Result<Option<String>> {
    const SQL: &str = "SELECT body FROM rulebook WHERE version = $1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(version).fetch_optional(c).await)
}

/// Adds a version; `false` if there is one of that number already, which stays as it is.
///
/// # Errors
/// If the database fails.
pub async fn insert(
    exec: &mut Exec<'_>,
    version: i64,
    effective_from: NaiveDate,
    body: &str,
    released_at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO rulebook (version, effective_from, body, released_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (version) DO NOTHING";
    let rows = on!(exec, |c| sqlx::query(SQL)
        .bind(version)
        .bind(effective_from)
        .bind(body)
        .bind(released_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows == 1)
}

/// A release, with who made it and how many bookings it priced.
#[derive(Clone, Debug, FromRow)]
pub struct ReleaseRow {
    /// Its number.
    pub version: i64,
    /// From when it holds.
    pub effective_from: NaiveDate,
    /// JSON of the rulebook.
    pub body: String,
    /// When.
    pub released_at: DateTime<Utc>,
    /// Who; nobody for the first one.
    pub released_by: Option<String>,
    /// Why.
    pub reason: String,
}

/// All releases, the newest first.
///
/// # Errors
/// If the database fails.
pub async fn releases(exec: &mut Exec<'_>) -> sqlx::Result<Vec<ReleaseRow>> {
    const SQL: &str = "SELECT r.version, r.effective_from, r.body, r.released_at, a.name AS released_by, r.reason \
        FROM rulebook r LEFT JOIN account a ON a.id = r.released_by ORDER BY r.version DESC";
    on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// How many bookings pinned each version.
///
/// # Errors
/// If the database fails.
pub async fn pinned(exec: &mut Exec<'_>) -> sqlx::Result<Vec<(i64, i64)>> {
    const SQL: &str = "SELECT rulebook_version, COUNT(*) FROM booking GROUP BY rulebook_version";
    on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Adds the next release; its number must be free.
///
/// # Errors
/// If the database fails, or the number is taken.
pub async fn release(
    exec: &mut Exec<'_>,
    version: i64,
    (effective_from, body): (NaiveDate, &str),
    (released_by, reason): (AccountId, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO rulebook (version, effective_from, body, released_at, released_by, reason) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(version)
        .bind(effective_from)
        .bind(body)
        .bind(now)
        .bind(released_by.0)
        .bind(reason)
        .execute(c)
        .await
        .map(drop))
}

/// A draft, as stored.
#[derive(Clone, Debug, FromRow)]
pub struct DraftRow {
    /// Its id.
    pub id: Uuid,
    /// Rises with each change.
    pub revision: i64,
    /// JSON of the rulebook.
    pub body: String,
    /// Why.
    pub reason: String,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed_at: DateTime<Utc>,
}

/// The draft in the making.
///
/// # Errors
/// If the database fails.
pub async fn draft(exec: &mut Exec<'_>) -> sqlx::Result<Option<DraftRow>> {
    const SQL: &str = "SELECT d.id, d.revision, d.body, d.reason, a.name AS changed_by, d.changed_at \
        FROM rulebook_draft d JOIN account a ON a.id = d.changed_by WHERE d.state = 'open'";
    on!(exec, |c| sqlx::query_as(SQL).fetch_optional(c).await)
}

/// Begins a draft; `false` when there is one already.
///
/// # Errors
/// If the database fails.
pub async fn begin_draft(
    exec: &mut Exec<'_>,
    id: Uuid,
    body: &str,
    by: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO rulebook_draft \
        (id, state, revision, body, reason, created_at, changed_by, changed_at) \
        VALUES ($1, 'open', 1, $2, '', $3, $4, $3) ON CONFLICT DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(body)
        .bind(now)
        .bind(by.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Changes a draft that is still at `revision`; `false` when somebody changed or closed it meanwhile.
///
/// # Errors
/// If the database fails.
pub async fn change_draft(
    exec: &mut Exec<'_>,
    (id, revision): (Uuid, i64),
    (body, reason): (&str, &str),
    by: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE rulebook_draft SET body = $3, reason = $4, changed_by = $5, changed_at = $6, \
        revision = revision + 1 WHERE id = $1 AND revision = $2 AND state = 'open'";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(revision)
        .bind(body)
        .bind(reason)
        .bind(by.0)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Closes a draft that is still at `revision`, as `released` or `discarded`; `false` when somebody was first.
///
/// # Errors
/// If the database fails.
pub async fn close_draft(exec: &mut Exec<'_>, id: Uuid, revision: i64, state: &str) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE rulebook_draft SET state = $3 WHERE id = $1 AND revision = $2 AND state = 'open'";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(revision)
        .bind(state)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Writes what was done with a draft, in the transaction that does it.
///
/// # Errors
/// If the database fails.
pub async fn log(
    exec: &mut Exec<'_>,
    (id, draft): (Uuid, Uuid),
    by: AccountId,
    event: &str,
    detail: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO rulebook_log (id, draft_id, at, actor_id, event, detail) VALUES ($1, $2, $3, $4, $5, $6)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(draft)
        .bind(now)
        .bind(by.0)
        .bind(event)
        .bind(detail)
        .execute(c)
        .await
        .map(drop))
}

/// Everybody who changed a draft: id and name. Who only began it chose nothing.
///
/// # Errors
/// If the database fails.
pub async fn editors(exec: &mut Exec<'_>, draft: Uuid) -> sqlx::Result<Vec<(Uuid, String)>> {
    const SQL: &str = "SELECT DISTINCT a.id, a.name FROM rulebook_log l JOIN account a ON a.id = l.actor_id \
        WHERE l.draft_id = $1 AND l.event = 'changed' ORDER BY a.name, a.id";
    on!(exec, |c| sqlx::query_as(SQL).bind(draft).fetch_all(c).await)
}
