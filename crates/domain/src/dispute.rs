//! Disputes over a booking (S22, S31): what is at stake, and what is kept back from the expert meanwhile.
//!
//! ```text
//! Open ──settle──▶ Settled      something goes back to the client
//!   ├──dismiss──▶ Dismissed     nothing does
//!   └──withdraw─▶ Withdrawn     by whoever opened it
//! ```
//!
//! A client disputes days; what would go back at most is what the settlement of a manager who keeps none of them would
//! give back, and what is kept back from the expert is what that settlement would cost the expert: no cent more.

use crate::{
    compensation::earnings,
    invoice::self_billed_amounts,
    money::Cents,
    pricing::{Line, Quote},
    rulebook::LadderBand,
    settlement::{Kept, Settlement, SomeDays, kept_lines, settle},
    vat::VatTreatment,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisputeState {
    /// Nobody has decided.
    Open,
    /// Decided: something went back.
    Settled,
    /// Decided: nothing goes back.
    Dismissed,
    /// Taken back.
    Withdrawn,
}

/// A move that the drawing does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the dispute is closed")]
pub struct Closed;

impl DisputeState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Open, Self::Settled, Self::Dismissed, Self::Withdrawn];

    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Settled => "settled",
            Self::Dismissed => "dismissed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads [`DisputeState::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Ends it in a state that is an end.
    ///
    /// # Errors
    /// If it has ended before, or the other is no end.
    pub fn close(self, to: Self) -> Result<Self, Closed> {
        if self == Self::Open && to != Self::Open { Ok(to) } else { Err(Closed) }
    }
}

/// Whether a dispute can be opened: over an assignment that was accepted and of which something is kept, until its
/// payout is due, so many days after the end.
#[must_use]
pub fn may_open(accepted: bool, kept: Cents, ends_at: DateTime<Utc>, payout_days: u32, now: DateTime<Utc>) -> bool {
    accepted && kept > Cents::ZERO && now < ends_at + TimeDelta::days(i64::from(payout_days))
}

/// What is left when some days are not paid, with their travel, lodging and rentals; the supplement goes with the last.
#[must_use]
pub fn without(kept: &Kept, days: &SomeDays) -> Kept {
    let less = |of: &SomeDays| of.difference(days).copied().collect::<SomeDays>();
    let left = less(&kept.days);
    Kept {
        travel: less(&kept.travel),
        lodging: less(&kept.lodging),
        rentals: less(&kept.rentals),
        supplement: kept.supplement && !left.is_empty(),
        back: kept.back,
        days: left,
    }
}

/// What would go back to the client at most.
#[must_use]
pub fn at_stake(quote: &Quote, kept: &Kept, days: &SomeDays) -> Settlement {
    settle(quote, kept, without(kept, days))
}

/// What is kept back from an expert's invoice, with VAT: what is billed, less what would be billed without those days.
#[must_use]
pub fn withheld(
    ladder: &[LadderBand],
    quoted: &[Line],
    kept: &Kept,
    days: &SomeDays,
    days_before: u32,
    treatment: VatTreatment,
    billed: Cents,
) -> Cents {
    let left = earnings(ladder, &kept_lines(quoted, &without(kept, days)), days_before);
    let (_, _, total) = self_billed_amounts(left, treatment);
    (billed - total).clamp(Cents::ZERO, billed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state and every move: nothing that has ended moves again.
    #[test]
    fn explored() {
        for from in DisputeState::ALL {
            for to in DisputeState::ALL {
                let ends = from == DisputeState::Open && to != DisputeState::Open;
                assert_eq!(from.close(to).is_ok(), ends, "{from:?} {to:?}");
            }
            assert_eq!(DisputeState::parse(from.code()), Some(from));
        }
    }

    /// S22: until the payout is due, over something that was kept.
    #[test]
    fn when_it_can_be_opened() {
        let end: DateTime<Utc> = "2026-12-02T23:00:00Z".parse().unwrap();
        let last = end + TimeDelta::days(14);
        assert!(may_open(true, Cents(1), end, 14, last - TimeDelta::seconds(1)));
        assert!(!may_open(true, Cents(1), end, 14, last));
        assert!(!may_open(false, Cents(1), end, 14, end));
        assert!(!may_open(true, Cents::ZERO, end, 14, end));
    }
}
