//! Draws the experts of the demonstration from a seed.

use super::{text_language, words};
use crate::{
    db::{
        demo::{NewAccount, NewBilling, NewClient, NewRecord, NewReview},
        experts::ExpertRow,
    },
    places::Place,
    platform::Platform,
};
use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, Utc};
use gabarit_domain::{
    calendar::{HORIZON_DAYS, WeekPattern},
    expert::Sector,
    ids::{AccountId, ExpertId, PlaceId},
    text::fold,
};
use gabarit_i18n::{Locale, demo};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Liège and Utrecht, where the accounts to try are at home.
const LIEGE: PlaceId = PlaceId(2_792_413);
const UTRECHT: PlaceId = PlaceId(2_745_912);

/// Experts in a thousand, and the languages spoken there (Belgium, Switzerland and Canada by region).
const COUNTRIES: [(&str, u32, &str); 48] = [
    ("BE", 130, "nl fr"),
    ("NL", 150, "nl"),
    ("FR", 140, "fr"),
    ("DE", 105, "de"),
    ("LU", 14, "fr de lb"),
    ("GB", 48, "en"),
    ("IE", 12, "en"),
    ("AT", 20, "de"),
    ("CH", 24, "de fr it"),
    ("IT", 46, "it"),
    ("ES", 46, "es"),
    ("PT", 20, "pt"),
    ("PL", 28, "pl"),
    ("CZ", 16, "cs"),
    ("SK", 8, "sk"),
    ("HU", 11, "hu"),
    ("RO", 13, "ro"),
    ("BG", 8, "bg"),
    ("GR", 9, "el"),
    ("HR", 8, "hr"),
    ("SI", 6, "sl"),
    ("RS", 6, "sr"),
    ("DK", 14, "da"),
    ("SE", 17, "sv"),
    ("NO", 13, "no"),
    ("FI", 11, "fi"),
    ("EE", 4, "et"),
    ("LV", 4, "lv"),
    ("LT", 5, "lt"),
    ("MT", 2, "mt en"),
    ("CY", 2, "el"),
    ("IS", 2, "is"),
    ("TR", 9, "tr"),
    ("US", 16, "en"),
    ("CA", 12, "en fr"),
    ("MA", 7, "fr ar"),
    ("TN", 4, "fr ar"),
    ("SN", 3, "fr"),
    ("CI", 3, "fr"),
    ("AE", 5, "ar en"),
    ("IN", 6, "en hi"),
    ("SG", 4, "en zh"),
    ("JP", 3, "ja"),
    ("AU", 5, "en"),
    ("NZ", 2, "en"),
    ("ZA", 4, "en"),
    ("BR", 6, "pt"),
    ("MX", 4, "es"),
];

/// Which products go with a sector, and how often.
const fn products_of(sector: Sector) -> &'static [(&'static str, &'static str, u32)] {
    match sector {
        Sector::Construction => &[
            ("revit", "Revit", 60),
            ("autocad", "AutoCAD", 40),
            ("navisworks", "Navisworks", 30),
            ("3ds-max", "3ds Max", 10),
            ("vault", "Vault", 5),
        ],
        Sector::MechanicalEngineering => &[
            ("inventor", "Inventor", 55),
            ("fusion", "Fusion", 40),
            ("autocad", "AutoCAD", 25),
            ("vault", "Vault", 25),
        ],
        Sector::CivilInfrastructure => &[
            ("civil-3d", "Civil 3D", 60),
            ("autocad", "AutoCAD", 40),
            ("revit", "Revit", 20),
            ("navisworks", "Navisworks", 15),
        ],
        Sector::ProcessIndustry => &[
            ("plant-3d", "Plant 3D", 60),
            ("autocad", "AutoCAD", 35),
            ("navisworks", "Navisworks", 30),
            ("inventor", "Inventor", 15),
            ("vault", "Vault", 10),
        ],
        Sector::MediaEntertainment => &[("maya", "Maya", 55), ("3ds-max", "3ds Max", 55), ("fusion", "Fusion", 8)],
    }
}

