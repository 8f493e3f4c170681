//! Editing a rulebook: every number of it as a field with a name, a unit and bounds; what must hold between them; and the
//! sample bookings that show what a change does.

use crate::{
    calendar::{DaySet, FreeDays},
    compensation::{EarningLine, earnings},
    expert::{ExpertKind, Level, Offer, ProductCode},
    geo::GeoPoint,
    ids::{ExpertId, PlaceId},
    money::{BasisPoints, Cents},
    pricing::{Location, Order, PricingContext, Quote, Refusal, quote},
    rulebook::{CancellationBand, FlightTariff, LadderBand, Rulebook},
    vat::{Customer, OperatorVat, VatStatus},
};
use chrono::{Datelike, Days, NaiveDate, Weekday};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Euros, with cents.
    Money,
    /// Percent, with two decimals.
    Percent,
    /// A factor, with four decimals.
    Factor,
    /// Civil days.
    Days,
    /// Hours.
    Hours,
    /// Minutes.
    Minutes,
    /// Whole kilometres.
    Kilometres,
    /// Pieces.
    Count,
    /// Yes (1) or no (0).
    Switch,
}

impl Measure {
    /// Decimals that are typed.
    #[must_use]
    pub const fn decimals(self) -> u32 {
        match self {
            Self::Money | Self::Percent => 2,
            Self::Factor => 4,
            _ => 0,
        }
    }

    /// A number as it is typed: `12.50`, `3`.
    #[must_use]
    pub fn plain(self, value: i64) -> String {
        Decimal::new(value, self.decimals()).to_string()
    }

    /// Reads what was typed, with a point or a comma before the decimals. `None` for anything else, thousands separators
    /// included: `1.280` could be either.
    #[must_use]
    pub fn read(self, text: &str) -> Option<i64> {
        let text: String =
            text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '€' | '%' | '\u{a0}' | '\u{202f}')).collect();
        let text = text.replace(',', ".");
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let decimals = usize::try_from(self.decimals()).unwrap_or(0);
        if whole.is_empty()
            || whole.len() > 12
            || !digits(whole)
            || !digits(fraction)
            || fraction.len() > decimals
            || text.ends_with('.')
        {
            return None;
        }
        format!("{whole}{fraction:0<decimals$}").parse().ok()
    }
}

/// Fields that are shown together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Day rates (S24).
    Rates,
    /// Flexible bookings (S6).
    Flexible,
    /// Travel, lodging, flights (S27–S29).
    Travel,
    /// Workstations and licences (S7–S9).
    Rental,
    /// Time limits.
    Booking,
    /// Deferred payments (S17–S19).
    Credit,
    /// Memberships of the recognition programme (S52).
    Programme,
}

/// One number of the rulebook.
#[derive(Clone, Copy, Debug)]
pub struct NumberField {
    /// Its name in forms and texts.
    pub name: &'static str,
    /// What it counts.
    pub measure: Measure,
    /// Beside which others it stands.
    pub group: Group,
    /// The least and the greatest value.
    pub bounds: (i64, i64),
    get: fn(&Rulebook) -> i64,
    set: fn(&mut Rulebook, i64),
}

impl NumberField {
    /// Its value in a rulebook.
    #[must_use]
    pub fn get(&self, rulebook: &Rulebook) -> i64 {
        (self.get)(rulebook)
    }
}

