//! The log browser and the figures, on both databases.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "the stage has more than this story needs")]
#[path = "booking_story/stage.rs"]
mod stage;

use gabarit_domain::{booking::PaymentMethod, money::Cents};
use gabarit_server::{
    db::desk,
    services::{audit_log, bookings, contact, figures},
    testing::{TestPlatform, for_each_db},
};
use gabarit_view::{
    contact::ContactForm,
    error::ApiError,
    govern::{LogQuery, Span},
};
use stage::{DAYS, Stage};

async fn note(p: &TestPlatform, by: &gabarit_view::account::AccountView, subject: &str, detail: &str) {
    let mut tx = p.db.begin().await.unwrap();
    desk::log(&mut tx.exec(), p.ids.uuid(), p.now(), Some(by.id), "job-retried", subject, detail).await.unwrap();
    tx.commit().await.unwrap();
}

/// Invariant 4: who did what, when and why is found in one place: by log, person, words, reference and day.
#[tokio::test(flavor = "multi_thread")]
async fn everything_is_in_one_log() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (p, manager) = (&stage.p, stage.p.manager().await);
        let (id, _) = stage.paid(DAYS).await;
        bookings::decline(p, &stage.expert.account, id, "On leave_that week").await.unwrap();
        let reference = stage.client_view(id).await.reference;
        let form = ContactForm {
            topic: "other".to_owned(),
            name: "Vera Voorbeeld".to_owned(),
            email: "vera@client.example".to_owned(),
            message: "Hallo".to_owned(),
            ..ContactForm::default()
        };
        contact::open(p, None, &form, "192.0.2.1").await.unwrap();
        p.clock.advance(chrono::TimeDelta::days(1));
        note(p, &manager, "send-refund", "tried again").await;

        let find = |query: LogQuery| {
            let (p, manager) = (p.clone(), manager.clone());
            async move { audit_log::page(&p, &manager, &query).await.unwrap().lines }
        };
        let all = find(LogQuery::default()).await;
        assert!(all.windows(2).all(|pair| pair[0].at.utc >= pair[1].at.utc), "the newest first");
        let logs: std::collections::BTreeSet<&str> = all.iter().map(|line| line.log.as_str()).collect();
        assert!(["booking", "contact", "desk", "ledger"].iter().all(|log| logs.contains(log)), "{logs:?}");

        let declined = find(LogQuery { q: "on leave".to_owned(), ..LogQuery::default() }).await;
        assert_eq!(declined.len(), 1, "{declined:?}");
        assert_eq!((declined[0].event.as_str(), declined[0].subject.as_str()), ("declined", reference.as_str()));
        assert_eq!(declined[0].email.as_deref(), Some(stage.expert.account.email.as_str()));
        let of_booking = find(LogQuery { q: reference.to_lowercase(), ..LogQuery::default() }).await;
        assert!(of_booking.len() > 3 && of_booking.iter().all(|line| line.subject == reference), "{of_booking:?}");
        let mine = find(LogQuery { who: manager.email.to_uppercase(), ..LogQuery::default() }).await;
        assert_eq!(mine.iter().map(|line| line.event.as_str()).collect::<Vec<_>>(), ["job-retried"]);
        let contact = find(LogQuery { log: "contact".to_owned(), ..LogQuery::default() }).await;
        assert!(contact.iter().all(|line| line.log == "contact" && line.who.is_none()) && contact.len() == 1);
        let today = find(LogQuery { from: "2026-11-24".to_owned(), ..LogQuery::default() }).await;
        assert_eq!(today.len(), 1);
        let before = find(LogQuery { to: "2026-11-23".to_owned(), ..LogQuery::default() }).await;
        assert_eq!(before.len() + 1, all.len());
        // What means something in a pattern means itself to people: nothing.
        assert!(find(LogQuery { q: "x%y".to_owned(), ..LogQuery::default() }).await.is_empty());

        let csv = String::from_utf8(audit_log::csv(p, &manager, &LogQuery::default()).await.unwrap()).unwrap();
        assert_eq!(csv.lines().count(), all.len() + 1);
        for stranger in [&stage.client, &stage.expert.account] {
            let query = LogQuery::default();
            assert_eq!(audit_log::page(p, stranger, &query).await, Err(ApiError::Forbidden));
            assert_eq!(audit_log::csv(p, stranger, &query).await, Err(ApiError::Forbidden));
        }
    })
    .await;
}

