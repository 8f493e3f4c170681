//! What is told by e-mail, in the transaction of what it tells of.

use crate::{
    db::{Exec, bookings::person, looks::LookRow},
    mail::{self, Message},
    platform::Platform,
    services::bookings::Failure,
};
use gabarit_domain::ids::AccountId;
use gabarit_i18n::{look as text, notice};
use gabarit_view::{
    error::ApiError,
    looks::{LookArea, field_name},
};

/// A manager decided: to who asked.
pub(super) async fn decided(
    exec: &mut Exec<'_>,
    p: &Platform,
    row: &LookRow,
    words: &[String],
    allowed: bool,
    reason: &str,
) -> Result<(), Failure> {
    let to = person(exec, AccountId(row.account_id)).await?.ok_or(ApiError::NotFound)?;
    let l = to.locale;
    let page = match LookArea::parse(&row.area) {
        Some(LookArea::Application) => "apply",
        Some(LookArea::Member) => "programme/membership",
        _ => "work/profile",
    };
    let path = format!("/{}/{page}", l.code());
    let (subject, told) = if allowed {
        (text::mail_allowed_subject(l), text::mail_allowed(l))
    } else {
        (text::mail_refused_subject(l), text::mail_refused(l))
    };
    let mut message = Message::new(l, subject).paragraph(notice::hello(l, &to.name)).paragraph(told);
    if !reason.is_empty() {
        message = message.paragraph(notice::reason_given(l, reason));
    }
    let message = message
        .facts([
            (text::fact_field(l).to_owned(), field_name(l, &row.field)),
            (text::fact_words(l).to_owned(), words.join(" · ")),
        ])
        .paragraph(text::mail_kept(l))
        .button(text::open(l), p.config.public_url.join(&path).map_or(path, String::from));
    mail::enqueue(exec, p, &format!("look/{}", row.id), &to.email, &message).await?;
    Ok(())
}
