//! Licences and workstations rented without an expert (S7–S9), on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use gabarit_domain::{
    credit::CreditRefusal,
    einvoice::{EDelivery, read},
    ids::{DocumentId, PaymentId},
    invoice::DocumentKind,
    money::Cents,
};
use gabarit_i18n::Locale;
use gabarit_server::{
    audit,
    db::{ledger as ledger_rows, rentals as rental_rows},
    jobs, mail, on,
    payments::ProviderState,
    services::{documents, ledger::Account, operations, own_data, papers, payments, rentals},
    testing::{Fault, TestPlatform, for_each_db, sent_somewhere},
};
use gabarit_view::{
    account::AccountView,
    desk::{RetryForm, Trouble},
    error::{ApiError, Problem},
    rental::{RentalForm, RentalMoveForm},
};
use std::sync::Arc;
use uuid::Uuid;

async fn order(p: &TestPlatform, client: &AccountView, form: RentalForm) -> Result<rentals::Placed, ApiError> {
    p.rent(client, form, Locale::Nl).await
}

fn at(p: &TestPlatform, instant: &str) {
    p.clock.set(instant.parse::<DateTime<Utc>>().unwrap());
}

async fn paid(p: &TestPlatform, client: &AccountView, form: RentalForm) -> (Uuid, String) {
    let id = order(p, client, form).await.unwrap().id;
    let reference = p.provider.last_reference();
    p.provider.pay(&reference);
    // As the provider's webhook does.
    payments::sync(p, &reference).await.unwrap();
    (id, reference)
}

async fn act(p: &TestPlatform, actor: &AccountView, id: Uuid, act: &str) -> Result<(), ApiError> {
    let form = RentalMoveForm { id: id.to_string(), act: act.to_owned(), ..RentalMoveForm::default() };
    rentals::act(p, actor, &form).await
}

async fn state(p: &TestPlatform, actor: &AccountView, id: Uuid) -> String {
    rentals::view(p, actor, id).await.unwrap().summary.state
}

async fn free(p: &TestPlatform, product: &str, first: &str, last: &str) -> u32 {
    p.to_rent(product, first, last).await.unwrap().free.unwrap()
}

async fn balance(p: &TestPlatform, account: Account) -> Cents {
    let mut conn = p.db.conn().await.unwrap();
    ledger_rows::balance(&mut conn.exec(), account.code()).await.unwrap()
}

async fn sound(p: &TestPlatform) {
    jobs::run_due(p).await.unwrap();
    assert_eq!(audit::run(p).await.unwrap(), [], "the audit");
    let totals = p.provider.references().iter().map(|r| p.provider.totals(r)).collect::<Vec<_>>();
    let moved: i64 = totals.iter().map(|totals| totals.charged.0 - totals.refunded.0).sum();
    assert_eq!(balance(p, Account::ProviderClearing).await, Cents(moved), "the provider's money");
}

/// S9: ordered, paid on the provider's page, invoiced by the same engine, handed out and taken back; the price of the
/// screen is the charge and the invoice, to the cent.
#[tokio::test(flavor = "multi_thread")]
async fn from_order_to_return() {
    for_each_db(|p| async move {
        let client = p.client("Ada Client").await;
        let (stranger, manager) = (p.client("Sam Elders").await, p.manager().await);
        // Nine days: a week and two days; two seats.
        let (id, reference) = paid(&p, &client, p.rental_form("2026-12-01", "2026-12-09", "revit:2,vault:1")).await;
        let view = rentals::view(&p, &client, id).await.unwrap();
        // 2 × (100 + 50) + 48 + 24, and 21 %.
        assert_eq!((view.quote.net, view.quote.total), (Cents(37_200), Cents(45_012)));
        assert_eq!(p.provider.totals(&reference).charged, view.quote.total);
        assert_eq!((view.summary.state.as_str(), view.documents.len()), ("paid", 1));
        let invoice = documents::get(&p, &client, view.documents[0].id).await.unwrap();
        assert_eq!(
            (invoice.number.kind, invoice.total, invoice.due),
            (DocumentKind::Invoice, view.quote.total, Cents::ZERO)
        );
        assert_eq!(documents::get(&p, &stranger, view.documents[0].id).await.unwrap_err(), ApiError::NotFound);
        let (_, pdf) = documents::pdf(&p, &client, view.documents[0].id).await.unwrap();
        assert!(pdf.starts_with(b"%PDF"));
        assert_eq!(balance(&p, Account::Revenue).await, -view.quote.net);
        assert_eq!(balance(&p, Account::Deposits).await, Cents::ZERO);
        assert_eq!(rentals::view(&p, &stranger, id).await.unwrap_err(), ApiError::NotFound);
        assert_eq!(act(&p, &stranger, id, "cancel").await, Err(ApiError::NotFound));
        for not_theirs in ["hand-out", "return"] {
            assert_eq!(act(&p, &client, id, not_theirs).await, Err(ApiError::Forbidden));
        }
        assert_eq!(act(&p, &manager, id, "return").await, Err(ApiError::MovedOn), "not handed out");
        assert_eq!(rentals::desk(&p, &manager).await.unwrap().hand_outs.len(), 1);
        at(&p, "2026-11-30T22:59:59Z");
        assert_eq!(act(&p, &manager, id, "hand-out").await, Err(ApiError::MovedOn), "not before its first day");
        assert!(!rentals::view(&p, &manager, id).await.unwrap().may_hand_out);
        at(&p, "2026-11-30T23:00:00Z");
        assert!(rentals::view(&p, &manager, id).await.unwrap().may_hand_out);
        act(&p, &manager, id, "hand-out").await.unwrap();
        assert_eq!(act(&p, &client, id, "cancel").await, Err(ApiError::MovedOn), "begun");
        assert_eq!(free(&p, "revit", "2026-12-05", "2026-12-20").await, 3);
        p.clock.set("2026-12-04T12:00:00Z".parse::<DateTime<Utc>>().unwrap());
        act(&p, &manager, id, "return").await.unwrap();
        assert_eq!(free(&p, "revit", "2026-12-05", "2026-12-20").await, 5, "back early");
        let desk = rentals::desk(&p, &manager).await.unwrap();
        assert_eq!((desk.hand_outs.len(), desk.returns.len()), (0, 0));
        assert_eq!(rentals::desk(&p, &client).await.unwrap_err(), ApiError::Forbidden);
        assert_eq!(state(&p, &client, id).await, "returned");
        sound(&p).await;
    })
    .await;
}

/// The delivery address stands in the confirmation and on the invoice: in words, in print, and in both syntaxes; how to call
/// whoever is there, on none.
async fn delivered(p: &TestPlatform, client: &AccountView, id: DocumentId) {
    jobs::run_due(p).await.unwrap();
    let mails = mail::local_mailbox(p, 1_000).await.unwrap();
    let told = "Sam Ontvanger, Bouwplaats 3, 3512 ZZ Utrecht, Pays-Bas";
    assert!(mails.iter().any(|mail| mail.to == client.email && mail.text.contains(told)), "{mails:?}");
    let words = documents::text(p, client, id).await.unwrap();
    let to = words.deliver_to.unwrap();
    assert_eq!((to.heading.as_str(), to.name.as_str()), ("Afleveradres", "Sam Ontvanger"));
    assert_eq!(to.lines, ["Bouwplaats 3", "3512 ZZ Utrecht", "Nederland"]);
    let (_, pdf) = documents::pdf(p, client, id).await.unwrap();
    let cii = papers::file(p, client, id, papers::Format::Cii).await.unwrap().bytes;
    assert_eq!(read::xml_in_pdf(&pdf).unwrap().trim_ascii_end(), cii.trim_ascii_end());
    let read = read::file(&pdf).unwrap();
    let expected = EDelivery {
        name: Some("Sam Ontvanger".to_owned()),
        street: "Bouwplaats 3".to_owned(),
        city: "Utrecht".to_owned(),
        postal_code: "3512 ZZ".to_owned(),
        country: "NL".to_owned(),
    };
    assert_eq!(read.delivery, Some(expected));
    assert!(!String::from_utf8(cii).unwrap().contains("+31 30 000 00 01"));
}

