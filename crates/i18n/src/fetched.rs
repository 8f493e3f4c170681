//! Texts in a browser: tables that the page fetches, one a language.

use crate::{Locale, SEPARATOR};
use std::{
    fmt::{Display, Write as _},
    sync::OnceLock,
};

static TABLES: [OnceLock<Vec<&'static str>>; 3] = [const { OnceLock::new() }; 3];

/// Takes a language's table, as [`table`](crate::VERSION) of the same version wrote it. A second one is ignored.
pub fn install(locale: Locale, table: String) {
    // Texts live as long as the page, which is as long as the program.
    let table: &'static str = table.leak();
    let _ = TABLES[locale.column()].set(table.split(SEPARATOR).collect());
}

/// Whether a language's table is there.
#[must_use]
pub fn has(locale: Locale) -> bool {
    TABLES[locale.column()].get().is_some()
}

/// A text by its number. Where its language is not there, one that is says more than nothing; empty while none is.
pub(crate) fn text(locale: Locale, row: usize) -> &'static str {
    let table = TABLES[locale.column()].get().or_else(|| TABLES.iter().find_map(OnceLock::get));
    table.and_then(|table| table.get(row)).copied().unwrap_or_default()
}

/// A text with its placeholders filled.
pub(crate) fn fill(locale: Locale, row: usize, values: &[(&str, &dyn Display)]) -> String {
    let mut made = String::new();
    let mut parts = text(locale, row).split('{');
    made.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or_default();
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            let _ = write!(made, "{value}");
        }
        made.push_str(rest);
    }
    made
}

/// The form of a text that a number asks for.
pub(crate) fn count(locale: Locale, count: u64, one: usize, other: usize, values: &[(&str, &dyn Display)]) -> String {
    // French counts nought as one.
    let singular = count == 1 || (count == 0 && locale == Locale::Fr);
    fill(locale, if singular { one } else { other }, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_by_its_numbers_and_its_placeholders_are_filled() {
        assert_eq!(text(Locale::Nl, 0), "", "nothing is there yet");
        install(Locale::Nl, ["Dag", "{name} boekt {days}.", "{count} dag", "{count} dagen"].join("\0"));
        assert!(has(Locale::Nl) && !has(Locale::Fr));
        assert_eq!(text(Locale::Nl, 0), "Dag");
        assert_eq!(fill(Locale::Nl, 1, &[("days", &3), ("name", &"Ada {x}")]), "Ada {x} boekt 3.");
        assert_eq!(count(Locale::Nl, 0, 2, 3, &[("count", &0)]), "0 dagen");
        assert_eq!(count(Locale::Nl, 1, 2, 3, &[("count", &1)]), "1 dag");
        install(Locale::Nl, "Later".to_owned());
        assert_eq!(text(Locale::Nl, 0), "Dag", "the first table stays");
        assert_eq!(text(Locale::Fr, 0), "Dag", "the only table there is");
    }
}
