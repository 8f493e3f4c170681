//! The only place that reads the time.

use chrono::{DateTime, NaiveDate, NaiveTime, SubsecRound, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use gabarit_i18n::fmt::ZonedTime;
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

/// A source of the current instant, injected everywhere; truncated to milliseconds, as the databases keep it.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Now.
    fn now(&self) -> DateTime<Utc>;

    /// The demonstration's clock, if that is what it is.
    fn demo(&self) -> Option<&DemoClock> {
        None
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(3)
    }
}

/// The machine's clock, put forward by hand: lets a demonstration reach deadlines and the end of an assignment. How
/// far it was put forward is kept in a file, so that time never runs backwards over a restart.
#[derive(Debug)]
pub struct DemoClock {
    file: PathBuf,
    ahead: Mutex<TimeDelta>,
}

impl DemoClock {
    /// Reads how far it was put forward before; a missing or unreadable file means not at all.
    #[must_use]
    pub fn open(file: PathBuf) -> Self {
        let seconds = std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        Self { file, ahead: Mutex::new(TimeDelta::seconds(seconds)) }
    }

    /// How far ahead of the machine it is.
    #[must_use]
    pub fn ahead(&self) -> TimeDelta {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts it forward; never back, and at most ten years in all.
    ///
    /// # Errors
    /// If that cannot be written down; the clock then stands as before.
    pub fn advance(&self, by: TimeDelta) -> std::io::Result<()> {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let moved = (*ahead + by.max(TimeDelta::zero())).min(TimeDelta::days(3650));
        std::fs::write(&self.file, moved.num_seconds().to_string())?;
        *ahead = moved;
        Ok(())
    }
}

impl Clock for DemoClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + self.ahead()
    }

    fn demo(&self) -> Option<&DemoClock> {
        Some(self)
    }
}

/// A clock that stands still until it is told to move: for tests and simulations.
#[derive(Debug)]
pub struct MockClock(Mutex<DateTime<Utc>>);

impl MockClock {
    /// Stands at an instant.
    #[must_use]
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(now.trunc_subsecs(3)))
    }

    /// Moves forward (or back).
    pub fn advance(&self, by: TimeDelta) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += by;
    }

    /// Jumps to an instant.
    pub fn set(&self, to: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = to.trunc_subsecs(3);
    }
}

impl Clock for MockClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The civil day of an instant in a zone.
#[must_use]
pub fn civil_day(instant: DateTime<Utc>, zone: Tz) -> NaiveDate {
    instant.with_timezone(&zone).date_naive()
}

/// 00:00 of a civil day in a zone; where a change of clocks skips midnight, the first instant of the day.
#[must_use]
pub fn start_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    (0..4)
        .find_map(|hours| zone.from_local_datetime(&(midnight + TimeDelta::hours(hours))).earliest())
        .map_or_else(|| midnight.and_utc(), |local| local.with_timezone(&Utc))
}

/// An instant as a zone's wall clock shows it.
#[must_use]
pub fn zoned(instant: DateTime<Utc>, zone: Tz) -> ZonedTime {
    let local = instant.with_timezone(&zone);
    ZonedTime { utc: instant, local: local.naive_local(), zone: local.format("%Z").to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Days begin at the platform's own midnight, winter and summer, and where a change of clocks skips midnight.
    #[test]
    fn days_start_in_the_zone() {
        let starts = [
            (chrono_tz::Europe::Amsterdam, "2026-12-01", "2026-11-30T23:00:00Z"),
            (chrono_tz::Europe::Amsterdam, "2026-07-01", "2026-06-30T22:00:00Z"),
            // The night clocks change, at 02:00: midnight is still in winter time.
            (chrono_tz::Europe::Amsterdam, "2026-03-29", "2026-03-28T23:00:00Z"),
            (chrono_tz::Europe::Amsterdam, "2026-10-25", "2026-10-24T22:00:00Z"),
            // Clocks here jump from 00:00 to 01:00: the day starts at 01:00 summer time.
            (chrono_tz::Asia::Beirut, "2026-03-29", "2026-03-28T22:00:00Z"),
        ];
        for (zone, civil, instant) in starts {
            assert_eq!(start_of_day(day(civil), zone), instant.parse::<DateTime<Utc>>().unwrap(), "{civil} {zone}");
        }
    }

    #[test]
    fn the_demo_clock_never_runs_backwards_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("demo-clock");
        let clock = DemoClock::open(file.clone());
        let before = clock.now();
        clock.advance(TimeDelta::hours(25)).unwrap();
        clock.advance(TimeDelta::hours(-3)).unwrap();
        assert!(clock.now() >= before + TimeDelta::hours(25));
        drop(clock);
        assert_eq!(DemoClock::open(file).ahead(), TimeDelta::hours(25));
    }
}
