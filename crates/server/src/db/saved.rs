//! What accounts keep: `shortlist`, `saved_search`, `saved_match`.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::{AccountId, ExpertId};
use sqlx::FromRow;
use uuid::Uuid;

/// Keeps an expert in mind; a second time changes nothing.
///
/// # Errors
/// The database's.
pub async fn add(exec: &mut Exec<'_>, account: AccountId, expert: ExpertId, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO shortlist (account_id, expert_id, created_at) VALUES ($1, $2, $3) \
        ON CONFLICT (account_id, expert_id) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL).bind(account.0).bind(expert.0).bind(now).execute(c).await.map(drop))
}

/// Keeps an expert in mind no longer.
///
/// # Errors
/// The database's.
pub async fn remove(exec: &mut Exec<'_>, account: AccountId, expert: ExpertId) -> sqlx::Result<()> {
    const SQL: &str = "DELETE FROM shortlist WHERE account_id = $1 AND expert_id = $2";
    on!(exec, |c| sqlx::query(SQL).bind(account.0).bind(expert.0).execute(c).await.map(drop))
}

/// Experts that an account keeps in mind, the latest first.
///
/// # Errors
/// The database's.
pub async fn shortlist(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "SELECT expert_id FROM shortlist WHERE account_id = $1 ORDER BY created_at DESC, expert_id";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(account.0).fetch_all(c).await)
}

/// A saved search.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SearchRow {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// As its owner calls it.
    pub name: String,
    /// As in the address of the results.
    pub query: String,
    /// Whether new matches are told of.
    pub notify: bool,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
}

/// Saves a search; `false` if the account has it.
///
/// # Errors
/// The database's.
pub async fn insert_search(exec: &mut Exec<'_>, row: &SearchRow) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO saved_search (id, account_id, name, query, notify, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, query) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(row.id)
        .bind(row.account_id)
        .bind(&row.name)
        .bind(&row.query)
        .bind(row.notify)
        .bind(row.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// An account's searches, the latest first.
///
/// # Errors
/// The database's.
pub async fn searches(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Vec<SearchRow>> {
    const SQL: &str = "SELECT id, account_id, name, query, notify, created_at FROM saved_search \
        WHERE account_id = $1 ORDER BY created_at DESC, id";
    on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_all(c).await)
}

/// Searches whose owners want to hear of matches, page by page.
///
/// # Errors
/// The database's.
pub async fn watched(exec: &mut Exec<'_>, after: Uuid, most: i64) -> sqlx::Result<Vec<SearchRow>> {
    const SQL: &str = "SELECT id, account_id, name, query, notify, created_at FROM saved_search \
        WHERE notify AND id > $1 ORDER BY id LIMIT $2";
    const LITE: &str = "SELECT id, account_id, name, query, notify, created_at FROM saved_search \
        WHERE notify = 1 AND id > $1 ORDER BY id LIMIT $2";
    match exec {
        Exec::Sqlite(c) => sqlx::query_as(LITE).bind(after).bind(most).fetch_all(&mut **c).await,
        Exec::Postgres(c) => sqlx::query_as(SQL).bind(after).bind(most).fetch_all(&mut **c).await,
    }
}

/// Says whether an account wants to hear of a search's matches; `false` if the search is not theirs.
///
/// # Errors
/// The database's.
pub async fn set_notify(exec: &mut Exec<'_>, account: AccountId, id: Uuid, notify: bool) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE saved_search SET notify = $3 WHERE id = $1 AND account_id = $2";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(account.0)
        .bind(notify)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Forgets a search and its matches; `false` if it is not theirs.
///
/// # Errors
/// The database's.
pub async fn forget(exec: &mut Exec<'_>, account: AccountId, id: Uuid) -> sqlx::Result<bool> {
    const MATCHES: &str = "DELETE FROM saved_match WHERE search_id IN \
        (SELECT id FROM saved_search WHERE id = $1 AND account_id = $2)";
    const SEARCH: &str = "DELETE FROM saved_search WHERE id = $1 AND account_id = $2";
    on!(&mut *exec, |c| sqlx::query(MATCHES).bind(id).bind(account.0).execute(c).await.map(drop))?;
    on!(exec, |c| sqlx::query(SEARCH).bind(id).bind(account.0).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Experts who matched a search before.
///
/// # Errors
/// The database's.
pub async fn known(exec: &mut Exec<'_>, search: Uuid) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "SELECT expert_id FROM saved_match WHERE search_id = $1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(search).fetch_all(c).await)
}

/// Notes that an expert matches a search; `true` the first time.
///
/// # Errors
/// The database's.
pub async fn note_match(exec: &mut Exec<'_>, search: Uuid, expert: ExpertId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO saved_match (search_id, expert_id, found_at) VALUES ($1, $2, $3) \
        ON CONFLICT (search_id, expert_id) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(search)
        .bind(expert.0)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}
