//! No text for people stands outside of `locales/`: the sources of screens, e-mails and documents are read token by
//! token, and whatever looks like words for people is named.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What is looked at, from the root of the project.
const SCANNED: [&str; 9] = [
    "src/app.rs",
    "src/app",
    "src/pages",
    "src/ui",
    "src/api",
    "crates/server/src/mail.rs",
    "crates/server/src/mail",
    "crates/server/src/documents.rs",
    "crates/server/src/documents",
];

/// Texts that may stand where they are: (end of the file's path, text, why).
const ALLOWED: &[(&str, &str, &str)] = &[
    ("documents/pdf/draw.rs", "Gabarit", "the file's producer, a program's name"),
    // Elements of the sellers' report, which a tax office's program reads.
    ("documents/dpi.rs", "Address", "an element of the DPI schema"),
    ("documents/dpi.rs", "Street", "an element of the DPI schema"),
    ("documents/dpi.rs", "City", "an element of the DPI schema"),
    ("documents/dpi.rs", "Contact", "an element of the DPI schema"),
    ("documents/dpi.rs", "Timestamp", "an element of the DPI schema"),
    ("documents/dpi.rs", "Name", "an element of the DPI schema"),
    ("documents/dpi.rs", "Nexus", "an element of the DPI schema"),
    ("documents/dpi.rs", "Identity", "an element of the DPI schema"),
    ("documents/dpi.rs", "Standard", "an element of the DPI schema"),
    ("documents/dpi.rs", "Consideration", "an element of the DPI schema"),
    ("documents/dpi.rs", "Cons", "an element of the DPI schema"),
    ("documents/dpi.rs", "Fees", "an element of the DPI schema"),
    ("documents/dpi.rs", "Taxes", "an element of the DPI schema"),
    ("documents/dpi.rs", "Tax", "an element of the DPI schema"),
    ("public/article.rs", "Question", "a type of schema.org, for machines"),
    ("public/article.rs", "Answer", "a type of schema.org, for machines"),
    ("find/profile.rs", "Service", "a type of schema.org, for machines"),
    ("find/profile.rs", "Person", "a type of schema.org, for machines"),
    ("find/profile.rs", "AggregateRating", "a type of schema.org, for machines"),
];

/// Attributes whose values people see or hear.
const SPOKEN: [&str; 10] =
    ["title", "alt", "placeholder", "label", "text", "summary", "caption", "description", "heading", "message"];

/// Macros and methods whose texts are for operators and developers.
const FOR_DEVELOPERS: [&str; 17] = [
    "trace",
    "debug",
    "info",
    "warn",
    "error",
    "panic",
    "unreachable",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "path",
    "include_str",
    "expect",
    "span",
    "info_span",
    "instrument",
];

/// Keys of the keyboard as browsers name them, compared with in code.
const KEYS: [&str; 8] = ["Enter", "Escape", "Home", "End", "Tab", "Delete", "Backspace", "Space"];

struct Scan<'a> {
    file: &'a str,
    found: Vec<String>,
}

