//! The one stock of licences and workstations (S7–S9): who has what on a day, whether rented alone or with a booking.
//!
//! Whoever takes units locks the stock's row first, in the order of [`Rentable`]; the key of `rental_day` refuses a unit's
//! second use on a day. An order alone has the same units on all its days; a booking has some unit on each of its days,
//! the same one where that can be. A booking gives them back with its days.

use super::{bookings, rentals};
use crate::{
    db::{Exec, stock as rows},
    platform::Platform,
};
use chrono::{Days, NaiveDate};
use gabarit_domain::{
    ids::BookingId,
    pricing::{Order, Refusal},
    rental::{RentalOrder, Term},
    rulebook::Rulebook,
    settlement::SomeDays,
    stock::{NoneLeft, Rentable, rented_with},
};
use gabarit_view::error::ApiError;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Nothing is promised farther ahead, in days.
const AHEAD: u64 = 3 * 366;

/// So many overdue holds are asked the provider about before something is taken; there is hardly ever one.
const ASKED_ABOUT: u8 = 5;

/// What nothing is left of, from today on.
///
/// # Errors
/// The database's.
pub(crate) async fn none_left(exec: &mut Exec<'_>, p: &Platform, rules: &Rulebook) -> sqlx::Result<NoneLeft> {
    let mut units = rows::units(exec).await?;
    for item in rules.rental.licence_per_day.keys().cloned().map(Rentable::Licence).chain([Rentable::Workstation]) {
        units.entry(item).or_insert(0);
    }
    for (item, late) in rows::all_overdue(exec, p.today()).await? {
        *units.entry(item).or_insert(0) -= late;
    }
    Ok(NoneLeft::count(&units, &rows::out(exec, p.today(), p.today() + Days::new(AHEAD), p.today()).await?))
}

/// How many of a thing are left on each day of a term: what there is, less what is late, less what is promised. Numbers of
/// units do not tell: a late one may be promised to somebody, and there may be fewer than numbers.
///
/// # Errors
/// The database's.
pub(crate) async fn left(
    exec: &mut Exec<'_>,
    p: &Platform,
    item: &Rentable,
    units: i64,
    term: Term,
) -> sqlx::Result<BTreeMap<NaiveDate, i64>> {
    let late = rows::all_overdue(exec, p.today()).await?.get(item).copied().unwrap_or(0);
    let out = rows::out(exec, term.first, term.last, p.today()).await?;
    let on = |day: NaiveDate| units - late - out.get(&(item.clone(), day)).copied().unwrap_or(0);
    Ok(term.iter().map(|day| (day, on(day).max(0))).collect())
}

/// The most of a thing that is promised on one day from today on, with what is late: there must be no fewer.
///
/// # Errors
/// The database's.
pub(crate) async fn promised(exec: &mut Exec<'_>, p: &Platform, item: &Rentable) -> sqlx::Result<i64> {
    let late = rows::all_overdue(exec, p.today()).await?.get(item).copied().unwrap_or(0);
    let out = rows::out(exec, p.today(), p.today() + Days::new(AHEAD), p.today()).await?;
    Ok(late + out.iter().filter(|((other, _), _)| other == item).map(|(_, count)| *count).max().unwrap_or(0))
}

/// Ends holds and reservations whose time is over and whose job has not run yet, so that they stand in nobody's way;
/// whoever paid in the last moment keeps theirs.
///
/// # Errors
/// A fault of ours.
pub(crate) async fn end_overdue(p: &Platform) -> Result<(), ApiError> {
    let holds = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        let holds = rows::overdue_holds(&mut conn.exec(), p.now(), i64::from(ASKED_ABOUT)).await;
        holds.map_err(|error| p.fault(error))?
    };
    for booking in holds {
        if let Err(error) = bookings::lapse(p, booking).await {
            tracing::warn!(%error, %booking, "hold not ended");
        }
    }
    rentals::end_overdue(p, usize::from(ASKED_ABOUT)).await
}

/// Units for an order alone.
pub(crate) type Chosen = Vec<(Rentable, Vec<i64>)>;

