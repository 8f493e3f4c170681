//! The contact desk, on both databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::{Months, TimeDelta};
use gabarit_domain::{
    contact::{Conversation, Topic},
    ids::UploadId,
};
use gabarit_i18n::Locale;
use gabarit_server::{
    jobs::{self, JobKind},
    mail, on,
    services::{
        contact::{self, Access},
        files::SentFile,
        manage,
    },
    testing::{ExpertSpec, PDF, TestPlatform, for_each_db},
};
use gabarit_view::{
    contact::{ContactForm, DeskForm, Side, ThreadView},
    error::{ApiError, Problem},
};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

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
        let key = p.desk_key(&opened.reference).await.unwrap();

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
        assert!(mails[1].1.contains(&key), "the link goes with the answer, too");
        assert_eq!(contact::inbox(&p, &manager, "waiting", "", false, 1).await.unwrap().total, 0);

        p.clock.advance(TimeDelta::seconds(1));
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
        let key = p.desk_key(&visit.reference).await.unwrap();
        let seen = contact::request(&p, &manager, &mine, Locale::En).await.unwrap();
        contact::act(&p, &manager, &act(&mine, seen.version, "note", "Careful: third time")).await.unwrap();

        for (access, reference) in [
            (Access::Account(&stranger), &mine),
            (Access::Account(&stranger), &visit.reference),
            (Access::Account(&manager), &mine),
            (Access::Key(&key), &mine),
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

fn pdf(name: &str) -> SentFile {
    SentFile { name: name.to_owned(), bytes: PDF.to_vec() }
}

fn files_of(thread: &ThreadView) -> Vec<(Side, String, UploadId)> {
    let all = thread.messages.iter().flat_map(|message| message.files.iter().map(move |file| (message.side, file)));
    all.map(|(side, file)| (side, file.name.clone(), UploadId(file.id))).collect()
}

fn problems(error: &ApiError, field: &'static str) -> Vec<Problem> {
    error.problems(field).cloned().collect()
}

/// S10, S11: files go with the first message, with further ones and with answers, are told in the mails, and fetched by
/// the sender (by the secret link, or signed in) and by managers. Those of notes are fetched by managers alone, and
/// nobody else fetches any.
#[tokio::test(flavor = "multi_thread")]
async fn files_belong_to_the_conversation() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let (owner, stranger) = (p.client("Ada Client").await, p.client("Bob Stranger").await);
        let form = visitor("question", "Zie bijlage");
        let visit =
            contact::open_with_files(&p, None, &form, "192.0.2.1", vec![pdf("../Plan één.pdf.exe")]).await.unwrap();
        let key = p.desk_key(&visit.reference).await.unwrap();
        let other = contact::open(&p, None, &form, "192.0.2.1").await.unwrap().reference;
        let other = p.desk_key(&other).await.unwrap();
        let mine = contact::open_with_files(&p, Some(&owner), &form, "192.0.2.1", vec![pdf("mine.pdf")]).await.unwrap();
        let mails = mails_to(&p, "vera@client.example").await;
        assert!(mails.iter().any(|mail| mail.1.contains("Plan één pdf.pdf")), "{mails:?}");

        p.clock.advance(TimeDelta::seconds(1));
        let version = |reference: &str| {
            let (p, manager, reference) = (p.clone(), manager.clone(), reference.to_owned());
            async move { contact::request(&p, &manager, &reference, Locale::Nl).await.unwrap().version }
        };
        let answer = act(&visit.reference, version(&visit.reference).await, "answer", "Alstublieft");
        contact::act_with_files(&p, &manager, &answer, vec![pdf("offerte.pdf"), pdf("voorwaarden.pdf")]).await.unwrap();
        p.clock.advance(TimeDelta::seconds(1));
        let note = act(&visit.reference, version(&visit.reference).await, "note", "Opgelet");
        contact::act_with_files(&p, &manager, &note, vec![pdf("intern.pdf")]).await.unwrap();
        p.clock.advance(TimeDelta::seconds(1));
        let access = Access::Key(&key);
        contact::write_with_files(&p, access, &visit.reference, ("Dank", ""), "192.0.2.1", vec![pdf("ja.pdf")])
            .await
            .unwrap();
        let mails = mails_to(&p, "vera@client.example").await;
        let told = mails.iter().filter(|mail| mail.1.contains("offerte.pdf") && mail.1.contains("voorwaarden.pdf"));
        assert_eq!(told.count(), 1);
        assert!(!mails.iter().any(|mail| mail.1.contains("intern.pdf")));

        let seen = contact::thread(&p, access, &visit.reference, Locale::Nl).await.unwrap();
        let names: Vec<_> = files_of(&seen).into_iter().map(|(side, name, _)| (side, name)).collect();
        assert_eq!(
            names,
            [
                (Side::Sender, "Plan één pdf.pdf".to_owned()),
                (Side::Manager, "offerte.pdf".to_owned()),
                (Side::Manager, "voorwaarden.pdf".to_owned()),
                (Side::Sender, "ja.pdf".to_owned()),
            ]
        );
        let all = contact::request(&p, &manager, &visit.reference, Locale::Nl).await.unwrap().thread;
        assert_eq!(files_of(&all).len(), 5);
        for (side, _, id) in files_of(&all) {
            assert_eq!(contact::fetch_file(&p, Some(&manager), "", id).await.unwrap().bytes, PDF);
            let sender = contact::fetch_file(&p, None, &key, id).await;
            match side {
                Side::Note => assert_eq!(sender, Err(ApiError::NotFound)),
                _ => assert_eq!(sender.unwrap().media_type, "application/pdf"),
            }
            assert_eq!(contact::fetch_file(&p, None, "", id).await, Err(ApiError::SignInRequired));
            for (actor, key) in
                [(None, other.as_str()), (None, "x"), (Some(&owner), ""), (Some(&stranger), other.as_str())]
            {
                assert_eq!(contact::fetch_file(&p, actor, key, id).await, Err(ApiError::NotFound));
            }
        }
        // What goes with a note of an account's conversation is not that account's either.
        let note = act(&mine.reference, version(&mine.reference).await, "note", "Careful");
        contact::act_with_files(&p, &manager, &note, vec![pdf("hidden.pdf")]).await.unwrap();
        let all = contact::request(&p, &manager, &mine.reference, Locale::Nl).await.unwrap().thread;
        for (side, _, id) in files_of(&all) {
            let fetched = contact::fetch_file(&p, Some(&owner), "", id).await;
            assert_eq!(fetched.is_ok(), side != Side::Note, "{fetched:?}");
            assert_eq!(contact::fetch_file(&p, Some(&stranger), "", id).await, Err(ApiError::NotFound));
        }
        // What strangers send is not even looked at.
        let before = p.stored_files();
        let refused = contact::write_with_files(
            &p,
            Access::Key(&other),
            &visit.reference,
            ("", ""),
            "192.0.2.9",
            vec![pdf("x.pdf")],
        );
        assert_eq!(refused.await, Err(ApiError::NotFound));
        assert_eq!(contact::may_write(&p, Access::Key(&other), &visit.reference, "").await, Err(ApiError::NotFound));
        assert_eq!(contact::may_answer(&p, &owner, &mine.reference).await, Err(ApiError::Forbidden));
        assert_eq!(p.stored_files(), before);
    })
    .await;
}

