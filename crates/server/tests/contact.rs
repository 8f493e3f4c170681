//! The contact desk, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::TimeDelta;
use gabarit_domain::contact::{Conversation, Topic};
use gabarit_i18n::Locale;
use gabarit_server::{
    jobs, mail,
    services::contact::{self, Access},
    testing::{ExpertSpec, TestPlatform, for_each_db},
};
use gabarit_view::{
    contact::{ContactForm, DeskForm, Side},
    error::{ApiError, Problem},
};

fn visitor(topic: &str, message: &str) -> ContactForm {
    ContactForm {
        topic: topic.to_owned(),
        name: "Vera Voorbeeld".to_owned(),
        email: "vera@client.example".to_owned(),
        message: message.to_owned(),
        locale: "nl".to_owned(),
        ..ContactForm::default()
    }
}

fn act(reference: &str, version: i64, act: &str, message: &str) -> DeskForm {
    DeskForm {
        reference: reference.to_owned(),
        version: version.to_string(),
        act: act.to_owned(),
        message: message.to_owned(),
        note: message.to_owned(),
        ..DeskForm::default()
    }
}

async fn mails_to(p: &TestPlatform, address: &str) -> Vec<(String, String)> {
    jobs::run_due(p).await.unwrap();
    mail::send_due(p).await.unwrap();
    let mut all = mail::local_mailbox(p, 100).await.unwrap();
    all.reverse();
    all.into_iter().filter(|mail| mail.to == address).map(|mail| (mail.subject, mail.text)).collect()
}

/// S10, S45: anybody writes, hears that it came, is answered, and writes again; the managers' inbox knows who waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_is_answered() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let expert = p.expert(ExpertSpec::default()).await;
        let form = ContactForm { expert: expert.id.to_string(), ..visitor("question", "Kent u Dynamo?") };
        let opened = contact::open(&p, None, &form, "192.0.2.1").await.unwrap();
        let key = opened.key.unwrap();

        let mails = mails_to(&p, "vera@client.example").await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].0.contains(&opened.reference) && mails[0].1.contains(&key), "{mails:?}");

        let inbox = contact::inbox(&p, &manager, "waiting", "", false, 1).await.unwrap();
        assert_eq!((inbox.total, inbox.entries[0].topic), (1, Topic::Question));
        p.clock.advance(TimeDelta::hours(2));
        let seen = contact::request(&p, &manager, &opened.reference, Locale::Fr).await.unwrap();
        assert_eq!(seen.thread.expert, Some(expert.id));
        contact::act(&p, &manager, &act(&opened.reference, seen.version, "answer", "Ja, sinds 2019.")).await.unwrap();
        let mails = mails_to(&p, "vera@client.example").await;
        assert!(mails.len() == 2 && mails[1].1.contains("Ja, sinds 2019."), "{mails:?}");
        // The secret is in the first mail only.
        assert!(!mails[1].1.contains(&key));
        assert_eq!(contact::inbox(&p, &manager, "waiting", "", false, 1).await.unwrap().total, 0);

        let access = Access::Key(&key);
        contact::write(&p, access, &opened.reference, "Dank u!", "192.0.2.1").await.unwrap();
        let thread = contact::thread(&p, access, &opened.reference, Locale::Nl).await.unwrap();
        assert_eq!(thread.summary.state, Conversation::Waiting);
        assert_eq!(
            thread.messages.iter().map(|m| m.side).collect::<Vec<_>>(),
            [Side::Sender, Side::Manager, Side::Sender]
        );
        assert_eq!(
            contact::inbox(&p, &manager, "waiting", "", true, 1).await.unwrap().total,
            1,
            "it is its answerer's"
        );
    })
    .await;
}

