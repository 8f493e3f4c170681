//! Rows of the recognition programme, as the audit reads them.

use super::Snapshot;
use crate::on;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// Rows read at a time.
const PAGE: i64 = 200;

/// A step of a log, with the state that what it tells of is in.
#[derive(Clone, Debug, FromRow)]
pub(in crate::audit) struct LogStep {
    pub(in crate::audit) id: Uuid,
    pub(in crate::audit) step: i64,
    pub(in crate::audit) from_state: Option<String>,
    pub(in crate::audit) to_state: String,
    pub(in crate::audit) state: String,
}

/// A page of a log: `sql` takes the last id and step, and a limit.
pub(in crate::audit) async fn steps(
    snapshot: &mut Snapshot,
    sql: &'static str,
    after: (Uuid, i64),
    limit: i64,
) -> sqlx::Result<Vec<LogStep>> {
    on!(&mut snapshot.exec(), |c| sqlx::query_as(sql).bind(after.0).bind(after.1).bind(limit).fetch_all(c).await)
}

/// Ids that a query without parameters finds.
pub(in crate::audit) async fn ids(snapshot: &mut Snapshot, sql: &'static str) -> sqlx::Result<Vec<Uuid>> {
    on!(&mut snapshot.exec(), |c| sqlx::query_scalar(sql).fetch_all(c).await)
}

/// Ids that a query finds whose parameter is now.
pub(in crate::audit) async fn ids_at(
    snapshot: &mut Snapshot,
    sql: &'static str,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Uuid>> {
    on!(&mut snapshot.exec(), |c| sqlx::query_scalar(sql).bind(now).fetch_all(c).await)
}

#[derive(Debug, FromRow)]
pub(in crate::audit) struct NominationRow {
    pub(in crate::audit) id: Uuid,
    pub(in crate::audit) account_id: Uuid,
    pub(in crate::audit) state: String,
    pub(in crate::audit) outcome: Option<String>,
    pub(in crate::audit) reasons: Option<String>,
    pub(in crate::audit) decided_by: Option<Uuid>,
    pub(in crate::audit) decided_at: Option<DateTime<Utc>>,
    pub(in crate::audit) answered_at: Option<DateTime<Utc>>,
    pub(in crate::audit) cycle: Option<String>,
    pub(in crate::audit) phase: Option<String>,
    pub(in crate::audit) answer_by: Option<DateTime<Utc>>,
    pub(in crate::audit) letter_at: Option<DateTime<Utc>>,
    /// When whoever decided declared a conflict about the nominee.
    pub(in crate::audit) partial_at: Option<DateTime<Utc>>,
    /// Memberships of the nominee that rest on it, or that were there already.
    pub(in crate::audit) memberships: i64,
}

/// A page of nominations, in the order of their ids.
pub(in crate::audit) async fn nominations(snapshot: &mut Snapshot, after: Uuid) -> sqlx::Result<Vec<NominationRow>> {
    const SQL: &str = "SELECT n.id, n.account_id, n.state, n.outcome, n.reasons, n.decided_by, n.decided_at, \
        n.answered_at, c.code AS cycle, c.phase, c.answer_by, l.sent_at AS letter_at, \
        (SELECT x.at FROM reviewer_conflict x WHERE x.reviewer_id = n.decided_by AND x.account_id = n.account_id) \
        AS partial_at, (SELECT COUNT(*) FROM membership m WHERE m.account_id = n.account_id) AS memberships \
        FROM nomination n LEFT JOIN recognition_cycle c ON c.id = n.cycle_id \
        LEFT JOIN nomination_letter l ON l.nomination_id = n.id WHERE n.id > $1 ORDER BY n.id LIMIT $2";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(after).bind(PAGE).fetch_all(c).await)
}

#[derive(Debug, FromRow)]
pub(in crate::audit) struct SeatRow {
    pub(in crate::audit) nomination_id: Uuid,
    pub(in crate::audit) reviewer_id: Uuid,
    pub(in crate::audit) state: String,
    pub(in crate::audit) assigned_at: DateTime<Utc>,
    /// When the reviewer declared a conflict about the nominee.
    pub(in crate::audit) conflict_at: Option<DateTime<Utc>>,
    /// The reviewer's own nominations in that cycle.
    pub(in crate::audit) stands: i64,
}

