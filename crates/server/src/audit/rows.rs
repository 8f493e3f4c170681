//! Rows as the audit reads them: raw, because what it looks for are rows that nothing else could read.

pub(super) mod programme;

use crate::{
    db::{Db, Exec},
    on,
    services::ledger::{RENTAL, RefundEvent},
};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::ids::RefundId;
use sqlx::{FromRow, Postgres, Sqlite, Transaction};
use uuid::Uuid;

/// One state of the whole database, however long the reading takes.
pub(super) enum Snapshot {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Snapshot {
    pub(super) async fn take(db: &Db) -> sqlx::Result<Self> {
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

    pub(super) async fn end(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.rollback().await,
            Self::Postgres(transaction) => transaction.rollback().await,
        }
    }
}

#[derive(Debug, FromRow)]
pub(super) struct BookingRow {
    pub(super) id: Uuid,
    pub(super) reference: String,
    pub(super) expert_id: Uuid,
    pub(super) client_id: Uuid,
    pub(super) expert_account: Option<Uuid>,
    pub(super) state: String,
    pub(super) clock_at: Option<DateTime<Utc>>,
    pub(super) first_day: NaiveDate,
    pub(super) last_day: NaiveDate,
    pub(super) ends_at: DateTime<Utc>,
    pub(super) order_body: String,
    pub(super) quote_body: String,
    pub(super) rulebook_version: i64,
    pub(super) total: i64,
    pub(super) accepted_at: Option<DateTime<Utc>>,
    pub(super) ladder_before: Option<i64>,
    pub(super) ladder_days: Option<i64>,
    pub(super) settlement_body: Option<String>,
    pub(super) revision: i64,
    pub(super) open_change: Option<String>,
}

#[derive(Debug, FromRow)]
pub(super) struct PaymentRow {
    pub(super) booking_id: Uuid,
    pub(super) id: Uuid,
    pub(super) amount: i64,
    pub(super) state: String,
    pub(super) captured: i64,
    pub(super) to_capture: Option<i64>,
    pub(super) change_id: Option<Uuid>,
    pub(super) change_state: Option<String>,
    pub(super) difference: Option<i64>,
}

#[derive(Debug, FromRow)]
pub(super) struct RefundRow {
    pub(super) booking_id: Uuid,
    pub(super) amount: i64,
    pub(super) state: String,
    pub(super) failed_at: Option<DateTime<Utc>>,
}

#[derive(Debug, FromRow)]
pub(super) struct DocumentRow {
    pub(super) booking_id: Uuid,
    pub(super) series: String,
    pub(super) year: i64,
    pub(super) sequence: i64,
    pub(super) dedup_key: String,
    pub(super) total: i64,
    pub(super) body: String,
    pub(super) sha256: String,
}

#[derive(Debug, FromRow)]
pub(super) struct DayRow {
    pub(super) booking_id: Uuid,
    pub(super) expert_id: Uuid,
    pub(super) day: NaiveDate,
}

#[derive(Debug, FromRow)]
pub(super) struct StepRow {
    pub(super) booking_id: Uuid,
    pub(super) step: i64,
    pub(super) from_state: Option<String>,
    pub(super) to_state: String,
}

#[derive(Debug, FromRow)]
pub(super) struct PayoutRow {
    pub(super) booking_id: Uuid,
    pub(super) amount: i64,
    pub(super) state: String,
    pub(super) batch: String,
    pub(super) batch_state: String,
}

#[derive(Debug, FromRow)]
pub(super) struct ChargebackRow {
    pub(super) booking_id: Uuid,
    pub(super) amount: i64,
}

#[derive(Debug, FromRow)]
pub(super) struct BalanceRow {
    pub(super) booking_id: Uuid,
    pub(super) account: String,
    pub(super) amount: i64,
}

pub(super) async fn rulebooks(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(i64, String)>> {
    on!(&mut snapshot.exec(), |c| sqlx::query_as("SELECT version, body FROM rulebook").fetch_all(c).await)
}

/// A page of bookings, in the order of their ids.
pub(super) async fn bookings(snapshot: &mut Snapshot, after: Uuid, limit: i64) -> sqlx::Result<Vec<BookingRow>> {
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
        pub(super) async fn $name(snapshot: &mut Snapshot, after: Uuid, last: Uuid) -> sqlx::Result<Vec<$row>> {
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
    "SELECT p.booking_id, r.amount, r.state, r.failed_at FROM refund r JOIN payment p ON p.id = r.payment_id \
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
pub(super) async fn unbalanced(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, i64, i64)>> {
    const SQL: &str = "SELECT t.dedup_key, COUNT(e.amount), CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) \
        FROM ledger_transaction t LEFT JOIN ledger_entry e ON e.transaction_id = t.id \
        GROUP BY t.id, t.dedup_key HAVING COALESCE(SUM(e.amount), 0) <> 0 OR COUNT(e.amount) = 0 ORDER BY t.dedup_key";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Accounts of the ledger that entries name.
pub(super) async fn accounts(snapshot: &mut Snapshot) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT DISTINCT account FROM ledger_entry ORDER BY account";
    on!(&mut snapshot.exec(), |c| sqlx::query_scalar(SQL).fetch_all(c).await)
}

/// Numbers whose predecessor in series and year is missing.
pub(super) async fn gaps(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, i64, i64)>> {
    const SQL: &str = "SELECT d.series, d.year, d.sequence FROM document d WHERE d.sequence <> 1 AND NOT EXISTS \
        (SELECT 1 FROM document q WHERE q.series = d.series AND q.year = d.year AND q.sequence = d.sequence - 1) \
        ORDER BY d.series, d.year, d.sequence";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Series whose counter is not their last number: series, year, last number (0 for none), counter (-1 for none).
pub(super) async fn counters(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, i64, i64, i64)>> {
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
pub(super) async fn unpayable(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, i64, i64, i64, i64)>> {
    const SQL: &str = "SELECT d.series, d.year, d.sequence, d.total, COALESCE(y.total, -1) FROM document d \
        LEFT JOIN payable y ON y.document_id = d.id WHERE d.series = 'SB' \
        AND (y.total IS NULL OR y.total <> d.total OR y.booking_id <> d.booking_id) ORDER BY d.year, d.sequence";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Settlements with what the ledger has of each: reference, received, fees, and the three balances.
pub(super) async fn settlements(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, i64, i64, i64, i64, i64)>> {
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
pub(super) async fn stray_settlements(snapshot: &mut Snapshot) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT t.dedup_key FROM ledger_transaction t WHERE t.kind = 'settlement' AND NOT EXISTS \
        (SELECT 1 FROM settlement s WHERE t.dedup_key = 'settlement:' || s.reference) ORDER BY t.dedup_key";
    on!(&mut snapshot.exec(), |c| sqlx::query_scalar(SQL).fetch_all(c).await)
}

/// Expert-days that are taken twice.
pub(super) async fn doubled_days(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(Uuid, NaiveDate, i64)>> {
    const SQL: &str = "SELECT expert_id, day, COUNT(*) FROM booked_day GROUP BY expert_id, day HAVING COUNT(*) > 1 \
        ORDER BY expert_id, day";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Taken days whose booking is not there.
pub(super) async fn stray_days(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(Uuid, NaiveDate)>> {
    const SQL: &str = "SELECT d.expert_id, d.day FROM booked_day d LEFT JOIN booking b ON b.id = d.booking_id \
        WHERE b.id IS NULL ORDER BY d.expert_id, d.day";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Documents whose booking is not there.
pub(super) async fn stray_documents(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, i64, i64)>> {
    const SQL: &str = "SELECT d.series, d.year, d.sequence FROM document d LEFT JOIN booking b ON b.id = d.booking_id \
        LEFT JOIN rental_order r ON r.id = d.rental_id WHERE b.id IS NULL AND r.id IS NULL \
        ORDER BY d.series, d.year, d.sequence";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Reviews of a booking that is another expert's, or not completed: the booking's reference.
pub(super) async fn stray_reviews(snapshot: &mut Snapshot) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT b.reference FROM review r JOIN booking b ON b.id = r.booking_id \
        WHERE r.expert_id <> b.expert_id OR b.state <> 'completed' ORDER BY b.reference";
    on!(&mut snapshot.exec(), |c| sqlx::query_scalar(SQL).fetch_all(c).await)
}

/// Experts whose completed days are fewer than their completed bookings count: id, kept, counted. More is no fault:
/// an expert may have come with days.
pub(super) async fn short_ladders(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(Uuid, i64, i64)>> {
    const SQL: &str = "SELECT e.id, e.completed_days, CAST(SUM(b.ladder_days) AS BIGINT) FROM expert e \
        JOIN booking b ON b.expert_id = e.id WHERE b.ladder_days IS NOT NULL GROUP BY e.id, e.completed_days \
        HAVING e.completed_days < SUM(b.ladder_days) ORDER BY e.id";
    on!(&mut snapshot.exec(), |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// A page of self-billed documents: series, year, sequence, body, and the booking's expert.
pub(super) async fn self_billed(
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
pub(super) async fn firms(snapshot: &mut Snapshot) -> sqlx::Result<Vec<(String, Uuid)>> {
    on!(&mut snapshot.exec(), |c| sqlx::query_as("SELECT company, expert_id FROM expert_billing").fetch_all(c).await)
}

/// An order for licences, with what other tables say of it.
#[derive(Debug, FromRow)]
pub(super) struct RentalRow {
    pub(super) reference: String,
    pub(super) state: String,
    pub(super) version: i64,
    pub(super) order_body: String,
    pub(super) quote_body: String,
    pub(super) rulebook_version: i64,
    pub(super) total: i64,
    /// Invoices less credit notes, with VAT.
    pub(super) invoiced: i64,
    pub(super) received: i64,
    /// Refunds that are sent or due.
    pub(super) returning: i64,
    pub(super) sent: i64,
    /// Refunds that were paid another way.
    pub(super) elsewhere: i64,
    /// Refunds that came back: how much, and since when.
    pub(super) failed: Vec<(i64, Option<DateTime<Utc>>)>,
    /// Payments that are authorised.
    pub(super) authorised: i64,
    /// Unit-days that are its own.
    pub(super) days: i64,
    pub(super) steps: i64,
    /// Balances of the ledger.
    pub(super) clearing: i64,
    pub(super) revenue: i64,
    pub(super) bank: i64,
    pub(super) deposits: i64,
    /// Before VAT, of what is invoiced less credited, by the quote.
    pub(super) net_kept: i64,
}

#[derive(Debug, FromRow)]
struct RentalBase {
    id: Uuid,
    reference: String,
    state: String,
    version: i64,
    order_body: String,
    quote_body: String,
    rulebook_version: i64,
    total: i64,
}

#[derive(Debug, FromRow)]
struct RentalRefund {
    id: Uuid,
    attempt: i64,
    amount: i64,
    state: String,
    failed_at: Option<DateTime<Utc>>,
}

/// All orders for licences.
pub(super) async fn rentals(snapshot: &mut Snapshot) -> sqlx::Result<Vec<RentalRow>> {
    const ORDERS: &str = "SELECT id, reference, state, version, order_body, quote_body, \
        CAST(rulebook_version AS BIGINT) AS rulebook_version, total FROM rental_order ORDER BY id";
    const SUMS: &str = "SELECT \
        (SELECT CAST(COALESCE(SUM(CASE WHEN series = 'INV' THEN total ELSE -total END), 0) AS BIGINT) FROM document \
            WHERE rental_id = $1), \
        (SELECT CAST(COALESCE(SUM(captured), 0) AS BIGINT) FROM rental_payment WHERE rental_id = $1), \
        (SELECT COUNT(*) FROM rental_day WHERE rental_id = $1), \
        (SELECT COUNT(*) FROM rental_log WHERE rental_id = $1)";
    const PAYMENTS: &str = "SELECT id, state FROM rental_payment WHERE rental_id = $1 ORDER BY id";
    const REFUNDS: &str = "SELECT f.id, CAST(f.attempt AS BIGINT) AS attempt, f.amount, f.state, f.failed_at \
        FROM rental_refund f \
        JOIN rental_payment p ON p.id = f.payment_id WHERE p.rental_id = $1 ORDER BY f.id";
    const BALANCE: &str = "SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM ledger_transaction t \
        JOIN ledger_entry e ON e.transaction_id = t.id WHERE t.dedup_key = $1 AND e.account = $2";
    let orders: Vec<RentalBase> = on!(&mut snapshot.exec(), |c| sqlx::query_as(ORDERS).fetch_all(c).await)?;
    let mut found = Vec::with_capacity(orders.len());
    for order in orders {
        let (invoiced, received, days, steps): (i64, i64, i64, i64) =
            on!(&mut snapshot.exec(), |c| sqlx::query_as(SUMS).bind(order.id).fetch_one(c).await)?;
        let payments: Vec<(Uuid, String)> =
            on!(&mut snapshot.exec(), |c| sqlx::query_as(PAYMENTS).bind(order.id).fetch_all(c).await)?;
        let refunds: Vec<RentalRefund> =
            on!(&mut snapshot.exec(), |c| sqlx::query_as(REFUNDS).bind(order.id).fetch_all(c).await)?;
        let mut keys = vec![format!("rental-invoice:{}", order.id), format!("rental-credit:{}", order.id)];
        keys.extend(payments.iter().map(|(id, _)| format!("rental-received:{id}")));
        for refund in &refunds {
            let cause = |event: RefundEvent| event.cause(RENTAL, RefundId(refund.id));
            for attempt in 1..=u32::try_from(refund.attempt).unwrap_or(1) {
                keys.extend([cause(RefundEvent::Sent(attempt)), cause(RefundEvent::Failed(attempt))]);
            }
            keys.push(cause(RefundEvent::Elsewhere));
        }
        let in_state = |wanted: &str| -> i64 {
            refunds.iter().filter(|refund| refund.state == wanted).map(|refund| refund.amount).sum()
        };
        let (mut clearing, mut revenue, mut bank, mut deposits) = (0, 0, 0, 0);
        for key in &keys {
            for (account, sum) in [
                ("provider_clearing", &mut clearing),
                ("revenue", &mut revenue),
                ("bank", &mut bank),
                ("deposits", &mut deposits),
            ] {
                let amount: i64 = on!(&mut snapshot.exec(), |c| sqlx::query_scalar(BALANCE)
                    .bind(key)
                    .bind(account)
                    .fetch_one(c)
                    .await)?;
                *sum += amount;
            }
        }
        let net =
            serde_json::from_str::<gabarit_domain::pricing::Quote>(&order.quote_body).map_or(0, |quote| quote.net.0);
        found.push(RentalRow {
            reference: order.reference,
            state: order.state,
            version: order.version,
            order_body: order.order_body,
            quote_body: order.quote_body,
            rulebook_version: order.rulebook_version,
            total: order.total,
            net_kept: if invoiced > 0 { net } else { 0 },
            invoiced,
            received,
            returning: refunds.iter().map(|refund| refund.amount).sum(),
            sent: in_state("sent"),
            elsewhere: in_state("elsewhere"),
            failed: refunds
                .iter()
                .filter(|refund| refund.state == "failed")
                .map(|refund| (refund.amount, refund.failed_at))
                .collect(),
            authorised: i64::try_from(payments.iter().filter(|(_, state)| state == "authorized").count())
                .unwrap_or(i64::MAX),
            days,
            steps,
            clearing,
            revenue,
            bank,
            deposits,
        });
    }
    Ok(found)
}
