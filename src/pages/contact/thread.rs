//! A conversation, as its sender sees it; and the pieces that managers see too.

use crate::{
    api::contact::conversation,
    i18n::{Locale, fmt, use_locale},
    ui::{
        Attached, ErrorState, Files, FormErrors, FormState, Hidden, Skeleton, Submit, Tag, TextArea, use_posted_form,
    },
    url::{self, Page},
};
use gabarit_domain::contact::Conversation;
use gabarit_i18n::{contact as text, labels, work as words};
use gabarit_view::{
    contact::{MessageView, REPLY_FORM, Side, ThreadView},
    expert::ExpertCard,
    work::MAX_MESSAGE_FILES,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The page. A visitor's address has the secret in `key`.
#[component]
pub(super) fn ThreadPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let query = use_query_map();
    let reference = move || params.with(|params| params.get("reference").unwrap_or_default());
    let key = move || query.with(|query| query.get("key").unwrap_or_default());
    let form = use_posted_form("reply", REPLY_FORM);
    let thread = Resource::new_blocking(
        move || (reference(), key()),
        move |(reference, key)| conversation(locale, reference, key),
    );
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || {
                // Read here: the document's head is written when the router's signals are gone.
                let (title, key) = (text::thread_title(locale, reference()), key());
                Suspend::new(async move {
                    let found = match thread.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(thread) => view! { <Thread thread form key/> }.into_any(),
                    };
                    view! {
                        <Title text=title/>
                        {found}
                    }
                })
            }}
        </Transition>
    }
    .into_any()
}

#[component]
fn Thread(thread: ThreadView, form: FormState, key: String) -> impl IntoView {
    let locale = use_locale();
    let summary = thread.summary;
    let merged = thread.merged_into;
    let state = summary.state;
    // The secret goes along with the form, and with what is fetched.
    let query = if key.is_empty() { key } else { url::with_param("", "key", &key) };
    let write = format!("/contact/write/{}{query}", summary.reference);
    view! {
        <header class="page-head">
            <h1>{labels::topic(locale, summary.topic)}</h1>
            <p class="lead">
                {text::thread_title(locale, &summary.reference)} " · "
                {text::asked_on(locale, fmt::date_time(locale, &summary.created_at))} " " <StateWord state/>
            </p>
            <About locale expert=thread.expert.map(|id| id.to_string()).zip(summary.expert.clone()) booking=thread.booking/>
        </header>
        <Messages locale messages=thread.messages query/>
        {match merged {
            Some(reference) => view! {
                <p class="notice">{text::merged_hint(locale, reference)}</p>
            }
            .into_any(),
            None => view! {
                <form
                    id="write"
                    method="post"
                    on:submit=move |_| form.post()
                    action=write
                    enctype="multipart/form-data"
                    class="stack conversation-form"
                    novalidate=true
                >
                    <FormErrors form/>
                    <Hidden name="locale" value=locale.code()/>
                    <Hidden name="form_key" value=thread.form_key/>
                    {(state == Conversation::Closed).then(|| view! { <p class="hint">{text::closed_hint(locale)}</p> })}
                    <TextArea form name="message" label=text::reply(locale) rows=5/>
                    <Files form name="files" label=words::files(locale) hint=files_hint(locale)/>
                    <Submit form text=text::reply_send(locale)/>
                </form>
            }
            .into_any(),
        }}
    }
    .into_any()
}

/// What may be sent along, and who can open it.
pub(super) fn files_hint(locale: Locale) -> String {
    text::files_hint(locale, most_files(locale))
}

/// The most files of a message.
pub(crate) fn most_files(locale: Locale) -> String {
    fmt::int(locale, MAX_MESSAGE_FILES.try_into().unwrap_or(i64::MAX))
}

/// What a request is about, where it is about something.
#[component]
pub fn About(
    /// Language.
    locale: Locale,
    /// Id and name of the expert.
    expert: Option<(String, String)>,
    /// Id and reference of the booking.
    booking: Option<(gabarit_domain::ids::BookingId, String)>,
) -> impl IntoView {
    view! {
        {expert.map(|(id, name)| {
            let href = format!("{}/{id}", url::path(locale, Page::Experts));
            view! { <p><a href=href>{text::about_expert(locale, name)}</a></p> }
        })}
        {booking.map(|(id, reference)| {
            view! { <p><a href=url::path(locale, Page::Booking(id))>{text::about_booking(locale, reference)}</a></p> }
        })}
    }
    .into_any()
}

/// Where a conversation stands, in a word.
#[component]
pub fn StateWord(
    /// The state.
    state: Conversation,
) -> impl IntoView {
    let locale = use_locale();
    view! { <Tag strong=state.waits_for_answer()>{labels::conversation(locale, state)}</Tag> }
}

/// What was written, in order.
#[component]
pub fn Messages(
    /// Language.
    locale: Locale,
    /// The messages.
    messages: Vec<MessageView>,
    /// What the address of their files says, with its question mark: a visitor's secret.
    #[prop(optional, into)]
    query: String,
) -> impl IntoView {
    let items = messages
        .into_iter()
        .map(|message| {
            let (class, who) = match message.side {
                Side::Sender => ("message message-sender", message.author),
                Side::Manager => ("message message-desk", format!("{} · {}", message.author, text::desk(locale))),
                Side::Note => ("message message-note", format!("{} · {}", message.author, text::note(locale))),
            };
            let experts = (!message.experts.is_empty()).then(|| {
                view! {
                    <p>{text::proposed(locale)}</p>
                    <Proposals locale experts=message.experts query=String::new()/>
                }
            });
            view! {
                <li class=class>
                    <p class="message-head">
                        <strong>{who}</strong> " " <span class="hint">{fmt::date_time(locale, &message.at)}</span>
                    </p>
                    <p class="message-body">{message.body}</p>
                    {experts}
                    <Attached files=message.files at="/contact/files" query=query.clone()/>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="messages">{items}</ol> }.into_any()
}

/// Experts who were or can be proposed.
#[component]
pub fn Proposals(
    /// Language.
    locale: Locale,
    /// Who.
    experts: Vec<ExpertCard>,
    /// What is looked for: it goes along to the profile.
    query: String,
) -> impl IntoView {
    let items = experts
        .into_iter()
        .map(|card| {
            let mut href = url::path(locale, Page::Expert(card.id));
            if !query.is_empty() {
                href = format!("{href}?{query}");
            }
            view! {
                <li>
                    <a href=href>{text::propose_book(locale, &card.display_name)}</a>
                    <span class="hint">
                        {format!(" · {} · {} · {}", card.headline, card.base_name, fmt::money(locale, card.day_rate))}
                    </span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="proposals">{items}</ul> }.into_any()
}
