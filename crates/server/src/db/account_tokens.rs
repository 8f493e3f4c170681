//! Rows of `account_token` and `reset_request`: links by e-mail, and sign-ins whose second step is due.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::AccountId;
use sqlx::FromRow;
use uuid::Uuid;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Shows that an address reaches its owner.
    ConfirmEmail,
    /// Sets a new password.
    ResetPassword,
    /// Gives an account the address it was sent to.
    ChangeEmail,
    /// Gives an account back the address it had.
    RevertEmail,
    /// The password was right; the code is due.
    SecondStep,
}

impl Kind {
    const fn code(self) -> &'static str {
        match self {
            Self::ConfirmEmail => "confirm-email",
            Self::ResetPassword => "reset-password",
            Self::ChangeEmail => "change-email",
            Self::RevertEmail => "revert-email",
            Self::SecondStep => "second-step",
        }
    }
}

/// A token that still works.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TokenRow {
    /// Whose.
    pub account_id: Uuid,
    /// The address that it is about.
    pub email: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// Keeps a token's hash.
///
/// # Errors
/// The database's.
pub async fn insert(
    exec: &mut Exec<'_>,
    token_hash: &[u8],
    account: AccountId,
    kind: Kind,
    email: &str,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO account_token (token_hash, account_id, kind, email, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(token_hash)
        .bind(account.0)
        .bind(kind.code())
        .bind(email)
        .bind(now)
        .bind(expires_at)
        .execute(c)
        .await
        .map(drop))
}

/// A token, unless it was used or is too old.
///
/// # Errors
/// The database's.
pub async fn find(
    exec: &mut Exec<'_>,
    token_hash: &[u8],
    kind: Kind,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<TokenRow>> {
    const SQL: &str = "SELECT account_id, email, created_at FROM account_token \
        WHERE token_hash = $1 AND kind = $2 AND expires_at > $3";
    on!(exec, |c| sqlx::query_as(SQL).bind(token_hash).bind(kind.code()).bind(now).fetch_optional(c).await)
}

/// Uses a token up; of several at once only one gets it.
///
/// # Errors
/// The database's.
pub async fn take(
    exec: &mut Exec<'_>,
    token_hash: &[u8],
    kind: Kind,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<TokenRow>> {
    const SQL: &str = "DELETE FROM account_token WHERE token_hash = $1 AND kind = $2 AND expires_at > $3 \
        RETURNING account_id, email, created_at";
    on!(exec, |c| sqlx::query_as(SQL).bind(token_hash).bind(kind.code()).bind(now).fetch_optional(c).await)
}

/// Removes an account's tokens of a kind.
///
/// # Errors
/// The database's.
pub async fn clear(exec: &mut Exec<'_>, account: AccountId, kind: Kind) -> sqlx::Result<()> {
    const SQL: &str = "DELETE FROM account_token WHERE account_id = $1 AND kind = $2";
    on!(exec, |c| sqlx::query(SQL).bind(account.0).bind(kind.code()).execute(c).await.map(drop))
}

/// Whether a token of a kind about an address still works, for another account than `but`.
///
/// # Errors
/// The database's.
pub async fn is_reserved(
    exec: &mut Exec<'_>,
    kind: Kind,
    email: &str,
    but: Option<AccountId>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM account_token \
        WHERE kind = $1 AND email = $2 AND account_id <> $3 AND expires_at > $4";
    let but = but.map_or(Uuid::nil(), |id| id.0);
    let count: i64 =
        on!(exec, |c| sqlx::query_scalar(SQL).bind(kind.code()).bind(email).bind(but).bind(now).fetch_one(c).await)?;
    Ok(count > 0)
}

/// The address a change waits for, if one does.
///
/// # Errors
/// The database's.
pub async fn pending_email(
    exec: &mut Exec<'_>,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<String>> {
    const SQL: &str = "SELECT email FROM account_token \
        WHERE account_id = $1 AND kind = 'change-email' AND expires_at > $2 ORDER BY created_at DESC LIMIT 1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(account.0).bind(now).fetch_optional(c).await)
}

/// Keeps a request for a new password.
///
/// # Errors
/// The database's.
pub async fn insert_reset(exec: &mut Exec<'_>, id: Uuid, email: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO reset_request (id, email, created_at) VALUES ($1, $2, $3)";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(email).bind(now).execute(c).await.map(drop))
}

/// Takes a request for a new password out: the address that asked.
///
/// # Errors
/// The database's.
pub async fn take_reset(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<String>> {
    const SQL: &str = "DELETE FROM reset_request WHERE id = $1 RETURNING email";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(id).fetch_optional(c).await)
}

/// Removes the tokens whose time is over.
///
/// # Errors
/// The database's.
pub async fn purge(exec: &mut Exec<'_>, now: DateTime<Utc>) -> sqlx::Result<u64> {
    const SQL: &str = "DELETE FROM account_token WHERE expires_at <= $1";
    on!(exec, |c| sqlx::query(SQL).bind(now).execute(c).await.map(|done| done.rows_affected()))
}
