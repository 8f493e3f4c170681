//! Bookings: the form in the making, and the page for both sides.

mod query;

pub use query::{BUSINESS, Choices, PRIVATE, read_vat_number};

use crate::{
    change::{ChangeView, RefundView, ReportView, SettledView},
    expert::{ExpertCard, HolidayView, ProductView},
    place::{CountryView, PlaceView},
};
use chrono::NaiveDate;
use gabarit_domain::{
    booking::PaymentMethod,
    compensation::EarningLine,
    expert::Offer,
    ids::{BookingId, DocumentId, ExpertId},
    invoice::DocumentKind,
    money::Cents,
    pricing::{Order, PricingContext, Quote},
    vat::{CountryCode, VatStatus},
};
use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};

/// Everything the booking form needs to price in the browser, without another request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingSetup {
    /// Whom.
    pub expert: ExpertCard,
    /// The expert's terms and free days.
    pub offer: Offer,
    /// Rules, operator and today.
    pub context: PricingContext,
    /// Products, with licence tariffs.
    pub products: Vec<ProductView>,
    /// Countries to choose from.
    pub countries: Vec<CountryView>,
    /// Holidays at the expert's base.
    pub holidays: Vec<HolidayView>,
    /// The place of the URL, if it names one.
    pub place: Option<PlaceView>,
    /// What the VAT register said of the URL's number, if it has one.
    pub vat_status: VatStatus,
}

/// The booking form's page: what it needs to price, and the choices of its URL as the server understood them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingPage {
    /// Rules, offer and lists.
    pub setup: BookingSetup,
    /// The choices, the typed place resolved.
    pub form: BookingForm,
    /// What was typed as a place and fits none or several.
    pub place_text: Option<String>,
    /// The places it may mean, best first.
    pub place_choices: Vec<PlaceView>,
    /// Whether the form was sent (without script): what is missing is then named beside its field.
    pub checked: bool,
}

/// What the VAT register said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VatAnswer {
    /// The number in its canonical form.
    pub number: String,
    /// The answer.
    pub status: VatStatus,
}

/// The booking form as posted: flat text fields, so that it works before and without WASM. Parsed by the service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BookingForm {
    /// Expert's id.
    pub expert: String,
    /// `2026-12-01,2026-12-03`.
    pub days: String,
    /// `remote` or `on-site`.
    pub mode: String,
    /// Place's id, for on-site work.
    pub place: String,
    /// `on` or empty.
    pub flexible: String,
    /// `on` or empty.
    pub workstation: String,
    /// Product codes with commas.
    pub licences: String,
    /// Client's country.
    pub country: String,
    /// Client's VAT number; may be empty.
    pub vat_number: String,
    /// `private`: for no business; else for one.
    pub buyer: String,
    /// `on`: a private client wants days within the time to withdraw to be worked.
    pub early: String,
    /// Organisation.
    pub organisation: String,
    /// The person.
    pub contact_name: String,
    /// Their telephone number.
    pub phone: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Legal registration; may be empty.
    pub registration: String,
    /// The client's own order number; may be empty.
    pub order_number: String,
    /// Where the invoice is sent.
    pub invoice_email: String,
    /// Where the work is done, for on-site work; may be empty.
    pub work_address: String,
    /// A word to the expert; may be empty.
    pub note: String,
    /// Payment method's code.
    pub method: String,
    /// `on`: terms accepted.
    pub terms: String,
    /// Fingerprint of the quote that was seen.
    pub seen: String,
    /// Total of the quote that was seen (`1280.00`): to be shown beside a new one, never charged.
    pub seen_total: String,
    /// Key of this form: a double click is one booking.
    pub key: String,
}

/// What follows a placed booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedBooking {
    /// Which.
    pub id: BookingId,
    /// The provider's page.
    pub checkout_url: String,
}

/// Who looks at a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The client.
    Client,
    /// The expert.
    Expert,
    /// A manager.
    Manager,
}

/// How to reach the other side; only while [`gabarit_domain::booking::BookingState::shows_contacts`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactDetails {
    /// Name of the person.
    pub name: String,
    /// For the client: the organisation.
    pub organisation: Option<String>,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub phone: Option<String>,
}

/// One move of a booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When.
    pub at: ZonedTime,
    /// Code of the state it went to.
    pub to_state: String,
    /// Who moved it; `None` for a clock or the payment provider.
    pub by: Option<Side>,
    /// The reason given by a person, else empty.
    pub reason: String,
}

/// A document of a booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentLink {
    /// Its id.
    pub id: DocumentId,
    /// `INV-2026-000042`.
    pub number: String,
    /// What it is.
    pub kind: DocumentKind,
    /// When it was issued.
    pub issued_on: NaiveDate,
    /// Its total.
    pub total: Cents,
}

