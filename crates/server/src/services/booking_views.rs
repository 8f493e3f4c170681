//! Bookings as their readers may see them: rights are decided per row, before a view is made.

use crate::{
    clock::zoned,
    db::{
        Exec,
        bookings::{self as rows, BookedExpert, Booking},
        changes as change_rows,
        changes::ChangeState,
        payments as payment_rows,
        payments::{Payment, Refund, Refunds},
    },
    payments::ProviderState,
    platform::Platform,
    services::{
        bookings::{Failure, changes, settling, vat_again},
        disputes, documents, payments, rating, rulebooks,
    },
};
use chrono_tz::Tz;
use gabarit_domain::{
    booking::{BookingState, PaymentMethod},
    compensation::{EarningLine, earnings},
    expert::ExpertKind,
    ids::{BookingId, ExpertId},
    money::Cents,
    pricing::Location,
    rulebook::{Rulebook, RulebookVersion},
    settlement::sums,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    booking::{
        BookingAction, BookingSummary, BookingView, ContactDetails, EarningsView, PaymentView, Side, TimelineEntry,
    },
    change::{ChangeView, RefundView, ReportView, SettledView},
    error::ApiError,
};
use std::collections::{HashMap, hash_map::Entry};

/// The zone times are shown in: the account's.
fn zone(p: &Platform, actor: &AccountView) -> Tz {
    actor.time_zone.parse().unwrap_or(p.config.zone)
}

/// On which side of a booking an account stands; `None` for strangers. An unpaid hold is the client's affair: its
/// expert hears of a booking once it is an order.
fn side_of(actor: &AccountView, booking: &Booking) -> Option<Side> {
    if booking.client == actor.id {
        Some(Side::Client)
    } else if actor.expert == Some(booking.expert) && booking.paid_at.is_some() {
        Some(Side::Expert)
    } else if actor.is_manager {
        Some(Side::Manager)
    } else {
        None
    }
}

/// A booking's page, in the reader's language and time zone.
///
/// # Errors
/// [`ApiError::NotFound`] for strangers as for a booking that is not there.
pub async fn view(p: &Platform, actor: &AccountView, id: BookingId, locale: Locale) -> Result<BookingView, ApiError> {
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let exec = &mut conn.exec();
    let booking = rows::get(exec, id).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?;
    let side = side_of(actor, &booking).ok_or(ApiError::NotFound)?;
    let expert = expert(exec, p, &booking).await?;
    let zone = zone(p, actor);
    let shows_contacts = booking.state.shows_contacts();
    let contact = if shows_contacts { contact(exec, p, &booking, &expert, side).await? } else { None };
    let place_name = place_name(p, &booking, locale);
    let sees_client = side != Side::Expert;
    let standing = standing(exec, p, &booking, side, locale, zone).await?;
    let (payment, further_payments) = if sees_client { paid_by(exec, p, &booking).await? } else { (None, Vec::new()) };
    Ok(BookingView {
        id: booking.id,
        reference: booking.reference.clone(),
        side,
        state: booking.state.code().to_owned(),
        clock: booking.state.clock().map(|at| zoned(at, zone)),
        expert: booking.expert,
        expert_name: expert.display_name.clone(),
        client_name: booking.buyer.party.name.clone(),
        order: booking.order.clone(),
        quote: booking.quote.clone(),
        place_name,
        work_address: booking.work_address.clone().filter(|_| sees_client || shows_contacts),
        order_number: booking.order_number.clone().filter(|_| sees_client),
        note: booking.note.clone(),
        contact,
        timeline: timeline(exec, p, &booking, &expert, zone).await?,
        documents: documents::list_in(exec, p, booking.id, side).await?,
        payment,
        further_payments,
        charged_back: if sees_client { charged_back(exec, p, &booking).await? } else { Cents::ZERO },
        earnings: if side == Side::Client { None } else { earned(exec, p, &booking, &expert).await? },
        actions: [actions(&booking, side, p.now()), standing.actions].concat(),
        methods: standing.methods,
        settled: standing.settled.filter(|_| sees_client),
        refunds: if sees_client { standing.refunds } else { Vec::new() },
        change: standing.change,
        report: standing.report,
    })
}

async fn expert(exec: &mut Exec<'_>, p: &Platform, booking: &Booking) -> Result<BookedExpert, ApiError> {
    rows::expert(exec, booking.expert).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)
}

