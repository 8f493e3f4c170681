//! Compiles `locales/<language>/<namespace>.json` into one function a text.
//!
//! A text `"greeting": "Bonjour {name}"` of `mail.json` becomes `mail::greeting(locale, name) -> String`; one without
//! placeholders becomes `fn(locale) -> &'static str`. A plural is an object with `one` and `other` and takes `count`
//! first. The build stops when a language lacks a text, has one too many, or uses other placeholders.
//!
//! With the feature `fetched` (the browser's build) the functions read a table of one language, which the page fetches,
//! instead of carrying the words of all three; `TABLES` is what the server sends for it.

#![expect(clippy::expect_used, reason = "a build script that cannot go on has failed")]

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

const LANGUAGES: [(&str, &str); 3] = [("fr", "Fr"), ("nl", "Nl"), ("en", "En")];

/// Words that only the server says: mails, printed pages, the demonstration. They are in no browser's table.
const SERVER_ONLY: [&str; 8] = ["demo", "demo_clock", "faq", "finding", "notice", "sandbox", "statements", "trail"];

/// The tables of the browsers' texts: one column a language, one row a form of a text.
#[derive(Default)]
struct Tables([Vec<String>; 3]);

impl Tables {
    /// Appends a row; answers its number.
    fn push(&mut self, row: [&str; 3]) -> usize {
        for (column, text) in self.0.iter_mut().zip(row) {
            column.push(text.to_owned());
        }
        self.0[0].len() - 1
    }

    /// Changes with every text and its place: FNV-1a.
    fn version(&self) -> String {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in self.0.iter().flatten().flat_map(|text| text.bytes().chain([0])) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        format!("{hash:016x}")
    }
}

enum Text {
    Plain(String),
    Plural { one: String, other: String },
}

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../locales");
    println!("cargo::rerun-if-changed={}", root.display());
    let names: BTreeSet<String> = LANGUAGES.iter().flat_map(|(language, _)| namespaces(&root.join(language))).collect();
    let mut code = String::new();
    let mut problems = Vec::new();
    let mut tables = Tables::default();
    for name in names {
        namespace(&root, &name, &mut code, &mut tables, &mut problems);
    }
    writeln!(
        code,
        "/// Of the tables: changes with every text.\npub const VERSION: &str = {:?};\n\
         #[cfg(not(feature = \"fetched\"))]\nconst TABLES: [&[&str]; 3] = [&{:?}, &{:?}, &{:?}];",
        tables.version(),
        tables.0[0],
        tables.0[1],
        tables.0[2],
    )
    .expect("to a string");
    if !problems.is_empty() {
        for problem in &problems {
            println!("cargo::error={problem}");
        }
        std::process::exit(1);
    }
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("texts.rs");
    fs::write(out, code).expect("OUT_DIR is writable");
}

fn namespaces(folder: &Path) -> Vec<String> {
    println!("cargo::rerun-if-changed={}", folder.display());
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(ToOwned::to_owned))
        .collect()
}

fn namespace(root: &Path, name: &str, code: &mut String, rows: &mut Tables, problems: &mut Vec<String>) {
    let tables: Vec<BTreeMap<String, Text>> = LANGUAGES
        .iter()
        .map(|(language, _)| load(&root.join(language).join(format!("{name}.json")), problems))
        .collect();
    let keys: BTreeSet<&String> = tables.iter().flat_map(BTreeMap::keys).collect();
    let server_only = SERVER_ONLY.contains(&name) || name.ends_with("mail");
    if server_only {
        code.push_str("#[cfg(not(feature = \"fetched\"))]\n");
    }
    writeln!(code, "/// Texts of `{name}.json`.\npub mod {name} {{\nuse super::Locale;").expect("to a string");
    for key in keys {
        let texts: Vec<Option<&Text>> = tables.iter().map(|table| table.get(key)).collect();
        for (text, (language, _)) in texts.iter().zip(LANGUAGES) {
            if text.is_none() {
                problems.push(format!("locales/{language}/{name}.json lacks {key:?}"));
            }
        }
        let texts: Vec<&Text> = texts.into_iter().flatten().collect();
        if texts.len() == LANGUAGES.len() {
            function(name, key, &texts, code, (!server_only).then_some(&mut *rows), problems);
        }
    }
    code.push_str("}\n");
}

fn load(path: &Path, problems: &mut Vec<String>) -> BTreeMap<String, Text> {
    println!("cargo::rerun-if-changed={}", path.display());
    let parsed = fs::read_to_string(path)
        .map_err(|error| error.to_string())
        .and_then(|text| serde_json::from_str::<Value>(&text).map_err(|error| error.to_string()));
    let entries = match parsed {
        Ok(Value::Object(entries)) => entries,
        Ok(_) => {
            problems.push(format!("{} is not an object", path.display()));
            return BTreeMap::new();
        }
        Err(error) => {
            problems.push(format!("{}: {error}", path.display()));
            return BTreeMap::new();
        }
    };
    let mut table = BTreeMap::new();
    for (key, value) in entries {
        let text = match &value {
            Value::String(text) if !text.trim().is_empty() => Text::Plain(text.clone()),
            Value::Object(forms) => match (forms.get("one"), forms.get("other"), forms.len()) {
                (Some(Value::String(one)), Some(Value::String(other)), 2) => {
                    Text::Plural { one: one.clone(), other: other.clone() }
                }
                _ => {
                    problems.push(format!("{}: {key:?} needs exactly `one` and `other`", path.display()));
                    continue;
                }
            },
            _ => {
                problems.push(format!("{}: {key:?} is empty or not a text", path.display()));
                continue;
            }
        };
        let valid = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if valid {
            table.insert(key, text);
        } else {
            problems.push(format!("{}: {key:?} is not snake_case", path.display()));
        }
    }
    table
}

