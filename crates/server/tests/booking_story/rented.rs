//! What is rented with a booking comes out of the same stock as what is rented alone (S7–S9).

use crate::{
    changes::propose,
    cuts::{accepted, cut},
    stage::{DAYS, Stage, form, shown},
};
use gabarit_domain::{booking::PaymentMethod, ids::BookingId, pricing::Refusal, stock::Rentable};
use gabarit_i18n::Locale;
use gabarit_server::{
    audit, on,
    services::{
        bookings::{self, changes, settling::Cut},
        payments, rentals,
    },
    testing::{ExpertSpec, TestPlatform, for_each_db, sent_somewhere},
};
use gabarit_view::{
    account::AccountView,
    booking::BookingForm,
    error::{ApiError, Problem},
    rental::{RentalForm, RentalMoveForm},
};
use tokio::task::JoinSet;

fn item(code: &str) -> Rentable {
    Rentable::parse(code).unwrap()
}

async fn free(stage: &Stage, code: &str, first: &str, last: &str) -> u32 {
    stage.p.to_rent(code, first, last).await.unwrap().free.unwrap()
}

fn renting(stage: &Stage, days: &str, licences: &str, workstation: &str) -> BookingForm {
    BookingForm {
        licences: licences.to_owned(),
        workstation: workstation.to_owned(),
        ..stage.form(days, PaymentMethod::Ideal)
    }
}

fn alone(p: &TestPlatform, first: &str, last: &str, seats: &str) -> RentalForm {
    sent_somewhere(p.rental_form(first, last, seats))
}

async fn rent(p: &TestPlatform, client: &AccountView, form: RentalForm) -> Result<uuid::Uuid, ApiError> {
    p.rent(client, form, Locale::Fr).await.map(|placed| placed.id)
}

/// What a refused form says, by its fields.
fn said(error: ApiError) -> Vec<(String, Problem)> {
    let ApiError::Invalid { fields, .. } = error else { panic!("{error:?}") };
    fields.into_iter().map(|field| (field.field, field.problem)).collect()
}

fn short(field: &str, code: &str, days: &[&str]) -> (String, Problem) {
    let days = days.iter().map(|day| day.parse().unwrap()).collect();
    (field.to_owned(), Problem::Refused(Refusal::NoneLeft { item: item(code), days }))
}

/// S7–S9: the last of a thing is the booking's, or the order's alone: whoever comes second is told of what, and when; who
/// chooses less, or other days, is served.
#[tokio::test(flavor = "multi_thread")]
async fn one_stock_for_both_ways() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let (bea, other) = (p.client("Bea Elders").await, p.expert(ExpertSpec::default()).await);
        p.stock(&manager, "maya", 1).await.unwrap();
        p.stock(&manager, "workstation", 1).await.unwrap();

        let id = stage.place_as(&stage.client, renting(&stage, DAYS, "maya,revit", "on")).await.unwrap().id;
        assert_eq!(free(&stage, "maya", "2026-12-02", "2026-12-04").await, 0);
        assert_eq!(free(&stage, "maya", "2026-12-03", "2026-12-04").await, 1);
        assert_eq!(free(&stage, "revit", "2026-12-01", "2026-12-01").await, 4);
        assert_eq!(free(&stage, "workstation", "2026-12-01", "2026-12-01").await, 0);
        let refused = rent(p, &bea, alone(p, "2026-12-02", "2026-12-04", "maya:1")).await.unwrap_err();
        assert_eq!(said(refused), [("seats".to_owned(), Problem::TooMany(0))]);
        let with_other = |days: &str, licences: &str, workstation: &str| BookingForm {
            licences: licences.to_owned(),
            workstation: workstation.to_owned(),
            ..form(p, other.id, days, PaymentMethod::Ideal)
        };
        let three = "2026-12-01,2026-12-02,2026-12-03";
        let refused = shown(p, &bea, &with_other(three, "maya,revit", "on")).await.unwrap_err();
        let days = ["2026-12-01", "2026-12-02"];
        assert_eq!(said(refused), [short("workstation", "workstation", &days), short("licences", "maya", &days)]);
        // Without them, or on other days.
        let less = stage.place_as(&bea, with_other(three, "revit", "")).await.unwrap().id;
        stage.place_as(&bea, with_other("2026-12-04", "maya", "on")).await.unwrap();
        assert_eq!(free(&stage, "revit", "2026-12-01", "2026-12-01").await, 3);
        // Nobody promises less than is promised.
        let refused = p.stock(&manager, "workstation", 0).await.unwrap_err();
        assert_eq!(said(refused), [("units".to_owned(), Problem::TooShort(1))]);
        stage.sound().await;

        // Given back with the booking; then somebody else's, alone; then no booking's.
        bookings::withdraw(p, &stage.client, id).await.unwrap();
        bookings::withdraw(p, &bea, less).await.unwrap();
        assert_eq!(free(&stage, "maya", "2026-12-01", "2026-12-03").await, 1);
        rent(p, &bea, alone(p, "2026-12-02", "2026-12-03", "maya:1,workstation:1")).await.unwrap();
        let refused = shown(p, &stage.client, &renting(&stage, DAYS, "maya", "")).await.unwrap_err();
        assert_eq!(said(refused), [short("licences", "maya", &["2026-12-02"])]);
        // The page that the choices are made on says it before anything is sent.
        let context = gabarit_server::services::rulebooks::pricing_context(p).await.unwrap();
        let none =
            context.none_left.of(&item("maya"), "2026-12-01".parse::<chrono::NaiveDate>().unwrap().iter_days().take(3));
        assert_eq!(none.len(), 2);
        stage.sound().await;
    })
    .await;
}

