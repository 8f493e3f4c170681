//! The nomination's state machine, explored whole: every state that any order of events can reach, with all that was
//! done on the way.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use gabarit_domain::{
    ids::AccountId,
    recognition::{
        Available, Decision, InvalidTransition, Lacking, NominationState, Panel, Phase, Quality, Reason, Reasons,
        Score, SeatState, by_month, choose, complete, cycle_code, due, house, mean, next_window, own_domain, places,
        reminder_due, spread, weighted,
    },
    text::Message,
};
use std::collections::{BTreeSet, VecDeque};
use uuid::Uuid;

const fn person(number: u128) -> AccountId {
    AccountId(Uuid::from_u128(number))
}

const NOMINEE: AccountId = person(1);
const REVIEWERS: [AccountId; 3] = [person(2), person(3), person(4)];
const MANAGER: AccountId = person(5);
/// Everybody tries everything.
const PEOPLE: [AccountId; 5] = [NOMINEE, REVIEWERS[0], REVIEWERS[1], REVIEWERS[2], MANAGER];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Submit,
    Reopen,
    Open,
    Assign(AccountId),
    Review(AccountId),
    Recuse(AccountId),
    Release(AccountId),
    Grant(AccountId),
    Refuse(AccountId),
    Send(AccountId),
    Withdraw,
}

impl Event {
    fn all() -> Vec<Self> {
        let mut events = vec![Self::Submit, Self::Reopen, Self::Open, Self::Withdraw];
        for who in PEOPLE {
            // The manager reviews nothing here: that keeps one who can decide.
            if who != MANAGER {
                events.extend([Self::Assign(who), Self::Review(who), Self::Recuse(who), Self::Release(who)]);
            }
            events.extend([Self::Grant(who), Self::Refuse(who), Self::Send(who)]);
        }
        events
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Reopen => "reopen",
            Self::Open => "open",
            Self::Assign(_) => "assign",
            Self::Review(_) => "review",
            Self::Recuse(_) => "recuse",
            Self::Release(_) => "release",
            Self::Grant(_) | Self::Refuse(_) => "decide",
            Self::Send(_) => "send",
            Self::Withdraw => "withdraw",
        }
    }
}

fn reasons() -> Reasons {
    let text = Message::parse("Few answers to other users were shown.").unwrap();
    Reasons::new(vec![Reason { quality: Quality::Responsive, text }]).unwrap()
}

fn step(state: NominationState, event: Event) -> Result<NominationState, InvalidTransition> {
    let statement = Message::parse(&"x".repeat(80)).unwrap();
    match event {
        Event::Submit => state.submit(&complete(Some(&statement), 1).unwrap()),
        Event::Reopen => state.reopen(),
        Event::Open => state.open(),
        Event::Assign(who) => state.assign(NOMINEE, who),
        Event::Review(who) => state.review(who),
        Event::Recuse(who) => state.recuse(who),
        Event::Release(who) => state.release(who),
        Event::Grant(who) => state.decide(NOMINEE, who, Decision::Grant),
        Event::Refuse(who) => state.decide(NOMINEE, who, Decision::Refuse { reasons: reasons() }),
        Event::Send(who) => state.send(NOMINEE, who),
        Event::Withdraw => state.withdraw(),
    }
}

/// What was done, written down apart from the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Story {
    seated: BTreeSet<AccountId>,
    reviewed: BTreeSet<AccountId>,
    recused: BTreeSet<AccountId>,
    /// The decision in force, whose, and who had stepped aside when it was made.
    decision: Option<(AccountId, bool, BTreeSet<AccountId>)>,
}

impl Story {
    fn tell(mut self, event: Event) -> Self {
        match event {
            Event::Assign(who) => {
                self.seated.insert(who);
            }
            Event::Review(who) => {
                self.reviewed.insert(who);
            }
            Event::Recuse(who) => {
                self.recused.insert(who);
                self.reviewed.remove(&who);
                self.decision = None;
            }
            Event::Release(who) => {
                self.seated.remove(&who);
            }
            Event::Grant(who) => self.decision = Some((who, true, self.recused.clone())),
            Event::Refuse(who) => self.decision = Some((who, false, self.recused.clone())),
            _ => {}
        }
        self
    }
}

