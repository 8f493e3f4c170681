//! What is told in a few words: the name of a page or channel, a user name, an address of a mailbox without its sign, and
//! numbers whose writing alone says that they hide something.

use super::{
    LinkKind,
    skeleton::{Skeleton, Token},
    spelled::{Chosen, chosen, ends_clause, is_network},
    web::{Hits, is_end},
    words::{CRAFT, FILES, JOBS, MAIL_SERVICES, MESSENGERS, NOT_A_NAME, PAGES, SEEK, SKILL, SMALL, TITLED, USER_NAME},
};
use std::ops::Range;

pub(super) fn scan(text: &Skeleton, tokens: &[Token], hits: &mut Hits) {
    let mut add = |range: Range<usize>, kind: LinkKind| {
        if let (Some(first), Some(last)) =
            (tokens.get(range.start), range.end.checked_sub(1).and_then(|at| tokens.get(at)))
        {
            hits.push((first.at.start..last.at.end, kind));
        }
    };
    for at in 0..tokens.len() {
        let found = [
            page(text, tokens, at).map(|range| (range, LinkKind::Handle)),
            sought(text, tokens, at).map(|range| (range, LinkKind::Handle)),
            user_name(text, tokens, at).map(|range| (range, LinkKind::Handle)),
            capital_line(text, tokens, at).map(|range| (range, LinkKind::Handle)),
            person(text, tokens, at).map(|range| (range, LinkKind::Handle)),
            own_account(text, tokens, at).map(|range| (range, LinkKind::Handle)),
            aside(text, tokens, at).map(|range| (range, LinkKind::Handle)),
            mailbox(text, tokens, at).map(|range| (range, LinkKind::Email)),
            open_sign(text, tokens, at).map(|range| (range, LinkKind::Email)),
            path(text, tokens, at).map(|range| (range, LinkKind::Url)),
            starred(tokens, at).map(|range| (range, LinkKind::Url)),
            plus(tokens, at).map(|range| (range, LinkKind::Phone)),
            styled(text, tokens, at).map(|range| (range, LinkKind::Phone)),
            hyphenated(tokens, at).map(|range| (range, LinkKind::Phone)),
            repeated(tokens, at).map(|range| (range, LinkKind::Phone)),
        ];
        for (range, kind) in found.into_iter().flatten() {
            add(range, kind);
        }
    }
}

fn low(text: &Skeleton, token: &Token) -> bool {
    text.glyphs.get(token.at.start).is_some_and(|glyph| !glyph.upper && glyph.c.is_alphabetic())
}

fn high(text: &Skeleton, token: &Token) -> bool {
    token.is_word && text.glyphs.get(token.at.start).is_some_and(|glyph| glyph.upper)
}

fn digits(token: &Token) -> bool {
    token.is_word && token.text.chars().all(|c| c.is_ascii_digit())
}

