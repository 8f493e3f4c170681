//! Files: the site's, and documents in print.

use crate::{
    api::SignedIn,
    server::{middleware::file_locale, page},
    url::{self, Page},
};
use axum::{
    Extension,
    body::Body,
    extract::{Multipart, Path, RawQuery, Request, State, multipart::MultipartRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use gabarit_domain::ids::{DocumentId, ExpertId};
use gabarit_i18n::Locale;
use gabarit_server::{
    platform::Platform,
    services::{
        own_data,
        papers::{self, File, Format},
        quotes, sellers, stash, work,
    },
};
use gabarit_view::{account::AccountView, booking::BookingForm, error::ApiError};
use leptos::config::LeptosOptions;
use std::{collections::BTreeMap, convert::Infallible, pin::Pin, sync::OnceLock};
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

/// The words of a language, for browsers; nothing for another release's.
pub(crate) async fn words(Path((version, file)): Path<(String, String)>, headers: HeaderMap) -> Response {
    static COMPRESSED: [OnceLock<Vec<u8>>; 3] = [const { OnceLock::new() }; 3];
    let place = Locale::ALL.iter().position(|locale| file.strip_suffix(".txt") == Some(locale.code()));
    let Some(place) = place.filter(|_| version == gabarit_i18n::VERSION) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let table = move || gabarit_i18n::table(Locale::ALL[place]);
    let taken = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut response = if taken.split(',').any(|name| name.trim() == "br") {
        // Compressed once, at the highest level, as the site's files are; that takes its time, so not among the requests.
        let compressed = move || COMPRESSED[place].get_or_init(|| compress(table().as_bytes())).as_slice();
        match tokio::task::spawn_blocking(compressed).await {
            Ok(bytes) => ([(header::CONTENT_ENCODING, "br")], bytes).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    } else {
        table().into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    response
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams::default();
    // Writing to memory does not fail.
    let _ = brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters);
    compressed
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

/// Who asks for a file.
fn reader(signed_in: Option<Extension<SignedIn>>) -> Option<AccountView> {
    signed_in.and_then(|Extension(signed_in)| signed_in.account)
}

/// A file, or the page that says why there is none.
fn answer(result: Result<File, ApiError>, account: Option<&AccountView>, headers: &HeaderMap) -> Response {
    match result {
        Ok(file) => {
            let shown = if file.content_type == "application/pdf" { "inline" } else { "attachment" };
            let name = file.name.replace(['"', '\\', '\r', '\n'], "_");
            let headers = [
                (header::CONTENT_TYPE, file.content_type.to_owned()),
                (header::CONTENT_DISPOSITION, format!("{shown}; filename=\"{name}\"")),
                (header::CACHE_CONTROL, "private, no-store".to_owned()),
            ];
            (headers, file.bytes).into_response()
        }
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let locale = file_locale(account, headers);
            page::refusal(status, locale, &error)
        }
    }
}

/// A document in a format (`pdf`, `xml`, `ubl`), for whom it concerns; the report on sellers of a
/// year (`dac7/2026`); the quote of a booking (`quote/…`).
pub(crate) async fn document(
    State(platform): State<Platform>,
    Path((id, year)): Path<(String, String)>,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
) -> Response {
    let account = reader(signed_in);
    let format = match year.as_str() {
        "pdf" => Some(Format::Pdf),
        "xml" => Some(Format::Cii),
        "ubl" => Some(Format::Ubl),
        _ => None,
    };
    let result = match (account.as_ref(), id.parse::<DocumentId>(), format) {
        (Some(account), Err(_), None) if id == "quote" => match year.parse() {
            Ok(booking) => papers::quote(&platform, account, booking).await,
            Err(_) => Err(ApiError::NotFound),
        },
        (Some(account), Err(_), None) if id == "dac7" => match year.parse() {
            Ok(year) => sellers::report(&platform, account, year).await,
            Err(_) => Err(ApiError::NotFound),
        },
        (None, ..) => Err(ApiError::SignInRequired),
        (Some(account), Ok(id), Some(format)) => papers::file(&platform, account, id, format).await,
        _ => Err(ApiError::NotFound),
    };
    answer(result, account.as_ref(), &headers)
}

/// The quote of what an address chooses, in print: for anybody, before anything is ordered. Its choices are those of the
/// booking form, which a refusal leads back to.
pub(crate) async fn quote(
    State(platform): State<Platform>,
    Path((language, expert)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
) -> Response {
    let account = reader(signed_in);
    let Some(locale) = Locale::parse(&language) else {
        let locale = file_locale(account.as_ref(), &headers);
        return page::refusal(StatusCode::NOT_FOUND, locale, &ApiError::NotFound);
    };
    let Ok(expert) = expert.parse::<ExpertId>() else {
        return page::refusal(StatusCode::NOT_FOUND, locale, &ApiError::NotFound);
    };
    let form = BookingForm::from_query(&query.unwrap_or_default());
    let mut response = match quotes::print(&platform, account.as_ref(), expert, &form, locale).await {
        Ok(file) => {
            let name = file.name;
            let headers = [
                (header::CONTENT_TYPE, file.content_type.to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
                (header::CACHE_CONTROL, "private, no-store".to_owned()),
            ];
            (headers, file.bytes).into_response()
        }
        Err(ApiError::Invalid { fields, .. }) => {
            let back = format!("{}?{}", url::path(locale, Page::Book(expert)), form.to_query());
            page::no_quote(locale, &fields, &url::with_param(&back, "check", "1"))
        }
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            page::refusal(status, locale, &error)
        }
    };
    response.headers_mut().insert(header::HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    response
}

/// The archive of one's own data.
pub(crate) async fn own_data(
    State(platform): State<Platform>,
    Path(id): Path<String>,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
) -> Response {
    let account = reader(signed_in);
    let result = match (account.as_ref(), id.parse()) {
        (None, _) => Err(ApiError::SignInRequired),
        (Some(account), Ok(id)) => own_data::download(&platform, account, id).await,
        _ => Err(ApiError::NotFound),
    };
    answer(result, account.as_ref(), &headers)
}

/// A month's documents as `zip` or `csv`: one's own (`month`), or everybody's (`all`), for managers.
pub(crate) async fn month(
    State(platform): State<Platform>,
    Path((whose, month, format)): Path<(String, String, String)>,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
) -> Response {
    let account = reader(signed_in);
    let all = match whose.as_str() {
        "month" => Some(false),
        "all" => Some(true),
        _ => None,
    };
    let result = match (account.as_ref(), all, format.as_str()) {
        (None, ..) => Err(ApiError::SignInRequired),
        (Some(account), Some(all), "zip") => papers::month_zip(&platform, account, &month, all).await,
        (Some(account), Some(all), "csv") => papers::month_csv(&platform, account, &month, all).await,
        _ => Err(ApiError::NotFound),
    };
    answer(result, account.as_ref(), &headers)
}

/// The public keys that documents are sealed with, one a line.
pub(crate) async fn document_keys(State(platform): State<Platform>) -> Response {
    match platform.document_keys() {
        Ok(keys) => {
            let mut text = keys.public.join("\n");
            text.push('\n');
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Verifies a posted file, for those without script; the page then shows what was found, once. The file is not kept.
pub(crate) async fn verify(
    State(platform): State<Platform>,
    Path(locale): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let locale = Locale::parse(&locale).unwrap_or_default();
    let page = url::path(locale, Page::Verify);
    let mut bytes = Vec::new();
    if let Ok(mut form) = form {
        while let Ok(Some(field)) = form.next_field().await {
            if field.name() == Some("file") {
                bytes = field.bytes().await.map(|bytes| bytes.to_vec()).unwrap_or_default();
                break;
            }
        }
    }
    let result = async {
        let keys = &platform.document_keys()?.public;
        let found = gabarit_view::verify::verify(&bytes, keys);
        let body = serde_json::to_string(&found).map_err(|error| platform.fault(error))?;
        stash::put(&platform, BTreeMap::from([("verified".to_owned(), body)])).await
    }
    .await;
    match result {
        Ok(key) => Redirect::to(&url::with_param(&page, "report", &key)).into_response(),
        Err(error) => page::refusal(StatusCode::INTERNAL_SERVER_ERROR, locale, &error),
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
    let locale = file_locale(account.as_ref(), &headers);
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
