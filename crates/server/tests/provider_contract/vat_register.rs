//! The VAT register's answers.

use crate::support::*;
use axum::{Router, routing::post};
use gabarit_domain::vat::{CountryCode, VatNumber, VatStatus};
use gabarit_server::{
    sandbox::{Fault, FaultKind, Operation, start_for_tests},
    vat_register::{VatRegister, vies::ViesClient},
};
use std::time::Duration;
use tokio::net::TcpListener;

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
        ("GR", "EL123456783", VatStatus::Confirmed, "\"countryCode\":\"EL\""),
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
