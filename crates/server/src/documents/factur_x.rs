//! What makes a PDF/A-3 with an embedded invoice a Factur-X: the description of the attachment in its metadata, with the
//! schema that PDF/A wants of properties it does not know; and the operator's seal over the whole file.
//!
//! The library that writes the PDF knows no such properties, so they are put into its metadata afterwards: that stream
//! is not compressed, and the table of offsets behind it is moved along.

use gabarit_domain::einvoice::seal::{self, Signer};
use thiserror::Error;

/// The file was not written as expected: a fault of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the PDF has no {0} where it must be")]
pub(super) struct Unexpected(&'static str);

/// Properties of Factur-X 1.0 and of the seal.
const PROPERTIES: &str = include_str!("factur_x.xmp");
/// Their schemas, which PDF/A wants of properties that it does not know; they join those that are there.
const SCHEMAS: &str = include_str!("factur_x_schemas.xmp");
/// Where the list of schemas begins.
const LIST: &[u8] = b"<pdfaExtension:schemas><rdf:Bag>";

fn find(hay: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    hay.get(from..)?.windows(needle.len()).position(|window| window == needle).map(|at| at + from)
}

fn rfind(hay: &[u8], needle: &[u8], before: usize) -> Option<usize> {
    hay.get(..before)?.windows(needle.len()).rposition(|window| window == needle)
}

/// The number written at a place: where it begins, where it ends, what it is.
fn number_at(pdf: &[u8], mut from: usize) -> Option<(usize, usize, usize)> {
    while pdf.get(from)?.is_ascii_whitespace() {
        from += 1;
    }
    let digits = pdf.get(from..)?.iter().take_while(|b| b.is_ascii_digit()).count();
    let text = std::str::from_utf8(pdf.get(from..from + digits)?).ok()?;
    Some((from, from + digits, text.parse().ok()?))
}

/// Describes the attachment and seals the file.
///
/// # Errors
/// [`Unexpected`], if the PDF is not of the form that its writer gives it.
pub(super) fn finish(mut pdf: Vec<u8>, signer: &Signer) -> Result<Vec<u8>, Unexpected> {
    let metadata =
        find(&pdf, b"/Type /Metadata", 0).or_else(|| find(&pdf, b"/Type/Metadata", 0)).ok_or(Unexpected("metadata"))?;
    let object = rfind(&pdf, b" obj", metadata).ok_or(Unexpected("metadata object"))?;
    let body = find(&pdf, b"stream", metadata).ok_or(Unexpected("metadata stream"))?;
    let place = find(&pdf, b"</rdf:RDF>", body).ok_or(Unexpected("end of RDF"))?;
    let list = find(&pdf, LIST, body).filter(|at| *at < place).ok_or(Unexpected("list of schemas"))? + LIST.len();
    let added = PROPERTIES.replace(seal::FILE_OPEN, &format!("{}{}", seal::FILE_OPEN, seal::blank()));
    // From the back to the front, so that places stay what they are.
    let table = rfind(&pdf, b"startxref", pdf.len()).ok_or(Unexpected("startxref"))?;
    let (start, end, xref) = number_at(&pdf, table + 9).ok_or(Unexpected("offset of the table"))?;
    let length_key = find(&pdf, b"/Length", object).filter(|at| *at < body).ok_or(Unexpected("length"))?;
    let (length_start, length_end, length) = number_at(&pdf, length_key + 7).ok_or(Unexpected("length"))?;
    let new_length = (length + added.len() + SCHEMAS.len()).to_string();
    let widened = new_length.len() - (length_end - length_start);
    let shift = added.len() + SCHEMAS.len() + widened;
    // Entries of 20 bytes, after `xref` and the line with the first number and their count.
    let (_, first_end, first) = number_at(&pdf, xref + 4).ok_or(Unexpected("table"))?;
    let (_, count_end, count) = number_at(&pdf, first_end).ok_or(Unexpected("table"))?;
    let entries = find(&pdf, b"\n", count_end).ok_or(Unexpected("table"))? + 1;
    if first != 0 {
        return Err(Unexpected("whole table"));
    }
    pdf.splice(start..end, (xref + shift).to_string().into_bytes());
    for index in 0..count {
        let at = entries + 20 * index;
        let entry = pdf.get_mut(at..at + 20).ok_or(Unexpected("entry of the table"))?;
        if entry.get(17) != Some(&b'n') {
            continue;
        }
        let offset: usize = std::str::from_utf8(&entry[..10])
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or(Unexpected("offset in the table"))?;
        if offset > place {
            entry[..10].copy_from_slice(format!("{:010}", offset + shift).as_bytes());
        }
    }
    pdf.splice(place..place, added.into_bytes());
    pdf.splice(list..list, SCHEMAS.bytes());
    pdf.splice(length_start..length_end, new_length.into_bytes());
    let slot = seal::file_slot(&pdf).ok_or(Unexpected("slot for the seal"))?;
    let seal = signer.seal(&seal::file_message(&pdf, &slot));
    pdf.get_mut(slot).ok_or(Unexpected("slot for the seal"))?.copy_from_slice(seal.as_bytes());
    Ok(pdf)
}
