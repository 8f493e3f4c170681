//! What is kept and what goes back: worked cases by hand, an oracle that shares no code, and what must always hold.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../wasm-check/src/sample.rs"]
#[expect(unreachable_pub, reason = "the crate that owns the file exports it")]
mod sample;

use chrono::{Days, NaiveDate};
use gabarit_domain::{
    calendar::DaySet,
    compensation::{EarningLine, earnings},
    expert::ProductCode,
    geo::GeoPoint,
    ids::PlaceId,
    money::{BasisPoints, Cents},
    pricing::{Line, LineKind, Location, Order, PricingContext, Quote, quote},
    rulebook::{CancellationBand, CancellationRules, Rulebook},
    settlement::{
        Choice, Kept, OutOfBounds, Settlement, SomeDays, client_cancels, expert_stops, is_free, kept_lines,
        manager_decides, settle,
    },
    vat::VatBreakdown,
};
use sample::Dice;
use serde_json::Value;
use std::collections::BTreeSet;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn days(text: &str) -> SomeDays {
    if text.is_empty() { SomeDays::new() } else { text.split(',').map(day).collect() }
}

/// An order by hand: level 3 (€800 a day), four days in two ISO weeks, 300 km away, workstation and Revit.
fn agreed(flexible: bool) -> (PricingContext, Order, Quote) {
    let mut case = (0..).map(sample::case).find(|case| quote(&case.context, &case.offer, &case.order).is_ok()).unwrap();
    case.context.rulebook = Rulebook::initial(day("2026-01-01"));
    case.context.operator.country = gabarit_domain::vat::CountryCode::parse("NL").unwrap();
    case.context.operator.rate = BasisPoints(2100);
    case.context.today = day("2026-11-23");
    case.offer.level = 3.try_into().unwrap();
    case.offer.on_site = true;
    case.offer.max_travel_km = None;
    case.offer.base = GeoPoint { lat: 50_000_000, lon: 5_000_000 };
    case.offer.free = gabarit_domain::calendar::FreeDays::from_fn(day("2026-11-23"), 400, |_| true);
    // Thursday, Friday, and Monday, Tuesday of the next week.
    case.order.days = DaySet::parse("2026-12-03,2026-12-04,2026-12-07,2026-12-08").unwrap();
    // Along the meridian: 2.698 degrees are 300 km.
    case.order.location = Location::OnSite { place: PlaceId(1), point: GeoPoint { lat: 52_698_000, lon: 5_000_000 } };
    case.order.flexible = flexible;
    case.order.workstation = true;
    case.order.licences = BTreeSet::from([ProductCode::parse("revit").unwrap()]);
    case.order.customer.country = case.context.operator.country;
    let quote = quote(&case.context, &case.offer, &case.order).unwrap();
    (case.context, case.order, quote)
}

fn by_client(flexible: bool, today: &str) -> Settlement {
    let (context, order, quote) = agreed(flexible);
    settle(&quote, &Kept::all(&order), client_cancels(&context.rulebook, &order, day(today)))
}

fn euros(cents: Cents) -> String {
    cents.to_plain()
}

