//! Addresses as people read them aloud: `contact [at] exemple point fr`, `nul zes twaalf …`, "Telegram: jdupont".

use super::{
    LinkKind, networks, shapes,
    skeleton::{Skeleton, Token},
    told,
    web::{Hits, is_end},
    words::{
        AT_WORDS, CALL, CODE, CRAFT, DIGIT_WORDS, DOT_WORDS, NAKED_ENDS, NAMED, NOT_A_NAME, NUMBERED_ITEMS, ORDINARY,
        PERSONAL, PREFIXES, PROVIDERS, SEEK, SITE_WORDS, SKILL, SMALL, STRONG, TENS_WORDS, TRADE, UNDER, ZERO_WORDS,
    },
};

pub(super) fn scan(text: &Skeleton, hits: &mut Hits) {
    let tokens = text.tokens();
    addresses(text, &tokens, hits);
    // `jan, apenstaartje, exemple, punt, nl`
    let word = |at: usize| {
        at_sign(&tokens, at).is_some_and(|(_, form)| form == Form::Sure)
            || dot(&tokens, at).is_some_and(|(_, form)| form == Form::Word)
    };
    // `op een ander punt, nl. de parameters`: that is a shortened word.
    let shortened = |at: usize| {
        tokens.get(at + 1).is_some_and(|word| word.is("nl")) && tokens.get(at + 2).is_some_and(|stop| stop.is("."))
    };
    let pauses = |at: usize| {
        matches!(tokens[at].text.as_str(), "," | "…")
            && !shortened(at)
            && (word(at + 1) || at.checked_sub(1).is_some_and(word))
    };
    if (0..tokens.len()).any(pauses) {
        let apart = (0..tokens.len()).filter(|at| !pauses(*at)).map(|at| tokens[at].clone()).collect::<Vec<_>>();
        addresses(text, &apart, hits);
    }
    numbers(&tokens, hits);
    names(text, &tokens, hits);
    networks::scan(text, &tokens, hits);
    told::scan(text, &tokens, hits);
    shapes::scan(text, &tokens, hits);
}

/// How a sign is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As itself, without space around.
    Plain,
    /// As itself, with space around.
    Spaced,
    /// As a word that also means something else.
    Word,
    /// As a word, or in brackets, that can mean nothing else.
    Sure,
}

/// In brackets or between marks: `[at]`, `(.)`, `-dot-`, `_at_`.
fn bracketed(tokens: &[Token], at: usize, inner: &[&str]) -> bool {
    let (Some(open), Some(middle), Some(close)) = (tokens.get(at), tokens.get(at + 1), tokens.get(at + 2)) else {
        return false;
    };
    let pair = match open.text.as_str() {
        "(" => ")",
        "[" => "]",
        "{" => "}",
        "<" => ">",
        "«" => "»",
        "“" => "”",
        "'" | "\"" => open.text.as_str(),
        "-" | "_" | "*" | "/" | "|" | "~" | "=" | "+" => open.text.as_str(),
        _ => return false,
    };
    // Between hyphens or underscores only what can be nothing else: `PLN-A-001` is a drawing.
    let sure = pair != open.text
        || matches!(middle.text.as_str(), "at" | "@" | "arobase" | "apenstaartje" | "dot" | "point" | "punt");
    sure && close.is(pair) && inner.contains(&middle.text.as_str()) && !(open.is("/") && middle.is("."))
}

/// An "at": how long, and how it is written.
pub(super) fn at_sign(tokens: &[Token], at: usize) -> Option<(usize, Form)> {
    let token = tokens.get(at)?;
    if token.is("@") {
        let spaced = token.spaced || tokens.get(at + 1).is_some_and(|next| next.spaced);
        return Some((1, if spaced { Form::Spaced } else { Form::Plain }));
    }
    // `mia 📧 exemple ⚫ com`
    if matches!(token.text.as_str(), "📧" | "✉" | "📩" | "📨" | "💌" | "📬") && at > 0 && tokens[at - 1].is_word
    {
        return Some((1, Form::Spaced));
    }
    if bracketed(
        tokens,
        at,
        &[
            "at",
            "@",
            "a",
            "arobase",
            "arobas",
            "arrobase",
            "apenstaartje",
            "apestaart",
            "apestaartje",
            "chez",
            "bij",
            "et",
            "ad",
            "arroba",
            "ät",
        ],
    ) {
        return Some((3, Form::Sure));
    }
    if token.is_in(AT_WORDS) {
        return Some((1, Form::Sure));
    }
    let next = tokens.get(at + 1);
    if (token.is("a") && next.is_some_and(|next| next.is("commercial")))
        || (token.is("at") && next.is_some_and(|next| next.is_one_of(&["sign", "teken", "symbol"])))
    {
        return Some((2, Form::Sure));
    }
    token.is_one_of(&["at", "chez", "bij", "a", "aet"]).then_some((1, Form::Word))
}

