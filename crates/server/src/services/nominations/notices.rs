//! What nominees, reviewers and managers are told by e-mail, each in their language, in the transaction of what it tells
//! of. The answer itself is a letter.

use super::letters::Letter;
use crate::{
    clock::zoned,
    db::{
        Exec,
        bookings::{self as people, Person},
        contributions, desk,
        nominations::{CycleRow, Nomination},
    },
    mail::{self, Message},
    platform::Platform,
    services::bookings::Failure,
};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::AccountId;
use gabarit_i18n::{Locale, fmt, nomination_mail as text};
use gabarit_view::error::ApiError;
use uuid::Uuid;

pub(super) fn address(p: &Platform, path: &str) -> String {
    p.config.public_url.join(path).map_or_else(|_| path.to_owned(), String::from)
}

fn own_page(p: &Platform, l: Locale, nomination: &Nomination) -> String {
    address(p, &format!("/{}/programme/nominations/{}", l.code(), nomination.id))
}

async fn person(exec: &mut Exec<'_>, id: AccountId) -> Result<Person, Failure> {
    people::person(exec, id).await?.ok_or(Failure::Answer(ApiError::NotFound))
}

fn time(to: &Person, at: DateTime<Utc>) -> String {
    fmt::date_time(to.locale, &zoned(at, to.zone))
}

/// The nomination arrived.
pub(super) async fn sent(
    exec: &mut Exec<'_>,
    p: &Platform,
    nomination: &Nomination,
    cycle: &CycleRow,
) -> Result<(), Failure> {
    let to = person(exec, nomination.account).await?;
    let shown = contributions::of_nomination(exec, nomination.id).await?.len();
    let l = to.locale;
    let message = Message::new(l, text::sent_subject(l))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::sent(l, u64::try_from(shown).unwrap_or(0)))
        .paragraph(text::sent_next(l, time(&to, cycle.window_at), time(&to, cycle.answer_by)))
        .button(text::open(l), own_page(p, l, nomination));
    let cause = format!("nomination/{}/{}/sent", nomination.id, nomination.version);
    mail::enqueue(exec, p, &cause, &to.email, &message).await?;
    Ok(())
}

/// Taken back.
pub(super) async fn withdrawn(exec: &mut Exec<'_>, p: &Platform, nomination: &Nomination) -> Result<(), Failure> {
    let to = person(exec, nomination.account).await?;
    let l = to.locale;
    let message = Message::new(l, text::withdrawn_subject(l))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::withdrawn(l))
        .button(text::open(l), own_page(p, l, nomination));
    let cause = format!("nomination/{}/withdrawn", nomination.id);
    mail::enqueue(exec, p, &cause, &to.email, &message).await?;
    Ok(())
}

/// A reviewer was given seats.
pub(super) async fn seated(
    exec: &mut Exec<'_>,
    p: &Platform,
    cycle: &CycleRow,
    reviewer: AccountId,
    count: u32,
    cause: Uuid,
) -> Result<(), Failure> {
    let to = person(exec, reviewer).await?;
    let l = to.locale;
    let count = u64::from(count);
    let message = Message::new(l, text::seated_subject(l, count))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::seated(l, count, &cycle.code, time(&to, cycle.review_until)))
        .paragraph(text::seated_conflict(l))
        .button(text::open_desk(l), address(p, &format!("/{}/programme/review", l.code())));
    mail::enqueue(exec, p, &format!("cycle/{}/seated/{cause}", cycle.code), &to.email, &message).await?;
    Ok(())
}

/// A reviewer is reminded.
pub(super) async fn reminder(
    exec: &mut Exec<'_>,
    p: &Platform,
    cycle: &CycleRow,
    reviewer: AccountId,
    open: u32,
) -> Result<(), Failure> {
    let to = person(exec, reviewer).await?;
    let l = to.locale;
    let open = u64::from(open);
    let message = Message::new(l, text::reminder_subject(l, open))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::reminder(l, open, &cycle.code, time(&to, cycle.review_until)))
        .button(text::open_desk(l), address(p, &format!("/{}/programme/review", l.code())));
    let cause = format!("cycle/{}/reminder/{reviewer}/{}", cycle.code, p.now().timestamp());
    mail::enqueue(exec, p, &cause, &to.email, &message).await?;
    Ok(())
}

/// Answers may come too late: every manager is warned, of what they may know of. Where that is nothing for anybody, all
/// are, of what must be answered.
pub(super) async fn alarm(exec: &mut Exec<'_>, p: &Platform, cycle: &CycleRow, unanswered: u32) -> Result<(), Failure> {
    let mut warned = Vec::new();
    for manager in desk::managers(exec).await? {
        let (unanswered, vacant) = super::console::waiting(exec, AccountId(manager), cycle).await?;
        warned.push((manager, unanswered, vacant));
    }
    if warned.iter().any(|(_, unanswered, _)| *unanswered > 0) {
        warned.retain(|(_, unanswered, _)| *unanswered > 0);
    } else {
        warned.iter_mut().for_each(|one| one.1 = unanswered);
    }
    for (manager, unanswered, vacant) in warned {
        let to = person(exec, AccountId(manager)).await?;
        let l = to.locale;
        let due = time(&to, cycle.answer_by);
        let mut message = Message::new(l, text::alarm_subject(l, &cycle.code, &due))
            .paragraph(text::hello(l, &to.name))
            .paragraph(text::alarm(l, u64::from(unanswered), &cycle.code, &due));
        if vacant > 0 {
            message = message.paragraph(text::alarm_vacant(l, u64::from(vacant)));
        }
        let page = address(p, &format!("/{}/manage/programme/cycles/{}", l.code(), cycle.code));
        let message = message.button(text::open_cycle(l), page);
        let cause = format!("cycle/{}/alarm/{manager}/{}", cycle.code, p.now().timestamp());
        mail::enqueue(exec, p, &cause, &to.email, &message).await?;
    }
    Ok(())
}

/// The answer; once a nomination.
pub(super) async fn answer(
    exec: &mut Exec<'_>,
    p: &Platform,
    nomination: &Nomination,
    letter: &Letter,
    granted: bool,
) -> Result<(), Failure> {
    let to = person(exec, nomination.account).await?;
    let cause = format!("nomination/{}/answer", nomination.id);
    mail::enqueue(exec, p, &cause, &to.email, &letter.mail(p, granted)).await?;
    Ok(())
}
