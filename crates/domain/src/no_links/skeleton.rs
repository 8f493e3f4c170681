//! A text as its reader sees it: plain lower-case characters, each with the bytes it came from.

use super::words::{LOOK_ALIKES, Words};
use crate::text::base_letters;
use std::ops::Range;

/// A character as seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    /// Plain and lower case; letters of other scripts that look Latin are Latin.
    pub(super) c: char,
    /// The same without taking look-alikes for Latin.
    pub(super) own: char,
    /// Whether it was a capital.
    pub(super) upper: bool,
    start: usize,
    end: usize,
}

/// The whole text.
#[derive(Clone, Debug)]
pub(super) struct Skeleton {
    pub(super) glyphs: Vec<Glyph>,
}

/// A run of letters and digits, or a sign.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// The characters; one for a sign.
    pub(super) text: String,
    /// Where, in glyphs.
    pub(super) at: Range<usize>,
    /// Whether it is a run of letters and digits.
    pub(super) is_word: bool,
    /// Whether white space stands before it.
    pub(super) spaced: bool,
    /// Whether a line ends before it.
    pub(super) new_line: bool,
}

impl Token {
    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text
    }

    pub(super) fn is_one_of(&self, list: &[&str]) -> bool {
        self.is_word && list.contains(&self.text.as_str())
    }

    /// The same for a list of `data/no_links`.
    pub(super) fn is_in(&self, list: Words) -> bool {
        self.is_word && list.contains(&self.text)
    }
}

impl Skeleton {
    pub(super) fn of(text: &str) -> Self {
        let mut glyphs: Vec<Glyph> = Vec::with_capacity(text.len());
        let mut raised = false;
        let mut skip = 0;
        for (start, mut original) in text.char_indices() {
            if start < skip || is_unseen(original) {
                continue;
            }
            let mut end = start + original.len_utf8();
            if matches!(original, '&' | '%' | '\\')
                && let Some((sign, length)) = text.get(start..).and_then(escaped)
            {
                original = sign;
                end = start + length;
                skip = end;
            }
            // `m²` is a unit; `⁰⁶ ¹²` are digits.
            raised = raised_digit(original).is_some()
                && (raised || glyphs.last().is_none_or(|glyph| glyph.c.is_whitespace()));
            let original_seen = raised_digit(original).filter(|_| raised).unwrap_or(original);
            let after_letter = glyphs.last().is_some_and(|glyph| glyph.c.is_alphabetic() || glyph.c == ')');
            let plain = plain(original_seen, after_letter);
            for lower in plain.to_lowercase() {
                let mut push = |own: char| {
                    glyphs.push(Glyph { c: latin(own), own, upper: plain.is_uppercase(), start, end });
                };
                match base_letters(lower) {
                    Some(letters) => letters.chars().for_each(&mut push),
                    None => push(lower),
                }
            }
        }
        Self { glyphs }
    }

    /// Whether every character of a place stands for one beyond ASCII: digits of other writing, in circles, on keys.
    pub(super) fn is_styled(&self, range: Range<usize>) -> bool {
        self.glyphs.get(range).is_some_and(|glyphs| glyphs.iter().all(|glyph| glyph.end - glyph.start > 1))
    }

    pub(super) fn c(&self, at: usize) -> Option<char> {
        self.glyphs.get(at).map(|glyph| glyph.c)
    }

    /// The character before a place.
    pub(super) fn before(&self, at: usize) -> Option<char> {
        self.c(at.checked_sub(1)?)
    }

    pub(super) fn text(&self, range: Range<usize>) -> String {
        self.glyphs.get(range).unwrap_or_default().iter().map(|glyph| glyph.c).collect()
    }

    /// The same, in the script it is written in.
    pub(super) fn own_text(&self, range: Range<usize>) -> String {
        self.glyphs.get(range).unwrap_or_default().iter().map(|glyph| glyph.own).collect()
    }

    pub(super) fn bytes(&self, glyphs: Range<usize>) -> Option<Range<usize>> {
        let first = self.glyphs.get(glyphs.start)?;
        let last = self.glyphs.get(glyphs.end.checked_sub(1)?)?;
        (first.start < last.end).then_some(first.start..last.end)
    }

