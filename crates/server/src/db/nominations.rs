//! Rows of nominations: their form, seats, discussion, letters and log; cycles and reviewers.

/// What of nominations `n` a reader may know of, whose id is bound as the given parameter: all but their own, those that
/// they declared a conflict about, and those that they stepped aside from. The same as the console's own rule.
macro_rules! seen_by {
    ($reader:literal) => {
        concat!(
            "n.account_id <> ",
            $reader,
            " AND NOT EXISTS (SELECT 1 FROM reviewer_conflict x WHERE x.reviewer_id = ",
            $reader,
            " AND x.account_id = n.account_id) AND NOT EXISTS (SELECT 1 FROM nomination_seat y \
             JOIN nomination z ON z.id = y.nomination_id WHERE z.account_id = n.account_id AND y.reviewer_id = ",
            $reader,
            " AND y.state = 'recused')"
        )
    };
}
pub(super) use seen_by;

mod cycles;
mod seats;

pub use cycles::{
    CycleRow, MoveRow, NewCycle, alarmed, collecting, count_states, cycle, cycle_by_code, cycles, insert_cycle,
    log_cycle, move_cycle, moves, to_open, to_seat, unanswered,
};
pub use seats::{
    OpenSeatRow, OwnSeatRow, ReviewerRow, SeatRow, add_seat, affiliation, appoint, conflicts_about, conflicts_of,
    declare_conflict, end_reviewer, end_seat, loads, loads_seen, open_seats, partners, reminded, reviewer, reviewers,
    reviewers_seen, save_seat, seats, seats_of, seats_of_cycle, standing, submit_seat, was_deliberated,
};

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    ids::{AccountId, CycleId, NominationId},
    recognition::{Decision, NominationState, Panel, Reasons, Ruling, Seat, SeatState},
};
use gabarit_i18n::Locale;
use gabarit_view::nomination::NominationForm;
use sqlx::FromRow;
use uuid::Uuid;

/// A nomination, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nomination {
    /// Its id.
    pub id: NominationId,
    /// Whose.
    pub account: AccountId,
    /// Its state, with the seats and the decision.
    pub state: NominationState,
    /// Rises with every change, each saving of the draft included.
    pub version: i64,
    /// Its cycle, once sent.
    pub cycle: Option<CycleId>,
    /// The refused one that it follows.
    pub previous: Option<NominationId>,
    /// As typed.
    pub form: NominationForm,
    /// Language of its texts and of the answer.
    pub locale: Locale,
    /// Country, by its code; empty before it is sent.
    pub country: String,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When its form was saved last.
    pub saved_at: DateTime<Utc>,
    /// When it was sent.
    pub submitted_at: Option<DateTime<Utc>>,
    /// What the letter says besides.
    pub remark: String,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// When the answer was sent.
    pub answered_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    account_id: Uuid,
    state: String,
    version: i64,
    cycle_id: Option<Uuid>,
    previous_id: Option<Uuid>,
    form: String,
    locale: String,
    country: String,
    created_at: DateTime<Utc>,
    saved_at: DateTime<Utc>,
    submitted_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
    reasons: Option<String>,
    remark: String,
    decided_by: Option<Uuid>,
    decided_at: Option<DateTime<Utc>>,
    answered_at: Option<DateTime<Utc>>,
}

fn unreadable(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("a nomination's {what} makes no sense").into())
}

impl Row {
    fn read(self, seats: Vec<(Uuid, String)>) -> sqlx::Result<Nomination> {
        let seats = seats
            .into_iter()
            .map(|(reviewer, state)| {
                let state = SeatState::parse(&state).ok_or_else(|| unreadable("seat"))?;
                Ok(Seat { reviewer: AccountId(reviewer), state })
            })
            .collect::<sqlx::Result<Vec<Seat>>>()?;
        let panel = Panel::restore(seats).ok_or_else(|| unreadable("panel"))?;
        let ruling = match (self.outcome.as_deref(), self.decided_by) {
            (Some("grant"), Some(by)) => Some(Ruling { decision: Decision::Grant, by: AccountId(by) }),
            (Some("refuse"), Some(by)) => {
                let reasons: Option<Reasons> = self.reasons.as_deref().and_then(|text| serde_json::from_str(text).ok());
                let reasons = reasons.ok_or_else(|| unreadable("reasons"))?;
                Some(Ruling { decision: Decision::Refuse { reasons }, by: AccountId(by) })
            }
            _ => None,
        };
        let state = NominationState::restore(&self.state, panel, ruling).ok_or_else(|| unreadable("state"))?;
        Ok(Nomination {
            id: NominationId(self.id),
            account: AccountId(self.account_id),
            state,
            version: self.version,
            cycle: self.cycle_id.map(CycleId),
            previous: self.previous_id.map(NominationId),
            form: serde_json::from_str(&self.form).map_err(|_| unreadable("form"))?,
            locale: Locale::parse(&self.locale).ok_or_else(|| unreadable("language"))?,
            country: self.country,
            created_at: self.created_at,
            saved_at: self.saved_at,
            submitted_at: self.submitted_at,
            remark: self.remark,
            decided_at: self.decided_at,
            answered_at: self.answered_at,
        })
    }
}