/// S10, S11: files that are none of ours are named beside the field, and nothing is sent or kept; a move that writes
/// nothing takes none, and one that came too late leaves none behind.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_checked() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let page = SentFile { name: "page.pdf".to_owned(), bytes: b"<!doctype html>".to_vec() };
        let form = visitor("other", "");
        let files = vec![pdf("a.pdf"), page.clone()];
        let refused = contact::open_with_files(&p, None, &form, "192.0.2.1", files).await.unwrap_err();
        assert_eq!(problems(&refused, "message"), [Problem::Missing]);
        assert_eq!(problems(&refused, "files"), [Problem::FileType("page.pdf".to_owned())]);
        let many = vec![pdf("a.pdf"); 6];
        let refused = contact::open_with_files(&p, None, &visitor("other", "x"), "192.0.2.1", many).await.unwrap_err();
        assert_eq!(problems(&refused, "files"), [Problem::TooMany(5)]);
        let opened = contact::open(&p, None, &visitor("other", "Hallo"), "192.0.2.1").await.unwrap();
        let key = p.desk_key(&opened.reference).await.unwrap();
        let access = Access::Key(&key);
        let refused =
            contact::write_with_files(&p, access, &opened.reference, ("x", ""), "192.0.2.1", vec![page.clone()]).await;
        assert_eq!(problems(&refused.unwrap_err(), "files"), [Problem::FileType("page.pdf".to_owned())]);
        let answer = act(&opened.reference, 1, "answer", "Dag");
        let refused = contact::act_with_files(&p, &manager, &answer, vec![page]).await.unwrap_err();
        assert_eq!(problems(&refused, "files"), [Problem::FileType("page.pdf".to_owned())]);
        let close = act(&opened.reference, 1, "close", "");
        assert_eq!(contact::act_with_files(&p, &manager, &close, vec![pdf("a.pdf")]).await, Err(ApiError::Transport));
        let late = act(&opened.reference, 7, "answer", "Dag");
        assert_eq!(contact::act_with_files(&p, &manager, &late, vec![pdf("a.pdf")]).await, Err(ApiError::MovedOn));
        assert_eq!(p.stored_files(), 0);
    })
    .await;
}

