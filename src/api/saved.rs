//! What an account keeps, and others who are free.

use gabarit_domain::ids::ExpertId;
use gabarit_i18n::Locale;
use gabarit_view::{
    error::ApiError,
    expert::ProductView,
    saved::{Alternative, SavedForm, SavedPage},
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, Page},
    gabarit_server::services::{alternatives, experts, saved},
};

/// What the account that is signed in keeps.
///
/// # Errors
/// See [`saved::page`].
#[server(prefix = "/api", endpoint = "saved", input = GetUrl)]
pub async fn read_saved(
    /// Language of the page.
    locale: Locale,
) -> Result<(SavedPage, Vec<ProductView>), ApiError> {
    let call = Call::current()?;
    let page = saved::page(&call.platform, call.actor()?, locale).await?;
    Ok((page, experts::products(&call.platform).await?))
}

/// Experts that the account keeps in mind; none of visitors.
///
/// # Errors
/// A fault of ours.
#[server(prefix = "/api", endpoint = "shortlist", input = GetUrl)]
pub async fn read_shortlist() -> Result<Vec<ExpertId>, ApiError> {
    let call = Call::current()?;
    match call.account() {
        Some(actor) => saved::shortlist(&call.platform, actor).await,
        None => Ok(Vec::new()),
    }
}

/// Keeps and drops experts and searches. A search that was saved leads to the page of all of them; else, without script, the
/// browser comes back to the page of the form.
///
/// # Errors
/// See [`saved::act`].
#[server(prefix = "/api", endpoint = "act_saved")]
pub async fn act_saved(
    /// As posted.
    #[server(flatten)]
    form: SavedForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async { saved::act(&call.platform, call.actor()?, &form).await }.await;
    if result.is_ok() && form.act == "save" {
        // To where it stands now: the results themselves would show no trace of it.
        let page = url::path(Locale::parse(&form.locale).unwrap_or_default(), Page::Saved);
        call.redirect(&url::with_param(&page, "notice", "saved"));
    }
    call.answer_form(&form, result).await
}

/// Who else is free for a booking that lost its expert; nobody for other bookings.
///
/// # Errors
/// See [`alternatives::of_booking`].
#[server(prefix = "/api", endpoint = "others", input = GetUrl)]
pub async fn read_others(
    /// Language of the page.
    locale: Locale,
    /// Which booking.
    id: String,
) -> Result<Vec<Alternative>, ApiError> {
    let call = Call::current()?;
    let id = id.parse().map_err(|_| ApiError::NotFound)?;
    alternatives::of_booking(&call.platform, call.actor()?, id, locale).await
}
