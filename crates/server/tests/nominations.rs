//! The recognition programme up to the answer, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "nominations/cycle.rs"]
mod cycle;
#[path = "nominations/draft.rs"]
mod draft;
#[path = "nominations/erased.rs"]
mod erased;
#[path = "support/programme.rs"]
mod programme;

use chrono::{Days, TimeDelta};
use gabarit_domain::{
    ids::NominationId,
    recognition::{Channel, Phase, VendorTie},
};
use gabarit_i18n::Locale;
use gabarit_server::{
    jobs, on,
    services::{
        audit_log,
        contribution::{self, FromPlatform},
        membership as services,
        nominations::{self, Eligibility, console, review},
    },
    testing::{ExpertSpec, TestPlatform, for_each_db, no_ties},
};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    govern::LogQuery,
    membership::{MemberAct, MembershipForm},
    nomination::{
        ContributionForm, DecisionForm, EligibilityForm, NominationForm, NominationView, ReviewerForm, SeatForm,
    },
};
use programme::{
    appoint, at, count, grant, is_member, mails_to, manage, only, problems, refuse, reviewers, scored, seated, shared,
    stand, typed, window,
};

/// What is typed once more in a draft that was saved since it was begun.
async fn again(p: &TestPlatform, nominee: &AccountView, language: &str) -> NominationForm {
    let version = nominations::nominate(p, nominee, Locale::Fr).await.unwrap().version.to_string();
    NominationForm { version, ..typed(language) }
}

/// S47: each tie to the vendor is told at once, and nothing of it is stored; a question without an answer is asked again.
#[tokio::test(flavor = "multi_thread")]
async fn eligibility_comes_first() {
    for_each_db(|p| async move {
        let nominee = p.client("Nora Nominee").await;
        for (number, tie) in VendorTie::ALL.iter().enumerate() {
            let mut form = no_ties();
            let fields = [&mut form.employee, &mut form.subcontractor, &mut form.consultant, &mut form.intern];
            for (field, answer) in fields.into_iter().enumerate() {
                // The other questions need no answer then.
                *answer = if field == number { "yes".to_owned() } else { String::new() };
            }
            assert_eq!(nominations::begin(&p, &nominee, &form).await.unwrap(), Eligibility::Ruled(*tie));
        }
        assert_eq!(count(&p, "SELECT COUNT(*) FROM nomination").await, 0);
        let open = EligibilityForm { intern: String::new(), ..no_ties() };
        let error = nominations::begin(&p, &nominee, &open).await.unwrap_err();
        assert_eq!(problems(&error, "intern"), [Problem::Missing]);
        assert_eq!(count(&p, "SELECT COUNT(*) FROM nomination").await, 0);
        let Eligibility::Draft(id) = nominations::begin(&p, &nominee, &no_ties()).await.unwrap() else {
            unreachable!()
        };
        // Asked again, the same draft is gone on with.
        assert_eq!(nominations::begin(&p, &nominee, &no_ties()).await.unwrap(), Eligibility::Draft(id));
    })
    .await;
}

/// S63–S66: paid work never counts, evidence is an https address of the last 24 months, and the same thing counts once;
/// what was done here is added with one call, once, unless it was paid.
#[tokio::test(flavor = "multi_thread")]
async fn contributions_are_voluntary_and_shown() {
    for_each_db(|p| async move {
        let (nominee, other) = (p.client("Nora Nominee").await, p.client("Olaf Other").await);
        let today = p.today();
        let refused = async |form: ContributionForm, field: &str| {
            let error = contribution::add(&p, &nominee, &form).await.unwrap_err();
            problems(&error, field)
        };
        let paid = ContributionForm { paid: "yes".to_owned(), ..shared(today, 1) };
        assert_eq!(refused(paid, "paid").await, [Problem::Paid]);
        assert_eq!(
            refused(ContributionForm { paid: String::new(), ..shared(today, 1) }, "paid").await,
            [Problem::Missing]
        );
        let http = ContributionForm { url: "http://forum.example/1".to_owned(), ..shared(today, 1) };
        assert_eq!(refused(http, "url").await, [Problem::NotHttps]);
        assert_eq!(refused(shared(today + Days::new(1), 1), "occurred_on").await, [Problem::NotInRange]);
        assert_eq!(refused(shared(today - Days::new(800), 1), "occurred_on").await, [Problem::NotInRange]);
        let here = ContributionForm { channel: "community".to_owned(), ..shared(today, 1) };
        assert_eq!(refused(here, "channel").await, [Problem::Unknown]);
        assert_eq!(count(&p, "SELECT COUNT(*) FROM contribution").await, 0);

        let first = contribution::add(&p, &nominee, &shared(today, 1)).await.unwrap();
        assert_eq!(refused(shared(today, 1), "url").await, [Problem::Already]);
        contribution::add(&p, &nominee, &shared(today - Days::new(40), 1)).await.unwrap();
        let item = FromPlatform {
            key: "answer/1",
            channel: Channel::Community,
            occurred_on: today,
            path: "/fr/programme/community/1",
            title: "Answer in the community",
            language: "fr",
            reach: None,
            helped: "Worksharing",
            paid: false,
        };
        for (item, expected) in
            [(item, Ok(true)), (item, Ok(false)), (FromPlatform { paid: true, key: "talk/1", ..item }, Err(()))]
        {
            let mut tx = p.db.begin().await.unwrap();
            let added = contribution::add_from_platform(&mut tx.exec(), &p, nominee.id, &item).await;
            tx.commit().await.unwrap();
            assert_eq!(added.map_err(|error| assert_eq!(problems(&error, "paid"), [Problem::Paid])), expected);
        }
        let mine = contribution::mine(&p, &nominee).await.unwrap();
        assert_eq!(mine.contributions.len(), 3);
        assert_eq!(mine.months.len(), 24);
        assert_eq!(mine.months.iter().map(|month| month.count).sum::<u32>(), 3);
        assert_eq!(mine.months[23].count, 2, "two this month");
        assert_eq!(mine.contributions.iter().filter(|one| one.from_platform).count(), 1);
        assert!(contribution::mine(&p, &other).await.unwrap().contributions.is_empty());

        assert_eq!(contribution::remove(&p, &other, first).await, Err(ApiError::MovedOn));
        // What a nomination shows stays as it is until the nomination is taken back.
        nominations::begin(&p, &nominee, &no_ties()).await.unwrap();
        let id = nominations::submit(&p, &nominee, &typed("fr")).await.unwrap();
        assert_eq!(contribution::remove(&p, &nominee, first).await, Err(ApiError::MovedOn));
        nominations::reopen(&p, &nominee, id).await.unwrap();
        contribution::remove(&p, &nominee, first).await.unwrap();
        assert_eq!(contribution::mine(&p, &nominee).await.unwrap().contributions.len(), 2);
    })
    .await;
}

