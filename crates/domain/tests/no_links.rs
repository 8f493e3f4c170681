//! S39: the detector of links, on labelled corpora. With most of them its rules and weights were made; the held-out ones were
//! written by somebody who had not seen the detector, and are never read to tune it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use gabarit_domain::no_links::find_links;
use proptest::prelude::*;
use serde_json::Value;
use std::{collections::BTreeMap, env, fs, path::PathBuf};

struct Case {
    id: String,
    text: String,
    label: String,
    innocent: bool,
    marked: Vec<String>,
}

fn corpus(name: &str) -> Vec<Case> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name);
    let Ok(text) = fs::read_to_string(&path) else { return Vec::new() };
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let case: Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
            let strings = |value: &Value| value.as_str().map(ToOwned::to_owned);
            Case {
                id: text("id"),
                text: text("text"),
                label: text("label"),
                innocent: matches!(text("label").as_str(), "innocent" | "none"),
                marked: case["marked"].as_array().into_iter().flatten().filter_map(strings).collect(),
            }
        })
        .collect()
}

/// False alarms and misses, by id.
fn judge(cases: &[Case]) -> (Vec<&str>, Vec<&str>) {
    let wrong = |innocent: bool| {
        cases
            .iter()
            .filter(|case| case.innocent == innocent && find_links(&case.text).is_empty() != innocent)
            .map(|case| case.id.as_str())
            .collect()
    };
    (wrong(true), wrong(false))
}

/// S39: no false alarm and nothing missed where the detector was developed; and the place is the one that a reader
/// would mark.
#[test]
fn development_corpus() {
    let cases = corpus("development.jsonl");
    assert!(cases.len() >= 3_000);
    assert!(cases.iter().filter(|case| case.innocent).count() * 2 >= cases.len() - 10, "half of them are innocent");
    let text = |ids: Vec<&str>| -> Vec<String> {
        cases
            .iter()
            .filter(|case| ids.contains(&case.id.as_str()))
            .map(|case| {
                let found: Vec<_> = find_links(&case.text).into_iter().map(|found| &case.text[found.range]).collect();
                format!("{} {} {found:?}", case.id, case.text)
            })
            .collect()
    };
    let (alarms, misses) = judge(&cases);
    assert_eq!((text(alarms), text(misses)), (vec![], vec![]));
    let misplaced: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let found = find_links(&case.text);
            let hit = |marked: &String| {
                let start = case.text.find(marked.as_str())?;
                let end = start + marked.len();
                Some(found.iter().any(|found| found.range.start < end && start < found.range.end))
            };
            case.marked.iter().any(|marked| hit(marked) != Some(true)).then(|| format!("{} {found:?}", case.id))
        })
        .collect();
    assert_eq!(misplaced, Vec::<String>::new());
}

/// Links that are missed, by kind, and false alarms, in numbers only.
fn measure(name: &str) -> (usize, usize) {
    let cases = corpus(name);
    let innocent = cases.iter().filter(|case| case.innocent).count();
    let links = cases.len() - innocent;
    let (alarms, misses) = judge(&cases);
    let mut by_label = BTreeMap::<&str, usize>::new();
    for case in cases.iter().filter(|case| misses.contains(&case.id.as_str())) {
        *by_label.entry(&case.label).or_default() += 1;
    }
    println!(
        "{name}: {links} links, {} missed {by_label:?}; {innocent} innocent, {} false alarms",
        misses.len(),
        alarms.len()
    );
    assert!(links > 0 && innocent > 0, "{name}");
    (misses.len(), alarms.len())
}

/// S39: a set that three other hands wrote, by the requirement's words and without sight of the detector, and that neither
/// rules nor weights were made from: no false alarm, and at most one in fifty missed.
#[test]
fn held_out_corpus() {
    let (misses, alarms) = measure("held_out_5.jsonl");
    assert!(misses <= 3, "{misses} missed");
    assert_eq!(alarms, 0, "false alarms");
}

/// S39: what is plain stays found, however much of the trade stands around it.
#[test]
fn the_trade_hides_nothing_plain() {
    let trade = "Revit 2025.2, IFC 4, ISO 19650-2, NBN EN 1992-1-1, Navisworks, Dynamo, gaines 1:100, béton C30/37, maquette synthétisée";
    for plain in ["https://atelier.example/cv", "jean@atelier.be", "+32 470 12 34 56", "atelier-vantroyen.be"] {
        let text = format!("{trade}, {plain}, {trade}.");
        let found: Vec<_> = find_links(&text).into_iter().map(|found| &text[found.range]).collect();
        assert!(found.iter().any(|found| found.contains(plain)), "{plain}: {found:?}");
    }
}

