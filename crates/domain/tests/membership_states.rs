//! The membership's state machine, explored whole, and the rule of renewal.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{Days, NaiveDate};
use gabarit_domain::{
    membership::{Appeal, BenefitKind, InvalidMove, Membership, MembershipState, Offer, Regularity, last_day_of_term},
    rulebook::MembershipRules,
    text::Message,
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    ComeDue,
    Confirm,
    Renew,
    Decline,
    Lapse,
    End,
    Resign,
    Appeal,
    Dismiss,
    Allow,
}

const EVENTS: [Event; 10] = [
    Event::ComeDue,
    Event::Confirm,
    Event::Renew,
    Event::Decline,
    Event::Lapse,
    Event::End,
    Event::Resign,
    Event::Appeal,
    Event::Dismiss,
    Event::Allow,
];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn rules() -> MembershipRules {
    MembershipRules::default()
}

fn reasons() -> Message {
    Message::parse("Because.").unwrap()
}

fn step(membership: Membership, event: Event, today: NaiveDate) -> Result<Membership, InvalidMove> {
    let regular = Regularity::count(today, &(0..6).map(|n| today - Days::new(31 * n)).collect::<Vec<_>>());
    let regular = regular.regular(&rules()).unwrap();
    match event {
        Event::ComeDue => membership.come_due(&rules(), today),
        Event::Confirm => membership.confirm(&regular),
        Event::Renew => membership.renew(&reasons()),
        Event::Decline => membership.decline(reasons(), today),
        Event::Lapse => membership.lapse(today),
        Event::End => membership.end(reasons(), today),
        Event::Resign => membership.resign(),
        Event::Appeal => membership.appeal(&rules(), today),
        Event::Dismiss => membership.dismiss(&reasons()),
        Event::Allow => membership.allow(&reasons()),
    }
}

/// The drawing of the module, by hand. The last word says when: `due` from thirty days before the last day on, `over` after
/// it, `intime` within the time of appeal, `open` with an open appeal, `closed` without one.
const DRAWN: &[(&str, Event, &str, &str)] = &[
    ("active", Event::ComeDue, "due", "due"),
    ("active", Event::End, "ended", ""),
    ("active", Event::Resign, "resigned", ""),
    ("due", Event::Confirm, "active", ""),
    ("due", Event::Renew, "active", ""),
    ("due", Event::Decline, "not-renewed", "not over"),
    ("due", Event::Decline, "lapsed", "over"),
    ("due", Event::End, "ended", ""),
    ("due", Event::Resign, "resigned", ""),
    ("not-renewed", Event::Lapse, "lapsed", "over and closed"),
    ("not-renewed", Event::End, "ended", ""),
    ("not-renewed", Event::Resign, "resigned", ""),
    ("not-renewed", Event::Appeal, "not-renewed", "intime"),
    ("not-renewed", Event::Dismiss, "not-renewed", "open"),
    ("not-renewed", Event::Allow, "active", "open"),
    ("lapsed", Event::Appeal, "lapsed", "intime"),
    ("lapsed", Event::Dismiss, "lapsed", "open"),
    ("lapsed", Event::Allow, "active", "open"),
    ("ended", Event::Appeal, "ended", "intime"),
    ("ended", Event::Dismiss, "ended", "open"),
    ("ended", Event::Allow, "active", "open"),
];

fn drawn(before: &Membership, event: Event, today: NaiveDate) -> Option<&'static str> {
    let open = before.appeal == Appeal::Open;
    let over = today > before.last_day;
    let holds = |when: &str| match when {
        "" => true,
        "due" => today + Days::new(30) >= before.last_day,
        "over" => over,
        "not over" => !over,
        "over and closed" => over && !open,
        "open" => open,
        "intime" => {
            before.appeal == Appeal::None && before.decided_on.is_some_and(|decided| today <= decided + Days::new(30))
        }
        other => unreachable!("{other}"),
    };
    let found = |(from, on, to, when): &(&str, Event, &'static str, &str)| {
        (*from == before.state.code() && *on == event && holds(when)).then_some(*to)
    };
    DRAWN.iter().find_map(found)
}

