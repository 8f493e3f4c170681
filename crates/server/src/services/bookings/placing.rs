//! Placing a booking: the server prices again from its own data, and holds the days and what is rented on them.

use super::{
    Failure, attempt,
    form::{self, Draft},
    moves::lapse_in,
};
use crate::{
    clock::start_of_day,
    credit::Question,
    db::{
        Exec, Tx, bookings as rows, bookings::Booking, experts as expert_rows, ledger as ledger_rows,
        payments as payment_rows,
    },
    jobs::{self, JobKind},
    payments::{ProviderState, limit},
    platform::Platform,
    services::{experts, payments, rulebooks, statements, stock, work},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use gabarit_domain::{
    booking::{BookingState, PaymentMethod},
    credit::{CreditRefusal, Standing, check},
    ids::{AccountId, BookingId, PaymentId},
    money::Cents,
    pricing::{PricingContext, Quote, Refusal, quote},
    rulebook::Rulebook,
    stock::rented_with,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    booking::{BookingForm, PlacedBooking},
    error::{ApiError, Problem},
};
use std::collections::BTreeSet;

/// Places a booking: holds the days and makes a payment at the provider.
///
/// The price is computed here from fresh data; what the form says of it is only the fingerprint of what its reader saw.
/// The same form sent twice is one booking.
///
/// # Errors
/// - [`ApiError::Invalid`] with every field to correct: that of an option of which nothing is left, too.
/// - [`ApiError::NotFound`] if there is no such published expert; [`ApiError::OwnProfile`] if it is the client's own.
/// - [`ApiError::PriceChanged`] with the new quote, if it is not the one that was seen; nothing is stored then.
/// - [`ApiError::DaysTaken`] if somebody else has some of the days; [`ApiError::TooManyHolds`];
///   [`ApiError::CreditRefused`] for cards (S18).
/// - [`ApiError::Forbidden`] if another account used the form's key; [`ApiError::MovedOn`] if the form made a booking and
///   was changed since.
/// - [`ApiError::Unavailable`] if the payment provider does not answer: the days stay held, and the same form, or
///   [`payments::checkout`], tries again.
pub async fn place(
    p: &Platform,
    client: &AccountView,
    form: &BookingForm,
    locale: Locale,
) -> Result<PlacedBooking, ApiError> {
    let key = form::key(form)?;
    let known = {
        let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
        rows::by_key(&mut conn.exec(), key).await.map_err(|e| p.fault(e))?
    };
    let id = match known {
        Some(booking) => same(&booking, client, form)?,
        None => {
            let draft = form::read(p, form, locale).await?;
            work::before_booking(p, draft.order.expert).await?;
            if !rented_with(&draft.order).is_empty() {
                stock::end_overdue(p).await?;
            }
            let context = rulebooks::pricing_context(p).await?;
            second_opinion(p, client, &draft, &context).await?;
            attempt(p, || Box::pin(hold(p, client, form, &draft, &context, locale))).await?
        }
    };
    jobs::wake(p);
    Ok(PlacedBooking { id, checkout_url: payments::checkout(p, client, id).await? })
}

/// The booking that a form made, if the form still says the same: what was changed since is no booking yet.
fn same(booking: &Booking, client: &AccountView, form: &BookingForm) -> Result<BookingId, ApiError> {
    if booking.client != client.id {
        return Err(ApiError::Forbidden);
    }
    let days: Result<BTreeSet<NaiveDate>, _> =
        form.days.split(',').map(str::trim).filter(|day| !day.is_empty()).map(str::parse).collect();
    let is_same = booking.quote.fingerprint() == form.seen.trim()
        && form.expert.trim().parse() == Ok(booking.expert)
        && days.is_ok_and(|days| days.into_iter().eq(booking.order.days.iter()));
    if is_same { Ok(booking.id) } else { Err(ApiError::MovedOn) }
}

/// One attempt at the transaction that holds the days.
async fn hold(
    p: &Platform,
    client: &AccountView,
    form: &BookingForm,
    draft: &Draft,
    context: &PricingContext,
    locale: Locale,
) -> Result<BookingId, Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    rows::lock_account(&mut tx.exec(), client.id).await?;
    rows::lock_expert(&mut tx.exec(), draft.order.expert).await?;
    if let Some(booking) = rows::by_key(&mut tx.exec(), draft.key).await? {
        return Ok(same(&booking, client, form)?);
    }
    not_themselves(&mut tx, client, draft).await?;
    // A hold whose time is over must not stand in the way because its job has not run yet.
    for mut overdue in rows::overdue_holds(&mut tx.exec(), draft.order.expert, now).await? {
        if let Ok(lapsed) = overdue.state.lapse(now) {
            lapse_in(&mut tx.exec(), p, &mut overdue, lapsed, now).await?;
        }
    }
    let quote = price(p, &mut tx, draft, context).await?;
    if quote.fingerprint() != draft.seen {
        return Err(ApiError::PriceChanged { quote: (&quote).into(), stash: None }.into());
    }
    let holds = rows::running_holds(&mut tx.exec(), client.id, now).await?;
    if holds >= i64::from(context.rulebook.booking.max_unpaid_holds) {
        return Err(ApiError::TooManyHolds.into());
    }
    if quote.total > limit(draft.method) {
        // The provider would not take it; other methods may.
        let limit = limit(draft.method);
        return Err(if draft.method.is_deferred() {
            ApiError::CreditRefused { reason: CreditRefusal::MethodLimit { limit }, stash: None }
        } else {
            ApiError::field("method", Problem::MethodLimit(limit))
        }
        .into());
    }
    let transfer = PaymentMethod::transfer_due(&context.rulebook.booking, context.today, draft.order.days.first());
    if draft.method.is_slow() && transfer.is_none() {
        return Err(ApiError::field("method", Problem::TooLateForTransfer).into());
    }
    if draft.method.is_deferred() {
        let standing = standing(&mut tx.exec(), client.id, &context.rulebook, now).await?;
        check(&context.rulebook.credit, standing, quote.total)
            .map_err(|reason| ApiError::CreditRefused { reason, stash: None })?;
    }
    let booking = new_booking(p, client, draft, context, quote, locale, now);
    rows::insert(&mut tx.exec(), &booking).await?;
    let taken = rows::take_days(&mut tx.exec(), booking.expert, booking.id, booking.order.days.iter()).await?;
    if !taken.is_empty() {
        return Err(ApiError::DaysTaken { days: taken, stash: None }.into());
    }
    let short = stock::hold(&mut tx.exec(), p, booking.id, &stock::ordered(&booking.order)).await?;
    if !short.is_empty() {
        return Err(form::refused(short).into());
    }
    let held = booking.state;
    rows::log(&mut tx.exec(), booking.id, now, Some(client.id), None, held.code(), "placed").await?;
    statements::accepted_with_booking(&mut tx.exec(), p, client.id, locale, booking.id).await?;
    expert_rows::touch(&mut tx.exec(), booking.expert.0, now).await?;
    if let Some(profile) = &draft.profile {
        rows::remember_client(&mut tx.exec(), client.id, profile).await?;
    }
    let payment = payment_rows::Payment {
        id: PaymentId(p.ids.uuid()),
        booking: booking.id,
        method: draft.method,
        amount: booking.total,
        state: ProviderState::Open,
        provider_ref: None,
        checkout_url: None,
        captured: Cents::ZERO,
        to_capture: None,
        change: None,
        created_at: now,
        updated_at: now,
    };
    payment_rows::insert(&mut tx.exec(), &payment).await?;
    jobs::schedule(&mut tx.exec(), JobKind::LapseHold, booking.id.0, held.clock().unwrap_or(now)).await?;
    tx.commit().await?;
    Ok(booking.id)
}

