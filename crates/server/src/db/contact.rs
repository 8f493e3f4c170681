//! Rows of the contact desk: `contact_request`, `contact_message`, `contact_message_file`, `contact_log`.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    contact::{Conversation, Topic},
    ids::{AccountId, BookingId, ExpertId},
};
use gabarit_i18n::Locale;
use sqlx::FromRow;
use uuid::Uuid;

/// A request, as stored, with the names of who is in it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RequestRow {
    /// Its id.
    pub id: Uuid,
    /// Eight letters and digits by which people call it.
    pub reference: String,
    /// SHA-256 of the secret in a visitor's link.
    pub key_hash: Option<Vec<u8>>,
    /// [`Topic::code`].
    pub topic: String,
    /// [`Conversation::code`].
    pub state: String,
    /// Who wrote, if signed in.
    pub account_id: Option<Uuid>,
    /// The sender's name.
    pub name: String,
    /// Where answers go.
    pub email: String,
    /// The sender's language.
    pub locale: String,
    /// The expert it is about.
    pub expert_id: Option<Uuid>,
    /// That expert's name.
    pub expert_name: Option<String>,
    /// The booking it is about.
    pub booking_id: Option<Uuid>,
    /// That booking's reference.
    pub booking_reference: Option<String>,
    /// What is looked for, as a search's query; may be empty.
    pub search: String,
    /// The manager who takes care of it.
    pub assigned_to: Option<Uuid>,
    /// That manager's name.
    pub assigned_name: Option<String>,
    /// The request in which it goes on.
    pub merged_into: Option<Uuid>,
    /// Its reference.
    pub merged_reference: Option<String>,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// Since when it is the managers' turn.
    pub waits_since: Option<DateTime<Utc>>,
    /// When it was first answered.
    pub first_answered_at: Option<DateTime<Utc>>,
    /// Since when nothing more is expected.
    pub settled_at: Option<DateTime<Utc>>,
    /// When what was written was erased.
    pub erased_at: Option<DateTime<Utc>>,
    /// When a visitor's address was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The secret of a visitor's link, sealed; that of older links, which confirm nothing, is not kept.
    pub sealed_key: Option<String>,
    /// Counts every change.
    pub version: i64,
}

impl RequestRow {
    /// Whether the address is a visitor's that nobody confirmed.
    #[must_use]
    pub const fn is_unconfirmed(&self) -> bool {
        self.account_id.is_none() && self.confirmed_at.is_none() && self.erased_at.is_none()
    }
}

macro_rules! request {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.reference, r.key_hash, r.topic, r.state, r.account_id, r.name, r.email, r.locale, \
             r.expert_id, e.display_name AS expert_name, r.booking_id, b.reference AS booking_reference, r.search, \
             r.assigned_to, m.name AS assigned_name, r.merged_into, o.reference AS merged_reference, r.created_at, r.waits_since, \
             r.first_answered_at, r.settled_at, r.erased_at, r.confirmed_at, r.sealed_key, r.version FROM contact_request r \
             LEFT JOIN expert e ON e.id = r.expert_id LEFT JOIN booking b ON b.id = r.booking_id \
             LEFT JOIN account m ON m.id = r.assigned_to LEFT JOIN contact_request o ON o.id = r.merged_into ",
            $rest
        )
    };
}

