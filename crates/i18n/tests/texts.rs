//! The locale files themselves. That no language lacks a text, and that all use the same placeholders, is checked when
//! they are compiled; here is what a compiler does not see.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;
use std::{fs, path::Path};

/// Every text as (where, key, text), plural forms apart.
fn texts() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../locales");
    let mut found = Vec::new();
    for language in ["fr", "nl", "en"] {
        for entry in fs::read_dir(root.join(language)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{language}/{}", path.file_name().unwrap().to_string_lossy());
            let table: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            for (key, value) in table.as_object().unwrap() {
                match value {
                    Value::String(text) => found.push((name.clone(), key.clone(), text.clone())),
                    forms => found.extend(forms.as_object().unwrap().iter().map(|(form, text)| {
                        (name.clone(), format!("{key}.{form}"), text.as_str().unwrap().to_owned())
                    })),
                }
            }
        }
    }
    found
}

/// Placeholders are `{snake_case}` and nothing else that looks like one is left for people to read: no stray brace, no
/// `%s`, `$t(`, `${`, no unfinished text, no markup.
#[test]
fn no_placeholder_leaks() {
    let mut problems = Vec::new();
    for (file, key, text) in texts() {
        let mut plain = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            plain.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or(("", after));
            let well_formed = name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            if !well_formed {
                problems.push(format!("{file} {key}: {{{name}}} is no placeholder"));
            }
            rest = after;
        }
        plain.push_str(rest);
        for leak in ["}", "%s", "%d", "$t(", "$", "TODO", "FIXME", "XXX", "Lorem", "&nbsp;", "&amp;", "</", "<br"] {
            if plain.contains(leak) {
                problems.push(format!("{file} {key}: {leak:?} would be shown"));
            }
        }
        if text.trim() != text || text.contains("  ") {
            problems.push(format!("{file} {key}: spaces at an end, or two in a row"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// A text of several words that is the same in all three languages was most likely never translated.
#[test]
fn long_texts_are_translated() {
    let all = texts();
    let text = |language: &str, file: &str, key: &str| {
        let name = format!("{language}/{file}");
        all.iter().find(|(at, k, _)| *at == name && k == key).map(|(_, _, text)| text.as_str())
    };
    let mut untranslated = Vec::new();
    for (name, key, english) in all.iter().filter(|(name, ..)| name.starts_with("en/")) {
        let file = &name[3..];
        // Three words of four letters and more; numbers, codes and placeholders are no words.
        let words = english
            .split(|c: char| !c.is_alphabetic() && c != '{' && c != '}' && c != '_')
            .filter(|word| word.len() > 3 && !word.contains(['{', '}', '_']))
            .count();
        for language in ["fr", "nl"] {
            // People are called the same everywhere.
            let is_name = key.ends_with("_name");
            if words >= 3 && !is_name && text(language, file, key) == Some(english) {
                untranslated.push(format!("{language}/{file} {key}: {english}"));
            }
        }
    }
    assert!(untranslated.is_empty(), "{}", untranslated.join("\n"));
}
