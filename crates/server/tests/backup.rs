//! Backups: taken while the server serves, restored whole, never over anything unasked.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/world.rs"]
mod world;

use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::ids::UploadId;
use gabarit_i18n::Locale;
use gabarit_server::{
    audit,
    backup::{self, BackupError},
    clock::{Clock as _, SystemClock},
    config::{Config, DatabaseUrl},
    db::{Db, own_data, stored},
    jobs::{self, JobKind},
    platform::Platform,
    services::{
        contact::{self, Access},
        files::SentFile,
    },
    storage::{BucketUrl, StorageUrl, open},
    testing::{PDF, TestPlatform, for_each_db},
};
use gabarit_view::contact::ContactForm;
use std::{collections::BTreeSet, path::Path, sync::Arc};
use world::{World, days, in_worlds};

/// The same platform on the database its configuration names, opened anew.
async fn reopened(p: &TestPlatform) -> Platform {
    let db = match &p.config.database {
        DatabaseUrl::Sqlite(path) => Db::sqlite(path).await.unwrap(),
        DatabaseUrl::Postgres(url) => Db::postgres(url).await.unwrap(),
    };
    Platform::new(
        p.config.clone(),
        db,
        Arc::<gabarit_server::clock::MockClock>::clone(&p.clock),
        Arc::clone(&p.ids),
        Arc::clone(&p.payments),
        Arc::clone(&p.vat_register),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_backed_up_comes_back() {
    for_each_db(async |p| {
        let world = Arc::new(World::on(p.clone()).await);
        let mut booking = world.hold(&world.order(days("2026-12-07", 2))).await;
        world.pay(&mut booking).await;
        world.accept(&mut booking).await;
        let file = p.folder().join("backup");

        // Bookings go on while the backup is written.
        let busy = tokio::spawn({
            let world = Arc::clone(&world);
            async move {
                for n in 0..20 {
                    let day = world::date("2027-01-04") + chrono::TimeDelta::days(n);
                    let mut booking = world.hold(&world.order(days(&day.to_string(), 1))).await;
                    world.pay(&mut booking).await;
                }
            }
        });
        backup::backup(&p, &file).await.unwrap();
        busy.await.unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "others cannot read it");
        }
        assert!(matches!(backup::backup(&p, &file).await, Err(BackupError::Exists(_))));

        world.unguard().await;
        world.plant("DELETE FROM ledger_entry").await;
        assert!(matches!(backup::restore(&p.config, &file, false).await, Err(BackupError::NotEmpty)));
        p.db.close().await;
        backup::restore(&p.config, &file, true).await.unwrap();

        let restored = reopened(&p).await;
        assert_eq!(audit::run(&restored).await.unwrap(), [], "the backup is the state of one instant");
        let documents =
            gabarit_server::services::documents::list(&restored, booking.id, gabarit_view::booking::Side::Client);
        assert_eq!(documents.await.unwrap().len(), 1);
        restored.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_no_backup_changes_nothing() {
    in_worlds(async |world| {
        world.hold(&world.order(days("2026-12-07", 2))).await;
        let folder = world.p.folder();
        let (garbage, cut, whole) = (folder.join("garbage"), folder.join("cut"), folder.join("whole"));
        std::fs::write(&garbage, "a letter to grandmother, longer than sixteen bytes").unwrap();
        backup::backup(&world.p, &whole).await.unwrap();
        let bytes = std::fs::read(&whole).unwrap();
        std::fs::write(&cut, &bytes[..bytes.len() * 2 / 3]).unwrap();
        for file in [garbage, cut, folder.join("missing")] {
            let refused = backup::restore(&world.p.config, &file, true).await;
            assert!(matches!(refused, Err(BackupError::NotABackup { .. })), "{}: {refused:?}", file.display());
        }
        assert_eq!(world.count("SELECT COUNT(*) FROM booking").await, 1);
        assert_eq!(audit::run(&world.p).await.unwrap(), []);
    })
    .await;
}

/// SQLite: a server has the file open, so it is not pulled away under it; and the replaced file is kept.
#[tokio::test]
async fn a_file_in_use_is_not_replaced() {
    let world = World::sqlite().await;
    let file = world.p.folder().join("backup");
    backup::backup(&world.p, &file).await.unwrap();
    world.hold(&world.order(days("2026-12-07", 2))).await;
    assert!(matches!(backup::restore(&world.p.config, &file, true).await, Err(BackupError::InUse)));
    assert_eq!(world.count("SELECT COUNT(*) FROM booking").await, 1);
    world.p.db.close().await;
    backup::restore(&world.p.config, &file, true).await.unwrap();
    let replaced = Db::sqlite(&world.p.folder().join("gabarit.db.replaced")).await.unwrap();
    let mut conn = replaced.conn().await.unwrap();
    let mut exec = conn.exec();
    let exec = &mut exec;
    let bookings: i64 =
        gabarit_server::on!(exec, |c| sqlx::query_scalar("SELECT COUNT(*) FROM booking").fetch_one(c).await).unwrap();
    assert_eq!(bookings, 1);
}

/// A new machine: there is no database yet, and no folder.
#[tokio::test]
async fn a_restore_makes_the_first_database() {
    let world = World::sqlite().await;
    world.hold(&world.order(days("2026-12-07", 2))).await;
    let file = world.p.folder().join("backup");
    backup::backup(&world.p, &file).await.unwrap();
    let mut config = world.p.config.clone();
    let target = world.p.folder().join("new").join("folder").join("gabarit.db");
    config.database = DatabaseUrl::Sqlite(target.clone());
    backup::restore(&config, &file, false).await.unwrap();
    assert!(target.exists());
}

/// A visitor's request with files; answers its reference, its key and the files' ids.
async fn request(p: &TestPlatform, files: usize) -> (String, String, Vec<UploadId>) {
    let form = ContactForm {
        topic: "other".to_owned(),
        name: "Vera Voorbeeld".to_owned(),
        email: "vera@client.example".to_owned(),
        message: "See the plans".to_owned(),
        locale: "en".to_owned(),
        ..ContactForm::default()
    };
    let sent = (0..files)
        .map(|n| {
            let bytes = [PDF, format!("% {n}\nstartxref\n9\n%%EOF\n").as_bytes()].concat();
            SentFile { name: format!("plan {n}.pdf"), bytes }
        })
        .collect();
    let opened = contact::open_with_files(p, None, &form, "192.0.2.1", sent).await.unwrap();
    let key = p.desk_key(&opened.reference).await.unwrap();
    let thread = contact::thread(p, Access::Key(&key), &opened.reference, Locale::En).await.unwrap();
    let ids = thread.messages[0].files.iter().map(|file| UploadId(file.id)).collect();
    (opened.reference, key, ids)
}

/// Files of the data folder come along, checked by their hashes, and are fetched after a restore as they were sent; what
/// the store had lost before is named each time.
#[tokio::test(flavor = "multi_thread")]
async fn files_come_along() {
    for_each_db(|p| async move {
        let (_, key, ids) = request(&p, 4).await;
        // One is lost, another is not what was sent.
        p.storage.delete(ids[2]).await.unwrap();
        p.storage.put(ids[3], b"something else".to_vec()).await.unwrap();
        let file = p.folder().join("backup");
        let written = backup::backup(&p, &file).await.unwrap();
        let missing = |found: &[stored::NamedFile]| found.iter().map(|file| file.id).collect::<BTreeSet<_>>();
        assert_eq!((written.files, written.bucket), (2, None));
        assert_eq!(missing(&written.missing), BTreeSet::from([ids[2].0, ids[3].0]));
        assert_eq!(written.missing[0].named_by, "contact_message_file");
        assert_eq!(
            std::fs::read_dir(p.folder())
                .unwrap()
                .flatten()
                .filter(|e| e.path().is_file() && e.file_name().to_string_lossy().starts_with("backup"))
                .count(),
            1,
            "nothing else is left"
        );

        p.db.close().await;
        std::fs::remove_dir_all(p.config.data_dir.join("uploads")).unwrap();
        let restored = backup::restore(&p.config, &file, true).await.unwrap();
        assert_eq!((restored.files, restored.named, restored.unchecked), (2, 4, None));
        assert_eq!(missing(&restored.missing), BTreeSet::from([ids[2].0, ids[3].0]));
        let again = reopened(&p).await;
        for (n, id) in ids[..2].iter().enumerate() {
            let fetched = contact::fetch_file(&again, None, &key, *id).await.unwrap();
            assert_eq!(fetched.name, format!("plan {n}.pdf"));
            assert!(fetched.bytes.starts_with(PDF) && fetched.bytes.len() > PDF.len());
        }
        again.db.close().await;
    })
    .await;
}

/// A store that takes no files: the database is as it was, no file is left behind, and the same is tried again.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_fails_changes_nothing() {
    for_each_db(|p| async move {
        let (reference, key, ids) = request(&p, 3).await;
        let file = p.folder().join("backup");
        backup::backup(&p, &file).await.unwrap();
        let (later, later_key, _) = request(&p, 0).await;
        let uploads = p.config.data_dir.join("uploads");
        // Two of the three find their place, and the last does not.
        for id in &ids {
            p.storage.delete(*id).await.unwrap();
        }
        let last = ids.iter().max_by_key(|id| id.0).unwrap();
        let blocked = uploads.join(&last.0.simple().to_string()[30..]);
        std::fs::remove_dir_all(&blocked).unwrap();
        std::fs::write(&blocked, "in the way").unwrap();
        p.db.close().await;
        let failed = backup::restore(&p.config, &file, true).await;
        assert!(matches!(failed, Err(BackupError::Files(_))), "{failed:?}");
        let same = reopened(&p).await;
        assert!(contact::thread(&same, Access::Key(&later_key), &later, Locale::En).await.is_ok(), "as it was");
        for id in &ids {
            assert!(!same.storage.has(*id).await.unwrap_or(false), "no file is left behind");
        }
        same.db.close().await;

        std::fs::remove_file(&blocked).unwrap();
        let restored = backup::restore(&p.config, &file, true).await.unwrap();
        assert_eq!((restored.files, restored.missing.len()), (3, 0));
        let again = reopened(&p).await;
        assert!(contact::thread(&again, Access::Key(&key), &reference, Locale::En).await.is_ok());
        assert!(contact::fetch_file(&again, None, &key, ids[0]).await.is_ok());
        assert!(contact::thread(&again, Access::Key(&later_key), &later, Locale::En).await.is_err());
        again.db.close().await;
    })
    .await;
}

/// Files that no row names go after a day; those with a row and young ones stay, in a folder and in a bucket; nor does
/// anything go where the database is not the store's.
#[tokio::test(flavor = "multi_thread")]
async fn what_no_row_names_is_swept() {
    for_each_db(|p| async move {
        let (_, _, named) = request(&p, 2).await;
        let [orphan, young] = [1, 2].map(|n| UploadId(uuid::Uuid::from_u128(n)));
        let mut stores = vec![p.clone()];
        if let Some(endpoint) = std::env::var("GABARIT_TEST_S3").ok().filter(|url| !url.is_empty()) {
            let bucket = format!("sweep-{}-{}", std::process::id(), u8::from(p.is_postgres()));
            make_bucket(&endpoint, &bucket);
            let url = format!("s3://{bucket}/uploads?endpoint={endpoint}");
            stores.push(p.node(|config| *config = with_bucket(config, &url)).await);
        }
        for (n, node) in stores.into_iter().enumerate() {
            for id in named.iter().chain([&orphan]) {
                node.storage.put(*id, PDF.to_vec()).await.unwrap();
            }
            let sweep = async |now: DateTime<Utc>| {
                node.clock.set(now);
                let mut tx = node.db.begin().await.unwrap();
                jobs::schedule(&mut tx.exec(), JobKind::SweepFiles, uuid::Uuid::nil(), now).await.unwrap();
                tx.commit().await.unwrap();
                jobs::run_due(&node).await.unwrap();
            };
            let there = async |id: UploadId| node.storage.has(id).await.unwrap();
            let begun = SystemClock.now();
            sweep(begun + TimeDelta::hours(23)).await;
            assert!(there(orphan).await, "its row may be under way");
            if n == 0 {
                // A folder's clock can be set: a day later, another has just come.
                node.storage.put(young, PDF.to_vec()).await.unwrap();
                let path = node.config.data_dir.join("uploads/02").join(young.0.simple().to_string());
                let file = std::fs::File::options().write(true).open(path).unwrap();
                file.set_modified((begun + TimeDelta::hours(2)).into()).unwrap();
            }
            sweep(begun + TimeDelta::hours(25)).await;
            assert!(!there(orphan).await, "nobody named it");
            assert_eq!(there(young).await, n == 0);
            for id in &named {
                assert!(there(*id).await, "a row names it");
            }
            // More without a row than with one: another database's.
            let many: Vec<_> = (10..13).map(|n| UploadId(uuid::Uuid::from_u128(n))).collect();
            for id in &many {
                node.storage.put(*id, PDF.to_vec()).await.unwrap();
            }
            sweep(begun + TimeDelta::days(10)).await;
            for id in many.iter().chain(&named) {
                assert!(there(*id).await);
            }
            if n > 0 {
                node.db.close().await;
            }
        }
    })
    .await;
}

/// A byte of a file that was changed in the archive is found out before anything is touched.
#[tokio::test]
async fn a_changed_file_is_no_backup() {
    in_worlds(async |world| {
        let p = &world.p;
        let (reference, key, _) = request(p, 1).await;
        let file = p.folder().join("backup");
        backup::backup(p, &file).await.unwrap();
        let mut bytes = std::fs::read(&file).unwrap();
        let at = bytes.windows(8).rposition(|window| window == b"/Catalog").unwrap();
        bytes[at] = b'_';
        std::fs::write(&file, bytes).unwrap();
        let refused = backup::restore(&p.config, &file, true).await;
        assert!(matches!(refused, Err(BackupError::NotABackup { .. })), "{refused:?}");
        assert!(contact::thread(p, Access::Key(&key), &reference, Locale::En).await.is_ok());
        assert_eq!(p.stored_files(), 1);
    })
    .await;
}

/// The bare database in an archive: what a backup was before files came along.
fn bare(archive: &Path, to: &Path) {
    let bytes = std::fs::read(archive).unwrap();
    let size = std::str::from_utf8(&bytes[124..135]).unwrap();
    let size = usize::from_str_radix(size, 8).unwrap();
    std::fs::write(to, &bytes[512..512 + size]).unwrap();
}

/// A backup of before, which is the database alone, is still restored, and says which files it does not hold.
#[tokio::test(flavor = "multi_thread")]
async fn a_bare_database_is_restored() {
    for_each_db(|p| async move {
        let (_, key, ids) = request(&p, 2).await;
        let (file, before) = (p.folder().join("backup"), p.folder().join("before"));
        backup::backup(&p, &file).await.unwrap();
        bare(&file, &before);
        p.storage.delete(ids[1]).await.unwrap();
        p.db.close().await;
        let restored = backup::restore(&p.config, &before, true).await.unwrap();
        assert_eq!((restored.files, restored.named, restored.missing.len()), (0, 2, 1));
        assert_eq!((restored.missing[0].id, restored.missing[0].name.as_str()), (ids[1].0, "plan 1.pdf"));
        let again = reopened(&p).await;
        assert!(contact::fetch_file(&again, None, &key, ids[0]).await.is_ok());
        again.db.close().await;
    })
    .await;
}

fn with_bucket(config: &Config, url: &str) -> Config {
    Config { bucket: Some(BucketUrl::parse(url, "test", "secret").unwrap()), ..config.clone() }
}

/// With a bucket the backup says that it holds the database alone; a restore looks up what lies there, and says so when
/// it cannot.
#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_is_looked_up() {
    for_each_db(|p| async move {
        let (_, _, ids) = request(&p, 2).await;
        let away = with_bucket(&p.config, "s3://uploads?endpoint=http://127.0.0.1:9");
        let node = p.node(|config| *config = away.clone()).await;
        let file = p.folder().join("backup");
        let written = backup::backup(&node, &file).await.unwrap();
        assert_eq!((written.files, written.bucket.as_deref(), written.missing.len()), (0, Some("uploads"), 0));
        node.db.close().await;
        p.db.close().await;
        let restored = backup::restore(&away, &file, true).await.unwrap();
        assert_eq!((restored.files, restored.named, restored.missing.len()), (0, 2, 0));
        assert!(restored.unchecked.is_some());

        let Some(endpoint) = std::env::var("GABARIT_TEST_S3").ok().filter(|url| !url.is_empty()) else { return };
        let bucket = format!("backup-{}-{}", std::process::id(), u8::from(p.is_postgres()));
        make_bucket(&endpoint, &bucket);
        let there = with_bucket(&p.config, &format!("s3://{bucket}?endpoint={endpoint}"));
        open(&StorageUrl::Bucket(there.bucket.clone().unwrap())).put(ids[0], PDF.to_vec()).await.unwrap();
        let restored = backup::restore(&there, &file, true).await.unwrap();
        assert_eq!((restored.unchecked, restored.missing.len()), (None, 1));
        assert_eq!(restored.missing[0].id, ids[1].0);
    })
    .await;
}

/// Makes a bucket, as the test's server lets anyone.
fn make_bucket(endpoint: &str, bucket: &str) {
    use std::io::{Read as _, Write as _};
    let address = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "PUT /{bucket} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// Every table whose rows have their bytes in the store is known to backups.
#[tokio::test(flavor = "multi_thread")]
async fn every_table_with_files_is_known() {
    for_each_db(|p| async move {
        let mut conn = p.db.conn().await.unwrap();
        let columns = own_data::columns(&mut conn.exec()).await.unwrap();
        let tables = |column: &str| -> BTreeSet<String> {
            columns.iter().filter_map(|name| name.strip_suffix(&format!(".{column}"))).map(str::to_owned).collect()
        };
        for table in tables("sha256").intersection(&tables("size")) {
            assert!(stored::NAMED.iter().any(|(known, _)| known == table), "{table}: add it to db/stored.rs");
        }
    })
    .await;
}
