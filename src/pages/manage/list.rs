//! The frame of the console's long lists: what is looked for stands in the address, and a page leads on to the next.

use crate::{
    i18n::use_locale,
    ui::{ErrorState, Skeleton},
    url,
};
use gabarit_i18n::log as text;
use gabarit_view::error::ApiError;
use leptos::prelude::*;
use leptos_meta::Title;
use std::future::Future;

/// The address of a list with what is looked for; what is empty is left out.
pub(super) fn address(path: &str, wanted: &[(&str, &str)]) -> String {
    let wanted = wanted.iter().filter(|(_, value)| !value.is_empty());
    wanted.fold(path.to_owned(), |path, (name, value)| url::with_param(&path, name, value))
}

/// A page of a list: its title, and what was found for the query that the address asks.
pub(super) fn page<Q, P, F>(
    title: &'static str,
    lead: &'static str,
    query: Memo<Q>,
    load: impl Fn(Q) -> F + Send + Sync + 'static,
    show: impl Fn(Q, P) -> AnyView + Copy + Send + Sync + 'static,
) -> AnyView
where
    Q: Clone + PartialEq + Send + Sync + 'static,
    P: Clone + Send + Sync + serde::Serialize + serde::de::DeserializeOwned + 'static,
    F: Future<Output = Result<P, ApiError>> + Send + 'static,
{
    let page = Resource::new_blocking(move || query.get(), load);
    view! {
        <Title text=title/>
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        <Suspense fallback=|| view! { <Skeleton lines=10/> }>
            {move || Suspend::new(async move {
                let query = query.get();
                match page.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(page) => show(query, page),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// The ways on from a page: back to the newest, on to what is older, and others of the list's own. None, no landmark.
pub(super) fn ways_on(first: Option<String>, next: Option<String>, others: Option<AnyView>) -> Option<AnyView> {
    let locale = use_locale();
    (first.is_some() || next.is_some() || others.is_some()).then(|| {
        view! {
            <nav class="log-pages" aria-label=text::pages(locale)>
                {first.map(|href| view! { <a class="button" href=href>{text::newest(locale)}</a> })}
                {next.map(|href| view! { <a class="button" href=href rel="next">{text::older(locale)}</a> })}
                {others}
            </nav>
        }
        .into_any()
    })
}
