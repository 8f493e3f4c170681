//! UBL 2.1 Invoice and CreditNote, as Peppol BIS Billing 3.0 and BIS Self-Billing 3.0 take them.

use super::{
    BILLING, BILLING_PROCESS, EDelivery, EInvoice, ELine, EParty, EVat, SELF_BILLING, SELF_BILLING_PROCESS, cii::some,
    xml::Xml,
};
use crate::money::Cents;
use chrono::NaiveDate;
use rust_decimal::Decimal;

pub(super) fn write(invoice: &EInvoice) -> String {
    let credit = invoice.is_credit_note();
    let mut xml = Xml::new();
    let (root, namespace) = if credit {
        ("CreditNote", "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2")
    } else {
        ("Invoice", "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2")
    };
    xml.root(
        root,
        &[
            ("", namespace),
            ("cac", "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"),
            ("cbc", "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"),
        ],
    );
    let (customization, profile) =
        if invoice.is_self_billed() { (SELF_BILLING, SELF_BILLING_PROCESS) } else { (BILLING, BILLING_PROCESS) };
    xml.leaf("cbc:CustomizationID", customization);
    xml.leaf("cbc:ProfileID", profile);
    xml.leaf("cbc:ID", &invoice.number);
    date(&mut xml, "cbc:IssueDate", invoice.issued_on);
    if let Some(day) = invoice.due_on {
        date(&mut xml, "cbc:DueDate", day);
    }
    let type_name = if credit { "cbc:CreditNoteTypeCode" } else { "cbc:InvoiceTypeCode" };
    xml.leaf(type_name, &invoice.type_code.to_string());
    xml.maybe("cbc:Note", invoice.note().as_deref());
    xml.leaf("cbc:DocumentCurrencyCode", "EUR");
    xml.maybe("cbc:BuyerReference", invoice.buyer_reference.as_deref());
    if let Some((first, last)) = invoice.period {
        xml.group("cac:InvoicePeriod", |xml| {
            date(xml, "cbc:StartDate", first);
            date(xml, "cbc:EndDate", last);
        });
    }
    if let Some(number) = &invoice.order_reference {
        xml.group("cac:OrderReference", |xml| xml.leaf("cbc:ID", number));
    }
    if let Some(preceding) = &invoice.preceding {
        xml.group("cac:BillingReference", |xml| {
            xml.group("cac:InvoiceDocumentReference", |xml| {
                xml.leaf("cbc:ID", &preceding.number);
                if let Some(day) = preceding.issued_on {
                    date(xml, "cbc:IssueDate", day);
                }
            });
        });
    }
    xml.group("cac:AccountingSupplierParty", |xml| party(xml, &invoice.seller));
    xml.group("cac:AccountingCustomerParty", |xml| party(xml, &invoice.buyer));
    if let Some(to) = &invoice.delivery {
        xml.group("cac:Delivery", |xml| delivery(xml, to));
    }
    payment(&mut xml, invoice);
    if let Some(terms) = &invoice.terms {
        xml.group("cac:PaymentTerms", |xml| xml.leaf("cbc:Note", terms));
    }
    xml.group("cac:TaxTotal", |xml| {
        amount(xml, "cbc:TaxAmount", invoice.tax);
        for vat in &invoice.vat {
            subtotal(xml, vat);
        }
    });
    xml.group("cac:LegalMonetaryTotal", |xml| {
        amount(xml, "cbc:LineExtensionAmount", invoice.lines_total);
        amount(xml, "cbc:TaxExclusiveAmount", invoice.net);
        amount(xml, "cbc:TaxInclusiveAmount", invoice.total);
        amount(xml, "cbc:PrepaidAmount", invoice.prepaid);
        amount(xml, "cbc:PayableAmount", invoice.due);
    });
    for item in &invoice.lines {
        line(&mut xml, item, credit);
    }
    xml.finish()
}

fn date(xml: &mut Xml, name: &'static str, day: NaiveDate) {
    xml.leaf(name, &day.format("%Y-%m-%d").to_string());
}

fn amount(xml: &mut Xml, name: &'static str, amount: Cents) {
    xml.leaf_with(name, Some(("currencyID", "EUR")), &amount.to_plain());
}

fn payment(xml: &mut Xml, invoice: &EInvoice) {
    let Some(payment) = &invoice.payment else { return };
    xml.group("cac:PaymentMeans", |xml| {
        xml.leaf("cbc:PaymentMeansCode", &payment.code.to_string());
        if let Some(account) = &payment.account {
            xml.group("cac:PayeeFinancialAccount", |xml| xml.leaf("cbc:ID", account));
        }
    });
}

