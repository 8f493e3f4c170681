//! What no rule names: a linear classifier over words, what kinds of words follow each other, and pieces of words,
//! learned from labelled texts.
//!
//! The kinds make it hold in every language: `mon pseudo Telegram` and `mijn naam op Telegram` are the same row of them
//! (lists in `data/no_links`), and a word that hardly any of the texts has ([`KNOWN`]) may be a name that somebody chose.
//! A passage of at most [`LONGEST`] characters becomes a set of features; each is a number of [`BITS`] bits with one weight
//! ([`WEIGHTS`], four bits each), and what they weigh together, divided by the root of how many they are, is the passage's
//! score: far above nought where it reads like a way to get in touch, far below where it reads like the trade. It tells of
//! a passage in which the rules found nothing and that scores at least [`suspect`], and takes the word of a rule that may be
//! mistaken back below [`CREDIBLE`]. The weights are made by `make learn`, from `tests/corpus/*.jsonl` but for the sets that
//! measure.

use super::{
    skeleton::{Glyph, Skeleton},
    words,
};
use std::ops::Range;

/// Features are numbers of so many bits; some share one.
const BITS: u32 = 17;

/// Known words are bits of so many.
const KNOWN_BITS: u32 = 17;

/// The weights, -7 to 7, two in a byte, the lower half first.
static WEIGHTS: &[u8; 1 << (BITS - 1)] = include_bytes!("../../data/no_links/learned.bin");

/// A bit for each word that is known.
static KNOWN: &[u8; 1 << (KNOWN_BITS - 3)] = include_bytes!("../../data/no_links/known.bin");

/// From here on a passage of so many characters is taken for a way to get in touch. In weights. A title or the name of a
/// thing says little: it must say it loudly.
const fn suspect(length: usize) -> f32 {
    if length < SHORT { 8.0 } else { 3.3 }
}

/// Below it, a rule that may be mistaken is. In weights.
const CREDIBLE: f32 = -7.0;

/// Characters of a passage: the texts it was learned from are as long.
const LONGEST: usize = 320;

/// Shorter ones are titles and names of things.
const SHORT: usize = 40;

/// Shorter ones say nothing.
const SHORTEST: usize = 20;

/// A hash that is the same on every machine (FNV-1a).
struct Hash(u32);

impl Hash {
    const fn new(kind: u8) -> Self {
        Self(0x811c_9dc5).byte(kind)
    }

    const fn byte(self, byte: u8) -> Self {
        Self((self.0 ^ byte as u32).wrapping_mul(0x0100_0193))
    }

    fn char(self, c: char) -> Self {
        u32::from(c).to_le_bytes().into_iter().fold(self, Self::byte)
    }

    fn word(self, word: &str) -> Self {
        word.chars().fold(self, Self::char).byte(0xff)
    }

    const fn feature(self) -> u32 {
        (self.0 ^ (self.0 >> BITS)) & ((1 << BITS) - 1)
    }
}

/// What kind of word it is, where a list of the rules knows it or its shape tells: the same in every language.
fn kind(word: &str, glyphs: &[Glyph], known: &Known) -> &'static str {
    let lists = [
        (words::DIGIT_WORDS, "#1"),
        (words::TENS_WORDS, "#10"),
        (words::ZERO_WORDS, "#0"),
        (words::AT_WORDS, "#at"),
        (words::DOT_WORDS, "#dot"),
        (words::SURE_DOT_WORDS, "#dot"),
        (words::UNDERSCORE_WORDS, "#_"),
        (words::NAME_SIGNS, "#sign"),
        (words::MESSENGERS, "#net"),
        (words::PERSONAL, "#net"),
        (words::NETWORK_WORDS, "#nets"),
        (words::SOCIAL_WORDS, "#nets"),
        (words::CONTACT_CUES, "#cue"),
        (words::WRITE_CUES, "#write"),
        (words::SITE_WORDS, "#site"),
        (words::PAGES, "#page"),
        (words::CALL, "#call"),
        (words::SEEK, "#seek"),
        (words::LOOK_UP, "#seek"),
        (words::SAME_NAME, "#same"),
        (words::MAIL_SERVICES, "#mail"),
        (words::STRONG, "#end"),
        (words::NAKED_ENDS, "#end"),
        (words::UNITS, "#unit"),
        (words::UNDER, "#under"),
        (words::SENSE_ADD, "#add'"),
        (words::SENSE_ADDR, "#addr'"),
        (words::SENSE_ENDS, "#ends'"),
        (words::SENSE_FIND, "#find'"),
        (words::SENSE_HERE, "#here'"),
        (words::SENSE_JOINED, "#joined'"),
        (words::SENSE_MINE, "#mine'"),
        (words::SENSE_NAME, "#name'"),
        (words::SENSE_NET, "#net'"),
        (words::SENSE_NICK, "#nick'"),
        (words::SENSE_OUT, "#out'"),
        (words::SENSE_PAGE, "#page'"),
        (words::SENSE_PHONE, "#phone'"),
        (words::SENSE_REACH, "#reach'"),
        (words::SENSE_THEN, "#then'"),
        (words::SENSE_TOLD, "#told'"),
        (words::SENSE_WRITE, "#write'"),
    ];
    if let Some((_, kind)) = lists.iter().find(|(list, _)| list.contains(word)) {
        return kind;
    }
    let mut chars = word.chars();
    let capital = glyphs.first().is_some_and(|glyph| glyph.upper);
    let later = glyphs.iter().skip(1).any(|glyph| glyph.upper);
    match (chars.next(), chars.next()) {
        (Some(c), _) if c.is_ascii_digit() => match glyphs.len() {
            1 => "01",
            2 => "02",
            3 => "03",
            4 => "04",
            _ => "05",
        },
        (Some(c), None) if c.is_alphabetic() => "a",
        _ => match (known.has(word), capital, later) {
            (true, false, false) => "w",
            (true, true, false) => "W",
            (true, _, true) => "A",
            (false, false, false) => "u",
            (false, true, false) => "U",
            (false, _, true) => "X",
        },
    }
}

