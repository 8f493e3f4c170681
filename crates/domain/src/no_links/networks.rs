//! Where to find somebody on a network, in a sentence: the network may be in disguise, and the name apart from it.

use super::{
    LinkKind,
    skeleton::{Skeleton, Token},
    spelled::{Chosen, Form, at_sign, chosen, ends_clause, is_network, mine},
    web::Hits,
    words::{
        ALL, CALLED, CONTACT_CUES, CRAFT, ENDS_IN, FILING, FILLERS, FIRST_PERSON, LOOK_UP, MAILBOXES, MORE_PERSONAL,
        MORE_TRADE, NAME_SIGNS, NAMED, NETWORK_WORDS, NOT_A_NAME, PERSONAL, PREFIXES, SAME_NAME, SEEK, SKILL, SMALL,
        TRADE, UNDER, WRITE_CUES,
    },
};
use std::ops::Range;

/// What kind of network it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// People are on it under a name.
    Personal,
    /// It is also a tool of the trade.
    Trade,
    /// Its name is also an ordinary word.
    Ordinary,
}

/// A network named in the text.
struct Network {
    at: Range<usize>,
    kind: Kind,
    /// Somebody took pains to write it otherwise.
    disguised: bool,
}

/// Networks that are looked for in disguise, too.
const NAMES: &[(&str, Kind)] = &[
    ("instagram", Kind::Personal),
    ("insta", Kind::Personal),
    ("telegram", Kind::Personal),
    ("whatsapp", Kind::Personal),
    ("facebook", Kind::Personal),
    ("skype", Kind::Personal),
    ("snapchat", Kind::Personal),
    ("tiktok", Kind::Personal),
    ("twitter", Kind::Personal),
    ("mastodon", Kind::Personal),
    ("bluesky", Kind::Personal),
    ("pinterest", Kind::Personal),
    ("messenger", Kind::Ordinary),
    ("linkedin", Kind::Trade),
    ("discord", Kind::Trade),
    ("github", Kind::Trade),
    ("youtube", Kind::Trade),
    ("behance", Kind::Trade),
    ("reddit", Kind::Trade),
];

pub(super) fn scan(text: &Skeleton, tokens: &[Token], hits: &mut Hits) {
    let networks = found(text, tokens);
    let mut add = |range: Range<usize>| {
        if let (Some(first), Some(last)) =
            (tokens.get(range.start), range.end.checked_sub(1).and_then(|at| tokens.get(at)))
        {
            hits.push((first.at.start..last.at.end, LinkKind::Handle));
        }
    };
    for network in &networks {
        if let Some(range) = path(text, tokens, network) {
            add(range);
        }
        if let Some(range) = path_first(tokens, network) {
            add(range);
        }
        if let Some(range) = after(text, tokens, network) {
            add(range);
        }
        if let Some(range) = before(text, tokens, network) {
            add(range);
        }
        if let Some(range) = whole_name(text, tokens, network) {
            add(range);
        }
    }
    everywhere(text, tokens, &mut add);
    engines(text, tokens, &mut add);
    lone_signs(text, tokens, &mut add);
    underscores(text, tokens, &mut add);
    follow(text, tokens, &mut add);
    own_sign(text, tokens, &mut add);
    one_word(text, tokens, &networks, &mut add);
    mailboxes(text, tokens, hits);
    loose_ends(tokens, hits);
}

fn low(text: &Skeleton, token: &Token) -> bool {
    text.glyphs.get(token.at.start).is_some_and(|glyph| !glyph.upper && glyph.c.is_alphabetic())
}

fn high(text: &Skeleton, token: &Token) -> bool {
    token.is_word && text.glyphs.get(token.at.start).is_some_and(|glyph| glyph.upper)
}

fn all_high(text: &Skeleton, token: &Token) -> bool {
    text.glyphs[token.at.clone()].iter().all(|glyph| glyph.upper)
}

fn fold(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'l' | '|' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        _ => c,
    }
}

/// The networks of a text, those in disguise as well: `L1nkedIn`, `sky-pe`, `i.n.s.t.a`, `Inst@gram`, `sk*pe`.
fn found(text: &Skeleton, tokens: &[Token]) -> Vec<Network> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        let plain = if token.is_in(PERSONAL) || token.is_in(MORE_PERSONAL) {
            Some(Kind::Personal)
        } else if token.is_in(MORE_TRADE) {
            Some(Kind::Ordinary)
        } else if token.is_in(TRADE) {
            Some(Kind::Trade)
        } else {
            None
        };
        // `the bird app`, `l'oiseau bleu`
        let bird = tokens.get(at + 1).is_some_and(|next| {
            (token.is("bird") && next.is("app"))
                || (token.is("oiseau") && next.is("bleu"))
                || (token.is_one_of(&["blauwe", "blauen"]) && next.is_one_of(&["vogel", "vogeltje"]))
        });
        if bird {
            all.push(Network { at: at..at + 2, kind: Kind::Personal, disguised: true });
            at += 2;
            continue;
        }
        let other = disguised(text, tokens, at).filter(|(end, _)| plain.is_none() || *end > at + 1);
        if let Some(kind) = plain.filter(|_| other.is_none()) {
            // `i n s t a g r a m`
            let disguised = token.at.len() > token.text.chars().count();
            all.push(Network { at: at..at + 1, kind, disguised });
            at += 1;
            continue;
        }
        if let Some((end, kind)) = other {
            all.push(Network { at: at..end, kind, disguised: true });
            at = end;
            continue;
        }
        at += 1;
    }
    all
}

/// Whether two words differ by one letter.
fn one_off(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let tail = one[same..].iter().rev().zip(other[same..].iter().rev()).take_while(|(a, b)| a == b).count();
    one.len().abs_diff(other.len()) <= 1 && one.len().max(other.len()) - same - tail <= 1
}

