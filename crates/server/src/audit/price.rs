//! Invariant 1: one price, from the quote to the money kept.

use super::{
    Check, Context, Findings,
    case::{Case, Issued},
};
use crate::services::documents::sha256;
use chrono::TimeDelta;
use gabarit_domain::{
    compensation::earnings,
    invoice::{DocumentKind, DocumentLines},
    money::Cents,
    pricing::{self, LineKind, Order, Quote},
    rulebook::Rulebook,
    vat::{VatBreakdown, treatment},
};

/// The provider takes an authorised card within this time after acceptance, or somebody must see to it.
const CAPTURE_WITHIN: TimeDelta = TimeDelta::hours(24);

pub(super) fn check(context: &Context, case: &Case, findings: &mut Findings) {
    quote(context, case, findings);
    charge(case, findings);
    for issued in &case.documents {
        document(issued, findings);
    }
    invoice(case, findings);
    self_billed(context, case, findings);
    kept(context, case, findings);
}

fn plain(cents: i64) -> String {
    Cents(cents).to_plain()
}

/// The quote adds up, is the booking's total, and the pinned rulebook gives the same lines for the order.
fn quote(context: &Context, case: &Case, findings: &mut Findings) {
    let reference = &case.row.reference;
    let (order, quote) = match (&case.order, &case.quote) {
        (Ok(order), Ok(quote)) => (order, quote),
        (order, quote) => {
            let problem = [order.as_ref().err(), quote.as_ref().err()].into_iter().flatten().cloned();
            findings.add(Check::QuoteReadable, reference, problem.collect::<Vec<_>>().join("; "));
            return;
        }
    };
    let net: Cents = quote.lines.iter().map(|line| line.net).sum();
    if quote.net != net || quote.vat != VatBreakdown::of(quote.vat.treatment, net) || quote.total != net + quote.vat.tax
    {
        findings.add(Check::QuoteAddsUp, reference, format_args!("lines sum to {}", net.to_plain()));
    }
    if quote.total.0 != case.row.total {
        let detail = format_args!("booking {}, quote {}", plain(case.row.total), quote.total.to_plain());
        findings.add(Check::TotalIsTheQuotes, reference, detail);
    }
    if quote.vat.treatment.category != treatment(context.operator, &order.customer).category {
        let code = quote.vat.treatment.category.code();
        findings.add(Check::VatFollowsTheCustomer, reference, format_args!("category {code} was quoted"));
    }
    let pinned = i64::from(quote.rulebook.0);
    match context.rulebooks.get(&case.row.rulebook_version) {
        Some(rulebook) if pinned == case.row.rulebook_version => {
            reprice(rulebook, order, quote, case.row.revision > 0, reference, findings);
        }
        _ => {
            let detail = format_args!("booking pins {}, quote {pinned}", case.row.rulebook_version);
            findings.add(Check::RulebookPinned, reference, detail);
        }
    }
}

/// Level and distance are the quote's own: the expert may have moved or risen since.
fn reprice(
    rulebook: &Rulebook,
    order: &Order,
    quote: &Quote,
    is_changed: bool,
    reference: &str,
    findings: &mut Findings,
) {
    let level = quote.lines.iter().find_map(|line| match line.kind {
        LineKind::ExpertDays { level } => Some(level),
        _ => None,
    });
    let one_way_km = quote.lines.iter().find_map(|line| match line.kind {
        LineKind::Travel { one_way_km, .. }
        | LineKind::Flight { one_way_km, .. }
        | LineKind::Lodging { one_way_km, .. } => Some(one_way_km),
        _ => None,
    });
    let Some(level) = level else {
        findings.add(Check::QuoteFollowsTheRulebook, reference, "no line of expert days");
        return;
    };
    let mut lines = pricing::lines(rulebook, level, one_way_km.unwrap_or_default(), order);
    // The supplement of a booking that was changed never falls.
    if let (true, Some(priced), Some(quoted)) = (is_changed, lines.last_mut(), quote.lines.last())
        && matches!(priced.kind, LineKind::Flexible { .. })
        && priced.kind == quoted.kind
        && quoted.net > priced.net
    {
        *priced = quoted.clone();
    }
    if lines != quote.lines {
        let net: Cents = lines.iter().map(|line| line.net).sum();
        let detail =
            format_args!("the rulebook gives {} before VAT, the quote {}", net.to_plain(), quote.net.to_plain());
        findings.add(Check::QuoteFollowsTheRulebook, reference, detail);
    }
}