fn json(form: &NominationForm) -> String {
    // A record of texts can always be written.
    serde_json::to_string(form).unwrap_or_else(|_| "{}".to_owned())
}

/// Begins a nomination; fails on `nomination_open_once` if the account has an open one.
///
/// # Errors
/// The database's.
pub async fn insert(
    exec: &mut Exec<'_>,
    id: NominationId,
    account: AccountId,
    previous: Option<NominationId>,
    form: &NominationForm,
    locale: Locale,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO nomination (id, account_id, state, version, previous_id, form, locale, country, \
        eligible_at, created_at, saved_at, remark) VALUES ($1, $2, 'draft', 1, $3, $4, $5, '', $6, $6, $6, '')";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(account.0)
        .bind(previous.map(|id| id.0))
        .bind(json(form))
        .bind(locale.code())
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}

/// Keeps what is typed of a draft of the version its caller read; `false` if it is another's by now, or is sent.
///
/// # Errors
/// The database's.
pub async fn save_form(
    exec: &mut Exec<'_>,
    (id, version): (NominationId, i64),
    form: &NominationForm,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE nomination SET form = $3, saved_at = $4, version = version + 1 \
        WHERE id = $1 AND version = $2 AND state = 'draft'";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(version)
        .bind(json(form))
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

async fn with_seats(exec: &mut Exec<'_>, row: Option<Row>) -> sqlx::Result<Option<Nomination>> {
    const SQL: &str = "SELECT reviewer_id, state FROM nomination_seat WHERE nomination_id = $1";
    let Some(row) = row else { return Ok(None) };
    let seats = on!(exec, |c| sqlx::query_as(SQL).bind(row.id).fetch_all(c).await)?;
    row.read(seats).map(Some)
}

/// A nomination.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: NominationId) -> sqlx::Result<Option<Nomination>> {
    const SQL: &str = "SELECT * FROM nomination WHERE id = $1";
    let row: Option<Row> = on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
    with_seats(exec, row).await
}

/// A nomination, locked until the end of the transaction, its seats along.
///
/// # Errors
/// The database's.
pub async fn lock(exec: &mut Exec<'_>, id: NominationId) -> sqlx::Result<Option<Nomination>> {
    if let Exec::Postgres(c) = exec {
        sqlx::query("SELECT id FROM nomination WHERE id = $1 FOR UPDATE").bind(id.0).execute(&mut **c).await?;
    }
    get(exec, id).await
}

/// The account's nomination that is under way.
///
/// # Errors
/// The database's.
pub async fn open_of(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Option<Nomination>> {
    const SQL: &str =
        "SELECT * FROM nomination WHERE account_id = $1 AND state NOT IN ('granted', 'refused', 'withdrawn')";
    let row: Option<Row> = on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_optional(c).await)?;
    with_seats(exec, row).await
}

/// All nominations of an account, the newest first.
///
/// # Errors
/// The database's.
pub async fn of_account(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<Nomination>> {
    const SQL: &str = "SELECT * FROM nomination WHERE account_id = $1 ORDER BY created_at DESC, id DESC";
    let rows: Vec<Row> = on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_all(c).await)?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.extend(with_seats(exec, Some(row)).await?);
    }
    Ok(all)
}

/// Stores a change of the version its caller read, and counts the version up; `false` if it is another's by now. Seats
/// are stored on their own.
///
/// # Errors
/// The database's.
pub async fn store(exec: &mut Exec<'_>, nomination: &mut Nomination) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE nomination SET state = $3, version = version + 1, cycle_id = $4, form = $5, locale = $6, \
        country = $7, saved_at = $8, submitted_at = $9, outcome = $10, reasons = $11, remark = $12, decided_by = $13, \
        decided_at = $14, answered_at = $15 WHERE id = $1 AND version = $2";
    let ruling = nomination.state.ruling();
    let reasons = match ruling.map(|ruling| &ruling.decision) {
        Some(Decision::Refuse { reasons }) => Some(serde_json::to_string(reasons).map_err(|_| unreadable("reasons"))?),
        _ => None,
    };
    let outcome = ruling.map(|ruling| ruling.decision.code());
    let decided_by = ruling.map(|ruling| ruling.by.0);
    let stored = on!(exec, |c| sqlx::query(SQL)
        .bind(nomination.id.0)
        .bind(nomination.version)
        .bind(nomination.state.code())
        .bind(nomination.cycle.map(|id| id.0))
        .bind(json(&nomination.form))
        .bind(nomination.locale.code())
        .bind(&nomination.country)
        .bind(nomination.saved_at)
        .bind(nomination.submitted_at)
        .bind(outcome)
        .bind(reasons)
        .bind(&nomination.remark)
        .bind(decided_by)
        .bind(nomination.decided_at)
        .bind(nomination.answered_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))?;
    if stored {
        nomination.version += 1;
    }
    Ok(stored)
}

