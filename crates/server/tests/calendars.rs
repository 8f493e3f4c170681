//! Our calendars in the hands of others: two readers that share no code with us, or with each other.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use chrono::DateTime;
use gabarit_server::ics::{DayEvent, Status, TimedEvent, write, write_timed};
use serde_json::{Value, json};
use std::{path::Path, process::Command};

/// What each reader makes of a calendar.
fn read(calendar: &str) -> [Value; 2] {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calendar.ics");
    std::fs::write(&file, calendar).unwrap();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts");
    let python = std::env::var("GABARIT_PYTHON")
        .unwrap_or_else(|_| panic!("the readers are not set up: run scripts/setup.sh, then source scripts/env.sh"));
    [(python.as_str(), "read-calendar.py"), ("node", "read-calendar.mjs")].map(|(program, script)| {
        let output = Command::new(program).arg(scripts.join(script)).arg(&file).output().unwrap();
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    })
}

/// S38: the feed of bookings reads alike everywhere: days with an end that is not in them, folded lines, letters of any
/// script, marks of the format inside texts, and each state.
#[test]
fn the_feed_reads_alike_everywhere() {
    let event = |number: u8, first: &str, last: &str, status| DayEvent {
        uid: format!("{number}@gabarit.example"),
        sequence: i64::from(number),
        changed: DateTime::UNIX_EPOCH,
        first: first.parse().unwrap(),
        last: last.parse().unwrap(),
        status,
        summary: format!("Réservation {number}; plans, coupes \\ détails — 施工図 🏗️ {}", "é".repeat(60)),
        location: "Rue de l’Exemple 1, 4000 Liège; Belgique".to_owned(),
        description: "Première ligne\nDeuxième : \"entre guillemets\"\n\nDernière, avec \\n écrit".to_owned(),
        url: "https://gabarit.example/fr/bookings/1?a=1;b=2,3".to_owned(),
    };
    let events = [
        event(1, "2026-12-31", "2027-01-02", Status::Tentative),
        event(2, "2028-02-29", "2028-02-29", Status::Confirmed),
        event(3, "2026-03-28", "2026-03-29", Status::Cancelled),
    ];
    let expected = |number: u8, first: &str, after: &str, status: &str| {
        json!({
            "uid": format!("{number}@gabarit.example"),
            "sequence": number,
            "first": first,
            "after": after,
            "status": status,
            "summary": format!("Réservation {number}; plans, coupes \\ détails — 施工図 🏗️ {}", "é".repeat(60)),
            "location": "Rue de l’Exemple 1, 4000 Liège; Belgique",
            "description": "Première ligne\nDeuxième : \"entre guillemets\"\n\nDernière, avec \\n écrit",
            "url": "https://gabarit.example/fr/bookings/1?a=1;b=2,3",
        })
    };
    let expected = json!([
        expected(1, "2026-12-31", "2027-01-03", "TENTATIVE"),
        expected(2, "2028-02-29", "2028-03-01", "CONFIRMED"),
        expected(3, "2026-03-28", "2026-03-30", "CANCELLED"),
    ]);
    for read in read(&write("Réservations; toutes, les miennes", &events)) {
        assert_eq!(read, expected);
    }
}

/// S57: a members' event in the calendars of those who signed up: hours in UTC, the same everywhere.
#[test]
fn hours_read_alike_everywhere() {
    let event = TimedEvent {
        uid: "event-1@gabarit.example".to_owned(),
        stamp: DateTime::UNIX_EPOCH,
        sequence: 2,
        starts_at: "2026-10-25T00:30:00Z".parse().unwrap(),
        ends_at: "2026-10-25T02:30:00Z".parse().unwrap(),
        cancelled: false,
        summary: "Rencontre, avec démonstration".to_owned(),
        location: String::new(),
        description: "Apporter un portable; un écran suffit".to_owned(),
        url: "https://gabarit.example/fr/programme/events".to_owned(),
    };
    for read in read(&write_timed(&event)) {
        assert_eq!(
            read,
            json!([{
                "uid": "event-1@gabarit.example",
                "sequence": 2,
                "first": "2026-10-25T00:30:00Z",
                "after": "2026-10-25T02:30:00Z",
                "status": "CONFIRMED",
                "summary": "Rencontre, avec démonstration",
                "location": "",
                "description": "Apporter un portable; un écran suffit",
                "url": "https://gabarit.example/fr/programme/events",
            }])
        );
    }
}
