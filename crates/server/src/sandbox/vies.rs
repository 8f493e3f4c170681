//! The VAT register's stand-in: well-formed numbers exist, and magic endings answer otherwise.

use super::{
    SandboxState,
    faults::{FaultKind, Operation, wait},
};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use gabarit_domain::vat::{CountryCode, VatNumber};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a number with a magic ending is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Magic {
    /// A plain no.
    Invalid,
    /// A service error in the register's newer form.
    Wrapped(&'static str),
    /// `valid: false` beside a service error: not a no.
    FalseWith(&'static str),
    /// HTTP 500.
    Broken,
    /// No answer for 20 seconds.
    Slow,
}

/// The last two digits of a number and the answer; any other ending exists.
pub(super) const MAGIC: [(&str, Magic); 7] = [
    ("91", Magic::Invalid),
    ("92", Magic::Wrapped("MS_UNAVAILABLE")),
    ("93", Magic::Wrapped("TIMEOUT")),
    ("94", Magic::Wrapped("MS_MAX_CONCURRENT_REQ")),
    ("95", Magic::FalseWith("IP_BLOCKED")),
    ("96", Magic::Broken),
    ("97", Magic::Slow),
];

impl Magic {
    pub(super) fn of(number: &str) -> Option<Self> {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        MAGIC.iter().find(|(ending, _)| digits.ends_with(ending)).map(|(_, magic)| *magic)
    }

    /// The word for the table of test numbers.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Invalid => "valid: false",
            Self::Wrapped(error) | Self::FalseWith(error) => error,
            Self::Broken => "HTTP 500",
            Self::Slow => "20 s",
        }
    }
}

/// A number of a country with a magic ending that passes the form's check and that nobody has: Belgian ones of a range
/// not given out, French ones whose SIREN fails its own check, Dutch ones around the default operator's.
pub(super) fn example(country: &str, ending: &str) -> Option<VatNumber> {
    let country = CountryCode::parse(country).ok()?;
    (0_u32..200).find_map(|n| {
        let text = match country.as_str() {
            "BE" => format!("1{:07}{ending}", 9_999_999 - n),
            "FR" if !passes_luhn(&format!("9999999{ending}")) => format!("{:02}9999999{ending}", n % 100),
            "FR" => format!("{:02}9999998{ending}", n % 100),
            "NL" => format!("999999990B{ending}"),
            _ => return None,
        };
        VatNumber::parse(country, &text).ok()
    })
}

/// The check of a SIREN: from the right, every second digit doubled, the sum of all digits divisible by ten.
fn passes_luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            let digit = if index % 2 == 1 { digit * 2 } else { digit };
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

pub(super) fn routes() -> Router<SandboxState> {
    Router::new().route("/vies/check-vat-number", post(check))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    country_code: String,
    vat_number: String,
}

async fn check(State(state): State<SandboxState>, Json(question): Json<Question>) -> Response {
    let fault = state.fault_of(Operation::Vat);
    match fault {
        Some(FaultKind::Status { status, .. }) => {
            return StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        }
        Some(FaultKind::Delay { milliseconds, .. }) => wait(milliseconds).await,
        _ => {}
    }
    let iso = if question.country_code == "EL" { "GR" } else { &question.country_code };
    let well_formed = CountryCode::parse(iso)
        .ok()
        .filter(CountryCode::in_eu)
        .is_some_and(|country| VatNumber::parse(country, &question.vat_number).is_ok());
    let answer = |valid: bool, error: &str| -> Value {
        json!({
            "countryCode": question.country_code,
            "vatNumber": question.vat_number,
            "requestDate": state.now().to_rfc3339(),
            "valid": valid,
            "requestIdentifier": "",
            "name": "---",
            "address": "---",
            "userError": error,
        })
    };
    match Magic::of(&question.vat_number) {
        _ if !well_formed => Json(answer(false, "INVALID")).into_response(),
        None => Json(answer(true, "VALID")).into_response(),
        Some(Magic::Invalid) => Json(answer(false, "INVALID")).into_response(),
        Some(Magic::FalseWith(error)) => Json(answer(false, error)).into_response(),
        Some(Magic::Wrapped(error)) => {
            Json(json!({ "actionSucceed": false, "errorWrappers": [{ "error": error }] })).into_response()
        }
        Some(Magic::Broken) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Magic::Slow) => {
            wait(20_000).await;
            Json(answer(true, "VALID")).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_has_examples_that_get_its_answer() {
        for (ending, magic) in MAGIC {
            for country in ["BE", "FR", "NL"] {
                let number = example(country, ending).unwrap();
                assert_eq!(Magic::of(number.as_str()), Some(magic), "{number}");
                assert!(country != "FR" || !passes_luhn(number.as_str().get(4..).unwrap()), "{number}");
            }
        }
        assert!(passes_luhn("732829320") && !passes_luhn("732829321"));
    }
}
