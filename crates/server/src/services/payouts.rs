//! Payouts to experts (S30, S31): what is owed on self-billed invoices, the batches that pay it, and what comes back.
//!
//! An invoice is **payable** from the transaction that issues it. A manager puts payable invoices into a **batch**; it
//! is approved (by another manager, where four eyes are set; never by who entered one of its bank accounts, nor by who
//! is paid), which posts it and makes its file; the bank's word on each payout is noted: executed, or bounced, and then
//! the invoice is payable again. A dispute keeps back its own amount and no more.
//!
//! The claim of an invoice is never stored: it is the invoice less credit notes, disputes and payouts, computed by
//! `gabarit_domain::payout` from rows that are locked while a batch takes from them.

mod account;
mod notices;
mod views;

pub use account::Effective;
pub use views::{batch, batch_csv, batch_file, desk};

use crate::{
    db::{
        Exec, desk as desk_rows,
        payouts::{self as rows, Batch, BatchState, NewBatch, NewPayout, Payout, PayoutState},
    },
    jobs::{self, JobKind},
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        ledger,
        manage::managers_only,
        rulebooks,
    },
};
use chrono::{Days, NaiveDate, TimeDelta};
use gabarit_domain::{
    banking::is_banking_day,
    ids::{AccountId, DocumentId, PayoutBatchId, PayoutId},
    invoice::Document,
    money::Cents,
    payout::{Urgency, banking_day_on_or_after},
    text::Message,
};
use gabarit_view::{
    account::AccountView,
    desk::{NotApprover, PrepareForm},
    error::{ApiError, Problem},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A batch is ordered at most so many days ahead: what is later can wait for the next one.
const AHEAD_DAYS: u64 = 14;
/// Payouts in one batch: more than a month's of a big operator, and a file that every bank takes.
const LARGEST_BATCH: usize = 500;
/// Invoices that are looked at together.
const LOOK_AT: i64 = 1_000;
/// Between two looks for payouts that would be late.
const LOOK_EVERY: TimeDelta = TimeDelta::hours(1);

/// Notes what an expert is owed on a self-billed invoice, in the transaction that issues it. It is offered for payment
/// once the expert can no longer contest it, but never later than it is due.
///
/// # Errors
/// A fault of the database.
pub async fn note_payable(
    exec: &mut Exec<'_>,
    p: &Platform,
    id: DocumentId,
    document: &Document,
) -> Result<(), ApiError> {
    let contest_days = rulebooks::of_booking(exec, p, document.booking).await?.booking.contest_days;
    let issued = document.issued_on;
    let due = document.due_date.unwrap_or(issued);
    let offered = issued.checked_add_days(Days::new(u64::from(contest_days))).unwrap_or(due).min(due);
    rows::insert_payable(exec, id, document.booking, document.total, (offered, due)).await.map_err(|e| p.fault(e))
}

/// Keeps back part of an invoice while it is disputed, in the caller's transaction; nought ends the dispute.
///
/// # Errors
/// [`ApiError::NotFound`] if it is no invoice that is paid out; a fault if it is more than the invoice.
pub async fn set_disputed(
    exec: &mut Exec<'_>,
    p: &Platform,
    document: DocumentId,
    disputed_cents: Cents,
) -> Result<(), ApiError> {
    if rows::set_disputed(exec, document, disputed_cents).await.map_err(|e| p.fault(e))? {
        Ok(())
    } else {
        Err(ApiError::NotFound)
    }
}

/// The expert has accepted an invoice: it is offered for payment at once, in the caller's transaction.
///
/// # Errors
/// A fault of the database.
pub async fn accepted(exec: &mut Exec<'_>, p: &Platform, document: DocumentId) -> Result<(), ApiError> {
    rows::offer_from(exec, document, p.today()).await.map_err(|e| p.fault(e))
}

fn invalid(field: &str, problem: Problem) -> Failure {
    ApiError::field(field, problem).into()
}

/// Puts invoices into a batch. The same key again answers with the batch that it made.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::Invalid`] for `documents` and `execute_on`;
/// [`ApiError::MovedOn`] if one of the invoices can no longer be paid in full of what the desk showed.
pub async fn prepare(p: &Platform, actor: &AccountView, form: &PrepareForm) -> Result<PayoutBatchId, ApiError> {
    managers_only(actor)?;
    let key: Uuid = form.key.parse().map_err(|_| ApiError::field("documents", Problem::Malformed))?;
    let execute_on = execution_day(p, &form.execute_on)?;
    let documents: BTreeSet<DocumentId> = form
        .documents
        .iter()
        .flat_map(|text| text.split(','))
        .filter(|text| !text.trim().is_empty())
        .map(|text| text.trim().parse())
        .collect::<Result<_, _>>()
        .map_err(|_| ApiError::field("documents", Problem::Malformed))?;
    if documents.len() > LARGEST_BATCH {
        return Err(ApiError::field("documents", Problem::TooMany(LARGEST_BATCH as u32)));
    }
    attempt(p, || Box::pin(prepare_once(p, actor.id, key, &documents, execute_on))).await
}

fn execution_day(p: &Platform, text: &str) -> Result<NaiveDate, ApiError> {
    let wrong = |problem| ApiError::field("execute_on", problem);
    let text = text.trim();
    if text.is_empty() {
        return Err(wrong(Problem::Missing));
    }
    let day: NaiveDate = text.parse().map_err(|_| wrong(Problem::NotADay))?;
    let today = p.today();
    let last = today.checked_add_days(Days::new(AHEAD_DAYS)).unwrap_or(today);
    if day >= today && day <= last && is_banking_day(day) { Ok(day) } else { Err(wrong(Problem::NotBankingDay(last))) }
}

async fn prepare_once(
    p: &Platform,
    actor: AccountId,
    key: Uuid,
    documents: &BTreeSet<DocumentId>,
    execute_on: NaiveDate,
) -> Result<PayoutBatchId, Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    if let Some(known) = rows::batch_of_key(exec, key).await? {
        return Ok(known);
    }
    if documents.is_empty() {
        return Err(invalid("documents", Problem::Missing));
    }
    let id = PayoutBatchId(p.ids.uuid());
    let short = &p.ids.uuid().simple().to_string()[24..];
    let reference = format!("PB-{}-{}", now.format("%Y%m%d"), short.to_uppercase());
    let batch = NewBatch { id, reference: &reference, key, execute_on, by: actor, at: now };
    if !rows::insert_batch(exec, &batch).await? {
        return rows::batch_of_key(exec, key).await?.ok_or_else(|| ApiError::MovedOn.into());
    }
    let mut sum = Cents::ZERO;
    // In the order of their ids, so that two batches never wait for each other.
    for document in documents {
        let payable = rows::lock(exec, *document).await?.ok_or(ApiError::NotFound)?;
        let open = payable.claim.open();
        let Effective::Account { id: iban, masked, by } = account::effective(exec, p, payable.expert).await? else {
            return Err(ApiError::MovedOn.into());
        };
        if open <= Cents::ZERO || payable.claim.under_way > Cents::ZERO || payable.payable_on > p.today() {
            return Err(ApiError::MovedOn.into());
        }
        sum += open;
        let payout = NewPayout {
            id: PayoutId(p.ids.uuid()),
            batch: id,
            document: *document,
            amount: open,
            creditor: &account::holder(exec, p, payable.expert).await?,
            iban,
            account_masked: &masked,
            account_by: by,
        };
        rows::insert_payout(exec, &payout).await?;
    }
    log(exec, p, Some(actor), "payout-prepared", &reference, &format!("{} {}", documents.len(), sum.to_plain()))
        .await?;
    tx.commit().await?;
    Ok(id)
}

