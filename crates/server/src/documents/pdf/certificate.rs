//! The certificate of a membership: one sheet with the member's name and the page by which anybody verifies it.

use super::{
    ACCENT, CAP_HEIGHT, Fonts, INK, LEFT, NAME, PdfError, REASON, RIGHT, RULE_WIDTH, Role, Sheet, Style, TEXT, TOP,
    Weight, draw, head, leading, title_block,
};
use chrono::NaiveDate;
use gabarit_i18n::Locale;
use gabarit_view::document::{ColumnHeads, DocumentText, Fact, PartyText};
use krilla::tagging::Tag;

/// A certificate, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateText {
    /// Its language.
    pub locale: Locale,
    /// What it is.
    pub title: String,
    /// The badge's code.
    pub number: String,
    /// Before the name.
    pub before: String,
    /// The member.
    pub name: String,
    /// After the name: for what.
    pub sentences: Vec<String>,
    /// Since when, until when, for what qualities.
    pub facts: Vec<(String, String)>,
    /// How it is verified, with the address.
    pub verify: String,
    /// Who issues it.
    pub issuer: String,
    /// That it is no paper of the software's vendor.
    pub footer: String,
}

const MEMBER: Style = Style { weight: Weight::SemiBold, size: 30.0, colour: INK };
const BODY: Style = Style { weight: Weight::Regular, size: 11.0, colour: INK };

/// Prints a certificate; the same text and day give the same bytes.
///
/// # Errors
/// See [`PdfError`].
pub fn certificate(text: &CertificateText, issued_on: NaiveDate) -> Result<Vec<u8>, PdfError> {
    let nobody = || PartyText { heading: String::new(), name: text.issuer.clone(), lines: Vec::new() };
    let document = DocumentText {
        locale: text.locale,
        title: text.title.clone(),
        number: text.number.clone(),
        facts: text.facts.iter().map(|(label, value)| Fact { label: label.clone(), value: value.clone() }).collect(),
        seller: nobody(),
        buyer: nobody(),
        deliver_to: None,
        heads: ColumnHeads {
            description: String::new(),
            quantity: String::new(),
            unit_price: String::new(),
            net: String::new(),
        },
        lines: Vec::new(),
        totals: Vec::new(),
        mentions: Vec::new(),
        footer: text.footer.clone(),
    };
    let fonts = Fonts::load()?;
    let mut sheet = Sheet::new(&fonts);
    sheet.y = TOP;
    head(&mut sheet, &document);
    sheet.y += 70.0;
    block(&mut sheet, &text.before, BODY);
    sheet.y += 10.0;
    block(&mut sheet, &text.name, MEMBER);
    sheet.rule(LEFT, sheet.y + 2.0, 90.0, RULE_WIDTH * 2.0, ACCENT);
    sheet.y += 26.0;
    for sentence in &text.sentences {
        block(&mut sheet, sentence, BODY);
        sheet.y += 6.0;
    }
    sheet.y += 30.0;
    title_block(&mut sheet, &document.facts);
    sheet.y += 6.0;
    block(&mut sheet, &text.verify, TEXT);
    sheet.y += 40.0;
    block(&mut sheet, &text.issuer, NAME);
    block(&mut sheet, &text.footer, REASON);
    draw::draw(&sheet, &document, issued_on, None)
}

/// A paragraph over the sheet's width.
fn block(sheet: &mut Sheet<'_>, text: &str, style: Style) {
    let node = sheet.node(Tag::P, None);
    let fonts = sheet.fonts;
    for run in fonts.wrap(text, style, RIGHT - LEFT) {
        sheet.text(Role::In(node), LEFT, sheet.y, run);
        sheet.y += leading(style).max(style.size * CAP_HEIGHT);
    }
}
