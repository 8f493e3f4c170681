//! Credit transfers as a file for the bank: ISO 20022 `pain.001.001.09`, by the rules of the SEPA credit transfer scheme.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use gabarit_domain::{money::Cents, text::fold};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};
use std::io;

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

/// Longest name of a party, message id, and remittance text in the scheme.
const MAX_NAME: usize = 70;
const MAX_ID: usize = 35;
const MAX_REMITTANCE: usize = 140;

/// A file of transfers from one account on one day.
#[derive(Clone, Debug)]
pub struct CreditTransfers {
    /// The message's own id: the bank refuses a second file with it.
    pub reference: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When the bank shall execute it.
    pub execute_on: NaiveDate,
    /// Who pays.
    pub debtor: String,
    /// From which account.
    pub debtor_iban: String,
    /// At which bank, if it is known.
    pub debtor_bic: Option<String>,
    /// To whom.
    pub transfers: Vec<CreditTransfer>,
}

/// One transfer.
#[derive(Clone, Debug)]
pub struct CreditTransfer {
    /// Passed on to the creditor's bank unchanged; unique.
    pub id: String,
    /// How much.
    pub amount: Cents,
    /// Who is paid.
    pub creditor: String,
    /// On which account.
    pub creditor_iban: String,
    /// For what: the invoice's number.
    pub remittance: String,
}

/// The characters that every bank takes (EPC217-08): accents are removed, what is left over becomes a space.
fn plain(text: &str, longest: usize) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(c) {
            plain.push(c);
        } else if c == '&' {
            plain.push('+');
        } else if c == '’' {
            plain.push('\'');
        } else {
            let folded = fold(c.encode_utf8(&mut [0; 4]));
            let ascii: String = folded.chars().filter(char::is_ascii_alphanumeric).collect();
            let upper = c.is_uppercase();
            let mut letters = ascii.chars();
            match letters.next() {
                Some(first) if upper => plain.push(first.to_ascii_uppercase()),
                Some(first) => plain.push(first),
                None => plain.push(' '),
            }
            plain.extend(letters);
        }
    }
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    // An id or a name must not begin or end with a slash, nor hold two in a row.
    let mut cut: String = words.replace("//", "/").trim_matches('/').chars().take(longest).collect();
    cut.truncate(cut.trim_end().len());
    cut
}

/// Writes elements and minds their nesting.
struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn element(&mut self, name: &str, inner: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        self.0.write_event(Event::Start(BytesStart::new(name)))?;
        inner(self)?;
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.element(name, |xml| xml.0.write_event(Event::Text(BytesText::new(text))))
    }

    fn path(&mut self, names: &[&str], text: &str) -> io::Result<()> {
        match names {
            [] => Ok(()),
            [last] => self.text(last, text),
            [first, rest @ ..] => self.element(first, |xml| xml.path(rest, text)),
        }
    }
}

/// The file, UTF-8 with a declaration.
///
/// # Errors
/// None that writing to memory can have.
pub fn pain_001(file: &CreditTransfers) -> io::Result<Vec<u8>> {
    let count = file.transfers.len().to_string();
    let sum: Cents = file.transfers.iter().map(|transfer| transfer.amount).sum();
    let sum = sum.to_plain();
    let reference = plain(&file.reference, MAX_ID);
    let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 2));
    xml.0.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.0.write_event(Event::Start(BytesStart::new("Document").with_attributes([("xmlns", NAMESPACE)])))?;
    xml.element("CstmrCdtTrfInitn", |xml| {
        xml.element("GrpHdr", |xml| {
            xml.text("MsgId", &reference)?;
            xml.text("CreDtTm", &file.created_at.to_rfc3339_opts(SecondsFormat::Secs, true))?;
            xml.text("NbOfTxs", &count)?;
            xml.text("CtrlSum", &sum)?;
            xml.path(&["InitgPty", "Nm"], &plain(&file.debtor, MAX_NAME))
        })?;
        xml.element("PmtInf", |xml| {
            xml.text("PmtInfId", &reference)?;
            xml.text("PmtMtd", "TRF")?;
            // One line a transfer on the statement, so that each can be matched.
            xml.text("BtchBookg", "false")?;
            xml.text("NbOfTxs", &count)?;
            xml.text("CtrlSum", &sum)?;
            xml.path(&["PmtTpInf", "SvcLvl", "Cd"], "SEPA")?;
            xml.path(&["ReqdExctnDt", "Dt"], &file.execute_on.to_string())?;
            xml.path(&["Dbtr", "Nm"], &plain(&file.debtor, MAX_NAME))?;
            xml.path(&["DbtrAcct", "Id", "IBAN"], &file.debtor_iban)?;
            match &file.debtor_bic {
                Some(bic) => xml.path(&["DbtrAgt", "FinInstnId", "BICFI"], bic)?,
                None => xml.path(&["DbtrAgt", "FinInstnId", "Othr", "Id"], "NOTPROVIDED")?,
            }
            xml.text("ChrgBr", "SLEV")?;
            for transfer in &file.transfers {
                xml.element("CdtTrfTxInf", |xml| credit_transfer(xml, transfer))?;
            }
            Ok(())
        })
    })?;
    xml.0.write_event(Event::End(BytesEnd::new("Document")))?;
    let mut bytes = xml.0.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn credit_transfer(xml: &mut Xml, transfer: &CreditTransfer) -> io::Result<()> {
    xml.path(&["PmtId", "EndToEndId"], &plain(&transfer.id, MAX_ID))?;
    xml.element("Amt", |xml| {
        let amount = BytesStart::new("InstdAmt").with_attributes([("Ccy", "EUR")]);
        xml.0.write_event(Event::Start(amount))?;
        xml.0.write_event(Event::Text(BytesText::new(&transfer.amount.to_plain())))?;
        xml.0.write_event(Event::End(BytesEnd::new("InstdAmt")))
    })?;
    let creditor = plain(&transfer.creditor, MAX_NAME);
    // A name in another script has no such characters; banks go by the account.
    xml.path(&["Cdtr", "Nm"], if creditor.is_empty() { "NOTPROVIDED" } else { &creditor })?;
    xml.path(&["CdtrAcct", "Id", "IBAN"], &transfer.creditor_iban)?;
    xml.path(&["RmtInf", "Ustrd"], &plain(&transfer.remittance, MAX_REMITTANCE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bank_takes_the_characters() {
        assert_eq!(plain("Bureau d’études Œuvre & Fils //", 70), "Bureau d'etudes Oeuvre + Fils");
        assert_eq!(plain("Łódź – Škoda GmbH <x>", 70), "Lodz Skoda GmbH x");
        assert_eq!(plain("  /SB-2026-000001/ ", 35), "SB-2026-000001");
        // The 35th character is a space: a name does not end with one.
        assert_eq!(plain(&"a b".repeat(100), 35).len(), 34);
        assert_eq!(plain("Ελλάδα", 70), "");
    }
}