fn small(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

macro_rules! number {
    (cents $name:literal $group:ident ($least:expr, $most:expr) $($path:tt)+) => {
        NumberField {
            name: $name,
            measure: Measure::Money,
            group: Group::$group,
            bounds: ($least, $most),
            get: |rules| rules.$($path)+.0,
            set: |rules, value| rules.$($path)+ = Cents(value),
        }
    };
    (points $measure:ident $name:literal $group:ident ($least:expr, $most:expr) $($path:tt)+) => {
        NumberField {
            name: $name,
            measure: Measure::$measure,
            group: Group::$group,
            bounds: ($least, $most),
            get: |rules| i64::from(rules.$($path)+.0),
            set: |rules, value| rules.$($path)+ = BasisPoints(small(value)),
        }
    };
    (count $measure:ident $name:literal $group:ident ($least:expr, $most:expr) $($path:tt)+) => {
        NumberField {
            name: $name,
            measure: Measure::$measure,
            group: Group::$group,
            bounds: ($least, $most),
            get: |rules| i64::from(rules.$($path)+),
            set: |rules, value| rules.$($path)+ = small(value),
        }
    };
}

/// The greatest tariff: ten thousand euros a piece.
const TARIFF: i64 = 1_000_000;

/// Every number that is no list; the lists are in [`ROWS`] and the licences.
pub const NUMBERS: &[NumberField] = &[
    number!(cents "day_rate_1" Rates (1, TARIFF) day_rates[0]),
    number!(cents "day_rate_2" Rates (1, TARIFF) day_rates[1]),
    number!(cents "day_rate_3" Rates (1, TARIFF) day_rates[2]),
    number!(cents "day_rate_4" Rates (1, TARIFF) day_rates[3]),
    number!(points Percent "supplement" Flexible (0, 10_000) flexible.supplement),
    number!(count Days "notice_days" Flexible (0, 90) flexible.notice_days),
    NumberField {
        name: "supplement_refunded",
        measure: Measure::Switch,
        group: Group::Flexible,
        bounds: (0, 1),
        get: |rules| i64::from(rules.flexible.supplement_refunded),
        set: |rules, value| rules.flexible.supplement_refunded = value == 1,
    },
    number!(count Kilometres "allowance_over_km" Travel (0, 40_000) travel.allowance_over_km),
    number!(count Kilometres "flight_over_km" Travel (1, 40_000) travel.flight_over_km),
    number!(cents "per_km" Travel (0, 1_000) travel.per_km),
    number!(cents "lodging_per_day" Travel (0, TARIFF) travel.lodging_per_day),
    number!(cents "flight_beyond" Travel (0, TARIFF) travel.flight_beyond),
    number!(points Factor "road_factor" Travel (10_000, 30_000) travel.road_factor),
    number!(cents "workstation_per_day" Rental (0, TARIFF) rental.workstation_per_day),
    number!(count Days "week_costs_days" Rental (1, 7) rental.week_costs_days),
    number!(count Days "month_costs_days" Rental (1, 30) rental.month_costs_days),
    number!(count Days "lead_days" Booking (0, 60) booking.lead_days),
    number!(count Minutes "hold_minutes" Booking (5, 1_440) booking.hold_minutes),
    number!(count Days "transfer_days" Booking (1, 60) booking.transfer_days),
    number!(count Days "transfer_before_start_days" Booking (0, 60) booking.transfer_before_start_days),
    number!(count Count "max_unpaid_holds" Booking (1, 100) booking.max_unpaid_holds),
    number!(count Hours "acceptance_hours" Booking (1, 240) booking.acceptance_hours),
    number!(count Days "quote_days" Booking (1, 90) booking.quote_days),
    number!(count Days "contest_days" Booking (5, 60) booking.contest_days),
    number!(count Days "payout_days" Booking (1, 90) booking.payout_days),
    number!(count Days "payment_terms_days" Booking (0, 60) booking.payment_terms_days),
    number!(cents "limit_new" Credit (0, 1_000_000_000) credit.limit_new),
    number!(cents "limit_trusted" Credit (0, 1_000_000_000) credit.limit_trusted),
    number!(count Count "trusted_after" Credit (1, 1_000) credit.trusted_after),
    number!(count Count "weight_champion" Programme (0, 10) recognition.weights[0]),
    number!(count Count "weight_expert" Programme (0, 10) recognition.weights[1]),
    number!(count Count "weight_caring" Programme (0, 10) recognition.weights[2]),
    number!(count Count "weight_responsive" Programme (0, 10) recognition.weights[3]),
    number!(count Count "weight_leader" Programme (0, 10) recognition.weights[4]),
    number!(count Days "review_days" Programme (1, 30) recognition.review_days),
    number!(count Days "answer_days" Programme (1, 30) recognition.answer_days),
    number!(count Days "alarm_days" Programme (0, 29) recognition.alarm_days),
    number!(count Count "membership_months_needed" Programme (0, 12) membership.months_needed),
    number!(count Days "membership_notice_days" Programme (1, 180) membership.notice_days),
    number!(count Days "membership_appeal_days" Programme (1, 180) membership.appeal_days),
];

/// A list of rows of two numbers: a threshold, and what holds from or up to it. Rows that are empty are no rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsField {
    /// Names its fields: `ladder_1_from`, `ladder_1_value`.
    pub name: &'static str,
    /// The most rows.
    pub rows: usize,
    /// What the threshold counts.
    pub threshold: Measure,
    /// What the value counts.
    pub value: Measure,
}

