//! Files that people send: how they get into the store, and out of it as they were.

use crate::{
    platform::Platform,
    storage::StorageError,
    uploads::{FileType, safe_name},
};
use gabarit_domain::ids::UploadId;
use gabarit_view::error::ApiError;
use sha2::{Digest as _, Sha256};

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

/// Removes a file that no row names (any more); one that stays behind is no harm but space.
pub(crate) async fn forget(p: &Platform, id: UploadId) {
    if let Err(error) = p.storage.delete(id).await {
        tracing::warn!(%id, %error, "file not removed");
    }
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