/// A step of a nomination's way.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StepRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by name; nobody where the clock moved it.
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

/// What is logged of a move.
#[derive(Clone, Copy, Debug)]
pub struct NewStep<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// Who; nobody where the clock moved it.
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

/// Writes a move down. The database lets nothing change or remove it.
///
/// # Errors
/// The database's.
pub async fn log(exec: &mut Exec<'_>, id: NominationId, step: NewStep<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO nomination_log (nomination_id, step, at, actor_id, from_state, to_state, event, reason) \
        SELECT $1, COALESCE(MAX(step), 0) + 1, $2, $3, $4, $5, $6, $7 FROM nomination_log WHERE nomination_id = $1";
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

/// The way of a nomination, from its beginning.
///
/// # Errors
/// The database's.
pub async fn steps(exec: &mut Exec<'_>, id: NominationId) -> sqlx::Result<Vec<StepRow>> {
    const SQL: &str = "SELECT l.at, a.name AS actor_name, l.from_state, l.to_state, l.event, l.reason \
        FROM nomination_log l LEFT JOIN account a ON a.id = l.actor_id WHERE l.nomination_id = $1 ORDER BY l.step";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// A message among reviewers and managers.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct MessageRow {
    /// Who, by name.
    pub author: String,
    /// What.
    pub body: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Adds to the discussion.
///
/// # Errors
/// The database's.
pub async fn say(
    exec: &mut Exec<'_>,
    id: Uuid,
    nomination: NominationId,
    author: AccountId,
    body: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO nomination_message (id, nomination_id, author_id, body, at) VALUES ($1, $2, $3, $4, $5)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(nomination.0)
        .bind(author.0)
        .bind(body)
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}

/// The discussion, from its beginning.
///
/// # Errors
/// The database's.
pub async fn messages(exec: &mut Exec<'_>, id: NominationId) -> sqlx::Result<Vec<MessageRow>> {
    const SQL: &str = "SELECT a.name AS author, m.body, m.at FROM nomination_message m \
        JOIN account a ON a.id = m.author_id WHERE m.nomination_id = $1 ORDER BY m.at, m.id";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// A letter that was sent.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LetterRow {
    /// Its language.
    pub locale: String,
    /// Its subject.
    pub subject: String,
    /// Its paragraphs, JSON.
    pub body: String,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
}

/// Keeps a letter; one a nomination, never changed.
///
/// # Errors
/// The database's.
pub async fn keep_letter(exec: &mut Exec<'_>, id: NominationId, letter: &LetterRow, by: AccountId) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO nomination_letter (nomination_id, locale, subject, body, sent_by, sent_at) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(&letter.locale)
        .bind(&letter.subject)
        .bind(&letter.body)
        .bind(by.0)
        .bind(letter.sent_at)
        .execute(c)
        .await
        .map(drop))
}

/// The letter of a nomination.
///
/// # Errors
/// The database's.
pub async fn letter(exec: &mut Exec<'_>, id: NominationId) -> sqlx::Result<Option<LetterRow>> {
    const SQL: &str = "SELECT locale, subject, body, sent_at FROM nomination_letter WHERE nomination_id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)
}

/// A line of a cycle.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct EntryRow {
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// By name.
    pub name: String,
    /// Country, by its code.
    pub country: String,
    /// Language of its texts.
    pub locale: String,
    /// Code of its state.
    pub state: String,
    /// Decided how.
    pub outcome: Option<String>,
    /// When it was sent.
    pub submitted_at: Option<DateTime<Utc>>,
}

/// Everything sent into a cycle.
///
/// # Errors
/// The database's.
pub async fn of_cycle(exec: &mut Exec<'_>, cycle: CycleId) -> sqlx::Result<Vec<EntryRow>> {
    const SQL: &str = "SELECT n.id, n.account_id, a.name, n.country, n.locale, n.state, n.outcome, n.submitted_at \
        FROM nomination n JOIN account a ON a.id = n.account_id \
        WHERE n.cycle_id = $1 AND n.state <> 'draft' ORDER BY n.submitted_at, n.id";
    on!(exec, |c| sqlx::query_as(SQL).bind(cycle.0).fetch_all(c).await)
}
