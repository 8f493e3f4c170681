//! The recognition programme up to the answer (S46–S56, S64–S66): who may stand, what a nomination shows, cycles,
//! reviews, and a nomination's life as a state machine whose moves consume the state and return the next, or say why
//! not.
//!
//! ```text
//! Draft ──submit──▶ Submitted ──open──▶ Review ──(both in)──▶ Deliberation ──decide──▶ Decided ──send──▶ Granted
//!   ▲                  │                 │  ▲                   │    ▲ │                │  ▲ │         └─▶ Refused
//!   └──────reopen──────┘        assign, ─┘  └──────recuse───────┘    │ └───────◀─recuse─┘  └─┘ decide
//!                               release, recuse, review              └── (the last review is in)
//! Draft, Submitted, Review, Deliberation, Decided ──withdraw──▶ Withdrawn
//! ```
//!
//! A recusal empties a seat for good, and takes what rested on it along: the nomination is back in review. A refusal
//! takes its reasons, each tied to a quality: it cannot be made without. Nobody sits on, or decides about, themselves;
//! who sat does not decide, and who stepped aside does neither.

use crate::{ids::AccountId, text::Message};
use chrono::{DateTime, Datelike as _, Months, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use thiserror::Error;

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant),+
        }

        impl $name {
            /// All of them, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code in the database, in URLs and in texts' keys.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code),+
                }
            }

            /// Reads the code back.
            #[must_use]
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }
    };
}

codes! {
    /// A tie to the software's vendor that rules a nomination out (S47).
    VendorTie {
        /// Employed there.
        Employee = "employee",
        /// Works there for somebody else.
        Subcontractor = "subcontractor",
        /// Advises there.
        Consultant = "consultant",
        /// Learns there.
        Intern = "intern",
    }
}

codes! {
    /// Where knowledge was shared (S64–S66).
    Channel {
        /// A forum.
        Forum = "forum",
        /// A knowledge base.
        KnowledgeBase = "knowledge-base",
        /// A conference.
        Conference = "conference",
        /// A video.
        Video = "video",
        /// A social network.
        Social = "social",
        /// A blog.
        Blog = "blog",
        /// An article.
        Article = "article",
        /// A meeting of users.
        MeetUp = "meet-up",
        /// The members' community of this platform.
        Community = "community",
    }
}

codes! {
    /// What members are recognised for (S53).
    Quality {
        /// Speaks for the products, fairly.
        Champion = "champion",
        /// Knows them well.
        Expert = "expert",
        /// Helps others kindly.
        Caring = "caring",
        /// Shares actively, on several channels.
        Responsive = "responsive",
        /// Carries the voice of the users, and sets an example.
        Leader = "leader",
    }
}

codes! {
    /// Phases of a cycle (S50).
    Phase {
        /// Nominations are taken.
        Collecting = "collecting",
        /// Reviewers read and score.
        Review = "review",
        /// Managers decide and answer.
        Decision = "decision",
        /// Everybody is answered.
        Closed = "closed",
    }
}

impl Phase {
    /// The one that follows.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Collecting => Some(Self::Review),
            Self::Review => Some(Self::Decision),
            Self::Decision => Some(Self::Closed),
            Self::Closed => None,
        }
    }

    /// Whether the clock may move a cycle on from here: collecting ends when the window opens; reviews end when all are
    /// in, or their time is over; a cycle closes when everybody is answered, and not before.
    #[must_use]
    pub const fn may_end(self, opened: bool, reviews_open: bool, review_time_over: bool, unanswered: bool) -> bool {
        match self {
            Self::Collecting => opened,
            Self::Review => !reviews_open || review_time_over,
            Self::Decision => !unanswered,
            Self::Closed => false,
        }
    }
}

