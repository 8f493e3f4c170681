//! Numbers, money, dates and times as each language writes them.

use crate::{Locale, dates};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc, Weekday};
use gabarit_domain::money::{BasisPoints, Cents};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

const NBSP: char = '\u{a0}';
/// French groups digits with a narrow no-break space.
const NARROW_NBSP: char = '\u{202f}';

const fn separators(locale: Locale) -> (char, char) {
    match locale {
        Locale::Fr => (NARROW_NBSP, ','),
        Locale::Nl => ('.', ','),
        Locale::En => (',', '.'),
    }
}

/// A whole number with its thousands grouped: `1 280`, `1.280`, `1,280`.
#[must_use]
pub fn int(locale: Locale, number: i64) -> String {
    let digits = grouped(&number.unsigned_abs().to_string(), separators(locale).0);
    if number < 0 { format!("\u{2212}{digits}") } else { digits }
}

fn grouped(digits: &str, separator: char) -> String {
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

/// An amount in euros: `1 280,00 €`, `€ 1.280,00`, `€1,280.00`.
#[must_use]
pub fn money(locale: Locale, amount: Cents) -> String {
    let cents = amount.0.unsigned_abs();
    let whole = int(locale, i64::try_from(cents / 100).unwrap_or(i64::MAX));
    let number = format!("{whole}{}{:02}", separators(locale).1, cents % 100);
    let minus = if amount.0 < 0 { "\u{2212}" } else { "" };
    match locale {
        Locale::Fr => format!("{minus}{number}{NBSP}€"),
        Locale::Nl => format!("€{NBSP}{minus}{number}"),
        Locale::En => format!("{minus}€{number}"),
    }
}

/// A rate: `87,5 %`, `87,5%`, `87.5%`.
#[must_use]
pub fn percent(locale: Locale, rate: BasisPoints) -> String {
    let number = decimal(locale, rate.percent());
    match locale {
        Locale::Fr => format!("{number}{NARROW_NBSP}%"),
        Locale::Nl | Locale::En => format!("{number}%"),
    }
}

/// A decimal number, its thousands grouped, without trailing zeros.
#[must_use]
pub fn decimal(locale: Locale, number: Decimal) -> String {
    let plain = number.abs().normalize().to_string();
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), None), |(whole, part)| (whole, Some(part)));
    let (group, point) = separators(locale);
    let minus = if number.is_sign_negative() && !number.is_zero() { "\u{2212}" } else { "" };
    let whole = grouped(whole, group);
    fraction.map_or_else(|| format!("{minus}{whole}"), |fraction| format!("{minus}{whole}{point}{fraction}"))
}

/// A number with exactly one decimal: `4,7`.
#[must_use]
pub fn one_decimal(locale: Locale, tenths: u32) -> String {
    format!("{}{}{}", tenths / 10, separators(locale).1, tenths % 10)
}

/// `1 décembre 2026` (`1er`), `1 december 2026`, `1 December 2026`.
#[must_use]
pub fn date(locale: Locale, day: NaiveDate) -> String {
    format!("{} {} {}", day_number(locale, day), month(locale, day.month()), day.year())
}

/// `mardi 1er décembre 2026`, `dinsdag 1 december 2026`, `Tuesday 1 December 2026`.
#[must_use]
pub fn date_long(locale: Locale, day: NaiveDate) -> String {
    format!("{} {}", weekday(locale, day.weekday()), date(locale, day))
}

/// `01/12/2026`, `01-12-2026`, `01/12/2026`: for tables and documents.
#[must_use]
pub fn date_short(locale: Locale, day: NaiveDate) -> String {
    match locale {
        Locale::Nl => day.format("%d-%m-%Y").to_string(),
        Locale::Fr | Locale::En => day.format("%d/%m/%Y").to_string(),
    }
}

/// `mar. 1 déc.`, `di 1 dec`, `Tue 1 Dec`: for chips and lists of days.
#[must_use]
pub fn day_chip(locale: Locale, day: NaiveDate) -> String {
    format!("{} {} {}", weekday_short(locale, day.weekday()), day.day(), month_short(locale, day.month()))
}

fn day_number(locale: Locale, day: NaiveDate) -> String {
    match (locale, day.day()) {
        (Locale::Fr, 1) => "1er".to_owned(),
        (_, number) => number.to_string(),
    }
}

/// `décembre 2026`.
#[must_use]
pub fn month_year(locale: Locale, day: NaiveDate) -> String {
    format!("{} {}", month(locale, day.month()), day.year())
}

/// A month's name, 1 to 12; empty outside.
#[must_use]
pub fn month(locale: Locale, number: u32) -> &'static str {
    nth(dates::months(locale), number.wrapping_sub(1))
}

/// A month's name, abbreviated.
#[must_use]
pub fn month_short(locale: Locale, number: u32) -> &'static str {
    nth(dates::months_short(locale), number.wrapping_sub(1))
}

/// A weekday's name.
#[must_use]
pub fn weekday(locale: Locale, weekday: Weekday) -> &'static str {
    nth(dates::weekdays(locale), weekday.num_days_from_monday())
}

/// A weekday's name, abbreviated.
#[must_use]
pub fn weekday_short(locale: Locale, weekday: Weekday) -> &'static str {
    nth(dates::weekdays_short(locale), weekday.num_days_from_monday())
}

fn nth(list: &'static str, index: u32) -> &'static str {
    list.split('|').nth(index as usize).unwrap_or_default()
}

/// An instant as its reader's zone shows it. The server makes it, so that no browser needs zone tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZonedTime {
    /// The instant.
    pub utc: DateTime<Utc>,
    /// Wall-clock time in the zone.
    pub local: NaiveDateTime,
    /// The zone's abbreviation at that instant (`CET`).
    pub zone: String,
}

/// What something is called, and what it is.
#[must_use]
pub fn labelled(locale: Locale, label: &str, value: &str) -> String {
    format!("{label}{} {value}", colon(locale))
}

/// What a language ends a name with before it says what it names.
#[must_use]
pub fn colon(locale: Locale) -> &'static str {
    match locale {
        Locale::Fr => "\u{a0}:",
        Locale::Nl | Locale::En => ":",
    }
}

/// `1er décembre 2026, 14 h 05 (CET)`, `1 december 2026, 14:05 (CET)`, `1 December 2026, 14:05 (CET)`.
#[must_use]
pub fn date_time(locale: Locale, time: &ZonedTime) -> String {
    let local = time.local;
    let clock = match locale {
        Locale::Fr => format!("{:02}{NBSP}h{NBSP}{:02}", local.hour(), local.minute()),
        Locale::Nl | Locale::En => format!("{:02}:{:02}", local.hour(), local.minute()),
    };
    format!("{}, {clock} ({})", date(locale, local.date()), time.zone)
}
