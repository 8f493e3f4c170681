//! Choosing days in an expert's calendar.
//!
//! Every free day is a checkbox named `day` whose label is drawn as a cell, so the calendar is an ordinary form without
//! script. With it, one cell takes the tab stop and arrows move between days (also to those that are not free, so that their
//! reason can be heard); Shift and the mouse choose periods.

mod moves;

use crate::i18n::{Locale, fmt, use_locale};
use chrono::{Datelike, Months, NaiveDate, Weekday};
use gabarit_domain::calendar::FreeDays;
use gabarit_i18n::booking as text;
use gabarit_view::expert::HolidayView;
use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast, web_sys};
use std::collections::{BTreeMap, BTreeSet};

/// Months shown at once; the others unfold.
const SHOWN: usize = 3;

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// A period being chosen with the mouse: from where, what was chosen before, and whether days are added or taken away.
#[derive(Clone, Debug)]
struct Drag {
    from: NaiveDate,
    before: BTreeSet<NaiveDate>,
    add: bool,
    moved: bool,
}

/// What the calendar knows of each day.
#[derive(Clone, Debug)]
struct Known {
    free: FreeDays,
    earliest: NaiveDate,
    holidays: BTreeMap<NaiveDate, String>,
    elsewhere: BTreeSet<NaiveDate>,
    own: bool,
}

impl Known {
    /// Whether the day can be chosen.
    fn can(&self, day: NaiveDate) -> bool {
        day >= self.earliest && self.free.is_free(day)
    }