/// The seats of a page of nominations.
pub(in crate::audit) async fn seats(snapshot: &mut Snapshot, after: Uuid, last: Uuid) -> sqlx::Result<Vec<SeatRow>> {
    const SQL: &str = "SELECT s.nomination_id, s.reviewer_id, s.state, s.assigned_at, x.at AS conflict_at, \
        (SELECT COUNT(*) FROM nomination o WHERE o.account_id = s.reviewer_id AND o.cycle_id = n.cycle_id \
        AND o.state NOT IN ('draft', 'withdrawn')) AS stands FROM nomination_seat s \
        JOIN nomination n ON n.id = s.nomination_id LEFT JOIN reviewer_conflict x ON x.reviewer_id = s.reviewer_id \
        AND x.account_id = n.account_id WHERE s.nomination_id > $1 AND s.nomination_id <= $2 \
        ORDER BY s.nomination_id, s.reviewer_id";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(after).bind(last).fetch_all(c).await)
}

#[derive(Debug, FromRow)]
pub(in crate::audit) struct CycleRow {
    pub(in crate::audit) code: String,
    pub(in crate::audit) phase: String,
    pub(in crate::audit) window_at: DateTime<Utc>,
    pub(in crate::audit) answer_by: DateTime<Utc>,
}

/// All cycles.
pub(in crate::audit) async fn cycles(snapshot: &mut Snapshot) -> sqlx::Result<Vec<CycleRow>> {
    const SQL: &str = "SELECT code, phase, window_at, answer_by FROM recognition_cycle ORDER BY code";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

#[derive(Debug, FromRow)]
pub(in crate::audit) struct MembershipRow {
    pub(in crate::audit) id: Uuid,
    pub(in crate::audit) state: String,
    pub(in crate::audit) first_day: NaiveDate,
    pub(in crate::audit) last_day: NaiveDate,
    pub(in crate::audit) term: i64,
    pub(in crate::audit) reasons: Option<String>,
    pub(in crate::audit) appeal: String,
    /// Whether the nomination that it rests on is the member's, and was granted.
    pub(in crate::audit) founded: i64,
    /// Appeals that wait for an answer.
    pub(in crate::audit) appeals: i64,
}

/// A page of memberships, in the order of their ids.
pub(in crate::audit) async fn memberships(snapshot: &mut Snapshot, after: Uuid) -> sqlx::Result<Vec<MembershipRow>> {
    const SQL: &str = "SELECT m.id, m.state, m.first_day, m.last_day, m.term, m.reasons, m.appeal, \
        (SELECT COUNT(*) FROM nomination n WHERE n.id = m.nomination_id AND n.account_id = m.account_id \
        AND n.state = 'granted') AS founded, \
        (SELECT COUNT(*) FROM membership_appeal p WHERE p.membership_id = m.id AND p.answer IS NULL) AS appeals \
        FROM membership m WHERE m.id > $1 ORDER BY m.id LIMIT $2";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(after).bind(PAGE).fetch_all(c).await)
}

/// The terms of a page of memberships: whose, number, first and last day.
pub(in crate::audit) async fn terms(
    snapshot: &mut Snapshot,
    after: Uuid,
    last: Uuid,
) -> sqlx::Result<Vec<(Uuid, i64, NaiveDate, NaiveDate)>> {
    const SQL: &str = "SELECT membership_id, term, first_day, last_day FROM membership_term \
        WHERE membership_id > $1 AND membership_id <= $2 ORDER BY membership_id, term";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(after).bind(last).fetch_all(c).await)
}

/// Events and benefits whose log does not lead to their version; those from before there was a log have none.
pub(in crate::audit) async fn unlogged_changes(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(Uuid, i64, i64)>> {
    const SQL: &str = "SELECT e.id, e.version, MAX(l.version) FROM member_event e \
        JOIN programme_log l ON l.event_id = e.id GROUP BY e.id, e.version HAVING MAX(l.version) <> e.version \
        UNION ALL SELECT b.id, b.version, MAX(l.version) FROM benefit b JOIN programme_log l ON l.benefit_id = b.id \
        GROUP BY b.id, b.version HAVING MAX(l.version) <> b.version";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}
