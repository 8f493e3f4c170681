//! A client's bookings and an expert's orders.

use super::parts::StateTag;
use crate::{
    api::booking::{BookingList, my_bookings, my_orders},
    i18n::{Locale, fmt, use_locale},
    pages::rental::order::Rows,
    ui::{EmptyState, ErrorState, LinkButton, Skeleton},
    url::{self, Page},
};
use gabarit_i18n::{booking as text, common, rental};
use gabarit_view::booking::BookingSummary;
use leptos::prelude::*;
use leptos_meta::Title;

/// The client's bookings.
#[component]
pub(super) fn BookingsPage() -> impl IntoView {
    let locale = use_locale();
    let list = Resource::new_blocking(|| (), move |()| my_bookings(locale));
    view! {
        <Title text=common::my_bookings(locale)/>
        <h1>{common::my_bookings(locale)}</h1>
        <Suspense fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                match list.await {
                    Ok(list) if list.entries.is_empty() && list.rentals.is_empty() => view! {
                        <EmptyState title=text::bookings_empty_title(locale) text=text::bookings_empty_text(locale)>
                            <LinkButton href=url::path(locale, Page::Experts)>{common::nav_find(locale)}</LinkButton>
                        </EmptyState>
                    }
                    .into_any(),
                    Ok(mut list) => {
                        let rentals = std::mem::take(&mut list.rentals);
                        view! {
                            <Groups locale list for_expert=false/>
                            {(!rentals.is_empty()).then(|| view! {
                                <section class="booking-group" id="rentals">
                                    <h2>{rental::own(locale)}</h2>
                                    <Rows locale rows=rentals/>
                                </section>
                            })}
                            <p class="booking-group">
                                <LinkButton href=url::path(locale, Page::Papers)>{text::all_documents(locale)}</LinkButton>
                            </p>
                        }
                        .into_any()
                    }
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// The expert's orders, running clocks first.
#[component]
pub(crate) fn OrdersPage() -> impl IntoView {
    let locale = use_locale();
    let list = Resource::new_blocking(|| (), move |()| my_orders(locale));
    view! {
        <Title text=common::my_orders(locale)/>
        <h1>{common::my_orders(locale)}</h1>
        <Suspense fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                match list.await {
                    Ok(list) if !list.is_expert => view! {
                        <EmptyState title=text::not_expert_title(locale) text=text::not_expert_text(locale)>
                            <LinkButton href=url::path(locale, Page::Bookings)>{common::my_bookings(locale)}</LinkButton>
                        </EmptyState>
                    }
                    .into_any(),
                    Ok(list) if list.entries.is_empty() => view! {
                        <EmptyState title=text::orders_empty_title(locale) text=text::orders_empty_text(locale)/>
                    }
                    .into_any(),
                    Ok(list) => view! { <Groups locale list for_expert=true/> }.into_any(),
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// Bookings by what is due: with a running clock, to come, past.
#[component]
fn Groups(locale: Locale, list: BookingList, for_expert: bool) -> impl IntoView {
    let mut waiting = Vec::new();
    let (mut coming, mut past) = (Vec::new(), Vec::new());
    for (entry, left) in list.entries.into_iter().zip(list.seconds_left) {
        match entry.state.as_str() {
            "held" | "requested" => waiting.push((entry, left)),
            "accepted" => coming.push((entry, left)),
            _ => past.push((entry, left)),
        }
    }
    waiting.sort_by_key(|(_, left)| left.unwrap_or(i64::MAX));
    coming.sort_by_key(|(entry, _)| entry.first_day);
    [(text::group_waiting(locale), waiting), (text::group_coming(locale), coming), (text::group_past(locale), past)]
        .into_iter()
        .filter(|(_, entries)| !entries.is_empty())
        .map(|(title, entries)| {
            let rows =
                entries.into_iter().map(|(entry, left)| view! { <Row locale entry left for_expert/> }).collect_view();
            view! {
                <section class="booking-group">
                    <h2>{title}</h2>
                    <ul class="booking-list">{rows}</ul>
                </section>
            }
        })
        .collect_view()
}

#[component]
fn Row(locale: Locale, entry: BookingSummary, left: Option<i64>, for_expert: bool) -> impl IntoView {
    let clock = entry.clock.as_ref().map(|clock| {
        let time = fmt::date_time(locale, clock);
        let words = match (entry.state.as_str(), for_expert) {
            ("held", _) => text::clock_pay(locale, time),
            (_, true) => text::clock_answer_expert(locale, time),
            (_, false) => text::clock_answer_client(locale, &entry.with, time),
        };
        view! { <super::parts::Clock locale words seconds=left.unwrap_or(0)/> }
    });
    let days = if entry.first_day == entry.last_day {
        fmt::date(locale, entry.first_day)
    } else {
        text::period(locale, fmt::date(locale, entry.first_day), fmt::date(locale, entry.last_day))
    };
    let label = if for_expert { text::column_earnings(locale) } else { text::column_amount(locale) };
    let amount = entry.amount.map(|amount| {
        view! {
            <span class="booking-amount">
                <span class="money">{fmt::money(locale, amount)}</span>
                <span class="hint">{label}</span>
            </span>
        }
    });
    view! {
        <li class="booking-row">
            <div class="booking-row-head">
                <a class="booking-row-link" href=url::path(locale, Page::Booking(entry.id))>{entry.with.clone()}</a>
                " "
                <span class="booking-reference">{entry.reference.clone()}</span>
            </div>
            <StateTag locale state=entry.state.clone()/>
            <p class="booking-row-days">
                {days} " · " {text::days_count(locale, u64::from(entry.days))} " · "
                {entry.place_name.clone().unwrap_or_else(|| text::remote(locale).to_owned())}
            </p>
            {amount}
            {clock}
        </li>
    }
    .into_any()
}
