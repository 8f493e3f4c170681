//! From candidate to published expert (S20, S33, S37): what an application must show, and its life as a state machine
//! whose moves consume the state and return the next, or say why not.
//!
//! ```text
//! Draft ──submit──▶ New ──take up──▶ InReview ──invite──▶ Invited ──hold──▶ Interviewed ──publish──▶ Published
//!                                       │                │ ▲  │                 │
//!                                       │        invite, └─┘  │                 │
//!                                       │        pick         │                 │
//!                                       └──────refuse─────────┴─────refuse──────┴──▶ Refused
//! New, InReview, Invited, Interviewed ──withdraw──▶ Withdrawn
//! ```
//!
//! A refusal takes its reasons along and a publication its level: neither can be made without.

use crate::{
    expert::{ExpertKind, Level},
    text::Message,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a manager decided on publishing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// Level, which sets the day rate (S24).
    pub level: Level,
    /// Employed by the operator, or independent.
    pub kind: ExpertKind,
}

/// State of an application. Instants are UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum CandidateState {
    /// Being written; nobody else sees it.
    Draft,
    /// Sent, and waits for a manager.
    New,
    /// A manager reads it.
    InReview,
    /// Invited to an interview.
    Invited {
        /// When it begins, once the candidate has picked one of the times offered.
        interview: Option<DateTime<Utc>>,
    },
    /// The interview was held; the decision is due.
    Interviewed,
    /// Accepted: an expert.
    Published(Admission),
    /// Refused, with reasons; the candidate may apply again.
    Refused {
        /// Why, as the candidate reads it.
        reasons: Message,
    },
    /// Taken back by the candidate.
    Withdrawn,
}

/// A move the drawing above does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an application that is {from} cannot {event}")]
pub struct InvalidTransition {
    /// [`CandidateState::code`] of the state it was in.
    pub from: &'static str,
    /// What was tried.
    pub event: &'static str,
}

impl CandidateState {
    /// Codes of all states, as in the database, in the order of the pipeline.
    pub const CODES: [&'static str; 8] =
        ["draft", "new", "in-review", "invited", "interviewed", "published", "refused", "withdrawn"];

    /// The state's code in the database, in URLs and in texts' keys.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::New => "new",
            Self::InReview => "in-review",
            Self::Invited { .. } => "invited",
            Self::Interviewed => "interviewed",
            Self::Published(_) => "published",
            Self::Refused { .. } => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Rebuilds a state from its stored parts; `None` if they do not fit together.
    #[must_use]
    pub fn restore(
        code: &str,
        interview: Option<DateTime<Utc>>,
        admission: Option<Admission>,
        reasons: Option<Message>,
    ) -> Option<Self> {
        Some(match (code, admission, reasons) {
            ("draft", None, None) => Self::Draft,
            ("new", None, None) => Self::New,
            ("in-review", None, None) => Self::InReview,
            ("invited", None, None) => Self::Invited { interview },
            ("interviewed", None, None) => Self::Interviewed,
            ("published", Some(admission), None) => Self::Published(admission),
            ("refused", None, Some(reasons)) => Self::Refused { reasons },
            ("withdrawn", None, None) => Self::Withdrawn,
            _ => return None,
        })
    }

    /// Whether the drawing above has a move between two states, by their codes; a new application comes from none.
    #[must_use]
    pub fn may_follow(from: Option<&str>, to: &str) -> bool {
        match from {
            None => to == "draft",
            Some("draft") => to == "new",
            Some("new") => matches!(to, "in-review" | "withdrawn"),
            Some("in-review") => matches!(to, "invited" | "refused" | "withdrawn"),
            Some("invited") => matches!(to, "invited" | "interviewed" | "refused" | "withdrawn"),
            Some("interviewed") => matches!(to, "published" | "refused" | "withdrawn"),
            Some(_) => false,
        }
    }

    /// Whether nothing can happen any more.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Published(_) | Self::Refused { .. } | Self::Withdrawn)
    }

    /// Whether the candidate may still take it back.
    #[must_use]
    pub const fn can_withdraw(&self) -> bool {
        matches!(self, Self::New | Self::InReview | Self::Invited { .. } | Self::Interviewed)
    }

    /// Whether a manager may refuse it now: never unread.
    #[must_use]
    pub const fn can_refuse(&self) -> bool {
        matches!(self, Self::InReview | Self::Invited { .. } | Self::Interviewed)
    }

    /// Whether it waits for a manager rather than for the candidate or the day of the interview.
    #[must_use]
    pub fn waits_for_manager(&self, now: DateTime<Utc>) -> bool {
        match self {
            Self::New | Self::InReview | Self::Interviewed => true,
            Self::Invited { interview } => interview.is_some_and(|at| at <= now),
            _ => false,
        }
    }