/// The drawing of the module, by hand: from, by what, to.
const DRAWN: [(&str, &str, &str); 22] = [
    ("draft", "submit", "submitted"),
    ("draft", "withdraw", "withdrawn"),
    ("submitted", "reopen", "draft"),
    ("submitted", "open", "review"),
    ("submitted", "withdraw", "withdrawn"),
    ("review", "assign", "review"),
    ("review", "release", "review"),
    ("review", "recuse", "review"),
    ("review", "review", "review"),
    ("review", "review", "deliberation"),
    ("review", "withdraw", "withdrawn"),
    ("deliberation", "recuse", "review"),
    ("deliberation", "decide", "decided"),
    ("deliberation", "withdraw", "withdrawn"),
    ("decided", "decide", "decided"),
    ("decided", "recuse", "review"),
    ("decided", "send", "granted"),
    ("decided", "send", "refused"),
    ("decided", "withdraw", "withdrawn"),
    ("withdrawn", "", ""),
    ("granted", "", ""),
    ("refused", "", ""),
];

/// Invariant 4, S53–S55: every order of events, to the last state that can be reached: no membership without two reviews
/// that stand and a decision by somebody who had no part in it; no refusal without reasons; nothing past a recusal.
#[test]
fn no_order_of_events_breaks_the_rules() {
    let events = Event::all();
    let start = (NominationState::Draft, Story::default());
    let key = |(state, story): &(NominationState, Story)| (serde_json::to_string(state).unwrap(), story.clone());
    let mut seen = BTreeSet::from([key(&start)]);
    let mut made = BTreeSet::new();
    let mut front = VecDeque::from([start]);
    while let Some((state, story)) = front.pop_front() {
        for event in &events {
            let from = state.code();
            let next = match step(state.clone(), *event) {
                Ok(next) => next,
                Err(refusal) => {
                    assert_eq!(refusal.from, from, "a refusal tells where it stood");
                    continue;
                }
            };
            assert!(!state.is_final(), "{from} is an end, and {event:?} left it");
            made.insert((from, event.name(), next.code()));
            assert!(NominationState::may_follow(Some(from), next.code()), "{from} {event:?} {}", next.code());
            let story = story.clone().tell(*event);
            judge(&next, &story);
            // What is stored comes back.
            let panel = next.panel().cloned().unwrap_or_default();
            let panel = Panel::restore(panel.seats().to_vec()).unwrap();
            assert_eq!(NominationState::restore(next.code(), panel, next.ruling().cloned()).as_ref(), Some(&next));
            let found = (next, story);
            if seen.insert(key(&found)) {
                front.push_back(found);
            }
        }
    }
    let drawn: BTreeSet<_> = DRAWN.into_iter().filter(|(_, event, _)| !event.is_empty()).collect();
    assert_eq!(made, drawn, "the machine is what is drawn");
    assert!(seen.len() > 200, "{} stories were told", seen.len());
    for from in NominationState::CODES {
        for to in NominationState::CODES {
            let is_drawn = drawn.iter().any(|(a, _, b)| *a == from && *b == to);
            assert_eq!(NominationState::may_follow(Some(from), to), is_drawn, "{from} {to}");
        }
        assert_eq!(NominationState::may_follow(None, from), from == "draft");
    }
}

