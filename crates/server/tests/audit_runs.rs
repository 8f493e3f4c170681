//! The managers' page of the audit: what each kind of fault says there, one run for whoever asks, every night by itself, and
//! nothing of what its reader may not know.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/programme.rs"]
mod programme;
#[expect(dead_code, reason = "the stage has more than this story needs")]
#[path = "booking_story/stage.rs"]
mod stage;
#[path = "support/world.rs"]
mod world;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::{
    ids::{AccountId, PaymentId, RefundId},
    money::Cents,
};
use gabarit_i18n::{Locale, finding as words};
use gabarit_server::{
    audit::Check,
    clock::Clock,
    db::{jobs as job_rows, nominations as nomination_rows},
    jobs::{self, JobKind},
    on,
    payments::{NewPayment, PaymentProvider, ProviderChargeback, ProviderError, ProviderPayment, ProviderRefund},
    platform::Platform,
    services::{audit_runs, bookings, manage},
    testing::{Fault, TestPlatform, for_each_db},
};
use gabarit_view::{
    account::AccountView,
    audit::{AuditPage, FindingView},
    error::ApiError,
};
use programme::{appoint, stand};
use stage::{DAYS, Stage};
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;
use uuid::Uuid;
use world::{World, days};

async fn read(p: &TestPlatform, who: &AccountView) -> AuditPage {
    audit_runs::page(p, who, Locale::Fr).await.unwrap()
}

/// Asks for a run, and lets it happen.
async fn checked(p: &TestPlatform, who: &AccountView) -> AuditPage {
    p.clock.advance(TimeDelta::seconds(1));
    audit_runs::ask(p, who).await.unwrap();
    jobs::run_due(p).await.unwrap();
    read(p, who).await
}

/// What the overview counts.
async fn waiting(p: &TestPlatform, who: &AccountView) -> u32 {
    let overview = manage::overview(p, who).await.unwrap();
    overview.queues.into_iter().find(|(code, _)| code == "audit").unwrap().1.count
}

async fn plant(p: &TestPlatform, sql: &'static str) {
    let mut conn = p.db.conn().await.unwrap();
    on!(&mut conn.exec(), |c| sqlx::raw_sql(sql).execute(c).await.map(drop)).unwrap();
}

fn all(page: &AuditPage) -> Vec<&FindingView> {
    page.findings.iter().flat_map(|group| &group.found).collect()
}

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

/// Faults, one for each invariant and for each kind of record, and the check that names it.
const PLANTS: [(&str, Check, &str); 7] = [
    ("UPDATE booking SET total = total + 1 WHERE state = 'accepted'", Check::TotalIsTheQuotes, "booking"),
    (
        "UPDATE document SET body = REPLACE(body, 'Quai', 'Kade') WHERE series = 'INV' AND sequence = 1",
        Check::DocumentUnchanged,
        "document",
    ),
    (
        "DELETE FROM booked_day WHERE booking_id = (SELECT id FROM booking WHERE state = 'accepted')",
        Check::AnOccupyingBookingHasItsDays,
        "booking",
    ),
    (
        "UPDATE ledger_entry SET amount = amount + 1 WHERE account = 'revenue' AND transaction_id = \
         (SELECT id FROM ledger_transaction WHERE kind = 'invoice-issued' AND booking_id = \
         (SELECT id FROM booking WHERE state = 'accepted'))",
        Check::ALedgerTransactionSumsToNought,
        "transaction",
    ),
    (
        "INSERT INTO payout_batch (id, reference, idempotency_key, state, execute_on, prepared_by, prepared_at) \
         SELECT id, 'PB-1', id, 'approved', last_day, client_id, created_at FROM booking WHERE state = 'completed'; \
         INSERT INTO payout (id, batch_id, document_id, amount, state, creditor, iban_id, account_masked, account_by) \
         SELECT y.booking_id, y.booking_id, y.document_id, y.total, 'executed', 'X', y.booking_id, 'X', b.client_id \
         FROM payable y JOIN booking b ON b.id = y.booking_id",
        Check::APayoutIsWhereItsBatchIs,
        "payout",
    ),
    (
        "DELETE FROM booking_log WHERE step = 3 AND booking_id = (SELECT id FROM booking WHERE state = 'accepted')",
        Check::TheLogLeadsToTheState,
        "booking",
    ),
    (
        "UPDATE booking SET client_id = (SELECT account_id FROM expert) WHERE state = 'accepted'",
        Check::NobodyBooksThemselves,
        "booking",
    ),
];

