//! Disputes over bookings (S22).

use crate::booking::Side;
use chrono::NaiveDate;
use gabarit_domain::{dispute::DisputeState, ids::BookingId, money::Cents};
use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Everything that can be posted about a dispute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DisputeForm {
    /// Which booking.
    pub id: String,
    /// `open`, `write`, `withdraw` or `dismiss`.
    pub act: String,
    /// Days that are disputed.
    pub days: Vec<String>,
    /// The statement, the message, or a manager's reason.
    pub message: String,
    /// The form's own key: a double click is one message.
    pub key: String,
    /// Where the form stands: `manage` or empty.
    pub from: String,
    /// Language of the page.
    pub locale: String,
}

/// A message of a dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeMessage {
    /// Who wrote it.
    pub side: Side,
    /// The writer's name, as the reader may know it.
    pub author: String,
    /// When.
    pub at: ZonedTime,
    /// What.
    pub body: String,
}

/// A file of a dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeFile {
    /// Which.
    pub id: Uuid,
    /// Who sent it.
    pub side: Side,
    /// Its name.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// When.
    pub at: ZonedTime,
}

/// One dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeView {
    /// Which.
    pub id: Uuid,
    /// Where it stands.
    pub state: DisputeState,
    /// Who opened it.
    pub by: Side,
    /// When.
    pub at: ZonedTime,
    /// Days that are disputed.
    pub days: Vec<NaiveDate>,
    /// What was said at the beginning.
    pub statement: String,
    /// What would go back at most (client and manager), while it is open.
    pub at_stake: Option<Cents>,
    /// What is kept back from the expert's payout (expert and manager), while it is open.
    pub withheld: Option<Cents>,
    /// What went back (client and manager).
    pub refund: Option<Cents>,
    /// The manager's reason.
    pub outcome: String,
    /// When it was closed.
    pub closed_at: Option<ZonedTime>,
    /// What was written, oldest first.
    pub messages: Vec<DisputeMessage>,
    /// Files, oldest first.
    pub files: Vec<DisputeFile>,
}

/// What a side of a booking, or a manager, sees of its disputes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputePage {
    /// Which booking.
    pub booking: BookingId,
    /// As people say it.
    pub reference: String,
    /// Who looks.
    pub side: Side,
    /// The client's organisation.
    pub client_name: String,
    /// The expert.
    pub expert_name: String,
    /// Days that can be disputed: what is kept.
    pub days: Vec<NaiveDate>,
    /// Disputes of the booking, the latest first.
    pub disputes: Vec<DisputeView>,
    /// The reader may open one now.
    pub may_open: bool,
    /// Whoever reads may take the open one back.
    pub may_withdraw: bool,
    /// The form's key.
    pub key: String,
}

/// A dispute in the managers' list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeSummary {
    /// Which booking.
    pub booking: BookingId,
    /// As people say it.
    pub reference: String,
    /// Where it stands.
    pub state: DisputeState,
    /// Who opened it.
    pub by: Side,
    /// When.
    pub at: ZonedTime,
    /// The client's organisation.
    pub client_name: String,
    /// The expert.
    pub expert_name: String,
    /// What is kept back from the expert's payout.
    pub withheld: Cents,
    /// What went back.
    pub refund: Cents,
}
