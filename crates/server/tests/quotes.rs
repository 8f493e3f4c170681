//! Quotes in print before anything is ordered: the screen's cents, the VAT's words, and nothing kept.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/world.rs"]
mod world;

use chrono::Days;
use gabarit_domain::{
    pricing,
    vat::{VatCategory, VatStatus},
};
use gabarit_i18n::{Locale, document as text, fmt};
use gabarit_server::services::{
    experts,
    quotes::{self, Offered},
};
use gabarit_view::{
    booking::BookingForm,
    error::{ApiError, FieldError, Problem},
};
use std::collections::BTreeSet;
use world::{World, in_worlds};

/// A generator of choices that is the same in every run.
struct Dice(u64);

impl Dice {
    fn pick(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn maybe(&mut self, text: &str) -> String {
        if self.pick(2) == 0 { text.to_owned() } else { String::new() }
    }
}

const CUSTOMERS: [(&str, &str); 6] =
    [("", ""), ("NL", ""), ("BE", "BE0404616494"), ("DE", "DE136695976"), ("FR", ""), ("CH", "")];

/// Choices that the expert of the world takes: working days, a place within reach or none, any options, any customer.
fn drawn(world: &World, dice: &mut Dice) -> BookingForm {
    let count = 1 + dice.pick(9);
    let mut days = BTreeSet::new();
    while u64::try_from(days.len()).unwrap() < count {
        let day = world.p.today().checked_add_days(Days::new(3 + dice.pick(90))).unwrap();
        if chrono::Datelike::weekday(&day).number_from_monday() < 6 {
            days.insert(day);
        }
    }
    let towns = ["Liège", "Paris", "Maastricht", "Berlin", "Lisboa", "Utrecht"];
    let on_site = dice.pick(3) > 0;
    let town = towns[usize::try_from(dice.pick(6)).unwrap()];
    let place = world.p.places.complete(town, Locale::Fr, 1).remove(0);
    let (country, vat_number) = CUSTOMERS[usize::try_from(dice.pick(6)).unwrap()];
    let licences = ["", "revit", "autocad,revit"][usize::try_from(dice.pick(3)).unwrap()];
    BookingForm {
        days: days.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        mode: if on_site { "on-site" } else { "remote" }.to_owned(),
        place: if on_site { place.id.to_string() } else { String::new() },
        flexible: dice.maybe("on"),
        workstation: dice.maybe("on"),
        licences: licences.to_owned(),
        country: country.to_owned(),
        vat_number: vat_number.to_owned(),
        ..BookingForm::default()
    }
}

/// Invariant 1: a printed quote has the lines, the VAT and the total that the screen's engine makes of the same choices, in
/// every language, read back from its address; and it leaves nothing behind.
#[tokio::test]
async fn a_printed_quote_is_the_screens() {
    in_worlds(async |world| {
        let p = &world.p;
        let expert = world.expert.id;
        p.register.says("DE136695976", VatStatus::Unknown);
        let mut dice = Dice(2_006);
        let mut categories = BTreeSet::new();
        let mut priced = 0;
        for round in 0..72 {
            let form = drawn(world.as_ref(), &mut dice);
            let locale = Locale::ALL[round % 3];
            // As its link has it.
            let read = BookingForm::from_query(&form.to_query());
            let setup = experts::booking_setup(p, expert, &read, locale).await.unwrap().unwrap();
            let point = setup.place.as_ref().map(|place| place.point);
            let order = read.to_order(expert, point, setup.vat_status, setup.context.operator.country).unwrap();
            let shown = match pricing::quote(&setup.context, &setup.offer, &order) {
                Ok(shown) => shown,
                Err(refusals) => {
                    let refused = quotes::offer(p, None, expert, &read, locale).await.unwrap_err();
                    let ApiError::Invalid { fields, .. } = refused else { unreachable!("{refused:?}") };
                    let said: Vec<Problem> = fields.into_iter().map(|field| field.problem).collect();
                    assert_eq!(said, refusals.into_iter().map(Problem::Refused).collect::<Vec<_>>());
                    continue;
                }
            };
            priced += 1;
            let Offered { quote, text: words } = quotes::offer(p, None, expert, &read, locale).await.unwrap();
            assert_eq!(quote, shown);
            assert_eq!((words.locale, words.title.as_str()), (locale, text::quote(locale)));
            let nets: Vec<String> = words.lines.iter().map(|line| line.net.clone()).collect();
            assert_eq!(nets, shown.lines.iter().map(|line| fmt::money(locale, line.net)).collect::<Vec<_>>());
            let sums: Vec<String> = words.totals.iter().map(|row| row.amount.clone()).collect();
            assert_eq!(sums, [shown.net, shown.vat.tax, shown.total].map(|amount| fmt::money(locale, amount)));
            let valid = fmt::date(locale, shown.valid_until);
            assert!(words.facts.iter().any(|fact| fact.label == text::quote_valid(locale) && fact.value == valid));
            assert!(!words.facts.iter().any(|fact| fact.label == text::booking(locale)), "{:?}", words.facts);
            assert!(words.mentions.iter().any(|mention| mention == text::quote_note(locale)));
            categories.insert(shown.vat.treatment.category.code());
            if round % 12 == 0 {
                let file = quotes::print(p, None, expert, &read, locale).await.unwrap();
                assert!(file.bytes.starts_with(b"%PDF-1.7"));
                assert_eq!(file, quotes::print(p, None, expert, &read, locale).await.unwrap());
            }
        }
        assert!(priced > 40, "{priced}");
        assert_eq!(categories, BTreeSet::from(["AE", "O", "S"]));
        for rows in [
            "SELECT COUNT(*) FROM booking",
            "SELECT COUNT(*) FROM document",
            "SELECT COUNT(*) FROM document_counter",
            "SELECT COUNT(*) FROM form_stash",
        ] {
            assert_eq!(world.count(rows).await, 0, "{rows}");
        }
    })
    .await;
}

/// What is said of VAT, for each reason of it, in three languages; outside the Union no number stands on it.
#[tokio::test]
async fn the_vat_is_explained() {
    let world = World::sqlite().await;
    let p = &world.p;
    p.register.says("DE136695976", VatStatus::Unknown);
    let day = world.p.today().checked_add_days(Days::new(7)).unwrap();
    for locale in Locale::ALL {
        for (country, number, category, word) in [
            ("NL", "", VatCategory::S, gabarit_i18n::quote::vat_why_home(locale)),
            ("FR", "", VatCategory::S, gabarit_i18n::quote::vat_why_none(locale)),
            ("DE", "DE136695976", VatCategory::S, gabarit_i18n::quote::vat_why_unknown(locale)),
            ("BE", "BE0404616494", VatCategory::Ae, text::reverse_charge(locale)),
            ("CH", "", VatCategory::O, text::outside_union(locale)),
        ] {
            let form = BookingForm {
                days: day.to_string(),
                mode: "remote".to_owned(),
                country: country.to_owned(),
                vat_number: number.to_owned(),
                ..BookingForm::default()
            };
            let Offered { quote, text: words } = quotes::offer(p, None, world.expert.id, &form, locale).await.unwrap();
            assert_eq!(quote.vat.treatment.category, category);
            assert!(words.mentions.iter().any(|mention| mention.contains(word)), "{country}: {:?}", words.mentions);
            let all = serde_json::to_string(&words).unwrap();
            assert_eq!(all.contains("NL999999990B00"), category != VatCategory::O, "{country}");
            assert_eq!(words.buyer.name, text::quote_buyer(locale));
        }
    }
}

/// Bad choices are named by their fields, all at once; an expert who is none is not found.
#[tokio::test]
async fn bad_choices_are_refused() {
    let world = World::sqlite().await;
    let p = &world.p;
    let refused = async |query: &str| {
        let form = BookingForm::from_query(query);
        match quotes::offer(p, None, world.expert.id, &form, Locale::En).await {
            Err(ApiError::Invalid { fields, .. }) => fields,
            other => unreachable!("{other:?}"),
        }
    };
    let field = |field: &str, problem| FieldError { field: field.to_owned(), problem };
    assert_eq!(refused("").await, [field("days", Problem::Missing), field("mode", Problem::Missing)]);
    assert_eq!(
        refused("days=2026-02-30&mode=orbit").await,
        [field("days", Problem::NotADay), field("mode", Problem::Unknown)]
    );
    assert_eq!(refused("days=2026-11-10&mode=on-site&place=0").await, [field("place", Problem::UnknownPlace)]);
    assert_eq!(refused("days=2026-11-10&mode=remote&country=ZZ").await, [field("country", Problem::Unknown)]);
    assert_eq!(
        refused("days=2026-11-10&mode=remote&country=BE&vat_number=BE0404616495").await,
        [field("vat_number", Problem::VatChecksum)]
    );
    let past = refused("days=2020-01-01&mode=remote&licences=nothing").await;
    assert_eq!(past.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["days", "licences"]);
    p.register.says("BE0404616494", VatStatus::Invalid);
    assert_eq!(
        refused("days=2026-11-10&mode=remote&country=BE&vat_number=BE0404616494").await,
        [field("vat_number", Problem::VatInvalid)]
    );
    let nobody = gabarit_domain::ids::ExpertId(p.ids.uuid());
    let form = BookingForm::from_query("days=2026-11-10&mode=remote");
    assert_eq!(quotes::print(p, None, nobody, &form, Locale::En).await, Err(ApiError::NotFound));
}
