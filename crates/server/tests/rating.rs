//! Reviews by both sides (S21), on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "booking_story/stage.rs"]
#[expect(dead_code, reason = "shared with the stories of bookings")]
mod stage;

use chrono::TimeDelta;
use futures::future::join_all;
use gabarit_domain::{ids::BookingId, rating::ReviewState};
use gabarit_i18n::Locale;
use gabarit_server::{
    on,
    services::{experts, own_data, rating},
    testing::{TestPlatform, for_each_db},
};
use gabarit_view::{
    account::AccountView,
    booking::BookingAction,
    error::{ApiError, Problem},
    rating::{ModerationForm, RatingAnswerForm, RatingForm},
};
use stage::{DAYS, Stage};

fn of_expert(id: BookingId, marks: [u8; 4], body: &str) -> RatingForm {
    let [knowledge, communication, reliability, value] = marks.map(|mark| mark.to_string());
    RatingForm {
        id: id.to_string(),
        knowledge,
        communication,
        reliability,
        value,
        body: body.to_owned(),
        locale: "nl".to_owned(),
        ..RatingForm::default()
    }
}

fn of_client(id: BookingId, rating: u8, body: &str) -> RatingForm {
    RatingForm {
        id: id.to_string(),
        rating: rating.to_string(),
        body: body.to_owned(),
        locale: "fr".to_owned(),
        ..RatingForm::default()
    }
}

fn answer(id: BookingId, act: &str, text: &str) -> RatingAnswerForm {
    RatingAnswerForm {
        id: id.to_string(),
        act: act.to_owned(),
        reply: text.to_owned(),
        reason: text.to_owned(),
        ..RatingAnswerForm::default()
    }
}

/// Booked, accepted, and over.
async fn completed(stage: &Stage, days: &str, after: &str) -> BookingId {
    let (id, _) = stage.paid(days).await;
    stage.accept(id).await;
    stage.at(after).await;
    assert_eq!(stage.state(id).await, "completed");
    id
}

/// What the expert's card says: mean in tenths, and of how many.
async fn card(p: &TestPlatform, stage: &Stage) -> (Option<u32>, u32) {
    let card = experts::card(p, stage.expert.id, Locale::Fr).await.unwrap().unwrap();
    (card.rating_tenths, card.rating_count)
}

/// S21: nobody reads the other side's review before both are in; then both are shown, counted and answered once.
#[tokio::test(flavor = "multi_thread")]
async fn both_sides_write_unseen() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let expert = stage.expert.account.clone();
        let id = completed(&stage, DAYS, "2026-12-02T23:00:01Z").await;
        assert!(stage.client_view(id).await.actions.contains(&BookingAction::Review));
        rating::write(&p, &stage.client, &of_expert(id, [5, 4, 5, 5], "Vlot en degelijk.")).await.unwrap();

        let page = rating::page(&p, &expert, id).await.unwrap();
        assert!(page.theirs.is_none() && page.own.is_none() && page.until.is_some(), "{page:?}");
        assert_eq!(card(&p, &stage).await, (None, 0), "not counted yet");
        assert!(experts::profile(&p, stage.expert.id, Locale::Fr).await.unwrap().unwrap().reviews.is_empty());
        assert_eq!(rating::answer(&p, &expert, &answer(id, "reply", "Merci.")).await, Err(ApiError::MovedOn));

        rating::write(&p, &expert, &of_client(id, 4, "Dossier bien préparé.")).await.unwrap();
        let page = rating::page(&p, &expert, id).await.unwrap();
        let theirs = page.theirs.unwrap();
        assert_eq!((theirs.body.as_str(), theirs.rating, theirs.state), ("Vlot en degelijk.", 5, ReviewState::Shown));
        let page = rating::page(&p, &stage.client, id).await.unwrap();
        assert_eq!(page.theirs.unwrap().body, "Dossier bien préparé.");
        assert_eq!(card(&p, &stage).await, (Some(50), 1));
        assert!(!stage.client_view(id).await.actions.contains(&BookingAction::Review));

        rating::answer(&p, &expert, &answer(id, "reply", "Merci de votre accueil.")).await.unwrap();
        assert_eq!(rating::answer(&p, &expert, &answer(id, "reply", "Encore.")).await, Err(ApiError::MovedOn));
        let profile = experts::profile(&p, stage.expert.id, Locale::Fr).await.unwrap().unwrap();
        assert_eq!(profile.reviews[0].reply.as_deref(), Some("Merci de votre accueil."));
        assert_eq!(
            (profile.reviews[0].author.as_str(), profile.rating_spread),
            ("Bureau Voorbeeld B.V.", [0, 0, 0, 0, 1])
        );
        stage.sound().await;
    })
    .await;
}

