//! The payment client and the VAT register's client against the sandbox, over HTTP: what the platform may rely on.

use axum::{Router, extract::State, http::StatusCode, routing::post};
use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::{
    booking::PaymentMethod,
    ids::{BookingId, PaymentId, RefundId},
    money::{BasisPoints, Cents},
    vat::{CountryCode, VatBreakdown, VatCategory, VatNumber, VatStatus, VatTreatment},
};
use gabarit_i18n::Locale;
use gabarit_server::{
    clock::{Clock, MockClock},
    payments::{NewPayment, PaymentProvider, ProviderError, ProviderState, limit, mollie::MollieClient},
    sandbox::{Fault, FaultKind, Handle, Operation, start_for_tests},
    vat_register::{VatRegister, vies::ViesClient},
};
use proptest::prelude::*;
use reqwest::{Client, redirect::Policy};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpListener, sync::mpsc, time::timeout};
use url::Url;
use uuid::Uuid;

/// Longer than anything here takes; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn new_payment(method: PaymentMethod, euros: i64, webhook: &Url) -> NewPayment {
    let treatment = VatTreatment { category: VatCategory::S, rate: BasisPoints(2100) };
    let vat = VatBreakdown::of(treatment, Cents::euros(euros));
    NewPayment {
        id: PaymentId(Uuid::from_u128(rand::random())),
        booking: BookingId(Uuid::from_u128(rand::random())),
        amount: vat.taxable + vat.tax,
        vat: vat.tax,
        treatment,
        description: "GB-2026-00042".to_owned(),
        method,
        redirect_url: url("http://127.0.0.1:3000/fr/bookings/1?paid=1"),
        webhook_url: webhook.clone(),
        locale: Locale::Fr,
    }
}

/// An address at which nobody listens.
fn nowhere() -> Url {
    url("http://127.0.0.1:9/webhook")
}

fn refused<T: std::fmt::Debug>(answer: Result<T, ProviderError>) -> (u16, String) {
    match answer {
        Err(ProviderError::Refused { status, detail }) => (status, detail),
        other => panic!("not refused: {other:?}"),
    }
}

fn is_unavailable<T>(answer: &Result<T, ProviderError>) -> bool {
    matches!(answer, Err(ProviderError::Unavailable(_)))
}

/// A merchant that hears webhooks and refuses the first few.
struct Merchant {
    url: Url,
    heard: mpsc::UnboundedReceiver<String>,
}

impl Merchant {
    async fn listening(refuse_first: u32) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), refuse_first)
    }

    fn on(listener: TcpListener, refuse_first: u32) -> Self {
        let (tell, heard) = mpsc::unbounded_channel();
        let url = url(&format!("http://{}/webhook", listener.local_addr().unwrap()));
        let left = Arc::new(AtomicU32::new(refuse_first));
        let app = Router::new()
            .route(
                "/webhook",
                post(|State((left, tell)): State<(Arc<AtomicU32>, mpsc::UnboundedSender<String>)>, body: String| async move {
                    if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() {
                        return StatusCode::SERVICE_UNAVAILABLE;
                    }
                    tell.send(body).unwrap();
                    StatusCode::OK
                }),
            )
            .with_state((left, tell));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, heard }
    }

    async fn hears(&mut self) -> String {
        timeout(PATIENCE, self.heard.recv()).await.expect("a webhook").unwrap()
    }
}

/// The browser of a client who presses a button on the checkout page; answers the address it is sent to.
async fn press(page: &Url, outcome: &str, method: Option<&str>) -> String {
    let browser = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
    let mut form = vec![("outcome", outcome)];
    form.extend(method.map(|method| ("method", method)));
    let answer = browser.post(page.clone()).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER.as_u16());
    answer.headers()["location"].to_str().unwrap().to_owned()
}