async fn log(
    exec: &mut Exec<'_>,
    p: &Platform,
    actor: Option<AccountId>,
    action: &str,
    subject: &str,
    detail: &str,
) -> sqlx::Result<()> {
    desk_rows::log(exec, p.ids.uuid(), p.now(), actor, action, subject, detail).await
}

/// Why somebody may not approve a batch.
fn not_approver(p: &Platform, actor: &AccountView, batch: &Batch, payouts: &[Payout]) -> Option<NotApprover> {
    if payouts.iter().any(|payout| payout.expert_account == actor.id) {
        Some(NotApprover::IsPaid)
    } else if payouts.iter().any(|payout| payout.account_by == actor.id) {
        Some(NotApprover::EnteredAccount)
    } else if p.config.four_eyes && batch.prepared_by == actor.id {
        Some(NotApprover::PreparedIt)
    } else {
        None
    }
}

async fn load(exec: &mut Exec<'_>, id: PayoutBatchId) -> Result<(Batch, Vec<Payout>), Failure> {
    let batch = rows::batch(exec, id).await?.ok_or(ApiError::NotFound)?;
    let payouts = rows::payouts_of(exec, id).await?;
    Ok((batch, payouts))
}

/// Approves a batch: its payouts are posted, and its file can be had.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers, and for a manager who may not approve this one; [`ApiError::MovedOn`] if
/// it is not waiting for approval, its day is over, or a bank account or a claim has changed since: then it is given up
/// and prepared anew.
pub async fn approve(p: &Platform, actor: &AccountView, id: PayoutBatchId) -> Result<(), ApiError> {
    managers_only(actor)?;
    attempt(p, || Box::pin(approve_once(p, actor, id))).await
}

