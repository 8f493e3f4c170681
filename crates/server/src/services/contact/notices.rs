//! What senders of requests are told by e-mail.

use super::key_of;
use crate::{
    db::{
        Exec,
        contact::{NewRequest, RequestRow},
    },
    mail::{self, Message},
    platform::Platform,
    services::files::{self, Stored},
};
use gabarit_i18n::{Locale, contact as text, fmt, labels};
use gabarit_view::{error::ApiError, expert::ExpertCard};
use uuid::Uuid;

fn address(p: &Platform, path: &str) -> String {
    p.config.public_url.join(path).map_or_else(|_| path.to_owned(), String::from)
}

/// Where a conversation is read; a visitor's with the secret that opens it, which stands in mails to the address alone.
fn conversation(l: Locale, reference: &str, key: Option<&str>) -> String {
    let mut path = format!("/{}/contact/{reference}", l.code());
    if let Some(key) = key {
        path.push_str(&format!("?key={key}"));
    }
    path
}

/// Says what files came along; they are fetched from the conversation alone.
fn with_files(message: Message, l: Locale, stored: &[Stored]) -> Message {
    if stored.is_empty() {
        return message;
    }
    message.paragraph(text::mail_files(l, stored.len() as u64, files::listed(l, stored)))
}

/// The request came; with the way back to it.
pub(super) async fn received(
    exec: &mut Exec<'_>,
    p: &Platform,
    request: &NewRequest<'_>,
    key: Option<&str>,
    body: &str,
    stored: &[Stored],
) -> Result<(), ApiError> {
    let l = request.locale;
    let path = conversation(l, request.reference, key);
    let message = Message::new(l, text::mail_received_subject(l, request.reference))
        .paragraph(text::mail_hello(l, request.name))
        .paragraph(text::mail_received(l))
        .facts([
            (text::fact_reference(l), request.reference.to_owned()),
            (text::fact_topic(l), labels::topic(l, request.topic).to_owned()),
        ])
        .paragraph(body);
    let message = with_files(message, l, stored).button(text::mail_open(l), address(p, &path));
    let message = match key {
        Some(_) => message.paragraph(text::mail_link_is_secret(l)),
        None => message,
    };
    mail::enqueue(exec, p, &format!("desk/{}/received", request.id), request.email, &message).await?;
    Ok(())
}

/// The desk answered. The answer is in the mail itself, with the link; older links of visitors are in their first mail only.
pub(super) async fn answered(
    exec: &mut Exec<'_>,
    p: &Platform,
    request: &RequestRow,
    (id, body): (Uuid, &str),
    proposed: &[ExpertCard],
    stored: &[Stored],
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
    message = with_files(message, l, stored);
    let key = key_of(p, request);
    let open = |key: Option<&str>| address(p, &conversation(l, &request.reference, key));
    message = match (request.account_id, key.as_deref()) {
        (Some(_), _) => message.button(text::mail_open(l), open(None)),
        (None, Some(key)) => {
            message.button(text::mail_open(l), open(Some(key))).paragraph(text::mail_link_is_secret(l))
        }
        (None, None) => message.paragraph(text::mail_use_first_link(l)),
    };
    mail::enqueue(exec, p, &format!("desk/{}/answered/{id}", request.id), &request.email, &message).await?;
    Ok(())
}
