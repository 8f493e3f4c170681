//! Many at once: one day, one form, one webhook.

use crate::stage::{DAYS, Stage, form};
use gabarit_domain::booking::PaymentMethod;
use gabarit_i18n::Locale;
use gabarit_server::{
    services::{bookings, payments},
    testing::for_each_db,
};
use gabarit_view::{booking::BookingForm, error::ApiError};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Invariant 2: of 200 concurrent attempts on one expert's days exactly one holds them; all others get a clear answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn two_hundred_want_the_same_day() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let mut sample = stage.form(DAYS, PaymentMethod::Ideal);
        sample.seen = crate::stage::shown(&stage.p, &stage.client, &sample).await.unwrap().fingerprint();
        let mut clients = Vec::new();
        for number in 0..40 {
            clients.push(stage.p.client(&format!("Client {number}")).await);
        }
        let mut attempts = JoinSet::new();
        for number in 0..200 {
            let (p, client) = (stage.p.clone(), clients[number % clients.len()].clone());
            let key = p.ids.uuid().to_string();
            let form = BookingForm { key, ..sample.clone() };
            attempts.spawn(async move { bookings::place(&p, &client, &form, Locale::Fr).await });
        }
        let (mut held, mut refused) = (0, 0);
        while let Some(outcome) = attempts.join_next().await {
            match outcome.unwrap() {
                Ok(_) => held += 1,
                Err(ApiError::DaysTaken { .. } | ApiError::TooManyHolds) => refused += 1,
                Err(other) => panic!("unclear answer: {other:?}"),
            }
        }
        assert_eq!((held, refused), (1, 199));
        assert_eq!(stage.count("SELECT COUNT(*) FROM booked_day").await, 2);
        stage.sound().await;
    })
    .await;
}

/// Bookings that overlap in different ways, at once: no day twice, no deadlock, a clear answer for everyone.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn overlapping_wishes() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let wishes = ["2026-12-01,2026-12-02", "2026-12-02,2026-12-03", "2026-12-03,2026-12-01", "2026-12-02"];
        let mut ready = Vec::new();
        for number in 0..40 {
            let client = stage.p.client(&format!("Client {number}")).await;
            let mut wish = stage.form(wishes[number % wishes.len()], PaymentMethod::Ideal);
            wish.seen = crate::stage::shown(&stage.p, &client, &wish).await.unwrap().fingerprint();
            ready.push((client, wish));
        }
        let mut attempts = JoinSet::new();
        for (client, wish) in ready {
            let p = stage.p.clone();
            attempts.spawn(async move { bookings::place(&p, &client, &wish, Locale::Fr).await });
        }
        let outcomes = attempts.join_all().await;
        let held = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert!((1..=2).contains(&held), "{held}");
        for outcome in outcomes {
            assert!(matches!(outcome, Ok(_) | Err(ApiError::DaysTaken { .. })), "{outcome:?}");
        }
        stage.sound().await;
    })
    .await;
}

/// S17–S19: at most three unpaid holds an account, also when they are asked for at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn three_unpaid_holds() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let mut attempts = JoinSet::new();
        let mut forms = Vec::new();
        for day in ["2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04", "2026-12-07", "2026-12-08"] {
            let mut form = stage.form(day, PaymentMethod::Ideal);
            form.seen = crate::stage::shown(&stage.p, &stage.client, &form).await.unwrap().fingerprint();
            forms.push(form);
        }
        for form in forms {
            let (p, client) = (stage.p.clone(), stage.client.clone());
            attempts.spawn(async move { bookings::place(&p, &client, &form, Locale::Fr).await });
        }
        let outcomes = attempts.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3);
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(ApiError::TooManyHolds)).count(), 3);
        // A hold that is over counts no more.
        stage.at("2026-11-23T09:15:00Z").await;
        stage.book("2026-12-01", PaymentMethod::Ideal).await;
        stage.sound().await;
    })
    .await;
}

/// S17: whose unpaid booking holds an expert's days is told of it; nobody else is, and neither once it is over.
#[tokio::test(flavor = "multi_thread")]
async fn ones_own_unpaid_booking_is_named() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let other = stage.p.client("Bob Client").await;
        let id = stage.book(DAYS, PaymentMethod::Ideal).await;
        let held = bookings::unpaid_with(&stage.p, &stage.client, stage.expert.id).await.unwrap().unwrap();
        assert_eq!((held.id, held.reference), (id, stage.client_view(id).await.reference));
        assert_eq!(bookings::unpaid_with(&stage.p, &other, stage.expert.id).await.unwrap(), None);
        let nobody = gabarit_domain::ids::ExpertId(stage.p.ids.uuid());
        assert_eq!(bookings::unpaid_with(&stage.p, &stage.client, nobody).await.unwrap(), None);
        stage.at("2026-11-23T09:15:00Z").await;
        assert_eq!(bookings::unpaid_with(&stage.p, &stage.client, stage.expert.id).await.unwrap(), None);
    })
    .await;
}

