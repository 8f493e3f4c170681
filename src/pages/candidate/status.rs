//! How an application stands, and what its candidate can do.

use super::{ExpertLinks, Refusals, answers::Answers, form::Documents};
use crate::{
    api::candidate::CandidateAction,
    i18n::{Locale, fmt, use_locale},
    ui::{FormErrors, FormState, Hidden, Submit, Tag, use_form_state},
};
use gabarit_i18n::{candidate as text, labels};
use gabarit_view::candidate::{ApplicationView, SlotView, StepView};
use leptos::prelude::*;

/// The page of an application that was sent.
#[component]
pub(super) fn ApplicationStatus(view: ApplicationView, act: ServerAction<CandidateAction>) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state("candidate", act);
    let next = match (view.state.as_str(), &view.interview) {
        ("new", _) => Some(text::next_new(locale).to_owned()),
        ("in-review", _) => Some(text::next_in_review(locale).to_owned()),
        ("invited", Some(time)) => Some(text::next_picked(locale, fmt::date_time(locale, time))),
        ("invited", None) => Some(text::next_invited(locale).to_owned()),
        ("interviewed", _) => Some(text::next_interviewed(locale).to_owned()),
        _ => None,
    };
    let calendar = view.id.filter(|_| view.interview.is_some()).map(|id| {
        view! {
            <p>
                <a href=format!("/candidates/{id}/interview.ics") rel="external">{text::calendar_file(locale)}</a>
            </p>
        }
    });
    let again = view.can_apply_again.then(|| {
        view! {
            <section class="sheet-section">
                <p>{text::again_lead(locale)}</p>
                <ActionForm action=act>
                    <Hidden name="act" value="again".to_owned()/>
                    <Hidden name="locale" value=locale.code().to_owned()/>
                    <Submit form text=text::again(locale).to_owned()/>
                </ActionForm>
            </section>
        }
    });
    let withdraw = view.can_withdraw.then(|| {
        view! {
            <details class="apply-more">
                <summary>{text::withdraw(locale)}</summary>
                <p>{text::withdraw_lead(locale)}</p>
                <ActionForm action=act>
                    <Hidden name="act" value="withdraw".to_owned()/>
                    <Hidden name="locale" value=locale.code().to_owned()/>
                    <Submit form secondary=true text=text::withdraw(locale).to_owned()/>
                </ActionForm>
            </details>
        }
    });
    let slots = view.slots.clone();
    let may_add = matches!(view.state.as_str(), "new" | "in-review" | "invited");
    let (documents, refusals, steps) = (view.documents.clone(), view.refusals.clone(), view.steps.clone());
    let shows_form = view.id.is_some();
    let (answers, products) = (view.form.clone(), view.products.clone());
    let state = labels::candidate_state(locale, &view.state);
    view! {
        <p>{text::state(locale)} " " <Tag strong=true>{state}</Tag></p>
        <FormErrors form/>
        <ExpertLinks locale view/>
        {next
            .map(|next| {
                view! {
                    <section class="sheet-section">
                        <h2>{text::next_title(locale)}</h2>
                        <p>{next}</p>
                        {calendar}
                        <Slots locale slots act form/>
                    </section>
                }
            })}
        {again}
        <Refusals locale refusals/>
        <Steps locale steps/>
        {shows_form
            .then(|| {
                view! {
                    <Documents locale documents act form may_add may_remove=false/>
                    <details class="apply-more">
                        <summary>{text::sent_form(locale)}</summary>
                        <Answers locale form=answers products/>
                    </details>
                }
            })}
        {withdraw}
    }
    .into_any()
}

/// Times to pick from.
#[component]
fn Slots(locale: Locale, slots: Vec<SlotView>, act: ServerAction<CandidateAction>, form: FormState) -> impl IntoView {
    if !slots.iter().any(|slot| slot.open || slot.picked) {
        return ().into_any();
    }
    let picked = slots.iter().any(|slot| slot.picked);
    // The one that was picked stands above: without another there is nothing to choose.
    if picked && !slots.iter().any(|slot| slot.open && !slot.picked) {
        return ().into_any();
    }
    let can_pick = slots.iter().any(|slot| slot.open);
    let title = if picked { text::slots_other(locale) } else { text::slots_title(locale) };
    form.call("slot", title);
    let problem = form.problem("slot");
    let choices = slots
        .into_iter()
        .enumerate()
        .map(|(index, slot)| {
            let id = if index == 0 { form.field_id("slot") } else { format!("slot-{index}") };
            let (time, length) = (fmt::date_time(locale, &slot.starts_at), u64::from(slot.minutes));
            let taken = (!slot.open && !slot.picked).then(|| text::slot_taken(locale));
            view! {
                <div class="choice">
                    <input
                        id=id.clone()
                        type="radio"
                        name="slot"
                        value=slot.id
                        checked=slot.picked
                        disabled=!slot.open && !slot.picked
                    />
                    <label for=id>
                        {time} " · " {text::slot_length(locale, length)} {taken.map(|taken| format!(" · {taken}"))}
                    </label>
                </div>
            }
        })
        .collect_view();
    view! {
        <ActionForm action=act attr:class="stack">
            <Hidden name="act" value="pick".to_owned()/>
            <Hidden name="locale" value=locale.code().to_owned()/>
            <fieldset class="field fieldset">
                <legend>{title}</legend>
                <div class="choices">{choices}</div>
                {move || problem.get().map(|words| view! { <p class="field-error">{words}</p> })}
            </fieldset>
            {can_pick.then(|| view! { <Submit form secondary=picked text=text::slot_pick(locale).to_owned()/> })}
        </ActionForm>
    }
    .into_any()
}

/// What happened so far.
#[component]
fn Steps(locale: Locale, steps: Vec<StepView>) -> impl IntoView {
    (!steps.is_empty()).then(|| {
        let list = steps
            .into_iter()
            .map(|step| {
                view! {
                    <li>
                        <span>{labels::candidate_event(locale, &step.event)}</span>
                        " "
                        <span class="hint">{fmt::date_time(locale, &step.at)}</span>
                        {(!step.reason.is_empty()).then(|| view! { <blockquote class="prose">{step.reason.clone()}</blockquote> })}
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="sheet-section">
                <h2>{text::steps_title(locale)}</h2>
                <ol class="apply-log">{list}</ol>
            </section>
        }
        .into_any()
    })
}
