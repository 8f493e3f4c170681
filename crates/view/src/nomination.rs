//! The recognition programme up to the answer: contributions, nominations, reviews, and the managers' side.

use chrono::NaiveDate;
use gabarit_domain::{
    ids::{AccountId, ContributionId, NominationId},
    recognition::{Channel, Phase, Quality, Spread},
};
use gabarit_i18n::{Locale, fmt::ZonedTime, nomination as text};
use serde::{Deserialize, Serialize};

/// What was done with a nomination, by the log's code; empty for a code that is none.
#[must_use]
pub fn event_name(locale: Locale, code: &str) -> &'static str {
    match code {
        "started" => text::event_started(locale),
        "sent" => text::event_sent(locale),
        "reopened" => text::event_reopened(locale),
        "opened" => text::event_opened(locale),
        "seated" => text::event_seated(locale),
        "reviewed" => text::event_reviewed(locale),
        "recused" => text::event_recused(locale),
        "released" => text::event_released(locale),
        "decided" => text::event_decided(locale),
        "granted" => text::event_granted(locale),
        "refused" => text::event_refused(locale),
        "withdrawn" => text::event_withdrawn(locale),
        _ => "",
    }
}

/// The questions that come first (S47); `yes` or `no` each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EligibilityForm {
    /// Employed by the vendor.
    pub employee: String,
    /// Works there for somebody else.
    pub subcontractor: String,
    /// Advises there.
    pub consultant: String,
    /// Learns there.
    pub intern: String,
    /// Language of the page.
    pub locale: String,
}

impl EligibilityForm {
    /// The answers by their fields, in the order of `VendorTie::ALL`.
    #[must_use]
    pub fn answers(&self) -> [(&'static str, &str); 4] {
        [
            ("employee", &self.employee),
            ("subcontractor", &self.subcontractor),
            ("consultant", &self.consultant),
            ("intern", &self.intern),
        ]
    }
}

/// A nomination as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NominationForm {
    /// What the nominee shares, with whom and how.
    pub statement: String,
    /// Language of the texts and of the answer.
    pub language: String,
    /// Country, by its code.
    pub country: String,
    /// That all of it is true, voluntary and unpaid.
    pub truthful: String,
    /// What the button means: `save` or `send`.
    pub intent: String,
    /// Language of the page.
    pub locale: String,
    /// The draft's version when the page was made.
    pub version: String,
    /// Names the page that it is typed in: what was saved last from the same page is no news to it.
    pub editor: String,
    /// Counts what this page sent: what was sent earlier and arrives later is not saved.
    pub step: String,
}

/// What was kept of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftSaved {
    /// Which nomination.
    pub id: NominationId,
    /// The draft's version now.
    pub version: i64,
    /// When.
    pub at: ZonedTime,
}

/// A contribution as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContributionForm {
    /// Code of a channel.
    pub channel: String,
    /// The day (`2026-11-23`).
    pub occurred_on: String,
    /// Where it can be seen; https.
    pub url: String,
    /// What it is.
    pub title: String,
    /// ISO 639-1 code of its language.
    pub language: String,
    /// How many people it reached; may stay empty.
    pub reach: String,
    /// What it helped with.
    pub helped: String,
    /// Whether it was paid: `yes` or `no`.
    pub paid: String,
    /// Where the reader goes back to: `nominate`, `membership`, or the list.
    pub back: String,
    /// Language of the page.
    pub locale: String,
}

/// A form about one of one's own things: `remove` a contribution; `reopen` or `withdraw` a nomination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NominationActionForm {
    /// What to do.
    pub act: String,
    /// With which.
    pub id: String,
    /// Where the reader goes back to: `nominate`, or the list.
    pub back: String,
    /// Language of the page.
    pub locale: String,
}

