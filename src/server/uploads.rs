//! Documents of candidates: in by a form, out as downloads; and the interview as a calendar file.

use crate::{
    api::SignedIn,
    server::{http::AppState, middleware::file_locale, page},
    url::{self, Page},
};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Multipart, Path, State, multipart::MultipartError},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::post,
};
use gabarit_domain::ids::{BookingId, CandidateId, UploadId};
use gabarit_i18n::Locale;
use gabarit_server::{
    platform::Platform,
    services::{
        candidates::{self, Fetched, Upload},
        disputes,
    },
    uploads::{MAX_BYTES, attachment},
};
use gabarit_view::{account::AccountView, error::ApiError};
use tower_http::limit::RequestBodyLimitLayer;

/// The greatest body that is heard to its end: a file that is somewhat too large is answered on the page, a flood is not.
const MOST: usize = 64 * 1024 * 1024;

/// Where files are sent to: with a greater limit than everything else.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/candidates/documents", post(add))
        .route("/disputes/{id}/files", post(add_evidence))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(MOST))
}

fn refuse(error: &ApiError, account: Option<&AccountView>, headers: &HeaderMap) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let locale = file_locale(account, headers);
    page::refusal(status, locale, error)
}

/// A form's file, and the language of its page.
async fn read(form: &mut Multipart) -> Result<(Locale, String, Vec<u8>), MultipartError> {
    let (mut locale, mut name, mut bytes) = (Locale::default(), String::new(), Vec::new());
    while let Some(mut field) = form.next_field().await? {
        match field.name().unwrap_or_default() {
            "locale" => locale = Locale::parse(&field.text().await?).unwrap_or_default(),
            "file" => {
                field.file_name().unwrap_or_default().clone_into(&mut name);
                while let Some(chunk) = field.chunk().await? {
                    // One byte too many tells that it is too large; the rest is heard, not kept.
                    let room = (MAX_BYTES + 1).saturating_sub(bytes.len());
                    bytes.extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    Ok((locale, name, bytes))
}

/// Takes a document in, and leads back to the application, saying what became of it.
async fn add(
    State(platform): State<Platform>,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Response {
    let Some(account) = signed_in.and_then(|Extension(signed_in)| signed_in.account) else {
        return refuse(&ApiError::SignInRequired, None, &headers);
    };
    let (locale, result) = match read(&mut form).await {
        Ok((locale, name, bytes)) => (locale, candidates::add_document(&platform, &account, &name, bytes).await),
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => (account.locale, Ok(Upload::TooLarge)),
        Err(_) => return refuse(&ApiError::Transport, Some(&account), &headers),
    };
    let outcome = match result {
        Ok(Upload::Kept) => "kept",
        Ok(Upload::Empty) => "empty",
        Ok(Upload::TooLarge) => "too-large",
        Ok(Upload::WrongType) => "wrong-type",
        Ok(Upload::TooMany) => "too-many",
        Err(ApiError::Unavailable) => "failed",
        Err(error) => return refuse(&error, Some(&account), &headers),
    };
    let page = url::with_param(&url::path(locale, Page::Apply), "upload", outcome);
    Redirect::to(&format!("{page}#documents")).into_response()
}

fn download(file: Fetched) -> Response {
    let headers = [
        (header::CONTENT_TYPE, file.media_type.to_owned()),
        (header::CONTENT_DISPOSITION, attachment(&file.name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, file.bytes).into_response()
}

/// Hands a document out, as a download that no browser runs or guesses about.
pub(crate) async fn fetch(
    State(platform): State<Platform>,
    Path(id): Path<String>,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
) -> Response {
    let account = signed_in.and_then(|Extension(signed_in)| signed_in.account);
    let result = match (account.as_ref(), id.parse::<UploadId>()) {
        (None, _) => Err(ApiError::SignInRequired),
        (_, Err(_)) => Err(ApiError::NotFound),
        (Some(account), Ok(id)) => candidates::fetch_document(&platform, account, id).await,
    };
    match result {
        Ok(file) => download(file),
        Err(error) => refuse(&error, account.as_ref(), &headers),
    }
}

/// Takes evidence in, and leads back to the dispute, saying what became of it.
async fn add_evidence(
    State(platform): State<Platform>,
    Path(id): Path<String>,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Response {
    let Some(account) = signed_in.and_then(|Extension(signed_in)| signed_in.account) else {
        return refuse(&ApiError::SignInRequired, None, &headers);
    };
    let Ok(id) = id.parse::<BookingId>() else { return refuse(&ApiError::NotFound, Some(&account), &headers) };
    let (locale, result) = match read(&mut form).await {
        Ok((locale, name, bytes)) => (locale, disputes::add_file(&platform, &account, id, &name, bytes).await),
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => (account.locale, Ok(Upload::TooLarge)),
        Err(_) => return refuse(&ApiError::Transport, Some(&account), &headers),
    };
    let outcome = match result {
        Ok(Upload::Kept) => "kept",
        Ok(Upload::Empty) => "empty",
        Ok(Upload::TooLarge) => "too-large",
        Ok(Upload::WrongType) => "wrong-type",
        Ok(Upload::TooMany) => "too-many",
        Err(ApiError::Unavailable) => "failed",
        Err(error) => return refuse(&error, Some(&account), &headers),
    };
    let page = format!("{}/dispute", url::path(locale, Page::Booking(id)));
    Redirect::to(&url::with_param(&page, "upload", outcome)).into_response()
}

/// Hands evidence out, as [`fetch`] does documents.
pub(crate) async fn fetch_evidence(
    State(platform): State<Platform>,
    Path(id): Path<String>,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
) -> Response {
    let account = signed_in.and_then(|Extension(signed_in)| signed_in.account);
    let result = match (account.as_ref(), id.parse::<UploadId>()) {
        (None, _) => Err(ApiError::SignInRequired),
        (_, Err(_)) => Err(ApiError::NotFound),
        (Some(account), Ok(id)) => disputes::fetch_file(&platform, account, id).await,
    };
    match result {
        Ok(file) => download(file),
        Err(error) => refuse(&error, account.as_ref(), &headers),
    }
}

/// The interview as a calendar file.
pub(crate) async fn interview(
    State(platform): State<Platform>,
    Path(id): Path<String>,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
) -> Response {
    let account = signed_in.and_then(|Extension(signed_in)| signed_in.account);
    let result = match (account.as_ref(), id.parse::<CandidateId>()) {
        (None, _) => Err(ApiError::SignInRequired),
        (_, Err(_)) => Err(ApiError::NotFound),
        (Some(account), Ok(id)) => candidates::calendar(&platform, account, id, account.locale).await,
    };
    match result {
        Ok(file) => {
            let headers = [
                (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, attachment("interview.ics")),
                (header::CACHE_CONTROL, "private, no-store".to_owned()),
            ];
            (headers, file).into_response()
        }
        Err(error) => refuse(&error, account.as_ref(), &headers),
    }
}
