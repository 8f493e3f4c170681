//! Invoices: issued inside the transaction of the move that causes them, read by those whose they are.

use crate::{
    config::Operator,
    db::{
        Exec,
        documents::{self as rows, DocumentRow, NewDocument},
        rentals,
    },
    places::country_name,
    platform::Platform,
    services::payouts,
};
use chrono::{Datelike, Days, NaiveDate};
use gabarit_domain::{
    banking::banking_day_on_or_before,
    booking::PaymentMethod,
    calendar::DaySet,
    compensation::EarningLine,
    ids::{BookingId, DocumentId},
    invoice::{
        Corrected, DeliverTo, Document, DocumentKind, DocumentLines, DocumentNumber, Party, client_amounts,
        self_billed_amounts,
    },
    money::Cents,
    pricing::Quote,
    vat::{Supplier, VatBreakdown, VatCategory, supply_treatment},
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    booking::{DocumentLink, Side},
    document::{DocumentText, Names},
    error::ApiError,
};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// What a client's invoice is made of.
#[derive(Clone, Debug)]
pub struct InvoiceInput {
    /// The booking.
    pub booking: BookingId,
    /// Its short reference.
    pub reference: String,
    /// The agreed quote: the invoice has its lines, its VAT and its total.
    pub quote: Quote,
    /// The client.
    pub buyer: Party,
    /// The expert's display name.
    pub expert_name: String,
    /// Days of service.
    pub days: DaySet,
    /// The client's own order number.
    pub order_number: Option<String>,
    /// Language of the client's booking.
    pub locale: Locale,
    /// What is already paid, in cents.
    pub prepaid: Cents,
    /// How it was, or will be, paid.
    pub paid_by: Option<PaymentMethod>,
    /// Days from issue to the due date of what is not yet paid (rulebook).
    pub payment_terms_days: u32,
    /// Where what is rented is sent.
    pub deliver_to: Option<DeliverTo>,
}

/// What an expert's self-billed invoice is made of (S30).
#[derive(Clone, Debug)]
pub struct SelfBilledInput {
    /// The booking.
    pub booking: BookingId,
    /// Its short reference.
    pub reference: String,
    /// The expert's firm.
    pub seller: Party,
    /// Whether it is a small business that charges no VAT.
    pub vat_exempt: bool,
    /// The expert's display name.
    pub expert_name: String,
    /// The earnings, by the ladder of the pinned rulebook.
    pub earned: Vec<EarningLine>,
    /// Days of service.
    pub days: DaySet,
    /// The expert's language.
    pub locale: Locale,
    /// Paid on or before this day after the end (rulebook, S30).
    pub payout_days: u32,
}

/// What a credit note is made of.
#[derive(Clone, Debug)]
pub struct CreditInput<'a> {
    /// The booking.
    pub booking: BookingId,
    /// What caused it, with its number: a booking's credit notes are told apart by it.
    pub cause: &'a str,
    /// The document that it corrects: the same parties, reference, VAT and language.
    pub corrects: &'a Document,
    /// The days that it is about; those of the corrected document if there are none.
    pub days: Option<DaySet>,
    /// Lines, VAT and total that go back.
    pub amounts: (DocumentLines, VatBreakdown, Cents),
}

/// A document just issued, or issued before for the same cause.
#[derive(Clone, Debug)]
pub struct Issued {
    /// Its id.
    pub id: DocumentId,
    /// As it stands in the database.
    pub document: Document,
}

/// Issues the client's invoice (380) of a booking inside the caller's transaction; the second time, answers with the
/// first.
///
/// # Errors
/// [`ApiError::Internal`] if the sums disagree or the database fails: the caller's transaction must then roll back.
pub async fn issue_invoice(exec: &mut Exec<'_>, p: &Platform, input: &InvoiceInput) -> Result<Issued, ApiError> {
    issue_invoice_for(exec, p, input, &format!("invoice:{}", input.booking)).await
}

