//! Documents as PDF, in the look of a drawing sheet: thin exact rules, a title block, tabular figures.
//!
//! First everything is laid out on pages, then drawn: so each page knows how many there are. The output depends on the
//! document alone: the same document gives the same bytes at any time. It is a tagged PDF with its language, so that
//! screen readers read title, parties, table and totals in order.

mod certificate;
mod draw;

pub use certificate::{CertificateText, certificate};

use super::{
    factur_x::Unexpected,
    typeset::{FontError, Fonts, Run, Style, Weight},
};
use chrono::NaiveDate;
use gabarit_domain::einvoice::seal::Signer;
use gabarit_view::document::{DocumentText, Fact, LineText, PartyText};
use krilla::{
    error::KrillaError,
    tagging::{TableHeaderScope, Tag, TagKind},
};
use std::num::NonZeroU16;
use thiserror::Error;

/// Why a document could not be printed: a fault of ours, never of the reader's.
#[derive(Debug, Error)]
pub enum PdfError {
    /// The embedded fonts.
    #[error(transparent)]
    Font(#[from] FontError),
    /// The page's size or the file.
    #[error("the PDF could not be written: {0}")]
    Write(String),
}

impl From<Unexpected> for PdfError {
    fn from(error: Unexpected) -> Self {
        Self::Write(error.to_string())
    }
}

impl From<KrillaError> for PdfError {
    fn from(error: KrillaError) -> Self {
        Self::Write(format!("{error:?}"))
    }
}

// A4, in points, and its margins.
const WIDTH: f32 = 595.276;
const HEIGHT: f32 = 841.89;
const LEFT: f32 = 51.0;
const RIGHT: f32 = WIDTH - 51.0;
const TOP: f32 = 48.0;
/// Nothing but the footer stands below.
const BOTTOM: f32 = HEIGHT - 68.0;

const INK: (u8, u8, u8) = (0x17, 0x1b, 0x21);
const SOFT: (u8, u8, u8) = (0x55, 0x5d, 0x68);
/// The redline.
const ACCENT: (u8, u8, u8) = (0xc4, 0x2b, 0x1c);
const HAIR: (u8, u8, u8) = (0xb4, 0xba, 0xc2);
const HAIR_WIDTH: f32 = 0.5;
const RULE_WIDTH: f32 = 0.75;

const TITLE: Style = Style { weight: Weight::SemiBold, size: 20.0, colour: INK };
const NAME: Style = Style { weight: Weight::SemiBold, size: 10.0, colour: INK };
const TEXT: Style = Style { weight: Weight::Regular, size: 9.0, colour: INK };
const STRONG: Style = Style { weight: Weight::SemiBold, size: 9.0, colour: INK };
const TOTAL: Style = Style { weight: Weight::SemiBold, size: 11.0, colour: INK };
const LABEL: Style = Style { weight: Weight::Regular, size: 7.5, colour: SOFT };
const REASON: Style = Style { weight: Weight::Regular, size: 8.0, colour: SOFT };

/// Right edges of the columns of figures; the description has what is left of them.
const NET_RIGHT: f32 = RIGHT;
const PRICE_RIGHT: f32 = RIGHT - 102.0;
const QUANTITY_RIGHT: f32 = PRICE_RIGHT - 82.0;
const DESCRIPTION_WIDTH: f32 = QUANTITY_RIGHT - 62.0 - LEFT;
/// The totals begin here.
const TOTALS_LEFT: f32 = LEFT + 226.0;

/// Prints a document; its dates are those of its issue, so that no clock is asked.
///
/// # Errors
/// See [`PdfError`].
pub fn render(text: &DocumentText, issued_on: NaiveDate) -> Result<Vec<u8>, PdfError> {
    laid_out(text, issued_on, None)
}

/// Prints an invoice with its data in it: a Factur-X of profile EN 16931 (PDF/A-3a with `factur-x.xml`), sealed. The
/// same document, data and key give the same bytes.
///
/// # Errors
/// See [`PdfError`].
pub fn render_invoice(
    text: &DocumentText,
    issued_on: NaiveDate,
    xml: &str,
    signer: &Signer,
) -> Result<Vec<u8>, PdfError> {
    let pdf = laid_out(text, issued_on, Some(xml))?;
    Ok(super::factur_x::finish(pdf, signer)?)
}

fn laid_out(text: &DocumentText, issued_on: NaiveDate, xml: Option<&str>) -> Result<Vec<u8>, PdfError> {
    let fonts = Fonts::load()?;
    let mut sheet = Sheet::new(&fonts);
    head(&mut sheet, text);
    title_block(&mut sheet, &text.facts);
    parties(&mut sheet, text);
    lines(&mut sheet, text);
    totals(&mut sheet, text);
    mentions(&mut sheet, &text.mentions);
    footers(&mut sheet, text);
    draw::draw(&sheet, text, issued_on, xml)
}

/// Where something stands in the order of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Beside the text: rules, running heads, page numbers.
    Beside,
    /// In the structure.
    In(usize),
}

