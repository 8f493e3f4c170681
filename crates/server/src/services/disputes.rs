//! Disputes over bookings (S22, S30, S31): opened by the client or the expert, with messages and files; decided by a
//! manager, whose settlement is the one of `bookings::settling`: its exact refund is shown first, and only that is made.
//!
//! While a dispute is open, what its days would cost the expert is kept back from the payout, and no more.

mod files;
mod notices;

pub use files::{add_file, fetch_file, may_add_file};

use crate::{
    clock::zoned,
    db::{
        Exec,
        bookings::{self as booking_rows, Booking},
        disputes::{self as rows, DisputeRow, NewMessage},
        papers,
    },
    jobs,
    platform::Platform,
    services::{
        bookings::{Failure, attempt, expert_of, lock},
        documents,
        fields::Fields,
        payouts, rulebooks,
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use gabarit_domain::{
    dispute::{DisputeState, at_stake, may_open, withheld},
    ids::{BookingId, DocumentId},
    invoice::DocumentKind,
    money::Cents,
    settlement::SomeDays,
    text::Message,
};
use gabarit_view::{
    account::AccountView,
    booking::Side,
    dispute::{DisputeFile, DisputeForm, DisputeMessage, DisputePage, DisputeSummary, DisputeView},
    error::{ApiError, Problem},
};
use uuid::Uuid;

/// Disputes on a page of the managers' console.
const SHOWN: i64 = 100;
/// The most characters of a statement or message.
const BODY: u32 = 4_000;

/// On which side of a booking an account stands; strangers learn nothing.
fn side_of(actor: &AccountView, booking: &Booking) -> Result<Side, ApiError> {
    if booking.client == actor.id {
        Ok(Side::Client)
    } else if actor.expert == Some(booking.expert) && booking.paid_at.is_some() {
        Ok(Side::Expert)
    } else if actor.is_manager {
        Ok(Side::Manager)
    } else {
        Err(ApiError::NotFound)
    }
}

const fn code(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Expert => "expert",
        Side::Manager => "manager",
    }
}

fn side(code: &str) -> Side {
    match code {
        "client" => Side::Client,
        "expert" => Side::Expert,
        _ => Side::Manager,
    }
}

fn days_of(p: &Platform, row: &DisputeRow) -> Result<SomeDays, ApiError> {
    serde_json::from_str(&row.days_body).map_err(|error| p.fault(format_args!("days of dispute {}: {error}", row.id)))
}

fn state_of(p: &Platform, row: &DisputeRow) -> Result<DisputeState, ApiError> {
    DisputeState::parse(&row.state).ok_or_else(|| p.fault(format_args!("dispute {} is {}", row.id, row.state)))
}

/// What an open dispute keeps back from the expert's invoice; nothing before there is one.
async fn share(exec: &mut Exec<'_>, p: &Platform, booking: &Booking, days: &SomeDays) -> Result<Cents, ApiError> {
    let Some(before) = booking.ladder_before else { return Ok(Cents::ZERO) };
    let Some(billed) = documents::latest(exec, p, booking.id, DocumentKind::SelfBilledInvoice).await? else {
        return Ok(Cents::ZERO);
    };
    let rules = rulebooks::version_in(exec, p, booking.rulebook)
        .await?
        .ok_or_else(|| p.fault(format_args!("rulebook of booking {}", booking.id)))?;
    let quoted = &booking.quote.lines;
    Ok(withheld(&rules.ladder, quoted, &booking.kept(), days, before, billed.vat.treatment, billed.total))
}

/// Keeps back from the expert's invoice what is disputed now, by the client here and by the expert's own contest; in
/// the caller's transaction.
///
/// # Errors
/// A fault of ours.
pub(crate) async fn withhold(exec: &mut Exec<'_>, p: &Platform, id: BookingId) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let Some((document, total)) = rows::payable(exec, id).await.map_err(fault)? else { return Ok(()) };
    let document = DocumentId(document);
    // First: whoever contests or disputes in the same moment sees the other's.
    rows::lock_payable(exec, document).await.map_err(fault)?;
    let contested = papers::answer(exec, document).await.map_err(fault)?;
    let mut disputed = Cents(contested.filter(|row| row.state == "contested").map_or(0, |row| row.disputed));
    if let Some(open) = rows::open(exec, id).await.map_err(fault)? {
        let booking = booking_rows::get(exec, id).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
        disputed += share(exec, p, &booking, &days_of(p, &open)?).await?;
    }
    payouts::set_disputed(exec, p, document, disputed.min(Cents(total))).await
}

/// Whether a side of a booking can open a dispute now.
///
/// # Errors
/// A fault of ours.
pub(crate) async fn can_open(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    side: Side,
    now: DateTime<Utc>,
) -> Result<bool, ApiError> {
    if side == Side::Manager {
        return Ok(false);
    }
    let rules = rulebooks::of_booking(exec, p, booking.id).await?;
    let (accepted, days) = (booking.accepted_at.is_some(), rules.booking.payout_days);
    Ok(may_open(accepted, booking.kept_total(), booking.ends_at, days, now)
        && rows::open(exec, booking.id).await.map_err(|error| p.fault(error))?.is_none())
}

/// The disputes of a booking, for its sides and for managers.
///
/// # Errors
/// [`ApiError::NotFound`] for everybody else.
pub async fn page(p: &Platform, actor: &AccountView, id: BookingId) -> Result<DisputePage, ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let booking = booking_rows::get(exec, id).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    let side = side_of(actor, &booking)?;
    let expert = booking_rows::expert(exec, booking.expert).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    let found = rows::of_booking(exec, id).await.map_err(fault)?;
    let open = found.iter().find(|row| row.closed_at.is_none());
    let may_withdraw = open.is_some_and(|row| row.account_id == actor.id.0);
    let may_open = can_open(exec, p, &booking, side, p.now()).await?;
    let mut disputes = Vec::with_capacity(found.len());
    let names = (booking.buyer.party.name.clone(), expert.display_name.clone());
    for row in &found {
        disputes.push(view(exec, p, &booking, row, (side, zone), &names).await?);
    }
    Ok(DisputePage {
        booking: id,
        reference: booking.reference.clone(),
        side,
        client_name: names.0,
        expert_name: names.1,
        days: booking.kept().days.into_iter().collect(),
        disputes,
        may_open,
        may_withdraw,
        key: p.ids.uuid().to_string(),
    })
}