/// Invariants 1 to 5: sound, the page says so; broken, it says how in its reader's words, and leads to the record; nobody
/// but managers reads or orders it.
#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_fault_is_on_the_page() {
    for (sql, check, about) in PLANTS {
        for_each_db(async |p| {
            let world = World::on(p).await;
            let (p, manager) = (&world.p, &world.manager);
            let mut completed = world.hold(&world.order(days("2026-11-09", 2))).await;
            world.pay(&mut completed).await;
            world.accept(&mut completed).await;
            world.complete(&mut completed).await;
            let mut accepted = world.hold(&world.order(days("2027-01-04", 3))).await;
            world.pay(&mut accepted).await;
            world.accept(&mut accepted).await;
            assert_eq!(read(p, manager).await, AuditPage::default());
            for who in [&world.client, &world.expert.account] {
                assert_eq!(audit_runs::ask(p, who).await, Err(ApiError::Forbidden));
                assert_eq!(audit_runs::page(p, who, Locale::Fr).await, Err(ApiError::Forbidden));
            }
            let sound = checked(p, manager).await;
            assert_eq!((sound.findings.len(), &sound.under_way, waiting(p, manager).await), (0, &None, 0));
            assert_eq!((sound.runs.len(), sound.runs[0].findings), (1, 0));
            assert_eq!(sound.runs[0].asked_by.as_deref(), Some(manager.name.as_str()));
            assert!(sound.runs[0].rows > 10 && !sound.runs[0].more, "{sound:?}");

            world.unguard().await;
            world.plant(sql).await;
            assert_eq!(waiting(p, manager).await, 0, "nobody has looked");
            let page = checked(p, manager).await;
            let group = page.findings.iter().find(|group| group.words == check.words(Locale::Fr));
            let group = group.unwrap_or_else(|| unreachable!("{sql}: no {check:?} in {page:#?}"));
            assert_eq!(group.invariant, check.invariant());
            let found = group.found.iter().find(|found| found.about == about && found.id.is_some());
            assert!(found.is_some_and(|found| !found.detail.is_empty()), "{sql}: {group:#?}");
            let count = u32::try_from(all(&page).len()).unwrap();
            assert_eq!((page.runs[0].findings, page.runs[1].findings, waiting(p, manager).await), (count, 0, count));
            // The newest first; and each in its own language.
            let dutch = audit_runs::page(p, manager, Locale::Nl).await.unwrap();
            assert!(dutch.findings.iter().any(|group| group.words == check.words(Locale::Nl)));
        })
        .await;
    }
    assert_ne!(words::total_differs(Locale::Fr), words::total_differs(Locale::Nl));
}

/// Asked for by two at once, on two nodes, it runs once; and every night by itself, but not right after somebody asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_runs_once_and_every_night() {
    for_each_db(|p| async move {
        let (ada, bob) = (p.manager().await, p.manager().await);
        let other = p.node(|_| {}).await;
        p.clock.set(at("2026-11-23T20:00:00Z"));
        let both = tokio::join!(audit_runs::ask(&p, &ada), audit_runs::ask(&other, &bob));
        assert!([&both.0, &both.1].contains(&&Ok(())), "{both:?}");
        assert!([&both.0, &both.1].contains(&&Err(ApiError::MovedOn)), "{both:?}");
        assert!(read(&p, &ada).await.under_way.is_some());
        let runs = tokio::join!(jobs::run_due(&p), jobs::run_due(&other));
        assert_eq!(runs.0.unwrap() + runs.1.unwrap(), 1);
        let page = read(&p, &bob).await;
        assert_eq!((page.runs.len(), page.under_way), (1, None));

        let due = async || {
            let mut conn = p.db.conn().await.unwrap();
            let job = job_rows::get(&mut conn.exec(), JobKind::RunAudit.code(), Uuid::nil()).await.unwrap().unwrap();
            assert_eq!(job.done_at, None);
            job.due_at
        };
        // Three in the morning in Amsterdam.
        assert_eq!(due().await, at("2026-11-24T02:00:00Z"));
        p.clock.set(at("2026-11-24T02:00:00Z"));
        let runs = tokio::join!(jobs::run_due(&p), jobs::run_due(&other));
        assert_eq!(runs.0.unwrap() + runs.1.unwrap(), 1);
        let page = read(&p, &ada).await;
        assert_eq!((page.runs.len(), page.runs[0].asked_by.clone()), (2, None));
        assert_eq!(due().await, at("2026-11-25T02:00:00Z"));

        p.clock.set(at("2026-11-25T01:30:00Z"));
        checked(&p, &ada).await;
        p.clock.set(at("2026-11-25T02:00:00Z"));
        jobs::run_due(&p).await.unwrap();
        assert_eq!(read(&p, &ada).await.runs.len(), 3, "half an hour ago it was checked");
        assert_eq!(due().await, at("2026-11-26T02:00:00Z"));

        // After a month a run is forgotten, and what it found with it.
        p.clock.set(at("2027-01-10T02:00:00Z"));
        jobs::run_due(&p).await.unwrap();
        assert_eq!(read(&p, &ada).await.runs.len(), 1);
        other.db.close().await;
    })
    .await;
}

