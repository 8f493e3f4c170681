//! Invariant 5: nobody has what is not theirs.

use super::{
    Check, Findings, PAGE,
    case::{self, Case},
};
use crate::db::audit::{self as rows, Snapshot};
use gabarit_domain::invoice::{Document, DocumentKind};
use std::collections::HashMap;
use uuid::Uuid;

/// A booking is between two people, and its documents are about it.
pub(super) fn check(case: &Case, findings: &mut Findings) {
    let (row, reference) = (&case.row, &case.row.reference);
    if let Ok(order) = &case.order
        && order.expert.0 != row.expert_id
    {
        findings.add(Check::TheOrderNamesTheBookedExpert, reference, format_args!("it names {}", order.expert));
    }
    if row.expert_account.is_none_or(|account| account == row.client_id) {
        findings.add(
            Check::NobodyBooksThemselves,
            reference,
            "client and expert are one account, or there is no expert",
        );
    }
    for issued in &case.documents {
        let number = issued.number();
        let cause = match issued.kind() {
            Some(DocumentKind::Invoice) => Some(format!("invoice:{}", row.id)),
            Some(DocumentKind::CreditNote) => Some(format!("credit:{}", row.id)),
            Some(DocumentKind::SelfBilledInvoice) => Some(format!("self-billed:{}", row.id)),
            Some(DocumentKind::SelfBilledCreditNote) => Some(format!("self-billed-credit:{}", row.id)),
            None => None,
        };
        let is_cause = |cause: &str| {
            let rest = issued.row.dedup_key.strip_prefix(cause);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        };
        if cause.is_some_and(|cause| !is_cause(&cause)) {
            let detail = format_args!("{} on booking {reference}", issued.row.dedup_key);
            findings.add(Check::ADocumentsCauseIsItsBooking, &number, detail);
        }
        if let Ok(document) = &issued.document
            && (document.booking.0 != row.id || document.booking_reference != *reference)
        {
            let detail = format_args!("about {} on booking {reference}", document.booking_reference);
            findings.add(Check::ADocumentIsAboutItsBooking, &number, detail);
        }
    }
}

/// Documents of no booking, reviews of somebody else's booking, and experts who sell in another's name.
pub(super) async fn check_all(snapshot: &mut Snapshot, findings: &mut Findings) -> sqlx::Result<()> {
    for (series, year, sequence) in rows::stray_documents(snapshot).await? {
        findings.add(Check::ADocumentHasABooking, case::number(&series, year, sequence), "no such booking");
    }
    for reference in rows::stray_reviews(snapshot).await? {
        findings.add(Check::ReviewsAreOfCompletedBookings, reference, "of another expert, or not completed");
    }
    for (expert, kept, counted) in rows::short_ladders(snapshot).await? {
        findings.add(
            Check::CompletedDaysAreCounted,
            format_args!("expert {expert}"),
            format_args!("{kept}, not {counted}"),
        );
    }
    let mut firms: HashMap<String, Vec<Uuid>> = HashMap::new();
    for (company, expert) in rows::firms(snapshot).await? {
        firms.entry(company).or_default().push(expert);
    }
    let mut after = (String::new(), 0, 0);
    loop {
        let page = rows::self_billed(snapshot, after.clone(), PAGE).await?;
        let Some((series, year, sequence, _, _)) = page.last() else { return Ok(()) };
        after = (series.clone(), *year, *sequence);
        for (series, year, sequence, body, expert) in page {
            let Ok(document) = serde_json::from_str::<Document>(&body) else { continue };
            // An expert may have a new firm since: the name is wrong only where it is somebody else's.
            if firms.get(&document.seller.name).is_some_and(|whose| !whose.contains(&expert)) {
                let detail = format_args!("{} is another expert's firm", document.seller.name);
                findings.add(Check::TheSellerIsTheBookedExpert, case::number(&series, year, sequence), detail);
            }
        }
    }
}