/// Units for an order alone, their stock locked; and of each thing that there is too little of, what is left.
///
/// # Errors
/// The database's.
pub(crate) async fn choose(
    exec: &mut Exec<'_>,
    p: &Platform,
    order: &RentalOrder,
) -> sqlx::Result<(Chosen, Vec<(Rentable, u32)>)> {
    let (mut chosen, mut short) = (Chosen::new(), Vec::new());
    for (item, seats) in order.seats.iter().filter(|(_, seats)| **seats > 0) {
        let units = rows::lock(exec, item).await?;
        let taken = rows::taken(exec, item, order.term, p.today()).await?;
        let left = left(exec, p, item, units, order.term).await?.into_values().min().unwrap_or(0);
        let mut free: Vec<i64> = (1..=units).filter(|unit| !taken.contains(unit)).collect();
        free.truncate(usize::try_from(left).unwrap_or(0));
        match free.get(..*seats as usize) {
            Some(units) => chosen.push((item.clone(), units.to_vec())),
            None => short.push((item.clone(), u32::try_from(free.len()).unwrap_or(u32::MAX))),
        }
    }
    Ok((chosen, short))
}

/// Takes what was chosen.
///
/// # Errors
/// The database's.
pub(crate) async fn take(exec: &mut Exec<'_>, rental: Uuid, term: Term, chosen: &Chosen) -> sqlx::Result<()> {
    for (item, units) in chosen {
        rows::take(exec, item, units, term, rental).await?;
    }
    Ok(())
}

/// What a booking is to have: a thing on a day.
pub(crate) type Wanted = BTreeSet<(Rentable, NaiveDate)>;

/// What an order rents, on some days.
pub(crate) fn wanted(order: &Order, days: &SomeDays) -> Wanted {
    rented_with(order).into_iter().flat_map(|item| days.iter().map(move |day| (item.clone(), *day))).collect()
}

/// What an order rents, on all of its days.
pub(crate) fn ordered(order: &Order) -> Wanted {
    wanted(order, &order.days.iter().collect())
}

/// Gives back what a booking has beyond what is wanted.
///
/// # Errors
/// The database's.
pub(crate) async fn give_back(exec: &mut Exec<'_>, booking: BookingId, wanted: &Wanted) -> sqlx::Result<()> {
    for (item, day) in rows::of_booking(exec, booking).await?.keys().filter(|key| !wanted.contains(key)) {
        rows::free_of_booking(exec, item, *day, booking).await?;
    }
    Ok(())
}

/// Takes what is wanted and a booking does not have yet. Answers what there is too little of: the transaction must not be
/// committed then, or what was taken be given back.
///
/// # Errors
/// The database's.
pub(crate) async fn hold(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: BookingId,
    wanted: &Wanted,
) -> sqlx::Result<Vec<Refusal>> {
    let has = rows::of_booking(exec, booking).await?;
    let mut missing: BTreeMap<&Rentable, Vec<NaiveDate>> = BTreeMap::new();
    for key @ (item, day) in wanted {
        if !has.contains_key(key) {
            missing.entry(item).or_default().push(*day);
        }
    }
    let mut short = Vec::new();
    for (item, days) in missing {
        let (Some(first), Some(last)) = (days.first().copied(), days.last().copied()) else { continue };
        let units = rows::lock(exec, item).await?;
        let term = Term { first, last };
        let left = left(exec, p, item, units, term).await?;
        let taken = rows::taken_by_day(exec, item, term).await?;
        let late = rows::overdue(exec, item, p.today()).await?;
        let own: BTreeSet<i64> = has.iter().filter(|((other, _), _)| other == item).map(|(_, unit)| *unit).collect();
        let usable: Vec<i64> = (1..=units).filter(|unit| !late.contains(unit)).collect();
        let is_free = |unit: i64, day: NaiveDate| !taken.contains(&(day, unit));
        // One for all days, the one that it has if that can be; else whichever is free on each.
        let one = usable
            .iter()
            .copied()
            .filter(|unit| days.iter().all(|day| is_free(*unit, *day)))
            .min_by_key(|unit| (!own.contains(unit), *unit));
        let mut none = Vec::new();
        for day in days {
            let unit = one.or_else(|| usable.iter().copied().find(|unit| is_free(*unit, day)));
            match unit.filter(|_| left.get(&day).is_some_and(|left| *left > 0)) {
                Some(unit) => rows::take_for_booking(exec, item, unit, day, booking).await?,
                None => none.push(day),
            }
        }
        if !none.is_empty() {
            short.push(Refusal::NoneLeft { item: item.clone(), days: none });
        }
    }
    Ok(short)
}
