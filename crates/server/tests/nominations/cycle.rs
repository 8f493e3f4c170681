//! The clock of cycles, and a whole one with five hundred nominations.

use super::*;
use gabarit_server::audit;
use gabarit_view::nomination::SeatLine;
use std::collections::BTreeMap;

const NOMINEES: usize = 500;
const REVIEWERS: usize = 12;

/// S50: who sends after the window opened stands in the next cycle, whether or not the clock's job has run; two nodes
/// that turn the cycles at once do it once.
#[tokio::test(flavor = "multi_thread")]
async fn the_window_opens_once() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        reviewers(&p, &manager, 2).await;
        let (early, late) = (p.client("Ed Early").await, p.client("Lea Late").await);
        stand(&p, &early, "fr").await;
        p.clock.set(window());
        stand(&p, &late, "fr").await;
        let node = p.node(|_| ()).await;
        let (a, b) = tokio::join!(nominations::cycles::turn(&p), nominations::cycles::turn(&node));
        assert!(a.is_ok() || b.is_ok(), "{a:?} {b:?}");
        jobs::run_due(&p).await.unwrap();
        let code =
            async |who: &AccountView| nominations::mine(&p, who).await.unwrap().nominations[0].cycle.clone().unwrap();
        assert_eq!((code(&early).await.as_str(), code(&late).await.as_str()), ("2027-02", "2027-08"));
        assert_eq!(count(&p, "SELECT COUNT(*) FROM recognition_cycle").await, 2);
        assert_eq!(count(&p, "SELECT COUNT(*) FROM nomination_seat").await, 2);
        assert_eq!(count(&p, "SELECT COUNT(*) FROM recognition_cycle_log").await, 3);
    })
    .await;
}

/// S51: reviewers are reminded, the phase follows its clock, managers are warned before an answer is late, and a cycle
/// does not close over anybody who waits.
#[tokio::test(flavor = "multi_thread")]
async fn clocks_warn_before_it_is_late() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let nominee = p.client("Nora Nominee").await;
        let all = reviewers(&p, &manager, 2).await;
        let id = stand(&p, &nominee, "fr").await;
        at(&p, window()).await;
        let told = async |address: &str| mails_to(&p, address).await.len();
        let (first, warned) = (told(&all[0].email).await, told(&manager.email).await);
        at(&p, window() + TimeDelta::days(6)).await;
        assert_eq!(told(&all[0].email).await, first);
        at(&p, window() + TimeDelta::days(7)).await;
        assert_eq!(told(&all[0].email).await, first + 1, "reminded after a week");
        at(&p, window() + TimeDelta::days(7)).await;
        assert_eq!(told(&all[0].email).await, first + 1, "once");
        review::act(&p, &all[1], &scored(id, 3)).await.unwrap();
        let phase = async || console::desk(&p, &manager).await.unwrap().cycles[1].cycle.phase;
        assert_eq!(phase().await, Phase::Review);
        at(&p, window() + TimeDelta::days(18)).await;
        assert_eq!(phase().await, Phase::Decision);
        assert_eq!(told(&manager.email).await, warned);
        at(&p, window() + TimeDelta::days(23)).await;
        assert_eq!(told(&manager.email).await, warned + 1, "warned a week before");
        let line = console::desk(&p, &manager).await.unwrap().cycles.remove(1);
        assert_eq!((line.alarm, line.days_left, line.unanswered), (true, Some(7), 1));
        at(&p, window() + TimeDelta::days(24)).await;
        assert_eq!(told(&manager.email).await, warned + 2, "and daily");
        // A review that comes late still counts.
        review::act(&p, &all[0], &scored(id, 3)).await.unwrap();
        manage(&p, &manager, id, refuse()).await.unwrap();
        at(&p, window() + TimeDelta::days(31)).await;
        assert_eq!(phase().await, Phase::Decision, "nobody is left without an answer");
        let line = console::desk(&p, &manager).await.unwrap().cycles.remove(1);
        assert_eq!(line.days_left, Some(-1));
        manage(&p, &manager, id, only("send")).await.unwrap();
        at(&p, window() + TimeDelta::days(31)).await;
        assert_eq!(phase().await, Phase::Closed);
    })
    .await;
}

