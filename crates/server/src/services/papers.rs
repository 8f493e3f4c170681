//! Documents as files: Factur-X, CII, UBL, a month as archive or table; and what one can set for e-invoices.

use crate::{
    clock::start_of_day,
    db::{
        Exec, bookings,
        documents::DocumentRow,
        papers::{self as rows, Reader},
    },
    documents::{archive, pdf},
    platform::Platform,
    services::documents,
};
use chrono::{Datelike, Months, NaiveDate};
use gabarit_domain::{
    einvoice::{EInvoice, endpoint::Endpoint},
    ids::{BookingId, DocumentId},
    invoice::{Document, DocumentKind, DocumentNumber, client_amounts},
    money::Cents,
    vat::VatCategory,
};
use gabarit_view::{
    account::AccountView,
    document::DocumentText,
    error::{ApiError, Problem},
    papers::{DocumentRow as RowView, EndpointView, MonthView},
};
use std::fmt::Write as _;

/// The most documents in one archive or table: an operator with more takes them by series.
const MOST: i64 = 2_000;

/// A format of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Factur-X: PDF/A-3 with the data in it.
    Pdf,
    /// The data alone, as Cross Industry Invoice.
    Cii,
    /// The data alone, as UBL for Peppol.
    Ubl,
}

/// A file to be downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its type.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The endpoints of seller and buyer of a document.
async fn endpoints(
    exec: &mut Exec<'_>,
    p: &Platform,
    document: &Document,
    row: &DocumentRow,
) -> Result<(Option<Endpoint>, Option<Endpoint>), ApiError> {
    let ours = p.config.operator_endpoint.clone();
    if document.number.kind.is_self_billed() {
        let account =
            bookings::expert(exec, row.expert()).await.map_err(|error| p.fault(error))?.map(|expert| expert.account);
        let theirs = match account {
            Some(account) => rows::endpoint(exec, account, "expert").await.map_err(|error| p.fault(error))?,
            None => None,
        };
        Ok((theirs, ours))
    } else {
        let theirs = rows::endpoint(exec, row.client(), "client").await.map_err(|error| p.fault(error))?;
        Ok((ours, theirs))
    }
}

async fn einvoice(p: &Platform, document: &Document, row: &DocumentRow) -> Result<(DocumentText, EInvoice), ApiError> {
    let text = documents::worded(p, document).await?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let (seller, buyer) = endpoints(&mut conn.exec(), p, document, row).await?;
    let signer = &p.document_keys()?.signer;
    let model = text.einvoice(document, seller, buyer).sealed(signer);
    Ok((text, model))
}

/// Setting type is work for a processor, not for the threads that answer requests.
async fn print(p: &Platform, document: &Document, text: DocumentText, model: &EInvoice) -> Result<Vec<u8>, ApiError> {
    let issued_on = document.issued_on;
    let number = document.number;
    let xml = model.cii();
    let signer = p.document_keys()?.signer.clone();
    tokio::task::spawn_blocking(move || pdf::render_invoice(&text, issued_on, &xml, &signer))
        .await
        .map_err(|error| p.fault(error))?
        .map_err(|error| p.fault(format_args!("{number}: {error}")))
}

/// A document as a file. The same document gives the same bytes, whenever it is asked for.
///
/// # Errors
/// [`ApiError::NotFound`] for a document that is not theirs, one that is not there, and for UBL where not both sides have
/// an electronic address.
pub async fn file(p: &Platform, actor: &AccountView, id: DocumentId, format: Format) -> Result<File, ApiError> {
    let (document, row) = documents::get_row(p, actor, id).await?;
    let (text, model) = einvoice(p, &document, &row).await?;
    let number = document.number;
    Ok(match format {
        Format::Pdf => File {
            name: format!("{number}.pdf"),
            content_type: "application/pdf",
            bytes: print(p, &document, text, &model).await?,
        },
        Format::Cii => {
            File { name: format!("{number}.cii.xml"), content_type: "application/xml", bytes: model.cii().into_bytes() }
        }
        Format::Ubl => File {
            name: format!("{number}.ubl.xml"),
            content_type: "application/xml",
            bytes: model.ubl().ok_or(ApiError::NotFound)?.into_bytes(),
        },
    })
}

