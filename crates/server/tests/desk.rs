//! The managers' desk: the ledger as it is read, settlements, and what fails with its retry.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "the stage has more than this story needs")]
#[path = "booking_story/stage.rs"]
mod stage;

use chrono::TimeDelta;
use gabarit_domain::{booking::PaymentMethod, money::Cents};
use gabarit_i18n::Locale;
use gabarit_server::{
    audit,
    db::{Exec, desk as desk_rows},
    jobs::{self, JobKind},
    on,
    services::{
        booking_list, booking_views, bookings,
        books::{self, Period},
        ledger::{self, Account},
        manage, operations, payments,
    },
    testing::{Fault, for_each_db},
};
use gabarit_view::{
    booking::BookingForm,
    desk::{ErrorClass, RetryForm, SettlementForm, Trouble},
    error::{ApiError, Problem},
    manage::{ANSWERS_TODAY, BookingsQuery, STARTS_TODAY},
};
use stage::{DAYS, Stage};

/// Invariant 3: the trial balance is the sum of the accounts' pages, over any period; debits are credits.
#[tokio::test(flavor = "multi_thread")]
async fn the_books_are_read() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let (id, _) = stage.paid(DAYS).await;
        stage.accept(id).await;
        stage.work().await;
        let total = stage.client_view(id).await.quote.total;
        stage.at("2026-12-02T23:00:00Z").await;
        let all = books::trial_balance(p, &manager, Period::default()).await.unwrap();
        assert_eq!(all.accounts.len(), Account::ALL.len());
        assert_eq!(all.debit, all.credit);
        assert_eq!(all.accounts.iter().map(|account| account.balance).sum::<Cents>(), Cents::ZERO);
        for row in &all.accounts {
            let account = Account::parse(&row.account).unwrap();
            assert_eq!(row.balance, stage.balance(account).await, "{}", row.account);
            let page = books::account(p, &manager, &row.account, Period::default(), 1).await.unwrap();
            assert_eq!((page.before, page.after), (Cents::ZERO, row.balance));
            assert_eq!(page.entries.last().map_or(Cents::ZERO, |entry| entry.balance), row.balance);
        }
        // November in the operator's zone: the payment and the invoice; December: the self-billed invoice.
        let november = Period::parse("2026-11-01", "2026-11-30");
        let december = Period::parse("2026-12-01", "");
        let of = async |code: &str, period| books::account(p, &manager, code, period, 1).await.unwrap();
        assert_eq!(of("provider_clearing", november).await.after, total);
        assert_eq!(of("provider_clearing", december).await.before, total);
        assert_eq!(of("provider_clearing", december).await.count, 0);
        assert_eq!(of("expert_payable", november).await.count, 0);
        let [entry] = &of("expert_payable", december).await.entries[..] else { panic!("one entry") };
        let transaction = books::transaction(p, &manager, entry.transaction).await.unwrap();
        assert_eq!(transaction.kind, "self-billed-issued");
        assert_eq!(transaction.booking.as_ref().map(|(booking, _)| *booking), Some(id));
        assert_eq!(transaction.document.unwrap().1, "SB-2026-000001");
        assert_eq!(transaction.entries.iter().map(|(_, amount)| *amount).sum::<Cents>(), Cents::ZERO);
        let (_, table) = books::account_csv(p, &manager, "expert_payable", december, Locale::En).await.unwrap();
        let table = String::from_utf8(table).unwrap();
        assert!(table.contains("self-billed-issued") && table.lines().count() == 2, "{table}");
        let (_, table) = books::trial_balance_csv(p, &manager, Period::default(), Locale::Nl).await.unwrap();
        assert_eq!(String::from_utf8(table).unwrap().lines().count(), 1 + Account::ALL.len());
        assert_eq!(books::account(p, &manager, "petty_cash", november, 1).await.map(drop), Err(ApiError::NotFound));
        for stranger in [&stage.client, &stage.expert.account] {
            let forbidden = Err(ApiError::Forbidden);
            assert_eq!(books::trial_balance(p, stranger, november).await.map(drop), forbidden);
            assert_eq!(books::account(p, stranger, "bank", november, 1).await.map(drop), forbidden);
            assert_eq!(books::account_csv(p, stranger, "bank", november, Locale::En).await.map(drop), forbidden);
            assert_eq!(books::transaction(p, stranger, entry.transaction).await.map(drop), forbidden);
        }
    })
    .await;
}