fn disguised(text: &Skeleton, tokens: &[Token], at: usize) -> Option<(usize, Kind)> {
    let first = tokens.get(at).filter(|token| token.is_word)?;
    // A letter lost, doubled or changed: `Instgram`.
    if first.text.chars().count() >= 7
        && let Some((_, kind)) =
            NAMES.iter().find(|(name, _)| name.len() >= 8 && *name != first.text && one_off(name, &first.text))
    {
        return Some((at + 1, *kind));
    }
    // What was cut by a sign within: `Inst@gram`.
    for (name, kind) in NAMES {
        let mut left: Vec<char> = name.chars().rev().collect();
        let mut end = at;
        let mut pieces = 0;
        while let Some(token) = tokens.get(end).filter(|token| end == at || !token.new_line) {
            if !token.is_word && !token.is("@") && !token.is("*") && !token.is("!") && !token.is("$") && !token.is("|")
            {
                if left.is_empty() || pieces == 0 || !matches!(token.text.as_str(), "-" | "." | "_" | "'" | "’" | "·")
                {
                    break;
                }
                end += 1;
                continue;
            }
            if left.is_empty() {
                break;
            }
            let mut fits = true;
            for c in token.text.chars() {
                let wanted = left.pop();
                fits &= wanted.is_some_and(|wanted| fold(wanted) == fold(c) || c == '*');
            }
            if !fits {
                left = vec!['?'];
                break;
            }
            pieces += 1;
            end += 1;
        }
        // `linked in` is also said of models.
        let two_words = pieces == 2 && end == at + 2;
        let sure = *name != "linkedin" || !two_words || (high(text, first) && high(text, &tokens[at + 1]));
        if left.is_empty() && sure && first.text.len() + 1 < name.len() * 2 {
            return Some((end, *kind));
        }
    }
    None
}

/// What stands between a network and a name on it.
#[derive(Default)]
struct Cues {
    colon: bool,
    named: bool,
    called: bool,
    list: bool,
    slash: bool,
    stop: bool,
    paren: bool,
}

/// Whether a name is made of nothing but words of the trade.
fn crafty(tokens: &[Token], from: usize, to: usize) -> bool {
    tokens[from..to].iter().any(|token| token.is_in(CRAFT))
        && tokens[from..to].iter().all(|token| {
            token.is_in(CRAFT)
                || token.is_one_of(&["point", "punt", "dot", "underscore"])
                || token.text.chars().filter(|c| c.is_alphabetic()).count() < 3
        })
}

fn may_be_name(text: &Skeleton, token: &Token) -> bool {
    let letters = token.text.chars().filter(|c| c.is_alphabetic()).count();
    token.is_word
        && letters >= 4
        && !token.is_in(SKILL)
        && !token.is_in(NOT_A_NAME)
        && !token.is_in(SMALL)
        && !token.is_in(UNDER)
        && !token.is_in(SEEK)
        && !token.is_in(CRAFT)
        && !token.is_in(FILLERS)
        && !is_network(token)
        && !FILING.contains(token.text.as_str())
        && low(text, token)
}

/// Somebody says where they are: a verb, or whose it is, near a place.
fn personal_cue(tokens: &[Token], from: usize, to: usize) -> bool {
    tokens[from..to.min(tokens.len())].iter().any(|token| token.is_in(SEEK) || mine(token) || token.is_in(CONTACT_CUES))
}

/// `GitHub slash bimjan`, `linkedin / in / jan-bim`, `behance/bimjan`.
fn path(text: &Skeleton, tokens: &[Token], network: &Network) -> Option<Range<usize>> {
    let mut at = network.at.end;
    let (mut slashes, mut aloud, mut place) = (0, false, false);
    while let Some(token) = tokens.get(at).filter(|token| !token.new_line) {
        if token.is("/") || token.is("\\") || token.is("›") || (token.is(">") && token.spaced) {
            slashes += 1;
        } else if token.is_one_of(&["slash", "schuine", "streep", "barre", "oblique"]) {
            slashes += usize::from(!token.is("streep"));
            aloud = true;
        } else if token.is(":") && slashes == 0 {
            // `reddit: u/name`
        } else if token.is_one_of(&["in", "u", "user", "users", "pub", "c", "channel", "profile", "company"])
            && tokens.get(at + 1).is_some_and(|next| matches!(next.text.as_str(), "/" | "\\" | ">" | "slash" | "›"))
        {
            place = true;
        } else {
            break;
        }
        at += 1;
    }
    let token = tokens.get(at).filter(|token| token.is_word && !token.new_line)?;
    let name = chosen(text, tokens, at)?;
    let first = tokens.get(network.at.start)?;
    let ordinary = !may_be_name(text, token) && !name.looks;
    if slashes == 0 || ordinary || crafty(tokens, at, name.end) || is_network(token) {
        return None;
    }
    let start_spaced = tokens.get(network.at.end)?.spaced && !token.spaced;
    let fits = (network.kind != Kind::Ordinary)
        && (place || aloud || (low(text, first) && !token.spaced) || (start_spaced && name.dotted));
    fits.then_some(network.at.start..name.end)
}

/// `u/bimjan sur Reddit`.
fn path_first(tokens: &[Token], network: &Network) -> Option<Range<usize>> {
    let from = network.at.start.saturating_sub(6);
    (from..(network.at.end + 6).min(tokens.len())).find_map(|at| {
        let [place, slash, name] = tokens.get(at..at + 3)? else { return None };
        // `I'm u/…`: single letters are read as one word.
        let fits =
            place.is_one_of(&["u", "user", "mu"]) && slash.is("/") && !slash.spaced && name.is_word && !name.spaced;
        (fits && tokens[network.at.start].is("reddit")).then_some(at..at + 3)
    })
}