/// The longest time to an answer, whatever the rulebook says (S51).
pub const MOST_ANSWER_DAYS: u32 = 30;
/// Reviewers of a nomination.
pub const SEATS: usize = 2;
/// Months of which a nomination shows contributions.
pub const SHOWN_MONTHS: u32 = 24;
/// The least number of characters of a ground or a reason: less is none.
pub const LEAST_GROUND: u32 = 20;
/// The least number of characters in which nominees say what they share.
pub const LEAST_STATEMENT: u32 = 80;

/// The next day on which a window opens, 1 February or 1 August, after a civil day of the platform.
#[must_use]
pub fn next_window(today: NaiveDate) -> NaiveDate {
    let first = |year: i32, month: u32| NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(NaiveDate::MAX);
    let year = today.year();
    [first(year, 2), first(year, 8), first(year.saturating_add(1), 2)]
        .into_iter()
        .find(|day| *day > today)
        .unwrap_or(NaiveDate::MAX)
}

/// The name of the cycle whose window opens on a day: `2027-02`.
#[must_use]
pub fn cycle_code(window: NaiveDate) -> String {
    format!("{:04}-{:02}", window.year(), window.month())
}

/// When reviews and answers of a cycle are due, from the instant its window opened.
#[must_use]
pub fn due(window_at: DateTime<Utc>, review_days: u32, answer_days: u32) -> (DateTime<Utc>, DateTime<Utc>) {
    let answer_days = answer_days.clamp(1, MOST_ANSWER_DAYS);
    let review_days = review_days.clamp(1, answer_days);
    (window_at + TimeDelta::days(i64::from(review_days)), window_at + TimeDelta::days(i64::from(answer_days)))
}

/// Whether a reviewer is to be reminded of what is open: weekly, and daily in the last three days and after them.
#[must_use]
pub fn reminder_due(last: DateTime<Utc>, review_until: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let pause = if now >= review_until - TimeDelta::days(3) { TimeDelta::days(1) } else { TimeDelta::days(7) };
    now - last >= pause
}

/// The first day whose contributions a nomination of a day shows: 24 months with that day's own.
#[must_use]
pub fn shown_from(today: NaiveDate) -> NaiveDate {
    let first = today.with_day(1).unwrap_or(today);
    first.checked_sub_months(Months::new(SHOWN_MONTHS - 1)).unwrap_or(NaiveDate::MIN)
}

/// How many contributions each of the last 24 months had, the oldest first; months by their first day.
#[must_use]
pub fn by_month(days: &[NaiveDate], today: NaiveDate) -> Vec<(NaiveDate, u32)> {
    let from = shown_from(today);
    (0..SHOWN_MONTHS)
        .filter_map(|number| from.checked_add_months(Months::new(number)))
        .map(|month| {
            let until = month.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
            let count = days.iter().filter(|day| **day >= month && **day < until && **day <= today).count();
            (month, u32::try_from(count).unwrap_or(u32::MAX))
        })
        .collect()
}

/// Proof that a nomination shows what it must: something said, and at least one contribution (there is no least number,
/// S66, but of nothing nothing can be read).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complete(());

/// What a nomination still lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// What is shared, in the nominee's own words.
    Statement,
    /// More of it.
    LongerStatement,
    /// A contribution of the last 24 months.
    Contribution,
}

/// Whether a nomination can be sent.
///
/// # Errors
/// Everything that is lacking.
pub fn complete(statement: Option<&Message>, contributions: usize) -> Result<Complete, Vec<Lacking>> {
    let mut lacking = Vec::new();
    match statement {
        None => lacking.push(Lacking::Statement),
        Some(text) if text.as_str().chars().count() < LEAST_STATEMENT as usize => {
            lacking.push(Lacking::LongerStatement);
        }
        Some(_) => {}
    }
    if contributions == 0 {
        lacking.push(Lacking::Contribution);
    }
    if lacking.is_empty() { Ok(Complete(())) } else { Err(lacking) }
}

/// A score, 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Score(u8);

