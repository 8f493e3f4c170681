//! Cards: authorised at booking, captured at acceptance, after a credit check.

use crate::stage::{DAYS, Stage};
use gabarit_domain::{booking::PaymentMethod, money::Cents};
use gabarit_server::{
    services::{bookings, documents, ledger::Account, payments},
    testing::{Call, Fault, for_each_db},
};
use gabarit_view::error::ApiError;

/// S18: a card is authorised at booking and captured at acceptance; authorised money is not in the books.
#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_captured_at_acceptance() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, reference) = stage.authorized(DAYS).await;
        let total = stage.client_view(id).await.quote.total;
        assert_eq!(stage.state(id).await, "requested");
        assert_eq!(stage.count("SELECT COUNT(*) FROM ledger_transaction").await, 0);
        stage.accept(id).await;
        assert_eq!(stage.balance(Account::ClientReceivable).await, total);
        stage.work().await;
        assert_eq!(stage.p.provider.totals(&reference).charged, total);
        assert_eq!(stage.balance(Account::ClientReceivable).await, Cents::ZERO);
        assert_eq!(stage.balance(Account::ProviderClearing).await, total);
        assert_eq!(stage.client_view(id).await.payment.unwrap().state, "paid");
        stage.sound().await;
    })
    .await;
}

/// S11, S18: what was only reserved is let go, not refunded, when the expert declines.
#[tokio::test(flavor = "multi_thread")]
async fn a_declined_card_is_released() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, reference) = stage.authorized(DAYS).await;
        bookings::decline(&stage.p, &stage.expert.account, id, "").await.unwrap();
        stage.work().await;
        assert!(stage.p.provider.calls().contains(&Call::Release(reference.clone())));
        payments::sync(&stage.p, &reference).await.unwrap();
        assert_eq!(stage.count("SELECT COUNT(*) FROM refund").await, 0);
        assert_eq!(stage.state(id).await, "declined");
        stage.sound().await;
    })
    .await;
}

/// S18: captures are tried until they are done; one whose answer was lost is not captured twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_capture_outlives_an_outage() {
    for fault in [Fault::Before, Fault::After] {
        for_each_db(|p| async move {
            let stage = Stage::new(p).await;
            let (id, reference) = stage.authorized(DAYS).await;
            stage.accept(id).await;
            stage.p.provider.fail_next(1, fault);
            stage.work().await;
            stage.at("2026-11-23T09:05:00Z").await;
            let total = stage.client_view(id).await.quote.total;
            assert_eq!(stage.p.provider.totals(&reference).charged, total);
            assert_eq!(stage.balance(Account::ProviderClearing).await, total);
            stage.sound().await;
        })
        .await;
    }
}

/// S18: if a capture is refused the assignment stands, its invoice stays due, and the operator is told once.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_capture_leaves_the_invoice_due() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, reference) = stage.authorized(DAYS).await;
        stage.accept(id).await;
        stage.p.provider.fail_next(1, Fault::Refused);
        stage.work().await;
        let view = stage.client_view(id).await;
        assert_eq!(view.state, "accepted");
        let invoice = documents::get(&stage.p, &stage.client, view.documents[0].id).await.unwrap();
        assert_eq!(invoice.due, view.quote.total);
        assert_eq!(stage.balance(Account::ClientReceivable).await, view.quote.total);
        let operator = stage.p.config.operator.email.as_str().to_owned();
        assert_eq!(stage.mail_to(&operator).await.len(), 1);
        stage.p.provider.expire(&reference);
        payments::sync(&stage.p, &reference).await.unwrap();
        assert_eq!(stage.mail_to(&operator).await.len(), 1);
        stage.sound_but_owed(id).await;
    })
    .await;
}

/// S18: the credit check, from the platform's own books: €5,000 for a new account, €25,000 after three completed
/// bookings, nothing while an invoice is overdue. Other methods remain.
#[tokio::test(flavor = "multi_thread")]
async fn cards_need_credit() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        // Five days of level 3 with VAT are €4,840: within the limit. One day more beside it is not.
        let (week, _) = stage.authorized("2026-12-07,2026-12-08,2026-12-09,2026-12-10,2026-12-11").await;
        let one_more = |stage: &Stage| stage.form("2026-12-14", PaymentMethod::CreditCard);
        let refused = stage.place_as(&stage.client, one_more(&stage)).await;
        assert!(matches!(refused.unwrap_err(), ApiError::CreditRefused { .. }));
        // Captured, it is paid: credit is free again.
        stage.accept(week).await;
        assert!(stage.place_as(&stage.client, one_more(&stage)).await.is_err(), "due until it is captured");
        stage.work().await;
        stage.place_as(&stage.client, one_more(&stage)).await.unwrap();
        let too_much = "2027-01-04,2027-01-05,2027-01-06,2027-01-07,2027-01-08,2027-01-11";
        let refused = stage.place_as(&stage.client, stage.form(too_much, PaymentMethod::CreditCard)).await;
        assert!(matches!(refused.unwrap_err(), ApiError::CreditRefused { .. }));
        stage.place_as(&stage.client, stage.form(too_much, PaymentMethod::Ideal)).await.unwrap();
        stage.sound().await;
    })
    .await;
}

/// S18: an account with three completed bookings is trusted with more; one with an overdue invoice with nothing.
#[tokio::test(flavor = "multi_thread")]
async fn trust_is_earned_and_lost() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        for day in ["2026-11-25", "2026-11-26", "2026-11-27"] {
            let (id, _) = stage.paid(day).await;
            stage.accept(id).await;
        }
        stage.at("2026-11-28T00:00:00Z").await;
        let six = "2026-12-07,2026-12-08,2026-12-09,2026-12-10,2026-12-11,2026-12-14";
        let (id, reference) = stage.authorized(six).await;
        stage.p.provider.expire(&reference);
        payments::sync(&stage.p, &reference).await.unwrap();
        stage.accept(id).await;
        let one = |stage: &Stage| stage.form("2027-01-11", PaymentMethod::CreditCard);
        stage.at("2026-12-11T00:00:00Z").await;
        let held = stage.place_as(&stage.client, one(&stage)).await.unwrap();
        bookings::withdraw(&stage.p, &stage.client, held.id).await.unwrap();
        stage.at("2026-12-13T00:00:00Z").await;
        let refused = stage.place_as(&stage.client, one(&stage)).await;
        assert!(matches!(refused.unwrap_err(), ApiError::CreditRefused { .. }));
        stage.sound_but_owed(id).await;
    })
    .await;
}
