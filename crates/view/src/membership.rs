//! Members of the recognition programme: what the public sees, a member's own page, and the managers' lists.

use chrono::NaiveDate;
use gabarit_domain::{
    ids::MembershipId,
    membership::{Appeal, Regularity},
};
use gabarit_i18n::{Locale, fmt::ZonedTime, membership as text};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A code and how it is read: a product, a language, a country.
pub type Named = (String, String);

/// The name of a state of a membership, by its code; empty for a code that is none.
#[must_use]
pub fn state_name(locale: Locale, code: &str) -> &'static str {
    match code {
        "active" => text::state_active(locale),
        "due" => text::state_due(locale),
        "not-renewed" => text::state_not_renewed(locale),
        "lapsed" => text::state_lapsed(locale),
        "ended" => text::state_ended(locale),
        "resigned" => text::state_resigned(locale),
        _ => "",
    }
}

/// What was done with a membership, by the log's code; empty for a code that is none.
#[must_use]
pub fn event_name(locale: Locale, code: &str) -> &'static str {
    match code {
        "granted" => text::event_granted(locale),
        "due" => text::event_due(locale),
        "confirmed" => text::event_confirmed(locale),
        "renewed" => text::event_renewed(locale),
        "declined" => text::event_declined(locale),
        "lapsed" => text::event_lapsed(locale),
        "ended" => text::event_ended(locale),
        "resigned" => text::event_resigned(locale),
        "appealed" => text::event_appealed(locale),
        "allowed" => text::event_allowed(locale),
        "dismissed" => text::event_dismissed(locale),
        _ => "",
    }
}

/// What was done with an event or a benefit, by the log's code; empty for a code that is none.
#[must_use]
pub fn change_name(locale: Locale, code: &str) -> &'static str {
    match code {
        "made" => text::change_made(locale),
        "changed" => text::change_changed(locale),
        "cancelled" => text::change_cancelled(locale),
        _ => "",
    }
}

/// The name of a channel of contributions, by its code; the code itself for one that is none.
#[must_use]
pub fn channel_name(locale: Locale, code: &str) -> String {
    match code {
        "forum" => text::channel_forum(locale),
        "knowledge-base" => text::channel_knowledge_base(locale),
        "conference" => text::channel_conference(locale),
        "video" => text::channel_video(locale),
        "social" => text::channel_social(locale),
        "blog" => text::channel_blog(locale),
        "article" => text::channel_article(locale),
        "meet-up" => text::channel_meet_up(locale),
        "community" => text::channel_community(locale),
        other => other,
    }
    .to_owned()
}

/// What the programme's page shows beside its texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammePage {
    /// The cycles to come and the one under way.
    pub cycles: Vec<CycleView>,
    /// Members who are listed.
    pub members: u32,
    /// Whether the reader is a member, or was one.
    pub own: Option<OwnStatus>,
}

/// A cycle in the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleView {
    /// The last day on which nominations are taken.
    pub until: NaiveDate,
    /// The first day of review: 1 February or 1 August.
    pub opens: NaiveDate,
    /// The last day by which everybody is answered.
    pub answered_by: NaiveDate,
    /// Whether nominations made today belong to it.
    pub collects: bool,
}

/// Where the reader stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnStatus {
    /// Code of the state.
    pub state: String,
    /// Whether that is a member's.
    pub live: bool,
    /// The last day.
    pub last_day: NaiveDate,
}

/// The hall of members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hall {
    /// This page's members.
    pub members: Vec<MemberCard>,
    /// Members in all.
    pub total: u32,
    /// This page, from 1.
    pub page: u32,
    /// Pages in all, at least 1.
    pub pages: u32,
    /// Countries to filter by.
    pub countries: Vec<Named>,
    /// Products to filter by.
    pub products: Vec<Named>,
    /// Languages to filter by, by their codes.
    pub languages: Vec<String>,
}

/// A member in the hall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberCard {
    /// Code of the badge, and of the member's page.
    pub code: String,
    /// Name as shown.
    pub name: String,
    /// Country, as it is called.
    pub country: String,
    /// Products, as they are called.
    pub products: Vec<String>,
    /// Languages, by their codes.
    pub languages: Vec<String>,
    /// Member since.
    pub since: NaiveDate,
}

