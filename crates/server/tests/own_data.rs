//! One's own data: everything there is, and nobody else's; erasure that keeps the books.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[expect(dead_code, reason = "the stage has more than this story needs")]
#[path = "booking_story/stage.rs"]
mod stage;

use gabarit_domain::{booking::PaymentMethod, ids::UploadId};
use gabarit_server::{
    db::own_data::{self as rows, Kept, TABLES},
    mail, on,
    services::{accounts, audit_log, bookings, candidates, contact, files::SentFile, own_data, papers, work},
    storage::StorageError,
    testing::{PDF, TestPlatform, for_each_db},
};
use gabarit_view::{
    contact::{ContactForm, DeskForm},
    error::{ApiError, Problem},
    govern::LogQuery,
};
use stage::{DAYS, Stage};
use std::collections::{BTreeMap, BTreeSet};

/// Names and contents of a ZIP whose files are stored as they are.
fn unzip(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let number = |at: usize, length: usize| {
        bytes[at..at + length].iter().rev().fold(0_usize, |number, byte| number * 256 + usize::from(*byte))
    };
    let (mut files, mut at) = (BTreeMap::new(), 0);
    while bytes[at..].starts_with(b"PK\x03\x04") {
        let (size, name, extra) = (number(at + 18, 4), number(at + 26, 2), number(at + 28, 2));
        let (from, to) = (at + 30, at + 30 + name);
        let content = to + extra;
        files.insert(String::from_utf8(bytes[from..to].to_vec()).unwrap(), bytes[content..content + size].to_vec());
        at = content + size;
    }
    files
}

/// Every table and every column of the database says what becomes of it when a person asks for their data or to be
/// erased. Whoever adds one adds it to `db/own_data.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn every_column_is_classified() {
    for_each_db(|p| async move {
        let mut conn = p.db.conn().await.unwrap();
        let found: BTreeSet<String> = rows::columns(&mut conn.exec()).await.unwrap().into_iter().collect();
        let known: Vec<String> = TABLES
            .iter()
            .flat_map(|table| {
                let columns = table.shown.split_whitespace().chain(table.hidden.split_whitespace());
                columns.map(move |column| format!("{}.{column}", table.name))
            })
            .collect();
        let unique: BTreeSet<String> = known.iter().cloned().collect();
        assert_eq!(known.len(), unique.len(), "a column stands in the register twice");
        let missing: Vec<_> = found.difference(&unique).collect();
        let gone: Vec<_> = unique.difference(&found).collect();
        assert!(missing.is_empty() && gone.is_empty(), "to classify: {missing:?}; no longer there: {gone:?}");
        for table in TABLES {
            let is_personal = !table.shown.is_empty() || !table.erase.is_empty();
            assert!(!is_personal || table.kept != Kept::NoPerson, "{}: it does tell of a person", table.name);
            let everything_goes = table.erase.iter().any(|sql| sql.starts_with("DELETE"));
            assert!(table.kept != Kept::Nothing || everything_goes, "{}: what stays needs its reason", table.name);
        }
    })
    .await;
}

async fn archive(stage: &Stage, who: &gabarit_view::account::AccountView) -> BTreeMap<String, Vec<u8>> {
    own_data::ask(&stage.p, &stage.p.confirmed(who)).await.unwrap();
    stage.work().await;
    let export = own_data::page(&stage.p, who).await.unwrap().exports.remove(0);
    assert_eq!(export.state, "ready");
    unzip(&own_data::download(&stage.p, who, export.id).await.unwrap().bytes)
}

fn data(files: &BTreeMap<String, Vec<u8>>) -> serde_json::Value {
    serde_json::from_slice(&files["data.json"]).unwrap()
}

/// Somebody who is not signed in writes from an address.
async fn visit_desk(p: &TestPlatform, address: &str, message: &str) {
    let form = ContactForm {
        topic: "feedback".to_owned(),
        name: "A. Visitor".to_owned(),
        email: address.to_owned(),
        message: message.to_owned(),
        ..ContactForm::default()
    };
    contact::open(p, None, &form, "192.0.2.2").await.unwrap();
}

