//! The catalogue and orders, as their readers may see them.

use super::{chargebacks, rows};
use crate::{
    clock::zoned,
    db::{Exec, bookings as booking_rows, payments as payment_rows, rentals::Rental, stock as stock_rows},
    payments::ProviderState,
    places,
    platform::Platform,
    services::{documents, experts, rulebooks, stock},
};
use gabarit_domain::{
    expert::ProductCode,
    money::Cents,
    rental::{RentalState, Term, client_may_cancel, may_hand_out},
    rulebook::Rulebook,
    stock::Rentable,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    booking::DocumentLink,
    change::RefundView,
    error::ApiError,
    place::CountryView,
    rental::{RentalDesk, RentalItem, RentalSetup, RentalSummary, RentalView},
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

async fn names(p: &Platform) -> Result<Vec<(ProductCode, String)>, ApiError> {
    Ok(experts::products(p).await?.into_iter().map(|product| (product.code, product.name)).collect())
}

async fn items(
    exec: &mut Exec<'_>,
    p: &Platform,
    rules: &Rulebook,
    names: &[(ProductCode, String)],
    term: Option<Term>,
) -> Result<Vec<RentalItem>, ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let stock = stock_rows::units(exec).await.map_err(fault)?;
    let all = [(Rentable::Workstation, String::new())]
        .into_iter()
        .chain(names.iter().map(|(product, name)| (Rentable::Licence(product.clone()), name.clone())));
    let mut found = Vec::new();
    for (item, name) in all {
        let Some(per_day) = item.per_day(&rules.rental) else { continue };
        let units = stock.get(&item).copied().unwrap_or(0);
        let free = match term {
            Some(term) => {
                let taken = stock_rows::taken(exec, &item, term, p.today()).await.map_err(fault)?;
                let numbers = (1..=units).filter(|unit| !taken.contains(unit)).count();
                let left =
                    stock::left(exec, p, &item, units, term).await.map_err(fault)?.into_values().min().unwrap_or(0);
                Some(u32::try_from(left).unwrap_or(0).min(u32::try_from(numbers).unwrap_or(u32::MAX)))
            }
            None => None,
        };
        found.push(RentalItem {
            item,
            name,
            per_day,
            per_week: rules.rental.week(per_day),
            per_month: rules.rental.month(per_day),
            stock: u32::try_from(units).unwrap_or(0),
            free,
            alone: 0,
            booked: 0,
        });
    }
    Ok(found)
}

fn summary(p: &Platform, rental: &Rental, names: &HashMap<&ProductCode, &str>) -> RentalSummary {
    RentalSummary {
        id: rental.id,
        reference: rental.reference.clone(),
        state: rental.state.code().to_owned(),
        term: rental.term(),
        client_name: rental.buyer.party.name.clone(),
        items: rental
            .order
            .seats
            .iter()
            .map(|(item, seats)| {
                let name = match item {
                    Rentable::Workstation => String::new(),
                    Rentable::Licence(code) => names.get(code).map_or_else(|| code.to_string(), ToString::to_string),
                };
                (item.clone(), name, *seats)
            })
            .collect(),
        total: rental.total,
        overdue: rental.state == RentalState::HandedOut && p.today() > rental.term().last,
        charged_back: false,
        delivery: None,
    }
}

fn by_code(names: &[(ProductCode, String)]) -> HashMap<&ProductCode, &str> {
    names.iter().map(|(code, name)| (code, name.as_str())).collect()
}

/// What the order page needs: rules, catalogue with what is free in a term, and what is known of who is signed in.
///
/// # Errors
/// A fault of ours.
pub async fn setup(
    p: &Platform,
    actor: Option<&AccountView>,
    term: Option<Term>,
    locale: Locale,
) -> Result<RentalSetup, ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let context = rulebooks::pricing_context(p).await?;
    let names = names(p).await?;
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let term = term.filter(|term| term.days() > 0 && term.days() <= gabarit_domain::rental::LONGEST_DAYS);
    let items = items(exec, p, &context.rulebook, &names, term).await?;
    let profile = match actor {
        Some(actor) => booking_rows::remembered_client(exec, actor.id).await.map_err(fault)?,
        None => None,
    };
    Ok(RentalSetup {
        context,
        items,
        countries: countries(locale),
        profile,
        name: actor.map(|actor| actor.name.clone()),
        key: p.ids.uuid().to_string(),
    })
}

/// The orders of a client, the newest first.
///
/// # Errors
/// If the database fails.
pub async fn own(p: &Platform, client: &AccountView) -> Result<Vec<RentalSummary>, ApiError> {
    let names = names(p).await?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let found = rows::of_client(&mut conn.exec(), client.id).await.map_err(|error| p.fault(error))?;
    let by_code = by_code(&names);
    Ok(found.iter().map(|rental| summary(p, rental, &by_code)).collect())
}

