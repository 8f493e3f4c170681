//! Reviews of experts by clients, and of clients by experts (S21).

use chrono::NaiveDate;
use gabarit_domain::{
    ids::{BookingId, ExpertId},
    rating::{ReviewState, Scores},
};
use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A review as posted; the expert's of a client has the field `rating` alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RatingForm {
    /// Which booking.
    pub id: String,
    /// 1 to 5.
    pub knowledge: String,
    /// 1 to 5.
    pub communication: String,
    /// 1 to 5.
    pub reliability: String,
    /// 1 to 5.
    pub value: String,
    /// 1 to 5.
    pub rating: String,
    /// The text.
    pub body: String,
    /// Language of the page, which is taken for the text's.
    pub locale: String,
}

/// The expert's answer, or a report, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RatingAnswerForm {
    /// Which booking.
    pub id: String,
    /// `reply` or `report`.
    pub act: String,
    /// The answer.
    pub reply: String,
    /// Why it is reported.
    pub reason: String,
    /// Language of the page.
    pub locale: String,
}

/// A manager's decision, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModerationForm {
    /// Which review.
    pub id: String,
    /// `hide`, `restore` or `keep`.
    pub act: String,
    /// Why.
    pub reason: String,
    /// Language of the page.
    pub locale: String,
}

/// A review, as its reader may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenReview {
    /// Which.
    pub id: Uuid,
    /// Where it stands.
    pub state: ReviewState,
    /// 1 to 5.
    pub rating: u8,
    /// Marks by criterion, of an expert.
    pub scores: Option<Scores>,
    /// The text.
    pub body: String,
    /// Its language (ISO 639-1).
    pub language: String,
    /// When it was written.
    pub at: ZonedTime,
    /// The expert's answer.
    pub reply: Option<String>,
}

/// What a side of a booking sees of its reviews, and can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingPage {
    /// Which booking.
    pub booking: BookingId,
    /// As people say it.
    pub reference: String,
    /// Whether the reader is the expert; else the client.
    pub is_expert: bool,
    /// The other side's name.
    pub with: String,
    /// Whom it is about.
    pub expert: ExpertId,
    /// Until when both may write; `None` once it is over.
    pub until: Option<ZonedTime>,
    /// The reader's own.
    pub own: Option<WrittenReview>,
    /// The other side's, once it is shown.
    pub theirs: Option<WrittenReview>,
    /// The reader may answer the other side's.
    pub may_reply: bool,
    /// The reader may report the other side's.
    pub may_report: bool,
}

/// A review that managers look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeratedReview {
    /// Which.
    pub review: WrittenReview,
    /// Of a client, by the expert; else of the expert.
    pub of_client: bool,
    /// Its booking.
    pub booking: Option<(BookingId, String)>,
    /// The expert.
    pub expert: ExpertId,
    /// The expert's name.
    pub expert_name: String,
    /// Who wrote it, as it is shown.
    pub author: String,
    /// Open reports: who, why and when.
    pub reports: Vec<(String, String, ZonedTime)>,
    /// What became of it, the latest last: when, who, what and why.
    pub log: Vec<(ZonedTime, String, String, String)>,
}

/// The managers' page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moderation {
    /// Reported and not decided on; or those that were taken down.
    pub reviews: Vec<ModeratedReview>,
    /// How many wait.
    pub waiting: u32,
}

/// What of a review is shown on the profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownReply {
    /// The answer.
    pub body: String,
    /// When.
    pub day: NaiveDate,
}