async fn approve_once(p: &Platform, actor: &AccountView, id: PayoutBatchId) -> Result<(), Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    // The move locks the batch; a wrong one is rolled back.
    let waits = rows::move_batch(exec, id, BatchState::Prepared, BatchState::Approved, actor.id, now).await?;
    let (batch, mut payouts) = load(exec, id).await?;
    if not_approver(p, actor, &batch, &payouts).is_some() {
        return Err(ApiError::Forbidden.into());
    }
    if !waits || batch.execute_on < p.today() {
        return Err(ApiError::MovedOn.into());
    }
    payouts.sort_by_key(|payout| payout.document);
    for payout in &payouts {
        let payable = rows::lock(exec, payout.document).await?.ok_or(ApiError::NotFound)?;
        let unchanged = match account::effective(exec, p, payout.expert).await? {
            Effective::Account { id, .. } => id == payout.iban,
            _ => false,
        };
        // A dispute or a credit note of the meantime: what is in the batch is more than may be paid.
        let claim = payable.claim;
        if !unchanged || claim.overpaid() > Cents::ZERO || claim.takes_disputed() {
            return Err(ApiError::MovedOn.into());
        }
        if !rows::move_payout(exec, payout.id, PayoutState::Prepared, PayoutState::Sent, None, now).await? {
            return Err(ApiError::MovedOn.into());
        }
        ledger::post_payout_sent(exec, p, payout.id, payout.booking, payout.amount).await?;
    }
    log(exec, p, Some(actor.id), "payout-approved", &batch.reference, &batch.sum.to_plain()).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives a batch up that is not approved: its invoices can be put into another.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::MovedOn`] once approved.
pub async fn cancel(p: &Platform, actor: &AccountView, id: PayoutBatchId) -> Result<(), ApiError> {
    managers_only(actor)?;
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let waits = rows::move_batch(exec, id, BatchState::Prepared, BatchState::Cancelled, actor.id, now).await?;
            let (batch, payouts) = load(exec, id).await?;
            if !waits {
                return Err(ApiError::MovedOn.into());
            }
            for payout in payouts {
                rows::move_payout(exec, payout.id, PayoutState::Prepared, PayoutState::Cancelled, None, now).await?;
            }
            log(exec, p, Some(actor.id), "payout-cancelled", &batch.reference, "").await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await
}

/// The bank has executed a batch: every payout of it that did not bounce is paid, and its expert is told.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::MovedOn`] unless it is approved and its day has come.
pub async fn executed(p: &Platform, actor: &AccountView, id: PayoutBatchId) -> Result<(), ApiError> {
    managers_only(actor)?;
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let waits = rows::move_batch(exec, id, BatchState::Approved, BatchState::Executed, actor.id, now).await?;
            let (batch, payouts) = load(exec, id).await?;
            if !waits || p.today() < batch.execute_on {
                return Err(ApiError::MovedOn.into());
            }
            for payout in payouts {
                if rows::move_payout(exec, payout.id, PayoutState::Sent, PayoutState::Executed, None, now).await? {
                    ledger::post_payout_executed(exec, p, payout.id, payout.booking, payout.amount).await?;
                    notices::executed(exec, p, &batch, &payout).await?;
                }
            }
            log(exec, p, Some(actor.id), "payout-executed", &batch.reference, &batch.sum.to_plain()).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// The bank could not execute a payout, or it came back afterwards: the invoice is payable again and the expert is told,
/// with the reason, which may be empty.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::Invalid`] for `reason`; [`ApiError::MovedOn`] unless it was
/// sent.
pub async fn bounced(p: &Platform, actor: &AccountView, id: PayoutId, reason: &str) -> Result<PayoutBatchId, ApiError> {
    managers_only(actor)?;
    let reason = Message::parse_optional(reason)
        .map_err(|_| ApiError::field("reason", Problem::TooLong(4_000)))?
        .map(String::from)
        .unwrap_or_default();
    let reason = reason.as_str();
    let batch = attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let payout = rows::payout(exec, id).await?.ok_or(ApiError::NotFound)?;
            rows::lock(exec, payout.document).await?;
            let bounced = PayoutState::Bounced;
            let sent = rows::move_payout(exec, id, PayoutState::Sent, bounced, Some(reason), now).await?;
            let executed =
                !sent && rows::move_payout(exec, id, PayoutState::Executed, bounced, Some(reason), now).await?;
            if !sent && !executed {
                return Err(ApiError::MovedOn.into());
            }
            ledger::post_payout_bounced(exec, p, id, payout.booking, payout.amount, executed).await?;
            notices::bounced(exec, p, &payout).await?;
            let detail = format!("{} {}", payout.number, payout.amount.to_plain());
            log(exec, p, Some(actor.id), "payout-bounced", &payout.number, &detail).await?;
            let left = rows::payouts_of(exec, payout.batch).await?;
            if left.iter().all(|payout| payout.state == bounced) {
                let (from, to) = (BatchState::Approved, BatchState::Executed);
                rows::move_batch(exec, payout.batch, from, to, actor.id, now).await?;
            }
            tx.commit().await?;
            Ok(payout.batch)
        })
    })
    .await?;
    jobs::wake(p);
    Ok(batch)
}