/// The ladder (S25), the schedule of cancellations (S6), the flights (S28).
pub const ROWS: [RowsField; 3] = [
    RowsField { name: "ladder", rows: 6, threshold: Measure::Count, value: Measure::Percent },
    RowsField { name: "schedule", rows: 6, threshold: Measure::Days, value: Measure::Percent },
    RowsField { name: "flights", rows: 4, threshold: Measure::Kilometres, value: Measure::Money },
];

impl RowsField {
    /// Names of the two fields of a row, counted from 1.
    #[must_use]
    pub fn fields(&self, row: usize) -> (String, String) {
        (format!("{}_{row}_from", self.name), format!("{}_{row}_value", self.name))
    }

    fn rows_of(&self, rules: &Rulebook) -> Vec<(i64, i64)> {
        match self.name {
            "ladder" => rules.ladder.iter().map(|b| (i64::from(b.from_day), i64::from(b.share.0))).collect(),
            "schedule" => {
                rules.cancellation.schedule.iter().map(|b| (i64::from(b.from_days), i64::from(b.back.0))).collect()
            }
            _ => rules.travel.flights.iter().map(|f| (i64::from(f.up_to_km), f.price.0)).collect(),
        }
    }

    fn set_rows(&self, rules: &mut Rulebook, rows: &[(i64, i64)]) {
        let bands = rows.iter().map(|(from, value)| (small(*from), *value));
        match self.name {
            "ladder" => {
                rules.ladder =
                    bands.map(|(from_day, share)| LadderBand { from_day, share: BasisPoints(small(share)) }).collect();
            }
            "schedule" => {
                rules.cancellation.schedule = bands
                    .map(|(from_days, back)| CancellationBand { from_days, back: BasisPoints(small(back)) })
                    .collect();
            }
            _ => {
                rules.travel.flights =
                    bands.map(|(up_to_km, price)| FlightTariff { up_to_km, price: Cents(price) }).collect();
            }
        }
    }
}

/// Name of the field of a licence's tariff.
#[must_use]
pub fn licence_field(product: &ProductCode) -> String {
    format!("licence_{product}")
}

/// Why a field is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was typed.
    Missing,
    /// Not a number of this kind.
    Malformed,
    /// Outside of the bounds, which are given as they are typed.
    Outside(String, String),
    /// Must be more than the one before; that one, as typed.
    NotAfter(String),
    /// The first band must begin here.
    NotFirst(String),
}

/// A wrong field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Its name.
    pub field: String,
    /// Why.
    pub fault: Fault,
}

/// A rulebook as fields. Lists leave the rest of their rows empty; a licence that is not rented out is empty.
#[must_use]
pub fn write(rules: &Rulebook, products: &[ProductCode]) -> BTreeMap<String, String> {
    let mut fields: BTreeMap<String, String> =
        NUMBERS.iter().map(|f| (f.name.to_owned(), f.measure.plain(f.get(rules)))).collect();
    for list in &ROWS {
        let rows = list.rows_of(rules);
        for row in 1..=list.rows {
            let (from, value) = list.fields(row);
            let texts =
                rows.get(row - 1).map(|(f, v)| (list.threshold.plain(*f), list.value.plain(*v))).unwrap_or_default();
            fields.insert(from, texts.0);
            fields.insert(value, texts.1);
        }
    }
    for product in products {
        let tariff = rules.rental.licence_per_day.get(product).map(|cents| Measure::Money.plain(cents.0));
        fields.insert(licence_field(product), tariff.unwrap_or_default());
    }
    fields
}

