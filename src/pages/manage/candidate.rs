//! One application: what was sent beside what managers do with it.

use crate::{
    api::candidate::{NoteCandidate, ReviewCandidate, candidate_file},
    i18n::{Locale, fmt, use_locale},
    pages::candidate::{Refusals, answers::Answers, successes},
    ui::{
        Choice, ErrorState, Field, FormErrors, FormState, Hidden, Icon, IconName, LinkButton, Select, Skeleton, Submit,
        Tag, TextArea, Version, form::Kept, use_form_state,
    },
    url::{self, ManagePage, Page},
};
use gabarit_domain::{
    expert::{ExpertKind, Level},
    ids::CandidateId,
};
use gabarit_i18n::{labels, review as text, term};
use gabarit_view::{
    candidate::{CandidateFile, MINUTES, NoteView, SLOTS, StepView},
    error::ApiError,
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The moves of the page, each a form with an answer of its own.
#[derive(Clone, Copy)]
struct Moves {
    take_up: ServerAction<ReviewCandidate>,
    invite: ServerAction<ReviewCandidate>,
    hold: ServerAction<ReviewCandidate>,
    publish: ServerAction<ReviewCandidate>,
    refuse: ServerAction<ReviewCandidate>,
}

/// The action of one move. Without script an error comes back by the function's name: it is the answer of the move that
/// was tried, and of no other.
fn action_of(act: &str) -> ServerAction<ReviewCandidate> {
    let action = ServerAction::<ReviewCandidate>::new();
    let tried = use_context::<Kept>().and_then(|kept| kept.0.get("act").cloned());
    if tried.is_some_and(|tried| tried != act) {
        action.value().set(None);
    }
    action
}

/// The page.
#[component]
pub(super) fn CandidatePage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|id| id.parse::<CandidateId>().ok()));
    let moves = Moves {
        take_up: action_of("take-up"),
        invite: action_of("invite"),
        hold: action_of("hold"),
        publish: action_of("publish"),
        refuse: action_of("refuse"),
    };
    let note = ServerAction::<NoteCandidate>::new();
    let done = [moves.take_up, moves.invite, moves.hold, moves.publish, moves.refuse].map(successes);
    let noted = successes(note);
    let changes = move || done.iter().map(|count| count.get()).sum::<u32>() + noted.get();
    let file = Resource::new_blocking(
        move || (id.get(), changes()),
        move |(id, _)| async move {
            match id {
                Some(id) => candidate_file(locale, id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! {
        <p>
            <a class="back-link" href=url::path(locale, Page::Manage(ManagePage::Candidates))>
                <Icon name=IconName::ArrowLeft/>
                {text::back(locale)}
            </a>
        </p>
        <Suspense fallback=|| view! { <Skeleton lines=10/> }>
            {move || Suspend::new(async move {
                match file.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(file) => view! { <File locale file moves note/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

#[component]
fn File(locale: Locale, file: CandidateFile, moves: Moves, note: ServerAction<NoteCandidate>) -> impl IntoView {
    let interview = file.interview.as_ref().map(|(time, name)| {
        let ics = format!("/candidates/{}/interview.ics", file.id);
        view! {
            <p>
                {text::interview_by(locale, fmt::date_time(locale, time), name)} " "
                <a href=ics rel="external">{gabarit_i18n::candidate::calendar_file(locale)}</a>
            </p>
        }
    });
    let profile = file.expert.map(|(id, public)| {
        if public {
            view! {
                <p>
                    <LinkButton href=url::path(locale, Page::Expert(id))>{text::profile(locale)}</LinkButton>
                </p>
            }
            .into_any()
        } else {
            view! { <p class="hint">{text::profile_waits(locale)}</p> }.into_any()
        }
    });
    let documents = file
        .documents
        .iter()
        .map(|document| {
            let size = fmt::int(locale, i64::try_from(document.size.div_ceil(1_000)).unwrap_or(i64::MAX));
            view! {
                <li>
                    <Icon name=IconName::Document/>
                    <a href=format!("/candidates/documents/{}", document.id) rel="external">{document.name.clone()}</a>
                    <span class="hint">{gabarit_i18n::candidate::document_size(locale, size)}</span>
                </li>
            }
        })
        .collect_view();
    let none = file.documents.is_empty().then(|| {
        view! { <p class="hint">{gabarit_i18n::candidate::documents_none(locale)}</p> }
    });
    let state = labels::candidate_state(locale, &file.state);
    let mail = format!("mailto:{}", file.email);
    view! {
        <Title text=file.name.clone()/>
        <h1>{file.name.clone()}</h1>
        <p class="candidate-head">
            <Tag strong=true>{state}</Tag>
            <span>{file.base.clone()}</span>
            <a href=mail rel="external">{file.email.clone()}</a>
        </p>
        {interview}
        {profile}
        <div class="candidate-file">
            <div class="candidate-side">
                <Actions locale file=file.clone() moves/>
                <Notes locale id=file.id notes=file.notes.clone() action=note/>
                <History locale steps=file.steps.clone()/>
            </div>
            <div class="candidate-main">
                <Refusals locale refusals=file.refusals.clone()/>
                <section class="sheet-section">
                    <h2>{text::documents(locale)}</h2>
                    {none}
                    <ul class="file-list">{documents}</ul>
                </section>
                <section class="sheet-section">
                    <h2>{text::application(locale)}</h2>
                    <Answers locale form=file.form.clone() products=file.products.clone()/>
                </section>
            </div>
        </div>
    }
    .into_any()
}

/// What every move's form carries: which application, and the version its reader saw.
#[component]
fn Carried(locale: Locale, file: CandidateFile, form: FormState, act: &'static str) -> impl IntoView {
    let overtaken = move || form.error().with(|error| matches!(error, Some(ApiError::Overtaken { .. })));
    let here = url::path(locale, Page::Manage(ManagePage::Candidate(file.id)));
    view! {
        <FormErrors form/>
        {move || {
            overtaken()
                .then(|| {
                    view! {
                        <p class="hint">
                            {text::overtaken_hint(locale)} " "
                            <a href=here.clone() rel="external" target="_blank">{text::reload(locale)}</a>
                        </p>
                    }
                })
        }}
        <Hidden name="id" value=file.id.to_string()/>
        <Version form version=file.version.to_string()/>
        <Hidden name="locale" value=locale.code().to_owned()/>
        <Hidden name="act" value=act.to_owned()/>
    }
    .into_any()
}

#[component]
fn Actions(locale: Locale, file: CandidateFile, moves: Moves) -> impl IntoView {
    let can = file.actions.clone();
    let take_up = can.take_up.then(|| {
        let form = use_form_state("take-up", moves.take_up);
        let file = file.clone();
        view! {
            <ActionForm action=moves.take_up attr:class="stack">
                <Carried locale file form act="take-up"/>
                <p class="hint">{text::take_up_hint(locale)}</p>
                <Submit form text=text::take_up(locale).to_owned()/>
            </ActionForm>
        }
    });
    let hold = can.hold.then(|| {
        let form = use_form_state("hold", moves.hold);
        let file = file.clone();
        view! {
            <ActionForm action=moves.hold attr:class="stack">
                <Carried locale file form act="hold"/>
                <Submit form text=text::hold(locale).to_owned()/>
            </ActionForm>
        }
    });
    let waits = match (file.state.as_str(), file.interview.is_some()) {
        ("invited", false) => Some(text::waits_pick(locale)),
        ("invited", true) if !can.hold => Some(text::waits_interview(locale)),
        _ => (!can.take_up && !can.invite && !can.publish && !can.refuse).then(|| text::nothing_to_do(locale)),
    };
    let offered = (file.state == "invited" && file.interview.is_none() && !file.slots.is_empty()).then(|| {
        let times = file
            .slots
            .iter()
            .map(|slot| {
                let open = (!slot.open).then(|| format!(" · {}", text::slot_over(locale)));
                view! { <li>{fmt::date_time(locale, &slot.starts_at)} " · " {text::minutes_of(locale, u64::from(slot.minutes))} {open}</li> }
            })
            .collect_view();
        view! { <p>{text::slots_offered(locale)}</p><ul>{times}</ul> }
    });
    view! {
        <section class="sheet-section stack">
            <h2>{text::act_title(locale)}</h2>
            {waits.map(|words| view! { <p>{words}</p> })}
            {offered}
            {take_up}
            {hold}
            {can.publish.then(|| view! { <Publish locale file=file.clone() action=moves.publish/> })}
            {can.invite.then(|| view! { <Invite locale file=file.clone() action=moves.invite/> })}
            {can.refuse.then(|| view! { <Refuse locale file=file.clone() action=moves.refuse/> })}
        </section>
    }
    .into_any()
}

#[component]
fn Invite(locale: Locale, file: CandidateFile, action: ServerAction<ReviewCandidate>) -> impl IntoView {
    let form = use_form_state("invite", action);
    let again = file.state == "invited";
    let title = if again { text::invite_again(locale) } else { text::invite(locale) };
    let hint = text::invite_hint(locale, file.zone.replace('_', " "));
    let times = SLOTS
        .iter()
        .enumerate()
        .map(|(index, name)| {
            view! {
                <Field form name=name label=text::slot(locale, index + 1) kind="datetime-local" optional=index != 0/>
            }
        })
        .collect_view();
    let minutes = MINUTES
        .iter()
        .map(|minutes| Choice::new(minutes.to_string(), text::minutes_of(locale, u64::from(*minutes))))
        .collect();
    let body = view! {
        <ActionForm action=action attr:class="stack" attr:novalidate="">
            <Carried locale file form act="invite"/>
            <p class="hint">{hint}</p>
            {times}
            <Select form name="minutes" label=text::minutes(locale) choices=minutes value="45"/>
            <TextArea form name="reasons" label=text::word(locale) optional=true rows=3/>
            <Submit form secondary=again text=title.to_owned()/>
        </ActionForm>
    };
    if again {
        view! {
            <details class="apply-more" open=form.error().get_untracked().is_some()>
                <summary>{title}</summary>
                {body}
            </details>
        }
        .into_any()
    } else {
        body.into_any()
    }
}

#[component]
fn Publish(locale: Locale, file: CandidateFile, action: ServerAction<ReviewCandidate>) -> impl IntoView {
    let form = use_form_state("publish", action);
    let levels = Level::ALL
        .iter()
        .map(|level| {
            let name = format!("{} · {}", term::level(locale, level.number()), labels::level(locale, *level));
            Choice::new(level.number().to_string(), name)
        })
        .collect();
    let kinds = [ExpertKind::Independent, ExpertKind::InHouse]
        .map(|kind| Choice::new(kind.code(), labels::kind(locale, kind)))
        .to_vec();
    view! {
        <ActionForm action=action attr:class="stack" attr:novalidate="">
            <Carried locale file form act="publish"/>
            <Select form name="level" label=text::level(locale) choices=levels choose=true/>
            <Select form name="kind" label=text::kind(locale) choices=kinds choose=true/>
            <TextArea form name="reasons" label=text::word(locale) optional=true rows=3/>
            <p class="hint">{text::publish_hint(locale)}</p>
            <Submit form text=text::publish(locale).to_owned()/>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Refuse(locale: Locale, file: CandidateFile, action: ServerAction<ReviewCandidate>) -> impl IntoView {
    let form = use_form_state("refuse", action);
    view! {
        <details class="apply-more" open=form.error().get_untracked().is_some()>
            <summary>{text::refuse_title(locale)}</summary>
            <ActionForm action=action attr:class="stack" attr:novalidate="">
                <Carried locale file form act="refuse"/>
                <TextArea form name="reasons" label=text::reasons(locale) hint=text::reasons_hint(locale) rows=6/>
                <Submit form secondary=true text=text::refuse(locale).to_owned()/>
            </ActionForm>
        </details>
    }
    .into_any()
}

#[component]
fn Notes(locale: Locale, id: CandidateId, notes: Vec<NoteView>, action: ServerAction<NoteCandidate>) -> impl IntoView {
    let form = use_form_state("note", action);
    let none = notes.is_empty().then(|| view! { <p class="hint">{text::notes_none(locale)}</p> });
    let list = notes
        .into_iter()
        .map(|note| {
            view! {
                <li>
                    <p class="hint">{note.author.clone()} " · " {fmt::date_time(locale, &note.at)}</p>
                    <p class="prose">{note.body.clone()}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="sheet-section stack">
            <h2>{text::notes(locale)}</h2>
            <p class="hint">{text::notes_hint(locale)}</p>
            {none}
            <ul class="apply-log">{list}</ul>
            <ActionForm action=action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="id" value=id.to_string()/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <TextArea form name="body" label=text::note_body(locale) rows=3/>
                <Submit form secondary=true text=text::note_add(locale).to_owned()/>
            </ActionForm>
        </section>
    }
    .into_any()
}

#[component]
fn History(locale: Locale, steps: Vec<StepView>) -> impl IntoView {
    let list = steps
        .into_iter()
        .filter(|step| step.event != "started")
        .map(|step| {
            let what = labels::candidate_event(locale, &step.event);
            let line = text::step(locale, what, step.by.clone().unwrap_or_default());
            view! {
                <li>
                    <p>{line}</p>
                    <p class="hint">{fmt::date_time(locale, &step.at)}</p>
                    {(!step.reason.is_empty()).then(|| view! { <blockquote class="prose">{step.reason.clone()}</blockquote> })}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="sheet-section">
            <h2>{text::history(locale)}</h2>
            <ol class="apply-log">{list}</ol>
        </section>
    }
    .into_any()
}
