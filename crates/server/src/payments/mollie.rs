//! Mollie's payments API, version 2 (S17–S19).

use super::{
    NewPayment, PaymentProvider, ProviderChargeback, ProviderError, ProviderPayment, ProviderRefund, ProviderState,
    RefundProgress,
};
use crate::http_client;
use async_trait::async_trait;
use gabarit_domain::{
    booking::PaymentMethod,
    ids::{BookingId, PaymentId, RefundId},
    money::Cents,
};
use gabarit_i18n::Locale;
use reqwest::{
    Client, Method, StatusCode,
    header::{AUTHORIZATION, HeaderValue},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{fmt, time::Duration};
use url::Url;

/// How long one call may take. A checkout waits for it, so it is short; a call without an answer is repeated under the
/// same key.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The most of a refusal's words that is kept for the log.
const MAX_DETAIL: usize = 500;

/// A client of the API.
///
/// Calls carry our id, with a suffix for each operation, as `Idempotency-Key`. The provider forgets keys after an
/// hour, and jobs may repeat a call later than that: refunds are therefore looked up by our id first, and a refused
/// capture, release or cancellation is read again before it counts as refused.
pub struct MollieClient {
    client: Client,
    base: String,
    authorization: HeaderValue,
}

impl fmt::Debug for MollieClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MollieClient").field("base", &self.base).finish_non_exhaustive()
    }
}

impl MollieClient {
    /// A client of the API at `base` (`https://api.mollie.com`, or the sandbox) with an API key.
    ///
    /// # Errors
    /// [`ProviderError::Unavailable`] when the key cannot stand in a header or TLS cannot be set up.
    pub fn new(base: &Url, key: &str) -> Result<Self, ProviderError> {
        Self::with_timeout(base, key, TIMEOUT)
    }

    /// The same with another time limit for each call.
    ///
    /// # Errors
    /// As [`MollieClient::new`].
    pub fn with_timeout(base: &Url, key: &str, timeout: Duration) -> Result<Self, ProviderError> {
        let mut authorization = HeaderValue::from_str(&format!("Bearer {key}"))
            .map_err(|_| ProviderError::Unavailable("the API key has characters that no key has".to_owned()))?;
        authorization.set_sensitive(true);
        let client = http_client::client(base, timeout)
            .map_err(|error| ProviderError::Unavailable(http_client::describe(&error)))?;
        Ok(Self { client, base: base.as_str().trim_end_matches('/').to_owned(), authorization })
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        key: Option<String>,
        body: Option<Value>,
    ) -> Result<String, ProviderError> {
        let mut request = self
            .client
            .request(method, format!("{}/v2/payments{path}", self.base))
            .header(AUTHORIZATION, self.authorization.clone());
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let unavailable = |error: reqwest::Error| ProviderError::Unavailable(http_client::describe(&error));
        let response = request.send().await.map_err(unavailable)?;
        let status = response.status();
        let text = http_client::read_text(response).await.map_err(ProviderError::Unavailable)?;
        if status.is_success() {
            return Ok(text);
        }
        let (detail, number) = (refusal(&text), status.as_u16());
        // Only an answer about what was asked for refuses it. A key that is not accepted, a call that crosses another (409),
        // "later" (429) and outages leave open what becomes of it.
        Err(match status {
            StatusCode::NOT_FOUND | StatusCode::GONE => ProviderError::NotFound,
            StatusCode::UNPROCESSABLE_ENTITY => ProviderError::Refused { status: number, detail },
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ProviderError::Denied { status: number, detail },
            _ => ProviderError::Unavailable(format!("HTTP {number}: {detail}")),
        })
    }

    async fn list_refunds(&self, path: &str) -> Result<Vec<RefundAnswer>, ProviderError> {
        let text = self.call(Method::GET, &format!("{path}/refunds?limit=250"), None, None).await?;
        let list: RefundList = read(&text)?;
        Ok(list.embedded.refunds)
    }

    async fn refund_with_metadata(&self, path: &str, id: RefundId) -> Result<Option<String>, ProviderError> {
        Ok(self
            .list_refunds(path)
            .await?
            .into_iter()
            .filter(|refund| refund.progress() != RefundProgress::Failed)
            .find(|refund| refund.ours() == Some(id))
            .map(|refund| refund.id))
    }
}

