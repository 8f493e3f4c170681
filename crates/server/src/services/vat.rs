//! VAT numbers: asks the register and keeps its answers as evidence.

use crate::{db::vat_checks, platform::Platform};
use chrono::TimeDelta;
use gabarit_domain::vat::{CountryCode, VatNumber, VatStatus};
use gabarit_view::error::ApiError;
use uuid::Uuid;

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
    Ok(ask(p, country, number).await?.0)
}

/// [`check`] of a number of the Union, with the row that is the evidence of the answer.
///
/// # Errors
/// As [`check`].
pub(crate) async fn ask(p: &Platform, country: CountryCode, number: &VatNumber) -> Result<(VatStatus, Uuid), ApiError> {
    let since = p.now() - TimeDelta::hours(REUSE_HOURS);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let known = vat_checks::latest(&mut conn.exec(), country, number, since).await.map_err(|error| p.fault(error))?;
    drop(conn);
    if let Some((status, id)) = known.and_then(|known| Some((VatStatus::parse(&known.status)?, known.id))) {
        return Ok((status, id));
    }
    let answer = p.vat_register.check(country, number).await;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let id = p.ids.uuid();
    vat_checks::insert(&mut tx.exec(), id, country, number, answer.status, &answer.evidence, p.now())
        .await
        .map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok((answer.status, id))
}