/// S7, S9: a workstation is rented alone like a licence, and sent: somebody takes it, somewhere, and managers see who and
/// where; what has no address is not sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_workstation_is_sent() {
    for_each_db(|p| async move {
        let (client, manager) = (p.client("Ada Client").await, p.manager().await);
        let wanted = p.rental_form("2026-12-01", "2026-12-10", "workstation:2,revit:1");
        let Err(ApiError::Invalid { fields, .. }) = order(&p, &client, wanted.clone()).await else { panic!() };
        let mut missing: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
        missing.sort_unstable();
        assert_eq!(
            missing,
            [
                "delivery_city",
                "delivery_country",
                "delivery_name",
                "delivery_phone",
                "delivery_postal_code",
                "delivery_street"
            ]
        );
        assert!(fields.iter().all(|field| field.problem == Problem::Missing), "{fields:?}");
        let text = ToOwned::to_owned;
        let sent = RentalForm { delivery_country: text("XX"), ..sent_somewhere(wanted) };
        let Err(ApiError::Invalid { fields, .. }) = order(&p, &client, sent.clone()).await else { panic!() };
        assert_eq!((fields.len(), fields[0].field.as_str()), (1, "delivery_country"));
        let (id, reference) = paid(&p, &client, RentalForm { delivery_country: text("NL"), ..sent.clone() }).await;
        // Ten days: a week (4 days) and three days, or two weeks: 2 × 45 × 7, and 25 × 7.
        let view = rentals::view(&p, &client, id).await.unwrap();
        assert_eq!((view.quote.net, view.quote.total), (Cents(80_500), Cents(97_405)));
        assert_eq!(p.provider.totals(&reference).charged, view.quote.total);
        assert_eq!(view.summary.delivery.as_ref().unwrap().name, "Sam Ontvanger");
        assert_eq!(view.delivery_country.as_deref(), Some("Pays-Bas"));
        assert_eq!(free(&p, "workstation", "2026-12-05", "2026-12-05").await, 3);
        let desk = rentals::desk(&p, &manager).await.unwrap();
        assert_eq!(desk.hand_outs[0].delivery.as_ref().unwrap().street, "Bouwplaats 3");
        delivered(&p, &client, view.documents[0].id).await;
        at(&p, "2026-12-01T08:00:00Z");
        act(&p, &manager, id, "hand-out").await.unwrap();
        jobs::run_due(&p).await.unwrap();
        let on_its_way = told(&p, &client.email, "onderweg").await + told(&p, &client.email, "en route").await;
        assert_eq!(on_its_way + told(&p, &client.email, "on its way").await, 1);
        act(&p, &manager, id, "return").await.unwrap();
        assert_eq!(free(&p, "workstation", "2026-12-05", "2026-12-05").await, 5);
        // Licences alone are sent to nobody, whatever is typed.
        let (id, _) = paid(
            &p,
            &client,
            RentalForm { seats: text("revit:1"), first: text("2026-12-03"), key: p.ids.uuid().to_string(), ..sent },
        )
        .await;
        assert_eq!(rentals::view(&p, &client, id).await.unwrap().summary.delivery, None);
        sound(&p).await;
    })
    .await;
}

/// S9: what has not begun goes back in full, with a credit note (381); from its first day on it does not.
#[tokio::test(flavor = "multi_thread")]
async fn cancelled_in_time_and_too_late() {
    for_each_db(|p| async move {
        let client = p.client("Ada Client").await;
        let (id, reference) = paid(&p, &client, p.rental_form("2026-12-01", "2026-12-09", "revit:1")).await;
        act(&p, &client, id, "cancel").await.unwrap();
        assert_eq!(act(&p, &client, id, "cancel").await, Err(ApiError::MovedOn));
        jobs::run_due(&p).await.unwrap();
        let totals = p.provider.totals(&reference);
        assert_eq!(totals.refunded, totals.charged);
        let view = rentals::view(&p, &client, id).await.unwrap();
        let kinds: Vec<DocumentKind> = view.documents.iter().map(|link| link.kind).collect();
        assert_eq!(kinds, [DocumentKind::Invoice, DocumentKind::CreditNote]);
        assert_eq!(
            (balance(&p, Account::Revenue).await, balance(&p, Account::VatPayable).await),
            (Cents::ZERO, Cents::ZERO)
        );
        assert_eq!(free(&p, "revit", "2026-12-01", "2026-12-09").await, 5);
        sound(&p).await;

        let (id, _) = paid(&p, &client, p.rental_form("2026-12-01", "2026-12-01", "fusion:1")).await;
        p.clock.set("2026-12-01T08:00:00Z".parse::<DateTime<Utc>>().unwrap());
        assert_eq!(act(&p, &client, id, "cancel").await, Err(ApiError::MovedOn));
        let manager = p.manager().await;
        act(&p, &manager, id, "cancel").await.unwrap();
        // What managers rent themselves they cancel as clients do.
        let (own, _) = paid(&p, &manager, p.rental_form("2026-12-03", "2026-12-03", "fusion:1")).await;
        at(&p, "2026-12-03T08:00:00Z");
        assert!(!rentals::view(&p, &manager, own).await.unwrap().may_cancel);
        assert_eq!(act(&p, &manager, own, "cancel").await, Err(ApiError::MovedOn));
        act(&p, &p.manager().await, own, "cancel").await.unwrap();
        sound(&p).await;
    })
    .await;
}

/// S9: unpaid units are free again after the hold; money that comes later goes back in full.
#[tokio::test(flavor = "multi_thread")]
async fn unpaid_reservations_end() {
    for_each_db(|p| async move {
        let client = p.client("Ada Client").await;
        let id = order(&p, &client, p.rental_form("2026-12-01", "2026-12-03", "maya:5")).await.unwrap().id;
        let reference = p.provider.last_reference();
        assert_eq!(free(&p, "maya", "2026-12-03", "2026-12-08").await, 0);
        p.clock.advance(TimeDelta::minutes(16));
        // Before the job has run: the hold is over all the same.
        let other = p.client("Bea Elders").await;
        let second = order(&p, &other, p.rental_form("2026-12-03", "2026-12-04", "maya:1")).await.unwrap().id;
        assert_eq!(
            (state(&p, &client, id).await, state(&p, &other, second).await),
            ("lapsed".into(), "reserved".into())
        );
        p.provider.pay(&reference);
        payments::sync(&p, &reference).await.unwrap();
        payments::sync(&p, &reference).await.unwrap();
        jobs::run_due(&p).await.unwrap();
        let totals = p.provider.totals(&reference);
        assert_eq!((totals.refunded, totals.charged > Cents::ZERO), (totals.charged, true));
        assert_eq!(state(&p, &client, id).await, "lapsed");
        sound(&p).await;
    })
    .await;
}

/// S9: as many orders at once as there are people for the last licences: never more than there are, and whoever came
/// too late hears how many are left.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_licences_in_a_race() {
    for_each_db(|p| async move {
        let mut clients = Vec::new();
        for n in 0..8 {
            clients.push(p.client(&format!("Client {n}")).await);
        }
        let p = Arc::new(p);
        // Two each of five: two orders fit, one licence is left over.
        let runs = clients.into_iter().enumerate().map(|(n, client)| {
            let p = Arc::clone(&p);
            tokio::spawn(async move {
                let seats = if n % 2 == 0 { "revit:2,autocad:2" } else { "autocad:2,revit:2" };
                order(&p, &client, p.rental_form("2026-12-07", "2026-12-11", seats)).await.map(|placed| placed.id)
            })
        });
        let results: Vec<Result<Uuid, ApiError>> = join_all(runs).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 2, "{results:?}");
        for refused in results.iter().filter_map(|result| result.as_ref().err()) {
            let ApiError::Invalid { fields, .. } = refused else { panic!("{refused:?}") };
            assert!(fields.iter().all(|f| f.field == "seats" && f.problem == Problem::TooMany(1)), "{fields:?}");
        }
        assert_eq!(free(&p, "revit", "2026-12-07", "2026-12-11").await, 1);
        let mut conn = p.db.conn().await.unwrap();
        let doubled: i64 = on!(&mut conn.exec(), |c| sqlx::query_scalar(
            "SELECT COUNT(*) FROM (SELECT product, unit, day FROM rental_day GROUP BY product, unit, day \
             HAVING COUNT(*) > 1) AS d"
        )
        .fetch_one(c)
        .await)
        .unwrap();
        assert_eq!(doubled, 0);
        drop(conn);
        sound(&p).await;
    })
    .await;
}

