//! Questions and answers, searched by a query of the address; while one types, with script.

use super::article::ArticleBody;
use crate::{
    api::public::public_article,
    i18n::{Locale, use_locale},
    ui::{EmptyState, ErrorState, Skeleton},
    url::{self, Page},
};
use gabarit_i18n::{common, site};
use gabarit_view::public::{Article, ArticleName};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page.
#[component]
pub fn FaqPage() -> impl IntoView {
    let locale = use_locale();
    let title = common::nav_faq(locale);
    let query = use_query_map();
    let text = Resource::new(|| (), move |()| public_article(ArticleName::Faq, locale, None));
    let asked = RwSignal::new(query.with_untracked(|query| query.get("q").unwrap_or_default()));
    view! {
        <Title text=title/>
        <h1>{title}</h1>
        <form method="get" action=url::path(locale, Page::Faq) class="console-filters" role="search">
            <div class="field">
                <label for="faq-q">{site::faq_search(locale)}</label>
                <input
                    id="faq-q"
                    class="input"
                    type="search"
                    name="q"
                    autocomplete="off"
                    value=asked.get_untracked()
                    on:input=move |event| asked.set(event_target_value(&event))
                />
            </div>
            <button type="submit" class="button">{site::faq_search_button(locale)}</button>
        </form>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match text.await {
                    Ok(article) => view! { <Found locale article asked/> }.into_any(),
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Found(locale: Locale, article: Article, asked: RwSignal<String>) -> impl IntoView {
    let article = StoredValue::new(article);
    let searching = Memo::new(move |_| !asked.read().trim().is_empty());
    let found = Memo::new(move |_| article.with_value(|article| article.matching(&asked.read())));
    let count = move || searching.get().then(|| site::faq_found(locale, found.read().questions() as u64));
    let contact = url::path(locale, Page::Contact);
    view! {
        <p role="status" class="hint">{count}</p>
        {move || {
            let found = found.get();
            if found.questions() == 0 {
                view! {
                    <EmptyState title=site::faq_nothing(locale)/>
                    <p><a href=contact.clone()>{site::faq_ask(locale)}</a></p>
                }
                .into_any()
            } else {
                view! { <ArticleBody article=found/> }.into_any()
            }
        }}
    }
    .into_any()
}
