//! A document as people read it: every text in its language, ready for the screen and for print.
//!
//! Screen and PDF render this one model, so they cannot say different things.

use gabarit_domain::{
    booking::PaymentMethod,
    compensation::EarningLine,
    einvoice::{EInvoice, Words, endpoint::Endpoint},
    expert::ProductCode,
    invoice::{DeliverTo, Document, DocumentKind, DocumentLines, Party},
    money::Cents,
    pricing::Quote,
    vat::{CountryCode, Customer, VatCategory, VatStatus},
};
use gabarit_i18n::{Locale, document as text, fmt, lines, quote as quote_text, term};
use serde::{Deserialize, Serialize};

/// A label and what it says: `Service period`, `1–4 December 2026`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What.
    pub label: String,
    /// Its value.
    pub value: String,
}

/// Seller or buyer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyText {
    /// `Seller` or `Buyer`.
    pub heading: String,
    /// The name.
    pub name: String,
    /// Attention, address, country, numbers, e-mail: a line each.
    pub lines: Vec<String>,
}

/// Heads of the table of lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnHeads {
    /// What and why.
    pub description: String,
    /// How many.
    pub quantity: String,
    /// Each.
    pub unit_price: String,
    /// Line amount before VAT.
    pub net: String,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineText {
    /// What for.
    pub title: String,
    /// Why so much.
    pub reason: String,
    /// With its unit: `2 days`.
    pub quantity: String,
    /// Each; empty where quantity × price is not the amount (a share of it is).
    pub unit_price: String,
    /// Before VAT.
    pub net: String,
}

/// A sum under the lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalText {
    /// Which.
    pub label: String,
    /// How much.
    pub amount: String,
    /// Whether it stands out: the total, and what is to pay.
    pub strong: bool,
}

/// A document, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentText {
    /// Its language: for `lang` attributes and PDF.
    pub locale: Locale,
    /// `Invoice`.
    pub title: String,
    /// `INV-2026-000042`.
    pub number: String,
    /// Date, period, booking, order number …
    pub facts: Vec<Fact>,
    /// Who sells.
    pub seller: PartyText,
    /// Who buys.
    pub buyer: PartyText,
    /// Where what is rented is sent, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_to: Option<PartyText>,
    /// Heads of the table.
    pub heads: ColumnHeads,
    /// The lines.
    pub lines: Vec<LineText>,
    /// Sum before VAT, VAT by rate, total, paid, to pay: in this order.
    pub totals: Vec<TotalText>,
    /// What the law wants said, and how it was paid.
    pub mentions: Vec<String>,
    /// The seller or, on self-billing, the issuer, in one line.
    pub footer: String,
}

/// Names that a document holds by their codes.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    /// Of a product.
    pub product: &'a dyn Fn(&ProductCode) -> String,
    /// Of a country, in the document's language.
    pub country: &'a dyn Fn(CountryCode) -> String,
}

/// What a quote rests on before anything is ordered.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The price.
    pub quote: &'a Quote,
    /// For whom, as far as VAT is concerned.
    pub customer: &'a Customer,
    /// Where the work is done, unless from a distance.
    pub place: Option<&'a str>,
}

/// Days that a quote names one by one before "…".
const NAMED_DAYS: usize = 31;

impl DocumentText {
    /// Puts a document into words, in its own language.
    #[must_use]
    pub fn of(document: &Document, names: Names<'_>) -> Self {
        let locale = Locale::parse(&document.language).unwrap_or_default();
        let kind = document.number.kind;
        let category = document.vat.treatment.category;
        let self_billed = matches!(kind, DocumentKind::SelfBilledInvoice | DocumentKind::SelfBilledCreditNote);
        // Not subject to VAT: no VAT numbers may stand on it (EN 16931 BR-O-02).
        let with_vat = category != VatCategory::O;
        let issuer = if self_billed { &document.buyer } else { &document.seller };
        Self {
            locale,
            title: title(locale, kind).to_owned(),
            number: document.number.to_string(),
            facts: facts(locale, document, self_billed),
            seller: party(locale, text::seller(locale), &document.seller, names, with_vat),
            buyer: party(locale, text::buyer(locale), &document.buyer, names, with_vat),
            deliver_to: document.deliver_to.as_ref().map(|to| deliver_to(locale, to, names)),
            heads: ColumnHeads {
                description: text::description(locale).to_owned(),
                quantity: text::quantity(locale).to_owned(),
                unit_price: text::unit_price(locale).to_owned(),
                net: text::net(locale).to_owned(),
            },
            lines: line_texts(locale, &document.lines, names),
            totals: totals(locale, document),
            mentions: mentions(locale, document, self_billed),
            footer: footer(issuer, with_vat),
        }
    }

