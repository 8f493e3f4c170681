//! Money that a client's bank takes back: noted and posted once by the provider's id, and once more if it is given again.
//! The assignment stands; what is owed shows in the books, and managers see it on the page of operations. What was about to
//! be refunded and was taken back so is not sent ([`taken`]).

use super::{taken, unanswered};
use crate::{
    db::{
        Exec,
        bookings::Booking,
        ledger as ledger_rows, payments as rows,
        payments::{Payment, Refund, RefundState, Refunds},
    },
    jobs,
    platform::Platform,
    services::{
        bookings::{Failure, attempt, expert_of, lock, notices},
        ledger::{self, Account},
    },
};
use gabarit_domain::{ids::BookingId, money::Cents};
use gabarit_view::error::ApiError;

async fn owed(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Cents> {
    let balance = ledger_rows::balance_of_booking(exec, Account::ClientReceivable.code(), booking).await?;
    Ok(balance.max(Cents::ZERO))
}

const fn is_returning(refund: &Refund) -> bool {
    matches!(refund.state, RefundState::Due | RefundState::Failed)
}

/// How much of a refund that is not sent the client's bank took back by itself, and how much of that is owed for it until
/// now. The rest was taken from the deposit that the refund is to be paid of.
async fn taken_of(exec: &mut Exec<'_>, booking: BookingId, refund: &Refund) -> sqlx::Result<(Cents, Cents)> {
    let open = Refunds::OfBookings.charged_back(exec, refund.payment).await?;
    if open <= Cents::ZERO || !is_returning(refund) {
        return Ok((Cents::ZERO, Cents::ZERO));
    }
    let refunds = rows::refunds_of_booking(exec, booking).await?;
    let returning: Cents = refunds.iter().filter(|one| is_returning(one)).map(|one| one.amount).sum();
    let deposits = -ledger_rows::balance_of_booking(exec, Account::Deposits.code(), booking).await?;
    let short = (returning - deposits).max(Cents::ZERO).min(refund.amount).min(open);
    let taken = (short + owed(exec, booking).await?).min(refund.amount).min(open);
    Ok((taken, taken - short))
}

/// Whether a bank took (part of) a refund that is not sent.
pub(super) async fn is_taken(exec: &mut Exec<'_>, booking: BookingId, refund: &Refund) -> sqlx::Result<bool> {
    Ok(taken_of(exec, booking, refund).await?.0 > Cents::ZERO)
}

/// Takes from a refund that the provider does not have what the client's bank took back by itself; under the booking's
/// lock. Answers what is left of it to be sent.
pub(super) async fn take(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    refund: Refund,
) -> Result<Option<Refund>, Failure> {
    let (taken, owed) = taken_of(exec, booking.id, &refund).await?;
    if taken <= Cents::ZERO {
        return Ok(Some(refund));
    }
    Ok(taken::take(exec, p, Refunds::OfBookings, (&refund, Some(booking.id), &booking.reference), (taken, owed))
        .await?)
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
                    let refunds = rows::refunds_of_booking(exec, booking.id).await?;
                    let returning: Cents = refunds.iter().filter(|one| is_returning(one)).map(|one| one.amount).sum();
                    ledger::post_chargeback(exec, p, id, booking.id, amount, returning, false).await?;
                    notices::charged_back(exec, p, &booking, id, amount).await?;
                    tracing::warn!(booking = %booking.id, chargeback = id, "chargeback");
                    for refund in refunds.into_iter().filter(|refund| refund.payment == payment.id) {
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
                    let owed = owed(exec, booking.id).await?.min(amount);
                    ledger::post_chargeback(exec, p, id, booking.id, amount, Cents::ZERO, true).await?;
                    let refunds = rows::refunds_of_booking(exec, booking.id).await?;
                    taken::due_again(exec, p, Refunds::OfBookings, &refunds, payment.id, amount - owed).await?;
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
