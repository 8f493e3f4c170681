//! Booking an expert, and what follows.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

mod choose;
mod details;
mod document;
mod lists;
mod page;
mod parts;
mod payment;

use crate::app::lazy::lazy_area;
use choose::ChoosePage;
use details::DetailsPage;
use document::DocumentPage;
use leptos::prelude::*;
use leptos_router::{MatchNestedRoutes, SsrMode, any_nested_route::IntoAnyNestedRoute as _, components::Route, path};
use lists::{BookingsPage, OrdersPage};
use page::BookingPage;
use payment::ReturnPage;

lazy_area! {
    /// Screens of booking.
    BookingArea by booking_area, fetch {
        Choose => ChoosePage,
        Details => DetailsPage,
        Bookings => BookingsPage,
        Orders => OrdersPage,
        Booking => BookingPage,
        Return => ReturnPage,
        Document => DocumentPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn BookingRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("book/:expert") view=BookingArea::Choose ssr=SsrMode::Async/>
        <Route path=path!("book/:expert/details") view=BookingArea::Details ssr=SsrMode::Async/>
        <Route path=path!("bookings") view=BookingArea::Bookings ssr=SsrMode::Async/>
        <Route path=path!("orders") view=BookingArea::Orders ssr=SsrMode::Async/>
        <Route path=path!("bookings/:id") view=BookingArea::Booking ssr=SsrMode::Async/>
        <Route path=path!("bookings/:id/return") view=BookingArea::Return ssr=SsrMode::Async/>
        <Route path=path!("documents/:id") view=BookingArea::Document ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
