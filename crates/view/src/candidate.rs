//! From candidate to expert: the application as typed, and what each side sees of it.

use crate::expert::ProductView;
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::ids::{CandidateId, ExpertId, UploadId};
use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Names of the fields of one certificate.
#[derive(Clone, Copy, Debug)]
pub struct CertificateRow {
    /// What it certifies.
    pub title: &'static str,
    /// Its number.
    pub number: &'static str,
    /// Day of issue.
    pub issued: &'static str,
    /// Day of expiry; may stay empty.
    pub expires: &'static str,
}

/// Names of the fields of one diploma.
#[derive(Clone, Copy, Debug)]
pub struct DiplomaRow {
    /// What it is.
    pub title: &'static str,
    /// Who gave it.
    pub school: &'static str,
    /// When.
    pub year: &'static str,
}

/// Names of the fields of one job or assignment.
#[derive(Clone, Copy, Debug)]
pub struct ExperienceRow {
    /// As what.
    pub title: &'static str,
    /// For whom.
    pub organisation: &'static str,
    /// From which year.
    pub from: &'static str,
    /// To which year; empty is until now.
    pub to: &'static str,
    /// What was done.
    pub description: &'static str,
}

macro_rules! certificate {
    ($number:literal) => {
        CertificateRow {
            title: concat!("certificate", $number, "_title"),
            number: concat!("certificate", $number, "_number"),
            issued: concat!("certificate", $number, "_issued"),
            expires: concat!("certificate", $number, "_expires"),
        }
    };
}

macro_rules! diploma {
    ($number:literal) => {
        DiplomaRow {
            title: concat!("diploma", $number, "_title"),
            school: concat!("diploma", $number, "_school"),
            year: concat!("diploma", $number, "_year"),
        }
    };
}

macro_rules! experience {
    ($number:literal) => {
        ExperienceRow {
            title: concat!("experience", $number, "_title"),
            organisation: concat!("experience", $number, "_organisation"),
            from: concat!("experience", $number, "_from"),
            to: concat!("experience", $number, "_to"),
            description: concat!("experience", $number, "_description"),
        }
    };
}

/// Certificates of an application.
pub const CERTIFICATES: [CertificateRow; 4] = [certificate!(1), certificate!(2), certificate!(3), certificate!(4)];
/// Diplomas of an application.
pub const DIPLOMAS: [DiplomaRow; 3] = [diploma!(1), diploma!(2), diploma!(3)];
/// Jobs and assignments of an application.
pub const EXPERIENCES: [ExperienceRow; 5] =
    [experience!(1), experience!(2), experience!(3), experience!(4), experience!(5)];
/// Times that a manager can offer at once.
pub const SLOTS: [&str; 5] = ["slot1", "slot2", "slot3", "slot4", "slot5"];
/// Lengths of an interview to choose from, in minutes.
pub const MINUTES: [u32; 4] = [30, 45, 60, 90];

/// Prefixes of the checkboxes of lists: `product_revit`.
pub const PRODUCT: &str = "product_";
/// See [`PRODUCT`].
pub const SECTOR: &str = "sector_";
/// See [`PRODUCT`].
pub const LANGUAGE: &str = "language_";

/// The application, field by field as typed. Names that are none of its own are dropped when it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApplicationForm(pub BTreeMap<String, String>);

impl ApplicationForm {
    /// Fields that stand alone.
    pub const PLAIN: [&'static str; 12] = [
        "display_name",
        "phone",
        "place",
        "headline",
        "summary",
        "summary_language",
        "skills",
        "on_site",
        "remote",
        "max_travel_km",
        "equal_skill",
        "truthful",
    ];