/// What its reader can do with a booking now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BookingAction {
    /// The client pays (again).
    Pay,
    /// The client lets an unpaid hold, or a paid order not yet answered, go: full refund.
    Withdraw,
    /// The expert accepts.
    Accept,
    /// The expert declines.
    Decline,
    /// The client books the same expert again (S15).
    Rebook,
    /// The client cancels an assignment.
    Cancel,
    /// The expert cancels an assignment or stops early.
    Stop,
    /// The client says that days were not worked.
    Report,
    /// The client (or a manager) changes days, place or options.
    Change,
    /// The client pays the difference of a change.
    PayChange,
    /// The expert answers a change.
    AnswerChange,
    /// A change that is not made yet is taken back.
    WithdrawChange,
    /// A manager decides what is kept.
    Settle,
    /// A manager finds that a report changes nothing.
    Dismiss,
    /// A side writes its review (S21).
    Review,
    /// A side opens a dispute, or there is one to look at (S22).
    Dispute,
    /// A manager has the VAT register asked again.
    AskRegister,
}

/// What the VAT register says of a number later, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VatFound {
    /// Still nothing.
    Unknown,
    /// It knows the number; a card or a change that is under way comes first.
    Later,
    /// It knows the number: credited, invoiced anew, given back.
    Corrected,
    /// There is no such number: the VAT stays.
    Invalid,
    /// It knows the number, but nothing is kept of the booking.
    Nothing,
}

impl VatFound {
    /// Its word in an address.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "vat-unknown",
            Self::Later => "vat-later",
            Self::Corrected => "vat-corrected",
            Self::Invalid => "vat-invalid",
            Self::Nothing => "vat-nothing",
        }
    }
}

/// The payment of a booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentView {
    /// How.
    pub method: PaymentMethod,
    /// The provider's word: open, authorized, paid …
    pub state: String,
    /// How much.
    pub amount: Cents,
    /// How much of it went back, is going, or is still to go.
    pub refunded: Cents,
    /// How much of that was paid back, as far as is known.
    pub returned: Cents,
}

/// What an expert earns by a booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarningsView {
    /// By band, and travel in full.
    pub lines: Vec<EarningLine>,
    /// Their sum, before VAT.
    pub net: Cents,
    /// Whether the ladder's ordinals are frozen (the booking is completed).
    pub is_final: bool,
}

/// A booking's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingView {
    /// Which.
    pub id: BookingId,
    /// As people say it.
    pub reference: String,
    /// Who looks.
    pub side: Side,
    /// Code of its state.
    pub state: String,
    /// The running clock.
    pub clock: Option<ZonedTime>,
    /// Whom.
    pub expert: ExpertId,
    /// Their name.
    pub expert_name: String,
    /// Client's organisation.
    pub client_name: String,
    /// What was ordered.
    pub order: Order,
    /// The agreed quote; hidden lines: none.
    pub quote: Quote,
    /// Place of on-site work.
    pub place_name: Option<String>,
    /// Where exactly; shown to the expert with the contact details.
    pub work_address: Option<String>,
    /// The client's own order number (client and manager).
    pub order_number: Option<String>,
    /// Client's word to the expert.
    pub note: Option<String>,
    /// The other side's details, when shown.
    pub contact: Option<ContactDetails>,
    /// Every move, oldest first.
    pub timeline: Vec<TimelineEntry>,
    /// Documents its reader may see.
    pub documents: Vec<DocumentLink>,
    /// The payment (client and manager).
    pub payment: Option<PaymentView>,
    /// Other payments that brought money in: differences of changes, oldest first (client and manager).
    pub further_payments: Vec<PaymentView>,
    /// What banks took back of the payments, did not give again, and is owed again (client and manager).
    pub charged_back: Cents,
    /// Earnings (expert and manager; never for in-house consultants).
    pub earnings: Option<EarningsView>,
    /// What can be done now.
    pub actions: Vec<BookingAction>,
    /// Ways to pay what is to be paid now.
    pub methods: Vec<PaymentMethod>,
    /// What is left of it, once it was cut short.
    pub settled: Option<SettledView>,
    /// Money on its way back (client and manager), oldest first.
    pub refunds: Vec<RefundView>,
    /// A change that waits for its payment or for the expert.
    pub change: Option<ChangeView>,
    /// A report that nobody has decided on.
    pub report: Option<ReportView>,
}

/// A booking in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingSummary {
    /// Which.
    pub id: BookingId,
    /// As people say it.
    pub reference: String,
    /// Code of its state.
    pub state: String,
    /// The running clock.
    pub clock: Option<ZonedTime>,
    /// The other side's name.
    pub with: String,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: NaiveDate,
    /// Number of days.
    pub days: u32,
    /// Place of on-site work.
    pub place_name: Option<String>,
    /// Client: with VAT. Expert: the expert's earnings before VAT, or nothing for in-house consultants.
    pub amount: Option<Cents>,
}

/// A booking that is not paid yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnHold {
    /// Its id.
    pub id: BookingId,
    /// For people.
    pub reference: String,
}

/// The client's details, remembered from the last booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientProfile {
    /// Organisation.
    pub organisation: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Country.
    pub country: CountryCode,
    /// VAT number.
    pub vat_number: Option<String>,
    /// Legal registration.
    pub registration: Option<String>,
    /// Where invoices are sent.
    pub invoice_email: String,
}
