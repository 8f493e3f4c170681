//! The words of pages: compiled into the server, fetched by browsers, one language at a time.

use crate::i18n::Locale;

/// Where a language's table is. The address changes with the texts, so that it may be kept for good.
#[must_use]
pub fn address(locale: Locale) -> String {
    format!("/texts/{}/{}.txt", gabarit_i18n::VERSION, locale.code())
}

/// Waits until a language's words are there. The page's own always are; an answer that is begun may be in another, and
/// its element then has `data-words` with that language's code, for `fetch_shown`.
#[cfg(not(feature = "hydrate"))]
#[expect(clippy::unused_async, reason = "the browser waits")]
pub async fn ready(_locale: Locale) {}

/// Waits until a language's words are there. The page's own always are; an answer that is begun may be in another, and
/// its element then has `data-words` with that language's code, for `fetch_shown`.
#[cfg(feature = "hydrate")]
pub async fn ready(locale: Locale) {
    // Without them the text is empty; the page says elsewhere that the network is gone.
    let _ = send_wrapper::SendWrapper::new(fetch(locale)).await;
}

/// Fetches the words of every language that the page shows, before it is hydrated.
///
/// # Errors
/// What the browser answers where one cannot be fetched.
#[cfg(feature = "hydrate")]
pub(crate) async fn fetch_shown() -> Result<(), wasm_bindgen::JsValue> {
    use leptos::prelude::document;
    use std::collections::BTreeSet;

    let mut shown = BTreeSet::new();
    if let Some(root) = document().document_element() {
        shown.extend(root.get_attribute("lang").and_then(|code| Locale::parse(&code)));
    }
    let elsewhere = document().query_selector_all("main [data-words]")?;
    for index in 0..elsewhere.length() {
        let code = elsewhere.get(index).and_then(|node| {
            wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(node).ok()?.get_attribute("data-words")
        });
        shown.extend(code.and_then(|code| Locale::parse(&code)));
    }
    for locale in shown {
        fetch(locale).await?;
    }
    Ok(())
}

#[cfg(feature = "hydrate")]
async fn fetch(locale: Locale) -> Result<(), wasm_bindgen::JsValue> {
    use gabarit_i18n::fetched;
    use leptos::prelude::window;
    use wasm_bindgen::{JsCast as _, JsValue};
    use wasm_bindgen_futures::JsFuture;

    if fetched::has(locale) {
        return Ok(());
    }
    let response: web_sys::Response = JsFuture::from(window().fetch_with_str(&address(locale))).await?.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::from(response.status()));
    }
    let table = JsFuture::from(response.text()?).await?;
    fetched::install(locale, table.as_string().unwrap_or_default());
    Ok(())
}
