//! Memberships of the recognition programme (S52, S57–S63): their life as a state machine, the rule of renewal, and which
//! benefits there are.
//!
//! ```text
//! grant ──▶ Active ──come due──▶ Due ──confirm (the rule is met) / renew (with reasons)──▶ Active, next term
//!              │                  │
//!              │                  └──decline, with reasons──▶ NotRenewed ──the last day is over──▶ Lapsed
//!              │                                              (Lapsed at once, if that day is over already)
//! Active, Due, NotRenewed ──end, with reasons──▶ Ended          Active, Due, NotRenewed ──resign──▶ Resigned
//! NotRenewed, Lapsed ──appeal is allowed──▶ Active, next term   Ended ──appeal is allowed──▶ Active, same term
//! ```
//!
//! Nobody lapses by a count: what is due stays a membership until a manager has decided, and below the rule that takes
//! written reasons either way. An open appeal against a renewal that was declined keeps the membership until it is answered.

use crate::{rulebook::MembershipRules, text::Message};
use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Months a membership lasts, and months that its renewal looks back.
pub const MONTHS: u32 = 12;

/// Hours in which whoever wrote a post in the community may edit it or take it away.
pub const POST_HOURS: i64 = 24;

/// Until when a post may be edited or taken away by whoever wrote it; that instant is too late.
#[must_use]
pub fn post_changes_until(written: DateTime<Utc>) -> DateTime<Utc> {
    written + TimeDelta::hours(POST_HOURS)
}

/// Where a membership stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum MembershipState {
    /// In force.
    Active,
    /// In force; its renewal waits for a manager.
    Due,
    /// In force until its last day; not renewed.
    NotRenewed {
        /// Why, as the member reads it.
        reasons: Message,
    },
    /// Over: not renewed.
    Lapsed {
        /// Why, as the member reads it.
        reasons: Message,
    },
    /// Over: a manager ended it.
    Ended {
        /// Why, as the member reads it.
        reasons: Message,
    },
    /// Over: the member left.
    Resigned,
}

/// An appeal against the last decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Appeal {
    /// There is none.
    #[default]
    None,
    /// It waits for an answer.
    Open,
    /// It was answered: the decision stands.
    Dismissed,
}

impl Appeal {
    /// Its code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Open => "open",
            Self::Dismissed => "dismissed",
        }
    }

    /// Reads [`Appeal::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::None, Self::Open, Self::Dismissed].into_iter().find(|appeal| appeal.code() == code)
    }
}

/// A membership. Days are civil days of the platform's zone, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Where it stands.
    pub state: MembershipState,
    /// Its first day ever.
    pub first_day: NaiveDate,
    /// The last day of its present term.
    pub last_day: NaiveDate,
    /// Terms so far, from 1.
    pub term: u32,
    /// The day of the last decision against it.
    pub decided_on: Option<NaiveDate>,
    /// An appeal against that.
    pub appeal: Appeal,
}

/// A move the drawing above does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a membership that is {from} cannot {event}")]
pub struct InvalidMove {
    /// [`MembershipState::code`] of the state it was in.
    pub from: &'static str,
    /// What was tried.
    pub event: &'static str,
}

/// The last day of a term that begins on a day: twelve months, so the day before the same day a year later. One that
/// begins on 29 February ends on 27 February.
#[must_use]
pub fn last_day_of_term(first: NaiveDate) -> NaiveDate {
    first.checked_add_months(Months::new(MONTHS)).and_then(|day| day.pred_opt()).unwrap_or(NaiveDate::MAX)
}