/// S7–S9: an unpaid hold that is over stands in nobody's way, whichever way the next one comes; money that comes late
/// brings the booking back with all it rents, or goes back whole.
#[tokio::test(flavor = "multi_thread")]
async fn holds_that_end_give_it_back() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let bea = p.client("Bea Elders").await;
        p.stock(&manager, "maya", 1).await.unwrap();
        let book = async || {
            let id = stage.place_as(&stage.client, renting(&stage, DAYS, "maya", "")).await.unwrap().id;
            (id, p.provider.last_reference())
        };
        let pay = async |reference: &str| {
            p.provider.pay(reference);
            payments::sync(p, reference).await.unwrap();
            stage.work().await;
            let totals = p.provider.totals(reference);
            totals.charged - totals.refunded
        };
        let (first, late) = book().await;
        stage.p.clock.advance(chrono::TimeDelta::minutes(16));
        // No job has run.
        let rented = rent(p, &bea, alone(p, "2026-12-02", "2026-12-02", "maya:1")).await.unwrap();
        assert_eq!(stage.state(first).await, "lapsed");
        stage.sound().await;
        assert_eq!(pay(&late).await.0, 0, "the days are free, the licence is not");
        assert_eq!(stage.state(first).await, "lapsed");
        assert_eq!(stage.count("SELECT COUNT(*) FROM booked_day").await, 0);
        stage.sound().await;
        // The other way round.
        stage.p.clock.advance(chrono::TimeDelta::minutes(16));
        let (second, reference) = book().await;
        assert_eq!(rentals::view(p, &bea, rented).await.unwrap().summary.state, "lapsed");
        stage.p.clock.advance(chrono::TimeDelta::minutes(16));
        stage.work().await;
        assert_eq!(stage.state(second).await, "lapsed");
        assert_eq!(free(&stage, "maya", "2026-12-01", "2026-12-02").await, 1);
        assert!(pay(&reference).await.0 > 0, "nobody took either");
        assert_eq!(stage.state(second).await, "requested");
        assert_eq!(free(&stage, "maya", "2026-12-01", "2026-12-02").await, 0);
        // No answer: all goes back.
        stage.at("2026-11-25T12:00:00Z").await;
        assert_eq!(stage.state(second).await, "expired");
        assert_eq!(free(&stage, "maya", "2026-12-01", "2026-12-02").await, 1);
        stage.sound().await;
    })
    .await;
}

