//! What can be done with a booking now, its price said before it is confirmed. Each action is a form that works without
//! script; pressing twice does it once, because the booking has moved on by then.

use super::Moves;
use crate::{
    api::{
        booking::{AcceptBooking, AskRegister, DeclineBooking, PayBooking, WithdrawBooking},
        changes::{PayWith, ReportAbsence},
    },
    i18n::{Locale, fmt},
    ui::{Choice, Field, FormErrors, FormState, Hidden, LinkButton, Radios, Submit, TextArea, use_form_state},
    url::{self, Page},
};
use gabarit_domain::money::Cents;
use gabarit_i18n::{booking as text, changes, labels};
use gabarit_view::booking::{BookingAction, BookingForm, BookingView};
use leptos::{form::ActionForm, prelude::*};

/// The actions that are allowed, the next one first.
#[component]
pub(super) fn Actions(locale: Locale, view: BookingView, moves: Moves) -> impl IntoView {
    let actions = view.actions.clone();
    let can = |action: BookingAction| actions.contains(&action);
    // Children of forms are closures that keep what they name: a handle is copied into each.
    let view = StoredValue::new(view);
    let id = move || view.with_value(|view| view.id.to_string());
    let client = move || view.with_value(|view| view.client_name.clone());
    let accept_form = use_form_state::<AcceptBooking>("accept", moves.accept);
    let decline_form = use_form_state::<DeclineBooking>("decline", moves.decline);
    let withdraw_form = use_form_state::<WithdrawBooking>("withdraw", moves.withdraw);
    let pay_form = use_form_state::<PayBooking>("pay", moves.pay);

    let pay = can(BookingAction::Pay).then(|| {
        let amount = view.with_value(|view| view.payment.as_ref().map_or(view.quote.total, |payment| payment.amount));
        view! {
            <ActionForm action=moves.pay attr:class="action-form">
                <Common form=pay_form locale id=id()/>
                <Submit form=pay_form text=text::pay(locale, fmt::money(locale, amount))/>
                <p class="hint">{text::pay_next(locale)}</p>
            </ActionForm>
        }
    });
    let accept = can(BookingAction::Accept).then(|| {
        view! {
            <ActionForm action=moves.accept attr:class="action-form">
                <Common form=accept_form locale id=id()/>
                <Submit form=accept_form text=text::accept(locale).to_owned()/>
                <p class="hint">{text::accept_note(locale, client())}</p>
            </ActionForm>
        }
    });
    let decline = can(BookingAction::Decline).then(|| {
        let open = decline_form.error().with_untracked(Option::is_some);
        view! {
            <details class="action-more" open=open>
                <summary class="button">{text::decline(locale)}</summary>
                <ActionForm action=moves.decline attr:class="action-form">
                    <Common form=decline_form locale id=id()/>
                    <TextArea
                        form=decline_form
                        name="reason"
                        label=text::decline_reason(locale)
                        hint=text::decline_reason_hint(locale, client())
                        optional=true
                    />
                    <p>{text::decline_note(locale, client())}</p>
                    <Submit form=decline_form secondary=true text=text::decline_confirm(locale).to_owned()/>
                </ActionForm>
            </details>
        }
    });
    let withdraw = can(BookingAction::Withdraw).then(|| {
        let open = withdraw_form.error().with_untracked(Option::is_some);
        view! {
            <details class="action-more" open=open>
                <summary class="button">{text::withdraw(locale)}</summary>
                <ActionForm action=moves.withdraw attr:class="action-form">
                    <Common form=withdraw_form locale id=id()/>
                    <p>{view.with_value(|view| refund_words(locale, view))}</p>
                    <Submit form=withdraw_form secondary=true text=text::withdraw_confirm(locale).to_owned()/>
                </ActionForm>
            </details>
        }
    });
    let ask_form = use_form_state::<AskRegister>("ask-register", moves.ask_register);
    let ask_register = can(BookingAction::AskRegister).then(|| {
        view! {
            <ActionForm action=moves.ask_register attr:class="action-form">
                <Common form=ask_form locale id=id()/>
                <Submit form=ask_form secondary=true text=text::ask_register(locale).to_owned()/>
                <p class="hint">{text::ask_register_note(locale)}</p>
            </ActionForm>
        }
    });
    let rebook = can(BookingAction::Rebook).then(|| {
        let (query, expert, name) =
            view.with_value(|view| (BookingForm::again(&view.order).to_query(), view.expert, view.expert_name.clone()));
        let href = format!("{}?{query}", url::path(locale, Page::Book(expert)));
        view! { <LinkButton href>{text::rebook(locale, name)}</LinkButton> }
    });
    let page =
        move |what: &str| view.with_value(|view| format!("{}/{what}", url::path(locale, Page::Booking(view.id))));
    let link = move |action: BookingAction, what: &'static str, words: &'static str| {
        can(action).then(|| view! { <LinkButton href=page(what)>{words}</LinkButton> })
    };
    let change = link(BookingAction::Change, "change", changes::change(locale));
    let cancel = link(BookingAction::Cancel, "cancel", changes::cancel(locale));
    let stop = link(BookingAction::Stop, "cancel", changes::stop(locale));
    let settle = link(BookingAction::Settle, "cancel", changes::settle(locale));
    let review = link(BookingAction::Review, "review", gabarit_i18n::rating::write(locale));
    let dispute = link(BookingAction::Dispute, "dispute", gabarit_i18n::dispute::link(locale));
    let others = other_methods(locale, view, moves);
    let report = can(BookingAction::Report).then(|| report_form(locale, id(), moves));
    view! {
        <div class="booking-actions">
            {pay}{others}{accept}{decline}{withdraw}{change}{cancel}{stop}{settle}{report}{ask_register}{review}{dispute}{rebook}
        </div>
    }
}