/// S10: how much comes from one address within a day has its limit, of the newer kind a household's whole block; so has
/// the number of forms that are read at all, and what a conversation holds.
#[tokio::test(flavor = "multi_thread")]
async fn files_have_their_limits() {
    for_each_db(|p| async move {
        let send = |n: u32, address: String| {
            let p = p.clone();
            async move {
                let form = ContactForm { email: format!("v{n}@client.example"), ..visitor("other", "Hallo") };
                contact::open_with_files(&p, None, &form, &address, vec![pdf("a.pdf"); 5]).await
            }
        };
        for n in 0..4 {
            send(n, format!("2001:db8:1:2::{n}")).await.unwrap();
        }
        let flood = send(5, "2001:db8:1:2:ffff::9".to_owned()).await;
        assert!(matches!(flood, Err(ApiError::TooManyAttempts { .. })), "{flood:?}");
        assert_eq!(p.stored_files(), 20, "nothing of it is kept");
        send(6, "2001:db8:1:3::1".to_owned()).await.unwrap();
        p.clock.advance(TimeDelta::hours(25));
        send(7, "2001:db8:1:2::1".to_owned()).await.unwrap();
        for _ in 0..60 {
            contact::may_open(&p, None, "192.0.2.7").await.unwrap();
        }
        let flood = contact::may_open(&p, None, "192.0.2.7").await;
        assert!(matches!(flood, Err(ApiError::TooManyAttempts { .. })), "{flood:?}");
        assert!(contact::may_open(&p, None, "192.0.2.8").await.is_ok());
    })
    .await;
}

