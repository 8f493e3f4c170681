//! Counts and sums over a stretch of time.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};

/// From, included, and until, not included.
pub type Stretch = (DateTime<Utc>, DateTime<Utc>);

/// Bookings that were placed.
///
/// # Errors
/// The database's.
pub async fn placed(exec: &mut Exec<'_>, (from, until): Stretch) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM booking WHERE created_at >= $1 AND created_at < $2";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(from).bind(until).fetch_one(c).await)
}

/// Bookings that were accepted.
///
/// # Errors
/// The database's.
pub async fn accepted(exec: &mut Exec<'_>, (from, until): Stretch) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM booking WHERE accepted_at >= $1 AND accepted_at < $2";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(from).bind(until).fetch_one(c).await)
}

/// Paid bookings that came to nothing: declined, unanswered, cancelled.
///
/// # Errors
/// The database's.
pub async fn lost(exec: &mut Exec<'_>, (from, until): Stretch) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM booking_log WHERE at >= $1 AND at < $2 \
        AND to_state IN ('declined', 'expired', 'cancelled')";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(from).bind(until).fetch_one(c).await)
}

/// Reviews that are shown: how many, and the sum of their stars.
///
/// # Errors
/// The database's.
pub async fn reviews(exec: &mut Exec<'_>, (from, until): Stretch) -> sqlx::Result<(i64, i64)> {
    const SQL: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(rating), 0) AS BIGINT) FROM review \
        WHERE created_at >= $1 AND created_at < $2 AND state = 'shown'";
    on!(exec, |c| sqlx::query_as(SQL).bind(from).bind(until).fetch_one(c).await)
}

/// Reviews that are shown, by their stars.
///
/// # Errors
/// The database's.
pub async fn ratings(exec: &mut Exec<'_>, (from, until): Stretch) -> sqlx::Result<Vec<(i64, i64)>> {
    const SQL: &str = "SELECT CAST(rating AS BIGINT), COUNT(*) FROM review WHERE created_at >= $1 AND created_at < $2 \
        AND state = 'shown' GROUP BY rating";
    on!(exec, |c| sqlx::query_as(SQL).bind(from).bind(until).fetch_all(c).await)
}

/// Accepted bookings by the whole hours their answer took.
///
/// # Errors
/// The database's.
pub async fn answers(exec: &mut Exec<'_>, (from, until): Stretch) -> sqlx::Result<Vec<(i64, i64)>> {
    // The one thing that both databases say in words of their own: how far apart two instants are.
    const SQLITE: &str = "SELECT CAST((julianday(accepted_at) - julianday(paid_at)) * 24 + 0.00001 AS INTEGER) AS hours, \
        COUNT(*) FROM booking WHERE accepted_at >= $1 AND accepted_at < $2 AND paid_at IS NOT NULL GROUP BY hours";
    const POSTGRES: &str = "SELECT CAST(FLOOR(EXTRACT(EPOCH FROM accepted_at - paid_at) / 3600) AS BIGINT) AS hours, \
        COUNT(*) FROM booking WHERE accepted_at >= $1 AND accepted_at < $2 AND paid_at IS NOT NULL GROUP BY hours";
    let sql = match exec {
        Exec::Sqlite(_) => SQLITE,
        Exec::Postgres(_) => POSTGRES,
    };
    on!(exec, |c| sqlx::query_as(sql).bind(from).bind(until).fetch_all(c).await)
}

/// Applications sent in the stretch, by what happened to them since: event, how many of them.
///
/// # Errors
/// The database's.
pub async fn funnel(exec: &mut Exec<'_>, (from, until): Stretch) -> sqlx::Result<Vec<(String, i64)>> {
    const SQL: &str = "SELECT l.event, COUNT(DISTINCT l.candidate_id) FROM candidate k \
        JOIN candidate_log l ON l.candidate_id = k.id WHERE k.submitted_at >= $1 AND k.submitted_at < $2 GROUP BY l.event";
    on!(exec, |c| sqlx::query_as(SQL).bind(from).bind(until).fetch_all(c).await)
}
