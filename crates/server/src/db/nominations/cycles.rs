//! Cycles: their phases, clocks and log, and what is still to be done in them.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    ids::{CycleId, NominationId},
    recognition::Phase,
};
use sqlx::FromRow;
use uuid::Uuid;

/// A cycle, as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CycleRow {
    /// Its id.
    pub id: Uuid,
    /// `2027-02`.
    pub code: String,
    /// [`Phase::code`].
    pub phase: String,
    /// Counts every change.
    pub version: i64,
    /// The rulebook whose weights hold.
    pub rulebook_version: i64,
    /// Collecting ends, the window opens.
    pub window_at: DateTime<Utc>,
    /// Reviews are due.
    pub review_until: DateTime<Utc>,
    /// Every answer is due.
    pub answer_by: DateTime<Utc>,
    /// When managers were last warned.
    pub alarmed_at: Option<DateTime<Utc>>,
}

impl CycleRow {
    /// Its phase; what is not one is closed.
    #[must_use]
    pub fn phase(&self) -> Phase {
        Phase::parse(&self.phase).unwrap_or(Phase::Closed)
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> CycleId {
        CycleId(self.id)
    }
}

/// A new cycle; it collects.
#[derive(Clone, Copy, Debug)]
pub struct NewCycle<'a> {
    /// Its id.
    pub id: CycleId,
    /// `2027-02`.
    pub code: &'a str,
    /// See [`CycleRow`].
    pub rulebook_version: i64,
    /// See [`CycleRow`].
    pub window_at: DateTime<Utc>,
    /// See [`CycleRow`].
    pub review_until: DateTime<Utc>,
    /// See [`CycleRow`].
    pub answer_by: DateTime<Utc>,
    /// Now.
    pub now: DateTime<Utc>,
}

macro_rules! cycle {
    ($rest:literal) => {
        concat!(
            "SELECT id, code, phase, version, rulebook_version, window_at, review_until, answer_by, alarmed_at \
             FROM recognition_cycle ",
            $rest
        )
    };
}

/// Begins a cycle; `false` if there is one of that code, or one that collects.
///
/// # Errors
/// The database's.
pub async fn insert_cycle(exec: &mut Exec<'_>, new: &NewCycle<'_>) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO recognition_cycle (id, code, phase, version, rulebook_version, window_at, \
        review_until, answer_by, created_at) VALUES ($1, $2, 'collecting', 1, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id.0)
        .bind(new.code)
        .bind(new.rulebook_version)
        .bind(new.window_at)
        .bind(new.review_until)
        .bind(new.answer_by)
        .bind(new.now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// The cycle that collects.
///
/// # Errors
/// The database's.
pub async fn collecting(exec: &mut Exec<'_>) -> sqlx::Result<Option<CycleRow>> {
    const SQL: &str = cycle!("WHERE phase = 'collecting'");
    on!(exec, |c| sqlx::query_as(SQL).fetch_optional(c).await)
}

/// A cycle.
///
/// # Errors
/// The database's.
pub async fn cycle(exec: &mut Exec<'_>, id: CycleId) -> sqlx::Result<Option<CycleRow>> {
    const SQL: &str = cycle!("WHERE id = $1");
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)
}

/// The cycle of a code.
///
/// # Errors
/// The database's.
pub async fn cycle_by_code(exec: &mut Exec<'_>, code: &str) -> sqlx::Result<Option<CycleRow>> {
    const SQL: &str = cycle!("WHERE code = $1");
    on!(exec, |c| sqlx::query_as(SQL).bind(code).fetch_optional(c).await)
}

