//! The ledger as managers read it.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
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

/// Every account that something was posted to, over a period.
///
/// # Errors
/// The database's.
pub async fn sums(exec: &mut Exec<'_>, from: DateTime<Utc>, to: DateTime<Utc>) -> sqlx::Result<Vec<SumRow>> {
    const SQL: &str = "SELECT e.account, \
        CAST(COALESCE(SUM(CASE WHEN t.at >= $1 AND e.amount > 0 THEN e.amount END), 0) AS BIGINT) AS debit, \
        CAST(COALESCE(SUM(CASE WHEN t.at >= $1 AND e.amount < 0 THEN -e.amount END), 0) AS BIGINT) AS credit, \
        CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) AS balance \
        FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id WHERE t.at < $2 GROUP BY e.account";
    on!(exec, |c| sqlx::query_as(SQL).bind(from).bind(to).fetch_all(c).await)
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
