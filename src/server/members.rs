//! Files of the recognition programme: badges for anybody's site, certificates, calendar files, figures.

use crate::{
    api::SignedIn,
    server::{http::AppState, middleware::file_locale, page},
};
use axum::{
    Extension, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use gabarit_i18n::Locale;
use gabarit_server::{
    platform::Platform,
    services::membership::{self, events},
};
use gabarit_view::{account::AccountView, error::ApiError};
use serde::Deserialize;

type Who = Option<Extension<SignedIn>>;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/badges/{file}", get(badge))
        .route("/members/certificate.pdf", get(certificate))
        .route("/members/events/{id}", get(event))
        .route("/manage/programme-figures.csv", get(figures))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Language {
    lang: String,
}

fn actor(who: Who) -> Result<AccountView, ApiError> {
    who.and_then(|Extension(signed_in)| signed_in.account).ok_or(ApiError::SignInRequired)
}

fn status(error: &ApiError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A badge, at the address it keeps for ever. Other sites show it, so that it is nobody's secret; it is asked for again
/// within the hour, because it tells when a membership has ended.
async fn badge(State(p): State<Platform>, Path(file): Path<String>, Query(language): Query<Language>) -> Response {
    let locale = Locale::parse(&language.lang).unwrap_or_default();
    let code = file.strip_suffix(".svg").unwrap_or_default();
    match membership::badge(&p, code, locale).await {
        Ok(svg) => {
            let headers = [
                (header::CONTENT_TYPE, "image/svg+xml; charset=utf-8"),
                (header::CACHE_CONTROL, "public, max-age=3600"),
                (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
                (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
            ];
            (headers, svg).into_response()
        }
        Err(error) => status(&error).into_response(),
    }
}

/// A file for who asks, or the page that says why there is none.
fn answer<B: axum::response::IntoResponse>(
    locale: Locale,
    kind: &'static str,
    result: Result<(String, B), ApiError>,
) -> Response {
    match result {
        Ok((name, bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, kind.to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
                (header::CACHE_CONTROL, "private, no-store".to_owned()),
            ];
            (headers, bytes).into_response()
        }
        Err(error) => page::refusal(status(&error), locale, &error),
    }
}

fn locale_of(who: &Result<AccountView, ApiError>, headers: &HeaderMap) -> Locale {
    file_locale(who.as_ref().ok(), headers)
}

async fn certificate(
    State(p): State<Platform>,
    Query(language): Query<Language>,
    who: Who,
    headers: HeaderMap,
) -> Response {
    let who = actor(who);
    let locale = Locale::parse(&language.lang).unwrap_or_else(|| locale_of(&who, &headers));
    let result = async {
        let file = membership::certificate(&p, &who?, locale).await?;
        Ok((file.name, file.bytes))
    };
    answer(locale, "application/pdf", result.await)
}

async fn event(State(p): State<Platform>, Path(id): Path<String>, who: Who, headers: HeaderMap) -> Response {
    let who = actor(who);
    let locale = locale_of(&who, &headers);
    let result = async {
        let id = id.parse().map_err(|_| ApiError::NotFound)?;
        Ok((format!("event-{id}.ics"), events::calendar(&p, &who?, id, locale).await?))
    };
    answer(locale, "text/calendar; charset=utf-8", result.await)
}

async fn figures(State(p): State<Platform>, who: Who, headers: HeaderMap) -> Response {
    let who = actor(who);
    let locale = locale_of(&who, &headers);
    let result = async {
        let table = membership::figures_csv(&p, &who?, locale).await?;
        Ok(("programme.csv".to_owned(), table))
    };
    answer(locale, "text/csv; charset=utf-8", result.await)
}
