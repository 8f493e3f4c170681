//! Finding experts: search, places, profiles.
#![expect(missing_docs, reason = "the macro makes public fields of the arguments, whose functions are documented")]

use gabarit_domain::ids::{ExpertId, PlaceId};
use gabarit_i18n::Locale;
use gabarit_view::{
    error::{ApiError, FieldError},
    expert::{ExpertProfile, ProductView},
    place::PlaceView,
    search::SearchResults,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    gabarit_server::services::{experts, search as searching},
    gabarit_view::search::SearchQuery,
};

/// What the search page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPage {
    /// What was found.
    pub results: SearchResults,
    /// All products, to choose from.
    pub products: Vec<ProductView>,
    /// Criteria that were not understood and are not applied.
    pub ignored: Vec<FieldError>,
    /// The place as typed, when no place of the gazetteer was named by its id.
    pub place_text: String,
    /// Places the text may mean, the one that was taken first; empty if the text means none.
    pub place_choices: Vec<PlaceView>,
}

/// Searches; `query` is the query string of the page's URL.
#[server(input = GetUrl)]
pub async fn search(locale: Locale, query: String) -> Result<SearchPage, ApiError> {
    let platform = Call::current()?.platform;
    let query = query.trim_start_matches('?');
    let (parsed, ignored) = searching::read_query(&platform, query, locale).await?;
    let place_text: String = SearchQuery::place_text(query).unwrap_or_default().chars().take(80).collect();
    // A place that was looked up by its name may be another of that name; one that was named by its id is not.
    let (named, _) = SearchQuery::from_query(query);
    let place_choices = if parsed.near.is_some() && parsed.near != named.near {
        platform.places.complete(&place_text, locale, 6)
    } else {
        Vec::new()
    };
    Ok(SearchPage {
        results: searching::search(&platform, &parsed, locale).await?,
        products: experts::products(&platform).await?,
        ignored,
        place_text,
        place_choices,
    })
}

/// Products, for the home page.
#[server(input = GetUrl)]
pub async fn products() -> Result<Vec<ProductView>, ApiError> {
    experts::products(&Call::current()?.platform).await
}

/// Places whose name starts like the text, in any language, with or without accents; the best eight.
#[server(input = GetUrl)]
pub async fn complete_places(locale: Locale, text: String) -> Result<Vec<PlaceView>, ApiError> {
    let text: String = text.chars().take(80).collect();
    Ok(Call::current()?.platform.places.complete(&text, locale, 8))
}

/// A profile, and how far it is from a place, if one is named.
#[server(input = GetUrl)]
pub async fn profile(
    locale: Locale,
    id: ExpertId,
    near: Option<PlaceId>,
) -> Result<(ExpertProfile, Option<PlaceView>, Vec<ProductView>), ApiError> {
    let platform = Call::current()?.platform;
    let mut profile = experts::profile(&platform, id, locale).await?.ok_or(ApiError::NotFound)?;
    let place = near.and_then(|near| platform.places.view(near, locale));
    if let Some(place) = &place {
        let context = gabarit_server::services::rulebooks::pricing_context(&platform).await?;
        profile.card.distance_km =
            Some(gabarit_domain::travel::one_way_km(&context.rulebook.travel, profile.card.base, place.point));
    }
    Ok((profile, place, experts::products(&platform).await?))
}
