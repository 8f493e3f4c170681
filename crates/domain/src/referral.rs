//! Referral partners (S40): who may bring customers for software licences, and what becomes of those.
//!
//! ```text
//! Asked ──grant──▶ Granted ──end──▶ Ended
//!   └────refuse──▶ Refused
//!
//! New ──▶ Contacted ──▶ Quoted ──▶ Won
//!  └──────────┴────────────┴─────▶ Lost
//! ```
//!
//! Who was refused or whose partnership ended may ask again: that is a new one, with a code of its own. Whether and what
//! a partner is paid is no matter of the platform: nothing here knows of it.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// A move the drawings above do not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("what is {from} cannot become {to}")]
pub struct InvalidMove {
    /// Code of the state it was in.
    pub from: &'static str,
    /// Code of the state it was to have.
    pub to: &'static str,
}

/// Where a partnership stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Partnership {
    /// The expert asked; a manager decides.
    Asked,
    /// The code works.
    Granted,
    /// A manager refused, with a reason.
    Refused,
    /// A manager ended it, with a reason: the code takes no more leads.
    Ended,
}

impl Partnership {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Asked, Self::Granted, Self::Refused, Self::Ended];

    /// The code in the database and in texts' keys.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Ended => "ended",
        }
    }

    /// Reads [`Partnership::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether it is over, so that the expert may ask anew.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Refused | Self::Ended)
    }

    /// Whether the code takes leads.
    #[must_use]
    pub const fn takes_leads(self) -> bool {
        matches!(self, Self::Granted)
    }

    /// A manager decides: grants or refuses what was asked, ends what was granted.
    ///
    /// # Errors
    /// [`InvalidMove`] for whatever is not drawn.
    pub const fn moved_to(self, to: Self) -> Result<Self, InvalidMove> {
        match (self, to) {
            (Self::Asked, Self::Granted | Self::Refused) | (Self::Granted, Self::Ended) => Ok(to),
            _ => Err(InvalidMove { from: self.code(), to: to.code() }),
        }
    }
}

/// Where a lead stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lead {
    /// Nobody has got in touch yet.
    New,
    /// A manager got in touch.
    Contacted,
    /// There is an offer.
    Quoted,
    /// The licences were bought.
    Won,
    /// Nothing came of it.
    Lost,
}

impl Lead {
    /// All states, in the order of a lead's life.
    pub const ALL: [Self; 5] = [Self::New, Self::Contacted, Self::Quoted, Self::Won, Self::Lost];

