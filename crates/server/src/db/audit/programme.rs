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
pub(crate) struct LogStep {
    pub(crate) id: Uuid,
    pub(crate) step: i64,
    pub(crate) from_state: Option<String>,
    pub(crate) to_state: String,
    pub(crate) state: String,
}

/// A page of a log, after an id and a step.
pub(crate) async fn steps(
    snapshot: &mut Snapshot,
    log: &LogSql,
    after: (Uuid, i64),
    limit: i64,
) -> sqlx::Result<Vec<LogStep>> {
    on!(&mut snapshot.exec(), |c| sqlx::query_as(log.steps).bind(after.0).bind(after.1).bind(limit).fetch_all(c).await)
}

/// Ids of what has no log.
pub(crate) async fn unlogged(snapshot: &mut Snapshot, log: &LogSql) -> sqlx::Result<Vec<Uuid>> {
    on!(&mut snapshot.exec(), |c| sqlx::query_scalar(log.unlogged).fetch_all(c).await)
}

/// Rows that must not be: the query for their ids.
#[derive(Debug)]
pub(crate) struct Strays(&'static str);

/// The ids of rows that must not be.
pub(crate) async fn strays(snapshot: &mut Snapshot, strays: &Strays) -> sqlx::Result<Vec<Uuid>> {
    on!(&mut snapshot.exec(), |c| sqlx::query_scalar(strays.0).fetch_all(c).await)
}

/// Events to come at which somebody has a place who is no member.
pub(crate) async fn strangers_at_events(snapshot: &mut Snapshot, now: DateTime<Utc>) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "SELECT DISTINCT s.event_id FROM member_sign_up s JOIN member_event e ON e.id = s.event_id \
        WHERE e.starts_at > $1 AND e.cancelled_at IS NULL AND NOT EXISTS (SELECT 1 FROM membership m \
        WHERE m.account_id = s.account_id AND m.state IN ('active', 'due', 'not-renewed')) ORDER BY s.event_id";
    on!(&mut snapshot.exec(), |c| sqlx::query_scalar(SQL).bind(now).fetch_all(c).await)
}

#[derive(Debug, FromRow)]
pub(crate) struct NominationRow {
    pub(crate) id: Uuid,
    pub(crate) account_id: Uuid,
    pub(crate) state: String,
    pub(crate) outcome: Option<String>,
    pub(crate) reasons: Option<String>,
    pub(crate) decided_by: Option<Uuid>,
    pub(crate) decided_at: Option<DateTime<Utc>>,
    pub(crate) answered_at: Option<DateTime<Utc>>,
    pub(crate) cycle: Option<String>,
    pub(crate) phase: Option<String>,
    pub(crate) answer_by: Option<DateTime<Utc>>,
    pub(crate) letter_at: Option<DateTime<Utc>>,
    /// When whoever decided declared a conflict about the nominee.
    pub(crate) partial_at: Option<DateTime<Utc>>,
    /// Memberships of the nominee that rest on it, or that were there already.
    pub(crate) memberships: i64,
}

/// A page of nominations, in the order of their ids.
pub(crate) async fn nominations(snapshot: &mut Snapshot, after: Uuid) -> sqlx::Result<Vec<NominationRow>> {
    const SQL: &str = "SELECT n.id, n.account_id, n.state, n.outcome, n.reasons, n.decided_by, n.decided_at, \
        n.answered_at, c.code AS cycle, c.phase, c.answer_by, l.sent_at AS letter_at, \
        (SELECT x.at FROM reviewer_conflict x WHERE x.reviewer_id = n.decided_by AND x.account_id = n.account_id) \
        AS partial_at, (SELECT COUNT(*) FROM membership m WHERE m.account_id = n.account_id) AS memberships \
        FROM nomination n LEFT JOIN recognition_cycle c ON c.id = n.cycle_id \
        LEFT JOIN nomination_letter l ON l.nomination_id = n.id WHERE n.id > $1 ORDER BY n.id LIMIT $2";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(after).bind(PAGE).fetch_all(c).await)
}

