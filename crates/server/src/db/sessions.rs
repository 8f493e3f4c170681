//! Rows of `session`: by the hash of their token, so that a stolen database opens none.

use crate::{
    db::{
        Exec,
        accounts::{AccountRow, account_columns},
    },
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
    /// When it was last used, to some minutes.
    pub last_seen_at: DateTime<Utc>,
    /// When the password or a code was last given in it.
    pub confirmed_at: DateTime<Utc>,
}

/// One of an account's sessions, for its owner.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OwnSession {
    /// SHA-256 of its token.
    pub token_hash: Vec<u8>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to some minutes.
    pub last_seen_at: DateTime<Utc>,
    /// Browser and system.
    pub device: String,
}

/// Opens a session.
///
/// # Errors
/// The database's.
pub async fn insert(
    exec: &mut Exec<'_>,
    token_hash: &[u8],
    account: AccountId,
    device: &str,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO session (token_hash, account_id, device, created_at, last_seen_at, confirmed_at, \
        expires_at) VALUES ($1, $2, $3, $4, $4, $4, $5)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(token_hash)
        .bind(account.0)
        .bind(device)
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
    const SQL: &str = concat!(
        "SELECT ",
        account_columns!(),
        ", s.expires_at, COALESCE(s.last_seen_at, s.created_at) AS last_seen_at, \
         COALESCE(s.confirmed_at, s.created_at) AS confirmed_at FROM session s JOIN account a ON a.id = s.account_id \
         LEFT JOIN expert e ON e.account_id = a.id LEFT JOIN two_step t ON t.account_id = a.id \
         WHERE s.token_hash = $1 AND s.expires_at > $2"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(token_hash).bind(now).fetch_optional(c).await)
}

/// Notes that a session is used, and lets it live longer.
///
/// # Errors
/// The database's.
pub async fn seen(
    exec: &mut Exec<'_>,
    token_hash: &[u8],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE session SET last_seen_at = $2, expires_at = $3 WHERE token_hash = $1";
    on!(exec, |c| sqlx::query(SQL).bind(token_hash).bind(now).bind(expires_at).execute(c).await.map(drop))
}

/// Notes that the password or a code was given in a session.
///
/// # Errors
/// The database's.
pub async fn confirmed(exec: &mut Exec<'_>, token_hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE session SET confirmed_at = $2 WHERE token_hash = $1";
    on!(exec, |c| sqlx::query(SQL).bind(token_hash).bind(now).execute(c).await.map(drop))
}

/// An account's sessions that have not ended, the last used first.
///
/// # Errors
/// The database's.
pub async fn of_account(exec: &mut Exec<'_>, account: AccountId, now: DateTime<Utc>) -> sqlx::Result<Vec<OwnSession>> {
    const SQL: &str = "SELECT token_hash, created_at, COALESCE(last_seen_at, created_at) AS last_seen_at, device \
        FROM session WHERE account_id = $1 AND expires_at > $2 \
        ORDER BY COALESCE(last_seen_at, created_at) DESC, created_at DESC, token_hash";
    on!(exec, |c| sqlx::query_as(SQL).bind(account.0).bind(now).fetch_all(c).await)
}

/// Ends an account's sessions, but for one if that is to stay; answers how many.
///
/// # Errors
/// The database's.
pub async fn end_all(exec: &mut Exec<'_>, account: AccountId, but: Option<&[u8]>) -> sqlx::Result<u64> {
    const SQL: &str = "DELETE FROM session WHERE account_id = $1 AND token_hash <> $2";
    // No hash is empty.
    let but = but.unwrap_or_default();
    on!(exec, |c| sqlx::query(SQL).bind(account.0).bind(but).execute(c).await.map(|done| done.rows_affected()))
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
