//! From the environment to a running platform.

use async_trait::async_trait;
use gabarit_domain::{
    ids::{PaymentId, RefundId},
    money::Cents,
    vat::{CountryCode, VatNumber, VatStatus},
};
use gabarit_server::{
    clock::{Clock, DemoClock, SystemClock},
    config::{Config, DatabaseUrl},
    db::Db,
    id::RandomIds,
    payments::{NewPayment, PaymentProvider, ProviderError, ProviderPayment},
    platform::Platform,
    vat_register::{RegisterAnswer, VatRegister},
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

/// Puts the platform together and connects to its database.
///
/// # Errors
/// A sentence, if the data folder, the database or an outside address cannot be used.
pub(crate) async fn platform(config: Config, demo_clock: bool) -> Result<Platform, String> {
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
    let clock: Arc<dyn Clock> = if demo_clock {
        if !config.is_local() {
            return Err("--demo-clock works only while GABARIT_PUBLIC_URL is a loopback address".to_owned());
        }
        Arc::new(DemoClock::open(config.data_dir.join("demo-clock")))
    } else {
        Arc::new(SystemClock)
    };
    Ok(Platform::new(config, db, clock, Arc::new(RandomIds), Arc::new(Nobody), Arc::new(Nobody)))
}

/// Brings the tables up to date.
///
/// # Errors
/// A sentence, if a migration fails.
pub(crate) async fn migrate(platform: &Platform) -> Result<(), String> {
    platform.db.migrate().await.map_err(|error| format!("the database's tables cannot be brought up to date: {error}"))
}

#[derive(Debug)]
struct Nobody;

#[async_trait]
impl VatRegister for Nobody {
    async fn check(&self, _: CountryCode, _: &VatNumber) -> RegisterAnswer {
        RegisterAnswer { status: VatStatus::Unknown, evidence: String::new() }
    }
}

#[async_trait]
impl PaymentProvider for Nobody {
    async fn create(&self, _: &NewPayment) -> Result<ProviderPayment, ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn get(&self, _: &str) -> Result<ProviderPayment, ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn capture(&self, _: &str, _: PaymentId, _: Cents) -> Result<(), ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn release(&self, _: &str, _: PaymentId) -> Result<(), ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn cancel(&self, _: &str, _: PaymentId) -> Result<(), ProviderError> {
        Err(ProviderError::NotFound)
    }
    async fn refund(&self, _: &str, _: RefundId, _: Cents, _: &str) -> Result<String, ProviderError> {
        Err(ProviderError::NotFound)
    }
}