/// What was charged is the quote's total; an order was paid.
fn charge(case: &Case, findings: &mut Findings) {
    let reference = &case.row.reference;
    for payment in &case.payments {
        // A change has its own price: the difference; after it the total is another.
        let wanted = match (payment.change_id, payment.difference) {
            (None, _) if case.row.revision == 0 => Some(case.row.total),
            (None, _) => None,
            (Some(_), difference) => difference,
        };
        if wanted.is_some_and(|wanted| payment.amount != wanted) {
            let detail = format_args!("payment {}: {} of {}", payment.id, plain(payment.amount), plain(case.row.total));
            findings.add(Check::ChargeIsTheQuotesTotal, reference, detail);
        }
        // Of a card less may have been taken, or all before less was asked for.
        let fits = match payment.state.as_str() {
            "paid" => payment.captured == payment.amount || Some(payment.captured) == payment.to_capture,
            _ => payment.captured == 0,
        };
        if !fits {
            let detail = format_args!("payment {} is {}: {} taken", payment.id, payment.state, plain(payment.captured));
            findings.add(Check::WhatIsTakenFollowsThePayment, reference, detail);
        }
    }
    let covered = case.payments.iter().any(|payment| matches!(payment.state.as_str(), "paid" | "authorized"));
    // From acceptance on, the money kept is compared with the invoice.
    if case.row.state == "requested" && !covered {
        findings.add(Check::AnOrderIsPaid, reference, "requested without a payment");
    }
}

/// A document is as it was issued, adds up, and its columns say what its body says.
fn document(issued: &Issued, findings: &mut Findings) {
    let (row, number) = (&issued.row, issued.number());
    if sha256(&row.body) != row.sha256 {
        findings.add(Check::DocumentUnchanged, &number, "its hash is another");
    }
    let document = match &issued.document {
        Ok(document) => document,
        Err(error) => {
            findings.add(Check::DocumentReadable, &number, error);
            return;
        }
    };
    for fault in document.faults() {
        findings.add(Check::DocumentAddsUp, &number, fault);
    }
    if document.number.to_string() != number || document.total.0 != row.total {
        let detail = format_args!("its body is {} over {}", document.number, document.total.to_plain());
        findings.add(Check::DocumentIsItsRow, &number, detail);
    }
}

/// An accepted booking has one invoice that stands, equal to the quote line for line; those of what it was before a change
/// are credited whole. What is credited of the one that stands is what is no longer kept.
fn invoice(case: &Case, findings: &mut Findings) {
    let reference = &case.row.reference;
    let invoices: Vec<_> = case.issued(DocumentKind::Invoice).collect();
    let unreadable = case.documents.iter().any(|issued| issued.document.is_err());
    let count = case.documents.iter().filter(|issued| issued.kind() == Some(DocumentKind::Invoice)).count();
    let changes = usize::try_from(case.row.revision).unwrap_or_default();
    let wanted = match case.row.accepted_at {
        // Each change of an assignment adds one; those before acceptance do not.
        Some(_) => 1..=1 + changes,
        None => 0..=0,
    };
    if !wanted.contains(&count) {
        findings.add(Check::AnAcceptedBookingHasOneInvoice, reference, format_args!("it has {count}"));
    }
    let (Ok(quote), Some((number, standing))) = (&case.quote, invoices.last()) else { return };
    if standing.lines != DocumentLines::Quoted(quote.lines.clone())
        || standing.vat != quote.vat
        || standing.total.0 != case.row.total
    {
        let detail = format_args!("{} instead of {}", standing.total.to_plain(), plain(case.row.total));
        findings.add(Check::InvoiceIsTheQuote, number, detail);
    }
    if standing.service != (case.row.first_day, case.row.last_day) {
        findings.add(Check::DocumentIsAboutTheBookedDays, number, "other days");
    }
    for (number, earlier) in invoices.iter().take(invoices.len() - 1) {
        let credited = case.credited_on(number);
        if credited != earlier.total.0 {
            let detail = format_args!("{} of {} credited", plain(credited), earlier.total.to_plain());
            findings.add(Check::AnInvoiceOfBeforeAChangeIsCreditedWhole, number, detail);
        }
    }
    let Some(kept) = case.kept_lines() else { return };
    let kept = VatBreakdown::of(quote.vat.treatment, kept.iter().map(|line| line.net).sum());
    let lost = case.row.total - (kept.taxable + kept.tax).0;
    let credited = case.credited_on(number);
    if credited != lost && !unreadable {
        let detail = format_args!("{} credited, {} no longer kept", plain(credited), plain(lost));
        findings.add(Check::CreditNotesAreWhatIsNoLongerKept, number, detail);
    }
}

