//! One's own data: to take along, to have erased.

use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An archive that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportView {
    /// Its id.
    pub id: Uuid,
    /// `asked`, `ready` or `gone`.
    pub state: String,
    /// When it was asked for.
    pub asked_at: ZonedTime,
    /// Until when it can be had.
    pub expires_at: Option<ZonedTime>,
    /// In bytes.
    pub size: u64,
}

/// What prevents erasure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstacle {
    /// What: `manager`, `bookings`, `payouts`, `refunds`, `unpaid`, `application` …
    pub code: String,
    /// How many.
    pub count: u32,
}

/// The page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnData {
    /// The newest first.
    pub exports: Vec<ExportView>,
    /// What prevents erasure now; empty if nothing does.
    pub obstacles: Vec<Obstacle>,
    /// Whether there is a profile as expert.
    pub is_expert: bool,
}
