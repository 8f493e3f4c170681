//! What is written to the contact desk, with files: by anyone, further by the request's sender, and by managers.

use super::{
    A_MESSAGE, FormPage, Incoming, Letter, Places, Refused, Sender, Who, account_of, download, hear_out, lead_back,
    not_begun, refuse, turn_away,
};
use crate::{
    api::client_address,
    server::{http::AppState, middleware::file_locale},
    url::{self, ManagePage, Page},
};
use axum::{
    Extension, Router,
    extract::{Path, Query, Request, State},
    http::HeaderMap,
    response::{IntoResponse as _, Redirect, Response},
    routing::post,
};
use gabarit_domain::ids::UploadId;
use gabarit_server::{
    platform::Platform,
    services::contact::{self, Access},
};
use gabarit_view::{
    account::AccountView,
    contact::{ANSWER_FORM, CONTACT_FORM, ContactForm, DeskForm, NOTE_FORM, REPLY_FORM},
    error::ApiError,
};
use serde::Deserialize;

const SEND: &str = "/contact/send";
const WRITE: &str = "/contact/write/{reference}";
const ANSWER: &str = "/contact/answer/{reference}";

/// Addresses that files are sent to.
pub(super) const ROUTES: [&str; 3] = [SEND, WRITE, ANSWER];

pub(super) fn router() -> Router<AppState> {
    Router::new().route(SEND, post(send)).route(WRITE, post(write)).route(ANSWER, post(answer))
}

/// The secret of a visitor's link; accounts have none.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Link {
    key: String,
}

/// Takes a form in, as far as it comes; its place is given back with the last of these.
async fn take(
    places: &Places,
    request: Request,
    account: Option<&AccountView>,
) -> Result<(Letter, Result<(), ApiError>, Incoming), Refused> {
    let who = account.map_or_else(
        || Sender::Visitor(contact::network(&client_address(request.extensions(), request.headers()))),
        |account| Sender::Account(account.id.to_string()),
    );
    let mut incoming = Incoming::open(places, request, A_MESSAGE, who).await?;
    let mut letter = Letter::default();
    let came = match letter.read(&mut incoming).await {
        Ok(()) => Ok(()),
        Err(broken) => Err(letter.broken(broken)),
    };
    Ok((letter, came, incoming))
}

/// Sends a request, and leads to its conversation, or says where a visitor finds its link; refused, back to the form with what was typed and why.
async fn send(
    State(platform): State<Platform>,
    Extension(places): Extension<Places>,
    who: Who,
    request: Request,
) -> Response {
    let account = account_of(who);
    let account = account.as_ref();
    let address = client_address(request.extensions(), request.headers());
    if let Err(error) = contact::may_open(&platform, account, &address).await {
        return turn_away(request, &error, account).await;
    }
    let headers = request.headers().clone();
    let (mut letter, came, _place) = match take(&places, request, account).await {
        Ok(taken) => taken,
        Err(refused) => return not_begun(refused, account, &headers),
    };
    let form: ContactForm = letter.form();
    let files = std::mem::take(&mut letter.files);
    let result = match came {
        Ok(()) => contact::open_with_files(&platform, account, &form, &address, files).await,
        Err(error) => Err(error),
    };
    let locale = letter.locale().unwrap_or_else(|| file_locale(account, &headers));
    match result {
        Ok(opened) => {
            let to = match account {
                Some(_) => url::with_param(&url::conversation(locale, &opened.reference), "notice", "message-sent"),
                // The link that opens it goes to the address, and nowhere else.
                None => url::with_param(&url::path(locale, Page::Contact), "sent", &opened.reference),
            };
            Redirect::to(&to).into_response()
        }
        Err(error) => {
            // What the page's address says of whom it is about, it says again.
            let mut page = url::path(locale, Page::Contact);
            for (name, value) in [("expert", &form.expert), ("booking", &form.booking)] {
                if !value.is_empty() {
                    page = url::with_param(&page, name, value);
                }
            }
            let to = FormPage { path: &page, anchor: "write", form: CONTACT_FORM };
            lead_back(&platform, account, &headers, to, error, letter.texts).await
        }
    }
}

