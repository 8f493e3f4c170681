//! What experts and managers are told of payouts, in the transaction of what it tells of.

use crate::{
    db::{
        Exec,
        bookings::{self, Person},
        desk,
        payouts::{Batch, Payable, Payout},
    },
    mail::{self, Message},
    platform::Platform,
    services::bookings::Failure,
};
use gabarit_domain::{
    ids::{AccountId, BookingId},
    payout::Urgency,
};
use gabarit_i18n::{Locale, fmt, notice, payout as text};
use gabarit_view::error::ApiError;

fn address(p: &Platform, path: &str) -> String {
    p.config.public_url.join(path).map_or_else(|_| path.to_owned(), String::from)
}

fn booking_page(p: &Platform, locale: Locale, booking: BookingId) -> String {
    address(p, &format!("/{}/bookings/{booking}", locale.code()))
}

async fn person(exec: &mut Exec<'_>, id: AccountId) -> Result<Person, Failure> {
    bookings::person(exec, id).await?.ok_or_else(|| ApiError::NotFound.into())
}

fn facts(l: Locale, payout: &Payout) -> Vec<(&'static str, String)> {
    vec![
        (text::fact_invoice(l), payout.number.clone()),
        (notice::fact_reference(l), payout.reference.clone()),
        (text::fact_amount(l), fmt::money(l, payout.amount)),
        (text::fact_account(l), payout.account_masked.clone()),
    ]
}

/// The advice: an invoice is paid.
pub(super) async fn executed(exec: &mut Exec<'_>, p: &Platform, batch: &Batch, payout: &Payout) -> Result<(), Failure> {
    let to = person(exec, payout.expert_account).await?;
    let l = to.locale;
    let mut facts = facts(l, payout);
    facts.push((text::fact_executed_on(l), fmt::date(l, batch.execute_on)));
    let message = Message::new(l, text::executed_subject(l, fmt::money(l, payout.amount)))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(text::executed(l, &payout.number))
        .facts(facts)
        .button(notice::open_booking(l), booking_page(p, l, payout.booking));
    mail::enqueue(exec, p, &format!("payout/{}/executed", payout.id), &to.email, &message).await?;
    Ok(())
}

/// A payout came back: the expert may have to correct the account.
pub(super) async fn bounced(exec: &mut Exec<'_>, p: &Platform, payout: &Payout) -> Result<(), Failure> {
    let to = person(exec, payout.expert_account).await?;
    let l = to.locale;
    let message = Message::new(l, text::bounced_subject(l, &payout.number))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(text::bounced(l, fmt::money(l, payout.amount)))
        .facts(facts(l, payout))
        .button(notice::open_booking(l), booking_page(p, l, payout.booking));
    mail::enqueue(exec, p, &format!("payout/{}/bounced", payout.id), &to.email, &message).await?;
    Ok(())
}

/// A payout will be late, or is: every manager is told, once of each.
pub(super) async fn would_be_late(
    exec: &mut Exec<'_>,
    p: &Platform,
    payable: &Payable,
    urgency: Urgency,
) -> Result<(), Failure> {
    let stage = match urgency {
        Urgency::InTime => return Ok(()),
        Urgency::Urgent => "urgent",
        Urgency::Late => "late",
    };
    for manager in desk::managers(exec).await? {
        let to = person(exec, AccountId(manager)).await?;
        let l = to.locale;
        let (subject, body) = match urgency {
            Urgency::Late => (text::late_subject(l, &payable.number), text::late(l, fmt::date(l, payable.due_on))),
            _ => (text::urgent_subject(l, &payable.number), text::urgent(l, fmt::date(l, payable.due_on))),
        };
        let message = Message::new(l, subject)
            .paragraph(notice::hello(l, &to.name))
            .paragraph(body)
            .facts([
                (text::fact_invoice(l), payable.number.clone()),
                (notice::fact_reference(l), payable.reference.clone()),
                (notice::fact_expert(l), payable.expert_name.clone()),
                (text::fact_amount(l), fmt::money(l, payable.claim.open() + payable.claim.under_way)),
            ])
            .button(text::open_desk(l), address(p, &format!("/{}/manage/payouts", l.code())));
        // The day is part of the cause: were it to change, it would be told again.
        let cause = format!("payout-{stage}/{}/{}/{manager}", payable.document, payable.due_on);
        mail::enqueue(exec, p, &cause, &to.email, &message).await?;
    }
    Ok(())
}