#[derive(Debug, FromRow)]
pub(crate) struct SeatRow {
    pub(crate) nomination_id: Uuid,
    pub(crate) reviewer_id: Uuid,
    pub(crate) state: String,
    pub(crate) assigned_at: DateTime<Utc>,
    /// When the reviewer declared a conflict about the nominee.
    pub(crate) conflict_at: Option<DateTime<Utc>>,
    /// The reviewer's own nominations in that cycle.
    pub(crate) stands: i64,
}

/// The seats of a page of nominations.
pub(crate) async fn seats(snapshot: &mut Snapshot, after: Uuid, last: Uuid) -> sqlx::Result<Vec<SeatRow>> {
    const SQL: &str = "SELECT s.nomination_id, s.reviewer_id, s.state, s.assigned_at, x.at AS conflict_at, \
        (SELECT COUNT(*) FROM nomination o WHERE o.account_id = s.reviewer_id AND o.cycle_id = n.cycle_id \
        AND o.state NOT IN ('draft', 'withdrawn')) AS stands FROM nomination_seat s \
        JOIN nomination n ON n.id = s.nomination_id LEFT JOIN reviewer_conflict x ON x.reviewer_id = s.reviewer_id \
        AND x.account_id = n.account_id WHERE s.nomination_id > $1 AND s.nomination_id <= $2 \
        ORDER BY s.nomination_id, s.reviewer_id";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(after).bind(last).fetch_all(c).await)
}

#[derive(Debug, FromRow)]
pub(crate) struct CycleRow {
    pub(crate) code: String,
    pub(crate) phase: String,
    pub(crate) window_at: DateTime<Utc>,
    pub(crate) answer_by: DateTime<Utc>,
}

/// All cycles.
pub(crate) async fn cycles(snapshot: &mut Snapshot) -> sqlx::Result<Vec<CycleRow>> {
    const SQL: &str = "SELECT code, phase, window_at, answer_by FROM recognition_cycle ORDER BY code";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

#[derive(Debug, FromRow)]
pub(crate) struct MembershipRow {
    pub(crate) id: Uuid,
    pub(crate) state: String,
    pub(crate) first_day: NaiveDate,
    pub(crate) last_day: NaiveDate,
    pub(crate) term: i64,
    pub(crate) reasons: Option<String>,
    pub(crate) appeal: String,
    /// Whether the nomination that it rests on is the member's, and was granted.
    pub(crate) founded: i64,
    /// Appeals that wait for an answer.
    pub(crate) appeals: i64,
}

/// A page of memberships, in the order of their ids.
pub(crate) async fn memberships(snapshot: &mut Snapshot, after: Uuid) -> sqlx::Result<Vec<MembershipRow>> {
    const SQL: &str = "SELECT m.id, m.state, m.first_day, m.last_day, m.term, m.reasons, m.appeal, \
        (SELECT COUNT(*) FROM nomination n WHERE n.id = m.nomination_id AND n.account_id = m.account_id \
        AND n.state = 'granted') AS founded, \
        (SELECT COUNT(*) FROM membership_appeal p WHERE p.membership_id = m.id AND p.answer IS NULL) AS appeals \
        FROM membership m WHERE m.id > $1 ORDER BY m.id LIMIT $2";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(after).bind(PAGE).fetch_all(c).await)
}

/// The terms of a page of memberships: whose, number, first and last day.
pub(crate) async fn terms(
    snapshot: &mut Snapshot,
    after: Uuid,
    last: Uuid,
) -> sqlx::Result<Vec<(Uuid, i64, NaiveDate, NaiveDate)>> {
    const SQL: &str = "SELECT membership_id, term, first_day, last_day FROM membership_term \
        WHERE membership_id > $1 AND membership_id <= $2 ORDER BY membership_id, term";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(after).bind(last).fetch_all(c).await)
}