/// The place in the reader's language, or as it was called in the client's where the gazetteer no longer has it.
fn place_name(p: &Platform, booking: &Booking, locale: Locale) -> Option<String> {
    match booking.order.location {
        Location::Remote => None,
        Location::OnSite { place, .. } => {
            p.places.view(place, locale).map(|place| place.label()).or_else(|| booking.place_name.clone())
        }
    }
}

/// How to reach the other side (S11); a manager gets the client's details.
async fn contact(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    expert: &BookedExpert,
    side: Side,
) -> Result<Option<ContactDetails>, ApiError> {
    let account = if side == Side::Client { expert.account } else { booking.client };
    let person = rows::person(exec, account).await.map_err(|e| p.fault(e))?;
    Ok(person.map(|person| match side {
        Side::Client => {
            ContactDetails { name: person.name, organisation: None, email: person.email, phone: person.phone }
        }
        Side::Expert | Side::Manager => ContactDetails {
            name: booking.buyer.contact_name.clone(),
            organisation: Some(booking.buyer.party.name.clone()),
            email: person.email,
            phone: Some(booking.buyer.phone.clone()),
        },
    }))
}

async fn timeline(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    expert: &BookedExpert,
    zone: Tz,
) -> Result<Vec<TimelineEntry>, ApiError> {
    let log = rows::log_of(exec, booking.id).await.map_err(|e| p.fault(e))?;
    Ok(log
        .into_iter()
        .map(|entry| {
            let by = entry.actor_id.map(|actor| match actor {
                actor if actor == booking.client.0 => Side::Client,
                actor if actor == expert.account.0 => Side::Expert,
                _ => Side::Manager,
            });
            TimelineEntry {
                at: zoned(entry.at, zone),
                // Other reasons are notes for the books.
                reason: if by == Some(Side::Expert) { entry.reason } else { String::new() },
                to_state: entry.to_state,
                by,
            }
        })
        .collect())
}

/// The payment that secured the booking, else one that went back, else the last try; and what else was paid.
async fn paid_by(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
) -> Result<(Option<PaymentView>, Vec<PaymentView>), ApiError> {
    let payments = payment_rows::of_booking(exec, booking.id).await.map_err(|e| p.fault(e))?;
    let refunds = payment_rows::refunds_of_booking(exec, booking.id).await.map_err(|e| p.fault(e))?;
    let main = payments::main_payment(exec, booking.id).await.map_err(|e| p.fault(e))?;
    let back = |payment: &Payment, counts: fn(&Refund) -> bool| {
        refunds
            .iter()
            .filter(|refund: &&Refund| refund.payment == payment.id && counts(refund))
            .map(|refund| refund.amount)
            .sum::<Cents>()
    };
    let shown = main
        .or_else(|| payments.iter().rev().find(|payment| payment.state == ProviderState::Paid).cloned())
        .or_else(|| payments.last().cloned());
    let view = |payment: &Payment| PaymentView {
        method: payment.method,
        state: payment.state.code().to_owned(),
        amount: payment.amount,
        refunded: back(payment, |_| true),
        returned: back(payment, |refund| refund.state.is_gone()),
    };
    let further = payments
        .iter()
        .filter(|payment| shown.as_ref().is_none_or(|shown| shown.id != payment.id))
        .filter(|payment| matches!(payment.state, ProviderState::Paid | ProviderState::Authorized))
        .map(view)
        .collect();
    Ok((shown.as_ref().map(view), further))
}

/// What banks took back of a booking's payments and that stands against no refund.
async fn charged_back(exec: &mut Exec<'_>, p: &Platform, booking: &Booking) -> Result<Cents, ApiError> {
    let mut open = Cents::ZERO;
    for payment in payment_rows::of_booking(exec, booking.id).await.map_err(|e| p.fault(e))? {
        open += Refunds::OfBookings.charged_back(exec, payment.id).await.map_err(|e| p.fault(e))?;
    }
    Ok(open.max(Cents::ZERO))
}

/// What the expert earns (S25): by the frozen ordinals once completed, before that as if it were completed next.
async fn earned(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    expert: &BookedExpert,
) -> Result<Option<EarningsView>, ApiError> {
    if !earns(booking, expert) {
        return Ok(None);
    }
    let rulebook = rulebooks::version_in(exec, p, booking.rulebook).await?.ok_or(ApiError::NotFound)?;
    Ok(Some(earned_by(&rulebook, booking, expert)))
}

