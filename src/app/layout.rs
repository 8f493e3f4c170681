//! Header, footer and what every page shares.

use crate::{
    i18n::Locale,
    ui::{Icon, IconName, NotFound},
    url::{self, Page},
};
use gabarit_i18n::common;
use leptos::{either::Either, prelude::*};
use leptos_meta::{Html, Link};
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_params_map},
};

/// Reads the language from the URL and lays the page out; another first segment is no page of ours.
#[component]
pub fn LocaleLayout() -> impl IntoView {
    let code = use_params_map().read_untracked().get("locale").unwrap_or_default();
    match Locale::parse(&code) {
        None => Either::Left(view! { <NotFound/> }),
        Some(locale) => {
            provide_context(locale);
            Either::Right(view! {
                <Html attr:lang=locale.code()/>
                <Alternates/>
                <a class="skip-link" href="#content">{common::skip_to_content(locale)}</a>
                <Header locale/>
                <main id="content" class="page" tabindex="-1">
                    <Outlet/>
                </main>
                <Footer locale/>
            })
        }
    }
}

/// Tells search engines of the same page in the other languages.
#[component]
fn Alternates() -> impl IntoView {
    let location = use_location();
    Locale::ALL
        .map(|other| {
            let address =
                Signal::derive(move || url::translated(&location.pathname.read(), &location.search.read(), other));
            view! { <Link rel="alternate" hreflang=other.code() href=address.get_untracked()/> }
        })
        .collect_view()
}

#[component]
fn Header(locale: Locale) -> impl IntoView {
    let links = move || {
        [
            (Page::Experts, common::nav_find(locale)),
            (Page::Levels, common::nav_levels(locale)),
            (Page::Rentals, common::nav_rentals(locale)),
            (Page::HowItWorks, common::nav_how(locale)),
        ]
        .map(|(page, text)| view! { <li><a class="nav-link" href=url::path(locale, page)>{text}</a></li> })
        .collect_view()
    };
    view! {
        <header class="site-header">
            <div class="site-header-row">
                <a class="wordmark" href=url::path(locale, Page::Home)>
                    <Icon name=IconName::Mark/>
                    <span>{common::brand(locale)}</span>
                </a>
                <nav class="site-nav" aria-label=common::nav_label(locale)>
                    <ul>{links()}</ul>
                </nav>
                <div class="site-tools">
                    <LanguageSwitch locale/>
                    <AccountLinks locale/>
                </div>
                // Without script, too: a small screen folds the links away.
                <details class="site-menu">
                    <summary aria-label=common::menu(locale)><Icon name=IconName::Menu/></summary>
                    <div class="site-menu-sheet">
                        <nav aria-label=common::menu(locale)><ul>{links()}</ul></nav>
                        <AccountLinks locale/>
                        <LanguageSwitch locale/>
                    </div>
                </details>
            </div>
        </header>
    }
}

#[component]
fn AccountLinks(locale: Locale) -> impl IntoView {
    view! {
        <div class="account-links">
            <a class="nav-link" href=url::path(locale, Page::SignIn)>{common::sign_in(locale)}</a>
        </div>
    }
}

/// The same page in the other languages; a plain load, so that everything on it changes.
#[component]
fn LanguageSwitch(locale: Locale) -> impl IntoView {
    let location = use_location();
    view! {
        <ul class="languages" aria-label=common::language(locale)>
            {Locale::ALL
                .map(|other| {
                    let address = move || {
                        url::translated(&location.pathname.read(), &location.search.read(), other)
                    };
                    view! {
                        <li>
                            <a
                                rel="external"
                                href=address
                                lang=other.code()
                                hreflang=other.code()
                                aria-current=(other == locale).then_some("true")
                                title=other.native_name()
                            >
                                <span aria-hidden="true">{other.code()}</span>
                                <span class="sr-only">{other.native_name()}</span>
                            </a>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}

#[component]
fn Footer(locale: Locale) -> impl IntoView {
    let list = |title: &'static str, links: Vec<(Page, &'static str)>| {
        view! {
            <nav class="footer-list" aria-label=title>
                <h2>{title}</h2>
                <ul>
                    {links
                        .into_iter()
                        .map(|(page, text)| view! { <li><a href=url::path(locale, page)>{text}</a></li> })
                        .collect_view()}
                </ul>
            </nav>
        }
    };
    view! {
        <footer class="site-footer">
            <div class="site-footer-grid">
                <div class="footer-about">
                    <p class="wordmark"><Icon name=IconName::Mark/><span>{common::brand(locale)}</span></p>
                    <p>{common::tagline(locale)}</p>
                </div>
                {list(
                    common::footer_clients(locale),
                    vec![
                        (Page::Experts, common::nav_find(locale)),
                        (Page::HowItWorks, common::nav_how(locale)),
                        (Page::Rentals, common::nav_rentals(locale)),
                        (Page::Faq, common::nav_faq(locale)),
                    ],
                )}
                {list(
                    common::footer_experts(locale),
                    vec![(Page::Levels, common::nav_levels(locale)), (Page::Faq, common::nav_faq(locale))],
                )}
                {list(
                    common::footer_platform(locale),
                    vec![
                        (Page::Privacy, common::nav_privacy(locale)),
                        (Page::Accessibility, common::nav_accessibility(locale)),
                        (Page::Terms, common::nav_terms(locale)),
                        (Page::AboutData, common::nav_about_data(locale)),
                    ],
                )}
            </div>
            <div class="footer-notes">
                <p>{common::not_affiliated(locale)}</p>
                <p>{common::geonames(locale)}</p>
            </div>
        </footer>
    }
}
