//! The little markup of long texts: a line is a block; `- ` starts a point, `1. ` a step, `! ` a note, `| a | b |` a
//! row of a table whose first row names the columns. `[words](target)` is a link: to a page by its name in the URL, to
//! `mail` (the operator's), or to an `https://` address; `<email>` and `<operator>` stand for the operator's own.

use gabarit_i18n::Locale;
use gabarit_view::public::{Block, Span};

/// What targets and placeholders of a text stand for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    /// Language of the pages that are linked to.
    pub(super) locale: Locale,
    /// The operator's e-mail address.
    pub(super) email: &'a str,
    /// The operator's name.
    pub(super) operator: &'a str,
}

impl Reader<'_> {
    /// Reads a text of any length.
    pub(super) fn blocks(&self, text: &str) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(item) = line.strip_prefix("- ") {
                let item = self.spans(item);
                match blocks.last_mut() {
                    Some(Block::List(items)) => items.push(item),
                    _ => blocks.push(Block::List(vec![item])),
                }
            } else if let Some(step) = line.strip_prefix("1. ") {
                let step = self.spans(step);
                match blocks.last_mut() {
                    Some(Block::Steps(steps)) => steps.push(step),
                    _ => blocks.push(Block::Steps(vec![step])),
                }
            } else if let Some(row) = line.strip_prefix("| ") {
                let cells: Vec<&str> = row.trim_end_matches('|').split('|').map(str::trim).collect();
                match blocks.last_mut() {
                    Some(Block::Table { rows, .. }) => rows.push(cells.iter().map(|cell| self.spans(cell)).collect()),
                    _ => blocks.push(Block::Table {
                        head: cells.iter().map(|cell| (*cell).to_owned()).collect(),
                        rows: Vec::new(),
                    }),
                }
            } else if let Some(note) = line.strip_prefix("! ") {
                blocks.push(Block::Note(self.spans(note)));
            } else {
                blocks.push(Block::Paragraph(self.spans(line)));
            }
        }
        blocks
    }

    /// Reads a single run.
    pub(super) fn spans(&self, text: &str) -> Vec<Span> {
        let text = text.replace("<email>", &format!("[{}](mail)", self.email)).replace("<operator>", self.operator);
        let mut spans = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, words, target, after)) = next_link(rest) {
            if !before.is_empty() {
                spans.push(Span::Text(before.to_owned()));
            }
            spans.push(self.link(words, target));
            rest = after;
        }
        if !rest.is_empty() {
            spans.push(Span::Text(rest.to_owned()));
        }
        spans
    }

    fn link(&self, words: &str, target: &str) -> Span {
        let external = target.starts_with("https://");
        let href = if target == "mail" {
            format!("mailto:{}", self.email)
        } else if external || target.starts_with('#') {
            target.to_owned()
        } else {
            format!("/{}/{target}", self.locale.code())
        };
        Span::Link { text: words.to_owned(), href, external }
    }
}

/// Splits at the first `[words](target)`.
fn next_link(text: &str) -> Option<(&str, &str, &str, &str)> {
    let (before, rest) = text.split_once('[')?;
    let (words, rest) = rest.split_once("](")?;
    let (target, after) = rest.split_once(')')?;
    Some((before, words, target, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gabarit_view::public::plain;

    const READER: Reader<'_> = Reader { locale: Locale::Nl, email: "a@b.example", operator: "Demo" };

    /// Lines become blocks; neighbours of a kind become one list, one table.
    #[test]
    fn lines_are_blocks() {
        let blocks = READER.blocks("One.\n- a\n- b\n1. c\n! d\n| e | f |\n| g | h |\nTwo.");
        let kinds: Vec<&str> = blocks
            .iter()
            .map(|block| match block {
                Block::Paragraph(_) => "p",
                Block::List(items) if items.len() == 2 => "ul2",
                Block::List(_) => "ul",
                Block::Steps(_) => "ol",
                Block::Note(_) => "note",
                Block::Table { head, rows } if head.len() == 2 && rows.len() == 1 => "table",
                Block::Table { .. } => "?",
            })
            .collect();
        assert_eq!(kinds, ["p", "ul2", "ol", "note", "table", "p"]);
    }

    /// Links lead to pages of the same language, to the operator, or out.
    #[test]
    fn links() {
        let spans = READER.spans("See [rates](levels#ladder), <email> of <operator>, [x](https://x.example).");
        assert_eq!(plain(&spans), "See rates, a@b.example of Demo, x.");
        let links: Vec<(&str, bool)> = spans
            .iter()
            .filter_map(|span| match span {
                Span::Link { href, external, .. } => Some((href.as_str(), *external)),
                Span::Text(_) => None,
            })
            .collect();
        assert_eq!(links, [("/nl/levels#ladder", false), ("mailto:a@b.example", false), ("https://x.example", true)]);
    }
}
