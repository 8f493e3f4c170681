//! Invariants 1 to 4 of licences rented alone: one price, no unit twice, books that agree, states that were reached.

use super::{
    Findings,
    books::{REFUND_ARRIVES, returned},
    rows::{self, RentalRow, Snapshot},
};
use gabarit_domain::{
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
    findings: &mut Findings,
) -> sqlx::Result<()> {
    for row in rows::rentals(snapshot).await? {
        check(&row, rulebooks, findings);
    }
    Ok(())
}

fn check(row: &RentalRow, rulebooks: &BTreeMap<i64, Rulebook>, findings: &mut Findings) {
    let reference = &row.reference;
    let order: Result<RentalOrder, _> = serde_json::from_str(&row.order_body);
    let quote: Result<Quote, _> = serde_json::from_str(&row.quote_body);
    let (Ok(order), Ok(quote)) = (order, quote) else {
        findings.add(1, "a rental is readable", reference, "order or quote");
        return;
    };
    if let Some(rules) = rulebooks.get(&row.rulebook_version) {
        let again = lines(&rules.rental, &order);
        if again != quote.lines || quote.total.0 != row.total {
            findings.add(1, "a rental costs what its rules say", reference, Cents(row.total).to_plain());
        }
    }
    let keeps = matches!(row.state.as_str(), "paid" | "handed-out" | "returned");
    let wanted = if keeps { row.total } else { 0 };
    if row.invoiced != wanted {
        let detail = format!("{} of {}", Cents(row.invoiced).to_plain(), Cents(wanted).to_plain());
        findings.add(1, "invoices of rentals less credit notes are the money kept", reference, detail);
    }
    if row.received - row.returning != wanted {
        let detail =
            format!("{} received, {} going back", Cents(row.received).to_plain(), Cents(row.returning).to_plain());
        findings.add(1, "what is paid for a rental is kept or goes back", reference, detail);
    }
    let seats: u32 = order.seats.values().sum();
    let most = i64::from(seats) * i64::from(order.term.days());
    let holds = matches!(row.state.as_str(), "reserved" | "authorised" | "paid" | "handed-out");
    // What came back early gave its later days to others.
    let fits = if row.state == "returned" { row.days <= most } else { row.days == if holds { most } else { 0 } };
    if !fits {
        findings.add(2, "a rental has its units", reference, format_args!("{} unit-days, {}", row.days, row.state));
    }
    if row.steps != row.version {
        findings.add(
            4,
            "every move of a rental is logged",
            reference,
            format_args!("{} of {}", row.steps, row.version),
        );
    }
    // A card that nobody wants any more is let go; one that is to be captured is there.
    if (row.state == "authorised") != (row.authorised == 1) || row.authorised > 1 {
        let detail = format!("{}: {} cards authorised", row.state, row.authorised);
        findings.add(1, "an authorised rental has one authorised card", reference, detail);
    }
    for (amount, at) in &row.failed {
        findings.add(3, REFUND_ARRIVES, reference, returned(*amount, *at));
    }
    let sound = row.clearing == row.received - row.sent
        && row.revenue == -row.net_kept
        && row.bank == -row.elsewhere
        && row.deposits == -(row.returning - row.sent - row.elsewhere);
    if !sound {
        let detail = format!(
            "{} at the provider, {} revenue, {} deposits, {} paid from the bank",
            Cents(row.clearing).to_plain(),
            Cents(row.revenue).to_plain(),
            Cents(row.deposits).to_plain(),
            Cents(row.bank).to_plain()
        );
        findings.add(3, "ledger agrees with payments and documents of rentals", reference, detail);
    }
}
