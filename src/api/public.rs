//! What anyone may read: texts of the platform, and the tariffs in force.

#[cfg(feature = "ssr")]
mod articles;
#[cfg(feature = "ssr")]
mod faq;
#[cfg(feature = "ssr")]
mod markup;

use gabarit_i18n::Locale;
use gabarit_view::{
    error::ApiError,
    public::{Article, ArticleName, Tariffs},
};
use leptos::prelude::*;

/// A page's text. It comes from the server so that the browser's program does not carry three languages of it.
///
/// # Errors
/// If the database fails.
#[server(prefix = "/api", endpoint = "public_article")]
pub async fn public_article(
    /// Which page.
    name: ArticleName,
    /// In which language.
    locale: Locale,
) -> Result<Article, ApiError> {
    let p = platform()?;
    let rules = gabarit_server::services::rulebooks::current(&p).await?;
    Ok(articles::article(name, &articles::Source { locale, rules: &rules, operator: &p.config.operator }))
}

/// The tariffs in force today.
///
/// # Errors
/// If the database fails.
#[server(prefix = "/api", endpoint = "public_tariffs")]
pub async fn public_tariffs() -> Result<Tariffs, ApiError> {
    let p = platform()?;
    let rules = gabarit_server::services::rulebooks::current(&p).await?;
    let licences = gabarit_server::services::experts::products(&p)
        .await?
        .into_iter()
        .filter_map(|product| Some((product.name, product.licence_per_day?)))
        .collect();
    Ok(Tariffs {
        version: rules.version,
        effective_from: rules.effective_from,
        day_rates: rules.day_rates,
        ladder: rules.ladder,
        travel: rules.travel,
        flexible: rules.flexible.supplement,
        flexible_notice_days: rules.flexible.notice_days,
        workstation_per_day: rules.rental.workstation_per_day,
        licences,
    })
}

#[cfg(feature = "ssr")]
fn platform() -> Result<gabarit_server::platform::Platform, ApiError> {
    use_context().ok_or(ApiError::Transport)
}
