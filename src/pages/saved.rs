//! What an account keeps: experts in mind, and searches.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

pub(crate) mod keep;

use crate::{
    api::saved::{ActSaved, read_saved},
    app::lazy::lazy_area,
    i18n::{Locale, use_locale},
    pages::find::card::ExpertCardView,
    ui::{EmptyState, ErrorState, FormErrors, Hidden, Skeleton, use_form_state},
    url::{self, Page},
};
use gabarit_i18n::{common, saved as text};
use gabarit_view::{
    expert::ProductView,
    saved::{SavedPage as Loaded, SavedSearch},
};
use keep::Keeping;
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::{SsrMode, any_nested_route::IntoAnyNestedRoute as _, components::Route, path};

lazy_area! {
    /// The screen of what is kept.
    SavedArea in People::Saved {
        Saved => SavedPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn SavedRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! { <Route path=path!("saved") view=SavedArea::Saved.lazy() ssr=SsrMode::Async/> }
        .into_inner()
        .into_any_nested_route()
}

/// The page.
#[component]
fn SavedPage() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<ActSaved>::new();
    let form = use_form_state("saved", action);
    let page = Resource::new_blocking(move || action.version().get(), move |_| read_saved(locale));
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::lead(locale)}</p>
        <FormErrors form/>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match page.await {
                    Ok((page, products)) => view! { <Content page products action/> }.into_any(),
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Content(page: Loaded, products: Vec<ProductView>, action: ServerAction<ActSaved>) -> impl IntoView {
    let locale = use_locale();
    provide_context(Keeping { action, kept: page.experts.iter().map(|card| card.id).collect() });
    let find = move || {
        view! { <a class="button" href=url::path(locale, Page::Experts)>{common::nav_find(locale)}</a> }
    };
    let experts = if page.experts.is_empty() {
        view! { <EmptyState title=text::experts_none(locale)>{find()}</EmptyState> }.into_any()
    } else {
        let cards = page
            .experts
            .into_iter()
            .map(|card| {
                view! { <li><ExpertCardView card products=products.clone() carried=String::new()/></li> }
            })
            .collect_view();
        view! { <ul class="cards">{cards}</ul> }.into_any()
    };
    let searches = if page.searches.is_empty() {
        view! { <EmptyState title=text::searches_none(locale)>{find()}</EmptyState> }.into_any()
    } else {
        let rows = page.searches.into_iter().map(|search| view! { <Search locale search action/> }).collect_view();
        view! { <ul class="booking-list">{rows}</ul> }.into_any()
    };
    view! {
        <section class="booking-section" aria-labelledby="saved-searches">
            <h2 id="saved-searches">{text::searches(locale)}</h2>
            {searches}
        </section>
        <section class="booking-section" aria-labelledby="saved-experts">
            <h2 id="saved-experts">{text::experts(locale)}</h2>
            {experts}
        </section>
    }
    .into_any()
}

#[component]
fn Search(locale: Locale, search: SavedSearch, action: ServerAction<ActSaved>) -> impl IntoView {
    let href = format!("{}?{}", url::path(locale, Page::Experts), search.query);
    let id = StoredValue::new(search.id.to_string());
    let button = move |act: &'static str, words: &'static str, label: String| {
        view! {
            <ActionForm action attr:class="keep-form">
                <Hidden name="act" value=act.to_owned()/>
                <Hidden name="search" value=id.get_value()/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <button type="submit" class="button" aria-label=label>{words}</button>
            </ActionForm>
        }
        .into_any()
    };
    let toggle = if search.notify {
        button("quiet", text::quiet(locale), text::quiet_name(locale, &search.name))
    } else {
        button("notify", text::tell_me(locale), text::tell_me_name(locale, &search.name))
    };
    let state =
        if search.over { text::over(locale).to_owned() } else { text::matches(locale, u64::from(search.matches)) };
    let notified = (search.notify && !search.over).then(|| format!(" · {}", text::notified(locale)));
    let forget = button("forget", text::forget(locale), text::forget_name(locale, &search.name));
    view! {
        <li class="booking-row">
            <div class="booking-row-head"><a class="booking-row-link" href=href>{search.name}</a></div>
            <p class="hint">{state} {notified}</p>
            <div class="desk-moves">{toggle} {forget}</div>
        </li>
    }
    .into_any()
}