/// S39: a second contact beside the first, or a word about files, makes neither of them innocent.
#[test]
fn two_hide_no_better_than_one() {
    for (text, contact) in [
        ("Mes fichiers sont sur exemple.fr et sur autre.be", "exemple.fr"),
        ("Vu sur @mariebim, aussi @mariecad", "@mariebim"),
    ] {
        let found: Vec<_> = find_links(text).into_iter().map(|found| &text[found.range]).collect();
        assert!(found.iter().any(|found| found.contains(contact)), "{text}: {found:?}");
    }
    assert!(find_links("Unit tests with @Before, @After and @Ignore in Java, scripts in Python.").is_empty());
}

/// S39: what the weights were learned from is told apart but for a few: otherwise they are not those of these texts and of
/// this code, and `make learn` makes them anew.
#[test]
fn learned_corpora() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    // What writers found who saw what passes is harder: fragments, mostly, that are too short to be weighed.
    let (mut learned, mut red) = ((0, 0, 0), (0, 0, 0));
    for file in fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if name.starts_with("learned_") {
            let (misses, alarms) = measure(&name);
            let sum = if name.starts_with("learned_red_") { &mut red } else { &mut learned };
            *sum = (sum.0 + corpus(&name).len(), sum.1 + misses, sum.2 + alarms);
        }
    }
    let (cases, misses, alarms) = learned;
    assert!(cases > 4_000);
    assert!(misses * 50 <= cases && alarms * 100 <= cases, "{misses} missed and {alarms} false alarms of {cases}");
    let (cases, misses, alarms) = red;
    assert!(cases > 1_000);
    assert!(
        misses * 8 <= cases && alarms * 20 <= cases,
        "{misses} missed and {alarms} false alarms of {cases}, to evade"
    );
}

/// Pieces that addresses are made of, so that random texts have some.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "exemple",
            ".",
            "fr",
            " point ",
            "com",
            "@",
            " [at] ",
            "jean",
            "06 12 34 56 78",
            "+33",
            " ",
            "\n",
            "é",
            "。",
            "Revit 2025.2",
            "ISO 19650-2",
            "1:100",
            "https://",
            "www.",
            "zéro six ",
            "douze ",
            "\u{200b}",
            "Telegram: ",
            "-",
            "/",
            "()",
            "О",
            "𝐚",
            "ｃ",
            "0️⃣",
            "ß",
            "ﬁ",
            "İ",
        ])
        .prop_map(ToOwned::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// S39: places are parts of the text, in order, apart from each other.
    #[test]
    fn places_are_valid(text in pieces()) {
        let mut end = 0;
        for found in find_links(&text) {
            prop_assert!(found.range.start >= end && found.range.start < found.range.end);
            prop_assert!(text.get(found.range.clone()).is_some());
            end = found.range.end;
        }
    }

    /// S39: characters nobody sees hide nothing.
    #[test]
    fn unseen_characters_hide_nothing(text in pieces(), every in 1_usize..4, unseen in prop::sample::select(vec!['\u{200b}', '\u{200d}', '\u{2060}', '\u{ad}', '\u{feff}', '\u{fe0f}', '\u{34f}'])) {
        let seen = |text: &str| -> Vec<String> {
            find_links(text).into_iter().map(|found| text[found.range].replace(unseen, "")).collect()
        };
        let cut: String = text
            .chars()
            .enumerate()
            .flat_map(|(at, c)| [Some(c), at.is_multiple_of(every).then_some(unseen)])
            .flatten()
            .collect();
        prop_assert_eq!(seen(&cut), seen(&text));
    }
}

/// What is judged wrongly in the sets that are named, to be read: `READ=learned_en.jsonl`.
#[test]
#[ignore = "prints, checks nothing"]
fn read_failures() {
    for name in env::var("READ").unwrap_or_default().split(' ') {
        let cases = corpus(name);
        let (alarms, misses) = judge(&cases);
        for case in cases.iter().filter(|case| alarms.contains(&case.id.as_str()) || misses.contains(&case.id.as_str()))
        {
            let found: Vec<_> = find_links(&case.text);
            println!("{name} {} {} | {} | {:?} {found:?}", case.id, case.label, case.text, case.marked);
        }
    }
}
