//! The contact desk, for managers: the inbox, and one request with everything needed to answer it.

use crate::{
    api::contact::{ManagerDesk, manager_inbox, manager_request},
    i18n::{Locale, fmt, use_locale},
    pages::contact::thread::{About, Messages, Proposals, StateWord, most_files},
    texts,
    ui::{
        Checkbox, EmptyState, ErrorState, Field, Files, FormErrors, FormState, Hidden, Pagination, Skeleton, Submit,
        Tag, TextArea, use_form_state, use_posted_form,
    },
    url::{self, ManagePage, Page},
};
use gabarit_domain::contact::{Conversation, Topic};
use gabarit_i18n::{contact as text, labels, log as words_of_log, work as words};
use gabarit_view::contact::{ANSWER_FORM, DeskThread, Inbox, LogLine, NOTE_FORM, RequestSummary};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    components::Form,
    hooks::{use_params_map, use_query_map},
};

fn inbox_path(locale: Locale) -> String {
    url::path(locale, Page::Manage(ManagePage::Desk))
}

/// The inbox; its filters are in the address.
#[component]
pub(super) fn InboxPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let filters = Memo::new(move |_| {
        let get = |name: &str| query.with(|query| query.get(name).unwrap_or_default());
        // Without a choice: what waits.
        let queue = query.with(|query| query.get("queue")).unwrap_or_else(|| "waiting".to_owned());
        (queue, get("topic"), !get("mine").is_empty(), get("page").parse().unwrap_or(1))
    });
    let inbox = Resource::new_blocking(
        move || filters.get(),
        |(queue, topic, mine, page)| manager_inbox(queue, topic, mine, page),
    );
    view! {
        <Title text=text::inbox(locale)/>
        <h1>{text::inbox(locale)}</h1>
        <p class="lead">{text::inbox_lead(locale)}</p>
        {move || {
            let (queue, topic, mine, _) = filters.get();
            view! { <Filters locale queue topic mine/> }
        }}
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match inbox.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(inbox) => view! { <List locale inbox filters=filters.get_untracked()/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Filters(locale: Locale, queue: String, topic: String, mine: bool) -> impl IntoView {
    let queues = [("waiting", text::queue_waiting(locale)), ("all", text::queue_all(locale))]
        .into_iter()
        .chain(Conversation::ALL.map(|state| (state.code(), labels::conversation(locale, state))))
        .map(|(value, label)| view! { <option value=value selected=value == queue>{label}</option> })
        .collect_view();
    let topics = Topic::ALL
        .map(|known| {
            view! { <option value=known.code() selected=known.code() == topic>{labels::topic(locale, known)}</option> }
        })
        .collect_view();
    view! {
        <Form method="GET" action=inbox_path(locale) attr:class="console-filters">
            <div class="field">
                <label for="desk-queue">{text::queue(locale)}</label>
                <select id="desk-queue" name="queue" class="input">{queues}</select>
            </div>
            <div class="field">
                <label for="desk-topic">{text::topic_filter(locale)}</label>
                <select id="desk-topic" name="topic" class="input">
                    <option value="">{text::any(locale)}</option>
                    {topics}
                </select>
            </div>
            <label class="check" for="desk-mine">
                <input type="checkbox" id="desk-mine" name="mine" value="1" checked=mine/>
                <span>{text::mine_only(locale)}</span>
            </label>
            <button type="submit" class="button">{text::filter(locale)}</button>
        </Form>
    }
    .into_any()
}

#[component]
fn List(locale: Locale, inbox: Inbox, filters: (String, String, bool, u32)) -> impl IntoView {
    if inbox.entries.is_empty() {
        return view! { <EmptyState title=text::inbox_empty(locale) text=""/> }.into_any();
    }
    let (queue, topic, mine, _) = filters;
    let page_of = move |page: u32| {
        let mine = if mine { "1" } else { "" };
        let mut href = url::with_param(&inbox_path(locale), "queue", &queue);
        for (name, value) in [("topic", topic.as_str()), ("mine", mine), ("page", &page.to_string())] {
            href = url::with_param(&href, name, value);
        }
        href
    };
    let rows = inbox.entries.into_iter().map(|request| view! { <Row locale request/> }).collect_view();
    view! {
        <p class="hint">{text::found(locale, u64::from(inbox.total))}</p>
        <ul class="booking-list">{rows}</ul>
        <Pagination page=inbox.page pages=inbox.pages href=page_of/>
    }
    .into_any()
}

#[component]
fn Row(locale: Locale, request: RequestSummary) -> impl IntoView {
    let href = format!("{}/{}", inbox_path(locale), request.reference);
    let time = match &request.waits_since {
        Some(since) => text::waits_since(locale, fmt::date_time(locale, since)),
        None => text::asked_on(locale, fmt::date_time(locale, &request.created_at)),
    };
    let assigned = request.assigned.map(|name| format!(" · {}", text::assigned_to(locale, name)));
    let about = request.expert.map(|name| format!(" · {}", text::about_expert(locale, name)));
    view! {
        <li class="booking-row">
            <div class="booking-row-head">
                <a class="booking-row-link" href=href>{request.name}</a>
                " "
                <span class="booking-reference">{request.reference}</span>
            </div>
            <StateWord state=request.state/>
            <Unconfirmed locale when=request.unconfirmed/>
            <p class="booking-row-days">{labels::topic(locale, request.topic)} {about}</p>
            <p class="hint">{time} {assigned}</p>
        </li>
    }
    .into_any()
}

/// Whether the address is a visitor's that nobody has confirmed.
#[component]
fn Unconfirmed(locale: Locale, when: bool) -> impl IntoView {
    when.then(|| view! { <Tag strong=false>{text::unconfirmed(locale)}</Tag> })
}

/// One request.
#[component]
pub(super) fn RequestPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let query = use_query_map();
    let reference = move || params.with(|params| params.get("reference").unwrap_or_default());
    let action = ServerAction::<ManagerDesk>::new();
    let form = use_form_state("desk", action);
    let (answer, note) = (use_posted_form("answer", ANSWER_FORM), use_posted_form("note", NOTE_FORM));
    let done = action.version();
    let canned = Memo::new(move |_| query.with(|query| query.get("canned").unwrap_or_default()));
    let thread = Resource::new_blocking(
        move || (reference(), canned.get(), done.get()),
        move |(reference, _, _)| manager_request(locale, reference),
    );
    view! {
        <p><a href=inbox_path(locale)>{text::back_to_inbox(locale)}</a></p>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || {
                // Read here: the document's head is written when the router's signals are gone.
                let (title, canned) = (text::thread_title(locale, reference()), canned.get_untracked());
                Suspend::new(async move {
                    let found = match thread.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(desk) => {
                            // Answers that are begun are in the sender's language.
                            texts::ready(desk.locale).await;
                            view! { <Request desk action forms=[form, answer, note] canned/> }.into_any()
                        }
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

/// Texts to start an answer from: code, title and body.
type Canned = (&'static str, fn(Locale) -> &'static str, fn(Locale) -> &'static str);
const CANNED: [Canned; 4] = [
    ("received", text::canned_received_title, text::canned_received),
    ("proposal", text::canned_proposal_title, text::canned_proposal),
    ("more", text::canned_more_title, text::canned_more),
    ("deletion", text::canned_deletion_title, text::canned_deletion),
];

#[component]
fn Request(
    desk: DeskThread,
    action: ServerAction<ManagerDesk>,
    /// Of its moves, of the answer, and of the note.
    forms: [FormState; 3],
    canned: String,
) -> impl IntoView {
    let locale = use_locale();
    let [form, answer, note] = forms;
    let thread = desk.thread;
    let summary = thread.summary;
    let (reference, version) = (summary.reference.clone(), desk.version.to_string());
    let write = format!("/contact/answer/{reference}");
    let open = !matches!(summary.state, Conversation::Closed | Conversation::Merged);
    let here = format!("{}/{reference}", inbox_path(locale));
    // The answer is in the sender's language.
    let start = CANNED
        .iter()
        .find(|(code, ..)| *code == canned)
        .map(|(_, _, body)| body(desk.locale).to_owned())
        .unwrap_or_default();
    let choices = CANNED
        .map(|(code, title, _)| {
            let href = url::with_param(&here, "canned", code);
            view! { <li><a class="button" href=href>{title(locale)}</a></li> }
        })
        .collect_view();
    let search = format!("{}?{}", url::path(locale, Page::Experts), desk.search);
    let looks = summary.topic.looks_for_expert();
    let proposes = !desk.alternatives.is_empty();
    let ids = StoredValue::new((reference.clone(), version, thread.form_key));
    let hidden = move |act: &'static str| {
        view! {
            <Hidden name="reference" value=ids.with_value(|ids| ids.0.clone())/>
            <Hidden name="version" value=ids.with_value(|ids| ids.1.clone())/>
            <Hidden name="form_key" value=ids.with_value(|ids| ids.2.clone())/>
            <Hidden name="act" value=act/>
            <Hidden name="locale" value=locale.code()/>
        }
        .into_any()
    };
    let moves = move |act: &'static str, words: &'static str| {
        view! {
            <ActionForm action attr:class="desk-move">
                {hidden(act)}
                <button type="submit" class="button">{words}</button>
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <header class="page-head">
            <h1>{summary.name.clone()}</h1>
            <p class="lead">
                {labels::topic(locale, summary.topic)} " · " {reference.clone()} " " <StateWord state=summary.state/> " "
                <Unconfirmed locale when=summary.unconfirmed/>
            </p>
            <p class="hint">
                {text::asked_on(locale, fmt::date_time(locale, &summary.created_at))}
                {summary.waits_since.as_ref().map(|since| format!(" · {}", text::waits_since(locale, fmt::date_time(locale, since))))}
                {summary.assigned.clone().map(|name| format!(" · {}", text::assigned_to(locale, name)))}
            </p>
            <About locale expert=thread.expert.map(|id| id.to_string()).zip(summary.expert.clone()) booking=thread.booking/>
        </header>
        <FormErrors form/>
        <div class="desk-moves">
            {if desk.mine { moves("release", text::release(locale)) } else { moves("take", text::take(locale)) }}
            {open.then(|| moves("close", text::close(locale)))}
        </div>
        {thread.erased.then(|| view! { <p class="hint">{text::erased(locale)}</p> })}
        <Messages locale messages=thread.messages/>
        {thread.merged_into.map(|reference| view! { <p class="hint">{text::merged_hint(locale, reference)}</p> })}
        {looks.then(|| view! {
            <section>
                <h2>{text::alternatives(locale)}</h2>
                {if proposes {
                    view! { <Proposals locale experts=desk.alternatives query=desk.search.clone()/> }.into_any()
                } else {
                    view! { <p>{text::no_alternatives(locale)}</p> }.into_any()
                }}
                <p><a href=search>{text::open_search(locale)}</a></p>
            </section>
        })}
        {open.then(|| view! {
            <section data-words=desk.locale.code()>
                <h2>{text::answer(locale, &summary.name)}</h2>
                <p class="hint">{text::canned(locale)}</p>
                <ul class="desk-canned">{choices}</ul>
                <form
                    id="answer"
                    method="post"
                    on:submit=move |_| answer.post()
                    action=write.clone()
                    enctype="multipart/form-data"
                    class="stack"
                    novalidate=true
                >
                    <FormErrors form=answer/>
                    {hidden("answer")}
                    <TextArea
                        form=answer
                        name="message"
                        label=text::message(locale)
                        hint=if summary.unconfirmed {
                            text::answer_hint_visitor(locale, &desk.email, desk.locale.native_name())
                        } else {
                            text::answer_hint(locale, &desk.email, desk.locale.native_name())
                        }
                        rows=8
                        value=start
                    />
                    {proposes.then(|| view! {
                        <Checkbox form=answer name="alternatives">{text::with_alternatives(locale)}</Checkbox>
                    })}
                    <Files
                        form=answer
                        name="files"
                        label=words::files(locale)
                        hint=text::files_hint_answer(locale, most_files(locale))
                    />
                    <Submit form=answer text=text::answer_send(locale)/>
                </form>
            </section>
        })}
        <section>
            <h2>{text::note(locale)}</h2>
            <form
                id="note"
                method="post"
                on:submit=move |_| note.post()
                action=write
                enctype="multipart/form-data"
                class="stack"
                novalidate=true
            >
                <FormErrors form=note/>
                {hidden("note")}
                <TextArea form=note name="note" label=text::note(locale) hint=text::note_hint(locale) rows=3/>
                <Files
                    form=note
                    name="files"
                    label=words::files(locale)
                    hint=text::files_hint_note(locale, most_files(locale))
                />
                <Submit form=note text=text::note_save(locale) secondary=true/>
            </form>
        </section>
        {(summary.state != Conversation::Merged).then(|| view! {
            <section>
                <h2>{text::merge(locale)}</h2>
                <ActionForm action attr:class="stack" attr:novalidate="">
                    <Field form name="into" label=text::merge_into(locale) hint=text::merge_hint(locale)/>
                    {hidden("merge")}
                    <Submit form text=text::merge(locale) secondary=true/>
                </ActionForm>
            </section>
        })}
        <Log locale lines=desk.log/>
    }
    .into_any()
}

#[component]
fn Log(locale: Locale, lines: Vec<LogLine>) -> impl IntoView {
    let items = lines
        .into_iter()
        .map(|line| {
            let what = match line.event.as_str() {
                "opened" => text::event_opened(locale).to_owned(),
                "written" => text::event_written(locale).to_owned(),
                "answered" => text::event_answered(locale).to_owned(),
                "noted" => text::event_noted(locale).to_owned(),
                "assigned" => text::event_assigned(locale).to_owned(),
                "released" => text::event_released(locale).to_owned(),
                "closed" => text::event_closed(locale).to_owned(),
                "erased" => text::event_erased(locale).to_owned(),
                "confirmed" => text::event_confirmed(locale).to_owned(),
                "merged" => text::event_merged(locale, &line.detail),
                _ => text::event_joined(locale, &line.detail),
            };
            let who = match line.event.as_str() {
                "erased" => words_of_log::nobody(locale).to_owned(),
                _ if line.who.is_empty() => text::visitor(locale).to_owned(),
                _ => line.who,
            };
            view! { <li>{fmt::date_time(locale, &line.at)} " · " {what} " " {text::by(locale, who)}</li> }
        })
        .collect_view();
    view! {
        <section>
            <h2>{text::log(locale)}</h2>
            <ol class="desk-log">{items}</ol>
        </section>
    }
    .into_any()
}
