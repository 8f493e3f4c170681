//! Files in a bucket of an S3-compatible store.

use super::{BucketUrl, Storage, StorageError, id_of};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use gabarit_domain::ids::UploadId;
use object_store::{
    ClientOptions, Error, ObjectStore as _, ObjectStoreExt as _,
    aws::{AmazonS3, AmazonS3Builder},
    path::Path,
};
use std::{sync::OnceLock, time::Duration};

#[derive(Debug)]
pub(super) struct Bucket {
    url: BucketUrl,
    /// Made when the first file comes or goes.
    client: OnceLock<AmazonS3>,
}

impl Bucket {
    pub(super) const fn new(url: BucketUrl) -> Self {
        Self { url, client: OnceLock::new() }
    }

    fn client(&self) -> Result<&AmazonS3, StorageError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        crate::http_client::provide_tls();
        let options =
            ClientOptions::new().with_timeout(Duration::from_secs(25)).with_connect_timeout(Duration::from_secs(5));
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.url.bucket)
            .with_region(&self.url.region)
            .with_access_key_id(&self.url.key)
            .with_secret_access_key(&self.url.secret);
        if let Some(endpoint) = &self.url.endpoint {
            // Only loopback may do without TLS: the configuration saw to it.
            let plain = endpoint.scheme() == "http";
            builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/')).with_allow_http(plain);
        }
        let client = builder.with_client_options(options.with_allow_http(self.plain())).build().map_err(said)?;
        Ok(self.client.get_or_init(|| client))
    }

    fn plain(&self) -> bool {
        self.url.endpoint.as_ref().is_some_and(|endpoint| endpoint.scheme() == "http")
    }

    fn path(&self, id: UploadId) -> Path {
        let name = id.0.simple().to_string();
        if self.url.prefix.is_empty() { Path::from(name) } else { Path::from(format!("{}/{name}", self.url.prefix)) }
    }
}

fn said(error: Error) -> StorageError {
    match error {
        Error::NotFound { .. } => StorageError::Missing,
        error => StorageError::Bucket(error.to_string()),
    }
}

#[async_trait]
impl Storage for Bucket {
    async fn put(&self, id: UploadId, bytes: Vec<u8>) -> Result<(), StorageError> {
        self.client()?.put(&self.path(id), bytes.into()).await.map(drop).map_err(said)
    }

    async fn get(&self, id: UploadId) -> Result<Vec<u8>, StorageError> {
        let found = self.client()?.get(&self.path(id)).await.map_err(said)?;
        Ok(found.bytes().await.map_err(said)?.to_vec())
    }

    async fn has(&self, id: UploadId) -> Result<bool, StorageError> {
        match self.client()?.head(&self.path(id)).await.map_err(said) {
            Ok(_) => Ok(true),
            Err(StorageError::Missing) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn delete(&self, id: UploadId) -> Result<(), StorageError> {
        match self.client()?.delete(&self.path(id)).await.map_err(said) {
            Err(StorageError::Missing) => Ok(()),
            other => other,
        }
    }

    async fn stored_before(&self, instant: DateTime<Utc>) -> Result<Vec<UploadId>, StorageError> {
        let folder = (!self.url.prefix.is_empty()).then(|| Path::from(self.url.prefix.as_str()));
        let mut all = self.client()?.list(folder.as_ref());
        let mut found = Vec::new();
        while let Some(file) = all.try_next().await.map_err(said)? {
            // Only what lies where a file of ours would.
            let id = file.location.filename().and_then(id_of).filter(|id| self.path(*id) == file.location);
            if let Some(id) = id.filter(|_| file.last_modified < instant) {
                found.push(id);
            }
        }
        Ok(found)
    }
}
