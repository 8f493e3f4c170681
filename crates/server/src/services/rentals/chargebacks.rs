//! Money for rentals that a client's bank takes back: noted and posted once by the provider's id, and once more if it is
//! given again. What is not handed out yet stays here until it is settled; managers see it on the page of operations, and
//! may cancel: then only what is left goes back. What was about to be refunded and was taken back so is not sent
//! ([`taken`]).

use super::{notices, refund, rows};
use crate::{
    db::{
        Exec,
        payments::{self as payment_rows, Refund, RefundState, Refunds},
        rentals::RentalPayment,
    },
    jobs,
    payments::ProviderState,
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        ledger,
        payments::{taken, unanswered},
    },
};
use gabarit_domain::{ids::PaymentId, money::Cents, rental::RentalState};
use gabarit_view::error::ApiError;
use uuid::Uuid;

fn sum<'a>(found: impl Iterator<Item = &'a rows::RentalChargeback>) -> Cents {
    found.filter(|one| !one.reversed).map(|one| Cents(one.amount)).sum()
}

/// What banks took back of an order's payments and did not give again.
pub(super) async fn open(exec: &mut Exec<'_>, rental: Uuid) -> sqlx::Result<Cents> {
    Ok(sum(rows::chargebacks(exec, rental).await?.iter()))
}

/// That of one payment.
pub(super) async fn of_payment(exec: &mut Exec<'_>, payment: PaymentId) -> sqlx::Result<Cents> {
    let Some(row) = rows::payment(exec, payment).await? else { return Ok(Cents::ZERO) };
    Ok(sum(rows::chargebacks(exec, row.rental).await?.iter().filter(|one| one.payment_id == payment.0)))
}

/// That of an order's payments of which no refund was ordered yet.
pub(super) async fn unreturned(exec: &mut Exec<'_>, rental: Uuid) -> sqlx::Result<Cents> {
    let refunds = payment_rows::refunds_of_rental(exec, rental).await?;
    let found = rows::chargebacks(exec, rental).await?;
    Ok(sum(found.iter().filter(|one| refunds.iter().all(|refund| refund.payment.0 != one.payment_id))))
}

/// Refuses unless nothing is open.
///
/// # Errors
/// [`ApiError::MovedOn`].
pub(super) async fn none_open(p: &Platform, rental: Uuid) -> Result<(), ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let open = open(&mut conn.exec(), rental).await.map_err(|error| p.fault(error))?;
    if open > Cents::ZERO { Err(ApiError::MovedOn) } else { Ok(()) }
}

const fn is_kept(state: RentalState) -> bool {
    matches!(state, RentalState::Paid | RentalState::HandedOut | RentalState::Returned)
}

/// What a client owes for an order: what is kept and what went back, less what is here.
async fn owed(exec: &mut Exec<'_>, rental: &rows::Rental) -> sqlx::Result<Cents> {
    let payments = rows::payments(exec, rental.id).await?;
    let received: Cents =
        payments.iter().filter(|payment| payment.state == ProviderState::Paid).map(|payment| payment.amount).sum();
    let refunds = payment_rows::refunds_of_rental(exec, rental.id).await?;
    // What a bank took by itself is not sent as well.
    let going_back = refunds.iter().filter(|refund| refund.state != RefundState::Taken);
    let returned: Cents = going_back.map(|refund| refund.amount).sum();
    let kept = if is_kept(rental.state) { rental.total } else { Cents::ZERO };
    Ok((kept + returned + open(exec, rental.id).await? - received).max(Cents::ZERO))
}

/// How much of a refund that is not sent the client's bank took back by itself.
async fn taken_of(exec: &mut Exec<'_>, rental: &rows::Rental, refund: &Refund) -> sqlx::Result<Cents> {
    if !matches!(refund.state, RefundState::Due | RefundState::Failed) {
        return Ok(Cents::ZERO);
    }
    let open = Refunds::OfRentals.charged_back(exec, refund.payment).await?;
    Ok(owed(exec, rental).await?.min(open).min(refund.amount))
}

/// Whether a bank took (part of) a refund that is not sent.
pub(super) async fn is_taken(exec: &mut Exec<'_>, rental: &rows::Rental, refund: &Refund) -> sqlx::Result<bool> {
    Ok(taken_of(exec, rental, refund).await? > Cents::ZERO)
}

/// Takes from a refund that the provider does not have what the client's bank took back by itself; under the order's lock.
/// Answers what is left of it to be sent.
pub(super) async fn take(
    exec: &mut Exec<'_>,
    p: &Platform,
    rental: &rows::Rental,
    refund: Refund,
) -> Result<Option<Refund>, Failure> {
    let amount = taken_of(exec, rental, &refund).await?;
    if amount <= Cents::ZERO {
        return Ok(Some(refund));
    }
    Ok(taken::take(exec, p, Refunds::OfRentals, (&refund, None, &rental.reference), amount).await?)
}

/// Reads the chargebacks of a payment and notes what is new.
pub(super) async fn note(p: &Platform, payment: &RentalPayment) -> Result<(), ApiError> {
    let Some(reference) = &payment.provider_ref else { return Ok(()) };
    let said = p.payments.chargebacks(reference).await.map_err(|error| unanswered(p, &error))?;
    let said = said.as_slice();
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let rental = rows::get_locked(exec, payment.rental).await?.ok_or(ApiError::NotFound)?;
            for chargeback in said {
                let (id, amount) = (chargeback.reference.as_str(), chargeback.amount);
                if Refunds::OfRentals.insert_chargeback(exec, id, payment.id, amount, p.now()).await? {
                    ledger::post_rental_chargeback(exec, p, id, amount).await?;
                    notices::charged_back(exec, p, &rental, id, amount).await?;
                    tracing::warn!(rental = %rental.id, chargeback = id, "chargeback");
                    let refunds = payment_rows::refunds_of_rental(exec, rental.id).await?;
                    for refund in refunds.into_iter().filter(|refund| refund.payment == payment.id) {
                        match refund.state {
                            // Its sender alone knows whether the provider has it already.
                            RefundState::Due => {
                                jobs::schedule(exec, Refunds::OfRentals.sender(), refund.id.0, p.now()).await?;
                            }
                            RefundState::Failed => drop(take(exec, p, &rental, refund).await?),
                            _ => {}
                        }
                    }
                }
                if !chargeback.reversed {
                    continue;
                }
                let owed = owed(exec, &rental).await?.min(amount);
                if Refunds::OfRentals.reverse_chargeback(exec, id).await? {
                    ledger::post_rental_chargeback_reversed(exec, p, id, amount, owed).await?;
                    // What nothing is owed for any more goes back.
                    let refunds = payment_rows::refunds_of_rental(exec, rental.id).await?;
                    let of = Refunds::OfRentals;
                    let rest = taken::due_again(exec, p, of, &refunds, payment.id, amount - owed).await?;
                    refund(exec, p, payment, rest, "given again", &format!("chargeback:{id}")).await?;
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
