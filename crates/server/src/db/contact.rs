//! Rows of the contact desk: `contact_request`, `contact_message`, `contact_log`.

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
    /// Reference of the request in which it goes on.
    pub merged_reference: Option<String>,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// Since when it is the managers' turn.
    pub waits_since: Option<DateTime<Utc>>,
    /// When it was first answered.
    pub first_answered_at: Option<DateTime<Utc>>,
    /// Counts every change.
    pub version: i64,
}

macro_rules! request {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.reference, r.key_hash, r.topic, r.state, r.account_id, r.name, r.email, r.locale, \
             r.expert_id, e.display_name AS expert_name, r.booking_id, b.reference AS booking_reference, r.search, \
             r.assigned_to, m.name AS assigned_name, o.reference AS merged_reference, r.created_at, r.waits_since, \
             r.first_answered_at, r.version FROM contact_request r \
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
        locale, expert_id, booking_id, search, created_at, waits_since, version) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, 1)";
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
}

/// Changes a request that is still at `version`; `false` when somebody changed it meanwhile.
///
/// # Errors
/// The database's.
pub async fn update(exec: &mut Exec<'_>, id: Uuid, version: i64, change: &Change) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE contact_request SET state = $3, assigned_to = $4, merged_into = $5, waits_since = $6, \
        first_answered_at = $7, version = version + 1 WHERE id = $1 AND version = $2";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(version)
        .bind(change.state.code())
        .bind(change.assigned_to)
        .bind(change.merged_into)
        .bind(change.waits_since)
        .bind(change.first_answered_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// A message, as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct MessageRow {
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
    /// Now.
    pub now: DateTime<Utc>,
}

/// Adds a message.
///
/// # Errors
/// The database's.
pub async fn add_message(exec: &mut Exec<'_>, new: NewMessage<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO contact_message (id, request_id, side, author_id, body, experts, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id)
        .bind(new.request)
        .bind(new.side)
        .bind(new.author.map(|id| id.0))
        .bind(new.body)
        .bind(new.experts)
        .bind(new.now)
        .execute(c)
        .await
        .map(drop))
}

/// The messages of a request and of those that were merged into it, in the order they were written. Notes only where
/// `with_notes`.
///
/// # Errors
/// The database's.
pub async fn messages(exec: &mut Exec<'_>, request: Uuid, with_notes: bool) -> sqlx::Result<Vec<MessageRow>> {
    const SQL: &str = "SELECT d.side, a.name AS author, d.body, d.experts, d.created_at FROM contact_message d \
        JOIN contact_request r ON r.id = d.request_id LEFT JOIN account a ON a.id = d.author_id \
        WHERE (d.request_id = $1 OR r.merged_into = $1) AND (d.side <> 'note' OR $2) ORDER BY d.created_at, d.id";
    on!(exec, |c| sqlx::query_as(SQL).bind(request).bind(with_notes).fetch_all(c).await)
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
