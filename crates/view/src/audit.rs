//! The audit, as managers read it.

use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the managers' page of the audit shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// Since when a run is ordered or under way.
    pub under_way: Option<ZonedTime>,
    /// The last runs that are over, the newest first.
    pub runs: Vec<AuditRun>,
    /// What the newest of them found, by check.
    pub findings: Vec<FindingGroup>,
}

/// A run that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRun {
    /// Who asked for it; nobody for the clock's.
    pub asked_by: Option<String>,
    /// When it began.
    pub started_at: ZonedTime,
    /// How long it took.
    pub seconds: u32,
    /// Rows of bookings and of money that were checked.
    pub rows: u64,
    /// Payments that were compared with the provider.
    pub compared: u32,
    /// Payments about which the provider gave no answer.
    pub unanswered: u32,
    /// Findings that its reader may know of.
    pub findings: u32,
    /// Whether there was more than is kept.
    pub more: bool,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingGroup {
    /// Which invariant it breaks, 1 to 5; 0 for a check that is no more.
    pub invariant: u8,
    /// What is wrong, in the reader's language.
    pub words: String,
    /// With what.
    pub found: Vec<FindingView>,
}

/// Something that a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingView {
    /// What it is about, as people call it.
    pub subject: String,
    /// The kind of it.
    pub about: String,
    /// Its id, where it can be found.
    pub id: Option<Uuid>,
    /// More of it, as `gabarit audit` says it: in English.
    pub detail: String,
}