/// The name follows, with words between.
fn after(text: &Skeleton, tokens: &[Token], network: &Network) -> Option<Range<usize>> {
    let mut at = network.at.end;
    let mut cues = Cues::default();
    let mut quoted = false;
    while let Some(token) = tokens.get(at).filter(|token| !token.new_line && at - network.at.end < 11) {
        match token.text.as_str() {
            ":" | "=" | "→" | "➜" | "➡" | "=>" | ">" | "–" | "⇒" | "|" => cues.colon = true,
            "-" if token.spaced => cues.colon = true,
            "-" if tokens.get(at + 1).is_some_and(|next| next.is_in(NAMED) || next.is_in(FILLERS)) => {}
            "," | ";" => cues.list = true,
            "." | "?" | "!" | "…" => cues.stop = true,
            "(" | ")" | "[" | "]" => cues.paren |= matches!(token.text.as_str(), "(" | "["),
            "\"" | "«" | "“" | "‘" | "'" | "’" | "„" | "»" | "”" => quoted = true,
            "/" => cues.slash = true,
            "live" if tokens.get(at + 1).is_some_and(|next| next.is(":") && !next.spaced) => cues.colon = true,
            "-" if !token.spaced && tokens.get(at + 1).is_some_and(|next| next.is_one_of(&["pagina", "kanaal"])) => {}
            "-" if !token.spaced
                && tokens.get(at + 1).is_some_and(|next| {
                    next.is_one_of(&["adres", "tag", "nick", "id", "naam", "handle", "nummer"])
                }) => {}
            "adres" | "adresse" | "address" | "tag" | "nick" => cues.named = true,
            "finit" | "par" | "eindigt" | "ends" | "begint" | "commence" => cues.called = true,
            "pagina" | "kanaal" | "chaine" | "channel" | "page" | "kanal" => cues.named = true,
            _ if token.is_in(NAMED) => {
                cues.named = true;
                cues.called |= token.is_in(CALLED);
            }
            _ if token.is_in(CALLED) => cues.called = true,
            // `I'm`
            "m" if tokens[at - 1].text.starts_with(['\'', '’']) => cues.called = true,
            _ if token.is_in(UNDER) || token.is_in(FILLERS) => {}
            _ => break,
        }
        at += 1;
    }
    let token = tokens.get(at).filter(|token| token.is_word && !token.new_line)?;
    // `signal.level`, `snap_mode`: one name.
    let hyphens =
        chosen(text, tokens, at).map_or(0, |name| tokens[at..name.end].iter().filter(|token| token.is("-")).count());
    let profile = tokens[network.at.start].is_one_of(&["linkedin", "github", "gitlab", "behance", "xing"])
        && low(text, token)
        && !token.is_in(PREFIXES)
        && (hyphens >= 2 || (hyphens == 1 && chosen(text, tokens, at).is_some_and(|name| !name.hyphen && name.looks)))
        && !tokens[network.at.end..at].iter().any(|token| token.is("/"));
    if profile && let Some(name) = chosen(text, tokens, at) {
        return Some(at..name.end);
    }
    if at == network.at.end + 1
        && !token.spaced
        && matches!(tokens[network.at.end].text.as_str(), "." | "_" | "-")
        && !tokens[network.at.end].spaced
    {
        return None;
    }
    let mut name = chosen(text, tokens, at)?;
    let aloud = spoken(text, tokens, at, &mut name);
    let start = tokens.get(network.at.start)?;
    // Networks of numbers.
    let digits: String = tokens[at..]
        .iter()
        .take_while(|token| !token.new_line && token.text.chars().all(|c| c.is_ascii_digit() || c == '-'))
        .map(|token| token.text.as_str())
        .collect();
    if (start.is_one_of(&["qq", "icq"]) && digits.len() >= 5) || (start.is("zoom") && cues.named && digits.len() >= 9) {
        let end = at
            + tokens[at..]
                .iter()
                .take_while(|token| !token.new_line && token.text.chars().all(|c| c.is_ascii_digit() || c == '-'))
                .count();
        return Some(at..end);
    }
    // `bimjan @ Telegram` is met before; `(Insta) bimjan` and `Insta bimjan` alone.
    let alone = start.is_one_of(&["insta", "ig", "tg", "skype", "telegram"])
        && (network.at.start == 0
            || start.new_line
            || matches!(tokens[network.at.start - 1].text.as_str(), "(" | "[" | "." | "," | ";"))
        && adjacent_end(tokens, name.end)
        && at - network.at.end <= 1
        && tokens.get(network.at.end).is_none_or(|next| next.is_word || matches!(next.text.as_str(), ")" | "]"))
        && may_be_name(text, token)
        && token.text.len() >= 5;
    if alone {
        return Some(at..name.end);
    }
    // `LinkedIn : Claire Exemple`: a person's whole name and nothing else.
    if cues.colon && !cues.list && network.kind != Kind::Ordinary && !start.is_one_of(&["github", "youtube"]) {
        let run = tokens[at..]
            .iter()
            .take_while(|token| {
                high(text, token)
                    && !token.new_line
                    && token.text.len() > 2
                    && token.text.chars().all(char::is_alphabetic)
                    && !all_high(text, token)
                    && !token.is_in(CRAFT)
                    && !token.is_in(SKILL)
                    && !token.is_in(NOT_A_NAME)
            })
            .count();
        // `Mia Exemple BIM`
        let trade = tokens[at + run..]
            .iter()
            .take_while(|token| high(text, token) && !token.new_line && token.is_in(CRAFT))
            .count();
        if (2..=3).contains(&run) && trade <= 2 && ends_clause(tokens, at + run + trade) {
            return Some(at..at + run + trade);
        }
    }
    // Eight letters and digits.
    if start.is("threema") && token.at.len() == 8 && (cues.colon || token.text.contains(|c: char| c.is_ascii_digit())) {
        return Some(at..name.end);
    }
    if crafty(tokens, at, name.end) || token.is_in(SKILL) || is_network(token) || token.is_in(NOT_A_NAME) {
        return None;
    }
    // `GitHub: clash_finder et family_sorter`: what is there, not who.
    let several = name.underscore
        && tokens.get(name.end).is_some_and(|next| next.is(",") || next.is_one_of(&["et", "en", "and", "und", "y"]))
        && chosen(text, tokens, name.end + 1).is_some_and(|next| next.underscore);
    if several && network.kind == Kind::Trade {
        return None;
    }
    let closes = ends_clause(tokens, name.end)
        || quoted
        || tokens.get(name.end).is_some_and(|tag| tag.text.len() == 4 && tag.text.chars().all(|c| c.is_ascii_digit()));
    let sought = personal_cue(tokens, network.at.start.saturating_sub(6), at);
    let short = start.is_one_of(&["ig", "tg", "insta", "fb"]) || network.disguised;
    let account = network.at.start > 0
        && tokens[network.at.start - 1].is_one_of(&[
            "compte",
            "account",
            "pseudo",
            "gebruiker",
            "user",
            "utilisateur",
            "naam",
            "adres",
            "profil",
            "profiel",
        ])
        && at == network.at.end
        && (network.kind == Kind::Personal
            || start.is_one_of(&["github", "grabcad", "artstation", "sketchfab", "behance", "dribbble"]));
    cues.named |= account;
    let strong = name.underscore || name.dotted || (name.looks && !name.hyphen && !name.humps);
    let adjacent = at - network.at.end <= 1;
    let looks = match network.kind {
        Kind::Personal => {
            aloud
                || (strong && !cues.slash && (cues.colon || cues.named || cues.called || sought || short || adjacent))
                || (name.looks && (cues.colon || cues.named || cues.called || sought) && !cues.list)
        }
        Kind::Trade => {
            (aloud && (cues.colon || cues.named || cues.called || sought))
                || ((strong || name.humps)
                    && !cues.list
                    && (cues.named || cues.called || (cues.colon && low(text, token))))
                || ((strong || name.humps)
                    && sought
                    && (cues.called || cues.named || !cues.list)
                    && (cues.named || cues.called || cues.colon || name.humps))
                || (name.hyphen
                    && name.looks
                    && low(text, token)
                    && (cues.colon || cues.named || cues.called)
                    && closes)
                || (name.looks && (cues.named || network.disguised))
        }
        Kind::Ordinary => {
            (name.underscore && (cues.colon || cues.named || cues.called || adjacent) && low(text, token))
                || (start.is("signal") && name.dotted && low(text, token) && at > network.at.end
                    || start.is("signal") && name.dotted && token.spaced && low(text, token))
                || (start.is("snap") && strong && adjacent && low(text, token) && token.text.len() >= 7)
                || (strong && low(text, token) && (cues.named || cues.called) && sought)
                || (name.underscore && sought && low(text, token))
                || (start.is("x")
                    && cues.colon
                    && may_be_name(text, token)
                    && adjacent_end(tokens, name.end)
                    && tokens[network.at.start.saturating_sub(3)..network.at.start]
                        .iter()
                        .any(|near| near.is_in(PERSONAL)))
                || (aloud && (cues.named || cues.called))
        }
    };
    let plain = may_be_name(text, token)
        && closes
        && (!cues.slash || cues.colon)
        && match network.kind {
            Kind::Personal => {
                ((cues.named || cues.called) && (!cues.list || sought || cues.named))
                    || (cues.colon && (short || network.disguised || cues.named || sought || !cues.list))
                    || (quoted && sought)
                    || (sought
                        && cues.list
                        && !cues.stop
                        && tokens[network.at.start.saturating_sub(4)..network.at.start]
                            .iter()
                            .any(|near| near.is_one_of(&["me", "moi", "mij"])))
                    || (cues.stop && adjacent_end(tokens, name.end))
                    || (short && adjacent && network.disguised)
                    || (start.is_one_of(&["insta"]) && sought && adjacent)
            }
            Kind::Trade => {
                (cues.named
                    && (cues.colon || cues.called || adjacent_end(tokens, name.end) || at - network.at.end <= 2)
                    && !cues.list)
                    || (cues.called && (sought || mine_near(tokens, network.at.end, at)))
                    || (cues.colon && network.disguised)
                    || (start.is("discord")
                        && tokens
                            .get(name.end)
                            .is_some_and(|tag| tag.text.len() == 4 && tag.text.chars().all(|c| c.is_ascii_digit())))
                    || (cues.paren
                        && sought
                        && token.text.len() >= 5
                        && tokens.get(name.end).is_some_and(|close| close.is(")")))
            }
            Kind::Ordinary => {
                (cues.named && cues.colon && sought) || (cues.called && sought && mine_near(tokens, network.at.end, at))
            }
        };
    (looks || plain).then_some(at..name.end)
}

