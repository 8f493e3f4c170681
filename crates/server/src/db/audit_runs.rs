//! Rows of the audit's runs and of what they found, as managers read them.

use super::nominations::seen_by;
use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::AccountId;
use sqlx::FromRow;
use uuid::Uuid;

/// A run that is under way.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct OpenRun {
    pub(crate) id: Uuid,
    pub(crate) asked_at: DateTime<Utc>,
    /// When the rows were checked; none before.
    pub(crate) checked_at: Option<DateTime<Utc>>,
    /// The last payment that was compared with the provider.
    pub(crate) compared_up_to: Option<Uuid>,
}

/// A run that is over, as its reader may see it.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct RunRow {
    pub(crate) id: Uuid,
    /// Who asked for it: their name; nobody for the clock's.
    pub(crate) asked_by: Option<String>,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) ended_at: DateTime<Utc>,
    pub(crate) row_count: i64,
    pub(crate) compared: i64,
    pub(crate) unanswered: i64,
    /// Findings that were not stored, because there were too many.
    pub(crate) left_out: i64,
    /// Findings that the reader may know of.
    pub(crate) findings: i64,
}

/// Something that was found.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct FindingRow {
    pub(crate) check_name: String,
    pub(crate) subject: String,
    pub(crate) detail: String,
    /// Code of the kind of what it is about, and its id.
    pub(crate) about: String,
    pub(crate) about_id: Option<Uuid>,
    /// Whose nomination or membership it is about.
    pub(crate) account_id: Option<Uuid>,
}

/// The run that is under way.
pub(crate) async fn open(exec: &mut Exec<'_>) -> sqlx::Result<Option<OpenRun>> {
    const SQL: &str = "SELECT id, asked_at, checked_at, compared_up_to FROM audit_run WHERE state = 'open'";
    on!(exec, |c| sqlx::query_as(SQL).fetch_optional(c).await)
}