    /// A quote in the same form: what an invoice of the booking would say, without its number, and with the last day it
    /// is good for.
    #[must_use]
    pub fn quote(document: &Document, valid_until: chrono::NaiveDate, names: Names<'_>) -> Self {
        let mut words = Self::of(document, names);
        let locale = words.locale;
        text::quote(locale).clone_into(&mut words.title);
        words.number.clone_from(&document.booking_reference);
        words.facts.push(Fact { label: text::quote_valid(locale).to_owned(), value: fmt::date(locale, valid_until) });
        // What is paid and what is due is for invoices to say.
        words.totals.truncate(3);
        words.mentions.push(text::quote_note(locale).to_owned());
        words
    }

    /// [`DocumentText::quote`] before anything is ordered: without a booking, and with what the price rests on.
    #[must_use]
    pub fn offer(document: &Document, offer: Offer<'_>, names: Names<'_>) -> Self {
        let Offer { quote, customer, place } = offer;
        let mut words = Self::quote(document, quote.valid_until, names);
        let locale = words.locale;
        // Nothing numbers it and nothing keeps it: the same choices at the same price have the same mark.
        words.number = quote.fingerprint().get(..8).unwrap_or_default().to_uppercase();
        let mut fact = |label: &str, value: String| words.facts.push(Fact { label: label.to_owned(), value });
        let (first, last) = document.service;
        let consecutive = (last - first).num_days() + 1 == i64::try_from(document.days.len()).unwrap_or(i64::MAX);
        if !consecutive {
            let named: Vec<String> =
                document.days.iter().take(NAMED_DAYS).map(|day| fmt::day_chip(locale, *day)).collect();
            let more = if document.days.len() > NAMED_DAYS { " …" } else { "" };
            fact(text::quote_days(locale), format!("{}{more}", named.join(", ")));
        }
        let place = match place {
            Some(place) => format!("{}, {place}", term::mode_on_site(locale)),
            None => term::mode_remote(locale).to_owned(),
        };
        fact(text::quote_where(locale), place);
        fact(text::quote_tariffs(locale), text::quote_tariffs_no(locale, quote.rulebook.0));
        if document.buyer.name.is_empty() {
            text::quote_buyer(locale).clone_into(&mut words.buyer.name);
        }
        if matches!(quote.vat.treatment.category, VatCategory::S | VatCategory::Z) {
            let why = if document.buyer.country == document.seller.country {
                quote_text::vat_why_home(locale)
            } else if customer.is_private {
                quote_text::vat_why_private(locale)
            } else if customer.vat_status == VatStatus::Unknown && customer.vat_number.is_some() {
                quote_text::vat_why_unknown(locale)
            } else {
                quote_text::vat_why_none(locale)
            };
            words.mentions.insert(0, text::quote_vat(locale, fmt::percent(locale, quote.vat.treatment.rate), why));
        }
        words.mentions.push(text::quote_open(locale).to_owned());
        words
    }

    /// What the e-invoice of the same document says in words: titles and reasons of the lines, mentions, terms.
    #[must_use]
    pub fn words(&self, document: &Document) -> Words {
        let locale = self.locale;
        let self_billed = document.number.kind.is_self_billed();
        let terms = if document.due == Cents::ZERO {
            None
        } else if document.number.kind.is_credit_note() {
            Some(text::terms_refund(locale).to_owned())
        } else {
            Some(match document.due_date {
                Some(_) if document.paid_by.is_some_and(PaymentMethod::is_deferred) => {
                    text::card_capture(locale).to_owned()
                }
                Some(day) if self_billed => text::terms_payout(locale, fmt::date(locale, day)),
                Some(day) => text::terms_by(locale, fmt::date(locale, day)),
                None => text::terms_due(locale).to_owned(),
            })
        };
        let exemption = match document.vat.treatment.category {
            VatCategory::S | VatCategory::Z => None,
            VatCategory::Ae => Some(text::reverse_charge(locale)),
            VatCategory::O if self_billed => Some(text::outside_seller(locale)),
            VatCategory::O => Some(text::outside_union(locale)),
            VatCategory::E => Some(text::small_business(locale)),
        };
        Words {
            lines: self.lines.iter().map(|line| (line.title.clone(), line.reason.clone())).collect(),
            notes: self.mentions.clone(),
            exemption: exemption.map(str::to_owned),
            terms,
        }
    }