/// S50, S53, S54: from the draft to the membership: collected, opened by the clock, read by two who see nothing of each
/// other until both are in, discussed, decided, answered in the nominee's language, kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_nomination_is_granted() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let nominee = p.client("Nora Nominee").await;
        let all = reviewers(&p, &manager, 3).await;
        nominations::begin(&p, &nominee, &no_ties()).await.unwrap();
        let error =
            nominations::submit(&p, &nominee, &NominationForm { version: "1".to_owned(), ..NominationForm::default() })
                .await
                .unwrap_err();
        for field in ["statement", "contributions", "language", "country"] {
            assert_eq!(problems(&error, field), [Problem::Missing], "{field}");
        }
        assert_eq!(problems(&error, "truthful"), [Problem::NotAccepted]);
        let half = NominationForm { statement: "Half a".to_owned(), ..again(&p, &nominee, "nl").await };
        nominations::save(&p, &nominee, &half).await.unwrap();
        let page = nominations::nominate(&p, &nominee, Locale::Fr).await.unwrap();
        assert_eq!((page.form.statement.as_str(), page.cycle.code.as_str()), ("Half a", "2027-02"));
        contribution::add(&p, &nominee, &shared(p.today(), 1)).await.unwrap();
        let id = nominations::submit(&p, &nominee, &again(&p, &nominee, "nl").await).await.unwrap();
        assert_eq!(nominations::save(&p, &nominee, &typed("nl")).await, Err(ApiError::MovedOn));
        assert_eq!(nominations::begin(&p, &nominee, &no_ties()).await, Err(ApiError::MovedOn));
        assert!(mails_to(&p, &nominee.email).await.iter().any(|(subject, _)| subject.contains("parvenue")));

        // Nothing happens a second before the window.
        at(&p, window() - TimeDelta::seconds(1)).await;
        assert!(seated(&p, id, &all).await.is_empty());
        nominations::reopen(&p, &nominee, id).await.unwrap();
        nominations::submit(&p, &nominee, &again(&p, &nominee, "nl").await).await.unwrap();
        at(&p, window()).await;
        let sit = seated(&p, id, &all).await;
        assert_eq!(sit.len(), 2, "two reviewers");
        assert_eq!(nominations::reopen(&p, &nominee, id).await, Err(ApiError::MovedOn));
        let desk = console::desk(&p, &manager).await.unwrap();
        let line = &desk.cycles[1];
        assert_eq!((line.cycle.code.as_str(), line.cycle.phase), ("2027-02", Phase::Review));
        assert_eq!((desk.cycles[0].cycle.code.as_str(), desk.cycles[0].cycle.phase), ("2027-08", Phase::Collecting));
        assert_eq!((line.unanswered, line.days_left, line.reviews), (1, Some(30), (0, 2)));
        for one in &sit {
            assert!(!mails_to(&p, &one.email).await.is_empty(), "told of the seat");
        }

        // A review has five scores, each with a ground; what was typed is kept.
        let half = SeatForm { leader: String::new(), ground_caring: "Yes".to_owned(), ..scored(id, 4) };
        let error = review::act(&p, &sit[0], &half).await.unwrap_err();
        assert_eq!(problems(&error, "leader"), [Problem::Missing]);
        assert_eq!(problems(&error, "ground_caring"), [Problem::TooShort(20)]);
        assert_eq!(review::seat(&p, &sit[0], id, Locale::Fr).await.unwrap().form.champion, "4");
        review::act(&p, &sit[0], &scored(id, 4)).await.unwrap();
        assert_eq!(review::act(&p, &sit[0], &scored(id, 5)).await, Err(ApiError::MovedOn), "a review is not changed");
        // Blind to each other.
        for one in &sit {
            let seen = review::seat(&p, one, id, Locale::Fr).await.unwrap();
            assert!(seen.dossier.reviews.is_empty() && seen.dossier.messages.is_empty() && !seen.can_say);
            let say = SeatForm {
                id: id.to_string(),
                act: "say".to_owned(),
                body: "Hello?".to_owned(),
                ..SeatForm::default()
            };
            assert_eq!(review::act(&p, one, &say).await, Err(ApiError::MovedOn));
        }
        assert_eq!(manage(&p, &manager, id, grant()).await, Err(ApiError::MovedOn), "no decision before both are in");
        let page = console::cycle(&p, &manager, "2027-02", Locale::Fr).await.unwrap();
        assert_eq!((page.entries[0].reviews, page.entries[0].mark), (1, None));
        assert!(page.all.is_none(), "a mark that is still blind is in no figure");

        review::act(&p, &sit[1], &scored(id, 5)).await.unwrap();
        let seen = review::seat(&p, &sit[1], id, Locale::Fr).await.unwrap();
        assert_eq!(seen.dossier.reviews.iter().map(|one| one.mark).sum::<u32>(), 9_000);
        let say =
            SeatForm { id: id.to_string(), act: "say".to_owned(), body: "I agree.".to_owned(), ..SeatForm::default() };
        review::act(&p, &sit[1], &say).await.unwrap();
        let file = console::file(&p, &manager, id, Locale::Fr).await.unwrap();
        assert_eq!((file.dossier.messages.len(), file.dossier.reviews.len()), (1, 2));
        let page = console::cycle(&p, &manager, "2027-02", Locale::Fr).await.unwrap();
        assert_eq!(
            (page.entries[0].place, page.entries[0].mark, page.entries[0].apart),
            (Some(1), Some(4_500), Some(1_000))
        );

        // The nominee learns nothing of all that before the letter.
        let own = nominations::nomination(&p, &nominee, id).await.unwrap();
        assert_eq!(own.summary.state, "review");
        manage(&p, &manager, id, grant()).await.unwrap();
        let own = nominations::nomination(&p, &nominee, id).await.unwrap();
        assert!(own.summary.state == "review" && own.letter.is_none());
        assert!(!is_member(&p, &nominee).await, "decided is not answered");
        let file = console::file(&p, &manager, id, Locale::Fr).await.unwrap();
        let preview = file.letter.clone().unwrap();
        assert!(preview.locale == "nl" && preview.sent_at.is_none() && file.can_send);

        // Two managers press the button at once: one letter, one membership.
        let send = DecisionForm { id: id.to_string(), version: file.version.to_string(), ..only("send") };
        let second = p.manager().await;
        let (a, b) = tokio::join!(console::act(&p, &manager, &send), console::act(&p, &second, &send));
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        assert!(is_member(&p, &nominee).await);
        let own: NominationView = nominations::nomination(&p, &nominee, id).await.unwrap();
        let letter = own.letter.unwrap();
        assert_eq!((letter.paragraphs, letter.subject), (preview.paragraphs, preview.subject.clone()));
        assert_eq!(own.summary.state, "granted");
        let mails = mails_to(&p, &nominee.email).await;
        assert_eq!(mails.iter().filter(|(subject, _)| *subject == preview.subject).count(), 1);
        // Everybody is answered: the cycle is closed.
        let desk = console::desk(&p, &manager).await.unwrap();
        assert_eq!((desk.cycles[1].cycle.phase, desk.cycles[1].unanswered), (Phase::Closed, 0));
        // A member need not stand, and does not.
        assert_eq!(nominations::begin(&p, &nominee, &no_ties()).await, Err(ApiError::MovedOn));
    })
    .await;
}

