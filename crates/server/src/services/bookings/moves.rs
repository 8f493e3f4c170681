//! Moves of a booking: the expert's answer, the client's change of mind, and what clocks do.

use super::{Failure, attempt, changes, expert_of, lock, notices, store_move, vat_again};
use crate::{
    db::{Exec, bookings as rows, bookings::Booking, payments as payment_rows},
    jobs::{self, JobKind},
    payments::ProviderState,
    platform::Platform,
    services::{
        disputes,
        documents::{self, InvoiceInput, SelfBilledInput},
        ledger, payments, rating, rulebooks, self_billing,
    },
};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    booking::BookingState,
    calendar::DaySet,
    compensation::earnings,
    expert::ExpertKind,
    ids::{BookingId, ExpertId},
    money::Cents,
    rulebook::Rulebook,
    text::Message,
};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
};

/// Who stands how to a booking, for a move that only one side may make: strangers learn nothing of it.
pub(super) fn expert_only(booking: &Booking, actor: &AccountView) -> Result<(), ApiError> {
    if actor.expert == Some(booking.expert) {
        Ok(())
    } else if booking.client == actor.id || actor.is_manager {
        Err(ApiError::Forbidden)
    } else {
        Err(ApiError::NotFound)
    }
}

/// The rules a booking was agreed under.
pub(super) async fn rules(exec: &mut Exec<'_>, p: &Platform, booking: &Booking) -> Result<Rulebook, ApiError> {
    rulebooks::version_in(exec, p, booking.rulebook)
        .await?
        .ok_or_else(|| p.fault(format_args!("rulebook {} of booking {} is gone", booking.rulebook.0, booking.id)))
}

/// The expert accepts (S35): the client's invoice is issued, a card is captured, the assignment's end is scheduled.
///
/// # Errors
/// [`ApiError::NotFound`] and [`ApiError::Forbidden`] for others; [`ApiError::MovedOn`] if it waits for no answer (any
/// more).
pub async fn accept(p: &Platform, actor: &AccountView, id: BookingId) -> Result<(), ApiError> {
    let expert = expert_of(p, id).await?;
    attempt(p, || Box::pin(accept_once(p, actor, expert, id))).await?;
    jobs::wake(p);
    Ok(())
}

async fn accept_once(p: &Platform, actor: &AccountView, expert: ExpertId, id: BookingId) -> Result<(), Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let mut booking = lock(&mut tx.exec(), expert, id).await?;
    expert_only(&booking, actor)?;
    self_billing::required(&mut tx.exec(), p, expert).await?;
    let accepted = booking.state.accept(now).map_err(|_| ApiError::MovedOn)?;
    booking.accepted_at = Some(now);
    store_move(&mut tx.exec(), &mut booking, accepted, Some(actor.id), "", now).await?;
    invoice(&mut tx.exec(), p, &booking, now).await?;
    jobs::cancel(&mut tx.exec(), JobKind::ExpireRequest, id.0).await?;
    jobs::schedule(&mut tx.exec(), JobKind::CompleteBooking, id.0, booking.ends_at).await?;
    vat_again::watch(&mut tx.exec(), p, &booking, now).await?;
    notices::accepted(&mut tx.exec(), p, &booking).await?;
    tx.commit().await?;
    Ok(())
}

