//! Cases worked by hand: the tables under `cases/` hold the inputs, every expected figure and the arithmetic.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::NaiveDate;
use gabarit_domain::{
    calendar::{DaySet, FreeDays},
    change::requote,
    compensation::{EarningLine, earnings, ladder},
    expert::{ExpertKind, Level, Offer, ProductCode},
    geo::GeoPoint,
    ids::{ExpertId, PlaceId},
    money::{BasisPoints, Cents},
    pricing::{Line, LineKind, Location, Order, PricingContext, Refusal, quote},
    rulebook::Rulebook,
    stock::{NoneLeft, Rentable},
    vat::{CountryCode, Customer, OperatorVat, VatBreakdown, VatCategory, VatNumber, VatStatus, VatTreatment},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The rows of a table as columns, without its comments, empty lines and head.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1).map(|row| row.split('\t').collect())
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn days(text: &str) -> DaySet {
    let ranges = text.split(' ').map(|range| range.split_once("..").unwrap_or((range, range)));
    DaySet::new(ranges.flat_map(|(first, last)| {
        let last = date(last);
        date(first).iter_days().take_while(move |day| *day <= last)
    }))
    .unwrap()
}

const BASE: GeoPoint = GeoPoint { lat: -45_000_000, lon: 5_000_000 };

/// That many kilometres north of [`BASE`]: the arithmetic stands at the head of `quotes.tsv`.
fn north(km: &str) -> Location {
    let degrees = km.parse::<f64>().unwrap() / 111.195_080;
    let point = GeoPoint { lat: BASE.lat + (degrees * 1e6).round() as i32, lon: BASE.lon };
    Location::OnSite { place: PlaceId(1), point }
}

fn context() -> PricingContext {
    PricingContext {
        rulebook: Rulebook::initial(date("2026-01-01")),
        operator: OperatorVat { country: CountryCode::parse("NL").unwrap(), rate: BasisPoints(2100) },
        today: date("2026-12-01"),
        private_clients: false,
        none_left: NoneLeft::default(),
    }
}

fn offer(level: u8) -> Offer {
    Offer {
        expert: ExpertId(Uuid::from_u128(7)),
        kind: ExpertKind::Independent,
        level: Level::try_from(level).unwrap(),
        base: BASE,
        on_site: true,
        remote: true,
        max_travel_km: None,
        free: FreeDays::from_fn(date("2026-12-01"), 400, |_| true),
    }
}

fn order(days: DaySet, location: Location) -> Order {
    Order {
        expert: ExpertId(Uuid::from_u128(7)),
        days,
        location,
        flexible: false,
        workstation: false,
        licences: [].into(),
        customer: customer("NL"),
    }
}

fn customer(text: &str) -> Customer {
    let (country, status) = text.split_once(' ').unwrap_or((text, "none"));
    let country = CountryCode::parse(country).unwrap();
    let number = match country.as_str() {
        "BE" => "BE0123456749",
        "NL" => "NL000000012B00",
        "GR" => "EL123456783",
        "CH" => "CHE123456789",
        _ => "",
    };
    let vat_status = VatStatus::parse(status).unwrap();
    let vat_number = (vat_status != VatStatus::None).then(|| VatNumber::parse(country, number).unwrap());
    Customer { country, vat_number, vat_status, is_private: false }
}

fn apply(rules: &str, context: &mut PricingContext) {
    for (name, value) in rules.split(' ').filter_map(|rule| rule.split_once('=')) {
        let number = value.parse::<u32>();
        let cents = |number: &Result<u32, _>| Cents(i64::from(*number.as_ref().unwrap()));
        let book = &mut context.rulebook;
        match name {
            "rate1" => book.day_rates[0] = cents(&number),
            "workstation" => book.rental.workstation_per_day = cents(&number),
            "per_km" => book.travel.per_km = cents(&number),
            "lodging" => book.travel.lodging_per_day = cents(&number),
            "over" => book.travel.allowance_over_km = number.unwrap(),
            "road" => book.travel.road_factor = BasisPoints(number.unwrap()),
            "supplement" => book.flexible.supplement = BasisPoints(number.unwrap()),
            "notice" => book.flexible.notice_days = number.unwrap(),
            "vat" => context.operator.rate = BasisPoints(number.unwrap()),
            "operator" => context.operator.country = CountryCode::parse(value).unwrap(),
            other => panic!("no setting {other}"),
        }
    }
}

