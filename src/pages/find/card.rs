//! An expert in a list.

use crate::{
    i18n::use_locale,
    pages::saved::keep::Keep,
    ui::{Avatar, Icon, IconName, LevelBadge, Rating},
    url::{self, Page},
};
use gabarit_i18n::{find, fmt, labels, term};
use gabarit_view::expert::{ExpertCard, ProductView};
use leptos::prelude::*;

/// An expert's card: who, what, where, when, how much.
#[component]
pub fn ExpertCardView(
    /// Whose.
    card: ExpertCard,
    /// Names of products.
    products: Vec<ProductView>,
    /// Query string that the profile takes over: days, place, mode.
    #[prop(into)]
    carried: String,
) -> impl IntoView {
    let locale = use_locale();
    let mut href = url::path(locale, Page::Expert(card.id));
    if !carried.is_empty() {
        href = format!("{href}?{carried}");
    }
    let names: Vec<String> = card
        .products
        .iter()
        .map(|code| {
            products
                .iter()
                .find(|product| product.code == *code)
                .map_or_else(|| code.to_string(), |product| product.name.clone())
        })
        .collect();
    let modes = [(card.on_site, term::mode_on_site(locale)), (card.remote, term::mode_remote(locale))]
        .into_iter()
        .filter_map(|(works, name)| works.then_some(name))
        .collect::<Vec<_>>()
        .join(" · ");
    let distance = card.distance_km.map(|km| format!(" · {}", find::km_away(locale, fmt::int(locale, i64::from(km)))));
    let next = card
        .next_free
        .map_or_else(|| find::no_free(locale).to_owned(), |day| find::next_free(locale, fmt::day_chip(locale, day)));
    let languages =
        card.languages.iter().map(|code| labels::language(locale, code).to_owned()).collect::<Vec<_>>().join(", ");
    view! {
        <article class="card expert-card">
            <div class="expert-card-who">
                <Avatar name=card.display_name.clone() id=card.id/>
                <div>
                    <h2><a class="card-link" href=href>{card.display_name.clone()}</a></h2>
                    <p class="expert-card-headline">{card.headline.clone()}</p>
                </div>
            </div>
            <p class="tags">
                {names.into_iter().map(|name| view! { <span class="tag">{name}</span> }).collect_view()}
            </p>
            <dl class="expert-card-facts">
                <div><dt><Icon name=IconName::Pin/><span class="sr-only">{gabarit_i18n::profile::base(locale)}</span></dt>
                    <dd>{card.base_name.clone()}" ("{card.base_country.to_string()}")"{distance}</dd></div>
                <div><dt><Icon name=IconName::Calendar/><span class="sr-only">{gabarit_i18n::profile::availability(locale)}</span></dt>
                    <dd>{next}</dd></div>
                <div><dt><Icon name=IconName::Person/><span class="sr-only">{gabarit_i18n::profile::languages(locale)}</span></dt>
                    <dd>{languages}" · "{modes}</dd></div>
            </dl>
            <div class="expert-card-foot">
                <div class="expert-card-marks">
                    <LevelBadge level=card.level/>
                    <Rating tenths=card.rating_tenths count=card.rating_count/>
                    <span class="tag">{labels::kind(locale, card.kind)}</span>
                </div>
                <Keep expert=card.id name=card.display_name.clone()/>
                <p class="expert-card-rate">
                    <strong>{fmt::money(locale, card.day_rate)}</strong>
                    <span>{find::rate_per_day(locale, "").trim().to_owned()}" "{find::before_vat(locale)}</span>
                </p>
            </div>
        </article>
    }
    .into_any()
}