#[async_trait]
impl PaymentProvider for MollieClient {
    async fn create(&self, payment: &NewPayment) -> Result<ProviderPayment, ProviderError> {
        let text =
            self.call(Method::POST, "", Some(format!("{}-create", payment.id)), Some(create_body(payment))).await?;
        read_payment(&text)
    }

    async fn get(&self, reference: &str) -> Result<ProviderPayment, ProviderError> {
        let text = self.call(Method::GET, &path(reference)?, None, None).await?;
        let payment = read_payment(&text)?;
        if payment.reference == reference {
            Ok(payment)
        } else {
            Err(ProviderError::Unavailable("the answer is about another payment".to_owned()))
        }
    }

    async fn chargebacks(&self, reference: &str) -> Result<Vec<ProviderChargeback>, ProviderError> {
        let text = self.call(Method::GET, &format!("{}/chargebacks", path(reference)?), None, None).await?;
        let list: ChargebackList = read(&text)?;
        list.embedded
            .chargebacks
            .into_iter()
            .map(|chargeback| {
                let amount = chargeback.amount.cents().ok_or_else(|| unreadable("an amount that is none in euros"))?;
                Ok(ProviderChargeback { reference: chargeback.id, amount, reversed: chargeback.reversed_at.is_some() })
            })
            .collect()
    }

    async fn capture(&self, reference: &str, id: PaymentId, amount: Cents) -> Result<(), ProviderError> {
        let body = json!({ "amount": money(amount) });
        let path = format!("{}/captures", path(reference)?);
        match self.call(Method::POST, &path, Some(format!("{id}-capture")), Some(body)).await {
            Ok(_) => Ok(()),
            Err(refused @ ProviderError::Refused { .. }) => {
                // Captured already by an earlier call whose answer was lost?
                let now = self.get(reference).await?;
                if now.captured >= amount { Ok(()) } else { Err(refused) }
            }
            Err(error) => Err(error),
        }
    }

    async fn release(&self, reference: &str, id: PaymentId) -> Result<(), ProviderError> {
        let path = format!("{}/release-authorization", path(reference)?);
        let answer = self.call(Method::POST, &path, Some(format!("{id}-release")), None).await;
        self.gone_after(reference, answer).await
    }

    async fn cancel(&self, reference: &str, id: PaymentId) -> Result<(), ProviderError> {
        let answer = self.call(Method::DELETE, &path(reference)?, Some(format!("{id}-cancel")), None).await;
        self.gone_after(reference, answer).await
    }

    async fn refunds(&self, reference: &str) -> Result<Vec<ProviderRefund>, ProviderError> {
        self.list_refunds(&path(reference)?)
            .await?
            .into_iter()
            .map(|refund| {
                let (ours, progress) = (refund.ours(), refund.progress());
                let amount = refund.amount.as_ref().and_then(Amount::cents);
                let amount = amount.ok_or_else(|| unreadable("an amount that is none in euros"))?;
                Ok(ProviderRefund { reference: refund.id, refund: ours, amount, progress })
            })
            .collect()
    }

    async fn refund(
        &self,
        reference: &str,
        id: RefundId,
        attempt: u32,
        amount: Cents,
        description: &str,
    ) -> Result<String, ProviderError> {
        let path = path(reference)?;
        // Whether an earlier attempt went through is what this asks. Refused, it is not answered: no refusal of the refund,
        // which could then be paid another way and twice.
        let known = self.refund_with_metadata(&path, id).await.map_err(|error| match error {
            refused @ ProviderError::Refused { .. } => {
                ProviderError::Unavailable(format!("list of refunds: {refused}"))
            }
            other => other,
        })?;
        if let Some(known) = known {
            return Ok(known);
        }
        // The provider would answer the key of a failed attempt with that attempt.
        let key = if attempt > 1 { format!("{id}-refund-{attempt}") } else { format!("{id}-refund") };
        let body = json!({
            "amount": money(amount),
            "description": http_client::cut(description, 140),
            "metadata": { "refund": id.to_string() },
        });
        let text = self.call(Method::POST, &format!("{path}/refunds"), Some(key), Some(body)).await?;
        let refund: RefundAnswer = read(&text)?;
        Ok(refund.id)
    }
}

