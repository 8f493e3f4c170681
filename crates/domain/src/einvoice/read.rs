//! Reads an e-invoice back, from either syntax, or from the PDF that carries it.

use super::{EDelivery, EInvoice, ELine, EParty, EPayment, EPreceding, EVat, endpoint::Endpoint, seal};
use crate::money::Cents;
use chrono::NaiveDate;
use roxmltree::{Document, Node, ParsingOptions};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use thiserror::Error;

/// Why a file is no e-invoice of the kind read here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadError {
    /// Neither PDF nor XML.
    #[error("neither PDF nor XML")]
    NeitherPdfNorXml,
    /// A PDF without an embedded invoice.
    #[error("no invoice in the PDF")]
    NoInvoiceInPdf,
    /// A PDF whose embedded invoice is compressed: not one of ours.
    #[error("the invoice in the PDF is compressed")]
    Compressed,
    /// Not well-formed.
    #[error("not well-formed XML")]
    Malformed,
    /// XML, but no invoice in UBL or CII.
    #[error("no invoice in UBL or CII")]
    NoInvoice,
    /// A business term is missing or cannot be read.
    #[error("{0} is missing or unreadable")]
    Term(&'static str),
    /// Amounts are in another currency.
    #[error("not in euros")]
    Currency,
    /// It has something that our documents never have, such as allowances: it cannot be recomputed here.
    #[error("{0} is not known here")]
    Unsupported(&'static str),
}

/// More elements than any of our documents has.
const MAX_NODES: u32 = 60_000;

/// Reads a dropped file: one of our PDFs, or an XML.
///
/// # Errors
/// See [`ReadError`].
pub fn file(bytes: &[u8]) -> Result<EInvoice, ReadError> {
    let text = if bytes.starts_with(b"%PDF-") { xml_in_pdf(bytes)? } else { bytes };
    let text = std::str::from_utf8(text).map_err(|_| ReadError::NeitherPdfNorXml)?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') { xml(text) } else { Err(ReadError::NeitherPdfNorXml) }
}

/// The invoice embedded in a PDF: stored as it is, so that no inflater is needed to read it.
///
/// # Errors
/// [`ReadError::NoInvoiceInPdf`] or [`ReadError::Compressed`].
pub fn xml_in_pdf(pdf: &[u8]) -> Result<&[u8], ReadError> {
    let mut found = Err(ReadError::NoInvoiceInPdf);
    for at in seal::find_all(pdf, b"/EmbeddedFile") {
        // `/EmbeddedFiles` is the list of their names.
        if pdf.get(at + 13).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let rest = pdf.get(at..).unwrap_or_default();
        let Some(start) = seal::find_all(rest, b"stream").next() else { continue };
        let head = rest.get(..start).unwrap_or_default();
        let body = rest.get(start + 6..).unwrap_or_default();
        let body = body.strip_prefix(b"\r\n").or_else(|| body.strip_prefix(b"\n")).unwrap_or(body);
        let dictionary_start = pdf.get(..at).and_then(|before| rfind(before, b"obj")).unwrap_or(at);
        let whole = pdf.get(dictionary_start..at).unwrap_or_default();
        if seal::find_all(head, b"/Filter").next().is_some() || seal::find_all(whole, b"/Filter").next().is_some() {
            found = Err(ReadError::Compressed);
            continue;
        }
        let Some(end) = seal::find_all(body, b"endstream").next() else { continue };
        let content = body.get(..end).unwrap_or_default();
        return Ok(content.strip_suffix(b"\n").unwrap_or(content));
    }
    found
}

fn rfind(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).rposition(|window| window == needle)
}

/// Reads an invoice in UBL or CII.
///
/// # Errors
/// See [`ReadError`].
pub fn xml(text: &str) -> Result<EInvoice, ReadError> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|_| ReadError::Malformed)?;
    let root = document.root_element();
    match root.tag_name().name() {
        "CrossIndustryInvoice" => cii(root),
        "Invoice" => ubl(root, "InvoiceTypeCode", "InvoiceLine", "InvoicedQuantity"),
        "CreditNote" => ubl(root, "CreditNoteTypeCode", "CreditNoteLine", "CreditedQuantity"),
        _ => Err(ReadError::NoInvoice),
    }
}