/// S55, S56: a refusal is not made without reasons tied to criteria; one stands again with them beside, and is granted.
#[tokio::test(flavor = "multi_thread")]
async fn refused_with_reasons_then_granted() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let nominee = p.client("Nora Nominee").await;
        let all = reviewers(&p, &manager, 2).await;
        let id = stand(&p, &nominee, "fr").await;
        at(&p, window()).await;
        for one in &all {
            review::act(&p, one, &scored(id, 2)).await.unwrap();
        }
        let bare = DecisionForm { reason_responsive: String::new(), ..refuse() };
        let error = manage(&p, &manager, id, bare).await.unwrap_err();
        assert_eq!(problems(&error, "reasons"), [Problem::Missing]);
        let short = DecisionForm { reason_responsive: "Trop peu.".to_owned(), ..refuse() };
        let error = manage(&p, &manager, id, short).await.unwrap_err();
        assert_eq!(problems(&error, "reason_responsive"), [Problem::TooShort(20)]);
        let general =
            DecisionForm { reason_responsive: String::new(), remark: "Not this time, sorry.".to_owned(), ..refuse() };
        assert!(manage(&p, &manager, id, general).await.is_err(), "a remark is no reason");
        assert_eq!(manage(&p, &manager, id, only("send")).await, Err(ApiError::MovedOn), "nothing is decided");
        manage(&p, &manager, id, refuse()).await.unwrap();
        manage(&p, &manager, id, only("send")).await.unwrap();
        let mails = mails_to(&p, &nominee.email).await;
        let (_, letter) = mails.iter().find(|(subject, _)| subject.contains("réponse")).unwrap();
        assert!(letter.contains("Réactivité : Une seule réponse en deux ans a été montrée."), "{letter}");
        assert!(!is_member(&p, &nominee).await);
        assert_eq!(manage(&p, &manager, id, grant()).await, Err(ApiError::MovedOn), "an answer is final");

        // The database itself keeps a refusal without reasons out, and the log as it is.
        for sql in [
            "UPDATE nomination SET reasons = NULL WHERE state = 'refused'",
            "UPDATE nomination SET state = 'granted' WHERE state = 'refused'",
            "UPDATE nomination_log SET reason = 'x'",
            "DELETE FROM nomination_letter",
        ] {
            let mut tx = p.db.begin().await.unwrap();
            let done = on!(&mut tx.exec(), |c| sqlx::query(sql).execute(c).await.map(drop));
            assert!(done.is_err(), "{sql}");
        }

        // At any time, with the words of before and the reasons beside.
        nominations::begin(&p, &nominee, &no_ties()).await.unwrap();
        let page = nominations::nominate(&p, &nominee, Locale::Fr).await.unwrap();
        assert!(page.form.statement.starts_with("I answer questions") && page.form.truthful.is_empty());
        assert_eq!(page.refusals[0].reasons[0].text, "Une seule réponse en deux ans a été montrée.");
        assert_eq!(page.cycle.code, "2027-08");
        contribution::add(&p, &nominee, &shared(p.today(), 77)).await.unwrap();
        let second = nominations::submit(&p, &nominee, &typed("fr")).await.unwrap();
        at(&p, "2027-07-31T22:00:00Z".parse().unwrap()).await;
        for one in &all {
            let seen = review::seat(&p, one, second, Locale::Fr).await.unwrap();
            assert_eq!(seen.dossier.refusals.len(), 1, "reviewers read what was asked for");
            review::act(&p, one, &scored(second, 5)).await.unwrap();
        }
        manage(&p, &manager, second, grant()).await.unwrap();
        manage(&p, &manager, second, only("send")).await.unwrap();
        assert!(is_member(&p, &nominee).await);
        let mine = nominations::mine(&p, &nominee).await.unwrap();
        let states: Vec<&str> = mine.nominations.iter().map(|one| one.state.as_str()).collect();
        assert_eq!(states, ["granted", "refused"]);
    })
    .await;
}

