//! Rows of the ledger: transactions and their entries, only ever added.

use crate::{
    db::{Exec, books},
    on,
};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    ids::{AccountId, BookingId},
    money::Cents,
};
use uuid::Uuid;

/// Writes the head of a transaction. `false` if its cause was posted before.
///
/// # Errors
/// The database's.
pub async fn insert_transaction(
    exec: &mut Exec<'_>,
    id: Uuid,
    dedup_key: &str,
    kind: &str,
    booking: Option<BookingId>,
    at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO ledger_transaction (id, dedup_key, kind, booking_id, at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (dedup_key) DO NOTHING";
    let affected = on!(&mut *exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(dedup_key)
        .bind(kind)
        .bind(booking.map(|booking| booking.0))
        .bind(at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if affected == 1 {
        books::reopen(exec, at.date_naive()).await?;
    }
    Ok(affected == 1)
}

/// Writes an entry; debits are positive.
///
/// # Errors
/// The database's.
pub async fn insert_entry(
    exec: &mut Exec<'_>,
    transaction: Uuid,
    line: i64,
    account: &str,
    amount: Cents,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO ledger_entry (transaction_id, line, account, amount) VALUES ($1, $2, $3, $4)";
    on!(exec, |c| sqlx::query(SQL).bind(transaction).bind(line).bind(account).bind(amount.0).execute(c).await.map(drop))
}

/// Balance of an account over one booking; debits are positive.
///
/// # Errors
/// The database's.
pub async fn balance_of_booking(exec: &mut Exec<'_>, account: &str, booking: BookingId) -> sqlx::Result<Cents> {
    const SQL: &str = "SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM ledger_entry e \
        JOIN ledger_transaction t ON t.id = e.transaction_id WHERE t.booking_id = $1 AND e.account = $2";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(booking.0).bind(account).fetch_one(c).await).map(Cents)
}

/// Balance of an account over everything.
///
/// # Errors
/// The database's.
pub async fn balance(exec: &mut Exec<'_>, account: &str) -> sqlx::Result<Cents> {
    const SQL: &str = "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM ledger_entry WHERE account = $1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(account).fetch_one(c).await).map(Cents)
}

/// What a client owes on invoices.
///
/// # Errors
/// The database's.
pub async fn owed_by(exec: &mut Exec<'_>, client: AccountId) -> sqlx::Result<Cents> {
    const SQL: &str = "SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM ledger_entry e \
        JOIN ledger_transaction t ON t.id = e.transaction_id JOIN booking b ON b.id = t.booking_id \
        WHERE b.client_id = $1 AND e.account = 'client_receivable'";
    const RENTALS: &str = "SELECT CAST(COALESCE(SUM(c.amount), 0) AS BIGINT) FROM rental_chargeback c \
        JOIN rental_payment p ON p.id = c.payment_id JOIN rental_order o ON o.id = p.rental_id \
        WHERE o.client_id = $1 AND NOT c.reversed AND (o.state IN ('paid', 'handed-out', 'returned') \
        OR c.amount + (SELECT COALESCE(SUM(r.amount), 0) FROM rental_refund r \
        WHERE r.payment_id = p.id AND r.state <> 'taken') > p.captured)";
    let rentals: i64 = on!(&mut *exec, |c| sqlx::query_scalar(RENTALS).bind(client.0).fetch_one(c).await)?;
    let bookings: i64 = on!(exec, |c| sqlx::query_scalar(SQL).bind(client.0).fetch_one(c).await)?;
    Ok(Cents(bookings + rentals))
}

/// Whether a client owes something on a booking that was invoiced before an instant, or for a rental whose money a bank
/// took back before that.
///
/// # Errors
/// The database's.
pub async fn owes_since(exec: &mut Exec<'_>, client: AccountId, before: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM (SELECT b.id FROM ledger_entry e \
        JOIN ledger_transaction t ON t.id = e.transaction_id JOIN booking b ON b.id = t.booking_id \
        WHERE b.client_id = $1 AND b.accepted_at < $2 AND e.account = 'client_receivable' \
        GROUP BY b.id HAVING SUM(e.amount) > 0 \
        UNION ALL SELECT o.id FROM rental_chargeback c JOIN rental_payment p ON p.id = c.payment_id \
        JOIN rental_order o ON o.id = p.rental_id WHERE o.client_id = $1 AND NOT c.reversed AND c.noted_at < $2 \
        AND (o.state IN ('paid', 'handed-out', 'returned') \
        OR c.amount + (SELECT COALESCE(SUM(r.amount), 0) FROM rental_refund r \
        WHERE r.payment_id = p.id AND r.state <> 'taken') > p.captured)\
        ) AS overdue";
    let overdue: i64 = on!(exec, |c| sqlx::query_scalar(SQL).bind(client.0).bind(before).fetch_one(c).await)?;
    Ok(overdue > 0)
}
