//! Licences rented alone: for clients, and for managers.

use gabarit_i18n::Locale;
use gabarit_view::{
    error::ApiError,
    rental::{RentalDesk, RentalForm, RentalMoveForm, RentalSetup, RentalView, StockForm},
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, ManagePage, Page},
    gabarit_domain::rental::Term,
    gabarit_server::services::rentals,
    gabarit_view::error::Problem,
};

/// What the order page needs.
///
/// # Errors
/// See [`rentals::setup`].
#[server(prefix = "/api", endpoint = "rental_setup", input = GetUrl)]
pub async fn read_rental_setup(
    /// Language of the page.
    locale: Locale,
    /// First day; may be empty or nonsense.
    first: String,
    /// Last day; likewise.
    last: String,
) -> Result<RentalSetup, ApiError> {
    let call = Call::current()?;
    let term = first.parse().ok().zip(last.parse().ok()).map(|(first, last)| Term { first, last });
    rentals::setup(&call.platform, call.account(), term, locale).await
}

/// Places an order, and leads to the provider's page.
///
/// # Errors
/// See [`rentals::place`].
#[server(prefix = "/api", endpoint = "place_rental")]
pub async fn place_rental(
    /// As posted.
    #[server(flatten)]
    form: RentalForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        let placed = rentals::place(&call.platform, call.actor()?, &form, locale).await?;
        call.redirect(&placed.checkout_url);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// An order.
///
/// # Errors
/// See [`rentals::view`].
#[server(prefix = "/api", endpoint = "rental", input = GetUrl)]
pub async fn read_rental(
    /// Which.
    id: String,
) -> Result<RentalView, ApiError> {
    let call = Call::current()?;
    rentals::view(&call.platform, call.actor()?, id.parse().map_err(|_| ApiError::NotFound)?).await
}

/// Pays, cancels, hands out or takes back.
///
/// # Errors
/// See [`rentals::act`] and [`rentals::checkout`].
#[server(prefix = "/api", endpoint = "move_rental")]
pub async fn move_rental(
    /// As posted.
    #[server(flatten)]
    form: RentalMoveForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        let id = form.id.parse().map_err(|_| ApiError::field("id", Problem::Malformed))?;
        if form.act == "pay" {
            call.redirect(&rentals::checkout(&call.platform, call.actor()?, id).await?);
            return Ok(());
        }
        rentals::act(&call.platform, call.actor()?, &form).await?;
        let page = if form.from == "manage" {
            url::path(locale, Page::Manage(ManagePage::Rentals))
        } else {
            url::path(locale, Page::Rental(id))
        };
        call.redirect(&url::with_param(&page, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Stock, hand-outs and returns due.
///
/// # Errors
/// See [`rentals::desk`].
#[server(prefix = "/api", endpoint = "rental_desk", input = GetUrl)]
pub async fn read_rental_desk() -> Result<RentalDesk, ApiError> {
    let call = Call::current()?;
    rentals::desk(&call.platform, call.manager()?).await
}

/// A manager says how many licences of a product there are.
///
/// # Errors
/// See [`rentals::set_stock`].
#[server(prefix = "/api", endpoint = "rental_stock")]
pub async fn set_rental_stock(
    /// As posted.
    #[server(flatten)]
    form: StockForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        rentals::set_stock(&call.platform, call.manager()?, &form).await?;
        let locale = Locale::parse(&form.locale).unwrap_or_default();
        let page = url::path(locale, Page::Manage(ManagePage::Rentals));
        call.redirect(&url::with_param(&page, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}
