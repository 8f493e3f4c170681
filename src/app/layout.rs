//! Header, footer and what every page shares.

use crate::{
    i18n::Locale,
    session::{Session, use_account, use_session},
    ui::{Icon, IconName, NotFound},
    url::{self, ManagePage, Page, ProgrammeSection, WorkPage},
};
use gabarit_i18n::{account, common, contact, programme};
use leptos::{either::Either, html, prelude::*};
use leptos_meta::{Html, Link};
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_params_map, use_query_map},
};

/// Reads the language from the URL and lays the page out; another first segment is no page of ours.
#[component]
pub fn LocaleLayout() -> impl IntoView {
    let code = use_params_map().read_untracked().get("locale").unwrap_or_default();
    match Locale::parse(&code) {
        None => Either::Left(view! { <Unmatched/> }),
        Some(locale) => Either::Right(view! {
            <Frame locale>
                <Outlet/>
            </Frame>
        }),
    }
}

/// What stands at an address that no page has: in the language of the address, if it has one.
#[component]
pub fn Unmatched() -> impl IntoView {
    let path = use_location().pathname.get_untracked();
    let locale = path.split('/').nth(1).and_then(Locale::parse).unwrap_or_default();
    view! {
        <Frame locale>
            <NotFound/>
        </Frame>
    }
    .into_any()
}

/// Header, content, footer.
#[component]
fn Frame(locale: Locale, children: Children) -> impl IntoView {
    provide_context(locale);
    Session::provide();
    let content = NodeRef::<html::Main>::new();
    let path = use_location().pathname;
    // A page that came without a load is read from its start, as one that was loaded.
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if let (true, Some(content)) = (before.is_some_and(|before| before != path), content.get_untracked()) {
            let _ = content.focus();
        }
        path
    });
    view! {
        <Html attr:lang=locale.code()/>
        <Alternates/>
        <a class="skip-link" href="#content" rel="external">{common::skip_to_content(locale)}</a>
        <Header locale/>
        <main id="content" class="page" tabindex="-1" node_ref=content>
            <Flash locale/>
            {children()}
        </main>
        <Footer locale/>
    }
    .into_any()
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
    let location = use_location();
    let link = move |page: Page, text: &'static str| {
        let href = url::path(locale, page);
        let here = href.clone();
        let current = move || location.pathname.with(|path| *path == here).then_some("page");
        view! {
            <li>
                <a class="nav-link" href=href aria-current=current>
                    {text}
                </a>
            </li>
        }
    };
    let links = move || {
        view! {
            <ul>
                {link(Page::Experts, common::nav_find(locale))} {link(Page::Levels, common::nav_levels(locale))}
                {link(Page::Rentals, common::nav_rentals(locale))} {link(Page::HowItWorks, common::nav_how(locale))}
                {link(Page::Programme(ProgrammeSection::Overview), programme::nav(locale))}
            </ul>
        }
    };
    // The menu of a small screen closes when it has led somewhere.
    let menu = NodeRef::<html::Details>::new();
    Effect::new(move || {
        location.pathname.track();
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.remove_attribute("open");
        }
    });
    view! {
        <header class="site-header">
            <div class="site-header-row">
                <a class="wordmark" href=url::path(locale, Page::Home)>
                    <Icon name=IconName::Mark/>
                    <span>{common::brand(locale)}</span>
                </a>
                <nav class="site-nav" aria-label=common::nav_label(locale)>
                    {links()}
                </nav>
                <div class="site-tools">
                    <LanguageSwitch locale/>
                    <AccountLinks locale/>
                </div>
                // Without script, too: a small screen folds the links away.
                <details class="site-menu" node_ref=menu>
                    <summary aria-label=common::menu(locale)><Icon name=IconName::Menu/></summary>
                    <div class="site-menu-sheet">
                        <nav aria-label=common::menu(locale)>{links()}</nav>
                        <AccountLinks locale/>
                        <LanguageSwitch locale/>
                    </div>
                </details>
            </div>
        </header>
    }
    .into_any()
}

