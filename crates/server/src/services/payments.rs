//! Payments: made at the provider, read from it, applied exactly once, given back.
//!
//! The provider is the only truth about a payment. Whoever hears of a change (webhook, return page, job) calls [`sync`],
//! which reads the payment at the provider and applies what is new in one transaction that holds the booking; the
//! stored state only moves forward ([`News`]), so that twice, late, early and out of order all end the same.
//!
//! **Cards** are authorised at booking and captured by a job after acceptance (S18). Authorised money is no cash: the
//! ledger hears of it when it is captured. If a capture is refused, or the authorisation is gone, the assignment
//! stands: the invoice stays due, `client_receivable` shows it, and the operator is told by mail.
//!
//! **One booking is paid once.** The first payment that secures it is its own; whatever else arrives (a second window, a
//! payment after the hold ended when the days are gone, after a withdrawal) goes back in full. A payment is refunded
//! at most once, under the refund's own id at the provider; a refund that comes back is sent again, or paid another way,
//! when a manager says so ([`refused_later`]).

mod chargebacks;
mod money_back;
mod provider;
pub(crate) mod refused_later;
pub(crate) mod taken;

pub use money_back::{release, send_refund};
pub use provider::{cancel, capture, create};
pub use refused_later::watch_refund;

pub(crate) use money_back::{charged_back, give_back_all, give_back_change, held, held_for, keep_only};

use crate::{
    clock::{civil_day, start_of_day},
    db::{
        Exec, bookings as booking_rows,
        bookings::Booking,
        changes as change_rows,
        changes::{Change, ChangeState},
        payments as rows,
        payments::{Payment, Refunds},
        stock as stock_rows,
    },
    jobs::{self, JobKind},
    payments::{ProviderError, ProviderPayment, ProviderState, limit},
    platform::Platform,
    services::{
        bookings::{Failure, attempt, changes, expert_of, lock, notices, store_move},
        experts, ledger, rentals, rulebooks, stock,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::{
    booking::{BookingState, PaymentMethod},
    credit::CreditRefusal,
    ids::{BookingId, ExpertId, PaymentId},
    money::Cents,
};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
};

/// What the provider's word means for a payment whose last known word was another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Known already, or older than what is known.
    Nothing,
    /// Worth noting; nothing follows.
    Note,
    /// The money is here, or promised, for the first time.
    Secured,
    /// The promised money is here.
    Captured,
    /// The promise is gone.
    Lost,
}

impl News {
    pub(crate) const fn of(known: ProviderState, said: ProviderState) -> Self {
        use ProviderState::{Authorized, Canceled, Expired, Failed, Open, Paid, Pending};
        match (known, said) {
            (Paid, _) => Self::Nothing,
            (Authorized, Paid) => Self::Captured,
            (Authorized, Canceled | Expired | Failed) => Self::Lost,
            // Money that comes after a payment was given up is money all the same.
            (Open | Pending, Authorized | Paid) | (Canceled | Expired | Failed, Paid) => Self::Secured,
            (Open, Pending | Canceled | Expired | Failed) | (Pending, Canceled | Expired | Failed) => Self::Note,
            // An authorisation that was let go may still be reported until the provider has done so.
            (Authorized | Canceled | Expired | Failed, _) | (Open | Pending, Open | Pending) => Self::Nothing,
        }
    }
}

/// What the provider's refusal to answer is for a reader.
pub(crate) fn unanswered(p: &Platform, error: &ProviderError) -> ApiError {
    match error {
        ProviderError::Unavailable(_) => {
            tracing::warn!(%error, "payment provider");
            ApiError::Unavailable
        }
        ProviderError::Denied { .. } => {
            tracing::error!(%error, "payment provider");
            ApiError::Denied
        }
        ProviderError::Refused { .. } | ProviderError::NotFound => p.fault(error),
    }
}

/// Reads a payment at the provider and applies what is new: any number of times, from anywhere, in any order.
///
/// # Errors
/// [`ApiError::NotFound`] for a payment that is not ours; [`ApiError::Unavailable`] if the provider does not answer; a
/// fault if its answer does not fit the payment (another amount, another booking): that is never accepted.
pub async fn sync(p: &Platform, reference: &str) -> Result<(), ApiError> {
    let known = {
        let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
        rows::by_reference(&mut conn.exec(), reference).await.map_err(|e| p.fault(e))?
    };
    // What pays no booking may pay for licences alone.
    let Some(payment) = known else { return rentals::sync(p, reference).await };
    let said = p.payments.get(reference).await.map_err(|error| unanswered(p, &error))?;
    apply(p, &payment, &said).await
}