/// Whether an expert earns by the ladder. Frozen ordinals are those of an independent, whatever the expert is today.
fn earns(booking: &Booking, expert: &BookedExpert) -> bool {
    let over = matches!(booking.state, BookingState::Completed | BookingState::Ended | BookingState::Cancelled);
    booking.ladder_before.is_some() || (expert.kind == ExpertKind::Independent && !over)
}

fn earned_by(rulebook: &Rulebook, booking: &Booking, expert: &BookedExpert) -> EarningsView {
    let before = booking.ladder_before.unwrap_or(expert.completed_days);
    let lines = earnings(&rulebook.ladder, &booking.kept_lines(), before);
    let net = lines.iter().map(EarningLine::net).sum();
    EarningsView { lines, net, is_final: booking.ladder_before.is_some() }
}

/// What became of a booking after it was placed, and what can be done about it.
struct Standing {
    actions: Vec<BookingAction>,
    methods: Vec<PaymentMethod>,
    settled: Option<SettledView>,
    refunds: Vec<RefundView>,
    change: Option<ChangeView>,
    report: Option<ReportView>,
}

async fn standing(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    side: Side,
    locale: Locale,
    zone: Tz,
) -> Result<Standing, ApiError> {
    let now = p.now();
    let database = |error: sqlx::Error| p.fault(error);
    let failed = |error: Failure| match error {
        Failure::Answer(error) => error,
        Failure::Database(error) => p.fault(error),
    };
    let change = changes::open(exec, booking.id).await.map_err(database)?;
    let report = change_rows::open_report(exec, booking.id).await.map_err(database)?;
    let running = booking.state == BookingState::Accepted && now < booking.ends_at;
    let mut actions = Vec::new();
    match side {
        Side::Client => {
            if changes::may_change(exec, p, booking, false, now).await.map_err(failed)? {
                actions.push(BookingAction::Change);
            }
            if running {
                actions.push(BookingAction::Cancel);
            }
            if settling::may_report(exec, p, booking, now).await.map_err(failed)? {
                actions.push(BookingAction::Report);
            }
        }
        Side::Expert if booking.state == BookingState::Accepted => actions.push(BookingAction::Stop),
        Side::Expert => {}
        Side::Manager => {
            if changes::may_change(exec, p, booking, true, now).await.map_err(failed)? {
                actions.push(BookingAction::Change);
            }
            let keeps = booking.accepted_at.is_some() && booking.kept_total() > Cents::ZERO;
            if booking.state.reduce().is_ok() && keeps {
                actions.push(BookingAction::Settle);
            }
            if report.is_some() {
                actions.push(BookingAction::Dismiss);
            }
            if vat_again::is_open(exec, p, booking).await.map_err(database)? {
                actions.push(BookingAction::AskRegister);
            }
        }
    }
    if side != Side::Manager && rating::may_write(exec, booking, side == Side::Expert, now).await.map_err(database)? {
        actions.push(BookingAction::Review);
    }
    if disputes::concerns(exec, p, booking, side, now).await? {
        actions.push(BookingAction::Dispute);
    }
    if let Some(change) = &change {
        let in_time = change.clock.is_some_and(|clock| now < clock);
        match (side, change.state) {
            (Side::Client, ChangeState::Proposed) if in_time => {
                actions.extend([BookingAction::PayChange, BookingAction::WithdrawChange]);
            }
            (Side::Client | Side::Manager, _) => actions.push(BookingAction::WithdrawChange),
            (Side::Expert, ChangeState::Asked) if in_time => actions.push(BookingAction::AnswerChange),
            (Side::Expert, _) => {}
        }
    }
    let settled = booking.settlement.as_ref().map(|settled| {
        let lines = booking.kept_lines();
        let (vat, total) = sums(&booking.quote, &lines);
        SettledView { lines, vat, total, days: settled.kept.days.iter().copied().collect() }
    });
    let refunds = payment_rows::refunds_of_booking(exec, booking.id)
        .await
        .map_err(database)?
        .into_iter()
        .map(|refund| RefundView {
            amount: refund.amount,
            state: refund.state.code().to_owned(),
            at: zoned(refund.created_at, zone),
        })
        .collect();
    // The expert hears of a change once it is paid, and never of its price.
    let change = change.filter(|change| side != Side::Expert || change.state == ChangeState::Asked).map(|change| {
        let place = match change.order.location {
            Location::Remote => None,
            Location::OnSite { place, .. } => {
                p.places.view(place, locale).map(|place| place.label()).or_else(|| change.place_name.clone())
            }
        };
        ChangeView {
            state: change.state.code().to_owned(),
            clock: change.clock.map(|clock| zoned(clock, zone)),
            days: change.order.days.iter().collect(),
            place_name: place,
            difference: (side != Side::Expert).then_some(change.difference),
            quote: (side != Side::Expert).then_some(change.quote),
        }
    });
    let methods = payments::methods(exec, p, booking).await?;
    let report = report.map(|report| ReportView {
        days: report.days.into_iter().collect(),
        note: report.note,
        at: zoned(report.created_at, zone),
    });
    Ok(Standing { actions, methods, settled, refunds, change, report })
}

