//! The members' private community.

#[cfg(feature = "ssr")]
use gabarit_i18n::Locale;
use gabarit_view::{
    community::{Community, CommunityThread, PostForm, Report, ThreadForm},
    error::ApiError,
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, Page, ProgrammeSection},
    gabarit_server::services::community,
};

/// A page of conversations.
///
/// # Errors
/// See [`community::list`].
#[server(prefix = "/api", endpoint = "community", input = GetUrl)]
pub async fn community_threads(
    /// Code of a product; empty for all.
    product: String,
    /// From 1.
    page: u32,
) -> Result<Community, ApiError> {
    let call = Call::current()?;
    community::list(&call.platform, call.actor()?, &product, page).await
}

/// A conversation.
///
/// # Errors
/// See [`community::thread`].
#[server(prefix = "/api", endpoint = "community_thread", input = GetUrl)]
pub async fn read_community_thread(
    /// Its id.
    id: String,
) -> Result<CommunityThread, ApiError> {
    let call = Call::current()?;
    let actor = call.actor()?;
    let id = id.parse().map_err(|_| ApiError::NotFound)?;
    community::thread(&call.platform, actor, id).await
}

/// Begins a conversation.
///
/// # Errors
/// See [`community::begin`].
#[server(prefix = "/api", endpoint = "community_begin")]
pub async fn community_begin(
    /// As posted.
    #[server(flatten)]
    form: ThreadForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        let id = community::begin(&call.platform, call.actor()?, &form).await?;
        call.redirect(&format!("{}/{id}", url::path(locale, Page::Programme(ProgrammeSection::Community))));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Writes in a conversation, or does something with a post.
///
/// # Errors
/// See [`community::act`].
#[server(prefix = "/api", endpoint = "community_act")]
pub async fn community_act(
    /// As posted.
    #[server(flatten)]
    form: PostForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        community::act(&call.platform, call.actor()?, &form).await?;
        let to = url::path(locale, Page::Programme(ProgrammeSection::Community));
        call.redirect(&url::with_param(&format!("{to}/{}", form.thread), "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Posts that members reported.
///
/// # Errors
/// See [`community::reports`].
#[server(prefix = "/api", endpoint = "manager_reports_community", input = GetUrl)]
pub async fn community_reports() -> Result<Vec<Report>, ApiError> {
    let call = Call::current()?;
    community::reports(&call.platform, call.manager()?).await
}
