//! Licences rented alone (S9): the price against an oracle that shares no code, and the life of an order.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use gabarit_domain::{
    expert::ProductCode,
    money::{BasisPoints, Cents},
    pricing::{LineKind, PricingContext, Unit},
    rental::{
        Cover, RentalOrder, RentalRefusal, RentalState, Term, cheapest, client_may_cancel, lines, may_hand_out, quote,
    },
    rulebook::{RentalRules, Rulebook},
    stock::{NoneLeft, Rentable},
    vat::{CountryCode, Customer, OperatorVat, VatStatus},
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn rules() -> RentalRules {
    Rulebook::initial(date("2026-01-01")).rental
}

fn context() -> PricingContext {
    PricingContext {
        rulebook: Rulebook::initial(date("2026-01-01")),
        operator: OperatorVat { country: CountryCode::parse("NL").unwrap(), rate: BasisPoints(2100) },
        today: date("2026-11-23"),
        private_clients: false,
        none_left: NoneLeft::default(),
    }
}

fn order(first: &str, days: u64, seats: &[(&str, u32)]) -> RentalOrder {
    let first = date(first);
    RentalOrder {
        term: Term { first, last: first + Days::new(days - 1) },
        seats: seats.iter().map(|(code, seats)| (Rentable::parse(code).unwrap(), *seats)).collect(),
        customer: Customer {
            country: CountryCode::parse("NL").unwrap(),
            vat_number: None,
            vat_status: VatStatus::None,
            is_private: false,
        },
    }
}

/// The oracle: the cheapest way to have had a licence on each of the first n days, day by day.
fn oracle(day: i64, week_costs: i64, month_costs: i64, days: usize) -> i64 {
    let mut least = vec![0_i64; days + 1];
    for n in 1..=days {
        least[n] = [(1, day), (7, day * week_costs), (30, day * month_costs)]
            .into_iter()
            .map(|(length, price)| least[n.saturating_sub(length)] + price)
            .min()
            .unwrap();
    }
    least[days]
}

/// S9, by hand: Revit at €25: a week €100, a month €300.
#[test]
fn by_hand() {
    for (days, months, weeks, single, cents) in [
        (1, 0, 0, 1, 2_500),
        (3, 0, 0, 3, 7_500),
        (4, 0, 1, 0, 10_000),
        (6, 0, 1, 0, 10_000),
        (7, 0, 1, 0, 10_000),
        (8, 0, 1, 1, 12_500),
        (11, 0, 2, 0, 20_000),
        (21, 1, 0, 0, 30_000),
        (30, 1, 0, 0, 30_000),
        (31, 1, 0, 1, 32_500),
        (45, 1, 2, 1, 52_500),
        (60, 2, 0, 0, 60_000),
    ] {
        let cover = cheapest(&rules(), Cents(2_500), days);
        assert_eq!(cover, Cover { months, weeks, days: single }, "{days} days");
        let order = order("2026-12-01", u64::from(days), &[("revit", 1)]);
        let net: Cents = lines(&rules(), &order).iter().map(|line| line.net).sum();
        assert_eq!(net, Cents(cents), "{days} days");
    }
}

/// S9: licences multiply, VAT is added once, each tariff has its line and its unit.
#[test]
fn a_whole_quote() {
    let quote = quote(&context(), &order("2026-12-01", 38, &[("autocad", 2), ("revit", 1)])).unwrap();
    let read: Vec<_> =
        quote.lines.iter().map(|line| (line.quantity, line.unit, line.unit_price.0, line.net.0)).collect();
    assert_eq!(
        read,
        [
            (2, Unit::Month, 21_600, 43_200),
            (2, Unit::Week, 7_200, 14_400),
            (2, Unit::Day, 1_800, 3_600),
            (1, Unit::Month, 30_000, 30_000),
            (1, Unit::Week, 10_000, 10_000),
            (1, Unit::Day, 2_500, 2_500),
        ]
    );
    assert_eq!((quote.net, quote.vat.tax, quote.total), (Cents(103_700), Cents(21_777), Cents(125_477)));
    assert_eq!([Unit::Day, Unit::Week, Unit::Month].map(Unit::code), ["DAY", "WEE", "MON"]);
}

