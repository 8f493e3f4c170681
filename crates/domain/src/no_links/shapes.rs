//! What the shape of a name or number tells in any language, whatever the words around it: a name with an underscore in
//! a sentence about a network, a path read aloud, an end of a domain behind a sign that stands for its full stop,
//! letters that stand for digits.

use super::{
    LinkKind,
    skeleton::{Skeleton, Token},
    spelled::{dot, mine, number_word},
    web::{Hits, is_end},
    words::{
        CJK_NETWORKS, CODING, CRAFT, FILE_WORDS, FILES, FILING, MORE_PERSONAL, MORE_TRADE, NETWORK_WORDS, NOT_A_NAME,
        NUMBERED, PERSONAL, SKILL, SMALL, SOCIAL_WORDS, STRONG, SURE_DOT_WORDS, TRADE, UNDERSCORE_WORDS, UNITS,
    },
};
use std::ops::Range;

pub(super) fn scan(text: &Skeleton, tokens: &[Token], hits: &mut Hits) {
    for at in 0..tokens.len() {
        let found = [
            near_network(text, tokens, at).map(|range| (range, LinkKind::Handle)),
            socially(text, tokens, at).map(|range| (range, LinkKind::Handle)),
            apart(text, tokens, at).map(|range| (range, LinkKind::Handle)),
            profile_aloud(tokens, at).map(|range| (range, LinkKind::Handle)),
            host_aloud(text, tokens, at).map(|range| (range, LinkKind::Url)),
            foreign_dot(text, tokens, at).map(|range| (range, LinkKind::Domain)),
            pictured_dot(text, tokens, at).map(|range| (range, LinkKind::Domain)),
            lettered(text, tokens, at).map(|range| (range, LinkKind::Phone)),
            regular(tokens, at).map(|range| (range, LinkKind::Phone)),
            chinese_named(tokens, at).map(|range| (range, LinkKind::Handle)),
            tagged(text, tokens, at).map(|range| (range, LinkKind::Handle)),
            mixed_digits(tokens, at).map(|range| (range, LinkKind::Phone)),
        ];
        for (range, kind) in found.into_iter().flatten() {
            if let (Some(first), Some(last)) =
                (tokens.get(range.start), range.end.checked_sub(1).and_then(|at| tokens.get(at)))
            {
                hits.push((first.at.start..last.at.end, kind));
            }
        }
    }
}

fn low(text: &Skeleton, token: &Token) -> bool {
    token.is_word && text.glyphs.get(token.at.start).is_some_and(|glyph| !glyph.upper && glyph.c.is_alphabetic())
}

fn letters(token: &Token) -> usize {
    token.text.chars().filter(|c| c.is_alphabetic()).count()
}

/// Where the sentence around a place begins and ends: at full stops with space after, and at ends of lines.
fn sentence(tokens: &[Token], at: usize) -> Range<usize> {
    let stops = |at: usize| {
        tokens.get(at).is_some_and(|sign| matches!(sign.text.as_str(), "." | "!" | "?") && !sign.spaced)
            && tokens.get(at + 1).is_some_and(|next| next.spaced)
    };
    let mut start = at;
    while start > 0 && !tokens[start].new_line && !stops(start - 1) {
        start -= 1;
    }
    let mut end = at + 1;
    while end < tokens.len() && !tokens[end].new_line && !stops(end) {
        end += 1;
    }
    start..end
}