/// S10: however many write at once, a conversation keeps no more files than it may, and nothing of what was refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_conversation_stays_full_under_a_race() {
    for_each_db(|p| async move {
        let client = p.client("Ada Client").await;
        let reference =
            contact::open(&p, Some(&client), &visitor("other", "Hallo"), "192.0.2.1").await.unwrap().reference;
        let write = |files: usize| {
            let (p, client, reference) = (p.clone(), client.clone(), reference.clone());
            async move {
                let access = Access::Account(&client);
                let files = vec![pdf("a.pdf"); files];
                contact::write_with_files(&p, access, &reference, ("Encore", ""), "192.0.2.1", files).await
            }
        };
        for _ in 0..8 {
            write(5).await.unwrap();
        }
        // An account sends so many a day, too: the next day there is room for two of these.
        p.clock.advance(TimeDelta::hours(25));
        let together = Arc::new(tokio::sync::Barrier::new(8));
        let writers: Vec<_> = (0..8)
            .map(|_| {
                let (writing, together) = (write(5), Arc::clone(&together));
                tokio::spawn(async move {
                    together.wait().await;
                    writing.await
                })
            })
            .collect();
        let mut kept = 0;
        for writer in writers {
            match writer.await.unwrap() {
                Ok(()) => kept += 1,
                Err(error) => assert_eq!(problems(&error, "files"), [Problem::NoMoreFiles(50)], "{error:?}"),
            }
        }
        let thread = contact::thread(&p, Access::Account(&client), &reference, Locale::Fr).await.unwrap();
        assert_eq!((kept, thread.messages.len(), files_of(&thread).len(), p.stored_files()), (2, 11, 50, 50));
    })
    .await;
}

/// Orders the work of retention, which is otherwise done every hour, and does it.
async fn erase_due(p: &TestPlatform) {
    let mut tx = p.db.begin().await.unwrap();
    jobs::schedule(&mut tx.exec(), JobKind::EraseVisits, Uuid::nil(), p.now()).await.unwrap();
    tx.commit().await.unwrap();
    jobs::run_due(p).await.unwrap();
}

/// S10: an address that a visitor typed proves nothing: a conversation with files is not merged with another of the same
/// address, whose writer could fetch them; without files it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_typed_address_proves_nothing() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let open = async |files| {
            let form =
                ContactForm { email: "vera@client.example".to_owned(), ..visitor("question", "About my contract") };
            contact::open_with_files(&p, None, &form, "192.0.2.1", files).await.unwrap().reference
        };
        let (hers, typed, plain) = (open(vec![pdf("contract.pdf")]).await, open(vec![]).await, open(vec![]).await);
        let merge = async |from: &str, into: &str| {
            let version = contact::request(&p, &manager, from, Locale::Nl).await.unwrap().version;
            let form = DeskForm { into: into.to_owned(), ..act(from, version, "merge", "") };
            contact::act(&p, &manager, &form).await
        };
        let refused = Err(ApiError::field("into", Problem::NotProved));
        assert_eq!(merge(&hers, &typed).await, refused);
        assert_eq!(merge(&typed, &hers).await, refused);
        assert_eq!(merge(&plain, &typed).await, Ok(()));
    })
    .await;
}

