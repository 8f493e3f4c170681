//! Rows of the members' community: threads, posts, reports.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::{AccountId, CommunityPostId, CommunityThreadId};
use sqlx::FromRow;
use uuid::Uuid;

/// A thread, with its author's name.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ThreadRow {
    /// Its id.
    pub id: Uuid,
    /// Who began it.
    pub account_id: Uuid,
    /// What it is about.
    pub title: String,
    /// Name of who began it.
    pub author: String,
    /// Product, as it is called.
    pub product: Option<String>,
    /// ISO 639-1.
    pub language: String,
    /// When somebody wrote last.
    pub last_post_at: DateTime<Utc>,
    /// Since when nobody writes any more.
    pub closed_at: Option<DateTime<Utc>>,
    /// The post that answered it.
    pub answer_id: Option<Uuid>,
    /// Posts that were not removed.
    pub posts: i64,
}

macro_rules! threads {
    ($rest:literal) => {
        concat!(
            "SELECT t.id, t.account_id, t.title, COALESCE(f.display_name, '–') AS author, p.name AS product, t.language, \
             t.last_post_at, t.closed_at, t.answer_id, \
             (SELECT COUNT(*) FROM community_post x WHERE x.thread_id = t.id AND x.removed_at IS NULL) AS posts \
             FROM community_thread t LEFT JOIN member_profile f ON f.account_id = t.account_id \
             LEFT JOIN product p ON p.code = t.product ",
            $rest
        )
    };
}

/// Threads of a product (empty: all), the latest first.
///
/// # Errors
/// The database's.
pub async fn list(exec: &mut Exec<'_>, product: &str, limit: i64, offset: i64) -> sqlx::Result<Vec<ThreadRow>> {
    const SQL: &str =
        threads!("WHERE ($1 = '' OR t.product = $1) ORDER BY t.last_post_at DESC, t.id LIMIT $2 OFFSET $3");
    on!(exec, |c| sqlx::query_as(SQL).bind(product).bind(limit).bind(offset).fetch_all(c).await)
}

/// How many threads a product has (empty: all).
///
/// # Errors
/// The database's.
pub async fn count(exec: &mut Exec<'_>, product: &str) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM community_thread t WHERE ($1 = '' OR t.product = $1)";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(product).fetch_one(c).await)
}

/// A thread.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: CommunityThreadId) -> sqlx::Result<Option<ThreadRow>> {
    const SQL: &str = threads!("WHERE t.id = $1");
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)
}

/// A new thread.
#[derive(Clone, Debug)]
pub struct NewThread<'a> {
    /// Its id.
    pub id: CommunityThreadId,
    /// Who.
    pub account: AccountId,
    /// What it is about.
    pub title: &'a str,
    /// Code of a product.
    pub product: Option<&'a str>,
    /// ISO 639-1.
    pub language: &'a str,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Adds a thread.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, new: &NewThread<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO community_thread (id, account_id, title, product, language, created_at, last_post_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $6)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id.0)
        .bind(new.account.0)
        .bind(new.title)
        .bind(new.product)
        .bind(new.language)
        .bind(new.now)
        .execute(c)
        .await
        .map(drop))
}

/// Adds a post; its thread comes to the top. `false` if the thread is closed.
///
/// # Errors
/// The database's.
pub async fn insert_post(
    exec: &mut Exec<'_>,
    id: CommunityPostId,
    thread: CommunityThreadId,
    account: AccountId,
    body: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const TOP: &str = "UPDATE community_thread SET last_post_at = $2 WHERE id = $1 AND closed_at IS NULL";
    const SQL: &str =
        "INSERT INTO community_post (id, thread_id, account_id, body, created_at) VALUES ($1, $2, $3, $4, $5)";
    let open = on!(&mut *exec, |c| sqlx::query(TOP)
        .bind(thread.0)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))?;
    if open {
        on!(exec, |c| sqlx::query(SQL)
            .bind(id.0)
            .bind(thread.0)
            .bind(account.0)
            .bind(body)
            .bind(now)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(open)
}

/// A post, with its author's name.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PostRow {
    /// Its id.
    pub id: Uuid,
    /// In which thread.
    pub thread_id: Uuid,
    /// Who.
    pub account_id: Uuid,
    /// Name of who wrote it.
    pub author: String,
    /// Code of the author's badge; none of who was erased.
    pub code: Option<String>,
    /// What.
    pub body: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was edited last.
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was removed.
    pub removed_at: Option<DateTime<Utc>>,
    /// Why; empty where whoever wrote it took it away.
    pub removed_because: Option<String>,
    /// When it became a contribution.
    pub contributed_at: Option<DateTime<Utc>>,
}