/// Everything to insert.
#[derive(Debug)]
pub(super) struct Drawn<'p> {
    p: &'p Platform,
    rng: ChaCha8Rng,
    now: DateTime<Utc>,
    today: NaiveDate,
    prefix: &'static str,
    /// By the order of [`COUNTRIES`]: the largest towns, with the running sum of their weights.
    towns: Vec<Vec<(u32, &'static Place)>>,
    pub(super) accounts: Vec<NewAccount>,
    pub(super) clients: Vec<NewClient>,
    pub(super) experts: Vec<ExpertRow>,
    pub(super) products: Vec<(Uuid, &'static str)>,
    pub(super) sectors: Vec<(Uuid, &'static str)>,
    pub(super) languages: Vec<(Uuid, &'static str)>,
    pub(super) exceptions: Vec<(Uuid, NaiveDate, bool)>,
    pub(super) records: Vec<NewRecord>,
    pub(super) billing: Vec<NewBilling>,
    pub(super) reviews: Vec<NewReview>,
}

/// One expert in the making.
struct Sketch {
    language: &'static str,
    languages: BTreeSet<&'static str>,
    town: &'static Place,
    sectors: Vec<Sector>,
    products: Vec<(&'static str, &'static str)>,
}

impl<'p> Drawn<'p> {
    pub(super) fn new(p: &'p Platform, seed: u64, prefix: &'static str) -> Self {
        let towns = COUNTRIES
            .iter()
            .map(|(country, _, _)| {
                let mut sum = 0;
                p.places
                    .all()
                    .iter()
                    .filter(|place| place.country.as_str() == *country)
                    .take(60)
                    .map(|place| {
                        // Large towns have more experts, but not in proportion: capitals would have them all.
                        sum += place.population.isqrt() + 1;
                        (sum, place)
                    })
                    .collect()
            })
            .collect();
        Self {
            p,
            rng: ChaCha8Rng::seed_from_u64(seed),
            now: p.now(),
            today: p.today(),
            prefix,
            towns,
            accounts: Vec::new(),
            clients: Vec::new(),
            experts: Vec::new(),
            products: Vec::new(),
            sectors: Vec::new(),
            languages: Vec::new(),
            exceptions: Vec::new(),
            records: Vec::new(),
            billing: Vec::new(),
            reviews: Vec::new(),
        }
    }

    fn below(&mut self, end: u32) -> u32 {
        self.rng.random_range(0..end.max(1))
    }

    /// True that many times in a hundred.
    fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.rng.random()).into_uuid()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let index = self.below(u32::try_from(from.len()).unwrap_or(1));
        from.get(index as usize).copied()
    }

    /// Picks by weights.
    fn weighted<T: Copy>(&mut self, from: &[(T, u32)]) -> Option<T> {
        let sum = from.iter().map(|(_, weight)| weight).sum();
        let mut at = self.below(sum);
        from.iter()
            .find(|(_, weight)| {
                let hit = at < *weight;
                at = at.saturating_sub(*weight);
                hit
            })
            .map(|(value, _)| *value)
    }

    /// A client in Utrecht, an expert in Liège, a manager.
    /// Independents beside the expert to try who can be booked from a distance, with their accounts.
    pub(super) fn bookable(&self) -> Vec<(ExpertId, AccountId)> {
        self.experts
            .iter()
            .skip(1)
            .filter(|row| row.state == "published" && row.kind == "independent" && row.remote)
            .map(|row| (ExpertId(row.id), AccountId(row.account_id)))
            .take(2)
            .collect()
    }

    pub(super) fn accounts_to_try(&mut self) {
        let [client, expert, manager] = super::ACCOUNTS;
        let client = self.account(client, demo::client_name(Locale::Nl).to_owned(), Locale::Nl, "Europe/Amsterdam");
        let city = self.p.places.get(UTRECHT).map_or("", |place| place.name(Locale::Nl));
        self.clients.push(NewClient {
            account: client,
            organisation: demo::client_company(Locale::Nl).to_owned(),
            street: demo::street(Locale::Nl, 12),
            postal_code: "3511 ZZ".to_owned(),
            city: city.to_owned(),
            country: "NL".to_owned(),
            // Passes the check of its form and is nobody's.
            vat_number: Some("NL999999989B00".to_owned()),
            registration: None,
            invoice_email: super::ACCOUNTS[0].to_owned(),
        });
        let manager = self.account(manager, demo::manager_name(Locale::Fr).to_owned(), Locale::Fr, "Europe/Amsterdam");
        if let Some(account) = self.accounts.iter_mut().find(|account| account.id == manager) {
            account.is_manager = true;
        }
        let Some(town) = self.p.places.get(LIEGE) else { return };
        let name = demo::expert_name(Locale::Fr).to_owned();
        let account = self.account(expert, name.clone(), Locale::Fr, town.time_zone());
        let sketch = Sketch {
            language: "fr",
            languages: BTreeSet::from(["fr", "nl", "en"]),
            town,
            sectors: vec![Sector::Construction, Sector::CivilInfrastructure],
            products: vec![("revit", "Revit"), ("autocad", "AutoCAD"), ("navisworks", "Navisworks")],
        };
        let mut row = self.row(account, name, &sketch);
        row.kind = "independent".to_owned();
        row.level = 3;
        (row.on_site, row.remote, row.max_travel_km) = (true, true, Some(1_500));
        row.week_pattern = i64::from(WeekPattern::WORKING_WEEK.0);
        row.works_holidays = false;
        // The demonstration's bookings bring it to twelve: the next assignment crosses the first step of the ladder.
        row.completed_days = 12 - i64::from(super::bookings::COMPLETED_DAYS);
        (row.rating_sum, row.rating_count) = self.review(row.id, &sketch, 6, true);
        self.lists(row.id, &sketch);
        self.cv(row.id, &sketch);
        self.billing.push(NewBilling {
            expert: row.id,
            company: demo::company(Locale::Fr, "Clairbois"),
            street: demo::street(Locale::Fr, 7),
            postal_code: "4000".to_owned(),
            city: town.name(Locale::Fr).to_owned(),
            country: "BE".to_owned(),
            vat_number: Some("BE0999999922".to_owned()),
            registration: "RPM 0999.999.922".to_owned(),
            vat_exempt: false,
        });
        self.experts.push(row);
    }

    /// Draws that many published experts; `in_full` with the texts of reviews and records.
    pub(super) fn experts(&mut self, count: u32, in_full: bool) {
        for number in 1..=count {
            self.expert(number, in_full);
        }
    }

    fn expert(&mut self, number: u32, in_full: bool) {
        let Some(sketch) = self.sketch() else { return };
        let group = words::group(sketch.language);
        let given = self.pick(&words::names(group, "given")).unwrap_or("Demo");
        let family = self.pick(&words::names(group, "family")).unwrap_or("Demo");
        let name = format!("{given} {family}");
        let email = format!("{}-{number:04}@gabarit.example", self.prefix);
        let locale = text_language(sketch.language);
        let account = self.account(&email, name.clone(), locale, sketch.town.time_zone());
        let mut row = self.row(account, name, &sketch);
        let reviews = u32::try_from(row.completed_days / 2).unwrap_or(0).min(40);
        let reviews = self.below(reviews + 1);
        (row.rating_sum, row.rating_count) = self.review(row.id, &sketch, reviews, in_full);
        self.lists(row.id, &sketch);
        self.busy(row.id);
        if in_full {
            self.cv(row.id, &sketch);
        }
        if row.kind == "independent" {
            let street = self.below(180) + 1;
            self.billing.push(NewBilling {
                expert: row.id,
                company: demo::company(locale, family),
                street: demo::street(locale, street),
                postal_code: format!("{:04}", number % 10_000),
                city: sketch.town.name(locale).to_owned(),
                country: sketch.town.country.as_str().to_owned(),
                vat_number: None,
                registration: format!("DEMO {number:05}"),
                vat_exempt: true,
            });
        }
        self.experts.push(row);
    }

    fn account(&mut self, email: &str, name: String, locale: Locale, time_zone: &str) -> Uuid {
        let id = self.uuid();
        let number = self.accounts.len();
        self.accounts.push(NewAccount {
            id,
            email: email.to_owned(),
            name,
            // A range that France keeps for fiction.
            phone: format!("+33 1 99 00 {:02} {:02}", number / 100 % 100, number % 100),
            locale: locale.code(),
            time_zone: time_zone.to_owned(),
            is_manager: false,
        });
        id
    }

    fn sketch(&mut self) -> Option<Sketch> {
        let weights: Vec<(usize, u32)> =
            COUNTRIES.iter().enumerate().map(|(index, (_, weight, _))| (index, *weight)).collect();
        let country = self.weighted(&weights)?;
        let sum = self.towns.get(country)?.last()?.0;
        let at = self.below(sum);
        let towns = self.towns.get(country)?;
        let town = towns.get(towns.partition_point(|(sum, _)| *sum <= at))?.1;
        let spoken: Vec<&'static str> = COUNTRIES.get(country)?.2.split(' ').collect();
        let language = match (town.country.as_str(), town.region()) {
            ("BE", "Wallonia") | ("CA", "Quebec") => "fr",
            ("BE", "Flanders") => "nl",
            ("CA", _) => "en",
            ("CH", "Geneva" | "Vaud" | "Neuchâtel" | "Jura") => "fr",
            ("CH", "Ticino") => "it",
            ("CH", _) => "de",
            _ => self.pick(&spoken)?,
        };
        let mut languages = BTreeSet::from([language]);
        for other in &spoken {
            if self.percent(60) {
                languages.insert(other);
            }
        }
        if self.percent(75) {
            languages.insert("en");
        }
        for (other, percent) in [("fr", 12), ("de", 10), ("nl", 5), ("es", 5), ("it", 3), ("pl", 2), ("pt", 2)] {
            if self.percent(percent) {
                languages.insert(other);
            }
        }
        let first = self.weighted(&[
            (Sector::Construction, 40),
            (Sector::MechanicalEngineering, 22),
            (Sector::CivilInfrastructure, 18),
            (Sector::ProcessIndustry, 10),
            (Sector::MediaEntertainment, 10),
        ])?;
        let mut sectors = vec![first];
        if self.percent(30)
            && let Some(second) = self.pick(&Sector::ALL).filter(|second| *second != first)
        {
            sectors.push(second);
        }
        let mut products = Vec::new();
        for sector in &sectors {
            for (code, name, percent) in products_of(*sector) {
                if self.percent(*percent) && !products.contains(&(*code, *name)) {
                    products.push((*code, *name));
                }
            }
        }
        if let (true, Some((code, name, _))) = (products.is_empty(), products_of(first).first()) {
            products.push((code, name));
        }
        Some(Sketch { language, languages, town, sectors, products })
    }

    fn row(&mut self, account: Uuid, name: String, sketch: &Sketch) -> ExpertRow {
        let locale = text_language(sketch.language);
        let product = sketch.products.first().map_or("", |(_, name)| name);
        let sector = sketch.sectors.first().copied().unwrap_or(Sector::Construction);
        let level = self.weighted(&[(1, 22), (2, 34), (3, 30), (4, 14)]).unwrap_or(1);
        let (on_site, remote) =
            self.weighted(&[((true, true), 70), ((true, false), 15), ((false, true), 15)]).unwrap_or((true, true));
        let limits =
            [(0, 12), (50, 8), (100, 12), (150, 10), (200, 14), (300, 14), (500, 12), (800, 8), (1_500, 6), (3_000, 4)];
        let limit = self.weighted(&limits).filter(|limit| on_site && *limit > 0);
        let pattern = self
            .weighted(&[
                (0b001_1111, 74),
                (0b000_1111, 10),
                (0b001_0111, 5),
                (0b001_1110, 4),
                (0b011_1111, 5),
                (0b111_1111, 2),
            ])
            .unwrap_or(0b001_1111);
        let completed_days = if self.percent(15) { 0 } else { self.below(120) + 1 };
        let (first, second) = (self.below(60), self.below(60));
        let years = 3 + level * 3 + i64::from(self.below(5));
        let city = sketch.town.name(locale);
        let age = TimeDelta::days(30 + i64::from(self.below(1_200)));
        ExpertRow {
            id: self.uuid(),
            account_id: account,
            state: "published".to_owned(),
            kind: if self.percent(12) { "in-house" } else { "independent" }.to_owned(),
            level,
            display_name: name,
            headline: words::headline(first, locale, product, sector),
            summary: words::summary(second, locale, product, years, city),
            summary_language: locale.code().to_owned(),
            base_place: i64::from(sketch.town.id.0),
            base_lat: i64::from(sketch.town.point.lat),
            base_lon: i64::from(sketch.town.point.lon),
            base_country: sketch.town.country.as_str().to_owned(),
            on_site,
            remote,
            max_travel_km: limit,
            week_pattern: pattern,
            works_holidays: self.percent(8),
            rating_sum: 0,
            rating_count: 0,
            completed_days: i64::from(completed_days),
            created_at: self.now - age,
            changed_at: self.now,
            version: 1,
            lead_days: 0,
            paused_at: None,
            holiday_region: self.region(sketch.town),
        }
    }

    /// The region of a town, where it is known by the same name among those with public holidays of their own.
    fn region(&self, town: &Place) -> Option<String> {
        let named = fold(town.region());
        let mut regions = self.p.holidays.regions(town.country);
        regions.find(|(_, name)| fold(name) == named).map(|(region, _)| region.to_string())
    }

    fn lists(&mut self, id: Uuid, sketch: &Sketch) {
        self.products.extend(sketch.products.iter().map(|(code, _)| (id, *code)));
        self.sectors.extend(sketch.sectors.iter().map(|sector| (id, sector.code())));
        self.languages.extend(sketch.languages.iter().map(|language| (id, *language)));
    }

    /// Stretches of days that are taken already; one expert in five has none.
    fn busy(&mut self, id: Uuid) {
        if self.percent(20) {
            return;
        }
        let mut days = BTreeSet::new();
        let horizon = if self.percent(60) { 60 } else { HORIZON_DAYS };
        for _ in 0..=self.below(7) {
            let (start, length) = (self.below(horizon), self.below(12) + 1);
            days.extend(start..(start + length).min(HORIZON_DAYS));
        }
        let taken = days.into_iter().map(|offset| (id, self.today + Days::new(u64::from(offset)), false));
        self.exceptions.extend(taken);
    }

    /// Reviews, or only their sum and number.
    fn review(&mut self, id: Uuid, sketch: &Sketch, count: u32, in_full: bool) -> (i64, i64) {
        let good = 40 + self.below(50);
        let weights = [(5, good), (4, 35), (3, 8), (2, 2)];
        let mut sum = 0;
        for _ in 0..count {
            let rating = self.weighted(&weights).unwrap_or(5);
            sum += rating;
            if !in_full {
                continue;
            }
            let locale = self
                .weighted(&[(text_language(sketch.language), 70), (Locale::En, 15), (Locale::Fr, 10), (Locale::Nl, 5)])
                .unwrap_or_default();
            let product = self.pick(&sketch.products).map_or("", |(_, name)| name);
            let city = self.p.places.all().get(self.below(400) as usize).map_or("", |place| place.name(locale));
            let (text, who, minutes) = (self.below(60), self.below(60), self.below(60 * 24 * 700));
            let review = NewReview {
                id: self.uuid(),
                expert: id,
                rating,
                author: words::author(who, locale, city),
                body: words::review(rating, text, locale, product),
                language: locale.code(),
                created_at: self.now - TimeDelta::minutes(i64::from(minutes) + 60),
            };
            self.reviews.push(review);
        }
        (sum, i64::from(count))
    }

    /// Certificates, a diploma and jobs.
    fn cv(&mut self, id: Uuid, sketch: &Sketch) {
        let locale = text_language(sketch.language);
        let year = i64::from(self.today.year());
        let sector = sketch.sectors.first().copied().unwrap_or(Sector::Construction);
        for (position, (_, product)) in (0..).zip(sketch.products.iter().take(2)) {
            let from = year - 1 - i64::from(self.below(3));
            self.records.push(NewRecord {
                expert: id,
                kind: "certificate",
                position,
                title: demo::certificate(locale, product),
                organisation: demo::certificate_by(locale).to_owned(),
                from_year: Some(from),
                to_year: None,
                description: demo::certificate_about(locale).to_owned(),
            });
        }
        let graduated = year - 8 - i64::from(self.below(18));
        let school = self.below(3);
        self.records.push(NewRecord {
            expert: id,
            kind: "education",
            position: 0,
            title: words::degree(locale, sector).to_owned(),
            organisation: words::school(school, locale).to_owned(),
            from_year: Some(graduated - 5),
            to_year: Some(graduated),
            description: String::new(),
        });
        let product = sketch.products.first().map_or("", |(_, name)| name);
        let middle = graduated + 4;
        for (position, (from_year, to_year)) in (0..).zip([(middle, None), (graduated, Some(middle))]) {
            let (job, employer, about) = (self.below(4), self.below(4), self.below(3));
            self.records.push(NewRecord {
                expert: id,
                kind: "experience",
                position,
                title: words::job(job, locale, product),
                organisation: words::employer(employer, locale).to_owned(),
                from_year: Some(from_year),
                to_year,
                description: words::job_about(about, locale).to_owned(),
            });
        }
    }
}
