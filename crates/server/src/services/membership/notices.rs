//! What members, and managers, are told by e-mail.

use super::{address, country_name};
use crate::{
    clock::zoned,
    db::{
        Exec, accounts,
        benefit::{self, ClaimRow},
        bookings::{self as people, Person},
        membership::Stored,
        membership_events::EventRow,
    },
    mail::{self, Message},
    platform::Platform,
    services::{bookings::Failure, rulebooks},
};
use gabarit_domain::{
    ids::{AccountId, BenefitId},
    membership::{BenefitKind, Regularity},
    rulebook::MembershipRules,
};
use gabarit_i18n::{Locale, fmt, membership_mail as text};
use gabarit_view::error::ApiError;

async fn reader(exec: &mut Exec<'_>, account: AccountId) -> Result<Person, Failure> {
    people::person(exec, account).await?.ok_or(Failure::Answer(ApiError::NotFound))
}

fn own_page(p: &Platform, locale: Locale) -> String {
    address(p, &format!("/{}/programme/membership", locale.code()))
}

fn file_page(p: &Platform, locale: Locale, stored: &Stored) -> String {
    address(p, &format!("/{}/manage/members/{}", locale.code(), stored.id))
}

fn events_page(p: &Platform, locale: Locale) -> String {
    address(p, &format!("/{}/programme/events", locale.code()))
}

async fn send(exec: &mut Exec<'_>, p: &Platform, key: &str, to: &Person, message: &Message) -> Result<(), Failure> {
    mail::enqueue(exec, p, key, &to.email, message).await?;
    Ok(())
}

/// The renewal is prepared: what the twelve months show, and what follows.
pub(super) async fn due(
    exec: &mut Exec<'_>,
    p: &Platform,
    stored: &Stored,
    count: &Regularity,
    rules: &MembershipRules,
) -> Result<(), Failure> {
    let to = reader(exec, stored.account).await?;
    let l = to.locale;
    let months = count.months.iter().map(|month| {
        let period = format!("{} – {}", fmt::date(l, month.from), fmt::date(l, month.until));
        (period, text::contributions(l, u64::from(month.count)))
    });
    let outlook = if count.regular(rules).is_some() { text::due_regular(l) } else { text::due_below(l) };
    let message = Message::new(l, text::due_subject(l, fmt::date(l, stored.membership.last_day)))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::due(l, fmt::date(l, stored.membership.last_day)))
        .paragraph(text::due_count(l, u64::from(count.active_months()), rules.months_needed))
        .facts(months)
        .paragraph(outlook)
        .button(text::open(l), own_page(p, l));
    send(exec, p, &format!("membership/{}/due/{}", stored.id, stored.membership.term), &to, &message).await
}

/// To the managers: a renewal still waits.
pub(super) async fn waits(exec: &mut Exec<'_>, p: &Platform, stored: &Stored) -> Result<(), Failure> {
    let member = reader(exec, stored.account).await?;
    let today = p.today();
    for manager in accounts::managers(exec).await? {
        let to = reader(exec, AccountId(manager.id)).await?;
        let l = to.locale;
        let message = Message::new(l, text::waits_subject(l, &member.name))
            .paragraph(text::hello(l, &to.name))
            .paragraph(text::waits(l, &member.name, fmt::date(l, stored.membership.last_day)))
            .button(text::open(l), file_page(p, l, stored));
        send(exec, p, &format!("membership/{}/waits/{today}/{}", stored.id, manager.id), &to, &message).await?;
    }
    Ok(())
}

/// Renewed.
pub(super) async fn renewed(exec: &mut Exec<'_>, p: &Platform, stored: &Stored, reasons: &str) -> Result<(), Failure> {
    let to = reader(exec, stored.account).await?;
    let l = to.locale;
    let mut message = Message::new(l, text::renewed_subject(l))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::renewed(l, fmt::date(l, stored.membership.last_day)));
    if !reasons.is_empty() {
        message = message.paragraph(text::why(l)).paragraph(reasons);
    }
    let message = message.button(text::open(l), own_page(p, l));
    send(exec, p, &format!("membership/{}/renewed/{}", stored.id, stored.membership.term), &to, &message).await
}

/// Not renewed; it goes on until its last day.
pub(super) async fn declined(
    exec: &mut Exec<'_>,
    p: &Platform,
    stored: &Stored,
    reasons: &str,
    rules: &MembershipRules,
) -> Result<(), Failure> {
    let to = reader(exec, stored.account).await?;
    let l = to.locale;
    let mut message = Message::new(l, text::declined_subject(l))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::declined(l, fmt::date(l, stored.membership.last_day)))
        .paragraph(text::why(l))
        .paragraph(reasons);
    if let Some(until) = stored.membership.appeal_until(rules) {
        message = message.paragraph(text::appeal(l, fmt::date(l, until)));
    }
    let message = message.button(text::open(l), own_page(p, l));
    send(exec, p, &format!("membership/{}/declined/{}", stored.id, stored.version), &to, &message).await
}