/// A member's public page: what a badge is verified by. Without a live membership, and for whom the hall does not show,
/// it says that and no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberPage {
    /// Code of the badge.
    pub code: String,
    /// Name as shown.
    pub name: String,
    /// Whether the membership is in force.
    pub live: bool,
    /// Member since, or from when.
    pub since: NaiveDate,
    /// The last day: of the term, or on which the status was lost.
    pub until: NaiveDate,
    /// Whether the hall shows the member; only then the rest is filled.
    pub listed: bool,
    /// In the member's words.
    pub about: String,
    /// Country, as it is called.
    pub country: String,
    /// Products, as they are called.
    pub products: Vec<String>,
    /// Languages, by their codes.
    pub languages: Vec<String>,
    /// The published expert profile of the same person.
    pub expert: Option<Uuid>,
    /// Address of the badge.
    pub badge: String,
    /// Lines to put on another site: the badge with its link.
    pub embed: String,
}

/// A contribution, in a member's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContributionView {
    /// When.
    pub day: NaiveDate,
    /// Code of the channel.
    pub channel: String,
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// Whether the platform knows of it by itself.
    pub platform: bool,
}

/// A term of a membership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermView {
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: NaiveDate,
    /// Months with contributions and months asked for, when it was renewed.
    pub count: Option<(u32, u32)>,
    /// Reasons; where the rule alone did not grant it.
    pub reasons: Option<String>,
}

/// A step of a membership's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberStep {
    /// When.
    pub at: ZonedTime,
    /// Code of what was done.
    pub event: String,
    /// Who; managers only, and empty for the clock.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// An appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealView {
    /// When it was made.
    pub made_at: ZonedTime,
    /// What it says.
    pub body: String,
    /// Whether it was allowed, and the answer.
    pub answer: Option<(bool, String)>,
}

/// A membership, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembershipView {
    /// Its id.
    pub id: MembershipId,
    /// What a change must name.
    pub version: i64,
    /// Code of its state.
    pub state: String,
    /// Whether it is in force.
    pub live: bool,
    /// First day ever.
    pub first_day: NaiveDate,
    /// Last day of the present term.
    pub last_day: NaiveDate,
    /// When the renewal is prepared.
    pub due_on: NaiveDate,
    /// Reasons of the last decision against it.
    pub reasons: Option<String>,
    /// The last day to appeal against that.
    pub appeal_until: Option<NaiveDate>,
    /// An appeal.
    pub appeal: Appeal,
    /// The last twelve months.
    pub regularity: Regularity,
    /// Months with contributions that the rulebook asks for.
    pub months_needed: u32,
    /// Terms so far.
    pub terms: Vec<TermView>,
    /// The way so far.
    pub steps: Vec<MemberStep>,
    /// Appeals so far.
    pub appeals: Vec<AppealView>,
}

/// What a member shows, to be edited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberProfile {
    /// Code of the badge.
    pub code: String,
    /// Name as shown.
    pub name: String,
    /// In the member's words.
    pub about: String,
    /// ISO 3166-1; empty until it was said.
    pub country: String,
    /// Whether the hall shows the member.
    pub listed: bool,
    /// Codes.
    pub products: Vec<String>,
    /// Codes.
    pub languages: Vec<String>,
}

/// A member's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnMembership {
    /// The membership.
    pub membership: MembershipView,
    /// What is shown.
    pub profile: MemberProfile,
    /// Contributions of the last twelve months, the newest first.
    pub contributions: Vec<ContributionView>,
    /// Address of the badge.
    pub badge: String,
    /// Lines to put on another site.
    pub embed: String,
    /// Countries to choose from.
    pub countries: Vec<Named>,
    /// Products to choose from.
    pub products: Vec<Named>,
    /// Today, in the platform's zone.
    pub today: NaiveDate,
}

/// A member's form about what is shown, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MemberProfileForm {
    /// Name as shown.
    pub name: String,
    /// In the member's words; may be empty.
    pub about: String,
    /// ISO 3166-1.
    pub country: String,
    /// Not empty: the hall shows the member.
    pub listed: String,
    /// Codes.
    pub products: Vec<String>,
    /// Codes.
    pub languages: Vec<String>,
    /// The field whose words a manager should look at; empty for none.
    pub ask: String,
    /// Language of the page.
    pub locale: String,
}

/// A member's form about the membership itself: `act` is `appeal` or `resign`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MembershipForm {
    /// What to do.
    pub act: String,
    /// The appeal.
    pub message: String,
    /// Not empty: the member is sure to leave.
    pub sure: String,
    /// Language of the page.
    pub locale: String,
}

/// A membership in the managers' list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembershipRow {
    /// Its id.
    pub id: MembershipId,
    /// What a change must name.
    pub version: i64,
    /// Whose.
    pub name: String,
    /// Country, as it is called; may be empty.
    pub country: String,
    /// Code of its state.
    pub state: String,
    /// The last day of its term.
    pub last_day: NaiveDate,
    /// The last twelve months; in the list of renewals only.
    pub regularity: Option<Regularity>,
    /// Whether the rule grants the renewal.
    pub regular: bool,
    /// Whether an appeal waits.
    pub appeal: bool,
}

