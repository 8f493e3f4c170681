//! Rows of applications: their form, documents, notes, times offered and log.

mod publish;
mod queue;

pub use publish::{ExpertProfileRow, bookable, publish_expert, remember_phone, set_expert_state};
pub use queue::{QueueRow, count_queue, countries, products_of, queue, state_counts};

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    candidate::{Admission, CandidateState},
    expert::{ExpertKind, Level},
    ids::{AccountId, CandidateId, UploadId},
    text::Message,
};
use gabarit_view::candidate::ApplicationForm;
use sqlx::FromRow;
use uuid::Uuid;

/// An application, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: CandidateId,
    /// Whose.
    pub account: AccountId,
    /// Its state.
    pub state: CandidateState,
    /// Rises with every change once it is sent.
    pub version: i64,
    /// As typed.
    pub form: ApplicationForm,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When its form was saved last.
    pub saved_at: DateTime<Utc>,
    /// When it was sent.
    pub submitted_at: Option<DateTime<Utc>>,
    /// Since when it waits as it does.
    pub waiting_since: DateTime<Utc>,
    /// Name as it would be published; empty before it is sent.
    pub display_name: String,
    /// Country of the base; empty before it is sent.
    pub country: String,
    /// When the interview is or was, who holds it, and how many minutes it takes.
    pub interview: Option<(DateTime<Utc>, AccountId, u32)>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    account_id: Uuid,
    state: String,
    version: i64,
    form: String,
    created_at: DateTime<Utc>,
    saved_at: DateTime<Utc>,
    submitted_at: Option<DateTime<Utc>>,
    waiting_since: DateTime<Utc>,
    display_name: String,
    country: String,
    interview_at: Option<DateTime<Utc>>,
    interviewer_id: Option<Uuid>,
    interview_minutes: Option<i64>,
    level: Option<i64>,
    kind: Option<String>,
    reasons: Option<String>,
}

fn unreadable(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("an application's {what} makes no sense").into())
}

impl Row {
    fn read(self) -> sqlx::Result<Candidate> {
        let admission = match (self.level, self.kind.as_deref()) {
            (Some(level), Some(kind)) => Some(Admission {
                level: u8::try_from(level)
                    .ok()
                    .and_then(|level| Level::try_from(level).ok())
                    .ok_or_else(|| unreadable("level"))?,
                kind: ExpertKind::parse(kind).ok_or_else(|| unreadable("kind"))?,
            }),
            _ => None,
        };
        let reasons = self.reasons.map(|text| Message::parse(&text).map_err(|_| unreadable("reasons"))).transpose()?;
        let state = CandidateState::restore(&self.state, self.interview_at, admission, reasons)
            .ok_or_else(|| unreadable("state"))?;
        let interview = match (self.interview_at, self.interviewer_id, self.interview_minutes) {
            (Some(at), Some(by), Some(minutes)) => {
                Some((at, AccountId(by), u32::try_from(minutes).map_err(|_| unreadable("interview"))?))
            }
            _ => None,
        };
        Ok(Candidate {
            id: CandidateId(self.id),
            account: AccountId(self.account_id),
            state,
            version: self.version,
            form: serde_json::from_str(&self.form).map_err(|_| unreadable("form"))?,
            created_at: self.created_at,
            saved_at: self.saved_at,
            submitted_at: self.submitted_at,
            waiting_since: self.waiting_since,
            display_name: self.display_name,
            country: self.country,
            interview,
        })
    }
}

fn json(form: &ApplicationForm) -> String {
    // A map of texts can always be written.
    serde_json::to_string(form).unwrap_or_else(|_| "{}".to_owned())
}

/// Begins an application; fails on `candidate_open_once` if the account has an open one.
///
/// # Errors
/// The database's.
pub async fn insert(
    exec: &mut Exec<'_>,
    id: CandidateId,
    account: AccountId,
    form: &ApplicationForm,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO candidate (id, account_id, state, version, form, created_at, saved_at, \
        waiting_since, display_name, country) VALUES ($1, $2, 'draft', 1, $3, $4, $4, $4, '', '')";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(account.0).bind(json(form)).bind(now).execute(c).await.map(drop))
}

/// Keeps what is typed of a draft; `false` once it is sent.
///
/// # Errors
/// The database's.
pub async fn save_form(
    exec: &mut Exec<'_>,
    id: CandidateId,
    form: &ApplicationForm,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE candidate SET form = $2, saved_at = $3 WHERE id = $1 AND state = 'draft'";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(json(form))
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// An application.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: CandidateId) -> sqlx::Result<Option<Candidate>> {
    const SQL: &str = "SELECT * FROM candidate WHERE id = $1";
    let row: Option<Row> = on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
    row.map(Row::read).transpose()
}

/// An application, locked until the end of the transaction.
///
/// # Errors
/// The database's.
pub async fn lock(exec: &mut Exec<'_>, id: CandidateId) -> sqlx::Result<Option<Candidate>> {
    if let Exec::Postgres(c) = exec {
        sqlx::query("SELECT id FROM candidate WHERE id = $1 FOR UPDATE").bind(id.0).execute(&mut **c).await?;
    }
    get(exec, id).await
}

