//! The life of a booking, as a state machine: moves consume the state and return the next, or say why not.
//!
//! ```text
//! Held ──paid──▶ Requested ──accept──▶ Accepted ──complete──▶ Completed
//!  │               ├─decline─▶ Declined      ├─end early─▶ Ended
//!  │               ├─expire──▶ Expired       └─cancel────▶ Cancelled
//!  │               └─cancel──▶ Cancelled
//!  ├─lapse──▶ Lapsed ──paid while the days are still free──▶ Requested
//!  └─cancel─▶ Cancelled
//! ```
//!
//! An order and an assignment can be **changed** and stay what they are (an order gets a new clock, since its expert is
//! asked anew); what was kept of one that is over can be **reduced** by a manager.

use crate::{money::Cents, rulebook::BookingRules};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// State of a booking. Instants are UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum BookingState {
    /// The days are held, unpaid, until an instant.
    Held {
        /// End of the hold.
        until: DateTime<Utc>,
    },
    /// Paid (or authorised); the expert has until the deadline to answer.
    Requested {
        /// End of the expert's clock (S35).
        deadline: DateTime<Utc>,
    },
    /// The expert accepted: an assignment.
    Accepted,
    /// The last day is over.
    Completed,
    /// The expert declined; refunded.
    Declined,
    /// The expert did not answer in time; refunded.
    Expired,
    /// The hold ended unpaid.
    Lapsed,
    /// Cancelled by someone, before anything was worked. Something may be kept all the same.
    Cancelled,
    /// An assignment that was cut short after it had begun.
    Ended,
}

/// A move the drawing above does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a booking that is {from} cannot {event}")]
pub struct InvalidTransition {
    /// [`BookingState::code`] of the state it was in.
    pub from: &'static str,
    /// What was tried.
    pub event: &'static str,
}

