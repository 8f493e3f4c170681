//! Files that people send: their type is told by their content, never by what the sender calls them.

use flate2::Crc;

/// The greatest size of a file, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

/// What may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    /// Portable Document Format.
    Pdf,
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
}

impl FileType {
    /// All types.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Png, Self::Jpeg];

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// The ending of its name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpg",
        }
    }

    /// Reads [`FileType::media_type`] back.
    #[must_use]
    pub fn parse(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.media_type() == media_type)
    }

    /// The type of a file, by its first bytes and by its structure from beginning to end; `None` for everything that is
    /// not whole or not one of ours.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if is_pdf(bytes) {
            Some(Self::Pdf)
        } else if is_png(bytes) {
            Some(Self::Png)
        } else if is_jpeg(bytes) {
            Some(Self::Jpeg)
        } else {
            None
        }
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// A header with a version, at the very beginning; objects; and at the end where the objects are listed.
fn is_pdf(bytes: &[u8]) -> bool {
    let version = bytes.strip_prefix(b"%PDF-").and_then(|rest| rest.get(..3));
    let Some([major @ (b'1' | b'2'), b'.', minor]) = version else { return false };
    let known = minor.is_ascii_digit() && !(*major == b'2' && *minor > b'0');
    let tail = bytes.get(bytes.len().saturating_sub(2_048)..).unwrap_or_default();
    known && contains(bytes, b" obj") && contains(tail, b"startxref") && contains(tail, b"%%EOF")
}

/// Chunks from the header to the end, each with the checksum it says, and nothing after.
fn is_png(bytes: &[u8]) -> bool {
    let Some(mut rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n") else { return false };
    let (mut first, mut data) = (true, false);
    loop {
        let Some((head, after)) = rest.split_at_checked(8) else { return false };
        let Ok([a, b, c, d, kind @ ..]) = <[u8; 8]>::try_from(head) else { return false };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let Some((body, after)) = after.split_at_checked(length) else { return false };
        let Some((sum, after)) = after.split_at_checked(4) else { return false };
        let mut crc = Crc::new();
        crc.update(&kind);
        crc.update(body);
        if sum != crc.sum().to_be_bytes() || first != (kind == *b"IHDR") {
            return false;
        }
        if first && (body.len() != 13 || body.get(..4) == Some(&[0; 4]) || body.get(4..8) == Some(&[0; 4])) {
            return false;
        }
        first = false;
        data |= kind == *b"IDAT";
        if kind == *b"IEND" {
            return data && after.is_empty();
        }
        rest = after;
    }
}

/// Segments from the start of the image to its scan, a frame with a size among them, and the end of the image.
fn is_jpeg(bytes: &[u8]) -> bool {
    let Some(mut rest) = bytes.strip_prefix(b"\xff\xd8") else { return false };
    // Cameras pad.
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    if !bytes.get(..end).is_some_and(|bytes| bytes.ends_with(b"\xff\xd9")) {
        return false;
    }
    let mut frame = false;
    loop {
        let [0xff, marker, after @ ..] = rest else { return false };
        match marker {
            // Fill bytes.
            0xff => {
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            0x01 | 0xd0..=0xd9 | 0x00 => return false,
            _ => {}
        }
        let [high, low, ..] = after else { return false };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some((segment, after)) = after.split_at_checked(length).filter(|_| length >= 2) else { return false };
        match marker {
            0xda => return frame,
            // Frames; the gaps are tables.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                frame = segment.get(3..7).is_some_and(|size| size.chunks(2).all(|side| side != [0, 0]));
            }
            _ => {}
        }
        rest = after;
    }
}

/// The name a file is kept and given back under: the last part of what the sender calls it, without what could mean
/// something to a shell, a header or a reader's eye, and with the ending of what it is.
#[must_use]
pub fn safe_name(sent: &str, kind: FileType) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let mut name = String::new();
    for c in stem.chars() {
        let kept = if c.is_alphanumeric() || matches!(c, '-' | '_' | '(' | ')') { c } else { ' ' };
        if kept != ' ' || !(name.is_empty() || name.ends_with(' ')) {
            name.push(kept);
        }
        if name.chars().count() >= 80 {
            break;
        }
    }
    let name = name.trim();
    let name = if name.is_empty() { "document" } else { name };
    format!("{name}.{}", kind.extension())
}

