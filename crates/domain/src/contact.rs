//! The contact desk: what people write about, and the life of a conversation.
//!
//! ```text
//! New ──answer──▶ Answered ◀──answer── Waiting
//!                    └──────write─────▶ Waiting
//! New, Answered, Waiting ──close──▶ Closed ──write──▶ Waiting
//! New, Answered, Waiting, Closed ──merge──▶ Merged
//! ```

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a request is about. Each lands in the managers' inbox and is answered there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// A question to an expert before booking (S10).
    Question,
    /// An expert is not free on the wanted dates (S12).
    NotFree,
    /// Help to find another specialist (S13).
    FindAnother,
    /// Nobody was found: find a profile (S14).
    Sourcing,
    /// Not satisfied with a service (S22).
    Dissatisfied,
    /// Delete an account (S42).
    DeleteAccount,
    /// Feedback on the platform (S45).
    Feedback,
    /// Anything else, to the community manager.
    Other,
}

impl Topic {
    /// All topics, in the order in which forms offer them.
    pub const ALL: [Self; 8] = [
        Self::Question,
        Self::NotFree,
        Self::FindAnother,
        Self::Sourcing,
        Self::Dissatisfied,
        Self::DeleteAccount,
        Self::Feedback,
        Self::Other,
    ];

    /// The code in the database, in URLs and in texts' keys.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::NotFree => "not-free",
            Self::FindAnother => "find-another",
            Self::Sourcing => "sourcing",
            Self::Dissatisfied => "dissatisfied",
            Self::DeleteAccount => "delete-account",
            Self::Feedback => "feedback",
            Self::Other => "other",
        }
    }

    /// Reads [`Topic::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.code() == code)
    }

    /// Whether an expert who is free is looked for: such a request comes with what is wanted, and with alternatives.
    #[must_use]
    pub const fn looks_for_expert(self) -> bool {
        matches!(self, Self::NotFree | Self::FindAnother | Self::Sourcing)
    }
}

/// Where a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conversation {
    /// Nobody has answered yet.
    New,
    /// Answered; the sender may write again.
    Answered,
    /// The sender wrote again and waits.
    Waiting,
    /// Done. The sender may still write, which opens it again.
    Closed,
    /// It goes on in another request.
    Merged,
}

/// A move the drawing above does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a conversation that is {from} cannot {event}")]
pub struct InvalidMove {
    /// [`Conversation::code`] of the state it was in.
    pub from: &'static str,
    /// What was tried.
    pub event: &'static str,
}

impl Conversation {
    /// All states.
    pub const ALL: [Self; 5] = [Self::New, Self::Waiting, Self::Answered, Self::Closed, Self::Merged];

    /// The code in the database, in URLs and in texts' keys.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Answered => "answered",
            Self::Waiting => "waiting",
            Self::Closed => "closed",
            Self::Merged => "merged",
        }
    }

    /// Reads [`Conversation::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether it is the managers' turn.
    #[must_use]
    pub const fn waits_for_answer(self) -> bool {
        matches!(self, Self::New | Self::Waiting)
    }

    const fn refuse(self, event: &'static str) -> Result<Self, InvalidMove> {
        Err(InvalidMove { from: self.code(), event })
    }

    /// The sender writes again.
    ///
    /// # Errors
    /// Of a merged one: it goes on elsewhere.
    pub const fn write(self) -> Result<Self, InvalidMove> {
        match self {
            Self::New => Ok(Self::New),
            Self::Answered | Self::Waiting | Self::Closed => Ok(Self::Waiting),
            Self::Merged => self.refuse("be written to"),
        }
    }

    /// A manager answers.
    ///
    /// # Errors
    /// Of a closed or merged one.
    pub const fn answer(self) -> Result<Self, InvalidMove> {
        match self {
            Self::New | Self::Answered | Self::Waiting => Ok(Self::Answered),
            Self::Closed | Self::Merged => self.refuse("be answered"),
        }
    }

    /// A manager closes it.
    ///
    /// # Errors
    /// Of one that is closed or merged.
    pub const fn close(self) -> Result<Self, InvalidMove> {
        match self {
            Self::New | Self::Answered | Self::Waiting => Ok(Self::Closed),
            Self::Closed | Self::Merged => self.refuse("be closed"),
        }
    }

    /// A manager moves it into another request of the same sender.
    ///
    /// # Errors
    /// Of one that was merged before.
    pub const fn merge(self) -> Result<Self, InvalidMove> {
        match self {
            Self::Merged => self.refuse("be merged"),
            _ => Ok(Self::Merged),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every order of up to six events from a new request: whoever wrote last without an answer waits; nothing leaves
    /// `Merged`; what is closed only its sender opens again.
    #[test]
    fn explored() {
        type Move = fn(Conversation) -> Result<Conversation, InvalidMove>;
        let moves: [(&str, Move); 4] = [
            ("write", Conversation::write),
            ("answer", Conversation::answer),
            ("close", Conversation::close),
            ("merge", Conversation::merge),
        ];
        let mut paths = vec![(Conversation::New, Vec::<&str>::new())];
        for _ in 0..6 {
            let mut next = Vec::new();
            for (state, path) in &paths {
                for (name, go) in moves {
                    let Ok(to) = go(*state) else {
                        assert!(matches!(state, Conversation::Closed | Conversation::Merged), "{path:?} then {name}");
                        continue;
                    };
                    assert_ne!(*state, Conversation::Merged);
                    if *state == Conversation::Closed {
                        assert!(name == "write" || name == "merge");
                    }
                    match name {
                        "write" => assert!(to.waits_for_answer()),
                        _ => assert!(!to.waits_for_answer()),
                    }
                    next.push((to, [path.as_slice(), &[name]].concat()));
                }
            }
            paths = next;
        }
        // By hand: each step turns open ones into two open, one closed and one merged, closed ones into one open and one
        // merged: 1, 0 → 2, 1 → 5, 2 → 12, 5 → 29, 12 → 70, 29 → 169 open and 70 closed, with 99 merged in the last.
        assert_eq!(paths.len(), 169 + 70 + 99);
    }

    #[test]
    fn codes_read_back() {
        for topic in Topic::ALL {
            assert_eq!(Topic::parse(topic.code()), Some(topic));
        }
        for state in Conversation::ALL {
            assert_eq!(Conversation::parse(state.code()), Some(state));
        }
        assert_eq!(Topic::parse("spam"), None);
    }
}
