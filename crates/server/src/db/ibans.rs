//! Rows of `expert_iban`: the bank accounts experts are paid on, one row a change, sealed.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::{AccountId, ExpertId};
use sqlx::FromRow;
use uuid::Uuid;

/// A bank account, in use or to be used.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct IbanRow {
    /// Its id.
    pub id: Uuid,
    /// Sealed.
    pub sealed: String,
    /// For people.
    pub masked: String,
    /// From when payouts use it.
    pub effective_at: DateTime<Utc>,
    /// Who entered it.
    pub requested_by: Uuid,
}

/// A new one.
#[derive(Clone, Debug)]
pub struct NewIban<'a> {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub expert: ExpertId,
    /// Sealed.
    pub sealed: &'a str,
    /// For people.
    pub masked: &'a str,
    /// Who asked.
    pub requested_by: AccountId,
    /// Now.
    pub requested_at: DateTime<Utc>,
    /// From when payouts use it.
    pub effective_at: DateTime<Utc>,
}

/// Holds the expert's row until the transaction ends: changes come one after the other.
///
/// # Errors
/// The database's.
pub async fn lock(exec: &mut Exec<'_>, expert: ExpertId) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE expert SET account_id = account_id WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(expert.0).execute(c).await.map(drop))
}

/// Adds one.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, new: &NewIban<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO expert_iban (id, expert_id, sealed, masked, requested_by, requested_at, effective_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id)
        .bind(new.expert.0)
        .bind(new.sealed)
        .bind(new.masked)
        .bind(new.requested_by.0)
        .bind(new.requested_at)
        .bind(new.effective_at)
        .execute(c)
        .await
        .map(drop))
}

/// The one that payouts use now.
///
/// # Errors
/// The database's.
pub async fn effective(exec: &mut Exec<'_>, expert: ExpertId, now: DateTime<Utc>) -> sqlx::Result<Option<IbanRow>> {
    const SQL: &str = "SELECT id, sealed, masked, effective_at, requested_by FROM expert_iban \
        WHERE expert_id = $1 AND cancelled_at IS NULL AND effective_at <= $2 \
        ORDER BY effective_at DESC, requested_at DESC, id DESC LIMIT 1";
    on!(exec, |c| sqlx::query_as(SQL).bind(expert.0).bind(now).fetch_optional(c).await)
}

/// The one that waits.
///
/// # Errors
/// The database's.
pub async fn pending(exec: &mut Exec<'_>, expert: ExpertId, now: DateTime<Utc>) -> sqlx::Result<Option<IbanRow>> {
    const SQL: &str = "SELECT id, sealed, masked, effective_at, requested_by FROM expert_iban \
        WHERE expert_id = $1 AND cancelled_at IS NULL AND effective_at > $2 \
        ORDER BY effective_at DESC, requested_at DESC, id DESC LIMIT 1";
    on!(exec, |c| sqlx::query_as(SQL).bind(expert.0).bind(now).fetch_optional(c).await)
}

/// Strikes those that wait; answers how many.
///
/// # Errors
/// The database's.
pub async fn cancel_pending(exec: &mut Exec<'_>, expert: ExpertId, now: DateTime<Utc>) -> sqlx::Result<u64> {
    const SQL: &str = "UPDATE expert_iban SET cancelled_at = $2 \
        WHERE expert_id = $1 AND cancelled_at IS NULL AND effective_at > $2";
    on!(exec, |c| sqlx::query(SQL).bind(expert.0).bind(now).execute(c).await.map(|done| done.rows_affected()))
}

/// One, by its id: what a payout was prepared with.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<IbanRow>> {
    const SQL: &str = "SELECT id, sealed, masked, effective_at, requested_by FROM expert_iban WHERE id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)
}
