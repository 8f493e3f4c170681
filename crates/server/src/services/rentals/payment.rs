//! The money of an order: made at the provider, read from it, applied exactly once, given back.

use super::{Failure, choose, issue_invoice, lapse_in, notices, refund, rows, store_move, take};
use crate::{
    db::{
        Exec,
        rentals::{Rental, RentalPayment},
    },
    jobs::{self, JobKind},
    payments::{NewPayment, ProviderError, ProviderPayment, ProviderState},
    platform::Platform,
    services::{
        bookings::attempt,
        ledger::{self, Account},
    },
};
use chrono::TimeDelta;
use gabarit_domain::{
    ids::{BookingId, PaymentId, RefundId},
    money::Cents,
    rental::RentalState,
};
use gabarit_view::{account::AccountView, error::ApiError};
use url::Url;
use uuid::Uuid;

/// An open payment is read again after so long, should every webhook be lost; and no more after a day.
const LOOK_AGAIN: TimeDelta = TimeDelta::minutes(20);
const GIVE_UP: TimeDelta = TimeDelta::days(1);

fn unanswered(p: &Platform, error: &ProviderError) -> ApiError {
    match error {
        ProviderError::Unavailable(_) => {
            tracing::warn!(%error, "payment provider");
            ApiError::Unavailable
        }
        ProviderError::Refused { .. } | ProviderError::NotFound => p.fault(error),
    }
}

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
        due_date: None,
        redirect_url: address(p, &p.config.public_url, &redirect)?,
        webhook_url: address(p, &p.config.webhook_base, "/webhooks/payments")?,
        locale: rental.locale,
    };
    let made = p.payments.create(&new).await.map_err(|error| match error {
        ProviderError::Refused { .. } => {
            tracing::error!(%error, payment = %payment.id, "payment not made");
            ApiError::Unavailable
        }
        error => unanswered(p, &error),
    })?;
    if made.amount != payment.amount {
        return Err(p.fault(format_args!("payment {} was made with another amount", payment.id)));
    }
    let now = p.now();
    let url = made.checkout_url.as_ref().map(Url::as_str);
    let mut tx = p.db.begin().await.map_err(fault)?;
    rows::note_created(&mut tx.exec(), payment.id, &made.reference, url, now).await.map_err(fault)?;
    let look = rental.state.clock().unwrap_or(now).max(now) + LOOK_AGAIN;
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
    if said.amount != payment.amount || said.booking.is_some_and(|order| order.0 != payment.rental) {
        return Err(p.fault(format_args!("the provider has another payment than {}", payment.id)));
    }
    if payment.state == ProviderState::Paid || payment.state == said.state {
        return Ok(());
    }
    attempt(p, || Box::pin(apply(p, &payment, &said))).await?;
    jobs::wake(p);
    Ok(())
}

async fn apply(p: &Platform, payment: &RentalPayment, said: &ProviderPayment) -> Result<(), Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let mut rental = rows::get_locked(exec, payment.rental).await?.ok_or(ApiError::NotFound)?;
    // Read again under the lock: somebody else may have applied it meanwhile.
    let payment = rows::payment(exec, payment.id).await?.ok_or(ApiError::NotFound)?;
    if payment.state == ProviderState::Paid {
        return Ok(());
    }
    let captured = if said.state == ProviderState::Paid { payment.amount } else { Cents::ZERO };
    rows::store_payment(exec, payment.id, said.state, captured, now).await?;
    if said.state == ProviderState::Paid {
        let entries = [(Account::ProviderClearing, payment.amount), (Account::Deposits, -payment.amount)];
        let key = format!("rental-received:{}", payment.id);
        ledger::post(exec, p, &key, "rental-payment-received", None, &entries).await?;
        match held(exec, p, &rental).await? {
            Some(paid) => {
                store_move(exec, &mut rental, paid, None, "paid", now).await?;
                jobs::cancel(exec, JobKind::LapseRental, rental.id).await?;
                issue_invoice(exec, p, &rental, payment.method).await?;
                notices::paid(exec, p, &rental).await?;
            }
            // Paid twice, or too late.
            None => refund(exec, p, &payment, "not needed").await?,
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Where money that came leads to, the units of the order being held: those of its reservation, or, after that has ended,
/// as many others if there are. `None` where it has to go back.
async fn held(exec: &mut Exec<'_>, p: &Platform, rental: &Rental) -> Result<Option<RentalState>, Failure> {
    if let Ok(paid) = rental.state.pay() {
        return Ok(Some(paid));
    }
    let Ok(paid) = rental.state.pay_late(rental.term(), p.today()) else { return Ok(None) };
    let (chosen, short) = choose(exec, p, &rental.order).await?;
    if !short.is_empty() {
        return Ok(None);
    }
    take(exec, rental, &chosen).await?;
    Ok(Some(paid))
}

/// [`sync`] by our own id: for jobs.
///
/// # Errors
/// As [`sync`].
pub async fn sync_payment(p: &Platform, id: PaymentId) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let read = || async {
        let mut conn = p.db.conn().await?;
        rows::payment(&mut conn.exec(), id).await
    };
    let Some(reference) = read().await.map_err(fault)?.and_then(|payment| payment.provider_ref) else { return Ok(()) };
    sync(p, &reference).await?;
    let payment = read().await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    let open = matches!(payment.state, ProviderState::Open | ProviderState::Pending);
    if open && p.now() < payment.created_at + GIVE_UP {
        let mut tx = p.db.begin().await.map_err(fault)?;
        jobs::schedule(&mut tx.exec(), JobKind::SyncRental, id.0, p.now() + LOOK_AGAIN).await.map_err(fault)?;
        tx.commit().await.map_err(fault)?;
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

/// Hands a refund to the provider, exactly once: its id is the idempotency key, and it is noted and posted together.
///
/// # Errors
/// [`ApiError::Unavailable`] if the provider does not answer or refuses: try again; at a first refusal the operator is
/// told.
pub async fn send_refund(p: &Platform, id: RefundId) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let (payment, rental, amount) = {
        let mut conn = p.db.conn().await.map_err(fault)?;
        let exec = &mut conn.exec();
        let (payment, amount, state) = rows::refund(exec, id).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
        if state == "sent" {
            return Ok(());
        }
        let payment = rows::payment(exec, PaymentId(payment)).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
        let rental = rows::get(exec, payment.rental).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
        (payment, rental, Cents(amount))
    };
    let reference = payment.provider_ref.clone().ok_or_else(|| p.fault("a paid payment without a reference"))?;
    let sent = match p.payments.refund(&reference, id, amount, &rental.reference).await {
        Ok(sent) => sent,
        Err(error @ ProviderError::Unavailable(_)) => return Err(unanswered(p, &error)),
        Err(error) => {
            tracing::error!(%error, refund = %id, "refund refused");
            let mut tx = p.db.begin().await.map_err(fault)?;
            notices::not_refunded(&mut tx.exec(), p, &rental, id, amount).await?;
            tx.commit().await.map_err(fault)?;
            return Err(ApiError::Unavailable);
        }
    };
    let (sent, rental) = (sent.as_str(), &rental);
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            rows::get_locked(exec, rental.id).await?;
            if rows::note_refunded(exec, id, sent, p.now()).await? {
                let entries = [(Account::Deposits, amount), (Account::ProviderClearing, -amount)];
                let key = format!("rental-refund:{id}");
                ledger::post(exec, p, &key, "rental-refund-sent", None, &entries).await?;
                notices::refunded(exec, p, rental, id, amount).await?;
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}
