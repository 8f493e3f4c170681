//! Licences and workstations: what renting them with a booking costs a day (S7–S9).

use super::levels::VersionLine;
use crate::{
    api::public::public_tariffs,
    i18n::{fmt, use_locale},
    ui::{ErrorState, LinkButton, Notice, Skeleton, TableFrame},
    url::{self, Page},
};
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
    let licences = tariffs
        .licences
        .iter()
        .cloned()
        .map(|(name, price)| {
            view! {
                <tr>
                    <th scope="row">{site::licence_of(locale, name)}</th>
                    <td class="money">{fmt::money(locale, price)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="tariffs">
            <section>
                <h2 id="tariffs">{site::rentals_tariffs(locale)}</h2>
                <TableFrame caption=site::rentals_tariffs(locale)>
                    <thead>
                        <tr>
                            <th scope="col">{site::column_rental(locale)}</th>
                            <th scope="col" class="money">{site::column_per_day(locale)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <tr>
                            <th scope="row">{site::workstation(locale)}</th>
                            <td class="money">{fmt::money(locale, tariffs.workstation_per_day)}</td>
                        </tr>
                        {licences}
                    </tbody>
                </TableFrame>
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
