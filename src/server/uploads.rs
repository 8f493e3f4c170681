//! Files that people send: documents of candidates, evidence, what goes with messages: in by a form, out as downloads;
//! and the interview as a calendar file.
//!
//! Whether somebody may send is asked before anything of the form is read; [`incoming`] reads it, within limits.

mod contact;
mod incoming;

pub(crate) use contact::fetch as fetch_contact_file;
pub(crate) use incoming::LONGEST;

use crate::{
    api::SignedIn,
    server::{http::AppState, middleware::file_locale, page},
    url::{self, Page, WorkPage},
};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, MatchedPath, Path, Request, State, multipart::Field, multipart::MultipartError},
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
        files::{Fetched, SentFile},
        stash, work,
    },
    uploads::{MAX_BYTES, attachment},
};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, FieldError, Problem},
    work::{CALENDAR_FORM, MAX_MESSAGE_FILES, MESSAGE_FORM},
};
use incoming::{Broken, Incoming, Places, Refused, Sender, hear_out};
use serde::de::DeserializeOwned;
use server_fn::error::ServerFnUrlError;
use std::collections::BTreeMap;

/// The greatest size of all texts beside files, in bytes.
const MOST_TEXT: usize = 64 * 1024;
/// The most fields of a form.
const MOST_FIELDS: usize = 40;
/// What a browser writes around fields and files, in bytes.
const FRAME: usize = 32 * 1024;
/// The greatest body of a form with one file.
const ONE_FILE: usize = MAX_BYTES + MOST_TEXT + FRAME;
/// The greatest body of a message with its files.
const A_MESSAGE: usize = MAX_MESSAGE_FILES * MAX_BYTES + MOST_TEXT + FRAME;

const DOCUMENTS: &str = "/candidates/documents";
const EVIDENCE: &str = "/disputes/{id}/files";
const MESSAGES: &str = "/messages/{id}/write";
const CALENDARS: &str = "/work/calendars";

/// Where files are sent to: with greater limits than everything else.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route(DOCUMENTS, post(add))
        .route(EVIDENCE, post(add_evidence))
        .route(MESSAGES, post(write))
        .route(CALENDARS, post(add_calendar))
        .merge(contact::router())
        .layer(DefaultBodyLimit::disable())
        .layer(Extension(Places::default()))
}

/// Whether a request brings files, which take their time on a slow line.
pub(crate) fn takes_time(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    route.is_some_and(|route| {
        [DOCUMENTS, EVIDENCE, MESSAGES, CALENDARS].contains(&route) || contact::ROUTES.contains(&route)
    })
}

type Who = Option<Extension<SignedIn>>;

fn account_of(who: Who) -> Option<AccountView> {
    who.and_then(|Extension(signed_in)| signed_in.account)
}

fn refuse(error: &ApiError, account: Option<&AccountView>, headers: &HeaderMap) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let locale = file_locale(account, headers);
    page::refusal(status, locale, error)
}

/// Answers who may not send; nothing of what is sent is kept.
async fn turn_away(request: Request, error: &ApiError, account: Option<&AccountView>) -> Response {
    let headers = request.headers().clone();
    hear_out(request).await;
    refuse(error, account, &headers)
}

