//! Rows of `form_stash`: by the hash of their key.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};

/// Keeps a form.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, key_hash: &[u8], body: &str, expires_at: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO form_stash (key_hash, body, expires_at) VALUES ($1, $2, $3)";
    on!(exec, |c| sqlx::query(SQL).bind(key_hash).bind(body).bind(expires_at).execute(c).await.map(drop))
}

/// Takes a form out, unless its time is over.
///
/// # Errors
/// The database's.
pub async fn take(exec: &mut Exec<'_>, key_hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<Option<String>> {
    const SQL: &str = "DELETE FROM form_stash WHERE key_hash = $1 AND expires_at > $2 RETURNING body";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(key_hash).bind(now).fetch_optional(c).await)
}

/// Removes the forms whose time is over.
///
/// # Errors
/// The database's.
pub async fn purge(exec: &mut Exec<'_>, now: DateTime<Utc>) -> sqlx::Result<u64> {
    const SQL: &str = "DELETE FROM form_stash WHERE expires_at <= $1";
    on!(exec, |c| sqlx::query(SQL).bind(now).execute(c).await.map(|done| done.rows_affected()))
}
