//! Numbers, money, dates and times, character for character, as each language writes them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{NaiveDate, TimeZone as _, Utc, Weekday};
use gabarit_domain::money::{BasisPoints, Cents};
use gabarit_i18n::{
    Locale::{self, En, Fr, Nl},
    fmt::{self, ZonedTime},
};
use rust_decimal::Decimal;

/// What a format writes in French, Dutch and English.
fn each(write: impl Fn(Locale) -> String) -> [String; 3] {
    [Fr, Nl, En].map(write)
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// Design, numbers: `1 280,00 €` with a narrow no-break space between the thousands and a no-break space before the
/// sign; a real minus; no negative nought; the largest amounts whole.
#[test]
fn money_in_three_languages() {
    let money = |cents| each(|locale| fmt::money(locale, Cents(cents)));
    assert_eq!(money(128_000), ["1\u{202f}280,00\u{a0}€", "€\u{a0}1.280,00", "€1,280.00"]);
    assert_eq!(money(0), ["0,00\u{a0}€", "€\u{a0}0,00", "€0.00"]);
    assert_eq!(money(5), ["0,05\u{a0}€", "€\u{a0}0,05", "€0.05"]);
    assert_eq!(money(99_999), ["999,99\u{a0}€", "€\u{a0}999,99", "€999.99"]);
    assert_eq!(money(100_000), ["1\u{202f}000,00\u{a0}€", "€\u{a0}1.000,00", "€1,000.00"]);
    assert_eq!(money(-31_200), ["\u{2212}312,00\u{a0}€", "€\u{a0}\u{2212}312,00", "\u{2212}€312.00"]);
    assert_eq!(money(-1), ["\u{2212}0,01\u{a0}€", "€\u{a0}\u{2212}0,01", "\u{2212}€0.01"]);
    assert_eq!(
        money(123_456_789_012),
        ["1\u{202f}234\u{202f}567\u{202f}890,12\u{a0}€", "€\u{a0}1.234.567.890,12", "€1,234,567,890.12"]
    );
    assert_eq!(fmt::money(En, Cents(i64::MAX)), "€92,233,720,368,547,758.07");
    assert_eq!(fmt::money(En, Cents(i64::MIN)), "\u{2212}€92,233,720,368,547,758.08");
}

/// Design, numbers: whole numbers and decimals.
#[test]
fn numbers_in_three_languages() {
    let int = |number| each(|locale| fmt::int(locale, number));
    assert_eq!(int(0), ["0", "0", "0"]);
    assert_eq!(int(999), ["999", "999", "999"]);
    assert_eq!(int(1_000), ["1\u{202f}000", "1.000", "1,000"]);
    assert_eq!(int(-12_345), ["\u{2212}12\u{202f}345", "\u{2212}12.345", "\u{2212}12,345"]);
    assert_eq!(fmt::int(En, i64::MIN), "\u{2212}9,223,372,036,854,775,808");
    let decimal = |text: &str| each(|locale| fmt::decimal(locale, text.parse::<Decimal>().unwrap()));
    assert_eq!(decimal("1.30"), ["1,3", "1,3", "1.3"]);
    assert_eq!(decimal("100.00"), ["100", "100", "100"]);
    assert_eq!(decimal("-0.00"), ["0", "0", "0"]);
    assert_eq!(decimal("-1234.5"), ["\u{2212}1\u{202f}234,5", "\u{2212}1.234,5", "\u{2212}1,234.5"]);
    assert_eq!(each(|locale| fmt::one_decimal(locale, 47)), ["4,7", "4,7", "4.7"]);
    assert_eq!(each(|locale| fmt::one_decimal(locale, 50)), ["5,0", "5,0", "5.0"]);
}

/// S25: `87,5 %`, with French's narrow no-break space.
#[test]
fn percents_in_three_languages() {
    let percent = |rate| each(|locale| fmt::percent(locale, BasisPoints(rate)));
    assert_eq!(percent(8_750), ["87,5\u{202f}%", "87,5%", "87.5%"]);
    assert_eq!(percent(1_500), ["15\u{202f}%", "15%", "15%"]);
    assert_eq!(percent(825), ["8,25\u{202f}%", "8,25%", "8.25%"]);
    assert_eq!(percent(0), ["0\u{202f}%", "0%", "0%"]);
    assert_eq!(percent(10_000), ["100\u{202f}%", "100%", "100%"]);
}

/// Design, dates: French has a first of the month, and no other ordinal.
#[test]
fn dates_in_three_languages() {
    let (first, second) = (day(2026, 12, 1), day(2026, 8, 2));
    assert_eq!(each(|l| fmt::date(l, first)), ["1er décembre 2026", "1 december 2026", "1 December 2026"]);
    assert_eq!(each(|l| fmt::date(l, second)), ["2 août 2026", "2 augustus 2026", "2 August 2026"]);
    assert_eq!(
        each(|l| fmt::date_long(l, first)),
        ["mardi 1er décembre 2026", "dinsdag 1 december 2026", "Tuesday 1 December 2026"]
    );
    assert_eq!(each(|l| fmt::date_short(l, first)), ["01/12/2026", "01-12-2026", "01/12/2026"]);
    assert_eq!(each(|l| fmt::day_chip(l, first)), ["mar. 1 déc.", "di 1 dec", "Tue 1 Dec"]);
    assert_eq!(each(|l| fmt::month_year(l, second)), ["août 2026", "augustus 2026", "August 2026"]);
}

/// Every language has twelve months and seven weekdays, all different, in both lengths, and none beyond.
#[test]
fn calendars_are_complete() {
    let week = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    for locale in Locale::ALL {
        let distinct = |names: Vec<&str>, count: usize| {
            assert!(names.iter().all(|name| !name.is_empty()));
            assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), count, "{names:?}");
        };
        distinct((1..=12).map(|number| fmt::month(locale, number)).collect(), 12);
        distinct((1..=12).map(|number| fmt::month_short(locale, number)).collect(), 12);
        distinct(week.iter().map(|day| fmt::weekday(locale, *day)).collect(), 7);
        distinct(week.iter().map(|day| fmt::weekday_short(locale, *day)).collect(), 7);
        assert_eq!([fmt::month(locale, 0), fmt::month(locale, 13), fmt::month_short(locale, u32::MAX)], [""; 3]);
    }
}

/// Design, times with zone: the reader's wall clock, hours and minutes of two digits, midnight is 0.
#[test]
fn times_in_three_languages() {
    let utc = Utc.with_ymd_and_hms(2026, 11, 30, 23, 5, 0).unwrap();
    let time = ZonedTime { utc, local: day(2026, 12, 1).and_hms_opt(0, 5, 0).unwrap(), zone: "CET".to_owned() };
    assert_eq!(
        each(|locale| fmt::date_time(locale, &time)),
        ["1er décembre 2026, 00\u{a0}h\u{a0}05 (CET)", "1 december 2026, 00:05 (CET)", "1 December 2026, 00:05 (CET)"]
    );
}

/// The codes of languages, as they stand in URLs, are read back.
#[test]
fn locales_round_trip() {
    for locale in Locale::ALL {
        assert_eq!(Locale::parse(locale.code()), Some(locale));
        assert_eq!(serde_json_code(locale), format!("\"{}\"", locale.code()));
    }
    assert_eq!(Locale::parse("de"), None);
    assert_eq!(Locale::default(), Fr);
}

fn serde_json_code(locale: Locale) -> String {
    serde_json::to_string(&locale).unwrap()
}