/// S9: the form says everything that is wrong at once; the same form twice is one order; a stock is never set below
/// what is promised.
#[tokio::test(flavor = "multi_thread")]
async fn forms_and_stock() {
    for_each_db(|p| async move {
        let (client, manager) = (p.client("Ada Client").await, p.manager().await);
        let empty = RentalForm { key: p.ids.uuid().to_string(), ..RentalForm::default() };
        let Err(ApiError::Invalid { fields, .. }) = rentals::place(&p, &client, &empty, Locale::Nl).await else {
            panic!()
        };
        assert!(fields.len() >= 10, "{fields:?}");
        let past = p.rental_form("2026-11-23", "2026-11-24", "revit:1");
        let Err(ApiError::Invalid { fields, .. }) = rentals::place(&p, &client, &past, Locale::Nl).await else {
            panic!()
        };
        assert_eq!(fields[0].field, "first");
        let shells = RentalForm { method: "shells".to_owned(), ..p.rental_form("2026-12-01", "2026-12-02", "revit:1") };
        let Err(ApiError::Invalid { fields, .. }) = rentals::place(&p, &client, &shells, Locale::Nl).await else {
            panic!()
        };
        assert_eq!(fields[0].field, "method");

        let good =
            p.consented(&client, p.rental_form("2026-12-01", "2026-12-02", "revit:4"), Locale::Nl).await.unwrap();
        let first = rentals::place(&p, &client, &good, Locale::Nl).await.unwrap();
        let again = rentals::place(&p, &client, &good, Locale::Nl).await.unwrap();
        assert_eq!(first, again);
        // The same form with something else in it pays for nothing that was ordered before.
        for changed in [
            RentalForm { seats: "revit:1".to_owned(), ..good.clone() },
            RentalForm { first: "2026-12-08".to_owned(), last: "2026-12-09".to_owned(), ..good.clone() },
            RentalForm { seen: "another".to_owned(), ..good.clone() },
            RentalForm { country: "BE".to_owned(), ..good.clone() },
            RentalForm { method: "banktransfer".to_owned(), ..good.clone() },
        ] {
            assert_eq!(rentals::place(&p, &client, &changed, Locale::Nl).await.unwrap_err(), ApiError::MovedOn);
        }
        let other = p.client("Sam Elders").await;
        assert_eq!(rentals::place(&p, &other, &good, Locale::Nl).await.unwrap_err(), ApiError::Forbidden);

        assert_eq!(p.stock(&client, "revit", 9).await, Err(ApiError::Forbidden));
        assert!(matches!(p.stock(&manager, "revit", 3).await, Err(ApiError::Invalid { .. })));
        p.stock(&manager, "revit", 9).await.unwrap();
        assert_eq!(free(&p, "revit", "2026-12-01", "2026-12-02").await, 5);
        sound(&p).await;
    })
    .await;
}

/// S7, S9: an address that is corrected on the same form is the one that the order has, in its mails and on its invoice, as
/// long as it is not paid; after that nothing is changed, and the form says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_address_is_taken() {
    for_each_db(|p| async move {
        let (client, other) = (p.client("Ada Client").await, p.client("Sam Elders").await);
        let first = sent_somewhere(p.rental_form("2026-12-01", "2026-12-02", "workstation:1"));
        let first = p.consented(&client, first, Locale::Nl).await.unwrap();
        let placed = rentals::place(&p, &client, &first, Locale::Nl).await.unwrap();
        let corrected = RentalForm {
            delivery_street: "Nieuwe Bouwplaats 12".to_owned(),
            organisation: "Bureau Voorbeeld Noord B.V.".to_owned(),
            order_number: "PO 7".to_owned(),
            ..first.clone()
        };
        // What is wrong with it is said, and a stranger corrects nothing.
        let wrong = RentalForm { delivery_city: String::new(), ..corrected.clone() };
        let Err(ApiError::Invalid { fields, .. }) = rentals::place(&p, &client, &wrong, Locale::Nl).await else {
            panic!()
        };
        assert_eq!((fields.len(), fields[0].field.as_str()), (1, "delivery_city"));
        assert_eq!(rentals::place(&p, &other, &corrected, Locale::Nl).await.unwrap_err(), ApiError::Forbidden);
        assert_eq!(rentals::place(&p, &client, &corrected, Locale::Nl).await.unwrap(), placed, "the same order");
        let delivery = async || rentals::view(&p, &client, placed.id).await.unwrap().summary.delivery.unwrap().street;
        assert_eq!(delivery().await, "Nieuwe Bouwplaats 12");
        assert_eq!(free(&p, "workstation", "2026-12-01", "2026-12-02").await, 4, "one order");

        let reference = p.provider.last_reference();
        p.provider.pay(&reference);
        payments::sync(&p, &reference).await.unwrap();
        let id = rentals::view(&p, &client, placed.id).await.unwrap().documents[0].id;
        let invoice = documents::get(&p, &client, id).await.unwrap();
        assert_eq!(invoice.deliver_to.unwrap().street, "Nieuwe Bouwplaats 12");
        assert_eq!(invoice.buyer.name, "Bureau Voorbeeld Noord B.V.");
        assert_eq!(invoice.order_number.as_deref(), Some("PO 7"));
        let late = RentalForm { delivery_street: "Te laat 1".to_owned(), ..corrected };
        assert_eq!(rentals::place(&p, &client, &late, Locale::Nl).await.unwrap_err(), ApiError::MovedOn);
        assert_eq!(delivery().await, "Nieuwe Bouwplaats 12");
        sound(&p).await;
    })
    .await;
}

/// S9: money that comes after the reservation ended buys the licences all the same while there are as many; from the
/// first day on, and where they are somebody else's, it goes back.
#[tokio::test(flavor = "multi_thread")]
async fn paid_late() {
    for_each_db(|p| async move {
        let client = p.client("Ada Client").await;
        let mut late = Vec::new();
        for first in ["2026-12-01", "2026-12-07"] {
            let id = order(&p, &client, p.rental_form(first, "2026-12-09", "maya:3,revit:1")).await.unwrap().id;
            late.push((id, p.provider.last_reference()));
            p.clock.advance(TimeDelta::minutes(16));
            jobs::run_due(&p).await.unwrap();
            assert_eq!(state(&p, &client, id).await, "lapsed");
        }
        let pay = async |(id, reference): &(Uuid, String)| {
            p.provider.pay(reference);
            payments::sync(&p, reference).await.unwrap();
            payments::sync(&p, reference).await.unwrap();
            jobs::run_due(&p).await.unwrap();
            let totals = p.provider.totals(reference);
            (state(&p, &client, *id).await, totals.charged - totals.refunded)
        };
        let total = rentals::view(&p, &client, late[0].0).await.unwrap().quote.total;
        assert_eq!(pay(&late[0]).await, ("paid".to_owned(), total));
        assert_eq!(free(&p, "maya", "2026-12-01", "2026-12-09").await, 2);
        assert_eq!(rentals::view(&p, &client, late[0].0).await.unwrap().documents.len(), 1, "invoiced");
        assert_eq!(pay(&late[1]).await, ("lapsed".to_owned(), Cents::ZERO), "two are left of three");
        assert_eq!(free(&p, "revit", "2026-12-01", "2026-12-09").await, 4, "all or nothing");
        sound(&p).await;

        let id = order(&p, &client, p.rental_form("2026-12-20", "2026-12-20", "fusion:1")).await.unwrap().id;
        let begun = (id, p.provider.last_reference());
        at(&p, "2026-12-19T23:00:00Z");
        jobs::run_due(&p).await.unwrap();
        assert_eq!(pay(&begun).await, ("lapsed".to_owned(), Cents::ZERO), "its day has come");
        sound(&p).await;
    })
    .await;
}

