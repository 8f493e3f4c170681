//! The page's language.

pub use gabarit_i18n::{Locale, fmt};
use leptos::prelude::use_context;

/// The language of the page, from the first segment of its URL. It never changes while a page lives: the language
/// switch loads the other page anew.
#[must_use]
pub fn use_locale() -> Locale {
    use_context::<Locale>().unwrap_or_default()
}
