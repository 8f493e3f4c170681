//! Reviews of a booking: one's own, and the other side's once it is shown.

use super::parts::NotShown;
use crate::{
    api::rating::{AnswerRating, WriteRating, read_rating},
    i18n::{Locale, fmt, use_locale},
    ui::{Choice, EmptyState, FormErrors, Hidden, LinkButton, Radios, Skeleton, Submit, TextArea, use_form_state},
    url::{self, Page},
};
use gabarit_domain::rating::{Criterion, ReviewState, Scores};
use gabarit_i18n::{booking as booking_text, rating as text};
use gabarit_view::rating::{RatingPage, WrittenReview};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub(super) fn ReviewPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let write = ServerAction::<WriteRating>::new();
    let answer = ServerAction::<AnswerRating>::new();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let page = Resource::new_blocking(
        move || (id(), write.version().get(), answer.version().get()),
        |(id, _, _)| read_rating(id),
    );
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => view! { <Content page write answer/> }.into_any(),
                    Err(error) => {
                        let (title, words) = (booking_text::not_found_title(locale), booking_text::not_found_text(locale));
                        view! { <NotShown error title words/> }.into_any()
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

/// The name of a criterion.
pub(crate) fn criterion(locale: Locale, criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::Knowledge => text::criterion_knowledge(locale),
        Criterion::Communication => text::criterion_communication(locale),
        Criterion::Reliability => text::criterion_reliability(locale),
        Criterion::Value => text::criterion_value(locale),
    }
}

/// Marks, criterion by criterion.
pub(crate) fn marks(locale: Locale, scores: Scores) -> AnyView {
    let rows = Criterion::ALL
        .map(|one| {
            view! {
                <dt>{criterion(locale, one)}</dt>
                <dd>{text::mark(locale, scores.of(one).number())}</dd>
            }
        })
        .collect_view();
    view! { <dl class="facts review-marks">{rows}</dl> }.into_any()
}

#[component]
fn Content(page: RatingPage, write: ServerAction<WriteRating>, answer: ServerAction<AnswerRating>) -> impl IntoView {
    let locale = use_locale();
    let title = text::page_title(locale, &page.reference);
    let lead =
        if page.is_expert { text::lead_expert(locale, &page.with) } else { text::lead_client(locale, &page.with) };
    let own = match (&page.own, &page.until) {
        (Some(own), _) => view! {
            <section class="booking-section">
                <h2>{text::own(locale)}</h2>
                <Written locale review=own.clone()/>
                {match own.state {
                    ReviewState::Waiting => Some(text::waiting(locale)),
                    ReviewState::Hidden => Some(text::hidden(locale)),
                    ReviewState::Shown => None,
                }
                .map(|words| view! { <p class="hint">{words}</p> })}
            </section>
        }
        .into_any(),
        (None, Some(until)) => {
            let until = fmt::date_time(locale, until);
            view! { <Write page=page.clone() until action=write/> }.into_any()
        }
        (None, None) => view! { <EmptyState title=text::not_yet(locale) text=text::over(locale)/> }.into_any(),
    };
    let theirs = match page.theirs.clone() {
        Some(review) => view! {
            <section class="booking-section">
                <h2>{text::theirs(locale, &page.with)}</h2>
                <Written locale review/>
                {page.may_reply.then(|| view! { <Reply locale id=page.booking.to_string() action=answer/> })}
                {page.may_report.then(|| view! { <Report locale id=page.booking.to_string() action=answer/> })}
            </section>
        }
        .into_any(),
        None if page.own.is_some() => view! { <p class="hint">{text::nothing_theirs(locale)}</p> }.into_any(),
        None => ().into_any(),
    };
    view! {
        <Title text=title.clone()/>
        <header class="booking-head">
            <h1>{title}</h1>
            <p class="lead">{lead}</p>
            <p><LinkButton href=url::path(locale, Page::Booking(page.booking))>{text::back(locale)}</LinkButton></p>
        </header>
        <div class="booking-sections">{own} {theirs}</div>
    }
    .into_any()
}

#[component]
fn Written(locale: Locale, review: WrittenReview) -> impl IntoView {
    view! {
        <p class="review-stars">
            <span aria-hidden="true">{"★".repeat(usize::from(review.rating))}</span>
            <span class="sr-only">{text::mark(locale, review.rating)}</span>
        </p>
        <p class="prose" lang=review.language>{review.body}</p>
        {review.scores.map(|scores| marks(locale, scores))}
        <p class="hint">{fmt::date_time(locale, &review.at)}</p>
        {review.reply.map(|reply| view! {
            <div class="review-reply">
                <p class="record-where">{text::reply_of(locale)}</p>
                <p class="prose">{reply}</p>
            </div>
        })}
    }
    .into_any()
}

fn five(locale: Locale) -> Vec<Choice> {
    let words =
        [text::mark_5(locale), text::mark_4(locale), text::mark_3(locale), text::mark_2(locale), text::mark_1(locale)];
    ["5", "4", "3", "2", "1"].into_iter().zip(words).map(|(value, label)| Choice::new(value, label)).collect()
}

#[component]
fn Write(page: RatingPage, until: String, action: ServerAction<WriteRating>) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state::<WriteRating>("review", action);
    let fields = if page.is_expert {
        view! { <Radios form name="rating" legend=text::rating(locale) choices=five(locale)/> }.into_any()
    } else {
        Criterion::ALL
            .map(|one| {
                view! { <Radios form name=one.code() legend=criterion(locale, one) choices=five(locale)/> }
            })
            .collect_view()
            .into_any()
    };
    let whose = if page.is_expert { text::private(locale) } else { text::public(locale) };
    let id = page.booking.to_string();
    view! {
        <section class="booking-section">
            <h2>{text::write(locale)}</h2>
            <p>{text::blind(locale, until)}</p>
            <p class="hint">{whose}</p>
            <ActionForm action attr:class="stack review-form" attr:novalidate="">
                <FormErrors form/>
                {fields}
                <TextArea form name="body" label=text::body(locale) hint=text::body_hint(locale) rows=6/>
                <Hidden name="id" value=id.clone()/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Submit form text=text::send(locale).to_owned()/>
            </ActionForm>
        </section>
    }
    .into_any()
}

#[component]
fn Reply(locale: Locale, id: String, action: ServerAction<AnswerRating>) -> impl IntoView {
    let form = use_form_state::<AnswerRating>("reply", action);
    view! {
        <ActionForm action attr:class="stack" attr:novalidate="">
            <FormErrors form/>
            <TextArea form name="reply" label=text::reply(locale) hint=text::reply_hint(locale)/>
            <Hidden name="id" value=id.clone()/>
            <Hidden name="act" value="reply".to_owned()/>
            <Hidden name="locale" value=locale.code().to_owned()/>
            <Submit form text=text::reply_send(locale).to_owned()/>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Report(locale: Locale, id: String, action: ServerAction<AnswerRating>) -> impl IntoView {
    let form = use_form_state::<AnswerRating>("report-review", action);
    view! {
        <details class="action-more">
            <summary class="button">{text::report(locale)}</summary>
            <ActionForm action attr:class="action-form" attr:novalidate="">
                <FormErrors form/>
                <TextArea form name="reason" label=text::report_reason(locale) hint=text::report_hint(locale)/>
                <Hidden name="id" value=id.clone()/>
                <Hidden name="act" value="report".to_owned()/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Submit form secondary=true text=text::report_send(locale).to_owned()/>
            </ActionForm>
        </details>
    }
    .into_any()
}
