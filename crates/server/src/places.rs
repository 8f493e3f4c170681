//! The gazetteer: places of the world, found by any of their names; and the list of countries.
//!
//! Read once from `data/places.tsv.gz`. The text stays in memory as it is and places point into it; beside it lies one
//! sorted array of folded names, in which a prefix is a range found by binary search.

use flate2::read::GzDecoder;
use gabarit_domain::{geo::GeoPoint, ids::PlaceId, text::fold, vat::CountryCode};
use gabarit_i18n::Locale;
use gabarit_view::place::{CountryView, PlaceView};
use std::{collections::HashMap, io::Read as _, sync::OnceLock};

/// Places, as shipped: largest population first.
const PLACES: &[u8] = include_bytes!("../../../data/places.tsv.gz");
/// What regions are called in French and Dutch, as shipped.
const REGIONS: &str = include_str!("../../../data/regions.tsv");
/// Countries, as shipped.
const COUNTRIES: &str = include_str!("../../../data/countries.tsv");

/// An alternative name this short is no better than a prefix: many are codes and abbreviations.
const SHORT_NAME: usize = 3;
/// Exactly so called, but by an alternative name: the place must be this many times larger to come first.
const ALTERNATIVE_DISCOUNT: u32 = 10;

/// A place of the gazetteer.
#[derive(Debug)]
pub struct Place {
    /// GeoNames id.
    pub id: PlaceId,
    /// Country.
    pub country: CountryCode,
    /// Position.
    pub point: GeoPoint,
    /// Inhabitants; 0 where unknown.
    pub population: u32,
    region: u16,
    /// The line of the table.
    line: &'static str,
}

impl Place {
    fn column(&self, index: usize) -> &'static str {
        self.line.split('\t').nth(index).unwrap_or_default()
    }

    /// Its name in the reader's language: `Liège`, `Luik`.
    #[must_use]
    pub fn name(&self, locale: Locale) -> &'static str {
        let column = match locale {
            Locale::Fr => 9,
            Locale::Nl => 10,
            Locale::En => 11,
        };
        Some(self.column(column)).filter(|name| !name.is_empty()).unwrap_or_else(|| self.column(1))
    }

    /// Region, province or state, as the source calls it: in English, as a rule; empty where unknown.
    #[must_use]
    pub fn region(&self) -> &'static str {
        self.column(4)
    }

    /// [`Place::region`] in the reader's language, where its name in that is known.
    #[must_use]
    pub fn region_in(&self, locale: Locale) -> Option<&'static str> {
        let region = Some(self.region()).filter(|region| !region.is_empty())?;
        match locale {
            Locale::En => Some(region),
            Locale::Fr => region_names(self.country, region).map(|[fr, _]| fr),
            Locale::Nl => region_names(self.country, region).map(|[_, nl]| nl),
        }
    }

    /// IANA time zone.
    #[must_use]
    pub fn time_zone(&self) -> &'static str {
        self.column(8)
    }
}

/// One name of one place, folded.
#[derive(Clone, Copy, Debug)]
struct Name {
    /// Where its text starts in the arena.
    start: u32,
    len: u16,
    /// Index of the place: the smaller, the more people live there.
    place: u16,
    /// Its main name or the name in one of our languages, rather than an alternative.
    main: bool,
}

/// A country.
#[derive(Debug)]
struct Country {
    code: CountryCode,
    /// In the order of [`Locale::ALL`].
    names: [&'static str; 3],
    time_zone: &'static str,
}

/// Places of the world.
#[derive(Debug)]
pub struct Gazetteer {
    places: Vec<Place>,
    /// Ids in rising order, with the index of the place.
    by_id: Vec<(PlaceId, u16)>,
    /// Texts of the folded names, one after the other.
    arena: String,
    /// Sorted by text.
    names: Vec<Name>,
    /// Folded names of regions, in all languages.
    regions: Vec<Vec<String>>,
}

impl Gazetteer {
    /// The one gazetteer of the process, read at first use.
    ///
    /// # Panics
    /// Never with the file that is compiled in: a test reads it.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Gazetteer> = OnceLock::new();
        SHARED.get_or_init(|| {
            let mut table = String::new();
            // What cannot be decompressed is an empty gazetteer; the tests would not pass with it.
            if let Err(error) = GzDecoder::new(PLACES).read_to_string(&mut table) {
                tracing::error!(%error, "the gazetteer cannot be read");
                table.clear();
            }
            Self::read(Box::leak(table.into_boxed_str()))
        })
    }

