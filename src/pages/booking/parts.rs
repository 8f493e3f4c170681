//! What several screens of this area share.

use crate::{
    i18n::{Locale, fmt, use_locale},
    response,
    ui::{ErrorState, Icon, IconName},
    url::{self, Page},
};
use gabarit_domain::calendar::DaySet;
use gabarit_i18n::{booking as text, common, labels};
use gabarit_view::error::ApiError;
use leptos::prelude::*;
use leptos_meta::Title;

/// Where a booking in the making stands.
#[component]
pub(super) fn Steps(
    /// Language.
    locale: Locale,
    /// From 1.
    current: u8,
) -> impl IntoView {
    let steps = [text::step_choose(locale), text::step_details(locale)];
    view! {
        <nav class="steps" aria-label=text::steps(locale)>
            <ol>
                {(1_u8..)
                    .zip(steps)
                    .map(|(number, name)| view! {
                        <li aria-current=(number == current).then_some("step")>
                            <span class="steps-number" aria-hidden="true">{number}</span>
                            <span>{name}</span>
                        </li>
                    })
                    .collect_view()}
            </ol>
        </nav>
    }
    .into_any()
}

/// What was asked for is not there, or not theirs to know; anything else is told as it is.
#[component]
pub(super) fn NotShown(
    /// Why.
    error: ApiError,
    /// That there is no such thing.
    title: &'static str,
    /// Why that may be.
    words: &'static str,
) -> impl IntoView {
    let locale = use_locale();
    if error != ApiError::NotFound {
        let heading = if error == ApiError::SignInRequired {
            text::sign_in_title(locale)
        } else {
            text::load_failed_title(locale)
        };
        return view! {
            <Title text=heading/>
            <h1 class="booking-head">{heading}</h1>
            <ErrorState error/>
        }
        .into_any();
    }
    response::set_status(404);
    view! {
        <Title text=title/>
        <div class="state">
            <h1>{title}</h1>
            <p>{words}</p>
            <p class="actions">
                <a class="button" href=url::path(locale, Page::Experts)>{common::nav_find(locale)}</a>
                <a class="button button-quiet" href=url::path(locale, Page::Bookings)>{common::my_bookings(locale)}</a>
            </p>
        </div>
    }
    .into_any()
}

/// A booking's state, as a tag.
#[component]
pub(super) fn StateTag(
    /// Language.
    locale: Locale,
    /// The state's code.
    state: String,
) -> impl IntoView {
    let class = match state.as_str() {
        "held" | "requested" => "tag state-tag state-waiting",
        "accepted" | "completed" => "tag state-tag state-good",
        _ => "tag state-tag state-over",
    };
    view! { <span class=class>{labels::booking_state(locale, &state).to_owned()}</span> }
}

/// How long a clock still runs, in words.
fn remaining(locale: Locale, seconds: i64) -> String {
    match seconds {
        ..=0 => text::time_over(locale).to_owned(),
        1..7200 => text::minutes_left(locale, u64::try_from((seconds + 59) / 60).unwrap_or(0)),
        _ => text::hours_left(locale, u64::try_from(seconds / 3600).unwrap_or(0)),
    }
}

/// A running clock: what ends when, and how long that still is.
#[component]
pub(super) fn Clock(
    /// Language.
    locale: Locale,
    /// What ends when: a whole sentence.
    #[prop(into)]
    words: String,
    /// Seconds until then, when the page was made.
    seconds: i64,
) -> impl IntoView {
    let left = RwSignal::new(seconds);
    #[cfg(feature = "hydrate")]
    {
        // Only the time that passes is read from the browser, never what time it is.
        let made = StoredValue::new(None::<f64>);
        let tick = move || {
            let now = js_sys::Date::now();
            match made.try_get_value() {
                Some(Some(made)) => {
                    #[expect(clippy::cast_possible_truncation, reason = "a few hours in milliseconds")]
                    let passed = ((now - made) / 1000.0) as i64;
                    left.try_set(seconds - passed);
                }
                Some(None) => made.set_value(Some(now)),
                None => {}
            }
        };
        Effect::new(move || {
            tick();
            if let Ok(timer) = set_interval_with_handle(tick, std::time::Duration::from_secs(5)) {
                on_cleanup(move || timer.clear());
            }
        });
    }
    view! {
        <p class="clock" class:clock-urgent=move || left.get() < 3600>
            <Icon name=IconName::Clock/>
            <span>{words}</span>
            " "
            <span class="clock-left">{move || remaining(locale, left.get())}</span>
        </p>
    }
    .into_any()
}

/// The days of an order: one by one when few, else first, last and how many.
pub(super) fn days_words(locale: Locale, days: &DaySet) -> String {
    let count = text::days_count(locale, u64::from(days.count()));
    if days.count() <= 6 {
        let named: Vec<String> = days.iter().map(|day| fmt::day_chip(locale, day)).collect();
        format!("{} {} ({count})", named.join(", "), year_of(days))
    } else {
        format!("{} ({count})", text::period(locale, fmt::date(locale, days.first()), fmt::date(locale, days.last())))
    }
}

/// The year, or both where a set crosses into another.
fn year_of(days: &DaySet) -> String {
    use chrono::Datelike;
    let (first, last) = (days.first().year(), days.last().year());
    if first == last { first.to_string() } else { format!("{first}–{last}") }
}
