//! Counts for the managers' console.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};

/// How many rows wait, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Tally {
    /// How many.
    pub count: i64,
    /// Since when the oldest one does.
    pub oldest: Option<DateTime<Utc>>,
}

/// Orders that an expert has to answer, since they were paid.
///
/// # Errors
/// The database's.
pub async fn orders(exec: &mut Exec<'_>) -> sqlx::Result<Tally> {
    const SQL: &str = "SELECT COUNT(*) AS count, MIN(paid_at) AS oldest FROM booking WHERE state = 'requested'";
    on!(exec, |c| sqlx::query_as(SQL).fetch_one(c).await)
}

/// Requests to the contact desk that wait for an answer.
///
/// # Errors
/// The database's.
pub async fn requests(exec: &mut Exec<'_>) -> sqlx::Result<Tally> {
    const SQL: &str = "SELECT COUNT(*) AS count, MIN(waits_since) AS oldest FROM contact_request
        WHERE waits_since IS NOT NULL";
    on!(exec, |c| sqlx::query_as(SQL).fetch_one(c).await)
}

/// Jobs whose last attempt failed, since they were due.
///
/// # Errors
/// The database's.
pub async fn failing_jobs(exec: &mut Exec<'_>) -> sqlx::Result<Tally> {
    const SQL: &str = "SELECT COUNT(*) AS count, MIN(due_at) AS oldest FROM job
        WHERE done_at IS NULL AND last_error IS NOT NULL";
    on!(exec, |c| sqlx::query_as(SQL).fetch_one(c).await)
}

/// Mails whose last attempt failed, since they were written.
///
/// # Errors
/// The database's.
pub async fn failing_mail(exec: &mut Exec<'_>) -> sqlx::Result<Tally> {
    const SQL: &str = "SELECT COUNT(*) AS count, MIN(created_at) AS oldest FROM outbox
        WHERE sent_at IS NULL AND last_error IS NOT NULL";
    on!(exec, |c| sqlx::query_as(SQL).fetch_one(c).await)
}