    fn read(table: &'static str) -> Self {
        let mut gazetteer = Self {
            places: Vec::new(),
            by_id: Vec::new(),
            arena: String::new(),
            names: Vec::new(),
            regions: Vec::new(),
        };
        let mut regions: HashMap<(CountryCode, &'static str), u16> = HashMap::new();
        for line in table.lines().skip(1) {
            gazetteer.add(line, &mut regions);
        }
        let Self { places, by_id, arena, names, .. } = &mut gazetteer;
        by_id.extend((0_u16..).zip(places.iter()).map(|(index, place)| (place.id, index)));
        by_id.sort_unstable();
        names.sort_unstable_by(|a, b| text(arena, *a).cmp(text(arena, *b)).then(a.place.cmp(&b.place)));
        names.shrink_to_fit();
        places.shrink_to_fit();
        arena.shrink_to_fit();
        gazetteer
    }

    fn add(&mut self, line: &'static str, regions: &mut HashMap<(CountryCode, &'static str), u16>) {
        let columns: Vec<&'static str> = line.split('\t').collect();
        let (Ok(index), [id, name, ascii, country, region, lat, lon, population, _, fr, nl, en, alternatives]) =
            (u16::try_from(self.places.len()), columns.as_slice())
        else {
            return;
        };
        let (Ok(id), Ok(country), Ok(lat), Ok(lon)) =
            (id.parse(), CountryCode::parse(country), lat.parse(), lon.parse())
        else {
            return;
        };
        let Some(point) = GeoPoint::new(lat, lon) else { return };
        let region = *regions.entry((country, region)).or_insert_with(|| {
            let others = region_names(country, region).into_iter().flatten();
            self.regions.push(std::iter::once(*region).chain(others).map(fold).collect());
            u16::try_from(self.regions.len() - 1).unwrap_or(u16::MAX)
        });
        let population = population.parse().unwrap_or(0);
        self.places.push(Place { id, country, point, population, region, line });
        let mut known: Vec<String> = Vec::new();
        for (name, main) in [name, ascii, fr, nl, en]
            .into_iter()
            .map(|name| (*name, true))
            .chain(alternatives.split('|').map(|name| (name, false)))
        {
            let folded = fold(name);
            let (Ok(start), Ok(len)) = (u32::try_from(self.arena.len()), u16::try_from(folded.len())) else { continue };
            if !folded.is_empty() && !known.contains(&folded) {
                self.arena.push_str(&folded);
                self.names.push(Name { start, len, place: index, main });
                known.push(folded);
            }
        }
    }

    /// A place by its id.
    #[must_use]
    pub fn get(&self, id: PlaceId) -> Option<&Place> {
        let at = self.by_id.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.places.get(usize::from(self.by_id.get(at)?.1))
    }

    /// All places, largest first.
    #[must_use]
    pub fn all(&self) -> &[Place] {
        &self.places
    }

    /// A place by its id, as the reader's language calls it.
    #[must_use]
    pub fn view(&self, id: PlaceId, locale: Locale) -> Option<PlaceView> {
        self.get(id).map(|place| view(place, locale))
    }