impl TryFrom<u8> for Score {
    type Error = &'static str;
    fn try_from(number: u8) -> Result<Self, Self::Error> {
        if (1..=5).contains(&number) { Ok(Self(number)) } else { Err("a score is 1 to 5") }
    }
}

impl From<Score> for u8 {
    fn from(score: Score) -> Self {
        score.0
    }
}

/// Five scores, in the order of [`Quality::ALL`].
pub type Scores = [Score; 5];

/// The weighted mean of scores, in thousandths, half up. Weights of nought throughout count alike.
#[must_use]
pub fn weighted(scores: &Scores, weights: &[u32; 5]) -> u32 {
    let even = weights.iter().all(|weight| *weight == 0);
    let (mut sum, mut whole) = (0_u64, 0_u64);
    for (score, weight) in scores.iter().zip(weights) {
        let weight = if even { 1 } else { u64::from((*weight).min(10_000)) };
        sum += u64::from(score.0) * weight * 1_000;
        whole += weight;
    }
    u32::try_from((sum + whole / 2) / whole.max(1)).unwrap_or(u32::MAX)
}

/// The mean of several, in thousandths, half up; nothing of nothing.
#[must_use]
pub fn mean(values: &[u32]) -> Option<u32> {
    let count = u64::try_from(values.len()).ok().filter(|count| *count > 0)?;
    let sum: u64 = values.iter().map(|value| u64::from(*value)).sum();
    u32::try_from((sum + count / 2) / count).ok()
}

/// How a reviewer's marks lie, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// How many.
    pub count: u32,
    /// Their mean.
    pub mean: u32,
    /// Their standard deviation.
    pub deviation: u32,
    /// The least.
    pub least: u32,
    /// The greatest.
    pub greatest: u32,
}

/// How marks lie; nothing of nothing.
#[must_use]
pub fn spread(values: &[u32]) -> Option<Spread> {
    let mean = mean(values)?;
    let count = u64::try_from(values.len()).ok()?;
    let squares: u64 = values.iter().map(|value| u64::from(value.abs_diff(mean)).pow(2)).sum();
    Some(Spread {
        count: u32::try_from(count).ok()?,
        mean,
        deviation: u32::try_from((squares / count).isqrt()).ok()?,
        least: values.iter().copied().min()?,
        greatest: values.iter().copied().max()?,
    })
}

/// Places by marks, the greatest first; who has the same shares the place, and the next is left out (1, 2, 2, 4).
#[must_use]
pub fn places(marks: &[u32]) -> Vec<u32> {
    let place = |mark: &u32| marks.iter().filter(|other| *other > mark).count() + 1;
    marks.iter().map(|mark| u32::try_from(place(mark)).unwrap_or(u32::MAX)).collect()
}

/// A reason of a refusal, tied to a quality.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What it is about.
    pub quality: Quality,
    /// What was missing.
    pub text: Message,
}

/// Reasons of a refusal: at least one, each quality once, none shorter than a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Reason>", into = "Vec<Reason>")]
pub struct Reasons(Vec<Reason>);

impl Reasons {
    /// Takes them, if they are reasons.
    #[must_use]
    pub fn new(reasons: Vec<Reason>) -> Option<Self> {
        let qualities: BTreeSet<Quality> = reasons.iter().map(|reason| reason.quality).collect();
        let long = |reason: &Reason| reason.text.as_str().chars().count() >= LEAST_GROUND as usize;
        (!reasons.is_empty() && qualities.len() == reasons.len() && reasons.iter().all(long)).then_some(Self(reasons))
    }

    /// The reasons.
    #[must_use]
    pub fn all(&self) -> &[Reason] {
        &self.0
    }
}

impl TryFrom<Vec<Reason>> for Reasons {
    type Error = &'static str;
    fn try_from(reasons: Vec<Reason>) -> Result<Self, Self::Error> {
        Self::new(reasons).ok_or("a refusal has reasons, one a quality")
    }
}

