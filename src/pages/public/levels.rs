//! Levels, day rates, the commission ladder and travel: the tariffs in force, with what they come to.

use crate::{
    api::public::public_tariffs,
    i18n::{Locale, fmt, use_locale},
    ui::{ErrorState, LevelBadge, Skeleton, TableFrame},
    url::{self, Page},
};
use gabarit_domain::{expert::Level, money::Cents, rulebook::LadderBand};
use gabarit_i18n::{common, site, term};
use gabarit_view::public::Tariffs;
use leptos::{prelude::*, svg};
use leptos_meta::Title;

/// Levels & rates (S24, S25, S27–S29).
#[component]
pub fn LevelsPage() -> impl IntoView {
    let locale = use_locale();
    let tariffs = Resource::new(|| (), |()| public_tariffs());
    view! {
        <Title text=common::nav_levels(locale)/>
        <h1>{common::nav_levels(locale)}</h1>
        <p class="lead article-lead">{site::levels_lead(locale)}</p>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match tariffs.await {
                    Ok(tariffs) => view! {
                        <div class="tariffs">
                            <Rates tariffs=tariffs.clone()/>
                            <Ladder tariffs=tariffs.clone()/>
                            <Travel tariffs=tariffs.clone()/>
                        </div>
                        <VersionLine tariffs/>
                    }
                    .into_any(),
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// Which rulebook the figures come from, and since when.
#[component]
pub fn VersionLine(
    /// Tariffs in force.
    tariffs: Tariffs,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <p class="hint">
            {site::tariffs_version(
                locale,
                fmt::int(locale, i64::from(tariffs.version.0)),
                fmt::date(locale, tariffs.effective_from),
            )}
        </p>
    }
    .into_any()
}

#[component]
fn Rates(tariffs: Tariffs) -> impl IntoView {
    let locale = use_locale();
    let rows = Level::ALL
        .into_iter()
        .zip(tariffs.day_rates)
        .map(|(level, rate)| {
            let described = match level.number() {
                1 => site::level_1(locale),
                2 => site::level_2(locale),
                3 => site::level_3(locale),
                _ => site::level_4(locale),
            };
            view! {
                <tr>
                    // Two columns fit a telephone.
                    <th scope="row"><LevelBadge level/><span class="level-means">{described}</span></th>
                    <td class="money">{fmt::money(locale, rate)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section>
            <h2 id="rates">{site::rates_title(locale)}</h2>
            <p>{site::rates_text(locale)}</p>
            <TableFrame caption=site::rates_title(locale)>
                <thead>
                    <tr>
                        <th scope="col">{site::column_level(locale)}</th>
                        <th scope="col" class="money">{site::column_day_rate(locale)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
            <p>
                {site::flexible_text(
                    locale,
                    fmt::percent(locale, tariffs.flexible),
                    fmt::int(locale, i64::from(tariffs.flexible_notice_days)),
                )}
            </p>
        </section>
    }
    .into_any()
}

/// Each band with its last day; the last band has none.
fn bands(ladder: &[LadderBand]) -> Vec<(LadderBand, Option<u32>)> {
    ladder
        .iter()
        .enumerate()
        .map(|(index, band)| {
            let last = ladder.get(index + 1).map(|next| next.from_day.saturating_sub(1));
            (*band, last)
        })
        .collect()
}

fn days_text(locale: Locale, from: u32, to: Option<u32>) -> String {
    let number = |day: u32| fmt::int(locale, i64::from(day));
    to.map_or_else(
        || site::ladder_days_open(locale, number(from)),
        |to| site::ladder_days(locale, number(from), number(to)),
    )
}

#[component]
fn Ladder(tariffs: Tariffs) -> impl IntoView {
    let locale = use_locale();
    let bars = bands(&tariffs.ladder)
        .into_iter()
        .map(|(band, last)| {
            view! {
                <li class="ladder-step">
                    <span class="ladder-days">{days_text(locale, band.from_day, last)}</span>
                    {bar(band.share.0)}
                    <span class="ladder-share">{fmt::percent(locale, band.share)}</span>
                </li>
            }
        })
        .collect_view();
    let heads = Level::ALL
        .map(|level| view! { <th scope="col" class="money">{term::level(locale, level.number())}</th> })
        .collect_view();
    let rows = bands(&tariffs.ladder)
        .into_iter()
        .map(|(band, last)| {
            let earned = tariffs
                .day_rates
                .map(|rate| view! { <td class="money">{fmt::money(locale, rate.share(band.share))}</td> })
                .collect_view();
            view! {
                <tr>
                    <th scope="row">{days_text(locale, band.from_day, last)}</th>
                    <td class="money">{fmt::percent(locale, band.share)}</td>
                    {earned}
                </tr>
            }
        })
        .collect_view();
    view! {
        <section>
            <h2 id="ladder">{site::ladder_title(locale)}</h2>
            <p>{site::ladder_text(locale)}</p>
            // The table below holds the same figures: the picture is for those who see it.
            <ol class="ladder-chart" aria-hidden="true">{bars}</ol>
            <TableFrame caption=site::ladder_caption(locale)>
                <thead>
                    <tr>
                        <th scope="col">{site::column_days(locale)}</th>
                        <th scope="col" class="money">{site::column_share(locale)}</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
            <p class="hint">{site::ladder_note(locale)}</p>
        </section>
    }
    .into_any()
}

/// A share of the whole, in basis points, as a bar; attributes of SVG need no inline style.
fn bar(share: u32) -> impl IntoView {
    svg::svg()
        .attr("class", "ladder-bar")
        .attr("viewBox", "0 0 10000 10")
        .attr("preserveAspectRatio", "none")
        .attr("focusable", "false")
        .child((
            svg::rect().attr("class", "ladder-whole").attr("width", "10000").attr("height", "10"),
            svg::rect().attr("class", "ladder-part").attr("width", share.min(10_000)).attr("height", "10"),
        ))
}

#[component]
fn Travel(tariffs: Tariffs) -> impl IntoView {
    let locale = use_locale();
    let travel = tariffs.travel;
    let km = move |distance: u32| fmt::int(locale, i64::from(distance));
    let row = move |what: String, price: Option<Cents>, unit: &'static str| {
        let price = price.map_or_else(
            || site::travel_free(locale).to_owned(),
            |price| format!("{} {unit}", fmt::money(locale, price)),
        );
        view! { <tr><th scope="row">{what}</th><td>{price}</td></tr> }
    };
    let mut from = travel.flight_over_km;
    let mut flights = Vec::new();
    for tariff in &travel.flights {
        flights.push(row(
            site::travel_flight(locale, km(from), km(tariff.up_to_km)),
            Some(tariff.price),
            site::per_return(locale),
        ));
        from = tariff.up_to_km;
    }
    flights.push(row(
        site::travel_flight_beyond(locale, km(from)),
        Some(travel.flight_beyond),
        site::per_return(locale),
    ));
    view! {
        <section>
            <h2 id="travel">{site::travel_title(locale)}</h2>
            <p>{site::travel_text(locale)}</p>
            <TableFrame caption=site::travel_title(locale)>
                <thead>
                    <tr>
                        <th scope="col">{site::column_distance(locale)}</th>
                        <th scope="col">{site::column_tariff(locale)}</th>
                    </tr>
                </thead>
                <tbody>
                    {row(site::travel_near(locale, km(travel.allowance_over_km)), None, "")}
                    {row(
                        site::travel_road(locale, km(travel.allowance_over_km), km(travel.flight_over_km)),
                        Some(travel.per_km),
                        site::per_km(locale),
                    )}
                    {flights}
                    {row(
                        site::travel_lodging(locale, km(travel.allowance_over_km)),
                        Some(travel.lodging_per_day),
                        site::per_booked_day(locale),
                    )}
                </tbody>
            </TableFrame>
            <p class="hint">{site::travel_note(locale)}</p>
            <p><a href=url::path(locale, Page::Experts)>{common::nav_find(locale)}</a></p>
        </section>
    }
    .into_any()
}