/// S9: whoever paid in the last moment keeps the licences, though nobody has heard of it yet when the next order comes;
/// and that a reservation ends in the same moment is no reason to refuse anybody.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_moment() {
    for_each_db(|p| async move {
        let client = p.client("Ada Client").await;
        let mut others = Vec::new();
        for n in 0..4 {
            others.push(p.client(&format!("Client {n}")).await);
        }
        let first = order(&p, &client, p.rental_form("2026-12-01", "2026-12-03", "maya:5")).await.unwrap().id;
        p.provider.pay(&p.provider.last_reference());
        p.clock.advance(TimeDelta::minutes(16));
        let refused = order(&p, &others[0], p.rental_form("2026-12-01", "2026-12-03", "maya:1")).await.unwrap_err();
        let ApiError::Invalid { fields, .. } = refused else { panic!("{refused:?}") };
        assert_eq!((fields[0].field.as_str(), &fields[0].problem), ("seats", &Problem::TooMany(0)));
        assert_eq!(state(&p, &client, first).await, "paid");

        // Ended by several orders at once, by the provider's news and by its job.
        let p = Arc::new(p);
        for round in 0..3 {
            let term = ["2026-12-07", "2026-12-08", "2026-12-09"][round];
            let id = order(&p, &client, p.rental_form(term, term, "revit:2")).await.unwrap().id;
            let reference = p.provider.last_reference();
            let mut forms = Vec::new();
            for other in &others {
                let form = p.consented(other, p.rental_form(term, term, "autocad:1"), Locale::Nl).await.unwrap();
                forms.push((other.clone(), form));
            }
            p.clock.advance(TimeDelta::minutes(16));
            let orders = forms.into_iter().map(|(other, form)| {
                let p = Arc::clone(&p);
                tokio::spawn(async move { rentals::place(&p, &other, &form, Locale::Nl).await.map(|placed| placed.id) })
            });
            let news = {
                let p = Arc::clone(&p);
                tokio::spawn(async move {
                    p.provider.pay(&reference);
                    payments::sync(&p, &reference).await
                })
            };
            for placed in join_all(orders).await {
                let placed = placed.unwrap();
                assert!(placed.is_ok(), "{placed:?}");
            }
            news.await.unwrap().unwrap();
            assert_eq!(state(&p, &client, id).await, "paid");
            p.clock.advance(TimeDelta::minutes(16));
            jobs::run_due(&p).await.unwrap();
        }
        sound(&p).await;
    })
    .await;
}

/// S9: licences that were not brought back are nobody else's, however long ago their last day was; and they are part of
/// the stock.
#[tokio::test(flavor = "multi_thread")]
async fn overdue_licences_are_not_sold_again() {
    for_each_db(|p| async move {
        let (client, manager) = (p.client("Ada Client").await, p.manager().await);
        let (id, _) = paid(&p, &client, p.rental_form("2026-12-01", "2026-12-02", "revit:2")).await;
        at(&p, "2026-12-01T09:00:00Z");
        act(&p, &manager, id, "hand-out").await.unwrap();
        at(&p, "2026-12-02T22:59:59Z");
        assert_eq!(free(&p, "revit", "2026-12-04", "2026-12-05").await, 5, "not late yet");
        at(&p, "2026-12-02T23:00:00Z");
        assert_eq!(free(&p, "revit", "2026-12-04", "2026-12-05").await, 3);
        assert_eq!(free(&p, "revit", "2027-02-04", "2027-02-05").await, 3);
        let other = p.client("Sam Elders").await;
        let Err(ApiError::Invalid { fields, .. }) =
            order(&p, &other, p.rental_form("2026-12-04", "2026-12-05", "revit:4")).await
        else {
            panic!()
        };
        assert_eq!(fields[0].problem, Problem::TooMany(3));
        order(&p, &other, p.rental_form("2026-12-04", "2026-12-05", "revit:3")).await.unwrap();
        p.clock.advance(TimeDelta::minutes(16));
        jobs::run_due(&p).await.unwrap();
        assert!(matches!(p.stock(&manager, "revit", 1).await, Err(ApiError::Invalid { .. })));
        act(&p, &manager, id, "return").await.unwrap();
        assert_eq!(free(&p, "revit", "2026-12-04", "2026-12-05").await, 5);
        p.stock(&manager, "revit", 1).await.unwrap();
        sound(&p).await;
    })
    .await;
}

/// S9: who is promised the very unit that is late is not forgotten: another cannot have what is left for them, neither
/// before nor after they were given a different one.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_promised_on_a_late_unit_is_not_sold_again() {
    for_each_db(|p| async move {
        let (client, manager) = (p.client("Ada Client").await, p.manager().await);
        p.stock(&manager, "revit", 2).await.unwrap();
        let (late, _) = paid(&p, &client, p.rental_form("2026-12-01", "2026-12-02", "revit:1")).await;
        let other = p.client("Sam Elders").await;
        // The same unit, after the first has it.
        let (next, _) = paid(&p, &other, p.rental_form("2026-12-03", "2026-12-04", "revit:1")).await;
        at(&p, "2026-12-01T09:00:00Z");
        act(&p, &manager, late, "hand-out").await.unwrap();
        at(&p, "2026-12-02T23:30:00Z");
        assert_eq!(free(&p, "revit", "2026-12-04", "2026-12-04").await, 0, "one is late, the other promised");
        at(&p, "2026-12-03T09:00:00Z");
        act(&p, &manager, next, "hand-out").await.unwrap();
        assert_eq!(free(&p, "revit", "2026-12-04", "2026-12-04").await, 0);
        at(&p, "2026-12-05T09:00:00Z");
        assert_eq!(free(&p, "revit", "2026-12-08", "2026-12-08").await, 0, "both are late");
        let third = p.client("Noor Elders").await;
        assert!(order(&p, &third, p.rental_form("2026-12-08", "2026-12-08", "revit:1")).await.is_err());
        act(&p, &manager, late, "return").await.unwrap();
        assert_eq!(free(&p, "revit", "2026-12-08", "2026-12-08").await, 1);
        sound(&p).await;
    })
    .await;
}

/// S9: what the provider refuses to send back for licences is paid another way, once, and the books say so.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_refund_of_licences_is_paid_another_way() {
    for_each_db(|p| async move {
        let (client, manager) = (p.client("Ada Client").await, p.manager().await);
        let (id, reference) = paid(&p, &client, p.rental_form("2026-12-01", "2026-12-01", "fusion:1")).await;
        act(&p, &client, id, "cancel").await.unwrap();
        p.provider.fail_next_refund(Fault::Refused);
        jobs::run_due(&p).await.unwrap();
        let found = audit::run(&p).await.unwrap();
        let checks: Vec<_> = found.iter().map(|finding| finding.check).collect();
        assert_eq!(checks, ["a refund reaches the client"]);
        let seen = operations::operations(&p, &manager).await.unwrap().troubles;
        assert_eq!((seen.len(), seen[0].trouble), (1, Trouble::RefundRefused));
        let done = RetryForm {
            what: "elsewhere".into(),
            subject: seen[0].subject.to_string(),
            how: "SEPA 2026-1".into(),
            ..RetryForm::default()
        };
        operations::retry(&p, &manager, &done).await.unwrap();
        assert_eq!(operations::retry(&p, &manager, &done).await, Err(ApiError::MovedOn));
        p.clock.advance(TimeDelta::hours(2));
        jobs::run_due(&p).await.unwrap();
        let totals = p.provider.totals(&reference);
        assert_eq!((totals.refunded, balance(&p, Account::Bank).await), (Cents::ZERO, -totals.charged));
        assert_eq!(rentals::view(&p, &client, id).await.unwrap().refunds[0].state, "elsewhere");
        assert!(own_data::obstacles(&p, &client).await.unwrap().is_empty());
        sound(&p).await;
    })
    .await;
}

