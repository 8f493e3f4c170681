//! The one error that screens meet.

use chrono::NaiveDate;
use gabarit_domain::{
    credit::CreditRefusal,
    money::Cents,
    pricing::{Quote, Refusal},
    text::{Password, TextError},
};
use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use thiserror::Error;
use uuid::Uuid;

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name in the form.
    pub field: String,
    /// What is wrong.
    pub problem: Problem,
}

/// Kinds of mistakes; each has a text `problem_…` in every language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// Nothing was typed or chosen.
    Missing,
    /// Too short; the least number of characters.
    TooShort(u32),
    /// Too long; the greatest number of characters.
    TooLong(u32),
    /// Characters that nobody can see, or not of the expected form where nothing more can be said.
    Malformed,
    /// No number.
    NotANumber,
    /// Filled in, though nobody is to see it: a trap for programs.
    NotForYou,
    /// No day of the calendar.
    NotADay,
    /// No day of the calendar with an hour that it has.
    NotATime,
    /// Not the form of an e-mail address.
    NotAnEmail,
    /// Not the form of a telephone number.
    NotAPhone,
    /// Not the form of an IBAN.
    NotAnIban,
    /// Not the form of the country's VAT numbers.
    NotAVatNumber,
    /// No amount in euros, or nothing.
    NotAnAmount,
    /// No number of a register: other characters than letters, digits, hyphen, slash and full stop, or too few or many.
    NotARegisterNumber,
    /// Not what identifiers of the chosen scheme look like.
    NotOfScheme,
    /// Not six digits.
    NotSixDigits,
    /// A file that is no calendar.
    NotACalendar,
    /// Neither on site nor remote.
    NoMode,
    /// A calendar that is too long, or has too many events.
    CalendarTooBig,
    /// A day that has not come.
    InFuture,
    /// More than a year ahead.
    TooFarAhead,
    /// A day that must come after this one.
    NotAfterDay(NaiveDate),
    /// A day that must not come before this one.
    BeforeDay(NaiveDate),
    /// Not one of the choices.
    Unknown,
    /// No place that we know.
    UnknownPlace,
    /// Too many; the greatest number.
    TooMany(u32),
    /// An account with this address exists: sign in instead.
    EmailTaken,
    /// On the list of common passwords.
    CommonPassword,
    /// Not the account's password (or not its code).
    WrongPassword,
    /// Not the code of this moment, or used before.
    WrongCode,
    /// It is what it was.
    Unchanged,
    /// The bank account's country takes no part in SEPA.
    IbanCountry,
    /// The IBAN's check digits are wrong.
    IbanChecksum,
    /// The VAT number belongs to another country.
    VatOtherCountry,
    /// The VAT number's check digits are wrong.
    VatChecksum,
    /// The register does not know the VAT number.
    VatInvalid,
    /// A bank transfer would come too late for these days.
    TooLateForTransfer,
    /// More than the method takes at once; as much as it takes.
    MethodLimit(Cents),
    /// The terms must be accepted.
    NotAccepted,
    /// The order cannot be quoted.
    Refused(Refusal),
    /// Links of some kind, where none may be (S39): the offending words.
    Links(Vec<String>),
    /// The same, where a manager was asked to look at the words and has not decided yet.
    LookAsked(Vec<String>),
    /// The same, where a manager looked at some of the words and refused them.
    LookRefused(Vec<String>),
    /// Nothing is marked that could be looked at.
    NotMarked,
    /// A manager has this many of the person's texts to look at already.
    TooManyLooks(u32),
    /// Somebody changed it since it was read.
    Stale,
    /// Both have one address, which nobody proved to be theirs, and files go with one of them.
    NotProved,
    /// Paid work is no contribution (S63).
    Paid,
    /// No address that begins with https.
    NotHttps,
    /// No whole address on the web that everybody can open.
    NotAWebAddress,
    /// It is there already.
    Already,
    /// A day outside of those that can be given.
    NotInRange,
    /// Outside of the bounds; the least and the greatest value, as they are typed.
    Outside(String, String),
    /// Not more than another value, which this one must follow; that one, as it is typed.
    NotAfter(String),
    /// Must be this, as it is typed.
    MustBe(String),
    /// A day that is over.
    InPast,
    /// A time that is over.
    PastTime,
    /// No banking day, or not from today to this day.
    NotBankingDay(NaiveDate),
    /// Somebody else changed it since it was read: nothing was overwritten. Who.
    ChangedBy(String),
    /// A file with nothing in it; its name.
    FileEmpty(String),
    /// A file that is too large; its name.
    FileTooLarge(String),
    /// A file that is neither PDF nor PNG nor JPEG, or not whole; its name.
    FileType(String),
    /// No more files are kept here; the greatest number.
    NoMoreFiles(u32),
}

