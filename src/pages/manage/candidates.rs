//! The queue of applications: longest waiting first.

use crate::{
    api::candidate::candidate_queue,
    i18n::{Locale, fmt, use_locale},
    ui::{EmptyState, ErrorState, Pagination, Skeleton, TableFrame, Tag},
    url::{self, ManagePage, Page},
};
use gabarit_i18n::{labels, review as text};
use gabarit_view::candidate::{Queue, QueueEntry, QueueFilter};
use leptos::{ev, prelude::*, wasm_bindgen::JsCast as _, web_sys};
use leptos_meta::Title;
use leptos_router::hooks::use_location;

/// The page.
#[component]
pub(super) fn CandidatesPage() -> impl IntoView {
    let locale = use_locale();
    let search = use_location().search;
    let queue = Resource::new_blocking(move || search.get(), move |query| candidate_queue(locale, query));
    walk_by_keys();
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::lead(locale)}</p>
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match queue.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(queue) => {
                        let filter = QueueFilter::from_query(&search.get_untracked());
                        view! {
                            <Filters locale filter=filter.clone() queue=queue.clone()/>
                            <Lines locale filter queue/>
                        }
                        .into_any()
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// J and K go down and up the queue, from wherever the focus is but in a field.
fn walk_by_keys() {
    Effect::new(|| {
        let listener = window_event_listener(ev::keydown, |event| {
            let step = match event.key().as_str() {
                "j" => 1_i32,
                "k" => -1,
                _ => return,
            };
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            let typing = target.is_some_and(|element| {
                matches!(element.tag_name().to_ascii_lowercase().as_str(), "input" | "select" | "textarea")
            });
            if typing || event.ctrl_key() || event.alt_key() || event.meta_key() {
                return;
            }
            let at = document()
                .active_element()
                .and_then(|element| element.id().strip_prefix("queue-")?.parse::<i32>().ok())
                .map_or(if step > 0 { 0 } else { -1 }, |at| at + step);
            let next = document().get_element_by_id(&format!("queue-{at}"));
            if let Some(link) = next.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
                event.prevent_default();
                let _ = link.focus();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// Filters, as a form that works without script.
#[component]
fn Filters(locale: Locale, filter: QueueFilter, queue: Queue) -> impl IntoView {
    let select =
        |name: &'static str, label: &'static str, all: &'static str, chosen: String, options: Vec<(String, String)>| {
            let id = format!("filter-{name}");
            let options = options
                .into_iter()
                .map(|(value, label)| {
                    let selected = value == chosen;
                    view! { <option value=value selected=selected>{label}</option> }
                })
                .collect_view();
            view! {
                <div class="field">
                    <label for=id.clone()>{label}</label>
                    <select id=id name=name class="input">
                        <option value="">{all}</option>
                        {options}
                    </select>
                </div>
            }
            .into_any()
        };
    let states = queue
        .states
        .into_iter()
        .map(|(code, count)| {
            let words = text::state_count(locale, labels::candidate_state(locale, &code), count);
            (code, words)
        })
        .collect();
    view! {
        <form method="get" action=url::path(locale, Page::Manage(ManagePage::Candidates)) class="queue-filters">
            {select("state", text::filter_state(locale), text::all_open(locale), filter.state, states)}
            {select("product", text::filter_product(locale), text::all(locale), filter.product, queue.products)}
            {select("country", text::filter_country(locale), text::all(locale), filter.country, queue.countries)}
            <button type="submit" class="button">{text::filter(locale)}</button>
        </form>
    }
    .into_any()
}

#[component]
fn Lines(locale: Locale, filter: QueueFilter, queue: Queue) -> impl IntoView {
    if queue.entries.is_empty() {
        return view! { <EmptyState title=text::empty_title(locale) text=text::empty_text(locale)/> }.into_any();
    }
    let pages = queue.total.div_ceil(queue.page_size.max(1));
    let page = filter.page;
    let base = url::path(locale, Page::Manage(ManagePage::Candidates));
    let href = move |page: u32| {
        let query = QueueFilter { page, ..filter.clone() }.to_query();
        if query.is_empty() { base.clone() } else { format!("{base}?{query}") }
    };
    let lines =
        queue.entries.into_iter().enumerate().map(|(index, entry)| view! { <Line locale index entry/> }).collect_view();
    view! {
        <TableFrame caption=text::title(locale)>
            <thead>
                <tr>
                    <th scope="col">{text::column_name(locale)}</th>
                    <th scope="col">{text::column_state(locale)}</th>
                    <th scope="col">{text::column_waits(locale)}</th>
                    <th scope="col">{text::column_products(locale)}</th>
                    <th scope="col">{text::column_country(locale)}</th>
                </tr>
            </thead>
            <tbody>{lines}</tbody>
        </TableFrame>
        <p class="hint script-only">{text::keys(locale)}</p>
        <Pagination page pages href/>
    }
    .into_any()
}

#[component]
fn Line(locale: Locale, index: usize, entry: QueueEntry) -> impl IntoView {
    let days = u64::from(entry.days);
    let waits = match entry.state.as_str() {
        "published" | "refused" | "withdrawn" => fmt::date_time(locale, &entry.since),
        _ if entry.ours => text::waits_ours(locale, days),
        _ => text::waits_theirs(locale, days),
    };
    let interview = entry
        .interview
        .as_ref()
        .map(|time| view! { <p class="hint">{text::interview_at(locale, fmt::date_time(locale, time))}</p> });
    view! {
        <tr>
            <th scope="row">
                <a id=format!("queue-{index}") href=url::path(locale, Page::Manage(ManagePage::Candidate(entry.id)))>
                    {entry.name.clone()}
                </a>
            </th>
            <td>
                <Tag strong=entry.ours>{labels::candidate_state(locale, &entry.state)}</Tag>
            </td>
            <td>{waits} {interview}</td>
            <td>{entry.products.join(", ")}</td>
            <td>{entry.country.clone()}</td>
        </tr>
    }
    .into_any()
}
