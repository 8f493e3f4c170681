//! Lists of documents, answers to self-billed invoices, settings for e-invoices.

use chrono::NaiveDate;
use gabarit_domain::{
    ids::{BookingId, DocumentId},
    invoice::DocumentKind,
    money::Cents,
};
use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};

/// A document in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRow {
    /// Its id.
    pub id: DocumentId,
    /// What it is.
    pub kind: DocumentKind,
    /// Its number.
    pub number: String,
    /// Its date.
    pub issued_on: NaiveDate,
    /// The side that is not the operator.
    pub party: String,
    /// Its booking.
    pub booking: BookingId,
    /// As people say it.
    pub booking_reference: String,
    /// With VAT.
    pub total: Cents,
    /// Still to pay.
    pub due: Cents,
}

/// The documents of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthView {
    /// Its first day.
    pub month: NaiveDate,
    /// The month before.
    pub previous: Option<NaiveDate>,
    /// The month after, if it has begun.
    pub next: Option<NaiveDate>,
    /// In the order of their issue.
    pub documents: Vec<DocumentRow>,
}

/// An electronic address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointView {
    /// Code of the list of schemes.
    pub scheme: String,
    /// The identifier.
    pub id: String,
}

/// The text of the agreement to self-billing, and whether the reader accepted it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementView {
    /// Of the text.
    pub version: u32,
    /// Paragraphs.
    pub paragraphs: Vec<String>,
    /// When it was accepted, if it was.
    pub accepted_at: Option<ZonedTime>,
}

/// How a self-billed invoice stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerView {
    /// `open`, `accepted`, `silent`, `contested`, `settled`.
    pub state: String,
    /// Until when it can be contested.
    pub until: ZonedTime,
    /// What is disputed, with VAT.
    pub disputed: Cents,
    /// Why.
    pub reason: String,
    /// How the dispute ended.
    pub outcome: String,
    /// Whether the reader may answer now.
    pub can_answer: bool,
    /// Whether the reader may settle the dispute now.
    pub can_settle: bool,
}

/// What an expert tells for the yearly report on sellers, as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SellerForm {
    /// `person` or `entity`.
    pub kind: String,
    /// Of a person.
    pub first_name: String,
    /// Of a person.
    pub last_name: String,
    /// Of a person: `1980-02-29`.
    pub birth_date: String,
    /// Tax identification number.
    pub tin: String,
    /// Country that issued it.
    pub tin_country: String,
    /// Of an entity.
    pub registration: String,
}

/// A seller who has not told what the report needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SellerGap {
    /// The expert.
    pub expert: gabarit_domain::ids::ExpertId,
    /// As billed.
    pub name: String,
}
