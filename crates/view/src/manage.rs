//! The managers' console.

use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};

/// How much of something waits, and since when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// How many.
    pub count: u32,
    /// Since when the oldest one does.
    pub oldest: Option<ZonedTime>,
}

/// What waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Applications that nobody has taken up.
    pub candidates_new: Waiting,
    /// Applications in review or to be decided on.
    pub candidates_open: Waiting,
    /// Interviews to be picked or to come.
    pub candidates_invited: Waiting,
    /// Orders that an expert has to answer.
    pub orders: Waiting,
    /// Requests to the contact desk that wait for an answer.
    pub requests: Waiting,
    /// Jobs that failed and are tried again.
    pub jobs: Waiting,
    /// Mails that failed and are tried again.
    pub mail: Waiting,
    /// Payouts that would be late unless they leave now, or are.
    pub payouts: Waiting,
    /// Refunds, captures and chargebacks that need somebody.
    pub troubles: Waiting,
    /// Orders whose time to be answered ends today.
    pub answers_today: Waiting,
    /// Assignments that begin today.
    pub starts_today: Waiting,
    /// Queues of further areas, by their codes.
    pub queues: Vec<(String, Waiting)>,
}
