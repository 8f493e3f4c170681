//! Addresses as computers read them: schemes, domains, mail addresses, handles.

use super::{
    LinkKind,
    skeleton::Skeleton,
    words::{
        ABBREVIATIONS, CODE, CODE_ROOTS, CODING, FILE_WORDS, FILES, FOREIGN, FORMATS, LIBRARIES, OTHER_DOT_ENDS,
        PERSONAL, PROVIDERS, SCHEMES, STRONG, TOOLS, TRADE, WEAK,
    },
};
use std::ops::Range;

pub(super) type Hits = Vec<(Range<usize>, LinkKind)>;

pub(super) fn scan(text: &Skeleton, hits: &mut Hits) {
    schemes(text, hits);
    numeric(text, hits);
    paths(text, hits);
    domains(text, hits);
    at_signs(text, hits);
}

/// Whether a domain can end so; `own` is the end in its own script.
pub(super) fn is_end(latin: &str, own: &str) -> bool {
    STRONG.contains(latin) || WEAK.contains(latin) || FOREIGN.contains(own) || latin.starts_with("xn--")
}

/// Where the unbroken text around an address ends; signs that close a sentence stay outside.
fn end_of_run(text: &Skeleton, from: usize) -> usize {
    let mut end = from;
    while text.c(end).is_some_and(|c| !c.is_whitespace() && !matches!(c, '<' | '>' | '"' | '«' | '»' | '█')) {
        end += 1;
    }
    while end > from
        && text
            .before(end)
            .is_some_and(|c| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '\'' | '’' | '…'))
    {
        end -= 1;
    }
    end
}

fn word_before(text: &Skeleton, at: usize) -> Range<usize> {
    let mut start = at;
    while start > 0 && text.c(start - 1).is_some_and(char::is_alphanumeric) {
        start -= 1;
    }
    start..at
}

/// The next place that is no white space.
fn skip_space(text: &Skeleton, mut at: usize) -> usize {
    while text.c(at).is_some_and(|c| c.is_whitespace() && c != '\n') {
        at += 1;
    }
    at
}

/// `https://…`, also with spaces between, and `mailto:…`.
fn schemes(text: &Skeleton, hits: &mut Hits) {
    for colon in (0..text.glyphs.len()).filter(|at| text.c(*at) == Some(':')) {
        let mut word_end = colon;
        while word_end > 0 && text.c(word_end - 1) == Some(' ') {
            word_end -= 1;
        }
        let word = word_before(text, word_end);
        let scheme = text.text(word.clone());
        let masked = word.len() == 1 && matches!(text.before(word.start), Some('*' | '_' | '.' | 'x'));
        if word.len() < 2 && !masked {
            continue;
        }
        let known = matches!(
            scheme.as_str(),
            "http" | "https" | "hxxp" | "hxxps" | "htp" | "ftp" | "ftps" | "sftp" | "httpsx" | "ws" | "wss"
        );
        let first = skip_space(text, colon + 1);
        if matches!(text.c(first), Some('/' | '\\')) {
            let second = skip_space(text, first + 1);
            let doubled = matches!(text.c(second), Some('/' | '\\'));
            let rest = skip_space(text, if doubled { second + 1 } else { second });
            let adjacent = word_end == colon && first == colon + 1 && second == first + 1 && rest == second + 1;
            let leads = text.c(rest).is_some_and(|c| c.is_alphanumeric() || (known && doubled && c == '['));
            let leads = leads && (!masked || adjacent);
            if leads
                && ((known && (doubled || adjacent)) || (doubled && adjacent && !matches!(scheme.as_str(), "file")))
            {
                hits.push((word.start..end_of_run(text, rest), LinkKind::Url));
            }
        } else if SCHEMES.contains(scheme.as_str()) && first == colon + 1 && word_end == colon {
            let leads = text.c(first).is_some_and(|c| c.is_alphanumeric() || c == '+');
            let end = end_of_run(text, first);
            let body = text.text(first..end);
            let telling = match scheme.as_str() {
                "mailto" => body.contains('@'),
                "skype" => body.len() > 3,
                _ => body.chars().filter(char::is_ascii_digit).count() >= 6,
            };
            if leads && telling {
                hits.push((word.start..end, LinkKind::Url));
            }
        }
    }
}