/// S54: a recusal is for good and takes everything along that rested on it; the next reviewer begins blind.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_passes_a_recusal() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let nominee = p.client("Nora Nominee").await;
        let all = reviewers(&p, &manager, 3).await;
        let id = stand(&p, &nominee, "fr").await;
        at(&p, window()).await;
        let sit = seated(&p, id, &all).await;
        for one in &sit {
            review::act(&p, one, &scored(id, 5)).await.unwrap();
        }
        manage(&p, &manager, id, grant()).await.unwrap();
        let recuse = |ground: &str| SeatForm {
            id: id.to_string(),
            act: "recuse".to_owned(),
            ground: ground.to_owned(),
            ..SeatForm::default()
        };
        let error = review::act(&p, &sit[0], &recuse("")).await.unwrap_err();
        assert_eq!(problems(&error, "ground"), [Problem::Missing]);
        review::act(&p, &sit[0], &recuse("We have worked together since last week.")).await.unwrap();
        assert_eq!(manage(&p, &manager, id, only("send")).await, Err(ApiError::MovedOn), "the decision fell");
        jobs::run_due(&p).await.unwrap();
        // Who stepped aside sees nothing of it, and cannot come back.
        assert_eq!(review::seat(&p, &sit[0], id, Locale::Fr).await, Err(ApiError::NotFound));
        assert_eq!(review::act(&p, &sit[0], &scored(id, 5)).await, Err(ApiError::NotFound));
        let back = DecisionForm { reviewer: sit[0].id.to_string(), ..only("assign") };
        assert!(manage(&p, &manager, id, back).await.is_err());
        let third = all.iter().find(|one| !sit.contains(one)).unwrap();
        let seen = review::seat(&p, third, id, Locale::Fr).await.unwrap();
        assert!(seen.can_write && seen.dossier.reviews.is_empty());
        assert!(review::seat(&p, &sit[1], id, Locale::Fr).await.unwrap().dossier.reviews.is_empty());
        review::act(&p, third, &scored(id, 4)).await.unwrap();
        let file = console::file(&p, &manager, id, Locale::Fr).await.unwrap();
        assert!(file.decision.outcome.is_empty() && file.dossier.reviews.len() == 2);
        manage(&p, &manager, id, grant()).await.unwrap();
        manage(&p, &manager, id, only("send")).await.unwrap();
        assert!(is_member(&p, &nominee).await);
        assert_eq!(review::act(&p, third, &recuse("After the answer it is too late.")).await, Err(ApiError::MovedOn));
    })
    .await;
}

