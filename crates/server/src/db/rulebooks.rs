//! Rulebooks: a version a row, as JSON of the domain's own type.

use crate::{db::Exec, on};
use chrono::{DateTime, NaiveDate, Utc};

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
