//! No links in profile text (S39): URLs, bare domains, e-mail addresses, telephone numbers and handles, also when they
//! are spelled out in French, Dutch, English, German or Spanish, written in look-alike letters, or cut up by characters nobody sees.
//!
//! The text is read once into a skeleton of plain lower-case characters that remember where they came from; a few
//! scanners look at that. No regular expressions; the words they know are lists in `data/no_links`. What they cannot name a
//! classifier tells that was learned from texts ([`learned`]).

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
    hits.retain(|(glyphs, kind)| is_plain(&skeleton, glyphs, *kind) || learned::is_credible(&skeleton, glyphs));
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
    pulled_apart(skeleton, &mut hits);
    hits
}

/// What nobody can mean otherwise, whatever stands around it: an address with a scheme, an e-mail address in its signs, a
/// telephone number with its country, a domain whose end is no word. Nobody hides it among the words of the trade.
fn is_plain(skeleton: &Skeleton, hit: &Range<usize>, kind: LinkKind) -> bool {
    let text = skeleton.text(hit.clone());
    let in_signs = text.contains('.') && !text.contains(char::is_whitespace);
    match kind {
        LinkKind::Url => true,
        LinkKind::Email => in_signs && text.contains('@'),
        LinkKind::Phone => text.starts_with('+'),
        LinkKind::Domain => in_signs && text.rsplit('.').next().is_some_and(|end| words::STRONG.contains(end)),
        LinkKind::Handle | LinkKind::Told => false,
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
    find_links(text)
        .into_iter()
        .take(most)
        .filter_map(|found| text.get(found.range))
        .map(|words| words.chars().take(60).collect())
        .collect()
}
