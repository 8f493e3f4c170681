//! Changing a booking: the new price is shown, its difference charged or given back, and the expert asked again where
//! days or place change. The old booking stands until then.
//!
//! ```text
//! proposed ──paid──▶ asked ──accepted──▶ applied
//!    │                 ├─declined, no answer in time─▶ dropped
//!    └─not paid in time, withdrawn──────────────────▶ dropped
//! ```
//!
//! A change that costs nothing more is not proposed but asked at once; one that concerns neither days nor place, or an
//! order that nobody has accepted yet, is applied as soon as it is paid. New days, and what is rented
//! anew, are held from the first moment on.

use super::{Failure, attempt, expert_of, form, lock, moves, notices, store_move};
use crate::{
    clock::start_of_day,
    db::{
        Exec, bookings as rows,
        bookings::Booking,
        changes as change_rows,
        changes::{Change, ChangeState},
        experts as expert_rows,
    },
    jobs::{self, JobKind},
    platform::Platform,
    services::{
        documents::{self, CreditInput},
        experts, ledger, payments, stock,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::{
    booking::BookingState,
    calendar::DaySet,
    change::asks_expert,
    ids::{BookingId, ExpertId},
    invoice::DocumentKind,
    money::Cents,
    pricing::{Location, Order, PricingContext},
    settlement::{SomeDays, is_free},
    text::{Message, OneLine},
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    booking::{BookingForm, Choices},
    change::{Agreed, ChangePreview},
    error::{ApiError, Problem},
};
use uuid::Uuid;

pub(crate) use change_rows::open;

/// A manager's proposal waits this long for the client's payment.
const MANAGERS_HOLD: TimeDelta = TimeDelta::hours(24);

/// What a client (or a manager) wants a booking to be.
#[derive(Clone, Debug)]
struct Wanted {
    order: Order,
    place_name: Option<String>,
    work_address: Option<String>,
}

/// What a change of a booking begins with.
fn agreed(booking: &Booking) -> Agreed {
    Agreed {
        order: booking.order.clone(),
        quote: booking.quote.clone(),
        total: booking.total,
        version: booking.version,
        accepted: booking.state == BookingState::Accepted,
    }
}

/// Reads the choices of a form.
fn read(p: &Platform, booking: &Booking, form: &BookingForm, locale: Locale) -> Result<Wanted, ApiError> {
    let point = form.place_id().and_then(|place| p.places.get(place)).map(|place| place.point);
    let order = match agreed(booking).choices(form, point) {
        Choices { order: Some(order), problems } if problems.is_empty() => order,
        Choices { problems, .. } => return Err(ApiError::Invalid { fields: problems, stash: None }),
    };
    let work_address = OneLine::parse_optional(&form.work_address)
        .map_err(|error| ApiError::field("work_address", Problem::of_text(error, 120)))?
        .map(String::from);
    let place_name = match order.location {
        Location::OnSite { place, .. } => p.places.view(place, locale).map(|place| place.label()),
        Location::Remote => None,
    };
    let work_address = work_address.filter(|_| place_name.is_some());
    Ok(Wanted { order, place_name, work_address })
}

/// Who may change it now: the client of an order that waits, or of a flexible assignment in time; a manager of both and
/// of any assignment that has not begun.
async fn allowed(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    actor: &AccountView,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let client = booking.client == actor.id;
    if !client && !actor.is_manager {
        let known = actor.expert == Some(booking.expert);
        return Err(if known { ApiError::Forbidden } else { ApiError::NotFound }.into());
    }
    if may_change(exec, p, booking, actor.is_manager, now).await? { Ok(()) } else { Err(ApiError::MovedOn.into()) }
}

/// Whether a booking can be changed now, by its client or by a manager.
pub(crate) async fn may_change(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    by_manager: bool,
    now: DateTime<Utc>,
) -> Result<bool, Failure> {
    let rules = moves::rules(exec, p, booking).await?;
    let today = now.with_timezone(&p.config.zone).date_naive();
    let standing = booking.settlement.is_none() && booking.state.change(now, &rules.booking, booking.starts_at).is_ok();
    let free = booking.state != BookingState::Accepted || by_manager || is_free(&rules, &booking.order, today);
    Ok(standing && free && open(exec, booking.id).await?.is_none())
}

/// What prices a change: the rules of the booking, today, and what is left to rent. That private clients are taken was
/// agreed with the booking.
async fn context(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    now: DateTime<Utc>,
) -> Result<PricingContext, Failure> {
    let rulebook = moves::rules(exec, p, booking).await?;
    let today = now.with_timezone(&p.config.zone).date_naive();
    let none_left = stock::none_left(exec, p, &rulebook).await?;
    Ok(PricingContext { rulebook, operator: p.config.operator.vat, today, private_clients: true, none_left })
}

/// Everything a page needs to price a change by itself, besides the expert's offer: what was agreed, and the context.
///
/// # Errors
/// [`ApiError::NotFound`] and [`ApiError::Forbidden`] for others; [`ApiError::MovedOn`] where nothing can be changed by
/// its reader (any more).
pub async fn setup(p: &Platform, actor: &AccountView, id: BookingId) -> Result<(Agreed, PricingContext), ApiError> {
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let exec = &mut conn.exec();
    let booking = rows::get(exec, id).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?;
    let now = p.now();
    let result = async {
        allowed(exec, p, &booking, actor, now).await?;
        context(exec, p, &booking, now).await
    }
    .await;
    match result {
        Ok(context) => Ok((agreed(&booking), context)),
        Err(Failure::Answer(error)) => Err(error),
        Err(Failure::Database(error)) => Err(p.fault(error)),
    }
}

/// Proposes a change at the price that was seen. Answers the page on which the client pays the difference, if there is
/// one to pay and it is the client who asks.
///
/// # Errors
/// As [`setup`]; [`ApiError::Invalid`] with every field to correct, `reason` among them, which a manager must give;
/// [`ApiError::PriceChanged`] with the new price if it is not the one that was seen; nothing happens then.
/// [`ApiError::DaysTaken`].
pub async fn propose(
    p: &Platform,
    actor: &AccountView,
    id: BookingId,
    form: &BookingForm,
    locale: Locale,
    reason: &str,
) -> Result<Option<String>, ApiError> {
    let reason = Message::parse_optional(reason)
        .map_err(|error| ApiError::field("reason", Problem::of_text(error, 4_000)))?
        .map(String::from)
        .unwrap_or_default();
    let expert = expert_of(p, id).await?;
    let reason = reason.as_str();
    let to_pay = attempt(p, || Box::pin(propose_once(p, actor, expert, id, form, locale, reason))).await?;
    jobs::wake(p);
    if to_pay { payments::checkout(p, actor, id).await.map(Some) } else { Ok(None) }
}

/// Whether its proposer has something to pay.
async fn propose_once(
    p: &Platform,
    actor: &AccountView,
    expert: ExpertId,
    id: BookingId,
    form: &BookingForm,
    locale: Locale,
    reason: &str,
) -> Result<bool, Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let mut booking = lock(exec, expert, id).await?;
    allowed(exec, p, &booking, actor, now).await?;
    let by_client = booking.client == actor.id;
    if !by_client && reason.is_empty() {
        return Err(ApiError::field("reason", Problem::Missing).into());
    }
    let wanted = read(p, &booking, form, locale)?;
    let context = context(exec, p, &booking, now).await?;
    let offer = experts::offer_in(exec, p, booking.expert).await?.ok_or(ApiError::NotFound)?;
    let agreed = agreed(&booking);
    let quote = agreed.price(&context, &offer, &wanted.order).map_err(form::refused)?;
    let ChangePreview { fingerprint, quote, difference, asks_expert: asks } = agreed.meaning(&wanted.order, quote);
    if fingerprint != form.seen {
        return Err(ApiError::PriceChanged { quote: (&quote).into(), stash: None }.into());
    }
    if wanted.order == booking.order && wanted.work_address == booking.work_address {
        return Err(ApiError::field("days", Problem::Missing).into());
    }
    take_new_days(exec, &booking, &wanted.order.days).await?;
    let short = stock::hold(exec, p, id, &stock::ordered(&wanted.order)).await?;
    if !short.is_empty() {
        return Err(form::refused(short).into());
    }
    expert_rows::touch(exec, expert.0, now).await?;
    let rules = context.rulebook;
    let start = booking.starts_at.min(start_of_day(wanted.order.days.first(), p.config.zone));
    let hold = if by_client { TimeDelta::minutes(i64::from(rules.booking.hold_minutes)) } else { MANAGERS_HOLD };
    let (state, clock) = if difference > Cents::ZERO {
        (ChangeState::Proposed, Some((now + hold).min(start)))
    } else {
        (ChangeState::Asked, Some((now + TimeDelta::hours(i64::from(rules.booking.acceptance_hours))).min(start)))
    };
    let change = Change {
        id: p.ids.uuid(),
        booking: id,
        state,
        clock,
        order: wanted.order,
        quote,
        place_name: wanted.place_name,
        work_address: wanted.work_address,
        difference,
        asks_expert: asks,
        actor: actor.id,
        reason: reason.to_owned(),
        created_at: now,
    };
    change_rows::insert(exec, &change).await?;
    if state == ChangeState::Proposed {
        jobs::schedule(exec, JobKind::EndChange, change.id, clock.unwrap_or(now)).await?;
        if !by_client {
            notices::change_proposed(exec, p, &booking, &change).await?;
        }
    } else if asks {
        jobs::schedule(exec, JobKind::EndChange, change.id, clock.unwrap_or(now)).await?;
        notices::change_asked(exec, p, &booking, &change).await?;
    } else {
        apply(exec, p, &mut booking, &change, now).await?;
    }
    tx.commit().await?;
    Ok(by_client && state == ChangeState::Proposed)
}

/// Holds the days that the booking does not have yet.
async fn take_new_days(exec: &mut Exec<'_>, booking: &Booking, days: &DaySet) -> Result<(), Failure> {
    let new: Vec<_> = days.iter().filter(|day| !booking.order.days.contains(*day)).collect();
    let taken = rows::take_days(exec, booking.expert, booking.id, new.into_iter()).await?;
    if taken.is_empty() { Ok(()) } else { Err(ApiError::DaysTaken { days: taken, stash: None }.into()) }
}

/// The change, if its difference may be paid now.
pub(crate) async fn payable(
    exec: &mut Exec<'_>,
    id: Uuid,
    booking: &Booking,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Change>> {
    let change = change_rows::get(exec, id).await?;
    Ok(change.filter(|change| {
        change.booking == booking.id
            && change.state == ChangeState::Proposed
            && change.clock.is_some_and(|clock| now < clock)
            && matches!(booking.state, BookingState::Requested { .. } | BookingState::Accepted)
    }))
}

/// The difference is paid (or promised): the expert is asked, or the change made.
pub(crate) async fn paid(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &mut Booking,
    change: Change,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    jobs::cancel(exec, JobKind::EndChange, change.id).await?;
    // An order may have been accepted since: its expert has agreed to other days.
    let asks = booking.state == BookingState::Accepted && asks_expert(&booking.order, &change.order);
    if !asks {
        return apply(exec, p, booking, &change, now).await;
    }
    let rules = moves::rules(exec, p, booking).await?;
    let start = booking.starts_at.min(start_of_day(change.order.days.first(), p.config.zone));
    let clock = (now + TimeDelta::hours(i64::from(rules.booking.acceptance_hours))).min(start);
    change_rows::store(exec, change.id, ChangeState::Asked, Some(clock), now).await?;
    jobs::schedule(exec, JobKind::EndChange, change.id, clock).await?;
    let change = Change { state: ChangeState::Asked, clock: Some(clock), ..change };
    notices::change_asked(exec, p, booking, &change).await
}

/// The expert answers a change of days or place.
///
/// # Errors
/// [`ApiError::NotFound`] and [`ApiError::Forbidden`] for others; [`ApiError::MovedOn`] if no change waits for an answer
/// (any more).
pub async fn answer(p: &Platform, actor: &AccountView, id: BookingId, accept: bool) -> Result<(), ApiError> {
    let expert = expert_of(p, id).await?;
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let mut booking = lock(exec, expert, id).await?;
            moves::expert_only(&booking, actor)?;
            let change = open(exec, id).await?.ok_or(ApiError::MovedOn)?;
            if change.state != ChangeState::Asked || change.clock.is_none_or(|clock| now >= clock) {
                return Err(ApiError::MovedOn.into());
            }
            if accept {
                apply(exec, p, &mut booking, &change, now).await?;
            } else {
                drop_in(exec, p, &booking, &change, "declined", now).await?;
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// The client (or a manager) takes a change back that is not made yet.
///
/// # Errors
/// As [`answer`].
pub async fn withdraw_change(p: &Platform, actor: &AccountView, id: BookingId) -> Result<(), ApiError> {
    let expert = expert_of(p, id).await?;
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let booking = lock(exec, expert, id).await?;
            if booking.client != actor.id && !actor.is_manager {
                let known = actor.expert == Some(booking.expert);
                return Err(if known { ApiError::Forbidden } else { ApiError::NotFound }.into());
            }
            let change = open(exec, id).await?.ok_or(ApiError::MovedOn)?;
            drop_in(exec, p, &booking, &change, "withdrawn", now).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// A change was not paid, or not answered, in time. Nothing happens before its clock has run.
///
/// # Errors
/// [`ApiError::NotFound`], or a fault.
pub async fn end_change(p: &Platform, id: Uuid) -> Result<(), ApiError> {
    let change = {
        let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
        change_rows::get(&mut conn.exec(), id).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?
    };
    let booking = change.booking;
    if change.state == ChangeState::Proposed {
        // A webhook may have been lost; no answer is no reason to hold the days any longer.
        let _ = payments::sync_booking(p, booking).await;
    }
    let expert = expert_of(p, booking).await?;
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let booking = lock(exec, expert, booking).await?;
            let Some(change) = open(exec, booking.id).await?.filter(|change| change.id == id) else { return Ok(()) };
            match change.clock {
                Some(clock) if now < clock => jobs::schedule(exec, JobKind::EndChange, id, clock).await?,
                _ => drop_in(exec, p, &booking, &change, "no answer in time", now).await?,
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// Drops the open change of a booking that comes to an end, if it has one.
pub(crate) async fn drop_open(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    match open(exec, booking.id).await? {
        Some(change) => drop_in(exec, p, booking, &change, reason, now).await,
        None => Ok(()),
    }
}

async fn drop_in(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    change: &Change,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    change_rows::store(exec, change.id, ChangeState::Dropped, None, now).await?;
    jobs::cancel(exec, JobKind::EndChange, change.id).await?;
    if booking.state.occupies_days() {
        rows::free_other_days(exec, booking.id, &booking.own_days()).await?;
        stock::give_back(exec, booking.id, &stock::wanted(&booking.order, &booking.own_days())).await?;
        expert_rows::touch(exec, booking.expert.0, now).await?;
    }
    payments::give_back_change(exec, p, booking, change.id, reason).await?;
    notices::change_dropped(exec, p, booking, change).await
}

/// Makes a change: order, price, days; the old invoice is credited whole and a new one issued, where there was one.
async fn apply(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &mut Booking,
    change: &Change,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let rules = moves::rules(exec, p, booking).await?;
    let (first_day, last_day) = (change.order.days.first(), change.order.days.last());
    let starts_at = start_of_day(first_day, p.config.zone);
    let next = booking
        .state
        .change(now, &rules.booking, booking.starts_at)
        .and_then(|state| state.change(now, &rules.booking, starts_at));
    let Ok(next) = next else {
        // It came too late: the old booking stands, and the money goes back.
        return drop_in(exec, p, booking, change, "too late", now).await;
    };
    // It was held when the change was proposed.
    if !stock::hold(exec, p, booking.id, &stock::ordered(&change.order)).await?.is_empty() {
        return drop_in(exec, p, booking, change, "nothing left to rent", now).await;
    }
    let invoice = documents::latest(exec, p, booking.id, DocumentKind::Invoice).await?;
    booking.order = change.order.clone();
    booking.quote = change.quote.clone();
    booking.total = change.quote.total;
    (booking.first_day, booking.last_day, booking.starts_at) = (first_day, last_day, starts_at);
    booking.ends_at = start_of_day(last_day.succ_opt().unwrap_or(last_day), p.config.zone);
    booking.place_name.clone_from(&change.place_name);
    booking.work_address.clone_from(&change.work_address);
    booking.revision += 1;
    rows::store_agreement(exec, booking).await?;
    change_rows::store(exec, change.id, ChangeState::Applied, None, now).await?;
    jobs::cancel(exec, JobKind::EndChange, change.id).await?;
    let own: SomeDays = booking.order.days.iter().collect();
    rows::free_other_days(exec, booking.id, &own).await?;
    stock::give_back(exec, booking.id, &stock::ordered(&booking.order)).await?;
    expert_rows::touch(exec, booking.expert.0, now).await?;
    let reason = if change.reason.is_empty() { "changed" } else { change.reason.as_str() };
    store_move(exec, booking, next, Some(change.actor), reason, now).await?;
    match next.clock() {
        Some(deadline) => {
            jobs::cancel(exec, JobKind::ExpireRequest, booking.id.0).await?;
            jobs::schedule(exec, JobKind::ExpireRequest, booking.id.0, deadline).await?;
        }
        None => {
            jobs::cancel(exec, JobKind::CompleteBooking, booking.id.0).await?;
            jobs::schedule(exec, JobKind::CompleteBooking, booking.id.0, booking.ends_at).await?;
        }
    }
    let back = payments::keep_only(exec, p, booking, "changed", None).await?;
    if let Some(invoice) = invoice {
        let cause = format!("credit:{}:{}", booking.id, booking.version);
        let amounts = (invoice.lines.clone(), invoice.vat, invoice.total);
        let input = CreditInput { booking: booking.id, cause: &cause, corrects: &invoice, days: None, amounts };
        let note = documents::issue_credit_note(exec, p, &input).await?.document;
        ledger::post_credit_note(exec, p, booking.id, &cause, note.vat.taxable, note.vat.tax).await?;
        moves::invoice(exec, p, booking, now).await?;
    }
    notices::changed(exec, p, booking, change, back).await
}
