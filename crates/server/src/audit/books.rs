//! Invariant 3: the books balance, and numbers have no gap.

use super::{
    Check, Findings,
    case::{self, Case},
};
use crate::{
    db::audit::{self as rows, Snapshot},
    services::ledger::Account,
};
use chrono::{DateTime, Utc};
use gabarit_domain::{invoice::DocumentKind, money::Cents};

/// The ledger says of a booking what its payments, refunds and documents say.
pub(super) fn check(case: &Case, findings: &mut Findings) {
    let (net, vat) = case.invoiced();
    let (cost, input_vat) = case.self_billed();
    let clearing = case.received() - case.refunded(&["sent"]) - case.charged_back();
    // What is on its way back, or came back from the client's bank, is still a deposit.
    let returning = case.refunded(&["due", "failed"]);
    // What was paid another way left the operator's own account.
    let elsewhere = case.refunded(&["elsewhere"]);
    let over = clearing - elsewhere - returning - (net + vat);
    for (account, wanted) in [
        (Account::ProviderClearing, clearing),
        // What is received beyond the invoice is still the client's; what is lacking, the client owes.
        (Account::Deposits, -over.max(0) - returning),
        (Account::ClientReceivable, (-over).max(0)),
        (Account::Revenue, -net),
        (Account::VatPayable, -vat),
        (Account::CostOfExperts, cost),
        (Account::VatReceivable, input_vat),
        (Account::ExpertPayable, case.paid_out(&["sent", "executed"]) - (cost + input_vat)),
        (Account::PayoutsInTransit, -case.paid_out(&["sent"])),
        (Account::Bank, -case.paid_out(&["executed"]) - elsewhere),
    ] {
        let found = case.balance(account.code());
        if found != wanted {
            let detail = format!("{} is {}, not {}", account.code(), Cents(found).to_plain(), Cents(wanted).to_plain());
            findings.add(Check::LedgerAgreesWithPaymentsAndDocuments, &case.row.reference, detail);
        }
    }
    for refund in &case.refunds {
        if let Some(detail) = unsent(&refund.state, refund.amount, refund.failed_at, refund.refused_at) {
            findings.add(Check::ARefundReachesTheClient, &case.row.reference, detail);
        }
    }
    payouts(case, findings);
}

/// A refund that came back or is refused, and that nobody has seen to.
pub(super) fn unsent(
    state: &str,
    amount: i64,
    failed_at: Option<DateTime<Utc>>,
    refused_at: Option<DateTime<Utc>>,
) -> Option<String> {
    let (what, at) = match (state, refused_at) {
        ("failed", _) => ("came back", failed_at),
        ("due", Some(at)) => ("was refused by the provider", Some(at)),
        _ => return None,
    };
    let at = at.map(|at| at.format(" at %F %R UTC").to_string()).unwrap_or_default();
    Some(format!("{} {what}{at}: send it again, or note how it was paid", Cents(amount).to_plain()))
}

/// No more is paid out than was ever invoiced, and each payout is where its batch is.
fn payouts(case: &Case, findings: &mut Findings) {
    let invoiced: i64 = case.issued(DocumentKind::SelfBilledInvoice).map(|(_, document)| document.total.0).sum();
    let taken = case.paid_out(&["prepared", "sent", "executed"]);
    if taken > invoiced {
        let detail = format!("{} of {}", Cents(taken).to_plain(), Cents(invoiced).to_plain());
        findings.add(Check::NoMoreIsPaidOutThanInvoiced, &case.row.reference, detail);
    }
    for payout in &case.payouts {
        let fits = match payout.batch_state.as_str() {
            "prepared" => payout.state == "prepared",
            "approved" => matches!(payout.state.as_str(), "sent" | "bounced"),
            "executed" => matches!(payout.state.as_str(), "executed" | "bounced"),
            "cancelled" => payout.state == "cancelled",
            _ => false,
        };
        if !fits {
            let detail = format!("{} in {} which is {}", payout.state, payout.batch, payout.batch_state);
            findings.add(Check::APayoutIsWhereItsBatchIs, &case.row.reference, detail);
        }
    }
}

/// Each transaction sums to nought; numbers run from 1 to their counter.
pub(super) async fn check_all(snapshot: &mut Snapshot, findings: &mut Findings) -> sqlx::Result<()> {
    for (cause, entries, sum) in rows::unbalanced(snapshot).await? {
        let detail = if entries == 0 { "no entries".to_owned() } else { format!("sums to {}", Cents(sum).to_plain()) };
        findings.add(Check::ALedgerTransactionSumsToNought, cause, detail);
    }
    for account in rows::accounts(snapshot).await? {
        if !Account::ALL.iter().any(|known| known.code() == account) {
            findings.add(Check::LedgerAccountsAreOfTheChart, account, "no such account");
        }
    }
    for (series, year, sequence, total, payable) in rows::unpayable(snapshot).await? {
        let detail = if payable < 0 {
            "nothing is payable on it".to_owned()
        } else {
            format!("{} is payable of {}", Cents(payable).to_plain(), Cents(total).to_plain())
        };
        findings.add(Check::ASelfBilledInvoiceIsPayable, case::number(&series, year, sequence), detail);
    }
    for (reference, received, fees, bank, kept, clearing) in rows::settlements(snapshot).await? {
        if (bank, kept, clearing) != (received, fees, -(received + fees)) {
            let detail = format!("{} in the bank, {} fees", Cents(bank).to_plain(), Cents(kept).to_plain());
            findings.add(Check::ASettlementIsPostedAsItWasNoted, reference, detail);
        }
    }
    for cause in rows::stray_settlements(snapshot).await? {
        findings.add(Check::ASettlementIsPostedAsItWasNoted, cause, "nobody noted it");
    }
    for (series, year, sequence) in rows::gaps(snapshot).await? {
        let missing = case::number(&series, year, sequence - 1);
        findings.add(
            Check::DocumentNumbersHaveNoGap,
            case::number(&series, year, sequence),
            format_args!("{missing} is missing"),
        );
    }
    for (series, year, last, counter) in rows::counters(snapshot).await? {
        let detail = if counter < 0 {
            format!("last is {last}, no counter")
        } else {
            format!("last is {last}, counter {counter}")
        };
        findings.add(Check::TheCounterIsTheLastNumber, format_args!("{series}-{year}"), detail);
    }
    Ok(())
}