async fn ask_desk(p: &TestPlatform, who: &gabarit_view::account::AccountView, message: &str) {
    let form = ContactForm { topic: "feedback".to_owned(), message: message.to_owned(), ..ContactForm::default() };
    contact::open(p, Some(who), &form, "192.0.2.1").await.unwrap();
}

fn pdf(name: &str) -> SentFile {
    SentFile { name: name.to_owned(), bytes: PDF.to_vec() }
}

/// Sends a file to the other side of a booking.
async fn send_file(
    p: &TestPlatform,
    who: &gabarit_view::account::AccountView,
    id: gabarit_domain::ids::BookingId,
    name: &str,
) -> UploadId {
    let file = pdf(name);
    let key = p.ids.uuid().to_string();
    work::write_with_files(p, who, id, "Voyez la pièce jointe.", &key, vec![file]).await.unwrap();
    let own = work::thread(p, who, id).await.unwrap().messages.into_iter().filter(|message| message.own);
    UploadId(own.flat_map(|message| message.files).last().unwrap().id)
}

/// S23: the archive holds everything that is stored about its owner, their documents, and nothing of others'.
#[tokio::test(flavor = "multi_thread")]
async fn the_archive_is_ones_own() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let stranger = p.client("Bob Stranger").await;
        ask_desk(p, &stage.client, "My own opinion").await;
        ask_desk(p, &stranger, "A secret of Bob's").await;
        // Theirs, too: the address is confirmed to be. Not so that of others.
        visit_desk(p, &stage.client.email.to_uppercase(), "From my telephone").await;
        visit_desk(p, &stranger.email, "Another secret of Bob's").await;
        let (id, _) = stage.paid(DAYS).await;
        stage.accept(id).await;
        send_file(p, &stage.client, id, "plan.pdf").await;
        send_file(p, &stage.expert.account, id, "coupe.pdf").await;
        stage.at("2026-12-02T23:00:00Z").await;

        let files = archive(&stage, &stage.client).await;
        let told = data(&files);
        let table = |name: &str| told["data"][name].as_array().cloned().unwrap_or_default();
        assert_eq!(table("account")[0]["email"], stage.client.email.as_str());
        assert_eq!(table("booking").len(), 1);
        assert!(table("booking")[0]["quote_body"]["lines"].is_array(), "JSON stays JSON");
        let said: BTreeSet<String> =
            table("contact_message").iter().map(|row| row["body"].as_str().unwrap().to_owned()).collect();
        assert_eq!(said, ["From my telephone", "My own opinion"].map(ToOwned::to_owned).into());
        assert_eq!(table("contact_request").len(), 2);
        assert!(!table("outbox").is_empty() && !table("payment").is_empty() && !table("client_profile").is_empty());
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        let printed = |name: &&&str| name.starts_with("documents/") && name.ends_with(".pdf");
        assert_eq!(names.iter().filter(printed).count(), 1, "the invoice: {names:?}");
        // What they sent with messages; what the other side sent is the other side's.
        let sent: Vec<&&str> = names.iter().filter(|name| name.starts_with("files/")).collect();
        assert!(sent.len() == 1 && sent[0].ends_with("-plan.pdf"), "{names:?}");
        assert_eq!((table("booking_message").len(), table("booking_message_file").len()), (2, 1));
        assert_eq!(table("booking_message_file")[0]["name"], "plan.pdf");
        let text = String::from_utf8_lossy(&files["data.json"]).into_owned();
        for foreign in ["Bob", "password_hash", "secret_hash", "token_hash"] {
            assert!(!text.contains(foreign), "{foreign}");
        }
        // What a mail said they may keep; what is the expert's own is not theirs.
        assert!(told["data"]["expert_billing"].is_null() && told["data"]["payable"].is_null());

        // The expert has their own invoice and profile, and no word of what the client pays.
        let files = archive(&stage, &stage.expert.account).await;
        let told = data(&files);
        assert_eq!(told["data"]["expert"][0]["level"], "3");
        assert!(told["data"]["booking"].is_null() && told["data"]["payment"].is_null());
        assert_eq!(files.keys().filter(|name| name.starts_with("documents/") && name.ends_with(".pdf")).count(), 1);
        assert!(files.keys().any(|name| name.ends_with("-coupe.pdf")));

        // Nobody else gets it, and it does not stay.
        let export = own_data::page(p, &stage.client).await.unwrap().exports.remove(0);
        assert_eq!(own_data::download(p, &stranger, export.id).await, Err(ApiError::NotFound));
        assert_eq!(own_data::download(p, &stage.expert.account, export.id).await, Err(ApiError::NotFound));
        let mails = stage.mail_to(&stage.client.email).await;
        assert!(mails.iter().any(|subject| subject.contains("Vos données sont prêtes")), "{mails:?}");
        p.clock.advance(chrono::TimeDelta::days(7));
        assert_eq!(own_data::download(p, &stage.client, export.id).await, Err(ApiError::NotFound));
        let mut tx = p.db.begin().await.unwrap();
        gabarit_server::jobs::schedule(
            &mut tx.exec(),
            gabarit_server::jobs::JobKind::PurgeExpired,
            uuid::Uuid::nil(),
            p.now(),
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        stage.work().await;
        assert!(matches!(p.storage.get(UploadId(export.id)).await, Err(StorageError::Missing)));
        assert_eq!(own_data::page(p, &stage.client).await.unwrap().exports[0].state, "gone");
    })
    .await;
}

