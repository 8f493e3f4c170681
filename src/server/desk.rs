//! The managers' files: the money desk's, the log, the figures.

use crate::{
    api::SignedIn,
    server::{http::AppState, middleware::file_locale, page},
};
use axum::{
    Extension, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use gabarit_domain::ids::PayoutBatchId;
use gabarit_i18n::Locale;
use gabarit_server::{
    platform::Platform,
    services::{
        audit_log,
        books::{self, Period},
        figures as numbers, payouts,
    },
};
use gabarit_view::{
    account::AccountView,
    error::ApiError,
    govern::{LogQuery, Span},
};
use serde::Deserialize;

const XML: &str = "application/xml";
const CSV: &str = "text/csv; charset=utf-8";

type Who = Option<Extension<SignedIn>>;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/manage/payouts/{id}/xml", get(batch_file))
        .route("/manage/payouts/{id}/csv", get(batch_table))
        .route("/manage/ledger/csv", get(trial_balance))
        .route("/manage/ledger/{account}/csv", get(account))
        .route("/manage/log/csv", get(log))
        .route("/manage/figures/{name}/csv", get(figures))
}

fn actor(who: Who) -> Result<AccountView, ApiError> {
    who.and_then(|Extension(signed_in)| signed_in.account).ok_or(ApiError::SignInRequired)
}

/// A file to be kept, or why there is none.
fn answer(kind: &'static str, locale: Locale, result: Result<(String, Vec<u8>), ApiError>) -> Response {
    match result {
        Ok((name, bytes)) => {
            let name: String =
                name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
            let headers = [
                (header::CONTENT_TYPE, kind.to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
                (header::CACHE_CONTROL, "private, no-store".to_owned()),
            ];
            (headers, bytes).into_response()
        }
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            page::refusal(status, locale, &error)
        }
    }
}

fn locale(who: &Result<AccountView, ApiError>, headers: &HeaderMap) -> Locale {
    file_locale(who.as_ref().ok(), headers)
}

async fn batch_file(State(p): State<Platform>, Path(id): Path<String>, who: Who, headers: HeaderMap) -> Response {
    let who = actor(who);
    let locale = locale(&who, &headers);
    let result = async { payouts::batch_file(&p, &who?, batch(&id)?).await };
    answer(XML, locale, result.await)
}

async fn batch_table(State(p): State<Platform>, Path(id): Path<String>, who: Who, headers: HeaderMap) -> Response {
    let who = actor(who);
    let locale = locale(&who, &headers);
    let result = async { payouts::batch_csv(&p, &who?, batch(&id)?, locale).await };
    answer(CSV, locale, result.await)
}

fn batch(id: &str) -> Result<PayoutBatchId, ApiError> {
    id.parse().map_err(|_| ApiError::NotFound)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Days {
    from: String,
    to: String,
}

async fn trial_balance(State(p): State<Platform>, Query(days): Query<Days>, who: Who, headers: HeaderMap) -> Response {
    let who = actor(who);
    let locale = locale(&who, &headers);
    let period = Period::parse(&days.from, &days.to);
    let result = async { books::trial_balance_csv(&p, &who?, period, locale).await };
    answer(CSV, locale, result.await)
}

async fn account(
    State(p): State<Platform>,
    Path(code): Path<String>,
    Query(days): Query<Days>,
    who: Who,
    headers: HeaderMap,
) -> Response {
    let who = actor(who);
    let locale = locale(&who, &headers);
    let period = Period::parse(&days.from, &days.to);
    let result = async { books::account_csv(&p, &who?, &code, period, locale).await };
    answer(CSV, locale, result.await)
}

async fn log(State(p): State<Platform>, Query(query): Query<LogQuery>, who: Who, headers: HeaderMap) -> Response {
    let who = actor(who);
    let locale = locale(&who, &headers);
    let result = async { Ok(("log.csv".to_owned(), audit_log::csv(&p, &who?, &query).await?)) };
    answer(CSV, locale, result.await)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    span: String,
}

async fn figures(
    State(p): State<Platform>,
    Path(name): Path<String>,
    Query(chosen): Query<Chosen>,
    who: Who,
    headers: HeaderMap,
) -> Response {
    let who = actor(who);
    let locale = locale(&who, &headers);
    let result = async {
        let span = Span::parse(&chosen.span);
        let table = numbers::csv(&p, &who?, &name, span).await?;
        Ok((format!("{name}-{}.csv", span.code()), table))
    };
    answer(CSV, locale, result.await)
}