    /// A place's name in the reader's language; the country's where the gazetteer does not have the place.
    #[must_use]
    pub fn name_or_country(&self, id: PlaceId, country: CountryCode, locale: Locale) -> &'static str {
        self.get(id).map_or_else(|| country_name(country, locale), |place| place.name(locale))
    }

    /// The place that a typed text most likely means.
    #[must_use]
    pub fn resolve(&self, query: &str) -> Option<&Place> {
        self.find(query, 1).into_iter().next()
    }

    /// Completes what was typed: by any name, accents or not; `, be` or `, Belgique` or a region after it narrows.
    ///
    /// Exactly so called places come first (alternative names count if the place is ten times larger), then names
    /// that start so, then alternative names that start so; within each the largest place first.
    #[must_use]
    pub fn complete(&self, query: &str, locale: Locale, limit: usize) -> Vec<PlaceView> {
        let found = self.find(query, limit);
        let mut views: Vec<PlaceView> = found.iter().map(|place| view(place, locale)).collect();
        // Where nothing else tells two places apart, a region in another language is better than none.
        let alike: Vec<bool> = views
            .iter()
            .map(|one| {
                views.iter().filter(|other| (&other.name, other.country) == (&one.name, one.country)).count() > 1
            })
            .collect();
        for ((view, place), _) in views.iter_mut().zip(found).zip(alike).filter(|(_, alike)| *alike) {
            if view.region.is_none() {
                view.region = Some(place.region()).filter(|region| !region.is_empty()).map(ToOwned::to_owned);
            }
        }
        views
    }

    fn find(&self, query: &str, limit: usize) -> Vec<&Place> {
        // Nobody types a name of more than this; the rest would only cost time.
        let query: String = query.chars().take(120).collect();
        let (wanted, area) = match query.rsplit_once(',') {
            Some((name, area)) if !fold(name).is_empty() => (fold(name), Some(fold(area)).filter(|a| !a.is_empty())),
            _ => (fold(&query), None),
        };
        if wanted.is_empty() || limit == 0 {
            return Vec::new();
        }
        let area = area.map(|area| Area::new(&area, &self.regions));
        let first = self.names.partition_point(|name| text(&self.arena, *name) < wanted.as_str());
        let range = self.names.get(first..).unwrap_or_default();
        // Places come by falling population, so that the order of bits is the order of results.
        let words = self.places.len().div_ceil(64);
        let (mut by_name, mut by_alternative) = (vec![0_u64; words], vec![0_u64; words]);
        let mut exact: Vec<(std::cmp::Reverse<u32>, u16)> = Vec::new();
        for name in range.iter().take_while(|name| text(&self.arena, **name).starts_with(&wanted)) {
            let Some(place) = self.places.get(usize::from(name.place)) else { continue };
            if area.as_ref().is_some_and(|area| !area.holds(place)) {
                continue;
            }
            if usize::from(name.len) == wanted.len() && (name.main || wanted.chars().count() > SHORT_NAME) {
                let weight = if name.main { place.population } else { place.population / ALTERNATIVE_DISCOUNT };
                exact.push((std::cmp::Reverse(weight), name.place));
            }
            let bits = if name.main { &mut by_name } else { &mut by_alternative };
            if let Some(word) = bits.get_mut(usize::from(name.place) / 64) {
                *word |= 1 << (name.place % 64);
            }
        }
        exact.sort_unstable();
        let mut found: Vec<u16> = Vec::with_capacity(limit.min(64));
        let in_order = exact.into_iter().map(|(_, place)| place).chain(ones(&by_name)).chain(ones(&by_alternative));
        for place in in_order {
            if found.len() >= limit {
                break;
            }
            if !found.contains(&place) {
                found.push(place);
            }
        }
        found.into_iter().filter_map(|place| self.places.get(usize::from(place))).collect()
    }
}

/// What stands behind the comma: a country or a region.
struct Area {
    countries: Vec<CountryCode>,
    /// By the index of the region.
    regions: Vec<bool>,
}

impl Area {
    fn new(text: &str, regions: &[Vec<String>]) -> Self {
        let countries = countries_table()
            .iter()
            .filter(|country| {
                country.code.as_str().eq_ignore_ascii_case(text)
                    || text.len() > 1 && country.names.iter().any(|name| fold(name).starts_with(text))
            })
            .map(|country| country.code)
            .collect();
        Self {
            countries,
            regions: regions.iter().map(|names| names.iter().any(|name| name.starts_with(text))).collect(),
        }
    }

    fn holds(&self, place: &Place) -> bool {
        self.countries.contains(&place.country)
            || self.regions.get(usize::from(place.region)).copied().unwrap_or_default()
    }
}

fn text(arena: &str, name: Name) -> &str {
    let start = name.start as usize;
    arena.get(start..start + usize::from(name.len)).unwrap_or_default()
}

/// Positions of the bits that are set, in rising order.
fn ones(words: &[u64]) -> impl Iterator<Item = u16> {
    words.iter().enumerate().flat_map(|(index, word)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            (rest != 0).then(|| {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                u16::try_from(index * 64 + bit).unwrap_or(u16::MAX)
            })
        })
    })
}

fn view(place: &Place, locale: Locale) -> PlaceView {
    PlaceView {
        id: place.id,
        name: place.name(locale).to_owned(),
        region: place.region_in(locale).map(ToOwned::to_owned),
        country: place.country,
        country_name: country_name(place.country, locale).to_owned(),
        point: place.point,
    }
}