/// A full stop.
pub(super) fn dot(tokens: &[Token], at: usize) -> Option<(usize, Form)> {
    let token = tokens.get(at)?;
    if token.is(".") {
        let spaced = token.spaced || tokens.get(at + 1).is_some_and(|next| next.spaced);
        return Some((1, if spaced { Form::Spaced } else { Form::Plain }));
    }
    if matches!(token.text.as_str(), "⚫" | "⚪" | "🔴" | "🔵" | "🟢" | "🟠" | "🟡" | "⬤" | "🟣" | "🟤")
    {
        return Some((1, Form::Spaced));
    }
    if bracketed(
        tokens,
        at,
        &[
            "dot", ".", "point", "punt", "pt", "d0t", "doт", "p0int", "stip", "puntje", "punto", "punkt", "ponto",
            "kropka", "period", "fullstop", "punktum", "toчka", "teλeia",
        ],
    ) {
        return Some((3, Form::Sure));
    }
    token.is_in(DOT_WORDS).then_some((1, Form::Word))
}

/// A name with full stops, in whatever form: where it ends, how many full stops, and the least plain of them.
struct Host {
    end: usize,
    labels: usize,
    form: Form,
    last: usize,
}

fn is_hyphen(token: &Token) -> bool {
    token.is("-")
        || token.is("_")
        || token.is_one_of(&["tiret", "streepje", "hyphen", "koppelteken", "underscore", "dash"])
}

fn host(tokens: &[Token], from: usize) -> Option<Host> {
    let mut at = from;
    let mut host = Host { end: from, labels: 0, form: Form::Plain, last: from };
    loop {
        if !tokens.get(at)?.is_word {
            return (host.labels > 1).then_some(host);
        }
        host.last = at;
        host.labels += 1;
        at += 1;
        host.end = at;
        while tokens.get(at).is_some_and(is_hyphen)
            && dot(tokens, at).is_none_or(|(length, _)| length != 3)
            && at_sign(tokens, at).is_none_or(|(length, _)| length != 3)
            && tokens.get(at + 1).is_some_and(|token| token.is_word && !token.new_line)
        {
            // `exemple - point` is no name with a hyphen.
            if tokens[at].is("-") && tokens[at].spaced {
                break;
            }
            at += 2;
            host.last = at - 1;
            host.end = at;
        }
        // `exemple point be. Suite`: the sentence ends.
        let stops = host.labels > 1
            && matches!(host.form, Form::Word | Form::Sure)
            && tokens.get(at).is_some_and(|sign| sign.is(".") && !sign.spaced)
            && tokens.get(at + 1).is_some_and(|next| next.spaced)
            && tokens[host.last].is_in(STRONG);
        match dot(tokens, at).filter(|_| !stops) {
            Some((length, form)) if tokens.get(at + length).is_some_and(|next| next.is_word && !next.new_line) => {
                if form != Form::Plain && host.form != Form::Sure {
                    host.form = if form == Form::Sure || host.form == Form::Plain { form } else { host.form };
                }
                at += length;
            }
            _ => return (host.labels > 1).then_some(host),
        }
    }
}

fn ends_domain(text: &Skeleton, token: &Token) -> bool {
    matches!(token.text.as_str(), "c0m" | "0rg" | "n3t") || is_end(&token.text, &text.own_text(token.at.clone()))
}

/// Whether nothing of the same clause follows.
pub(super) fn ends_clause(tokens: &[Token], after: usize) -> bool {
    tokens.get(after).is_none_or(|next| {
        next.new_line
            || (!next.is_word && next.spaced && !next.is("&"))
            || matches!(next.text.as_str(), "." | "," | ";" | ")" | "!" | "?" | "/" | ":" | "»" | "\"" | "█")
    }) || tokens
        .get(after)
        .is_some_and(|next| next.is_one_of(&["slash", "et", "ou", "and", "or", "en", "of", "pour", "for", "voor"]))
}

fn addresses(text: &Skeleton, tokens: &[Token], hits: &mut Hits) {
    let mut at = 0;
    while at < tokens.len() {
        at = match address(text, tokens, at) {
            Some((end, kind, start)) => {
                hits.push((tokens[start].at.start..tokens[end - 1].at.end, kind));
                end
            }
            None => at + 1,
        };
    }
}