/// Answers a form that was not even begun.
fn not_begun(refused: Refused, account: Option<&AccountView>, headers: &HeaderMap) -> Response {
    match refused {
        Refused::Error(error) => refuse(&error, account, headers),
        Refused::NoForm(response) => response,
    }
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

/// A form as posted: its texts by their names, and its files.
#[derive(Debug, Default)]
struct Letter {
    texts: BTreeMap<String, String>,
    files: Vec<SentFile>,
    /// The file that is being read.
    reading: String,
}

impl Letter {
    /// Reads on until the form ends or breaks off: what was read until then is there.
    async fn read(&mut self, incoming: &mut Incoming) -> Result<(), Broken> {
        match self.read_fields(incoming).await {
            Ok(()) => Ok(()),
            Err(_) => Err(incoming.broken()),
        }
    }

    async fn read_fields(&mut self, incoming: &mut Incoming) -> Result<(), MultipartError> {
        while let Some(mut field) = incoming.form.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            if matches!(name.as_str(), "file" | "files") {
                field.file_name().unwrap_or_default().clone_into(&mut self.reading);
                // One byte too many tells that it is too large, one file too many that there are too many: of the rest
                // nothing is kept.
                let room = if self.files.len() < MAX_MESSAGE_FILES { MAX_BYTES + 1 } else { 0 };
                let bytes = contents(&mut field, room).await?;
                let name = std::mem::take(&mut self.reading);
                // A browser sends a nameless one where none was chosen.
                if self.files.len() <= MAX_MESSAGE_FILES && !(name.is_empty() && bytes.is_empty()) {
                    self.files.push(SentFile { name, bytes });
                }
            } else {
                let there: usize = self.texts.values().map(String::len).sum();
                let bytes = contents(&mut field, MOST_TEXT.saturating_sub(there)).await?;
                if self.texts.len() < MOST_FIELDS {
                    self.texts.insert(name, String::from_utf8_lossy(&bytes).into_owned());
                }
            }
        }
        Ok(())
    }

    fn text(&self, name: &str) -> &str {
        self.texts.get(name).map(String::as_str).unwrap_or_default()
    }

    fn locale(&self) -> Option<Locale> {
        Locale::parse(self.text("locale"))
    }

    /// Its texts as a form of ours.
    fn form<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::to_value(&self.texts).and_then(serde_json::from_value).unwrap_or_default()
    }

    /// What to say of a form that did not come whole.
    fn broken(&self, broken: Broken) -> ApiError {
        if broken != Broken::TooLarge {
            return ApiError::Transport;
        }
        let mut problems: Vec<Problem> = self
            .files
            .iter()
            .filter(|file| file.bytes.len() > MAX_BYTES)
            .map(|file| Problem::FileTooLarge(file.name.clone()))
            .collect();
        if self.files.len() >= MAX_MESSAGE_FILES {
            problems = vec![Problem::TooMany(u32::try_from(MAX_MESSAGE_FILES).unwrap_or(u32::MAX))];
        } else if problems.is_empty() {
            problems.push(Problem::FileTooLarge(self.reading.clone()));
        }
        let fields = problems.into_iter().map(|problem| FieldError { field: "files".to_owned(), problem }).collect();
        ApiError::Invalid { fields, stash: None }
    }
}

/// A page of ours with a form on it.
struct FormPage<'a> {
    /// Its path, with what its address says already.
    path: &'a str,
    /// Where the form is on it.
    anchor: &'a str,
    /// What the form's errors go by.
    form: &'a str,
}

/// Leads back to the form that was refused, with why, and with what was typed. What its reader can do nothing about is a
/// page of its own.
async fn lead_back(
    platform: &Platform,
    account: Option<&AccountView>,
    headers: &HeaderMap,
    to: FormPage<'_>,
    error: ApiError,
    texts: BTreeMap<String, String>,
) -> Response {
    if error.clone().with_stash(String::new()).stash().is_none() {
        return refuse(&error, account, headers);
    }
    let error = match stash::put(platform, texts).await {
        Ok(key) => error.with_stash(key),
        // That fault is logged; why the form was refused matters more to its writer.
        Err(_) => error,
    };
    let page = platform.config.public_url.join(to.path).ok();
    match page.and_then(|page| ServerFnUrlError::new(to.form, error).to_url(page.as_str()).ok()) {
        Some(page) => {
            Redirect::to(&format!("{}?{}#{}", page.path(), page.query().unwrap_or_default(), to.anchor)).into_response()
        }
        None => refuse(&ApiError::Transport, account, headers),
    }
}

/// A form's one file, and what became of it, in the word that its page knows.
async fn one_file<F>(
    letter: &mut Letter,
    incoming: &mut Incoming,
    keep: impl FnOnce(SentFile) -> F,
) -> Result<&'static str, ApiError>
where
    F: Future<Output = Result<Upload, ApiError>>,
{
    let kept = match letter.read(incoming).await {
        Ok(()) => keep(letter.files.pop().unwrap_or_default()).await,
        Err(Broken::TooLarge) => Ok(Upload::TooLarge),
        Err(Broken::TooSlow | Broken::CutShort) => Err(ApiError::Transport),
    };
    Ok(match kept {
        Ok(Upload::Kept) => "kept",
        Ok(Upload::Empty) => "empty",
        Ok(Upload::TooLarge) => "too-large",
        Ok(Upload::WrongType) => "wrong-type",
        Ok(Upload::TooMany) => "too-many",
        Err(ApiError::Unavailable) => "failed",
        Err(error) => return Err(error),
    })
}

