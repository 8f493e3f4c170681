//! What a list, a form or a page shows when there is nothing to show.

use crate::{
    i18n::use_locale,
    response,
    ui::{Icon, IconName, error_text},
    url::{self, Page},
};
use gabarit_i18n::common;
use gabarit_view::error::ApiError;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

/// There is no such page; answers with status 404.
#[component]
pub fn NotFound() -> impl IntoView {
    response::set_status(404);
    let locale = use_locale();
    view! {
        <Title text=common::not_found_title(locale)/>
        <div class="state">
            <p class="state-code" aria-hidden="true">"404"</p>
            <h1>{common::not_found_title(locale)}</h1>
            <p>{common::not_found_text(locale)}</p>
            <p class="actions">
                <a class="button" href=url::path(locale, Page::Home)>{common::back_home(locale)}</a>
                <a class="button button-quiet" href=url::path(locale, Page::Experts)>{common::nav_find(locale)}</a>
            </p>
        </div>
    }
    .into_any()
}

/// A list without entries: what it would hold, and how to fill it.
#[component]
pub fn EmptyState(
    /// What there is none of.
    #[prop(into)]
    title: String,
    /// What to do about it.
    #[prop(optional, into)]
    text: String,
    /// Links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="state state-empty">
            <p class="state-title">{title}</p>
            {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
    .into_any()
}

/// Something that could not be loaded or done: what happened, what was kept, what to do next. Sets the page's status
/// while the server renders; asks to sign in, and comes back here, where that is the reason.
#[component]
pub fn ErrorState(
    /// Why.
    error: ApiError,
) -> impl IntoView {
    response::set_status(error.status());
    let locale = use_locale();
    let location = use_location();
    let here = format!("{}{}", location.pathname.get_untracked(), {
        let search = location.search.get_untracked();
        if search.is_empty() { String::new() } else { format!("?{}", search.trim_start_matches('?')) }
    });
    let action = match &error {
        ApiError::SignInRequired => view! {
            <a class="button button-primary" href=url::with_next(locale, Page::SignIn, &here)>
                {common::sign_in(locale)}
            </a>
        }
        .into_any(),
        ApiError::TwoStepRequired => view! {
            <a class="button button-primary" href=url::path(locale, Page::TwoStep)>
                {gabarit_i18n::account::two_step_title(locale)}
            </a>
        }
        .into_any(),
        ApiError::NotFound | ApiError::Forbidden | ApiError::LinkExpired => {
            view! { <a class="button" href=url::path(locale, Page::Home)>{common::back_home(locale)}</a> }.into_any()
        }
        _ => view! { <a class="button" href=here rel="external">{common::try_again(locale)}</a> }.into_any(),
    };
    view! {
        <div class="state" role="alert">
            <Icon name=IconName::Warning/>
            <p class="state-title">{error_text(locale, &error)}</p>
            <div class="actions">{action}</div>
        </div>
    }
    .into_any()
}

/// The outline of what is being loaded.
#[component]
pub fn Skeleton(
    /// Lines.
    #[prop(default = 3)]
    lines: u8,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="skeleton" role="status">
            <span class="sr-only">{common::loading(locale)}</span>
            {(0..lines).map(|_| view! { <span class="skeleton-line" aria-hidden="true"></span> }).collect_view()}
        </div>
    }
    .into_any()
}

/// A sentence worth knowing, between the content.
#[component]
pub fn Notice(
    /// Whether it is a warning.
    #[prop(optional)]
    warning: bool,
    /// What it says.
    children: Children,
) -> impl IntoView {
    let icon = if warning { IconName::Warning } else { IconName::Info };
    view! {
        <div class=if warning { "notice notice-warning" } else { "notice" } role="note">
            <Icon name=icon/>
            <div>{children()}</div>
        </div>
    }
    .into_any()
}
