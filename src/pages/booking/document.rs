//! An invoice on the screen: the same words as its PDF, and fit to be printed.

use crate::{
    api::{
        booking::document,
        papers::{AcceptSelfBilled, ContestSelfBilled, SettleSelfBilled, document_state},
    },
    i18n::{Locale, fmt, use_locale},
    pages::booking::parts::NotShown,
    ui::{Field, FormErrors, Hidden, Icon, IconName, Skeleton, Submit, TextArea, use_form_state},
    url,
};
use gabarit_domain::ids::{BookingId, DocumentId};
use gabarit_i18n::{documents as text, papers, selfbill};
use gabarit_view::{
    document::{DocumentText, PartyText},
    error::ApiError,
    papers::AnswerView,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub(super) fn DocumentPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let id = move || params.read().get("id").and_then(|id| id.parse::<DocumentId>().ok());
    // An answer that was given changes the page.
    let given = RwSignal::new(0_u32);
    provide_context(Given(given));
    let found = Resource::new_blocking(
        move || (id(), given.get()),
        move |(id, _)| async move {
            match id {
                Some(id) => {
                    let (words, booking) = document(id).await?;
                    let (answer, ubl) = document_state(id).await?;
                    Ok((id, words, booking, answer, ubl))
                }
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=10/> }>
            {move || Suspend::new(async move {
                match found.await {
                    Ok((id, words, booking, answer, ubl)) => view! { <Sheet id words booking answer ubl/> }.into_any(),
                    Err(error) => view! { <NotShown error title=text::not_found_title(locale) words=text::not_found_text(locale)/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn Sheet(
    id: DocumentId,
    words: DocumentText,
    booking: BookingId,
    answer: Option<AnswerView>,
    ubl: bool,
) -> impl IntoView {
    let locale = use_locale();
    let ubl = ubl.then(|| {
        view! {
            <a class="button" href=format!("/documents/{id}/ubl") rel="external" download="">
                <Icon name=IconName::Download/>{papers::ubl(locale)}
            </a>
        }
    });
    let lines = words
        .lines
        .iter()
        .map(|line| {
            view! {
                <tr>
                    <td class="sheet-what">
                        <span class="quote-title">{line.title.clone()}</span>
                        <span class="quote-why">{line.reason.clone()}</span>
                    </td>
                    <td class="sheet-number" data-label=words.heads.quantity.clone()>{line.quantity.clone()}</td>
                    <td class="sheet-number" data-label=words.heads.unit_price.clone()>{line.unit_price.clone()}</td>
                    <td class="sheet-number" data-label=words.heads.net.clone()>{line.net.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    let totals = words
        .totals
        .iter()
        .map(|total| {
            view! {
                <li class="quote-row" class:quote-total=total.strong>
                    <span class="quote-what"><span class="quote-title">{total.label.clone()}</span></span>
                    <span class="quote-amount">{total.amount.clone()}</span>
                </li>
            }
        })
        .collect_view();
    let facts = words
        .facts
        .iter()
        .map(|fact| view! { <dt>{fact.label.clone()}</dt><dd>{fact.value.clone()}</dd> })
        .collect_view();
    // Of a booking, or of licences rented alone: its reference, the first fact of eight characters, tells which.
    let reference = words.facts.iter().map(|fact| fact.value.as_str()).find(|value| {
        value.len() == 8 && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-')
    });
    let back = url::about(locale, booking, reference.unwrap_or_default());
    // One next action: an answer, where one is asked for.
    let asked = answer.as_ref().is_some_and(|answer| answer.can_answer);
    let pdf = if asked { "button" } else { "button button-primary" };
    let mentions = words.mentions.iter().map(|mention| view! { <p>{mention.clone()}</p> }).collect_view();
    view! {
        <Title text=format!("{} {}", words.title, words.number)/>
        <p class="sheet-tools">
            <a href=back><Icon name=IconName::ArrowLeft/>{text::back(locale)}</a>
            <a class=pdf href=format!("/documents/{id}/pdf") rel="external" download="">
                <Icon name=IconName::Download/>{text::pdf(locale)}
            </a>
            <a class="button" href=format!("/documents/{id}/xml") rel="external" download="">
                <Icon name=IconName::Download/>{papers::xml(locale)}
            </a>
            {ubl}
        </p>
        {answer.map(|answer| view! { <Answer locale id answer/> })}
        // In the language it was issued in, whatever the page's.
        <article class="sheet" lang=words.locale.code()>
            <header class="sheet-head">
                <h1>{words.title.clone()}" "<span class="sheet-serial">{words.number.clone()}</span></h1>
                <dl class="facts sheet-facts">{facts}</dl>
            </header>
            <div class="sheet-parties">
                <Party party=words.seller.clone()/>
                <Party party=words.buyer.clone()/>
                {words.deliver_to.clone().map(|party| view! { <Party party/> })}
            </div>
            <table class="sheet-lines">
                <thead>
                    <tr>
                        <th scope="col">{words.heads.description.clone()}</th>
                        <th scope="col" class="sheet-number">{words.heads.quantity.clone()}</th>
                        <th scope="col" class="sheet-number">{words.heads.unit_price.clone()}</th>
                        <th scope="col" class="sheet-number">{words.heads.net.clone()}</th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
            <ul class="quote-lines sheet-totals">{totals}</ul>
            <div class="sheet-mentions">{mentions}</div>
            <footer class="sheet-foot">{words.footer.clone()}</footer>
        </article>
    }
    .into_any()
}

#[component]
fn Party(party: PartyText) -> impl IntoView {
    view! {
        <section>
            <h2>{party.heading}</h2>
            <p class="sheet-party-name">{party.name}</p>
            {party.lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
        </section>
    }
    .into_any()
}

/// Counts the answers given on this page.
#[derive(Clone, Copy)]
struct Given(RwSignal<u32>);

/// How a self-billed invoice stands, and what the reader can do about it.
#[component]
fn Answer(locale: Locale, id: DocumentId, answer: AnswerView) -> impl IntoView {
    let accept = ServerAction::<AcceptSelfBilled>::new();
    let contest = ServerAction::<ContestSelfBilled>::new();
    let settle = ServerAction::<SettleSelfBilled>::new();
    let accept_form = use_form_state("accept-invoice", accept);
    let contest_form = use_form_state("contest", contest);
    let settle_form = use_form_state("settle", settle);
    if let Some(Given(given)) = use_context::<Given>() {
        Effect::new(move || {
            let done = accept.value().with(|value| matches!(value, Some(Ok(()))))
                || contest.value().with(|value| matches!(value, Some(Ok(()))))
                || settle.value().with(|value| matches!(value, Some(Ok(()))));
            if done {
                given.update(|count| *count += 1);
            }
        });
    }
    let state = match answer.state.as_str() {
        "accepted" => selfbill::answer_accepted(locale).to_owned(),
        "silent" => selfbill::answer_silent(locale).to_owned(),
        "contested" => selfbill::answer_contested(locale, fmt::money(locale, answer.disputed)),
        "settled" => selfbill::answer_settled(locale).to_owned(),
        _ => selfbill::answer_open(locale, fmt::date_time(locale, &answer.until)),
    };
    let reason =
        (!answer.reason.is_empty()).then(|| view! { <p>{selfbill::answer_reason(locale, &answer.reason)}</p> });
    let outcome =
        (!answer.outcome.is_empty()).then(|| view! { <p>{selfbill::answer_outcome(locale, &answer.outcome)}</p> });
    let forms = answer.can_answer.then(|| {
        view! {
            <ActionForm action=accept attr:class="stack">
                <FormErrors form=accept_form/>
                <Hidden name="id" value=id.to_string()/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form=accept_form text=selfbill::do_accept(locale)/>
            </ActionForm>
            <details class="action-more" open=contest_form.error().with_untracked(Option::is_some)>
                <summary class="button">{selfbill::do_contest(locale)}</summary>
                <ActionForm action=contest attr:class="stack" attr:novalidate="">
                    <FormErrors form=contest_form/>
                    <Field form=contest_form name="amount" label=selfbill::amount(locale)/>
                    <TextArea form=contest_form name="reason" label=selfbill::reason(locale)/>
                    <Hidden name="id" value=id.to_string()/>
                    <Hidden name="locale" value=locale.code()/>
                    <Submit form=contest_form text=selfbill::do_contest(locale) secondary=true/>
                </ActionForm>
            </details>
        }
    });
    let settling = answer.can_settle.then(|| {
        view! {
            <ActionForm action=settle attr:class="stack" attr:novalidate="">
                <FormErrors form=settle_form/>
                <TextArea form=settle_form name="outcome" label=selfbill::outcome(locale)/>
                <Hidden name="id" value=id.to_string()/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form=settle_form text=selfbill::do_settle(locale)/>
            </ActionForm>
        }
    });
    view! {
        <section class="booking-card sheet-answer">
            <h2>{selfbill::status(locale)}</h2>
            <p>{state}</p>
            {reason}
            {outcome}
            {forms}
            {settling}
        </section>
    }
    .into_any()
}
