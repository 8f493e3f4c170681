//! What managers open, with 100,000 bookings and 50,000 messages: `cargo bench -p gabarit-server --bench manager`.
//!
//! On SQLite, and on PostgreSQL when `GABARIT_TEST_POSTGRES` names a server (`scripts/pg.sh run -- cargo bench …`).
//! Prints p50 and p95 of each page's service, warm. The rows are copies of a few real ones, spread over two years.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a measurement that cannot go on has failed")]

#[expect(dead_code, reason = "the stage has more than this needs")]
#[path = "../tests/booking_story/stage.rs"]
mod stage;

use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::ids::BookingId;
use gabarit_i18n::Locale;
use gabarit_server::{
    on,
    services::{
        audit_log, booking_list, bookings, books, candidates, contact, figures, manage, operations, papers, payouts,
        rule_desk,
    },
    testing::TestPlatform,
};
use gabarit_view::{
    account::AccountView,
    candidate::QueueFilter,
    contact::ContactForm,
    govern::{LogQuery, Span},
    manage::{ANSWERS_TODAY, BookingsQuery, STARTS_TODAY},
};
use stage::{DAYS, Stage};
use std::time::{Duration, Instant};
use uuid::Uuid;

fn figures_of(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    println!("{name:<52} p50 {:>8.1} ms   p95 {:>8.1} ms", at(50), at(95));
}

macro_rules! measure {
    ($runs:expr, $name:expr, $body:expr) => {{
        let mut times = Vec::new();
        for _ in 0..$runs {
            let start = Instant::now();
            let result = $body.await;
            times.push(start.elapsed());
            assert!(result.is_ok(), "{}: {:?}", $name, result.err());
        }
        figures_of($name, times);
    }};
}

/// A reference that no other row has.
fn reference(number: u32) -> String {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let mut rest = number;
    let mut text = String::from("B");
    for _ in 0..7 {
        text.push(char::from(LETTERS[usize::try_from(rest % 32).unwrap()]));
        rest /= 32;
    }
    text
}

