//! What candidates are told by e-mail, each in their language, in the transaction of what it tells of.

use crate::{
    clock::zoned,
    db::{
        Exec,
        bookings::{self as people, Person},
        candidates::{Candidate, SlotRow},
    },
    mail::{self, Message},
    platform::Platform,
    services::bookings::Failure,
};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    candidate::Admission,
    ids::{AccountId, ExpertId},
};
use gabarit_i18n::{Locale, candidate_mail as text, fmt, labels};
use gabarit_view::error::ApiError;

fn address(p: &Platform, path: &str) -> String {
    p.config.public_url.join(path).map_or_else(|_| path.to_owned(), String::from)
}

fn apply_page(p: &Platform, locale: Locale) -> String {
    address(p, &format!("/{}/apply", locale.code()))
}

fn file_page(p: &Platform, locale: Locale, candidate: &Candidate) -> String {
    address(p, &format!("/{}/manage/candidates/{}", locale.code(), candidate.id))
}

/// The interview as a calendar file.
fn calendar_file(p: &Platform, candidate: &Candidate) -> String {
    address(p, &format!("/candidates/{}/interview.ics", candidate.id))
}

async fn person(exec: &mut Exec<'_>, id: AccountId) -> Result<Person, Failure> {
    people::person(exec, id).await?.ok_or(Failure::Answer(ApiError::NotFound))
}

/// Each version of an application is told of once.
async fn send(
    exec: &mut Exec<'_>,
    p: &Platform,
    candidate: &Candidate,
    what: &str,
    to: &Person,
    message: &Message,
) -> Result<(), Failure> {
    let cause = format!("candidate/{}/{}/{what}", candidate.id, candidate.version);
    mail::enqueue(exec, p, &cause, &to.email, message).await?;
    Ok(())
}

/// A word from the manager, as its own paragraph.
fn with_word(message: Message, word: &str) -> Message {
    if word.trim().is_empty() { message } else { message.paragraph(word.trim()) }
}

/// The application arrived.
pub(super) async fn sent(exec: &mut Exec<'_>, p: &Platform, candidate: &Candidate) -> Result<(), Failure> {
    let to = person(exec, candidate.account).await?;
    let l = to.locale;
    let message = Message::new(l, text::sent_subject(l))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::sent(l))
        .paragraph(text::sent_next(l))
        .button(text::open(l), apply_page(p, l));
    send(exec, p, candidate, "sent", &to, &message).await
}

/// A manager reads it.
pub(super) async fn taken_up(exec: &mut Exec<'_>, p: &Platform, candidate: &Candidate) -> Result<(), Failure> {
    let to = person(exec, candidate.account).await?;
    let l = to.locale;
    let message = Message::new(l, text::taken_up_subject(l))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::taken_up(l))
        .button(text::open(l), apply_page(p, l));
    send(exec, p, candidate, "taken-up", &to, &message).await
}

/// Times are offered for the interview.
pub(super) async fn invited(
    exec: &mut Exec<'_>,
    p: &Platform,
    candidate: &Candidate,
    slots: &[SlotRow],
    word: &str,
) -> Result<(), Failure> {
    let to = person(exec, candidate.account).await?;
    let l = to.locale;
    let times = slots.iter().map(|slot| {
        let minutes = u64::try_from(slot.minutes).unwrap_or(0);
        (fmt::date_time(l, &zoned(slot.starts_at, to.zone)), text::minutes(l, minutes))
    });
    let message =
        Message::new(l, text::invited_subject(l)).paragraph(text::hello(l, &to.name)).paragraph(text::invited(l));
    let message = with_word(message, word).facts(times).button(text::pick(l), apply_page(p, l));
    send(exec, p, candidate, "invited", &to, &message).await
}