/// A refund that the provider refuses is told to the operator once, shows on the page of operations, and is tried again
/// from there.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_refund_is_seen() {
    for_each_db(|p| async move {
        let (client, manager) = (p.client("Ada Client").await, p.manager().await);
        let (id, reference) = paid(&p, &client, p.rental_form("2026-12-01", "2026-12-01", "fusion:1")).await;
        act(&p, &client, id, "cancel").await.unwrap();
        let blocked = own_data::obstacles(&p, &client).await.unwrap();
        assert_eq!(blocked.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["refunds"]);
        for _ in 0..2 {
            p.provider.fail_next_refund(Fault::Refused);
            jobs::run_due(&p).await.unwrap();
            p.clock.advance(TimeDelta::hours(1));
        }
        mail::send_due(&p).await.unwrap();
        let to = p.config.operator.email.as_str();
        let told = mail::local_mailbox(&p, 100).await.unwrap();
        let summary = rentals::view(&p, &client, id).await.unwrap().summary;
        let told: Vec<_> =
            told.iter().filter(|mail| mail.to == to && mail.subject.contains(&summary.reference)).collect();
        assert_eq!(told.len(), 1);
        let seen = operations::operations(&p, &manager).await.unwrap().troubles;
        assert_eq!(seen.len(), 1);
        assert_eq!((seen[0].trouble, seen[0].reference.as_str()), (Trouble::RefundRefused, summary.reference.as_str()));
        let retry = RetryForm { what: "refund".into(), subject: seen[0].subject.to_string(), ..RetryForm::default() };
        operations::retry(&p, &manager, &retry).await.unwrap();
        jobs::run_due(&p).await.unwrap();
        let totals = p.provider.totals(&reference);
        assert_eq!(totals.refunded, totals.charged);
        assert!(operations::operations(&p, &manager).await.unwrap().troubles.is_empty());
        assert!(own_data::obstacles(&p, &client).await.unwrap().is_empty());
        sound(&p).await;
    })
    .await;
}

/// S17: a payment that the provider will not make is over; the same form makes another, and is the same order.
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_is_not_made_is_made_anew() {
    for_each_db(|p| async move {
        let client = p.client("Ada Client").await;
        let form = p.rental_form("2026-12-01", "2026-12-01", "fusion:1");
        let form = p.consented(&client, form, Locale::Nl).await.unwrap();
        p.provider.fail_next(1, Fault::Refused);
        assert_eq!(rentals::place(&p, &client, &form, Locale::Nl).await, Err(ApiError::Unavailable));
        p.clock.advance(TimeDelta::seconds(1));
        // A lost answer is asked for again, and is one payment.
        p.provider.fail_next(1, Fault::After);
        assert_eq!(rentals::place(&p, &client, &form, Locale::Nl).await, Err(ApiError::Unavailable));
        let placed = rentals::place(&p, &client, &form, Locale::Nl).await.unwrap();
        assert_eq!(p.provider.references().len(), 1);
        let mut conn = p.db.conn().await.unwrap();
        let payments = rental_rows::payments(&mut conn.exec(), placed.id).await.unwrap();
        drop(conn);
        let states: Vec<_> = payments.iter().map(|payment| payment.state).collect();
        assert_eq!(states.len(), 2);
        assert!(states.contains(&ProviderState::Failed) && states.contains(&ProviderState::Open), "{states:?}");
        let reference = p.provider.last_reference();
        p.provider.pay(&reference);
        payments::sync(&p, &reference).await.unwrap();
        assert_eq!(state(&p, &client, placed.id).await, "paid");
        sound(&p).await;
    })
    .await;
}

/// S42: whoever rents, or has reserved, cannot be erased yet; afterwards nobody stands in the order to be asked for.
#[tokio::test(flavor = "multi_thread")]
async fn erased_after_renting() {
    for_each_db(|p| async move {
        let (client, manager) = (p.client("Ada Client").await, p.manager().await);
        let codes = async || {
            let found = own_data::obstacles(&p, &client).await.unwrap();
            found.into_iter().map(|obstacle| obstacle.code).collect::<Vec<_>>()
        };
        order(&p, &client, p.rental_form("2026-12-01", "2026-12-01", "maya:1")).await.unwrap();
        assert_eq!(codes().await, ["rentals"], "reserved");
        p.clock.advance(TimeDelta::minutes(16));
        jobs::run_due(&p).await.unwrap();
        assert!(codes().await.is_empty());
        let (id, _) = paid(&p, &client, p.rental_form("2026-12-01", "2026-12-01", "fusion:1")).await;
        at(&p, "2026-12-01T09:00:00Z");
        act(&p, &manager, id, "hand-out").await.unwrap();
        assert_eq!(codes().await, ["rentals"]);
        act(&p, &manager, id, "return").await.unwrap();
        own_data::erase(&p, &p.confirmed(&client), true).await.unwrap();
        let mut conn = p.db.conn().await.unwrap();
        let bodies: Vec<String> =
            on!(&mut conn.exec(), |c| sqlx::query_scalar("SELECT buyer_body FROM rental_order").fetch_all(c).await)
                .unwrap();
        for body in &bodies {
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!((body["contact_name"].as_str(), body["phone"].as_str()), (Some("–"), Some("")));
        }
        assert_eq!(bodies.len(), 2);
        drop(conn);
        assert_eq!(rentals::view(&p, &manager, id).await.unwrap().summary.state, "returned");
        sound(&p).await;
    })
    .await;
}

fn by(method: &str, form: RentalForm) -> RentalForm {
    RentalForm { method: method.to_owned(), ..form }
}

/// Orders with a card, and authorises it.
async fn authorised(p: &TestPlatform, client: &AccountView, form: RentalForm) -> (Uuid, String) {
    let id = order(p, client, by("creditcard", form)).await.unwrap().id;
    let reference = p.provider.last_reference();
    p.provider.authorize(&reference);
    // As the provider's webhook does, twice.
    payments::sync(p, &reference).await.unwrap();
    payments::sync(p, &reference).await.unwrap();
    assert_eq!(state(p, client, id).await, "authorised");
    (id, reference)
}

async fn payment_of(p: &TestPlatform, id: Uuid) -> PaymentId {
    let mut conn = p.db.conn().await.unwrap();
    rental_rows::payments(&mut conn.exec(), id).await.unwrap().pop().unwrap().id
}

async fn told(p: &TestPlatform, to: &str, words: &str) -> usize {
    let mails = mail::local_mailbox(p, 1_000).await.unwrap();
    mails.iter().filter(|mail| mail.to == to && mail.subject.contains(words)).count()
}

