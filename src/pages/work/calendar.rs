//! Free days, painted; calendars elsewhere; the private feed.

mod elsewhere;

use super::{Checks, successes};
use crate::{
    api::work::{
        AddWorkCalendar, CalendarPage as Loaded, CloseWorkFeed, DaysForm, OpenWorkFeed, PaintWorkDays,
        RemoveWorkCalendar, SaveWorkPattern, work_calendar,
    },
    i18n::{fmt, use_locale},
    ui::{Checkbox, Choice, DayCalendar, ErrorState, FormErrors, Hidden, Select, Skeleton, Submit, use_form_state},
};
use chrono::{NaiveDate, Weekday};
use elsewhere::{Elsewhere, Feed, Unsaved};
use gabarit_i18n::work as text;
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
    let patterned = successes(actions.pattern);
    let done = [patterned, painted, successes(actions.add), successes(actions.remove), successes(actions.close)];
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
    // Painted before a file was sent, it is painted again.
    Effect::new(move || {
        if let Some(Unsaved { held: before, selected: chosen }) = Unsaved::take() {
            selected.update(|days| {
                days.retain(|day| chosen.contains(day) || !before.contains(day));
                days.extend(chosen.difference(&before));
            });
        }
    });
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
    // So it is with the week, for its own form alone: what is painted is no answer to another week before it was seen.
    let week_sent = StoredValue::new(None::<i64>);
    let week_version = RwSignal::new(0);
    Effect::new(move || {
        if let Some(input) = actions.pattern.input().get() {
            week_sent.set_value(input.form.version.parse().ok());
        }
    });
    Effect::watch(
        move || patterned.get(),
        move |_, _, _| {
            if let Some(read) = week_sent.get_value() {
                week_version.set(read + 1);
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
                            <Pattern page=page.clone() version=Signal::derive(move || version.get().max(week_version.get())) actions/>
                            <Paint page=page.clone() version=version.into() selected actions/>
                            <Elsewhere page=page.clone() held selected actions/>
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
fn latest(read: i64, stored: Signal<i64>) -> Signal<String> {
    Signal::derive(move || stored.get().max(read).to_string())
}

#[component]
fn Pattern(page: Loaded, version: Signal<i64>, actions: Actions) -> impl IntoView {
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
    version: Signal<i64>,
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
                    elsewhere=view.busy
                />
                <Submit form text=text::paint_save(locale).to_owned()/>
            </ActionForm>
        </section>
    }
    .into_any()
}
