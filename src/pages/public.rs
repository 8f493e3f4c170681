//! Pages that anyone reads: how it works, questions, statements, tariffs.

pub mod article;
pub mod faq;
pub mod levels;
pub mod rentals;

use crate::app::lazy::lazy_area;
use crate::i18n::use_locale;
use article::ArticlePage;
use faq::FaqPage;
use gabarit_i18n::common;
use gabarit_view::public::ArticleName;
use leptos::prelude::*;
use leptos_router::{any_nested_route::IntoAnyNestedRoute as _, components::Route, path};
use levels::LevelsPage;
use rentals::RentalsPage;

lazy_area! {
    /// Screens to read.
    PublicArea in People::Public {
        How => HowPage,
        Faq => FaqPage,
        Levels => LevelsPage,
        Rentals => RentalsPage,
        Privacy => PrivacyPage,
        Accessibility => AccessibilityPage,
        Terms => TermsPage,
        AboutData => AboutDataPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn PublicRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("how-it-works") view=PublicArea::How.lazy()/>
        <Route path=path!("faq") view=PublicArea::Faq.lazy()/>
        <Route path=path!("levels") view=PublicArea::Levels.lazy()/>
        <Route path=path!("rentals") view=PublicArea::Rentals.lazy()/>
        <Route path=path!("privacy") view=PublicArea::Privacy.lazy()/>
        <Route path=path!("accessibility") view=PublicArea::Accessibility.lazy()/>
        <Route path=path!("terms") view=PublicArea::Terms.lazy()/>
        <Route path=path!("about-data") view=PublicArea::AboutData.lazy()/>
    }
    .into_inner()
    .into_any_nested_route()
}

#[component]
fn HowPage() -> impl IntoView {
    view! { <ArticlePage name=ArticleName::How title=common::nav_how(use_locale())/> }
}

#[component]
fn PrivacyPage() -> impl IntoView {
    view! { <ArticlePage name=ArticleName::Privacy title=common::nav_privacy(use_locale())/> }
}

#[component]
fn AccessibilityPage() -> impl IntoView {
    view! { <ArticlePage name=ArticleName::Accessibility title=common::nav_accessibility(use_locale())/> }
}

#[component]
fn TermsPage() -> impl IntoView {
    view! { <ArticlePage name=ArticleName::Terms title=common::nav_terms(use_locale())/> }
}

#[component]
fn AboutDataPage() -> impl IntoView {
    view! { <ArticlePage name=ArticleName::AboutData title=common::nav_about_data(use_locale())/> }
}
