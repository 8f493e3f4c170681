//! Disputes, for managers: the open ones first.

use crate::{
    api::dispute::read_disputes,
    i18n::{Locale, fmt, use_locale},
    pages::booking::dispute::state_words,
    ui::{EmptyState, ErrorState, Skeleton, Tag},
    url::{self, ManagePage, Page},
};
use gabarit_domain::{dispute::DisputeState, money::Cents};
use gabarit_i18n::dispute as text;
use gabarit_view::{booking::Side, dispute::DisputeSummary};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page.
#[component]
pub(super) fn DisputesPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let closed = Memo::new(move |_| query.with(|query| query.get("queue")).as_deref() == Some("closed"));
    let found = Resource::new_blocking(move || closed.get(), read_disputes);
    let tabs = move || {
        let here = url::path(locale, Page::Manage(ManagePage::Disputes));
        let current = if closed.get() { "closed" } else { "open" };
        [("open", text::queue_open(locale)), ("closed", text::queue_closed(locale))]
            .map(|(code, name)| {
                let href = url::with_param(&here, "queue", code);
                view! { <li><a class="button" href=href aria-current=(code == current).then_some("page")>{name}</a></li> }
            })
            .collect_view()
    };
    view! {
        <Title text=text::manage_title(locale)/>
        <h1>{text::manage_title(locale)}</h1>
        <p class="lead">{text::manage_lead(locale)}</p>
        <nav aria-label=text::queue_label(locale)><ul class="desk-canned">{tabs}</ul></nav>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match found.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(found) if found.is_empty() => view! { <EmptyState title=text::manage_none(locale)/> }.into_any(),
                    Ok(found) => {
                        let rows = found.into_iter().map(|one| view! { <Row locale one/> }).collect_view();
                        view! { <ul class="booking-list">{rows}</ul> }.into_any()
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Row(locale: Locale, one: DisputeSummary) -> impl IntoView {
    let href = format!("{}/dispute", url::path(locale, Page::Booking(one.booking)));
    let by = if one.by == Side::Expert { one.expert_name.clone() } else { one.client_name.clone() };
    let amount = |label: &'static str, amount: Cents| {
        (amount > Cents::ZERO).then(|| format!(" · {label} {}", fmt::money(locale, amount)))
    };
    view! {
        <li class="booking-row">
            <div class="booking-row-head">
                <a class="booking-row-link" href=href>{one.client_name} " · " {one.expert_name}</a>
                " "
                <span class="booking-reference">{one.reference}</span>
            </div>
            <Tag strong=one.state == DisputeState::Open>{state_words(locale, one.state)}</Tag>
            <p class="hint">
                {text::opened_by(locale, by, fmt::date_time(locale, &one.at))}
                {amount(text::withheld(locale), one.withheld)}
                {amount(text::refund(locale), one.refund)}
            </p>
        </li>
    }
    .into_any()
}