/// A double click is one booking; somebody else's key opens nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn one_form_is_one_booking() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let mut form = stage.form(DAYS, PaymentMethod::Ideal);
        form.seen = crate::stage::shown(&stage.p, &stage.client, &form).await.unwrap().fingerprint();
        let form = Arc::new(form);
        let mut clicks = JoinSet::new();
        for _ in 0..8 {
            let (p, client, form) = (stage.p.clone(), stage.client.clone(), Arc::clone(&form));
            clicks.spawn(async move { bookings::place(&p, &client, &form, Locale::Fr).await.unwrap() });
        }
        let placed = clicks.join_all().await;
        assert!(placed.iter().all(|one| *one == placed[0]), "{placed:?}");
        assert_eq!(stage.count("SELECT COUNT(*) FROM booking").await, 1);
        assert_eq!(stage.p.provider.references().len(), 1);
        let other = stage.p.client("Bea Client").await;
        assert_eq!(bookings::place(&stage.p, &other, &form, Locale::Fr).await, Err(ApiError::Forbidden));
        stage.sound().await;
    })
    .await;
}

/// Webhook, return page and job may come first, twice, late or never: the money is counted once, the expert's clock
/// starts once, everybody is told once.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn everybody_hears_of_the_payment_at_once() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let id = stage.book(DAYS, PaymentMethod::Ideal).await;
        let reference = stage.p.provider.last_reference();
        stage.p.provider.pay(&reference);
        let mut heard = JoinSet::new();
        for _ in 0..20 {
            let (p, reference) = (stage.p.clone(), reference.clone());
            heard.spawn(async move { payments::sync(&p, &reference).await });
        }
        for outcome in heard.join_all().await {
            outcome.unwrap();
        }
        let total = stage.client_view(id).await.quote.total;
        assert_eq!(stage.balance(gabarit_server::services::ledger::Account::Deposits).await, -total);
        assert_eq!(stage.count("SELECT COUNT(*) FROM ledger_transaction").await, 1);
        assert_eq!(stage.mail_to(&stage.client.email).await.len(), 1);
        stage.sound().await;
    })
    .await;
}

/// S35: an answer, a withdrawal and the clock, all at once: one of them wins, the money follows it.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn accept_decline_and_withdraw_at_once() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        for day in ["2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04", "2026-12-07", "2026-12-08"] {
            let (id, reference) = stage.paid(day).await;
            let (p, client, expert) = (stage.p.clone(), stage.client.clone(), stage.expert.account.clone());
            let (accepted, declined, withdrawn) = tokio::join!(
                bookings::accept(&p, &expert, id),
                bookings::decline(&p, &expert, id, ""),
                bookings::withdraw(&p, &client, id),
            );
            let won = [&accepted, &declined, &withdrawn].iter().filter(|outcome| outcome.is_ok()).count();
            assert_eq!(won, 1, "{accepted:?} {declined:?} {withdrawn:?}");
            stage.work().await;
            let totals = stage.p.provider.totals(&reference);
            assert_eq!(totals.refunded == totals.charged, accepted.is_err());
        }
        stage.sound().await;
    })
    .await;
}

/// Days a booking holds are told apart from days on which the expert does not work.
#[tokio::test(flavor = "multi_thread")]
async fn taken_and_not_worked_are_different_answers() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        stage.book("2026-12-01", PaymentMethod::Ideal).await;
        let other = stage.p.client("Bea Client").await;
        let wish = form(&stage.p, stage.expert.id, DAYS, PaymentMethod::Ideal);
        let taken = stage.place_as(&other, wish).await.unwrap_err();
        let days = vec!["2026-12-01".parse().unwrap()];
        assert_eq!(taken, ApiError::DaysTaken { days, stash: None });
        let sunday = form(&stage.p, stage.expert.id, "2026-12-06", PaymentMethod::Ideal);
        let refused = stage.place_as(&other, sunday).await.unwrap_err();
        assert_eq!(refused.problems("days").count(), 1);
        stage.sound().await;
    })
    .await;
}