    /// `miaAT`, `DOTcoDOTuk`: signs in capitals that are stuck to small letters are words of their own.
    fn split_signs(&self, token: Token, tokens: &mut Vec<Token>) {
        let upper = |at: usize| self.glyphs[at].upper;
        let mixed = token.is_word && token.at.clone().any(upper) && !token.at.clone().all(upper);
        if !mixed {
            tokens.push(token);
            return;
        }
        let (mut from, mut at, mut spaced, mut new_line) =
            (token.at.start, token.at.start, token.spaced, token.new_line);
        let mut push = |range: Range<usize>| {
            if !range.is_empty() {
                let text = self.text(range.clone());
                tokens.push(Token { text, at: range, is_word: true, spaced, new_line });
                (spaced, new_line) = (false, false);
            }
        };
        while at < token.at.end {
            let run = (at..token.at.end).take_while(|at| upper(*at)).count();
            if matches!(self.text(at..at + run).as_str(), "at" | "dot" | "point" | "punt" | "arobase" | "punkt") {
                push(from..at);
                push(at..at + run);
                from = at + run;
            }
            at += run.max(1);
        }
        push(from..token.at.end);
    }

    /// Words and signs; single letters with one space (or hyphen) between them are read as one word.
    pub(super) fn tokens(&self) -> Vec<Token> {
        let mut tokens: Vec<Token> = Vec::new();
        let (mut at, mut spaced, mut new_line) = (0, true, false);
        while let Some(c) = self.c(at) {
            if c.is_whitespace() {
                spaced = true;
                new_line |= c == '\n';
                at += 1;
                continue;
            }
            let start = at;
            let is_word = c.is_alphanumeric();
            at += 1;
            // Chinese and Japanese leave no space before a Latin word.
            while is_word
                && self.c(at).is_some_and(|next| next.is_alphanumeric() && (next >= '\u{2e80}') == (c >= '\u{2e80}'))
            {
                at += 1;
            }
            let token = Token { text: self.text(start..at), at: start..at, is_word, spaced, new_line };
            // `((at))` is `(at)`.
            let doubled = !spaced
                && matches!(c, '(' | ')' | '[' | ']' | '{' | '}')
                && tokens.last().is_some_and(|last| last.text == token.text);
            if !doubled {
                self.split_signs(token, &mut tokens);
            }
            (spaced, new_line) = (false, false);
        }
        join_letters(tokens)
    }
}

/// A sign written the way of web pages or code: `&#64;`, `%40`, `\\.`; how many bytes it takes.
fn escaped(rest: &str) -> Option<(char, usize)> {
    const WAYS: &[(&str, char)] = &[
        ("&#64;", '@'),
        ("&#x40;", '@'),
        ("&commat;", '@'),
        ("%40", '@'),
        ("\\@", '@'),
        ("&#46;", '.'),
        ("&#x2e;", '.'),
        ("&#x2E;", '.'),
        ("&period;", '.'),
        ("%2e", '.'),
        ("%2E", '.'),
        ("&#58;", ':'),
        ("&colon;", ':'),
        ("&sol;", '/'),
        ("&#47;", '/'),
        ("%2f", '/'),
        ("%2F", '/'),
        ("%3a", ':'),
        ("%3A", ':'),
        ("&nbsp;", ' '),
        ("&lowbar;", '_'),
    ];
    // Also with characters between that nobody sees.
    let length = |way: &str| {
        let mut seen = rest.char_indices().filter(|(_, c)| !is_unseen(*c));
        let mut end = 0;
        for expected in way.chars() {
            let (at, c) = seen.next()?;
            end = at + c.len_utf8();
            if c != expected {
                return None;
            }
        }
        Some(end)
    };
    WAYS.iter().find_map(|(way, sign)| Some((*sign, length(way)?)))
}

/// A digit that stands raised.
fn raised_digit(c: char) -> Option<char> {
    look_up("⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9", c)
}

fn join_letters(tokens: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    // Whether the last token is made of single letters.
    let mut open = false;
    for token in tokens {
        let single = token.is_word && token.at.len() == 1 && token.text.chars().all(char::is_alphabetic);
        match joined.last_mut() {
            Some(last) if open && single && token.spaced && !token.new_line => {
                last.text.push_str(&token.text);
                last.at.end = token.at.end;
            }
            _ => joined.push(token),
        }
        open = single;
    }
    joined
}

/// Characters that take no room: joiners, marks of direction, variation selectors, combining marks.
pub(super) const fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{20d0}'..='\u{20ff}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Where the digits of other scripts start.
const ZEROS: [u32; 20] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
    0x17e0, 0x1810, 0xff10, 0x2080,
];

fn letter(base: u8, offset: u32) -> char {
    u8::try_from(offset).map_or('?', |offset| char::from(base + offset))
}

