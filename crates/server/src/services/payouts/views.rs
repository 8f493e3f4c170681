//! What the payouts desk shows, and the files it hands out.

use super::{
    account::{self, Effective},
    log, next_banking_day, not_approver, rows,
};
use crate::{
    clock::zoned,
    csv::Csv,
    db::payouts::{Batch, BatchState, Payable, Payout, PayoutState},
    platform::Platform,
    sepa::{CreditTransfer, CreditTransfers, pain_001},
    services::manage::managers_only,
};
use chrono_tz::Tz;
use gabarit_domain::{ids::PayoutBatchId, money::Cents, payout::Urgency};
use gabarit_i18n::{Locale, payout as text};
use gabarit_view::{
    account::AccountView,
    desk::{BatchDetail, BatchView, Obstacle, PayableView, PayoutDesk, PayoutView},
    error::ApiError,
};

/// Batches on the desk's first page.
const BATCHES: i64 = 50;
/// Invoices on the desk; the most urgent come first.
const PAYABLES: i64 = 500;

fn zone(p: &Platform, actor: &AccountView) -> Tz {
    actor.time_zone.parse().unwrap_or(p.config.zone)
}

/// Everything that is not settled, and the batches.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn desk(p: &Platform, actor: &AccountView) -> Result<PayoutDesk, ApiError> {
    managers_only(actor)?;
    let zone = zone(p, actor);
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let exec = &mut conn.exec();
    let mut payables = Vec::new();
    for payable in rows::unsettled(exec, PAYABLES).await.map_err(|e| p.fault(e))? {
        let account = account::effective(exec, p, payable.expert).await?;
        payables.push(payable_view(p, zone, payable, account));
    }
    let batches = rows::batches(exec, BATCHES).await.map_err(|e| p.fault(e))?;
    Ok(PayoutDesk {
        payables,
        batches: batches.into_iter().map(|batch| batch_view(zone, batch)).collect(),
        next_banking_day: next_banking_day(p),
        key: p.ids.uuid(),
        four_eyes: p.config.four_eyes,
    })
}

fn payable_view(p: &Platform, zone: Tz, payable: Payable, account: Effective) -> PayableView {
    let claim = payable.claim;
    let obstacle = if claim.overpaid() > Cents::ZERO {
        Some(Obstacle::Overpaid)
    } else if claim.under_way > Cents::ZERO {
        Some(Obstacle::UnderWay)
    } else if claim.open() == Cents::ZERO {
        Some(Obstacle::Disputed)
    } else {
        match &account {
            Effective::Missing => Some(Obstacle::NoAccount),
            Effective::Waits(until) => Some(Obstacle::AccountWaits(zoned(*until, zone))),
            Effective::Account { .. } if payable.payable_on > p.today() => {
                Some(Obstacle::Contestable(payable.payable_on))
            }
            Effective::Account { .. } => None,
        }
    };
    PayableView {
        document: payable.document,
        number: payable.number,
        booking: payable.booking,
        reference: payable.reference,
        expert: payable.expert_name,
        claim,
        open: claim.open(),
        withheld: claim.withheld(),
        due_on: payable.due_on,
        urgency: Urgency::on(p.today(), payable.due_on),
        account: match account {
            Effective::Account { masked, .. } => Some(masked),
            _ => None,
        },
        obstacle,
    }
}

fn batch_view(zone: Tz, batch: Batch) -> BatchView {
    BatchView {
        id: batch.id,
        reference: batch.reference,
        state: batch.state.code().to_owned(),
        execute_on: batch.execute_on,
        prepared_by: batch.prepared_by_name,
        prepared_at: zoned(batch.prepared_at, zone),
        approved_by: batch.approved_by_name,
        approved_at: batch.approved_at.map(|at| zoned(at, zone)),
        count: u32::try_from(batch.count).unwrap_or(u32::MAX),
        sum: batch.sum,
    }
}

async fn load(p: &Platform, id: PayoutBatchId) -> Result<(Batch, Vec<Payout>), ApiError> {
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let exec = &mut conn.exec();
    let batch = rows::batch(exec, id).await.map_err(|e| p.fault(e))?.ok_or(ApiError::NotFound)?;
    let payouts = rows::payouts_of(exec, id).await.map_err(|e| p.fault(e))?;
    Ok((batch, payouts))
}

