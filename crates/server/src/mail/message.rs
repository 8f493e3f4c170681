//! A mail's text, written once and rendered as plain text and as HTML.

use crate::config::Config;
use gabarit_i18n::{Locale, fmt, mail};
use std::fmt::Write as _;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Block {
    Paragraph(String),
    Button { label: String, url: String },
    Facts(Vec<(String, String)>),
}

/// A mail in the making: a subject, then paragraphs, facts and buttons in reading order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    locale: Locale,
    subject: String,
    blocks: Vec<Block>,
}

impl Message {
    /// Starts a mail in a language. A subject has one line: what breaks it becomes a space.
    #[must_use]
    pub fn new(locale: Locale, subject: impl AsRef<str>) -> Self {
        let subject = subject.as_ref().split(char::is_control).map(str::trim).filter(|part| !part.is_empty());
        Self { locale, subject: subject.collect::<Vec<_>>().join(" "), blocks: Vec::new() }
    }

    /// Adds a paragraph; line breaks in it are kept.
    #[must_use]
    pub fn paragraph(mut self, text: impl Into<String>) -> Self {
        self.blocks.push(Block::Paragraph(text.into()));
        self
    }

    /// Adds a link that looks like a button; as text, its address stands below its label.
    #[must_use]
    pub fn button(mut self, label: impl Into<String>, url: impl Into<String>) -> Self {
        self.blocks.push(Block::Button { label: label.into(), url: url.into() });
        self
    }

    /// Adds a table of labels and values.
    #[must_use]
    pub fn facts<L: Into<String>, V: Into<String>>(mut self, facts: impl IntoIterator<Item = (L, V)>) -> Self {
        let facts = facts.into_iter().map(|(label, value)| (label.into(), value.into())).collect();
        self.blocks.push(Block::Facts(facts));
        self
    }

    /// Its language.
    #[must_use]
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// Its subject.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    fn footer(&self, config: &Config) -> [String; 3] {
        let operator = &config.operator;
        [
            mail::footer_reason(self.locale).to_owned(),
            mail::footer_contact(self.locale, &operator.email),
            mail::footer_operator(
                self.locale,
                &operator.name,
                &operator.street,
                &operator.postal_code,
                &operator.city,
                operator.vat.country,
            ),
        ]
    }

    /// As plain text.
    #[must_use]
    pub fn text(&self, config: &Config) -> String {
        let mut parts: Vec<String> = self
            .blocks
            .iter()
            .map(|block| match block {
                Block::Paragraph(text) => text.trim().to_owned(),
                Block::Button { label, url } => format!("{label}{}\n{url}", fmt::colon(self.locale)),
                Block::Facts(facts) => facts
                    .iter()
                    .map(|(label, value)| fmt::labelled(self.locale, label, value))
                    .collect::<Vec<_>>()
                    .join("\n"),
            })
            .collect();
        // The separator of signatures (RFC 3676).
        parts.push(format!(
            "-- \n{}\n{}\n{}",
            mail::product(self.locale),
            config.public_url,
            self.footer(config).join("\n")
        ));
        parts.join("\n\n") + "\n"
    }

    /// As a whole HTML page. Styles are inline, as many mail programs drop others; tables are for facts only, so that
    /// screen readers read it in order.
    #[must_use]
    pub fn html(&self, config: &Config) -> String {
        let mut body = String::new();
        for block in &self.blocks {
            block.html(self.locale, &mut body);
        }
        let footer: String = self
            .footer(config)
            .iter()
            .map(|line| format!("<p style=\"margin:0 0 4px\">{}</p>\n", escape(line)))
            .collect();
        format!(
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light\">\n<title>{subject}</title>\n</head>\n\
             <body style=\"margin:0;padding:24px 12px;background:#f3f4f6;color:#1a2230;\
             font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif\">\n\
             <div style=\"max-width:560px;margin:0 auto\">\n\
             <header style=\"padding:0 0 16px\"><a href=\"{home}\" \
             style=\"color:#1a2230;font-weight:600;font-size:18px;text-decoration:none\">{product}</a></header>\n\
             <main style=\"padding:24px;background:#ffffff;border:1px solid #d5d9e0;border-radius:8px\">\n\
             <h1 style=\"margin:0 0 16px;font-size:20px;line-height:1.3\">{subject}</h1>\n{body}</main>\n\
             <footer style=\"padding:16px 0 0;color:#4a5568;font-size:13px\">\n{footer}</footer>\n\
             </div>\n</body>\n</html>\n",
            lang = self.locale.code(),
            subject = escape(&self.subject),
            home = escape(config.public_url.as_str()),
            product = mail::product(self.locale),
        )
    }
}

