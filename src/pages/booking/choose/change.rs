//! Changing a booking: days, place and options. It is the form of a new booking, priced by the rules that were agreed:
//! the new price and its difference follow every choice. The old booking stands until the change is paid and, where days
//! or place are others, the expert has agreed.

use super::{
    Days, FORM, Where,
    desk::{self, Desk},
    options::Options,
    panel::{Panel, difference},
    stay,
};
use crate::{
    api::changes::{ChangeBooking, ChangePage as Loaded, change_page},
    i18n::{fmt, use_locale},
    pages::booking::parts::NotShown,
    ui::{FormErrors, FormState, Hidden, LinkButton, Notice, Skeleton, Submit, TextArea, use_form_state},
    url::{self, Page},
};
use gabarit_domain::{ids::BookingId, money::Cents};
use gabarit_i18n::changes as text;
use gabarit_view::{
    booking::{BookingView, Side},
    error::ApiError,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_params_map};

/// The page.
#[component]
pub(in crate::pages::booking) fn ChangePage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    // The URL follows the form from here on; what was refused loads anew, as things stand by then.
    let search = use_location().search;
    let action = ServerAction::<ChangeBooking>::new();
    let id = move || params.read().get("id").and_then(|id| id.parse::<BookingId>().ok());
    let page = Resource::new_blocking(
        move || (id(), action.version().get()),
        move |(id, _)| {
            let query = search.get_untracked();
            async move {
                match id {
                    Some(id) => change_page(locale, id, query).await,
                    None => Err(ApiError::NotFound),
                }
            }
        },
    );
    // What was chosen before script took over must outlive its coming, once.
    let typed = StoredValue::new(desk::typed_before_script(FORM));
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match page.await {
                    Ok(page) => view! { <Content page action typed/> }.into_any(),
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
fn Content(page: Loaded, action: ServerAction<ChangeBooking>, typed: StoredValue<Option<String>>) -> impl IntoView {
    let locale = use_locale();
    let view = page.detail.view;
    let title = text::change_title(locale, &view.reference);
    let back = url::path(locale, Page::Booking(view.id));
    let form = use_form_state::<ChangeBooking>("change", action);
    let body = match page.agreed {
        Some(agreed) => {
            let desk = Desk::new(locale, &page.page, Some(agreed));
            let path = format!("{back}/change");
            desk.keep_url(path.clone());
            Effect::new(move || {
                if let Some(typed) = typed.try_update_value(Option::take).flatten() {
                    desk.take_over(&typed);
                }
            });
            view! {
                <div class="booking-form">
                    <div class="booking-sections">
                        <form id=FORM class="booking-sections" method="get" action=path novalidate on:submit=move |event| stay(desk, &event)>
                            <Days desk page=page.page.clone()/>
                            <Where desk page=page.page/>
                            <Options desk/>
                            <p class="booking-update">
                                <button type="submit" class="button" name="check" value="1">{text::show_price(locale)}</button>
                            </p>
                        </form>
                        <Confirm desk view action form/>
                    </div>
                    <Panel desk title=text::new_price(locale) note=text::change_note(locale)>
                        <a class="button button-primary" href="#change-meaning">{text::confirm_step(locale)}</a>
                    </Panel>
                </div>
            }
            .into_any()
        }
        None => view! {
            <div class="booking-sections">
                <Notice warning=true><p>{text::nothing_to_change(locale)}</p></Notice>
            </div>
        }
        .into_any(),
    };
    view! {
        <Title text=title.clone()/>
        <header class="booking-head">
            <h1>{title}</h1>
            <p><LinkButton href=back>{text::back_to_booking(locale)}</LinkButton></p>
        </header>
        {body}
    }
    .into_any()
}

/// What the change means, and the button that asks for it. It stays while the choices cannot be made, so that nothing
/// typed is lost.
#[component]
fn Confirm(desk: Desk, view: BookingView, action: ServerAction<ChangeBooking>, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let meaning = Memo::new(move |_| desk.meaning());
    let shown = move || meaning.read().is_some();
    let words = move || meaning.read().as_ref().map(|meaning| difference(locale, meaning.difference));
    let confirm = Signal::derive(move || match meaning.read().as_ref().map(|meaning| meaning.difference) {
        Some(more) if more > Cents::ZERO => text::confirm_pay(locale, fmt::money(locale, more)),
        _ => text::confirm_change(locale).to_owned(),
    });
    let expert = view.expert_name.clone();
    let asks = move || {
        meaning.read().as_ref().filter(|meaning| meaning.asks_expert).map(|_| text::asks_expert(locale, &expert))
    };
    let seen =
        Signal::derive(move || meaning.read().as_ref().map(|meaning| meaning.fingerprint.clone()).unwrap_or_default());
    let choices = Signal::derive(move || desk.form.read().to_query());
    let is_manager = view.side == Side::Manager;
    // Errors of choices lead here, where the way back up begins.
    let anchors = ["days", "mode", "place", "workstation", "licences", "work_address"]
        .map(|field| view! { <span id=format!("change-{field}")></span> });
    view! {
        <section class="booking-section" id="change-meaning" aria-labelledby="change-meaning-title">
            <h2 id="change-meaning-title"><span class="booking-number" aria-hidden="true">"4"</span>{text::confirm_title(locale)}</h2>
            <div class="order-anchors">{anchors}</div>
            <FormErrors form/>
            <p class="hint" hidden=shown>{text::nothing_chosen(locale)}</p>
            <div class="change-confirm" hidden=move || !shown()>
                <p><strong>{words}</strong></p>
                {move || asks().map(|words| view! { <p>{words}</p> })}
                <ActionForm action attr:class="action-form" attr:novalidate="">
                    <Hidden name="id" value=view.id.to_string()/>
                    <Hidden name="locale" value=locale.code().to_owned()/>
                    <Hidden name="choices" value=choices/>
                    <Hidden name="work_address" value=view.work_address.clone().unwrap_or_default()/>
                    <Hidden name="seen" value=seen/>
                    <TextArea form name="reason" label=text::reason(locale) hint=text::change_reason_hint(locale) optional=!is_manager/>
                    <Submit form text=confirm/>
                </ActionForm>
            </div>
        </section>
    }
    .into_any()
}