fn countries(locale: Locale) -> Vec<CountryView> {
    places::countries(locale)
}

/// An order, for its client and for managers. Who returns from paying sees what the provider says now.
///
/// # Errors
/// [`ApiError::NotFound`] for everybody else.
pub async fn view(p: &Platform, actor: &AccountView, id: Uuid) -> Result<RentalView, ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let load = || async {
        let mut conn = p.db.conn().await.map_err(fault)?;
        let rental = rows::get(&mut conn.exec(), id).await.map_err(fault)?;
        rental.filter(|rental| rental.client == actor.id || actor.is_manager).ok_or(ApiError::NotFound)
    };
    let mut rental = load().await?;
    if matches!(rental.state, RentalState::Reserved { .. }) {
        let payments = {
            let mut conn = p.db.conn().await.map_err(fault)?;
            rows::payments(&mut conn.exec(), id).await.map_err(fault)?
        };
        for payment in payments {
            if let (ProviderState::Open | ProviderState::Pending, Some(reference)) =
                (payment.state, &payment.provider_ref)
            {
                // No answer is no error here: the webhook will tell.
                let _ = super::sync(p, reference).await;
            }
        }
        rental = load().await?;
    }
    let names = names(p).await?;
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let payment = rows::payments(exec, id).await.map_err(fault)?.into_iter().next_back();
    let refunds = payment_rows::refunds_of_rental(exec, id).await.map_err(fault)?;
    let mut links = Vec::new();
    for row in rows::documents(exec, id).await.map_err(fault)? {
        let document = documents::read(p, &row)?;
        links.push(DocumentLink {
            id: row.id(),
            number: document.number.to_string(),
            kind: document.number.kind,
            issued_on: document.issued_on,
            total: document.total,
        });
    }
    let log = rows::log_of(exec, id).await.map_err(fault)?;
    let charged_back = chargebacks::open(exec, id).await.map_err(fault)?;
    let is_client = rental.client == actor.id;
    let pays = matches!(rental.state, RentalState::Reserved { until } if p.now() < until);
    let clock = rental.state.clock().map(|at| zoned(at, zone));
    let (clock, capture_by) = match rental.state {
        RentalState::Authorised { .. } => (None, clock),
        _ => (clock, None),
    };
    Ok(RentalView {
        summary: RentalSummary { delivery: rental.delivery.clone(), ..summary(p, &rental, &by_code(&names)) },
        delivery_country: rental.delivery.as_ref().map(|to| places::country_name(to.country, actor.locale).to_owned()),
        charged_back,
        quote: rental.quote.clone(),
        customer: rental.order.customer.clone(),
        clock,
        capture_by,
        method: payment.map(|payment| payment.method),
        refunds: refunds
            .into_iter()
            .map(|refund| RefundView {
                amount: refund.amount,
                state: refund.state.code().to_owned(),
                at: zoned(refund.created_at, zone),
            })
            .collect(),
        documents: links,
        log: log.into_iter().map(|(at, to, actor)| (zoned(at, zone), to, actor.is_some())).collect(),
        is_own: is_client,
        may_pay: is_client && pays,
        may_cancel: if actor.is_manager && !is_client {
            rental.state.cancel().is_ok()
        } else {
            client_may_cancel(rental.state, rental.term(), p.today())
        },
        may_hand_out: actor.is_manager
            && charged_back == Cents::ZERO
            && may_hand_out(rental.state, rental.term(), p.today()),
        may_return: actor.is_manager && rental.state.give_back().is_ok(),
        products: names,
    })
}

/// Stock, hand-outs and returns due.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn desk(p: &Platform, actor: &AccountView) -> Result<RentalDesk, ApiError> {
    if !actor.is_manager {
        return Err(ApiError::Forbidden);
    }
    let fault = |error: sqlx::Error| p.fault(error);
    let rules = rulebooks::current(p).await?;
    let names = names(p).await?;
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let today = p.today();
    let mut items = items(exec, p, &rules, &names, Some(Term { first: today, last: today })).await?;
    let uses = stock_rows::uses(exec, today).await.map_err(fault)?;
    for item in &mut items {
        (item.alone, item.booked) = uses.get(&item.item).copied().unwrap_or_default();
    }
    let taken_back: BTreeSet<Uuid> = rows::charged_back(exec).await.map_err(fault)?.into_iter().collect();
    let by_code = by_code(&names);
    let hand_outs = rows::to_hand_out(exec).await.map_err(fault)?;
    let returns = rows::to_come_back(exec).await.map_err(fault)?;
    let row = |rental: &Rental| RentalSummary {
        charged_back: taken_back.contains(&rental.id),
        delivery: rental.delivery.clone(),
        ..summary(p, rental, &by_code)
    };
    Ok(RentalDesk {
        items,
        hand_outs: hand_outs.iter().map(row).collect(),
        returns: returns.iter().map(row).collect(),
        today,
    })
}