    /// The text of a field; empty when there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Whether a checkbox is checked.
    #[must_use]
    pub fn is_checked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// Values checked in a list.
    pub fn checked<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(|(_, value)| !value.is_empty()).filter_map(move |(name, _)| name.strip_prefix(prefix))
    }

    /// Whether a name is one of the form's own.
    #[must_use]
    pub fn knows(name: &str) -> bool {
        let listed = [PRODUCT, SECTOR, LANGUAGE].iter().any(|prefix| name.starts_with(prefix));
        listed
            || Self::PLAIN.contains(&name)
            || CERTIFICATES.iter().any(|row| [row.title, row.number, row.issued, row.expires].contains(&name))
            || DIPLOMAS.iter().any(|row| [row.title, row.school, row.year].contains(&name))
            || EXPERIENCES
                .iter()
                .any(|row| [row.title, row.organisation, row.from, row.to, row.description].contains(&name))
    }
}

/// A document that a candidate sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentView {
    /// Its id.
    pub id: UploadId,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was sent.
    pub uploaded_at: ZonedTime,
}

/// A time offered for the interview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotView {
    /// Its id.
    pub id: String,
    /// When it begins.
    pub starts_at: ZonedTime,
    /// How long it takes.
    pub minutes: u32,
    /// Whether it was picked.
    pub picked: bool,
    /// Whether it can be picked now.
    pub open: bool,
}

/// A step of an application's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// When.
    pub at: ZonedTime,
    /// What was done: `sent`, `taken-up`, `invited` …
    pub event: String,
    /// Who did it; managers alone see names.
    pub by: Option<String>,
    /// Why; what concerns managers alone is not in a candidate's view.
    pub reason: String,
}

/// An earlier application that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalView {
    /// When.
    pub day: NaiveDate,
    /// Why.
    pub reasons: String,
}

/// An application, as its candidate sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationView {
    /// Its id; none until something is saved.
    pub id: Option<CandidateId>,
    /// Code of its state; `draft` until it is sent.
    pub state: String,
    /// As typed.
    pub form: ApplicationForm,
    /// When the draft was saved last.
    pub saved_at: Option<ZonedTime>,
    /// Its documents.
    pub documents: Vec<DocumentView>,
    /// Times offered.
    pub slots: Vec<SlotView>,
    /// The interview that was picked.
    pub interview: Option<ZonedTime>,
    /// What happened, newest last.
    pub steps: Vec<StepView>,
    /// Earlier refusals, newest first.
    pub refusals: Vec<RefusalView>,
    /// Whether it can be taken back.
    pub can_withdraw: bool,
    /// Whether its candidate may begin a new one.
    pub can_apply_again: bool,
    /// The expert's profile, and whether it is public.
    pub expert: Option<(ExpertId, bool)>,
    /// Products to choose from.
    pub products: Vec<ProductView>,
}

/// A line of the managers' queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueEntry {
    /// Which.
    pub id: CandidateId,
    /// Name.
    pub name: String,
    /// Code of its state.
    pub state: String,
    /// Country of the base, in words.
    pub country: String,
    /// Products, in words.
    pub products: Vec<String>,
    /// Since when it waits.
    pub since: ZonedTime,
    /// Whole days it has waited.
    pub days: u32,
    /// Whether it waits for a manager rather than for the candidate.
    pub ours: bool,
    /// The interview that was picked.
    pub interview: Option<ZonedTime>,
}

/// The managers' queue, with what it can be filtered by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Longest waiting first.
    pub entries: Vec<QueueEntry>,
    /// Entries in all, of which a page is shown.
    pub total: u32,
    /// Entries a page.
    pub page_size: u32,
    /// States and how many are in each, whatever the filters.
    pub states: Vec<(String, u32)>,
    /// Countries there are, by code and name.
    pub countries: Vec<(String, String)>,
    /// Products, by code and name.
    pub products: Vec<(String, String)>,
}

/// What a queue is filtered by; empty is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueFilter {
    /// Code of a state; empty shows all that is open.
    pub state: String,
    /// Code of a product.
    pub product: String,
    /// Code of a country.
    pub country: String,
    /// Page, from 1.
    pub page: u32,
}

impl QueueFilter {
    /// Reads the query of a page.
    #[must_use]
    pub fn from_query(query: &str) -> Self {
        let mut filter = Self { page: 1, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
            match &*name {
                "state" => filter.state = value.into_owned(),
                "product" => filter.product = value.into_owned(),
                "country" => filter.country = value.into_owned(),
                "page" => filter.page = value.parse().unwrap_or(1).clamp(1, 10_000),
                _ => {}
            }
        }
        filter
    }

