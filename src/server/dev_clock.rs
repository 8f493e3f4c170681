//! `/dev/clock`: puts the demonstration's clock forward. There only with `serve --demo-clock`, on a loopback address.

use super::http::AppState;
use axum::{
    Form, Router,
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use chrono::TimeDelta;
use gabarit_i18n::{Locale, demo_clock as text, fmt};
use gabarit_server::{clock::zoned, platform::Platform};
use serde::Deserialize;

/// Steps that the page offers, in hours.
const STEPS: [i64; 5] = [1, 25, 24 * 7, 24 * 30, 24 * 120];

/// The page's route.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/dev/clock", get(show).post(advance))
}

fn page(platform: &Platform, locale: Locale) -> String {
    let now = fmt::date_time(locale, &zoned(platform.now(), platform.config.zone));
    let buttons: String = STEPS
        .map(|hours| {
            let days = hours / 24;
            let label = if hours % 24 == 0 {
                text::days(locale, days.unsigned_abs())
            } else {
                text::hours(locale, hours.unsigned_abs())
            };
            format!(r#"<button name="hours" value="{hours}">+ {label}</button> "#)
        })
        .concat();
    format!(
        r#"<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>{title}</title></head><body><main><h1>{title}</h1><p><time datetime="{instant}">{now}</time></p><p>{why}</p><form method="post">{buttons}</form></main></body></html>"#,
        lang = locale.code(),
        instant = platform.now().to_rfc3339(),
        title = text::title(locale),
        why = text::why(locale),
    )
}

async fn show(State(platform): State<Platform>) -> Response {
    if platform.clock.demo().is_none() || !platform.config.is_local() {
        return StatusCode::NOT_FOUND.into_response();
    }
    Html(page(&platform, Locale::En)).into_response()
}

#[derive(Debug, Deserialize)]
struct Advance {
    hours: i64,
}

async fn advance(State(platform): State<Platform>, Form(step): Form<Advance>) -> Response {
    let Some(clock) = platform.clock.demo().filter(|_| platform.config.is_local()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if !(0..=24 * 400).contains(&step.hours) {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    if let Err(error) = clock.advance(TimeDelta::hours(step.hours)) {
        tracing::error!(%error, "the demonstration clock");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    platform.wake_jobs.notify_one();
    Redirect::to("/dev/clock").into_response()
}
