//! A fictional cycle of the recognition programme, under way: reviewers, nominees in every state, and what the next
//! cycle has collected so far.

use crate::{
    clock::{civil_day, start_of_day},
    db::{
        Exec, contributions as shared,
        demo::{self, NewAccount},
        nominations::{self as rows, LetterRow, NewCycle, NewStep, Nomination},
    },
    platform::Platform,
};
use chrono::{DateTime, Datelike as _, Days, TimeDelta, Utc};
use gabarit_domain::{
    ids::{AccountId, ContributionId, CycleId, NominationId},
    recognition::{
        Channel, Decision, NominationState, Phase, Quality, Reason, Reasons, Score, complete, cycle_code, due,
        next_window,
    },
    text::Message,
};
use gabarit_i18n::{Locale, demo as words};
use gabarit_view::nomination::{NominationForm, SeatForm};
use uuid::Uuid;

const BASE: u128 = 0x6761_6261_7269_7400_9000_0000_0000_0000;
/// Days since the window of the cycle under way opened. Counted from today, and not from February or August: one is under
/// review in a sixth of the year only, and its screens are to be seen on any day. The next cycle has the rulebook's window.
const OPEN_DAYS: i64 = 12;
/// Cycles that are closed, from which the members are: number, and days since the window opened.
const CLOSED: [(usize, i64); 2] = [(2, 372), (3, 190)];

/// How far one is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// In the next cycle.
    Sent,
    /// So many reviews are in.
    Reviews(u8),
    /// A refusal is written, not yet sent.
    Refusal,
    /// Refused in this cycle, letter and all.
    Refused,
}

/// Who, from where, how far, what score, and contributions in how many of the last 24 months.
type Sketch = (&'static str, Locale, &'static str, Stage, u8, u32);

/// Names nobody bears.
const NOMINEES: [Sketch; 10] = [
    ("Ambroise Inventaire", Locale::Fr, "BE", Stage::Reviews(2), 5, 22),
    ("Lieke Bedenksel", Locale::Nl, "NL", Stage::Reviews(2), 4, 17),
    ("Teun Verzinsel", Locale::Nl, "NL", Stage::Reviews(2), 4, 14),
    ("Solveig Placeholder", Locale::En, "DE", Stage::Reviews(1), 3, 9),
    ("Ophélie Hypothèse", Locale::Fr, "FR", Stage::Reviews(1), 4, 12),
    ("Milo Mockup", Locale::En, "IE", Stage::Reviews(0), 3, 7),
    ("Hortense Brouillon", Locale::Fr, "FR", Stage::Refusal, 2, 3),
    ("Gijs Schets", Locale::Nl, "BE", Stage::Refused, 2, 2),
    ("Perrine Esquisse", Locale::Fr, "CH", Stage::Sent, 4, 11),
    ("Otto Outline", Locale::En, "NL", Stage::Sent, 3, 5),
];
const REVIEWERS: [(&str, Locale, &str); 3] = [
    ("Rosalie Lectrice", Locale::Fr, "fr en"),
    ("Roel Lezer", Locale::Nl, "nl en"),
    ("Rhea Reader", Locale::En, "fr nl en"),
];

const fn id(kind: u128, number: usize) -> Uuid {
    Uuid::from_u128(BASE + (kind << 32) + number as u128)
}

fn unreadable() -> sqlx::Error {
    sqlx::Error::Decode("the demonstration's nominations make no sense".into())
}

/// Inserts them; `hash` opens their accounts.
pub(super) async fn insert(exec: &mut Exec<'_>, p: &Platform, hash: &str) -> sqlx::Result<()> {
    let Some(manager) = demo::account_of(exec, super::ACCOUNTS[2]).await? else { return Ok(()) };
    let now = p.now();
    let account = |number: usize, kind: u128, email: String, name: &str, locale: Locale| NewAccount {
        id: id(kind, number),
        email,
        name: name.to_owned(),
        phone: "+32 2 555 00 00".to_owned(),
        locale: locale.code(),
        time_zone: "Europe/Amsterdam".to_owned(),
        is_manager: false,
    };
    let mut accounts = Vec::new();
    for (number, (name, locale, _)) in REVIEWERS.iter().enumerate() {
        accounts.push(account(number, 1, format!("reviewer-{}@readers.example", number + 1), name, *locale));
    }
    for (number, (name, locale, ..)) in NOMINEES.iter().enumerate() {
        accounts.push(account(number, 2, format!("nominee-{}@gabarit.example", number + 1), name, *locale));
    }
    demo::insert_accounts(exec, &accounts, hash, now).await?;
    for (number, (_, _, languages)) in REVIEWERS.iter().enumerate() {
        let since = now - TimeDelta::days(90);
        rows::appoint(exec, AccountId(id(1, number)), languages, "", AccountId(manager), since).await?;
    }
    for (number, days) in CLOSED {
        closed(exec, p, number, now - TimeDelta::days(days)).await?;
    }
    let open = cycle(exec, p, 0, now - TimeDelta::days(OPEN_DAYS), true).await?;
    let window = start_of_day(next_window(p.today()), p.config.zone);
    let next = cycle(exec, p, 1, window, false).await?;
    for (number, sketch) in NOMINEES.iter().enumerate() {
        let cycle = if sketch.3 == Stage::Sent { next } else { open };
        nomination(exec, p, (number, sketch), cycle, AccountId(manager)).await?;
    }
    Ok(())
}