/// S21: what one side wrote is shown after 14 days without the other's; then nothing more is written. A reminder went
/// to whoever had not.
#[tokio::test(flavor = "multi_thread")]
async fn time_shows_what_one_side_wrote() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let id = completed(&stage, DAYS, "2026-12-02T23:00:01Z").await;
        rating::write(&p, &stage.client, &of_expert(id, [2, 2, 3, 2], "Te laat begonnen.")).await.unwrap();
        let before =
            (stage.mail_to(&stage.client.email).await.len(), stage.mail_to(&stage.expert.account.email).await.len());
        stage.at("2026-12-05T23:00:02Z").await;
        let after =
            (stage.mail_to(&stage.client.email).await.len(), stage.mail_to(&stage.expert.account.email).await.len());
        assert_eq!(after, (before.0, before.1 + 1), "only who has not written is reminded");
        stage.at("2026-12-16T23:00:00Z").await;
        assert_eq!(card(&p, &stage).await.1, 0, "a second too early");
        stage.at("2026-12-16T23:00:02Z").await;
        assert_eq!(card(&p, &stage).await, (Some(20), 1));
        let late = rating::write(&p, &stage.expert.account, &of_client(id, 1, "Réponse du berger.")).await;
        assert_eq!(late, Err(ApiError::MovedOn));
        // The job comes twice: nothing is counted twice.
        rating::show_due(&p, id).await.unwrap();
        assert_eq!(card(&p, &stage).await, (Some(20), 1));
        stage.sound().await;
    })
    .await;
}

/// S21: after completion only, nobody twice, nobody else's booking, no links, no half-filled form.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_write_what() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let stranger = p.client("Sam Elders").await;
        let manager = p.manager().await;
        let good = |id| of_expert(id, [4, 4, 4, 4], "Goed gedaan.");
        let (id, _) = stage.paid(DAYS).await;
        assert_eq!(rating::write(&p, &stage.client, &good(id)).await, Err(ApiError::MovedOn), "not accepted");
        stage.accept(id).await;
        stage.at("2026-12-02T22:00:00Z").await;
        assert_eq!(rating::write(&p, &stage.client, &good(id)).await, Err(ApiError::MovedOn), "not over");
        stage.at("2026-12-02T23:00:01Z").await;
        for other in [&stranger, &manager] {
            assert_eq!(rating::write(&p, other, &good(id)).await, Err(ApiError::NotFound));
            assert_eq!(rating::page(&p, other, id).await.unwrap_err(), ApiError::NotFound);
            assert_eq!(rating::answer(&p, other, &answer(id, "report", "Non.")).await, Err(ApiError::NotFound));
        }
        let fields = |result: Result<(), ApiError>| match result {
            Err(ApiError::Invalid { fields, .. }) => {
                fields.into_iter().map(|field| (field.field, field.problem)).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        let empty =
            fields(rating::write(&p, &stage.client, &RatingForm { id: id.to_string(), ..RatingForm::default() }).await);
        assert_eq!(empty.len(), 5);
        assert!(empty.iter().all(|(_, problem)| *problem == Problem::Missing), "{empty:?}");
        let link = of_expert(id, [5, 5, 5, 5], "Zie www.elders.example voor meer.");
        assert!(matches!(fields(rating::write(&p, &stage.client, &link).await)[..], [(_, Problem::Links(_))]));
        let wild = RatingForm { value: "6".to_owned(), ..good(id) };
        assert_eq!(fields(rating::write(&p, &stage.client, &wild).await), [("value".to_owned(), Problem::Unknown)]);

        // The same form from many windows at once is one review.
        let at_once = {
            let forms: Vec<RatingForm> = (0..6).map(|_| good(id)).collect();
            join_all(forms.iter().map(|form| rating::write(&p, &stage.client, form))).await
        };
        assert_eq!(at_once.iter().filter(|result| result.is_ok()).count(), 1, "{at_once:?}");
        assert!(at_once.iter().all(|result| matches!(result, Ok(()) | Err(ApiError::MovedOn))));
        assert_eq!(stage.count("SELECT COUNT(*) FROM review").await, 1);
        stage.sound().await;
    })
    .await;
}

async fn moderate(p: &TestPlatform, who: &AccountView, id: &str, act: &str, reason: &str) -> Result<(), ApiError> {
    let form = ModerationForm {
        id: id.to_owned(),
        act: act.to_owned(),
        reason: reason.to_owned(),
        ..ModerationForm::default()
    };
    rating::moderate(p, who, &form).await
}

