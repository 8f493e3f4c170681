//! Issued documents: numbers, rights, words and print.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/world.rs"]
mod world;

use chrono::{TimeDelta, TimeZone, Utc};
use gabarit_domain::{
    compensation::earnings,
    ids::DocumentId,
    invoice::{Document, DocumentLines},
    money::{BasisPoints, Cents},
    pricing::{Line, LineKind, Location, Unit},
    vat::{VatCategory, VatNumber, VatStatus},
};
use gabarit_i18n::Locale;
use gabarit_server::{db::Tx, documents::pdf, services::documents};
use gabarit_view::{
    booking::Side,
    document::{DocumentText, Names},
    error::ApiError,
};
use std::collections::{BTreeMap, BTreeSet};
use world::{World, country, date, days, in_worlds};

const NAMES: Names<'static> = Names {
    product: &|code| if code.as_str() == "revit" { "Revit".to_owned() } else { code.to_string() },
    country: &|code| code.to_string(),
};

/// The same document in another language.
fn in_language(document: &Document, locale: Locale) -> DocumentText {
    DocumentText::of(&Document { language: locale.code().to_owned(), ..document.clone() }, NAMES)
}

/// S31: the client's invoice is issued at acceptance, equal to the quote; issuing it twice gives the first.
#[tokio::test]
async fn an_invoice_is_the_quote_and_is_issued_once() {
    in_worlds(async |world| {
        let order = world.order(days("2026-12-07", 3));
        let mut booking = world.hold(&order).await;
        world.pay(&mut booking).await;
        let first = world.accept(&mut booking).await;
        assert_eq!(first.document.lines, DocumentLines::Quoted(booking.quote.lines.clone()));
        assert_eq!((first.document.total, first.document.due), (booking.quote.total, Cents::ZERO));
        assert_eq!(first.document.number.to_string(), "INV-2026-000001");
        assert_eq!(first.document.faults(), Vec::<&str>::new());

        let mut tx = world.p.db.begin().await.unwrap();
        let again = documents::issue_invoice(&mut tx.exec(), &world.p, &world.invoice(&booking)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((again.id, again.document), (first.id, first.document));
        assert_eq!(world.count("SELECT COUNT(*) FROM document").await, 1);
    })
    .await;
}

/// Numbers belong to the civil year of the platform's zone: at 23:30 UTC on New Year's Eve it is next year in Utrecht.
#[tokio::test]
async fn a_number_belongs_to_the_platforms_civil_year() {
    in_worlds(async |world| {
        let mut booking = world.hold(&world.order(days("2027-02-01", 1))).await;
        world.pay(&mut booking).await;
        world.p.clock.set(Utc.with_ymd_and_hms(2026, 12, 31, 23, 30, 0).unwrap());
        let mut tx = world.p.db.begin().await.unwrap();
        let issued = documents::issue_invoice(&mut tx.exec(), &world.p, &world.invoice(&booking)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(issued.document.number.to_string(), "INV-2027-000001");
        assert_eq!(issued.document.issued_on, date("2027-01-01"));
    })
    .await;
}

/// Invariant 3: 200 at once, a third of them rolled back: no gap, no double.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_at_once_leave_no_gap() {
    in_worlds(async |world| {
        let mut bookings = Vec::new();
        for n in 0..200 {
            let day = date("2026-12-07") + TimeDelta::days(n);
            bookings.push(world.hold(&world.order(days(&day.to_string(), 1))).await);
        }
        let mut tasks = tokio::task::JoinSet::new();
        for (n, booking) in bookings.into_iter().enumerate() {
            let world = std::sync::Arc::clone(&world);
            tasks.spawn(async move {
                let mut tx: Tx = world.p.db.begin().await.unwrap();
                let issued =
                    documents::issue_invoice(&mut tx.exec(), &world.p, &world.invoice(&booking)).await.unwrap();
                // Some change their mind: what they drew must come back.
                if n % 3 == 0 {
                    drop(tx);
                    return None;
                }
                tx.commit().await.unwrap();
                Some(issued.document.number.sequence)
            });
        }
        let kept: BTreeSet<u32> = tasks.join_all().await.into_iter().flatten().collect();
        assert_eq!(kept, (1..=133).collect());
        assert_eq!(world.count("SELECT COUNT(*) FROM document").await, 133);
        assert_eq!(world.count("SELECT last_sequence FROM document_counter").await, 133);
    })
    .await;
}

/// The same cause from many sides at once is one document.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_cause_at_once_is_one_document() {
    in_worlds(async |world| {
        let booking = world.hold(&world.order(days("2026-12-07", 2))).await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (world, booking) = (std::sync::Arc::clone(&world), booking.clone());
            tasks.spawn(async move {
                let mut tx: Tx = world.p.db.begin().await.unwrap();
                let issued =
                    documents::issue_invoice(&mut tx.exec(), &world.p, &world.invoice(&booking)).await.unwrap();
                tx.commit().await.unwrap();
                issued.id
            });
        }
        let ids: BTreeSet<DocumentId> = tasks.join_all().await.into_iter().collect();
        assert_eq!(ids.len(), 1);
        assert_eq!(world.count("SELECT last_sequence FROM document_counter").await, 1);
    })
    .await;
}

