//! The certificate as a file.

use super::{address, hall, own::told};
use crate::{
    clock::civil_day,
    db::membership as rows,
    documents::pdf::{self, CertificateText},
    platform::Platform,
    services::{bookings::Failure, papers::File},
};
use gabarit_i18n::{Locale, fmt, membership as text};
use gabarit_view::{account::AccountView, error::ApiError};

/// The certificate of who asks, while the membership is in force.
///
/// # Errors
/// [`ApiError::NotFound`] for whoever is no member (any more).
pub async fn certificate(p: &Platform, actor: &AccountView, locale: Locale) -> Result<File, ApiError> {
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let stored = rows::live(exec, actor.id).await?.ok_or(ApiError::NotFound)?;
        let profile = rows::profile(exec, actor.id).await?.ok_or(ApiError::NotFound)?;
        let terms = rows::terms(exec, stored.id).await?;
        Ok::<_, Failure>((stored, profile, terms))
    };
    let (stored, profile, terms) = read.await.map_err(|failure| told(p, failure))?;
    let membership = &stored.membership;
    let page = address(p, &hall::member_path(locale, &profile.code));
    let words = CertificateText {
        locale,
        title: text::certificate_title(locale).to_owned(),
        number: profile.code.clone(),
        before: text::certificate_before(locale).to_owned(),
        name: profile.display_name.clone(),
        sentences: vec![text::certificate_for(locale).to_owned(), text::certificate_unpaid(locale).to_owned()],
        facts: vec![
            (text::certificate_since(locale).to_owned(), fmt::date(locale, membership.first_day)),
            (text::certificate_until(locale).to_owned(), fmt::date(locale, membership.last_day)),
        ],
        verify: text::certificate_verify(locale, page),
        issuer: p.config.operator.name.clone(),
        footer: text::not_affiliated(locale).to_owned(),
    };
    // The day of the term's grant: the same certificate is the same file at any time.
    let day = terms.last().map_or(membership.first_day, |term| civil_day(term.granted_at, p.config.zone));
    let bytes = pdf::certificate(&words, day).map_err(|error| p.fault(error))?;
    Ok(File { name: format!("certificate-{}.pdf", profile.code), content_type: "application/pdf", bytes })
}
