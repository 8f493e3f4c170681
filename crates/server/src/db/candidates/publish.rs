//! The rows of an expert that come from an application.

use crate::{db::Exec, db::demo::NewRecord, db::experts::ExpertRow, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::{AccountId, ExpertId};
use uuid::Uuid;

/// What an application says of an expert.
#[derive(Clone, Debug)]
pub struct ExpertProfileRow {
    /// The row; of an expert that is there already only what the application says is taken over.
    pub row: ExpertRow,
    /// Codes of products.
    pub products: Vec<String>,
    /// Codes of sectors.
    pub sectors: Vec<&'static str>,
    /// Codes of languages.
    pub languages: Vec<String>,
    /// Skills, in their order.
    pub skills: Vec<String>,
    /// Certificates, diplomas and jobs.
    pub records: Vec<NewRecord>,
}

/// Makes an expert's rows, or brings them up to date.
///
/// # Errors
/// The database's.
pub async fn publish_expert(exec: &mut Exec<'_>, profile: &ExpertProfileRow) -> sqlx::Result<()> {
    const EXPERT: &str = "INSERT INTO expert (id, account_id, state, kind, level, display_name, headline, summary, \
        summary_language, base_place, base_lat, base_lon, base_country, on_site, remote, max_travel_km, week_pattern, \
        works_holidays, rating_sum, rating_count, completed_days, created_at, changed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0, 0, 0, $19, $19) \
        ON CONFLICT (account_id) DO UPDATE SET state = excluded.state, kind = excluded.kind, level = excluded.level, \
        display_name = excluded.display_name, headline = excluded.headline, summary = excluded.summary, \
        summary_language = excluded.summary_language, base_place = excluded.base_place, base_lat = excluded.base_lat, \
        base_lon = excluded.base_lon, base_country = excluded.base_country, on_site = excluded.on_site, \
        remote = excluded.remote, max_travel_km = excluded.max_travel_km, changed_at = excluded.changed_at";
    const RECORD: &str = "INSERT INTO expert_record (expert_id, kind, position, title, organisation, from_year, \
        to_year, description) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let row = &profile.row;
    on!(exec, |c| sqlx::query(EXPERT)
        .bind(row.id)
        .bind(row.account_id)
        .bind(&row.state)
        .bind(&row.kind)
        .bind(row.level)
        .bind(&row.display_name)
        .bind(&row.headline)
        .bind(&row.summary)
        .bind(&row.summary_language)
        .bind(row.base_place)
        .bind(row.base_lat)
        .bind(row.base_lon)
        .bind(&row.base_country)
        .bind(row.on_site)
        .bind(row.remote)
        .bind(row.max_travel_km)
        .bind(row.week_pattern)
        .bind(row.works_holidays)
        .bind(row.changed_at)
        .execute(c)
        .await
        .map(drop))?;
    let languages: Vec<&str> = profile.languages.iter().map(String::as_str).collect();
    let products: Vec<&str> = profile.products.iter().map(String::as_str).collect();
    for (clear, add, values) in [
        (
            "DELETE FROM expert_product WHERE expert_id = $1",
            "INSERT INTO expert_product (expert_id, product) VALUES ($1, $2)",
            &products,
        ),
        (
            "DELETE FROM expert_sector WHERE expert_id = $1",
            "INSERT INTO expert_sector (expert_id, sector) VALUES ($1, $2)",
            &profile.sectors,
        ),
        (
            "DELETE FROM expert_language WHERE expert_id = $1",
            "INSERT INTO expert_language (expert_id, language) VALUES ($1, $2)",
            &languages,
        ),
    ] {
        on!(exec, |c| sqlx::query(clear).bind(row.id).execute(c).await.map(drop))?;
        for value in values {
            on!(exec, |c| sqlx::query(add).bind(row.id).bind(*value).execute(c).await.map(drop))?;
        }
    }
    on!(exec, |c| sqlx::query("DELETE FROM expert_skill WHERE expert_id = $1")
        .bind(row.id)
        .execute(c)
        .await
        .map(drop))?;
    for (position, skill) in (0_i64..).zip(&profile.skills) {
        const SKILL: &str = "INSERT INTO expert_skill (expert_id, position, name) VALUES ($1, $2, $3)";
        on!(exec, |c| sqlx::query(SKILL).bind(row.id).bind(position).bind(skill).execute(c).await.map(drop))?;
    }
    on!(exec, |c| sqlx::query("DELETE FROM expert_record WHERE expert_id = $1")
        .bind(row.id)
        .execute(c)
        .await
        .map(drop))?;
    for record in &profile.records {
        on!(exec, |c| sqlx::query(RECORD)
            .bind(record.expert)
            .bind(record.kind)
            .bind(record.position)
            .bind(&record.title)
            .bind(&record.organisation)
            .bind(record.from_year)
            .bind(record.to_year)
            .bind(&record.description)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}

/// Gives an account the number its application names, if it has none: clients see it under their bookings (S11).
///
/// # Errors
/// The database's.
pub async fn remember_phone(exec: &mut Exec<'_>, account: AccountId, phone: &str) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE account SET phone = $2 WHERE id = $1 AND phone IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(account.0).bind(phone).execute(c).await.map(drop))
}

/// What decides whether an expert can be booked: `(state, kind, has billing details)`.
///
/// # Errors
/// The database's.
pub async fn bookable(exec: &mut Exec<'_>, id: ExpertId) -> sqlx::Result<Option<(String, String, bool)>> {
    const SQL: &str = "SELECT e.state, e.kind, b.expert_id FROM expert e \
        LEFT JOIN expert_billing b ON b.expert_id = e.id WHERE e.id = $1";
    let row: Option<(String, String, Option<Uuid>)> =
        on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
    Ok(row.map(|(state, kind, billing)| (state, kind, billing.is_some())))
}

/// Makes an expert public, or not; search hears of it.
///
/// # Errors
/// The database's.
pub async fn set_expert_state(exec: &mut Exec<'_>, id: ExpertId, state: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE expert SET state = $2, changed_at = $3 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(state).bind(now).execute(c).await.map(drop))
}
