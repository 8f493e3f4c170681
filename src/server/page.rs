//! Small pages that are made without the application: when it is the application that failed, or for developers.

use crate::ui::error_text;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse as _, Response},
};
use gabarit_i18n::{Locale, common};
use gabarit_view::error::ApiError;

/// Text in HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// A whole document around `body`, which is HTML already.
pub(crate) fn document(locale: Locale, title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{}</title><link rel=\"stylesheet\" href=\"/plain.css\"></head><body><main>{body}</main></body></html>",
        locale.code(),
        escape(title),
    )
}

/// A page that says what did not happen, and nothing of what is behind.
pub(crate) fn refusal(status: StatusCode, locale: Locale, error: &ApiError) -> Response {
    let brand = common::brand(locale);
    let body = format!(
        "<h1>{brand}</h1><p>{}</p><p><a href=\"/{}\">{}</a></p>",
        escape(&error_text(locale, error)),
        locale.code(),
        common::back_home(locale)
    );
    (status, Html(document(locale, brand, &body))).into_response()
}
