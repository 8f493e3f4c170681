//! Giving money back: refunds of what was received, release of what was only promised.

use super::{
    chargebacks, get,
    refused_later::{self, watch},
    sync, taken, unanswered,
};
use crate::{
    db::{
        Exec, bookings as booking_rows,
        bookings::Booking,
        changes::Change,
        payments as rows,
        payments::{Payment, Refund, RefundState, Refunds},
    },
    jobs::{self, JobKind},
    payments::ProviderState,
    platform::Platform,
    services::{
        bookings::{Failure, attempt, expert_of, lock, notices},
        ledger::{self, RefundEvent},
    },
};
use gabarit_domain::{
    ids::{BookingId, ExpertId, PaymentId, RefundId},
    money::Cents,
};
use gabarit_view::error::ApiError;
use uuid::Uuid;

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
            let refunds = rows::refunds_of_booking(exec, booking.id).await?;
            let amount = left(payment, &refunds);
            if amount <= Cents::ZERO {
                return Ok(());
            }
            let refund = Refund {
                id: RefundId(p.ids.uuid()),
                payment: payment.id,
                amount,
                state: RefundState::Due,
                attempt: 1,
                provider_ref: None,
                reason: reason.to_owned(),
                created_at: now,
                updated_at: now,
            };
            if Refunds::OfBookings.insert(exec, &refund, &format!("whole:{}", payment.id)).await? {
                jobs::schedule(exec, JobKind::SendRefund, refund.id.0, now).await?;
                ledger::set_off(exec, p, booking.id).await?;
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

/// Gives back what was paid or promised for a change that came to nothing.
pub(crate) async fn give_back_change(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    change: Uuid,
    reason: &str,
) -> Result<(), Failure> {
    for payment in rows::of_booking(exec, booking.id).await? {
        if payment.change == Some(change) {
            give_back(exec, p, booking, &payment, reason).await?;
        }
    }
    Ok(())
}

/// What of a payment has not gone back, nor is about to.
fn left(payment: &Payment, refunds: &[Refund]) -> Cents {
    let back: Cents = refunds.iter().filter(|refund| refund.payment == payment.id).map(|refund| refund.amount).sum();
    payment.captured - back
}

/// The money that is here for a booking and stays, as things are: received less refunds, those that are due included.
pub(crate) async fn held(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Cents> {
    let payments = rows::of_booking(exec, booking).await?;
    let refunds = rows::refunds_of_booking(exec, booking).await?;
    Ok(payments.iter().map(|payment| left(payment, &refunds)).sum())
}

/// What of it banks took back all the same.
pub(crate) async fn charged_back(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Cents> {
    let mut open = Cents::ZERO;
    for payment in rows::of_booking(exec, booking).await? {
        open += Refunds::OfBookings.charged_back(exec, payment.id).await?;
    }
    Ok(open)
}

/// What of it was paid for one change.
pub(crate) async fn held_for(exec: &mut Exec<'_>, booking: BookingId, change: Uuid) -> sqlx::Result<Cents> {
    let payments = rows::of_booking(exec, booking).await?;
    let refunds = rows::refunds_of_booking(exec, booking).await?;
    Ok(payments.iter().filter(|payment| payment.change == Some(change)).map(|payment| left(payment, &refunds)).sum())
}

/// Brings the money of a booking down to what is kept of it: what was received beyond it goes back, latest payment
/// first; of what is only authorised, no more is taken than is needed, and nothing more means letting it go. The money
/// of a change that is still open is not its concern. Answers what goes back. Doing it twice does it once.
pub(crate) async fn keep_only(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    reason: &str,
    open: Option<Change>,
) -> Result<Cents, Failure> {
    let now = p.now();
    let keep = booking.kept_total();
    let refunds = rows::refunds_of_booking(exec, booking.id).await?;
    let payments: Vec<Payment> = rows::of_booking(exec, booking.id)
        .await?
        .into_iter()
        .filter(|payment| payment.change.is_none() || payment.change != open.as_ref().map(|change| change.id))
        .collect();
    let mut here: Cents = payments.iter().map(|payment| left(payment, &refunds)).sum();
    let mut wanted = keep - here;
    for payment in payments.iter().filter(|payment| payment.state == ProviderState::Authorized) {
        let take = payment.amount.min(wanted).max(Cents::ZERO);
        if take == Cents::ZERO {
            give_back(exec, p, booking, payment, reason).await?;
        } else if payment.to_capture.unwrap_or(payment.amount) != take {
            rows::store_to_capture(exec, payment.id, take, now).await?;
        }
        wanted -= take;
    }
    let mut back = Cents::ZERO;
    for (number, payment) in (refunds.len()..).zip(payments.iter().rev()) {
        let amount = (here - keep).min(left(payment, &refunds));
        if amount <= Cents::ZERO {
            continue;
        }
        let refund = Refund {
            id: RefundId(p.ids.uuid()),
            payment: payment.id,
            amount,
            state: RefundState::Due,
            attempt: 1,
            provider_ref: None,
            reason: reason.to_owned(),
            created_at: now,
            updated_at: now,
        };
        // Computed from what is there, under the booking's lock; the number tells it from earlier ones.
        if Refunds::OfBookings.insert(exec, &refund, &format!("part:{}:{number}", booking.id)).await? {
            jobs::schedule(exec, JobKind::SendRefund, refund.id.0, now).await?;
            here -= amount;
            back += amount;
            ledger::set_off(exec, p, booking.id).await?;
            tracing::info!(booking = %booking.id, refund = %refund.id, reason, "refund due");
        }
    }
    Ok(back)
}

/// Hands a refund to the provider, each attempt exactly once: its id and number are the idempotency key, and it is noted
/// and posted together.
///
/// # Errors
/// [`ApiError::Unavailable`] if the provider does not answer or refuses: try again; at a first refusal the operator is
/// told.
pub async fn send_refund(p: &Platform, id: RefundId) -> Result<(), ApiError> {
    let refund = {
        let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
        rows::refund(&mut conn.exec(), id).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?
    };
    if refund.state != RefundState::Due {
        return Ok(());
    }
    let payment = get(p, refund.payment).await?;
    let expert = expert_of(p, payment.booking).await?;
    let reference = payment.provider_ref.clone().ok_or_else(|| p.fault("a paid payment without a reference"))?;
    let booking = {
        let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
        booking_rows::get(&mut conn.exec(), payment.booking).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?
    };
    if !refused_later::begin(p, Refunds::OfBookings, id, refund.attempt).await? {
        return Ok(());
    }
    let Some(refund) = untaken(p, &payment, &reference, expert, refund).await? else { return Ok(()) };
    let sent = match p.payments.refund(&reference, id, refund.attempt, refund.amount, &booking.reference).await {
        Ok(sent) => sent,
        Err(error) if !error.is_refusal() => return Err(unanswered(p, &error)),
        Err(error) => {
            tracing::error!(%error, refund = %id, "refund refused");
            let mut tx = p.db.begin().await.map_err(|e| p.fault(e))?;
            let (now, of) = (p.now(), Refunds::OfBookings);
            of.note_refused(&mut tx.exec(), id, refund.attempt, now).await.map_err(|e| p.fault(e))?;
            notices::not_refunded(&mut tx.exec(), p, &booking, id, refund.amount).await?;
            tx.commit().await.map_err(|e| p.fault(e))?;
            return Err(ApiError::Unavailable);
        }
    };
    let (sent, refund) = (sent.as_str(), &refund);
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let booking = lock(exec, expert, payment.booking).await?;
            let (attempt, amount) = (refund.attempt, refund.amount);
            if Refunds::OfBookings.note_sent(exec, id, attempt, sent, p.now()).await? {
                ledger::post_refund(exec, p, id, RefundEvent::Sent(attempt), Some(booking.id), amount).await?;
                notices::refunded(exec, p, &booking, refund).await?;
                watch(exec, p, id).await?;
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
    payment: &Payment,
    reference: &str,
    expert: ExpertId,
    refund: Refund,
) -> Result<Option<Refund>, ApiError> {
    if !taken::is_concerned(p, Refunds::OfBookings, payment.id, reference).await? {
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
            let booking = lock(exec, expert, payment.booking).await?;
            let refund = rows::refund(exec, id).await?.filter(|refund| refund.state == RefundState::Due);
            let left = match refund {
                Some(refund) => chargebacks::take(exec, p, &booking, refund).await?,
                None => None,
            };
            tx.commit().await?;
            Ok(left)
        })
    })
    .await
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
        Err(error) if !error.is_refusal() => Err(unanswered(p, &error)),
        Err(error) => {
            tracing::info!(%error, payment = %id, "authorisation not released");
            // It may have been captured: then the money is here, and goes back.
            sync(p, reference).await
        }
    }
}
