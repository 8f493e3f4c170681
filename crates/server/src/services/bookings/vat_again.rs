//! VAT that was charged because the register did not answer, and what it says later (S31).
//!
//! An assignment whose client gave the number of another member, while the register was silent, bears the operator's rate.
//! The register is asked again each day, or when a manager wants it. Confirmed, the invoice is credited and issued anew
//! with reverse charge (VAT Directive Art. 196), and the VAT goes back the way it was paid; if there is no such number the
//! VAT stays, and the client is told. Either happens once: it is noted with the answer that decided it.

use super::{Failure, attempt, changes, expert_of, lock, moves, notices};
use crate::{
    db::{
        Exec, bookings as rows,
        bookings::Booking,
        payments as payment_rows,
        vat_checks::{self, Correction},
    },
    jobs::{self, JobKind},
    payments::ProviderState,
    platform::Platform,
    services::{
        documents::{self, CreditInput},
        ledger, payments, vat,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::{
    ids::{AccountId, BookingId, ExpertId},
    invoice::{DocumentKind, DocumentLines, credit_amounts},
    money::Cents,
    settlement::{Kept, settle, sums},
    vat::{Customer, VatBreakdown, VatCategory, VatNumber, VatStatus, VatTreatment, treatment},
};
use gabarit_view::{account::AccountView, booking::VatFound, error::ApiError};
use uuid::Uuid;

/// Between one question and the next.
const AGAIN_HOURS: i64 = 24;
/// So long the register is asked by itself; after it a manager may.
const ASK_DAYS: i64 = 60;
/// Until what stands in the way has passed: a card that is being captured, a change that is open.
const WAIT_HOURS: i64 = 1;

/// The number that decides a booking's VAT and was not confirmed, and what it would be if it were.
fn question<'a>(p: &Platform, booking: &'a Booking) -> Option<(&'a VatNumber, VatTreatment)> {
    let customer = &booking.order.customer;
    let number = customer.vat_number.as_ref()?;
    let confirmed = Customer { vat_status: VatStatus::Confirmed, ..customer.clone() };
    let then = treatment(p.config.operator.vat, &confirmed);
    let open = booking.accepted_at.is_some()
        && customer.vat_status == VatStatus::Unknown
        && then.category == VatCategory::Ae
        && booking.quote.vat.treatment.category != VatCategory::Ae;
    open.then_some((number, then))
}

/// Whether a booking's VAT waits for the register.
pub(crate) async fn is_open(exec: &mut Exec<'_>, p: &Platform, booking: &Booking) -> sqlx::Result<bool> {
    Ok(question(p, booking).is_some() && vat_checks::correction(exec, booking.id).await?.is_none())
}

/// Orders the first question, where there is one.
pub(super) async fn watch(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    if question(p, booking).is_some() {
        jobs::schedule(exec, JobKind::AskRegister, booking.id.0, now + TimeDelta::hours(WAIT_HOURS)).await?;
    }
    Ok(())
}

/// Asks the register again, and orders the next question while it does not answer.
///
/// # Errors
/// [`ApiError::MovedOn`] if there is nothing to ask (any more), or a fault.
pub async fn ask_by_itself(p: &Platform, id: BookingId) -> Result<(), ApiError> {
    let found = ask(p, id, None).await?;
    let hours = match found {
        VatFound::Unknown => AGAIN_HOURS,
        VatFound::Later => WAIT_HOURS,
        VatFound::Corrected | VatFound::Invalid | VatFound::Nothing => return Ok(()),
    };
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(|e| p.fault(e))?;
    let exec = &mut tx.exec();
    let booking = rows::get(exec, id).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?;
    if booking.accepted_at.is_some_and(|at| now < at + TimeDelta::days(ASK_DAYS)) {
        let next = now + TimeDelta::hours(hours);
        jobs::schedule(exec, JobKind::AskRegister, id.0, next).await.map_err(|e| p.fault(e))?;
        tx.commit().await.map_err(|e| p.fault(e))?;
    }
    Ok(())
}

/// A manager has the register asked now.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`]; [`ApiError::MovedOn`] if there is nothing to ask
/// (any more).
pub async fn ask_now(p: &Platform, actor: &AccountView, id: BookingId) -> Result<VatFound, ApiError> {
    if !actor.is_manager {
        return Err(ApiError::Forbidden);
    }
    ask(p, id, Some(actor.id)).await
}

async fn ask(p: &Platform, id: BookingId, actor: Option<AccountId>) -> Result<VatFound, ApiError> {
    let (country, number) = {
        let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
        let exec = &mut conn.exec();
        let booking = rows::get(exec, id).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?;
        if !is_open(exec, p, &booking).await.map_err(|e| p.fault(e))? {
            return Err(ApiError::MovedOn);
        }
        let (number, _) = question(p, &booking).ok_or(ApiError::MovedOn)?;
        (booking.order.customer.country, number.clone())
    };
    // Outside of any transaction: the register takes its time.
    let (status, check) = vat::ask(p, country, &number).await?;
    if matches!(status, VatStatus::Unknown | VatStatus::None) {
        return Ok(VatFound::Unknown);
    }
    let expert = expert_of(p, id).await?;
    let found = attempt(p, || Box::pin(decide(p, expert, id, status, check, actor))).await?;
    jobs::wake(p);
    Ok(found)
}

async fn decide(
    p: &Platform,
    expert: ExpertId,
    id: BookingId,
    status: VatStatus,
    check: Uuid,
    actor: Option<AccountId>,
) -> Result<VatFound, Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let mut booking = lock(exec, expert, id).await?;
    // Somebody may have been faster.
    if !is_open(exec, p, &booking).await? {
        return Err(ApiError::MovedOn.into());
    }
    let Some((_, then)) = question(p, &booking) else { return Err(ApiError::MovedOn.into()) };
    let taken = |payment: &payment_rows::Payment| payment.state != ProviderState::Authorized;
    let (found, outcome, vat) = if status == VatStatus::Invalid {
        booking.order.customer.vat_status = VatStatus::Invalid;
        rows::store_agreement(exec, &booking).await?;
        notices::vat_stays(exec, p, &booking).await?;
        (VatFound::Invalid, "invalid", Cents::ZERO)
    } else if booking.kept_total() == Cents::ZERO {
        (VatFound::Nothing, "nothing", Cents::ZERO)
    } else if changes::open(exec, id).await?.is_some() || !payment_rows::of_booking(exec, id).await?.iter().all(taken) {
        return Ok(VatFound::Later);
    } else {
        let vat = correct(exec, p, &mut booking, then, now).await?;
        (VatFound::Corrected, "corrected", vat)
    };
    let correction = Correction { booking: id, check, outcome, vat, actor, decided_at: now };
    vat_checks::insert_correction(exec, &correction).await?;
    tracing::info!(booking = %id, outcome, "the VAT register answered");
    tx.commit().await?;
    Ok(found)
}