/// Reads fields into a copy of `base`, whose number and day stay.
///
/// # Errors
/// Every field that is wrong.
pub fn read(
    fields: &BTreeMap<String, String>,
    base: &Rulebook,
    products: &[ProductCode],
) -> Result<Rulebook, Vec<Mistake>> {
    let mut rules = base.clone();
    let mut mistakes = Vec::new();
    let typed = |name: &str| fields.get(name).map_or("", |text| text.trim());
    let number = |name: &str, measure: Measure, (least, most): (i64, i64), mistakes: &mut Vec<Mistake>| {
        let fault = match (typed(name), measure.read(typed(name))) {
            ("", _) => Fault::Missing,
            (_, None) => Fault::Malformed,
            (_, Some(value)) if value < least || value > most => {
                Fault::Outside(measure.plain(least), measure.plain(most))
            }
            (_, Some(value)) => return Some(value),
        };
        mistakes.push(Mistake { field: name.to_owned(), fault });
        None
    };
    for field in NUMBERS {
        // Browsers post only the boxes that are ticked.
        let value = match field.measure {
            Measure::Switch => Some(i64::from(matches!(typed(field.name), "on" | "1"))),
            measure => number(field.name, measure, field.bounds, &mut mistakes),
        };
        if let Some(value) = value {
            (field.set)(&mut rules, value);
        }
    }
    for list in &ROWS {
        let mut rows: Vec<(i64, i64)> = Vec::new();
        let (least, most) = match list.name {
            "ladder" => (1, 10_000),
            "schedule" => (0, 365),
            _ => (i64::from(rules.travel.flight_over_km) + 1, 40_000),
        };
        for row in 1..=list.rows {
            let (from, value) = list.fields(row);
            if typed(&from).is_empty() && typed(&value).is_empty() && !(list.name == "ladder" && row == 1) {
                continue;
            }
            let bounds = (0, if list.value == Measure::Percent { 10_000 } else { TARIFF });
            let at = number(&from, list.threshold, (least, most), &mut mistakes);
            let worth = number(&value, list.value, bounds, &mut mistakes);
            let (Some(at), Some(worth)) = (at, worth) else { continue };
            let fault = match rows.last() {
                _ if list.name == "ladder" && row == 1 && at != 1 => Some(Fault::NotFirst(list.threshold.plain(1))),
                Some((before, _)) if *before >= at => Some(Fault::NotAfter(list.threshold.plain(*before))),
                _ => None,
            };
            mistakes.extend(fault.map(|fault| Mistake { field: from, fault }));
            rows.push((at, worth));
        }
        list.set_rows(&mut rules, &rows);
    }
    rules.rental.licence_per_day.retain(|product, _| !products.contains(product));
    for product in products {
        let name = licence_field(product);
        if typed(&name).is_empty() {
            continue;
        }
        if let Some(cents) = number(&name, Measure::Money, (1, TARIFF), &mut mistakes) {
            rules.rental.licence_per_day.insert(product.clone(), Cents(cents));
        }
    }
    // What must hold between fields, each of which is right for itself.
    let mut rises = |low: &str, high: &str, equal: bool| {
        let find = |name: &str| NUMBERS.iter().find(|field| field.name == name);
        let (Some(low), Some(high)) = (find(low), find(high)) else { return };
        let wrong = mistakes.iter().any(|m| m.field == low.name || m.field == high.name);
        let (below, above) = (low.get(&rules), high.get(&rules));
        if !wrong && (below > above || (!equal && below == above)) {
            let fault = Fault::NotAfter(low.measure.plain(below));
            mistakes.push(Mistake { field: high.name.to_owned(), fault });
        }
    };
    rises("allowance_over_km", "flight_over_km", false);
    rises("week_costs_days", "month_costs_days", true);
    rises("contest_days", "payout_days", true);
    rises("limit_new", "limit_trusted", true);
    rises("review_days", "answer_days", true);
    rises("alarm_days", "answer_days", false);
    if rules.recognition.weights.iter().all(|weight| *weight == 0) {
        let bounds = ("1".to_owned(), "10".to_owned());
        mistakes.push(Mistake { field: "weight_champion".to_owned(), fault: Fault::Outside(bounds.0, bounds.1) });
    }
    if mistakes.is_empty() { Ok(rules) } else { Err(mistakes) }
}

