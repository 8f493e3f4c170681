//! Payments from making to refunding (S17–S19).

use crate::support::*;
use chrono::TimeDelta;
use gabarit_domain::{
    booking::PaymentMethod,
    ids::{PaymentId, RefundId},
    money::{BasisPoints, Cents},
    vat::{VatBreakdown, VatCategory, VatTreatment},
};
use gabarit_server::{
    clock::{Clock, MockClock},
    payments::{PaymentProvider, ProviderState, RefundProgress, limit},
    sandbox::{Fault, FaultKind, Handle, Operation, start_for_tests},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// S17: iDEAL, Bancontact and cards are paid on the provider's page, which sends the client back; an instant method is
/// paid, a card is authorised.
#[tokio::test]
async fn s17_each_method_is_paid_on_the_providers_page() {
    let (_, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    for (method, state) in [
        (PaymentMethod::Ideal, ProviderState::Paid),
        (PaymentMethod::Bancontact, ProviderState::Paid),
        (PaymentMethod::CreditCard, ProviderState::Authorized),
    ] {
        let mut merchant = Merchant::listening(0).await;
        let wanted = new_payment(method, 1280, &merchant.url);
        let made = client.create(&wanted).await.unwrap();
        assert_eq!((made.state, made.amount, made.booking), (ProviderState::Open, wanted.amount, Some(wanted.booking)));
        assert_eq!((made.captured, made.refunded), (Cents::ZERO, Cents::ZERO));
        let page = made.checkout_url.clone().expect("a page to pay on");
        let (status, html) = read_page(&page).await;
        assert_eq!(status, 200);
        assert!(html.contains("<html lang=\"fr\">") && html.contains("GB-2026-00042"), "{html}");

        assert_eq!(press(&page, "pay", None).await, wanted.redirect_url.as_str());
        assert_eq!(merchant.hears().await, format!("id={}", made.reference));
        let now = client.get(&made.reference).await.unwrap();
        assert_eq!((now.state, now.checkout_url), (state, None), "{method:?}");
        let captured = if state == ProviderState::Paid { wanted.amount } else { Cents::ZERO };
        assert_eq!(now.captured, captured);
    }
}

/// S17: fail, cancel, expire and leave pending; a settled payment stays as it is.
#[tokio::test]
async fn s17_every_ending_is_reported_once() {
    let (_, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    for (button, state) in [
        ("fail", ProviderState::Failed),
        ("cancel", ProviderState::Canceled),
        ("expire", ProviderState::Expired),
        ("pending", ProviderState::Pending),
    ] {
        let mut merchant = Merchant::listening(0).await;
        let made = client.create(&new_payment(PaymentMethod::Ideal, 100, &merchant.url)).await.unwrap();
        let page = made.checkout_url.unwrap();
        press(&page, button, None).await;
        assert_eq!(merchant.hears().await, format!("id={}", made.reference));
        assert_eq!(client.get(&made.reference).await.unwrap().state, state);
        press(&page, "pay", None).await;
        let after = client.get(&made.reference).await.unwrap().state;
        assert_eq!(after, if state == ProviderState::Pending { ProviderState::Paid } else { state });
    }
}

/// S17: a client who may choose among methods pays by the chosen one.
#[tokio::test]
async fn s17_several_methods_let_the_client_choose() {
    let (_, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    let body = json!({
        "amount": { "currency": "EUR", "value": "100.00" }, "description": "x", "locale": "nl_NL",
        "redirectUrl": "http://127.0.0.1:3000/", "method": ["ideal", "creditcard"], "captureMode": "manual",
    });
    let (status, made) = post_raw(&sandbox, "v2/payments", "test_sandbox", &body).await;
    assert_eq!((status, &made["method"]), (201, &Value::Null));
    let page = url(made["_links"]["checkout"]["href"].as_str().unwrap());
    let (_, html) = read_page(&page).await;
    assert!(html.contains("<html lang=\"nl\">") && html.contains("type=\"radio\""), "{html}");
    press(&page, "pay", Some("creditcard")).await;
    assert_eq!(client.get(made["id"].as_str().unwrap()).await.unwrap().state, ProviderState::Authorized);
}

/// S18: an authorised card is captured, once however often it is asked, and may then be refunded in parts.
#[tokio::test]
async fn s18_a_card_is_captured_once() {
    let (_, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    let mut merchant = Merchant::listening(0).await;
    let wanted = new_payment(PaymentMethod::CreditCard, 680, &merchant.url);
    let reference = client.create(&wanted).await.unwrap().reference;
    let (status, _) = refused(client.capture(&reference, PaymentId(Uuid::from_u128(1)), wanted.amount).await);
    assert_eq!(status, 422, "nothing is authorised yet");
    assert_eq!(sandbox.pay(&reference), Some(ProviderState::Authorized));

    client.capture(&reference, wanted.id, wanted.amount).await.unwrap();
    assert_eq!(merchant.hears().await, format!("id={reference}"));
    client.capture(&reference, wanted.id, wanted.amount).await.unwrap();
    // Even after the provider forgot the key, which another id stands for here.
    client.capture(&reference, PaymentId(Uuid::from_u128(2)), wanted.amount).await.unwrap();
    let now = client.get(&reference).await.unwrap();
    assert_eq!((now.state, now.captured), (ProviderState::Paid, wanted.amount));
    let (status, _) = refused(client.release(&reference, wanted.id).await);
    assert_eq!(status, 422, "captured money is refunded, not released");
}

/// S18: an authorisation that the expert does not want is let go, once however often it is asked.
#[tokio::test]
async fn s18_an_authorisation_is_released() {
    let (_, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    let wanted = new_payment(PaymentMethod::CreditCard, 680, &nowhere());
    let reference = client.create(&wanted).await.unwrap().reference;
    refused(client.release(&reference, PaymentId(Uuid::from_u128(1))).await);
    assert_eq!(sandbox.pay(&reference), Some(ProviderState::Authorized));
    client.release(&reference, wanted.id).await.unwrap();
    client.release(&reference, wanted.id).await.unwrap();
    client.release(&reference, PaymentId(Uuid::from_u128(2))).await.unwrap();
    let now = client.get(&reference).await.unwrap();
    assert_eq!((now.state, now.captured), (ProviderState::Canceled, Cents::ZERO));
    refused(client.capture(&reference, wanted.id, wanted.amount).await);
}

/// S19: an open payment is cancelled, once; a paid one is not.
#[tokio::test]
async fn s19_only_an_open_payment_is_cancelled() {
    let (_, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    let open = new_payment(PaymentMethod::Ideal, 100, &nowhere());
    let reference = client.create(&open).await.unwrap().reference;
    client.cancel(&reference, open.id).await.unwrap();
    client.cancel(&reference, open.id).await.unwrap();
    client.cancel(&reference, PaymentId(Uuid::from_u128(2))).await.unwrap();
    assert_eq!(client.get(&reference).await.unwrap().state, ProviderState::Canceled);
    assert_eq!(sandbox.pay(&reference), Some(ProviderState::Canceled), "nobody pays a cancelled payment");

    let paid = new_payment(PaymentMethod::Ideal, 100, &nowhere());
    let reference = client.create(&paid).await.unwrap().reference;
    assert_eq!(sandbox.pay(&reference), Some(ProviderState::Paid));
    assert_eq!(refused(client.cancel(&reference, paid.id).await).0, 422);
}

/// S17: making a payment twice under one id makes one payment, also when the first answer was lost.
#[tokio::test]
async fn s17_one_id_makes_one_payment() {
    let (_, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    let wanted = new_payment(PaymentMethod::Ideal, 100, &nowhere());
    sandbox.order(Fault::next(FaultKind::Status { status: 500, after: true }, Some(Operation::Create)));
    assert!(is_unavailable(&client.create(&wanted).await));
    let first = client.create(&wanted).await.unwrap();
    assert_eq!(client.create(&wanted).await.unwrap(), first);
    assert_eq!(sandbox.references(), [first.reference]);
    // The same id for something else is a mistake.
    let mut other = wanted.clone();
    other.description.push('x');
    assert_eq!(refused(client.create(&other).await).0, 422);
    // 20 at once are still one.
    let wanted = new_payment(PaymentMethod::Ideal, 100, &nowhere());
    let all = futures::future::join_all((0..20).map(|_| client.create(&wanted))).await;
    let references: std::collections::BTreeSet<String> = all.into_iter().map(|made| made.unwrap().reference).collect();
    assert_eq!((references.len(), sandbox.references().len()), (1, 2));
}

/// S35: refunds: in parts, once an id, never more than was paid, never before it was.
#[tokio::test]
async fn refunds_are_made_once_and_never_exceed_what_was_paid() {
    let clock = Arc::new(MockClock::at(noon()));
    let sandbox = Handle::start(|options| options.clock = clock.clone()).await.unwrap();
    let client = sandbox.client().unwrap();
    let mut merchant = Merchant::listening(0).await;
    let wanted = new_payment(PaymentMethod::Bancontact, 100, &merchant.url);
    let reference = client.create(&wanted).await.unwrap().reference;
    let [first, second, third] = [1, 2, 3].map(|n| RefundId(Uuid::from_u128(n)));
    let early = client.refund(&reference, RefundId(Uuid::from_u128(9)), 1, Cents::euros(1), "too early").await;
    assert_eq!(refused(early).0, 422);
    assert_eq!(sandbox.pay(&reference), Some(ProviderState::Paid));

    let id = client.refund(&reference, first, 1, Cents::euros(21), "GB-2026-00042").await.unwrap();
    assert_eq!(merchant.hears().await, format!("id={reference}"));
    assert_eq!(client.refund(&reference, first, 1, Cents::euros(21), "GB-2026-00042").await.unwrap(), id);
    // The provider forgets its keys after an hour; a job may be late.
    clock.advance(TimeDelta::hours(2));
    assert_eq!(client.refund(&reference, first, 1, Cents::euros(21), "GB-2026-00042").await.unwrap(), id);
    assert_eq!(client.get(&reference).await.unwrap().refunded, Cents::euros(21));

    let (status, detail) = refused(client.refund(&reference, second, 1, Cents(10_001), "too much").await);
    assert_eq!(status, 422);
    assert!(detail.contains("[amount]"), "{detail}");
    // The answer is lost after the money went: asked again, it does not go twice.
    sandbox.order(Fault::next(FaultKind::Status { status: 502, after: true }, Some(Operation::Refund)));
    assert!(is_unavailable(&client.refund(&reference, third, 1, Cents::euros(100), "rest").await));
    client.refund(&reference, third, 1, Cents::euros(100), "rest").await.unwrap();
    let now = client.get(&reference).await.unwrap();
    assert_eq!((now.refunded, now.state), (wanted.amount, ProviderState::Paid));
}

/// S17: iDEAL is held 15 minutes, Bancontact an hour, a card half an hour, by the provider's clock; and it says so.
#[tokio::test]
async fn s17_unpaid_payments_expire() {
    let clock = Arc::new(MockClock::at(noon()));
    let sandbox = Handle::start(|options| options.clock = clock.clone()).await.unwrap();
    let client = sandbox.client().unwrap();
    for (method, minutes) in
        [(PaymentMethod::Ideal, 15), (PaymentMethod::Bancontact, 60), (PaymentMethod::CreditCard, 30)]
    {
        clock.set(noon());
        let mut merchant = Merchant::listening(0).await;
        let reference = client.create(&new_payment(method, 100, &merchant.url)).await.unwrap().reference;
        clock.advance(TimeDelta::minutes(minutes) - TimeDelta::milliseconds(1));
        assert_eq!(client.get(&reference).await.unwrap().state, ProviderState::Open);
        clock.advance(TimeDelta::milliseconds(1));
        sandbox.tick();
        assert_eq!(merchant.hears().await, format!("id={reference}"));
        assert_eq!(client.get(&reference).await.unwrap().state, ProviderState::Expired);
        assert_eq!(sandbox.pay(&reference), Some(ProviderState::Expired));
    }
    // An authorisation lasts a week.
    clock.set(noon());
    let reference = client.create(&new_payment(PaymentMethod::CreditCard, 100, &nowhere())).await.unwrap().reference;
    assert_eq!(sandbox.pay(&reference), Some(ProviderState::Authorized));
    clock.advance(TimeDelta::days(7));
    assert_eq!(client.get(&reference).await.unwrap().state, ProviderState::Expired);
    assert_eq!(clock.now(), noon() + TimeDelta::days(7));
}

proptest! {
    /// One price: the provider's rule for the VAT of a line (a share of the gross, rounded) gives the VAT of our
    /// invoices (a share of the net, rounded) at any rate and amount.
    #[test]
    fn the_providers_vat_is_ours(net in 1_i64..100_000_000, rate in 0_u32..=10_000) {
        let vat = VatBreakdown::of(VatTreatment { category: VatCategory::S, rate: BasisPoints(rate) }, Cents(net));
        let gross = vat.taxable + vat.tax;
        let percent = BasisPoints(rate).percent();
        let theirs = Cents::round(rust_decimal::Decimal::from(gross.0) * percent / (rust_decimal::Decimal::ONE_HUNDRED + percent));
        prop_assert_eq!(theirs, vat.tax);
        prop_assert!(limit(PaymentMethod::CreditCard) < limit(PaymentMethod::Ideal));
    }
}

/// A chargeback is read from the provider, with its reversal; the payment names what was taken back.
#[tokio::test]
async fn chargebacks_are_read() {
    let (base, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    let mut merchant = Merchant::listening(0).await;
    let wanted = new_payment(PaymentMethod::Ideal, 100, &merchant.url);
    let reference = client.create(&wanted).await.unwrap().reference;
    assert_eq!(sandbox.pay(&reference), Some(ProviderState::Paid));
    assert_eq!(client.get(&reference).await.unwrap().charged_back, Cents::ZERO);
    let bank = async |path: &str, body: Value| {
        let address = base.join(&format!("sandbox/payments/{reference}/{path}")).unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        assert_eq!(http.post(address).json(&body).send().await.unwrap().status().as_u16(), 200);
    };
    bank("chargeback", json!({})).await;
    assert_eq!(merchant.hears().await, format!("id={reference}"), "it is reported");
    assert_eq!(client.get(&reference).await.unwrap().charged_back, wanted.amount);
    let [one] = &client.chargebacks(&reference).await.unwrap()[..] else { panic!("one chargeback") };
    assert_eq!((one.amount, one.reversed), (wanted.amount, false));
    bank("chargeback/reverse", json!({})).await;
    assert_eq!(merchant.hears().await, format!("id={reference}"), "so is its reversal");
    assert!(client.chargebacks(&reference).await.unwrap()[0].reversed);
}

/// S35: a refund that was taken comes back later, by order: it is reported, no longer counted as paid back, and made anew
/// under the next attempt; the key of the first one answers with the first one.
#[tokio::test]
async fn a_refund_that_was_taken_fails_later() {
    let clock = Arc::new(MockClock::at(noon()));
    let sandbox = Handle::start(|options| options.clock = clock.clone()).await.unwrap();
    let client = sandbox.client().unwrap();
    let mut merchant = Merchant::listening(0).await;
    let wanted = new_payment(PaymentMethod::Ideal, 100, &merchant.url);
    let reference = client.create(&wanted).await.unwrap().reference;
    assert_eq!(sandbox.pay(&reference), Some(ProviderState::Paid));
    sandbox.order(Fault::next(FaultKind::FailRefund { milliseconds: 120_000 }, None));
    let id = RefundId(Uuid::from_u128(7));
    let first = client.refund(&reference, id, 1, wanted.amount, "x").await.unwrap();
    assert_eq!(merchant.hears().await, format!("id={reference}"));
    for (seconds, progress) in [
        (0, RefundProgress::UnderWay),
        (40, RefundProgress::UnderWay),
        (40, RefundProgress::Refunded),
        (40, RefundProgress::Failed),
    ] {
        clock.advance(TimeDelta::seconds(seconds));
        let refunds = client.refunds(&reference).await.unwrap();
        assert_eq!((refunds.len(), refunds[0].reference.as_str()), (1, first.as_str()));
        assert_eq!((refunds[0].amount, refunds[0].progress), (wanted.amount, progress), "after {seconds} more");
    }
    assert_eq!(merchant.hears().await, format!("id={reference}"), "it is reported");
    assert_eq!(client.get(&reference).await.unwrap().refunded, Cents::ZERO);
    assert_eq!(client.refund(&reference, id, 1, wanted.amount, "x").await.unwrap(), first, "its key is remembered");
    let second = client.refund(&reference, id, 2, wanted.amount, "x").await.unwrap();
    assert_ne!(first, second);
    assert_eq!(client.refund(&reference, id, 2, wanted.amount, "x").await.unwrap(), second);
    assert_eq!(client.get(&reference).await.unwrap().refunded, wanted.amount);
    assert!(sandbox.fail_refund(&reference) && !sandbox.fail_refund(&reference));
    assert!(client.refunds(&reference).await.unwrap().iter().all(|one| one.progress == RefundProgress::Failed));
}
