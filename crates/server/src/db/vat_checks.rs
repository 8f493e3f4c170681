//! Rows of `vat_check`: what the VAT register answered, word for word; and of `vat_correction`: what a later answer made of
//! a booking. Never changed, never removed: they are evidence.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    ids::{AccountId, BookingId},
    money::Cents,
    vat::{CountryCode, VatNumber, VatStatus},
};
use sqlx::FromRow;
use uuid::Uuid;

/// An answer that is kept.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct VatCheckRow {
    /// Its id.
    pub id: Uuid,
    /// Code of a [`VatStatus`].
    pub status: String,
    /// The answer as it came.
    pub evidence: String,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
}

/// Keeps an answer.
///
/// # Errors
/// The database's.
pub async fn insert(
    exec: &mut Exec<'_>,
    id: Uuid,
    country: CountryCode,
    number: &VatNumber,
    status: VatStatus,
    evidence: &str,
    asked_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO vat_check (id, country, number, status, evidence, asked_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(country.as_str())
        .bind(number.as_str())
        .bind(status.code())
        .bind(evidence)
        .bind(asked_at)
        .execute(c)
        .await
        .map(drop))
}

/// The last real answer (confirmed or invalid) on a number since an instant: the evidence of a reverse charge.
///
/// # Errors
/// The database's.
pub async fn latest(
    exec: &mut Exec<'_>,
    country: CountryCode,
    number: &VatNumber,
    since: DateTime<Utc>,
) -> sqlx::Result<Option<VatCheckRow>> {
    const SQL: &str = "SELECT id, status, evidence, asked_at FROM vat_check WHERE number = $1 AND country = $2 \
        AND asked_at > $3 AND status IN ('confirmed', 'invalid') ORDER BY asked_at DESC, id DESC LIMIT 1";
    on!(exec, |c| sqlx::query_as(SQL).bind(number.as_str()).bind(country.as_str()).bind(since).fetch_optional(c).await)
}

/// What a later answer made of a booking's VAT.
#[derive(Clone, Debug)]
pub struct Correction {
    /// Which booking.
    pub booking: BookingId,
    /// The answer.
    pub check: Uuid,
    /// `corrected`, `invalid` or `nothing`.
    pub outcome: &'static str,
    /// The VAT that was taken off.
    pub vat: Cents,
    /// Who had the register asked.
    pub actor: Option<AccountId>,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// Notes what became of a booking's VAT, once and for all.
///
/// # Errors
/// The database's; a unique violation if it was decided before.
pub async fn insert_correction(exec: &mut Exec<'_>, correction: &Correction) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO vat_correction (booking_id, check_id, outcome, vat, actor_id, decided_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(correction.booking.0)
        .bind(correction.check)
        .bind(correction.outcome)
        .bind(correction.vat.0)
        .bind(correction.actor.map(|actor| actor.0))
        .bind(correction.decided_at)
        .execute(c)
        .await
        .map(drop))
}

/// What became of a booking's VAT: `corrected`, `invalid` or `nothing`; none while nobody knows.
///
/// # Errors
/// The database's.
pub async fn correction(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Option<String>> {
    const SQL: &str = "SELECT outcome FROM vat_correction WHERE booking_id = $1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(booking.0).fetch_optional(c).await)
}
