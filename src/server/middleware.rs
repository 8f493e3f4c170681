//! What happens to every request and answer: an id and a line in the log, limits, headers, where it comes from, who
//! is signed in.

use crate::{api::SignedIn, server::page, ui::form::Kept};
use axum::{
    body::{Body, to_bytes},
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures::StreamExt as _;
use gabarit_i18n::Locale;
use gabarit_server::{
    platform::Platform,
    services::{
        accounts::{self, web},
        stash,
    },
};
use gabarit_view::{account::AccountView, error::ApiError};
use server_fn::error::{FromServerFnError as _, ServerFnUrlError};
use std::time::Instant;

/// Name of the header that carries a request's id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The language of a request: its path's, else the browser's.
pub(crate) fn request_locale(path: &str, headers: &HeaderMap) -> Locale {
    let first = path.split('/').nth(1).unwrap_or_default();
    Locale::parse(first).or_else(|| accepted(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?)).unwrap_or_default()
}

/// The language of a file, whose address has none: the one of the page whose link led to it, else the account's, else
/// the browser's.
pub(crate) fn file_locale(account: Option<&AccountView>, headers: &HeaderMap) -> Locale {
    let page = headers
        .get(header::REFERER)
        .and_then(|referrer| referrer.to_str().ok()?.split('/').nth(3))
        .and_then(|first| Locale::parse(first.split(['?', '#']).next()?));
    page.or(account.map(|account| account.locale)).unwrap_or_else(|| request_locale("", headers))
}

/// The best of our languages by an `Accept-Language` header (RFC 9110, 12.5.4).
pub(crate) fn accepted(header: &str) -> Option<Locale> {
    header
        .split(',')
        .filter_map(|entry| {
            let mut parts = entry.split(';');
            let tag = parts.next()?.trim();
            let quality = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(Some(1.0), |quality| quality.trim().parse::<f32>().ok())?;
            let locale = Locale::parse(&tag.split('-').next()?.to_ascii_lowercase())?;
            (quality > 0.0).then_some((quality, locale))
        })
        // The first of equals wins.
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, locale)| locale)
}

/// Gives the request an id and writes one line about it. The line names the route's template, never the path: nobody
/// can learn from it whose profile was viewed (S43).
pub(crate) async fn observe(State(platform): State<Platform>, request: Request, next: Next) -> Response {
    let id = platform.ids.uuid();
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let route = route.as_ref().map_or("(file or nothing)", MatchedPath::as_str);
    let status = response.status().as_u16();
    let ms = began.elapsed().as_secs_f64() * 1000.0;
    if response.status().is_server_error() {
        tracing::warn!(%id, %method, route, status, ms, "answered");
    } else {
        tracing::info!(%id, %method, route, status, ms, "answered");
    }
    response
}

