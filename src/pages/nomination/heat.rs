//! Contributions by month: a picture for eyes, a sentence and a table for everybody.

use crate::i18n::{Locale, fmt};
use gabarit_i18n::nomination as text;
use gabarit_view::nomination::MonthCount;
use leptos::prelude::*;

/// Months a row.
const ROW: usize = 12;
/// A month's width and height, and the room for its letter.
const CELL: usize = 40;
const LETTER: usize = 18;

/// How dark a month is: none, and four steps.
const fn step(count: u32) -> u32 {
    match count {
        0 => 0,
        1 => 1,
        2..=3 => 2,
        4..=7 => 3,
        _ => 4,
    }
}

/// The last 24 months.
#[component]
pub(crate) fn HeatMap(locale: Locale, months: Vec<MonthCount>) -> impl IntoView {
    let active = months.iter().filter(|month| month.count > 0).count();
    let total: u32 = months.iter().map(|month| month.count).sum();
    let summary = text::heat_summary(locale, active, total);
    let cells = months
        .iter()
        .enumerate()
        .map(|(index, month)| {
            let (column, row) = (index % ROW, index / ROW);
            let (x, y) = (column * CELL, row * (CELL + LETTER));
            let class = format!("heat-{}", step(month.count));
            let name = fmt::month_short(locale, chrono::Datelike::month(&month.month));
            let letter: String = name.chars().take(3).collect();
            // The year, where a row or a year begins.
            let begins = column == 0 || chrono::Datelike::month(&month.month) == 1;
            let year = begins.then(|| format!("\u{2009}{:02}", chrono::Datelike::year(&month.month).rem_euclid(100)));
            let count = (month.count > 0).then(|| month.count.to_string());
            view! {
                <g>
                    <rect x=x + 1 y=y + LETTER width=CELL - 2 height=CELL - 2 class=class></rect>
                    <text x=x + CELL / 2 y=y + 12 class="heat-month">{letter}{year.map(|year| view! { <tspan class="heat-year">{year}</tspan> })}</text>
                    <text x=x + CELL / 2 y=y + LETTER + CELL / 2 + 5 class=format!("heat-count heat-count-{}", step(month.count))>
                        {count}
                    </text>
                </g>
            }
        })
        .collect_view();
    let rows = months
        .iter()
        .map(|month| {
            view! {
                <tr>
                    <th scope="row">{fmt::month_year(locale, month.month)}</th>
                    <td class="number">{month.count}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <figure class="heat">
            <figcaption>
                <strong>{text::heat_title(locale)}</strong>
                " "
                {summary.clone()}
            </figcaption>
            <svg viewBox="0 0 480 116" role="img" aria-label=summary focusable="false">{cells}</svg>
            <details>
                <summary>{text::heat_table(locale)}</summary>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{text::month(locale)}</th>
                            <th scope="col" class="number">{text::number(locale)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </figure>
    }
    .into_any()
}