/// Copies a completed booking with its log, payment, ledger and invoice.
async fn fill(p: &TestPlatform, template: BookingId, bookings: u32, messages: u32) {
    const BOOKING: &str = "INSERT INTO booking (id, reference, idempotency_key, expert_id, client_id, state, clock_at, \
        version, first_day, last_day, starts_at, ends_at, order_body, quote_body, rulebook_version, total, buyer_body, \
        buyer_name, locale, created_at, paid_at, accepted_at, completed_at, revision) \
        SELECT $2, $3, $4, expert_id, client_id, $5, CASE WHEN $5 = 'requested' THEN $9 ELSE NULL END, version, first_day, \
        last_day, starts_at, ends_at, order_body, quote_body, rulebook_version, total, buyer_body, buyer_name, locale, $6, $7, $8, \
        CASE WHEN $5 = 'completed' THEN $9 ELSE NULL END, 0 FROM booking WHERE id = $1";
    const LOG: &str = "INSERT INTO booking_log (booking_id, step, at, actor_id, from_state, to_state, reason) \
        SELECT $2, step, $3, actor_id, from_state, to_state, reason FROM booking_log WHERE booking_id = $1";
    const LEDGER: &str =
        "INSERT INTO ledger_transaction (id, dedup_key, kind, booking_id, at) VALUES ($1, $2, $3, $4, $5)";
    const ENTRY: &str = "INSERT INTO ledger_entry (transaction_id, line, account, amount) VALUES ($1, $2, $3, $4)";
    const DOCUMENT: &str = "INSERT INTO document (id, series, year, sequence, booking_id, dedup_key, total, body, sha256, \
        issued_at) SELECT $2, series, $3, $4, $5, $6, total, body, sha256, $7 FROM document WHERE booking_id = $1 \
        AND series = (SELECT MIN(series) FROM document WHERE booking_id = $1)";
    const REQUEST: &str = "INSERT INTO contact_request (id, reference, topic, state, account_id, name, email, locale, \
        search, created_at, waits_since, first_answered_at, version) \
        SELECT $2, $3, topic, $4, account_id, name, email, locale, search, $5, $6, $7, 1 FROM contact_request WHERE id = $1";
    const MESSAGE: &str = "INSERT INTO contact_message (id, request_id, side, body, experts, created_at) \
        VALUES ($1, $2, $3, 'A question about days in spring, and an answer to it.', '[]', $4)";
    const REQUEST_LOG: &str =
        "INSERT INTO contact_log (id, request_id, at, event, detail) VALUES ($1, $2, $3, 'written', '')";
    let id = || p.ids.uuid();
    let start = p.now() - TimeDelta::days(730);
    let request: Uuid = {
        let mut conn = p.db.conn().await.unwrap();
        on!(&mut conn.exec(), |c| sqlx::query_scalar("SELECT id FROM contact_request").fetch_one(c).await).unwrap()
    };
    let seconds = |number: u32, all: u32| TimeDelta::seconds(i64::from(number) * 730 * 86_400 / i64::from(all));
    let mut done = 0;
    while done < bookings {
        let mut tx = p.db.begin().await.unwrap();
        for number in done..(done + 1_000).min(bookings) {
            let exec = &mut tx.exec();
            let created: DateTime<Utc> = start + seconds(number, bookings);
            let (paid, accepted) =
                (created + TimeDelta::minutes(5), created + TimeDelta::minutes(i64::from(number % 1_300)));
            let state = match number % 50 {
                0 => "declined",
                1 => "cancelled",
                2 => "accepted",
                3 if number + 2_000 > bookings => "requested",
                _ => "completed",
            };
            let booking = id();
            let answered = (!matches!(state, "requested" | "declined")).then_some(accepted.max(paid));
            on!(&mut *exec, |c| sqlx::query(BOOKING)
                .bind(template.0)
                .bind(booking)
                .bind(reference(number))
                .bind(id())
                .bind(state)
                .bind(created)
                .bind(paid)
                .bind(answered)
                .bind(created + TimeDelta::days(20))
                .execute(c)
                .await
                .map(drop))
            .unwrap();
            on!(&mut *exec, |c| sqlx::query(LOG)
                .bind(template.0)
                .bind(booking)
                .bind(created)
                .execute(c)
                .await
                .map(drop))
            .unwrap();
            for (kind, debit, credit) in [
                ("payment-received", "provider_clearing", "deposits"),
                ("invoice-issued", "deposits", "revenue"),
                ("self-billed-issued", "cost_of_experts", "expert_payable"),
            ] {
                let transaction = id();
                on!(&mut *exec, |c| sqlx::query(LEDGER)
                    .bind(transaction)
                    .bind(format!("bench/{kind}/{number}"))
                    .bind(kind)
                    .bind(booking)
                    .bind(created)
                    .execute(c)
                    .await
                    .map(drop))
                .unwrap();
                for (line, account, amount) in [(1_i64, debit, 160_000_i64), (2, credit, -160_000)] {
                    on!(&mut *exec, |c| sqlx::query(ENTRY)
                        .bind(transaction)
                        .bind(line)
                        .bind(account)
                        .bind(amount)
                        .execute(c)
                        .await
                        .map(drop))
                    .unwrap();
                }
            }
            on!(&mut *exec, |c| sqlx::query(DOCUMENT)
                .bind(template.0)
                .bind(id())
                .bind(i64::from(chrono::Datelike::year(&created)))
                .bind(i64::from(number) + 10)
                .bind(booking)
                .bind(format!("bench/{number}"))
                .bind(created)
                .execute(c)
                .await
                .map(drop))
            .unwrap();
        }
        tx.commit().await.unwrap();
        done = (done + 1_000).min(bookings);
    }
    // Five messages a request.
    let requests = messages / 5;
    let mut tx = p.db.begin().await.unwrap();
    for number in 0..requests {
        let exec = &mut tx.exec();
        let (at, thread) = (start + seconds(number, requests), id());
        let waits = number % 100 == 0;
        on!(&mut *exec, |c| sqlx::query(REQUEST)
            .bind(request)
            .bind(thread)
            .bind(format!("C{}", &reference(number)[1..]))
            .bind(if waits { "waiting" } else { "closed" })
            .bind(at)
            .bind(waits.then_some(at))
            .bind(at)
            .execute(c)
            .await
            .map(drop))
        .unwrap();
        for message in 0..5 {
            let side = if message % 2 == 0 { "sender" } else { "manager" };
            let at = at + TimeDelta::hours(message);
            on!(&mut *exec, |c| sqlx::query(MESSAGE)
                .bind(id())
                .bind(thread)
                .bind(side)
                .bind(at)
                .execute(c)
                .await
                .map(drop))
            .unwrap();
            on!(&mut *exec, |c| sqlx::query(REQUEST_LOG).bind(id()).bind(thread).bind(at).execute(c).await.map(drop))
                .unwrap();
        }
    }
    tx.commit().await.unwrap();
    // As a server's own housekeeping does every hour.
    let mut tx = p.db.begin().await.unwrap();
    gabarit_server::db::books::sum_up(&mut tx.exec(), p.today()).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = p.db.conn().await.unwrap();
    on!(&mut conn.exec(), |c| sqlx::query("ANALYZE").execute(c).await.map(drop)).unwrap();
}

