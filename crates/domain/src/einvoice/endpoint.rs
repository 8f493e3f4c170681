//! Electronic addresses (BT-34, BT-49): where a party receives e-invoices on the Peppol network.

use crate::vat::{CountryCode, VatNumber, luhn};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A scheme of the list of electronic addresses (EAS), and how its identifiers look.
struct Scheme {
    code: &'static str,
    name: &'static str,
    rule: Rule,
}

enum Rule {
    /// This many digits.
    Digits(usize),
    /// This many digits of which the last is GS1's check digit.
    Gs1(usize),
    /// This many digits with Luhn's check digit.
    Luhn(usize),
    /// A Belgian enterprise number: ten digits, mod 97.
    Belgian,
    /// A VAT number of a country, with prefix.
    Vat(&'static str),
    /// Letters, digits and hyphens.
    Free,
}

/// Schemes offered in settings: those of the European Union and its neighbours that Peppol carries.
const SCHEMES: [Scheme; 25] = [
    Scheme { code: "0002", name: "SIREN (FR)", rule: Rule::Luhn(9) },
    Scheme { code: "0007", name: "Organisationsnummer (SE)", rule: Rule::Luhn(10) },
    Scheme { code: "0009", name: "SIRET (FR)", rule: Rule::Luhn(14) },
    Scheme { code: "0060", name: "D-U-N-S", rule: Rule::Digits(9) },
    Scheme { code: "0088", name: "GLN", rule: Rule::Gs1(13) },
    Scheme { code: "0096", name: "P-nummer (DK)", rule: Rule::Digits(10) },
    Scheme { code: "0106", name: "KVK (NL)", rule: Rule::Digits(8) },
    Scheme { code: "0184", name: "CVR (DK)", rule: Rule::Digits(8) },
    Scheme { code: "0190", name: "OIN (NL)", rule: Rule::Digits(20) },
    Scheme { code: "0191", name: "Registrikood (EE)", rule: Rule::Digits(8) },
    Scheme { code: "0192", name: "Organisasjonsnummer (NO)", rule: Rule::Digits(9) },
    Scheme { code: "0204", name: "Leitweg-ID (DE)", rule: Rule::Free },
    Scheme { code: "0208", name: "KBO / BCE (BE)", rule: Rule::Belgian },
    Scheme { code: "0211", name: "Partita IVA (IT)", rule: Rule::Vat("IT") },
    Scheme { code: "0216", name: "OVT (FI)", rule: Rule::Free },
    Scheme { code: "9914", name: "UID (AT)", rule: Rule::Vat("AT") },
    Scheme { code: "9920", name: "NIF / IVA (ES)", rule: Rule::Vat("ES") },
    Scheme { code: "9925", name: "btw / TVA (BE)", rule: Rule::Vat("BE") },
    Scheme { code: "9930", name: "USt-IdNr. (DE)", rule: Rule::Vat("DE") },
    Scheme { code: "9938", name: "TVA (LU)", rule: Rule::Vat("LU") },
    Scheme { code: "9944", name: "btw (NL)", rule: Rule::Vat("NL") },
    Scheme { code: "9945", name: "NIP / VAT (PL)", rule: Rule::Vat("PL") },
    Scheme { code: "9946", name: "NIF / IVA (PT)", rule: Rule::Vat("PT") },
    Scheme { code: "9955", name: "Momsnummer (SE)", rule: Rule::Vat("SE") },
    Scheme { code: "9957", name: "TVA (FR)", rule: Rule::Vat("FR") },
];

/// An electronic address: scheme and identifier, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    scheme: String,
    id: String,
}

/// Why a text is not an electronic address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EndpointError {
    /// A scheme that is not offered.
    #[error("unknown scheme")]
    Scheme,
    /// The identifier does not fit the scheme.
    #[error("not of the scheme's form")]
    Form,
}

impl Endpoint {
    /// Codes of the schemes on offer, and what their identifiers are called where they are given out.
    pub fn schemes() -> impl Iterator<Item = (&'static str, &'static str)> {
        SCHEMES.iter().map(|scheme| (scheme.code, scheme.name))
    }

    /// Reads an identifier of a scheme; spaces, dots and slashes are passed over, and a prefix `0208:` too.
    ///
    /// # Errors
    /// See [`EndpointError`].
    pub fn parse(scheme: &str, text: &str) -> Result<Self, EndpointError> {
        let scheme = SCHEMES.iter().find(|known| known.code == scheme.trim()).ok_or(EndpointError::Scheme)?;
        let text = text.trim();
        let text = text.strip_prefix(scheme.code).and_then(|rest| rest.strip_prefix(':')).unwrap_or(text);
        let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '/' | '\u{a0}' | '\u{202f}')).collect();
        let digits = |count: usize| compact.len() == count && compact.bytes().all(|b| b.is_ascii_digit());
        let id = match scheme.rule {
            Rule::Digits(count) => digits(count).then_some(compact),
            Rule::Luhn(count) => (digits(count) && luhn(&compact)).then_some(compact),
            Rule::Gs1(count) => (digits(count) && gs1(&compact)).then_some(compact),
            Rule::Belgian => (digits(10)
                && CountryCode::parse("BE").is_ok_and(|country| VatNumber::parse(country, &compact).is_ok()))
            .then_some(compact),
            Rule::Vat(country) => CountryCode::parse(country)
                .ok()
                .and_then(|country| VatNumber::parse(country, &compact).ok())
                .map(|number| number.as_str().to_owned()),
            Rule::Free => ((3..=50).contains(&compact.len())
                && compact.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
            .then_some(compact),
        };
        id.map(|id| Self { scheme: scheme.code.to_owned(), id }).ok_or(EndpointError::Form)
    }

    /// An address as some document states it, unchecked.
    #[must_use]
    pub(super) const fn stated(scheme: String, id: String) -> Self {
        Self { scheme, id }
    }

    /// Code of its scheme.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Its identifier.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// GS1's check digit: weights 3 and 1 from the right.
fn gs1(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, b)| u32::from(b - b'0') * if index % 2 == 0 { 1 } else { 3 })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Check digits and forms of electronic addresses.
    #[test]
    fn identifiers_fit_their_scheme() {
        let ok = |scheme: &str, text: &str, id: &str| {
            let endpoint = Endpoint::parse(scheme, text).unwrap();
            assert_eq!((endpoint.scheme(), endpoint.id()), (scheme, id));
        };
        ok("0106", "1234 5678", "12345678");
        ok("0208", "0208:0123.456.749", "0123456749");
        ok("0088", "4012345000009", "4012345000009");
        ok("9944", "nl 123456782 b12", "NL123456782B12");
        ok("0009", "732 829 320 00074", "73282932000074");
        for (scheme, text, error) in [
            ("0106", "1234567", EndpointError::Form),
            ("0208", "0123456748", EndpointError::Form),
            ("0088", "4012345000008", EndpointError::Form),
            ("0009", "73282932000075", EndpointError::Form),
            ("9999", "x", EndpointError::Scheme),
            ("EM", "a@b.example", EndpointError::Scheme),
            ("0204", "<script>", EndpointError::Form),
        ] {
            assert_eq!(Endpoint::parse(scheme, text), Err(error), "{scheme} {text}");
        }
    }
}