/// An address that begins at a token: where it ends, what it is, and where it really begins.
fn address(text: &Skeleton, tokens: &[Token], at: usize) -> Option<(usize, LinkKind, usize)> {
    let first = tokens.get(at)?;
    if !first.is_word {
        return None;
    }
    if let Some(found) = web_aloud(tokens, at) {
        return Some(found);
    }
    // Somebody at somewhere.
    if let Some((length, form)) = at_sign(tokens, at + 1)
        && let Some(next) = tokens.get(at + 1 + length)
        && next.is_word
        && !next.new_line
    {
        let found = host(tokens, at + 1 + length);
        let reaches = found.as_ref().is_some_and(|host| ends_domain(text, &tokens[host.last]));
        let end = found.as_ref().map_or(at + 2 + length, |host| host.end);
        let dots = found.as_ref().map(|host| host.form);
        let provider = next.is_in(PROVIDERS);
        let sure = match form {
            Form::Sure => {
                let apart = tokens.get(at + 2 + length).is_some_and(|last| last.is_in(NAKED_ENDS))
                    && ends_clause(tokens, at + 3 + length);
                if apart {
                    return Some((at + 3 + length, LinkKind::Email, start_of_name(tokens, at)));
                }
                // `claire [arobase] exemple`, without an end.
                let whole = |token: &Token| {
                    token.text.len() >= 4 && !token.is_in(SMALL) && token.text.chars().all(char::is_alphabetic)
                };
                let bare = tokens[at + 1].text != "a"
                    && whole(next)
                    && !next.is_in(UNDER)
                    && !next.is_one_of(&["dans", "dans", "staat", "betekent", "means", "signifie", "sign", "teken"])
                    && first.text.len() >= 3
                    && !first.is_in(SMALL)
                    && !first.is_one_of(&["signe", "teken", "symbole", "sign", "suivez", "volg", "follow"])
                    && length == 3
                    && matches!(
                        tokens[at + 2].text.as_str(),
                        "at" | "@" | "arobase" | "apenstaartje" | "apestaartje" | "arrobase"
                    );
                reaches || provider || bare || matches!(dots, Some(Form::Word | Form::Sure))
            }
            Form::Spaced => reaches || provider,
            Form::Word => {
                (reaches
                    && dots != Some(Form::Plain)
                    && (dots != Some(Form::Spaced) || STRONG.contains(tokens[end - 1].text.as_str())))
                    || (provider
                        && (reaches
                            || (next.is_one_of(&["gmail", "hotmail", "googlemail", "ymail", "protonmail"])
                                && !first.is_in(SMALL)
                                && first.text.len() > 2
                                && !tokens[at + 1].is("a")
                                && !(tokens[at + 1].is("chez")
                                    && start_of_name(tokens, at) == at
                                    && !first.text.contains(|c: char| c.is_ascii_digit())))))
                    || (reaches
                        && !tokens[at + 1].is("a")
                        && first.is_one_of(&["contact", "info", "mail", "hello", "bonjour"]))
            }
            Form::Plain => reaches && dots != Some(Form::Plain) && dots.is_some(),
        };
        if sure {
            // The name before may have full stops of its own.
            return Some((end, LinkKind::Email, start_of_name(tokens, at)));
        }
    }
    // `exempledotcom`, `exemple puntnl`.
    if let Some(end) = run_together(tokens, at) {
        return Some((end, LinkKind::Domain, at));
    }
    // `jdupont at outlook com`.
    if tokens.get(at + 1).is_some_and(|sign| sign.is_one_of(&["at", "chez", "bij"]))
        && tokens.get(at + 2).is_some_and(|name| name.is_in(PROVIDERS))
        && tokens.get(at + 3).is_some_and(|end| end.is_in(NAKED_ENDS))
        && ends_clause(tokens, at + 4)
    {
        return Some((at + 4, LinkKind::Email, start_of_name(tokens, at)));
    }
    // `jdupont gmail com`.
    let second = tokens.get(at + 1)?;
    if second.is_one_of(&["gmail", "hotmail", "googlemail", "protonmail"])
        && tokens.get(at + 2).is_some_and(|third| {
            third.is_one_of(&["com", "fr", "be", "nl"])
                || (dot(tokens, at + 2).is_some()
                    && tokens.get(at + 3).is_some_and(|fourth| fourth.is_one_of(&["com", "fr", "be", "nl"])))
        })
    {
        return Some(((at + 4).min(tokens.len()), LinkKind::Email, start_of_name(tokens, at)));
    }
    let host = host(tokens, at)?;
    let last = &tokens[host.last];
    if !ends_domain(text, last) || tokens.get(host.end).is_some_and(|next| next.is("-") && !next.spaced) {
        return None;
    }
    let before_dot = tokens.get(name_before(tokens, &host, at))?;
    let strong = STRONG.contains(last.text.as_str()) || matches!(last.text.as_str(), "c0m" | "0rg" | "n3t");
    let announced = (at.saturating_sub(6)..at).any(|near| tokens[near].is_in(SITE_WORDS)) || first.is("www");
    let closes = ends_clause(tokens, host.end);
    let ordinary = before_dot.is_in(SMALL)
        || before_dot.text.len() < 2
        || (host.form != Form::Sure
            && before_dot.text.len() <= 3
            && STRONG.contains(before_dot.text.as_str())
            && !before_dot.is("co"));
    let found = match host.form {
        Form::Plain => false,
        Form::Sure => before_dot.text.len() > 1 && (strong || closes || announced),
        Form::Word => {
            let tricky = matches!(
                last.text.as_str(),
                "co" | "info" | "dev" | "io" | "us" | "ca" | "ch" | "paris" | "bio" | "club" | "jobs"
            );
            if strong && !tricky {
                !ordinary
            } else {
                !ordinary
                    && (announced
                        || (closes
                            && matches!(
                                last.text.as_str(),
                                "net"
                                    | "de"
                                    | "io"
                                    | "info"
                                    | "co"
                                    | "dev"
                                    | "app"
                                    | "ch"
                                    | "ca"
                                    | "it"
                                    | "es"
                                    | "pt"
                                    | "at"
                                    | "pro"
                                    | "tech"
                                    | "studio"
                                    | "design"
                                    | "ai"
                                    | "eu"
                                    | "archi"
                                    | "social"
                                    | "immo"
                                    | "online"
                                    | "xyz"
                                    | "gmbh"
                                    | "shop"
                                    | "swiss"
                                    | "quebec"
                                    | "engineering"
                                    | "consulting"
                            )))
            }
        }
        Form::Spaced => {
            // Only a full stop with a space: a sentence may end there.
            let lower = text.glyphs.get(last.at.start).is_some_and(|glyph| !glyph.upper);
            let both =
                tokens.get(host.last.checked_sub(1)?).is_some_and(|dot| dot.is(".") && dot.spaced && last.spaced);
            let sure_end = matches!(last.text.as_str(), "com" | "fr" | "be" | "nl" | "eu" | "org" | "io");
            lower && sure_end && !ordinary && (both || (closes && !last.is("be")) || announced)
        }
    };
    found.then_some((host.end, LinkKind::Domain, at))
}