/// Pages follow one another without a gap and without a line twice, also over lines of one instant in several logs, and
/// while new lines are written.
#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_one_another() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (p, manager) = (&stage.p, stage.p.manager().await);
        // All of it at one instant: the clock stands still.
        for number in 0..130 {
            note(p, &manager, &format!("n{number}"), "").await;
        }
        stage.paid(DAYS).await;
        let mut expected: Vec<_> = String::from_utf8(audit_log::csv(p, &manager, &LogQuery::default()).await.unwrap())
            .unwrap()
            .lines()
            .skip(1)
            .map(ToOwned::to_owned)
            .collect();
        let (mut seen, mut query) = (Vec::new(), LogQuery::default());
        loop {
            let page = audit_log::page(p, &manager, &query).await.unwrap();
            assert!(page.lines.len() <= 50);
            seen.extend(page.lines.into_iter().map(|line| (line.log, line.id, line.subject, line.event)));
            let Some(next) = page.next else { break };
            query.after = next;
            p.clock.advance(chrono::TimeDelta::seconds(1));
            note(p, &manager, "late", "").await;
        }
        assert_eq!(seen.len(), expected.len());
        assert!(seen.iter().all(|(_, _, subject, _)| subject != "late"));
        expected.dedup();
        let mut subjects: Vec<_> = seen.iter().map(|(_, _, subject, _)| subject.clone()).collect();
        subjects.retain(|subject| subject.starts_with('n'));
        subjects.sort();
        subjects.dedup();
        assert_eq!(subjects.len(), 130);
        let nonsense = LogQuery { after: "nonsense".to_owned(), ..LogQuery::default() };
        assert_eq!(audit_log::page(p, &manager, &nonsense).await, Err(ApiError::NotFound));
    })
    .await;
}

/// Figures are the books': bookings by state, net revenue of issued invoices, hours of answers; for managers alone.
#[tokio::test(flavor = "multi_thread")]
async fn figures_are_the_books() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (p, manager) = (&stage.p, stage.p.manager().await);
        let (first, _) = stage.paid(DAYS).await;
        p.clock.advance(chrono::TimeDelta::minutes(150));
        stage.accept(first).await;
        let (second, _) = stage.paid("2026-12-08").await;
        bookings::decline(p, &stage.expert.account, second, "").await.unwrap();
        stage.book("2026-12-10", PaymentMethod::Ideal).await;

        for span in Span::ALL {
            let found = figures::figures(p, &manager, span).await.unwrap();
            let last = found.steps.last().unwrap();
            assert_eq!((last.placed, last.accepted, last.lost), (3, 1, 1), "{span:?}");
            // Two days at level 3.
            assert_eq!((last.revenue, last.experts), (Cents::euros(1_600), Cents::ZERO));
            assert_eq!(found.steps.iter().map(|step| step.placed).sum::<u32>(), 3);
            assert_eq!((found.answers[2], found.answers.iter().sum::<u32>()), (1, 1), "two and a half hours");
            assert_eq!(found.median_hours, Some(3));
        }
        let csv = |name: &'static str| {
            let (p, manager) = (p.clone(), manager.clone());
            async move { figures::csv(&p, &manager, name, Span::Year).await }
        };
        for (name, rows) in
            [("bookings", 13), ("revenue", 13), ("answers", 26), ("candidates", 8), ("satisfaction", 13)]
        {
            assert_eq!(String::from_utf8(csv(name).await.unwrap()).unwrap().lines().count(), rows, "{name}");
        }
        assert_eq!(csv("nothing").await, Err(ApiError::NotFound));
        assert_eq!(figures::figures(p, &stage.client, Span::Month).await, Err(ApiError::Forbidden));
        assert_eq!(figures::csv(p, &stage.client, "revenue", Span::Month).await, Err(ApiError::Forbidden));
    })
    .await;
}

