//! Giving money back: refunds of what was received, release of what was only promised.

use super::{get, sync, unanswered};
use crate::{
    db::{
        Exec, bookings as booking_rows,
        bookings::Booking,
        payments as rows,
        payments::{Payment, Refund, RefundState},
    },
    jobs::{self, JobKind},
    payments::{ProviderError, ProviderState},
    platform::Platform,
    services::{
        bookings::{Failure, attempt, expert_of, lock, notices},
        ledger,
    },
};
use gabarit_domain::ids::{PaymentId, RefundId};
use gabarit_view::error::ApiError;

/// Gives everything back that was paid or promised for a booking, and closes what is still open: it came to nothing.
pub(crate) async fn give_back_all(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    reason: &str,
) -> Result<(), Failure> {
    for payment in rows::of_booking(exec, booking.id).await? {
        give_back(exec, p, booking, &payment, reason).await?;
    }
    Ok(())
}

/// Gives a payment back in full, whatever it has come to. Its own id is the cause: one payment, one refund.
pub(super) async fn give_back(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    payment: &Payment,
    reason: &str,
) -> Result<(), Failure> {
    let now = p.now();
    match payment.state {
        ProviderState::Paid => {
            let refund = Refund {
                id: RefundId(p.ids.uuid()),
                payment: payment.id,
                amount: payment.amount,
                state: RefundState::Due,
                provider_ref: None,
                reason: reason.to_owned(),
                created_at: now,
            };
            if rows::insert_refund(exec, &refund, &format!("whole:{}", payment.id)).await? {
                jobs::schedule(exec, JobKind::SendRefund, refund.id.0, now).await?;
                tracing::info!(booking = %booking.id, refund = %refund.id, reason, "refund due");
            }
        }
        ProviderState::Authorized => {
            // For us the promise ends here; should the money come nevertheless, it is news, and goes back.
            rows::store_state(exec, payment.id, ProviderState::Canceled, payment.captured, now).await?;
            jobs::schedule(exec, JobKind::ReleasePayment, payment.id.0, now).await?;
        }
        ProviderState::Open | ProviderState::Pending if payment.provider_ref.is_some() => {
            jobs::schedule(exec, JobKind::CancelPayment, payment.id.0, now).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Hands a refund to the provider, exactly once: its id is the idempotency key, and it is noted and posted together.
///
/// # Errors
/// [`ApiError::Unavailable`] if the provider does not answer or refuses: try again; at a first refusal the operator is
/// told.
pub async fn send_refund(p: &Platform, id: RefundId) -> Result<(), ApiError> {
    let refund = {
        let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
        rows::refund(&mut conn.exec(), id).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?
    };
    if refund.state == RefundState::Sent {
        return Ok(());
    }
    let payment = get(p, refund.payment).await?;
    let expert = expert_of(p, payment.booking).await?;
    let reference = payment.provider_ref.clone().ok_or_else(|| p.fault("a paid payment without a reference"))?;
    let booking = {
        let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
        booking_rows::get(&mut conn.exec(), payment.booking).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?
    };
    let sent = match p.payments.refund(&reference, id, refund.amount, &booking.reference).await {
        Ok(sent) => sent,
        Err(error @ ProviderError::Unavailable(_)) => return Err(unanswered(p, &error)),
        Err(error) => {
            tracing::error!(%error, refund = %id, "refund refused");
            let mut tx = p.db.begin().await.map_err(|e| p.fault(e))?;
            notices::not_refunded(&mut tx.exec(), p, &booking, id, refund.amount).await?;
            tx.commit().await.map_err(|e| p.fault(e))?;
            return Err(ApiError::Unavailable);
        }
    };
    let sent = sent.as_str();
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let booking = lock(exec, expert, payment.booking).await?;
            if rows::note_refunded(exec, id, sent, p.now()).await? {
                ledger::post_refunded(exec, p, id, booking.id, refund.amount).await?;
                notices::refunded(exec, p, &booking, id, refund.amount).await?;
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// Lets an authorised payment go at the provider; best effort, since an authorisation also ends by itself.
///
/// # Errors
/// [`ApiError::Unavailable`] if the provider does not answer.
pub async fn release(p: &Platform, id: PaymentId) -> Result<(), ApiError> {
    let payment = get(p, id).await?;
    let Some(reference) = &payment.provider_ref else { return Ok(()) };
    match p.payments.release(reference, id).await {
        Ok(()) => Ok(()),
        Err(error @ ProviderError::Unavailable(_)) => Err(unanswered(p, &error)),
        Err(error) => {
            tracing::info!(%error, payment = %id, "authorisation not released");
            // It may have been captured: then the money is here, and goes back.
            sync(p, reference).await
        }
    }
}
