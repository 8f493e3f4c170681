//! Reviewers, what stands between them and a nominee, and their seats.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    ids::{AccountId, CycleId, NominationId},
    recognition::{Scores, SeatState},
};
use sqlx::FromRow;
use uuid::Uuid;

/// A reviewer, as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ReviewerRow {
    /// Whose.
    pub account_id: Uuid,
    /// By name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Codes of the languages they read, apart by spaces.
    pub languages: String,
    /// Whom they work for.
    pub organisation: String,
    /// Since when.
    pub appointed_at: DateTime<Utc>,
    /// Until when.
    pub ended_at: Option<DateTime<Utc>>,
    /// Whether they manage, too.
    pub is_manager: bool,
    /// Seats not yet done.
    pub open: i64,
    /// Reviews in.
    pub done: i64,
}

macro_rules! reviewer {
    ($rest:literal) => {
        concat!(
            "SELECT r.account_id, a.name, a.email, r.languages, r.organisation, r.appointed_at, r.ended_at, \
             a.is_manager, (SELECT COUNT(*) FROM nomination_seat s JOIN nomination n ON n.id = s.nomination_id \
             WHERE s.reviewer_id = r.account_id AND s.state = 'open' AND n.state = 'review') AS open, \
             (SELECT COUNT(*) FROM nomination_seat s WHERE s.reviewer_id = r.account_id AND s.state = 'in') AS done \
             FROM reviewer r JOIN account a ON a.id = r.account_id ",
            $rest
        )
    };
}

/// All reviewers, those at work first.
///
/// # Errors
/// The database's.
pub async fn reviewers(exec: &mut Exec<'_>) -> sqlx::Result<Vec<ReviewerRow>> {
    const SQL: &str = reviewer!("ORDER BY CASE WHEN r.ended_at IS NULL THEN 0 ELSE 1 END, a.name, r.account_id");
    on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// All reviewers as [`reviewers`] has them, counted without what a reader may not see: whoever stands is not to learn from
/// a number who reads them.
///
/// # Errors
/// The database's.
pub async fn reviewers_seen(exec: &mut Exec<'_>, reader: AccountId) -> sqlx::Result<Vec<ReviewerRow>> {
    const SQL: &str = concat!(
        "SELECT r.account_id, a.name, a.email, r.languages, r.organisation, r.appointed_at, r.ended_at, a.is_manager, \
         (SELECT COUNT(*) FROM nomination_seat s JOIN nomination n ON n.id = s.nomination_id \
         WHERE s.reviewer_id = r.account_id AND s.state = 'open' AND n.state = 'review' AND ",
        seen_by!("$1"),
        ") AS open, (SELECT COUNT(*) FROM nomination_seat s JOIN nomination n ON n.id = s.nomination_id \
         WHERE s.reviewer_id = r.account_id AND s.state = 'in' AND ",
        seen_by!("$1"),
        ") AS done FROM reviewer r JOIN account a ON a.id = r.account_id \
         ORDER BY CASE WHEN r.ended_at IS NULL THEN 0 ELSE 1 END, a.name, r.account_id"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(reader.0).fetch_all(c).await)
}

/// A reviewer.
///
/// # Errors
/// The database's.
pub async fn reviewer(exec: &mut Exec<'_>, id: AccountId) -> sqlx::Result<Option<ReviewerRow>> {
    const SQL: &str = reviewer!("WHERE r.account_id = $1");
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)
}

/// Makes an account a reviewer, or changes what is known of one, and lets one begin again.
///
/// # Errors
/// The database's.
pub async fn appoint(
    exec: &mut Exec<'_>,
    id: AccountId,
    languages: &str,
    organisation: &str,
    by: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO reviewer (account_id, languages, organisation, appointed_by, appointed_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id) DO UPDATE SET languages = excluded.languages, \
        organisation = excluded.organisation, appointed_by = excluded.appointed_by, ended_at = NULL";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(languages)
        .bind(organisation)
        .bind(by.0)
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}

