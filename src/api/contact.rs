//! The contact desk: for senders, and for managers.

use gabarit_i18n::Locale;
use gabarit_view::{
    contact::{ContactForm, ContactPage, DeskForm, DeskThread, Inbox, ThreadView},
    error::ApiError,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
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

/// Sends a request, and leads to its conversation.
///
/// # Errors
/// See [`contact::open`].
#[server(prefix = "/api", endpoint = "contact")]
pub async fn contact(
    /// As posted.
    #[server(flatten)]
    form: ContactForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        let opened = contact::open(&call.platform, call.account(), &form, &call.client_address()).await?;
        let mut to = url::conversation(locale, &opened.reference);
        if let Some(key) = &opened.key {
            to = url::with_param(&to, "key", key);
        }
        call.redirect(&url::with_param(&to, "notice", "message-sent"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
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

/// A sender's further message, as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReplyForm {
    /// The request's reference.
    pub reference: String,
    /// The secret of a visitor's link; empty for accounts.
    pub key: String,
    /// The message.
    pub message: String,
    /// Language of the page.
    pub locale: String,
}

/// Adds to a conversation.
///
/// # Errors
/// See [`contact::write`].
#[server(prefix = "/api", endpoint = "reply")]
pub async fn reply(
    /// As posted.
    #[server(flatten)]
    form: ReplyForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = Locale::parse(&form.locale).unwrap_or_default();
    let result = async {
        let access = if form.key.is_empty() { Access::Account(call.actor()?) } else { Access::Key(&form.key) };
        contact::write(&call.platform, access, &form.reference, &form.message, &call.client_address()).await?;
        let mut to = url::conversation(locale, &form.reference);
        if !form.key.is_empty() {
            to = url::with_param(&to, "key", &form.key);
        }
        call.redirect(&url::with_param(&to, "notice", "message-sent"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
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

/// Does what a manager's form about a request says.
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
