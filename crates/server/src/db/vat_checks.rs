//! Rows of `vat_check`: what the VAT register answered, word for word. Never changed, never removed: they are evidence.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::vat::{CountryCode, VatNumber, VatStatus};
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