/// S10: the link goes to the address alone, with the confirmation and with the answer; to open it confirms the address, once.
/// Until then managers see that it is not confirmed, and answer all the same; a link that was shown on a screen proves
/// nothing. What two confirmed requests of one address hold goes together.
#[tokio::test(flavor = "multi_thread")]
async fn the_link_confirms_the_address() {
    for_each_db(|p| async move {
        let (manager, client) = (p.manager().await, p.client("Ada Client").await);
        let open = async |files| {
            contact::open_with_files(&p, None, &visitor("other", "Hallo"), "192.0.2.1", files).await.unwrap().reference
        };
        let (first, second, older) = (open(vec![pdf("plan.pdf")]).await, open(vec![]).await, open(vec![]).await);
        let own = contact::open(&p, Some(&client), &visitor("other", "Hallo"), "192.0.2.1").await.unwrap().reference;
        let seen = async |reference: &str| contact::request(&p, &manager, reference, Locale::Nl).await.unwrap();
        let unconfirmed = async |reference: &str| {
            let inbox = contact::inbox(&p, &manager, "", "", false, 1).await.unwrap();
            let row = inbox.entries.into_iter().find(|row| row.reference == reference).unwrap();
            let page = seen(reference).await.thread.summary.unconfirmed;
            assert_eq!(row.unconfirmed, page);
            page
        };
        assert_eq!([unconfirmed(&first).await, unconfirmed(&own).await], [true, false]);
        let answer = act(&first, seen(&first).await.version, "answer", "Dag Vera");
        contact::act(&p, &manager, &answer).await.unwrap();
        let mails = mails_to(&p, "vera@client.example").await;
        let link = format!("/contact/{first}?key={}", p.desk_key(&first).await.unwrap());
        let told = mails.iter().filter(|mail| mail.1.contains(&link)).collect::<Vec<_>>();
        assert_eq!((told.len(), told.last().unwrap().1.contains("Dag Vera")), (2, true), "{mails:?}");
        let wrong = contact::thread(&p, Access::Key("guessed"), &first, Locale::Nl).await;
        assert_eq!((wrong, unconfirmed(&first).await), (Err(ApiError::NotFound), true));

        let merge = async |from: &str, into: &str| {
            let form = DeskForm { into: into.to_owned(), ..act(from, seen(from).await.version, "merge", "") };
            contact::act(&p, &manager, &form).await
        };
        let refused = Err(ApiError::field("into", Problem::NotProved));
        assert_eq!(merge(&first, &second).await, refused);
        for reference in [&first, &first] {
            let key = p.desk_key(reference).await.unwrap();
            let thread = contact::thread(&p, Access::Key(&key), reference, Locale::Nl).await.unwrap();
            assert!(!thread.summary.unconfirmed);
        }
        assert!(!unconfirmed(&first).await);
        let log = seen(&first).await.log;
        assert_eq!(log.iter().filter(|line| line.event == "confirmed").count(), 1, "{log:?}");
        assert_eq!(merge(&second, &first).await, refused, "the other is not confirmed");
        let key = p.desk_key(&second).await.unwrap();
        contact::thread(&p, Access::Key(&key), &second, Locale::Nl).await.unwrap();
        assert_eq!(merge(&second, &first).await, Ok(()));

        // As it was written when the link was shown to whoever sent the form.
        let key = p.desk_key(&older).await.unwrap();
        let mut tx = p.db.begin().await.unwrap();
        on!(&mut tx.exec(), |c| sqlx::query("UPDATE contact_request SET sealed_key = NULL WHERE reference = $1")
            .bind(&older)
            .execute(c)
            .await
            .map(drop))
        .unwrap();
        tx.commit().await.unwrap();
        contact::thread(&p, Access::Key(&key), &older, Locale::Nl).await.unwrap();
        assert!(unconfirmed(&older).await);
        contact::act(&p, &manager, &act(&older, seen(&older).await.version, "answer", "Goeiedag")).await.unwrap();
        let mails = mails_to(&p, "vera@client.example").await;
        let told = mails.iter().find(|mail| mail.1.contains("Goeiedag")).unwrap();
        assert!(!told.1.contains(&key) && told.1.contains("eerste e-mail"), "{told:?}");
    })
    .await;
}

