//! A conversation, as its sender sees it; and the pieces that managers see too.

use crate::{
    api::contact::{Reply, conversation},
    i18n::{Locale, fmt, use_locale},
    ui::{ErrorState, FormErrors, FormState, Hidden, Skeleton, Submit, Tag, TextArea, use_form_state},
    url::{self, Page},
};
use gabarit_domain::contact::Conversation;
use gabarit_i18n::{contact as text, labels};
use gabarit_view::{
    contact::{MessageView, Side, ThreadView},
    expert::ExpertCard,
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
    let action = ServerAction::<Reply>::new();
    let form = use_form_state("reply", action);
    let sent = action.version();
    let thread = Resource::new_blocking(
        move || (reference(), key(), sent.get()),
        move |(reference, key, _)| conversation(locale, reference, key),
    );
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || {
                // Read here: the document's head is written when the router's signals are gone.
                let (title, key) = (text::thread_title(locale, reference()), key());
                Suspend::new(async move {
                    let found = match thread.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(thread) => view! { <Thread thread action form key/> }.into_any(),
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
fn Thread(thread: ThreadView, action: ServerAction<Reply>, form: FormState, key: String) -> impl IntoView {
    let locale = use_locale();
    let summary = thread.summary;
    let merged = thread.merged_into;
    let state = summary.state;
    view! {
        <header class="page-head">
            <h1>{labels::topic(locale, summary.topic)}</h1>
            <p class="lead">
                {text::thread_title(locale, &summary.reference)} " · "
                {text::asked_on(locale, fmt::date_time(locale, &summary.created_at))} " " <StateWord state/>
            </p>
            <About locale expert=thread.expert.map(|id| id.to_string()).zip(summary.expert.clone()) booking=thread.booking/>
        </header>
        <Messages locale messages=thread.messages/>
        {match merged {
            Some(reference) => view! {
                <p class="notice">{text::merged_hint(locale, reference)}</p>
            }
            .into_any(),
            None => view! {
                <ActionForm action attr:class="stack conversation-form" attr:novalidate="">
                    <FormErrors form/>
                    {(state == Conversation::Closed).then(|| view! { <p class="hint">{text::closed_hint(locale)}</p> })}
                    <TextArea form name="message" label=text::reply(locale) rows=5/>
                    <Hidden name="reference" value=summary.reference.clone()/>
                    <Hidden name="key" value=key/>
                    <Hidden name="locale" value=locale.code()/>
                    <Submit form text=text::reply_send(locale)/>
                </ActionForm>
            }
            .into_any(),
        }}
    }
    .into_any()
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
