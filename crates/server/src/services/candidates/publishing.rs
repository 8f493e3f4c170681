//! An accepted application becomes an expert whom search finds and clients book.
//!
//! An independent expert's work is invoiced in their name when it ends (S30), which takes billing details. So an
//! independent expert is public, and can be booked, from the moment those are there, not before: nobody is sold who
//! could not be paid. In-house consultants are public at once.

use super::{form, notices};
use crate::{
    db::{
        Exec,
        candidates::{self as rows, Candidate, ExpertProfileRow},
        demo::NewRecord,
        experts::{self, ExpertRow},
    },
    platform::Platform,
    services::bookings::Failure,
};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    calendar::WeekPattern,
    candidate::{Admission, CandidateState},
    expert::ExpertKind,
    ids::{AccountId, ExpertId},
};
use gabarit_view::error::ApiError;

/// Writes the expert's rows; answers whether the profile is public already.
pub(super) async fn publish(
    exec: &mut Exec<'_>,
    p: &Platform,
    candidate: &Candidate,
    admission: Admission,
    now: DateTime<Utc>,
) -> Result<bool, Failure> {
    // It was read when it was sent: only the days of its certificates may have passed since, which the manager saw.
    let application = form::reread(p, &candidate.form, candidate.submitted_at.unwrap_or(now))?;
    let before = experts::of_account(exec, candidate.account.0).await?;
    let id = before.as_ref().map_or_else(|| p.ids.uuid(), |row| row.id);
    let billed = rows::bookable(exec, ExpertId(id)).await?.is_some_and(|(_, _, billed)| billed);
    let public = admission.kind == ExpertKind::InHouse || billed;
    let place = p.places.get(application.place).ok_or_else(|| p.fault("the place of an application is gone"))?;
    let row = ExpertRow {
        id,
        account_id: candidate.account.0,
        state: if public { "published" } else { "draft" }.to_owned(),
        kind: admission.kind.code().to_owned(),
        level: i64::from(admission.level.number()),
        display_name: application.display_name.to_string(),
        headline: application.headline.to_string(),
        summary: application.summary.to_string(),
        summary_language: application.summary_language.clone(),
        base_place: i64::from(application.place.0),
        base_lat: i64::from(place.point.lat),
        base_lon: i64::from(place.point.lon),
        base_country: application.country.to_string(),
        on_site: application.on_site,
        remote: application.remote,
        max_travel_km: application.max_travel_km.map(i64::from),
        week_pattern: i64::from(WeekPattern::WORKING_WEEK.0),
        works_holidays: false,
        rating_sum: 0,
        rating_count: 0,
        completed_days: 0,
        created_at: now,
        changed_at: now,
        version: 1,
        lead_days: 0,
        paused_at: None,
        holiday_region: None,
    };
    let mut positions = [0; 3];
    let records = application
        .records
        .into_iter()
        .map(|record| {
            let at = ["certificate", "education", "experience"].iter().position(|kind| *kind == record.kind);
            let slot = &mut positions[at.unwrap_or(0)];
            *slot += 1;
            NewRecord {
                expert: id,
                kind: record.kind,
                position: *slot,
                title: record.title,
                organisation: record.organisation,
                from_year: record.from_year.map(i64::from),
                to_year: record.to_year.map(i64::from),
                description: record.description,
            }
        })
        .collect();
    let profile = ExpertProfileRow {
        row,
        products: application.products,
        sectors: application.sectors.iter().map(|sector| sector.code()).collect(),
        languages: application.languages,
        skills: application.skills,
        records,
    };
    rows::publish_expert(exec, &profile).await?;
    rows::remember_phone(exec, candidate.account, application.phone.as_str()).await?;
    Ok(public)
}

/// Makes an accepted expert public once nothing is missing any more. Called in the transaction that adds what was
/// missing; answers whether it did. The caller says so to search after the commit.
///
/// # Errors
/// If the database fails.
pub async fn settle(exec: &mut Exec<'_>, p: &Platform, expert: ExpertId) -> Result<bool, ApiError> {
    settle_in(exec, p, expert).await.map_err(|failure| match failure {
        Failure::Answer(error) => error,
        Failure::Database(error) => p.fault(error),
    })
}

async fn settle_in(exec: &mut Exec<'_>, p: &Platform, expert: ExpertId) -> Result<bool, Failure> {
    let Some((state, kind, billed)) = rows::bookable(exec, expert).await? else { return Ok(false) };
    if state != "draft" || !(billed || kind == ExpertKind::InHouse.code()) {
        return Ok(false);
    }
    let Some(row) = experts::get(exec, expert.0).await? else { return Ok(false) };
    let Some(candidate) = rows::latest(exec, AccountId(row.account_id)).await? else { return Ok(false) };
    if !matches!(candidate.state, CandidateState::Published(_)) {
        return Ok(false);
    }
    rows::set_expert_state(exec, expert, "published", p.now()).await?;
    notices::public(exec, p, &candidate, expert).await?;
    Ok(true)
}
