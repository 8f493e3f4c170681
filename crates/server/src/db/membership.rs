//! Rows of memberships: `membership`, its terms, log and appeals, and what members show of themselves.

use crate::{db::Exec, on};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::{
    ids::{AccountId, MembershipId},
    membership::{Appeal, Membership, MembershipState},
    text::Message,
};
use sqlx::FromRow;
use uuid::Uuid;

/// A membership, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub id: MembershipId,
    /// Whose.
    pub account: AccountId,
    /// Where it stands.
    pub membership: Membership,
    /// When, and by which manager, it was decided on last.
    pub decided_at: Option<DateTime<Utc>>,
    /// See [`Stored::decided_at`].
    pub decided_by: Option<AccountId>,
    /// When the status was lost.
    pub lost_at: Option<DateTime<Utc>>,
    /// Counts every change; writers name the one they read.
    pub version: i64,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    account_id: Uuid,
    state: String,
    first_day: NaiveDate,
    last_day: NaiveDate,
    term: i64,
    reasons: Option<String>,
    decided_on: Option<NaiveDate>,
    decided_at: Option<DateTime<Utc>>,
    decided_by: Option<Uuid>,
    lost_at: Option<DateTime<Utc>>,
    appeal: String,
    version: i64,
}

fn unreadable(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("a membership's {what} makes no sense").into())
}

impl Row {
    fn read(self) -> sqlx::Result<Stored> {
        let reasons = self.reasons.map(|text| Message::parse(&text).map_err(|_| unreadable("reasons"))).transpose()?;
        Ok(Stored {
            id: MembershipId(self.id),
            account: AccountId(self.account_id),
            membership: Membership {
                state: MembershipState::restore(&self.state, reasons).ok_or_else(|| unreadable("state"))?,
                first_day: self.first_day,
                last_day: self.last_day,
                term: u32::try_from(self.term).map_err(|_| unreadable("term"))?,
                decided_on: self.decided_on,
                appeal: Appeal::parse(&self.appeal).ok_or_else(|| unreadable("appeal"))?,
            },
            decided_at: self.decided_at,
            decided_by: self.decided_by.map(AccountId),
            lost_at: self.lost_at,
            version: self.version,
        })
    }
}

/// Adds a membership.
///
/// # Errors
/// The database's; `membership_live_once` for a second one, `membership_nomination_unique` for a nomination that has one.
pub async fn insert(exec: &mut Exec<'_>, new: &Stored, nomination: Uuid) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO membership (id, account_id, nomination_id, state, first_day, last_day, term, appeal, \
        version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id.0)
        .bind(new.account.0)
        .bind(nomination)
        .bind(new.membership.state.code())
        .bind(new.membership.first_day)
        .bind(new.membership.last_day)
        .bind(i64::from(new.membership.term))
        .bind(new.membership.appeal.code())
        .bind(new.version)
        .execute(c)
        .await
        .map(drop))
}

/// A membership.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: MembershipId) -> sqlx::Result<Option<Stored>> {
    const SQL: &str = "SELECT * FROM membership WHERE id = $1";
    let row: Option<Row> = on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
    row.map(Row::read).transpose()
}

/// A membership, locked until the end of the transaction.
///
/// # Errors
/// The database's.
pub async fn lock(exec: &mut Exec<'_>, id: MembershipId) -> sqlx::Result<Option<Stored>> {
    if let Exec::Postgres(c) = exec {
        sqlx::query("SELECT id FROM membership WHERE id = $1 FOR UPDATE").bind(id.0).execute(&mut **c).await?;
    }
    get(exec, id).await
}

/// The latest membership of an account: its live one, if it has one.
///
/// # Errors
/// The database's.
pub async fn latest(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Option<Stored>> {
    const SQL: &str = "SELECT * FROM membership WHERE account_id = $1 ORDER BY \
        CASE WHEN state IN ('active', 'due', 'not-renewed') THEN 0 ELSE 1 END, first_day DESC, id DESC LIMIT 1";
    let row: Option<Row> = on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_optional(c).await)?;
    row.map(Row::read).transpose()
}

/// The live membership of an account.
///
/// # Errors
/// The database's.
pub async fn live(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Option<Stored>> {
    Ok(latest(exec, account).await?.filter(|stored| stored.membership.state.is_live()))
}

/// [`live`], locked until the end of the transaction: whatever is done with a membership waits for what ends it.
///
/// # Errors
/// The database's.
pub async fn lock_live(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Option<Stored>> {
    let Some(found) = live(exec, account).await? else { return Ok(None) };
    Ok(lock(exec, found.id).await?.filter(|stored| stored.membership.state.is_live()))
}

/// Stores a change of the version its caller read, and counts the version up; `false` if it is another's by now.
///
/// # Errors
/// The database's.
pub async fn store(exec: &mut Exec<'_>, stored: &mut Stored) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE membership SET state = $3, last_day = $4, term = $5, reasons = $6, decided_on = $7, \
        decided_at = $8, decided_by = $9, lost_at = $10, appeal = $11, version = version + 1 \
        WHERE id = $1 AND version = $2";
    let membership = &stored.membership;
    let done = on!(exec, |c| sqlx::query(SQL)
        .bind(stored.id.0)
        .bind(stored.version)
        .bind(membership.state.code())
        .bind(membership.last_day)
        .bind(i64::from(membership.term))
        .bind(membership.state.reasons().map(Message::as_str))
        .bind(membership.decided_on)
        .bind(stored.decided_at)
        .bind(stored.decided_by.map(|id| id.0))
        .bind(stored.lost_at)
        .bind(membership.appeal.code())
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))?;
    if done {
        stored.version += 1;
    }
    Ok(done)
}

/// What is logged of a move.
#[derive(Clone, Copy, Debug)]
pub struct NewStep<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// Who; none for the clock.
    pub actor: Option<AccountId>,
    /// Code of the state it came from; none when it begins.
    pub from: Option<&'a str>,
    /// Code of the state it came to.
    pub to: &'a str,
    /// What was done.
    pub event: &'a str,
    /// Why; may be empty.
    pub reason: &'a str,
}

