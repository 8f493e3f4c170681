//! Standing: the questions first, then the draft with its contributions.

use super::{
    contributions::Contributions,
    form::{Draft, Writing},
    parts::{Outcome, Refusals},
};
use crate::{
    api::nomination::{AddContribution, BeginNomination, Nominate, NominationAction, nominate_page},
    i18n::{Locale, fmt, use_locale},
    pages::candidate::successes,
    session::use_account,
    ui::{Choice, ErrorState, FormErrors, Hidden, LinkButton, Notice, Radios, Skeleton, Submit, use_form_state},
    url::{self, Page},
};
use gabarit_i18n::nomination as text;
use gabarit_view::nomination::NominateView;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// What the page's forms call.
#[derive(Clone, Copy)]
struct Actions {
    begin: ServerAction<BeginNomination>,
    nominate: ServerAction<Nominate>,
    add: ServerAction<AddContribution>,
    act: ServerAction<NominationAction>,
}

/// The page.
#[component]
pub(super) fn NominatePage() -> impl IntoView {
    let locale = use_locale();
    let account = use_account();
    let signed_in = Memo::new(move |_| account.with(Option::is_some));
    view! {
        <Title text=text::title(locale)/>
        <div class="nomination-page stack">
            <h1>{text::title(locale)}</h1>
            <p class="lead">{text::lead(locale)}</p>
            <Outcome locale/>
            {move || {
                if signed_in.get() { view! { <Own locale/> }.into_any() } else { view! { <Visitor locale/> }.into_any() }
            }}
        </div>
    }
    .into_any()
}

#[component]
fn Visitor(locale: Locale) -> impl IntoView {
    let here = url::path(locale, Page::Nominate);
    view! {
        <p>{text::sign_in_first(locale)}</p>
        <p class="actions">
            <a class="button button-primary" href=url::with_next(locale, Page::SignIn, &here)>{text::sign_in(locale)}</a>
            <a class="button button-quiet" href=url::with_next(locale, Page::SignUp, &here)>{text::sign_up(locale)}</a>
        </p>
    }
    .into_any()
}

#[component]
fn Own(locale: Locale) -> impl IntoView {
    let actions = Actions {
        begin: ServerAction::new(),
        nominate: ServerAction::new(),
        add: ServerAction::new(),
        act: ServerAction::new(),
    };
    let done = (successes(actions.begin), successes(actions.nominate), successes(actions.add), successes(actions.act));
    let writing = Writing::new();
    Effect::new(move || {
        if done.1.get() > 0 {
            writing.settled();
        }
    });
    let page = Resource::new_blocking(
        move || (done.0.get(), done.1.get(), done.2.get(), done.3.get()),
        move |_| nominate_page(locale),
    );
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match page.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(view) => view! { <Stage locale view writing actions/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Stage(locale: Locale, view: NominateView, writing: Writing, actions: Actions) -> impl IntoView {
    if view.is_member {
        return view! {
            <p>{text::is_member(locale)}</p>
            <p class="actions">
                <LinkButton href=url::membership(locale)>{text::my_membership(locale)}</LinkButton>
                <LinkButton href=url::path(locale, Page::Contributions)>{text::my_contributions(locale)}</LinkButton>
            </p>
        }
        .into_any();
    }
    let cycle = text::cycle_line(
        locale,
        &view.cycle.code,
        fmt::date_time(locale, &view.cycle.window_at),
        fmt::date_time(locale, &view.cycle.answer_by),
    );
    match &view.open {
        Some(open) if open.state != "draft" => {
            let href = url::path(locale, Page::Nomination(open.id));
            view! {
                <p>{text::under_way(locale)}</p>
                <p class="actions">
                    <LinkButton href=href>{text::see_it(locale)}</LinkButton>
                </p>
            }
            .into_any()
        }
        Some(open) => view! {
            <p class="hint">{cycle}</p>
            <Refusals locale refusals=view.refusals.clone()/>
            <Contributions locale view=view.contributions.clone() add=actions.add act=actions.act back="nominate"/>
            <Draft locale view=view.clone() id=open.id writing nominate=actions.nominate act=actions.act/>
        }
        .into_any(),
        None => view! {
            <p class="hint">{cycle}</p>
            <Refusals locale refusals=view.refusals.clone()/>
            <Questions locale begin=actions.begin/>
        }
        .into_any(),
    }
}

/// The questions that come first (S47).
#[component]
fn Questions(locale: Locale, begin: ServerAction<BeginNomination>) -> impl IntoView {
    let form = use_form_state("eligibility", begin);
    let query = use_query_map();
    let ruled = move || match query.read().get_str("tie")? {
        "employee" => Some(text::ruled_employee(locale)),
        "subcontractor" => Some(text::ruled_subcontractor(locale)),
        "consultant" => Some(text::ruled_consultant(locale)),
        "intern" => Some(text::ruled_intern(locale)),
        _ => None,
    };
    let choices = move || vec![Choice::new("no", text::no(locale)), Choice::new("yes", text::yes(locale))];
    view! {
        <div role="status">
            {move || {
                ruled()
                    .map(|words| {
                        view! {
                            <Notice warning=true>
                                <strong>{text::ruled(locale)}</strong>
                                " "
                                {words}
                            </Notice>
                        }
                    })
            }}
        </div>
        <section class="sheet-section stack">
            <h2>{text::questions(locale)}</h2>
            <p class="hint">{text::questions_hint(locale)}</p>
            <ActionForm action=begin attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="locale" value=locale.code()/>
                <Radios form name="employee" legend=text::q_employee(locale) choices=choices()/>
                <Radios form name="subcontractor" legend=text::q_subcontractor(locale) choices=choices()/>
                <Radios form name="consultant" legend=text::q_consultant(locale) choices=choices()/>
                <Radios form name="intern" legend=text::q_intern(locale) choices=choices()/>
                <Submit form text=text::begin(locale)/>
            </ActionForm>
        </section>
    }
    .into_any()
}
