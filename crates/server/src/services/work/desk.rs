//! Earnings: the ladder, years and assignments.

use super::own;
use crate::{
    db::bookings as rows,
    platform::Platform,
    services::{documents, experts, rulebooks},
};
use chrono::Datelike;
use gabarit_domain::{
    booking::BookingState,
    compensation::{EarningLine, earnings as earned, ladder},
    expert::ExpertKind,
    ids::ExpertId,
    invoice::DocumentKind,
    money::Cents,
    rulebook::{Rulebook, RulebookVersion},
};
use gabarit_i18n::{Locale, work as text};
use gabarit_view::{
    account::AccountView,
    booking::Side,
    error::ApiError,
    work::{EarningsEntry, EarningsPage, YearOfEarnings},
};
use std::collections::{BTreeMap, HashMap, hash_map::Entry};

/// What the expert who asks has earned and will earn (S25).
///
/// # Errors
/// [`ApiError::Forbidden`] without a profile.
pub async fn earnings(p: &Platform, actor: &AccountView) -> Result<EarningsPage, ApiError> {
    let fault = |error| p.fault(error);
    let mut conn = p.db.conn().await.map_err(fault)?;
    let exec = &mut conn.exec();
    let row = own(exec, p, actor).await?;
    let terms = experts::Terms::of(&row).ok_or_else(|| p.fault("the row of an expert makes no sense"))?;
    let rulebook = rulebooks::current_in(exec, p).await?;
    let completed_days = u32::try_from(row.completed_days).unwrap_or(0);
    let day_rate = rulebook.day_rate(terms.level);
    let mut page = EarningsPage {
        kind: terms.kind,
        level: terms.level,
        day_rate,
        completed_days,
        next_day: ladder(&rulebook.ladder, day_rate, completed_days, 1)
            .first()
            .map(|band| (band.amount, band.from_ordinal)),
        ladder: rulebook.ladder.clone(),
        years: Vec::new(),
        entries: Vec::new(),
    };
    let mut rules: HashMap<RulebookVersion, Rulebook> = HashMap::new();
    let mut ahead = completed_days;
    let mut bookings = rows::of_expert(exec, ExpertId(row.id)).await.map_err(fault)?;
    // Days take their place at completion, in the order in which assignments end.
    bookings.sort_by_key(|booking| (booking.ends_at, booking.id));
    for booking in bookings {
        let done = booking.state == BookingState::Completed;
        if !(done && booking.ladder_before.is_some()
            || (booking.state == BookingState::Accepted && terms.kind == ExpertKind::Independent))
        {
            continue;
        }
        let rules = match rules.entry(booking.rulebook) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                unknown.insert(rulebooks::version_in(exec, p, booking.rulebook).await?.ok_or(ApiError::NotFound)?)
            }
        };
        let before = booking.ladder_before.unwrap_or(ahead);
        let (mut for_days, mut passed_on, mut days) = (Cents::ZERO, Cents::ZERO, 0);
        for line in earned(&rules.ladder, &booking.quote.lines, before) {
            match &line {
                EarningLine::Days { band, .. } => {
                    days += band.days();
                    for_days += line.net();
                }
                EarningLine::PassedOn { .. } => passed_on += line.net(),
            }
        }
        if !done {
            ahead += days;
        }
        let links = if done { documents::list_in(exec, p, booking.id, Side::Expert).await? } else { Vec::new() };
        let document = links
            .into_iter()
            .find(|link| link.kind == DocumentKind::SelfBilledInvoice)
            .map(|link| (link.id, link.number));
        page.entries.push(EarningsEntry {
            booking: booking.id,
            reference: booking.reference,
            client: booking.buyer.party.name,
            first_day: booking.first_day,
            last_day: booking.last_day,
            days,
            for_days,
            passed_on,
            total: for_days + passed_on,
            is_final: done,
            document,
        });
    }
    page.entries.reverse();
    let mut years: BTreeMap<i32, YearOfEarnings> = BTreeMap::new();
    for entry in page.entries.iter().filter(|entry| entry.is_final) {
        let year = entry.last_day.year();
        let sum = years.entry(year).or_insert(YearOfEarnings {
            year,
            days: 0,
            for_days: Cents::ZERO,
            passed_on: Cents::ZERO,
            total: Cents::ZERO,
        });
        sum.days += entry.days;
        sum.for_days += entry.for_days;
        sum.passed_on += entry.passed_on;
        sum.total += entry.total;
    }
    page.years = years.into_values().rev().collect();
    Ok(page)
}

/// A field of a table that spreadsheets open: quoted, and never taken for a formula.
fn field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The same as a table of values with commas, RFC 4180, amounts with a full stop.
///
/// # Errors
/// As [`earnings`].
pub async fn csv(p: &Platform, actor: &AccountView, locale: Locale) -> Result<String, ApiError> {
    let page = earnings(p, actor).await?;
    let heads = [
        text::csv_reference(locale),
        text::csv_client(locale),
        text::csv_first_day(locale),
        text::csv_last_day(locale),
        text::csv_days(locale),
        text::csv_for_days(locale),
        text::csv_passed_on(locale),
        text::csv_total(locale),
        text::csv_invoice(locale),
        text::csv_final(locale),
    ];
    // Spreadsheets tell the encoding by this mark.
    let mut table = String::from("\u{feff}");
    table.push_str(&heads.map(field).join(","));
    table.push_str("\r\n");
    for entry in page.entries {
        let row = [
            field(&entry.reference),
            field(&entry.client),
            entry.first_day.to_string(),
            entry.last_day.to_string(),
            entry.days.to_string(),
            entry.for_days.to_plain(),
            entry.passed_on.to_plain(),
            entry.total.to_plain(),
            field(entry.document.as_ref().map_or("", |(_, number)| number)),
            field(if entry.is_final { text::csv_yes(locale) } else { text::csv_no(locale) }),
        ];
        table.push_str(&row.join(","));
        table.push_str("\r\n");
    }
    Ok(table)
}
