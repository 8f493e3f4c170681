//! Rows as the audit reads them: raw, because what it looks for are rows that nothing else could read.

pub(crate) mod programme;

use crate::{
    db::{Db, Exec},
    on,
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{FromRow, Postgres, Sqlite, Transaction};
use uuid::Uuid;

/// One state of the whole database, however long the reading takes.
pub(crate) enum Snapshot {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Snapshot {
    pub(crate) async fn take(db: &Db) -> sqlx::Result<Self> {
        Ok(match db {
            // A deferred transaction reads one state from its first statement on, and hinders no writer.
            Db::Sqlite { pool, .. } => Self::Sqlite(pool.begin().await?),
            Db::Postgres(pool) => {
                Self::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    fn exec(&mut self) -> Exec<'_> {
        match self {
            Self::Sqlite(transaction) => Exec::Sqlite(transaction),
            Self::Postgres(transaction) => Exec::Postgres(transaction),
        }
    }

    pub(crate) async fn end(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.rollback().await,
            Self::Postgres(transaction) => transaction.rollback().await,
        }
    }
}

#[derive(Debug, FromRow)]
pub(crate) struct BookingRow {
    pub(crate) id: Uuid,
    pub(crate) reference: String,
    pub(crate) expert_id: Uuid,
    pub(crate) client_id: Uuid,
    pub(crate) expert_account: Option<Uuid>,
    pub(crate) state: String,
    pub(crate) clock_at: Option<DateTime<Utc>>,
    pub(crate) first_day: NaiveDate,
    pub(crate) last_day: NaiveDate,
    pub(crate) ends_at: DateTime<Utc>,
    pub(crate) order_body: String,
    pub(crate) quote_body: String,
    pub(crate) rulebook_version: i64,
    pub(crate) total: i64,
    pub(crate) accepted_at: Option<DateTime<Utc>>,
    pub(crate) ladder_before: Option<i64>,
    pub(crate) ladder_days: Option<i64>,
    pub(crate) settlement_body: Option<String>,
    pub(crate) revision: i64,
    pub(crate) open_change: Option<String>,
}

#[derive(Debug, FromRow)]
pub(crate) struct PaymentRow {
    pub(crate) booking_id: Uuid,
    pub(crate) id: Uuid,
    pub(crate) amount: i64,
    pub(crate) state: String,
    pub(crate) captured: i64,
    pub(crate) to_capture: Option<i64>,
    pub(crate) change_id: Option<Uuid>,
    pub(crate) change_state: Option<String>,
    pub(crate) difference: Option<i64>,
}

#[derive(Debug, FromRow)]
pub(crate) struct RefundRow {
    pub(crate) booking_id: Uuid,
    pub(crate) amount: i64,
    pub(crate) state: String,
    pub(crate) failed_at: Option<DateTime<Utc>>,
    pub(crate) refused_at: Option<DateTime<Utc>>,
}

#[derive(Debug, FromRow)]
pub(crate) struct DocumentRow {
    pub(crate) booking_id: Uuid,
    pub(crate) series: String,
    pub(crate) year: i64,
    pub(crate) sequence: i64,
    pub(crate) dedup_key: String,
    pub(crate) total: i64,
    pub(crate) body: String,
    pub(crate) sha256: String,
}

#[derive(Debug, FromRow)]
pub(crate) struct DayRow {
    pub(crate) booking_id: Uuid,
    pub(crate) expert_id: Uuid,
    pub(crate) day: NaiveDate,
}

#[derive(Debug, FromRow)]
pub(crate) struct StepRow {
    pub(crate) booking_id: Uuid,
    pub(crate) step: i64,
    pub(crate) from_state: Option<String>,
    pub(crate) to_state: String,
}

#[derive(Debug, FromRow)]
pub(crate) struct PayoutRow {
    pub(crate) booking_id: Uuid,
    pub(crate) amount: i64,
    pub(crate) state: String,
    pub(crate) batch: String,
    pub(crate) batch_state: String,
}

#[derive(Debug, FromRow)]
pub(crate) struct ChargebackRow {
    pub(crate) booking_id: Uuid,
    pub(crate) amount: i64,
}

#[derive(Debug, FromRow)]
pub(crate) struct BalanceRow {
    pub(crate) booking_id: Uuid,
    pub(crate) account: String,
    pub(crate) amount: i64,
}

pub(crate) async fn rulebooks(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(i64, String)>> {
    on!(&mut snapshot.exec(), |c| sqlx::query_as("SELECT version, body FROM rulebook").fetch_all(c).await)
}

/// A page of bookings, in the order of their ids.
pub(crate) async fn bookings(snapshot: &mut Snapshot, after: Uuid, limit: i64) -> sqlx::Result<Vec<BookingRow>> {
    const SQL: &str = "SELECT b.id, b.reference, b.expert_id, b.client_id, e.account_id AS expert_account, b.state, \
        b.clock_at, b.first_day, b.last_day, b.ends_at, b.order_body, b.quote_body, b.rulebook_version, b.total, \
        b.accepted_at, b.ladder_before, b.ladder_days, b.settlement_body, b.revision, h.order_body AS open_change \
        FROM booking b LEFT JOIN expert e ON e.id = b.expert_id \
        LEFT JOIN booking_change h ON h.booking_id = b.id AND h.closed_at IS NULL WHERE b.id > $1 ORDER BY b.id LIMIT $2";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(after).bind(limit).fetch_all(c).await)
}

macro_rules! of_bookings {
    ($(#[$doc:meta])* $name:ident, $row:ty, $sql:literal) => {
        $(#[$doc])*
        pub(crate) async fn $name(snapshot: &mut Snapshot, after: Uuid, last: Uuid) -> sqlx::Result<Vec<$row>> {
            on!(&mut snapshot.exec(), |c| sqlx::query_as($sql).bind(after).bind(last).fetch_all(c).await)
        }
    };
}

of_bookings!(
    /// Payments of a page of bookings.
    payments,
    PaymentRow,
    "SELECT p.booking_id, p.id, p.amount, p.state, p.captured, p.to_capture, p.change_id, c.state AS change_state, \
     c.difference FROM payment p LEFT JOIN booking_change c ON c.id = p.change_id \
     WHERE p.booking_id > $1 AND p.booking_id <= $2 ORDER BY p.booking_id, p.created_at, p.id"
);
of_bookings!(
    /// Refunds of a page of bookings.
    refunds,
    RefundRow,
    "SELECT p.booking_id, r.amount, r.state, r.failed_at, r.refused_at FROM refund r JOIN payment p ON p.id = r.payment_id \
     WHERE p.booking_id > $1 AND p.booking_id <= $2 ORDER BY p.booking_id"
);
of_bookings!(
    /// Payouts of a page of bookings, with their batch.
    payouts,
    PayoutRow,
    "SELECT y.booking_id, p.amount, p.state, b.reference AS batch, b.state AS batch_state FROM payout p \
     JOIN payable y ON y.document_id = p.document_id JOIN payout_batch b ON b.id = p.batch_id \
     WHERE y.booking_id > $1 AND y.booking_id <= $2 ORDER BY y.booking_id"
);
of_bookings!(
    /// Money that banks took back of a page of bookings, and did not give again.
    chargebacks,
    ChargebackRow,
    "SELECT p.booking_id, c.amount FROM chargeback c JOIN payment p ON p.id = c.payment_id \
     WHERE NOT c.reversed AND p.booking_id > $1 AND p.booking_id <= $2 ORDER BY p.booking_id"
);
of_bookings!(
    /// Documents of a page of bookings.
    documents,
    DocumentRow,
    "SELECT booking_id, series, year, sequence, dedup_key, total, body, sha256 FROM document \
     WHERE booking_id > $1 AND booking_id <= $2 ORDER BY booking_id, series, year, sequence"
);
of_bookings!(
    /// Taken days of a page of bookings.
    days,
    DayRow,
    "SELECT booking_id, expert_id, day FROM booked_day WHERE booking_id > $1 AND booking_id <= $2 \
     ORDER BY booking_id, day"
);
of_bookings!(
    /// Logs of a page of bookings.
    steps,
    StepRow,
    "SELECT booking_id, step, from_state, to_state FROM booking_log WHERE booking_id > $1 AND booking_id <= $2 \
     ORDER BY booking_id, step"
);
of_bookings!(
    /// Ledger balances of a page of bookings, by account.
    balances,
    BalanceRow,
    "SELECT t.booking_id, e.account, CAST(SUM(e.amount) AS BIGINT) AS amount FROM ledger_transaction t \
     JOIN ledger_entry e ON e.transaction_id = t.id WHERE t.booking_id > $1 AND t.booking_id <= $2 \
     GROUP BY t.booking_id, e.account ORDER BY t.booking_id, e.account"
);

/// Ledger transactions that do not sum to nought, or have no entries: cause and sum.
pub(crate) async fn unbalanced(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, i64, i64)>> {
    const SQL: &str = "SELECT t.dedup_key, COUNT(e.amount), CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) \
        FROM ledger_transaction t LEFT JOIN ledger_entry e ON e.transaction_id = t.id \
        GROUP BY t.id, t.dedup_key HAVING COALESCE(SUM(e.amount), 0) <> 0 OR COUNT(e.amount) = 0 ORDER BY t.dedup_key";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Accounts of the ledger that entries name.
pub(crate) async fn accounts(snapshot: &mut Snapshot) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT DISTINCT account FROM ledger_entry ORDER BY account";
    on!(&mut snapshot.exec(), |c| sqlx::query_scalar(SQL).fetch_all(c).await)
}

/// Numbers whose predecessor in series and year is missing.
pub(crate) async fn gaps(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, i64, i64)>> {
    const SQL: &str = "SELECT d.series, d.year, d.sequence FROM document d WHERE d.sequence <> 1 AND NOT EXISTS \
        (SELECT 1 FROM document q WHERE q.series = d.series AND q.year = d.year AND q.sequence = d.sequence - 1) \
        ORDER BY d.series, d.year, d.sequence";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Series whose counter is not their last number: series, year, last number (0 for none), counter (-1 for none).
pub(crate) async fn counters(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, i64, i64, i64)>> {
    const SQL: &str = "SELECT s.series, s.year, COALESCE(d.last, 0), COALESCE(c.last_sequence, -1) \
        FROM (SELECT series, year FROM document UNION SELECT series, year FROM document_counter) s \
        LEFT JOIN (SELECT series, year, MAX(sequence) AS last FROM document GROUP BY series, year) d \
        ON d.series = s.series AND d.year = s.year \
        LEFT JOIN document_counter c ON c.series = s.series AND c.year = s.year \
        WHERE COALESCE(d.last, 0) <> COALESCE(c.last_sequence, -1) ORDER BY s.series, s.year";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Self-billed invoices that are not payable, or for another amount: series, year, sequence, total, what is payable (-1:
/// nothing).
pub(crate) async fn unpayable(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, i64, i64, i64, i64)>> {
    const SQL: &str = "SELECT d.series, d.year, d.sequence, d.total, COALESCE(y.total, -1) FROM document d \
        LEFT JOIN payable y ON y.document_id = d.id WHERE d.series = 'SB' \
        AND (y.total IS NULL OR y.total <> d.total OR y.booking_id <> d.booking_id) ORDER BY d.year, d.sequence";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Settlements with what the ledger has of each: reference, received, fees, and the three balances.
pub(crate) async fn settlements(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, i64, i64, i64, i64, i64)>> {
    const SQL: &str = "SELECT s.reference, s.received, s.fees, \
        (SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM ledger_transaction t JOIN ledger_entry e \
            ON e.transaction_id = t.id AND e.account = 'bank' WHERE t.dedup_key = 'settlement:' || s.reference), \
        (SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM ledger_transaction t JOIN ledger_entry e \
            ON e.transaction_id = t.id AND e.account = 'provider_fees' \
            WHERE t.dedup_key = 'settlement:' || s.reference), \
        (SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM ledger_transaction t JOIN ledger_entry e \
            ON e.transaction_id = t.id AND e.account = 'provider_clearing' \
            WHERE t.dedup_key = 'settlement:' || s.reference) \
        FROM settlement s ORDER BY s.reference";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Settlements in the ledger that nobody noted.
pub(crate) async fn stray_settlements(snapshot: &mut Snapshot) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT t.dedup_key FROM ledger_transaction t WHERE t.kind = 'settlement' AND NOT EXISTS \
        (SELECT 1 FROM settlement s WHERE t.dedup_key = 'settlement:' || s.reference) ORDER BY t.dedup_key";
    on!(&mut snapshot.exec(), |c| sqlx::query_scalar(SQL).fetch_all(c).await)
}

/// Expert-days that are taken twice.
pub(crate) async fn doubled_days(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(Uuid, NaiveDate, i64)>> {
    const SQL: &str = "SELECT expert_id, day, COUNT(*) FROM booked_day GROUP BY expert_id, day HAVING COUNT(*) > 1 \
        ORDER BY expert_id, day";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Taken days whose booking is not there.
pub(crate) async fn stray_days(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(Uuid, NaiveDate)>> {
    const SQL: &str = "SELECT d.expert_id, d.day FROM booked_day d LEFT JOIN booking b ON b.id = d.booking_id \
        WHERE b.id IS NULL ORDER BY d.expert_id, d.day";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Documents whose booking is not there.
pub(crate) async fn stray_documents(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, i64, i64)>> {
    const SQL: &str = "SELECT d.series, d.year, d.sequence FROM document d LEFT JOIN booking b ON b.id = d.booking_id \
        LEFT JOIN rental_order r ON r.id = d.rental_id WHERE b.id IS NULL AND r.id IS NULL \
        ORDER BY d.series, d.year, d.sequence";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Reviews of a booking that is another expert's, or not completed: the booking's reference.
pub(crate) async fn stray_reviews(snapshot: &mut Snapshot) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT b.reference FROM review r JOIN booking b ON b.id = r.booking_id \
        WHERE r.expert_id <> b.expert_id OR b.state <> 'completed' ORDER BY b.reference";
    on!(&mut snapshot.exec(), |c| sqlx::query_scalar(SQL).fetch_all(c).await)
}

/// Experts whose completed days are fewer than their completed bookings count: id, kept, counted. More is no fault:
/// an expert may have come with days.
pub(crate) async fn short_ladders(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(Uuid, i64, i64)>> {
    const SQL: &str = "SELECT e.id, e.completed_days, CAST(SUM(b.ladder_days) AS BIGINT) FROM expert e \
        JOIN booking b ON b.expert_id = e.id WHERE b.ladder_days IS NOT NULL GROUP BY e.id, e.completed_days \
        HAVING e.completed_days < SUM(b.ladder_days) ORDER BY e.id";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// A page of self-billed documents: series, year, sequence, body, and the booking's expert.
pub(crate) async fn self_billed(
    snapshot: &mut Snapshot,
    after: (String, i64, i64),
    limit: i64,
) -> sqlx::Result<Vec<(String, i64, i64, String, Uuid)>> {
    const SQL: &str = "SELECT d.series, d.year, d.sequence, d.body, b.expert_id FROM document d \
        JOIN booking b ON b.id = d.booking_id WHERE d.series IN ('SB', 'SBCN') \
        AND (d.series > $1 OR (d.series = $1 AND d.year > $2) OR (d.series = $1 AND d.year = $2 AND d.sequence > $3)) \
        ORDER BY d.series, d.year, d.sequence LIMIT $4";
    on!(&mut snapshot.exec(), |c| {
        sqlx::query_as(SQL).bind(after.0).bind(after.1).bind(after.2).bind(limit).fetch_all(c).await
    })
}

/// Who sells in which firm's name.
pub(crate) async fn firms(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, Uuid)>> {
    on!(&mut snapshot.exec(), |c| sqlx::query_as("SELECT company, expert_id FROM expert_billing").fetch_all(c).await)
}

/// Units of a page of bookings, as (booking, thing, day).
pub(crate) async fn rented(
    snapshot: &mut Snapshot,
    after: Uuid,
    last: Uuid,
) -> sqlx::Result<Vec<(Uuid, String, NaiveDate)>> {
    const SQL: &str = "SELECT booking_id, product, day FROM rental_day WHERE booking_id > $1 AND booking_id <= $2 \
        ORDER BY booking_id, product, day";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(after).bind(last).fetch_all(c).await)
}

/// Days from one on of which more is promised than there is: what, when, how many of how many.
pub(crate) async fn oversold(
    snapshot: &mut Snapshot,
    from: NaiveDate,
) -> sqlx::Result<Vec<(String, NaiveDate, i64, i64)>> {
    const SQL: &str = "SELECT d.product, d.day, COUNT(*), COALESCE(s.units, 0) FROM rental_day d \
        LEFT JOIN rental_stock s ON s.product = d.product WHERE d.day >= $1 \
        GROUP BY d.product, d.day, s.units HAVING COUNT(*) > COALESCE(s.units, 0) ORDER BY d.day, d.product";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(from).fetch_all(c).await)
}

/// An order of what is rented alone.
#[derive(Debug, FromRow)]
pub(crate) struct RentalOrderRow {
    pub(crate) id: Uuid,
    pub(crate) reference: String,
    pub(crate) state: String,
    pub(crate) version: i64,
    pub(crate) order_body: String,
    pub(crate) quote_body: String,
    pub(crate) rulebook_version: i64,
    pub(crate) total: i64,
}

/// All orders for licences.
pub(crate) async fn rental_orders(snapshot: &mut Snapshot) -> sqlx::Result<Vec<RentalOrderRow>> {
    const SQL: &str = "SELECT id, reference, state, version, order_body, quote_body, \
        CAST(rulebook_version AS BIGINT) AS rulebook_version, total FROM rental_order ORDER BY id";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Of an order for licences: invoices less credit notes, what was received, its unit-days, the steps of its log.
pub(crate) async fn rental_sums(snapshot: &mut Snapshot, id: Uuid) -> sqlx::Result<(i64, i64, i64, i64)> {
    const SQL: &str = "SELECT \
        (SELECT CAST(COALESCE(SUM(CASE WHEN series = 'INV' THEN total ELSE -total END), 0) AS BIGINT) FROM document \
            WHERE rental_id = $1), \
        (SELECT CAST(COALESCE(SUM(captured), 0) AS BIGINT) FROM rental_payment WHERE rental_id = $1), \
        (SELECT COUNT(*) FROM rental_day WHERE rental_id = $1), \
        (SELECT COUNT(*) FROM rental_log WHERE rental_id = $1)";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(id).fetch_one(c).await)
}

/// Payments of an order for licences: id and state.
pub(crate) async fn rental_payments(snapshot: &mut Snapshot, id: Uuid) -> sqlx::Result<Vec<(Uuid, String)>> {
    const SQL: &str = "SELECT id, state FROM rental_payment WHERE rental_id = $1 ORDER BY id";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(id).fetch_all(c).await)
}

/// A refund of licences.
#[derive(Debug, FromRow)]
pub(crate) struct RentalRefundRow {
    pub(crate) id: Uuid,
    pub(crate) attempt: i64,
    pub(crate) amount: i64,
    pub(crate) state: String,
    pub(crate) failed_at: Option<DateTime<Utc>>,
    pub(crate) refused_at: Option<DateTime<Utc>>,
}

/// Refunds of an order for licences.
pub(crate) async fn rental_refunds(snapshot: &mut Snapshot, id: Uuid) -> sqlx::Result<Vec<RentalRefundRow>> {
    const SQL: &str = "SELECT f.id, CAST(f.attempt AS BIGINT) AS attempt, f.amount, f.state, f.failed_at, \
        f.refused_at \
        FROM rental_refund f \
        JOIN rental_payment p ON p.id = f.payment_id WHERE p.rental_id = $1 ORDER BY f.id";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(id).fetch_all(c).await)
}

/// Chargebacks of what is rented alone: the provider's reference, the amount, and whether it was given again.
pub(crate) async fn rental_chargebacks(snapshot: &mut Snapshot, id: Uuid) -> sqlx::Result<Vec<(String, i64, bool)>> {
    const SQL: &str = "SELECT c.provider_ref, c.amount, c.reversed FROM rental_chargeback c \
        JOIN rental_payment p ON p.id = c.payment_id WHERE p.rental_id = $1 ORDER BY c.provider_ref";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).bind(id).fetch_all(c).await)
}

/// What the transaction of a cause has on an account of the ledger; debits are positive.
pub(crate) async fn posted(snapshot: &mut Snapshot, cause: &str, account: &str) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM ledger_transaction t \
        JOIN ledger_entry e ON e.transaction_id = t.id WHERE t.dedup_key = $1 AND e.account = $2";
    on!(&mut snapshot.exec(), |c| sqlx::query_scalar(SQL).bind(cause).bind(account).fetch_one(c).await)
}

/// How many rows of money and of bookings there are to look at. Nominations are in no number.
pub(crate) async fn tally(snapshot: &mut Snapshot) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT (SELECT COUNT(*) FROM booking) + (SELECT COUNT(*) FROM booked_day) \
        + (SELECT COUNT(*) FROM booking_log) + (SELECT COUNT(*) FROM payment) + (SELECT COUNT(*) FROM refund) \
        + (SELECT COUNT(*) FROM chargeback) + (SELECT COUNT(*) FROM payout) + (SELECT COUNT(*) FROM document) \
        + (SELECT COUNT(*) FROM ledger_entry) + (SELECT COUNT(*) FROM settlement) \
        + (SELECT COUNT(*) FROM rental_order) + (SELECT COUNT(*) FROM rental_payment) \
        + (SELECT COUNT(*) FROM rental_refund) + (SELECT COUNT(*) FROM rental_chargeback)";
    on!(&mut snapshot.exec(), |c| sqlx::query_scalar(SQL).fetch_one(c).await)
}

/// Payments that the provider has, of bookings and of licences, in the order of their ids.
pub(crate) async fn provider_payments(exec: &mut Exec<'_>, after: Uuid, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "SELECT id FROM (SELECT id FROM payment WHERE provider_ref IS NOT NULL AND id > $1 \
        UNION ALL SELECT id FROM rental_payment WHERE provider_ref IS NOT NULL AND id > $1) AS payments \
        ORDER BY id LIMIT $2";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(after).bind(limit).fetch_all(c).await)
}

/// What the books have of a payment: of a booking, or of licences rented alone.
#[derive(Debug, FromRow)]
pub(crate) struct KnownPayment {
    pub(crate) reference: String,
    pub(crate) amount: i64,
    pub(crate) state: String,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) charged_back: i64,
}

/// A payment that the provider has.
pub(crate) async fn known_payment(exec: &mut Exec<'_>, payment: Uuid) -> sqlx::Result<Option<KnownPayment>> {
    const SQL: &str = "SELECT provider_ref AS reference, amount, state, captured, \
        (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM refund WHERE payment_id = $1 AND state = 'sent') \
        AS refunded, \
        (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM chargeback WHERE payment_id = $1 AND NOT reversed) \
        AS charged_back \
        FROM payment WHERE id = $1 AND provider_ref IS NOT NULL \
        UNION ALL SELECT provider_ref, amount, state, captured, \
        (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM rental_refund WHERE payment_id = $1 AND state = 'sent'), \
        (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM rental_chargeback WHERE payment_id = $1 \
        AND NOT reversed) \
        FROM rental_payment WHERE id = $1 AND provider_ref IS NOT NULL";
    on!(exec, |c| sqlx::query_as(SQL).bind(payment).fetch_optional(c).await)
}
