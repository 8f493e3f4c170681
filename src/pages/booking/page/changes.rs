//! What became of a booking after it was placed: a change that waits, a report, what is kept of it, and refunds.

use super::Moves;
use crate::{
    api::{
        booking::PayBooking,
        changes::{AcceptChange, DeclineChange, DismissReport, WithdrawChange},
    },
    i18n::{Locale, fmt},
    ui::{FormErrors, Hidden, ProductNames, Submit, day_list, use_form_state},
};
use gabarit_domain::money::Cents;
use gabarit_i18n::{booking, changes as text, lines};
use gabarit_view::{
    booking::{BookingAction, BookingView, Side},
    change::{ChangeView, ReportView, SettledView},
};
use leptos::{form::ActionForm, prelude::*};

/// A word on what was just done.
pub(super) fn after(locale: Locale, done: Option<&str>) -> Option<&'static str> {
    match done? {
        "cut" | "dismissed" => Some(text::done_cut(locale)),
        "changed" | "change-declined" | "change-withdrawn" => Some(text::done_changed(locale)),
        "reported" => Some(text::done_reported(locale)),
        "vat-unknown" => Some(booking::vat_unknown_done(locale)),
        "vat-later" => Some(booking::vat_later_done(locale)),
        "vat-corrected" => Some(booking::vat_corrected_done(locale)),
        "vat-invalid" => Some(booking::vat_invalid_done(locale)),
        "vat-nothing" => Some(booking::vat_nothing_done(locale)),
        _ => None,
    }
}

/// A change that waits for its payment or for the expert, and a report that nobody has decided on.
#[component]
pub(super) fn Underway(locale: Locale, view: BookingView, moves: Moves) -> impl IntoView {
    let change = view.change.clone().map(|change| view! { <Change locale view=view.clone() change moves/> });
    let report = view.report.clone().map(|report| view! { <Report locale view=view.clone() report moves/> });
    view! { {change} {report} }.into_any()
}

#[component]
fn Change(locale: Locale, view: BookingView, change: ChangeView, moves: Moves) -> impl IntoView {
    let time = change.clock.as_ref().map(|clock| fmt::date_time(locale, clock)).unwrap_or_default();
    let amount = fmt::money(locale, change.difference.unwrap_or(Cents::ZERO));
    let words = match (change.state.as_str(), view.side) {
        ("proposed", _) => text::open_proposed(locale, time, amount),
        (_, Side::Expert) => text::open_asked_expert(locale, time),
        _ => text::open_asked(locale, time),
    };
    let can = |action: BookingAction| view.actions.contains(&action);
    let id = view.id.to_string();
    let common = move || {
        view! {
            <Hidden name="id" value=id.clone()/>
            <Hidden name="locale" value=locale.code().to_owned()/>
        }
    };
    let accept_form = use_form_state::<AcceptChange>("accept-change", moves.accept_change);
    let decline_form = use_form_state::<DeclineChange>("decline-change", moves.decline_change);
    let withdraw_form = use_form_state::<WithdrawChange>("withdraw-change", moves.withdraw_change);
    let pay_form = use_form_state::<PayBooking>("pay-change", moves.pay);
    let pay = can(BookingAction::PayChange).then(|| {
        let common = common.clone();
        view! {
            <ActionForm action=moves.pay attr:class="action-form">
                <FormErrors form=pay_form/>
                {common()}
                <Submit form=pay_form text=text::pay_change(locale).to_owned()/>
            </ActionForm>
        }
    });
    let answer = can(BookingAction::AnswerChange).then(|| {
        let (first, second) = (common.clone(), common.clone());
        view! {
            <ActionForm action=moves.accept_change attr:class="action-form">
                <FormErrors form=accept_form/>
                {first()}
                <Submit form=accept_form text=text::accept_change(locale).to_owned()/>
            </ActionForm>
            <ActionForm action=moves.decline_change attr:class="action-form">
                <FormErrors form=decline_form/>
                {second()}
                <Submit form=decline_form secondary=true text=text::decline_change(locale).to_owned()/>
            </ActionForm>
        }
    });
    let withdraw = can(BookingAction::WithdrawChange).then(|| {
        let common = common.clone();
        view! {
            <ActionForm action=moves.withdraw_change attr:class="action-form">
                <FormErrors form=withdraw_form/>
                {common()}
                <Submit form=withdraw_form secondary=true text=text::withdraw_change(locale).to_owned()/>
            </ActionForm>
        }
    });
    view! {
        <section class="booking-section" id="change">
            <h2>{text::open_title(locale)}</h2>
            <p>{words}</p>
            <dl class="facts">
                <dt>{text::new_days(locale)}</dt>
                <dd>{day_list(locale, change.days.into_iter())}</dd>
                <dt>{text::new_place(locale)}</dt>
                <dd>{change.place_name.unwrap_or_else(|| text::remote(locale).to_owned())}</dd>
            </dl>
            <div class="booking-actions">{pay}{answer}{withdraw}</div>
        </section>
    }
    .into_any()
}

#[component]
fn Report(locale: Locale, view: BookingView, report: ReportView, moves: Moves) -> impl IntoView {
    let form = use_form_state::<DismissReport>("dismiss", moves.dismiss);
    let id = view.id.to_string();
    let dismiss = view.actions.contains(&BookingAction::Dismiss).then(|| {
        view! {
            <ActionForm action=moves.dismiss attr:class="action-form">
                <FormErrors form/>
                <Hidden name="id" value=id/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Submit form secondary=true text=text::dismiss(locale).to_owned()/>
            </ActionForm>
        }
    });
    view! {
        <section class="booking-section" id="report">
            <h2>{text::report_open(locale)}</h2>
            <p>{day_list(locale, report.days.into_iter())}</p>
            <p class="prose">{report.note}</p>
            <p class="hint">{fmt::date_time(locale, &report.at)}</p>
            {dismiss}
        </section>
    }
    .into_any()
}

/// What is kept of a booking that was cut short.
#[component]
pub(super) fn Settled(locale: Locale, settled: SettledView, names: ProductNames) -> impl IntoView {
    let rows = settled
        .lines
        .iter()
        .map(|line| {
            view! {
                <li class="quote-row">
                    <span class="quote-what">
                        <span class="quote-title">{lines::line_title(locale, line, |code| names.name(code))}</span>
                        <span class="quote-why">{lines::quantity(locale, line.quantity, line.unit)}</span>
                    </span>
                    <span class="quote-amount">{fmt::money(locale, line.net)}</span>
                </li>
            }
        })
        .collect_view();
    let nothing = settled.lines.is_empty().then(|| view! { <p class="quote-meta">{text::settled_nothing(locale)}</p> });
    view! {
        <section class="title-block quote-panel-still">
            <h2 class="quote-title-bar">{text::settled_title(locale)}</h2>
            {nothing}
            <ul class="quote-lines">{rows}</ul>
            <ul class="quote-lines quote-sums">
                <li class="quote-row quote-total">
                    <span class="quote-what"><span class="quote-title">{text::kept_total(locale)}</span></span>
                    <span class="quote-amount">{fmt::money(locale, settled.total)}</span>
                </li>
            </ul>
        </section>
    }
    .into_any()
}