/// Pages of an account: none is left out, none shown twice, and the running balance goes on.
#[tokio::test(flavor = "multi_thread")]
async fn accounts_have_pages() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let mut tx = p.db.begin().await.unwrap();
        for n in 1..=120 {
            ledger::post_settlement(&mut tx.exec(), &p, &format!("stl_{n}"), Cents(n), Cents::ZERO).await.unwrap();
            p.clock.advance(TimeDelta::seconds(1));
        }
        tx.commit().await.unwrap();
        let mut seen = Vec::new();
        for page in 1..=3 {
            let page = books::account(&p, &manager, "bank", Period::default(), page).await.unwrap();
            assert_eq!((page.pages, page.count), (3, 120));
            seen.extend(page.entries.into_iter().map(|entry| (entry.amount.0, entry.balance.0)));
        }
        assert_eq!(seen, (1..=120).map(|n| (n, n * (n + 1) / 2)).collect::<Vec<_>>());
        let beyond = books::account(&p, &manager, "bank", Period::default(), 99).await.unwrap();
        assert_eq!(beyond.page, 3);
    })
    .await;
}

/// What the provider pays out, and its fees, are posted once by their reference.
#[tokio::test(flavor = "multi_thread")]
async fn settlements_are_posted_once() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let form = SettlementForm {
            reference: "stl_2026_48".to_owned(),
            received: "1.500,00".to_owned(),
            fees: "3,25".to_owned(),
        };
        let (a, b) =
            tokio::join!(books::note_settlement(p, &manager, &form), books::note_settlement(p, &manager, &form));
        assert!([&a, &b].contains(&&Ok(())) && [&a, &b].contains(&&Err(ApiError::MovedOn)), "{a:?} {b:?}");
        assert_eq!(stage.balance(Account::Bank).await, Cents(150_000));
        assert_eq!(stage.balance(Account::ProviderFees).await, Cents(325));
        assert_eq!(stage.balance(Account::ProviderClearing).await, Cents(-150_325));
        let wrong = SettlementForm { received: "much".to_owned(), ..form.clone() };
        let refused = books::note_settlement(p, &manager, &wrong).await;
        assert_eq!(refused, Err(ApiError::field("received", Problem::NotAnAmount)));
        assert_eq!(books::note_settlement(p, &stage.client, &form).await, Err(ApiError::Forbidden));
        assert_eq!(gabarit_server::audit::run(p).await.unwrap(), []);
    })
    .await;
}