/// Adds to a conversation, and leads back to it.
async fn write(
    State(platform): State<Platform>,
    Extension(places): Extension<Places>,
    Path(reference): Path<String>,
    Query(link): Query<Link>,
    who: Who,
    request: Request,
) -> Response {
    let account = account_of(who);
    let account = account.as_ref();
    let access = match (link.key.as_str(), account) {
        ("", None) => return turn_away(request, &ApiError::SignInRequired, None).await,
        ("", Some(actor)) => Access::Account(actor),
        (key, _) => Access::Key(key),
    };
    let headers = request.headers().clone();
    let address = client_address(request.extensions(), &headers);
    let with_key = |page: String| if link.key.is_empty() { page } else { url::with_param(&page, "key", &link.key) };
    match contact::may_write(&platform, access, &reference, &address).await {
        Ok(()) => {}
        // Merged while they wrote: the conversation says where it goes on.
        Err(ApiError::MovedOn) => {
            hear_out(request).await;
            let page = with_key(url::conversation(file_locale(account, &headers), &reference));
            return Redirect::to(&page).into_response();
        }
        Err(error) => return turn_away(request, &error, account).await,
    }
    let (mut letter, came, _place) = match take(&places, request, account).await {
        Ok(taken) => taken,
        Err(refused) => return not_begun(refused, account, &headers),
    };
    let files = std::mem::take(&mut letter.files);
    let result = match came {
        Ok(()) => {
            let message = (letter.text("message"), letter.text("form_key"));
            contact::write_with_files(&platform, access, &reference, message, &address, files).await
        }
        Err(error) => Err(error),
    };
    let locale = letter.locale().unwrap_or_else(|| file_locale(account, &headers));
    let page = with_key(url::conversation(locale, &reference));
    let Err(error) = result else {
        return Redirect::to(&url::with_param(&page, "notice", "message-sent")).into_response();
    };
    let texts = [("message".to_owned(), letter.text("message").to_owned())].into();
    let to = FormPage { path: &page, anchor: "write", form: REPLY_FORM };
    lead_back(&platform, account, &headers, to, error, texts).await
}

/// Sends a manager's answer, or keeps a note, and leads back to the request.
async fn answer(
    State(platform): State<Platform>,
    Extension(places): Extension<Places>,
    Path(reference): Path<String>,
    who: Who,
    request: Request,
) -> Response {
    let Some(account) = account_of(who) else { return turn_away(request, &ApiError::SignInRequired, None).await };
    let reference = reference.trim().to_owned();
    let may = if account.needs_two_step {
        Err(ApiError::TwoStepRequired)
    } else {
        contact::may_answer(&platform, &account, &reference).await
    };
    if let Err(error) = may {
        return turn_away(request, &error, Some(&account)).await;
    }
    let headers = request.headers().clone();
    let (mut letter, came, _place) = match take(&places, request, Some(&account)).await {
        Ok(taken) => taken,
        Err(refused) => return not_begun(refused, Some(&account), &headers),
    };
    let form = DeskForm { reference: reference.clone(), ..letter.form() };
    let files = std::mem::take(&mut letter.files);
    let result = match came {
        // The other moves write nothing: they have their own form.
        Ok(()) if !matches!(form.act.as_str(), "answer" | "note") => Err(ApiError::Transport),
        Ok(()) => contact::act_with_files(&platform, &account, &form, files).await,
        Err(error) => Err(error),
    };
    let locale = letter.locale().unwrap_or(account.locale);
    let page = format!("{}/{reference}", url::path(locale, Page::Manage(ManagePage::Desk)));
    let Err(error) = result else {
        return Redirect::to(&url::with_param(&page, "notice", "saved")).into_response();
    };
    let (anchor, name) = if form.act == "note" { ("note", NOTE_FORM) } else { ("answer", ANSWER_FORM) };
    let to = FormPage { path: &page, anchor, form: name };
    lead_back(&platform, Some(&account), &headers, to, error, letter.texts).await
}

/// Hands out what went with a message: to the sender, signed in or by the link's secret, and to managers.
pub(crate) async fn fetch(
    State(platform): State<Platform>,
    Path(id): Path<String>,
    Query(link): Query<Link>,
    who: Who,
    headers: HeaderMap,
) -> Response {
    let account = account_of(who);
    let result = match id.parse::<UploadId>() {
        Ok(id) => contact::fetch_file(&platform, account.as_ref(), &link.key, id).await,
        Err(_) if account.is_none() && link.key.is_empty() => Err(ApiError::SignInRequired),
        Err(_) => Err(ApiError::NotFound),
    };
    match result {
        Ok(file) => download(file),
        Err(error) => refuse(&error, account.as_ref(), &headers),
    }
}
