//! The commands. Each reads the configuration from the environment; a wrong value ends it with one sentence.

use crate::server::{boot, http};
use clap::{Parser, Subcommand};
use gabarit_i18n::Locale;
use gabarit_server::{
    audit, backup,
    config::{Config, VARIABLES},
    db::stored::NamedFile,
    demo::{self, Loaded},
    sandbox,
    services::accounts::{invitations, two_step},
};
use gabarit_view::error::ApiError;
use leptos::config::LeptosOptions;
use std::{
    fmt::{Display, Write as _},
    io::Write as _,
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

/// How long requests under way may take when the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

#[derive(Debug, Parser)]
#[command(name = "gabarit", version, about = "A self-hostable marketplace for booking software experts", after_long_help = variables())]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the platform, and do its jobs (clocks, mail, payments), until told to stop.
    Serve {
        /// Do not bring the database's tables up to date first.
        #[arg(long)]
        no_migrate: bool,
        /// Run by a clock that POST /dev/clock (hours=…) puts forward; only on a loopback address.
        #[arg(long)]
        demo_clock: bool,
    },
    /// Bring the database's tables up to date.
    Migrate,
    /// Load the demonstration: a thousand fictional experts and three accounts to try. Only on a loopback address.
    Demo,
    /// Check the platform's invariants on every row; exits with 3 and names the rows that break one.
    Audit,
    /// Write a backup of the database, and of the files that people sent where they lie in the data folder, to a new file;
    /// the server may go on serving.
    Backup {
        /// The file to write.
        file: PathBuf,
    },
    /// Make the configured database from a backup, with its files; exits with 3 and names the files that are not there.
    Restore {
        /// The file to read.
        file: PathBuf,
        /// Replace a database that has data.
        #[arg(long)]
        force: bool,
    },
    /// Invite a manager by e-mail, and print the link: how a platform gets its first one.
    Invite {
        /// Address.
        email: String,
        /// Language of the e-mail: fr, nl or en.
        #[arg(long, default_value = "fr")]
        language: String,
    },
    /// Take two-step sign-in off an account whose device and recovery codes are lost: it is set up anew at the next
    /// sign-in. Its sessions end, and its owner is told by e-mail.
    RemoveTwoStep {
        /// Address of the account.
        email: String,
    },
    /// Serve the sandbox of the payment provider and the VAT register; no money moves. Only on a loopback address.
    Sandbox,
}

/// The table of environment variables for `--help`.
fn variables() -> String {
    let mut text = String::from("Environment:\n");
    for (name, default, what) in VARIABLES {
        let default = if default.is_empty() { String::new() } else { format!(" [{default}]") };
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  {name}{default}\n      {what}");
    }
    text
}

/// What `audit` exits with when something is wrong, and `backup` and `restore` when files are missing.
const UNSOUND: u8 = 3;