/// The time of the interview is agreed, or another one is: to both.
pub(super) async fn picked(
    exec: &mut Exec<'_>,
    p: &Platform,
    candidate: &Candidate,
    moved: bool,
) -> Result<(), Failure> {
    let Some((at, interviewer, minutes)) = candidate.interview else { return Ok(()) };
    let (to, by) = (person(exec, candidate.account).await?, person(exec, interviewer).await?);
    let l = to.locale;
    let time = fmt::date_time(l, &zoned(at, to.zone));
    let subject = if moved { text::moved_subject(l, &time) } else { text::picked_subject(l, &time) };
    let message = Message::new(l, subject)
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::picked(l, &by.name))
        .facts([
            (text::fact_when(l).to_owned(), time),
            (text::fact_length(l).to_owned(), text::minutes(l, u64::from(minutes))),
        ])
        .button(text::calendar(l), calendar_file(p, candidate))
        .button(text::open(l), apply_page(p, l));
    send(exec, p, candidate, "picked", &to, &message).await?;

    let l = by.locale;
    let time = fmt::date_time(l, &zoned(at, by.zone));
    let message = Message::new(l, text::picked_manager_subject(l, &candidate.display_name, &time))
        .paragraph(text::hello(l, &by.name))
        .paragraph(text::picked_manager(l, &candidate.display_name))
        .facts([
            (text::fact_when(l).to_owned(), time),
            (text::fact_length(l).to_owned(), text::minutes(l, u64::from(minutes))),
        ])
        .button(text::calendar(l), calendar_file(p, candidate))
        .button(text::open_file(l), file_page(p, l, candidate));
    send(exec, p, candidate, "picked/manager", &by, &message).await
}

/// The interview was held.
pub(super) async fn held(exec: &mut Exec<'_>, p: &Platform, candidate: &Candidate) -> Result<(), Failure> {
    let to = person(exec, candidate.account).await?;
    let l = to.locale;
    let message = Message::new(l, text::held_subject(l))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::held(l))
        .button(text::open(l), apply_page(p, l));
    send(exec, p, candidate, "held", &to, &message).await
}

/// Accepted: an expert, public at once or once billing details are there.
pub(super) async fn published(
    exec: &mut Exec<'_>,
    p: &Platform,
    candidate: &Candidate,
    admission: Admission,
    is_public: bool,
    word: &str,
) -> Result<(), Failure> {
    let to = person(exec, candidate.account).await?;
    let l = to.locale;
    let message = Message::new(l, text::published_subject(l))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::published(l, admission.level.number(), labels::level(l, admission.level)));
    let next = if is_public { text::published_public(l) } else { text::published_billing(l) };
    let message = with_word(message, word).paragraph(next);
    // What is missing is filled in among the settings.
    let message = if is_public {
        message.button(text::open_profile(l), apply_page(p, l))
    } else {
        message.button(text::open_billing(l), address(p, &format!("/{}/work/settings", l.code())))
    };
    send(exec, p, candidate, "published", &to, &message).await
}

/// Nothing is missing any more: the profile is public.
pub(super) async fn public(
    exec: &mut Exec<'_>,
    p: &Platform,
    candidate: &Candidate,
    expert: ExpertId,
) -> Result<(), Failure> {
    let to = person(exec, candidate.account).await?;
    let l = to.locale;
    let message = Message::new(l, text::public_subject(l))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::published_public(l))
        .button(text::open_profile(l), address(p, &format!("/{}/experts/{expert}", l.code())));
    send(exec, p, candidate, "public", &to, &message).await
}

/// Refused, with the reasons.
pub(super) async fn refused(
    exec: &mut Exec<'_>,
    p: &Platform,
    candidate: &Candidate,
    reasons: &str,
) -> Result<(), Failure> {
    let to = person(exec, candidate.account).await?;
    let l = to.locale;
    let message = Message::new(l, text::refused_subject(l))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::refused(l))
        .paragraph(reasons)
        .paragraph(text::refused_again(l))
        .button(text::open(l), apply_page(p, l));
    send(exec, p, candidate, "refused", &to, &message).await
}

/// Taken back: to the candidate, and to the manager whose time is free again.
pub(super) async fn withdrawn(
    exec: &mut Exec<'_>,
    p: &Platform,
    candidate: &Candidate,
    interview: Option<(DateTime<Utc>, AccountId, u32)>,
) -> Result<(), Failure> {
    let to = person(exec, candidate.account).await?;
    let l = to.locale;
    let message = Message::new(l, text::withdrawn_subject(l))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::withdrawn(l))
        .button(text::open(l), apply_page(p, l));
    send(exec, p, candidate, "withdrawn", &to, &message).await?;
    if let Some((at, interviewer, _)) = interview.filter(|(at, ..)| *at > p.now()) {
        let by = person(exec, interviewer).await?;
        let l = by.locale;
        let time = fmt::date_time(l, &zoned(at, by.zone));
        let message = Message::new(l, text::withdrawn_manager_subject(l, &candidate.display_name))
            .paragraph(text::hello(l, &by.name))
            .paragraph(text::withdrawn_manager(l, &candidate.display_name, time))
            .button(text::open_file(l), file_page(p, l, candidate));
        send(exec, p, candidate, "withdrawn/manager", &by, &message).await?;
    }
    Ok(())
}