/// Credits what stands of the invoice, issues it anew with the other treatment, and gives the VAT back. Answers the VAT.
async fn correct(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &mut Booking,
    then: VatTreatment,
    now: DateTime<Utc>,
) -> Result<Cents, Failure> {
    let id = booking.id;
    let invoice = documents::latest(exec, p, id, DocumentKind::Invoice)
        .await?
        .ok_or_else(|| p.fault(format_args!("booking {id} has no invoice")))?;
    let lines = booking.kept_lines();
    let (before, total) = sums(&booking.quote, &lines);
    booking.order.customer.vat_status = VatStatus::Confirmed;
    let quote = &mut booking.quote;
    quote.vat = VatBreakdown::of(then, quote.net);
    quote.total = quote.net + quote.vat.tax;
    booking.total = booking.quote.total;
    booking.revision += 1;
    rows::store_agreement(exec, booking).await?;
    let back = payments::keep_only(exec, p, booking, "VAT number confirmed", None).await?;
    credit(exec, p, id, "vat", &invoice, (DocumentLines::Quoted(lines), before, total)).await?;
    moves::invoice(exec, p, booking, now).await?;
    // Of an order that was cut short, what is kept no longer is credited on the new invoice as it was on the old one.
    if booking.settlement.is_some() {
        let settled = settle(&booking.quote, &Kept::all(&booking.order), booking.kept());
        if settled.credit_total > Cents::ZERO {
            let anew = documents::latest(exec, p, id, DocumentKind::Invoice)
                .await?
                .ok_or_else(|| p.fault(format_args!("booking {id} has no invoice")))?;
            credit(exec, p, id, "vat-settled", &anew, credit_amounts(&settled)).await?;
        }
    }
    notices::vat_corrected(exec, p, booking, back).await?;
    Ok(before.tax)
}

async fn credit(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: BookingId,
    cause: &str,
    corrects: &gabarit_domain::invoice::Document,
    amounts: (DocumentLines, VatBreakdown, Cents),
) -> Result<(), Failure> {
    let cause = format!("credit:{booking}:{cause}");
    let input = CreditInput { booking, cause: &cause, corrects, days: None, amounts };
    let note = documents::issue_credit_note(exec, p, &input).await?.document;
    ledger::post_credit_note(exec, p, booking, &cause, note.vat.taxable, note.vat.tax).await?;
    Ok(())
}
