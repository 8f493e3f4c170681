//! For developers, on a loopback address only: the local mailbox.

use crate::server::{
    http::AppState,
    page::{document, escape},
};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
    routing::get,
};
use gabarit_i18n::Locale;
use gabarit_server::{mail, platform::Platform};
use gabarit_view::error::ApiError;
use uuid::Uuid;

/// Mails shown.
const MAILS: u32 = 200;

/// Routes that exist only while nobody else can reach the platform.
pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/dev/mail", get(mailbox)).route("/dev/mail/{id}", get(message))
}

fn failed(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, error.to_string()).into_response()
}

/// Every mail, newest first.
async fn mailbox(State(platform): State<Platform>) -> Response {
    let mails = match mail::local_mailbox(&platform, MAILS).await {
        Ok(mails) => mails,
        Err(error) => return failed(&error),
    };
    let rows: String = mails
        .iter()
        .map(|mail| {
            format!(
                "<tr><td><time>{}</time></td><td>{}</td><td><a href=\"/dev/mail/{}\">{}</a></td></tr>",
                mail.created_at.format("%Y-%m-%d %H:%M:%S"),
                escape(&mail.to),
                mail.id,
                escape(&mail.subject)
            )
        })
        .collect();
    Html(document(Locale::En, "/dev/mail", &format!("<h1>/dev/mail</h1><table><tbody>{rows}</tbody></table>")))
        .into_response()
}

/// One mail, as it would have been sent.
async fn message(State(platform): State<Platform>, Path(id): Path<String>) -> Response {
    let found = match id.parse::<Uuid>() {
        Ok(id) => mail::local_message(&platform, id).await,
        Err(_) => Ok(None),
    };
    match found {
        Ok(Some(mail)) => {
            let body = format!(
                "<p><a href=\"/dev/mail\">/dev/mail</a></p><h1>{}</h1><p>{}</p><pre>{}</pre><iframe title=\"HTML\" sandbox srcdoc=\"{}\"></iframe>",
                escape(&mail.subject),
                escape(&mail.to),
                escape(&mail.text),
                escape(&mail.html)
            );
            let mut response = Html(document(Locale::En, &mail.subject, &body)).into_response();
            // Mails carry their own style, inside of a frame that runs nothing.
            response.headers_mut().insert(
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(
                    "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'",
                ),
            );
            response
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => failed(&error),
    }
}