/// The latest application of an account: its open one, if it has one.
///
/// # Errors
/// The database's.
pub async fn latest(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Option<Candidate>> {
    const SQL: &str = "SELECT * FROM candidate WHERE account_id = $1 ORDER BY \
        CASE WHEN state IN ('published', 'refused', 'withdrawn') THEN 1 ELSE 0 END, created_at DESC, id DESC LIMIT 1";
    let row: Option<Row> = on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_optional(c).await)?;
    row.map(Row::read).transpose()
}

/// Earlier applications of an account that were refused, newest first.
///
/// # Errors
/// The database's.
pub async fn refused(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<Candidate>> {
    const SQL: &str = "SELECT * FROM candidate WHERE account_id = $1 AND state = 'refused'
        ORDER BY waiting_since DESC, id DESC";
    let rows: Vec<Row> = on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_all(c).await)?;
    rows.into_iter().map(Row::read).collect()
}

/// Stores a change of the version its caller read, and counts the version up; `false` if it is another's by now.
///
/// # Errors
/// The database's.
pub async fn store(exec: &mut Exec<'_>, candidate: &mut Candidate) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE candidate SET state = $3, version = version + 1, form = $4, saved_at = $5, \
        submitted_at = $6, waiting_since = $7, display_name = $8, country = $9, interview_at = $10, \
        interviewer_id = $11, interview_minutes = $12, level = $13, kind = $14, reasons = $15 \
        WHERE id = $1 AND version = $2";
    let (mut level, mut kind, mut reasons) = (None, None, None);
    match &candidate.state {
        CandidateState::Published(admission) => {
            level = Some(i64::from(admission.level.number()));
            kind = Some(admission.kind.code());
        }
        CandidateState::Refused { reasons: text } => reasons = Some(text.as_str()),
        _ => {}
    }
    let (at, by, minutes) = candidate
        .interview
        .map_or((None, None, None), |(at, by, minutes)| (Some(at), Some(by.0), Some(i64::from(minutes))));
    let stored = on!(exec, |c| sqlx::query(SQL)
        .bind(candidate.id.0)
        .bind(candidate.version)
        .bind(candidate.state.code())
        .bind(json(&candidate.form))
        .bind(candidate.saved_at)
        .bind(candidate.submitted_at)
        .bind(candidate.waiting_since)
        .bind(&candidate.display_name)
        .bind(&candidate.country)
        .bind(at)
        .bind(by)
        .bind(minutes)
        .bind(level)
        .bind(kind)
        .bind(reasons)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))?;
    if stored {
        candidate.version += 1;
    }
    Ok(stored)
}

/// A step of an application's way.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StepRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor_id: Uuid,
    /// Who, by name.
    pub actor_name: String,
    /// Code of the state it came from.
    pub from_state: Option<String>,
    /// Code of the state it came to.
    pub to_state: String,
    /// What was done.
    pub event: String,
    /// Why.
    pub reason: String,
}

/// What is logged of a move.
#[derive(Clone, Copy, Debug)]
pub struct NewStep<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: AccountId,
    /// Code of the state it came from; none when it begins.
    pub from: Option<&'a str>,
    /// Code of the state it came to.
    pub to: &'a str,
    /// What was done.
    pub event: &'a str,
    /// Why; may be empty.
    pub reason: &'a str,
}

/// Writes a move down. Nothing changes or removes it.
///
/// # Errors
/// The database's.
pub async fn log(exec: &mut Exec<'_>, id: CandidateId, step: NewStep<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO candidate_log (candidate_id, step, at, actor_id, from_state, to_state, event, reason) \
        SELECT $1, COALESCE(MAX(step), 0) + 1, $2, $3, $4, $5, $6, $7 FROM candidate_log WHERE candidate_id = $1";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(step.at)
        .bind(step.actor.0)
        .bind(step.from)
        .bind(step.to)
        .bind(step.event)
        .bind(step.reason)
        .execute(c)
        .await
        .map(drop))
}

