//! Reading a calendar of 1,000 recurring events, as it is done before each booking:
//! `cargo bench -p gabarit-server --bench calendars`. Prints the median and the slowest of the runs.

#![expect(clippy::expect_used, reason = "a measurement that cannot go on has failed")]

use chrono_tz::Tz;
use gabarit_server::ics::busy_days;
use std::{fmt::Write as _, time::Instant};

fn main() {
    // `cargo test --benches` only wants to know that it runs.
    let runs = if std::env::args().any(|argument| argument == "--test") { 1 } else { 100 };
    let mut calendar = String::from("BEGIN:VCALENDAR\r\n");
    for number in 0..1_000 {
        let (month, day) = (number % 12 + 1, number % 28 + 1);
        let rule =
            ["FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=DAILY;INTERVAL=3", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=YEARLY"][number % 4];
        write!(
            calendar,
            "BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART;TZID=Europe/Paris:2024{month:02}{day:02}T090000\r\n\
             DTEND;TZID=Europe/Paris:2024{month:02}{day:02}T110000\r\nRRULE:{rule}\r\nEND:VEVENT\r\n"
        )
        .expect("a string takes all");
    }
    calendar.push_str("END:VCALENDAR\r\n");
    let (from, until) = ("2026-11-23".parse().expect("a day"), "2027-12-27".parse().expect("a day"));
    let mut times: Vec<_> = (0..runs)
        .map(|_| {
            let before = Instant::now();
            let found = busy_days(&calendar, Tz::Europe__Paris, from, until).expect("a calendar");
            assert_eq!(found.events, 1_000);
            before.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    let (median, slowest) = (times[times.len() / 2], times[times.len() - 1]);
    println!("1,000 recurring events, 400 days ahead: median {median:.1} ms, slowest {slowest:.1} ms");
}
