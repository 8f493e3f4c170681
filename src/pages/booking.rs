//! Booking an expert, and what follows.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

mod choose;
mod cut;
mod details;
pub(crate) mod dispute;
mod document;
mod lists;
mod page;
mod parts;
mod payment;
pub(crate) mod review;

use crate::app::lazy::lazy_area;
use choose::{ChangePage, ChoosePage};
use cut::CutPage;
use details::DetailsPage;
use dispute::DisputePage;
use document::DocumentPage;
use leptos::prelude::*;
use leptos_router::{SsrMode, any_nested_route::IntoAnyNestedRoute as _, components::Route, path};
use lists::BookingsPage;
pub(crate) use lists::OrdersPage;
use page::BookingPage;
use payment::ReturnPage;
use review::ReviewPage;

lazy_area! {
    /// Screens of booking.
    BookingArea in Booking::Booking {
        Choose => ChoosePage,
        Details => DetailsPage,
        Bookings => BookingsPage,
        Orders => OrdersPage,
        Booking => BookingPage,
        Return => ReturnPage,
        Document => DocumentPage,
        Cut => CutPage,
        Change => ChangePage,
        Review => ReviewPage,
        Dispute => DisputePage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn BookingRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("book/:expert") view=BookingArea::Choose.lazy() ssr=SsrMode::Async/>
        <Route path=path!("book/:expert/details") view=BookingArea::Details.lazy() ssr=SsrMode::Async/>
        <Route path=path!("bookings") view=BookingArea::Bookings.lazy() ssr=SsrMode::Async/>
        <Route path=path!("orders") view=BookingArea::Orders.lazy() ssr=SsrMode::Async/>
        <Route path=path!("bookings/:id") view=BookingArea::Booking.lazy() ssr=SsrMode::Async/>
        <Route path=path!("bookings/:id/return") view=BookingArea::Return.lazy() ssr=SsrMode::Async/>
        <Route path=path!("bookings/:id/cancel") view=BookingArea::Cut.lazy() ssr=SsrMode::Async/>
        <Route path=path!("bookings/:id/change") view=BookingArea::Change.lazy() ssr=SsrMode::Async/>
        <Route path=path!("bookings/:id/review") view=BookingArea::Review.lazy() ssr=SsrMode::Async/>
        <Route path=path!("bookings/:id/dispute") view=BookingArea::Dispute.lazy() ssr=SsrMode::Async/>
        <Route path=path!("documents/:id") view=BookingArea::Document.lazy() ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
