//! Issued documents: the client's invoice and the expert's self-billed invoice, in the terms of EN 16931.

use crate::{
    booking::PaymentMethod,
    compensation::EarningLine,
    ids::BookingId,
    money::{BasisPoints, Cents},
    pricing::{Line, Quote, Unit},
    rental::Delivery,
    settlement::Settlement,
    vat::{CountryCode, VatBreakdown, VatCategory, VatNumber, VatTreatment},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Document type, with its UNTDID 1001 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// Client's invoice, 380.
    Invoice,
    /// Credit note to a client, 381.
    CreditNote,
    /// Self-billed invoice of an expert, 389.
    SelfBilledInvoice,
    /// Self-billed credit note, 261.
    SelfBilledCreditNote,
}

impl DocumentKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Invoice, Self::CreditNote, Self::SelfBilledInvoice, Self::SelfBilledCreditNote];

    /// UNTDID 1001 code (EN 16931 BT-3).
    #[must_use]
    pub const fn type_code(self) -> u16 {
        match self {
            Self::Invoice => 380,
            Self::CreditNote => 381,
            Self::SelfBilledInvoice => 389,
            Self::SelfBilledCreditNote => 261,
        }
    }

    /// Whether its amounts are given back.
    #[must_use]
    pub const fn is_credit_note(self) -> bool {
        matches!(self, Self::CreditNote | Self::SelfBilledCreditNote)
    }

    /// Whether the buyer, the operator, issues it in the seller's name.
    #[must_use]
    pub const fn is_self_billed(self) -> bool {
        matches!(self, Self::SelfBilledInvoice | Self::SelfBilledCreditNote)
    }

    /// The number series: invoices and credit notes of one side have one each.
    #[must_use]
    pub const fn series(self) -> &'static str {
        match self {
            Self::Invoice => "INV",
            Self::CreditNote => "CN",
            Self::SelfBilledInvoice => "SB",
            Self::SelfBilledCreditNote => "SBCN",
        }
    }

    /// Reads [`DocumentKind::series`] back.
    #[must_use]
    pub fn parse(series: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.series() == series)
    }
}

/// Number of a document: gapless within its series and year. Written `INV-2026-000042`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DocumentNumber {
    /// What it is.
    pub kind: DocumentKind,
    /// Civil year of issue, platform zone.
    pub year: i32,
    /// From 1.
    pub sequence: u32,
}

impl std::fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{:06}", self.kind.series(), self.year, self.sequence)
    }
}

/// A seller or buyer as printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// BT-27 / BT-44.
    pub name: String,
    /// Who acts for it, if not itself.
    pub attention: Option<String>,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// Country.
    pub country: CountryCode,
    /// BT-31 / BT-48.
    pub vat_number: Option<VatNumber>,
    /// BT-30 / BT-47: the legal registration, printed where no VAT number may be.
    pub registration: Option<String>,
    /// Where documents are sent.
    pub email: Option<String>,
}

/// Where something is sent (BG-13, BG-15), as it is printed: that somebody can be called there is no part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliverTo {
    /// BT-70: who takes it.
    pub name: String,
    /// BT-75: street and number.
    pub street: String,
    /// BT-78: postal code.
    pub postal_code: String,
    /// BT-77: town.
    pub city: String,
    /// BT-80: country.
    pub country: CountryCode,
}

impl DeliverTo {
    /// As it stands on a letter, a line each, the country by its name.
    #[must_use]
    pub fn lines(&self, country: &str) -> [String; 4] {
        let town = format!("{} {}", self.postal_code, self.city);
        [self.name.clone(), self.street.clone(), town, country.to_owned()]
    }
}

impl From<&Delivery> for DeliverTo {
    fn from(to: &Delivery) -> Self {
        Self {
            name: to.name.clone(),
            street: to.street.clone(),
            postal_code: to.postal_code.clone(),
            city: to.city.clone(),
            country: to.country,
        }
    }
}

/// The lines of a document: what was quoted, or what was earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", content = "lines", rename_all = "kebab-case")]
pub enum DocumentLines {
    /// A client's lines, as quoted.
    Quoted(Vec<Line>),
    /// An expert's lines, by the ladder.
    Earned(Vec<EarningLine>),
}

impl DocumentLines {
    /// BT-106: sum of the line net amounts.
    #[must_use]
    pub fn net(&self) -> Cents {
        match self {
            Self::Quoted(lines) => lines.iter().map(|line| line.net).sum(),
            Self::Earned(lines) => lines.iter().map(EarningLine::net).sum(),
        }
    }

    /// Whether each line is its quantity at its price (BT-131), the ladder's share rounded once.
    #[must_use]
    pub fn add_up(&self) -> bool {
        let quoted = |line: &Line| line.net == line.unit_price.times(line.quantity);
        match self {
            Self::Quoted(lines) => lines.iter().all(quoted),
            Self::Earned(lines) => lines.iter().all(|line| match line {
                EarningLine::Days { day_rate, band } => band.amount == day_rate.times(band.days()).share(band.share),
                EarningLine::PassedOn { line } => quoted(line),
            }),
        }
    }

