//! The money of an order: made at the provider, read from it, applied exactly once, given back.

use super::{Failure, chargebacks, issue_invoice, lapse_in, notices, refunds, rows, store_move, unwanted};
use crate::{
    clock::civil_day,
    db::{
        Exec,
        payments::Refunds,
        rentals::{Rental, RentalPayment},
    },
    jobs::{self, JobKind},
    payments::{NewPayment, ProviderError, ProviderPayment, ProviderState},
    platform::Platform,
    services::{
        bookings::attempt,
        ledger::{self, Account},
        payments::{GIVE_UP, GIVE_UP_TRANSFER, LOOK_AGAIN, LOOK_AGAIN_TRANSFER, News, taken, unanswered},
        rulebooks, stock,
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::{
    booking::PaymentMethod,
    ids::{BookingId, PaymentId},
    money::Cents,
    rental::{RentalState, may_hand_out},
};
use gabarit_view::{account::AccountView, error::ApiError};
use url::Url;
use uuid::Uuid;

fn address(p: &Platform, base: &Url, path: &str) -> Result<Url, ApiError> {
    base.join(path).map_err(|error| p.fault(error))
}

/// The page on which the client pays: that of the open payment, or of a new one where the last came to nothing.
///
/// # Errors
/// [`ApiError::NotFound`] for others; [`ApiError::MovedOn`] once it is paid or over; [`ApiError::Unavailable`].
pub async fn checkout(p: &Platform, client: &AccountView, id: Uuid) -> Result<String, ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(fault)?;
    let exec = &mut tx.exec();
    let rental = rows::get_locked(exec, id).await.map_err(fault)?.filter(|rental| rental.client == client.id);
    let rental = rental.ok_or(ApiError::NotFound)?;
    if !matches!(rental.state, RentalState::Reserved { until } if now < until) {
        return Err(ApiError::MovedOn);
    }
    let last = rows::payments(exec, id).await.map_err(fault)?.pop().ok_or(ApiError::NotFound)?;
    let payment = match last.state {
        ProviderState::Open | ProviderState::Pending => last,
        _ => {
            let again = RentalPayment {
                id: PaymentId(p.ids.uuid()),
                state: ProviderState::Open,
                provider_ref: None,
                checkout_url: None,
                created_at: now,
                ..last
            };
            rows::insert_payment(exec, &again).await.map_err(fault)?;
            again
        }
    };
    tx.commit().await.map_err(fault)?;
    match payment.checkout_url.clone() {
        Some(url) => Ok(url),
        None => make(p, &rental, &payment).await,
    }
}

/// The day by which a transfer must have arrived; none for other methods.
async fn transfer_due(p: &Platform, rental: &Rental, method: PaymentMethod) -> Result<Option<NaiveDate>, ApiError> {
    if !method.is_slow() {
        return Ok(None);
    }
    let rules = rulebooks::version(p, rental.rulebook).await?.ok_or_else(|| p.fault("a rulebook is gone"))?;
    let placed = civil_day(rental.created_at, p.config.zone);
    Ok(PaymentMethod::transfer_due(&rules.booking, placed, rental.term().first))
}

/// Makes a payment at the provider. Its id is the idempotency key: asked again, the provider answers with the same.
async fn make(p: &Platform, rental: &Rental, payment: &RentalPayment) -> Result<String, ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let redirect = format!("/{}/rentals/order/{}", rental.locale.code(), rental.id);
    let new = NewPayment {
        id: payment.id,
        // What the provider's metadata calls a booking is the order.
        booking: BookingId(rental.id),
        amount: payment.amount,
        vat: rental.quote.vat.tax,
        treatment: rental.quote.vat.treatment,
        description: rental.reference.clone(),
        method: payment.method,
        due_date: transfer_due(p, rental, payment.method).await?,
        redirect_url: address(p, &p.config.public_url, &redirect)?,
        webhook_url: address(p, &p.config.webhook_base, "/webhooks/payments")?,
        locale: rental.locale,
    };
    let made = match p.payments.create(&new).await {
        Ok(made) => made,
        // One that the provider will not make is over: the next try makes another.
        Err(error @ ProviderError::Refused { .. }) => {
            tracing::error!(%error, payment = %payment.id, "payment not made");
            let mut tx = p.db.begin().await.map_err(fault)?;
            rows::note_unmade(&mut tx.exec(), payment.id, p.now()).await.map_err(fault)?;
            tx.commit().await.map_err(fault)?;
            return Err(ApiError::Unavailable);
        }
        Err(error) => return Err(unanswered(p, &error)),
    };
    if made.amount != payment.amount {
        return Err(p.fault(format_args!("payment {} was made with another amount", payment.id)));
    }
    let now = p.now();
    let url = made.checkout_url.as_ref().map(Url::as_str);
    let mut tx = p.db.begin().await.map_err(fault)?;
    rows::note_created(&mut tx.exec(), payment.id, &made.reference, url, now).await.map_err(fault)?;
    let look = if payment.method.is_slow() {
        now + LOOK_AGAIN_TRANSFER
    } else {
        rental.state.clock().unwrap_or(now).max(now) + LOOK_AGAIN
    };
    jobs::schedule(&mut tx.exec(), JobKind::SyncRental, payment.id.0, look).await.map_err(fault)?;
    tx.commit().await.map_err(fault)?;
    url.map(ToOwned::to_owned).ok_or(ApiError::Unavailable)
}

