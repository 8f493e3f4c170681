//! What managers govern by: the log, and figures.

use chrono::NaiveDate;
use gabarit_domain::money::Cents;
use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is looked for in the log; empty texts ask for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    /// Code of one log.
    pub log: String,
    /// Part of a name or an address.
    pub who: String,
    /// A reference, or part of a subject, an event or a reason.
    pub q: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Where to go on: as the page before said.
    pub after: String,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Which log.
    pub log: String,
    /// When.
    pub at: ZonedTime,
    /// Who; nobody for clocks and visitors.
    pub who: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// To what.
    pub subject: String,
    /// What that leads to: a booking, an application …
    pub about: Option<Uuid>,
    /// Of the line, where it is an entry of the ledger: its transaction.
    pub id: Uuid,
    /// Code of what was done.
    pub event: String,
    /// What was done, in the reader's language.
    #[serde(default)]
    pub what: String,
    /// Why, and more of it: as people wrote it, or a code.
    pub detail: String,
    /// Why, in words.
    #[serde(default)]
    pub why: String,
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    /// The newest first.
    pub lines: Vec<LogLine>,
    /// Where the next page goes on.
    pub next: Option<String>,
    /// How far back words were looked for, where older lines are still unread: the next page reads on.
    pub read_to: Option<ZonedTime>,
    /// Codes of all logs.
    pub logs: Vec<String>,
}

/// How long, and by which steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Span {
    /// The last four weeks, by day.
    Month,
    /// The last thirteen weeks, by week.
    #[default]
    Quarter,
    /// The last twelve months, by month.
    Year,
}

impl Span {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Month, Self::Quarter, Self::Year];

    /// Its code in addresses.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Month => "4w",
            Self::Quarter => "13w",
            Self::Year => "12m",
        }
    }

    /// Reads [`Span::code`]; the default for anything else.
    #[must_use]
    pub fn parse(code: &str) -> Self {
        Self::ALL.into_iter().find(|span| span.code() == code).unwrap_or_default()
    }
}

/// What came in a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// Bookings that were placed.
    pub placed: u32,
    /// … accepted.
    pub accepted: u32,
    /// … declined, unanswered or cancelled.
    pub lost: u32,
    /// Net amount of clients' invoices less credit notes.
    pub revenue: Cents,
    /// What experts earn of it: net of self-billed invoices less credit notes.
    pub experts: Cents,
    /// Reviews that were written.
    pub reviews: u32,
    /// Their mean in tenths.
    pub mean_tenths: Option<u32>,
}

/// Figures of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Which period.
    pub span: Span,
    /// By step, in order.
    pub steps: Vec<Step>,
    /// Answers by the hours they took, from under one hour on; the last is all that took longer.
    pub answers: Vec<u32>,
    /// Half of the answers came within so many hours.
    pub median_hours: Option<u32>,
    /// Candidates by how far they came: code, how many.
    pub funnel: Vec<(String, u32)>,
    /// Ratings, one to five stars.
    pub ratings: [u32; 5],
}
