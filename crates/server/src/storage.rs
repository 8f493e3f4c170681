//! Where uploaded files lie: a folder outside of the site's root, or an S3-compatible bucket. Files are named by random
//! ids; who may fetch one is for the services to say, no store hands anything out by itself.

mod bucket;
mod folder;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use gabarit_domain::ids::UploadId;
use std::{path::PathBuf, sync::Arc};
use thiserror::Error;
use url::Url;
use uuid::Uuid;

/// Which store, and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorageUrl {
    /// A folder.
    Folder(PathBuf),
    /// A bucket.
    Bucket(BucketUrl),
}

/// A bucket of an S3-compatible store.
#[derive(Clone, PartialEq, Eq)]
pub struct BucketUrl {
    /// Its name.
    pub bucket: String,
    /// Folder within it; may be empty.
    pub prefix: String,
    /// Address of the store; Amazon's own where none is given.
    pub endpoint: Option<Url>,
    /// Region.
    pub region: String,
    /// Access key.
    pub key: String,
    /// Its secret.
    pub secret: String,
}

impl std::fmt::Debug for BucketUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BucketUrl")
            .field("bucket", &self.bucket)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl BucketUrl {
    /// Reads `s3://bucket/folder?endpoint=https://…&region=…`.
    ///
    /// # Errors
    /// In words, what is wrong with it.
    pub fn parse(url: &str, key: &str, secret: &str) -> Result<Self, &'static str> {
        let url = Url::parse(url).map_err(|_| "not a URL")?;
        let bucket =
            url.host_str().filter(|_| url.scheme() == "s3").ok_or("it must start with s3:// and name a bucket")?;
        let (mut endpoint, mut region) = (None, "us-east-1".to_owned());
        for (name, value) in url.query_pairs() {
            match &*name {
                "endpoint" => {
                    let url = Url::parse(&value).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
                    endpoint = Some(url.ok_or("its endpoint must start with http:// or https://")?);
                }
                "region" => region = value.into_owned(),
                _ => return Err("its parameters are endpoint and region"),
            }
        }
        if endpoint.as_ref().is_some_and(|url| url.scheme() == "http" && !crate::config::is_loopback(url)) {
            return Err("its endpoint must start with https:// unless it is a loopback address");
        }
        if key.is_empty() || secret.is_empty() {
            return Err("GABARIT_STORAGE_KEY and GABARIT_STORAGE_SECRET must be set with it");
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: url.path().trim_matches('/').to_owned(),
            endpoint,
            region,
            key: key.to_owned(),
            secret: secret.to_owned(),
        })
    }
}

/// Why a file could not be stored or fetched.
#[derive(Debug, Error)]
pub enum StorageError {
    /// There is no such file.
    #[error("no such file")]
    Missing,
    /// The disk.
    #[error("disk: {0}")]
    Disk(#[from] std::io::Error),
    /// The bucket.
    #[error("bucket: {0}")]
    Bucket(String),
}

/// A store of files.
#[async_trait]
pub trait Storage: Send + Sync + std::fmt::Debug {
    /// Stores a file under a new id; once it returns, the file survives a crash.
    async fn put(&self, id: UploadId, bytes: Vec<u8>) -> Result<(), StorageError>;
    /// Fetches a file.
    async fn get(&self, id: UploadId) -> Result<Vec<u8>, StorageError>;
    /// Whether a file is there, without fetching it.
    async fn has(&self, id: UploadId) -> Result<bool, StorageError>;
    /// Removes a file; one that is gone already is no error.
    async fn delete(&self, id: UploadId) -> Result<(), StorageError>;
    /// The files that were stored before an instant, by the store's own clock.
    async fn stored_before(&self, instant: DateTime<Utc>) -> Result<Vec<UploadId>, StorageError>;
}

/// Which file a name is; nobody else's file is one.
fn id_of(name: &str) -> Option<UploadId> {
    let id = Uuid::try_parse(name).ok()?;
    (id.simple().to_string() == name).then_some(UploadId(id))
}

/// The store of a configuration.
#[must_use]
pub fn open(url: &StorageUrl) -> Arc<dyn Storage> {
    match url {
        StorageUrl::Folder(path) => Arc::new(folder::Folder::new(path.clone())),
        StorageUrl::Bucket(url) => Arc::new(bucket::Bucket::new(url.clone())),
    }
}