/// [`sync`] by our own id: for jobs. A payment that is still open is read again later, should every webhook be lost.
///
/// # Errors
/// As [`sync`].
pub async fn sync_payment(p: &Platform, id: PaymentId) -> Result<(), ApiError> {
    let Some(reference) = get(p, id).await?.provider_ref else { return Ok(()) };
    sync(p, &reference).await?;
    let payment = get(p, id).await?;
    let now = p.now();
    let (give_up, again) =
        if payment.method.is_slow() { (GIVE_UP_TRANSFER, LOOK_AGAIN_TRANSFER) } else { (GIVE_UP, LOOK_AGAIN) };
    if matches!(payment.state, ProviderState::Open | ProviderState::Pending) && now < payment.created_at + give_up {
        let mut tx = p.db.begin().await.map_err(|e| p.fault(e))?;
        jobs::schedule(&mut tx.exec(), JobKind::SyncPayment, id.0, now + again).await.map_err(|e| p.fault(e))?;
        tx.commit().await.map_err(|e| p.fault(e))?;
    }
    Ok(())
}

/// [`sync`] of every payment of a booking that is still open.
///
/// # Errors
/// As [`sync`].
pub async fn sync_booking(p: &Platform, id: BookingId) -> Result<(), ApiError> {
    for payment in of_booking(p, id).await? {
        if let (ProviderState::Open | ProviderState::Pending, Some(reference)) = (payment.state, &payment.provider_ref)
        {
            sync(p, reference).await?;
        }
    }
    Ok(())
}

/// The return page's question: the client's own booking, its payments read anew. An unanswering provider is no error
/// here: the webhook will tell.
///
/// # Errors
/// [`ApiError::NotFound`] unless the booking is the client's.
pub async fn returned(p: &Platform, actor: &AccountView, id: BookingId) -> Result<(), ApiError> {
    own_booking(p, actor, id).await?;
    match sync_booking(p, id).await {
        Ok(()) | Err(ApiError::Unavailable | ApiError::Denied) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn get(p: &Platform, id: PaymentId) -> Result<Payment, ApiError> {
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    rows::get(&mut conn.exec(), id).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)
}

async fn of_booking(p: &Platform, id: BookingId) -> Result<Vec<Payment>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    rows::of_booking(&mut conn.exec(), id).await.map_err(|e| p.fault(e))
}

async fn own_booking(p: &Platform, actor: &AccountView, id: BookingId) -> Result<Booking, ApiError> {
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let booking = booking_rows::get(&mut conn.exec(), id).await.map_err(|e| p.fault(e))?;
    booking.filter(|booking| booking.client == actor.id).ok_or(ApiError::NotFound)
}

/// Applies the provider's word.
async fn apply(p: &Platform, payment: &Payment, said: &ProviderPayment) -> Result<(), ApiError> {
    if said.amount != payment.amount || said.booking.is_some_and(|booking| booking != payment.booking) {
        return Err(p.fault(format_args!(
            "the provider has {} of booking {:?} for payment {} of {} of booking {}",
            said.amount.to_plain(),
            said.booking,
            payment.id,
            payment.amount.to_plain(),
            payment.booking
        )));
    }
    if taken::concerns(p, Refunds::OfBookings, payment.id, said.charged_back).await? {
        chargebacks::note(p, payment).await?;
    }
    if News::of(payment.state, said.state) != News::Nothing {
        let expert = expert_of(p, payment.booking).await?;
        attempt(p, || Box::pin(apply_once(p, payment, expert, said))).await?;
        jobs::wake(p);
    }
    refused_later::note(p, payment).await
}