/// A contribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContributionView {
    /// Which.
    pub id: ContributionId,
    /// Where.
    pub channel: Channel,
    /// When.
    pub occurred_on: NaiveDate,
    /// Where it can be seen.
    pub url: String,
    /// What it is.
    pub title: String,
    /// ISO 639-1 code of its language.
    pub language: String,
    /// How many people it reached.
    pub reach: Option<u64>,
    /// What it helped with.
    pub helped: String,
    /// Whether it is from this platform.
    pub from_platform: bool,
    /// Whether its author may take it away: not while it is part of a nomination.
    pub can_remove: bool,
}

/// How many contributions a month had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthCount {
    /// Its first day.
    pub month: NaiveDate,
    /// How many.
    pub count: u32,
}

/// An account's contributions of the last 24 months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContributionsView {
    /// The newest first.
    pub contributions: Vec<ContributionView>,
    /// The oldest month first.
    pub months: Vec<MonthCount>,
    /// Today, for what may be typed.
    pub today: NaiveDate,
}

/// A cycle, as everybody may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleView {
    /// `2027-02`.
    pub code: String,
    /// Where it stands.
    pub phase: Phase,
    /// The day on which collecting ends and the window opens.
    pub window: NaiveDate,
    /// The last instant for nominations.
    pub window_at: ZonedTime,
    /// Reviews are due.
    pub review_until: ZonedTime,
    /// Every answer is due.
    pub answer_by: ZonedTime,
}

/// A reason of a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonView {
    /// What it is about.
    pub quality: Quality,
    /// What was missing.
    pub text: String,
}

/// An earlier nomination that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedView {
    /// Which.
    pub id: NominationId,
    /// When.
    pub day: NaiveDate,
    /// Why.
    pub reasons: Vec<ReasonView>,
    /// What the letter said besides.
    pub remark: String,
}

/// A line of one's own nominations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NominationSummary {
    /// Which.
    pub id: NominationId,
    /// Code of its state, as its nominee may know it.
    pub state: String,
    /// Code of its cycle, once sent.
    pub cycle: Option<String>,
    /// When it was begun.
    pub created_at: ZonedTime,
    /// When it was sent.
    pub submitted_at: Option<ZonedTime>,
    /// When the answer is due.
    pub answer_by: Option<ZonedTime>,
    /// When it was answered.
    pub answered_at: Option<ZonedTime>,
}

/// The page on which one stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NominateView {
    /// The cycle that collects now.
    pub cycle: CycleView,
    /// The nomination that is under way; none: the questions come first.
    pub open: Option<NominationSummary>,
    /// The draft, as typed.
    pub form: NominationForm,
    /// When the draft was saved last.
    pub saved_at: Option<ZonedTime>,
    /// The draft's version; see [`NominationForm::version`].
    pub version: i64,
    /// A name for this page; see [`NominationForm::editor`].
    pub editor: String,
    /// What can be shown.
    pub contributions: ContributionsView,
    /// Earlier refusals, the newest first.
    pub refusals: Vec<RefusedView>,
    /// Countries to choose from, by code and name.
    pub countries: Vec<(String, String)>,
    /// Whether the reader is a member now: a membership is renewed without applying.
    pub is_member: bool,
}

/// Own nominations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NominationsView {
    /// The newest first.
    pub nominations: Vec<NominationSummary>,
    /// Whether a new one can be begun.
    pub can_begin: bool,
    /// Whether the reader reviews.
    pub is_reviewer: bool,
}

/// A letter, as it is or would be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterView {
    /// Its language.
    pub locale: String,
    /// Its subject.
    pub subject: String,
    /// Its paragraphs.
    pub paragraphs: Vec<String>,
    /// When it was sent; none of one that is not.
    pub sent_at: Option<ZonedTime>,
}

