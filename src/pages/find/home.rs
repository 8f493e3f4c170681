//! The first page: search first.

use crate::{
    api::find::products,
    i18n::use_locale,
    url::{self, Page, ProgrammeSection},
};
use gabarit_domain::expert::Sector;
use gabarit_i18n::{find, labels, programme, term};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

/// The home page.
#[component]
pub fn HomePage() -> impl IntoView {
    let locale = use_locale();
    let products = Resource::new_blocking(|| (), |()| products());
    let experts = url::path(locale, Page::Experts);
    let steps = [
        (find::step_find_title(locale), find::step_find(locale)),
        (find::step_price_title(locale), find::step_price(locale)),
        (find::step_book_title(locale), find::step_book(locale)),
        (find::step_invoice_title(locale), find::step_invoice(locale)),
    ];
    view! {
        <Title text=""/>
        <Meta name="description" content=find::home_lead(locale)/>
        <section class="hero" aria-labelledby="home-heading">
            <div class="hero-text">
                <h1 id="home-heading">{find::home_title(locale)}</h1>
                <p class="lead">{find::home_lead(locale)}</p>
            </div>
            <form class="hero-search" method="get" action=experts.clone() role="search" aria-label=find::search_title(locale)>
                <div class="field">
                    <label for="home-product">{find::field_product(locale)}</label>
                    <select id="home-product" name="product">
                        <option value="">{find::any_product(locale)}</option>
                        <Suspense fallback=|| ()>
                            {move || Suspend::new(async move {
                                products
                                    .await
                                    .unwrap_or_default()
                                    .into_iter()
                                    .map(|product| view! { <option value=product.code.to_string()>{product.name}</option> })
                                    .collect_view()
                            })}
                        </Suspense>
                    </select>
                </div>
                <div class="field">
                    <label for="home-place">{find::field_place(locale)}</label>
                    <input type="text" id="home-place" name="place" maxlength="80" autocomplete="off" aria-describedby="home-place-hint"/>
                    <p class="hint" id="home-place-hint">{find::field_place_hint(locale)}</p>
                </div>
                <div class="field">
                    <label for="home-mode">{find::field_mode(locale)}</label>
                    <select id="home-mode" name="mode">
                        <option value="">{find::any(locale)}</option>
                        <option value="on-site">{term::mode_on_site(locale)}</option>
                        <option value="remote">{term::mode_remote(locale)}</option>
                    </select>
                </div>
                <button class="button button-primary" type="submit">{find::search(locale)}</button>
            </form>
        </section>
        <section class="home-links" aria-labelledby="home-products">
            <h2 id="home-products">{find::popular_title(locale)}</h2>
            <ul class="link-grid">
                <Suspense fallback=|| ()>
                    {move || {
                        let experts = url::path(locale, Page::Experts);
                        Suspend::new(async move {
                            products
                                .await
                                .unwrap_or_default()
                                .into_iter()
                                .map(|product| {
                                    let href = url::with_param(&experts, "product", product.code.as_str());
                                    view! { <li><a href=href>{product.name}</a></li> }
                                })
                                .collect_view()
                        })
                    }}
                </Suspense>
            </ul>
            <h2>{find::sectors_title(locale)}</h2>
            <ul class="link-grid">
                {Sector::ALL
                    .map(|sector| {
                        let href = url::with_param(&experts, "sector", sector.code());
                        view! { <li><a href=href>{labels::sector(locale, sector)}</a></li> }
                    })
                    .collect_view()}
            </ul>
        </section>
        <section class="home-steps" aria-labelledby="home-steps">
            <h2 id="home-steps">{find::steps_title(locale)}</h2>
            <ol>
                {steps
                    .map(|(title, text)| view! { <li><h3>{title}</h3><p>{text}</p></li> })
                    .collect_view()}
            </ol>
            <p><a href=url::path(locale, Page::Levels)>{find::levels_note(locale)}</a></p>
            <p>
                <a href=url::path(locale, Page::Programme(ProgrammeSection::Overview))>{programme::home_link(locale)}</a>
            </p>
        </section>
    }
    .into_any()
}
