//! The ledger as managers read it.

use crate::{db::Exec, on};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// Sums of an account.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SumRow {
    /// Its code.
    pub account: String,
    /// Debits of the period.
    pub debit: i64,
    /// Credits of the period, positive.
    pub credit: i64,
    /// Balance at its end.
    pub balance: i64,
}

/// What was posted to an account until some instant.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Posted {
    /// Its code.
    pub account: String,
    /// Debits.
    pub debit: i64,
    /// Credits, positive.
    pub credit: i64,
}

/// The day before which everything is summed up by day.
async fn closed(exec: &mut Exec<'_>) -> sqlx::Result<Option<NaiveDate>> {
    const SQL: &str = "SELECT until FROM ledger_closed WHERE id = 1";
    on!(exec, |c| sqlx::query_scalar(SQL).fetch_optional(c).await)
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// Everything that was posted before an instant, by account: sums of days that are over, and the entries since.
///
/// # Errors
/// The database's.
pub async fn posted_before(exec: &mut Exec<'_>, until: DateTime<Utc>) -> sqlx::Result<Vec<Posted>> {
    const DAYS: &str = "SELECT account, CAST(SUM(debit) AS BIGINT) AS debit, CAST(SUM(credit) AS BIGINT) AS credit \
        FROM ledger_day WHERE day < $1 GROUP BY account";
    const SINCE: &str = "SELECT e.account, \
        CAST(COALESCE(SUM(CASE WHEN e.amount > 0 THEN e.amount END), 0) AS BIGINT) AS debit, \
        CAST(COALESCE(SUM(CASE WHEN e.amount < 0 THEN -e.amount END), 0) AS BIGINT) AS credit \
        FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id \
        WHERE t.at >= $1 AND t.at < $2 GROUP BY e.account";
    let (mut found, from): (Vec<Posted>, _) = match closed(exec).await? {
        None => (Vec::new(), DateTime::UNIX_EPOCH),
        Some(closed) => {
            let day = closed.min(until.date_naive());
            (on!(&mut *exec, |c| sqlx::query_as(DAYS).bind(day).fetch_all(c).await)?, midnight(day))
        }
    };
    let since: Vec<Posted> = on!(exec, |c| sqlx::query_as(SINCE).bind(from).bind(until).fetch_all(c).await)?;
    for row in since {
        match found.iter_mut().find(|known| known.account == row.account) {
            Some(known) => {
                known.debit += row.debit;
                known.credit += row.credit;
            }
            None => found.push(row),
        }
    }
    Ok(found)
}

/// Something is posted to a day: if that was summed up already (a demonstration's clock may have been ahead), it and all
/// later ones are no more.
///
/// # Errors
/// The database's.
pub async fn reopen(exec: &mut Exec<'_>, day: NaiveDate) -> sqlx::Result<()> {
    const OPEN: &str = "UPDATE ledger_closed SET until = $1 WHERE until > $1";
    const FORGET: &str = "DELETE FROM ledger_day WHERE day >= $1";
    let rows = on!(&mut *exec, |c| sqlx::query(OPEN).bind(day).execute(c).await.map(|done| done.rows_affected()))?;
    if rows > 0 {
        on!(exec, |c| sqlx::query(FORGET).bind(day).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Sums up the days before `until` that are not yet.
///
/// # Errors
/// The database's.
pub async fn sum_up(exec: &mut Exec<'_>, until: NaiveDate) -> sqlx::Result<()> {
    const SQLITE: &str = "INSERT INTO ledger_day (day, account, debit, credit) \
        SELECT substr(t.at, 1, 10) AS day, e.account, COALESCE(SUM(CASE WHEN e.amount > 0 THEN e.amount END), 0), \
        COALESCE(SUM(CASE WHEN e.amount < 0 THEN -e.amount END), 0) FROM ledger_transaction t \
        JOIN ledger_entry e ON e.transaction_id = t.id WHERE t.at >= $1 AND t.at < $2 GROUP BY 1, e.account \
        ON CONFLICT DO NOTHING";
    const POSTGRES: &str = "INSERT INTO ledger_day (day, account, debit, credit) \
        SELECT CAST(t.at AT TIME ZONE 'UTC' AS DATE) AS day, e.account, \
        COALESCE(SUM(CASE WHEN e.amount > 0 THEN e.amount END), 0), \
        COALESCE(SUM(CASE WHEN e.amount < 0 THEN -e.amount END), 0) FROM ledger_transaction t \
        JOIN ledger_entry e ON e.transaction_id = t.id WHERE t.at >= $1 AND t.at < $2 GROUP BY 1, e.account \
        ON CONFLICT DO NOTHING";
    const CLOSE: &str = "INSERT INTO ledger_closed (id, until) VALUES (1, $1) \
        ON CONFLICT (id) DO UPDATE SET until = excluded.until WHERE ledger_closed.until < excluded.until";
    let from = closed(exec).await?;
    if from.is_some_and(|from| from >= until) {
        return Ok(());
    }
    let from = from.map_or(DateTime::UNIX_EPOCH, midnight);
    let sql = match exec {
        Exec::Sqlite(_) => SQLITE,
        Exec::Postgres(_) => POSTGRES,
    };
    on!(&mut *exec, |c| sqlx::query(sql).bind(from).bind(midnight(until)).execute(c).await.map(drop))?;
    on!(exec, |c| sqlx::query(CLOSE).bind(until).execute(c).await.map(drop))
}

/// Every account that something was posted to, over a period.
///
/// # Errors
/// The database's.
pub async fn sums(exec: &mut Exec<'_>, from: DateTime<Utc>, to: DateTime<Utc>) -> sqlx::Result<Vec<SumRow>> {
    let before = posted_before(exec, from).await?;
    let until = posted_before(exec, to).await?;
    Ok(until
        .into_iter()
        .map(|row| {
            let old = before.iter().find(|old| old.account == row.account);
            let (debit, credit) = old.map_or((0, 0), |old| (old.debit, old.credit));
            SumRow {
                debit: row.debit - debit,
                credit: row.credit - credit,
                balance: row.debit - row.credit,
                account: row.account,
            }
        })
        .collect())
}

/// An entry of an account.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct EntryRow {
    /// Its transaction.
    pub transaction_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: String,
    /// Of which booking.
    pub booking_id: Option<Uuid>,
    /// The booking's short reference.
    pub reference: Option<String>,
    /// Debits are positive.
    pub amount: i64,
    /// Balance after it.
    pub running: i64,
}

/// Entries of an account in a period, oldest first.
///
/// # Errors
/// The database's.
pub async fn entries(
    exec: &mut Exec<'_>,
    account: &str,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<EntryRow>> {
    const SQL: &str = "SELECT transaction_id, at, kind, booking_id, reference, amount, running FROM \
        (SELECT e.transaction_id, e.line, t.at, t.kind, t.booking_id, b.reference, e.amount, \
        CAST(SUM(e.amount) OVER (ORDER BY t.at, e.transaction_id, e.line) AS BIGINT) AS running \
        FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id \
        LEFT JOIN booking b ON b.id = t.booking_id WHERE e.account = $1 AND t.at < $3) AS entries \
        WHERE at >= $2 ORDER BY at, transaction_id, line LIMIT $4 OFFSET $5";
    on!(exec, |c| sqlx::query_as(SQL).bind(account).bind(from).bind(to).bind(limit).bind(offset).fetch_all(c).await)
}

/// Number of entries of an account in a period, and its balances before and at the end.
///
/// # Errors
/// The database's.
pub async fn extent(
    exec: &mut Exec<'_>,
    account: &str,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<(i64, i64, i64)> {
    const SQL: &str = "SELECT COUNT(CASE WHEN t.at >= $2 THEN 1 END), \
        CAST(COALESCE(SUM(CASE WHEN t.at < $2 THEN e.amount END), 0) AS BIGINT), \
        CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) \
        FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id WHERE e.account = $1 AND t.at < $3";
    on!(exec, |c| sqlx::query_as(SQL).bind(account).bind(from).bind(to).fetch_one(c).await)
}

/// A transaction with what it is about.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TransactionRow {
    /// What caused it.
    pub dedup_key: String,
    /// What happened.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Of which booking.
    pub booking_id: Option<Uuid>,
    /// The booking's short reference.
    pub reference: Option<String>,
    /// The document of the same cause.
    pub document_id: Option<Uuid>,
    /// Its series.
    pub series: Option<String>,
    /// Its year.
    pub year: Option<i64>,
    /// Its number.
    pub sequence: Option<i64>,
}

/// A transaction.
///
/// # Errors
/// The database's.
pub async fn transaction(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<TransactionRow>> {
    const SQL: &str = "SELECT t.dedup_key, t.kind, t.at, t.booking_id, b.reference, d.id AS document_id, d.series, \
        d.year, d.sequence FROM ledger_transaction t LEFT JOIN booking b ON b.id = t.booking_id \
        LEFT JOIN document d ON d.dedup_key = t.dedup_key WHERE t.id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)
}

/// Its entries: account and amount.
///
/// # Errors
/// The database's.
pub async fn lines(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Vec<(String, i64)>> {
    const SQL: &str = "SELECT account, amount FROM ledger_entry WHERE transaction_id = $1 ORDER BY line";
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_all(c).await)
}

/// Writes a settlement; `false` if its reference was noted before.
///
/// # Errors
/// The database's.
pub async fn insert_settlement(
    exec: &mut Exec<'_>,
    reference: &str,
    (received, fees): (i64, i64),
    by: Uuid,
    at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO settlement (reference, received, fees, noted_by, noted_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (reference) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(reference)
        .bind(received)
        .bind(fees)
        .bind(by)
        .bind(at)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}