impl From<Reasons> for Vec<Reason> {
    fn from(reasons: Reasons) -> Self {
        reasons.0
    }
}

codes! {
    /// What became of a seat.
    SeatState {
        /// The review is due.
        Open = "open",
        /// The review is in.
        In = "in",
        /// Left for a conflict, for good.
        Recused = "recused",
        /// Taken back by a manager, before a review was in.
        Released = "released",
    }
}

/// A reviewer's seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Seat {
    /// Who sits, or sat.
    pub reviewer: AccountId,
    /// What became of it.
    pub state: SeatState,
}

/// The seats a nomination has and had; nobody has two.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Panel(Vec<Seat>);

impl Panel {
    /// Rebuilds it from its rows; `None` if they cannot be.
    #[must_use]
    pub fn restore(mut seats: Vec<Seat>) -> Option<Self> {
        seats.sort_unstable();
        let reviewers: BTreeSet<AccountId> = seats.iter().map(|seat| seat.reviewer).collect();
        let panel = Self(seats);
        (reviewers.len() == panel.0.len() && panel.live() <= SEATS).then_some(panel)
    }

    /// All seats.
    #[must_use]
    pub fn seats(&self) -> &[Seat] {
        &self.0
    }

    fn count(&self, state: SeatState) -> usize {
        self.0.iter().filter(|seat| seat.state == state).count()
    }

    fn live(&self) -> usize {
        self.count(SeatState::Open) + self.count(SeatState::In)
    }

    /// Seats to be given.
    #[must_use]
    pub fn free(&self) -> usize {
        SEATS.saturating_sub(self.live())
    }

    /// Whether both reviews are in.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.count(SeatState::In) == SEATS
    }

    /// What became of somebody's seat.
    #[must_use]
    pub fn of(&self, reviewer: AccountId) -> Option<SeatState> {
        self.0.iter().find(|seat| seat.reviewer == reviewer).map(|seat| seat.state)
    }

    /// Whether somebody may see the other's review: their own is in, and so is the other's (S54).
    #[must_use]
    pub fn sees_reviews(&self, reviewer: AccountId) -> bool {
        self.of(reviewer) == Some(SeatState::In) && self.is_complete()
    }

    fn set(mut self, reviewer: AccountId, from: &[SeatState], to: SeatState) -> Option<Self> {
        let seat = self.0.iter_mut().find(|seat| seat.reviewer == reviewer && from.contains(&seat.state))?;
        seat.state = to;
        self.0.sort_unstable();
        Some(self)
    }

    fn add(mut self, reviewer: AccountId) -> Option<Self> {
        if self.free() == 0 || self.of(reviewer).is_some() {
            return None;
        }
        self.0.push(Seat { reviewer, state: SeatState::Open });
        self.0.sort_unstable();
        Some(self)
    }
}

/// What a manager decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Decision {
    /// A membership.
    Grant,
    /// None, for these reasons (S55).
    Refuse {
        /// Why, as the nominee reads it.
        reasons: Reasons,
    },
}

impl Decision {
    /// Its code in the database.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Refuse { .. } => "refuse",
        }
    }
}

/// A decision and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// What was decided.
    pub decision: Decision,
    /// By whom.
    pub by: AccountId,
}

/// State of a nomination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "with", rename_all = "kebab-case")]
pub enum NominationState {
    /// Being written; nobody else sees it.
    Draft,
    /// Sent, and waits for the window.
    Submitted,
    /// Two reviewers read it, blind to each other.
    Review(Panel),
    /// Both reviews are in: reviewers see each other's and discuss.
    Deliberation(Panel),
    /// A manager decided; the letter is written and not yet sent.
    Decided(Panel, Ruling),
    /// Answered: a member.
    Granted(Panel, Ruling),
    /// Answered, with reasons; the nominee may apply again.
    Refused(Panel, Ruling),
    /// Taken back by the nominee.
    Withdrawn,
}