/// Nobody books themselves: not from the same account, not under the same VAT number (S17–S19).
async fn not_themselves(tx: &mut Tx, client: &AccountView, draft: &Draft) -> Result<(), Failure> {
    let expert = rows::expert(&mut tx.exec(), draft.order.expert).await?.ok_or(ApiError::NotFound)?;
    let number = draft.buyer.party.vat_number.as_ref();
    if expert.account == client.id || (number.is_some() && number == expert.vat_number.as_ref()) {
        return Err(ApiError::OwnProfile.into());
    }
    Ok(())
}

/// Prices the order with the expert's offer as it is now. Days that other bookings took are told apart from days the
/// expert does not work.
async fn price(p: &Platform, tx: &mut Tx, draft: &Draft, context: &PricingContext) -> Result<Quote, Failure> {
    let expert = draft.order.expert;
    let offer = experts::offer_in(&mut tx.exec(), p, expert).await?.ok_or(ApiError::NotFound)?;
    match quote(context, &offer, &draft.order) {
        Ok(quote) => Ok(quote),
        Err(refusals) => {
            if let [Refusal::NotFree { days }] = refusals.as_slice() {
                let booked = rows::booked_days(&mut tx.exec(), expert, context.today).await?;
                if days.iter().any(|day| booked.binary_search(day).is_ok()) {
                    return Err(ApiError::DaysTaken { days: days.clone(), stash: None }.into());
                }
            }
            Err(form::refused(refusals).into())
        }
    }
}