/// Gives a reviewer nothing more; `false` if they were none.
///
/// # Errors
/// The database's.
pub async fn end_reviewer(exec: &mut Exec<'_>, id: AccountId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE reviewer SET ended_at = $2 WHERE account_id = $1 AND ended_at IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(now).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Writes down that a reviewer is not impartial about somebody; it holds for good.
///
/// # Errors
/// The database's.
pub async fn declare_conflict(
    exec: &mut Exec<'_>,
    reviewer: AccountId,
    about: AccountId,
    ground: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO reviewer_conflict (reviewer_id, account_id, ground, at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (reviewer_id, account_id) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL).bind(reviewer.0).bind(about.0).bind(ground).bind(now).execute(c).await.map(drop))
}

/// Who declared not to be impartial about somebody.
///
/// # Errors
/// The database's.
pub async fn conflicts_about(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "SELECT reviewer_id FROM reviewer_conflict WHERE account_id = $1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(account.0).fetch_all(c).await)
}

/// About whom somebody declared not to be impartial.
///
/// # Errors
/// The database's.
pub async fn conflicts_of(exec: &mut Exec<'_>, reviewer: AccountId) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "SELECT account_id FROM reviewer_conflict WHERE reviewer_id = $1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(reviewer.0).fetch_all(c).await)
}

/// Whether both reviews of a nomination were in at some time: managers could see them then.
///
/// # Errors
/// The database's.
pub async fn was_deliberated(exec: &mut Exec<'_>, id: NominationId) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM nomination_log WHERE nomination_id = $1 AND to_state = 'deliberation'";
    let count: i64 = on!(exec, |c| sqlx::query_scalar(SQL).bind(id.0).fetch_one(c).await)?;
    Ok(count > 0)
}

/// An account's address, and the organisations it is known to work for or to own.
///
/// # Errors
/// The database's.
pub async fn affiliation(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<(String, Vec<String>)> {
    const EMAIL: &str = "SELECT email FROM account WHERE id = $1";
    const HOUSES: &str = "SELECT organisation FROM client_profile WHERE account_id = $1 \
        UNION SELECT b.company FROM expert_billing b JOIN expert e ON e.id = b.expert_id WHERE e.account_id = $1 \
        UNION SELECT organisation FROM reviewer WHERE account_id = $1";
    let email: Option<String> = on!(exec, |c| sqlx::query_scalar(EMAIL).bind(account.0).fetch_optional(c).await)?;
    let houses = on!(exec, |c| sqlx::query_scalar(HOUSES).bind(account.0).fetch_all(c).await)?;
    Ok((email.unwrap_or_default(), houses))
}

/// Everybody an account had a booking with, as client or as expert.
///
/// # Errors
/// The database's.
pub async fn partners(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "SELECT e.account_id FROM booking b JOIN expert e ON e.id = b.expert_id WHERE b.client_id = $1 \
        UNION SELECT b.client_id FROM booking b JOIN expert e ON e.id = b.expert_id WHERE e.account_id = $1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(account.0).fetch_all(c).await)
}

/// Everybody who stands in a cycle.
///
/// # Errors
/// The database's.
pub async fn standing(exec: &mut Exec<'_>, cycle: CycleId) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "SELECT account_id FROM nomination WHERE cycle_id = $1 AND state NOT IN ('draft', 'withdrawn')";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(cycle.0).fetch_all(c).await)
}

/// How many seats each reviewer was given in a cycle and did not leave.
///
/// # Errors
/// The database's.
pub async fn loads(exec: &mut Exec<'_>, cycle: CycleId) -> sqlx::Result<Vec<(Uuid, i64)>> {
    const SQL: &str = "SELECT s.reviewer_id, COUNT(*) FROM nomination_seat s JOIN nomination n ON n.id = s.nomination_id \
        WHERE n.cycle_id = $1 AND s.state IN ('open', 'in') GROUP BY s.reviewer_id";
    on!(exec, |c| sqlx::query_as(SQL).bind(cycle.0).fetch_all(c).await)
}

/// As [`loads`], without what a reader may not see.
///
/// # Errors
/// The database's.
pub async fn loads_seen(exec: &mut Exec<'_>, cycle: CycleId, reader: AccountId) -> sqlx::Result<Vec<(Uuid, i64)>> {
    const SQL: &str = concat!(
        "SELECT s.reviewer_id, COUNT(*) FROM nomination_seat s JOIN nomination n ON n.id = s.nomination_id \
         WHERE n.cycle_id = $1 AND s.state IN ('open', 'in') AND ",
        seen_by!("$2"),
        " GROUP BY s.reviewer_id"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(cycle.0).bind(reader.0).fetch_all(c).await)
}

/// A seat, as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SeatRow {
    /// Of which nomination.
    pub nomination_id: Uuid,
    /// Whose.
    pub reviewer_id: Uuid,
    /// By name.
    pub name: String,
    /// [`SeatState::code`].
    pub state: String,
    /// Since when.
    pub assigned_at: DateTime<Utc>,
    /// When its reviewer was reminded last.
    pub reminded_at: Option<DateTime<Utc>>,
    /// The review as typed, JSON.
    pub form: String,
    /// A score.
    pub champion: Option<i64>,
    /// A score.
    pub expert: Option<i64>,
    /// A score.
    pub caring: Option<i64>,
    /// A score.
    pub responsive: Option<i64>,
    /// A score.
    pub leader: Option<i64>,
    /// When the review came in.
    pub submitted_at: Option<DateTime<Utc>>,
    /// Why it was left.
    pub ground: String,
}

