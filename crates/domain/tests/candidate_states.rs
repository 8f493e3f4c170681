//! The application's state machine, explored whole: every state, every event, every time before, at and after.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use gabarit_domain::{
    candidate::{Admission, CandidateState, Complete, Evidence, InvalidTransition, LEAST_CLAIM, Lacking},
    expert::{ExpertKind, Level},
    text::Message,
};
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Submit,
    TakeUp,
    Invite,
    Pick,
    Hold,
    Publish,
    Refuse,
    Withdraw,
}

const EVENTS: [Event; 8] = [
    Event::Submit,
    Event::TakeUp,
    Event::Invite,
    Event::Pick,
    Event::Hold,
    Event::Publish,
    Event::Refuse,
    Event::Withdraw,
];

fn hour(number: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::hours(number)
}

fn reasons() -> Message {
    Message::parse("Not enough project experience yet.").unwrap()
}

fn admission() -> Admission {
    Admission { level: Level::try_from(2).unwrap(), kind: ExpertKind::Independent }
}

fn evidence() -> Evidence {
    Evidence { certificates: vec![None], equal_skill: None, diplomas: 1, experiences: 1 }
}

fn complete() -> Complete {
    evidence().complete(NaiveDate::default()).unwrap()
}

fn step(
    state: CandidateState,
    event: Event,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<CandidateState, InvalidTransition> {
    match event {
        Event::Submit => state.submit(&complete()),
        Event::TakeUp => state.take_up(),
        Event::Invite => state.invite(),
        Event::Pick => state.pick(at, now),
        Event::Hold => state.hold(now),
        Event::Publish => state.publish(admission()),
        Event::Refuse => state.refuse(reasons()),
        Event::Withdraw => state.withdraw(),
    }
}

/// The drawing of the module, by hand.
const DRAWN: [(&str, Event, &str); 14] = [
    ("draft", Event::Submit, "new"),
    ("new", Event::TakeUp, "in-review"),
    ("new", Event::Withdraw, "withdrawn"),
    ("in-review", Event::Invite, "invited"),
    ("in-review", Event::Refuse, "refused"),
    ("in-review", Event::Withdraw, "withdrawn"),
    ("invited", Event::Invite, "invited"),
    ("invited", Event::Pick, "invited"),
    ("invited", Event::Hold, "interviewed"),
    ("invited", Event::Refuse, "refused"),
    ("invited", Event::Withdraw, "withdrawn"),
    ("interviewed", Event::Publish, "published"),
    ("interviewed", Event::Refuse, "refused"),
    ("interviewed", Event::Withdraw, "withdrawn"),
];

fn states(interview: Option<DateTime<Utc>>) -> [CandidateState; 8] {
    [
        CandidateState::Draft,
        CandidateState::New,
        CandidateState::InReview,
        CandidateState::Invited { interview },
        CandidateState::Interviewed,
        CandidateState::Published(admission()),
        CandidateState::Refused { reasons: reasons() },
        CandidateState::Withdrawn,
    ]
}

/// Invariant 4, S33: from every state, every event, with the interview and the picked time before, at and after now: a
/// move happens exactly when it is drawn and its time has come.
#[test]
fn only_drawn_moves_exist_and_only_in_time() {
    let now = hour(0);
    let mut seen = BTreeSet::new();
    for interview in [None, Some(-1), Some(0), Some(1)] {
        for at in -1..=1 {
            for state in states(interview.map(hour)) {
                for event in EVENTS {
                    let in_time = match event {
                        Event::Pick => at > 0 && interview.is_none_or(|interview| interview > 0),
                        Event::Hold => interview.is_some_and(|interview| interview <= 0),
                        _ => true,
                    };
                    let drawn = DRAWN
                        .iter()
                        .find(|(from, on, _)| *from == state.code() && *on == event)
                        .filter(|_| in_time)
                        .map(|(_, _, to)| *to);
                    let from = state.code();
                    let found = step(state.clone(), event, hour(at), now);
                    assert_eq!(
                        found.as_ref().map(CandidateState::code).ok(),
                        drawn,
                        "{from} {event:?} interview {interview:?} at {at}"
                    );
                    match found {
                        Ok(next) => {
                            seen.insert((from, event));
                            assert!(CandidateState::may_follow(Some(from), next.code()));
                        }
                        Err(refusal) => assert_eq!(refusal.from, from),
                    }
                }
            }
        }
    }
    assert_eq!(seen.len(), DRAWN.len(), "every drawn move was made");
    for from in CandidateState::CODES {
        for to in CandidateState::CODES {
            let drawn = DRAWN.iter().any(|(a, _, b)| *a == from && *b == to);
            assert_eq!(CandidateState::may_follow(Some(from), to), drawn, "{from} {to}");
        }
        assert_eq!(CandidateState::may_follow(None, from), from == "draft");
    }
}

/// Invariant 4, S20, S33: every sequence of up to eight events: nobody is published without an interview whose time was
/// picked and had come, nobody refused unread or without reasons, no way out of an end, and the state survives its row.
#[test]
fn every_sequence_keeps_the_rules() {
    let mut front = vec![(CandidateState::Draft, 0, Vec::new())];
    let mut reached = BTreeSet::new();
    for _ in 0..8 {
        let mut next_front = Vec::new();
        for (state, at, path) in front {
            for later in [0, 2] {
                for event in EVENTS {
                    let now = hour(at + later);
                    let Ok(next) = step(state.clone(), event, hour(at + later + 1), now) else { continue };
                    assert!(!state.is_final());
                    let mut path: Vec<Event> = path.clone();
                    path.push(event);
                    match &next {
                        CandidateState::Published(_) => {
                            let moved = |event| path.contains(&event);
                            assert!(moved(Event::TakeUp) && moved(Event::Pick) && moved(Event::Hold));
                        }
                        CandidateState::Refused { reasons } => {
                            assert!(path.contains(&Event::TakeUp) && !reasons.as_str().is_empty());
                        }
                        _ => {}
                    }
                    let (interview, admission, reasons) = match &next {
                        CandidateState::Invited { interview } => (*interview, None, None),
                        CandidateState::Published(admission) => (None, Some(*admission), None),
                        CandidateState::Refused { reasons } => (None, None, Some(reasons.clone())),
                        _ => (None, None, None),
                    };
                    let restored = CandidateState::restore(next.code(), interview, admission, reasons);
                    assert_eq!(restored.as_ref(), Some(&next));
                    reached.insert(next.code());
                    next_front.push((next, at + later, path));
                }
            }
        }
        next_front.sort_by(|a, b| (a.0.code(), a.1, &a.2).cmp(&(b.0.code(), b.1, &b.2)));
        next_front.dedup();
        front = next_front;
    }
    assert_eq!(reached.len(), CandidateState::CODES.len() - 1, "all but the draft are reached");
}

/// S33, S37: a valid certificate or a reasoned claim of equal skill; the claim stands in for the certificate only.
#[test]
fn equal_skill_stands_in_for_the_certificate_only() {
    let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let claim = |length: u32| Some(Message::parse(&"x".repeat(length as usize)).unwrap());
    let cases: [(Evidence, &[Lacking]); 8] = [
        (evidence(), &[]),
        (Evidence { certificates: vec![Some(today)], ..evidence() }, &[]),
        (Evidence { certificates: vec![today.pred_opt()], ..evidence() }, &[Lacking::Certificate]),
        (Evidence { certificates: vec![], ..evidence() }, &[Lacking::Certificate]),
        (Evidence { certificates: vec![], equal_skill: claim(LEAST_CLAIM - 1), ..evidence() }, &[Lacking::Reasons]),
        (Evidence { certificates: vec![], equal_skill: claim(LEAST_CLAIM), ..evidence() }, &[]),
        (
            Evidence { certificates: vec![], equal_skill: claim(LEAST_CLAIM), diplomas: 0, experiences: 0 },
            &[Lacking::Diploma, Lacking::Experience],
        ),
        (Evidence { diplomas: 0, ..evidence() }, &[Lacking::Diploma]),
    ];
    for (evidence, lacking) in cases {
        assert_eq!(evidence.complete(today).err().unwrap_or_default(), lacking, "{evidence:?}");
    }
}