/// Invariant 5: each side sees its own documents, others not even that they exist.
#[tokio::test]
async fn each_side_sees_its_own() {
    in_worlds(async |world| {
        let mut booking = world.hold(&world.order(days("2026-12-07", 2))).await;
        world.pay(&mut booking).await;
        let invoice = world.accept(&mut booking).await.id;
        let self_billed = world.complete(&mut booking).await.id;
        let p = &world.p;
        for (actor, sees_invoice, sees_self_billed) in [
            (&world.client, true, false),
            (&world.expert.account, false, true),
            (&world.manager, true, true),
            (&world.stranger, false, false),
        ] {
            for (id, sees) in [(invoice, sees_invoice), (self_billed, sees_self_billed)] {
                assert_eq!(documents::get(p, actor, id).await.is_ok(), sees, "{}", actor.name);
                assert_eq!(documents::text(p, actor, id).await.is_ok(), sees, "{}", actor.name);
                let printed = documents::pdf(p, actor, id).await;
                assert_eq!(printed.as_ref().err(), (!sees).then_some(&ApiError::NotFound), "{}", actor.name);
            }
        }
        let numbers = async |side| -> Vec<String> {
            documents::list(p, booking.id, side).await.unwrap().into_iter().map(|link| link.number).collect()
        };
        assert_eq!(numbers(Side::Client).await, ["INV-2026-000001"]);
        assert_eq!(numbers(Side::Expert).await, ["SB-2026-000001"]);
        assert_eq!(numbers(Side::Manager).await, ["INV-2026-000001", "SB-2026-000001"]);
        let nothing = DocumentId(p.ids.uuid());
        assert_eq!(documents::get(p, &world.manager, nothing).await, Err(ApiError::NotFound));
    })
    .await;
}

/// A document that somebody changed in the database is not shown.
#[tokio::test]
async fn a_changed_document_is_refused() {
    in_worlds(async |world| {
        let mut booking = world.hold(&world.order(days("2026-12-07", 2))).await;
        world.pay(&mut booking).await;
        let id = world.accept(&mut booking).await.id;
        world.plant("UPDATE document SET body = REPLACE(body, 'Fictif', 'Autre')").await;
        assert!(matches!(documents::get(&world.p, &world.manager, id).await, Err(ApiError::Internal { .. })));
    })
    .await;
}