/// Issues the client's invoice and posts it. What is only authorised yet is ordered to be captured here: the invoice is
/// then due, names the card, and is settled in a moment. A changed booking has an invoice for each of its versions.
pub(super) async fn invoice(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let main = payments::main_payment(exec, booking.id).await?;
    let open = changes::open(exec, booking.id).await?;
    let mut apart = Cents::ZERO;
    if let Some(change) = &open {
        apart = payments::held_for(exec, booking.id, change.id).await?;
    }
    for payment in payment_rows::of_booking(exec, booking.id).await? {
        let for_open_change = open.as_ref().is_some_and(|change| payment.change == Some(change.id));
        if payment.state == ProviderState::Authorized && !for_open_change {
            jobs::schedule(exec, JobKind::CapturePayment, payment.id.0, now).await?;
        }
    }
    // Of an order that was cut short, what is kept no longer was paid all the same; credit notes give it back.
    let given_back = booking.total - booking.kept_total();
    let held = payments::held(exec, booking.id).await? - apart - payments::charged_back(exec, booking.id).await?;
    let prepaid = if held > Cents::ZERO { (held + given_back).min(booking.total) } else { Cents::ZERO };
    let expert = rows::expert(exec, booking.expert).await?.ok_or(ApiError::NotFound)?;
    let input = InvoiceInput {
        booking: booking.id,
        reference: booking.reference.clone(),
        quote: booking.quote.clone(),
        buyer: booking.buyer.party.clone(),
        expert_name: expert.display_name,
        days: booking.order.days.clone(),
        order_number: booking.order_number.clone(),
        locale: booking.locale,
        prepaid,
        paid_by: main.map(|payment| payment.method),
        payment_terms_days: rules(exec, p, booking).await?.booking.payment_terms_days,
        // What goes with a booking is had where the expert works.
        deliver_to: None,
    };
    let cause = match booking.revision {
        0 => format!("invoice:{}", booking.id),
        revision => format!("invoice:{}:{revision}", booking.id),
    };
    let document = documents::issue_invoice_for(exec, p, &input, &cause).await?.document;
    if document.total != booking.total {
        return Err(p.fault(format_args!("invoice {} is not the price of the booking", document.number)).into());
    }
    ledger::post_invoice_for(exec, p, booking.id, &cause, document.vat.taxable, document.vat.tax, prepaid).await?;
    Ok(())
}