struct Node {
    tag: TagKind,
    parent: Option<usize>,
}

enum Mark {
    Text { x: f32, baseline: f32, run: Run },
    Rule { x: f32, y: f32, width: f32, height: f32, colour: (u8, u8, u8) },
}

struct Sheet<'f> {
    fonts: &'f Fonts,
    pages: Vec<Vec<(Role, Mark)>>,
    nodes: Vec<Node>,
    /// Top of what comes next, from the top of the page.
    y: f32,
}

impl<'f> Sheet<'f> {
    fn new(fonts: &'f Fonts) -> Self {
        Self { fonts, pages: vec![Vec::new()], nodes: Vec::new(), y: TOP }
    }

    fn node(&mut self, tag: impl Into<TagKind>, parent: Option<usize>) -> usize {
        self.nodes.push(Node { tag: tag.into(), parent });
        self.nodes.len() - 1
    }

    fn mark(&mut self, role: Role, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push((role, mark));
        }
    }

    /// A line of text whose capitals end at `top`.
    fn text(&mut self, role: Role, x: f32, top: f32, run: Run) {
        let baseline = top + run.style.size * CAP_HEIGHT;
        self.mark(role, Mark::Text { x, baseline, run });
    }

    fn right(&mut self, role: Role, right: f32, top: f32, run: Run) {
        self.text(role, right - run.width, top, run);
    }

    fn rule(&mut self, x: f32, y: f32, width: f32, height: f32, colour: (u8, u8, u8)) {
        self.mark(Role::Beside, Mark::Rule { x, y, width, height, colour });
    }

    fn across(&mut self, y: f32, height: f32, colour: (u8, u8, u8)) {
        self.rule(LEFT, y, RIGHT - LEFT, height, colour);
    }

    fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
    }
}

/// Height of capitals of the font, in parts of its size.
const CAP_HEIGHT: f32 = 0.727;

/// From the capitals of one line to those of the next.
fn leading(style: Style) -> f32 {
    style.size * 1.4
}

/// From the capitals of the first line to the feet of the last.
fn block_height(lines: usize, style: Style) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a page has few lines")]
    let more = lines.saturating_sub(1) as f32;
    if lines == 0 { 0.0 } else { more * leading(style) + style.size * CAP_HEIGHT }
}

fn head(sheet: &mut Sheet<'_>, text: &DocumentText) {
    // The corner of the sheet: one short red stroke over the ink rule.
    sheet.across(TOP, RULE_WIDTH, INK);
    sheet.rule(LEFT, TOP - 2.0, 28.0, 3.0, ACCENT);
    let title = sheet.node(Tag::Hn(NonZeroU16::MIN, Some(text.title.clone())), None);
    let mut top = TOP + 16.0;
    let number = sheet.fonts.shape(&text.number, NAME);
    let width = RIGHT - LEFT - number.width - 24.0;
    sheet.right(Role::In(title), RIGHT, top + (TITLE.size - NAME.size) * CAP_HEIGHT, number);
    for run in sheet.fonts.wrap(&text.title, TITLE, width) {
        sheet.text(Role::In(title), LEFT, top, run);
        top += leading(TITLE);
    }
    sheet.y = top + 2.0;
}

/// The facts as cells, three a row (four make two by two), ruled like the title block of a drawing.
fn title_block(sheet: &mut Sheet<'_>, facts: &[Fact]) {
    const PAD: f32 = 7.0;
    let (columns, width) =
        if matches!(facts.len(), 2 | 4) { (2, (RIGHT - LEFT) / 2.0) } else { (3, (RIGHT - LEFT) / 3.0) };
    let top = sheet.y;
    let mut y = top;
    for row in facts.chunks(columns) {
        sheet.across(y, HAIR_WIDTH, if y > top { HAIR } else { INK });
        let mut height: f32 = 0.0;
        for (fact, column) in row.iter().zip([0.0_f32, 1.0, 2.0]) {
            let x = LEFT + column * width + if column > 0.0 { PAD } else { 0.0 };
            let cell = sheet.node(Tag::P, None);
            let label = sheet.fonts.shape(&fact.label, LABEL);
            sheet.text(Role::In(cell), x, y + PAD, label);
            let values = sheet.fonts.wrap(&fact.value, STRONG, LEFT + (column + 1.0) * width - PAD - x);
            let below = PAD + LABEL.size * CAP_HEIGHT + 6.0;
            height = height.max(below + block_height(values.len(), STRONG) + PAD + 1.0);
            for (run, line) in values.into_iter().zip(0_u8..) {
                sheet.text(Role::In(cell), x, y + below + f32::from(line) * leading(STRONG), run);
            }
        }
        for column in [1.0_f32, 2.0].into_iter().take(columns - 1) {
            sheet.rule(LEFT + column * width, y, HAIR_WIDTH, height, HAIR);
        }
        y += height;
    }
    sheet.across(y, HAIR_WIDTH, INK);
    sheet.y = y + 20.0;
}

