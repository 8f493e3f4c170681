//! Starting the child, listening to it, killing it; and the platform that both processes open.

use crate::acks::{Ack, READY};
use axum::{Form, Router, extract::State, http::StatusCode, routing::post};
use gabarit_domain::ids::AccountId;
use gabarit_server::{
    clock::Clock,
    config::{Config, DatabaseUrl},
    db::Db,
    id::RandomIds,
    payments::mollie::MollieClient,
    platform::Platform,
    vat_register::vies::ViesClient,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::Duration,
};
use tokio::net::TcpListener;
use url::Url;

/// Names the environment variable with the child's [`Orders`].
pub(crate) const CHILD: &str = "GABARIT_CRASH_CHILD";
/// Far longer than a step takes; only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the child is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Orders {
    /// SQLite file or PostgreSQL URL.
    pub(crate) database: String,
    /// The parent's sandbox.
    pub(crate) sandbox: String,
    /// Where the sandbox reports payments.
    pub(crate) webhooks: String,
    /// Of what the people do.
    pub(crate) seed: u64,
    /// Those who book.
    pub(crate) clients: Vec<AccountId>,
    /// Those who answer.
    pub(crate) experts: Vec<AccountId>,
}

/// A database in one word.
pub(crate) fn address(database: &DatabaseUrl) -> String {
    match database {
        DatabaseUrl::Sqlite(path) => path.display().to_string(),
        DatabaseUrl::Postgres(url) => url.clone(),
    }
}

/// Reads [`address`] back.
pub(crate) fn database(address: &str) -> DatabaseUrl {
    if address.starts_with("postgres") {
        DatabaseUrl::Postgres(address.to_owned())
    } else {
        DatabaseUrl::Sqlite(address.into())
    }
}

/// A platform as a server has one: connections of its own, the real payment client and register client.
pub(crate) async fn open(config: &Config, sandbox: &Url, webhooks: &Url, clock: Arc<dyn Clock>) -> Platform {
    let mut config = config.clone();
    config.payment_url = sandbox.clone();
    config.webhook_base = webhooks.clone();
    let db = match &config.database {
        DatabaseUrl::Sqlite(path) => Db::sqlite(path).await.unwrap(),
        DatabaseUrl::Postgres(url) => Db::postgres(url).await.unwrap(),
    };
    let provider = MollieClient::new(sandbox, "test_sandbox").unwrap();
    let register = ViesClient::new(&sandbox.join("vies").unwrap()).unwrap();
    Platform::new(config, db, clock, Arc::new(RandomIds), Arc::new(provider), Arc::new(register))
}

/// Takes the sandbox's webhooks for whichever child is alive. While none is, nobody answers, and the sandbox tries again.
#[derive(Clone, Debug)]
pub(crate) struct Webhooks {
    pub(crate) url: Url,
    child: Arc<Mutex<Option<ChildStdin>>>,
}

impl Webhooks {
    pub(crate) async fn listening() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let webhooks = Self { url, child: Arc::default() };
        let app = Router::new().route("/webhooks/payments", post(pass_on)).with_state(webhooks.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        webhooks
    }

    fn to(&self, child: Option<ChildStdin>) {
        *self.child.lock().unwrap_or_else(PoisonError::into_inner) = child;
    }
}

async fn pass_on(State(webhooks): State<Webhooks>, Form(form): Form<BTreeMap<String, String>>) -> StatusCode {
    let reference = form.get("id").map_or("", String::as_str);
    let mut child = webhooks.child.lock().unwrap_or_else(PoisonError::into_inner);
    match child.as_mut().map(|pipe| writeln!(pipe, "{reference}")) {
        Some(Ok(())) => StatusCode::OK,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// A child that does not outlive the test, however that ends.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a child, and kills it the moment it has acknowledged so many steps (nought: as soon as its platform is up).
/// Answers all that it acknowledged: what was in the pipe at its death counts, too.
pub(crate) fn run_and_kill(orders: &Orders, steps: usize, webhooks: &Webhooks) -> Vec<Ack> {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child::life_of_a_platform", "--ignored", "--nocapture"])
        .env(CHILD, serde_json::to_string(orders).unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut process = Process(child);
    webhooks.to(process.0.stdin.take());
    let mut pipe = BufReader::new(process.0.stdout.take().unwrap());
    let (tell, lines) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut line = String::new();
        // A line without its end was not said to the end.
        while pipe.read_line(&mut line).is_ok() && line.ends_with('\n') {
            let _ = tell.send(std::mem::take(&mut line));
        }
    });
    let mut acks = Vec::new();
    let mut is_ready = false;
    while !is_ready || acks.len() < steps {
        let line = lines.recv_timeout(PATIENCE).expect("the child neither works nor waits to be killed");
        is_ready |= line.starts_with(READY);
        acks.extend(Ack::parse(&line));
    }
    process.0.kill().unwrap();
    process.0.wait().unwrap();
    webhooks.to(None);
    reader.join().unwrap();
    acks.extend(lines.iter().filter_map(|line| Ack::parse(&line)));
    acks
}
