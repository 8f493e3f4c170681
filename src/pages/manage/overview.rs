//! What waits, in numbers that lead to it.

use crate::{
    api::manage::manager_overview,
    i18n::{Locale, fmt, use_locale},
    ui::{ErrorState, Skeleton},
    url::{self, ManagePage, Page},
};
use gabarit_i18n::{manage as text, operations};
use gabarit_view::manage::{ANSWERS_TODAY, STARTS_TODAY, Waiting};
use leptos::prelude::*;
use leptos_meta::Title;

/// What a further queue is called, and where it is worked on.
fn further(locale: Locale, code: &str) -> (&'static str, Option<String>) {
    let page = |page: ManagePage| Some(url::path(locale, Page::Manage(page)));
    let below = |section: &str| Some(format!("{}/{section}", url::path(locale, Page::Manage(ManagePage::Overview))));
    match code {
        "disputes" => (text::queue_disputes(locale), page(ManagePage::Disputes)),
        "reports" => (text::queue_reports(locale), page(ManagePage::Reports)),
        "reviews" => (text::queue_reviews(locale), page(ManagePage::Reviews)),
        "looks" => (text::queue_looks(locale), page(ManagePage::Looks)),
        "contested" => (text::queue_contested(locale), page(ManagePage::Payouts)),
        "nominations" => (text::queue_nominations(locale), below("programme")),
        "appeals" => (text::queue_appeals(locale), below("members")),
        "claims" => (text::queue_claims(locale), below("members")),
        "referrals" => (text::queue_referrals(locale), page(ManagePage::Referrals)),
        "audit" => (text::queue_audit(locale), page(ManagePage::Audit)),
        "leads" => (text::queue_leads(locale), page(ManagePage::Referrals)),
        _ => (text::queue_draft(locale), page(ManagePage::Rules)),
    }
}

/// The page.
#[component]
pub(super) fn OverviewPage() -> impl IntoView {
    let locale = use_locale();
    let overview = Resource::new_blocking(|| (), |()| manager_overview());
    let queue = move |state: &str| {
        let page = url::path(locale, Page::Manage(ManagePage::Candidates));
        Some(if state.is_empty() { page } else { url::with_param(&page, "state", state) })
    };
    let bookings = move |state: &str| {
        Some(url::with_param(&url::path(locale, Page::Manage(ManagePage::Bookings)), "state", state))
    };
    let tile = move |name: &'static str, waiting: Waiting, href: Option<String>| {
        let number = fmt::int(locale, i64::from(waiting.count));
        let name = match href.filter(|_| waiting.count > 0) {
            Some(href) => view! { <a href=href>{name}</a> }.into_any(),
            None => name.into_any(),
        };
        let since = waiting.oldest.map(|time| {
            view! { <p class="hint">{text::since(locale, fmt::date_time(locale, &time))}</p> }
        });
        view! {
            <li class="console-count" class:console-count-waits=waiting.count != 0>
                <p class="console-number">{number}</p>
                <p>{name}</p>
                {since}
            </li>
        }
        .into_any()
    };
    let page = move |page: ManagePage| Some(url::path(locale, Page::Manage(page)));
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::overview(locale)}</h1>
        <p class="lead">{text::overview_lead(locale)}</p>
        <Suspense fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                match overview.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(overview) => view! {
                        <h2>{text::due_today(locale)}</h2>
                        <ul class="console-counts">
                            {tile(text::answers_today(locale), overview.answers_today, bookings(ANSWERS_TODAY))}
                            {tile(text::starts_today(locale), overview.starts_today, bookings(STARTS_TODAY))}
                        </ul>
                        <h2>{text::queues(locale)}</h2>
                        <ul class="console-counts">
                            {tile(text::candidates_new(locale), overview.candidates_new, queue("new"))}
                            {tile(text::candidates_in_review(locale), overview.candidates_in_review, queue("in-review"))}
                            {tile(text::candidates_invited(locale), overview.candidates_invited, queue("invited"))}
                            {tile(
                                text::candidates_interviewed(locale),
                                overview.candidates_interviewed,
                                queue("interviewed"),
                            )}
                            {tile(text::orders_waiting(locale), overview.orders, bookings("requested"))}
                            {tile(
                                text::requests_waiting(locale),
                                overview.requests,
                                Some(url::path(locale, Page::Manage(ManagePage::Desk))),
                            )}
                            {overview
                                .queues
                                .into_iter()
                                .map(|(code, waiting)| {
                                    let (name, page) = further(locale, &code);
                                    tile(name, waiting, page)
                                })
                                .collect_view()}
                            {tile(operations::payouts_urgent(locale), overview.payouts, page(ManagePage::Payouts))}
                            {tile(operations::troubles(locale), overview.troubles, page(ManagePage::Operations))}
                            {tile(text::jobs_failing(locale), overview.jobs, page(ManagePage::Operations))}
                            {tile(text::mail_failing(locale), overview.mail, page(ManagePage::Operations))}
                        </ul>
                    }
                    .into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}
