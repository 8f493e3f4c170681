//! Random lives of bookings: whatever happens in whatever order, the money and the days add up.

use crate::stage::Stage;
use chrono::TimeDelta;
use gabarit_domain::{booking::PaymentMethod, ids::BookingId, money::Cents};
use gabarit_server::{
    services::{bookings, ledger::Account, payments},
    testing::{Fault, TestPlatform},
};
use gabarit_view::error::ApiError;
use rand::{Rng, RngExt, SeedableRng, seq::IndexedRandom};

/// Lives of each database; every one has `EVENTS` events.
const LIVES: u64 = 8;
const EVENTS: usize = 60;

/// Money charged less refunded is money kept; the ledger balances; days are held by exactly the bookings that may hold
/// them: after every event of random lives, outages included, and at their end, when all that was due is done.
#[tokio::test(flavor = "multi_thread")]
async fn random_lives_add_up() {
    // `make soak` asks for more.
    let lives = std::env::var("GABARIT_RANDOM_LIVES").ok().map_or(LIVES, |lives| lives.parse().unwrap());
    for seed in 0..lives {
        let p = TestPlatform::sqlite().await;
        live(p.clone(), seed).await;
        p.finish().await;
        if let Some(p) = TestPlatform::postgres().await {
            live(p.clone(), seed).await;
            p.finish().await;
        }
    }
}

async fn live(p: TestPlatform, seed: u64) {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let stage = Stage::new(p).await;
    let other = stage.p.client("Bea Client").await;
    let mut booked: Vec<(BookingId, bool)> = Vec::new();
    for _ in 0..EVENTS {
        event(&stage, &other, &mut booked, &mut rng).await;
        let unbalanced = "SELECT COUNT(*) FROM (SELECT transaction_id FROM ledger_entry GROUP BY transaction_id \
            HAVING SUM(amount) <> 0) AS u";
        assert_eq!(stage.count(unbalanced).await, 0, "seed {seed}");
    }
    // All is well again; everything that is due gets done, and every payment is heard of.
    stage.p.provider.recover();
    for hours in [1, 2, 4, 30, 30] {
        stage.p.clock.advance(TimeDelta::hours(hours));
        stage.work().await;
        for reference in stage.p.provider.references() {
            match payments::sync(&stage.p, &reference).await {
                // One whose making was never answered: nobody ever saw its page.
                Ok(()) | Err(ApiError::NotFound) => {}
                Err(error) => panic!("seed {seed}: {error:?}"),
            }
        }
    }
    stage.p.clock.advance(TimeDelta::days(60));
    for _ in 0..3 {
        stage.work().await;
        stage.p.clock.advance(TimeDelta::hours(2));
    }
    stage.sound().await;
    let mut kept = Cents::ZERO;
    for (id, others) in &booked {
        let client = if *others { &other } else { &stage.client };
        let view = bookings::view(&stage.p, client, *id, gabarit_i18n::Locale::Fr).await.unwrap();
        let totals = stage.p.provider.totals_of(*id);
        let due = match view.state.as_str() {
            "completed" => view.quote.total,
            "declined" | "expired" | "lapsed" | "cancelled" => Cents::ZERO,
            other => panic!("seed {seed}: still {other}"),
        };
        assert_eq!(totals.charged - totals.refunded, due, "seed {seed}: {}", view.state);
        kept += due;
    }
    let revenue = stage.balance(Account::Revenue).await + stage.balance(Account::VatPayable).await;
    assert_eq!(-revenue, kept, "seed {seed}: invoices");
    assert_eq!(stage.balance(Account::Deposits).await, Cents::ZERO, "seed {seed}");
    assert_eq!(stage.balance(Account::ClientReceivable).await, Cents::ZERO, "seed {seed}");
}

/// One thing that may happen; most of them are refused, as it should be.
async fn event(
    stage: &Stage,
    other: &gabarit_view::account::AccountView,
    booked: &mut Vec<(BookingId, bool)>,
    rng: &mut impl Rng,
) {
    const DAYS: [&str; 6] =
        ["2026-12-01", "2026-12-02", "2026-12-01,2026-12-02", "2026-12-03", "2026-12-04,2026-12-07", "2026-12-08"];
    let p = &stage.p;
    let references = p.provider.references();
    let reference = references.choose(rng).cloned();
    let some = booked.choose(rng).copied();
    match rng.random_range(0..14) {
        0..=2 => {
            let others = rng.random_bool(0.5);
            let method = *PaymentMethod::ALL.choose(rng).unwrap();
            let form = stage.form(DAYS.choose(rng).unwrap(), method);
            let client = if others { other } else { &stage.client };
            let key = form.key.parse().unwrap();
            let _ = stage.place_as(client, form).await;
            // Held, even if the provider did not answer.
            let mut conn = p.db.conn().await.unwrap();
            let found = gabarit_server::db::bookings::by_key(&mut conn.exec(), key).await.unwrap();
            booked.extend(found.map(|booking| (booking.id, others)));
        }
        3 | 4 => {
            if let Some(reference) = reference {
                match is_card(stage, &reference).await {
                    // What a provider would do: only an open payment can be paid.
                    Some((true, true)) => p.provider.authorize(&reference),
                    Some((false, true)) => p.provider.pay(&reference),
                    _ => {}
                }
                if rng.random_bool(0.7) {
                    let _ = payments::sync(p, &reference).await;
                }
            }
        }
        5 => {
            if let Some(reference) = reference
                && matches!(is_card(stage, &reference).await, Some((_, true)))
            {
                p.provider.give_up(&reference);
            }
        }
        6 => {
            if let Some(reference) = reference {
                let _ = payments::sync(p, &reference).await;
            }
        }
        7 | 8 => {
            if let Some((id, _)) = some {
                let _ = bookings::accept(p, &stage.expert.account, id).await;
            }
        }
        9 => {
            if let Some((id, _)) = some {
                let _ = bookings::decline(p, &stage.expert.account, id, "").await;
            }
        }
        10 => {
            if let Some((id, others)) = some {
                let _ = bookings::withdraw(p, if others { other } else { &stage.client }, id).await;
            }
        }
        11 => {
            if let Some((id, others)) = some {
                let _ = payments::checkout(p, if others { other } else { &stage.client }, id).await;
            }
        }
        12 => {
            let fault = if rng.random_bool(0.5) { Fault::Before } else { Fault::After };
            p.provider.fail_next(rng.random_range(1..3), fault);
        }
        _ => {
            p.clock.advance(TimeDelta::minutes(rng.random_range(1..300)));
            stage.work().await;
        }
    }
}

/// Whether a payment is by card, and whether the provider still has it open.
async fn is_card(stage: &Stage, reference: &str) -> Option<(bool, bool)> {
    use gabarit_server::payments::{PaymentProvider, ProviderState};
    stage.p.provider.recover();
    let mut conn = stage.p.db.conn().await.unwrap();
    let payment = gabarit_server::db::payments::by_reference(&mut conn.exec(), reference).await.unwrap()?;
    let said = stage.p.provider.get(reference).await.ok()?;
    Some((payment.method.is_deferred(), said.state == ProviderState::Open))
}
