//! Days that clients say were not worked: the experts may confirm them, or a manager decides.

use crate::{
    api::changes::open_reports,
    i18n::{fmt, use_locale},
    ui::{ErrorState, Skeleton, day_list},
    url::{self, Page},
};
use gabarit_i18n::changes as text;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub(super) fn ReportsPage() -> impl IntoView {
    let locale = use_locale();
    let reports = Resource::new_blocking(|| (), |()| open_reports());
    view! {
        <Title text=text::reports(locale)/>
        <h1>{text::reports(locale)}</h1>
        <p class="lead">{text::reports_lead(locale)}</p>
        <Suspense fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                match reports.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(reports) if reports.is_empty() => view! { <p>{text::reports_none(locale)}</p> }.into_any(),
                    Ok(reports) => reports
                        .into_iter()
                        .map(|reported| {
                            let href = url::path(locale, Page::Booking(reported.booking));
                            view! {
                                <section class="booking-section">
                                    <h2><a href=href>{reported.reference}</a></h2>
                                    <p>{reported.client_name} " · " {reported.expert_name}</p>
                                    <p>{day_list(locale, reported.report.days.into_iter())}</p>
                                    <p class="prose">{reported.report.note}</p>
                                    <p class="hint">{fmt::date_time(locale, &reported.report.at)}</p>
                                </section>
                            }
                        })
                        .collect_view()
                        .into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}
