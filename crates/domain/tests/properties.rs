//! What must hold for every booking, over seeded random ones and over generated inputs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../wasm-check/src/sample.rs"]
#[expect(unreachable_pub, reason = "the crate that owns the file exports it")]
mod sample;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use gabarit_domain::{
    booking::{BookingState, PaymentMethod},
    calendar::{DaySet, FreeDays, MAX_DAYS, WeekPattern},
    compensation::{BandDays, EarningLine, earnings, ladder},
    expert::{ExpertKind, Level, ProductCode, Sector},
    geo::{EARTH_RADIUS_KM, GeoPoint},
    ids::BookingId,
    invoice::{Document, DocumentKind, DocumentLines, DocumentNumber, Party, client_amounts, self_billed_amounts},
    money::{BasisPoints, Cents},
    pricing::{LineKind, Quote, quote},
    rulebook::Rulebook,
    text::{Email, Message, Name, Phone, fold},
    vat::{CountryCode, VatBreakdown, VatCategory, VatNumber, VatStatus, VatTreatment},
};
use proptest::prelude::*;
use sample::{Case, Dice};
use uuid::Uuid;

const BOOKINGS: usize = 10_000;

/// The first ten thousand random bookings that can be quoted.
fn quoted() -> impl Iterator<Item = (Case, Quote)> {
    (0..)
        .filter_map(|seed| {
            let case = sample::case(seed);
            let quote = quote(&case.context, &case.offer, &case.order).ok()?;
            Some((case, quote))
        })
        .take(BOOKINGS)
}

fn party() -> Party {
    Party {
        name: "Bureau Exemple".to_owned(),
        attention: None,
        street: "Rue 1".to_owned(),
        postal_code: "1000".to_owned(),
        city: "Ville".to_owned(),
        country: CountryCode::parse("BE").unwrap(),
        vat_number: None,
        registration: None,
        email: None,
    }
}

fn document(kind: DocumentKind, days: &DaySet, amounts: (DocumentLines, VatBreakdown, Cents)) -> Document {
    let (lines, vat, total) = amounts;
    let prepaid = if kind == DocumentKind::Invoice { total } else { Cents::ZERO };
    Document {
        number: DocumentNumber { kind, year: 2026, sequence: 1 },
        issued_on: days.last(),
        language: "fr".to_owned(),
        seller: party(),
        buyer: party(),
        booking: BookingId(Uuid::from_u128(1)),
        booking_reference: "B1".to_owned(),
        expert_name: "Camille Exemple".to_owned(),
        order_number: None,
        service: (days.first(), days.last()),
        days: days.iter().collect(),
        lines,
        vat,
        total,
        prepaid,
        paid_by: Some(PaymentMethod::Ideal),
        due: total - prepaid,
        due_date: None,
        payment_account: None,
        corrects: None,
        deliver_to: None,
    }
}

/// Invariant 1: over 10,000 bookings, quote = charge = invoice lines + VAT, to the cent; each line is its quantity at
/// its price; the invoice adds up; serialising loses nothing.
#[test]
fn quote_charge_and_invoice_are_the_same_cents() {
    for (case, quote) in quoted() {
        let lines: Cents = quote.lines.iter().map(|line| line.net).sum();
        assert_eq!(quote.net, lines);
        assert_eq!(quote.vat.taxable, lines);
        assert_eq!(quote.total, lines + quote.vat.tax);
        let charge = Cents::from_plain(&quote.total.to_plain()).unwrap();
        let invoice = document(DocumentKind::Invoice, &case.order.days, client_amounts(&quote));
        assert_eq!(charge, invoice.lines.net() + invoice.vat.tax);
        assert_eq!(invoice.faults(), [""; 0]);
        assert_eq!(invoice.due, Cents::ZERO);
        let read: Quote = serde_json::from_str(&serde_json::to_string(&quote).unwrap()).unwrap();
        assert_eq!(read, quote);
        let read: Document = serde_json::from_str(&serde_json::to_string(&invoice).unwrap()).unwrap();
        assert_eq!(read, invoice);
    }
}

/// Invariant 1: the price depends on nothing but its inputs: priced again after a trip through JSON, it is the same.
#[test]
fn pricing_again_says_the_same() {
    for (Case { context, offer, order }, quoted) in quoted().take(2_000) {
        let context = serde_json::from_value(serde_json::to_value(context).unwrap()).unwrap();
        let offer = serde_json::from_value(serde_json::to_value(offer).unwrap()).unwrap();
        let order = serde_json::from_value(serde_json::to_value(order).unwrap()).unwrap();
        assert_eq!(quote(&context, &offer, &order), Ok(quoted));
    }
}