/// A refund that the provider does not take is seen, is retried, and who asked for it is in the log.
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_seen_and_retried() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let (id, _) = stage.paid(DAYS).await;
        p.provider.fail_next(1_000, Fault::Before);
        bookings::decline(p, &stage.expert.account, id, "").await.unwrap();
        stage.work().await;
        let seen = operations::operations(p, &manager).await.unwrap();
        let failing: Vec<_> = seen.jobs.iter().filter(|job| job.error.is_some()).collect();
        let [job] = failing[..] else { panic!("one job: {:?}", seen.jobs) };
        assert_eq!((job.kind.as_str(), job.error), ("send-refund", Some(ErrorClass::Outside)));
        assert!(!job.late && seen.troubles.is_empty());
        assert_eq!(manage::overview(p, &manager).await.unwrap().jobs.count, 1);
        p.clock.advance(TimeDelta::hours(2));
        let seen = operations::operations(p, &manager).await.unwrap();
        assert!(seen.jobs.iter().any(|job| job.kind == "send-refund" && job.late));
        let [trouble] = &seen.troubles[..] else { panic!("one refund: {:?}", seen.troubles) };
        assert_eq!((trouble.trouble, trouble.booking), (Trouble::RefundLate, id));
        assert_eq!(manage::overview(p, &manager).await.unwrap().troubles.count, 1);
        p.provider.recover();
        let form =
            RetryForm { what: "refund".to_owned(), subject: trouble.subject.to_string(), ..RetryForm::default() };
        assert_eq!(operations::retry(p, &stage.client, &form).await, Err(ApiError::Forbidden));
        operations::retry(p, &manager, &form).await.unwrap();
        stage.work().await;
        let seen = operations::operations(p, &manager).await.unwrap();
        assert!(seen.troubles.is_empty() && seen.jobs.iter().all(|job| job.error.is_none()), "{seen:?}");
        assert_eq!(seen.log[0].action, "refund-retried");
        assert_eq!(seen.log[0].actor.as_deref(), Some(manager.name.as_str()));
        // It is over: a second press does nothing, and pays nothing back twice.
        assert_eq!(operations::retry(p, &manager, &form).await, Err(ApiError::MovedOn));
        stage.work().await;
        stage.sound().await;
    })
    .await;
}

/// A job or mail is hurried only where there is one; nobody is told what went wrong inside.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_waits_is_hurried() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let subject = p.ids.uuid();
        let retry = |what: &str, kind: &str, subject: uuid::Uuid| RetryForm {
            what: what.to_owned(),
            kind: kind.to_owned(),
            subject: subject.to_string(),
            how: String::new(),
        };
        let mut tx = p.db.begin().await.unwrap();
        let later = p.now() + TimeDelta::hours(1);
        jobs::schedule(&mut tx.exec(), JobKind::SyncPayment, subject, later).await.unwrap();
        tx.commit().await.unwrap();
        let secret = "UPDATE job SET last_error = 'syntax error near SELECT password_hash', attempts = 7";
        let mut conn = p.db.conn().await.unwrap();
        let exec: &mut Exec<'_> = &mut conn.exec();
        on!(exec, |c| sqlx::query(secret).execute(c).await.map(drop)).unwrap();
        drop(conn);
        let seen = operations::operations(&p, &manager).await.unwrap();
        assert_eq!((seen.jobs[0].error, seen.jobs[0].attempts), (Some(ErrorClass::Fault), 7));
        assert!(!format!("{seen:?}").contains("password_hash"));
        for (form, answer) in [
            (retry("job", "sync-payment", p.ids.uuid()), ApiError::MovedOn),
            (retry("job", "no-such-kind", subject), ApiError::NotFound),
            (retry("mail", "", subject), ApiError::MovedOn),
            (retry("refund", "", subject), ApiError::MovedOn),
            (retry("capture", "", subject), ApiError::MovedOn),
            (retry("world", "", subject), ApiError::NotFound),
        ] {
            assert_eq!(operations::retry(&p, &manager, &form).await, Err(answer), "{form:?}");
        }
        let mut conn = p.db.conn().await.unwrap();
        assert!(desk_rows::latest(&mut conn.exec(), 10).await.unwrap().is_empty(), "nothing was done");
        drop(conn);
        operations::retry(&p, &manager, &retry("job", "sync-payment", subject)).await.unwrap();
        jobs::run_due(&p).await.unwrap();
    })
    .await;
}

