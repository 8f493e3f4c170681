//! One rental: what, when, how it stands, and what can be done with it.

use crate::{
    api::rental::{MoveRental, read_rental},
    i18n::{Locale, fmt, use_locale},
    ui::{
        EmptyState, ErrorState, FormErrors, Hidden, LinkButton, Notice, ProductNames, QuoteLines, Refunds, Skeleton,
        Submit, Sure, Tag, use_form_state,
    },
    url::{self, Page},
};
use gabarit_domain::{
    invoice::{DeliverTo, DocumentKind},
    money::Cents,
    rental::Delivery,
    stock::Rentable,
};
use gabarit_i18n::{documents as document_text, labels, quote as quote_text, rental as text};
use gabarit_view::{
    error::ApiError,
    expert::ProductView,
    rental::{RentalSummary, RentalView},
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// Where an order stands, in a word.
pub(crate) fn state_words(locale: Locale, state: &str) -> &'static str {
    match state {
        "reserved" => text::state_reserved(locale),
        "authorised" => text::state_authorised(locale),
        "paid" => text::state_paid(locale),
        "handed-out" => text::state_handed_out(locale),
        "returned" => text::state_returned(locale),
        "lapsed" => text::state_lapsed(locale),
        _ => text::state_cancelled(locale),
    }
}

fn items(locale: Locale, summary: &RentalSummary) -> String {
    let items = summary.items.iter().map(|(item, name, count)| text::item(locale, *count, thing(locale, item, name)));
    items.collect::<Vec<_>>().join(", ")
}

/// What something to rent is called.
pub(crate) fn thing(locale: Locale, item: &Rentable, name: &str) -> String {
    match item {
        Rentable::Workstation => text::workstation(locale).to_owned(),
        Rentable::Licence(_) => name.to_owned(),
    }
}

/// Where workstations are sent, as the invoice has it, and whom to call there.
fn address(to: &Delivery, country: &str) -> String {
    format!("{} · {}", DeliverTo::from(to).lines(country).join(", "), to.phone)
}

/// Orders in a list.
#[component]
pub(crate) fn Rows(locale: Locale, rows: Vec<RentalSummary>) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let href = url::path(locale, Page::Rental(row.id));
            let term = text::term(locale, fmt::date(locale, row.term.first), fmt::date(locale, row.term.last));
            let to = row.delivery.as_ref().map(|to| {
                let words = address(to, to.country.as_str());
                view! { <p class="hint">{text::fact_delivery(locale)} " · " {words}</p> }
            });
            let taken_back =
                row.charged_back.then(|| view! { <Tag strong=true>{text::charged_back_tag(locale)}</Tag> });
            view! {
                <li class="booking-row">
                    <div class="booking-row-head">
                        <a class="booking-row-link" href=href>{items(locale, &row)}</a>
                        " "
                        <span class="booking-reference">{row.reference.clone()}</span>
                    </div>
                    <Tag strong=row.overdue>
                        {state_words(locale, &row.state)}
                        {row.overdue.then(|| format!(" · {}", text::overdue(locale)))}
                    </Tag>
                    {taken_back}
                    <p class="booking-row-days">{term}</p>
                    <p class="hint">{row.client_name} " · " {fmt::money(locale, row.total)}</p>
                    {to}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="booking-list">{rows}</ul> }.into_any()
}

