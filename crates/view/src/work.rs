//! The experts' workplace.

use crate::{
    expert::{HolidayView, ProductView, ProfileRecord},
    place::CountryView,
};
use chrono::NaiveDate;
use gabarit_domain::{
    calendar::FreeDays,
    completeness::Completeness,
    expert::{ExpertKind, Level, ProductCode, Sector},
    ids::{BookingId, DocumentId, ExpertId},
    money::Cents,
    pricing::Refusal,
    rulebook::LadderBand,
};
use gabarit_i18n::{
    Locale,
    fmt::{self, ZonedTime},
    work as text,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whether a profile can be found and booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Publishing {
    /// Not published yet.
    Draft,
    /// Anybody finds it.
    Published,
    /// The expert took it down and can put it back.
    Paused,
    /// A manager took it down.
    Withdrawn,
}

/// The profile, to be edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileEditor {
    /// What a change must name.
    pub version: i64,
    /// Whose.
    pub expert: ExpertId,
    /// As published.
    pub display_name: String,
    /// Level.
    pub level: Level,
    /// Whether it is found.
    pub publishing: Publishing,
    /// One line.
    pub headline: String,
    /// About.
    pub summary: String,
    /// Its language.
    pub summary_language: String,
    /// ISO 639-1 codes.
    pub languages: Vec<String>,
    /// In the expert's own words.
    pub skills: Vec<String>,
    /// Products known.
    pub products: Vec<ProductCode>,
    /// Sectors.
    pub sectors: Vec<Sector>,
    /// Certificates, diplomas, jobs.
    pub records: Vec<ProfileRecord>,
    /// How complete it is.
    pub completeness: Completeness,
    /// Products to choose from.
    pub all_products: Vec<ProductView>,
    /// Words that look like contact details and that a manager allowed.
    pub allowed: Vec<String>,
}

/// The profile's texts and lists as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    /// What was read.
    pub version: String,
    /// One line.
    pub headline: String,
    /// About.
    pub summary: String,
    /// Its language.
    pub summary_language: String,
    /// One a line.
    pub skills: String,
    /// Codes.
    pub languages: Vec<String>,
    /// Codes.
    pub products: Vec<String>,
    /// Codes.
    pub sectors: Vec<String>,
    /// The field whose words a manager should look at; empty for none.
    pub ask: String,
    /// Language of the page.
    pub locale: String,
}

/// A certificate, diploma or job as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordForm {
    /// What was read.
    pub version: String,
    /// `certificate`, `education` or `experience`.
    pub kind: String,
    /// Which of its kind, from 0; empty for a new one.
    pub at: String,
    /// Title.
    pub title: String,
    /// Issuer, school or employer.
    pub organisation: String,
    /// Year; may be empty.
    pub from_year: String,
    /// Year; may be empty.
    pub to_year: String,
    /// More; may be empty.
    pub description: String,
    /// Whether it is to be taken out.
    pub remove: String,
    /// The field whose words a manager should look at; empty for none.
    pub ask: String,
    /// Language of the page.
    pub locale: String,
}

/// An open booking that the present terms would refuse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AffectedBooking {
    /// Which.
    pub id: BookingId,
    /// As people say it.
    pub reference: String,
    /// Client.
    pub client: String,
    /// When it starts.
    pub first_day: NaiveDate,
    /// Why it would be refused today.
    pub reason: Refusal,
}

/// Where and how an expert works, and how they are billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkSettings {
    /// What a change must name.
    pub version: i64,
    /// Whether the profile is found.
    pub publishing: Publishing,
    /// Base, as it is called.
    pub base: String,
    /// At the client's.
    pub on_site: bool,
    /// From a distance.
    pub remote: bool,
    /// Farthest one-way distance.
    pub max_travel_km: Option<u32>,
    /// Own lead time.
    pub lead_days: u32,
    /// Seen by clients who have booked.
    pub phone: Option<String>,
    /// In-house consultants have no billing.
    pub kind: ExpertKind,
    /// How they are billed.
    pub billing: Option<BillingView>,
    /// Countries to choose from.
    pub countries: Vec<CountryView>,
    /// Open bookings that no longer fit.
    pub affected: Vec<AffectedBooking>,
}

/// How an expert is billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingView {
    /// Organisation.
    pub company: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Country code.
    pub country: String,
    /// VAT number.
    pub vat_number: Option<String>,
    /// Legal registration.
    pub registration: Option<String>,
    /// A small business that charges no VAT.
    pub vat_exempt: bool,
}

/// Terms as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TermsForm {
    /// What was read.
    pub version: String,
    /// A place's name.
    pub base: String,
    /// `on` or empty.
    pub on_site: String,
    /// `on` or empty.
    pub remote: String,
    /// Kilometres; empty is world-wide.
    pub max_travel_km: String,
    /// Days.
    pub lead_days: String,
    /// Telephone number; may be empty.
    pub phone: String,
    /// Language of the page.
    pub locale: String,
}

/// Billing as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BillingForm {
    /// Organisation.
    pub company: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Country code.
    pub country: String,
    /// VAT number; may be empty.
    pub vat_number: String,
    /// Legal registration; may be empty.
    pub registration: String,
    /// `on` or empty.
    pub vat_exempt: String,
    /// Language of the page.
    pub locale: String,
}

