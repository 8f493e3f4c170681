//! Backups: one file, consistent while the server serves; and their restoration, which overwrites nothing unless told.
//!
//! SQLite copies itself (`VACUUM INTO`); PostgreSQL uses its own tools, `pg_dump`, `pg_restore` and `psql`, found on
//! `PATH` or where Debian keeps them.

mod postgres;
mod sqlite;

use crate::{
    config::{Config, DatabaseUrl},
    db::Db,
    platform::Platform,
};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why there is no backup, or no restored database. Each says what to do.
#[derive(Debug, Error)]
pub enum BackupError {
    /// A backup is never written over another.
    #[error("{0} is there already: choose another name, a backup is never overwritten")]
    Exists(PathBuf),
    /// The file to restore cannot be one of ours.
    #[error("{path} cannot be restored: {problem}; nothing was changed")]
    NotABackup {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// There is data already.
    #[error("the database has data already: nothing was changed; --force replaces it")]
    NotEmpty,
    /// A server (or another program) has it open.
    #[error("the database is in use: stop the server first; nothing was changed")]
    InUse,
    /// PostgreSQL's tools are not installed.
    #[error("{0} was not found on PATH nor in /usr/lib/postgresql: install PostgreSQL's client programs")]
    NoTool(&'static str),
    /// One of them failed.
    #[error("{tool} failed: {message}")]
    Tool {
        /// Which.
        tool: &'static str,
        /// Its last words.
        message: String,
    },
    /// A file cannot be read or written.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The restored database cannot be brought up to date.
    #[error("the restored database cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A helper thread died.
    #[error("interrupted")]
    Interrupted,
}

/// Writes a backup to a new file, readable by its owner alone. The server may go on serving: the backup is the state
/// of one instant.
///
/// # Errors
/// See [`BackupError`]; there is no file then.
pub async fn backup(p: &Platform, path: &Path) -> Result<(), BackupError> {
    if path.exists() {
        return Err(BackupError::Exists(path.to_owned()));
    }
    // Written under another name first: a file of the asked-for name is whole.
    let partial = beside(path, "partial");
    let result = write(p, &partial).await;
    match result {
        Ok(()) => std::fs::rename(&partial, path).map_err(file(path)),
        Err(error) => {
            let _ = std::fs::remove_file(&partial);
            Err(error)
        }
    }
}

async fn write(p: &Platform, partial: &Path) -> Result<(), BackupError> {
    new_private_file(partial)?;
    match (&p.db, &p.config.database) {
        (Db::Sqlite { pool, .. }, _) => sqlite::backup(pool, partial).await?,
        (Db::Postgres(_), DatabaseUrl::Postgres(url)) => postgres::backup(url, partial).await?,
        (Db::Postgres(_), DatabaseUrl::Sqlite(_)) => {
            return Err(BackupError::Database(sqlx::Error::Configuration("two databases are configured".into())));
        }
    }
    let written = std::fs::File::open(partial).map_err(file(partial))?;
    written.sync_all().map_err(file(partial))
}

/// Makes the configured database from a backup, and brings it up to date. A database with data is replaced only with
/// `force`; of a SQLite file the replaced one is kept beside it.
///
/// # Errors
/// See [`BackupError`]; a backup that cannot be restored changes nothing.
pub async fn restore(config: &Config, path: &Path, force: bool) -> Result<(), BackupError> {
    let db = match &config.database {
        DatabaseUrl::Sqlite(target) => {
            sqlite::restore(target, path, force).await?;
            Db::sqlite(target).await?
        }
        DatabaseUrl::Postgres(url) => {
            postgres::restore(url, path, force).await?;
            Db::postgres(url).await?
        }
    };
    let migrated = db.migrate().await;
    db.close().await;
    Ok(migrated?)
}

/// `name.suffix` beside `name`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn file(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::File { path, error }
}

/// Backups hold names, addresses and password hashes: nobody else may read them.
fn new_private_file(path: &Path) -> Result<(), BackupError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(file(path))
}
