//! Small pages that are made without the application: when it is the application that failed, or for developers.

use crate::ui::{error_text, problem_text};
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse as _, Response},
};
use gabarit_i18n::{Locale, booking, common, document as document_text};
use gabarit_view::error::{ApiError, FieldError};

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

/// Why there is no quote to print: every choice to correct, and the way back to them.
pub(crate) fn no_quote(locale: Locale, fields: &[FieldError], back: &str) -> Response {
    let title = document_text::quote_none(locale);
    let mut reasons = String::new();
    for FieldError { field, problem } in fields {
        let name = match field.as_str() {
            "days" => booking::days_title(locale),
            "mode" | "place" => booking::place_title(locale),
            "licences" => booking::licences(locale),
            "country" => booking::country(locale),
            "vat_number" => booking::vat_number(locale),
            _ => common::brand(locale),
        };
        let reason = document_text::quote_field(locale, name, problem_text(locale, problem));
        reasons.push_str(&format!("<li>{}</li>", escape(&reason)));
    }
    let body = format!(
        "<h1>{title}</h1><ul>{reasons}</ul><p><a href=\"{}\">{}</a></p>",
        escape(back),
        document_text::quote_back(locale)
    );
    (StatusCode::UNPROCESSABLE_ENTITY, Html(document(locale, title, &body))).into_response()
}
