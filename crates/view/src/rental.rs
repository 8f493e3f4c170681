//! Licences and workstations rented without an expert (S7–S9).

use crate::{
    booking::{ClientProfile, DocumentLink},
    change::RefundView,
    place::CountryView,
};
use chrono::NaiveDate;
use gabarit_domain::{
    booking::PaymentMethod,
    expert::ProductCode,
    money::Cents,
    pricing::{PricingContext, Quote},
    rental::{Delivery, RentalOrder, Term},
    stock::Rentable,
    vat::{CountryCode, Customer, VatNumber, VatStatus},
};
use gabarit_i18n::fmt::ZonedTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// An order as posted: flat text fields, so that it works without script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RentalForm {
    /// First day.
    pub first: String,
    /// Last day.
    pub last: String,
    /// `revit:2,workstation:1`.
    pub seats: String,
    /// Client's country.
    pub country: String,
    /// Client's VAT number; may be empty.
    pub vat_number: String,
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
    /// Who takes a workstation.
    pub delivery_name: String,
    /// Their telephone number.
    pub delivery_phone: String,
    /// Street and number it is sent to.
    pub delivery_street: String,
    /// Postal code.
    pub delivery_postal_code: String,
    /// Town.
    pub delivery_city: String,
    /// Country.
    pub delivery_country: String,
    /// Payment method's code.
    pub method: String,
    /// `on`: terms accepted.
    pub terms: String,
    /// Fingerprint of the quote that was seen.
    pub seen: String,
    /// Key of this form: a double click is one order.
    pub key: String,
    /// Language of the page.
    pub locale: String,
}

/// Reads `revit:2,workstation:1`; what cannot be read is left out.
#[must_use]
pub fn read_seats(text: &str) -> BTreeMap<Rentable, u32> {
    text.split(',')
        .filter_map(|pair| {
            let (code, count) = pair.trim().split_once(':')?;
            Some((Rentable::parse(code).ok()?, count.trim().parse().ok()?))
        })
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// Writes what [`read_seats`] reads.
#[must_use]
pub fn write_seats(seats: &BTreeMap<Rentable, u32>) -> String {
    let pairs: Vec<String> =
        seats.iter().filter(|(_, count)| **count > 0).map(|(code, count)| format!("{code}:{count}")).collect();
    pairs.join(",")
}

/// The order that a form means, where its days can be read.
#[must_use]
pub fn order_of(form: &RentalForm, vat_status: VatStatus, home: CountryCode) -> Option<RentalOrder> {
    let term = Term { first: form.first.trim().parse().ok()?, last: form.last.trim().parse().ok()? };
    let country = CountryCode::parse(form.country.trim()).unwrap_or(home);
    let number = form.vat_number.trim();
    let vat_number = if number.is_empty() { None } else { VatNumber::parse(country, number).ok() };
    Some(RentalOrder {
        term,
        seats: read_seats(&form.seats),
        customer: Customer { country, vat_number, vat_status, is_private: false },
    })
}

/// Something in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RentalItem {
    /// What.
    pub item: Rentable,
    /// A product's name; of a workstation none.
    pub name: String,
    /// A day.
    pub per_day: Cents,
    /// A week.
    pub per_week: Cents,
    /// A month.
    pub per_month: Cents,
    /// How many there are.
    pub stock: u32,
    /// How many are free in the whole of the term, if one is given.
    pub free: Option<u32>,
    /// For managers: how many are out today, rented alone.
    pub alone: u32,
    /// For managers: how many are out today with bookings.
    pub booked: u32,
}

/// What the order page needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RentalSetup {
    /// Rules, operator and today.
    pub context: PricingContext,
    /// The catalogue.
    pub items: Vec<RentalItem>,
    /// Countries to choose from.
    pub countries: Vec<CountryView>,
    /// What was typed at the last order.
    pub profile: Option<ClientProfile>,
    /// The name of who is signed in.
    pub name: Option<String>,
    /// Key of a new form.
    pub key: String,
}

/// An order in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RentalSummary {
    /// Which.
    pub id: Uuid,
    /// As people say it.
    pub reference: String,
    /// Code of its state.
    pub state: String,
    /// When.
    pub term: Term,
    /// For whom.
    pub client_name: String,
    /// What, a product's name, and how many.
    pub items: Vec<(Rentable, String, u32)>,
    /// With VAT.
    pub total: Cents,
    /// Its last day is over and it is not back.
    pub overdue: bool,
    /// For managers: a bank took money back that was paid for it.
    pub charged_back: bool,
    /// Where workstations are sent; in lists for managers only.
    pub delivery: Option<Delivery>,
}

/// An order's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RentalView {
    /// As in lists.
    pub summary: RentalSummary,
    /// What was agreed.
    pub quote: Quote,
    /// For whom, as far as VAT is concerned.
    pub customer: Customer,
    /// When an unpaid reservation ends.
    pub clock: Option<ZonedTime>,
    /// When an authorised card is charged at the latest.
    pub capture_by: Option<ZonedTime>,
    /// How it is paid.
    pub method: Option<PaymentMethod>,
    /// The name of the country that workstations are sent to.
    pub delivery_country: Option<String>,
    /// What banks took back of what was paid.
    pub charged_back: Cents,
    /// What goes back, and how far it is.
    pub refunds: Vec<RefundView>,
    /// Invoice and credit note.
    pub documents: Vec<DocumentLink>,
    /// Every move: when, to which state, and whether a person made it.
    pub log: Vec<(ZonedTime, String, bool)>,
    /// The reader is the client.
    pub is_own: bool,
    /// The reader may pay (again).
    pub may_pay: bool,
    /// The reader may give it up.
    pub may_cancel: bool,
    /// A manager may hand it out.
    pub may_hand_out: bool,
    /// A manager may take it back.
    pub may_return: bool,
    /// Products and names.
    pub products: Vec<(ProductCode, String)>,
}

/// A move as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RentalMoveForm {
    /// Which order.
    pub id: String,
    /// `pay`, `cancel`, `hand-out` or `return`.
    pub act: String,
    /// Where the form stands: `manage` or empty.
    pub from: String,
    /// Language of the page.
    pub locale: String,
}

/// New stock as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StockForm {
    /// What: a product's code, or `workstation`.
    pub product: String,
    /// How many there are.
    pub units: String,
    /// Language of the page.
    pub locale: String,
}

/// The managers' desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RentalDesk {
    /// The catalogue; `free` is of today.
    pub items: Vec<RentalItem>,
    /// To be handed out, the next first.
    pub hand_outs: Vec<RentalSummary>,
    /// With clients, the next return first.
    pub returns: Vec<RentalSummary>,
    /// Today.
    pub today: NaiveDate,
}
