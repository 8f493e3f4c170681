//! Documents of an account, what it can set for e-invoices, the agreement to self-billing.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

mod agreement;
pub(crate) mod list;
mod settings;

use crate::app::lazy::lazy_area;
use agreement::AgreementPage;
use leptos::prelude::*;
use leptos_router::{SsrMode, any_nested_route::IntoAnyNestedRoute as _, components::Route, path};
use list::PapersPage;
use settings::SettingsPage;

lazy_area! {
    /// Screens of documents.
    PapersArea in Booking::Papers {
        List => PapersPage,
        Settings => SettingsPage,
        Agreement => AgreementPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn PapersRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("papers") view=PapersArea::List.lazy() ssr=SsrMode::Async/>
        <Route path=path!("papers/settings") view=PapersArea::Settings.lazy() ssr=SsrMode::Async/>
        <Route path=path!("papers/self-billing") view=PapersArea::Agreement.lazy() ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