/// A name that nobody has but who chose it, and where it ends: `mia_cad`, `mia.cad`, `mia (underscore) cad`,
/// `mia(point)cad`, `mia . cad`. Parts that are words of the trade alone, files and the like are none.
/// Whether a sign of it is said rather than written comes with it.
fn made_up(text: &Skeleton, tokens: &[Token], at: usize) -> Option<(usize, bool)> {
    let first = tokens.get(at).filter(|token| token.is_word)?;
    let begins_low = low(text, first);
    // Not from the middle of a name.
    let glued = at > 0
        && !first.spaced
        && matches!(tokens[at - 1].text.as_str(), "_" | "." | "-" | "/" | "\\" | "#" | "&" | "'" | "’");
    if glued {
        return None;
    }
    let (mut end, mut signs, mut spoken, mut parts) = (at + 1, 0, false, vec![at]);
    while let Some(sign) = tokens.get(end).filter(|sign| !sign.new_line) {
        let boxed = matches!(sign.text.as_str(), "(" | "[" | "{" | "<")
            && tokens.get(end + 2).is_some_and(|close| matches!(close.text.as_str(), ")" | "]" | "}" | ">"));
        let inner = if boxed { tokens.get(end + 1) } else { Some(sign) }?;
        let said = inner.is_in(UNDERSCORE_WORDS)
            || (boxed && (inner.is_one_of(&["point", "punt", "dot"]) || matches!(inner.text.as_str(), "." | "_")));
        let written = !boxed && matches!(sign.text.as_str(), "_" | ".");
        let length = if boxed { 3 } else { 1 };
        let Some(part) = tokens.get(end + length).filter(|part| part.is_word && !part.new_line) else { break };
        let even = sign.spaced == part.spaced && (!sign.spaced || low(text, part));
        if !(said || (written && even && (sign.is("_") || !sign.spaced || at > 0 && tokens[at - 1].is("@")))) {
            break;
        }
        signs += 1;
        spoken |= said;
        end += length + 1;
        parts.push(end - 1);
    }
    let last = tokens.get(end - 1)?;
    let known = |part: &usize| {
        let part = &tokens[*part];
        part.is_in(CRAFT) || part.is_in(SMALL) || part.is_in(FILES) || part.is_in(CODING) || letters(part) < 3
    };
    // `mia.cad` is a name, `z.b` and `p.ex` are shortened words.
    let shortened = signs == 1 && tokens[end - 2].is(".") && (letters(last) < 3 || letters(&tokens[end - 3]) < 3);
    let ok = signs > usize::from(!begins_low)
        && !parts.iter().all(known)
        && !first.is_in(SMALL)
        && letters(first) >= 2
        && !last.is_in(FILES)
        && !first.is_in(SKILL)
        && !shortened;
    ok.then_some((end, spoken))
}

/// Whether a place speaks of files, layers or code.
fn technical(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| {
        token.is_in(CODING)
            || token.is_in(FILING)
            || token.is_in(FILE_WORDS)
            || token.is_in(FILES)
            || token.is_one_of(&["bot", "api", "webhook", "method", "methode", "table", "tabel", "log", "logs"])
    })
}

/// A made-up name in a sentence about a network, in whatever language: `Mi usuario de Telegram es mia_cad`.
fn near_network(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let (end, spoken) = made_up(text, tokens, at)?;
    let sentence = sentence(tokens, at);
    let near = sentence.start.max(at.saturating_sub(9))..sentence.end.min(end + 7);
    let network = |token: &Token| {
        token.is_in(PERSONAL)
            || (token.text.chars().any(|c| c >= '\u{2e80}') && CJK_NETWORKS.is_within(&token.text))
            || token.is_in(MORE_PERSONAL)
            || token.is_one_of(&["discord", "linkedin", "behance", "artstation", "reddit", "dribbble", "sketchfab"])
            || (spoken && (token.is_in(TRADE) || token.is_in(MORE_TRADE)))
    };
    let learns = tokens[near.clone()].iter().any(|token| token.is("learning"));
    let named = !learns && tokens[near.start..at].iter().chain(&tokens[end..near.end.max(end)]).any(network);
    (named && !technical(&tokens[near])).then_some(at..end)
}

/// `加微信号: miacad`: the network, what says that a name follows, and the name in Latin letters.
fn chinese_named(tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let network = tokens.get(at).filter(|token| CJK_NETWORKS.is_within(&token.text))?;
    let mut next = at + 1;
    let mut said = network.text.ends_with(['号', '加', '是', '為', '为', 'は']);
    while tokens.get(next).is_some_and(|sign| matches!(sign.text.as_str(), ":" | "：" | "(" | "[" | "\"" | "「")) {
        said = true;
        next += 1;
    }
    let name = tokens.get(next).filter(|name| name.is_word && !name.new_line)?;
    let latin = name.text.chars().filter(char::is_ascii_alphabetic).count();
    (said && latin >= 4 && !name.is_in(SKILL) && !name.is_in(CRAFT)).then_some(at..next + 1)
}

