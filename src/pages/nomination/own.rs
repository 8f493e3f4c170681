//! Own nominations, and one of them.

use super::{
    heat::HeatMap,
    parts::{self, ContributionList, Letter, Outcome, Reasons},
};
use crate::{
    api::nomination::{NominationAction, my_nomination, my_nominations},
    i18n::{Locale, fmt, use_locale},
    pages::candidate::successes,
    ui::{EmptyState, ErrorState, FormErrors, Hidden, LinkButton, Skeleton, Tag, use_form_state},
    url::{self, Page},
};
use gabarit_domain::ids::NominationId;
use gabarit_i18n::nomination as text;
use gabarit_view::{
    error::ApiError,
    nomination::{NominationSummary, NominationView, NominationsView},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The list.
#[component]
pub(super) fn NominationsPage() -> impl IntoView {
    let locale = use_locale();
    let mine = Resource::new_blocking(|| (), |()| my_nominations());
    view! {
        <Title text=text::mine_title(locale)/>
        <div class="nomination-page stack">
            <h1>{text::mine_title(locale)}</h1>
            <Suspense fallback=|| view! { <Skeleton lines=6/> }>
                {move || Suspend::new(async move {
                    match mine.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(view) => view! { <List locale view/> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
    .into_any()
}

#[component]
fn List(locale: Locale, view: NominationsView) -> impl IntoView {
    let again = if view.nominations.is_empty() { text::stand(locale) } else { text::stand_again(locale) };
    let rows = view.nominations.iter().map(|one| view! { <Row locale one=one.clone()/> }).collect_view();
    view! {
        {if view.nominations.is_empty() {
            view! { <EmptyState title=text::mine_empty(locale) text=text::mine_empty_text(locale)/> }.into_any()
        } else {
            view! { <ul class="booking-list">{rows}</ul> }.into_any()
        }}
        <p class="actions">
            {view
                .can_begin
                .then(|| view! { <LinkButton href=url::path(locale, Page::Nominate)>{again}</LinkButton> })}
            <LinkButton href=url::path(locale, Page::Contributions)>{text::my_contributions(locale)}</LinkButton>
            {view
                .is_reviewer
                .then(|| view! { <LinkButton href=url::path(locale, Page::Reviews)>{text::my_reviews(locale)}</LinkButton> })}
        </p>
    }
    .into_any()
}

fn times(locale: Locale, one: &NominationSummary) -> String {
    match (&one.answered_at, &one.submitted_at, &one.answer_by) {
        (Some(at), ..) => text::answered_on(locale, fmt::date_time(locale, at)),
        (None, Some(_), Some(by)) if one.state != "withdrawn" => text::answer_due(locale, fmt::date_time(locale, by)),
        (None, Some(at), _) => text::sent_on(locale, fmt::date_time(locale, at)),
        _ => text::begun_on(locale, fmt::date_time(locale, &one.created_at)),
    }
}

#[component]
fn Row(locale: Locale, one: NominationSummary) -> impl IntoView {
    let page = if one.state == "draft" { Page::Nominate } else { Page::Nomination(one.id) };
    let name = match &one.cycle {
        Some(cycle) => text::cycle(locale, cycle),
        None => text::state_draft(locale).to_owned(),
    };
    let state = parts::state(locale, &one.state);
    view! {
        <li class="booking-row">
            <div class="booking-row-head">
                <a class="booking-row-link" href=url::path(locale, page)>{name}</a>
            </div>
            <Tag strong=true>{state}</Tag>
            <p class="hint">{times(locale, &one)}</p>
        </li>
    }
    .into_any()
}

/// One.
#[component]
pub(super) fn NominationPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<NominationId>().ok()));
    let act = ServerAction::<NominationAction>::new();
    let acted = successes(act);
    let one = Resource::new_blocking(
        move || (id.get(), acted.get()),
        |(id, _)| async move {
            match id {
                Some(id) => my_nomination(id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! {
        <Title text=text::one_title(locale)/>
        <div class="nomination-page stack">
            <p>
                <a class="back-link" href=url::path(locale, Page::Nominations)>{text::mine_title(locale)}</a>
            </p>
            <Suspense fallback=|| view! { <Skeleton lines=8/> }>
                {move || Suspend::new(async move {
                    match one.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(view) => view! { <One locale view act/> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
    .into_any()
}

#[component]
fn One(locale: Locale, view: NominationView, act: ServerAction<NominationAction>) -> impl IntoView {
    let form = use_form_state("nomination", act);
    let summary = view.summary;
    let id = StoredValue::new(summary.id.to_string());
    let title = match &summary.cycle {
        Some(cycle) => text::cycle(locale, cycle),
        None => text::one_title(locale).to_owned(),
    };
    let next = match summary.state.as_str() {
        "submitted" => Some(text::next_submitted(locale)),
        "review" => Some(text::next_review(locale)),
        _ => None,
    };
    let granted = summary.state == "granted";
    let state = parts::state(locale, &summary.state);
    let button = move |act_name: &'static str, words: &'static str| {
        view! {
            <ActionForm action=act>
                <Hidden name="act" value=act_name/>
                <Hidden name="id" value=id.get_value()/>
                <Hidden name="locale" value=locale.code()/>
                <button type="submit" class="button">{words}</button>
            </ActionForm>
        }
        .into_any()
    };
    let shown = !view.contributions.is_empty();
    view! {
        <header class="page-head">
            <h1>{title}</h1>
            <p>
                <Tag strong=true>{state}</Tag>
                " "
                <span class="hint">{times(locale, &summary)}</span>
            </p>
        </header>
        <Outcome locale/>
        <FormErrors form/>
        {next.map(|words| view! { <p>{words}</p> })}
        {view.letter.map(|letter| {
            view! {
                <section class="sheet-section stack">
                    <h2>{text::letter(locale)}</h2>
                    <Letter letter/>
                </section>
            }
        })}
        {(!view.reasons.is_empty()).then(|| {
            view! {
                <section class="sheet-section stack">
                    <h2>{text::reasons(locale)}</h2>
                    <Reasons locale reasons=view.reasons/>
                </section>
            }
        })}
        <p class="actions">
            {granted.then(|| view! { <LinkButton href=url::membership(locale)>{text::my_membership(locale)}</LinkButton> })}
            {view
                .can_begin
                .then(|| view! { <LinkButton href=url::path(locale, Page::Nominate)>{text::stand_again(locale)}</LinkButton> })}
        </p>
        <section class="sheet-section stack">
            <h2>{text::statement(locale)}</h2>
            <p class="prose">{view.statement}</p>
        </section>
        {shown.then(|| {
            view! {
                <section class="sheet-section stack">
                    <h2>{text::shown(locale)}</h2>
                    <HeatMap locale months=view.months/>
                    <ContributionList locale contributions=view.contributions/>
                </section>
            }
        })}
        <div class="actions">
            {view.can_reopen.then(|| button("reopen", text::reopen(locale)))}
            {view.can_withdraw.then(|| button("withdraw", text::withdraw(locale)))}
        </div>
        {view.can_withdraw.then(|| view! { <p class="hint">{text::withdraw_hint(locale)}</p> })}
    }
    .into_any()
}
