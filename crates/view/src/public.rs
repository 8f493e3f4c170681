//! Pages that only inform: their text, and the tariffs that everybody may see.

use chrono::NaiveDate;
use gabarit_domain::{
    money::{BasisPoints, Cents},
    rulebook::{LadderBand, RentalRules, RulebookVersion, TravelRules},
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

/// A version of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextVersion {
    /// From 1.
    pub number: i64,
    /// The day it was published.
    pub published_on: NaiveDate,
}

/// A page's text, in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Article {
    /// What it is about, in a sentence or two.
    pub lead: Vec<Span>,
    /// Facts about the text itself, such as its version: term and value.
    pub facts: Vec<(String, String)>,
    /// Its parts.
    pub sections: Vec<Section>,
    /// Its versions, the newest first; texts without versions have none.
    pub versions: Vec<TextVersion>,
    /// Which of them it is.
    pub version: Option<i64>,
}

impl Article {
    /// Only the questions that hold all words of a search, in question or answer; sections without any are left out.
    /// Accents and capitals make no difference. An empty search leaves everything.
    #[must_use]
    pub fn matching(&self, search: &str) -> Self {
        let words: Vec<String> = folded(search).split_whitespace().map(ToOwned::to_owned).collect();
        if words.is_empty() {
            return self.clone();
        }
        let holds = |question: &Question| {
            let answer: Vec<String> = question.answer.iter().map(Block::plain).collect();
            let text = folded(&format!("{} {}", question.question, answer.join(" ")));
            words.iter().all(|word| text.contains(word))
        };
        let sections = self
            .sections
            .iter()
            .map(|section| Section {
                questions: section.questions.iter().filter(|question| holds(question)).cloned().collect(),
                ..section.clone()
            })
            .filter(|section| !section.questions.is_empty())
            .collect();
        Self { sections, ..self.clone() }
    }

    /// How many questions there are.
    #[must_use]
    pub fn questions(&self) -> usize {
        self.sections.iter().map(|section| section.questions.len()).sum()
    }
}

/// Lower case, without the accents of our languages.
fn folded(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|c| match c {
            'à' | 'â' | 'ä' | 'á' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' | 'í' => 'i',
            'ô' | 'ö' | 'ó' => 'o',
            'ù' | 'û' | 'ü' | 'ú' => 'u',
            'ç' => 'c',
            '’' => '\'',
            '\u{a0}' | '\u{202f}' => ' ',
            other => other,
        })
        .collect()
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
    /// What rentals cost.
    pub rental: RentalRules,
    /// Licences by product name, per day, before VAT.
    pub licences: Vec<(String, Cents)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faq() -> Article {
        let question = |id: &str, question: &str, answer: &str| Question {
            id: id.to_owned(),
            question: question.to_owned(),
            answer: vec![Block::Paragraph(vec![Span::Text(answer.to_owned())])],
        };
        let section = |id: &str, questions: Vec<Question>| Section {
            id: id.to_owned(),
            title: id.to_owned(),
            blocks: Vec::new(),
            questions,
        };
        Article {
            sections: vec![
                section("clients", vec![question("a", "Puis-je annuler ?", "La réservation flexible coûte 15 %.")]),
                section("experts", vec![question("b", "Quand suis-je payé·e ?", "Le jour 14.")]),
            ],
            ..Article::default()
        }
    }

    #[test]
    fn questions_are_found_by_their_words() {
        let found = |search: &str| {
            let article = faq().matching(search);
            article.sections.into_iter().flat_map(|s| s.questions).map(|q| q.id).collect::<Vec<_>>()
        };
        assert_eq!(found(""), ["a", "b"]);
        assert_eq!(found("RESERVATION annuler"), ["a"]);
        assert_eq!(found("payé"), ["b"]);
        assert_eq!(found("annuler payé"), Vec::<String>::new());
        assert_eq!(faq().matching("14").questions(), 1);
    }
}
