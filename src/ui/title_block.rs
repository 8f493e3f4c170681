//! The title block: a sheet's corner that says what it is and what it comes to. Quote panel, booking page and tariffs
//! are made of it.

use crate::i18n::{fmt, use_locale};
use gabarit_domain::money::Cents;
use leptos::prelude::*;

/// The frame, with a caption in the drawing's small letters.
#[component]
pub fn TitleBlock(
    /// What it is.
    #[prop(into)]
    caption: Signal<String>,
    /// Rows.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="title-block">
            <h2 class="title-block-caption">{move || caption.get()}</h2>
            <dl class="title-block-rows">{children()}</dl>
        </section>
    }
    .into_any()
}

/// One line: what for, why it is so much, and how much.
#[component]
pub fn TitleRow(
    /// What for.
    #[prop(into)]
    label: Signal<String>,
    /// Why it is so much; may be empty.
    #[prop(optional, into)]
    why: Signal<String>,
    /// How much; without one the row only tells.
    #[prop(into)]
    amount: Signal<Option<Cents>>,
    /// Whether it changed since the last choice: marked for a moment.
    #[prop(optional, into)]
    changed: Signal<bool>,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="title-row" class:title-row-changed=move || changed.get()>
            <dt>
                <span class="title-row-label">{move || label.get()}</span>
                <span class="title-row-why">{move || why.get()}</span>
            </dt>
            <dd class="money">{move || amount.get().map(|amount| fmt::money(locale, amount))}</dd>
        </div>
    }
    .into_any()
}

/// The line that everything comes to; always in view.
#[component]
pub fn TitleTotal(
    /// What it is.
    #[prop(into)]
    label: Signal<String>,
    /// How much.
    #[prop(into)]
    amount: Signal<Cents>,
    /// A word more; may be empty.
    #[prop(optional, into)]
    note: Signal<String>,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="title-row title-total">
            <dt>
                <span class="title-row-label">{move || label.get()}</span>
                <span class="title-row-why">{move || note.get()}</span>
            </dt>
            <dd class="money">{move || fmt::money(locale, amount.get())}</dd>
        </div>
    }
    .into_any()
}
