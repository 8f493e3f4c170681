//! Telephone numbers, told apart from standards, scales, versions, dates, amounts and part numbers.

use super::{
    LinkKind,
    skeleton::Skeleton,
    web::Hits,
    words::{CALL, CALL_FILLERS, FILES, NUMBERED, UNITS},
};
use std::ops::Range;

/// A row of groups of digits, with what stands between them.
struct Run {
    at: Range<usize>,
    plus: bool,
    groups: Vec<String>,
    between: Vec<String>,
    /// Where each group begins.
    starts: Vec<usize>,
}

impl Run {
    /// Without its first groups.
    fn from(&self, first: usize) -> Self {
        Self {
            at: self.starts[first]..self.at.end,
            plus: false,
            groups: self.groups[first..].to_vec(),
            between: self.between[first..].to_vec(),
            starts: self.starts[first..].to_vec(),
        }
    }

    fn digits(&self) -> usize {
        self.groups.iter().map(String::len).sum()
    }

    fn all(&self) -> String {
        self.groups.concat()
    }

    fn lengths(&self) -> Vec<usize> {
        self.groups.iter().map(String::len).collect()
    }

    /// All separators alike.
    fn even(&self) -> bool {
        self.between.windows(2).all(|pair| pair[0] == pair[1])
    }
}

pub(super) fn scan(text: &Skeleton, hits: &mut Hits) {
    in_characters(text, hits);
    let mut at = 0;
    while at < text.glyphs.len() {
        match run(text, at) {
            Some(found) => {
                at = found.at.end;
                if is_phone(text, &found) {
                    hits.push((found.at, LinkKind::Phone));
                } else if let Some(rest) = (1..found.groups.len().min(3))
                    .filter(|first| found.between[first - 1].contains(' ') && found.groups[*first].starts_with('0'))
                    .map(|first| found.from(first))
                    .filter(|rest| {
                        let real = |at| text.c(at).is_some_and(|c| !c.is_alphabetic());
                        let said = words_before(text, found.at.start, 1);
                        (9..=10).contains(&rest.digits())
                            && found.at.clone().all(real)
                            && !said.iter().any(|word| NUMBERED.contains(word.as_str()))
                    })
                    .find(|rest| is_phone(text, rest))
                {
                    // `7j/7 0470.12.34.56`: after another number.
                    hits.push((rest.at, LinkKind::Phone));
                }
            }
            None => at += 1,
        }
    }
}

/// `一三八零零五七二二四九`: digits in Chinese characters, as no amount is written.
fn in_characters(text: &Skeleton, hits: &mut Hits) {
    let digit = |at: usize| text.c(at).is_some_and(|c| "零〇一二三四五六七八九".contains(c));
    let mut at = 0;
    while at < text.glyphs.len() {
        let (mut end, mut last, mut digits) = (at, at, 0);
        while digit(end) || (digits > 0 && matches!(text.c(end), Some(' ' | '-' | 'の' | '、'))) {
            if digit(end) {
                digits += 1;
                last = end + 1;
            }
            end += 1;
        }
        if (9..=13).contains(&digits) {
            hits.push((at..last, LinkKind::Phone));
        }
        at = end.max(at + 1);
    }
}

/// A digit, also where an O stands for nought or an l for one beside other digits.
fn digit(text: &Skeleton, at: usize) -> Option<char> {
    let c = text.c(at)?;
    if c.is_ascii_digit() {
        return Some(c);
    }
    let near = |at: Option<usize>| at.and_then(|at| text.c(at)).is_some_and(|c| c.is_ascii_digit());
    let free = !text.before(at).is_some_and(char::is_alphabetic) && !text.c(at + 1).is_some_and(char::is_alphabetic);
    let beside = near(at.checked_sub(1)) || near(Some(at + 1));
    match c {
        'o' if free && beside => Some('0'),
        'l' | 'i' if free && beside => Some('1'),
        _ => None,
    }
}

const fn separates(c: char) -> bool {
    matches!(
        c,
        ' ' | '.'
            | '-'
            | '/'
            | '('
            | ')'
            | '_'
            | '*'
            | '|'
            | '\\'
            | '·'
            | '•'
            | '~'
            | ','
            | ':'
            | ';'
            | '→'
            | '★'
            | '☆'
            | '♥'
            | '='
            | '#'
            | '^'
            | '&'
            | '…'
            | '['
            | ']'
            | '\''
            | '>'
            | '<'
            | '{'
            | '}'
    )
}

