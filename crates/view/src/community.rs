//! The members' private community.

use chrono::{DateTime, Utc};
use gabarit_domain::ids::{CommunityPostId, CommunityThreadId};
use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};

/// A conversation in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadRow {
    /// Its id.
    pub id: CommunityThreadId,
    /// What it is about.
    pub title: String,
    /// Who began it.
    pub author: String,
    /// Product, as it is called; may be empty.
    pub product: String,
    /// Code of its language.
    pub language: String,
    /// When somebody wrote last.
    pub last_post_at: ZonedTime,
    /// Posts.
    pub posts: u32,
    /// Whether who asked found an answer.
    pub answered: bool,
    /// Whether nobody writes any more.
    pub closed: bool,
}

/// A page of the community.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Community {
    /// This page's conversations, the latest first.
    pub threads: Vec<ThreadRow>,
    /// Conversations in all.
    pub total: u32,
    /// This page, from 1.
    pub page: u32,
    /// Pages in all, at least 1.
    pub pages: u32,
    /// Products to choose from: code and name.
    pub products: Vec<(String, String)>,
    /// Whether the reader writes here: members do, managers only moderate.
    pub writes: bool,
}

/// What somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostView {
    /// Its id.
    pub id: CommunityPostId,
    /// Who.
    pub author: String,
    /// Code of the author's public page, where there is one.
    pub author_code: Option<String>,
    /// When.
    pub at: ZonedTime,
    /// What; empty once it was removed.
    pub body: String,
    /// Why it was removed.
    pub removed_because: Option<String>,
    /// Whether the reader wrote it.
    pub own: bool,
    /// Whether it answered the question.
    pub answer: bool,
    /// Whether it can become one of the reader's contributions.
    pub can_contribute: bool,
    /// Whether it is one already.
    pub contributed: bool,
    /// Reports that wait: reasons; managers only.
    pub reports: Vec<String>,
    /// Until when the reader may edit it or take it away; none where they may not.
    pub changes_until: Option<ZonedTime>,
    /// When it was edited last.
    pub edited_at: Option<ZonedTime>,
    /// Whether whoever wrote it took it away.
    pub withdrawn: bool,
    /// What it said before it was edited or removed, in order; managers only.
    pub before: Vec<PostBefore>,
}

/// What a post said until it was edited or removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostBefore {
    /// Until when.
    pub at: ZonedTime,
    /// Who edited or removed it.
    pub by: String,
    /// What it said.
    pub body: String,
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommunityThread {
    /// Its head.
    pub thread: ThreadRow,
    /// What was written, in order.
    pub posts: Vec<PostView>,
    /// Whether the reader may write.
    pub writes: bool,
    /// Whether the reader asked, and may say which post answered.
    pub asked: bool,
    /// Whether the reader moderates.
    pub moderates: bool,
}

/// A new conversation, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThreadForm {
    /// What it is about.
    pub title: String,
    /// Code of a product; may be empty.
    pub product: String,
    /// ISO 639-1.
    pub language: String,
    /// The first post.
    pub body: String,
    /// Language of the page.
    pub locale: String,
}

/// The version of a post: when it was edited last, in microseconds; 0 for as it was written.
#[must_use]
pub fn version_of(edited_at: Option<DateTime<Utc>>) -> i64 {
    edited_at.map_or(0, |at| at.timestamp_micros())
}

/// A form in a conversation. `act` is `reply`, `edit`, `withdraw`, `answer`, `contribute`, `report`; for managers `remove`,
/// `keep`, `close`, `reopen`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PostForm {
    /// The conversation.
    pub thread: String,
    /// The post, where it is about one.
    pub post: String,
    /// What to do.
    pub act: String,
    /// What is written.
    pub body: String,
    /// The version of the post that is edited, as its writer saw it: [`version_of`].
    pub version: String,
    /// Why it is reported or removed.
    pub reason: String,
    /// Language of the page.
    pub locale: String,
}

/// A post that members reported, for managers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Where.
    pub thread: CommunityThreadId,
    /// What the conversation is about.
    pub title: String,
    /// Who wrote it.
    pub author: String,
    /// What was written, cut.
    pub excerpt: String,
    /// Why it was reported.
    pub reason: String,
    /// When.
    pub at: ZonedTime,
}
