//! Figures of the programme, and posts that members reported.

use super::Tabs;
use crate::{
    api::{community::community_reports, membership::manager_programme_figures},
    i18n::{Locale, fmt, use_locale},
    ui::{EmptyState, ErrorState, Skeleton, TableFrame},
    url::{self, Page, ProgrammeSection},
};
use gabarit_i18n::{membership as text, programme as words};
use gabarit_view::{
    community::Report,
    membership::{CycleFigures, ProgrammeFigures, state_name},
};
use leptos::prelude::*;
use leptos_meta::Title;

/// The figures.
#[component]
pub(in super::super) fn FiguresPage() -> impl IntoView {
    let locale = use_locale();
    let figures = Resource::new_blocking(|| (), move |()| manager_programme_figures(locale));
    view! {
        <Title text=text::figures_title(locale)/>
        <h1>{text::figures_title(locale)}</h1>
        <Tabs here="figures"/>
        <p>{text::figures_lead(locale)}</p>
        <p class="hint">{text::figures_without(locale)}</p>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match figures.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(figures) => view! { <Figures figures/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Figures(figures: ProgrammeFigures) -> impl IntoView {
    let locale = use_locale();
    let states = figures
        .states
        .into_iter()
        .map(|(code, count)| {
            view! {
                <dt>{state_name(locale, &code)}</dt>
                <dd>{fmt::int(locale, i64::from(count))}</dd>
            }
        })
        .collect_view();
    let empty = figures.cycles.is_empty();
    let cycles = figures.cycles.into_iter().map(|cycle| view! { <Cycle cycle/> }).collect_view();
    view! {
        <p><a class="button" rel="external" href="/manage/programme-figures.csv">{text::figures_csv(locale)}</a></p>
        <section>
            <h2>{text::figures_states(locale)}</h2>
            <dl class="facts">{states}</dl>
        </section>
        {empty.then(|| view! { <EmptyState title=text::figures_empty(locale)/> })}
        {cycles}
    }
    .into_any()
}

fn quality(locale: Locale, code: &str) -> &'static str {
    match code {
        "champion" => words::quality_champion(locale),
        "expert" => words::quality_expert(locale),
        "caring" => words::quality_caring(locale),
        "responsive" => words::quality_responsive(locale),
        _ => words::quality_leader(locale),
    }
}

#[component]
fn Cycle(cycle: CycleFigures) -> impl IntoView {
    let locale = use_locale();
    let number = move |number: u32| fmt::int(locale, i64::from(number));
    let answered = cycle.granted + cycle.refused;
    let acceptance = (answered > 0).then(|| {
        let share = u64::from(cycle.granted) * 1000 / u64::from(answered);
        format!("{} %", fmt::one_decimal(locale, u32::try_from(share).unwrap_or(0)))
    });
    let days = cycle
        .days_to_answer
        .map(|(mean, most)| text::figures_days_value(locale, fmt::one_decimal(locale, mean), number(most)));
    let rows = cycle
        .countries
        .into_iter()
        .map(|(country, all, granted, refused)| {
            view! {
                <tr>
                    <th scope="row">{country}</th>
                    <td class="number">{number(all)}</td>
                    <td class="number">{number(granted)}</td>
                    <td class="number">{number(refused)}</td>
                </tr>
            }
        })
        .collect_view();
    let qualities = (!cycle.qualities.is_empty()).then(|| {
        let items = cycle
            .qualities
            .iter()
            .map(|(code, hundredths)| {
                view! {
                    <dt>{quality(locale, code)}</dt>
                    <dd>{fmt::one_decimal(locale, (hundredths + 5) / 10)}</dd>
                }
            })
            .collect_view();
        view! {
            <h3>{text::figures_qualities(locale)}</h3>
            <dl class="facts">{items}</dl>
        }
    });
    view! {
        <section>
            <h2>{text::figures_cycle(locale, &cycle.code)}</h2>
            <dl class="facts">
                <dt>{text::csv_nominations(locale)}</dt>
                <dd>{number(cycle.nominations)}</dd>
                <dt>{text::csv_withdrawn(locale)}</dt>
                <dd>{number(cycle.withdrawn)}</dd>
                {acceptance.map(|share| view! {
                    <dt>{text::figures_acceptance(locale)}</dt>
                    <dd>{share}</dd>
                })}
                {days.map(|days| view! {
                    <dt>{text::figures_days(locale)}</dt>
                    <dd>{days}</dd>
                })}
            </dl>
            <TableFrame caption=text::figures_cycle(locale, &cycle.code)>
                <thead>
                    <tr>
                        <th scope="col">{text::csv_country(locale)}</th>
                        <th scope="col" class="number">{text::csv_nominations(locale)}</th>
                        <th scope="col" class="number">{text::csv_granted(locale)}</th>
                        <th scope="col" class="number">{text::csv_refused(locale)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
            {qualities}
        </section>
    }
    .into_any()
}

/// Posts that members reported.
#[component]
pub(in super::super) fn ReportsPage() -> impl IntoView {
    let locale = use_locale();
    let reports = Resource::new_blocking(|| (), |()| community_reports());
    view! {
        <Title text=text::reports_title(locale)/>
        <h1>{text::reports_title(locale)}</h1>
        <Tabs here="reports"/>
        <Suspense fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                match reports.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(reports) if reports.is_empty() => {
                        view! { <EmptyState title=text::reports_empty(locale)/> }.into_any()
                    }
                    Ok(reports) => {
                        let rows = reports.into_iter().map(|report| view! { <Row report/> }).collect_view();
                        view! { <ul class="booking-list">{rows}</ul> }.into_any()
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Row(report: Report) -> impl IntoView {
    let locale = use_locale();
    let href = format!("{}/{}", url::path(locale, Page::Programme(ProgrammeSection::Community)), report.thread);
    view! {
        <li class="booking-row">
            <div class="booking-row-head"><a class="booking-row-link" href=href>{report.title}</a></div>
            <p class="booking-row-days">{report.reason}</p>
            <p class="message-body">{report.excerpt}</p>
            <p class="hint">{report.author} " · " {fmt::date_time(locale, &report.at)}</p>
        </li>
    }
    .into_any()
}
