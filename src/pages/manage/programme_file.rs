//! One nomination, for managers: what was shown, the seats, the reviews, the decision and its letter.

use crate::{
    api::nomination::{DecideNomination, nomination_file},
    i18n::{Locale, fmt, use_locale},
    pages::{
        candidate::successes,
        nomination::parts::{self, Discussion, Letter, Read, Reviews},
    },
    ui::{
        Choice, ErrorState, FormErrors, FormState, Hidden, Icon, IconName, Radios, Select, Skeleton, Submit, Tag,
        TextArea, Version, form::Kept, use_form_state,
    },
    url,
};
use gabarit_domain::ids::NominationId;
use gabarit_i18n::nomination as text;
use gabarit_view::{
    error::ApiError,
    nomination::{DecisionForm, ManagedSeat, NominationFile, NominationStep, ReviewerChoice, event_name},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

type Action = ServerAction<DecideNomination>;

/// The action of one form: without script, an answer belongs to the form that was tried.
fn action_of(act: &str) -> Action {
    let action = Action::new();
    let tried = use_context::<Kept>().and_then(|kept| kept.0.get("act").cloned());
    if tried.is_some_and(|tried| tried != act) {
        action.value().set(None);
    }
    action
}

#[derive(Clone, Copy)]
struct Moves {
    decide: Action,
    send: Action,
    assign: Action,
    release: Action,
    say: Action,
}

/// What every form of the page carries along.
#[derive(Clone, Copy)]
struct Carried {
    locale: Locale,
    ids: StoredValue<(String, String)>,
}

impl Carried {
    fn fields(self, act: &'static str, form: FormState) -> AnyView {
        view! {
            <Hidden name="id" value=self.ids.with_value(|ids| ids.0.clone())/>
            <Version form version=self.ids.with_value(|ids| ids.1.clone())/>
            <Hidden name="act" value=act/>
            <Hidden name="locale" value=self.locale.code()/>
        }
        .into_any()
    }
}

/// The page.
#[component]
pub(super) fn ProgrammeFilePage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<NominationId>().ok()));
    let moves = Moves {
        decide: action_of("decide"),
        send: action_of("send"),
        assign: action_of("assign"),
        release: action_of("release"),
        say: action_of("say"),
    };
    let done = [moves.decide, moves.send, moves.assign, moves.release, moves.say].map(successes);
    let file = Resource::new_blocking(
        move || (id.get(), done.iter().map(|count| count.get()).sum::<u32>()),
        move |(id, _)| async move {
            match id {
                Some(id) => nomination_file(locale, id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=10/> }>
            {move || Suspend::new(async move {
                match file.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(file) => view! { <File locale file moves/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn File(locale: Locale, file: NominationFile, moves: Moves) -> impl IntoView {
    let dossier = file.dossier.clone();
    let carried = Carried { locale, ids: StoredValue::new((dossier.id.to_string(), file.version.to_string())) };
    let back = url::programme_cycle(locale, &dossier.cycle.code);
    let (reviews, messages) = (dossier.reviews.clone(), dossier.messages.clone());
    let state = parts::state(locale, &dossier.state);
    let say = use_form_state("say", moves.say);
    view! {
        <Title text=dossier.name.clone()/>
        <p>
            <a class="back-link" href=back>
                <Icon name=IconName::ArrowLeft/>
                {text::back_cycle(locale, &dossier.cycle.code)}
            </a>
        </p>
        <header class="page-head">
            <h1>{dossier.name.clone()}</h1>
            <p>
                <Tag strong=true>{state}</Tag>
                " "
                <span class="hint">
                    {file.email.clone()} " · " {text::answer_due(locale, fmt::date_time(locale, &dossier.cycle.answer_by))}
                </span>
            </p>
        </header>
        <section class="stack">
            <h2>{text::reviews(locale)}</h2>
            <Reviews locale reviews/>
        </section>
        <Seats file=file.clone() moves carried/>
        <section class="stack">
            <h2>{text::discussion(locale)}</h2>
            <Discussion locale messages/>
            {file
                .can_say
                .then(|| {
                    view! {
                        <ActionForm action=moves.say attr:class="stack" attr:novalidate="">
                            <FormErrors form=say/>
                            {carried.fields("say", say)}
                            <TextArea form=say name="body" label=text::message(locale) rows=3/>
                            <Submit form=say text=text::say(locale) secondary=true/>
                        </ActionForm>
                    }
                })}
        </section>
        <Read locale dossier/>
        // Last: one decides after reading.
        <Decide file=file.clone() moves carried/>
        <History locale steps=file.steps/>
    }
    .into_any()
}

/// The decision, and the letter it makes.
#[component]
fn Decide(file: NominationFile, moves: Moves, carried: Carried) -> impl IntoView {
    let locale = carried.locale;
    let send = use_form_state("send", moves.send);
    let sent = file.letter.as_ref().and_then(|letter| letter.sent_at.clone());
    let title = match &sent {
        Some(at) => text::letter_sent(locale, fmt::date_time(locale, at)),
        None => text::letter_preview(locale).to_owned(),
    };
    let again = file.can_send;
    view! {
        {file.had_part.then(|| view! { <p class="notice">{text::had_part(locale)}</p> })}
        {file
            .letter
            .clone()
            .map(|letter| {
                view! {
                    <section class="sheet-section stack">
                        <h2>{title}</h2>
                        <Letter letter/>
                        {file
                            .can_send
                            .then(|| {
                                view! {
                                    <ActionForm action=moves.send attr:class="stack">
                                        <FormErrors form=send/>
                                        {carried.fields("send", send)}
                                        <p class="hint">{text::send_letter_hint(locale)}</p>
                                        <Submit form=send text=text::send_letter(locale)/>
                                    </ActionForm>
                                }
                            })}
                    </section>
                }
            })}
        {file.can_decide.then(|| view! { <DecisionFields file=file.clone() action=moves.decide carried again/> })}
    }
    .into_any()
}

#[component]
fn DecisionFields(file: NominationFile, action: Action, carried: Carried, again: bool) -> impl IntoView {
    let locale = carried.locale;
    let form = use_form_state("decision", action);
    let typed = file.decision;
    let language = parts::language(locale, &file.dossier.language);
    let outcomes =
        vec![Choice::new("grant", text::outcome_grant(locale)), Choice::new("refuse", text::outcome_refuse(locale))];
    let reasons = DecisionForm::FIELDS
        .into_iter()
        .zip(typed.typed().map(ToOwned::to_owned))
        .map(|((quality, field), value)| {
            let label = text::reason_for(locale, parts::quality(locale, quality));
            view! { <TextArea form name=field label=label hint=text::ground_hint(locale) rows=2 optional=true value=value/> }
        })
        .collect_view();
    form.call("reasons", text::reasons_legend(locale));
    let problem = form.problem("reasons");
    let button = if again { text::decide_again(locale) } else { text::decide(locale) };
    view! {
        <section class="sheet-section stack">
            <h2>{text::decision(locale)}</h2>
            <p class="hint">{text::decision_hint(locale, language)}</p>
            <ActionForm action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                {carried.fields("decide", form)}
                <Radios form name="outcome" legend=text::outcome(locale) choices=outcomes value=typed.outcome.clone()/>
                <fieldset class="field fieldset stack" id=form.field_id("reasons") tabindex="-1">
                    <legend>{text::reasons_legend(locale)}</legend>
                    {move || problem.get().map(|words| view! { <p class="field-error">{words}</p> })}
                    {reasons}
                </fieldset>
                <TextArea form name="remark" label=text::remark(locale) rows=3 optional=true value=typed.remark.clone()/>
                <Submit form text=button secondary=again/>
            </ActionForm>
        </section>
    }
    .into_any()
}

fn bar(l: Locale, code: &str) -> &'static str {
    match code {
        "declared" => text::bar_declared(l),
        "bookings" => text::bar_bookings(l),
        "organisation" => text::bar_organisation(l),
        "domain" => text::bar_domain(l),
        "stands" => text::bar_stands(l),
        "manages" => text::bar_manages(l),
        "seated" => text::bar_seated(l),
        _ => text::bar_self(l),
    }
}

#[component]
fn Seats(file: NominationFile, moves: Moves, carried: Carried) -> impl IntoView {
    let locale = carried.locale;
    let release = use_form_state("release", moves.release);
    let can_seat = file.can_seat;
    let items = file
        .seats
        .into_iter()
        .map(|seat| view! { <SeatItem seat can_seat action=moves.release form=release carried/> })
        .collect_view();
    view! {
        <section class="stack">
            <h2>{text::seats(locale)}</h2>
            <FormErrors form=release/>
            <ul class="contributions">{items}</ul>
            {(file.free > 0).then(|| view! { <Assign choices=file.choices action=moves.assign carried/> })}
        </section>
    }
    .into_any()
}

#[component]
fn SeatItem(seat: ManagedSeat, can_seat: bool, action: Action, form: FormState, carried: Carried) -> impl IntoView {
    let locale = carried.locale;
    let ground = (!seat.ground.is_empty()).then(|| view! { <p class="prose">{seat.ground}</p> });
    let open = can_seat && seat.state == "open";
    let name = seat.name.clone();
    view! {
        <li>
            <p>
                <strong>{seat.name}</strong>
                " "
                <Tag>{parts::seat(locale, &seat.state)}</Tag>
                " "
                <span class="hint">{text::seat_since(locale, fmt::date_time(locale, &seat.assigned_at))}</span>
            </p>
            {ground}
            {open
                .then(|| {
                    view! {
                        <ActionForm action>
                            {carried.fields("release", form)}
                            <Hidden name="reviewer" value=seat.reviewer.to_string()/>
                            <button
                                type="submit"
                                class="button button-quiet"
                                aria-label=text::release_named(locale, name)
                            >
                                {text::release(locale)}
                            </button>
                        </ActionForm>
                    }
                })}
        </li>
    }
    .into_any()
}

#[component]
fn Assign(choices: Vec<ReviewerChoice>, action: Action, carried: Carried) -> impl IntoView {
    let locale = carried.locale;
    let form = use_form_state("assign", action);
    let (able, barred): (Vec<_>, Vec<_>) = choices.into_iter().partition(|choice| choice.bar.is_none());
    let options: Vec<Choice> = able
        .into_iter()
        .map(|choice| {
            Choice::new(choice.reviewer.to_string(), text::choice_about(locale, u64::from(choice.load), choice.name))
        })
        .collect();
    let none = options.is_empty();
    let why = barred
        .into_iter()
        .map(|choice| {
            let bar = choice.bar.map(|code| bar(locale, &code));
            view! { <li>{choice.name} " · " {bar}</li> }
        })
        .collect_view();
    view! {
        {(!none)
            .then(|| {
                view! {
                    <ActionForm action attr:class="stack" attr:novalidate="">
                        <FormErrors form/>
                        {carried.fields("assign", form)}
                        <Select form name="reviewer" label=text::assign_who(locale) choices=options choose=true/>
                        <Submit form text=text::assign(locale) secondary=true/>
                    </ActionForm>
                }
            })}
        <details>
            <summary>{text::barred(locale)}</summary>
            <ul class="hint">{why}</ul>
        </details>
    }
    .into_any()
}

#[component]
fn History(locale: Locale, steps: Vec<NominationStep>) -> impl IntoView {
    let items = steps
        .into_iter()
        .map(|step| {
            let by = step.by.unwrap_or_else(|| text::by_clock(locale).to_owned());
            view! { <li>{fmt::date_time(locale, &step.at)} " · " {event_name(locale, &step.event)} " · " {by}</li> }
        })
        .collect_view();
    view! {
        <section class="stack">
            <h2>{text::history(locale)}</h2>
            <ol class="desk-log">{items}</ol>
        </section>
    }
    .into_any()
}
