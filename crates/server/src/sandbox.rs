//! A stand-in for the payment provider and for the VAT register, for one's own machine: it speaks the API of Mollie v2
//! and of VIES over HTTP, shows a checkout page, and moves no money.
//!
//! `gabarit sandbox` runs [`serve`]; tests call [`start_for_tests`] and drive payments by its [`Handle`]. The payments
//! survive a restart when a folder is given. Faults can be ordered at `/sandbox/faults` (see [`Fault`]).
//!
//! **Architecture invariant:** the platform never calls this module; it speaks to it over HTTP, like to the provider.

mod api;
mod faults;
mod handle;
mod journal;
mod model;
mod pages;
mod vies;
mod webhooks;

pub use faults::{Fault, FaultKind, Operation};
pub use handle::{Handle, start_for_tests};

use crate::{
    clock::{Clock, SystemClock},
    config::{Config, is_loopback},
    http_client,
    id::{Ids, RandomIds},
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use journal::{Entry, Journal, Records};
use model::Payment;
use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use url::Url;
use webhooks::When;

/// What a sandbox is made with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its own address, with which links to checkout pages start.
    pub base_url: Url,
    /// Whom the checkout page says the money would go to.
    pub merchant: String,
    /// Where the payments are kept between runs; in memory only when `None`.
    pub folder: Option<PathBuf>,
    /// The time zone of times on its pages.
    pub zone: Tz,
    /// Its own clock: payments expire by it.
    pub clock: Arc<dyn Clock>,
    /// Where references come from.
    pub ids: Arc<dyn Ids>,
    /// How long after a failed webhook the next attempt follows; doubled each time, up to a minute.
    pub retry: Duration,
}

impl Options {
    /// The machine's clock and randomness, nothing kept, at an address.
    #[must_use]
    pub fn new(base_url: Url) -> Self {
        Self {
            base_url,
            merchant: "Gabarit".to_owned(),
            folder: None,
            zone: chrono_tz::Europe::Amsterdam,
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            retry: Duration::from_millis(500),
        }
    }
}

/// The sandbox: its payments and its outgoing webhooks. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SandboxState(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    books: Mutex<Books>,
    /// Webhooks on their way and the clock that expires payments; ended with the sandbox.
    tasks: Mutex<JoinSet<()>>,
    client: reqwest::Client,
    /// Rises with each webhook that was accepted (or given up).
    accepted: watch::Sender<u64>,
    /// Forms of the control page carry it: a web page elsewhere cannot know it.
    token: String,
}

#[derive(Debug)]
struct Books {
    records: Records,
    journal: Option<Journal>,
    faults: Vec<Fault>,
}

impl Books {
    /// Applies a change and writes it down, so that a restart finds it.
    fn record(&mut self, entry: Entry) {
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.append(&entry)
        {
            tracing::error!(%error, "the sandbox cannot write its journal: a restart will forget this change");
        }
        self.records.apply(entry);
    }
}

impl SandboxState {
    /// Makes a sandbox, with the payments kept in its folder.
    ///
    /// # Errors
    /// When the folder cannot be read or written, or no HTTP client can be made.
    pub fn new(options: Options) -> io::Result<Self> {
        let now = options.clock.now();
        let (journal, records) = match &options.folder {
            None => (None, Records::default()),
            Some(folder) => {
                let (journal, records) = Journal::open(&folder.join("sandbox.jsonl"), now)?;
                (Some(journal), records)
            }
        };
        let client = http_client::client(&options.base_url, Duration::from_secs(10)).map_err(io::Error::other)?;
        let token = options.ids.secret().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self(Arc::new(Inner {
            options,
            accepted: watch::Sender::new(0),
            token,
            books: Mutex::new(Books { records, journal, faults: Vec::new() }),
            tasks: Mutex::default(),
            client,
        })))
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn options(&self) -> &Options {
        &self.0.options
    }

    fn now(&self) -> DateTime<Utc> {
        self.0.options.clock.now()
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Starts what runs beside requests: webhooks left over from the last run, and the clock that expires payments.
    /// Call it once, inside a Tokio runtime.
    pub fn start(&self) {
        let left: Vec<_> = self.books().records.webhooks.values().cloned().collect();
        for webhook in left {
            self.send_in_background(webhook, When::Now);
        }
        let state = self.clone();
        self.spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_secs(1));
            loop {
                ticks.tick().await;
                state.expire_due();
            }
        });
    }

    /// Ends what [`SandboxState::start`] started; webhooks not yet delivered stay in the journal.
    pub fn stop(&self) {
        self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }

    /// Expires what is due, lets refunds come back whose time has come, and reports it.
    fn expire_due(&self) {
        let now = self.now();
        let mut expired = Vec::new();
        let mut books = self.books();
        let is_due = |payment: &&Payment| payment.is_due(now) || payment.refunds.iter().any(|one| one.fails(now));
        let due: Vec<Payment> = books.records.payments.values().filter(is_due).cloned().collect();
        for mut payment in due {
            payment.expire_if_due(now);
            payment.refunds.iter_mut().filter(|one| one.fails(now)).for_each(|one| one.undone_at = Some(now));
            expired.push(payment.clone());
            books.record(Entry::Payment(Box::new(payment)));
        }
        drop(books);
        for payment in &expired {
            self.report(payment);
        }
    }
}

/// The sandbox's pages and APIs. It answers on this machine only: requests that name another host are refused.
pub fn router(state: SandboxState) -> Router {
    Router::new()
        .merge(api::routes())
        .merge(vies::routes())
        .merge(pages::routes())
        .merge(faults::routes())
        .with_state(state)
        .layer(DefaultBodyLimit::max(64 * 1024))
        .layer(middleware::from_fn(guard))
}

/// Refuses names that are not this machine's (a web page must not reach the sandbox through a name of its own), and
/// sets the security headers.
async fn guard(request: Request, next: Next) -> Response {
    let local = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| Url::parse(&format!("http://{host}")).ok())
        .is_some_and(|url| is_loopback(&url));
    let mut response = if local { next.run(request).await } else { StatusCode::MISDIRECTED_REQUEST.into_response() };
    let headers = response.headers_mut();
    for (name, value) in [
        // No `form-action`: the form's answer sends the browser back to the merchant.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Serves the sandbox on the configured address until `shutdown` completes, its payments kept in the data folder.
///
/// # Errors
/// When the platform or the address is not on this machine only, or the address or the folder cannot be used.
pub async fn serve(config: &Config, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    if !config.is_local() {
        return Err(refused("the sandbox moves no money: it runs only when GABARIT_PUBLIC_URL is on this machine"));
    }
    if !config.sandbox_listen.ip().is_loopback() {
        return Err(refused("GABARIT_SANDBOX_ADDR must be a loopback address"));
    }
    std::fs::create_dir_all(&config.data_dir)?;
    let listener = TcpListener::bind(config.sandbox_listen).await?;
    let state = SandboxState::new(Options {
        merchant: config.operator.name.clone(),
        folder: Some(config.data_dir.clone()),
        zone: config.zone,
        ..Options::new(base_of(listener.local_addr()?)?)
    })?;
    tracing::info!(address = %state.options().base_url, "sandbox: no money moves here");
    serve_on(listener, state, shutdown).await
}

async fn serve_on(
    listener: TcpListener,
    state: SandboxState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    state.start();
    let served = axum::serve(listener, router(state.clone())).with_graceful_shutdown(shutdown).await;
    state.stop();
    served
}

fn base_of(address: SocketAddr) -> io::Result<Url> {
    Url::parse(&format!("http://{address}")).map_err(io::Error::other)
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}