async fn apply_once(p: &Platform, payment: &Payment, expert: ExpertId, read: &ProviderPayment) -> Result<(), Failure> {
    let said = read.state;
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let mut booking = lock(exec, expert, payment.booking).await?;
    // Read again under the lock: somebody else may have applied it meanwhile.
    let payment = rows::get(exec, payment.id).await?.ok_or(ApiError::NotFound)?;
    let news = News::of(payment.state, said);
    match news {
        News::Nothing => return Ok(()),
        News::Note => rows::store_state(exec, payment.id, said, payment.captured, now).await?,
        News::Secured | News::Captured => {
            // A card may be captured in part; other methods bring the whole.
            let captured = match said {
                ProviderState::Paid if payment.method.is_deferred() => read.captured.min(payment.amount),
                ProviderState::Paid => payment.amount,
                _ => Cents::ZERO,
            };
            rows::store_state(exec, payment.id, said, captured, now).await?;
            let payment = Payment { state: said, captured, ..payment };
            // Needed, or not; and the change that it pays, to be made once the money is in the books.
            let (is_needed, change) = match (news, payment.change) {
                (News::Captured, _) => (true, None),
                (_, Some(change)) => {
                    let change = changes::payable(exec, change, &booking, now).await?;
                    (change.is_some(), change)
                }
                (_, None) => (order(exec, p, &mut booking, &payment, now).await?, None),
            };
            if said == ProviderState::Paid {
                ledger::post_received(exec, p, payment.id, payment.booking, captured, is_needed).await?;
            }
            if !is_needed {
                money_back::give_back(exec, p, &booking, &payment, "not needed").await?;
            } else if news == News::Captured {
                // More may have been taken than is kept by now: the booking was cut short meanwhile.
                let open = changes::open(exec, booking.id).await?;
                money_back::keep_only(exec, p, &booking, "taken beyond what is kept", open).await?;
            }
            if let Some(change) = change {
                changes::paid(exec, p, &mut booking, change, now).await?;
            }
        }
        News::Lost => {
            rows::store_state(exec, payment.id, said, payment.captured, now).await?;
            notices::not_captured(exec, p, &booking, payment.id).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// A payment makes an order of a held booking: the expert's clock starts (S17–S19, S35). A lapsed one comes back if
/// all its days are still free, and what it rents is still there. `false` if the payment is of no use: the booking has
/// another, or came to nothing.
async fn order(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &mut Booking,
    payment: &Payment,
    now: DateTime<Utc>,
) -> Result<bool, Failure> {
    let rules = rulebooks::version_in(exec, p, booking.rulebook)
        .await?
        .ok_or_else(|| p.fault(format_args!("rulebook {} is gone", booking.rulebook.0)))?;
    let Ok(requested) = booking.state.paid(now, &rules.booking, booking.starts_at) else { return Ok(false) };
    if !booking.state.occupies_days() {
        let offer = experts::offer_in(exec, p, booking.expert).await?;
        if !offer.is_some_and(|offer| booking.order.days.iter().all(|day| offer.free.is_free(day))) {
            return Ok(false);
        }
        let taken = booking_rows::take_days(exec, booking.expert, booking.id, booking.order.days.iter()).await?;
        if !taken.is_empty() {
            booking_rows::free_days(exec, booking.id).await?;
            return Ok(false);
        }
        if !stock::hold(exec, p, booking.id, &stock::ordered(&booking.order)).await?.is_empty() {
            booking_rows::free_days(exec, booking.id).await?;
            stock_rows::free_booking(exec, booking.id).await?;
            return Ok(false);
        }
    }
    booking.paid_at = Some(now);
    let reason = format!("payment {}: {}", payment.id, payment.state.code());
    store_move(exec, booking, requested, None, &reason, now).await?;
    jobs::cancel(exec, JobKind::LapseHold, booking.id.0).await?;
    jobs::schedule(exec, JobKind::ExpireRequest, booking.id.0, requested.clock().unwrap_or(now)).await?;
    notices::ordered(exec, p, booking).await?;
    Ok(true)
}

/// The payment that secured a booking, if one did and was not given back.
///
/// # Errors
/// The database's.
pub(crate) async fn main_payment(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Option<Payment>> {
    let refunds = rows::refunds_of_booking(exec, booking).await?;
    let payments = rows::of_booking(exec, booking).await?;
    Ok(payments.into_iter().find(|payment| {
        let back: Cents =
            refunds.iter().filter(|refund| refund.payment == payment.id).map(|refund| refund.amount).sum();
        payment.change.is_none()
            && match payment.state {
                ProviderState::Authorized => true,
                // One that went back whole secures nothing.
                ProviderState::Paid => back < payment.captured,
                _ => false,
            }
    }))
}

/// Where the client of a held booking pays now: an open payment's page, or that of a new payment by the same method. A
/// booking that is paid meanwhile, or over, has its own page.
///
/// # Errors
/// [`ApiError::NotFound`] unless the booking is the client's; [`ApiError::Unavailable`] if the provider does not
/// answer: the hold stays, try again.
pub async fn checkout(p: &Platform, actor: &AccountView, id: BookingId) -> Result<String, ApiError> {
    let booking = own_booking(p, actor, id).await?;
    let payments = of_booking(p, id).await?;
    let change = open_change(p, id).await?;
    // The difference of a change is paid as the booking was, unless that was a transfer: it could come too late.
    let method = payments
        .iter()
        .rev()
        .find(|payment| change.is_none() || payment.change.is_none())
        .map(|payment| payment.method)
        .ok_or_else(|| p.fault(format_args!("booking {id} has no payment")))?;
    let method = if change.is_some() && method.is_slow() { PaymentMethod::Ideal } else { method };
    checkout_in(p, booking, method, change).await
}

/// The ways to pay what a booking's client has to pay now: those within the provider's limits; a transfer where there
/// is time; a card if the booking was checked for one.
pub(crate) async fn methods(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
) -> Result<Vec<PaymentMethod>, ApiError> {
    let now = p.now();
    let change = change_rows::open(exec, booking.id).await.map_err(|e| p.fault(e))?;
    let change = change.filter(|change| change.state == ChangeState::Proposed);
    let amount = match &change {
        Some(change) => change.difference,
        None if is_payable(booking, now) => booking.total,
        None => return Ok(Vec::new()),
    };
    let payments = rows::of_booking(exec, booking.id).await.map_err(|e| p.fault(e))?;
    let rules = rulebooks::version_in(exec, p, booking.rulebook).await?.ok_or_else(|| p.fault("a rulebook is gone"))?;
    let placed = civil_day(booking.created_at, p.config.zone);
    let transfer = change.is_none()
        && PaymentMethod::transfer_due(&rules.booking, placed, booking.first_day).is_some_and(|due| due > p.today());
    Ok(PaymentMethod::ALL
        .into_iter()
        .filter(|method| amount <= limit(*method))
        .filter(|method| transfer || !method.is_slow())
        .filter(|method| !method.is_deferred() || payments.iter().any(|payment| payment.method == *method))
        .collect())
}

async fn open_change(p: &Platform, id: BookingId) -> Result<Option<Change>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let change = change_rows::open(&mut conn.exec(), id).await.map_err(|e| p.fault(e))?;
    Ok(change.filter(|change| change.state == ChangeState::Proposed))
}

/// [`checkout`] by another method, for a client whose first one failed. A card needs the credit check and so a new
/// booking, unless the booking was checked for one when it was placed.
///
/// # Errors
/// As [`checkout`]; [`ApiError::CreditRefused`] for a card after another method.
pub async fn checkout_with(
    p: &Platform,
    actor: &AccountView,
    id: BookingId,
    method: PaymentMethod,
) -> Result<String, ApiError> {
    let booking = own_booking(p, actor, id).await?;
    let change = open_change(p, id).await?;
    if method.is_deferred() && !of_booking(p, id).await?.iter().any(|payment| payment.method == method) {
        return Err(ApiError::CreditRefused { reason: CreditRefusal::NotChecked, stash: None });
    }
    // A hold of minutes is no time for a transfer.
    let due = provider::transfer_due(p, &booking, method).await?;
    if method.is_slow() && (due.is_none() || change.is_some()) {
        return Err(ApiError::field("method", Problem::TooLateForTransfer));
    }
    if booking.total > limit(method) {
        return Err(ApiError::field("method", Problem::MethodLimit(limit(method))));
    }
    checkout_in(p, booking, method, change).await
}

async fn checkout_in(
    p: &Platform,
    booking: Booking,
    method: PaymentMethod,
    change: Option<Change>,
) -> Result<String, ApiError> {
    let page = provider::booking_page(p, &booking);
    let (change, amount) = match &change {
        Some(change) => (Some(change.id), change.difference),
        None => (None, booking.total),
    };
    if change.is_none() && !is_payable(&booking, p.now()) {
        return Ok(page);
    }
    // A card that was refused, a window that was closed: the provider knows, we may not yet.
    let mut read = Vec::new();
    for payment in of_booking(p, booking.id).await? {
        if !matches!(payment.state, ProviderState::Open | ProviderState::Pending) || payment.change != change {
            continue;
        }
        let Some(reference) = payment.provider_ref.clone() else { continue };
        let said = p.payments.get(&reference).await.map_err(|error| unanswered(p, &error))?;
        apply(p, &payment, &said).await?;
        if payment.method == method
            && let (ProviderState::Open | ProviderState::Pending, Some(url)) = (said.state, said.checkout_url)
        {
            return Ok(url.to_string());
        }
        read.push(payment.id);
    }
    let (expert, read) = (booking.expert, read.as_slice());
    let payment = attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let mut booking = lock(exec, expert, booking.id).await?;
            match change {
                None if is_payable(&booking, now) => {}
                Some(change) if changes::payable(exec, change, &booking, now).await?.is_some() => {}
                _ => return Ok(None),
            }
            // One that the provider has not answered for yet, or that a second click made meanwhile, is asked for
            // again, under the same key: it is the same payment.
            let under_way = rows::of_booking(exec, booking.id).await?.into_iter().find(|payment| {
                payment.state == ProviderState::Open
                    && payment.method == method
                    && payment.change == change
                    && !read.contains(&payment.id)
            });
            if let Some(payment) = under_way {
                return Ok(Some(payment));
            }
            let payment = Payment {
                id: PaymentId(p.ids.uuid()),
                booking: booking.id,
                method,
                amount,
                state: ProviderState::Open,
                provider_ref: None,
                checkout_url: None,
                captured: Cents::ZERO,
                to_capture: None,
                change,
                created_at: now,
                updated_at: now,
            };
            rows::insert(exec, &payment).await?;
            wait_for_transfer(exec, p, &mut booking, method, now).await?;
            tx.commit().await?;
            Ok(Some(payment))
        })
    })
    .await?;
    let Some(payment) = payment else { return Ok(page) };
    Ok(provider::make(p, &booking, &payment).await?.unwrap_or(page))
}

