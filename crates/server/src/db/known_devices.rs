//! Rows of `known_device`: browsers an account has signed in from, by the hash of their cookie.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::AccountId;

/// Whether the account of an address (lower case) has signed in from a browser since an instant.
///
/// # Errors
/// The database's.
pub async fn is_known(exec: &mut Exec<'_>, token_hash: &[u8], email: &str, since: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM known_device d JOIN account a ON a.id = d.account_id \
        WHERE d.token_hash = $1 AND a.email = $2 AND d.used_at > $3";
    let count: i64 =
        on!(exec, |c| sqlx::query_scalar(SQL).bind(token_hash).bind(email).bind(since).fetch_one(c).await)?;
    Ok(count > 0)
}

/// Notes that an account has signed in from a browser.
///
/// # Errors
/// The database's.
pub async fn note(exec: &mut Exec<'_>, token_hash: &[u8], account: AccountId, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO known_device (token_hash, account_id, used_at) VALUES ($1, $2, $3) \
        ON CONFLICT (token_hash, account_id) DO UPDATE SET used_at = excluded.used_at";
    on!(exec, |c| sqlx::query(SQL).bind(token_hash).bind(account.0).bind(now).execute(c).await.map(drop))
}

/// Forgets an account's browsers, but for one if that is to stay known.
///
/// # Errors
/// The database's.
pub async fn forget(exec: &mut Exec<'_>, account: AccountId, but: Option<&[u8]>) -> sqlx::Result<()> {
    const SQL: &str = "DELETE FROM known_device WHERE account_id = $1 AND token_hash <> $2";
    // No hash is empty.
    let but = but.unwrap_or_default();
    on!(exec, |c| sqlx::query(SQL).bind(account.0).bind(but).execute(c).await.map(drop))
}

/// Removes those not used since an instant.
///
/// # Errors
/// The database's.
pub async fn purge(exec: &mut Exec<'_>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    const SQL: &str = "DELETE FROM known_device WHERE used_at <= $1";
    on!(exec, |c| sqlx::query(SQL).bind(before).execute(c).await.map(|done| done.rows_affected()))
}
