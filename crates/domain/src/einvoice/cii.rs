//! Cross Industry Invoice (UN/CEFACT D22B), as Factur-X takes it in its profile EN 16931.

use super::{CORE, EDelivery, EInvoice, ELine, EParty, EVat, xml::Xml};
use chrono::NaiveDate;

pub(super) fn write(invoice: &EInvoice) -> String {
    let mut xml = Xml::new();
    xml.root(
        "rsm:CrossIndustryInvoice",
        &[
            ("rsm", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"),
            ("qdt", "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"),
            ("ram", "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"),
            ("udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"),
        ],
    );
    xml.group("rsm:ExchangedDocumentContext", |xml| {
        xml.group("ram:GuidelineSpecifiedDocumentContextParameter", |xml| xml.leaf("ram:ID", CORE));
    });
    xml.group("rsm:ExchangedDocument", |xml| {
        xml.leaf("ram:ID", &invoice.number);
        xml.leaf("ram:TypeCode", &invoice.type_code.to_string());
        xml.group("ram:IssueDateTime", |xml| date(xml, "udt:DateTimeString", invoice.issued_on));
        if let Some(note) = invoice.note() {
            xml.group("ram:IncludedNote", |xml| xml.leaf("ram:Content", &note));
        }
    });
    xml.group("rsm:SupplyChainTradeTransaction", |xml| {
        for item in &invoice.lines {
            line(xml, item);
        }
        xml.group("ram:ApplicableHeaderTradeAgreement", |xml| {
            xml.maybe("ram:BuyerReference", invoice.buyer_reference.as_deref());
            xml.group("ram:SellerTradeParty", |xml| party(xml, &invoice.seller));
            xml.group("ram:BuyerTradeParty", |xml| party(xml, &invoice.buyer));
            if let Some(number) = &invoice.order_reference {
                xml.group("ram:BuyerOrderReferencedDocument", |xml| xml.leaf("ram:IssuerAssignedID", number));
            }
        });
        xml.group("ram:ApplicableHeaderTradeDelivery", |xml| {
            if let Some(to) = &invoice.delivery {
                xml.group("ram:ShipToTradeParty", |xml| delivery(xml, to));
            }
        });
        xml.group("ram:ApplicableHeaderTradeSettlement", |xml| settlement(xml, invoice));
    });
    xml.finish()
}

/// `102` is `YYYYMMDD`.
fn date(xml: &mut Xml, name: &'static str, day: NaiveDate) {
    xml.leaf_with(name, Some(("format", "102")), &day.format("%Y%m%d").to_string());
}

fn line(xml: &mut Xml, item: &ELine) {
    xml.group("ram:IncludedSupplyChainTradeLineItem", |xml| {
        xml.group("ram:AssociatedDocumentLineDocument", |xml| xml.leaf("ram:LineID", &item.id));
        xml.group("ram:SpecifiedTradeProduct", |xml| {
            xml.leaf("ram:Name", &item.name);
            xml.maybe("ram:Description", item.description.as_deref());
        });
        xml.group("ram:SpecifiedLineTradeAgreement", |xml| {
            xml.group("ram:NetPriceProductTradePrice", |xml| xml.leaf("ram:ChargeAmount", &item.price.to_string()));
        });
        xml.group("ram:SpecifiedLineTradeDelivery", |xml| {
            xml.leaf_with("ram:BilledQuantity", Some(("unitCode", &item.unit)), &item.quantity.to_string());
        });
        xml.group("ram:SpecifiedLineTradeSettlement", |xml| {
            xml.group("ram:ApplicableTradeTax", |xml| {
                xml.leaf("ram:TypeCode", "VAT");
                xml.leaf("ram:CategoryCode", &item.category);
                xml.maybe("ram:RateApplicablePercent", item.rate.map(|rate| rate.to_string()).as_deref());
            });
            xml.group("ram:SpecifiedTradeSettlementLineMonetarySummation", |xml| {
                xml.leaf("ram:LineTotalAmount", &item.net.to_plain());
            });
        });
    });
}

fn party(xml: &mut Xml, party: &EParty) {
    xml.maybe("ram:ID", party.identifier.as_deref());
    xml.leaf("ram:Name", &party.name);
    if let Some((scheme, number)) = &party.registration {
        xml.group("ram:SpecifiedLegalOrganization", |xml| {
            xml.leaf_with("ram:ID", scheme.as_deref().map(|scheme| ("schemeID", scheme)), number);
        });
    }
    if party.contact.is_some() || party.email.is_some() {
        xml.group("ram:DefinedTradeContact", |xml| {
            xml.maybe("ram:PersonName", party.contact.as_deref());
            if let Some(email) = &party.email {
                xml.group("ram:EmailURIUniversalCommunication", |xml| xml.leaf("ram:URIID", email));
            }
        });
    }
    address(xml, [&party.postal_code, &party.street, &party.city, &party.country]);
    if let Some(endpoint) = &party.endpoint {
        xml.group("ram:URIUniversalCommunication", |xml| {
            xml.leaf_with("ram:URIID", Some(("schemeID", endpoint.scheme())), endpoint.id());
        });
    }
    for (scheme, number) in [("VA", &party.vat_number), ("FC", &party.tax_registration)] {
        if let Some(number) = number {
            xml.group("ram:SpecifiedTaxRegistration", |xml| {
                xml.leaf_with("ram:ID", Some(("schemeID", scheme)), number);
            });
        }
    }
}

fn address(xml: &mut Xml, [postal_code, street, city, country]: [&str; 4]) {
    xml.group("ram:PostalTradeAddress", |xml| {
        xml.maybe("ram:PostcodeCode", some(postal_code));
        xml.maybe("ram:LineOne", some(street));
        xml.maybe("ram:CityName", some(city));
        xml.leaf("ram:CountryID", country);
    });
}

fn delivery(xml: &mut Xml, to: &EDelivery) {
    xml.maybe("ram:Name", to.name.as_deref());
    address(xml, [&to.postal_code, &to.street, &to.city, &to.country]);
}

pub(super) fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn settlement(xml: &mut Xml, invoice: &EInvoice) {
    xml.leaf("ram:InvoiceCurrencyCode", "EUR");
    if let Some(payment) = &invoice.payment {
        xml.group("ram:SpecifiedTradeSettlementPaymentMeans", |xml| {
            xml.leaf("ram:TypeCode", &payment.code.to_string());
            if let Some(account) = &payment.account {
                xml.group("ram:PayeePartyCreditorFinancialAccount", |xml| xml.leaf("ram:IBANID", account));
            }
        });
    }
    for vat in &invoice.vat {
        tax(xml, vat);
    }
    if let Some((first, last)) = invoice.period {
        xml.group("ram:BillingSpecifiedPeriod", |xml| {
            xml.group("ram:StartDateTime", |xml| date(xml, "udt:DateTimeString", first));
            xml.group("ram:EndDateTime", |xml| date(xml, "udt:DateTimeString", last));
        });
    }
    if invoice.terms.is_some() || invoice.due_on.is_some() {
        xml.group("ram:SpecifiedTradePaymentTerms", |xml| {
            xml.maybe("ram:Description", invoice.terms.as_deref());
            if let Some(day) = invoice.due_on {
                xml.group("ram:DueDateDateTime", |xml| date(xml, "udt:DateTimeString", day));
            }
        });
    }
    xml.group("ram:SpecifiedTradeSettlementHeaderMonetarySummation", |xml| {
        xml.leaf("ram:LineTotalAmount", &invoice.lines_total.to_plain());
        xml.leaf("ram:TaxBasisTotalAmount", &invoice.net.to_plain());
        xml.leaf_with("ram:TaxTotalAmount", Some(("currencyID", "EUR")), &invoice.tax.to_plain());
        xml.leaf("ram:GrandTotalAmount", &invoice.total.to_plain());
        xml.leaf("ram:TotalPrepaidAmount", &invoice.prepaid.to_plain());
        xml.leaf("ram:DuePayableAmount", &invoice.due.to_plain());
    });
    if let Some(preceding) = &invoice.preceding {
        xml.group("ram:InvoiceReferencedDocument", |xml| {
            xml.leaf("ram:IssuerAssignedID", &preceding.number);
            if let Some(day) = preceding.issued_on {
                xml.group("ram:FormattedIssueDateTime", |xml| date(xml, "qdt:DateTimeString", day));
            }
        });
    }
}

fn tax(xml: &mut Xml, vat: &EVat) {
    xml.group("ram:ApplicableTradeTax", |xml| {
        xml.leaf("ram:CalculatedAmount", &vat.tax.to_plain());
        xml.leaf("ram:TypeCode", "VAT");
        xml.maybe("ram:ExemptionReason", vat.reason.as_deref());
        xml.leaf("ram:BasisAmount", &vat.taxable.to_plain());
        xml.leaf("ram:CategoryCode", &vat.category);
        xml.maybe("ram:ExemptionReasonCode", vat.reason_code.as_deref());
        xml.maybe("ram:RateApplicablePercent", vat.rate.map(|rate| rate.to_string()).as_deref());
    });
}
