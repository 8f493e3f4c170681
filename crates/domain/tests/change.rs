//! Changing a booking: what was agreed stays, what is new is looked at anew, and the supplement never falls.

#[path = "../../wasm-check/src/sample.rs"]
#[expect(unreachable_pub, reason = "the crate that owns the file exports it")]
mod sample;

use chrono::Days;
use gabarit_domain::{
    calendar::{DaySet, FreeDays},
    change::{asks_expert, requote},
    money::{BasisPoints, Cents},
    pricing::{LineKind, Location, Order, Quote, Refusal, quote},
    vat::VatBreakdown,
};
use sample::{Case, Dice};

fn quoted() -> impl Iterator<Item = (u64, Case, Quote)> {
    (0..9_000).filter_map(|seed| {
        let case = sample::case(seed);
        let quote = quote(&case.context, &case.offer, &case.order).ok()?;
        Some((seed, case, quote))
    })
}

fn supplement(quote: &Quote) -> Cents {
    quote.lines.iter().filter(|line| matches!(line.kind, LineKind::Flexible { .. })).map(|line| line.net).sum()
}

/// S6: an order that stays as it is keeps its price to the cent, whatever became of the expert's calendar, level, base
/// and reach since.
#[test]
fn nothing_changes_without_a_change() {
    for (_, mut case, agreed) in quoted() {
        case.offer.free = FreeDays::from_fn(case.offer.free.from, case.offer.free.len, |_| false);
        case.offer.level = if case.offer.level.number() == 1 { 4 } else { 1 }.try_into().unwrap();
        case.offer.max_travel_km = Some(0);
        case.offer.base.lat = -case.offer.base.lat;
        let again = requote(&case.context, &case.offer, &case.order, &agreed, &case.order).unwrap();
        assert_eq!((again.lines, again.total), (agreed.lines.clone(), agreed.total));
        assert!(!asks_expert(&case.order, &case.order));
    }
}

/// S6, over thousands of random changes: the price is that of the new order by the old rules (as the one pricing engine
/// makes it where nothing else moved), but the supplement never falls; VAT stays what it was; every sum adds up.
#[test]
fn a_change_is_priced_by_the_old_rules() {
    let (mut changed, mut kept_up) = (0, 0);
    for (seed, case, agreed) in quoted() {
        let mut dice = Dice::new(seed ^ 0xc0de);
        let mut days: Vec<_> = case.order.days.iter().collect();
        if dice.one_in(2) && days.len() > 1 {
            days.pop();
        } else {
            let (first, len) = (case.context.earliest_start(), case.offer.free.len);
            let wanted = (0..u64::from(len)).map(|ahead| first + Days::new(ahead));
            days.extend(wanted.filter(|day| case.offer.free.is_free(*day)).take(dice.pick(1, 3) as usize));
        }
        let wanted = Order {
            days: DaySet::new(days).unwrap(),
            workstation: dice.one_in(2),
            // The option is not for a change to choose.
            flexible: dice.one_in(2),
            ..case.order.clone()
        };
        let Ok(new) = requote(&case.context, &case.offer, &case.order, &agreed, &wanted) else { continue };
        let plain = Order { flexible: case.order.flexible, ..wanted };
        let Ok(fresh) = quote(&case.context, &case.offer, &plain) else { continue };
        assert!(supplement(&new) >= supplement(&agreed), "seed {seed}");
        let base = |quote: &Quote| quote.net - supplement(quote);
        assert_eq!(base(&new), base(&fresh), "seed {seed}");
        assert_eq!(supplement(&new), supplement(&fresh).max(supplement(&agreed)), "seed {seed}");
        assert_eq!(new.net, new.lines.iter().map(|line| line.net).sum(), "seed {seed}");
        assert_eq!(new.vat, VatBreakdown::of(agreed.vat.treatment, new.net), "seed {seed}");
        assert_eq!(new.total, new.net + new.vat.tax);
        assert_eq!(new.rulebook, agreed.rulebook);
        assert!(new.lines.iter().all(|line| line.net == line.unit_price.times(line.quantity)));
        changed += 1;
        kept_up += usize::from(supplement(&new) > supplement(&fresh));
    }
    assert!(changed > 2_000 && kept_up > 200, "{changed} {kept_up}");
}

/// S6, by hand: two remote days of level 3, flexible, are €1,600 and €240; one day less keeps the €240 (€800 would make
/// €120): €1,040 and €218.40 VAT.
#[test]
fn a_day_less_by_hand() {
    let (_, mut case, _) = quoted().next().unwrap();
    case.context.rulebook = gabarit_domain::rulebook::Rulebook::initial("2026-01-01".parse().unwrap());
    case.context.operator.rate = BasisPoints(2100);
    case.context.today = "2026-11-23".parse().unwrap();
    case.offer.level = 3.try_into().unwrap();
    case.offer.remote = true;
    case.offer.free = FreeDays::from_fn(case.context.today, 400, |_| true);
    case.order.days = DaySet::parse("2026-12-01,2026-12-02").unwrap();
    case.order.location = Location::Remote;
    (case.order.flexible, case.order.workstation) = (true, false);
    case.order.licences.clear();
    case.order.customer.country = case.context.operator.country;
    let agreed = quote(&case.context, &case.offer, &case.order).unwrap();
    assert_eq!(agreed.total, Cents(222_640));
    let wanted = Order { days: DaySet::parse("2026-12-02").unwrap(), ..case.order.clone() };
    let new = requote(&case.context, &case.offer, &case.order, &agreed, &wanted).unwrap();
    assert_eq!((new.net, new.total), (Cents(104_000), Cents(125_840)));
    assert!(asks_expert(&case.order, &wanted));
    // A new day must be far enough ahead and free; one that stays need not.
    case.context.today = "2026-12-01".parse().unwrap();
    let late = Order { days: DaySet::parse("2026-12-02,2026-12-03").unwrap(), ..case.order.clone() };
    assert!(requote(&case.context, &case.offer, &case.order, &agreed, &late).is_ok());
    let too_late = Order { days: DaySet::parse("2026-12-01,2026-12-02").unwrap(), ..case.order.clone() };
    assert!(requote(&case.context, &case.offer, &wanted, &agreed, &too_late).is_err());
    case.offer.free = FreeDays::from_fn(case.context.today, 400, |_| false);
    let refused = requote(&case.context, &case.offer, &case.order, &agreed, &late).unwrap_err();
    assert_eq!(refused, [Refusal::NotFree { days: vec!["2026-12-03".parse().unwrap()] }]);
}