fn judge(state: &NominationState, story: &Story) {
    if let Some(panel) = state.panel() {
        let with = |wanted: SeatState| -> BTreeSet<AccountId> {
            panel.seats().iter().filter(|seat| seat.state == wanted).map(|seat| seat.reviewer).collect()
        };
        assert_eq!(with(SeatState::In), story.reviewed, "reviews that stand");
        assert_eq!(with(SeatState::Recused), story.recused, "a recusal is for good");
        assert!(panel.of(NOMINEE).is_none(), "nobody sits on themselves");
        assert!(with(SeatState::Open).len() + story.reviewed.len() <= 2);
        for reviewer in REVIEWERS {
            let sees = panel.sees_reviews(reviewer);
            assert_eq!(
                sees,
                story.reviewed.contains(&reviewer) && story.reviewed.len() == 2,
                "blind until both are in"
            );
        }
    }
    match state {
        NominationState::Deliberation(_) | NominationState::Decided(..) => assert_eq!(story.reviewed.len(), 2),
        NominationState::Granted(_, ruling) | NominationState::Refused(_, ruling) => {
            assert_eq!(story.reviewed.len(), 2, "two reviews");
            assert!(story.reviewed.is_disjoint(&story.recused));
            let (by, granted, recused) = story.decision.clone().unwrap();
            assert_eq!(by, ruling.by);
            assert_ne!(by, NOMINEE, "nobody decides on themselves");
            assert!(!story.reviewed.contains(&by) && !story.recused.contains(&by), "whoever sat does not decide");
            assert_eq!(recused, story.recused, "nobody stepped aside after the decision");
            match &ruling.decision {
                Decision::Grant => assert!(granted && matches!(state, NominationState::Granted(..))),
                Decision::Refuse { reasons } => {
                    assert!(!granted && matches!(state, NominationState::Refused(..)));
                    assert!(!reasons.all().is_empty(), "no refusal without reasons");
                }
            }
        }
        _ => {}
    }
}