/// What the books say of an account that wants to pay later (S18): what it owes on invoices, and what its cards may
/// still be charged with for orders without an invoice.
pub(crate) async fn standing(
    exec: &mut Exec<'_>,
    client: AccountId,
    rules: &Rulebook,
    now: DateTime<Utc>,
) -> Result<Standing, Failure> {
    let overdue_before = now - TimeDelta::days(i64::from(rules.booking.payment_terms_days));
    Ok(Standing {
        exposure: ledger_rows::owed_by(exec, client).await? + payment_rows::uncaptured_cards(exec, client, now).await?,
        overdue: ledger_rows::owes_since(exec, client, overdue_before).await?,
        completed: u32::try_from(rows::completed_of_client(exec, client).await?).unwrap_or(u32::MAX),
    })
}

/// Asks the credit bureau, if there is one, before days are held: nobody else should wait for its answer. Only of an
/// order that the books would let pass, at the price that was seen.
async fn second_opinion(
    p: &Platform,
    client: &AccountView,
    draft: &Draft,
    context: &PricingContext,
) -> Result<(), ApiError> {
    if !draft.method.is_deferred() {
        return Ok(());
    }
    let fault = |error: Failure| match error {
        Failure::Answer(error) => error,
        Failure::Database(error) => p.fault(error),
    };
    let (offer, standing) = {
        let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
        let exec = &mut conn.exec();
        let offer = experts::offer_in(exec, p, draft.order.expert).await?;
        (offer, standing(exec, client.id, &context.rulebook, p.now()).await.map_err(fault)?)
    };
    // What cannot be quoted is refused with its reasons, under the lock.
    let Some(quote) = offer.and_then(|offer| quote(context, &offer, &draft.order).ok()) else { return Ok(()) };
    if quote.fingerprint() != draft.seen || check(&context.rulebook.credit, standing, quote.total).is_err() {
        return Ok(());
    }
    let question = Question { buyer: &draft.buyer.party, standing, amount: quote.total };
    p.credit.check(&question).await.map_err(|reason| ApiError::CreditRefused { reason, stash: None })
}

fn new_booking(
    p: &Platform,
    client: &AccountView,
    draft: &Draft,
    context: &PricingContext,
    quote: Quote,
    locale: Locale,
    now: DateTime<Utc>,
) -> Booking {
    let (first_day, last_day) = (draft.order.days.first(), draft.order.days.last());
    let starts_at = start_of_day(first_day, p.config.zone);
    Booking {
        id: BookingId(p.ids.uuid()),
        reference: reference(&p.ids.secret()),
        idempotency_key: draft.key,
        expert: draft.order.expert,
        client: client.id,
        state: match PaymentMethod::transfer_due(&context.rulebook.booking, context.today, first_day) {
            // Until the day is over on which the transfer is due (S17).
            Some(due) if draft.method.is_slow() => {
                BookingState::hold_until(start_of_day(due.succ_opt().unwrap_or(due), p.config.zone), starts_at)
            }
            _ => BookingState::hold(now, &context.rulebook.booking, starts_at),
        },
        version: 1,
        first_day,
        last_day,
        starts_at,
        ends_at: start_of_day(last_day.succ_opt().unwrap_or(last_day), p.config.zone),
        order: draft.order.clone(),
        rulebook: quote.rulebook,
        total: quote.total,
        quote,
        place_name: draft.place_name.clone(),
        work_address: draft.work_address.clone(),
        buyer: draft.buyer.clone(),
        order_number: draft.order_number.clone(),
        note: draft.note.clone(),
        locale,
        created_at: now,
        paid_at: None,
        accepted_at: None,
        completed_at: None,
        ladder_before: None,
        ladder_days: None,
        settlement: None,
        revision: 0,
    }
}

/// Eight characters that are hard to take for one another when read aloud.
fn reference(random: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    random.iter().take(8).map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}