/// Which words are ordinary: they stand in several of the texts that were learned from. A name that somebody chose does not.
struct Known<'a>(&'a [u8]);

impl Known<'_> {
    fn place(word: &str) -> (usize, u8) {
        let hash = Hash::new(b'v').word(word).0;
        let bit = ((hash ^ (hash >> KNOWN_BITS)) & ((1 << KNOWN_BITS) - 1)) as usize;
        (bit / 8, 1 << (bit % 8))
    }

    fn has(&self, word: &str) -> bool {
        let (byte, bit) = Self::place(word);
        self.0.get(byte).is_some_and(|byte| byte & bit != 0)
    }
}

/// A word, number or sign as it is weighed.
struct Piece {
    text: String,
    kind: &'static str,
}

/// Words and signs; long numbers are alike.
fn pieces(glyphs: &[Glyph], known: &Known) -> Vec<Piece> {
    let plain = |c: char| if c.is_numeric() { '0' } else { c };
    let mut pieces = Vec::new();
    let mut start = 0;
    for at in 0..=glyphs.len() {
        let c = glyphs.get(at).map_or(' ', |glyph| glyph.c);
        let same = at > start && {
            let first = glyphs[start].c;
            first.is_numeric() == c.is_numeric() && first.is_alphabetic() == c.is_alphabetic() && c.is_alphanumeric()
        };
        if !same {
            if at > start {
                let run = &glyphs[start..at];
                let text: String = run.iter().map(|glyph| glyph.c).collect();
                if text.chars().next().is_some_and(char::is_alphanumeric) {
                    let kind = kind(&text, run, known);
                    let text = if kind.starts_with('0') { text.chars().map(plain).take(4).collect() } else { text };
                    pieces.push(Piece { text, kind });
                } else {
                    pieces.push(Piece { text, kind: "" });
                }
            }
            start = if c.is_whitespace() { at + 1 } else { at };
        }
    }
    pieces
}

