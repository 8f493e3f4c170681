//! Free days, painted; calendars elsewhere; the private feed.

use super::{Checks, successes};
use crate::{
    api::work::{
        AddWorkCalendar, CalendarPage as Loaded, CloseWorkFeed, DaysForm, OpenWorkFeed, PaintWorkDays,
        RemoveWorkCalendar, SaveWorkPattern, work_calendar,
    },
    i18n::{Locale, fmt, use_locale},
    ui::{
        Checkbox, Choice, DayCalendar, ErrorState, Field, FormErrors, Hidden, Notice, Select, Skeleton, Submit,
        TextArea, use_form_state,
    },
};
use chrono::{NaiveDate, Weekday};
use gabarit_i18n::work as text;
use gabarit_view::work::{BusyCalendarView, CalendarProblem};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use std::collections::BTreeSet;

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

#[derive(Clone, Copy)]
struct Actions {
    pattern: ServerAction<SaveWorkPattern>,
    paint: ServerAction<PaintWorkDays>,
    add: ServerAction<AddWorkCalendar>,
    remove: ServerAction<RemoveWorkCalendar>,
    open: ServerAction<OpenWorkFeed>,
    close: ServerAction<CloseWorkFeed>,
}

/// The page.
#[component]
pub(super) fn CalendarPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let actions = Actions {
        pattern: ServerAction::new(),
        paint: ServerAction::new(),
        add: ServerAction::new(),
        remove: ServerAction::new(),
        open: ServerAction::new(),
        close: ServerAction::new(),
    };
    let painted = successes(actions.paint);
    let done = [
        successes(actions.pattern),
        painted,
        successes(actions.add),
        successes(actions.remove),
        successes(actions.close),
    ];
    // What the calendar held when it was last read or stored: what is painted since then stays when the page is read again.
    let held = StoredValue::new(None::<BTreeSet<NaiveDate>>);
    let selected = RwSignal::new(BTreeSet::new());
    let paint = move |free: BTreeSet<NaiveDate>| {
        let days = held.get_value().map_or_else(
            || free.clone(),
            |before| {
                let chosen = selected.get_untracked();
                let taken: BTreeSet<_> = before.difference(&chosen).copied().collect();
                let added = chosen.difference(&before).copied();
                free.iter().copied().chain(added).filter(|day| !taken.contains(day)).collect()
            },
        );
        held.set_value(Some(free));
        selected.set(days);
    };
    // Between storing and reading again, what was sent is what the calendar holds, one version later.
    let sent = StoredValue::new(None::<DaysForm>);
    let version = RwSignal::new(0);
    Effect::new(move || {
        if let Some(input) = actions.paint.input().get() {
            sent.set_value(Some(input.form));
        }
    });
    Effect::watch(
        move || painted.get(),
        move |_, _, _| {
            if let Some(stored) = sent.get_value() {
                held.set_value(Some(stored.days.iter().filter_map(|day| day.parse().ok()).collect()));
                version.set(stored.version.parse().map_or(0, |read: i64| read + 1));
            }
        },
        false,
    );
    let page = Resource::new_blocking(
        move || (done.map(|memo| memo.get()), query.read().get("feed").unwrap_or_default()),
        move |(_, feed)| work_calendar(locale, feed),
    );
    view! {
        <Title text=text::nav_calendar(locale)/>
        <h1>{text::nav_calendar(locale)}</h1>
        <p class="lead">{text::calendar_lead(locale)}</p>
        <Transition fallback=|| view! { <Skeleton lines=10/> }>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => {
                        paint(page.view.free.iter().copied().collect());
                        view! {
                            <Pattern page=page.clone() version actions/>
                            <Paint page=page.clone() version selected actions/>
                            <Elsewhere page=page.clone() actions/>
                            <Feed page actions/>
                        }
                        .into_any()
                    }
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

/// The version that a form names: the page's, or that of one's own change since.
fn latest(read: i64, stored: RwSignal<i64>) -> Signal<String> {
    Signal::derive(move || stored.get().max(read).to_string())
}

#[component]
fn Pattern(page: Loaded, version: RwSignal<i64>, actions: Actions) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state("pattern", actions.pattern);
    let choices =
        WEEK.iter().enumerate().map(|(at, day)| (at.to_string(), fmt::weekday(locale, *day).to_owned())).collect();
    let chosen = (0..7_u8).filter(|bit| page.view.week_pattern >> bit & 1 == 1).map(|bit| bit.to_string()).collect();
    let holidays = page.view.works_holidays;
    let region = page.view.region;
    let regions: Vec<_> = page.view.regions.into_iter().map(|(code, name)| Choice::new(code, name)).collect();
    view! {
        <section class="booking-section">
            <h2>{text::pattern_title(locale)}</h2>
            <ActionForm action=actions.pattern attr:class="stack">
                <FormErrors form/>
                <Hidden name="version" value=latest(page.version, version)/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Checks form name="weekdays" legend=text::pattern_title(locale) choices chosen/>
                <Checkbox form name="works_holidays" checked=holidays>{text::works_holidays(locale)}</Checkbox>
                {(!regions.is_empty()).then(|| view! {
                    <Select form name="region" label=text::holiday_region(locale) hint=text::holiday_region_hint(locale) optional=true choices=regions value=region/>
                })}
                <Submit form secondary=true text=text::save(locale).to_owned()/>
            </ActionForm>
        </section>
    }
    .into_any()
}