/// Directive 2011/83/EU: fourteen days after the agreement, or the next working day; days that have begun are paid with
/// their travel, lodging and rentals, the supplement never. A business has no such right.
#[test]
fn private_clients_withdraw() {
    use gabarit_domain::settlement::{client_withdraws, may_withdraw, withdrawal_until};
    // Friday 20 November and fourteen days; a Saturday becomes a Monday; Christmas and the weekend after it become Monday.
    assert_eq!(withdrawal_until(day("2026-11-20")), day("2026-12-04"));
    assert_eq!(withdrawal_until(day("2026-11-21")), day("2026-12-07"));
    assert_eq!(withdrawal_until(day("2026-12-11")), day("2026-12-28"));
    let (_, mut order, _) = agreed(true);
    assert!(!may_withdraw(&order, day("2026-11-23"), day("2026-11-23")), "a business");
    order.customer.is_private = true;
    order.customer.vat_number = None;
    assert!(may_withdraw(&order, day("2026-11-20"), day("2026-12-04")));
    assert!(!may_withdraw(&order, day("2026-11-20"), day("2026-12-05")));
    let (context, _, _) = agreed(true);
    let context = PricingContext { private_clients: true, ..context };
    let case = (0..).map(sample::case).find(|case| quote(&case.context, &case.offer, &case.order).is_ok()).unwrap();
    let offer = gabarit_domain::expert::Offer {
        on_site: true,
        max_travel_km: None,
        level: 3.try_into().unwrap(),
        base: GeoPoint { lat: 50_000_000, lon: 5_000_000 },
        free: gabarit_domain::calendar::FreeDays::from_fn(day("2026-11-23"), 400, |_| true),
        ..case.offer
    };
    let quote = quote(&context, &offer, &order).unwrap();
    let kept = |today| settle(&quote, &Kept::all(&order), client_withdraws(&order, day(today)));
    // Before the first day: nothing is kept.
    assert_eq!((kept("2026-12-02").total, kept("2026-12-02").credit_total), (Cents::ZERO, quote.total));
    // On the second day: €1,600, one return trip €210, two nights €300, rentals €140; the supplement goes back.
    let second = kept("2026-12-04");
    assert_eq!(euros(second.vat.taxable), "2250.00");
    assert_eq!(second.total + second.credit_total, quote.total);
}

/// S6, by hand. Four days are €3,200; two return trips of 600 km at €0.35 €420; four nights €600; workstation €180;
/// Revit €100: €4,500. The supplement is 15 %: €675. With 21 % VAT: €5,445.00 and €6,261.75.
#[test]
fn the_order_by_hand() {
    let (_, _, plain) = agreed(false);
    assert_eq!((euros(plain.net), euros(plain.total)), ("4500.00".into(), "5445.00".into()));
    let (_, _, flexible) = agreed(true);
    assert_eq!((euros(flexible.net), euros(flexible.total)), ("5175.00".into(), "6261.75".into()));
}

/// S6: until five days before the start a flexible booking is free to cancel; the supplement is kept: €675 and VAT.
#[test]
fn flexible_in_time() {
    let settled = by_client(true, "2026-11-28");
    assert_eq!(euros(settled.total), "816.75");
    assert_eq!(euros(settled.credit_total), "5445.00");
    assert_eq!(settled.lines.len(), 1);
    assert!(settled.kept.days.is_empty());
}

/// S6: the day after, it is like any other, and its supplement is kept as well.
#[test]
fn flexible_too_late() {
    let settled = by_client(true, "2026-11-29");
    // Days €3,200 and supplement €675 stay: €3,875 and €813.75 VAT.
    assert_eq!(euros(settled.total), "4688.75");
    assert_eq!(euros(settled.credit_total), "1573.00");
    assert_eq!(settled.kept.days.len(), 4);
}

/// S6: an ordinary booking keeps its day lines; travel, lodging and rentals go back: €1,300 and €273 VAT.
#[test]
fn ordinary_before_the_start() {
    for today in ["2026-11-24", "2026-12-02"] {
        let settled = by_client(false, today);
        assert_eq!(euros(settled.total), "3872.00");
        assert_eq!((euros(settled.credit.taxable), euros(settled.credit.tax)), ("1300.00".into(), "273.00".into()));
        assert_eq!(settled.credited.len(), 4);
    }
}

/// S6: after the start, what has begun is spent: one trip (€210), two nights (€300), two days of both rentals (€140).
#[test]
fn ordinary_after_the_start() {
    let settled = by_client(false, "2026-12-04");
    assert_eq!(euros(settled.credit.taxable), "650.00");
    assert_eq!(euros(settled.total), "4658.50");
    // Three days begun are both weeks' trips.
    assert_eq!(euros(by_client(false, "2026-12-07").credit.taxable), "220.00");
    assert_eq!(euros(by_client(false, "2026-12-08").credit_total), "0.00");
}