/// Reads a payment at the provider and applies what is new: any number of times, from anywhere, in any order.
///
/// # Errors
/// [`ApiError::NotFound`] for a payment that is not an order's; [`ApiError::Unavailable`]; a fault if the provider's
/// answer does not fit the payment.
pub async fn sync(p: &Platform, reference: &str) -> Result<(), ApiError> {
    let payment = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        rows::payment_by_reference(&mut conn.exec(), reference)
            .await
            .map_err(|error| p.fault(error))?
            .ok_or(ApiError::NotFound)?
    };
    let said = p.payments.get(reference).await.map_err(|error| unanswered(p, &error))?;
    // A card's order is captured whole.
    let fits = said.amount == payment.amount
        && said.booking.is_none_or(|order| order.0 == payment.rental)
        && (said.state != ProviderState::Paid || said.captured == payment.amount);
    if !fits {
        return Err(p.fault(format_args!("the provider has another payment than {}", payment.id)));
    }
    if News::of(payment.state, said.state) != News::Nothing {
        attempt(p, || Box::pin(apply(p, &payment, &said))).await?;
        jobs::wake(p);
    }
    if taken::concerns(p, Refunds::OfRentals, payment.id, said.charged_back).await? {
        chargebacks::note(p, &payment).await?;
    }
    refunds::note(p, &payment).await
}

async fn apply(p: &Platform, payment: &RentalPayment, said: &ProviderPayment) -> Result<(), Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let mut rental = rows::get_locked(exec, payment.rental).await?.ok_or(ApiError::NotFound)?;
    // Read again under the lock: somebody else may have applied it meanwhile.
    let payment = rows::payment(exec, payment.id).await?.ok_or(ApiError::NotFound)?;
    let news = News::of(payment.state, said.state);
    let captured = if said.state == ProviderState::Paid { payment.amount } else { Cents::ZERO };
    if news == News::Nothing {
        return Ok(());
    }
    rows::store_payment(exec, payment.id, said.state, captured, now).await?;
    match news {
        News::Nothing | News::Note => {}
        News::Lost => lost(exec, p, &mut rental, &payment, now).await?,
        News::Secured | News::Captured => {
            let payment = RentalPayment { state: said.state, ..payment };
            if said.state == ProviderState::Paid {
                let entries = [(Account::ProviderClearing, payment.amount), (Account::Deposits, -payment.amount)];
                let key = format!("rental-received:{}", payment.id);
                ledger::post(exec, p, &key, "rental-payment-received", None, &entries).await?;
            }
            match held(exec, p, &rental, &payment, news).await? {
                Some(RentalState::Authorised { capture_by }) => {
                    let authorised = RentalState::Authorised { capture_by };
                    store_move(exec, &mut rental, authorised, None, "card authorised", now).await?;
                    jobs::cancel(exec, JobKind::LapseRental, rental.id).await?;
                    jobs::schedule(exec, JobKind::CaptureRental, payment.id.0, capture_by).await?;
                    notices::authorised(exec, p, &rental).await?;
                }
                Some(paid) => {
                    store_move(exec, &mut rental, paid, None, "paid", now).await?;
                    jobs::cancel(exec, JobKind::LapseRental, rental.id).await?;
                    jobs::cancel(exec, JobKind::CaptureRental, payment.id.0).await?;
                    issue_invoice(exec, p, &rental, payment.method).await?;
                    notices::paid(exec, p, &rental).await?;
                }
                // Paid twice, or too late.
                None => unwanted(exec, p, &payment, "not needed").await?,
            }
        }
    }
    tx.commit().await?;
    Ok(())
}

