//! Rows of what experts are owed, and of the batches that pay them.

use crate::{
    db::{Exec, bookings::unreadable, manage::Tally},
    on,
};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::{
    ids::{AccountId, BookingId, DocumentId, ExpertId, PayoutBatchId, PayoutId},
    money::Cents,
    payout::Claim,
};
use sqlx::FromRow;
use uuid::Uuid;

/// A self-billed invoice to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payable {
    /// The invoice.
    pub document: DocumentId,
    /// Its number.
    pub number: String,
    /// Its booking.
    pub booking: BookingId,
    /// The booking's short reference.
    pub reference: String,
    /// Whose it is.
    pub expert: ExpertId,
    /// As published.
    pub expert_name: String,
    /// What became of its amount.
    pub claim: Claim,
    /// Of what is under way: what the bank has been told to pay.
    pub sent: Cents,
    /// From when on it is offered for payment.
    pub payable_on: NaiveDate,
    /// The last day.
    pub due_on: NaiveDate,
}

#[derive(FromRow)]
struct PayableRow {
    document_id: Uuid,
    series: String,
    year: i64,
    sequence: i64,
    booking_id: Uuid,
    reference: String,
    expert_id: Uuid,
    display_name: String,
    total: i64,
    credited: i64,
    disputed_cents: i64,
    under_way: i64,
    sent: i64,
    paid: i64,
    payable_on: NaiveDate,
    due_on: NaiveDate,
}

impl From<PayableRow> for Payable {
    fn from(row: PayableRow) -> Self {
        Self {
            document: DocumentId(row.document_id),
            number: format!("{}-{}-{:06}", row.series, row.year, row.sequence),
            booking: BookingId(row.booking_id),
            reference: row.reference,
            expert: ExpertId(row.expert_id),
            expert_name: row.display_name,
            claim: Claim {
                total: Cents(row.total),
                credited: Cents(row.credited),
                disputed: Cents(row.disputed_cents),
                under_way: Cents(row.under_way),
                paid: Cents(row.paid),
            },
            sent: Cents(row.sent),
            payable_on: row.payable_on,
            due_on: row.due_on,
        }
    }
}

macro_rules! select_payable {
    ($rest:literal) => {
        concat!(
            "SELECT document_id, series, year, sequence, booking_id, reference, expert_id, display_name, total, ",
            "credited, disputed_cents, under_way, sent, paid, payable_on, due_on FROM (SELECT s.*, ",
            "CASE WHEN given + set_off > total THEN total ELSE given + set_off END AS credited FROM (SELECT c.*, ",
            // Credit notes go to the booking's invoices in the order of their numbers: one that was credited in full and
            // issued anew leaves nothing for the new one.
            "CASE WHEN credits <= earlier THEN 0 WHEN credits - earlier < total THEN credits - earlier ELSE total END ",
            "AS given, ",
            // What was paid on earlier invoices beyond what is left of them is set off against the new one.
            "CASE WHEN credits < earlier THEN CASE WHEN paid_before > earlier - credits ",
            "THEN paid_before - (earlier - credits) ELSE 0 END ELSE paid_before END AS set_off ",
            "FROM (SELECT y.document_id, d.series, ",
            "d.year, d.sequence, y.booking_id, b.reference, y.expert_id, e.display_name, y.total, y.disputed_cents, ",
            "y.payable_on, y.due_on, ",
            "(SELECT CAST(COALESCE(SUM(c.total), 0) AS BIGINT) FROM document c WHERE c.booking_id = y.booking_id ",
            "AND c.series = 'SBCN') AS credits, ",
            "(SELECT CAST(COALESCE(SUM(i.total), 0) AS BIGINT) FROM document i WHERE i.booking_id = y.booking_id ",
            "AND i.series = 'SB' AND (i.year < d.year OR (i.year = d.year AND i.sequence < d.sequence))) AS earlier, ",
            "(SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM payout p JOIN document i ON i.id = p.document_id ",
            "WHERE i.booking_id = y.booking_id AND i.series = 'SB' AND p.state IN ('prepared', 'sent', 'executed') ",
            "AND (i.year < d.year OR (i.year = d.year AND i.sequence < d.sequence))) AS paid_before, ",
            "(SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM payout p WHERE p.document_id = y.document_id ",
            "AND p.state IN ('prepared', 'sent')) AS under_way, ",
            "(SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM payout p WHERE p.document_id = y.document_id ",
            "AND p.state = 'sent') AS sent, ",
            "(SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM payout p WHERE p.document_id = y.document_id ",
            "AND p.state = 'executed') AS paid ",
            "FROM payable y JOIN document d ON d.id = y.document_id JOIN booking b ON b.id = y.booking_id ",
            "JOIN expert e ON e.id = y.expert_id) AS c) AS s) AS claim ",
            $rest
        )
    };
}