/// Headers that every answer has. Pages bring their own, stricter where a nonce is needed.
pub(crate) async fn secure(State(platform): State<Platform>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let https = platform.config.public_url.scheme() == "https";
    let headers = response.headers_mut();
    let mut add = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    add(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Forms without script come back by their referrer, so our own pages get all of it, and nobody else any.
    add(header::REFERRER_POLICY, "same-origin");
    add(header::X_FRAME_OPTIONS, "DENY");
    add(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; style-src 'self'; img-src 'self'",
    );
    add(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    add(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    add(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()");
    if https {
        add(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    response
}

/// How much of a body that is too large is still read, in bytes.
const DRAINED: u64 = 16 * 1024 * 1024;

/// Reads and drops a body that says it is larger than `limit`, before the limit's layer answers: whoever is still writing
/// when the connection closes sees a broken pipe in place of the answer. Bounded, because nobody needs to be heard out
/// for ever.
pub(crate) async fn hear_out(State(limit): State<usize>, request: Request, next: Next) -> Response {
    let length =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if !length.is_some_and(|length| length > limit as u64 && length <= DRAINED) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let mut chunks = body.into_data_stream();
    while let Some(Ok(_)) = chunks.next().await {}
    next.run(Request::from_parts(parts, Body::empty())).await
}

/// Refuses what another site makes a browser send. The payment provider's reports carry no cookie, so they are let by.
pub(crate) async fn same_origin(State(platform): State<Platform>, request: Request, next: Next) -> Response {
    let allowed = {
        let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let method = request.method().as_str();
        request.uri().path().starts_with("/webhooks/")
            || web::origin_allowed(&platform.config, method, text("origin"), text("sec-fetch-site"))
    };
    if allowed {
        next.run(request).await
    } else {
        let locale = request_locale(request.uri().path(), request.headers());
        page::refusal(StatusCode::FORBIDDEN, locale, &ApiError::Forbidden)
    }
}

/// Style and pictures, which are the same for everybody: a page that says that the database has gone needs them, too.
fn is_asset(path: &str) -> bool {
    path.starts_with("/pkg/") || path.starts_with("/map/") || matches!(path, "/plain.css" | "/favicon.svg")
}

/// Learns who is signed in, and takes out what was typed in a form that was refused, before anything is rendered.
pub(crate) async fn session(State(platform): State<Platform>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if is_asset(path) || path.starts_with("/api/v1/") {
        return next.run(request).await;
    }
    let token = request
        .headers()
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(|value| web::read_cookie(&platform.config, value))
        .map(ToOwned::to_owned);
    if token.is_some() {
        match accounts::current(&platform, token.as_deref()).await {
            Ok(account) => {
                request.extensions_mut().insert(SignedIn { account, token });
            }
            Err(error) => {
                let locale = request_locale(request.uri().path(), request.headers());
                return page::refusal(StatusCode::INTERNAL_SERVER_ERROR, locale, &error);
            }
        }
    }
    if request.method() == Method::GET
        && let Some(key) = request.uri().query().and_then(stash_key)
        && let Ok(Some(kept)) = stash::take(&platform, &key).await
    {
        request.extensions_mut().insert(Kept(kept));
    }
    next.run(request).await
}

/// The key of a kept form, from the error in a page's URL.
fn stash_key(query: &str) -> Option<String> {
    let error = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "__err")?.1;
    ServerFnUrlError::<ApiError>::decode_err(&error).stash().map(ToOwned::to_owned)
}

/// Server functions: a form that is sent again comes from a page whose URL still names its last error, which must not
/// pile up; and an error answers with the status that tells it best, not always 500.
pub(crate) async fn server_function(mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !path.starts_with("/api/") || path.starts_with("/api/v1/") {
        return next.run(request).await;
    }
    if let Some(referer) = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok()) {
        let mut clean = referer.to_owned();
        ServerFnUrlError::<ApiError>::strip_error_info(&mut clean);
        // `strip_error_info` leaves a lone question mark behind.
        if let Ok(value) = HeaderValue::from_str(clean.trim_end_matches('?')) {
            request.headers_mut().insert(header::REFERER, value);
        }
    }
    let mut response = next.run(request).await;
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, 1 << 20).await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let error = ApiError::de(bytes.clone());
    parts.status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Response::from_parts(parts, Body::from(bytes))
}

/// Pages belong to their reader: no cache in between keeps them, and coming back asks again.
pub(crate) async fn private_pages(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let html =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if html {
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    }
    response
}

/// What a panic answers: a page that says sorry, with an id that the log knows.
pub(crate) fn panicked(platform: &Platform, panic: &(dyn std::any::Any + Send)) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    let error = platform.fault(format!("panic: {text}"));
    page::refusal(StatusCode::INTERNAL_SERVER_ERROR, Locale::default(), &error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file speaks the language of the page that it was asked for on; what is no page of ours says nothing.
    #[test]
    fn the_language_of_files() {
        let asked = |referrer: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("nl"));
            headers.insert(header::REFERER, HeaderValue::from_static(referrer));
            file_locale(None, &headers)
        };
        assert_eq!(asked("https://gabarit.example/en/manage/payouts/1?notice=saved"), Locale::En);
        assert_eq!(asked("https://gabarit.example/fr"), Locale::Fr);
        for nothing in ["https://gabarit.example/", "https://gabarit.example/xx/a", "en", "https://en", ""] {
            assert_eq!(asked(nothing), Locale::Nl, "{nothing:?}");
        }
    }

    /// The reader's first language that we have, by quality, then by order.
    #[test]
    fn the_browsers_language() {
        for (header, wanted) in [
            ("nl-BE,nl;q=0.9,en;q=0.8", Some(Locale::Nl)),
            ("de,en;q=0.5,fr;q=0.7", Some(Locale::Fr)),
            ("EN-us", Some(Locale::En)),
            ("de, es", None),
            ("fr;q=0, nl;q=0.1", Some(Locale::Nl)),
            ("fr;q=x,en", Some(Locale::En)),
            ("", None),
        ] {
            assert_eq!(accepted(header), wanted, "{header:?}");
        }
    }
}