async fn pages(p: &TestPlatform, manager: &AccountView, some: BookingId, runs: usize) {
    measure!(runs, "overview", manage::overview(p, manager));
    let list = |q: &str, state: &str| BookingsQuery { q: q.to_owned(), state: state.to_owned(), after: String::new() };
    measure!(runs, "bookings, the newest", booking_list::page(p, manager, &list("", "")));
    measure!(runs, "bookings, a state", booking_list::page(p, manager, &list("", "requested")));
    measure!(runs, "bookings, by reference", booking_list::page(p, manager, &list(&reference(77), "")));
    measure!(runs, "bookings, of one person, who has all", booking_list::page(p, manager, &list("client", "")));
    measure!(runs, "bookings that begin today", booking_list::page(p, manager, &list("", STARTS_TODAY)));
    measure!(runs, "bookings to be answered today", booking_list::page(p, manager, &list("", ANSWERS_TODAY)));
    measure!(runs, "bookings, a name that nobody has", booking_list::page(p, manager, &list("no such name", "")));
    measure!(runs, "desk, who waits", contact::inbox(p, manager, "waiting", "", false, 1));
    measure!(runs, "desk, everything", contact::inbox(p, manager, "", "", false, 1));
    measure!(runs, "desk, page 100", contact::inbox(p, manager, "", "", false, 100));
    measure!(runs, "a conversation", contact::request(p, manager, "C2222222", Locale::Fr));
    measure!(runs, "candidates", candidates::queue(p, manager, &QueueFilter::default(), Locale::Fr));
    measure!(runs, "reports of days not worked", bookings::settling::open_reports(p, manager));
    measure!(runs, "payouts", payouts::desk(p, manager));
    measure!(runs, "ledger, all time", books::trial_balance(p, manager, books::Period::default()));
    measure!(
        runs,
        "ledger, a month",
        books::trial_balance(p, manager, books::Period::parse("2026-10-01", "2026-10-31"))
    );
    measure!(runs, "operations", operations::operations(p, manager));
    measure!(runs, "documents of a month", papers::list(p, manager, Some("2026-10"), true, ""));
    measure!(runs, "a booking", bookings::view(p, manager, some, Locale::Fr));
    measure!(runs, "rulebook", rule_desk::desk(p, manager));
    for span in Span::ALL {
        measure!(runs, &format!("figures, {}", span.code()), figures::figures(p, manager, span));
    }
    let query = LogQuery::default;
    measure!(runs, "log, the newest", audit_log::page(p, manager, &query()));
    let deep = LogQuery { to: "2025-06-01".to_owned(), ..query() };
    measure!(runs, "log, a year and a half ago", audit_log::page(p, manager, &deep));
    let one = LogQuery { q: reference(77), ..query() };
    measure!(runs, "log, by reference", audit_log::page(p, manager, &one));
    let who = LogQuery { who: "expert".to_owned(), ..query() };
    measure!(runs, "log, by person", audit_log::page(p, manager, &who));
    let month = LogQuery { q: "no such words".to_owned(), from: "2026-10-24".to_owned(), ..query() };
    measure!(runs, "log, words that are not there, a month", audit_log::page(p, manager, &month));
    let never = LogQuery { q: "no such words".to_owned(), ..query() };
    measure!(runs, "log, words that are not there, all time", audit_log::page(p, manager, &never));
}

async fn run(name: &str, p: TestPlatform, bookings: u32, messages: u32, runs: usize) {
    let stage = Stage::new(p).await;
    let manager = stage.p.manager().await;
    let form = ContactForm { topic: "other".to_owned(), message: "Hallo".to_owned(), ..ContactForm::default() };
    contact::open(&stage.p, Some(&stage.client), &form, "192.0.2.1").await.expect("a request");
    let (template, _) = stage.paid(DAYS).await;
    stage.accept(template).await;
    stage.at("2026-12-02T23:00:00Z").await;
    let start = Instant::now();
    fill(&stage.p, template, bookings, messages).await;
    println!("\n{name}: {bookings} bookings, {messages} messages, written in {:.0} s", start.elapsed().as_secs_f64());
    pages(&stage.p, &manager, template, runs).await;
    stage.p.finish().await;
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // `cargo test --benches` only wants to know that it runs.
    let test = std::env::args().any(|argument| argument == "--test");
    let (bookings, messages, runs) = if test { (200, 50, 1) } else { (100_000, 50_000, 20) };
    run("SQLite", TestPlatform::sqlite().await, bookings, messages, runs).await;
    match TestPlatform::postgres().await {
        Some(p) => run("PostgreSQL", p, bookings, messages, runs).await,
        None => println!("\nno PostgreSQL server is named"),
    }
}
