//! Refunds that fail after the provider took them: noticed, put right in the books once, told, and seen to; on both
//! databases, and with the real client against the sandbox.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "the stage has more than this story needs")]
#[path = "booking_story/stage.rs"]
mod stage;

use chrono::TimeDelta;
use gabarit_domain::{booking::PaymentMethod, ids::BookingId, money::Cents};
use gabarit_server::{
    audit,
    clock::Clock,
    jobs, on,
    platform::Platform,
    sandbox::{Fault as SandboxFault, FaultKind, Handle},
    services::{bookings, ledger::Account, operations, own_data, payments},
    testing::{Fault, TestPlatform, for_each_db},
};
use gabarit_view::{
    desk::{RetryForm, Trouble},
    error::{ApiError, Problem},
};
use stage::{DAYS, Stage};
use std::sync::Arc;

fn form(what: &str, subject: impl ToString, how: &str) -> RetryForm {
    RetryForm { what: what.to_owned(), subject: subject.to_string(), how: how.to_owned(), ..RetryForm::default() }
}

/// A booking that was paid and declined, its money on its way back.
async fn refunded(stage: &Stage) -> (BookingId, String, Cents) {
    let (id, reference) = stage.paid(DAYS).await;
    let total = stage.client_view(id).await.quote.total;
    bookings::decline(&stage.p, &stage.expert.account, id, "").await.unwrap();
    stage.work().await;
    assert_eq!(stage.p.provider.totals(&reference).refunded, total);
    (id, reference, total)
}

async fn returned(stage: &Stage) -> Vec<String> {
    let found = audit::run(&stage.p).await.unwrap();
    assert!(found.iter().all(|finding| finding.check == "a refund reaches the client"), "{found:?}");
    found.into_iter().map(|finding| finding.subject).collect()
}

/// Invariant 3, S35: a refund that comes back is posted back once, however often and by whomever it is heard of; the
/// client is told that it has not arrived and reads nothing else; the audit names it; a manager sends it again, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_comes_back_and_is_sent_again() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let (id, reference, total) = refunded(&stage).await;
        let view = stage.client_view(id).await;
        assert_eq!((view.refunds[0].state.as_str(), view.payment.unwrap().returned), ("sent", total));
        stage.sound().await;

        assert!(p.provider.fail_refund(&reference));
        assert_eq!(audit::reconcile(p).await.unwrap().findings.len(), 1, "unheard of, it is a difference");
        let heard = tokio::join!(payments::sync(p, &reference), payments::sync(p, &reference));
        assert_eq!(heard, (Ok(()), Ok(())));
        payments::sync(p, &reference).await.unwrap();
        stage.work().await;
        assert_eq!(stage.balance(Account::Deposits).await, -total, "the client's money again");
        assert_eq!(stage.balance(Account::ProviderClearing).await, total);
        assert_eq!(stage.count("SELECT COUNT(*) FROM ledger_transaction WHERE kind = 'refund-failed'").await, 1);
        assert_eq!(audit::reconcile(p).await.unwrap().findings, []);
        let view = stage.client_view(id).await;
        assert_eq!((view.refunds[0].state.as_str(), view.payment.unwrap().returned), ("failed", Cents::ZERO));
        assert_eq!(returned(&stage).await, std::slice::from_ref(&view.reference));
        let mails = stage.mail_to(&stage.client.email).await;
        let not_arrived = mails.iter().filter(|mail| mail.contains("parvenus") || mail.contains("aangekomen")).count();
        assert_eq!(not_arrived, 1, "{mails:?}");
        assert_eq!(stage.mail_to(p.config.operator.email.as_str()).await.len(), 1);
        let blocked = own_data::obstacles(p, &stage.client).await.unwrap();
        assert!(blocked.iter().any(|one| one.code == "refunds"), "nobody is erased who is owed money");

        let seen = operations::operations(p, &manager).await.unwrap().troubles;
        assert_eq!((seen.len(), seen[0].trouble, seen[0].amount), (1, Trouble::RefundFailed, total));
        let again = form("refund", seen[0].subject, "");
        assert_eq!(operations::retry(p, &stage.client, &again).await, Err(ApiError::Forbidden));
        let both = tokio::join!(operations::retry(p, &manager, &again), operations::retry(p, &manager, &again));
        assert!([&both.0, &both.1].contains(&&Ok(())), "{both:?}");
        assert!([&both.0, &both.1].contains(&&Err(ApiError::MovedOn)), "{both:?}");
        // The answer is lost, and the money goes once all the same.
        p.provider.fail_next(1, Fault::After);
        stage.work().await;
        p.clock.advance(TimeDelta::hours(1));
        stage.work().await;
        let totals = p.provider.totals(&reference);
        assert_eq!(totals.refunded, total);
        assert!(operations::operations(p, &manager).await.unwrap().troubles.is_empty());
        assert_eq!(stage.client_view(id).await.refunds[0].state, "sent");
        let mails = stage.mail_to(&stage.client.email).await.len();
        // The second attempt comes back, too: that is news once more.
        assert!(p.provider.fail_refund(&reference));
        payments::sync(p, &reference).await.unwrap();
        assert_eq!(stage.mail_to(&stage.client.email).await.len(), mails + 1);
        let seen = operations::operations(p, &manager).await.unwrap();
        let mut log: Vec<_> = seen.log.iter().map(|row| row.action.as_str()).collect();
        log.sort_unstable();
        assert_eq!(log, ["refund-failed", "refund-failed", "refund-retried"]);
        operations::retry(p, &manager, &again).await.unwrap();
        stage.work().await;
        stage.sound().await;
        assert_eq!(audit::reconcile(p).await.unwrap().findings, []);
    })
    .await;
}

