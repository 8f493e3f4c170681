//! What is written so that a machine should not read it: in base 64, backwards, upside down, shifted by thirteen letters,
//! with its full stop in brackets.

use super::{
    LinkKind, phones, ruled,
    skeleton::{Skeleton, Token, look_up},
    web::{self, Hits},
    words::{FILES, MIRRORED, STRONG},
};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use std::ops::Range;

/// Characters that an e-mail address or a domain takes in base 64, at least.
const SHORTEST_CODE: usize = 12;

/// Letters that are turned upside down, each before the one it is. Ordinary letters that are others when turned stand in
/// [`TURNED_PLAIN`].
const TURNED: &str = "ɐaɔcǝeɟfƃgɥhᴉiıiɾjʞkɯmɹrʇtʌvʍwʎy˙.";
const TURNED_PLAIN: &str = "qbpdunnudpbq6996";

pub(super) fn scan(text: &Skeleton, hits: &mut Hits) {
    let tokens = text.tokens();
    // `de droite à gauche`, `von rechts nach links`
    let turned_round = |three: &[Token]| {
        three[0].is_one_of(&["droite", "right", "rechts", "derecha", "destra", "direita"])
            && three[2].is_one_of(&["gauche", "left", "links", "izquierda", "sinistra", "esquerda"])
    };
    let backwards = tokens.iter().any(|token| token.is_in(MIRRORED)) || tokens.windows(3).any(turned_round);
    let shifted = tokens
        .windows(2)
        .any(|pair| pair[0].is("rot13") || (pair[0].is("rot") && (pair[1].is("13") || pair[1].is("-"))));
    for run in runs(text) {
        let hit = encoded(text, &run)
            .or_else(|| mirrored(text, &run, backwards))
            .or_else(|| turned(text, &run))
            .or_else(|| defanged(text, &run))
            .or_else(|| shifted.then(|| thirteen(text, &run)).flatten());
        hits.extend(hit.map(|kind| (run, kind)));
    }
    if backwards {
        numbers(text, hits);
    }
}

/// What stands between white space, without the signs that close a sentence.
fn runs(text: &Skeleton) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < text.glyphs.len() {
        let start = at;
        while text.c(at).is_some_and(|c| !c.is_whitespace()) {
            at += 1;
        }
        let mut end = at;
        let closes = |c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | '"' | '»' | '”' | '\'' | '’');
        while end > start && text.before(end).is_some_and(closes) {
            end -= 1;
        }
        let opens = |c: char| matches!(c, '(' | '"' | '«' | '“' | '\'' | ':');
        let mut from = start;
        while from < end && text.c(from).is_some_and(opens) {
            from += 1;
        }
        if end >= from + 6 {
            runs.push(from..end);
        }
        at += 1;
    }
    runs
}

/// `bWlhQGV4ZW1wbGUuZnI=`
fn encoded(text: &Skeleton, run: &Range<usize>) -> Option<LinkKind> {
    let glyphs = text.glyphs.get(run.clone())?;
    // `code:bWlh…` leads with a word.
    let from = glyphs.iter().rposition(|glyph| matches!(glyph.c, ':' | '(' | '"')).map_or(0, |at| at + 1);
    let glyphs = &glyphs[from..];
    if glyphs.len() < SHORTEST_CODE {
        return None;
    }
    let mut code = String::with_capacity(glyphs.len());
    for glyph in glyphs {
        match glyph.c {
            c if c.is_ascii_alphanumeric() => {
                code.push(if glyph.upper { c.to_ascii_uppercase() } else { c });
            }
            '-' | '+' => code.push('+'),
            '_' | '/' => code.push('/'),
            '=' => code.push('='),
            _ => return None,
        }
    }
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(&alphabet::STANDARD, config).decode(code.as_bytes()).ok()?;
    let plain = String::from_utf8(bytes).ok().filter(|plain| !plain.contains(|c: char| c.is_control()))?;
    first_kind(&plain)
}

