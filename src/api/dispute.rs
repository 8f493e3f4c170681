//! Disputes: for the sides of a booking, and for managers.

use gabarit_view::{
    dispute::{DisputeForm, DisputePage, DisputeSummary},
    error::ApiError,
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, Page},
    gabarit_i18n::Locale,
    gabarit_server::services::disputes,
};

/// The disputes of a booking.
///
/// # Errors
/// See [`disputes::page`].
#[server(prefix = "/api", endpoint = "dispute", input = GetUrl)]
pub async fn read_dispute(
    /// Which booking.
    id: String,
) -> Result<DisputePage, ApiError> {
    let call = Call::current()?;
    disputes::page(&call.platform, call.actor()?, id.parse().map_err(|_| ApiError::NotFound)?).await
}

/// Opens a dispute, writes in it, takes it back or dismisses it.
///
/// # Errors
/// See [`disputes::act`].
#[server(prefix = "/api", endpoint = "act_dispute")]
pub async fn act_dispute(
    /// As posted.
    #[server(flatten)]
    form: DisputeForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        disputes::act(&call.platform, call.actor()?, &form).await?;
        let locale = Locale::parse(&form.locale).unwrap_or_default();
        if let Ok(id) = form.id.parse() {
            let page = format!("{}/dispute", url::path(locale, Page::Booking(id)));
            call.redirect(&url::with_param(&page, "notice", "saved"));
        }
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Disputes for managers.
///
/// # Errors
/// See [`disputes::list`].
#[server(prefix = "/api", endpoint = "disputes", input = GetUrl)]
pub async fn read_disputes(
    /// The closed ones instead of the open ones.
    closed: bool,
) -> Result<Vec<DisputeSummary>, ApiError> {
    let call = Call::current()?;
    disputes::list(&call.platform, call.manager()?, closed).await
}