/// Writes what is owed on an invoice; a second time nothing happens.
///
/// # Errors
/// The database's.
pub async fn insert_payable(
    exec: &mut Exec<'_>,
    document: DocumentId,
    booking: BookingId,
    total: Cents,
    (payable_on, due_on): (NaiveDate, NaiveDate),
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO payable (document_id, booking_id, expert_id, total, payable_on, due_on) \
        SELECT $1, b.id, b.expert_id, $3, $4, $5 FROM booking b WHERE b.id = $2 ON CONFLICT (document_id) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(document.0)
        .bind(booking.0)
        .bind(total.0)
        .bind(payable_on)
        .bind(due_on)
        .execute(c)
        .await
        .map(drop))
}

/// Withholds part of an invoice while it is disputed; nought ends that. `false` if the invoice is none that is paid out.
///
/// # Errors
/// The database's; its check, if it is more than the invoice.
pub async fn set_disputed(exec: &mut Exec<'_>, document: DocumentId, disputed: Cents) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE payable SET disputed_cents = $2 WHERE document_id = $1";
    on!(exec, |c| sqlx::query(SQL)
        .bind(document.0)
        .bind(disputed.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Offers an invoice for payment from a day on, if that is earlier: the expert has accepted it.
///
/// # Errors
/// The database's.
pub async fn offer_from(exec: &mut Exec<'_>, document: DocumentId, day: NaiveDate) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE payable SET payable_on = $2 WHERE document_id = $1 AND payable_on > $2";
    on!(exec, |c| sqlx::query(SQL).bind(document.0).bind(day).execute(c).await.map(drop))
}

/// Self-billed invoices that nothing is noted of: their id and body.
///
/// # Errors
/// The database's.
pub async fn unnoted(exec: &mut Exec<'_>, limit: i64) -> sqlx::Result<Vec<(Uuid, String)>> {
    const SQL: &str = "SELECT d.id, d.body FROM document d LEFT JOIN payable y ON y.document_id = d.id \
        WHERE d.series = 'SB' AND y.document_id IS NULL ORDER BY d.id LIMIT $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(limit).fetch_all(c).await)
}

/// Invoices that are not settled, the most urgent first.
///
/// # Errors
/// The database's.
pub async fn unsettled(exec: &mut Exec<'_>, limit: i64) -> sqlx::Result<Vec<Payable>> {
    const SQL: &str = select_payable!("WHERE total - credited <> paid ORDER BY due_on, document_id LIMIT $1");
    on!(exec, |c| sqlx::query_as::<_, PayableRow>(SQL).bind(limit).fetch_all(c).await)
        .map(|rows| rows.into_iter().map(Payable::from).collect())
}

/// How many invoices are due until a day and have not left for the bank in full.
///
/// # Errors
/// The database's.
pub async fn urgent(exec: &mut Exec<'_>, until: NaiveDate) -> sqlx::Result<Tally> {
    let payables = unsettled(exec, 10_000).await?;
    let urgent = payables
        .iter()
        .filter(|payable| payable.due_on <= until && payable.claim.open() + payable.claim.under_way > payable.sent);
    Ok(Tally { count: i64::try_from(urgent.count()).unwrap_or(i64::MAX), oldest: None })
}

/// All invoices of an expert, the newest first.
///
/// # Errors
/// The database's.
pub async fn of_expert(exec: &mut Exec<'_>, expert: ExpertId) -> sqlx::Result<Vec<Payable>> {
    const SQL: &str = select_payable!("WHERE expert_id = $1 ORDER BY due_on DESC, document_id");
    on!(exec, |c| sqlx::query_as::<_, PayableRow>(SQL).bind(expert.0).fetch_all(c).await)
        .map(|rows| rows.into_iter().map(Payable::from).collect())
}

/// An invoice, locked until the transaction ends: its claim cannot change meanwhile.
///
/// # Errors
/// The database's.
pub async fn lock(exec: &mut Exec<'_>, document: DocumentId) -> sqlx::Result<Option<Payable>> {
    const LOCK: &str = "UPDATE payable SET total = total WHERE document_id = $1";
    const SQL: &str = select_payable!("WHERE document_id = $1");
    on!(exec, |c| sqlx::query(LOCK).bind(document.0).execute(c).await.map(drop))?;
    on!(exec, |c| sqlx::query_as::<_, PayableRow>(SQL).bind(document.0).fetch_optional(c).await)
        .map(|row| row.map(Payable::from))
}

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$one:meta])* $state:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$one])* $state),+ }

        impl $name {
            /// Its code in the database.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$state => $code),+ }
            }

            /// Reads the code back.
            #[must_use]
            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$state),)+ _ => None }
            }
        }
    };
}

