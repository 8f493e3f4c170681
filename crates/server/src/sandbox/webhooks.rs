//! Webhooks: `id=tr_…` posted to the merchant, again and again until it accepts.

use super::{
    SandboxState,
    faults::FaultKind,
    journal::{Entry, Webhook},
    model::Payment,
};
use crate::http_client;
use std::time::Duration;

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
        let (copies, delay) = match self.fault_of_webhook() {
            Some(FaultKind::DropWebhook) => return,
            Some(FaultKind::DuplicateWebhook) => (2, 0),
            Some(FaultKind::DelayWebhook { milliseconds }) => (1, milliseconds),
            _ => (1, 0),
        };
        for _ in 0..copies {
            let webhook = Webhook { id: self.options().ids.uuid(), payment: payment.id.clone(), url: url.clone() };
            self.books().record(Entry::Webhook(webhook.clone()));
            self.send_in_background(webhook, Duration::from_millis(delay));
        }
    }

    /// Sends a webhook that is written down already.
    pub(super) fn send_in_background(&self, webhook: Webhook, delay: Duration) {
        let state = self.clone();
        self.spawn(async move {
            tokio::time::sleep(delay).await;
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