/// S6: a schedule gives a part of the day lines back, by days before the start; never of what has begun.
#[test]
fn by_schedule() {
    let (mut context, order, quote) = agreed(false);
    let band = |from_days, back| CancellationBand { from_days, back: BasisPoints(back) };
    context.rulebook.cancellation =
        CancellationRules { schedule: vec![band(3, 2_500), band(10, 10_000), band(7, 5_000), band(0, 1_000)] };
    let kept = |today| settle(&quote, &Kept::all(&order), client_cancels(&context.rulebook, &order, day(today)));
    for (today, days_kept, share) in [
        // Ten days before: everything back.
        ("2026-11-23", "0.00", None),
        ("2026-11-24", "1600.00", Some("400.00")),
        ("2026-11-26", "1600.00", Some("400.00")),
        ("2026-11-27", "2400.00", Some("600.00")),
        ("2026-11-30", "2400.00", Some("600.00")),
        ("2026-12-01", "2880.00", Some("720.00")),
    ] {
        let settled = kept(today);
        assert_eq!(euros(settled.vat.taxable), days_kept, "{today}");
        assert_eq!(settled.lines.first().map(|line| euros(line.unit_price)).as_deref(), share, "{today}");
    }
    assert_eq!(euros(kept("2026-12-03").lines[0].net), "3200.00");
}

/// S6: the expert who cancels before the start gives everything back, the supplement included; who stops early, every
/// day not worked with its travel and lodging.
#[test]
fn by_the_expert() {
    let (_, order, quote) = agreed(true);
    let all = settle(&quote, &Kept::all(&order), expert_stops(&order, &days("")));
    assert_eq!((all.total, all.credit_total), (Cents::ZERO, quote.total));
    assert!(all.lines.is_empty());
    // One day worked: €800, one trip €210, a night €150, rentals €70, and the supplement €675: €1,905 and €400.05.
    let one = settle(&quote, &Kept::all(&order), expert_stops(&order, &days("2026-12-03,2026-12-05")));
    assert_eq!(euros(one.total), "2305.05");
    assert_eq!(one.kept.days, days("2026-12-03"));
}

/// S25: a kept day pays the expert by the ladder; of a day kept in part, the part.
#[test]
fn kept_days_pay_by_the_ladder() {
    let (context, order, quote) = agreed(false);
    let kept = Kept { back: BasisPoints(2_500), ..expert_stops(&order, &days("2026-12-03,2026-12-04")) };
    let lines = kept_lines(&quote.lines, &kept);
    // Two days at €600, the 13th at 80 %, the 14th at 82.5 %; one trip €210; two nights €300.
    let earned = earnings(&context.rulebook.ladder, &lines, 12);
    let amounts: Vec<String> = earned.iter().map(|line| euros(line.net())).collect();
    assert_eq!(amounts, ["480.00", "495.00", "210.00", "300.00"]);
}

/// S6: a manager chooses freely, but never keeps more than is kept already.
#[test]
fn a_manager_has_bounds() {
    let (_, order, quote) = agreed(true);
    let all = Kept::all(&order);
    let choice = Choice {
        days: days("2026-12-03,2026-12-04"),
        back: BasisPoints(3_333),
        travel: true,
        lodging: false,
        rentals: true,
        supplement: false,
    };
    let kept = manager_decides(&all, &choice).unwrap();
    let settled = settle(&quote, &all, kept.clone());
    // €800 less 33.33 % (€266.64) is €533.36: two are €1,066.72; one trip €210; rentals €140.
    assert_eq!(euros(settled.vat.taxable), "1416.72");
    assert_eq!(euros(settled.total), "1714.23");
    assert_eq!(settled.total + settled.credit_total, quote.total);
    for wrong in [
        Choice { days: days("2026-12-03,2026-12-07"), ..choice.clone() },
        Choice { back: BasisPoints(3_000), ..choice.clone() },
        Choice { supplement: true, ..choice.clone() },
        Choice { back: BasisPoints(10_001), ..choice.clone() },
    ] {
        assert_eq!(manager_decides(&kept, &wrong), Err(OutOfBounds), "{wrong:?}");
    }
    let again = manager_decides(&kept, &Choice { days: days("2026-12-03"), ..choice }).unwrap();
    let second = settle(&quote, &kept, again);
    assert_eq!(settled.credit_total + second.credit_total + second.total, quote.total);
}

