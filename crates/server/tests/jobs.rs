//! The job runner on both databases: leases, retries, and what happens when a worker dies or an order comes twice.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::{DateTime, TimeDelta, Utc};
use gabarit_server::{
    db::jobs::{self as rows, ClaimedJob, JobRow},
    jobs::{self, JobKind},
    mail::{self, Message},
    services::{accounts, stash},
    testing::{PASSWORD, TestPlatform, for_each_db},
};
use std::{collections::BTreeMap, time::Duration};
use uuid::Uuid;

/// A kind that only a later version knows: its handler always fails here.
const FUTURE: &str = "from-the-future";

async fn order(p: &TestPlatform, kind: &str, subject: Uuid, due_at: DateTime<Utc>) {
    let mut tx = p.db.begin().await.unwrap();
    rows::schedule(&mut tx.exec(), kind, subject, due_at).await.unwrap();
    tx.commit().await.unwrap();
}

async fn claim(p: &TestPlatform) -> Option<ClaimedJob> {
    let mut tx = p.db.begin().await.unwrap();
    let job = rows::claim(&mut tx.exec(), p.now(), p.now() + TimeDelta::seconds(60)).await.unwrap();
    tx.commit().await.unwrap();
    job
}

async fn job(p: &TestPlatform, kind: &str, subject: Uuid) -> JobRow {
    let mut conn = p.db.conn().await.unwrap();
    rows::get(&mut conn.exec(), kind, subject).await.unwrap().unwrap()
}

const PURGE: &str = JobKind::PurgeExpired.code();

#[test]
fn codes_are_read_back() {
    for kind in JobKind::ALL {
        assert_eq!(JobKind::parse(kind.code()), Some(kind));
    }
    assert_eq!(JobKind::parse(FUTURE), None);
}

/// Two nodes with several workers each: every job is claimed exactly once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_job_is_claimed_once() {
    for_each_db(|p| async move {
        let other = p.node(|_| {}).await;
        for _ in 0..40 {
            order(&p, PURGE, p.ids.uuid(), p.now()).await;
        }
        let claims = [&p, &other, &p, &other].map(|node| async move {
            let mut mine = Vec::new();
            while let Some(job) = claim(node).await {
                mine.push(job.subject);
            }
            mine
        });
        let mut all: Vec<Uuid> = futures::future::join_all(claims).await.concat();
        assert_eq!(all.len(), 40);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 40);
        other.db.close().await;
    })
    .await;
}

/// Two runners at once do each job once, and stop when nothing is due.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_runners_share_the_work() {
    for_each_db(|p| async move {
        let other = p.node(|_| {}).await;
        for _ in 0..30 {
            order(&p, PURGE, p.ids.uuid(), p.now()).await;
        }
        let (here, there) = tokio::join!(jobs::run_due(&p), jobs::run_due(&other));
        assert_eq!(here.unwrap() + there.unwrap(), 30);
        assert_eq!(jobs::run_due(&p).await.unwrap(), 0);
        other.db.close().await;
    })
    .await;
}

/// A job that fails is put off further each time, keeps its last error, and is never lost.
#[tokio::test(flavor = "multi_thread")]
async fn failures_are_put_off_and_kept() {
    for_each_db(|p| async move {
        let subject = p.ids.uuid();
        order(&p, FUTURE, subject, p.now()).await;
        for seconds in [5, 10, 20, 40] {
            assert_eq!(jobs::run_due(&p).await.unwrap(), 1);
            let row = job(&p, FUTURE, subject).await;
            assert_eq!(row.due_at, p.now() + TimeDelta::seconds(seconds));
            assert!(row.done_at.is_none() && row.leased_until.is_none());
            assert!(row.last_error.unwrap().contains("does not know"));
            p.clock.advance(TimeDelta::seconds(seconds) - TimeDelta::milliseconds(1));
            assert_eq!(jobs::run_due(&p).await.unwrap(), 0);
            p.clock.advance(TimeDelta::milliseconds(1));
        }
        for _ in 0..12 {
            assert_eq!(jobs::run_due(&p).await.unwrap(), 1);
            p.clock.advance(TimeDelta::hours(1));
        }
        assert_eq!(job(&p, FUTURE, subject).await.attempts, 16);
    })
    .await;
}

/// A node that dies with a job in its hands: after its lease another takes over.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_nodes_job_is_taken_over() {
    for_each_db(|p| async move {
        let subject = p.ids.uuid();
        order(&p, PURGE, subject, p.now()).await;
        let dead = claim(&p).await.unwrap();
        p.clock.advance(TimeDelta::seconds(59));
        assert_eq!(jobs::run_due(&p).await.unwrap(), 0);
        p.clock.advance(TimeDelta::seconds(1));
        assert_eq!(jobs::run_due(&p).await.unwrap(), 1);
        // It was not dead but slow: its word no longer counts.
        let mut tx = p.db.begin().await.unwrap();
        assert!(!rows::finish(&mut tx.exec(), &dead, p.now()).await.unwrap());
        assert!(!rows::put_off(&mut tx.exec(), &dead, p.now(), "late").await.unwrap());
        tx.commit().await.unwrap();
    })
    .await;
}

