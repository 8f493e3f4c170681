//! The router: pages, server functions, files, health and the payment provider's reports.

use crate::{
    app::{App, head::HeadFiles, shell},
    server::{desk, dev, dev_clock, files, members, middleware, rest, uploads, webhooks},
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use gabarit_server::{jobs, platform::Platform};
use leptos::{config::LeptosOptions, prelude::provide_context};
use leptos_axum::{AxumRouteListing, ErrorHandler, LeptosRoutes as _, generate_route_list};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, CompressionLevel,
        predicate::{NotForContentType, Predicate as _, SizeAbove},
    },
    limit::RequestBodyLimitLayer,
};

/// The greatest body of a request, in bytes: the longest form has room in it many times.
const MAX_BODY: usize = 256 * 1024;
/// The longest time an answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What every handler can reach.
#[derive(Clone, Debug, FromRef)]
pub struct AppState {
    /// The platform.
    pub platform: Platform,
    /// Where the site's files are.
    pub leptos: LeptosOptions,
}

/// The pages there are, listed once in a process: while the framework lists them, whatever any page loads waits for
/// ever, and a second list would do that to the pages that are being answered.
pub fn pages() -> Vec<AxumRouteListing> {
    static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));
    PAGES.clone()
}

/// Everything that the platform answers to.
pub fn router(platform: Platform, leptos: LeptosOptions) -> Router {
    let state = AppState { platform: platform.clone(), leptos: leptos.clone() };
    let head = Arc::new(HeadFiles::read(&leptos, &platform.config));
    let provide = {
        let platform = platform.clone();
        move || {
            provide_context(platform.clone());
            provide_context(Arc::clone(&head));
        }
    };
    let not_found = ErrorHandler::new_with_context(provide.clone(), |_: LeptosOptions| shell(), leptos.clone());
    let mut router = Router::new()
        .route("/", get(best_language))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .nest("/api/v1", rest::router())
        .route("/webhooks/payments", post(webhooks::report))
        .route("/candidates/documents/{id}", get(uploads::fetch))
        .route("/disputes/files/{id}", get(uploads::fetch_evidence))
        .route("/messages/files/{id}", get(uploads::fetch_message_file))
        .route("/contact/files/{id}", get(uploads::fetch_contact_file))
        .route("/candidates/{id}/interview.ics", get(uploads::interview))
        .route("/calendar/{file}", get(files::calendar))
        .route("/earnings.csv", get(files::earnings))
        .route("/account/data/{id}", get(files::own_data))
        .route("/documents/{id}/{format}", get(files::document))
        .route("/documents/{whose}/{month}/{format}", get(files::month))
        .route("/quotes/{locale}/{expert}", get(files::quote))
        .route("/document-keys.txt", get(files::document_keys))
        .route("/verify/{locale}", post(files::verify))
        .route("/texts/{version}/{file}", get(files::words))
        .merge(desk::router())
        .merge(members::router());
    if platform.config.is_local() {
        router = router.merge(dev::router()).merge(dev_clock::router());
    }
    let site = files::site(&leptos, not_found);
    // Beside the languages, only these stand at the root.
    for name in files::at_root(&leptos) {
        router = router.route(&format!("/{name}"), get(site.clone()));
    }
    let inner = platform.clone();
    // Pages, and the server functions behind them.
    router
        .leptos_routes_with_context(&state, pages(), provide, shell)
        .fallback(site)
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        .layer(from_fn_with_state(MAX_BODY, middleware::hear_out))
        // Files may be larger than forms.
        .merge(uploads::router())
        .with_state(state)
        .layer(from_fn(middleware::server_function))
        .layer(from_fn(middleware::private_pages))
        .layer(from_fn_with_state(platform.clone(), middleware::session))
        .layer(from_fn_with_state(platform.clone(), middleware::same_origin))
        .layer(from_fn(in_time))
        .layer(CatchPanicLayer::custom(move |panic: Box<dyn std::any::Any + Send>| {
            middleware::panicked(&inner, &*panic)
        }))
        .layer(compression())
        .layer(from_fn_with_state(platform.clone(), middleware::secure))
        .layer(from_fn_with_state(platform, middleware::observe))
}

/// Pages are compressed on the way, quickly; files were compressed once, at leisure.
fn compression() -> CompressionLayer<impl tower_http::compression::Predicate> {
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(
        SizeAbove::new(1024).and(NotForContentType::IMAGES).and(NotForContentType::const_new("application/pdf")),
    )
}

/// Gives an answer up that takes too long. Files may take their time, as long as they keep coming.
async fn in_time(request: Request, next: Next) -> Response {
    let longest = if uploads::takes_time(&request) { uploads::LONGEST } else { TIMEOUT };
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::GATEWAY_TIMEOUT.into_response(),
    }
}

/// Answers while the database answers and has its tables.
async fn ready(State(platform): State<Platform>) -> Response {
    match platform.db.ping().await {
        Ok(()) => "ready".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer, or was not migrated").into_response()
        }
    }
}

/// `/` leads to the reader's language.
async fn best_language(headers: HeaderMap) -> Response {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let locale = middleware::accepted(wanted).unwrap_or_default();
    ([(header::VARY, "accept-language")], Redirect::temporary(&format!("/{}", locale.code()))).into_response()
}

/// Serves, and does the jobs, until told to stop; then lets what is under way end.
///
/// # Errors
/// If the address cannot be listened on.
pub async fn serve(platform: Platform, leptos: LeptosOptions, drain: Duration) -> io::Result<()> {
    let address = platform.config.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::other(format!("LEPTOS_SITE_ADDR: cannot listen on {address}: {error}")))?;
    // Read now, rather than while the first visitor waits for them.
    LazyLock::force(&platform.places);
    let (stop, stopped) = watch::channel(false);
    let mut jobs = tokio::spawn(jobs::run_forever(platform.clone(), stopped.clone()));
    let app = router(platform.clone(), leptos).into_make_service_with_connect_info::<SocketAddr>();
    let mut wait = stopped;
    let server = tokio::spawn(
        axum::serve(listener, app)
            .with_graceful_shutdown(async move {
                // Its sender going away means the same.
                drop(wait.wait_for(|stopped| *stopped).await);
            })
            .into_future(),
    );
    tracing::info!(%address, url = %platform.config.public_url, "listening");
    terminated().await;
    tracing::info!("stopping: requests and jobs under way may end");
    stop.send_replace(true);
    if tokio::time::timeout(drain, async { tokio::join!(server, &mut jobs) }).await.is_err() {
        // A long one would keep its connection, and the process.
        jobs.abort();
        tracing::warn!("what was under way after {drain:?} was cut off; jobs are taken up again");
    }
    platform.db.close().await;
    Ok(())
}

/// Waits for the signal to stop.
pub(crate) async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else {
        drop(tokio::signal::ctrl_c().await);
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