/// Ways in, or what is one's own and the way out.
#[component]
fn AccountLinks(locale: Locale) -> impl IntoView {
    let account = use_account();
    let session = use_session();
    let location = use_location();
    // Signing in comes back to the page it was asked on; from the form itself it keeps where that one leads.
    let sign_in = move || {
        let path = location.pathname.get();
        if path == url::path(locale, Page::SignIn) || path == url::path(locale, Page::SignUp) {
            return url::path(locale, Page::SignIn);
        }
        let search = location.search.get();
        let query = search.trim_start_matches('?');
        let here = if query.is_empty() { path } else { format!("{path}?{query}") };
        if here == url::path(locale, Page::Home) {
            url::path(locale, Page::SignIn)
        } else {
            url::with_next(locale, Page::SignIn, &here)
        }
    };
    let link = move |page: Page, text: &'static str| {
        view! { <a class="nav-link" href=url::path(locale, page)>{text}</a> }
    };
    view! {
        <div class="account-links">
            {move || match account.get() {
                None => view! { <a class="nav-link" href=sign_in>{common::sign_in(locale)}</a> }.into_any(),
                Some(account) => {
                    view! {
                        {(account.is_manager || account.needs_two_step)
                            .then(|| link(Page::Manage(ManagePage::Overview), common::console(locale)))}
                        {account.expert.is_some().then(|| link(Page::Work(WorkPage::Orders), common::my_orders(locale)))}
                        {link(Page::Bookings, common::my_bookings(locale))}
                        {link(Page::Papers, gabarit_i18n::papers::title(locale))}
                        {link(Page::Saved, gabarit_i18n::saved::title(locale))}
                        <a class="nav-link" href=url::path(locale, Page::Account) title=account.email.clone()>
                            <Icon name=IconName::Person/>
                            <span class="account-name">{account.name.clone()}</span>
                        </a>
                        <ActionForm action=session.sign_out>
                            <input type="hidden" name="locale" value=locale.code()/>
                            <button type="submit" class="nav-link">{common::sign_out(locale)}</button>
                        </ActionForm>
                    }
                        .into_any()
                }
            }}
        </div>
    }
    .into_any()
}

/// What has just been done, named by the page's `notice` parameter: it survives a post without script.
#[component]
fn Flash(locale: Locale) -> impl IntoView {
    let query = use_query_map();
    // A form that was refused since, without script, has the last word.
    let refused = move || query.read().get_str("__err").is_some();
    let text = move || match query.read().get_str("notice").filter(|_| !refused())? {
        "signed-out" => Some(common::signed_out(locale)),
        "message-sent" => Some(common::message_sent(locale)),
        "saved" => Some(common::saved(locale)),
        "retried" => Some(gabarit_i18n::operations::retried(locale)),
        "reset-asked" => Some(account::flash_reset_asked(locale)),
        "mail-sent" => Some(account::flash_mail_sent(locale)),
        "email-confirmed" => Some(account::flash_email_confirmed(locale)),
        "email-changed" => Some(account::flash_email_changed(locale)),
        "email-reverted" => Some(account::flash_email_reverted(locale)),
        "password-set" => Some(account::flash_password_set(locale)),
        "password-changed" => Some(account::flash_password_changed(locale)),
        "session-ended" => Some(account::flash_session_ended(locale)),
        "two-step-on" => Some(account::flash_two_step_on(locale)),
        "two-step-off" => Some(account::flash_two_step_off(locale)),
        "manager" => Some(account::flash_manager(locale)),
        "invited" => Some(account::flash_invited(locale)),
        "welcome" => Some(common::welcome(locale)),
        "erased" => Some(gabarit_i18n::own_data::erased(locale)),
        _ => None,
    };
    view! {
        <div role="status" class="flash-slot">
            {move || {
                text()
                    .map(|text| {
                        view! {
                            <p class="flash">
                                <Icon name=IconName::Check/>
                                <span>{text}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
    .into_any()
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
    .into_any()
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
                    vec![
                        (Page::Apply, common::become_expert(locale)),
                        (Page::Levels, common::nav_levels(locale)),
                        (Page::Programme(ProgrammeSection::Overview), programme::title(locale)),
                        (Page::Programme(ProgrammeSection::Members), programme::hall_title(locale)),
                        (Page::Faq, common::nav_faq(locale)),
                    ],
                )}
                {list(
                    common::footer_platform(locale),
                    vec![
                        (Page::Contact, contact::title(locale)),
                        (Page::Privacy, common::nav_privacy(locale)),
                        (Page::Accessibility, common::nav_accessibility(locale)),
                        (Page::Terms, common::nav_terms(locale)),
                        (Page::AboutData, common::nav_about_data(locale)),
                        (Page::Verify, gabarit_i18n::verify::title(locale)),
                    ],
                )}
            </div>
            <div class="footer-notes">
                <p>{common::not_affiliated(locale)}</p>
                <p>{common::geonames(locale)}</p>
            </div>
        </footer>
    }
    .into_any()
}
