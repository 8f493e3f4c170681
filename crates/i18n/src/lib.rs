//! Texts in French, Dutch and English, checked when they are compiled, and the formats of numbers, money and dates.
//!
//! Each file `locales/<language>/<namespace>.json` becomes a module; each text a function:
//! `booking::held_until(locale, time)`. The same functions serve pages, e-mails and printed documents.
//!
//! In browsers (feature `fetched`) the same functions read a table that the page fetched: [`table`] is what the server
//! sends, `fetched::install` what receives it.

#[cfg(feature = "fetched")]
pub mod fetched;
pub mod fmt;
pub mod labels;
pub mod lines;

use serde::{Deserialize, Serialize};

/// A language of the platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// French, the default.
    #[default]
    Fr,
    /// Dutch.
    Nl,
    /// English.
    En,
}

impl Locale {
    /// All languages, the default first.
    pub const ALL: [Self; 3] = [Self::Fr, Self::Nl, Self::En];

    /// The code in URLs, in `lang` attributes and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::Nl => "nl",
            Self::En => "en",
        }
    }

    /// Its place among the tables.
    const fn column(self) -> usize {
        match self {
            Self::Fr => 0,
            Self::Nl => 1,
            Self::En => 2,
        }
    }

    /// Reads [`Locale::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.code() == code)
    }

    /// The language's name in itself.
    #[must_use]
    pub const fn native_name(self) -> &'static str {
        match self {
            Self::Fr => "Français",
            Self::Nl => "Nederlands",
            Self::En => "English",
        }
    }
}

/// What separates the texts of a table; in no text.
const SEPARATOR: char = '\0';

/// The texts that browsers need in a language, in the order of their numbers; `fetched::install` takes them.
#[cfg(not(feature = "fetched"))]
#[must_use]
pub fn table(locale: Locale) -> String {
    TABLES[locale.column()].join(&String::from(SEPARATOR))
}

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