impl Scan<'_> {
    fn report(&mut self, text: &str) {
        if !ALLOWED.iter().any(|(file, allowed, _)| self.file.ends_with(file) && *allowed == text) {
            self.found.push(format!("{}: {text:?}", self.file));
        }
    }

    /// Ordinary code: prose in string literals, and `view!` within.
    fn code(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut skip_block = false;
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token {
                // Attributes and documentation comments; what is behind `cfg(test)` is no screen.
                TokenTree::Punct(hash) if hash.as_char() == '#' => {
                    let inner = matches!(tokens.get(at + 1), Some(TokenTree::Punct(bang)) if bang.as_char() == '!');
                    let attribute = at + 1 + usize::from(inner);
                    if let Some(TokenTree::Group(group)) = tokens.get(attribute)
                        && group.delimiter() == Delimiter::Bracket
                    {
                        skip_block |= group.stream().to_string().replace(' ', "") == "cfg(test)";
                        at = attribute;
                    }
                }
                TokenTree::Ident(name) => {
                    let bang = matches!(tokens.get(at + 1), Some(TokenTree::Punct(bang)) if bang.as_char() == '!');
                    if let Some(TokenTree::Group(group)) = tokens.get(at + 1 + usize::from(bang)) {
                        let name = name.to_string();
                        if bang && name == "view" {
                            self.view(group.stream());
                            at += 2;
                        } else if FOR_DEVELOPERS.contains(&name.as_str()) && group.delimiter() == Delimiter::Parenthesis
                        {
                            at += 1 + usize::from(bang);
                        }
                    }
                }
                TokenTree::Group(group) => {
                    if skip_block && group.delimiter() == Delimiter::Brace {
                        skip_block = false;
                    } else {
                        self.code(group.stream());
                    }
                }
                TokenTree::Literal(literal) => {
                    if let Some(text) = string(&literal.to_string())
                        && is_prose(&text)
                        && !KEYS.contains(&text.as_str())
                    {
                        self.report(&text);
                    }
                }
                TokenTree::Punct(_) => {}
            }
            at += 1;
        }
    }

    /// The inside of a `view!`: text nodes, and attributes that people see or hear.
    fn view(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut in_tag = false;
        let mut attribute = String::new();
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            match token {
                TokenTree::Punct(punct) => match punct.as_char() {
                    '<' => in_tag = true,
                    // `->` and `=>` of a closure in an attribute end no tag.
                    '>' if !matches!(before, Some(TokenTree::Punct(p)) if matches!(p.as_char(), '-' | '=')) => {
                        in_tag = false;
                        attribute.clear();
                    }
                    _ => {}
                },
                TokenTree::Ident(name) => {
                    if in_tag {
                        // `aria-label` arrives as three tokens: its last word tells.
                        attribute = name.to_string();
                    } else {
                        self.report(&name.to_string());
                    }
                }
                TokenTree::Literal(literal) => {
                    let Some(text) = string(&literal.to_string()) else { continue };
                    let shown = !in_tag || SPOKEN.contains(&attribute.as_str());
                    if (shown && has_word(&text)) || (text.contains(' ') && is_prose(&text)) {
                        self.report(&text);
                    }
                }
                // A view within an attribute.
                TokenTree::Group(group)
                    if at > 1
                        && matches!(before, Some(TokenTree::Punct(bang)) if bang.as_char() == '!')
                        && matches!(tokens.get(at - 2), Some(TokenTree::Ident(name)) if name == "view") =>
                {
                    self.view(group.stream());
                }
                TokenTree::Group(group) => {
                    if in_tag && group.delimiter() == Delimiter::Brace && SPOKEN.contains(&attribute.as_str()) {
                        // `title={"…"}` and `title="…"` are the same.
                        self.attribute_block(group.stream());
                    }
                    self.code(group.stream());
                }
            }
        }
    }

    fn attribute_block(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter();
        if let (Some(TokenTree::Literal(literal)), None) = (tokens.next(), tokens.next())
            && let Some(text) = string(&literal.to_string())
            && has_word(&text)
            && !is_prose(&text)
        {
            self.report(&text);
        }
    }
}