/// A move the drawing above does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a nomination that is {from} cannot {event}")]
pub struct InvalidTransition {
    /// [`NominationState::code`] of the state it was in.
    pub from: &'static str,
    /// What was tried.
    pub event: &'static str,
}

impl NominationState {
    /// Codes of all states, as in the database, in the order of their way.
    pub const CODES: [&'static str; 8] =
        ["draft", "submitted", "review", "deliberation", "decided", "granted", "refused", "withdrawn"];

    /// The state's code in the database, in URLs and in texts' keys.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Review(_) => "review",
            Self::Deliberation(_) => "deliberation",
            Self::Decided(..) => "decided",
            Self::Granted(..) => "granted",
            Self::Refused(..) => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Rebuilds a state from its stored parts; `None` if they do not fit together.
    #[must_use]
    pub fn restore(code: &str, panel: Panel, ruling: Option<Ruling>) -> Option<Self> {
        let ruled = |wants_refusal: Option<bool>| {
            let ruling = ruling.clone()?;
            let is_refusal = matches!(ruling.decision, Decision::Refuse { .. });
            (panel.is_complete() && wants_refusal.is_none_or(|wanted| wanted == is_refusal)).then_some(ruling)
        };
        Some(match code {
            "draft" => Self::Draft,
            "submitted" => Self::Submitted,
            "review" if !panel.is_complete() => Self::Review(panel),
            "deliberation" if panel.is_complete() => Self::Deliberation(panel),
            "decided" => {
                let ruling = ruled(None)?;
                Self::Decided(panel, ruling)
            }
            "granted" => {
                let ruling = ruled(Some(false))?;
                Self::Granted(panel, ruling)
            }
            "refused" => {
                let ruling = ruled(Some(true))?;
                Self::Refused(panel, ruling)
            }
            "withdrawn" => Self::Withdrawn,
            _ => return None,
        })
    }

    /// Whether the drawing above has a move between two states, by their codes; a new nomination comes from none.
    #[must_use]
    pub fn may_follow(from: Option<&str>, to: &str) -> bool {
        match from {
            None => to == "draft",
            Some("draft") => matches!(to, "submitted" | "withdrawn"),
            Some("submitted") => matches!(to, "draft" | "review" | "withdrawn"),
            Some("review") => matches!(to, "review" | "deliberation" | "withdrawn"),
            Some("deliberation") => matches!(to, "review" | "decided" | "withdrawn"),
            Some("decided") => matches!(to, "decided" | "review" | "granted" | "refused" | "withdrawn"),
            Some(_) => false,
        }
    }

    /// Whether nothing can happen any more.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Granted(..) | Self::Refused(..) | Self::Withdrawn)
    }

    /// The seats it has.
    #[must_use]
    pub const fn panel(&self) -> Option<&Panel> {
        match self {
            Self::Review(panel)
            | Self::Deliberation(panel)
            | Self::Decided(panel, _)
            | Self::Granted(panel, _)
            | Self::Refused(panel, _) => Some(panel),
            Self::Draft | Self::Submitted | Self::Withdrawn => None,
        }
    }

    /// What was decided.
    #[must_use]
    pub const fn ruling(&self) -> Option<&Ruling> {
        match self {
            Self::Decided(_, ruling) | Self::Granted(_, ruling) | Self::Refused(_, ruling) => Some(ruling),
            _ => None,
        }
    }

    /// Whether the nominee may take it back.
    #[must_use]
    pub const fn can_withdraw(&self) -> bool {
        !self.is_final()
    }

    /// Whether somebody may decide about it: neither the nominee nor anybody who had a seat on it.
    #[must_use]
    pub fn may_decide(&self, nominee: AccountId, by: AccountId) -> bool {
        by != nominee
            && match self {
                Self::Deliberation(panel) | Self::Decided(panel, _) => {
                    panel.of(by).is_none_or(|seat| seat == SeatState::Released)
                }
                _ => false,
            }
    }

