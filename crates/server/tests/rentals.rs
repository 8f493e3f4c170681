//! Licences rented without an expert (S9), on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use gabarit_domain::{invoice::DocumentKind, money::Cents, rental::Term};
use gabarit_i18n::Locale;
use gabarit_server::{
    audit,
    db::ledger as ledger_rows,
    jobs, mail, on,
    services::{documents, ledger::Account, operations, own_data, payments, rentals},
    testing::{Fault, TestPlatform, for_each_db},
};
use gabarit_view::{
    account::AccountView,
    desk::{RetryForm, Trouble},
    error::{ApiError, Problem},
    rental::{RentalForm, RentalMoveForm, StockForm},
};
use std::sync::Arc;
use uuid::Uuid;

fn form(p: &TestPlatform, first: &str, last: &str, seats: &str) -> RentalForm {
    let text = ToOwned::to_owned;
    RentalForm {
        first: text(first),
        last: text(last),
        seats: text(seats),
        country: text("NL"),
        organisation: text("Bureau Voorbeeld B.V."),
        contact_name: text("Ada Client"),
        phone: text("+31 30 000 00 00"),
        street: text("Voorbeeldstraat 2"),
        postal_code: text("3511 AB"),
        city: text("Utrecht"),
        invoice_email: text("facturen@client.example"),
        method: text("ideal"),
        terms: text("on"),
        key: p.ids.uuid().to_string(),
        ..RentalForm::default()
    }
}