/// `mes réseaux : mia_cad`, `📸 mia_cad`, `op de blauwe vogel: mia_cad`.
fn socially(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let (end, _) = made_up(text, tokens, at)?;
    let before = at.checked_sub(1)?;
    let pictured = |token: &Token| matches!(token.text.as_str(), "📸" | "📷" | "🐦" | "✈" | "👻" | "🎮" | "💬");
    if pictured(&tokens[before]) || (before > 0 && tokens[before].is(":") && pictured(&tokens[before - 1])) {
        return Some(at..end);
    }
    let near = &tokens[at.saturating_sub(5)..at];
    let bird = near.iter().any(|token| token.is_one_of(&["oiseau", "vogel", "bird", "pajaro"]))
        && near.iter().any(|token| token.is_one_of(&["bleu", "blauwe", "blue", "azul", "blaue", "blauen"]));
    let social = near.iter().any(|token| token.is_in(SOCIAL_WORDS))
        || near.windows(2).any(|pair| {
            (pair[0].is_one_of(&["social", "sociale"]) && pair[1].is_one_of(&["media", "medias"]))
                || (mine(&pair[0]) && pair[1].is_in(NETWORK_WORDS))
        });
    let sign = matches!(tokens[before].text.as_str(), ":" | "=" | "→" | "➜");
    (sign && (bird || social) && !technical(near)).then_some(at..end)
}

/// `@ mia . cad`: the sign apart from a name that is itself pulled apart.
fn apart(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let alone = at == 0 || !tokens[at - 1].is_word || tokens[at - 1].is_in(PERSONAL);
    if !tokens[at].is("@") || !alone || !tokens.get(at + 1)?.spaced {
        return None;
    }
    made_up(text, tokens, at + 1).filter(|(end, _)| *end > at + 2).map(|(end, _)| at..end)
}

/// `slash in slash mia-cad`.
fn profile_aloud(tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let [first, place, second, name, ..] = tokens.get(at..)? else { return None };
    let slash = |token: &Token| token.is("slash");
    let fits = slash(first)
        && slash(second)
        && place.is_one_of(&["in", "u", "user", "users", "company", "pub", "c", "channel", "pages"])
        && name.is_word
        && !name.new_line
        && letters(name) >= 3;
    let mut end = at + 4;
    while fits
        && tokens.get(end).is_some_and(|sign| matches!(sign.text.as_str(), "-" | "_" | ".") && !sign.spaced)
        && tokens.get(end + 1).is_some_and(|part| part.is_word && !part.spaced)
    {
        end += 2;
    }
    fits.then_some(at..end)
}

/// `bit dot ly slash miacad`: a host and a path, read aloud; the slash makes sure of it.
fn host_aloud(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let first = tokens.get(at).filter(|token| token.is_word)?;
    let (length, _) = dot(tokens, at + 1)?;
    let end = at + 1 + length;
    let last = tokens.get(end).filter(|last| last.is_word && !last.new_line)?;
    let slash = tokens.get(end + 1).filter(|slash| slash.is_one_of(&["slash", "schragstrich", "barra"]))?;
    let name = tokens.get(end + 2).filter(|name| name.is_word && !name.new_line)?;
    let fits = is_end(&last.text, &text.own_text(last.at.clone()))
        && !first.text.chars().all(|c| c.is_ascii_digit())
        && !slash.new_line
        && letters(name) >= 2;
    fits.then_some(at..end + 3)
}