/// S54, invariant 5: nominees, members, strangers, reviewers without a seat or with a conflict, and managers with a part
/// in it see and do nothing that is not theirs.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_what_is_not_theirs() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let (nominee, member) = (p.client("Nora Nominee").await, p.client("Mona Member").await);
        let all = reviewers(&p, &manager, 4).await;
        // Finds of conflicts: the same organisation, the same mail domain, a booking.
        {
            const HOUSE: &str = "INSERT INTO client_profile (account_id, organisation, street, postal_code, city, country, \
                invoice_email) VALUES ($1, 'TEST EXPERT 4', 'Rue 1', '4000', 'Liège', 'BE', 'a@b.example')";
            let mut tx = p.db.begin().await.unwrap();
            on!(&mut tx.exec(), |c| sqlx::query(HOUSE).bind(nominee.id.0).execute(c).await.map(drop)).unwrap();
            tx.commit().await.unwrap();
        }
        let colleague = p.client("Carl Colleague").await;
        appoint(&p, &manager, &colleague, "fr").await;
        let id = stand(&p, &nominee, "fr").await;
        let draft = {
            nominations::begin(&p, &member, &no_ties()).await.unwrap();
            nominations::mine(&p, &member).await.unwrap().nominations[0].id
        };
        at(&p, window()).await;
        let sit = seated(&p, id, &all).await;
        assert_eq!(sit.len(), 2);
        assert!(seated(&p, id, std::slice::from_ref(&colleague)).await.is_empty(), "the same mail domain");
        let file = console::file(&p, &manager, id, Locale::Fr).await.unwrap();
        assert!(file.choices.is_empty(), "no seat is free");

        // A draft is nobody's but its writer's.
        assert_eq!(console::file(&p, &manager, draft, Locale::Fr).await, Err(ApiError::NotFound));
        assert_eq!(nominations::nomination(&p, &nominee, draft).await, Err(ApiError::NotFound));
        assert_eq!(nominations::withdraw(&p, &nominee, draft).await, Err(ApiError::NotFound));
        // Others' nominations are nobody's; a manager has the console, not the nominee's page.
        for one in [&member, &colleague, &all[0], &manager] {
            assert_eq!(nominations::nomination(&p, one, id).await, Err(ApiError::NotFound));
            assert_eq!(nominations::withdraw(&p, one, id).await, Err(ApiError::NotFound));
            assert_eq!(nominations::reopen(&p, one, id).await, Err(ApiError::NotFound));
        }
        // Neither nominee nor member nor reviewer is a manager.
        for one in [&nominee, &member, &sit[0]] {
            assert_eq!(console::desk(&p, one).await, Err(ApiError::Forbidden));
            assert_eq!(console::cycle(&p, one, "2027-02", Locale::Fr).await, Err(ApiError::Forbidden));
            assert_eq!(console::file(&p, one, id, Locale::Fr).await, Err(ApiError::Forbidden));
            assert_eq!(console::reviewers(&p, one).await, Err(ApiError::Forbidden));
            let form = DecisionForm { id: id.to_string(), version: file.version.to_string(), ..only("send") };
            assert_eq!(console::act(&p, one, &form).await, Err(ApiError::Forbidden));
            let form = ReviewerForm { act: "appoint".to_owned(), email: one.email.clone(), ..ReviewerForm::default() };
            assert_eq!(console::change_reviewer(&p, one, &form).await, Err(ApiError::Forbidden));
        }
        // Who has no seat reviews nothing; the nominee sees no desk.
        let out: Vec<&AccountView> =
            all.iter().filter(|one| !sit.contains(one)).chain([&nominee, &member, &manager, &colleague]).collect();
        for one in out {
            assert_eq!(review::seat(&p, one, id, Locale::Fr).await, Err(ApiError::NotFound));
            assert_eq!(review::act(&p, one, &scored(id, 1)).await, Err(ApiError::NotFound));
        }
        assert_eq!(review::desk(&p, &nominee, Locale::Fr).await, Err(ApiError::Forbidden));

        // A manager who reviews is as blind as any, and does not decide what they reviewed; one who stands sees nothing.
        let reviewing = p.manager().await;
        appoint(&p, &manager, &reviewing, "fr").await;
        let release = DecisionForm { reviewer: sit[1].id.to_string(), ..only("release") };
        manage(&p, &manager, id, release).await.unwrap();
        let choices = console::file(&p, &manager, id, Locale::Fr).await.unwrap().choices;
        let bar = |who: &AccountView| choices.iter().find(|one| one.reviewer == who.id).unwrap().bar.clone();
        assert_eq!(bar(&sit[0]).as_deref(), Some("seated"));
        assert_eq!(bar(&sit[1]).as_deref(), Some("seated"), "once taken back, not given again");
        assert_eq!(bar(&colleague).as_deref(), Some("domain"));
        assert_eq!(bar(&reviewing), None);
        let barred = DecisionForm { reviewer: colleague.id.to_string(), ..only("assign") };
        let error = manage(&p, &manager, id, barred).await.unwrap_err();
        assert_eq!(problems(&error, "reviewer"), [Problem::Unknown]);
        manage(&p, &manager, id, DecisionForm { reviewer: reviewing.id.to_string(), ..only("assign") }).await.unwrap();
        review::act(&p, &sit[0], &scored(id, 4)).await.unwrap();
        // A manager without a seat reads no review before the other is in: the other's seat could still be theirs.
        assert!(console::file(&p, &manager, id, Locale::Fr).await.unwrap().dossier.reviews.is_empty());
        let blind = console::file(&p, &reviewing, id, Locale::Fr).await.unwrap();
        assert!(blind.dossier.reviews.is_empty() && blind.dossier.messages.is_empty());
        let page = console::cycle(&p, &reviewing, "2027-02", Locale::Fr).await.unwrap();
        assert!(page.entries.iter().all(|entry| entry.mark.is_none()) && page.all.is_none());
        review::act(&p, &reviewing, &scored(id, 4)).await.unwrap();
        assert_eq!(manage(&p, &reviewing, id, grant()).await, Err(ApiError::Forbidden));
        manage(&p, &manager, id, refuse()).await.unwrap();
        assert_eq!(manage(&p, &reviewing, id, only("send")).await, Err(ApiError::Forbidden));
        let step = SeatForm {
            id: id.to_string(),
            act: "recuse".to_owned(),
            ground: "I have just learned that we are related.".to_owned(),
            ..SeatForm::default()
        };
        review::act(&p, &reviewing, &step).await.unwrap();
        assert_eq!(console::file(&p, &reviewing, id, Locale::Fr).await, Err(ApiError::Forbidden));
        let page = console::cycle(&p, &reviewing, "2027-02", Locale::Fr).await.unwrap();
        assert!(page.entries.is_empty());
        // Managers have read both reviews meanwhile: none of them is given the seat that is free again, by nobody.
        let late = p.manager().await;
        appoint(&p, &manager, &late, "fr").await;
        let choices = console::file(&p, &manager, id, Locale::Fr).await.unwrap().choices;
        let bar = choices.iter().find(|one| one.reviewer == late.id).unwrap().bar.clone();
        assert_eq!(bar.as_deref(), Some("manages"));
        let error = manage(&p, &manager, id, DecisionForm { reviewer: late.id.to_string(), ..only("assign") }).await;
        assert_eq!(problems(&error.unwrap_err(), "reviewer"), [Problem::Unknown]);
        jobs::run_due(&p).await.unwrap();
        assert!(seated(&p, id, std::slice::from_ref(&late)).await.is_empty());
        assert_eq!(seated(&p, id, &all).await.len(), 2, "an expert has it");
        nominations::begin(&p, &manager, &no_ties()).await.unwrap();
        contribution::add(&p, &manager, &shared(p.today(), 5)).await.unwrap();
        let own = nominations::submit(&p, &manager, &typed("fr")).await.unwrap();
        assert_eq!(console::file(&p, &manager, own, Locale::Fr).await, Err(ApiError::Forbidden));
        let page = console::cycle(&p, &manager, "2027-08", Locale::Fr).await.unwrap();
        assert!(page.entries.is_empty());
    })
    .await;
}

