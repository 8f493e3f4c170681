//! A year of the platform in a minute: hundreds of bookings live through every event in random order, with the payment
//! provider failing now and then, and at the end (and again and again on the way) the audit finds nothing: no cent made
//! or lost, nobody charged twice, no hold leaked, every clock honoured.
//!
//! Seeded, on a clock that stands still until it is moved, with the real services on both databases.
//! `GABARIT_SIMULATED_BOOKINGS` asks for another number; `make soak` asks for 10,000.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "simulation/world.rs"]
mod world;

use gabarit_server::testing::TestPlatform;
use world::World;

/// Bookings in `make test`, over both databases together.
const BOOKINGS: usize = 1_000;

/// Invariants 1 to 4, S6, S11, S17–S19, S25, S30, S35.
#[tokio::test(flavor = "multi_thread")]
async fn bookings_live_through_everything() {
    let wanted = std::env::var("GABARIT_SIMULATED_BOOKINGS").ok().map_or(BOOKINGS, |number| number.parse().unwrap());
    let seed = std::env::var("GABARIT_SIMULATION_SEED").ok().map_or(1, |seed| seed.parse().unwrap());
    let postgres = TestPlatform::postgres().await;
    // Half on each database where there are both; they run side by side, since each waits for its disk.
    let each = if postgres.is_some() { wanted.div_ceil(2) } else { wanted };
    let on_sqlite = tokio::spawn(async move { World::live(TestPlatform::sqlite().await, seed, each).await });
    let on_postgres = postgres.map(|p| tokio::spawn(async move { World::live(p, seed + 1, each).await }));
    let mut done = on_sqlite.await.unwrap();
    if let Some(on_postgres) = on_postgres {
        for (event, times) in on_postgres.await.unwrap() {
            *done.entry(event).or_default() += times;
        }
    }
    println!("{done:#?}");
    // Everything that can happen did happen.
    if wanted >= 500 {
        for event in world::MUST_HAPPEN {
            assert!(done.get(event).copied().unwrap_or_default() > 0, "{event} never happened: {done:?}");
        }
    }
}