/// The money of an authorised card will not come: the units are others' to have.
async fn lost(
    exec: &mut Exec<'_>,
    p: &Platform,
    rental: &mut Rental,
    payment: &RentalPayment,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    jobs::cancel(exec, JobKind::CaptureRental, payment.id.0).await?;
    if let Ok(lapsed) = rental.state.lose() {
        store_move(exec, rental, lapsed, None, "card not charged", now).await?;
        notices::not_captured(exec, p, rental).await?;
    }
    Ok(())
}

/// Where money that came, or is promised, leads to, the units of the order being held: those of its reservation, or, after
/// that has ended, as many others if there are. `None` where it has to go back.
async fn held(
    exec: &mut Exec<'_>,
    p: &Platform,
    rental: &Rental,
    payment: &RentalPayment,
    news: News,
) -> Result<Option<RentalState>, Failure> {
    let now = p.now();
    let is_paid = payment.state == ProviderState::Paid;
    let in_time = match news {
        News::Captured => rental.state.capture(),
        _ if is_paid => rental.state.pay(),
        _ => rental.state.authorise(now),
    };
    if let Ok(to) = in_time {
        return Ok(Some(to));
    }
    let late = if is_paid {
        rental.state.pay_late(rental.term(), p.today())
    } else {
        rental.state.authorise_late(rental.term(), p.today(), now)
    };
    let Ok(to) = late else { return Ok(None) };
    let (chosen, short) = stock::choose(exec, p, &rental.order).await?;
    if !short.is_empty() {
        return Ok(None);
    }
    stock::take(exec, rental.id, rental.term(), &chosen).await?;
    Ok(Some(to))
}

async fn read(p: &Platform, id: PaymentId) -> Result<RentalPayment, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    rows::payment(&mut conn.exec(), id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)
}

/// Takes the money of an authorised card (S18): when the order is handed out, or before the authorisation grows too
/// old. If the provider refuses, the order has lapsed, and client and operator are told.
///
/// # Errors
/// [`ApiError::Unavailable`] if the provider does not answer, or has not done it yet: try again.
pub async fn capture(p: &Platform, id: PaymentId) -> Result<(), ApiError> {
    let payment = read(p, id).await?;
    let (ProviderState::Authorized, Some(reference)) = (payment.state, &payment.provider_ref) else { return Ok(()) };
    let refusal = match p.payments.capture(reference, id, payment.amount).await {
        Ok(()) => None,
        Err(error @ ProviderError::Refused { .. }) => Some(error),
        Err(error) => return Err(unanswered(p, &error)),
    };
    // It may have been captured before, and the answer lost; only a reading tells.
    sync(p, reference).await?;
    if read(p, id).await?.state != ProviderState::Authorized {
        return Ok(());
    }
    let Some(error) = refusal else { return Err(ApiError::Unavailable) };
    tracing::error!(%error, payment = %id, "capture refused");
    let order = payment.rental;
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let mut rental = rows::get_locked(exec, order).await?.ok_or(ApiError::NotFound)?;
            let payment = rows::payment(exec, id).await?.ok_or(ApiError::NotFound)?;
            if payment.state == ProviderState::Authorized {
                unwanted(exec, p, &payment, "capture refused").await?;
                lost(exec, p, &mut rental, &payment, now).await?;
                tx.commit().await?;
            }
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// Captures the card of an order that is about to be handed out, if it is paid by one.
pub(super) async fn capture_to_hand_out(p: &Platform, id: Uuid) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let payments = {
        let mut conn = p.db.conn().await.map_err(fault)?;
        let exec = &mut conn.exec();
        let rental = rows::get(exec, id).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
        if rental.state.capture().is_err() || !may_hand_out(rental.state, rental.term(), p.today()) {
            return Ok(());
        }
        rows::payments(exec, id).await.map_err(fault)?
    };
    for payment in payments.iter().filter(|payment| payment.state == ProviderState::Authorized) {
        capture(p, payment.id).await?;
    }
    Ok(())
}