    /// `lundi 25 décembre 2026, Noël, indisponible`: what a screen reader says of the day. Whether it is chosen is
    /// the checkbox's own state.
    fn name(&self, locale: Locale, day: NaiveDate, can: bool) -> String {
        let mut name = fmt::date_long(locale, day);
        if let Some(holiday) = self.holidays.get(&day) {
            name.push_str(", ");
            name.push_str(holiday);
        } else if is_weekend(day) && !can {
            name.push_str(", ");
            name.push_str(text::word_weekend(locale));
        }
        // In one's own calendar the checkbox itself says whether the day is free.
        if !(self.own && can) {
            name.push_str(", ");
            name.push_str(if can { text::word_free(locale) } else { text::word_busy(locale) });
        }
        if self.elsewhere.contains(&day) {
            name.push_str(", ");
            name.push_str(text::word_elsewhere(locale));
        }
        name
    }
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The months to show, by their first days.
fn months(from: NaiveDate, until: NaiveDate) -> Vec<NaiveDate> {
    let mut list = Vec::new();
    let mut month = first_of_month(from);
    while month <= until {
        list.push(month);
        match month.checked_add_months(Months::new(1)) {
            Some(next) => month = next,
            None => break,
        }
    }
    list
}

fn cell_id(day: NaiveDate) -> String {
    format!("day-{day}")
}

/// The day of the cell that an event happened in.
fn day_of(target: Option<web_sys::EventTarget>) -> Option<NaiveDate> {
    let element = target?.dyn_into::<web_sys::Element>().ok()?;
    element.closest("[data-day]").ok()??.get_attribute("data-day")?.parse().ok()
}

/// A calendar of free days to choose from, as checkboxes named `day`.
#[component]
pub fn DayCalendar(
    /// Whose calendar it is.
    name: String,
    /// Their free days.
    free: FreeDays,
    /// The first day that can be booked.
    earliest: NaiveDate,
    /// Holidays to mark.
    holidays: Vec<HolidayView>,
    /// The chosen days.
    selected: RwSignal<BTreeSet<NaiveDate>>,
    /// Name of the checkboxes in the form.
    #[prop(default = "day")]
    field: &'static str,
    /// Whether it is one's own calendar, in which the chosen days are the free ones.
    #[prop(optional)]
    own: bool,
    /// Days that other calendars of the expert make busy, to mark in their own.
    #[prop(optional)]
    elsewhere: Vec<NaiveDate>,
) -> impl IntoView {
    let locale = use_locale();
    let marks = !elsewhere.is_empty();
    let (first, last) = (first_of_month(earliest), free.until());
    let holidays = holidays.into_iter().map(|holiday| (holiday.day, holiday.name)).collect();
    let known = StoredValue::new(Known { free, earliest, holidays, elsewhere: elsewhere.into_iter().collect(), own });
    let root = NodeRef::<html::Div>::new();
    let drag = RwSignal::new(None::<Drag>);
    // Where a period begins, and whether its days are added or taken away.
    let anchor = StoredValue::new(None::<(NaiveDate, bool)>);

    let start = selected
        .read_untracked()
        .iter()
        .copied()
        .find(|day| (first..=last).contains(day))
        .or_else(|| known.with_value(|known| known.free.next_free(earliest)))
        .unwrap_or(earliest);
    let stop = StoredValue::new(start);
    let focus = move |day: NaiveDate| {
        if let Some(old) = moves::element(stop.get_value()) {
            let _ = old.set_attribute("tabindex", "-1");
        }
        if let Some(cell) = moves::element(day) {
            let _ = cell.set_attribute("tabindex", "0");
            moves::reveal(&cell);
            let _ = cell.focus();
            stop.set_value(day);
        }
    };
    // Without script every free day is a tab stop of its own; with it the whole calendar is one.
    Effect::new(move || {
        for day in first.iter_days().take_while(|day| *day <= last) {
            if let Some(cell) = moves::element(day) {
                let _ = cell.set_attribute("tabindex", if day == stop.get_value() { "0" } else { "-1" });
            }
        }
    });

    // Adds or takes away all days that can be chosen between two, ends included.
    let set_range = move |base: &BTreeSet<NaiveDate>, from: NaiveDate, to: NaiveDate, add: bool| {
        let mut days = base.clone();
        let (low, high) = (from.min(to), from.max(to));
        for day in low.iter_days().take_while(|day| *day <= high) {
            if !add {
                days.remove(&day);
            } else if known.with_value(|known| known.can(day)) {
                days.insert(day);
            }
        }
        if *selected.read_untracked() != days {
            selected.set(days);
        }
    };

    let on_change = move |event: ev::Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok()) else {
            return;
        };
        let Ok(day) = input.value().parse::<NaiveDate>() else { return };
        let checked = input.checked();
        selected.update(|days| {
            if checked {
                days.insert(day);
            } else {
                days.remove(&day);
            }
        });
        anchor.set_value(Some((day, checked)));
    };
    let on_pointerdown = move |event: ev::PointerEvent| {
        let Some(day) = day_of(event.target()) else { return };
        if event.button() != 0 {
            return;
        }
        if event.shift_key()
            && let Some((from, add)) = anchor.get_value()
        {
            set_range(&selected.get_untracked(), from, day, add);
            // The click that follows must not turn the last day round again.
            drag.set(Some(Drag { from: day, before: selected.get_untracked(), add, moved: true }));
            return;
        }
        // A finger scrolls; only a mouse draws periods.
        if event.pointer_type() == "mouse" {
            let before = selected.get_untracked();
            let add = !before.contains(&day);
            drag.set(Some(Drag { from: day, before, add, moved: false }));
        }
    };
    let on_pointerover = move |event: ev::PointerEvent| {
        if event.buttons() & 1 == 0 {
            return;
        }
        let Some(day) = day_of(event.target()) else { return };
        let Some(current) = drag.get_untracked() else { return };
        if current.moved || day != current.from {
            set_range(&current.before, current.from, day, current.add);
            drag.set(Some(Drag { moved: true, ..current }));
        }
    };
    let on_click = move |event: ev::MouseEvent| {
        let Some(day) = day_of(event.target()) else { return };
        if drag.get_untracked().is_some_and(|drag| drag.moved) {
            event.prevent_default();
        }
        drag.set(None);
        if day != stop.get_value() {
            focus(day);
        }
    };
    let on_keydown = move |event: ev::KeyboardEvent| {
        // A drag that ended outside of the calendar leaves no click behind to end it.
        drag.set(None);
        if event.alt_key() || event.ctrl_key() || event.meta_key() {
            return;
        }
        let Some(day) = day_of(event.target()) else { return };
        let Some(next) = moves::step(day, &event.key(), first, last) else { return };
        event.prevent_default();
        if event.shift_key() {
            // In one's own calendar the days are free to begin with: there a period takes its first day's other state, as
            // it does when it is drawn with the mouse.
            let add = !(own && selected.read_untracked().contains(&day));
            let (from, add) = anchor.get_value().unwrap_or((day, add));
            anchor.set_value(Some((from, add)));
            set_range(&selected.get_untracked(), from, next, add);
        } else {
            anchor.set_value(None);
        }
        focus(next);
    };

    let list = months(earliest, last);
    let unfold = list.get(SHOWN).is_some_and(|later| selected.read_untracked().iter().any(|day| day >= later));
    let mut drawn = list.into_iter().map(move |month| view! { <Month month known selected field/> });
    let shown = drawn.by_ref().take(SHOWN).collect_view();
    let later = drawn.collect_view();
    view! {
        <div
            class="calendar"
            role="group"
            aria-label=text::calendar(locale, name)
            node_ref=root
            on:change=on_change
            on:pointerdown=on_pointerdown
            on:pointerover=on_pointerover
            on:click=on_click
            on:keydown=on_keydown
        >
            <div class="calendar-months">{shown}</div>
            <details class="calendar-more" open=unfold>
                <summary>{text::more_months(locale)}</summary>
                <div class="calendar-months">{later}</div>
            </details>
            <ul class="calendar-legend" aria-hidden="true">
                <li><span class="day-sample day-sample-free"></span>{if own { text::word_not_free(locale) } else { text::word_free(locale) }}</li>
                <li><span class="day-sample day-sample-chosen"></span>{if own { text::word_free(locale) } else { text::word_chosen(locale) }}</li>
                <li><span class="day-sample day-sample-off"></span>{text::word_busy(locale)}</li>
                <li><span class="day-sample day-sample-holiday"></span>{text::word_holiday(locale)}</li>
                {marks.then(|| view! {
                    <li><span class="day-sample day-sample-elsewhere"></span>{text::word_elsewhere(locale)}</li>
                })}
            </ul>
        </div>
    }
    .into_any()
}