/// A new request.
#[derive(Clone, Debug)]
pub struct NewRequest<'a> {
    /// Its id.
    pub id: Uuid,
    /// See [`RequestRow::reference`].
    pub reference: &'a str,
    /// See [`RequestRow::key_hash`].
    pub key_hash: Option<&'a [u8]>,
    /// See [`RequestRow::sealed_key`].
    pub sealed_key: Option<&'a str>,
    /// What it is about.
    pub topic: Topic,
    /// Who wrote, if signed in.
    pub account: Option<AccountId>,
    /// The sender's name.
    pub name: &'a str,
    /// Where answers go.
    pub email: &'a str,
    /// The sender's language.
    pub locale: Locale,
    /// The expert it is about.
    pub expert: Option<ExpertId>,
    /// The booking it is about.
    pub booking: Option<BookingId>,
    /// What is looked for.
    pub search: &'a str,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Adds a request; it waits from now on.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, new: &NewRequest<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO contact_request (id, reference, key_hash, topic, state, account_id, name, email, \
        locale, expert_id, booking_id, search, created_at, waits_since, sealed_key, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, 1)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id)
        .bind(new.reference)
        .bind(new.key_hash)
        .bind(new.topic.code())
        .bind(Conversation::New.code())
        .bind(new.account.map(|id| id.0))
        .bind(new.name)
        .bind(new.email)
        .bind(new.locale.code())
        .bind(new.expert.map(|id| id.0))
        .bind(new.booking.map(|id| id.0))
        .bind(new.search)
        .bind(new.now)
        .bind(new.sealed_key)
        .execute(c)
        .await
        .map(drop))
}

/// The request of a reference.
///
/// # Errors
/// The database's.
pub async fn by_reference(exec: &mut Exec<'_>, reference: &str) -> sqlx::Result<Option<RequestRow>> {
    const SQL: &str = request!("WHERE r.reference = $1");
    on!(exec, |c| sqlx::query_as(SQL).bind(reference).fetch_optional(c).await)
}

/// Notes that a visitor opened the link that was sent by e-mail alone; `false` where that proves nothing, or is known.
///
/// # Errors
/// The database's.
pub async fn confirm(exec: &mut Exec<'_>, id: Uuid, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE contact_request SET confirmed_at = $2 \
        WHERE id = $1 AND confirmed_at IS NULL AND sealed_key IS NOT NULL";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(now).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// The reference of the request that a form, told by its digest, was written to before.
///
/// # Errors
/// The database's.
pub async fn posted(exec: &mut Exec<'_>, digest: Option<&[u8]>) -> sqlx::Result<Option<String>> {
    const SQL: &str = "SELECT r.reference FROM contact_message d JOIN contact_request r ON r.id = d.request_id \
        WHERE d.form_digest = $1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(digest).fetch_optional(c).await)
}

/// The request of a reference, held until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn lock(exec: &mut Exec<'_>, reference: &str) -> sqlx::Result<Option<RequestRow>> {
    const LOCK: &str = "SELECT id FROM contact_request WHERE reference = $1 FOR UPDATE";
    if let Exec::Postgres(_) = exec {
        on!(&mut *exec, |c| sqlx::query(LOCK).bind(reference).execute(c).await.map(drop))?;
    }
    by_reference(exec, reference).await
}

/// The requests of an account, the newest first; at most 50.
///
/// # Errors
/// The database's.
pub async fn of_account(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<RequestRow>> {
    const SQL: &str = request!("WHERE r.account_id = $1 ORDER BY r.created_at DESC, r.id LIMIT 50");
    on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_all(c).await)
}

/// A manager's view of the inbox. Empty texts ask for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxFilter {
    /// `waiting` (New and Waiting), or a [`Conversation::code`]; empty for all.
    pub queue: String,
    /// A [`Topic::code`]; empty for all.
    pub topic: String,
    /// Only what this manager takes care of.
    pub assigned_to: Option<Uuid>,
    /// How many to pass over.
    pub offset: i64,
    /// How many at most.
    pub limit: i64,
}

