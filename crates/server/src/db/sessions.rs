//! Rows of `session`: by the hash of their token, so that a stolen database opens none.

use crate::{
    db::{Exec, accounts::AccountRow},
    on,
};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::AccountId;
use sqlx::FromRow;

/// A session that has not ended, with its account.
#[derive(Clone, Debug, FromRow)]
pub struct SessionRow {
    /// Whose it is.
    #[sqlx(flatten)]
    pub account: AccountRow,
    /// When it ends unless it is used.
    pub expires_at: DateTime<Utc>,
}

/// Opens a session.
///
/// # Errors
/// The database's.
pub async fn insert(
    exec: &mut Exec<'_>,
    token_hash: &[u8],
    account: AccountId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO session (token_hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(token_hash)
        .bind(account.0)
        .bind(now)
        .bind(expires_at)
        .execute(c)
        .await
        .map(drop))
}

/// The session of a token, unless it has ended.
///
/// # Errors
/// The database's.
pub async fn find(exec: &mut Exec<'_>, token_hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<Option<SessionRow>> {
    const SQL: &str = "SELECT a.id, a.email, a.password_hash, a.name, a.phone, a.locale, a.time_zone, a.is_manager, \
        e.id AS expert_id, s.expires_at FROM session s JOIN account a ON a.id = s.account_id \
        LEFT JOIN expert e ON e.account_id = a.id WHERE s.token_hash = $1 AND s.expires_at > $2";
    on!(exec, |c| sqlx::query_as(SQL).bind(token_hash).bind(now).fetch_optional(c).await)
}

/// Lets a session live longer.
///
/// # Errors
/// The database's.
pub async fn extend(exec: &mut Exec<'_>, token_hash: &[u8], expires_at: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE session SET expires_at = $2 WHERE token_hash = $1";
    on!(exec, |c| sqlx::query(SQL).bind(token_hash).bind(expires_at).execute(c).await.map(drop))
}

/// Ends a session; nothing happens when there is none.
///
/// # Errors
/// The database's.
pub async fn delete(exec: &mut Exec<'_>, token_hash: &[u8]) -> sqlx::Result<()> {
    const SQL: &str = "DELETE FROM session WHERE token_hash = $1";
    on!(exec, |c| sqlx::query(SQL).bind(token_hash).execute(c).await.map(drop))
}

/// Removes the sessions that have ended.
///
/// # Errors
/// The database's.
pub async fn purge(exec: &mut Exec<'_>, now: DateTime<Utc>) -> sqlx::Result<u64> {
    const SQL: &str = "DELETE FROM session WHERE expires_at <= $1";
    on!(exec, |c| sqlx::query(SQL).bind(now).execute(c).await.map(|done| done.rows_affected()))
}
