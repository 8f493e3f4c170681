//! The search as it stands in a URL: what a GET form sends, read leniently and written canonically.

use super::{Mode, SearchQuery, Sort};
use crate::error::{FieldError, Problem};
use chrono::{Datelike as _, NaiveDate, Weekday};
use gabarit_domain::{
    calendar::{DaySet, DaysError, MAX_DAYS},
    expert::{ExpertKind, Level, ProductCode, Sector},
    money::Cents,
};

/// The most values of one criterion that are read: more than there are of any.
const MAX_VALUES: usize = 60;
/// The greatest radius that means anything: half the Earth's circumference, rounded up.
const MAX_KM: u32 = 20_100;
/// The highest rate that can be typed, in euros.
const MAX_EUROS: i64 = 100_000;

impl SearchQuery {
    /// Reads a query string (without `?`), as a GET form or [`SearchQuery::to_query`] writes it.
    ///
    /// Keys: `product`, `sector`, `language`, `level`, `kind` (repeated, or with commas), `mode`, `near` (place's id;
    /// `pick` overrides it), `within` (km), `days` (dates with commas; `day` repeated; `from` and `until` add the
    /// working days between), `max_rate` (euros), `min_rating` (1 to 5, one decimal), `sort`, `page`. Others are
    /// passed over. Empty values ask for nothing.
    ///
    /// What makes no sense is left out of the query and reported under its key; nothing is ever refused as a whole.
    #[must_use]
    pub fn from_query(query: &str) -> (Self, Vec<FieldError>) {
        let mut reader = Reader::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            reader.take(&key, value.trim());
        }
        reader.finish()
    }

    /// The place as typed in the field `place`, when the query has that field and nothing was picked from a list: the
    /// server compares it with `near`, or looks it up. Empty when the field was emptied.
    #[must_use]
    pub fn place_text(query: &str) -> Option<String> {
        let mut text = None;
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "pick" if !value.trim().is_empty() => return None,
                "place" => text = Some(value.trim().to_owned()),
                _ => {}
            }
        }
        text
    }

    /// The query string, without `?`: only what differs from asking for anything, always in the same order. Equal
    /// searches have equal strings, and [`SearchQuery::from_query`] reads them back.
    #[must_use]
    pub fn to_query(&self) -> String {
        let query = self.clone().normalized();
        let mut out = form_urlencoded::Serializer::new(String::new());
        let mut put = |key: &str, value: &str| {
            out.append_pair(key, value);
        };
        for product in &query.products {
            put("product", product.as_str());
        }
        for sector in &query.sectors {
            put("sector", sector.code());
        }
        for language in &query.languages {
            put("language", language);
        }
        if let Some(mode) = query.mode {
            put("mode", mode.code());
        }
        if let Some(near) = query.near {
            put("near", &near.to_string());
        }
        if let Some(km) = query.within_km {
            put("within", &km.to_string());
        }
        if let Some(days) = &query.days {
            put("days", &days.to_param());
        }
        for level in &query.levels {
            put("level", &level.number().to_string());
        }
        for kind in &query.kinds {
            put("kind", kind.code());
        }
        if let Some(rate) = query.max_rate {
            let plain = rate.to_plain();
            put("max_rate", plain.strip_suffix(".00").unwrap_or(&plain));
        }
        if let Some(tenths) = query.min_rating_tenths {
            let (whole, tenth) = (tenths / 10, tenths % 10);
            put("min_rating", &if tenth == 0 { whole.to_string() } else { format!("{whole}.{tenth}") });
        }
        if query.sort != Sort::default() {
            put("sort", query.sort.code());
        }
        if query.page > 1 {
            put("page", &query.page.to_string());
        }
        // A comma needs no escape in a query, and a list of days reads better with it.
        out.finish().replace("%2C", ",")
    }

    /// The same search with its lists in order, without doubles, and a page from 1.
    #[must_use]
    pub fn normalized(mut self) -> Self {
        fn tidy<T: Ord>(values: &mut Vec<T>) {
            values.sort_unstable();
            values.dedup();
        }
        tidy(&mut self.products);
        tidy(&mut self.sectors);
        tidy(&mut self.languages);
        tidy(&mut self.levels);
        tidy(&mut self.kinds);
        self.page = self.page.max(1);
        self
    }
}

