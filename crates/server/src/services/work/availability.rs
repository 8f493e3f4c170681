//! The week's pattern and single days, painted on a calendar.

use super::{own, stale, version};
use crate::{
    clock::zoned,
    db::{Exec, experts as rows, work},
    platform::Platform,
    services::experts::{Calendar, Terms},
};
use chrono::{Days, NaiveDate};
use gabarit_domain::{
    calendar::{FreeDays, HORIZON_DAYS},
    ids::ExpertId,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    work::{AvailabilityView, BusyCalendarView, CalendarProblem},
};
use std::collections::BTreeSet;
use url::Url;

async fn terms_of(
    exec: &mut Exec<'_>,
    p: &Platform,
    actor: &AccountView,
) -> Result<(rows::ExpertRow, Terms), ApiError> {
    let row = own(exec, p, actor).await?;
    let mut terms = Terms::of(&row).ok_or_else(|| p.fault("the row of an expert makes no sense"))?;
    // The lead time hides days from clients; the expert paints them all the same.
    terms.lead_days = 0;
    Ok((row, terms))
}

/// The calendar of the expert who asks, and the version of the profile.
///
/// # Errors
/// [`ApiError::Forbidden`] without a profile.
pub async fn availability(
    p: &Platform,
    actor: &AccountView,
    locale: Locale,
) -> Result<(AvailabilityView, i64), ApiError> {
    let fault = |error| p.fault(error);
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let (row, terms) = terms_of(exec, p, actor).await?;
    let today = p.today();
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let exceptions = rows::exceptions(exec, row.id, today).await.map_err(fault)?;
    let booked: BTreeSet<NaiveDate> = rows::booked(exec, row.id, today).await.map_err(fault)?.into_iter().collect();
    let holidays = Calendar::holidays(p.holidays, terms.country, terms.region, today);
    let free = Calendar::of(&terms, today, &holidays, &exceptions, &[]).free_days();
    let paintable = FreeDays::from_fn(today, HORIZON_DAYS, |day| !booked.contains(&day));
    let until = today + Days::new(u64::from(HORIZON_DAYS) - 1);
    let calendars = work::calendars(exec, row.id).await.map_err(fault)?;
    let view = AvailabilityView {
        week_pattern: terms.week_pattern,
        works_holidays: terms.works_holidays,
        region: terms.region.map(|region| region.to_string()).unwrap_or_default(),
        regions: p
            .holidays
            .regions(terms.country)
            .map(|(region, name)| (region.to_string(), name.to_owned()))
            .collect(),
        today,
        free: today
            .iter_days()
            .take(HORIZON_DAYS as usize)
            .filter(|day| free.is_free(*day) && !booked.contains(day))
            .collect(),
        paintable,
        holidays: p.holidays.between(terms.country, terms.region, today, until, locale),
        busy: work::busy_days(exec, row.id, today).await.map_err(fault)?,
        calendars: calendars
            .into_iter()
            .map(|calendar| BusyCalendarView {
                id: calendar.id,
                name: calendar.name,
                host: calendar.address.and_then(|address| Url::parse(&address).ok()?.host_str().map(ToOwned::to_owned)),
                events: u32::try_from(calendar.events).unwrap_or(u32::MAX),
                read_at: calendar.read_at.map(|at| zoned(at, zone)),
                problem: calendar.problem.as_deref().and_then(CalendarProblem::parse),
            })
            .collect(),
        has_feed: work::has_feed(exec, row.id).await.map_err(fault)?,
    };
    Ok((view, row.version))
}

/// Stores the weekdays usually worked (bit 0 is Monday), whether public holidays are, and whose holidays are kept besides
/// the country's: a region of it, or none.
///
/// # Errors
/// [`Problem::Stale`] under `version`; [`Problem::Unknown`] under `region` for one that is no region of the country of
/// the base.
pub async fn save_pattern(
    p: &Platform,
    actor: &AccountView,
    read: &str,
    pattern: u8,
    works_holidays: bool,
    region: &str,
) -> Result<(), ApiError> {
    let read = version(read)?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let (row, terms) = terms_of(&mut tx.exec(), p, actor).await?;
    let chosen = p.holidays.region(terms.country, region).map(|region| region.to_string());
    if chosen.is_none() && !region.is_empty() {
        return Err(ApiError::field("region", Problem::Unknown));
    }
    if !work::raise_version(&mut tx.exec(), row.id, read, p.now()).await.map_err(|error| p.fault(error))? {
        return Err(stale());
    }
    work::set_pattern(&mut tx.exec(), row.id, i64::from(pattern & 0b111_1111), works_holidays, chosen.as_deref())
        .await
        .map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Stores which days of the known calendar are free: those that differ from the pattern, holidays and calendars
/// elsewhere become exceptions, all others follow those again. Booked days stay as they are.
///
/// # Errors
/// [`Problem::Stale`] under `version`.
pub async fn paint(p: &Platform, actor: &AccountView, read: &str, free: &BTreeSet<NaiveDate>) -> Result<(), ApiError> {
    let read = version(read)?;
    let fault = |error| p.fault(error);
    let mut tx = p.db.begin().await.map_err(fault)?;
    let (row, terms) = terms_of(&mut tx.exec(), p, actor).await?;
    if !work::raise_version(&mut tx.exec(), row.id, read, p.now()).await.map_err(fault)? {
        return Err(stale());
    }
    let today = p.today();
    let until = today + Days::new(u64::from(HORIZON_DAYS) - 1);
    let booked = rows::booked(&mut tx.exec(), row.id, today).await.map_err(fault)?;
    let before = rows::exceptions(&mut tx.exec(), row.id, today).await.map_err(fault)?;
    let busy: Vec<(NaiveDate, bool)> = work::busy_days(&mut tx.exec(), row.id, today)
        .await
        .map_err(fault)?
        .into_iter()
        .map(|day| (day, false))
        .collect();
    let holidays = Calendar::holidays(p.holidays, terms.country, terms.region, today);
    let usual = Calendar::of(&terms, today, &holidays, &busy, &[]).free_days();
    let mut exceptions = Vec::new();
    for day in today.iter_days().take_while(|day| *day <= until) {
        if booked.contains(&day) {
            // Painted before it was booked: what it was comes back if the booking goes.
            exceptions.extend(before.iter().filter(|(on, _)| *on == day).copied());
        } else if usual.is_free(day) != free.contains(&day) {
            exceptions.push((day, free.contains(&day)));
        }
    }
    work::set_exceptions(&mut tx.exec(), ExpertId(row.id).0, today, until, &exceptions).await.map_err(fault)?;
    tx.commit().await.map_err(fault)
}