/// S9, S18: a card is authorised when the order is placed: a promise, not money. It is captured when the licences are handed
/// out, or after five days; only then there is an invoice.
#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_captured_when_licences_are_handed_out() {
    for_each_db(|p| async move {
        let (client, manager) = (p.client("Ada Client").await, p.manager().await);
        let (id, reference) = authorised(&p, &client, p.rental_form("2026-12-01", "2026-12-09", "revit:1")).await;
        let view = rentals::view(&p, &client, id).await.unwrap();
        assert!(view.documents.is_empty() && view.clock.is_none() && view.capture_by.is_some() && !view.may_pay);
        assert_eq!(balance(&p, Account::ProviderClearing).await, Cents::ZERO, "a promise is no money");
        assert_eq!(free(&p, "revit", "2026-12-05", "2026-12-05").await, 4);
        sound(&p).await;
        p.clock.advance(TimeDelta::days(5) - TimeDelta::seconds(1));
        jobs::run_due(&p).await.unwrap();
        assert_eq!(state(&p, &client, id).await, "authorised");
        p.clock.advance(TimeDelta::seconds(1));
        jobs::run_due(&p).await.unwrap();
        let view = rentals::view(&p, &client, id).await.unwrap();
        assert_eq!((view.summary.state.as_str(), view.documents.len()), ("paid", 1));
        assert_eq!(p.provider.totals(&reference).charged, view.quote.total);
        sound(&p).await;

        // Its first day is near: captured when it is handed out, not before.
        let (id, reference) = authorised(&p, &client, p.rental_form("2026-11-30", "2026-11-30", "fusion:1")).await;
        assert_eq!(rentals::desk(&p, &manager).await.unwrap().hand_outs.len(), 2);
        assert_eq!(act(&p, &manager, id, "hand-out").await, Err(ApiError::MovedOn), "not before its first day");
        at(&p, "2026-11-29T23:00:00Z");
        assert_eq!(act(&p, &client, id, "hand-out").await, Err(ApiError::Forbidden));
        assert_eq!(act(&p, &client, id, "cancel").await, Err(ApiError::MovedOn), "begun");
        assert_eq!(p.provider.totals(&reference).charged, Cents::ZERO);
        assert!(rentals::view(&p, &manager, id).await.unwrap().may_hand_out);
        p.provider.fail_next(1, Fault::Before);
        assert_eq!(act(&p, &manager, id, "hand-out").await, Err(ApiError::Unavailable), "nothing unpaid leaves");
        assert_eq!(state(&p, &client, id).await, "authorised");
        p.provider.fail_next(1, Fault::After);
        assert_eq!(act(&p, &manager, id, "hand-out").await, Err(ApiError::Unavailable), "the answer was lost");
        act(&p, &manager, id, "hand-out").await.unwrap();
        let view = rentals::view(&p, &client, id).await.unwrap();
        assert_eq!((view.summary.state.as_str(), view.documents.len()), ("handed-out", 1));
        assert_eq!(p.provider.totals(&reference).charged, view.quote.total, "once");
        sound(&p).await;
    })
    .await;
}

/// S9, S18: what was only promised is let go when the order is given up; a card that is refused when it is to be charged
/// gives the licences free, and both sides are told.
#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_let_go_or_refused() {
    for_each_db(|p| async move {
        let client = p.client("Ada Client").await;
        let (id, reference) = authorised(&p, &client, p.rental_form("2026-12-01", "2026-12-02", "maya:2")).await;
        act(&p, &client, id, "cancel").await.unwrap();
        jobs::run_due(&p).await.unwrap();
        assert_eq!(p.provider.state_of(&reference), Some(ProviderState::Canceled));
        let view = rentals::view(&p, &client, id).await.unwrap();
        assert_eq!((view.summary.state.as_str(), view.documents.len()), ("cancelled", 0));
        assert_eq!(free(&p, "maya", "2026-12-01", "2026-12-02").await, 5);
        // A word that comes late changes nothing.
        payments::sync(&p, &reference).await.unwrap();
        sound(&p).await;

        // The bank refuses; the authorisation is gone; the provider says so before we ask.
        for (round, words) in ["refused", "ended", "heard"].into_iter().enumerate() {
            let (id, reference) = authorised(&p, &client, p.rental_form("2026-12-04", "2026-12-04", "maya:2")).await;
            let payment = payment_of(&p, id).await;
            match words {
                "refused" => {
                    p.provider.fail_next(1, Fault::Refused);
                    rentals::capture(&p, payment).await.unwrap();
                    jobs::run_due(&p).await.unwrap();
                    assert_eq!(p.provider.state_of(&reference), Some(ProviderState::Canceled), "let go");
                }
                "ended" => {
                    p.provider.expire(&reference);
                    rentals::capture(&p, payment).await.unwrap();
                }
                _ => {
                    p.provider.expire(&reference);
                    payments::sync(&p, &reference).await.unwrap();
                }
            }
            assert_eq!(state(&p, &client, id).await, "lapsed", "{words}");
            assert_eq!(free(&p, "maya", "2026-12-04", "2026-12-04").await, 5);
            let reference = rentals::view(&p, &client, id).await.unwrap().summary.reference;
            assert_eq!(told(&p, p.config.operator.email.as_str(), &reference).await, 1);
            let to_client = told(&p, &client.email, "débitée").await + told(&p, &client.email, "belast").await;
            assert_eq!(to_client, round + 1);
            rentals::capture(&p, payment).await.unwrap();
            sound(&p).await;
        }

        // Captured in the very moment in which it is given up: the money goes back.
        let (id, reference) = authorised(&p, &client, p.rental_form("2026-12-04", "2026-12-04", "maya:2")).await;
        act(&p, &client, id, "cancel").await.unwrap();
        p.provider.pay(&reference);
        jobs::run_due(&p).await.unwrap();
        jobs::run_due(&p).await.unwrap();
        let totals = p.provider.totals(&reference);
        assert_eq!((totals.refunded, totals.charged > Cents::ZERO), (totals.charged, true));
        sound(&p).await;
    })
    .await;
}

/// S18: what cards for licences may still be charged with counts for the credit of the next order; a refusal leaves the
/// other methods, and nothing is reserved.
#[tokio::test(flavor = "multi_thread")]
async fn cards_for_licences_need_credit() {
    for_each_db(|p| async move {
        let client = p.client("Ada Client").await;
        // Three months, three licences: 2,700 and VAT, of 5,000.
        let dear = |p: &TestPlatform| p.rental_form("2026-12-01", "2027-02-28", "revit:1,civil-3d:1,inventor:1");
        let (id, _) = authorised(&p, &client, dear(&p)).await;
        let total = rentals::view(&p, &client, id).await.unwrap().quote.total;
        let form = p.consented(&client, by("creditcard", dear(&p)), Locale::Nl).await;
        let refused = match form {
            Ok(form) => rentals::place(&p, &client, &form, Locale::Nl).await.unwrap_err(),
            Err(error) => error,
        };
        let ApiError::CreditRefused { reason: CreditRefusal::OverLimit { limit, exposure }, .. } = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((limit, exposure), (Cents::euros(5000), total));
        assert_eq!(free(&p, "revit", "2026-12-01", "2026-12-01").await, 4, "nothing is reserved");
        order(&p, &client, by("banktransfer", dear(&p))).await.unwrap();
        // Somebody else's credit is their own; and what was captured is owed no more.
        let other = p.client("Bea Elders").await;
        authorised(&p, &other, dear(&p)).await;
        p.clock.advance(TimeDelta::days(5));
        jobs::run_due(&p).await.unwrap();
        assert_eq!(state(&p, &client, id).await, "paid");
        authorised(&p, &client, dear(&p)).await;
        sound(&p).await;
    })
    .await;
}

/// S9, S17: a transfer is waited for until it is due, and at least two days before the first day; money that comes later
/// buys the licences if they are still there.
#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_waited_for() {
    for_each_db(|p| async move {
        let client = p.client("Ada Client").await;
        let soon = by("banktransfer", p.rental_form("2026-11-25", "2026-11-26", "revit:1"));
        let refused = order(&p, &client, soon).await.unwrap_err();
        assert_eq!(refused, ApiError::field("method", Problem::TooLateForTransfer));
        let wanted = by("banktransfer", p.rental_form("2026-12-10", "2026-12-12", "revit:2"));
        let id = order(&p, &client, wanted.clone()).await.unwrap().id;
        let first = p.provider.last_reference();
        p.provider.pend(&first);
        payments::sync(&p, &first).await.unwrap();
        // Seven days from the order: to the end of 30 November.
        at(&p, "2026-11-30T22:59:59Z");
        jobs::run_due(&p).await.unwrap();
        assert_eq!(state(&p, &client, id).await, "reserved");
        assert_eq!(free(&p, "revit", "2026-12-10", "2026-12-10").await, 3);
        p.provider.pay(&first);
        // Nobody tells us.
        at(&p, "2026-11-30T23:00:00Z");
        jobs::run_due(&p).await.unwrap();
        assert_eq!(state(&p, &client, id).await, "paid", "asked before it lapses");
        sound(&p).await;

        let again = RentalForm { key: p.ids.uuid().to_string(), ..wanted };
        let id = order(&p, &client, again).await.unwrap().id;
        let second = p.provider.last_reference();
        at(&p, "2026-12-08T23:00:00Z");
        jobs::run_due(&p).await.unwrap();
        assert_eq!(state(&p, &client, id).await, "lapsed");
        p.provider.pay(&second);
        p.clock.advance(TimeDelta::hours(13));
        jobs::run_due(&p).await.unwrap();
        assert_eq!(state(&p, &client, id).await, "paid", "late, and still there");
        sound(&p).await;
    })
    .await;
}