/// The fields whose values differ, with the old and the new one, in the order of their names.
#[must_use]
pub fn differences(old: &Rulebook, new: &Rulebook, products: &[ProductCode]) -> Vec<(String, String, String)> {
    let (old, new) = (write(old, products), write(new, products));
    new.into_iter()
        .filter_map(|(name, after)| {
            let before = old.get(&name).cloned().unwrap_or_default();
            (before != after).then_some((name, before, after))
        })
        .collect()
}

/// A booking that everybody can picture, to show what a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Names it in texts.
    pub key: &'static str,
    level: u8,
    days: u8,
    /// Kilometres north of the expert's base; none for remote work.
    km: Option<u32>,
    flexible: bool,
    workstation: bool,
    licence: bool,
    /// Platform days that the expert completed before.
    completed: u32,
}

/// The samples.
pub const SAMPLES: [Sample; 6] = [
    Sample {
        key: "remote",
        level: 1,
        days: 1,
        km: None,
        flexible: false,
        workstation: false,
        licence: false,
        completed: 0,
    },
    Sample {
        key: "near",
        level: 2,
        days: 3,
        km: Some(60),
        flexible: true,
        workstation: false,
        licence: false,
        completed: 12,
    },
    Sample {
        key: "equipped",
        level: 3,
        days: 5,
        km: None,
        flexible: true,
        workstation: true,
        licence: true,
        completed: 24,
    },
    Sample {
        key: "road",
        level: 3,
        days: 4,
        km: Some(312),
        flexible: false,
        workstation: false,
        licence: false,
        completed: 37,
    },
    Sample {
        key: "flight",
        level: 4,
        days: 5,
        km: Some(1_200),
        flexible: true,
        workstation: false,
        licence: false,
        completed: 60,
    },
    Sample {
        key: "far",
        level: 4,
        days: 10,
        km: Some(5_200),
        flexible: false,
        workstation: true,
        licence: true,
        completed: 5,
    },
];

/// A sample, priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// The quote, or why there is none.
    pub quote: Result<Quote, Vec<Refusal>>,
    /// What an independent expert earns by it, before VAT.
    pub earned: Cents,
}

impl Sample {
    /// How many days.
    #[must_use]
    pub const fn days(&self) -> u8 {
        self.days
    }

    /// The level of the expert.
    #[must_use]
    pub const fn level(&self) -> u8 {
        self.level
    }

    /// Platform days that the expert completed before.
    #[must_use]
    pub const fn completed(&self) -> u32 {
        self.completed
    }