/// Invariant 3: with every webhook lost, it is found by looking; paid another way, the operator's bank account and the
/// client's page say so, and it is paid once.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_is_paid_another_way() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let (id, reference, total) = refunded(&stage).await;
        p.clock.advance(TimeDelta::days(3));
        stage.work().await;
        assert!(p.provider.fail_refund(&reference));
        stage.work().await;
        assert_eq!(stage.client_view(id).await.refunds[0].state, "sent", "nobody has looked");
        p.clock.advance(TimeDelta::days(1));
        stage.work().await;
        assert_eq!(stage.client_view(id).await.refunds[0].state, "failed");

        let seen = operations::operations(p, &manager).await.unwrap().troubles;
        let subject = seen[0].subject;
        let missing = operations::retry(p, &manager, &form("elsewhere", subject, " ")).await;
        assert_eq!(missing, Err(ApiError::field("how", Problem::Missing)));
        let done = form("elsewhere", subject, "SEPA 2026-11-27");
        assert_eq!(operations::retry(p, &stage.expert.account, &done).await, Err(ApiError::Forbidden));
        let other = form("elsewhere", p.ids.uuid(), "SEPA");
        assert_eq!(operations::retry(p, &manager, &other).await, Err(ApiError::MovedOn));
        let again = form("refund", subject, "");
        let both = tokio::join!(operations::retry(p, &manager, &done), operations::retry(p, &manager, &again));
        let ok = [&both.0, &both.1].into_iter().filter(|one| one.is_ok()).count();
        assert_eq!(ok, 1, "sent again, or paid another way, never both: {both:?}");
        if both.1.is_ok() {
            stage.work().await;
            assert!(p.provider.fail_refund(&reference));
            payments::sync(p, &reference).await.unwrap();
            operations::retry(p, &manager, &done).await.unwrap();
        }
        for late in [&done, &again] {
            assert_eq!(operations::retry(p, &manager, late).await, Err(ApiError::MovedOn));
        }
        stage.work().await;
        let view = stage.client_view(id).await;
        assert_eq!((view.refunds[0].state.as_str(), view.payment.unwrap().returned), ("elsewhere", total));
        assert_eq!(stage.balance(Account::Bank).await, -total);
        assert_eq!(stage.balance(Account::Deposits).await, Cents::ZERO);
        assert_eq!(stage.balance(Account::ProviderClearing).await, total);
        let mails = stage.mail_to(&stage.client.email).await;
        assert!(mails.iter().any(|mail| mail.contains("vir") || mail.contains("overgemaakt")), "{mails:?}");
        assert!(own_data::obstacles(p, &stage.client).await.unwrap().is_empty());
        stage.sound().await;
        assert_eq!(audit::reconcile(p).await.unwrap().findings, []);
    })
    .await;
}