fn written(line: &Line) -> String {
    let kind = match &line.kind {
        LineKind::ExpertDays { .. } => "days".to_owned(),
        LineKind::Travel { one_way_km, trips, .. } => format!("travel({one_way_km}km,{trips})"),
        LineKind::Flight { one_way_km, trips, .. } => format!("flight({one_way_km}km,{trips})"),
        LineKind::Lodging { .. } => "lodging".to_owned(),
        LineKind::Workstation => "workstation".to_owned(),
        LineKind::Licence { product } => format!("licence({product})"),
        LineKind::Flexible { base, free_until, .. } => format!("flexible({},{free_until})", base.0),
    };
    format!("{kind} {}x{}={}", line.quantity, line.unit_price.0, line.net.0)
}

/// S5–S9, S24, S27–S29 and VAT: every line, the tax and the total of each quote of `cases/quotes.tsv`.
#[test]
fn quotes_worked_by_hand() {
    let mut count = 0;
    for row in rows(include_str!("cases/quotes.tsv")) {
        let [case, level, dates, location, options, client, rules, lines, net, vat, total] = row[..] else {
            panic!("{row:?} has not eleven columns")
        };
        let mut context = context();
        apply(rules, &mut context);
        let mut order = order(days(dates), if location == "remote" { Location::Remote } else { north(location) });
        order.customer = customer(client);
        for option in options.split(' ').filter(|option| *option != "-") {
            match option {
                "flexible" => order.flexible = true,
                "workstation" => order.workstation = true,
                product => {
                    order.licences.insert(ProductCode::parse(product).unwrap());
                }
            }
        }
        let quote = quote(&context, &offer(level.parse().unwrap()), &order).unwrap();
        let found: Vec<_> = quote.lines.iter().map(written).collect();
        assert_eq!(found.join("; "), lines, "{case}");
        assert_eq!(quote.net.0.to_string(), net, "{case}");
        assert_eq!(format!("{} {}", quote.vat.treatment.category.code(), quote.vat.tax.0), vat, "{case}");
        assert_eq!(quote.vat.taxable, quote.net, "{case}");
        assert_eq!(quote.total.0.to_string(), total, "{case}");
        assert_eq!(quote.valid_until, date("2026-12-08"), "{case}: seven days");
        count += 1;
    }
    assert!(count >= 40, "{count} cases");
}

/// S25: each band of `cases/ladder.tsv`, at every boundary.
#[test]
fn ladders_worked_by_hand() {
    let rules = context().rulebook;
    for row in rows(include_str!("cases/ladder.tsv")) {
        let [before, days, rate, bands, sum] = row[..] else { panic!("{row:?} has not five columns") };
        let split = ladder(&rules.ladder, Cents(rate.parse().unwrap()), before.parse().unwrap(), days.parse().unwrap());
        let found: Vec<_> = split
            .iter()
            .map(|band| format!("{}-{}@{}={}", band.from_ordinal, band.to_ordinal, band.share.0, band.amount.0))
            .collect();
        assert_eq!(found.join(" "), bands.trim_matches('-'), "{row:?}");
        assert_eq!(split.iter().map(|band| band.amount).sum::<Cents>().0.to_string(), sum, "{row:?}");
        assert_eq!(split.iter().map(gabarit_domain::compensation::BandDays::days).sum::<u32>().to_string(), days);
    }
}

/// Money: the one rounding rule, for charges and credits alike.
#[test]
fn shares_worked_by_hand() {
    for row in rows(include_str!("cases/shares.tsv")) {
        let [amount, rate, share] = row[..] else { panic!("{row:?} has not three columns") };
        let found = Cents(amount.parse().unwrap()).share(BasisPoints(rate.parse().unwrap()));
        assert_eq!(found.0.to_string(), share, "{row:?}");
    }
}

