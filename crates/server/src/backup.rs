//! Backups: one file, consistent while the server serves; and their restoration, which overwrites nothing unless told.
//! The file holds the database and, where they lie in the data folder, the files that people sent.
//!
//! SQLite copies itself (`VACUUM INTO`); PostgreSQL uses its own tools, `pg_dump`, `pg_restore` and `psql`, found on
//! `PATH` or where Debian keeps them.

mod archive;
mod postgres;
mod sqlite;

use crate::{
    config::{Config, DatabaseUrl},
    db::{
        Db,
        stored::{self, NamedFile},
    },
    platform::Platform,
    storage::{self, Storage, StorageError},
};
use archive::{Reader, Writer};
use futures::future::join_all;
use gabarit_domain::ids::UploadId;
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};
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
    /// A file that people sent cannot be read or kept.
    #[error("the store of uploads: {0}")]
    Store(StorageError),
    /// Its files cannot be kept.
    #[error(
        "the files of the backup cannot be put into the store: {0}; nothing was changed, the same can be tried again"
    )]
    Files(String),
    /// The restored database cannot be brought up to date.
    #[error("the restored database cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A helper thread died.
    #[error("interrupted")]
    Interrupted,
}

/// What a backup holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backup {
    /// Files beside the database.
    pub files: usize,
    /// Files that the database names and that could not be found in the store as they were sent.
    pub missing: Vec<NamedFile>,
    /// The bucket that holds the files instead.
    pub bucket: Option<String>,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Files that came out of the backup.
    pub files: usize,
    /// Files that the restored database names.
    pub named: usize,
    /// Those of them that are not in the store.
    pub missing: Vec<NamedFile>,
    /// Why that could not be found out.
    pub unchecked: Option<String>,
}

/// Writes a backup to a new file, readable by its owner alone: the database, and the files that it names where they lie in
/// the data folder; a bucket is backed up by its own means. The server may go on serving: the backup is the state of one
/// instant.
///
/// # Errors
/// See [`BackupError`]; there is no file then.
pub async fn backup(p: &Platform, path: &Path) -> Result<Backup, BackupError> {
    if path.exists() {
        return Err(BackupError::Exists(path.to_owned()));
    }
    // Written under other names first: a file of the asked-for name is whole.
    let (partial, database) = (beside(path, "partial"), beside(path, "database"));
    let result = write(p, &partial, &database).await;
    let _ = std::fs::remove_file(&database);
    match result {
        Ok(backup) => std::fs::rename(&partial, path).map(|()| backup).map_err(file(path)),
        Err(error) => {
            let _ = std::fs::remove_file(&partial);
            Err(error)
        }
    }
}

async fn write(p: &Platform, partial: &Path, database: &Path) -> Result<Backup, BackupError> {
    new_private_file(database)?;
    new_private_file(partial)?;
    let named = match (&p.db, &p.config.database) {
        (Db::Sqlite { pool, .. }, _) => sqlite::backup(pool, database).await?,
        (Db::Postgres(_), DatabaseUrl::Postgres(url)) => postgres::backup(url, database).await?,
        (Db::Postgres(_), DatabaseUrl::Sqlite(_)) => {
            return Err(BackupError::Database(sqlx::Error::Configuration("two databases are configured".into())));
        }
    };
    let mut archive = Writer::new(partial, p.now().timestamp().unsigned_abs()).map_err(file(partial))?;
    let mut rows = std::fs::File::open(database).map_err(file(database))?;
    let size = rows.metadata().map_err(file(database))?.len();
    archive.add(archive::DATABASE, size, &mut rows).map_err(file(partial))?;
    let mut backup = Backup::default();
    if let Some(bucket) = &p.config.bucket {
        backup.bucket = Some(bucket.bucket.clone());
    } else {
        for named in named {
            match p.storage.get(UploadId(named.id)).await {
                Ok(bytes) if named.sha256.is_empty() || hex::encode(Sha256::digest(&bytes)) == named.sha256 => {
                    let (name, size) = (archive::file_name(named.id), bytes.len() as u64);
                    archive.add(&name, size, &mut bytes.as_slice()).map_err(file(partial))?;
                    backup.files += 1;
                }
                Ok(_) | Err(StorageError::Missing) => backup.missing.push(named),
                Err(error) => return Err(BackupError::Store(error)),
            }
        }
        // What was erased while the backup was written is not missed.
        let mut conn = p.db.conn().await?;
        let still: BTreeSet<_> = stored::named(&mut conn.exec()).await?.into_iter().map(|file| file.id).collect();
        backup.missing.retain(|file| still.contains(&file.id));
    }
    archive.finish().map_err(file(partial))?;
    Ok(backup)
}