/// [`issue_invoice`] for another cause: a booking that was changed has an invoice for each of its versions.
///
/// # Errors
/// As [`issue_invoice`].
pub async fn issue_invoice_for(
    exec: &mut Exec<'_>,
    p: &Platform,
    input: &InvoiceInput,
    cause: &str,
) -> Result<Issued, ApiError> {
    let (lines, vat, total) = client_amounts(&input.quote);
    let due = total - input.prepaid;
    let terms = Days::new(u64::from(input.payment_terms_days));
    let today = p.today();
    let draft = Draft {
        kind: DocumentKind::Invoice,
        locale: input.locale,
        seller: operator_party(&p.config.operator),
        buyer: input.buyer.clone(),
        booking: input.booking,
        reference: &input.reference,
        expert_name: &input.expert_name,
        order_number: input.order_number.clone(),
        days: &input.days,
        amounts: (lines, vat, total),
        prepaid: input.prepaid,
        paid_by: input.paid_by,
        due_date: (due > Cents::ZERO).then(|| today.checked_add_days(terms).unwrap_or(today)),
        // A card is charged by us: nobody should transfer the same money again.
        payment_account: (due > Cents::ZERO && !input.paid_by.is_some_and(PaymentMethod::is_deferred))
            .then(|| p.config.operator.iban.clone()),
        corrects: None,
        deliver_to: input.deliver_to.clone(),
        today,
    };
    issue(exec, p, cause, draft).await
}

/// Issues a credit note inside the caller's transaction: 381 on a client's invoice, 261 on an expert's self-billed one;
/// the second time, answers with the first. Its amounts are positive; what is given back is its total.
///
/// # Errors
/// [`ApiError::Internal`] if the sums disagree, the corrected document is none that can be, or the database fails: the
/// caller's transaction must then roll back.
pub async fn issue_credit_note(exec: &mut Exec<'_>, p: &Platform, input: &CreditInput<'_>) -> Result<Issued, ApiError> {
    let corrects = input.corrects;
    let kind = match corrects.number.kind {
        DocumentKind::Invoice => DocumentKind::CreditNote,
        DocumentKind::SelfBilledInvoice => DocumentKind::SelfBilledCreditNote,
        DocumentKind::CreditNote | DocumentKind::SelfBilledCreditNote => {
            return Err(p.fault(format_args!("{} cannot be corrected", corrects.number)));
        }
    };
    let days = match &input.days {
        Some(days) => days.clone(),
        None => DaySet::new(corrects.days.iter().copied()).map_err(|error| p.fault(error))?,
    };
    let draft = Draft {
        kind,
        locale: Locale::parse(&corrects.language).unwrap_or_default(),
        seller: corrects.seller.clone(),
        buyer: corrects.buyer.clone(),
        booking: input.booking,
        reference: &corrects.booking_reference,
        expert_name: &corrects.expert_name,
        order_number: corrects.order_number.clone(),
        days: &days,
        amounts: input.amounts.clone(),
        prepaid: Cents::ZERO,
        paid_by: None,
        due_date: None,
        payment_account: None,
        corrects: Some(Corrected { number: corrects.number, issued_on: corrects.issued_on }),
        deliver_to: corrects.deliver_to.clone(),
        today: p.today(),
    };
    issue(exec, p, input.cause, draft).await
}

/// What credit notes have given back on a document, with VAT.
///
/// # Errors
/// As [`latest`].
pub async fn credited_on(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: BookingId,
    number: DocumentNumber,
) -> Result<Cents, ApiError> {
    let mut sum = Cents::ZERO;
    for row in rows::of_booking(exec, booking).await.map_err(|error| p.fault(error))? {
        let document = read(p, &row)?;
        if document.corrects.is_some_and(|corrected| corrected.number == number) {
            sum += document.total;
        }
    }
    Ok(sum)
}

