//! Refunds that fail after the provider took them: noticed, put right in the books once, told, and seen to; on both
//! databases, and with the real client against the sandbox.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "the stage has more than this story needs")]
#[path = "booking_story/stage.rs"]
mod stage;

use chrono::TimeDelta;
use gabarit_domain::{
    booking::PaymentMethod,
    ids::{BookingId, RefundId},
    money::Cents,
    settlement::SomeDays,
};
use gabarit_server::{
    audit,
    clock::Clock,
    db::payments::{self as payment_rows, Refunds},
    jobs, on,
    payments::PaymentProvider as _,
    platform::Platform,
    sandbox::{Fault as SandboxFault, FaultKind, Handle, Operation},
    services::{
        bookings::{
            self,
            settling::{self, Cut},
        },
        ledger::Account,
        operations, own_data, payments,
    },
    testing::{Fault, TestPlatform, for_each_db},
};
use gabarit_view::{
    desk::{ErrorClass, RetryForm, Trouble},
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
        p.provider.fail_next_refund(Fault::After);
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

/// Invariant 3: a refund that the provider refuses is named at once; a manager notes that it was paid another way, but not
/// while the provider is being asked again; it is paid once, whoever is first.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_refund_is_paid_another_way() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let (id, reference) = stage.paid(DAYS).await;
        let total = stage.client_view(id).await.quote.total;
        bookings::decline(p, &stage.expert.account, id, "").await.unwrap();
        p.provider.fail_next_refund(Fault::Refused);
        stage.work().await;
        let seen = operations::operations(p, &manager).await.unwrap().troubles;
        assert_eq!((seen.len(), seen[0].trouble, seen[0].amount), (1, Trouble::RefundRefused, total));
        let view = stage.client_view(id).await;
        assert_eq!((view.refunds[0].state.as_str(), view.payment.unwrap().returned), ("due", Cents::ZERO));
        assert_eq!(returned(&stage).await, std::slice::from_ref(&view.reference));

        let subject = seen[0].subject;
        let missing = operations::retry(p, &manager, &form("elsewhere", subject, " ")).await;
        assert_eq!(missing, Err(ApiError::field("how", Problem::Missing)));
        let done = form("elsewhere", subject, "SEPA 2026-11-27");
        assert_eq!(operations::retry(p, &stage.client, &done).await, Err(ApiError::Forbidden));
        // The provider is being asked: what it does now nobody knows.
        let mut conn = p.db.conn().await.unwrap();
        assert!(Refunds::OfBookings.begin(&mut conn.exec(), RefundId(subject), 1).await.unwrap());
        drop(conn);
        assert_eq!(operations::retry(p, &manager, &done).await, Err(ApiError::MovedOn));
        assert!(operations::operations(p, &manager).await.unwrap().troubles.is_empty());
        // It refuses again, and is asked once more while a manager notes it.
        p.provider.fail_next_refund(Fault::Refused);
        p.clock.advance(TimeDelta::minutes(1));
        stage.work().await;
        assert_eq!(operations::operations(p, &manager).await.unwrap().troubles.len(), 1);
        p.clock.advance(TimeDelta::hours(2));
        let both = tokio::join!(operations::retry(p, &manager, &done), jobs::run_due(p));
        both.1.as_ref().unwrap();
        let noted = both.0.is_ok();
        assert!(noted || both.0 == Err(ApiError::MovedOn), "{both:?}");
        stage.work().await;
        let back = p.provider.totals(&reference).refunded;
        assert_eq!(
            (back, stage.balance(Account::Bank).await),
            if noted { (Cents::ZERO, -total) } else { (total, Cents::ZERO) }
        );
        let state = if noted { "elsewhere" } else { "sent" };
        let view = stage.client_view(id).await;
        assert_eq!((view.refunds[0].state.as_str(), view.payment.unwrap().returned), (state, total));
        assert_eq!(stage.balance(Account::Deposits).await, Cents::ZERO);
        assert_eq!(operations::retry(p, &manager, &done).await, Err(ApiError::MovedOn));
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

/// What a booking's client has: once what was paid, from whichever side it came.
async fn settled(stage: &Stage, reference: &str, charged_back: Cents) {
    let p = &stage.p;
    stage.work().await;
    payments::sync(p, reference).await.unwrap();
    payments::sync(p, reference).await.unwrap();
    stage.work().await;
    let totals = p.provider.totals(reference);
    assert_eq!(totals.refunded + charged_back, totals.charged, "once, and no more");
    assert_eq!(audit::run(p).await.unwrap(), []);
    assert_eq!(audit::reconcile(p).await.unwrap().findings, []);
    for account in [Account::Deposits, Account::ClientReceivable, Account::ProviderClearing] {
        assert_eq!(stage.balance(account).await, Cents::ZERO, "{account:?}");
    }
}

/// Invariant 3: what the client's bank takes back by itself is not refunded as well, whichever comes first, whole or in
/// part, heard of or not; given again, it is refunded after all.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_crosses_a_chargeback() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let mut days = (7..28).map(|day| format!("2026-12-{day:02}"));
        for accepted in [false, true] {
            for refund_first in [true, false] {
                for part in [None, Some(Cents(1_000))] {
                    let day =
                        days.by_ref().find(|day| !["12", "13", "19", "20", "25", "26", "27"].contains(&&day[8..]));
                    let (id, reference) = stage.paid(&day.unwrap()).await;
                    let total = stage.client_view(id).await.quote.total;
                    if accepted {
                        stage.accept(id).await;
                    }
                    stage.work().await;
                    let taken = part.unwrap_or(total);
                    let give_up = async || {
                        if accepted {
                            let (cut, expert) = (Cut::ByExpert { worked: SomeDays::default() }, &stage.expert.account);
                            let seen = settling::preview(p, expert, id, &cut).await.unwrap();
                            settling::cut_short(p, expert, id, &cut, &seen.fingerprint, "Ill").await.unwrap();
                        } else {
                            bookings::decline(p, &stage.expert.account, id, "").await.unwrap();
                        }
                    };
                    if refund_first {
                        give_up().await;
                        // Nobody has told of it when the refund is about to be sent.
                        p.provider.charge_back(&reference, taken);
                    } else {
                        p.provider.charge_back(&reference, taken);
                        payments::sync(p, &reference).await.unwrap();
                        give_up().await;
                    }
                    settled(&stage, &reference, taken).await;
                    let states: Vec<_> = stage.client_view(id).await.refunds.into_iter().map(|one| one.state).collect();
                    assert_eq!(states.iter().filter(|state| *state == "taken").count(), 1, "{states:?}");
                    let view = stage.client_view(id).await;
                    assert_eq!(view.payment.unwrap().returned, total, "the client has it");
                    // The bank gives it again.
                    p.provider.reverse_chargebacks(&reference);
                    settled(&stage, &reference, Cents::ZERO).await;
                    assert!(operations::operations(p, &manager).await.unwrap().troubles.is_empty());
                }
            }
        }
    })
    .await;
}