/// A part of what a booking keeps that comes back is the client's all the same, and a chargeback does not take it twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_planted_return_is_named() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, ..) = refunded(&stage).await;
        let reference = stage.client_view(id).await.reference;
        // As a careless hand would write it: the state alone, nothing posted.
        let plant = "UPDATE refund SET state = 'failed'";
        let mut conn = stage.p.db.conn().await.unwrap();
        on!(&mut conn.exec(), |c| sqlx::query(plant).execute(c).await.map(drop)).unwrap();
        drop(conn);
        let found = audit::run(&stage.p).await.unwrap();
        let checks: Vec<_> = found.iter().map(|finding| (finding.check, finding.subject.as_str())).collect();
        assert!(checks.contains(&("a refund reaches the client", reference.as_str())), "{checks:?}");
        assert!(checks.contains(&("ledger agrees with payments and documents", reference.as_str())), "{checks:?}");
    })
    .await;
}

/// The same over HTTP: the real client, the sandbox, and a fault ordered of it; its clock is the platform's.
async fn over_http(p: TestPlatform) {
    let clock = Arc::clone(&p.clock);
    let sandbox = Handle::start(|options| options.clock = clock).await.unwrap();
    let platform = Platform::new(
        p.config.clone(),
        p.db.clone(),
        Arc::clone(&p.clock) as Arc<dyn Clock>,
        Arc::clone(&p.ids),
        Arc::new(sandbox.client().unwrap()),
        Arc::clone(&p.register) as _,
    );
    let stage = Stage::new(p).await;
    let manager = stage.p.manager().await;
    let form_of = stage.form(DAYS, PaymentMethod::Ideal);
    let seen = stage::shown(&stage.p, &stage.client, &form_of).await.unwrap().fingerprint();
    let form_of = gabarit_view::booking::BookingForm { seen, ..form_of };
    let placed = bookings::place(&platform, &stage.client, &form_of, gabarit_i18n::Locale::Fr).await.unwrap();
    let reference = sandbox.references().pop().unwrap();
    let _ = sandbox.pay(&reference);
    payments::sync(&platform, &reference).await.unwrap();
    sandbox.order(SandboxFault::next(FaultKind::FailRefund { milliseconds: 90_000 }, None));
    bookings::decline(&platform, &stage.expert.account, placed.id, "").await.unwrap();
    jobs::run_due(&platform).await.unwrap();
    let state = async || stage.client_view(placed.id).await.refunds[0].state.clone();
    assert_eq!(state().await, "sent");
    stage.p.clock.advance(TimeDelta::minutes(1));
    payments::sync(&platform, &reference).await.unwrap();
    assert_eq!(state().await, "sent", "with the client's bank");
    stage.p.clock.advance(TimeDelta::minutes(1));
    sandbox.tick();
    payments::sync(&platform, &reference).await.unwrap();
    assert_eq!(state().await, "failed", "which returned it");
    let seen = operations::operations(&platform, &manager).await.unwrap().troubles;
    operations::retry(&platform, &manager, &form("refund", seen[0].subject, "")).await.unwrap();
    jobs::run_due(&platform).await.unwrap();
    assert_eq!(state().await, "sent");
    assert_eq!(audit::run(&platform).await.unwrap(), []);
    assert_eq!(audit::reconcile(&platform).await.unwrap().findings, []);
}

/// S17, S35: the contract, with the platform itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_comes_back_over_http() {
    for_each_db(over_http).await;
}
