//! The contact desk: for senders, and for managers. What is written comes with files, and so by forms of its own: see
//! `server::uploads`.

use gabarit_i18n::Locale;
use gabarit_view::{
    contact::{ContactPage, DeskForm, DeskThread, Inbox, ThreadView},
    error::ApiError,
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, ManagePage, Page},
    gabarit_server::services::contact::{self, Access},
};

/// What the contact page needs. Ids that its address mentions may be empty or nonsense.
///
/// # Errors
/// A fault of ours.
#[server(prefix = "/api", endpoint = "contact_setup", input = GetUrl)]
pub async fn contact_setup(
    /// Language of the page.
    locale: Locale,
    /// Id of the expert it is about.
    expert: String,
    /// Id of the booking it is about.
    booking: String,
) -> Result<ContactPage, ApiError> {
    let call = Call::current()?;
    contact::page(&call.platform, call.account(), expert.parse().ok(), booking.parse().ok(), locale).await
}

/// A conversation, for its sender: the account that is signed in, or whoever has the link's secret.
///
/// # Errors
/// See [`contact::thread`].
#[server(prefix = "/api", endpoint = "conversation", input = GetUrl)]
pub async fn conversation(
    /// Language of the page.
    locale: Locale,
    /// The request's reference.
    reference: String,
    /// The secret of a visitor's link; empty for accounts.
    key: String,
) -> Result<ThreadView, ApiError> {
    let call = Call::current()?;
    let access = match (key.as_str(), call.account()) {
        ("", None) => return Err(ApiError::SignInRequired),
        ("", Some(actor)) => Access::Account(actor),
        (key, _) => Access::Key(key),
    };
    contact::thread(&call.platform, access, &reference, locale).await
}

/// A page of the managers' inbox.
///
/// # Errors
/// See [`contact::inbox`].
#[server(prefix = "/api", endpoint = "manager_inbox", input = GetUrl)]
pub async fn manager_inbox(
    /// `waiting`, a state, or anything else for all.
    queue: String,
    /// A topic; anything else for all.
    topic: String,
    /// Only what this manager takes care of.
    mine: bool,
    /// From 1.
    page: u32,
) -> Result<Inbox, ApiError> {
    let call = Call::current()?;
    contact::inbox(&call.platform, call.manager()?, &queue, &topic, mine, page).await
}

/// A request, with what a manager needs to answer it.
///
/// # Errors
/// See [`contact::request`].
#[server(prefix = "/api", endpoint = "manager_request", input = GetUrl)]
pub async fn manager_request(
    /// Language of the page.
    locale: Locale,
    /// The request's reference.
    reference: String,
) -> Result<DeskThread, ApiError> {
    let call = Call::current()?;
    contact::request(&call.platform, call.manager()?, &reference, locale).await
}

/// Does what a manager's form about a request says, where nothing is written.
///
/// # Errors
/// See [`contact::act`].
#[server(prefix = "/api", endpoint = "manager_desk")]
pub async fn manager_desk(
    /// As posted.
    #[server(flatten)]
    form: DeskForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        contact::act(&call.platform, call.manager()?, &form).await?;
        let to = format!("{}/{}", url::path(locale, Page::Manage(ManagePage::Desk)), form.reference);
        call.redirect(&url::with_param(&to, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}
