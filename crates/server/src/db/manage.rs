//! Counts for the managers' console.

use super::{audit_runs, nominations::seen_by};
use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::AccountId;

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

/// Queues of areas that have one: a code, and a query that counts what waits, and since when. A new area adds its own;
/// where not every manager may know of everything, `$1` is who reads.
pub const QUEUES: &[(&str, &str)] = &[
    ("disputes", "SELECT COUNT(*) AS count, MIN(created_at) AS oldest FROM dispute WHERE closed_at IS NULL"),
    ("reports", "SELECT COUNT(*) AS count, MIN(created_at) AS oldest FROM booking_report WHERE closed_at IS NULL"),
    ("reviews", "SELECT COUNT(*) AS count, MIN(created_at) AS oldest FROM review_report WHERE closed_at IS NULL"),
    ("looks", "SELECT COUNT(*) AS count, MIN(asked_at) AS oldest FROM text_look WHERE state = 'asked'"),
    (
        "contested",
        "SELECT COUNT(*) AS count, MIN(answered_at) AS oldest FROM self_billed_answer WHERE state = 'contested'",
    ),
    (
        "nominations",
        concat!(
            "SELECT COUNT(*) AS count, MIN(n.submitted_at) AS oldest FROM nomination n \
             WHERE n.state IN ('review', 'deliberation', 'decided') AND ",
            seen_by!("$1")
        ),
    ),
    ("appeals", "SELECT COUNT(*) AS count, MIN(made_at) AS oldest FROM membership_appeal WHERE answer IS NULL"),
    ("claims", "SELECT COUNT(*) AS count, MIN(claimed_at) AS oldest FROM benefit_claim WHERE state = 'asked'"),
    ("draft", "SELECT COUNT(*) AS count, MIN(created_at) AS oldest FROM rulebook_draft WHERE state = 'open'"),
    ("referrals", "SELECT COUNT(*) AS count, MIN(asked_at) AS oldest FROM referral_partner WHERE state = 'asked'"),
    ("audit", audit_runs::WAITING),
    ("leads", "SELECT COUNT(*) AS count, MIN(created_at) AS oldest FROM referral_lead WHERE state = 'new'"),
];

/// One of [`QUEUES`].
///
/// # Errors
/// The database's.
pub async fn queue(exec: &mut Exec<'_>, sql: &'static str, reader: AccountId) -> sqlx::Result<Tally> {
    on!(exec, |c| {
        let query = sqlx::query_as(sql);
        let query = if sql.contains("$1") { query.bind(reader.0) } else { query };
        query.fetch_one(c).await
    })
}

/// Orders whose expert must answer before an instant.
///
/// # Errors
/// The database's.
pub async fn answers_until(exec: &mut Exec<'_>, until: DateTime<Utc>) -> sqlx::Result<Tally> {
    const SQL: &str = "SELECT COUNT(*) AS count, MIN(paid_at) AS oldest FROM booking \
        WHERE state = 'requested' AND clock_at < $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(until).fetch_one(c).await)
}

/// Assignments that begin on a day.
///
/// # Errors
/// The database's.
pub async fn starting(exec: &mut Exec<'_>, from: DateTime<Utc>, until: DateTime<Utc>) -> sqlx::Result<Tally> {
    const SQL: &str = "SELECT COUNT(*) AS count, MIN(accepted_at) AS oldest FROM booking \
        WHERE state = 'accepted' AND starts_at >= $1 AND starts_at < $2";
    on!(exec, |c| sqlx::query_as(SQL).bind(from).bind(until).fetch_one(c).await)
}