// --- An oracle: JSON in, whole numbers out, its own calendar.

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn day_number(text: &str) -> i64 {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().unwrap());
    let (year, month, day) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let length = |m| match m {
        2 => 28 + i64::from(leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let years: i64 = (1970..year).map(|y| 365 + i64::from(leap(y))).sum();
    years + (1..month).map(length).sum::<i64>() + day - 1
}

fn share(amount: i128, basis_points: i128) -> i128 {
    let (quotient, rest) = (amount * basis_points / 10_000, amount * basis_points % 10_000);
    if 2 * rest.abs() >= 10_000 { quotient + amount.signum() } else { quotient }
}

fn numbers(days: &Value) -> Vec<i64> {
    days.as_array().unwrap().iter().map(|day| day_number(day.as_str().unwrap())).collect()
}

/// What a list of quoted lines comes to, before VAT, when some of it is kept.
fn kept_net(lines: &Value, kept: &Value) -> i128 {
    let count = |name: &str| numbers(&kept[name]).len() as i128;
    let weeks = numbers(&kept["travel"]).iter().map(|day| (day + 3).div_euclid(7)).collect::<BTreeSet<_>>().len();
    lines
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let price = i128::from(line["unit_price"].as_i64().unwrap());
            match line["kind"].as_str().unwrap() {
                "expert-days" => count("days") * (price - share(price, i128::from(kept["back"].as_i64().unwrap()))),
                "travel" => weeks as i128 * 2 * i128::from(line["one_way_km"].as_i64().unwrap()) * price,
                "flight" => weeks as i128 * price,
                "lodging" => count("lodging") * price,
                "workstation" | "licence" => count("rentals") * price,
                "flexible" => i128::from(kept["supplement"] == true) * price,
                other => panic!("{other}"),
            }
        })
        .sum()
}

/// A way to cut an order short, at random.
fn cut(dice: &mut Dice, context: &PricingContext, order: &Order, before: &Kept) -> Kept {
    let some: SomeDays = before.days.iter().copied().filter(|_| dice.one_in(2)).collect();
    match dice.pick(0, 2) {
        0 => {
            let today = order.days.first() + Days::new(u64::from(dice.pick(0, 20))) - Days::new(14);
            client_cancels(&context.rulebook, order, today).meet(before)
        }
        1 => expert_stops(order, &some).meet(before),
        _ => {
            let choice = Choice {
                days: some,
                back: BasisPoints(dice.pick(before.back.0, 10_000)),
                travel: dice.one_in(2),
                lodging: dice.one_in(2),
                rentals: dice.one_in(2),
                supplement: before.supplement && dice.one_in(2),
            };
            manager_decides(before, &choice).unwrap()
        }
    }
}