/// Invariant 3: a refund of licences that comes back is noticed, posted back once, told, and seen to.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_of_licences_comes_back() {
    for_each_db(|p| async move {
        let (client, manager) = (p.client("Ada Client").await, p.manager().await);
        let (id, reference) = paid(&p, &client, p.rental_form("2026-12-01", "2026-12-01", "fusion:1")).await;
        let total = rentals::view(&p, &client, id).await.unwrap().quote.total;
        act(&p, &client, id, "cancel").await.unwrap();
        jobs::run_due(&p).await.unwrap();
        let refund_state = async || rentals::view(&p, &client, id).await.unwrap().refunds[0].state.clone();
        assert_eq!(refund_state().await, "sent");
        for round in 0..2 {
            assert!(p.provider.fail_refund(&reference));
            if round == 0 {
                payments::sync(&p, &reference).await.unwrap();
                payments::sync(&p, &reference).await.unwrap();
            } else {
                // Every webhook is lost: it is looked for.
                p.clock.advance(TimeDelta::hours(2));
                jobs::run_due(&p).await.unwrap();
            }
            assert_eq!(refund_state().await, "failed");
            assert_eq!(balance(&p, Account::Deposits).await, -total);
            let found = audit::run(&p).await.unwrap();
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].check, "a refund reaches the client");
            let seen = operations::operations(&p, &manager).await.unwrap().troubles;
            assert_eq!((seen.len(), seen[0].trouble, seen[0].amount), (1, Trouble::RefundFailed, total));
            assert_eq!(own_data::obstacles(&p, &client).await.unwrap()[0].code, "refunds");
            let what = if round == 0 { "refund" } else { "elsewhere" };
            let retry = RetryForm {
                what: what.into(),
                subject: seen[0].subject.to_string(),
                how: "SEPA 1".into(),
                ..RetryForm::default()
            };
            operations::retry(&p, &manager, &retry).await.unwrap();
            assert_eq!(operations::retry(&p, &manager, &retry).await, Err(ApiError::MovedOn));
            jobs::run_due(&p).await.unwrap();
        }
        assert_eq!(refund_state().await, "elsewhere");
        assert_eq!(balance(&p, Account::Bank).await, -total);
        let subjects = told(&p, &client.email, "").await;
        // Paid, cancelled, on its way, back, on its way again, back again, and at last paid.
        assert_eq!(subjects, 7);
        sound(&p).await;
        assert_eq!(audit::reconcile(&p).await.unwrap().findings, []);
    })
    .await;
}

/// Invariant 3: money that a bank takes back for a rental is posted once, and once more when it is given again; what is
/// not handed out stays here meanwhile; a cancellation gives back only what is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_bank_takes_money_back() {
    for_each_db(|p| async move {
        let (client, manager) = (p.client("Ada Client").await, p.manager().await);
        let day = || p.rental_form("2026-12-01", "2026-12-01", "revit:1");
        let moved = async |reference: &str| {
            let totals = p.provider.totals(reference);
            totals.charged - totals.refunded
        };
        let hear = async |reference: &str| {
            payments::sync(&p, reference).await.unwrap();
            payments::sync(&p, reference).await.unwrap();
        };
        let (id, reference) = paid(&p, &client, day()).await;
        let total = rentals::view(&p, &client, id).await.unwrap().quote.total;
        p.provider.charge_back(&reference, total);
        hear(&reference).await;
        assert_eq!(balance(&p, Account::ClientReceivable).await, total, "once");
        assert_eq!(balance(&p, Account::ProviderClearing).await, moved(&reference).await - total);
        assert_eq!(audit::run(&p).await.unwrap(), []);
        assert_eq!(audit::reconcile(&p).await.unwrap().findings, []);
        let seen = operations::operations(&p, &manager).await.unwrap().troubles;
        assert_eq!((seen.len(), seen[0].trouble, seen[0].amount), (1, Trouble::ChargedBack, total));
        let summary = rentals::view(&p, &client, id).await.unwrap().summary;
        assert_eq!(seen[0].reference, summary.reference);
        jobs::run_due(&p).await.unwrap();
        assert_eq!(told(&p, p.config.operator.email.as_str(), &summary.reference).await, 1);
        assert!(rentals::desk(&p, &manager).await.unwrap().hand_outs[0].charged_back);
        at(&p, "2026-12-01T08:00:00Z");
        assert!(!rentals::view(&p, &manager, id).await.unwrap().may_hand_out);
        assert_eq!(act(&p, &manager, id, "hand-out").await, Err(ApiError::MovedOn), "it is not paid");
        // Given again: all is as before.
        p.provider.reverse_chargebacks(&reference);
        hear(&reference).await;
        assert_eq!(balance(&p, Account::ClientReceivable).await, Cents::ZERO);
        assert!(operations::operations(&p, &manager).await.unwrap().troubles.is_empty());
        act(&p, &manager, id, "hand-out").await.unwrap();
        sound(&p).await;

        // Taken back in part, and cancelled: the rest goes back; given again later: that, too.
        let (id, reference) = paid(&p, &client, p.rental_form("2026-12-08", "2026-12-08", "revit:1")).await;
        p.provider.charge_back(&reference, Cents(1_000));
        hear(&reference).await;
        act(&p, &client, id, "cancel").await.unwrap();
        jobs::run_due(&p).await.unwrap();
        assert_eq!(p.provider.totals(&reference).refunded, total - Cents(1_000));
        assert_eq!(balance(&p, Account::ClientReceivable).await, Cents::ZERO, "nothing is owed for nothing");
        assert_eq!(audit::run(&p).await.unwrap(), []);
        assert!(operations::operations(&p, &manager).await.unwrap().troubles.is_empty());
        p.provider.reverse_chargebacks(&reference);
        hear(&reference).await;
        jobs::run_due(&p).await.unwrap();
        assert_eq!(p.provider.totals(&reference).refunded, total);
        sound(&p).await;

        // Taken back after it was refunded: the client has it twice, and owes it.
        let (id, reference) = paid(&p, &client, p.rental_form("2026-12-09", "2026-12-09", "revit:1")).await;
        act(&p, &client, id, "cancel").await.unwrap();
        jobs::run_due(&p).await.unwrap();
        p.provider.charge_back(&reference, total);
        hear(&reference).await;
        assert_eq!(balance(&p, Account::ClientReceivable).await, total);
        assert_eq!(operations::operations(&p, &manager).await.unwrap().troubles[0].trouble, Trouble::ChargedBack);
        assert_eq!(audit::run(&p).await.unwrap(), []);
    })
    .await;
}

