//! VIES, the European Commission's register of VAT numbers.

use super::{RegisterAnswer, VatRegister};
use crate::http_client;
use async_trait::async_trait;
use gabarit_domain::vat::{CountryCode, VatNumber, VatStatus};
use reqwest::Client;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use url::Url;

/// The register's address for operators.
pub const ADDRESS: &str = "https://ec.europa.eu/taxation_customs/vies/rest-api";

/// How long one question may take: a form waits for the answer, and "unknown" is a good one.
const TIMEOUT: Duration = Duration::from_secs(8);

/// The most of an answer that is kept as evidence, in characters.
const MAX_EVIDENCE: usize = 4_000;

/// A client of the register.
#[derive(Debug)]
pub struct ViesClient {
    client: Client,
    address: String,
}

impl ViesClient {
    /// A client of the register at `base` ([`ADDRESS`], or the sandbox).
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(base: &Url) -> Result<Self, reqwest::Error> {
        Self::with_timeout(base, TIMEOUT)
    }

    /// The same with another time limit for each question.
    ///
    /// # Errors
    /// As [`ViesClient::new`].
    pub fn with_timeout(base: &Url, timeout: Duration) -> Result<Self, reqwest::Error> {
        let address = format!("{}/check-vat-number", base.as_str().trim_end_matches('/'));
        Ok(Self { client: http_client::client(base, timeout)?, address })
    }

    async fn ask(&self, prefix: &str, number: &str) -> Result<(bool, String), String> {
        let response = self
            .client
            .post(&self.address)
            .json(&json!({ "countryCode": prefix, "vatNumber": number }))
            .send()
            .await
            .map_err(|error| http_client::describe(&error))?;
        let status = response.status();
        let text = http_client::read_text(response).await?;
        if status.is_success() { Ok((true, text)) } else { Ok((false, format!("HTTP {}: {text}", status.as_u16()))) }
    }
}

#[async_trait]
impl VatRegister for ViesClient {
    async fn check(&self, country: CountryCode, number: &VatNumber) -> RegisterAnswer {
        let prefix = country.vat_prefix();
        let national = number.as_str().strip_prefix(prefix).unwrap_or_else(|| number.as_str());
        let (status, evidence) = if country.in_eu() {
            match self.ask(prefix, national).await {
                Ok((true, text)) => (judge(&text, prefix, national), text),
                Ok((false, text)) | Err(text) => (VatStatus::Unknown, text),
            }
        } else {
            (VatStatus::Unknown, "not asked: the register knows members of the European Union only".to_owned())
        };
        RegisterAnswer { status, evidence: http_client::cut(&evidence, MAX_EVIDENCE) }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    valid: Option<bool>,
    user_error: Option<String>,
    #[serde(default)]
    error_wrappers: Vec<serde_json::Value>,
    country_code: Option<String>,
    vat_number: Option<String>,
}

/// Invalid only if the register says so *and* names no error: its replies can carry `false` beside `IP_BLOCKED`.
fn judge(text: &str, prefix: &str, number: &str) -> VatStatus {
    let Ok(answer) = serde_json::from_str::<Answer>(text) else { return VatStatus::Unknown };
    let error_named = !answer.error_wrappers.is_empty()
        || answer.user_error.is_some_and(|error| !matches!(error.as_str(), "" | "VALID" | "INVALID"));
    let other = |echo: Option<String>, asked: &str| echo.is_some_and(|echo| !echo.is_empty() && echo != asked);
    if error_named || other(answer.country_code, prefix) || other(answer.vat_number, number) {
        return VatStatus::Unknown;
    }
    match answer.valid {
        Some(true) => VatStatus::Confirmed,
        Some(false) => VatStatus::Invalid,
        None => VatStatus::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_needs_a_plain_no() {
        for (text, expected) in [
            (r#"{"countryCode":"NL","vatNumber":"1","valid":true}"#, VatStatus::Confirmed),
            (r#"{"valid":true,"userError":"VALID"}"#, VatStatus::Confirmed),
            (r#"{"valid":false}"#, VatStatus::Invalid),
            (r#"{"valid":false,"userError":"INVALID"}"#, VatStatus::Invalid),
            (r#"{"valid":false,"userError":"IP_BLOCKED"}"#, VatStatus::Unknown),
            (r#"{"valid":false,"userError":"MS_UNAVAILABLE"}"#, VatStatus::Unknown),
            (r#"{"valid":false,"userError":"SOMETHING_NEW"}"#, VatStatus::Unknown),
            (r#"{"actionSucceed":false,"errorWrappers":[{"error":"TIMEOUT"}]}"#, VatStatus::Unknown),
            (r#"{"valid":false,"errorWrappers":[{"error":"MS_MAX_CONCURRENT_REQ"}]}"#, VatStatus::Unknown),
            (r#"{"countryCode":"BE","vatNumber":"1","valid":false}"#, VatStatus::Unknown),
            (r#"{"valid":"false"}"#, VatStatus::Unknown),
            ("<html>maintenance</html>", VatStatus::Unknown),
            ("", VatStatus::Unknown),
        ] {
            assert_eq!(judge(text, "NL", "1"), expected, "{text}");
        }
    }
}
