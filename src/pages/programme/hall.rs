//! The hall of members, and a member's public page.

use super::parts::{SubNav, language, param};
use crate::{
    api::membership::{member, members},
    i18n::{Locale, fmt, use_locale},
    ui::{EmptyState, ErrorState, Notice, Pagination, Skeleton, Tag},
    url::{self, Page, ProgrammeSection},
};
use gabarit_domain::ids::ExpertId;
use gabarit_i18n::{membership as own_text, programme as text};
use gabarit_view::membership::{Hall, MemberCard, MemberPage as Data};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::Form, hooks::use_params_map};

fn hall_path(locale: Locale) -> String {
    url::path(locale, Page::Programme(ProgrammeSection::Members))
}

type Filters = (String, String, String, u32);

/// The hall; its filters are in the address.
#[component]
pub(super) fn HallPage() -> impl IntoView {
    let locale = use_locale();
    let (country, product, language, page) = (param("country"), param("product"), param("language"), param("page"));
    let filters = Memo::new(move |_| (country.get(), product.get(), language.get(), page.get().parse().unwrap_or(1)));
    let hall = Resource::new_blocking(
        move || filters.get(),
        move |(country, product, language, page)| members(locale, country, product, language, page),
    );
    view! {
        <Title text=text::hall_title(locale)/>
        <SubNav/>
        <header class="page-head">
            <h1>{text::hall_title(locale)}</h1>
            <p class="lead">{text::hall_lead(locale)}</p>
        </header>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match hall.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(hall) => view! { <List hall filters=filters.get_untracked()/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn List(hall: Hall, filters: Filters) -> impl IntoView {
    let locale = use_locale();
    let (country, product, spoken, _) = filters;
    let select = move |id: &'static str, label: &'static str, list: Vec<(String, String)>, chosen: &str| {
        let options = list
            .into_iter()
            .map(|(code, name)| {
                let selected = code == chosen;
                view! { <option value=code selected=selected>{name}</option> }
            })
            .collect_view();
        view! {
            <div class="field">
                <label for=format!("hall-{id}")>{label}</label>
                <select id=format!("hall-{id}") name=id class="input">
                    <option value="">{text::any(locale)}</option>
                    {options}
                </select>
            </div>
        }
        .into_any()
    };
    let languages = hall.languages.iter().map(|code| (code.clone(), language(locale, code))).collect();
    let page_of = {
        let (country, product, spoken) = (country.clone(), product.clone(), spoken.clone());
        move |page: u32| {
            let mut href = url::with_param(&hall_path(locale), "page", &page.to_string());
            for (name, value) in [("country", &country), ("product", &product), ("language", &spoken)] {
                if !value.is_empty() {
                    href = url::with_param(&href, name, value);
                }
            }
            href
        }
    };
    let cards = hall.members.into_iter().map(|card| view! { <Card card/> }).collect_view();
    view! {
        <Form method="GET" action=hall_path(locale) attr:class="console-filters">
            {select("country", text::country(locale), hall.countries, &country)}
            {select("product", text::product(locale), hall.products, &product)}
            {select("language", text::language(locale), languages, &spoken)}
            <button type="submit" class="button">{text::filter(locale)}</button>
        </Form>
        {if hall.total == 0 {
            view! { <EmptyState title=text::hall_empty(locale)/> }.into_any()
        } else {
            view! {
                <p class="hint">{text::hall_count(locale, u64::from(hall.total))}</p>
                <ul class="cards">{cards}</ul>
                <Pagination page=hall.page pages=hall.pages href=page_of/>
            }
            .into_any()
        }}
    }
    .into_any()
}

#[component]
fn Card(card: MemberCard) -> impl IntoView {
    let locale = use_locale();
    let href = format!("{}/{}", hall_path(locale), card.code);
    let spoken = card.languages.iter().map(|code| language(locale, code)).collect::<Vec<_>>().join(", ");
    let products = card.products.into_iter().map(|name| view! { <Tag>{name}</Tag> }).collect_view();
    view! {
        <li class="card member-card">
            <h2><a class="card-link" href=href>{card.name}</a></h2>
            <p class="hint">{card.country}</p>
            <p class="tags">{products}</p>
            <p class="hint">{spoken}</p>
            <p class="hint">{text::member_since(locale, fmt::date(locale, card.since))}</p>
        </li>
    }
    .into_any()
}

/// A member's public page: what a badge is verified by.
#[component]
pub(super) fn MemberPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let code = Memo::new(move |_| params.with(|params| params.get("code").unwrap_or_default()));
    let page = Resource::new_blocking(move || code.get(), move |code| member(locale, code));
    view! {
        <SubNav/>
        <Transition fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                match page.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(page) => view! { <Member page/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Member(page: Data) -> impl IntoView {
    let locale = use_locale();
    let verdict = if page.live {
        text::verified_live(locale, fmt::date(locale, page.until))
    } else {
        text::verified_over(locale, fmt::date(locale, page.until))
    };
    let details = page.listed.then(|| {
        let products = page.products.clone().into_iter().map(|name| view! { <Tag>{name}</Tag> }).collect_view();
        let spoken = page.languages.iter().map(|code| language(locale, code)).collect::<Vec<_>>().join(", ");
        let expert = page.expert.map(|id| {
            let href = url::path(locale, Page::Expert(ExpertId(id)));
            view! { <p><a href=href>{text::member_expert(locale)}</a></p> }
        });
        view! {
            <p class="message-body">{page.about.clone()}</p>
            <p class="tags">{products}</p>
            <dl class="facts">
                <dt>{text::country(locale)}</dt>
                <dd>{page.country.clone()}</dd>
                <dt>{text::languages(locale)}</dt>
                <dd>{spoken}</dd>
            </dl>
            {expert}
        }
    });
    let private = (page.live && !page.listed).then(|| view! { <p class="hint">{text::member_private(locale)}</p> });
    view! {
        <Title text=page.name.clone()/>
        <article class="programme">
            <header class="page-head">
                <h1>{page.name.clone()}</h1>
                <p class="lead">{own_text::badge_member(locale)}</p>
                <p class="hint">{text::member_since(locale, fmt::date(locale, page.since))}</p>
            </header>
            <Notice warning=!page.live><p>{verdict}</p></Notice>
            <p>
                <img
                    src=format!("/badges/{}.svg?lang={}", page.code, locale.code())
                    alt=own_text::badge_alt(locale, &page.name)
                    width="320"
                    height="96"
                    class="badge-picture"
                />
            </p>
            {details}
            {private}
            {page.live.then(|| view! {
                <details>
                    <summary>{text::embed_title(locale)}</summary>
                    <pre class="embed" tabindex="0"><code>{page.embed.clone()}</code></pre>
                </details>
            })}
            <p class="hint">{own_text::not_affiliated(locale)}</p>
            <p><a href=hall_path(locale)>{text::all_members(locale)}</a></p>
        </article>
    }
    .into_any()
}