/// S54: two reviews that come in at once both count, and open the deliberation once; a reviewer who leaves is replaced.
#[tokio::test(flavor = "multi_thread")]
async fn reviews_come_in_at_once() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let all = reviewers(&p, &manager, 3).await;
        let nominee = p.client("Nora Nominee").await;
        let id = stand(&p, &nominee, "fr").await;
        at(&p, window()).await;
        let sit = seated(&p, id, &all).await;
        let end = ReviewerForm { act: "end".to_owned(), email: sit[0].email.clone(), ..ReviewerForm::default() };
        console::change_reviewer(&p, &manager, &end).await.unwrap();
        jobs::run_due(&p).await.unwrap();
        let now = seated(&p, id, &all).await;
        assert!(now.len() == 2 && !now.contains(&sit[0]));
        let node = p.node(|_| ()).await;
        let (one, two) = (scored(id, 4), scored(id, 5));
        let (a, b) = tokio::join!(review::act(&p, &now[0], &one), review::act(&node, &now[1], &two));
        a.unwrap();
        b.unwrap();
        let file = console::file(&p, &manager, id, Locale::Fr).await.unwrap();
        assert_eq!((file.dossier.state.as_str(), file.dossier.reviews.len()), ("deliberation", 2));
        let reviewed = file.steps.iter().filter(|step| step.event == "reviewed").count();
        assert_eq!(reviewed, 2);
    })
    .await;
}

async fn open_seats(p: &TestPlatform, who: &AccountView) -> Vec<SeatLine> {
    let desk = review::desk(p, who, Locale::Fr).await.unwrap();
    desk.seats.into_iter().filter(|seat| seat.seat == "open").collect()
}

