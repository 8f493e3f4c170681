//! Signing in and up, and one's own details.

pub mod profile;
pub mod sign_in;
pub mod sign_up;

use crate::app::lazy::lazy_area;
use crate::url;
use leptos::prelude::*;
use leptos_router::{
    MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute as _, components::Route, hooks::use_query_map, path,
};
use profile::AccountPage;
use sign_in::SignInPage;
use sign_up::SignUpPage;

lazy_area! {
    /// Screens of the account.
    AccountArea by account_area, fetch {
        SignIn => SignInPage,
        SignUp => SignUpPage,
        Account => AccountPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn AccountRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("sign-in") view=AccountArea::SignIn/>
        <Route path=path!("sign-up") view=AccountArea::SignUp/>
        <Route path=path!("account") view=AccountArea::Account/>
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