/// S25, S30: the self-billed invoice: the expert sells, one line a band, reverse charge from Belgium, due on a
/// banking day within 14 days.
#[tokio::test]
async fn a_self_billed_invoice_is_the_experts() {
    let world = World::sqlite().await;
    let mut booking = world.hold(&world.order(days("2026-12-07", 4))).await;
    let input = world.self_billed(&booking, 12);
    world.pay(&mut booking).await;
    let mut tx = world.p.db.begin().await.unwrap();
    let document = documents::issue_self_billed(&mut tx.exec(), &world.p, &input).await.unwrap().document;
    assert_eq!(document.seller.name, "Atelier Fictif SRL");
    assert_eq!(document.buyer.name, world.p.config.operator.name);
    assert_eq!(document.number.to_string(), "SB-2026-000001");
    assert_eq!(document.vat.treatment.category, VatCategory::Ae);
    // Day 13 at 80 %, days 14 to 16 at 82.5 % of €800; travel and lodging in full.
    let nets: Vec<Cents> = document.lines.amounts().into_iter().map(|(_, _, net)| net).collect();
    assert_eq!(&nets[..2], &[Cents::euros(640), Cents::euros(1980)]);
    // The last day is 10 December; 14 days later is Thursday, Christmas Eve.
    assert_eq!(document.due_date, Some(date("2026-12-24")));
    assert_eq!(document.due, document.total);
}

/// EN 16931 BR-O: outside the Union no VAT, and no VAT number on the document.
#[tokio::test]
async fn outside_the_union_no_vat_number_is_printed() {
    let world = World::sqlite().await;
    let mut order = world.order(days("2026-12-07", 1));
    order.customer.country = country("CH");
    order.customer.vat_number = Some(VatNumber::parse(country("CH"), "CHE123456788").unwrap());
    order.customer.vat_status = VatStatus::None;
    let booking = world.hold(&order).await;
    let mut tx = world.p.db.begin().await.unwrap();
    let document = documents::issue_invoice(&mut tx.exec(), &world.p, &world.invoice(&booking)).await.unwrap().document;
    assert_eq!(document.vat.treatment.category, VatCategory::O);
    let text = in_language(&document, Locale::En);
    let all = serde_json::to_string(&text).unwrap();
    assert!(!all.contains("NL999999990B00") && !all.contains("CHE123456788"), "{all}");
    assert!(all.contains("KVK 00000000"), "{all}");
}

/// S17–S19: a card is captured after acceptance: the invoice says so, and asks for no transfer.
#[tokio::test]
async fn a_card_still_to_be_captured_is_due() {
    let world = World::sqlite().await;
    let booking = world.hold(&world.order(days("2026-12-07", 1))).await;
    let input = documents::InvoiceInput {
        prepaid: Cents::ZERO,
        paid_by: Some(gabarit_domain::booking::PaymentMethod::CreditCard),
        ..world.invoice(&booking)
    };
    let mut tx = world.p.db.begin().await.unwrap();
    let document = documents::issue_invoice(&mut tx.exec(), &world.p, &input).await.unwrap().document;
    assert_eq!((document.due, document.payment_account.as_deref()), (document.total, None));
    assert_eq!(document.due_date, Some(date("2026-11-16")));
    let mentions = in_language(&document, Locale::En).mentions;
    assert!(mentions.iter().any(|mention| mention.contains("your card")), "{mentions:?}");
}

/// The words of both documents in the three languages.
#[tokio::test]
async fn documents_in_three_languages() {
    let world = World::sqlite().await;
    let (invoice, self_billed) = samples(&world).await;
    for (name, document) in [("invoice", invoice), ("self_billed", self_billed)] {
        for locale in Locale::ALL {
            insta::assert_json_snapshot!(format!("{name}_{}", locale.code()), in_language(&document, locale));
        }
    }
}

