//! Refunds of orders: handed to the provider, watched, and seen to when they come back (`payments::refused_later`).

use super::{Failure, chargebacks, notices, rows};
use crate::{
    db::{
        desk,
        payments::{self as payment_rows, RefundState, Refunds},
        rentals::{Rental, RentalPayment},
    },
    jobs,
    platform::Platform,
    services::{
        bookings::attempt,
        ledger::{self, RefundEvent},
        payments::{refused_later, taken, unanswered},
    },
};
use gabarit_domain::ids::{AccountId, RefundId};
use gabarit_view::error::ApiError;

/// A refund with its payment and order.
async fn read(p: &Platform, id: RefundId) -> Result<(payment_rows::Refund, RentalPayment, Rental), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let refund = payment_rows::rental_refund(exec, id).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    let payment = rows::payment(exec, refund.payment).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    let rental = rows::get(exec, payment.rental).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    Ok((refund, payment, rental))
}

/// Hands a refund to the provider, each attempt exactly once: its id and number are the idempotency key, and it is noted
/// and posted together.
///
/// # Errors
/// [`ApiError::Unavailable`] if the provider does not answer or refuses: try again; at a first refusal the operator is
/// told.
pub async fn send_refund(p: &Platform, id: RefundId) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let (refund, payment, rental) = read(p, id).await?;
    if refund.state != RefundState::Due {
        return Ok(());
    }
    let reference = payment.provider_ref.clone().ok_or_else(|| p.fault("a paid payment without a reference"))?;
    if !refused_later::begin(p, Refunds::OfRentals, id, refund.attempt).await? {
        return Ok(());
    }
    let Some(refund) = untaken(p, &payment, &reference, refund).await? else { return Ok(()) };
    let sent = match p.payments.refund(&reference, id, refund.attempt, refund.amount, &rental.reference).await {
        Ok(sent) => sent,
        Err(error) if !error.is_refusal() => return Err(unanswered(p, &error)),
        Err(error) => {
            tracing::error!(%error, refund = %id, "refund refused");
            let mut tx = p.db.begin().await.map_err(fault)?;
            Refunds::OfRentals.note_refused(&mut tx.exec(), id, refund.attempt, p.now()).await.map_err(fault)?;
            notices::not_refunded(&mut tx.exec(), p, &rental, id, refund.amount).await?;
            tx.commit().await.map_err(fault)?;
            return Err(ApiError::Unavailable);
        }
    };
    let (sent, rental, refund) = (sent.as_str(), &rental, &refund);
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            rows::get_locked(exec, rental.id).await?;
            if Refunds::OfRentals.note_sent(exec, id, refund.attempt, sent, p.now()).await? {
                let event = RefundEvent::Sent(refund.attempt);
                ledger::post_refund(exec, p, id, event, None, refund.amount).await?;
                notices::refunded(exec, p, rental, refund).await?;
                refused_later::watch(exec, p, id).await?;
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// What is left to be sent of a refund once the client's bank has taken what it took.
async fn untaken(
    p: &Platform,
    payment: &RentalPayment,
    reference: &str,
    refund: payment_rows::Refund,
) -> Result<Option<payment_rows::Refund>, ApiError> {
    if !taken::is_concerned(p, Refunds::OfRentals, payment.id, reference).await? {
        return Ok(Some(refund));
    }
    chargebacks::note(p, payment).await?;
    if taken::is_sent(p, reference, refund.id).await? {
        return Ok(Some(refund));
    }
    attempt(p, || {
        let id = refund.id;
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let rental = rows::get_locked(exec, payment.rental).await?.ok_or(ApiError::NotFound)?;
            let refund = payment_rows::rental_refund(exec, id).await?;
            let left = match refund.filter(|refund| refund.state == RefundState::Due) {
                Some(refund) => chargebacks::take(exec, p, &rental, refund).await?,
                None => None,
            };
            tx.commit().await?;
            Ok(left)
        })
    })
    .await
}

/// Looks at a refund that was sent: for jobs.
///
/// # Errors
/// [`ApiError::NotFound`]; [`ApiError::Unavailable`] if the provider does not answer.
pub async fn watch_refund(p: &Platform, id: RefundId) -> Result<(), ApiError> {
    let (refund, payment, _) = read(p, id).await?;
    if refund.state != RefundState::Sent {
        return Ok(());
    }
    look(p, &payment).await?;
    refused_later::watch_on(p, id, refund.updated_at).await
}

/// Looks at the refunds of a payment that was read, if any was sent.
pub(super) async fn note(p: &Platform, payment: &RentalPayment) -> Result<(), ApiError> {
    let refunds = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        payment_rows::refunds_of_rental(&mut conn.exec(), payment.rental).await.map_err(|error| p.fault(error))?
    };
    let is_sent = |refund: &payment_rows::Refund| refund.payment == payment.id && refund.state == RefundState::Sent;
    if refunds.iter().any(is_sent) { look(p, payment).await } else { Ok(()) }
}

async fn look(p: &Platform, payment: &RentalPayment) -> Result<(), ApiError> {
    let Some(reference) = &payment.provider_ref else { return Ok(()) };
    let said = p.payments.refunds(reference).await.map_err(|error| unanswered(p, &error))?;
    let failed = refused_later::failed(&said);
    if failed.is_empty() {
        return Ok(());
    }
    let failed = failed.as_slice();
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let rental = rows::get_locked(exec, payment.rental).await?.ok_or(ApiError::NotFound)?;
            for refund in payment_rows::refunds_of_rental(exec, rental.id).await? {
                let Some(theirs) = refund.provider_ref.as_deref().filter(|theirs| failed.contains(theirs)) else {
                    continue;
                };
                if !Refunds::OfRentals.note_failed(exec, refund.id, theirs, now).await? {
                    continue;
                }
                let event = RefundEvent::Failed(refund.attempt);
                ledger::post_refund(exec, p, refund.id, event, None, refund.amount).await?;
                notices::refund_failed(exec, p, &rental, &refund).await?;
                desk::log(exec, p.ids.uuid(), now, None, "refund-failed", &rental.reference, theirs).await?;
                tracing::warn!(rental = %rental.id, refund = %refund.id, "refund failed after it was sent");
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// Notes that a refund that failed, or that is refused, was paid from the operator's bank account: the client is told, the ledger posted.
///
/// # Errors
/// [`ApiError::NotFound`]; [`ApiError::MovedOn`] unless it had failed or is refused.
pub(crate) async fn paid_elsewhere(p: &Platform, actor: AccountId, id: RefundId, how: &str) -> Result<(), ApiError> {
    let (refund, _, rental) = read(p, id).await?;
    let (refund, rental) = (&refund, &rental);
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            rows::get_locked(exec, rental.id).await?;
            // What the client's bank took by itself is not paid as well.
            let now_due = payment_rows::rental_refund(exec, id).await?.ok_or(ApiError::NotFound)?;
            if now_due.amount != refund.amount || chargebacks::is_taken(exec, rental, &now_due).await? {
                return Err(Failure::Answer(ApiError::MovedOn));
            }
            if !Refunds::OfRentals.note_elsewhere(exec, id, how, now).await? {
                return Err(Failure::Answer(ApiError::MovedOn));
            }
            ledger::post_refund(exec, p, id, RefundEvent::Elsewhere, None, refund.amount).await?;
            notices::paid_elsewhere(exec, p, rental, refund, how).await?;
            desk::log(exec, p.ids.uuid(), now, Some(actor), "refund-elsewhere", &rental.reference, how).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}