macro_rules! posts {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.thread_id, p.account_id, COALESCE(f.display_name, '–') AS author, f.code, p.body, p.created_at, \
             p.edited_at, p.removed_at, p.removed_because, p.contributed_at FROM community_post p \
             LEFT JOIN member_profile f ON f.account_id = p.account_id ",
            $rest
        )
    };
}

/// The posts of a thread, in order.
///
/// # Errors
/// The database's.
pub async fn posts(exec: &mut Exec<'_>, thread: CommunityThreadId) -> sqlx::Result<Vec<PostRow>> {
    const SQL: &str = posts!("WHERE p.thread_id = $1 ORDER BY p.created_at, p.id");
    on!(exec, |c| sqlx::query_as(SQL).bind(thread.0).fetch_all(c).await)
}

/// A post.
///
/// # Errors
/// The database's.
pub async fn post(exec: &mut Exec<'_>, id: CommunityPostId) -> sqlx::Result<Option<PostRow>> {
    const SQL: &str = posts!("WHERE p.id = $1");
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)
}

/// A post, locked until the end of the transaction: what is kept of it is what it said last.
///
/// # Errors
/// The database's.
pub async fn lock_post(exec: &mut Exec<'_>, id: CommunityPostId) -> sqlx::Result<Option<PostRow>> {
    if let Exec::Postgres(c) = exec {
        sqlx::query("SELECT id FROM community_post WHERE id = $1 FOR UPDATE").bind(id.0).execute(&mut **c).await?;
    }
    post(exec, id).await
}

/// Changes what a post says; `false` if it was removed, or became a contribution.
///
/// # Errors
/// The database's.
pub async fn edit(exec: &mut Exec<'_>, id: CommunityPostId, body: &str, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE community_post SET body = $2, edited_at = $3 \
        WHERE id = $1 AND removed_at IS NULL AND contributed_at IS NULL";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(body)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// What is written down of a post, or of a whole thread.
#[derive(Clone, Copy, Debug)]
pub struct NewLine<'a> {
    /// Its id.
    pub id: Uuid,
    /// In which thread.
    pub thread: CommunityThreadId,
    /// Of which post; none for the whole thread.
    pub post: Option<CommunityPostId>,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: AccountId,
    /// `edited`, `withdrawn`, `removed`, `kept`, `closed` or `reopened`.
    pub event: &'a str,
    /// What the post said until then.
    pub body: &'a str,
    /// Why; may be empty.
    pub reason: &'a str,
}

/// Writes down what became of a post or a thread. Nothing changes or removes it.
///
/// # Errors
/// The database's.
pub async fn log(exec: &mut Exec<'_>, line: NewLine<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO community_log (id, thread_id, post_id, at, actor_id, event, body, reason) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(line.id)
        .bind(line.thread.0)
        .bind(line.post.map(|id| id.0))
        .bind(line.at)
        .bind(line.actor.0)
        .bind(line.event)
        .bind(line.body)
        .bind(line.reason)
        .execute(c)
        .await
        .map(drop))
}

/// What became of a post, and what it said until then.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LineRow {
    /// Of which post.
    pub post_id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by name.
    pub actor: String,
    /// See [`NewLine::event`].
    pub event: String,
    /// What the post said until then.
    pub body: String,
}

