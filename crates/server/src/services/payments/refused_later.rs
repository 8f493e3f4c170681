//! Refunds that the provider took and that came back: the client's bank refused them, often days later.
//!
//! It is heard of by webhook, or by looking: whenever a payment is read, so are the refunds of it that were sent, and each
//! refund is looked at for two weeks after it was sent, should every webhook be lost. The money is then the client's
//! deposit again (one reversing posting an attempt), the client is told that it has not arrived, and a manager sends it
//! anew or notes that it was paid another way. Until then the audit names it. A refund that the provider refuses at once
//! is tried again by itself, and can be noted as paid another way while no attempt at it is under way.

use super::{chargebacks, get, unanswered};
use crate::{
    db::{
        Exec, desk, payments as rows,
        payments::{Payment, RefundState, Refunds},
    },
    jobs::{self, JobKind},
    payments::{ProviderRefund, RefundProgress},
    platform::Platform,
    services::{
        bookings::{Failure, attempt, expert_of, lock, notices},
        ledger::{self, RefundEvent},
        rentals,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::ids::{AccountId, RefundId};
use gabarit_view::error::ApiError;

/// A refund is first looked at so long after it was sent …
const FIRST_LOOK: TimeDelta = TimeDelta::hours(1);
/// … then this often …
const LOOK_AGAIN: TimeDelta = TimeDelta::days(1);
/// … for this long: banks return a transfer within days.
const LOOK_FOR: TimeDelta = TimeDelta::days(14);

/// Orders the first look at a refund that was sent.
pub(crate) async fn watch(exec: &mut Exec<'_>, p: &Platform, id: RefundId) -> sqlx::Result<()> {
    jobs::schedule(exec, JobKind::WatchRefund, id.0, p.now() + FIRST_LOOK).await
}

/// Orders the next look at a refund, if it is young enough.
pub(crate) async fn watch_on(p: &Platform, id: RefundId, sent_at: DateTime<Utc>) -> Result<(), ApiError> {
    if p.now() >= sent_at + LOOK_FOR {
        return Ok(());
    }
    let mut tx = p.db.begin().await.map_err(|e| p.fault(e))?;
    jobs::schedule(&mut tx.exec(), JobKind::WatchRefund, id.0, p.now() + LOOK_AGAIN).await.map_err(|e| p.fault(e))?;
    tx.commit().await.map_err(|e| p.fault(e))
}

/// Which of the provider's refunds came back: their ids.
pub(crate) fn failed(said: &[ProviderRefund]) -> Vec<&str> {
    said.iter().filter(|one| one.progress == RefundProgress::Failed).map(|one| one.reference.as_str()).collect()
}

/// Looks at a refund that was sent: for jobs.
///
/// # Errors
/// [`ApiError::Unavailable`] if the provider does not answer.
pub async fn watch_refund(p: &Platform, id: RefundId) -> Result<(), ApiError> {
    let refund = {
        let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
        rows::refund(&mut conn.exec(), id).await.map_err(|e| p.fault(e))?
    };
    let Some(refund) = refund else { return rentals::watch_refund(p, id).await };
    if refund.state != RefundState::Sent {
        return Ok(());
    }
    look(p, &get(p, refund.payment).await?).await?;
    watch_on(p, id, refund.updated_at).await
}

/// Looks at the refunds of a payment that was read, if any was sent.
pub(super) async fn note(p: &Platform, payment: &Payment) -> Result<(), ApiError> {
    let refunds = {
        let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
        rows::refunds_of_booking(&mut conn.exec(), payment.booking).await.map_err(|e| p.fault(e))?
    };
    let is_sent = |refund: &rows::Refund| refund.payment == payment.id && refund.state == RefundState::Sent;
    if refunds.iter().any(is_sent) { look(p, payment).await } else { Ok(()) }
}

async fn look(p: &Platform, payment: &Payment) -> Result<(), ApiError> {
    let Some(reference) = &payment.provider_ref else { return Ok(()) };
    let said = p.payments.refunds(reference).await.map_err(|error| unanswered(p, &error))?;
    let failed = failed(&said);
    if failed.is_empty() {
        return Ok(());
    }
    let (expert, failed) = (expert_of(p, payment.booking).await?, failed.as_slice());
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let booking = lock(exec, expert, payment.booking).await?;
            for refund in rows::refunds_of_booking(exec, booking.id).await? {
                let Some(theirs) = refund.provider_ref.as_deref().filter(|theirs| failed.contains(theirs)) else {
                    continue;
                };
                if !Refunds::OfBookings.note_failed(exec, refund.id, theirs, now).await? {
                    continue;
                }
                let (event, amount) = (RefundEvent::Failed(refund.attempt), refund.amount);
                ledger::post_refund(exec, p, refund.id, event, Some(booking.id), amount).await?;
                // What the client's bank took by itself meanwhile needs no refund.
                let failed = rows::refund(exec, refund.id).await?.ok_or(ApiError::NotFound)?;
                if let Some(left) = chargebacks::take(exec, p, &booking, failed).await? {
                    notices::refund_failed(exec, p, &booking, &left).await?;
                }
                desk::log(exec, p.ids.uuid(), now, None, "refund-failed", &booking.reference, theirs).await?;
                tracing::warn!(booking = %booking.id, refund = %refund.id, "refund failed after it was sent");
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// Notes that the provider is about to be asked for a refund, before it is: nobody can note meanwhile that it was paid
/// another way. `false` if somebody has.
pub(crate) async fn begin(p: &Platform, of: Refunds, id: RefundId, number: u32) -> Result<bool, ApiError> {
    let mut tx = p.db.begin().await.map_err(|e| p.fault(e))?;
    let begun = of.begin(&mut tx.exec(), id, number).await.map_err(|e| p.fault(e))?;
    tx.commit().await.map_err(|e| p.fault(e))?;
    Ok(begun)
}

/// Makes a refund that failed due again, in a transaction of somebody who asked for it. `false` unless it had failed.
pub(crate) async fn again(exec: &mut Exec<'_>, p: &Platform, of: Refunds, id: RefundId) -> sqlx::Result<bool> {
    let done = of.again(exec, id, p.now()).await?;
    if done {
        jobs::schedule(exec, of.sender(), id.0, p.now()).await?;
    }
    Ok(done)
}

/// Notes that a refund that failed, or that is refused, was paid from the operator's bank account: the client is told, the ledger posted.
///
/// # Errors
/// [`ApiError::NotFound`]; [`ApiError::MovedOn`] unless it had failed or is refused.
pub(crate) async fn paid_elsewhere(p: &Platform, actor: AccountId, id: RefundId, how: &str) -> Result<(), ApiError> {
    let payment = {
        let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
        rows::refund(&mut conn.exec(), id).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?.payment
    };
    let payment = get(p, payment).await?;
    let (payment, expert) = (&payment, expert_of(p, payment.booking).await?);
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let booking = lock(exec, expert, payment.booking).await?;
            let refund = rows::refund(exec, id).await?.ok_or(ApiError::NotFound)?;
            // What the client's bank took by itself is not paid as well.
            if chargebacks::is_taken(exec, &refund).await? {
                return Err(Failure::Answer(ApiError::MovedOn));
            }
            if !Refunds::OfBookings.note_elsewhere(exec, id, how, now).await? {
                return Err(Failure::Answer(ApiError::MovedOn));
            }
            ledger::post_refund(exec, p, id, RefundEvent::Elsewhere, Some(booking.id), refund.amount).await?;
            notices::paid_elsewhere(exec, p, &booking, &refund, how).await?;
            desk::log(exec, p.ids.uuid(), now, Some(actor), "refund-elsewhere", &booking.reference, how).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}
