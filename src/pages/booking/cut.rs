//! Cutting a booking short: what is kept and what goes back is shown first, to the cent, and only that is done. The same
//! page serves the client, the expert and a manager, each with what they may choose. It works without script: choices
//! are a GET form, the confirmation is a posted one.

use super::parts::NotShown;
use crate::{
    api::changes::{CutBooking, CutPage as Loaded, cut_page},
    i18n::{Locale, fmt, use_locale},
    ui::{
        FormErrors, Hidden, LinkButton, Notice, ProductNames, Skeleton, Submit, TextArea, error_text, use_form_state,
    },
    url::{self, Page},
};
use gabarit_domain::{ids::BookingId, pricing::Line};
use gabarit_i18n::{changes as text, lines};
use gabarit_view::{
    booking::{BookingAction, BookingView, Side},
    change::{CutForm, SettlementView},
    error::ApiError,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_params_map};

/// The page.
#[component]
pub(super) fn CutPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let search = use_location().search;
    let action = ServerAction::<CutBooking>::new();
    let id = move || params.read().get("id").and_then(|id| id.parse::<BookingId>().ok());
    // What was refused is shown as it is now.
    let page = Resource::new_blocking(
        move || (id(), search.get(), action.version().get()),
        move |(id, query, _)| async move {
            match id {
                Some(id) => cut_page(locale, id, query).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => view! { <Content page action/> }.into_any(),
                    Err(error) => {
                        let (title, words) = (text::not_found_title(locale), text::not_found_text(locale));
                        view! { <NotShown error title words/> }.into_any()
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Content(page: Loaded, action: ServerAction<CutBooking>) -> impl IntoView {
    let locale = use_locale();
    let view = page.detail.view;
    let names = ProductNames::of(&page.detail.products);
    let back = url::path(locale, Page::Booking(view.id));
    let title = match view.side {
        Side::Client => text::cancel_title(locale, &view.reference),
        Side::Expert => text::stop_title(locale, &view.reference),
        Side::Manager => text::settle_title(locale, &view.reference),
    };
    let can = [BookingAction::Cancel, BookingAction::Stop, BookingAction::Settle];
    let allowed = view.actions.iter().any(|action| can.contains(action));
    let choose = allowed.then(|| choices(locale, &view, &page.form));
    let form = use_form_state::<CutBooking>("cut", action);
    let body = match page.preview {
        Ok(preview) => view! { <Preview view=view.clone() form=page.form preview names action/> }.into_any(),
        Err(error) => view! {
            <FormErrors form/>
            <Notice warning=true><p>{preview_error(locale, view.side, &error)}</p></Notice>
        }
        .into_any(),
    };
    view! {
        <Title text=title.clone()/>
        <header class="booking-head">
            <h1>{title}</h1>
            <p><LinkButton href=back>{text::back_to_booking(locale)}</LinkButton></p>
        </header>
        <div class="booking-sections">{choose} {body}</div>
    }
    .into_any()
}

/// Why nothing can be shown: choices that cannot be have their own words here.
fn preview_error(locale: Locale, side: Side, error: &ApiError) -> String {
    match (error, side) {
        (ApiError::MovedOn, _) => text::nothing_to_cut(locale).to_owned(),
        (ApiError::Invalid { .. }, Side::Expert) => text::stop_days_wrong(locale).to_owned(),
        (ApiError::Invalid { .. }, _) => text::settle_wrong(locale).to_owned(),
        _ => error_text(locale, error),
    }
}

/// What may be chosen, as a form that comes back with its meaning.
fn choices(locale: Locale, view: &BookingView, form: &CutForm) -> AnyView {
    if view.side == Side::Client {
        return ().into_any();
    }
    let chosen = form.day_set();
    let days = match &view.settled {
        Some(settled) => settled.days.clone(),
        None => view.order.days.iter().collect(),
    };
    let days = days
        .into_iter()
        .map(|day| {
            let id = format!("cut-day-{day}");
            view! {
                <div class="field field-check">
                    <input id=id.clone() type="checkbox" name="day" value=day.to_string() checked=chosen.contains(&day)/>
                    <label for=id>{fmt::date(locale, day)}</label>
                </div>
            }
        })
        .collect_view();
    let legend = if view.side == Side::Expert { text::days_worked(locale) } else { text::days_kept(locale) };
    let check = |name: &'static str, value: &str, label: &'static str| {
        let id = format!("cut-{name}");
        view! {
            <div class="field field-check">
                <input id=id.clone() type="checkbox" name=name value="on" checked=value == "on"/>
                <label for=id>{label}</label>
            </div>
        }
    };
    let more = (view.side == Side::Manager).then(|| {
        view! {
            <div class="field">
                <label for="cut-back">{text::back_percent(locale)}</label>
                <input id="cut-back" name="back" inputmode="numeric" value=form.back.clone()/>
            </div>
            {check("travel", &form.travel, text::keep_travel(locale))}
            {check("lodging", &form.lodging, text::keep_lodging(locale))}
            {check("rentals", &form.rentals, text::keep_rentals(locale))}
            {view.order.flexible.then(|| check("supplement", &form.supplement, text::keep_supplement(locale)))}
            {(view.state == "accepted").then(|| check("goes_on", &form.goes_on, text::goes_on(locale)))}
        }
    });
    let hint = if view.side == Side::Expert { text::stop_hint(locale) } else { text::settle_hint(locale) };
    view! {
        <form method="get" class="booking-section">
            <input type="hidden" name="show" value="1"/>
            <fieldset>
                <legend>{legend}</legend>
                <p class="hint">{hint}</p>
                {days}
            </fieldset>
            {more}
            <p><button type="submit" class="button">{text::show_meaning(locale)}</button></p>
        </form>
    }
    .into_any()
}

#[component]
fn Preview(
    view: BookingView,
    form: CutForm,
    preview: SettlementView,
    names: ProductNames,
    action: ServerAction<CutBooking>,
) -> impl IntoView {
    let locale = use_locale();
    let state = use_form_state::<CutBooking>("cut", action);
    let rows = |list: &[Line]| {
        list.iter()
            .map(|line| {
                let title = lines::line_title(locale, line, |code| names.name(code));
                view! {
                    <li class="quote-row">
                        <span class="quote-what">
                            <span class="quote-title">{title}</span>
                            <span class="quote-why">{lines::quantity(locale, line.quantity, line.unit)}</span>
                        </span>
                        <span class="quote-amount">{fmt::money(locale, line.net)}</span>
                    </li>
                }
            })
            .collect_view()
    };
    let sum = |label: &'static str, amount: gabarit_domain::money::Cents, strong: bool| {
        view! {
            <li class="quote-row" class:quote-total=strong>
                <span class="quote-what"><span class="quote-title">{label}</span></span>
                <span class="quote-amount">{fmt::money(locale, amount)}</span>
            </li>
        }
    };
    let words = match view.side {
        Side::Client if preview.withdraws => text::cancel_withdraw(locale).to_owned(),
        Side::Client if preview.is_free => text::cancel_free(locale).to_owned(),
        Side::Client => text::cancel_not_free(locale).to_owned(),
        Side::Expert => text::stop_words(locale, preview.kept_days.len() as u64),
        Side::Manager => text::settle_words(locale).to_owned(),
    };
    let sees_money = view.side != Side::Expert;
    let kept = (!preview.kept.is_empty()).then(|| {
        view! {
            <h3>{text::kept_title(locale)}</h3>
            <ul class="quote-lines">{rows(&preview.kept)}</ul>
        }
    });
    let credited = (!preview.credited.is_empty()).then(|| {
        view! {
            <h3>{text::credited_title(locale)}</h3>
            <ul class="quote-lines">{rows(&preview.credited)}</ul>
        }
    });
    let money = sees_money.then(|| {
        view! {
            <section class="title-block quote-panel-still" id="cut-meaning">
                <h2 class="quote-title-bar">{text::meaning_title(locale)}</h2>
                {kept}
                {credited}
                <ul class="quote-lines quote-sums">
                    {sum(text::kept_total(locale), preview.kept_total, false)}
                    {sum(text::credit_vat(locale), preview.credit.tax, false)}
                    {sum(text::credit_total(locale), preview.credit_total, false)}
                    {sum(text::refund_total(locale), preview.refund, true)}
                </ul>
            </section>
        }
    });
    let confirm = match view.side {
        Side::Client => text::cancel_confirm(locale, fmt::money(locale, preview.refund)),
        Side::Expert if preview.becomes == "cancelled" => text::stop_confirm_all(locale).to_owned(),
        Side::Expert => text::stop_confirm(locale).to_owned(),
        Side::Manager => text::settle_confirm(locale, fmt::money(locale, preview.refund)),
    };
    let is_manager = view.side == Side::Manager;
    view! {
        <section class="booking-section">
            <p>{words}</p>
            {money}
            <ActionForm action attr:class="action-form">
                <FormErrors form=state/>
                <Hidden name="id" value=view.id.to_string()/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Hidden name="days" value=form.days.clone()/>
                <Hidden name="back" value=form.back.clone()/>
                <Hidden name="travel" value=form.travel.clone()/>
                <Hidden name="lodging" value=form.lodging.clone()/>
                <Hidden name="rentals" value=form.rentals.clone()/>
                <Hidden name="supplement" value=form.supplement.clone()/>
                <Hidden name="goes_on" value=form.goes_on.clone()/>
                <Hidden name="seen" value=preview.fingerprint.clone()/>
                <TextArea form=state name="reason" label=text::reason(locale) hint=text::reason_hint(locale) optional=!is_manager/>
                <Submit form=state text=confirm/>
            </ActionForm>
        </section>
    }
    .into_any()
}
