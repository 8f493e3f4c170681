//! Who else is free: shown to the client of a booking that lost its expert.

use crate::{
    api::saved::read_others,
    i18n::{Locale, fmt, use_locale},
    ui::{LevelBadge, LinkButton, ProductNames, Rating},
    url::{self, Page},
};
use gabarit_domain::ids::BookingId;
use gabarit_i18n::saved as text;
use gabarit_view::saved::{Alternative, Why};
use leptos::prelude::*;

/// The section; nothing where nobody is to be shown.
#[component]
pub(super) fn Others(
    /// Which booking.
    id: BookingId,
    /// Names of products.
    names: ProductNames,
    /// The search for the same work, as an address.
    search: String,
) -> impl IntoView {
    let locale = use_locale();
    let others = Resource::new_blocking(move || id, move |id| read_others(locale, id.to_string()));
    view! {
        <Suspense fallback=|| ()>
            {move || {
                let (names, search) = (names.clone(), search.clone());
                Suspend::new(async move {
                    let Ok(found) = others.await else { return ().into_any() };
                    let none = found.is_empty();
                    let rows =
                        found.into_iter().map(|one| view! { <Other locale one names=names.clone()/> }).collect_view();
                    view! {
                        <section class="booking-section" aria-labelledby="others">
                            <h2 id="others">{text::others_title(locale)}</h2>
                            {if none {
                                view! { <p>{text::others_none(locale)}</p> }.into_any()
                            } else {
                                view! {
                                    <p class="hint">{text::others_lead(locale)}</p>
                                    <ul class="booking-list">{rows}</ul>
                                }
                                .into_any()
                            }}
                            <p><LinkButton href=search>{text::others_search(locale)}</LinkButton></p>
                        </section>
                    }
                    .into_any()
                })
            }}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Other(locale: Locale, one: Alternative, names: ProductNames) -> impl IntoView {
    let card = one.card;
    let profile = url::path(locale, Page::Expert(card.id));
    let book = format!("{}?{}", url::path(locale, Page::Book(card.id)), one.query);
    let why = one
        .why
        .iter()
        .map(|why| match why {
            Why::Products { products } => {
                let list: Vec<String> = products.iter().map(|code| names.name(code)).collect();
                text::why_products(locale, list.join(", "))
            }
            Why::SameLevel => text::why_level(locale).to_owned(),
            Why::Distance { km } => text::why_distance(locale, fmt::int(locale, i64::from(*km))),
            Why::Rated { tenths } => text::why_rated(locale, fmt::one_decimal(locale, *tenths)),
            Why::Cheaper { by } => text::why_cheaper(locale, fmt::money(locale, *by)),
        })
        .collect::<Vec<_>>()
        .join(" · ");
    view! {
        <li class="booking-row">
            <div class="booking-row-head"><a class="booking-row-link" href=profile>{card.display_name.clone()}</a></div>
            <p class="hint">{card.headline.clone()}</p>
            <p class="profile-marks"><LevelBadge level=card.level/> <Rating tenths=card.rating_tenths count=card.rating_count/></p>
            <p>{why}</p>
            <p><strong class="money">{text::others_total(locale, fmt::money(locale, one.total))}</strong></p>
            <p><LinkButton href=book>{text::others_book(locale, &card.display_name)}</LinkButton></p>
        </li>
    }
    .into_any()
}