/// The names in `{…}`, in order of first use.
fn placeholders(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in text.split('{').skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && !found.iter().any(|known| known == name)
        {
            found.push(name.to_owned());
        }
    }
    found
}

fn function(
    namespace: &str,
    key: &str,
    texts: &[&Text],
    code: &mut String,
    rows: Option<&mut Tables>,
    problems: &mut Vec<String>,
) {
    let names = |text: &Text| -> Vec<String> {
        match text {
            Text::Plain(text) => placeholders(text),
            Text::Plural { one, other } => placeholders(&format!("{other}{one}")),
        }
        .into_iter()
        .filter(|name| !(matches!(text, Text::Plural { .. }) && name == "count"))
        .collect()
    };
    let plural = matches!(texts[0], Text::Plural { .. });
    // The parameters stand in the order of the English text: the language its callers are written in.
    let wanted = names(texts[2]);
    for (text, (language, _)) in texts.iter().zip(LANGUAGES) {
        let sorted = |mut names: Vec<String>| {
            names.sort();
            names
        };
        if matches!(text, Text::Plural { .. }) != plural || sorted(names(text)) != sorted(wanted.clone()) {
            problems.push(format!("locales/{language}/{namespace}.json: {key:?} has other placeholders than English"));
            return;
        }
    }
    let doc = match texts[2] {
        Text::Plain(text) => text,
        Text::Plural { other, .. } => other,
    };
    writeln!(code, "/// {}", doc.replace('\n', " ").replace('[', "\\[").replace(']', "\\]")).expect("to a string");
    // A Rust keyword may well be the best name of a text.
    let raw =
        if ["type", "where", "for", "in", "move", "use", "as", "loop", "match"].contains(&key) { "r#" } else { "" };
    let fixed = wanted.is_empty() && !plural;
    let count = if plural { "count: u64, " } else { "" };
    let parameters: String = wanted.iter().map(|name| format!("{name}: impl ::std::fmt::Display, ")).collect();
    let made = if fixed { "&'static str" } else { "String" };
    writeln!(code, "#[must_use]\npub fn {raw}{key}(locale: Locale, {count}{parameters}) -> {made} {{")
        .expect("to a string");
    if let Some(rows) = rows {
        code.push_str("#[cfg(feature = \"fetched\")]\n{\n");
        let column = |form: fn(&Text) -> &str| -> [&str; 3] { [form(texts[0]), form(texts[1]), form(texts[2])] };
        let arguments: String =
            wanted.iter().map(|name| format!("({name:?}, &{name} as &dyn ::std::fmt::Display), ")).collect();
        if plural {
            let one = rows.push(column(|text| match text {
                Text::Plural { one, .. } | Text::Plain(one) => one,
            }));
            let other = rows.push(column(|text| match text {
                Text::Plural { other, .. } | Text::Plain(other) => other,
            }));
            writeln!(code, "crate::fetched::count(locale, count, {one}, {other}, &[{arguments}(\"count\", &count)])")
        } else {
            let row = rows.push(column(|text| match text {
                Text::Plain(text) | Text::Plural { other: text, .. } => text,
            }));
            if fixed {
                writeln!(code, "crate::fetched::text(locale, {row})")
            } else {
                writeln!(code, "crate::fetched::fill(locale, {row}, &[{arguments}])")
            }
        }
        .expect("to a string");
        code.push_str("}\n");
    }
    code.push_str("#[cfg(not(feature = \"fetched\"))]\nmatch locale {\n");
    for (text, (language, variant)) in texts.iter().zip(LANGUAGES) {
        match text {
            Text::Plain(text) if fixed => writeln!(code, "Locale::{variant} => {text:?},"),
            Text::Plain(text) => writeln!(code, "Locale::{variant} => format!({text:?}),"),
            // Words without a plural of their own, such as the French "avis".
            Text::Plural { one, other } if one == other => {
                writeln!(code, "Locale::{variant} => {{ let _ = count; format!({other:?}) }}")
            }
            Text::Plural { one, other } => {
                // French counts nought as one; `fetched::count` says the same.
                let singular = if language == "fr" { "count < 2" } else { "count == 1" };
                // A form may do without the number: "one thing".
                let made = |form: &str| {
                    if form.contains('{') { format!("format!({form:?})") } else { format!("String::from({form:?})") }
                };
                writeln!(code, "Locale::{variant} => if {singular} {{ {} }} else {{ {} }},", made(one), made(other))
            }
        }
        .expect("to a string");
    }
    code.push_str("}\n}\n");
}