impl Problem {
    /// What is wrong with a text of at most this many characters.
    #[must_use]
    pub const fn of_text(error: TextError, longest: u32) -> Self {
        match error {
            TextError::Missing => Self::Missing,
            TextError::TooShort => Self::TooShort(Password::LEAST),
            TextError::TooLong => Self::TooLong(longest),
            TextError::Malformed => Self::Malformed,
            TextError::NotAnEmail => Self::NotAnEmail,
            TextError::NotAPhone => Self::NotAPhone,
        }
    }
}

/// A quote inside an error, as it is sent: every screen reads errors, and only those that show a price need the code that
/// reads quotes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ShownQuote(String);

impl From<&Quote> for ShownQuote {
    fn from(quote: &Quote) -> Self {
        Self(serde_json::to_string(quote).unwrap_or_default())
    }
}

impl ShownQuote {
    /// The quote; `None` for a text that is none.
    #[must_use]
    pub fn read(&self) -> Option<Quote> {
        serde_json::from_str(&self.0).ok()
    }
}

/// Why something did not happen. Never holds internals: those are in the log, under the id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "kebab-case")]
pub enum ApiError {
    /// Fields need correction.
    #[error("invalid input")]
    Invalid {
        /// Which, and why.
        fields: Vec<FieldError>,
        /// Key under which what was typed is kept for a form without script.
        stash: Option<String>,
    },
    /// The address or the password is wrong: never which.
    #[error("wrong credentials")]
    WrongCredentials {
        /// See [`ApiError::Invalid`].
        stash: Option<String>,
    },
    /// Somebody must sign in first.
    #[error("sign in first")]
    SignInRequired,
    /// The rest of signing in is due: the code of the second step.
    #[error("second step")]
    SecondStep,
    /// A manager must set up two-step sign-in first.
    #[error("two-step sign-in is required")]
    TwoStepRequired,
    /// A link by e-mail that was used, replaced or is too old.
    #[error("link expired")]
    LinkExpired,
    /// It is not theirs.
    #[error("forbidden")]
    Forbidden,
    /// There is no such thing (or it is not theirs to know).
    #[error("not found")]
    NotFound,
    /// The price is no longer the one that was seen: nothing was charged; the new quote asks for consent.
    #[error("the price changed")]
    PriceChanged {
        /// The new quote.
        quote: ShownQuote,
        /// See [`ApiError::Invalid`].
        stash: Option<String>,
    },
    /// What would go back is no longer what was seen: nothing happened; the new refund asks for consent.
    #[error("the refund changed")]
    RefundChanged {
        /// The new one.
        refund: Cents,
        /// See [`ApiError::Invalid`].
        stash: Option<String>,
    },
    /// Somebody else has some of the days now.
    #[error("days taken")]
    DaysTaken {
        /// Which.
        days: Vec<NaiveDate>,
        /// See [`ApiError::Invalid`].
        stash: Option<String>,
    },
    /// Too many unpaid holds on the account.
    #[error("too many unpaid holds")]
    TooManyHolds,
    /// The credit check refused a deferred payment: other methods remain.
    #[error("credit refused")]
    CreditRefused {
        /// Why.
        reason: CreditRefusal,
        /// See [`ApiError::Invalid`].
        stash: Option<String>,
    },
    /// Nobody books themselves.
    #[error("own profile")]
    OwnProfile,
    /// The expert has not yet agreed to self-billing.
    #[error("agreement required")]
    AgreementRequired,
    /// The record has moved on: what was asked is no longer possible.
    #[error("moved on")]
    MovedOn,
    /// Somebody else changed the record meanwhile: nothing was overwritten.
    #[error("overtaken")]
    Overtaken {
        /// Who; empty where that is not known, or a clock did it.
        by: String,
        /// What they did, by the word of the candidates' log (`picked`, `refused` …), or of another's, which stands before
        /// it (`nomination/decided`, `membership/ended`, `programme/changed`).
        did: String,
        /// When.
        at: Box<ZonedTime>,
        /// The record's version now: who sends the form again has seen this.
        version: i64,
        /// See [`ApiError::Invalid`].
        stash: Option<String>,
    },
    /// One of the others, of a form that was kept.
    #[error("{why}")]
    Kept {
        /// Which.
        why: Box<ApiError>,
        /// See [`ApiError::Invalid`].
        stash: String,
    },
    /// Too many attempts.
    #[error("too many attempts")]
    TooManyAttempts {
        /// Try again after this many seconds.
        retry_after_seconds: u32,
    },
    /// An outside service does not answer; nothing was lost.
    #[error("service unavailable")]
    Unavailable,
    /// An outside service does not accept the platform's key: managers read it on their page; nothing was lost.
    #[error("service denied")]
    Denied,
    /// A fault of ours, logged under this id.
    #[error("internal error {id}")]
    Internal {
        /// The log's id.
        id: Uuid,
    },
    /// The request was not understood, or no answer came.
    #[error("transport")]
    Transport,
}

