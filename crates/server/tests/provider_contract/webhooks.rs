//! Webhooks: retried, lost, doubled, late.

use crate::support::*;
use gabarit_domain::booking::PaymentMethod;
use gabarit_server::{
    payments::{PaymentProvider, ProviderState},
    sandbox::{Handle, start_for_tests},
};
use reqwest::Client;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpListener;

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

/// S17: a webhook can be overtaken by the one after it; of two that are, both follow the third.
#[tokio::test]
async fn webhooks_come_out_of_order() {
    let (base, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    let mut merchant = Merchant::listening(0).await;
    let mut references = Vec::new();
    for _ in 0..3 {
        references.push(client.create(&new_payment(PaymentMethod::Ideal, 100, &merchant.url)).await.unwrap().reference);
    }
    let http = Client::builder().no_proxy().build().unwrap();
    let fault = json!({ "kind": "reorder_webhook", "times": 2 });
    let ordered = http.post(base.join("sandbox/faults").unwrap()).json(&fault).send().await.unwrap();
    assert_eq!(ordered.status().as_u16(), 201);
    for reference in &references {
        assert_eq!(sandbox.pay_and_report(reference), Some(ProviderState::Paid));
    }
    assert_eq!(merchant.hears().await, format!("id={}", references[2]), "the last one first");
    let mut rest = vec![merchant.hears().await, merchant.hears().await];
    rest.sort();
    let mut expected = vec![format!("id={}", references[0]), format!("id={}", references[1])];
    expected.sort();
    assert_eq!(rest, expected);
}
