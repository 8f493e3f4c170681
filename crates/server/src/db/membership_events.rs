//! Rows of members' events: `member_event` and `member_sign_up`.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::{AccountId, BenefitId, MemberEventId};
use sqlx::FromRow;
use uuid::Uuid;

/// An event, with how many are coming.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct EventRow {
    /// Its id.
    pub id: Uuid,
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// ISO 639-1.
    pub language: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Where; empty when it is held online.
    pub place: String,
    /// Address of the online meeting.
    pub link: String,
    /// Places in all.
    pub places: i64,
    /// When it was called off.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Counts every change.
    pub version: i64,
    /// Members who are coming.
    pub going: i64,
    /// Members who wait for a place.
    pub waiting: i64,
}

macro_rules! events {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.title, e.description, e.language, e.starts_at, e.ends_at, e.place, e.link, e.places, \
             e.cancelled_at, e.version, \
             (SELECT COUNT(*) FROM member_sign_up s WHERE s.event_id = e.id AND s.state = 'going') AS going, \
             (SELECT COUNT(*) FROM member_sign_up s WHERE s.event_id = e.id AND s.state = 'waiting') AS waiting \
             FROM member_event e ",
            $rest
        )
    };
}

/// Events that end after an instant, the next first.
///
/// # Errors
/// The database's.
pub async fn after(exec: &mut Exec<'_>, after: DateTime<Utc>) -> sqlx::Result<Vec<EventRow>> {
    const SQL: &str = events!("WHERE e.ends_at > $1 ORDER BY e.starts_at, e.id");
    on!(exec, |c| sqlx::query_as(SQL).bind(after).fetch_all(c).await)
}

/// An event.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: MemberEventId) -> sqlx::Result<Option<EventRow>> {
    const SQL: &str = events!("WHERE e.id = $1");
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)
}

/// An event, locked until the end of the transaction: its places are given in turn.
///
/// # Errors
/// The database's.
pub async fn lock(exec: &mut Exec<'_>, id: MemberEventId) -> sqlx::Result<Option<EventRow>> {
    if let Exec::Postgres(c) = exec {
        sqlx::query("SELECT id FROM member_event WHERE id = $1 FOR UPDATE").bind(id.0).execute(&mut **c).await?;
    }
    get(exec, id).await
}

/// Adds an event.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, event: &EventRow) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO member_event (id, title, description, language, starts_at, ends_at, place, link, \
        places, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(event.id)
        .bind(&event.title)
        .bind(&event.description)
        .bind(&event.language)
        .bind(event.starts_at)
        .bind(event.ends_at)
        .bind(&event.place)
        .bind(&event.link)
        .bind(event.places)
        .execute(c)
        .await
        .map(drop))
}

