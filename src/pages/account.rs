//! Signing in and up, and one's own details.

pub mod profile;
pub mod sign_in;
pub mod sign_up;

use crate::url;
use leptos::prelude::*;
use leptos_router::{
    MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute as _, components::Route, hooks::use_query_map, path,
};
use profile::AccountPage;
use sign_in::SignInPage;
use sign_up::SignUpPage;

/// Routes of this area, below the language.
#[component(transparent)]
pub fn AccountRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("sign-in") view=SignInPage/>
        <Route path=path!("sign-up") view=SignUpPage/>
        <Route path=path!("account") view=AccountPage/>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The `next` parameter, if it is a page of ours: where to go on.
fn next_page() -> String {
    use_query_map()
        .with_untracked(|query| query.get_str("next").and_then(url::local).map(ToOwned::to_owned))
        .unwrap_or_default()
}
