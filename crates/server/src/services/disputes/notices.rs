//! What is told of disputes by e-mail, in the transaction of what it tells of.

use super::Failure;
use crate::{
    db::{
        Exec,
        bookings::{self as booking_rows, Booking, Person},
        disputes::DisputeRow,
    },
    mail::{self, Message},
    platform::Platform,
};
use gabarit_domain::{dispute::DisputeState, money::Cents};
use gabarit_i18n::{Locale, dispute as text, fmt, notice};
use gabarit_view::{booking::Side, error::ApiError};
use uuid::Uuid;

fn page(p: &Platform, locale: Locale, booking: &Booking) -> String {
    let path = format!("/{}/bookings/{}/dispute", locale.code(), booking.id);
    p.config.public_url.join(&path).map_or(path, String::from)
}

async fn person(exec: &mut Exec<'_>, booking: &Booking, side: Side) -> Result<Person, Failure> {
    let account = match side {
        Side::Client | Side::Manager => booking.client,
        Side::Expert => booking_rows::expert(exec, booking.expert).await?.ok_or(ApiError::NotFound)?.account,
    };
    Ok(booking_rows::person(exec, account).await?.ok_or(ApiError::NotFound)?)
}

/// To the side that did not do it, and to the operator.
async fn tell(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    by: Side,
    cause: &str,
    words: impl Fn(Locale) -> Message,
) -> Result<(), Failure> {
    for side in [Side::Client, Side::Expert].into_iter().filter(|side| *side != by) {
        let to = person(exec, booking, side).await?;
        let l = to.locale;
        let message = words(l)
            .facts([(notice::fact_reference(l), booking.reference.clone())])
            .button(text::open_page(l), page(p, l, booking));
        mail::enqueue(exec, p, &format!("{cause}/{}", super::code(side)), &to.email, &message).await?;
    }
    if by != Side::Manager {
        let l = Locale::default();
        let message = words(l)
            .facts([(notice::fact_reference(l), booking.reference.clone())])
            .button(text::open_page(l), page(p, l, booking));
        mail::enqueue(exec, p, &format!("{cause}/manager"), p.config.operator.email.as_str(), &message).await?;
    }
    Ok(())
}

pub(super) async fn opened(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    row: &DisputeRow,
    by: Side,
) -> Result<(), Failure> {
    tell(exec, p, booking, by, &format!("dispute/{}/opened", row.id), |l| {
        Message::new(l, text::mail_opened_subject(l, &booking.reference))
            .paragraph(text::mail_opened(l))
            .paragraph(&row.statement)
            .paragraph(text::mail_withheld(l))
    })
    .await
}

pub(super) async fn written(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    message: Uuid,
    by: Side,
    body: &str,
) -> Result<(), Failure> {
    tell(exec, p, booking, by, &format!("dispute-message/{message}"), |l| {
        Message::new(l, text::mail_written_subject(l, &booking.reference)).paragraph(body)
    })
    .await
}

pub(super) async fn closed(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    row: &DisputeRow,
    to: DisputeState,
    refund: Cents,
    outcome: &str,
) -> Result<(), Failure> {
    for side in [Side::Client, Side::Expert] {
        let person = person(exec, booking, side).await?;
        let l = person.locale;
        let words = match to {
            DisputeState::Settled => text::mail_settled(l),
            DisputeState::Dismissed => text::mail_dismissed(l),
            DisputeState::Open | DisputeState::Withdrawn => text::mail_withdrawn(l),
        };
        let mut message = Message::new(l, text::mail_closed_subject(l, &booking.reference))
            .paragraph(notice::hello(l, &person.name))
            .paragraph(words);
        if side == Side::Client && refund > Cents::ZERO {
            message = message.paragraph(text::mail_refund(l, fmt::money(l, refund)));
        }
        if !outcome.is_empty() {
            message = message.paragraph(notice::reason_given(l, outcome));
        }
        let message = message
            .facts([(notice::fact_reference(l), booking.reference.clone())])
            .button(text::open_page(l), page(p, l, booking));
        mail::enqueue(exec, p, &format!("dispute/{}/closed/{}", row.id, super::code(side)), &person.email, &message)
            .await?;
    }
    Ok(())
}