/// S17, S35: two nodes on one database do every job once.
#[tokio::test(flavor = "multi_thread")]
async fn two_runners_share_the_work() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let mut ids = Vec::new();
        for day in 1..=4 {
            ids.push(stage.paid(&format!("2026-12-{:02}", day + 7)).await.0);
        }
        p.clock.set("2026-11-25T09:00:00Z".parse().unwrap());
        let other = p.node(|_| {}).await;
        let (a, b, c) = tokio::join!(jobs::run_due(p), jobs::run_due(&other), jobs::run_due(p));
        a.unwrap();
        b.unwrap();
        c.unwrap();
        stage.work().await;
        for id in ids {
            assert_eq!(stage.state(id).await, "expired");
        }
        assert_eq!(stage.count("SELECT COUNT(*) FROM refund WHERE state = 'sent'").await, 4);
        assert_eq!(
            stage
                .count(
                    "SELECT COUNT(*) FROM job WHERE done_at IS NULL AND due_at < '2026-11-26' \
            AND kind <> 'watch-refund'"
                )
                .await,
            0
        );
        stage.sound().await;
    })
    .await;
}

/// Invariant 3: a chargeback is posted once, however often it is heard of: the client owes again; reversed, no longer.
#[tokio::test(flavor = "multi_thread")]
async fn chargebacks_are_posted_once() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let (id, reference) = stage.paid(DAYS).await;
        stage.accept(id).await;
        stage.work().await;
        let total = stage.client_view(id).await.quote.total;
        p.provider.charge_back(&reference, total);
        let (a, b) = tokio::join!(payments::sync(p, &reference), payments::sync(p, &reference));
        a.unwrap();
        b.unwrap();
        payments::sync(p, &reference).await.unwrap();
        assert_eq!(stage.balance(Account::ClientReceivable).await, total);
        assert_eq!(stage.balance(Account::ProviderClearing).await, Cents::ZERO);
        assert_eq!(gabarit_server::audit::run(p).await.unwrap(), []);
        let seen = operations::operations(p, &manager).await.unwrap();
        assert_eq!(seen.troubles[0].trouble, Trouble::ChargedBack);
        assert_eq!(stage.state(id).await, "accepted", "the assignment stands");
        // The client reads it on the booking's page and in one letter; the expert is not told.
        assert_eq!(stage.client_view(id).await.charged_back, total);
        let seen = booking_views::view(p, &stage.expert.account, id, Locale::Fr).await.unwrap();
        assert_eq!(seen.charged_back, Cents::ZERO);
        let mails = stage.mail_to(&stage.client.email).await;
        assert_eq!(mails.iter().filter(|mail| mail.contains("repris le paiement")).count(), 1, "{mails:?}");
        p.provider.reverse_chargebacks(&reference);
        payments::sync(p, &reference).await.unwrap();
        payments::sync(p, &reference).await.unwrap();
        assert_eq!(stage.balance(Account::ClientReceivable).await, Cents::ZERO);
        assert_eq!(stage.balance(Account::ProviderClearing).await, total);
        assert_eq!(stage.client_view(id).await.charged_back, Cents::ZERO);
        assert!(operations::operations(p, &manager).await.unwrap().troubles.is_empty());
        stage.sound().await;
        // Before the invoice it is the deposit that is gone.
        let (_, reference) = stage.paid("2026-12-08").await;
        let deposit = -stage.balance(Account::Deposits).await;
        p.provider.charge_back(&reference, deposit);
        payments::sync(p, &reference).await.unwrap();
        assert_eq!(stage.balance(Account::Deposits).await, Cents::ZERO);
        assert_eq!(gabarit_server::audit::run(p).await.unwrap(), []);
    })
    .await;
}