/// The features of a passage, each once.
fn features(glyphs: &[Glyph], known: &Known) -> Vec<u32> {
    let plain = |c: char| if c.is_numeric() { '0' } else { c };
    let mut seen = Vec::with_capacity(10 * glyphs.len());
    let pieces = pieces(glyphs, known);
    let kind =
        |piece: &Piece| -> String { if piece.kind.is_empty() { piece.text.clone() } else { piece.kind.to_owned() } };
    let kinds: Vec<String> = pieces.iter().map(kind).collect();
    for (at, piece) in pieces.iter().enumerate() {
        let word = piece.text.as_str();
        seen.push(Hash::new(b'w').word(word).feature());
        if let Some(next) = pieces.get(at + 1) {
            seen.push(Hash::new(b'b').word(word).word(&next.text).feature());
            seen.push(Hash::new(b'x').word(word).word(&kinds[at + 1]).feature());
            seen.push(Hash::new(b'y').word(&kinds[at]).word(&next.text).feature());
        }
        if let Some([next, last]) = pieces.get(at + 1..at + 3) {
            seen.push(Hash::new(b's').word(word).word(&last.text).feature());
            seen.push(Hash::new(b't').word(word).word(&next.text).word(&last.text).feature());
            seen.push(Hash::new(b'z').word(word).word(&kinds[at + 2]).feature());
            seen.push(Hash::new(b'q').word(&kinds[at]).word(&next.text).word(&kinds[at + 2]).feature());
        }
        // Kinds of two to five words, one of them as it is where it is a sign.
        let mut hash = Hash::new(b'k');
        for (so_many, kind) in (1..).zip(kinds.iter().skip(at).take(5)) {
            hash = hash.word(kind);
            if so_many > 1 {
                seen.push(Hash(hash.0).byte(so_many).feature());
            }
        }
    }
    // Pieces of two to five characters.
    let mut text = vec![' '];
    for c in glyphs.iter().map(|glyph| plain(glyph.c)).chain([' ']) {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c != ' ' || text.last() != Some(&' ') {
            text.push(c);
        }
    }
    for at in 0..text.len() {
        let mut hash = Hash::new(b'c');
        for (so_many, c) in (1..).zip(text.iter().skip(at).take(5)) {
            hash = hash.char(*c);
            if so_many > 1 {
                seen.push(Hash(hash.0).byte(so_many).feature());
            }
        }
    }
    let count = |is: &dyn Fn(&str) -> bool| kinds.iter().filter(|kind| is(kind)).count();
    let is_number = |kind: &str| matches!(kind, "#1" | "#10" | "#0");
    let (mut run, mut longest_run) = (0, 0);
    for kind in &kinds {
        run = if is_number(kind) { run + 1 } else { 0 };
        longest_run = longest_run.max(run);
    }
    let digits = glyphs.iter().filter(|glyph| glyph.c.is_numeric()).count();
    let amounts = [
        (b'0', digits, 14),
        (b'1', count(&is_number), 12),
        (b'2', longest_run, 10),
        (b'3', count(&|kind| kind == "a"), 8),
        (b'4', count(&|kind| matches!(kind, "u" | "X")), 6),
        (b'5', count(&|kind| kind == "U"), 6),
    ];
    for (kind, amount, most) in amounts {
        let amount = u8::try_from(amount.min(most)).unwrap_or(u8::MAX);
        seen.push(Hash::new(b'n').byte(kind).byte(amount).feature());
    }
    seen.sort_unstable();
    seen.dedup();
    seen
}

fn weight(feature: u32) -> i32 {
    let byte = WEIGHTS.get(feature as usize / 2).copied().unwrap_or_default();
    let half = if feature.is_multiple_of(2) { byte << 4 } else { byte & 0xf0 };
    i32::from(half.cast_signed() >> 4)
}

fn score(glyphs: &[Glyph]) -> f32 {
    let features = features(glyphs, &Known(KNOWN));
    let sum: i32 = features.iter().map(|feature| weight(*feature)).sum();
    #[expect(clippy::cast_precision_loss, reason = "a few thousand features of four bits each")]
    let (sum, count) = (sum as f32, features.len() as f32);
    sum / libm::sqrtf(count.max(1.0))
}

/// The sentences of a text, in glyphs; a long one is cut at a space.
fn sentences(skeleton: &Skeleton) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut from = 0;
    for at in 0..skeleton.glyphs.len() {
        let c = skeleton.c(at).unwrap_or(' ');
        let next_is_space = skeleton.c(at + 1).is_none_or(char::is_whitespace);
        let ends = c == '\n'
            || matches!(c, '。' | '！' | '？')
            || (matches!(c, '.' | '!' | '?' | '…') && next_is_space)
            || (at - from >= LONGEST - 1 && next_is_space)
            || at - from >= LONGEST + 60;
        if ends {
            sentences.push(from..at + 1);
            from = at + 1;
        }
    }
    if from < skeleton.glyphs.len() {
        sentences.push(from..skeleton.glyphs.len());
    }
    sentences
}

/// What is read together: the whole text if it is short, otherwise each sentence with as many before it as fit, at most two.
fn passages(skeleton: &Skeleton) -> Vec<Vec<Range<usize>>> {
    let sentences = sentences(skeleton);
    if skeleton.glyphs.len() <= LONGEST {
        return if sentences.is_empty() { Vec::new() } else { vec![sentences] };
    }
    (0..sentences.len())
        .filter_map(|last| {
            let end = sentences.get(last)?.end;
            let first = (last.saturating_sub(2)..=last).find(|first| end - sentences[*first].start <= LONGEST);
            sentences.get(first.unwrap_or(last)..=last).map(<[_]>::to_vec)
        })
        .collect()
}