/// A booking with ordinals (completed, or cut short with something kept) has one self-billed invoice that stands, by the
/// ladder of the pinned rulebook over what is kept; those it replaced are credited whole.
fn self_billed(context: &Context, case: &Case, findings: &mut Findings) {
    let reference = &case.row.reference;
    let kind = DocumentKind::SelfBilledInvoice;
    let count = case.documents.iter().filter(|issued| issued.kind() == Some(kind)).count();
    let billable = matches!(case.row.state.as_str(), "completed" | "ended" | "cancelled");
    if (count > 0) != (billable && case.row.ladder_before.is_some()) {
        findings.add(Check::ACompletedBookingHasOneSelfBilledInvoice, reference, format_args!("it has {count}"));
    }
    let issued: Vec<_> = case.issued(kind).collect();
    let standing: Vec<_> =
        issued.iter().filter(|(number, document)| case.credited_on(number) != document.total.0).collect();
    if standing.len() > 1 {
        let count = standing.len();
        findings.add(Check::ACompletedBookingHasOneSelfBilledInvoice, reference, format_args!("it has {count}"));
    }
    let (Some(kept), Some(rulebook)) = (case.kept_lines(), context.rulebooks.get(&case.row.rulebook_version)) else {
        return;
    };
    let Some(before) = case.row.ladder_before.and_then(|before| u32::try_from(before).ok()) else { return };
    let earned = DocumentLines::Earned(earnings(&rulebook.ladder, &kept, before));
    match standing.last() {
        Some((number, document)) if document.lines != earned => {
            let detail = format_args!("{} before VAT", document.vat.taxable.to_plain());
            findings.add(Check::SelfBilledInvoiceFollowsTheLadder, number, detail);
        }
        None if count > 0 && earned.net() > Cents::ZERO => {
            findings.add(Check::SelfBilledInvoiceFollowsTheLadder, reference, "credited whole");
        }
        _ => {}
    }
    for (number, document) in &issued {
        let credited = case.credited_on(number);
        if credited != 0 && credited != document.total.0 {
            findings.add(Check::AReplacedSelfBilledInvoiceIsCreditedWhole, number, plain(credited));
        }
    }
}

/// From acceptance on, invoices less credit notes are the money kept; without an invoice nothing is kept in the end. A
/// booking whose card was refused after acceptance is named until its invoice is paid: somebody must see to it.
fn kept(context: &Context, case: &Case, findings: &mut Findings) {
    let reference = &case.row.reference;
    // What was paid for a change that is still open is nobody's yet.
    let open: i64 = case
        .payments
        .iter()
        .filter(|payment| matches!(payment.change_state.as_deref(), Some("proposed" | "asked")))
        .map(|payment| payment.captured)
        .sum();
    let kept = case.received() - case.refunded(&["due", "sent", "failed", "elsewhere", "taken"]) - open;
    let (net, tax) = case.invoiced();
    let invoiced = net + tax;
    let over = matches!(case.row.state.as_str(), "declined" | "expired" | "lapsed" | "cancelled");
    let to_capture = case.payments.iter().any(|payment| payment.state == "authorized");
    if case.row.accepted_at.is_some() {
        // Between acceptance and capture a card's money is on its way.
        let late = case.row.accepted_at.is_some_and(|at| at + CAPTURE_WITHIN < context.now);
        if kept != invoiced && (late || !to_capture) {
            let detail = format_args!("{} kept, {} invoiced", plain(kept), plain(invoiced));
            findings.add(Check::MoneyKeptIsWhatWasInvoiced, reference, detail);
        }
    } else if over && kept != 0 {
        let detail = format_args!("{}: {} kept", case.row.state, plain(kept));
        findings.add(Check::NothingIsKeptWithoutAnInvoice, reference, detail);
    }
}