/// The latest document of a kind that a booking has: what a credit note corrects.
///
/// # Errors
/// [`ApiError::Internal`] if it was changed after its issue, or the database fails.
pub async fn latest(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: BookingId,
    kind: DocumentKind,
) -> Result<Option<Document>, ApiError> {
    let mut found = None;
    for row in rows::of_booking(exec, booking).await.map_err(|error| p.fault(error))? {
        let document = read(p, &row)?;
        if document.number.kind == kind {
            found = Some(document);
        }
    }
    Ok(found)
}

/// Issues the expert's self-billed invoice (389) of a completed booking inside the caller's transaction; the second
/// time, answers with the first.
///
/// # Errors
/// [`ApiError::Internal`] if the sums disagree or the database fails: the caller's transaction must then roll back.
pub async fn issue_self_billed(exec: &mut Exec<'_>, p: &Platform, input: &SelfBilledInput) -> Result<Issued, ApiError> {
    issue_self_billed_for(exec, p, input, &format!("self-billed:{}", input.booking)).await
}

/// [`issue_self_billed`] for another cause: one that was corrected is issued anew, with what is left.
///
/// # Errors
/// As [`issue_self_billed`].
pub async fn issue_self_billed_for(
    exec: &mut Exec<'_>,
    p: &Platform,
    input: &SelfBilledInput,
    cause: &str,
) -> Result<Issued, ApiError> {
    let operator = &p.config.operator;
    let supplier = Supplier {
        country: input.seller.country,
        vat_number: input.seller.vat_number.clone(),
        vat_exempt: input.vat_exempt,
    };
    let amounts = self_billed_amounts(input.earned.clone(), supply_treatment(operator.vat, &supplier));
    let draft = Draft {
        kind: DocumentKind::SelfBilledInvoice,
        locale: input.locale,
        seller: input.seller.clone(),
        buyer: operator_party(operator),
        booking: input.booking,
        reference: &input.reference,
        expert_name: &input.expert_name,
        order_number: None,
        days: &input.days,
        amounts,
        prepaid: Cents::ZERO,
        paid_by: None,
        due_date: Some(payout_day(input.days.last(), input.payout_days)),
        payment_account: None,
        corrects: None,
        deliver_to: None,
        today: p.today(),
    };
    issue(exec, p, cause, draft).await
}

/// The day by which an expert is paid: at most `payout_days` after the end of the last day, on a banking day (S31).
fn payout_day(last: NaiveDate, payout_days: u32) -> NaiveDate {
    banking_day_on_or_before(last.checked_add_days(Days::new(u64::from(payout_days))).unwrap_or(last))
}

struct Draft<'a> {
    kind: DocumentKind,
    locale: Locale,
    seller: Party,
    buyer: Party,
    booking: BookingId,
    reference: &'a str,
    expert_name: &'a str,
    order_number: Option<String>,
    days: &'a DaySet,
    amounts: (DocumentLines, VatBreakdown, Cents),
    prepaid: Cents,
    paid_by: Option<PaymentMethod>,
    due_date: Option<NaiveDate>,
    payment_account: Option<String>,
    corrects: Option<Corrected>,
    deliver_to: Option<DeliverTo>,
    today: NaiveDate,
}

impl Draft<'_> {
    fn numbered(self, number: DocumentNumber) -> Document {
        let (lines, vat, total) = self.amounts;
        let (mut seller, mut buyer) = (self.seller, self.buyer);
        if vat.treatment.category == VatCategory::O {
            // EN 16931 BR-O-02 to 04: not subject to VAT, so no VAT number stands on it.
            seller.vat_number = None;
            buyer.vat_number = None;
        }
        Document {
            number,
            issued_on: self.today,
            language: self.locale.code().to_owned(),
            seller,
            buyer,
            booking: self.booking,
            booking_reference: self.reference.to_owned(),
            expert_name: self.expert_name.to_owned(),
            order_number: self.order_number,
            service: (self.days.first(), self.days.last()),
            days: self.days.iter().collect(),
            lines,
            vat,
            total,
            prepaid: self.prepaid,
            paid_by: self.paid_by,
            due: total - self.prepaid,
            due_date: self.due_date,
            payment_account: self.payment_account,
            corrects: self.corrects,
            deliver_to: self.deliver_to,
        }
    }
}