impl MollieClient {
    /// A release or cancellation that was refused because the money is already out of reach has done its work.
    async fn gone_after(&self, reference: &str, answer: Result<String, ProviderError>) -> Result<(), ProviderError> {
        match answer {
            Ok(_) => Ok(()),
            Err(refused @ ProviderError::Refused { .. }) => {
                let state = self.get(reference).await?.state;
                let gone = matches!(state, ProviderState::Canceled | ProviderState::Expired | ProviderState::Failed);
                if gone { Ok(()) } else { Err(refused) }
            }
            Err(error) => Err(error),
        }
    }
}

/// The path of a payment. References come back to us in unsigned webhooks: only what looks like one may stand in a
/// path.
fn path(reference: &str) -> Result<String, ProviderError> {
    let fits = reference.starts_with("tr_")
        && reference.len() <= 64
        && reference.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if fits { Ok(format!("/{reference}")) } else { Err(ProviderError::NotFound) }
}

fn money(amount: Cents) -> Value {
    json!({ "currency": "EUR", "value": amount.to_plain() })
}

/// The languages of the provider's pages, as it names them.
const fn locale(locale: Locale) -> &'static str {
    match locale {
        Locale::Fr => "fr_FR",
        Locale::Nl => "nl_NL",
        Locale::En => "en_US",
    }
}

fn create_body(payment: &NewPayment) -> Value {
    let mut body = json!({
        "amount": money(payment.amount),
        "description": http_client::cut(&payment.description, 255),
        "redirectUrl": payment.redirect_url.as_str(),
        "webhookUrl": payment.webhook_url.as_str(),
        "method": payment.method.code(),
        "locale": locale(payment.locale),
        "metadata": { "booking": payment.booking.to_string() },
        // One treatment holds for a whole booking, so one line a rate is one line.
        "lines": [{
            "description": http_client::cut(&payment.description, 100),
            "quantity": 1,
            "unitPrice": money(payment.amount),
            "totalAmount": money(payment.amount),
            "vatRate": Cents(i64::from(payment.treatment.rate.0)).to_plain(),
            "vatAmount": money(payment.vat),
        }],
    });
    if payment.method == PaymentMethod::CreditCard
        && let Some(fields) = body.as_object_mut()
    {
        fields.insert("captureMode".to_owned(), json!("manual"));
    }
    if let (Some(due), Some(fields)) = (payment.due_date, body.as_object_mut()) {
        fields.insert("dueDate".to_owned(), json!(due.to_string()));
    }
    body
}

#[derive(Deserialize)]
struct Amount {
    currency: String,
    value: String,
}

