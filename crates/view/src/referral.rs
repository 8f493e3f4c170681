//! Referral partners and the leads that they bring (S40).

use crate::place::CountryView;
use gabarit_domain::{
    referral::{Lead, Partnership, ReferralCode},
    vat::CountryCode,
};
use gabarit_i18n::{Locale, fmt::ZonedTime};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A partnership, for the expert whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnPartnership {
    /// Where it stands.
    pub state: Partnership,
    /// The code, once it was granted.
    pub code: Option<ReferralCode>,
    /// Why it was refused or ended.
    pub reasons: String,
    /// When the expert asked.
    pub asked_at: ZonedTime,
    /// When it was granted or refused.
    pub decided_at: Option<ZonedTime>,
    /// When it ended.
    pub ended_at: Option<ZonedTime>,
}

/// A lead, for the partner whose code brought it: never who wrote, nor how to reach them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLead {
    /// The organisation's name.
    pub organisation: String,
    /// Names of the products.
    pub products: Vec<String>,
    /// Seats wanted.
    pub seats: u32,
    /// When it came.
    pub at: ZonedTime,
    /// Where it stands.
    pub state: Lead,
}

/// An expert's desk for referrals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralDesk {
    /// The latest time that they asked.
    pub current: Option<OwnPartnership>,
    /// Whether they may ask now.
    pub may_ask: bool,
    /// Whether their profile is published: only then may they ask.
    pub published: bool,
    /// The link to pass on, in the reader's language; while the code works.
    pub link: Option<String>,
    /// Leads of all their partnerships, the newest first.
    pub leads: Vec<OwnLead>,
}

/// An expert asks to become a partner, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AskForm {
    /// What they want managers to know; may be empty.
    pub motivation: String,
    /// Language of the page.
    pub locale: String,
}

/// The page behind a partner's link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicencesPage {
    /// The code, as it is written.
    pub code: ReferralCode,
    /// The partner's published name.
    pub partner: String,
    /// Whether it is the reader's own link.
    pub own: bool,
    /// Products to choose from: code and name.
    pub products: Vec<(String, String)>,
    /// Countries to choose from.
    pub countries: Vec<CountryView>,
    /// The country that most readers are in: the operator's.
    pub home: CountryCode,
    /// Goes along with the form: sent twice, it is one lead.
    pub form_key: Uuid,
}

/// A lead, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LeadForm {
    /// The partner's code.
    pub code: String,
    /// See [`LicencesPage::form_key`].
    pub form_key: String,
    /// The organisation's name.
    pub organisation: String,
    /// Who is written to.
    pub contact_name: String,
    /// Where.
    pub email: String,
    /// Their telephone number; may be empty.
    pub phone: String,
    /// Codes of products.
    pub products: Vec<String>,
    /// How many seats.
    pub seats: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// What they want; may be empty.
    pub message: String,
    /// `on`: they know who sees it.
    pub consent: String,
    /// A field that people do not see: what fills it in is no person.
    pub website: String,
    /// Language of the page.
    pub locale: String,
}

/// A partnership in the managers' list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerRow {
    /// Which.
    pub id: Uuid,
    /// The expert's name.
    pub name: String,
    /// Where it stands.
    pub state: Partnership,
    /// The code, once it was granted.
    pub code: Option<ReferralCode>,
    /// When the expert asked.
    pub asked_at: ZonedTime,
    /// Leads that it brought.
    pub leads: u32,
}

/// A lead in the managers' queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRow {
    /// Which.
    pub id: Uuid,
    /// Where it stands.
    pub state: Lead,
    /// The organisation's name.
    pub organisation: String,
    /// Names of the products.
    pub products: Vec<String>,
    /// Seats wanted.
    pub seats: u32,
    /// The partner's name.
    pub partner: String,
    /// When it came.
    pub at: ZonedTime,
}

/// The managers' page of referrals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralQueue {
    /// Partnerships: who asked first stands first, then those that are granted, then the others.
    pub partners: Vec<PartnerRow>,
    /// This page's leads: who waits longest first.
    pub leads: Vec<LeadRow>,
    /// Leads in all.
    pub total: u32,
    /// This page, from 1.
    pub page: u32,
    /// Pages in all, at least 1.
    pub pages: u32,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralLine {
    /// When.
    pub at: ZonedTime,
    /// Who; empty for a visitor.
    pub who: String,
    /// What: a state's code, `received` or `noted`.
    pub event: String,
    /// What a manager wrote with it.
    pub note: String,
}

/// A partnership, for managers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerFile {
    /// Its head.
    pub row: PartnerRow,
    /// The expert's profile.
    pub expert: String,
    /// What the expert wrote.
    pub motivation: String,
    /// Why it was refused or ended.
    pub reasons: String,
    /// Whether it is the manager's own: then somebody else decides.
    pub own: bool,
    /// The language that the expert is written to in.
    pub locale: Locale,
    /// What was done.
    pub log: Vec<ReferralLine>,
    /// Counts every change.
    pub version: i64,
}

/// A lead, for managers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadFile {
    /// Its head.
    pub row: LeadRow,
    /// The partnership that brought it.
    pub partner: Uuid,
    /// Who is written to.
    pub contact_name: String,
    /// Where.
    pub email: String,
    /// Their telephone number.
    pub phone: Option<String>,
    /// The country's name.
    pub country: String,
    /// What they want.
    pub message: String,
    /// Their language.
    pub locale: Locale,
    /// Whether the manager brought it: then somebody else takes care of it.
    pub own: bool,
    /// What was done.
    pub log: Vec<ReferralLine>,
    /// Counts every change.
    pub version: i64,
}

/// A manager's form about a partnership or a lead, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReferralForm {
    /// Which.
    pub id: String,
    /// The version that the page showed.
    pub version: String,
    /// The new state's code; for leads also `note`.
    pub act: String,
    /// Reasons, or a note.
    pub note: String,
    /// Language of the page.
    pub locale: String,
}
