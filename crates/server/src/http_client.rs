//! The HTTP client of outside services: limits on time and size, no redirects.

use reqwest::{Client, Response, redirect::Policy};
use std::{sync::Once, time::Duration};
use url::Url;

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 512 * 1024;

/// Installs what TLS computes with, once.
pub(crate) fn provide_tls() {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Somebody else may have installed one first: any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// A client for a service at `base`.
///
/// # Errors
/// When TLS cannot be set up (no certificates of authorities on the machine).
pub(crate) fn client(base: &Url, timeout: Duration) -> Result<Client, reqwest::Error> {
    provide_tls();
    let builder = Client::builder()
        .timeout(timeout)
        .connect_timeout(timeout.min(Duration::from_secs(5)))
        // An answer that sends the caller elsewhere is not one these services give; the key must not follow it.
        .redirect(Policy::none())
        .user_agent(concat!("gabarit/", env!("CARGO_PKG_VERSION")));
    // A proxy of the environment cannot reach this machine's own ports.
    let builder = if crate::config::is_loopback(base) { builder.no_proxy() } else { builder };
    builder.build()
}

/// Chooses the process's cryptography for TLS, once.
pub(crate) fn install_tls() {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Somebody else may have installed one first: any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// Reads an answer's text.
///
/// # Errors
/// In words, when the connection breaks or the answer is too long.
pub(crate) async fn read_text(mut response: Response) -> Result<String, String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| describe(&error))? {
        if bytes.len() + chunk.len() > MAX_ANSWER {
            return Err("the answer is too long".to_owned());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What went wrong, with its causes but without the address: it may carry identifiers.
pub(crate) fn describe(error: &reqwest::Error) -> String {
    let kind = if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "cannot connect"
    } else {
        "transport error"
    };
    let mut text = kind.to_owned();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// The first `max` characters.
pub(crate) fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}
