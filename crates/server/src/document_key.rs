//! The key that documents are sealed with: proof for anyone that one is ours.
//!
//! `GABARIT_DOCUMENT_KEY`, or the file `document.key` in the data folder, made at first use: keys of 64 hexadecimal
//! digits, one a line. The first one seals; all of them are ours, so that a new first line retires a key and keeps what
//! it sealed. Nodes that share a database share the key.

use crate::{config::Config, id::Ids};
use gabarit_domain::einvoice::seal::Signer;
use std::{fs, io, io::Write, path::Path};
use thiserror::Error;

/// The file's name in the data folder.
pub(crate) const FILE: &str = "document.key";

/// Why there is no key. Never tells one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DocumentKeyError {
    /// It holds something else.
    #[error("GABARIT_DOCUMENT_KEY or document.key holds no keys of 64 hexadecimal digits")]
    NotAKey,
    /// The file can be neither read nor made.
    #[error("document.key: {0}")]
    File(String),
}

/// The keys.
#[derive(Clone, Debug)]
pub struct DocumentKeys {
    /// Seals.
    pub signer: Signer,
    /// Public keys of all, in hexadecimal.
    pub public: Vec<String>,
}

impl DocumentKeys {
    /// Reads keys, one a line (or with commas between).
    ///
    /// # Errors
    /// [`DocumentKeyError::NotAKey`].
    pub fn parse(text: &str) -> Result<Self, DocumentKeyError> {
        let mut signers = Vec::new();
        for line in text.split(['\n', ',']).map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut seed = [0; 32];
            hex::decode_to_slice(line, &mut seed).map_err(|_| DocumentKeyError::NotAKey)?;
            signers.push(Signer::new(seed));
        }
        let public = signers.iter().map(Signer::public_key).collect();
        let signer = signers.into_iter().next().ok_or(DocumentKeyError::NotAKey)?;
        Ok(Self { signer, public })
    }

    /// The configured keys, or the data folder's; a first one is made.
    ///
    /// # Errors
    /// See [`DocumentKeyError`].
    pub fn configured(config: &Config, ids: &dyn Ids) -> Result<Self, DocumentKeyError> {
        match &config.document_key {
            Some(text) => Self::parse(text),
            None => Self::parse(&file(&config.data_dir.join(FILE), ids)?),
        }
    }
}

fn file(path: &Path, ids: &dyn Ids) -> Result<String, DocumentKeyError> {
    let failed = |error: io::Error| DocumentKeyError::File(error.to_string());
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => return other.map_err(failed),
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut new) => {
            let text = format!("{}\n", hex::encode(ids.secret()));
            new.write_all(text.as_bytes()).and_then(|()| new.sync_all()).map_err(failed)?;
            Ok(text)
        }
        // Another process was first.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read_to_string(path).map_err(failed),
        Err(error) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first key seals; an older one still counts as ours; a file that is none is refused.
    #[test]
    fn keys_can_be_changed() {
        let (old, new) = ("11".repeat(32), "22".repeat(32));
        let before = DocumentKeys::parse(&old).unwrap_or_else(|error| panic!("{error}"));
        let after = DocumentKeys::parse(&format!("# 2027\n{new}\n{old}\n")).unwrap_or_else(|error| panic!("{error}"));
        assert_ne!(before.signer.public_key(), after.signer.public_key());
        assert!(after.public.contains(&before.signer.public_key()));
        assert_eq!(DocumentKeys::parse("").err(), Some(DocumentKeyError::NotAKey));
        assert_eq!(DocumentKeys::parse("12345").err(), Some(DocumentKeyError::NotAKey));
    }
}