/// Invariant 1: money kept = invoices − credit notes, when an order of several lines is reduced line by line to nothing.
#[test]
fn money_kept_is_invoices_less_credit_notes() {
    for (case, quote) in quoted() {
        let mut kept = quote.lines.clone();
        let mut before = quote.vat;
        let mut booked = quote.total;
        while let Some(line) = kept.pop() {
            let after = VatBreakdown::of(quote.vat.treatment, kept.iter().map(|line| line.net).sum());
            let credit = VatBreakdown::credited(before, after);
            assert_eq!(credit.taxable, line.net);
            let amounts = (DocumentLines::Quoted(vec![line]), credit, credit.taxable + credit.tax);
            let note = document(DocumentKind::CreditNote, &case.order.days, amounts);
            assert_eq!(note.faults(), [""; 0]);
            booked -= note.total;
            assert_eq!(booked, after.taxable + after.tax);
            before = after;
        }
        assert_eq!(booked, Cents::ZERO);
    }
}

/// S25: over 10,000 ladders, the bands cover each day once and in order; a day's band does not depend on how the days
/// are cut into assignments; shares never fall; what is paid lies between the first and the last share.
#[test]
fn ladder_is_marginal_and_monotone() {
    let today = NaiveDate::default();
    for seed in 0..BOOKINGS as u64 {
        let mut dice = Dice::new(seed);
        let rules = if dice.one_in(2) { Rulebook::initial(today) } else { sample::odd_rulebook(&mut dice, today) };
        let rate = Cents(dice.between(1, 200_000));
        let (before, days) = (dice.pick(0, 120), dice.pick(1, 120));
        let whole = ladder(&rules.ladder, rate, before, days);
        let each_day = |bands: &[BandDays]| -> Vec<(u32, BasisPoints)> {
            bands.iter().flat_map(|band| (band.from_ordinal..=band.to_ordinal).map(|day| (day, band.share))).collect()
        };
        let days_paid = each_day(&whole);
        assert!(days_paid.iter().map(|(day, _)| *day).eq(before + 1..=before + days));
        assert!(days_paid.is_sorted_by_key(|(_, share)| *share));
        let cut = dice.pick(0, days);
        let mut parts = ladder(&rules.ladder, rate, before, cut);
        parts.extend(ladder(&rules.ladder, rate, before + cut, days - cut));
        assert_eq!(each_day(&parts), days_paid);
        // Each line is rounded once, so cutting a band in two moves at most a cent.
        let paid = |bands: &[BandDays]| bands.iter().map(|band| band.amount).sum::<Cents>();
        assert!((paid(&whole) - paid(&parts)).0.abs() <= 1);
        let more = ladder(&rules.ladder, rate, before, days + 1);
        assert!(paid(&more) >= paid(&whole));
        let experienced = ladder(&rules.ladder, rate, before + 1, days);
        assert!(paid(&experienced) + Cents(experienced.len() as i64) >= paid(&whole));
        let (low, high) = (rules.ladder[0].share, rules.ladder.last().unwrap().share);
        let bounds = (rate.times(days).share(low).0 - 4, rate.times(days).share(high).0 + 4);
        assert!((bounds.0..=bounds.1).contains(&paid(&whole).0));
    }
}

/// S25: with the published rates and ladder every amount is a whole cent, so cutting changes nothing at all, and the
/// expert has from 80 % to 87.5 %.
#[test]
fn published_ladder_has_no_rounding() {
    let rules = Rulebook::initial(NaiveDate::default());
    for level in Level::ALL {
        let rate = rules.day_rate(level);
        for before in 0..60 {
            for days in 1..60 {
                let paid: Cents = ladder(&rules.ladder, rate, before, days).iter().map(|band| band.amount).sum();
                let by_day: Cents = (0..days)
                    .flat_map(|day| ladder(&rules.ladder, rate, before + day, 1))
                    .map(|band| band.amount)
                    .sum();
                assert_eq!(paid, by_day);
                assert!(paid.0 * 10_000 >= rate.0 * i64::from(days) * 8_000);
                assert!(paid.0 * 10_000 <= rate.0 * i64::from(days) * 8_750);
            }
        }
    }
}

