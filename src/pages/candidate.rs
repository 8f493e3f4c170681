//! Becoming an expert: the application, and what becomes of it.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

pub(crate) mod answers;
mod form;
mod status;

use crate::{
    api::candidate::{Apply, CandidateAction, my_application},
    app::lazy::lazy_area,
    i18n::{Locale, use_locale},
    session::use_account,
    ui::{ErrorState, Icon, IconName, LinkButton, Skeleton},
    url::{self, Page, WorkPage},
};
use form::ApplicationEditor;
use gabarit_i18n::{candidate as text, fmt};
use gabarit_view::candidate::{ApplicationView, RefusalView};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    SsrMode, any_nested_route::IntoAnyNestedRoute as _, components::Route, hooks::use_query_map, path,
};
use status::ApplicationStatus;

lazy_area! {
    /// Screens of candidates.
    CandidateArea in People::Candidate {
        Apply => ApplyPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn CandidateRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! { <Route path=path!("apply") view=CandidateArea::Apply.lazy() ssr=SsrMode::Async/> }
        .into_inner()
        .into_any_nested_route()
}

/// The page: for visitors how it goes, for others their application.
#[component]
fn ApplyPage() -> impl IntoView {
    let locale = use_locale();
    let account = use_account();
    let signed_in = Memo::new(move |_| account.with(Option::is_some));
    view! {
        <Title text=text::title(locale)/>
        {move || {
            if signed_in.get() { view! { <Own/> }.into_any() } else { view! { <Invitation/> }.into_any() }
        }}
    }
    .into_any()
}

/// How it goes.
#[component]
fn How(locale: Locale) -> impl IntoView {
    view! {
        <section class="sheet-section">
            <h2>{text::how_title(locale)}</h2>
            <ol class="apply-steps">
                <li>{text::how_1(locale)}</li>
                <li>{text::how_2(locale)}</li>
                <li>{text::how_3(locale)}</li>
                <li>{text::how_4(locale)}</li>
            </ol>
        </section>
    }
    .into_any()
}

/// For visitors: through an account, and back here.
#[component]
fn Invitation() -> impl IntoView {
    let locale = use_locale();
    let here = url::path(locale, Page::Apply);
    view! {
        <div class="form-page">
            <h1>{text::title(locale)}</h1>
            <p class="lead">{text::lead(locale)}</p>
            <How locale/>
            <p>{text::sign_up_first(locale)}</p>
            <p class="actions">
                <a class="button button-primary" href=url::with_next(locale, Page::SignUp, &here)>
                    {text::start(locale)}
                </a>
                <a class="button button-quiet" href=url::with_next(locale, Page::SignIn, &here)>
                    {text::have_account(locale)}
                </a>
            </p>
        </div>
    }
    .into_any()
}

/// A number that rises with every success of an action: what it changed is then read again. A refusal leaves the page
/// as it stands.
pub(crate) fn successes<S>(action: ServerAction<S>) -> ReadSignal<u32>
where
    S: server_fn::ServerFn<Output = (), Error = gabarit_view::error::ApiError> + Clone + Send + Sync + 'static,
{
    let (count, set_count) = signal(0);
    let value = action.value();
    Effect::new(move || {
        if value.with(|value| matches!(value, Some(Ok(())))) {
            set_count.update(|count| *count += 1);
        }
    });
    count
}

/// One's own application.
#[component]
fn Own() -> impl IntoView {
    let locale = use_locale();
    let (apply, act) = (ServerAction::<Apply>::new(), ServerAction::<CandidateAction>::new());
    let (applied, acted) = (successes(apply), successes(act));
    let application = Resource::new_blocking(move || (applied.get(), acted.get()), |_| my_application());
    view! {
        <div class="apply-page">
            <h1>{text::my_title(locale)}</h1>
            <Outcome locale/>
            <Suspense fallback=|| view! { <Skeleton lines=8/> }>
                {move || Suspend::new(async move {
                    match application.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(view) => view! { <Stage view apply act/> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
    .into_any()
}

/// What has just become of what was sent: named by the page's address, so that it survives a post without script. A
/// document's fate stands beside its field.
#[component]
fn Outcome(locale: Locale) -> impl IntoView {
    let query = use_query_map();
    let words = move || match query.read().get_str("done") {
        Some("sent") => Some(text::done_sent(locale)),
        Some("picked") => Some(text::done_picked(locale)),
        Some("withdrawn") => Some(text::done_withdrawn(locale)),
        _ => None,
    };
    view! {
        <div role="status">
            {move || {
                words()
                    .map(|words| {
                        view! {
                            <p class="flash">
                                <Icon name=IconName::Check/>
                                <span>{words}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
    .into_any()
}

/// The form while it is a draft, else how it stands.
#[component]
fn Stage(view: ApplicationView, apply: ServerAction<Apply>, act: ServerAction<CandidateAction>) -> impl IntoView {
    let locale = use_locale();
    if view.state == "draft" && view.expert.is_none() {
        let first = view.id.is_none() && view.refusals.is_empty();
        let lead = if first { text::lead(locale) } else { text::draft_lead(locale) };
        view! {
            <p class="lead">{lead}</p>
            {first.then(|| view! { <How locale/> })}
            <ApplicationEditor view apply act/>
        }
        .into_any()
    } else {
        view! { <ApplicationStatus view act/> }.into_any()
    }
}

/// Why earlier applications were refused.
#[component]
pub(crate) fn Refusals(locale: Locale, refusals: Vec<RefusalView>) -> impl IntoView {
    (!refusals.is_empty()).then(|| {
        let list = refusals
            .into_iter()
            .map(|refusal| {
                view! {
                    <li>
                        <p>{text::refused_on(locale, fmt::date(locale, refusal.day))}</p>
                        <blockquote class="prose">{refusal.reasons}</blockquote>
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="sheet-section apply-refusals">
                <h2>{text::refusals_title(locale)}</h2>
                <ul>{list}</ul>
            </section>
        }
        .into_any()
    })
}

/// Leads where an accepted expert goes on.
#[component]
fn ExpertLinks(locale: Locale, view: ApplicationView) -> impl IntoView {
    view.expert.map(|(id, public)| {
        let words = if public { text::next_published(locale) } else { text::next_billing(locale) };
        view! {
            <p class="lead">{words}</p>
            <p class="actions">
                <LinkButton href=url::path(locale, if public { Page::Work(WorkPage::Orders) } else { Page::Work(WorkPage::Settings) })>
                    {if public { text::my_desk(locale) } else { text::to_billing(locale) }}
                </LinkButton>
                {public
                    .then(|| {
                        view! { <LinkButton href=url::path(locale, Page::Expert(id))>{text::see_profile(locale)}</LinkButton> }
                    })}
            </p>
        }
    })
}