/// The page.
#[component]
pub(super) fn RentalPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let action = ServerAction::<MoveRental>::new();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let rental = Resource::new_blocking(move || (id(), action.version().get()), |(id, _)| read_rental(id));
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match rental.await {
                    Ok(rental) => view! { <Content rental action/> }.into_any(),
                    Err(ApiError::NotFound) => {
                        crate::response::set_status(404);
                        view! {
                            <Title text=text::not_found(locale)/>
                            <h1>{text::not_found(locale)}</h1>
                            <EmptyState title=text::not_found(locale) text=text::not_found_text(locale)/>
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

#[component]
fn Content(rental: RentalView, action: ServerAction<MoveRental>) -> impl IntoView {
    let locale = use_locale();
    let summary = rental.summary.clone();
    let title = text::order_title(locale, &summary.reference);
    let form = use_form_state::<MoveRental>("rental-move", action);
    let id = summary.id.to_string();
    let term = text::term(locale, fmt::date(locale, summary.term.first), fmt::date(locale, summary.term.last));
    let names = ProductNames::of(
        &rental
            .products
            .iter()
            .map(|(code, name)| ProductView { code: code.clone(), name: name.clone(), licence_per_day: None })
            .collect::<Vec<_>>(),
    );
    let ids = StoredValue::new(id);
    let button = move |act: &'static str, words: String, hint: Option<&'static str>, secondary: bool| {
        view! {
            <ActionForm action attr:class="action-form">
                <Hidden name="id" value=ids.get_value()/>
                <Hidden name="act" value=act.to_owned()/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Submit form text=words.clone() secondary/>
                {hint.map(|hint| view! { <p class="hint">{hint}</p> })}
            </ActionForm>
        }
        .into_any()
    };
    let pay = rental.may_pay.then(|| button("pay", text::pay(locale, fmt::money(locale, summary.total)), None, false));
    let to_hand_out =
        if summary.delivery.is_some() { text::hand_out_sent(locale) } else { text::hand_out(locale) }.to_owned();
    let hand_out = rental.may_hand_out.then(|| button("hand-out", to_hand_out, None, false));
    let delivery = summary.delivery.as_ref().map(|to| {
        let words = address(to, rental.delivery_country.as_deref().unwrap_or_default());
        view! {
            <section class="booking-card">
                <h2>{text::fact_delivery(locale)}</h2>
                <p>{words}</p>
            </section>
        }
    });
    let taken_back = (rental.charged_back > Cents::ZERO).then(|| {
        let amount = fmt::money(locale, rental.charged_back);
        let words =
            if rental.is_own { text::charged_back_client(locale, amount) } else { text::charged_back(locale, amount) };
        view! { <Notice warning=true><p>{words}</p></Notice> }
    });
    let take_back = rental.may_return.then(|| button("return", text::take_back(locale).to_owned(), None, false));
    let cancel = rental.may_cancel.then(|| {
        let paid = summary.total;
        view! {
            <Sure text=text::cancel(locale)>
                <p>{text::cancel_hint(locale)}</p>
                {button("cancel", text::cancel_sure(locale, fmt::money(locale, paid)), None, true)}
            </Sure>
        }
    });
    let clock = rental.clock.as_ref().map(|until| {
        let words = text::pay_until(locale, fmt::date_time(locale, until));
        view! { <p>{words}</p> }
    });
    let charged = rental.capture_by.as_ref().map(|by| {
        let words = text::charged_later(locale, fmt::money(locale, summary.total), fmt::date_time(locale, by));
        view! { <p>{words}</p> }
    });
    let documents = rental
        .documents
        .iter()
        .map(|link| {
            let kind = match link.kind {
                DocumentKind::CreditNote => document_text::kind_credit_note(locale),
                _ => document_text::kind_invoice(locale),
            };
            view! {
                <li>
                    <span class="document-what">
                        <a href=url::path(locale, Page::Document(link.id))>{kind} " " {link.number.clone()}</a>
                        <span class="hint">{fmt::date(locale, link.issued_on)}</span>
                    </span>
                    <span class="money">{fmt::money(locale, link.total)}</span>
                </li>
            }
        })
        .collect_view();
    let log = rental
        .log
        .iter()
        .map(|(at, state, _)| {
            view! {
                <li class="timeline-done">
                    <p class="timeline-state">{state_words(locale, state)}</p>
                    <p class="hint">{fmt::date_time(locale, at)}</p>
                </li>
            }
        })
        .collect_view();
    let payment = rental.method.map(|method| view! { <p class="hint">{labels::method(locale, method).to_owned()}</p> });
    let has_documents = !rental.documents.is_empty();
    view! {
        <Title text=title.clone()/>
        <header class="booking-head">
            <h1>{title}</h1>
            <p class="booking-whom">
                {items(locale, &summary)} " "
                <Tag strong=summary.overdue>{state_words(locale, &summary.state)}</Tag>
            </p>
            <p>{term}</p>
            <p><LinkButton href=url::path(locale, Page::Bookings)>{text::own(locale)}</LinkButton></p>
        </header>
        <FormErrors form/>
        <div class="booking-page">
            <div class="booking-main">
                <section class="booking-now">
                    {taken_back}
                    {clock}
                    {charged}
                    <div class="booking-actions">{pay} {hand_out} {take_back} {cancel}</div>
                </section>
                <section class="booking-section">
                    <h2>{text::history(locale)}</h2>
                    <ol class="timeline">{log}</ol>
                </section>
            </div>
            <aside class="booking-side">
                <section class="title-block quote-panel-still">
                    <h2 class="quote-title-bar">{quote_text::agreed(locale)}</h2>
                    <QuoteLines quote=rental.quote.clone() customer=rental.customer.clone() home=None names/>
                </section>
                {payment}
                {delivery}
                <Refunds locale refunds=rental.refunds.clone()/>
                {has_documents.then(|| view! {
                    <section class="booking-card">
                        <h2>{text::documents(locale)}</h2>
                        <ul class="document-list">{documents}</ul>
                    </section>
                })}
            </aside>
        </div>
    }
    .into_any()
}