/// `pracownia-zeta kropka pl`, `студия точка рф`: a full stop in a word that is no other's.
fn foreign_dot(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let first = tokens.get(at).filter(|token| token.is_word && letters(token) >= 3 && !token.is_in(SMALL))?;
    tokens.get(at + 1).filter(|sign| sign.is_in(SURE_DOT_WORDS))?;
    let last = tokens.get(at + 2).filter(|last| last.is_word && !last.new_line)?;
    let fits = is_end(&last.text, &text.own_text(last.at.clone())) && (2..=6).contains(&last.text.chars().count());
    let mut start = at;
    while start >= 2
        && !first.new_line
        && tokens[start - 1].is("-")
        && !tokens[start - 1].spaced
        && !tokens[start].spaced
        && tokens[start - 2].is_word
    {
        start -= 2;
    }
    fits.then_some(start..at + 3)
}

/// `miacad❌com`, `miacad🔵archi`: a picture in place of the full stop.
fn pictured_dot(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let [first, sign, last, ..] = tokens.get(at..)? else { return None };
    let picture = sign.text.chars().all(|c| ('\u{2460}'..='\u{2bff}').contains(&c) || c >= '\u{1f000}');
    let fits = first.is_word
        && letters(first) >= 3
        && !sign.is_word
        && picture
        && !sign.spaced
        && !last.spaced
        && last.is_word
        && (STRONG.contains(&last.text)
            || (sign.text.chars().all(|c| c >= '\u{1f000}')
                && is_end(&last.text, &text.own_text(last.at.clone()))
                && low(text, last)));
    fits.then_some(at..at + 3)
}

/// `O6 39 98 OO l2`, `O47O I2 34 S6`: letters that look like digits, in a number that is grouped as telephone numbers are.
fn lettered(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let digit = |c: char| c.is_ascii_digit() || matches!(c, 'o' | 'i' | 'l' | 's' | 'z' | 'b' | 'q');
    let group = |token: &Token| token.is_word && (2..=10).contains(&token.text.len()) && token.text.chars().all(digit);
    let first = tokens.get(at).filter(|token| group(token))?;
    if at > 0 && !first.spaced && tokens[at - 1].is_word {
        return None;
    }
    let (mut end, mut last, mut all, mut lengths) = (at, at, String::new(), Vec::new());
    while let Some(token) = tokens.get(end).filter(|token| !token.new_line || end == at) {
        if group(token) {
            all.push_str(&token.text);
            lengths.push(token.text.len());
            last = end + 1;
        } else if token.is_word || end > last || !matches!(token.text.as_str(), "." | "-" | "/" | "_") {
            break;
        }
        end += 1;
    }
    let digits = all.chars().filter(char::is_ascii_digit).count();
    let real = digits < all.len() && digits * 10 >= all.len() * 6;
    let pairs = (lengths.iter().skip(1).all(|length| matches!(length, 2 | 3)) && lengths.len() >= 4)
        || (lengths.len() == 3
            && lengths.iter().all(|length| (2..=4).contains(length))
            && tokens[at + 1..last].iter().all(|token| !token.spaced));
    let begins = all.starts_with(['0', 'o']) && all.chars().nth(1).is_some_and(|c| c.is_ascii_digit() && c != '0');
    let whole = (lengths.len() == 1 || pairs) && (9..=10).contains(&all.len());
    // `01 S2 B3`: codes of rooms.
    let codes = first.text.chars().all(|c| c.is_ascii_digit())
        && tokens[at..last].iter().all(|token| !token.text.contains(['o', 'i', 'l']))
        && tokens[at..last].iter().any(|token| token.text.starts_with(['s', 'z', 'b', 'q']));
    let labelled = codes || tokens[at.saturating_sub(2)..at].iter().any(|token| token.is_in(NUMBERED));
    let letters = text.glyphs[first.at.start..tokens[last - 1].at.end].iter().filter(|glyph| glyph.c.is_alphabetic());
    (real && begins && whole && !labelled && letters.count() <= 5).then_some(at..last)
}

