//! Threads between client and expert of a booking.

use super::successes;
use crate::{
    api::work::{WriteMessage, thread, work_threads},
    i18n::{fmt, use_locale},
    ui::{EmptyState, ErrorState, FormErrors, Hidden, LinkButton, Skeleton, Submit, TextArea, use_form_state},
    url::{self, Page},
};
use gabarit_domain::ids::BookingId;
use gabarit_i18n::{common, work as text};
use gabarit_view::{
    error::ApiError,
    work::{Thread, ThreadSummary},
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// All threads of the expert.
#[component]
pub(super) fn MessagesPage() -> impl IntoView {
    let locale = use_locale();
    let threads = Resource::new_blocking(|| (), |()| work_threads());
    let row = move |thread: ThreadSummary| {
        view! {
            <li>
                <p>
                    <a href=url::path(locale, Page::Thread(thread.booking))>{thread.with}</a>
                    " "
                    <span class="hint">
                        {thread.reference} " · " {text::messages_count(locale, thread.count)} " · "
                        {fmt::date_time(locale, &thread.latest)}
                    </span>
                </p>
                <p>
                    {(!thread.theirs).then(|| format!("{} : ", text::you(locale)))}
                    {thread.excerpt}
                </p>
            </li>
        }
        .into_any()
    };
    view! {
        <Title text=text::nav_messages(locale)/>
        <h1>{text::nav_messages(locale)}</h1>
        <Suspense fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                match threads.await {
                    Ok(threads) if threads.is_empty() => view! {
                        <EmptyState title=text::messages_empty(locale) text=text::messages_empty_text(locale)>
                            <LinkButton href=url::path(locale, Page::Orders)>{common::my_orders(locale)}</LinkButton>
                        </EmptyState>
                    }
                    .into_any(),
                    Ok(threads) => view! { <ul class="work-records">{threads.into_iter().map(row).collect_view()}</ul> }.into_any(),
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// The thread of a booking, for both sides.
#[component]
pub(super) fn ThreadPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let write = ServerAction::<WriteMessage>::new();
    let writes = successes(write);
    let loaded = Resource::new_blocking(
        move || (params.read().get("id").and_then(|id| id.parse::<BookingId>().ok()), writes.get()),
        |(id, _)| async move {
            match id {
                Some(id) => thread(id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! {
        <Transition fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(thread) => view! { <Conversation thread write/> }.into_any(),
                    Err(error) => view! {
                        <Title text=text::nav_messages(locale)/>
                        <h1>{text::nav_messages(locale)}</h1>
                        <ErrorState error/>
                    }
                    .into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Conversation(thread: Thread, write: ServerAction<WriteMessage>) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state("message", write);
    let title = text::thread_title(locale, &thread.with);
    let empty = thread.messages.is_empty();
    let rows = thread
        .messages
        .into_iter()
        .map(|message| {
            let who = if message.own { text::you(locale).to_owned() } else { message.author };
            view! {
                <li class="message" class:message-own=message.own>
                    <p class="hint">{who} " · " {fmt::date_time(locale, &message.at)}</p>
                    <p class="prose">{message.body}</p>
                </li>
            }
        })
        .collect_view();
    let (id, key, with) = (thread.booking.to_string(), thread.key, thread.with);
    let (id, key, with) = (StoredValue::new(id), StoredValue::new(key), StoredValue::new(with));
    view! {
        <Title text=title.clone()/>
        <h1>{title}</h1>
        <p>
            <a href=url::path(locale, Page::Booking(thread.booking))>{text::thread_about(locale, &thread.reference)}</a>
        </p>
        {empty.then(|| view! { <p>{text::thread_empty(locale)}</p> })}
        <ol class="messages">{rows}</ol>
        {if thread.open {
            view! {
                <ActionForm action=write attr:class="stack form-page" attr:novalidate="">
                    <FormErrors form/>
                    <Hidden name="id" value=id.get_value()/>
                    <Hidden name="key" value=key.get_value()/>
                    <Hidden name="locale" value=locale.code().to_owned()/>
                    <TextArea form name="body" label=text::message(locale) hint=text::message_hint(locale, with.get_value()) rows=5/>
                    <Submit form text=text::send(locale).to_owned()/>
                </ActionForm>
            }
            .into_any()
        } else {
            view! { <p class="hint">{text::thread_closed(locale)}</p> }.into_any()
        }}
    }
    .into_any()
}
