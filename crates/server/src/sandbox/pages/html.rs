//! The frame of the sandbox's pages.

use gabarit_i18n::{Locale, sandbox as text};

/// A text made safe for element content and quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A whole page around a body that is HTML already.
pub(super) fn page(locale: Locale, title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{}</title><link rel=\"stylesheet\" href=\"/sandbox.css\"></head><body>\
         <a class=\"skip\" href=\"#main\">{}</a><header class=\"notice\"><p>{}</p></header>{body}</body></html>",
        locale.code(),
        escape(title),
        text::skip(locale),
        text::banner(locale),
    )
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_typed_becomes_markup() {
        assert_eq!(escape("<a href=\"x\" title='&'>"), "&lt;a href=&quot;x&quot; title=&#39;&amp;&#39;&gt;");
    }
}