impl Amount {
    fn cents(&self) -> Option<Cents> {
        if self.currency == "EUR" { Cents::from_plain(&self.value) } else { None }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaymentAnswer {
    id: String,
    status: String,
    amount: Amount,
    amount_captured: Option<Amount>,
    amount_refunded: Option<Amount>,
    amount_charged_back: Option<Amount>,
    #[serde(default)]
    metadata: Value,
    #[serde(rename = "_links", default)]
    links: Links,
}

#[derive(Default, Deserialize)]
struct Links {
    checkout: Option<Link>,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

#[derive(Deserialize)]
struct RefundAnswer {
    id: String,
    status: Option<String>,
    amount: Option<Amount>,
    #[serde(default)]
    metadata: Value,
}

impl RefundAnswer {
    /// Which of our refunds it is.
    fn ours(&self) -> Option<RefundId> {
        self.metadata.get("refund").and_then(Value::as_str)?.parse().ok()
    }

    /// A word that is not known is no reason to take money for returned.
    fn progress(&self) -> RefundProgress {
        match self.status.as_deref() {
            Some("failed" | "canceled") => RefundProgress::Failed,
            Some("refunded") => RefundProgress::Refunded,
            _ => RefundProgress::UnderWay,
        }
    }
}

#[derive(Deserialize)]
struct RefundList {
    #[serde(rename = "_embedded")]
    embedded: Refunds,
}

#[derive(Deserialize)]
struct Refunds {
    refunds: Vec<RefundAnswer>,
}

#[derive(Deserialize)]
struct ChargebackList {
    #[serde(rename = "_embedded")]
    embedded: Chargebacks,
}

#[derive(Deserialize)]
struct Chargebacks {
    chargebacks: Vec<ChargebackAnswer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChargebackAnswer {
    id: String,
    amount: Amount,
    reversed_at: Option<String>,
}

fn unreadable(what: impl fmt::Display) -> ProviderError {
    ProviderError::Unavailable(format!("unreadable answer: {what}"))
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, ProviderError> {
    serde_json::from_str(text).map_err(unreadable)
}

fn read_payment(text: &str) -> Result<ProviderPayment, ProviderError> {
    let answer: PaymentAnswer = read(text)?;
    let state = ProviderState::parse(&answer.status).ok_or_else(|| unreadable("unknown status"))?;
    let cents = |amount: &Amount| amount.cents().ok_or_else(|| unreadable("an amount that is none in euros"));
    let optional = |amount: &Option<Amount>| amount.as_ref().map(cents).transpose();
    let amount = cents(&answer.amount)?;
    // Methods that are not captured later name no captured amount: once paid, it is all of it.
    let captured = match (optional(&answer.amount_captured)?, state) {
        (Some(captured), _) => captured,
        (None, ProviderState::Paid) => amount,
        (None, _) => Cents::ZERO,
    };
    if path(&answer.id).is_err() {
        return Err(unreadable("an id that is none"));
    }
    Ok(ProviderPayment {
        reference: answer.id,
        state,
        amount,
        captured,
        refunded: optional(&answer.amount_refunded)?.unwrap_or(Cents::ZERO),
        charged_back: optional(&answer.amount_charged_back)?.unwrap_or(Cents::ZERO),
        checkout_url: answer
            .links
            .checkout
            .and_then(|link| Url::parse(&link.href).ok())
            .filter(|url| state == ProviderState::Open && matches!(url.scheme(), "https" | "http")),
        booking: answer.metadata.get("booking").and_then(Value::as_str).and_then(|id| id.parse::<BookingId>().ok()),
    })
}

/// The words of a refusal: its detail and the field it is about; the raw text when it is not a problem object.
fn refusal(text: &str) -> String {
    #[derive(Deserialize)]
    struct Problem {
        detail: String,
        field: Option<String>,
    }
    let words = match serde_json::from_str::<Problem>(text) {
        Ok(Problem { detail, field: Some(field) }) => format!("{detail} [{field}]"),
        Ok(Problem { detail, field: None }) => detail,
        Err(_) => text.to_owned(),
    };
    http_client::cut(&words, MAX_DETAIL)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAID: &str = r#"{"id":"tr_1","status":"paid","amount":{"currency":"EUR","value":"1280.00"},
        "amountRefunded":{"currency":"EUR","value":"80.00"},"metadata":null,"_links":{}}"#;

    #[test]
    fn a_paid_payment_without_captures_is_captured_whole() {
        let payment = read_payment(PAID).unwrap();
        assert_eq!((payment.state, payment.captured), (ProviderState::Paid, Cents::euros(1280)));
        assert_eq!((payment.refunded, payment.booking), (Cents::euros(80), None));
    }

    #[test]
    fn answers_that_cannot_be_trusted_are_no_answers() {
        for (from, to) in [
            ("\"paid\"", "\"delighted\""),
            ("EUR\",\"value\":\"1280.00", "USD\",\"value\":\"1280.00"),
            ("1280.00", "1280"),
            ("tr_1", "../../customers"),
            ("{\"id\"", "{\"ID\""),
        ] {
            let answer = read_payment(&PAID.replace(from, to));
            assert!(matches!(answer, Err(ProviderError::Unavailable(_))), "{to}: {answer:?}");
        }
    }

    #[test]
    fn only_references_stand_in_paths() {
        for bad in ["", "tr", "tr_1/captures", "tr_..", "tr_%2e", "re_1", "tr_\u{e9}"] {
            assert!(matches!(path(bad), Err(ProviderError::NotFound)), "{bad}");
        }
        assert_eq!(path("tr_WDqYK6vllg").unwrap(), "/tr_WDqYK6vllg");
    }

    #[test]
    fn the_key_is_not_shown() {
        let client = MollieClient::new(&Url::parse("http://127.0.0.1:1").unwrap(), "test_verysecret").unwrap();
        assert!(!format!("{client:?}").contains("verysecret"));
    }
}