/// How many digits a word stands for that is made of digits and digits in words: `two1two`.
fn mixed_word(word: &str) -> Option<usize> {
    let (mut rest, mut count) = (word, 0);
    while !rest.is_empty() {
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        let letters = rest.chars().take_while(|c| !c.is_ascii_digit()).map(char::len_utf8).sum::<usize>();
        // Ø10 is read as o10: no nought in words.
        count += if digits > 0 { digits } else { number_word(rest.get(..letters).filter(|word| word.len() > 1)?)? };
        rest = rest.get(digits.max(letters)..)?;
    }
    Some(count)
}

/// `two1two, five55, zero 1 seven 2`: digits in words that are stuck to digits.
fn mixed_digits(tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let count = |token: &Token| mixed_word(&token.text).filter(|_| token.is_word);
    count(&tokens[at])?;
    if at > 0 && count(&tokens[at - 1]).is_some() {
        return None;
    }
    let (mut end, mut last, mut digits, mut stuck) = (at, at, 0, 0);
    while let Some(token) = tokens.get(end).filter(|token| !token.new_line || end == at) {
        if let Some(more) = count(token) {
            digits += more;
            let has = |digit: bool| token.text.chars().any(|c| c.is_ascii_digit() == digit);
            stuck += usize::from(has(true) && has(false));
            last = end + 1;
        } else if !(matches!(token.text.as_str(), "," | "-" | "." | "/") && end <= last
            || token.is_one_of(&["en", "et", "and", "und", "y", "e", "dan", "daarna", "puis", "ensuite", "then"]))
        {
            break;
        }
        end += 1;
    }
    (stuck > 0 && (8..=14).contains(&digits)).then_some(at..last)
}

/// `mia (hash) zero four two zero`: a name with a number of four digits after it, the sign or the digits in words.
fn tagged(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    tokens.get(at).filter(|token| low(text, token) && letters(token) >= 3)?;
    let mut next = at + 1;
    let open = tokens.get(next).is_some_and(|token| matches!(token.text.as_str(), "(" | "["));
    next += usize::from(open);
    tokens.get(next).filter(|sign| {
        sign.is_one_of(&["hash", "hashtag", "diese", "hekje", "raute", "nummerteken", "almohadilla"])
            || (open && sign.is("#"))
    })?;
    next += 1 + usize::from(open);
    let (mut digits, mut end) = (0, next);
    while let Some(token) = tokens.get(end).filter(|token| token.is_word && digits < 4 && !token.new_line) {
        let written = token.text.chars().all(|c| c.is_ascii_digit());
        digits += if written { token.text.len() } else { number_word(&token.text).unwrap_or(9) };
        end += 1;
    }
    (digits == 4).then_some(at..end)
}

/// `0 6 . 3 9 . 9 8 . 1 2 . 3 4`: one digit at a time, with signs that come back regularly.
fn regular(tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let digit = |token: &Token| token.at.len() == 1 && token.text.chars().all(|c| c.is_ascii_digit());
    if !tokens[at].is("0") || (at > 0 && (digit(&tokens[at - 1]) || !tokens[at].spaced)) {
        return None;
    }
    let (mut end, mut last, mut digits, mut signs) = (at, at, String::new(), Vec::new());
    while let Some(token) = tokens.get(end).filter(|token| !token.new_line || end == at) {
        if digit(token) {
            digits.push_str(&token.text);
            last = end + 1;
        } else if token.is_word || end > last {
            break;
        } else {
            signs.push((digits.len(), token.text.as_str()));
        }
        end += 1;
    }
    signs.retain(|(place, _)| *place < digits.len());
    let even = signs.windows(2).all(|pair| pair[0].1 == pair[1].1) && signs.len() >= 2;
    let every = signs.windows(2).all(|pair| pair[1].0 - pair[0].0 == 2);
    let begins = digits.chars().nth(1).is_some_and(|c| c != '0');
    let unit = tokens.get(last).is_some_and(|next| next.is_in(UNITS) || next.is_in(NOT_A_NAME));
    // 0.1 0.2 0.3: steps.
    let steps = digits.chars().step_by(2).all(|digit| digit == '0');
    ((9..=10).contains(&digits.len()) && !steps && even && every && begins && !unit).then_some(at..last)
}
