//! Search with filters over 10,000 experts on SQLite: `cargo bench -p gabarit-server --bench search`.
//!
//! Prints p50 and p95 of each kind of search, warm, as a page asks for it (facets, first page, map), and what a
//! refresh after a booking costs.

#![expect(clippy::expect_used, reason = "a measurement that cannot go on has failed")]

use chrono::TimeDelta;
use gabarit_domain::ids::PlaceId;
use gabarit_i18n::Locale;
use gabarit_server::{demo, services::search, testing::TestPlatform};
use gabarit_view::search::SearchQuery;
use std::time::{Duration, Instant};

const EXPERTS: u32 = 10_000;
const RUNS: usize = 400;

fn figures(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times[times.len() * percent / 100].as_secs_f64() * 1e3;
    println!("{name:<44} p50 {:>8.3} ms   p95 {:>8.3} ms   max {:>8.3} ms", at(50), at(95), at(100 - 1));
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // `cargo test --benches` only wants to know that it runs.
    let test = std::env::args().any(|argument| argument == "--test");
    let (experts, runs) = if test { (200, 5) } else { (EXPERTS, RUNS) };
    let p = TestPlatform::sqlite().await;
    let start = Instant::now();
    demo::load_many(&p, experts).await.expect("demonstration data");
    println!("{experts} experts written in {:.1} s", start.elapsed().as_secs_f64());
    // The tests' clock stands still: without this all experts would look just changed, and be read again and again.
    p.clock.advance(TimeDelta::minutes(1));
    let start = Instant::now();
    let everyone = search::search(&p, &SearchQuery::default(), Locale::Fr).await.expect("search");
    println!("first search, index read from the database: {:.0} ms", start.elapsed().as_secs_f64() * 1e3);

    let in_three_weeks = p.today() + chrono::Days::new(22);
    let week: Vec<String> = (0..5).map(|day| (in_three_weeks + chrono::Days::new(day)).to_string()).collect();
    let days = week.join(",");
    let queries = [
        ("everything", String::new()),
        ("product, level, language", "product=revit&level=3&level=4&language=fr".to_owned()),
        ("near Liège, 150 km, by distance", "near=2792413&within=150&sort=distance".to_owned()),
        ("a week free, by price", format!("days={days}&sort=price")),
        (
            "all at once",
            format!(
                "product=revit&product=autocad&sector=construction&language=en&near=2792413&within=500&days={days}&max_rate=800&min_rating=4&sort=soonest"
            ),
        ),
        ("everything, page 200, by rating", "sort=rating&page=200".to_owned()),
    ];
    let mut all = Vec::new();
    for (name, query) in &queries {
        let (query, problems) = SearchQuery::from_query(query);
        assert!(problems.is_empty(), "{problems:?}");
        let mut times = Vec::with_capacity(runs);
        for _ in 0..runs {
            let start = Instant::now();
            let results = search::search(&p, &query, Locale::Fr).await.expect("search");
            times.push(start.elapsed());
            assert!(results.total <= everyone.total);
        }
        all.extend_from_slice(&times);
        figures(name, times);
    }
    figures("all of them", all);

    let (query, _) = SearchQuery::from_query("product=revit");
    let mut times = Vec::with_capacity(runs);
    for card in everyone.cards.iter().cycle().take(runs / 4) {
        let mut tx = p.db.begin().await.expect("transaction");
        gabarit_server::db::experts::touch(&mut tx.exec(), card.id.0, p.now()).await.expect("write");
        tx.commit().await.expect("commit");
        p.search.touch();
        p.clock.advance(TimeDelta::seconds(3));
        let start = Instant::now();
        search::search(&p, &query, Locale::Fr).await.expect("search");
        times.push(start.elapsed());
    }
    figures("the search after a change", times);

    let times = ["li", "lièg", "san", "a", "Luik", "new york, us"].into_iter().cycle().take(runs).map(|text| {
        let start = Instant::now();
        let found = p.places.complete(text, Locale::Fr, 8);
        assert!(!found.is_empty());
        start.elapsed()
    });
    figures("completing a place", times.collect());
    assert!(p.places.get(PlaceId(2_792_413)).is_some());
    p.finish().await;
}
