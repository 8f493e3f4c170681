//! What the browser holds of a session, and which requests may use it.

use super::{DEVICE_DAYS, DeviceToken, SESSION_DAYS, STEP_MINUTES, SessionToken, StepToken};
use crate::config::Config;
use url::{Host, Url};

/// The cookie's name. On https the prefix makes browsers refuse it from other hosts, other paths and plain http; on
/// loopback http they would refuse the prefix itself.
#[must_use]
pub fn cookie_name(config: &Config) -> &'static str {
    if is_https(config) { "__Host-gabarit" } else { "gabarit" }
}

fn is_https(config: &Config) -> bool {
    config.public_url.scheme() == "https"
}

fn attributes(config: &Config) -> &'static str {
    if is_https(config) { "Path=/; HttpOnly; SameSite=Lax; Secure" } else { "Path=/; HttpOnly; SameSite=Lax" }
}

/// The value of a `Set-Cookie` header that signs the browser in.
#[must_use]
pub fn set_cookie(config: &Config, token: &SessionToken) -> String {
    let seconds = SESSION_DAYS * 24 * 60 * 60;
    format!("{}={}; {}; Max-Age={seconds}", cookie_name(config), token.expose(), attributes(config))
}

/// The value of a `Set-Cookie` header that signs the browser out.
#[must_use]
pub fn clear_cookie(config: &Config) -> String {
    format!("{}=; {}; Max-Age=0", cookie_name(config), attributes(config))
}

/// The cookie by which a browser is known again after signing out: strangers' guesses do not slow it.
fn device_cookie_name(config: &Config) -> &'static str {
    if is_https(config) { "__Host-gabarit-device" } else { "gabarit-device" }
}

/// The cookie of a sign-in whose second step is due.
fn step_cookie_name(config: &Config) -> &'static str {
    if is_https(config) { "__Host-gabarit-step" } else { "gabarit-step" }
}

/// The value of a `Set-Cookie` header that lets the browser be known again.
#[must_use]
pub fn set_device_cookie(config: &Config, token: &DeviceToken) -> String {
    let seconds = DEVICE_DAYS * 24 * 60 * 60;
    format!("{}={}; {}; Max-Age={seconds}", device_cookie_name(config), token.expose(), attributes(config))
}

/// The value of a `Set-Cookie` header that leads to the second step.
#[must_use]
pub fn set_step_cookie(config: &Config, token: &StepToken) -> String {
    let seconds = STEP_MINUTES * 60;
    format!("{}={}; {}; Max-Age={seconds}", step_cookie_name(config), token.expose(), attributes(config))
}

/// The value of a `Set-Cookie` header that ends the second step.
#[must_use]
pub fn clear_step_cookie(config: &Config) -> String {
    format!("{}=; {}; Max-Age=0", step_cookie_name(config), attributes(config))
}

/// The token in the value of a `Cookie` header, if it is there.
#[must_use]
pub fn read_cookie<'a>(config: &Config, header: &'a str) -> Option<&'a str> {
    read(cookie_name(config), header)
}

/// The browser's own token in the value of a `Cookie` header.
#[must_use]
pub fn read_device_cookie<'a>(config: &Config, header: &'a str) -> Option<&'a str> {
    read(device_cookie_name(config), header)
}

/// The token of the second step in the value of a `Cookie` header.
#[must_use]
pub fn read_step_cookie<'a>(config: &Config, header: &'a str) -> Option<&'a str> {
    read(step_cookie_name(config), header)
}

fn read<'a>(name: &str, header: &'a str) -> Option<&'a str> {
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
}