/// S12, S13, S14: who looks for somebody gets proposals of those who are free, without the one who is not; they go with
/// the answer, by mail and on the page.
#[tokio::test(flavor = "multi_thread")]
async fn alternatives_go_with_the_answer() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let busy = p.expert(ExpertSpec::default()).await;
        let free = p.expert(ExpertSpec::level(2)).await;
        let other = p.expert(ExpertSpec { products: vec!["maya"], ..ExpertSpec::default() }).await;
        let client = p.client("Ada Client").await;
        let form = ContactForm {
            expert: busy.id.to_string(),
            product: "revit".to_owned(),
            mode: "remote".to_owned(),
            from: "2026-12-07".to_owned(),
            until: "2026-12-08".to_owned(),
            ..visitor("not-free", "Deux jours en décembre")
        };
        let reference = contact::open(&p, Some(&client), &form, "192.0.2.1").await.unwrap().reference;
        let seen = contact::request(&p, &manager, &reference, Locale::Fr).await.unwrap();
        let proposed: Vec<_> = seen.alternatives.iter().map(|card| card.id).collect();
        assert_eq!(proposed, [free.id], "not the one who is busy, not {:?} who knows other products", other.id);

        let form = DeskForm { alternatives: "1".to_owned(), ..act(&reference, seen.version, "answer", "Voici :") };
        contact::act(&p, &manager, &form).await.unwrap();
        let thread = contact::thread(&p, Access::Account(&client), &reference, Locale::Fr).await.unwrap();
        assert_eq!(thread.messages[1].experts.iter().map(|card| card.id).collect::<Vec<_>>(), [free.id]);
        let mails = mails_to(&p, &client.email).await;
        assert!(mails.iter().any(|mail| mail.1.contains(&format!("/fr/experts/{}?", free.id))), "{mails:?}");
    })
    .await;
}

/// Nobody reads or writes another's conversation, and a refusal tells nothing; notes are for managers.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_elses() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let owner = p.client("Ada Client").await;
        let stranger = p.client("Bob Stranger").await;
        let form = visitor("dissatisfied", "The secret complaint");
        let mine = contact::open(&p, Some(&owner), &form, "192.0.2.1").await.unwrap().reference;
        let visit = contact::open(&p, None, &form, "192.0.2.1").await.unwrap();
        let seen = contact::request(&p, &manager, &mine, Locale::En).await.unwrap();
        contact::act(&p, &manager, &act(&mine, seen.version, "note", "Careful: third time")).await.unwrap();

        for (access, reference) in [
            (Access::Account(&stranger), &mine),
            (Access::Account(&stranger), &visit.reference),
            (Access::Account(&manager), &mine),
            (Access::Key(visit.key.as_deref().unwrap()), &mine),
            (Access::Key(""), &mine),
            (Access::Key(""), &visit.reference),
            (Access::Key(mine.as_str()), &visit.reference),
        ] {
            assert_eq!(contact::thread(&p, access, reference, Locale::En).await, Err(ApiError::NotFound));
            assert_eq!(contact::write(&p, access, reference, "x", "192.0.2.1").await, Err(ApiError::NotFound));
        }
        assert_eq!(contact::request(&p, &stranger, &mine, Locale::En).await, Err(ApiError::Forbidden));
        assert_eq!(contact::inbox(&p, &stranger, "", "", false, 1).await, Err(ApiError::Forbidden));
        assert_eq!(contact::act(&p, &stranger, &act(&mine, 2, "close", "")).await, Err(ApiError::Forbidden));

        let own = contact::thread(&p, Access::Account(&owner), &mine, Locale::En).await.unwrap();
        assert!(own.messages.iter().all(|m| m.side != Side::Note && !m.body.contains("Careful")));
        assert!(own.summary.assigned.is_none());
        let page = contact::page(&p, Some(&stranger), None, None, Locale::En).await.unwrap();
        assert!(page.own.is_empty());
    })
    .await;
}