async fn issue(exec: &mut Exec<'_>, p: &Platform, cause: &str, draft: Draft<'_>) -> Result<Issued, ApiError> {
    let fault = |error| p.fault(format_args!("{cause}: {error}"));
    let (kind, year) = (draft.kind, draft.today.year());
    let series = kind.series();
    // The lock comes first: whoever issued the same document meanwhile is then seen.
    rows::lock_series(exec, series, year).await.map_err(fault)?;
    if let Some(row) = rows::by_cause(exec, cause).await.map_err(fault)? {
        return Ok(Issued { id: row.id(), document: read(p, &row)? });
    }
    let sequence = rows::next_sequence(exec, series, year).await.map_err(fault)?;
    let sequence = u32::try_from(sequence).map_err(|error| p.fault(format_args!("{cause}: {error}")))?;
    let document = draft.numbered(DocumentNumber { kind, year, sequence });
    let faults = document.faults();
    if !faults.is_empty() {
        return Err(p.fault(format_args!("{cause}: {}", faults.join(", "))));
    }
    let body = serde_json::to_string(&document).map_err(|error| p.fault(format_args!("{cause}: {error}")))?;
    let id = DocumentId(p.ids.uuid());
    let is_rental = rentals::is_rental(exec, document.booking.0).await.map_err(fault)?;
    let new = NewDocument {
        id,
        is_rental,
        series,
        year,
        sequence,
        booking: document.booking,
        dedup_key: cause,
        total: document.total.0,
        body: &body,
        sha256: &sha256(&body),
        issued_at: p.now(),
    };
    rows::insert(exec, &new).await.map_err(fault)?;
    if kind == DocumentKind::SelfBilledInvoice {
        payouts::note_payable(exec, p, id, &document).await?;
        super::self_billing::open(exec, p, id, document.booking).await?;
    }
    tracing::info!(number = %document.number, "document issued");
    Ok(Issued { id, document })
}

/// Hexadecimal SHA-256 of a document's body.
pub(crate) fn sha256(body: &str) -> String {
    hex::encode(Sha256::digest(body.as_bytes()))
}

/// The operator as printed on documents.
#[must_use]
pub fn operator_party(operator: &Operator) -> Party {
    Party {
        name: operator.name.clone(),
        attention: None,
        street: operator.street.clone(),
        postal_code: operator.postal_code.clone(),
        city: operator.city.clone(),
        country: operator.vat.country,
        vat_number: Some(operator.vat_number.clone()),
        registration: Some(operator.registration.clone()),
        email: Some(operator.email.as_str().to_owned()),
    }
}

/// Reads a stored document, refusing one that was changed after its issue.
pub(crate) fn read(p: &Platform, row: &DocumentRow) -> Result<Document, ApiError> {
    if sha256(&row.body) != row.sha256 {
        return Err(p.fault(format_args!("document {} was changed after its issue", row.id())));
    }
    serde_json::from_str(&row.body).map_err(|error| p.fault(format_args!("document {}: {error}", row.id())))
}

/// Which documents a side of a booking may see: clients theirs, experts theirs, managers all.
const fn visible(kind: DocumentKind, side: Side) -> bool {
    match (side, kind) {
        (Side::Manager, _)
        | (Side::Client, DocumentKind::Invoice | DocumentKind::CreditNote)
        | (Side::Expert, DocumentKind::SelfBilledInvoice | DocumentKind::SelfBilledCreditNote) => true,
        (Side::Client | Side::Expert, _) => false,
    }
}