/// `192.0.2.7:8080` and `192.0.2.7/plans`: a number of a machine that somebody is sent to.
fn numeric(text: &Skeleton, hits: &mut Hits) {
    let mut at = 0;
    while at < text.glyphs.len() {
        let start = at;
        while text.c(at).is_some_and(|c| c.is_ascii_digit() || c == '.') {
            at += 1;
        }
        if at == start {
            at += 1;
            continue;
        }
        let whole = text.text(start..at);
        let octets: Vec<&str> = whole.split('.').collect();
        let is_address = octets.len() == 4 && octets.iter().all(|octet| octet.parse::<u8>().is_ok());
        let port = text.c(at) == Some(':') && (1..=2).all(|next| text.c(at + next).is_some_and(|c| c.is_ascii_digit()));
        let path = text.c(at) == Some('/') && text.c(at + 1).is_some_and(char::is_alphabetic);
        if is_address && (port || path) {
            hits.push((start..end_of_run(text, at), LinkKind::Url));
        }
    }
}

/// `/in/jean-dupont` and `in/jean-dupont`: the path of a profile.
fn paths(text: &Skeleton, hits: &mut Hits) {
    for slash in (1..text.glyphs.len()).filter(|at| text.c(*at) == Some('/')) {
        let mut start = slash;
        while start > 0 && text.c(start - 1).is_some_and(char::is_alphabetic) {
            start -= 1;
        }
        let place = text.text(start..slash);
        let rooted = text.before(start) == Some('/');
        let from = if rooted { start - 1 } else { start };
        let free = !text.before(from).is_some_and(|c| !c.is_whitespace() && !matches!(c, '(' | ':' | '"' | '«' | ','));
        let mut end = slash + 1;
        while text.c(end).is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_')) {
            end += 1;
        }
        let name = text.text(slash + 1..end);
        let chosen = name.contains(['-', '_']) || name.contains(|c: char| c.is_ascii_digit());
        let known = matches!(place.as_str(), "in" | "u" | "user" | "users" | "channel");
        if free && known && name.chars().count() >= 4 && ((rooted && place == "in") || chosen) {
            hits.push((from..end, LinkKind::Handle));
        }
    }
}

/// Whether Chinese or Japanese, which leave no space, give way to another script here, or the other way.
fn turns(text: &Skeleton, at: usize) -> bool {
    let (Some(before), Some(after)) = (text.before(at), text.c(at)) else { return false };
    before.is_alphanumeric() && after.is_alphanumeric() && (before >= '\u{2e80}') != (after >= '\u{2e80}')
}

/// Characters of a host's name.
fn in_host(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '.' | '_')
}

fn domains(text: &Skeleton, hits: &mut Hits) {
    let from = hits.len();
    named(text, hits);
    // `hero.ma, convert.pl et surface.st` among words about files: a list of them. An end that is no word stays one of a
    // domain: nobody hides it among files.
    let short = |(range, kind): &(Range<usize>, LinkKind)| {
        let name = text.text(range.clone());
        *kind == LinkKind::Domain
            && !name.rsplit('.').next().is_some_and(|end| STRONG.contains(end))
            && name.matches('.').count() == 1
            && name.chars().all(|c| c.is_alphabetic() || c == '.')
            && name.split('.').all(|label| label.chars().count() <= 8)
    };
    let found = &hits[from..];
    if found.len() > 1 && found.iter().all(|hit| short(hit) && speaks_of_files(text, hit.0.start, hit.0.end)) {
        hits.truncate(from);
    }
}

