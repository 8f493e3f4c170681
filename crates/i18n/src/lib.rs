//! Texts in French, Dutch and English, checked when they are compiled, and the formats of numbers, money and dates.
//!
//! Each file `locales/<language>/<namespace>.json` becomes a module; each text a function:
//! `booking::held_until(locale, time)`. The same functions serve pages, e-mails and printed documents.

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

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
