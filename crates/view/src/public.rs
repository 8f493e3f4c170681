//! Pages that only inform: their text, and the tariffs that everybody may see.

use chrono::NaiveDate;
use gabarit_domain::{
    money::{BasisPoints, Cents},
    rulebook::{LadderBand, RulebookVersion, TravelRules},
};
use serde::{Deserialize, Serialize};

/// A page of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArticleName {
    /// How it works.
    How,
    /// Questions and answers.
    Faq,
    /// Privacy statement.
    Privacy,
    /// Accessibility statement.
    Accessibility,
    /// Terms.
    Terms,
    /// Where the data comes from.
    AboutData,
}

impl ArticleName {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::How, Self::Faq, Self::Privacy, Self::Accessibility, Self::Terms, Self::AboutData];
}

/// A page's text, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// What it is about, in a sentence or two.
    pub lead: Vec<Span>,
    /// Facts about the text itself, such as its version: term and value.
    pub facts: Vec<(String, String)>,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// A part of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Anchor, unique on the page.
    pub id: String,
    /// Heading.
    pub title: String,
    /// Text.
    pub blocks: Vec<Block>,
    /// Questions and answers; most parts have none.
    pub questions: Vec<Question>,
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Anchor, unique on the page.
    pub id: String,
    /// As people ask it.
    pub question: String,
    /// The answer.
    pub answer: Vec<Block>,
}

/// A block of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// Points without an order.
    List(Vec<Vec<Span>>),
    /// Steps, one after the other.
    Steps(Vec<Vec<Span>>),
    /// Something to look out for.
    Note(Vec<Span>),
    /// A table: its column heads, then its rows, whose first cell is the row's head.
    Table {
        /// Column heads.
        head: Vec<String>,
        /// Rows of cells.
        rows: Vec<Vec<Vec<Span>>>,
    },
}

/// A run of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Span {
    /// Plain text.
    Text(String),
    /// A link.
    Link {
        /// What is read.
        text: String,
        /// Where it leads.
        href: String,
        /// Whether it leaves the platform.
        external: bool,
    },
}

impl Span {
    /// What is read.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Link { text, .. } => text,
        }
    }
}

/// The words of a run, without links.
#[must_use]
pub fn plain(spans: &[Span]) -> String {
    spans.iter().map(Span::text).collect()
}

impl Block {
    /// Its words, without structure: for machines that read answers.
    #[must_use]
    pub fn plain(&self) -> String {
        let joined = |items: &[Vec<Span>]| items.iter().map(|item| plain(item)).collect::<Vec<_>>().join(" ");
        match self {
            Self::Paragraph(spans) | Self::Note(spans) => plain(spans),
            Self::List(items) | Self::Steps(items) => joined(items),
            Self::Table { rows, .. } => rows.iter().map(|row| joined(row)).collect::<Vec<_>>().join(" "),
        }
    }
}

/// Tariffs in force, as everybody may see them (S24, S25, S27–S29, S7–S9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariffs {
    /// The rulebook they come from.
    pub version: RulebookVersion,
    /// Quotes made from this day on use it.
    pub effective_from: NaiveDate,
    /// Day rate before VAT by level, levels 1 to 4.
    pub day_rates: [Cents; 4],
    /// Commission ladder.
    pub ladder: Vec<LadderBand>,
    /// Travel, lodging and flights.
    pub travel: TravelRules,
    /// Supplement of flexible bookings.
    pub flexible: BasisPoints,
    /// Days before the start until which a flexible booking is free to cancel.
    pub flexible_notice_days: u32,
    /// A workstation, per day, before VAT.
    pub workstation_per_day: Cents,
    /// Licences by product name, per day, before VAT.
    pub licences: Vec<(String, Cents)>,
}
