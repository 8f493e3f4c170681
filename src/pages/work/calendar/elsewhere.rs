//! Calendars elsewhere that make days busy, and the private feed.

use super::{super::successes, Actions, Loaded};
use crate::{
    i18n::{Locale, fmt, use_locale},
    ui::{Field, Files, FormErrors, Hidden, Notice, Submit, use_form_state, use_posted_form},
};
use chrono::NaiveDate;
use gabarit_i18n::work as text;
use gabarit_view::work::{BusyCalendarView, CALENDAR_FORM, CalendarProblem};
use leptos::{form::ActionForm, html, prelude::*};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

fn problem_text(locale: Locale, problem: CalendarProblem) -> &'static str {
    match problem {
        CalendarProblem::NotHttps => text::problem_not_https(locale),
        CalendarProblem::NotPublic => text::problem_not_public(locale),
        CalendarProblem::NoAnswer => text::problem_no_answer(locale),
        CalendarProblem::TooBig => text::problem_too_big(locale),
        CalendarProblem::NotACalendar => text::problem_not_a_calendar(locale),
    }
}

/// What is painted and not stored, while a form that the browser posts itself loads the page anew.
#[derive(Serialize, Deserialize)]
pub(super) struct Unsaved {
    pub(super) held: BTreeSet<NaiveDate>,
    pub(super) selected: BTreeSet<NaiveDate>,
}

/// Where that is kept: with the tab, until the page is there again.
#[cfg(feature = "hydrate")]
const UNSAVED: &str = "gabarit-painted-days";

impl Unsaved {
    /// Keeps it, if there is anything.
    fn keep(self) {
        #[cfg(feature = "hydrate")]
        if self.held != self.selected
            && let (Ok(Some(storage)), Ok(text)) = (window().session_storage(), serde_json::to_string(&self))
        {
            let _ = storage.set_item(UNSAVED, &text);
        }
    }

    /// Takes what was kept, once.
    pub(super) fn take() -> Option<Self> {
        #[cfg(feature = "hydrate")]
        {
            let storage = window().session_storage().ok()??;
            let text = storage.get_item(UNSAVED).ok()??;
            let _ = storage.remove_item(UNSAVED);
            serde_json::from_str(&text).ok()
        }
        #[cfg(not(feature = "hydrate"))]
        None
    }
}

/// Calendars elsewhere, and adding one.
#[component]
pub(super) fn Elsewhere(
    page: Loaded,
    held: StoredValue<Option<BTreeSet<NaiveDate>>>,
    selected: RwSignal<BTreeSet<NaiveDate>>,
    actions: Actions,
) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state("calendar", actions.add);
    let file = use_posted_form("calendar-file", CALENDAR_FORM);
    // What was added is in the list: sent once more, it would be there twice.
    let address = NodeRef::<html::Form>::new();
    let added = successes(actions.add);
    Effect::watch(
        move || added.get(),
        move |_, _, _| {
            if let Some(form) = address.get_untracked() {
                form.reset();
            }
        },
        false,
    );
    let row = move |calendar: BusyCalendarView| {
        let was_read = calendar.read_at.is_some();
        let read = calendar
            .read_at
            .as_ref()
            .map(|at| format!(" · {}", text::calendar_read(locale, fmt::date_time(locale, at))));
        let problem = calendar.problem.map(|problem| {
            let still = was_read.then(|| text::problem_last_counts(locale));
            view! { <p class="field-error">{problem_text(locale, problem)} " " {still}</p> }
        });
        let name = calendar.name.clone();
        view! {
            <li>
                <p>
                    <strong>{calendar.name}</strong>
                    {calendar.host.map(|host| format!(" · {host}"))}
                    " · " {text::calendar_events(locale, u64::from(calendar.events))}
                    {read}
                </p>
                {problem}
                <ActionForm action=actions.remove>
                    <input type="hidden" name="id" value=calendar.id.to_string()/>
                    <input type="hidden" name="locale" value=locale.code()/>
                    <button class="button button-quiet" type="submit" aria-label=fmt::labelled(locale, text::remove(locale), &name)>{text::remove(locale)}</button>
                </ActionForm>
            </li>
        }
        .into_any()
    };
    view! {
        <section class="booking-section">
            <h2 id="elsewhere">{text::elsewhere_title(locale)}</h2>
            <p>{text::elsewhere_lead(locale)}</p>
            {(!page.view.calendars.is_empty()).then(|| view! {
                <ul class="work-records">{page.view.calendars.into_iter().map(row).collect_view()}</ul>
            })}
            <h3>{text::calendar_by_address(locale)}</h3>
            <ActionForm action=actions.add node_ref=address attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Field form name="address" label=text::calendar_address(locale) kind="url"/>
                <Field form name="name" label=text::calendar_name(locale) optional=true/>
                <Submit form secondary=true text=text::calendar_add_address(locale).to_owned()/>
            </ActionForm>
            <h3>{text::calendar_by_file(locale)}</h3>
            <form
                method="post"
                action="/work/calendars"
                enctype="multipart/form-data"
                class="stack"
                novalidate=true
                on:submit=move |_| {
                    let held = held.get_value().unwrap_or_default();
                    Unsaved { held, selected: selected.get_untracked() }.keep();
                    file.post();
                }
            >
                <FormErrors form=file/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Files form=file name="files" label=text::calendar_ics(locale) hint=text::calendar_ics_hint(locale) accept=".ics,text/calendar" one=true/>
                <Field form=file name="name" label=text::calendar_name(locale) optional=true/>
                <Submit form=file secondary=true text=text::calendar_add_file(locale).to_owned()/>
            </form>
        </section>
    }
    .into_any()
}

/// The private feed.
#[component]
pub(super) fn Feed(page: Loaded, actions: Actions) -> impl IntoView {
    let locale = use_locale();
    let has = page.view.has_feed;
    view! {
        <section class="booking-section">
            <h2>{text::feed_title(locale)}</h2>
            <p>{text::feed_lead(locale)}</p>
            {page.feed.map(|address| view! {
                <Notice>
                    <p>{text::feed_is(locale)}</p>
                    <p><code class="work-feed">{address}</code></p>
                </Notice>
            })}
            {has.then(|| view! { <p class="hint">{text::feed_exists(locale)}</p> })}
            <div class="actions">
                <ActionForm action=actions.open>
                    <input type="hidden" name="locale" value=locale.code()/>
                    <button class="button" type="submit">{if has { text::feed_again(locale) } else { text::feed_new(locale) }}</button>
                </ActionForm>
                {has.then(|| view! {
                    <ActionForm action=actions.close>
                        <input type="hidden" name="locale" value=locale.code()/>
                        <button class="button button-quiet" type="submit">{text::feed_revoke(locale)}</button>
                    </ActionForm>
                })}
            </div>
        </section>
    }
    .into_any()
}