/// A full stop that is written as a word and runs into its neighbours.
fn run_together(tokens: &[Token], at: usize) -> Option<usize> {
    const ENDS: &[&str] = &["com", "fr", "be", "nl", "eu", "org"];
    let name = |text: &str| {
        let host = ENDS.iter().find_map(|end| text.strip_suffix(end))?;
        ["point", "punt", "dot"].iter().find_map(|dot| host.strip_suffix(dot)).map(str::len)
    };
    let first = tokens.get(at)?;
    match name(&first.text) {
        Some(3..) => Some(at + 1),
        _ => {
            let next = tokens.get(at + 1).filter(|next| next.is_word && !next.new_line)?;
            let glued = name(&next.text) == Some(0) && next.text.len() > 5;
            (glued && first.text.len() > 3 && !first.is_in(SMALL) && ends_clause(tokens, at + 2)).then_some(at + 2)
        }
    }
}

/// The word before the last full stop of a host.
fn name_before(tokens: &[Token], host: &Host, from: usize) -> usize {
    (from..host.last).rev().find(|at| tokens[*at].is_word && dot(tokens, *at).is_none()).unwrap_or(from)
}

/// `jean point dupont arobase …`: the whole of the name.
fn start_of_name(tokens: &[Token], at: usize) -> usize {
    let mut start = at;
    while start >= 2 {
        let joined = dot(tokens, start - 1).is_some_and(|(length, _)| length == 1) || is_hyphen(&tokens[start - 1]);
        if joined && tokens[start - 2].is_word && !tokens[start - 1].new_line {
            start -= 2;
        } else {
            break;
        }
    }
    start
}

/// `www point exemple …`, `h t t p s deux points slash slash …`.
fn web_aloud(tokens: &[Token], at: usize) -> Option<(usize, LinkKind, usize)> {
    let first = tokens.get(at)?;
    if first.is_one_of(&["www", "wwww", "wvvw", "vvvvvv", "3w", "w3", "vvww", "wwvv"]) {
        let naked = tokens.get(at + 1).is_some_and(|name| name.is_word && name.text.len() > 2 && !name.new_line)
            && tokens.get(at + 2).is_some_and(|end| end.is_in(NAKED_ENDS));
        if naked {
            return Some((at + 3, LinkKind::Url, at));
        }
    }
    if first.is_one_of(&["www", "wwww", "www2"]) {
        let (length, form) = dot(tokens, at + 1)?;
        let next = tokens.get(at + 1 + length)?;
        if form != Form::Plain && next.is_word {
            let end = host(tokens, at).map_or(at + 2 + length, |host| host.end);
            return Some((end, LinkKind::Url, at));
        }
    }
    if first.is_one_of(&["http", "https"]) {
        let mut end = at + 1;
        let mut slashes = 0;
        while let Some(token) = tokens.get(end) {
            if token.is_one_of(&["slash", "barre", "schuine"]) {
                slashes += 1;
            } else if !token.is_one_of(&[
                "deux",
                "points",
                "colon",
                "dubbele",
                "punt",
                "dubbelpunt",
                "double",
                "oblique",
                "streep",
            ]) {
                break;
            }
            end += 1;
        }
        if slashes > 0 && tokens.get(end).is_some_and(|token| token.is_word) {
            let end = host(tokens, end).map_or(end + 1, |host| host.end);
            return Some((end, LinkKind::Url, at));
        }
    }
    None
}