/// The agreed quote of a booking, in print: for the client and for managers.
///
/// # Errors
/// [`ApiError::NotFound`] for others.
pub async fn quote(p: &Platform, actor: &AccountView, id: BookingId) -> Result<File, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let booking = bookings::get(&mut conn.exec(), id).await.map_err(|error| p.fault(error))?;
    let booking = booking.filter(|booking| actor.is_manager || booking.client == actor.id).ok_or(ApiError::NotFound)?;
    let expert = bookings::expert(&mut conn.exec(), booking.expert).await.map_err(|error| p.fault(error))?;
    drop(conn);
    let quote = &booking.quote;
    let days = &booking.order.days;
    let (lines, vat, total) = client_amounts(quote);
    let mut document = Document {
        // Quotes have no number: the words put the booking's reference in its place.
        number: DocumentNumber { kind: DocumentKind::Invoice, year: quote.priced_on.year(), sequence: 0 },
        issued_on: quote.priced_on,
        language: booking.locale.code().to_owned(),
        seller: documents::operator_party(&p.config.operator),
        buyer: booking.buyer.party.clone(),
        booking: booking.id,
        booking_reference: booking.reference.clone(),
        expert_name: expert.map(|expert| expert.display_name).unwrap_or_default(),
        order_number: booking.order_number.clone(),
        service: (days.first(), days.last()),
        days: days.iter().collect(),
        lines,
        vat,
        total,
        prepaid: Cents::ZERO,
        paid_by: None,
        due: total,
        due_date: None,
        payment_account: None,
        corrects: None,
        deliver_to: None,
    };
    if vat.treatment.category == VatCategory::O {
        document.seller.vat_number = None;
        document.buyer.vat_number = None;
    }
    let (valid_until, priced_on) = (quote.valid_until, quote.priced_on);
    let text =
        documents::worded_by(p, &document, |document, names| DocumentText::quote(document, valid_until, names)).await?;
    let bytes = tokio::task::spawn_blocking(move || pdf::render(&text, priced_on))
        .await
        .map_err(|error| p.fault(error))?
        .map_err(|error| p.fault(error))?;
    Ok(File { name: format!("{}.pdf", booking.reference), content_type: "application/pdf", bytes })
}

/// Whether a document can be had as UBL.
///
/// # Errors
/// As [`file`].
pub async fn has_ubl(p: &Platform, actor: &AccountView, id: DocumentId) -> Result<bool, ApiError> {
    let (document, row) = documents::get_row(p, actor, id).await?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let (seller, buyer) = endpoints(&mut conn.exec(), p, &document, &row).await?;
    Ok(seller.is_some() && buyer.is_some())
}

/// A civil month of the platform's zone, read from `2026-11`.
///
/// # Errors
/// [`ApiError::NotFound`] for what is no month.
pub fn month(text: &str) -> Result<NaiveDate, ApiError> {
    let (year, month) = text.split_once('-').ok_or(ApiError::NotFound)?;
    let first = year.parse().ok().zip(month.parse().ok()).and_then(|(y, m)| NaiveDate::from_ymd_opt(y, m, 1));
    first.filter(|day| (2000..=2200).contains(&day.year())).ok_or(ApiError::NotFound)
}

