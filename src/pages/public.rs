//! Pages that anyone reads: how it works, questions, statements, tariffs.

use crate::i18n::use_locale;
use gabarit_i18n::common;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{MatchNestedRoutes, components::Route, path};

/// Routes of this area, below the language.
#[component(transparent)]
pub fn PublicRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("how-it-works") view=HowPage/>
    }
    .into_inner()
}

#[component]
fn HowPage() -> impl IntoView {
    let locale = use_locale();
    view! {
        <Title text=common::nav_how(locale)/>
        <h1>{common::nav_how(locale)}</h1>
    }
}