/// A payment provider that does not answer: whoever reads a payment waits.
#[derive(Debug, Default)]
struct Silent {
    asked: Notify,
}

#[async_trait]
impl PaymentProvider for Silent {
    async fn get(&self, _: &str) -> Result<ProviderPayment, ProviderError> {
        self.asked.notify_one();
        std::future::pending().await
    }

    async fn create(&self, _: &NewPayment) -> Result<ProviderPayment, ProviderError> {
        unreachable!()
    }
    async fn chargebacks(&self, _: &str) -> Result<Vec<ProviderChargeback>, ProviderError> {
        unreachable!()
    }
    async fn capture(&self, _: &str, _: PaymentId, _: Cents) -> Result<(), ProviderError> {
        unreachable!()
    }
    async fn release(&self, _: &str, _: PaymentId) -> Result<(), ProviderError> {
        unreachable!()
    }
    async fn cancel(&self, _: &str, _: PaymentId) -> Result<(), ProviderError> {
        unreachable!()
    }
    async fn refunds(&self, _: &str) -> Result<Vec<ProviderRefund>, ProviderError> {
        unreachable!()
    }
    async fn refund(&self, _: &str, _: RefundId, _: u32, _: Cents, _: &str) -> Result<String, ProviderError> {
        unreachable!()
    }
}

async fn leased_until(p: &TestPlatform) -> Option<DateTime<Utc>> {
    let mut conn = p.db.conn().await.unwrap();
    let job = job_rows::get(&mut conn.exec(), JobKind::RunAudit.code(), Uuid::nil()).await.unwrap().unwrap();
    job.leased_until
}

/// A node that runs it holds it for as long as it takes; when it dies with the run in its hands, another goes on with it
/// within a minute, and it is one run.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_run_outlives_its_node() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        stage.paid(DAYS).await;
        stage.work().await;
        let manager = p.manager().await;
        audit_runs::ask(p, &manager).await.unwrap();
        let other = p.node(|_| {}).await;
        let silent = Arc::new(Silent::default());
        let busy = Platform::new(
            other.config.clone(),
            other.db.clone(),
            Arc::clone(&p.clock) as Arc<dyn Clock>,
            Arc::clone(&other.ids),
            Arc::clone(&silent) as _,
            Arc::clone(&p.register) as _,
        );
        let run = tokio::spawn(async move { jobs::run_due(&busy).await });
        silent.asked.notified().await;
        // It works, and says so: nobody else has the run, however long it takes.
        for _ in 0..4 {
            assert_eq!(leased_until(p).await, Some(p.now() + TimeDelta::seconds(60)));
            p.clock.advance(TimeDelta::seconds(25));
            tokio::time::timeout(Duration::from_secs(30), async {
                while leased_until(p).await != Some(p.now() + TimeDelta::seconds(60)) {
                    tokio::task::yield_now().await;
                }
            })
            .await
            .unwrap();
            jobs::run_due(p).await.unwrap();
            assert_eq!(audit_runs::ask(p, &manager).await, Err(ApiError::MovedOn), "it is under way");
            assert!(read(p, &manager).await.runs.is_empty());
        }
        // It dies.
        run.abort();
        assert!(run.await.unwrap_err().is_cancelled());
        p.clock.advance(TimeDelta::seconds(59));
        jobs::run_due(p).await.unwrap();
        assert!(read(p, &manager).await.under_way.is_some(), "for all that is known, it is at work");
        p.clock.advance(TimeDelta::seconds(1));
        jobs::run_due(p).await.unwrap();
        let page = read(p, &manager).await;
        assert_eq!((page.runs.len(), page.under_way, page.runs[0].compared), (1, None, 1));
        other.db.close().await;
    })
    .await;
}