    /// The document as e-invoice, with the electronic addresses of those who have one.
    #[must_use]
    pub fn einvoice(&self, document: &Document, seller: Option<Endpoint>, buyer: Option<Endpoint>) -> EInvoice {
        EInvoice::of(document, &self.words(document), seller, buyer)
    }

    /// `Page 2 of 3`.
    #[must_use]
    pub fn page(&self, page: usize, pages: usize) -> String {
        text::page(self.locale, page, pages)
    }
}

fn title(locale: Locale, kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Invoice => text::invoice(locale),
        DocumentKind::CreditNote => text::credit_note(locale),
        DocumentKind::SelfBilledInvoice => text::self_billed_invoice(locale),
        DocumentKind::SelfBilledCreditNote => text::self_billed_credit_note(locale),
    }
}

fn facts(locale: Locale, document: &Document, self_billed: bool) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut fact = |label: &str, value: String| facts.push(Fact { label: label.to_owned(), value });
    fact(text::issued_on(locale), fmt::date(locale, document.issued_on));
    let (first, last) = document.service;
    if first == last {
        fact(text::service_day(locale), fmt::date(locale, first));
    } else {
        let period = format!("{} – {}", fmt::date_short(locale, first), fmt::date_short(locale, last));
        fact(text::service(locale), period);
    }
    if let Some(corrected) = &document.corrects {
        let on = fmt::date_short(locale, corrected.issued_on);
        fact(text::corrects(locale), text::corrects_number(locale, corrected.number, on));
    }
    // A quote may be of nothing that is booked yet.
    if !document.booking_reference.is_empty() {
        fact(text::booking(locale), document.booking_reference.clone());
    }
    if let Some(number) = &document.order_number {
        fact(text::order_number(locale), number.clone());
    }
    if !self_billed {
        // Licences rented alone have no expert.
        if !document.expert_name.is_empty() {
            fact(text::expert(locale), document.expert_name.clone());
        }
    }
    if let Some(day) = document.due_date {
        let label = if self_billed { text::payment_by(locale) } else { text::due_date(locale) };
        fact(label, fmt::date(locale, day));
    }
    if let Some(account) = document.payment_account.as_ref().filter(|_| document.due > Cents::ZERO) {
        fact(text::account(locale), grouped(account));
    }
    facts
}

/// An IBAN in groups of four, as it is printed.
fn grouped(account: &str) -> String {
    let plain: Vec<char> = account.chars().filter(|c| !c.is_whitespace()).collect();
    plain.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("\u{a0}")
}

fn party(locale: Locale, heading: &str, party: &Party, names: Names<'_>, with_vat: bool) -> PartyText {
    let mut lines = Vec::new();
    lines.extend(party.attention.as_ref().map(|name| text::attention(locale, name)));
    lines.push(party.street.clone());
    lines.push(format!("{} {}", party.postal_code, party.city));
    lines.push((names.country)(party.country));
    if with_vat {
        lines.extend(party.vat_number.as_ref().map(|number| text::vat_number(locale, number)));
    }
    lines.extend(party.registration.as_ref().map(|number| text::registration(locale, number)));
    lines.extend(party.email.clone());
    lines.retain(|line| !line.trim().is_empty());
    PartyText { heading: heading.to_owned(), name: party.name.clone(), lines }
}

fn deliver_to(locale: Locale, to: &DeliverTo, names: Names<'_>) -> PartyText {
    let [name, lines @ ..] = to.lines(&(names.country)(to.country));
    PartyText { heading: text::deliver_to(locale).to_owned(), name, lines: lines.to_vec() }
}

