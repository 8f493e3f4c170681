//! All bookings: found by state, by what must happen today, or by whose they are.

use super::list;
use crate::{
    api::manage::manager_bookings,
    i18n::{Locale, fmt, use_locale},
    ui::{EmptyState, TableFrame},
    url::{self, ManagePage, Page},
};
use gabarit_domain::booking::BookingState;
use gabarit_i18n::{labels, log as log_text, manage as text};
use gabarit_view::manage::{ANSWERS_TODAY, BookingRow, BookingsPage as View, BookingsQuery, STARTS_TODAY};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

fn state_name(locale: Locale, code: &str) -> &'static str {
    match code {
        "" => text::bookings_any(locale),
        ANSWERS_TODAY => text::answers_today(locale),
        STARTS_TODAY => text::starts_today(locale),
        code => labels::booking_state(locale, code),
    }
}

/// The address of the page with what is looked for.
fn address(locale: Locale, query: &BookingsQuery, after: &str) -> String {
    let path = url::path(locale, Page::Manage(ManagePage::Bookings));
    list::address(&path, &[("q", &query.q), ("state", &query.state), ("after", after)])
}

/// The page.
#[component]
pub(super) fn BookingsPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_query_map();
    let query = Memo::new(move |_| {
        let params = params.read();
        let get = |name: &str| params.get(name).unwrap_or_default();
        BookingsQuery { q: get("q"), state: get("state"), after: get("after") }
    });
    list::page(text::bookings(locale), text::bookings_lead(locale), query, manager_bookings, move |query, page| {
        view! { <Found locale query page/> }.into_any()
    })
}

#[component]
fn Found(locale: Locale, query: BookingsQuery, page: View) -> impl IntoView {
    let next = page.next.as_ref().map(|after| address(locale, &query, after));
    let first = (!query.after.is_empty()).then(|| address(locale, &query, ""));
    let codes = ["", ANSWERS_TODAY, STARTS_TODAY].into_iter().chain(BookingState::CODES);
    let states = codes
        .map(|code| view! { <option value=code selected=code == query.state>{state_name(locale, code)}</option> })
        .collect_view();
    let list = if page.rows.is_empty() {
        view! { <EmptyState title=text::bookings_none(locale)/> }.into_any()
    } else {
        let rows = page.rows.into_iter().map(|row| view! { <Row locale row/> }).collect_view();
        view! {
            <TableFrame caption=text::bookings(locale)>
                <thead>
                    <tr>
                        <th scope="col">{text::bookings_reference(locale)}</th>
                        <th scope="col">{text::bookings_state(locale)}</th>
                        <th scope="col">{text::bookings_client(locale)}</th>
                        <th scope="col">{text::bookings_expert(locale)}</th>
                        <th scope="col">{text::bookings_days(locale)}</th>
                        <th scope="col" class="number">{text::bookings_total(locale)}</th>
                        <th scope="col">{text::bookings_placed(locale)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
        }
        .into_any()
    };
    view! {
        <form method="get" action=url::path(locale, Page::Manage(ManagePage::Bookings)) class="console-filters log-filters" role="search">
            <div class="field">
                <label for="bookings-q">{text::bookings_words(locale)}</label>
                <input id="bookings-q" class="input" type="search" name="q" value=query.q.clone() autocomplete="off" maxlength="80"/>
            </div>
            <div class="field">
                <label for="bookings-state">{text::bookings_state(locale)}</label>
                <select id="bookings-state" class="input" name="state">{states}</select>
            </div>
            <button type="submit" class="button">{log_text::search(locale)}</button>
        </form>
        {list}
        {list::ways_on(first, next, None)}
    }
    .into_any()
}

#[component]
fn Row(locale: Locale, row: BookingRow) -> impl IntoView {
    let clock = row.clock.map(|until| {
        view! { <br/><span class="hint">{text::bookings_until(locale, fmt::date_time(locale, &until))}</span> }
    });
    let person = (row.client != row.buyer).then(|| view! { <br/><span class="hint">{row.client.clone()}</span> });
    let days = if row.first_day == row.last_day {
        fmt::date(locale, row.first_day)
    } else {
        format!("{} – {}", fmt::date(locale, row.first_day), fmt::date(locale, row.last_day))
    };
    view! {
        <tr>
            <td><a href=url::path(locale, Page::Booking(row.id))>{row.reference}</a></td>
            <td>{labels::booking_state(locale, &row.state)}{clock}</td>
            <td>{row.buyer}{person}</td>
            <td>{row.expert}</td>
            <td>{days}</td>
            <td class="number">{fmt::money(locale, row.total)}</td>
            <td class="log-time">{fmt::date_time(locale, &row.placed)}</td>
        </tr>
    }
    .into_any()
}
