//! Verifies a document from its file alone: in the browser, or on the server for those without script.

use chrono::NaiveDate;
use gabarit_domain::{
    einvoice::{
        check::{self, Finding},
        read::{self, ReadError},
        seal::{self, SealState},
    },
    money::Cents,
};
use serde::{Deserialize, Serialize};

/// The greatest file that is read, in bytes: many times the longest document.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What a seal proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seal {
    /// Ours, and unchanged.
    Ours,
    /// It names our key, but something was changed since.
    Changed,
    /// It names a key that is not ours.
    Stranger,
    /// There is none.
    Missing,
}

impl From<SealState> for Seal {
    fn from(state: SealState) -> Self {
        match state {
            SealState::Ours => Self::Ours,
            SealState::Changed => Self::Changed,
            SealState::Stranger => Self::Stranger,
            SealState::Missing => Self::Missing,
        }
    }
}

/// Why a file cannot be verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unreadable {
    /// Greater than [`MAX_BYTES`].
    TooBig,
    /// Neither PDF nor XML.
    NeitherPdfNorXml,
    /// A PDF without (readable) invoice data.
    NoInvoiceInPdf,
    /// XML, but no invoice in UBL or CII, or not well-formed.
    NoInvoice,
    /// A term of the standard is missing, unreadable or not used here: which.
    Term(String),
}

impl From<ReadError> for Unreadable {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NeitherPdfNorXml => Self::NeitherPdfNorXml,
            ReadError::NoInvoiceInPdf | ReadError::Compressed => Self::NoInvoiceInPdf,
            ReadError::Malformed | ReadError::NoInvoice => Self::NoInvoice,
            ReadError::Term(term) | ReadError::Unsupported(term) => Self::Term(term.to_owned()),
            ReadError::Currency => Self::Term("BT-5".to_owned()),
        }
    }
}

/// What verifying a file found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// As it says of itself.
    pub number: String,
    /// As it says of itself.
    pub issued_on: NaiveDate,
    /// As it says of itself.
    pub seller: String,
    /// As it says of itself.
    pub buyer: String,
    /// As it says of itself.
    pub total: Cents,
    /// Every figure, recomputed.
    pub findings: Vec<Finding>,
    /// The seal over the data.
    pub data: Seal,
    /// The seal over the whole file; none for XML.
    pub file: Option<Seal>,
}

impl Report {
    /// Whether every figure is what it must be.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.findings.iter().all(|finding| finding.holds)
    }
}

/// Verifies a file with the operator's public keys (hexadecimal). Nothing but the file is needed.
///
/// # Errors
/// See [`Unreadable`].
pub fn verify(bytes: &[u8], keys: &[String]) -> Result<Report, Unreadable> {
    if bytes.len() > MAX_BYTES {
        return Err(Unreadable::TooBig);
    }
    let invoice = read::file(bytes)?;
    Ok(Report {
        findings: check::recompute(&invoice),
        data: invoice.judge_seal(keys).into(),
        file: bytes.starts_with(b"%PDF-").then(|| seal::judge_file(keys, bytes).into()),
        number: invoice.number,
        issued_on: invoice.issued_on,
        seller: invoice.seller.name,
        buyer: invoice.buyer.name,
        total: invoice.total,
    })
}