/// The first element at a path of local names.
fn at<'a, 'i>(node: Node<'a, 'i>, path: &[&str]) -> Option<Node<'a, 'i>> {
    path.iter().try_fold(node, |node, name| children(node, name).next())
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

fn text(node: Node<'_, '_>, path: &[&str]) -> Option<String> {
    let found = at(node, path)?.text()?.trim();
    (!found.is_empty()).then(|| found.to_owned())
}

fn decimal(node: Node<'_, '_>, path: &[&str], term: &'static str) -> Result<Decimal, ReadError> {
    let number: Decimal = text(node, path).and_then(|text| text.parse().ok()).ok_or(ReadError::Term(term))?;
    Ok(number.normalize())
}

fn percent(node: Node<'_, '_>, path: &[&str]) -> Result<Option<Decimal>, ReadError> {
    at(node, path).map(|_| decimal(node, path, "BT-119")).transpose()
}

fn amount(node: Node<'_, '_>, path: &[&str], term: &'static str) -> Result<Cents, ReadError> {
    let euros = decimal(node, path, term)?;
    let cents = euros.checked_mul(Decimal::ONE_HUNDRED).filter(|cents| cents.fract().is_zero());
    // Far above any document, far below where sums could overflow.
    cents
        .and_then(|cents| cents.to_i64())
        .filter(|cents| cents.unsigned_abs() < 1_000_000_000_000_000)
        .map(Cents)
        .ok_or(ReadError::Term(term))
}

/// An amount that may be left out: then it is nought.
fn amount_or_none(node: Node<'_, '_>, path: &[&str], term: &'static str) -> Result<Cents, ReadError> {
    if at(node, path).is_some() { amount(node, path, term) } else { Ok(Cents::ZERO) }
}

fn day(text: Option<String>, format: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(&text?, format).ok()
}

/// Splits a note into its lines and the seal.
fn note(texts: impl Iterator<Item = String>) -> (Vec<String>, Option<String>) {
    let mut notes = Vec::new();
    let mut found = None;
    for text in texts {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match line.strip_prefix(seal::PREFIX) {
                Some(value) => found = Some(value.to_owned()),
                None => notes.push(line.to_owned()),
            }
        }
    }
    (notes, found)
}

fn endpoint(node: Option<Node<'_, '_>>) -> Option<Endpoint> {
    let node = node?;
    Some(Endpoint::stated(node.attribute("schemeID")?.to_owned(), node.text()?.trim().to_owned()))
}

fn registration(node: Option<Node<'_, '_>>) -> Option<(Option<String>, String)> {
    let node = node?;
    Some((node.attribute("schemeID").map(str::to_owned), node.text()?.trim().to_owned()))
}

