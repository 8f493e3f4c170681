//! Changing a booking: days, place and options. The new price and its difference are shown first; the old booking stands
//! until the change is paid and, where days or place are others, the expert has agreed.

use super::parts::NotShown;
use crate::{
    api::changes::{ChangeBooking, ChangePage as Loaded, change_page},
    i18n::{Locale, fmt, use_locale},
    ui::{
        DayCalendar, FormErrors, Hidden, LinkButton, Notice, ProductNames, QuoteLines, Skeleton, Submit, TextArea,
        error_text, problem_text, use_form_state,
    },
    url::{self, Page},
};
use gabarit_domain::{ids::BookingId, money::Cents};
use gabarit_i18n::{changes as text, term};
use gabarit_view::{
    booking::{BookingAction, BookingView, Side},
    change::ChangePreview,
    error::ApiError,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_params_map};

/// The page.
#[component]
pub(super) fn ChangePage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let search = use_location().search;
    let action = ServerAction::<ChangeBooking>::new();
    let id = move || params.read().get("id").and_then(|id| id.parse::<BookingId>().ok());
    let page = Resource::new_blocking(
        move || (id(), search.get(), action.version().get()),
        move |(id, query, _)| async move {
            match id {
                Some(id) => change_page(locale, id, query).await,
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
fn Content(page: Loaded, action: ServerAction<ChangeBooking>) -> impl IntoView {
    let locale = use_locale();
    let view = page.detail.view.clone();
    let title = text::change_title(locale, &view.reference);
    let back = url::path(locale, Page::Booking(view.id));
    let names = ProductNames::of(&page.detail.products);
    let body = if view.actions.contains(&BookingAction::Change) {
        let query = page.page.form.to_query();
        let preview = page.preview.clone();
        let form = use_form_state::<ChangeBooking>("change", action);
        let meaning = match preview {
            None => ().into_any(),
            Some(Ok(preview)) => view! { <Meaning view=view.clone() preview names query action/> }.into_any(),
            Some(Err(error)) => view! {
                <FormErrors form/>
                <Notice warning=true>{why_not(locale, &error)}</Notice>
            }
            .into_any(),
        };
        view! { <Choices page=page/> {meaning} }.into_any()
    } else {
        view! { <Notice warning=true><p>{text::nothing_to_change(locale)}</p></Notice> }.into_any()
    };
    view! {
        <Title text=title.clone()/>
        <header class="booking-head">
            <h1>{title}</h1>
            <p><LinkButton href=back>{text::back_to_booking(locale)}</LinkButton></p>
        </header>
        <div class="booking-sections">{body}</div>
    }
    .into_any()
}

fn why_not(locale: Locale, error: &ApiError) -> AnyView {
    match error {
        ApiError::Invalid { fields, .. } => {
            let list =
                fields.iter().map(|field| view! { <li>{problem_text(locale, &field.problem)}</li> }).collect_view();
            view! { <ul>{list}</ul> }.into_any()
        }
        ApiError::MovedOn => view! { <p>{text::nothing_to_change(locale)}</p> }.into_any(),
        error => view! { <p>{error_text(locale, error)}</p> }.into_any(),
    }
}

/// Days, place and options: a form that comes back with its price.
#[component]
fn Choices(page: Loaded) -> impl IntoView {
    let locale = use_locale();
    let (setup, form) = (page.page.setup, page.page.form);
    let selected = RwSignal::new(form.day_list());
    let earliest = setup.context.earliest_start().min(page.detail.view.order.days.first());
    let place = page
        .page
        .place_text
        .clone()
        .or_else(|| setup.place.as_ref().map(gabarit_view::place::PlaceView::label))
        .unwrap_or_default();
    let several = (!page.page.place_choices.is_empty()).then(|| {
        let list = page
            .page
            .place_choices
            .iter()
            .map(|place| {
                let id = format!("pick-{}", place.id);
                view! {
                    <div class="choice">
                        <input id=id.clone() type="radio" name="pick" value=place.id.to_string()/>
                        <label for=id>{place.label()}</label>
                    </div>
                }
            })
            .collect_view();
        view! { <fieldset><legend>{text::which_place(locale)}</legend>{list}</fieldset> }
    });
    let mode = |code: &'static str, label: &'static str| {
        let id = format!("change-mode-{code}");
        view! {
            <div class="choice">
                <input id=id.clone() type="radio" name="mode" value=code checked=form.mode == code/>
                <label for=id>{label}</label>
            </div>
        }
    };
    let chosen = form.licence_list();
    let licences = setup
        .products
        .iter()
        .filter(|product| setup.context.rulebook.rental.licence_per_day.contains_key(&product.code))
        .map(|product| {
            let code = product.code.to_string();
            let id = format!("change-licence-{code}");
            view! {
                <div class="field field-check">
                    <input id=id.clone() type="checkbox" name="licence" value=code checked=chosen.contains(&product.code)/>
                    <label for=id>{product.name.clone()}</label>
                </div>
            }
        })
        .collect_view();
    view! {
        <form method="get" class="booking-section">
            <input type="hidden" name="show" value="1"/>
            <h2>{text::change_days(locale)}</h2>
            <DayCalendar
                name=setup.expert.display_name.clone()
                free=setup.offer.free.clone()
                earliest
                holidays=setup.holidays.clone()
                selected
            />
            <h2>{text::change_place(locale)}</h2>
            <fieldset>
                <legend>{text::change_mode(locale)}</legend>
                {mode("remote", term::mode_remote(locale))}
                {mode("on-site", term::mode_on_site(locale))}
            </fieldset>
            <div class="field">
                <label for="change-place">{text::place(locale)}</label>
                <input id="change-place" name="place_text" value=place/>
            </div>
            {several}
            <h2>{text::change_options(locale)}</h2>
            <div class="field field-check">
                <input id="change-workstation" type="checkbox" name="workstation" value="on" checked=form.workstation == "on"/>
                <label for="change-workstation">{text::workstation(locale)}</label>
            </div>
            <fieldset>
                <legend>{text::licences(locale)}</legend>
                {licences}
            </fieldset>
            <p><button type="submit" class="button">{text::show_price(locale)}</button></p>
        </form>
    }
    .into_any()
}

#[component]
fn Meaning(
    view: BookingView,
    preview: ChangePreview,
    names: ProductNames,
    query: String,
    action: ServerAction<ChangeBooking>,
) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state::<ChangeBooking>("change", action);
    let amount = |cents: Cents| fmt::money(locale, Cents(cents.0.abs()));
    let (words, confirm) = match preview.difference {
        more if more > Cents::ZERO => {
            (text::difference_more(locale, amount(more)), text::confirm_pay(locale, amount(more)))
        }
        less if less < Cents::ZERO => {
            (text::difference_less(locale, amount(less)), text::confirm_change(locale).to_owned())
        }
        _ => (text::difference_none(locale).to_owned(), text::confirm_change(locale).to_owned()),
    };
    let asks = preview.asks_expert.then(|| view! { <p>{text::asks_expert(locale, &view.expert_name)}</p> });
    let is_manager = view.side == Side::Manager;
    view! {
        <section class="booking-section" id="change-meaning">
            <section class="title-block quote-panel-still">
                <h2 class="quote-title-bar">{text::new_price(locale)}</h2>
                <QuoteLines quote=preview.quote.clone() customer=view.order.customer.clone() home=None names/>
            </section>
            <p><strong>{words}</strong></p>
            {asks}
            <ActionForm action attr:class="action-form">
                <FormErrors form/>
                <Hidden name="id" value=view.id.to_string()/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Hidden name="choices" value=query/>
                <Hidden name="work_address" value=view.work_address.clone().unwrap_or_default()/>
                <Hidden name="seen" value=preview.fingerprint.clone()/>
                <TextArea form name="reason" label=text::reason(locale) hint=text::change_reason_hint(locale) optional=!is_manager/>
                <Submit form text=confirm/>
            </ActionForm>
        </section>
    }
    .into_any()
}