fn mine_near(tokens: &[Token], from: usize, to: usize) -> bool {
    tokens[from..to].iter().any(|token| token.is_in(FIRST_PERSON))
}

fn adjacent_end(tokens: &[Token], end: usize) -> bool {
    tokens.get(end).is_none_or(|next| next.new_line || matches!(next.text.as_str(), "!" | "." | ")"))
}

/// `jan dot bim`, `bim (underscore) claire`: a sign of the name as a word. Whether there was one.
fn spoken(text: &Skeleton, tokens: &[Token], at: usize, name: &mut Chosen) -> bool {
    let mut end = name.end;
    let mut any = false;
    if !low(text, &tokens[at]) || tokens[at].is_in(SMALL) || tokens[at].is_in(NAME_SIGNS) {
        return false;
    }
    loop {
        let mut next = end;
        let open = tokens
            .get(next)
            .is_some_and(|token| matches!(token.text.as_str(), "(" | "[" | "{" | "<" | "«" | "_" | "-" | "*"));
        next += usize::from(open);
        if tokens.get(next).is_some_and(|token| token.is_one_of(&["liggend", "laag"])) {
            next += 1;
        }
        let sign = tokens.get(next).is_some_and(|token| {
            (token.is_in(NAME_SIGNS) || (open && matches!(token.text.as_str(), "_" | "." | "-"))) && !token.new_line
        });
        if !sign {
            break;
        }
        next += 1;
        if tokens.get(next).is_some_and(|token| token.is_one_of(&["bas", "laag", "du"])) {
            next += 1;
        }
        next += usize::from(open);
        let Some(part) = tokens.get(next).filter(|token| token.is_word && !token.new_line && low(text, token)) else {
            break;
        };
        if part.is_in(SMALL) || part.is_in(UNDER) || part.is_in(SKILL) {
            break;
        }
        any = true;
        end = next + 1;
    }
    if any {
        name.end = end;
    }
    any
}

