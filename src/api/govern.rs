//! The log and the figures, for managers.

#[cfg(feature = "ssr")]
mod chart;

use gabarit_i18n::Locale;
use gabarit_view::{
    error::ApiError,
    govern::{Figures, LogPage, LogQuery},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    gabarit_server::services::{audit_log, figures, log_words},
    gabarit_view::govern::Span,
};

/// A page of the log.
///
/// # Errors
/// See [`audit_log::page`].
#[server(prefix = "/api", endpoint = "manager_log", input = GetUrl)]
pub async fn manager_log(
    /// Language of the page.
    locale: Locale,
    /// What is looked for.
    #[server(flatten)]
    query: LogQuery,
) -> Result<LogPage, ApiError> {
    let call = Call::current()?;
    let mut page = audit_log::page(&call.platform, call.manager()?, &query).await?;
    log_words::tell(locale, &mut page);
    Ok(page)
}

/// Figures, and their charts as SVG.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charts {
    /// The figures.
    pub figures: Figures,
    /// Bookings placed, accepted and lost.
    pub bookings: String,
    /// Revenue, and what experts earn of it.
    pub revenue: String,
    /// Answers by hours.
    pub answers: String,
    /// How far candidates come.
    pub candidates: String,
    /// Ratings.
    pub satisfaction: String,
}

/// The figures of a period.
///
/// # Errors
/// See [`figures::figures`].
#[server(prefix = "/api", endpoint = "manager_figures", input = GetUrl)]
pub async fn manager_figures(
    /// Language of the page.
    locale: Locale,
    /// Code of the period; anything else for the usual one.
    span: String,
) -> Result<Charts, ApiError> {
    let call = Call::current()?;
    let figures = figures::figures(&call.platform, call.manager()?, Span::parse(&span)).await?;
    Ok(chart::charts(locale, figures))
}
