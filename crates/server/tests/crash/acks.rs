//! What the child says, one line a step, and only once the step is done.

use gabarit_domain::ids::BookingId;
use std::fmt::{self, Display};

/// How far a booking has come, as its client or its expert was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Placed,
    Paid,
    /// With the number of the client's invoice and the hash of its text.
    Accepted {
        invoice: String,
        sha256: String,
    },
    Declined,
    Withdrawn,
}

/// An acknowledged step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ack {
    pub(crate) booking: BookingId,
    pub(crate) step: Step,
}

/// Starts the child's lines, as the test harness writes to the same pipe.
pub(crate) const MARK: &str = "@ ";
/// The child's first line: its platform is up.
pub(crate) const READY: &str = "@ ready";

impl Display for Ack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.booking;
        match &self.step {
            Step::Placed => write!(f, "{MARK}placed {id}"),
            Step::Paid => write!(f, "{MARK}paid {id}"),
            Step::Accepted { invoice, sha256 } => write!(f, "{MARK}accepted {id} {invoice} {sha256}"),
            Step::Declined => write!(f, "{MARK}declined {id}"),
            Step::Withdrawn => write!(f, "{MARK}withdrawn {id}"),
        }
    }
}

impl Ack {
    /// Reads a line; `None` for the harness's own.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut words = line.trim_end().strip_prefix(MARK)?.split(' ');
        let (step, booking) = (words.next()?, words.next()?.parse().ok()?);
        let step = match step {
            "placed" => Step::Placed,
            "paid" => Step::Paid,
            "accepted" => Step::Accepted { invoice: words.next()?.to_owned(), sha256: words.next()?.to_owned() },
            "declined" => Step::Declined,
            "withdrawn" => Step::Withdrawn,
            _ => return None,
        };
        Some(Self { booking, step })
    }
}