/// A batch with its payouts.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`].
pub async fn batch(p: &Platform, actor: &AccountView, id: PayoutBatchId) -> Result<BatchDetail, ApiError> {
    managers_only(actor)?;
    let (batch, payouts) = load(p, id).await?;
    let not_approver = match batch.state {
        BatchState::Prepared => not_approver(p, actor, &batch, &payouts),
        _ => None,
    };
    let execute_on = batch.execute_on;
    let views = payouts
        .into_iter()
        .map(|payout| PayoutView {
            id: payout.id,
            document: payout.document,
            number: payout.number,
            booking: payout.booking,
            reference: payout.reference,
            creditor: payout.creditor,
            account: payout.account_masked,
            amount: payout.amount,
            state: payout.state.code().to_owned(),
            bounce_reason: payout.bounce_reason.filter(|reason| !reason.is_empty()),
            late: execute_on > payout.due_on,
        })
        .collect();
    Ok(BatchDetail { batch: batch_view(zone(p, actor), batch), payouts: views, not_approver })
}

/// The file for the bank: its name and its bytes. The same batch gives the same file each time; that it was fetched, and
/// by whom, is logged, because it holds the accounts in full.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::MovedOn`] before the batch is approved.
pub async fn batch_file(p: &Platform, actor: &AccountView, id: PayoutBatchId) -> Result<(String, Vec<u8>), ApiError> {
    managers_only(actor)?;
    let (batch, payouts) = load(p, id).await?;
    let Some(created_at) = batch.approved_at else { return Err(ApiError::MovedOn) };
    let mut tx = p.db.begin().await.map_err(|e| p.fault(e))?;
    let exec = &mut tx.exec();
    let mut transfers = Vec::new();
    // All that were approved, whatever became of them since: the file is what the bank was given.
    for payout in payouts.iter().filter(|payout| payout.state != PayoutState::Cancelled) {
        transfers.push(CreditTransfer {
            id: payout.id.0.simple().to_string(),
            amount: payout.amount,
            creditor: payout.creditor.clone(),
            creditor_iban: account::number(exec, p, payout.iban).await?,
            remittance: format!("{} {}", payout.number, payout.reference),
        });
    }
    let operator = &p.config.operator;
    let file = CreditTransfers {
        reference: batch.reference.clone(),
        created_at,
        execute_on: batch.execute_on,
        debtor: operator.name.clone(),
        debtor_iban: operator.iban.chars().filter(|c| !c.is_whitespace()).collect(),
        debtor_bic: operator.bic.clone(),
        transfers,
    };
    let bytes = pain_001(&file).map_err(|e| p.fault(e))?;
    log(exec, p, Some(actor.id), "payout-file", &batch.reference, "").await.map_err(|e| p.fault(e))?;
    tx.commit().await.map_err(|e| p.fault(e))?;
    Ok((format!("{}.xml", batch.reference), bytes))
}

/// A batch as a table, with the accounts masked: its name and its bytes.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`].
pub async fn batch_csv(
    p: &Platform,
    actor: &AccountView,
    id: PayoutBatchId,
    l: Locale,
) -> Result<(String, Vec<u8>), ApiError> {
    managers_only(actor)?;
    let (batch, payouts) = load(p, id).await?;
    let mut csv = Csv::new(&[
        text::fact_invoice(l),
        text::booking(l),
        text::creditor(l),
        text::fact_account(l),
        text::fact_amount(l),
        text::state(l),
        text::fact_executed_on(l),
        text::due_on(l),
    ]);
    for payout in payouts {
        csv.row(&[
            &payout.number,
            &payout.reference,
            &payout.creditor,
            &payout.account_masked,
            &payout.amount.to_plain(),
            text_of(l, payout.state),
            &batch.execute_on.to_string(),
            &payout.due_on.to_string(),
        ]);
    }
    Ok((format!("{}.csv", batch.reference), csv.into_bytes()))
}

fn text_of(l: Locale, state: PayoutState) -> &'static str {
    match state {
        PayoutState::Prepared => text::state_prepared(l),
        PayoutState::Sent => text::state_sent(l),
        PayoutState::Executed => text::state_executed(l),
        PayoutState::Bounced => text::state_bounced(l),
        PayoutState::Cancelled => text::state_cancelled(l),
    }
}