/// Invariant 3: sums of days that are over are the entries' own, whenever they are made, and however often.
#[tokio::test(flavor = "multi_thread")]
async fn days_summed_up_change_nothing() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (p, manager) = (&stage.p, stage.p.manager().await);
        let (id, _) = stage.paid(DAYS).await;
        // Over midnight.
        p.clock.advance(chrono::TimeDelta::hours(20));
        stage.accept(id).await;
        stage.at("2026-12-02T23:00:00Z").await;
        let periods =
            [("", ""), ("2026-11-24", ""), ("", "2026-11-24"), ("2026-11-24", "2026-12-03"), ("2026-12-04", "")];
        let read = || async {
            let mut found = Vec::new();
            for (from, to) in periods {
                let period = gabarit_server::services::books::Period::parse(from, to);
                found.push(gabarit_server::services::books::trial_balance(p, &manager, period).await.unwrap());
            }
            found
        };
        let before = read().await;
        for day in ["2026-11-24", "2026-11-24", "2026-11-25", "2026-12-03", "2026-12-01"] {
            let mut tx = p.db.begin().await.unwrap();
            gabarit_server::db::books::sum_up(&mut tx.exec(), day.parse().unwrap()).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(read().await, before, "{day}");
        }
        // What came since counts, also where its day was summed up already.
        let mut tx = p.db.begin().await.unwrap();
        gabarit_server::db::books::sum_up(&mut tx.exec(), "2026-12-20".parse().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        let (second, _) = stage.paid("2026-12-08").await;
        let total = |balance: &gabarit_view::desk::TrialBalance| -> i64 {
            balance.accounts.iter().map(|account| account.debit.0).sum()
        };
        assert_eq!(total(&read().await[0]) - total(&before[0]), stage.client_view(second).await.quote.total.0);
        bookings::decline(p, &stage.expert.account, second, "").await.unwrap();
        stage.work().await;
        stage.sound().await;
    })
    .await;
}

/// Words are looked for a stretch at a time: each page says how far back it has read, the next one reads on, and nothing is
/// passed over or shown twice, also where another log reaches further back.
#[tokio::test(flavor = "multi_thread")]
async fn words_are_looked_for_a_stretch_at_a_time() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let (p, manager) = (&stage.p, stage.p.manager().await);
        let (id, _) = stage.paid(DAYS).await;
        bookings::decline(p, &stage.expert.account, id, "A needle of another log").await.unwrap();
        let many = 2 * audit_log::READ + 200;
        let mut tx = p.db.begin().await.unwrap();
        for number in 0..many {
            p.clock.advance(chrono::TimeDelta::milliseconds(1));
            let subject = if [0, many / 2, many - 1].contains(&number) { "needle" } else { "hay" };
            desk::log(&mut tx.exec(), p.ids.uuid(), p.now(), Some(manager.id), "job-retried", subject, "")
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();

        let (mut found, mut pages, mut read_to) = (Vec::new(), 0, None);
        let mut query = LogQuery { q: "Needle".to_owned(), ..LogQuery::default() };
        loop {
            let page = audit_log::page(p, &manager, &query).await.unwrap();
            pages += 1;
            found.extend(page.lines.into_iter().map(|line| (line.at.utc, line.log)));
            let Some(next) = page.next else {
                assert_eq!(page.read_to, None, "the last page has read everything");
                break;
            };
            let at = page.read_to.expect("a page that is not full says how far back it has read").utc;
            assert!(read_to.is_none_or(|before| at < before), "each page reads on");
            read_to = Some(at);
            query.after = next;
        }
        assert_eq!(pages, 3);
        let logs: Vec<&str> = found.iter().map(|(_, log)| log.as_str()).collect();
        assert_eq!(logs, ["desk", "desk", "desk", "booking"]);
        assert!(found.windows(2).all(|pair| pair[0].0 > pair[1].0), "the newest first, over all pages");
        // A file has all of it at once.
        let everything = LogQuery { q: "needle".to_owned(), ..LogQuery::default() };
        let csv = String::from_utf8(audit_log::csv(p, &manager, &everything).await.unwrap()).unwrap();
        assert_eq!(csv.lines().count(), found.len() + 1);
        // Without words, a page is a page.
        let plain = audit_log::page(p, &manager, &LogQuery::default()).await.unwrap();
        assert_eq!((plain.lines.len(), plain.read_to), (50, None));
    })
    .await;
}
