//! Who else is free (S11–S13): whenever an expert is not free, declines or cancels, the best others for the same days,
//! place and products, with what the same order costs with each, and why they are proposed.

use crate::{
    db::bookings::{self as rows, Booking},
    platform::Platform,
    services::{experts, rulebooks, search},
};
use gabarit_domain::{
    expert::ProductCode,
    ids::BookingId,
    money::Cents,
    pricing::{Location, Order, quote},
};
use gabarit_i18n::{Locale, fmt, saved as text};
use gabarit_view::{
    account::AccountView,
    booking::BookingForm,
    error::ApiError,
    expert::ExpertCard,
    saved::{Alternative, Why},
    search::{Mode, SearchQuery},
};

/// How many are proposed.
pub const PROPOSED: usize = 3;
/// How many of the search's best are priced to choose them from.
const PRICED: usize = 24;

/// The best others for an order, in a reader's language. `None` of them is an answer, too.
///
/// # Errors
/// A fault of ours.
pub async fn for_order(p: &Platform, order: &Order, locale: Locale) -> Result<Vec<Alternative>, ApiError> {
    let context = rulebooks::pricing_context(p).await?;
    if order.days.first() < context.earliest_start() {
        return Ok(Vec::new());
    }
    let (mode, near) = match order.location {
        Location::Remote => (Mode::Remote, None),
        Location::OnSite { place, .. } => (Mode::OnSite, Some(place)),
    };
    let other = experts::card(p, order.expert, locale).await?;
    // What is rented shows what is worked with; else what the expert who cannot come knows.
    let products: Vec<ProductCode> = if order.licences.is_empty() {
        other.as_ref().map(|card| card.products.clone()).unwrap_or_default()
    } else {
        order.licences.iter().cloned().collect()
    };
    let query = SearchQuery {
        products: products.clone(),
        mode: Some(mode),
        near,
        days: Some(order.days.clone()),
        ..SearchQuery::default()
    };
    let found = search::search(p, &query, locale).await?.cards;
    let before = other.as_ref().map(|card| days_cost(card, order));
    let mut priced = Vec::new();
    for card in found.into_iter().filter(|card| card.id != order.expert).take(PRICED) {
        let Some(offer) = experts::offer(p, card.id).await? else { continue };
        let same = Order { expert: card.id, ..order.clone() };
        // Whoever cannot be quoted for it cannot be proposed for it.
        let Ok(quote) = quote(&context, &offer, &same) else { continue };
        let shared: Vec<ProductCode> =
            products.iter().filter(|product| card.products.contains(product)).cloned().collect();
        let same_level = other.as_ref().is_some_and(|other| other.level == card.level);
        priced.push((shared, same_level, quote.total, card, same));
    }
    // Fit first, then the level that was chosen, then the price; the search's own order settles ties.
    priced.sort_by_key(|(shared, same_level, total, ..)| (std::cmp::Reverse(shared.len()), !same_level, *total));
    Ok(priced
        .into_iter()
        .take(PROPOSED)
        .map(|(shared, same_level, total, card, order)| {
            let mut why = Vec::new();
            if !shared.is_empty() {
                why.push(Why::Products { products: shared });
            }
            if same_level {
                why.push(Why::SameLevel);
            }
            why.extend(card.distance_km.map(|km| Why::Distance { km }));
            why.extend(card.rating_tenths.map(|tenths| Why::Rated { tenths }));
            let days = days_cost(&card, &order);
            why.extend(before.filter(|before| days < *before).map(|before| Why::Cheaper { by: before - days }));
            let query = BookingForm { days: order.days.to_param(), ..BookingForm::again(&order) }.to_query();
            Alternative { card, total, why, query }
        })
        .collect())
}

/// What the days of an order cost with an expert, before VAT.
fn days_cost(card: &ExpertCard, order: &Order) -> Cents {
    card.day_rate.times(order.days.count())
}

/// [`for_order`] of a booking that came to nothing (or lost its expert).
///
/// # Errors
/// As [`for_order`].
pub async fn for_booking(p: &Platform, booking: &Booking, locale: Locale) -> Result<Vec<Alternative>, ApiError> {
    for_order(p, &booking.order, locale).await
}

/// Names of products, for reasons in words.
///
/// # Errors
/// A fault of ours.
pub async fn product_names(p: &Platform) -> Result<Vec<(ProductCode, String)>, ApiError> {
    Ok(experts::products(p).await?.into_iter().map(|product| (product.code, product.name)).collect())
}

/// Why somebody is proposed, in a sentence.
#[must_use]
pub fn reasons(locale: Locale, why: &[Why], names: &[(ProductCode, String)]) -> String {
    why.iter()
        .map(|why| match why {
            Why::Products { products } => {
                let list: Vec<&str> = products
                    .iter()
                    .filter_map(|code| names.iter().find(|(known, _)| known == code).map(|(_, name)| name.as_str()))
                    .collect();
                text::why_products(locale, list.join(", "))
            }
            Why::SameLevel => text::why_level(locale).to_owned(),
            Why::Distance { km } => text::why_distance(locale, fmt::int(locale, i64::from(*km))),
            Why::Rated { tenths } => text::why_rated(locale, fmt::one_decimal(locale, *tenths)),
            Why::Cheaper { by } => text::why_cheaper(locale, fmt::money(locale, *by)),
        })
        .collect::<Vec<_>>()
        .join("; ")
}

/// What a mail says of them: name, and price, reasons and the way to book. A fault of ours costs the mail this list, not
/// the mail.
pub(crate) async fn facts(p: &Platform, booking: &Booking, locale: Locale) -> Vec<(String, String)> {
    let found = async {
        let names = product_names(p).await?;
        let found = for_booking(p, booking, locale).await?;
        Ok::<_, ApiError>(
            found
                .into_iter()
                .map(|one| {
                    let path = format!("/{}/book/{}?{}", locale.code(), one.card.id, one.query);
                    let page = p.config.public_url.join(&path).map_or(path, String::from);
                    let why = reasons(locale, &one.why, &names);
                    (one.card.display_name, format!("{} · {why} · {page}", fmt::money(locale, one.total)))
                })
                .collect(),
        )
    };
    found.await.unwrap_or_default()
}

/// Whether a booking's client is shown others who are free: its expert declined, did not answer, or cancelled.
#[must_use]
pub fn wanted(state: &str, by_expert: bool) -> bool {
    matches!(state, "declined" | "expired") || (state == "cancelled" && by_expert)
}

/// [`for_order`] for the client of a booking that lost its expert (declined, not answered, cancelled by the expert);
/// nobody where it did not.
///
/// # Errors
/// [`ApiError::NotFound`] for everybody but the client.
pub async fn of_booking(
    p: &Platform,
    actor: &AccountView,
    id: BookingId,
    locale: Locale,
) -> Result<Vec<Alternative>, ApiError> {
    let (booking, by_expert) = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        let exec = &mut conn.exec();
        let booking = rows::get(exec, id).await.map_err(|error| p.fault(error))?;
        let booking = booking.filter(|booking| booking.client == actor.id).ok_or(ApiError::NotFound)?;
        let expert = rows::expert(exec, booking.expert).await.map_err(|error| p.fault(error))?;
        let log = rows::log_of(exec, id).await.map_err(|error| p.fault(error))?;
        let last = log.last().and_then(|entry| entry.actor_id);
        let by_expert = last.is_some() && last == expert.map(|expert| expert.account.0);
        (booking, by_expert)
    };
    if wanted(booking.state.code(), by_expert) { for_booking(p, &booking, locale).await } else { Ok(Vec::new()) }
}
