//! The managers' queue.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// A line of the queue.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct QueueRow {
    /// Which.
    pub id: Uuid,
    /// Name.
    pub display_name: String,
    /// Code of its state.
    pub state: String,
    /// Country of the base.
    pub country: String,
    /// Since when it waits.
    pub waiting_since: DateTime<Utc>,
    /// The interview that was picked.
    pub interview_at: Option<DateTime<Utc>>,
}

/// What both queries ask: an empty state is every open one, empty others are all.
macro_rules! filtered {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM candidate k WHERE k.state <> 'draft'
            AND (k.state = $1 OR ($1 = '' AND k.state IN ('new', 'in-review', 'invited', 'interviewed')))
            AND ($2 = '' OR EXISTS (SELECT 1 FROM candidate_product kp WHERE kp.candidate_id = k.id AND kp.product = $2))
            AND ($3 = '' OR k.country = $3)",
            $rest
        )
    };
}

/// A page of the queue, longest waiting first; what is over comes newest first.
///
/// # Errors
/// The database's.
pub async fn queue(
    exec: &mut Exec<'_>,
    (state, product, country): (&str, &str, &str),
    limit: i64,
    offset: i64,
) -> sqlx::Result<Vec<QueueRow>> {
    const OPEN: &str = filtered!(
        "k.id, k.display_name, k.state, k.country, k.waiting_since, k.interview_at",
        " ORDER BY k.waiting_since, k.id LIMIT $4 OFFSET $5"
    );
    const OVER: &str = filtered!(
        "k.id, k.display_name, k.state, k.country, k.waiting_since, k.interview_at",
        " ORDER BY k.waiting_since DESC, k.id LIMIT $4 OFFSET $5"
    );
    let sql = if matches!(state, "published" | "refused" | "withdrawn") { OVER } else { OPEN };
    on!(exec, |c| sqlx::query_as(sql)
        .bind(state)
        .bind(product)
        .bind(country)
        .bind(limit)
        .bind(offset)
        .fetch_all(c)
        .await)
}

/// Lines of the queue in all.
///
/// # Errors
/// The database's.
pub async fn count_queue(exec: &mut Exec<'_>, (state, product, country): (&str, &str, &str)) -> sqlx::Result<i64> {
    const SQL: &str = filtered!("COUNT(*)", "");
    on!(exec, |c| sqlx::query_scalar(SQL).bind(state).bind(product).bind(country).fetch_one(c).await)
}

/// Products of applications, as `(application, name)`, in the products' order.
///
/// # Errors
/// The database's.
pub async fn products_of(exec: &mut Exec<'_>, ids: &[Uuid]) -> sqlx::Result<Vec<(Uuid, String)>> {
    let mut found = Vec::new();
    const SQL: &str = "SELECT kp.candidate_id, p.name FROM candidate_product kp JOIN product p ON p.code = kp.product
        WHERE kp.candidate_id = $1 ORDER BY p.position";
    for id in ids {
        let rows: Vec<(Uuid, String)> = on!(exec, |c| sqlx::query_as(SQL).bind(*id).fetch_all(c).await)?;
        found.extend(rows);
    }
    Ok(found)
}

/// How many applications are in each state, and since when the longest waits.
///
/// # Errors
/// The database's.
pub async fn state_counts(exec: &mut Exec<'_>) -> sqlx::Result<Vec<(String, i64, DateTime<Utc>)>> {
    const SQL: &str = "SELECT state, COUNT(*), MIN(waiting_since) FROM candidate WHERE state <> 'draft' GROUP BY state";
    on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// Countries that applications come from.
///
/// # Errors
/// The database's.
pub async fn countries(exec: &mut Exec<'_>) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT DISTINCT country FROM candidate WHERE state <> 'draft' ORDER BY country";
    on!(exec, |c| sqlx::query_scalar(SQL).fetch_all(c).await)
}
