//! What was written to the contact desk: by visitors whose addresses are confirmed and not, with drawings and papers that
//! are made here and are of nothing.

use super::{Stage, words};
use crate::{
    db::contact as rows,
    jobs,
    services::{
        contact::{self, Access},
        files::SentFile,
    },
};
use chrono::TimeDelta;
use flate2::{Compression, Crc, write::ZlibEncoder};
use gabarit_domain::contact::Topic;
use gabarit_i18n::Locale;
use gabarit_view::{
    contact::{ContactForm, DeskForm},
    error::ApiError,
};
use std::{fmt::Write as _, io::Write as _};

/// Visitors nobody is: name, address, language.
const VISITORS: [(&str, &str, Locale); 3] = [
    ("Pauline Papier", "pauline@visitors.example", Locale::Fr),
    ("Koen Karton", "koen@visitors.example", Locale::Nl),
    ("Clara Cardboard", "clara@visitors.example", Locale::En),
];

impl Stage {
    /// Three visitors write: one is answered, and thanks; one waits, and has not opened the link yet; one only wanted to say
    /// something.
    pub(super) async fn visit(&self) -> Result<(), ApiError> {
        let [answered, waiting, said] = VISITORS;
        let (_, _, l) = answered;
        let paper = SentFile { name: words::desk_file_wanted(l).to_owned(), bytes: pdf(words::desk_paper_wanted(l)) };
        let reference = self.write(answered, Topic::Question, words::desk_visit(l), vec![paper]).await?;
        self.clock.advance(TimeDelta::hours(2));
        let sketch = SentFile { name: words::desk_file_sketch(l).to_owned(), bytes: self.drawing()? };
        self.act(&reference, "note", words::desk_note(self.manager.locale), vec![sketch]).await?;
        let offer = SentFile { name: words::desk_file_offer(l).to_owned(), bytes: pdf(words::desk_paper_offer(l)) };
        self.act(&reference, "answer", words::desk_answer(l), vec![offer]).await?;
        self.clock.advance(TimeDelta::hours(1));
        let key = self.link(&reference).await?;
        contact::thread(&self.p, Access::Key(&key), &reference, l).await?;
        contact::write(&self.p, Access::Key(&key), &reference, words::desk_thanks(l), "127.0.0.1").await?;
        self.act(&reference, "close", "", Vec::new()).await?;

        let (_, _, l) = waiting;
        let plan = SentFile { name: words::desk_file_plan(l).to_owned(), bytes: self.drawing()? };
        self.write(waiting, Topic::Sourcing, words::desk_plan(l), vec![plan]).await?;
        let (_, _, l) = said;
        self.write(said, Topic::Feedback, words::desk_feedback(l), Vec::new()).await?;
        jobs::run_due(&self.p).await.map(|_| ())
    }

    async fn write(
        &self,
        (name, email, locale): (&str, &str, Locale),
        topic: Topic,
        message: &str,
        files: Vec<SentFile>,
    ) -> Result<String, ApiError> {
        let form = ContactForm {
            topic: topic.code().to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
            message: message.to_owned(),
            locale: locale.code().to_owned(),
            ..ContactForm::default()
        };
        contact::open_with_files(&self.p, None, &form, "127.0.0.1", files).await.map(|opened| opened.reference)
    }

    async fn act(&self, reference: &str, act: &str, message: &str, files: Vec<SentFile>) -> Result<(), ApiError> {
        let seen = contact::request(&self.p, &self.manager, reference, self.manager.locale).await?;
        let form = DeskForm {
            reference: reference.to_owned(),
            version: seen.version.to_string(),
            act: act.to_owned(),
            message: message.to_owned(),
            note: message.to_owned(),
            ..DeskForm::default()
        };
        contact::act_with_files(&self.p, &self.manager, &form, files).await
    }

    /// The secret of a visitor's link, as the mails have it.
    async fn link(&self, reference: &str) -> Result<String, ApiError> {
        let mut conn = self.p.db.conn().await.map_err(|error| self.p.fault(error))?;
        let row = rows::by_reference(&mut conn.exec(), reference).await.map_err(|error| self.p.fault(error))?;
        row.and_then(|row| contact::key_of(&self.p, &row)).ok_or(ApiError::NotFound)
    }

    /// The plan of no flat: walls, a window and two doors.
    fn drawing(&self) -> Result<Vec<u8>, ApiError> {
        png().map_err(|error| self.p.fault(error))
    }
}

const WIDTH: usize = 360;
const HEIGHT: usize = 240;

/// Eight bits of grey a point.
fn png() -> std::io::Result<Vec<u8>> {
    const INK: u8 = 0x20;
    // Left, top, width, height; what is white cuts doors into walls.
    const WALLS: [(usize, usize, usize, usize, u8); 8] = [
        (20, 20, 320, 6, INK),
        (20, 214, 320, 6, INK),
        (20, 20, 6, 200, INK),
        (334, 20, 6, 200, INK),
        (180, 20, 4, 200, INK),
        (180, 90, 4, 40, 0xff),
        (60, 20, 70, 6, 0xa0),
        (230, 214, 44, 6, 0xff),
    ];
    let grey = |x: usize, y: usize| {
        let inside = |(left, top, width, height, _): &&(usize, usize, usize, usize, u8)| {
            (*left..left + width).contains(&x) && (*top..top + height).contains(&y)
        };
        WALLS.iter().rev().find(inside).map_or(0xff, |wall| wall.4)
    };
    let mut points = ZlibEncoder::new(Vec::new(), Compression::default());
    for y in 0..HEIGHT {
        // Each row begins with its filter: none.
        let row: Vec<u8> = std::iter::once(0).chain((0..WIDTH).map(|x| grey(x, y))).collect();
        points.write_all(&row)?;
    }
    let mut head = Vec::new();
    for side in [WIDTH, HEIGHT] {
        head.extend(u32::try_from(side).unwrap_or(0).to_be_bytes());
    }
    head.extend([8, 0, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, body) in [(b"IHDR", head), (b"IDAT", points.finish()?), (b"IEND", Vec::new())] {
        let mut crc = Crc::new();
        crc.update(kind);
        crc.update(&body);
        file.extend(u32::try_from(body.len()).unwrap_or(0).to_be_bytes());
        file.extend(kind);
        file.extend(body);
        file.extend(crc.sum().to_be_bytes());
    }
    Ok(file)
}

/// A page with a frame and a line of text.
fn pdf(line: &str) -> Vec<u8> {
    // Of the encoding of western Europe; what it lacks is left out.
    let line = line.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "\\{byte:03o}");
        text
    });
    let drawn = format!("1 w 30 30 535 782 re S BT /F1 16 Tf 56 760 Td ({line}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{drawn}\nendstream", drawn.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut list = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1_u8..) {
        let _ = writeln!(list, "{:010} 00000 n ", file.len());
        let _ = write!(file, "{number} 0 obj\n{object}\nendobj\n");
    }
    let start = file.len();
    let _ = write!(file, "{list}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::{pdf, png};
    use crate::uploads::FileType;

    /// What is made here is what the desk takes.
    #[test]
    fn drawings_and_papers_are_whole() {
        assert_eq!(png().map(|bytes| FileType::of(&bytes)).ok(), Some(Some(FileType::Png)));
        assert_eq!(FileType::of(&pdf("Démonstration (fictive) \\")), Some(FileType::Pdf));
    }
}
