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
pub mod texts;
pub mod ui;
pub mod url;

/// Room in the browser's data. The tool that splits the code by area gives each area its own data, aligned anew; where that
/// takes a few bytes more than the linker's order, it leaves the data of all areas in the first file (55 kB more, compressed).
/// Nothing refers to this: it makes the room, and is in no file.
#[cfg(feature = "hydrate")]
#[used]
static ROOM: [u8; 1 << 14] = [1; 1 << 14];

/// Wakes the page that the server rendered; done when everything on it answers.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let path = leptos::prelude::window().location().pathname().unwrap_or_default();
    // Without its code or its words the page stays what it is: whole, and without its live parts.
    // Both are on their way already: the page's head names them.
    if app::lazy::fetch(&path).await.is_err() || texts::fetch_shown().await.is_err() {
        return;
    }
    leptos::mount::hydrate_body(app::App);
    // End-to-end tests, and styles that only make sense with script, wait for this.
    if let Some(root) = leptos::prelude::document().document_element() {
        let _ = root.set_attribute("data-hydrated", "");
    }
}
