//! What is asked of the provider: making, capturing and cancelling payments.

use super::{LOOK_AGAIN, LOOK_AGAIN_TRANSFER, get, sync, unanswered};
use crate::{
    db::{bookings as booking_rows, bookings::Booking, payments as rows, payments::Payment},
    jobs::{self, JobKind},
    payments::{NewPayment, ProviderError, ProviderState},
    platform::Platform,
    services::{
        bookings::{changes, notices},
        rulebooks,
    },
};
use chrono::NaiveDate;
use gabarit_domain::{booking::PaymentMethod, ids::PaymentId};
use gabarit_view::error::ApiError;
use url::Url;

/// A page of the platform, as an outside address.
fn outside(p: &Platform, base: &Url, path: &str) -> Result<Url, ApiError> {
    base.join(path).map_err(|error| p.fault(error))
}

/// The page of a booking.
pub(crate) fn booking_page(p: &Platform, booking: &Booking) -> String {
    let path = format!("/{}/bookings/{}", booking.locale.code(), booking.id);
    p.config.public_url.join(&path).map_or(path, String::from)
}

/// The day by which a transfer for a booking must have arrived; none for other methods, and where there is no time.
pub(super) async fn transfer_due(
    p: &Platform,
    booking: &Booking,
    method: PaymentMethod,
) -> Result<Option<NaiveDate>, ApiError> {
    if !method.is_slow() {
        return Ok(None);
    }
    let rules = rulebooks::version(p, booking.rulebook).await?.ok_or_else(|| p.fault("a rulebook is gone"))?;
    let placed = booking.created_at.with_timezone(&p.config.zone).date_naive();
    Ok(PaymentMethod::transfer_due(&rules.booking, placed, booking.first_day))
}

/// Makes a payment at the provider and notes what it answered; gives the page on which the client pays. The payment's
/// id is the idempotency key: asked again, the provider answers with the same payment.
pub(super) async fn make(p: &Platform, booking: &Booking, payment: &Payment) -> Result<Option<String>, ApiError> {
    let redirect = format!("/{}/bookings/{}/return", booking.locale.code(), booking.id);
    let new = NewPayment {
        id: payment.id,
        booking: booking.id,
        amount: payment.amount,
        vat: if payment.amount == booking.total {
            booking.quote.vat.tax
        } else {
            booking.quote.vat.treatment.tax_within(payment.amount)
        },
        treatment: booking.quote.vat.treatment,
        description: booking.reference.clone(),
        method: payment.method,
        due_date: transfer_due(p, booking, payment.method).await?,
        redirect_url: outside(p, &p.config.public_url, &redirect)?,
        webhook_url: outside(p, &p.config.webhook_base, "/webhooks/payments")?,
        locale: booking.locale,
    };
    let made = match p.payments.create(&new).await {
        Ok(made) => made,
        Err(error) => return refused(p, payment, error).await,
    };
    if made.amount != payment.amount {
        return Err(p.fault(format_args!("payment {} was made with another amount", payment.id)));
    }
    let now = p.now();
    let url = made.checkout_url.as_ref().map(Url::as_str);
    let mut tx = p.db.begin().await.map_err(|e| p.fault(e))?;
    rows::note_created(&mut tx.exec(), payment.id, &made.reference, url, now).await.map_err(|e| p.fault(e))?;
    let look = if payment.method.is_slow() {
        now + LOOK_AGAIN_TRANSFER
    } else {
        booking.state.clock().unwrap_or(now).max(now) + LOOK_AGAIN
    };
    jobs::schedule(&mut tx.exec(), JobKind::SyncPayment, payment.id.0, look).await.map_err(|e| p.fault(e))?;
    tx.commit().await.map_err(|e| p.fault(e))?;
    Ok(made.checkout_url.map(String::from))
}

