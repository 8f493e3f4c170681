//! Benefits of members: the catalogue, claims, and the managers' desk.

use gabarit_i18n::Locale;
use gabarit_view::{
    benefit::{BenefitDesk, BenefitForm, Catalogue, ClaimForm},
    error::ApiError,
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, ManagePage, Page, ProgrammeSection},
    gabarit_server::services::benefit,
};

/// The catalogue of a country; a member's own.
///
/// # Errors
/// A fault of ours.
#[server(prefix = "/api", endpoint = "benefits", input = GetUrl)]
pub async fn benefits(
    /// Language of the page.
    locale: Locale,
    /// ISO 3166-1; may be empty.
    country: String,
) -> Result<Catalogue, ApiError> {
    let call = Call::current()?;
    benefit::catalogue(&call.platform, call.account(), &country, locale).await
}

/// Claims a benefit, or says that software is uninstalled.
///
/// # Errors
/// See [`benefit::act`].
#[server(prefix = "/api", endpoint = "claim_benefit")]
pub async fn claim_benefit(
    /// As posted.
    #[server(flatten)]
    form: ClaimForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        benefit::act(&call.platform, call.actor()?, &form).await?;
        let to = url::path(locale, Page::Programme(ProgrammeSection::Benefits));
        call.redirect(&url::with_param(&to, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Everything about benefits, for managers.
///
/// # Errors
/// See [`benefit::desk`].
#[server(prefix = "/api", endpoint = "manager_benefits", input = GetUrl)]
pub async fn manager_benefits(
    /// Language of the page.
    locale: Locale,
) -> Result<BenefitDesk, ApiError> {
    let call = Call::current()?;
    benefit::desk(&call.platform, call.manager()?, locale).await
}

/// Does what a manager's form about benefits says.
///
/// # Errors
/// See [`benefit::manage`].
#[server(prefix = "/api", endpoint = "manager_benefit")]
pub async fn manager_benefit(
    /// As posted.
    #[server(flatten)]
    form: BenefitForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        benefit::manage(&call.platform, call.manager()?, &form).await?;
        let to = url::path(locale, Page::Manage(ManagePage::Benefits));
        let to = if form.id.is_empty() { to } else { url::with_param(&to, "benefit", &form.id) };
        call.redirect(&url::with_param(&to, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}