/// Documents of a reader in a month, with their rows. `all`: everybody's, for managers.
async fn of_month(
    p: &Platform,
    actor: &AccountView,
    first: NaiveDate,
    all: bool,
) -> Result<Vec<(Document, DocumentRow)>, ApiError> {
    if all && !actor.is_manager {
        return Err(ApiError::Forbidden);
    }
    let next = first.checked_add_months(Months::new(1)).ok_or(ApiError::NotFound)?;
    let span = (start_of_day(first, p.config.zone), start_of_day(next, p.config.zone));
    let reader = Reader { account: actor.id, expert: actor.expert, all };
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let found = rows::issued_between(&mut conn.exec(), reader, span, MOST).await.map_err(|error| p.fault(error))?;
    let mut documents = Vec::with_capacity(found.len());
    for row in found {
        let document = documents::read(p, &row)?;
        if documents::may_see(actor, &row, document.number.kind, all) {
            documents.push((document, row));
        }
    }
    Ok(documents)
}

/// Documents of a month, for a list.
///
/// # Errors
/// [`ApiError::Forbidden`] for everybody's, to all but managers.
pub async fn list(
    p: &Platform,
    actor: &AccountView,
    wanted: Option<&str>,
    all: bool,
    search: &str,
) -> Result<MonthView, ApiError> {
    let first = match wanted {
        Some(text) => month(text)?,
        None => p.today().with_day(1).ok_or(ApiError::NotFound)?,
    };
    let needle = search.trim().to_lowercase();
    let found = of_month(p, actor, first, all).await?;
    let documents = found
        .into_iter()
        .filter(|(document, _)| {
            needle.is_empty()
                || [
                    document.number.to_string(),
                    document.seller.name.clone(),
                    document.buyer.name.clone(),
                    document.booking_reference.clone(),
                    document.order_number.clone().unwrap_or_default(),
                ]
                .iter()
                .any(|text| text.to_lowercase().contains(&needle))
        })
        .map(|(document, row)| RowView {
            id: row.id(),
            kind: document.number.kind,
            number: document.number.to_string(),
            issued_on: document.issued_on,
            // The other side: of the operator for managers, of the reader for everybody else.
            party: if document.number.kind.is_self_billed() == all {
                document.seller.name
            } else {
                document.buyer.name
            },
            booking: document.booking,
            booking_reference: document.booking_reference,
            total: document.total,
            due: document.due,
        })
        .collect();
    Ok(MonthView {
        month: first,
        previous: first.checked_sub_months(Months::new(1)),
        next: first.checked_add_months(Months::new(1)).filter(|next| *next <= p.today()),
        documents,
    })
}

/// A month's documents in one archive: each as Factur-X, its data beside it, and the accountant's table.
///
/// # Errors
/// As [`list`].
pub async fn month_zip(p: &Platform, actor: &AccountView, wanted: &str, all: bool) -> Result<File, ApiError> {
    let first = month(wanted)?;
    let found = of_month(p, actor, first, all).await?;
    let mut files = vec![(format!("{wanted}.csv"), csv(&found).into_bytes())];
    for (document, row) in &found {
        let (text, model) = einvoice(p, document, row).await?;
        let number = document.number;
        files.push((format!("{number}.pdf"), print(p, document, text, &model).await?));
        files.push((format!("{number}.cii.xml"), model.cii().into_bytes()));
        files.extend(model.ubl().map(|xml| (format!("{number}.ubl.xml"), xml.into_bytes())));
    }
    Ok(File { name: format!("documents-{wanted}.zip"), content_type: "application/zip", bytes: archive::zip(&files) })
}

/// A month's documents as a table for an accountant.
///
/// # Errors
/// As [`list`].
pub async fn month_csv(p: &Platform, actor: &AccountView, wanted: &str, all: bool) -> Result<File, ApiError> {
    let first = month(wanted)?;
    let found = of_month(p, actor, first, all).await?;
    Ok(File {
        name: format!("documents-{wanted}.csv"),
        content_type: "text/csv; charset=utf-8",
        bytes: csv(&found).into_bytes(),
    })
}