/// The name stands first: `bimjan op Insta`, `tapez bimjan dans Instagram`, `bimjan (Insta)`.
fn before(text: &Skeleton, tokens: &[Token], network: &Network) -> Option<Range<usize>> {
    if network.kind == Kind::Ordinary
        && !tokens[network.at.start].is_one_of(&["snap", "signal", "x", "messenger", "slack"])
    {
        return None;
    }
    // Back over the words between.
    let mut end = network.at.start;
    let mut linked = false;
    while end > 0 && network.at.start - end < 6 {
        let token = &tokens[end - 1];
        let link = token
            .is_one_of(&["sur", "on", "op", "via", "in", "auf", "en", "dans", "at", "bij", "chez", "to", "a"])
            || matches!(token.text.as_str(), "(" | "→" | "➜" | "=");
        let filler =
            token.is_one_of(&["la", "recherche", "de", "mon", "mijn", "my", "search", "the", "le", "het", "youtube"])
                || matches!(token.text.as_str(), "\"" | "»" | "”" | ")" | "'" | ",");
        if !link && !filler {
            break;
        }
        linked |= link;
        end -= 1;
    }
    if !linked || tokens.get(end)?.new_line {
        return None;
    }
    // Where the name begins.
    let mut start = end.checked_sub(1)?;
    let mut aloud = false;
    loop {
        let name = chosen(text, tokens, start)?;
        let mut longer = Chosen { ..name };
        aloud |= spoken(text, tokens, start, &mut longer);
        if longer.end < end {
            return None;
        }
        let glued = start >= 2
            && !tokens[start].spaced
            && matches!(tokens[start - 1].text.as_str(), "_" | "." | "-" | "#")
            && !tokens[start - 1].spaced
            && tokens[start - 2].is_word;
        let said = start >= 2
            && tokens[start - 1].is_one_of(&["point", "punt", "dot", "underscore", "streepje", "bas"])
            && tokens[start - 2].is_word
            && !tokens[start - 2].is_in(SMALL)
            && low(text, &tokens[start - 2]);
        let boxed = start >= 4
            && matches!(tokens[start - 1].text.as_str(), ")" | "]" | "}")
            && (tokens[start - 2].is_one_of(&["underscore", "dot", "point", "punt", "tiret", "streepje"])
                || tokens[start - 2].is("_"))
            && tokens[start - 4].is_word;
        let numbered = start >= 2
            && tokens[start - 1].is_one_of(&["nummerteken", "hashtag", "diese", "hash", "hekje"])
            && tokens[start].text.len() == 4
            && tokens[start].text.chars().all(|c| c.is_ascii_digit());
        if numbered && low(text, &tokens[start - 2]) {
            return Some(start - 2..end);
        }
        if boxed {
            start -= 4;
            aloud = true;
        } else if said {
            start -= if tokens[start - 1].is("bas") && start >= 3 { 3 } else { 2 };
            aloud = true;
        } else if glued {
            start -= 2;
        } else {
            break;
        }
    }
    let token = &tokens[start];
    if is_network(token) || crafty(tokens, start, end) || token.is_in(SKILL) || token.is_in(NOT_A_NAME) {
        return None;
    }
    let name = chosen(text, tokens, start)?;
    // What was said before the name.
    let mut verb = false;
    let mut at = start;
    while at > 0 && start - at < 5 {
        let token = &tokens[at - 1];
        let direct = at == start
            && (token.is_one_of(&["compte", "account", "gebruiker", "user", "utilisateur", "kanaal", "channel"])
                || (token.is_one_of(&["chez", "bij", "under", "onder", "sous"])
                    && tokens[network.at.start].is_one_of(&["github", "gitlab", "instagram", "insta", "telegram"])
                    && !tokens[start].is_one_of(&[
                        "review",
                        "licence",
                        "license",
                        "licentie",
                        "versiebeheer",
                        "control",
                        "git",
                        "embargo",
                        "contrat",
                    ])));
        if direct || token.is_in(SEEK) || token.is_in(WRITE_CUES) {
            verb = true;
        } else if !(token.is_in(UNDER)
            || token.is_in(FILLERS)
            || token.is_in(NAMED)
            || matches!(token.text.as_str(), ":" | "-" | "#" | "\"" | "«" | "“" | "'" | "@" | "een" | "un" | "stuur"))
        {
            break;
        }
        at -= 1;
    }
    let own = tokens[start.saturating_sub(4)..start]
        .iter()
        .any(|token| mine(token) || token.is_one_of(&["me", "moi", "mij", "am", "ben", "suis"]));
    let starts = start == 0 || tokens[start].new_line || matches!(tokens[start - 1].text.as_str(), "." | ":" | ",");
    let strong = name.underscore || (name.looks && !name.hyphen && !name.humps);
    let quoted = start > 0 && matches!(tokens[start - 1].text.as_str(), "«" | "\"" | "“");
    let channel = tokens[start.saturating_sub(3)..start]
        .iter()
        .any(|token| token.is_one_of(&["chaine", "kanaal", "channel", "page", "pagina"]));
    let looks = (name.humps && channel && (quoted || tokens[start - 1].is_one_of(&["chaine", "kanaal", "channel"])))
        || (aloud && low(text, token) && !token.is_in(SMALL) && (starts || verb || own))
        || (strong && low(text, token) && (network.kind == Kind::Personal || verb || own))
        || (name.humps && (verb || own) && network.kind != Kind::Ordinary);
    let plain = verb
        && may_be_name(text, token)
        && token.text.len() >= 5
        && (own
            || ends_clause(tokens, network.at.end)
            || tokens[network.at.end..].iter().take(1).any(|next| next.is("search")))
        && name.end >= end - usize::from(end > name.end);
    (looks || plain).then_some(start..end)
}

/// `Zoek Claire Voorbeeld op LinkedIn`, `find me on Facebook as Claire Example`: a person's whole name, to look up.
fn whole_name(text: &Skeleton, tokens: &[Token], network: &Network) -> Option<Range<usize>> {
    if network.kind == Kind::Ordinary {
        return None;
    }
    let run = |from: usize| -> Option<Range<usize>> {
        let mut end = from;
        while tokens
            .get(end)
            .is_some_and(|token| high(text, token) && !token.new_line && !token.is_in(CRAFT) && token.text.len() > 1)
        {
            end += 1;
        }
        (end >= from + 2 && end <= from + 4).then_some(from..end)
    };
    let skip_quote = |at: usize| {
        at + usize::from(tokens.get(at).is_some_and(|token| matches!(token.text.as_str(), "«" | "\"" | "“" | "‘")))
    };
    // After: … as Claire Example.
    let mut at = network.at.end;
    let (mut called, mut sought) = (false, false);
    while let Some(token) = tokens.get(at).filter(|token| !token.new_line && at - network.at.end < 6) {
        if token.is_one_of(&["sous", "onder", "under", "as", "als", "unter", "comme"]) {
            called = true;
        } else if token.is_in(LOOK_UP) {
            (called, sought) = (true, true);
        } else if token.is(",") {
            // `On LinkedIn, look for …`
        } else if !(token.is_one_of(&["le", "de", "the", "het", "nom", "naam", "name", "me", "moi", "mij"])) {
            break;
        }
        at += 1;
    }
    let me = tokens[network.at.start.saturating_sub(6)..at]
        .iter()
        .any(|token| token.is_one_of(&["me", "moi", "mij", "nous", "ons", "us"]));
    if called
        && (me || sought)
        && let Some(found) = run(skip_quote(at))
    {
        return Some(found);
    }
    // Before: zoek Claire Voorbeeld op LinkedIn.
    for back in 2..=9 {
        let Some(verb) = network.at.start.checked_sub(back) else { break };
        if tokens[verb].is_in(LOOK_UP)
            && let Some(found) =
                run(skip_quote(verb + 1 + usize::from(tokens[verb + 1].is_one_of(&["naar", "for", "up", "op"]))))
        {
            let mut link = found.end;
            while tokens.get(link).is_some_and(|token| matches!(token.text.as_str(), "»" | "\"" | "”" | "’")) {
                link += 1;
            }
            if tokens.get(link).is_some_and(|token| token.is_one_of(&["sur", "op", "on", "dans", "in", "auf", "via"]))
                && link + 2 >= network.at.start
            {
                return Some(found);
            }
        }
    }
    None
}