states!(
    /// How far a batch is.
    BatchState {
        /// Put together; nobody has agreed yet.
        Prepared = "prepared",
        /// Agreed: the file is the bank's to execute.
        Approved = "approved",
        /// Every payout of it was executed or came back.
        Executed = "executed",
        /// Given up before it was approved.
        Cancelled = "cancelled",
    }
);

states!(
    /// How far a payout is.
    PayoutState {
        /// In a batch that is not approved.
        Prepared = "prepared",
        /// In the file.
        Sent = "sent",
        /// Executed by the bank.
        Executed = "executed",
        /// Came back.
        Bounced = "bounced",
        /// Its batch was given up.
        Cancelled = "cancelled",
    }
);

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id.
    pub id: PayoutBatchId,
    /// The message's id at the bank.
    pub reference: String,
    /// How far it is.
    pub state: BatchState,
    /// When the bank shall execute it.
    pub execute_on: NaiveDate,
    /// Who put it together.
    pub prepared_by: AccountId,
    /// Their name.
    pub prepared_by_name: String,
    /// When.
    pub prepared_at: DateTime<Utc>,
    /// Who approved it.
    pub approved_by_name: Option<String>,
    /// When.
    pub approved_at: Option<DateTime<Utc>>,
    /// How many payouts.
    pub count: i64,
    /// Their sum.
    pub sum: Cents,
}

#[derive(FromRow)]
struct BatchRow {
    id: Uuid,
    reference: String,
    state: String,
    execute_on: NaiveDate,
    prepared_by: Uuid,
    prepared_by_name: String,
    prepared_at: DateTime<Utc>,
    approved_by_name: Option<String>,
    approved_at: Option<DateTime<Utc>>,
    count: i64,
    sum: i64,
}

impl TryFrom<BatchRow> for Batch {
    type Error = sqlx::Error;
    fn try_from(row: BatchRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: PayoutBatchId(row.id),
            reference: row.reference,
            state: BatchState::parse(&row.state).ok_or_else(|| unreadable("state of batch"))?,
            execute_on: row.execute_on,
            prepared_by: AccountId(row.prepared_by),
            prepared_by_name: row.prepared_by_name,
            prepared_at: row.prepared_at,
            approved_by_name: row.approved_by_name,
            approved_at: row.approved_at,
            count: row.count,
            sum: Cents(row.sum),
        })
    }
}

macro_rules! select_batch {
    ($rest:literal) => {
        concat!(
            "SELECT b.id, b.reference, b.state, b.execute_on, b.prepared_by, a.name AS prepared_by_name, ",
            "b.prepared_at, o.name AS approved_by_name, b.approved_at, ",
            "(SELECT COUNT(*) FROM payout p WHERE p.batch_id = b.id) AS count, ",
            "(SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM payout p WHERE p.batch_id = b.id) AS sum ",
            "FROM payout_batch b JOIN account a ON a.id = b.prepared_by LEFT JOIN account o ON o.id = b.approved_by ",
            $rest
        )
    };
}

/// A batch to be written.
#[derive(Clone, Debug)]
pub struct NewBatch<'a> {
    /// Its id.
    pub id: PayoutBatchId,
    /// The message's id.
    pub reference: &'a str,
    /// The form's own key.
    pub key: Uuid,
    /// When the bank shall execute it.
    pub execute_on: NaiveDate,
    /// Who puts it together.
    pub by: AccountId,
    /// Now.
    pub at: DateTime<Utc>,
}