fn run(text: &Skeleton, from: usize) -> Option<Run> {
    let opens = |at: usize| matches!(text.c(at), Some('+' | '('));
    let start = from;
    let mut at = from;
    let mut plus = false;
    while opens(at) {
        plus |= text.c(at) == Some('+');
        at += 1;
    }
    if plus && text.c(at) == Some(' ') {
        at += 1;
    }
    digit(text, at)?;
    // Within a word or a number with decimals it is no start.
    if text.before(start).is_some_and(|c| c.is_alphanumeric() || (c == '.' && !plus))
        && !plus
        && !follows_a_word(text, start)
    {
        let mut skip = at;
        while digit(text, skip).is_some() {
            skip += 1;
        }
        return Some(Run { at: start..skip, plus, groups: Vec::new(), between: Vec::new(), starts: Vec::new() });
    }
    let (mut groups, mut between, mut starts) = (vec![String::new()], Vec::new(), vec![at]);
    let mut end = at;
    loop {
        while let Some(found) = digit(text, at) {
            if let Some(group) = groups.last_mut() {
                group.push(found);
            }
            at += 1;
        }
        end = at.max(end);
        let mut gap = String::new();
        while text.c(at).is_some_and(separates) && gap.len() < 6 {
            gap.extend(text.c(at));
            at += 1;
        }
        if gap.is_empty()
            || digit(text, at).is_none()
            || (gap.contains([
                ',', ':', ';', '→', '★', '☆', '♥', '=', '#', '^', '&', '…', '[', ']', '\'', '>', '<', '{', '}',
            ]) && !groups.iter().all(|group| group.len() <= 2))
        {
            break;
        }
        groups.push(String::new());
        between.push(gap);
        starts.push(at);
    }
    // `2e`, `19650x`: the last group belongs to a word.
    if text.c(end).is_some_and(char::is_alphabetic) && groups.len() > 1 {
        let last = groups.pop().unwrap_or_default();
        let gap = between.pop().unwrap_or_default();
        starts.pop();
        end -= last.len() + gap.len();
    }
    Some(Run { at: start..end, plus, groups, between, starts })
}

/// `Tel0470 12 34 56`, `手机138…`: a number may stand right after a word that announces it, or after one in a script that leaves
/// no space.
fn follows_a_word(text: &Skeleton, start: usize) -> bool {
    let mut word = start;
    while word > 0 && text.before(word).is_some_and(char::is_alphabetic) {
        word -= 1;
    }
    let own = text.glyphs.get(start.saturating_sub(1)).map(|glyph| glyph.own);
    let said = text.text(word..start);
    word < start && (own.is_some_and(|c| c >= '\u{0590}') || (said.len() > 1 && CALL.contains(said.as_str())))
}

/// The words before a place, nearest first.
fn words_before(text: &Skeleton, at: usize, most: usize) -> Vec<String> {
    let mut words = Vec::new();
    let mut end = at;
    while words.len() < most && end > 0 {
        while end > 0 && text.c(end - 1).is_some_and(|c| !c.is_alphanumeric() && c != '\n') {
            end -= 1;
        }
        let mut start = end;
        while start > 0 && text.c(start - 1).is_some_and(char::is_alphanumeric) {
            start -= 1;
        }
        if start == end {
            break;
        }
        words.push(text.text(start..end));
        end = start;
    }
    words
}

fn word_after(text: &Skeleton, at: usize) -> String {
    let mut start = at;
    while text.c(start).is_some_and(|c| matches!(c, ' ' | '€' | '$' | '²' | '³')) {
        if text.c(start) != Some(' ') {
            return "eur".to_owned();
        }
        start += 1;
    }
    let mut end = start;
    while text.c(end).is_some_and(|c| c.is_alphanumeric() || matches!(c, '²' | '³')) {
        end += 1;
    }
    text.text(start..end).replace('²', "2").replace('³', "3")
}

/// Somebody is asked to call: `tel: …`, `bel me op …`.
fn announced(text: &Skeleton, at: usize) -> bool {
    let mut sign = at;
    while sign > 0 && text.before(sign).is_some_and(|c| matches!(c, ' ' | ':' | '+' | '(')) {
        sign -= 1;
    }
    if matches!(text.before(sign), Some('☎' | '☏' | '✆' | '📞' | '📱' | '📲' | '🕻' | '🕿' | '🤙')) {
        return true;
    }
    // `KvK-nummer`: a number, but of something else.
    let before = words_before(text, at, 4);
    let counted = before.iter().position(|word| !matches!(word.as_str(), "nummer" | "numero" | "number" | "no" | "n"));
    if counted.is_some_and(|at| at > 0 && NUMBERED.contains(before[at].as_str())) {
        return false;
    }
    for word in words_before(text, at, 5) {
        if CALL.contains(word.as_str()) {
            return true;
        }
        if !CALL_FILLERS.contains(word.as_str()) {
            return false;
        }
    }
    false
}

