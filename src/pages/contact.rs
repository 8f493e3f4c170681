//! Writing to the platform, and the conversation that follows.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

mod form;
pub mod thread;

use crate::app::lazy::lazy_area;
use form::ContactPage;
use leptos::prelude::*;
use leptos_router::{SsrMode, any_nested_route::IntoAnyNestedRoute as _, components::Route, path};
use thread::ThreadPage;

lazy_area! {
    /// Screens of the contact desk.
    DeskArea in People::Contact {
        Contact => ContactPage,
        Thread => ThreadPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn DeskRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("contact") view=DeskArea::Contact.lazy() ssr=SsrMode::Async/>
        <Route path=path!("contact/:reference") view=DeskArea::Thread.lazy() ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
