//! Which rules hold: the rulebook in force, the one a quote pinned, and what pricing needs of them.

use crate::{
    db::{Exec, bookings, rulebooks},
    platform::Platform,
    services::stock,
};
use chrono::NaiveDate;
use gabarit_domain::{
    ids::BookingId,
    pricing::PricingContext,
    rulebook::{Rulebook, RulebookVersion},
};
use gabarit_view::error::ApiError;

/// Writes the first rulebook where there is none; called after the migrations, by any node.
///
/// # Errors
/// If the database fails.
pub async fn ensure_initial(p: &Platform) -> Result<(), ApiError> {
    let launch = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or(NaiveDate::MIN);
    let rulebook = Rulebook::initial(launch.min(p.today()));
    let body = serde_json::to_string(&rulebook).map_err(|error| p.fault(error))?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    rulebooks::insert(&mut conn.exec(), i64::from(rulebook.version.0), rulebook.effective_from, &body, p.now())
        .await
        .map_err(|error| p.fault(error))?;
    Ok(())
}

/// The rulebook in force today: the greatest version that is effective.
///
/// # Errors
/// If the database fails, or has none (see [`ensure_initial`]).
pub async fn current(p: &Platform) -> Result<Rulebook, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    current_in(&mut conn.exec(), p).await
}

/// [`current`], inside a transaction.
///
/// # Errors
/// See [`current`].
pub async fn current_in(exec: &mut Exec<'_>, p: &Platform) -> Result<Rulebook, ApiError> {
    let body = rulebooks::in_force(exec, p.today())
        .await
        .map_err(|error| p.fault(error))?
        .ok_or_else(|| p.fault("no rulebook is in force"))?;
    read(p, &body)
}

/// A version, as it was released.
///
/// # Errors
/// If the database fails.
pub async fn version(p: &Platform, version: RulebookVersion) -> Result<Option<Rulebook>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    version_in(&mut conn.exec(), p, version).await
}

/// [`version`], inside a transaction.
///
/// # Errors
/// If the database fails.
pub async fn version_in(
    exec: &mut Exec<'_>,
    p: &Platform,
    version: RulebookVersion,
) -> Result<Option<Rulebook>, ApiError> {
    let body = rulebooks::body(exec, i64::from(version.0)).await.map_err(|error| p.fault(error))?;
    body.map(|body| read(p, &body)).transpose()
}

/// The rules that a booking was agreed under.
///
/// # Errors
/// [`ApiError::NotFound`] for no booking; a fault of ours.
pub async fn of_booking(exec: &mut Exec<'_>, p: &Platform, id: BookingId) -> Result<Rulebook, ApiError> {
    let booking = bookings::get(exec, id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    version_in(exec, p, booking.rulebook).await?.ok_or_else(|| p.fault(format_args!("rulebook of booking {id}")))
}

/// What prices depend on today: the rulebook in force, the operator, the day, and what nothing is left of to be rented.
///
/// # Errors
/// See [`current`].
pub async fn pricing_context(p: &Platform) -> Result<PricingContext, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    pricing_context_in(&mut conn.exec(), p).await
}

/// [`pricing_context`], inside a transaction.
///
/// # Errors
/// See [`current`].
pub async fn pricing_context_in(exec: &mut Exec<'_>, p: &Platform) -> Result<PricingContext, ApiError> {
    let rules = current_in(exec, p).await?;
    context(exec, p, rules).await
}

/// [`pricing_context`] by the rules a quote pinned.
///
/// # Errors
/// If the database fails; [`ApiError::NotFound`] if there is no such version.
pub async fn pricing_context_for(p: &Platform, version: RulebookVersion) -> Result<PricingContext, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let rules = version_in(exec, p, version).await?.ok_or(ApiError::NotFound)?;
    context(exec, p, rules).await
}

async fn context(exec: &mut Exec<'_>, p: &Platform, rulebook: Rulebook) -> Result<PricingContext, ApiError> {
    Ok(PricingContext {
        none_left: stock::none_left(exec, p, &rulebook).await.map_err(|error| p.fault(error))?,
        rulebook,
        operator: p.config.operator.vat,
        today: p.today(),
        private_clients: p.config.operator.private_clients,
    })
}

fn read(p: &Platform, body: &str) -> Result<Rulebook, ApiError> {
    serde_json::from_str(body).map_err(|error| p.fault(format!("a rulebook cannot be read: {error}")))
}
