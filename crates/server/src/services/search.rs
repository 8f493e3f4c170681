//! Searching for experts (S1–S4).

use crate::{places, platform::Platform};
use chrono::Days;
use gabarit_domain::{calendar::HORIZON_DAYS, pricing::Refusal, text::fold};
use gabarit_i18n::Locale;
use gabarit_view::{
    error::{ApiError, FieldError, Problem},
    search::{SearchQuery, SearchResults},
};

/// Finds experts. What the query asks of places that do not exist is passed over ([`read_query`] reports it).
///
/// # Errors
/// If the database fails.
pub async fn search(p: &Platform, query: &SearchQuery, locale: Locale) -> Result<SearchResults, ApiError> {
    let snapshot = p.search.snapshot(p).await?;
    Ok(snapshot.search(&p.places, query, locale))
}

/// Reads the query string of a search as far as it makes sense, with what does not.
///
/// Beyond [`SearchQuery::from_query`] it knows what there is: a typed `place` that is not the name of `near` is looked
/// up (its best match wins), unknown places and products are dropped and reported, and so are days that nobody can
/// book.
///
/// # Errors
/// If the database fails.
pub async fn read_query(p: &Platform, query: &str, locale: Locale) -> Result<(SearchQuery, Vec<FieldError>), ApiError> {
    let (mut read, mut problems) = SearchQuery::from_query(query);
    let mut report = |field: &str, problem| problems.push(FieldError { field: field.to_owned(), problem });
    if read.near.is_some_and(|near| p.places.get(near).is_none()) {
        read.near = None;
        report("near", Problem::Unknown);
    }
    match SearchQuery::place_text(query) {
        // The field was emptied: the place that the page had resolved goes with it.
        Some(text) if text.is_empty() => read.near = None,
        Some(text) if !read.near.is_some_and(|near| is_name_of(p, near, &text, locale)) => {
            read.near = p.places.resolve(&text).map(|place| place.id);
            if read.near.is_none() {
                report("place", Problem::Unknown);
            }
        }
        _ => {}
    }
    let snapshot = p.search.snapshot(p).await?;
    let known = read.products.len();
    read.products.retain(|code| snapshot.has_product(code));
    if read.products.len() < known {
        report("product", Problem::Unknown);
    }
    if let Some(days) = &read.days {
        let earliest = p.today() + Days::new(u64::from(snapshot.rulebook().booking.lead_days));
        let latest = p.today() + Days::new(u64::from(HORIZON_DAYS) - 1);
        if days.first() < earliest {
            report("days", Problem::Refused(Refusal::TooSoon { earliest }));
        }
        if days.last() > latest {
            report("days", Problem::Refused(Refusal::TooFarAhead { latest }));
        }
    }
    Ok((read, problems))
}

/// Whether the text is how some page named the place: alone, or with its country, in any language.
fn is_name_of(p: &Platform, place: gabarit_domain::ids::PlaceId, text: &str, locale: Locale) -> bool {
    let Some(place) = p.places.get(place) else { return false };
    let text = fold(text);
    [locale].into_iter().chain(Locale::ALL).any(|locale| {
        let name = place.name(locale);
        let country = places::country_name(place.country, locale);
        let region = place.region_in(locale).unwrap_or_else(|| place.region());
        [name.to_owned(), format!("{name}, {country}"), format!("{name}, {region}, {country}")]
            .iter()
            .any(|known| fold(known) == text)
    })
}
