//! Bank accounts, and banking days: when SEPA credit transfers are settled.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use std::fmt;
use thiserror::Error;

/// Countries of SEPA whose accounts can be paid in euros, and the length of their IBANs (ISO 13616 registry).
const IBAN_LENGTHS: [(&str, usize); 41] = [
    ("AD", 24),
    ("AL", 28),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
];

/// Why a text is no bank account that can be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IbanError {
    /// Nothing was typed.
    #[error("missing")]
    Missing,
    /// Not the form of an IBAN, or not the length that its country has.
    #[error("malformed")]
    Malformed,
    /// Its country takes no part in SEPA.
    #[error("not a SEPA country")]
    Country,
    /// Its check digits are wrong: a typing error.
    #[error("wrong check digits")]
    Checksum,
}

/// An international bank account number of a SEPA country, its length and check digits right. Never printed whole.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Iban(String);

impl Iban {
    /// Reads a number as people write it, in groups or not, in any case.
    ///
    /// # Errors
    /// See [`IbanError`].
    pub fn parse(text: &str) -> Result<Self, IbanError> {
        let text: String =
            text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.')).collect::<String>().to_uppercase();
        if text.is_empty() {
            return Err(IbanError::Missing);
        }
        let shaped = text.is_ascii()
            && text.len() >= 5
            && text.bytes().take(2).all(|b| b.is_ascii_uppercase())
            && text.bytes().skip(2).take(2).all(|b| b.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        if !shaped {
            return Err(IbanError::Malformed);
        }
        let (_, length) = IBAN_LENGTHS.iter().find(|(code, _)| text.starts_with(code)).ok_or(IbanError::Country)?;
        if text.len() != *length {
            return Err(IbanError::Malformed);
        }
        // ISO 7064, MOD 97-10: the first four characters last, letters as 10 to 35.
        let remainder = text.bytes().cycle().skip(4).take(text.len()).fold(0_u32, |rest, byte| match byte {
            b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
            _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        });
        if remainder == 1 { Ok(Self(text)) } else { Err(IbanError::Checksum) }
    }

    /// The number without spaces: for the payment file and for sealing only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its country's code.
    #[must_use]
    pub fn country(&self) -> &str {
        &self.0[..2]
    }

    /// Enough of it for its owner to know it again: `NL•• •••• 4300`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("{}•• •••• {}", self.country(), &self.0[self.0.len() - 4..])
    }
}

impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iban({})", self.masked())
    }
}

/// Whether the euro's settlement system is open: Monday to Friday, but for New Year's Day, Good Friday, Easter Monday,
/// 1 May, 25 and 26 December (TARGET's closing days).
#[must_use]
pub fn is_banking_day(day: NaiveDate) -> bool {
    let closed = matches!((day.month(), day.day()), (1 | 5, 1) | (12, 25 | 26));
    let easter = easter_sunday(day.year());
    let from_easter = easter.map(|easter| (day - easter).num_days());
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !closed && !matches!(from_easter, Some(-2 | 1))
}

/// The day itself if it is a banking day, else the last one before it.
#[must_use]
pub fn banking_day_on_or_before(day: NaiveDate) -> NaiveDate {
    // The longest closure, Good Friday to Easter Monday, has four days; Christmas with a weekend likewise.
    (0..7).filter_map(|back| day.checked_sub_days(Days::new(back))).find(|day| is_banking_day(*day)).unwrap_or(day)
}

/// Easter Sunday of a Gregorian year (Gauss's rule in the anonymous, exception-free form of 1876).
fn easter_sunday(year: i32) -> Option<NaiveDate> {
    let (golden, century, rest) = (year.rem_euclid(19), year.div_euclid(100), year.rem_euclid(100));
    let correction = (8 * century + 13) / 25;
    let epact = (19 * golden + century - century / 4 - correction + 15).rem_euclid(30);
    let moon = (golden + 11 * epact) / 319;
    let weekday = (2 * (century % 4) + 2 * (rest / 4) - rest % 4 - epact + moon + 32).rem_euclid(7);
    let month = (epact - moon + weekday + 90) / 25;
    let day = (epact - moon + weekday + month + 19) % 32;
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    /// S31: the standard's examples are read as people write them; one wrong character is always found.
    #[test]
    fn ibans_are_checked() {
        for (text, masked) in [
            ("NL91 ABNA 0417 1643 00", "NL•• •••• 4300"),
            ("be68539007547034", "BE•• •••• 7034"),
            ("FR14-2004-1010-0505-0001-3M02-606", "FR•• •••• 2606"),
            ("GB29NWBK60161331926819", "GB•• •••• 6819"),
            ("MT84MALT011000012345MTLCAST001S", "MT•• •••• 001S"),
            ("NO9386011117947", "NO•• •••• 7947"),
        ] {
            let iban = Iban::parse(text).unwrap();
            assert_eq!(iban.masked(), masked);
            assert_eq!(format!("{iban:?}"), format!("Iban({masked})"));
            for index in 2..iban.expose().len() {
                let mut wrong = iban.expose().to_owned().into_bytes();
                wrong[index] = if wrong[index] == b'7' { b'8' } else { b'7' };
                let wrong = String::from_utf8(wrong).unwrap();
                assert!(matches!(Iban::parse(&wrong), Err(IbanError::Checksum | IbanError::Malformed)), "{wrong}");
            }
        }
        for (text, error) in [
            ("  ", IbanError::Missing),
            ("NL91ABNA04171643", IbanError::Malformed),
            ("NL", IbanError::Malformed),
            ("12345678901234567890", IbanError::Malformed),
            ("ÉL91ABNA0417164300", IbanError::Malformed),
            ("SA0380000000608010167519", IbanError::Country),
            ("NL92ABNA0417164300", IbanError::Checksum),
        ] {
            assert_eq!(Iban::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn easter_is_where_the_calendar_has_it() {
        for (year, month, day) in
            [(2000, 4, 23), (2008, 3, 23), (2011, 4, 24), (2024, 3, 31), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)]
        {
            assert_eq!(easter_sunday(year), Some(date(year, month, day)));
        }
    }

    /// S31: paid on or before day 14, on a banking day.
    #[test]
    fn the_banking_day_before_a_closure() {
        // Saturday and Sunday: Friday.
        assert_eq!(banking_day_on_or_before(date(2026, 11, 21)), date(2026, 11, 20));
        assert_eq!(banking_day_on_or_before(date(2026, 11, 22)), date(2026, 11, 20));
        // An ordinary Wednesday stays.
        assert_eq!(banking_day_on_or_before(date(2026, 11, 25)), date(2026, 11, 25));
        // Easter Monday: Thursday before Good Friday.
        assert_eq!(banking_day_on_or_before(date(2026, 4, 6)), date(2026, 4, 2));
        // 27 December 2026 is a Sunday after two closing days: Christmas Eve.
        assert_eq!(banking_day_on_or_before(date(2026, 12, 27)), date(2026, 12, 24));
        assert_eq!(banking_day_on_or_before(date(2027, 1, 1)), date(2026, 12, 31));
    }
}
