//! The outbox on both databases, and sending through a mail server of the test's own on loopback.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::TimeDelta;
use gabarit_i18n::Locale;
use gabarit_server::{
    mail::{self, Message},
    testing::{TestPlatform, for_each_db},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// What the mail server does with the next message.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Takes,
    /// "Try again later", before the message is sent.
    Defers,
    /// Takes the message, then goes away without an answer.
    TakesSilently,
}

#[derive(Clone, Default)]
struct MailServer {
    received: Arc<Mutex<Vec<String>>>,
    moods: Arc<Mutex<VecDeque<Mood>>>,
}

impl MailServer {
    /// Starts it; answers its URL.
    async fn start(moods: &[Mood]) -> (Self, String) {
        let server = Self { moods: Arc::new(Mutex::new(moods.iter().copied().collect())), ..Self::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = serving.clone();
                tokio::spawn(async move { server.talk(stream).await });
            }
        });
        (server, url)
    }

    async fn talk(&self, stream: TcpStream) -> Option<()> {
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"220 test ESMTP\r\n").await.ok()?;
        while let Some(line) = lines.next_line().await.ok()? {
            let answer = match line.split(' ').next()?.to_ascii_uppercase().as_str() {
                "EHLO" => "250-test\r\n250 8BITMIME\r\n",
                "DATA" => {
                    let mood = self.moods.lock().unwrap().pop_front().unwrap_or(Mood::Takes);
                    if mood == Mood::Defers {
                        writer.write_all(b"451 try again later\r\n").await.ok()?;
                        continue;
                    }
                    writer.write_all(b"354 go ahead\r\n").await.ok()?;
                    let mut message = String::new();
                    loop {
                        let line = lines.next_line().await.ok()??;
                        if line == "." {
                            break;
                        }
                        message.push_str(&line);
                        message.push('\n');
                    }
                    self.received.lock().unwrap().push(message);
                    if mood == Mood::TakesSilently {
                        return None;
                    }
                    "250 taken\r\n"
                }
                "QUIT" => {
                    writer.write_all(b"221 bye\r\n").await.ok()?;
                    return None;
                }
                _ => "250 ok\r\n",
            };
            writer.write_all(answer.as_bytes()).await.ok()?;
        }
        None
    }

    fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

fn header<'a>(message: &'a str, name: &str) -> &'a str {
    message.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
}

async fn write(p: &TestPlatform, key: &str) -> bool {
    let message =
        Message::new(Locale::Fr, "Réservation payée").paragraph("Bonjour Ada").button("Voir", "https://x.example");
    let mut tx = p.db.begin().await.unwrap();
    let written = mail::enqueue(&mut tx.exec(), p, key, "Ada@Client.example", &message).await.unwrap();
    tx.commit().await.unwrap();
    written
}

/// One cause, one mail; none without its cause.
#[tokio::test(flavor = "multi_thread")]
async fn one_mail_a_cause() {
    for_each_db(|p| async move {
        assert!(write(&p, "paid/1").await);
        assert!(!write(&p, "paid/1").await);
        let mut tx = p.db.begin().await.unwrap();
        let message = Message::new(Locale::Fr, "x");
        mail::enqueue(&mut tx.exec(), &p, "paid/2", "ada@client.example", &message).await.unwrap();
        drop(tx);
        let mailbox = mail::local_mailbox(&p, 10).await.unwrap();
        assert_eq!(mailbox.len(), 1);
        assert_eq!((mailbox[0].to.as_str(), mailbox[0].subject.as_str()), ("ada@client.example", "Réservation payée"));
        assert_eq!(mail::local_message(&p, mailbox[0].id).await.unwrap().as_ref(), Some(&mailbox[0]));
        assert_eq!(mail::local_message(&p, p.ids.uuid()).await.unwrap(), None);
        assert_eq!(mail::send_due(&p).await.unwrap(), 1);
        assert_eq!(mail::send_due(&p).await.unwrap(), 0);
    })
    .await;
}