/// 05 10 15 20 25, or 0 250 500 750: steps, not a number to call.
fn progresses(groups: &[String], between: &[String]) -> bool {
    let values: Vec<i64> = groups.iter().filter_map(|group| group.parse().ok()).collect();
    let steps: Vec<i64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let doubles = values.len() > 3 && values.windows(2).all(|pair| pair[1] == pair[0] * 2);
    let rises = steps.len() > 2 && steps.iter().all(|step| *step > 0);
    // 04, 05, 06, 13, 83: a list, not pairs of a number.
    let listed = rises && between.iter().all(|gap| gap == ", ");
    listed
        || steps.len() > 2
            && (doubles
                || steps.windows(2).all(|pair| pair[0] == pair[1]) && steps[0] != 0 && steps[0] != 11 && steps[0] != 22)
}

/// A year, as in periods and versions.
fn is_year(group: &str) -> bool {
    group.len() == 4 && matches!(group.get(..2), Some("19" | "20"))
}

fn is_chinese_mobile(text: &Skeleton, run: &Run) -> bool {
    let digits = run.all();
    let before = text.text(run.at.start.saturating_sub(8)..run.at.start);
    let after = text.text(run.at.end..(run.at.end + 4).min(text.glyphs.len()));
    let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let numbered = ["编号", "合同", "项目", "图号", "型号"].iter().any(|word| before.contains(word));
    digits.starts_with('1')
        && matches!(digits.as_bytes().get(1), Some(b'3'..=b'9'))
        && (before + &after).contains(chinese)
        && !numbered
}