async fn view(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    row: &DisputeRow,
    (reader, zone): (Side, Tz),
    names: &(String, String),
) -> Result<DisputeView, ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let days = days_of(p, row)?;
    let is_open = row.closed_at.is_none();
    let stake = at_stake(&booking.quote, &booking.kept(), &days).credit_total;
    let kept_back = if is_open { share(exec, p, booking, &days).await? } else { Cents::ZERO };
    let author = |code: &str| match side(code) {
        Side::Client => names.0.clone(),
        Side::Expert => names.1.clone(),
        // Who of the managers it was is the platform's affair.
        Side::Manager => p.config.operator.name.clone(),
    };
    let messages = rows::messages(exec, row.id).await.map_err(fault)?;
    let files = rows::files(exec, row.id).await.map_err(fault)?;
    Ok(DisputeView {
        id: row.id,
        state: state_of(p, row)?,
        by: side(&row.side),
        at: zoned(row.created_at, zone),
        days: days.into_iter().collect(),
        statement: row.statement.clone(),
        at_stake: (is_open && reader != Side::Expert).then_some(stake),
        withheld: (is_open && reader != Side::Client).then_some(kept_back),
        refund: (!is_open && reader != Side::Expert).then_some(Cents(row.refund)),
        outcome: row.outcome.clone(),
        closed_at: row.closed_at.map(|at| zoned(at, zone)),
        messages: messages
            .into_iter()
            .map(|message| DisputeMessage {
                side: side(&message.side),
                author: author(&message.side),
                at: zoned(message.created_at, zone),
                body: message.body,
            })
            .collect(),
        files: files
            .into_iter()
            .map(|file| DisputeFile {
                id: file.id,
                side: side(&file.side),
                name: file.name,
                size: u64::try_from(file.size).unwrap_or(0),
                at: zoned(file.created_at, zone),
            })
            .collect(),
    })
}