/// `overal bim_jan`, `same handle everywhere: bimjan`.
fn everywhere(text: &Skeleton, tokens: &[Token], add: &mut dyn FnMut(Range<usize>)) {
    for at in 0..tokens.len() {
        let word = &tokens[at];
        let far = word.is_one_of(&["partout", "overal", "everywhere", "uberall"])
            || (word.is_in(ALL) && tokens[at..].iter().take(4).any(|token| token.is_in(NETWORK_WORDS)));
        if !far {
            continue;
        }
        let about = tokens[at.saturating_sub(6)..(at + 6).min(tokens.len())].iter().any(|token| token.is_in(SAME_NAME));
        if !about {
            continue;
        }
        for near in at.saturating_sub(5)..(at + 7).min(tokens.len()) {
            let Some(name) = chosen(text, tokens, near) else { continue };
            let announced = near.checked_sub(1).is_some_and(|before| {
                matches!(tokens[before].text.as_str(), ":" | "," | "=" | "«" | "\"")
                    || tokens[before].is_one_of(&["gebruikersnaam", "pseudo", "username", "handle"])
            });
            if low(text, &tokens[near])
                && ((name.looks && !name.hyphen)
                    || (announced
                        && adjacent_end_or_network(tokens, name.end)
                        && may_be_name(text, &tokens[near])
                        && near > 0
                        && !far_word(&tokens[near])
                        && ends_clause_or_far(tokens, name.end)))
            {
                add(near..name.end);
                break;
            }
        }
    }
}

fn adjacent_end_or_network(tokens: &[Token], end: usize) -> bool {
    adjacent_end(tokens, end) || !tokens[end].is_one_of(&["et", "en", "and"]) && !tokens[end].is(",")
}

fn far_word(token: &Token) -> bool {
    token.is_one_of(&["partout", "overal", "everywhere", "hetzelfde", "zelfde"])
}

fn ends_clause_or_far(tokens: &[Token], end: usize) -> bool {
    ends_clause(tokens, end)
        || tokens.get(end).is_some_and(|token| token.is_one_of(&["op", "on", "sur", "partout", "overal", "everywhere"]))
}

/// `volg mij: bim_jan`, `retrouvez-moi sous bimjan`: no network is named.
fn follow(text: &Skeleton, tokens: &[Token], add: &mut dyn FnMut(Range<usize>)) {
    for at in 0..tokens.len() {
        if !(tokens[at].is_in(SEEK)
            || tokens[at].is_one_of(&["vinden", "trouverez", "vindt", "retrouverez", "dm", "tag"]))
        {
            continue;
        }
        let (mut next, mut under) = (at + 1, false);
        let mut me =
            tokens[at.saturating_sub(3)..at].iter().any(|token| token.is_one_of(&["ik", "i", "je", "m", "me"]));
        while let Some(token) = tokens.get(next).filter(|token| !token.new_line && next - at < 8) {
            me |= token.is_one_of(&["me", "moi", "mij", "us", "nous", "ons"]);
            under |= token.is_one_of(&["sous", "onder", "under"]);
            let small = token.is_in(UNDER) || token.is_in(FILLERS) || token.is_in(NAMED);
            if !(small || matches!(token.text.as_str(), ":" | "-" | "→" | "," | "\"" | "«" | "'" | "’")) {
                break;
            }
            next += 1;
        }
        let Some(token) = tokens.get(next).filter(|token| token.is_word && !token.new_line) else { continue };
        let Some(name) = chosen(text, tokens, next) else { continue };
        let strong = name.underscore || (name.looks && !name.hyphen && !name.humps && !name.dotted);
        let introduced = matches!(tokens[next - 1].text.as_str(), ":" | "→" | "," | "«" | "\"")
            || tokens[next - 1]
                .is_one_of(&["sous", "onder", "under", "as", "als", "comme", "nom", "naam", "name", "pseudo"]);
        let fits = (me && introduced && strong && low(text, token))
            || (me
                && under
                && may_be_name(text, token)
                && token.text.len() >= 5
                && ends_clause(tokens, name.end)
                && !token.is_one_of(&["contrat", "contract", "condition", "voorbehoud", "conditions", "pression"]));
        if fits {
            add(next..name.end);
        }
    }
}

/// `jan underscore bim`: nobody spells a name of a file aloud, unless files or layers are what is spoken of.
fn underscores(text: &Skeleton, tokens: &[Token], add: &mut dyn FnMut(Range<usize>)) {
    for at in 1..tokens.len() {
        let (length, sure) = match tokens[at].text.as_str() {
            "underscore" | "unterstrich" | "onderstrepingsteken" => (1, true),
            "tiret" if tokens.get(at + 1).is_some_and(|next| next.is("bas")) => (2, true),
            "liggend" | "laag" if tokens.get(at + 1).is_some_and(|next| next.is("streepje")) => (2, true),
            "guion" | "barra" if tokens.get(at + 1).is_some_and(|next| next.is_one_of(&["bajo", "baja"])) => (2, true),
            "_" if tokens[at].spaced && tokens.get(at + 1).is_some_and(|next| next.spaced) => (1, false),
            _ => continue,
        };
        let (first, Some(last)) = (&tokens[at - 1], tokens.get(at + length)) else { continue };
        let words = |token: &Token| {
            token.is_word
                && !token.new_line
                && token.text.len() >= 2
                && low(text, token)
                && !token.is_in(SMALL)
                && !token.is_in(UNDER)
        };
        let near = &tokens[at.saturating_sub(9)..(at + length + 7).min(tokens.len())];
        let filed =
            near.iter().any(|token| token.is_in(FILING) && !(token.is("laag") && length == 2 && tokens[at].is("laag")));
        let social = near.iter().any(|token| is_network(token) || token.is_in(MORE_PERSONAL) || token.is_in(SEEK));
        if words(first) && words(last) && !filed && (sure || social) {
            add(at - 1..at + length + 1);
        }
    }
}

/// `mon @ est bimjan`, and `bimjan @ Telegram`.
fn own_sign(text: &Skeleton, tokens: &[Token], add: &mut dyn FnMut(Range<usize>)) {
    for at in 1..tokens.len() {
        if !tokens[at].is("@") {
            continue;
        }
        let network = tokens.get(at + 1).is_some_and(|next| is_network(next) || next.is_in(MORE_PERSONAL));
        if network
            && tokens[at - 1].is_word
            && (may_be_name(text, &tokens[at - 1]) || chosen(text, tokens, at - 1).is_some_and(|name| name.looks))
        {
            add(at - 1..at + 2);
        }
        let is = tokens
            .get(at + 1)
            .is_some_and(|next| next.is_one_of(&["est", "is", "c"]) || matches!(next.text.as_str(), ":" | "="));
        if mine(&tokens[at - 1])
            && is
            && let Some(name) = chosen(text, tokens, at + 2)
        {
            add(at..name.end);
        }
    }
}

