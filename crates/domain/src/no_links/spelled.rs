//! Addresses as people read them aloud: `contact [at] exemple point fr`, `nul zes twaalf …`, "Telegram: jdupont".

use super::{
    LinkKind,
    skeleton::{Skeleton, Token},
    web::{Hits, is_end},
    words::{CALL, NAMED, PERSONAL, PROVIDERS, SITE_WORDS, SKILL, SMALL, STRONG, TRADE, UNDER},
};

pub(super) fn scan(text: &Skeleton, hits: &mut Hits) {
    let tokens = text.tokens();
    addresses(text, &tokens, hits);
    numbers(&tokens, hits);
    names(text, &tokens, hits);
}

/// How a sign is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
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
        "-" | "_" | "*" | "/" | "|" | "~" | "=" | "+" => open.text.as_str(),
        _ => return false,
    };
    close.is(pair) && inner.contains(&middle.text.as_str()) && !(open.is("/") && middle.is("."))
}

/// An "at": how long, and how it is written.
fn at_sign(tokens: &[Token], at: usize) -> Option<(usize, Form)> {
    let token = tokens.get(at)?;
    if token.is("@") {
        let spaced = token.spaced || tokens.get(at + 1).is_some_and(|next| next.spaced);
        return Some((1, if spaced { Form::Spaced } else { Form::Plain }));
    }
    if bracketed(tokens, at, &["at", "@", "a", "arobase", "arobas", "arrobase", "apenstaartje", "apestaart", "apestaartje", "chez", "bij", "et", "ad"]) {
        return Some((3, Form::Sure));
    }
    if token.is_one_of(&["arobase", "arobas", "arrobase", "arobaze", "apenstaartje", "apenstaart", "apestaartje", "apestaart", "atsign", "snabela", "klammeraffe"]) {
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
fn dot(tokens: &[Token], at: usize) -> Option<(usize, Form)> {
    let token = tokens.get(at)?;
    if token.is(".") {
        let spaced = token.spaced || tokens.get(at + 1).is_some_and(|next| next.spaced);
        return Some((1, if spaced { Form::Spaced } else { Form::Plain }));
    }
    if bracketed(tokens, at, &["dot", ".", "point", "punt", "pt", "d0t", "stip", "puntje"]) {
        return Some((3, Form::Sure));
    }
    token.is_one_of(&["dot", "point", "punt", "d0t", "puntje", "p0int"]).then_some((1, Form::Word))
}

/// A name with full stops, in whatever form: where it ends, how many full stops, and the least plain of them.
struct Host {
    end: usize,
    labels: usize,
    form: Form,
    last: usize,
}

fn is_hyphen(token: &Token) -> bool {
    token.is("-") || token.is("_") || token.is_one_of(&["tiret", "streepje", "hyphen", "koppelteken", "underscore", "dash"])
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
        while tokens.get(at).is_some_and(is_hyphen) && tokens.get(at + 1).is_some_and(|token| token.is_word && !token.new_line) {
            // `exemple - point` is no name with a hyphen.
            if tokens[at].is("-") && tokens[at].spaced {
                break;
            }
            at += 2;
            host.last = at - 1;
            host.end = at;
        }
        match dot(tokens, at) {
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
    is_end(&token.text, &text.own_text(token.at.clone()))
}

/// Whether nothing of the same clause follows.
fn ends_clause(tokens: &[Token], after: usize) -> bool {
    tokens.get(after).is_none_or(|next| next.new_line || matches!(next.text.as_str(), "." | "," | ";" | ")" | "!" | "?" | "/" | ":" | "»" | "\"" | "█"))
        || tokens.get(after).is_some_and(|next| next.is_one_of(&["slash", "et", "ou", "and", "or", "en", "of", "pour", "for", "voor"]))
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
        let provider = next.is_one_of(PROVIDERS);
        let sure = match form {
            Form::Sure => reaches || provider || matches!(dots, Some(Form::Word | Form::Sure)),
            Form::Spaced => reaches || provider,
            Form::Word => {
                (reaches && dots != Some(Form::Plain) && (dots != Some(Form::Spaced) || STRONG.contains(&tokens[end - 1].text.as_str())))
                    || (provider && (reaches || (next.is_one_of(&["gmail", "hotmail", "googlemail", "ymail", "protonmail"]) && !first.is_one_of(SMALL) && first.text.len() > 2 && first.text.contains(|c: char| c.is_ascii_digit()))))
                    || (reaches && first.is_one_of(&["contact", "info", "mail", "hello", "bonjour"]))
            }
            Form::Plain => false,
        };
        if sure {
            // The name before may have full stops of its own.
            return Some((end, LinkKind::Email, start_of_name(tokens, at)));
        }
    }
    // `jdupont gmail com`.
    let second = tokens.get(at + 1)?;
    if second.is_one_of(&["gmail", "hotmail", "googlemail", "protonmail"])
        && tokens.get(at + 2).is_some_and(|third| third.is_one_of(&["com", "fr", "be", "nl"]) || (dot(tokens, at + 2).is_some() && tokens.get(at + 3).is_some_and(|fourth| fourth.is_one_of(&["com", "fr", "be", "nl"]))))
    {
        return Some(((at + 4).min(tokens.len()), LinkKind::Email, start_of_name(tokens, at)));
    }
    let host = host(tokens, at)?;
    let last = &tokens[host.last];
    if !ends_domain(text, last) || tokens.get(host.end).is_some_and(|next| next.is("-") && !next.spaced) {
        return None;
    }
    let before_dot = tokens.get(name_before(tokens, &host, at))?;
    let strong = STRONG.contains(&last.text.as_str());
    let announced = (at.saturating_sub(6)..at).any(|near| tokens[near].is_one_of(SITE_WORDS)) || first.is("www");
    let closes = ends_clause(tokens, host.end);
    let ordinary = before_dot.is_one_of(SMALL) || before_dot.text.len() < 2;
    let found = match host.form {
        Form::Plain => false,
        Form::Sure => before_dot.text.len() > 1,
        Form::Word => {
            let tricky = matches!(last.text.as_str(), "co" | "info" | "dev" | "io" | "us" | "ca" | "ch" | "paris" | "bio" | "club" | "jobs");
            if strong && !tricky { !ordinary } else { !ordinary && (announced || (closes && matches!(last.text.as_str(), "net" | "de" | "io" | "info" | "co" | "dev" | "app" | "ch" | "ca" | "it" | "es" | "pro" | "tech" | "studio" | "design" | "ai" | "eu"))) }
        }
        Form::Spaced => {
            // Only a full stop with a space: a sentence may end there.
            let lower = text.glyphs.get(last.at.start).is_some_and(|glyph| !glyph.upper);
            let both = tokens.get(host.last.checked_sub(1)?).is_some_and(|dot| dot.is(".") && dot.spaced && last.spaced);
            let sure_end = matches!(last.text.as_str(), "com" | "fr" | "be" | "nl" | "eu" | "org" | "io");
            lower && sure_end && !ordinary && (both || (closes && !last.is("be")) || announced)
        }
    };
    found.then_some((host.end, LinkKind::Domain, at))
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
            } else if !token.is_one_of(&["deux", "points", "colon", "dubbele", "punt", "dubbelpunt", "double", "oblique", "streep"]) {
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
fn number_word(word: &str) -> Option<usize> {
    const ONE: &[&str] = &[
        "zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "nul", "een", "twee", "drie", "vier", "vijf",
        "zes", "zeven", "acht", "negen", "one", "two", "three", "four", "five", "seven", "eight", "nine", "oh",
    ];
    const TWO: &[&str] = &[
        "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "vingt", "vingts", "trente", "quarante", "cinquante", "soixante",
        "septante", "huitante", "octante", "nonante", "tien", "elf", "twaalf", "dertien", "veertien", "vijftien", "zestien", "zeventien", "achttien",
        "negentien", "twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig", "ten", "eleven",
        "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty",
        "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ];
    const DUTCH_TENS: &[&str] = &["twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig"];
    if ONE.contains(&word) {
        return Some(1);
    }
    if TWO.contains(&word) {
        return Some(2);
    }
    // `vierendertig`, in one word.
    DUTCH_TENS.iter().find_map(|tens| word.strip_suffix(tens)?.strip_suffix("en")).filter(|unit| ONE.contains(unit)).map(|_| 2)
}

/// Rows of numbers, some of them in words, that begin like a telephone number.
fn numbers(tokens: &[Token], hits: &mut Hits) {
    let mut at = 0;
    while at < tokens.len() {
        let begins = tokens[at].is_one_of(&["zero", "nul", "oh", "plus"])
            || tokens[at].is("+")
            || tokens[at].text.starts_with('0')
            || (at > 0 && tokens[at.saturating_sub(3)..at].iter().any(|near| near.is_one_of(CALL)) && number_word(&tokens[at].text).is_some());
        if !begins {
            at += 1;
            continue;
        }
        let (mut end, mut last, mut words, mut digits, mut pieces) = (at, at, 0, 0, 0);
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
            } else if !(token.is_one_of(&["et", "en", "and", "fois", "double", "dubbel", "plus", "puis", "dan", "then", "tiret", "point", "punt", "dash"]) || matches!(token.text.as_str(), "-" | "." | "/" | "," | "+" | "(" | ")")) {
                break;
            }
            end += 1;
        }
        if words >= 2 && pieces >= 5 && digits >= 8 {
            hits.push((tokens[at].at.start..tokens[last - 1].at.end, LinkKind::Phone));
        }
        at = last.max(at + 1);
    }
}

/// Whether a word looks like a name that somebody chose: digits, underscores, capitals within.
fn is_chosen(text: &Skeleton, tokens: &[Token], at: usize) -> Option<usize> {
    let first = tokens.get(at).filter(|token| token.is_word && !token.new_line)?;
    let mut end = at + 1;
    let mut joined = false;
    while let (Some(sign), Some(next)) = (tokens.get(end), tokens.get(end + 1)) {
        let glued = matches!(sign.text.as_str(), "_" | "." | "-") && !sign.spaced && next.is_word && !next.spaced;
        if !glued {
            break;
        }
        joined |= !sign.is("-") || end > at + 1 || tokens[at].at.len() > 2;
        end += 2;
    }
    let glyphs = text.glyphs.get(first.at.start..tokens[end - 1].at.end)?;
    let digit = glyphs.iter().any(|glyph| glyph.c.is_ascii_digit()) && glyphs.iter().any(|glyph| glyph.c.is_alphabetic());
    // `jdupont#1234`
    let numbered = tokens.get(end).is_some_and(|sign| sign.is("#") && !sign.spaced)
        && tokens.get(end + 1).is_some_and(|number| number.at.len() == 4 && number.text.chars().all(|c| c.is_ascii_digit()));
    if numbered {
        return Some(end + 2);
    }
    let humps = glyphs.windows(2).any(|pair| !pair[0].upper && pair[0].c.is_alphabetic() && pair[1].upper);
    (glyphs.len() >= 4 && (joined || digit || humps)).then_some(end)
}

/// `Telegram: jdupont`, `Skype jean.dupont`, `Insta => studio_bim`.
fn names(text: &Skeleton, tokens: &[Token], hits: &mut Hits) {
    for at in 0..tokens.len() {
        let personal = tokens[at].is_one_of(PERSONAL);
        if !personal && !tokens[at].is_one_of(TRADE) {
            continue;
        }
        let (mut next, mut colon, mut named, mut under) = (at + 1, false, false, false);
        while let Some(token) = tokens.get(next).filter(|token| !token.new_line && next - at < 6) {
            if matches!(token.text.as_str(), ":" | "=" | ">" | "-" | "→" | "/" | "(" | "@") {
                colon |= !token.is("(") && (token.spaced || !token.is("-"));
                if token.is("-") && !token.spaced {
                    break;
                }
            } else if token.is_one_of(NAMED) {
                named = true;
            } else if token.is_one_of(UNDER) {
                under = true;
            } else {
                break;
            }
            next += 1;
        }
        let Some(token) = tokens.get(next).filter(|token| token.is_word && !token.new_line) else { continue };
        // "x" alone is a letter; only with a colon and a chosen name is it a network.
        if tokens[at].is("x") && !colon {
            continue;
        }
        let chosen = is_chosen(text, tokens, next).filter(|_| colon || named || under || personal);
        let plain = (!token.is_one_of(SKILL) && token.text.len() >= 4 && ends_clause(tokens, next + 1))
            .then_some(next + 1)
            .filter(|_| (personal && (colon || named)) || (named && under) || (named && colon));
        if let Some(end) = chosen.or(plain) {
            hits.push((tokens[next].at.start..tokens[end - 1].at.end, LinkKind::Handle));
        }
    }
}