    /// The nominee sends it, complete.
    ///
    /// # Errors
    /// From any state but a draft.
    pub fn submit(self, _complete: &Complete) -> Result<Self, InvalidTransition> {
        match self {
            Self::Draft => Ok(Self::Submitted),
            other => other.refuse_move("be sent"),
        }
    }

    /// The nominee goes on writing, while the cycle collects.
    ///
    /// # Errors
    /// From any state but a sent one.
    pub fn reopen(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::Submitted => Ok(Self::Draft),
            other => other.refuse_move("be written on"),
        }
    }

    /// The window opens.
    ///
    /// # Errors
    /// From any state but a sent one.
    pub fn open(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::Submitted => Ok(Self::Review(Panel::default())),
            other => other.refuse_move("be opened"),
        }
    }

    /// Somebody is given a seat.
    ///
    /// # Errors
    /// Outside of a review, without a free seat, for the nominee, and for whoever had one.
    pub fn assign(self, nominee: AccountId, reviewer: AccountId) -> Result<Self, InvalidTransition> {
        match self {
            Self::Review(panel) if reviewer != nominee => match panel.clone().add(reviewer) {
                Some(panel) => Ok(Self::Review(panel)),
                None => Self::Review(panel).refuse_move("seat this reviewer"),
            },
            other => other.refuse_move("seat a reviewer"),
        }
    }

    /// A review comes in; with the second, both are seen.
    ///
    /// # Errors
    /// Unless that reviewer's seat is open.
    pub fn review(self, reviewer: AccountId) -> Result<Self, InvalidTransition> {
        match self {
            Self::Review(panel) => match panel.clone().set(reviewer, &[SeatState::Open], SeatState::In) {
                Some(panel) if panel.is_complete() => Ok(Self::Deliberation(panel)),
                Some(panel) => Ok(Self::Review(panel)),
                None => Self::Review(panel).refuse_move("take this review"),
            },
            other => other.refuse_move("take a review"),
        }
    }

    /// A reviewer steps aside, for good; what rested on that seat falls.
    ///
    /// # Errors
    /// Unless that reviewer sits, and once the answer is sent.
    pub fn recuse(self, reviewer: AccountId) -> Result<Self, InvalidTransition> {
        match self {
            Self::Review(panel) | Self::Deliberation(panel) | Self::Decided(panel, _)
                if matches!(panel.of(reviewer), Some(SeatState::Open | SeatState::In)) =>
            {
                let seats = [SeatState::Open, SeatState::In];
                panel
                    .set(reviewer, &seats, SeatState::Recused)
                    .map(Self::Review)
                    .ok_or(InvalidTransition { from: "review", event: "lose this reviewer" })
            }
            other => other.refuse_move("lose this reviewer"),
        }
    }

    /// A manager takes a seat back whose review is not in.
    ///
    /// # Errors
    /// Unless that seat is open.
    pub fn release(self, reviewer: AccountId) -> Result<Self, InvalidTransition> {
        match self {
            Self::Review(panel) => match panel.clone().set(reviewer, &[SeatState::Open], SeatState::Released) {
                Some(panel) => Ok(Self::Review(panel)),
                None => Self::Review(panel).refuse_move("take this seat back"),
            },
            other => other.refuse_move("take a seat back"),
        }
    }

    /// A manager decides, or decides otherwise while the letter is not sent.
    ///
    /// # Errors
    /// Before both reviews are in, and for whoever may not ([`Self::may_decide`]).
    pub fn decide(self, nominee: AccountId, by: AccountId, decision: Decision) -> Result<Self, InvalidTransition> {
        if !self.may_decide(nominee, by) {
            return self.refuse_move("be decided by them");
        }
        match self {
            Self::Deliberation(panel) | Self::Decided(panel, _) => Ok(Self::Decided(panel, Ruling { decision, by })),
            other => other.refuse_move("be decided"),
        }
    }

    /// The letter goes out: the answer holds.
    ///
    /// # Errors
    /// Before a decision, and for whoever may not decide.
    pub fn send(self, nominee: AccountId, by: AccountId) -> Result<Self, InvalidTransition> {
        if !self.may_decide(nominee, by) {
            return self.refuse_move("be answered by them");
        }
        match self {
            Self::Decided(panel, ruling) => Ok(match ruling.decision {
                Decision::Grant => Self::Granted(panel, ruling),
                Decision::Refuse { .. } => Self::Refused(panel, ruling),
            }),
            other => other.refuse_move("be answered"),
        }
    }

    /// The nominee takes it back.
    ///
    /// # Errors
    /// When all is over.
    pub fn withdraw(self) -> Result<Self, InvalidTransition> {
        if self.can_withdraw() { Ok(Self::Withdrawn) } else { self.refuse_move("be withdrawn") }
    }

    fn refuse_move(self, event: &'static str) -> Result<Self, InvalidTransition> {
        Err(InvalidTransition { from: self.code(), event })
    }
}