/// Lets a payment go at the provider that nobody wants any more; best effort, since it also ends by itself.
///
/// # Errors
/// [`ApiError::Unavailable`] if the provider does not answer.
pub async fn drop_payment(p: &Platform, id: PaymentId) -> Result<(), ApiError> {
    let payment = read(p, id).await?;
    let Some(reference) = &payment.provider_ref else { return Ok(()) };
    let answer = match payment.state {
        ProviderState::Open | ProviderState::Pending => p.payments.cancel(reference, id).await,
        ProviderState::Canceled => p.payments.release(reference, id).await,
        _ => return Ok(()),
    };
    match answer {
        Ok(()) => {}
        Err(error) if !error.is_refusal() => return Err(unanswered(p, &error)),
        Err(error) => tracing::info!(%error, payment = %id, "payment not let go"),
    }
    // Let go, or paid at the last moment: the reading tells.
    sync(p, reference).await
}

/// [`sync`] by our own id: for jobs.
///
/// # Errors
/// As [`sync`].
pub async fn sync_payment(p: &Platform, id: PaymentId) -> Result<(), ApiError> {
    let Some(reference) = read(p, id).await?.provider_ref else { return Ok(()) };
    sync(p, &reference).await?;
    let payment = read(p, id).await?;
    let (give_up, again) =
        if payment.method.is_slow() { (GIVE_UP_TRANSFER, LOOK_AGAIN_TRANSFER) } else { (GIVE_UP, LOOK_AGAIN) };
    let open = matches!(payment.state, ProviderState::Open | ProviderState::Pending);
    if open && p.now() < payment.created_at + give_up {
        let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
        jobs::schedule(&mut tx.exec(), JobKind::SyncRental, id.0, p.now() + again).await.map_err(|e| p.fault(e))?;
        tx.commit().await.map_err(|error| p.fault(error))?;
    }
    Ok(())
}

/// The reservation ended unpaid: its units are free again. Before that the provider is asked once more. For jobs, and
/// for the page that the client returns to.
///
/// # Errors
/// [`ApiError::NotFound`], or a fault.
pub async fn lapse(p: &Platform, id: Uuid) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let open = {
        let mut conn = p.db.conn().await.map_err(fault)?;
        rows::payments(&mut conn.exec(), id).await.map_err(fault)?
    };
    for payment in open {
        if let (ProviderState::Open | ProviderState::Pending, Some(reference)) = (payment.state, &payment.provider_ref)
        {
            // No answer is no reason to keep the units any longer.
            let _ = sync(p, reference).await;
        }
    }
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let rental = rows::get_locked(exec, id).await?.ok_or(ApiError::NotFound)?;
            match rental.state {
                RentalState::Reserved { until } if now < until => {
                    jobs::schedule(exec, JobKind::LapseRental, id, until).await?;
                }
                _ => lapse_in(exec, p, rental, now).await?,
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await
}
