//! Gabarit: the screens, the server functions behind them, and the HTTP server around both.
//!
//! Built twice: with `ssr` for the server, with `hydrate` for the browser.
//!
//! **Architecture invariant:** pages call `api` and `ui`, never `server`; only bodies of server functions reach
//! `gabarit_server`.
#![recursion_limit = "512"]

pub mod api;
pub mod app;
pub mod i18n;
pub mod pages;
pub mod response;
#[cfg(feature = "ssr")]
pub mod server;
pub mod session;
pub mod ui;
pub mod url;

/// Wakes the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
