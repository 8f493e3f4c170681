//! What is told of reviews by e-mail, in the transaction of what it tells of.

use crate::{
    db::{
        Exec,
        bookings::{self as booking_rows, Booking, Person},
        rating::RatedRow,
    },
    mail::{self, Message},
    platform::Platform,
};
use gabarit_domain::rating::DAYS;
use gabarit_i18n::{Locale, notice, rating as text};
use gabarit_view::error::ApiError;
use uuid::Uuid;

/// A person of a booking, and the other side's name.
async fn side(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    is_expert: bool,
) -> Result<(Person, String), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let expert = booking_rows::expert(exec, booking.expert).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    let account = if is_expert { expert.account } else { booking.client };
    let person = booking_rows::person(exec, account).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
    let with = if is_expert { booking.buyer.party.name.clone() } else { expert.display_name };
    Ok((person, with))
}

fn page(p: &Platform, locale: Locale, booking: &Booking) -> String {
    let path = format!("/{}/bookings/{}/review", locale.code(), booking.id);
    p.config.public_url.join(&path).map_or(path, String::from)
}

fn facts(l: Locale, booking: &Booking) -> [(&'static str, String); 1] {
    [(notice::fact_reference(l), booking.reference.clone())]
}

/// Asks a side for its review.
pub(super) async fn reminder(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    is_expert: bool,
) -> Result<(), ApiError> {
    let (to, with) = side(exec, p, booking, is_expert).await?;
    let l = to.locale;
    let message = Message::new(l, text::mail_remind_subject(l, &with))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(text::mail_remind(l, &with))
        .paragraph(text::mail_blind(l, DAYS.unsigned_abs()))
        .facts(facts(l, booking))
        .button(text::write(l), page(p, l, booking));
    let side = if is_expert { "expert" } else { "client" };
    mail::enqueue(exec, p, &format!("review/{}/remind/{side}", booking.id), &to.email, &message).await?;
    Ok(())
}

/// A review can be read now: to whom it is about.
pub(super) async fn shown(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    row: &RatedRow,
) -> Result<(), ApiError> {
    let (to, with) = side(exec, p, booking, row.of_expert()).await?;
    let l = to.locale;
    let message = Message::new(l, text::mail_shown_subject(l, &with))
        .paragraph(notice::hello(l, &to.name))
        .paragraph(if row.of_expert() { text::mail_shown_expert(l, &with) } else { text::mail_shown_client(l, &with) })
        .facts(facts(l, booking))
        .button(text::read(l), page(p, l, booking));
    mail::enqueue(exec, p, &format!("review/{}/shown", row.id), &to.email, &message).await?;
    Ok(())
}

/// Somebody reports a review: to the operator.
pub(super) async fn reported(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    report: Uuid,
    reason: &str,
) -> Result<(), ApiError> {
    let l = Locale::default();
    let path = format!("/{}/manage/reviews", l.code());
    let message = Message::new(l, text::mail_reported_subject(l, &booking.reference))
        .paragraph(text::mail_reported(l))
        .paragraph(reason)
        .button(text::moderate(l), p.config.public_url.join(&path).map_or(path, String::from));
    mail::enqueue(exec, p, &format!("review-report/{report}"), p.config.operator.email.as_str(), &message).await?;
    Ok(())
}

/// A manager decided on a review: to both sides, with the reason.
pub(super) async fn moderated(
    exec: &mut Exec<'_>,
    p: &Platform,
    booking: &Booking,
    row: &RatedRow,
    act: &str,
    reason: &str,
) -> Result<(), ApiError> {
    let decision = p.ids.uuid();
    for is_expert in [false, true] {
        let (to, with) = side(exec, p, booking, is_expert).await?;
        let l = to.locale;
        let words = match act {
            "hide" => text::mail_hidden(l),
            "restore" => text::mail_restored(l),
            _ => text::mail_kept(l),
        };
        let message = Message::new(l, text::mail_moderated_subject(l, &with))
            .paragraph(notice::hello(l, &to.name))
            .paragraph(words)
            .paragraph(notice::reason_given(l, reason))
            .facts(facts(l, booking))
            .button(text::read(l), page(p, l, booking));
        let key = format!("review/{}/{decision}/{}", row.id, if is_expert { "expert" } else { "client" });
        mail::enqueue(exec, p, &key, &to.email, &message).await?;
    }
    Ok(())
}