/// What a region is called in French and in Dutch.
fn region_names(country: CountryCode, region: &str) -> Option<[&'static str; 2]> {
    type Names = HashMap<(CountryCode, &'static str), [&'static str; 2]>;
    static SHARED: OnceLock<Names> = OnceLock::new();
    let names = SHARED.get_or_init(|| {
        let line = |line: &'static str| {
            let mut columns = line.split('\t');
            let mut next = || columns.next();
            let country = CountryCode::parse(next()?).ok()?;
            Some(((country, next()?), [next()?, next()?]))
        };
        REGIONS.lines().skip(1).filter_map(line).collect()
    });
    names.get(&(country, region)).copied()
}

fn countries_table() -> &'static [Country] {
    static SHARED: OnceLock<Vec<Country>> = OnceLock::new();
    SHARED.get_or_init(|| {
        COUNTRIES
            .lines()
            .skip(1)
            .filter_map(|line| {
                let mut columns = line.split('\t');
                let mut next = || columns.next();
                let code = CountryCode::parse(next()?).ok()?;
                let names = [next()?, next()?, next()?];
                Some(Country { code, names, time_zone: columns.nth(4)? })
            })
            .collect()
    })
}

fn country(code: CountryCode) -> Option<&'static Country> {
    countries_table().iter().find(|country| country.code == code)
}

impl Country {
    fn name(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::Fr => self.names[0],
            Locale::Nl => self.names[1],
            Locale::En => self.names[2],
        }
    }
}

/// A country's name in the reader's language; empty for a code that is no country's.
#[must_use]
pub fn country_name(code: CountryCode, locale: Locale) -> &'static str {
    country(code).map_or("", |country| country.name(locale))
}

/// Whether there is such a country.
#[must_use]
pub fn is_country(code: CountryCode) -> bool {
    country(code).is_some()
}

/// A country's default time zone (IANA): its capital's, as a rule.
#[must_use]
pub fn country_time_zone(code: CountryCode) -> Option<&'static str> {
    country(code).map(|country| country.time_zone)
}