/// Invariant 3: what banks took of one payment of a booking, and gave again, is set off against what they took of the
/// other; the client has it once, from whichever side.
#[tokio::test(flavor = "multi_thread")]
async fn payments_of_a_booking_are_set_off() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let id = stage.book(DAYS, PaymentMethod::Ideal).await;
        let extra = p.provider.last_reference();
        p.provider.fail(&extra);
        payments::sync(p, &extra).await.unwrap();
        payments::checkout(p, &stage.client, id).await.unwrap();
        let kept = p.provider.last_reference();
        // The provider changes its mind about the first: paid twice, one goes back.
        for reference in [&kept, &extra] {
            p.provider.pay(reference);
            payments::sync(p, reference).await.unwrap();
        }
        let total = stage.client_view(id).await.quote.total;
        let refunds = async || stage.client_view(id).await.refunds.into_iter().map(|one| one.state).collect::<Vec<_>>();
        let owed = async || {
            stage.work().await;
            assert_eq!(audit::run(p).await.unwrap(), []);
            assert_eq!(audit::reconcile(p).await.unwrap().findings, []);
            assert_eq!(stage.balance(Account::Deposits).await, Cents::ZERO);
            stage.balance(Account::ClientReceivable).await
        };
        // Before it is sent, the bank takes the extra payment by itself.
        p.provider.charge_back(&extra, total);
        stage.work().await;
        assert_eq!(refunds().await, ["taken"]);
        stage.accept(id).await;
        assert_eq!(owed().await, Cents::ZERO);
        // Then the other one: it is owed.
        p.provider.charge_back(&kept, total);
        payments::sync(p, &kept).await.unwrap();
        assert_eq!(owed().await, total);
        // What it gives again of the extra one pays that, and needs no refund.
        p.provider.reverse_chargebacks(&extra);
        payments::sync(p, &extra).await.unwrap();
        assert_eq!(owed().await, Cents::ZERO);
        assert_eq!(refunds().await, ["taken"]);
        // All of it given again: the extra payment is refunded after all.
        p.provider.reverse_chargebacks(&kept);
        payments::sync(p, &kept).await.unwrap();
        assert_eq!(owed().await, Cents::ZERO);
        assert_eq!(refunds().await, ["sent"]);
        assert_eq!((p.provider.totals(&extra).refunded, p.provider.totals(&kept).refunded), (total, Cents::ZERO));
        stage.sound().await;
    })
    .await;
}

/// Invariant 3: money that a bank took back before the expert accepted is owed on the invoice, and not a deposit twice.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_before_acceptance_is_owed() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        for (day, part) in [("2026-12-07", None), ("2026-12-08", Some(Cents(1_000)))] {
            let owed_before = stage.balance(Account::ClientReceivable).await;
            let (id, reference) = stage.paid(day).await;
            let taken = part.unwrap_or(stage.client_view(id).await.quote.total);
            p.provider.charge_back(&reference, taken);
            payments::sync(p, &reference).await.unwrap();
            stage.accept(id).await;
            stage.work().await;
            assert_eq!(audit::run(p).await.unwrap(), []);
            assert_eq!(stage.balance(Account::ClientReceivable).await - owed_before, taken);
            assert_eq!(stage.balance(Account::Deposits).await, Cents::ZERO);
        }
        for reference in p.provider.references() {
            p.provider.reverse_chargebacks(&reference);
            payments::sync(p, &reference).await.unwrap();
        }
        assert_eq!(stage.balance(Account::ClientReceivable).await, Cents::ZERO);
        stage.sound().await;
    })
    .await;
}

