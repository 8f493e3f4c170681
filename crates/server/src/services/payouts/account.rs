//! The bank account that an expert is paid on.

use crate::{
    db::{Exec, bookings, ibans},
    platform::Platform,
};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::{AccountId, ExpertId};
use gabarit_view::error::ApiError;
use uuid::Uuid;

/// Whether, and where, an expert can be paid now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effective {
    /// No account was given.
    Missing,
    /// A new account is not used before this instant.
    Waits(DateTime<Utc>),
    /// An account.
    Account {
        /// Its id.
        id: Uuid,
        /// As people may see it.
        masked: String,
        /// Who entered it.
        by: AccountId,
    },
}

/// The account of an expert that is in force now.
///
/// # Errors
/// A fault of ours.
pub(super) async fn effective(exec: &mut Exec<'_>, p: &Platform, expert: ExpertId) -> Result<Effective, ApiError> {
    let now = p.now();
    if let Some(row) = ibans::effective(exec, expert, now).await.map_err(|e| p.fault(e))? {
        return Ok(Effective::Account { id: row.id, masked: row.masked, by: AccountId(row.requested_by) });
    }
    let pending = ibans::pending(exec, expert, now).await.map_err(|e| p.fault(e))?;
    Ok(pending.map_or(Effective::Missing, |row| Effective::Waits(row.effective_at)))
}

/// The holder of the account: the expert's firm.
///
/// # Errors
/// A fault of ours, such as an expert without billing details: they would have no invoice.
pub(super) async fn holder(exec: &mut Exec<'_>, p: &Platform, expert: ExpertId) -> Result<String, ApiError> {
    let billing = bookings::billing(exec, expert).await.map_err(|e| p.fault(e))?;
    billing
        .map(|billing| billing.party.name)
        .ok_or_else(|| p.fault(format_args!("expert {expert} has no billing details")))
}

/// The number of an account: for the bank's file only.
///
/// # Errors
/// A fault of ours, such as another secret key.
pub(super) async fn number(exec: &mut Exec<'_>, p: &Platform, id: Uuid) -> Result<String, ApiError> {
    let row = ibans::get(exec, id).await.map_err(|e| p.fault(e))?;
    let row = row.ok_or_else(|| p.fault(format_args!("bank account {id} of a payout is gone")))?;
    p.unseal(&format!("expert_iban.sealed/{id}"), &row.sealed)
}
