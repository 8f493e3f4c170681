//! Files in a folder, spread over 256 others by the first byte of their ids.

use super::{Storage, StorageError};
use async_trait::async_trait;
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

    async fn delete(&self, id: UploadId) -> Result<(), StorageError> {
        let path = self.path(id);
        match blocking(move || std::fs::remove_file(path)).await {
            Err(StorageError::Missing) => Ok(()),
            other => other,
        }
    }
}