/// Orders a run. `false` if one is under way: there is one at a time.
pub(crate) async fn order(
    exec: &mut Exec<'_>,
    id: Uuid,
    by: Option<AccountId>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO audit_run (id, state, asked_by, asked_at, row_count, compared, unanswered, left_out) \
        VALUES ($1, 'open', $2, $3, 0, 0, 0, 0) ON CONFLICT DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(by.map(|by| by.0))
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Notes that a run begins, unless it began before.
pub(crate) async fn begin(exec: &mut Exec<'_>, id: Uuid, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE audit_run SET started_at = $2 WHERE id = $1 AND started_at IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(now).execute(c).await.map(drop))
}

/// Notes that the rows were checked. `false` if somebody else noted it before.
pub(crate) async fn checked(exec: &mut Exec<'_>, id: Uuid, row_count: i64, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE audit_run SET checked_at = $2, row_count = $3 \
        WHERE id = $1 AND state = 'open' AND checked_at IS NULL";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(now)
        .bind(row_count)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Notes that payments were compared with the provider, up to one, from where it was before. `false` if somebody else
/// noted it.
pub(crate) async fn compared(
    exec: &mut Exec<'_>,
    id: Uuid,
    from: Option<Uuid>,
    up_to: Uuid,
    compared: i64,
    unanswered: i64,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE audit_run SET compared_up_to = $3, compared = compared + $4, unanswered = unanswered + $5 \
        WHERE id = $1 AND state = 'open' AND (compared_up_to = $2 OR (compared_up_to IS NULL AND $6))";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(from)
        .bind(up_to)
        .bind(compared)
        .bind(unanswered)
        .bind(from.is_none())
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// How many findings of a run are stored.
pub(crate) async fn stored(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<i64> {
    on!(exec, |c| sqlx::query_scalar("SELECT COUNT(*) FROM audit_finding WHERE run_id = $1")
        .bind(id)
        .fetch_one(c)
        .await)
}

/// Stores a finding of a run.
pub(crate) async fn insert_finding(
    exec: &mut Exec<'_>,
    run: Uuid,
    position: i64,
    row: &FindingRow,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO audit_finding (run_id, position, check_name, subject, detail, about, about_id, \
        account_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(run)
        .bind(position)
        .bind(&row.check_name)
        .bind(&row.subject)
        .bind(&row.detail)
        .bind(&row.about)
        .bind(row.about_id)
        .bind(row.account_id)
        .execute(c)
        .await
        .map(drop))
}

/// Counts findings of a run that are not stored.
pub(crate) async fn leave_out(exec: &mut Exec<'_>, run: Uuid, count: i64) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE audit_run SET left_out = left_out + $2 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(run).bind(count).execute(c).await.map(drop))
}

/// Ends a run. `false` if it ended before.
pub(crate) async fn end(exec: &mut Exec<'_>, id: Uuid, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE audit_run SET state = 'done', ended_at = $2 WHERE id = $1 AND state = 'open'";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(now).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// When the last run ended.
pub(crate) async fn last_end(exec: &mut Exec<'_>) -> sqlx::Result<Option<DateTime<Utc>>> {
    const SQL: &str = "SELECT ended_at FROM audit_run WHERE state = 'done' ORDER BY ended_at DESC LIMIT 1";
    on!(exec, |c| sqlx::query_scalar(SQL).fetch_optional(c).await)
}

/// Removes runs that ended before an instant, and what they found.
pub(crate) async fn purge(exec: &mut Exec<'_>, before: DateTime<Utc>) -> sqlx::Result<()> {
    const FINDINGS: &str = "DELETE FROM audit_finding WHERE run_id IN \
        (SELECT id FROM audit_run WHERE state = 'done' AND ended_at < $1)";
    const RUNS: &str = "DELETE FROM audit_run WHERE state = 'done' AND ended_at < $1";
    for sql in [FINDINGS, RUNS] {
        on!(&mut *exec, |c| sqlx::query(sql).bind(before).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// What of findings `n` a reader may know of, whose id is bound as the given parameter: as the programme's console has it.
macro_rules! known_to {
    ($reader:literal) => {
        concat!("(n.account_id IS NULL OR (", seen_by!($reader), "))")
    };
}

/// Findings of the last run that is over, for the overview: how many the reader may know of, and since when.
pub(super) const WAITING: &str = concat!(
    "SELECT COUNT(*) AS count, MIN(r.ended_at) AS oldest FROM audit_finding n JOIN audit_run r ON r.id = n.run_id \
     WHERE r.id = (SELECT id FROM audit_run WHERE state = 'done' ORDER BY ended_at DESC, id DESC LIMIT 1) AND ",
    known_to!("$1")
);

/// The last runs that are over, the newest first, counted as their reader may know it.
pub(crate) async fn runs(exec: &mut Exec<'_>, reader: AccountId, limit: i64) -> sqlx::Result<Vec<RunRow>> {
    const SQL: &str = concat!(
        "SELECT r.id, a.name AS asked_by, COALESCE(r.started_at, r.asked_at) AS started_at, r.ended_at, r.row_count, \
         r.compared, r.unanswered, r.left_out, (SELECT COUNT(*) FROM audit_finding n WHERE n.run_id = r.id AND ",
        known_to!("$1"),
        ") AS findings FROM audit_run r LEFT JOIN account a ON a.id = r.asked_by WHERE r.state = 'done' \
         ORDER BY r.ended_at DESC, r.id DESC LIMIT $2"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(reader.0).bind(limit).fetch_all(c).await)
}

/// What a run found, as far as its reader may know it, in its order.
pub(crate) async fn findings(exec: &mut Exec<'_>, run: Uuid, reader: AccountId) -> sqlx::Result<Vec<FindingRow>> {
    const SQL: &str = concat!(
        "SELECT n.check_name, n.subject, n.detail, n.about, n.about_id, n.account_id FROM audit_finding n \
         WHERE n.run_id = $2 AND ",
        known_to!("$1"),
        " ORDER BY n.position"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(reader.0).bind(run).fetch_all(c).await)
}

/// Something that a finding is about: the code of its kind, and its id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    pub(crate) kind: &'static str,
    pub(crate) id: Uuid,
}

macro_rules! by_name {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $sql:literal) => {
        $(#[$doc])*
        pub(crate) async fn $name(exec: &mut Exec<'_>, name: &str) -> sqlx::Result<Option<About>> {
            let id: Option<Uuid> = on!(exec, |c| sqlx::query_scalar($sql).bind(name).fetch_optional(c).await)?;
            Ok(id.map(|id| About { kind: $kind, id }))
        }
    };
}

by_name!(
    /// The booking of a reference.
    booking,
    "booking",
    "SELECT id FROM booking WHERE reference = $1"
);
by_name!(
    /// The order for licences of a reference.
    rental,
    "rental",
    "SELECT id FROM rental_order WHERE reference = $1"
);
by_name!(
    /// The last batch that pays the expert of a booking.
    payout,
    "payout",
    "SELECT t.id FROM payout p JOIN payable y ON y.document_id = p.document_id JOIN payout_batch t ON t.id = p.batch_id \
     JOIN booking b ON b.id = y.booking_id WHERE b.reference = $1 ORDER BY t.prepared_at DESC, t.id LIMIT 1"
);
by_name!(
    /// The transaction of a cause.
    transaction,
    "transaction",
    "SELECT id FROM ledger_transaction WHERE dedup_key = $1"
);

/// What a payment of the provider's is for: a booking, or an order for licences.
pub(crate) async fn payment(exec: &mut Exec<'_>, reference: &str) -> sqlx::Result<Option<About>> {
    const BOOKING: &str = "SELECT booking_id FROM payment WHERE provider_ref = $1";
    const RENTAL: &str = "SELECT rental_id FROM rental_payment WHERE provider_ref = $1";
    for (kind, sql) in [("booking", BOOKING), ("rental", RENTAL)] {
        let id: Option<Uuid> = on!(&mut *exec, |c| sqlx::query_scalar(sql).bind(reference).fetch_optional(c).await)?;
        if let Some(id) = id {
            return Ok(Some(About { kind, id }));
        }
    }
    Ok(None)
}

/// The document of a number.
pub(crate) async fn document(
    exec: &mut Exec<'_>,
    series: &str,
    year: i64,
    sequence: i64,
) -> sqlx::Result<Option<About>> {
    const SQL: &str = "SELECT id FROM document WHERE series = $1 AND year = $2 AND sequence = $3";
    let id: Option<Uuid> =
        on!(exec, |c| sqlx::query_scalar(SQL).bind(series).bind(year).bind(sequence).fetch_optional(c).await)?;
    Ok(id.map(|id| About { kind: "document", id }))
}

/// Whose a nomination is or, unless `nomination`, a membership.
pub(crate) async fn person(exec: &mut Exec<'_>, nomination: bool, id: Uuid) -> sqlx::Result<Option<Uuid>> {
    const NOMINATION: &str = "SELECT account_id FROM nomination WHERE id = $1";
    const MEMBERSHIP: &str = "SELECT account_id FROM membership WHERE id = $1";
    let sql = if nomination { NOMINATION } else { MEMBERSHIP };
    on!(exec, |c| sqlx::query_scalar(sql).bind(id).fetch_optional(c).await)
}
