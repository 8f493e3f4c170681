//! What senders of requests are told by e-mail.

use crate::{
    db::{
        Exec,
        contact::{NewRequest, RequestRow},
    },
    mail::{self, Message},
    platform::Platform,
};
use gabarit_i18n::{Locale, contact as text, fmt, labels};
use gabarit_view::{error::ApiError, expert::ExpertCard};
use uuid::Uuid;

fn address(p: &Platform, path: &str) -> String {
    p.config.public_url.join(path).map_or_else(|_| path.to_owned(), String::from)
}

/// The request came; with the way back to it.
pub(super) async fn received(
    exec: &mut Exec<'_>,
    p: &Platform,
    request: &NewRequest<'_>,
    key: Option<&str>,
    body: &str,
) -> Result<(), ApiError> {
    let l = request.locale;
    let mut path = format!("/{}/contact/{}", l.code(), request.reference);
    if let Some(key) = key {
        path.push_str(&format!("?key={key}"));
    }
    let message = Message::new(l, text::mail_received_subject(l, request.reference))
        .paragraph(text::mail_hello(l, request.name))
        .paragraph(text::mail_received(l))
        .facts([
            (text::fact_reference(l), request.reference.to_owned()),
            (text::fact_topic(l), labels::topic(l, request.topic).to_owned()),
        ])
        .paragraph(body)
        .button(text::mail_open(l), address(p, &path));
    let message = match key {
        Some(_) => message.paragraph(text::mail_link_is_secret(l)),
        None => message,
    };
    mail::enqueue(exec, p, &format!("desk/{}/received", request.id), request.email, &message).await?;
    Ok(())
}

/// The desk answered. A visitor's link is in the first mail: its secret is not stored, so it cannot be sent again; the
/// answer is therefore in the mail itself.
pub(super) async fn answered(
    exec: &mut Exec<'_>,
    p: &Platform,
    request: &RequestRow,
    id: Uuid,
    body: &str,
    proposed: &[ExpertCard],
) -> Result<(), ApiError> {
    let l = Locale::parse(&request.locale).unwrap_or_default();
    let mut message = Message::new(l, text::mail_answered_subject(l, &request.reference))
        .paragraph(text::mail_hello(l, &request.name))
        .paragraph(body);
    if !proposed.is_empty() {
        message = message.paragraph(text::proposed(l)).facts(proposed.iter().map(|card| {
            let page = address(p, &format!("/{}/experts/{}?{}", l.code(), card.id, request.search));
            (card.display_name.clone(), format!("{} · {} · {page}", card.headline, fmt::money(l, card.day_rate)))
        }));
    }
    message = match request.account_id {
        Some(_) => {
            message.button(text::mail_open(l), address(p, &format!("/{}/contact/{}", l.code(), request.reference)))
        }
        None => message.paragraph(text::mail_use_first_link(l)),
    };
    mail::enqueue(exec, p, &format!("desk/{}/answered/{id}", request.id), &request.email, &message).await?;
    Ok(())
}