/// Invariant 4, S52, S61: every order of events up to seven steps, each on each of the days that matter: a move happens
/// exactly when it is drawn and its time has come; nobody lapses or is ended without reasons that the member can read and
/// appeal against once; nobody loses the status by the clock alone; terms follow each other without a gap.
#[test]
fn every_order_of_events() {
    let first = day("2026-11-23");
    let last = last_day_of_term(first);
    let days: Vec<NaiveDate> =
        [0, 334, 335, 364, 365, 394, 395, 396, 760].into_iter().map(|n| first + Days::new(n)).collect();
    // A membership, with today; how it came there.
    let mut reached: BTreeMap<String, (Membership, NaiveDate, Vec<Event>)> = BTreeMap::new();
    let start = Membership::grant(first);
    assert_eq!((start.last_day, start.term), (last, 1));
    let key = |membership: &Membership, today: NaiveDate| format!("{membership:?} {today}");
    reached.insert(key(&start, first), (start.clone(), first, Vec::new()));
    let mut edge = vec![(start, first, Vec::new())];
    let mut moves = BTreeSet::new();
    for _ in 0..7 {
        let mut next = Vec::new();
        for (before, since, path) in edge {
            for today in days.iter().copied().filter(|day| *day >= since) {
                for event in EVENTS {
                    let expected = drawn(&before, event, today);
                    let made = step(before.clone(), event, today);
                    let got = made.as_ref().ok().map(|after| after.state.code());
                    assert_eq!(got, expected, "{event:?} of {before:?} on {today}");
                    let Ok(after) = made else { continue };
                    assert!(MembershipState::may_follow(Some(before.state.code()), after.state.code()));
                    moves.insert((before.state.code(), event, after.state.code()));
                    let lost = before.state.is_live() && !after.state.is_live();
                    let by_clock = matches!(event, Event::ComeDue | Event::Lapse);
                    if lost && by_clock {
                        // The clock only brings to its end what somebody decided, with reasons.
                        assert!(path.contains(&Event::Decline), "{path:?}");
                    }
                    if matches!(after.state.code(), "not-renewed" | "lapsed" | "ended") {
                        assert!(after.state.reasons().is_some() && after.decided_on.is_some());
                    }
                    if after.term > before.term {
                        assert_eq!(after.last_day, last_day_of_term(before.last_day + Days::new(1)));
                        assert_eq!(after.term, before.term + 1);
                    } else {
                        assert_eq!(after.last_day, before.last_day);
                    }
                    let mut path = path.clone();
                    path.push(event);
                    if reached.insert(key(&after, today), (after.clone(), today, path.clone())).is_none() {
                        next.push((after, today, path));
                    }
                }
            }
        }
        edge = next;
    }
    let expected: BTreeSet<_> = DRAWN.iter().map(|(from, event, to, _)| (*from, *event, *to)).collect();
    assert_eq!(moves, expected, "every drawn move was made, and no other");
    // Stored and read again, every state is itself.
    for (membership, ..) in reached.values() {
        let restored = MembershipState::restore(membership.state.code(), membership.state.reasons().cloned());
        assert_eq!(restored.as_ref(), Some(&membership.state));
    }
    assert_eq!(MembershipState::restore("ended", None), None);
    assert_eq!(MembershipState::restore("active", Some(reasons())), None);
}

/// S52: contributions in six of the twelve months renew, in five they do not; by hand. Every day of the year counts once.
#[test]
fn the_rule_of_renewal() {
    let today = day("2027-02-28");
    let count = |days: &[&str]| Regularity::count(today, &days.iter().map(|text| day(text)).collect::<Vec<_>>());
    let six = ["2027-02-28", "2027-01-15", "2026-12-01", "2026-10-10", "2026-08-05", "2026-03-01"];
    assert_eq!(count(&six).active_months(), 6);
    assert!(count(&six).regular(&rules()).is_some());
    // Many on one day are one month; what is older than twelve months, or to come, counts for nothing.
    let five = [
        "2027-02-28",
        "2027-02-28",
        "2027-01-15",
        "2026-12-01",
        "2026-10-10",
        "2026-08-05",
        "2026-02-28",
        "2027-03-01",
    ];
    assert_eq!(count(&five).active_months(), 5);
    assert!(count(&five).regular(&rules()).is_none());
    for (today, first) in [("2027-02-28", "2026-03-01"), ("2028-02-29", "2027-03-01"), ("2026-11-23", "2025-11-24")] {
        let months = Regularity::count(day(today), &[]).months;
        assert_eq!((months.len(), months[0].from, months[11].until), (12, day(first), day(today)));
        for pair in months.windows(2) {
            assert_eq!(pair[0].until + Days::new(1), pair[1].from, "{pair:?}");
        }
        let whole: Vec<NaiveDate> = day(first).iter_days().take_while(|each| *each <= day(today)).collect();
        let counted: u32 = Regularity::count(day(today), &whole).months.iter().map(|month| month.count).sum();
        assert_eq!(counted as usize, whole.len());
    }
}

/// S52: twelve months, by hand, leap years included.
#[test]
fn terms_last_twelve_months() {
    for (first, last) in [
        ("2026-11-23", "2027-11-22"),
        ("2027-03-01", "2028-02-29"),
        ("2028-02-29", "2029-02-27"),
        ("2027-01-01", "2027-12-31"),
    ] {
        assert_eq!(last_day_of_term(day(first)), day(last));
    }
}

/// S57–S60: a benefit is to be had in its country, within its days, ends included; what is offered everywhere is offered to
/// whoever has said no country, too.
#[test]
fn offers_hold_by_country_and_day() {
    let offer = |country: Option<&str>| Offer {
        country: country.map(ToOwned::to_owned),
        from: day("2026-12-01"),
        until: Some(day("2026-12-31")),
    };
    for (country, asker, on, holds) in [
        (Some("BE"), Some("BE"), "2026-12-01", true),
        (Some("BE"), Some("BE"), "2026-12-31", true),
        (Some("BE"), Some("BE"), "2026-11-30", false),
        (Some("BE"), Some("BE"), "2027-01-01", false),
        (Some("BE"), Some("NL"), "2026-12-15", false),
        (Some("BE"), None, "2026-12-15", false),
        (None, None, "2026-12-15", true),
        (None, Some("NL"), "2026-12-15", true),
    ] {
        assert_eq!(offer(country).holds(asker, day(on)), holds, "{country:?} {asker:?} {on}");
    }
    for kind in BenefitKind::ALL {
        assert_eq!(BenefitKind::parse(kind.code()), Some(kind));
    }
}