/// Takes a document in, and leads back to the application, saying what became of it.
async fn add(
    State(platform): State<Platform>,
    Extension(places): Extension<Places>,
    who: Who,
    request: Request,
) -> Response {
    let Some(account) = account_of(who) else { return turn_away(request, &ApiError::SignInRequired, None).await };
    if let Err(error) = candidates::may_add_document(&platform, &account).await {
        return turn_away(request, &error, Some(&account)).await;
    }
    let headers = request.headers().clone();
    let mut incoming = match Incoming::open(&places, request, ONE_FILE, Sender::Account(account.id.to_string())).await {
        Ok(incoming) => incoming,
        Err(refused) => return not_begun(refused, Some(&account), &headers),
    };
    let mut letter = Letter::default();
    let keep = |file: SentFile| {
        let (p, account) = (&platform, &account);
        async move { candidates::add_document(p, account, &file.name, file.bytes).await }
    };
    match one_file(&mut letter, &mut incoming, keep).await {
        Ok(outcome) => {
            let locale = letter.locale().unwrap_or(account.locale);
            let page = url::with_param(&url::path(locale, Page::Apply), "upload", outcome);
            Redirect::to(&format!("{page}#documents")).into_response()
        }
        Err(error) => refuse(&error, Some(&account), &headers),
    }
}

/// Takes evidence in, and leads back to the dispute, saying what became of it.
async fn add_evidence(
    State(platform): State<Platform>,
    Extension(places): Extension<Places>,
    Path(id): Path<String>,
    who: Who,
    request: Request,
) -> Response {
    let Some(account) = account_of(who) else { return turn_away(request, &ApiError::SignInRequired, None).await };
    let may = match id.parse::<BookingId>() {
        Ok(id) => disputes::may_add_file(&platform, &account, id).await.map(|()| id),
        Err(_) => Err(ApiError::NotFound),
    };
    let id = match may {
        Ok(id) => id,
        Err(error) => return turn_away(request, &error, Some(&account)).await,
    };
    let headers = request.headers().clone();
    let mut incoming = match Incoming::open(&places, request, ONE_FILE, Sender::Account(account.id.to_string())).await {
        Ok(incoming) => incoming,
        Err(refused) => return not_begun(refused, Some(&account), &headers),
    };
    let mut letter = Letter::default();
    let keep = |file: SentFile| {
        let (p, account) = (&platform, &account);
        async move { disputes::add_file(p, account, id, &file.name, file.bytes).await }
    };
    match one_file(&mut letter, &mut incoming, keep).await {
        Ok(outcome) => {
            let locale = letter.locale().unwrap_or(account.locale);
            let page = format!("{}/dispute", url::path(locale, Page::Booking(id)));
            Redirect::to(&url::with_param(&page, "upload", outcome)).into_response()
        }
        Err(error) => refuse(&error, Some(&account), &headers),
    }
}

/// Takes a calendar's file in, and leads back to the own calendar; refused, with what was typed and why.
async fn add_calendar(
    State(platform): State<Platform>,
    Extension(places): Extension<Places>,
    who: Who,
    request: Request,
) -> Response {
    let Some(account) = account_of(who) else { return turn_away(request, &ApiError::SignInRequired, None).await };
    if let Err(error) = work::may_add_file(&platform, &account).await {
        return turn_away(request, &error, Some(&account)).await;
    }
    let headers = request.headers().clone();
    let mut incoming = match Incoming::open(&places, request, ONE_FILE, Sender::Account(account.id.to_string())).await {
        Ok(incoming) => incoming,
        Err(refused) => return not_begun(refused, Some(&account), &headers),
    };
    let mut letter = Letter::default();
    let result = match letter.read(&mut incoming).await {
        Ok(()) => {
            let file = letter.files.pop().unwrap_or_default();
            work::add_file(&platform, &account, letter.text("name"), &file).await
        }
        Err(broken) => Err(letter.broken(broken)),
    };
    let page = url::path(letter.locale().unwrap_or(account.locale), Page::Work(WorkPage::Calendar));
    let Err(error) = result else {
        return Redirect::to(&url::with_param(&page, "notice", "saved")).into_response();
    };
    let texts = [("name".to_owned(), letter.text("name").to_owned())].into();
    let to = FormPage { path: &page, anchor: "elsewhere", form: CALENDAR_FORM };
    lead_back(&platform, Some(&account), &headers, to, error, texts).await
}

