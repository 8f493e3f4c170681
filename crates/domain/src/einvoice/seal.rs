//! The operator's signature on documents: proof that one is ours, for anyone, without asking us.
//!
//! Two seals (Ed25519, RFC 8032): one over the data ([`EInvoice::canonical`]), carried in the note of every XML and so
//! in the PDF's; and one over every byte of a PDF, carried in its metadata in a slot that counts as zeros. The first
//! says that the figures are ours, the second that the printed pages are.

use super::EInvoice;
use ed25519_compact::{KeyPair, PublicKey, Seed, Signature};
use std::fmt::Write as _;

/// What a seal starts with, where it stands in a note.
pub const PREFIX: &str = "gabarit-seal:";
/// Length of a seal: key's mark, colon, signature.
pub const LENGTH: usize = MARK + 1 + 128;
/// Length of a key's mark: the first eight hexadecimal digits of the public key.
const MARK: usize = 8;

/// The operator's key. Never printed.
#[derive(Clone)]
pub struct Signer(KeyPair);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.public_key())
    }
}

impl Signer {
    /// From 32 secret bytes.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self(KeyPair::from_seed(Seed::new(seed)))
    }

    /// The public key, in hexadecimal.
    #[must_use]
    pub fn public_key(&self) -> String {
        hex(&*self.0.pk)
    }

    /// Seals a message. The same message always gets the same seal.
    #[must_use]
    pub fn seal(&self, message: &[u8]) -> String {
        let signature = self.0.sk.sign(message, None);
        let mut seal = self.public_key();
        seal.truncate(MARK);
        seal.push(':');
        seal.push_str(&hex(&*signature));
        seal
    }
}

/// What a seal proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealState {
    /// It was made with one of the keys over this very message.
    Ours,
    /// It names one of the keys, but the message is another.
    Changed,
    /// It names a key that is not ours.
    Stranger,
    /// There is none.
    Missing,
}

/// Judges a seal with the public keys (hexadecimal) of the operator.
#[must_use]
pub fn judge(keys: &[String], message: &[u8], seal: Option<&str>) -> SealState {
    let Some(seal) = seal else { return SealState::Missing };
    let Some((mark, signature)) = seal.split_once(':') else { return SealState::Stranger };
    let mut known = keys.iter().filter(|key| key.get(..MARK) == Some(mark)).peekable();
    if known.peek().is_none() {
        return SealState::Stranger;
    }
    let Some(signature) = bytes::<64>(signature).map(Signature::new) else { return SealState::Changed };
    let holds =
        known.filter_map(|key| bytes::<32>(key)).any(|key| PublicKey::new(key).verify(message, &signature).is_ok());
    if holds { SealState::Ours } else { SealState::Changed }
}

/// A seal's place holder of the same length.
#[must_use]
pub fn blank() -> String {
    "0".repeat(LENGTH)
}

/// The element of a PDF's metadata that holds its file's seal.
pub const FILE_OPEN: &str = "<gabarit:fileSeal>";

/// Where in a PDF the seal of the file stands; `None` unless there is exactly one slot.
#[must_use]
pub fn file_slot(pdf: &[u8]) -> Option<std::ops::Range<usize>> {
    let needle = FILE_OPEN.as_bytes();
    let mut places = find_all(pdf, needle);
    let start = places.next()? + needle.len();
    let end = start.checked_add(LENGTH)?;
    (places.next().is_none() && pdf.get(end..).is_some_and(|rest| rest.starts_with(b"</"))).then_some(start..end)
}

/// The bytes that a file's seal is over: all, with zeros in the slot.
#[must_use]
pub fn file_message(pdf: &[u8], slot: &std::ops::Range<usize>) -> Vec<u8> {
    let mut message = pdf.to_vec();
    if let Some(place) = message.get_mut(slot.clone()) {
        place.fill(b'0');
    }
    message
}

/// Judges the seal of a whole PDF.
#[must_use]
pub fn judge_file(keys: &[String], pdf: &[u8]) -> SealState {
    let Some(slot) = file_slot(pdf) else { return SealState::Missing };
    let seal = pdf.get(slot.clone()).and_then(|bytes| std::str::from_utf8(bytes).ok());
    judge(keys, &file_message(pdf, &slot), seal)
}