/// What its reader can do with a booking now.
fn actions(booking: &Booking, side: Side, now: chrono::DateTime<chrono::Utc>) -> Vec<BookingAction> {
    let mut actions = Vec::new();
    match (side, booking.state) {
        (Side::Client, BookingState::Held { until }) if now < until => {
            actions.extend([BookingAction::Pay, BookingAction::Withdraw]);
        }
        (Side::Client, BookingState::Held { .. } | BookingState::Requested { .. }) => {
            actions.push(BookingAction::Withdraw);
        }
        (Side::Expert, BookingState::Requested { deadline }) if now < deadline => {
            actions.extend([BookingAction::Accept, BookingAction::Decline]);
        }
        _ => {}
    }
    if side == Side::Client && booking.state.is_final() {
        actions.push(BookingAction::Rebook);
    }
    actions
}

/// A client's own bookings, latest first.
///
/// # Errors
/// If the database fails.
pub async fn list_for_client(
    p: &Platform,
    actor: &AccountView,
    locale: Locale,
) -> Result<Vec<BookingSummary>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let exec = &mut conn.exec();
    let zone = zone(p, actor);
    let mut names: HashMap<ExpertId, String> = HashMap::new();
    let mut list = Vec::new();
    for booking in rows::of_client(exec, actor.id).await.map_err(|e| p.fault(e))? {
        let with = match names.get(&booking.expert) {
            Some(name) => name.clone(),
            None => {
                let name = expert(exec, p, &booking).await?.display_name;
                names.insert(booking.expert, name.clone());
                name
            }
        };
        let amount = Some(booking.total);
        list.push(summary(p, booking, with, amount, zone, locale));
    }
    Ok(list)
}

/// The orders of the account's own expert profile, latest first; none without a profile.
///
/// # Errors
/// If the database fails.
pub async fn list_for_expert(
    p: &Platform,
    actor: &AccountView,
    locale: Locale,
) -> Result<Vec<BookingSummary>, ApiError> {
    let Some(own) = actor.expert else { return Ok(Vec::new()) };
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let exec = &mut conn.exec();
    let zone = zone(p, actor);
    let Some(expert) = rows::expert(exec, own).await.map_err(|e| p.fault(e))? else { return Ok(Vec::new()) };
    let mut rulebooks: HashMap<RulebookVersion, Rulebook> = HashMap::new();
    let mut list = Vec::new();
    for booking in rows::of_expert(exec, own).await.map_err(|e| p.fault(e))? {
        let rulebook = match rulebooks.entry(booking.rulebook) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                unknown.insert(rulebooks::version_in(exec, p, booking.rulebook).await?.ok_or(ApiError::NotFound)?)
            }
        };
        let amount = earns(&booking, &expert).then(|| earned_by(rulebook, &booking, &expert).net);
        let with = booking.buyer.party.name.clone();
        list.push(summary(p, booking, with, amount, zone, locale));
    }
    Ok(list)
}

fn summary(
    p: &Platform,
    booking: Booking,
    with: String,
    amount: Option<Cents>,
    zone: Tz,
    locale: Locale,
) -> BookingSummary {
    BookingSummary {
        id: booking.id,
        state: booking.state.code().to_owned(),
        clock: booking.state.clock().map(|at| zoned(at, zone)),
        with,
        first_day: booking.first_day,
        last_day: booking.last_day,
        days: booking.order.days.count(),
        place_name: place_name(p, &booking, locale),
        reference: booking.reference,
        amount,
    }
}