    /// The query of the page.
    #[must_use]
    pub fn to_query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("state", &self.state), ("product", &self.product), ("country", &self.country)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if self.page > 1 {
            query.append_pair("page", &self.page.to_string());
        }
        query.finish()
    }
}

/// A note that managers keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteView {
    /// Who.
    pub author: String,
    /// When.
    pub at: ZonedTime,
    /// What.
    pub body: String,
}

/// What a manager can do now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewActions {
    /// Take it up.
    pub take_up: bool,
    /// Offer (other) times for the interview.
    pub invite: bool,
    /// Say that the interview was held.
    pub hold: bool,
    /// Publish.
    pub publish: bool,
    /// Refuse.
    pub refuse: bool,
}

/// An application, as managers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateFile {
    /// Which.
    pub id: CandidateId,
    /// What a change must name: another's change in between is told, never overwritten.
    pub version: i64,
    /// Code of its state.
    pub state: String,
    /// Name as it would be published.
    pub name: String,
    /// E-mail address of the account.
    pub email: String,
    /// The base, in words.
    pub base: String,
    /// As typed.
    pub form: ApplicationForm,
    /// Its documents.
    pub documents: Vec<DocumentView>,
    /// Notes, oldest first.
    pub notes: Vec<NoteView>,
    /// Times offered.
    pub slots: Vec<SlotView>,
    /// The interview that was picked, and who holds it.
    pub interview: Option<(ZonedTime, String)>,
    /// What happened, newest last.
    pub steps: Vec<StepView>,
    /// Earlier refusals, newest first.
    pub refusals: Vec<RefusalView>,
    /// What can be done now.
    pub actions: ReviewActions,
    /// The expert's profile, once published, and whether it is public.
    pub expert: Option<(ExpertId, bool)>,
    /// Products by code and name.
    pub products: Vec<ProductView>,
    /// The zone in which times are typed.
    pub zone: String,
    /// Now, for what is measured from it.
    pub now: DateTime<Utc>,
}

/// A manager's form about one application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReviewForm {
    /// Which.
    pub id: String,
    /// The version its reader saw.
    pub version: String,
    /// Language of the page.
    pub locale: String,
    /// What to do: `take-up`, `invite`, `hold`, `publish`, `refuse`.
    pub act: String,
    /// Reasons of a refusal, or a word with a publication or an invitation.
    pub reasons: String,
    /// Level, 1 to 4.
    pub level: String,
    /// `in-house` or `independent`.
    pub kind: String,
    /// Minutes of the interview.
    pub minutes: String,
    /// Times offered, as typed (`2026-12-01T14:30`).
    pub slot1: String,
    /// See `slot1`.
    pub slot2: String,
    /// See `slot1`.
    pub slot3: String,
    /// See `slot1`.
    pub slot4: String,
    /// See `slot1`.
    pub slot5: String,
}

impl ReviewForm {
    /// Times offered, as typed, by their fields.
    #[must_use]
    pub fn slots(&self) -> [(&'static str, &str); 5] {
        let [a, b, c, d, e] = SLOTS;
        [(a, &self.slot1), (b, &self.slot2), (c, &self.slot3), (d, &self.slot4), (e, &self.slot5)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_rows() {
        assert_eq!(CERTIFICATES[1].number, "certificate2_number");
        assert_eq!(EXPERIENCES[4].description, "experience5_description");
        assert!(ApplicationForm::knows("product_revit") && ApplicationForm::knows("diploma3_year"));
        assert!(!ApplicationForm::knows("diploma4_year") && !ApplicationForm::knows("version"));
    }

    #[test]
    fn a_filter_survives_its_query() {
        let filter = QueueFilter { state: "new".into(), product: "revit".into(), country: "BE".into(), page: 3 };
        assert_eq!(QueueFilter::from_query(&filter.to_query()), filter);
        assert_eq!(QueueFilter::from_query("?page=x&state=").page, 1);
    }
}