/// An expert's calendar, to be painted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailabilityView {
    /// Weekdays usually worked; bit 0 is Monday.
    pub week_pattern: u8,
    /// Whether public holidays are worked.
    pub works_holidays: bool,
    /// Code of the region whose public holidays are kept too; empty for the country's only.
    pub region: String,
    /// Codes and names of the regions of the country of the base that have days of their own; mostly none.
    pub regions: Vec<(String, String)>,
    /// Today in the platform's zone.
    pub today: NaiveDate,
    /// Days that can be painted: all but those booked.
    pub paintable: FreeDays,
    /// Days that are free now.
    pub free: Vec<NaiveDate>,
    /// Public holidays at the base.
    pub holidays: Vec<HolidayView>,
    /// Days that calendars elsewhere make busy.
    pub busy: Vec<NaiveDate>,
    /// Calendars elsewhere.
    pub calendars: Vec<BusyCalendarView>,
    /// Whether a private feed exists.
    pub has_feed: bool,
}

/// A calendar elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusyCalendarView {
    /// Which.
    pub id: Uuid,
    /// As its owner calls it.
    pub name: String,
    /// Host it comes from; `None` for a file.
    pub host: Option<String>,
    /// Its events.
    pub events: u32,
    /// When it was last read well.
    pub read_at: Option<ZonedTime>,
    /// Why not since; what was read before still counts.
    pub problem: Option<CalendarProblem>,
}

/// Why a calendar could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CalendarProblem {
    /// It is no https address.
    NotHttps,
    /// It leads into a private network.
    NotPublic,
    /// No answer, or not in time.
    NoAnswer,
    /// Too long, or too many events.
    TooBig,
    /// No calendar.
    NotACalendar,
}

impl CalendarProblem {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::NotHttps, Self::NotPublic, Self::NoAnswer, Self::TooBig, Self::NotACalendar];

    /// Its code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotHttps => "not-https",
            Self::NotPublic => "not-public",
            Self::NoAnswer => "no-answer",
            Self::TooBig => "too-big",
            Self::NotACalendar => "not-a-calendar",
        }
    }

    /// Reads [`CalendarProblem::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.code() == code)
    }
}

/// Earnings by the ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarningsPage {
    /// In-house consultants have no ladder.
    pub kind: ExpertKind,
    /// Level today.
    pub level: Level,
    /// Its day rate.
    pub day_rate: Cents,
    /// Completed platform days.
    pub completed_days: u32,
    /// The ladder.
    pub ladder: Vec<LadderBand>,
    /// What the next day pays, and its share.
    pub next_day: Option<(Cents, u32)>,
    /// By year, the latest first.
    pub years: Vec<YearOfEarnings>,
    /// Assignments, the latest first.
    pub entries: Vec<EarningsEntry>,
}

/// A year's earnings from completed assignments, before VAT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearOfEarnings {
    /// The year the assignments ended in.
    pub year: i32,
    /// Days.
    pub days: u32,
    /// For the days.
    pub for_days: Cents,
    /// Travel, flights and lodging.
    pub passed_on: Cents,
    /// Both.
    pub total: Cents,
}

/// What an assignment earns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarningsEntry {
    /// Which.
    pub booking: BookingId,
    /// As people say it.
    pub reference: String,
    /// For whom.
    pub client: String,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: NaiveDate,
    /// Days.
    pub days: u32,
    /// For the days.
    pub for_days: Cents,
    /// Travel, flights and lodging.
    pub passed_on: Cents,
    /// Both, before VAT.
    pub total: Cents,
    /// Whether it is completed.
    pub is_final: bool,
    /// The self-billed invoice, once there is one.
    pub document: Option<(DocumentId, String)>,
}

/// A thread of messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Which booking.
    pub booking: BookingId,
    /// As people say it.
    pub reference: String,
    /// The other side.
    pub with: String,
    /// Whether something can be written.
    pub open: bool,
    /// Oldest first.
    pub messages: Vec<MessageView>,
    /// A key for the form: a double click is one message.
    pub key: String,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    /// Whether its reader wrote it.
    pub own: bool,
    /// Who did.
    pub author: String,
    /// When.
    pub at: ZonedTime,
    /// What.
    pub body: String,
    /// What was sent along.
    pub files: Vec<MessageFile>,
}

/// What an error of the form that messages are written with goes by.
pub const MESSAGE_FORM: &str = "message";
/// The most files that go with one message.
pub const MAX_MESSAGE_FILES: usize = 5;

/// What an error of the form that brings a calendar's file goes by.
pub const CALENDAR_FORM: &str = "calendar-file";

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFile {
    /// Which.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// In bytes.
    pub size: u64,
}

/// A file's size, as people read it.
#[must_use]
pub fn file_size(locale: Locale, bytes: u64) -> String {
    text::file_size(locale, fmt::int(locale, i64::try_from(bytes.div_ceil(1000)).unwrap_or(i64::MAX)))
}

/// A thread in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadSummary {
    /// Which booking.
    pub booking: BookingId,
    /// As people say it.
    pub reference: String,
    /// The other side.
    pub with: String,
    /// How many messages.
    pub count: u32,
    /// The latest.
    pub latest: ZonedTime,
    /// Its beginning.
    pub excerpt: String,
    /// Whether the other side wrote it.
    pub theirs: bool,
}
