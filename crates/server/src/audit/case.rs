//! A booking with everything that hangs on it.

use crate::db::{
    audit::{
        self as rows, BalanceRow, BookingRow, ChargebackRow, DayRow, DocumentRow, PaymentRow, PayoutRow, RefundRow,
        Snapshot, StepRow,
    },
    bookings::Settled,
};
use chrono::NaiveDate;
use gabarit_domain::{
    invoice::{Document, DocumentKind},
    pricing::{Line, Order, Quote},
    settlement::kept_lines,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A document, its row and what its body says.
pub(super) struct Issued {
    pub(super) row: DocumentRow,
    pub(super) document: Result<Document, String>,
}

impl Issued {
    /// Its number by its row, whatever its body says.
    pub(super) fn number(&self) -> String {
        number(&self.row.series, self.row.year, self.row.sequence)
    }

    pub(super) fn kind(&self) -> Option<DocumentKind> {
        DocumentKind::parse(&self.row.series)
    }
}

/// A document's number as people say it.
pub(super) fn number(series: &str, year: i64, sequence: i64) -> String {
    format!("{series}-{year}-{sequence:06}")
}

/// A booking, raw and read.
pub(super) struct Case {
    pub(super) row: BookingRow,
    pub(super) order: Result<Order, String>,
    pub(super) quote: Result<Quote, String>,
    pub(super) settled: Option<Result<Settled, String>>,
    pub(super) payments: Vec<PaymentRow>,
    pub(super) refunds: Vec<RefundRow>,
    pub(super) chargebacks: Vec<ChargebackRow>,
    pub(super) payouts: Vec<PayoutRow>,
    pub(super) documents: Vec<Issued>,
    pub(super) days: Vec<DayRow>,
    /// What it has of the stock: things and days.
    pub(super) rented: Vec<(String, NaiveDate)>,
    pub(super) steps: Vec<StepRow>,
    balances: HashMap<String, i64>,
}

impl Case {
    /// Documents of a kind that can be read, with their numbers.
    pub(super) fn issued(&self, kind: DocumentKind) -> impl Iterator<Item = (String, &Document)> {
        self.documents
            .iter()
            .filter(move |issued| issued.kind() == Some(kind))
            .filter_map(|issued| Some((issued.number(), issued.document.as_ref().ok()?)))
    }

    /// What clients were invoiced, less credit notes: net and VAT, in cents.
    pub(super) fn invoiced(&self) -> (i64, i64) {
        self.sums(DocumentKind::Invoice, DocumentKind::CreditNote)
    }

    /// What the expert was credited: net and VAT, in cents.
    pub(super) fn self_billed(&self) -> (i64, i64) {
        self.sums(DocumentKind::SelfBilledInvoice, DocumentKind::SelfBilledCreditNote)
    }

    fn sums(&self, invoice: DocumentKind, credit_note: DocumentKind) -> (i64, i64) {
        let of = |kind| {
            self.issued(kind)
                .fold((0, 0), |(net, tax), (_, document)| (net + document.vat.taxable.0, tax + document.vat.tax.0))
        };
        let (plus, minus) = (of(invoice), of(credit_note));
        (plus.0 - minus.0, plus.1 - minus.1)
    }

    /// The lines of the quote that are kept.
    pub(super) fn kept_lines(&self) -> Option<Vec<Line>> {
        let quote = self.quote.as_ref().ok()?;
        match &self.settled {
            None => Some(quote.lines.clone()),
            Some(Ok(settled)) => Some(kept_lines(&quote.lines, &settled.kept)),
            Some(Err(_)) => None,
        }
    }

    /// What credit notes gave back on a document, in cents.
    pub(super) fn credited_on(&self, number: &str) -> i64 {
        [DocumentKind::CreditNote, DocumentKind::SelfBilledCreditNote]
            .into_iter()
            .flat_map(|kind| self.issued(kind))
            .filter(|(_, note)| note.corrects.is_some_and(|corrected| corrected.number.to_string() == number))
            .map(|(_, note)| note.total.0)
            .sum()
    }

    /// Received or captured, in cents.
    pub(super) fn received(&self) -> i64 {
        self.payments.iter().map(|payment| payment.captured).sum()
    }

    /// Refunds in the given states, in cents.
    pub(super) fn refunded(&self, states: &[&str]) -> i64 {
        self.refunds.iter().filter(|refund| states.contains(&refund.state.as_str())).map(|refund| refund.amount).sum()
    }

    /// Taken back by clients' banks, in cents.
    pub(super) fn charged_back(&self) -> i64 {
        self.chargebacks.iter().map(|chargeback| chargeback.amount).sum()
    }

    /// Payouts in the given states, in cents.
    pub(super) fn paid_out(&self, states: &[&str]) -> i64 {
        self.payouts.iter().filter(|payout| states.contains(&payout.state.as_str())).map(|payout| payout.amount).sum()
    }

    /// Ledger balance of an account over this booking; debits are positive.
    pub(super) fn balance(&self, account: &str) -> i64 {
        self.balances.get(account).copied().unwrap_or_default()
    }
}

fn by_booking<T>(rows: Vec<T>, booking: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut map: HashMap<Uuid, Vec<T>> = HashMap::new();
    for row in rows {
        map.entry(booking(&row)).or_default().push(row);
    }
    map
}

/// Everything of a page of bookings: those after one id, up to and including another.
pub(super) async fn gather(
    snapshot: &mut Snapshot,
    bookings: Vec<BookingRow>,
    after: Uuid,
    last: Uuid,
) -> sqlx::Result<Vec<Case>> {
    let mut payments = by_booking(rows::payments(snapshot, after, last).await?, |row| row.booking_id);
    let mut refunds = by_booking(rows::refunds(snapshot, after, last).await?, |row| row.booking_id);
    let mut chargebacks = by_booking(rows::chargebacks(snapshot, after, last).await?, |row| row.booking_id);
    let mut payouts = by_booking(rows::payouts(snapshot, after, last).await?, |row| row.booking_id);
    let mut documents = by_booking(rows::documents(snapshot, after, last).await?, |row| row.booking_id);
    let mut days = by_booking(rows::days(snapshot, after, last).await?, |row| row.booking_id);
    let mut rented = by_booking(rows::rented(snapshot, after, last).await?, |row| row.0);
    let mut steps = by_booking(rows::steps(snapshot, after, last).await?, |row| row.booking_id);
    let mut balances = by_booking(rows::balances(snapshot, after, last).await?, |row| row.booking_id);
    Ok(bookings
        .into_iter()
        .map(|row| Case {
            order: serde_json::from_str(&row.order_body).map_err(|error| error.to_string()),
            quote: serde_json::from_str(&row.quote_body).map_err(|error| error.to_string()),
            settled: row
                .settlement_body
                .as_ref()
                .map(|body| serde_json::from_str(body).map_err(|error| error.to_string())),
            payments: payments.remove(&row.id).unwrap_or_default(),
            refunds: refunds.remove(&row.id).unwrap_or_default(),
            chargebacks: chargebacks.remove(&row.id).unwrap_or_default(),
            payouts: payouts.remove(&row.id).unwrap_or_default(),
            documents: documents
                .remove(&row.id)
                .unwrap_or_default()
                .into_iter()
                .map(|row| Issued { document: serde_json::from_str(&row.body).map_err(|error| error.to_string()), row })
                .collect(),
            days: days.remove(&row.id).unwrap_or_default(),
            rented: rented.remove(&row.id).unwrap_or_default().into_iter().map(|(_, item, day)| (item, day)).collect(),
            steps: steps.remove(&row.id).unwrap_or_default(),
            balances: balances
                .remove(&row.id)
                .unwrap_or_default()
                .into_iter()
                .map(|BalanceRow { account, amount, .. }| (account, amount))
                .collect(),
            row,
        })
        .collect())
}
