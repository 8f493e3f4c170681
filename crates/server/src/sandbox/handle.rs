//! A sandbox for tests, and the hand that pays.

use super::{Fault, Options, SandboxState, base_of, journal::Entry, model::Outcome, serve_on};
use crate::payments::{ProviderError, ProviderState, mollie::MollieClient};
use std::{future::pending, io};
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

/// The API key with which tests call.
const KEY: &str = "test_sandbox";

/// Starts a sandbox on a free port of this machine, with the machine's clock, nothing kept.
///
/// Its payments are driven by the [`Handle`]; it ends when the handle is dropped.
///
/// # Errors
/// When no port is free.
pub async fn start_for_tests() -> io::Result<(Url, Handle)> {
    let handle = Handle::start(|_| {}).await?;
    Ok((handle.base_url().clone(), handle))
}

/// A running sandbox.
#[derive(Debug)]
pub struct Handle {
    state: SandboxState,
    server: JoinHandle<io::Result<()>>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.server.abort();
        self.state.stop();
    }
}

impl Handle {
    /// Starts a sandbox on a free port after `adjust` changed its options (clock, folder, retries).
    ///
    /// # Errors
    /// When no port is free or the folder cannot be used.
    pub async fn start(adjust: impl FnOnce(&mut Options)) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let mut options = Options::new(base_of(listener.local_addr()?)?);
        adjust(&mut options);
        let state = SandboxState::new(options)?;
        let server = tokio::spawn(serve_on(listener, state.clone(), pending()));
        Ok(Self { state, server })
    }

    /// Its address: the payment provider's, and with `/vies` the VAT register's.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.state.options().base_url
    }

    /// The real client, pointed here.
    ///
    /// # Errors
    /// As [`MollieClient::new`].
    pub fn client(&self) -> Result<MollieClient, ProviderError> {
        MollieClient::new(self.base_url(), KEY)
    }

    /// Pays (a card to be captured later: authorises), without a webhook; the platform has to look.
    /// The state after it, `None` for an unknown payment. A settled payment stays as it is.
    #[must_use]
    pub fn pay(&self, reference: &str) -> Option<ProviderState> {
        self.settle(reference, Outcome::Pay, false)
    }

    /// Fails it, like [`Handle::pay`].
    #[must_use]
    pub fn fail(&self, reference: &str) -> Option<ProviderState> {
        self.settle(reference, Outcome::Fail, false)
    }

    /// Cancels it as the client, like [`Handle::pay`].
    #[must_use]
    pub fn cancel(&self, reference: &str) -> Option<ProviderState> {
        self.settle(reference, Outcome::Cancel, false)
    }

    /// Expires it, like [`Handle::pay`].
    #[must_use]
    pub fn expire(&self, reference: &str) -> Option<ProviderState> {
        self.settle(reference, Outcome::Expire, false)
    }

    /// Leaves it pending, like [`Handle::pay`].
    #[must_use]
    pub fn leave_pending(&self, reference: &str) -> Option<ProviderState> {
        self.settle(reference, Outcome::Pending, false)
    }

    /// Pays like [`Handle::pay`], and reports it by webhook.
    #[must_use]
    pub fn pay_and_report(&self, reference: &str) -> Option<ProviderState> {
        self.settle(reference, Outcome::Pay, true)
    }

    /// The newest refund of a payment that stands comes back, reported by webhook. `false` if there is none.
    #[must_use]
    pub fn fail_refund(&self, reference: &str) -> bool {
        let refund = self.state.books().records.payments.get(reference).and_then(|payment| {
            payment.refunds.iter().rev().find(|refund| refund.undone_at.is_none()).map(|refund| refund.id.clone())
        });
        refund.is_some_and(|refund| self.state.fail_refund(reference, &refund).is_ok())
    }

    /// Orders a fault.
    pub fn order(&self, fault: Fault) {
        self.state.order(fault);
    }

    /// Expires what its clock says is due, with webhooks: for tests that moved the clock and will not wait for its
    /// next tick.
    pub fn tick(&self) {
        self.state.expire_due();
    }

    /// References of all payments, oldest first.
    #[must_use]
    pub fn references(&self) -> Vec<String> {
        let books = self.state.books();
        let mut payments: Vec<_> = books.records.payments.values().collect();
        payments.sort_by_key(|payment| payment.created_at);
        payments.into_iter().map(|payment| payment.id.clone()).collect()
    }

    /// Webhooks not accepted yet.
    #[must_use]
    pub fn webhooks_waiting(&self) -> usize {
        self.state.books().records.webhooks.len()
    }

    fn settle(&self, reference: &str, outcome: Outcome, report: bool) -> Option<ProviderState> {
        self.state.settle(reference, outcome, None, report)
    }
}

impl SandboxState {
    /// Settles a payment as its client chose. `None` for an unknown one; a settled one stays as it is.
    pub(super) fn settle(
        &self,
        reference: &str,
        outcome: Outcome,
        method: Option<&str>,
        report: bool,
    ) -> Option<ProviderState> {
        self.expire_due();
        let now = self.now();
        let mut books = self.books();
        let mut payment = books.records.payments.get(reference)?.clone();
        let changed = payment.settle(outcome, method, now);
        if changed {
            books.record(Entry::Payment(Box::new(payment.clone())));
        }
        drop(books);
        if changed && report {
            self.report(&payment);
        }
        Some(payment.state)
    }
}