/// The status is lost: every benefit ended, and software is to be removed.
pub(super) async fn lost(
    exec: &mut Exec<'_>,
    p: &Platform,
    stored: &Stored,
    event: &str,
    claims: &[ClaimRow],
) -> Result<(), Failure> {
    let to = reader(exec, stored.account).await?;
    let l = to.locale;
    let rules = rulebooks::current_in(exec, p).await?.membership;
    let why = match event {
        "resigned" => text::lost_resigned(l),
        "ended" => text::lost_ended(l),
        _ => text::lost_lapsed(l),
    };
    let mut message = Message::new(l, text::lost_subject(l)).paragraph(text::hello(l, &to.name)).paragraph(why);
    if let Some(reasons) = stored.membership.state.reasons() {
        message = message.paragraph(text::why(l)).paragraph(reasons.as_str());
    }
    message = message.paragraph(text::lost_benefits(l));
    let (mut software, mut codes) = (Vec::new(), Vec::new());
    for claim in claims {
        let id = BenefitId(claim.benefit_id);
        let kind = benefit::get(exec, id).await?.map(|benefit| benefit.kind);
        let title = benefit::text(exec, id, l).await?.title;
        if kind == Some(BenefitKind::Software) {
            software.push((title, text::uninstall_now(l)));
        } else if claim.code.is_some() {
            codes.push((title, text::code_revoked(l)));
        }
    }
    if !software.is_empty() {
        message = message.paragraph(text::uninstall(l)).facts(software);
    }
    if !codes.is_empty() {
        message = message.facts(codes);
    }
    if let Some(until) = stored.membership.appeal_until(&rules).filter(|until| p.today() <= *until) {
        message = message.paragraph(text::appeal(l, fmt::date(l, until)));
    }
    let message = message.button(text::open(l), own_page(p, l));
    send(exec, p, &format!("membership/{}/lost/{}", stored.id, stored.version), &to, &message).await
}

/// An appeal came; managers hear of it.
pub(super) async fn appealed(exec: &mut Exec<'_>, p: &Platform, stored: &Stored, body: &str) -> Result<(), Failure> {
    let member = reader(exec, stored.account).await?;
    for manager in accounts::managers(exec).await? {
        let to = reader(exec, AccountId(manager.id)).await?;
        let l = to.locale;
        let message = Message::new(l, text::appealed_subject(l, &member.name))
            .paragraph(text::hello(l, &to.name))
            .paragraph(text::appealed(l, &member.name))
            .paragraph(body)
            .button(text::open(l), file_page(p, l, stored));
        let key = format!("membership/{}/appealed/{}/{}", stored.id, stored.version, manager.id);
        send(exec, p, &key, &to, &message).await?;
    }
    Ok(())
}

/// The appeal is answered.
pub(super) async fn answered(
    exec: &mut Exec<'_>,
    p: &Platform,
    stored: &Stored,
    granted: bool,
    reasons: &str,
) -> Result<(), Failure> {
    let to = reader(exec, stored.account).await?;
    let l = to.locale;
    let words = if granted {
        text::appeal_allowed(l, fmt::date(l, stored.membership.last_day))
    } else {
        text::appeal_dismissed(l).to_owned()
    };
    let message = Message::new(l, text::answered_subject(l))
        .paragraph(text::hello(l, &to.name))
        .paragraph(words)
        .paragraph(text::why(l))
        .paragraph(reasons)
        .button(text::open(l), own_page(p, l));
    send(exec, p, &format!("membership/{}/answered/{}", stored.id, stored.version), &to, &message).await
}

/// A place at an event came free, for who waited.
pub(super) async fn promoted(
    exec: &mut Exec<'_>,
    p: &Platform,
    event: &EventRow,
    account: AccountId,
) -> Result<(), Failure> {
    let to = reader(exec, account).await?;
    let l = to.locale;
    let when = fmt::date_time(l, &zoned(event.starts_at, to.zone));
    let message = Message::new(l, text::promoted_subject(l, &event.title))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::promoted(l, &event.title, when))
        .button(text::open(l), events_page(p, l));
    let key = format!("member-event/{}/promoted/{account}/{}", event.id, p.now().timestamp_millis());
    send(exec, p, &key, &to, &message).await
}

/// An event was changed or called off.
pub(super) async fn event_changed(
    exec: &mut Exec<'_>,
    p: &Platform,
    event: &EventRow,
    account: AccountId,
) -> Result<(), Failure> {
    let to = reader(exec, account).await?;
    let l = to.locale;
    let when = fmt::date_time(l, &zoned(event.starts_at, to.zone));
    let (subject, words) = if event.cancelled_at.is_some() {
        (text::cancelled_subject(l, &event.title), text::cancelled(l, &event.title, when))
    } else {
        (text::changed_subject(l, &event.title), text::changed(l, &event.title, when))
    };
    let message = Message::new(l, subject)
        .paragraph(text::hello(l, &to.name))
        .paragraph(words)
        .button(text::open(l), events_page(p, l));
    let key = format!("member-event/{}/changed/{}/{account}", event.id, event.version);
    send(exec, p, &key, &to, &message).await
}

/// A kit is on its way.
pub(crate) async fn kit_sent(
    exec: &mut Exec<'_>,
    p: &Platform,
    claim: &ClaimRow,
    country: &str,
) -> Result<(), Failure> {
    let to = reader(exec, AccountId(claim.account_id)).await?;
    let l = to.locale;
    let title = benefit::text(exec, BenefitId(claim.benefit_id), l).await?.title;
    let message = Message::new(l, text::kit_subject(l, &title))
        .paragraph(text::hello(l, &to.name))
        .paragraph(text::kit(l, &title, country_name(country, l)))
        .button(text::open(l), address(p, &format!("/{}/programme/benefits", l.code())));
    send(exec, p, &format!("benefit/{}/sent", claim.id), &to, &message).await
}
