//! Bookings that are cut short or changed.

use crate::api::booking::BookingDetail;
use gabarit_domain::ids::BookingId;
use gabarit_i18n::Locale;
use gabarit_view::{
    booking::BookingPage,
    change::{Agreed, ChangeForm, CutForm, ReportForm, Reported, SettlementView},
    error::ApiError,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::{
        Call,
        booking::{load_booking, load_page, page_locale},
    },
    crate::url::{self, Page},
    gabarit_domain::settlement::{Choice, SomeDays},
    gabarit_server::services::bookings::{
        changes,
        settling::{self, Cut},
    },
    gabarit_view::{
        booking::{BookingAction, BookingForm, BookingView, Side},
        error::Problem,
    },
};

/// The page on which a booking is cut short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutPage {
    /// The booking.
    pub detail: BookingDetail,
    /// What was chosen.
    pub form: CutForm,
    /// What it would mean, or why it cannot be.
    pub preview: Result<SettlementView, ApiError>,
}

/// The page on which a booking is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePage {
    /// The booking.
    pub detail: BookingDetail,
    /// The choices, what prices them by the booking's own rules, and the expert's calendar with its own days free.
    pub page: BookingPage,
    /// What was agreed; none if it cannot be changed (any more) by whoever looks.
    pub agreed: Option<Agreed>,
}

#[cfg(feature = "ssr")]
fn booking_id(id: &str) -> Result<BookingId, ApiError> {
    id.parse().map_err(|_| ApiError::NotFound)
}

#[cfg(feature = "ssr")]
fn back_to(call: &Call, locale: &str, id: BookingId, done: &str) {
    let page = url::path(page_locale(locale), Page::Booking(id));
    call.redirect(&url::with_param(&page, "done", done));
}

/// What a form means, by the side its sender stands on.
#[cfg(feature = "ssr")]
fn cut_of(view: &BookingView, form: &CutForm) -> Result<Cut, ApiError> {
    let is_on = |text: &str| text.trim() == "on";
    Ok(match view.side {
        Side::Client => Cut::ByClient,
        Side::Expert => Cut::ByExpert { worked: form.day_set() },
        Side::Manager => Cut::ByManager {
            choice: Choice {
                days: form.day_set(),
                back: form.back_share().ok_or_else(|| ApiError::field("back", Problem::NotANumber))?,
                travel: is_on(&form.travel),
                lodging: is_on(&form.lodging),
                rentals: is_on(&form.rentals),
                supplement: is_on(&form.supplement),
            },
            goes_on: is_on(&form.goes_on),
        },
    })
}

/// What cutting a booking short would mean, for whoever looks.
///
/// # Errors
/// [`ApiError::SignInRequired`]; [`ApiError::NotFound`] for what is not theirs.
#[server(name = GetCutPage, prefix = "/api", endpoint = "cut_page", input = GetUrl)]
pub async fn cut_page(
    /// Language of the page.
    locale: Locale,
    /// Which.
    id: BookingId,
    /// The query of the page.
    query: String,
) -> Result<CutPage, ApiError> {
    let call = Call::current()?;
    let detail = load_booking(&call, locale, id).await?;
    let mut form = CutForm::from_query(&query);
    let asked = form_urlencoded::parse(query.trim_start_matches('?').as_bytes()).any(|(name, _)| name == "show");
    if !asked && detail.view.side == Side::Manager {
        // Everything is kept until something else is chosen.
        let days: SomeDays = match &detail.view.settled {
            Some(settled) => settled.days.iter().copied().collect(),
            None => detail.view.order.days.iter().collect(),
        };
        form.days = days.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let on = || "on".to_owned();
        (form.travel, form.lodging, form.rentals) = (on(), on(), on());
        form.supplement = if detail.view.order.flexible { on() } else { String::new() };
    }
    let preview = match cut_of(&detail.view, &form) {
        Ok(cut) => settling::preview(&call.platform, call.actor()?, id, &cut).await,
        Err(error) => Err(error),
    };
    Ok(CutPage { detail, form, preview })
}

