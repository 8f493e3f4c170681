//! The yearly report on sellers as XML, by the OECD's schema for digital platform information.

use crate::{config::Operator, db::papers::IdentityRow};
use chrono::{DateTime, Utc};
use gabarit_domain::{invoice::Party, money::Cents};
use std::fmt::Write as _;

/// One seller.
pub(crate) struct Reported<'a> {
    /// Unique and stable.
    pub(crate) reference: String,
    /// As billed.
    pub(crate) party: &'a Party,
    /// As told.
    pub(crate) identity: Option<&'a IdentityRow>,
    /// Consideration, activities, fees, taxes.
    pub(crate) quarters: [(Cents, i64, Cents, Cents); 4],
}

struct Xml(String);

impl Xml {
    fn leaf(&mut self, name: &str, attributes: &str, text: &str) {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        let space = if attributes.is_empty() { "" } else { " " };
        let _ = writeln!(self.0, "<dpi:{name}{space}{attributes}>{text}</dpi:{name}>");
    }

    fn group(&mut self, name: &str, attributes: &str, content: impl FnOnce(&mut Self)) {
        let space = if attributes.is_empty() { "" } else { " " };
        let _ = writeln!(self.0, "<dpi:{name}{space}{attributes}>");
        content(self);
        let _ = writeln!(self.0, "</dpi:{name}>");
    }

    fn address(&mut self, street: &str, postal_code: &str, city: &str, country: &str) {
        self.group("Address", "legalAddressType=\"OECD304\"", |xml| {
            xml.leaf("CountryCode", "", country);
            xml.group("AddressFix", "", |xml| {
                xml.leaf("Street", "", street);
                xml.leaf("PostCode", "", postal_code);
                xml.leaf("City", "", city);
            });
        });
    }

    fn doc_spec(&mut self, reference: &str) {
        self.group("DocSpec", "", |xml| {
            for (name, text) in [("DocTypeIndic", "OECD1"), ("DocRefId", reference)] {
                let _ = writeln!(xml.0, "<stf:{name}>{text}</stf:{name}>");
            }
        });
    }
}

