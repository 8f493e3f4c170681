//! Invariants 1 to 4 of what is rented alone: one price, no unit twice, books that agree, states that were reached; and
//! the stock, which bookings take theirs from, too.

use super::{Check, Findings, books::unsent};
use crate::{
    db::audit::{self as rows, RentalOrderRow, RentalRefundRow, Snapshot},
    services::ledger::{Account, RENTAL, RefundEvent},
};
use chrono::NaiveDate;
use gabarit_domain::{
    ids::RefundId,
    money::Cents,
    pricing::Quote,
    rental::{RentalOrder, lines},
    rulebook::Rulebook,
};
use std::collections::BTreeMap;

/// Each order: its quote is what its rules make of it, what is invoiced is what is kept, the ledger says the same, and
/// exactly the orders that hold units have their days.
pub(super) async fn check_all(
    snapshot: &mut Snapshot,
    rulebooks: &BTreeMap<i64, Rulebook>,
    today: NaiveDate,
    findings: &mut Findings,
) -> sqlx::Result<()> {
    for (item, day, promised, units) in rows::oversold(snapshot, today).await? {
        let detail = format!("{promised} promised of {units}");
        findings.add(Check::NoMoreIsRentedOutThanThereIs, format_args!("{item} {day}"), detail);
    }
    for order in rows::rental_orders(snapshot).await? {
        let rental = Rental::gather(snapshot, order).await?;
        check(&rental, rulebooks, findings);
    }
    Ok(())
}

/// An order with everything that hangs on it.
struct Rental {
    row: RentalOrderRow,
    refunds: Vec<RentalRefundRow>,
    /// Invoices less credit notes, with VAT.
    invoiced: i64,
    received: i64,
    /// Taken back by banks, and not given again.
    charged: i64,
    /// Taken back, whether given again or not.
    ever_charged: i64,
    /// Payments that are authorised.
    authorised: usize,
    /// Unit-days that are its own.
    days: i64,
    steps: i64,
    /// Balances of the ledger.
    clearing: i64,
    revenue: i64,
    bank: i64,
    deposits: i64,
    receivable: i64,
}

impl Rental {
    async fn gather(snapshot: &mut Snapshot, row: RentalOrderRow) -> sqlx::Result<Self> {
        let (invoiced, received, days, steps) = rows::rental_sums(snapshot, row.id).await?;
        let payments = rows::rental_payments(snapshot, row.id).await?;
        let refunds = rows::rental_refunds(snapshot, row.id).await?;
        let mut causes = vec![format!("rental-invoice:{}", row.id), format!("rental-credit:{}", row.id)];
        causes.extend(payments.iter().map(|(id, _)| format!("rental-received:{id}")));
        let chargebacks = rows::rental_chargebacks(snapshot, row.id).await?;
        for (reference, ..) in &chargebacks {
            causes
                .extend([format!("rental-chargeback:{reference}"), format!("rental-chargeback-reversed:{reference}")]);
        }
        for refund in &refunds {
            let cause = |event: RefundEvent| event.cause(RENTAL, RefundId(refund.id));
            for attempt in 1..=u32::try_from(refund.attempt).unwrap_or(1) {
                let events = [RefundEvent::Sent(attempt), RefundEvent::Failed(attempt), RefundEvent::Taken(attempt)];
                causes.extend(events.map(cause));
            }
            causes.push(cause(RefundEvent::Elsewhere));
        }
        let (mut clearing, mut revenue, mut bank, mut deposits, mut receivable) = (0, 0, 0, 0, 0);
        for cause in &causes {
            for (account, sum) in [
                (Account::ProviderClearing, &mut clearing),
                (Account::Revenue, &mut revenue),
                (Account::Bank, &mut bank),
                (Account::Deposits, &mut deposits),
                (Account::ClientReceivable, &mut receivable),
            ] {
                *sum += rows::posted(snapshot, cause, account.code()).await?;
            }
        }
        let authorised = payments.iter().filter(|(_, state)| state == "authorized").count();
        let charged = chargebacks.iter().filter(|(.., reversed)| !reversed).map(|(_, amount, _)| amount).sum();
        let ever_charged = chargebacks.iter().map(|(_, amount, _)| amount).sum();
        Ok(Self {
            row,
            refunds,
            invoiced,
            received,
            charged,
            ever_charged,
            authorised,
            days,
            steps,
            clearing,
            revenue,
            bank,
            deposits,
            receivable,
        })
    }