/// The documents of a booking that a side of it may see, oldest first. That the reader *is* on that side is for the
/// caller to know.
///
/// # Errors
/// [`ApiError::Internal`].
pub async fn list(p: &Platform, booking: BookingId, side: Side) -> Result<Vec<DocumentLink>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    list_in(&mut conn.exec(), p, booking, side).await
}

/// [`list`], inside a transaction or on a connection at hand.
///
/// # Errors
/// [`ApiError::Internal`].
pub async fn list_in(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: BookingId,
    side: Side,
) -> Result<Vec<DocumentLink>, ApiError> {
    let found = rows::of_booking(exec, booking).await.map_err(|error| p.fault(error))?;
    let mut links = Vec::with_capacity(found.len());
    for row in &found {
        let document = read(p, row)?;
        if visible(document.number.kind, side) {
            links.push(DocumentLink {
                id: row.id(),
                number: document.number.to_string(),
                kind: document.number.kind,
                issued_on: document.issued_on,
                total: document.total,
            });
        }
    }
    Ok(links)
}

/// A document, for those who may see it.
///
/// # Errors
/// [`ApiError::NotFound`] for a document that is not theirs as for one that is not there.
pub async fn get(p: &Platform, actor: &AccountView, id: DocumentId) -> Result<Document, ApiError> {
    Ok(get_row(p, actor, id).await?.0)
}

/// [`get`], with the row it stands in.
pub(crate) async fn get_row(
    p: &Platform,
    actor: &AccountView,
    id: DocumentId,
) -> Result<(Document, DocumentRow), ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = rows::find(&mut conn.exec(), id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    let document = read(p, &row)?;
    if may_see(actor, &row, document.number.kind, true) { Ok((document, row)) } else { Err(ApiError::NotFound) }
}

/// Whether somebody may see a document: as a side of its booking, or, where that counts, as a manager.
pub(crate) fn may_see(actor: &AccountView, row: &DocumentRow, kind: DocumentKind, as_manager: bool) -> bool {
    let sides = [
        (as_manager && actor.is_manager, Side::Manager),
        (row.client() == actor.id, Side::Client),
        (actor.expert == Some(row.expert()), Side::Expert),
    ];
    sides.into_iter().any(|(is_on, side)| is_on && visible(kind, side))
}

/// A document in words, in its own language, for the screen.
///
/// # Errors
/// As [`get`].
pub async fn text(p: &Platform, actor: &AccountView, id: DocumentId) -> Result<DocumentText, ApiError> {
    let document = get(p, actor, id).await?;
    worded(p, &document).await
}

/// A document in print, a Factur-X: file name and bytes. The same document gives the same bytes, whenever it is asked
/// for.
///
/// # Errors
/// As [`get`].
pub async fn pdf(p: &Platform, actor: &AccountView, id: DocumentId) -> Result<(String, Vec<u8>), ApiError> {
    let file = super::papers::file(p, actor, id, super::papers::Format::Pdf).await?;
    Ok((file.name, file.bytes))
}

/// Puts a document into words, in its own language.
pub(crate) async fn worded(p: &Platform, document: &Document) -> Result<DocumentText, ApiError> {
    worded_by(p, document, DocumentText::of).await
}

/// [`worded`], by the caller's own form.
pub(crate) async fn worded_by(
    p: &Platform,
    document: &Document,
    form: impl FnOnce(&Document, Names<'_>) -> DocumentText,
) -> Result<DocumentText, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let products: HashMap<String, String> =
        rows::product_names(&mut conn.exec()).await.map_err(|error| p.fault(error))?.into_iter().collect();
    let locale = Locale::parse(&document.language).unwrap_or_default();
    let names = Names {
        product: &|code| products.get(code.as_str()).cloned().unwrap_or_else(|| code.to_string()),
        country: &|code| match country_name(code, locale) {
            "" => code.to_string(),
            name => name.to_owned(),
        },
    };
    Ok(form(document, names))
}
