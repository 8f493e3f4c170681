//! Finding an expert: home, results, profile.

pub mod card;
pub mod home;
pub mod map;
pub mod month;
pub mod profile;
pub mod results;

use crate::app::lazy::lazy_area;
use home::HomePage;
use leptos::prelude::*;
use leptos_router::{SsrMode, any_nested_route::IntoAnyNestedRoute as _, components::Route, path};
use profile::ProfilePage;
use results::ResultsPage;

lazy_area! {
    /// What a search finds.
    ResultsArea in Find::Results { Results => ResultsPage }
}

lazy_area! {
    /// An expert's own page.
    ProfileArea in Find::Profile { Profile => ProfilePage }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn FindRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("") view=HomePage ssr=SsrMode::Async/>
        <Route path=path!("experts") view=ResultsArea::Results.lazy() ssr=SsrMode::Async/>
        <Route path=path!("experts/:id") view=ProfileArea::Profile.lazy() ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