/// The way of an application, from its beginning.
///
/// # Errors
/// The database's.
pub async fn steps(exec: &mut Exec<'_>, id: CandidateId) -> sqlx::Result<Vec<StepRow>> {
    const SQL: &str = "SELECT l.at, l.actor_id, a.name AS actor_name, l.from_state, l.to_state, l.event, l.reason \
        FROM candidate_log l JOIN account a ON a.id = l.actor_id WHERE l.candidate_id = $1 ORDER BY l.step";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// Names the products an application is about, in place of those named before.
///
/// # Errors
/// The database's.
pub async fn set_products(exec: &mut Exec<'_>, id: CandidateId, products: &[String]) -> sqlx::Result<()> {
    const CLEAR: &str = "DELETE FROM candidate_product WHERE candidate_id = $1";
    const ADD: &str = "INSERT INTO candidate_product (candidate_id, product) VALUES ($1, $2)";
    on!(exec, |c| sqlx::query(CLEAR).bind(id.0).execute(c).await.map(drop))?;
    for product in products {
        on!(exec, |c| sqlx::query(ADD).bind(id.0).bind(product).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// A document's row.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct DocumentRow {
    /// Its id, and the file's in the store.
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// To which application.
    pub candidate_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its type.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Hexadecimal SHA-256.
    pub sha256: String,
    /// When it was sent.
    pub uploaded_at: DateTime<Utc>,
}

/// Keeps a document's row.
///
/// # Errors
/// The database's.
pub async fn insert_document(exec: &mut Exec<'_>, row: &DocumentRow) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO candidate_document (id, account_id, candidate_id, name, media_type, size, sha256, \
        uploaded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(row.id)
        .bind(row.account_id)
        .bind(row.candidate_id)
        .bind(&row.name)
        .bind(&row.media_type)
        .bind(row.size)
        .bind(&row.sha256)
        .bind(row.uploaded_at)
        .execute(c)
        .await
        .map(drop))
}

/// Documents of an application, oldest first.
///
/// # Errors
/// The database's.
pub async fn documents(exec: &mut Exec<'_>, id: CandidateId) -> sqlx::Result<Vec<DocumentRow>> {
    const SQL: &str = "SELECT * FROM candidate_document WHERE candidate_id = $1 ORDER BY uploaded_at, id";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// A document.
///
/// # Errors
/// The database's.
pub async fn document(exec: &mut Exec<'_>, id: UploadId) -> sqlx::Result<Option<DocumentRow>> {
    const SQL: &str = "SELECT * FROM candidate_document WHERE id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)
}

/// Forgets a document.
///
/// # Errors
/// The database's.
pub async fn delete_document(exec: &mut Exec<'_>, id: UploadId) -> sqlx::Result<()> {
    const SQL: &str = "DELETE FROM candidate_document WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).execute(c).await.map(drop))
}

/// Hands the documents of an application over to the next one of the same candidate.
///
/// # Errors
/// The database's.
pub async fn move_documents(exec: &mut Exec<'_>, from: CandidateId, to: CandidateId) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE candidate_document SET candidate_id = $2 WHERE candidate_id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(from.0).bind(to.0).execute(c).await.map(drop))
}

/// A time offered.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SlotRow {
    /// Its id.
    pub id: Uuid,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// How long it takes.
    pub minutes: i64,
    /// By whom.
    pub offered_by: Uuid,
}

/// Offers times in place of those offered before.
///
/// # Errors
/// The database's.
pub async fn offer(exec: &mut Exec<'_>, id: CandidateId, slots: &[SlotRow]) -> sqlx::Result<()> {
    const CLEAR: &str = "DELETE FROM candidate_slot WHERE candidate_id = $1";
    const ADD: &str = "INSERT INTO candidate_slot (id, candidate_id, starts_at, minutes, offered_by) \
        VALUES ($1, $2, $3, $4, $5)";
    on!(exec, |c| sqlx::query(CLEAR).bind(id.0).execute(c).await.map(drop))?;
    for slot in slots {
        on!(exec, |c| sqlx::query(ADD)
            .bind(slot.id)
            .bind(id.0)
            .bind(slot.starts_at)
            .bind(slot.minutes)
            .bind(slot.offered_by)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}

/// Times offered, in their order.
///
/// # Errors
/// The database's.
pub async fn slots(exec: &mut Exec<'_>, id: CandidateId) -> sqlx::Result<Vec<SlotRow>> {
    const SQL: &str = "SELECT id, starts_at, minutes, offered_by FROM candidate_slot WHERE candidate_id = $1
        ORDER BY starts_at";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// Interviews that a manager holds, as `(candidate, begin, minutes)`.
///
/// # Errors
/// The database's.
pub async fn interviews_of(
    exec: &mut Exec<'_>,
    interviewer: AccountId,
) -> sqlx::Result<Vec<(Uuid, DateTime<Utc>, i64)>> {
    const SQL: &str = "SELECT id, interview_at, interview_minutes FROM candidate
        WHERE interviewer_id = $1 AND state = 'invited' AND interview_at IS NOT NULL";
    on!(exec, |c| sqlx::query_as(SQL).bind(interviewer.0).fetch_all(c).await)
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct NoteRow {
    /// Who wrote it.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub body: String,
}

/// Adds a note.
///
/// # Errors
/// The database's.
pub async fn insert_note(
    exec: &mut Exec<'_>,
    id: Uuid,
    candidate: CandidateId,
    author: AccountId,
    body: &str,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO candidate_note (id, candidate_id, author_id, body, at) VALUES ($1, $2, $3, $4, $5)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(candidate.0)
        .bind(author.0)
        .bind(body)
        .bind(at)
        .execute(c)
        .await
        .map(drop))
}

/// Notes on an application, oldest first.
///
/// # Errors
/// The database's.
pub async fn notes(exec: &mut Exec<'_>, id: CandidateId) -> sqlx::Result<Vec<NoteRow>> {
    const SQL: &str = "SELECT a.name AS author, n.at, n.body FROM candidate_note n JOIN account a ON a.id = n.author_id
        WHERE n.candidate_id = $1 ORDER BY n.at, n.id";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}
