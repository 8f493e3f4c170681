//! What happens to every request and answer.

use gabarit_i18n::Locale;

/// The best of our languages by an `Accept-Language` header (RFC 9110, 12.5.4).
pub(crate) fn accepted(header: &str) -> Option<Locale> {
    header
        .split(',')
        .filter_map(|entry| {
            let mut parts = entry.split(';');
            let tag = parts.next()?.trim();
            let quality = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(Some(1.0), |quality| quality.trim().parse::<f32>().ok())?;
            let locale = Locale::parse(&tag.split('-').next()?.to_ascii_lowercase())?;
            (quality > 0.0).then_some((quality, locale))
        })
        // The first of equals wins.
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, locale)| locale)
}
