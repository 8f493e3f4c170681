//! The commands. Each reads the configuration from the environment; a wrong value ends it with one sentence.

use crate::server::{boot, http};
use clap::{Parser, Subcommand};
use gabarit_server::config::{Config, VARIABLES};
use std::{fmt::Display, fmt::Write as _, process::ExitCode, time::Duration};

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
        /// Run by a clock that /dev/clock can put forward; only on a loopback address.
        #[arg(long)]
        demo_clock: bool,
    },
    /// Bring the database's tables up to date.
    Migrate,
}

/// The table of environment variables for `--help`.
fn variables() -> String {
    let mut text = String::from("Environment:\n");
    for (name, default, what) in VARIABLES {
        let default = if default.is_empty() { String::new() } else { format!(" [{default}]") };
        let _ = writeln!(text, "  {name}{default}\n      {what}");
    }
    text
}

/// Runs the command that was asked for.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(cli.command) {
        Ok(code) => code,
        Err(problem) => {
            #[expect(clippy::print_stderr, reason = "a command's last word")]
            {
                eprintln!("gabarit: {problem}");
            }
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
    let workers = std::thread::available_parallelism().map_or(4, usize::from).max(4);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build().map_err(said)?;
    runtime.block_on(async move {
        match command {
            Command::Serve { no_migrate, demo_clock } => {
                let platform = boot::platform(config, demo_clock).await?;
                if !no_migrate {
                    boot::migrate(&platform).await?;
                }
                http::serve(platform, leptos, DRAIN).await.map_err(said)?;
            }
            Command::Migrate => {
                let platform = boot::platform(config, false).await?;
                boot::migrate(&platform).await?;
                platform.db.close().await;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}
