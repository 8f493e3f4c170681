//! Fetching from addresses that people give us: only what anybody on the open network could fetch.
//!
//! A name is resolved here, every address it has is checked, and the connection is made to a checked address, so that
//! a name cannot change its mind in between. Redirects are followed by hand and checked like the first address.

use crate::http_client::describe;
use reqwest::{Client, header, redirect::Policy};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use thiserror::Error;
use url::{Host, Url};

/// The most redirects that are followed.
const MAX_REDIRECTS: usize = 4;

/// Why something was not fetched; told to whoever gave the address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FetchError {
    /// It is no address that may be fetched.
    #[error("not an https address")]
    NotHttps,
    /// It leads into a private network.
    #[error("the address is not public")]
    NotPublic,
    /// The name is unknown.
    #[error("the name is not known")]
    UnknownHost,
    /// It took too long.
    #[error("no answer in time")]
    TooSlow,
    /// The answer is too long.
    #[error("the answer is too long")]
    TooLong,
    /// The answer was not what was asked for.
    #[error("answered with status {0}")]
    Status(u16),
    /// Redirected too often, or nowhere.
    #[error("redirected too often")]
    Redirects,
    /// The connection failed.
    #[error("no connection")]
    Connection,
}

/// Whether an address is one of the open network: not this machine's, a private network's, a link's, a cloud's metadata
/// service, nor one reserved for anything else.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_unspecified()
        || address.is_multicast()
        || a == 0
        || a >= 240
        // Carriers' shared space, protocol assignments, benchmarks, an old relay.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        || (a == 192 && b == 88 && c == 99))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    match segments {
        // Addresses that carry one of the older kind: it is the one that counts.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(v4(high, low)),
        [0x2002, high, low, ..] => is_public_v4(v4(high, low)),
        [0x2001, 0xdb8, ..] | [0x2001, 0..=0x1ff, ..] => false,
        // Only the global unicast block is the open network.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
    Ipv4Addr::new(a, b, c, d)
}

/// Reads an address as people paste it; `webcal` is how calendars call `https`.
///
/// # Errors
/// [`FetchError::NotHttps`].
pub fn address(text: &str, local: bool) -> Result<Url, FetchError> {
    let text = text.trim();
    let text = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("webcal") || scheme.eq_ignore_ascii_case("webcals") => {
            format!("https://{rest}")
        }
        _ => text.to_owned(),
    };
    let url = Url::parse(&text).map_err(|_| FetchError::NotHttps)?;
    let own = local && url.scheme() == "http" && crate::config::is_loopback(&url);
    let plain = url.username().is_empty() && url.password().is_none();
    if (url.scheme() == "https" || own) && url.host().is_some() && plain { Ok(url) } else { Err(FetchError::NotHttps) }
}

/// The checked address of a URL's host. `local` also lets this machine's own through, for plain `http`: development and
/// tests.
async fn resolve(url: &Url, local: bool) -> Result<SocketAddr, FetchError> {
    let port = url.port_or_known_default().ok_or(FetchError::NotHttps)?;
    let allowed = |address: IpAddr| is_public(address) || (local && url.scheme() == "http" && address.is_loopback());
    let found: Vec<SocketAddr> = match url.host().ok_or(FetchError::NotHttps)? {
        Host::Ipv4(address) => vec![(address, port).into()],
        Host::Ipv6(address) => vec![(address, port).into()],
        Host::Domain(name) => {
            tokio::net::lookup_host((name, port)).await.map_err(|_| FetchError::UnknownHost)?.collect()
        }
    };
    if found.is_empty() {
        return Err(FetchError::UnknownHost);
    }
    // One address that leads inside is enough to refuse the name.
    if found.iter().all(|address| allowed(address.ip())) { Ok(found[0]) } else { Err(FetchError::NotPublic) }
}