/// `bim jan (aan elkaar) op Instagram`, `insta : bim jan en un mot`.
fn one_word(text: &Skeleton, tokens: &[Token], networks: &[Network], add: &mut dyn FnMut(Range<usize>)) {
    const WAYS: &[&[&str]] = &[
        &["aan", "elkaar"],
        &["aaneen"],
        &["un", "mot"],
        &["un", "seul", "mot"],
        &["attache"],
        &["colle"],
        &["sans", "espace"],
        &["sans", "espaces"],
        &["een", "woord"],
        &["one", "word"],
        &["no", "spaces"],
        &["without", "spaces"],
        &["zonder", "spatie"],
        &["zonder", "spaties"],
        &["no", "space"],
    ];
    for at in 0..tokens.len() {
        let said = WAYS.iter().any(|way| {
            way.iter().enumerate().all(|(on, word)| tokens.get(at + on).is_some_and(|token| token.is(word)))
        });
        if !said || !networks.iter().any(|network| network.kind != Kind::Ordinary && network.at.start.abs_diff(at) < 10)
        {
            continue;
        }
        let mut end = at;
        while end > 0
            && (!tokens[end - 1].is_word
                || tokens[end - 1].is_one_of(&["en", "in", "tout", "all", "as", "alles", "ecrit", "geschreven"]))
        {
            end -= 1;
        }
        let mut start = end;
        while start > 0
            && end - start < 3
            && tokens[start - 1].is_word
            && !is_network(&tokens[start - 1])
            && !tokens[start - 1].is_in(UNDER)
            && tokens[start - 1].text.len() > 1
        {
            start -= 1;
        }
        if start < end && !crafty(tokens, start, end) && text.c(tokens[start].at.start).is_some() {
            add(start..end);
        }
    }
}

/// `google mijn naam`, `tapez mon nom dans Google`, `zoek op mijn naam`: a search engine leads there.
fn engines(text: &Skeleton, tokens: &[Token], add: &mut dyn FnMut(Range<usize>)) {
    for at in 0..tokens.len() {
        let token = &tokens[at];
        let verb = token.is_one_of(&[
            "googlez",
            "googel",
            "googelt",
            "googlen",
            "googling",
            "googlet",
            "gegoogeld",
            "ddg",
            "googleer",
        ]);
        let noun = token.is_one_of(&["google", "bing", "duckduckgo", "ecosia", "qwant"]);
        let next = tokens.get(at + 1).filter(|next| !next.new_line);
        if verb || noun {
            let own = next.is_some_and(|next| next.is_one_of(&["mijn", "my", "mon", "me", "moi", "mij"]))
                && tokens.get(at + 2).is_none_or(|third| {
                    third.is_one_of(&["naam", "name", "nom", "and", "et", "en", "to", "pour", "om", "voornaam"])
                        || !third.is_word
                });
            let quoted = next.is_some_and(|next| matches!(next.text.as_str(), "\"" | "«" | "“" | "„"));
            let named = verb && next.is_some_and(|next| high(text, next));
            if own
                || named
                || (quoted
                    && (verb
                        || at == 0
                        || tokens[at].new_line
                        || !matches!(tokens[at - 1].text.as_str(), "," | "sur" | "on" | "op")))
            {
                let mut end = at + 2;
                while quoted
                    && end - at < 8
                    && tokens
                        .get(end)
                        .is_some_and(|token| !token.new_line && !matches!(token.text.as_str(), "\"" | "»" | "”"))
                {
                    end += 1;
                }
                while named && tokens.get(end).is_some_and(|token| high(text, token)) {
                    end += 1;
                }
                add(at..(end + usize::from(own || quoted)).min(tokens.len()));
            }
        }
        // `mon nom dans Google`
        let own_name = token.is_one_of(&["mon", "my", "mijn"])
            && next.is_some_and(|next| next.is_one_of(&["nom", "name", "naam"]));
        let seek = tokens[at.saturating_sub(4)..at].iter().any(|near| {
            near.is_in(SEEK)
                || near.is_one_of(&["tapez", "type", "typ", "tik", "entrez", "google", "googlez", "googel", "search"])
        });
        let engine = tokens[(at + 2).min(tokens.len())..].iter().take(4).any(|near| {
            near.is_one_of(&["google", "bing", "internet", "linkedin", "duckduckgo", "online", "youtube", "ligne"])
                || near.is_in(PERSONAL)
        });
        if own_name
            && seek
            && (engine
                || tokens[at.saturating_sub(5)..at]
                    .iter()
                    .any(|near| near.is_one_of(&["google", "internet", "linkedin"])))
        {
            add(at..at + 2);
        }
    }
}