/// S54, invariant 5: the log, its table and the calibration keep from a manager what the console does: their own
/// nomination, what they declared a conflict about, drafts; and nobody chooses who reads them, or takes that seat back.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_manages_themselves() {
    for_each_db(|p| async move {
        let (manager, other, third) = (p.manager().await, p.manager().await, p.manager().await);
        let nominee = p.client("Nora Nominee").await;
        let mut all = reviewers(&p, &manager, 2).await;
        all.truncate(2);
        appoint(&p, &manager, &other, "fr").await;
        let id = stand(&p, &nominee, "fr").await;
        let own = stand(&p, &manager, "fr").await;
        let writes = p.client("Dora Draft").await;
        nominations::begin(&p, &writes, &no_ties()).await.unwrap();
        at(&p, window()).await;
        // The other manager sits on the one that is to be theirs no longer.
        if seated(&p, id, std::slice::from_ref(&other)).await.is_empty() {
            let sit = seated(&p, id, &all).await;
            let release = DecisionForm { reviewer: sit[0].id.to_string(), ..only("release") };
            manage(&p, &third, id, release).await.unwrap();
            let seat = DecisionForm { reviewer: other.id.to_string(), ..only("assign") };
            manage(&p, &third, id, seat).await.unwrap();
        }
        let recuse = SeatForm {
            id: id.to_string(),
            act: "recuse".to_owned(),
            ground: "We have shared an office for years.".to_owned(),
            ..SeatForm::default()
        };
        review::act(&p, &other, &recuse).await.unwrap();

        // Who stands appoints nobody, and takes no seat of their own nomination back; nor does who has a conflict.
        let form = |act: &str, who: &AccountView| ReviewerForm {
            act: act.to_owned(),
            email: who.email.clone(),
            fr: "on".to_owned(),
            ..ReviewerForm::default()
        };
        let more = p.expert(ExpertSpec::default()).await.account;
        let refused = console::change_reviewer(&p, &manager, &form("appoint", &more)).await;
        assert_eq!(refused, Err(ApiError::Forbidden));
        appoint(&p, &third, &more, "fr").await;
        let even_more = p.expert(ExpertSpec::default()).await.account;
        appoint(&p, &third, &even_more, "fr").await;
        all.extend([more, even_more]);
        jobs::run_due(&p).await.unwrap();
        let (on_own, on_theirs) = (seated(&p, own, &all).await, seated(&p, id, &all).await);
        assert_eq!(on_theirs.len(), 2);
        for (who, reviewer) in [(&manager, &on_own[0]), (&other, &on_theirs[0])] {
            let refused = console::change_reviewer(&p, who, &form("end", reviewer)).await;
            assert_eq!(refused, Err(ApiError::Forbidden));
        }
        let rows = console::reviewers(&p, &third).await.unwrap();
        assert!(rows.iter().all(|row| row.ended.is_none()), "nothing of it was stored");

        let mut sit_on_own = on_own;
        if !seated(&p, own, std::slice::from_ref(&other)).await.is_empty() {
            sit_on_own.push(other.clone());
        }
        assert_eq!(sit_on_own.len(), 2);
        for one in &on_theirs {
            review::act(&p, one, &scored(id, 5)).await.unwrap();
        }
        for one in &sit_on_own {
            review::act(&p, one, &scored(own, 2)).await.unwrap();
        }
        for (who, seen, hidden) in [(&manager, id, own), (&other, own, id)] {
            let page = console::cycle(&p, who, "2027-02", Locale::Fr).await.unwrap();
            assert_eq!(page.entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [seen]);
            let spread = page.all.unwrap();
            assert_eq!((spread.count, spread.deviation), (2, 0), "of what is seen");
            assert_eq!(page.reviewers.iter().filter_map(|one| one.spread).map(|one| one.count).sum::<u32>(), 2);
            let query = LogQuery { log: "nomination".to_owned(), ..LogQuery::default() };
            let lines = audit_log::page(&p, who, &query).await.unwrap().lines;
            let about = |id: NominationId| lines.iter().filter(|line| line.about == Some(id.0)).count();
            assert!(about(seen) >= 4 && about(hidden) == 0, "{lines:?}");
            let table = String::from_utf8(audit_log::csv(&p, who, &query).await.unwrap()).unwrap();
            assert_eq!(table.lines().count(), about(seen) + 1, "{table}");
        }
        let query = LogQuery { log: "nomination".to_owned(), ..LogQuery::default() };
        let lines = audit_log::page(&p, &third, &query).await.unwrap().lines;
        let named = |who: &AccountView| lines.iter().any(|line| line.subject == who.name);
        assert!(named(&nominee) && named(&manager) && !named(&writes), "{lines:?}");
        let page = console::cycle(&p, &third, "2027-02", Locale::Fr).await.unwrap();
        assert_eq!((page.entries.len(), page.all.unwrap().count), (2, 4));
    })
    .await;
}

