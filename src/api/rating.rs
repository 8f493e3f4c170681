//! Reviews: for the sides of a booking, and for managers.

use gabarit_view::{
    error::ApiError,
    rating::{Moderation, ModerationForm, RatingAnswerForm, RatingForm, RatingPage},
};
use leptos::prelude::*;
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, ManagePage, Page},
    gabarit_i18n::Locale,
    gabarit_server::services::rating,
};

/// The reviews of a booking, for one of its sides.
///
/// # Errors
/// See [`rating::page`].
#[server(prefix = "/api", endpoint = "rating", input = GetUrl)]
pub async fn read_rating(
    /// Which booking.
    id: String,
) -> Result<RatingPage, ApiError> {
    let call = Call::current()?;
    rating::page(&call.platform, call.actor()?, id.parse().map_err(|_| ApiError::NotFound)?).await
}

#[cfg(feature = "ssr")]
fn back(call: &Call, locale: &str, id: &str) {
    let locale = Locale::parse(locale).unwrap_or_default();
    if let Ok(id) = id.parse() {
        let page = format!("{}/review", url::path(locale, Page::Booking(id)));
        call.redirect(&url::with_param(&page, "notice", "saved"));
    }
}

/// Writes one's review.
///
/// # Errors
/// See [`rating::write`].
#[server(prefix = "/api", endpoint = "write_rating")]
pub async fn write_rating(
    /// As posted.
    #[server(flatten)]
    form: RatingForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        rating::write(&call.platform, call.actor()?, &form).await?;
        back(&call, &form.locale, &form.id);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// The expert answers; or a side reports the other's review.
///
/// # Errors
/// See [`rating::answer`].
#[server(prefix = "/api", endpoint = "answer_rating")]
pub async fn answer_rating(
    /// As posted.
    #[server(flatten)]
    form: RatingAnswerForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        rating::answer(&call.platform, call.actor()?, &form).await?;
        back(&call, &form.locale, &form.id);
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Reviews that managers look at.
///
/// # Errors
/// See [`rating::moderation`].
#[server(prefix = "/api", endpoint = "moderation", input = GetUrl)]
pub async fn read_moderation(
    /// `reported`, `hidden` or `shown`.
    queue: String,
) -> Result<Moderation, ApiError> {
    let call = Call::current()?;
    rating::moderation(&call.platform, call.manager()?, &queue).await
}

/// A manager decides on a review.
///
/// # Errors
/// See [`rating::moderate`].
#[server(prefix = "/api", endpoint = "moderate")]
pub async fn moderate(
    /// As posted.
    #[server(flatten)]
    form: ModerationForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        rating::moderate(&call.platform, call.manager()?, &form).await?;
        let locale = Locale::parse(&form.locale).unwrap_or_default();
        let page = url::path(locale, Page::Manage(ManagePage::Reviews));
        call.redirect(&url::with_param(&page, "notice", "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}
