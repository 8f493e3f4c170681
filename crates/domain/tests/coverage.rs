//! Which test proves which rule: `docs/rules.md` numbers the rules, tests name the numbers (`/// S25: …`, titles of
//! journeys). A rule that is claimed to work and that no test names fails here; `make coverage` writes the table.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// The rules are numbered from 1 to here.
const LAST: u32 = 66;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The numbers in a text: `S25`, `S1–S4`, `S17-S19`.
fn numbers(text: &str) -> BTreeSet<u32> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = BTreeSet::new();
    let mut range: Option<u32> = None;
    let mut at = 0;
    while at < chars.len() {
        let word_before = at > 0 && chars[at - 1].is_alphanumeric();
        if chars[at] == 'S' && !word_before && chars.get(at + 1).is_some_and(char::is_ascii_digit) {
            let digits: String = chars[at + 1..].iter().take_while(|c| c.is_ascii_digit()).collect();
            at += 1 + digits.len();
            let number = digits.parse().unwrap_or(0);
            if (1..=LAST).contains(&number) && !chars.get(at).is_some_and(|c| c.is_alphanumeric()) {
                found.extend(range.take().unwrap_or(number)..=number);
                if matches!(chars.get(at), Some('–' | '-')) && chars.get(at + 1) == Some(&'S') {
                    range = Some(number);
                    at += 1;
                }
                continue;
            }
        }
        range = None;
        at += 1;
    }
    found
}

/// A test: where it stands, what it is called, and which rules it names.
struct Proof {
    file: String,
    name: String,
    rules: BTreeSet<u32>,
}

/// Rust tests, whose rules stand in their doc comments.
fn rust(file: &str, text: &str, proofs: &mut Vec<Proof>) {
    let (mut comment, mut is_test) = (String::new(), false);
    for line in text.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("///") {
            if is_test {
                comment.clear();
                is_test = false;
            }
            comment.push_str(words);
            comment.push('\n');
        } else if line.starts_with("#[") {
            is_test |= line.contains("test]") || line.contains("test(") || line.contains("proptest");
        } else if let Some(rest) = line.strip_prefix("fn ").or_else(|| line.strip_prefix("async fn ")) {
            let rules = numbers(&comment);
            if is_test && !rules.is_empty() {
                let name = rest.split(['(', '<']).next().unwrap_or_default().to_owned();
                proofs.push(Proof { file: file.to_owned(), name, rules });
            }
            (comment, is_test) = (String::new(), false);
        } else if !line.starts_with("//") && !line.is_empty() && !line.ends_with(']') {
            (comment, is_test) = (String::new(), false);
        }
    }
}

/// Journeys in a browser, whose rules stand in their titles.
fn journeys(file: &str, text: &str, proofs: &mut Vec<Proof>) {
    for line in text.lines().map(str::trim) {
        let title = line.strip_prefix("test(").or_else(|| line.strip_prefix("test.only("));
        let Some(title) = title else { continue };
        let quote = title.chars().next().unwrap_or('"');
        let Some(title) = title.strip_prefix(quote).and_then(|rest| rest.split(quote).next()) else { continue };
        let rules = numbers(title);
        if !rules.is_empty() {
            proofs.push(Proof { file: file.to_owned(), name: title.to_owned(), rules });
        }
    }
}

fn walk(folder: &Path, proofs: &mut Vec<Proof>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !["node_modules", "target", "snapshots", "corpus"].contains(&name.as_str()) {
                walk(&path, proofs);
            }
            continue;
        }
        let file = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        // What is named here is an example.
        if file.ends_with("domain/tests/coverage.rs") {
            continue;
        }
        if name.ends_with(".rs") {
            rust(&file, &fs::read_to_string(&path).unwrap(), proofs);
        } else if name.ends_with(".spec.mjs") {
            journeys(&file, &fs::read_to_string(&path).unwrap(), proofs);
        }
    }
}

fn proofs() -> Vec<Proof> {
    let mut proofs = Vec::new();
    for folder in ["crates", "src", "tests", "end2end/journeys"] {
        walk(&root().join(folder), &mut proofs);
    }
    proofs
}

/// What `docs/rules.md` says of each rule, and which of them it says are not there yet.
fn claims() -> (BTreeMap<u32, String>, BTreeSet<u32>) {
    let text = fs::read_to_string(root().join("docs/rules.md")).unwrap();
    let mut rules = BTreeMap::new();
    let mut open = BTreeSet::new();
    for line in text.lines() {
        if let Some(cells) = line.strip_prefix("| S") {
            let (head, words) = cells.split_once('|').unwrap();
            let words = words.trim().trim_end_matches('|').trim();
            for number in numbers(&format!("S{head}")) {
                rules.insert(number, words.to_owned());
            }
        }
        if let Some(list) = line.strip_prefix("Without a test yet:") {
            open.extend(numbers(list));
        }
    }
    (rules, open)
}

/// Every rule that is claimed to work is named by a test. One that is not is said to be without, in `docs/rules.md`.
#[test]
fn every_claimed_rule_has_a_test() {
    let (rules, open) = claims();
    let numbered: BTreeSet<u32> = rules.keys().copied().collect();
    assert_eq!(numbered, (1..=LAST).collect::<BTreeSet<u32>>(), "docs/rules.md numbers every rule");
    let proved: BTreeSet<u32> = proofs().into_iter().flat_map(|proof| proof.rules).collect();
    let missing: Vec<u32> = numbered.difference(&proved).filter(|number| !open.contains(number)).copied().collect();
    assert!(missing.is_empty(), "no test names {missing:?}");
}

#[test]
fn numbers_are_read() {
    assert_eq!(numbers("S1–S4, S25: and S17-S19."), [1, 2, 3, 4, 17, 18, 19, 25].into());
    assert_eq!(numbers("XS5 S99 S0 S3x USS7"), BTreeSet::new());
    let mut found = Vec::new();
    rust(
        "f",
        "/// S25: a.\n#[test]\nfn one() {}\n/// S26.\nfn helper() {}\n/// S27\n#[tokio::test(x)]\nasync fn two() {",
        &mut found,
    );
    let found: Vec<_> = found.iter().map(|proof| (proof.name.as_str(), proof.rules.clone())).collect();
    assert_eq!(found, [("one", [25].into()), ("two", [27].into())]);
    let mut found = Vec::new();
    journeys("f", "test(\"S10 S12: a visitor\", async () => {", &mut found);
    assert_eq!((found[0].name.as_str(), found[0].rules.clone()), ("S10 S12: a visitor", [10, 12].into()));
}

/// `make coverage`: writes `docs/seed-coverage.md`.
#[test]
#[ignore = "writes a file"]
fn write() {
    let (rules, _) = claims();
    let proofs = proofs();
    let mut text = String::from(
        "# Which test proves which rule\n\nWritten by `make coverage` from the doc comments of tests and the titles of journeys; \
         [rules.md](rules.md) says what each rule promises.\n\n| rule | tests |\n|---|---|\n",
    );
    for number in rules.keys() {
        let mut by_file: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for proof in proofs.iter().filter(|proof| proof.rules.contains(number)) {
            by_file.entry(&proof.file).or_default().push(&proof.name);
        }
        let mut cell: Vec<String> = Vec::new();
        for (file, names) in by_file {
            let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.replace('|', "/"))).collect();
            cell.push(format!("{file}: {}", names.join(", ")));
        }
        if cell.is_empty() {
            cell.push("none yet".to_owned());
        }
        let _ = writeln!(text, "| S{number} | {} |", cell.join("<br>"));
    }
    fs::write(root().join("docs/seed-coverage.md"), text).unwrap();
}