/// A cycle whose window opened (or opens) then.
async fn cycle(
    exec: &mut Exec<'_>,
    p: &Platform,
    number: usize,
    window_at: DateTime<Utc>,
    opened: bool,
) -> sqlx::Result<CycleId> {
    let cycle = CycleId(id(3, number));
    let (review_until, answer_by) = due(window_at, 18, 30);
    let code = cycle_code(civil_day(window_at, p.config.zone));
    let began = window_at - TimeDelta::days(170);
    let new = NewCycle {
        id: cycle,
        code: &code,
        rulebook_version: 1,
        window_at,
        review_until,
        answer_by,
        now: began.min(p.now()),
    };
    rows::insert_cycle(exec, &new).await?;
    rows::log_cycle(exec, cycle, None, Phase::Collecting, new.now).await?;
    if opened && let Some(row) = rows::cycle(exec, cycle).await? {
        rows::move_cycle(exec, &row, Phase::Review, None).await?;
        rows::log_cycle(exec, cycle, Some(Phase::Collecting), Phase::Review, window_at).await?;
    }
    Ok(cycle)
}

/// A cycle that is over.
async fn closed(exec: &mut Exec<'_>, p: &Platform, number: usize, window_at: DateTime<Utc>) -> sqlx::Result<()> {
    let id = cycle(exec, p, number, window_at, true).await?;
    for (days, from, to) in [(18, Phase::Review, Phase::Decision), (29, Phase::Decision, Phase::Closed)] {
        let at = window_at + TimeDelta::days(days);
        if let Some(row) = rows::cycle(exec, id).await? {
            rows::move_cycle(exec, &row, to, (to == Phase::Closed).then_some(at)).await?;
            rows::log_cycle(exec, id, Some(from), to, at).await?;
        }
    }
    Ok(())
}

/// The nomination that made somebody a member, answered so many days ago; its id.
pub(super) async fn granted(
    exec: &mut Exec<'_>,
    p: &Platform,
    (number, account): (usize, AccountId),
    (l, country): (Locale, &str),
    days: i64,
) -> sqlx::Result<Uuid> {
    let Some(manager) = demo::account_of(exec, super::ACCOUNTS[2]).await? else { return Err(unreadable()) };
    let (manager, found) =
        (AccountId(manager), CLOSED.into_iter().find(|(_, window)| (0..29).contains(&(window - days))));
    let (cycle_number, window) = found.ok_or_else(unreadable)?;
    let answered = p.now() - TimeDelta::days(days);
    let opened = p.now() - TimeDelta::days(window);
    let nomination_id = NominationId(id(4, 100 + number));
    let statement = text(words::nomination_statement(l))?;
    let form = NominationForm {
        statement: statement.as_str().to_owned(),
        language: l.code().to_owned(),
        country: country.to_owned(),
        truthful: "on".to_owned(),
        ..NominationForm::default()
    };
    let (began, sent) = (opened - TimeDelta::days(5), opened - TimeDelta::days(3));
    rows::insert(exec, nomination_id, account, None, &form, l, began).await?;
    let step = NewStep { at: began, actor: Some(account), from: None, to: "draft", event: "started", reason: "" };
    rows::log(exec, nomination_id, step).await?;
    let mut found = rows::get(exec, nomination_id).await?.ok_or_else(unreadable)?;
    let complete = complete(Some(&statement), 1).map_err(|_| unreadable())?;
    found.cycle = Some(CycleId(id(3, cycle_number)));
    country.clone_into(&mut found.country);
    found.submitted_at = Some(sent);
    let to = found.state.clone().submit(&complete).map_err(|_| unreadable())?;
    walk(exec, &mut found, to, (Some(account), "sent", sent)).await?;
    let to = found.state.clone().open().map_err(|_| unreadable())?;
    walk(exec, &mut found, to, (None, "opened", opened)).await?;
    for (place, seat) in [number % 3, (number + 1) % 3].into_iter().enumerate() {
        let reviewer = AccountId(id(1, seat));
        rows::add_seat(exec, nomination_id, reviewer, opened).await?;
        let to = found.state.clone().assign(account, reviewer).map_err(|_| unreadable())?;
        walk(exec, &mut found, to, (None, "seated", opened)).await?;
        let at = opened + TimeDelta::hours(6 + i64::try_from(place).unwrap_or(0));
        if place == 1 {
            for (nth, seat) in [number % 3, (number + 1) % 3].into_iter().enumerate() {
                review(exec, &mut found, AccountId(id(1, seat)), (4, nth, l), at).await?;
            }
        }
    }
    found.decided_at = Some(answered);
    let to = found.state.clone().decide(account, manager, Decision::Grant).map_err(|_| unreadable())?;
    walk(exec, &mut found, to, (Some(manager), "decided", answered)).await?;
    answer(exec, &mut found, manager, answered, "granted").await?;
    Ok(nomination_id.0)
}

