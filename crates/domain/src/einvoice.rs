//! Issued documents as e-invoices: the semantic model of EN 16931, and its two syntaxes.
//!
//! [`EInvoice`] holds the business terms (BT) and groups (BG) of the standard that occur here. It is made from a stored
//! [`Document`] and its words, written by two pure writers ([`EInvoice::cii`] for Factur-X, [`EInvoice::ubl`] for
//! Peppol), read back by [`read`] from either, and recomputed by [`check`]: what the public verify page does in the
//! browser.

pub mod check;
mod cii;
pub mod endpoint;
pub mod read;
pub mod seal;
mod ubl;
mod xml;

use crate::{
    booking::PaymentMethod,
    compensation::EarningLine,
    invoice::{DeliverTo, Document, DocumentKind, DocumentLines, Party},
    money::{BasisPoints, Cents},
    pricing::{Line, Unit},
    vat::{CountryCode, VatCategory},
};
use chrono::NaiveDate;
use endpoint::Endpoint;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// BT-24 of the core standard, and of Factur-X in its profile EN 16931.
pub const CORE: &str = "urn:cen.eu:en16931:2017";
/// BT-24 of Peppol BIS Billing 3.0.
pub const BILLING: &str = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0";
/// BT-23 of Peppol BIS Billing 3.0.
pub const BILLING_PROCESS: &str = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0";
/// BT-24 of Peppol BIS Self-Billing 3.0.
pub const SELF_BILLING: &str = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0";
/// BT-23 of Peppol BIS Self-Billing 3.0.
pub const SELF_BILLING_PROCESS: &str = "urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0";

/// A seller (BG-4) or buyer (BG-7).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EParty {
    /// BT-27 / BT-44.
    pub name: String,
    /// BT-29 / BT-46: only where there is neither registration nor VAT number.
    pub identifier: Option<String>,
    /// BT-30 / BT-47: scheme (ISO 6523), where it is known, and registration.
    pub registration: Option<(Option<String>, String)>,
    /// BT-31 / BT-48.
    pub vat_number: Option<String>,
    /// BT-32: what a seller without VAT number is known by at home.
    pub tax_registration: Option<String>,
    /// BT-34 / BT-49.
    pub endpoint: Option<Endpoint>,
    /// BT-35 / BT-50.
    pub street: String,
    /// BT-37 / BT-52.
    pub city: String,
    /// BT-38 / BT-53.
    pub postal_code: String,
    /// BT-40 / BT-55.
    pub country: String,
    /// BT-41 / BT-56.
    pub contact: Option<String>,
    /// BT-43 / BT-58.
    pub email: Option<String>,
}

/// Where it is delivered (BG-13, BG-15).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EDelivery {
    /// BT-70.
    pub name: Option<String>,
    /// BT-75.
    pub street: String,
    /// BT-77.
    pub city: String,
    /// BT-78.
    pub postal_code: String,
    /// BT-80.
    pub country: String,
}

/// A line (BG-25).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ELine {
    /// BT-126.
    pub id: String,
    /// BT-129.
    pub quantity: Decimal,
    /// BT-130.
    pub unit: String,
    /// BT-131.
    pub net: Cents,
    /// BT-146; never negative (BR-27).
    pub price: Decimal,
    /// BT-153.
    pub name: String,
    /// BT-154.
    pub description: Option<String>,
    /// BT-151.
    pub category: String,
    /// BT-152 in percent; none if not subject to VAT.
    pub rate: Option<Decimal>,
}

/// A VAT breakdown (BG-23).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EVat {
    /// BT-116.
    pub taxable: Cents,
    /// BT-117.
    pub tax: Cents,
    /// BT-118.
    pub category: String,
    /// BT-119 in percent; none if not subject to VAT.
    pub rate: Option<Decimal>,
    /// BT-120.
    pub reason: Option<String>,
    /// BT-121.
    pub reason_code: Option<String>,
}

/// Payment instructions (BG-16).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EPayment {
    /// BT-81: UNTDID 4461.
    pub code: u16,
    /// BT-84: IBAN.
    pub account: Option<String>,
}

/// A preceding invoice (BG-3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EPreceding {
    /// BT-25.
    pub number: String,
    /// BT-26.
    pub issued_on: Option<NaiveDate>,
}