fn named(text: &Skeleton, hits: &mut Hits) {
    let mut at = 0;
    while at < text.glyphs.len() {
        if !text.c(at).is_some_and(char::is_alphanumeric) {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        while text.c(at).is_some_and(in_host) && !turns(text, at) {
            at += 1;
        }
        host(text, start..at, hits);
        middle_dots(text, start, at, hits);
        swapped_dots(text, start, at, hits);
    }
}

/// `exemple,com` and `exemple.c0m`: another sign, or noughts in the end.
fn swapped_dots(text: &Skeleton, start: usize, end: usize, hits: &mut Hits) {
    let whole = text.text(start..end);
    if let Some((name, last)) = whole.rsplit_once('.')
        && matches!(last, "c0m" | "0rg" | "n3t" | "c0")
        && name.len() > 2
    {
        hits.push((start..end, LinkKind::Domain));
    }
    let sign = matches!(text.c(end), Some(',' | ';' | '¸' | '‚' | '،'));
    let mut stop = end + 1;
    while sign && text.c(stop).is_some_and(char::is_alphanumeric) {
        stop += 1;
    }
    let low = text.glyphs.get(end + 1).is_some_and(|glyph| !glyph.upper);
    if sign
        && low
        && whole.chars().count() > 3
        && whole.starts_with(char::is_alphabetic)
        && (text.text(end + 1..stop) == "com"
            || (whole.contains('-') && matches!(text.text(end + 1..stop).as_str(), "fr" | "nl" | "be" | "eu" | "org")))
    {
        hits.push((start..stop, LinkKind::Domain));
    }
}

/// A run of a host's characters: is some of it a domain?
fn host(text: &Skeleton, run: Range<usize>, hits: &mut Hits) {
    let mut labels: Vec<Range<usize>> = Vec::new();
    let mut start = run.start;
    for at in run.clone() {
        if text.c(at) == Some('.') {
            labels.push(start..at);
            start = at + 1;
        }
    }
    labels.push(start..run.end);
    while labels
        .last()
        .is_some_and(|label| label.is_empty() || text.text(label.clone()).chars().all(|c| c == '-' || c == '_'))
    {
        labels.pop();
    }
    let Some(first) = labels.iter().position(|label| !label.is_empty()) else { return };
    let labels = &labels[first..];
    if text.text(labels[0].clone()) == "www" && labels.len() > 1 && labels[1].len() > 1 {
        hits.push((labels[0].start..end_of_run(text, run.end), LinkKind::Url));
        return;
    }
    // The last label that can end a domain, with a whole name before it.
    for end in (1..labels.len()).rev() {
        if labels[end - 1].is_empty() {
            break;
        }
        let is_last = end + 1 == labels.len();
        // A list or a range goes on with a hyphen: only what stands before it is the end.
        if is_domain(text, &labels[..=end], is_last, labels.get(end + 1)) {
            let stop = if is_last { end_of_run(text, labels[end].end) } else { labels[end].end };
            hits.push((labels[0].start..stop.max(labels[end].end), LinkKind::Domain));
            return;
        }
    }
}

fn is_domain(text: &Skeleton, labels: &[Range<usize>], is_last: bool, next: Option<&Range<usize>>) -> bool {
    let [.., name, end] = labels else { return false };
    let (name_text, end_text) = (text.text(name.clone()), text.text(end.clone()));
    if !is_end(&end_text, &text.own_text(end.clone())) || !name_text.chars().any(char::is_alphanumeric) {
        return false;
    }
    if labels.len() == 2 && name_text.len() == 2 && STRONG.contains(name_text.as_str()) {
        return false;
    }
    if name_text.starts_with('-') || name_text.ends_with('-') || text.before(labels[0].start) == Some('@') {
        return false;
    }
    if TOOLS.contains(text.text(labels[0].start..end.end).as_str()) && text.c(end.end) != Some('/') {
        return false;
    }
    // `client.es`, `étudiant.es`: French that means all of them.
    if end_text == "es"
        && labels.len() == 2
        && name_text.chars().all(char::is_alphabetic)
        && name_text.ends_with(['t', 'e', 'r', 'l', 'n', 'i', 'u', 'd', 'f', 's'])
        && text.c(end.end) != Some('/')
    {
        return false;
    }
    // `this.page.zone`, `self.id`: code.
    let object = |label: &str| {
        matches!(label, "this" | "self" | "doc" | "element" | "np" | "pd" | "plt" | "sys" | "os" | "console" | "args")
    };
    if (labels.len() > 2 || object(&name_text))
        && text.c(end.end) != Some('/')
        && !STRONG.contains(end_text.as_str())
        && CODE_ROOTS.contains(text.text(labels[0].clone()).as_str())
    {
        return false;
    }
    // No host has an underscore in its name: `char_rig_v012.ma` is a file.
    if !STRONG.contains(end_text.as_str())
        && text.c(end.end) != Some('/')
        && labels.iter().any(|label| text.text(label.clone()).contains('_'))
    {
        return false;
    }
    // `EP.EU`: two shortened words.
    let short = |label: &Range<usize>| {
        label.len() == 2 && text.glyphs[label.clone()].iter().all(|glyph| glyph.upper && glyph.c.is_alphabetic())
    };
    if labels.len() == 2 && short(name) && short(end) {
        return false;
    }
    let strong = STRONG.contains(end_text.as_str()) || FOREIGN.contains(text.own_text(end.clone()).as_str());
    let goes_on = matches!(text.c(end.end), Some('/')) && text.c(end.end + 1).is_some_and(char::is_alphanumeric);
    // `le projet.De plus`: a sentence that begins with a capital right after the full stop.
    let capital = |label: &Range<usize>| text.glyphs.get(label.start).is_some_and(|glyph| glyph.upper);
    let all_capital =
        |label: &Range<usize>| text.glyphs[label.clone()].iter().all(|glyph| glyph.upper || !glyph.c.is_alphabetic());
    let before = text.text(labels[0].start.saturating_sub(32)..labels[0].start);
    let announced = strong
        && before.rsplit(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(3).any(|word| {
            matches!(word, "site" | "website" | "web" | "url" | "domaine" | "domein" | "webstek" | "portfolio")
        });
    let shouted = all_capital(end) && all_capital(name);
    if capital(end) && !announced && !shouted && !goes_on {
        let new_sentence = matches!(text.c(end.end), Some(' ' | '\'' | '’' | '-'));
        if !strong || (new_sentence && matches!(end_text.as_str(), "be" | "com" | "org" | "fr" | "nl" | "example")) {
            return false;
        }
    }
    let ends_sentence = strong && next.is_some_and(|next| next.is_empty() || capital(next));
    if !(is_last || ends_sentence) {
        return false;
    }
    if matches!(
        end_text.as_str(),
        "net" | "io" | "web" | "services" | "data" | "service" | "tools" | "design" | "runtime"
    ) && (LIBRARIES.contains(name_text.as_str()) || (capital(end) && capital(name) && !all_capital(name)))
    {
        return false;
    }
    // `src/main.rs`, `_config.sh`: a path is no domain.
    if !strong && matches!(text.before(labels[0].start), Some('/' | '\\' | '_' | '~')) && labels.len() == 2 {
        return false;
    }
    if FORMATS.contains(end_text.as_str()) && !goes_on && speaks_of_files(text, labels[0].start, end.end) {
        return false;
    }
    if !strong && is_file(&name_text, &end_text) {
        return false;
    }
    // `Z1.NL`: the code of a zone.
    let code = labels.len() == 2
        && all_capital(end)
        && name_text.len() <= 3
        && name_text.starts_with(char::is_alphabetic)
        && name_text.ends_with(|c: char| c.is_ascii_digit());
    if code {
        return false;
    }
    let digits = name_text.chars().all(|c| c.is_ascii_digit());
    let single = name_text.chars().count() == 1;
    // `г.Москва`: a town.
    if single && FOREIGN.contains(text.own_text(end.clone()).as_str()) {
        return false;
    }
    if strong || goes_on {
        // `1.2.us` and `p.co`: too little for a name; `S.A.`-like rows of letters.
        let too_short = single && labels.iter().all(|label| label.len() <= 2) && !goes_on;
        let a_row = digits && end_text.len() == 2 && labels.len() > 2;
        return !(too_short || a_row);
    }
    !single && !digits && !ABBREVIATIONS.contains(name_text.as_str()) && !name_text.starts_with('_')
}

/// Whether the words around a place are about files.
fn speaks_of_files(text: &Skeleton, start: usize, end: usize) -> bool {
    let (before, after) =
        (text.text(start.saturating_sub(60)..start), text.text(end..(end + 60).min(text.glyphs.len())));
    let mut words = before.split(|c: char| !c.is_alphanumeric()).chain(after.split(|c: char| !c.is_alphanumeric()));
    words.any(|word| {
        FILE_WORDS.contains(word)
            || (word.len() > 2 && FILES.contains(word))
            || matches!(word, "e57" | "pts" | "ply" | "sh" | "cpp" | "bat" | "ps1" | "dyn" | "gha" | "vb" | "cs")
    })
}

/// File endings among the ends of domains.
fn is_file(name: &str, end: &str) -> bool {
    match end {
        // `O1001.nc`: what a machine tool runs.
        "nc" => name.ends_with(|c: char| c.is_ascii_digit()),
        "rs" => matches!(name, "main" | "lib" | "mod" | "build" | "tests") || name.contains('_'),
        "sh" => {
            matches!(
                name,
                "build" | "install" | "run" | "setup" | "deploy" | "start" | "test" | "init" | "script" | "update"
            ) || name.contains('_')
        }
        "ai" | "id" | "in" | "st" | "cc" | "la" | "so" | "pl" | "ml" | "mk" | "al" | "cd" | "ad" => {
            matches!(
                name,
                "file"
                    | "fichier"
                    | "bestand"
                    | "logo"
                    | "plan"
                    | "makefile"
                    | "cmakelists"
                    | "config"
                    | "script"
                    | "lib"
                    | "export"
            ) || name.contains('_')
        }
        "name" | "tel" | "link" | "links" | "page" | "design" | "zone" | "space" | "group" | "work" | "build"
        | "run" | "int" | "art" | "one" | "top" | "web" | "app" | "host" => {
            matches!(
                name,
                "element"
                    | "doc"
                    | "document"
                    | "wall"
                    | "view"
                    | "self"
                    | "this"
                    | "param"
                    | "room"
                    | "family"
                    | "object"
                    | "cargo"
                    | "npm"
                    | "np"
                    | "math"
                    | "system"
                    | "app"
                    | "pip"
                    | "type"
                    | "ifc"
            ) || name.contains('_')
        }
        _ => false,
    }
}

/// `exemple·fr`: a middle dot in place of the full stop. `expert·es` is not one.
fn middle_dots(text: &Skeleton, start: usize, end: usize, hits: &mut Hits) {
    let Some(
        '·' | '•' | '∙' | '⋅' | '・' | '‧' | 'ㆍ' | '●' | '○' | '˙' | '°' | '⚫' | '⚪' | '🔴' | '🔵' | '🟢' | '🟠'
        | '🟡' | '⬤' | '◦' | '∘' | 'º' | '*' | '⬛' | '■' | '◼' | '▪' | '⸱' | '‥' | '٫' | '⸳' | '⦁' | '⏺' | '🟣' | '🟤'
        | '❍',
    ) = text.c(end)
    else {
        return;
    };
    let mut stop = end + 1;
    while text.c(stop).is_some_and(char::is_alphanumeric) {
        stop += 1;
    }
    if end > start + 2 && OTHER_DOT_ENDS.contains(text.text(end + 1..stop).as_str()) {
        hits.push((start..end_of_run(text, stop), LinkKind::Domain));
    }
}

fn at_signs(text: &Skeleton, hits: &mut Hits) {
    let from = hits.len();
    at_names(text, hits);
    // `Unit tests with @Before, @After and @Ignore`: several plain ones in a text about code are code, unless a network is
    // named.
    let bare = |(range, kind): &(Range<usize>, LinkKind)| {
        *kind == LinkKind::Handle && text.text(range.clone()).chars().skip(1).all(char::is_alphabetic)
    };
    if hits.len() > from + 1 && hits[from..].iter().all(bare) {
        let whole = text.text(0..text.glyphs.len());
        let mut words = whole.split(|c: char| !c.is_alphanumeric());
        let network = |word| PERSONAL.contains(word) || TRADE.contains(word) || matches!(word, "x" | "ig" | "tg");
        if words.clone().any(|word| CODING.contains(word)) && !words.any(network) {
            hits.truncate(from);
        }
    }
}

fn at_names(text: &Skeleton, hits: &mut Hits) {
    for sign in (0..text.glyphs.len()).filter(|at| text.c(*at) == Some('@')) {
        let mut start = sign;
        let eastern = |at: usize| text.c(at).is_some_and(|c| c >= '\u{2e80}');
        while start > 0
            && text.c(start - 1).is_some_and(|c| in_host(c) || matches!(c, '+' | '%'))
            && eastern(start - 1) == eastern(sign + 1)
        {
            start -= 1;
        }
        let mut end = sign + 1;
        while text.c(end).is_some_and(in_host) && !turns(text, end) {
            end += 1;
        }
        while end > sign + 1 && matches!(text.before(end), Some('.' | '-' | '_')) {
            end -= 1;
        }
        let right = text.text(sign + 1..end);
        // `mia@[192.0.2.25]`: the number of a machine.
        let machine = text.c(sign + 1) == Some('[') && text.c(sign + 2).is_some_and(|c| c.is_ascii_digit());
        if start < sign && machine && text.c(start).is_some_and(char::is_alphabetic) {
            hits.push((start..end_of_run(text, sign + 1), LinkKind::Email));
            continue;
        }
        // `@3djan` and `@_jan`, but not `@4k` and `@150mm`.
        let letters = right.chars().filter(|c| c.is_alphabetic()).count();
        let leads = right.starts_with(char::is_alphabetic)
            || (right.starts_with('_') && letters >= 3)
            || (right.starts_with(|c: char| c.is_ascii_digit())
                && right.chars().nth(1).is_some_and(char::is_alphabetic)
                && letters >= 4);
        if start < sign {
            let last = right.rsplit_once('.').map_or("", |(_, last)| last);
            let ends = last.chars().count() >= 2 && last.chars().all(char::is_alphabetic) && !FILES.contains(last);
            let domain = ends && is_end(last, &text.own_text(end - last.chars().count()..end));
            // `jean@exemple,fr`
            let comma = leads && text.c(end) == Some(',') && text.c(end + 1).is_some_and(char::is_alphabetic) && {
                let mut stop = end + 1;
                while text.c(stop).is_some_and(char::is_alphanumeric) {
                    stop += 1;
                }
                STRONG.contains(text.text(end + 1..stop).as_str())
            };
            if PERSONAL.contains(right.as_str()) || TRADE.contains(right.as_str()) {
                hits.push((start..end, LinkKind::Handle));
                continue;
            }
            // `claire@exemple` after "mail": an address without its end.
            let wrote =
                ["mail", "email", "courriel", "adresse", "ecrivez", "schrijf", "write", "mel", "adres", "address"];
            let left = text.text(start..sign);
            let words = right.chars().all(char::is_alphabetic) && left.chars().all(|c| c.is_alphabetic() || c == '.');
            let near = text.text(start.saturating_sub(40)..start);
            let near = near.split(|c: char| !c.is_alphanumeric()).any(|word| wrote.contains(&word));
            let low = text.glyphs.get(start).is_some_and(|glyph| !glyph.upper)
                && text.glyphs.get(sign + 1).is_some_and(|glyph| !glyph.upper);
            let near = near
                || (low
                    && right.len() >= 6
                    && !CODE.contains(right.as_str())
                    && !matches!(left.as_str(), "root" | "user" | "admin" | "git" | "ssh" | "npm"));
            let bare = words && right.len() >= 4 && left.len() >= 3 && near;
            if (leads && ends) || domain || bare || comma || PROVIDERS.contains(right.as_str()) {
                hits.push((start..end, LinkKind::Email));
            }
            continue;
        }
        let name: String = right.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).collect();
        let first: String = right.chars().take_while(|c| c.is_alphanumeric()).collect();
        // `[@Surface]` is a column, `@scope/part` a package, `@distance<angle` a point.
        let column = text.before(sign) == Some('[')
            && (matches!(text.c(end), Some('*' | '=')) || text.c(end) == Some(']'))
            && (sign
                .checked_sub(2)
                .and_then(|at| text.c(at))
                .is_some_and(|c| matches!(c, '=' | '*' | '(' | ',' | '+' | '/' | '-') || c.is_alphanumeric())
                || matches!(text.c(end + 1), Some('*' | '/' | '+' | '-' | '=')));
        let package = text.c(end) == Some('/') && text.c(end + 1).is_some_and(char::is_alphabetic);
        let bracketed = column || package || matches!(text.c(end), Some('<' | '('));
        let mut near = text.text(sign.saturating_sub(48)..sign);
        near.retain(|c| c != '\n');
        let network = near
            .rsplit(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .take(2)
            .any(|word| PERSONAL.contains(word) || TRADE.contains(word));
        let joined = matches!(text.before(sign), Some('/' | '=' | '*')) && !network;
        let free = !text.before(sign).is_some_and(|c| (c.is_alphanumeric() && c < '\u{2e80}') || c == '@')
            && !joined
            && !bracketed;
        let coding = near
            .rsplit(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .take(3)
            .any(|word| CODING.contains(word));
        // `decorators like @property and @lru_cache`
        let decorates = text
            .text(sign.saturating_sub(70)..sign)
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word.starts_with("decorat") || word.starts_with("annotat"));
        let free = free && !decorates && (first.contains('_') || !coding);
        if free
            && leads
            && name.chars().count() >= 3
            && (!CODE.contains(first.as_str()) || name.contains('_') && !coding)
            && !is_sheet(&first)
        {
            hits.push((sign..end, LinkKind::Handle));
        }
    }
}

/// `@A3`, `@150mm`: a scale or a spacing.
fn is_sheet(word: &str) -> bool {
    let mut chars = word.chars();
    let _ = chars.next();
    (2..=3).contains(&word.len()) && chars.all(|c| c.is_ascii_digit())
}
