//! Public holidays by country and region, from `data/holidays.tsv` and `data/holiday_regions.tsv`.

use chrono::NaiveDate;
use gabarit_domain::{calendar::Region, vat::CountryCode};
use gabarit_i18n::Locale;
use gabarit_view::expert::HolidayView;
use std::{collections::BTreeMap, sync::OnceLock};

/// The table of days, as shipped.
const TABLE: &str = include_str!("../../../data/holidays.tsv");

/// The regions that have days of their own, as shipped.
const REGIONS: &str = include_str!("../../../data/holiday_regions.tsv");

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
    /// What holds in a whole country, but for regions that say otherwise.
    national: BTreeMap<(CountryCode, NaiveDate), Names>,
    /// What a region adds to that; no names where the country's holiday is an ordinary day there.
    regional: BTreeMap<(Region, NaiveDate), Option<Names>>,
    /// In the order of their names.
    regions: Vec<(Region, &'static str)>,
}

impl Holidays {
    /// The one table of the process, read at first use.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Holidays> = OnceLock::new();
        SHARED.get_or_init(|| Self::read(TABLE, REGIONS))
    }

    /// Reads the tables; a line that is not one of them is passed over (a test reads every line).
    fn read(table: &'static str, regions: &'static str) -> Self {
        let mut holidays = Self {
            national: BTreeMap::new(),
            regional: BTreeMap::new(),
            regions: regions.lines().skip(1).filter_map(region).collect(),
        };
        for line in table.lines().skip(1) {
            let _ = holidays.add(line);
        }
        holidays
    }

    fn add(&mut self, line: &'static str) -> Option<()> {
        let mut columns = line.split('\t');
        let mut next = || columns.next();
        let country = CountryCode::parse(next()?).ok()?;
        let parts = next()?;
        let names = Names { own: next()?, french: next()?, dutch: next()?, english: next()? };
        let days: Vec<NaiveDate> = next()?.split(' ').filter_map(|day| day.parse().ok()).collect();
        if parts.is_empty() {
            self.national.extend(days.iter().map(|day| ((country, *day), names)));
        }
        for part in parts.split(' ').filter(|part| !part.is_empty()) {
            let (part, names) = part.strip_prefix('-').map_or((part, Some(names)), |part| (part, None));
            let region = Region::of(country, part)?;
            self.regional.extend(days.iter().map(|day| ((region, *day), names)));
        }
        Some(())
    }

    /// The region of a code, if it is one of the country's.
    #[must_use]
    pub fn region(&self, country: CountryCode, code: &str) -> Option<Region> {
        if territory(country).is_some() {
            return None;
        }
        let region = Region::parse(code)?;
        (region.country() == country && self.regions.iter().any(|(known, _)| *known == region)).then_some(region)
    }

    /// The regions of a country with days of their own, and what their people call them.
    ///
    /// A region that is a territory with a code of its own is chosen by being there, not from the country's list.
    pub fn regions(&self, country: CountryCode) -> impl Iterator<Item = (Region, &'static str)> {
        let territories: Vec<Region> = TERRITORIES
            .iter()
            .filter_map(|(code, ..)| territory(CountryCode::parse(code).ok()?))
            .map(|(_, region)| region)
            .collect();
        self.regions
            .iter()
            .copied()
            .filter(move |(region, _)| region.country() == country && !territories.contains(region))
    }

    /// The holidays from one day to another, both included.
    fn named(
        &self,
        country: CountryCode,
        region: Option<Region>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> BTreeMap<NaiveDate, Names> {
        // A range that ends before it starts would panic.
        let to = to.max(from);
        let (country, region) = match territory(country) {
            Some((country, own)) => (country, Some(own)),
            None => (country, region),
        };
        let mut days: BTreeMap<_, _> =
            self.national.range((country, from)..=(country, to)).map(|((_, day), names)| (*day, *names)).collect();
        if let Some(region) = region.filter(|region| region.country() == country) {
            for ((_, day), names) in self.regional.range((region, from)..=(region, to)) {
                match names {
                    Some(names) => days.insert(*day, *names),
                    None => days.remove(day),
                };
            }
        }
        days
    }

    /// The days of them.
    pub fn days_between(
        &self,
        country: CountryCode,
        region: Option<Region>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> impl Iterator<Item = NaiveDate> {
        self.named(country, region, from, to).into_keys()
    }

    /// The holidays from one day to another, both included, named in the reader's language where known.
    #[must_use]
    pub fn between(
        &self,
        country: CountryCode,
        region: Option<Region>,
        from: NaiveDate,
        to: NaiveDate,
        locale: Locale,
    ) -> Vec<HolidayView> {
        if from > to {
            return Vec::new();
        }
        self.named(country, region, from, to)
            .into_iter()
            .map(|(day, names)| HolidayView { day, name: names.shown(locale).to_owned() })
            .collect()
    }
}

/// Territories that the gazetteer has as countries, and whose holidays are those of a region of another.
const TERRITORIES: [(&str, &str, &str); 12] = [
    ("AX", "FI", "01"),
    ("BL", "FR", "BL"),
    ("GF", "FR", "973"),
    ("GP", "FR", "971"),
    ("MF", "FR", "MF"),
    ("MQ", "FR", "972"),
    ("NC", "FR", "NC"),
    ("PF", "FR", "PF"),
    ("PM", "FR", "PM"),
    ("RE", "FR", "974"),
    ("WF", "FR", "WF"),
    ("YT", "FR", "976"),
];

/// The country of a territory, and which region of it that is.
fn territory(code: CountryCode) -> Option<(CountryCode, Region)> {
    let (_, country, region) = TERRITORIES.iter().find(|(territory, ..)| *territory == code.as_str())?;
    let country = CountryCode::parse(country).ok()?;
    Some((country, Region::of(country, region)?))
}

fn region(line: &'static str) -> Option<(Region, &'static str)> {
    let mut columns = line.split('\t');
    let country = CountryCode::parse(columns.next()?).ok()?;
    Some((Region::of(country, columns.next()?)?, columns.next()?))
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

    fn names(of: &str, on: &str, locale: Locale) -> Vec<String> {
        let region = Region::parse(of);
        let country = region.map_or_else(|| country(of), Region::country);
        let known = Holidays::shared().between(country, region, day(on), day(on), locale);
        known.into_iter().map(|view| view.name).collect()
    }

    fn is_holiday(of: &str, on: &str) -> bool {
        !names(of, on, Locale::En).is_empty()
    }

    #[test]
    fn every_line_is_read() {
        let holidays = Holidays::shared();
        let (mut national, mut regional) = (0, 0);
        for line in TABLE.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let days = columns[6].split(' ').count();
            match columns[1].split(' ').filter(|part| !part.is_empty()).count() {
                0 => national += days,
                regions => regional += regions * days,
            }
        }
        assert_eq!((holidays.national.len(), holidays.regional.len()), (national, regional));
        assert!(holidays.national.values().all(|names| !names.own.is_empty()));
        assert!(holidays.regional.values().flatten().all(|names| !names.own.is_empty()));
        assert_eq!(holidays.regions.len(), REGIONS.lines().count() - 1);
        // Whoever has days of their own can be chosen.
        for (region, _) in holidays.regional.keys() {
            assert_eq!(holidays.region(region.country(), &region.to_string()), Some(*region));
        }
    }

    /// S31: a territory that the gazetteer has as a country keeps its country's days and its own, and is not chosen elsewhere.
    #[test]
    fn territories_have_their_days() {
        let holidays = Holidays::shared();
        for (code, parent, _) in TERRITORIES {
            let (of, region) = territory(country(code)).unwrap();
            assert_eq!(of, country(parent), "{code}");
            assert!(holidays.regions.iter().any(|(known, _)| *known == region), "{code} is a known region");
            assert!(holidays.regions(of).all(|(listed, _)| listed != region), "{code} is not on the list of {parent}");
            assert!(is_holiday(code, "2027-12-25"), "{code}");
            assert_eq!(holidays.regions(country(code)).count(), 0, "{code}");
        }
        assert_eq!(names("RE", "2027-12-20", Locale::Fr), ["Abolition de l’esclavage"]);
        assert!(!is_holiday("FR", "2027-12-20"));
    }

    #[test]
    fn holidays_are_the_country_s_own() {
        assert!(is_holiday("BE", "2026-07-21"));
        assert!(!is_holiday("NL", "2026-07-21"));
        assert!(is_holiday("NL", "2027-04-27"));
        assert!(is_holiday("NL", "2031-12-25"));
        assert!(!is_holiday("ZZ", "2026-01-01"));
    }

    /// S31: regions add days to their country's, some take one away, and no region is the country's days only.
    #[test]
    fn regions_have_days_of_their_own() {
        for (region, on, name) in [
            ("FR-57", "2027-03-26", "Vendredi saint"),
            ("FR-6AE", "2026-12-26", "Saint-Étienne"),
            ("FR-974", "2027-12-20", "Abolition de l’esclavage"),
            ("DE-BY", "2027-01-06", "Épiphanie"),
            ("CH-GE", "2027-09-09", "Jeûne genevois"),
            ("GB-SCT", "2027-11-30", "Saint Andrew’s Day"),
            ("BE-VLG", "2027-07-11", "Fête de la Communauté flamande"),
        ] {
            assert_eq!(names(region, on, Locale::Fr), [name], "{region}");
            assert!(!is_holiday(&region[..2], on), "{region}");
        }
        // The country's days hold in its regions, but where the region says otherwise.
        assert!(is_holiday("FR-57", "2027-07-14"));
        assert!(is_holiday("US", "2027-10-11") && !is_holiday("US-CA", "2027-10-11"));
        assert!(!is_holiday("FR-974", "2027-03-26"));
    }

    #[test]
    fn regions_are_those_of_the_country() {
        let holidays = Holidays::shared();
        let france: Vec<String> = holidays.regions(country("FR")).map(|(region, _)| region.to_string()).collect();
        assert!(france.contains(&"FR-57".to_owned()) && france.iter().all(|code| code.starts_with("FR-")));
        assert_eq!(holidays.regions(country("NL")).count(), 0);
        assert_eq!(holidays.region(country("DE"), "FR-57"), None);
        assert_eq!(holidays.region(country("FR"), "FR-99"), None);
        // A region of another country changes nothing.
        let region = Region::parse("FR-57");
        let days = |region| {
            holidays.days_between(country("DE"), region, day("2027-01-01"), day("2027-12-31")).collect::<Vec<_>>()
        };
        assert_eq!(days(region), days(None));
    }

    #[test]
    fn names_are_in_the_reader_s_language() {
        assert_eq!(names("BE", "2026-12-25", Locale::Fr), ["Noël"]);
        assert_eq!(names("BE", "2026-12-25", Locale::Nl), ["Kerstmis"]);
        assert_eq!(names("BE", "2026-12-25", Locale::En), ["Christmas Day"]);
        assert_eq!(names("NL", "2026-12-25", Locale::Nl), ["Eerste kerstdag"]);
        // A script few readers know gives way to English.
        assert_eq!(names("GR", "2026-10-28", Locale::Fr), ["Ohi Day"]);
    }

    #[test]
    fn between_includes_both_ends() {
        let between = |from, to| Holidays::shared().between(country("BE"), None, day(from), day(to), Locale::Fr);
        let days = between("2026-12-25", "2027-01-01");
        assert_eq!(days.iter().map(|view| view.day).collect::<Vec<_>>(), [day("2026-12-25"), day("2027-01-01")]);
        assert!(between("2027-01-01", "2026-01-01").is_empty());
    }
}