/// `(@)bimjan`, `signe arobase puis bimjan`, `at-sign bimjan`: the sign before a name.
fn lone_signs(text: &Skeleton, tokens: &[Token], add: &mut dyn FnMut(Range<usize>)) {
    for at in 0..tokens.len() {
        let first = &tokens[at];
        let boxed = matches!(first.text.as_str(), "(" | "[" | "{")
            && first.spaced
            && tokens
                .get(at + 1)
                .is_some_and(|sign| sign.is("@") || sign.is_one_of(&["at", "arobase", "apenstaartje"]))
            && tokens.get(at + 2).is_some_and(|close| matches!(close.text.as_str(), ")" | "]" | "}"));
        if boxed
            && let Some(name) = tokens.get(at + 3).filter(|name| name.is_word && !name.spaced && name.at.len() >= 4)
        {
            let end = chosen(text, tokens, at + 3).map_or(at + 4, |chosen| chosen.end);
            if !name.is_in(SMALL) {
                add(at..end);
            }
        }
        if first.is("at")
            && let Some(mut name) = chosen(text, tokens, at + 1).filter(|_| tokens[at + 1].at.len() >= 3)
        {
            let said = tokens[at..].iter().take(4).any(|token| token.is("underscore"));
            if said && !tokens[at + 1].is_in(SMALL) && (spoken(text, tokens, at + 1, &mut name) || name.underscore) {
                add(at..name.end);
            }
        }
        // The sign in words, with the name after it.
        let Some((length, form)) = at_sign(tokens, at) else { continue };
        let length = if form == Form::Plain { continue } else { length };
        let sign = first.is_one_of(&[
            "arobase",
            "arobas",
            "arrobase",
            "apenstaartje",
            "apenstaart",
            "apestaartje",
            "apestaart",
            "atsign",
            "snabela",
        ]) || (first.is("a") && length == 2)
            || (first.is("at") && length == 2);
        let mut next = at + length;
        while tokens.get(next).is_some_and(|token| {
            token.is_one_of(&["puis", "dan", "then", "suivi", "de", "gevolgd", "door", "followed", "by"])
                || matches!(token.text.as_str(), ":" | "," | "+")
        }) {
            next += 1;
        }
        // `l'arobase, pourquoi`: the sign itself is spoken of.
        let article = at > 0
            && (matches!(tokens[at - 1].text.as_str(), "'" | "’")
                || tokens[at - 1].is_one_of(&["la", "le", "une", "het", "een", "the", "an", "el", "das"]));
        if article && next > at + length && tokens[at + length].is(",") {
            continue;
        }
        let introduced = at > 0 && tokens[at - 1].is_one_of(&["signe", "symbole", "teken", "symbool"]);
        let at_rest = first.is("at")
            && tokens.get(at + 1).is_some_and(|part| part.is("-"))
            && tokens.get(at + 2).is_some_and(|part| part.is_one_of(&["sign", "teken"]));
        if at_rest && tokens.get(at + 3).is_some_and(|name| may_be_name(text, name)) {
            add(at..at + 4);
            continue;
        }
        let Some(name) = tokens.get(next).filter(|name| name.is_word && !name.new_line) else { continue };
        let near = tokens[at.saturating_sub(6)..at]
            .iter()
            .chain(tokens[next..].iter().skip(1).take(6))
            .any(|token| is_network(token) || token.is_in(MORE_PERSONAL) || token.is_in(SEEK));
        if sign && (near || introduced || next > at + length) && may_be_name(text, name) {
            let mut end = next + 1;
            while tokens.get(end).is_some_and(|more| may_be_name(text, more)) && end < next + 3 {
                end += 1;
            }
            add(at..end);
        }
    }
}

/// `gmail: bimjan`, `mon gmail est bimjan`, `bimjan (gmail)`, `bimjan gmail`: one's name with a mail service.
fn mailboxes(text: &Skeleton, tokens: &[Token], hits: &mut Hits) {
    for at in 0..tokens.len() {
        if !tokens[at].is_in(MAILBOXES) {
            continue;
        }
        let mut next = at + 1;
        let mut cue = false;
        while let Some(token) = tokens.get(next).filter(|token| !token.new_line && next - at < 6) {
            cue |= matches!(token.text.as_str(), ":" | "=" | "→")
                || token.is_one_of(&["est", "is", "sous", "onder", "under"]);
            if !(matches!(token.text.as_str(), ":" | "=" | "→" | "\"" | "«")
                || token.is_in(UNDER)
                || token.is_in(NAMED))
            {
                break;
            }
            next += 1;
        }
        if cue
            && let Some(token) = tokens.get(next)
            && (may_be_name(text, token) || chosen(text, tokens, next).is_some_and(|name| name.looks))
        {
            let end = chosen(text, tokens, next).map_or(next + 1, |name| name.end);
            if ends_clause(tokens, end) && !token.is_in(SKILL) {
                hits.push((tokens[next].at.start..tokens[end - 1].at.end, LinkKind::Email));
            }
            continue;
        }
        // The name first.
        let mut end = at;
        while end > 0
            && (tokens[end - 1].is_one_of(&["sur", "op", "on", "at", "bij", "chez", "via", "puis", "dan", "then", "a"])
                || !tokens[end - 1].is_word)
            && at - end < 4
        {
            end -= 1;
        }
        let Some(start) = end.checked_sub(1) else { continue };
        let token = &tokens[start];
        let begins = start == 0 || token.new_line || matches!(tokens[start - 1].text.as_str(), ":" | "=" | "(" | "«");
        let closes =
            ends_clause(tokens, at + 1) || tokens.get(at + 1).is_some_and(|next| next.is_one_of(&["com", "fr"]));
        if begins
            && closes
            && may_be_name(text, token)
            && !tokens[end..at].iter().any(|token| token.is(",") && at - end == 1)
        {
            hits.push((token.at.start..tokens[at].at.end, LinkKind::Email));
        }
    }
}

/// `bimjan, suivi de .fr`, `mijn domein eindigt op .nl`, `bimjan followed by dot com`: the end of a domain apart from its name.
fn loose_ends(tokens: &[Token], hits: &mut Hits) {
    const ENDS: &[&str] = &["com", "fr", "nl", "be", "eu", "org", "net", "lu", "io"];
    for at in 1..tokens.len() {
        let sign = (tokens[at].is(".") && tokens[at].spaced && tokens.get(at + 1).is_some_and(|end| !end.spaced))
            || tokens[at].is_one_of(&["dot", "punt", "point"]);
        let announced = |at: usize| {
            let near = &tokens[at.saturating_sub(2)..at];
            near.iter().any(|near| near.is_one_of(&["suivi", "suivie", "gevolgd", "followed", "seguido", "gefolgt"]))
        };
        // `point, puis be`
        let mut end = at + 1;
        while tokens[at].is_word
            && tokens
                .get(end)
                .is_some_and(|word| word.is(",") || word.is_one_of(&["puis", "dan", "then", "ensuite", "daarna"]))
        {
            end += 1;
        }
        if !sign
            || !tokens.get(end).is_some_and(|end| end.is_one_of(ENDS) && !end.new_line)
            || !(ends_clause(tokens, end + 1) || announced(at))
        {
            continue;
        }
        let cue = tokens[at.saturating_sub(5)..at].iter().any(|near| near.is("+") || near.is_in(ENDS_IN))
            || (tokens[at].is_word
                && matches!(tokens[at - 1].text.as_str(), "(" | ",")
                && at >= 2
                && tokens[at - 2].text.len() > 4)
            || (tokens[at].is(".")
                && (tokens[at - 1].is_one_of(&["en", "in", "met", "avec", "with"]) || tokens[at - 1].is("("))
                && tokens[..at]
                    .iter()
                    .any(|near| near.is_one_of(&["site", "domaine", "domein", "website", "domain", "web"])))
            || (tokens[at].is_word
                && tokens[at - 1].is("in")
                && at >= 2
                && tokens[at - 2].is_word
                && tokens[at - 2].text.len() > 4);
        let only_files = tokens[at.saturating_sub(5)..at]
            .iter()
            .any(|near| near.is_one_of(&["fichier", "fichiers", "bestand", "bestanden", "file", "files"]));
        if cue && !only_files {
            hits.push((tokens[at].at.start..tokens[end].at.end, LinkKind::Domain));
        }
    }
}
