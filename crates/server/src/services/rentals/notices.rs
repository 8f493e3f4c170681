//! What clients are told of their orders by e-mail, in the transaction of what it tells of.

use super::Failure;
use crate::{
    db::{Exec, bookings as booking_rows, payments::Refund, rentals::Rental},
    mail::{self, Message},
    places,
    platform::Platform,
};
use gabarit_domain::{ids::RefundId, invoice::DeliverTo, money::Cents, rental::Delivery};
use gabarit_i18n::{Locale, fmt, notice, rental as text};
use gabarit_view::error::ApiError;

/// An address in a line, as the invoice has it in lines.
fn delivery_line(l: Locale, to: &Delivery) -> String {
    DeliverTo::from(to).lines(places::country_name(to.country, l)).join(", ")
}

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
    let page = address(p, &format!("/{}/rentals/order/{}", l.code(), rental.id));
    let message = Message::new(l, subject)
        .paragraph(notice::hello(l, &to.name))
        .paragraph(body)
        .facts(
            [
                (text::fact_reference(l), rental.reference.clone()),
                (text::fact_term(l), text::term(l, fmt::date(l, term.first), fmt::date(l, term.last))),
                (notice::fact_total(l), fmt::money(l, rental.total)),
            ]
            .into_iter()
            .chain(rental.delivery.as_ref().map(|to| (text::fact_delivery(l), delivery_line(l, to)))),
        )
        .button(text::open_order(l), page);
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
        let day = fmt::date(l, last);
        match rental.delivery {
            Some(_) => (text::mail_sent_subject(l).to_owned(), text::mail_sent(l, day)),
            None => (text::mail_handed_out_subject(l).to_owned(), text::mail_handed_out(l, day)),
        }
    })
    .await
}

pub(super) async fn returned(exec: &mut Exec<'_>, p: &Platform, rental: &Rental) -> Result<(), Failure> {
    tell(exec, p, rental, "returned", |l| {
        (text::mail_returned_subject(l).to_owned(), text::mail_returned(l).to_owned())
    })
    .await
}

pub(super) async fn authorised(exec: &mut Exec<'_>, p: &Platform, rental: &Rental) -> Result<(), Failure> {
    let total = rental.total;
    tell(exec, p, rental, "authorised", |l| {
        (text::mail_authorised_subject(l).to_owned(), text::mail_authorised(l, fmt::money(l, total)))
    })
    .await
}

/// The card was refused when it was to be charged: the client may order again; the operator is told, too.
pub(super) async fn not_captured(exec: &mut Exec<'_>, p: &Platform, rental: &Rental) -> Result<(), Failure> {
    let total = rental.total;
    tell(exec, p, rental, "not-captured", |l| {
        (text::mail_not_captured_subject(l).to_owned(), text::mail_not_captured(l, fmt::money(l, total)))
    })
    .await?;
    let l = Locale::default();
    let message = Message::new(l, text::mail_not_captured_operator_subject(l, &rental.reference))
        .paragraph(text::mail_not_captured_operator(l, fmt::money(l, total)))
        .facts([(text::fact_reference(l), rental.reference.clone())])
        .button(text::open_order(l), address(p, &format!("/{}/rentals/order/{}", l.code(), rental.id)));
    let cause = format!("rental/{}/not-captured/operator", rental.id);
    mail::enqueue(exec, p, &cause, p.config.operator.email.as_str(), &message).await?;
    Ok(())
}

fn address(p: &Platform, path: &str) -> String {
    p.config.public_url.join(path).map_or_else(|_| path.to_owned(), String::from)
}

pub(super) async fn refunded(
    exec: &mut Exec<'_>,
    p: &Platform,
    rental: &Rental,
    refund: &Refund,
) -> Result<(), Failure> {
    let cause = match refund.attempt {
        1 => format!("refunded/{}", refund.id),
        attempt => format!("refunded/{}/{attempt}", refund.id),
    };
    tell(exec, p, rental, &cause, |l| {
        let amount = fmt::money(l, refund.amount);
        (notice::refunded_subject(l, &amount), notice::refunded(l, &amount))
    })
    .await
}

/// What was on its way back has not arrived: to the client, who was told that it is on its way, and to the operator.
pub(super) async fn refund_failed(
    exec: &mut Exec<'_>,
    p: &Platform,
    rental: &Rental,
    refund: &Refund,
) -> Result<(), Failure> {
    let cause = format!("refund-failed/{}/{}", refund.id, refund.attempt);
    tell(exec, p, rental, &cause, |l| {
        let amount = fmt::money(l, refund.amount);
        (notice::refund_back_subject(l, &amount), notice::refund_back(l, &amount))
    })
    .await?;
    let l = Locale::default();
    let message = Message::new(l, notice::refund_failed_subject(l, &rental.reference))
        .paragraph(notice::refund_failed(l, fmt::money(l, refund.amount)))
        .facts([(text::fact_reference(l), rental.reference.clone())])
        .button(notice::open_operations(l), address(p, &format!("/{}/manage/operations", l.code())));
    let cause = format!("rental/{}/{cause}/operator", rental.id);
    mail::enqueue(exec, p, &cause, p.config.operator.email.as_str(), &message).await?;
    Ok(())
}

/// A client's bank took money back: to the operator.
pub(super) async fn charged_back(
    exec: &mut Exec<'_>,
    p: &Platform,
    rental: &Rental,
    chargeback: &str,
    amount: Cents,
) -> Result<(), Failure> {
    let l = Locale::default();
    let message = Message::new(l, notice::charged_back_subject(l, &rental.reference))
        .paragraph(text::mail_charged_back(l, fmt::money(l, amount)))
        .facts([(text::fact_reference(l), rental.reference.clone())])
        .button(text::open_order(l), address(p, &format!("/{}/rentals/order/{}", l.code(), rental.id)));
    let cause = format!("rental-chargeback/{chargeback}");
    mail::enqueue(exec, p, &cause, p.config.operator.email.as_str(), &message).await?;
    Ok(())
}

/// What did not arrive was paid another way: to the client.
pub(super) async fn paid_elsewhere(
    exec: &mut Exec<'_>,
    p: &Platform,
    rental: &Rental,
    refund: &Refund,
    how: &str,
) -> Result<(), Failure> {
    tell(exec, p, rental, &format!("refund-elsewhere/{}", refund.id), |l| {
        let amount = fmt::money(l, refund.amount);
        (notice::elsewhere_subject(l, &amount), notice::elsewhere(l, &amount, how))
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
    let page = address(p, &format!("/{}/rentals/order/{}", l.code(), rental.id));
    let message = Message::new(l, text::mail_not_refunded_subject(l, &rental.reference))
        .paragraph(notice::not_refunded(l, fmt::money(l, amount)))
        .facts([(text::fact_reference(l), rental.reference.clone())])
        .button(text::open_order(l), page);
    let cause = format!("rental-refund/{refund}/refused");
    mail::enqueue(exec, p, &cause, p.config.operator.email.as_str(), &message).await.map(drop)
}