/// A nomination, as its nominee sees it: never a score, never a reviewer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NominationView {
    /// Its outline.
    pub summary: NominationSummary,
    /// Its cycle.
    pub cycle: Option<CycleView>,
    /// What was said.
    pub statement: String,
    /// What was shown.
    pub contributions: Vec<ContributionView>,
    /// The same by month, up to the day it was sent.
    pub months: Vec<MonthCount>,
    /// The answer.
    pub letter: Option<LetterView>,
    /// Why it was refused.
    pub reasons: Vec<ReasonView>,
    /// Whether it can be written on.
    pub can_reopen: bool,
    /// Whether it can be taken back.
    pub can_withdraw: bool,
    /// Whether a new one can be begun.
    pub can_begin: bool,
}

/// A line of a reviewer's desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatLine {
    /// Which nomination.
    pub id: NominationId,
    /// Whose.
    pub name: String,
    /// Its country, in words.
    pub country: String,
    /// Language code of its texts.
    pub language: String,
    /// Code of the seat's state.
    pub seat: String,
    /// Code of the nomination's state.
    pub state: String,
    /// Its cycle.
    pub cycle: String,
    /// When the review is due.
    pub due: ZonedTime,
    /// Whether that is past.
    pub late: bool,
}

/// A reviewer's desk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewDesk {
    /// What is open first, by what is due.
    pub seats: Vec<SeatLine>,
}

/// A reviewer's form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SeatForm {
    /// Which nomination.
    pub id: String,
    /// `save`, `send`, `recuse` or `say`.
    pub act: String,
    /// Language of the page.
    pub locale: String,
    /// A score, 1 to 5.
    pub champion: String,
    /// See `champion`.
    pub expert: String,
    /// See `champion`.
    pub caring: String,
    /// See `champion`.
    pub responsive: String,
    /// See `champion`.
    pub leader: String,
    /// Why that score.
    pub ground_champion: String,
    /// See `ground_champion`.
    pub ground_expert: String,
    /// See `ground_champion`.
    pub ground_caring: String,
    /// See `ground_champion`.
    pub ground_responsive: String,
    /// See `ground_champion`.
    pub ground_leader: String,
    /// Why the seat is left.
    pub ground: String,
    /// A message to the other reviewer and the managers.
    pub body: String,
}

impl SeatForm {
    /// Names of the fields of scores and grounds, by quality.
    pub const FIELDS: [(Quality, &'static str, &'static str); 5] = [
        (Quality::Champion, "champion", "ground_champion"),
        (Quality::Expert, "expert", "ground_expert"),
        (Quality::Caring, "caring", "ground_caring"),
        (Quality::Responsive, "responsive", "ground_responsive"),
        (Quality::Leader, "leader", "ground_leader"),
    ];

    /// What was typed of scores and grounds, in the order of [`Self::FIELDS`].
    #[must_use]
    pub fn typed(&self) -> [(&str, &str); 5] {
        [
            (&self.champion, &self.ground_champion),
            (&self.expert, &self.ground_expert),
            (&self.caring, &self.ground_caring),
            (&self.responsive, &self.ground_responsive),
            (&self.leader, &self.ground_leader),
        ]
    }
}

/// A review that is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewView {
    /// Whose.
    pub reviewer: String,
    /// Scores and grounds by quality.
    pub scores: Vec<(Quality, u8, String)>,
    /// The weighted mean, in thousandths.
    pub mark: u32,
    /// When.
    pub submitted_at: ZonedTime,
}

/// A message among reviewers and managers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemarkView {
    /// Who.
    pub author: String,
    /// When.
    pub at: ZonedTime,
    /// What.
    pub body: String,
}

/// What both reviewers and managers see of a nomination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// Which.
    pub id: NominationId,
    /// Code of its state.
    pub state: String,
    /// Whose.
    pub name: String,
    /// Country, in words.
    pub country: String,
    /// Language code of its texts.
    pub language: String,
    /// Its cycle.
    pub cycle: CycleView,
    /// What was said.
    pub statement: String,
    /// What was shown.
    pub contributions: Vec<ContributionView>,
    /// The same by month.
    pub months: Vec<MonthCount>,
    /// Earlier refusals.
    pub refusals: Vec<RefusedView>,
    /// Reviews, where the reader may see them.
    pub reviews: Vec<ReviewView>,
    /// The discussion, where the reader may see it.
    pub messages: Vec<RemarkView>,
    /// What each quality weighs, in the order of `Quality::ALL`.
    pub weights: [u32; 5],
}