/// The expert declines (S11): full refund, and a list of free alternatives for the client. `reason` is a word to the
/// client; it may be empty.
///
/// # Errors
/// As [`accept`]; [`ApiError::Invalid`] for the field `reason`.
pub async fn decline(p: &Platform, actor: &AccountView, id: BookingId, reason: &str) -> Result<(), ApiError> {
    let reason = Message::parse_optional(reason)
        .map_err(|error| ApiError::field("reason", Problem::of_text(error, 4_000)))?
        .map(String::from)
        .unwrap_or_default();
    let reason = reason.as_str();
    let expert = expert_of(p, id).await?;
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let mut booking = lock(&mut tx.exec(), expert, id).await?;
            expert_only(&booking, actor)?;
            let declined = booking.state.decline(now).map_err(|_| ApiError::MovedOn)?;
            store_move(&mut tx.exec(), &mut booking, declined, Some(actor.id), reason, now).await?;
            jobs::cancel(&mut tx.exec(), JobKind::ExpireRequest, id.0).await?;
            changes::drop_open(&mut tx.exec(), p, &booking, "declined", now).await?;
            payments::give_back_all(&mut tx.exec(), p, &booking, "declined").await?;
            notices::declined(&mut tx.exec(), p, &booking, reason).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// The client lets an unpaid hold, or an order not yet answered, go: full refund, supplement included (S6).
///
/// # Errors
/// [`ApiError::NotFound`] and [`ApiError::Forbidden`] for others; [`ApiError::MovedOn`] once accepted or over.
pub async fn withdraw(p: &Platform, actor: &AccountView, id: BookingId) -> Result<(), ApiError> {
    let expert = expert_of(p, id).await?;
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let mut booking = lock(&mut tx.exec(), expert, id).await?;
            if booking.client != actor.id {
                let known = actor.expert == Some(booking.expert) || actor.is_manager;
                return Err(if known { ApiError::Forbidden } else { ApiError::NotFound }.into());
            }
            let ordered = match booking.state {
                BookingState::Held { .. } => false,
                BookingState::Requested { .. } => true,
                _ => return Err(ApiError::MovedOn.into()),
            };
            let cancelled = booking.state.cancel().map_err(|_| ApiError::MovedOn)?;
            store_move(&mut tx.exec(), &mut booking, cancelled, Some(actor.id), "withdrawn", now).await?;
            jobs::cancel(&mut tx.exec(), JobKind::LapseHold, id.0).await?;
            jobs::cancel(&mut tx.exec(), JobKind::ExpireRequest, id.0).await?;
            changes::drop_open(&mut tx.exec(), p, &booking, "withdrawn", now).await?;
            payments::give_back_all(&mut tx.exec(), p, &booking, "withdrawn").await?;
            if ordered {
                notices::withdrawn(&mut tx.exec(), p, &booking).await?;
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// The expert did not answer in time: counts as declined (S35). Nothing happens before the deadline, or when the
/// booking waits for no answer: a job may come twice.
///
/// # Errors
/// [`ApiError::NotFound`], or a fault.
pub async fn expire(p: &Platform, id: BookingId) -> Result<(), ApiError> {
    let expert = expert_of(p, id).await?;
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let mut booking = lock(&mut tx.exec(), expert, id).await?;
            let Ok(expired) = booking.state.expire(now) else {
                return too_early(tx, &booking, JobKind::ExpireRequest).await;
            };
            store_move(&mut tx.exec(), &mut booking, expired, None, "no answer in time", now).await?;
            changes::drop_open(&mut tx.exec(), p, &booking, "expired", now).await?;
            payments::give_back_all(&mut tx.exec(), p, &booking, "expired").await?;
            notices::expired(&mut tx.exec(), p, &booking).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// A clock's job that came too early is put off until its clock has run; one that came too late has nothing to do.
async fn too_early(mut tx: crate::db::Tx, booking: &Booking, kind: JobKind) -> Result<(), Failure> {
    let waiting = match (kind, booking.state) {
        (JobKind::LapseHold, BookingState::Held { until }) => Some(until),
        (JobKind::ExpireRequest, BookingState::Requested { deadline }) => Some(deadline),
        (JobKind::CompleteBooking, BookingState::Accepted) => Some(booking.ends_at),
        _ => None,
    };
    if let Some(due) = waiting {
        jobs::schedule(&mut tx.exec(), kind, booking.id.0, due).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The hold ended unpaid: its days are free again. Before that the provider is asked once more, since a webhook may
/// have been lost; a payment that comes after all is dealt with when it is heard of.
///
/// # Errors
/// [`ApiError::NotFound`], or a fault.
pub async fn lapse(p: &Platform, id: BookingId) -> Result<(), ApiError> {
    let expert = expert_of(p, id).await?;
    // No answer is no reason to block the days any longer.
    let _ = payments::sync_booking(p, id).await;
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let mut booking = lock(&mut tx.exec(), expert, id).await?;
            let Ok(lapsed) = booking.state.lapse(now) else {
                return too_early(tx, &booking, JobKind::LapseHold).await;
            };
            lapse_in(&mut tx.exec(), p, &mut booking, lapsed, now).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// Lets a hold go whose time is over: its open payments are cancelled at the provider, as far as that can be.
pub(super) async fn lapse_in(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &mut Booking,
    lapsed: BookingState,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    store_move(exec, booking, lapsed, None, "hold ended", now).await?;
    for payment in payment_rows::of_booking(exec, booking.id).await? {
        // A transfer may be on its way already: it is dealt with when it arrives.
        let open = matches!(payment.state, ProviderState::Open | ProviderState::Pending);
        if open && !payment.method.is_slow() && payment.provider_ref.is_some() {
            jobs::schedule(exec, JobKind::CancelPayment, payment.id.0, now).await?;
        }
    }
    notices::lapsed(exec, p, booking).await?;
    Ok(())
}

/// The last day is over: the assignment is completed, its days get their ordinals on the expert's ladder, and an
/// independent expert's self-billed invoice is issued (S25, S30). Assignments of the same expert that ended earlier
/// and still wait are completed first: ordinals are given in the order of the ends.
///
/// # Errors
/// [`ApiError::NotFound`], or a fault.
pub async fn complete(p: &Platform, id: BookingId) -> Result<(), ApiError> {
    let expert = expert_of(p, id).await?;
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let booking = lock(&mut tx.exec(), expert, id).await?;
            if booking.state.complete(now, booking.ends_at).is_err() {
                return too_early(tx, &booking, JobKind::CompleteBooking).await;
            }
            for mut earlier in rows::to_complete(&mut tx.exec(), expert, booking.ends_at).await? {
                complete_in(&mut tx.exec(), p, &mut earlier, now).await?;
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// Completes what ended by an instant and still waits, but for one booking: ordinals are given in the order of the ends.
pub(super) async fn complete_earlier(
    exec: &mut Exec<'_>,
    p: &Platform,
    expert: ExpertId,
    until: DateTime<Utc>,
    but: BookingId,
) -> Result<(), Failure> {
    for mut earlier in rows::to_complete(exec, expert, until).await? {
        if earlier.id != but {
            complete_in(exec, p, &mut earlier, until).await?;
        }
    }
    Ok(())
}

async fn complete_in(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &mut Booking,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let Ok(completed) = booking.state.complete(now, booking.ends_at) else { return Ok(()) };
    let expert = rows::expert(exec, booking.expert).await?.ok_or(ApiError::NotFound)?;
    changes::drop_open(exec, p, booking, "completed", now).await?;
    let days = u32::try_from(booking.kept().days.len()).unwrap_or(u32::MAX);
    let independent = expert.kind == ExpertKind::Independent;
    booking.completed_at = Some(now);
    if independent {
        booking.ladder_before = Some(expert.completed_days);
        booking.ladder_days = Some(days);
    }
    store_move(exec, booking, completed, None, "last day over", now).await?;
    rows::add_completed_days(exec, booking.expert, days, now).await?;
    if independent {
        self_bill(exec, p, booking, expert).await?;
    }
    notices::completed(exec, p, booking, independent).await?;
    rating::invite(exec, booking.id, now).await?;
    Ok(())
}

/// Issues the expert's self-billed invoice of what is kept, by the rules the booking was agreed under, and posts it.
pub(super) async fn self_bill(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    expert: rows::BookedExpert,
) -> Result<(), Failure> {
    let before = expert.completed_days;
    let input = self_billed_input(exec, p, booking, expert, before).await?;
    let document = documents::issue_self_billed(exec, p, &input).await?.document;
    ledger::post_self_billed(exec, p, booking.id, document.vat.taxable, document.vat.tax).await?;
    disputes::withhold(exec, p, booking.id).await?;
    Ok(())
}

/// Issues it anew, with what is left, by the ordinals it was given.
pub(super) async fn self_bill_again(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    expert: rows::BookedExpert,
    version: i64,
) -> Result<(), Failure> {
    let before = booking.ladder_before.unwrap_or_default();
    let input = self_billed_input(exec, p, booking, expert, before).await?;
    let cause = format!("self-billed:{}:{version}", booking.id);
    let document = documents::issue_self_billed_for(exec, p, &input, &cause).await?.document;
    let (net, vat) = (document.vat.taxable, document.vat.tax);
    ledger::post_self_billed_for(exec, p, booking.id, &cause, "self-billed-issued", net, vat).await?;
    disputes::withhold(exec, p, booking.id).await?;
    Ok(())
}

async fn self_billed_input(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    expert: rows::BookedExpert,
    before: u32,
) -> Result<SelfBilledInput, Failure> {
    let rules = rules(exec, p, booking).await?;
    let billing = rows::billing(exec, booking.expert).await?;
    let person = rows::person(exec, expert.account).await?;
    let (Some(billing), Some(person)) = (billing, person) else {
        return Err(p.fault(format_args!("expert {} has no billing details", booking.expert)).into());
    };
    let mut seller = billing.party;
    seller.email = Some(person.email);
    Ok(SelfBilledInput {
        booking: booking.id,
        reference: booking.reference.clone(),
        seller,
        vat_exempt: billing.vat_exempt,
        expert_name: expert.display_name,
        earned: earnings(&rules.ladder, &booking.kept_lines(), before),
        // Of a booking that was cut short: the days that are paid.
        days: DaySet::new(booking.kept().days).unwrap_or_else(|_| booking.order.days.clone()),
        locale: person.locale,
        payout_days: rules.booking.payout_days,
    })
}
