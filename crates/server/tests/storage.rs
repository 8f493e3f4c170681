//! Uploaded files come back as they were, from a folder and from a bucket of an S3-compatible server (when
//! `GABARIT_TEST_S3` names one; `scripts/s3.sh run -- cargo test …` sets it).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use gabarit_domain::ids::UploadId;
use gabarit_server::storage::{BucketUrl, StorageError, StorageUrl, open};
use uuid::Uuid;

const ID: UploadId = UploadId(Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef));
const OTHER: UploadId = UploadId(Uuid::from_u128(7));

async fn keeps_files(url: &StorageUrl) {
    let store = open(url);
    let bytes: Vec<u8> = (0..200_000_u32).map(|number| (number % 251) as u8).collect();
    assert!(matches!(store.get(ID).await, Err(StorageError::Missing)));
    store.put(ID, bytes.clone()).await.unwrap();
    store.put(OTHER, b"other".to_vec()).await.unwrap();
    let listed = async |instant: &str| {
        let mut ids = store.stored_before(instant.parse().unwrap()).await.unwrap();
        ids.sort_by_key(|id| id.0);
        ids
    };
    assert_eq!(listed("2100-01-01T00:00:00Z").await, [OTHER, ID]);
    assert_eq!(listed("2001-01-01T00:00:00Z").await, []);
    // Another process sees it.
    assert_eq!(open(url).get(ID).await.unwrap(), bytes);
    assert!(store.has(ID).await.unwrap());
    store.delete(ID).await.unwrap();
    assert!(!store.has(ID).await.unwrap());
    store.delete(ID).await.unwrap();
    assert!(matches!(store.get(ID).await, Err(StorageError::Missing)));
    assert_eq!(store.get(OTHER).await.unwrap(), b"other");
}

/// S33: documents lie in a folder of their own, readable by the server alone.
#[tokio::test]
async fn a_folder_keeps_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("uploads");
    keeps_files(&StorageUrl::Folder(path.clone())).await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = path.join("07").join(OTHER.0.simple().to_string());
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// S33: or in a bucket.
#[tokio::test]
async fn a_bucket_keeps_files() {
    let Some(endpoint) = std::env::var("GABARIT_TEST_S3").ok().filter(|url| !url.is_empty()) else { return };
    let bucket = format!("gabarit-{}", std::process::id());
    assert!(make_bucket(&endpoint, &bucket), "a bucket to test with");
    let url = format!("s3://{bucket}/uploads/of/tests?region=eu-west-1&endpoint={endpoint}");
    let url = BucketUrl::parse(&url, "test", "secret").unwrap();
    assert!(!format!("{url:?}").contains("secret"));
    keeps_files(&StorageUrl::Bucket(url)).await;
    // A server that is away is no missing file.
    let gone = BucketUrl::parse("s3://b?endpoint=http://127.0.0.1:9", "test", "secret").unwrap();
    let gone = open(&StorageUrl::Bucket(gone));
    let error = gone.get(ID).await;
    assert!(matches!(error, Err(StorageError::Bucket(_))), "{error:?}");
    let error = gone.has(ID).await;
    assert!(matches!(error, Err(StorageError::Bucket(_))), "{error:?}");
}

/// Makes a bucket, as the test's server lets anyone.
fn make_bucket(endpoint: &str, bucket: &str) -> bool {
    use std::io::{Read as _, Write as _};
    let address = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "PUT /{bucket} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.starts_with("HTTP/1.1 200")
}

#[test]
fn only_what_can_be_a_bucket_is_one() {
    let parse = |url: &str| BucketUrl::parse(url, "key", "secret");
    assert_eq!(parse("s3://documents/of/candidates").unwrap().prefix, "of/candidates");
    for bad in [
        "documents",
        "https://documents",
        "s3://",
        "s3://documents?endpoint=ftp://x",
        "s3://documents?endpoint=http://store.example",
        "s3://documents?acl=public",
    ] {
        assert!(parse(bad).is_err(), "{bad}");
    }
    assert!(BucketUrl::parse("s3://documents", "", "secret").is_err());
}
