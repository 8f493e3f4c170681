//! Files that people send: documents of candidates, evidence, what goes with messages: in by a form, out as downloads;
//! and the interview as a calendar file.

use crate::{
    api::SignedIn,
    server::{http::AppState, middleware::file_locale, page},
    url::{self, Page},
};
use axum::{
    Extension, Router,
    extract::{
        DefaultBodyLimit, Multipart, Path, State,
        multipart::{Field, MultipartError},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::post,
};
use gabarit_domain::ids::{BookingId, CandidateId, UploadId};
use gabarit_i18n::Locale;
use gabarit_server::{
    platform::Platform,
    services::{
        candidates::{self, Upload},
        disputes,
        files::Fetched,
        stash,
        work::{self, SentFile},
    },
    uploads::{MAX_BYTES, attachment},
};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, FieldError, Problem},
    work::{MAX_MESSAGE_FILES, MESSAGE_FORM},
};
use server_fn::error::ServerFnUrlError;
use tower_http::limit::RequestBodyLimitLayer;

/// The greatest body that is heard to its end: a file that is somewhat too large is answered on the page, a flood is not.
const MOST: usize = 64 * 1024 * 1024;
/// The same for the files of a message: five that are each too large are still answered beside the text.
const MOST_OF_A_MESSAGE: usize = 256 * 1024 * 1024;
/// The greatest size of a text beside files, in bytes.
const MOST_TEXT: usize = 64 * 1024;

/// Where files are sent to: with a greater limit than everything else.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/candidates/documents", post(add))
        .route("/disputes/{id}/files", post(add_evidence))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(MOST))
        .merge(
            Router::new()
                .route("/messages/{id}/write", post(write))
                .layer(DefaultBodyLimit::disable())
                .layer(RequestBodyLimitLayer::new(MOST_OF_A_MESSAGE)),
        )
}

fn refuse(error: &ApiError, account: Option<&AccountView>, headers: &HeaderMap) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let locale = file_locale(account, headers);
    page::refusal(status, locale, error)
}

/// What a field holds, up to so many bytes; the rest is heard, not kept.
async fn contents(field: &mut Field<'_>, most: usize) -> Result<Vec<u8>, MultipartError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        let room = most.saturating_sub(bytes.len());
        bytes.extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
    }
    Ok(bytes)
}

/// A form's file, and the language of its page.
async fn read(form: &mut Multipart) -> Result<(Locale, String, Vec<u8>), MultipartError> {
    let (mut locale, mut name, mut bytes) = (Locale::default(), String::new(), Vec::new());
    while let Some(mut field) = form.next_field().await? {
        match field.name().unwrap_or_default() {
            "locale" => locale = Locale::parse(&field.text().await?).unwrap_or_default(),
            "file" => {
                field.file_name().unwrap_or_default().clone_into(&mut name);
                // One byte too many tells that it is too large.
                bytes = contents(&mut field, MAX_BYTES + 1).await?;
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

/// A message as posted.
#[derive(Default)]
struct Letter {
    locale: Option<Locale>,
    body: String,
    key: String,
    files: Vec<SentFile>,
}

impl Letter {
    /// Reads on until the form ends or breaks off: what was read until then is there.
    async fn read(&mut self, form: &mut Multipart) -> Result<(), MultipartError> {
        while let Some(mut field) = form.next_field().await? {
            let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
            match field.name().unwrap_or_default() {
                "locale" => self.locale = Locale::parse(&text(contents(&mut field, MOST_TEXT).await?)),
                "key" => self.key = text(contents(&mut field, MOST_TEXT).await?),
                "body" => self.body = text(contents(&mut field, MOST_TEXT).await?),
                "files" => {
                    let name = field.file_name().unwrap_or_default().to_owned();
                    // One file too many tells that there are too many: of the rest nothing is kept.
                    let room = if self.files.len() < MAX_MESSAGE_FILES { MAX_BYTES + 1 } else { 0 };
                    let bytes = contents(&mut field, room).await?;
                    // A browser sends a nameless one where none was chosen.
                    if self.files.len() <= MAX_MESSAGE_FILES && !(name.is_empty() && bytes.is_empty()) {
                        self.files.push(SentFile { name, bytes });
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Sends a message with its files, and leads back to the thread; refused, with what was typed and why.
async fn write(
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
    let mut letter = Letter::default();
    let result = match letter.read(&mut form).await {
        Ok(()) => {
            let files = std::mem::take(&mut letter.files);
            work::write_with_files(&platform, &account, id, &letter.body, &letter.key, files).await
        }
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let name = letter.files.pop().unwrap_or_default().name;
            let field = FieldError { field: "files".to_owned(), problem: Problem::FileTooLarge(name) };
            Err(ApiError::Invalid { fields: vec![field], stash: None })
        }
        Err(_) => Err(ApiError::Transport),
    };
    let page = url::path(letter.locale.unwrap_or(account.locale), Page::Thread(id));
    let Err(error) = result else { return Redirect::to(&format!("{page}#latest")).into_response() };
    // Only what its reader can do something about goes back to the form.
    if error.clone().with_stash(String::new()).stash().is_none() {
        return refuse(&error, Some(&account), &headers);
    }
    let error = match stash::put(&platform, [("body".to_owned(), letter.body)].into()).await {
        Ok(key) => error.with_stash(key),
        // That fault is logged; why the message was refused matters more to its writer.
        Err(_) => error,
    };
    let to = platform.config.public_url.join(&page).ok();
    match to.and_then(|to| ServerFnUrlError::new(MESSAGE_FORM, error).to_url(to.as_str()).ok()) {
        Some(to) => Redirect::to(&format!("{page}?{}#write", to.query().unwrap_or_default())).into_response(),
        None => refuse(&ApiError::Transport, Some(&account), &headers),
    }
}

/// Hands out what went with a message, as [`fetch`] does documents.
pub(crate) async fn fetch_message_file(
    State(platform): State<Platform>,
    Path(id): Path<String>,
    signed_in: Option<Extension<SignedIn>>,
    headers: HeaderMap,
) -> Response {
    let account = signed_in.and_then(|Extension(signed_in)| signed_in.account);
    let result = match (account.as_ref(), id.parse::<UploadId>()) {
        (None, _) => Err(ApiError::SignInRequired),
        (_, Err(_)) => Err(ApiError::NotFound),
        (Some(account), Ok(id)) => work::fetch_file(&platform, account, id).await,
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