/// Cuts a booking short as it was shown.
///
/// # Errors
/// See [`settling::cut_short`].
#[server(prefix = "/api", endpoint = "cut_booking")]
pub async fn cut_booking(
    /// As posted.
    #[server(flatten)]
    form: CutForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = booking_id(&form.id)?;
        let detail = load_booking(&call, page_locale(&form.locale), id).await?;
        let cut = cut_of(&detail.view, &form)?;
        settling::cut_short(&call.platform, call.actor()?, id, &cut, &form.seen, &form.reason).await?;
        back_to(&call, &form.locale, id, "cut");
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The page on which a booking is changed.
///
/// # Errors
/// [`ApiError::SignInRequired`]; [`ApiError::NotFound`] for what is not theirs.
#[server(name = GetChangePage, prefix = "/api", endpoint = "change_page", input = GetUrl)]
pub async fn change_page(
    /// Language of the page.
    locale: Locale,
    /// Which.
    id: BookingId,
    /// The query of the page.
    query: String,
) -> Result<ChangePage, ApiError> {
    let call = Call::current()?;
    let detail = load_booking(&call, locale, id).await?;
    let order = &detail.view.order;
    // What was agreed stands there until something is chosen.
    let chosen = form_urlencoded::parse(query.trim_start_matches('?').as_bytes())
        .any(|(name, _)| matches!(&*name, "days" | "day" | "mode" | "check"));
    let query = if chosen {
        query
    } else {
        BookingForm { days: order.days.to_param(), ..BookingForm::again(order) }.to_query()
    };
    let mut page = load_page(&call, locale, order.expert, &query).await?;
    let agreed = if detail.view.actions.contains(&BookingAction::Change) {
        let (agreed, context) = changes::setup(&call.platform, call.actor()?, id).await?;
        page.setup.offer.free = agreed.free_days(&page.setup.offer.free);
        for product in &mut page.setup.products {
            product.licence_per_day = context.rulebook.rental.licence_per_day.get(&product.code).copied();
        }
        page.setup.context = context;
        Some(agreed)
    } else {
        None
    };
    Ok(ChangePage { detail, page, agreed })
}

/// Proposes a change at the price that was shown; leads to the payment provider's page if there is something to pay.
///
/// # Errors
/// See [`changes::propose`].
#[server(prefix = "/api", endpoint = "change_booking")]
pub async fn change_booking(
    /// As posted.
    #[server(flatten)]
    form: ChangeForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = booking_id(&form.id)?;
        let locale = page_locale(&form.locale);
        let choices = BookingForm {
            seen: form.seen.clone(),
            work_address: form.work_address.clone(),
            ..BookingForm::from_query(&form.choices)
        };
        let page = changes::propose(&call.platform, call.actor()?, id, &choices, locale, &form.reason).await?;
        match page {
            Some(checkout) => call.redirect(&checkout),
            None => back_to(&call, &form.locale, id, "changed"),
        }
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The expert agrees to a change.
///
/// # Errors
/// See [`changes::answer`].
#[server(prefix = "/api", endpoint = "accept_change")]
pub async fn accept_change(
    /// Which booking.
    id: String,
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let id = booking_id(&id)?;
    changes::answer(&call.platform, call.actor()?, id, true).await?;
    back_to(&call, &locale, id, "changed");
    Ok(())
}

/// The expert does not agree to a change.
///
/// # Errors
/// See [`changes::answer`].
#[server(prefix = "/api", endpoint = "decline_change")]
pub async fn decline_change(
    /// Which booking.
    id: String,
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let id = booking_id(&id)?;
    changes::answer(&call.platform, call.actor()?, id, false).await?;
    back_to(&call, &locale, id, "change-declined");
    Ok(())
}

/// A change is taken back.
///
/// # Errors
/// See [`changes::withdraw_change`].
#[server(prefix = "/api", endpoint = "withdraw_change")]
pub async fn withdraw_change(
    /// Which booking.
    id: String,
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let id = booking_id(&id)?;
    changes::withdraw_change(&call.platform, call.actor()?, id).await?;
    back_to(&call, &locale, id, "change-withdrawn");
    Ok(())
}

/// A client says that days were not worked.
///
/// # Errors
/// See [`settling::report_absence`].
#[server(prefix = "/api", endpoint = "report_absence")]
pub async fn report_absence(
    /// As posted.
    #[server(flatten)]
    form: ReportForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = booking_id(&form.id)?;
        let from = form.from.trim().parse().map_err(|_| {
            ApiError::field("from", if form.from.trim().is_empty() { Problem::Missing } else { Problem::NotADay })
        })?;
        let until = match form.until.trim() {
            "" => from,
            text => text.parse().map_err(|_| ApiError::field("until", Problem::NotADay))?,
        };
        let detail = load_booking(&call, page_locale(&form.locale), id).await?;
        // Of the period, the days that were booked.
        let days: SomeDays = detail.view.order.days.iter().filter(|day| (from..=until).contains(day)).collect();
        settling::report_absence(&call.platform, call.actor()?, id, &days, &form.note).await.map_err(|error| {
            match error {
                ApiError::Invalid { mut fields, stash } => {
                    for field in &mut fields {
                        if field.field == "days" {
                            "from".clone_into(&mut field.field);
                        }
                    }
                    ApiError::Invalid { fields, stash }
                }
                error => error,
            }
        })?;
        back_to(&call, &form.locale, id, "reported");
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Reports that wait for a manager.
///
/// # Errors
/// [`ApiError::SignInRequired`]; [`ApiError::Forbidden`] for all but managers.
#[server(prefix = "/api", endpoint = "open_reports", input = GetUrl)]
pub async fn open_reports() -> Result<Vec<Reported>, ApiError> {
    let call = Call::current()?;
    settling::open_reports(&call.platform, call.manager()?).await
}

/// A manager finds that a report changes nothing.
///
/// # Errors
/// See [`settling::dismiss_report`].
#[server(prefix = "/api", endpoint = "dismiss_report")]
pub async fn dismiss_report(
    /// Which booking.
    id: String,
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let id = booking_id(&id)?;
    settling::dismiss_report(&call.platform, call.manager()?, id).await?;
    back_to(&call, &locale, id, "dismissed");
    Ok(())
}

/// The client pays (again), by a method of choice.
///
/// # Errors
/// See [`gabarit_server::services::payments::checkout_with`].
#[server(prefix = "/api", endpoint = "pay_with")]
pub async fn pay_with(
    /// Which booking.
    id: String,
    /// The method's code.
    method: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let id = booking_id(&id)?;
    let method = gabarit_domain::booking::PaymentMethod::parse(method.trim())
        .ok_or_else(|| ApiError::field("method", Problem::Unknown))?;
    let page = gabarit_server::services::payments::checkout_with(&call.platform, call.actor()?, id, method).await?;
    call.redirect(&page);
    Ok(())
}