    /// The candidate sends it, complete.
    ///
    /// # Errors
    /// From any state but a draft.
    pub fn submit(self, _complete: &Complete) -> Result<Self, InvalidTransition> {
        match self {
            Self::Draft => Ok(Self::New),
            other => other.refuse_move("be sent"),
        }
    }

    /// A manager takes it up.
    ///
    /// # Errors
    /// From any state but a new one.
    pub fn take_up(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::New => Ok(Self::InReview),
            other => other.refuse_move("be taken up"),
        }
    }

    /// A manager offers times for an interview; the candidate has to pick (again).
    ///
    /// # Errors
    /// Unless it is in review or invited.
    pub fn invite(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::InReview | Self::Invited { .. } => Ok(Self::Invited { interview: None }),
            other => other.refuse_move("be invited"),
        }
    }

    /// The candidate picks one of the times offered, or another one while the interview has not begun.
    ///
    /// # Errors
    /// Unless invited, for a time that has begun, and once the interview has.
    pub fn pick(self, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<Self, InvalidTransition> {
        match self {
            Self::Invited { interview } if at > now && interview.is_none_or(|before| before > now) => {
                Ok(Self::Invited { interview: Some(at) })
            }
            other => other.refuse_move("have this time"),
        }
    }

    /// The interview was held.
    ///
    /// # Errors
    /// Unless a time was picked and has begun.
    pub fn hold(self, now: DateTime<Utc>) -> Result<Self, InvalidTransition> {
        match self {
            Self::Invited { interview: Some(at) } if at <= now => Ok(Self::Interviewed),
            other => other.refuse_move("have been interviewed"),
        }
    }

    /// A manager accepts, and assigns the level (S24).
    ///
    /// # Errors
    /// Before the interview was held.
    pub fn publish(self, admission: Admission) -> Result<Self, InvalidTransition> {
        match self {
            Self::Interviewed => Ok(Self::Published(admission)),
            other => other.refuse_move("be published"),
        }
    }

    /// A manager refuses, with reasons.
    ///
    /// # Errors
    /// Unread, and when all is over.
    pub fn refuse(self, reasons: Message) -> Result<Self, InvalidTransition> {
        if self.can_refuse() { Ok(Self::Refused { reasons }) } else { self.refuse_move("be refused") }
    }

    /// The candidate takes it back.
    ///
    /// # Errors
    /// For a draft, and when all is over.
    pub fn withdraw(self) -> Result<Self, InvalidTransition> {
        if self.can_withdraw() { Ok(Self::Withdrawn) } else { self.refuse_move("be withdrawn") }
    }

    fn refuse_move(self, event: &'static str) -> Result<Self, InvalidTransition> {
        Err(InvalidTransition { from: self.code(), event })
    }
}

/// What an application must show (S33, S37), as far as a rule can say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Days on which the certificates expire; `None` for one that does not.
    pub certificates: Vec<Option<NaiveDate>>,
    /// Why the skill equals a certificate's, in place of it.
    pub equal_skill: Option<Message>,
    /// Diplomas named.
    pub diplomas: u32,
    /// Jobs or assignments named.
    pub experiences: u32,
}

/// Proof that an application showed what it must.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complete(());

/// What an application still lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// Neither a valid certificate nor a reasoned claim of equal skill.
    Certificate,
    /// The claim of equal skill is too short to be a reason.
    Reasons,
    /// A diploma: the claim stands in for the certificate only.
    Diploma,
    /// Experience: likewise.
    Experience,
}

/// The least number of characters of a claim of equal skill.
pub const LEAST_CLAIM: u32 = 120;

impl Evidence {
    /// Whether it suffices for an application on a day: a certificate that has not expired or a reasoned claim of equal
    /// skill, and a diploma and experience in any case.
    ///
    /// # Errors
    /// Everything that is lacking.
    pub fn complete(&self, today: NaiveDate) -> Result<Complete, Vec<Lacking>> {
        let mut lacking = Vec::new();
        let certified = self.certificates.iter().any(|expires| expires.is_none_or(|day| day >= today));
        if !certified {
            match &self.equal_skill {
                None => lacking.push(Lacking::Certificate),
                Some(claim) if claim.as_str().chars().count() < LEAST_CLAIM as usize => lacking.push(Lacking::Reasons),
                Some(_) => {}
            }
        }
        if self.diplomas == 0 {
            lacking.push(Lacking::Diploma);
        }
        if self.experiences == 0 {
            lacking.push(Lacking::Experience);
        }
        if lacking.is_empty() { Ok(Complete(())) } else { Err(lacking) }
    }
}