/// Invariant 3, in a real race of two nodes: it is refunded, or taken; if the provider had the refund already, both, which
/// managers read. Nothing is posted twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refund_races_a_chargeback() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let other = p.node(|_| {}).await;
        let mut twice = 0;
        for day in ["07", "08", "09", "10", "11", "14", "15", "16", "17", "18"] {
            let (id, reference) = stage.paid(&format!("2026-12-{day}")).await;
            let total = stage.client_view(id).await.quote.total;
            stage.work().await;
            let (declined, heard) = tokio::join!(
                async {
                    bookings::decline(p, &stage.expert.account, id, "").await.unwrap();
                    jobs::run_due(p).await
                },
                async {
                    p.provider.charge_back(&reference, total);
                    payments::sync(&other, &reference).await
                }
            );
            declined.unwrap();
            heard.unwrap();
            let both = tokio::join!(jobs::run_due(p), jobs::run_due(&other));
            both.0.unwrap();
            both.1.unwrap();
            let refunded = p.provider.totals(&reference).refunded;
            let state = stage.client_view(id).await.refunds[0].state.clone();
            assert!([(Cents::ZERO, "taken"), (total, "sent")].contains(&(refunded, state.as_str())), "{state}");
            twice += i64::from(refunded == total);
            assert_eq!(audit::run(p).await.unwrap(), []);
            assert_eq!(audit::reconcile(p).await.unwrap().findings, []);
        }
        assert_eq!(stage.count("SELECT COUNT(*) FROM ledger_transaction WHERE kind = 'chargeback'").await, 10);
        assert_eq!(stage.count("SELECT COUNT(*) FROM ledger_transaction WHERE kind = 'refund-sent'").await, twice);
        let troubles = operations::operations(p, &manager).await.unwrap().troubles;
        assert!(troubles.iter().all(|row| row.trouble == Trouble::ChargedBack), "{troubles:?}");
        other.db.close().await;
    })
    .await;
}

/// Whatever says nothing of the refund itself leaves it pending, and says why; nobody can note it as paid another way.
async fn pending_over_http(p: TestPlatform) {
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
    bookings::decline(&platform, &stage.expert.account, placed.id, "").await.unwrap();
    let refund = {
        let mut conn = platform.db.conn().await.unwrap();
        payment_rows::refunds_of_booking(&mut conn.exec(), placed.id).await.unwrap().remove(0)
    };
    // The last one takes effect, and is not said to.
    for (status, after) in
        [(401, false), (403, false), (409, false), (400, false), (429, false), (500, false), (409, true)]
    {
        sandbox.order(SandboxFault::next(FaultKind::Status { status, after }, Some(Operation::Refund)));
        stage.p.clock.advance(TimeDelta::hours(2));
        jobs::run_due(&platform).await.unwrap();
        let seen = operations::operations(&platform, &manager).await.unwrap();
        let troubles: Vec<_> = seen.troubles.iter().map(|row| (row.trouble, row.subject)).collect();
        assert_eq!(troubles, [(Trouble::RefundLate, refund.id.0)], "{status}: it waits, and is not refused");
        let job = seen.jobs.iter().find(|job| job.kind == "send-refund").unwrap();
        let class = if matches!(status, 401 | 403) { ErrorClass::Denied } else { ErrorClass::Outside };
        assert_eq!((job.subject, job.error), (refund.id.0, Some(class)), "{status}");
        let elsewhere = form("elsewhere", refund.id.0, "SEPA 1");
        assert_eq!(operations::retry(&platform, &manager, &elsewhere).await, Err(ApiError::MovedOn), "{status}");
        assert_eq!(stage.client_view(placed.id).await.refunds[0].state, "due");
        assert_eq!(audit::run(&platform).await.unwrap(), []);
    }
    stage.p.clock.advance(TimeDelta::hours(2));
    jobs::run_due(&platform).await.unwrap();
    assert_eq!(stage.client_view(placed.id).await.refunds[0].state, "sent");
    let client = sandbox.client().unwrap();
    assert_eq!(client.get(&reference).await.unwrap().refunded, refund.amount, "once");
    assert_eq!(client.refunds(&reference).await.unwrap().len(), 1);
    assert_eq!(audit::run(&platform).await.unwrap(), []);
    assert_eq!(audit::reconcile(&platform).await.unwrap().findings, []);
}

/// S35, invariant 3: a wrong key, a conflict and an outage are no refusal of a refund.
#[tokio::test(flavor = "multi_thread")]
async fn what_says_nothing_of_a_refund_leaves_it_pending() {
    for_each_db(pending_over_http).await;
}

/// S17, S35: the contract, with the platform itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_comes_back_over_http() {
    for_each_db(over_http).await;
}
