//! The database: SQLite embedded, or PostgreSQL, behind one SQL text.
//!
//! Store functions take `&mut Exec<'_>`, which a [`Conn`] (each statement on its own) and a [`Tx`] both lend:
//!
//! ```ignore
//! let mut tx = db.begin().await?;
//! bookings::insert(&mut tx.exec(), &booking).await?;
//! tx.commit().await?;
//! ```
//!
//! and dispatch with [`on!`]: the same `$1` SQL runs on both. Rules for SQL that both understand: integers are
//! `BIGINT`/`i64`; instants, days and ids are bound, never made in SQL; sums are `CAST(SUM(x) AS BIGINT)`; JSON is
//! text.

pub mod account_tokens;
pub mod accounts;
pub(crate) mod audit;
pub mod audit_log;
pub(crate) mod audit_runs;
pub(crate) mod backup;
pub mod benefit;
pub mod booking_list;
pub mod bookings;
pub mod books;
pub mod candidates;
pub mod changes;
pub mod community;
pub mod contact;
pub mod contributions;
pub mod demo;
pub mod desk;
pub mod disputes;
pub mod documents;
pub mod experts;
pub mod figures;
pub mod ibans;
pub mod invitations;
pub mod jobs;
pub mod known_devices;
pub mod ledger;
pub mod like;
pub mod looks;
pub mod manage;
pub mod membership;
pub mod membership_events;
pub mod nominations;
pub mod operations;
pub mod outbox;
pub mod own_data;
pub mod papers;
pub mod payments;
pub mod payouts;
pub mod rating;
pub mod referral;
pub mod rentals;
pub mod rulebooks;
pub mod saved;
pub mod secrets;
pub mod sessions;
pub mod stash;
pub mod statements;
pub mod stock;
pub mod stored;
pub mod throttle;
pub mod two_step;
pub mod vat_checks;
pub mod work;

use futures::future::BoxFuture;
use sqlx::{
    PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction,
    pool::PoolConnection,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// A database.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file beside the server. Writers queue in order here, rather than race for SQLite's lock and starve.
    Sqlite {
        /// Connections.
        pool: SqlitePool,
        /// Held by the one writing transaction.
        writer: Arc<Mutex<()>>,
    },
    /// A PostgreSQL server.
    Postgres(PgPool),
}

/// A connection on which each statement stands alone.
#[derive(Debug)]
pub enum Conn {
    /// To SQLite.
    Sqlite(PoolConnection<Sqlite>),
    /// To PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

/// A writing transaction; rolls back unless committed.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite: the only writer.
    Sqlite(Transaction<'static, Sqlite>, OwnedMutexGuard<()>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

/// What store functions execute on: borrowed from a [`Conn`] or a [`Tx`].
#[derive(Debug)]
pub enum Exec<'c> {
    /// SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'c mut PgConnection),
}

/// Runs the same expression on whichever database it is: `on!(x, |c| sqlx::query(SQL).bind(id).execute(c).await)`.
#[macro_export]
macro_rules! on {
    ($exec:expr, |$c:ident| $body:expr) => {
        match $exec {
            $crate::db::Exec::Sqlite(connection) => {
                let $c = &mut **connection;
                $body
            }
            $crate::db::Exec::Postgres(connection) => {
                let $c = &mut **connection;
                $body
            }
        }
    };
}

/// How long somebody's page waits for a database server that may have gone; a node that starts waits longer.
const PATIENCE: Duration = Duration::from_secs(6);

/// Every service waits here: what is asked lies on the heap, so that their own futures stay small.
async fn reached<T>(asked: BoxFuture<'_, sqlx::Result<T>>) -> sqlx::Result<T> {
    tokio::time::timeout(PATIENCE, asked).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

impl Db {
    /// Opens (and makes) a SQLite file.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub async fn sqlite(path: &Path) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledged booking survives a power cut, not only a crash.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(20))
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "memory");
        let pool = SqlitePoolOptions::new()
            .max_connections(12)
            .acquire_timeout(Duration::from_secs(20))
            .connect_with(options)
            .await?;
        Ok(Self::Sqlite { pool, writer: Arc::default() })
    }

    /// Connects to a PostgreSQL server by its `postgres://` URL.
    ///
    /// # Errors
    /// If it cannot be reached.
    pub async fn postgres(url: &str) -> sqlx::Result<Self> {
        let pool =
            PgPoolOptions::new().max_connections(20).acquire_timeout(Duration::from_secs(20)).connect(url).await?;
        Ok(Self::Postgres(pool))
    }

    /// Brings the tables up to date. Several nodes may do so at once.
    ///
    /// # Errors
    /// If a migration fails or an applied one was changed.
    pub async fn migrate(&self) -> Result<(), sqlx::migrate::MigrateError> {
        match self {
            Self::Sqlite { pool, .. } => sqlx::migrate!("../../migrations/sqlite").run(pool).await,
            Self::Postgres(pool) => sqlx::migrate!("../../migrations/postgres").run(pool).await,
        }
    }

    /// A connection for reading, or for one statement.
    ///
    /// # Errors
    /// If none is free in time or the server is gone.
    pub async fn conn(&self) -> sqlx::Result<Conn> {
        Ok(match self {
            Self::Sqlite { pool, .. } => Conn::Sqlite(pool.acquire().await?),
            Self::Postgres(pool) => Conn::Postgres(reached(Box::pin(pool.acquire())).await?),
        })
    }

    /// A writing transaction.
    ///
    /// # Errors
    /// If no connection is free in time or the server is gone.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        Ok(match self {
            Self::Sqlite { pool, writer } => {
                let turn = Arc::clone(writer).lock_owned().await;
                Tx::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?, turn)
            }
            Self::Postgres(pool) => Tx::Postgres(reached(Box::pin(pool.begin())).await?),
        })
    }

    /// Asks the database for a sign of life: its tables must be there, too.
    ///
    /// # Errors
    /// If it does not answer, or was never migrated.
    pub async fn ping(&self) -> sqlx::Result<()> {
        let mut conn = self.conn().await?;
        on!(&mut conn.exec(), |c| sqlx::query("SELECT version FROM _sqlx_migrations WHERE success LIMIT 1")
            .fetch_one(c)
            .await
            .map(drop))
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { pool, .. } => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Conn {
    /// To execute on.
    pub fn exec(&mut self) -> Exec<'_> {
        match self {
            Self::Sqlite(connection) => Exec::Sqlite(connection),
            Self::Postgres(connection) => Exec::Postgres(connection),
        }
    }
}

impl Tx {
    /// To execute on.
    pub fn exec(&mut self) -> Exec<'_> {
        match self {
            Self::Sqlite(transaction, _) => Exec::Sqlite(transaction),
            Self::Postgres(transaction) => Exec::Postgres(transaction),
        }
    }

    /// Makes it durable.
    ///
    /// # Errors
    /// If the database refuses; nothing of it happened then.
    pub async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(transaction, _turn) => transaction.commit().await,
            Self::Postgres(transaction) => transaction.commit().await,
        }
    }
}

/// The name of the constraint a statement broke, if that is why it failed. SQLite names columns instead
/// (`booked_day.expert_id, booked_day.day`); both are given as they come.
#[must_use]
pub fn broken_constraint(error: &sqlx::Error) -> Option<String> {
    let error = error.as_database_error()?;
    (error.is_unique_violation() || error.is_check_violation() || error.is_foreign_key_violation())
        .then(|| error.constraint().map_or_else(|| error.message().to_owned(), ToOwned::to_owned))
}