impl Block {
    fn html(&self, locale: Locale, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Paragraph(text) => {
                let lines: Vec<String> = text.trim().lines().map(escape).collect();
                writeln!(out, "<p style=\"margin:0 0 16px\">{}</p>", lines.join("<br>"))
            }
            Self::Button { label, url } => {
                let (label, url) = (escape(label), escape(url));
                writeln!(
                    out,
                    "<p style=\"margin:0 0 8px\"><a href=\"{url}\" style=\"display:inline-block;padding:12px 20px;\
                     background:#1d4ed8;color:#ffffff;border-radius:6px;font-weight:600;text-decoration:none\">{label}\
                     </a></p>\n<p style=\"margin:0 0 16px;color:#4a5568;font-size:13px;overflow-wrap:anywhere\">{} \
                     <a href=\"{url}\" style=\"color:#1d4ed8\">{url}</a></p>",
                    escape(mail::button_fallback(locale)),
                )
            }
            Self::Facts(facts) => {
                let rows: String = facts
                    .iter()
                    .map(|(label, value)| {
                        format!(
                            "<tr><th scope=\"row\" style=\"padding:4px 16px 4px 0;text-align:left;vertical-align:top;\
                             font-weight:400;color:#4a5568\">{}</th><td style=\"padding:4px 0;\
                             overflow-wrap:anywhere\">{}</td></tr>",
                            escape(label),
                            value.lines().map(escape).collect::<Vec<_>>().join("<br>"),
                        )
                    })
                    .collect();
                writeln!(out, "<table style=\"margin:0 0 16px;border-collapse:collapse\"><tbody>{rows}</tbody></table>")
            }
        };
    }
}

/// Escapes text for HTML, in elements and in quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message::new(Locale::En, "Booking <ABCD> &\r\nBcc: everybody@client.example")
            .paragraph("Hello \"Ada\",\n<script>alert(1)</script>")
            .facts([("Days", "1 December"), ("Total", "€680.00")])
            .button("See it", "https://gabarit.example/en/bookings/1?a=1&b='2'")
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(message().subject(), "Booking <ABCD> & Bcc: everybody@client.example");
    }

    #[test]
    fn plain_text_reads_like_a_letter() {
        let config = Config::read(|_| None).unwrap();
        insta::assert_snapshot!(message().text(&config), @r#"
        Hello "Ada",
        <script>alert(1)</script>

        Days: 1 December
        Total: €680.00

        See it:
        https://gabarit.example/en/bookings/1?a=1&b='2'

        -- 
        Gabarit
        http://127.0.0.1:3000/
        You receive this message because it concerns your account or a booking of yours on Gabarit.
        Questions? Write to bonjour@gabarit.example.
        Gabarit Demo B.V., Voorbeeldkade 1, 3511 ZZ Utrecht, NL
        "#);
    }

    #[test]
    fn html_is_escaped_and_names_its_language() {
        let config = Config::read(|_| None).unwrap();
        for locale in Locale::ALL {
            let html = Message { locale, ..message() }.html(&config);
            assert!(html.contains(&format!("<html lang=\"{}\">", locale.code())));
            assert!(html.contains("<title>Booking &lt;ABCD&gt; &amp; Bcc: everybody@client.example</title>"));
            assert!(html.contains("Hello &quot;Ada&quot;,<br>&lt;script&gt;alert(1)&lt;/script&gt;</p>"));
            assert!(html.contains("href=\"https://gabarit.example/en/bookings/1?a=1&amp;b=&#39;2&#39;\""));
            assert!(html.contains("<th scope=\"row\""));
            assert!(!html.contains("<script") && !html.contains("{"));
        }
    }
}