#[derive(Default)]
struct Reader {
    query: SearchQuery,
    problems: Vec<FieldError>,
    days: Vec<String>,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
    picked: bool,
}

impl Reader {
    fn report(&mut self, key: &str, problem: Problem) {
        // The same mistake in the same field is told once.
        let error = FieldError { field: key.to_owned(), problem };
        if !self.problems.contains(&error) {
            self.problems.push(error);
        }
    }

    fn take(&mut self, key: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        match key {
            "product" => self.list(key, value, |query| &mut query.products, |code| ProductCode::parse(code).ok()),
            "sector" => self.list(key, value, |query| &mut query.sectors, Sector::parse),
            "language" => self.list(key, value, |query| &mut query.languages, language),
            "level" => self.list(key, value, |query| &mut query.levels, level),
            "kind" => self.list(key, value, |query| &mut query.kinds, ExpertKind::parse),
            "mode" => {
                let mode = Mode::parse(value);
                self.one(key, mode, Problem::Unknown, |query, mode| query.mode = Some(mode));
            }
            "near" if self.picked => {}
            "near" | "pick" => {
                self.picked = key == "pick";
                let near = value.parse().ok();
                self.one(key, near, Problem::Unknown, |query, near| query.near = Some(near));
            }
            "within" => {
                let km = number(value).filter(|km| (1..=MAX_KM).contains(km));
                self.one(key, km, Problem::Outside("1".to_owned(), MAX_KM.to_string()), |query, km| {
                    query.within_km = Some(km)
                });
            }
            "day" | "days" => {
                let parts = value.split([',', ' ', ';', '+']).filter(|part| !part.is_empty());
                // One more than there may be, so that "too many" is still found.
                let room = (MAX_DAYS + 1).saturating_sub(self.days.len());
                self.days.extend(parts.take(room).map(ToOwned::to_owned));
            }
            "from" => match date(value) {
                Some(day) => self.from = Some(day),
                None => self.report(key, Problem::NotADay),
            },
            "until" => match date(value) {
                Some(day) => self.until = Some(day),
                None => self.report(key, Problem::NotADay),
            },
            "max_rate" => {
                let rate = euros(value);
                self.one(key, rate, Problem::NotAnAmount, |query, rate| query.max_rate = Some(rate));
            }
            "min_rating" => {
                let tenths = rating(value);
                self.one(key, tenths, Problem::Outside("1".to_owned(), "5".to_owned()), |query, tenths| {
                    query.min_rating_tenths = Some(tenths)
                });
            }
            "sort" => {
                let sort = Sort::parse(value);
                self.one(key, sort, Problem::Unknown, |query, sort| query.sort = sort);
            }
            "page" => {
                let page = number(value).filter(|page| *page > 0);
                self.one(key, page, Problem::Malformed, |query, page| query.page = page);
            }
            _ => {}
        }
    }

    fn one<T>(&mut self, key: &str, value: Option<T>, problem: Problem, put: impl FnOnce(&mut SearchQuery, T)) {
        match value {
            Some(value) => put(&mut self.query, value),
            None => self.report(key, problem),
        }
    }

    fn list<T>(
        &mut self,
        key: &str,
        values: &str,
        list: impl Fn(&mut SearchQuery) -> &mut Vec<T>,
        parse: impl Fn(&str) -> Option<T>,
    ) {
        for value in values.split(',').map(str::trim).filter(|value| !value.is_empty()) {
            let known = list(&mut self.query).len();
            match parse(value) {
                Some(_) if known >= MAX_VALUES => {
                    self.report(key, Problem::TooMany(u32::try_from(MAX_VALUES).unwrap_or(u32::MAX)));
                    return;
                }
                Some(value) => list(&mut self.query).push(value),
                None => self.report(key, Problem::Unknown),
            }
        }
    }

