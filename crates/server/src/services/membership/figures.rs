//! Figures of the programme: nothing in them shows what a single reviewer wrote.

use super::country_name;
use crate::{
    csv::Csv,
    db::membership::{self as rows, CountedNomination, ScoreSums},
    platform::Platform,
    services::manage::managers_only,
};
use gabarit_i18n::{Locale, membership as text};
use gabarit_view::{
    account::AccountView,
    error::ApiError,
    membership::{CycleFigures, ProgrammeFigures},
};
use std::collections::BTreeMap;

/// Means of scores are told from so many answered nominations on; each has two reviews, so that no mean is one's own.
const LEAST_NOMINATIONS: i64 = 5;

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn cycle(code: &str, of: &[&CountedNomination], scores: Option<&ScoreSums>, locale: Locale) -> CycleFigures {
    let count = |state: &str| small(of.iter().filter(|row| row.state == state).count());
    let days: Vec<i64> = of
        .iter()
        .filter_map(|row| row.answered_at.map(|at| (at - row.window_at).num_seconds()))
        .map(|seconds| (seconds.max(0) * 10) / 86_400)
        .collect();
    let answered = i64::try_from(days.len()).unwrap_or(i64::MAX);
    let tenths = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let days_to_answer = (answered > 0).then(|| {
        let most = days.iter().copied().max().unwrap_or(0);
        (tenths(days.iter().sum::<i64>() / answered), tenths((most + 9) / 10))
    });
    let mut by_country: BTreeMap<&str, (u32, u32, u32)> = BTreeMap::new();
    for row in of {
        let entry = by_country.entry(&row.country).or_default();
        entry.0 += 1;
        entry.1 += u32::from(row.state == "granted");
        entry.2 += u32::from(row.state == "refused");
    }
    let qualities = scores
        .filter(|sums| sums.nominations >= LEAST_NOMINATIONS && sums.reviews > 0)
        .map(|sums| {
            [
                ("champion", sums.champion),
                ("expert", sums.expert),
                ("caring", sums.caring),
                ("responsive", sums.responsive),
                ("leader", sums.leader),
            ]
            .map(|(code, sum)| (code.to_owned(), tenths((sum * 100 + sums.reviews / 2) / sums.reviews)))
            .to_vec()
        })
        .unwrap_or_default();
    CycleFigures {
        code: code.to_owned(),
        nominations: small(of.len()),
        granted: count("granted"),
        refused: count("refused"),
        withdrawn: count("withdrawn"),
        days_to_answer,
        countries: by_country
            .into_iter()
            .map(|(code, (all, granted, refused))| (country_name(code, locale), all, granted, refused))
            .collect(),
        qualities,
    }
}

/// Figures by cycle, and members by state, without the nominations that the reader may not see.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn figures(p: &Platform, actor: &AccountView, locale: Locale) -> Result<ProgrammeFigures, ApiError> {
    managers_only(actor)?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let nominations = rows::nominations(exec, actor.id).await.map_err(|error| p.fault(error))?;
    let scores = rows::scores(exec, actor.id).await.map_err(|error| p.fault(error))?;
    let states = rows::state_counts(exec).await.map_err(|error| p.fault(error))?;
    let mut codes: Vec<&str> = nominations.iter().map(|row| row.code.as_str()).collect();
    codes.sort_unstable_by(|a, b| b.cmp(a));
    codes.dedup();
    Ok(ProgrammeFigures {
        cycles: codes
            .into_iter()
            .map(|code| {
                let of: Vec<_> = nominations.iter().filter(|row| row.code == code).collect();
                cycle(code, &of, scores.iter().find(|sums| sums.code == code), locale)
            })
            .collect(),
        states: states.into_iter().map(|(code, count)| (code, u32::try_from(count).unwrap_or(u32::MAX))).collect(),
    })
}

/// The figures by cycle and country, as a table.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn figures_csv(p: &Platform, actor: &AccountView, locale: Locale) -> Result<Vec<u8>, ApiError> {
    let figures = figures(p, actor, locale).await?;
    let mut csv = Csv::new(&[
        text::csv_cycle(locale),
        text::csv_country(locale),
        text::csv_nominations(locale),
        text::csv_granted(locale),
        text::csv_refused(locale),
        text::csv_withdrawn(locale),
        text::csv_days(locale),
        text::csv_most_days(locale),
    ]);
    for cycle in figures.cycles {
        let days = cycle.days_to_answer.map_or((String::new(), String::new()), |(mean, most)| {
            (format!("{}.{}", mean / 10, mean % 10), most.to_string())
        });
        csv.row(&[
            cycle.code.clone(),
            String::new(),
            cycle.nominations.to_string(),
            cycle.granted.to_string(),
            cycle.refused.to_string(),
            cycle.withdrawn.to_string(),
            days.0,
            days.1,
        ]);
        for (country, all, granted, refused) in cycle.countries {
            csv.row(&[
                cycle.code.clone(),
                country,
                all.to_string(),
                granted.to_string(),
                refused.to_string(),
                String::new(),
                String::new(),
                String::new(),
            ]);
        }
    }
    Ok(csv.into_bytes())
}