impl MembershipState {
    /// Codes of all states.
    pub const CODES: [&'static str; 6] = ["active", "due", "not-renewed", "lapsed", "ended", "resigned"];

    /// The state's code in the database, in URLs and in texts' keys.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Due => "due",
            Self::NotRenewed { .. } => "not-renewed",
            Self::Lapsed { .. } => "lapsed",
            Self::Ended { .. } => "ended",
            Self::Resigned => "resigned",
        }
    }

    /// Rebuilds a state from its stored parts; `None` if they do not fit together.
    #[must_use]
    pub fn restore(code: &str, reasons: Option<Message>) -> Option<Self> {
        Some(match (code, reasons) {
            ("active", None) => Self::Active,
            ("due", None) => Self::Due,
            ("not-renewed", Some(reasons)) => Self::NotRenewed { reasons },
            ("lapsed", Some(reasons)) => Self::Lapsed { reasons },
            ("ended", Some(reasons)) => Self::Ended { reasons },
            ("resigned", None) => Self::Resigned,
            _ => return None,
        })
    }

    /// Whether the account is a member.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self, Self::Active | Self::Due | Self::NotRenewed { .. })
    }

    /// The reasons of the last decision against it.
    #[must_use]
    pub const fn reasons(&self) -> Option<&Message> {
        match self {
            Self::NotRenewed { reasons } | Self::Lapsed { reasons } | Self::Ended { reasons } => Some(reasons),
            Self::Active | Self::Due | Self::Resigned => None,
        }
    }

    /// Whether the drawing above has a move between two states, by their codes; a new membership comes from none.
    #[must_use]
    pub fn may_follow(from: Option<&str>, to: &str) -> bool {
        match from {
            None => to == "active",
            Some("active") => matches!(to, "due" | "ended" | "resigned"),
            Some("due") => matches!(to, "active" | "not-renewed" | "lapsed" | "ended" | "resigned"),
            // An appeal that is made or dismissed leaves the state as it was.
            Some("not-renewed") => matches!(to, "not-renewed" | "active" | "lapsed" | "ended" | "resigned"),
            Some("lapsed") => matches!(to, "lapsed" | "active"),
            Some("ended") => matches!(to, "ended" | "active"),
            Some(_) => false,
        }
    }
}

impl Membership {
    /// A membership of twelve months, from today.
    #[must_use]
    pub fn grant(today: NaiveDate) -> Self {
        Self {
            state: MembershipState::Active,
            first_day: today,
            last_day: last_day_of_term(today),
            term: 1,
            decided_on: None,
            appeal: Appeal::None,
        }
    }

    /// The day on which its renewal is prepared.
    #[must_use]
    pub fn due_on(&self, rules: &MembershipRules) -> NaiveDate {
        self.last_day.checked_sub_days(Days::new(u64::from(rules.notice_days))).unwrap_or(NaiveDate::MIN)
    }

    /// The last day on which the last decision may be appealed against, if there is one that can be.
    #[must_use]
    pub fn appeal_until(&self, rules: &MembershipRules) -> Option<NaiveDate> {
        let against = self.state.reasons().is_some() && self.appeal == Appeal::None;
        let decided = self.decided_on.filter(|_| against)?;
        decided.checked_add_days(Days::new(u64::from(rules.appeal_days)))
    }

    /// Its renewal is prepared.
    ///
    /// # Errors
    /// Unless it is active, and before [`Membership::due_on`].
    pub fn come_due(self, rules: &MembershipRules, today: NaiveDate) -> Result<Self, InvalidMove> {
        match self.state {
            MembershipState::Active if today >= self.due_on(rules) => Ok(Self { state: MembershipState::Due, ..self }),
            _ => self.refuse("come due"),
        }
    }

    /// A manager confirms a renewal that the rule grants.
    ///
    /// # Errors
    /// Unless it is due.
    pub fn confirm(self, _regular: &Regular) -> Result<Self, InvalidMove> {
        match self.state {
            MembershipState::Due => Ok(self.next_term()),
            _ => self.refuse("be renewed"),
        }
    }

    /// A manager renews it below the rule, with reasons.
    ///
    /// # Errors
    /// Unless it is due.
    pub fn renew(self, _reasons: &Message) -> Result<Self, InvalidMove> {
        match self.state {
            MembershipState::Due => Ok(self.next_term()),
            _ => self.refuse("be renewed"),
        }
    }

    /// A manager does not renew it, with reasons. It goes on until its last day, or is over if that is past.
    ///
    /// # Errors
    /// Unless it is due.
    pub fn decline(self, reasons: Message, today: NaiveDate) -> Result<Self, InvalidMove> {
        match self.state {
            MembershipState::Due => {
                let state = if today > self.last_day {
                    MembershipState::Lapsed { reasons }
                } else {
                    MembershipState::NotRenewed { reasons }
                };
                Ok(Self { state, decided_on: Some(today), appeal: Appeal::None, ..self })
            }
            _ => self.refuse("be declined"),
        }
    }

