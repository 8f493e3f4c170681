//! The recognition programme up to the answer: standing, one's own nominations, and the reviewers' desk.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

mod begin;
pub(crate) mod contributions;
mod form;
pub(crate) mod heat;
mod own;
pub(crate) mod parts;
mod review;

use crate::app::lazy::lazy_area;
use begin::NominatePage;
use contributions::ContributionsPage;
use leptos::prelude::*;
use leptos_router::{SsrMode, any_nested_route::IntoAnyNestedRoute as _, components::Route, path};
use own::{NominationPage, NominationsPage};
use review::{ReviewDeskPage, ReviewPage};

lazy_area! {
    /// Screens of nominees and reviewers.
    NominationArea in Programme::Nomination {
        Nominate => NominatePage,
        Mine => NominationsPage,
        Contributions => ContributionsPage,
        One => NominationPage,
        Desk => ReviewDeskPage,
        Seat => ReviewPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn NominationRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("programme/nominate") view=NominationArea::Nominate.lazy() ssr=SsrMode::Async/>
        <Route path=path!("programme/nominations") view=NominationArea::Mine.lazy() ssr=SsrMode::Async/>
        <Route path=path!("programme/nominations/contributions") view=NominationArea::Contributions.lazy() ssr=SsrMode::Async/>
        <Route path=path!("programme/nominations/:id") view=NominationArea::One.lazy() ssr=SsrMode::Async/>
        <Route path=path!("programme/review") view=NominationArea::Desk.lazy() ssr=SsrMode::Async/>
        <Route path=path!("programme/review/:id") view=NominationArea::Seat.lazy() ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
