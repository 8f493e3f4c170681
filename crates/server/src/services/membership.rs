//! Memberships of the recognition programme (S52, S61–S63): granting, renewing, ending, appeals.
//!
//! Moves are asked of `gabarit_domain::membership`, stored with a log entry, and told to the member by e-mail, in one
//! transaction. Losing the status ends every benefit in that same transaction.

use crate::{
    clock::civil_day,
    db::{
        Exec, accounts,
        membership::{self as rows, NewStep, ProfileRow, Stored, TermRow},
    },
    platform::Platform,
};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    ids::{AccountId, MembershipId},
    membership::Membership,
};
use gabarit_view::error::ApiError;
use uuid::Uuid;

/// The code of a badge: twelve characters that are hard to take for one another.
fn badge_code(random: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz0";
    random.iter().take(12).map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

/// Grants a membership of twelve months inside the caller's transaction: a nomination was accepted. The member's page
/// and badge are there at once; the hall shows them when the member says so.
///
/// # Errors
/// [`ApiError::MovedOn`] if the account is a member already; a fault of ours, with which the transaction must not be
/// committed.
pub async fn grant(
    exec: &mut Exec<'_>,
    p: &Platform,
    account: AccountId,
    nomination: Uuid,
    at: DateTime<Utc>,
) -> Result<MembershipId, ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let person = accounts::by_id(exec, account).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    if rows::live(exec, account).await.map_err(fault)?.is_some() {
        return Err(ApiError::MovedOn);
    }
    let membership = Membership::grant(civil_day(at, p.config.zone));
    let id = MembershipId(p.ids.uuid());
    let term = TermRow {
        term: 1,
        first_day: membership.first_day,
        last_day: membership.last_day,
        granted_at: at,
        granted_by: None,
        months_active: None,
        months_needed: None,
        reasons: None,
    };
    let stored = Stored { id, account, membership, decided_at: None, decided_by: None, lost_at: None, version: 1 };
    rows::insert(exec, &stored, nomination).await.map_err(fault)?;
    rows::insert_term(exec, id, &term).await.map_err(fault)?;
    let step = NewStep { at, actor: None, from: None, to: "active", event: "granted", reason: "" };
    rows::log(exec, id, step).await.map_err(fault)?;
    let profile = ProfileRow {
        account_id: account.0,
        code: badge_code(&p.ids.secret()),
        display_name: person.name,
        about: String::new(),
        country: rows::known_country(exec, account).await.map_err(fault)?,
        listed: false,
    };
    rows::insert_profile(exec, &profile, at).await.map_err(fault)?;
    Ok(id)
}
