//! The credit check of deferred payments: what a client's card may be charged with later (S18).
//!
//! The platform's own books decide first (`gabarit_domain::credit`). Where a bureau is set (`GABARIT_CREDIT_URL`), it is
//! asked besides, before the days are held. Its protocol is small: `POST` with
//!
//! ```json
//! { "organisation": "Bureau Voorbeeld B.V.", "country": "NL", "vat_number": "NL…", "registration": null,
//!   "amount": "1936.00", "exposure": "0.00", "currency": "EUR", "completed_bookings": 2 }
//! ```
//!
//! with `Authorization: Bearer` and the key of `GABARIT_CREDIT_KEY` if there is one, and the answer
//! `{ "granted": true }` or `{ "granted": false }`. Any other answer, and none within five seconds, is no credit: other
//! methods remain.

use crate::{config::Config, http_client};
use async_trait::async_trait;
use gabarit_domain::{
    credit::{CreditRefusal, Standing},
    invoice::Party,
    money::Cents,
};
use serde::Deserialize;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use url::Url;

/// Whose credit, and how much of it.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The buyer.
    pub buyer: &'a Party,
    /// What the books say.
    pub standing: Standing,
    /// How much more.
    pub amount: Cents,
}

/// A second opinion on a client whom the books would give credit.
#[async_trait]
pub trait CreditCheck: Send + Sync + std::fmt::Debug {
    /// Whether a client may pay later.
    async fn check(&self, question: &Question<'_>) -> Result<(), CreditRefusal>;
}

/// No second opinion: the books alone decide.
#[derive(Clone, Copy, Debug)]
pub struct OwnBooks;

#[async_trait]
impl CreditCheck for OwnBooks {
    async fn check(&self, _: &Question<'_>) -> Result<(), CreditRefusal> {
        Ok(())
    }
}

/// A bureau, asked over HTTP.
#[derive(Clone, Debug)]
pub struct Bureau {
    url: Url,
    key: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    granted: bool,
}

impl Bureau {
    /// A bureau at an address.
    #[must_use]
    pub const fn new(url: Url, key: Option<String>) -> Self {
        Self { url, key }
    }

    async fn ask(&self, question: &Question<'_>) -> Result<bool, String> {
        let client = http_client::client(&self.url, Duration::from_secs(5)).map_err(|e| http_client::describe(&e))?;
        let body = json!({
            "organisation": question.buyer.name,
            "country": question.buyer.country,
            "vat_number": question.buyer.vat_number.as_ref().map(ToString::to_string),
            "registration": question.buyer.registration,
            "amount": question.amount.to_plain(),
            "exposure": question.standing.exposure.to_plain(),
            "currency": "EUR",
            "completed_bookings": question.standing.completed,
        });
        let mut request =
            client.post(self.url.clone()).header("content-type", "application/json").body(body.to_string());
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        let response = request.send().await.map_err(|e| http_client::describe(&e))?;
        let status = response.status();
        let text = http_client::read_text(response).await?;
        if !status.is_success() {
            return Err(format!("status {status}"));
        }
        serde_json::from_str::<Answer>(&text).map(|answer| answer.granted).map_err(|error| error.to_string())
    }
}

#[async_trait]
impl CreditCheck for Bureau {
    async fn check(&self, question: &Question<'_>) -> Result<(), CreditRefusal> {
        match self.ask(question).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(CreditRefusal::Bureau),
            Err(error) => {
                tracing::warn!(%error, "credit bureau");
                Err(CreditRefusal::Bureau)
            }
        }
    }
}

/// The check that the settings name.
#[must_use]
pub fn configured(config: &Config) -> Arc<dyn CreditCheck> {
    match &config.credit_url {
        Some(url) => Arc::new(Bureau::new(url.clone(), config.credit_key.clone())),
        None => Arc::new(OwnBooks),
    }
}
