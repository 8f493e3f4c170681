//! What clients are told of their orders by e-mail, in the transaction of what it tells of.

use super::Failure;
use crate::{
    db::{Exec, bookings as booking_rows, rentals::Rental},
    mail::{self, Message},
    platform::Platform,
};
use gabarit_domain::{ids::RefundId, money::Cents};
use gabarit_i18n::{Locale, fmt, notice, rental as text};
use gabarit_view::error::ApiError;

async fn tell(
    exec: &mut Exec<'_>,
    p: &Platform,
    rental: &Rental,
    cause: &str,
    words: impl FnOnce(Locale) -> (String, String),
) -> Result<(), Failure> {
    let to = booking_rows::person(exec, rental.client).await?.ok_or(ApiError::NotFound)?;
    let l = to.locale;
    let term = rental.term();
    let (subject, body) = words(l);
    let path = format!("/{}/rentals/order/{}", l.code(), rental.id);
    let message = Message::new(l, subject)
        .paragraph(notice::hello(l, &to.name))
        .paragraph(body)
        .facts([
            (text::fact_reference(l), rental.reference.clone()),
            (text::fact_term(l), text::term(l, fmt::date(l, term.first), fmt::date(l, term.last))),
            (notice::fact_total(l), fmt::money(l, rental.total)),
        ])
        .button(text::open_order(l), p.config.public_url.join(&path).map_or(path, String::from));
    mail::enqueue(exec, p, &format!("rental/{}/{cause}", rental.id), &to.email, &message).await?;
    Ok(())
}

pub(super) async fn paid(exec: &mut Exec<'_>, p: &Platform, rental: &Rental) -> Result<(), Failure> {
    tell(exec, p, rental, "paid", |l| (text::mail_paid_subject(l).to_owned(), text::mail_paid(l).to_owned())).await
}

pub(super) async fn lapsed(exec: &mut Exec<'_>, p: &Platform, rental: &Rental) -> Result<(), Failure> {
    tell(exec, p, rental, "lapsed", |l| (text::mail_lapsed_subject(l).to_owned(), text::mail_lapsed(l).to_owned()))
        .await
}

pub(super) async fn cancelled(exec: &mut Exec<'_>, p: &Platform, rental: &Rental) -> Result<(), Failure> {
    tell(exec, p, rental, "cancelled", |l| {
        (text::mail_cancelled_subject(l).to_owned(), text::mail_cancelled(l).to_owned())
    })
    .await
}

pub(super) async fn handed_out(exec: &mut Exec<'_>, p: &Platform, rental: &Rental) -> Result<(), Failure> {
    let last = rental.term().last;
    tell(exec, p, rental, "handed-out", |l| {
        (text::mail_handed_out_subject(l).to_owned(), text::mail_handed_out(l, fmt::date(l, last)))
    })
    .await
}

pub(super) async fn returned(exec: &mut Exec<'_>, p: &Platform, rental: &Rental) -> Result<(), Failure> {
    tell(exec, p, rental, "returned", |l| {
        (text::mail_returned_subject(l).to_owned(), text::mail_returned(l).to_owned())
    })
    .await
}

pub(super) async fn refunded(
    exec: &mut Exec<'_>,
    p: &Platform,
    rental: &Rental,
    refund: RefundId,
    amount: Cents,
) -> Result<(), Failure> {
    tell(exec, p, rental, &format!("refunded/{refund}"), |l| {
        let amount = fmt::money(l, amount);
        (notice::refunded_subject(l, &amount), notice::refunded(l, &amount))
    })
    .await
}

/// The provider refuses a refund: the operator has to see to it.
pub(super) async fn not_refunded(
    exec: &mut Exec<'_>,
    p: &Platform,
    rental: &Rental,
    refund: RefundId,
    amount: Cents,
) -> Result<(), ApiError> {
    let l = Locale::default();
    let path = format!("/{}/rentals/order/{}", l.code(), rental.id);
    let message = Message::new(l, text::mail_not_refunded_subject(l, &rental.reference))
        .paragraph(notice::not_refunded(l, fmt::money(l, amount)))
        .facts([(text::fact_reference(l), rental.reference.clone())])
        .button(text::open_order(l), p.config.public_url.join(&path).map_or(path, String::from));
    let cause = format!("rental-refund/{refund}/refused");
    mail::enqueue(exec, p, &cause, p.config.operator.email.as_str(), &message).await.map(drop)
}