fn address(xml: &mut Xml, name: &'static str, [street, city, postal_code, country]: [&str; 4]) {
    xml.group(name, |xml| {
        xml.maybe("cbc:StreetName", some(street));
        xml.maybe("cbc:CityName", some(city));
        xml.maybe("cbc:PostalZone", some(postal_code));
        xml.group("cac:Country", |xml| xml.leaf("cbc:IdentificationCode", country));
    });
}

fn delivery(xml: &mut Xml, to: &EDelivery) {
    xml.group("cac:DeliveryLocation", |xml| {
        address(xml, "cac:Address", [&to.street, &to.city, &to.postal_code, &to.country]);
    });
    if let Some(name) = &to.name {
        xml.group("cac:DeliveryParty", |xml| xml.group("cac:PartyName", |xml| xml.leaf("cbc:Name", name)));
    }
}

fn party(xml: &mut Xml, party: &EParty) {
    xml.group("cac:Party", |xml| {
        if let Some(endpoint) = &party.endpoint {
            xml.leaf_with("cbc:EndpointID", Some(("schemeID", endpoint.scheme())), endpoint.id());
        }
        if let Some(identifier) = &party.identifier {
            xml.group("cac:PartyIdentification", |xml| xml.leaf("cbc:ID", identifier));
        }
        address(xml, "cac:PostalAddress", [&party.street, &party.city, &party.postal_code, &party.country]);
        for (scheme, number) in [("VAT", &party.vat_number), ("TAX", &party.tax_registration)] {
            if let Some(number) = number {
                xml.group("cac:PartyTaxScheme", |xml| {
                    xml.leaf("cbc:CompanyID", number);
                    xml.group("cac:TaxScheme", |xml| xml.leaf("cbc:ID", scheme));
                });
            }
        }
        xml.group("cac:PartyLegalEntity", |xml| {
            xml.leaf("cbc:RegistrationName", &party.name);
            if let Some((scheme, number)) = &party.registration {
                xml.leaf_with("cbc:CompanyID", scheme.as_deref().map(|scheme| ("schemeID", scheme)), number);
            }
        });
        if party.contact.is_some() || party.email.is_some() {
            xml.group("cac:Contact", |xml| {
                xml.maybe("cbc:Name", party.contact.as_deref());
                xml.maybe("cbc:ElectronicMail", party.email.as_deref());
            });
        }
    });
}

fn category(
    xml: &mut Xml,
    name: &'static str,
    code: &str,
    rate: Option<Decimal>,
    reason_code: Option<&str>,
    reason: Option<&str>,
) {
    xml.group(name, |xml| {
        xml.leaf("cbc:ID", code);
        xml.maybe("cbc:Percent", rate.map(|rate| rate.to_string()).as_deref());
        xml.maybe("cbc:TaxExemptionReasonCode", reason_code);
        xml.maybe("cbc:TaxExemptionReason", reason);
        xml.group("cac:TaxScheme", |xml| xml.leaf("cbc:ID", "VAT"));
    });
}

fn subtotal(xml: &mut Xml, vat: &EVat) {
    xml.group("cac:TaxSubtotal", |xml| {
        amount(xml, "cbc:TaxableAmount", vat.taxable);
        amount(xml, "cbc:TaxAmount", vat.tax);
        category(xml, "cac:TaxCategory", &vat.category, vat.rate, vat.reason_code.as_deref(), vat.reason.as_deref());
    });
}

fn line(xml: &mut Xml, item: &ELine, credit: bool) {
    let (group, quantity) = if credit {
        ("cac:CreditNoteLine", "cbc:CreditedQuantity")
    } else {
        ("cac:InvoiceLine", "cbc:InvoicedQuantity")
    };
    xml.group(group, |xml| {
        xml.leaf("cbc:ID", &item.id);
        xml.leaf_with(quantity, Some(("unitCode", &item.unit)), &item.quantity.to_string());
        amount(xml, "cbc:LineExtensionAmount", item.net);
        xml.group("cac:Item", |xml| {
            xml.maybe("cbc:Description", item.description.as_deref());
            xml.leaf("cbc:Name", &item.name);
            category(xml, "cac:ClassifiedTaxCategory", &item.category, item.rate, None, None);
        });
        xml.group("cac:Price", |xml| {
            xml.leaf_with("cbc:PriceAmount", Some(("currencyID", "EUR")), &item.price.to_string());
        });
    });
}