/// The inside of a string literal; `None` for numbers, characters and bytes.
fn string(literal: &str) -> Option<String> {
    let body = literal.strip_prefix('r').map_or(literal, |raw| raw.trim_matches('#'));
    Some(body.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

/// Without what stands between braces, which a format fills in.
fn without_placeholders(text: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0_u32;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
}

/// Two letters in a row: something to read aloud.
fn has_word(text: &str) -> bool {
    without_placeholders(text).split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() >= 2)
}

/// Words for people, as far as form tells: a capitalised word alone or with others, letters that only languages have, or
/// the punctuation of a sentence. Class names, codes, paths, header names and SQL have none of these.
fn is_prose(text: &str) -> bool {
    let plain = without_placeholders(text);
    let plain = plain.trim();
    // A statement of a script.
    if plain.ends_with(';') {
        return false;
    }
    if plain.chars().any(|c| c.is_alphabetic() && !c.is_ascii()) {
        return true;
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters.next().is_some_and(|c| c.is_ascii_uppercase())
            && word.len() > 2
            && letters.all(|c| c.is_ascii_lowercase() || matches!(c, '.' | ',' | '!' | '?' | ':' | '\''))
    };
    let lower = |word: &str| {
        let core = word.trim_end_matches(['.', ',', '!', '?', ':', '…']);
        core.len() > 1 && core.chars().all(|c| c.is_ascii_lowercase() || c == '\'')
    };
    let ends_sentence = |word: &str| word.ends_with(['.', '!', '?', ',', '…']) && lower(word);
    words.first().is_some_and(|first| capitalised(first))
        && words.iter().skip(1).all(|word| !word.contains(['/', '=', ';', '_']))
        || words.len() > 1
            && words.iter().any(|word| ends_sentence(word))
            && words.iter().filter(|w| lower(w)).count() > 1
}

fn rust_files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            rust_files(&entry.unwrap().path(), found);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        found.push(path.to_owned());
    }
}

fn scan(file: &str, source: &str) -> Vec<String> {
    let mut scan = Scan { file, found: Vec::new() };
    scan.code(source.parse().unwrap());
    scan.found
}

/// All text, numbers and dates come from the locale files and their formats: no screen, e-mail or document has words of
/// its own.
#[test]
fn every_text_for_people_is_in_the_locale_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let mut files = Vec::new();
    for path in SCANNED {
        rust_files(&root.join(path), &mut files);
    }
    assert!(files.len() > 10, "screens are scanned");
    files.sort();
    let stray: Vec<String> = files
        .iter()
        .flat_map(|file| scan(&file.strip_prefix(&root).unwrap().to_string_lossy(), &fs::read_to_string(file).unwrap()))
        .collect();
    assert!(stray.is_empty(), "move to locales/:\n{}", stray.join("\n"));
}

/// The scan finds what it must, and nothing of what pages are made of.
#[test]
fn the_scan_tells_words_from_code() {
    let found = |source: &str| scan("x.rs", source).len();
    for stray in [
        r#"fn f() { view! { <p>"Hello"</p> } }"#,
        r#"fn f() { view! { <p>hello</p> } }"#,
        r#"fn f() { view! { <p>{format!("Total {x}")}</p> } }"#,
        r#"fn f() { view! { <input placeholder="your name"/> } }"#,
        r#"fn f() { view! { <nav aria-label="pages"/> } }"#,
        r#"fn f() { view! { <Title text={"pages"}/> } }"#,
        r#"fn f() { view! { <Show when=move || a.get() fallback=|| view! { <b>"none"</b> }><i/></Show> } }"#,
        r#"fn f() -> &'static str { "Réserver" }"#,
        r#"fn f() { view! { <p>"Home"</p> } }"#,
        r#"fn f() -> &'static str { "Book now" }"#,
        r#"fn f() -> &'static str { "please sign in again, then try." }"#,
    ] {
        assert_eq!(found(stray), 1, "{stray}");
    }
    for code in [
        r#"//! Words about a module.
           /// Words about an item.
           #[must_use = "Words for developers"]
           fn f() { view! { <p class="flex items-center" id="Total">{common::total(locale)} " · " "€"</p> } }"#,
        r#"fn f() { view! { <input on:input=move |e| set(value(&e)) name="days" autocomplete="given-name"/> } }"#,
        r#"fn f() { tracing::warn!("The provider did not answer"); x.expect("Always there") }"#,
        r#"fn f() { ["Content-Type", "SELECT id FROM booking WHERE a = $1", "/fr/experts", "{a}-{b}", "noopener"] }"#,
        r#"fn f() { match key { "Enter" | "End" => go(), _ => script("import init, {x} from y;init(z);") } }"#,
        r#"#[cfg(test)] mod tests { fn f() { "Words in a test." } }"#,
    ] {
        assert_eq!(scan("x.rs", code), [""; 0], "{code}");
    }
}