/// An invoice or credit note in the terms of EN 16931; always in euros (BT-5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EInvoice {
    /// BT-1.
    pub number: String,
    /// BT-2.
    pub issued_on: NaiveDate,
    /// BT-3: 380, 381, 389 or 261.
    pub type_code: u16,
    /// BT-9.
    pub due_on: Option<NaiveDate>,
    /// BT-10: for want of the buyer's own, the booking's reference.
    pub buyer_reference: Option<String>,
    /// BT-13.
    pub order_reference: Option<String>,
    /// BT-20.
    pub terms: Option<String>,
    /// BT-22: what the law wants said, a line each.
    pub notes: Vec<String>,
    /// BG-3.
    pub preceding: Option<EPreceding>,
    /// BG-4.
    pub seller: EParty,
    /// BG-7.
    pub buyer: EParty,
    /// BG-13.
    pub delivery: Option<EDelivery>,
    /// BT-73 and BT-74.
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// BG-16.
    pub payment: Option<EPayment>,
    /// BG-25.
    pub lines: Vec<ELine>,
    /// BG-23.
    pub vat: Vec<EVat>,
    /// BT-106.
    pub lines_total: Cents,
    /// BT-109.
    pub net: Cents,
    /// BT-110.
    pub tax: Cents,
    /// BT-112.
    pub total: Cents,
    /// BT-113.
    pub prepaid: Cents,
    /// BT-115.
    pub due: Cents,
    /// The operator's signature over all of the above ([`seal`]); carried as the last line of the note.
    pub seal: Option<String>,
}

/// What a document holds by codes, in the words of its language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Title and reason of each line, in order.
    pub lines: Vec<(String, String)>,
    /// What the law wants said.
    pub notes: Vec<String>,
    /// Why there is no VAT; needed where the category has no code of its own.
    pub exemption: Option<String>,
    /// When and how the amount due is paid.
    pub terms: Option<String>,
}

impl EInvoice {
    /// Makes the model of a document, with its words, and the endpoints of those who have one.
    #[must_use]
    pub fn of(document: &Document, words: &Words, seller: Option<Endpoint>, buyer: Option<Endpoint>) -> Self {
        let category = document.vat.treatment.category;
        let rate = (category != VatCategory::O).then(|| percent(document.vat.treatment.rate));
        let lines = amounts(&document.lines)
            .into_iter()
            .enumerate()
            .map(|(index, (quantity, unit, price, net))| {
                let (name, why) = words.lines.get(index).cloned().unwrap_or_default();
                // A price is never negative: what is taken off is a negative quantity.
                let sign = if price.is_sign_negative() && !price.is_zero() { -Decimal::ONE } else { Decimal::ONE };
                ELine {
                    id: (index + 1).to_string(),
                    quantity: sign * Decimal::from(quantity),
                    unit: unit.code().to_owned(),
                    net,
                    price: (sign * price).normalize(),
                    name: clean(&name).unwrap_or_else(|| unit.code().to_owned()),
                    description: clean(&why),
                    category: category.code().to_owned(),
                    rate,
                }
            })
            .collect();
        let untaxed = matches!(category, VatCategory::Ae | VatCategory::O | VatCategory::E);
        let owed = document.due != Cents::ZERO;
        Self {
            number: document.number.to_string(),
            issued_on: document.issued_on,
            type_code: document.number.kind.type_code(),
            // UBL has no place for it in a credit note.
            due_on: document.due_date.filter(|_| owed && !document.number.kind.is_credit_note()),
            buyer_reference: clean(&document.booking_reference),
            order_reference: document.order_number.as_deref().and_then(clean),
            terms: words.terms.as_deref().filter(|_| owed).and_then(clean),
            notes: words.notes.iter().filter_map(|note| clean(note)).collect(),
            preceding: document
                .corrects
                .map(|other| EPreceding { number: other.number.to_string(), issued_on: Some(other.issued_on) }),
            seller: party(&document.seller, category, true, seller),
            buyer: party(&document.buyer, category, false, buyer),
            delivery: document.deliver_to.as_ref().map(delivery),
            period: Some(document.service),
            payment: payment(document),
            lines,
            vat: vec![EVat {
                taxable: document.vat.taxable,
                tax: document.vat.tax,
                category: category.code().to_owned(),
                rate,
                reason: words.exemption.as_deref().filter(|_| untaxed).and_then(clean),
                reason_code: category.vatex().map(str::to_owned),
            }],
            lines_total: document.lines.net(),
            net: document.vat.taxable,
            tax: document.vat.tax,
            total: document.total,
            prepaid: document.prepaid,
            due: document.due,
            seal: None,
        }
    }

    /// Whether it is a credit note.
    #[must_use]
    pub fn is_credit_note(&self) -> bool {
        DocumentKind::ALL.into_iter().any(|kind| kind.type_code() == self.type_code && kind.is_credit_note())
    }

    /// Whether the buyer issued it.
    #[must_use]
    pub fn is_self_billed(&self) -> bool {
        DocumentKind::ALL.into_iter().any(|kind| kind.type_code() == self.type_code && kind.is_self_billed())
    }

    /// As Cross Industry Invoice: the `factur-x.xml` of profile EN 16931.
    #[must_use]
    pub fn cii(&self) -> String {
        cii::write(self)
    }

    /// As UBL 2.1 for Peppol: BIS Billing 3.0, or BIS Self-Billing 3.0. `None` unless both sides have an endpoint.
    #[must_use]
    pub fn ubl(&self) -> Option<String> {
        (self.seller.endpoint.is_some() && self.buyer.endpoint.is_some()).then(|| ubl::write(self))
    }

