//! Webhooks: `id=tr_…` posted to the merchant, again and again until it accepts.

use super::{
    SandboxState,
    faults::FaultKind,
    journal::{Entry, Webhook},
    model::Payment,
};
use crate::http_client;
use std::time::Duration;
use tokio::sync::watch;

/// When a webhook is sent.
pub(super) enum When {
    Now,
    After(Duration),
    /// Once another one was accepted.
    Overtaken(watch::Receiver<u64>),
}

/// The longest wait between two attempts.
const MAX_WAIT: Duration = Duration::from_secs(60);
/// After that many attempts (about a day) the provider gives up.
const MAX_ATTEMPTS: u32 = 1_500;
/// Failures before this attempt are not worth a warning.
const QUIET_ATTEMPTS: u32 = 5;

impl SandboxState {
    /// Reports a payment's change to its webhook, in the background.
    pub(super) fn report(&self, payment: &Payment) {
        let Some(url) = payment.webhook_url.clone() else { return };
        let fault = self.fault_of_webhook();
        let copies = match fault {
            Some(FaultKind::DropWebhook) => 0,
            Some(FaultKind::DuplicateWebhook) => 2,
            _ => 1,
        };
        for _ in 0..copies {
            let when = match fault {
                Some(FaultKind::DelayWebhook { milliseconds }) => When::After(Duration::from_millis(milliseconds)),
                Some(FaultKind::ReorderWebhook) => When::Overtaken(self.0.accepted.subscribe()),
                _ => When::Now,
            };
            self.send_anew(&payment.id, &url, when);
        }
    }

    /// Sends a webhook of a payment that nothing new is told of, without a fault.
    pub(super) fn send_again(&self, payment: &Payment) {
        if let Some(url) = &payment.webhook_url {
            self.send_anew(&payment.id, url, When::Now);
        }
    }

    fn send_anew(&self, payment: &str, url: &str, when: When) {
        let webhook = Webhook { id: self.options().ids.uuid(), payment: payment.to_owned(), url: url.to_owned() };
        self.books().record(Entry::Webhook(webhook.clone()));
        self.send_in_background(webhook, when);
    }

    /// Sends a webhook that is written down already.
    pub(super) fn send_in_background(&self, webhook: Webhook, when: When) {
        let state = self.clone();
        self.spawn(async move {
            match when {
                When::Now => {}
                When::After(delay) => tokio::time::sleep(delay).await,
                When::Overtaken(mut accepted) => {
                    let _ = tokio::time::timeout(MAX_WAIT, accepted.changed()).await;
                }
            }
            let mut wait = state.options().retry;
            for attempt in 1..=MAX_ATTEMPTS {
                match state.send(&webhook).await {
                    Ok(()) => break,
                    // Some seconds without an answer are a start or a restart.
                    Err(problem) if attempt < QUIET_ATTEMPTS => {
                        tracing::debug!(payment = webhook.payment, attempt, problem, "webhook not accepted");
                    }
                    Err(problem) => {
                        tracing::warn!(payment = webhook.payment, attempt, problem, "webhook not accepted");
                    }
                }
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(MAX_WAIT);
            }
            state.books().record(Entry::Delivered(webhook.id));
            state.0.accepted.send_modify(|number| *number += 1);
        });
    }

    async fn send(&self, webhook: &Webhook) -> Result<(), String> {
        let answer = self
            .0
            .client
            .post(&webhook.url)
            .form(&[("id", &webhook.payment)])
            .send()
            .await
            .map_err(|error| http_client::describe(&error))?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("HTTP {}", answer.status().as_u16())) }
    }
}