/// The inbox: who waits longest first, then the newest.
///
/// # Errors
/// The database's.
pub async fn inbox(exec: &mut Exec<'_>, filter: &InboxFilter) -> sqlx::Result<Vec<RequestRow>> {
    const SQL: &str = request!(
        "WHERE ($1 = '' OR ($1 = 'waiting' AND r.waits_since IS NOT NULL) OR ($1 <> 'waiting' AND r.state = $1)) \
         AND ($2 = '' OR r.topic = $2) AND ($3 IS NULL OR r.assigned_to = $3) \
         ORDER BY CASE WHEN r.waits_since IS NULL THEN 1 ELSE 0 END, r.waits_since, r.created_at DESC, r.id \
         LIMIT $4 OFFSET $5"
    );
    on!(exec, |c| sqlx::query_as(SQL)
        .bind(&filter.queue)
        .bind(&filter.topic)
        .bind(filter.assigned_to)
        .bind(filter.limit)
        .bind(filter.offset)
        .fetch_all(c)
        .await)
}

/// How many requests the filter has.
///
/// # Errors
/// The database's.
pub async fn count(exec: &mut Exec<'_>, filter: &InboxFilter) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM contact_request r WHERE ($1 = '' OR ($1 = 'waiting' AND r.waits_since IS NOT NULL) \
        OR ($1 <> 'waiting' AND r.state = $1)) AND ($2 = '' OR r.topic = $2) AND ($3 IS NULL OR r.assigned_to = $3)";
    on!(exec, |c| sqlx::query_scalar(SQL)
        .bind(&filter.queue)
        .bind(&filter.topic)
        .bind(filter.assigned_to)
        .fetch_one(c)
        .await)
}

/// A change of a request.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Its new state.
    pub state: Conversation,
    /// Who takes care of it.
    pub assigned_to: Option<Uuid>,
    /// Where it goes on.
    pub merged_into: Option<Uuid>,
    /// Since when it is the managers' turn.
    pub waits_since: Option<DateTime<Utc>>,
    /// When it was first answered.
    pub first_answered_at: Option<DateTime<Utc>>,
    /// Since when nothing more is expected.
    pub settled_at: Option<DateTime<Utc>>,
}

