//! Invariants 4 and 5 of the recognition programme: every state was reached by drawn moves that are written down; no first
//! membership without two reviews and a decision, no refusal without reasons, nothing past a recusal; answers by letter
//! and in time; and whatever a membership gave ends with it.

use super::{
    Findings,
    logs::{self, Log},
    rows::{
        Snapshot,
        programme::{self as rows, CycleRow, MembershipRow, NominationRow, SeatRow},
    },
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
        steps: "SELECT l.nomination_id AS id, l.step, l.from_state, l.to_state, n.state FROM nomination_log l \
            JOIN nomination n ON n.id = l.nomination_id \
            WHERE l.nomination_id > $1 OR (l.nomination_id = $1 AND l.step > $2) ORDER BY l.nomination_id, l.step LIMIT $3",
        unlogged: "SELECT n.id FROM nomination n WHERE NOT EXISTS \
            (SELECT 1 FROM nomination_log l WHERE l.nomination_id = n.id) ORDER BY n.id",
        may_follow: NominationState::may_follow,
        logged: "nominations are logged",
        gap: "the log of a nomination has no gap",
        drawn: "moves of nominations are drawn",
        leads: "the log of a nomination leads to its state",
    },
    Log {
        subject: "cycle",
        steps: "SELECT l.cycle_id AS id, l.step, l.from_phase AS from_state, l.to_phase AS to_state, c.phase AS state \
            FROM recognition_cycle_log l JOIN recognition_cycle c ON c.id = l.cycle_id \
            WHERE l.cycle_id > $1 OR (l.cycle_id = $1 AND l.step > $2) ORDER BY l.cycle_id, l.step LIMIT $3",
        unlogged: "SELECT c.id FROM recognition_cycle c WHERE NOT EXISTS \
            (SELECT 1 FROM recognition_cycle_log l WHERE l.cycle_id = c.id) ORDER BY c.id",
        may_follow: phase_may_follow,
        logged: "cycles are logged",
        gap: "the log of a cycle has no gap",
        drawn: "moves of cycles are drawn",
        leads: "the log of a cycle leads to its phase",
    },
    Log {
        subject: "membership",
        steps: "SELECT l.membership_id AS id, l.step, l.from_state, l.to_state, m.state FROM membership_log l \
            JOIN membership m ON m.id = l.membership_id \
            WHERE l.membership_id > $1 OR (l.membership_id = $1 AND l.step > $2) ORDER BY l.membership_id, l.step LIMIT $3",
        unlogged: "SELECT m.id FROM membership m WHERE NOT EXISTS \
            (SELECT 1 FROM membership_log l WHERE l.membership_id = m.id) ORDER BY m.id",
        may_follow: MembershipState::may_follow,
        logged: "memberships are logged",
        gap: "the log of a membership has no gap",
        drawn: "moves of memberships are drawn",
        leads: "the log of a membership leads to its state",
    },
];

/// Rows that must not be: invariant, check, what they are called, the query for their ids, and what is wrong with them.
type Stray = (u8, &'static str, &'static str, &'static str, &'static str);