impl ApiError {
    /// One wrong field.
    #[must_use]
    pub fn field(field: &str, problem: Problem) -> Self {
        Self::Invalid { fields: vec![FieldError { field: field.to_owned(), problem }], stash: None }
    }

    /// The HTTP status that tells it best.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Kept { why, .. } => why.status(),
            Self::Invalid { .. } => 422,
            Self::WrongCredentials { .. } | Self::SignInRequired | Self::SecondStep => 401,
            Self::Forbidden | Self::OwnProfile | Self::TwoStepRequired => 403,
            Self::LinkExpired => 410,
            Self::NotFound => 404,
            Self::PriceChanged { .. }
            | Self::RefundChanged { .. }
            | Self::DaysTaken { .. }
            | Self::MovedOn
            | Self::Overtaken { .. }
            | Self::TooManyHolds
            | Self::AgreementRequired => 409,
            Self::CreditRefused { .. } => 402,
            Self::TooManyAttempts { .. } => 429,
            Self::Unavailable | Self::Denied => 503,
            Self::Internal { .. } => 500,
            Self::Transport => 400,
        }
    }

    /// The key of the form that was kept, if one was.
    #[must_use]
    pub fn stash(&self) -> Option<&str> {
        match self {
            Self::Invalid { stash, .. }
            | Self::WrongCredentials { stash }
            | Self::PriceChanged { stash, .. }
            | Self::RefundChanged { stash, .. }
            | Self::DaysTaken { stash, .. }
            | Self::Overtaken { stash, .. }
            | Self::CreditRefused { stash, .. } => stash.as_deref(),
            Self::Kept { stash, .. } => Some(stash),
            _ => None,
        }
    }

    /// The same error, with the key of the kept form.
    #[must_use]
    pub fn with_stash(mut self, key: String) -> Self {
        match &mut self {
            Self::Invalid { stash, .. }
            | Self::WrongCredentials { stash }
            | Self::PriceChanged { stash, .. }
            | Self::RefundChanged { stash, .. }
            | Self::DaysTaken { stash, .. }
            | Self::Overtaken { stash, .. }
            | Self::CreditRefused { stash, .. } => *stash = Some(key),
            // What was typed may still hold elsewhere, or later.
            Self::MovedOn | Self::TooManyAttempts { .. } | Self::Unavailable | Self::Denied => {
                return Self::Kept { why: Box::new(self), stash: key };
            }
            _ => {}
        }
        self
    }

    /// Whether the record has moved on.
    #[must_use]
    pub fn is_moved_on(&self) -> bool {
        match self {
            Self::Kept { why, .. } => why.is_moved_on(),
            other => *other == Self::MovedOn,
        }
    }

    /// What is wrong with a field, if something is.
    pub fn problems<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a Problem> {
        let fields = match self {
            Self::Invalid { fields, .. } => fields.as_slice(),
            _ => &[],
        };
        fields.iter().filter(move |error| error.field == field).map(|error| &error.problem)
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        // Its text can name types and paths: it is no reader's business.
        Self::Transport
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was typed is kept where the record moved on, too much was tried, or a service did not answer; why stays what
    /// it was.
    #[test]
    fn typed_is_kept() {
        for error in [ApiError::MovedOn, ApiError::TooManyAttempts { retry_after_seconds: 60 }, ApiError::Unavailable] {
            let kept = error.clone().with_stash("key".to_owned());
            assert_eq!((kept.stash(), kept.status()), (Some("key"), error.status()));
            assert_eq!(kept.is_moved_on(), error == ApiError::MovedOn);
            let sent = serde_json::to_string(&kept).ok().and_then(|text| serde_json::from_str::<ApiError>(&text).ok());
            assert_eq!(sent, Some(kept));
        }
        assert_eq!(ApiError::Forbidden.with_stash("key".to_owned()), ApiError::Forbidden);
    }
}