/// Changes a request that is still at `version`; `false` when somebody changed it meanwhile.
///
/// # Errors
/// The database's.
pub async fn update(exec: &mut Exec<'_>, id: Uuid, version: i64, change: &Change) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE contact_request SET state = $3, assigned_to = $4, merged_into = $5, waits_since = $6, \
        first_answered_at = $7, settled_at = $8, version = version + 1 WHERE id = $1 AND version = $2";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(version)
        .bind(change.state.code())
        .bind(change.assigned_to)
        .bind(change.merged_into)
        .bind(change.waits_since)
        .bind(change.first_answered_at)
        .bind(change.settled_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// A message, as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct MessageRow {
    /// Its id.
    pub id: Uuid,
    /// `sender`, `manager` or `note`.
    pub side: String,
    /// Name of the account that wrote it; visitors have none.
    pub author: Option<String>,
    /// What was written.
    pub body: String,
    /// Ids of proposed experts, JSON.
    pub experts: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A new message.
#[derive(Clone, Copy, Debug)]
pub struct NewMessage<'a> {
    /// Its id.
    pub id: Uuid,
    /// In which request.
    pub request: Uuid,
    /// `sender`, `manager` or `note`.
    pub side: &'a str,
    /// Whose account.
    pub author: Option<AccountId>,
    /// What.
    pub body: &'a str,
    /// Ids of proposed experts, JSON.
    pub experts: &'a str,
    /// SHA-256 of the form with its page's key; pages without a key have none.
    pub digest: Option<&'a [u8]>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Adds a message; `false` where its form was posted before.
///
/// # Errors
/// The database's.
pub async fn add_message(exec: &mut Exec<'_>, new: NewMessage<'_>) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO contact_message (id, request_id, side, author_id, body, experts, created_at, \
        form_digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (form_digest) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id)
        .bind(new.request)
        .bind(new.side)
        .bind(new.author.map(|id| id.0))
        .bind(new.body)
        .bind(new.experts)
        .bind(new.now)
        .bind(new.digest)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// The messages of a request and of those that were merged into it, in the order they were written. Notes only where
/// `with_notes`.
///
/// # Errors
/// The database's.
pub async fn messages(exec: &mut Exec<'_>, request: Uuid, with_notes: bool) -> sqlx::Result<Vec<MessageRow>> {
    const SQL: &str = "SELECT d.id, d.side, a.name AS author, d.body, d.experts, d.created_at FROM contact_message d \
        JOIN contact_request r ON r.id = d.request_id LEFT JOIN account a ON a.id = d.author_id \
        WHERE (d.request_id = $1 OR r.merged_into = $1) AND (d.side <> 'note' OR $2) ORDER BY d.created_at, d.id";
    on!(exec, |c| sqlx::query_as(SQL).bind(request).bind(with_notes).fetch_all(c).await)
}

/// A file of a message, as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct FileRow {
    /// Which, and the name of its bytes in the store.
    pub id: Uuid,
    /// Of which message.
    pub message_id: Uuid,
    /// Its place in the message, from 0.
    pub position: i64,
    /// Its name.
    pub name: String,
    /// Its type.
    pub media_type: String,
    /// In bytes.
    pub size: i64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// Keeps a file with its message.
///
/// # Errors
/// The database's.
pub async fn insert_file(exec: &mut Exec<'_>, file: &FileRow) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO contact_message_file (id, message_id, position, name, media_type, size, sha256) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(file.id)
        .bind(file.message_id)
        .bind(file.position)
        .bind(&file.name)
        .bind(&file.media_type)
        .bind(file.size)
        .bind(&file.sha256)
        .execute(c)
        .await
        .map(drop))
}

/// The files of a request's messages and of those of what was merged into it, each message's in their order.
///
/// # Errors
/// The database's.
pub async fn files(exec: &mut Exec<'_>, request: Uuid) -> sqlx::Result<Vec<FileRow>> {
    const SQL: &str = "SELECT f.id, f.message_id, f.position, f.name, f.media_type, f.size, f.sha256 \
        FROM contact_message_file f JOIN contact_message d ON d.id = f.message_id \
        JOIN contact_request r ON r.id = d.request_id WHERE d.request_id = $1 OR r.merged_into = $1 \
        ORDER BY f.message_id, f.position";
    on!(exec, |c| sqlx::query_as(SQL).bind(request).fetch_all(c).await)
}

/// Where a file is: of which side its message is, and whose conversations show it.
#[derive(Clone, Debug, FromRow)]
pub struct FilePlace {
    /// `sender`, `manager` or `note`.
    pub side: String,
    /// The account of its request.
    pub account_id: Option<Uuid>,
    /// See [`RequestRow::key_hash`].
    pub key_hash: Option<Vec<u8>>,
    /// The same of the request in which it goes on.
    pub merged_account_id: Option<Uuid>,
    /// The same of the request in which it goes on.
    pub merged_key_hash: Option<Vec<u8>>,
}

/// A file, and where it is.
///
/// # Errors
/// The database's.
pub async fn file(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<(FileRow, FilePlace)>> {
    const SQL: &str = "SELECT id, message_id, position, name, media_type, size, sha256 FROM contact_message_file \
        WHERE id = $1";
    const PLACE: &str = "SELECT d.side, r.account_id, r.key_hash, o.account_id AS merged_account_id, \
        o.key_hash AS merged_key_hash FROM contact_message d JOIN contact_request r ON r.id = d.request_id \
        LEFT JOIN contact_request o ON o.id = r.merged_into WHERE d.id = $1";
    let file: Option<FileRow> = on!(&mut *exec, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
    let Some(file) = file else { return Ok(None) };
    let place = on!(exec, |c| sqlx::query_as(PLACE).bind(file.message_id).fetch_one(c).await)?;
    Ok(Some((file, place)))
}

/// References of visitors' conversations that are settled since an instant or longer, those first that wait longest.
/// One that another was merged into waits for that one, too.
///
/// # Errors
/// The database's.
pub async fn settled_before(exec: &mut Exec<'_>, before: DateTime<Utc>, most: i64) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT r.reference FROM contact_request r WHERE r.account_id IS NULL AND r.erased_at IS NULL \
        AND r.state IN ('answered', 'closed') AND r.settled_at <= $1 \
        AND NOT EXISTS (SELECT 1 FROM contact_request m WHERE m.merged_into = r.id AND m.settled_at > $1) \
        ORDER BY r.settled_at, r.id LIMIT $2";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(before).bind(most).fetch_all(c).await)
}

/// A request, and all that were merged into it.
///
/// # Errors
/// The database's.
pub async fn family(exec: &mut Exec<'_>, request: Uuid) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "WITH RECURSIVE family (id) AS (SELECT id FROM contact_request WHERE id = $1 \
        UNION SELECT r.id FROM contact_request r JOIN family f ON r.merged_into = f.id) SELECT id FROM family";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(request).fetch_all(c).await)
}

/// Erases what a request says, and who said it: its topic, its times and the number of its messages stay. Answers the ids
/// of files that lie in the store.
///
/// # Errors
/// The database's.
pub async fn erase(exec: &mut Exec<'_>, request: Uuid, nobody: &str, now: DateTime<Utc>) -> sqlx::Result<Vec<Uuid>> {
    const FILES: &str = "DELETE FROM contact_message_file WHERE message_id IN \
        (SELECT id FROM contact_message WHERE request_id = $1) RETURNING id";
    const MESSAGES: &str = "UPDATE contact_message SET body = '–', experts = '[]', form_digest = NULL \
        WHERE request_id = $1";
    const MAILS: &str = "DELETE FROM outbox WHERE dedup_key LIKE $1";
    const REQUEST: &str = "UPDATE contact_request SET name = '–', email = $2, search = '', key_hash = NULL, \
        sealed_key = NULL, state = CASE WHEN state = 'merged' THEN state ELSE 'closed' END, erased_at = $3, version = version + 1 \
        WHERE id = $1";
    let files = on!(&mut *exec, |c| sqlx::query_scalar(FILES).bind(request).fetch_all(c).await)?;
    on!(&mut *exec, |c| sqlx::query(MESSAGES).bind(request).execute(c).await.map(drop))?;
    let mails = format!("desk/{request}/%");
    on!(&mut *exec, |c| sqlx::query(MAILS).bind(&mails).execute(c).await.map(drop))?;
    on!(exec, |c| sqlx::query(REQUEST).bind(request).bind(nobody).bind(now).execute(c).await.map(drop))?;
    Ok(files)
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LogRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Who; nobody for visitors.
    pub name: Option<String>,
    /// What.
    pub event: String,
    /// To whom or to what.
    pub detail: String,
}

/// Adds a line to a request's log.
///
/// # Errors
/// The database's.
pub async fn log(
    exec: &mut Exec<'_>,
    id: Uuid,
    request: Uuid,
    by: Option<AccountId>,
    event: &str,
    detail: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO contact_log (id, request_id, at, account_id, event, detail) VALUES ($1, $2, $3, $4, $5, $6)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(request)
        .bind(now)
        .bind(by.map(|id| id.0))
        .bind(event)
        .bind(detail)
        .execute(c)
        .await
        .map(drop))
}

/// A request's log, in order.
///
/// # Errors
/// The database's.
pub async fn log_of(exec: &mut Exec<'_>, request: Uuid) -> sqlx::Result<Vec<LogRow>> {
    const SQL: &str = "SELECT l.at, a.name, l.event, l.detail FROM contact_log l LEFT JOIN account a ON a.id = l.account_id \
        WHERE l.request_id = $1 ORDER BY l.at, l.id";
    on!(exec, |c| sqlx::query_as(SQL).bind(request).fetch_all(c).await)
}