/// How many digits a number word stands for, if it is one.
pub(super) fn number_word(word: &str) -> Option<usize> {
    const DUTCH_TENS: &[&str] =
        &["twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig"];
    if DIGIT_WORDS.contains(word) {
        return Some(1);
    }
    if TENS_WORDS.contains(word) || matches!(word, "nulzes" | "nulvier" | "nulnul" | "zerosix") {
        return Some(2);
    }
    // `vierunddreissig`
    let german = ["zwanzig", "dreissig", "vierzig", "funfzig", "fuenfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
        .iter()
        .find_map(|tens| word.strip_suffix(tens)?.strip_suffix("und"))
        .is_some_and(|unit| DIGIT_WORDS.contains(unit) || unit == "ein");
    if german {
        return Some(2);
    }
    // `vierendertig`, in one word.
    DUTCH_TENS
        .iter()
        .find_map(|tens| word.strip_suffix(tens)?.strip_suffix("en"))
        .filter(|unit| DIGIT_WORDS.contains(unit))
        .map(|_| 2)
}

/// Rows of numbers, some of them in words, that begin like a telephone number.
fn numbers(tokens: &[Token], hits: &mut Hits) {
    for token in tokens.iter().filter(|token| token.is_word && token.text.len() >= 20) {
        if digits_in_one_word(&token.text).is_some_and(|digits| digits >= 8) {
            hits.push((token.at.clone(), LinkKind::Phone));
        }
    }
    rows(tokens, hits);
    let mut at = 0;
    while at < tokens.len() {
        let begins = tokens[at].is_in(ZERO_WORDS)
            || tokens[at].is_one_of(&["plus", "double", "dubbel"])
            || tokens[at].is("+")
            || tokens[at].text.starts_with('0')
            || (at > 0
                && tokens[at.saturating_sub(3)..at].iter().any(|near| near.is_in(CALL))
                && number_word(&tokens[at].text).is_some());
        if !begins {
            at += 1;
            continue;
        }
        let (mut end, mut last, mut words, mut digits, mut pieces, mut joins) = (at, at, 0, 0, 0, 0);
        while let Some(token) = tokens.get(end) {
            if let Some(count) = number_word(&token.text).filter(|_| token.is_word) {
                words += 1;
                digits += count;
                pieces += 1;
                last = end + 1;
            } else if token.is_word && token.text.chars().all(|c| c.is_ascii_digit()) && token.text.len() <= 4 {
                digits += token.text.len();
                pieces += 1;
                last = end + 1;
            } else if pieces > 0 && token.is_one_of(&["hundred", "cent", "cents", "honderd", "hundert"]) {
                // `nine hundred`: two noughts more.
                digits += 2;
                last = end + 1;
            } else if !((pieces == 2
                && token.is_one_of(&["est", "is", "le", "het", "the", "nummer", "numero", "number"]))
                || matches!(token.text.as_str(), "{" | "}" | "[" | "]")
                || (pieces <= 2 && token.is(":"))
                || token.is_one_of(&[
                    "et", "en", "and", "fois", "double", "dubbel", "plus", "puis", "dan", "then", "tiret", "point",
                    "punt", "dash",
                ])
                || matches!(token.text.as_str(), "-" | "." | "/" | "," | "+" | "(" | ")"))
            {
                break;
            } else {
                joins += usize::from(token.is_one_of(&["et", "en", "and", "puis", "dan", "then"]));
                digits += usize::from(token.is_one_of(&["double", "dubbel"]));
            }
            end += 1;
        }
        let nought = tokens[at].text.starts_with('0') || tokens[at].is("+");
        let enough = pieces >= 5 || (pieces == 4 && nought && words >= 1 && digits >= 9);
        let joined = joins >= 3 && pieces == 5 && digits == 10 && tokens[at].text.starts_with('0');
        let values: Vec<usize> =
            tokens[at..last].iter().filter(|token| token.is_word).map(|token| worth(&token.text)).collect();
        let counts = values.len() >= 4 && values.windows(2).all(|pair| pair[0] < pair[1]);
        if counts {
            at = last;
            continue;
        }
        if joined || enough && ((words >= 2 && digits >= 8) || (words >= 1 && digits >= 9 && nought)) {
            hits.push((tokens[at].at.start..tokens[last - 1].at.end, LinkKind::Phone));
        }
        at = last.max(at + 1);
    }
}

/// `zerosixdouzetrentequatre…`: how many digits, if the word is nothing but number words.
fn digits_in_one_word(word: &str) -> Option<usize> {
    let mut reach: Vec<Option<usize>> = vec![None; word.len() + 1];
    reach[0] = Some(0);
    for end in 1..=word.len() {
        for start in end.saturating_sub(18)..end {
            let (Some(before), Some(piece)) = (reach[start], word.get(start..end)) else { continue };
            if piece.len() > 2
                && let Some(count) = number_word(piece)
            {
                reach[end] = reach[end].max(Some(before + count));
            }
        }
    }
    reach[word.len()]
}

/// What a number word is worth, to tell a row of them from a count.
fn worth(word: &str) -> usize {
    const ORDER: &[&[&str]] = &[
        &["zero", "nul", "oh", "o"],
        &["un", "een", "one", "une"],
        &["deux", "twee", "two"],
        &["trois", "drie", "three"],
        &["quatre", "vier", "four"],
        &["cinq", "vijf", "five"],
        &["six", "zes"],
        &["sept", "zeven", "seven"],
        &["huit", "acht", "eight"],
        &["neuf", "negen", "nine"],
        &["dix", "tien", "ten"],
        &["onze", "elf", "eleven"],
        &["douze", "twaalf", "twelve"],
    ];
    ORDER.iter().position(|words| words.contains(&word)).unwrap_or(13)
}

/// A row of nothing but number words that does not begin like a telephone number, and counts nothing either:
/// `quatre cent septante-cinq, douze, trente-quatre, cinquante-six`.
fn rows(tokens: &[Token], hits: &mut Hits) {
    let mut at = 0;
    while at < tokens.len() {
        let (mut end, mut last, mut pieces, mut digits) = (at, at, Vec::new(), 0);
        while let Some(token) = tokens.get(end) {
            let hundred = token.is_one_of(&["cent", "cents", "honderd", "hundred", "vierhonderd"])
                || (token.is_word && token.text.starts_with("vierhonderd"));
            if let Some(count) = number_word(&token.text).or_else(|| hundred.then_some(1)).filter(|_| token.is_word) {
                digits += count;
                pieces.push(token.text.as_str());
                last = end + 1;
            } else if pieces.is_empty()
                || !(token.is_one_of(&["et", "en", "and", "puis", "dan", "then"])
                    || matches!(token.text.as_str(), "-" | "." | "," | "/"))
            {
                break;
            }
            end += 1;
        }
        let hundreds = pieces
            .iter()
            .take(2)
            .any(|piece| matches!(*piece, "cent" | "honderd" | "hundred") || piece.starts_with("vierhonderd"));
        let falls = pieces.windows(2).filter(|pair| worth(pair[1]) < worth(pair[0])).count();
        // Who counts says no number twice, and nought first if at all.
        let again = (1..pieces.len())
            .any(|at| ZERO_WORDS.contains(pieces[at]) || pieces[..at.saturating_sub(1)].contains(&pieces[at]));
        let falls = if pieces.len() >= 9 { falls.max(usize::from(again)) } else { falls };
        let counts = falls == 0 || pieces.len() < 5;
        let closes = tokens.get(last).is_none_or(|next| !next.is_word || next.new_line);
        let row = (pieces.len() >= 8 && digits >= 8 && falls >= 1 && closes)
            || (pieces.len() >= 5 && hundreds && digits >= 8 && closes)
            || (pieces.len() >= 5
                && digits >= 8
                && !counts
                && closes
                && tokens[last..].iter().take(4).any(|near| near.is_in(CALL)));
        if row {
            hits.push((tokens[at].at.start..tokens[last - 1].at.end, LinkKind::Phone));
        }
        at = last.max(at + 1);
    }
}

/// A name that somebody chose: where it ends, and whether its looks alone say so (digits, underscores, capitals within).
pub(super) struct Chosen {
    pub(super) end: usize,
    pub(super) looks: bool,
    pub(super) underscore: bool,
    pub(super) dotted: bool,
    /// Only a hyphen makes it look so.
    pub(super) hyphen: bool,
    /// Only capitals within do.
    pub(super) humps: bool,
}

pub(super) fn chosen(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Chosen> {
    let first = tokens.get(at).filter(|token| token.is_word && !token.new_line)?;
    let (mut end, mut joined, mut underscore, mut dotted) = (at + 1, false, false, false);
    while let (Some(sign), Some(next)) = (tokens.get(end), tokens.get(end + 1)) {
        let glued = matches!(sign.text.as_str(), "_" | "." | "-") && !sign.spaced && next.is_word && !next.spaced;
        let aloud = (sign.is_one_of(&["underscore", "streepje", "tiret", "dash"])
            || (sign.is_one_of(&["laag", "liggend"]) && next.is("streepje")))
            && next.is_word
            && !next.new_line;
        if !glued && !aloud {
            break;
        }
        let low = aloud
            && ((sign.is("tiret") && next.is("bas")) || next.is("streepje"))
            && tokens.get(end + 2).is_some_and(|token| token.is_word);
        joined |= !sign.is("-") || end > at + 1 || first.at.len() > 2;
        underscore |= sign.is("_") || aloud;
        dotted |= sign.is(".");
        end += if low { 3 } else { 2 };
    }
    if tokens.get(end).is_some_and(|sign| sign.is("_") && !sign.spaced) {
        underscore = true;
        joined = true;
        end += 1;
    }
    // `jdupont#1234`
    let numbered = tokens.get(end).is_some_and(|sign| sign.is("#") && !sign.spaced)
        && tokens
            .get(end + 1)
            .is_some_and(|number| number.at.len() == 4 && number.text.chars().all(|c| c.is_ascii_digit()));
    if numbered {
        return Some(Chosen {
            end: end + 2,
            looks: true,
            underscore: true,
            dotted: false,
            hyphen: false,
            humps: false,
        });
    }
    let glyphs = text.glyphs.get(first.at.start..tokens[end - 1].at.end)?;
    let letters = glyphs.iter().take_while(|glyph| glyph.c.is_alphabetic() && !glyph.upper).count();
    let digit = letters >= 3 && glyphs.iter().any(|glyph| glyph.c.is_ascii_digit());
    let humps = glyphs.windows(2).filter(|pair| !pair[0].upper && pair[0].c.is_alphabetic() && pair[1].upper).count()
        > 0
        && glyphs.len() >= 6;
    dotted &= first.text.chars().next().is_some_and(char::is_alphabetic);
    let spelled = end - at >= 7 && tokens[at..end].iter().all(|token| token.at.len() == 1);
    underscore |= spelled;
    let strong = underscore || dotted || digit;
    let ordinary = joined && !strong && first.is_in(PREFIXES);
    Some(Chosen {
        end,
        looks: glyphs.len() >= 4 && (joined || digit || humps) && !ordinary,
        underscore,
        dotted,
        hyphen: joined && !strong && !humps,
        humps: humps && !strong && !joined,
    })
}

pub(super) fn is_network(token: &Token) -> bool {
    token.is_in(PERSONAL) || token.is_in(TRADE)
}

/// `Telegram: jdupont`, `Skype jean.dupont`, `jdupont_bim sur Insta`, `mon pseudo est jdupont`.
fn names(text: &Skeleton, tokens: &[Token], hits: &mut Hits) {
    for at in 0..tokens.len() {
        if let Some(range) = after_network(text, tokens, at)
            .or_else(|| before_network(text, tokens, at))
            .or_else(|| signed(text, tokens, at))
            .or_else(|| alias(text, tokens, at))
            .or_else(|| glued(text, tokens, at))
        {
            hits.push((tokens[range.start].at.start..tokens[range.end - 1].at.end, LinkKind::Handle));
        }
    }
}

pub(super) fn mine(token: &Token) -> bool {
    token.is_one_of(&["mon", "my", "mijn", "ma", "notre", "our", "onze", "mein", "mi", "m", "mes"])
}

/// The name follows the network.
fn after_network(text: &Skeleton, tokens: &[Token], at: usize) -> Option<std::ops::Range<usize>> {
    let compound = ["naam", "account", "adres", "profiel", "name", "konto"]
        .iter()
        .find_map(|end| tokens[at].text.strip_suffix(end))
        .is_some_and(|network| PERSONAL.contains(network) || TRADE.contains(network));
    let personal = tokens[at].is_in(PERSONAL) || compound;
    let ordinary = tokens[at].is_in(ORDINARY);
    if !personal && !ordinary && !tokens[at].is_in(TRADE) {
        return None;
    }
    let (mut next, mut colon, mut named, mut under, mut is, mut list) =
        (at + 1, compound, compound, false, false, false);
    while let Some(token) = tokens.get(next).filter(|token| !token.new_line && next - at < 9) {
        if matches!(
            token.text.as_str(),
            ":" | "=" | ">" | "-" | "→" | "/" | "(" | "@" | "\"" | "«" | "“" | "'" | "’" | "," | "➜" | "➡" | "|"
        ) {
            if token.is("-") && !token.spaced && !tokens.get(next + 1).is_some_and(|part| part.is_in(NAMED)) {
                break;
            }
            if token.is("-") && !token.spaced {
                next += 1;
                continue;
            }
            colon |= matches!(token.text.as_str(), ":" | "=" | ">" | "-" | "→" | "@" | "➜" | "➡" | "|");
            list |= matches!(token.text.as_str(), "," | "/");
        } else if token.is_in(NAMED) {
            named = true;
        } else if token.is_in(UNDER) {
            under = true;
            is |= token.is_one_of(&["est", "is", "heet", "ist", "es"]);
        } else {
            break;
        }
        next += 1;
    }
    let token = tokens.get(next).filter(|token| token.is_word && !token.new_line)?;
    let name = chosen(text, tokens, next)?;
    let short = tokens[at].is_one_of(&["ig", "tg", "fb", "wa"]) && colon && tokens[at + 1].is(":");
    if short
        && token.text.len() >= 4
        && ends_clause(tokens, name.end)
        && !token.is_in(SKILL)
        && !token.is_in(NOT_A_NAME)
    {
        return Some(next..name.end);
    }
    if ordinary
        && !(colon && (name.underscore || name.dotted))
        && !((named || (colon && tokens[at].is("signal"))) && name.looks)
        && !(named && colon && !tokens[at].is("x"))
    {
        return None;
    }
    let several = name.underscore
        && tokens.get(name.end).is_some_and(|next| next.is(",") || next.is_one_of(&["et", "en", "and", "und", "y"]))
        && chosen(text, tokens, name.end + 1).is_some_and(|next| next.underscore);
    if several && !personal {
        return None;
    }
    let owned = at > 0 && mine(&tokens[at - 1]);
    let after_name = tokens.get(name.end);
    let list =
        (list && !(name.underscore && under)) || (after_name.is_some_and(|token| token.is(",")) && !(colon || named));
    let low = text.glyphs.get(token.at.start).is_some_and(|glyph| !glyph.upper && glyph.c.is_alphabetic());
    let sought = tokens[at.saturating_sub(6)..at].iter().any(|token| token.is_in(SEEK))
        || tokens[at..next].iter().any(|token| token.is_in(SEEK));
    let called = tokens[at..next].iter().any(|token| {
        token.is_one_of(&[
            "sous", "onder", "under", "unter", "soy", "called", "heet", "ben", "am", "appelle", "bin", "como", "suis",
        ])
    });
    let alike = tokens[at..next].iter().any(|token| token.is_one_of(&["as", "als", "comme"]));
    let fits = if name.hyphen {
        low && ((colon && ends_clause(tokens, name.end) && !tokens[at].is("youtube")) || named || (personal && under))
    } else if name.humps {
        (low && (colon || named || under)) || (personal && (colon || named))
    } else {
        colon || named || under || personal || name.underscore
    };
    let looks = name.looks && !is_network(token) && !list && fits;
    let plain = !token.is_in(SKILL)
        && !is_network(token)
        && token.text.len() >= 4
        && ends_clause(tokens, name.end)
        && !token.is_in(NOT_A_NAME)
        && !list
        && ((personal && (colon || named))
            || (named && (under || colon))
            || (owned && (is || colon))
            || (personal && owned)
            || (low && colon && !ordinary && token.text.len() >= 5)
            || (low && personal && called)
            || (low && sought && (called || alike)));
    (looks || plain).then_some(next..name.end)
}

/// The name stands before the network: `suivez studio_bim sur Instagram`.
fn before_network(text: &Skeleton, tokens: &[Token], at: usize) -> Option<std::ops::Range<usize>> {
    let name = chosen(text, tokens, at).filter(|_| {
        !tokens[at].is_in(SKILL) && !tokens[at].is_in(NOT_A_NAME) && !tokens[at].is_one_of(&["signal", "snap"])
    })?;
    let quoted = |token: &Token| matches!(token.text.as_str(), "\"" | "«" | "»" | "“" | "”" | "'");
    let verb = at > 0
        && (tokens[at - 1].is_in(SEEK)
            || tokens[at - 1].is("@")
            || (at > 1 && quoted(&tokens[at - 1]) && tokens[at - 2].is_in(SEEK)))
        || (at > 1 && tokens[at - 1].is("at") && tokens[at - 2].is_one_of(&["am", "me", "us"]));
    let plain = verb
        && tokens[at].text.len() >= 4
        && !tokens[at].is_in(SMALL)
        && !tokens[at].is_in(UNDER)
        && !tokens[at].is_in(CRAFT)
        && !is_network(&tokens[at]);
    let name = Chosen { end: name.end + usize::from(tokens.get(name.end).is_some_and(quoted)), ..name };
    if !name.looks && !plain {
        return None;
    }
    if at > 0 && (matches!(tokens[at - 1].text.as_str(), "_" | "." | "-") && !tokens[at].spaced) {
        return None;
    }
    let link = tokens.get(name.end)?.is_one_of(&["sur", "on", "op", "via", "in", "auf", "en"])
        || tokens.get(name.end)?.is("(");
    let network = tokens[name.end..]
        .iter()
        .skip(1)
        .take(2)
        .any(|token| is_network(token) || token.is_one_of(&["signal", "x", "slack"]));
    let starts_low = text.glyphs.get(tokens[at].at.start).is_some_and(|glyph| !glyph.upper && glyph.c.is_alphabetic());
    let personal = tokens[name.end..].iter().skip(1).take(2).any(|token| token.is_in(PERSONAL));
    let fits = plain || !name.hyphen && (!name.humps || personal) && (starts_low || (name.underscore && personal));
    (link && network && fits).then_some(at..name.end)
}

/// The sign of a handle as a word, or apart from the name, with a network near: `arobase jdupont sur Twitter`.
fn signed(text: &Skeleton, tokens: &[Token], at: usize) -> Option<std::ops::Range<usize>> {
    let (length, form) = at_sign(tokens, at).filter(|(_, form)| *form != Form::Plain)?;
    let name = chosen(text, tokens, at + length)?;
    if tokens[at + length].at.len() < 3 || tokens[at + length].is_in(SMALL) {
        return None;
    }
    let decorates = |token: &Token| token.text.starts_with("decorat") || token.text.starts_with("annotat");
    if tokens[at.saturating_sub(9)..at].iter().any(decorates)
        || (tokens[at].is("@") && tokens[at + length].is_in(CODE) && !name.underscore)
    {
        return None;
    }
    let near = tokens[at.saturating_sub(6)..at]
        .iter()
        .chain(tokens[name.end.min(tokens.len())..].iter().take(5))
        .any(|token| is_network(token) || token.is_in(NAMED) || token.is_one_of(&["signal", "x"]));
    let sure = match form {
        Form::Sure => near || name.underscore,
        Form::Spaced => (near && (name.looks || tokens[at].spaced)) || name.underscore,
        _ => near && name.looks && tokens[at].is("at") && name.underscore,
    };
    sure.then_some(at..name.end)
}

/// `insta/jdupont`, `jdupont#1234`.
fn glued(text: &Skeleton, tokens: &[Token], at: usize) -> Option<std::ops::Range<usize>> {
    let token = tokens.get(at).filter(|token| token.is_word)?;
    let (sign, next) = (tokens.get(at + 1)?, tokens.get(at + 2)?);
    if sign.spaced || next.spaced || !next.is_word {
        return None;
    }
    if sign.is("/") && token.is_in(PERSONAL) {
        let name = chosen(text, tokens, at + 2)?;
        let low = text.glyphs.get(next.at.start).is_some_and(|glyph| !glyph.upper && glyph.c.is_alphabetic());
        let fits = low && next.text.len() >= 4 && !is_network(next) && !next.is_in(NOT_A_NAME) && !next.is_in(SKILL);
        return fits.then_some(at..name.end);
    }
    let tag = sign.is("#") && next.text.len() == 4 && next.text.chars().all(|c| c.is_ascii_digit());
    let low = text.glyphs.get(token.at.start).is_some_and(|glyph| !glyph.upper && glyph.c.is_alphabetic());
    let issue = token.is_in(NUMBERED_ITEMS);
    (tag && low && !issue && token.text.len() >= 3).then_some(at..at + 3)
}

/// A name announced as one: `mon pseudo est jdupont`.
fn alias(text: &Skeleton, tokens: &[Token], at: usize) -> Option<std::ops::Range<usize>> {
    if !tokens[at].is_one_of(&[
        "pseudo",
        "username",
        "handle",
        "gebruikersnaam",
        "alias",
        "nickname",
        "identifiant",
        "schermnaam",
        "benutzername",
        "nick",
    ]) {
        return None;
    }
    let owned = tokens[at.saturating_sub(3)..at].iter().any(mine);
    let mut next = at + 1;
    let mut is = false;
    while let Some(token) = tokens.get(next).filter(|token| !token.new_line && next - at < 8) {
        is |= token.is_one_of(&["est", "is", "ist"]) || matches!(token.text.as_str(), ":" | "=");
        if !(token.is_in(UNDER)
            || is_network(token)
            || token.is_one_of(&["partout", "overal", "everywhere", "sur", "op", "on"])
            || matches!(token.text.as_str(), ":" | "=" | "\"" | "«" | "“" | "("))
        {
            break;
        }
        next += 1;
    }
    let token = tokens.get(next).filter(|token| token.is_word && !token.is_in(SKILL))?;
    let name = chosen(text, tokens, next)?;
    if name.end == next + 1 && token.text.len() < 4 {
        return None;
    }
    ((is && name.looks) || (owned && is && ends_clause(tokens, name.end)) || (owned && name.looks))
        .then_some(next..name.end)
        .filter(|_| !token.new_line)
}