/// S25, S27: an expert earns the days by the ladder and all travel in full; rentals and the supplement are not theirs.
#[test]
fn earnings_worked_by_hand() {
    let mut order = order(days("2027-03-04..2027-03-05 2027-03-08"), north("201"));
    (order.flexible, order.workstation) = (true, true);
    let quote = quote(&context(), &offer(1), &order).unwrap();
    let earned = earnings(&context().rulebook.ladder, &quote.lines, 12);
    let written: Vec<_> = earned
        .iter()
        .map(|line| match line {
            EarningLine::Days { band, .. } => format!("{} days {}", band.days(), band.amount.0),
            EarningLine::PassedOn { line } => written(line),
        })
        .collect();
    // Day 13 at 80 %: 448.00; days 14 and 15 at 82.5 %: 924.00; two trips of 402 km: 281.40; three nights: 450.00.
    assert_eq!(written, ["1 days 44800", "2 days 92400", "travel(201km,2) 804x35=28140", "lodging 3x15000=45000"]);
    assert_eq!(earned.iter().map(EarningLine::net).sum::<Cents>(), Cents(210_340));
}

/// Money: a credit note's VAT is that of what was kept before less that of what is kept after, even where taxing the
/// difference would be a cent more.
#[test]
fn credits_worked_by_hand() {
    let treatment = VatTreatment { category: VatCategory::S, rate: BasisPoints(2100) };
    let kept = |cents| VatBreakdown::of(treatment, Cents(cents));
    // 1.19 x 21 % = 0.2499 -> 0.25; 0.69 x 21 % = 0.1449 -> 0.14.
    assert_eq!(VatBreakdown::credited(kept(119), kept(69)).tax, Cents(11));
    // 0.26 x 21 % = 0.0546 -> 0.05; 0.14 x 21 % = 0.0294 -> 0.03; but 0.12 x 21 % = 0.0252 -> 0.03.
    assert_eq!(VatBreakdown::credited(kept(26), kept(14)).tax, Cents(2));
    assert_eq!(kept(12).tax, Cents(3));
    // Everything given back is everything that was charged.
    assert_eq!(VatBreakdown::credited(kept(109_070), kept(0)).tax, Cents(22_905));
}

/// S11, S20, S32: an order is refused with its reasons, all at once, and exactly at the limits it is not.
#[test]
fn refusals_worked_by_hand() {
    let context = context();
    let refused = |offer: &Offer, order: &Order| quote(&context, offer, order).err().unwrap_or_default();
    // Today is 1 December; two days ahead is 3 December.
    let tomorrow = order(days("2026-12-02"), Location::Remote);
    assert_eq!(refused(&offer(1), &tomorrow), [Refusal::TooSoon { earliest: date("2026-12-03") }]);
    assert_eq!(refused(&offer(1), &order(days("2026-12-03"), Location::Remote)), []);
    // 400 days are known: the last is 4 January 2028.
    assert_eq!(refused(&offer(1), &order(days("2028-01-04"), Location::Remote)), []);
    assert_eq!(
        refused(&offer(1), &order(days("2028-01-05"), Location::Remote)),
        [Refusal::TooFarAhead { latest: date("2028-01-04") }]
    );
    // An expert who travels 300 km.
    let near = Offer { max_travel_km: Some(300), ..offer(1) };
    assert_eq!(refused(&near, &order(days("2027-03-01"), north("300.4"))), []);
    assert_eq!(
        refused(&near, &order(days("2027-03-01"), north("300.6"))),
        [Refusal::TooFar { one_way_km: 301, limit_km: 300 }]
    );
    let at_home = Offer { on_site: false, ..offer(1) };
    assert_eq!(refused(&at_home, &order(days("2027-03-01"), north("1"))), [Refusal::NotOnSite]);
    let on_the_road = Offer { remote: false, ..offer(1) };
    assert_eq!(refused(&on_the_road, &order(days("2027-03-01"), Location::Remote)), [Refusal::NotRemote]);
    // Tuesdays are taken; several reasons come together.
    let busy = Offer {
        free: FreeDays::from_fn(date("2026-12-01"), 400, |day| day.format("%a").to_string() != "Tue"),
        ..at_home
    };
    let mut order = order(days("2026-12-02 2027-03-01..2027-03-09 2028-06-01"), north("1"));
    let unknown = ProductCode::parse("abacus").unwrap();
    order.licences.insert(unknown.clone());
    assert_eq!(
        refused(&busy, &order),
        [
            Refusal::TooSoon { earliest: date("2026-12-03") },
            Refusal::TooFarAhead { latest: date("2028-01-04") },
            Refusal::NotFree { days: vec![date("2027-03-02"), date("2027-03-09")] },
            Refusal::NotOnSite,
            Refusal::NoSuchLicence { product: unknown },
        ]
    );
}

