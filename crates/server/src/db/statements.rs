//! Published texts (terms, statements) with their versions, and who accepted them.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::{AccountId, BookingId};
use gabarit_i18n::Locale;
use sqlx::FromRow;
use uuid::Uuid;

/// A version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct VersionRow {
    /// From 1.
    pub version: i64,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

/// All versions of a text, the newest first.
///
/// # Errors
/// The database's.
pub async fn versions(exec: &mut Exec<'_>, kind: &str) -> sqlx::Result<Vec<VersionRow>> {
    const SQL: &str = "SELECT version, MIN(published_at) AS published_at FROM published_text WHERE kind = $1 \
        GROUP BY version ORDER BY version DESC";
    on!(exec, |c| sqlx::query_as(SQL).bind(kind).fetch_all(c).await)
}

/// Hashes of a version, by language.
///
/// # Errors
/// The database's.
pub async fn hashes(exec: &mut Exec<'_>, kind: &str, version: i64) -> sqlx::Result<Vec<(String, String)>> {
    const SQL: &str = "SELECT locale, sha256 FROM published_text WHERE kind = $1 AND version = $2";
    on!(exec, |c| sqlx::query_as(SQL).bind(kind).bind(version).fetch_all(c).await)
}

/// A text as it was published.
///
/// # Errors
/// The database's.
pub async fn body(exec: &mut Exec<'_>, kind: &str, version: i64, locale: Locale) -> sqlx::Result<Option<String>> {
    const SQL: &str = "SELECT body FROM published_text WHERE kind = $1 AND version = $2 AND locale = $3";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(kind).bind(version).bind(locale.code()).fetch_optional(c).await)
}

/// Publishes a language of a version; `false` when another node was first.
///
/// # Errors
/// The database's.
pub async fn publish(
    exec: &mut Exec<'_>,
    (kind, version, locale): (&str, i64, Locale),
    (body, sha256): (&str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO published_text (kind, version, locale, body, sha256, published_at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(kind)
        .bind(version)
        .bind(locale.code())
        .bind(body)
        .bind(sha256)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Writes that an account accepted the newest version of a text; nothing where none is published.
///
/// # Errors
/// The database's.
pub async fn accept(
    exec: &mut Exec<'_>,
    id: Uuid,
    (account, kind, locale): (AccountId, &str, Locale),
    (occasion, booking): (&str, Option<BookingId>),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "SELECT MAX(version) FROM published_text WHERE kind = $1";
    const INSERT: &str = "INSERT INTO text_acceptance (id, account_id, kind, version, locale, occasion, booking_id, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let newest: Option<i64> = on!(&mut *exec, |c| sqlx::query_scalar(SQL).bind(kind).fetch_one(c).await)?;
    let Some(version) = newest else { return Ok(()) };
    on!(exec, |c| sqlx::query(INSERT)
        .bind(id)
        .bind(account.0)
        .bind(kind)
        .bind(version)
        .bind(locale.code())
        .bind(occasion)
        .bind(booking.map(|id| id.0))
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}

/// What an account accepted: text, version, occasion, when; the newest first.
///
/// # Errors
/// The database's.
pub async fn accepted(
    exec: &mut Exec<'_>,
    account: AccountId,
) -> sqlx::Result<Vec<(String, i64, String, DateTime<Utc>)>> {
    const SQL: &str = "SELECT kind, version, occasion, at FROM text_acceptance WHERE account_id = $1 \
        ORDER BY at DESC, kind, id";
    on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_all(c).await)
}