/// S52, S56: an appeal that is allowed while a new nomination is under way ends that one; and whoever is a member by then
/// stays one when it is answered.
#[tokio::test(flavor = "multi_thread")]
async fn an_allowed_appeal_ends_the_nomination() {
    for_each_db(|p| async move {
        let (manager, other) = (p.manager().await, p.manager().await);
        let nominee = p.client("Nora Nominee").await;
        let membership = {
            let mut tx = p.db.begin().await.unwrap();
            let granted = services::grant(&mut tx.exec(), &p, nominee.id, p.ids.uuid(), p.now()).await.unwrap();
            tx.commit().await.unwrap();
            granted
        };
        let decide = async |who: &AccountView, act: &str| {
            let version = services::file(&p, who, membership, Locale::En).await.unwrap().membership.version;
            let form = MemberAct {
                id: membership.to_string(),
                version: version.to_string(),
                act: act.to_owned(),
                reasons: "As was said.".to_owned(),
                ..MemberAct::default()
            };
            services::act(&p, who, &form).await
        };
        decide(&manager, "end").await.unwrap();
        let appeal = MembershipForm {
            act: "appeal".to_owned(),
            message: "It was not me.".to_owned(),
            ..MembershipForm::default()
        };
        services::own_act(&p, &nominee, &appeal).await.unwrap();
        let id = stand(&p, &nominee, "fr").await;
        decide(&other, "allow").await.unwrap();
        assert!(is_member(&p, &nominee).await);
        let seen = nominations::nomination(&p, &nominee, id).await.unwrap();
        assert_eq!(seen.summary.state, "withdrawn");
        let last = {
            let mut conn = p.db.conn().await.unwrap();
            gabarit_server::db::nominations::steps(&mut conn.exec(), id).await.unwrap().pop().unwrap()
        };
        assert_eq!((last.event.as_str(), last.actor_name), ("withdrawn", Some(other.name.clone())));
        let (told, _) = mails_to(&p, &nominee.email).await.pop().unwrap();
        assert!(!told.is_empty());
        assert!(nominations::begin(&p, &nominee, &no_ties()).await.is_err(), "members do not stand");
    })
    .await;
}

/// S57: the country that the nomination names is the member's.
#[tokio::test(flavor = "multi_thread")]
async fn the_nomination_names_the_country() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let nominee = p.client("Nora Nominee").await;
        let all = reviewers(&p, &manager, 2).await;
        let id = stand(&p, &nominee, "fr").await;
        at(&p, window()).await;
        for one in &all {
            review::act(&p, one, &scored(id, 5)).await.unwrap();
        }
        manage(&p, &manager, id, grant()).await.unwrap();
        manage(&p, &manager, id, only("send")).await.unwrap();
        assert_eq!(services::mine(&p, &nominee, Locale::Fr).await.unwrap().profile.country, "BE");
    })
    .await;
}

/// S54: a booking shared, an organisation shared: no seat; and nobody reviews a cycle they stand in.
#[tokio::test(flavor = "multi_thread")]
async fn conflicts_are_found() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let nominee = p.client("Nora Nominee").await;
        let booked = p.expert(ExpertSpec::default()).await;
        let same_house = p.expert(ExpertSpec::default()).await;
        let stands = p.expert(ExpertSpec::default()).await;
        let free = p.expert(ExpertSpec::default()).await;
        for one in [&booked, &same_house, &stands, &free] {
            appoint(&p, &manager, &one.account, "fr").await;
        }
        {
            const BOOKING: &str = "INSERT INTO booking (id, reference, idempotency_key, expert_id, client_id, state, version, \
                first_day, last_day, starts_at, ends_at, order_body, quote_body, rulebook_version, total, buyer_body, locale, \
                created_at) VALUES ($1, 'TESTTEST', $1, $2, $3, 'completed', 1, $4, $4, $5, $5, '{}', '{}', 1, 0, '{}', \
                'fr', $5)";
            const HOUSE: &str = "INSERT INTO client_profile (account_id, organisation, street, postal_code, city, country, \
                invoice_email) SELECT $1, b.company, 'Rue 1', '4000', 'Liège', 'BE', 'a@b.example' FROM expert_billing b \
                WHERE b.expert_id = $2";
            let mut tx = p.db.begin().await.unwrap();
            let exec = &mut tx.exec();
            on!(exec, |c| sqlx::query(BOOKING)
                .bind(p.ids.uuid())
                .bind(booked.id.0)
                .bind(nominee.id.0)
                .bind(p.today())
                .bind(p.now())
                .execute(c)
                .await
                .map(drop))
            .unwrap();
            on!(exec, |c| sqlx::query(HOUSE).bind(nominee.id.0).bind(same_house.id.0).execute(c).await.map(drop)).unwrap();
            tx.commit().await.unwrap();
        }
        let id = stand(&p, &nominee, "fr").await;
        stand(&p, &stands.account, "fr").await;
        at(&p, window()).await;
        let everybody = [&booked, &same_house, &stands, &free].map(|one| one.account.clone());
        assert_eq!(seated(&p, id, &everybody).await, std::slice::from_ref(&free.account));
        let file = console::file(&p, &manager, id, Locale::Fr).await.unwrap();
        let bar = |who: &AccountView| file.choices.iter().find(|one| one.reviewer == who.id).unwrap().bar.clone();
        assert_eq!(bar(&booked.account).as_deref(), Some("bookings"));
        assert_eq!(bar(&same_house.account).as_deref(), Some("organisation"));
        assert_eq!(bar(&stands.account).as_deref(), Some("stands"));
        // A seat that nobody can be given is told at once.
        let line = console::desk(&p, &manager).await.unwrap().cycles.remove(1);
        assert!(line.vacant > 0 && line.alarm);
        assert!(mails_to(&p, &manager.email).await.iter().any(|(subject, _)| subject.contains("2027-02")));
        let another = p.expert(ExpertSpec::default()).await;
        appoint(&p, &manager, &another.account, "fr").await;
        jobs::run_due(&p).await.unwrap();
        assert_eq!(seated(&p, id, std::slice::from_ref(&another.account)).await.len(), 1, "given at once");
    })
    .await;
}