/// S10, S23, S42: what went with messages to the desk, signed in or from the confirmed address, and what the desk sent
/// along, is in the archive; what went with its notes is not. Erasure removes all of it, from the store, too.
#[tokio::test(flavor = "multi_thread")]
async fn the_desk_s_files_are_told_and_erased() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let (manager, stranger) = (p.manager().await, p.client("Bob Stranger").await);
        let form = |email: &str| ContactForm {
            topic: "other".to_owned(),
            name: "A. Visitor".to_owned(),
            email: email.to_owned(),
            message: "Voyez".to_owned(),
            ..ContactForm::default()
        };
        let open = async |who, email: &str, address: &str, name: &str| {
            contact::open_with_files(p, who, &form(email), address, vec![pdf(name)]).await.unwrap().reference
        };
        let own = open(Some(&stage.client), "", "192.0.2.1", "mine.pdf").await;
        open(None, &stage.client.email, "192.0.2.2", "visit.pdf").await;
        open(Some(&stranger), "", "192.0.2.3", "bob.pdf").await;
        for (act, version, name) in [("answer", "1", "answer.pdf"), ("note", "2", "note.pdf")] {
            let form = DeskForm {
                reference: own.clone(),
                version: version.to_owned(),
                act: act.to_owned(),
                message: "Voici".to_owned(),
                note: "Attention".to_owned(),
                ..DeskForm::default()
            };
            contact::act_with_files(p, &manager, &form, vec![pdf(name)]).await.unwrap();
        }
        assert_eq!(p.stored_files(), 5);
        let files = archive(&stage, &stage.client).await;
        let names: BTreeSet<&str> =
            files.keys().filter_map(|name| name.strip_prefix("files/")).map(|name| &name[37..]).collect();
        assert_eq!(names, BTreeSet::from(["answer.pdf", "mine.pdf", "visit.pdf"]));
        assert!(files.iter().filter(|(name, _)| name.starts_with("files/")).all(|(_, bytes)| bytes == PDF));
        assert_eq!(data(&files)["data"]["contact_message_file"].as_array().unwrap().len(), 3);

        own_data::erase(p, &p.confirmed(&stage.client), true).await.unwrap();
        stage.work().await;
        assert_eq!(p.stored_files(), 1, "the stranger's is nobody else's to erase");
        let left = contact::request(p, &manager, &own, gabarit_i18n::Locale::Fr).await.unwrap().thread;
        assert!(left.messages.iter().all(|message| message.files.is_empty() && message.body == "–"), "{left:?}");
    })
    .await;
}

