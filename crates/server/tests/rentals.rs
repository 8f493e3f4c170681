//! Licences rented without an expert (S9), on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use gabarit_domain::{invoice::DocumentKind, money::Cents, rental::Term};
use gabarit_i18n::Locale;
use gabarit_server::{
    audit,
    db::ledger as ledger_rows,
    jobs, on,
    services::{documents, ledger::Account, payments, rentals},
    testing::{TestPlatform, for_each_db},
};
use gabarit_view::{
    account::AccountView,
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
    let seen = match rentals::place(p, client, &form, Locale::Nl).await {
        Err(ApiError::PriceChanged { quote, .. }) => quote.fingerprint(),
        Err(error) => return Err(error),
        Ok(_) => panic!("ordered without consent to a price"),
    };
    rentals::place(p, client, &RentalForm { seen, ..form }, Locale::Nl).await
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

        let good = form(&p, "2026-12-01", "2026-12-02", "revit:4");
        let first = order(&p, &client, good.clone()).await.unwrap();
        let again = rentals::place(&p, &client, &good, Locale::Nl).await.unwrap();
        assert_eq!(first, again);
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