/// Events and benefits whose log does not lead to their version; those from before there was a log have none.
pub(crate) async fn unlogged_changes(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(Uuid, i64, i64)>> {
    const SQL: &str = "SELECT e.id, e.version, MAX(l.version) FROM member_event e \
        JOIN programme_log l ON l.event_id = e.id GROUP BY e.id, e.version HAVING MAX(l.version) <> e.version \
        UNION ALL SELECT b.id, b.version, MAX(l.version) FROM benefit b JOIN programme_log l ON l.benefit_id = b.id \
        GROUP BY b.id, b.version HAVING MAX(l.version) <> b.version";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// A log: its steps after an id `$1` and a step `$2`, at most `$3`, in that order; and the ids that have none.
#[derive(Debug)]
pub(crate) struct LogSql {
    steps: &'static str,
    unlogged: &'static str,
}

/// Of nominations.
pub(crate) const NOMINATION_LOG: LogSql = LogSql {
    steps: "SELECT l.nomination_id AS id, l.step, l.from_state, l.to_state, n.state FROM nomination_log l \
            JOIN nomination n ON n.id = l.nomination_id \
            WHERE l.nomination_id > $1 OR (l.nomination_id = $1 AND l.step > $2) ORDER BY l.nomination_id, l.step LIMIT $3",
    unlogged: "SELECT n.id FROM nomination n WHERE NOT EXISTS \
            (SELECT 1 FROM nomination_log l WHERE l.nomination_id = n.id) ORDER BY n.id",
};

/// Of cycles.
pub(crate) const CYCLE_LOG: LogSql = LogSql {
    steps: "SELECT l.cycle_id AS id, l.step, l.from_phase AS from_state, l.to_phase AS to_state, c.phase AS state \
            FROM recognition_cycle_log l JOIN recognition_cycle c ON c.id = l.cycle_id \
            WHERE l.cycle_id > $1 OR (l.cycle_id = $1 AND l.step > $2) ORDER BY l.cycle_id, l.step LIMIT $3",
    unlogged: "SELECT c.id FROM recognition_cycle c WHERE NOT EXISTS \
            (SELECT 1 FROM recognition_cycle_log l WHERE l.cycle_id = c.id) ORDER BY c.id",
};

/// Of memberships.
pub(crate) const MEMBERSHIP_LOG: LogSql = LogSql {
    steps: "SELECT l.membership_id AS id, l.step, l.from_state, l.to_state, m.state FROM membership_log l \
            JOIN membership m ON m.id = l.membership_id \
            WHERE l.membership_id > $1 OR (l.membership_id = $1 AND l.step > $2) ORDER BY l.membership_id, l.step LIMIT $3",
    unlogged: "SELECT m.id FROM membership m WHERE NOT EXISTS \
            (SELECT 1 FROM membership_log l WHERE l.membership_id = m.id) ORDER BY m.id",
};

/// Of applications.
pub(crate) const CANDIDATE_LOG: LogSql = LogSql {
    steps: "SELECT l.candidate_id AS id, l.step, l.from_state, l.to_state, c.state \
        FROM candidate_log l JOIN candidate c ON c.id = l.candidate_id \
        WHERE l.candidate_id > $1 OR (l.candidate_id = $1 AND l.step > $2) ORDER BY l.candidate_id, l.step LIMIT $3",
    unlogged: "SELECT c.id FROM candidate c WHERE NOT EXISTS \
        (SELECT 1 FROM candidate_log l WHERE l.candidate_id = c.id) ORDER BY c.id",
};

/// Claims of benefits that stand while the membership does not.
pub(crate) const CLAIMS_PAST_MEMBERSHIP: Strays = Strays(
    "SELECT l.id FROM benefit_claim l JOIN membership m ON m.id = l.membership_id \
         WHERE l.state <> 'ended' AND m.state NOT IN ('active', 'due', 'not-renewed') ORDER BY l.id",
);

/// Claims that ended, whose codes are not revoked.
pub(crate) const CODES_PAST_CLAIM: Strays = Strays(
    "SELECT l.id FROM benefit_claim l JOIN benefit_code k ON k.claim_id = l.id \
         WHERE l.state = 'ended' AND k.revoked_at IS NULL ORDER BY l.id",
);

/// Claims of somebody else's membership, or with another benefit's code.
pub(crate) const CLAIMS_OF_OTHERS: Strays = Strays(
    "SELECT l.id FROM benefit_claim l JOIN membership m ON m.id = l.membership_id \
         LEFT JOIN benefit_code k ON k.claim_id = l.id \
         WHERE l.account_id <> m.account_id OR k.benefit_id <> l.benefit_id ORDER BY l.id",
);

/// Claims whose address is kept though nothing is sent any more.
pub(crate) const ADDRESSES_KEPT: Strays =
    Strays("SELECT l.id FROM benefit_claim l WHERE l.address IS NOT NULL AND l.state <> 'asked' ORDER BY l.id");

/// Claims with terms but without the time at which they were accepted, or the other way round.
pub(crate) const TERMS_WITHOUT_TIME: Strays =
    Strays("SELECT l.id FROM benefit_claim l WHERE (l.terms IS NULL) <> (l.terms_accepted_at IS NULL) ORDER BY l.id");

/// Referral partners to whose state no log entry leads.
pub(crate) const PARTNERS_UNLOGGED: Strays = Strays(
    "SELECT p.id FROM referral_partner p JOIN expert e ON e.id = p.expert_id JOIN account a ON a.id = e.account_id \
         WHERE a.erased_at IS NULL AND (NOT EXISTS (SELECT 1 FROM referral_log l \
         WHERE l.partner_id = p.id AND l.lead_id IS NULL AND l.event = p.state) OR NOT EXISTS (SELECT 1 FROM referral_log l \
         WHERE l.partner_id = p.id AND l.lead_id IS NULL AND l.event = 'asked') OR (p.state = 'ended' AND NOT EXISTS \
         (SELECT 1 FROM referral_log l WHERE l.partner_id = p.id AND l.lead_id IS NULL AND l.event = 'granted')) \
         OR (p.state = 'asked' AND EXISTS (SELECT 1 FROM referral_log l WHERE l.partner_id = p.id AND l.lead_id IS NULL \
         AND l.event <> 'asked'))) ORDER BY p.id",
);

/// Referral partners who lack a code, a reason or a decision, or have too much.
pub(crate) const PARTNERS_INCOMPLETE: Strays = Strays(
    "SELECT p.id FROM referral_partner p JOIN expert e ON e.id = p.expert_id JOIN account a ON a.id = e.account_id \
         WHERE a.erased_at IS NULL AND ((p.state IN ('granted', 'ended') AND p.code IS NULL) \
         OR (p.state = 'refused' AND (p.reasons = '' OR p.code IS NOT NULL)) OR (p.state = 'ended' AND p.reasons = '') \
         OR (p.state <> 'asked' AND p.decided_by IS NULL)) ORDER BY p.id",
);

/// Leads to whose state no log entry leads.
pub(crate) const LEADS_UNLOGGED: Strays = Strays(
    "SELECT d.id FROM referral_lead d WHERE NOT EXISTS (SELECT 1 FROM referral_log l \
         WHERE l.lead_id = d.id AND l.event = 'received') OR (d.state <> 'new' AND NOT EXISTS \
         (SELECT 1 FROM referral_log l WHERE l.lead_id = d.id AND l.event = d.state)) ORDER BY d.id",
);

/// Posts that were edited or removed with nothing written down of it.
pub(crate) const POSTS_FORGOTTEN: Strays = Strays(
    "SELECT p.id FROM community_post p WHERE (p.edited_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM community_log l \
         WHERE l.post_id = p.id AND l.event = 'edited')) OR (p.removed_at IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM community_log l WHERE l.post_id = p.id AND l.event IN ('withdrawn', 'removed'))) ORDER BY p.id",
);

/// Nominations with a letter and without an answer.
pub(crate) const LETTERS_TOO_EARLY: Strays = Strays(
    "SELECT n.id FROM nomination n JOIN nomination_letter l ON l.nomination_id = n.id \
         WHERE n.state NOT IN ('granted', 'refused') ORDER BY n.id",
);
