//! What must hold after a kill, and at the end.

use crate::acks::{Ack, Step};
use chrono::{DateTime, Utc};
use gabarit_domain::{booking::BookingState, ids::BookingId, money::Cents};
use gabarit_server::{
    audit,
    db::{bookings, documents, ledger, payments},
    on,
    payments::ProviderPayment,
    platform::Platform,
    sandbox::Handle,
    services::ledger::Account,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// **Nothing acknowledged is lost:** each booking is at least as far as its people were told.
pub(crate) async fn hold(p: &Platform, acks: &[Ack]) {
    let mut conn = p.db.conn().await.unwrap();
    let exec = &mut conn.exec();
    for ack in acks {
        let id = ack.booking;
        let booking = bookings::get(exec, id).await.unwrap().unwrap_or_else(|| panic!("{ack}: the booking is lost"));
        let state = booking.state;
        const DAYS: &str = "SELECT COUNT(*) FROM booked_day WHERE booking_id = $1 AND expert_id = $2";
        let days: i64 =
            on!(exec, |c| sqlx::query_scalar(DAYS).bind(id.0).bind(booking.expert.0).fetch_one(c).await).unwrap();
        let wanted = if state.occupies_days() { i64::from(booking.order.days.count()) } else { 0 };
        assert_eq!(days, wanted, "{ack}: days of a booking that is {}", state.code());
        match &ack.step {
            Step::Placed => {
                let payments = payments::of_booking(exec, id).await.unwrap();
                assert!(payments.iter().any(|payment| payment.provider_ref.is_some()), "{ack}: no payment");
            }
            Step::Paid => {
                assert!(booking.paid_at.is_some(), "{ack}: {}", state.code());
                let unpaid = matches!(state, BookingState::Held { .. } | BookingState::Lapsed);
                assert!(!unpaid, "{ack}: {}", state.code());
            }
            Step::Accepted { invoice, sha256 } => {
                let stands = matches!(state, BookingState::Accepted | BookingState::Completed);
                assert!(stands, "{ack}: {}", state.code());
                let (number, kept) = invoice_of(p, id).await.unwrap_or_else(|| panic!("{ack}: the invoice is lost"));
                assert_eq!((&number, &kept), (invoice, sha256), "{ack}");
            }
            Step::Declined => assert_eq!(state, BookingState::Declined, "{ack}"),
            Step::Withdrawn => assert_eq!(state, BookingState::Cancelled, "{ack}"),
        }
    }
}

/// Number of the client's invoice of a booking, and the hash of its text, which must be the stored one.
pub(crate) async fn invoice_of(p: &Platform, booking: BookingId) -> Option<(String, String)> {
    let mut conn = p.db.conn().await.unwrap();
    let rows = documents::of_booking(&mut conn.exec(), booking).await.unwrap();
    let mut invoices = rows.into_iter().filter_map(|row| {
        let document: gabarit_domain::invoice::Document = serde_json::from_str(&row.body).unwrap();
        let is_invoice = document.number.kind == gabarit_domain::invoice::DocumentKind::Invoice;
        assert_eq!(hex::encode(Sha256::digest(&row.body)), row.sha256, "{}", document.number);
        is_invoice.then(|| (document.number.to_string(), row.sha256))
    });
    let invoice = invoices.next();
    assert!(invoices.next().is_none(), "booking {booking} has two invoices");
    invoice
}

/// **No kill leaves half of anything:** every invariant holds on every row.
pub(crate) async fn audit_is_clean(p: &Platform, when: &str) {
    let findings = audit::run(p).await.unwrap();
    assert!(findings.is_empty(), "{when}: {findings:#?}");
}

/// When the last of all bookings is over.
pub(crate) async fn last_end(p: &Platform) -> DateTime<Utc> {
    let mut conn = p.db.conn().await.unwrap();
    const SQL: &str = "SELECT ends_at FROM booking ORDER BY ends_at DESC LIMIT 1";
    let last: Option<DateTime<Utc>> =
        on!(&mut conn.exec(), |c| sqlx::query_scalar(SQL).fetch_optional(c).await).unwrap();
    last.unwrap_or_else(|| p.now())
}

/// **Nobody is charged twice, and the provider holds what the books keep.** Answers how many bookings ended how.
pub(crate) async fn money_adds_up(p: &Platform, sandbox: &Handle) -> BTreeMap<&'static str, usize> {
    let mut conn = p.db.conn().await.unwrap();
    let exec = &mut conn.exec();
    let mut charged: BTreeMap<BookingId, Vec<ProviderPayment>> = BTreeMap::new();
    for reference in sandbox.references() {
        let payment = p.payments.get(&reference).await.unwrap();
        if payment.captured > Cents::ZERO {
            let ours = payments::by_reference(exec, &reference).await.unwrap();
            let ours = ours.unwrap_or_else(|| panic!("{reference} was paid, and is not in the books"));
            assert_eq!(Some(ours.booking), payment.booking, "{reference}");
            assert_eq!((ours.captured, ours.amount), (payment.captured, payment.amount), "{reference}");
            charged.entry(ours.booking).or_default().push(payment);
        }
    }
    let ids: Vec<Uuid> = on!(&mut *exec, |c| sqlx::query_scalar("SELECT id FROM booking").fetch_all(c).await).unwrap();
    let mut ended: BTreeMap<&'static str, usize> = BTreeMap::new();
    for id in ids.into_iter().map(BookingId) {
        let booking = bookings::get(exec, id).await.unwrap().unwrap();
        let price = match booking.state {
            BookingState::Completed => booking.total,
            BookingState::Held { .. } | BookingState::Requested { .. } | BookingState::Accepted => {
                panic!("booking {id} is still {}", booking.state.code())
            }
            _ => Cents::ZERO,
        };
        let paid = charged.remove(&id).unwrap_or_default();
        assert!(paid.len() <= 1, "booking {id} was charged {} times", paid.len());
        let sum = |of: fn(&ProviderPayment) -> Cents| Cents(paid.iter().map(|payment| of(payment).0).sum());
        let (taken, returned) = (sum(|payment| payment.captured), sum(|payment| payment.refunded));
        assert_eq!(taken - returned, price, "booking {id}, {}: at the provider", booking.state.code());
        let kept = ledger::balance_of_booking(exec, Account::ProviderClearing.code(), id).await.unwrap();
        assert_eq!(kept, price, "booking {id}, {}: in the ledger", booking.state.code());
        let refunds = payments::refunds_of_booking(exec, id).await.unwrap();
        let refunded = Cents(refunds.iter().map(|refund| refund.amount.0).sum());
        assert_eq!(refunded, returned, "booking {id}, {}: refunds", booking.state.code());
        let invoice = invoice_of(p, id).await;
        assert_eq!(invoice.is_some(), price > Cents::ZERO, "booking {id}, {}: {invoice:?}", booking.state.code());
        *ended.entry(booking.state.code()).or_default() += 1;
    }
    assert!(charged.is_empty(), "money for bookings that do not exist: {charged:?}");
    ended
}

/// **Document numbers have no gap**: in each series and year they run from 1 to their count.
pub(crate) async fn numbers_have_no_gap(p: &Platform) {
    let mut conn = p.db.conn().await.unwrap();
    const SQL: &str = "SELECT series, year, COUNT(DISTINCT sequence), MIN(sequence), MAX(sequence) FROM document \
        GROUP BY series, year";
    let series: Vec<(String, i64, i64, i64, i64)> =
        on!(&mut conn.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await).unwrap();
    assert!(!series.is_empty(), "nothing was ever accepted");
    for (series, year, count, first, last) in series {
        assert_eq!((first, last), (1, count), "{series}-{year}");
    }
}