async fn read_page(page: &Url) -> (u16, String) {
    let browser = Client::builder().no_proxy().build().unwrap();
    let answer = browser.get(page.clone()).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Posts JSON past the client, as somebody else's mistake would.
async fn post_raw(sandbox: &Handle, path: &str, key: &str, body: &Value) -> (u16, Value) {
    let client = Client::builder().no_proxy().build().unwrap();
    let answer = client
        .post(sandbox.base_url().join(path).unwrap())
        .header("Authorization", format!("Bearer {key}"))
        .json(body)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

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
    let early = client.refund(&reference, RefundId(Uuid::from_u128(9)), Cents::euros(1), "too early").await;
    assert_eq!(refused(early).0, 422);
    assert_eq!(sandbox.pay(&reference), Some(ProviderState::Paid));

    let id = client.refund(&reference, first, Cents::euros(21), "GB-2026-00042").await.unwrap();
    assert_eq!(merchant.hears().await, format!("id={reference}"));
    assert_eq!(client.refund(&reference, first, Cents::euros(21), "GB-2026-00042").await.unwrap(), id);
    // The provider forgets its keys after an hour; a job may be late.
    clock.advance(TimeDelta::hours(2));
    assert_eq!(client.refund(&reference, first, Cents::euros(21), "GB-2026-00042").await.unwrap(), id);
    assert_eq!(client.get(&reference).await.unwrap().refunded, Cents::euros(21));

    let (status, detail) = refused(client.refund(&reference, second, Cents(100_01), "too much").await);
    assert_eq!(status, 422);
    assert!(detail.contains("[amount]"), "{detail}");
    // The answer is lost after the money went: asked again, it does not go twice.
    sandbox.order(Fault::next(FaultKind::Status { status: 502, after: true }, Some(Operation::Refund)));
    assert!(is_unavailable(&client.refund(&reference, third, Cents::euros(100), "rest").await));
    client.refund(&reference, third, Cents::euros(100), "rest").await.unwrap();
    let now = client.get(&reference).await.unwrap();
    assert_eq!((now.refunded, now.state), (wanted.amount, ProviderState::Paid));
}

fn noon() -> DateTime<Utc> {
    "2026-12-01T12:00:00Z".parse().unwrap()
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

/// S17: a webhook comes again until it is accepted, also when nobody listened at first.
#[tokio::test]
async fn a_webhook_is_retried_until_accepted() {
    let sandbox = Handle::start(|options| options.retry = Duration::from_millis(5)).await.unwrap();
    let client = sandbox.client().unwrap();
    let mut merchant = Merchant::listening(3).await;
    let made = client.create(&new_payment(PaymentMethod::Ideal, 100, &merchant.url)).await.unwrap();
    press(&made.checkout_url.unwrap(), "pay", None).await;
    assert_eq!(merchant.hears().await, format!("id={}", made.reference));

    // Reserve a port, let go of it, and listen on it only after the webhook has been refused.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let webhook = url(&format!("http://{address}/webhook"));
    let made = client.create(&new_payment(PaymentMethod::Ideal, 100, &webhook)).await.unwrap();
    press(&made.checkout_url.unwrap(), "pay", None).await;
    assert_eq!(sandbox.webhooks_waiting(), 1);
    let mut merchant = Merchant::on(TcpListener::bind(address).await.unwrap(), 0);
    assert_eq!(merchant.hears().await, format!("id={}", made.reference));
}

/// S17: webhooks can be lost, doubled and late: what the platform must bear can be ordered.
#[tokio::test]
async fn webhooks_can_be_spoilt_on_order() {
    let (base, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    let mut merchant = Merchant::listening(0).await;
    let mut references = Vec::new();
    for _ in 0..3 {
        references.push(client.create(&new_payment(PaymentMethod::Ideal, 100, &merchant.url)).await.unwrap().reference);
    }
    let http = Client::builder().no_proxy().build().unwrap();
    let faults = base.join("sandbox/faults").unwrap();
    for fault in [
        json!({ "kind": "drop_webhook" }),
        json!({ "kind": "duplicate_webhook" }),
        json!({ "kind": "delay_webhook", "milliseconds": 20 }),
    ] {
        assert_eq!(http.post(faults.clone()).json(&fault).send().await.unwrap().status().as_u16(), 201);
    }
    for reference in &references {
        assert_eq!(sandbox.pay_and_report(reference), Some(ProviderState::Paid));
    }
    let mut heard = vec![merchant.hears().await, merchant.hears().await, merchant.hears().await];
    heard.sort();
    let mut expected =
        vec![format!("id={}", references[1]), format!("id={}", references[1]), format!("id={}", references[2])];
    expected.sort();
    assert_eq!(heard, expected, "the first is dropped, the second doubled, the third late");
    let left: Value = http.get(faults).send().await.unwrap().json().await.unwrap();
    assert_eq!(left, json!([]));
}

/// S19: errors and time-outs of the provider mean "ask again", never "refused"; a wrong key and unknown payments are
/// told apart.
#[tokio::test]
async fn s19_failures_are_told_apart() {
    let (base, sandbox) = start_for_tests().await.unwrap();
    let client = MollieClient::with_timeout(&base, "test_sandbox", Duration::from_millis(300)).unwrap();
    let wanted = new_payment(PaymentMethod::Ideal, 100, &nowhere());
    for status in [500, 502, 503, 429] {
        sandbox.order(Fault::next(FaultKind::Status { status, after: false }, None));
        assert!(is_unavailable(&client.create(&wanted).await), "{status}");
    }
    sandbox.order(Fault::next(FaultKind::Delay { milliseconds: 60_000, after: false }, Some(Operation::Create)));
    assert!(is_unavailable(&client.create(&wanted).await), "a time-out");
    assert!(sandbox.references().is_empty(), "none of these took effect");
    sandbox.order(Fault::next(FaultKind::Delay { milliseconds: 60_000, after: true }, Some(Operation::Create)));
    assert!(is_unavailable(&client.create(&wanted).await), "a time-out");
    let made = client.create(&wanted).await.unwrap();
    assert_eq!(sandbox.references(), [made.reference.clone()], "this one did");

    assert!(matches!(client.get("tr_unknown").await, Err(ProviderError::NotFound)));
    assert!(matches!(client.get("tr_../sandbox/faults").await, Err(ProviderError::NotFound)));
    for key in ["live_0123456789", "nonsense", "test_"] {
        let stranger = MollieClient::new(&base, key).unwrap();
        assert_eq!(refused(stranger.get(&made.reference).await).0, 401, "{key}");
    }
    let unreachable = MollieClient::new(&url("http://127.0.0.1:9"), "test_sandbox").unwrap();
    assert!(is_unavailable(&unreachable.get(&made.reference).await));
}

/// S18: amounts over a method's limit, and requests that the provider would refuse, are refused with the field.
#[tokio::test]
async fn requests_are_checked_like_the_providers() {
    let (_, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    let (_, detail) = refused(client.create(&new_payment(PaymentMethod::CreditCard, 10_000, &nowhere())).await);
    assert!(detail.contains("maximum") && detail.contains("[amount]"), "{detail}");
    let mut wrong = new_payment(PaymentMethod::Ideal, 100, &nowhere());
    wrong.vat += Cents(1);
    assert!(refused(client.create(&wrong).await).1.contains("vatAmount"));

    let money = |value: &str| json!({ "currency": "EUR", "value": value });
    let good =
        json!({ "amount": money("10.00"), "description": "x", "redirectUrl": "http://127.0.0.1/", "method": "ideal" });
    assert_eq!(post_raw(&sandbox, "v2/payments", "test_sandbox", &good).await.0, 201);
    for (field, value, expected) in [
        ("amount", money("10"), "amount"),
        ("amount", money("-1.00"), "amount"),
        ("amount", json!({ "currency": "USD", "value": "1.00" }), "amount.currency"),
        ("description", json!(""), "description"),
        ("redirectUrl", json!("javascript:alert(1)"), "redirectUrl"),
        ("webhookUrl", json!("nowhere"), "webhookUrl"),
        ("method", json!("shells"), "method"),
        ("captureMode", json!("manual"), "captureMode"),
        ("locale", json!("tlh"), "locale"),
        ("lines", json!([]), "lines"),
        ("metadata", json!("x".repeat(2_000)), "metadata"),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        let (status, problem) = post_raw(&sandbox, "v2/payments", "test_sandbox", &bad).await;
        assert_eq!((status, &problem["field"], &problem["status"]), (422, &json!(expected), &json!(422)), "{problem}");
    }
}

/// S17: open payments, idempotency keys and webhooks not yet delivered survive a restart.
#[tokio::test]
async fn payments_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        Handle::start(|options| {
            options.folder = Some(folder.path().to_owned());
            options.retry = Duration::from_millis(5);
        })
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let webhook = url(&format!("http://{address}/webhook"));
    let open = new_payment(PaymentMethod::Ideal, 100, &webhook);
    let paid = new_payment(PaymentMethod::Bancontact, 100, &webhook);
    let first = start().await.unwrap();
    let client = first.client().unwrap();
    let open_reference = client.create(&open).await.unwrap().reference;
    let paid_reference = client.create(&paid).await.unwrap().reference;
    assert_eq!(first.pay_and_report(&paid_reference), Some(ProviderState::Paid));
    drop((first, client));
    // A crash tore the last line.
    let journal = folder.path().join("sandbox.jsonl");
    let mut bytes = std::fs::read(&journal).unwrap();
    bytes.extend_from_slice(b"{\"payment\":{\"id\":\"tr_");
    std::fs::write(&journal, bytes).unwrap();

    let second = start().await.unwrap();
    let client = second.client().unwrap();
    assert_eq!(client.create(&open).await.unwrap().reference, open_reference);
    assert_eq!(client.get(&open_reference).await.unwrap().state, ProviderState::Open);
    assert_eq!(client.get(&paid_reference).await.unwrap().state, ProviderState::Paid);
    let mut merchant = Merchant::on(TcpListener::bind(address).await.unwrap(), 0);
    assert_eq!(merchant.hears().await, format!("id={paid_reference}"));
}

/// S19: the pages name the sandbox as one, ask for nothing from outside, and carry nothing typed as markup; names of
/// other machines are refused.
#[tokio::test]
async fn s19_pages_are_safe_and_marked() {
    let (base, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    for (locale, lang, banner) in [
        (Locale::Fr, "fr", "Aucun argent ne circule"),
        (Locale::Nl, "nl", "geen geld"),
        (Locale::En, "en", "No money moves"),
    ] {
        let mut wanted = new_payment(PaymentMethod::CreditCard, 100, &nowhere());
        wanted.locale = locale;
        wanted.description = "<script>alert('x')</script>\"".to_owned();
        let made = client.create(&wanted).await.unwrap();
        let page = made.checkout_url.unwrap();
        let index = base.join(&format!("?lang={lang}")).unwrap();
        let (_, open) = read_page(&page).await;
        assert_eq!(sandbox.fail(&made.reference), Some(ProviderState::Failed));
        let (_, settled) = read_page(&page).await;
        let (_, front) = read_page(&index).await;
        for html in [open, settled, front] {
            assert!(html.contains(&format!("<html lang=\"{lang}\">")) && html.contains(banner), "{html}");
            assert!(!html.contains("<script") && !html.contains("src="), "{html}");
        }
    }
    assert_eq!(read_page(&base.join("checkout/tr_unknown").unwrap()).await.0, 404);
    let http = Client::builder().no_proxy().build().unwrap();
    let page = http.get(base.clone()).header("Host", "sandbox.example").send().await.unwrap();
    assert_eq!(page.status().as_u16(), 421);
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
}

fn number(country: &str, text: &str) -> (CountryCode, VatNumber) {
    let country = CountryCode::parse(country).unwrap();
    (country, VatNumber::parse(country, text).unwrap())
}

/// The register: an outage is unknown, never invalid, and its answer is kept.
#[tokio::test]
async fn the_vat_register_says_invalid_only_when_it_means_it() {
    let (base, sandbox) = start_for_tests().await.unwrap();
    let register = ViesClient::with_timeout(&base.join("vies").unwrap(), Duration::from_millis(500)).unwrap();
    for (country, text, status, evidence) in [
        ("NL", "NL999999990B00", VatStatus::Confirmed, "\"valid\":true"),
        ("GR", "EL123456789", VatStatus::Confirmed, "\"countryCode\":\"EL\""),
        ("NL", "NL999999990B91", VatStatus::Invalid, "\"valid\":false"),
        ("NL", "NL999999990B92", VatStatus::Unknown, "MS_UNAVAILABLE"),
        ("NL", "NL999999990B93", VatStatus::Unknown, "TIMEOUT"),
        ("NL", "NL999999990B94", VatStatus::Unknown, "MS_MAX_CONCURRENT_REQ"),
        ("NL", "NL999999990B95", VatStatus::Unknown, "IP_BLOCKED"),
        ("NL", "NL999999990B96", VatStatus::Unknown, "HTTP 500"),
        ("NL", "NL999999990B97", VatStatus::Unknown, "timed out"),
        ("CH", "CHE123456788", VatStatus::Unknown, "not asked"),
    ] {
        let (country, number) = number(country, text);
        let answer = register.check(country, &number).await;
        assert_eq!(answer.status, status, "{text}: {answer:?}");
        assert!(answer.evidence.contains(evidence), "{text}: {answer:?}");
    }
    let (country, vat) = number("NL", "NL999999990B00");
    sandbox.order(Fault::next(FaultKind::Status { status: 503, after: false }, Some(Operation::Vat)));
    assert_eq!(register.check(country, &vat).await.status, VatStatus::Unknown);
    let nobody = ViesClient::new(&url("http://127.0.0.1:9/vies")).unwrap();
    assert_eq!(nobody.check(country, &vat).await.status, VatStatus::Unknown);
}

/// Evidence is cut at 4,000 characters.
#[tokio::test]
async fn evidence_is_kept_short() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = url(&format!("http://{}", listener.local_addr().unwrap()));
    let app = Router::new().route("/check-vat-number", post(|| async { "é".repeat(10_000) }));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let (country, vat) = number("NL", "NL999999990B00");
    let answer = ViesClient::new(&base).unwrap().check(country, &vat).await;
    assert_eq!((answer.status, answer.evidence.chars().count()), (VatStatus::Unknown, 4_000));
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
