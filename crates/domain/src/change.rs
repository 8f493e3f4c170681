//! Changing a booking: its new price, by the rules it was agreed under.
//!
//! What was agreed stays agreed: rulebook, level, VAT, the flexible option, and the distance to a place that stays. Only
//! what is new is looked at anew: new days must be free and far enough ahead, a new place within reach. The flexible
//! supplement never falls.

use crate::{
    expert::Offer,
    pricing::{LineKind, Location, Order, PricingContext, Quote, Refusal, lines, refusals},
    stock::rented_with,
    travel::one_way_km,
    vat::VatBreakdown,
};
use chrono::{Days, NaiveDate};

/// Whether the expert must be asked again: the days or the place are others.
#[must_use]
pub fn asks_expert(before: &Order, wanted: &Order) -> bool {
    before.days != wanted.days || before.location != wanted.location
}

/// Prices a changed order. The context is that of the rulebook that the booking pinned, and of today.
///
/// # Errors
/// Every [`Refusal`] that what is new gives cause for.
pub fn requote(
    context: &PricingContext,
    offer: &Offer,
    before: &Order,
    agreed: &Quote,
    wanted: &Order,
) -> Result<Quote, Vec<Refusal>> {
    let moves = before.location != wanted.location;
    let is_new = |day: &NaiveDate| !before.days.contains(*day);
    let found: Vec<Refusal> = refusals(context, offer, wanted)
        .into_iter()
        .filter_map(|refusal| match refusal {
            Refusal::TooSoon { earliest } => {
                wanted.days.iter().any(|day| is_new(&day) && day < earliest).then_some(Refusal::TooSoon { earliest })
            }
            Refusal::TooFarAhead { latest } => {
                wanted.days.iter().any(|day| is_new(&day) && day > latest).then_some(Refusal::TooFarAhead { latest })
            }
            Refusal::NotFree { days } => {
                let days: Vec<_> = days.into_iter().filter(is_new).collect();
                (!days.is_empty()).then_some(Refusal::NotFree { days })
            }
            Refusal::NotOnSite | Refusal::NotRemote | Refusal::TooFar { .. } => moves.then_some(refusal),
            // What the booking has on its days is its own.
            Refusal::NoneLeft { item, days } => {
                let has = rented_with(before).contains(&item);
                let days: Vec<_> = days.into_iter().filter(|day| !has || is_new(day)).collect();
                (!days.is_empty()).then_some(Refusal::NoneLeft { item, days })
            }
            Refusal::NoSuchLicence { .. } | Refusal::PrivateLicence => Some(refusal),
            // For whom a booking is was agreed, and no change changes it.
            Refusal::NoPrivateClients | Refusal::PrivateOutside => None,
        })
        .collect();
    if !found.is_empty() {
        return Err(found);
    }
    let level = agreed.lines.iter().find_map(|line| match line.kind {
        LineKind::ExpertDays { level } => Some(level),
        _ => None,
    });
    let agreed_km = agreed.lines.iter().find_map(|line| match line.kind {
        LineKind::Travel { one_way_km, .. }
        | LineKind::Flight { one_way_km, .. }
        | LineKind::Lodging { one_way_km, .. } => Some(one_way_km),
        _ => None,
    });
    let km = match wanted.location {
        Location::Remote => 0,
        // A place without a line of travel was near.
        Location::OnSite { .. } if !moves => agreed_km.unwrap_or_default(),
        Location::OnSite { point, .. } => one_way_km(&context.rulebook.travel, offer.base, point),
    };
    let supplement = agreed.lines.iter().find(|line| matches!(line.kind, LineKind::Flexible { .. }));
    let wanted = Order { flexible: before.flexible, ..wanted.clone() };
    let mut new = lines(&context.rulebook, level.unwrap_or(offer.level), km, &wanted);
    if let (Some(before), Some(after)) = (supplement, new.last_mut().filter(|line| is_supplement(&line.kind))) {
        after.unit_price = after.unit_price.max(before.unit_price);
        after.net = after.unit_price.times(after.quantity);
    }
    let net = new.iter().map(|line| line.net).sum();
    let vat = VatBreakdown::of(agreed.vat.treatment, net);
    let valid = Days::new(u64::from(context.rulebook.booking.quote_days));
    Ok(Quote {
        rulebook: agreed.rulebook,
        priced_on: context.today,
        valid_until: context.today.checked_add_days(valid).unwrap_or(NaiveDate::MAX),
        lines: new,
        net,
        vat,
        total: net + vat.tax,
    })
}

const fn is_supplement(kind: &LineKind) -> bool {
    matches!(kind, LineKind::Flexible { .. })
}
