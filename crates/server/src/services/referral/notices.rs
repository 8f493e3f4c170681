//! What is told by e-mail: to experts, to who leaves a lead, to managers.

use super::link;
use crate::{
    db::{
        Exec, accounts,
        bookings::person,
        referral::{NewLead, PartnerRow},
    },
    mail::{self, Message},
    platform::Platform,
};
use gabarit_domain::{
    ids::AccountId,
    referral::{Partnership, ReferralCode},
};
use gabarit_i18n::{Locale, notice, referral_mail as text};
use gabarit_view::error::ApiError;
use uuid::Uuid;

fn address(p: &Platform, path: String) -> String {
    p.config.public_url.join(&path).map_or(path, String::from)
}

/// To every manager, in their language; names of people outside are left to the page.
async fn managers(
    exec: &mut Exec<'_>,
    p: &Platform,
    cause: &str,
    words: impl Fn(Locale, Message) -> Message,
    subject: impl Fn(Locale) -> String,
) -> Result<(), ApiError> {
    for manager in accounts::managers(exec).await.map_err(|error| p.fault(error))? {
        let to = person(exec, AccountId(manager.id)).await.map_err(|error| p.fault(error))?;
        let Some(to) = to else { continue };
        let l = to.locale;
        let message = words(l, Message::new(l, subject(l)).paragraph(notice::hello(l, &to.name)));
        mail::enqueue(exec, p, &format!("{cause}/{}", manager.id), &to.email, &message).await?;
    }
    Ok(())
}

/// An expert asked to become a partner.
pub(super) async fn asked(exec: &mut Exec<'_>, p: &Platform, id: Uuid, expert: &str) -> Result<(), ApiError> {
    let words = |l: Locale, message: Message| {
        let page = address(p, format!("/{}/manage/referrals/partners/{id}", l.code()));
        message.paragraph(text::asked(l, expert)).button(text::open(l), page)
    };
    managers(exec, p, &format!("referral/{id}/asked"), words, |l| text::asked_subject(l, expert)).await
}

/// A manager granted, refused or ended a partnership.
pub(super) async fn decided(
    exec: &mut Exec<'_>,
    p: &Platform,
    row: &PartnerRow,
    state: Partnership,
    code: Option<&ReferralCode>,
    reasons: &str,
) -> Result<(), ApiError> {
    let to =
        person(exec, AccountId(row.account_id)).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    let l = to.locale;
    let desk = address(p, format!("/{}/work/referrals", l.code()));
    let hello = notice::hello(l, &to.name);
    let message = match (state, code) {
        (Partnership::Granted, Some(code)) => Message::new(l, text::granted_subject(l))
            .paragraph(hello)
            .paragraph(text::granted(l))
            .facts([(text::fact_code(l), code.to_string()), (text::fact_link(l), link(p, l, code))])
            .paragraph(text::granted_leads(l))
            .paragraph(text::no_pay(l)),
        (Partnership::Refused, _) => Message::new(l, text::refused_subject(l))
            .paragraph(hello)
            .paragraph(text::refused(l))
            .paragraph(reasons)
            .paragraph(text::refused_again(l)),
        (Partnership::Ended, _) => Message::new(l, text::ended_subject(l))
            .paragraph(hello)
            .paragraph(text::ended(l))
            .paragraph(reasons)
            .paragraph(text::ended_leads(l)),
        _ => return Err(p.fault("a partnership that was not decided on")),
    };
    let message = message.button(text::open(l), desk);
    mail::enqueue(exec, p, &format!("referral/{}/{}", row.id, state.code()), &to.email, &message).await?;
    Ok(())
}

/// A lead came: what happens next, to who left it; and that it did, to the managers.
pub(super) async fn received(
    exec: &mut Exec<'_>,
    p: &Platform,
    lead: &NewLead<'_>,
    l: Locale,
    partner: &str,
    products: &str,
) -> Result<(), ApiError> {
    let mut message = Message::new(l, text::received_subject(l))
        .paragraph(notice::hello(l, lead.contact_name))
        .paragraph(text::received(l))
        .facts([
            (text::fact_organisation(l), lead.organisation.to_owned()),
            (text::fact_products(l), products.to_owned()),
            (text::fact_seats(l), lead.seats.to_string()),
        ]);
    if !lead.message.is_empty() {
        message = message.paragraph(lead.message);
    }
    let message = message.paragraph(text::received_next(l)).paragraph(text::received_seen(l, partner));
    mail::enqueue(exec, p, &format!("referral-lead/{}/received", lead.id), lead.email, &message).await?;
    let words = |l: Locale, message: Message| {
        let page = address(p, format!("/{}/manage/referrals/leads/{}", l.code(), lead.id));
        message.paragraph(text::came(l, partner)).button(text::open(l), page)
    };
    managers(exec, p, &format!("referral-lead/{}/came", lead.id), words, |l| text::came_subject(l, partner)).await
}

/// Somebody used the partner's own address on the partner's own link.
pub(super) async fn own_link(
    exec: &mut Exec<'_>,
    p: &Platform,
    partner: &PartnerRow,
    form: &str,
) -> Result<(), ApiError> {
    let l = Locale::parse(&partner.locale).unwrap_or_default();
    let message = Message::new(l, text::own_subject(l)).paragraph(text::own(l)).paragraph(text::own_not_you(l));
    mail::enqueue(exec, p, &format!("referral/{}/own/{form}", partner.id), &partner.email, &message).await?;
    Ok(())
}
