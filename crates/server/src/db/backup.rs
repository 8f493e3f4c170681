//! Statements about a whole database, for backups: on connections of their own, beside those of the platform.

use sqlx::{PgConnection, SqliteConnection, SqlitePool, sqlite::SqliteQueryResult};

/// Writes one state of a SQLite database into a file that is not there yet.
pub(crate) async fn copy_into(pool: &SqlitePool, file: &str) -> sqlx::Result<()> {
    sqlx::query("VACUUM INTO $1").bind(file).execute(pool).await.map(drop)
}

/// Whether a SQLite file is whole (`ok`, or what is wrong), and how many of our migrations it has had.
pub(crate) async fn health(connection: &mut SqliteConnection) -> sqlx::Result<(String, i64)> {
    let health: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut *connection).await?;
    let migrations: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM _sqlx_migrations").fetch_one(connection).await?;
    Ok((health, migrations))
}

/// Fails where somebody has the SQLite file open; writes its log into it otherwise.
pub(crate) async fn claim(connection: &mut SqliteConnection) -> sqlx::Result<SqliteQueryResult> {
    sqlx::raw_sql("BEGIN EXCLUSIVE; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").execute(connection).await
}

/// How many tables a PostgreSQL database has.
pub(crate) async fn tables(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'").fetch_one(connection).await
}
