//! The router: pages, server functions, files, health and the payment provider's reports.

use crate::{
    app::{App, shell},
    server::{dev_clock, middleware},
};
use axum::{
    Router,
    extract::{FromRef, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use gabarit_i18n::Locale;
use gabarit_server::platform::Platform;
use leptos::{config::LeptosOptions, prelude::provide_context};
use leptos_axum::{LeptosRoutes as _, generate_route_list, handle_server_fns_with_context};
use std::{io, time::Duration};
use tokio::{net::TcpListener, sync::watch};

/// What every handler can reach.
#[derive(Clone, Debug, FromRef)]
pub struct AppState {
    /// The platform.
    pub platform: Platform,
    /// Where the site's files are.
    pub leptos: LeptosOptions,
}

/// Everything that the platform answers to.
pub fn router(platform: Platform, leptos: LeptosOptions) -> Router {
    let state = AppState { platform, leptos };
    let provide = {
        let platform = state.platform.clone();
        move || provide_context(platform.clone())
    };
    let page = {
        let leptos = state.leptos.clone();
        move || shell(leptos.clone())
    };
    let functions = {
        let provide = provide.clone();
        move |request: Request| handle_server_fns_with_context(provide.clone(), request)
    };
    let fallback = leptos_axum::file_and_error_handler_with_context::<AppState, _>(provide.clone(), shell);
    Router::new()
        .route("/", get(best_language))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/api/{function}", post(functions))
        .merge(dev_clock::router())
        .leptos_routes_with_context(&state, generate_route_list(App), provide, page)
        .fallback(fallback)
        .with_state(state.clone())
}

/// Answers while the database answers.
async fn ready(State(platform): State<Platform>) -> Response {
    match platform.db.ping().await {
        Ok(()) => "ready".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response()
        }
    }
}

/// `/` leads to the reader's language.
async fn best_language(headers: HeaderMap) -> Redirect {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Redirect::temporary(&format!("/{}", middleware::accepted(wanted).unwrap_or(Locale::default()).code()))
}

/// Serves until told to stop, then lets requests under way end.
///
/// # Errors
/// If the address cannot be listened on.
pub async fn serve(platform: Platform, leptos: LeptosOptions, drain: Duration) -> io::Result<()> {
    let address = platform.config.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::other(format!("LEPTOS_SITE_ADDR: cannot listen on {address}: {error}")))?;
    tracing::info!(%address, url = %platform.config.public_url, "listening");
    let (stop, stopped) = watch::channel(false);
    let app = router(platform.clone(), leptos);
    let mut wait = stopped.clone();
    let server = tokio::spawn(
        axum::serve(listener, app)
            .with_graceful_shutdown(async move {
                let _ = wait.wait_for(|stopped| *stopped).await;
            })
            .into_future(),
    );
    terminated().await;
    tracing::info!("stopping");
    let _ = stop.send(true);
    if tokio::time::timeout(drain, server).await.is_err() {
        tracing::warn!("requests under way were cut off");
    }
    platform.db.close().await;
    Ok(())
}

async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