/// Every difference between the provider and the books is named; a provider that is away is no difference.
#[tokio::test(flavor = "multi_thread")]
async fn the_provider_is_compared() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let (_, first) = stage.paid(DAYS).await;
        let (id, second) = stage.paid("2026-12-08").await;
        bookings::decline(p, &stage.expert.account, id, "").await.unwrap();
        stage.work().await;
        let clean = audit::reconcile(p).await.unwrap();
        assert_eq!((clean.compared, clean.unanswered, clean.findings.len()), (2, 0, 0), "{clean:?}");
        // Heard of by nobody: a chargeback there; a refund here that the provider never had.
        p.provider.charge_back(&first, Cents(100));
        let plant = "UPDATE refund SET state = 'due'";
        let mut conn = p.db.conn().await.unwrap();
        let exec: &mut Exec<'_> = &mut conn.exec();
        on!(exec, |c| sqlx::query(plant).execute(c).await.map(drop)).unwrap();
        drop(conn);
        let found = audit::reconcile(p).await.unwrap().findings;
        let words: Vec<_> = found.iter().map(|finding| (finding.subject.as_str(), finding.detail.as_str())).collect();
        assert_eq!(words.len(), 2, "{words:?}");
        assert!(
            words.iter().any(|(subject, detail)| *subject == first && detail.starts_with("charged back: 0.00 here"))
        );
        assert!(words.iter().any(|(subject, detail)| *subject == second && detail.starts_with("refunded: 0.00 here")));
        p.provider.fail_next(100, Fault::Before);
        let away = audit::reconcile(p).await.unwrap();
        assert_eq!((away.compared, away.unanswered, away.findings.len()), (0, 2, 0));
        p.provider.recover();
    })
    .await;
}

/// S11, S35: managers find any booking: by state, by what must happen today, by its reference, and by whose it is; a page
/// goes on where the one before ended, whatever is placed meanwhile; nobody else sees the list.
#[tokio::test(flavor = "multi_thread")]
async fn bookings_are_found() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let (accepted, _) = stage.paid(DAYS).await;
        stage.accept(accepted).await;
        stage.work().await;
        let later = || p.clock.advance(TimeDelta::seconds(1));
        later();
        let (asked, _) = stage.paid("2026-12-08").await;
        later();
        let other = p.client("Grace Hopper_100%").await;
        let for_whom = |organisation: &str, day: &str| BookingForm {
            organisation: organisation.to_owned(),
            ..stage.form(day, PaymentMethod::Ideal)
        };
        let school = for_whom("École Ponts & Chaussées", "2026-12-10");
        let held = stage.place_as(&other, school).await.unwrap().id;
        let found = async |q: &str, state: &str| {
            let query = BookingsQuery { q: q.to_owned(), state: state.to_owned(), after: String::new() };
            let page = booking_list::page(p, &manager, &query).await.unwrap();
            assert_eq!(page.next, None);
            page.rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        // The newest first.
        assert_eq!(found("", "").await, [held, asked, accepted]);
        assert_eq!(found("", "requested").await, [asked]);
        assert_eq!(found("", "accepted").await, [accepted]);
        assert_eq!(found("", "held").await, [held]);
        assert_eq!(found("", "cancelled").await, []);
        // By reference, in any case of letters; by people and their organisation; never by a pattern of theirs.
        let reference = stage.client_view(asked).await.reference.to_lowercase();
        assert_eq!(found(&format!(" {reference} "), "").await, [asked]);
        assert_eq!(found(&reference, "held").await, []);
        for words in ["grace", "HOPPER", &other.email, "chaussées", "école PONTS", "Ponts & Ch"] {
            assert_eq!(found(words, "").await, [held], "{words}");
            assert_eq!(found(words, "accepted").await, [], "{words}");
        }
        assert_eq!(found("100%", "").await, [held], "the sign is left out of the pattern");
        assert_eq!(found("g%e h", "").await, []);
        assert_eq!(found("nobody at all", "").await, []);
        assert_eq!(found(&stage.expert.account.name, "").await, [held, asked, accepted]);
        // Of a client who books for several, each booking by the one that it was made for.
        later();
        let works = stage.place_as(&other, for_whom("Бюро Мост", "2026-12-11")).await.unwrap().id;
        assert_eq!(found("École", "").await, [held]);
        assert_eq!(found("Бюро мост", "").await, [works]);
        assert_eq!(found("grace", "").await, [works, held]);
        // What must happen today, as many as the overview says.
        let counted = async || {
            let overview = manage::overview(p, &manager).await.unwrap();
            (overview.answers_today.count as usize, overview.starts_today.count as usize)
        };
        assert_eq!((found("", ANSWERS_TODAY).await, found("", STARTS_TODAY).await), (vec![], vec![]));
        assert_eq!(counted().await, (0, 0));
        p.clock.set("2026-11-24T08:00:00Z".parse().unwrap());
        assert_eq!(found("", ANSWERS_TODAY).await, [asked]);
        assert_eq!(found("ada", ANSWERS_TODAY).await, [asked]);
        assert_eq!(found("grace", ANSWERS_TODAY).await, []);
        assert_eq!(counted().await, (1, 0));
        stage.at("2026-12-01T08:00:00Z").await;
        assert_eq!(found("", STARTS_TODAY).await, [accepted]);
        assert_eq!(found("ada", STARTS_TODAY).await, [accepted]);
        assert_eq!(found("grace", STARTS_TODAY).await, []);
        assert_eq!(counted().await, (0, 1));
        // Who booked, for whom, whom, and how much.
        let query = BookingsQuery { q: "ponts".to_owned(), ..BookingsQuery::default() };
        let row = booking_list::page(p, &manager, &query).await.unwrap().rows.remove(0);
        assert_eq!((row.client.as_str(), row.buyer.as_str()), ("Grace Hopper_100%", "École Ponts & Chaussées"));
        assert_eq!(row.total, bookings::view(p, &other, held, Locale::Fr).await.unwrap().quote.total);
        // Nobody else, and no place or state that there is not.
        for actor in [&stage.client, &stage.expert.account, &other] {
            let refused = booking_list::page(p, actor, &BookingsQuery::default()).await.unwrap_err();
            assert_eq!(refused, ApiError::Forbidden);
        }
        for query in [
            BookingsQuery { state: "unknown".to_owned(), ..BookingsQuery::default() },
            BookingsQuery { after: "x".to_owned(), ..BookingsQuery::default() },
        ] {
            assert_eq!(booking_list::page(p, &manager, &query).await.unwrap_err(), ApiError::NotFound);
        }
    })
    .await;
}

