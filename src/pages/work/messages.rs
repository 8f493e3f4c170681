//! Threads between client and expert of a booking.

use crate::{
    api::work::{thread, work_threads},
    i18n::{fmt, use_locale},
    ui::{
        Attached, EmptyState, ErrorState, Files, FormErrors, LinkButton, Skeleton, Submit, TextArea, use_posted_form,
    },
    url::{self, Page},
};
use gabarit_domain::ids::BookingId;
use gabarit_i18n::{common, work as text};
use gabarit_view::{
    error::ApiError,
    work::{MAX_MESSAGE_FILES, MESSAGE_FORM, Thread, ThreadSummary},
};
use leptos::prelude::*;
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
                    {(!thread.theirs).then(|| format!("{}{} ", text::you(locale), fmt::colon(locale)))}
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
    let loaded = Resource::new_blocking(
        move || params.read().get("id").and_then(|id| id.parse::<BookingId>().ok()),
        |id| async move {
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
                    Ok(thread) => view! { <Conversation thread/> }.into_any(),
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

/// The form is posted whole, with script and without: files go with it.
#[component]
fn Conversation(thread: Thread) -> impl IntoView {
    let locale = use_locale();
    let form = use_posted_form("message", MESSAGE_FORM);
    let title = text::thread_title(locale, &thread.with);
    let latest = thread.messages.len().checked_sub(1);
    let rows = thread
        .messages
        .into_iter()
        .enumerate()
        .map(|(index, message)| {
            let who = if message.own { text::you(locale).to_owned() } else { message.author };
            view! {
                <li class="message" class:message-own=message.own id=(Some(index) == latest).then_some("latest")>
                    <p class="hint">{who} " · " {fmt::date_time(locale, &message.at)}</p>
                    <p class="prose">{message.body}</p>
                    <Attached files=message.files at="/messages/files"/>
                </li>
            }
        })
        .collect_view();
    let hint = text::files_hint(locale, fmt::int(locale, MAX_MESSAGE_FILES.try_into().unwrap_or(i64::MAX)));
    view! {
        <Title text=title.clone()/>
        <h1>{title}</h1>
        <p>
            <a href=url::path(locale, Page::Booking(thread.booking))>{text::thread_about(locale, &thread.reference)}</a>
        </p>
        {latest.is_none().then(|| view! { <p>{text::thread_empty(locale)}</p> })}
        <ol class="messages">{rows}</ol>
        {if thread.open {
            view! {
                <form
                    id="write"
                    method="post"
                    on:submit=move |_| form.post()
                    action=format!("/messages/{}/write", thread.booking)
                    enctype="multipart/form-data"
                    class="stack form-page"
                    novalidate=true
                >
                    <FormErrors form/>
                    <input type="hidden" name="key" value=thread.key/>
                    <input type="hidden" name="locale" value=locale.code()/>
                    <TextArea form name="body" label=text::message(locale) hint=text::message_hint(locale, thread.with) rows=5/>
                    <Files form name="files" label=text::files(locale) hint />
                    <Submit form text=text::send(locale).to_owned()/>
                </form>
            }
            .into_any()
        } else {
            // Somebody may have written while it was being closed.
            view! {
                <div id="write">
                    <FormErrors form/>
                    <p class="hint">{text::thread_closed(locale)}</p>
                </div>
            }
            .into_any()
        }}
    }
    .into_any()
}
