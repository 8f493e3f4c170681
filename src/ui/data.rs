//! Values, as people read them.

use crate::i18n::{fmt, use_locale};
use gabarit_domain::{expert::Level, ids::ExpertId, money::Cents};
use gabarit_i18n::{common, labels, term, work as text};
use gabarit_view::work::{MessageFile, file_size};
use leptos::{prelude::*, svg};

/// An amount of money in euros.
#[component]
pub fn Money(
    /// How much.
    #[prop(into)]
    amount: Signal<Cents>,
) -> impl IntoView {
    let locale = use_locale();
    view! { <span class="money">{move || fmt::money(locale, amount.get())}</span> }
}

/// A short fact: a product, a sector, a state.
#[component]
pub fn Tag(
    /// Whether it matters more than its neighbours.
    #[prop(optional)]
    strong: bool,
    /// Its text.
    children: Children,
) -> impl IntoView {
    view! { <span class=if strong { "tag tag-strong" } else { "tag" }>{children()}</span> }
}

/// A level: four bars, its number and its word.
#[component]
pub fn LevelBadge(
    /// Which.
    level: Level,
) -> impl IntoView {
    let locale = use_locale();
    let bars = (1..=4u8)
        .map(|bar| {
            svg::rect()
                .attr("x", u32::from(bar - 1) * 5)
                .attr("y", 14 - 3 * u32::from(bar))
                .attr("width", "3")
                .attr("height", 3 * u32::from(bar))
                .attr("class", if bar <= level.number() { "level-on" } else { "level-off" })
        })
        .collect_view();
    view! {
        <span class="level">
            <svg viewBox="0 0 18 14" width="18" height="14" aria-hidden="true" focusable="false">{bars}</svg>
            <span>{term::level(locale, level.number())} " · " {labels::level(locale, level)}</span>
        </span>
    }
    .into_any()
}

/// A mean rating: stars to look at, a sentence to listen to.
#[component]
pub fn Rating(
    /// Mean in tenths; `None` without reviews.
    tenths: Option<u32>,
    /// Number of reviews.
    count: u32,
) -> impl IntoView {
    let locale = use_locale();
    match tenths {
        None => view! { <span class="rating rating-none">{common::no_reviews(locale)}</span> }.into_any(),
        Some(tenths) => {
            let mean = fmt::one_decimal(locale, tenths);
            // A star is full, half or empty: ratings are read, not measured.
            let halves = (tenths + 2) / 5;
            let stars = (0..5u32)
                .map(|star| match halves.saturating_sub(star * 2) {
                    0 => "star star-empty",
                    1 => "star star-half",
                    _ => "star",
                })
                .map(|class| {
                    view! {
                        <svg class=class viewBox="0 0 20 20" width="14" height="14" focusable="false">
                            <path class="star-ground" d=STAR/>
                            <path class="star-fill" d=STAR/>
                        </svg>
                    }
                })
                .collect_view();
            view! {
                <span class="rating">
                    <span class="stars" aria-hidden="true">{stars}</span>
                    <span class="sr-only">{common::rating_of(locale, &mean)}</span>
                    <span aria-hidden="true" class="rating-mean">{mean.clone()}</span>
                    <span class="rating-count">{common::review_count(locale, u64::from(count))}</span>
                </span>
            }
            .into_any()
        }
    }
}

const STAR: &str = "M10 1.8l2.5 5.3 5.8.7-4.3 4 1.1 5.7L10 14.7l-5.1 2.8L6 11.8l-4.3-4 5.8-.7z";

/// Initials on a ground whose hue comes from the id: the same everywhere, without a picture.
#[component]
pub fn Avatar(
    /// Whose name.
    #[prop(into)]
    name: String,
    /// Chooses the hue.
    id: ExpertId,
    /// Whether it stands alone at the head of a page.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let initials: String = {
        let words: Vec<&str> = name.split([' ', '-']).filter(|word| word.starts_with(char::is_alphanumeric)).collect();
        let ends = match words.as_slice() {
            [] => vec![],
            [only] => vec![*only],
            [first, .., last] => vec![*first, *last],
        };
        ends.iter().filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect()
    };
    // Bytes from the middle of the id: its head is a time stamp, alike for neighbours.
    let bytes = id.0.as_bytes();
    let hue = (u16::from(bytes[9]) ^ u16::from(bytes[13]).rotate_left(3) ^ u16::from(bytes[15])) % 8;
    let size = if large { "avatar avatar-large" } else { "avatar" };
    view! { <span class=format!("{size} avatar-{hue}") aria-hidden="true">{initials}</span> }
}

/// A table that scrolls inside its own frame on a small screen; `thead` and `tbody` are its children.
#[component]
pub fn TableFrame(
    /// What it shows, for screen readers.
    #[prop(into)]
    caption: String,
    /// Rows.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="table-frame" role="group" aria-label=caption.clone() tabindex="0">
            <table class="table">
                <caption class="sr-only">{caption.clone()}</caption>
                {children()}
            </table>
        </div>
    }
    .into_any()
}

/// What was sent with a message, as downloads.
#[component]
pub fn Attached(
    /// What.
    files: Vec<MessageFile>,
    /// Where each is fetched, by its id.
    at: &'static str,
    /// What else the address says, with its question mark.
    #[prop(optional, into)]
    query: String,
) -> impl IntoView {
    let locale = use_locale();
    let none = files.is_empty();
    let items = files
        .into_iter()
        .map(|file| {
            view! {
                <li>
                    <a href=format!("{at}/{}{query}", file.id) rel="external" download="">{file.name}</a>
                    " " <span class="hint">{file_size(locale, file.size)}</span>
                </li>
            }
        })
        .collect_view();
    (!none).then(|| view! { <ul class="message-files" aria-label=text::files(locale)>{items}</ul> }).into_any()
}
