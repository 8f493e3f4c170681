//! Of a PostgreSQL database, by its own tools.

use super::{BackupError, beside, file, new_private_file};
use crate::db::{
    Exec, backup as statements,
    stored::{self, NamedFile},
};
use sqlx::{Connection, PgConnection};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};
use url::Url;

/// Copies the database; answers which files the copy names.
pub(super) async fn backup(url: &str, to: &Path) -> Result<Vec<NamedFile>, BackupError> {
    let (dump, target) = (tool("pg_dump")?, Target::of(url)?);
    // Both read the same instant.
    let mut connection = PgConnection::connect(url).await?;
    let instant = stored::freeze(&mut connection).await?;
    let named = stored::named(&mut Exec::Postgres(&mut connection)).await?;
    let args = vec![
        arg("--format=custom"),
        arg("--no-owner"),
        arg("--no-privileges"),
        arg(&format!("--snapshot={instant}")),
        pair("--file=", to),
        target.name(),
    ];
    run("pg_dump", dump, target, args).await?;
    connection.close().await?;
    Ok(named)
}

/// Sees to it that a database can be restored, and lays ready what makes it: answers where.
pub(super) async fn prepare(url: &str, from: &Path, force: bool) -> Result<PathBuf, BackupError> {
    tool("psql")?;
    let script = beside(from, "sql");
    new_private_file(&script)?;
    match write_script(url, from, &script, force).await {
        Ok(()) => Ok(script),
        Err(error) => {
            let _ = std::fs::remove_file(&script);
            Err(error)
        }
    }
}

async fn write_script(url: &str, from: &Path, script: &Path, force: bool) -> Result<(), BackupError> {
    let (list, target) = (tool("pg_restore")?, Target::of(url)?);
    let refuse = |problem: String| BackupError::NotABackup { path: from.to_owned(), problem };
    // Reads the whole file: what is cut short is found out here, before anything is touched.
    let args = vec![arg("--no-owner"), arg("--no-privileges"), pair("--file=", script), from.as_os_str().to_owned()];
    run("pg_restore", list, target, args).await.map_err(|error| match error {
        BackupError::Tool { message, .. } => refuse(message),
        other => other,
    })?;
    let text = std::fs::read_to_string(script).map_err(file(script))?;
    if !text.contains("_sqlx_migrations") {
        return Err(refuse("it has no tables of ours".to_owned()));
    }
    if !is_empty(url).await? && !force {
        return Err(BackupError::NotEmpty);
    }
    Ok(())
}

/// Does what [`prepare`] laid ready.
pub(super) async fn replace(url: &str, script: &Path) -> Result<(), BackupError> {
    let (psql, target) = (tool("psql")?, Target::of(url)?);
    // One transaction: the old data goes only if the new has come.
    let args = vec![
        arg("--no-psqlrc"),
        arg("--quiet"),
        arg("--single-transaction"),
        arg("--set=ON_ERROR_STOP=1"),
        arg("--output=/dev/null"),
        arg("--command=SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public"),
        pair("--file=", script),
        target.name(),
    ];
    run("psql", psql, target, args).await
}

async fn is_empty(url: &str) -> Result<bool, BackupError> {
    let mut connection = PgConnection::connect(url).await?;
    let tables = statements::tables(&mut connection).await?;
    connection.close().await?;
    Ok(tables == 0)
}

/// A database as the tools want it: the password apart, because everybody on the machine can read arguments.
struct Target {
    url: String,
    password: Option<String>,
}

impl Target {
    fn of(url: &str) -> Result<Self, BackupError> {
        let wrong = |_| BackupError::Database(sqlx::Error::Configuration("DATABASE_URL is not a URL".into()));
        let mut parsed = Url::parse(url).map_err(|error| wrong(error.to_string()))?;
        let password = parsed.password().map(|password| {
            form_urlencoded::parse(format!("p={}", password.replace('+', "%2B")).as_bytes())
                .next()
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        });
        parsed.set_password(None).map_err(|()| wrong(String::new()))?;
        Ok(Self { url: parsed.to_string(), password })
    }

    fn name(&self) -> OsString {
        OsString::from(format!("--dbname={}", self.url))
    }
}

fn arg(text: &str) -> OsString {
    OsString::from(text)
}

fn pair(option: &str, path: &Path) -> OsString {
    let mut text = OsString::from(option);
    text.push(path);
    text
}

/// A tool on `PATH`, else the newest of Debian's, which keeps them off it.
fn tool(name: &'static str) -> Result<PathBuf, BackupError> {
    let on_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>())
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file());
    on_path.or_else(|| debians(Path::new("/usr/lib/postgresql"), name)).ok_or(BackupError::NoTool(name))
}

fn debians(root: &Path, name: &str) -> Option<PathBuf> {
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<f32>().ok();
    let mut versions: Vec<PathBuf> =
        std::fs::read_dir(root).ok()?.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    versions.sort_by(|a, b| version(a).partial_cmp(&version(b)).unwrap_or(std::cmp::Ordering::Equal));
    versions.into_iter().rev().map(|folder| folder.join("bin").join(name)).find(|candidate| candidate.is_file())
}

async fn run(tool: &'static str, program: PathBuf, target: Target, args: Vec<OsString>) -> Result<(), BackupError> {
    let work = move || {
        let mut command = Command::new(&program);
        command.args(args).stdin(std::process::Stdio::null());
        if let Some(password) = target.password {
            command.env("PGPASSWORD", password);
        }
        command.output()
    };
    let failed = |message: String| BackupError::Tool { tool, message };
    let output = tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| BackupError::Interrupted)?
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let last: Vec<&str> = words.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = last.get(last.len().saturating_sub(3)..).unwrap_or_default().join("; ");
    Err(failed(if last.is_empty() { output.status.to_string() } else { last }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_no_argument() {
        let target = Target::of("postgres://user:p%40ss+w@127.0.0.1:5432/books").unwrap();
        assert_eq!(target.name(), OsString::from("--dbname=postgres://user@127.0.0.1:5432/books"));
        assert_eq!(target.password.as_deref(), Some("p@ss+w"));
    }

    #[test]
    fn the_newest_of_debians_versions() {
        let root = tempfile::tempdir().unwrap();
        for version in ["9.6", "15", "17"] {
            let bin = root.path().join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            if version != "17" {
                std::fs::write(bin.join("pg_dump"), "").unwrap();
            }
        }
        assert_eq!(debians(root.path(), "pg_dump"), Some(root.path().join("15/bin/pg_dump")));
        assert_eq!(debians(root.path(), "psql"), None);
    }
}
