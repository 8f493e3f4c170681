//! The members' community: conversations, and one of them.

use super::{
    events::Closed,
    parts::{SubNav, choices, done, language, language_choices, param},
};
use crate::{
    api::community::{CommunityAct, CommunityBegin, community_threads, read_community_thread},
    i18n::{Locale, fmt, use_locale},
    ui::{
        EmptyState, Field, FormErrors, FormState, Hidden, Notice, Pagination, Select, Skeleton, Submit, Tag, TextArea,
        Version, use_form_state,
    },
    url::{self, Page, ProgrammeSection},
};
use gabarit_i18n::membership as text;
use gabarit_view::community::{Community, CommunityThread, PostView, ThreadRow, version_of};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::Form, hooks::use_params_map};

fn here(locale: Locale) -> String {
    url::path(locale, Page::Programme(ProgrammeSection::Community))
}

/// Conversations, and the form that begins one.
#[component]
pub(super) fn CommunityPage() -> impl IntoView {
    let locale = use_locale();
    let (product, page) = (param("product"), param("page"));
    let action = ServerAction::<CommunityBegin>::new();
    let form = use_form_state("thread", action);
    let done = done(action);
    let list = Resource::new_blocking(
        move || (product.get(), page.get(), done.get()),
        |(product, page, _)| community_threads(product, page.parse().unwrap_or(1)),
    );
    view! {
        <Title text=text::community_title(locale)/>
        <SubNav/>
        <header class="page-head">
            <h1>{text::community_title(locale)}</h1>
            <p class="lead">{text::community_lead(locale)}</p>
        </header>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match list.await {
                    Err(error) => view! { <Closed error/> }.into_any(),
                    Ok(list) => view! { <List list product=product.get_untracked() action form/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn List(list: Community, product: String, action: ServerAction<CommunityBegin>, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let options = list
        .products
        .iter()
        .map(|(code, name)| {
            let selected = *code == product;
            view! { <option value=code.clone() selected=selected>{name.clone()}</option> }
        })
        .collect_view();
    let products = choices(&list.products);
    let rows = list.threads.into_iter().map(|thread| view! { <Row thread/> }).collect_view();
    let page_of = {
        let product = product.clone();
        move |page: u32| {
            let href = url::with_param(&here(locale), "page", &page.to_string());
            if product.is_empty() { href } else { url::with_param(&href, "product", &product) }
        }
    };
    view! {
        <Form method="GET" action=here(locale) attr:class="console-filters">
            <div class="field">
                <label for="community-product">{text::thread_product(locale)}</label>
                <select id="community-product" name="product" class="input">
                    <option value="">{text::any(locale)}</option>
                    {options}
                </select>
            </div>
            <button type="submit" class="button">{text::filter(locale)}</button>
        </Form>
        {if list.total == 0 {
            view! { <EmptyState title=text::community_empty(locale)/> }.into_any()
        } else {
            view! {
                <ul class="booking-list">{rows}</ul>
                <Pagination page=list.page pages=list.pages href=page_of/>
            }
            .into_any()
        }}
        {list.writes.then(|| view! {
            <section class="programme">
                <h2>{text::thread_new(locale)}</h2>
                <ActionForm action attr:class="stack" attr:novalidate="">
                    <FormErrors form/>
                    <Field form name="title" label=text::thread_title(locale)/>
                    <Select form name="product" label=text::thread_product(locale) choices=products optional=true/>
                    <Select
                        form
                        name="language"
                        label=text::language(locale)
                        choices=language_choices(locale)
                        value=locale.code()
                    />
                    <TextArea form name="body" label=text::thread_body(locale) rows=6/>
                    <Hidden name="locale" value=locale.code()/>
                    <Submit form text=text::thread_begin(locale)/>
                </ActionForm>
            </section>
        })}
    }
    .into_any()
}

#[component]
fn Row(thread: ThreadRow) -> impl IntoView {
    let locale = use_locale();
    let about = (!thread.product.is_empty()).then(|| format!("{} · ", thread.product));
    view! {
        <li class="booking-row">
            <div class="booking-row-head">
                <a class="booking-row-link" href=format!("{}/{}", here(locale), thread.id)>{thread.title}</a>
            </div>
            {thread.answered.then(|| view! { <Tag strong=true>{text::thread_answered(locale)}</Tag> })}
            {thread.closed.then(|| view! { <Tag>{text::thread_closed(locale)}</Tag> })}
            <p class="booking-row-days">
                {about} {language(locale, &thread.language)} " · " {text::thread_posts(locale, u64::from(thread.posts))}
            </p>
            <p class="hint">
                {text::thread_by(locale, thread.author)} " · "
                {text::thread_last(locale, fmt::date_time(locale, &thread.last_post_at))}
            </p>
        </li>
    }
    .into_any()
}

/// One conversation. Its address may name a post and what is done with it: `report`, `remove`, `edit` or `withdraw`.
#[component]
pub(super) fn ThreadPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("thread").unwrap_or_default()));
    let (post, todo) = (param("post"), param("do"));
    let action = ServerAction::<CommunityAct>::new();
    let form = use_form_state("post", action);
    let done = done(action);
    let thread = Resource::new_blocking(
        move || (id.get(), post.get(), todo.get(), done.get()),
        |(id, ..)| read_community_thread(id),
    );
    view! {
        <SubNav/>
        <p><a href=here(locale)>{text::back_to_community(locale)}</a></p>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match thread.await {
                    Err(error) => view! { <Closed error/> }.into_any(),
                    Ok(thread) => {
                        let chosen = (post.get_untracked(), todo.get_untracked());
                        view! { <Thread thread chosen action form/> }.into_any()
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Thread(
    thread: CommunityThread,
    chosen: (String, String),
    action: ServerAction<CommunityAct>,
    form: FormState,
) -> impl IntoView {
    let locale = use_locale();
    let id = StoredValue::new(thread.thread.id.to_string());
    let (asked, moderates) = (thread.asked, thread.moderates);
    // One text is written at a time.
    let writes = thread.writes && chosen.1 != "edit";
    let closed = thread.thread.closed;
    let posts = thread
        .posts
        .into_iter()
        .map(|post| {
            let chosen = if post.id.to_string() == chosen.0 { chosen.1.clone() } else { String::new() };
            view! { <Post post thread=id chosen asked moderates closed action form/> }
        })
        .collect_view();
    let (move_act, move_words) =
        if closed { ("reopen", text::thread_reopen(locale)) } else { ("close", text::thread_close(locale)) };
    view! {
        <Title text=thread.thread.title.clone()/>
        <header class="page-head">
            <h1>{thread.thread.title.clone()}</h1>
            <p class="hint">
                {language(locale, &thread.thread.language)}
                {(!thread.thread.product.is_empty()).then(|| format!(" · {}", thread.thread.product))}
            </p>
        </header>
        <FormErrors form/>
        {closed.then(|| view! { <Notice><p>{text::thread_closed_text(locale)}</p></Notice> })}
        <ol class="messages">{posts}</ol>
        {writes.then(|| view! {
            <ActionForm action attr:class="stack conversation-form" attr:novalidate="">
                <TextArea form name="body" label=text::reply(locale) rows=5/>
                <Hidden name="thread" value=id.get_value()/>
                <Hidden name="act" value="reply"/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::reply(locale)/>
            </ActionForm>
        })}
        {moderates.then(|| view! {
            <ActionForm action attr:class="desk-moves">
                <Hidden name="thread" value=id.get_value()/>
                <Hidden name="act" value=move_act/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=move_words secondary=true/>
            </ActionForm>
        })}
    }
    .into_any()
}

#[component]
fn Post(
    post: PostView,
    thread: StoredValue<String>,
    chosen: String,
    asked: bool,
    moderates: bool,
    closed: bool,
    action: ServerAction<CommunityAct>,
    form: FormState,
) -> impl IntoView {
    let locale = use_locale();
    let id = StoredValue::new(post.id.to_string());
    let removed = post.removed_because.clone();
    let (changes, edits) = (post.changes_until.is_some(), post.changes_until.is_some() && !closed);
    let here_of = here;
    let here = move |todo: &str| {
        let href = format!("{}/{}", here_of(locale), thread.get_value());
        url::with_param(&url::with_param(&href, "post", &id.get_value()), "do", todo)
    };
    let hidden = move |act: &'static str| {
        view! {
            <Hidden name="thread" value=thread.get_value()/>
            <Hidden name="post" value=id.get_value()/>
            <Hidden name="act" value=act/>
            <Hidden name="locale" value=locale.code()/>
        }
        .into_any()
    };
    let button = move |act: &'static str, words: &'static str| {
        view! { <ActionForm action>{hidden(act)} <Submit form text=words secondary=true/></ActionForm> }.into_any()
    };
    let stands = removed.is_none();
    let author = match post.author_code {
        Some(code) => {
            let href = format!("{}/{code}", url::path(locale, Page::Programme(ProgrammeSection::Members)));
            view! { <a href=href>{post.author.clone()}</a> }.into_any()
        }
        None => view! { <span>{post.author.clone()}</span> }.into_any(),
    };
    let why = matches!(chosen.as_str(), "report" | "remove").then(|| {
        let (act, words) = if chosen == "remove" && moderates {
            ("remove", text::post_remove(locale))
        } else {
            ("report", text::post_report(locale))
        };
        view! {
            <ActionForm action attr:class="stack" attr:novalidate="">
                <Field form name="reason" label=text::post_report_reason(locale)/>
                {hidden(act)}
                <Submit form text=words/>
            </ActionForm>
        }
    });
    let back = format!("{}/{}#post-{}", here_of(locale), thread.get_value(), id.get_value());
    let words = post.body.clone();
    let version = version_of(post.edited_at.as_ref().map(|at| at.utc)).to_string();
    let change = match chosen.as_str() {
        "edit" if edits => Some(
            view! {
                <ActionForm action attr:class="stack" attr:novalidate="">
                    <TextArea form name="body" label=text::post_edit(locale) rows=5 value=words/>
                    {hidden("edit")}
                    <Version form version/>
                    <p class="actions">
                        <Submit form text=text::post_save(locale)/>
                        <a class="button button-quiet" href=back>{text::post_leave(locale)}</a>
                    </p>
                </ActionForm>
            }
            .into_any(),
        ),
        "withdraw" if changes => Some(
            view! {
                <ActionForm action attr:class="stack">
                    <p>{text::post_withdraw_sure(locale)}</p>
                    {hidden("withdraw")}
                    <p class="actions">
                        <Submit form text=text::post_withdraw(locale)/>
                        <a class="button button-quiet" href=back>{text::post_leave(locale)}</a>
                    </p>
                </ActionForm>
            }
            .into_any(),
        ),
        _ => None,
    };
    let changing = change.is_some();
    let until = post.changes_until.as_ref().filter(|_| !changing).map(|at| {
        view! { <p class="hint">{text::post_changes_until(locale, fmt::date_time(locale, at))}</p> }
    });
    let before = (!post.before.is_empty()).then(|| {
        let items = post
            .before
            .iter()
            .map(|before| {
                view! {
                    <li>
                        <p class="hint">{text::post_before(locale, fmt::date_time(locale, &before.at), &before.by)}</p>
                        <p class="message-body">{before.body.clone()}</p>
                    </li>
                }
            })
            .collect_view();
        view! {
            <details class="apply-more">
                <summary>{text::post_befores(locale)}</summary>
                <ol class="contributions">{items}</ol>
            </details>
        }
    });
    let reports = (!post.reports.is_empty()).then(|| {
        let items = post.reports.iter().map(|reason| view! { <li>{reason.clone()}</li> }).collect_view();
        view! {
            <div class="notice notice-warning">
                <div>
                    <p><strong>{text::post_reports(locale)}</strong></p>
                    <ul>{items}</ul>
                    {button("keep", text::post_keep(locale))}
                </div>
            </div>
        }
    });
    view! {
        <li class="message" class:message-desk=post.answer id=format!("post-{}", id.get_value())>
            <p class="message-head">
                <strong>{author}</strong> " " <span class="hint">{fmt::date_time(locale, &post.at)}</span> " "
                {post.answer.then(|| view! { <Tag strong=true>{text::post_answer(locale)}</Tag> })}
                {post.contributed.then(|| view! { <Tag>{text::post_contributed(locale)}</Tag> })}
                {post
                    .edited_at
                    .as_ref()
                    .filter(|_| stands)
                    .map(|at| view! { <span class="hint">{text::post_edited(locale, fmt::date_time(locale, at))}</span> })}
            </p>
            {match removed {
                Some(_) if post.withdrawn => view! { <p class="hint">{text::post_withdrawn(locale)}</p> }.into_any(),
                Some(reason) => view! { <p class="hint">{text::post_removed(locale, reason)}</p> }.into_any(),
                None => view! { <p class="message-body">{post.body.clone()}</p> }.into_any(),
            }}
            {before}
            {reports}
            {why}
            {change}
            {until}
            {stands.then(|| view! {
                <div class="desk-moves">
                    {(asked && !post.own && !post.answer).then(|| button("answer", text::post_is_answer(locale)))}
                    {post.can_contribute.then(|| button("contribute", text::post_contribute(locale)))}
                    {(edits && !changing).then(|| view! {
                        <a class="button button-quiet" href=here("edit")>{text::post_edit(locale)}</a>
                    })}
                    {(changes && !changing).then(|| view! {
                        <a class="button button-quiet" href=here("withdraw")>{text::post_withdraw(locale)}</a>
                    })}
                    {(!post.own && !moderates).then(|| view! {
                        <a class="button button-quiet" href=here("report")>{text::post_report(locale)}</a>
                    })}
                    {moderates.then(|| view! {
                        <a class="button button-quiet" href=here("remove")>{text::post_remove(locale)}</a>
                    })}
                </div>
            })}
        </li>
    }
    .into_any()
}
