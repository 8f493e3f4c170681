//! Words that were marked as contact details, and what managers found of them: `text_look`, `text_look_log`.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::AccountId;
use sqlx::FromRow;
use uuid::Uuid;

/// What somebody asked a manager to look at.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LookRow {
    /// Its id.
    pub id: Uuid,
    /// Whose text.
    pub account_id: Uuid,
    /// In which form.
    pub area: String,
    /// In which of its fields.
    pub field: String,
    /// The whole text.
    pub body: String,
    /// JSON of the words.
    pub words_body: String,
    /// `asked`, `allowed` or `refused`.
    pub state: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// By whom: their name.
    pub decided_by: Option<String>,
    /// Why it was refused.
    pub reason: String,
}

/// One that waits, and who asked.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct WaitingRow {
    /// What.
    #[sqlx(flatten)]
    pub look: LookRow,
    /// Who: their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their profile.
    pub expert_id: Option<Uuid>,
    /// Their latest application.
    pub candidate_id: Option<Uuid>,
}

/// Somebody asks.
#[derive(Clone, Copy, Debug)]
pub struct NewLook<'a> {
    /// Its id.
    pub id: Uuid,
    /// Whose text.
    pub account: AccountId,
    /// In which form.
    pub area: &'a str,
    /// In which of its fields.
    pub field: &'a str,
    /// The whole text.
    pub body: &'a str,
    /// JSON of the words.
    pub words: &'a str,
    /// Now.
    pub now: DateTime<Utc>,
}

macro_rules! looks {
    ($more:literal, $rest:literal) => {
        concat!(
            "SELECT k.id, k.account_id, k.area, k.field, k.body, k.words_body, k.state, k.asked_at, k.decided_at, \
             m.name AS decided_by, k.reason",
            $more,
            " FROM text_look k LEFT JOIN account m ON m.id = k.decided_by ",
            $rest
        )
    };
}

/// Keeps the other requests of an account out until the end of the transaction.
///
/// # Errors
/// The database's.
pub async fn lock_account(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<()> {
    if let Exec::Postgres(c) = exec {
        sqlx::query("SELECT id FROM account WHERE id = $1 FOR UPDATE").bind(account.0).execute(&mut **c).await?;
    }
    Ok(())
}

/// The state and the words of everything that an account ever asked.
///
/// # Errors
/// The database's.
pub async fn words_of(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<(String, String)>> {
    const SQL: &str = "SELECT state, words_body FROM text_look WHERE account_id = $1 ORDER BY asked_at, id";
    on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_all(c).await)
}

/// The latest that an account asked, those that wait first.
///
/// # Errors
/// The database's.
pub async fn of_account(exec: &mut Exec<'_>, account: AccountId, most: i64) -> sqlx::Result<Vec<LookRow>> {
    const SQL: &str = looks!(
        "",
        "WHERE k.account_id = $1 ORDER BY CASE WHEN k.state = 'asked' THEN 0 ELSE 1 END, k.asked_at DESC, k.id \
         LIMIT $2"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(account.0).bind(most).fetch_all(c).await)
}

/// One of them.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<LookRow>> {
    const SQL: &str = looks!("", "WHERE k.id = $1");
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)
}

/// Those that wait, the oldest first.
///
/// # Errors
/// The database's.
pub async fn waiting(exec: &mut Exec<'_>, most: i64) -> sqlx::Result<Vec<WaitingRow>> {
    const SQL: &str = looks!(
        ", a.name, a.email, (SELECT e.id FROM expert e WHERE e.account_id = a.id) AS expert_id, \
         (SELECT c.id FROM candidate c WHERE c.account_id = a.id ORDER BY c.created_at DESC, c.id DESC LIMIT 1) \
         AS candidate_id",
        "JOIN account a ON a.id = k.account_id WHERE k.state = 'asked' ORDER BY k.asked_at, k.id LIMIT $1"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(most).fetch_all(c).await)
}

/// How many wait.
///
/// # Errors
/// The database's.
pub async fn count_waiting(exec: &mut Exec<'_>) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM text_look WHERE state = 'asked'";
    on!(exec, |c| sqlx::query_scalar(SQL).fetch_one(c).await)
}

/// Adds one; it waits.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, new: NewLook<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO text_look (id, account_id, area, field, body, words_body, state, asked_at) \
        VALUES ($1, $2, $3, $4, $5, $6, 'asked', $7)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id)
        .bind(new.account.0)
        .bind(new.area)
        .bind(new.field)
        .bind(new.body)
        .bind(new.words)
        .bind(new.now)
        .execute(c)
        .await
        .map(drop))
}

/// Decides on one that waits; `false` if somebody did before.
///
/// # Errors
/// The database's.
pub async fn decide(
    exec: &mut Exec<'_>,
    id: Uuid,
    state: &str,
    manager: AccountId,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE text_look SET state = $2, decided_at = $3, decided_by = $4, reason = $5 \
        WHERE id = $1 AND state = 'asked'";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(state)
        .bind(now)
        .bind(manager.0)
        .bind(reason)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Adds to the log.
///
/// # Errors
/// The database's.
pub async fn log(
    exec: &mut Exec<'_>,
    id: Uuid,
    (look, account): (Uuid, Uuid),
    actor: AccountId,
    event: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO text_look_log (id, look_id, account_id, at, actor_id, event, reason) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(look)
        .bind(account)
        .bind(now)
        .bind(actor.0)
        .bind(event)
        .bind(reason)
        .execute(c)
        .await
        .map(drop))
}
