//! Bank transfers in advance: held until they are due, welcome as long as the days are free; and the credit bureau.

use crate::stage::{DAYS, Stage};
use gabarit_domain::{booking::PaymentMethod, credit::CreditRefusal, money::Cents};
use gabarit_server::{
    credit::{Bureau, CreditCheck, Question},
    services::{bookings, payments},
    testing::{Totals, for_each_db},
};
use gabarit_view::error::{ApiError, Problem};
use std::{
    io::{Read, Write},
    net::TcpListener,
};

/// S17: a transfer's days are held until it is due, at most 7 days and at least 2 before the start; it arrives days
/// later, and the expert's 24 hours begin then.
#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_arrives_days_later() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        // Ordered on 23 November: due on the 29th, two days before 1 December, for the whole day.
        let id = stage.book(DAYS, PaymentMethod::BankTransfer).await;
        let until = stage.client_view(id).await.clock.unwrap().utc;
        assert_eq!(until.to_rfc3339(), "2026-11-29T23:00:00+00:00");
        // Further ahead: seven days.
        let later = stage.book("2026-12-15", PaymentMethod::BankTransfer).await;
        let until = stage.client_view(later).await.clock.unwrap().utc;
        assert_eq!(until.to_rfc3339(), "2026-11-30T23:00:00+00:00");
        let reference = stage.p.provider.references()[0].clone();
        stage.p.provider.pend(&reference);
        payments::sync(&stage.p, &reference).await.unwrap();
        stage.at("2026-11-27T08:00:00Z").await;
        assert_eq!(stage.state(id).await, "held");
        stage.p.provider.pay(&reference);
        payments::sync(&stage.p, &reference).await.unwrap();
        let view = stage.client_view(id).await;
        assert_eq!(view.state, "requested");
        assert_eq!(view.clock.unwrap().utc.to_rfc3339(), "2026-11-28T08:00:00+00:00");
        stage.sound().await;
    })
    .await;
}

/// S17: a transfer that would come too late cannot be chosen, and its client is told why.
#[tokio::test(flavor = "multi_thread")]
async fn too_late_for_a_transfer() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let too_late = stage.place_as(&stage.client, stage.form("2026-11-25", PaymentMethod::BankTransfer)).await;
        assert_eq!(too_late.unwrap_err(), ApiError::field("method", Problem::TooLateForTransfer));
        let id = stage.book("2026-11-25", PaymentMethod::Ideal).await;
        let methods = stage.client_view(id).await.methods;
        assert_eq!(methods, [PaymentMethod::Ideal, PaymentMethod::Bancontact]);
        let switched = payments::checkout_with(&stage.p, &stage.client, id, PaymentMethod::BankTransfer).await;
        assert_eq!(switched.unwrap_err(), ApiError::field("method", Problem::TooLateForTransfer));
        let card = payments::checkout_with(&stage.p, &stage.client, id, PaymentMethod::CreditCard).await;
        let refused = ApiError::CreditRefused { reason: CreditRefusal::NotChecked, stash: None };
        assert_eq!(card.unwrap_err(), refused);
    })
    .await;
}

/// S17: one that comes after its hold ended takes the days again if they are free, else goes back in full at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_transfer_is_held_again_or_goes_back() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let free = stage.book("2026-12-03", PaymentMethod::BankTransfer).await;
        let taken = stage.book("2026-12-04", PaymentMethod::BankTransfer).await;
        stage.at("2026-12-01T00:00:00Z").await;
        assert_eq!(stage.state(free).await, "lapsed");
        let other = stage.p.client("Bea Client").await;
        stage.place_as(&other, stage.form("2026-12-04", PaymentMethod::Ideal)).await.unwrap();
        let references = stage.p.provider.references();
        for reference in &references[..2] {
            stage.p.provider.pay(reference);
            payments::sync(&stage.p, reference).await.unwrap();
        }
        stage.work().await;
        assert_eq!(stage.state(free).await, "requested");
        assert_eq!(stage.state(taken).await, "lapsed");
        let total = stage.client_view(taken).await.quote.total;
        assert_eq!(
            stage.p.provider.totals(&references[1]),
            Totals { charged: total, refunded: total, ..Totals::default() }
        );
        stage.sound().await;
    })
    .await;
}