/// S7, S9: workstations are priced by the same engine as licences; only they are sent.
#[test]
fn workstations_alone() {
    // A day €45, a week €180, a month €540: 38 days are a month, a week and a day.
    let order = order("2026-12-01", 38, &[("workstation", 2)]);
    let quote = quote(&context(), &order).unwrap();
    let read: Vec<_> = quote.lines.iter().map(|line| (line.quantity, line.unit, line.unit_price.0)).collect();
    assert_eq!(read, [(2, Unit::Month, 54_000), (2, Unit::Week, 18_000), (2, Unit::Day, 4_500)]);
    assert!(quote.lines.iter().all(|line| line.kind == LineKind::Workstation));
    assert_eq!(quote.net, Cents(153_000));
    assert!(order.is_sent());
    assert!(!self::order("2026-12-01", 1, &[("revit", 1), ("workstation", 0)]).is_sent());
    // An order of before there were workstations reads the same.
    let old = r#"{"revit":2}"#;
    let seats: BTreeMap<Rentable, u32> = serde_json::from_str(old).unwrap();
    assert_eq!(serde_json::to_string(&seats).unwrap(), old);
}

/// S9: every reason is given at once.
#[test]
fn what_is_refused() {
    let today = order("2026-11-23", 400, &[("revit", 51), ("word", 1)]);
    let refusals = quote(&context(), &today).unwrap_err();
    assert_eq!(refusals.len(), 4, "{refusals:?}");
    assert!(refusals.contains(&RentalRefusal::TooSoon { earliest: date("2026-11-24") }));
    let mut backwards = order("2026-12-01", 1, &[]);
    backwards.term.last = date("2026-11-30");
    assert_eq!(quote(&context(), &backwards).unwrap_err(), [RentalRefusal::EndsBeforeStart, RentalRefusal::Nothing]);
    let far = order("2027-11-24", 1, &[("revit", 1)]);
    assert!(matches!(quote(&context(), &far).unwrap_err()[..], [RentalRefusal::TooFarAhead { .. }]));
}

proptest! {
    /// S9: never a cent more than the oracle's cheapest, whatever the tariffs; what is covered is no less than the term.
    #[test]
    fn never_more_than_the_cheapest(
        day in 1_i64..10_000, week in 1_u32..9, month in 1_u32..40, days in 1_u32..400, seats in 1_u32..5,
    ) {
        let mut rules = rules();
        rules.week_costs_days = week;
        rules.month_costs_days = month;
        rules.licence_per_day = BTreeMap::from([(ProductCode::parse("revit").unwrap(), Cents(day))]);
        let cover = cheapest(&rules, Cents(day), days);
        prop_assert!(cover.months * 30 + cover.weeks * 7 + cover.days >= days);
        let order = order("2026-12-01", u64::from(days), &[("revit", seats)]);
        let net: i64 = lines(&rules, &order).iter().map(|line| line.net.0).sum();
        let least = oracle(day, i64::from(week), i64::from(month), days as usize);
        prop_assert_eq!(net, least * i64::from(seats));
    }

    /// S9: a longer term never costs less.
    #[test]
    fn longer_is_never_cheaper(day in 1_i64..10_000, days in 1_u32..399) {
        let price = |days: u32| {
            let cover = cheapest(&rules(), Cents(day), days);
            rules().month(Cents(day)).times(cover.months) + rules().week(Cents(day)).times(cover.weeks)
                + Cents(day).times(cover.days)
        };
        prop_assert!(price(days) <= price(days + 1));
    }
}

