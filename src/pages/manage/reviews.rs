//! Reviews that were reported, taken down, or shown of late: managers decide, with reasons.

use crate::{
    api::rating::{Moderate, read_moderation},
    i18n::{Locale, fmt, use_locale},
    ui::{EmptyState, ErrorState, FormErrors, Hidden, Skeleton, use_form_state},
    url::{self, ManagePage, Page},
};
use gabarit_domain::rating::ReviewState;
use gabarit_i18n::rating as text;
use gabarit_view::rating::{ModeratedReview, Moderation};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page.
#[component]
pub(super) fn ReviewsPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let queue = Memo::new(move |_| query.with(|query| query.get("queue")).unwrap_or_else(|| "reported".to_owned()));
    let action = ServerAction::<Moderate>::new();
    let form = use_form_state("moderate", action);
    let found =
        Resource::new_blocking(move || (queue.get(), action.version().get()), |(queue, _)| read_moderation(queue));
    let tabs = move || {
        let here = url::path(locale, Page::Manage(ManagePage::Reviews));
        let current = queue.get();
        [
            ("reported", text::queue_reported(locale)),
            ("hidden", text::queue_hidden(locale)),
            ("shown", text::queue_shown(locale)),
        ]
        .map(|(code, name)| {
            let href = url::with_param(&here, "queue", code);
            view! { <li><a class="button" href=href aria-current=(code == current).then_some("page")>{name}</a></li> }
        })
        .collect_view()
    };
    view! {
        <Title text=text::manage_title(locale)/>
        <h1>{text::manage_title(locale)}</h1>
        <p class="lead">{text::manage_lead(locale)}</p>
        <nav aria-label=text::queue_label(locale)><ul class="desk-canned">{tabs}</ul></nav>
        <FormErrors form/>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match found.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(Moderation { reviews, .. }) if reviews.is_empty() => {
                        view! { <EmptyState title=text::none(locale)/> }.into_any()
                    }
                    Ok(Moderation { reviews, .. }) => reviews
                        .into_iter()
                        .map(|review| view! { <Review locale review action/> })
                        .collect_view()
                        .into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Review(locale: Locale, review: ModeratedReview, action: ServerAction<Moderate>) -> impl IntoView {
    let shown = review.review;
    let title = if review.of_client {
        text::of_client(locale, &review.expert_name)
    } else {
        text::of_expert(locale, &review.author, &review.expert_name)
    };
    let reports = review
        .reports
        .into_iter()
        .map(|(who, why, at)| {
            view! {
                <li>
                    <p class="hint">{text::reported_by(locale, who, fmt::date_time(locale, &at))}</p>
                    <p class="prose">{why}</p>
                </li>
            }
        })
        .collect_view();
    let log = review
        .log
        .into_iter()
        .map(|(at, who, what, why)| {
            let what = match what.as_str() {
                "written" => text::event_written(locale),
                "shown" => text::event_shown(locale),
                "replied" => text::event_replied(locale),
                "reported" => text::event_reported(locale),
                "hide" => text::event_hide(locale),
                "restore" => text::event_restore(locale),
                _ => text::event_keep(locale),
            };
            let who = if who.is_empty() { who } else { format!(" · {who}") };
            let why = if why.is_empty() { why } else { format!(" · {why}") };
            view! { <li>{fmt::date_time(locale, &at)} " · " {what} {who} {why}</li> }
        })
        .collect_view();
    let acts = match shown.state {
        ReviewState::Hidden => vec![("restore", text::restore(locale))],
        _ => vec![("hide", text::hide(locale)), ("keep", text::keep(locale))],
    };
    let id = shown.id.to_string();
    let buttons = acts
        .into_iter()
        .map(|(act, words)| view! { <button type="submit" class="button" name="act" value=act>{words}</button> })
        .collect_view();
    // Several of these forms stand on the page: each has ids of its own.
    let (field, hint) = (format!("reason-{id}"), format!("reason-hint-{id}"));
    view! {
        <section class="booking-section">
            <h2>{title}</h2>
            {review.booking.map(|(id, reference)| view! {
                <p><a href=url::path(locale, Page::Booking(id))>{reference}</a></p>
            })}
            <p class="review-stars">
                <span aria-hidden="true">{"★".repeat(usize::from(shown.rating))}</span>
                <span class="sr-only">{text::mark(locale, shown.rating)}</span>
            </p>
            <p class="prose" lang=shown.language>{shown.body}</p>
            {shown.reply.map(|reply| view! { <p class="review-reply">{text::reply_of(locale)} " · " {reply}</p> })}
            <ul class="stack">{reports}</ul>
            {(shown.state != ReviewState::Waiting).then(|| view! {
                <ActionForm action attr:class="stack" attr:novalidate="">
                    <div class="field">
                        <label for=field.clone()>{text::reason(locale)}</label>
                        <p class="hint" id=hint.clone()>{text::reason_hint(locale)}</p>
                        <textarea id=field.clone() name="reason" class="input" rows="2" required aria-describedby=hint.clone()></textarea>
                    </div>
                    <Hidden name="id" value=id.clone()/>
                    <Hidden name="locale" value=locale.code().to_owned()/>
                    <div class="desk-moves">{buttons}</div>
                </ActionForm>
            })}
            <details>
                <summary>{text::history(locale)}</summary>
                <ol class="desk-log">{log}</ol>
            </details>
        </section>
    }
    .into_any()
}
