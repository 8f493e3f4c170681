//! The way out: SMTP by URL.

use crate::{db::outbox::MailRow, platform::Platform};
use gabarit_domain::text::Email;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
};
use std::time::Duration;
use url::{Host, Url};

/// A mail server.
#[derive(Debug)]
pub(super) struct Server(AsyncSmtpTransport<Tokio1Executor>);

/// `Auto-Submitted: auto-generated` (RFC 3834): keeps out-of-office notes from answering.
#[derive(Clone, Copy, Debug)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Server {
    /// By URL: `smtps://` encrypts from the first byte; `smtp://` insists on STARTTLS, unless the URL says otherwise
    /// (`?tls=opportunistic`) or the server is on this machine.
    pub(super) fn new(url: &str) -> Result<Self, String> {
        let mut url = Url::parse(url).map_err(|error| format!("GABARIT_SMTP_URL: {error}"))?;
        let local = match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            // Only http-like schemes get their addresses parsed.
            Some(Host::Domain(name)) => name == "localhost" || name.starts_with("127."),
            None => false,
        };
        let chosen = url.query_pairs().any(|(key, _)| key == "tls");
        if url.scheme() == "smtp" && !local && !chosen {
            url.query_pairs_mut().append_pair("tls", "required");
        }
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str())
            .map_err(|error| format!("GABARIT_SMTP_URL: {error}"))?
            .timeout(Some(Duration::from_secs(15)))
            .build();
        Ok(Self(transport))
    }

    /// Hands a mail over. On an error the server may have taken it all the same: the retry has the same Message-ID.
    pub(super) async fn send(&self, p: &Platform, mail: &MailRow) -> Result<(), String> {
        let message = message(p, mail)?;
        // Below the first back-off: while this node tries, no other does.
        tokio::time::timeout(Duration::from_secs(45), self.0.send(message))
            .await
            .map_err(|_| "no answer within 45 seconds".to_owned())?
            .map(drop)
            .map_err(|error| error.to_string())
    }
}

fn mailbox(name: Option<&str>, address: &str) -> Result<Mailbox, String> {
    let address = address.parse().map_err(|error| format!("{error}"))?;
    Ok(Mailbox::new(name.map(ToOwned::to_owned), address))
}

fn message(p: &Platform, mail: &MailRow) -> Result<lettre::Message, String> {
    let operator = &p.config.operator;
    let from: &Email = &operator.email;
    let domain = from.as_str().rsplit('@').next().unwrap_or("localhost");
    lettre::Message::builder()
        .message_id(Some(format!("<{}@{domain}>", mail.id)))
        .date(mail.created_at.into())
        .from(mailbox(Some(&operator.name), from.as_str())?)
        .to(mailbox(None, &mail.recipient)?)
        .subject(mail.subject.clone())
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(mail.body_text.clone(), mail.body_html.clone()))
        .map_err(|error| error.to_string())
}
