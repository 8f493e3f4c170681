//! Rows of `job`. A worker that claims one holds it by its lease and its attempt number together: whoever schedules
//! the job anew meanwhile resets the number, so that the worker's "done" does not swallow the new order.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// A job in a worker's hands.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ClaimedJob {
    /// Code of its kind.
    pub kind: String,
    /// What it is about.
    pub subject: Uuid,
    /// Attempts, this one included.
    pub attempts: i64,
    /// Until when it is this worker's.
    pub leased_until: DateTime<Utc>,
}

/// A job as it stands: for the console and for tests.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct JobRow {
    /// Code of its kind.
    pub kind: String,
    /// What it is about.
    pub subject: Uuid,
    /// When it is to be done.
    pub due_at: DateTime<Utc>,
    /// Attempts since it was scheduled.
    pub attempts: i64,
    /// Until when a worker holds it.
    pub leased_until: Option<DateTime<Utc>>,
    /// When it was done.
    pub done_at: Option<DateTime<Utc>>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// Orders a job. One that waits keeps the earlier of both instants; one that is done or in a worker's hands is to be
/// done (again) at the new instant.
///
/// # Errors
/// The database's.
pub async fn schedule(exec: &mut Exec<'_>, kind: &str, subject: Uuid, due_at: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO job (kind, subject, due_at, attempts) VALUES ($1, $2, $3, 0) \
        ON CONFLICT (kind, subject) DO UPDATE SET \
        due_at = CASE WHEN job.done_at IS NULL AND job.leased_until IS NULL AND job.due_at < excluded.due_at \
            THEN job.due_at ELSE excluded.due_at END, \
        attempts = 0, done_at = NULL, last_error = NULL";
    on!(exec, |c| sqlx::query(SQL).bind(kind).bind(subject).bind(due_at).execute(c).await.map(drop))
}

/// Strikes a job that is not done.
///
/// # Errors
/// The database's.
pub async fn cancel(exec: &mut Exec<'_>, kind: &str, subject: Uuid) -> sqlx::Result<bool> {
    const SQL: &str = "DELETE FROM job WHERE kind = $1 AND subject = $2 AND done_at IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(kind).bind(subject).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Takes the job that has been due longest and that nobody holds. Two workers never get the same one.
///
/// # Errors
/// The database's.
pub async fn claim(
    exec: &mut Exec<'_>,
    now: DateTime<Utc>,
    leased_until: DateTime<Utc>,
) -> sqlx::Result<Option<ClaimedJob>> {
    const SQLITE: &str = "UPDATE job SET leased_until = $2, attempts = attempts + 1 WHERE (kind, subject) = \
        (SELECT kind, subject FROM job WHERE done_at IS NULL AND due_at <= $1 \
        AND (leased_until IS NULL OR leased_until <= $1) ORDER BY due_at, kind, subject LIMIT 1) \
        RETURNING kind, subject, attempts, leased_until";
    const POSTGRES: &str = "UPDATE job SET leased_until = $2, attempts = attempts + 1 WHERE (kind, subject) = \
        (SELECT kind, subject FROM job WHERE done_at IS NULL AND due_at <= $1 \
        AND (leased_until IS NULL OR leased_until <= $1) ORDER BY due_at, kind, subject LIMIT 1 \
        FOR UPDATE SKIP LOCKED) RETURNING kind, subject, attempts, leased_until";
    match exec {
        Exec::Sqlite(c) => sqlx::query_as(SQLITE).bind(now).bind(leased_until).fetch_optional(&mut **c).await,
        Exec::Postgres(c) => sqlx::query_as(POSTGRES).bind(now).bind(leased_until).fetch_optional(&mut **c).await,
    }
}

/// Makes the lease of a claimed job end later, also if the job was ordered anew meanwhile. `false` if the claim does not
/// stand any more.
///
/// # Errors
/// The database's.
pub async fn renew(exec: &mut Exec<'_>, job: &ClaimedJob, until: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE job SET leased_until = $4 WHERE kind = $1 AND subject = $2 AND leased_until = $3";
    on!(exec, |c| sqlx::query(SQL)
        .bind(&job.kind)
        .bind(job.subject)
        .bind(job.leased_until)
        .bind(until)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Whether the claim still stands and nobody ordered the job anew, marking it done if so.
///
/// # Errors
/// The database's.
pub async fn finish(exec: &mut Exec<'_>, job: &ClaimedJob, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE job SET done_at = $5, leased_until = NULL, last_error = NULL \
        WHERE kind = $1 AND subject = $2 AND leased_until = $3 AND attempts = $4";
    on!(exec, |c| sqlx::query(SQL)
        .bind(&job.kind)
        .bind(job.subject)
        .bind(job.leased_until)
        .bind(job.attempts)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Puts a failed job off, unless it was ordered anew meanwhile.
///
/// # Errors
/// The database's.
pub async fn put_off(exec: &mut Exec<'_>, job: &ClaimedJob, due_at: DateTime<Utc>, error: &str) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE job SET due_at = $5, leased_until = NULL, last_error = $6 \
        WHERE kind = $1 AND subject = $2 AND leased_until = $3 AND attempts = $4";
    on!(exec, |c| sqlx::query(SQL)
        .bind(&job.kind)
        .bind(job.subject)
        .bind(job.leased_until)
        .bind(job.attempts)
        .bind(due_at)
        .bind(error)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Lets go of a job that was ordered anew while it ran.
///
/// # Errors
/// The database's.
pub async fn release(exec: &mut Exec<'_>, job: &ClaimedJob) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE job SET leased_until = NULL WHERE kind = $1 AND subject = $2 AND leased_until = $3";
    on!(exec, |c| sqlx::query(SQL).bind(&job.kind).bind(job.subject).bind(job.leased_until).execute(c).await.map(drop))
}

/// When the next job falls due, or the lease on one that is due runs out. Cheap: it reads two entries of the index.
///
/// # Errors
/// The database's.
pub async fn next_due(exec: &mut Exec<'_>, now: DateTime<Utc>) -> sqlx::Result<Option<DateTime<Utc>>> {
    const SQL: &str = "SELECT due_at FROM (SELECT due_at FROM job WHERE done_at IS NULL AND leased_until IS NULL \
            ORDER BY due_at LIMIT 1) AS waiting \
        UNION ALL SELECT leased_until FROM (SELECT leased_until FROM job WHERE done_at IS NULL \
            AND leased_until IS NOT NULL AND due_at <= $1 ORDER BY leased_until LIMIT 1) AS held";
    let next: Vec<DateTime<Utc>> = on!(exec, |c| sqlx::query_scalar(SQL).bind(now).fetch_all(c).await)?;
    Ok(next.into_iter().min())
}

/// A job as it stands.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, kind: &str, subject: Uuid) -> sqlx::Result<Option<JobRow>> {
    const SQL: &str = "SELECT kind, subject, due_at, attempts, leased_until, done_at, last_error FROM job \
        WHERE kind = $1 AND subject = $2";
    on!(exec, |c| sqlx::query_as(SQL).bind(kind).bind(subject).fetch_optional(c).await)
}

/// Removes jobs that were done before an instant.
///
/// # Errors
/// The database's.
pub async fn purge(exec: &mut Exec<'_>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    const SQL: &str = "DELETE FROM job WHERE done_at <= $1";
    on!(exec, |c| sqlx::query(SQL).bind(before).execute(c).await.map(|done| done.rows_affected()))
}
