//! One booking: state, clock, order, price, contact, documents, and what can be done now. The same page for both sides.

mod actions;
mod changes;
mod others;

use super::parts::{Clock, NotShown, StateTag, days_words};
use crate::{
    api::{
        booking::{
            self as api, AcceptBooking, AskRegister, BookingDetail, DeclineBooking, PayBooking, WithdrawBooking,
        },
        changes::{AcceptChange, DeclineChange, DismissReport, PayWith, ReportAbsence, WithdrawChange},
    },
    i18n::{Locale, fmt, use_locale},
    ui::{Icon, IconName, LinkButton, Notice, ProductNames, QuoteLines, Refunds, Skeleton},
    url::{self, Page},
};
use actions::Actions;
use changes::{Settled, Underway, after};
use gabarit_domain::{ids::BookingId, invoice::DocumentKind, money::Cents, pricing::Location};
use gabarit_i18n::{
    booking as text, documents as document_text, labels, lines, quote as quote_text, work as work_text,
};
use gabarit_view::{
    booking::{BookingView, EarningsView, PaymentView, Side, TimelineEntry},
    error::ApiError,
    search::{Mode, SearchQuery},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use others::Others;

/// The actions of the page; they outlive the reloading of what they change.
#[derive(Clone, Copy)]
struct Moves {
    accept: ServerAction<AcceptBooking>,
    decline: ServerAction<DeclineBooking>,
    withdraw: ServerAction<WithdrawBooking>,
    pay: ServerAction<PayBooking>,
    pay_with: ServerAction<PayWith>,
    accept_change: ServerAction<AcceptChange>,
    decline_change: ServerAction<DeclineChange>,
    withdraw_change: ServerAction<WithdrawChange>,
    report: ServerAction<ReportAbsence>,
    dismiss: ServerAction<DismissReport>,
    ask_register: ServerAction<AskRegister>,
}

/// The page.
#[component]
pub(super) fn BookingPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let moves = Moves {
        accept: ServerAction::new(),
        decline: ServerAction::new(),
        withdraw: ServerAction::new(),
        pay: ServerAction::new(),
        pay_with: ServerAction::new(),
        accept_change: ServerAction::new(),
        decline_change: ServerAction::new(),
        withdraw_change: ServerAction::new(),
        report: ServerAction::new(),
        dismiss: ServerAction::new(),
        ask_register: ServerAction::new(),
    };
    let id = move || params.read().get("id").and_then(|id| id.parse::<BookingId>().ok());
    let detail = Resource::new_blocking(
        move || {
            let versions =
                (moves.accept.version().get(), moves.decline.version().get(), moves.withdraw.version().get());
            let changes = (
                moves.accept_change.version().get(),
                moves.decline_change.version().get(),
                moves.withdraw_change.version().get(),
                moves.report.version().get(),
                moves.dismiss.version().get(),
                moves.ask_register.version().get(),
            );
            (id(), versions, changes)
        },
        move |(id, _, _)| async move {
            match id {
                Some(id) => api::booking(locale, id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match detail.await {
                    Ok(detail) => view! { <Detail detail moves/> }.into_any(),
                    Err(error) => view! { <NotShown error title=text::not_found_title(locale) words=text::not_found_text(locale)/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Detail(detail: BookingDetail, moves: Moves) -> impl IntoView {
    let locale = use_locale();
    let names = ProductNames::of(&detail.products);
    let settled_names = names.clone();
    let view = detail.view;
    // Followed, not read once: after an action the page's data and its new address arrive in either order.
    let query = use_query_map();
    let title = if view.side == Side::Expert {
        text::order_reference(locale, &view.reference)
    } else {
        text::reference(locale, &view.reference)
    };
    let with = match view.side {
        Side::Client => text::with_expert(locale, &view.expert_name),
        Side::Expert => text::for_client(locale, &view.client_name),
        Side::Manager => {
            format!("{} {}", text::with_expert(locale, &view.expert_name), text::for_client(locale, &view.client_name))
        }
    };
    let place = view.place_name.clone().unwrap_or_else(|| text::remote(locale).to_owned());
    let is_accepted = view.state == "accepted";
    let done = move || {
        query.with(|query| match query.get_str("done") {
            Some("accepted") if is_accepted => Some(text::done_accepted(locale)),
            done => after(locale, done),
        })
    };
    // The expert declined, did not answer, or cancelled: who else is free?
    let by_expert = view.timeline.last().and_then(|entry| entry.by) == Some(Side::Expert);
    let lost = view.side == Side::Client
        && (matches!(view.state.as_str(), "declined" | "expired") || (view.state == "cancelled" && by_expert));
    let search = {
        let (mode, near) = match view.order.location {
            Location::Remote => (Mode::Remote, None),
            Location::OnSite { place, .. } => (Mode::OnSite, Some(place)),
        };
        let days = Some(view.order.days.clone());
        let query = SearchQuery { days, mode: Some(mode), near, ..SearchQuery::default() };
        format!("{}?{}", url::path(locale, Page::Experts), query.to_query())
    };
    let complain = {
        let path = url::with_param(&url::path(locale, Page::Contact), "topic", "dissatisfied");
        url::with_param(&path, "booking", &view.id.to_string())
    };
    let taken_back = (view.charged_back > Cents::ZERO).then(|| {
        let amount = fmt::money(locale, view.charged_back);
        let words = match view.side {
            Side::Manager => view! { <p>{text::charged_back(locale, amount)}</p> }.into_any(),
            _ => view! {
                <p>{text::charged_back_client(locale, amount)}</p>
                <p><a href=complain.clone()>{text::charged_back_write(locale)}</a></p>
            }
            .into_any(),
        };
        view! { <Notice warning=true>{words}</Notice> }
    });
    view! {
        <Title text=title.clone()/>
        <header class="booking-head booking-page-head">
            <h1>{title}</h1>
            <p class="booking-whom">{with} " " <StateTag locale state=view.state.clone()/></p>
        </header>
        {move || done().map(|words| view! { <Notice><p>{words}</p></Notice> })}
        <div class="booking-page">
            <div class="booking-main">
                <section class="booking-now">
                    <p class="booking-state-words">{state_words(locale, &view)}</p>
                    {clock(locale, &view, detail.seconds_left)}
                    <Actions locale view=view.clone() moves/>
                </section>
                {taken_back}
                {lost.then(|| view! { <Others id=view.id names=names.clone() search/> })}
                <Underway locale view=view.clone() moves/>
                <section class="booking-section">
                    <h2>{text::order_title(locale)}</h2>
                    <dl class="facts">
                        <dt>{text::days_title(locale)}</dt>
                        <dd>{days_words(locale, &view.order.days)}</dd>
                        <dt>{text::r#where(locale)}</dt>
                        <dd>{place}</dd>
                        {view.work_address.clone().map(|address| view! {
                            <dt>{text::work_address(locale)}</dt>
                            <dd>{address}</dd>
                        })}
                        {view.order_number.clone().map(|number| view! {
                            <dt>{text::order_number(locale)}</dt>
                            <dd>{number}</dd>
                        })}
                        {view.note.clone().map(|note| view! {
                            <dt>{if view.side == Side::Client { text::note_yours(locale) } else { text::note_title(locale) }}</dt>
                            <dd class="prose">{note}</dd>
                        })}
                    </dl>
                </section>
                <Contact locale view=view.clone()/>
                {(view.side != Side::Manager && view.contact.is_some()).then(|| view! {
                    <p><LinkButton href=url::path(locale, Page::Thread(view.id))>{work_text::open_thread(locale)}</LinkButton></p>
                })}
                <Timeline locale view=view.clone()/>
            </div>
            <aside class="booking-side">
                <section class="title-block quote-panel-still">
                    <h2 class="quote-title-bar">{quote_text::agreed(locale)}</h2>
                    <QuoteLines quote=view.quote.clone() customer=view.order.customer.clone() home=None names/>
                </section>
                {view.settled.clone().map(|settled| view! { <Settled locale settled names=settled_names.clone()/> })}
                {view.payment.clone().map(|payment| view! { <Payment locale payment further=view.further_payments.clone()/> })}
                {view.earnings.clone().map(|earnings| view! { <Earnings locale earnings side=view.side/> })}
                <Refunds locale refunds=view.refunds.clone()/>
                <Documents locale view=view.clone()/>
                <p class="aside"><a href=complain>{gabarit_i18n::contact::dissatisfied_link(locale)}</a></p>
            </aside>
        </div>
    }
    .into_any()
}

/// What the state means for whoever reads.
fn state_words(locale: Locale, view: &BookingView) -> String {
    let expert = view.side == Side::Expert;
    match (view.state.as_str(), expert) {
        ("held", false) => text::state_held_client(locale).to_owned(),
        ("held", true) => text::state_held_expert(locale).to_owned(),
        ("requested", false) => text::state_requested_client(locale, &view.expert_name),
        ("requested", true) => text::state_requested_expert(locale, &view.client_name),
        ("accepted", _) => text::state_accepted(locale).to_owned(),
        ("completed", _) => text::state_completed(locale).to_owned(),
        ("ended", _) => gabarit_i18n::changes::state_ended(locale).to_owned(),
        ("declined", false) => text::state_declined_client(locale, &view.expert_name),
        ("declined", true) => text::state_declined_expert(locale).to_owned(),
        ("expired", false) => text::state_expired_client(locale, &view.expert_name),
        ("expired", true) => text::state_expired_expert(locale).to_owned(),
        ("lapsed", _) => text::state_lapsed(locale).to_owned(),
        _ => text::state_cancelled(locale).to_owned(),
    }
}

fn clock(locale: Locale, view: &BookingView, seconds: Option<i64>) -> Option<impl IntoView + use<>> {
    let time = fmt::date_time(locale, view.clock.as_ref()?);
    let words = match (view.state.as_str(), view.side) {
        ("held", _) => text::clock_pay(locale, time),
        (_, Side::Expert) => text::clock_answer_expert(locale, time),
        _ => text::clock_answer_client(locale, &view.expert_name, time),
    };
    Some(view! { <Clock locale words seconds=seconds.unwrap_or(0)/> })
}

#[component]
fn Contact(locale: Locale, view: BookingView) -> impl IntoView {
    let body = match view.contact {
        Some(contact) => {
            let phone = contact.phone.map(|phone| {
                let dial: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
                view! {
                    <li><Icon name=IconName::Phone/><a href=format!("tel:{dial}")>{phone}</a></li>
                }
            });
            view! {
                <ul class="contact">
                    <li>
                        <Icon name=IconName::Person/>
                        <span>{contact.name}{contact.organisation.map(|name| format!(", {name}"))}</span>
                    </li>
                    <li><Icon name=IconName::Mail/><a href=format!("mailto:{}", contact.email)>{contact.email.clone()}</a></li>
                    {phone}
                </ul>
            }
            .into_any()
        }
        None if view.side == Side::Manager => return ().into_any(),
        None if view.state == "held" => view! { <p class="hint">{text::contact_hidden_before(locale)}</p> }.into_any(),
        None => view! { <p class="hint">{text::contact_hidden_after(locale)}</p> }.into_any(),
    };
    view! {
        <section class="booking-section">
            <h2>{text::contact_title(locale)}</h2>
            {body}
        </section>
    }
    .into_any()
}

/// The states still to come on the way a booking should take.
fn to_come(state: &str) -> &'static [&'static str] {
    match state {
        "held" => &["requested", "accepted", "completed"],
        "requested" => &["accepted", "completed"],
        "accepted" => &["completed"],
        _ => &[],
    }
}

#[component]
fn Timeline(locale: Locale, view: BookingView) -> impl IntoView {
    let entry = move |entry: TimelineEntry| {
        let by = entry.by.map(|side| match side {
            Side::Client => text::by_client(locale),
            Side::Expert => text::by_expert(locale),
            Side::Manager => text::by_manager(locale),
        });
        let reason = (!entry.reason.is_empty()).then(|| view! { <p class="timeline-reason">{entry.reason}</p> });
        view! {
            <li class="timeline-done">
                <p class="timeline-state">{labels::booking_state(locale, &entry.to_state).to_owned()}</p>
                <p class="hint">
                    {fmt::date_time(locale, &entry.at)}
                    {by.map(|by| format!(" · {by}"))}
                </p>
                {reason}
            </li>
        }
    };
    let coming = to_come(&view.state)
        .iter()
        .map(|state| {
            view! {
                <li class="timeline-coming">
                    <p class="timeline-state">{labels::booking_state(locale, state).to_owned()}</p>
                    <p class="hint">{text::to_come(locale)}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="booking-section">
            <h2>{text::timeline(locale)}</h2>
            <ol class="timeline">
                {view.timeline.into_iter().map(entry).collect_view()}
                {coming}
            </ol>
        </section>
    }
    .into_any()
}

#[component]
fn Payment(locale: Locale, payment: PaymentView, further: Vec<PaymentView>) -> impl IntoView {
    let rows = [payment].into_iter().chain(further).map(|payment| payment_row(locale, &payment)).collect_view();
    view! {
        <section class="booking-card">
            <h2>{text::payment_title(locale)}</h2>
            {rows}
        </section>
    }
    .into_any()
}

fn payment_row(locale: Locale, payment: &PaymentView) -> AnyView {
    let state = match payment.state.as_str() {
        "open" => text::payment_open(locale),
        "pending" => text::payment_pending(locale),
        "authorized" => text::payment_authorized(locale),
        "paid" => text::payment_paid(locale),
        "canceled" => text::payment_canceled(locale),
        "expired" => text::payment_expired(locale),
        "failed" => text::payment_failed(locale),
        _ => text::payment_none(locale),
    };
    let refunded = (payment.returned.0 > 0).then(|| {
        view! { <p class="hint">{text::payment_refunded(locale, fmt::money(locale, payment.returned))}</p> }
    });
    view! {
        <p>
            {labels::method(locale, payment.method).to_owned()} " · "
            <span class="money">{fmt::money(locale, payment.amount)}</span> " · " {state}
        </p>
        {refunded}
    }
    .into_any()
}

#[component]
fn Earnings(locale: Locale, earnings: EarningsView, side: Side) -> impl IntoView {
    let rows = earnings
        .lines
        .iter()
        .map(|line| {
            view! {
                <li class="quote-row">
                    <span class="quote-what">
                        <span class="quote-title">{lines::earning_title(locale, line)}</span>
                        <span class="quote-why">{lines::earning_reason(locale, line)}</span>
                    </span>
                    <span class="quote-amount">{fmt::money(locale, line.net())}</span>
                </li>
            }
        })
        .collect_view();
    let (title, estimate) = match side {
        Side::Manager => (text::earnings_title_manager(locale), text::earnings_estimate_manager(locale)),
        _ => (text::earnings_title(locale), text::earnings_estimate(locale)),
    };
    let note = if earnings.is_final { text::earnings_final(locale) } else { estimate };
    view! {
        <section class="title-block quote-panel-still">
            <h2 class="quote-title-bar">{title}</h2>
            <ul class="quote-lines">{rows}</ul>
            <ul class="quote-lines quote-sums">
                <li class="quote-row quote-total">
                    <span class="quote-what"><span class="quote-title">{text::earnings_net(locale)}</span></span>
                    <span class="quote-amount">{fmt::money(locale, earnings.net)}</span>
                </li>
            </ul>
            <p class="quote-meta">{note}</p>
        </section>
    }
    .into_any()
}

#[component]
fn Documents(locale: Locale, view: BookingView) -> impl IntoView {
    let none = match view.side {
        Side::Expert => view.earnings.is_some().then(|| text::documents_none_expert(locale)),
        Side::Client | Side::Manager => Some(text::documents_none_client(locale)),
    };
    let quote = (view.side != Side::Expert).then(|| {
        view! {
            <li>
                <Icon name=IconName::Download/>
                <span class="document-what">
                    <a href=format!("/documents/quote/{}", view.id) rel="external" download="">{document_text::quote_pdf(locale)}</a>
                </span>
            </li>
        }
    });
    let over = matches!(view.state.as_str(), "declined" | "expired" | "lapsed" | "cancelled");
    if view.documents.is_empty() && (over || none.is_none()) {
        return ().into_any();
    }
    let list = view
        .documents
        .iter()
        .map(|link| {
            let kind = match link.kind {
                DocumentKind::Invoice => document_text::kind_invoice(locale),
                DocumentKind::CreditNote => document_text::kind_credit_note(locale),
                DocumentKind::SelfBilledInvoice => document_text::kind_self_billed(locale),
                DocumentKind::SelfBilledCreditNote => document_text::kind_self_billed_credit(locale),
            };
            view! {
                <li>
                    <Icon name=IconName::Document/>
                    <span class="document-what">
                        <a href=url::path(locale, Page::Document(link.id))>{kind} " " {link.number.clone()}</a>
                        <span class="hint">{fmt::date(locale, link.issued_on)}</span>
                    </span>
                    <span class="money">{fmt::money(locale, link.total)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="booking-card">
            <h2>{text::documents_title(locale)}</h2>
            {view.documents.is_empty().then(|| view! { <p class="hint">{none.unwrap_or_default()}</p> })}
            <ul class="document-list">{list} {quote}</ul>
        </section>
    }
    .into_any()
}