/// S54, invariant 5: no number tells a manager of their own nomination, or of one that they have a conflict about: not the
/// line of its cycle, not how much each reviewer has to read, not what waits, not the warnings, not the figures.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_tell_nothing_of_what_is_hidden() {
    for_each_db(|p| async move {
        let (stands, partial, sees) = (p.manager().await, p.manager().await, p.manager().await);
        let readers = reviewers(&p, &sees, 3).await;
        appoint(&p, &sees, &partial, "nl").await;
        // The manager's own, one that another manager steps aside from, and five of others.
        let own = stand(&p, &stands, "fr").await;
        let nominee = p.client("Nora Nominee").await;
        let known = stand(&p, &nominee, "nl").await;
        let mut others = Vec::new();
        for number in 0..5 {
            let who = p.client(&format!("Other {number}")).await;
            others.push(stand(&p, &who, "fr").await);
        }
        at(&p, window()).await;
        assert_eq!(seated(&p, known, std::slice::from_ref(&partial)).await.len(), 1, "they read Dutch");
        let aside = SeatForm {
            id: known.to_string(),
            act: "recuse".to_owned(),
            ground: "We run a meeting of users together.".to_owned(),
            ..SeatForm::default()
        };
        review::act(&p, &partial, &aside).await.unwrap();
        jobs::run_due(&p).await.unwrap();
        let all_readers: Vec<AccountView> = readers.iter().cloned().chain([partial.clone()]).collect();

        // Whoever may see all is shown all; the others see the same as if what is hidden were not there.
        let line = async |who: &AccountView| console::desk(&p, who).await.unwrap().cycles.remove(1);
        let loads = async |who: &AccountView| {
            let all = console::reviewers(&p, who).await.unwrap();
            all.iter().map(|one| one.open + one.done).sum::<u32>()
        };
        let waits = async |who: &AccountView| {
            let overview = gabarit_server::services::manage::overview(&p, who).await.unwrap();
            overview.queues.into_iter().find(|(code, _)| code == "nominations").unwrap().1.count
        };
        let figures = async |who: &AccountView| services::figures(&p, who, Locale::Fr).await.unwrap().cycles.remove(0);
        assert_eq!((line(&sees).await.unanswered, line(&sees).await.reviews, waits(&sees).await), (7, (0, 14), 7));
        assert_eq!(loads(&sees).await, 14);
        let before = (line(&stands).await, line(&partial).await);
        for (who, hidden) in [(&stands, own), (&partial, known)] {
            assert_eq!((line(who).await.unanswered, line(who).await.reviews, waits(who).await), (6, (0, 12), 6));
            assert_eq!(line(who).await.counts, [("review".to_owned(), 6)]);
            assert_eq!(loads(who).await, 12, "who reads it is not to be told by what is left");
            assert_eq!(console::cycle(&p, who, "2027-02", Locale::Fr).await.unwrap().line, line(who).await);
            let seen = console::file(&p, who, others[0], Locale::Fr).await.unwrap();
            assert!(!format!("{seen:?}").contains(&hidden.to_string()));
        }

        // What happens with it moves no number: a seat that falls free, reviews, the decision.
        for id in [own, known] {
            for one in seated(&p, id, &all_readers).await {
                review::act(&p, &one, &scored(id, 1)).await.unwrap();
            }
        }
        assert_eq!(
            (&line(&stands).await.reviews, &line(&partial).await.reviews),
            (&(2, 12), &(2, 12)),
            "the other one's"
        );
        assert_eq!(line(&sees).await.reviews, (4, 14));
        manage(&p, &sees, own, grant()).await.unwrap();
        manage(&p, &sees, known, grant()).await.unwrap();
        let counts = |counts: &[(String, u32)]| counts.iter().map(|(_, count)| count).sum::<u32>();
        assert_eq!(counts(&line(&stands).await.counts), counts(&before.0.counts));
        assert_eq!(counts(&line(&partial).await.counts), counts(&before.1.counts));

        // Warned of what they may know of: who stands, and who is partial, of six; the third of seven.
        let told = async |who: &AccountView| {
            let mails = mails_to(&p, &who.email).await;
            mails
                .into_iter()
                .rfind(|(subject, _)| subject.contains("2027-02"))
                .map(|(_, text)| text)
                .unwrap_or_default()
        };
        at(&p, window() + TimeDelta::days(24)).await;
        assert!(told(&sees).await.contains("7 candidatures"), "{}", told(&sees).await);
        for who in [&stands, &partial] {
            let text = told(who).await;
            assert!(text.contains("6 candidatures"), "{text}");
        }

        // Figures: with their own among the means, whoever reads all the others could subtract them.
        for id in &others {
            for one in seated(&p, *id, &all_readers).await {
                review::act(&p, &one, &scored(*id, 5)).await.unwrap();
            }
            manage(&p, &sees, *id, grant()).await.unwrap();
        }
        for id in others.iter().chain([&own, &known]) {
            manage(&p, &sees, *id, only("send")).await.unwrap();
        }
        for (who, nominations, mean) in [(&sees, 7, 386), (&stands, 6, 433), (&partial, 6, 433)] {
            let found = figures(who).await;
            assert_eq!((found.nominations, found.granted), (nominations, nominations));
            assert!(found.qualities.len() == 5 && found.qualities.iter().all(|(_, of)| *of == mean), "{found:?}");
        }
    })
    .await;
}
