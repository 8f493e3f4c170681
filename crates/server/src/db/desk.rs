//! Rows of the managers' log.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::AccountId;
use sqlx::FromRow;
use uuid::Uuid;

/// Something a manager did.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LogRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Who: their name; nobody for what a clock did.
    pub actor: Option<String>,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// More of it.
    pub detail: String,
}

/// Writes what a manager does, in the transaction that does it.
///
/// # Errors
/// The database's.
pub async fn log(
    exec: &mut Exec<'_>,
    id: Uuid,
    at: DateTime<Utc>,
    actor: Option<AccountId>,
    action: &str,
    subject: &str,
    detail: &str,
) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO desk_log (id, at, actor_id, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(at)
        .bind(actor.map(|actor| actor.0))
        .bind(action)
        .bind(subject)
        .bind(detail)
        .execute(c)
        .await
        .map(drop))
}

/// The newest entries.
///
/// # Errors
/// The database's.
pub async fn latest(exec: &mut Exec<'_>, limit: i64) -> sqlx::Result<Vec<LogRow>> {
    const SQL: &str = "SELECT l.at, a.name AS actor, l.action, l.subject, l.detail FROM desk_log l \
        LEFT JOIN account a ON a.id = l.actor_id ORDER BY l.at DESC, l.id DESC LIMIT $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(limit).fetch_all(c).await)
}

/// Everybody who manages.
///
/// # Errors
/// The database's.
pub async fn managers(exec: &mut Exec<'_>) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "SELECT id FROM account WHERE is_manager ORDER BY id";
    on!(exec, |c| sqlx::query_scalar(SQL).fetch_all(c).await)
}