/// A nomination, as one of its reviewers sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatView {
    /// The nomination.
    pub dossier: Dossier,
    /// Code of the seat's state.
    pub seat: String,
    /// The review as typed so far.
    pub form: SeatForm,
    /// Whether the review can be written.
    pub can_write: bool,
    /// Whether the seat can be left.
    pub can_recuse: bool,
    /// Whether messages can be written.
    pub can_say: bool,
    /// Whether the answer may be late: the review was due.
    pub late: bool,
}

/// A cycle, as managers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleLine {
    /// The cycle.
    pub cycle: CycleView,
    /// Nominations by code of state, drafts left out.
    pub counts: Vec<(String, u32)>,
    /// Reviews that are in, of how many that are wanted.
    pub reviews: (u32, u32),
    /// Nominations not yet answered.
    pub unanswered: u32,
    /// Seats that nobody could be given.
    pub vacant: u32,
    /// Whole days until answers are due; below nought when they are late. None while it collects, and once it is closed.
    pub days_left: Option<i64>,
    /// Whether managers are warned.
    pub alarm: bool,
}

/// The managers' entrance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeDesk {
    /// The newest first.
    pub cycles: Vec<CycleLine>,
    /// Reviewers at work.
    pub reviewers: u32,
}

/// A line of a cycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleEntry {
    /// Which.
    pub id: NominationId,
    /// Whose.
    pub name: String,
    /// Country, in words.
    pub country: String,
    /// Code of its state.
    pub state: String,
    /// Reviews that are in.
    pub reviews: u32,
    /// Its place by mark, once both reviews are in; shared by who has the same.
    pub place: Option<u32>,
    /// The mean of both marks, in thousandths.
    pub mark: Option<u32>,
    /// How far both marks lie apart, in thousandths.
    pub apart: Option<u32>,
    /// `grant` or `refuse`, once decided.
    pub outcome: Option<String>,
}

/// How a reviewer's marks lie, beside all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewerSpread {
    /// Who.
    pub name: String,
    /// Seats not yet done.
    pub open: u32,
    /// Seats left for a conflict.
    pub recused: u32,
    /// How their marks lie.
    pub spread: Option<Spread>,
}

/// A cycle with everything in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CyclePage {
    /// Its outline.
    pub line: CycleLine,
    /// Nominations: by place, then those whose reviews are not in.
    pub entries: Vec<CycleEntry>,
    /// Reviewers.
    pub reviewers: Vec<ReviewerSpread>,
    /// How all marks lie.
    pub all: Option<Spread>,
    /// When it moved, by phase.
    pub moves: Vec<(Phase, ZonedTime)>,
}

/// A seat, as managers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedSeat {
    /// Who.
    pub reviewer: AccountId,
    /// By name.
    pub name: String,
    /// Code of its state.
    pub state: String,
    /// Since when.
    pub assigned_at: ZonedTime,
    /// Why it was left.
    pub ground: String,
}

/// Somebody who could be given a seat, or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewerChoice {
    /// Who.
    pub reviewer: AccountId,
    /// By name.
    pub name: String,
    /// Seats in this cycle.
    pub load: u32,
    /// Whether they read the language.
    pub reads: bool,
    /// What stands against it: `declared`, `bookings`, `organisation`, `domain`, `stands`, `seated`, `self`.
    pub bar: Option<String>,
}

/// A step of a nomination's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NominationStep {
    /// When.
    pub at: ZonedTime,
    /// What was done.
    pub event: String,
    /// Who did it; nobody where the clock did.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
}