/// The glyphs of a passage.
fn glyphs<'a>(skeleton: &'a Skeleton, passage: &[Range<usize>]) -> &'a [Glyph] {
    match (passage.first(), passage.last()) {
        (Some(first), Some(last)) => skeleton.glyphs.get(first.start..last.end).unwrap_or_default(),
        _ => &[],
    }
}

/// Whether what a rule found that may be mistaken stands where it may well be meant so.
pub(super) fn is_credible(skeleton: &Skeleton, hit: &Range<usize>) -> bool {
    let around = passages(skeleton).into_iter().find(|passage| {
        passage.first().is_some_and(|first| first.start <= hit.start)
            && passage.last().is_some_and(|last| hit.end <= last.end)
    });
    around.is_none_or(|passage| {
        let read = glyphs(skeleton, &passage);
        read.len() < SHORT || score(read) >= CREDIBLE
    })
}

/// The sentences that read like a way to get in touch, in passages where nothing was found.
pub(super) fn scan(skeleton: &Skeleton, found: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut told: Vec<Range<usize>> = Vec::new();
    for passage in passages(skeleton) {
        let read = glyphs(skeleton, &passage);
        let (Some(first), Some(last)) = (passage.first(), passage.last()) else { continue };
        let overlaps = |range: &Range<usize>| range.start < last.end && first.start < range.end;
        let is_known = found.iter().chain(&told).any(overlaps);
        if is_known || read.len() < SHORTEST || score(read) < suspect(read.len()) {
            continue;
        }
        let worst = passage.iter().max_by(|a, b| {
            let score = |range: &Range<usize>| score(skeleton.glyphs.get(range.clone()).unwrap_or_default());
            score(a).total_cmp(&score(b))
        });
        if let Some(sentence) = worst {
            // Without the white space around it.
            let is_space = |at: &usize| skeleton.c(*at).is_none_or(char::is_whitespace);
            let start = sentence.clone().find(|at| !is_space(at)).unwrap_or(sentence.start);
            let end = sentence.clone().rev().find(|at| !is_space(at)).map_or(sentence.end, |at| at + 1);
            told.push(start..end);
        }
    }
    told
}

#[cfg(test)]
mod training {
    use super::*;
    use serde_json::Value;
    use std::{
        collections::{BTreeMap, BTreeSet},
        env, fs,
        path::Path,
    };

    /// Sets that measure, which nothing is learned from.
    const MEASURES: [&str; 1] = ["held_out_5.jsonl"];

    /// How much a mistake in training weighs against large weights.
    const COST: f64 = 0.6;

    struct Text {
        set: String,
        id: String,
        skeleton: Skeleton,
        label: f64,
    }

    fn texts(folder: &Path) -> Vec<Text> {
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let mut all = Vec::new();
        for path in files {
            let name = path.file_name().unwrap().to_str().unwrap();
            if !name.ends_with(".jsonl") || MEASURES.contains(&name) {
                continue;
            }
            for line in fs::read_to_string(&path).unwrap().lines().filter(|line| !line.trim().is_empty()) {
                let case: Value = serde_json::from_str(line).unwrap();
                let innocent = matches!(case["label"].as_str().unwrap(), "innocent" | "none");
                all.push(Text {
                    set: name.to_owned(),
                    id: case["id"].as_str().unwrap_or_default().to_owned(),
                    skeleton: Skeleton::of(case["text"].as_str().unwrap()),
                    label: if innocent { -1.0 } else { 1.0 },
                });
            }
        }
        all
    }

    /// The words of three texts or more.
    fn learn_words(texts: &[&Text]) -> Vec<u8> {
        let mut counts = BTreeMap::<String, u32>::new();
        for text in texts {
            let words: BTreeSet<String> =
                pieces(&text.skeleton.glyphs, &Known(&[])).into_iter().map(|piece| piece.text).collect();
            for word in words {
                *counts.entry(word).or_default() += 1;
            }
        }
        let mut known = vec![0; 1 << (KNOWN_BITS - 3)];
        for word in counts.iter().filter(|(_, count)| **count >= 3).map(|(word, _)| word) {
            let (byte, bit) = Known::place(word);
            known[byte] |= bit;
        }
        known
    }

    fn read(texts: &[&Text], known: &[u8]) -> Vec<(Vec<u32>, f64)> {
        texts.iter().map(|text| (features(&text.skeleton.glyphs, &Known(known)), text.label)).collect()
    }