fn line_texts(locale: Locale, items: &DocumentLines, names: Names<'_>) -> Vec<LineText> {
    match items {
        DocumentLines::Quoted(items) => items
            .iter()
            .map(|item| LineText {
                title: lines::line_title(locale, item, names.product),
                reason: lines::line_reason(locale, item),
                quantity: lines::quantity(locale, item.quantity, item.unit),
                unit_price: fmt::money(locale, item.unit_price),
                net: fmt::money(locale, item.net),
            })
            .collect(),
        DocumentLines::Earned(items) => items
            .iter()
            .map(|item| {
                let (quantity, unit) = item.quantity();
                LineText {
                    title: lines::earning_title(locale, item),
                    reason: lines::earning_reason(locale, item),
                    quantity: lines::quantity(locale, quantity, unit),
                    unit_price: earned_unit_price(locale, item),
                    net: fmt::money(locale, item.net()),
                }
            })
            .collect(),
    }
}

/// A day's share, where it is whole cents: a rounded one, times the days, might not give the line's amount.
fn earned_unit_price(locale: Locale, item: &EarningLine) -> String {
    match item {
        EarningLine::Days { day_rate, band } => {
            let each = day_rate.share(band.share);
            if each.times(band.days()) == band.amount { fmt::money(locale, each) } else { String::new() }
        }
        EarningLine::PassedOn { line } => fmt::money(locale, line.unit_price),
    }
}

fn totals(locale: Locale, document: &Document) -> Vec<TotalText> {
    let row = |label: String, amount: Cents, strong| TotalText { label, amount: fmt::money(locale, amount), strong };
    let taxable = fmt::money(locale, document.vat.taxable);
    let vat = match document.vat.treatment.category {
        VatCategory::S | VatCategory::Z => {
            text::vat_rate(locale, fmt::percent(locale, document.vat.treatment.rate), taxable)
        }
        VatCategory::Ae => text::vat_reverse(locale, taxable),
        VatCategory::O => text::vat_outside(locale, taxable),
        VatCategory::E => text::vat_exempt(locale, taxable),
    };
    let mut rows = vec![
        row(text::total_net(locale).to_owned(), document.vat.taxable, false),
        row(vat, document.vat.tax, false),
        row(text::total(locale).to_owned(), document.total, true),
    ];
    if document.prepaid != Cents::ZERO {
        let label = document
            .paid_by
            .map_or_else(|| text::paid(locale).to_owned(), |method| text::paid_by(locale, method_name(locale, method)));
        rows.push(row(label, -document.prepaid, false));
    }
    let due = match document.number.kind {
        DocumentKind::Invoice => text::due(locale),
        DocumentKind::CreditNote => text::credited(locale),
        DocumentKind::SelfBilledInvoice => text::to_be_paid(locale),
        DocumentKind::SelfBilledCreditNote => text::deducted(locale),
    };
    rows.push(row(due.to_owned(), document.due, true));
    rows
}

fn method_name(locale: Locale, method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Ideal => text::method_ideal(locale),
        PaymentMethod::Bancontact => text::method_bancontact(locale),
        PaymentMethod::CreditCard => text::method_card(locale),
        PaymentMethod::BankTransfer => text::method_transfer(locale),
    }
}

fn mentions(locale: Locale, document: &Document, self_billed: bool) -> Vec<String> {
    let mut mentions = Vec::new();
    if self_billed {
        mentions.push(text::self_billing(locale, &document.buyer.name, &document.seller.name));
    }
    match document.vat.treatment.category {
        VatCategory::S | VatCategory::Z => {}
        VatCategory::Ae => {
            mentions.push(text::reverse_charge(locale).to_owned());
            if let (Some(seller), Some(buyer)) = (&document.seller.vat_number, &document.buyer.vat_number) {
                mentions.push(text::reverse_numbers(locale, seller, buyer));
            }
        }
        VatCategory::O if self_billed => mentions.push(text::outside_seller(locale).to_owned()),
        VatCategory::O => mentions.push(text::outside_union(locale).to_owned()),
        VatCategory::E => mentions.push(text::small_business(locale).to_owned()),
    }
    if document.due == Cents::ZERO && document.prepaid > Cents::ZERO {
        mentions.push(text::paid_in_full(locale).to_owned());
    } else if document.due > Cents::ZERO && document.paid_by.is_some_and(PaymentMethod::is_deferred) {
        mentions.push(text::card_capture(locale).to_owned());
    }
    mentions
}

fn footer(issuer: &Party, with_vat: bool) -> String {
    let mut parts = vec![issuer.name.clone(), issuer.street.clone(), format!("{} {}", issuer.postal_code, issuer.city)];
    if with_vat {
        parts.extend(issuer.vat_number.as_ref().map(ToString::to_string));
    }
    parts.extend(issuer.registration.clone());
    parts.join(" · ")
}
