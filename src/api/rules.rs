//! The rulebook editor, for managers.

use gabarit_view::{
    error::ApiError,
    rules::{RulesDesk, RulesForm},
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, ManagePage, Page},
    gabarit_i18n::Locale,
    gabarit_server::services::rule_desk,
};

/// Releases, the draft and its effect.
///
/// # Errors
/// See [`rule_desk::desk`].
#[server(prefix = "/api", endpoint = "manager_rules", input = GetUrl)]
pub async fn manager_rules() -> Result<RulesDesk, ApiError> {
    let call = Call::current()?;
    rule_desk::desk(&call.platform, call.manager()?).await
}

/// Begins a draft.
///
/// # Errors
/// See [`rule_desk::begin`].
#[server(prefix = "/api", endpoint = "manager_rules_begin")]
pub async fn begin_rules(
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    rule_desk::begin(&call.platform, call.manager()?).await?;
    let locale = Locale::parse(&locale).unwrap_or_default();
    call.redirect(&url::path(locale, Page::Manage(ManagePage::Rules)));
    Ok(())
}

/// Saves, releases or discards the draft.
///
/// # Errors
/// See [`rule_desk::act`].
#[server(prefix = "/api", endpoint = "manager_rules_act")]
pub async fn act_on_rules(
    /// As posted.
    #[server(flatten)]
    form: RulesForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        rule_desk::act(&call.platform, call.manager()?, &form).await?;
        let to = url::path(locale, Page::Manage(ManagePage::Rules));
        call.redirect(&url::with_param(&to, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}