/// Runs the command that was asked for. Exit codes: 0 done, 1 not done (one sentence says why), 2 not understood,
/// 3 audited and found wanting, or files are missing.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(cli.command) {
        Ok(code) => code,
        Err(problem) => {
            // With nobody to read it there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "gabarit: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// A problem, said in one sentence.
fn said(error: impl Display) -> String {
    error.to_string()
}

fn dispatch(command: Command) -> Result<ExitCode, String> {
    let leptos = boot::leptos_options()?;
    let config = Config::read(boot::lookup(&leptos)).map_err(said)?;
    boot::log(&config);
    // While one thread renders a long page, others must be there to read from the database.
    let workers = std::thread::available_parallelism().map_or(4, usize::from).max(4);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .map_err(said)?
        .block_on(execute(command, config, leptos))
}

async fn execute(command: Command, config: Config, leptos: LeptosOptions) -> Result<ExitCode, String> {
    match command {
        Command::Serve { no_migrate, demo_clock } => {
            let clock = if demo_clock { boot::Time::Demo } else { boot::Time::System };
            let platform = boot::platform(config, clock).await?;
            if !no_migrate {
                boot::migrate(&platform).await?;
            }
            platform.secrets().map_err(said)?;
            if !platform.has_the_right_key().await.map_err(said)? {
                tracing::error!(
                    "GABARIT_SECRET_KEY: the database's secrets were sealed with another key; bank accounts and two-step \
                     sign-in do not work until it is back"
                );
            }
            http::serve(platform, leptos, DRAIN).await.map_err(said)?;
        }
        Command::Migrate => {
            let platform = boot::platform(config, boot::Time::AsServed).await?;
            boot::migrate(&platform).await?;
            platform.db.close().await;
        }
        Command::Demo => {
            if !config.is_local() {
                return Err("GABARIT_PUBLIC_URL: demo data is loaded only while it is a loopback address".to_owned());
            }
            let platform = boot::platform(config, boot::Time::AsServed).await?;
            boot::migrate(&platform).await?;
            let loaded = demo::load(&platform).await.map_err(said)?;
            platform.db.close().await;
            say(match loaded {
                Loaded::Now => "the demonstration is loaded",
                Loaded::Before => "the demonstration was loaded before; nothing was changed",
            });
        }
        Command::Audit => {
            let platform = boot::platform(config, boot::Time::AsServed).await?;
            let mut findings = audit::run(&platform).await.map_err(said)?;
            let provider = audit::reconcile(&platform).await.map_err(said)?;
            platform.db.close().await;
            findings.extend(provider.findings);
            if provider.unanswered > 0 {
                say(&format!(
                    "the payment provider did not answer: {} payments compared, {} not",
                    provider.compared, provider.unanswered
                ));
            }
            for finding in &findings {
                say(&format!("{} {} {}: {}", finding.invariant, finding.check, finding.subject, finding.detail));
            }
            if !findings.is_empty() {
                return Ok(ExitCode::from(UNSOUND));
            }
            say("every invariant holds");
        }
        Command::Backup { file } => {
            let platform = boot::platform(config, boot::Time::AsServed).await?;
            let written = backup::backup(&platform, &file).await.map_err(said)?;
            platform.db.close().await;
            match &written.bucket {
                Some(bucket) => say(&format!(
                    "written to {}: the database; the files that people sent lie in the bucket {bucket}, which is to be \
                     backed up by its own means",
                    file.display()
                )),
                None => say(&format!("written to {}: the database and {} files", file.display(), written.files)),
            }
            return Ok(named(&written.missing));
        }
        Command::Restore { file, force } => {
            let restored = backup::restore(&config, &file, force).await.map_err(said)?;
            say(&format!("restored from {}: the database and {} files", file.display(), restored.files));
            if let Some(problem) = &restored.unchecked {
                return Err(format!(
                    "whether the {} files that the database names are there could not be looked up: {problem}",
                    restored.named
                ));
            }
            return Ok(named(&restored.missing));
        }
        Command::Invite { email, language } => {
            let locale = Locale::parse(&language).ok_or("the language must be fr, nl or en")?;
            let platform = boot::platform(config, boot::Time::AsServed).await?;
            boot::migrate(&platform).await?;
            let invited = invitations::invite_from_console(&platform, &email, locale).await;
            platform.db.close().await;
            let link = invited.map_err(|error| match error {
                ApiError::Invalid { .. } => "this is no e-mail address, or its account manages already".to_owned(),
                other => said(other),
            })?;
            say(&format!("invited; the link is on its way by e-mail, and here: {link}"));
        }
        Command::RemoveTwoStep { email } => {
            let platform = boot::platform(config, boot::Time::AsServed).await?;
            boot::migrate(&platform).await?;
            let removed = two_step::remove_from_console(&platform, &email).await;
            platform.db.close().await;
            removed.map_err(|error| match error {
                ApiError::NotFound => "there is no account with this address".to_owned(),
                ApiError::MovedOn => "this account has no two-step sign-in; nothing was changed".to_owned(),
                other => said(other),
            })?;
            say("two-step sign-in is off, and every session of the account has ended; its owner is told by e-mail");
        }
        Command::Sandbox => {
            if !config.is_local() {
                return Err("GABARIT_PUBLIC_URL: the sandbox runs only while it is a loopback address".to_owned());
            }
            sandbox::serve(&config, http::terminated()).await.map_err(said)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Names the files that the database names and the store does not have.
fn named(missing: &[NamedFile]) -> ExitCode {
    for file in missing {
        say(&format!("missing: {} ({}, {})", file.id.simple(), file.named_by, file.name));
    }
    if missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(UNSOUND) }
}

/// A line for who ran the command.
fn say(text: &str) {
    // With nobody to read it there is nobody to tell.
    let _ = writeln!(std::io::stdout(), "{text}");
}
