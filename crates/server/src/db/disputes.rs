//! Rows of disputes: `dispute`, `dispute_message`, `dispute_file`.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    dispute::DisputeState,
    ids::{AccountId, BookingId, DocumentId, UploadId},
    money::Cents,
};
use sqlx::FromRow;
use uuid::Uuid;

/// A dispute.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct DisputeRow {
    /// Its id.
    pub id: Uuid,
    /// Its booking.
    pub booking_id: Uuid,
    /// Who opened it.
    pub account_id: Uuid,
    /// `client` or `expert`.
    pub side: String,
    /// [`DisputeState::code`].
    pub state: String,
    /// JSON of the days.
    pub days_body: String,
    /// What was said.
    pub statement: String,
    /// What went back.
    pub refund: i64,
    /// A manager's reason.
    pub outcome: String,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
}

macro_rules! dispute {
    ($rest:literal) => {
        concat!(
            "SELECT id, booking_id, account_id, side, state, days_body, statement, refund, outcome, created_at, \
             closed_at FROM dispute ",
            $rest
        )
    };
}

/// Opens a dispute; `false` if one is open.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, row: &DisputeRow) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO dispute (id, booking_id, account_id, side, state, days_body, statement, refund, \
        outcome, created_at) VALUES ($1, $2, $3, $4, 'open', $5, $6, 0, '', $7) ON CONFLICT DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(row.id)
        .bind(row.booking_id)
        .bind(row.account_id)
        .bind(&row.side)
        .bind(&row.days_body)
        .bind(&row.statement)
        .bind(row.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// The open dispute of a booking.
///
/// # Errors
/// The database's.
pub async fn open(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Option<DisputeRow>> {
    const SQL: &str = dispute!("WHERE booking_id = $1 AND closed_at IS NULL");
    on!(exec, |c| sqlx::query_as(SQL).bind(booking.0).fetch_optional(c).await)
}

/// The disputes of a booking, the latest first.
///
/// # Errors
/// The database's.
pub async fn of_booking(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Vec<DisputeRow>> {
    const SQL: &str = dispute!("WHERE booking_id = $1 ORDER BY created_at DESC, id");
    on!(exec, |c| sqlx::query_as(SQL).bind(booking.0).fetch_all(c).await)
}

/// A dispute.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<DisputeRow>> {
    const SQL: &str = dispute!("WHERE id = $1");
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)
}

/// Open disputes, the oldest first; or those that were closed, the latest first.
///
/// # Errors
/// The database's.
pub async fn list(exec: &mut Exec<'_>, closed: bool, most: i64) -> sqlx::Result<Vec<DisputeRow>> {
    const OPEN: &str = dispute!("WHERE closed_at IS NULL ORDER BY created_at, id LIMIT $1");
    const CLOSED: &str = dispute!("WHERE closed_at IS NOT NULL ORDER BY closed_at DESC, id LIMIT $1");
    let sql = if closed { CLOSED } else { OPEN };
    on!(exec, |c| sqlx::query_as(sql).bind(most).fetch_all(c).await)
}

/// Closes a dispute that is open.
///
/// # Errors
/// The database's.
pub async fn close(
    exec: &mut Exec<'_>,
    id: Uuid,
    to: DisputeState,
    refund: Cents,
    outcome: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE dispute SET state = $2, refund = $3, outcome = $4, closed_at = $5 \
        WHERE id = $1 AND closed_at IS NULL";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(to.code())
        .bind(refund.0)
        .bind(outcome)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct MessageRow {
    /// `client`, `expert` or `manager`.
    pub side: String,
    /// What was written.
    pub body: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A message to be added.
#[derive(Clone, Debug)]
pub struct NewMessage<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its dispute.
    pub dispute: Uuid,
    /// Who writes.
    pub author: AccountId,
    /// On which side.
    pub side: &'a str,
    /// What.
    pub body: &'a str,
    /// The form's own key.
    pub key: Uuid,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Adds a message; `false` if the form was sent before.
///
/// # Errors
/// The database's.
pub async fn add_message(exec: &mut Exec<'_>, new: &NewMessage<'_>) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO dispute_message (id, dispute_id, author_id, side, body, form_key, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (form_key) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id)
        .bind(new.dispute)
        .bind(new.author.0)
        .bind(new.side)
        .bind(new.body)
        .bind(new.key)
        .bind(new.now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// What was written, oldest first.
///
/// # Errors
/// The database's.
pub async fn messages(exec: &mut Exec<'_>, dispute: Uuid) -> sqlx::Result<Vec<MessageRow>> {
    const SQL: &str =
        "SELECT side, body, created_at FROM dispute_message WHERE dispute_id = $1 ORDER BY created_at, id";
    on!(exec, |c| sqlx::query_as(SQL).bind(dispute).fetch_all(c).await)
}

/// A file, by its id in the store.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct FileRow {
    /// Its id.
    pub id: Uuid,
    /// Its dispute.
    pub dispute_id: Uuid,
    /// Who sent it.
    pub author_id: Uuid,
    /// `client`, `expert` or `manager`.
    pub side: String,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// In bytes.
    pub size: i64,
    /// Hexadecimal SHA-256.
    pub sha256: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Adds a file.
///
/// # Errors
/// The database's.
pub async fn add_file(exec: &mut Exec<'_>, row: &FileRow) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO dispute_file (id, dispute_id, author_id, side, name, kind, size, sha256, \
        created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(row.id)
        .bind(row.dispute_id)
        .bind(row.author_id)
        .bind(&row.side)
        .bind(&row.name)
        .bind(&row.kind)
        .bind(row.size)
        .bind(&row.sha256)
        .bind(row.created_at)
        .execute(c)
        .await
        .map(drop))
}

/// The files of a dispute, oldest first.
///
/// # Errors
/// The database's.
pub async fn files(exec: &mut Exec<'_>, dispute: Uuid) -> sqlx::Result<Vec<FileRow>> {
    const SQL: &str = "SELECT id, dispute_id, author_id, side, name, kind, size, sha256, created_at \
        FROM dispute_file WHERE dispute_id = $1 ORDER BY created_at, id";
    on!(exec, |c| sqlx::query_as(SQL).bind(dispute).fetch_all(c).await)
}

/// A file.
///
/// # Errors
/// The database's.
pub async fn file(exec: &mut Exec<'_>, id: UploadId) -> sqlx::Result<Option<FileRow>> {
    const SQL: &str = "SELECT id, dispute_id, author_id, side, name, kind, size, sha256, created_at \
        FROM dispute_file WHERE id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)
}

/// The expert's invoice of a booking that is paid out now (the latest), with its total.
///
/// # Errors
/// The database's.
pub async fn payable(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Option<(Uuid, i64)>> {
    const SQL: &str = "SELECT y.document_id, y.total FROM payable y JOIN document d ON d.id = y.document_id \
        WHERE y.booking_id = $1 ORDER BY d.year DESC, d.sequence DESC LIMIT 1";
    on!(exec, |c| sqlx::query_as(SQL).bind(booking.0).fetch_optional(c).await)
}

/// Locks what is paid out of an invoice until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn lock_payable(exec: &mut Exec<'_>, document: DocumentId) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE payable SET disputed_cents = disputed_cents WHERE document_id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(document.0).execute(c).await.map(drop))
}
