//! Reviews after an assignment (S21): of the expert by the client, criterion by criterion; of the client by the expert.
//!
//! ```text
//! Waiting ──both are in, or the time is over──▶ Shown ◀──restore── Hidden
//!                                                 └─────hide─────────▶
//! ```
//!
//! Neither side reads the other's review before both are written, so that nobody answers in kind; once the time is over
//! no further one can be written.

use crate::booking::BookingState;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Days after completion in which both sides may write, and after which what was written is shown.
pub const DAYS: i64 = 14;
/// Days after completion on which whoever has not written is reminded.
pub const REMIND_AFTER_DAYS: i64 = 3;

/// What a client marks an expert by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// Knows the products and the trade.
    Knowledge,
    /// Listens and explains.
    Communication,
    /// Keeps agreements and times.
    Reliability,
    /// What it was worth.
    Value,
}

impl Criterion {
    /// All criteria, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Knowledge, Self::Communication, Self::Reliability, Self::Value];

    /// The field's name in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Knowledge => "knowledge",
            Self::Communication => "communication",
            Self::Reliability => "reliability",
            Self::Value => "value",
        }
    }
}

/// A mark: 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Mark(u8);

/// Not 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a mark is 1 to 5")]
pub struct NoMark;

impl Mark {
    /// 1 to 5.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Mark {
    type Error = NoMark;
    fn try_from(number: u8) -> Result<Self, NoMark> {
        if (1..=5).contains(&number) { Ok(Self(number)) } else { Err(NoMark) }
    }
}

impl From<Mark> for u8 {
    fn from(mark: Mark) -> Self {
        mark.0
    }
}

/// A client's marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scores {
    /// See [`Criterion::Knowledge`].
    pub knowledge: Mark,
    /// See [`Criterion::Communication`].
    pub communication: Mark,
    /// See [`Criterion::Reliability`].
    pub reliability: Mark,
    /// See [`Criterion::Value`].
    pub value: Mark,
}

impl Scores {
    /// The mark of a criterion.
    #[must_use]
    pub const fn of(&self, criterion: Criterion) -> Mark {
        match criterion {
            Criterion::Knowledge => self.knowledge,
            Criterion::Communication => self.communication,
            Criterion::Reliability => self.reliability,
            Criterion::Value => self.value,
        }
    }

    /// The stars of the review: the mean of the marks, rounded half up.
    #[must_use]
    pub fn rating(&self) -> Mark {
        let sum: u8 = Criterion::ALL.iter().map(|criterion| self.of(*criterion).number()).sum();
        Mark((sum + 2) / 4)
    }
}

/// Where a review stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewState {
    /// Read by its writer alone.
    Waiting,
    /// Read by everybody it is for.
    Shown,
    /// Taken down by a manager.
    Hidden,
}

/// A move that the drawing does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a review cannot go there from here")]
pub struct InvalidMove;

impl ReviewState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Shown, Self::Hidden];

    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Shown => "shown",
            Self::Hidden => "hidden",
        }
    }

    /// Reads [`ReviewState::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Both sides are in, or the time is over.
    ///
    /// # Errors
    /// Unless it waits.
    pub const fn show(self) -> Result<Self, InvalidMove> {
        if matches!(self, Self::Waiting) { Ok(Self::Shown) } else { Err(InvalidMove) }
    }

    /// A manager takes it down.
    ///
    /// # Errors
    /// Unless it is shown.
    pub const fn hide(self) -> Result<Self, InvalidMove> {
        if matches!(self, Self::Shown) { Ok(Self::Hidden) } else { Err(InvalidMove) }
    }

    /// A manager puts it up again.
    ///
    /// # Errors
    /// Unless it was taken down.
    pub const fn restore(self) -> Result<Self, InvalidMove> {
        if matches!(self, Self::Hidden) { Ok(Self::Shown) } else { Err(InvalidMove) }
    }
}

/// Until when a booking can be reviewed; `None` for one that was not completed.
#[must_use]
pub fn reviewable_until(state: BookingState, completed_at: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    completed_at.filter(|_| state == BookingState::Completed).map(|at| at + TimeDelta::days(DAYS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(marks: [u8; 4]) -> Scores {
        let [knowledge, communication, reliability, value] = marks.map(|mark| Mark::try_from(mark).unwrap());
        Scores { knowledge, communication, reliability, value }
    }

    /// S21: the stars are the mean of the marks, halves up.
    #[test]
    fn stars_are_the_mean() {
        for (marks, stars) in [
            ([5, 5, 5, 5], 5),
            ([5, 5, 4, 4], 5),
            ([5, 4, 4, 4], 4),
            ([1, 1, 1, 2], 1),
            ([1, 1, 2, 2], 2),
            ([1, 5, 1, 5], 3),
        ] {
            assert_eq!(scores(marks).rating().number(), stars, "{marks:?}");
        }
        assert!(Mark::try_from(0).is_err() && Mark::try_from(6).is_err());
        assert!(serde_json::from_str::<Mark>("9").is_err());
    }

    /// S21: only a completed booking, and only for so long.
    #[test]
    fn only_after_completion() {
        let at = "2026-12-03T23:00:00Z".parse().unwrap();
        assert_eq!(reviewable_until(BookingState::Completed, Some(at)), Some("2026-12-17T23:00:00Z".parse().unwrap()));
        for state in [BookingState::Accepted, BookingState::Cancelled, BookingState::Declined, BookingState::Ended] {
            assert_eq!(reviewable_until(state, Some(at)), None);
        }
        assert_eq!(reviewable_until(BookingState::Completed, None), None);
    }

    /// Every state, every move: nothing is shown twice, and only what was read is taken down.
    #[test]
    fn explored() {
        use ReviewState::{Hidden, Shown, Waiting};
        for (state, moves) in [
            (Waiting, [Ok(Shown), Err(InvalidMove), Err(InvalidMove)]),
            (Shown, [Err(InvalidMove), Ok(Hidden), Err(InvalidMove)]),
            (Hidden, [Err(InvalidMove), Err(InvalidMove), Ok(Shown)]),
        ] {
            assert_eq!([state.show(), state.hide(), state.restore()], moves);
            assert_eq!(ReviewState::parse(state.code()), Some(state));
        }
    }
}