/// A name that somebody chose with a sign or a digit in it.
fn made(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Chosen> {
    let name = chosen(text, tokens, at)?;
    let made = name.underscore || name.dotted || (name.looks && !name.hyphen && !name.humps);
    let word = tokens.get(at)?;
    (made && low(text, word) && !word.is_in(CRAFT) && !word.is_in(SKILL) && !word.is_in(SMALL)).then_some(name)
}

/// A name in capitals, or in quotes: `Atelier BIM Mia`. More than words of the trade.
fn title(text: &Skeleton, tokens: &[Token], from: usize) -> Option<Range<usize>> {
    let quote = |token: &Token| matches!(token.text.as_str(), "«" | "\"" | "“" | "‘" | "'" | "„" | "»" | "”" | "’");
    let quoted = tokens.get(from).is_some_and(quote);
    let start = from + usize::from(quoted);
    let word = |at: usize| {
        tokens.get(at).is_some_and(|token| token.is_word && !token.new_line && (quoted || high(text, token)))
    };
    let link = |at: usize| {
        tokens.get(at).is_some_and(|token| {
            token.is("&") || token.is_one_of(&["van", "de", "des", "du", "von", "of", "et", "en", "y"])
        })
    };
    let mut run = 0;
    while run < 6 && (word(start + run) || (run > 0 && link(start + run) && word(start + run + 1))) {
        run += 1;
    }
    let end = start + run;
    let own = tokens.get(start..end)?.iter().any(|token| {
        !token.is_in(CRAFT)
            && !token.is_in(SKILL)
            && !token.is_in(NOT_A_NAME)
            && !token.is_in(SMALL)
            && !is_network(token)
            && token.text.len() >= 3
    });
    let closed = !quoted || tokens.get(end).is_some_and(quote);
    (run > 0 && own && closed).then_some(start..end)
}

/// `Ma page Facebook s'appelle Atelier Mia`, `YouTube-Kanal: MiaCAD`: a page, whose network stands beside it, and its name.
fn page(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    if !is_network(&tokens[at]) {
        return None;
    }
    let is_page = |token: &Token| token.is_in(PAGES);
    let mut next = at + 1;
    let mut paged = at > 0 && is_page(&tokens[at - 1]);
    if tokens.get(next).is_some_and(|token| token.is("-") || token.is(":")) && tokens.get(next + 1).is_some_and(is_page)
    {
        next += 1;
    }
    if tokens.get(next).is_some_and(is_page) {
        paged = true;
        next += 1;
    }
    if !paged {
        return None;
    }
    let mut cue = false;
    while let Some(token) = tokens.get(next).filter(|token| !token.new_line && next - at < 6) {
        if token.is(":") || token.is("=") || token.is_in(TITLED) {
            cue = true;
        } else if !(token.is_one_of(&["s", "se", "est", "is", "ist", "qui", "die", "der", "das"])
            || (matches!(token.text.as_str(), "'" | "’") && tokens[next - 1].is_one_of(&["s", "qu"])))
        {
            break;
        }
        next += 1;
    }
    let name = title(text, tokens, next)?;
    let humps = chosen(text, tokens, next).is_some_and(|name| name.humps);
    let quoted = name.start > next;
    ((cue || humps || quoted) && ends_clause(tokens, name.end + usize::from(quoted))).then_some(name)
}

/// `Zoek op Facebook naar Tekenbureau Mia`, `Cherchez « Mia BIM » sur YouTube`.
fn sought(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    if !is_network(&tokens[at]) {
        return None;
    }
    let near = |words: &[Token]| words.iter().any(|token| token.is_in(SEEK) && !token.is("suis"));
    // The network first.
    if near(&tokens[at.saturating_sub(4)..at])
        && tokens
            .get(at + 1)
            .is_some_and(|token| token.is_one_of(&["naar", "for", "nach", "apres", "por"]) || token.is(":"))
        && let Some(name) = title(text, tokens, at + 2)
    {
        return Some(name);
    }
    // The name first, in quotes.
    let link =
        at.checked_sub(1).filter(|link| tokens[*link].is_one_of(&["sur", "on", "op", "auf", "en", "dans", "in"]))?;
    let close =
        link.checked_sub(1).filter(|close| matches!(tokens[*close].text.as_str(), "»" | "\"" | "”" | "’" | "'"))?;
    let open = (close.saturating_sub(6)..close)
        .rev()
        .find(|open| matches!(tokens[*open].text.as_str(), "«" | "\"" | "“" | "‘" | "'" | "„"))?;
    (near(&tokens[open.saturating_sub(4)..open]) && close > open + 1).then(|| title(text, tokens, open)).flatten()
}

/// `gebruikersnaam mia_cad`, `Benutzername: mia_cad`, `the bio of mia_cad`.
fn user_name(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    if !tokens[at].is_in(USER_NAME) {
        return None;
    }
    let mut next = at + 1;
    while tokens.get(next).is_some_and(|token| {
        next - at < 4
            && !token.new_line
            && (matches!(token.text.as_str(), ":" | "=" | "→" | "«" | "\"" | "“")
                || token.is_one_of(&[
                    "is", "est", "ist", "es", "lautet", "of", "van", "de", "von", "mon", "mijn", "my", "mein", "mi",
                ]))
    }) {
        next += 1;
    }
    let name = made(text, tokens, next)?;
    let sure = name.underscore || tokens[at].is("bio") || next > at + 1;
    (sure && ends_clause(tokens, name.end)).then_some(next..name.end)
}

/// `LINE ID miacad`: in capitals it is no line of a drawing.
fn capital_line(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let capitals =
        |token: &Token| text.glyphs.get(token.at.clone()).is_some_and(|glyphs| glyphs.iter().all(|glyph| glyph.upper));
    let begins = at == 0 || !capitals(&tokens[at - 1]);
    if !(tokens[at].is("line") && capitals(&tokens[at]) && begins && tokens.get(at + 1).is_some_and(|id| id.is("id"))) {
        return None;
    }
    let next = at + 2 + usize::from(tokens.get(at + 2).is_some_and(|token| token.is(":")));
    let name = tokens.get(next).filter(|token| token.is_word && low(text, token) && token.text.len() >= 5)?;
    let end = chosen(text, tokens, next).map_or(next + 1, |name| name.end);
    (!name.is_in(SKILL) && !name.is_in(NOT_A_NAME) && !name.is_in(SMALL) && ends_clause(tokens, end))
        .then_some(next..end)
}

/// Two or three capitalised words that are a person's name, as far as one can tell.
fn whole_name(text: &Skeleton, tokens: &[Token], from: usize) -> Option<Range<usize>> {
    let run = tokens
        .get(from..)?
        .iter()
        .take_while(|token| {
            high(text, token)
                && !token.new_line
                && token.text.len() >= 3
                && token.text.chars().all(char::is_alphabetic)
                && !token.is_in(CRAFT)
                && !token.is_in(SKILL)
                && !token.is_in(NOT_A_NAME)
                && !token.is_in(JOBS)
                && !is_network(token)
        })
        .count();
    // A name with a hyphen goes on.
    let end = from + run;
    let hyphen = tokens.get(end).is_some_and(|token| token.is("-") && !token.spaced)
        && tokens.get(end + 1).is_some_and(|token| high(text, token) && !token.spaced);
    let end = end + 2 * usize::from(hyphen);
    (2..=3).contains(&run).then_some(from..end)
}

/// `Je suis Claire Exemple sur LinkedIn`, `Op LinkedIn sta ik als Jan Voorbeeld`: where somebody is found, and their name.
fn person(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    const AM: &[&str] = &["am", "suis", "ben", "bin", "soy", "sta", "stehe", "heet", "heisse"];
    const AS: &[&str] =
        &["als", "as", "comme", "nom", "naam", "name", "sous", "onder", "under", "unter", "nombre", "como"];
    if !is_network(&tokens[at]) {
        return None;
    }
    // The name last.
    let mut next = at + 1;
    let (mut cue, mut whose) = (false, tokens[at.saturating_sub(3)..at].iter().any(super::spelled::mine));
    while let Some(token) = tokens.get(next).filter(|token| !token.new_line && next - at < 6) {
        if token.is_one_of(AS) {
            cue = true;
        } else if token.is_one_of(AM) || token.is_one_of(&["ik", "i", "ich", "me", "moi", "mij", "mich", "yo"]) {
            whose = true;
        } else if !(token.is_one_of(&["de", "au", "du", "het", "the", "le", "est", "is", "op", "dem", "el", "by"])
            || token.is(","))
        {
            break;
        }
        next += 1;
    }
    whose |=
        tokens[at.saturating_sub(4)..at].iter().any(|token| token.is_one_of(&["me", "moi", "mij", "mich", "ik", "je"]));
    if cue
        && whose
        && let Some(name) = whole_name(text, tokens, next)
        && ends_clause(tokens, name.end)
    {
        return Some(name);
    }
    // The name first.
    let link = at.checked_sub(1).filter(|link| tokens[*link].is_one_of(&["sur", "on", "op", "auf", "en", "via"]))?;
    (link.saturating_sub(5)..link).find_map(|from| {
        let name = whole_name(text, tokens, from).filter(|name| name.end == link && from > 0)?;
        (tokens[from - 1].is_one_of(AM) && ends_clause(tokens, at + 1)).then_some(name)
    })
}

/// `mon snap : exemplepseudo`, `mijn snap is voorbeeldnaam`, `mon face : Claire Exemple`.
fn own_account(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let owned = at > 0 && super::spelled::mine(&tokens[at - 1]);
    if !owned
        || !tokens[at].is_one_of(&["snap", "face", "fb", "insta", "ig", "tg", "discord", "telegram", "skype", "tiktok"])
    {
        return None;
    }
    let mut next = at + 1;
    while tokens.get(next).is_some_and(|token| {
        next - at < 4
            && !token.new_line
            && (matches!(token.text.as_str(), ":" | "=" | "→" | "'" | "’")
                || token.is_one_of(&["is", "est", "c", "ist", "es", "lautet"]))
    }) {
        next += 1;
    }
    if next == at + 1 {
        return None;
    }
    if let Some(name) = whole_name(text, tokens, next) {
        return ends_clause(tokens, name.end).then_some(name);
    }
    let word = tokens.get(next).filter(|token| plain(text, token))?;
    (word.text.len() >= 6 && ends_line(tokens, next + 1)).then_some(next..next + 1)
}

/// A word that is none of the trade's and might be a name.
fn plain(text: &Skeleton, token: &Token) -> bool {
    token.is_word
        && low(text, token)
        && !token.new_line
        && token.text.chars().all(char::is_alphanumeric)
        && !token.is_in(CRAFT)
        && !token.is_in(SKILL)
        && !token.is_in(NOT_A_NAME)
        && !token.is_in(SMALL)
        && !is_network(token)
}

fn ends_line(tokens: &[Token], end: usize) -> bool {
    tokens.get(end).is_none_or(|next| next.new_line || matches!(next.text.as_str(), "." | "!" | ")" | "," | ";"))
}

/// `appelez-moi sur Skype (exemplepseudo)`, `IG @ voorbeeldnaam`, `mes scripts sont sur GitHub chez scriptexemple`.
fn aside(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let [network, sign, name, ..] = tokens.get(at..)? else { return None };
    let word = plain(text, name) && name.text.len() >= 6;
    if network.is_in(MESSENGERS) {
        let me = tokens[at.saturating_sub(4)..at].iter().any(|token| token.is_one_of(&["me", "moi", "mij", "mich"]));
        if me && sign.is("(") && word && tokens.get(at + 3).is_some_and(|close| close.is(")")) {
            return Some(at + 2..at + 3);
        }
        if sign.is("@") && (word || chosen(text, tokens, at + 2).is_some_and(|name| name.looks)) {
            return Some(at + 2..chosen(text, tokens, at + 2).map_or(at + 3, |name| name.end));
        }
    }
    let mine = tokens[at.saturating_sub(5)..at].iter().any(super::spelled::mine);
    (network.is_one_of(&["github", "gitlab", "codeberg", "bitbucket"])
        && mine
        && sign.is("chez")
        && word
        && ends_line(tokens, at + 3))
    .then_some(at + 2..at + 3)
}

/// `mia.cad sur gmail`, `mia.cad (gmail)`, `mon adresse gmail commence par mia.cad`.
fn mailbox(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    if !tokens[at].is_in(MAIL_SERVICES) {
        return None;
    }
    let begins =
        tokens.get(at + 1).is_some_and(|token| token.is_one_of(&["commence", "begint", "begins", "starts", "beginnt"]));
    if begins {
        let next = at
            + 2
            + usize::from(tokens.get(at + 2).is_some_and(|token| token.is_one_of(&["par", "met", "with", "mit"])));
        if let Some(name) = made(text, tokens, next) {
            return Some(next..name.end);
        }
    }
    let link = at.checked_sub(1)?;
    // `mia.cad, it's a gmail`
    let mut aside = at;
    while aside > 0
        && at - aside < 6
        && (matches!(tokens[aside - 1].text.as_str(), "," | "'" | "’" | "–" | "-")
            || tokens[aside - 1].is_one_of(&[
                "it", "s", "a", "sa", "ta", "c", "est", "du", "un", "une", "chez", "is", "een", "t", "het", "op",
                "that", "dat", "met", "ist", "es", "ein", "bei", "sur", "on", "at",
            ]))
    {
        aside -= 1;
    }
    let said = aside < link && tokens[aside].is(",");
    let link = if said { aside } else { link };
    let linked = said
        || tokens[link].is_one_of(&["sur", "op", "on", "auf", "chez", "bij", "bei", "via", "at", "en"])
        || (matches!(tokens[link].text.as_str(), "(" | "[")
            && tokens.get(at + 1).is_some_and(|close| matches!(close.text.as_str(), ")" | "]")));
    if !linked {
        return None;
    }
    // Back to where a name that ends here begins.
    (link.saturating_sub(6)..link).find_map(|from| {
        let starts = from == 0 || tokens[from].spaced || tokens[from].new_line;
        let name = made(text, tokens, from).filter(|name| starts && name.end == link)?;
        let file = tokens.get(name.end - 1).is_some_and(|last| FILES.contains(last.text.as_str()));
        (!file).then_some(from..name.end)
    })
}

/// `mia.cad@`: the rest is left to be guessed.
fn open_sign(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let starts = at == 0 || tokens[at].spaced || tokens[at].new_line;
    let name = made(text, tokens, at).filter(|_| starts)?;
    let sign = tokens.get(name.end).filter(|sign| sign.is("@") && !sign.spaced)?;
    let ends = tokens.get(name.end + 1).is_none_or(|next| next.spaced || next.new_line || !next.is_word);
    (ends && sign.at.start > 0).then_some(at..name.end + 1)
}

/// `t.me slash miacad`, `t·me/miacad`: a host, and a path that is said or written.
fn path(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let [first, dot, last, ..] = tokens.get(at..)? else { return None };
    let glued = !dot.spaced && !last.spaced && first.is_word && last.is_word && !last.new_line;
    let bullet = matches!(dot.text.as_str(), "·" | "•" | "․" | "・" | "∙" | "‧" | "⋅");
    if !glued || !(dot.is(".") || bullet) || !is_end(&last.text, &text.own_text(last.at.clone())) || digits(first) {
        return None;
    }
    let mut next = at + 3;
    let spoken = tokens
        .get(next)
        .is_some_and(|token| token.is_one_of(&["slash", "schuine", "barre", "schragstrich", "schraegstrich", "barra"]));
    let written = bullet && tokens.get(next).is_some_and(|token| token.is("/") && !token.spaced);
    if !(spoken || written) {
        return None;
    }
    next += 1;
    while tokens.get(next).is_some_and(|token| token.is_one_of(&["streep", "oblique", "naar", "voren"])) {
        next += 1;
    }
    let name = tokens.get(next).filter(|token| token.is_word && !token.new_line)?;
    (name.text.len() >= 2).then_some(at..next + 1)
}

/// `h**ps`: what is starred out is meant to be read.
fn starred(tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let [h, one, two, rest, ..] = tokens.get(at..)? else { return None };
    let fits = h.is("h") && one.is("*") && two.is("*") && rest.is_one_of(&["p", "ps"]);
    if !fits || one.spaced || two.spaced || rest.spaced {
        return None;
    }
    // With what it leads to, as far as that goes.
    let mut end = at + 4;
    while tokens.get(end).is_some_and(|token| {
        !token.new_line && end < at + 12 && (matches!(token.text.as_str(), ":" | "/" | "." | "-") || token.is_word)
    }) {
        end += 1;
    }
    Some(at..end)
}

/// `plus 32 470 12 34 56`.
fn plus(tokens: &[Token], at: usize) -> Option<Range<usize>> {
    const COUNTRIES: &[&str] = &[
        "1", "7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
        "49", "90", "212", "213", "216", "351", "352", "353", "358", "420", "421",
    ];
    if !tokens[at].is("plus") || !tokens.get(at + 1).is_some_and(|code| COUNTRIES.contains(&code.text.as_str())) {
        return None;
    }
    let mut end = at + 1;
    let mut count = 0;
    while let Some(token) = tokens.get(end).filter(|token| !token.new_line) {
        if digits(token) {
            count += token.text.len();
        } else if !matches!(token.text.as_str(), "." | "-" | "/" | "(" | ")") {
            break;
        }
        end += 1;
    }
    let end = (at + 1..end).rev().find(|last| digits(&tokens[*last]))? + 1;
    (9..=14).contains(&count).then_some(at..end)
}

/// `④⑦⓪ ①②③④⑤⑥`: nobody counts so.
fn styled(text: &Skeleton, tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let odd = |token: &Token| digits(token) && text.is_styled(token.at.clone());
    if !odd(&tokens[at]) || (at > 0 && odd(&tokens[at - 1])) {
        return None;
    }
    let (mut end, mut last, mut count) = (at, at, 0);
    while let Some(token) = tokens.get(end).filter(|token| !token.new_line || end == at) {
        if odd(token) {
            count += token.text.len();
            last = end + 1;
        } else if token.is_word || end - last >= 1 || matches!(token.text.as_str(), ":" | "~") {
            break;
        }
        end += 1;
    }
    (count >= 7).then_some(at..last)
}

/// `zes-twaalf-vierendertig-zesenvijftig`: numbers in words that hyphens alone hold together are no count.
fn hyphenated(tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let number = |token: &Token| super::spelled::number_word(&token.text).filter(|_| token.is_word);
    if at > 0 && tokens[at - 1].is("-") {
        return None;
    }
    let mut count = number(&tokens[at])?;
    let (mut end, mut pieces) = (at + 1, 1);
    while let (Some(sign), Some(next)) = (tokens.get(end), tokens.get(end + 1)) {
        let glued = sign.is("-") && !sign.spaced && !next.spaced;
        let Some(more) = number(next).filter(|_| glued) else { break };
        count += more;
        pieces += 1;
        end += 2;
    }
    (pieces >= 5 && count >= 8).then_some(at..end)
}

/// `zero-four-seven-zero double one triple two three`: digits of which some are said to be repeated.
fn repeated(tokens: &[Token], at: usize) -> Option<Range<usize>> {
    let times = |token: &Token| {
        if token.is_one_of(&["double", "dubbel", "doppel", "doble"]) {
            Some(2)
        } else {
            token.is_one_of(&["triple", "driedubbel", "dreifach"]).then_some(3)
        }
    };
    if at > 0 && super::spelled::number_word(&tokens[at - 1].text).is_some() && !tokens[at].new_line {
        return None;
    }
    let (mut end, mut last, mut count, mut said, mut factor) = (at, at, 0, 0, 1);
    while let Some(token) = tokens.get(end).filter(|token| !token.new_line || end == at) {
        if let Some(more) = times(token) {
            factor = more;
            said += 1;
        } else if token.is_word
            && (super::spelled::number_word(&token.text) == Some(1) || (digits(token) && token.text.len() == 1))
        {
            count += factor;
            factor = 1;
            last = end + 1;
        } else if end == at || !matches!(token.text.as_str(), "-" | "," | ".") {
            break;
        }
        end += 1;
    }
    (said >= 1 && count >= 8).then_some(at..last)
}
