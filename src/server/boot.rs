//! From the environment to a running platform.

use gabarit_server::{
    clock::{Clock, DemoClock, SystemClock},
    config::{Config, DatabaseUrl},
    db::Db,
    id::RandomIds,
    payments::mollie::MollieClient,
    platform::Platform,
    services::rulebooks,
    vat_register::vies::ViesClient,
};
use leptos::config::{LeptosOptions, get_configuration};
use std::{path::PathBuf, sync::Arc};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// `Leptos.toml`, in the working folder or beside the program.
fn leptos_file() -> Option<PathBuf> {
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join("Leptos.toml")));
    [Some(PathBuf::from("Leptos.toml")), beside].into_iter().flatten().find(|file| file.is_file())
}

/// Where the site's files are and how they are named: `Leptos.toml`, then the environment.
///
/// # Errors
/// A sentence, if either cannot be read.
pub(crate) fn leptos_options() -> Result<LeptosOptions, String> {
    let file = leptos_file();
    let named = file.as_deref().map(|file| file.to_string_lossy().into_owned());
    match get_configuration(named.as_deref()) {
        Ok(configuration) => Ok(configuration.leptos_options),
        Err(error) => Err(match named {
            Some(name) => format!("{name} (or a LEPTOS_ variable) cannot be used: {error}"),
            None => format!("a LEPTOS_ variable cannot be used: {error}"),
        }),
    }
}

/// The environment, with the address that `Leptos.toml` gives.
pub(crate) fn lookup(leptos: &LeptosOptions) -> impl Fn(&str) -> Option<String> {
    let listen = leptos.site_addr.to_string();
    move |name| match name {
        "LEPTOS_SITE_ADDR" => Some(listen.clone()),
        _ => std::env::var(name).ok(),
    }
}

/// Starts the log: `RUST_LOG` chooses what is said, `GABARIT_LOG_FORMAT` how.
pub(crate) fn log(config: &Config) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,hyper=warn"));
    let registry = tracing_subscriber::registry().with(filter);
    let out = fmt::layer().with_target(false).with_writer(std::io::stderr);
    let started = if config.log_json {
        registry.with(out.json().flatten_event(true)).try_init()
    } else {
        registry.with(out).try_init()
    };
    // Another subscriber is there already only in tests.
    drop(started);
}

/// By which clock a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// The machine's.
    System,
    /// One that can be put forward; only on a loopback address.
    Demo,
    /// The one that the platform was last served by: commands beside it must agree on what is past.
    AsServed,
}

/// Puts the platform together and connects to its database.
///
/// # Errors
/// A sentence, if the data folder, the database or an outside address cannot be used.
pub(crate) async fn platform(config: Config, time: Time) -> Result<Platform, String> {
    let db = match &config.database {
        DatabaseUrl::Sqlite(file) => {
            std::fs::create_dir_all(&config.data_dir)
                .map_err(|error| format!("GABARIT_DATA_DIR: {} cannot be made: {error}", config.data_dir.display()))?;
            Db::sqlite(file)
                .await
                .map_err(|error| format!("GABARIT_DATA_DIR: {} cannot be opened: {error}", file.display()))?
        }
        // Its address may hold a password.
        DatabaseUrl::Postgres(url) => {
            Db::postgres(url).await.map_err(|error| format!("DATABASE_URL: the database does not answer: {error}"))?
        }
    };
    let demo_file = config.data_dir.join("demo-clock");
    if time == Time::Demo && !config.is_local() {
        return Err("--demo-clock works only while GABARIT_PUBLIC_URL is a loopback address".to_owned());
    }
    let demo = time == Time::Demo || (time == Time::AsServed && config.is_local() && demo_file.exists());
    let clock: Arc<dyn Clock> = if demo { Arc::new(DemoClock::open(demo_file)) } else { Arc::new(SystemClock) };
    let payments = MollieClient::new(&config.payment_url, &config.payment_key)
        .map_err(|error| format!("GABARIT_PAYMENT_URL: {error}"))?;
    let register =
        ViesClient::new(&config.vat_register_url).map_err(|error| format!("GABARIT_VAT_REGISTER_URL: {error}"))?;
    Ok(Platform::new(config, db, clock, Arc::new(RandomIds), Arc::new(payments), Arc::new(register)))
}

/// Brings the tables up to date and sees to it that there are rules.
///
/// # Errors
/// A sentence, if a migration fails.
pub(crate) async fn migrate(platform: &Platform) -> Result<(), String> {
    platform
        .db
        .migrate()
        .await
        .map_err(|error| format!("the database's tables cannot be brought up to date: {error}"))?;
    rulebooks::ensure_initial(platform).await.map_err(|error| format!("the rulebook cannot be stored: {error}"))?;
    crate::api::public::publish_statements(platform)
        .await
        .map_err(|error| format!("terms and statements cannot be published: {error}"))
}