/// Fetches a text, within limits of size and time.
///
/// # Errors
/// [`FetchError`].
pub async fn text(url: &Url, local: bool, max_bytes: usize, timeout: Duration) -> Result<String, FetchError> {
    tokio::time::timeout(timeout, follow(url.clone(), local, max_bytes, timeout))
        .await
        .map_err(|_| FetchError::TooSlow)?
}

async fn follow(mut url: Url, local: bool, max_bytes: usize, timeout: Duration) -> Result<String, FetchError> {
    for _ in 0..=MAX_REDIRECTS {
        url = address(url.as_str(), local)?;
        let target = resolve(&url, local).await?;
        let client = client(&url, target, timeout).map_err(|error| {
            tracing::warn!(error = %describe(&error), "no client for a fetch");
            FetchError::Connection
        })?;
        let mut response = client
            .get(url.clone())
            .header(header::ACCEPT, "text/calendar, text/plain;q=0.5")
            .send()
            .await
            .map_err(|error| if error.is_timeout() { FetchError::TooSlow } else { FetchError::Connection })?;
        let status = response.status();
        if status.is_redirection() {
            let to = response
                .headers()
                .get(header::LOCATION)
                .and_then(|to| to.to_str().ok())
                .ok_or(FetchError::Redirects)?;
            url = url.join(to).map_err(|_| FetchError::Redirects)?;
            continue;
        }
        if !status.is_success() {
            return Err(FetchError::Status(status.as_u16()));
        }
        if response.content_length().is_some_and(|length| length > max_bytes as u64) {
            return Err(FetchError::TooLong);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| FetchError::Connection)? {
            if bytes.len() + chunk.len() > max_bytes {
                return Err(FetchError::TooLong);
            }
            bytes.extend_from_slice(&chunk);
        }
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    Err(FetchError::Redirects)
}

fn client(url: &Url, target: SocketAddr, timeout: Duration) -> Result<Client, reqwest::Error> {
    crate::http_client::install_tls();
    let builder = Client::builder()
        .timeout(timeout)
        .connect_timeout(timeout.min(Duration::from_secs(5)))
        .redirect(Policy::none())
        // A proxy would resolve the name anew.
        .no_proxy()
        .referer(false)
        .user_agent(concat!("gabarit/", env!("CARGO_PKG_VERSION")));
    match url.host_str() {
        Some(name) => builder.resolve(name, target).build(),
        None => builder.build(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S39-like care for addresses: nothing but the open network is reached.
    #[test]
    fn only_the_open_network_is_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.8",
            "203.0.113.1",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "::7f00:1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for open in ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "64:ff9b::101:101"] {
            assert!(is_public(open.parse().unwrap()), "{open}");
        }
    }

    #[test]
    fn addresses_are_https() {
        assert_eq!(address("webcal://cal.example/a.ics", false).unwrap().as_str(), "https://cal.example/a.ics");
        for bad in [
            "http://cal.example/a.ics",
            "file:///etc/passwd",
            "ftp://cal.example/a",
            "https://me:secret@cal.example/",
            "cal.example",
            "gopher://x",
            "http://127.0.0.1/a",
        ] {
            assert_eq!(address(bad, false), Err(FetchError::NotHttps), "{bad}");
        }
        assert!(address("http://127.0.0.1:4000/a.ics", true).is_ok());
        assert_eq!(address("http://10.0.0.1/a.ics", true), Err(FetchError::NotHttps));
    }

    #[tokio::test]
    async fn names_and_numbers_that_lead_inside_are_refused() {
        for inside in [
            "https://127.0.0.1/a",
            "https://localhost/a",
            "https://[::1]/a",
            "https://169.254.169.254/latest/meta-data",
            "https://2130706433/",
            "https://0x7f.1/",
        ] {
            let url = Url::parse(inside).unwrap();
            assert_eq!(text(&url, false, 1_000, Duration::from_secs(2)).await, Err(FetchError::NotPublic), "{inside}");
        }
    }
}