    /// Refunds in a state, in cents.
    fn refunded(&self, state: &str) -> i64 {
        self.refunds.iter().filter(|refund| refund.state == state).map(|refund| refund.amount).sum()
    }
}

fn check(rental: &Rental, rulebooks: &BTreeMap<i64, Rulebook>, findings: &mut Findings) {
    let row = &rental.row;
    let reference = &row.reference;
    let (sent, elsewhere) = (rental.refunded("sent"), rental.refunded("elsewhere"));
    // What a bank took back by itself is not sent, too.
    let taken = rental.refunded("taken");
    let returning: i64 = rental.refunds.iter().map(|refund| refund.amount).sum();
    let order: Result<RentalOrder, _> = serde_json::from_str(&row.order_body);
    let quote: Result<Quote, _> = serde_json::from_str(&row.quote_body);
    let (Ok(order), Ok(quote)) = (order, quote) else {
        findings.add(Check::ARentalIsReadable, reference, "order or quote");
        return;
    };
    if let Some(rules) = rulebooks.get(&row.rulebook_version) {
        let again = lines(&rules.rental, &order);
        if again != quote.lines || quote.total.0 != row.total {
            findings.add(Check::ARentalCostsWhatItsRulesSay, reference, Cents(row.total).to_plain());
        }
    }
    let keeps = matches!(row.state.as_str(), "paid" | "handed-out" | "returned");
    let wanted = if keeps { row.total } else { 0 };
    if rental.invoiced != wanted {
        let detail = format!("{} of {}", Cents(rental.invoiced).to_plain(), Cents(wanted).to_plain());
        findings.add(Check::InvoicesOfRentalsLessCreditNotesAreTheMoneyKept, reference, detail);
    }
    // Of what a bank took back, nothing goes back.
    let left = rental.received - returning - wanted;
    if left < 0 || left > if keeps { 0 } else { rental.ever_charged } {
        let detail =
            format!("{} received, {} going back", Cents(rental.received).to_plain(), Cents(returning).to_plain());
        findings.add(Check::WhatIsPaidForARentalIsKeptOrGoesBack, reference, detail);
    }
    let seats: u32 = order.seats.values().sum();
    let most = i64::from(seats) * i64::from(order.term.days());
    let holds = matches!(row.state.as_str(), "reserved" | "authorised" | "paid" | "handed-out");
    // What came back early gave its later days to others.
    let fits = if row.state == "returned" { rental.days <= most } else { rental.days == if holds { most } else { 0 } };
    if !fits {
        findings.add(Check::ARentalHasItsUnits, reference, format_args!("{} unit-days, {}", rental.days, row.state));
    }
    if rental.steps != row.version {
        findings.add(Check::EveryMoveOfARentalIsLogged, reference, format_args!("{} of {}", rental.steps, row.version));
    }
    // A card that nobody wants any more is let go; one that is to be captured is there.
    if (row.state == "authorised") != (rental.authorised == 1) || rental.authorised > 1 {
        let detail = format!("{}: {} cards authorised", row.state, rental.authorised);
        findings.add(Check::AnAuthorisedRentalHasOneAuthorisedCard, reference, detail);
    }
    for refund in &rental.refunds {
        if let Some(detail) = unsent(&refund.state, refund.amount, refund.failed_at, refund.refused_at) {
            findings.add(Check::ARefundReachesTheClient, reference, detail);
        }
    }
    let net_kept = if rental.invoiced > 0 { quote.net.0 } else { 0 };
    let sound = rental.clearing == rental.received - sent - rental.charged
        && rental.receivable == wanted + returning - taken + rental.charged - rental.received
        && rental.revenue == -net_kept
        && rental.bank == -elsewhere
        && rental.deposits == -(returning - taken - sent - elsewhere);
    if !sound {
        let detail = format!(
            "{} at the provider, {} revenue, {} deposits, {} paid from the bank, {} owed",
            Cents(rental.clearing).to_plain(),
            Cents(rental.revenue).to_plain(),
            Cents(rental.deposits).to_plain(),
            Cents(rental.bank).to_plain(),
            Cents(rental.receivable).to_plain()
        );
        findings.add(Check::LedgerAgreesWithPaymentsAndDocumentsOfRentals, reference, detail);
    }
}
