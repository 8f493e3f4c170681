//! Kill −9 in the middle of bookings, again and again, on each database: what was acknowledged holds, and the books are
//! clean.
//!
//! The test starts itself as a second process (`child`): a whole platform, in which clients and experts compete for
//! the same days, with the job runner, the real payment client and webhooks. Each step is written to the parent's pipe
//! once its service call has returned. The parent runs the payment sandbox, which survives, and kills the child
//! right after some number of lines, when others of its tasks are in the middle of theirs. After each kill:
//!
//! - **nothing acknowledged is lost**: a booking that was placed exists, with its days and its payment; one that was
//!   paid is ordered; one that was accepted has the very invoice that was read then, byte for byte; one that was
//!   declined or withdrawn stays so;
//! - **no kill leaves half of anything**: the audit finds nothing, before any recovery has run.
//!
//! When the last process is dead, the clocks are run to their ends, and then:
//!
//! - **every booking reached an end**, whatever it was in the middle of;
//! - **nobody was charged twice**, and what the provider holds for a booking (charged less refunded) is what the books
//!   keep of it: its price if it was completed, nothing otherwise;
//! - **document numbers have no gap.**
//!
//! `GABARIT_CRASH_ROUNDS` sets the number of kills for each database (20; `make soak`: 100).

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail like tests")]

#[path = "crash/acks.rs"]
mod acks;
#[path = "crash/checks.rs"]
mod checks;
#[path = "crash/child.rs"]
mod child;
#[path = "crash/process.rs"]
mod process;

use chrono::TimeDelta;
use gabarit_server::{
    clock::{Clock, MockClock, SystemClock},
    jobs,
    sandbox::{Fault, FaultKind, Handle},
    testing::{ExpertSpec, TestPlatform},
};
use process::{Orders, Webhooks, open};
use rand::{RngExt, SeedableRng};
use std::sync::Arc;

/// Clients that book at the same time.
const CLIENTS: usize = 4;
/// The child is killed after at most so many acknowledged steps.
const MOST_STEPS: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_sqlite() {
    kill_again_and_again(TestPlatform::sqlite().await).await;
}

/// Where `GABARIT_TEST_POSTGRES` names a server.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_postgres() {
    if let Some(p) = TestPlatform::postgres().await {
        kill_again_and_again(p).await;
    }
}

async fn kill_again_and_again(p: TestPlatform) {
    let rounds: usize = std::env::var("GABARIT_CRASH_ROUNDS").ok().map_or(20, |n| n.parse().unwrap());
    let sandbox = Handle::start(|_| {}).await.unwrap();
    let webhooks = Webhooks::listening().await;
    p.clock.set(SystemClock.now());
    let mut clients = Vec::new();
    for number in 0..CLIENTS {
        clients.push(p.client(&format!("Client {number}")).await.id);
    }
    let mut experts = Vec::new();
    // A pair of experts is booked up after a while: the next ones take over.
    for _ in 0..2 + rounds / 10 {
        experts.push(p.expert(ExpertSpec::default()).await.account.id);
    }
    // From here on the file has no reader but the child: what it leaves behind is found as after a power cut.
    p.db.close().await;

    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(20);
    let mut acks = Vec::new();
    for round in 0..rounds {
        let pair = round * (experts.len() - 1) / rounds;
        let orders = Orders {
            database: process::address(&p.config.database),
            sandbox: sandbox.base_url().to_string(),
            webhooks: webhooks.url.to_string(),
            seed: rng.random(),
            clients: clients.clone(),
            experts: experts[pair..pair + 2].to_vec(),
        };
        // Calls that take effect, but whose answers are lost.
        for _ in 0..2 {
            sandbox.order(Fault::next(FaultKind::Status { status: 503, after: true }, None));
        }
        let steps = rng.random_range(0..=MOST_STEPS);
        let heard = webhooks.clone();
        let seen = tokio::task::spawn_blocking(move || process::run_and_kill(&orders, steps, &heard)).await.unwrap();
        assert!(seen.len() >= steps, "round {round}");

        let after = open(&p.config, sandbox.base_url(), &webhooks.url, Arc::new(SystemClock)).await;
        checks::hold(&after, &seen).await;
        checks::audit_is_clean(&after, &format!("after kill {round}")).await;
        after.db.close().await;
        acks.extend(seen);
    }

    let clock = Arc::new(MockClock::at(SystemClock.now()));
    let after = open(&p.config, sandbox.base_url(), &webhooks.url, Arc::clone(&clock) as _).await;
    // Leases of dead workers run out, holds end, then the experts' deadlines pass, then the last day of all.
    for wait in [TimeDelta::minutes(20), TimeDelta::days(3)] {
        clock.advance(wait);
        finish_jobs(&after, &clock).await;
        checks::audit_is_clean(&after, &format!("{wait} later")).await;
    }
    clock.set(checks::last_end(&after).await + TimeDelta::minutes(1));
    finish_jobs(&after, &clock).await;

    checks::audit_is_clean(&after, "at the end").await;
    checks::hold(&after, &acks).await;
    let ended = checks::money_adds_up(&after, &sandbox).await;
    checks::numbers_have_no_gap(&after).await;
    eprintln!(
        "{}: {rounds} kills, {} acknowledged steps hold; {ended:?}",
        if p.is_postgres() { "PostgreSQL" } else { "SQLite" },
        acks.len()
    );
    after.db.close().await;
    p.finish().await;
}

/// Does what is due, and what that orders, failed tries included.
async fn finish_jobs(p: &gabarit_server::platform::Platform, clock: &MockClock) {
    for _ in 0..4 {
        jobs::run_due(p).await.unwrap();
        clock.advance(TimeDelta::minutes(2));
    }
}
