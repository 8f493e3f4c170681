//! Earnings: the ladder drawn, years, assignments.

use crate::{
    api::work::work_earnings,
    i18n::{Locale, fmt, use_locale},
    ui::{EmptyState, ErrorState, LinkButton, Skeleton, TableFrame},
    url::{self, Page},
};
use gabarit_domain::{compensation::ladder, expert::ExpertKind};
use gabarit_i18n::work as text;
use gabarit_view::work::{EarningsEntry, EarningsPage as Loaded, YearOfEarnings};
use leptos::{prelude::*, svg};
use leptos_meta::Title;

/// The page.
#[component]
pub(super) fn EarningsPage() -> impl IntoView {
    let locale = use_locale();
    let page = Resource::new_blocking(|| (), |()| work_earnings());
    view! {
        <Title text=text::nav_earnings(locale)/>
        <h1>{text::nav_earnings(locale)}</h1>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) if page.kind == ExpertKind::InHouse => {
                        view! { <EmptyState title=text::nav_earnings(locale) text=text::ladder_none(locale)/> }.into_any()
                    }
                    Ok(page) => view! {
                        <p class="lead">{text::earnings_lead(locale)}</p>
                        <Ladder locale page=page.clone()/>
                        <Years locale years=page.years/>
                        <Assignments locale entries=page.entries/>
                    }
                    .into_any(),
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// Bars a day wide, as high as the share above seven tenths; the mark is where the expert stands.
fn picture(page: &Loaded) -> impl IntoView + use<> {
    let last = page.ladder.last().map_or(1, |band| band.from_day) + 12;
    let width = 640;
    let x = |day: u32| (day.saturating_sub(1)).min(last) * width / last;
    let bars = page
        .ladder
        .iter()
        .enumerate()
        .map(|(at, band)| {
            let end = page.ladder.get(at + 1).map_or(last + 1, |next| next.from_day);
            let height = (band.share.0.saturating_sub(7_000) / 20).clamp(4, 140);
            svg::rect()
                .attr("x", x(band.from_day))
                .attr("y", 150 - height)
                .attr("width", x(end).saturating_sub(x(band.from_day)).saturating_sub(1))
                .attr("height", height)
                .attr("class", "work-band")
        })
        .collect_view();
    let here = x(page.completed_days + 1).min(width - 2);
    let mark =
        svg::rect().attr("x", here).attr("y", "0").attr("width", "2").attr("height", "150").attr("class", "work-here");
    view! {
        <svg class="work-ladder" viewBox="0 0 640 150" aria-hidden="true" focusable="false" preserveAspectRatio="none">
            {bars} {mark}
        </svg>
    }
}

#[component]
fn Ladder(locale: Locale, page: Loaded) -> impl IntoView {
    let next = page.next_day.map(|(amount, ordinal)| text::ladder_next(locale, ordinal, fmt::money(locale, amount)));
    let rows = page
        .ladder
        .iter()
        .map(|band| {
            let pays = ladder(&page.ladder, page.day_rate, band.from_day.saturating_sub(1), 1);
            let amount = pays.first().map(|day| fmt::money(locale, day.amount)).unwrap_or_default();
            view! {
                <tr>
                    <td>{band.from_day}</td>
                    <td>{fmt::percent(locale, band.share)}</td>
                    <td class="number">{amount}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="booking-section">
            <h2>{text::ladder_title(locale)}</h2>
            <p><strong>{text::ladder_here(locale, page.completed_days)}</strong> " " {next}</p>
            {picture(&page)}
            <TableFrame caption=text::ladder_picture(locale)>
                <thead>
                    <tr>
                        <th scope="col">{text::ladder_from(locale)}</th>
                        <th scope="col">{text::ladder_share(locale)}</th>
                        <th scope="col" class="number">{text::ladder_pays(locale)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        </section>
    }
    .into_any()
}

#[component]
fn Years(locale: Locale, years: Vec<YearOfEarnings>) -> impl IntoView {
    (!years.is_empty()).then(|| {
        let rows = years
            .into_iter()
            .map(|year| {
                view! {
                    <tr>
                        <th scope="row">{year.year}</th>
                        <td class="number">{year.days}</td>
                        <td class="number">{fmt::money(locale, year.for_days)}</td>
                        <td class="number">{fmt::money(locale, year.passed_on)}</td>
                        <td class="number">{fmt::money(locale, year.total)}</td>
                    </tr>
                }
            })
            .collect_view();
        view! {
            <section class="booking-section">
                <h2>{text::years_title(locale)}</h2>
                <TableFrame caption=text::years_title(locale)>
                    <thead>
                        <tr>
                            <th scope="col">{text::year(locale)}</th>
                            <th scope="col" class="number">{text::days(locale)}</th>
                            <th scope="col" class="number">{text::for_days(locale)}</th>
                            <th scope="col" class="number">{text::passed_on(locale)}</th>
                            <th scope="col" class="number">{text::total(locale)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </TableFrame>
            </section>
        }
    })
}

#[component]
fn Assignments(locale: Locale, entries: Vec<EarningsEntry>) -> impl IntoView {
    if entries.is_empty() {
        return view! { <EmptyState title=text::assignments_title(locale) text=text::no_earnings(locale)/> }.into_any();
    }
    let rows = entries
        .into_iter()
        .map(|entry| {
            let document = match entry.document {
                Some((id, number)) => view! { <a href=url::path(locale, Page::Document(id))>{number}</a> }.into_any(),
                None if entry.is_final => "–".into_any(),
                None => view! { <span class="hint">{text::estimate(locale)}</span> }.into_any(),
            };
            view! {
                <tr>
                    <th scope="row">
                        <a href=url::path(locale, Page::Booking(entry.booking))>{entry.client}</a>
                        " "
                        <span class="hint">{fmt::date(locale, entry.last_day)}</span>
                    </th>
                    <td class="number">{entry.days}</td>
                    <td class="number">{fmt::money(locale, entry.for_days)}</td>
                    <td class="number">{fmt::money(locale, entry.passed_on)}</td>
                    <td class="number">{fmt::money(locale, entry.total)}</td>
                    <td>{document}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="booking-section">
            <h2>{text::assignments_title(locale)}</h2>
            <TableFrame caption=text::assignments_title(locale)>
                <thead>
                    <tr>
                        <th scope="col">{text::assignment(locale)}</th>
                        <th scope="col" class="number">{text::days(locale)}</th>
                        <th scope="col" class="number">{text::for_days(locale)}</th>
                        <th scope="col" class="number">{text::passed_on(locale)}</th>
                        <th scope="col" class="number">{text::total(locale)}</th>
                        <th scope="col">{text::invoice(locale)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
            <p><LinkButton href=format!("/earnings.csv?locale={}", locale.code()) external=true>{text::csv(locale)}</LinkButton></p>
        </section>
    }
    .into_any()
}