/// A payment the provider will not make (more than the method allows, say) is over; one it did not answer for is not.
async fn refused(p: &Platform, payment: &Payment, error: ProviderError) -> Result<Option<String>, ApiError> {
    if let ProviderError::Refused { .. } = error {
        let mut tx = p.db.begin().await.map_err(|e| p.fault(e))?;
        rows::note_unmade(&mut tx.exec(), payment.id, p.now()).await.map_err(|e| p.fault(e))?;
        tx.commit().await.map_err(|e| p.fault(e))?;
        tracing::error!(%error, payment = %payment.id, "payment not made");
        return Err(ApiError::Unavailable);
    }
    Err(unanswered(p, &error))
}

/// Makes a payment that the provider has not answered for: for jobs.
///
/// # Errors
/// [`ApiError::Unavailable`] if it still does not.
pub async fn create(p: &Platform, id: PaymentId) -> Result<(), ApiError> {
    let payment = get(p, id).await?;
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let booking = booking_rows::get(&mut conn.exec(), payment.booking).await.map_err(|e| p.fault(e))?;
    drop(conn);
    let booking = booking.ok_or(ApiError::NotFound)?;
    let wanted = match payment.change {
        None => super::is_payable(&booking, p.now()),
        Some(change) => {
            let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
            changes::payable(&mut conn.exec(), change, &booking, p.now()).await.map_err(|e| p.fault(e))?.is_some()
        }
    };
    if payment.provider_ref.is_none() && payment.state == ProviderState::Open && wanted {
        make(p, &booking, &payment).await?;
    }
    Ok(())
}

/// Takes the money of an authorised card, after acceptance (S18). If the provider refuses, the assignment stands: the
/// invoice stays due and the operator is told; the job is done.
///
/// # Errors
/// [`ApiError::Unavailable`] if the provider does not answer, or has not done it yet: try again.
pub async fn capture(p: &Platform, id: PaymentId) -> Result<(), ApiError> {
    let payment = get(p, id).await?;
    let (ProviderState::Authorized, Some(reference)) = (payment.state, &payment.provider_ref) else { return Ok(()) };
    let refusal = match p.payments.capture(reference, id, payment.to_capture.unwrap_or(payment.amount)).await {
        Ok(()) => None,
        Err(error @ ProviderError::Refused { .. }) => Some(error),
        Err(error) => return Err(unanswered(p, &error)),
    };
    // It may have been captured before, and the answer lost; only a reading tells.
    sync(p, reference).await?;
    if get(p, id).await?.state != ProviderState::Authorized {
        return Ok(());
    }
    let Some(error) = refusal else { return Err(ApiError::Unavailable) };
    tracing::error!(%error, payment = %id, "capture refused");
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let booking = booking_rows::get(&mut conn.exec(), payment.booking).await.map_err(|e| p.fault(e))?;
    drop(conn);
    let mut tx = p.db.begin().await.map_err(|e| p.fault(e))?;
    notices::not_captured(&mut tx.exec(), p, &booking.ok_or(ApiError::NotFound)?, id).await?;
    tx.commit().await.map_err(|e| p.fault(e))
}

/// Cancels an open payment that nobody should pay any more; best effort, since the provider may be past it.
///
/// # Errors
/// [`ApiError::Unavailable`] if the provider does not answer.
pub async fn cancel(p: &Platform, id: PaymentId) -> Result<(), ApiError> {
    let payment = get(p, id).await?;
    let Some(reference) = &payment.provider_ref else { return Ok(()) };
    if !matches!(payment.state, ProviderState::Open | ProviderState::Pending) {
        return Ok(());
    }
    match p.payments.cancel(reference, id).await {
        Ok(()) => {}
        Err(error) if !error.is_refusal() => return Err(unanswered(p, &error)),
        Err(error) => tracing::info!(%error, payment = %id, "payment not cancelled"),
    }
    // Cancelled, paid at the last moment, or open until it expires: the reading tells.
    sync(p, reference).await
}
