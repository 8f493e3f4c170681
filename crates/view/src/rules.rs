//! The rulebook editor.

use chrono::NaiveDate;
use gabarit_domain::{money::Cents, pricing::Line};
use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One released rulebook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseView {
    /// Its number.
    pub version: i32,
    /// From when it holds, unless a later release holds from then on, too.
    pub effective_from: NaiveDate,
    /// Who released it; nobody for the first one.
    pub released_by: Option<String>,
    /// When.
    pub released_at: ZonedTime,
    /// Why.
    pub reason: String,
    /// Fields that differ from the release before: name, before, after.
    pub changes: Vec<FieldChange>,
    /// Whether it is in force today.
    pub in_force: bool,
    /// Bookings that were made with it.
    pub bookings: u32,
}

/// A field that changed, as typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name.
    pub field: String,
    /// What it was; empty for nothing.
    pub before: String,
    /// What it is; empty for nothing.
    pub after: String,
}

/// The next rulebook in the making.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftView {
    /// Rises with each change.
    pub revision: i64,
    /// From when it is to hold.
    pub effective_from: NaiveDate,
    /// Why.
    pub reason: String,
    /// Every field, as typed.
    pub fields: BTreeMap<String, String>,
    /// What differs from the rules that would hold that day without it.
    pub changes: Vec<FieldChange>,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed_at: ZonedTime,
    /// Everybody who changed it.
    pub editors: Vec<String>,
    /// The sample bookings.
    pub samples: Vec<SampleView>,
    /// Why the reader may not release it.
    pub obstacle: Option<ReleaseObstacle>,
}

/// Why a draft cannot be released by its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReleaseObstacle {
    /// Nothing differs from the rules that hold.
    NothingChanged,
    /// Four eyes are set, and the reader worked on it.
    OwnWork,
    /// Its day is over.
    InPast,
    /// There is no reason.
    NoReason,
}

/// A sample booking by both rulebooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleView {
    /// Names it in texts.
    pub key: String,
    /// By the rules that would hold without the draft.
    pub before: SamplePrice,
    /// By the draft.
    pub after: SamplePrice,
}

/// A sample booking by one rulebook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplePrice {
    /// Lines of the quote; none where it cannot be quoted.
    pub lines: Vec<Line>,
    /// Their sum.
    pub net: Cents,
    /// What the client pays, with VAT.
    pub total: Cents,
    /// What the expert earns, before VAT.
    pub earned: Cents,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesDesk {
    /// The newest first.
    pub releases: Vec<ReleaseView>,
    /// The draft, if there is one.
    pub draft: Option<DraftView>,
    /// Products, by code and name.
    pub products: Vec<(String, String)>,
    /// Today, in the platform's zone.
    pub today: NaiveDate,
    /// Whether another manager must release it.
    pub four_eyes: bool,
}

/// What is posted: the fields are named by `gabarit_domain::rulebook_edit`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RulesForm {
    /// `save`, `release` or `discard`.
    pub act: String,
    /// The draft's revision that was read.
    pub revision: String,
    /// From when it is to hold.
    pub effective_from: String,
    /// Why.
    pub reason: String,
    /// Language of the page.
    pub locale: String,
    /// Every other field.
    #[serde(flatten)]
    pub fields: BTreeMap<String, String>,
}
