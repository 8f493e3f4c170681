//! What no rule names: a linear classifier over words, what kinds of words follow each other, and pieces of words,
//! learned from labelled texts.
//!
//! A passage of at most [`LONGEST`] characters becomes a set of features; each is a number of [`BITS`] bits with one weight
//! ([`WEIGHTS`], four bits each), and what they weigh together, divided by the root of how many they are, is the passage's
//! score: far above nought where it reads like a way to get in touch, far below where it reads like the trade. It tells of
//! a passage in which the rules found nothing and that scores at least [`SUSPECT`], and takes the word of a rule that may be
//! mistaken back below [`CREDIBLE`]. The weights are made by `make learn`, from `tests/corpus/*.jsonl` but for the sets that
//! measure.

use super::{
    skeleton::{Glyph, Skeleton},
    words,
};
use std::ops::Range;

/// Features are numbers of so many bits; some share one.
const BITS: u32 = 16;

/// The weights, -7 to 7, two in a byte, the lower half first.
static WEIGHTS: &[u8; 1 << (BITS - 1)] = include_bytes!("../../data/no_links/learned.bin");

/// From here on a passage is taken for a way to get in touch. In weights.
const SUSPECT: f32 = 2.5;

/// Below it, a rule that may be mistaken is. In weights.
const CREDIBLE: f32 = -5.5;

/// Characters of a passage: the texts it was learned from are as long.
const LONGEST: usize = 320;

/// Shorter ones say too little: names of things, titles.
const SHORTEST: usize = 40;

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
fn kind(word: &str) -> &'static str {
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
    ];
    if let Some((_, kind)) = lists.iter().find(|(list, _)| list.contains(word)) {
        return kind;
    }
    let mut chars = word.chars();
    match (chars.next(), chars.next()) {
        (Some(c), _) if c.is_ascii_digit() => "0",
        (Some(c), None) if c.is_alphabetic() => "a",
        _ => "w",
    }
}

/// The features of a passage, each once.
fn features(glyphs: &[Glyph]) -> Vec<u32> {
    let plain = |c: char| if c.is_numeric() { '0' } else { c };
    let mut seen = Vec::with_capacity(8 * glyphs.len());
    // Words and signs; long numbers are alike.
    let mut tokens: Vec<(String, &'static str)> = Vec::new();
    let mut word = String::new();
    let (mut digits, mut numbers, mut singles, mut run, mut longest_run) = (0_u8, 0_u8, 0_u8, 0_u8, 0_u8);
    for c in glyphs.iter().map(|glyph| glyph.c).chain([' ']) {
        let same = word.chars().next().is_some_and(|first| {
            first.is_numeric() == c.is_numeric() && first.is_alphabetic() == c.is_alphabetic() && c.is_alphanumeric()
        });
        if !same && !word.is_empty() {
            let kind = kind(&word);
            let is_number = matches!(kind, "#1" | "#10" | "#0");
            numbers = numbers.saturating_add(u8::from(is_number));
            run = if is_number { run.saturating_add(1) } else { 0 };
            longest_run = longest_run.max(run);
            singles = singles.saturating_add(u8::from(kind == "a"));
            let text = if kind == "0" { word.chars().map(plain).take(4).collect() } else { word.clone() };
            tokens.push((text, kind));
            word.clear();
        }
        digits = digits.saturating_add(u8::from(c.is_numeric()));
        if !c.is_whitespace() {
            word.push(c);
        }
    }
    for (at, (word, _)) in tokens.iter().enumerate() {
        seen.push(Hash::new(b'w').word(word).feature());
        if let Some((next, _)) = tokens.get(at + 1) {
            seen.push(Hash::new(b'b').word(word).word(next).feature());
        }
        if let Some([(next, _), (last, _)]) = tokens.get(at + 1..at + 3) {
            seen.push(Hash::new(b's').word(word).word(last).feature());
            seen.push(Hash::new(b't').word(word).word(next).word(last).feature());
        }
        // Kinds of two to five words, one of them as it is where it is a sign.
        let mut hash = Hash::new(b'k');
        for (so_many, (word, kind)) in (1..).zip(tokens.iter().skip(at).take(5)) {
            let is_sign = word.chars().all(|c| !c.is_alphanumeric());
            hash = hash.word(if is_sign { word } else { kind });
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
    for (kind, amount, most) in [(b'0', digits, 14), (b'1', numbers, 12), (b'2', longest_run, 10), (b'3', singles, 8)] {
        seen.push(Hash::new(b'n').byte(kind).byte(amount.min(most)).feature());
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
    let features = features(glyphs);
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
        read.len() < SHORTEST || score(read) >= CREDIBLE
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
        if is_known || read.len() < SHORTEST || score(read) < SUSPECT {
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
    use std::{env, fs, path::Path};

    /// Sets that measure, which nothing is learned from.
    const MEASURES: [&str; 2] = ["held_out_3.jsonl", "held_out_4.jsonl"];

    /// How much a mistake in training weighs against large weights.
    const COST: f64 = 0.4;

    fn texts(folder: &Path, left_out: &[&str]) -> Vec<(Vec<u32>, f64)> {
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let mut all = Vec::new();
        for path in files {
            let name = path.file_name().unwrap().to_str().unwrap();
            if !name.ends_with(".jsonl") || MEASURES.contains(&name) || left_out.contains(&name) {
                continue;
            }
            for line in fs::read_to_string(&path).unwrap().lines().filter(|line| !line.trim().is_empty()) {
                let case: Value = serde_json::from_str(line).unwrap();
                let innocent = matches!(case["label"].as_str().unwrap(), "innocent" | "none");
                let skeleton = Skeleton::of(case["text"].as_str().unwrap());
                all.push((features(&skeleton.glyphs), if innocent { -1.0 } else { 1.0 }));
            }
        }
        all
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

    /// `make learn`: writes the weights anew. `LEARN_WITHOUT` names sets to leave out, to choose the limits by them.
    #[test]
    #[ignore = "writes data/no_links/learned.bin"]
    fn learn_weights() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let left_out = env::var("LEARN_WITHOUT").unwrap_or_default();
        let left_out: Vec<&str> = left_out.split(' ').collect();
        let texts = texts(&here.join("tests/corpus"), &left_out);
        let weights = learn(&texts);
        #[expect(clippy::cast_possible_truncation, reason = "rounded and clamped")]
        let half = |weight: f64| ((weight * SCALE).round().clamp(-7.0, 7.0) as i8).cast_unsigned() & 0xf;
        let bytes: Vec<u8> = weights.chunks(2).map(|two| half(two[0]) | (half(two[1]) << 4)).collect();
        println!("{} texts", texts.len());
        fs::write(here.join("data/no_links/learned.bin"), bytes).unwrap();
    }

    /// Weights are kept as so many times those of training: few are above 7.
    const SCALE: f64 = 13.0;
}
