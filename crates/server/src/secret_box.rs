//! Secrets at rest: values that the platform must read again (bank accounts, the seeds of two-step sign-in) are sealed
//! with ChaCha20-Poly1305 before they reach the database, so that a stolen database or backup alone gives them away to
//! nobody.
//!
//! The key is `GABARIT_SECRET_KEY`, or a file `secret.key` in the data folder, made at first use. Backups do not hold
//! it. A value is bound to its *context* (`expert_billing.iban/<id>`): copied to another row, it does not open.

use crate::{config::Config, id::Ids};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::{
    fmt,
    io::Write,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// The key file's name in the data folder.
pub const FILE: &str = "secret.key";

/// What sealed values start with: the way they were sealed.
const VERSION: &str = "v1.";

/// 32 bytes. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey([u8; 32]);

impl SecretKey {
    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// A new one, from the platform's source of secrets.
    #[must_use]
    pub fn random(ids: &dyn Ids) -> Self {
        Self(ids.secret())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// Why there is no key, or a value cannot be read. Never tells a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SecretError {
    /// The key file holds something else.
    #[error("{0} is no secret key: it must hold 64 hexadecimal digits")]
    NotAKey(PathBuf),
    /// The key file can be neither read nor made.
    #[error("the secret key {path}: {problem}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// A value was sealed with another key, for another row, or was changed.
    #[error("a sealed value does not open: it was sealed with another key (GABARIT_SECRET_KEY) or changed since")]
    DoesNotOpen,
    /// The cipher refused; values are far below its limits.
    #[error("a value cannot be sealed")]
    Seal,
}

/// Seals and opens values with one key.
pub struct SecretBox(LessSafeKey);

impl fmt::Debug for SecretBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBox(…)")
    }
}

impl SecretBox {
    /// With a key.
    ///
    /// # Errors
    /// Never for a key of 32 bytes.
    pub fn new(key: &SecretKey) -> Result<Self, SecretError> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &key.0).map_err(|_| SecretError::Seal)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// With the configured key; without one, with the data folder's, which is made if it is not there.
    ///
    /// # Errors
    /// If the file is unreadable or holds something else.
    pub fn configured(config: &Config, ids: &dyn Ids) -> Result<Self, SecretError> {
        match &config.secret_key {
            Some(key) => Self::new(key),
            None => Self::new(&key_file(&config.data_dir.join(FILE), ids)?),
        }
    }

    /// Seals a text for one context. The nonce is random: the same text never looks the same twice.
    ///
    /// # Errors
    /// See [`SecretError::Seal`].
    pub fn seal(&self, ids: &dyn Ids, context: &str, text: &str) -> Result<String, SecretError> {
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&ids.secret()[..NONCE_LEN]);
        let mut sealed = text.as_bytes().to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context.as_bytes()), &mut sealed)
            .map_err(|_| SecretError::Seal)?;
        let mut all = nonce.to_vec();
        all.append(&mut sealed);
        Ok(format!("{VERSION}{}", URL_SAFE_NO_PAD.encode(all)))
    }

    /// Opens what was sealed for a context.
    ///
    /// # Errors
    /// [`SecretError::DoesNotOpen`].
    pub fn open(&self, context: &str, sealed: &str) -> Result<String, SecretError> {
        let encoded = sealed.strip_prefix(VERSION).ok_or(SecretError::DoesNotOpen)?;
        let mut all = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| SecretError::DoesNotOpen)?;
        let (nonce, body) = all.split_at_mut_checked(NONCE_LEN).ok_or(SecretError::DoesNotOpen)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SecretError::DoesNotOpen)?;
        let text =
            self.0.open_in_place(nonce, Aad::from(context.as_bytes()), body).map_err(|_| SecretError::DoesNotOpen)?;
        String::from_utf8(text.to_vec()).map_err(|_| SecretError::DoesNotOpen)
    }
}