/// S25, S30: an expert never earns more than the client paid for the same lines; travel is passed on whole; the
/// self-billed invoice adds up.
#[test]
fn earnings_stay_within_what_the_client_paid() {
    for (seed, (case, quote)) in quoted().enumerate() {
        let before = seed as u32 % 60;
        let earned = earnings(&case.context.rulebook.ladder, &quote.lines, before);
        let of_client = |wanted: fn(&LineKind) -> bool| -> Cents {
            quote.lines.iter().filter(|line| wanted(&line.kind)).map(|line| line.net).sum()
        };
        let days = of_client(|kind| matches!(kind, LineKind::ExpertDays { .. }));
        let travel = of_client(|kind| {
            matches!(kind, LineKind::Travel { .. } | LineKind::Flight { .. } | LineKind::Lodging { .. })
        });
        let passed_on: Cents =
            earned.iter().filter(|line| matches!(line, EarningLine::PassedOn { .. })).map(EarningLine::net).sum();
        let total: Cents = earned.iter().map(EarningLine::net).sum();
        assert_eq!(passed_on, travel);
        assert!(total - passed_on <= days);
        let supply = VatTreatment { category: VatCategory::S, rate: BasisPoints(2_100) };
        let bill =
            document(DocumentKind::SelfBilledInvoice, &case.order.days, self_billed_amounts(earned.clone(), supply));
        assert_eq!(bill.faults(), [""; 0]);
        assert_eq!(bill.lines.net(), total);
        let read: Document = serde_json::from_str(&serde_json::to_string(&bill).unwrap()).unwrap();
        assert_eq!(read, bill);
    }
}

/// Invariant 1: the fingerprint that stands for a consent changes with every figure of the quote, and with nothing else.
#[test]
fn fingerprint_changes_with_every_figure() {
    for (_, quote) in quoted().take(500) {
        let seen = quote.fingerprint();
        let json = serde_json::to_value(&quote).unwrap();
        let mut numbers = Vec::new();
        pointers(&json, String::new(), &mut numbers);
        assert!(numbers.len() >= 8);
        for pointer in numbers {
            let mut changed = json.clone();
            let figure = changed.pointer_mut(&pointer).unwrap();
            let number = figure.as_i64().unwrap();
            // A level has no fifth step.
            *figure = if pointer.ends_with("/level") { number % 4 + 1 } else { number + 1 }.into();
            let changed: Quote = serde_json::from_value(changed).unwrap();
            assert_ne!(changed.fingerprint(), seen, "{pointer}");
        }
        let mut other_day = quote.clone();
        other_day.priced_on = quote.priced_on + Days::new(1);
        other_day.valid_until = quote.valid_until + Days::new(1);
        assert_eq!(other_day.fingerprint(), seen);
        let mut untaxed = quote.clone();
        untaxed.vat.treatment.category = VatCategory::E;
        assert_ne!(untaxed.fingerprint(), seen);
        for at in 0..quote.lines.len() {
            let mut shorter = quote.clone();
            let mut line = shorter.lines.remove(at);
            assert_ne!(shorter.fingerprint(), seen);
            match &mut line.kind {
                LineKind::Licence { product } => *product = ProductCode::parse("abacus").unwrap(),
                LineKind::Flexible { free_until, .. } => *free_until = *free_until + Days::new(1),
                LineKind::Workstation => line.kind = LineKind::Licence { product: ProductCode::parse("x").unwrap() },
                _ => continue,
            }
            shorter.lines.insert(at, line);
            assert_ne!(shorter.fingerprint(), seen);
        }
    }
}

/// JSON pointers to every number below a value.
fn pointers(value: &serde_json::Value, path: String, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Number(_) => found.push(path),
        serde_json::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, format!("{path}/{index}"), found);
            }
        }
        serde_json::Value::Object(fields) => {
            for (name, field) in fields {
                pointers(field, format!("{path}/{name}"), found);
            }
        }
        _ => {}
    }
}