fn cii(root: Node<'_, '_>) -> Result<EInvoice, ReadError> {
    const DATE: &str = "%Y%m%d";
    let head = at(root, &["ExchangedDocument"]).ok_or(ReadError::Term("BT-1"))?;
    let trade = at(root, &["SupplyChainTradeTransaction"]).ok_or(ReadError::Term("BG-25"))?;
    let agreement = at(trade, &["ApplicableHeaderTradeAgreement"]).ok_or(ReadError::Term("BG-4"))?;
    let settlement = at(trade, &["ApplicableHeaderTradeSettlement"]).ok_or(ReadError::Term("BG-22"))?;
    let sums = at(settlement, &["SpecifiedTradeSettlementHeaderMonetarySummation"]).ok_or(ReadError::Term("BG-22"))?;
    if text(settlement, &["InvoiceCurrencyCode"]).as_deref() != Some("EUR") {
        return Err(ReadError::Currency);
    }
    if at(settlement, &["SpecifiedTradeAllowanceCharge"]).is_some() {
        return Err(ReadError::Unsupported("BG-20"));
    }
    let party = |name: &str, term| -> Result<EParty, ReadError> {
        let node = at(agreement, &[name]).ok_or(ReadError::Term(term))?;
        let numbered = |scheme: &str| {
            children(node, "SpecifiedTaxRegistration")
                .filter_map(|tax| at(tax, &["ID"]))
                .find(|id| id.attribute("schemeID") == Some(scheme))
                .and_then(|id| id.text())
                .map(|number| number.trim().to_owned())
        };
        let address = |name: &str| text(node, &["PostalTradeAddress", name]).unwrap_or_default();
        Ok(EParty {
            name: text(node, &["Name"]).ok_or(ReadError::Term(term))?,
            identifier: text(node, &["ID"]),
            registration: registration(at(node, &["SpecifiedLegalOrganization", "ID"])),
            vat_number: numbered("VA"),
            tax_registration: numbered("FC"),
            endpoint: endpoint(at(node, &["URIUniversalCommunication", "URIID"])),
            street: address("LineOne"),
            city: address("CityName"),
            postal_code: address("PostcodeCode"),
            country: address("CountryID"),
            contact: text(node, &["DefinedTradeContact", "PersonName"]),
            email: text(node, &["DefinedTradeContact", "EmailURIUniversalCommunication", "URIID"]),
        })
    };
    let line = |node: Node<'_, '_>| -> Result<ELine, ReadError> {
        let settled = at(node, &["SpecifiedLineTradeSettlement"]).ok_or(ReadError::Term("BT-131"))?;
        if at(settled, &["SpecifiedTradeAllowanceCharge"]).is_some() {
            return Err(ReadError::Unsupported("BG-27"));
        }
        let quantity = ["SpecifiedLineTradeDelivery", "BilledQuantity"];
        let price = ["SpecifiedLineTradeAgreement", "NetPriceProductTradePrice", "ChargeAmount"];
        let tax = at(settled, &["ApplicableTradeTax"]).ok_or(ReadError::Term("BT-151"))?;
        let sum = ["SpecifiedTradeSettlementLineMonetarySummation", "LineTotalAmount"];
        Ok(ELine {
            id: text(node, &["AssociatedDocumentLineDocument", "LineID"]).ok_or(ReadError::Term("BT-126"))?,
            quantity: decimal(node, &quantity, "BT-129")?,
            unit: at(node, &quantity).and_then(|node| node.attribute("unitCode")).unwrap_or_default().to_owned(),
            net: amount(settled, &sum, "BT-131")?,
            price: decimal(node, &price, "BT-146")?,
            name: text(node, &["SpecifiedTradeProduct", "Name"]).ok_or(ReadError::Term("BT-153"))?,
            description: text(node, &["SpecifiedTradeProduct", "Description"]),
            category: text(tax, &["CategoryCode"]).ok_or(ReadError::Term("BT-151"))?,
            rate: percent(tax, &["RateApplicablePercent"])?,
        })
    };
    let vat = |node: Node<'_, '_>| -> Result<EVat, ReadError> {
        Ok(EVat {
            taxable: amount(node, &["BasisAmount"], "BT-116")?,
            tax: amount(node, &["CalculatedAmount"], "BT-117")?,
            category: text(node, &["CategoryCode"]).ok_or(ReadError::Term("BT-118"))?,
            rate: percent(node, &["RateApplicablePercent"])?,
            reason: text(node, &["ExemptionReason"]),
            reason_code: text(node, &["ExemptionReasonCode"]),
        })
    };
    let when = |node: Node<'_, '_>, name: &str| day(text(node, &[name, "DateTimeString"]), DATE);
    let (notes, seal) = note(children(head, "IncludedNote").filter_map(|note| text(note, &["Content"])));
    let terms = at(settlement, &["SpecifiedTradePaymentTerms"]);
    Ok(EInvoice {
        number: text(head, &["ID"]).ok_or(ReadError::Term("BT-1"))?,
        issued_on: when(head, "IssueDateTime").ok_or(ReadError::Term("BT-2"))?,
        type_code: text(head, &["TypeCode"]).and_then(|code| code.parse().ok()).ok_or(ReadError::Term("BT-3"))?,
        due_on: terms.and_then(|terms| when(terms, "DueDateDateTime")),
        buyer_reference: text(agreement, &["BuyerReference"]),
        order_reference: text(agreement, &["BuyerOrderReferencedDocument", "IssuerAssignedID"]),
        terms: terms.and_then(|terms| text(terms, &["Description"])),
        notes,
        preceding: at(settlement, &["InvoiceReferencedDocument"]).and_then(|node| {
            Some(EPreceding {
                number: text(node, &["IssuerAssignedID"])?,
                issued_on: when(node, "FormattedIssueDateTime"),
            })
        }),
        seller: party("SellerTradeParty", "BG-4")?,
        buyer: party("BuyerTradeParty", "BG-7")?,
        delivery: at(trade, &["ApplicableHeaderTradeDelivery", "ShipToTradeParty"]).map(|node| {
            let address = |name: &str| text(node, &["PostalTradeAddress", name]).unwrap_or_default();
            EDelivery {
                name: text(node, &["Name"]),
                street: address("LineOne"),
                city: address("CityName"),
                postal_code: address("PostcodeCode"),
                country: address("CountryID"),
            }
        }),
        period: at(settlement, &["BillingSpecifiedPeriod"])
            .and_then(|node| Some((when(node, "StartDateTime")?, when(node, "EndDateTime")?))),
        payment: at(settlement, &["SpecifiedTradeSettlementPaymentMeans"]).and_then(|node| {
            Some(EPayment {
                code: text(node, &["TypeCode"])?.parse().ok()?,
                account: text(node, &["PayeePartyCreditorFinancialAccount", "IBANID"]),
            })
        }),
        lines: children(trade, "IncludedSupplyChainTradeLineItem").map(line).collect::<Result<_, _>>()?,
        vat: children(settlement, "ApplicableTradeTax").map(vat).collect::<Result<_, _>>()?,
        lines_total: amount(sums, &["LineTotalAmount"], "BT-106")?,
        net: amount(sums, &["TaxBasisTotalAmount"], "BT-109")?,
        tax: amount_or_none(sums, &["TaxTotalAmount"], "BT-110")?,
        total: amount(sums, &["GrandTotalAmount"], "BT-112")?,
        prepaid: amount_or_none(sums, &["TotalPrepaidAmount"], "BT-113")?,
        due: amount(sums, &["DuePayableAmount"], "BT-115")?,
        seal,
    })
}

