//! Value added tax: who is taxed where, and the form of VAT numbers.

use crate::money::{BasisPoints, Cents};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// ISO 3166-1 alpha-2 code of a country, upper case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode([u8; 2]);

/// Not two letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a country code")]
pub struct CountryCodeError;

/// Member states of the European Union, by ISO code.
const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

impl CountryCode {
    /// Reads two letters, in either case.
    ///
    /// # Errors
    /// [`CountryCodeError`] for anything else. Whether such a country exists is for the list of countries to say.
    pub fn parse(text: &str) -> Result<Self, CountryCodeError> {
        match text.trim().as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(CountryCodeError),
        }
    }

    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether it is a member state of the European Union.
    #[must_use]
    pub fn in_eu(&self) -> bool {
        EU.contains(&self.as_str())
    }

    /// The prefix of its VAT numbers: the ISO code, but `EL` for Greece.
    #[must_use]
    pub fn vat_prefix(&self) -> &str {
        if self.as_str() == "GR" { "EL" } else { self.as_str() }
    }
}

impl TryFrom<String> for CountryCode {
    type Error = CountryCodeError;
    fn try_from(text: String) -> Result<Self, CountryCodeError> {
        Self::parse(&text)
    }
}

impl From<CountryCode> for String {
    fn from(code: CountryCode) -> Self {
        code.as_str().to_owned()
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A VAT number in its canonical form: prefix and number, upper case, no spaces or punctuation (`NL123456789B01`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VatNumber(String);

/// Of any country: 4 to 20 capitals and digits (Irish numbers may have `+` or `*`).
fn is_compact(text: &str) -> bool {
    (4..=20).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'+' | b'*'))
}

impl TryFrom<String> for VatNumber {
    type Error = VatNumberError;
    /// Reads a stored canonical form. The national rules are [`VatNumber::parse`]'s: were they sharpened, issued
    /// documents must still be read.
    fn try_from(text: String) -> Result<Self, VatNumberError> {
        if is_compact(&text) { Ok(Self(text)) } else { Err(VatNumberError::Form) }
    }
}

impl From<VatNumber> for String {
    fn from(number: VatNumber) -> Self {
        number.0
    }
}

/// Why a text is not a VAT number of the country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum VatNumberError {
    /// It carries another country's prefix.
    #[error("prefix of another country")]
    OtherCountry,
    /// Length or characters do not fit the country's form.
    #[error("not of the country's form")]
    Form,
    /// The check digits are wrong: most often a typing error.
    #[error("check digits are wrong")]
    Checksum,
}

impl VatNumber {
    /// Reads a VAT number of a country; the prefix may be left out; spaces, dots and hyphens are passed over.
    ///
    /// For EU members the national form is checked, and check digits where the country publishes its rule; elsewhere
    /// any 4 to 20 letters and digits do.
    ///
    /// # Errors
    /// See [`VatNumberError`].
    pub fn parse(country: CountryCode, text: &str) -> Result<Self, VatNumberError> {
        let compact: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '.' | '-' | '/' | '\u{a0}' | '\u{202f}'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if !is_compact(&compact) {
            return Err(VatNumberError::Form);
        }
        if !country.in_eu() {
            return Ok(Self(compact));
        }
        let prefix = country.vat_prefix();
        // Greeks may well write their country's own code.
        let stripped = compact.strip_prefix(prefix).or_else(|| compact.strip_prefix(country.as_str()));
        let national = match stripped {
            // A French key may be the letters `FR`: then the prefix was left out.
            Some(rest) if national_form(prefix, rest) || !national_form(prefix, &compact) => rest,
            Some(_) => &compact,
            // A French or Irish number may itself start with letters, so only digits prove the prefix was left out;
            // another member's prefix proves a mistake in the country field.
            None if compact.get(..2).is_some_and(|start| start == "EL" || (EU.contains(&start) && start != "GR"))
                && !national_form(prefix, &compact) =>
            {
                return Err(VatNumberError::OtherCountry);
            }
            None => &compact,
        };
        if !national_form(prefix, national) {
            return Err(VatNumberError::Form);
        }
        if !checksum_holds(prefix, national) {
            return Err(VatNumberError::Checksum);
        }
        Ok(Self(format!("{prefix}{national}")))
    }