/// A hold whose client turns to a bank transfer is kept until the transfer is due.
async fn wait_for_transfer(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &mut Booking,
    method: PaymentMethod,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    if !method.is_slow() {
        return Ok(());
    }
    let Some(due) = provider::transfer_due(p, booking, method).await? else { return Err(ApiError::MovedOn.into()) };
    let until = start_of_day(due.succ_opt().unwrap_or(due), p.config.zone);
    let longer = BookingState::hold_until(until, booking.starts_at);
    if booking.state.clock() < longer.clock() {
        store_move(exec, booking, longer, None, "paid by transfer", now).await?;
        jobs::cancel(exec, JobKind::LapseHold, booking.id.0).await?;
        jobs::schedule(exec, JobKind::LapseHold, booking.id.0, longer.clock().unwrap_or(now)).await?;
    }
    Ok(())
}

fn is_payable(booking: &Booking, now: DateTime<Utc>) -> bool {
    matches!(booking.state, BookingState::Held { until } if now < until)
}

/// How long after its hold, and after each reading, an open payment is read again, should every webhook be lost.
pub(crate) const LOOK_AGAIN: TimeDelta = TimeDelta::hours(1);
/// An open payment this old will never be paid: the provider's own limits are shorter.
pub(crate) const GIVE_UP: TimeDelta = TimeDelta::days(3);
/// A transfer may arrive long after it was due; it is looked for twice a day.
pub(crate) const GIVE_UP_TRANSFER: TimeDelta = TimeDelta::days(30);
pub(crate) const LOOK_AGAIN_TRANSFER: TimeDelta = TimeDelta::hours(12);

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the order in which the provider's words are heard, money that arrived is never unheard again, and is
    /// secured or captured exactly once.
    #[test]
    fn news_only_move_forward() {
        for known in ProviderState::ALL {
            for said in ProviderState::ALL {
                let news = News::of(known, said);
                if known == said || known == ProviderState::Paid {
                    assert_eq!(news, News::Nothing, "{known:?} {said:?}");
                }
                if said == ProviderState::Paid && known != ProviderState::Paid {
                    assert!(matches!(news, News::Secured | News::Captured), "{known:?} {said:?}");
                }
                if said == ProviderState::Open {
                    assert_eq!(news, News::Nothing, "{known:?} {said:?}");
                }
            }
        }
        assert_eq!(News::of(ProviderState::Canceled, ProviderState::Authorized), News::Nothing);
        assert_eq!(News::of(ProviderState::Authorized, ProviderState::Expired), News::Lost);
    }
}
