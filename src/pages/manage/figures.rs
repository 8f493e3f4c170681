//! Figures as charts, with the tables behind them.

use crate::{
    api::govern::{Charts, manager_figures},
    i18n::{Locale, fmt, use_locale},
    ui::{ErrorState, Skeleton, TableFrame},
    url::{self, ManagePage, Page},
};
use gabarit_i18n::figures as text;
use gabarit_view::govern::{Figures, Span};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page.
#[component]
pub(super) fn FiguresPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let span = Memo::new(move |_| Span::parse(&query.read().get("span").unwrap_or_default()));
    let charts =
        Resource::new_blocking(move || span.get(), move |span| manager_figures(locale, span.code().to_owned()));
    let choices = move || {
        Span::ALL
            .into_iter()
            .map(|choice| {
                let href =
                    url::with_param(&url::path(locale, Page::Manage(ManagePage::Figures)), "span", choice.code());
                let name = match choice {
                    Span::Month => text::span_month(locale),
                    Span::Quarter => text::span_quarter(locale),
                    Span::Year => text::span_year(locale),
                };
                let current = (span.get() == choice).then_some("true");
                view! { <li><a href=href aria-current=current>{name}</a></li> }
            })
            .collect_view()
    };
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::lead(locale)}</p>
        <nav aria-label=text::period(locale)><ul class="figures-spans">{choices}</ul></nav>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match charts.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(charts) => view! { <All locale charts/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// One figure: its chart, its table, its file.
#[component]
fn Figure(
    locale: Locale,
    name: &'static str,
    title: &'static str,
    svg: String,
    span: Span,
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
) -> impl IntoView {
    let csv = format!("/manage/figures/{name}/csv?span={}", span.code());
    let rows = rows
        .into_iter()
        .map(|row| {
            let mut cells = row.into_iter();
            let first = cells.next().unwrap_or_default();
            let rest = cells.map(|cell| view! { <td class="number">{cell}</td> }).collect_view();
            view! { <tr><th scope="row">{first}</th>{rest}</tr> }
        })
        .collect_view();
    let head = head
        .into_iter()
        .enumerate()
        .map(|(index, name)| view! { <th scope="col" class:number=move || index != 0>{name}</th> })
        .collect_view();
    view! {
        <section class="stack">
            <h2>{title}</h2>
            <figure class="figure" inner_html=svg></figure>
            <details>
                <summary>{text::table(locale, title)}</summary>
                <TableFrame caption=title>
                    <thead><tr>{head}</tr></thead>
                    <tbody>{rows}</tbody>
                </TableFrame>
                <p><a href=csv rel="external" download="">{text::csv(locale)}</a></p>
            </details>
        </section>
    }
    .into_any()
}

#[component]
fn All(locale: Locale, charts: Charts) -> impl IntoView {
    let Charts { figures, bookings, revenue, answers, candidates, satisfaction } = charts;
    let Figures { span, steps, answers: hours, median_hours, funnel, ratings } = figures;
    let number = |number: u32| fmt::int(locale, i64::from(number));
    let days = |from: chrono::NaiveDate, to: chrono::NaiveDate| {
        if from == to {
            fmt::date(locale, from)
        } else {
            format!("{} – {}", fmt::date_short(locale, from), fmt::date(locale, to))
        }
    };
    let last = hours.len().saturating_sub(1);
    let booking_rows =
        steps.iter().map(|s| vec![days(s.from, s.to), number(s.placed), number(s.accepted), number(s.lost)]).collect();
    let revenue_rows = steps
        .iter()
        .map(|s| vec![days(s.from, s.to), fmt::money(locale, s.revenue), fmt::money(locale, s.experts)])
        .collect();
    let review_rows = steps
        .iter()
        .map(|s| {
            let mean = s.mean_tenths.map_or_else(|| "–".to_owned(), |tenths| fmt::one_decimal(locale, tenths));
            vec![days(s.from, s.to), number(s.reviews), mean]
        })
        .collect::<Vec<_>>();
    let answer_rows = hours
        .iter()
        .enumerate()
        .map(|(hour, found)| {
            let name = if hour == last { text::hours_over(locale, hour) } else { text::hours_under(locale, hour + 1) };
            vec![name, number(*found)]
        })
        .collect();
    let funnel_rows = funnel
        .iter()
        .map(|(code, found)| vec![gabarit_i18n::labels::candidate_event(locale, code).to_owned(), number(*found)])
        .collect();
    let rating_rows: Vec<Vec<String>> =
        (1..=5).zip(ratings).map(|(stars, found)| vec![text::stars(locale, stars), number(found)]).collect();
    let median = median_hours.map(|hours| view! { <p>{text::answers_desc(locale, u64::from(hours))}</p> });
    let by_time = view! {
        <details>
            <summary>{text::over_time(locale)}</summary>
            <TableFrame caption=text::over_time(locale)>
                <thead>
                    <tr>
                        <th scope="col">{text::period(locale)}</th>
                        <th scope="col" class="number">{text::reviews(locale)}</th>
                        <th scope="col" class="number">{text::mean(locale)}</th>
                    </tr>
                </thead>
                <tbody>
                    {review_rows
                        .into_iter()
                        .map(|row| {
                            let mut cells = row.into_iter();
                            let mut next = move || cells.next().unwrap_or_default();
                            view! {
                                <tr>
                                    <th scope="row">{next()}</th>
                                    <td class="number">{next()}</td>
                                    <td class="number">{next()}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </TableFrame>
        </details>
    };
    view! {
        <Figure
            locale
            name="bookings"
            title=text::bookings(locale)
            svg=bookings
            span
            head=vec![text::period(locale), text::placed(locale), text::accepted(locale), text::lost(locale)]
            rows=booking_rows
        />
        <Figure
            locale
            name="revenue"
            title=text::revenue(locale)
            svg=revenue
            span
            head=vec![text::period(locale), text::invoiced(locale), text::experts(locale)]
            rows=revenue_rows
        />
        <Figure
            locale
            name="answers"
            title=text::answers(locale)
            svg=answers
            span
            head=vec![text::hours(locale), text::accepted(locale)]
            rows=answer_rows
        />
        {median}
        <Figure
            locale
            name="candidates"
            title=text::candidates(locale)
            svg=candidates
            span
            head=vec![text::step(locale), text::candidates(locale)]
            rows=funnel_rows
        />
        <Figure
            locale
            name="satisfaction"
            title=text::satisfaction(locale)
            svg=satisfaction
            span
            head=vec![text::rating(locale), text::reviews(locale)]
            rows=rating_rows
        />
        {by_time}
    }
    .into_any()
}