/// S10: a form that is posted twice, or many times at once, is one message with its files and one mail, whether a visitor, an
/// account or a manager posts it; what says something else is another.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn posted_twice_is_one_message() {
    for_each_db(|p| async move {
        let (manager, client) = (p.manager().await, p.client("Ada Client").await);
        let page = contact::page(&p, None, None, None, Locale::Nl).await.unwrap();
        let form = ContactForm { form_key: page.form_key, ..visitor("other", "Hallo") };
        let together = async |what: usize| {
            let barrier = Arc::new(tokio::sync::Barrier::new(4));
            let posts = (0..4).map(|_| {
                let (p, form, client, barrier) = (p.clone(), form.clone(), client.clone(), Arc::clone(&barrier));
                tokio::spawn(async move {
                    barrier.wait().await;
                    let actor = (what == 1).then_some(&client);
                    contact::open_with_files(&p, actor, &form, "192.0.2.1", vec![pdf("plan.pdf")]).await
                })
            });
            let opened: Vec<_> =
                futures::future::join_all(posts).await.into_iter().map(|post| post.unwrap().unwrap()).collect();
            assert!(opened.iter().all(|one| *one == opened[0]), "{opened:?}");
            opened[0].reference.clone()
        };
        let (visit, own) = (together(0).await, together(1).await);
        assert_ne!(visit, own, "who is signed in is somebody else");
        let total = async || contact::inbox(&p, &manager, "", "", false, 1).await.unwrap().total;
        assert_eq!((total().await, p.stored_files()), (2, 2));
        assert_eq!(mails_to(&p, "vera@client.example").await.len(), 1);
        // The same page once more, with other words: another request. Without a key each is one.
        p.clock.advance(TimeDelta::hours(1));
        let other = ContactForm { message: "Nog iets".to_owned(), ..form.clone() };
        contact::open(&p, None, &other, "192.0.2.1").await.unwrap();
        assert_eq!(total().await, 3);
        for _ in 0..2 {
            contact::open(&p, None, &visitor("other", "Hallo"), "192.0.2.1").await.unwrap();
        }
        assert_eq!(total().await, 5);

        let key = p.desk_key(&visit).await.unwrap();
        let thread = contact::thread(&p, Access::Key(&key), &visit, Locale::Nl).await.unwrap();
        let write = async |words: &str| {
            let message = (words, thread.form_key.as_str());
            contact::write_with_files(&p, Access::Key(&key), &visit, message, "192.0.2.1", vec![pdf("b.pdf")]).await
        };
        let (one, two) = tokio::join!(write("Nog dit"), write("Nog dit"));
        assert_eq!((one, two, write("Nog dit").await, write("En dat").await), (Ok(()), Ok(()), Ok(()), Ok(())));
        let seen = contact::request(&p, &manager, &visit, Locale::Nl).await.unwrap();
        assert_eq!((seen.thread.messages.len(), p.stored_files()), (3, 4));
        for what in ["answer", "note"] {
            let seen = contact::request(&p, &manager, &visit, Locale::Nl).await.unwrap();
            let form = DeskForm { form_key: seen.thread.form_key, ..act(&visit, seen.version, what, "Dag") };
            let post = || contact::act_with_files(&p, &manager, &form, vec![pdf("c.pdf")]);
            let (one, two) = tokio::join!(post(), post());
            assert_eq!((one, two, post().await), (Ok(()), Ok(()), Ok(())), "{what}");
            // What the page did not know is still told.
            let other = DeskForm { message: "Anders".to_owned(), note: "Anders".to_owned(), ..form.clone() };
            assert_eq!(contact::act(&p, &manager, &other).await, Err(ApiError::MovedOn));
        }
        let seen = contact::request(&p, &manager, &visit, Locale::Nl).await.unwrap();
        assert_eq!((seen.thread.messages.len(), p.stored_files()), (5, 6));
        let mails = mails_to(&p, "vera@client.example").await;
        assert_eq!(mails.iter().filter(|mail| mail.0.contains(&visit)).count(), 2, "{mails:?}");
    })
    .await;
}