/// A node that was taken for dead and lives makes no second run of it: it lets go of what another has.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_lost_run_is_let_go() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        stage.paid(DAYS).await;
        stage.work().await;
        let manager = p.manager().await;
        audit_runs::ask(p, &manager).await.unwrap();
        let other = p.node(|_| {}).await;
        let silent = Arc::new(Silent::default());
        let busy = Platform::new(
            other.config.clone(),
            other.db.clone(),
            Arc::clone(&p.clock) as Arc<dyn Clock>,
            Arc::clone(&other.ids),
            Arc::clone(&silent) as _,
            Arc::clone(&p.register) as _,
        );
        let run = tokio::spawn(async move { jobs::run_due(&busy).await });
        silent.asked.notified().await;
        // It was not heard of for too long.
        p.clock.advance(TimeDelta::seconds(60));
        jobs::run_due(p).await.unwrap();
        // It ends although nobody ever answers it.
        tokio::time::timeout(Duration::from_secs(30), run).await.unwrap().unwrap().unwrap();
        p.clock.advance(TimeDelta::seconds(10));
        jobs::run_due(p).await.unwrap();
        let page = read(p, &manager).await;
        assert_eq!((page.runs.len(), page.under_way, page.runs[0].compared), (1, None, 1));
        other.db.close().await;
    })
    .await;
}

/// Invariant 3: what the payment provider says otherwise, and what it did not say.
#[tokio::test(flavor = "multi_thread")]
async fn the_provider_is_asked() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let (id, reference) = stage.paid(DAYS).await;
        let page = checked(p, &manager).await;
        assert_eq!((page.runs[0].compared, page.runs[0].unanswered, page.findings.len()), (1, 0, 0));
        bookings::decline(p, &stage.expert.account, id, "").await.unwrap();
        stage.work().await;
        // It comes back, and nobody has heard of it.
        assert!(p.provider.fail_refund(&reference));
        let page = checked(p, &manager).await;
        let found = all(&page);
        assert_eq!(page.findings[0].words, Check::TheProviderSaysTheSame.words(Locale::Fr));
        assert_eq!((found.len(), found[0].about.as_str(), found[0].id), (1, "booking", Some(id.0)));
        p.provider.fail_next(1, Fault::Before);
        let page = checked(p, &manager).await;
        assert_eq!((page.runs[0].compared, page.runs[0].unanswered, page.findings.len()), (0, 1, 0));
    })
    .await;
}

/// S54, invariant 5: of a manager's own nomination, and of one that they declared a conflict about, nothing is shown or
/// counted.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_told_of_what_is_hidden() {
    for_each_db(|p| async move {
        let (stands, partial, sees) = (p.manager().await, p.manager().await, p.manager().await);
        let own = stand(&p, &stands, "fr").await;
        let nominee = p.client("Nora Nominee").await;
        let known = stand(&p, &nominee, "fr").await;
        let other = stand(&p, &p.client("Olga Other").await, "fr").await;
        appoint(&p, &sees, &partial, "nl").await;
        let mut conn = p.db.conn().await.unwrap();
        let about: AccountId = nominee.id;
        nomination_rows::declare_conflict(&mut conn.exec(), partial.id, about, "A meeting of users", p.now())
            .await
            .unwrap();
        drop(conn);
        plant(&p, "UPDATE nomination SET state = 'withdrawn'").await;
        audit_runs::ask(&p, &sees).await.unwrap();
        jobs::run_due(&p).await.unwrap();
        let seen = async |who: &AccountView| {
            let page = read(&p, who).await;
            let mut ids: Vec<Uuid> = all(&page).iter().filter_map(|found| found.id).collect();
            assert_eq!(page.runs[0].findings as usize, ids.len(), "{page:?}");
            assert_eq!(waiting(&p, who).await as usize, ids.len());
            assert_eq!(page.runs[0].rows, 0, "nominations are in no number");
            ids.sort();
            ids.dedup();
            (ids, format!("{page:?}"))
        };
        let sorted = |mut ids: Vec<Uuid>| {
            ids.sort();
            ids
        };
        assert_eq!(seen(&sees).await.0, sorted(vec![own.0, known.0, other.0]));
        for (who, hidden, rest) in [(&stands, own, known), (&partial, known, own)] {
            let (ids, page) = seen(who).await;
            assert_eq!(ids, sorted(vec![rest.0, other.0]));
            assert!(!page.contains(&hidden.to_string()), "{page}");
        }
    })
    .await;
}
