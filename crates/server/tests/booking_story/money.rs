//! Money that goes back: declined, expired, withdrawn, too late, twice.

use crate::stage::{DAYS, Stage};
use gabarit_domain::{booking::PaymentMethod, calendar::DaySet, money::Cents};
use gabarit_i18n::Locale;
use gabarit_server::{
    mail, on,
    services::{bookings, ledger::Account, payments},
    testing::{Fault, Totals, for_each_db},
};
use gabarit_view::{
    booking::BookingAction,
    error::{ApiError, Problem},
    search::{Mode, SearchQuery},
};

/// What went through the provider and came back in full.
fn all_back(total: Cents) -> Totals {
    Totals { charged: total, refunded: total, ..Totals::default() }
}

/// S11: a declined order is refunded in full, its days are free again, both are told, contact details are hidden.
#[tokio::test(flavor = "multi_thread")]
async fn a_declined_order_is_refunded() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, reference) = stage.paid(DAYS).await;
        bookings::decline(&stage.p, &stage.expert.account, id, "Déjà en mission").await.unwrap();
        stage.work().await;
        let view = stage.client_view(id).await;
        let total = view.quote.total;
        assert_eq!((view.state.as_str(), &view.contact), ("declined", &None));
        assert_eq!(view.timeline.last().unwrap().reason, "Déjà en mission");
        assert_eq!(view.payment.unwrap().refunded, total);
        assert_eq!(view.actions, [BookingAction::Rebook]);
        assert_eq!(stage.expert_view(id).await.contact, None);
        assert_eq!(stage.p.provider.totals(&reference), all_back(total));
        assert_eq!(stage.balance(Account::Deposits).await, Cents::ZERO);
        assert_eq!(stage.mail_to(&stage.client.email).await.len(), 3, "ordered, declined, refunded");
        // Free alternatives at once: the same days, the same way of working.
        let mails = mail::local_mailbox(&stage.p, 100).await.unwrap();
        let link = format!(
            "/fr/experts?{}",
            SearchQuery { days: DaySet::parse(DAYS).ok(), mode: Some(Mode::Remote), ..SearchQuery::default() }
                .to_query()
        );
        assert!(mails.iter().any(|mail| mail.to == stage.client.email && mail.text.contains(&link)), "{link}");
        stage.book(DAYS, PaymentMethod::Ideal).await;
        stage.sound().await;
    })
    .await;
}

/// S35: no answer within 24 hours counts as declined; an answer after the deadline comes too late.
#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_order_expires() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, reference) = stage.paid(DAYS).await;
        stage.at("2026-11-24T08:59:59Z").await;
        assert_eq!(stage.state(id).await, "requested");
        stage.p.clock.set("2026-11-24T09:00:00Z".parse().unwrap());
        assert_eq!(bookings::accept(&stage.p, &stage.expert.account, id).await, Err(ApiError::MovedOn));
        stage.work().await;
        assert_eq!(stage.state(id).await, "expired");
        let total = stage.client_view(id).await.quote.total;
        assert_eq!(stage.p.provider.totals(&reference), all_back(total));
        stage.sound().await;
    })
    .await;
}

/// S6: before acceptance every cancellation is refunded in full.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_may_withdraw_before_the_answer() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (id, reference) = stage.paid(DAYS).await;
        bookings::withdraw(&stage.p, &stage.client, id).await.unwrap();
        assert_eq!(bookings::accept(&stage.p, &stage.expert.account, id).await, Err(ApiError::MovedOn));
        assert_eq!(bookings::withdraw(&stage.p, &stage.client, id).await, Err(ApiError::MovedOn));
        stage.work().await;
        let total = stage.client_view(id).await.quote.total;
        assert_eq!(stage.p.provider.totals(&reference), all_back(total));
        let (id, _) = stage.paid("2026-12-08").await;
        stage.accept(id).await;
        assert_eq!(bookings::withdraw(&stage.p, &stage.client, id).await, Err(ApiError::MovedOn));
        stage.sound().await;
    })
    .await;
}