/// What became of the posts of a thread, in order.
///
/// # Errors
/// The database's.
pub async fn lines(exec: &mut Exec<'_>, thread: CommunityThreadId) -> sqlx::Result<Vec<LineRow>> {
    const SQL: &str = "SELECT l.post_id, l.at, a.name AS actor, l.event, l.body FROM community_log l \
        JOIN account a ON a.id = l.actor_id WHERE l.thread_id = $1 AND l.post_id IS NOT NULL ORDER BY l.at, l.id";
    on!(exec, |c| sqlx::query_as(SQL).bind(thread.0).fetch_all(c).await)
}

/// Names the post that answered a thread.
///
/// # Errors
/// The database's.
pub async fn set_answer(
    exec: &mut Exec<'_>,
    thread: CommunityThreadId,
    post: Option<CommunityPostId>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE community_thread SET answer_id = $2 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(thread.0).bind(post.map(|id| id.0)).execute(c).await.map(drop))
}

/// Closes a thread, or opens it again.
///
/// # Errors
/// The database's.
pub async fn set_closed(exec: &mut Exec<'_>, thread: CommunityThreadId, at: Option<DateTime<Utc>>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE community_thread SET closed_at = $2 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(thread.0).bind(at).execute(c).await.map(drop))
}

/// Removes a post from view; `false` if it was removed before. What it said is kept for whoever answers for it.
///
/// # Errors
/// The database's.
pub async fn remove(
    exec: &mut Exec<'_>,
    id: CommunityPostId,
    by: AccountId,
    because: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE community_post SET removed_at = $2, removed_by = $3, removed_because = $4 \
        WHERE id = $1 AND removed_at IS NULL";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(now)
        .bind(by.0)
        .bind(because)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// An answer became a contribution; `false` if it had already.
///
/// # Errors
/// The database's.
pub async fn contributed(exec: &mut Exec<'_>, id: CommunityPostId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str =
        "UPDATE community_post SET contributed_at = $2 WHERE id = $1 AND contributed_at IS NULL AND removed_at IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(now).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Tells the managers of a post; who told of it before is not counted twice.
///
/// # Errors
/// The database's.
pub async fn report(
    exec: &mut Exec<'_>,
    id: CommunityPostId,
    by: AccountId,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO community_report (post_id, account_id, reason, at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (post_id, account_id) DO UPDATE SET reason = $3, at = $4, settled_at = NULL";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(by.0).bind(reason).bind(now).execute(c).await.map(drop))
}

/// Settles the reports of a post.
///
/// # Errors
/// The database's.
pub async fn settle(exec: &mut Exec<'_>, id: CommunityPostId, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE community_report SET settled_at = $2 WHERE post_id = $1 AND settled_at IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(now).execute(c).await.map(drop))
}

/// A report that waits.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ReportRow {
    /// Of which post.
    pub post_id: Uuid,
    /// In which thread.
    pub thread_id: Uuid,
    /// What the thread is about.
    pub title: String,
    /// Name of who wrote the post.
    pub author: String,
    /// What was written when it was reported.
    pub body: String,
    /// Why it was reported.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Reports that wait, the oldest first; at most 200.
///
/// # Errors
/// The database's.
pub async fn reports(exec: &mut Exec<'_>) -> sqlx::Result<Vec<ReportRow>> {
    const SQL: &str = "SELECT r.post_id, p.thread_id, t.title, COALESCE(f.display_name, '–') AS author, \
        COALESCE((SELECT l.body FROM community_log l WHERE l.post_id = r.post_id AND l.event = 'edited' AND l.at >= r.at \
        ORDER BY l.at, l.id LIMIT 1), p.body) AS body, r.reason, r.at \
        FROM community_report r JOIN community_post p ON p.id = r.post_id JOIN community_thread t ON t.id = p.thread_id \
        LEFT JOIN member_profile f ON f.account_id = p.account_id WHERE r.settled_at IS NULL ORDER BY r.at, r.post_id LIMIT 200";
    on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)
}