/// Reads the key file, or makes it: readable by its owner alone, whole from its first instant, never overwritten.
fn key_file(path: &Path, ids: &dyn Ids) -> Result<SecretKey, SecretError> {
    let problem = |error: std::io::Error| SecretError::File { path: path.to_owned(), problem: error.to_string() };
    let read = || match std::fs::read_to_string(path) {
        Ok(text) => SecretKey::parse(&text).map(Some).ok_or_else(|| SecretError::NotAKey(path.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(problem(error)),
    };
    if let Some(key) = read()? {
        return Ok(key);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(problem)?;
    }
    let key = SecretKey::random(ids);
    let partial = path.with_extension(format!("{}.partial", ids.uuid().simple()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&partial).and_then(|mut file| {
        writeln!(file, "{}", hex::encode(key.0))?;
        file.sync_all()
    });
    // A link fails where another process was faster; its key is then the one.
    let linked = written.and_then(|()| std::fs::hard_link(&partial, path));
    let _ = std::fs::remove_file(&partial);
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            read()?.ok_or_else(|| SecretError::NotAKey(path.to_owned()))
        }
        Err(error) => Err(problem(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{RandomIds, SeededIds};

    fn boxed(seed: u64) -> SecretBox {
        SecretBox::new(&SecretKey::random(&SeededIds::new(seed))).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_in_its_own_context_only() {
        let secrets = boxed(1);
        for text in ["NL91ABNA0417164300", "", "é\u{200b}🔑"] {
            let sealed = secrets.seal(&RandomIds, "expert_billing.iban/1", text).unwrap();
            assert!(!sealed.contains("ABNA"));
            assert_eq!(secrets.open("expert_billing.iban/1", &sealed).unwrap(), text);
            assert_eq!(secrets.open("expert_billing.iban/2", &sealed), Err(SecretError::DoesNotOpen));
            assert_eq!(boxed(2).open("expert_billing.iban/1", &sealed), Err(SecretError::DoesNotOpen));
        }
        let twice = [0, 1].map(|_| secrets.seal(&RandomIds, "c", "same").unwrap());
        assert_ne!(twice[0], twice[1]);
    }

    #[test]
    fn what_was_changed_does_not_open() {
        let secrets = boxed(1);
        let sealed = secrets.seal(&RandomIds, "c", "NL91ABNA0417164300").unwrap();
        for index in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(secrets.open("c", &changed), Err(SecretError::DoesNotOpen), "{index}");
        }
        for nonsense in ["", "v1.", "v1.AAAA", "v2.AAAA", "NL91ABNA0417164300"] {
            assert_eq!(secrets.open("c", nonsense), Err(SecretError::DoesNotOpen));
        }
    }

    #[test]
    fn the_file_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let config = |key: Option<&str>| {
            let mut config =
                Config::read(|name| (name == "GABARIT_SECRET_KEY").then(|| key.map(ToOwned::to_owned)).flatten())
                    .unwrap();
            config.data_dir = folder.path().join("new");
            config
        };
        // Sixteen at once agree on one key.
        let sealed: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| {
                        SecretBox::configured(&config(None), &RandomIds).unwrap().seal(&RandomIds, "c", "text").unwrap()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let secrets = SecretBox::configured(&config(None), &RandomIds).unwrap();
        for sealed in sealed {
            assert_eq!(secrets.open("c", &sealed).unwrap(), "text");
        }
        let file = folder.path().join("new").join(FILE);
        assert_eq!(std::fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&file).unwrap()) & 0o777, 0o600);
        // A configured key goes first; nonsense in the file is refused, never replaced.
        let own = "ab".repeat(32);
        assert!(SecretBox::configured(&config(Some(&own)), &RandomIds).unwrap().open("c", "v1.").is_err());
        std::fs::write(&file, "nonsense").unwrap();
        assert_eq!(SecretBox::configured(&config(None), &RandomIds).unwrap_err(), SecretError::NotAKey(file));
        assert!(SecretBox::configured(&config(Some(&own)), &RandomIds).is_ok());
    }

    #[test]
    fn keys_are_sixty_four_digits_and_never_printed() {
        let text = "0123456789abcdef".repeat(4);
        let key = SecretKey::parse(&format!(" {text}\n")).unwrap();
        assert_eq!(format!("{key:?} {:?}", SecretBox::new(&key).unwrap()), "SecretKey(…) SecretBox(…)");
        for wrong in ["", "00", &text[1..], &format!("{text}00"), &"g".repeat(64)] {
            assert_eq!(SecretKey::parse(wrong), None);
        }
    }
}