/// S21: a reported review is a manager's to decide on, with reasons that both sides get; what is taken down is neither
/// seen nor counted.
#[tokio::test(flavor = "multi_thread")]
async fn reported_and_moderated() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let manager = p.manager().await;
        let expert = stage.expert.account.clone();
        let id = completed(&stage, DAYS, "2026-12-02T23:00:01Z").await;
        rating::write(&p, &stage.client, &of_expert(id, [1, 1, 1, 1], "Onzin over de buren.")).await.unwrap();
        rating::write(&p, &expert, &of_client(id, 3, "Correct.")).await.unwrap();
        rating::answer(&p, &expert, &answer(id, "report", "Cela ne parle pas de la mission.")).await.unwrap();
        assert_eq!(rating::answer(&p, &expert, &answer(id, "report", "Encore.")).await, Err(ApiError::MovedOn));

        assert_eq!(rating::moderation(&p, &stage.client, "").await.unwrap_err(), ApiError::Forbidden);
        let queue = rating::moderation(&p, &manager, "reported").await.unwrap();
        assert_eq!((queue.waiting, queue.reviews.len()), (1, 1));
        let review = queue.reviews[0].review.id.to_string();
        assert_eq!(queue.reviews[0].reports[0].1, "Cela ne parle pas de la mission.");
        assert_eq!(moderate(&p, &stage.client, &review, "hide", "x").await, Err(ApiError::Forbidden));
        assert!(matches!(moderate(&p, &manager, &review, "hide", " ").await, Err(ApiError::Invalid { .. })));
        let mails = stage.mail_to(&stage.client.email).await.len();
        moderate(&p, &manager, &review, "hide", "Hors sujet.").await.unwrap();
        assert_eq!(moderate(&p, &manager, &review, "hide", "Encore.").await, Err(ApiError::MovedOn));
        assert_eq!(stage.mail_to(&stage.client.email).await.len(), mails + 1);
        assert_eq!(card(&p, &stage).await, (None, 0));
        let profile = experts::profile(&p, stage.expert.id, Locale::Fr).await.unwrap().unwrap();
        assert_eq!((profile.reviews.len(), profile.rating_spread), (0, [0; 5]));
        assert!(rating::page(&p, &expert, id).await.unwrap().theirs.is_none());
        assert_eq!(rating::moderation(&p, &manager, "hidden").await.unwrap().reviews.len(), 1);
        moderate(&p, &manager, &review, "restore", "Après relecture.").await.unwrap();
        assert_eq!(card(&p, &stage).await, (Some(10), 1));
        let events: Vec<String> = rating::moderation(&p, &manager, "shown")
            .await
            .unwrap()
            .reviews
            .iter()
            .find(|r| !r.of_client)
            .unwrap()
            .log
            .iter()
            .map(|line| line.2.clone())
            .collect();
        assert!(events.contains(&"hide".to_owned()) && events.contains(&"restore".to_owned()), "{events:?}");
        // The log is only ever added to.
        let mut conn = p.db.conn().await.unwrap();
        let erased = on!(&mut conn.exec(), |c| sqlx::query("DELETE FROM review_log").execute(c).await.map(drop));
        assert!(erased.is_err());
        p.clock.advance(TimeDelta::days(30));
        stage.work().await;
        stage.sound().await;
    })
    .await;
}

/// S21: nobody judges a review of themselves, or their own; a report falls with the review when its client is erased.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_judges_in_their_own_cause() {
    for_each_db(|p| async move {
        let stage = Stage::new(p.clone()).await;
        let manager = p.manager().await;
        let id = completed(&stage, DAYS, "2026-12-02T23:00:01Z").await;
        rating::write(&p, &stage.client, &of_expert(id, [1, 1, 1, 1], "Zwak.")).await.unwrap();
        rating::write(&p, &stage.expert.account, &of_client(id, 1, "Impoli.")).await.unwrap();
        rating::answer(&p, &stage.expert.account, &answer(id, "report", "C’est faux.")).await.unwrap();
        rating::answer(&p, &stage.client, &answer(id, "report", "Dat klopt niet.")).await.unwrap();
        let queue = rating::moderation(&p, &manager, "reported").await.unwrap();
        assert_eq!((queue.waiting, queue.reviews.len()), (2, 2));
        for side in [&stage.client, &stage.expert.account] {
            let judge = AccountView { is_manager: true, ..side.clone() };
            for review in &queue.reviews {
                let id = review.review.id.to_string();
                for act in ["hide", "keep"] {
                    assert_eq!(moderate(&p, &judge, &id, act, "Ik vind van niet.").await, Err(ApiError::Forbidden));
                }
            }
        }
        own_data::erase(&p, &p.confirmed(&stage.client), true).await.unwrap();
        let queue = rating::moderation(&p, &manager, "reported").await.unwrap();
        assert_eq!((queue.waiting, queue.reviews.len()), (1, 1), "that of the expert");
        moderate(&p, &manager, &queue.reviews[0].review.id.to_string(), "keep", "Een mening.").await.unwrap();
        assert_eq!(rating::moderation(&p, &manager, "reported").await.unwrap().waiting, 0);
    })
    .await;
}
