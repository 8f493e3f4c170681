//! Rows of `invitation`.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::AccountId;
use sqlx::FromRow;
use uuid::Uuid;

/// An invitation that waits.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct InvitationRow {
    /// Its id.
    pub id: Uuid,
    /// Whom it was sent to.
    pub email: String,
    /// Name of who invited; nobody from the command line.
    pub inviter: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
}

/// Adds one.
///
/// # Errors
/// The database's.
pub async fn insert(
    exec: &mut Exec<'_>,
    id: Uuid,
    token_hash: &[u8],
    email: &str,
    invited_by: Option<AccountId>,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO invitation (id, token_hash, email, invited_by, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(token_hash)
        .bind(email)
        .bind(invited_by.map(|id| id.0))
        .bind(now)
        .bind(expires_at)
        .execute(c)
        .await
        .map(drop))
}

/// The invitation of a token, while it waits.
///
/// # Errors
/// The database's.
pub async fn find(exec: &mut Exec<'_>, token_hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<Option<InvitationRow>> {
    const SQL: &str = "SELECT i.id, i.email, a.name AS inviter, i.created_at, i.expires_at FROM invitation i \
        LEFT JOIN account a ON a.id = i.invited_by \
        WHERE i.token_hash = $1 AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $2";
    on!(exec, |c| sqlx::query_as(SQL).bind(token_hash).bind(now).fetch_optional(c).await)
}

/// All that wait, the newest first.
///
/// # Errors
/// The database's.
pub async fn waiting(exec: &mut Exec<'_>, now: DateTime<Utc>) -> sqlx::Result<Vec<InvitationRow>> {
    const SQL: &str = "SELECT i.id, i.email, a.name AS inviter, i.created_at, i.expires_at FROM invitation i \
        LEFT JOIN account a ON a.id = i.invited_by \
        WHERE i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $1 ORDER BY i.created_at DESC, i.id";
    on!(exec, |c| sqlx::query_as(SQL).bind(now).fetch_all(c).await)
}

/// Uses one up; `false` when it no longer waits.
///
/// # Errors
/// The database's.
pub async fn accept(exec: &mut Exec<'_>, id: Uuid, by: AccountId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE invitation SET accepted_at = $3, accepted_by = $2 \
        WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $3";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(by.0).bind(now).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Takes one back; `false` when it no longer waits.
///
/// # Errors
/// The database's.
pub async fn revoke(exec: &mut Exec<'_>, id: Uuid, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE invitation SET revoked_at = $2 \
        WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(now).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Takes back those to an address: a newer one is on its way.
///
/// # Errors
/// The database's.
pub async fn replace(exec: &mut Exec<'_>, email: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str =
        "UPDATE invitation SET revoked_at = $2 WHERE email = $1 AND accepted_at IS NULL AND revoked_at IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(email).bind(now).execute(c).await.map(drop))
}