/// Other ways to pay what is held: a refusal of one is not the end.
fn other_methods(locale: Locale, view: StoredValue<BookingView>, moves: Moves) -> Option<AnyView> {
    let (methods, current, id) = view.with_value(|view| {
        let current = view.payment.as_ref().map(|payment| payment.method);
        let pays = view.actions.iter().any(|action| matches!(action, BookingAction::Pay | BookingAction::PayChange));
        let methods = if pays { view.methods.clone() } else { Vec::new() };
        (methods, current, view.id.to_string())
    });
    let form = use_form_state::<PayWith>("pay-with", moves.pay_with);
    let choices: Vec<Choice> = methods
        .into_iter()
        .filter(|method| Some(*method) != current)
        .map(|method| Choice::new(method.code(), labels::method(locale, method)))
        .collect();
    let open = form.error().with_untracked(Option::is_some);
    (!choices.is_empty()).then(|| {
        view! {
            <details class="action-more" open=open>
                <summary class="button">{changes::pay_other(locale)}</summary>
                <ActionForm action=moves.pay_with attr:class="action-form">
                    <FormErrors form/>
                    <Hidden name="id" value=id/>
                    <Radios form name="method" legend=changes::pay_other(locale) choices/>
                    <Submit form secondary=true text=text::pay_again(locale).to_owned()/>
                </ActionForm>
            </details>
        }
        .into_any()
    })
}

/// A client's report that days were not worked.
fn report_form(locale: Locale, id: String, moves: Moves) -> AnyView {
    let form = use_form_state::<ReportAbsence>("report", moves.report);
    let open = form.error().with_untracked(Option::is_some);
    view! {
        <details class="action-more" open=open>
            <summary class="button">{changes::report(locale)}</summary>
            <ActionForm action=moves.report attr:class="action-form">
                <Common form locale id/>
                <p class="hint">{changes::report_hint(locale)}</p>
                <Field form name="from" kind="date" label=changes::report_from(locale)/>
                <Field form name="until" kind="date" label=changes::report_until(locale) optional=true/>
                <TextArea form name="note" label=changes::report_note(locale)/>
                <Submit form secondary=true text=changes::report_send(locale).to_owned()/>
            </ActionForm>
        </details>
    }
    .into_any()
}

/// What withdrawing gives back, exactly: before acceptance everything that was paid.
fn refund_words(locale: Locale, view: &BookingView) -> String {
    match view.payment.as_ref().filter(|payment| matches!(payment.state.as_str(), "paid" | "authorized")) {
        Some(payment) => text::withdraw_paid(
            locale,
            fmt::money(locale, payment.amount - payment.refunded),
            fmt::money(locale, Cents::ZERO),
        ),
        None => text::withdraw_unpaid(locale).to_owned(),
    }
}

/// What every action sends along, and where its refusal is said.
#[component]
fn Common(form: FormState, locale: Locale, id: String) -> impl IntoView {
    view! {
        <FormErrors form/>
        <Hidden name="id" value=id/>
        <Hidden name="locale" value=locale.code().to_owned()/>
    }
    .into_any()
}