/// Invariants 1 and 3: a document says which of its sums is wrong, whichever it is.
#[test]
fn every_broken_sum_of_a_document_is_named() {
    for (case, quote) in quoted().take(200) {
        let sound = document(DocumentKind::Invoice, &case.order.days, client_amounts(&quote));
        let broken = |change: fn(&mut Document)| {
            let mut document = sound.clone();
            change(&mut document);
            document.faults()
        };
        let line = |document: &mut Document| {
            if let DocumentLines::Quoted(lines) = &mut document.lines {
                lines[0].net += Cents(1);
            }
        };
        assert!(broken(line).contains(&"a line is not its quantity at its price"));
        assert!(broken(|document| document.vat.taxable += Cents(1)).contains(&"taxable is not the sum of the lines"));
        assert!(
            broken(|document| document.vat.tax -= Cents(1)).contains(&"VAT is not the rate on the sum of the lines")
        );
        assert_eq!(broken(|document| document.prepaid -= Cents(1)), ["due is not total less prepaid"]);
        assert_eq!(broken(|document| document.due += Cents(1)), ["due is not total less prepaid"]);
        assert!(broken(|document| document.total += Cents(1)).contains(&"total is not net and VAT"));
        let mut untaxed = sound.clone();
        untaxed.vat.treatment = VatTreatment { category: VatCategory::Ae, rate: BasisPoints(2_100) };
        assert!(untaxed.faults().contains(&"only the standard category has a rate"));
    }
}

/// S27: distances are symmetric, zero at home, never more than half the Earth's girth; one degree of a meridian is
/// π × radius / 180.
#[test]
fn distances_are_those_of_a_sphere() {
    let mut dice = Dice::new(1);
    for _ in 0..BOOKINGS {
        let mut point = || GeoPoint {
            lat: dice.between(-90_000_000, 90_000_000) as i32,
            lon: dice.between(-180_000_000, 180_000_000) as i32,
        };
        let (a, b, c) = (point(), point(), point());
        let km = a.distance_km(b);
        assert!((km - b.distance_km(a)).abs() < 1e-6 && a.distance_km(a) == 0.0);
        assert!((0.0..=std::f64::consts::PI * EARTH_RADIUS_KM + 1e-6).contains(&km));
        assert!(km <= a.distance_km(c) + c.distance_km(b) + 1e-6);
    }
    let degree = GeoPoint { lat: 0, lon: 0 }.distance_km(GeoPoint { lat: 1_000_000, lon: 0 });
    assert!((degree - std::f64::consts::PI * EARTH_RADIUS_KM / 180.0).abs() < 1e-9);
    let antipodes = GeoPoint { lat: 0, lon: -90_000_000 }.distance_km(GeoPoint { lat: 0, lon: 90_000_000 });
    assert!((antipodes - std::f64::consts::PI * EARTH_RADIUS_KM).abs() < 1e-6);
    assert!(GeoPoint::new(90_000_001, 0).is_none() && GeoPoint::new(0, -180_000_001).is_none());
}

