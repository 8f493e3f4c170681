//! The experts' workplace: one frame with its navigation, for accounts that have a profile.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

mod calendar;
mod earnings;
mod messages;
mod preview;
mod profile;
mod record;
mod referrals;
mod settings;

use crate::{
    app::lazy::lazy_area,
    i18n::{Locale, use_locale},
    session::use_account,
    ui::{ErrorState, FormState, Icon, IconName},
    url::{self, Page, WorkPage},
};
use calendar::CalendarPage;
use earnings::EarningsPage;
use gabarit_i18n::work as text;
use gabarit_view::error::ApiError;
use leptos::{html, prelude::*};
use leptos_router::{
    SsrMode,
    any_nested_route::IntoAnyNestedRoute as _,
    components::{Outlet, ParentRoute, Route},
    hooks::use_location,
    path,
};
use messages::{MessagesPage, ThreadPage};
use profile::ProfilePage;
use record::RecordPage;
use referrals::ReferralsPage;
use server_fn::ServerFn;
use settings::SettingsPage;

/// A section and its name.
type Section = (WorkPage, fn(Locale) -> &'static str);

/// The sections, in the order of the navigation.
const SECTIONS: &[Section] = &[
    (WorkPage::Orders, text::nav_orders),
    (WorkPage::Calendar, text::nav_calendar),
    (WorkPage::Messages, text::nav_messages),
    (WorkPage::Profile, text::nav_profile),
    (WorkPage::Earnings, text::nav_earnings),
    (WorkPage::Settings, text::nav_settings),
    (WorkPage::Referrals, gabarit_i18n::referral::title),
];

lazy_area! {
    /// Screens of the workplace.
    WorkArea in Work::Work {
        Orders => super::booking::OrdersPage,
        Calendar => CalendarPage,
        Messages => MessagesPage,
        Profile => ProfilePage,
        Record => RecordPage,
        Earnings => EarningsPage,
        Settings => SettingsPage,
        Thread => ThreadPage,
        Referrals => ReferralsPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn WorkRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("work") view=WorkLayout ssr=SsrMode::Async>
            <Route path=path!("") view=WorkArea::Orders.lazy()/>
            <Route path=path!("calendar") view=WorkArea::Calendar.lazy()/>
            <Route path=path!("messages") view=WorkArea::Messages.lazy()/>
            <Route path=path!("profile") view=WorkArea::Profile.lazy()/>
            <Route path=path!("profile/record") view=WorkArea::Record.lazy()/>
            <Route path=path!("earnings") view=WorkArea::Earnings.lazy()/>
            <Route path=path!("settings") view=WorkArea::Settings.lazy()/>
            <Route path=path!("referrals") view=WorkArea::Referrals.lazy()/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The thread of a booking: for both sides, so outside of the frame.
#[component(transparent)]
pub fn ThreadRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! { <Route path=path!("messages/:id") view=WorkArea::Thread.lazy() ssr=SsrMode::Async/> }
        .into_inner()
        .into_any_nested_route()
}

/// Keeps everybody without a profile out, and lays the pages out beside the navigation.
#[component]
fn WorkLayout() -> impl IntoView {
    let account = use_account();
    let works = Memo::new(move |_| account.with(|account| account.as_ref().map(|account| account.expert.is_some())));
    move || match works.get() {
        None => view! { <ErrorState error=ApiError::SignInRequired/> }.into_any(),
        Some(false) => view! { <ErrorState error=ApiError::Forbidden/> }.into_any(),
        Some(true) => view! {
            <div class="console">
                <Navigation/>
                <div class="console-page">
                    <Outlet/>
                </div>
            </div>
        }
        .into_any(),
    }
}

/// At the side of a wide page; folded away on a small one, without script, too.
#[component]
fn Navigation() -> impl IntoView {
    let locale = use_locale();
    let location = use_location();
    let menu = NodeRef::<html::Details>::new();
    Effect::new(move || {
        location.pathname.track();
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.remove_attribute("open");
        }
    });
    let links = move || {
        let links = SECTIONS
            .iter()
            .map(|(page, name)| {
                let href = url::path(locale, Page::Work(*page));
                let root = matches!(page, WorkPage::Orders);
                let here = href.clone();
                let current = move || {
                    location.pathname.with(|path| match path.strip_prefix(here.as_str()) {
                        Some("" | "/") => Some("page"),
                        Some(below) if !root && below.starts_with('/') => Some("true"),
                        _ => None,
                    })
                };
                view! { <li><a href=href aria-current=current>{name(locale)}</a></li> }
            })
            .collect_view();
        view! { <ul class="console-links">{links}</ul> }
    };
    view! {
        <nav class="console-side" aria-label=text::nav_label(locale)>{links()}</nav>
        <details class="console-menu" node_ref=menu>
            <summary>
                <Icon name=IconName::Menu/>
                <span>{text::menu(locale)}</span>
            </summary>
            <nav aria-label=text::nav_label(locale)>{links()}</nav>
        </details>
    }
    .into_any()
}

/// Rises when an action succeeds: what it changed is then read again, and nothing typed elsewhere is lost when it fails.
fn successes<S>(action: ServerAction<S>) -> Memo<u32>
where
    S: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let value = action.value();
    Memo::new(move |before: Option<&u32>| {
        let done = value.with(|value| matches!(value, Some(Ok(_))));
        before.copied().unwrap_or(0) + u32::from(done)
    })
}

/// Several of a few values, as checkboxes posted under one name.
#[component]
fn Checks(
    form: FormState,
    /// Name in the form, without brackets.
    name: &'static str,
    #[prop(into)] legend: String,
    /// Values and labels.
    choices: Vec<(String, String)>,
    /// Chosen ones.
    chosen: Vec<String>,
) -> impl IntoView {
    let kept = form.initial(name, chosen.join(","));
    let chosen: Vec<String> = kept.split(',').map(ToOwned::to_owned).collect();
    let problem = form.problem(name);
    form.call(name, &legend);
    let group = form.field_id(name);
    let boxes = choices
        .into_iter()
        .map(|(value, label)| {
            let id = format!("{group}-{value}");
            let checked = chosen.contains(&value);
            view! {
                <div class="field-check">
                    <input id=id.clone() type="checkbox" name=format!("{name}[]") value=value checked=checked/>
                    <label for=id>{label}</label>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field fieldset" id=group>
            <legend>{legend}</legend>
            <div class="work-checks">{boxes}</div>
            {move || problem.get().map(|text| view! { <p class="field-error">{text}</p> })}
        </fieldset>
    }
    .into_any()
}