fn text(text: &str) -> sqlx::Result<Message> {
    Message::parse(text).map_err(|_| unreadable())
}

/// Stores a move with its log entry.
async fn walk(
    exec: &mut Exec<'_>,
    nomination: &mut Nomination,
    to: NominationState,
    (actor, event, at): (Option<AccountId>, &str, DateTime<Utc>),
) -> sqlx::Result<()> {
    let from = nomination.state.code();
    nomination.state = to;
    rows::store(exec, nomination).await?;
    let step = NewStep { at, actor, from: Some(from), to: nomination.state.code(), event, reason: "" };
    rows::log(exec, nomination.id, step).await
}

/// Walks one nomination to its stage, along the drawing, with its log.
async fn nomination(
    exec: &mut Exec<'_>,
    p: &Platform,
    (number, sketch): (usize, &Sketch),
    cycle: CycleId,
    manager: AccountId,
) -> sqlx::Result<()> {
    let (_, l, country, stage, score, months) = *sketch;
    let nominee = AccountId(id(2, number));
    let nomination_id = NominationId(id(4, number));
    let opened = p.now() - TimeDelta::days(OPEN_DAYS);
    let sent = opened - TimeDelta::days(3 + i64::try_from(number).unwrap_or(0));
    let shown = contributions(exec, p, (number, sketch), sent, months).await?;
    let statement = text(words::nomination_statement(l))?;
    let form = NominationForm {
        statement: statement.as_str().to_owned(),
        language: l.code().to_owned(),
        country: country.to_owned(),
        truthful: "on".to_owned(),
        ..NominationForm::default()
    };
    let began = sent - TimeDelta::days(2);
    rows::insert(exec, nomination_id, nominee, None, &form, l, began).await?;
    let step = NewStep { at: began, actor: Some(nominee), from: None, to: "draft", event: "started", reason: "" };
    rows::log(exec, nomination_id, step).await?;
    let Some(mut found) = rows::get(exec, nomination_id).await? else { return Ok(()) };
    let complete = complete(Some(&statement), shown.len()).map_err(|_| unreadable())?;
    shared::show(exec, nomination_id, &shown).await?;
    found.cycle = Some(cycle);
    country.clone_into(&mut found.country);
    found.submitted_at = Some(sent);
    let to = found.state.clone().submit(&complete).map_err(|_| unreadable())?;
    walk(exec, &mut found, to, (Some(nominee), "sent", sent)).await?;
    let reviews = match stage {
        Stage::Sent => return Ok(()),
        Stage::Reviews(reviews) => reviews,
        Stage::Refusal | Stage::Refused => 2,
    };
    let to = found.state.clone().open().map_err(|_| unreadable())?;
    walk(exec, &mut found, to, (None, "opened", opened)).await?;
    let seats = [(number % 3), ((number + 1) % 3)].map(|seat| AccountId(id(1, seat)));
    for reviewer in seats {
        rows::add_seat(exec, nomination_id, reviewer, opened).await?;
        let to = found.state.clone().assign(nominee, reviewer).map_err(|_| unreadable())?;
        walk(exec, &mut found, to, (None, "seated", opened)).await?;
    }
    for (place, reviewer) in seats.into_iter().take(usize::from(reviews)).enumerate() {
        let at = opened + TimeDelta::days(4 + i64::try_from(place + number % 4).unwrap_or(0));
        review(exec, &mut found, reviewer, (score, place, l), at).await?;
    }
    if matches!(stage, Stage::Refusal | Stage::Refused) {
        refuse(exec, p, &mut found, manager, stage == Stage::Refused).await?;
    }
    Ok(())
}

