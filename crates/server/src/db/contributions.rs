//! What accounts shared with other users: `contribution`.

use crate::{db::Exec, on};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::{
    ids::{AccountId, ContributionId, NominationId},
    recognition::Channel,
};
use sqlx::FromRow;
use uuid::Uuid;

/// A contribution, as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ContributionRow {
    /// Its id.
    pub id: Uuid,
    /// [`Channel::code`].
    pub channel: String,
    /// When.
    pub occurred_on: NaiveDate,
    /// Where it can be seen.
    pub url: String,
    /// What it is.
    pub title: String,
    /// ISO 639-1 code of its language.
    pub language: String,
    /// How many people it reached.
    pub reach: Option<i64>,
    /// What it helped with.
    pub helped: String,
    /// `nominee` or `platform`.
    pub source: String,
    /// Whether a nomination that is not over shows it, or one that was answered did.
    pub shown: i64,
}

macro_rules! contribution {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.channel, c.occurred_on, c.url, c.title, c.language, c.reach, c.helped, c.source, \
             (SELECT COUNT(*) FROM nomination_contribution s JOIN nomination n ON n.id = s.nomination_id \
             WHERE s.contribution_id = c.id AND n.state NOT IN ('draft', 'withdrawn')) AS shown FROM contribution c ",
            $rest
        )
    };
}

/// A new contribution.
#[derive(Clone, Copy, Debug)]
pub struct NewContribution<'a> {
    /// Its id.
    pub id: ContributionId,
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub channel: Channel,
    /// When.
    pub occurred_on: NaiveDate,
    /// Where it can be seen.
    pub url: &'a str,
    /// What it is.
    pub title: &'a str,
    /// ISO 639-1 code of its language.
    pub language: &'a str,
    /// How many people it reached.
    pub reach: Option<i64>,
    /// What it helped with.
    pub helped: &'a str,
    /// What on the platform it is, as `answer/<id>`; none of what its author typed.
    pub source_key: Option<&'a str>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Adds a contribution; `false` if the account has it already.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, new: &NewContribution<'_>) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO contribution (id, account_id, channel, occurred_on, url, title, language, reach, \
        helped, source, source_key, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
        ON CONFLICT DO NOTHING";
    let source = if new.source_key.is_some() { "platform" } else { "nominee" };
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id.0)
        .bind(new.account.0)
        .bind(new.channel.code())
        .bind(new.occurred_on)
        .bind(new.url)
        .bind(new.title)
        .bind(new.language)
        .bind(new.reach)
        .bind(new.helped)
        .bind(source)
        .bind(new.source_key)
        .bind(new.now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// An account's contributions from a day on, the newest first.
///
/// # Errors
/// The database's.
pub async fn of_account(
    exec: &mut Exec<'_>,
    account: AccountId,
    from: NaiveDate,
    until: NaiveDate,
) -> sqlx::Result<Vec<ContributionRow>> {
    const SQL: &str = contribution!(
        "WHERE c.account_id = $1 AND c.removed_at IS NULL AND c.occurred_on >= $2 AND c.occurred_on <= $3 \
         ORDER BY c.occurred_on DESC, c.created_at DESC, c.id"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(account.0).bind(from).bind(until).fetch_all(c).await)
}

/// What a nomination showed, the newest first.
///
/// # Errors
/// The database's.
pub async fn of_nomination(exec: &mut Exec<'_>, id: NominationId) -> sqlx::Result<Vec<ContributionRow>> {
    const SQL: &str = contribution!(
        "JOIN nomination_contribution o ON o.contribution_id = c.id WHERE o.nomination_id = $1 \
         ORDER BY c.occurred_on DESC, c.created_at DESC, c.id"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// What on the platform an account has added already, by its keys.
///
/// # Errors
/// The database's.
pub async fn platform_keys(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT source_key FROM contribution WHERE account_id = $1 AND source = 'platform' \
        AND removed_at IS NULL AND source_key IS NOT NULL ORDER BY source_key";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(account.0).fetch_all(c).await)
}

/// Takes one's own contribution away, unless a nomination shows it; `false` if that cannot be.
///
/// # Errors
/// The database's.
pub async fn remove(
    exec: &mut Exec<'_>,
    account: AccountId,
    id: ContributionId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE contribution SET removed_at = $3 WHERE id = $1 AND account_id = $2 AND removed_at IS NULL \
        AND NOT EXISTS (SELECT 1 FROM nomination_contribution s JOIN nomination n ON n.id = s.nomination_id \
        WHERE s.contribution_id = contribution.id AND n.state NOT IN ('draft', 'withdrawn'))";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(account.0)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Freezes what a nomination shows, in place of what it showed before.
///
/// # Errors
/// The database's.
pub async fn show(exec: &mut Exec<'_>, id: NominationId, shown: &[Uuid]) -> sqlx::Result<()> {
    const CLEAR: &str = "DELETE FROM nomination_contribution WHERE nomination_id = $1";
    const ADD: &str = "INSERT INTO nomination_contribution (nomination_id, contribution_id) VALUES ($1, $2)";
    on!(exec, |c| sqlx::query(CLEAR).bind(id.0).execute(c).await.map(drop))?;
    for contribution in shown {
        on!(exec, |c| sqlx::query(ADD).bind(id.0).bind(*contribution).execute(c).await.map(drop))?;
    }
    Ok(())
}
