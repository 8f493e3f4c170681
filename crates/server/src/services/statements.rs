//! Terms and statements as versioned texts: what is shown is stored as it is published, and a version stays readable.
//!
//! A text gets its next version when its words change, in any language: by a release of the platform, by a setting of the
//! operator, or by a rulebook whose figures it names.

use crate::{
    clock::civil_day,
    db::{Exec, statements as rows},
    platform::Platform,
    services::bookings::{Failure, attempt},
};
use gabarit_domain::ids::{AccountId, BookingId};
use gabarit_i18n::Locale;
use gabarit_view::{
    error::ApiError,
    public::{Article, TextVersion},
};
use sha2::{Digest as _, Sha256};

/// A text with versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The terms, accepted at sign-up and with each booking.
    Terms,
    /// The privacy statement, shown at sign-up.
    Privacy,
    /// The accessibility statement.
    Accessibility,
}

impl Kind {
    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Terms => "terms",
            Self::Privacy => "privacy",
            Self::Accessibility => "accessibility",
        }
    }
}

/// Publishes a text in all languages where its words differ from the newest version; answers all versions, the newest
/// first.
///
/// # Errors
/// A fault of ours.
pub async fn publish(p: &Platform, kind: Kind, texts: &[(Locale, Article)]) -> Result<Vec<TextVersion>, ApiError> {
    let mut bodies = Vec::with_capacity(texts.len());
    for (locale, article) in texts {
        let body = serde_json::to_string(article).map_err(|error| p.fault(error))?;
        let sha256 = hex::encode(Sha256::digest(body.as_bytes()));
        bodies.push((*locale, body, sha256));
    }
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let (_, known) = newest(&mut conn.exec(), kind, &bodies).await.map_err(|error| p.fault(error))?;
    drop(conn);
    if !known {
        let bodies = &bodies;
        attempt(p, || {
            Box::pin(async move {
                let mut tx = p.db.begin().await?;
                let exec = &mut tx.exec();
                // Another node may have published the same words meanwhile, or does so now: then the number is taken.
                let (last, known) = newest(exec, kind, bodies).await?;
                if !known {
                    for (locale, body, sha256) in bodies {
                        let key = (kind.code(), last + 1, *locale);
                        if !rows::publish(exec, key, (body, sha256), p.now()).await? {
                            return Ok(());
                        }
                    }
                    tx.commit().await?;
                }
                Ok::<_, Failure>(())
            })
        })
        .await?;
    }
    versions(p, kind).await
}

/// The number of the newest version (0 without any), and whether its words are these. Read once: read again, it may be
/// another.
async fn newest(exec: &mut Exec<'_>, kind: Kind, bodies: &[(Locale, String, String)]) -> sqlx::Result<(i64, bool)> {
    let Some(newest) = rows::versions(exec, kind.code()).await?.first().map(|row| row.version) else {
        return Ok((0, false));
    };
    let hashes = rows::hashes(exec, kind.code(), newest).await?;
    let same = bodies
        .iter()
        .all(|(locale, _, sha256)| hashes.iter().any(|(code, known)| code == locale.code() && known == sha256));
    Ok((newest, same))
}

/// All versions, the newest first.
///
/// # Errors
/// A fault of ours.
pub async fn versions(p: &Platform, kind: Kind) -> Result<Vec<TextVersion>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let found = rows::versions(&mut conn.exec(), kind.code()).await.map_err(|error| p.fault(error))?;
    Ok(found
        .into_iter()
        .map(|row| TextVersion { number: row.version, published_on: civil_day(row.published_at, p.config.zone) })
        .collect())
}

/// A version as it was published.
///
/// # Errors
/// [`ApiError::NotFound`] if there is none of that number.
pub async fn version(p: &Platform, kind: Kind, number: i64, locale: Locale) -> Result<Article, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let body = rows::body(&mut conn.exec(), kind.code(), number, locale).await.map_err(|error| p.fault(error))?;
    serde_json::from_str(&body.ok_or(ApiError::NotFound)?).map_err(|error| p.fault(error))
}

/// Writes, in the caller's transaction, that an account accepted the terms and saw the privacy statement while signing up.
pub(crate) async fn accepted_at_sign_up(
    exec: &mut Exec<'_>,
    p: &Platform,
    account: AccountId,
    locale: Locale,
) -> sqlx::Result<()> {
    for kind in [Kind::Terms, Kind::Privacy] {
        rows::accept(exec, p.ids.uuid(), (account, kind.code(), locale), ("sign-up", None), p.now()).await?;
    }
    Ok(())
}

/// Writes, in the caller's transaction, that a client accepted the terms with a booking.
pub(crate) async fn accepted_with_booking(
    exec: &mut Exec<'_>,
    p: &Platform,
    client: AccountId,
    locale: Locale,
    booking: BookingId,
) -> sqlx::Result<()> {
    let what = (client, Kind::Terms.code(), locale);
    rows::accept(exec, p.ids.uuid(), what, ("booking", Some(booking)), p.now()).await
}