/// S7, S8: what nothing is left of on a booked day is refused, with the days; other days, and other things, are not. A
/// change may keep what the booking has.
#[test]
fn nothing_left_to_rent() {
    let item = |code: &str| Rentable::parse(code).unwrap();
    let units = BTreeMap::from([(item("revit"), 2), (item("vault"), 1), (item("maya"), 0)]);
    let taken = BTreeMap::from([
        ((item("revit"), date("2027-03-01")), 2),
        ((item("revit"), date("2027-03-02")), 1),
        ((item("workstation"), date("2027-03-01")), 0),
    ]);
    let context = PricingContext { none_left: NoneLeft::count(&units, &taken), ..context() };
    let of = |days_text: &str, licences: &[&str], workstation: bool| Order {
        licences: licences.iter().map(|code| ProductCode::parse(code).unwrap()).collect(),
        workstation,
        ..order(days(days_text), Location::Remote)
    };
    let refused = |order: &Order| quote(&context, &offer(1), order).err().unwrap_or_default();
    let short = |code: &str, list: &[&str]| Refusal::NoneLeft {
        item: item(code),
        days: list.iter().map(|text| date(text)).collect(),
    };
    assert_eq!(refused(&of("2027-03-01 2027-03-02", &[], false)), []);
    assert_eq!(refused(&of("2027-03-02", &["revit", "vault"], false)), []);
    assert_eq!(refused(&of("2027-03-01 2027-03-02", &["revit", "vault"], false)), [short("revit", &["2027-03-01"])]);
    // Of what there is none, none is left on any day; of what nothing is known (a workstation), some is.
    assert_eq!(refused(&of("2027-03-03 2027-03-04", &["maya"], false)), [short("maya", &["2027-03-03", "2027-03-04"])]);
    assert_eq!(
        refused(&of("2027-03-01", &["maya", "revit"], true)),
        [short("workstation", &["2027-03-01"]), short("maya", &["2027-03-01"]), short("revit", &["2027-03-01"])]
    );

    let before = of("2027-03-01", &["revit"], false);
    let free = PricingContext { none_left: NoneLeft::default(), ..context.clone() };
    let agreed = quote(&free, &offer(1), &before).unwrap();
    let change = |wanted: &Order| requote(&context, &offer(1), &before, &agreed, wanted).err().unwrap_or_default();
    assert_eq!(change(&of("2027-03-01 2027-03-02", &["revit"], false)), [], "its own is its own");
    assert_eq!(change(&of("2027-03-01", &["maya"], false)), [short("maya", &["2027-03-01"])]);
    let without = of("2027-03-01", &[], false);
    let agreed = quote(&free, &offer(1), &without).unwrap();
    let added = requote(&context, &offer(1), &without, &agreed, &before).unwrap_err();
    assert_eq!(added, [short("revit", &["2027-03-01"])]);
}

/// Invariant 2: a day of which nothing is known is not free: neither before the known calendar nor in an empty one.
#[test]
fn unknown_days_are_not_free() {
    let from_june = Offer { free: FreeDays::from_fn(date("2027-06-01"), 100, |_| true), ..offer(1) };
    let may = order(days("2027-05-31"), Location::Remote);
    assert_eq!(quote(&context(), &from_june, &may), Err(vec![Refusal::NotFree { days: vec![date("2027-05-31")] }]));
    let nothing = Offer { free: FreeDays::from_fn(date("2027-06-01"), 0, |_| true), ..offer(1) };
    let first = order(days("2027-06-01"), Location::Remote);
    assert_eq!(quote(&context(), &nothing, &first), Err(vec![Refusal::NotFree { days: vec![date("2027-06-01")] }]));
}