/// A reviewer who could be given a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Available {
    /// Who.
    pub reviewer: AccountId,
    /// Seats given in this cycle so far.
    pub load: u32,
    /// Whether they read the nomination's language.
    pub reads: bool,
    /// Whether something stands against it: a conflict, a seat they had, standing in the cycle.
    pub barred: bool,
}

/// Who is given the free seats, fairly: who reads the language, then who has least, then by a lot that is drawn from
/// both ids, so that nobody is always first.
#[must_use]
pub fn choose(available: &[Available], free: usize, nomination: u128) -> Vec<AccountId> {
    let lot = |id: AccountId| {
        let mixed = (id.0.as_u128() ^ nomination).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        mixed ^ (mixed >> 64)
    };
    let mut able: Vec<&Available> = available.iter().filter(|one| !one.barred).collect();
    able.sort_by_key(|one| (!one.reads, one.load, lot(one.reviewer), one.reviewer));
    able.into_iter().take(free).map(|one| one.reviewer).collect()
}

/// Providers of mail for everybody: the same one makes no two people colleagues.
const COMMON_MAIL: [&str; 46] = [
    "aol.com",
    "bbox.fr",
    "bluewin.ch",
    "fastmail.com",
    "free.fr",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hetnet.nl",
    "hotmail.be",
    "hotmail.com",
    "hotmail.fr",
    "hotmail.nl",
    "icloud.com",
    "kpnmail.nl",
    "laposte.net",
    "libero.it",
    "live.be",
    "live.com",
    "live.fr",
    "live.nl",
    "mailbox.org",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "outlook.fr",
    "planet.nl",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "proximus.be",
    "sfr.fr",
    "skynet.be",
    "telenet.be",
    "t-online.de",
    "wanadoo.fr",
    "web.de",
    "xs4all.nl",
    "yahoo.com",
    "yahoo.fr",
    "ziggo.nl",
];

/// The domain of an address that only one organisation has; none for providers of mail for everybody.
#[must_use]
pub fn own_domain(email: &str) -> Option<String> {
    let domain = email.rsplit_once('@')?.1.trim().to_ascii_lowercase();
    (!domain.is_empty() && !COMMON_MAIL.contains(&domain.as_str())).then_some(domain)
}

/// An organisation's name for comparison: folded, without its legal form.
#[must_use]
pub fn house(organisation: &str) -> Option<String> {
    const FORMS: [&str; 22] = [
        "ab", "ag", "asbl", "bv", "bvba", "cv", "eurl", "gmbh", "inc", "llc", "ltd", "nv", "oy", "plc", "sa", "sarl",
        "sas", "sasu", "sl", "spa", "srl", "vzw",
    ];
    let folded = crate::text::fold(organisation);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty() && !FORMS.contains(word)).collect();
    (!words.is_empty()).then(|| words.join(" "))
}
