//! Mail: written to the outbox in the transaction of what it tells of, sent afterwards.
//!
//! A dedup key names the cause (`booking/…/accepted/client`): the same cause never writes a second mail, so a retried
//! job or a webhook that comes twice tells nobody twice. Sending is at least once: when a mail server's answer is lost,
//! the retry carries the same Message-ID, by which mailboxes and people recognise it.
//!
//! Without `GABARIT_SMTP_URL` a platform on loopback delivers to its local mailbox (`/dev/mail`). A platform that
//! others can reach keeps its mail unsent until there is a mail server: nothing is lost, nothing is pretended.

mod message;
mod smtp;

pub use message::Message;

use crate::{
    db::{
        Exec,
        outbox::{self, MailRow, NewMail},
    },
    platform::Platform,
};
use chrono::{DateTime, TimeDelta, Utc};
use gabarit_domain::text::Email;
use gabarit_view::error::ApiError;
use uuid::Uuid;

/// After so many attempts, some six days, a mail is left alone; it stays in the outbox with its last error.
pub(crate) const MAX_ATTEMPTS: i64 = 20;

/// Writes a mail into the caller's transaction; `false` when its cause was told of before. It is sent once that
/// transaction is committed; [`crate::jobs::wake`] makes that soon.
///
/// # Errors
/// A fault of ours, such as a recipient that is no address.
pub async fn enqueue(
    exec: &mut Exec<'_>,
    p: &Platform,
    dedup_key: &str,
    to: &str,
    message: &Message,
) -> Result<bool, ApiError> {
    let to = Email::parse(to).map_err(|error| p.fault(format!("recipient of {dedup_key}: {error}")))?;
    let mail = NewMail {
        id: p.ids.uuid(),
        dedup_key,
        recipient: to.as_str(),
        locale: message.locale().code(),
        subject: message.subject(),
        body_text: &message.text(&p.config),
        body_html: &message.html(&p.config),
        created_at: p.now(),
    };
    outbox::insert(exec, &mail).await.map_err(|error| p.fault(error))
}

/// How long to wait after attempt number `attempts` (from 1): 1 minute, doubling up to 12 hours.
fn back_off(attempts: i64) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 11) - 1).unwrap_or(0);
    TimeDelta::minutes(1_i64 << doublings).min(TimeDelta::hours(12))
}

/// Sends what is due; answers how many mails were delivered. Each is claimed by its next attempt's time before it is
/// sent, so several nodes may do this at once, and a node that dies is followed by a retry.
///
/// # Errors
/// A fault of ours. A mail server that refuses or is away is none: the mail is retried.
pub async fn send_due(p: &Platform) -> Result<usize, ApiError> {
    let Some(url) = &p.config.smtp_url else { return deliver_locally(p).await };
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    if !outbox::any_unsent(&mut conn.exec()).await.map_err(|error| p.fault(error))? {
        return Ok(0);
    }
    drop(conn);
    let server = smtp::Server::new(url).map_err(|error| p.fault(error))?;
    let mut delivered = 0;
    while let Some(mail) = claim(p).await? {
        let outcome = server.send(p, &mail).await;
        let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
        match outcome {
            Ok(()) => {
                delivered += 1;
                outbox::sent(&mut tx.exec(), mail.id, p.now()).await
            }
            Err(error) => {
                tracing::warn!(mail = %mail.id, attempts = mail.attempts + 1, %error, "mail not sent");
                outbox::failed(&mut tx.exec(), mail.id, &error.chars().take(1_000).collect::<String>()).await
            }
        }
        .map_err(|error| p.fault(error))?;
        tx.commit().await.map_err(|error| p.fault(error))?;
    }
    Ok(delivered)
}

async fn claim(p: &Platform) -> Result<Option<MailRow>, ApiError> {
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let due = outbox::due(&mut tx.exec(), now, MAX_ATTEMPTS).await.map_err(|error| p.fault(error))?;
    if let Some(mail) = &due {
        let attempts = mail.attempts + 1;
        outbox::begin_attempt(&mut tx.exec(), mail.id, attempts, now + back_off(attempts))
            .await
            .map_err(|error| p.fault(error))?;
    }
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(due)
}

async fn deliver_locally(p: &Platform) -> Result<usize, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    if !outbox::any_unsent(&mut conn.exec()).await.map_err(|error| p.fault(error))? {
        return Ok(0);
    }
    drop(conn);
    if !p.config.is_local() {
        tracing::warn!("mail waits: GABARIT_SMTP_URL is not set");
        return Ok(0);
    }
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let delivered = outbox::deliver_all(&mut tx.exec(), p.now()).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(usize::try_from(delivered).unwrap_or(usize::MAX))
}

/// A mail in the local mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalMail {
    /// Its id.
    pub id: Uuid,
    /// Address.
    pub to: String,
    /// Code of its language.
    pub locale: String,
    /// Subject.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As a whole HTML page.
    pub html: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

impl From<MailRow> for LocalMail {
    fn from(row: MailRow) -> Self {
        Self {
            id: row.id,
            to: row.recipient,
            locale: row.locale,
            subject: row.subject,
            text: row.body_text,
            html: row.body_html,
            created_at: row.created_at,
        }
    }
}

/// The newest mails of the local mailbox, newest first; those not marked as delivered yet included.
///
/// # Errors
/// [`ApiError::NotFound`] unless the platform is on loopback: other people's mail is nobody's to read.
pub async fn local_mailbox(p: &Platform, limit: u32) -> Result<Vec<LocalMail>, ApiError> {
    if !p.config.is_local() {
        return Err(ApiError::NotFound);
    }
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let rows = outbox::newest(&mut conn.exec(), i64::from(limit)).await.map_err(|error| p.fault(error))?;
    Ok(rows.into_iter().map(LocalMail::from).collect())
}

/// A mail of the local mailbox.
///
/// # Errors
/// [`ApiError::NotFound`] unless the platform is on loopback.
pub async fn local_message(p: &Platform, id: Uuid) -> Result<Option<LocalMail>, ApiError> {
    if !p.config.is_local() {
        return Err(ApiError::NotFound);
    }
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = outbox::by_id(&mut conn.exec(), id).await.map_err(|error| p.fault(error))?;
    Ok(row.map(LocalMail::from))
}
