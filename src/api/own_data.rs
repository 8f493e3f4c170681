//! One's own data: to take along, to have erased.

use gabarit_view::{error::ApiError, own_data::OwnData};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, Page},
    gabarit_i18n::Locale,
    gabarit_server::services::{accounts::web, own_data},
};

/// What the page shows.
///
/// # Errors
/// [`ApiError::SignInRequired`].
#[server(prefix = "/api", endpoint = "own_data", input = GetUrl)]
pub async fn own_data_page() -> Result<OwnData, ApiError> {
    let call = Call::current()?;
    own_data::page(&call.platform, call.actor()?).await
}

/// A form of the page, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnDataForm {
    /// `on` once it is understood that erasing cannot be undone.
    pub understood: String,
    /// The password or a code, where it is asked for.
    pub confirm_password: String,
    /// Language of the page.
    pub locale: String,
}

/// Asks for an archive of everything.
///
/// # Errors
/// See [`own_data::ask`], and [`Call::confirmed`].
#[server(prefix = "/api", endpoint = "own_data_export")]
pub async fn export_own_data(
    /// As posted.
    #[server(flatten)]
    form: OwnDataForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        own_data::ask(&call.platform, &call.confirmed(&form.confirm_password).await?).await?;
        call.redirect(&url::path(locale, Page::OwnData));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Erases the account.
///
/// # Errors
/// See [`own_data::erase`], and [`Call::confirmed`].
#[server(prefix = "/api", endpoint = "own_data_erase")]
pub async fn erase_own_data(
    /// As posted.
    #[server(flatten)]
    form: OwnDataForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        let confirmed = call.confirmed(&form.confirm_password).await?;
        own_data::erase(&call.platform, &confirmed, !form.understood.is_empty()).await?;
        call.set_cookie(&web::clear_cookie(&call.platform.config));
        call.redirect(&url::with_param(&url::path(locale, Page::Home), "notice", "erased"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}
