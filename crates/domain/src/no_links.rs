//! No links in profile text (S39): URLs, bare domains, e-mail addresses, telephone numbers and handles, also when they
//! are spelled out in French, Dutch, English, German or Spanish, written in look-alike letters, encoded, mirrored, or cut up by
//! characters nobody sees.
//!
//! The text is read once into a skeleton of plain lower-case characters that remember where they came from; a few
//! scanners look at that. No regular expressions; the words they know are lists in `data/no_links`. What they cannot name a
//! classifier tells that was learned from texts ([`learned`]).

mod hidden;
mod learned;
mod networks;
mod phones;
mod shapes;
mod skeleton;
mod spelled;
mod told;
mod web;
mod words;

use serde::{Deserialize, Serialize};
use skeleton::Skeleton;
use std::ops::Range;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// An address with a scheme, or one that starts with `www`.
    Url,
    /// A bare domain.
    Domain,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A name on a social network or messenger.
    Handle,
    /// A sentence that says how to get in touch, in a way that no rule names.
    Told,
}

/// A place in a text that leads elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Bytes of the text, on character boundaries.
    pub range: Range<usize>,
    /// What it is.
    pub kind: LinkKind,
}

/// Finds everything in a text that leads elsewhere, in order, without overlaps.
#[must_use]
pub fn find_links(text: &str) -> Vec<Found> {
    let skeleton = Skeleton::of(text);
    let mut hits = ruled(&skeleton);
    hits.retain(|(glyphs, kind)| !may_be_mistaken(&skeleton, glyphs, *kind) || learned::is_credible(&skeleton, glyphs));
    let known: Vec<_> = hits.iter().map(|(glyphs, _)| glyphs.clone()).collect();
    hits.extend(learned::scan(&skeleton, &known).into_iter().map(|sentence| (sentence, LinkKind::Told)));
    let mut found: Vec<Found> =
        hits.into_iter().filter_map(|(glyphs, kind)| Some(Found { range: skeleton.bytes(glyphs)?, kind })).collect();
    found.sort_by_key(|found| (found.range.start, std::cmp::Reverse(found.range.end), found.kind));
    let mut merged: Vec<Found> = Vec::new();
    for next in found {
        match merged.last_mut() {
            Some(last) if next.range.start < last.range.end => last.range.end = last.range.end.max(next.range.end),
            _ => merged.push(next),
        }
    }
    merged
}

/// What the rules find.
fn ruled(skeleton: &Skeleton) -> web::Hits {
    let mut hits = Vec::new();
    web::scan(skeleton, &mut hits);
    phones::scan(skeleton, &mut hits);
    spelled::scan(skeleton, &mut hits);
    hidden::scan(skeleton, &mut hits);
    pulled_apart(skeleton, &mut hits);
    hits
}

/// Whether what a rule found may be meant otherwise: a name, or an e-mail address that is not in its signs. An address, a
/// domain or a telephone number is one however much of the trade stands around it: nobody hides it there.
fn may_be_mistaken(skeleton: &Skeleton, hit: &Range<usize>, kind: LinkKind) -> bool {
    let text = skeleton.text(hit.clone());
    match kind {
        LinkKind::Handle => true,
        LinkKind::Email => !text.contains('@') || !text.contains('.') || text.contains(char::is_whitespace),
        LinkKind::Url | LinkKind::Domain | LinkKind::Phone | LinkKind::Told => false,
    }
}

/// `m i a c a d . f r`: what stands character by character is read again without the spaces.
fn pulled_apart(skeleton: &Skeleton, hits: &mut web::Hits) {
    let space = |at: usize| skeleton.c(at).is_some_and(|c| c.is_whitespace() && c != '\n');
    let single = |at: usize| {
        skeleton.c(at).is_some_and(|c| !c.is_whitespace())
            && (at == 0 || skeleton.before(at).is_some_and(char::is_whitespace))
            && skeleton.c(at + 1).is_none_or(char::is_whitespace)
    };
    let mut at = 0;
    while at < skeleton.glyphs.len() {
        if !single(at) {
            at += 1;
            continue;
        }
        let start = at;
        while space(at + 1) && single(at + 2) {
            at += 2;
        }
        at += 1;
        if at - start >= 15 {
            let close = Skeleton { glyphs: skeleton.glyphs[start..at].iter().step_by(2).copied().collect() };
            let mut found = Vec::new();
            web::scan(&close, &mut found);
            // `m i a _ c a d`
            if found.is_empty() && close.glyphs.iter().any(|glyph| glyph.c == '_') {
                found.push((0..close.glyphs.len(), LinkKind::Handle));
            }
            hits.extend(
                found.into_iter().map(|(range, kind)| (start + 2 * range.start..start + 2 * range.end - 1, kind)),
            );
        }
    }
}

/// The offending words of a text, as they stand in it; at most `most` of them, each cut to 60 characters.
#[must_use]
pub fn offending(text: &str, most: usize) -> Vec<String> {
    offending_but(text, &[], most)
}

/// Words as they are compared with those that were allowed: white space collapsed, everything else as it was typed.
#[must_use]
pub fn collapsed(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As [`find_links`], but for words that somebody looked at and found to be no contact detail: exactly those, in full.
#[must_use]
pub fn find_links_but(text: &str, allowed: &[String]) -> Vec<Found> {
    let mut found = find_links(text);
    if !allowed.is_empty() {
        found.retain(|found| {
            let words = text.get(found.range.clone()).map(collapsed);
            words.is_none_or(|words| !allowed.iter().any(|known| collapsed(known) == words))
        });
    }
    found
}

/// As [`offending`], but for the words that are allowed: see [`find_links_but`].
#[must_use]
pub fn offending_but(text: &str, allowed: &[String], most: usize) -> Vec<String> {
    find_links_but(text, allowed)
        .into_iter()
        .take(most)
        .filter_map(|found| text.get(found.range))
        .map(|words| words.chars().take(60).collect())
        .collect()
}