    /// The note (BT-22) as both syntaxes carry it: one text, since Peppol takes no more (R002), with the seal last.
    fn note(&self) -> Option<String> {
        let mut lines = self.notes.clone();
        lines.extend(self.seal.as_ref().map(|seal| format!("{}{seal}", seal::PREFIX)));
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

/// Percent with as few decimals as it needs.
fn percent(rate: BasisPoints) -> Decimal {
    rate.percent().normalize()
}

/// Quantity, unit, unit price in euros and net amount of each line. A band of the ladder has as price the day's share,
/// unrounded: quantity × price, rounded once, is the amount.
fn amounts(lines: &DocumentLines) -> Vec<(u32, Unit, Decimal, Cents)> {
    let quoted = |line: &Line| (line.quantity, line.unit, line.unit_price.as_decimal(), line.net);
    match lines {
        DocumentLines::Quoted(lines) => lines.iter().map(quoted).collect(),
        DocumentLines::Earned(lines) => lines
            .iter()
            .map(|line| match line {
                EarningLine::Days { day_rate, band } => {
                    (band.days(), Unit::Day, day_rate.as_decimal() * band.share.fraction(), band.amount)
                }
                EarningLine::PassedOn { line } => quoted(line),
            })
            .collect(),
    }
}

/// How it is paid (BT-81): a transfer to the printed account, by card, or at an online payment service.
fn payment(document: &Document) -> Option<EPayment> {
    if document.number.kind != DocumentKind::Invoice {
        return None;
    }
    let account = document.payment_account.as_ref().filter(|_| document.due > Cents::ZERO);
    if let Some(account) = account {
        let account = account.chars().filter(|c| !c.is_whitespace()).collect();
        return Some(EPayment { code: 58, account: Some(account) });
    }
    let domestic = document.seller.country == document.buyer.country;
    match document.paid_by? {
        PaymentMethod::CreditCard | PaymentMethod::Bancontact => Some(EPayment { code: 48, account: None }),
        // Between two parties of the Netherlands the list of codes is short, and nothing is left to pay.
        method if method != PaymentMethod::Ideal || domestic => None,
        _ => Some(EPayment { code: 68, account: None }),
    }
}

fn party(party: &Party, category: VatCategory, sells: bool, endpoint: Option<Endpoint>) -> EParty {
    // Not subject to VAT: no VAT numbers may stand on it (BR-O-02 to 04).
    let vat_number = party.vat_number.as_ref().filter(|_| category != VatCategory::O).map(ToString::to_string);
    let registration = party.registration.as_deref().and_then(clean);
    let tax_registration = match (category, &vat_number) {
        // BR-E-02 and BR-S-02 want the seller known to a tax office.
        (VatCategory::E | VatCategory::S | VatCategory::Z, None) if sells => {
            registration.clone().or_else(|| party.email.as_deref().and_then(clean))
        }
        _ => None,
    };
    let identifier = match (&vat_number, &registration) {
        // BR-CO-26 wants at least one of the three.
        (None, None) if sells => party.email.as_deref().and_then(clean).or_else(|| clean(&party.name)),
        _ => None,
    };
    EParty {
        name: clean(&party.name).unwrap_or_default(),
        identifier,
        registration: registration.map(|text| scheme_of(party.country, &text)),
        vat_number,
        tax_registration,
        endpoint,
        street: clean(&party.street).unwrap_or_default(),
        city: clean(&party.city).unwrap_or_default(),
        postal_code: clean(&party.postal_code).unwrap_or_default(),
        country: party.country.to_string(),
        contact: party.attention.as_deref().and_then(clean),
        email: party.email.as_deref().and_then(clean),
    }
}

fn delivery(to: &DeliverTo) -> EDelivery {
    EDelivery {
        name: clean(&to.name),
        street: clean(&to.street).unwrap_or_default(),
        city: clean(&to.city).unwrap_or_default(),
        postal_code: clean(&to.postal_code).unwrap_or_default(),
        country: to.country.to_string(),
    }
}

/// The register (ISO 6523) that a registration is plainly of, and its bare number: `KVK 12345678` is `0106`,
/// `12345678`. Others stay as they are printed.
fn scheme_of(country: CountryCode, text: &str) -> (Option<String>, String) {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let rest_is_label = text.chars().all(|c| c.is_ascii_digit() || c.is_ascii_alphabetic() || " .-:/".contains(c));
    let scheme = match (country.as_str(), digits.len()) {
        ("NL", 8) => "0106",
        ("BE", 10) => "0208",
        ("FR", 9) => "0002",
        ("FR", 14) => "0009",
        ("DK", 8) => "0184",
        ("SE", 10) => "0007",
        ("NO", 9) => "0192",
        _ => return (None, text.to_owned()),
    };
    if rest_is_label { (Some(scheme.to_owned()), digits) } else { (None, text.to_owned()) }
}

/// A text as it may stand in an element: one line, single spaces, no control characters; `None` if nothing is left.
fn clean(text: &str) -> Option<String> {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}