async fn samples(world: &World) -> (Document, Document) {
    let mut booking = world.hold(&world.order(days("2026-12-07", 4))).await;
    booking.reference = "7QK2M9XA".to_owned();
    let mut order = world.order(days("2026-12-21", 30));
    order.location = Location::Remote;
    let mut long = world.hold(&order).await;
    long.reference = "4TZ8P3WC".to_owned();
    world.p.clock.set(Utc.with_ymd_and_hms(2027, 1, 20, 9, 0, 0).unwrap());
    let mut tx = world.p.db.begin().await.unwrap();
    let invoice = documents::issue_invoice(&mut tx.exec(), &world.p, &world.invoice(&booking)).await.unwrap();
    let mut input = world.self_billed(&long, 12);
    input.earned.extend(earnings(&[], &booking.quote.lines, 0));
    let self_billed = documents::issue_self_billed(&mut tx.exec(), &world.p, &input).await.unwrap();
    tx.commit().await.unwrap();
    (invoice.document, self_billed.document)
}

/// The same document prints to the same bytes, is a PDF of A4 pages in its language, and takes any length of text.
#[tokio::test]
async fn printing_is_repeatable_and_takes_anything() {
    let world = World::sqlite().await;
    let (invoice, self_billed) = samples(&world).await;
    let mut stress = invoice.clone();
    stress.buyer.name =
        "Société anonyme d’ingénierie, de maîtrise d’œuvre et de coordination ".repeat(2).trim().to_owned();
    stress.buyer.street = "Straatnaamzonderspaties".repeat(5);
    stress.order_number = Some("PO/2026/".repeat(15));
    stress.expert_name = "Ænne Łukasz Ķēniņš-Ţăndărică".to_owned();
    let filler = Line {
        kind: LineKind::Workstation,
        quantity: 366,
        unit: Unit::Day,
        unit_price: Cents::euros(45),
        net: Cents::euros(45 * 366),
    };
    stress.lines =
        DocumentLines::Quoted(booking_lines(&invoice).into_iter().chain(std::iter::repeat_n(filler, 30)).collect());
    let printed: BTreeMap<&str, (Document, Locale)> = BTreeMap::from([
        ("invoice-fr", (invoice.clone(), Locale::Fr)),
        ("invoice-en", (invoice, Locale::En)),
        ("self-billed-nl", (self_billed, Locale::Nl)),
        ("stress-fr", (stress, Locale::Fr)),
    ]);
    for (name, (document, locale)) in printed {
        let text = in_language(&document, locale);
        let bytes = pdf::render(&text, document.issued_on).unwrap();
        assert_eq!(bytes, pdf::render(&text, document.issued_on).unwrap(), "{name}");
        assert!(bytes.starts_with(b"%PDF-1.7"), "{name}");
        let raw = String::from_utf8_lossy(&bytes);
        assert!(
            raw.contains(&format!("/Lang({})", locale.code())) || raw.contains(&format!("/Lang ({})", locale.code())),
            "{name}"
        );
        assert!(raw.contains("/StructTreeRoot"), "{name}");
        if let Ok(folder) = std::env::var("GABARIT_PRINT_TO") {
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.pdf")), &bytes).unwrap();
        }
    }
}

fn booking_lines(document: &Document) -> Vec<Line> {
    match &document.lines {
        DocumentLines::Quoted(lines) => lines.clone(),
        DocumentLines::Earned(_) => Vec::new(),
    }
}

/// A day's share that is no whole number of cents has no unit price: quantity × price would not be the amount.
#[tokio::test]
async fn no_unit_price_that_does_not_multiply_up() {
    let world = World::sqlite().await;
    let booking = world.hold(&world.order(days("2026-12-07", 3))).await;
    let mut input = world.self_billed(&booking, 0);
    let line = Line {
        kind: LineKind::ExpertDays { level: gabarit_domain::expert::Level::try_from(1).unwrap() },
        quantity: 3,
        unit: Unit::Day,
        unit_price: Cents(56_001),
        net: Cents(168_003),
    };
    let band = gabarit_domain::rulebook::LadderBand { from_day: 1, share: BasisPoints(8250) };
    input.earned = earnings(&[band], &[line], 0);
    let mut tx = world.p.db.begin().await.unwrap();
    let document = documents::issue_self_billed(&mut tx.exec(), &world.p, &input).await.unwrap().document;
    assert_eq!(in_language(&document, Locale::En).lines[0].unit_price, "");
}
