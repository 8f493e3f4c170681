//! Civil days: sets of booked days, availability, weeks.

use crate::vat::CountryCode;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};
use thiserror::Error;

/// The most days one booking can hold: a year of calendar days.
pub const MAX_DAYS: usize = 366;

/// How many days ahead availability is known and bookable.
pub const HORIZON_DAYS: u32 = 400;

/// A part of a country that has public holidays of its own: `FR-57`, as ISO 3166-2 writes it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    country: CountryCode,
    /// One to three letters or digits, the rest noughts.
    part: [u8; 3],
}

impl Region {
    /// Reads a code; whether there is such a region is for the table of holidays to say.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (country, part) = text.split_once('-')?;
        Self::of(CountryCode::parse(country).ok()?, part)
    }

    /// The part of a country.
    #[must_use]
    pub fn of(country: CountryCode, part: &str) -> Option<Self> {
        let fits = (1..=3).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let mut bytes = part.bytes();
        fits.then(|| Self { country, part: [(); 3].map(|()| bytes.next().unwrap_or(0)) })
    }

    /// The country that it is a part of.
    #[must_use]
    pub const fn country(self) -> CountryCode {
        self.country
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.country, str::from_utf8(&self.part).unwrap_or_default().trim_end_matches('\0'))
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not a set of days.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DaysError {
    /// No day at all.
    #[error("no day")]
    Empty,
    /// A part that is not a date `YYYY-MM-DD` of the calendar, in the years 1 to 9999; it is quoted, cut to 40
    /// characters.
    #[error("not a date: {0}")]
    NotADate(String),
    /// More than [`MAX_DAYS`].
    #[error("too many days")]
    TooMany,
}

/// The days of a booking: any set, not only ranges; never empty, at most [`MAX_DAYS`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<NaiveDate>", into = "Vec<NaiveDate>")]
pub struct DaySet(BTreeSet<NaiveDate>);

impl DaySet {
    /// A set of days; doubles collapse.
    ///
    /// # Errors
    /// [`DaysError::Empty`], [`DaysError::TooMany`], or [`DaysError::NotADate`] for a year outside 1 to 9999.
    pub fn new(days: impl IntoIterator<Item = NaiveDate>) -> Result<Self, DaysError> {
        let mut set = BTreeSet::new();
        for day in days {
            // Other years have no form of ten characters, so they would not survive a URL.
            if !(1..=9999).contains(&day.year()) {
                return Err(DaysError::NotADate(day.to_string()));
            }
            set.insert(day);
            if set.len() > MAX_DAYS {
                return Err(DaysError::TooMany);
            }
        }
        if set.is_empty() { Err(DaysError::Empty) } else { Ok(Self(set)) }
    }

    /// Reads `2026-12-01,2026-12-03` (commas, semicolons, plus signs or white space between the dates).
    ///
    /// # Errors
    /// See [`DaysError`].
    pub fn parse(text: &str) -> Result<Self, DaysError> {
        let parts =
            || text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '+')).filter(|part| !part.is_empty());
        if parts().nth(MAX_DAYS).is_some() {
            return Err(DaysError::TooMany);
        }
        let days: Result<Vec<_>, _> = parts()
            .map(|part| iso_date(part).ok_or_else(|| DaysError::NotADate(part.chars().take(40).collect())))
            .collect();
        Self::new(days?)
    }

    /// The first day.
    #[must_use]
    pub fn first(&self) -> NaiveDate {
        self.0.first().copied().unwrap_or(NaiveDate::MIN)
    }

    /// The last day.
    #[must_use]
    pub fn last(&self) -> NaiveDate {
        self.0.last().copied().unwrap_or(NaiveDate::MAX)
    }

    /// How many days.
    #[must_use]
    pub fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// Whether the day is one of them.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.0.contains(&day)
    }

    /// The days in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = NaiveDate> + '_ {
        self.0.iter().copied()
    }

    /// How many ISO weeks have at least one of the days: one return trip each (S27).
    #[must_use]
    pub fn iso_weeks(&self) -> u32 {
        let weeks: BTreeSet<_> = self.0.iter().map(|day| (day.iso_week().year(), day.iso_week().week())).collect();
        u32::try_from(weeks.len()).unwrap_or(u32::MAX)
    }

    /// `2026-12-01,2026-12-03`: the form [`DaySet::parse`] reads, used in URLs.
    #[must_use]
    pub fn to_param(&self) -> String {
        self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

impl TryFrom<Vec<NaiveDate>> for DaySet {
    type Error = DaysError;
    fn try_from(days: Vec<NaiveDate>) -> Result<Self, Self::Error> {
        Self::new(days)
    }
}

impl From<DaySet> for Vec<NaiveDate> {
    fn from(days: DaySet) -> Self {
        days.0.into_iter().collect()
    }
}

/// Reads exactly `YYYY-MM-DD`; chrono alone would also take signs, short fields and years of six digits.
fn iso_date(text: &str) -> Option<NaiveDate> {
    let well_formed = text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| if matches!(at, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| well_formed)
}

/// Which weekdays an expert usually works; bit 0 is Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WeekPattern(pub u8);

impl WeekPattern {
    /// Monday to Friday.
    pub const WORKING_WEEK: Self = Self(0b001_1111);

    /// Whether the weekday is worked.
    #[must_use]
    pub fn works(self, weekday: Weekday) -> bool {
        self.0 >> weekday.num_days_from_monday() & 1 == 1
    }
}

/// The days an expert is free, from a first day on: one bit a day.
///
/// It already takes the week pattern, exceptions, public holidays, bookings and unpaid holds into account; the server
/// makes it, the browser reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeDays {
    /// The day of bit 0.
    pub from: NaiveDate,
    /// How many days are known.
    pub len: u32,
    /// 64 days a word, bit 0 first; bits beyond `len` are zero.
    words: Vec<u64>,
}

impl FreeDays {
    /// Asks `is_free` for each of `len` days from `from`.
    pub fn from_fn(from: NaiveDate, len: u32, mut is_free: impl FnMut(NaiveDate) -> bool) -> Self {
        let mut words = vec![0_u64; (len as usize).div_ceil(64)];
        for offset in 0..len {
            if from.checked_add_days(Days::new(u64::from(offset))).is_some_and(&mut is_free) {
                words[offset as usize / 64] |= 1 << (offset % 64);
            }
        }
        Self { from, len, words }
    }

    /// Whether the expert is free on that day; days outside the known range are not.
    #[must_use]
    pub fn is_free(&self, day: NaiveDate) -> bool {
        let offset = (day - self.from).num_days();
        self.covers(day)
            && usize::try_from(offset)
                .ok()
                .and_then(|offset| self.words.get(offset / 64).map(|word| word >> (offset % 64) & 1 == 1))
                .unwrap_or(false)
    }

    /// Whether anything is known of that day.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        (0..i64::from(self.len)).contains(&(day - self.from).num_days())
    }

    /// The last known day.
    #[must_use]
    pub fn until(&self) -> NaiveDate {
        self.from.checked_add_days(Days::new(u64::from(self.len.saturating_sub(1)))).unwrap_or(self.from)
    }

    /// The first free day on or after the given one.
    #[must_use]
    pub fn next_free(&self, day: NaiveDate) -> Option<NaiveDate> {
        day.max(self.from).iter_days().take_while(|day| self.covers(*day)).find(|day| self.is_free(*day))
    }

    /// The raw words, for indexes that combine many calendars.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }
}
