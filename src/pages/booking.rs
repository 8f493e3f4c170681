//! Booking an expert, and what follows.

use crate::i18n::use_locale;
use gabarit_i18n::common;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{MatchNestedRoutes, components::Route, path};

/// Routes of this area, below the language.
#[component(transparent)]
pub fn BookingRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("bookings") view=BookingsPage/>
    }
    .into_inner()
}

/// The client's bookings.
#[component]
fn BookingsPage() -> impl IntoView {
    let locale = use_locale();
    view! {
        <Title text=common::my_bookings(locale)/>
        <h1>{common::my_bookings(locale)}</h1>
    }
}
