//! Money that a client's bank takes back: noted and posted once by the provider's id, and once more if it is given again.
//! The assignment stands; what is owed shows in the books, and managers see it on the page of operations.

use super::unanswered;
use crate::{
    db::{
        payments as rows,
        payments::{Payment, RefundState},
    },
    jobs,
    platform::Platform,
    services::{
        bookings::{attempt, expert_of, lock, notices},
        ledger,
    },
};
use gabarit_domain::money::Cents;
use gabarit_view::error::ApiError;

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
                if rows::insert_chargeback(exec, id, payment.id, amount, p.now()).await? {
                    let returning: Cents = rows::refunds_of_booking(exec, booking.id)
                        .await?
                        .into_iter()
                        .filter(|refund| matches!(refund.state, RefundState::Due | RefundState::Failed))
                        .map(|refund| refund.amount)
                        .sum();
                    ledger::post_chargeback(exec, p, id, booking.id, amount, returning, false).await?;
                    notices::charged_back(exec, p, &booking, id, amount).await?;
                    tracing::warn!(booking = %booking.id, chargeback = id, "chargeback");
                }
                if chargeback.reversed && rows::reverse_chargeback(exec, id).await? {
                    ledger::post_chargeback(exec, p, id, booking.id, amount, Cents::ZERO, true).await?;
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