/// Sends a message with its files, and leads back to the thread; refused, with what was typed and why.
async fn write(
    State(platform): State<Platform>,
    Extension(places): Extension<Places>,
    Path(id): Path<String>,
    who: Who,
    request: Request,
) -> Response {
    let Some(account) = account_of(who) else { return turn_away(request, &ApiError::SignInRequired, None).await };
    let Ok(id) = id.parse::<BookingId>() else {
        return turn_away(request, &ApiError::NotFound, Some(&account)).await;
    };
    let headers = request.headers().clone();
    match work::may_write(&platform, &account, id).await {
        Ok(()) => {}
        // Closed while they wrote: the thread says so.
        Err(ApiError::MovedOn) => {
            hear_out(request).await;
            let page = url::path(file_locale(Some(&account), &headers), Page::Thread(id));
            let to = FormPage { path: &page, anchor: "write", form: MESSAGE_FORM };
            return lead_back(&platform, Some(&account), &headers, to, ApiError::MovedOn, BTreeMap::new()).await;
        }
        Err(error) => return turn_away(request, &error, Some(&account)).await,
    }
    let mut incoming = match Incoming::open(&places, request, A_MESSAGE, Sender::Account(account.id.to_string())).await
    {
        Ok(incoming) => incoming,
        Err(refused) => return not_begun(refused, Some(&account), &headers),
    };
    let mut letter = Letter::default();
    let result = match letter.read(&mut incoming).await {
        Ok(()) => {
            let files = std::mem::take(&mut letter.files);
            work::write_with_files(&platform, &account, id, letter.text("body"), letter.text("key"), files).await
        }
        Err(broken) => Err(letter.broken(broken)),
    };
    let page = url::path(letter.locale().unwrap_or(account.locale), Page::Thread(id));
    let Err(error) = result else { return Redirect::to(&format!("{page}#latest")).into_response() };
    let texts = [("body".to_owned(), letter.text("body").to_owned())].into();
    let to = FormPage { path: &page, anchor: "write", form: MESSAGE_FORM };
    lead_back(&platform, Some(&account), &headers, to, error, texts).await
}

/// A file as a download that no browser runs or guesses about.
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

/// Hands a file out to whom `find` finds to be allowed to have it.
async fn hand_out<F>(
    account: Option<AccountView>,
    id: &str,
    headers: &HeaderMap,
    find: impl FnOnce(AccountView, UploadId) -> F,
) -> Response
where
    F: Future<Output = Result<Fetched, ApiError>>,
{
    let result = match (account.clone(), id.parse::<UploadId>()) {
        (None, _) => Err(ApiError::SignInRequired),
        (_, Err(_)) => Err(ApiError::NotFound),
        (Some(account), Ok(id)) => find(account, id).await,
    };
    match result {
        Ok(file) => download(file),
        Err(error) => refuse(&error, account.as_ref(), headers),
    }
}

/// Hands a document out.
pub(crate) async fn fetch(State(p): State<Platform>, Path(id): Path<String>, who: Who, headers: HeaderMap) -> Response {
    let find = |account: AccountView, id| async move { candidates::fetch_document(&p, &account, id).await };
    hand_out(account_of(who), &id, &headers, find).await
}

/// Hands evidence out.
pub(crate) async fn fetch_evidence(
    State(p): State<Platform>,
    Path(id): Path<String>,
    who: Who,
    headers: HeaderMap,
) -> Response {
    let find = |account: AccountView, id| async move { disputes::fetch_file(&p, &account, id).await };
    hand_out(account_of(who), &id, &headers, find).await
}

/// Hands out what went with a message.
pub(crate) async fn fetch_message_file(
    State(p): State<Platform>,
    Path(id): Path<String>,
    who: Who,
    headers: HeaderMap,
) -> Response {
    let find = |account: AccountView, id| async move { work::fetch_file(&p, &account, id).await };
    hand_out(account_of(who), &id, &headers, find).await
}

/// The interview as a calendar file.
pub(crate) async fn interview(
    State(platform): State<Platform>,
    Path(id): Path<String>,
    who: Who,
    headers: HeaderMap,
) -> Response {
    let account = account_of(who);
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
