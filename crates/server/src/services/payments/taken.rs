//! Refunds that cross a chargeback: what the client's bank took back by itself is not sent as well.
//!
//! Before a refund is handed to the provider, its payment is read, so that a chargeback that no webhook told of is heard of
//! first. Whatever of the refund the bank took is then `taken`: it stays as a row, nobody sends it, and what the chargeback
//! made the client owe is set off against it. If the bank gives the money again, so much of it is due again. A refund that
//! the provider has already cannot be called back: then the client has the money twice, which the page of operations shows.

use super::unanswered;
use crate::{
    db::{
        Exec, desk,
        payments::{Refund, RefundState, Refunds},
    },
    jobs::{self, JobKind},
    payments::RefundProgress,
    platform::Platform,
    services::ledger::{self, RefundEvent},
};
use gabarit_domain::{
    ids::{BookingId, PaymentId, RefundId},
    money::Cents,
};
use gabarit_view::error::ApiError;

impl Refunds {
    /// Which job sends them.
    pub(crate) const fn sender(self) -> JobKind {
        match self {
            Self::OfBookings => JobKind::SendRefund,
            Self::OfRentals => JobKind::SendRentalRefund,
        }
    }
}

/// Whether the chargebacks of a payment are to be read: `said` of it is taken back, as the provider says, or some was when
/// we last heard. The provider's reference leaves open whether its sum still has what a bank gave again, so that the sum
/// alone might hide that.
pub(crate) async fn concerns(p: &Platform, of: Refunds, payment: PaymentId, said: Cents) -> Result<bool, ApiError> {
    if said > Cents::ZERO {
        return Ok(true);
    }
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    of.has_chargeback(&mut conn.exec(), payment).await.map_err(|error| p.fault(error))
}

/// [`concerns`], with the provider asked.
pub(crate) async fn is_concerned(
    p: &Platform,
    of: Refunds,
    payment: PaymentId,
    reference: &str,
) -> Result<bool, ApiError> {
    match p.payments.get(reference).await {
        Ok(said) => concerns(p, of, payment, said.charged_back).await,
        // A payment that it does not know it refuses to refund in a moment.
        Err(error) if error.is_refusal() => Ok(false),
        Err(error) => Err(unanswered(p, &error)),
    }
}

/// Whether the provider has a refund of ours that stands, although its answer was lost.
pub(crate) async fn is_sent(p: &Platform, reference: &str, id: RefundId) -> Result<bool, ApiError> {
    let said = p.payments.refunds(reference).await.map_err(|error| unanswered(p, &error))?;
    Ok(said.iter().any(|one| one.refund == Some(id) && one.progress != RefundProgress::Failed))
}

/// Notes that a bank took (part of) a refund that the provider does not have. `name` is the reference of what was booked or rented. Answers what is left to be sent.
///
/// # Errors
/// A fault, or the database's.
pub(crate) async fn take(
    exec: &mut Exec<'_>,
    p: &Platform,
    of: Refunds,
    (refund, booking, name): (&Refund, Option<BookingId>, &str),
    taken: Cents,
) -> Result<Option<Refund>, ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let now = p.now();
    let part = RefundId(p.ids.uuid());
    let (id, attempt, left) = if taken >= refund.amount {
        if !of.take(exec, refund, now).await.map_err(fault)? {
            return Err(ApiError::MovedOn);
        }
        jobs::cancel(exec, of.sender(), refund.id.0).await.map_err(fault)?;
        (refund.id, refund.attempt, None)
    } else {
        if !of.take_part(exec, refund, taken, part, now).await.map_err(fault)? {
            return Err(ApiError::MovedOn);
        }
        let left = Refund { amount: refund.amount - taken, attempt: refund.attempt + 1, ..refund.clone() };
        (part, 1, Some(left))
    };
    let taken = taken.min(refund.amount);
    ledger::post_refund(exec, p, id, RefundEvent::Taken(attempt), booking, taken).await?;
    let amount = taken.to_plain();
    desk::log(exec, p.ids.uuid(), now, None, "refund-taken", name, &amount).await.map_err(fault)?;
    tracing::warn!(refund = %refund.id, taken = amount, "the client's bank took back what was about to be refunded");
    Ok(left)
}

/// A bank gave money of a payment again: up to `amount` of what was taken of its refunds is due again. Answers what of the
/// amount is left.
///
/// # Errors
/// The database's.
pub(crate) async fn due_again(
    exec: &mut Exec<'_>,
    p: &Platform,
    of: Refunds,
    refunds: &[Refund],
    payment: PaymentId,
    mut amount: Cents,
) -> sqlx::Result<Cents> {
    let now = p.now();
    let taken = |refund: &&Refund| refund.payment == payment && refund.state == RefundState::Taken;
    for refund in refunds.iter().filter(taken) {
        if amount <= Cents::ZERO {
            break;
        }
        let id = if refund.amount <= amount {
            of.again(exec, refund.id, now).await?;
            refund.id
        } else {
            let part = RefundId(p.ids.uuid());
            of.give_part(exec, refund, amount, part, now).await?;
            part
        };
        jobs::schedule(exec, of.sender(), id.0, now).await?;
        amount -= refund.amount.min(amount);
    }
    Ok(amount)
}
