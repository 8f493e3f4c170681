//! The contact desk.

use crate::{expert::ExpertCard, work::MessageFile};
use gabarit_domain::{
    contact::{Conversation, Topic},
    ids::{BookingId, ExpertId},
};
use gabarit_i18n::{Locale, fmt::ZonedTime};
use serde::{Deserialize, Serialize};

/// What an error of the contact form goes by.
pub const CONTACT_FORM: &str = "contact";
/// What an error of the form goes by that adds to a conversation.
pub const REPLY_FORM: &str = "reply";
/// What an error of a manager's answer goes by.
pub const ANSWER_FORM: &str = "answer";
/// What an error of a manager's note goes by.
pub const NOTE_FORM: &str = "note";

/// The contact form as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactForm {
    /// A [`Topic::code`].
    pub topic: String,
    /// Name; asked of visitors.
    pub name: String,
    /// Where the answer goes; asked of visitors.
    pub email: String,
    /// The message.
    pub message: String,
    /// Id of the expert it is about; may be empty.
    pub expert: String,
    /// Id of the booking it is about; may be empty.
    pub booking: String,
    /// Product looked for; may be empty.
    pub product: String,
    /// `remote`, `on-site` or empty.
    pub mode: String,
    /// Place as typed; may be empty.
    pub place: String,
    /// First day wanted; may be empty.
    pub from: String,
    /// Last day wanted; may be empty.
    pub until: String,
    /// A field that people do not see: what fills it in is no person.
    pub website: String,
    /// The page's own key: posted twice, the form is one message.
    pub form_key: String,
    /// Language of the page.
    pub locale: String,
}

/// What the contact page needs beside the form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPage {
    /// The expert it is about.
    pub expert: Option<(ExpertId, String)>,
    /// The booking it is about: its id and reference.
    pub booking: Option<(BookingId, String)>,
    /// Products to choose from: code and name.
    pub products: Vec<(String, String)>,
    /// One's own requests, the newest first.
    pub own: Vec<RequestSummary>,
    /// A key for the form.
    pub form_key: String,
}

/// A request in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestSummary {
    /// By which people call it.
    pub reference: String,
    /// What it is about.
    pub topic: Topic,
    /// Where it stands.
    pub state: Conversation,
    /// The sender's name.
    pub name: String,
    /// Name of the expert it is about.
    pub expert: Option<String>,
    /// When it came.
    pub created_at: ZonedTime,
    /// Since when it is the managers' turn.
    pub waits_since: Option<ZonedTime>,
    /// The manager who takes care of it; managers only.
    pub assigned: Option<String>,
    /// Whether a visitor wrote it whose address is not confirmed; managers only.
    pub unconfirmed: bool,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Who asked.
    Sender,
    /// The desk.
    Manager,
    /// The desk, to itself.
    Note,
}

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    /// From which side.
    pub side: Side,
    /// Who.
    pub author: String,
    /// When.
    pub at: ZonedTime,
    /// What was written.
    pub body: String,
    /// Experts proposed with it, as they are published now.
    pub experts: Vec<ExpertCard>,
    /// What was sent along.
    pub files: Vec<MessageFile>,
}

/// A conversation, for its sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadView {
    /// Its head.
    pub summary: RequestSummary,
    /// The expert it is about.
    pub expert: Option<ExpertId>,
    /// The booking it is about: its id and reference.
    pub booking: Option<(BookingId, String)>,
    /// The request in which it goes on.
    pub merged_into: Option<String>,
    /// Whether its words and files were erased when their time was over.
    pub erased: bool,
    /// What was written, in order.
    pub messages: Vec<MessageView>,
    /// A key for the form that adds to it.
    pub form_key: String,
}

/// A line of a request's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When.
    pub at: ZonedTime,
    /// Who; empty for a visitor.
    pub who: String,
    /// What: `opened`, `written`, `answered`, `noted`, `assigned`, `released`, `closed`, `merged`, `joined`,
    /// `confirmed`, `erased`.
    pub event: String,
    /// To whom or to what.
    pub detail: String,
}

/// A conversation, for managers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskThread {
    /// The conversation, with the notes.
    pub thread: ThreadView,
    /// Where answers go.
    pub email: String,
    /// The sender's language.
    pub locale: Locale,
    /// Whether this manager takes care of it.
    pub mine: bool,
    /// What is looked for, as a search's query; may be empty.
    pub search: String,
    /// The best who are free for it, in the sender's language; for topics that look for somebody.
    pub alternatives: Vec<ExpertCard>,
    /// What was done.
    pub log: Vec<LogLine>,
    /// Counts every change; a form that was made from an older one is refused.
    pub version: i64,
}

/// The managers' inbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// This page's requests: who waits longest first.
    pub entries: Vec<RequestSummary>,
    /// Requests in all.
    pub total: u32,
    /// This page, from 1.
    pub page: u32,
    /// Pages in all, at least 1.
    pub pages: u32,
}

/// A manager's form about a request, as posted. What it does is in `act`: `answer`, `note`, `take`, `release`,
/// `close` or `merge`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeskForm {
    /// The request's reference.
    pub reference: String,
    /// The version that the page showed.
    pub version: String,
    /// What to do.
    pub act: String,
    /// The answer.
    pub message: String,
    /// The note.
    pub note: String,
    /// Not empty: the alternatives go with the answer.
    pub alternatives: String,
    /// Reference of the request to merge it into.
    pub into: String,
    /// The page's own key: posted twice, an answer or a note is one message.
    pub form_key: String,
    /// Language of the page.
    pub locale: String,
}
