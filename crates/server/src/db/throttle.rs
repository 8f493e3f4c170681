//! Rows of `throttle`: attempts per bucket within a fixed window.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// Where a bucket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Count {
    /// Attempts within the window, this one included.
    pub attempts: i64,
    /// When the window ends and the count with it.
    pub window_ends_at: DateTime<Utc>,
}

/// Counts an attempt, in a new window that ends at `window_ends_at` when the last one is over. The row stays locked
/// until the transaction ends: attempts are counted one after the other.
///
/// # Errors
/// The database's.
pub async fn count(
    exec: &mut Exec<'_>,
    bucket: &str,
    now: DateTime<Utc>,
    window_ends_at: DateTime<Utc>,
) -> sqlx::Result<Count> {
    const SQL: &str = "INSERT INTO throttle (bucket, attempts, window_ends_at) VALUES ($1, 1, $3) \
        ON CONFLICT (bucket) DO UPDATE SET \
        attempts = CASE WHEN throttle.window_ends_at <= $2 THEN 1 ELSE throttle.attempts + 1 END, \
        window_ends_at = CASE WHEN throttle.window_ends_at <= $2 THEN $3 ELSE throttle.window_ends_at END \
        RETURNING attempts, window_ends_at";
    on!(exec, |c| sqlx::query_as(SQL).bind(bucket).bind(now).bind(window_ends_at).fetch_one(c).await)
}

/// Takes an attempt back: it was no failure.
///
/// # Errors
/// The database's.
pub async fn forgive(exec: &mut Exec<'_>, bucket: &str) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE throttle SET attempts = attempts - 1 WHERE bucket = $1 AND attempts > 0";
    on!(exec, |c| sqlx::query(SQL).bind(bucket).execute(c).await.map(drop))
}

/// Forgets a bucket.
///
/// # Errors
/// The database's.
pub async fn forget(exec: &mut Exec<'_>, bucket: &str) -> sqlx::Result<()> {
    const SQL: &str = "DELETE FROM throttle WHERE bucket = $1";
    on!(exec, |c| sqlx::query(SQL).bind(bucket).execute(c).await.map(drop))
}

/// Removes the buckets whose window is over.
///
/// # Errors
/// The database's.
pub async fn purge(exec: &mut Exec<'_>, now: DateTime<Utc>) -> sqlx::Result<u64> {
    const SQL: &str = "DELETE FROM throttle WHERE window_ends_at <= $1";
    on!(exec, |c| sqlx::query(SQL).bind(now).execute(c).await.map(|done| done.rows_affected()))
}
