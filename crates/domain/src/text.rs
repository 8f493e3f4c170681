//! Texts that people type, parsed into types that cannot hold nonsense. The same parse runs in the form and on the
//! server.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Why a text was not accepted; each has a message in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextError {
    /// Nothing was typed.
    #[error("missing")]
    Missing,
    /// Too few characters.
    #[error("too short")]
    TooShort,
    /// Too many characters.
    #[error("too long")]
    TooLong,
    /// Control characters.
    #[error("malformed")]
    Malformed,
    /// Not the form of an e-mail address.
    #[error("no e-mail address")]
    NotAnEmail,
    /// Not the form of a telephone number.
    #[error("no telephone number")]
    NotAPhone,
}

/// Characters without a shape of their own that turn the reading direction or hide in a name; they come along when
/// numbers and names are copied from elsewhere. The joiners that some scripts and emoji need are not among them.
const fn hides(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Drops what nobody sees, trims, and refuses control characters (line breaks only where `multiline`).
fn clean(text: &str, max_chars: usize, multiline: bool) -> Result<String, TextError> {
    let visible: String = text.chars().filter(|c| !hides(*c)).collect();
    let text = visible.trim();
    if text.is_empty() {
        return Err(TextError::Missing);
    }
    let breaks = |c: char| matches!(c, '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}');
    if text.chars().any(|c| if breaks(c) { !multiline } else { c.is_control() }) {
        return Err(TextError::Malformed);
    }
    if text.chars().count() > max_chars {
        return Err(TextError::TooLong);
    }
    Ok(text.to_owned())
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $max:expr, multiline = $multiline:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads what was typed; outer white space and invisible characters go.
            ///
            /// # Errors
            /// See [`TextError`].
            pub fn parse(text: &str) -> Result<Self, TextError> {
                clean(text, $max, $multiline).map(Self)
            }

            /// Reads what was typed in a field that may stay empty.
            ///
            /// # Errors
            /// See [`TextError`]; never [`TextError::Missing`].
            pub fn parse_optional(text: &str) -> Result<Option<Self>, TextError> {
                match Self::parse(text) {
                    Err(TextError::Missing) => Ok(None),
                    parsed => parsed.map(Some),
                }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, TextError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text!(
    /// The name of a person or an organisation: one line, up to 120 characters.
    Name, 120, multiline = false
);
text!(
    /// One line of an address, a reference or an order number: up to 120 characters.
    OneLine, 120, multiline = false
);
text!(
    /// A message or description: several lines, up to 4,000 characters.
    Message, 4_000, multiline = true
);

/// An e-mail address, lower-cased, in the form people really have: `local@domain.tld`, ASCII, up to 254 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// Reads an address.
    ///
    /// # Errors
    /// [`TextError::Missing`], [`TextError::TooLong`], [`TextError::Malformed`] or [`TextError::NotAnEmail`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = clean(text, 254, false)?;
        let (local, domain) = text.rsplit_once('@').ok_or(TextError::NotAnEmail)?;
        let local_ok = (1..=64).contains(&local.len())
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&b));
        let label_ok = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let top_ok = domain.rsplit('.').next().is_some_and(|top| top.bytes().any(|b| b.is_ascii_alphabetic()));
        if local_ok && top_ok && domain.contains('.') && domain.split('.').all(label_ok) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(TextError::NotAnEmail)
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A telephone number as people write it: 6 to 15 digits, with spaces, `+ ( ) - . /` between them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl Phone {
    /// Reads a number.
    ///
    /// # Errors
    /// See [`TextError`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = clean(text, 30, false)?;
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let allowed = text.bytes().all(|b| b.is_ascii_digit() || b" +()-./".contains(&b));
        if allowed && (6..=15).contains(&digits) { Ok(Self(text)) } else { Err(TextError::NotAPhone) }
    }

    /// The number as typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Phone {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A new password: 10 to 256 bytes, no rule of composition. Never printed, never serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The least length, in bytes.
    pub const LEAST: u32 = 10;

    /// Takes a password as typed; nothing is trimmed.
    ///
    /// # Errors
    /// [`TextError::Missing`], [`TextError::TooShort`] or [`TextError::TooLong`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        match text.len() {
            0 => Err(TextError::Missing),
            1..=9 => Err(TextError::TooShort),
            257.. => Err(TextError::TooLong),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// For the hash function only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The plain letters of an accented Latin letter or a ligature; nothing for a combining mark; `None` for what has no
/// plainer form. Expects lower case.
pub(crate) fn base_letters(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' | 'ċ' | 'ĉ' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ə' => "e",
        'ğ' | 'ģ' | 'ġ' | 'ĝ' => "g",
        'ħ' | 'ĥ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' | 'ĩ' => "i",
        'ķ' => "k",
        'ł' | 'ļ' | 'ľ' | 'ĺ' => "l",
        'ñ' | 'ń' | 'ň' | 'ņ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' | 'ŏ' | 'ơ' => "o",
        'œ' => "oe",
        'ř' | 'ŕ' | 'ŗ' => "r",
        'ś' | 'š' | 'ş' | 'ș' | 'ŝ' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' | 'ų' | 'ŭ' | 'ư' | 'ũ' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ž' | 'ż' => "z",
        // Letters with two marks, as Vietnamese and Welsh names have them: whole ranges share a base letter.
        '\u{1ea0}'..='\u{1eb7}' => "a",
        '\u{1eb8}'..='\u{1ec7}' => "e",
        '\u{1ec8}'..='\u{1ecb}' | 'ǐ' => "i",
        '\u{1ecc}'..='\u{1ee3}' | 'ǒ' => "o",
        '\u{1ee4}'..='\u{1ef1}' | 'ǔ' => "u",
        '\u{1ef2}'..='\u{1ef9}' => "y",
        'ẁ' | 'ẃ' | 'ẅ' => "w",
        'ǧ' => "g",
        'ĳ' => "ij",
        // Combining marks left by decomposed input.
        '\u{300}'..='\u{36f}' => "",
        _ => return None,
    })
}

/// Folds a text for comparison: lower case, accents and ligatures of European Latin script removed, punctuation to
/// spaces. `"Liège"` and `"LIEGE"` fold alike.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match base_letters(c) {
            Some(letters) => folded.push_str(letters),
            None if c.is_alphanumeric() => folded.push(c),
            None => folded.push(' '),
        }
    }
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}