/// Two managers at once: one of them acts, the other is told, on either database.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_managers() {
    for_each_db(|p| async move {
        let (one, two) = (p.manager().await, p.manager().await);
        let reference = contact::open(&p, None, &visitor("other", "Hallo"), "192.0.2.1").await.unwrap().reference;
        let version = contact::request(&p, &one, &reference, Locale::En).await.unwrap().version;
        let (answer, close) = (act(&reference, version, "answer", "Dag"), act(&reference, version, "close", ""));
        let (first, second) = tokio::join!(contact::act(&p, &one, &answer), contact::act(&p, &two, &close));
        assert_eq!([&first, &second].iter().filter(|result| result.is_ok()).count(), 1, "{first:?} {second:?}");
        assert!([first, second].contains(&Err(ApiError::MovedOn)));
        let log = contact::request(&p, &one, &reference, Locale::En).await.unwrap().log;
        assert_eq!(log.len(), 2, "{log:?}");
    })
    .await;
}

/// Two requests of one sender go together; those of two senders never do.
#[tokio::test(flavor = "multi_thread")]
async fn merging() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let client = p.client("Ada Client").await;
        let open = |message: &'static str| {
            let (p, client) = (p.clone(), client.clone());
            async move { contact::open(&p, Some(&client), &visitor("other", message), "192.0.2.1").await.unwrap().reference }
        };
        let first = open("First").await;
        p.clock.advance(TimeDelta::seconds(1));
        let second = open("Second").await;
        let foreign = contact::open(&p, None, &visitor("other", "Foreign"), "192.0.2.1").await.unwrap().reference;
        let merge = |into: &str| DeskForm { into: into.to_owned(), ..act(&second, 1, "merge", "") };
        for bad in ["", "NOSUCH", &foreign, &second] {
            let problem = if bad.is_empty() { Problem::Missing } else { Problem::Unknown };
            assert_eq!(contact::act(&p, &manager, &merge(bad)).await, Err(ApiError::field("into", problem)), "{bad}");
        }
        contact::act(&p, &manager, &merge(&first.to_lowercase())).await.unwrap();
        let thread = contact::thread(&p, Access::Account(&client), &first, Locale::Fr).await.unwrap();
        assert_eq!(thread.messages.iter().map(|m| m.body.as_str()).collect::<Vec<_>>(), ["First", "Second"]);
        let gone = contact::thread(&p, Access::Account(&client), &second, Locale::Fr).await.unwrap();
        assert_eq!(gone.merged_into.as_deref(), Some(first.as_str()));
        let more = contact::write(&p, Access::Account(&client), &second, "More", "192.0.2.1").await;
        assert_eq!(more, Err(ApiError::MovedOn));
        assert_eq!(contact::inbox(&p, &manager, "waiting", "", false, 1).await.unwrap().total, 2);
    })
    .await;
}

/// Mistakes are told by their fields, all at once; floods are slowed down, from one address and to one recipient.
#[tokio::test(flavor = "multi_thread")]
async fn mistakes_and_floods() {
    for_each_db(|p| async move {
        let form = ContactForm {
            topic: "sourcing".to_owned(),
            email: "nobody".to_owned(),
            place: "Nowhere at all".to_owned(),
            from: "2026-02-30".to_owned(),
            website: "https://spam.example".to_owned(),
            ..ContactForm::default()
        };
        let Err(ApiError::Invalid { fields, .. }) = contact::open(&p, None, &form, "192.0.2.1").await else { panic!() };
        let mut names: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["email", "from", "message", "name", "place", "website"]);

        for n in 0..5 {
            let result = contact::open(&p, None, &visitor("other", "Hallo"), &format!("192.0.2.{n}")).await;
            assert!(result.is_ok(), "{n}: {result:?}");
        }
        let flood = contact::open(&p, None, &visitor("other", "Hallo"), "192.0.2.77").await;
        assert!(matches!(flood, Err(ApiError::TooManyAttempts { .. })), "{flood:?}");
        p.clock.advance(TimeDelta::minutes(61));
        assert!(contact::open(&p, None, &visitor("other", "Hallo"), "192.0.2.77").await.is_ok());
        let mut refused = 0;
        for n in 0..25 {
            let form = ContactForm { email: format!("v{n}@client.example"), ..visitor("other", "Hallo") };
            refused += u32::from(contact::open(&p, None, &form, "192.0.2.77").await.is_err());
        }
        assert_eq!(refused, 6);
    })
    .await;
}