/// S6–S8: a change holds what it adds from the first moment, keeps what the booking has until it is made, and gives the
/// rest back; what is short refuses it.
#[tokio::test(flavor = "multi_thread")]
async fn changes_and_cuts_move_it() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let bea = p.client("Bea Elders").await;
        for code in ["maya", "workstation"] {
            p.stock(&manager, code, 1).await.unwrap();
        }
        let flexible = |days: &str, licences: &str| BookingForm {
            flexible: "on".to_owned(),
            ..renting(&stage, days, licences, "")
        };
        let (id, _) = accepted(&stage, flexible(DAYS, "maya")).await;
        rent(p, &bea, alone(p, "2026-12-04", "2026-12-04", "maya:1")).await.unwrap();
        let refused = propose(&stage, &stage.client, id, &flexible("2026-12-03,2026-12-04", "maya")).await.unwrap_err();
        assert_eq!(said(refused), [short("licences", "maya", &["2026-12-04"])]);
        // Its own stands in no change's way.
        propose(&stage, &stage.client, id, &flexible("2026-12-02,2026-12-03", "maya")).await.unwrap();
        assert_eq!(free(&stage, "maya", "2026-12-01", "2026-12-01").await, 0, "it stands until the expert agrees");
        assert_eq!(free(&stage, "maya", "2026-12-03", "2026-12-03").await, 0, "held");
        stage.sound().await;
        changes::answer(p, &stage.expert.account, id, false).await.unwrap();
        assert_eq!(free(&stage, "maya", "2026-12-03", "2026-12-03").await, 1, "declined");
        stage.sound().await;
        propose(&stage, &stage.client, id, &flexible("2026-12-02,2026-12-03", "maya")).await.unwrap();
        changes::answer(p, &stage.expert.account, id, true).await.unwrap();
        assert_eq!(free(&stage, "maya", "2026-12-01", "2026-12-01").await, 1, "moved");
        assert_eq!(free(&stage, "maya", "2026-12-02", "2026-12-03").await, 0);
        stage.sound().await;
        // Another option in its place: paid, made at once.
        let other = BookingForm { workstation: "on".to_owned(), ..flexible("2026-12-02,2026-12-03", "") };
        propose(&stage, &stage.client, id, &other).await.unwrap();
        assert_eq!(free(&stage, "workstation", "2026-12-02", "2026-12-03").await, 0);
        assert_eq!(free(&stage, "maya", "2026-12-02", "2026-12-03").await, 0, "not yet paid");
        let reference = p.provider.last_reference();
        p.provider.pay(&reference);
        payments::sync(p, &reference).await.unwrap();
        assert_eq!(free(&stage, "maya", "2026-12-02", "2026-12-03").await, 1);
        stage.sound().await;
        // Cut short on its first day: the second is anybody's.
        stage.at("2026-12-02T10:00:00Z").await;
        let worked = [stage.p.today()].into_iter().collect();
        cut(&stage, &stage.expert.account, id, &Cut::ByExpert { worked }).await;
        assert_eq!(free(&stage, "workstation", "2026-12-03", "2026-12-03").await, 1);
        let desk = rentals::desk(p, &manager).await.unwrap();
        let row = desk.items.iter().find(|one| one.item == item("workstation")).unwrap();
        assert_eq!((row.alone, row.booked, row.free), (0, 1, Some(0)), "today");
        stage.work().await;
        stage.sound().await;
    })
    .await;
}

/// S7–S9: completion leaves the days that were had in the books, and nothing else; what is overdue alone is no booking's.
#[tokio::test(flavor = "multi_thread")]
async fn completed_and_overdue() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let bea = p.client("Bea Elders").await;
        p.stock(&manager, "maya", 1).await.unwrap();
        let (id, _) = accepted(&stage, renting(&stage, DAYS, "maya", "")).await;
        stage.at("2026-12-03T08:00:00Z").await;
        assert_eq!(stage.state(id).await, "completed");
        assert_eq!(stage.count("SELECT COUNT(*) FROM rental_day WHERE booking_id IS NOT NULL").await, 2);
        assert_eq!(free(&stage, "maya", "2026-12-04", "2026-12-10").await, 1);
        stage.sound().await;
        let rented = rent(p, &bea, alone(p, "2026-12-04", "2026-12-04", "maya:1")).await.unwrap();
        let reference = p.provider.last_reference();
        p.provider.pay(&reference);
        payments::sync(p, &reference).await.unwrap();
        stage.at("2026-12-04T08:00:00Z").await;
        let act =
            |act: &str| RentalMoveForm { id: rented.to_string(), act: act.to_owned(), ..RentalMoveForm::default() };
        rentals::act(p, &manager, &act("hand-out")).await.unwrap();
        stage.at("2026-12-05T08:00:00Z").await;
        let refused = shown(p, &stage.client, &renting(&stage, "2026-12-08", "maya", "")).await.unwrap_err();
        assert_eq!(said(refused), [short("licences", "maya", &["2026-12-08"])], "it is not back");
        rentals::act(p, &manager, &act("return")).await.unwrap();
        stage.place_as(&stage.client, renting(&stage, "2026-12-08", "maya", "")).await.unwrap();
        stage.sound().await;
    })
    .await;
}

