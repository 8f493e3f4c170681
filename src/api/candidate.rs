//! Applying as an expert, and the managers' review.

use gabarit_domain::ids::CandidateId;
use gabarit_i18n::Locale;
use gabarit_view::{
    candidate::{ApplicationForm, ApplicationView, CandidateFile, Queue, ReviewForm},
    error::ApiError,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, ManagePage, Page},
    gabarit_server::services::candidates,
    gabarit_view::candidate::QueueFilter,
};

/// A form about one's own application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CandidateActionForm {
    /// `pick`, `withdraw`, `again` or `remove`.
    pub act: String,
    /// Of which time, or of which document.
    pub slot: String,
    /// Language of the page.
    pub locale: String,
}

/// A manager's note.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoteForm {
    /// On which application.
    pub id: String,
    /// What.
    pub body: String,
    /// Language of the page.
    pub locale: String,
}

#[cfg(feature = "ssr")]
fn page_locale(code: &str) -> Locale {
    Locale::parse(code).unwrap_or_default()
}

/// One's own application.
///
/// # Errors
/// [`ApiError::SignInRequired`].
#[server(prefix = "/api", endpoint = "my_application", input = GetUrl)]
pub async fn my_application() -> Result<ApplicationView, ApiError> {
    let call = Call::current()?;
    candidates::mine(&call.platform, call.actor()?).await
}

/// Keeps or sends one's application: the button's `intent` is `save` or `send`; or `ask` names a field whose words a manager
/// should look at.
///
/// # Errors
/// See [`candidates::save`], [`candidates::submit`] and [`candidates::ask_look`].
#[server(prefix = "/api", endpoint = "apply")]
pub async fn apply(
    /// As posted.
    #[server(flatten)]
    form: ApplicationForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let locale = page_locale(form.text("locale"));
    let page = url::path(locale, Page::Apply);
    let result = async {
        let ask = form.text("ask");
        if !ask.is_empty() {
            candidates::ask_look(&call.platform, call.actor()?, &form, locale, ask).await?;
            call.redirect(&url::with_param(&page, "notice", "saved"));
        } else if form.text("intent") == "send" {
            candidates::submit(&call.platform, call.actor()?, &form, locale).await?;
            call.redirect(&url::with_param(&page, "done", "sent"));
        } else {
            candidates::save(&call.platform, call.actor()?, &form).await?;
            call.redirect(&url::with_param(&page, "notice", "saved"));
        }
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Keeps a draft while it is typed; leads nowhere.
///
/// # Errors
/// See [`candidates::save`].
#[server(prefix = "/api", endpoint = "keep_application")]
pub async fn keep_application(
    /// As typed.
    #[server(flatten)]
    form: ApplicationForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    candidates::save(&call.platform, call.actor()?, &form).await.map(drop)
}

/// Picks a time, takes the application back, begins a new one, or takes a document out.
///
/// # Errors
/// See [`candidates::pick`], [`candidates::withdraw`], [`candidates::apply_again`] and
/// [`candidates::remove_document`].
#[server(prefix = "/api", endpoint = "candidate_action")]
pub async fn candidate_action(
    /// As posted.
    #[server(flatten)]
    form: CandidateActionForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let (p, actor) = (&call.platform, call.actor());
    let page = url::path(page_locale(&form.locale), Page::Apply);
    let result = async {
        let to = match form.act.as_str() {
            "pick" => {
                candidates::pick(p, actor?, &form.slot).await?;
                url::with_param(&page, "done", "picked")
            }
            "withdraw" => {
                candidates::withdraw(p, actor?).await?;
                url::with_param(&page, "done", "withdrawn")
            }
            "again" => {
                candidates::apply_again(p, actor?).await?;
                page
            }
            "remove" => {
                let id = form.slot.parse().map_err(|_| ApiError::NotFound)?;
                candidates::remove_document(p, actor?, id).await?;
                url::with_param(&page, "notice", "saved")
            }
            _ => return Err(ApiError::NotFound),
        };
        call.redirect(&to);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The managers' queue; `query` is the query string of the page's URL.
///
/// # Errors
/// [`ApiError::SignInRequired`]; [`ApiError::Forbidden`] for all but managers.
#[server(prefix = "/api", endpoint = "candidate_queue", input = GetUrl)]
pub async fn candidate_queue(
    /// Language of the page.
    locale: Locale,
    /// Filters.
    query: String,
) -> Result<Queue, ApiError> {
    let call = Call::current()?;
    candidates::queue(&call.platform, call.manager()?, &QueueFilter::from_query(&query), locale).await
}

/// An application, for managers.
///
/// # Errors
/// See [`candidates::file`].
#[server(name = GetCandidateFile, prefix = "/api", endpoint = "candidate_file", input = GetUrl)]
pub async fn candidate_file(
    /// Language of the page.
    locale: Locale,
    /// Which.
    id: CandidateId,
) -> Result<CandidateFile, ApiError> {
    let call = Call::current()?;
    candidates::file(&call.platform, call.manager()?, id, locale).await
}

/// A manager's move.
///
/// # Errors
/// See [`candidates::act`].
#[server(prefix = "/api", endpoint = "review_candidate")]
pub async fn review_candidate(
    /// As posted.
    #[server(flatten)]
    form: ReviewForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id = candidates::act(&call.platform, call.manager()?, &form).await?;
        let page = url::path(page_locale(&form.locale), Page::Manage(ManagePage::Candidate(id)));
        call.redirect(&url::with_param(&page, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// A manager's note.
///
/// # Errors
/// See [`candidates::note`].
#[server(prefix = "/api", endpoint = "note_candidate")]
pub async fn note_candidate(
    /// As posted.
    #[server(flatten)]
    form: NoteForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let id: CandidateId = form.id.parse().map_err(|_| ApiError::NotFound)?;
        candidates::note(&call.platform, call.manager()?, id, &form.body).await?;
        let page = url::path(page_locale(&form.locale), Page::Manage(ManagePage::Candidate(id)));
        call.redirect(&url::with_param(&page, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}