const STRAYS: [Stray; 10] = [
    (
        5,
        "benefits end with the membership",
        "claim",
        "SELECT l.id FROM benefit_claim l JOIN membership m ON m.id = l.membership_id \
         WHERE l.state <> 'ended' AND m.state NOT IN ('active', 'due', 'not-renewed') ORDER BY l.id",
        "it stands, and the membership does not",
    ),
    (
        5,
        "codes end with their claims",
        "claim",
        "SELECT l.id FROM benefit_claim l JOIN benefit_code k ON k.claim_id = l.id \
         WHERE l.state = 'ended' AND k.revoked_at IS NULL ORDER BY l.id",
        "ended, and its code is not revoked",
    ),
    (
        5,
        "a claim is its member's",
        "claim",
        "SELECT l.id FROM benefit_claim l JOIN membership m ON m.id = l.membership_id \
         LEFT JOIN benefit_code k ON k.claim_id = l.id \
         WHERE l.account_id <> m.account_id OR k.benefit_id <> l.benefit_id ORDER BY l.id",
        "of somebody else's membership, or with another benefit's code",
    ),
    (
        5,
        "addresses are forgotten",
        "claim",
        "SELECT l.id FROM benefit_claim l WHERE l.address IS NOT NULL AND l.state <> 'asked' ORDER BY l.id",
        "nothing is sent any more, and the address is kept",
    ),
    (
        4,
        "accepted terms have their time",
        "claim",
        "SELECT l.id FROM benefit_claim l WHERE (l.terms IS NULL) <> (l.terms_accepted_at IS NULL) ORDER BY l.id",
        "terms without the time at which they were accepted, or the other way round",
    ),
    (
        4,
        "the log of a partner leads to the state",
        "partner",
        "SELECT p.id FROM referral_partner p JOIN expert e ON e.id = p.expert_id JOIN account a ON a.id = e.account_id \
         WHERE a.erased_at IS NULL AND (NOT EXISTS (SELECT 1 FROM referral_log l \
         WHERE l.partner_id = p.id AND l.lead_id IS NULL AND l.event = p.state) OR NOT EXISTS (SELECT 1 FROM referral_log l \
         WHERE l.partner_id = p.id AND l.lead_id IS NULL AND l.event = 'asked') OR (p.state = 'ended' AND NOT EXISTS \
         (SELECT 1 FROM referral_log l WHERE l.partner_id = p.id AND l.lead_id IS NULL AND l.event = 'granted')) \
         OR (p.state = 'asked' AND EXISTS (SELECT 1 FROM referral_log l WHERE l.partner_id = p.id AND l.lead_id IS NULL \
         AND l.event <> 'asked'))) ORDER BY p.id",
        "no log entry leads there",
    ),
    (
        4,
        "partners have what their state needs",
        "partner",
        "SELECT p.id FROM referral_partner p JOIN expert e ON e.id = p.expert_id JOIN account a ON a.id = e.account_id \
         WHERE a.erased_at IS NULL AND ((p.state IN ('granted', 'ended') AND p.code IS NULL) \
         OR (p.state = 'refused' AND (p.reasons = '' OR p.code IS NOT NULL)) OR (p.state = 'ended' AND p.reasons = '') \
         OR (p.state <> 'asked' AND p.decided_by IS NULL)) ORDER BY p.id",
        "a code, a reason or a decision is missing, or too much",
    ),
    (
        4,
        "the log of a lead leads to its state",
        "lead",
        "SELECT d.id FROM referral_lead d WHERE NOT EXISTS (SELECT 1 FROM referral_log l \
         WHERE l.lead_id = d.id AND l.event = 'received') OR (d.state <> 'new' AND NOT EXISTS \
         (SELECT 1 FROM referral_log l WHERE l.lead_id = d.id AND l.event = d.state)) ORDER BY d.id",
        "no log entry leads there",
    ),
    (
        4,
        "changed posts keep what they said",
        "post",
        "SELECT p.id FROM community_post p WHERE (p.edited_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM community_log l \
         WHERE l.post_id = p.id AND l.event = 'edited')) OR (p.removed_at IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM community_log l WHERE l.post_id = p.id AND l.event IN ('withdrawn', 'removed'))) ORDER BY p.id",
        "edited or removed, and nothing is written down of it",
    ),
    (
        4,
        "letters are of answered nominations",
        "nomination",
        "SELECT n.id FROM nomination n JOIN nomination_letter l ON l.nomination_id = n.id \
         WHERE n.state NOT IN ('granted', 'refused') ORDER BY n.id",
        "a letter was sent, and there is no answer",
    ),
];

