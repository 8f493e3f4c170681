//! What was typed in a form that was refused, kept for one re-rendering: without script a failed post would lose it.
//! Sealed, since it may hold an IBAN; passwords are never kept.

use crate::{db::stash, platform::Platform};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use gabarit_view::error::ApiError;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The most bytes that are kept of one form.
pub const MAX_BYTES: usize = 32 * 1024;

/// The JSON of the fields; of a form that is too big the longest fields are left out until it fits, since the short
/// ones (dates, choices, names) are what is hard to type again by heart.
fn body(mut fields: BTreeMap<String, String>) -> Result<String, serde_json::Error> {
    fields.retain(|name, _| !name.to_ascii_lowercase().contains("password"));
    loop {
        let body = serde_json::to_string(&fields)?;
        if body.len() <= MAX_BYTES {
            return Ok(body);
        }
        let longest = fields.iter().max_by_key(|(name, value)| name.len() + value.len()).map(|(name, _)| name.clone());
        longest.map(|name| fields.remove(&name));
    }
}

/// For what a form's fields are sealed.
fn context(hash: &[u8; 32]) -> String {
    format!("form_stash.body/{}", URL_SAFE_NO_PAD.encode(hash))
}

fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Keeps the fields of a form for an hour; answers the key that gives them back once. Fields whose name contains
/// `password` are left out.
///
/// # Errors
/// A fault of ours.
pub async fn put(p: &Platform, fields: BTreeMap<String, String>) -> Result<String, ApiError> {
    let body = body(fields).map_err(|error| p.fault(error))?;
    let key = URL_SAFE_NO_PAD.encode(p.ids.secret());
    let hash = hash(&key);
    let body = p.seal(&context(&hash), &body)?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    stash::insert(&mut tx.exec(), &hash, &body, p.now() + TimeDelta::hours(1)).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(key)
}

/// Gives the fields of a form back, once; `None` for a key that is unknown, used or an hour old.
///
/// # Errors
/// A fault of ours.
pub async fn take(p: &Platform, key: &str) -> Result<Option<BTreeMap<String, String>>, ApiError> {
    if key.len() != 43 {
        return Ok(None);
    }
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let hash = hash(key);
    let body = stash::take(&mut tx.exec(), &hash, p.now()).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    let Some(body) = body else { return Ok(None) };
    // Kept before forms were sealed, or under another key: what was typed is gone, the page need not be.
    let Ok(body) = p.unseal(&context(&hash), &body) else { return Ok(None) };
    serde_json::from_str(&body).map(Some).map_err(|error| p.fault(error))
}
