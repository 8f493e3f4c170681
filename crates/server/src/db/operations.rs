//! What runs, what fails, and what needs somebody: for the managers' page.

use crate::{
    db::{Exec, jobs::JobRow, manage::Tally},
    on,
};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// Jobs that are due, failing, or in a worker's hands; the longest due first.
///
/// # Errors
/// The database's.
pub async fn jobs(exec: &mut Exec<'_>, now: DateTime<Utc>, limit: i64) -> sqlx::Result<Vec<JobRow>> {
    const SQL: &str = "SELECT kind, subject, due_at, attempts, leased_until, done_at, last_error FROM job \
        WHERE done_at IS NULL AND (due_at <= $1 OR last_error IS NOT NULL OR leased_until > $1) \
        ORDER BY due_at, kind, subject LIMIT $2";
    on!(exec, |c| sqlx::query_as(SQL).bind(now).bind(limit).fetch_all(c).await)
}

/// How many jobs wait for their time.
///
/// # Errors
/// The database's.
pub async fn waiting(exec: &mut Exec<'_>, now: DateTime<Utc>) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM job WHERE done_at IS NULL AND due_at > $1 AND last_error IS NULL";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(now).fetch_one(c).await)
}

/// Lets a job be done now, unless a worker has it or it is done.
///
/// # Errors
/// The database's.
pub async fn hurry(exec: &mut Exec<'_>, kind: &str, subject: Uuid, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE job SET due_at = $3 WHERE kind = $1 AND subject = $2 AND done_at IS NULL \
        AND (leased_until IS NULL OR leased_until <= $3)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(kind)
        .bind(subject)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// A mail that could not be sent.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StuckMail {
    /// Its id.
    pub id: Uuid,
    /// To whom.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Attempts so far.
    pub attempts: i64,
    /// When it is tried again.
    pub next_attempt_at: DateTime<Utc>,
}

/// Mails whose last attempt failed, the oldest first.
///
/// # Errors
/// The database's.
pub async fn mails(exec: &mut Exec<'_>, limit: i64) -> sqlx::Result<Vec<StuckMail>> {
    const SQL: &str = "SELECT id, recipient, subject, created_at, attempts, next_attempt_at FROM outbox \
        WHERE sent_at IS NULL AND last_error IS NOT NULL ORDER BY created_at, id LIMIT $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(limit).fetch_all(c).await)
}