/// Makes the configured database from a backup, and brings it up to date; the files that came with it go to the configured
/// store. A database with data is replaced only with `force`; of a SQLite file the replaced one is kept beside it. Whether
/// every file that the database names is there now is looked up, and what is missing is named.
///
/// All is read and checked first; then the files come, which no row names yet; the database comes last and at once. So
/// whatever fails on the way leaves what was there, and the same can be tried again.
///
/// # Errors
/// See [`BackupError`]; a backup that cannot be restored changes nothing.
pub async fn restore(config: &Config, path: &Path, force: bool) -> Result<Restored, BackupError> {
    // Backups were the bare database once.
    if !archive::is_one(path) {
        return restore_from(config, path, None, force).await;
    }
    std::fs::create_dir_all(&config.data_dir).map_err(file(&config.data_dir))?;
    let database = config.data_dir.join("restored.partial");
    new_private_file(&database)?;
    let refuse = |problem: String| BackupError::NotABackup { path: path.to_owned(), problem };
    // All of it is read before anything is touched.
    let result = match archive::check(path, &database) {
        Err(problem) => Err(refuse(problem)),
        Ok(()) => restore_from(config, &database, Some(path), force).await.map_err(|error| match error {
            BackupError::NotABackup { problem, .. } => refuse(problem),
            other => other,
        }),
    };
    let _ = std::fs::remove_file(&database);
    result
}

/// From a file that holds the database, and an archive that holds its files.
async fn restore_from(
    config: &Config,
    database: &Path,
    files: Option<&Path>,
    force: bool,
) -> Result<Restored, BackupError> {
    let ready = match &config.database {
        DatabaseUrl::Sqlite(target) => sqlite::prepare(target, database, force).await?,
        DatabaseUrl::Postgres(url) => postgres::prepare(url, database, force).await?,
    };
    let result = restore_prepared(config, &ready, files).await;
    let _ = std::fs::remove_file(&ready);
    result
}

async fn restore_prepared(config: &Config, ready: &Path, files: Option<&Path>) -> Result<Restored, BackupError> {
    let mut restored = Restored::default();
    if let Some(files) = files {
        restored.files = restore_files(config, files).await.map_err(|error| BackupError::Files(error.to_string()))?;
    }
    let db = match &config.database {
        DatabaseUrl::Sqlite(target) => {
            sqlite::replace(target, ready).await?;
            Db::sqlite(target).await?
        }
        DatabaseUrl::Postgres(url) => {
            postgres::replace(url, ready).await?;
            Db::postgres(url).await?
        }
    };
    let named = async {
        db.migrate().await?;
        let mut conn = db.conn().await?;
        Ok::<_, BackupError>(stored::named(&mut conn.exec()).await?)
    }
    .await;
    db.close().await;
    look_up(config, named?, restored).await
}

/// Puts the files of a backup into the store, one after the other; all of them, or none that was not there before. Answers
/// how many.
async fn restore_files(config: &Config, path: &Path) -> Result<usize, BackupError> {
    let store = storage::open(&config.storage());
    let mut new = Vec::new();
    let result = put_files(&*store, path, &mut new).await;
    if result.is_err() {
        for id in new {
            let _ = store.delete(id).await;
        }
    }
    result
}

async fn put_files(store: &dyn Storage, path: &Path, new: &mut Vec<UploadId>) -> Result<usize, BackupError> {
    let mut count = 0;
    let mut archive = Reader::open(path).map_err(file(path))?;
    while let Some(name) = archive.next().map_err(file(path))? {
        let Some(id) = archive::file_id(&name).map(UploadId) else { continue };
        let mut bytes = Vec::new();
        archive.copy(&mut bytes).map_err(file(path))?;
        if !store.has(id).await.map_err(BackupError::Store)? {
            new.push(id);
        }
        store.put(id, bytes).await.map_err(BackupError::Store)?;
        count += 1;
    }
    Ok(count)
}

/// Looks up which of the files that the database names are in the store.
async fn look_up(config: &Config, named: Vec<NamedFile>, mut restored: Restored) -> Result<Restored, BackupError> {
    let store = storage::open(&config.storage());
    restored.named = named.len();
    for some in named.chunks(16) {
        let found = join_all(some.iter().map(|file| store.has(UploadId(file.id)))).await;
        for (file, found) in some.iter().zip(found) {
            match found {
                Ok(true) => {}
                Ok(false) => restored.missing.push(file.clone()),
                Err(error) => {
                    restored.unchecked = Some(error.to_string());
                    return Ok(restored);
                }
            }
        }
    }
    Ok(restored)
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
