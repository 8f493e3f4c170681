//! Rows of `outbox`: mail written with the change it tells of, sent afterwards.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// A mail to be sent.
#[derive(Clone, Debug)]
pub struct NewMail<'a> {
    /// Its id, also its Message-ID.
    pub id: Uuid,
    /// Names the cause: a second mail with the same is not written.
    pub dedup_key: &'a str,
    /// Address.
    pub recipient: &'a str,
    /// Code of its language.
    pub locale: &'a str,
    /// Subject.
    pub subject: &'a str,
    /// As plain text.
    pub body_text: &'a str,
    /// As HTML.
    pub body_html: &'a str,
    /// Now.
    pub created_at: DateTime<Utc>,
}

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct MailRow {
    /// Its id.
    pub id: Uuid,
    /// Address.
    pub recipient: String,
    /// Code of its language.
    pub locale: String,
    /// Subject.
    pub subject: String,
    /// As plain text.
    pub body_text: String,
    /// As HTML.
    pub body_html: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Attempts to send it.
    pub attempts: i64,
    /// When the mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// Writes a mail; `false` when one with its key was written before.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, mail: &NewMail<'_>) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO outbox (id, dedup_key, recipient, locale, subject, body_text, body_html, \
        created_at, next_attempt_at, attempts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 0) \
        ON CONFLICT (dedup_key) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(mail.id)
        .bind(mail.dedup_key)
        .bind(mail.recipient)
        .bind(mail.locale)
        .bind(mail.subject)
        .bind(mail.body_text)
        .bind(mail.body_html)
        .bind(mail.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// The oldest mail that is due, if any, with fewer than `max_attempts` attempts. Locked on PostgreSQL, where several
/// nodes send, until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn due(exec: &mut Exec<'_>, now: DateTime<Utc>, max_attempts: i64) -> sqlx::Result<Option<MailRow>> {
    const SQLITE: &str = "SELECT id, recipient, locale, subject, body_text, body_html, created_at, attempts, sent_at, \
        last_error FROM outbox WHERE sent_at IS NULL AND next_attempt_at <= $1 AND attempts < $2 \
        ORDER BY next_attempt_at, id LIMIT 1";
    const POSTGRES: &str = "SELECT id, recipient, locale, subject, body_text, body_html, created_at, attempts, sent_at, \
        last_error FROM outbox WHERE sent_at IS NULL AND next_attempt_at <= $1 AND attempts < $2 \
        ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED";
    match exec {
        Exec::Sqlite(c) => sqlx::query_as(SQLITE).bind(now).bind(max_attempts).fetch_optional(&mut **c).await,
        Exec::Postgres(c) => sqlx::query_as(POSTGRES).bind(now).bind(max_attempts).fetch_optional(&mut **c).await,
    }
}

/// Notes that an attempt begins; nobody else tries before `next_attempt_at`.
///
/// # Errors
/// The database's.
pub async fn begin_attempt(
    exec: &mut Exec<'_>,
    id: Uuid,
    attempts: i64,
    next_attempt_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE outbox SET attempts = $2, next_attempt_at = $3 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(attempts).bind(next_attempt_at).execute(c).await.map(drop))
}

/// Notes that the mail server took it.
///
/// # Errors
/// The database's.
pub async fn sent(exec: &mut Exec<'_>, id: Uuid, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE outbox SET sent_at = $2, last_error = NULL WHERE id = $1 AND sent_at IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(now).execute(c).await.map(drop))
}

/// Notes why an attempt failed.
///
/// # Errors
/// The database's.
pub async fn failed(exec: &mut Exec<'_>, id: Uuid, error: &str) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE outbox SET last_error = $2 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(error).execute(c).await.map(drop))
}

/// Marks everything unsent as delivered to the local mailbox.
///
/// # Errors
/// The database's.
pub async fn deliver_all(exec: &mut Exec<'_>, now: DateTime<Utc>) -> sqlx::Result<u64> {
    const SQL: &str =
        "UPDATE outbox SET sent_at = $1, attempts = attempts + 1, last_error = NULL WHERE sent_at IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(now).execute(c).await.map(|done| done.rows_affected()))
}

/// Whether some mail is unsent, due or not.
///
/// # Errors
/// The database's.
pub async fn any_unsent(exec: &mut Exec<'_>) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE sent_at IS NULL LIMIT 1) AS unsent";
    on!(exec, |c| sqlx::query_scalar::<_, i64>(SQL).fetch_one(c).await.map(|count| count > 0))
}

/// The newest mails, newest first.
///
/// # Errors
/// The database's.
pub async fn newest(exec: &mut Exec<'_>, limit: i64) -> sqlx::Result<Vec<MailRow>> {
    const SQL: &str = "SELECT id, recipient, locale, subject, body_text, body_html, created_at, attempts, sent_at, \
        last_error FROM outbox ORDER BY created_at DESC, id DESC LIMIT $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(limit).fetch_all(c).await)
}

/// A mail by its id.
///
/// # Errors
/// The database's.
pub async fn by_id(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<MailRow>> {
    const SQL: &str = "SELECT id, recipient, locale, subject, body_text, body_html, created_at, attempts, sent_at, \
        last_error FROM outbox WHERE id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)
}