/// Orders at the price that is shown.
async fn order(p: &TestPlatform, client: &AccountView, form: RentalForm) -> Result<rentals::Placed, ApiError> {
    let form = p.consented(client, form, Locale::Nl).await?;
    rentals::place(p, client, &form, Locale::Nl).await
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
    let term = Term { first: first.parse().unwrap(), last: last.parse().unwrap() };
    let setup = rentals::setup(p, None, Some(term), Locale::En).await.unwrap();
    setup.items.into_iter().find(|item| item.product.as_str() == product).unwrap().free.unwrap()
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
        let (id, reference) = paid(&p, &client, form(&p, "2026-12-01", "2026-12-09", "revit:2,vault:1")).await;
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

/// S9: what has not begun goes back in full, with a credit note (381); from its first day on it does not.
#[tokio::test(flavor = "multi_thread")]
async fn cancelled_in_time_and_too_late() {
    for_each_db(|p| async move {
        let client = p.client("Ada Client").await;
        let (id, reference) = paid(&p, &client, form(&p, "2026-12-01", "2026-12-09", "revit:1")).await;
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

        let (id, _) = paid(&p, &client, form(&p, "2026-12-01", "2026-12-01", "fusion:1")).await;
        p.clock.set("2026-12-01T08:00:00Z".parse::<DateTime<Utc>>().unwrap());
        assert_eq!(act(&p, &client, id, "cancel").await, Err(ApiError::MovedOn));
        let manager = p.manager().await;
        act(&p, &manager, id, "cancel").await.unwrap();
        // What managers rent themselves they cancel as clients do.
        let (own, _) = paid(&p, &manager, form(&p, "2026-12-03", "2026-12-03", "fusion:1")).await;
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
        let id = order(&p, &client, form(&p, "2026-12-01", "2026-12-03", "maya:5")).await.unwrap().id;
        let reference = p.provider.last_reference();
        assert_eq!(free(&p, "maya", "2026-12-03", "2026-12-08").await, 0);
        p.clock.advance(TimeDelta::minutes(16));
        // Before the job has run: the hold is over all the same.
        let other = p.client("Bea Elders").await;
        let second = order(&p, &other, form(&p, "2026-12-03", "2026-12-04", "maya:1")).await.unwrap().id;
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
                order(&p, &client, form(&p, "2026-12-07", "2026-12-11", seats)).await.map(|placed| placed.id)
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
        let past = form(&p, "2026-11-23", "2026-11-24", "revit:1");
        let Err(ApiError::Invalid { fields, .. }) = rentals::place(&p, &client, &past, Locale::Nl).await else {
            panic!()
        };
        assert_eq!(fields[0].field, "first");
        let card = RentalForm { method: "creditcard".to_owned(), ..form(&p, "2026-12-01", "2026-12-02", "revit:1") };
        let Err(ApiError::Invalid { fields, .. }) = rentals::place(&p, &client, &card, Locale::Nl).await else {
            panic!()
        };
        assert_eq!(fields[0].field, "method");

        let good = p.consented(&client, form(&p, "2026-12-01", "2026-12-02", "revit:4"), Locale::Nl).await.unwrap();
        let first = rentals::place(&p, &client, &good, Locale::Nl).await.unwrap();
        let again = rentals::place(&p, &client, &good, Locale::Nl).await.unwrap();
        assert_eq!(first, again);
        // The same form with something else in it pays for nothing that was ordered before.
        for changed in [
            RentalForm { seats: "revit:1".to_owned(), ..good.clone() },
            RentalForm { first: "2026-12-08".to_owned(), last: "2026-12-09".to_owned(), ..good.clone() },
            RentalForm { seen: "another".to_owned(), ..good.clone() },
        ] {
            assert_eq!(rentals::place(&p, &client, &changed, Locale::Nl).await.unwrap_err(), ApiError::MovedOn);
        }
        let other = p.client("Sam Elders").await;
        assert_eq!(rentals::place(&p, &other, &good, Locale::Nl).await.unwrap_err(), ApiError::Forbidden);

        let stock = |units: &str| StockForm { product: "revit".into(), units: units.into(), locale: "nl".into() };
        assert_eq!(rentals::set_stock(&p, &client, &stock("9")).await, Err(ApiError::Forbidden));
        assert!(matches!(rentals::set_stock(&p, &manager, &stock("3")).await, Err(ApiError::Invalid { .. })));
        rentals::set_stock(&p, &manager, &stock("9")).await.unwrap();
        assert_eq!(free(&p, "revit", "2026-12-01", "2026-12-02").await, 5);
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
            let id = order(&p, &client, form(&p, first, "2026-12-09", "maya:3,revit:1")).await.unwrap().id;
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

        let id = order(&p, &client, form(&p, "2026-12-20", "2026-12-20", "fusion:1")).await.unwrap().id;
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
        let first = order(&p, &client, form(&p, "2026-12-01", "2026-12-03", "maya:5")).await.unwrap().id;
        p.provider.pay(&p.provider.last_reference());
        p.clock.advance(TimeDelta::minutes(16));
        let refused = order(&p, &others[0], form(&p, "2026-12-01", "2026-12-03", "maya:1")).await.unwrap_err();
        let ApiError::Invalid { fields, .. } = refused else { panic!("{refused:?}") };
        assert_eq!((fields[0].field.as_str(), &fields[0].problem), ("seats", &Problem::TooMany(0)));
        assert_eq!(state(&p, &client, first).await, "paid");

        // Ended by several orders at once, by the provider's news and by its job.
        let p = Arc::new(p);
        for round in 0..3 {
            let term = ["2026-12-07", "2026-12-08", "2026-12-09"][round];
            let id = order(&p, &client, form(&p, term, term, "revit:2")).await.unwrap().id;
            let reference = p.provider.last_reference();
            let mut forms = Vec::new();
            for other in &others {
                let form = p.consented(other, form(&p, term, term, "autocad:1"), Locale::Nl).await.unwrap();
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
        let (id, _) = paid(&p, &client, form(&p, "2026-12-01", "2026-12-02", "revit:2")).await;
        at(&p, "2026-12-01T09:00:00Z");
        act(&p, &manager, id, "hand-out").await.unwrap();
        at(&p, "2026-12-02T22:59:59Z");
        assert_eq!(free(&p, "revit", "2026-12-04", "2026-12-05").await, 5, "not late yet");
        at(&p, "2026-12-02T23:00:00Z");
        assert_eq!(free(&p, "revit", "2026-12-04", "2026-12-05").await, 3);
        assert_eq!(free(&p, "revit", "2027-02-04", "2027-02-05").await, 3);
        let other = p.client("Sam Elders").await;
        let Err(ApiError::Invalid { fields, .. }) =
            order(&p, &other, form(&p, "2026-12-04", "2026-12-05", "revit:4")).await
        else {
            panic!()
        };
        assert_eq!(fields[0].problem, Problem::TooMany(3));
        order(&p, &other, form(&p, "2026-12-04", "2026-12-05", "revit:3")).await.unwrap();
        p.clock.advance(TimeDelta::minutes(16));
        jobs::run_due(&p).await.unwrap();
        let stock = StockForm { product: "revit".into(), units: "1".into(), locale: "nl".into() };
        assert!(matches!(rentals::set_stock(&p, &manager, &stock).await, Err(ApiError::Invalid { .. })));
        act(&p, &manager, id, "return").await.unwrap();
        assert_eq!(free(&p, "revit", "2026-12-04", "2026-12-05").await, 5);
        rentals::set_stock(&p, &manager, &stock).await.unwrap();
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
        let (id, reference) = paid(&p, &client, form(&p, "2026-12-01", "2026-12-01", "fusion:1")).await;
        act(&p, &client, id, "cancel").await.unwrap();
        let blocked = own_data::obstacles(&p, &client).await.unwrap();
        assert_eq!(blocked.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["refunds"]);
        for _ in 0..2 {
            p.provider.fail_next(1, Fault::Refused);
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
        assert_eq!((seen[0].trouble, seen[0].reference.as_str()), (Trouble::RefundLate, summary.reference.as_str()));
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

/// S42: whoever rents, or has reserved, cannot be erased yet; afterwards nobody stands in the order to be asked for.
#[tokio::test(flavor = "multi_thread")]
async fn erased_after_renting() {
    for_each_db(|p| async move {
        let (client, manager) = (p.client("Ada Client").await, p.manager().await);
        let codes = async || {
            let found = own_data::obstacles(&p, &client).await.unwrap();
            found.into_iter().map(|obstacle| obstacle.code).collect::<Vec<_>>()
        };
        order(&p, &client, form(&p, "2026-12-01", "2026-12-01", "maya:1")).await.unwrap();
        assert_eq!(codes().await, ["rentals"], "reserved");
        p.clock.advance(TimeDelta::minutes(16));
        jobs::run_due(&p).await.unwrap();
        assert!(codes().await.is_empty());
        let (id, _) = paid(&p, &client, form(&p, "2026-12-01", "2026-12-01", "fusion:1")).await;
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