/// Disputes for managers: the open ones, the oldest first; or those that were closed.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn list(p: &Platform, actor: &AccountView, closed: bool) -> Result<Vec<DisputeSummary>, ApiError> {
    if !actor.is_manager {
        return Err(ApiError::Forbidden);
    }
    let fault = |error: sqlx::Error| p.fault(error);
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let mut found = Vec::new();
    for row in rows::list(exec, closed, SHOWN).await.map_err(fault)? {
        let id = BookingId(row.booking_id);
        let booking = booking_rows::get(exec, id).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
        let expert = booking_rows::expert(exec, booking.expert).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
        let kept_back = if closed { Cents::ZERO } else { share(exec, p, &booking, &days_of(p, &row)?).await? };
        found.push(DisputeSummary {
            booking: id,
            reference: booking.reference,
            state: state_of(p, &row)?,
            by: side(&row.side),
            at: zoned(row.created_at, zone),
            client_name: booking.buyer.party.name,
            expert_name: expert.display_name,
            withheld: kept_back,
            refund: Cents(row.refund),
        });
    }
    Ok(found)
}

/// Does what a form about a booking's disputes says: `open`, `write`, `withdraw`, and for managers `dismiss`. A manager
/// who gives something back does so by the booking's settlement, which closes the dispute.
///
/// # Errors
/// [`ApiError::NotFound`] for strangers, [`ApiError::Forbidden`] for the wrong side; [`ApiError::Invalid`] for `days`
/// and `message`; [`ApiError::MovedOn`] where there is nothing (more) to do.
pub async fn act(p: &Platform, actor: &AccountView, form: &DisputeForm) -> Result<(), ApiError> {
    let id: BookingId = form.id.parse().map_err(|_| ApiError::NotFound)?;
    let expert = expert_of(p, id).await?;
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let booking = lock(exec, expert, id).await?;
            let side = side_of(actor, &booking)?;
            match form.act.as_str() {
                "open" => open(exec, p, actor, &booking, side, form).await?,
                "write" => write(exec, p, actor, &booking, side, form).await?,
                "withdraw" => withdraw(exec, p, actor, &booking).await?,
                "dismiss" => dismiss(exec, p, &booking, side, form).await?,
                _ => return Err(ApiError::Transport.into()),
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

fn message(fields: &mut Fields, form: &DisputeForm) -> String {
    fields.read("message", BODY, Message::parse(&form.message)).map(String::from).unwrap_or_default()
}

async fn open(
    exec: &mut Exec<'_>,
    p: &Platform,
    actor: &AccountView,
    booking: &Booking,
    side: Side,
    form: &DisputeForm,
) -> Result<(), Failure> {
    if side == Side::Manager {
        return Err(ApiError::Forbidden.into());
    }
    let now = p.now();
    if !can_open(exec, p, booking, side, now).await? {
        return Err(ApiError::MovedOn.into());
    }
    let mut fields = Fields::default();
    let statement = message(&mut fields, form);
    let read: Result<SomeDays, _> = form.days.iter().map(|day| day.trim().parse::<NaiveDate>()).collect();
    let kept = booking.kept().days;
    let days = match read {
        // The expert asks for no money back.
        _ if side == Side::Expert => SomeDays::new(),
        Ok(days) if days.is_subset(&kept) => days,
        _ => {
            fields.add("days", Problem::Unknown);
            SomeDays::new()
        }
    };
    fields.done()?;
    let row = DisputeRow {
        id: p.ids.uuid(),
        booking_id: booking.id.0,
        account_id: actor.id.0,
        side: code(side).to_owned(),
        state: DisputeState::Open.code().to_owned(),
        days_body: serde_json::to_string(&days).map_err(|error| p.fault(error))?,
        statement,
        refund: 0,
        outcome: String::new(),
        created_at: now,
        closed_at: None,
    };
    if !rows::insert(exec, &row).await? {
        return Err(ApiError::MovedOn.into());
    }
    withhold(exec, p, booking.id).await?;
    notices::opened(exec, p, booking, &row, side).await?;
    Ok(())
}

async fn open_row(exec: &mut Exec<'_>, booking: &Booking) -> Result<DisputeRow, Failure> {
    Ok(rows::open(exec, booking.id).await?.ok_or(ApiError::MovedOn)?)
}

async fn write(
    exec: &mut Exec<'_>,
    p: &Platform,
    actor: &AccountView,
    booking: &Booking,
    side: Side,
    form: &DisputeForm,
) -> Result<(), Failure> {
    let row = open_row(exec, booking).await?;
    let mut fields = Fields::default();
    let body = message(&mut fields, form);
    fields.done()?;
    let key: Uuid = form.key.parse().map_err(|_| ApiError::Transport)?;
    let new = NewMessage {
        id: p.ids.uuid(),
        dispute: row.id,
        author: actor.id,
        side: code(side),
        body: &body,
        key,
        now: p.now(),
    };
    if rows::add_message(exec, &new).await? {
        notices::written(exec, p, booking, new.id, side, &body).await?;
    }
    Ok(())
}

async fn withdraw(exec: &mut Exec<'_>, p: &Platform, actor: &AccountView, booking: &Booking) -> Result<(), Failure> {
    let row = open_row(exec, booking).await?;
    if row.account_id != actor.id.0 {
        return Err(ApiError::Forbidden.into());
    }
    end(exec, p, booking, &row, DisputeState::Withdrawn, Cents::ZERO, "").await
}

async fn dismiss(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    side: Side,
    form: &DisputeForm,
) -> Result<(), Failure> {
    if side != Side::Manager {
        return Err(ApiError::Forbidden.into());
    }
    let row = open_row(exec, booking).await?;
    let mut fields = Fields::default();
    let reason = message(&mut fields, form);
    fields.done()?;
    end(exec, p, booking, &row, DisputeState::Dismissed, Cents::ZERO, &reason).await
}

async fn end(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    row: &DisputeRow,
    to: DisputeState,
    refund: Cents,
    outcome: &str,
) -> Result<(), Failure> {
    let to = state_of(p, row)?.close(to).map_err(|_| ApiError::MovedOn)?;
    if !rows::close(exec, row.id, to, refund, outcome, p.now()).await? {
        return Err(ApiError::MovedOn.into());
    }
    withhold(exec, p, booking.id).await?;
    notices::closed(exec, p, booking, row, to, refund, outcome).await?;
    Ok(())
}

/// A manager has settled the booking: its open dispute, if any, is settled by it, in the same transaction.
pub(crate) async fn settled(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    refund: Cents,
    reason: &str,
) -> Result<(), Failure> {
    match rows::open(exec, booking.id).await? {
        Some(row) => end(exec, p, booking, &row, DisputeState::Settled, refund, reason).await,
        None => Ok(()),
    }
}

/// Whether a booking's page leads its reader to disputes: one can be opened, or there is (or was) one.
///
/// # Errors
/// A fault of ours.
pub(crate) async fn concerns(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    side: Side,
    now: DateTime<Utc>,
) -> Result<bool, ApiError> {
    let found = rows::of_booking(exec, booking.id).await.map_err(|error| p.fault(error))?;
    Ok(!found.is_empty() || can_open(exec, p, booking, side, now).await?)
}