macro_rules! seat {
    ($rest:literal) => {
        concat!(
            "SELECT s.nomination_id, s.reviewer_id, a.name, s.state, s.assigned_at, s.reminded_at, s.form, s.champion, \
             s.expert, s.caring, s.responsive, s.leader, s.submitted_at, s.ground FROM nomination_seat s \
             JOIN account a ON a.id = s.reviewer_id ",
            $rest
        )
    };
}

/// Seats of a nomination.
///
/// # Errors
/// The database's.
pub async fn seats(exec: &mut Exec<'_>, id: NominationId) -> sqlx::Result<Vec<SeatRow>> {
    const SQL: &str = seat!("WHERE s.nomination_id = $1 ORDER BY s.assigned_at, s.reviewer_id");
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// Seats of all nominations of a cycle.
///
/// # Errors
/// The database's.
pub async fn seats_of_cycle(exec: &mut Exec<'_>, id: CycleId) -> sqlx::Result<Vec<SeatRow>> {
    const SQL: &str = seat!(
        "JOIN nomination n ON n.id = s.nomination_id WHERE n.cycle_id = $1 AND n.state <> 'withdrawn' \
         ORDER BY s.nomination_id, s.reviewer_id"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// Gives a seat.
///
/// # Errors
/// The database's.
pub async fn add_seat(
    exec: &mut Exec<'_>,
    id: NominationId,
    reviewer: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO nomination_seat (nomination_id, reviewer_id, state, assigned_at, form, ground) \
        VALUES ($1, $2, 'open', $3, '{}', '')";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(reviewer.0).bind(now).execute(c).await.map(drop))
}

/// Ends a seat: left for a conflict, or taken back.
///
/// # Errors
/// The database's.
pub async fn end_seat(
    exec: &mut Exec<'_>,
    id: NominationId,
    reviewer: AccountId,
    to: SeatState,
    ground: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE nomination_seat SET state = $3, ground = $4, ended_at = $5 \
        WHERE nomination_id = $1 AND reviewer_id = $2 AND state IN ('open', 'in')";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(reviewer.0)
        .bind(to.code())
        .bind(ground)
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}

/// Keeps what is typed of a review; `false` once it is in, or the seat was left.
///
/// # Errors
/// The database's.
pub async fn save_seat(exec: &mut Exec<'_>, id: NominationId, reviewer: AccountId, form: &str) -> sqlx::Result<bool> {
    const SQL: &str =
        "UPDATE nomination_seat SET form = $3 WHERE nomination_id = $1 AND reviewer_id = $2 AND state = 'open'";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(reviewer.0)
        .bind(form)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Takes a review in; `false` unless the seat is open.
///
/// # Errors
/// The database's.
pub async fn submit_seat(
    exec: &mut Exec<'_>,
    id: NominationId,
    reviewer: AccountId,
    form: &str,
    scores: &Scores,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE nomination_seat SET state = 'in', form = $3, champion = $4, expert = $5, caring = $6, \
        responsive = $7, leader = $8, submitted_at = $9 \
        WHERE nomination_id = $1 AND reviewer_id = $2 AND state = 'open'";
    let [champion, expert, caring, responsive, leader] = scores.map(|score| i64::from(u8::from(score)));
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(reviewer.0)
        .bind(form)
        .bind(champion)
        .bind(expert)
        .bind(caring)
        .bind(responsive)
        .bind(leader)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// A seat whose review is due.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OpenSeatRow {
    /// Whose.
    pub reviewer_id: Uuid,
    /// How many.
    pub open: i64,
    /// Since when the first of them is theirs.
    pub assigned_at: DateTime<Utc>,
    /// When they were reminded last.
    pub reminded_at: Option<DateTime<Utc>>,
}

/// Reviewers of a cycle with reviews due.
///
/// # Errors
/// The database's.
pub async fn open_seats(exec: &mut Exec<'_>, cycle: CycleId) -> sqlx::Result<Vec<OpenSeatRow>> {
    const SQL: &str = "SELECT s.reviewer_id, COUNT(*) AS open, MIN(s.assigned_at) AS assigned_at, \
        MAX(s.reminded_at) AS reminded_at FROM nomination_seat s JOIN nomination n ON n.id = s.nomination_id \
        WHERE n.cycle_id = $1 AND n.state = 'review' AND s.state = 'open' GROUP BY s.reviewer_id ORDER BY s.reviewer_id";
    on!(exec, |c| sqlx::query_as(SQL).bind(cycle.0).fetch_all(c).await)
}

/// Remembers that a reviewer was reminded of all that is open.
///
/// # Errors
/// The database's.
pub async fn reminded(
    exec: &mut Exec<'_>,
    cycle: CycleId,
    reviewer: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE nomination_seat SET reminded_at = $3 WHERE reviewer_id = $2 AND state = 'open' \
        AND nomination_id IN (SELECT id FROM nomination WHERE cycle_id = $1)";
    on!(exec, |c| sqlx::query(SQL).bind(cycle.0).bind(reviewer.0).bind(now).execute(c).await.map(drop))
}

/// A reviewer's seats, with their nominations.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct OwnSeatRow {
    /// Which nomination.
    pub id: Uuid,
    /// Whose.
    pub name: String,
    /// Its country, by code.
    pub country: String,
    /// Language of its texts.
    pub locale: String,
    /// Code of its state.
    pub nomination_state: String,
    /// Code of the seat's state.
    pub state: String,
    /// Code of its cycle.
    pub cycle: String,
    /// Reviews are due.
    pub review_until: DateTime<Utc>,
}

/// What a reviewer sits on or sat on: what is open first, by what is due; left seats and withdrawn nominations not.
///
/// # Errors
/// The database's.
pub async fn seats_of(exec: &mut Exec<'_>, reviewer: AccountId) -> sqlx::Result<Vec<OwnSeatRow>> {
    const SQL: &str = "SELECT n.id, a.name, n.country, n.locale, n.state AS nomination_state, s.state, c.code AS cycle, \
        c.review_until FROM nomination_seat s JOIN nomination n ON n.id = s.nomination_id \
        JOIN account a ON a.id = n.account_id JOIN recognition_cycle c ON c.id = n.cycle_id \
        WHERE s.reviewer_id = $1 AND s.state IN ('open', 'in') AND n.state <> 'withdrawn' \
        ORDER BY CASE WHEN s.state = 'open' THEN 0 ELSE 1 END, c.window_at DESC, a.name, n.id LIMIT 500";
    on!(exec, |c| sqlx::query_as(SQL).bind(reviewer.0).fetch_all(c).await)
}
