//! What the page for changing a booking shows, priced as the browser prices it.

use crate::{
    platform::Platform,
    services::{
        bookings::{changes, form::refused},
        experts,
    },
    testing::must,
};
use gabarit_domain::{ids::BookingId, pricing::PricingContext};
use gabarit_view::{
    account::AccountView,
    booking::{BookingForm, Choices},
    change::{Agreed, ChangePreview},
    error::ApiError,
};

/// The price of a change, made from what the page is given and from nothing else. Whoever then proposes it with this
/// fingerprint is refused unless the server's price is the same.
///
/// # Errors
/// As [`changes::setup`]; [`ApiError::Invalid`] with every field to correct.
pub async fn change_shown(
    p: &Platform,
    actor: &AccountView,
    id: BookingId,
    form: &BookingForm,
) -> Result<ChangePreview, ApiError> {
    let (agreed, context) = changes::setup(p, actor, id).await?;
    let mut offer = experts::offer(p, agreed.order.expert).await?.ok_or(ApiError::NotFound)?;
    offer.free = agreed.free_days(&offer.free);
    // As it goes to the browser.
    let sent = must(serde_json::to_string(&(agreed, context)), "what prices a change");
    let (agreed, context): (Agreed, PricingContext) = must(serde_json::from_str(&sent), "what prices a change");
    let point = form.place_id().and_then(|place| p.places.get(place)).map(|place| place.point);
    match agreed.choices(form, point) {
        Choices { order: Some(order), problems } if problems.is_empty() => {
            let quote = agreed.price(&context, &offer, &order).map_err(refused)?;
            Ok(agreed.meaning(&order, quote))
        }
        Choices { problems, .. } => Err(ApiError::Invalid { fields: problems, stash: None }),
    }
}
