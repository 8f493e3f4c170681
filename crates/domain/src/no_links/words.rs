//! The words the scanners know: one list a file in `data/no_links`, one word a line; `#` begins a comment. The build
//! script sorts each list into one string, so that a word is found by halving and a list takes no more room than its
//! letters.

/// A list of words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words(&'static str);

impl Words {
    /// Whether a word is on the list, whole.
    pub(super) fn contains(self, word: &str) -> bool {
        let (mut from, mut to) = (0, self.0.len());
        while from < to {
            // The line around the middle.
            let middle = (from + to) / 2;
            let bytes = self.0.as_bytes();
            let start = bytes[from..middle].iter().rposition(|byte| *byte == b'\n').map_or(from, |at| from + at + 1);
            let end = bytes[middle..to].iter().position(|byte| *byte == b'\n').map_or(to, |at| middle + at);
            match self.0.get(start..end).unwrap_or_default().cmp(word) {
                std::cmp::Ordering::Equal => return true,
                std::cmp::Ordering::Less => from = end + 1,
                std::cmp::Ordering::Greater => to = start.saturating_sub(1).max(from),
            }
        }
        false
    }

    /// Whether a text has a word of the list in it, anywhere.
    pub(super) fn is_within(self, text: &str) -> bool {
        self.0.split('\n').any(|word| text.contains(word))
    }
}

include!(concat!(env!("OUT_DIR"), "/no_links_words.rs"));
