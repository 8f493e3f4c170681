//! What the sandbox remembers between runs: a file of JSON lines, one a change; the last line about a thing holds.
//!
//! Appending costs the same however many payments there are. At the start the file is read (a line torn by a crash is
//! passed over) and written anew, beside the old one, which it then replaces in one step.

use super::model::Payment;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::Path,
};
use uuid::Uuid;

/// How long the provider remembers an idempotency key.
pub(super) const KEY_LIFE: TimeDelta = TimeDelta::hours(1);

/// A webhook that has not been accepted yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Webhook {
    pub(super) id: Uuid,
    pub(super) payment: String,
    pub(super) url: String,
}

/// The answer given under an idempotency key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    /// Operation path and key.
    pub(super) key: String,
    pub(super) at: DateTime<Utc>,
    /// The request's body: the key may not be used for another one.
    pub(super) request: Value,
    pub(super) status: u16,
    pub(super) body: Value,
}

/// A change.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Entry {
    Payment(Box<Payment>),
    Answer(Answer),
    Webhook(Webhook),
    Delivered(Uuid),
}

/// Everything the sandbox knows.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) payments: BTreeMap<String, Payment>,
    pub(super) answers: BTreeMap<String, Answer>,
    pub(super) webhooks: BTreeMap<Uuid, Webhook>,
}

impl Records {
    pub(super) fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Payment(payment) => {
                self.payments.insert(payment.id.clone(), *payment);
            }
            Entry::Answer(answer) => {
                self.answers.insert(answer.key.clone(), answer);
            }
            Entry::Webhook(webhook) => {
                self.webhooks.insert(webhook.id, webhook);
            }
            Entry::Delivered(id) => {
                self.webhooks.remove(&id);
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct Journal(File);

impl Journal {
    /// Opens a journal, made if missing, and reads what it holds.
    pub(super) fn open(path: &Path, now: DateTime<Utc>) -> io::Result<(Self, Records)> {
        let mut records = Records::default();
        match fs::read(path) {
            Ok(bytes) => {
                for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                    match serde_json::from_slice(line) {
                        Ok(entry) => records.apply(entry),
                        Err(error) => tracing::warn!(%error, "a line of the sandbox's journal is passed over"),
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        records.answers.retain(|_, answer| answer.at + KEY_LIFE > now);
        let fresh = path.with_extension("new");
        let mut file = BufWriter::new(File::create(&fresh)?);
        let payments = records.payments.values().cloned().map(|payment| Entry::Payment(Box::new(payment)));
        let answers = records.answers.values().cloned().map(Entry::Answer);
        let webhooks = records.webhooks.values().cloned().map(Entry::Webhook);
        for entry in payments.chain(answers).chain(webhooks) {
            file.write_all(&line(&entry)?)?;
        }
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&fresh, path)?;
        Ok((Self(OpenOptions::new().append(true).open(path)?), records))
    }

    pub(super) fn append(&mut self, entry: &Entry) -> io::Result<()> {
        self.0.write_all(&line(entry)?)
    }
}

fn line(entry: &Entry) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(entry)?;
    bytes.push(b'\n');
    Ok(bytes)
}
