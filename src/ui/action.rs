//! What people press.

use crate::{
    i18n::use_locale,
    ui::{Icon, IconName},
};
use gabarit_i18n::{common, fmt};
use leptos::prelude::*;

/// How much a button asks for attention. A screen has one [`ButtonKind::Primary`]: the next action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The single next action, in the redline's red.
    Primary,
    /// Everything else.
    #[default]
    Secondary,
    /// As quiet as a link.
    Quiet,
}

impl ButtonKind {
    /// Its classes.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Secondary => "button",
            Self::Quiet => "button button-quiet",
        }
    }
}

/// A button that does something on this page; without script it would do nothing, so forms use [`crate::ui::Submit`].
#[component]
pub fn Button(
    /// How it looks.
    #[prop(optional)]
    kind: ButtonKind,
    /// What it does.
    #[prop(into)]
    on_press: Callback<()>,
    /// Whether it can be pressed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Its text.
    children: Children,
) -> impl IntoView {
    view! {
        <button type="button" class=kind.class() disabled=move || disabled.get() on:click=move |_| on_press.run(())>
            {children()}
        </button>
    }
    .into_any()
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    /// How it looks.
    #[prop(optional)]
    kind: ButtonKind,
    /// Where it leads.
    #[prop(into)]
    href: Signal<String>,
    /// Whether the page is loaded anew: for files and other hosts.
    #[prop(optional)]
    external: bool,
    /// Its text.
    children: Children,
) -> impl IntoView {
    view! {
        <a class=kind.class() href=move || href.get() rel=external.then_some("external")>
            {children()}
        </a>
    }
    .into_any()
}

/// Asks once more before what cannot be taken back: opened, it says what will happen and holds the button that does it.
/// It works without script.
#[component]
pub fn Sure(
    /// What it is about, as a button says it.
    #[prop(into)]
    text: String,
    /// What will happen, and the form that does it.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="action-more">
            <summary class="button">{text}</summary>
            <div class="action-form">{children()}</div>
        </details>
    }
    .into_any()
}

/// Links to the pages of a long list.
#[component]
pub fn Pagination(
    /// This page, from 1.
    page: u32,
    /// Pages in all.
    pages: u32,
    /// Address of a page.
    href: impl Fn(u32) -> String + Send + Sync + 'static,
) -> impl IntoView {
    let locale = use_locale();
    // First, last, and two on either side; a gap shows as an ellipsis.
    let mut shown: Vec<u32> = [1, pages].into_iter().chain(page.saturating_sub(2)..=page.saturating_add(2)).collect();
    shown.retain(|number| (1..=pages).contains(number));
    shown.sort_unstable();
    shown.dedup();
    let mut last = 0;
    let numbers = shown
        .into_iter()
        .map(|number| {
            let gap = (number > last + 1).then(|| view! { <li class="page-gap" aria-hidden="true">"…"</li> });
            last = number;
            let text = fmt::int(locale, i64::from(number));
            view! {
                {gap}
                <li>
                    <a
                        class="page-number"
                        href=href(number)
                        aria-label=common::page_number(locale, &text)
                        aria-current=(number == page).then_some("page")
                    >
                        {text.clone()}
                    </a>
                </li>
            }
        })
        .collect_view();
    let step = |to: u32, rel: &'static str, text: &'static str, icon: IconName| {
        (1..=pages).contains(&to).then(|| {
            view! {
                <a class="page-step" href=href(to) rel=rel>
                    <Icon name=icon/>
                    <span>{text}</span>
                </a>
            }
        })
    };
    (pages > 1).then(|| {
        view! {
            <nav class="pagination" aria-label=common::pages(locale)>
                {step(page.saturating_sub(1), "prev", common::page_previous(locale), IconName::ArrowLeft)}
                <ol>{numbers}</ol>
                {step(page + 1, "next", common::page_next(locale), IconName::ArrowRight)}
            </nav>
        }
    })
}
