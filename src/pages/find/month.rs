//! A month of an expert's calendar, to read.

use crate::i18n::use_locale;
use chrono::{Datelike, NaiveDate, Weekday};
use gabarit_domain::calendar::FreeDays;
use gabarit_i18n::{fmt, profile};
use gabarit_view::expert::HolidayView;
use leptos::prelude::*;

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// One month as a table, a row a week, Monday first.
#[component]
pub fn MonthView(
    /// Any day of the month.
    month: NaiveDate,
    /// The expert's free days.
    free: FreeDays,
    /// The first day that can be booked; none is, where there is none.
    bookable_from: Option<NaiveDate>,
    /// Holidays to mark.
    holidays: Vec<HolidayView>,
) -> impl IntoView {
    let locale = use_locale();
    let first = month.with_day(1).unwrap_or(month);
    let lead = first.weekday().num_days_from_monday() as usize;
    let days: Vec<NaiveDate> = first.iter_days().take_while(|day| day.month() == first.month()).collect();
    let mut cells: Vec<Option<NaiveDate>> = vec![None; lead];
    cells.extend(days.into_iter().map(Some));
    cells.resize(cells.len().div_ceil(7) * 7, None);
    let cell = move |day: Option<NaiveDate>| {
        let Some(day) = day else { return view! { <td></td> }.into_any() };
        let holiday = holidays.iter().find(|holiday| holiday.day == day).map(|holiday| holiday.name.clone());
        let is_free = free.is_free(day) && bookable_from.is_some_and(|first| day >= first);
        let class = match (is_free, &holiday, free.covers(day)) {
            (true, ..) => "day day-free",
            (false, Some(_), _) => "day day-holiday",
            (false, None, true) => "day day-busy",
            (false, None, false) => "day day-unknown",
        };
        let state = if is_free { profile::legend_free(locale) } else { profile::legend_busy(locale) };
        let note = holiday.clone().map_or_else(|| state.to_owned(), |name| format!("{state}, {name}"));
        view! {
            <td class=class title=holiday>{day.day()}<span class="sr-only">" "{note}</span></td>
        }
        .into_any()
    };
    view! {
        <table class="month">
            <caption>{fmt::month_year(locale, first)}</caption>
            <thead>
                <tr>
                    {WEEK
                        .map(|day| view! {
                            <th scope="col" abbr=fmt::weekday(locale, day)>{fmt::weekday_short(locale, day)}</th>
                        })
                        .collect_view()}
                </tr>
            </thead>
            <tbody>
                {cells
                    .chunks(7)
                    .map(|week| view! { <tr>{week.iter().copied().map(&cell).collect_view()}</tr> })
                    .collect_view()}
            </tbody>
        </table>
    }
    .into_any()
}