/// S55: reasons are tied to a quality each, and are more than a word; nothing that is stored can make up for it.
#[test]
fn a_refusal_cannot_be_made_without_reasons() {
    let reason = |quality, text: &str| Reason { quality, text: Message::parse(text).unwrap() };
    let long = "Nothing was shown that others could use.";
    assert!(Reasons::new(vec![]).is_none());
    assert!(Reasons::new(vec![reason(Quality::Leader, "No.")]).is_none());
    assert!(Reasons::new(vec![reason(Quality::Leader, long), reason(Quality::Leader, long)]).is_none());
    assert!(Reasons::new(vec![reason(Quality::Leader, long), reason(Quality::Expert, long)]).is_some());
    assert!(serde_json::from_str::<Reasons>("[]").is_err());
    assert!(serde_json::from_str::<Decision>(r#"{"outcome":"refuse","reasons":[]}"#).is_err());
    assert!(NominationState::restore("refused", Panel::default(), None).is_none());
    assert!(NominationState::restore("granted", Panel::default(), None).is_none());
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// S50, S51: windows open on 1 February and 1 August; who comes on that day stands in the next; answers are due within
/// 30 days, whatever the rulebook says.
#[test]
fn windows_and_due_dates() {
    for (today, window, code) in [
        ("2026-11-23", "2027-02-01", "2027-02"),
        ("2027-01-31", "2027-02-01", "2027-02"),
        ("2027-02-01", "2027-08-01", "2027-08"),
        ("2027-07-31", "2027-08-01", "2027-08"),
        ("2027-08-01", "2028-02-01", "2028-02"),
        ("2027-12-31", "2028-02-01", "2028-02"),
    ] {
        assert_eq!(next_window(day(today)), day(window), "{today}");
        assert_eq!(cycle_code(next_window(day(today))), code);
    }
    let window: DateTime<Utc> = "2027-01-31T23:00:00Z".parse().unwrap();
    assert_eq!(due(window, 18, 30), (window + TimeDelta::days(18), window + TimeDelta::days(30)));
    assert_eq!(due(window, 40, 60), (window + TimeDelta::days(30), window + TimeDelta::days(30)));
    assert_eq!(due(window, 0, 0), (window + TimeDelta::days(1), window + TimeDelta::days(1)));
}

/// S50, S51: phases follow each other, and none ends before its time; a cycle never closes over somebody unanswered.
#[test]
fn phases_end_in_time() {
    let all = [false, true];
    for phase in Phase::ALL.iter().copied() {
        for opened in all {
            for open in all {
                for over in all {
                    for unanswered in all {
                        let ends = phase.may_end(opened, open, over, unanswered);
                        let should = match phase {
                            Phase::Collecting => opened,
                            Phase::Review => !open || over,
                            Phase::Decision => !unanswered,
                            Phase::Closed => false,
                        };
                        assert_eq!(ends, should);
                        assert!(!ends || phase.next().is_some());
                    }
                }
            }
        }
    }
    assert_eq!(Phase::Closed.next(), None);
}

/// S51: reviewers are reminded weekly, and daily when time is short.
#[test]
fn reminders_come_faster_towards_the_end() {
    let window: DateTime<Utc> = "2027-01-31T23:00:00Z".parse().unwrap();
    let at = |days| window + TimeDelta::days(days);
    let until = at(18);
    assert!(!reminder_due(at(0), until, at(6)) && reminder_due(at(0), until, at(7)));
    assert!(reminder_due(at(14), until, at(15)) && !reminder_due(at(15), until, at(15)));
    assert!(reminder_due(at(18), until, at(19)));
}

/// S66: the last 24 months, this one included, what lies ahead not.
#[test]
fn months_are_counted_with_their_own_days() {
    let today = day("2027-01-20");
    let days = ["2025-01-31", "2025-02-01", "2027-01-01", "2027-01-20", "2027-01-21", "2026-06-30", "2026-06-01"];
    let months = by_month(&days.map(day), today);
    assert_eq!(months.len(), 24);
    assert_eq!((months[0], months[23]), ((day("2025-02-01"), 1), (day("2027-01-01"), 2)));
    assert_eq!(months.iter().map(|(_, count)| count).sum::<u32>(), 5);
}

/// S66: there is no least number of contributions, but there is something to read.
#[test]
fn what_a_nomination_must_show() {
    let text = |length| Message::parse(&"x".repeat(length)).unwrap();
    assert!(complete(Some(&text(80)), 1).is_ok());
    assert_eq!(complete(Some(&text(79)), 0), Err(vec![Lacking::LongerStatement, Lacking::Contribution]));
    assert_eq!(complete(None, 3), Err(vec![Lacking::Statement]));
}

/// S53: five scores by weight, worked by hand.
#[test]
fn scores_by_weight() {
    let scores = [5, 4, 3, 2, 1].map(|number| Score::try_from(number).unwrap());
    assert_eq!(weighted(&scores, &[1; 5]), 3_000);
    assert_eq!(weighted(&scores, &[0; 5]), 3_000);
    // (5·3 + 4·2 + 3 + 2 + 1) ÷ 8 = 3.625
    assert_eq!(weighted(&scores, &[3, 2, 1, 1, 1]), 3_625);
    // (5 + 4 + 3 + 2 + 1·2) ÷ 6 = 2.6667
    assert_eq!(weighted(&scores, &[1, 1, 1, 1, 2]), 2_667);
    assert!(Score::try_from(0).is_err() && Score::try_from(6).is_err());
    assert_eq!(mean(&[3_000, 3_001]), Some(3_001));
    assert_eq!(mean(&[]), None);
    let lies = spread(&[2_000, 4_000, 4_000, 4_000, 5_000, 5_000, 7_000, 9_000]).unwrap();
    assert_eq!((lies.count, lies.mean, lies.deviation, lies.least, lies.greatest), (8, 5_000, 2_000, 2_000, 9_000));
    assert_eq!(places(&[4_000, 5_000, 4_000, 3_000]), [2, 1, 2, 4]);
}

/// S54: seats go to who reads the language, then to who has least; never to whom something stands against.
#[test]
fn seats_are_given_fairly() {
    let one = |number, load, reads, barred| Available { reviewer: person(number), load, reads, barred };
    let all = [one(1, 9, true, false), one(2, 1, true, false), one(3, 0, false, false), one(4, 0, true, true)];
    assert_eq!(choose(&all, 2, 7), [person(2), person(1)]);
    assert_eq!(choose(&all, 3, 7), [person(2), person(1), person(3)]);
    assert!(choose(&all[3..], 2, 7).is_empty());
    // Equal reviewers share the firsts among them.
    let equal: Vec<Available> = (1..=12).map(|number| one(number, 0, true, false)).collect();
    let firsts: BTreeSet<AccountId> = (0..200).filter_map(|nomination| choose(&equal, 1, nomination).pop()).collect();
    assert!(firsts.len() > 8, "{}", firsts.len());
}

/// S54: colleagues are found by organisation and by their own mail domain, not by a provider's.
#[test]
fn colleagues_are_found() {
    assert_eq!(own_domain("ada@atelier.example"), Some("atelier.example".to_owned()));
    assert_eq!(own_domain("ada@GMAIL.com"), None);
    assert_eq!(house("Atelier Égide SARL"), house("atelier egide"));
    assert_eq!(house("BV"), None);
}