#[component]
fn Month(
    month: NaiveDate,
    known: StoredValue<Known>,
    selected: RwSignal<BTreeSet<NaiveDate>>,
    field: &'static str,
) -> impl IntoView {
    let locale = use_locale();
    let cells = month
        .iter_days()
        .take_while(|day| day.month() == month.month())
        .map(|day| cell(locale, day, known, selected, field))
        .collect_view();
    view! {
        <fieldset class="calendar-month">
            <legend>{fmt::month_year(locale, month)}</legend>
            <div class="calendar-grid">
                {WEEK
                    .map(|day| view! {
                        <span class="calendar-weekday" aria-hidden="true">{fmt::weekday_short(locale, day)}</span>
                    })
                    .collect_view()}
                {cells}
            </div>
        </fieldset>
    }
    .into_any()
}

fn cell(
    locale: Locale,
    day: NaiveDate,
    known: StoredValue<Known>,
    selected: RwSignal<BTreeSet<NaiveDate>>,
    field: &'static str,
) -> AnyView {
    let chosen = selected.read_untracked().contains(&day);
    let (can, name, holiday, elsewhere) = known.with_value(|known| {
        let can = known.can(day);
        let holiday = known.holidays.get(&day).cloned();
        (can, known.name(locale, day, can), holiday, known.elsewhere.contains(&day))
    });
    let title = holiday.clone().or_else(|| elsewhere.then(|| text::word_elsewhere(locale).to_owned()));
    let mut class = String::from("day");
    if day.day() == 1 {
        class.push_str(" day-column-");
        class.push_str(&day.weekday().number_from_monday().to_string());
    }
    for (holds, part) in [
        (is_weekend(day), " day-weekend"),
        (holiday.is_some(), " day-holiday"),
        (elsewhere, " day-elsewhere"),
        (!can, " day-off"),
        (!can && chosen, " day-lost"),
    ] {
        if holds {
            class.push_str(part);
        }
    }
    if !can && !chosen {
        // Not a choice: no control, yet a place that arrows and screen readers can reach.
        return view! {
            <span
                class=class
                id=cell_id(day)
                role="checkbox"
                aria-checked="false"
                aria-disabled="true"
                aria-label=name
                title=title
                data-day=day.to_string()
            >
                {day.day()}
            </span>
        }
        .into_any();
    }
    view! {
        <label class=class title=title data-day=day.to_string()>
            <input
                type="checkbox"
                name=field
                id=cell_id(day)
                value=day.to_string()
                checked=chosen
                prop:checked=move || selected.read().contains(&day)
                aria-label=name
            />
            <span aria-hidden="true">{day.day()}</span>
        </label>
    }
    .into_any()
}
