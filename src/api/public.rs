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

/// A page's text. It comes from the server so that the browser's program does not carry three languages of it. Terms and
/// statements have versions: `version` asks for an earlier one.
///
/// # Errors
/// If the database fails; [`ApiError::NotFound`] for a version that never was.
#[server(prefix = "/api", endpoint = "public_article")]
pub async fn public_article(
    /// Which page.
    name: ArticleName,
    /// In which language.
    locale: Locale,
    /// Number of a version; the newest where there is none.
    version: Option<i64>,
) -> Result<Article, ApiError> {
    let p = platform()?;
    let Some(kind) = versioned(name) else {
        let rules = gabarit_server::services::rulebooks::current(&p).await?;
        return Ok(articles::article(name, &articles::Source::new(locale, &rules, &p.config)));
    };
    let versions = publish(&p, name, kind).await?;
    let number = version.or_else(|| versions.first().map(|newest| newest.number)).ok_or(ApiError::NotFound)?;
    let article = gabarit_server::services::statements::version(&p, kind, number, locale).await?;
    Ok(Article { versions, version: Some(number), ..article })
}

#[cfg(feature = "ssr")]
const fn versioned(name: ArticleName) -> Option<gabarit_server::services::statements::Kind> {
    use gabarit_server::services::statements::Kind;
    match name {
        ArticleName::Terms => Some(Kind::Terms),
        ArticleName::Privacy => Some(Kind::Privacy),
        ArticleName::Accessibility => Some(Kind::Accessibility),
        ArticleName::How | ArticleName::Faq | ArticleName::AboutData => None,
    }
}

/// Publishes a text if its words are new.
#[cfg(feature = "ssr")]
async fn publish(
    p: &gabarit_server::platform::Platform,
    name: ArticleName,
    kind: gabarit_server::services::statements::Kind,
) -> Result<Vec<gabarit_view::public::TextVersion>, ApiError> {
    let rules = gabarit_server::services::rulebooks::current(p).await?;
    let texts: Vec<(Locale, Article)> = Locale::ALL
        .into_iter()
        .map(|locale| {
            let source = articles::Source::new(locale, &rules, &p.config);
            (locale, articles::article(name, &source))
        })
        .collect();
    gabarit_server::services::statements::publish(p, kind, &texts).await
}

/// Publishes what is new in terms and statements: at the start, and before somebody accepts them.
///
/// # Errors
/// If the database fails.
#[cfg(feature = "ssr")]
pub(crate) async fn publish_statements(p: &gabarit_server::platform::Platform) -> Result<(), ApiError> {
    for name in ArticleName::ALL {
        if let Some(kind) = versioned(name) {
            publish(p, name, kind).await?;
        }
    }
    Ok(())
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
        rental: rules.rental,
        licences,
    })
}

#[cfg(feature = "ssr")]
fn platform() -> Result<gabarit_server::platform::Platform, ApiError> {
    use_context().ok_or(ApiError::Transport)
}
