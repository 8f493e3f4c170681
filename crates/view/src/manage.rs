//! The managers' console.

use chrono::NaiveDate;
use gabarit_domain::{ids::BookingId, money::Cents};
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
    /// Applications in review.
    pub candidates_in_review: Waiting,
    /// Applications to be decided on: the interview was held.
    pub candidates_interviewed: Waiting,
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

/// What is looked for among all bookings; empty fields are not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BookingsQuery {
    /// A reference, or part of a client's name, address or organisation, or of an expert's name.
    pub q: String,
    /// Code of a state, or [`ANSWERS_TODAY`] or [`STARTS_TODAY`].
    pub state: String,
    /// Where to go on: as the page before said.
    pub after: String,
}

/// [`BookingsQuery::state`] of orders whose time to be answered ends today.
pub const ANSWERS_TODAY: &str = "answers-today";
/// [`BookingsQuery::state`] of assignments that begin today.
pub const STARTS_TODAY: &str = "starts-today";

/// A booking among others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingRow {
    /// Its id.
    pub id: BookingId,
    /// For people.
    pub reference: String,
    /// Code of its state.
    pub state: String,
    /// End of its running clock.
    pub clock: Option<ZonedTime>,
    /// First booked day.
    pub first_day: NaiveDate,
    /// Last booked day.
    pub last_day: NaiveDate,
    /// With VAT.
    pub total: Cents,
    /// When it was placed.
    pub placed: ZonedTime,
    /// For whom: the organisation, or the person where there is none.
    pub buyer: String,
    /// Who booked.
    pub client: String,
    /// Whom.
    pub expert: String,
}

/// Bookings, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingsPage {
    /// One page of them.
    pub rows: Vec<BookingRow>,
    /// Where the next page begins.
    pub next: Option<String>,
}
