//! Files in a folder, spread over 256 others by the first byte of their ids.

use super::{Storage, StorageError, id_of};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use gabarit_domain::ids::UploadId;
use std::{
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    fn path(&self, id: UploadId) -> PathBuf {
        let name = id.0.simple().to_string();
        // The last characters: the first ones tell the time in ids that are ordered by it.
        let spread = name.get(30..).unwrap_or("00").to_owned();
        self.0.join(spread).join(name)
    }
}

/// Written under another name first: a file that is there is whole. Nobody else on the machine may read it.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)?;
    let partial = path.with_extension("partial");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&partial, path)?;
    std::fs::File::open(folder)?.sync_all()
}

/// The files that were written before an instant. What a crash left half written is removed on the way: nobody can fetch it.
fn list(root: &Path, before: DateTime<Utc>) -> std::io::Result<Vec<UploadId>> {
    let mut found = Vec::new();
    for spread in std::fs::read_dir(root)? {
        let spread = spread?;
        if !spread.file_type()?.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(spread.path())? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let (name, partial) = name.strip_suffix(".partial").map_or((name, false), |name| (name, true));
            let Some(id) = id_of(name) else { continue };
            // Somebody may remove it at this moment.
            let Ok(about) = entry.metadata() else { continue };
            if !about.is_file() || DateTime::<Utc>::from(about.modified()?) >= before {
                continue;
            }
            if partial {
                let _ = std::fs::remove_file(entry.path());
            } else {
                found.push(id);
            }
        }
    }
    Ok(found)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, StorageError> {
    let done =
        tokio::task::spawn_blocking(work).await.map_err(|error| StorageError::Disk(std::io::Error::other(error)))?;
    done.map_err(|error| if error.kind() == ErrorKind::NotFound { StorageError::Missing } else { error.into() })
}

#[async_trait]
impl Storage for Folder {
    async fn put(&self, id: UploadId, bytes: Vec<u8>) -> Result<(), StorageError> {
        let path = self.path(id);
        blocking(move || write(&path, &bytes)).await
    }

    async fn get(&self, id: UploadId) -> Result<Vec<u8>, StorageError> {
        let path = self.path(id);
        blocking(move || std::fs::read(path)).await
    }

    async fn has(&self, id: UploadId) -> Result<bool, StorageError> {
        let path = self.path(id);
        blocking(move || path.try_exists()).await
    }

    async fn delete(&self, id: UploadId) -> Result<(), StorageError> {
        let path = self.path(id);
        match blocking(move || std::fs::remove_file(path)).await {
            Err(StorageError::Missing) => Ok(()),
            other => other,
        }
    }

    async fn stored_before(&self, instant: DateTime<Utc>) -> Result<Vec<UploadId>, StorageError> {
        let root = self.0.clone();
        match blocking(move || list(&root, instant)).await {
            Err(StorageError::Missing) => Ok(Vec::new()),
            other => other,
        }
    }
}