async fn review(
    exec: &mut Exec<'_>,
    found: &mut Nomination,
    reviewer: AccountId,
    (score, place, l): (u8, usize, Locale),
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    let numbers: [u8; 5] = std::array::from_fn(|quality| {
        let lower = (quality + place) % 3 == 0 && score > 1;
        if lower { score - 1 } else { score }
    });
    let scores = numbers.map(|number| Score::try_from(number).ok());
    let [Some(a), Some(b), Some(c), Some(d), Some(e)] = scores else { return Err(unreadable()) };
    let ground = || words::nomination_ground(l).to_owned();
    let [champion, expert, caring, responsive, leader] = numbers.map(|number| number.to_string());
    let form = SeatForm {
        champion,
        expert,
        caring,
        responsive,
        leader,
        ground_champion: ground(),
        ground_expert: ground(),
        ground_caring: ground(),
        ground_responsive: ground(),
        ground_leader: ground(),
        ..SeatForm::default()
    };
    let form = serde_json::to_string(&form).map_err(|_| unreadable())?;
    let to = found.state.clone().review(reviewer).map_err(|_| unreadable())?;
    rows::submit_seat(exec, found.id, reviewer, &form, &[a, b, c, d, e], at).await?;
    walk(exec, found, to, (Some(reviewer), "reviewed", at)).await
}

async fn refuse(
    exec: &mut Exec<'_>,
    p: &Platform,
    found: &mut Nomination,
    manager: AccountId,
    sends: bool,
) -> sqlx::Result<()> {
    let at = p.now() - TimeDelta::days(1);
    let l = found.locale;
    let reason = Reason { quality: Quality::Responsive, text: text(words::nomination_reason(l))? };
    let reasons = Reasons::new(vec![reason]).ok_or_else(unreadable)?;
    let decision = Decision::Refuse { reasons };
    found.decided_at = Some(at);
    let to = found.state.clone().decide(found.account, manager, decision).map_err(|_| unreadable())?;
    walk(exec, found, to, (Some(manager), "decided", at)).await?;
    if sends {
        answer(exec, found, manager, at, "refused").await?;
    }
    Ok(())
}

/// Sends the letter, and keeps it.
async fn answer(
    exec: &mut Exec<'_>,
    found: &mut Nomination,
    manager: AccountId,
    at: DateTime<Utc>,
    event: &str,
) -> sqlx::Result<()> {
    let cycle = rows::cycle(exec, found.cycle.ok_or_else(unreadable)?).await?.ok_or_else(unreadable)?;
    let person = crate::db::bookings::person(exec, found.account).await?;
    let name = person.map(|person| person.name).unwrap_or_default();
    if let Some((subject, paragraphs)) = crate::services::nominations::letter(found, &cycle, &name) {
        let body = serde_json::to_string(&paragraphs).map_err(|_| unreadable())?;
        let letter = LetterRow { locale: found.locale.code().to_owned(), subject, body, sent_at: at };
        rows::keep_letter(exec, found.id, &letter, manager).await?;
    }
    found.answered_at = Some(at);
    let to = found.state.clone().send(found.account, manager).map_err(|_| unreadable())?;
    walk(exec, found, to, (Some(manager), event, at)).await
}

/// Contributions in that many of the last 24 months, the newest first.
async fn contributions(
    exec: &mut Exec<'_>,
    p: &Platform,
    (number, sketch): (usize, &Sketch),
    until: DateTime<Utc>,
    months: u32,
) -> sqlx::Result<Vec<Uuid>> {
    const CHANNELS: [Channel; 5] =
        [Channel::Forum, Channel::Video, Channel::Blog, Channel::MeetUp, Channel::KnowledgeBase];
    let l = sketch.1;
    let last = civil_day(until, p.config.zone);
    let mut shown = Vec::new();
    for month in 0..months {
        // Busy months have a few.
        for nth in 0..=(month % 3) {
            let spread = u64::from(month) * 23 * 24 / u64::from(months.max(1)) + u64::from(nth) * 5;
            let day = last - Days::new(spread.min(690));
            let count = shown.len();
            let channel = CHANNELS[(number + count) % CHANNELS.len()];
            let contribution = id(5 + number as u128, count);
            let url = format!("https://sharing.example/{}/{}/{count}", day.year(), channel.code());
            let new = shared::NewContribution {
                id: ContributionId(contribution),
                account: AccountId(id(2, number)),
                channel,
                occurred_on: day,
                url: &url,
                title: words::nomination_contribution(l),
                language: l.code(),
                reach: Some(i64::from(40 + month * 35 + nth * 90)),
                helped: words::nomination_helped(l),
                source_key: None,
                now: until,
            };
            if shared::insert(exec, &new).await? {
                shown.push(contribution);
            }
        }
    }
    Ok(shown)
}