/// Lets a mail be tried again now, from its first attempt on; answers its recipient.
///
/// # Errors
/// The database's.
pub async fn resend(exec: &mut Exec<'_>, id: Uuid, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE outbox SET next_attempt_at = $2, attempts = 0 \
        WHERE id = $1 AND sent_at IS NULL AND last_error IS NOT NULL";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(now).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// A payment that needs somebody.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TroubleRow {
    /// `refund-failed`, `refund-refused`, `refund-late`, `not-captured` or `charged-back`.
    pub trouble: String,
    /// The refund or payment.
    pub subject: Uuid,
    /// Its booking, or its order for licences.
    pub booking_id: Uuid,
    /// The booking's or order's short reference.
    pub reference: String,
    /// How much.
    pub amount: i64,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// What about a refund `r` that needs somebody.
macro_rules! refund_trouble {
    () => {
        "CASE WHEN r.state = 'failed' THEN 'refund-failed' WHEN r.refused_at IS NOT NULL THEN 'refund-refused' \
         ELSE 'refund-late' END"
    };
}

macro_rules! troubles {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "SELECT ",
            refund_trouble!(),
            " AS trouble, ",
            "r.id AS subject, b.id AS booking_id, b.reference, r.amount, COALESCE(r.failed_at, r.created_at) AS since ",
            "FROM refund r ",
            "JOIN payment p ON p.id = r.payment_id JOIN booking b ON b.id = p.booking_id ",
            "WHERE r.state = 'failed' OR (r.state = 'due' AND (r.refused_at IS NOT NULL OR r.updated_at <= $1)) ",
            "UNION ALL SELECT ",
            refund_trouble!(),
            ", ",
            "r.id, o.id, o.reference, r.amount, COALESCE(r.failed_at, r.created_at) FROM rental_refund r ",
            "JOIN rental_payment p ON p.id = r.payment_id JOIN rental_order o ON o.id = p.rental_id ",
            "WHERE r.state = 'failed' OR (r.state = 'due' AND (r.refused_at IS NOT NULL OR r.updated_at <= $1)) ",
            "UNION ALL SELECT 'not-captured', p.id, b.id, b.reference, p.amount, b.accepted_at FROM payment p ",
            "JOIN booking b ON b.id = p.booking_id WHERE p.method = 'creditcard' AND p.captured = 0 ",
            "AND b.state IN ('accepted', 'completed') AND b.accepted_at <= $1 ",
            "AND p.state IN ('authorized', 'canceled', 'expired', 'failed') AND p.provider_ref IS NOT NULL ",
            "AND NOT EXISTS (SELECT 1 FROM payment o WHERE o.booking_id = b.id ",
            "AND (o.captured > 0 OR o.created_at > p.created_at)) ",
            // Authorised cards of orders for licences are captured by their clock.
            "UNION ALL SELECT 'not-captured', p.id, o.id, o.reference, p.amount, o.clock_at FROM rental_payment p ",
            "JOIN rental_order o ON o.id = p.rental_id WHERE p.state = 'authorized' AND o.state = 'authorised' ",
            "AND o.clock_at <= $1 ",
            "UNION ALL SELECT 'charged-back', p.id, b.id, b.reference, c.amount, c.noted_at FROM chargeback c ",
            "JOIN payment p ON p.id = c.payment_id JOIN booking b ON b.id = p.booking_id WHERE NOT c.reversed ",
            // Not where all of it stands for refunds that were not sent.
            "AND (SELECT SUM(x.amount) FROM chargeback x JOIN payment y ON y.id = x.payment_id ",
            "WHERE y.booking_id = b.id AND NOT x.reversed) > (SELECT COALESCE(SUM(r.amount), 0) FROM refund r ",
            "JOIN payment y ON y.id = r.payment_id WHERE y.booking_id = b.id AND r.state = 'taken') ",
            "UNION ALL SELECT 'charged-back', p.id, o.id, o.reference, c.amount, c.noted_at FROM rental_chargeback c ",
            "JOIN rental_payment p ON p.id = c.payment_id JOIN rental_order o ON o.id = p.rental_id WHERE NOT c.reversed ",
            // Of what was given up since, only what went back twice.
            "AND (o.state IN ('paid', 'handed-out', 'returned') OR c.amount + (SELECT COALESCE(SUM(r.amount), 0) ",
            "FROM rental_refund r WHERE r.payment_id = p.id AND r.state <> 'taken') > p.captured)",
            $after
        )
    };
}

/// Payments that need somebody: refunds that fail, are refused or have been due since before `late`, cards not captured since then,
/// chargebacks. What can be done here comes first, then the oldest: a chargeback stays until it is given again.
///
/// # Errors
/// The database's.
pub async fn troubles(exec: &mut Exec<'_>, late: DateTime<Utc>, limit: i64) -> sqlx::Result<Vec<TroubleRow>> {
    const SQL: &str = troubles!(
        "SELECT * FROM (",
        ") AS troubles ORDER BY CASE trouble WHEN 'charged-back' THEN 1 ELSE 0 END, since, subject LIMIT $2"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(late).bind(limit).fetch_all(c).await)
}

/// How many of [`troubles`] there are.
///
/// # Errors
/// The database's.
pub async fn troubles_tally(exec: &mut Exec<'_>, late: DateTime<Utc>) -> sqlx::Result<Tally> {
    const SQL: &str = troubles!("SELECT COUNT(*) AS count, MIN(since) AS oldest FROM (", ") AS troubles");
    on!(exec, |c| sqlx::query_as(SQL).bind(late).fetch_one(c).await)
}