/// Writes a batch; `false` if the form's key was used before.
///
/// # Errors
/// The database's.
pub async fn insert_batch(exec: &mut Exec<'_>, batch: &NewBatch<'_>) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO payout_batch (id, reference, idempotency_key, state, execute_on, prepared_by, \
        prepared_at) VALUES ($1, $2, $3, 'prepared', $4, $5, $6) ON CONFLICT (idempotency_key) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(batch.id.0)
        .bind(batch.reference)
        .bind(batch.key)
        .bind(batch.execute_on)
        .bind(batch.by.0)
        .bind(batch.at)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// The batch of a form's key.
///
/// # Errors
/// The database's.
pub async fn batch_of_key(exec: &mut Exec<'_>, key: Uuid) -> sqlx::Result<Option<PayoutBatchId>> {
    const SQL: &str = "SELECT id FROM payout_batch WHERE idempotency_key = $1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(key).fetch_optional(c).await).map(|id| id.map(PayoutBatchId))
}

/// A batch.
///
/// # Errors
/// The database's.
pub async fn batch(exec: &mut Exec<'_>, id: PayoutBatchId) -> sqlx::Result<Option<Batch>> {
    const SQL: &str = select_batch!("WHERE b.id = $1");
    on!(exec, |c| sqlx::query_as::<_, BatchRow>(SQL).bind(id.0).fetch_optional(c).await)?
        .map(Batch::try_from)
        .transpose()
}

/// The newest batches.
///
/// # Errors
/// The database's.
pub async fn batches(exec: &mut Exec<'_>, limit: i64) -> sqlx::Result<Vec<Batch>> {
    const SQL: &str = select_batch!("ORDER BY b.prepared_at DESC, b.id LIMIT $1");
    let rows = on!(exec, |c| sqlx::query_as::<_, BatchRow>(SQL).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Batch::try_from).collect()
}

/// Moves a batch on, if it is still where its reader saw it.
///
/// # Errors
/// The database's.
pub async fn move_batch(
    exec: &mut Exec<'_>,
    id: PayoutBatchId,
    from: BatchState,
    to: BatchState,
    by: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE payout_batch SET state = $3, \
        approved_by = CASE WHEN $3 = 'approved' THEN $4 ELSE approved_by END, \
        approved_at = CASE WHEN $3 = 'approved' THEN $5 ELSE approved_at END, \
        closed_at = CASE WHEN $3 IN ('executed', 'cancelled') THEN $5 ELSE closed_at END \
        WHERE id = $1 AND state = $2";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(from.code())
        .bind(to.code())
        .bind(by.0)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// A payout with what it pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// Its id: the transfer's end-to-end id.
    pub id: PayoutId,
    /// Its batch.
    pub batch: PayoutBatchId,
    /// For which invoice.
    pub document: DocumentId,
    /// The invoice's number.
    pub number: String,
    /// Its booking.
    pub booking: BookingId,
    /// The booking's short reference.
    pub reference: String,
    /// To whom.
    pub expert: ExpertId,
    /// The expert's account.
    pub expert_account: AccountId,
    /// How much.
    pub amount: Cents,
    /// How far it is.
    pub state: PayoutState,
    /// Holder of the account.
    pub creditor: String,
    /// The account, by its id.
    pub iban: Uuid,
    /// The account as people may see it.
    pub account_masked: String,
    /// Who entered it.
    pub account_by: AccountId,
    /// Why it came back.
    pub bounce_reason: Option<String>,
    /// The last day for paying the invoice.
    pub due_on: NaiveDate,
}

#[derive(FromRow)]
struct PayoutRow {
    id: Uuid,
    batch_id: Uuid,
    document_id: Uuid,
    series: String,
    year: i64,
    sequence: i64,
    booking_id: Uuid,
    reference: String,
    expert_id: Uuid,
    expert_account: Uuid,
    amount: i64,
    state: String,
    creditor: String,
    iban_id: Uuid,
    account_masked: String,
    account_by: Uuid,
    bounce_reason: Option<String>,
    due_on: NaiveDate,
}

