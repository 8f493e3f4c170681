//! Invariant 3: the books balance, and numbers have no gap.

use super::{
    Findings,
    case::{self, Case},
    rows::{self, Snapshot},
};
use crate::services::ledger::Account;
use gabarit_domain::money::Cents;

/// The ledger says of a booking what its payments, refunds and documents say.
pub(super) fn check(case: &Case, findings: &mut Findings) {
    let (net, vat) = case.invoiced();
    let (cost, input_vat) = case.self_billed();
    let clearing = case.received() - case.refunded(&["sent"]);
    // What is on its way back is still a deposit.
    let returning = case.refunded(&["due"]);
    let over = clearing - returning - (net + vat);
    for (account, wanted) in [
        (Account::ProviderClearing, clearing),
        // What is received beyond the invoice is still the client's; what is lacking, the client owes.
        (Account::Deposits, -over.max(0) - returning),
        (Account::ClientReceivable, (-over).max(0)),
        (Account::Revenue, -net),
        (Account::VatPayable, -vat),
        (Account::CostOfExperts, cost),
        (Account::VatReceivable, input_vat),
    ] {
        let found = case.balance(account.code());
        if found != wanted {
            let detail = format!("{} is {}, not {}", account.code(), Cents(found).to_plain(), Cents(wanted).to_plain());
            findings.add(3, "ledger agrees with payments and documents", &case.row.reference, detail);
        }
    }
}

/// Each transaction sums to nought; numbers run from 1 to their counter.
pub(super) async fn check_all(snapshot: &mut Snapshot, findings: &mut Findings) -> sqlx::Result<()> {
    for (cause, entries, sum) in rows::unbalanced(snapshot).await? {
        let detail = if entries == 0 { "no entries".to_owned() } else { format!("sums to {}", Cents(sum).to_plain()) };
        findings.add(3, "a ledger transaction sums to nought", cause, detail);
    }
    for account in rows::accounts(snapshot).await? {
        if !Account::ALL.iter().any(|known| known.code() == account) {
            findings.add(3, "ledger accounts are of the chart", account, "no such account");
        }
    }
    for (series, year, sequence) in rows::gaps(snapshot).await? {
        let missing = case::number(&series, year, sequence - 1);
        findings.add(
            3,
            "document numbers have no gap",
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
        findings.add(3, "the counter is the last number", format_args!("{series}-{year}"), detail);
    }
    Ok(())
}