impl BookingState {
    /// Codes of all states, as in the database.
    pub const CODES: [&'static str; 9] =
        ["held", "requested", "accepted", "completed", "declined", "expired", "lapsed", "cancelled", "ended"];

    /// A new booking: its days are held for the rulebook's minutes, never past the start.
    #[must_use]
    pub fn hold(now: DateTime<Utc>, rules: &BookingRules, start: DateTime<Utc>) -> Self {
        Self::Held { until: (now + TimeDelta::minutes(i64::from(rules.hold_minutes))).min(start) }
    }

    /// A new booking that is paid by transfer: its days are held until its due date is over, never past the start.
    #[must_use]
    pub fn hold_until(until: DateTime<Utc>, start: DateTime<Utc>) -> Self {
        Self::Held { until: until.min(start) }
    }

    /// The state's code in the database, in URLs and in texts' keys.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Held { .. } => "held",
            Self::Requested { .. } => "requested",
            Self::Accepted => "accepted",
            Self::Completed => "completed",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Lapsed => "lapsed",
            Self::Cancelled => "cancelled",
            Self::Ended => "ended",
        }
    }

    /// The running clock: end of the hold or of the expert's time to answer.
    #[must_use]
    pub const fn clock(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Held { until } => Some(*until),
            Self::Requested { deadline } => Some(*deadline),
            _ => None,
        }
    }

    /// Rebuilds a state from its stored code and clock; `None` if they do not fit together.
    #[must_use]
    pub fn restore(code: &str, clock: Option<DateTime<Utc>>) -> Option<Self> {
        Some(match (code, clock) {
            ("held", Some(until)) => Self::Held { until },
            ("requested", Some(deadline)) => Self::Requested { deadline },
            ("accepted", None) => Self::Accepted,
            ("completed", None) => Self::Completed,
            ("declined", None) => Self::Declined,
            ("expired", None) => Self::Expired,
            ("lapsed", None) => Self::Lapsed,
            ("cancelled", None) => Self::Cancelled,
            ("ended", None) => Self::Ended,
            _ => return None,
        })
    }

    /// Whether the drawing above has a move between two states, by their codes; a new booking comes from none.
    #[must_use]
    pub fn may_follow(from: Option<&str>, to: &str) -> bool {
        match from {
            None => to == "held",
            // A hold is prolonged when its client turns to a bank transfer.
            Some("held") => matches!(to, "held" | "requested" | "lapsed" | "cancelled"),
            Some("requested") => matches!(to, "requested" | "accepted" | "declined" | "expired" | "cancelled"),
            Some("accepted") => matches!(to, "accepted" | "completed" | "cancelled" | "ended"),
            Some("lapsed") => to == "requested",
            Some("completed" | "cancelled" | "ended") => from == Some(to),
            Some(_) => false,
        }
    }

    /// Whether the booking's days are its own: nobody else can have them. Of one that ended early, those that had begun.
    #[must_use]
    pub const fn occupies_days(&self) -> bool {
        matches!(self, Self::Held { .. } | Self::Requested { .. } | Self::Accepted | Self::Completed | Self::Ended)
    }

    /// Whether client and expert see each other's contact details (S11): from the order on, until it comes to nothing.
    #[must_use]
    pub const fn shows_contacts(&self) -> bool {
        matches!(self, Self::Requested { .. } | Self::Accepted | Self::Completed | Self::Ended)
    }

    /// Whether nothing can happen any more but what a late payment brings.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Held { .. } | Self::Requested { .. } | Self::Accepted)
    }

    /// The payment was received, authorised or cleared: the expert's clock starts. It never ends after the start of
    /// the assignment. A lapsed booking may come back; whether its days are still free is for the caller to secure.
    ///
    /// # Errors
    /// From any other state, and at or after the start.
    pub fn paid(
        self,
        now: DateTime<Utc>,
        rules: &BookingRules,
        start: DateTime<Utc>,
    ) -> Result<Self, InvalidTransition> {
        match self {
            Self::Held { .. } | Self::Lapsed if now < start => {
                Ok(Self::Requested { deadline: (now + TimeDelta::hours(i64::from(rules.acceptance_hours))).min(start) })
            }
            other => other.refuse("be paid"),
        }
    }

    /// The expert accepts, before the deadline.
    ///
    /// # Errors
    /// From any other state, and at or after the deadline.
    pub fn accept(self, now: DateTime<Utc>) -> Result<Self, InvalidTransition> {
        match self {
            Self::Requested { deadline } if now < deadline => Ok(Self::Accepted),
            other => other.refuse("be accepted"),
        }
    }

    /// The expert declines, before the deadline.
    ///
    /// # Errors
    /// From any other state, and at or after the deadline.
    pub fn decline(self, now: DateTime<Utc>) -> Result<Self, InvalidTransition> {
        match self {
            Self::Requested { deadline } if now < deadline => Ok(Self::Declined),
            other => other.refuse("be declined"),
        }
    }

    /// The expert's time is over: counts as declined (S35).
    ///
    /// # Errors
    /// From any other state, and before the deadline.
    pub fn expire(self, now: DateTime<Utc>) -> Result<Self, InvalidTransition> {
        match self {
            Self::Requested { deadline } if now >= deadline => Ok(Self::Expired),
            other => other.refuse("expire"),
        }
    }

    /// The hold is over, unpaid.
    ///
    /// # Errors
    /// From any other state, and before the end of the hold.
    pub fn lapse(self, now: DateTime<Utc>) -> Result<Self, InvalidTransition> {
        match self {
            Self::Held { until } if now >= until => Ok(Self::Lapsed),
            other => other.refuse("lapse"),
        }
    }

    /// The last day is over (00:00 of the day after, platform zone).
    ///
    /// # Errors
    /// From any other state, and before the end.
    pub fn complete(self, now: DateTime<Utc>, end: DateTime<Utc>) -> Result<Self, InvalidTransition> {
        match self {
            Self::Accepted if now >= end => Ok(Self::Completed),
            other => other.refuse("complete"),
        }
    }

    /// Cancelled before its end; what is refunded is for the rules of cancellation to say.
    ///
    /// # Errors
    /// From a final state.
    pub fn cancel(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::Held { .. } | Self::Requested { .. } | Self::Accepted => Ok(Self::Cancelled),
            other => other.refuse("be cancelled"),
        }
    }

    /// Cut short after its first day has begun.
    ///
    /// # Errors
    /// From any other state than an assignment's, and before the start.
    pub fn end_early(self, now: DateTime<Utc>, start: DateTime<Utc>) -> Result<Self, InvalidTransition> {
        match self {
            Self::Accepted if now >= start => Ok(Self::Ended),
            other => other.refuse("end early"),
        }
    }

    /// Changed, before its start. The expert of an order is asked anew: the clock starts again.
    ///
    /// # Errors
    /// From any state but an order's and an assignment's; at or after the start of what it was or will be.
    pub fn change(
        self,
        now: DateTime<Utc>,
        rules: &BookingRules,
        start: DateTime<Utc>,
    ) -> Result<Self, InvalidTransition> {
        match self {
            Self::Requested { deadline } if now < deadline && now < start => {
                Ok(Self::Requested { deadline: (now + TimeDelta::hours(i64::from(rules.acceptance_hours))).min(start) })
            }
            Self::Accepted if now < start => Ok(Self::Accepted),
            other => other.refuse("be changed"),
        }
    }

    /// What is kept of it becomes less, and it stays what it is.
    ///
    /// # Errors
    /// From a state that keeps nothing.
    pub fn reduce(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::Accepted | Self::Completed | Self::Cancelled | Self::Ended => Ok(self),
            other => other.refuse("be reduced"),
        }
    }

    const fn refuse(self, event: &'static str) -> Result<Self, InvalidTransition> {
        Err(InvalidTransition { from: self.code(), event })
    }
}

