//! A platform for tests: a fresh database (either kind), a clock that stands still, seeded ids, and a payment provider
//! and a VAT register that do as they are told.
//!
//! ```ignore
//! #[tokio::test(flavor = "multi_thread")]
//! async fn story() {
//!     testing::for_each_db(|p| async move {
//!         let client = p.client("Ada Client").await;
//!         let expert = p.expert(ExpertSpec::default()).await;
//!         …
//!         p.provider.pay(&p.provider.last_reference());
//!         p.clock.advance(TimeDelta::hours(1));
//!         jobs::run_due(&p).await.unwrap();
//!     })
//!     .await;
//! }
//! ```
//!
//! On PostgreSQL, `for_each_db` runs when `GABARIT_TEST_POSTGRES` names a server whose user may make databases
//! (`scripts/pg.sh run -- cargo test …` sets it). A failure here is a failure of the test: it panics with a sentence.

mod changes;
mod forms;
mod people;
mod provider;
mod register;
mod words;

pub use changes::change_shown;
pub use forms::{no_ties, sent_somewhere};
pub use people::{ExpertSpec, PASSWORD, TestExpert};
pub use provider::{Call, FakeProvider, Fault, Totals};
pub use register::FakeRegister;

use crate::{
    clock::{Clock, MockClock},
    config::{Config, DatabaseUrl},
    db::Db,
    id::{Ids, RandomIds, SeededIds},
    platform::Platform,
    services::rulebooks,
};
use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{
    fmt::Display,
    ops::Deref,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Where every test's clock starts: Monday 23 November 2026, 10:00 in the platform's zone.
pub const START: &str = "2026-11-23T09:00:00Z";

/// The smallest PDF that is taken for one.
pub const PDF: &[u8] =
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n";

/// A platform of its own for one test; derefs to [`Platform`]. Cheap to clone, all clones being the same platform.
#[derive(Clone, Debug)]
pub struct TestPlatform {
    platform: Platform,
    /// The clock, at [`START`] until it is moved.
    pub clock: Arc<MockClock>,
    /// The payment provider.
    pub provider: Arc<FakeProvider>,
    /// The VAT register.
    pub register: Arc<FakeRegister>,
    /// Clients and experts made so far, for their addresses.
    people: Arc<AtomicU64>,
    _folder: Arc<Folder>,
    database: Option<Arc<PgDatabase>>,
}

impl Deref for TestPlatform {
    type Target = Platform;
    fn deref(&self) -> &Platform {
        &self.platform
    }
}

/// A temporary folder, removed with its last user.
#[derive(Debug)]
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A database on the tests' PostgreSQL server.
#[derive(Debug)]
struct PgDatabase {
    server: String,
    name: String,
}

#[expect(clippy::panic, reason = "a test that cannot be set up has failed")]
pub(crate) fn must<T, E: Display>(result: Result<T, E>, what: &str) -> T {
    result.unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// Runs a test on SQLite, then on PostgreSQL if there is one (see the module's head).
pub async fn for_each_db<F, Fut>(test: F)
where
    F: Fn(TestPlatform) -> Fut,
    Fut: Future<Output = ()>,
{
    let p = TestPlatform::sqlite().await;
    test(p.clone()).await;
    p.finish().await;
    if let Some(p) = TestPlatform::postgres().await {
        test(p.clone()).await;
        p.finish().await;
    }
}

impl TestPlatform {
    /// On a new SQLite file.
    pub async fn sqlite() -> Self {
        let folder = folder();
        let db = must(Db::sqlite(&folder.0.join("gabarit.db")).await, "SQLite");
        Self::on(db, folder, None).await
    }

    /// On a new database of the tests' PostgreSQL server; `None` without one.
    pub async fn postgres() -> Option<Self> {
        let server = std::env::var("GABARIT_TEST_POSTGRES").ok().filter(|url| !url.is_empty())?;
        let name = format!("gabarit_{}", RandomIds.uuid().simple());
        let mut admin = must(PgConnection::connect(&server).await, "PostgreSQL");
        must(sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await, "new database");
        let _ = admin.close().await;
        let database = PgDatabase { server, name };
        let db = must(Db::postgres(&database.url()).await, "PostgreSQL");
        Some(Self::on(db, folder(), Some(Arc::new(database))).await)
    }

    async fn on(db: Db, folder: Folder, database: Option<Arc<PgDatabase>>) -> Self {
        must(db.migrate().await, "migrations");
        let clock = Arc::new(MockClock::at(must(START.parse::<DateTime<Utc>>(), "START")));
        let provider = Arc::new(FakeProvider::default());
        let register = Arc::new(FakeRegister::default());
        let mut config = must(Config::read(|_| None), "configuration");
        config.data_dir.clone_from(&folder.0);
        config.database = match &database {
            Some(database) => DatabaseUrl::Postgres(database.url()),
            None => DatabaseUrl::Sqlite(folder.0.join("gabarit.db")),
        };
        let platform = Platform::new(
            config,
            db,
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::new(SeededIds::new(1)),
            Arc::clone(&provider) as _,
            Arc::clone(&register) as _,
        );
        must(rulebooks::ensure_initial(&platform).await, "rulebook");
        Self { platform, clock, provider, register, people: Arc::default(), _folder: Arc::new(folder), database }
    }

    /// Another node on the same database, with connections of its own and, if wanted, other settings.
    pub async fn node(&self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = self.config.clone();
        change(&mut config);
        let db = match &config.database {
            DatabaseUrl::Sqlite(path) => must(Db::sqlite(path).await, "SQLite"),
            DatabaseUrl::Postgres(url) => must(Db::postgres(url).await, "PostgreSQL"),
        };
        let platform = Platform::new(
            config,
            db,
            Arc::clone(&self.clock) as Arc<dyn Clock>,
            // Another seed, or both nodes would draw the same ids.
            Arc::new(SeededIds::new(1_000 + self.next())),
            Arc::clone(&self.provider) as _,
            Arc::clone(&self.register) as _,
        );
        Self { platform, ..self.clone() }
    }

    /// Whether it runs on PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.database.is_some()
    }

    /// How many files lie in the store, where it is a folder of the data folder.
    #[must_use]
    pub fn stored_files(&self) -> usize {
        let Ok(folders) = std::fs::read_dir(self.config.data_dir.join("uploads")) else { return 0 };
        folders.flatten().filter_map(|folder| std::fs::read_dir(folder.path()).ok()).map(Iterator::count).sum()
    }

    /// The folder of this test, removed at its end.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self._folder.0
    }

    /// Closes the database and removes it. Whatever the test has written into the logs has words by then.
    pub async fn finish(self) {
        let wordless = words::wordless(&self.platform).await;
        assert!(wordless.is_empty(), "codes without words in `log_words`: {wordless:?}");
        self.db.close().await;
        if let Some(database) = &self.database {
            let mut admin = must(PgConnection::connect(&database.server).await, "PostgreSQL");
            let drop = format!("DROP DATABASE {} WITH (FORCE)", database.name);
            must(sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut admin).await, "dropping the database");
            let _ = admin.close().await;
        }
    }

    /// A number that this test has not had.
    fn next(&self) -> u64 {
        self.people.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl PgDatabase {
    fn url(&self) -> String {
        match self.server.rsplit_once('/') {
            Some((server, _)) => format!("{server}/{}", self.name),
            None => self.server.clone(),
        }
    }
}

fn folder() -> Folder {
    let folder = std::env::temp_dir().join(format!("gabarit-test-{}", RandomIds.uuid().simple()));
    must(std::fs::create_dir_all(&folder), "temporary folder");
    Folder(folder)
}