    fn finish(mut self) -> (SearchQuery, Vec<FieldError>) {
        if let Some(from) = self.from.or(self.until) {
            let until = self.until.unwrap_or(from);
            if until < from {
                self.report("until", Problem::BeforeDay(from));
            } else {
                let between = || from.iter_days().take_while(|day| *day <= until).take(MAX_DAYS * 2);
                let works = |day: &NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
                // A weekend asked for on its own is meant.
                let any = between().any(|day| works(&day));
                let room = (MAX_DAYS + 1).saturating_sub(self.days.len());
                let wanted = between().filter(|day| !any || works(day)).take(room).map(|day| day.to_string());
                self.days.extend(wanted);
            }
        }
        if !self.days.is_empty() {
            match DaySet::parse(&self.days.join(",")) {
                Ok(days) => self.query.days = Some(days),
                Err(DaysError::Empty) => {}
                Err(DaysError::NotADate(_)) => self.report("days", Problem::NotADay),
                Err(DaysError::TooMany) => {
                    self.report("days", Problem::TooMany(u32::try_from(MAX_DAYS).unwrap_or(u32::MAX)));
                }
            }
        }
        (self.query.normalized(), self.problems)
    }
}

/// Digits and nothing else: `parse` alone would take a sign.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

fn language(code: &str) -> Option<String> {
    let fits = (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase());
    fits.then(|| code.to_owned())
}

fn level(text: &str) -> Option<Level> {
    Level::try_from(u8::try_from(number(text)?).ok()?).ok()
}

/// Exactly `YYYY-MM-DD`.
fn date(text: &str) -> Option<NaiveDate> {
    DaySet::parse(text).ok().filter(|days| days.count() == 1).map(|days| days.first())
}

/// `800`, `812.5` or `812,50`.
fn euros(text: &str) -> Option<Cents> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let cents = match fraction.len() {
        0 => 0,
        1 => number(fraction)? * 10,
        2 => number(fraction)?,
        _ => return None,
    };
    let euros = i64::from(number(whole).filter(|_| !whole.is_empty())?);
    let rate = Cents(euros * 100 + i64::from(cents));
    (rate > Cents::ZERO && euros <= MAX_EUROS).then_some(rate)
}