/// RFC 4180; amounts with a point and two decimals, credit notes negative, so that a column sums to what is kept.
fn csv(found: &[(Document, DocumentRow)]) -> String {
    let mut out = String::from(
        "number,type,issued_on,service_from,service_to,booking,order_number,seller,seller_country,seller_vat_number,\
         buyer,buyer_country,buyer_vat_number,vat_category,vat_rate,net,vat,total,prepaid,due,due_on,corrects\r\n",
    );
    for (document, _) in found {
        let kind = document.number.kind;
        let signed = |amount: Cents| {
            if kind.is_credit_note() { (-amount).to_plain() } else { amount.to_plain() }
        };
        let vat_number = |party: &gabarit_domain::invoice::Party| {
            party.vat_number.as_ref().map(ToString::to_string).unwrap_or_default()
        };
        let cells = [
            document.number.to_string(),
            kind.type_code().to_string(),
            document.issued_on.to_string(),
            document.service.0.to_string(),
            document.service.1.to_string(),
            document.booking_reference.clone(),
            document.order_number.clone().unwrap_or_default(),
            document.seller.name.clone(),
            document.seller.country.to_string(),
            vat_number(&document.seller),
            document.buyer.name.clone(),
            document.buyer.country.to_string(),
            vat_number(&document.buyer),
            document.vat.treatment.category.code().to_owned(),
            document.vat.treatment.rate.percent().normalize().to_string(),
            signed(document.vat.taxable),
            signed(document.vat.tax),
            signed(document.total),
            signed(document.prepaid),
            signed(document.due),
            document.due_date.map(|day| day.to_string()).unwrap_or_default(),
            document.corrects.map(|other| other.number.to_string()).unwrap_or_default(),
        ];
        let amounts = 15..20;
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            // What a table calculation would take for a formula is told that it is text.
            let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !amounts.contains(&index);
            let guard = if formula { "'" } else { "" };
            if formula || cell.contains([',', '"', '\n', '\r']) {
                let _ = write!(out, "\"{guard}{}\"", cell.replace('"', "\"\""));
            } else {
                out.push_str(cell);
            }
        }
        out.push_str("\r\n");
    }
    out
}

/// The side that an account receives e-invoices on.
fn side(text: &str) -> Result<&'static str, ApiError> {
    match text {
        "client" => Ok("client"),
        "expert" => Ok("expert"),
        _ => Err(ApiError::NotFound),
    }
}

/// One's own electronic address.
///
/// # Errors
/// A fault of ours.
pub async fn own_endpoint(p: &Platform, actor: &AccountView, which: &str) -> Result<Option<EndpointView>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let found = rows::endpoint(&mut conn.exec(), actor.id, side(which)?).await.map_err(|error| p.fault(error))?;
    Ok(found.map(|endpoint| EndpointView { scheme: endpoint.scheme().to_owned(), id: endpoint.id().to_owned() }))
}

/// Stores one's own electronic address; an empty identifier removes it.
///
/// # Errors
/// [`ApiError::Invalid`] for the fields `scheme` and `identifier`; [`ApiError::Forbidden`] for an expert's address to
/// who is none.
pub async fn set_endpoint(
    p: &Platform,
    actor: &AccountView,
    which: &str,
    scheme: &str,
    identifier: &str,
) -> Result<(), ApiError> {
    let which = side(which)?;
    if which == "expert" && actor.expert.is_none() {
        return Err(ApiError::Forbidden);
    }
    let endpoint = if identifier.trim().is_empty() {
        None
    } else {
        use gabarit_domain::einvoice::endpoint::EndpointError;
        Some(Endpoint::parse(scheme, identifier).map_err(|error| match error {
            EndpointError::Scheme => ApiError::field("scheme", Problem::Unknown),
            EndpointError::Form => ApiError::field("identifier", Problem::NotOfScheme),
        })?)
    };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    rows::store_endpoint(&mut tx.exec(), actor.id, which, endpoint.as_ref()).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}