/// S9, S18: every order of up to seven events from a new order: nothing is handed out unpaid, a card is captured once it is
/// authorised, nothing comes back that was not handed out, and what has ended stays so.
#[test]
fn explored() {
    type Move = fn(RentalState) -> Option<RentalState>;
    const TERM: fn() -> Term = || Term { first: date("2026-12-03"), last: date("2026-12-05") };
    const NOW: fn() -> DateTime<Utc> = || "2026-12-01T11:00:00Z".parse().unwrap();
    let moves: [(&str, Move); 10] = [
        ("authorise", |state| state.authorise(NOW()).ok()),
        ("authorise late", |state| state.authorise_late(TERM(), date("2026-12-02"), NOW()).ok()),
        ("capture", |state| state.capture().ok()),
        ("lose", |state| state.lose().ok()),
        ("pay", |state| state.pay().ok()),
        ("pay late", |state| state.pay_late(TERM(), date("2026-12-02")).ok()),
        ("hand out", |state| state.hand_out(TERM(), date("2026-12-03")).ok()),
        ("return", |state| state.give_back().ok()),
        ("cancel", |state| state.cancel().ok()),
        ("lapse", |state| state.lapse("2026-12-01T12:00:00Z".parse().unwrap()).ok()),
    ];
    let start = NOW();
    let new = RentalState::reserve(start, 15, start + TimeDelta::days(3));
    assert_eq!(new.clock(), Some(start + TimeDelta::minutes(15)));
    assert!(new.lapse(start + TimeDelta::minutes(14)).is_err());
    let mut paths = vec![(new, Vec::<&str>::new())];
    let mut ends = BTreeSet::new();
    for _ in 0..7 {
        let mut next = Vec::new();
        for (state, path) in &paths {
            let mut any = false;
            for (name, go) in moves {
                let Some(to) = go(*state) else { continue };
                any = true;
                let path = [path.as_slice(), &[name]].concat();
                let after = |events: &[&str], rest: &[&str]| {
                    let last = path.strip_suffix(rest).and_then(<[_]>::last);
                    last.is_some_and(|last| events.contains(last))
                };
                let paid = |rest: &[&str]| after(&["pay", "pay late", "capture"], rest);
                assert_eq!(to == RentalState::Paid, paid(&[]));
                assert_eq!(to == RentalState::HandedOut, paid(&["hand out"]));
                assert_eq!(to == RentalState::Returned, paid(&["hand out", "return"]));
                let authorised = after(&["authorise", "authorise late"], &[name]);
                assert!(authorised || !matches!(name, "capture" | "lose"), "{path:?}");
                assert_eq!(RentalState::parse(to.code(), to.clock()), Some(to));
                next.push((to, path));
            }
            if !any {
                ends.insert(state.code());
                assert!(matches!(state, RentalState::Returned | RentalState::Cancelled));
            }
        }
        paths = next;
    }
    assert_eq!(ends.into_iter().collect::<Vec<_>>(), ["cancelled", "returned"]);
    let authorised = new.authorise(start).unwrap();
    assert_eq!(authorised.clock(), Some(start + TimeDelta::days(5)), "before the authorisation ends");
    assert!(authorised.hand_out(TERM(), date("2026-12-03")).is_err(), "captured first");
    assert!(may_hand_out(authorised, TERM(), date("2026-12-03")));
    assert!(!may_hand_out(authorised, TERM(), date("2026-12-02")));
    assert!(client_may_cancel(authorised, TERM(), date("2026-12-02")));
    assert!(!client_may_cancel(authorised, TERM(), date("2026-12-03")));
    let term = TERM();
    assert!(RentalState::Paid.hand_out(term, date("2026-12-02")).is_err(), "not before its first day");
    assert!(RentalState::Paid.hand_out(term, date("2026-12-06")).is_ok(), "late is better than never");
    assert!(RentalState::Lapsed.pay_late(term, date("2026-12-03")).is_err(), "begun: the money goes back");
    assert!(client_may_cancel(RentalState::Paid, term, date("2026-12-02")));
    assert!(!client_may_cancel(RentalState::Paid, term, date("2026-12-03")), "begun");
    assert!(!client_may_cancel(RentalState::HandedOut, term, date("2026-12-02")));
}
