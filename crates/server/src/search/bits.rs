//! Sets of experts: one bit a slot.

/// A set of slots. Sets of different lengths mix: what lies beyond the shorter one is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn set(&mut self, slot: usize, on: bool) {
        let word = slot / 64;
        if word >= self.0.len() {
            if !on {
                return;
            }
            self.0.resize(word + 1, 0);
        }
        if on {
            self.0[word] |= 1 << (slot % 64);
        } else {
            self.0[word] &= !(1 << (slot % 64));
        }
    }

    pub(super) fn has(&self, slot: usize) -> bool {
        self.0.get(slot / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    /// Keeps what the other has too.
    pub(super) fn keep(&mut self, other: &Self) {
        self.0.truncate(other.0.len());
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }

    /// Adds what the other has.
    pub(super) fn add(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
    }

    /// Keeps the slots that pass a test; only those that are set are tested.
    pub(super) fn retain(&mut self, mut test: impl FnMut(usize) -> bool) {
        for (index, word) in self.0.iter_mut().enumerate() {
            let mut rest = *word;
            while rest != 0 {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                if !test(index * 64 + bit) {
                    *word &= !(1 << bit);
                }
            }
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// How many both have.
    pub(super) fn count_with(&self, other: &Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(word, other)| (word & other).count_ones()).sum()
    }

    /// The slots, in rising order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    index * 64 + bit
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn bits(slots: impl IntoIterator<Item = usize>) -> Bits {
        let mut bits = Bits::default();
        for slot in slots {
            bits.set(slot, true);
        }
        bits
    }

    #[test]
    fn bits_are_sets() {
        let (a, b) = ([0, 3, 63, 64, 200], [3, 64, 65]);
        let (of_a, of_b) = (BTreeSet::from(a), BTreeSet::from(b));
        let mut both = bits(a);
        both.keep(&bits(b));
        assert_eq!(both.iter().collect::<BTreeSet<_>>(), &of_a & &of_b);
        assert_eq!(bits(a).count_with(&bits(b)), 2);
        let mut either = bits(b);
        either.add(&bits(a));
        assert_eq!(either.iter().collect::<BTreeSet<_>>(), &of_a | &of_b);
        assert_eq!(either.count(), 6);
        either.retain(|slot| slot % 2 == 1);
        assert_eq!(either.iter().collect::<Vec<_>>(), [3, 63, 65]);
        either.set(3, false);
        either.set(9_999, false);
        assert!(!either.has(3) && either.has(63) && !either.has(9_999));
    }
}