/// S17: unpaid days are held 15 minutes. A payment that comes later brings the booking back while the days are free.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_payment_finds_its_days_free() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let id = stage.book(DAYS, PaymentMethod::Ideal).await;
        let reference = stage.p.provider.last_reference();
        stage.p.provider.fail_next(10, Fault::Before);
        stage.at("2026-11-23T09:15:00Z").await;
        assert_eq!(stage.state(id).await, "lapsed");
        stage.sound().await;
        stage.p.provider.recover();
        stage.p.provider.pay(&reference);
        payments::sync(&stage.p, &reference).await.unwrap();
        let view = stage.client_view(id).await;
        assert_eq!(view.state, "requested");
        assert_eq!(view.clock.unwrap().utc.to_rfc3339(), "2026-11-24T09:15:00+00:00");
        stage.accept(id).await;
        stage.sound().await;
    })
    .await;
}

/// S17: were the days given to somebody else meanwhile, the late payment goes back in full at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_payment_for_days_that_are_gone_goes_back() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let id = stage.book(DAYS, PaymentMethod::Ideal).await;
        let reference = stage.p.provider.last_reference();
        // No job has run yet: the hold that is over does not stand in the next client's way.
        stage.p.clock.set("2026-11-23T09:15:00Z".parse().unwrap());
        let other = stage.p.client("Bea Client").await;
        let form = stage.form("2026-12-02,2026-12-03", PaymentMethod::Ideal);
        stage.place_as(&other, form).await.unwrap();
        stage.p.provider.pay(&reference);
        payments::sync(&stage.p, &reference).await.unwrap();
        stage.work().await;
        assert_eq!(stage.state(id).await, "lapsed");
        let total = stage.client_view(id).await.quote.total;
        assert_eq!(stage.p.provider.totals(&reference), all_back(total));
        assert_eq!(stage.count("SELECT COUNT(*) FROM booked_day").await, 2);
        stage.sound().await;
    })
    .await;
}

/// S17: one booking is paid once. Whoever pays in two windows gets the second payment back.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_payment_goes_back() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let id = stage.book(DAYS, PaymentMethod::Ideal).await;
        let first = stage.p.provider.last_reference();
        stage.p.provider.fail(&first);
        payments::sync(&stage.p, &first).await.unwrap();
        assert_eq!(stage.state(id).await, "held");
        let url = payments::checkout(&stage.p, &stage.client, id).await.unwrap();
        let second = stage.p.provider.last_reference();
        assert!(url.ends_with(&second) && second != first);
        // The same page again while it is open.
        assert_eq!(payments::checkout(&stage.p, &stage.client, id).await.unwrap(), url);
        stage.p.provider.pay(&second);
        // The provider changes its mind about the first.
        stage.p.provider.pay(&first);
        payments::sync(&stage.p, &second).await.unwrap();
        payments::sync(&stage.p, &first).await.unwrap();
        stage.work().await;
        let total = stage.client_view(id).await.quote.total;
        assert_eq!(stage.p.provider.totals(&first), all_back(total));
        assert_eq!(
            stage.p.provider.totals(&second),
            Totals { charged: total, refunded: Cents::ZERO, ..Totals::default() }
        );
        assert_eq!(stage.state(id).await, "requested");
        assert_eq!(stage.client_view(id).await.payment.unwrap().refunded, Cents::ZERO);
        stage.accept(id).await;
        assert_eq!(stage.balance(Account::ClientReceivable).await, Cents::ZERO);
        stage.sound().await;
    })
    .await;
}

/// A refund is tried until the provider has it, and is sent once, whatever is lost on the way.
#[tokio::test(flavor = "multi_thread")]
async fn refunds_are_sent_exactly_once() {
    for fault in [Fault::Before, Fault::After, Fault::Refused] {
        for_each_db(|p| async move {
            let stage = Stage::new(p).await;
            let (id, reference) = stage.paid(DAYS).await;
            bookings::decline(&stage.p, &stage.expert.account, id, "").await.unwrap();
            stage.p.provider.fail_next(2, fault);
            stage.work().await;
            for minute in 1..5 {
                stage.at(&format!("2026-11-23T09:0{minute}:00Z")).await;
            }
            let total = stage.client_view(id).await.quote.total;
            assert_eq!(stage.p.provider.totals(&reference), all_back(total));
            assert_eq!(stage.balance(Account::ProviderClearing).await, Cents::ZERO);
            assert_eq!(stage.count("SELECT COUNT(*) FROM refund WHERE state = 'sent'").await, 1);
            let told = stage.mail_to(stage.p.config.operator.email.as_str()).await.len();
            assert_eq!(told, usize::from(fault == Fault::Refused));
            stage.sound().await;
        })
        .await;
    }
}