/// The managers' list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembershipList {
    /// This page's memberships.
    pub rows: Vec<MembershipRow>,
    /// Memberships in all.
    pub total: u32,
    /// This page, from 1.
    pub page: u32,
    /// Pages in all, at least 1.
    pub pages: u32,
    /// Months with contributions that the rulebook asks for.
    pub months_needed: u32,
    /// Renewals that wait, appeals that wait, kits to be sent, posts that were reported.
    pub waiting: [u32; 4],
}

/// A membership, for managers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberFile {
    /// The membership.
    pub membership: MembershipView,
    /// Whose.
    pub name: String,
    /// Where letters go.
    pub email: String,
    /// Code of the badge.
    pub code: String,
    /// Country, as it is called; may be empty.
    pub country: String,
    /// Contributions of the last twelve months, the newest first.
    pub contributions: Vec<ContributionView>,
    /// Whether this manager may answer the appeal: not who took the decision, where there is somebody else.
    pub may_answer: bool,
    /// Whether this is the manager's own membership, which others decide on.
    pub own: bool,
}

/// A manager's form about a membership: `act` is `confirm`, `renew`, `decline`, `end`, `allow` or `dismiss`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MemberAct {
    /// The membership.
    pub id: String,
    /// The version that the page showed.
    pub version: String,
    /// What to do.
    pub act: String,
    /// Why, as the member reads it.
    pub reasons: String,
    /// Language of the page.
    pub locale: String,
}

/// Renewals that the rule grants, confirmed together: each as `id/version`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConfirmForm {
    /// Which.
    pub renewals: Vec<String>,
    /// Language of the page.
    pub locale: String,
}

/// Figures of a cycle. Scores are means of many reviews, and left out where there are few.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleFigures {
    /// `2027-02`.
    pub code: String,
    /// Nominations that were sent into it.
    pub nominations: u32,
    /// Of these, granted.
    pub granted: u32,
    /// Of these, refused.
    pub refused: u32,
    /// Of these, taken back.
    pub withdrawn: u32,
    /// Days from the window's opening to the answer: the mean in tenths, and the most.
    pub days_to_answer: Option<(u32, u32)>,
    /// By country: its name, nominations, granted, refused.
    pub countries: Vec<(String, u32, u32, u32)>,
    /// By quality, in the order of the rules: its code, the mean in hundredths; empty where there are few reviews.
    pub qualities: Vec<(String, u32)>,
}

/// Figures of the programme.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeFigures {
    /// By cycle, the newest first.
    pub cycles: Vec<CycleFigures>,
    /// Members by state: code and number.
    pub states: Vec<(String, u32)>,
}

/// A meeting of members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventView {
    /// Its id.
    pub id: Uuid,
    /// What a change must name.
    pub version: i64,
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Code of the language it is held in.
    pub language: String,
    /// When it begins.
    pub starts_at: ZonedTime,
    /// When it ends.
    pub ends_at: ZonedTime,
    /// Where; empty when it is held online.
    pub place: String,
    /// Address of the online meeting; for those who are going, and managers.
    pub link: String,
    /// Places in all.
    pub places: u32,
    /// Places that are free.
    pub free: u32,
    /// Members who wait for one.
    pub waiting: u32,
    /// Whether it was called off.
    pub cancelled: bool,
    /// Whether it is over.
    pub over: bool,
    /// The reader's own place: `going`, `waiting`, or empty.
    pub own: String,
    /// The reader's own talk.
    pub talk: Option<String>,
    /// Whether the talk can become a contribution now.
    pub can_contribute: bool,
    /// Who is coming: name, whether they wait, their talk; managers only.
    pub people: Vec<(String, bool, Option<String>)>,
}

/// A member's form about an event: `act` is `join`, `leave` or `contribute`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignUpForm {
    /// The event.
    pub event: String,
    /// What to do.
    pub act: String,
    /// Title of the talk the member gives; may be empty.
    pub talk: String,
    /// Language of the page.
    pub locale: String,
}

/// A manager's form about an event. Without an id a new one is made; `act` is `save` or `cancel`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventForm {
    /// The event; empty for a new one.
    pub id: String,
    /// The version that the page showed.
    pub version: String,
    /// What to do.
    pub act: String,
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// ISO 639-1.
    pub language: String,
    /// `YYYY-MM-DDTHH:MM`, in the manager's zone.
    pub starts: String,
    /// Likewise.
    pub ends: String,
    /// Where; may be empty.
    pub place: String,
    /// https; may be empty.
    pub link: String,
    /// Places.
    pub places: String,
    /// Language of the page.
    pub locale: String,
}
