//! Files of the store that rows name, whatever they belong to.

use crate::{db::Exec, on};
use sqlx::FromRow;
use uuid::Uuid;

/// A file that a row names.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct NamedFile {
    /// Which.
    pub id: Uuid,
    /// The table that names it.
    pub named_by: String,
    /// What it is called.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal; empty for what the platform made itself.
    pub sha256: String,
}

/// What names files, table by table: one whose rows have their bytes in the store is added here. A test compares this with
/// the tables that there are.
pub const NAMED: [(&str, &str); 5] = [
    (
        "candidate_document",
        "SELECT id, 'candidate_document' AS named_by, name, sha256 FROM candidate_document ORDER BY id",
    ),
    ("dispute_file", "SELECT id, 'dispute_file' AS named_by, name, sha256 FROM dispute_file ORDER BY id"),
    (
        "booking_message_file",
        "SELECT id, 'booking_message_file' AS named_by, name, sha256 FROM booking_message_file ORDER BY id",
    ),
    (
        "contact_message_file",
        "SELECT id, 'contact_message_file' AS named_by, name, sha256 FROM contact_message_file ORDER BY id",
    ),
    (
        "data_export",
        "SELECT id, 'data_export' AS named_by, 'gabarit-data.zip' AS name, '' AS sha256 FROM data_export \
         WHERE state = 'ready' ORDER BY id",
    ),
];

/// Every file that a row names. A database that this program has not brought up to date yet may lack a table: what is not
/// there names nothing, and a backup before the update is possible.
///
/// # Errors
/// The database's.
pub async fn named(exec: &mut Exec<'_>) -> sqlx::Result<Vec<NamedFile>> {
    const SQLITE: &str = "SELECT name FROM sqlite_master WHERE type = 'table'";
    const POSTGRES: &str = "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema()";
    let sql = match exec {
        Exec::Sqlite(_) => SQLITE,
        Exec::Postgres(_) => POSTGRES,
    };
    let tables: Vec<String> = on!(&mut *exec, |c| sqlx::query_scalar(sql).fetch_all(c).await)?;
    let mut files = Vec::new();
    for (table, sql) in NAMED {
        if tables.iter().any(|known| known == table) {
            files.extend(on!(&mut *exec, |c| sqlx::query_as::<_, NamedFile>(sql).fetch_all(c).await)?);
        }
    }
    Ok(files)
}

/// Begins to read a PostgreSQL database as it is at this instant; answers what its own tools know that instant by.
///
/// # Errors
/// The database's.
pub async fn freeze(connection: &mut sqlx::PgConnection) -> sqlx::Result<String> {
    sqlx::query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut *connection).await?;
    sqlx::query_scalar("SELECT pg_export_snapshot()").fetch_one(connection).await
}