/// A nomination, as managers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NominationFile {
    /// The nomination.
    pub dossier: Dossier,
    /// What a change must name.
    pub version: i64,
    /// The nominee's address.
    pub email: String,
    /// Seats it has and had.
    pub seats: Vec<ManagedSeat>,
    /// Who could be given a free one.
    pub choices: Vec<ReviewerChoice>,
    /// How many seats are free.
    pub free: u32,
    /// The decision as typed: outcome, reasons, remark.
    pub decision: DecisionForm,
    /// The letter as it would be sent, once decided; as it was, once sent.
    pub letter: Option<LetterView>,
    /// Whether this reader may decide now.
    pub can_decide: bool,
    /// Whether this reader had a part in it, and therefore may not.
    pub had_part: bool,
    /// Whether the letter can be sent.
    pub can_send: bool,
    /// Whether seats can be given and taken back.
    pub can_seat: bool,
    /// Whether messages can be written.
    pub can_say: bool,
    /// What happened, oldest first.
    pub steps: Vec<NominationStep>,
}

/// A manager's form about one nomination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    /// Which.
    pub id: String,
    /// The version its reader saw.
    pub version: String,
    /// `decide`, `send`, `assign`, `release` or `say`.
    pub act: String,
    /// Language of the page.
    pub locale: String,
    /// `grant` or `refuse`.
    pub outcome: String,
    /// Reasons by quality; empty where there is none.
    pub reason_champion: String,
    /// See `reason_champion`.
    pub reason_expert: String,
    /// See `reason_champion`.
    pub reason_caring: String,
    /// See `reason_champion`.
    pub reason_responsive: String,
    /// See `reason_champion`.
    pub reason_leader: String,
    /// What the letter says besides.
    pub remark: String,
    /// Of which reviewer.
    pub reviewer: String,
    /// A message, or why a seat is taken back.
    pub body: String,
}

impl DecisionForm {
    /// Names of the fields of reasons, by quality.
    pub const FIELDS: [(Quality, &'static str); 5] = [
        (Quality::Champion, "reason_champion"),
        (Quality::Expert, "reason_expert"),
        (Quality::Caring, "reason_caring"),
        (Quality::Responsive, "reason_responsive"),
        (Quality::Leader, "reason_leader"),
    ];

    /// What was typed of reasons, in the order of [`Self::FIELDS`].
    #[must_use]
    pub fn typed(&self) -> [&str; 5] {
        [&self.reason_champion, &self.reason_expert, &self.reason_caring, &self.reason_responsive, &self.reason_leader]
    }

    /// The field of a quality's reason.
    pub const fn reason_mut(&mut self, quality: Quality) -> &mut String {
        match quality {
            Quality::Champion => &mut self.reason_champion,
            Quality::Expert => &mut self.reason_expert,
            Quality::Caring => &mut self.reason_caring,
            Quality::Responsive => &mut self.reason_responsive,
            Quality::Leader => &mut self.reason_leader,
        }
    }
}

/// A reviewer, as managers see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewerView {
    /// Who.
    pub id: AccountId,
    /// By name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Codes of the languages they read.
    pub languages: Vec<String>,
    /// Whom they work for.
    pub organisation: String,
    /// Since when.
    pub since: ZonedTime,
    /// Until when.
    pub ended: Option<ZonedTime>,
    /// Seats not yet done.
    pub open: u32,
    /// Reviews in.
    pub done: u32,
}

/// A manager's form about reviewers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReviewerForm {
    /// `appoint` or `end`.
    pub act: String,
    /// Address of the account.
    pub email: String,
    /// Whom they work for.
    pub organisation: String,
    /// Reads French.
    pub fr: String,
    /// Reads Dutch.
    pub nl: String,
    /// Reads English.
    pub en: String,
    /// Language of the page.
    pub locale: String,
}
