//! Words wrongly marked as contact details: what one asked, and the managers' decisions. Asking goes with the form that the
//! words stand in.

use gabarit_view::{
    error::ApiError,
    looks::{Look, LookForm, LookQueue},
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, ManagePage, Page},
    gabarit_i18n::Locale,
    gabarit_server::services::looks,
};

/// What one asked managers to look at.
///
/// # Errors
/// [`ApiError::SignInRequired`].
#[server(name = GetOwnLooks, prefix = "/api", endpoint = "own_looks", input = GetUrl)]
pub async fn own_looks() -> Result<Vec<Look>, ApiError> {
    let call = Call::current()?;
    looks::own(&call.platform, call.actor()?).await
}

/// What waits for a manager.
///
/// # Errors
/// See [`looks::queue`].
#[server(name = GetLookQueue, prefix = "/api", endpoint = "look_queue", input = GetUrl)]
pub async fn look_queue() -> Result<LookQueue, ApiError> {
    let call = Call::current()?;
    looks::queue(&call.platform, call.manager()?).await
}

/// A manager decides.
///
/// # Errors
/// See [`looks::decide`].
#[server(prefix = "/api", endpoint = "decide_look")]
pub async fn decide_look(
    /// As posted.
    #[server(flatten)]
    form: LookForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        looks::decide(&call.platform, call.manager()?, &form).await?;
        let locale = Locale::parse(&form.locale).unwrap_or_default();
        let page = url::path(locale, Page::Manage(ManagePage::Looks));
        call.redirect(&url::with_param(&page, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}
