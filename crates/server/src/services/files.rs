//! Files that people send: how they get into the store, and out of it as they were.

use crate::{
    db::stored,
    jobs::{self, JobKind},
    platform::Platform,
    storage::StorageError,
    uploads::{FileType, MAX_BYTES, safe_name},
};
use chrono::TimeDelta;
use gabarit_domain::ids::UploadId;
use gabarit_i18n::Locale;
use gabarit_view::{
    error::{ApiError, FieldError, Problem},
    work::{MAX_MESSAGE_FILES, file_size},
};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A file as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentFile {
    /// What its sender calls it.
    pub name: String,
    /// Its bytes; of a file that is too large no more than one byte too many.
    pub bytes: Vec<u8>,
}

/// What the files of a message are, by their content; what is wrong with them is told under `files`, file by file.
pub(crate) fn kinds(sent: &[SentFile]) -> Result<Vec<FileType>, Vec<FieldError>> {
    let problem = |problem| FieldError { field: "files".to_owned(), problem };
    if sent.len() > MAX_MESSAGE_FILES {
        return Err(vec![problem(Problem::TooMany(u32::try_from(MAX_MESSAGE_FILES).unwrap_or(u32::MAX)))]);
    }
    let (mut kinds, mut problems) = (Vec::with_capacity(sent.len()), Vec::new());
    for file in sent {
        let name = || shown_name(&file.name);
        if file.bytes.is_empty() {
            problems.push(problem(Problem::FileEmpty(name())));
        } else if file.bytes.len() > MAX_BYTES {
            problems.push(problem(Problem::FileTooLarge(name())));
        } else if let Some(kind) = FileType::of(&file.bytes) {
            kinds.push(kind);
        } else {
            problems.push(problem(Problem::FileType(name())));
        }
    }
    if problems.is_empty() { Ok(kinds) } else { Err(problems) }
}

/// The most letters of a name that are shown.
const MOST_SHOWN: usize = 80;

/// What a refused file is called, to say which it was.
fn shown_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: Vec<char> = last.chars().filter(|c| !c.is_control()).collect();
    if name.len() <= MOST_SHOWN {
        return name.into_iter().collect();
    }
    // Its head and its end, which tells what it is.
    let (head, end) = (name.iter().take(MOST_SHOWN - 13), name.iter().skip(name.len() - 12));
    head.chain(&['…']).chain(end).collect()
}

/// A file that lies in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Its id tells nothing, not even when it was made.
    pub id: UploadId,
    /// The name that it is given back under.
    pub name: String,
    /// Its type, by its content.
    pub media_type: &'static str,
    /// In bytes.
    pub size: i64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// A file, to be handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its name.
    pub name: String,
    /// Its type, one of [`FileType`]'s.
    pub media_type: &'static str,
    /// Its bytes, the same that were sent.
    pub bytes: Vec<u8>,
}

/// Stores a file. Before the row that names it is written: a row never names a file that is not there.
///
/// # Errors
/// [`ApiError::Unavailable`] if the store does not take it.
pub(crate) async fn put(p: &Platform, sent: &str, kind: FileType, bytes: Vec<u8>) -> Result<Stored, ApiError> {
    let secret = p.ids.secret();
    let mut random = [0; 16];
    random.copy_from_slice(&secret[..16]);
    let stored = Stored {
        id: UploadId(uuid::Builder::from_random_bytes(random).into_uuid()),
        name: safe_name(sent, kind),
        media_type: kind.media_type(),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        sha256: hex::encode(Sha256::digest(&bytes)),
    };
    p.storage.put(stored.id, bytes).await.map_err(|error| {
        tracing::error!(%error, "file not stored");
        ApiError::Unavailable
    })?;
    Ok(stored)
}

/// Stores the files of a message: all of them, or none.
///
/// # Errors
/// [`ApiError::Unavailable`] if the store does not take one.
pub(crate) async fn put_all(p: &Platform, sent: Vec<SentFile>, kinds: Vec<FileType>) -> Result<Vec<Stored>, ApiError> {
    let mut stored = Vec::with_capacity(sent.len());
    for (file, kind) in sent.into_iter().zip(kinds) {
        match put(p, &file.name, kind, file.bytes).await {
            Ok(file) => stored.push(file),
            Err(error) => {
                forget_all(p, &stored).await;
                return Err(error);
            }
        }
    }
    Ok(stored)
}

/// Removes files that no row names after all.
pub(crate) async fn forget_all(p: &Platform, stored: &[Stored]) {
    for file in stored {
        forget(p, file.id).await;
    }
}

/// What files are called and how large they are, for a mail.
pub(crate) fn listed(locale: Locale, stored: &[Stored]) -> String {
    let names: Vec<String> = stored
        .iter()
        .map(|file| format!("{} ({})", file.name, file_size(locale, u64::try_from(file.size).unwrap_or(0))))
        .collect();
    names.join(", ")
}

/// Removes a file that no row names (any more); one that stays behind is no harm but space.
pub(crate) async fn forget(p: &Platform, id: UploadId) {
    if let Err(error) = p.storage.delete(id).await {
        tracing::warn!(%id, %error, "file not removed");
    }
}

/// A file that no row names is left alone for so long: its row may be under way.
const GRACE: TimeDelta = TimeDelta::hours(24);

/// Removes files that no row names, such as those of uploads that hung up, and orders itself again a day later: for the job.
/// Where more files have no row than have one, it is not the database of this store: nothing is removed, and the log says so.
///
/// # Errors
/// [`ApiError::Unavailable`] if the store does not answer; faults of the database.
pub(crate) async fn sweep(p: &Platform, subject: Uuid) -> Result<(), ApiError> {
    let now = p.now();
    let away = |error: StorageError| {
        tracing::error!(%error, "store not swept");
        ApiError::Unavailable
    };
    let stored = p.storage.stored_before(now - GRACE).await.map_err(away)?;
    // After the list: what was named meanwhile is named.
    let named: BTreeSet<Uuid> = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        let named = stored::named(&mut conn.exec()).await.map_err(|error| p.fault(error))?;
        named.into_iter().map(|file| file.id).collect()
    };
    let orphans: Vec<UploadId> = stored.into_iter().filter(|id| !named.contains(&id.0)).collect();
    if orphans.len() > named.len() {
        tracing::error!(orphans = orphans.len(), named = named.len(), "is this the store's database? nothing removed");
    } else {
        for id in &orphans {
            p.storage.delete(*id).await.map_err(away)?;
        }
        tracing::info!(removed = orphans.len(), "store swept");
    }
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let tomorrow = now + TimeDelta::days(1);
    jobs::schedule(&mut tx.exec(), JobKind::SweepFiles, subject, tomorrow).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Fetches a file for whoever was found to be allowed to have it.
///
/// # Errors
/// [`ApiError::Unavailable`] if the store does not answer; a fault if it lost or changed the file.
pub(crate) async fn get(
    p: &Platform,
    id: UploadId,
    name: String,
    media_type: &str,
    sha256: &str,
) -> Result<Fetched, ApiError> {
    let bytes = p.storage.get(id).await.map_err(|error| match error {
        StorageError::Bucket(_) => {
            tracing::error!(%id, %error, "file not fetched");
            ApiError::Unavailable
        }
        error => p.fault(format_args!("file {id}: {error}")),
    })?;
    if hex::encode(Sha256::digest(&bytes)) != sha256 {
        return Err(p.fault(format_args!("file {id} is not what was sent")));
    }
    let kind = FileType::parse(media_type).ok_or_else(|| p.fault(format_args!("type of file {id}")))?;
    Ok(Fetched { name, media_type: kind.media_type(), bytes })
}