    /// Quantity, unit and net amount of each line.
    #[must_use]
    pub fn amounts(&self) -> Vec<(u32, Unit, Cents)> {
        match self {
            Self::Quoted(lines) => lines.iter().map(|line| (line.quantity, line.unit, line.net)).collect(),
            Self::Earned(lines) => lines
                .iter()
                .map(|line| {
                    let (quantity, unit) = line.quantity();
                    (quantity, unit, line.net())
                })
                .collect(),
        }
    }
}

/// An issued document, complete in itself: stored as it is, never changed, rendered in any format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// BT-1.
    pub number: DocumentNumber,
    /// BT-2, platform zone.
    pub issued_on: NaiveDate,
    /// Language of the printed form: `fr`, `nl` or `en`.
    pub language: String,
    /// Who sells: the operator, or on self-billing the expert.
    pub seller: Party,
    /// Who buys: the client, or on self-billing the operator.
    pub buyer: Party,
    /// The booking it is about.
    pub booking: BookingId,
    /// The booking's short reference, as people say it.
    pub booking_reference: String,
    /// The expert's display name, for the client's invoice.
    pub expert_name: String,
    /// BT-13: the buyer's own order number.
    pub order_number: Option<String>,
    /// BT-73 and BT-74: first and last day of service.
    pub service: (NaiveDate, NaiveDate),
    /// The days of service, in order.
    pub days: Vec<NaiveDate>,
    /// What for.
    pub lines: DocumentLines,
    /// VAT on their sum.
    pub vat: VatBreakdown,
    /// BT-112: with VAT.
    pub total: Cents,
    /// BT-113: already paid.
    pub prepaid: Cents,
    /// How it was paid.
    pub paid_by: Option<PaymentMethod>,
    /// BT-115: still to pay.
    pub due: Cents,
    /// BT-9: until when, if anything is due.
    pub due_date: Option<NaiveDate>,
    /// BT-84: the account (IBAN) to pay what is due to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_account: Option<String>,
    /// BT-25 and BT-26: the document that a credit note corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<Corrected>,
    /// BG-13: where what is rented is sent; none where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_to: Option<DeliverTo>,
}

/// The document that a credit note corrects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// BT-25: its number.
    pub number: DocumentNumber,
    /// BT-26: its date.
    pub issued_on: NaiveDate,
}

impl Document {
    /// Names of the sums that do not add up; empty for a sound document (EN 16931 BR-CO-10 to 17, BR-O-9, BR-AE-9).
    #[must_use]
    pub fn faults(&self) -> Vec<&'static str> {
        let net = self.lines.net();
        let mut faults = Vec::new();
        if self.vat.taxable != net {
            faults.push("taxable is not the sum of the lines");
        }
        // A credit note gives back the difference of two rounded taxes: at most a cent from the tax on the difference.
        let tolerance = match self.number.kind {
            DocumentKind::Invoice | DocumentKind::SelfBilledInvoice => 0,
            DocumentKind::CreditNote | DocumentKind::SelfBilledCreditNote => 1,
        };
        if (self.vat.tax - VatBreakdown::of(self.vat.treatment, net).tax).0.abs() > tolerance {
            faults.push("VAT is not the rate on the sum of the lines");
        }
        if self.vat.treatment.category != VatCategory::S && self.vat.treatment.rate != BasisPoints(0) {
            faults.push("only the standard category has a rate");
        }
        if !self.lines.add_up() {
            faults.push("a line is not its quantity at its price");
        }
        if self.total != net + self.vat.tax {
            faults.push("total is not net and VAT");
        }
        if self.due != self.total - self.prepaid {
            faults.push("due is not total less prepaid");
        }
        faults
    }
}

/// The amounts of a client's invoice: those of the quote, to the cent.
#[must_use]
pub fn client_amounts(quote: &Quote) -> (DocumentLines, VatBreakdown, Cents) {
    (DocumentLines::Quoted(quote.lines.clone()), quote.vat, quote.total)
}

/// The amounts of a client's credit note: what a settlement gives back.
#[must_use]
pub fn credit_amounts(settlement: &Settlement) -> (DocumentLines, VatBreakdown, Cents) {
    (DocumentLines::Quoted(settlement.credited.clone()), settlement.credit, settlement.credit_total)
}

/// The amounts of a self-billed invoice: the earnings, taxed as the expert's supply to the operator.
#[must_use]
pub fn self_billed_amounts(earned: Vec<EarningLine>, supply: VatTreatment) -> (DocumentLines, VatBreakdown, Cents) {
    let lines = DocumentLines::Earned(earned);
    let vat = VatBreakdown::of(supply, lines.net());
    let total = vat.taxable + vat.tax;
    (lines, vat, total)
}