/// Every place where `needle` begins.
pub(super) fn find_all<'a>(hay: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    hay.windows(needle.len()).enumerate().filter(move |(_, window)| *window == needle).map(|(at, _)| at)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut out = [0; N];
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |b: u8| char::from(b).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?;
    }
    Some(out)
}

impl EInvoice {
    /// The data as one text, the same whichever syntax it was read from: a line a term, by its number in the standard.
    /// Electronic addresses (routing) and the seal itself are left out.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut text = String::from("gabarit-document-1\n");
        let mut put = |term: &str, value: &str| {
            text.push_str(term);
            text.push('\t');
            text.push_str(value);
            text.push('\n');
        };
        put("BT-1", &self.number);
        put("BT-2", &self.issued_on.to_string());
        put("BT-3", &self.type_code.to_string());
        put("BT-9", &self.due_on.map(|day| day.to_string()).unwrap_or_default());
        put("BT-10", self.buyer_reference.as_deref().unwrap_or_default());
        put("BT-13", self.order_reference.as_deref().unwrap_or_default());
        put("BT-20", self.terms.as_deref().unwrap_or_default());
        for note in &self.notes {
            put("BT-22", note);
        }
        if let Some(preceding) = &self.preceding {
            put("BT-25", &preceding.number);
            put("BT-26", &preceding.issued_on.map(|day| day.to_string()).unwrap_or_default());
        }
        for (side, party) in [("BG-4", &self.seller), ("BG-7", &self.buyer)] {
            let registration = party.registration.as_ref();
            put(side, &party.name);
            for value in [
                party.identifier.as_deref(),
                registration.and_then(|(scheme, _)| scheme.as_deref()),
                registration.map(|(_, number)| number.as_str()),
                party.vat_number.as_deref(),
                party.tax_registration.as_deref(),
                Some(party.street.as_str()),
                Some(party.postal_code.as_str()),
                Some(party.city.as_str()),
                Some(party.country.as_str()),
                party.contact.as_deref(),
                party.email.as_deref(),
            ] {
                put("", value.unwrap_or_default());
            }
        }
        // What has none is the same text as before there were any: seals of old documents hold.
        if let Some(to) = &self.delivery {
            put("BG-13", to.name.as_deref().unwrap_or_default());
            for value in [&to.street, &to.postal_code, &to.city, &to.country] {
                put("", value);
            }
        }
        if let Some((first, last)) = self.period {
            put("BG-14", &format!("{first}/{last}"));
        }
        if let Some(payment) = &self.payment {
            put("BG-16", &format!("{}/{}", payment.code, payment.account.as_deref().unwrap_or_default()));
        }
        let rate =
            |rate: Option<rust_decimal::Decimal>| rate.map(|rate| rate.normalize().to_string()).unwrap_or_default();
        for line in &self.lines {
            put("BG-25", &line.id);
            put("", &line.name);
            put("", line.description.as_deref().unwrap_or_default());
            let (quantity, price) = (line.quantity.normalize(), line.price.normalize());
            put("", &format!("{quantity}/{}/{price}/{}", line.unit, line.net.to_plain()));
            put("", &format!("{}/{}", line.category, rate(line.rate)));
        }
        for vat in &self.vat {
            put("BG-23", &format!("{}/{}", vat.category, rate(vat.rate)));
            put("", &format!("{}/{}", vat.taxable.to_plain(), vat.tax.to_plain()));
            put("", vat.reason.as_deref().unwrap_or_default());
            put("", vat.reason_code.as_deref().unwrap_or_default());
        }
        for (term, amount) in [
            ("BT-106", self.lines_total),
            ("BT-109", self.net),
            ("BT-110", self.tax),
            ("BT-112", self.total),
            ("BT-113", self.prepaid),
            ("BT-115", self.due),
        ] {
            put(term, &amount.to_plain());
        }
        text
    }

    /// Puts the operator's seal on it.
    #[must_use]
    pub fn sealed(mut self, signer: &Signer) -> Self {
        self.seal = Some(signer.seal(self.canonical().as_bytes()));
        self
    }

    /// Judges its seal.
    #[must_use]
    pub fn judge_seal(&self, keys: &[String]) -> SealState {
        judge(keys, self.canonical().as_bytes(), self.seal.as_deref())
    }
}