/// Events to come at which somebody has a place who is no member.
const PLACES: &str = "SELECT DISTINCT s.event_id FROM member_sign_up s JOIN member_event e ON e.id = s.event_id \
    WHERE e.starts_at > $1 AND e.cancelled_at IS NULL AND NOT EXISTS (SELECT 1 FROM membership m \
    WHERE m.account_id = s.account_id AND m.state IN ('active', 'due', 'not-renewed')) ORDER BY s.event_id";

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
    for (invariant, check, what, sql, detail) in STRAYS {
        for id in rows::ids(snapshot, sql).await? {
            findings.add(invariant, check, format_args!("{what} {id}"), detail);
        }
    }
    for id in rows::ids_at(snapshot, PLACES, now).await? {
        findings.add(5, "places at events are members'", format_args!("event {id}"), "somebody comes who is no member");
    }
    for (id, version, logged) in rows::unlogged_changes(snapshot).await? {
        let detail = format_args!("the log ends at version {logged}, it is at {version}");
        findings.add(4, "changes of events and benefits are logged", id, detail);
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
    let mut add = |check, detail: &str| findings.add(4, check, &subject, detail);
    let reasons: Option<Reasons> = row.reasons.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let unreasoned = row.outcome.as_deref() == Some("refuse") && reasons.is_none();
    if unreasoned {
        add("a refusal has reasons", "none that is tied to a quality");
    }
    for seat in seats {
        let sits = matches!(seat.state.as_str(), "open" | "in");
        let over = matches!(row.state.as_str(), "granted" | "refused" | "withdrawn");
        let partial = seat.conflict_at.is_some_and(|at| at < seat.assigned_at || !over);
        if sits && (partial || seat.reviewer_id == row.account_id || seat.stands > 0) {
            add("reviewers are impartial", "read by the nominee, by somebody with a conflict, or who stands, too");
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
        add("a nomination fits its reviews and decision", &row.state);
    }
    let part = row.decided_by.zip(panel).and_then(|(by, panel)| panel.of(AccountId(by)));
    let had_part = part.is_some_and(|seat| seat != SeatState::Released) || row.decided_by == Some(row.account_id);
    let was_partial = row.partial_at.zip(row.decided_at).is_some_and(|(conflict, decided)| conflict < decided);
    if had_part || was_partial {
        add("who decides had no part", "decided by the nominee, by a reviewer, or by somebody with a conflict");
    }
    let answered = matches!(row.state.as_str(), "granted" | "refused");
    if answered && row.letter_at.is_none() {
        add("answers are letters", "answered without one");
    } else if answered && row.letter_at != row.answered_at {
        add("answers are letters", "not sent when it was answered");
    }
    if row.state == "granted" && row.memberships == 0 {
        add("who is granted is a member", "there is no membership");
    }
    let waits = matches!(row.state.as_str(), "submitted" | "review" | "deliberation" | "decided");
    if waits && row.phase.as_deref() == Some("closed") {
        add("a closed cycle has answered everybody", row.cycle.as_deref().unwrap_or_default());
    }
    match (row.answer_by, row.answered_at) {
        (Some(due), None) if waits && due < now => add("answers come in time", "not answered within the thirty days"),
        (Some(due), Some(at)) if answered && at > due => {
            add("answers come in time", "answered after the thirty days");
        }
        _ => {}
    }
}

fn cycle(row: &CycleRow, now: DateTime<Utc>, findings: &mut Findings) {
    let subject = format!("cycle {}", row.code);
    let Some(phase) = Phase::parse(&row.phase) else {
        findings.add(4, "a cycle has a phase", subject, &row.phase);
        return;
    };
    if row.answer_by > row.window_at + TimeDelta::days(i64::from(MOST_ANSWER_DAYS)) {
        findings.add(4, "a cycle answers within thirty days", &subject, format_args!("by {}", row.answer_by));
    }
    if phase == Phase::Collecting && row.window_at + LATE < now {
        findings.add(4, "windows open in time", &subject, format_args!("collecting since {}", row.window_at));
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
    let mut add = |check, detail: &str| findings.add(4, check, &subject, detail);
    if row.founded == 0 {
        add("a membership rests on a granted nomination", "none of the member's was granted for it");
    }
    let reasons = row.reasons.as_deref().map(Message::parse).transpose().ok().flatten();
    let state = MembershipState::restore(&row.state, reasons);
    let appeal = Appeal::parse(&row.appeal);
    if state.is_none() || appeal.is_none() || (appeal == Some(Appeal::Open)) != (row.appeals > 0) {
        add("a membership fits its reasons and appeals", &row.state);
    }
    let numbered = terms.iter().zip(1..).all(|((term, ..), number)| *term == number);
    let gapless = terms.windows(2).all(|two| matches!(two, [a, b] if a.2.succ_opt() == Some(b.1)));
    let first = terms.first().is_some_and(|(_, first, _)| *first == row.first_day);
    let last = terms.last().is_some_and(|(term, _, last)| (*term, *last) == (row.term, row.last_day));
    if !(numbered && gapless && first && last) {
        add("terms of a membership follow each other", "a gap, or not up to its last day");
    }
    let over = row.last_day.checked_add_days(OVER).is_some_and(|day| day < today);
    let waits = row.state == "active" || (row.state == "not-renewed" && row.appeal != "open");
    if over && waits {
        add("memberships end in time", &row.state);
    }
}