/// S17: who turns from a bank's page to a transfer keeps the days until it is due; the first payment, made after all,
/// secures them at once, and the transfer goes back.
#[tokio::test(flavor = "multi_thread")]
async fn the_method_is_switched() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let id = stage.book(DAYS, PaymentMethod::Ideal).await;
        let ideal = stage.p.provider.last_reference();
        assert!(stage.client_view(id).await.methods.contains(&PaymentMethod::BankTransfer));
        payments::checkout_with(&stage.p, &stage.client, id, PaymentMethod::BankTransfer).await.unwrap();
        let transfer = stage.p.provider.last_reference();
        assert_ne!(ideal, transfer);
        stage.at("2026-11-25T08:00:00Z").await;
        assert_eq!(stage.state(id).await, "held");
        stage.p.provider.pay(&ideal);
        payments::sync(&stage.p, &ideal).await.unwrap();
        assert_eq!(stage.state(id).await, "requested");
        stage.p.provider.pay(&transfer);
        payments::sync(&stage.p, &transfer).await.unwrap();
        stage.work().await;
        let total = stage.client_view(id).await.quote.total;
        assert_eq!(stage.p.provider.totals(&transfer), Totals { charged: total, refunded: total, ..Totals::default() });
        stage.sound().await;
    })
    .await;
}

/// S17: an account holds at most three unpaid bookings, transfers included.
#[tokio::test(flavor = "multi_thread")]
async fn transfers_count_as_holds() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        for day in ["2026-12-01", "2026-12-02", "2026-12-03"] {
            stage.book(day, PaymentMethod::BankTransfer).await;
        }
        let fourth = stage.place_as(&stage.client, stage.form("2026-12-04", PaymentMethod::Ideal)).await;
        assert_eq!(fourth.unwrap_err(), ApiError::TooManyHolds);
    })
    .await;
}

/// S18: the refusal says why: what is open, and what may be.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_why() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        stage.authorized("2026-12-07,2026-12-08,2026-12-09,2026-12-10,2026-12-11").await;
        let refused = stage.place_as(&stage.client, stage.form("2026-12-14", PaymentMethod::CreditCard)).await;
        let reason = CreditRefusal::OverLimit { limit: Cents::euros(5_000), exposure: Cents::euros(4_840) };
        assert_eq!(refused.unwrap_err(), ApiError::CreditRefused { reason, stash: None });
        assert_eq!(
            bookings::list_for_client(&stage.p, &stage.client, gabarit_i18n::Locale::Fr).await.unwrap().len(),
            1
        );
    })
    .await;
}

/// Answers one request with a text, and gives what was asked.
fn bureau(status: &'static str, answer: &'static str) -> (url::Url, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/check", listener.local_addr().unwrap()).parse().unwrap();
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = String::new();
        let mut buffer = [0; 4096];
        while !asked.ends_with('}') {
            let read = stream.read(&mut buffer).unwrap();
            asked.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        let length = answer.len();
        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}").unwrap();
        asked
    });
    (url, asked)
}

/// S18: the bureau's protocol: what is asked, and that anything but a clear yes is no credit.
#[tokio::test(flavor = "multi_thread")]
async fn a_bureau_is_asked() {
    let buyer = gabarit_domain::invoice::Party {
        name: "Bureau Voorbeeld B.V.".to_owned(),
        attention: None,
        street: String::new(),
        postal_code: String::new(),
        city: String::new(),
        country: gabarit_domain::vat::CountryCode::parse("NL").unwrap(),
        vat_number: None,
        registration: None,
        email: None,
    };
    let standing = gabarit_domain::credit::Standing { exposure: Cents(1), overdue: false, completed: 2 };
    let question = Question { buyer: &buyer, standing, amount: Cents(193_600) };
    for (status, answer, granted) in [
        ("200 OK", r#"{"granted":true}"#, true),
        ("200 OK", r#"{"granted":false}"#, false),
        ("200 OK", "yes", false),
        ("503 Service Unavailable", r#"{"granted":true}"#, false),
    ] {
        let (url, asked) = bureau(status, answer);
        let said = Bureau::new(url, Some("key".to_owned())).check(&question).await;
        assert_eq!(said, if granted { Ok(()) } else { Err(CreditRefusal::Bureau) }, "{answer}");
        let asked = asked.join().unwrap();
        assert!(asked.contains("authorization: Bearer key") || asked.contains("Authorization: Bearer key"));
        let body: serde_json::Value = serde_json::from_str(asked.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert_eq!(body["amount"], "1936.00");
        assert_eq!(body["completed_bookings"], 2);
    }
    let nobody = Bureau::new("http://127.0.0.1:9/".parse().unwrap(), None).check(&question).await;
    assert_eq!(nobody, Err(CreditRefusal::Bureau));
}