/// Writes the report.
pub(crate) fn write<'a>(
    operator: &Operator,
    year: i32,
    now: DateTime<Utc>,
    sellers: impl Iterator<Item = Reported<'a>>,
) -> String {
    let country = operator.vat.country.to_string();
    let message = format!("{country}{year}{country}{}", now.format("%Y%m%d%H%M%S"));
    let mut xml = Xml("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned());
    xml.group(
        "DPI_OECD",
        "version=\"1.0\" xmlns:dpi=\"urn:oecd:ties:dpi:v1\" xmlns:stf=\"urn:oecd:ties:dpistf:v1\"",
        |xml| {
            xml.group("MessageSpec", "", |xml| {
                xml.leaf("SendingEntityIN", "", operator.vat_number.as_str());
                xml.leaf("TransmittingCountry", "", &country);
                xml.leaf("ReceivingCountry", "", &country);
                xml.leaf("MessageType", "", "DPI");
                xml.leaf("Contact", "", operator.email.as_str());
                xml.leaf("MessageRefId", "", &message);
                xml.leaf("MessageTypeIndic", "", "DPI401");
                xml.leaf("ReportingPeriod", "", &format!("{year}-12-31"));
                xml.leaf("Timestamp", "", &now.format("%Y-%m-%dT%H:%M:%S").to_string());
            });
            xml.group("DPIBody", "", |xml| {
                xml.group("PlatformOperator", "", |xml| {
                    xml.leaf("ResCountryCode", "", &country);
                    xml.leaf("TIN", &format!("issuedBy=\"{country}\""), operator.vat_number.as_str());
                    xml.leaf("Name", "", &operator.name);
                    xml.address(&operator.street, &operator.postal_code, &operator.city, &country);
                    xml.leaf("Nexus", "", "RPONEX1");
                    xml.leaf("AssumedReporting", "", "false");
                    xml.doc_spec(&format!("{message}-operator"));
                });
                for reported in sellers {
                    seller(xml, &reported, &message);
                }
            });
        },
    );
    xml.0
}

fn seller(xml: &mut Xml, reported: &Reported<'_>, message: &str) {
    let party = reported.party;
    let country = party.country.to_string();
    let tin = |xml: &mut Xml| match reported.identity {
        Some(identity) => xml.leaf("TIN", &format!("issuedBy=\"{}\"", identity.tin_country), &identity.tin),
        None => xml.leaf("TIN", "unknown=\"true\"", ""),
    };
    let vat = |xml: &mut Xml| {
        if let Some(number) = &party.vat_number {
            xml.leaf("VAT", "", number.as_str());
        }
    };
    xml.group("ReportableSeller", "", |xml| {
        xml.group("Identity", "", |xml| match reported.identity.filter(|identity| !identity.is_entity) {
            Some(identity) => xml.group("IndividualSeller", "", |xml| {
                xml.group("Standard", "", |xml| {
                    xml.group("IndSellerID", "", |xml| {
                        xml.leaf("ResCountryCode", "", &country);
                        tin(xml);
                        vat(xml);
                        xml.group("Name", "", |xml| {
                            xml.leaf("FirstName", "", &identity.first_name);
                            xml.leaf("LastName", "", &identity.last_name);
                        });
                        xml.address(&party.street, &party.postal_code, &party.city, &country);
                        xml.group("BirthInfo", "", |xml| {
                            let day = identity.birth_date.map(|day| day.to_string()).unwrap_or_default();
                            xml.leaf("BirthDate", "", &day);
                        });
                    });
                });
            }),
            None => xml.group("EntitySeller", "", |xml| {
                xml.group("Standard", "", |xml| {
                    xml.group("EntSellerID", "", |xml| {
                        xml.leaf("ResCountryCode", "", &country);
                        tin(xml);
                        if let Some(identity) = reported.identity {
                            let issued = format!("issuedBy=\"{}\" INType=\"BRN\"", identity.tin_country);
                            xml.leaf("IN", &issued, &identity.registration);
                        }
                        vat(xml);
                        xml.leaf("Name", "", &party.name);
                        xml.address(&party.street, &party.postal_code, &party.city, &country);
                    });
                });
            }),
        });
        xml.group("RelevantActivities", "", |xml| {
            xml.group("PersonalServices", "", |xml| {
                let mut amounts = |name: &str, prefix: &str, pick: fn(&(Cents, i64, Cents, Cents)) -> Cents| {
                    xml.group(name, "", |xml| {
                        for (index, quarter) in reported.quarters.iter().enumerate() {
                            // The schema wants whole euros.
                            let euros = Cents(pick(quarter).0).as_decimal().round().to_string();
                            xml.leaf(&format!("{prefix}Q{}", index + 1), "currCode=\"EUR\"", &euros);
                        }
                    });
                };
                amounts("Consideration", "Cons", |quarter| quarter.0);
                xml.group("NumberOfActivities", "", |xml| {
                    for (index, quarter) in reported.quarters.iter().enumerate() {
                        xml.leaf(&format!("NumbQ{}", index + 1), "", &quarter.1.to_string());
                    }
                });
                let mut amounts = |name: &str, prefix: &str, pick: fn(&(Cents, i64, Cents, Cents)) -> Cents| {
                    xml.group(name, "", |xml| {
                        for (index, quarter) in reported.quarters.iter().enumerate() {
                            let euros = Cents(pick(quarter).0).as_decimal().round().to_string();
                            xml.leaf(&format!("{prefix}Q{}", index + 1), "currCode=\"EUR\"", &euros);
                        }
                    });
                };
                amounts("Fees", "Fees", |quarter| quarter.2);
                amounts("Taxes", "Tax", |quarter| quarter.3);
            });
        });
        xml.doc_spec(&format!("{message}-{}", reported.reference));
    });
}
