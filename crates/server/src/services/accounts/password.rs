//! Passwords: Argon2id with 19 MiB, two passes, one lane (OWASP's minimum), away from the async threads.

use crate::platform::Platform;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use gabarit_domain::text::{Email, Password};
use gabarit_view::error::ApiError;
use std::{collections::HashSet, sync::LazyLock};
use tokio::sync::Semaphore;

/// So many at a time: each takes 19 MiB and a core for some hundredths of a second, and the rest queue.
static TURNS: Semaphore = Semaphore::const_new(4);

/// Common passwords of at least ten bytes, lower case; where they come from is in `data/README.md`.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../../../../../data/common-passwords.txt").lines().collect());

fn hasher() -> Result<Argon2<'static>, argon2::Error> {
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19 * 1024, 2, 1, None)?))
}

/// Whether it is on the list of common passwords, in any case of letters, or is the account's own address or the part
/// before its `@`.
#[must_use]
pub fn is_common(password: &Password, email: Option<&Email>) -> bool {
    let lower = password.expose().to_lowercase();
    let own = email.is_some_and(|email| {
        let address = email.as_str();
        lower == address || address.split('@').next() == Some(lower.as_str())
    });
    // A long password of one or two different characters is in no list but in every attack.
    own || COMMON.contains(lower.as_str()) || lower.chars().collect::<HashSet<_>>().len() <= 2
}

async fn in_turn<T: Send + 'static>(
    p: &Platform,
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, ApiError> {
    let turn = TURNS.acquire().await.map_err(|error| p.fault(error))?;
    let done = tokio::task::spawn_blocking(work).await;
    drop(turn);
    done.map_err(|error| p.fault(error))?.map_err(|error| p.fault(error))
}

fn hash_now(password: &[u8], salt: &[u8]) -> Result<String, String> {
    let hasher = hasher().map_err(|error| error.to_string())?;
    let hash: PasswordHash = hasher.hash_password_with_salt(password, salt).map_err(|error| error.to_string())?;
    Ok(hash.to_string())
}

/// Hashes a new password; the answer is a PHC string.
///
/// # Errors
/// A fault of ours.
pub async fn hash(p: &Platform, password: Password) -> Result<String, ApiError> {
    let salt = p.ids.secret();
    in_turn(p, move || hash_now(password.expose().as_bytes(), &salt[..16])).await
}

/// Whether a password is the one of a stored hash. Without a hash (an unknown account) the same work is done, so that
/// the time of the answer does not tell whether there is one.
///
/// # Errors
/// A fault of ours, such as a stored hash that cannot be read.
pub async fn verify(p: &Platform, password: String, stored: Option<String>) -> Result<bool, ApiError> {
    // Longer ones were never accepted: hashing them would only let strangers make us work.
    let fits = password.len() <= 256;
    let password = if fits { password } else { String::new() };
    in_turn(p, move || match stored {
        Some(stored) => {
            let stored = PasswordHash::new(&stored).map_err(|error| error.to_string())?;
            let hasher = hasher().map_err(|error| error.to_string())?;
            Ok(hasher.verify_password(password.as_bytes(), &stored).is_ok() && fits)
        }
        None => hash_now(password.as_bytes(), b"nobody's salt 16").map(|_| false),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_are_the_minimum_or_more() {
        let hash = hash_now(b"correct horse battery", b"0123456789abcdef").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    }

    #[test]
    fn common_passwords_are_known_in_any_case() {
        let email = Email::parse("ada.lovelace@client.example").unwrap();
        let common = |text: &str| is_common(&Password::parse(text).unwrap(), Some(&email));
        for text in [
            "1234567890",
            "Password123",
            "qwertyuiop",
            "AZERTYUIOP",
            "1q2w3e4r5t",
            "Welkom2026!",
            "motdepasse1",
            "aaaaaaaaaaaa",
            "ababababab",
            "Ada.Lovelace",
            "ada.lovelace@client.example",
        ] {
            assert!(common(text), "{text}");
        }
        for text in ["correct horse battery", "staple-horse-battery", "Tr0ub4dor&3xyz", "été à la plage"] {
            assert!(!common(text), "{text}");
        }
    }

    #[test]
    fn the_list_is_clean() {
        assert!(COMMON.len() > 3_000);
        for text in COMMON.iter() {
            assert!(text.len() >= 10 && *text == text.to_lowercase(), "{text}");
        }
    }
}