/// The header `Content-Disposition` that gives a file back as a download (RFC 6266).
#[must_use]
pub fn attachment(name: &str) -> String {
    use std::fmt::Write as _;
    let plain: String = name.chars().map(|c| if c.is_ascii() && !matches!(c, '"' | '\\') { c } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The smallest files of each type.
    pub(crate) const PDF: &[u8] =
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n";

    fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut crc = Crc::new();
        crc.update(kind);
        crc.update(body);
        let length = u32::try_from(body.len()).unwrap_or(0);
        [&length.to_be_bytes()[..], kind, body, &crc.sum().to_be_bytes()].concat()
    }

    fn png() -> Vec<u8> {
        let head = [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0];
        [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &head), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")].concat()
    }

    fn jpeg() -> Vec<u8> {
        let frame = b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00";
        let scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x12\x34\xff\xd9";
        [&b"\xff\xd8\xff\xe0\x00\x04ab"[..], frame, scan].concat()
    }

    /// S33: a file is what its content says, from its first byte to its last.
    #[test]
    fn types_are_told_by_content() {
        assert_eq!(FileType::of(PDF), Some(FileType::Pdf));
        assert_eq!(FileType::of(&png()), Some(FileType::Png));
        assert_eq!(FileType::of(&jpeg()), Some(FileType::Jpeg));
        for whole in [PDF.to_vec(), png(), jpeg()] {
            for length in 0..whole.len() - 2 {
                // A PDF may lack what follows its end mark.
                let cut = whole.get(..length).unwrap_or_default();
                assert_eq!(FileType::of(cut), None, "cut at {length}");
            }
        }
    }

    /// S33: pages, programs, archives and files that only begin well are refused.
    #[test]
    fn everything_else_is_refused() {
        let mut broken = png();
        if let Some(byte) = broken.get_mut(20) {
            *byte ^= 1;
        }
        let appended = [png(), b"<script>alert(1)</script>".to_vec()].concat();
        for other in [
            b"".to_vec(),
            b"<!doctype html><script>alert(1)</script>".to_vec(),
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            b"MZ\x90\x00".to_vec(),
            b"PK\x03\x04".to_vec(),
            b"GIF89a".to_vec(),
            b"%PDF-1.4\njust a line".to_vec(),
            [b"\n".to_vec(), PDF.to_vec()].concat(),
            b"\xff\xd8\xff\xd9".to_vec(),
            broken,
            appended,
        ] {
            assert_eq!(FileType::of(&other), None);
        }
    }

    #[test]
    fn names_are_harmless() {
        for (sent, kept) in [
            ("ACP Revit 2026.pdf", "ACP Revit 2026.pdf"),
            ("../../etc/passwd", "passwd.pdf"),
            ("C:\\Users\\ada\\Diplôme.PDF.exe", "Diplôme PDF.pdf"),
            ("a\"\r\nSet-Cookie: x=1.pdf", "a Set-Cookie x 1.pdf"),
            ("\u{202e}fdp.exe", "fdp.pdf"),
            ("", "document.pdf"),
            (".htaccess", "document.pdf"),
        ] {
            assert_eq!(safe_name(sent, FileType::Pdf), kept, "{sent:?}");
        }
        assert_eq!(safe_name(&"é".repeat(500), FileType::Png).chars().count(), 84);
        assert_eq!(
            attachment("Diplôme 1.pdf"),
            "attachment; filename=\"Dipl_me 1.pdf\"; filename*=UTF-8''Dipl%C3%B4me%201.pdf"
        );
    }
}
