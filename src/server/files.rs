//! Files: the site's, and documents in print.

use crate::{
    api::SignedIn,
    server::{middleware::request_locale, page},
};
use axum::{
    Extension,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use gabarit_domain::ids::DocumentId;
use gabarit_server::{
    platform::Platform,
    services::{documents, work},
};
use gabarit_view::error::ApiError;
use leptos::config::LeptosOptions;
use std::{convert::Infallible, pin::Pin};
use tower::{Service, ServiceExt as _};
use tower_http::services::ServeDir;

/// The site's files. Those in the package folder have their content's hash in their names, so browsers keep them for
/// good. What is no file is answered by `not_found`.
pub(crate) fn site<S>(
    options: &LeptosOptions,
    not_found: S,
) -> impl Fn(Request) -> Pin<Box<dyn Future<Output = Response> + Send>> + Clone + Send + Sync + 'static
where
    S: Service<Request, Response = Response<Body>, Error = Infallible, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static,
{
    let package = options.hash_files.then(|| format!("/{}/", options.site_pkg_dir));
    let files = ServeDir::new(&*options.site_root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(not_found);
    move |request| {
        let files = files.clone();
        let lasting = package.as_ref().is_some_and(|package| request.uri().path().starts_with(package));
        Box::pin(async move {
            let mut response = match files.oneshot(request).await {
                Ok(response) => response.map(Body::new),
                Err(never) => match never {},
            };
            if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
                let keep = if lasting { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
                response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(keep));
            }
            response
        })
    }
}

/// Names of the files at the site's root: pages of a language stand there, too, and would hide them.
pub(crate) fn at_root(options: &LeptosOptions) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(&*options.site_root) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        // Compressed twins are found by their plain name; braces would be a pattern.
        .filter(|name| !name.ends_with(".br") && !name.ends_with(".gz") && !name.contains(['{', '}']))
        .collect()
}

/// A document in print, for whom it concerns.
pub(crate) async fn document(
    State(platform): State<Platform>,
    Path(id): Path<String>,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
) -> Response {
    let account = signed_in.and_then(|Extension(signed_in)| signed_in.account);
    let result = match (account.as_ref(), id.parse::<DocumentId>()) {
        (None, _) => Err(ApiError::SignInRequired),
        (_, Err(_)) => Err(ApiError::NotFound),
        (Some(account), Ok(id)) => documents::pdf(&platform, account, id).await,
    };
    match result {
        Ok((name, bytes)) => {
            let disposition = format!("inline; filename=\"{}\"", name.replace(['"', '\\', '\r', '\n'], "_"));
            let headers = [
                (header::CONTENT_TYPE, "application/pdf".to_owned()),
                (header::CONTENT_DISPOSITION, disposition),
                (header::CACHE_CONTROL, "private, no-store".to_owned()),
            ];
            (headers, bytes).into_response()
        }
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let locale = account.map_or_else(|| request_locale("", &headers), |account| account.locale);
            page::refusal(status, locale, &error)
        }
    }
}

/// The private feed of an expert's bookings: whoever knows its address reads it.
pub(crate) async fn calendar(State(platform): State<Platform>, Path(file): Path<String>) -> Response {
    let secret = file.strip_suffix(".ics").unwrap_or_default();
    match work::feed(&platform, secret).await {
        Ok(text) => {
            let headers = [
                (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
                (header::CONTENT_DISPOSITION, "inline; filename=\"gabarit.ics\""),
                (header::CACHE_CONTROL, "private, no-store"),
                (header::HeaderName::from_static("x-robots-tag"), "noindex"),
            ];
            (headers, text).into_response()
        }
        Err(error) => StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
    }
}

/// The earnings of the expert who is signed in, as a table.
pub(crate) async fn earnings(
    State(platform): State<Platform>,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
) -> Response {
    let account = signed_in.and_then(|Extension(signed_in)| signed_in.account);
    let locale = account.as_ref().map_or_else(|| request_locale("", &headers), |account| account.locale);
    let result = match account.as_ref() {
        None => Err(ApiError::SignInRequired),
        Some(account) => work::csv(&platform, account, locale).await,
    };
    match result {
        Ok(table) => {
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"earnings.csv\""),
                (header::CACHE_CONTROL, "private, no-store"),
            ];
            (headers, table).into_response()
        }
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            page::refusal(status, locale, &error)
        }
    }
}
