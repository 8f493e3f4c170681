//! The documents of a month: one's own, or everybody's in the console.

use crate::{
    api::papers::{documents_of_month, seller_gaps},
    i18n::{Locale, fmt, use_locale},
    session::use_account,
    ui::{ErrorState, Icon, IconName, Skeleton, TableFrame},
    url::{self, Page},
};
use chrono::Datelike as _;
use gabarit_domain::invoice::DocumentKind;
use gabarit_i18n::{documents as names, papers as text};
use gabarit_view::papers::MonthView;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_query_map};

/// One's own documents.
#[component]
pub(super) fn PapersPage() -> impl IntoView {
    let locale = use_locale();
    let account = use_account();
    let expert = account.with_untracked(|account| account.as_ref().is_some_and(|account| account.expert.is_some()));
    let agreement = expert.then(|| {
        view! { <li><a href=url::path(locale, Page::SelfBilling)>{text::agreement(locale)}</a></li> }
    });
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::lead(locale)}</p>
        <Month all=false/>
        <ul class="papers-links">
            <li><a href=url::path(locale, Page::PapersSettings)>{text::settings(locale)}</a></li>
            {agreement}
            <li><a href=url::path(locale, Page::Verify)>{text::verify(locale)}</a></li>
        </ul>
    }
    .into_any()
}

/// Everybody's documents, for the console.
#[component]
pub fn AllDocuments() -> impl IntoView {
    let locale = use_locale();
    let gaps = Resource::new_blocking(|| (), |()| seller_gaps());
    view! {
        <Title text=text::title(locale)/>
        <h1>{text::title(locale)}</h1>
        <p class="lead">{text::all_lead(locale)}</p>
        <Month all=true/>
        <section class="booking-card">
            <h2>{text::dac7(locale)}</h2>
            <p class="hint">{text::dac7_lead(locale)}</p>
            <Suspense fallback=|| view! { <Skeleton lines=3/> }>
                {move || Suspend::new(async move {
                    match gaps.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(years) => years
                            .into_iter()
                            .map(|(year, gaps)| {
                                let missing = if gaps.is_empty() {
                                    view! { <p>{text::dac7_none(locale, year)}</p> }.into_any()
                                } else {
                                    let list = gaps.into_iter().map(|gap| view! { <li>{gap.name}</li> }).collect_view();
                                    view! { <p>{text::dac7_gaps(locale, year)}</p><ul>{list}</ul> }.into_any()
                                };
                                view! {
                                    <p>
                                        <a class="button" href=format!("/documents/dac7/{year}") rel="external" download="">
                                            <Icon name=IconName::Download/>{text::dac7_file(locale, year)}
                                        </a>
                                    </p>
                                    {missing}
                                }
                            })
                            .collect_view()
                            .into_any(),
                    }
                })}
            </Suspense>
        </section>
    }
    .into_any()
}

#[component]
fn Month(all: bool) -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let wanted = move || {
        query.with(|query| {
            (query.get_str("month").map(ToOwned::to_owned), query.get_str("q").unwrap_or_default().to_owned())
        })
    };
    let found = Resource::new_blocking(wanted, move |(month, search)| documents_of_month(month, search, all));
    let search = query.with_untracked(|query| query.get_str("q").unwrap_or_default().to_owned());
    let here = use_location().pathname.get_untracked();
    view! {
        <Suspense fallback=|| view! { <Skeleton lines=8/> }>
            {
                let (search, here) = (search.clone(), here.clone());
                move || {
                    let (search, here) = (search.clone(), here.clone());
                    Suspend::new(async move {
                        match found.await {
                            Err(error) => view! { <ErrorState error/> }.into_any(),
                            Ok(month) => view! { <Found locale month all search here/> }.into_any(),
                        }
                    })
                }
            }
        </Suspense>
    }
    .into_any()
}

#[component]
fn Found(locale: Locale, month: MonthView, all: bool, search: String, here: String) -> impl IntoView {
    let code = |day: chrono::NaiveDate| format!("{}-{:02}", day.year(), day.month());
    let this = code(month.month);
    let folder = if all { format!("/documents/all/{this}") } else { format!("/documents/month/{this}") };
    let to = |day: chrono::NaiveDate| format!("{here}?month={}", code(day));
    let previous = month.previous.map(|day| view! { <a class="button" href=to(day)>{text::previous(locale)}</a> });
    let next = month.next.map(|day| view! { <a class="button" href=to(day)>{text::next(locale)}</a> });
    let rows = month
        .documents
        .iter()
        .map(|row| {
            let kind = match row.kind {
                DocumentKind::Invoice => names::kind_invoice(locale),
                DocumentKind::CreditNote => names::kind_credit_note(locale),
                DocumentKind::SelfBilledInvoice => names::kind_self_billed(locale),
                DocumentKind::SelfBilledCreditNote => names::kind_self_billed_credit(locale),
            };
            view! {
                <tr>
                    <th scope="row">
                        <a href=url::path(locale, Page::Document(row.id))>{row.number.clone()}</a>
                        <span class="hint">{kind}</span>
                    </th>
                    <td>{fmt::date_short(locale, row.issued_on)}</td>
                    <td>{row.party.clone()}</td>
                    <td><a href=url::path(locale, Page::Booking(row.booking))>{row.booking_reference.clone()}</a></td>
                    <td class="money">{fmt::money(locale, row.total)}</td>
                    <td class="money">{fmt::money(locale, row.due)}</td>
                </tr>
            }
        })
        .collect_view();
    let table = if month.documents.is_empty() {
        view! { <p class="hint">{text::none(locale)}</p> }.into_any()
    } else {
        view! {
            <TableFrame caption=text::caption(locale)>
                <thead>
                    <tr>
                        <th scope="col">{text::th_number(locale)}</th>
                        <th scope="col">{text::th_date(locale)}</th>
                        <th scope="col">{text::th_party(locale)}</th>
                        <th scope="col">{text::th_booking(locale)}</th>
                        <th scope="col" class="money">{text::th_total(locale)}</th>
                        <th scope="col" class="money">{text::th_due(locale)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </TableFrame>
            <p class="actions">
                <a class="button" href=format!("{folder}/zip") rel="external" download=""><Icon name=IconName::Download/>{text::zip(locale)}</a>
                <a class="button" href=format!("{folder}/csv") rel="external" download=""><Icon name=IconName::Download/>{text::csv(locale)}</a>
            </p>
        }
        .into_any()
    };
    view! {
        <form method="get" action=here.clone() class="papers-filter">
            <div class="field">
                <label for="papers-month">{text::month(locale)}</label>
                <input id="papers-month" class="input" type="month" name="month" value=this/>
            </div>
            <div class="field papers-search">
                <label for="papers-q">{text::search(locale)}</label>
                <input id="papers-q" class="input" type="search" name="q" value=search/>
            </div>
            <button type="submit" class="button">{text::show(locale)}</button>
        </form>
        {table}
        <p class="actions">{previous}{next}</p>
    }
    .into_any()
}
