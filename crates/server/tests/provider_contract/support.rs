//! What the tests share: payments, merchants, browsers.

use axum::{Router, extract::State, http::StatusCode, routing::post};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    booking::PaymentMethod,
    ids::{BookingId, PaymentId},
    money::{BasisPoints, Cents},
    vat::{VatBreakdown, VatCategory, VatTreatment},
};
use gabarit_i18n::Locale;
use gabarit_server::{
    payments::{NewPayment, ProviderError},
    sandbox::Handle,
};
use reqwest::{Client, redirect::Policy};
use serde_json::Value;
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
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

pub(crate) fn new_payment(method: PaymentMethod, euros: i64, webhook: &Url) -> NewPayment {
    let treatment = VatTreatment { category: VatCategory::S, rate: BasisPoints(2100) };
    let vat = VatBreakdown::of(treatment, Cents::euros(euros));
    NewPayment {
        id: PaymentId(Uuid::from_u128(rand::random())),
        booking: BookingId(Uuid::from_u128(rand::random())),
        amount: vat.taxable + vat.tax,
        vat: vat.tax,
        treatment,
        description: "GB-2026-00042".to_owned(),
        due_date: None,
        method,
        redirect_url: url("http://127.0.0.1:3000/fr/bookings/1?paid=1"),
        webhook_url: webhook.clone(),
        locale: Locale::Fr,
    }
}

/// An address at which nobody listens.
pub(crate) fn nowhere() -> Url {
    url("http://127.0.0.1:9/webhook")
}

pub(crate) fn refused<T: std::fmt::Debug>(answer: Result<T, ProviderError>) -> (u16, String) {
    match answer {
        Err(ProviderError::Refused { status, detail }) => (status, detail),
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) fn is_unavailable<T>(answer: &Result<T, ProviderError>) -> bool {
    matches!(answer, Err(ProviderError::Unavailable(_)))
}

/// A merchant that hears webhooks and refuses the first few.
pub(crate) struct Merchant {
    pub(crate) url: Url,
    pub(crate) heard: mpsc::UnboundedReceiver<String>,
}

impl Merchant {
    pub(crate) async fn listening(refuse_first: u32) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), refuse_first)
    }

    pub(crate) fn on(listener: TcpListener, refuse_first: u32) -> Self {
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

    pub(crate) async fn hears(&mut self) -> String {
        timeout(PATIENCE, self.heard.recv()).await.expect("a webhook").unwrap()
    }
}

/// The browser of a client who presses a button on the checkout page; answers the address it is sent to.
pub(crate) async fn press(page: &Url, outcome: &str, method: Option<&str>) -> String {
    let browser = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
    let mut form = vec![("outcome", outcome)];
    form.extend(method.map(|method| ("method", method)));
    let answer = browser.post(page.clone()).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER.as_u16());
    answer.headers()["location"].to_str().unwrap().to_owned()
}

pub(crate) async fn read_page(page: &Url) -> (u16, String) {
    let browser = Client::builder().no_proxy().build().unwrap();
    let answer = browser.get(page.clone()).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Posts JSON past the client, as somebody else's mistake would.
pub(crate) async fn post_raw(sandbox: &Handle, path: &str, key: &str, body: &Value) -> (u16, Value) {
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

pub(crate) fn noon() -> DateTime<Utc> {
    "2026-12-01T12:00:00Z".parse().unwrap()
}