#[component]
fn Paint(
    page: Loaded,
    version: RwSignal<i64>,
    selected: RwSignal<BTreeSet<NaiveDate>>,
    actions: Actions,
) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state("paint", actions.paint);
    let version = latest(page.version, version);
    let view = page.view;
    view! {
        <section class="booking-section">
            <h2>{text::paint_title(locale)}</h2>
            <p class="hint">{text::paint_hint(locale)}</p>
            <ActionForm action=actions.paint attr:class="stack">
                <FormErrors form/>
                <Hidden name="version" value=version/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <DayCalendar
                    name=text::your_calendar(locale).to_owned()
                    free=view.paintable
                    earliest=view.today
                    holidays=view.holidays
                    selected
                    field="days[]"
                    own=true
                />
                <Submit form text=text::paint_save(locale).to_owned()/>
            </ActionForm>
        </section>
    }
    .into_any()
}

fn problem_text(locale: Locale, problem: CalendarProblem) -> &'static str {
    match problem {
        CalendarProblem::NotHttps => text::problem_not_https(locale),
        CalendarProblem::NotPublic => text::problem_not_public(locale),
        CalendarProblem::NoAnswer => text::problem_no_answer(locale),
        CalendarProblem::TooBig => text::problem_too_big(locale),
        CalendarProblem::NotACalendar => text::problem_not_a_calendar(locale),
    }
}

#[component]
fn Elsewhere(page: Loaded, actions: Actions) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state("calendar", actions.add);
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
                    <button class="button button-quiet" type="submit" aria-label=format!("{} : {name}", text::remove(locale))>{text::remove(locale)}</button>
                </ActionForm>
            </li>
        }
        .into_any()
    };
    view! {
        <section class="booking-section">
            <h2>{text::elsewhere_title(locale)}</h2>
            <p>{text::elsewhere_lead(locale)}</p>
            <ul class="work-records">{page.view.calendars.into_iter().map(row).collect_view()}</ul>
            <h3>{text::add_calendar(locale)}</h3>
            <ActionForm action=actions.add attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Field form name="name" label=text::calendar_name(locale) optional=true/>
                <Field form name="address" label=text::calendar_address(locale) kind="url" optional=true/>
                <TextArea form name="file" label=text::calendar_text(locale) hint=text::calendar_text_hint(locale) optional=true/>
                <Submit form secondary=true text=text::add_calendar(locale).to_owned()/>
            </ActionForm>
        </section>
    }
    .into_any()
}

#[component]
fn Feed(page: Loaded, actions: Actions) -> impl IntoView {
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