fn first_kind(plain: &str) -> Option<LinkKind> {
    ruled(&Skeleton::of(plain)).first().map(|(_, kind)| *kind)
}

/// The kind of an address that a text is as a whole, in its signs.
fn address(plain: &str) -> Option<LinkKind> {
    let read = Skeleton::of(plain);
    let mut found = Hits::new();
    web::scan(&read, &mut found);
    let whole = |(range, kind): &(Range<usize>, LinkKind)| {
        let strong = read.text(range.clone()).rsplit('.').next().is_some_and(|end| STRONG.contains(end));
        range.len() + 2 >= read.glyphs.len() && (*kind != LinkKind::Domain || strong)
    };
    found.into_iter().find(whole).map(|(_, kind)| kind)
}

/// `rf.elpmexe@aim`, where the text says so, or an end that no word begins with.
fn mirrored(text: &Skeleton, run: &Range<usize>, said: bool) -> Option<LinkKind> {
    let own = text.text(run.clone());
    let telling = own.starts_with("moc.") || own.starts_with("gro.") || own.contains("//:");
    if !(said || telling) || !own.contains(['.', '@']) {
        return None;
    }
    let plain: String = own.chars().rev().collect();
    // What is an address either way is one forwards.
    address(&plain).filter(|_| address(&own).is_none())
}

/// `ɹɟ˙ǝldɯǝxǝ`
fn turned(text: &Skeleton, run: &Range<usize>) -> Option<LinkKind> {
    let own: Vec<char> = text.glyphs.get(run.clone())?.iter().map(|glyph| glyph.own).collect();
    if own.iter().filter(|c| look_up(TURNED, **c).is_some()).count() < 3 {
        return None;
    }
    let turn = |c: char| look_up(TURNED, c).or_else(|| look_up(TURNED_PLAIN, c)).unwrap_or(c);
    address(&own.iter().rev().map(|c| turn(*c)).collect::<String>())
}

/// `rkrzcyr.se` where the text speaks of ROT13.
fn thirteen(text: &Skeleton, run: &Range<usize>) -> Option<LinkKind> {
    let own = text.text(run.clone());
    let shift = |c: char| match c {
        'a'..='m' => char::from_u32(u32::from(c) + 13).unwrap_or(c),
        'n'..='z' => char::from_u32(u32::from(c) - 13).unwrap_or(c),
        _ => c,
    };
    address(&own.chars().map(shift).collect::<String>())
}

/// `exemple[.]formation`: nobody writes a full stop so but to keep it from being read.
fn defanged(text: &Skeleton, run: &Range<usize>) -> Option<LinkKind> {
    let own = text.text(run.clone());
    let (place, sign) = ["[.]", "{.}", "<.>"].iter().find_map(|sign| own.rfind(sign).map(|at| (at, *sign)))?;
    let (name, end) = (&own[..place], &own[place + sign.len()..]);
    let end: String = end.chars().take_while(|c| c.is_alphanumeric()).collect();
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    let fits = letters(name) >= 3
        && name.ends_with(char::is_alphanumeric)
        && (2..=18).contains(&end.chars().count())
        && end.chars().all(char::is_alphabetic)
        && !FILES.contains(&end);
    fits.then_some(if name.contains('@') { LinkKind::Email } else { LinkKind::Domain })
}

/// `43 21 89 99 60` where the text says that it reads backwards.
fn numbers(text: &Skeleton, hits: &mut Hits) {
    let mut back = Skeleton { glyphs: text.glyphs.iter().rev().copied().collect() };
    // A full stop that closes a sentence would stand right before the number.
    for at in 0..back.glyphs.len() {
        let closes = matches!(back.glyphs[at].c, '.' | ',' | ';' | ':' | '!' | '?');
        if closes && back.before(at).is_none_or(char::is_whitespace) {
            back.glyphs[at].c = ' ';
        }
    }
    let mut found = Hits::new();
    phones::scan(&back, &mut found);
    let length = text.glyphs.len();
    hits.extend(found.into_iter().map(|(range, kind)| (length - range.end..length - range.start, kind)));
}
