//! Signing in and up, and one's own details.

use crate::i18n::use_locale;
use gabarit_i18n::common;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{MatchNestedRoutes, components::Route, path};

/// Routes of this area, below the language.
#[component(transparent)]
pub fn AccountRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("sign-in") view=SignInPage/>
    }
    .into_inner()
}

#[component]
fn SignInPage() -> impl IntoView {
    let locale = use_locale();
    view! {
        <Title text=common::sign_in(locale)/>
        <h1>{common::sign_in(locale)}</h1>
    }
}