impl TryFrom<PayoutRow> for Payout {
    type Error = sqlx::Error;
    fn try_from(row: PayoutRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: PayoutId(row.id),
            batch: PayoutBatchId(row.batch_id),
            document: DocumentId(row.document_id),
            number: format!("{}-{}-{:06}", row.series, row.year, row.sequence),
            booking: BookingId(row.booking_id),
            reference: row.reference,
            expert: ExpertId(row.expert_id),
            expert_account: AccountId(row.expert_account),
            amount: Cents(row.amount),
            state: PayoutState::parse(&row.state).ok_or_else(|| unreadable("state of payout"))?,
            creditor: row.creditor,
            iban: row.iban_id,
            account_masked: row.account_masked,
            account_by: AccountId(row.account_by),
            bounce_reason: row.bounce_reason,
            due_on: row.due_on,
        })
    }
}

macro_rules! select_payout {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.batch_id, p.document_id, d.series, d.year, d.sequence, y.booking_id, b.reference, ",
            "y.expert_id, e.account_id AS expert_account, p.amount, p.state, p.creditor, p.iban_id, ",
            "p.account_masked, p.account_by, p.bounce_reason, y.due_on FROM payout p ",
            "JOIN payable y ON y.document_id = p.document_id JOIN document d ON d.id = p.document_id ",
            "JOIN booking b ON b.id = y.booking_id JOIN expert e ON e.id = y.expert_id ",
            $rest
        )
    };
}

/// A payout to be written.
#[derive(Clone, Debug)]
pub struct NewPayout<'a> {
    /// Its id.
    pub id: PayoutId,
    /// Its batch.
    pub batch: PayoutBatchId,
    /// For which invoice.
    pub document: DocumentId,
    /// How much.
    pub amount: Cents,
    /// Holder of the account.
    pub creditor: &'a str,
    /// The account, by its id.
    pub iban: Uuid,
    /// The account as people may see it.
    pub account_masked: &'a str,
    /// Who entered it.
    pub account_by: AccountId,
}

/// Writes a payout that is prepared.
///
/// # Errors
/// The database's: its index, if the invoice is in another batch.
pub async fn insert_payout(exec: &mut Exec<'_>, payout: &NewPayout<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO payout (id, batch_id, document_id, amount, state, creditor, iban_id, \
        account_masked, account_by) VALUES ($1, $2, $3, $4, 'prepared', $5, $6, $7, $8)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(payout.id.0)
        .bind(payout.batch.0)
        .bind(payout.document.0)
        .bind(payout.amount.0)
        .bind(payout.creditor)
        .bind(payout.iban)
        .bind(payout.account_masked)
        .bind(payout.account_by.0)
        .execute(c)
        .await
        .map(drop))
}

/// A payout.
///
/// # Errors
/// The database's.
pub async fn payout(exec: &mut Exec<'_>, id: PayoutId) -> sqlx::Result<Option<Payout>> {
    const SQL: &str = select_payout!("WHERE p.id = $1");
    on!(exec, |c| sqlx::query_as::<_, PayoutRow>(SQL).bind(id.0).fetch_optional(c).await)?
        .map(Payout::try_from)
        .transpose()
}

/// The payouts of a batch, by their invoice's number.
///
/// # Errors
/// The database's.
pub async fn payouts_of(exec: &mut Exec<'_>, batch: PayoutBatchId) -> sqlx::Result<Vec<Payout>> {
    const SQL: &str = select_payout!("WHERE p.batch_id = $1 ORDER BY d.year, d.sequence, p.id");
    let rows = on!(exec, |c| sqlx::query_as::<_, PayoutRow>(SQL).bind(batch.0).fetch_all(c).await)?;
    rows.into_iter().map(Payout::try_from).collect()
}

/// Moves a payout on, if it is still where its reader saw it.
///
/// # Errors
/// The database's.
pub async fn move_payout(
    exec: &mut Exec<'_>,
    id: PayoutId,
    from: PayoutState,
    to: PayoutState,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE payout SET state = $3, bounce_reason = COALESCE($4, bounce_reason), \
        settled_at = CASE WHEN $3 IN ('executed', 'bounced') THEN $5 ELSE settled_at END WHERE id = $1 AND state = $2";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(from.code())
        .bind(to.code())
        .bind(reason)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}