/// One archive at a time, three a day.
#[tokio::test(flavor = "multi_thread")]
async fn not_without_end() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let confirmed = stage.p.confirmed(&stage.client);
        let (first, second) = tokio::join!(own_data::ask(&stage.p, &confirmed), own_data::ask(&stage.p, &confirmed));
        assert_eq!((first, second), (Ok(()), Ok(())));
        assert_eq!(own_data::page(&stage.p, &stage.client).await.unwrap().exports.len(), 1);
        for _ in 0..2 {
            stage.work().await;
            stage.p.clock.advance(chrono::TimeDelta::seconds(1));
            own_data::ask(&stage.p, &confirmed).await.unwrap();
        }
        stage.work().await;
        let refused = own_data::ask(&stage.p, &confirmed).await;
        assert!(matches!(refused, Err(ApiError::TooManyAttempts { .. })), "{refused:?}");
    })
    .await;
}

/// S42: what prevents erasure is told, each with its reason, and nothing is touched meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn what_prevents_erasure() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        let codes = |who: gabarit_view::account::AccountView| {
            let p = p.clone();
            async move {
                let found = own_data::obstacles(&p, &who).await.unwrap();
                found.into_iter().map(|obstacle| obstacle.code).collect::<Vec<_>>()
            }
        };
        assert!(codes(stage.client.clone()).await.is_empty());
        assert_eq!(codes(manager.clone()).await, ["manager"]);
        let (id, _) = stage.paid(DAYS).await;
        stage.accept(id).await;
        assert_eq!(codes(stage.client.clone()).await, ["bookings"]);
        assert_eq!(codes(stage.expert.account.clone()).await, ["bookings"]);
        for who in [&stage.client, &stage.expert.account, &manager] {
            assert_eq!(own_data::erase(p, &p.confirmed(who), true).await, Err(ApiError::MovedOn));
        }
        stage.at("2026-12-02T23:00:00Z").await;
        assert!(codes(stage.client.clone()).await.is_empty());
        assert_eq!(codes(stage.expert.account.clone()).await, ["payouts"], "completed, and not paid yet");
        let blind = own_data::erase(p, &p.confirmed(&stage.client), false).await;
        assert_eq!(blind, Err(ApiError::field("understood", Problem::NotAccepted)));
        assert_eq!(stage.client_view(id).await.state, "completed", "nothing was touched");
    })
    .await;
}

/// S23, S42: an erased client is gone everywhere but in the books, which still balance; the sessions are over, the
/// address is free again, and the mail that confirms it is the last.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_erased() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let manager = p.manager().await;
        ask_desk(p, &stage.client, "I was unhappy in Gent").await;
        visit_desk(p, &stage.client.email, "I was as unhappy in Gent").await;
        let (id, _) = stage.paid(DAYS).await;
        stage.accept(id).await;
        let own = send_file(p, &stage.client, id, "Ada Client.pdf").await;
        let theirs = send_file(p, &stage.expert.account, id, "coupe.pdf").await;
        stage.at("2026-12-02T23:00:00Z").await;
        let reference = stage.client_view(id).await.reference;
        let session = accounts::sign_in(p, &stage.client.email, gabarit_server::testing::PASSWORD, "192.0.2.9").await;
        let token = session.unwrap();
        own_data::ask(p, &p.confirmed(&stage.client)).await.unwrap();
        stage.work().await;
        let export = own_data::page(p, &stage.client).await.unwrap().exports.remove(0);

        own_data::erase(p, &p.confirmed(&stage.client), true).await.unwrap();
        assert_eq!(own_data::erase(p, &p.confirmed(&stage.client), true).await, Err(ApiError::MovedOn), "once");
        assert_eq!(accounts::current(p, Some(token.expose())).await.unwrap(), None, "signed out everywhere");
        let again = accounts::sign_in(p, &stage.client.email, gabarit_server::testing::PASSWORD, "192.0.2.9").await;
        assert!(matches!(again, Err(ApiError::WrongCredentials { .. })), "{again:?}");
        stage.work().await;
        assert!(matches!(p.storage.get(UploadId(export.id)).await, Err(StorageError::Missing)));
        // What they sent is gone, with its name; what was sent to them is the other side's.
        assert!(matches!(p.storage.get(own).await, Err(StorageError::Missing)));
        let left = work::thread(p, &stage.expert.account, id).await.unwrap().messages;
        assert_eq!(left.len(), 2);
        assert!(left.iter().all(|message| message.files.len() == usize::from(message.own)), "{left:?}");
        assert!(work::fetch_file(p, &stage.expert.account, theirs).await.is_ok());
        assert_eq!(work::fetch_file(p, &stage.expert.account, own).await, Err(ApiError::NotFound));
        mail::send_due(p).await.unwrap();
        let mails = stage.mail_to(&stage.client.email).await;
        assert_eq!(mails, ["Votre compte est effacé"]);

        // Neither name nor address stands anywhere but on the documents that the law makes us keep.
        let mut conn = p.db.conn().await.unwrap();
        for column in rows::columns(&mut conn.exec()).await.unwrap() {
            let (table, name) = column.split_once('.').unwrap();
            if table == "outbox" || column == "document.body" || column == "booking.buyer_body" {
                continue;
            }
            let sql = format!(
                "SELECT COUNT(*) FROM {table} WHERE CAST({name} AS TEXT) LIKE '%{}%' OR CAST({name} AS TEXT) LIKE '%Ada Client%' \
                 OR CAST({name} AS TEXT) LIKE '%unhappy in Gent%' OR CAST({name} AS TEXT) LIKE '%A. Visitor%'",
                stage.client.email
            );
            let found: i64 = on!(&mut conn.exec(), |c| sqlx::query_scalar(sqlx::AssertSqlSafe(sql.clone()))
                .fetch_one(c)
                .await)
            .unwrap();
            assert_eq!(found, 0, "{column}");
        }
        drop(conn);
        // The books are whole: invoice, ledger, payout to come; managers find the booking, and that it was erased.
        stage.sound().await;
        let month = papers::list(p, &manager, Some("2026-11"), true, &reference).await.unwrap();
        assert_eq!(month.documents.len(), 1);
        let log = audit_log::page(p, &manager, &LogQuery { log: "erasure".to_owned(), ..LogQuery::default() }).await;
        assert_eq!(log.unwrap().lines.len(), 1);
        let view = bookings::view(p, &stage.expert.account, id, gabarit_i18n::Locale::Fr).await.unwrap();
        assert_eq!(view.reference, reference, "the other side still sees what was agreed");
        // Whoever has the address may begin anew.
        p.client("Ada Client").await;
    })
    .await;
}