/// All countries, in the alphabetical order of the reader's language.
#[must_use]
pub fn countries(locale: Locale) -> Vec<CountryView> {
    let mut views: Vec<CountryView> = countries_table()
        .iter()
        .map(|country| CountryView { code: country.code, name: country.name(locale).to_owned() })
        .collect();
    views.sort_by_cached_key(|view| fold(&view.name));
    views
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIEGE: PlaceId = PlaceId(2_792_413);

    fn first(query: &str, locale: Locale) -> PlaceView {
        Gazetteer::shared().complete(query, locale, 8).into_iter().next().unwrap()
    }

    #[test]
    fn the_whole_table_is_read() {
        let gazetteer = Gazetteer::shared();
        assert!(gazetteer.all().len() > 25_000);
        assert_eq!(gazetteer.by_id.len(), gazetteer.all().len());
        for place in gazetteer.all() {
            assert!(is_country(place.country), "{}", place.country);
            assert!(place.time_zone().parse::<chrono_tz::Tz>().is_ok(), "{}", place.time_zone());
        }
        assert_eq!(countries_table().len(), COUNTRIES.lines().count() - 1);
    }

    /// S1: a place is found by any of its names, accents or not.
    #[test]
    fn liege_is_found_by_any_name() {
        for query in
            ["Liege", "Liège", "liége", "LIEGE", "Luik", "luik", "Lüttich", "  liège ", "Liège, Belgique", "luik,be"]
        {
            assert_eq!(first(query, Locale::Fr).id, LIEGE, "{query}");
        }
        for query in ["lièg", "Lieg", "Lui"] {
            let found = Gazetteer::shared().complete(query, Locale::Fr, 8);
            assert!(found.iter().any(|place| place.id == LIEGE), "{query}: {found:?}");
        }
    }

    /// S1: regions are called as their reader calls them, or left out; and found by any of their names.
    #[test]
    fn regions_are_in_the_reader_s_language() {
        let region = |query: &str, locale| first(query, locale).region;
        assert_eq!(region("Liège", Locale::Fr).as_deref(), Some("Wallonie"));
        assert_eq!(region("Luik", Locale::Nl).as_deref(), Some("Wallonië"));
        assert_eq!(region("Luik", Locale::En).as_deref(), Some("Wallonia"));
        assert_eq!(region("Maastricht", Locale::Fr).as_deref(), Some("Limbourg"));
        assert_eq!(region("Aachen", Locale::Nl).as_deref(), Some("Noordrijn-Westfalen"));
        // Nobody has told us what it is called in French.
        assert_eq!(region("Jakarta", Locale::Fr), None);
        assert!(region("Jakarta", Locale::En).is_some());
        for query in ["Liège, Wallonie", "luik, wallonie", "Liège, Wallonia"] {
            assert_eq!(first(query, Locale::Fr).id, LIEGE, "{query}");
        }
        // Every name of the table is a region of the gazetteer's.
        let known: std::collections::BTreeSet<(&str, &str)> =
            Gazetteer::shared().all().iter().map(|place| (place.country.as_str(), place.region())).collect();
        for line in REGIONS.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [country, name, fr, nl] = columns[..] else { panic!("{line}") };
            assert!(known.contains(&(country, name)), "{line}");
            assert!(!fr.is_empty() && !nl.is_empty(), "{line}");
        }
    }

    /// Places that are alike are told apart by their regions, in whatever language.
    #[test]
    fn places_that_are_alike_have_their_regions() {
        for locale in Locale::ALL {
            let found = Gazetteer::shared().complete("San Fernando", locale, 8);
            for one in &found {
                let alike = found.iter().filter(|other| (&other.name, other.country) == (&one.name, one.country));
                assert!(alike.count() == 1 || one.region.is_some(), "{one:?}");
            }
        }
    }

    #[test]
    fn names_are_in_the_reader_s_language() {
        assert_eq!(first("Luik", Locale::Nl).name, "Luik");
        assert_eq!(first("Luik", Locale::Fr).name, "Liège");
        assert_eq!(first("Luik", Locale::Fr).label(), "Liège, Belgique");
        assert_eq!(first("Antwerpen", Locale::Fr).name, "Anvers");
        assert_eq!(first("den haag", Locale::En).name, "The Hague");
        assert_eq!(first("la haye", Locale::Nl).name, "Den Haag");
    }

    #[test]
    fn the_exact_name_comes_first_then_the_largest() {
        assert_eq!(first("Paris", Locale::Fr).country.as_str(), "FR");
        assert_eq!(first("Milan", Locale::En).country.as_str(), "IT");
        assert_eq!(first("Roma", Locale::En).country.as_str(), "IT");
        assert_eq!(first("Utr", Locale::En).name, "Utrecht");
        assert_eq!(first("New York", Locale::En).country.as_str(), "US");
    }

    #[test]
    fn a_country_or_region_narrows() {
        assert_eq!(first("Paris, US", Locale::En).country.as_str(), "US");
        assert_eq!(first("Valence, es", Locale::Fr).country.as_str(), "ES");
        assert_eq!(first("Springfield, Illinois", Locale::En).region.as_deref(), Some("Illinois"));
        assert!(Gazetteer::shared().complete("Liège, Japon", Locale::Fr, 8).is_empty());
        // A comma that is only just typed narrows nothing.
        assert_eq!(first("Liège,", Locale::Fr).id, LIEGE);
    }

    #[test]
    fn no_place_comes_twice_and_the_limit_holds() {
        for query in ["l", "pa", "saint", "a"] {
            let found = Gazetteer::shared().complete(query, Locale::Fr, 50);
            let mut ids: Vec<_> = found.iter().map(|place| place.id).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!((ids.len(), found.len()), (50, 50), "{query}");
        }
        assert!(Gazetteer::shared().complete("", Locale::Fr, 8).is_empty());
        assert!(Gazetteer::shared().complete(" , ", Locale::Fr, 8).is_empty());
        assert!(Gazetteer::shared().complete("Liège", Locale::Fr, 0).is_empty());
    }

    #[test]
    fn countries_are_in_alphabetical_order() {
        let names: Vec<String> = countries(Locale::Fr).into_iter().map(|country| fold(&country.name)).collect();
        assert!(names.is_sorted());
        assert_eq!(names.len(), 250);
        assert_eq!(country_name(CountryCode::parse("BE").unwrap(), Locale::Nl), "België");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(query in "\\PC{0,40}") {
            let found = Gazetteer::shared().complete(&query, Locale::Fr, 8);
            prop_assert!(found.len() <= 8);
        }
    }
}