/// S10, S23: two years after its last answer what a visitor wrote is erased, with its files and mails and with what was
/// merged into it; not before, not while it waits, not what an account wrote. What is counted stays right.
#[tokio::test(flavor = "multi_thread")]
async fn visitors_words_are_not_kept_for_ever() {
    for_each_db(|p| async move {
        let manager = p.manager().await;
        let client = p.client("Ada Client").await;
        let send = |address: &str, who: Option<gabarit_view::account::AccountView>| {
            let form = ContactForm { email: address.to_owned(), ..visitor("question", "A secret of Vera's") };
            let p = p.clone();
            // Those that are merged have none.
            let files = if address.starts_with("b@") { Vec::new() } else { vec![pdf("plan.pdf")] };
            async move { contact::open_with_files(&p, who.as_ref(), &form, "192.0.2.1", files).await.unwrap() }
        };
        let answered = send("a@client.example", None).await;
        let closed = send("b@client.example", None).await;
        let merged = send("b@client.example", None).await;
        let waiting = send("c@client.example", None).await;
        let taken_up = send("d@client.example", None).await;
        let own = send("", Some(client.clone())).await;
        let go = |reference: &str, what: &str, into: &str| {
            let (p, manager, into) = (p.clone(), manager.clone(), into.to_owned());
            let (reference, what) = (reference.to_owned(), what.to_owned());
            async move {
                let version = contact::request(&p, &manager, &reference, Locale::Nl).await.unwrap().version;
                let form = DeskForm { into, ..act(&reference, version, &what, "The desk's words") };
                contact::act(&p, &manager, &form).await.unwrap();
            }
        };
        for request in [&answered, &closed, &taken_up, &own] {
            go(&request.reference, "answer", "").await;
        }
        go(&merged.reference, "merge", &closed.reference).await;
        for request in [&closed, &own] {
            go(&request.reference, "close", "").await;
        }
        let mut keys = HashMap::new();
        for request in [&answered, &closed, &merged, &waiting, &taken_up] {
            keys.insert(request.reference.clone(), p.desk_key(&request.reference).await.unwrap());
        }
        let access = |request: &contact::Opened| keys[&request.reference].clone();
        p.clock.advance(TimeDelta::days(100));
        let key = access(&taken_up);
        contact::write(&p, Access::Key(&key), &taken_up.reference, "Once more", "192.0.2.1").await.unwrap();
        go(&taken_up.reference, "answer", "").await;
        erase_due(&p).await;
        assert_eq!(p.stored_files(), 4, "nothing is due");
        let counted =
            async |queue: &'static str| contact::inbox(&p, &manager, queue, "", false, 1).await.unwrap().total;
        let before = [counted("").await, counted("waiting").await, counted("merged").await];
        let overview = manage::overview(&p, &manager).await.unwrap();

        p.clock.set("2026-11-23T09:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() + Months::new(24));
        erase_due(&p).await;
        erase_due(&p).await;
        // The client's, the one that waits and the one that was taken up again are left.
        assert_eq!(p.stored_files(), 3);
        for (gone, key) in [(&answered, access(&answered)), (&closed, access(&closed)), (&merged, access(&merged))] {
            let read = contact::thread(&p, Access::Key(&key), &gone.reference, Locale::Nl).await;
            assert_eq!(read, Err(ApiError::NotFound), "the link opens nothing any more");
            let seen = contact::request(&p, &manager, &gone.reference, Locale::Nl).await.unwrap();
            assert!(seen.thread.erased && seen.thread.messages.iter().all(|m| m.body == "–" && m.files.is_empty()));
            assert_eq!((seen.thread.summary.name.as_str(), seen.thread.summary.topic), ("–", Topic::Question));
            assert!(seen.email.ends_with("@erased.invalid"));
            assert_eq!(seen.log.last().map(|line| line.event.as_str()), Some("erased"));
            assert_eq!(seen.log.iter().filter(|line| line.event == "erased").count(), 1, "once");
        }
        let mails = mail::local_mailbox(&p, 1_000).await.unwrap();
        assert!(!mails.iter().any(|mail| ["a@client.example", "b@client.example"].contains(&mail.to.as_str())));
        for (kept, key) in [(&waiting, access(&waiting)), (&taken_up, access(&taken_up))] {
            let thread = contact::thread(&p, Access::Key(&key), &kept.reference, Locale::Nl).await.unwrap();
            assert!(thread.messages.iter().any(|m| m.body.contains("secret")) && !thread.erased);
        }
        let thread = contact::thread(&p, Access::Account(&client), &own.reference, Locale::Nl).await.unwrap();
        assert_eq!(files_of(&thread).len(), 1);
        assert_eq!([counted("").await, counted("waiting").await, counted("merged").await], before);
        assert_eq!(manage::overview(&p, &manager).await.unwrap().requests, overview.requests);

        // Whoever was answered again is erased in turn, and a shorter time holds as soon as it is set.
        let strict = p.node(|config| config.contact_months = 1).await;
        erase_due(&strict).await;
        assert_eq!(p.stored_files(), 2);
        strict.db.close().await;
    })
    .await;
}
