//! Words that were marked as contact details: what their author asked, and what managers see of it.

use gabarit_domain::ids::{CandidateId, ExpertId};
use gabarit_i18n::{Locale, candidate, fmt::ZonedTime, look as text, membership, work};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most that one account has waiting.
pub const MOST_WAITING: u32 = 5;

/// The form that a text stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LookArea {
    /// An expert's profile.
    Profile,
    /// A certificate, diploma or job of it.
    Record,
    /// An application.
    Application,
    /// A member's own page.
    Member,
}

impl LookArea {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Profile, Self::Record, Self::Application, Self::Member];

    /// As stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Record => "record",
            Self::Application => "application",
            Self::Member => "member",
        }
    }

    /// As stored.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|area| area.code() == code)
    }

    /// In words.
    #[must_use]
    pub fn name(self, l: Locale) -> &'static str {
        match self {
            Self::Profile => text::area_profile(l),
            Self::Record => text::area_record(l),
            Self::Application => text::area_application(l),
            Self::Member => text::area_member(l),
        }
    }
}

/// What a field is called by those who fill it in; its name in the form where that is not known.
#[must_use]
pub fn field_name(l: Locale, field: &str) -> String {
    let plain: String = field.chars().filter(|c| !c.is_ascii_digit()).collect();
    match plain.as_str() {
        "headline" => work::headline(l),
        "summary" => work::summary(l),
        "skills" => work::skills(l),
        "title" => work::record_name(l),
        "organisation" => work::record_where(l),
        "description" => work::record_more(l),
        "name" => membership::name(l),
        "about" => membership::about(l),
        "display_name" => candidate::display_name(l),
        "certificate_title" => candidate::certificate_title(l),
        "diploma_title" => candidate::diploma_title(l),
        "diploma_school" => candidate::diploma_school(l),
        "experience_title" => candidate::experience_title(l),
        "experience_organisation" => candidate::experience_organisation(l),
        "experience_description" => candidate::experience_description(l),
        _ => field,
    }
    .to_owned()
}

/// How it stands with what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LookState {
    /// A manager has not looked yet.
    Asked,
    /// The words pass, for their author alone.
    Allowed,
    /// They do not.
    Refused,
}

impl LookState {
    /// As stored.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Some(match code {
            "asked" => Self::Asked,
            "allowed" => Self::Allowed,
            "refused" => Self::Refused,
            _ => return None,
        })
    }

    /// In words.
    #[must_use]
    pub fn name(self, l: Locale) -> &'static str {
        match self {
            Self::Asked => text::state_asked(l),
            Self::Allowed => text::state_allowed(l),
            Self::Refused => text::state_refused(l),
        }
    }
}

/// What somebody asked, as they see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Its id.
    pub id: Uuid,
    /// In which field.
    pub field: String,
    /// The words that were marked.
    pub words: Vec<String>,
    /// The whole text, so that nothing that was typed is lost.
    pub body: String,
    /// How it stands.
    pub state: LookState,
    /// When it was asked.
    pub asked_at: ZonedTime,
    /// When it was decided.
    pub decided_at: Option<ZonedTime>,
    /// Why it was refused.
    pub reason: String,
}

/// A part of a text, and whether it is what was marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// As it was typed.
    pub text: String,
    /// Whether it was marked.
    pub marked: bool,
}

/// What waits for a manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingLook {
    /// Its id.
    pub id: Uuid,
    /// Who asked.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their profile.
    pub expert: Option<ExpertId>,
    /// Their application.
    pub candidate: Option<CandidateId>,
    /// Whether it is the manager's own: nobody decides in their own cause.
    pub own: bool,
    /// In which form.
    pub area: LookArea,
    /// In which field.
    pub field: String,
    /// The text.
    pub pieces: Vec<Piece>,
    /// The words that were marked.
    pub words: Vec<String>,
    /// Since when it waits.
    pub asked_at: ZonedTime,
}

/// The managers' queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookQueue {
    /// The oldest first.
    pub waiting: Vec<WaitingLook>,
    /// How many wait in all.
    pub total: u32,
}

/// A manager's decision as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LookForm {
    /// On which.
    pub id: String,
    /// `allow` or `refuse`.
    pub act: String,
    /// Why; needed to refuse.
    pub reason: String,
    /// Language of the page.
    pub locale: String,
}
