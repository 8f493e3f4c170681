//! Booking an expert, and what follows.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

mod choose;
mod details;
mod document;
mod lists;
mod page;
mod parts;
mod payment;

use choose::ChoosePage;
use details::DetailsPage;
use document::DocumentPage;
use leptos::prelude::*;
use leptos_router::{MatchNestedRoutes, SsrMode, any_nested_route::IntoAnyNestedRoute as _, components::Route, path};
use lists::{BookingsPage, OrdersPage};
use page::BookingPage;
use payment::ReturnPage;

/// Routes of this area, below the language.
#[component(transparent)]
pub fn BookingRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("book/:expert") view=ChoosePage ssr=SsrMode::Async/>
        <Route path=path!("book/:expert/details") view=DetailsPage ssr=SsrMode::Async/>
        <Route path=path!("bookings") view=BookingsPage ssr=SsrMode::Async/>
        <Route path=path!("orders") view=OrdersPage ssr=SsrMode::Async/>
        <Route path=path!("bookings/:id") view=BookingPage ssr=SsrMode::Async/>
        <Route path=path!("bookings/:id/return") view=ReturnPage ssr=SsrMode::Async/>
        <Route path=path!("documents/:id") view=DocumentPage ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