fn is_phone(text: &Skeleton, run: &Run) -> bool {
    let digits = run.digits();
    if !(7..=16).contains(&digits) {
        return false;
    }
    let lengths = run.lengths();
    let all = run.all();
    // `04.71.23.45.67.dwg` is a file, `2021/S 045-112233` a notice of the Official Journal.
    let ending = text.text(run.at.end..(run.at.end + 6).min(text.glyphs.len()));
    let is_file = ending
        .strip_prefix('.')
        .is_some_and(|ending| FILES.contains(ending.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()))
        || ending.starts_with(".dyn");
    if is_file || text.text(run.at.start.saturating_sub(3)..run.at.start) == "/s " {
        return false;
    }
    let announced = announced(text, run.at.start);
    let after = word_after(text, run.at.end);
    let amount = UNITS.contains(after.as_str()) || matches!(text.c(run.at.end), Some('€' | '%' | '$'));
    // 1 250 000: thousands.
    let thousands = lengths.len() > 1 && lengths[0] <= 3 && lengths[1..].iter().all(|len| *len == 3) && run.even();
    let years = run.groups.iter().filter(|group| is_year(group)).count();
    if run.plus {
        // +12.340 / -3.250: two levels.
        let two = run.between.iter().any(|gap| (gap.contains('/') && gap.contains('-')) || gap == " -");
        return !two
            && digits >= 8
            && !all.starts_with("00")
            && !(thousands && (digits <= 9 && (amount || !announced)))
            && !(amount && thousands);
    }
    // Belgian companies are registered as `0123.456.789`.
    let company = lengths == [4, 3, 3]
        && words_before(text, run.at.start, 3).iter().any(|word| {
            matches!(
                word.as_str(),
                "rpr"
                    | "rpm"
                    | "bce"
                    | "kbo"
                    | "ond"
                    | "tva"
                    | "btw"
                    | "vat"
                    | "be"
                    | "ondernemingsnummer"
                    | "entreprise"
            )
        });
    if company {
        return false;
    }
    // `TVA FR 00 123456789`
    // `03.127.4456-01`: signs of two kinds within, and a hyphen last, are a drawing's number.
    let drawing = !run.plus
        && !all.starts_with("00")
        && run.between.iter().any(|gap| gap == ".")
        && run.between.last().is_some_and(|gap| gap == "-")
        && run.between.iter().filter(|gap| *gap == "-").count() == 1
        && lengths.last() == Some(&2)
        && lengths.contains(&4);
    if drawing && !announced {
        return false;
    }
    let vat = words_before(text, run.at.start, 5).iter().any(|word| {
        matches!(word.as_str(), "tva" | "btw" | "vat" | "ust" | "mwst" | "iva" | "nif" | "cif" | "siret" | "siren")
    });
    if vat && run.groups.len() <= 4 {
        return false;
    }
    // `NL91 ABNA 0417 1643 00`: a bank account.
    let bank = words_before(text, run.at.start, 6).iter().any(|word| {
        word.len() == 4
            && word.get(..2).is_some_and(|country| country.chars().all(|c| c.is_ascii_alphabetic()))
            && word.get(2..).is_some_and(|check| check.chars().all(|c| c.is_ascii_digit()))
            && !word.starts_with("co")
    }) && lengths.iter().filter(|length| **length == 4).count() + 1 >= lengths.len()
        && lengths.len() > 1;
    if bank {
        return false;
    }
    // The numbers that films use.
    if lengths == [3, 4] && run.groups[0] == "555" && run.groups[1].starts_with("01") {
        return true;
    }
    let after_it = text.text(run.at.end..(run.at.end + 14).min(text.glyphs.len()));
    let bracketed = after_it.trim_start().starts_with('(')
        && after_it.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).is_some_and(|word| {
            matches!(word, "whatsapp" | "gsm" | "signal" | "telegram" | "tel" | "mobiel" | "portable")
        });
    let announced = announced || bracketed;
    if announced {
        let dated = years >= 2 || (years == 1 && (digits == 8 || is_year(&run.groups[0])));
        return !amount && !(thousands && !all.starts_with('0') && (digits != 9 || all.ends_with("000"))) && !dated;
    }
    let uniform = run.even() && !run.between.iter().any(|gap| gap.contains('/'));
    if digits < 9 || years > 1 || (years == 1 && !(uniform && all.starts_with('0'))) || amount {
        return false;
    }
    // Pairs are how telephone numbers are written: only the very word before them makes them something else.
    let pairs = lengths.iter().filter(|len| **len == 2).count() >= 3;
    if progresses(&run.groups, &run.between) {
        return false;
    }
    let labelled = words_before(text, run.at.start, if pairs { 1 } else { 2 }).iter().any(|word| {
        (word.ends_with("nummer")
            && !matches!(word.as_str(), "nummer" | "telefoonnummer" | "gsmnummer" | "telefonnummer"))
            || NUMBERED.contains(word.as_str())
                && !(pairs && word.len() <= 2 && word != "n" && word != "no" && word != "nr")
    }) || text.before(run.at.start) == Some('#')
        || text.before(run.at.start) == Some('-')
        || text.before(run.at.start) == Some('°');
    // One digit at a time, with whatever between.
    if lengths.len() >= 9 && lengths.iter().all(|len| *len == 1) {
        let binary = all.chars().all(|c| matches!(c, '0' | '1'));
        return all.starts_with('0') && !binary && digits <= 14 && run.even() && !progresses(&run.groups, &run.between);
    }
    if run.between.iter().any(|gap| {
        gap.contains([
            '_', '*', '|', '\\', '~', ',', ':', ';', '→', '★', '☆', '♥', '=', '#', '^', '&', '…', '[', ']', '\'', '>',
            '<', '{', '}',
        ])
    }) && !lengths.iter().all(|len| *len == 2)
    {
        return false;
    }
    if let Some(rest) = all.strip_prefix("00") {
        const COUNTRIES: &[&str] = &[
            "30", "31", "32", "33", "34", "351", "352", "353", "36", "39", "40", "41", "42", "43", "44", "45", "46",
            "47", "48", "49", "7", "90", "212", "213", "216",
        ];
        let alone = run.groups.len() > 1 && matches!(run.groups[0].as_str(), "00");
        let known = COUNTRIES.iter().any(|code| rest.starts_with(code)) && digits >= 12;
        return !labelled && !rest.starts_with('0') && (10..=15).contains(&digits) && (alone || known);
    }
    if all.starts_with('0') {
        // 0.123 is a fraction.
        let fraction = run.groups[0] == "0" && run.between.first().is_some_and(|gap| gap == ".");
        let dates = lengths.len() >= 3 && lengths.windows(3).any(|three| three == [2, 2, 4]);
        let single = run.groups.len() == 1;
        let british = digits == 11 && all.starts_with("07");
        let length = if single { digits == 10 || british } else { (9..=12).contains(&digits) };
        return length && !fraction && !dates && !labelled;
    }
    // 6 12 34 56 78, without its nought.
    if lengths == [1, 2, 2, 2, 2] && uniform && !labelled && matches!(all.as_bytes()[0], b'6' | b'7') {
        return true;
    }
    if lengths == [3, 2, 2, 2] && uniform && !labelled && matches!(all.as_bytes()[0], b'4'..=b'9') {
        return true;
    }
    // 139 1234 5678 among Chinese words, but not the number of a project.
    if (lengths == [3, 4, 4] || lengths == [11]) && !labelled && is_chinese_mobile(text, run) {
        return true;
    }
    // 8 (495) 123-45-67
    if lengths == [1, 3, 3, 2, 2] && all.starts_with('8') && run.between[0].contains('(') {
        return true;
    }
    // 555-123-4567 and (212) 555-0123.
    let american = lengths == [3, 3, 4] || lengths == [1, 3, 3, 4];
    let written =
        run.between.iter().all(|gap| matches!(gap.as_str(), "-" | "." | ") " | ")" | " " | " (" | "-(" | ")-"))
            && run.between.last().is_some_and(|gap| gap == "-" || gap == ".");
    american && written && !labelled
}