/// Seller and buyer side by side; under the buyer, where it is delivered.
fn parties(sheet: &mut Sheet<'_>, text: &DocumentText) {
    const MIDDLE: f32 = LEFT + (RIGHT - LEFT) / 2.0;
    let top = sheet.y;
    let left = party(sheet, &text.seller, LEFT, top);
    let mut right = party(sheet, &text.buyer, MIDDLE, top);
    if let Some(to) = &text.deliver_to {
        right = party(sheet, to, MIDDLE, right + 10.0);
    }
    sheet.y = left.max(right) + 18.0;
}

/// A party in one half of the sheet; answers with where it ends.
fn party(sheet: &mut Sheet<'_>, party: &PartyText, x: f32, top: f32) -> f32 {
    const WIDTH: f32 = (RIGHT - LEFT) / 2.0 - 20.0;
    let node = sheet.node(Tag::P, None);
    let mut y = top;
    let heading = sheet.fonts.shape(&party.heading, LABEL);
    sheet.text(Role::In(node), x, y, heading);
    y += LABEL.size * CAP_HEIGHT + 7.0;
    for run in sheet.fonts.wrap(&party.name, NAME, WIDTH) {
        sheet.text(Role::In(node), x, y, run);
        y += leading(NAME);
    }
    y += 1.5;
    for line in &party.lines {
        for run in sheet.fonts.wrap(line, TEXT, WIDTH) {
            sheet.text(Role::In(node), x, y, run);
            y += leading(TEXT);
        }
    }
    y
}

/// The heads of the table; on later pages they stand beside the text, as they were read before.
fn table_head(sheet: &mut Sheet<'_>, text: &DocumentText, table: Option<usize>) {
    let row = table.map(|table| sheet.node(Tag::TR, Some(table)));
    let top = sheet.y;
    let heads = &text.heads;
    for (label, right) in [
        (&heads.description, None),
        (&heads.quantity, Some(QUANTITY_RIGHT)),
        (&heads.unit_price, Some(PRICE_RIGHT)),
        (&heads.net, Some(NET_RIGHT)),
    ] {
        let role = row.map_or(Role::Beside, |row| Role::In(sheet.node(Tag::TH(TableHeaderScope::Column), Some(row))));
        let run = sheet.fonts.shape(label, LABEL);
        match right {
            Some(right) => sheet.right(role, right, top, run),
            None => sheet.text(role, LEFT, top, run),
        }
    }
    let below = top + LABEL.size * CAP_HEIGHT + 6.0;
    sheet.across(below, RULE_WIDTH, INK);
    sheet.y = below + RULE_WIDTH;
}

/// A page after the first: what it belongs to stands at its top.
fn next_page(sheet: &mut Sheet<'_>, text: &DocumentText) {
    sheet.new_page();
    let title = sheet.fonts.wrap(&text.title, TEXT, RIGHT - LEFT - 140.0).into_iter().next();
    let number = sheet.fonts.shape(&text.number, STRONG);
    sheet.across(TOP, RULE_WIDTH, INK);
    sheet.rule(LEFT, TOP - 2.0, 28.0, 3.0, ACCENT);
    if let Some(title) = title {
        sheet.text(Role::Beside, LEFT, TOP + 10.0, title);
    }
    sheet.right(Role::Beside, RIGHT, TOP + 10.0, number);
    sheet.y = TOP + 40.0;
}

fn lines(sheet: &mut Sheet<'_>, text: &DocumentText) {
    let table = sheet.node(Tag::Table, None);
    table_head(sheet, text, Some(table));
    for line in &text.lines {
        row(sheet, text, table, line);
    }
}