    /// Prices it by a rulebook, by the same engine as any booking. `today` is the day it would be placed; its days are
    /// working days of a later week, far enough for any lead time.
    #[must_use]
    pub fn price(&self, rulebook: &Rulebook, operator: OperatorVat, today: NaiveDate) -> Priced {
        let base = GeoPoint { lat: 0, lon: 5_000_000 };
        // One kilometre of a meridian in millionths of a degree.
        let north = |km: u32| i32::try_from(u64::from(km) * 1_000_000_000 / 111_195).unwrap_or(0);
        let start = (70..77)
            .filter_map(|ahead| today.checked_add_days(Days::new(ahead)))
            .find(|day| day.weekday() == Weekday::Mon)
            .unwrap_or(today);
        let working = start.iter_days().filter(|day| day.weekday().num_days_from_monday() < 5);
        let Ok(days) = DaySet::new(working.take(usize::from(self.days))) else {
            return Priced { quote: Err(Vec::new()), earned: Cents::ZERO };
        };
        let Ok(level) = Level::try_from(self.level) else {
            return Priced { quote: Err(Vec::new()), earned: Cents::ZERO };
        };
        let expert = ExpertId(Uuid::nil());
        let offer = Offer {
            expert,
            kind: ExpertKind::Independent,
            level,
            base,
            on_site: true,
            remote: true,
            max_travel_km: None,
            free: FreeDays::from_fn(today, 120, |_| true),
        };
        // The dearest licence that is rented out by these rules.
        let licences: BTreeSet<ProductCode> = if self.licence {
            let dearest = rulebook.rental.licence_per_day.iter().max_by_key(|(code, cents)| (**cents, (*code).clone()));
            dearest.map(|(code, _)| code.clone()).into_iter().collect()
        } else {
            BTreeSet::new()
        };
        let order = Order {
            expert,
            days,
            location: match self.km {
                None => Location::Remote,
                Some(km) => Location::OnSite { place: PlaceId(0), point: GeoPoint { lat: north(km), lon: base.lon } },
            },
            flexible: self.flexible,
            workstation: self.workstation,
            licences,
            customer: Customer {
                country: operator.country,
                vat_number: None,
                vat_status: VatStatus::Unknown,
                is_private: false,
            },
        };
        let context = PricingContext {
            rulebook: rulebook.clone(),
            operator,
            today,
            private_clients: false,
            none_left: crate::stock::NoneLeft::default(),
        };
        let quote = quote(&context, &offer, &order);
        let earned = match &quote {
            Ok(quote) => earnings(&rulebook.ladder, &quote.lines, self.completed).iter().map(EarningLine::net).sum(),
            Err(_) => Cents::ZERO,
        };
        Priced { quote, earned }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vat::CountryCode;

    fn products() -> Vec<ProductCode> {
        ["revit", "vault", "maya"].map(ProductCode::from_static).to_vec()
    }

    fn initial() -> Rulebook {
        NaiveDate::from_ymd_opt(2026, 1, 1).map(Rulebook::initial).unwrap()
    }

    fn operator() -> OperatorVat {
        OperatorVat { country: CountryCode::parse("NL").unwrap(), rate: BasisPoints(2100) }
    }

    /// S6, S24, S25, S28: whatever is written is read back the same, and every number of the stored form has its field.
    #[test]
    fn every_number_has_its_field() {
        let rules = initial();
        let all: Vec<ProductCode> = rules.rental.licence_per_day.keys().cloned().collect();
        let fields = write(&rules, &all);
        assert_eq!(read(&fields, &rules, &all), Ok(rules.clone()));
        // Count the leaves of what is stored: a number that is added to the rulebook and not to the editor fails here.
        fn leaves(value: &serde_json::Value) -> usize {
            match value {
                serde_json::Value::Object(map) => map.values().map(leaves).sum(),
                serde_json::Value::Array(list) => list.iter().map(leaves).sum(),
                _ => 1,
            }
        }
        let stored = leaves(&serde_json::to_value(&rules).unwrap());
        // Version and day are no fields; empty rows are no leaves.
        assert_eq!(fields.values().filter(|text| !text.is_empty()).count(), stored - 2);
    }

    #[test]
    fn numbers_are_read_as_they_are_typed() {
        for (text, read) in [
            ("560", Some(56_000)),
            ("560,5", Some(56_050)),
            ("€ 1 280.00", Some(128_000)),
            ("1.280", None),
            ("1.280,00", None),
            ("-5", None),
            ("5.", None),
            ("", None),
            ("12e3", None),
            ("9999999999999999", None),
        ] {
            assert_eq!(Measure::Money.read(text), read, "{text}");
        }
        assert_eq!(Measure::Days.read("5"), Some(5));
        assert_eq!(Measure::Days.read("5,5"), None);
        assert_eq!(Measure::Factor.read("1.25"), Some(12_500));
        assert_eq!(Measure::Factor.plain(12_500), "1.2500");
        assert_eq!(Measure::Percent.plain(1_500), "15.00");
    }

    /// Mistakes are found all at once, each with its field.
    #[test]
    fn mistakes_by_field() {
        let rules = initial();
        let mut fields = write(&rules, &products());
        for (name, text) in [
            ("day_rate_1", ""),
            ("supplement", "120"),
            ("lead_days", "two"),
            ("flight_over_km", "200"),
            ("ladder_1_from", "2"),
            ("ladder_3_from", "14"),
            ("ladder_4_value", ""),
            ("flights_1_from", "100"),
            ("payout_days", "3"),
            ("licence_revit", "x"),
        ] {
            fields.insert(name.to_owned(), text.to_owned());
        }
        let mistakes = read(&fields, &rules, &products()).unwrap_err();
        let mut names: Vec<&str> = mistakes.iter().map(|m| m.field.as_str()).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "day_rate_1",
                "flight_over_km",
                "flights_1_from",
                "ladder_1_from",
                "ladder_3_from",
                "ladder_4_value",
                "lead_days",
                "licence_revit",
                "payout_days",
                "supplement"
            ],
            "{mistakes:?}"
        );
        assert!(mistakes.contains(&Mistake {
            field: "supplement".to_owned(),
            fault: Fault::Outside("0.00".to_owned(), "100.00".to_owned())
        }));
        // An expert has five days to answer at least; what is rented out alone is not free.
        let mut fields = write(&rules, &products());
        for (name, text) in [("contest_days", "4"), ("licence_revit", "0"), ("licence_vault", "0.01")] {
            fields.insert(name.to_owned(), text.to_owned());
        }
        let mistakes = read(&fields, &rules, &products()).unwrap_err();
        let outside = |field: &str, least: &str, most: &str| Mistake {
            field: field.to_owned(),
            fault: Fault::Outside(least.to_owned(), most.to_owned()),
        };
        assert_eq!(mistakes, [outside("contest_days", "5", "60"), outside("licence_revit", "0.01", "10000.00")]);
        // A band that begins where the one before does.
        let mut fields = write(&rules, &products());
        fields.insert("ladder_3_from".to_owned(), "14".to_owned());
        let mistakes = read(&fields, &rules, &products()).unwrap_err();
        assert_eq!(mistakes, [Mistake { field: "ladder_3_from".to_owned(), fault: Fault::NotAfter("14".to_owned()) }]);
    }

    /// S7, S34: samples are priced by the one engine, by hand for the first rulebook; who brings workstation and licence
    /// pays for neither.
    #[test]
    fn samples_by_hand() {
        let (rules, today) = (initial(), NaiveDate::from_ymd_opt(2026, 12, 1).unwrap());
        let priced: BTreeMap<_, _> =
            SAMPLES.iter().map(|sample| (sample.key, sample.price(&rules, operator(), today))).collect();
        let net = |key: &str| priced[key].quote.as_ref().unwrap().net;
        assert_eq!(net("remote"), Cents::euros(560));
        // 3 × €680, and 15 % of it.
        assert_eq!(net("near"), Cents::euros(2_346));
        // 5 × (€800 + €45 + €25), and 15 % of it.
        assert_eq!(net("equipped"), Cents(500_250));
        // 4 × €800, 624 km × €0.35, 4 × €150.
        assert_eq!(net("road"), Cents(401_840));
        // 5 × €960, a flight of €400, 5 × €150, and 15 % of it.
        assert_eq!(net("flight"), Cents(684_250));
        // 10 × (€960 + €45 + €25 + €150), and two flights of €1,200.
        assert_eq!(net("far"), Cents::euros(14_200));
        // Day 38 at 85 %, 39 to 41 at 87.5 %, travel in full.
        assert_eq!(priced["road"].earned, Cents(68_000 + 210_000 + 21_840 + 60_000));
    }
}