    /// The code in the database, in addresses and in texts' keys.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Contacted => "contacted",
            Self::Quoted => "quoted",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Reads [`Lead::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether there is still something to do.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Contacted | Self::Quoted)
    }

    /// The states that it can have next.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::New => &[Self::Contacted, Self::Lost],
            Self::Contacted => &[Self::Quoted, Self::Lost],
            Self::Quoted => &[Self::Won, Self::Lost],
            Self::Won | Self::Lost => &[],
        }
    }

    /// A manager moves it on.
    ///
    /// # Errors
    /// [`InvalidMove`] for whatever is not drawn.
    pub fn moved_to(self, to: Self) -> Result<Self, InvalidMove> {
        if self.next().contains(&to) { Ok(to) } else { Err(InvalidMove { from: self.code(), to: to.code() }) }
    }
}

/// Letters and digits of a partner's code: none that is taken for another (0 O, 1 I L, 2 Z, 5 S, 8 B, U V) when it is
/// read aloud or copied by hand.
const ALPHABET: &[u8; 23] = b"34679ACDEFGHJKMNPQRTWXY";
/// How many of them a code has.
const LENGTH: usize = 8;

/// A partner's code: eight letters and digits, written in two halves: `K7MD-4WQX`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReferralCode(String);

/// Not a partner's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a code")]
pub struct NoCode;

impl ReferralCode {
    fn of(letters: &[u8]) -> Result<Self, NoCode> {
        let ours = letters.len() == LENGTH && letters.iter().all(|letter| ALPHABET.contains(letter));
        let text = std::str::from_utf8(letters).map_err(|_| NoCode)?;
        let (first, second) = text.split_at_checked(LENGTH / 2).filter(|_| ours).ok_or(NoCode)?;
        Ok(Self(format!("{first}-{second}")))
    }

    /// A code from random bytes: each letter as likely as the others, so that 32 bytes give one of 78 thousand million.
    ///
    /// # Errors
    /// When too few of the bytes can be used, which 32 random ones never are in practice.
    pub fn from_random(bytes: &[u8]) -> Result<Self, NoCode> {
        // The bytes above the greatest multiple would favour the first letters.
        let fair = ALPHABET.len() * (256 / ALPHABET.len());
        let letters: Vec<u8> = bytes
            .iter()
            .map(|byte| usize::from(*byte))
            .filter(|byte| *byte < fair)
            .filter_map(|byte| ALPHABET.get(byte % ALPHABET.len()).copied())
            .take(LENGTH)
            .collect();
        Self::of(&letters)
    }

    /// Reads a code as people write it: in small letters, without the hyphen, with spaces around.
    ///
    /// # Errors
    /// [`NoCode`].
    pub fn parse(text: &str) -> Result<Self, NoCode> {
        let text = text.trim();
        let letters: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').map(|b| b.to_ascii_uppercase()).collect();
        let hyphens = text.len() - letters.len();
        if hyphens > 1 || (hyphens == 1 && text.as_bytes().get(LENGTH / 2) != Some(&b'-')) {
            return Err(NoCode);
        }
        Self::of(&letters)
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReferralCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ReferralCode {
    type Error = NoCode;
    fn try_from(text: String) -> Result<Self, NoCode> {
        Self::parse(&text)
    }
}

impl From<ReferralCode> for String {
    fn from(code: ReferralCode) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// S40: every pair of states: a partnership is granted or refused once, and ended only when granted.
    #[test]
    fn partnerships_move_as_drawn() {
        let mut drawn = Vec::new();
        for from in Partnership::ALL {
            for to in Partnership::ALL {
                match from.moved_to(to) {
                    Ok(state) => {
                        assert_eq!(state, to);
                        drawn.push((from.code(), to.code()));
                    }
                    Err(error) => assert_eq!(error, InvalidMove { from: from.code(), to: to.code() }),
                }
            }
            assert_eq!(from.is_over(), Partnership::ALL.into_iter().all(|to| from.moved_to(to).is_err()));
            assert_eq!(Partnership::parse(from.code()), Some(from));
        }
        assert_eq!(drawn, [("asked", "granted"), ("asked", "refused"), ("granted", "ended")]);
        assert_eq!(Partnership::ALL.map(Partnership::takes_leads), [false, true, false, false]);
        assert_eq!(Partnership::parse("paid"), None);
    }

    /// S40: every path of a lead, whole: it goes forward only, may be lost from wherever it is open, and is won only
    /// with an offer.
    #[test]
    fn leads_move_as_drawn() {
        let mut open = vec![vec![Lead::New]];
        let mut ended = Vec::new();
        while let Some(path) = open.pop() {
            let at = path[path.len() - 1];
            let mut moves = 0;
            for to in Lead::ALL {
                match at.moved_to(to) {
                    Ok(state) => {
                        assert!(state == to && at.is_open());
                        let position = |lead: Lead| Lead::ALL.iter().position(|known| *known == lead);
                        assert!(position(to) > position(at), "backwards: {path:?} then {to:?}");
                        assert!(to != Lead::Won || at == Lead::Quoted, "{path:?}");
                        moves += 1;
                        open.push([path.as_slice(), &[to]].concat());
                    }
                    Err(error) => assert_eq!(error, InvalidMove { from: at.code(), to: to.code() }),
                }
            }
            assert_eq!(moves, at.next().len());
            assert_eq!(at.is_open(), moves > 0);
            assert!(!at.is_open() || at.next().contains(&Lead::Lost));
            if moves == 0 {
                ended.push(path.iter().map(|lead| lead.code()).collect::<Vec<_>>().join(" "));
            }
        }
        ended.sort();
        assert_eq!(ended, ["new contacted lost", "new contacted quoted lost", "new contacted quoted won", "new lost"]);
        for state in Lead::ALL {
            assert_eq!(Lead::parse(state.code()), Some(state));
        }
        assert_eq!(Lead::parse("paid"), None);
    }

    /// S40: codes have eight letters that nobody takes for others, each as likely; they are read as people write them.
    #[test]
    fn codes_are_readable() {
        let letters: BTreeSet<u8> = ALPHABET.iter().copied().collect();
        assert_eq!(letters.len(), ALPHABET.len());
        for pair in ["0O", "1I", "IL", "2Z", "5S", "8B", "UV", "VW"] {
            assert!(pair.bytes().any(|letter| !letters.contains(&letter)), "{pair}");
        }
        let every: Vec<u8> = (0..=255).collect();
        let mut seen = std::collections::BTreeMap::<char, u32>::new();
        for byte in every {
            if let Ok(code) = ReferralCode::from_random(&[byte; 32]) {
                let first = code.as_str().chars().next().unwrap();
                *seen.entry(first).or_default() += 1;
                assert_eq!(code.as_str().len(), 9);
            }
        }
        assert_eq!(seen.values().copied().collect::<BTreeSet<_>>(), BTreeSet::from([11]), "{seen:?}");
        assert_eq!(seen.len(), ALPHABET.len());
        assert_eq!(ReferralCode::from_random(&[255; 32]), Err(NoCode));
        assert_eq!(ReferralCode::from_random(&[1; 7]), Err(NoCode));

        let code = ReferralCode::parse("K7MD-4WQX").unwrap();
        for same in ["k7md-4wqx", " K7MD4WQX ", "K7md4wqx"] {
            assert_eq!(ReferralCode::parse(same), Ok(code.clone()), "{same}");
        }
        let read: ReferralCode = serde_json::from_str("\"k7md4wqx\"").unwrap();
        assert_eq!(read, code);
        for bad in [
            "",
            "-",
            "K7MD",
            "K7MD-4WQ",
            "K7MD-4WQXX",
            "K7M-D4WQX",
            "K7MD--4WQX",
            "K0MD-4WQX",
            "é7MD-4WQX",
            "K7MD-4WQ\0",
        ] {
            assert_eq!(ReferralCode::parse(bad), Err(NoCode), "{bad}");
        }
    }
}