fn row(sheet: &mut Sheet<'_>, text: &DocumentText, table: usize, line: &LineText) {
    const PAD: f32 = 7.5;
    const GAP: f32 = 5.0;
    let titles = sheet.fonts.wrap(&line.title, STRONG, DESCRIPTION_WIDTH);
    let reasons = sheet.fonts.wrap(&line.reason, REASON, QUANTITY_RIGHT - 62.0 - LEFT);
    let title_height = block_height(titles.len(), STRONG);
    let height = PAD + title_height + GAP + block_height(reasons.len(), REASON) + PAD;
    if sheet.y + height > BOTTOM {
        next_page(sheet, text);
        table_head(sheet, text, None);
    }
    let top = sheet.y + PAD;
    let node = sheet.node(Tag::TR, Some(table));
    let what = sheet.node(Tag::TH(TableHeaderScope::Row), Some(node));
    for (run, index) in titles.into_iter().zip(0_u8..) {
        sheet.text(Role::In(what), LEFT, top + f32::from(index) * leading(STRONG), run);
    }
    let below = top + title_height + GAP;
    for (run, index) in reasons.into_iter().zip(0_u8..) {
        sheet.text(Role::In(what), LEFT, below + f32::from(index) * leading(REASON), run);
    }
    for (figure, right, style) in
        [(&line.quantity, QUANTITY_RIGHT, TEXT), (&line.unit_price, PRICE_RIGHT, TEXT), (&line.net, NET_RIGHT, STRONG)]
    {
        let cell = sheet.node(Tag::TD, Some(node));
        let run = sheet.fonts.shape(figure, style);
        sheet.right(Role::In(cell), right, top, run);
    }
    sheet.y += height;
    let y = sheet.y;
    sheet.across(y, HAIR_WIDTH, HAIR);
}

fn totals(sheet: &mut Sheet<'_>, text: &DocumentText) {
    const LIGHT: f32 = 17.0;
    const HEAVY: f32 = 25.0;
    sheet.y += 14.0;
    let needed: f32 = text.totals.iter().map(|row| if row.strong { HEAVY } else { LIGHT }).sum();
    if sheet.y + needed > BOTTOM {
        next_page(sheet, text);
    }
    let table = sheet.node(Tag::Table, None);
    for total in &text.totals {
        let (style, height) = if total.strong { (TOTAL, HEAVY) } else { (TEXT, LIGHT) };
        if total.strong {
            let y = sheet.y;
            sheet.rule(TOTALS_LEFT, y, RIGHT - TOTALS_LEFT, RULE_WIDTH, INK);
        }
        let top = sheet.y + (height - style.size * CAP_HEIGHT) / 2.0;
        let node = sheet.node(Tag::TR, Some(table));
        let label = sheet.node(Tag::TH(TableHeaderScope::Row), Some(node));
        let amount = sheet.node(Tag::TD, Some(node));
        let run = sheet.fonts.shape(&total.label, style);
        sheet.text(Role::In(label), TOTALS_LEFT, top, run);
        let run = sheet.fonts.shape(&total.amount, style);
        sheet.right(Role::In(amount), RIGHT, top, run);
        sheet.y += height;
    }
    let y = sheet.y;
    sheet.rule(TOTALS_LEFT, y, RIGHT - TOTALS_LEFT, RULE_WIDTH, INK);
    sheet.y += 26.0;
}

fn mentions(sheet: &mut Sheet<'_>, mentions: &[String]) {
    for mention in mentions {
        let runs = sheet.fonts.wrap(mention, REASON, RIGHT - LEFT);
        if sheet.y + block_height(runs.len(), REASON) > BOTTOM {
            sheet.new_page();
            sheet.across(TOP, RULE_WIDTH, INK);
            sheet.y = TOP + 20.0;
        }
        let node = sheet.node(Tag::P, None);
        for run in runs {
            let y = sheet.y;
            sheet.text(Role::In(node), LEFT, y, run);
            sheet.y += leading(REASON);
        }
        sheet.y += 4.0;
    }
}

/// Who issued it, and which page of how many: beside the text, on every page.
fn footers(sheet: &mut Sheet<'_>, text: &DocumentText) {
    const TOP_OF_FOOTER: f32 = HEIGHT - 54.0;
    let pages = sheet.pages.len();
    let mut marks = Vec::with_capacity(pages);
    for page in 1..=pages {
        let number = sheet.fonts.shape(&text.page(page, pages), LABEL);
        let lines = sheet.fonts.wrap(&text.footer, LABEL, RIGHT - LEFT - number.width - 24.0);
        let mut footer =
            vec![Mark::Rule { x: LEFT, y: TOP_OF_FOOTER, width: RIGHT - LEFT, height: HAIR_WIDTH, colour: HAIR }];
        let baseline = TOP_OF_FOOTER + 9.0 + LABEL.size * CAP_HEIGHT;
        footer.push(Mark::Text { x: RIGHT - number.width, baseline, run: number });
        for (run, index) in lines.into_iter().zip(0_u8..) {
            footer.push(Mark::Text { x: LEFT, baseline: baseline + f32::from(index) * leading(LABEL), run });
        }
        marks.push(footer);
    }
    for (page, footer) in sheet.pages.iter_mut().zip(marks) {
        page.extend(footer.into_iter().map(|mark| (Role::Beside, mark)));
    }
}
