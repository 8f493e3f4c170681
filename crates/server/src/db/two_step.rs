//! Rows of `two_step` and `recovery_code`.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::AccountId;
use sqlx::FromRow;

/// Two-step sign-in of an account, in force or being set up.
#[derive(Clone, FromRow)]
pub struct TwoStepRow {
    /// The seed, sealed.
    pub secret: String,
    /// Since when it is in force.
    pub enabled_at: Option<DateTime<Utc>>,
    /// The time step of the last code that was used.
    pub last_step: i64,
    /// Which set of recovery codes is the present one.
    pub codes_set: i64,
}

impl std::fmt::Debug for TwoStepRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TwoStepRow").field("enabled_at", &self.enabled_at).finish_non_exhaustive()
    }
}

/// An account's two-step sign-in.
///
/// # Errors
/// The database's.
pub async fn find(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Option<TwoStepRow>> {
    const SQL: &str = "SELECT secret, enabled_at, last_step, codes_set FROM two_step WHERE account_id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_optional(c).await)
}

/// Keeps the seed of one that is being set up, in place of another that is; `false` when one is in force.
///
/// # Errors
/// The database's.
pub async fn prepare(exec: &mut Exec<'_>, account: AccountId, secret: &str, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO two_step (account_id, secret, created_at, last_step, codes_set) VALUES ($1, $2, $3, 0, 0) \
        ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at \
        WHERE two_step.enabled_at IS NULL";
    on!(exec, |c| sqlx::query(SQL)
        .bind(account.0)
        .bind(secret)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Puts it in force; `false` when it was, or there is none.
///
/// # Errors
/// The database's.
pub async fn enable(exec: &mut Exec<'_>, account: AccountId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE two_step SET enabled_at = $2 WHERE account_id = $1 AND enabled_at IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(account.0).bind(now).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Uses up a time step; `false` when it, or a later one, was used before.
///
/// # Errors
/// The database's.
pub async fn use_step(exec: &mut Exec<'_>, account: AccountId, step: i64) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE two_step SET last_step = $2 WHERE account_id = $1 AND last_step < $2";
    on!(exec, |c| sqlx::query(SQL).bind(account.0).bind(step).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Ends it, and its recovery codes; `false` when there was none in force.
///
/// # Errors
/// The database's.
pub async fn delete(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<bool> {
    const CODES: &str = "DELETE FROM recovery_code WHERE account_id = $1";
    const SQL: &str = "DELETE FROM two_step WHERE account_id = $1 RETURNING (enabled_at IS NOT NULL) AS was";
    on!(exec, |c| {
        sqlx::query(CODES).bind(account.0).execute(&mut *c).await?;
        let was: Option<bool> = sqlx::query_scalar(SQL).bind(account.0).fetch_optional(c).await?;
        Ok(was.unwrap_or(false))
    })
}

/// Begins the next set of recovery codes; answers its number.
///
/// # Errors
/// The database's.
pub async fn next_set(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Option<i64>> {
    const SQL: &str = "UPDATE two_step SET codes_set = codes_set + 1 WHERE account_id = $1 RETURNING codes_set";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(account.0).fetch_optional(c).await)
}

/// Keeps new recovery codes in place of the old ones.
///
/// # Errors
/// The database's.
pub async fn replace_codes(exec: &mut Exec<'_>, account: AccountId, hashes: &[[u8; 32]]) -> sqlx::Result<()> {
    const CLEAR: &str = "DELETE FROM recovery_code WHERE account_id = $1";
    const SQL: &str = "INSERT INTO recovery_code (account_id, code_hash) VALUES ($1, $2)";
    on!(exec, |c| {
        sqlx::query(CLEAR).bind(account.0).execute(&mut *c).await?;
        for hash in hashes {
            sqlx::query(SQL).bind(account.0).bind(hash.as_slice()).execute(&mut *c).await?;
        }
        Ok(())
    })
}

/// Uses a recovery code up; `false` when it is none.
///
/// # Errors
/// The database's.
pub async fn use_code(exec: &mut Exec<'_>, account: AccountId, hash: &[u8]) -> sqlx::Result<bool> {
    const SQL: &str = "DELETE FROM recovery_code WHERE account_id = $1 AND code_hash = $2";
    on!(exec, |c| sqlx::query(SQL).bind(account.0).bind(hash).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Hashes of the recovery codes that are left.
///
/// # Errors
/// The database's.
pub async fn codes_left(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<Vec<u8>>> {
    const SQL: &str = "SELECT code_hash FROM recovery_code WHERE account_id = $1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(account.0).fetch_all(c).await)
}