/// `4`, `4.5` or `4,5`: tenths, from 1 to 5.
fn rating(text: &str) -> Option<u32> {
    let (whole, tenth) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let tenths = match (whole.len(), tenth.len()) {
        (1, 1) => number(whole)? * 10 + number(tenth)?,
        _ => return None,
    };
    (10..=50).contains(&tenths).then_some(tenths)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gabarit_domain::ids::PlaceId;
    use proptest::{option, prelude::*, sample::subsequence};

    fn read(query: &str) -> SearchQuery {
        let (read, problems) = SearchQuery::from_query(query);
        assert_eq!(problems, [], "{query}");
        read
    }

    fn problems(query: &str) -> Vec<(String, Problem)> {
        SearchQuery::from_query(query).1.into_iter().map(|error| (error.field, error.problem)).collect()
    }

    /// S1–S4: every criterion has its key, as a form without script sends it.
    #[test]
    fn a_form_is_read() {
        let query = read(
            "product=revit&product=autocad&sector=construction&language=nl&mode=on-site&near=2792413&place=Li%C3%A8ge\
             &within=150&days=2026-12-01%2C2026-12-03&level=3&level=4&kind=independent&max_rate=800&min_rating=4.5\
             &sort=distance&page=2",
        );
        assert_eq!(query.products.iter().map(ProductCode::as_str).collect::<Vec<_>>(), ["autocad", "revit"]);
        assert_eq!(query.sectors, [Sector::Construction]);
        assert_eq!(query.languages, ["nl"]);
        assert_eq!(
            (query.mode, query.near, query.within_km),
            (Some(Mode::OnSite), Some(PlaceId(2_792_413)), Some(150))
        );
        assert_eq!(query.days.as_ref().map(DaySet::to_param).unwrap(), "2026-12-01,2026-12-03");
        assert_eq!(query.levels.iter().map(|level| level.number()).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(query.kinds, [ExpertKind::Independent]);
        assert_eq!((query.max_rate, query.min_rating_tenths), (Some(Cents::euros(800)), Some(45)));
        assert_eq!((query.sort, query.page), (Sort::Distance, 2));
    }

    /// A URL can be shared: the same search has one spelling, and only what is asked for stands in it.
    #[test]
    fn the_spelling_is_canonical() {
        assert_eq!(read("").to_query(), "");
        assert_eq!(read("product=&near=&sort=relevance&page=1&utm=x").to_query(), "");
        assert_eq!(
            read("page=3&sort=price&product=revit,autocad&product=revit&days=2026-12-03&day=2026-12-01").to_query(),
            "product=autocad&product=revit&days=2026-12-01,2026-12-03&sort=price&page=3",
        );
        assert_eq!(read("max_rate=812,5&min_rating=4").to_query(), "max_rate=812.50&min_rating=4");
        assert_eq!(SearchQuery::default().to_query(), "");
    }

    #[test]
    fn a_range_asks_for_its_working_days() {
        let days = |query: &str| read(query).days.map(|days| days.to_param()).unwrap_or_default();
        assert_eq!(days("from=2026-12-03&until=2026-12-07"), "2026-12-03,2026-12-04,2026-12-07");
        assert_eq!(days("from=2026-12-03&until="), "2026-12-03");
        assert_eq!(days("from=2026-12-05&until=2026-12-06"), "2026-12-05,2026-12-06");
        assert_eq!(
            problems("from=2026-12-05&until=2026-12-01"),
            [("until".to_owned(), Problem::BeforeDay(NaiveDate::from_ymd_opt(2026, 12, 5).unwrap()),)]
        );
    }

    #[test]
    fn what_makes_no_sense_is_reported_and_left_out() {
        for (query, field, problem) in [
            ("product=%3Cscript%3E", "product", Problem::Unknown),
            ("sector=space", "sector", Problem::Unknown),
            ("language=klingon", "language", Problem::Unknown),
            ("level=5", "level", Problem::Unknown),
            ("level=%2B1", "level", Problem::Unknown),
            ("kind=robot", "kind", Problem::Unknown),
            ("mode=telepathy", "mode", Problem::Unknown),
            ("near=Li%C3%A8ge", "near", Problem::Unknown),
            ("near=99999999999", "near", Problem::Unknown),
            ("within=-5", "within", Problem::Outside("1".to_owned(), "20100".to_owned())),
            ("within=0", "within", Problem::Outside("1".to_owned(), "20100".to_owned())),
            ("days=2026-02-30", "days", Problem::NotADay),
            ("from=tomorrow", "from", Problem::NotADay),
            ("max_rate=1e9", "max_rate", Problem::NotAnAmount),
            ("max_rate=99999999999999999999", "max_rate", Problem::NotAnAmount),
            ("min_rating=9", "min_rating", Problem::Outside("1".to_owned(), "5".to_owned())),
            ("min_rating=4.55", "min_rating", Problem::Outside("1".to_owned(), "5".to_owned())),
            ("sort=random", "sort", Problem::Unknown),
            ("page=-1", "page", Problem::Malformed),
            ("page=4294967296", "page", Problem::Malformed),
        ] {
            let (read, errors) = SearchQuery::from_query(query);
            assert_eq!(errors, [FieldError { field: field.to_owned(), problem }], "{query}");
            assert_eq!(read.to_query(), "", "{query}");
        }
        let many = (0..10_000).map(|offset| format!("days={}", NaiveDate::MIN + chrono::Days::new(offset)));
        assert_eq!(problems(&many.collect::<Vec<_>>().join("&")).len(), 1);
        let codes = (0..500).map(|number| format!("product=p{number}")).collect::<Vec<_>>().join("&");
        assert_eq!(problems(&codes), [("product".to_owned(), Problem::TooMany(60))]);
    }

    #[test]
    fn a_typed_place_is_told_apart_from_a_picked_one() {
        let text = SearchQuery::place_text;
        assert_eq!(text("near=1&place=Li%C3%A8ge"), Some("Liège".to_owned()));
        assert_eq!(text("near=1&place="), Some(String::new()));
        assert_eq!(text("near=1"), None);
        assert_eq!(text("near=1&place=Luik&pick=2792413"), None);
        for query in ["near=1&pick=2792413", "pick=2792413&near=1"] {
            assert_eq!(read(query).near, Some(PlaceId(2_792_413)), "{query}");
        }
    }

    fn queries() -> impl Strategy<Value = SearchQuery> {
        let products = ["revit", "autocad", "civil-3d", "a", "0-0"].map(|code| ProductCode::parse(code).unwrap());
        let day =
            (0..3_000_u64).prop_map(|offset| "2026-01-01".parse::<NaiveDate>().unwrap() + chrono::Days::new(offset));
        let lists = (
            subsequence(products.to_vec(), 0..=5),
            subsequence(Sector::ALL.to_vec(), 0..=5),
            subsequence(vec!["fr".to_owned(), "nl".to_owned(), "arz".to_owned()], 0..=3),
            subsequence(Level::ALL.to_vec(), 0..=4),
            subsequence(vec![ExpertKind::InHouse, ExpertKind::Independent], 0..=2),
        );
        let places = (
            prop_oneof![Just(None), Just(Some(Mode::OnSite)), Just(Some(Mode::Remote))],
            option::of(any::<u32>().prop_map(PlaceId)),
            option::of(1..=MAX_KM),
            option::of(prop::collection::btree_set(day, 1..=MAX_DAYS).prop_map(|days| DaySet::new(days).unwrap())),
        );
        let figures = (
            option::of((1..=MAX_EUROS * 100).prop_map(Cents)),
            option::of(10..=50_u32),
            subsequence(Sort::ALL.to_vec(), 1).prop_map(|sorts| sorts[0]),
            any::<u32>(),
        );
        (lists, places, figures).prop_map(|(lists, places, figures)| {
            let (products, sectors, languages, levels, kinds) = lists;
            let (mode, near, within_km, days) = places;
            let (max_rate, min_rating_tenths, sort, page) = figures;
            SearchQuery {
                products,
                sectors,
                languages,
                mode,
                near,
                within_km,
                days,
                levels,
                kinds,
                max_rate,
                min_rating_tenths,
                sort,
                page,
            }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn every_search_survives_its_url(query in queries()) {
            let url = query.to_query();
            let (read, problems) = SearchQuery::from_query(&url);
            prop_assert_eq!(&problems, &[]);
            prop_assert_eq!(&read, &query.normalized());
            prop_assert_eq!(read.to_query(), url);
        }

        #[test]
        fn no_query_string_makes_it_panic(query in "\\PC{0,200}") {
            let (read, _) = SearchQuery::from_query(&query);
            let url = read.to_query();
            prop_assert_eq!(SearchQuery::from_query(&url).0, read);
        }

        #[test]
        fn no_value_makes_it_panic(
            key in prop::sample::select(vec![
                "product", "sector", "language", "mode", "near", "pick", "within", "days", "day", "from", "until",
                "level", "kind", "max_rate", "min_rating", "sort", "page", "place",
            ]),
            value in "\\PC{0,40}|[0-9.,-]{0,20}|[0-9]{4}-[0-9]{2}-[0-9]{2}",
        ) {
            let mut out = form_urlencoded::Serializer::new(String::new());
            let url = out.append_pair(key, &value).finish();
            let (read, _) = SearchQuery::from_query(&url);
            prop_assert_eq!(SearchQuery::from_query(&read.to_query()).0, read);
        }
    }
}
