//! Back from the payment provider's page: paid, still open, or not paid.

use super::parts::{Clock, NotShown};
use crate::{
    api::booking::{BookingDetail, PayBooking, payment_return},
    i18n::{Locale, fmt, use_locale},
    ui::{FormErrors, Hidden, Icon, IconName, LinkButton, Skeleton, Submit, use_form_state},
    url::{self, Page},
};
use gabarit_domain::ids::BookingId;
use gabarit_i18n::booking as text;
use gabarit_view::{
    booking::{BookingForm, BookingView},
    error::ApiError,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// How often the page asks again while the payment is open, in seconds.
const ASK_AGAIN: u64 = 3;

/// How the payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Received, or reserved on a card.
    Paid,
    /// Not known yet.
    Open,
    /// Failed, stopped or too late, while the days are still held.
    Again,
    /// The days are no longer held.
    Over,
}

fn outcome(view: &BookingView) -> Outcome {
    let payment = view.payment.as_ref().map_or("", |payment| payment.state.as_str());
    match (view.state.as_str(), payment) {
        ("held", "failed" | "canceled" | "expired") => Outcome::Again,
        ("held", _) => Outcome::Open,
        ("lapsed" | "cancelled" | "expired" | "declined", _) => Outcome::Over,
        _ => Outcome::Paid,
    }
}

/// The page.
#[component]
pub(super) fn ReturnPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let id = move || params.read().get("id").and_then(|id| id.parse::<BookingId>().ok());
    let asked = RwSignal::new(0_u32);
    let detail = Resource::new_blocking(
        move || (id(), asked.get()),
        move |(id, _)| async move {
            match id {
                Some(id) => payment_return(locale, id).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    // With script the page asks again by itself; without, the browser reloads it.
    Effect::new(move || {
        if let Ok(timer) = set_interval_with_handle(
            move || {
                let open = detail
                    .try_with(|detail| {
                        detail.as_ref().is_some_and(|detail| {
                            detail.as_ref().is_ok_and(|detail| outcome(&detail.view) == Outcome::Open)
                        })
                    })
                    .unwrap_or(false);
                if open && asked.get_untracked() < 200 {
                    asked.update(|asked| *asked += 1);
                }
            },
            std::time::Duration::from_secs(ASK_AGAIN),
        ) {
            on_cleanup(move || timer.clear());
        }
    });
    let pay = ServerAction::<PayBooking>::new();
    view! {
        <Title text=text::return_title(locale)/>
        <Transition fallback=|| view! { <Skeleton lines=4/> }>
            {move || Suspend::new(async move {
                match detail.await {
                    Ok(detail) => view! { <Stand detail pay/> }.into_any(),
                    Err(error) => view! { <NotShown error title=text::not_found_title(locale) words=text::not_found_text(locale)/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Stand(detail: BookingDetail, pay: ServerAction<PayBooking>) -> impl IntoView {
    let locale = use_locale();
    let view = detail.view;
    let outcome = outcome(&view);
    let payment = view.payment.as_ref().map(|payment| payment.state.clone()).unwrap_or_default();
    let time = view.clock.as_ref().map(|clock| fmt::date_time(locale, clock)).unwrap_or_default();
    let (icon, title) = match (outcome, payment.as_str()) {
        (Outcome::Paid, "authorized") => (IconName::Check, text::return_authorized(locale)),
        (Outcome::Paid, _) => (IconName::Check, text::return_paid(locale)),
        (Outcome::Open, _) => (IconName::Clock, text::return_open(locale)),
        (_, "canceled") => (IconName::Warning, text::return_canceled(locale)),
        (_, "failed") => (IconName::Warning, text::return_failed(locale)),
        _ => (IconName::Warning, text::return_expired(locale)),
    };
    let words = match outcome {
        Outcome::Paid if view.clock.is_some() => text::return_paid_text(locale, &view.expert_name, &time),
        Outcome::Paid => text::state_accepted(locale).to_owned(),
        Outcome::Open => text::return_open_text(locale).to_owned(),
        Outcome::Again => text::return_again_text(locale, &time),
        Outcome::Over => text::return_lapsed_text(locale).to_owned(),
    };
    let refresh = (outcome == Outcome::Open).then(|| {
        let reload = format!("<meta http-equiv=\"refresh\" content=\"{ASK_AGAIN}\">");
        view! { <noscript inner_html=reload></noscript> }
    });
    let class = match outcome {
        Outcome::Paid => "state return-state return-good",
        Outcome::Open => "state return-state return-open",
        Outcome::Again | Outcome::Over => "state return-state return-bad",
    };
    let clock = view.clock.as_ref().filter(|_| outcome != Outcome::Paid).map(|_| {
        view! { <Clock locale words=text::clock_pay(locale, &time) seconds=detail.seconds_left.unwrap_or(0)/> }
    });
    view! {
        {refresh}
        <div class=class role="status">
            <span class="return-icon"><Icon name=icon/></span>
            <h1>{title}</h1>
            <p>{words}</p>
            {clock}
            <Onwards locale outcome view pay/>
        </div>
    }
    .into_any()
}

#[component]
fn Onwards(locale: Locale, outcome: Outcome, view: BookingView, pay: ServerAction<PayBooking>) -> impl IntoView {
    let form = use_form_state::<PayBooking>("pay", pay);
    let page = url::path(locale, Page::Booking(view.id));
    let see = {
        let page = page.clone();
        view! { <LinkButton href=page>{text::see_booking(locale)}</LinkButton> }
    };
    let again = format!(
        "{}?{}",
        url::path(locale, Page::Book(view.expert)),
        BookingForm { days: view.order.days.to_param(), ..BookingForm::again(&view.order) }.to_query()
    );
    let pay_form = move || {
        view! {
            <ActionForm action=pay attr:class="action-form">
                <FormErrors form/>
                <Hidden name="id" value=view.id.to_string()/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Submit form text=text::pay_again(locale).to_owned()/>
            </ActionForm>
        }
    };
    let first = match outcome {
        Outcome::Paid => ().into_any(),
        Outcome::Open => {
            let here = format!("{page}/return");
            view! {
                <LinkButton href=here external=true>{text::return_check(locale)}</LinkButton>
                {pay_form()}
            }
            .into_any()
        }
        Outcome::Again => pay_form().into_any(),
        Outcome::Over => view! { <LinkButton href=again>{text::book_again(locale)}</LinkButton> }.into_any(),
    };
    view! { <div class="actions return-actions">{first}{see}</div> }
}