/// Whether a request may change something, judged by where the browser says it comes from (against cross-site request
/// forgery, beside `SameSite=Lax`).
///
/// `Sec-Fetch-Site` decides where there is one: pages cannot set it, and a strict referrer policy turns `Origin` into
/// `null` even on our own forms. Without it `Origin` must be ours. With neither it is no browser (all send `Origin`
/// with unsafe methods) and carries no cookie but its own. On loopback both `localhost` and `127.0.0.1` are ours, on
/// the public URL's port.
#[must_use]
pub fn origin_allowed(config: &Config, method: &str, origin: Option<&str>, sec_fetch_site: Option<&str>) -> bool {
    if matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE") {
        return true;
    }
    match (sec_fetch_site, origin) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => Url::parse(origin).is_ok_and(|origin| is_ours(config, &origin)),
        (None, None) => true,
    }
}

fn is_ours(config: &Config, origin: &Url) -> bool {
    let public = &config.public_url;
    if origin.origin() == public.origin() {
        return true;
    }
    let loopback = match origin.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    config.is_local()
        && loopback
        && origin.scheme() == public.scheme()
        && origin.port_or_known_default() == public.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> Config {
        Config::read(|name| (name == "GABARIT_PUBLIC_URL").then(|| url.to_owned())).unwrap()
    }

    #[test]
    fn cookies_are_bound_to_the_host_and_out_of_reach_of_scripts() {
        let token = SessionToken("t0ken".to_owned());
        let https = config("https://gabarit.example");
        let expected = "__Host-gabarit=t0ken; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000";
        assert_eq!(set_cookie(&https, &token), expected);
        assert_eq!(clear_cookie(&https), "__Host-gabarit=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
        let local = config("http://127.0.0.1:3000");
        assert_eq!(set_cookie(&local, &token), "gabarit=t0ken; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000");
    }

    #[test]
    fn tokens_are_read_from_among_other_cookies() {
        let https = config("https://gabarit.example");
        assert_eq!(read_cookie(&https, "a=b; __Host-gabarit=t0ken; c=d"), Some("t0ken"));
        assert_eq!(read_cookie(&https, "__Host-gabarit=t0ken"), Some("t0ken"));
        // Without the prefix a neighbouring host could have set it.
        for header in ["", "gabarit=t0ken", "x__Host-gabarit=t0ken", "__Host-gabarit=", "__Host-gabarit", ";;=;"] {
            assert_eq!(read_cookie(&https, header), None, "{header}");
        }
    }

    #[test]
    fn only_our_own_pages_change_things() {
        let https = config("https://gabarit.example");
        let post = |origin, site| origin_allowed(&https, "POST", origin, site);
        assert!(post(Some("https://gabarit.example"), Some("same-origin")));
        // A strict referrer policy hides the origin of our own forms.
        assert!(post(Some("null"), Some("same-origin")));
        assert!(post(Some("https://gabarit.example"), None));
        assert!(post(None, Some("none")));
        assert!(post(None, None));
        for site in ["cross-site", "same-site", "", "nonsense"] {
            assert!(!post(None, Some(site)) && !post(Some("https://gabarit.example"), Some(site)), "{site}");
        }
        for origin in [
            "null",
            "",
            "https://evil.example",
            "http://gabarit.example",
            "https://gabarit.example:444",
            "https://gabarit.example.evil.example",
            "https://sub.gabarit.example",
            "http://localhost:3000",
        ] {
            assert!(!post(Some(origin), None), "{origin}");
        }
        assert!(origin_allowed(&https, "GET", Some("https://evil.example"), Some("cross-site")));
        for method in ["POST", "PUT", "PATCH", "DELETE", "get"] {
            assert!(!origin_allowed(&https, method, None, Some("cross-site")), "{method}");
        }
    }

    #[test]
    fn on_loopback_both_names_are_ours() {
        let local = config("http://127.0.0.1:3000");
        for (origin, ours) in [
            ("http://127.0.0.1:3000", true),
            ("http://localhost:3000", true),
            ("http://[::1]:3000", true),
            ("http://localhost:3001", false),
            ("https://localhost:3000", false),
            ("http://evil.example:3000", false),
        ] {
            assert_eq!(origin_allowed(&local, "POST", Some(origin), None), ours, "{origin}");
        }
    }
}