/// How a client pays (S17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaymentMethod {
    /// iDEAL: at once.
    Ideal,
    /// Bancontact: at once.
    Bancontact,
    /// Debit or credit card: authorised at booking, captured at acceptance, after a credit check.
    CreditCard,
    /// Bank transfer in advance: due before the start, arrives days later.
    #[serde(rename = "banktransfer")]
    BankTransfer,
}

impl PaymentMethod {
    /// All methods.
    pub const ALL: [Self; 4] = [Self::Ideal, Self::Bancontact, Self::BankTransfer, Self::CreditCard];

    /// The payment provider's code, also used in URLs and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ideal => "ideal",
            Self::Bancontact => "bancontact",
            Self::CreditCard => "creditcard",
            Self::BankTransfer => "banktransfer",
        }
    }

    /// Reads [`PaymentMethod::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.code() == code)
    }

    /// Whether the money is only reserved at first and taken later (S18).
    #[must_use]
    pub const fn is_deferred(self) -> bool {
        matches!(self, Self::CreditCard)
    }

    /// The most one payment may be, with VAT: the payment provider's default limits. Only methods that fit are offered.
    #[must_use]
    pub const fn limit(self) -> Cents {
        match self {
            Self::Ideal | Self::Bancontact => Cents::euros(50_000),
            Self::CreditCard => Cents::euros(10_000),
            Self::BankTransfer => Cents::euros(1_000_000),
        }
    }

    /// Whether the money arrives days after the client has ordered it.
    #[must_use]
    pub const fn is_slow(self) -> bool {
        matches!(self, Self::BankTransfer)
    }

    /// The civil day by which a transfer must have arrived: so many days from today, and so many before the start.
    /// `None` if that is no longer possible: a transfer needs at least one day.
    #[must_use]
    pub fn transfer_due(rules: &BookingRules, today: NaiveDate, first: NaiveDate) -> Option<NaiveDate> {
        let terms = today.checked_add_days(Days::new(u64::from(rules.transfer_days)))?;
        let latest = first.checked_sub_days(Days::new(u64::from(rules.transfer_before_start_days)))?;
        Some(terms.min(latest)).filter(|due| *due > today)
    }
}