/// S7–S9, invariant 2: many want the last one at once, alone and with different experts: exactly one has it, and everybody
/// else is told that none is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn the_last_one_in_a_race() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let manager = stage.p.manager().await;
        stage.p.stock(&manager, "maya", 1).await.unwrap();
        stage.p.stock(&manager, "workstation", 1).await.unwrap();
        let mut ready = Vec::new();
        for number in 0..12 {
            let client = stage.p.client(&format!("Client {number}")).await;
            if number % 2 == 0 {
                let expert = stage.p.expert(ExpertSpec::default()).await;
                let wish = BookingForm {
                    licences: "maya".to_owned(),
                    workstation: "on".to_owned(),
                    ..form(&stage.p, expert.id, DAYS, PaymentMethod::Ideal)
                };
                let seen = shown(&stage.p, &client, &wish).await.unwrap().fingerprint();
                ready.push((client, Some(BookingForm { seen, ..wish }), None));
            } else {
                let wish = alone(&stage.p, "2026-12-02", "2026-12-03", "workstation:1,maya:1");
                let wish = stage.p.consented(&client, wish, Locale::Fr).await.unwrap();
                ready.push((client, None, Some(wish)));
            }
        }
        let mut attempts = JoinSet::new();
        for (client, booking, rental) in ready {
            let p = stage.p.clone();
            attempts.spawn(async move {
                match (booking, rental) {
                    (Some(form), _) => bookings::place(&p, &client, &form, Locale::Fr).await.map(drop),
                    (_, Some(form)) => rentals::place(&p, &client, &form, Locale::Fr).await.map(drop),
                    _ => unreachable!(),
                }
            });
        }
        let mut had = 0;
        for outcome in attempts.join_all().await {
            match outcome {
                Ok(()) => had += 1,
                Err(error) => {
                    let told = said(error).into_iter().all(|(_, problem)| {
                        matches!(problem, Problem::TooMany(0) | Problem::Refused(Refusal::NoneLeft { .. }))
                    });
                    assert!(told, "a clear answer");
                }
            }
        }
        assert_eq!(had, 1);
        assert_eq!(free(&stage, "maya", "2026-12-02", "2026-12-02").await, 0);
        assert_eq!(stage.count("SELECT COUNT(DISTINCT unit) FROM rental_day WHERE product = 'maya'").await, 1);
        stage.sound().await;
    })
    .await;
}

/// Invariant 2: the audit names a day on which more is promised than there is, and a booking without what it rents.
#[tokio::test(flavor = "multi_thread")]
async fn the_audit_names_what_is_oversold() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let id: BookingId = stage.place_as(&stage.client, renting(&stage, DAYS, "maya", "on")).await.unwrap().id;
        let reference = stage.client_view(id).await.reference;
        stage.sound().await;
        let run = async |sql: &'static str| {
            let mut conn = p.db.conn().await.unwrap();
            on!(&mut conn.exec(), |c| sqlx::query(sql).execute(c).await.map(drop)).unwrap();
        };
        run("UPDATE rental_stock SET units = 0 WHERE product = 'maya'").await;
        let found = audit::run(p).await.unwrap();
        let named: Vec<_> = found.iter().map(|one| (one.subject.as_str(), one.detail.as_str())).collect();
        assert_eq!(named, [("maya 2026-12-01", "1 promised of 0"), ("maya 2026-12-02", "1 promised of 0")]);
        run("UPDATE rental_stock SET units = 5 WHERE product = 'maya'").await;
        run("DELETE FROM rental_day WHERE product = 'workstation'").await;
        let found = audit::run(p).await.unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].check, &found[0].subject), ("a booking has what it rents, on its days", &reference));
    })
    .await;
}