/// S35: a long list is read to its end, each booking once, also where many were placed at one instant, and whatever is
/// placed meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_bookings_goes_on() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let (id, _) = stage.paid(DAYS).await;
        const COPY: &str = "INSERT INTO booking (id, reference, idempotency_key, expert_id, client_id, state, clock_at, \
            version, first_day, last_day, starts_at, ends_at, order_body, quote_body, rulebook_version, total, buyer_body, \
            locale, created_at, revision) SELECT $2, $3, $2, expert_id, client_id, 'lapsed', NULL, version, first_day, \
            last_day, starts_at, ends_at, order_body, quote_body, rulebook_version, total, buyer_body, locale, $4, \
            0 FROM booking WHERE id = $1";
        let mut tx = p.db.begin().await.unwrap();
        for number in 0..120_u128 {
            let exec = &mut tx.exec();
            let copy = uuid::Uuid::from_u128(number + 1);
            let reference = format!("L{number:07}");
            // Thirty an instant.
            let at = p.now() - chrono::TimeDelta::seconds(i64::try_from(number / 30).unwrap());
            on!(exec, |c| sqlx::query(COPY).bind(id.0).bind(copy).bind(reference).bind(at).execute(c).await.map(drop)).unwrap();
        }
        tx.commit().await.unwrap();
        let mut seen = std::collections::BTreeSet::new();
        let (mut query, mut pages) = (BookingsQuery::default(), 0);
        loop {
            let page = booking_list::page(p, &manager, &query).await.unwrap();
            pages += 1;
            for row in page.rows {
                assert!(seen.insert(row.id), "{} twice", row.reference);
            }
            match page.next {
                Some(next) => query.after = next,
                None => break,
            }
            // Newer than all that was read: it changes nothing further down.
            p.clock.advance(TimeDelta::seconds(1));
            stage.book(["2026-12-10", "2026-12-11", "2026-12-14"][pages - 1], PaymentMethod::Ideal).await;
        }
        assert_eq!((seen.len(), pages), (121, 3));
    })
    .await;
}
