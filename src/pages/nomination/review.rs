//! The reviewers' desk, and one nomination with the review.

use super::parts::{self, Discussion, Outcome, Read, Reviews};
use crate::{
    api::nomination::{ReviewNomination, review_desk, review_seat},
    i18n::{Locale, fmt, use_locale},
    pages::candidate::successes,
    ui::{
        Choice, EmptyState, ErrorState, FormErrors, FormState, Hidden, Radios, SaveOrSend, Skeleton, Submit, Tag,
        TextArea, form::Kept, use_form_state,
    },
    url::{self, Page},
};
use gabarit_domain::{ids::NominationId, recognition::Quality};
use gabarit_i18n::nomination as text;
use gabarit_view::{
    error::ApiError,
    nomination::{ReviewDesk, SeatForm, SeatLine, SeatView},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The desk.
#[component]
pub(super) fn ReviewDeskPage() -> impl IntoView {
    let locale = use_locale();
    let desk = Resource::new_blocking(|| (), move |()| review_desk(locale));
    view! {
        <Title text=text::desk_title(locale)/>
        <div class="nomination-page stack">
            <h1>{text::desk_title(locale)}</h1>
            <p class="lead">{text::desk_lead(locale)}</p>
            <Outcome locale/>
            <Suspense fallback=|| view! { <Skeleton lines=6/> }>
                {move || Suspend::new(async move {
                    match desk.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(desk) => view! { <Lines locale desk/> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
    .into_any()
}

#[component]
fn Lines(locale: Locale, desk: ReviewDesk) -> impl IntoView {
    if desk.seats.is_empty() {
        return view! { <EmptyState title=text::desk_empty(locale) text=text::desk_empty_text(locale)/> }.into_any();
    }
    let rows = desk.seats.into_iter().map(|line| view! { <Line locale line/> }).collect_view();
    view! { <ul class="booking-list">{rows}</ul> }.into_any()
}

#[component]
fn Line(locale: Locale, line: SeatLine) -> impl IntoView {
    let open = line.seat == "open";
    let word = if open { text::seat_open(locale) } else { parts::state(locale, &line.state) };
    let due = open.then(|| text::due_by(locale, fmt::date_time(locale, &line.due)));
    view! {
        <li class="booking-row">
            <div class="booking-row-head">
                <a class="booking-row-link" href=url::path(locale, Page::Review(line.id))>{line.name}</a>
            </div>
            <span>
                <Tag strong=open>{word}</Tag>
                {line.late.then(|| view! { " " <Tag strong=true>{text::late(locale)}</Tag> })}
            </span>
            <p class="booking-row-days">
                {line.country} " · " {parts::language(locale, &line.language)} " · " {text::cycle(locale, line.cycle)}
            </p>
            <p class="hint">{due}</p>
        </li>
    }
    .into_any()
}

/// The action of one form. Without script an error comes back by the function's name: it is the answer of the form that
/// was tried, and of no other.
fn action_of(acts: &[&str]) -> ServerAction<ReviewNomination> {
    let action = ServerAction::<ReviewNomination>::new();
    let tried = use_context::<Kept>().and_then(|kept| kept.0.get("act").cloned());
    if tried.is_some_and(|tried| !acts.contains(&tried.as_str())) {
        action.value().set(None);
    }
    action
}

#[derive(Clone, Copy)]
struct Moves {
    write: ServerAction<ReviewNomination>,
    recuse: ServerAction<ReviewNomination>,
    say: ServerAction<ReviewNomination>,
}

/// One nomination.
#[component]
pub(super) fn ReviewPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<NominationId>().ok()));
    let moves = Moves { write: action_of(&["save", "send"]), recuse: action_of(&["recuse"]), say: action_of(&["say"]) };
    let done = [moves.write, moves.recuse, moves.say].map(successes);
    let seat = Resource::new_blocking(
        move || (id.get(), done.iter().map(|count| count.get()).sum::<u32>()),
        move |(id, _)| async move {
            match id {
                Some(id) => review_seat(locale, id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! {
        <div class="nomination-page stack">
            <p>
                <a class="back-link" href=url::path(locale, Page::Reviews)>{text::desk_title(locale)}</a>
            </p>
            <Suspense fallback=|| view! { <Skeleton lines=10/> }>
                {move || Suspend::new(async move {
                    match seat.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(view) => view! { <Seat locale view moves/> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
    .into_any()
}

#[component]
fn Seat(locale: Locale, view: SeatView, moves: Moves) -> impl IntoView {
    let dossier = view.dossier;
    let id = StoredValue::new(dossier.id.to_string());
    let due = text::due_by(locale, fmt::date_time(locale, &dossier.cycle.review_until));
    let recuse = use_form_state("recuse", moves.recuse);
    let say = use_form_state("say", moves.say);
    let hidden = move |act: &'static str| {
        view! {
            <Hidden name="id" value=id.get_value()/>
            <Hidden name="act" value=act/>
            <Hidden name="locale" value=locale.code()/>
        }
        .into_any()
    };
    let (reviews, messages) = (dossier.reviews.clone(), dossier.messages.clone());
    view! {
        <Title text=dossier.name.clone()/>
        <header class="page-head">
            <h1>{dossier.name.clone()}</h1>
            <p>
                <Tag strong=true>{parts::seat(locale, &view.seat)}</Tag>
                " "
                <span class="hint">{text::cycle(locale, &dossier.cycle.code)} " · " {due}</span>
                {view.late.then(|| view! { " " <Tag strong=true>{text::late(locale)}</Tag> })}
            </p>
        </header>
        <Outcome locale/>
        <Read locale dossier/>
        {view.can_write.then(|| view! { <Write locale typed=view.form.clone() id=id.get_value() write=moves.write/> })}
        {(!view.can_write).then(|| {
            view! {
                <section class="sheet-section stack">
                    <h2>{text::reviews(locale)}</h2>
                    <Reviews locale reviews/>
                </section>
            }
        })}
        {view.can_say.then(|| {
            view! {
                <section class="sheet-section stack">
                    <h2>{text::discussion(locale)}</h2>
                    <Discussion locale messages/>
                    <ActionForm action=moves.say attr:class="stack" attr:novalidate="">
                        <FormErrors form=say/>
                        {hidden("say")}
                        <TextArea form=say name="body" label=text::message(locale) rows=3/>
                        <Submit form=say text=text::say(locale) secondary=true/>
                    </ActionForm>
                </section>
            }
        })}
        {view.can_recuse.then(|| {
            view! {
                <section class="sheet-section stack">
                    <h2>{text::recuse(locale)}</h2>
                    <p class="hint">{text::recuse_hint(locale)}</p>
                    <ActionForm action=moves.recuse attr:class="stack" attr:novalidate="">
                        <FormErrors form=recuse/>
                        {hidden("recuse")}
                        <TextArea form=recuse name="ground" label=text::recuse_why(locale) hint=text::ground_hint(locale) rows=2/>
                        <Submit form=recuse text=text::recuse(locale) secondary=true/>
                    </ActionForm>
                </section>
            }
        })}
    }
    .into_any()
}

/// Five scores with their grounds.
#[component]
fn Write(locale: Locale, typed: SeatForm, id: String, write: ServerAction<ReviewNomination>) -> impl IntoView {
    let form = use_form_state("review", write);
    let typed_texts = typed.typed().map(|(score, ground)| (score.to_owned(), ground.to_owned()));
    let fields = SeatForm::FIELDS
        .into_iter()
        .zip(typed_texts)
        .map(|((quality, score_field, ground_field), (score, ground))| {
            view! { <Score locale form quality score_field ground_field score ground/> }
        })
        .collect_view();
    view! {
        <section class="sheet-section stack">
            <h2>{text::your_review(locale)}</h2>
            <p class="hint">{text::score_hint(locale)}</p>
            <ActionForm action=write attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="id" value=id/>
                <Hidden name="locale" value=locale.code()/>
                {fields}
                <p class="hint">{text::send_review_hint(locale)}</p>
                <SaveOrSend form name="act" save=text::save_review(locale) send=text::send_review(locale)/>
            </ActionForm>
        </section>
    }
    .into_any()
}

#[component]
fn Score(
    locale: Locale,
    form: FormState,
    quality: Quality,
    score_field: &'static str,
    ground_field: &'static str,
    score: String,
    ground: String,
) -> impl IntoView {
    let name = parts::quality(locale, quality);
    let choices = ["1", "2", "3", "4", "5"].map(|number| Choice::new(number, number)).to_vec();
    view! {
        <div class="score stack">
            <Radios
                form
                name=score_field
                legend=format!("{name}: {}", parts::about(locale, quality))
                choices=choices
                value=score
            />
            <TextArea
                form
                name=ground_field
                label=text::ground_for(locale, name)
                hint=text::ground_hint(locale)
                rows=2
                value=ground
            />
        </div>
    }
    .into_any()
}
