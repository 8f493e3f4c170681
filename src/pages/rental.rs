//! Renting licences without an expert.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

mod choose;
pub(crate) mod order;

use crate::app::lazy::lazy_area;
use choose::ChooseRental;
use leptos::prelude::*;
use leptos_router::{SsrMode, any_nested_route::IntoAnyNestedRoute as _, components::Route, path};
use order::RentalPage;

lazy_area! {
    /// Screens of renting.
    RentalArea in People::Rental {
        Choose => ChooseRental,
        Order => RentalPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn RentalRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("rentals/order") view=RentalArea::Choose.lazy() ssr=SsrMode::Async/>
        <Route path=path!("rentals/order/:id") view=RentalArea::Order.lazy() ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
