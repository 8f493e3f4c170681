//! VAT numbers: asks the register and keeps its answers as evidence.

use crate::{db::vat_checks, platform::Platform};
use chrono::TimeDelta;
use gabarit_domain::vat::{CountryCode, VatNumber, VatStatus};
use gabarit_view::error::ApiError;

/// A real answer is used again for this long.
pub const REUSE_HOURS: i64 = 24;

/// What the register says of a number. A confirmation or a refusal at most [`REUSE_HOURS`] old is used again; an
/// outage is never kept for an answer, so the next question goes to the register.
///
/// Only members of the Union have a register: elsewhere the answer is [`VatStatus::None`], and nobody is asked.
///
/// # Errors
/// A fault of ours. An outage is no error but [`VatStatus::Unknown`].
pub async fn check(p: &Platform, country: CountryCode, number: &VatNumber) -> Result<VatStatus, ApiError> {
    if !country.in_eu() {
        return Ok(VatStatus::None);
    }
    let since = p.now() - TimeDelta::hours(REUSE_HOURS);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let known = vat_checks::latest(&mut conn.exec(), country, number, since).await.map_err(|error| p.fault(error))?;
    drop(conn);
    if let Some(status) = known.and_then(|known| VatStatus::parse(&known.status)) {
        return Ok(status);
    }
    let answer = p.vat_register.check(country, number).await;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    vat_checks::insert(&mut tx.exec(), p.ids.uuid(), country, number, answer.status, &answer.evidence, p.now())
        .await
        .map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(answer.status)
}