/// S42: an erased expert is found no more, and cannot be booked; the candidate's documents are gone.
#[tokio::test(flavor = "multi_thread")]
async fn an_expert_is_erased() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let p = &stage.p;
        let account = &stage.expert.account;
        let pdf = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n".to_vec();
        let kept = candidates::add_document(p, account, "diploma.pdf", pdf).await;
        let before = stage.form("2026-12-08", PaymentMethod::Ideal);
        let files = archive(&stage, account).await;
        if matches!(kept, Ok(candidates::Upload::Kept)) {
            assert!(files.keys().any(|name| name.ends_with("diploma.pdf")), "{:?}", files.keys());
        }
        own_data::erase(p, &p.confirmed(account), true).await.unwrap();
        stage.work().await;
        let placed = stage.place_as(&stage.client, before).await;
        assert_eq!(placed.unwrap_err(), ApiError::NotFound);
        let mut conn = p.db.conn().await.unwrap();
        assert!(rows::sent_files(&mut conn.exec(), account.id).await.unwrap().is_empty());
        drop(conn);
        let placed = "SELECT COUNT(*) FROM expert WHERE base_place <> 0 OR base_lat <> 0 OR base_lon <> 0 \
            OR base_country <> ''";
        assert_eq!(stage.count(placed).await, 0, "nobody knows where they lived");
        stage.sound().await;
    })
    .await;
}

/// Erasing and booking at once: either the booking is there and the account stays, or it is erased without one.
#[tokio::test(flavor = "multi_thread")]
async fn erasing_while_booking() {
    for_each_db(|p| async move {
        let stage = Stage::new(p).await;
        let form = stage.form(DAYS, PaymentMethod::Ideal);
        let expert = stage.p.confirmed(&stage.expert.account);
        let (placed, erased) =
            tokio::join!(stage.place_as(&stage.client, form), own_data::erase(&stage.p, &expert, true));
        assert!(placed.is_ok() != erased.is_ok(), "{placed:?} {erased:?}");
        stage.sound().await;
    })
    .await;
}