/// The hourly look for payouts that would be late: managers are told once when one becomes urgent, and once more when it
/// is late. Invoices that were issued before payouts were kept are noted first.
///
/// # Errors
/// A fault of the database.
pub async fn watch(p: &Platform) -> Result<(), ApiError> {
    let today = p.today();
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            note_unnoted(exec, p).await?;
            for payable in rows::unsettled(exec, LOOK_AT).await? {
                let claim = payable.claim;
                let urgency = Urgency::on(today, payable.due_on);
                // What is in a file for the bank has left; what is only prepared has not.
                if claim.open() + claim.under_way > payable.sent && urgency != Urgency::InTime {
                    notices::would_be_late(exec, p, &payable, urgency).await?;
                }
            }
            jobs::schedule(exec, JobKind::WatchPayouts, Uuid::nil(), p.now() + LOOK_EVERY).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

async fn note_unnoted(exec: &mut Exec<'_>, p: &Platform) -> Result<(), Failure> {
    for (id, body) in rows::unnoted(exec, LOOK_AT).await? {
        match serde_json::from_str::<Document>(&body) {
            Ok(document) => note_payable(exec, p, DocumentId(id), &document).await?,
            // The audit names it.
            Err(error) => tracing::error!(document = %id, %error, "a self-billed invoice cannot be read"),
        }
    }
    Ok(())
}

/// The next day on which a bank executes a transfer that is ordered now.
#[must_use]
pub fn next_banking_day(p: &Platform) -> NaiveDate {
    banking_day_on_or_after(p.today())
}
