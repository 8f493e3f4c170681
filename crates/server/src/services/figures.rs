//! Figures for managers: bookings, revenue, how soon experts answer, how far candidates come, how satisfied clients are.
//!
//! Days begin at midnight in the platform's zone; the last step is the present one and not over yet.

use crate::{
    clock::start_of_day,
    csv::Csv,
    db::{
        books::{self, Posted},
        figures::{self as rows, Stretch},
    },
    platform::Platform,
    services::{ledger::Account, manage::managers_only},
};
use chrono::{Datelike, Days, Months, NaiveDate};
use gabarit_domain::money::Cents;
use gabarit_view::{
    account::AccountView,
    error::ApiError,
    govern::{Figures, Span, Step},
};

/// Hours told apart; what took longer is one step more.
const HOURS: usize = 24;
/// How far candidates come, in that order, by the log's words.
const FUNNEL: [&str; 7] = ["sent", "taken-up", "invited", "held", "published", "refused", "withdrawn"];

/// First and last days of the steps of a period that ends today.
fn steps(span: Span, today: NaiveDate) -> Vec<(NaiveDate, NaiveDate)> {
    let back = |days: u64| today.checked_sub_days(Days::new(days)).unwrap_or(today);
    match span {
        Span::Month => (0..28).rev().map(|n| (back(n), back(n))).collect(),
        Span::Quarter => {
            let monday = back(u64::from(today.weekday().num_days_from_monday()));
            let week = |n: u64| monday.checked_sub_days(Days::new(7 * n)).unwrap_or(monday);
            (0..13).rev().map(|n| (week(n), week(n).checked_add_days(Days::new(6)).unwrap_or(today))).collect()
        }
        Span::Year => {
            let first = today.with_day(1).unwrap_or(today);
            let month = |n: u32| first.checked_sub_months(Months::new(n)).unwrap_or(first);
            (0..12)
                .rev()
                .map(|n| {
                    let next = month(n).checked_add_months(Months::new(1)).unwrap_or(today);
                    (month(n), next.pred_opt().unwrap_or(next))
                })
                .collect()
        }
    }
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The figures of a period.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn figures(p: &Platform, actor: &AccountView, span: Span) -> Result<Figures, ApiError> {
    managers_only(actor)?;
    load(p, span).await.map_err(|error| p.fault(error))
}

async fn load(p: &Platform, span: Span) -> sqlx::Result<Figures> {
    let zone = p.config.zone;
    let days = steps(span, p.today());
    let stretch = |(from, to): (NaiveDate, NaiveDate)| -> Stretch {
        (start_of_day(from, zone), start_of_day(to.succ_opt().unwrap_or(to), zone))
    };
    let mut conn = p.db.conn().await?;
    let exec = &mut conn.exec();
    let mut steps = Vec::with_capacity(days.len());
    // What stood in the books at the beginning of each step; the next one begins where it ends.
    let mut before = match days.first() {
        Some((from, _)) => books::posted_before(exec, start_of_day(*from, zone)).await?,
        None => Vec::new(),
    };
    for (from, to) in &days {
        let part = stretch((*from, *to));
        let (reviews, stars) = rows::reviews(exec, part).await?;
        let after = books::posted_before(exec, part.1).await?;
        let posted = |account: Account| {
            let balance = |rows: &[Posted]| {
                rows.iter().find(|row| row.account == account.code()).map_or(0, |row| row.debit - row.credit)
            };
            balance(&after) - balance(&before)
        };
        steps.push(Step {
            from: *from,
            to: *to,
            placed: count(rows::placed(exec, part).await?),
            accepted: count(rows::accepted(exec, part).await?),
            lost: count(rows::lost(exec, part).await?),
            revenue: Cents(-posted(Account::Revenue)),
            experts: Cents(posted(Account::CostOfExperts)),
            reviews: count(reviews),
            mean_tenths: (reviews > 0).then(|| count((stars * 20 / reviews + 1) / 2)),
        });
        before = after;
    }
    let whole = match (days.first(), days.last()) {
        (Some((from, _)), Some((_, to))) => stretch((*from, *to)),
        _ => stretch((p.today(), p.today())),
    };
    let mut answers = vec![0; HOURS + 1];
    for (hours, found) in rows::answers(exec, whole).await? {
        let hours = usize::try_from(hours).unwrap_or(0).min(HOURS);
        if let Some(slot) = answers.get_mut(hours) {
            *slot += count(found);
        }
    }
    let happened = rows::funnel(exec, whole).await?;
    let funnel = FUNNEL
        .iter()
        .map(|event| {
            let found = happened.iter().find(|(known, _)| known == event);
            ((*event).to_owned(), found.map_or(0, |(_, number)| count(*number)))
        })
        .collect();
    let mut ratings = [0; 5];
    for (stars, found) in rows::ratings(exec, whole).await? {
        if let Some(slot) = usize::try_from(stars - 1).ok().and_then(|index| ratings.get_mut(index)) {
            *slot = count(found);
        }
    }
    Ok(Figures { span, steps, median_hours: median(&answers), answers, funnel, ratings })
}

/// The hour within which half of the answers came.
fn median(answers: &[u32]) -> Option<u32> {
    let all: u32 = answers.iter().sum();
    let mut seen = 0;
    for (hour, number) in answers.iter().enumerate() {
        seen += number;
        if all > 0 && seen * 2 >= all {
            return u32::try_from(hour + 1).ok();
        }
    }
    None
}

/// One of the figures as a table: `bookings`, `revenue`, `answers`, `candidates`, `satisfaction`.
///
/// # Errors
/// [`ApiError::NotFound`] for another name; else as [`figures`].
pub async fn csv(p: &Platform, actor: &AccountView, name: &str, span: Span) -> Result<Vec<u8>, ApiError> {
    let figures = figures(p, actor, span).await?;
    let table = match name {
        "bookings" => {
            let mut table = Csv::new(&["from", "to", "placed", "accepted", "lost"]);
            for s in &figures.steps {
                let numbers = [s.placed, s.accepted, s.lost].map(|number| number.to_string());
                table.row(&[&[s.from.to_string(), s.to.to_string()], numbers.as_slice()].concat());
            }
            table
        }
        "revenue" => {
            let mut table = Csv::new(&["from", "to", "revenue_net", "experts_net"]);
            for s in &figures.steps {
                table.row(&[s.from.to_string(), s.to.to_string(), s.revenue.to_plain(), s.experts.to_plain()]);
            }
            table
        }
        "answers" => {
            let mut table = Csv::new(&["hours_from", "hours_under", "accepted"]);
            for (hour, number) in figures.answers.iter().enumerate() {
                let under = if hour < HOURS { (hour + 1).to_string() } else { String::new() };
                table.row(&[hour.to_string(), under, number.to_string()]);
            }
            table
        }
        "candidates" => {
            let mut table = Csv::new(&["event", "candidates"]);
            for (event, number) in &figures.funnel {
                table.row(&[event.clone(), number.to_string()]);
            }
            table
        }
        "satisfaction" => {
            let mut table = Csv::new(&["from", "to", "reviews", "mean"]);
            for s in &figures.steps {
                let mean = s.mean_tenths.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10));
                table.row(&[s.from.to_string(), s.to.to_string(), s.reviews.to_string(), mean.unwrap_or_default()]);
            }
            table
        }
        _ => return Err(ApiError::NotFound),
    };
    Ok(table.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_end_today() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
        for (span, parts, first, last) in [
            (Span::Month, 28, "2026-10-29", "2026-11-25"),
            (Span::Quarter, 13, "2026-08-31", "2026-11-29"),
            (Span::Year, 12, "2025-12-01", "2026-11-30"),
        ] {
            let steps = steps(span, today);
            assert_eq!(steps.len(), parts);
            assert_eq!(steps[0].0.to_string(), first);
            assert_eq!(steps[parts - 1].1.to_string(), last);
            // No day is left out, and none is counted twice.
            assert!(steps.windows(2).all(|pair| pair[0].1.succ_opt() == Some(pair[1].0)));
        }
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[0; 25]), None);
        assert_eq!(median(&[1, 0, 0]), Some(1));
        assert_eq!(median(&[1, 1, 2]), Some(2));
        assert_eq!(median(&[0, 0, 3]), Some(3));
    }
}