/// Writes a move down. Nothing changes or removes it.
///
/// # Errors
/// The database's.
pub async fn log(exec: &mut Exec<'_>, id: MembershipId, step: NewStep<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO membership_log (membership_id, step, at, actor_id, from_state, to_state, event, reason) \
        SELECT $1, COALESCE(MAX(step), 0) + 1, $2, $3, $4, $5, $6, $7 FROM membership_log WHERE membership_id = $1";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(step.at)
        .bind(step.actor.map(|id| id.0))
        .bind(step.from)
        .bind(step.to)
        .bind(step.event)
        .bind(step.reason)
        .execute(c)
        .await
        .map(drop))
}

/// A step of a membership's way.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StepRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by name; none for the clock.
    pub actor_name: Option<String>,
    /// Code of the state it came from.
    pub from_state: Option<String>,
    /// Code of the state it came to.
    pub to_state: String,
    /// What was done.
    pub event: String,
    /// Why.
    pub reason: String,
}

/// The way of a membership, from its beginning.
///
/// # Errors
/// The database's.
pub async fn steps(exec: &mut Exec<'_>, id: MembershipId) -> sqlx::Result<Vec<StepRow>> {
    const SQL: &str = "SELECT l.at, a.name AS actor_name, l.from_state, l.to_state, l.event, l.reason \
        FROM membership_log l LEFT JOIN account a ON a.id = l.actor_id WHERE l.membership_id = $1 ORDER BY l.step";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// A term, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TermRow {
    /// From 1.
    pub term: i64,
    /// Its first day.
    pub first_day: NaiveDate,
    /// Its last day.
    pub last_day: NaiveDate,
    /// When it was granted.
    pub granted_at: DateTime<Utc>,
    /// By which manager; none for the first term.
    pub granted_by: Option<Uuid>,
    /// Months with contributions, when it was decided.
    pub months_active: Option<i64>,
    /// Months that the rulebook asked for.
    pub months_needed: Option<i64>,
    /// Reasons; where the rule alone did not grant it.
    pub reasons: Option<String>,
}

/// Adds a term.
///
/// # Errors
/// The database's.
pub async fn insert_term(exec: &mut Exec<'_>, id: MembershipId, term: &TermRow) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO membership_term (membership_id, term, first_day, last_day, granted_at, granted_by, \
        months_active, months_needed, reasons) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(term.term)
        .bind(term.first_day)
        .bind(term.last_day)
        .bind(term.granted_at)
        .bind(term.granted_by)
        .bind(term.months_active)
        .bind(term.months_needed)
        .bind(&term.reasons)
        .execute(c)
        .await
        .map(drop))
}

/// The terms of a membership, in order.
///
/// # Errors
/// The database's.
pub async fn terms(exec: &mut Exec<'_>, id: MembershipId) -> sqlx::Result<Vec<TermRow>> {
    const SQL: &str = "SELECT term, first_day, last_day, granted_at, granted_by, months_active, months_needed, reasons \
        FROM membership_term WHERE membership_id = $1 ORDER BY term";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// What a member shows.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ProfileRow {
    /// Whose.
    pub account_id: Uuid,
    /// Code of the badge.
    pub code: String,
    /// Name as shown.
    pub display_name: String,
    /// In the member's words.
    pub about: String,
    /// ISO 3166-1.
    pub country: Option<String>,
    /// Whether the public hall shows the member.
    pub listed: bool,
}

/// Adds what a new member shows; nothing happens if there is something already.
///
/// # Errors
/// The database's.
pub async fn insert_profile(exec: &mut Exec<'_>, profile: &ProfileRow, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO member_profile (account_id, code, display_name, about, country, listed, changed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account_id) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(profile.account_id)
        .bind(&profile.code)
        .bind(&profile.display_name)
        .bind(&profile.about)
        .bind(&profile.country)
        .bind(profile.listed)
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}

/// Where a person said to live or to work: as an expert, or as a client.
///
/// # Errors
/// The database's.
pub async fn known_country(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Option<String>> {
    const SQL: &str = "SELECT COALESCE((SELECT base_country FROM expert WHERE account_id = $1), \
        (SELECT country FROM client_profile WHERE account_id = $1))";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(account.0).fetch_one(c).await)
}
