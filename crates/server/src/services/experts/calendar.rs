//! Free days, one bit a day: the same arithmetic for one offer and for the whole search index.

use super::Terms;
use crate::holidays::Holidays;
use chrono::{Datelike as _, Days, NaiveDate};
use gabarit_domain::{
    calendar::{FreeDays, HORIZON_DAYS, Region, WeekPattern},
    vat::CountryCode,
};

/// Words of a calendar of [`HORIZON_DAYS`].
const WORDS: usize = (HORIZON_DAYS as usize).div_ceil(64);

/// The days from a first one on, [`HORIZON_DAYS`] of them; bits beyond are nought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    from: NaiveDate,
    words: [u64; WORDS],
}

impl Calendar {
    /// An expert's free days: the week's pattern, less public holidays (unless worked), with exceptions either way,
    /// less booked and held days, and none within the expert's own lead time.
    #[must_use]
    pub fn of(
        terms: &Terms,
        from: NaiveDate,
        holidays: &Self,
        exceptions: &[(NaiveDate, bool)],
        booked: &[NaiveDate],
    ) -> Self {
        let mut calendar = Self::of_pattern(from, terms.week_pattern);
        if !terms.works_holidays {
            calendar.remove(holidays);
        }
        for (day, free) in exceptions {
            calendar.set(*day, *free);
        }
        for day in booked {
            calendar.set(*day, false);
        }
        for day in from.iter_days().take(terms.lead_days as usize) {
            calendar.set(day, false);
        }
        calendar
    }

    /// No day set.
    #[must_use]
    pub const fn empty(from: NaiveDate) -> Self {
        Self { from, words: [0; WORDS] }
    }

    /// The weekdays of a pattern set.
    #[must_use]
    pub fn of_pattern(from: NaiveDate, pattern: u8) -> Self {
        let mut calendar = Self::empty(from);
        let mut weekday = from.weekday();
        for offset in 0..HORIZON_DAYS as usize {
            if WeekPattern(pattern).works(weekday) {
                calendar.words[offset / 64] |= 1 << (offset % 64);
            }
            weekday = weekday.succ();
        }
        calendar
    }

    /// The public holidays of a country set, and those of a region of it.
    #[must_use]
    pub fn holidays(holidays: &Holidays, country: CountryCode, region: Option<Region>, from: NaiveDate) -> Self {
        let mut calendar = Self::empty(from);
        let until = from + Days::new(u64::from(HORIZON_DAYS) - 1);
        for day in holidays.days_between(country, region, from, until) {
            calendar.set(day, true);
        }
        calendar
    }

    /// Which bit a day is; `None` outside the horizon.
    #[must_use]
    pub fn offset(from: NaiveDate, day: NaiveDate) -> Option<usize> {
        usize::try_from((day - from).num_days()).ok().filter(|offset| *offset < HORIZON_DAYS as usize)
    }

    /// Sets or clears a day; days outside the horizon are passed over.
    pub fn set(&mut self, day: NaiveDate, free: bool) {
        if let Some(offset) = Self::offset(self.from, day) {
            let bit = 1 << (offset % 64);
            if free {
                self.words[offset / 64] |= bit;
            } else {
                self.words[offset / 64] &= !bit;
            }
        }
    }

    /// Clears the days that another calendar has set.
    pub fn remove(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(other.words) {
            *word &= !other;
        }
    }

    /// Whether all days of a mask are set.
    #[must_use]
    pub fn has_all(&self, mask: &Self) -> bool {
        self.words.iter().zip(mask.words).all(|(word, mask)| word & mask == mask)
    }

    /// The first day set at or after an offset.
    #[must_use]
    pub fn first_from(&self, offset: usize) -> Option<usize> {
        let start = offset / 64;
        self.words.iter().enumerate().skip(start).find_map(|(index, word)| {
            let word = if index == start { word & (u64::MAX << (offset % 64)) } else { *word };
            (word != 0).then(|| index * 64 + word.trailing_zeros() as usize)
        })
    }

    /// The first day.
    #[must_use]
    pub const fn from(&self) -> NaiveDate {
        self.from
    }

    /// As the domain and the browser read it.
    #[must_use]
    pub fn free_days(&self) -> FreeDays {
        FreeDays::from_fn(self.from, HORIZON_DAYS, |day| {
            Self::offset(self.from, day).is_some_and(|offset| self.words[offset / 64] >> (offset % 64) & 1 == 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn patterns_holidays_and_exceptions_make_free_days() {
        // A Thursday.
        let from = day("2026-12-24");
        let mut calendar = Calendar::of_pattern(from, WeekPattern::WORKING_WEEK.0);
        let belgium = CountryCode::parse("BE").unwrap();
        calendar.remove(&Calendar::holidays(Holidays::shared(), belgium, None, from));
        calendar.set(day("2026-12-26"), true);
        calendar.set(day("2026-12-30"), false);
        let free = calendar.free_days();
        let january: Vec<NaiveDate> =
            from.iter_days().take_while(|day| day.year() == 2026).filter(|day| free.is_free(*day)).collect();
        // Friday is Christmas; Saturday an exception; Wednesday another.
        assert_eq!(january, ["2026-12-24", "2026-12-26", "2026-12-28", "2026-12-29", "2026-12-31"].map(day));
        assert_eq!(free.len, HORIZON_DAYS);
        assert_eq!(free.next_free(day("2026-12-30")), Some(day("2026-12-31")));
    }

    #[test]
    fn days_outside_the_horizon_change_nothing() {
        let from = day("2026-12-24");
        let mut calendar = Calendar::of_pattern(from, 0b111_1111);
        let before = calendar;
        calendar.set(from - Days::new(1), false);
        calendar.set(from + Days::new(u64::from(HORIZON_DAYS)), false);
        assert_eq!(calendar, before);
        calendar.set(from + Days::new(u64::from(HORIZON_DAYS) - 1), false);
        assert_ne!(calendar, before);
    }

    #[test]
    fn the_first_free_day_agrees_with_the_domain_s() {
        let from = day("2026-12-24");
        let mut calendar = Calendar::empty(from);
        for offset in [3_u64, 64, 129, 399] {
            calendar.set(from + Days::new(offset), true);
        }
        let free = calendar.free_days();
        for offset in 0..HORIZON_DAYS {
            let expected = free.next_free(from + Days::new(u64::from(offset)));
            let found = calendar.first_from(offset as usize).map(|offset| from + Days::new(offset as u64));
            assert_eq!(found, expected, "{offset}");
        }
        assert_eq!(calendar.first_from(HORIZON_DAYS as usize), None);
    }
}