/// A platform that others can reach shows nobody's mail, and keeps it until there is a mail server.
#[tokio::test(flavor = "multi_thread")]
async fn a_public_platform_has_no_local_mailbox() {
    for_each_db(|p| async move {
        let public = p.node(|config| config.public_url = "https://gabarit.example".parse().unwrap()).await;
        write(&public, "paid/1").await;
        assert_eq!(mail::send_due(&public).await.unwrap(), 0);
        assert!(mail::local_mailbox(&public, 10).await.is_err());
        assert!(mail::local_message(&public, p.ids.uuid()).await.is_err());
        let (server, url) = MailServer::start(&[]).await;
        let public = p.node(|config| config.smtp_url = Some(url)).await;
        assert_eq!(mail::send_due(&public).await.unwrap(), 1);
        assert_eq!(server.received().len(), 1);
    })
    .await;
}

/// A mail server that defers gets the mail a minute later, once.
#[tokio::test(flavor = "multi_thread")]
async fn deferred_then_sent_exactly_once() {
    for_each_db(|p| async move {
        let (server, url) = MailServer::start(&[Mood::Defers]).await;
        let p = p.node(|config| config.smtp_url = Some(url)).await;
        write(&p, "paid/1").await;
        assert_eq!(mail::send_due(&p).await.unwrap(), 0);
        p.clock.advance(TimeDelta::seconds(59));
        assert_eq!(mail::send_due(&p).await.unwrap(), 0);
        assert_eq!(server.received().len(), 0);
        p.clock.advance(TimeDelta::seconds(1));
        assert_eq!(mail::send_due(&p).await.unwrap(), 1);
        p.clock.advance(TimeDelta::days(30));
        assert_eq!(mail::send_due(&p).await.unwrap(), 0);

        let [message] = server.received().try_into().unwrap();
        assert_eq!(header(&message, "To"), "ada@client.example");
        assert_eq!(header(&message, "From"), "\"Gabarit Demo B.V.\" <bonjour@gabarit.example>");
        assert_eq!(header(&message, "Auto-Submitted"), "auto-generated");
        assert_eq!(header(&message, "Date"), "Mon, 23 Nov 2026 09:00:00 +0000");
        assert!(header(&message, "Content-Type").starts_with("multipart/alternative"));
        assert!(message.contains("text/plain") && message.contains("text/html"));
        p.db.close().await;
    })
    .await;
}

/// When the answer is lost, the retry carries the same Message-ID: mailboxes show it once.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_after_an_unknown_result_is_recognisable() {
    for_each_db(|p| async move {
        let (server, url) = MailServer::start(&[Mood::TakesSilently]).await;
        let p = p.node(|config| config.smtp_url = Some(url)).await;
        write(&p, "paid/1").await;
        assert_eq!(mail::send_due(&p).await.unwrap(), 0);
        p.clock.advance(TimeDelta::minutes(1));
        assert_eq!(mail::send_due(&p).await.unwrap(), 1);
        let [first, second] = server.received().try_into().unwrap();
        assert!(header(&first, "Message-ID").ends_with("@gabarit.example>"));
        assert_eq!(header(&first, "Message-ID"), header(&second, "Message-ID"));
        p.db.close().await;
    })
    .await;
}

/// Two nodes send at once: every mail goes out once. A server that is away loses none.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_send_each_mail_once() {
    for_each_db(|p| async move {
        let away = p.node(|config| config.smtp_url = Some("smtp://127.0.0.1:1".to_owned())).await;
        for number in 0..20 {
            write(&p, &format!("paid/{number}")).await;
        }
        assert_eq!(mail::send_due(&away).await.unwrap(), 0);
        p.clock.advance(TimeDelta::minutes(1));
        let (server, url) = MailServer::start(&[]).await;
        let one = p.node(|config| config.smtp_url = Some(url.clone())).await;
        let two = p.node(|config| config.smtp_url = Some(url)).await;
        let (first, second) = tokio::join!(mail::send_due(&one), mail::send_due(&two));
        assert_eq!(first.unwrap() + second.unwrap(), 20);
        let received = server.received();
        let ids: std::collections::BTreeSet<&str> = received.iter().map(|mail| header(mail, "Message-ID")).collect();
        assert_eq!((received.len(), ids.len()), (20, 20));
    })
    .await;
}
