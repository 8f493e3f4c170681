//! The booking's state machine, explored whole: every state, every event, every clock before, at and after.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use gabarit_domain::{
    booking::{BookingState, InvalidTransition},
    rulebook::{BookingRules, Rulebook},
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Paid,
    Accept,
    Decline,
    Expire,
    Lapse,
    Complete,
    Cancel,
    EndEarly,
    Change,
    Reduce,
}

const EVENTS: [Event; 10] = [
    Event::Paid,
    Event::Accept,
    Event::Decline,
    Event::Expire,
    Event::Lapse,
    Event::Complete,
    Event::Cancel,
    Event::EndEarly,
    Event::Change,
    Event::Reduce,
];

fn rules() -> BookingRules {
    Rulebook::initial(NaiveDate::default()).booking
}

/// The instant everything turns on; an hour is the step of the exploration.
fn hour(number: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(number)
}

fn step(
    state: BookingState,
    event: Event,
    now: DateTime<Utc>,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Result<BookingState, InvalidTransition> {
    match event {
        Event::Paid => state.paid(now, &rules(), start),
        Event::Accept => state.accept(now),
        Event::Decline => state.decline(now),
        Event::Expire => state.expire(now),
        Event::Lapse => state.lapse(now),
        Event::Complete => state.complete(now, end),
        Event::Cancel => state.cancel(),
        Event::EndEarly => state.end_early(now, start),
        Event::Change => state.change(now, &rules(), start),
        Event::Reduce => state.reduce(),
    }
}

/// The drawing of the module, by hand.
const DRAWN: [(&str, Event, &str); 17] = [
    ("held", Event::Paid, "requested"),
    ("held", Event::Lapse, "lapsed"),
    ("held", Event::Cancel, "cancelled"),
    ("lapsed", Event::Paid, "requested"),
    ("requested", Event::Accept, "accepted"),
    ("requested", Event::Decline, "declined"),
    ("requested", Event::Expire, "expired"),
    ("requested", Event::Cancel, "cancelled"),
    ("accepted", Event::Complete, "completed"),
    ("accepted", Event::Cancel, "cancelled"),
    ("accepted", Event::EndEarly, "ended"),
    ("requested", Event::Change, "requested"),
    ("accepted", Event::Change, "accepted"),
    ("accepted", Event::Reduce, "accepted"),
    ("completed", Event::Reduce, "completed"),
    ("cancelled", Event::Reduce, "cancelled"),
    ("ended", Event::Reduce, "ended"),
];

fn states(clock: DateTime<Utc>) -> [BookingState; 9] {
    [
        BookingState::Held { until: clock },
        BookingState::Requested { deadline: clock },
        BookingState::Accepted,
        BookingState::Completed,
        BookingState::Declined,
        BookingState::Expired,
        BookingState::Lapsed,
        BookingState::Cancelled,
        BookingState::Ended,
    ]
}

/// Invariant 4, S35: from every state, every event, with clock, start and end each before, at and after now: a move
/// happens exactly when it is drawn and its time has come.
#[test]
fn only_drawn_moves_exist_and_only_in_time() {
    let drawn: BTreeMap<(&str, Event), &str> = DRAWN.iter().map(|(from, event, to)| ((*from, *event), *to)).collect();
    let now = hour(0);
    let mut seen = BTreeSet::new();
    for clock in -1..=1 {
        for start in -1..=1 {
            for end in -1..=1 {
                for state in states(hour(clock)) {
                    for event in EVENTS {
                        let in_time = match event {
                            Event::Paid => start > 0,
                            Event::Accept | Event::Decline => clock > 0,
                            Event::Expire | Event::Lapse => clock <= 0,
                            Event::Complete => end <= 0,
                            Event::Cancel | Event::Reduce => true,
                            Event::EndEarly => start <= 0,
                            Event::Change => start > 0 && (clock > 0 || state.clock().is_none()),
                        };
                        let expected = drawn.get(&(state.code(), event)).filter(|_| in_time);
                        let found = step(state, event, now, hour(start), hour(end));
                        assert_eq!(
                            found.map(|next| next.code()).ok(),
                            expected.copied(),
                            "{state:?} {event:?} clock {clock} start {start} end {end}"
                        );
                        match found {
                            Ok(next) => {
                                assert!(BookingState::may_follow(Some(state.code()), next.code()));
                                seen.insert((state.code(), event));
                            }
                            Err(refusal) => assert_eq!(refusal.from, state.code()),
                        }
                    }
                }
            }
        }
    }
    assert!(seen.iter().eq(drawn.keys()), "every drawn move was made");
}

/// Invariant 4, S11, S35: every sequence of up to six events, hour by hour, from a new hold: no way out of a final state
/// but a late payment of a lapsed one; the expert's clock is 24 hours and never ends after the start; only an order
/// shows contact details; the state survives its row.
#[test]
fn every_sequence_keeps_the_rules() {
    let (start, end) = (hour(30), hour(54));
    let mut front = vec![(BookingState::hold(hour(0), &rules(), start), 0)];
    let mut reached = BTreeSet::new();
    for _ in 0..6 {
        let mut next_front = Vec::new();
        for (state, at) in front {
            for later in [0, 1, 23, 24, 30, 54] {
                let now = hour(at + later);
                for event in EVENTS {
                    let Ok(next) = step(state, event, now, start, end) else { continue };
                    assert!(
                        !state.is_final()
                            || next == state && event == Event::Reduce
                            || matches!((state, event), (BookingState::Lapsed, Event::Paid))
                    );
                    assert!(next != state || matches!(event, Event::Change | Event::Reduce));
                    if let BookingState::Requested { deadline } = next {
                        assert_eq!(deadline, (now + TimeDelta::hours(24)).min(start));
                        assert!(now < deadline);
                    }
                    assert_eq!(BookingState::restore(next.code(), next.clock()), Some(next));
                    assert_eq!(next.clock().is_some(), matches!(next.code(), "held" | "requested"));
                    assert_eq!(
                        next.shows_contacts(),
                        matches!(next.code(), "requested" | "accepted" | "completed" | "ended")
                    );
                    assert_eq!(next.occupies_days(), next.shows_contacts() || next.code() == "held");
                    reached.insert(next.code());
                    next_front.push((next, at + later));
                }
            }
        }
        next_front.sort_by_key(|(state, at)| (state.code(), state.clock(), *at));
        next_front.dedup();
        front = next_front;
    }
    // Nothing comes back to a hold.
    assert_eq!(reached.len(), 8);
    assert!(!reached.contains("held"));
}

/// S17: days are held 15 minutes, never past the start.
#[test]
fn holds_last_fifteen_minutes_and_end_before_the_start() {
    let until = |start| BookingState::hold(hour(0), &rules(), start).clock().unwrap();
    assert_eq!(until(hour(48)), hour(0) + TimeDelta::minutes(15));
    assert_eq!(until(hour(0) + TimeDelta::minutes(5)), hour(0) + TimeDelta::minutes(5));
}

/// Invariant 4: a row whose code and clock do not fit together is no state, and every code is one.
#[test]
fn only_what_was_stored_is_restored() {
    for state in states(hour(0)) {
        assert_eq!(BookingState::restore(state.code(), state.clock()), Some(state));
        let other_clock = if state.clock().is_some() { None } else { Some(hour(0)) };
        assert_eq!(BookingState::restore(state.code(), other_clock), None);
        let json = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<BookingState>(&json).unwrap(), state);
    }
    assert!(states(hour(0)).iter().map(BookingState::code).eq(BookingState::CODES));
    assert_eq!(BookingState::restore("paid", None), None);
}
