//! National public holidays by country, from `data/holidays.tsv`.

use chrono::NaiveDate;
use gabarit_domain::vat::CountryCode;
use gabarit_i18n::Locale;
use gabarit_view::expert::HolidayView;
use std::{collections::BTreeMap, sync::OnceLock};

/// The table, as shipped.
const TABLE: &str = include_str!("../../../data/holidays.tsv");

/// Names of one holiday; empty where the table gives none.
#[derive(Clone, Copy, Debug)]
struct Names {
    own: &'static str,
    french: &'static str,
    dutch: &'static str,
    english: &'static str,
}

impl Names {
    /// The name in the reader's language, else in English, else in the country's own.
    fn shown(self, locale: Locale) -> &'static str {
        let wanted = match locale {
            Locale::Fr => self.french,
            Locale::Nl => self.dutch,
            Locale::En => self.english,
        };
        [wanted, self.english, self.own].into_iter().find(|name| !name.is_empty()).unwrap_or_default()
    }
}

/// Holidays of the countries and years of the table; anywhere else every day is an ordinary one.
#[derive(Debug)]
pub struct Holidays {
    days: BTreeMap<(CountryCode, NaiveDate), Names>,
}

impl Holidays {
    /// The one table of the process, read at first use.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Holidays> = OnceLock::new();
        SHARED.get_or_init(|| Self::read(TABLE))
    }

    /// Reads the table; a line that is not one of it is passed over (a test reads every line).
    fn read(table: &'static str) -> Self {
        Self { days: table.lines().skip(1).filter_map(line).collect() }
    }

    /// Whether the day is a public holiday in the whole country.
    #[must_use]
    pub fn is_holiday(&self, country: CountryCode, day: NaiveDate) -> bool {
        self.days.contains_key(&(country, day))
    }

    /// The holidays from one day to another, both included.
    pub fn days_between(
        &self,
        country: CountryCode,
        from: NaiveDate,
        to: NaiveDate,
    ) -> impl Iterator<Item = NaiveDate> {
        // A range that ends before it starts would panic.
        self.days.range((country, from)..=(country, to.max(from))).map(|((_, day), _)| *day)
    }

    /// The holidays from one day to another, both included, named in the reader's language where known.
    #[must_use]
    pub fn between(&self, country: CountryCode, from: NaiveDate, to: NaiveDate, locale: Locale) -> Vec<HolidayView> {
        if from > to {
            return Vec::new();
        }
        self.days
            .range((country, from)..=(country, to))
            .map(|((_, day), names)| HolidayView { day: *day, name: names.shown(locale).to_owned() })
            .collect()
    }
}

fn line(line: &'static str) -> Option<((CountryCode, NaiveDate), Names)> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    let country = CountryCode::parse(next()?).ok()?;
    let day = next()?.parse().ok()?;
    let names = Names { own: next()?, french: next()?, dutch: next()?, english: next()? };
    Some(((country, day), names))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> CountryCode {
        CountryCode::parse(code).unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_line_is_read() {
        let holidays = Holidays::shared();
        assert_eq!(holidays.days.len(), TABLE.lines().count() - 1);
        assert!(holidays.days.values().all(|names| !names.own.is_empty()));
    }

    #[test]
    fn holidays_are_the_country_s_own() {
        let holidays = Holidays::shared();
        assert!(holidays.is_holiday(country("BE"), day("2026-07-21")));
        assert!(!holidays.is_holiday(country("NL"), day("2026-07-21")));
        assert!(holidays.is_holiday(country("NL"), day("2027-04-27")));
        assert!(!holidays.is_holiday(country("ZZ"), day("2026-01-01")));
    }

    #[test]
    fn names_are_in_the_reader_s_language() {
        let name = |code, on, locale| {
            Holidays::shared().between(country(code), day(on), day(on), locale).pop().map(|view| view.name).unwrap()
        };
        assert_eq!(name("BE", "2026-12-25", Locale::Fr), "Noël");
        assert_eq!(name("BE", "2026-12-25", Locale::Nl), "Kerstmis");
        assert_eq!(name("BE", "2026-12-25", Locale::En), "Christmas Day");
        assert_eq!(name("NL", "2026-12-25", Locale::Nl), "Eerste kerstdag");
        // A script few readers know gives way to English.
        assert_eq!(name("GR", "2026-10-28", Locale::Fr), "Ohi Day");
    }

    #[test]
    fn between_includes_both_ends() {
        let days = Holidays::shared().between(country("BE"), day("2026-12-25"), day("2027-01-01"), Locale::Fr);
        assert_eq!(days.iter().map(|view| view.day).collect::<Vec<_>>(), [day("2026-12-25"), day("2027-01-01")]);
        assert!(Holidays::shared().between(country("BE"), day("2027-01-01"), day("2026-01-01"), Locale::Fr).is_empty());
    }
}