/// Invariant 3: what the client's bank takes back by itself is not refunded as well, whichever comes first, whole or in
/// part; given again, it is refunded after all. A refund that the provider has already is not called back.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_of_licences_crosses_a_chargeback() {
    for_each_db(|p| async move {
        let (client, manager) = (p.client("Ada Client").await, p.manager().await);
        let day = || p.rental_form("2026-12-01", "2026-12-01", "revit:1");
        let total = {
            let (id, _) = paid(&p, &client, day()).await;
            let total = rentals::view(&p, &client, id).await.unwrap().quote.total;
            act(&p, &client, id, "cancel").await.unwrap();
            jobs::run_due(&p).await.unwrap();
            total
        };
        let states = async |id: Uuid| {
            let refunds = rentals::view(&p, &client, id).await.unwrap().refunds;
            let mut states: Vec<String> = refunds.into_iter().map(|one| one.state).collect();
            states.sort();
            states
        };
        let clean = async |reference: &str, refunded: Cents, owed: Cents| {
            for _ in 0..2 {
                jobs::run_due(&p).await.unwrap();
                payments::sync(&p, reference).await.unwrap();
            }
            assert_eq!(p.provider.totals(reference).refunded, refunded);
            assert_eq!(balance(&p, Account::ClientReceivable).await, owed);
            assert_eq!(balance(&p, Account::Deposits).await, Cents::ZERO);
            assert_eq!(audit::run(&p).await.unwrap(), []);
            assert_eq!(audit::reconcile(&p).await.unwrap().findings, []);
            let seen = operations::operations(&p, &manager).await.unwrap().troubles;
            assert_eq!(seen.len(), usize::from(owed > Cents::ZERO), "{seen:?}");
        };
        for part in [None, Some(Cents(1_000))] {
            let taken = part.unwrap_or(total);
            // Cancelled; the bank takes it back before the refund is sent, and nobody tells.
            let (id, reference) = paid(&p, &client, day()).await;
            act(&p, &client, id, "cancel").await.unwrap();
            p.provider.charge_back(&reference, taken);
            clean(&reference, total - taken, Cents::ZERO).await;
            assert_eq!(states(id).await, if part.is_some() { vec!["sent", "taken"] } else { vec!["taken"] });
            p.provider.reverse_chargebacks(&reference);
            payments::sync(&p, &reference).await.unwrap();
            clean(&reference, total, Cents::ZERO).await;
            // The other way round.
            let (id, reference) = paid(&p, &client, day()).await;
            p.provider.charge_back(&reference, taken);
            payments::sync(&p, &reference).await.unwrap();
            act(&p, &client, id, "cancel").await.unwrap();
            clean(&reference, total - taken, Cents::ZERO).await;
            p.provider.reverse_chargebacks(&reference);
            payments::sync(&p, &reference).await.unwrap();
            clean(&reference, total, Cents::ZERO).await;
            // The refund came back, or is refused: nobody pays it another way once the bank took it.
            for refused in [false, true] {
                let (id, reference) = paid(&p, &client, day()).await;
                act(&p, &client, id, "cancel").await.unwrap();
                if refused {
                    p.provider.fail_next_refund(Fault::Refused);
                }
                jobs::run_due(&p).await.unwrap();
                if !refused {
                    assert!(p.provider.fail_refund(&reference));
                    payments::sync(&p, &reference).await.unwrap();
                }
                let subject = operations::operations(&p, &manager).await.unwrap().troubles[0].subject;
                p.provider.charge_back(&reference, total);
                payments::sync(&p, &reference).await.unwrap();
                let elsewhere = RetryForm {
                    what: "elsewhere".into(),
                    subject: subject.to_string(),
                    how: "SEPA 1".into(),
                    ..RetryForm::default()
                };
                assert_eq!(operations::retry(&p, &manager, &elsewhere).await, Err(ApiError::MovedOn));
                clean(&reference, Cents::ZERO, Cents::ZERO).await;
                assert_eq!(states(id).await, ["taken"]);
            }
        }
        // It was sent, the answer was lost, and then the bank took it: the client has it twice, and owes it.
        let (id, reference) = paid(&p, &client, day()).await;
        act(&p, &client, id, "cancel").await.unwrap();
        p.provider.fail_next_refund(Fault::After);
        jobs::run_due(&p).await.unwrap();
        assert_eq!(states(id).await, ["due"]);
        p.provider.charge_back(&reference, total);
        p.clock.advance(TimeDelta::minutes(1));
        clean(&reference, total, total).await;
        assert_eq!(states(id).await, ["sent"]);
    })
    .await;
}

/// Invariant 3, in a real race of two nodes: it is refunded, or taken; if the provider had the refund already, both, which
/// managers read. Nothing is posted twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refund_of_licences_races_a_chargeback() {
    for_each_db(|p| async move {
        let client = p.client("Ada Client").await;
        let other = p.node(|_| {}).await;
        for _ in 0..10 {
            let (id, reference) = paid(&p, &client, p.rental_form("2026-12-01", "2026-12-01", "revit:1")).await;
            let total = p.provider.totals(&reference).charged;
            let (cancelled, heard) = tokio::join!(
                async {
                    act(&p, &client, id, "cancel").await.unwrap();
                    jobs::run_due(&p).await
                },
                async {
                    p.provider.charge_back(&reference, total);
                    payments::sync(&other, &reference).await
                }
            );
            cancelled.unwrap();
            heard.unwrap();
            let both = tokio::join!(jobs::run_due(&p), jobs::run_due(&other));
            both.0.unwrap();
            both.1.unwrap();
            let refunded = p.provider.totals(&reference).refunded;
            let refunds = rentals::view(&p, &client, id).await.unwrap().refunds;
            let state = refunds.first().map(|one| one.state.as_str());
            // Taken before it was cancelled, there is none at all.
            let fits = match state {
                Some("sent") => refunded == total,
                Some("taken") | None => refunded == Cents::ZERO,
                _ => false,
            };
            assert!(fits && refunds.len() < 2, "{refunds:?}");
            assert_eq!(audit::run(&p).await.unwrap(), []);
            assert_eq!(audit::reconcile(&p).await.unwrap().findings, []);
        }
        other.db.close().await;
    })
    .await;
}

/// Every difference between the provider and the books of rentals is named, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn the_provider_is_compared() {
    for_each_db(|p| async move {
        let client = p.client("Ada Client").await;
        let (_, kept) = paid(&p, &client, p.rental_form("2026-12-01", "2026-12-01", "fusion:1")).await;
        let (id, refunded) = paid(&p, &client, p.rental_form("2026-12-01", "2026-12-01", "maya:1")).await;
        act(&p, &client, id, "cancel").await.unwrap();
        let (_, card) = authorised(&p, &client, p.rental_form("2026-12-01", "2026-12-01", "vault:1")).await;
        jobs::run_due(&p).await.unwrap();
        let clean = audit::reconcile(&p).await.unwrap();
        assert_eq!((clean.compared, clean.unanswered, clean.findings.as_slice()), (3, 0, [].as_slice()));
        let run = async |sql: &'static str| {
            let mut conn = p.db.conn().await.unwrap();
            on!(&mut conn.exec(), |c| sqlx::query(sql).execute(c).await.map(drop)).unwrap();
        };
        for (plant, undo, reference, words) in [
            (
                "UPDATE rental_payment SET captured = captured - 1 WHERE captured > 0 AND rental_id IN \
                 (SELECT id FROM rental_order WHERE state = 'paid')",
                "UPDATE rental_payment SET captured = captured + 1 WHERE captured > 0 AND rental_id IN \
                 (SELECT id FROM rental_order WHERE state = 'paid')",
                &kept,
                "captured: ",
            ),
            (
                "UPDATE rental_refund SET state = 'due'",
                "UPDATE rental_refund SET state = 'sent'",
                &refunded,
                "refunded: 0.00 here",
            ),
            (
                "UPDATE rental_payment SET state = 'open' WHERE state = 'authorized'",
                "UPDATE rental_payment SET state = 'authorized' WHERE state = 'open'",
                &card,
                "state: open here, authorized at the provider",
            ),
        ] {
            run(plant).await;
            let found = audit::reconcile(&p).await.unwrap().findings;
            assert_eq!(found.len(), 1, "{plant}: {found:?}");
            assert_eq!(&found[0].subject, reference);
            assert!(found[0].detail.starts_with(words), "{found:?}");
            run(undo).await;
        }
        p.provider.charge_back(&kept, Cents(100));
        run("UPDATE rental_payment SET provider_ref = 'tr_77' WHERE state = 'authorized'").await;
        let found = audit::reconcile(&p).await.unwrap().findings;
        let mut words: Vec<_> = found.iter().map(|one| (one.subject.as_str(), one.detail.as_str())).collect();
        words.sort_unstable();
        let unknown = ("tr_77", "the provider does not know it");
        let mut expected = vec![(kept.as_str(), "charged back: 0.00 here, 1.00 at the provider"), unknown];
        expected.sort_unstable();
        assert_eq!(words, expected);
        p.provider.fail_next(100, Fault::Before);
        let away = audit::reconcile(&p).await.unwrap();
        assert_eq!((away.compared, away.unanswered, away.findings.len()), (0, 3, 0));
        p.provider.recover();
    })
    .await;
}