/// Wide, mathematical, circled and squared forms to plain ones; signs to the sign they stand for.
fn plain(c: char, after_letter: bool) -> char {
    let code = u32::from(c);
    if c.is_ascii() {
        return c;
    }
    if c.is_whitespace() || c == '\u{2800}' {
        return if matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}') { '\n' } else { ' ' };
    }
    if let Some(zero) = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)) {
        return letter(b'0', code - zero);
    }
    match c {
        '。' | '｡' | '․' | '﹒' | '۔' | '܁' | 'ꓸ' => '.',
        '﹫' => '@',
        '⁄' | '∕' | '⧸' | '╱' => '/',
        '꞉' | '∶' | 'ː' | '׃' | '﹕' => ':',
        '‐'..='―' | '−' | '﹣' | '﹘' | '⁃' | '╴' => '-',
        '⁺' | '₊' | '﹢' | '➕' => '+',
        '⟨' | '‹' | '\u{3008}' => '<',
        '⟩' | '›' | '\u{3009}' => '>',
        '【' | '〔' | '〖' | '⟦' => '[',
        '】' | '〕' | '〗' | '⟧' => ']',
        '❨' | '❪' | '⁽' | '₍' | '﹙' => '(',
        '❩' | '❫' | '⁾' | '₎' | '﹚' => ')',
        '⁰' | '⁴'..='⁹' if !after_letter => letter(b'0', code - 0x2070),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(code - 0xfee0).unwrap_or(c),
        '\u{1d400}'..='\u{1d6a3}' => match (code - 0x1d400) % 52 {
            offset @ 0..=25 => letter(b'A', offset),
            offset => letter(b'a', offset - 26),
        },
        '\u{1d7ce}'..='\u{1d7ff}' => letter(b'0', (code - 0x1d7ce) % 10),
        '\u{2460}'..='\u{2468}' => letter(b'1', code - 0x2460),
        '\u{24ea}' | '\u{24ff}' => '0',
        '\u{2776}'..='\u{277e}' => letter(b'1', code - 0x2776),
        '\u{2780}'..='\u{2788}' => letter(b'1', code - 0x2780),
        '\u{278a}'..='\u{2792}' => letter(b'1', code - 0x278a),
        '\u{2474}'..='\u{247c}' => letter(b'1', code - 0x2474),
        '\u{2488}'..='\u{2490}' => letter(b'1', code - 0x2488),
        '\u{24f5}'..='\u{24fd}' => letter(b'1', code - 0x24f5),
        '\u{249c}'..='\u{24b5}' => letter(b'a', code - 0x249c),
        '\u{24b6}'..='\u{24cf}' => letter(b'A', code - 0x24b6),
        '\u{24d0}'..='\u{24e9}' => letter(b'a', code - 0x24d0),
        '\u{1f1e6}'..='\u{1f1ff}' => letter(b'a', code - 0x1f1e6),
        '\u{1f130}'..='\u{1f149}' => letter(b'A', code - 0x1f130),
        '\u{1f150}'..='\u{1f169}' => letter(b'A', code - 0x1f150),
        '\u{1f170}'..='\u{1f189}' => letter(b'A', code - 0x1f170),
        _ => letterlike(c),
    }
}

/// Small capitals, Braille, and the mathematical letters that stand outside of their block.
fn letterlike(c: char) -> char {
    const PAIRS: &str = "ᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuᴠvᴡwʏyᴢzℎhℬbℰeℱfℋhℐiℒlℳmℛrℯeℊgℴoℭcℌhℑiℜrℨzℂcℍhℕnℙpℚqℝrℤz\
        ⠁a⠃b⠉c⠙d⠑e⠋f⠛g⠓h⠊i⠚j⠅k⠇l⠍m⠝n⠕o⠏p⠟q⠗r⠎s⠞t⠥u⠧v⠺w⠭x⠽y⠵z\
        ₐaₑeₒoₓxₕhₖkₗlₘmₙnₚpₛsₜtᵃaᵇbᶜcᵈdᵉeᶠfᵍgʰhⁱiʲjᵏkˡlᵐmⁿnᵒoᵖpʳrˢsᵗtᵘuᵛvʷwˣxʸyᶻz";
    look_up(PAIRS, c).unwrap_or(c)
}

/// A letter of another script that looks Latin, as Latin.
fn latin(c: char) -> char {
    if c.is_ascii() { c } else { look_up(LOOK_ALIKES, c).unwrap_or(c) }
}

/// What stands after a character in a row of pairs.
pub(super) fn look_up(pairs: &str, c: char) -> Option<char> {
    let mut chars = pairs.chars();
    while let (Some(from), Some(to)) = (chars.next(), chars.next()) {
        if from == c {
            return Some(to);
        }
    }
    None
}
