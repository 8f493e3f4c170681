//! The default credit check of deferred payments (S18): from the platform's own books, and it says why.

use crate::{money::Cents, rulebook::CreditRules};
use serde::{Deserialize, Serialize};

/// What the books say of an account that wants to pay later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What it owes on invoices, and what its cards may still be charged with; this order not included.
    pub exposure: Cents,
    /// Whether an invoice is overdue.
    pub overdue: bool,
    /// Its completed bookings.
    pub completed: u32,
}

/// Why an order cannot be paid later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CreditRefusal {
    /// An invoice is overdue.
    Overdue,
    /// It would be more than the account may owe.
    OverLimit {
        /// As much as it may owe.
        limit: Cents,
        /// As much as it owes already.
        exposure: Cents,
    },
    /// It is more than the method takes at once.
    MethodLimit {
        /// As much as it takes.
        limit: Cents,
    },
    /// The credit bureau advises against it, or does not answer.
    Bureau,
    /// A booking that was not placed for this method was not checked for it.
    NotChecked,
}

/// What an account may owe: more after some completed bookings.
#[must_use]
pub const fn limit(rules: &CreditRules, completed: u32) -> Cents {
    if completed >= rules.trusted_after { rules.limit_trusted } else { rules.limit_new }
}

/// Whether an order of `amount` may be paid later.
///
/// # Errors
/// Why not.
pub fn check(rules: &CreditRules, standing: Standing, amount: Cents) -> Result<(), CreditRefusal> {
    let limit = limit(rules, standing.completed);
    if standing.overdue {
        Err(CreditRefusal::Overdue)
    } else if standing.exposure + amount > limit {
        Err(CreditRefusal::OverLimit { limit, exposure: standing.exposure })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::Rulebook;

    /// S18: €5,000 for a new account, €25,000 after three completed bookings, both to the cent; nothing while an invoice
    /// is overdue.
    #[test]
    fn limits_are_exact() {
        let rules = Rulebook::initial(chrono::NaiveDate::default()).credit;
        let at = |exposure, completed| Standing { exposure: Cents::euros(exposure), overdue: false, completed };
        assert_eq!(check(&rules, at(0, 0), Cents::euros(5_000)), Ok(()));
        let over = check(&rules, at(1, 2), Cents::euros(5_000));
        let (limit, exposure) = (Cents::euros(5_000), Cents::euros(1));
        assert_eq!(over, Err(CreditRefusal::OverLimit { limit, exposure }));
        assert_eq!(check(&rules, at(20_000, 3), Cents::euros(5_000)), Ok(()));
        assert!(check(&rules, at(20_000, 3), Cents(500_001)).is_err());
        let overdue = Standing { overdue: true, ..at(0, 9) };
        assert_eq!(check(&rules, overdue, Cents(1)), Err(CreditRefusal::Overdue));
    }
}