/// S50–S55: a whole cycle of 500 nominations and 12 reviewers of whom some step aside, one leaves and most are slow: seats
/// are shared fairly, nobody sits twice or with a conflict, and every answer is out within 30 days, with its letter.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_cycle_of_five_hundred() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let mut panel = Vec::new();
        for number in 0..REVIEWERS {
            let who = p.expert(ExpertSpec::default()).await.account;
            appoint(&p, &manager, &who, ["fr nl en", "fr en", "fr nl", "nl en"][number % 4]).await;
            panel.push(who);
        }
        let mut nominees = BTreeMap::new();
        for number in 0..NOMINEES {
            let nominee = p.client(&format!("Nominee {number}")).await;
            let id = stand(&p, &nominee, ["fr", "fr", "nl", "en"][number % 4]).await;
            nominees.insert(id, nominee);
        }
        // Some think better of it.
        for (id, nominee) in nominees.iter().take(10) {
            nominations::withdraw(&p, nominee, *id).await.unwrap();
        }
        at(&p, window()).await;
        let line = console::desk(&p, &manager).await.unwrap().cycles.remove(1);
        assert_eq!((line.unanswered, line.vacant), (490, 0));
        let mut loads = Vec::new();
        for who in &panel {
            loads.push(open_seats(&p, who).await.len());
        }
        assert_eq!(loads.iter().sum::<usize>(), 980);
        let (most, least) = (loads.iter().max().unwrap(), loads.iter().min().unwrap());
        assert!(most - least <= 40, "shared fairly among those who read the language: {loads:?}");

        let mut done = 0_usize;
        for day in 0..30_i64 {
            at(&p, window() + TimeDelta::days(day) + TimeDelta::hours(9)).await;
            if day == 5 {
                let form = ReviewerForm { act: "end".to_owned(), email: panel[3].email.clone(), ..ReviewerForm::default() };
                console::change_reviewer(&p, &manager, &form).await.unwrap();
                jobs::run_due(&p).await.unwrap();
            }
            for (number, who) in panel.iter().enumerate() {
                // Reviewers do a handful a day; two do nothing before the reminder of the last days.
                let pace = if number < 2 && day < 15 { 0 } else { 7 + number / 2 };
                for (place, seat) in open_seats(&p, who).await.into_iter().take(pace).enumerate() {
                    let form = if (done + place) % 97 == 96 {
                        SeatForm {
                            act: "recuse".to_owned(),
                            ground: "I know the person too well to judge.".to_owned(),
                            ..scored(seat.id, 1)
                        }
                    } else {
                        scored(seat.id, u8::try_from((done + place + number) % 5).unwrap() + 1)
                    };
                    review::act(&p, who, &form).await.unwrap();
                    done += 1;
                }
            }
            jobs::run_due(&p).await.unwrap();
            // The manager decides what can be decided, on working days.
            if day % 7 < 5 {
                let page = console::cycle(&p, &manager, "2027-02", Locale::Fr).await.unwrap();
                for entry in page.entries.iter().filter(|entry| entry.state == "deliberation") {
                    let decision = if entry.mark.unwrap() >= 3_000 { grant() } else { refuse() };
                    manage(&p, &manager, entry.id, decision).await.unwrap();
                    manage(&p, &manager, entry.id, only("send")).await.unwrap();
                }
            }
        }
        at(&p, window() + TimeDelta::days(30)).await;
        let line = console::desk(&p, &manager).await.unwrap().cycles.remove(1);
        assert_eq!((line.unanswered, line.cycle.phase), (0, Phase::Closed), "{line:?}");
        let counts: BTreeMap<_, _> = line.counts.into_iter().collect();
        assert_eq!(counts["granted"] + counts["refused"], 490);
        assert_eq!(counts["withdrawn"], 10);

        let late = count(
            &p,
            "SELECT COUNT(*) FROM nomination n JOIN recognition_cycle c ON c.id = n.cycle_id \
             WHERE n.state IN ('granted', 'refused') AND n.answered_at > c.answer_by",
        )
        .await;
        assert_eq!(late, 0, "every answer inside 30 days");
        for (sql, expected) in [
            ("SELECT COUNT(*) FROM nomination_letter", 490),
            ("SELECT COUNT(*) FROM outbox WHERE dedup_key LIKE 'nomination/%/answer'", 490),
            ("SELECT COUNT(*) FROM membership m JOIN nomination n ON n.id = m.nomination_id WHERE n.state <> 'granted'", 0),
            ("SELECT COUNT(*) FROM nomination n WHERE n.state = 'granted' AND NOT EXISTS \
              (SELECT 1 FROM membership m WHERE m.nomination_id = n.id)", 0),
            ("SELECT COUNT(*) FROM nomination n WHERE n.state IN ('granted', 'refused') AND (SELECT COUNT(*) \
              FROM nomination_seat s WHERE s.nomination_id = n.id AND s.state = 'in') <> 2", 0),
            ("SELECT COUNT(*) FROM nomination_seat s JOIN reviewer_conflict x ON x.reviewer_id = s.reviewer_id \
              JOIN nomination n ON n.id = s.nomination_id AND n.account_id = x.account_id WHERE s.state <> 'recused'", 0),
        ] {
            assert_eq!(count(&p, sql).await, expected, "{sql}");
        }
        assert_eq!(audit::run(&p).await.unwrap(), []);
        let recused = count(&p, "SELECT COUNT(*) FROM nomination_seat WHERE state = 'recused'").await;
        assert!(recused > 3, "{recused} stepped aside");
        let page = console::cycle(&p, &manager, "2027-02", Locale::Fr).await.unwrap();
        assert_eq!(page.all.unwrap().count, 980);
        assert!(page.entries.iter().filter(|entry| entry.place == Some(1)).count() > 1, "ties share their place");
    })
    .await;
}
