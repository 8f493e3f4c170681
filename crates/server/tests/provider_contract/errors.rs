//! Refusals and outages.

use crate::support::*;
use gabarit_domain::{booking::PaymentMethod, ids::RefundId, money::Cents};
use gabarit_server::{
    payments::{PaymentProvider, ProviderError, mollie::MollieClient},
    sandbox::{Fault, FaultKind, Operation, start_for_tests},
};
use serde_json::json;
use std::time::Duration;

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
    assert_eq!(sandbox.references().as_slice(), std::slice::from_ref(&made.reference), "this one did");

    assert!(matches!(client.get("tr_unknown").await, Err(ProviderError::NotFound)));
    assert!(matches!(client.get("tr_../sandbox/faults").await, Err(ProviderError::NotFound)));
    for key in ["live_0123456789", "nonsense", "test_"] {
        let stranger = MollieClient::new(&base, key).unwrap();
        let answer = stranger.get(&made.reference).await;
        assert!(matches!(answer, Err(ProviderError::Denied { status: 401, .. })), "{key}: {answer:?}");
    }
    let unreachable = MollieClient::new(&url("http://127.0.0.1:9"), "test_sandbox").unwrap();
    assert!(is_unavailable(&unreachable.get(&made.reference).await));
}

/// What a status says of a call: that it is refused, or nothing.
fn said<T: std::fmt::Debug>(status: u16, answer: &Result<T, ProviderError>) {
    let error = answer.as_ref().unwrap_err();
    let fits = match status {
        422 => matches!(error, ProviderError::Refused { status: 422, .. }),
        404 | 410 => matches!(error, ProviderError::NotFound),
        401 | 403 => matches!(error, ProviderError::Denied { .. }),
        _ => matches!(error, ProviderError::Unavailable(_)),
    };
    assert!(fits, "{status}: {error:?}");
    assert_eq!(error.is_refusal(), matches!(status, 404 | 410 | 422), "{status}");
}

/// S17, S18, S35: only an answer about what was asked for refuses it. A key that is not accepted, a conflict with another
/// call, "later" and outages say nothing of it: asked again under the same id, it happens, once.
#[tokio::test]
async fn only_an_answer_about_it_refuses_it() {
    let (_, sandbox) = start_for_tests().await.unwrap();
    let client = sandbox.client().unwrap();
    let spoil = |status, operation| sandbox.order(Fault::next(FaultKind::Status { status, after: false }, operation));
    for status in [400, 401, 403, 404, 405, 408, 409, 410, 415, 422, 425, 429, 500, 502, 503, 504] {
        let card = new_payment(PaymentMethod::CreditCard, 100, &nowhere());
        spoil(status, Some(Operation::Create));
        said(status, &client.create(&card).await);
        let reference = client.create(&card).await.unwrap().reference;
        sandbox.pay(&reference).unwrap();
        spoil(status, Some(Operation::Capture));
        said(status, &client.capture(&reference, card.id, card.amount).await);
        client.capture(&reference, card.id, card.amount).await.unwrap();

        let refund = async || client.refund(&reference, RefundId(card.id.0), 1, card.amount, "x").await;
        spoil(status, Some(Operation::Refund));
        said(status, &refund().await);
        // Whether it went through before is not known: that is no refusal, unless the payment is not there.
        spoil(status, Some(Operation::ListRefunds));
        let answer = refund().await;
        assert_eq!(answer.unwrap_err().is_refusal(), matches!(status, 404 | 410), "{status}");
        // The answer is lost, whatever is said instead: it went through once.
        sandbox.order(Fault::next(FaultKind::Status { status, after: true }, Some(Operation::Refund)));
        said(status, &refund().await);
        assert_eq!(refund().await.unwrap(), refund().await.unwrap());
        assert_eq!(client.get(&reference).await.unwrap().refunded, card.amount);

        let card = new_payment(PaymentMethod::CreditCard, 100, &nowhere());
        let reference = client.create(&card).await.unwrap().reference;
        sandbox.pay(&reference).unwrap();
        spoil(status, Some(Operation::Release));
        said(status, &client.release(&reference, card.id).await);
        client.release(&reference, card.id).await.unwrap();
        let open = new_payment(PaymentMethod::Ideal, 100, &nowhere());
        let reference = client.create(&open).await.unwrap().reference;
        spoil(status, Some(Operation::Cancel));
        said(status, &client.cancel(&reference, open.id).await);
        client.cancel(&reference, open.id).await.unwrap();
    }
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