    /// The canonical form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VatNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// National forms: `9` a digit, `A` a letter, `?` a letter or digit (also `+` and `*` for Ireland), other characters
/// themselves. Source: the register's own table of structures.
fn national_form(prefix: &str, number: &str) -> bool {
    let patterns: &[&str] = match prefix {
        "AT" => &["U99999999"],
        "BE" => &["0999999999", "1999999999"],
        "BG" => &["999999999", "9999999999"],
        "CY" => &["99999999A"],
        "CZ" => &["99999999", "999999999", "9999999999"],
        "DE" | "EE" | "EL" | "PT" => &["999999999"],
        "DK" | "FI" | "HU" | "LU" | "MT" | "SI" => &["99999999"],
        "ES" => &["A99999999", "99999999A", "A9999999A"],
        "FR" => &["??999999999"],
        "HR" | "IT" | "LV" => &["99999999999"],
        "IE" => &["9?99999A", "9999999AA"],
        "LT" => &["999999999", "999999999999"],
        "NL" => &["999999999B99"],
        "PL" | "SK" => &["9999999999"],
        "RO" => &["99", "999", "9999", "99999", "999999", "9999999", "99999999", "999999999", "9999999999"],
        "SE" => &["999999999999"],
        _ => return false,
    };
    patterns.iter().any(|pattern| {
        pattern.len() == number.len()
            && pattern.bytes().zip(number.bytes()).all(|(want, got)| match want {
                b'9' => got.is_ascii_digit(),
                b'A' => got.is_ascii_uppercase(),
                b'?' => got.is_ascii_alphanumeric() || matches!(got, b'+' | b'*'),
                literal => literal == got,
            })
    })
}

/// Luhn's check digit (ISO/IEC 7812), the last of the digits.
pub(crate) fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, b)| {
            let digit = u32::from(b.wrapping_sub(b'0'));
            match (index % 2, digit) {
                (0, digit) => digit,
                (_, digit) if digit > 4 => 2 * digit - 9,
                (_, digit) => 2 * digit,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Weighted sum of the first digits.
fn weighted(digits: &[u64], weights: &[u64]) -> u64 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// ISO 7064 mod 11,10: the check digit of the digits before it.
fn mod_11_10(digits: &[u64]) -> u64 {
    let product = digits.iter().fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        2 * (if sum == 0 { 10 } else { sum }) % 11
    });
    (11 - product) % 10
}

