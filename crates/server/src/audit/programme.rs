//! Invariants 4 and 5 of the recognition programme: every state was reached by drawn moves that are written down; no first
//! membership without two reviews and a decision, no refusal without reasons, nothing past a recusal; answers by letter
//! and in time; and whatever a membership gave ends with it.

use super::{
    Check, Findings,
    logs::{self, Log},
};
use crate::db::audit::{
    Snapshot,
    programme::{self as rows, CycleRow, MembershipRow, NominationRow, SeatRow, Strays},
};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use gabarit_domain::{
    ids::AccountId,
    membership::{Appeal, MembershipState},
    recognition::{Decision, MOST_ANSWER_DAYS, NominationState, Panel, Phase, Reasons, Ruling, Seat, SeatState},
    text::Message,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A clock may be this late: a server that was down is given time to catch up.
const LATE: TimeDelta = TimeDelta::hours(2);
/// A day that is over is over everywhere, and its job has run, so many days later.
const OVER: Days = Days::new(2);

fn phase_may_follow(from: Option<&str>, to: &str) -> bool {
    match from {
        None => to == Phase::Collecting.code(),
        Some(from) => Phase::parse(from).and_then(Phase::next).is_some_and(|next| next.code() == to),
    }
}

const LOGS: [Log; 3] = [
    Log {
        subject: "nomination",
        sql: &rows::NOMINATION_LOG,
        may_follow: NominationState::may_follow,
        logged: Check::NominationsAreLogged,
        gap: Check::TheLogOfANominationHasNoGap,
        drawn: Check::MovesOfNominationsAreDrawn,
        leads: Check::TheLogOfANominationLeadsToItsState,
    },
    Log {
        subject: "cycle",
        sql: &rows::CYCLE_LOG,
        may_follow: phase_may_follow,
        logged: Check::CyclesAreLogged,
        gap: Check::TheLogOfACycleHasNoGap,
        drawn: Check::MovesOfCyclesAreDrawn,
        leads: Check::TheLogOfACycleLeadsToItsPhase,
    },
    Log {
        subject: "membership",
        sql: &rows::MEMBERSHIP_LOG,
        may_follow: MembershipState::may_follow,
        logged: Check::MembershipsAreLogged,
        gap: Check::TheLogOfAMembershipHasNoGap,
        drawn: Check::MovesOfMembershipsAreDrawn,
        leads: Check::TheLogOfAMembershipLeadsToItsState,
    },
];

/// Rows that must not be: the check, what they are called, where they are found, and what is wrong with them.
type Stray = (Check, &'static str, &'static Strays, &'static str);

const STRAYS: [Stray; 10] = [
    (
        Check::BenefitsEndWithTheMembership,
        "claim",
        &rows::CLAIMS_PAST_MEMBERSHIP,
        "it stands, and the membership does not",
    ),
    (Check::CodesEndWithTheirClaims, "claim", &rows::CODES_PAST_CLAIM, "ended, and its code is not revoked"),
    (
        Check::AClaimIsItsMembers,
        "claim",
        &rows::CLAIMS_OF_OTHERS,
        "of somebody else's membership, or with another benefit's code",
    ),
    (Check::AddressesAreForgotten, "claim", &rows::ADDRESSES_KEPT, "nothing is sent any more, and the address is kept"),
    (
        Check::AcceptedTermsHaveTheirTime,
        "claim",
        &rows::TERMS_WITHOUT_TIME,
        "terms without the time at which they were accepted, or the other way round",
    ),
    (Check::TheLogOfAPartnerLeadsToTheState, "partner", &rows::PARTNERS_UNLOGGED, "no log entry leads there"),
    (
        Check::PartnersHaveWhatTheirStateNeeds,
        "partner",
        &rows::PARTNERS_INCOMPLETE,
        "a code, a reason or a decision is missing, or too much",
    ),
    (Check::TheLogOfALeadLeadsToItsState, "lead", &rows::LEADS_UNLOGGED, "no log entry leads there"),
    (
        Check::ChangedPostsKeepWhatTheySaid,
        "post",
        &rows::POSTS_FORGOTTEN,
        "edited or removed, and nothing is written down of it",
    ),
    (
        Check::LettersAreOfAnsweredNominations,
        "nomination",
        &rows::LETTERS_TOO_EARLY,
        "a letter was sent, and there is no answer",
    ),
];

pub(super) async fn check_all(
    snapshot: &mut Snapshot,
    now: DateTime<Utc>,
    findings: &mut Findings,
) -> sqlx::Result<()> {
    for log in &LOGS {
        logs::check(snapshot, log, findings).await?;
    }
    nominations(snapshot, now, findings).await?;
    for row in rows::cycles(snapshot).await? {
        cycle(&row, now, findings);
    }
    memberships(snapshot, now.date_naive(), findings).await?;
    for (check, what, strays, detail) in STRAYS {
        for id in rows::strays(snapshot, strays).await? {
            findings.add(check, format_args!("{what} {id}"), detail);
        }
    }
    for id in rows::strangers_at_events(snapshot, now).await? {
        findings.add(Check::PlacesAtEventsAreMembers, format_args!("event {id}"), "somebody comes who is no member");
    }
    for (id, version, logged) in rows::unlogged_changes(snapshot).await? {
        let detail = format_args!("the log ends at version {logged}, it is at {version}");
        findings.add(Check::ChangesOfEventsAndBenefitsAreLogged, id, detail);
    }
    Ok(())
}

async fn nominations(snapshot: &mut Snapshot, now: DateTime<Utc>, findings: &mut Findings) -> sqlx::Result<()> {
    let mut after = Uuid::nil();
    loop {
        let page = rows::nominations(snapshot, after).await?;
        let Some(last) = page.last().map(|row| row.id) else { return Ok(()) };
        let mut seats: HashMap<Uuid, Vec<SeatRow>> = HashMap::new();
        for seat in rows::seats(snapshot, after, last).await? {
            seats.entry(seat.nomination_id).or_default().push(seat);
        }
        for row in page {
            nomination(&row, &seats.remove(&row.id).unwrap_or_default(), now, findings);
        }
        after = last;
    }
}

fn nomination(row: &NominationRow, seats: &[SeatRow], now: DateTime<Utc>, findings: &mut Findings) {
    let subject = format!("nomination {}", row.id);
    let mut add = |check, detail: &str| findings.add(check, &subject, detail);
    let reasons: Option<Reasons> = row.reasons.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let unreasoned = row.outcome.as_deref() == Some("refuse") && reasons.is_none();
    if unreasoned {
        add(Check::ARefusalHasReasons, "none that is tied to a quality");
    }
    for seat in seats {
        let sits = matches!(seat.state.as_str(), "open" | "in");
        let over = matches!(row.state.as_str(), "granted" | "refused" | "withdrawn");
        let partial = seat.conflict_at.is_some_and(|at| at < seat.assigned_at || !over);
        if sits && (partial || seat.reviewer_id == row.account_id || seat.stands > 0) {
            add(Check::ReviewersAreImpartial, "read by the nominee, by somebody with a conflict, or who stands, too");
        }
    }
    let panel = seats
        .iter()
        .map(|seat| Some(Seat { reviewer: AccountId(seat.reviewer_id), state: SeatState::parse(&seat.state)? }))
        .collect::<Option<Vec<Seat>>>()
        .and_then(Panel::restore);
    let decision = match row.outcome.as_deref() {
        Some("grant") => Some(Decision::Grant),
        Some("refuse") => reasons.map(|reasons| Decision::Refuse { reasons }),
        _ => None,
    };
    let ruling = decision.zip(row.decided_by).map(|(decision, by)| Ruling { decision, by: AccountId(by) });
    let state = panel.clone().and_then(|panel| NominationState::restore(&row.state, panel, ruling));
    // A refusal without reasons was named above.
    if state.is_none() && !unreasoned {
        add(Check::ANominationFitsItsReviewsAndDecision, &row.state);
    }
    let part = row.decided_by.zip(panel).and_then(|(by, panel)| panel.of(AccountId(by)));
    let had_part = part.is_some_and(|seat| seat != SeatState::Released) || row.decided_by == Some(row.account_id);
    let was_partial = row.partial_at.zip(row.decided_at).is_some_and(|(conflict, decided)| conflict < decided);
    if had_part || was_partial {
        add(Check::WhoDecidesHadNoPart, "decided by the nominee, by a reviewer, or by somebody with a conflict");
    }
    let answered = matches!(row.state.as_str(), "granted" | "refused");
    if answered && row.letter_at.is_none() {
        add(Check::AnswersAreLetters, "answered without one");
    } else if answered && row.letter_at != row.answered_at {
        add(Check::AnswersAreLetters, "not sent when it was answered");
    }
    if row.state == "granted" && row.memberships == 0 {
        add(Check::WhoIsGrantedIsAMember, "there is no membership");
    }
    let waits = matches!(row.state.as_str(), "submitted" | "review" | "deliberation" | "decided");
    if waits && row.phase.as_deref() == Some("closed") {
        add(Check::AClosedCycleHasAnsweredEverybody, row.cycle.as_deref().unwrap_or_default());
    }
    match (row.answer_by, row.answered_at) {
        (Some(due), None) if waits && due < now => add(Check::AnswersComeInTime, "not answered within the thirty days"),
        (Some(due), Some(at)) if answered && at > due => {
            add(Check::AnswersComeInTime, "answered after the thirty days");
        }
        _ => {}
    }
}

fn cycle(row: &CycleRow, now: DateTime<Utc>, findings: &mut Findings) {
    let subject = format!("cycle {}", row.code);
    let Some(phase) = Phase::parse(&row.phase) else {
        findings.add(Check::ACycleHasAPhase, subject, &row.phase);
        return;
    };
    if row.answer_by > row.window_at + TimeDelta::days(i64::from(MOST_ANSWER_DAYS)) {
        findings.add(Check::ACycleAnswersWithinThirtyDays, &subject, format_args!("by {}", row.answer_by));
    }
    if phase == Phase::Collecting && row.window_at + LATE < now {
        findings.add(Check::WindowsOpenInTime, &subject, format_args!("collecting since {}", row.window_at));
    }
}

async fn memberships(snapshot: &mut Snapshot, today: NaiveDate, findings: &mut Findings) -> sqlx::Result<()> {
    let mut after = Uuid::nil();
    loop {
        let page = rows::memberships(snapshot, after).await?;
        let Some(last) = page.last().map(|row| row.id) else { return Ok(()) };
        let mut terms: HashMap<Uuid, Vec<(i64, NaiveDate, NaiveDate)>> = HashMap::new();
        for (of, term, first, last) in rows::terms(snapshot, after, last).await? {
            terms.entry(of).or_default().push((term, first, last));
        }
        for row in page {
            membership(&row, &terms.remove(&row.id).unwrap_or_default(), today, findings);
        }
        after = last;
    }
}

fn membership(row: &MembershipRow, terms: &[(i64, NaiveDate, NaiveDate)], today: NaiveDate, findings: &mut Findings) {
    let subject = format!("membership {}", row.id);
    let mut add = |check, detail: &str| findings.add(check, &subject, detail);
    if row.founded == 0 {
        add(Check::AMembershipRestsOnAGrantedNomination, "none of the member's was granted for it");
    }
    let reasons = row.reasons.as_deref().map(Message::parse).transpose().ok().flatten();
    let state = MembershipState::restore(&row.state, reasons);
    let appeal = Appeal::parse(&row.appeal);
    if state.is_none() || appeal.is_none() || (appeal == Some(Appeal::Open)) != (row.appeals > 0) {
        add(Check::AMembershipFitsItsReasonsAndAppeals, &row.state);
    }
    let numbered = terms.iter().zip(1..).all(|((term, ..), number)| *term == number);
    let gapless = terms.windows(2).all(|two| matches!(two, [a, b] if a.2.succ_opt() == Some(b.1)));
    let first = terms.first().is_some_and(|(_, first, _)| *first == row.first_day);
    let last = terms.last().is_some_and(|(term, _, last)| (*term, *last) == (row.term, row.last_day));
    if !(numbered && gapless && first && last) {
        add(Check::TermsOfAMembershipFollowEachOther, "a gap, or not up to its last day");
    }
    let over = row.last_day.checked_add_days(OVER).is_some_and(|day| day < today);
    let waits = row.state == "active" || (row.state == "not-renewed" && row.appeal != "open");
    if over && waits {
        add(Check::MembershipsEndInTime, &row.state);
    }
}