/// The same order again: earlier while it waits, reopened when done, done again when a worker holds it.
#[tokio::test(flavor = "multi_thread")]
async fn orders_that_come_twice() {
    for_each_db(|p| async move {
        let hour = |hours| p.now() + TimeDelta::hours(hours);
        let subject = p.ids.uuid();
        order(&p, FUTURE, subject, hour(2)).await;
        order(&p, FUTURE, subject, hour(3)).await;
        assert_eq!(job(&p, FUTURE, subject).await.due_at, hour(2));
        order(&p, FUTURE, subject, hour(1)).await;
        assert_eq!(job(&p, FUTURE, subject).await.due_at, hour(1));

        p.clock.advance(TimeDelta::hours(1));
        let held = claim(&p).await.unwrap();
        order(&p, FUTURE, subject, hour(5)).await;
        assert!(claim(&p).await.is_none(), "nobody else gets it while it is held");
        let mut tx = p.db.begin().await.unwrap();
        assert!(!rows::finish(&mut tx.exec(), &held, p.now()).await.unwrap(), "there is a new order");
        rows::release(&mut tx.exec(), &held).await.unwrap();
        tx.commit().await.unwrap();
        let row = job(&p, FUTURE, subject).await;
        assert_eq!((row.due_at, row.done_at, row.leased_until), (hour(5), None, None));

        p.clock.advance(TimeDelta::hours(5));
        let held = claim(&p).await.unwrap();
        let mut tx = p.db.begin().await.unwrap();
        assert!(rows::finish(&mut tx.exec(), &held, p.now()).await.unwrap());
        tx.commit().await.unwrap();
        assert!(claim(&p).await.is_none());
        order(&p, FUTURE, subject, hour(1)).await;
        let row = job(&p, FUTURE, subject).await;
        assert_eq!((row.due_at, row.done_at, row.attempts), (hour(1), None, 0));

        // Struck.
        let mut tx = p.db.begin().await.unwrap();
        assert!(rows::cancel(&mut tx.exec(), FUTURE, subject).await.unwrap());
        assert!(!rows::cancel(&mut tx.exec(), FUTURE, subject).await.unwrap());
        tx.commit().await.unwrap();
    })
    .await;
}

/// An order belongs to its transaction: rolled back, there is none.
#[tokio::test(flavor = "multi_thread")]
async fn orders_roll_back_with_their_cause() {
    for_each_db(|p| async move {
        let mut tx = p.db.begin().await.unwrap();
        jobs::schedule(&mut tx.exec(), JobKind::PurgeExpired, p.ids.uuid(), p.now()).await.unwrap();
        drop(tx);
        assert_eq!(jobs::run_due(&p).await.unwrap(), 0);
    })
    .await;
}

/// What has expired goes, and the purge orders itself again.
#[tokio::test(flavor = "multi_thread")]
async fn purges_what_has_expired() {
    for_each_db(|p| async move {
        let client = p.client("Ada").await;
        accounts::sign_in(&p, &client.email, PASSWORD, "192.0.2.1").await.unwrap();
        stash::put(&p, BTreeMap::from([("a".to_owned(), "b".to_owned())])).await.unwrap();
        p.clock.advance(TimeDelta::days(29));
        let fresh = accounts::sign_in(&p, &client.email, PASSWORD, "192.0.2.1").await.unwrap();
        p.clock.advance(TimeDelta::days(1));
        order(&p, PURGE, Uuid::nil(), p.now()).await;
        assert_eq!(jobs::run_due(&p).await.unwrap(), 1);
        for (sql, left) in [
            ("SELECT COUNT(*) FROM session", 1_i64),
            ("SELECT COUNT(*) FROM form_stash", 0),
            ("SELECT COUNT(*) FROM throttle", 0),
        ] {
            let mut conn = p.db.conn().await.unwrap();
            let exec = &mut conn.exec();
            let count: i64 = gabarit_server::on!(exec, |c| sqlx::query_scalar(sql).fetch_one(c).await).unwrap();
            assert_eq!(count, left, "{sql}");
        }
        assert!(accounts::current(&p, Some(fresh.expose())).await.unwrap().is_some());
        assert_eq!(job(&p, PURGE, Uuid::nil()).await.due_at, p.now() + TimeDelta::hours(1));
    })
    .await;
}

/// The server's runner does what is ordered as soon as it is woken, sends mail, and stops when told.
#[tokio::test(flavor = "multi_thread")]
async fn runs_until_told_to_stop() {
    for_each_db(|p| async move {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let runner = tokio::spawn(jobs::run_forever((*p).clone(), stopped));
        let subject = p.ids.uuid();
        let done = async {
            let mut tx = p.db.begin().await.unwrap();
            jobs::schedule(&mut tx.exec(), JobKind::PurgeExpired, subject, p.now()).await.unwrap();
            let message = Message::new(gabarit_i18n::Locale::En, "Hello");
            mail::enqueue(&mut tx.exec(), &p, "hello", "ada@client.example", &message).await.unwrap();
            tx.commit().await.unwrap();
            jobs::wake(&p);
            // Done: it ordered itself again.
            while job(&p, PURGE, subject).await.due_at <= p.now() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            loop {
                let mut conn = p.db.conn().await.unwrap();
                let unsent = gabarit_server::db::outbox::any_unsent(&mut conn.exec()).await.unwrap();
                drop(conn);
                if !unsent {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(4), done).await.expect("sooner than by polling");
        stop.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(3), runner).await.expect("it stops").unwrap();
    })
    .await;
}