/// Check digits, for the forms whose rule is published; other forms pass, and the register decides. `number` is of the
/// country's form ([`national_form`]).
fn checksum_holds(prefix: &str, number: &str) -> bool {
    let digits: Vec<u64> = number.bytes().filter(u8::is_ascii_digit).map(|b| u64::from(b - b'0')).collect();
    let value = |digits: &[u64]| digits.iter().fold(0_u64, |sum, digit| sum * 10 + digit);
    let d = digits.as_slice();
    match prefix {
        // Luhn's sums of the first seven, then 96 less their sum, mod 10.
        "AT" => {
            let sum: u64 =
                d[..7].iter().enumerate().map(|(i, d)| if i % 2 == 0 { *d } else { d * 2 / 10 + d * 2 % 10 }).sum();
            (96 - sum) % 10 == d[7]
        }
        // 97 − (first eight digits mod 97).
        "BE" => 97 - value(&d[..8]) % 97 == value(&d[8..]),
        "BG" => bulgarian(d),
        "CY" => cypriot(number),
        "CZ" => czech(d),
        "DE" => d[0] != 0 && mod_11_10(&d[..8]) == d[8],
        "DK" => weighted(d, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11),
        "EE" => weighted(d, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10),
        // Powers of two, mod 11, mod 10.
        "EL" => weighted(d, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == d[8],
        "ES" => spanish(number),
        "FI" => (11 - weighted(d, &[7, 9, 10, 5, 8, 4, 2]) % 11) % 11 == d[7],
        // (12 + 3 × (SIREN mod 97)) mod 97, over a SIREN that holds by Luhn's rule unless it is La Poste's; keys with
        // letters belong to another, unpublished scheme.
        "FR" if number.bytes().all(|b| b.is_ascii_digit()) => (12 + 3 * (value(&d[2..]) % 97)) % 97 == value(&d[..2]),
        "HR" => mod_11_10(&d[..10]) == d[10],
        "HU" => (10 - weighted(d, &[9, 7, 3, 1, 9, 7, 3]) % 10) % 10 == d[7],
        "IE" => irish(number),
        // The eighth to tenth digits are the office of the province.
        "IT" => luhn(number) && matches!(value(&d[7..10]), 1..=100 | 120 | 121 | 888 | 999),
        "LT" => lithuanian(d),
        // mod 89 of the first six digits.
        "LU" => value(&d[..6]) % 89 == value(&d[6..]),
        "LV" => latvian(d),
        "MT" => weighted(d, &[3, 4, 6, 7, 8, 9, 10, 1]).is_multiple_of(37),
        // The eleven test of the older numbers, or mod 97 over "NL…B…" of those given to sole traders since 2020.
        "NL" => {
            let eleven = weighted(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
            let mod97 = format!("NL{number}").bytes().fold(0_u64, |sum, b| match b {
                b'0'..=b'9' => (sum * 10 + u64::from(b - b'0')) % 97,
                _ => (sum * 100 + u64::from(b - b'A') + 10) % 97,
            });
            eleven == d[8] || mod97 == 1
        }
        "PL" => weighted(d, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == d[9],
        "PT" => {
            let check = (11 - weighted(d, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
            (if check == 10 { 0 } else { check }) == d[8]
        }
        "RO" => {
            let (body, check) = d.split_at(d.len() - 1);
            let weights = &[7, 5, 3, 2, 1, 7, 5, 3, 2][9 - body.len()..];
            weighted(body, weights) * 10 % 11 % 10 == check[0]
        }
        "SE" => luhn(&number[..10]) && !number.ends_with("00"),
        "SI" => {
            let check = 11 - weighted(d, &[8, 7, 6, 5, 4, 3, 2]) % 11;
            check != 11 && check % 10 == d[7]
        }
        // Some persons' numbers have 0 where the rule gives 10.
        "SK" => value(d) % 11 == 0 || value(&d[..9]) % 11 == 10 && d[9] == 0,
        _ => true,
    }
}

/// Nine digits of a legal entity; ten of a person (by birth date), a foreigner, or others.
fn bulgarian(d: &[u64]) -> bool {
    if d.len() == 9 {
        let first = weighted(d, &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
        let check = if first == 10 { weighted(d, &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10 } else { first };
        return check == d[8];
    }
    let person = weighted(d, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == d[9];
    let foreigner = weighted(d, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == d[9];
    let other = (11 - weighted(d, &[4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    person || foreigner || (other != 10 && other == d[9])
}

/// Digits in even places stand for others; the letter is their sum mod 26.
fn cypriot(number: &str) -> bool {
    const ODD: [u64; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let bytes = number.as_bytes();
    let sum: u64 = bytes[..8]
        .iter()
        .enumerate()
        .map(|(i, b)| {
            let digit = b - b'0';
            if i % 2 == 0 { ODD[usize::from(digit)] } else { u64::from(digit) }
        })
        .sum();
    !number.starts_with("12") && sum % 26 == u64::from(bytes[8] - b'A')
}

/// Eight digits of a legal entity; nine and ten of persons, whose rule depends on their age: the register decides.
fn czech(d: &[u64]) -> bool {
    if d.len() == 8 {
        let check = (11 - weighted(d, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
        return d[0] != 9 && check.max(1) % 10 == d[7];
    }
    let value = d.iter().fold(0_u64, |sum, digit| sum * 10 + digit);
    d.len() == 9 || value % 11 == 0 || value / 10 % 11 == 10 && d[9] == 0
}

/// NIF of persons and NIE of foreigners: a letter by mod 23; CIF of entities: Luhn's digit, or its letter.
fn spanish(number: &str) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let bytes = number.as_bytes();
    let (first, last) = (bytes[0], bytes[8]);
    let middle = number.get(1..8).unwrap_or_default();
    let person = |leading: &str| {
        let digits = format!("{leading}{middle}");
        digits.parse::<usize>().is_ok_and(|value| LETTERS[value % 23] == last)
    };
    match first {
        b'0'..=b'9' => person(number.get(..1).unwrap_or_default()),
        b'K' | b'L' | b'M' | b'X' => person("") || first == b'X' && person("0"),
        b'Y' => person("1"),
        b'Z' => person("2"),
        _ => {
            let check = (0..10_u8).find(|digit| luhn(&format!("{middle}{digit}"))).unwrap_or_default();
            let entity = b"ABCDEFGHJNPQRSUVW".contains(&first);
            entity && (last == b'0' + check || last == b"JABCDEFGHI"[usize::from(check)])
        }
    }
}

/// Weights 8 to 2, and 9 for the second letter of the newer form; the letter is the sum mod 23.
fn irish(number: &str) -> bool {
    const ALPHABET: &[u8; 23] = b"WABCDEFGHIJKLMNOPQRSTUV";
    let bytes = number.as_bytes();
    let digit = |b: &u8| u64::from(b - b'0');
    let sum: u64 = if bytes[1].is_ascii_digit() {
        let digits: Vec<u64> = bytes[..7].iter().map(digit).collect();
        let extra = bytes.get(8).and_then(|b| (*b != b'W').then(|| u64::from(b - b'A') + 1)).unwrap_or_default();
        weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) + 9 * extra
    } else {
        // The older form has its seventh digit in front.
        let digits: Vec<u64> =
            std::iter::once(0).chain(bytes[2..7].iter().map(digit)).chain([digit(&bytes[0])]).collect();
        weighted(&digits, &[8, 7, 6, 5, 4, 3, 2])
    };
    usize::try_from(sum % 23).is_ok_and(|index| ALPHABET[index] == bytes[7])
}

/// Nine digits of legal entities, twelve of temporary ones: the last but one is always 1.
fn lithuanian(d: &[u64]) -> bool {
    let (body, check) = d.split_at(d.len() - 1);
    let sum =
        |start: u64| -> u64 { body.iter().zip(0..).map(|(digit, i)| digit * (1 + (start + i) % 9)).sum::<u64>() % 11 };
    let first = sum(0);
    let expected = if first == 10 { sum(2) % 10 } else { first };
    body.last() == Some(&1) && check[0] == expected
}

/// Legal entities start above 3; persons by birth date are left to the register.
fn latvian(d: &[u64]) -> bool {
    d[0] <= 3 || weighted(d, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3
}

/// What the VAT register said of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VatStatus {
    /// No number was given, or it was not asked for.
    #[default]
    None,
    /// The register knows it.
    Confirmed,
    /// The register did not answer: never read as invalid.
    Unknown,
    /// The register answered that there is no such number.
    Invalid,
}

impl VatStatus {
    /// Its code in URLs and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Confirmed => "confirmed",
            Self::Unknown => "unknown",
            Self::Invalid => "invalid",
        }
    }

    /// Reads [`VatStatus::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::None, Self::Confirmed, Self::Unknown, Self::Invalid].into_iter().find(|status| status.code() == code)
    }
}

/// VAT category codes of EN 16931 (UNTDID 5305) that occur here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum VatCategory {
    /// Standard rate.
    S,
    /// Reverse charge.
    #[serde(rename = "AE")]
    Ae,
    /// Not subject to VAT: the customer is outside the Union.
    O,
    /// Exempt: a small business without VAT.
    E,
    /// Zero-rated: the operator's country has no VAT.
    Z,
}

impl VatCategory {
    /// The code as e-invoices write it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::Ae => "AE",
            Self::O => "O",
            Self::E => "E",
            Self::Z => "Z",
        }
    }

    /// The exemption reason code of the VATEX list, where one is due.
    #[must_use]
    pub const fn vatex(self) -> Option<&'static str> {
        match self {
            Self::S | Self::E | Self::Z => None,
            Self::Ae => Some("VATEX-EU-AE"),
            Self::O => Some("VATEX-EU-O"),
        }
    }
}

/// Category and rate that hold for all lines of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VatTreatment {
    /// EN 16931 BT-118.
    pub category: VatCategory,
    /// EN 16931 BT-119; zero unless the category is `S`.
    pub rate: BasisPoints,
}

impl VatTreatment {
    /// The tax that an amount with VAT contains: of a part of a price, where no lines say it.
    #[must_use]
    pub fn tax_within(self, total: Cents) -> Cents {
        let rate = self.rate.fraction();
        Cents::round(Decimal::from(total.0) * rate / (Decimal::ONE + rate))
    }
}

/// VAT of a document: the treatment, the sum of its rounded lines, and the tax on that sum, rounded once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VatBreakdown {
    /// Category and rate.
    pub treatment: VatTreatment,
    /// BT-116, the sum of the line net amounts.
    pub taxable: Cents,
    /// BT-117.
    pub tax: Cents,
}

impl VatBreakdown {
    /// Taxes a sum of rounded lines.
    #[must_use]
    pub fn of(treatment: VatTreatment, taxable: Cents) -> Self {
        Self { treatment, taxable, tax: taxable.share(treatment.rate) }
    }

    /// What a credit note gives back when an order is reduced: what was kept before less what is kept after, tax
    /// included. Taxing the difference instead could be a cent off, and the books would no longer say what was kept.
    #[must_use]
    pub fn credited(before: Self, after: Self) -> Self {
        Self { treatment: before.treatment, taxable: before.taxable - after.taxable, tax: before.tax - after.tax }
    }
}

/// The operator, as far as VAT is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorVat {
    /// Where the operator is established.
    pub country: CountryCode,
    /// Its standard rate.
    pub rate: BasisPoints,
}

/// The customer, as far as VAT is concerned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Where the customer is established.
    pub country: CountryCode,
    /// The number, as typed and parsed; needed for reverse charge only.
    pub vat_number: Option<VatNumber>,
    /// What the register said of it.
    pub vat_status: VatStatus,
    /// Who buys for no business: a consumer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_private: bool,
}

/// The operator's own rate; a country without one has zero-rated supplies (category `S` must have a rate, BR-S-05).
const fn own_rate(rate: BasisPoints) -> VatTreatment {
    VatTreatment { category: if rate.0 == 0 { VatCategory::Z } else { VatCategory::S }, rate }
}

/// The treatment of services to a business (VAT Directive Arts. 44 and 196), and to a private client (Art. 45).
///
/// A private client pays the operator's rate wherever in the Union they live; what is taxed elsewhere is not sold to
/// them ([`crate::pricing::Refusal`]). A business: a member of the Union with a confirmed number of that member: reverse
/// charge. Outside the Union: not subject. Otherwise the operator's rate, which a later confirmation corrects by credit
/// note.
#[must_use]
pub fn treatment(operator: OperatorVat, customer: &Customer) -> VatTreatment {
    let untaxed = |category| VatTreatment { category, rate: BasisPoints(0) };
    if customer.is_private || customer.country == operator.country {
        own_rate(operator.rate)
    } else if !customer.country.in_eu() {
        untaxed(VatCategory::O)
    } else if customer.vat_status == VatStatus::Confirmed
        && customer.vat_number.as_ref().is_some_and(|number| number.as_str().starts_with(customer.country.vat_prefix()))
    {
        untaxed(VatCategory::Ae)
    } else {
        own_rate(operator.rate)
    }
}

/// An expert's firm, as far as VAT is concerned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supplier {
    /// Where it is established.
    pub country: CountryCode,
    /// Its number, if it has one.
    pub vat_number: Option<VatNumber>,
    /// A small business that charges no VAT at home (VAT Directive Art. 284).
    pub vat_exempt: bool,
}

/// The treatment of an expert's supply to the operator, on a self-billed invoice.
///
/// At home: the operator's country's rate, or exempt for a small business. From another member state: reverse charge
/// (Art. 196), which needs the expert's number and ends the small business scheme at the border; without a number no
/// VAT can be charged, so exempt. From outside the Union: not subject.
#[must_use]
pub fn supply_treatment(operator: OperatorVat, supplier: &Supplier) -> VatTreatment {
    let untaxed = |category| VatTreatment { category, rate: BasisPoints(0) };
    if supplier.country == operator.country {
        if supplier.vat_exempt { untaxed(VatCategory::E) } else { own_rate(operator.rate) }
    } else if !supplier.country.in_eu() {
        untaxed(VatCategory::O)
    } else if supplier.vat_number.is_some() {
        untaxed(VatCategory::Ae)
    } else {
        untaxed(VatCategory::E)
    }
}
