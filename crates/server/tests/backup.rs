//! Backups: taken while the server serves, restored whole, never over anything unasked.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/world.rs"]
mod world;

use gabarit_server::{
    audit,
    backup::{self, BackupError},
    config::DatabaseUrl,
    db::Db,
    platform::Platform,
    testing::{TestPlatform, for_each_db},
};
use std::sync::Arc;
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
