//! Finding an expert: home, results, profile.

use crate::i18n::use_locale;
use gabarit_i18n::common;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{MatchNestedRoutes, components::Route, path};

/// Routes of this area, below the language.
#[component(transparent)]
pub fn FindRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("") view=HomePage/>
    }
    .into_inner()
}

/// The first page.
#[component]
fn HomePage() -> impl IntoView {
    let locale = use_locale();
    view! {
        <Title text=""/>
        <h1>{common::tagline(locale)}</h1>
    }
}
