//! Money that a client's bank takes back: noted and posted once by the provider's id, and once more if it is given again.
//! The assignment stands; what is owed shows in the books, and managers see it on the page of operations. What was about to
//! be refunded and was taken back so is not sent ([`taken`]).

use super::{taken, unanswered};
use crate::{
    db::{
        Exec,
        bookings::Booking,
        payments as rows,
        payments::{Payment, Refund, RefundState, Refunds},
    },
    jobs,
    platform::Platform,
    services::{
        bookings::{Failure, attempt, expert_of, lock, notices},
        ledger,
    },
};
use gabarit_domain::{ids::BookingId, money::Cents};
use gabarit_view::error::ApiError;

const fn is_returning(refund: &Refund) -> bool {
    matches!(refund.state, RefundState::Due | RefundState::Failed)
}

/// How much of a refund that is not sent the client's bank took back by itself, of the same payment.
async fn taken_of(exec: &mut Exec<'_>, refund: &Refund) -> sqlx::Result<Cents> {
    if !is_returning(refund) {
        return Ok(Cents::ZERO);
    }
    Ok(Refunds::OfBookings.charged_back(exec, refund.payment).await?.min(refund.amount).max(Cents::ZERO))
}

/// Whether a bank took (part of) a refund that is not sent.
pub(super) async fn is_taken(exec: &mut Exec<'_>, refund: &Refund) -> sqlx::Result<bool> {
    Ok(taken_of(exec, refund).await? > Cents::ZERO)
}

/// Takes from a refund that the provider does not have what the client's bank took back by itself; under the booking's
/// lock. Answers what is left of it to be sent.
pub(super) async fn take(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    refund: Refund,
) -> Result<Option<Refund>, Failure> {
    let taken = taken_of(exec, &refund).await?;
    if taken <= Cents::ZERO {
        return Ok(Some(refund));
    }
    let left =
        taken::take(exec, p, Refunds::OfBookings, (&refund, Some(booking.id), &booking.reference), taken).await?;
    // This one stands for the chargeback now: another that stood for it until now may be due again.
    give_again(exec, p, booking.id).await?;
    Ok(left)
}

/// Refunds were `taken` for as much as banks have of the booking's payments, whichever; what they gave again beyond that
/// is due again.
async fn give_again(exec: &mut Exec<'_>, p: &Platform, booking: BookingId) -> sqlx::Result<()> {
    let mut spare = Vec::new();
    let mut unjustified = Cents::ZERO;
    for payment in rows::of_booking(exec, booking).await? {
        let open = Refunds::OfBookings.charged_back(exec, payment.id).await?;
        unjustified -= open;
        if open < Cents::ZERO {
            spare.push((payment.id, -open));
        }
    }
    let refunds = rows::refunds_of_booking(exec, booking).await?;
    for (payment, most) in spare {
        let amount = unjustified.min(most);
        if amount > Cents::ZERO {
            let left = taken::due_again(exec, p, Refunds::OfBookings, &refunds, payment, amount).await?;
            unjustified -= amount - left;
        }
    }
    ledger::set_off(exec, p, booking).await
}

/// Reads the chargebacks of a payment and notes what is new.
pub(super) async fn note(p: &Platform, payment: &Payment) -> Result<(), ApiError> {
    let Some(reference) = &payment.provider_ref else { return Ok(()) };
    let said = p.payments.chargebacks(reference).await.map_err(|error| unanswered(p, &error))?;
    let said = said.as_slice();
    let expert = expert_of(p, payment.booking).await?;
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let booking = lock(exec, expert, payment.booking).await?;
            for chargeback in said {
                let (id, amount) = (chargeback.reference.as_str(), chargeback.amount);
                if Refunds::OfBookings.insert_chargeback(exec, id, payment.id, amount, p.now()).await? {
                    ledger::post_chargeback(exec, p, id, booking.id, amount, false).await?;
                    notices::charged_back(exec, p, &booking, id, amount).await?;
                    tracing::warn!(booking = %booking.id, chargeback = id, "chargeback");
                    let refunds = rows::refunds_of_booking(exec, booking.id).await?;
                    let refunds: Vec<_> = refunds.into_iter().filter(|refund| refund.payment == payment.id).collect();
                    // Where something was to go back, it may be this that went.
                    if refunds.is_empty() {
                        notices::owes_again(exec, p, &booking, id, amount).await?;
                    }
                    for refund in refunds {
                        match refund.state {
                            // Its sender alone knows whether the provider has it already.
                            RefundState::Due => {
                                jobs::schedule(exec, Refunds::OfBookings.sender(), refund.id.0, p.now()).await?;
                            }
                            RefundState::Failed => drop(take(exec, p, &booking, refund).await?),
                            _ => {}
                        }
                    }
                }
                if chargeback.reversed && Refunds::OfBookings.reverse_chargeback(exec, id).await? {
                    ledger::post_chargeback(exec, p, id, booking.id, amount, true).await?;
                    give_again(exec, p, booking.id).await?;
                }
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}