    /// Its last day is over, and it was not renewed.
    ///
    /// # Errors
    /// Unless it was not renewed and its last day is over; while an appeal is open.
    pub fn lapse(self, today: NaiveDate) -> Result<Self, InvalidMove> {
        match self.state {
            MembershipState::NotRenewed { reasons } if today > self.last_day && self.appeal != Appeal::Open => {
                Ok(Self { state: MembershipState::Lapsed { reasons }, ..self })
            }
            state => Self { state, ..self }.refuse("lapse"),
        }
    }

    /// A manager ends it at once, with reasons.
    ///
    /// # Errors
    /// Unless it is live.
    pub fn end(self, reasons: Message, today: NaiveDate) -> Result<Self, InvalidMove> {
        if self.state.is_live() {
            let state = MembershipState::Ended { reasons };
            Ok(Self { state, decided_on: Some(today), appeal: Appeal::None, ..self })
        } else {
            self.refuse("be ended")
        }
    }

    /// The member leaves.
    ///
    /// # Errors
    /// Unless it is live.
    pub fn resign(self) -> Result<Self, InvalidMove> {
        if self.state.is_live() {
            Ok(Self { state: MembershipState::Resigned, decided_on: None, appeal: Appeal::None, ..self })
        } else {
            self.refuse("be given up")
        }
    }

    /// The member appeals against the last decision: once, and in time.
    ///
    /// # Errors
    /// Without a decision, after [`Membership::appeal_until`], and after an earlier appeal against it.
    pub fn appeal(self, rules: &MembershipRules, today: NaiveDate) -> Result<Self, InvalidMove> {
        if self.appeal_until(rules).is_some_and(|until| today <= until) {
            Ok(Self { appeal: Appeal::Open, ..self })
        } else {
            self.refuse("be appealed for")
        }
    }

    /// A manager dismisses the appeal, with reasons: the decision stands.
    ///
    /// # Errors
    /// Without an open appeal.
    pub fn dismiss(self, _reasons: &Message) -> Result<Self, InvalidMove> {
        if self.appeal == Appeal::Open {
            Ok(Self { appeal: Appeal::Dismissed, ..self })
        } else {
            self.refuse("have its appeal dismissed")
        }
    }

    /// A manager allows the appeal: what was not renewed is, and what was ended goes on as it was.
    ///
    /// # Errors
    /// Without an open appeal.
    pub fn allow(self, _reasons: &Message) -> Result<Self, InvalidMove> {
        match (&self.state, self.appeal) {
            (MembershipState::NotRenewed { .. } | MembershipState::Lapsed { .. }, Appeal::Open) => Ok(self.next_term()),
            (MembershipState::Ended { .. }, Appeal::Open) => {
                Ok(Self { state: MembershipState::Active, decided_on: None, appeal: Appeal::None, ..self })
            }
            _ => self.refuse("have its appeal allowed"),
        }
    }

    /// Twelve months more, without a gap.
    fn next_term(self) -> Self {
        let first = self.last_day.succ_opt().unwrap_or(NaiveDate::MAX);
        Self {
            state: MembershipState::Active,
            last_day: last_day_of_term(first),
            term: self.term + 1,
            decided_on: None,
            appeal: Appeal::None,
            ..self
        }
    }

    fn refuse(self, event: &'static str) -> Result<Self, InvalidMove> {
        Err(InvalidMove { from: self.state.code(), event })
    }
}

/// A month of the look-back: from the day after `after` to `until`, which is included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub until: NaiveDate,
    /// Contributions in it.
    pub count: u32,
}

/// Contributions month by month: the last twelve months counted back from a day, the oldest first. Each begins the day
/// after the one before ended, so that every day of the year counts once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regularity {
    /// The twelve months.
    pub months: Vec<Month>,
}

/// Proof that contributions were regular by the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regular(());