/// Invariant 1, over 5,000 random orders cut short twice or thrice: what is kept is what the oracle says; each credit
/// note's lines are its sum and add up; VAT given back is VAT before less VAT after; money kept and money back are the
/// price, to the cent; nothing ever grows.
#[test]
fn what_goes_back_is_what_is_no_longer_kept() {
    let (mut settled_once, mut with_back) = (0, 0);
    for seed in 0..12_000 {
        let mut case = sample::case(seed);
        let mut dice = Dice::new(seed ^ 0xfeed);
        for _ in 0..dice.pick(0, 3) {
            let band = CancellationBand { from_days: dice.pick(0, 12), back: BasisPoints(dice.pick(0, 10_000)) };
            case.context.rulebook.cancellation.schedule.push(band);
        }
        case.context.rulebook.flexible.supplement_refunded = dice.one_in(4);
        let Ok(quote) = quote(&case.context, &case.offer, &case.order) else { continue };
        let mut before = Kept::all(&case.order);
        assert_eq!(kept_lines(&quote.lines, &before), without_nothing(&quote.lines));
        let mut given_back = Cents::ZERO;
        let mut kept = quote.total;
        for _ in 0..dice.pick(1, 3) {
            let after = cut(&mut dice, &case.context, &case.order, &before);
            assert!(after.is_within(&before), "seed {seed}");
            let settled = settle(&quote, &before, after.clone());
            let lines = serde_json::to_value(&quote.lines).unwrap();
            let net = kept_net(&lines, &serde_json::to_value(&after).unwrap());
            assert_eq!(i128::from(settled.vat.taxable.0), net, "seed {seed}");
            let tax = share(net, i128::from(quote.vat.treatment.rate.0));
            assert_eq!(i128::from(settled.total.0), net + tax, "seed {seed}");
            let credited: Cents = settled.credited.iter().map(|line| line.net).sum();
            assert_eq!(credited, settled.credit.taxable, "seed {seed}");
            for line in settled.lines.iter().chain(&settled.credited) {
                assert_eq!(line.net, line.unit_price.times(line.quantity), "seed {seed}");
                assert!(line.net > Cents::ZERO, "seed {seed}");
            }
            assert_eq!(settled.credit_total, settled.credit.taxable + settled.credit.tax);
            assert!((settled.credit.tax - VatBreakdown::of(settled.credit.treatment, credited).tax).0.abs() <= 1);
            assert!(settled.credit_total >= Cents::ZERO && settled.total >= Cents::ZERO);
            given_back += settled.credit_total;
            kept -= settled.credit_total;
            assert_eq!(kept, settled.total, "seed {seed}");
            let read: Settlement = serde_json::from_value(serde_json::to_value(&settled).unwrap()).unwrap();
            assert_eq!(read.fingerprint(), settled.fingerprint());
            // Settling again with the same changes nothing.
            assert_eq!(settle(&quote, &after, after.clone()).credit_total, Cents::ZERO);
            with_back += usize::from(after.back > BasisPoints(0) && !after.days.is_empty());
            before = after;
            settled_once += 1;
        }
        assert_eq!(given_back + kept, quote.total, "seed {seed}");
    }
    assert!(settled_once > 5_000 && with_back > 500, "{settled_once} {with_back}");
}

fn without_nothing(lines: &[Line]) -> Vec<Line> {
    lines.iter().filter(|line| line.net != Cents::ZERO).cloned().collect()
}

/// S6, S25: the expert never earns more by what is kept than by the whole, and travel in full of what is kept.
#[test]
fn earnings_follow_what_is_kept() {
    for seed in 0..4_000 {
        let case = sample::case(seed);
        let mut dice = Dice::new(seed ^ 0xbeef);
        let Ok(quote) = quote(&case.context, &case.offer, &case.order) else { continue };
        let all = Kept::all(&case.order);
        let after = cut(&mut dice, &case.context, &case.order, &all);
        let before = dice.pick(0, 50);
        let ladder = &case.context.rulebook.ladder;
        let net = |lines: &[Line]| -> Cents { earnings(ladder, lines, before).iter().map(EarningLine::net).sum() };
        let lines = kept_lines(&quote.lines, &after);
        assert!(net(&lines) <= net(&quote.lines), "seed {seed}");
        let travel: Cents = lines
            .iter()
            .filter(|line| {
                matches!(line.kind, LineKind::Travel { .. } | LineKind::Flight { .. } | LineKind::Lodging { .. })
            })
            .map(|line| line.net)
            .sum();
        assert!(net(&lines) >= travel, "seed {seed}");
    }
}

/// S6: free exactly until the first day less the notice; an ordinary booking never.
#[test]
fn free_until_the_notice() {
    let (context, order, _) = agreed(true);
    assert!(is_free(&context.rulebook, &order, day("2026-11-28")));
    assert!(!is_free(&context.rulebook, &order, day("2026-11-29")));
    assert!(!is_free(&context.rulebook, &agreed(false).1, day("2026-11-24")));
}