/// The provider's outage while booking loses nothing: the days stay held, and the same form, sent again, is the same
/// booking.
#[tokio::test(flavor = "multi_thread")]
async fn an_outage_while_booking_loses_nothing() {
    for fault in [Fault::Before, Fault::After] {
        for_each_db(|p| async move {
            let stage = Stage::new(p).await;
            let mut form = stage.form(DAYS, PaymentMethod::Ideal);
            form.seen = crate::stage::shown(&stage.p, &stage.client, &form).await.unwrap().fingerprint();
            stage.p.provider.fail_next(1, fault);
            let lost = bookings::place(&stage.p, &stage.client, &form, Locale::Fr).await;
            assert_eq!(lost.unwrap_err(), ApiError::Unavailable);
            let placed = bookings::place(&stage.p, &stage.client, &form, Locale::Fr).await.unwrap();
            assert_eq!(stage.p.provider.references().len(), 1);
            assert_eq!(stage.state(placed.id).await, "held");
            assert_eq!(stage.count("SELECT COUNT(*) FROM booking").await, 1);
            stage.sound().await;
        })
        .await;
    }
}

/// Invariant 1: money of another amount is never accepted: it is a fault that names itself, and nothing moves.
#[tokio::test(flavor = "multi_thread")]
async fn another_amount_is_a_fault() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let id = stage.book(DAYS, PaymentMethod::Ideal).await;
        let reference = stage.p.provider.last_reference();
        stage.p.provider.pay(&reference);
        let plant = async |sql: &'static str| {
            let mut conn = stage.p.db.conn().await.unwrap();
            let exec = &mut conn.exec();
            on!(exec, |c| sqlx::query(sql).execute(c).await.map(drop)).unwrap();
        };
        plant("UPDATE payment SET amount = amount + 1").await;
        let fault = payments::sync(&stage.p, &reference).await.unwrap_err();
        assert!(matches!(fault, ApiError::Internal { .. }), "{fault:?}");
        assert_eq!(stage.state(id).await, "held");
        assert_eq!(stage.count("SELECT COUNT(*) FROM ledger_transaction").await, 0);
        plant("UPDATE payment SET amount = amount - 1").await;
        payments::sync(&stage.p, &reference).await.unwrap();
        assert_eq!(stage.state(id).await, "requested");
        stage.sound().await;
    })
    .await;
}

/// A payment larger than its method takes is refused by the form, before days are held.
#[tokio::test(flavor = "multi_thread")]
async fn methods_have_limits() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let start: chrono::NaiveDate = "2026-12-01".parse().unwrap();
        let free = |day: &chrono::NaiveDate| chrono::Datelike::weekday(day).num_days_from_monday() < 5;
        let days = |count: usize| {
            let days =
                start.iter_days().filter(free).filter(|day| !["2026-12-25", "2027-01-01"].contains(&&*day.to_string()));
            days.take(count).map(|day| day.to_string()).collect::<Vec<_>>().join(",")
        };
        // Twelve days of level 3 are more than a card takes; 55 are more than a bank takes at once.
        let card = stage.place_as(&stage.client, stage.form(&days(12), PaymentMethod::CreditCard)).await;
        assert!(matches!(card.unwrap_err(), ApiError::CreditRefused { .. }));
        let bank = stage.place_as(&stage.client, stage.form(&days(55), PaymentMethod::Ideal)).await;
        let limit = Problem::MethodLimit(Cents::euros(50_000));
        assert_eq!(bank.unwrap_err(), ApiError::field("method", limit));
        assert_eq!(stage.count("SELECT COUNT(*) FROM booking").await, 0);
    })
    .await;
}