impl Regularity {
    /// Counts contributions, by the days they were made on.
    #[must_use]
    pub fn count(today: NaiveDate, days: &[NaiveDate]) -> Self {
        let back = |months: u32| today.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN);
        let months = (0..MONTHS)
            .rev()
            .map(|month| {
                let (from, until) = (back(month + 1).succ_opt().unwrap_or(NaiveDate::MAX), back(month));
                let count = days.iter().filter(|day| (from..=until).contains(*day)).count();
                Month { from, until, count: u32::try_from(count).unwrap_or(u32::MAX) }
            })
            .collect();
        Self { months }
    }

    /// Months with at least one contribution.
    #[must_use]
    pub fn active_months(&self) -> u32 {
        u32::try_from(self.months.iter().filter(|month| month.count > 0).count()).unwrap_or(u32::MAX)
    }

    /// Whether the rule grants the renewal.
    #[must_use]
    pub fn regular(&self, rules: &MembershipRules) -> Option<Regular> {
        (self.active_months() >= rules.months_needed).then_some(Regular(()))
    }
}

/// What a benefit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BenefitKind {
    /// The badge.
    Badge,
    /// The certificate.
    Certificate,
    /// Sent by post.
    WelcomeKit,
    /// Online courses.
    Learning,
    /// A lower fee at an event of others.
    EventDiscount,
    /// Software for learning and for helping others, not for work (S61).
    Software,
    /// Events for members.
    Events,
    /// The private community.
    Community,
    /// Meetings between members.
    Meetings,
}

/// The three families of benefits (S57–S60).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BenefitFamily {
    /// Badge, certificate, kit.
    Recognition,
    /// Learning, reduced fees, software.
    Reward,
    /// Events, community, meetings.
    Relations,
}

impl BenefitFamily {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Recognition, Self::Reward, Self::Relations];
}

impl BenefitKind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Badge,
        Self::Certificate,
        Self::WelcomeKit,
        Self::Learning,
        Self::EventDiscount,
        Self::Software,
        Self::Events,
        Self::Community,
        Self::Meetings,
    ];

    /// The code in the database, in URLs and in texts' keys.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Badge => "badge",
            Self::Certificate => "certificate",
            Self::WelcomeKit => "welcome-kit",
            Self::Learning => "learning",
            Self::EventDiscount => "event-discount",
            Self::Software => "software",
            Self::Events => "events",
            Self::Community => "community",
            Self::Meetings => "meetings",
        }
    }

    /// Reads [`BenefitKind::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Its family.
    #[must_use]
    pub const fn family(self) -> BenefitFamily {
        match self {
            Self::Badge | Self::Certificate | Self::WelcomeKit => BenefitFamily::Recognition,
            Self::Learning | Self::EventDiscount | Self::Software => BenefitFamily::Reward,
            Self::Events | Self::Community | Self::Meetings => BenefitFamily::Relations,
        }
    }

    /// Whether a member asks for it; the others are simply there.
    #[must_use]
    pub const fn is_claimed(self) -> bool {
        matches!(self, Self::WelcomeKit | Self::Learning | Self::EventDiscount | Self::Software)
    }

    /// Whether it may be claimed anew in every term, rather than once a membership.
    #[must_use]
    pub const fn each_term(self) -> bool {
        matches!(self, Self::Learning | Self::EventDiscount)
    }

    /// Whether a manager gives it (a parcel is packed), rather than the platform at once.
    #[must_use]
    pub const fn by_hand(self) -> bool {
        matches!(self, Self::WelcomeKit)
    }
}

/// Where and when a benefit is to be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// ISO 3166-1; `None` is everywhere.
    pub country: Option<String>,
    /// First day.
    pub from: NaiveDate,
    /// Last day; `None` for an open end.
    pub until: Option<NaiveDate>,
}

impl Offer {
    /// Whether it holds in a country on a day; without a country only what is to be had everywhere does.
    #[must_use]
    pub fn holds(&self, country: Option<&str>, day: NaiveDate) -> bool {
        let here = match &self.country {
            None => true,
            Some(offered) => country == Some(offered.as_str()),
        };
        here && self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}
