//! What an expert is still to be paid, and when it would be too late (S30, S31).

use crate::{banking::banking_day_on_or_before, banking::is_banking_day, money::Cents};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// Banking days before the last one for paying on which managers are warned: one to approve, one for the bank.
const WARNING_DAYS: u32 = 2;

/// A self-billed invoice and what became of it. All amounts with VAT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Of the invoice.
    pub total: Cents,
    /// Of the credit notes to it.
    pub credited: Cents,
    /// Withheld while it is disputed.
    pub disputed: Cents,
    /// In a batch that the bank has not executed yet.
    pub under_way: Cents,
    /// Executed, and not come back.
    pub paid: Cents,
}

impl Claim {
    /// What the expert is owed in the end: the invoice less its credit notes.
    #[must_use]
    pub fn owed(&self) -> Cents {
        (self.total - self.credited).max(Cents::ZERO)
    }

    /// What stands back for a dispute: only the disputed amount, and only of what is not paid or under way.
    #[must_use]
    pub fn withheld(&self) -> Cents {
        self.disputed.min(self.unpaid()).max(Cents::ZERO)
    }

    /// What can be paid now.
    #[must_use]
    pub fn open(&self) -> Cents {
        (self.unpaid() - self.withheld()).max(Cents::ZERO)
    }

    /// What was paid beyond what is owed, because of a credit note that came later.
    #[must_use]
    pub fn overpaid(&self) -> Cents {
        (self.paid + self.under_way - self.owed()).max(Cents::ZERO)
    }

    /// Whether what is under way reaches into what is disputed: the dispute came after the batch was prepared.
    #[must_use]
    pub fn takes_disputed(&self) -> bool {
        self.under_way > Cents::ZERO && self.disputed > self.unpaid()
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.paid == self.owed()
    }

    fn unpaid(&self) -> Cents {
        (self.owed() - self.paid - self.under_way).max(Cents::ZERO)
    }
}

/// How a payout stands against its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// There is time.
    InTime,
    /// It will be late unless it goes out now.
    Urgent,
    /// It is late.
    Late,
}

impl Urgency {
    /// On a day, of what is due on another.
    #[must_use]
    pub fn on(today: NaiveDate, due: NaiveDate) -> Self {
        if today > due {
            Self::Late
        } else if today >= warning_day(due) {
            Self::Urgent
        } else {
            Self::InTime
        }
    }
}

/// The day on which managers are warned of a payout that has not left: two banking days before it is due.
#[must_use]
pub fn warning_day(due: NaiveDate) -> NaiveDate {
    (0..WARNING_DAYS).fold(due, |day, _| day.pred_opt().map_or(day, banking_day_on_or_before))
}

/// The latest due day that managers are warned of on a day: everything due until then is urgent or late.
#[must_use]
pub fn warned_of(today: NaiveDate) -> NaiveDate {
    (0..14)
        .rev()
        .filter_map(|on| today.checked_add_days(Days::new(on)))
        .find(|due| warning_day(*due) <= today)
        .unwrap_or(today)
}

/// The first banking day on or after a day: the earliest a bank executes a transfer.
#[must_use]
pub fn banking_day_on_or_after(day: NaiveDate) -> NaiveDate {
    (0..7).filter_map(|on| day.checked_add_days(Days::new(on))).find(|day| is_banking_day(*day)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn claim(total: i64, credited: i64, disputed: i64, under_way: i64, paid: i64) -> Claim {
        Claim {
            total: Cents(total),
            credited: Cents(credited),
            disputed: Cents(disputed),
            under_way: Cents(under_way),
            paid: Cents(paid),
        }
    }

    /// S31: a dispute withholds only the disputed amount.
    #[test]
    fn only_the_disputed_amount_is_withheld() {
        let disputed = claim(100_000, 0, 25_000, 0, 0);
        assert_eq!((disputed.open(), disputed.withheld()), (Cents(75_000), Cents(25_000)));
        // The rest goes out; the disputed part stays back, and nothing more is open.
        let rest = claim(100_000, 0, 25_000, 75_000, 0);
        assert_eq!((rest.open(), rest.withheld()), (Cents::ZERO, Cents(25_000)));
        let paid = claim(100_000, 0, 25_000, 0, 75_000);
        assert_eq!((paid.open(), paid.withheld(), paid.is_settled()), (Cents::ZERO, Cents(25_000), false));
        assert!(!rest.takes_disputed());
        assert!(claim(100_000, 0, 25_001, 75_000, 0).takes_disputed());
        // Settled in the client's favour: a credit note over it. In the expert's: the dispute ends.
        assert!(claim(100_000, 25_000, 0, 0, 75_000).is_settled());
        assert_eq!(claim(100_000, 0, 0, 0, 75_000).open(), Cents(25_000));
    }

    /// A credit note after the payment shows what came to much; nothing is open.
    #[test]
    fn what_was_paid_too_much_is_seen() {
        let over = claim(100_000, 30_000, 0, 0, 100_000);
        assert_eq!((over.open(), over.overpaid(), over.is_settled()), (Cents::ZERO, Cents(30_000), false));
        assert_eq!(claim(100_000, 30_000, 0, 0, 0).open(), Cents(70_000));
        // A dispute over what is paid already withholds nothing.
        assert_eq!(claim(100_000, 0, 40_000, 0, 100_000).withheld(), Cents::ZERO);
    }

    /// Every cent of a claim is in exactly one place.
    #[test]
    fn nothing_is_lost_between_the_places() {
        for total in [0, 1, 99, 100] {
            for credited in [0, 1, 50, 100] {
                for disputed in [0, 10, 100] {
                    for under_way in [0, 30] {
                        for paid in [0, 30, 70] {
                            let c = claim(total, credited, disputed, under_way, paid);
                            let placed = c.open() + c.withheld() + c.under_way + c.paid;
                            assert_eq!(placed, c.owed() + c.overpaid(), "{c:?}");
                        }
                    }
                }
            }
        }
    }

    /// S31: the warning comes two banking days before the last day, over weekends and closing days.
    #[test]
    fn the_warning_comes_first() {
        assert_eq!(warning_day(date("2026-11-27")), date("2026-11-25"));
        // Monday: Thursday before.
        assert_eq!(warning_day(date("2026-11-23")), date("2026-11-19"));
        // Tuesday after Easter 2026: Thursday, then Wednesday before Good Friday.
        assert_eq!(warning_day(date("2026-04-07")), date("2026-04-01"));
        for today in ["2026-11-25", "2026-12-24", "2026-04-01", "2026-11-21"].map(date) {
            let last = warned_of(today);
            assert_ne!(Urgency::on(today, last), Urgency::InTime);
            assert_eq!(Urgency::on(today, last.succ_opt().unwrap()), Urgency::InTime, "{today}");
        }
        let due = date("2026-11-27");
        assert_eq!(Urgency::on(date("2026-11-24"), due), Urgency::InTime);
        assert_eq!(Urgency::on(date("2026-11-25"), due), Urgency::Urgent);
        assert_eq!(Urgency::on(due, due), Urgency::Urgent);
        assert_eq!(Urgency::on(date("2026-11-28"), due), Urgency::Late);
        assert_eq!(banking_day_on_or_after(date("2026-12-25")), date("2026-12-28"));
        assert_eq!(banking_day_on_or_after(due), due);
    }
}