    /// A support vector machine with squared hinge loss, by dual coordinate descent (Hsieh et al., ICML 2008): the same
    /// texts give the same weights.
    fn learn(texts: &[(Vec<u32>, f64)]) -> Vec<f64> {
        let mut weights = vec![0.0; 1 << BITS];
        let mut alphas = vec![0.0; texts.len()];
        let mut order: Vec<usize> = (0..texts.len()).collect();
        let mut state = 1_u64;
        for _ in 0..60 {
            for at in (1..order.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let other = usize::try_from((state >> 33) % (at as u64 + 1)).unwrap();
                order.swap(at, other);
            }
            for &at in &order {
                let (features, label) = &texts[at];
                let length = f64::from(u32::try_from(features.len()).unwrap()).sqrt();
                let score: f64 = features.iter().map(|feature| weights[*feature as usize]).sum::<f64>() / length;
                let diagonal = 0.5 / COST;
                let gradient = label * score - 1.0 + diagonal * alphas[at];
                let alpha = (alphas[at] - gradient / (1.0 + diagonal)).max(0.0);
                let step = (alpha - alphas[at]) * label / length;
                alphas[at] = alpha;
                for feature in features {
                    weights[*feature as usize] += step;
                }
            }
        }
        weights
    }

    /// In four bits each.
    fn rounded(weights: &[f64]) -> Vec<i8> {
        #[expect(clippy::cast_possible_truncation, reason = "rounded and clamped")]
        weights.iter().map(|weight| (weight * SCALE).round().clamp(-7.0, 7.0) as i8).collect()
    }

    /// `make learn`: writes the weights and the known words anew.
    #[test]
    #[ignore = "writes data/no_links/learned.bin and known.bin"]
    fn learn_weights() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let texts = texts(&here.join("tests/corpus"));
        let texts: Vec<&Text> = texts.iter().collect();
        let known = learn_words(&texts);
        let weights = rounded(&learn(&read(&texts, &known)));
        let half = |weight: i8| weight.cast_unsigned() & 0xf;
        let bytes: Vec<u8> = weights.chunks(2).map(|two| half(two[0]) | (half(two[1]) << 4)).collect();
        println!("{} texts", texts.len());
        fs::write(here.join("data/no_links/known.bin"), known).unwrap();
        fs::write(here.join("data/no_links/learned.bin"), bytes).unwrap();
    }

    /// `make learn-check`: learns without one set after the other and judges that set, at the limits as they are. This is
    /// how much one set says about the next; the limits are chosen by it. With `SCORES` set, each text's score as well.
    #[test]
    #[ignore = "prints, checks nothing"]
    fn cross_validate() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
        let all = texts(&folder);
        for name in all.iter().map(|text| text.set.as_str()).collect::<BTreeSet<_>>() {
            let others: Vec<&Text> = all.iter().filter(|text| text.set != name).collect();
            let known = learn_words(&others);
            let weights = rounded(&learn(&read(&others, &known)));
            let (mut missed, mut alarms, mut links, mut innocents) = (0, 0, 0, 0);
            for text in all.iter().filter(|text| text.set == name) {
                let features = features(&text.skeleton.glyphs, &Known(&known));
                let sum: i32 = features.iter().map(|feature| i32::from(weights[*feature as usize])).sum();
                let score = f64::from(sum) / f64::from(u32::try_from(features.len().max(1)).unwrap()).sqrt();
                let hits = super::super::ruled(&text.skeleton);
                let ruled = hits.iter().any(|(at, kind)| {
                    !super::super::may_be_mistaken(&text.skeleton, at, *kind) || score >= f64::from(CREDIBLE)
                });
                let told = ruled || (hits.is_empty() && score >= f64::from(suspect(text.skeleton.glyphs.len())));
                let innocent = text.label < 0.0;
                innocents += usize::from(innocent);
                links += usize::from(!innocent);
                missed += usize::from(!innocent && !told);
                alarms += usize::from(innocent && told);
                if env::var_os("SCORES").is_some() {
                    let kinds: Vec<String> = hits.iter().map(|(_, kind)| format!("{kind:?}")).collect();
                    println!("{name}\t{}\t{innocent}\t{}\t{score:.2}", text.id, kinds.join("+"));
                }
            }
            println!("{name}: {missed} of {links} missed, {alarms} of {innocents} false alarms");
        }
    }

    /// Weights are kept as so many times those of training: few are above 7.
    const SCALE: f64 = 13.0;
}
