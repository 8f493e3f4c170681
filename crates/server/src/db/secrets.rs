//! The row of `secret_check`.

use crate::{db::Exec, on};

/// The known word as it was sealed, if it was.
///
/// # Errors
/// The database's.
pub async fn find(exec: &mut Exec<'_>) -> sqlx::Result<Option<String>> {
    const SQL: &str = "SELECT sealed FROM secret_check WHERE id = 1";
    on!(exec, |c| sqlx::query_scalar(SQL).fetch_optional(c).await)
}

/// Keeps it, unless another node was faster.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, sealed: &str) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO secret_check (id, sealed) VALUES (1, $1) ON CONFLICT (id) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL).bind(sealed).execute(c).await.map(drop))
}
