//! An invoice on the screen: the same words as its PDF, and fit to be printed.

use crate::{
    api::booking::document,
    i18n::use_locale,
    pages::booking::parts::NotShown,
    ui::{Icon, IconName, Skeleton},
    url::{self, Page},
};
use gabarit_domain::ids::{BookingId, DocumentId};
use gabarit_i18n::documents as text;
use gabarit_view::{
    document::{DocumentText, PartyText},
    error::ApiError,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub(super) fn DocumentPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let id = move || params.read().get("id").and_then(|id| id.parse::<DocumentId>().ok());
    let found = Resource::new_blocking(id, move |id| async move {
        match id {
            Some(id) => document(id).await.map(|(words, booking)| (id, words, booking)),
            None => Err(ApiError::NotFound),
        }
    });
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=10/> }>
            {move || Suspend::new(async move {
                match found.await {
                    Ok((id, words, booking)) => view! { <Sheet id words booking/> }.into_any(),
                    Err(error) => view! { <NotShown error title=text::not_found_title(locale) words=text::not_found_text(locale)/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Sheet(id: DocumentId, words: DocumentText, booking: BookingId) -> impl IntoView {
    let locale = use_locale();
    let lines = words
        .lines
        .iter()
        .map(|line| {
            view! {
                <tr>
                    <td class="sheet-what">
                        <span class="quote-title">{line.title.clone()}</span>
                        <span class="quote-why">{line.reason.clone()}</span>
                    </td>
                    <td class="sheet-number" data-label=words.heads.quantity.clone()>{line.quantity.clone()}</td>
                    <td class="sheet-number" data-label=words.heads.unit_price.clone()>{line.unit_price.clone()}</td>
                    <td class="sheet-number" data-label=words.heads.net.clone()>{line.net.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    let totals = words
        .totals
        .iter()
        .map(|total| {
            view! {
                <li class="quote-row" class:quote-total=total.strong>
                    <span class="quote-what"><span class="quote-title">{total.label.clone()}</span></span>
                    <span class="quote-amount">{total.amount.clone()}</span>
                </li>
            }
        })
        .collect_view();
    let facts = words
        .facts
        .iter()
        .map(|fact| view! { <dt>{fact.label.clone()}</dt><dd>{fact.value.clone()}</dd> })
        .collect_view();
    let mentions = words.mentions.iter().map(|mention| view! { <p>{mention.clone()}</p> }).collect_view();
    view! {
        <Title text=format!("{} {}", words.title, words.number)/>
        <p class="sheet-tools">
            <a href=url::path(locale, Page::Booking(booking))><Icon name=IconName::ArrowLeft/>{text::back(locale)}</a>
            <a class="button button-primary" href=format!("/documents/{id}/pdf") rel="external" download="">
                <Icon name=IconName::Download/>{text::pdf(locale)}
            </a>
        </p>
        // In the language it was issued in, whatever the page's.
        <article class="sheet" lang=words.locale.code()>
            <header class="sheet-head">
                <h1>{words.title.clone()}" "<span class="sheet-serial">{words.number.clone()}</span></h1>
                <dl class="facts sheet-facts">{facts}</dl>
            </header>
            <div class="sheet-parties">
                <Party party=words.seller.clone()/>
                <Party party=words.buyer.clone()/>
            </div>
            <table class="sheet-lines">
                <thead>
                    <tr>
                        <th scope="col">{words.heads.description.clone()}</th>
                        <th scope="col" class="sheet-number">{words.heads.quantity.clone()}</th>
                        <th scope="col" class="sheet-number">{words.heads.unit_price.clone()}</th>
                        <th scope="col" class="sheet-number">{words.heads.net.clone()}</th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
            <ul class="quote-lines sheet-totals">{totals}</ul>
            <div class="sheet-mentions">{mentions}</div>
            <footer class="sheet-foot">{words.footer.clone()}</footer>
        </article>
    }
    .into_any()
}

#[component]
fn Party(party: PartyText) -> impl IntoView {
    view! {
        <section>
            <h2>{party.heading}</h2>
            <p class="sheet-party-name">{party.name}</p>
            {party.lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
        </section>
    }
    .into_any()
}
