//! Of a SQLite file.

use super::{BackupError, beside, file, new_private_file};
use crate::db::{
    Exec, backup as statements,
    stored::{self, NamedFile},
};
use sqlx::{
    ConnectOptions, Connection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteLockingMode},
};
use std::{
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

/// The first bytes of every SQLite file.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Copies the database; answers which files the copy names.
pub(super) async fn backup(pool: &SqlitePool, to: &Path) -> Result<Vec<NamedFile>, BackupError> {
    let name = to.to_str().ok_or_else(|| BackupError::File {
        path: to.to_owned(),
        error: std::io::Error::other("SQLite needs a name in UTF-8"),
    })?;
    statements::copy_into(pool, name).await?;
    let options = SqliteConnectOptions::new().filename(to).read_only(true).immutable(true);
    let mut connection = options.connect().await?;
    let named = stored::named(&mut Exec::Sqlite(&mut connection)).await;
    connection.close().await?;
    Ok(named?)
}

/// Sees to it that a database can be restored, and lays it ready beside the one that it replaces: answers where.
pub(super) async fn prepare(target: &Path, from: &Path, force: bool) -> Result<PathBuf, BackupError> {
    check(from).await?;
    if target.exists() {
        if !force {
            return Err(BackupError::NotEmpty);
        }
        claim(target).await?;
    } else if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder).map_err(file(folder))?;
    }
    let partial = beside(target, "partial");
    new_private_file(&partial)?;
    std::fs::copy(from, &partial).map_err(file(&partial))?;
    std::fs::File::open(&partial).and_then(|copy| copy.sync_all()).map_err(file(&partial))?;
    Ok(partial)
}

/// Puts what [`prepare`] laid ready in its place.
pub(super) async fn replace(target: &Path, partial: &Path) -> Result<(), BackupError> {
    if target.exists() {
        // Somebody may have begun to use it meanwhile.
        claim(target).await?;
        std::fs::rename(target, beside(target, "replaced")).map_err(file(target))?;
    }
    // A log of the replaced file must not be taken for the new one's.
    for suffix in ["-wal", "-shm"] {
        let mut name = target.as_os_str().to_owned();
        name.push(suffix);
        let _ = std::fs::remove_file(name);
    }
    std::fs::rename(partial, target).map_err(file(target))
}

/// A whole SQLite database with our migrations in it.
async fn check(from: &Path) -> Result<(), BackupError> {
    let refuse = |problem: String| BackupError::NotABackup { path: from.to_owned(), problem };
    let mut head = [0; 16];
    std::fs::File::open(from)
        .and_then(|mut file| file.read_exact(&mut head))
        .map_err(|error| refuse(error.to_string()))?;
    if &head != MAGIC {
        return Err(refuse("it is not a SQLite database".to_owned()));
    }
    let options = SqliteConnectOptions::new().filename(from).read_only(true).immutable(true);
    let mut connection = options.connect().await.map_err(|error| refuse(error.to_string()))?;
    let result = statements::health(&mut connection).await;
    let _ = connection.close().await;
    match result {
        Ok((health, _)) if health != "ok" => Err(refuse(format!("it is damaged: {health}"))),
        Ok((_, 0)) => Err(refuse("it has no tables of ours".to_owned())),
        Ok(_) => Ok(()),
        Err(error) => Err(refuse(error.to_string())),
    }
}

/// Makes sure that nobody has the file open, and that its log is written into it.
async fn claim(target: &Path) -> Result<(), BackupError> {
    let options = SqliteConnectOptions::new()
        .filename(target)
        .locking_mode(SqliteLockingMode::Exclusive)
        .busy_timeout(Duration::from_millis(500));
    let claimed = async {
        let mut connection = options.connect().await?;
        let locked = statements::claim(&mut connection).await;
        let _ = connection.close().await;
        locked
    };
    match claimed.await.map_err(busy) {
        Err(BackupError::InUse) => Err(BackupError::InUse),
        // What is damaged, or no database at all, may be replaced: no server can have it in use.
        _ => Ok(()),
    }
}

fn busy(error: sqlx::Error) -> BackupError {
    // SQLITE_BUSY, with or without its extended code.
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<i32>().ok());
    if code.is_some_and(|code| matches!(code & 0xff, 5 | 6)) { BackupError::InUse } else { error.into() }
}
