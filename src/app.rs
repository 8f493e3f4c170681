//! The document, the router and the layout around every page.

#[cfg(feature = "ssr")]
pub mod head;
pub mod layout;
pub(crate) mod lazy;

use crate::{
    i18n::Locale,
    pages::{
        account::AccountRoutes,
        booking::BookingRoutes,
        candidate::CandidateRoutes,
        contact::DeskRoutes,
        find::FindRoutes,
        manage::ManageRoutes,
        nomination::NominationRoutes,
        papers::PapersRoutes,
        programme::ProgrammeRoutes,
        public::PublicRoutes,
        referral::ReferralRoutes,
        rental::RentalRoutes,
        saved::SavedRoutes,
        verify::VerifyRoutes,
        work::{ThreadRoutes, WorkRoutes},
    },
};
use layout::{LocaleLayout, Unmatched};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos_meta::MetaTags;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    ParamSegment, SsrMode,
    components::{ParentRoute, Router, Routes},
};

/// The HTML document; the server renders it around [`App`].
#[cfg(feature = "ssr")]
pub fn shell() -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <head::HeadLinks/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|title: String| {
            let brand = gabarit_i18n::common::brand(Locale::default());
            if title.is_empty() { brand.to_owned() } else { format!("{title} · {brand}") }
        }/>
        <Router>
            <Routes fallback=|| view! { <Unmatched/> }>
                // Everything that a page shows is in its HTML: it must be complete without script.
                <ParentRoute path=ParamSegment("locale") view=LocaleLayout ssr=SsrMode::Async>
                    <FindRoutes/>
                    <BookingRoutes/>
                    <AccountRoutes/>
                    <CandidateRoutes/>
                    <DeskRoutes/>
                    <ManageRoutes/>
                    <WorkRoutes/>
                    <ThreadRoutes/>
                    <NominationRoutes/>
                    <PapersRoutes/>
                    <ProgrammeRoutes/>
                    <VerifyRoutes/>
                    <RentalRoutes/>
                    <SavedRoutes/>
                    <ReferralRoutes/>
                    <PublicRoutes/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