/// S7: what is not a set of days says why; more than a year's days are refused before they are read.
#[test]
fn bad_days_are_refused() {
    use gabarit_domain::calendar::DaysError::{Empty, NotADate, TooMany};
    let day = |text: &str| DaySet::parse(text).unwrap().to_param();
    assert_eq!(day("2027-03-02\r\n2027-03-01,,2027-03-02"), "2027-03-01,2027-03-02");
    assert_eq!(day("2027-03-01+2027-03-02;\t2027-03-03"), "2027-03-01,2027-03-02,2027-03-03");
    assert_eq!(DaySet::parse(" , "), Err(Empty));
    for bad in [
        "2027-02-29",
        "2027-13-01",
        "2027-3-1",
        "27-03-01",
        "12027-03-01",
        "-2027-03-01",
        "0000-01-01",
        "2027-03-0١",
        "tomorrow",
        "2027/03/01",
        "'; DROP TABLE booking;--",
    ] {
        assert!(matches!(DaySet::parse(bad), Err(NotADate(_))), "{bad}");
    }
    assert_eq!(DaySet::parse(&"x".repeat(90)), Err(NotADate("x".repeat(40))));
    let first = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
    assert_eq!(DaySet::new(first.iter_days().take(MAX_DAYS)).unwrap().count(), 366);
    assert_eq!(DaySet::new(first.iter_days().take(MAX_DAYS + 1)), Err(TooMany));
    assert_eq!(DaySet::parse(&"2027-01-01,".repeat(10_000)), Err(TooMany));
    let many = first.iter_days().take(10_000).map(|day| day.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(DaySet::parse(&many), Err(TooMany));
    assert!(matches!(DaySet::new([NaiveDate::MAX]), Err(NotADate(_))));
    assert!(serde_json::from_str::<DaySet>("[]").is_err());
    // Doubles, however many, never push other days out.
    let doubles = std::iter::repeat_n(first, 10_000).chain([first + Days::new(1)]);
    assert_eq!(DaySet::new(doubles).unwrap().count(), 2);
}

/// The codes that stand in URLs and in the database are read back as what they were.
#[test]
fn codes_round_trip() {
    assert!(Sector::ALL.iter().all(|sector| Sector::parse(sector.code()) == Some(*sector)));
    assert!(PaymentMethod::ALL.iter().all(|method| PaymentMethod::parse(method.code()) == Some(*method)));
    assert!(DocumentKind::ALL.iter().all(|kind| DocumentKind::parse(kind.series()) == Some(*kind)));
    for kind in [ExpertKind::InHouse, ExpertKind::Independent] {
        assert_eq!(ExpertKind::parse(kind.code()), Some(kind));
    }
    for status in [VatStatus::None, VatStatus::Confirmed, VatStatus::Unknown, VatStatus::Invalid] {
        assert_eq!(VatStatus::parse(status.code()), Some(status));
    }
    assert_eq!(BookingState::CODES.len(), 9);
    assert!(Level::try_from(0).is_err() && Level::try_from(5).is_err());
    for bad in ["", "Revit", "civil 3d", "a/b", &"a".repeat(41)] {
        assert!(ProductCode::parse(bad).is_err(), "{bad}");
    }
    let number = DocumentNumber { kind: DocumentKind::Invoice, year: 2026, sequence: 42 };
    assert_eq!(number.to_string(), "INV-2026-000042");
}

/// VAT numbers: well-known valid forms pass, with or without prefix and punctuation; typing errors do not.
#[test]
fn vat_numbers_are_read_as_people_write_them() {
    use gabarit_domain::vat::VatNumberError::{Checksum, Form, OtherCountry};
    let parse = |country: &str, text: &str| {
        VatNumber::parse(CountryCode::parse(country).unwrap(), text).map(|number| number.as_str().to_owned())
    };
    let ok = |text: &str| Ok(text.to_owned());
    assert_eq!(parse("BE", "be 0123.456.749"), ok("BE0123456749"));
    assert_eq!(parse("BE", "0123456749"), ok("BE0123456749"));
    assert_eq!(parse("BE", "0123456740"), Err(Checksum));
    assert_eq!(parse("BE", "012345674"), Err(Form));
    // 12 + 3 x (123456789 mod 97 = 39) = 129 mod 97 = 32.
    assert_eq!(parse("FR", "FR 32 123 456 789"), ok("FR32123456789"));
    assert_eq!(parse("FR", "33123456789"), Err(Checksum));
    // The key may be letters, even the letters FR.
    assert_eq!(parse("FR", "FR123456789"), ok("FRFR123456789"));
    assert_eq!(parse("FR", "FRFR123456789"), ok("FRFR123456789"));
    assert_eq!(parse("GR", "GR123456783"), ok("EL123456783"));
    assert_eq!(parse("GR", "EL 123 456 783"), ok("EL123456783"));
    assert_eq!(parse("NL", "000000012b00"), ok("NL000000012B00"));
    assert_eq!(parse("NL", "BE0123456749"), Err(OtherCountry));
    assert_eq!(parse("LU", "LU12345613"), ok("LU12345613"), "123456 mod 89 = 13");
    assert_eq!(parse("LU", "LU12345614"), Err(Checksum));
    assert_eq!(parse("IE", "IE9*1234A"), Err(Form));
    assert_eq!(parse("IE", "8D79739I"), ok("IE8D79739I"));
    assert_eq!(parse("CH", "CHE-123.456.789"), ok("CHE123456789"));
    assert_eq!(parse("US", "12'); --"), Err(Form));
    assert_eq!(parse("BE", "BE٠123456749"), Err(Form));
    assert!(serde_json::from_str::<VatNumber>("\"<script>\"").is_err());
    let treat = |country: &str, number: &str| {
        let customer = gabarit_domain::vat::Customer {
            country: CountryCode::parse(country).unwrap(),
            vat_number: serde_json::from_value(number.into()).ok(),
            vat_status: VatStatus::Confirmed,
            is_private: false,
        };
        let operator =
            gabarit_domain::vat::OperatorVat { country: CountryCode::parse("NL").unwrap(), rate: BasisPoints(2_100) };
        gabarit_domain::vat::treatment(operator, &customer).category
    };
    assert_eq!(treat("BE", "BE0123456749"), VatCategory::Ae);
    assert_eq!(treat("BE", "FR32123456789"), VatCategory::S, "another country's number proves nothing");
}

/// S38, search: what people type is trimmed of what nobody sees; names that only look empty are.
#[test]
fn hidden_characters_go() {
    use gabarit_domain::text::TextError::{Malformed, Missing, TooLong};
    assert_eq!(Name::parse("\u{202e} Zoé\u{200b} ").unwrap().as_str(), "Zoé");
    assert_eq!(Name::parse("\u{200b}\u{feff} "), Err(Missing));
    assert_eq!(Name::parse_optional("\u{200b}"), Ok(None));
    assert_eq!(Name::parse("a\u{0}b"), Err(Malformed));
    assert_eq!(Name::parse("a\nb"), Err(Malformed));
    assert_eq!(Name::parse(&"é".repeat(121)), Err(TooLong));
    assert_eq!(Message::parse("a\r\nb").unwrap().as_str(), "a\r\nb");
    assert_eq!(Phone::parse("\u{202a}+32 470 12 34 56\u{202c}").unwrap().as_str(), "+32 470 12 34 56");
    assert_eq!(Email::parse(" Someone@Example.COM ").unwrap().as_str(), "someone@example.com");
    for bad in ["a@b", "@example.com", "a@-x.com", "a b@example.com", "a..b@example.com", "a@example.123", "é@x.com"] {
        assert!(Email::parse(bad).is_err(), "{bad}");
    }
}

/// Search: accents, case and Dutch, French, Czech or Vietnamese letters do not keep a place from being found.
#[test]
fn folding_meets_accents() {
    for (text, folded) in [
        ("Liège", "liege"),
        ("LIEGE", "liege"),
        ("Saint-Étienne-du-Rouvray", "saint etienne du rouvray"),
        ("’s-Hertogenbosch", "s hertogenbosch"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("Œuvre Ærø", "oeuvre aero"),
        ("Cần Thơ", "can tho"),
        ("Đà Nẵng", "da nang"),
        ("İzmir", "izmir"),
        ("IJ\u{132}sselstein", "ijijsselstein"),
        ("Lie\u{300}ge", "liege"),
        ("東京", "東京"),
    ] {
        assert_eq!(fold(text), folded, "{text}");
    }
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (1_i32..=3_652_059).prop_map(|number| NaiveDate::from_num_days_from_ce_opt(number).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Days survive URLs and JSON, sorted and without doubles.
    #[test]
    fn days_round_trip(days in proptest::collection::vec(any_day(), 1..80)) {
        let set = DaySet::new(days.clone()).unwrap();
        prop_assert_eq!(&DaySet::parse(&set.to_param()).unwrap(), &set);
        let json = serde_json::to_string(&set).unwrap();
        prop_assert_eq!(&serde_json::from_str::<DaySet>(&json).unwrap(), &set);
        prop_assert_eq!(set.first(), *days.iter().min().unwrap());
        prop_assert_eq!(set.last(), *days.iter().max().unwrap());
        prop_assert!(set.iter().is_sorted() && days.iter().all(|day| set.contains(*day)));
        prop_assert!(set.iso_weeks() >= 1 && set.iso_weeks() <= set.count());
    }

    /// Parsing days never panics and never says yes to what it does not write.
    #[test]
    fn any_text_is_days_or_not(text in "[0-9,+; \\-T]{0,40}|\\PC{0,40}") {
        if let Ok(set) = DaySet::parse(&text) {
            prop_assert_eq!(DaySet::parse(&set.to_param()), Ok(set));
        }
    }

    /// Amounts survive the form payment providers want, over the whole range.
    #[test]
    fn cents_round_trip(cents in any::<i64>()) {
        let plain = Cents(cents).to_plain();
        prop_assert_eq!(Cents::from_plain(&plain), Some(Cents(cents)));
        prop_assert_eq!(plain.replace('.', "").parse::<i128>().unwrap(), i128::from(cents));
    }

    /// Other forms of amounts are not amounts.
    #[test]
    fn only_plain_amounts_are_read(text in "[0-9.,+e \\-]{0,8}") {
        if let Some(cents) = Cents::from_plain(&text) {
            prop_assert_eq!(cents.to_plain().trim_start_matches('-').len().max(4), cents.to_plain().trim_start_matches('-').len());
            prop_assert!(text.len() >= 4 && text.as_bytes()[text.len() - 3] == b'.' && !text.contains([',', 'e', ' ', '+']));
        }
    }

    /// A share is the nearest cent, the odd half away from zero, and mirrors below zero.
    #[test]
    fn shares_are_nearest_and_symmetric(cents in -1_000_000_000_000_i64..1_000_000_000_000, rate in 0_u32..20_000) {
        let share = Cents(cents).share(BasisPoints(rate));
        let exact = i128::from(cents) * i128::from(rate);
        let error = exact - i128::from(share.0) * 10_000;
        prop_assert!(error.abs() <= 5_000);
        prop_assert!(error.abs() < 5_000 || (error > 0) == (cents < 0), "half goes away from zero");
        prop_assert_eq!(Cents(-cents).share(BasisPoints(rate)), -share);
    }

    /// Folding twice changes nothing, and leaves no spaces to trim.
    #[test]
    fn folding_is_idempotent(text in "\\PC{0,60}") {
        let once = fold(&text);
        prop_assert_eq!(&fold(&once), &once);
        prop_assert_eq!(once.trim(), &once);
    }

    /// What was accepted once is accepted again, unchanged: forms can show what they stored.
    #[test]
    fn parsing_texts_is_idempotent(text in any::<String>()) {
        if let Ok(name) = Name::parse(&text) {
            prop_assert_eq!(Name::parse(name.as_str()), Ok(name));
        }
        if let Ok(message) = Message::parse(&text) {
            prop_assert_eq!(Message::parse(message.as_str()), Ok(message));
        }
    }

    /// The canonical form of an e-mail address is its own.
    #[test]
    fn parsing_emails_is_idempotent(text in "[a-zA-Z0-9.+@-]{1,12}@[a-zA-Z0-9.-]{1,12}\\.[a-z]{2,3}") {
        if let Ok(email) = Email::parse(&text) {
            prop_assert_eq!(Email::parse(email.as_str()), Ok(email));
        }
    }

    /// A canonical VAT number is its own canonical form, in every member state and outside, and is stored as it is.
    #[test]
    fn parsing_vat_numbers_is_idempotent(
        country in prop::sample::select(vec!["AT", "BE", "CY", "DE", "ES", "FR", "GR", "IE", "LU", "NL", "PL", "RO", "SE", "CH", "US"]),
        text in "([A-Z]{2})?[A-Z0-9+*]{0,2}[0-9]{6,10}[A-Z]?[0-9]{0,2}[A-Z]{0,2}",
    ) {
        let country = CountryCode::parse(country).unwrap();
        if let Ok(number) = VatNumber::parse(country, &text) {
            prop_assert_eq!(VatNumber::parse(country, number.as_str()).unwrap(), number.clone());
            let json = serde_json::to_string(&number).unwrap();
            prop_assert_eq!(serde_json::from_str::<VatNumber>(&json).unwrap(), number.clone());
            prop_assert!(!country.in_eu() || number.as_str().starts_with(country.vat_prefix()));
        }
    }

    /// S44: availability says of each day what it was asked, and nothing is free outside.
    #[test]
    fn free_days_are_as_asked(from in 700_000_i32..760_000, len in 0_u32..500, pattern in 0_u8..128) {
        let from = NaiveDate::from_num_days_from_ce_opt(from).unwrap();
        let pattern = WeekPattern(pattern);
        let free = FreeDays::from_fn(from, len, |day| pattern.works(day.weekday()));
        let read: FreeDays = serde_json::from_str(&serde_json::to_string(&free).unwrap()).unwrap();
        prop_assert_eq!(&read, &free);
        for day in (from - Days::new(3)).iter_days().take(len as usize + 6) {
            let known = day >= from && day < from + Days::new(u64::from(len));
            prop_assert_eq!(free.covers(day), known);
            prop_assert_eq!(free.is_free(day), known && pattern.works(day.weekday()));
        }
        if let Some(next) = free.next_free(from) {
            prop_assert!(free.is_free(next) && from.iter_days().take_while(|day| *day < next).all(|day| !free.is_free(day)));
        } else {
            prop_assert!(from.iter_days().take(len as usize).all(|day| !free.is_free(day)));
        }
        prop_assert!(WeekPattern::WORKING_WEEK.works(Weekday::Fri) && !WeekPattern::WORKING_WEEK.works(Weekday::Sat));
    }
}
