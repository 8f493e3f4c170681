//! Licences and workstations: what renting them costs a day, a week and a month (S7–S9).

use super::levels::VersionLine;
use crate::{
    api::public::public_tariffs,
    i18n::{fmt, use_locale},
    ui::{ErrorState, LinkButton, Notice, Skeleton, TableFrame},
    url::{self, Page},
};
use gabarit_domain::rental::{MONTH, WEEK};
use gabarit_i18n::{common, site};
use gabarit_view::public::Tariffs;
use leptos::prelude::*;
use leptos_meta::Title;

/// Licences & workstations.
#[component]
pub fn RentalsPage() -> impl IntoView {
    let locale = use_locale();
    let tariffs = Resource::new(|| (), |()| public_tariffs());
    view! {
        <Title text=common::nav_rentals(locale)/>
        <h1>{common::nav_rentals(locale)}</h1>
        <p class="lead article-lead">{site::rentals_lead(locale)}</p>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match tariffs.await {
                    Ok(tariffs) => view! { <Rentals tariffs/> }.into_any(),
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Rentals(tariffs: Tariffs) -> impl IntoView {
    let locale = use_locale();
    let rules = tariffs.rental.clone();
    let workstation = (site::workstation(locale).to_owned(), rules.workstation_per_day);
    let licences = tariffs.licences.iter().map(|(name, per_day)| (site::licence_of(locale, name), *per_day));
    let rows = [workstation]
        .into_iter()
        .chain(licences)
        .map(|(name, per_day)| {
            let prices = [per_day, rules.week(per_day), rules.month(per_day)]
                .map(|price| view! { <td class="money">{fmt::money(locale, price)}</td> })
                .collect_view();
            view! { <tr><th scope="row">{name}</th>{prices}</tr> }
        })
        .collect_view();
    let count = move |number: u32| fmt::int(locale, i64::from(number));
    let units = site::rentals_units(
        locale,
        count(WEEK),
        count(rules.week_costs_days),
        count(MONTH),
        count(rules.month_costs_days),
    );
    view! {
        <div class="tariffs">
            <section class="rental-tariffs">
                <h2 id="tariffs">{site::rentals_tariffs(locale)}</h2>
                <TableFrame caption=site::rentals_tariffs(locale)>
                    <thead>
                        <tr>
                            <th scope="col">{site::column_rental(locale)}</th>
                            <th scope="col" class="money">{site::column_per_day(locale)}</th>
                            <th scope="col" class="money">{site::column_per_week(locale)}</th>
                            <th scope="col" class="money">{site::column_per_month(locale)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </TableFrame>
                <p>{units}</p>
                <p>{site::rentals_sum(locale)}</p>
            </section>
            <section>
                <h2 id="how">{site::rentals_how_title(locale)}</h2>
                <ol class="prose-steps">
                    <li>{site::rentals_step_1(locale)}</li>
                    <li>{site::rentals_step_2(locale)}</li>
                    <li>{site::rentals_step_3(locale)}</li>
                </ol>
                <Notice>
                    <p>{site::rentals_alone(locale)}</p>
                </Notice>
                <p class="actions">
                    <LinkButton href=url::path(locale, Page::Experts)>{common::nav_find(locale)}</LinkButton>
                    <LinkButton href=url::path(locale, Page::RentalOrder)>{gabarit_i18n::rental::link(locale)}</LinkButton>
                </p>
            </section>
        </div>
        <VersionLine tariffs/>
    }
    .into_any()
}
