//! Banking days: when SEPA credit transfers are settled.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Whether the euro's settlement system is open: Monday to Friday, but for New Year's Day, Good Friday, Easter Monday,
/// 1 May, 25 and 26 December (TARGET's closing days).
#[must_use]
pub fn is_banking_day(day: NaiveDate) -> bool {
    let closed = matches!((day.month(), day.day()), (1 | 5, 1) | (12, 25 | 26));
    let easter = easter_sunday(day.year());
    let from_easter = easter.map(|easter| (day - easter).num_days());
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !closed && !matches!(from_easter, Some(-2 | 1))
}

/// The day itself if it is a banking day, else the last one before it.
#[must_use]
pub fn banking_day_on_or_before(day: NaiveDate) -> NaiveDate {
    // The longest closure, Good Friday to Easter Monday, has four days; Christmas with a weekend likewise.
    (0..7).filter_map(|back| day.checked_sub_days(Days::new(back))).find(|day| is_banking_day(*day)).unwrap_or(day)
}

/// Easter Sunday of a Gregorian year (Gauss's rule in the anonymous, exception-free form of 1876).
fn easter_sunday(year: i32) -> Option<NaiveDate> {
    let (golden, century, rest) = (year.rem_euclid(19), year.div_euclid(100), year.rem_euclid(100));
    let correction = (8 * century + 13) / 25;
    let epact = (19 * golden + century - century / 4 - correction + 15).rem_euclid(30);
    let moon = (golden + 11 * epact) / 319;
    let weekday = (2 * (century % 4) + 2 * (rest / 4) - rest % 4 - epact + moon + 32).rem_euclid(7);
    let month = (epact - moon + weekday + 90) / 25;
    let day = (epact - moon + weekday + month + 19) % 32;
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn easter_is_where_the_calendar_has_it() {
        for (year, month, day) in
            [(2000, 4, 23), (2008, 3, 23), (2011, 4, 24), (2024, 3, 31), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)]
        {
            assert_eq!(easter_sunday(year), Some(date(year, month, day)));
        }
    }

    /// S31: paid on or before day 14, on a banking day.
    #[test]
    fn the_banking_day_before_a_closure() {
        // Saturday and Sunday: Friday.
        assert_eq!(banking_day_on_or_before(date(2026, 11, 21)), date(2026, 11, 20));
        assert_eq!(banking_day_on_or_before(date(2026, 11, 22)), date(2026, 11, 20));
        // An ordinary Wednesday stays.
        assert_eq!(banking_day_on_or_before(date(2026, 11, 25)), date(2026, 11, 25));
        // Easter Monday: Thursday before Good Friday.
        assert_eq!(banking_day_on_or_before(date(2026, 4, 6)), date(2026, 4, 2));
        // 27 December 2026 is a Sunday after two closing days: Christmas Eve.
        assert_eq!(banking_day_on_or_before(date(2026, 12, 27)), date(2026, 12, 24));
        assert_eq!(banking_day_on_or_before(date(2027, 1, 1)), date(2026, 12, 31));
    }
}