/// All cycles, the newest first.
///
/// # Errors
/// The database's.
pub async fn cycles(exec: &mut Exec<'_>) -> sqlx::Result<Vec<CycleRow>> {
    const SQL: &str = cycle!("ORDER BY window_at DESC");
    on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Moves a cycle of the version its caller read on, with its due dates and rulebook; `false` if another moved it.
///
/// # Errors
/// The database's.
pub async fn move_cycle(
    exec: &mut Exec<'_>,
    cycle: &CycleRow,
    to: Phase,
    closed_at: Option<DateTime<Utc>>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE recognition_cycle SET phase = $3, version = version + 1, rulebook_version = $4, \
        review_until = $5, answer_by = $6, closed_at = $7 WHERE id = $1 AND version = $2";
    on!(exec, |c| sqlx::query(SQL)
        .bind(cycle.id)
        .bind(cycle.version)
        .bind(to.code())
        .bind(cycle.rulebook_version)
        .bind(cycle.review_until)
        .bind(cycle.answer_by)
        .bind(closed_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Writes a cycle's move down.
///
/// # Errors
/// The database's.
pub async fn log_cycle(
    exec: &mut Exec<'_>,
    id: CycleId,
    from: Option<Phase>,
    to: Phase,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO recognition_cycle_log (cycle_id, step, at, from_phase, to_phase) \
        SELECT $1, COALESCE(MAX(step), 0) + 1, $2, $3, $4 FROM recognition_cycle_log WHERE cycle_id = $1";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(now)
        .bind(from.map(Phase::code))
        .bind(to.code())
        .execute(c)
        .await
        .map(drop))
}

/// A move of a cycle.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct MoveRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Where it came from.
    pub from_phase: Option<String>,
    /// Where it came to.
    pub to_phase: String,
}

/// A cycle's moves, in order.
///
/// # Errors
/// The database's.
pub async fn moves(exec: &mut Exec<'_>, id: CycleId) -> sqlx::Result<Vec<MoveRow>> {
    const SQL: &str = "SELECT at, from_phase, to_phase FROM recognition_cycle_log WHERE cycle_id = $1 ORDER BY step";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// Remembers that managers were warned.
///
/// # Errors
/// The database's.
pub async fn alarmed(exec: &mut Exec<'_>, id: CycleId, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE recognition_cycle SET alarmed_at = $2 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(now).execute(c).await.map(drop))
}

/// Nominations of a cycle by state, drafts left out.
///
/// # Errors
/// The database's.
pub async fn count_states(exec: &mut Exec<'_>, id: CycleId) -> sqlx::Result<Vec<(String, i64)>> {
    const SQL: &str = "SELECT state, COUNT(*) FROM nomination WHERE cycle_id = $1 AND state <> 'draft' \
        GROUP BY state ORDER BY state";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// How many nominations of a cycle wait for their answer.
///
/// # Errors
/// The database's.
pub async fn unanswered(exec: &mut Exec<'_>, id: CycleId) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM nomination WHERE cycle_id = $1 \
        AND state IN ('submitted', 'review', 'deliberation', 'decided')";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(id.0).fetch_one(c).await)
}

/// Nominations whose window has opened and that are not yet opened themselves.
///
/// # Errors
/// The database's.
pub async fn to_open(exec: &mut Exec<'_>, limit: i64) -> sqlx::Result<Vec<NominationId>> {
    const SQL: &str = "SELECT n.id FROM nomination n JOIN recognition_cycle c ON c.id = n.cycle_id \
        WHERE n.state = 'submitted' AND c.phase <> 'collecting' ORDER BY n.submitted_at, n.id LIMIT $1";
    let ids: Vec<Uuid> = on!(exec, |c| sqlx::query_scalar(SQL).bind(limit).fetch_all(c).await)?;
    Ok(ids.into_iter().map(NominationId).collect())
}

/// Nominations in review with a free seat, those sent first first.
///
/// # Errors
/// The database's.
pub async fn to_seat(exec: &mut Exec<'_>, id: CycleId, seats: i64) -> sqlx::Result<Vec<NominationId>> {
    const SQL: &str = "SELECT n.id FROM nomination n WHERE n.cycle_id = $1 AND n.state = 'review' AND (SELECT COUNT(*) \
        FROM nomination_seat s WHERE s.nomination_id = n.id AND s.state IN ('open', 'in')) < $2 \
        ORDER BY n.submitted_at, n.id";
    let ids: Vec<Uuid> = on!(exec, |c| sqlx::query_scalar(SQL).bind(id.0).bind(seats).fetch_all(c).await)?;
    Ok(ids.into_iter().map(NominationId).collect())
}