/// Changes an event that is still at its version; `false` if it is not.
///
/// # Errors
/// The database's.
pub async fn update(exec: &mut Exec<'_>, event: &EventRow) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE member_event SET title = $3, description = $4, language = $5, starts_at = $6, \
        ends_at = $7, place = $8, link = $9, places = $10, cancelled_at = $11, version = version + 1 \
        WHERE id = $1 AND version = $2";
    on!(exec, |c| sqlx::query(SQL)
        .bind(event.id)
        .bind(event.version)
        .bind(&event.title)
        .bind(&event.description)
        .bind(&event.language)
        .bind(event.starts_at)
        .bind(event.ends_at)
        .bind(&event.place)
        .bind(&event.link)
        .bind(event.places)
        .bind(event.cancelled_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Who signed up.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SignUpRow {
    /// Who.
    pub account_id: Uuid,
    /// Name as shown.
    pub display_name: String,
    /// `going` or `waiting`.
    pub state: String,
    /// Title of the talk.
    pub talk: Option<String>,
    /// When the talk became a contribution.
    pub contributed_at: Option<DateTime<Utc>>,
}

/// Who signed up, in order.
///
/// # Errors
/// The database's.
pub async fn people(exec: &mut Exec<'_>, id: MemberEventId) -> sqlx::Result<Vec<SignUpRow>> {
    const SQL: &str = "SELECT s.account_id, f.display_name, s.state, s.talk, s.contributed_at FROM member_sign_up s \
        JOIN member_profile f ON f.account_id = s.account_id WHERE s.event_id = $1 ORDER BY s.state, s.at, s.account_id";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// Signs a member up, or changes the talk of one who did.
///
/// # Errors
/// The database's.
pub async fn sign_up(
    exec: &mut Exec<'_>,
    id: MemberEventId,
    account: AccountId,
    state: &str,
    talk: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO member_sign_up (event_id, account_id, state, at, talk) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (event_id, account_id) DO UPDATE SET talk = $5";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(account.0)
        .bind(state)
        .bind(now)
        .bind(talk)
        .execute(c)
        .await
        .map(drop))
}

/// Takes a member's name off an event; `false` if it was not there.
///
/// # Errors
/// The database's.
pub async fn leave(exec: &mut Exec<'_>, id: MemberEventId, account: AccountId) -> sqlx::Result<bool> {
    const SQL: &str = "DELETE FROM member_sign_up WHERE event_id = $1 AND account_id = $2";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(account.0).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Gives a place to who waits for one longest; answers who that is.
///
/// # Errors
/// The database's.
pub async fn promote(exec: &mut Exec<'_>, id: MemberEventId) -> sqlx::Result<Option<AccountId>> {
    const NEXT: &str = "SELECT account_id FROM member_sign_up WHERE event_id = $1 AND state = 'waiting' \
        ORDER BY at, account_id LIMIT 1";
    const GO: &str = "UPDATE member_sign_up SET state = 'going' WHERE event_id = $1 AND account_id = $2";
    let next: Option<Uuid> = on!(&mut *exec, |c| sqlx::query_scalar(NEXT).bind(id.0).fetch_optional(c).await)?;
    if let Some(next) = next {
        on!(exec, |c| sqlx::query(GO).bind(id.0).bind(next).execute(c).await.map(drop))?;
    }
    Ok(next.map(AccountId))
}

/// Events to come that an account signed up for.
///
/// # Errors
/// The database's.
pub async fn to_come_of(
    exec: &mut Exec<'_>,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<MemberEventId>> {
    const SQL: &str = "SELECT s.event_id FROM member_sign_up s JOIN member_event e ON e.id = s.event_id \
        WHERE s.account_id = $1 AND e.ends_at > $2 ORDER BY s.event_id";
    let ids: Vec<Uuid> = on!(exec, |c| sqlx::query_scalar(SQL).bind(account.0).bind(now).fetch_all(c).await)?;
    Ok(ids.into_iter().map(MemberEventId).collect())
}

/// A talk became a contribution; `false` if it had already.
///
/// # Errors
/// The database's.
pub async fn contributed(
    exec: &mut Exec<'_>,
    id: MemberEventId,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE member_sign_up SET contributed_at = $3 WHERE event_id = $1 AND account_id = $2 \
        AND contributed_at IS NULL";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(account.0)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// What is written down of a change of an event or of a benefit.
#[derive(Clone, Copy, Debug)]
pub struct NewChange<'a> {
    /// Its id.
    pub id: Uuid,
    /// Of what.
    pub of: Subject,
    /// When.
    pub at: DateTime<Utc>,
    /// Which manager.
    pub actor: AccountId,
    /// `made`, `changed`, `cancelled`, `offered`, `closed` or `codes`.
    pub action: &'a str,
    /// The version that it has from then on.
    pub version: i64,
    /// What changed, field by field.
    pub detail: &'a str,
}

/// What managers change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An event.
    Event(MemberEventId),
    /// A benefit.
    Benefit(BenefitId),
}

impl Subject {
    const fn ids(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Event(id) => (Some(id.0), None),
            Self::Benefit(id) => (None, Some(id.0)),
        }
    }
}

/// Writes a change down. Nothing changes or removes it.
///
/// # Errors
/// The database's.
pub async fn log_change(exec: &mut Exec<'_>, change: NewChange<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO programme_log (id, event_id, benefit_id, at, actor_id, action, version, detail) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (event, benefit) = change.of.ids();
    on!(exec, |c| sqlx::query(SQL)
        .bind(change.id)
        .bind(event)
        .bind(benefit)
        .bind(change.at)
        .bind(change.actor.0)
        .bind(change.action)
        .bind(change.version)
        .bind(change.detail)
        .execute(c)
        .await
        .map(drop))
}

/// The latest change of the thing itself, as its version counts them: who made it by name, what it was, and when; none
/// from before changes were written down.
///
/// # Errors
/// The database's.
pub async fn last_change(exec: &mut Exec<'_>, of: Subject) -> sqlx::Result<Option<(String, String, DateTime<Utc>)>> {
    const SQL: &str = "SELECT a.name, l.action, l.at FROM programme_log l JOIN account a ON a.id = l.actor_id \
        WHERE (l.event_id = $1 OR l.benefit_id = $2) AND l.action IN ('made', 'changed', 'cancelled') \
        ORDER BY l.version DESC LIMIT 1";
    let (event, benefit) = of.ids();
    on!(exec, |c| sqlx::query_as(SQL).bind(event).bind(benefit).fetch_optional(c).await)
}