fn ubl(root: Node<'_, '_>, type_name: &str, line_name: &str, quantity: &str) -> Result<EInvoice, ReadError> {
    const DATE: &str = "%Y-%m-%d";
    let sums = at(root, &["LegalMonetaryTotal"]).ok_or(ReadError::Term("BG-22"))?;
    if text(root, &["DocumentCurrencyCode"]).as_deref() != Some("EUR") {
        return Err(ReadError::Currency);
    }
    if at(root, &["AllowanceCharge"]).is_some() {
        return Err(ReadError::Unsupported("BG-20"));
    }
    let party = |name: &str, term| -> Result<EParty, ReadError> {
        let node = at(root, &[name, "Party"]).ok_or(ReadError::Term(term))?;
        let numbered = |scheme_is: &dyn Fn(&str) -> bool| {
            children(node, "PartyTaxScheme")
                .find(|tax| text(*tax, &["TaxScheme", "ID"]).is_some_and(|scheme| scheme_is(&scheme)))
                .and_then(|tax| text(tax, &["CompanyID"]))
        };
        let address =
            |path: &[&str]| at(node, &["PostalAddress"]).and_then(|node| text(node, path)).unwrap_or_default();
        Ok(EParty {
            name: text(node, &["PartyLegalEntity", "RegistrationName"]).ok_or(ReadError::Term(term))?,
            identifier: text(node, &["PartyIdentification", "ID"]),
            registration: registration(at(node, &["PartyLegalEntity", "CompanyID"])),
            vat_number: numbered(&|scheme| scheme == "VAT"),
            tax_registration: numbered(&|scheme| scheme != "VAT"),
            endpoint: endpoint(at(node, &["EndpointID"])),
            street: address(&["StreetName"]),
            city: address(&["CityName"]),
            postal_code: address(&["PostalZone"]),
            country: address(&["Country", "IdentificationCode"]),
            contact: text(node, &["Contact", "Name"]),
            email: text(node, &["Contact", "ElectronicMail"]),
        })
    };
    let line = |node: Node<'_, '_>| -> Result<ELine, ReadError> {
        if at(node, &["AllowanceCharge"]).is_some() {
            return Err(ReadError::Unsupported("BG-27"));
        }
        let tax = at(node, &["Item", "ClassifiedTaxCategory"]).ok_or(ReadError::Term("BT-151"))?;
        Ok(ELine {
            id: text(node, &["ID"]).ok_or(ReadError::Term("BT-126"))?,
            quantity: decimal(node, &[quantity], "BT-129")?,
            unit: at(node, &[quantity]).and_then(|node| node.attribute("unitCode")).unwrap_or_default().to_owned(),
            net: amount(node, &["LineExtensionAmount"], "BT-131")?,
            price: decimal(node, &["Price", "PriceAmount"], "BT-146")?,
            name: text(node, &["Item", "Name"]).ok_or(ReadError::Term("BT-153"))?,
            description: text(node, &["Item", "Description"]),
            category: text(tax, &["ID"]).ok_or(ReadError::Term("BT-151"))?,
            rate: percent(tax, &["Percent"])?,
        })
    };
    let total = at(root, &["TaxTotal"]);
    let vat = |node: Node<'_, '_>| -> Result<EVat, ReadError> {
        let category = at(node, &["TaxCategory"]).ok_or(ReadError::Term("BT-118"))?;
        Ok(EVat {
            taxable: amount(node, &["TaxableAmount"], "BT-116")?,
            tax: amount(node, &["TaxAmount"], "BT-117")?,
            category: text(category, &["ID"]).ok_or(ReadError::Term("BT-118"))?,
            rate: percent(category, &["Percent"])?,
            reason: text(category, &["TaxExemptionReason"]),
            reason_code: text(category, &["TaxExemptionReasonCode"]),
        })
    };
    let when = |node: Node<'_, '_>, path: &[&str]| day(text(node, path), DATE);
    let (notes, seal) = note(children(root, "Note").filter_map(|note| note.text().map(str::to_owned)));
    Ok(EInvoice {
        number: text(root, &["ID"]).ok_or(ReadError::Term("BT-1"))?,
        issued_on: when(root, &["IssueDate"]).ok_or(ReadError::Term("BT-2"))?,
        type_code: text(root, &[type_name]).and_then(|code| code.parse().ok()).ok_or(ReadError::Term("BT-3"))?,
        due_on: when(root, &["DueDate"]).or_else(|| when(root, &["PaymentMeans", "PaymentDueDate"])),
        buyer_reference: text(root, &["BuyerReference"]),
        order_reference: text(root, &["OrderReference", "ID"]),
        terms: text(root, &["PaymentTerms", "Note"]),
        notes,
        preceding: at(root, &["BillingReference", "InvoiceDocumentReference"])
            .and_then(|node| Some(EPreceding { number: text(node, &["ID"])?, issued_on: when(node, &["IssueDate"]) })),
        seller: party("AccountingSupplierParty", "BG-4")?,
        buyer: party("AccountingCustomerParty", "BG-7")?,
        delivery: at(root, &["Delivery"]).map(|node| {
            let address = |path: &[&str]| {
                at(node, &["DeliveryLocation", "Address"]).and_then(|node| text(node, path)).unwrap_or_default()
            };
            EDelivery {
                name: text(node, &["DeliveryParty", "PartyName", "Name"]),
                street: address(&["StreetName"]),
                city: address(&["CityName"]),
                postal_code: address(&["PostalZone"]),
                country: address(&["Country", "IdentificationCode"]),
            }
        }),
        period: at(root, &["InvoicePeriod"])
            .and_then(|node| Some((when(node, &["StartDate"])?, when(node, &["EndDate"])?))),
        payment: at(root, &["PaymentMeans"]).and_then(|node| {
            Some(EPayment {
                code: text(node, &["PaymentMeansCode"])?.parse().ok()?,
                account: text(node, &["PayeeFinancialAccount", "ID"]),
            })
        }),
        lines: children(root, line_name).map(line).collect::<Result<_, _>>()?,
        vat: total.into_iter().flat_map(|total| children(total, "TaxSubtotal")).map(vat).collect::<Result<_, _>>()?,
        lines_total: amount(sums, &["LineExtensionAmount"], "BT-106")?,
        net: amount(sums, &["TaxExclusiveAmount"], "BT-109")?,
        tax: amount_or_none(root, &["TaxTotal", "TaxAmount"], "BT-110")?,
        total: amount(sums, &["TaxInclusiveAmount"], "BT-112")?,
        prepaid: amount_or_none(sums, &["PrepaidAmount"], "BT-113")?,
        due: amount(sums, &["PayableAmount"], "BT-115")?,
        seal,
    })
}
