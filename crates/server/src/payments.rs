//! The payment provider, as the platform sees it. One trait; the Mollie v2 client is its implementation, and the
//! sandbox speaks the same API.

pub mod mollie;

use async_trait::async_trait;
use chrono::NaiveDate;
use gabarit_domain::{
    booking::PaymentMethod,
    ids::{BookingId, PaymentId, RefundId},
    money::Cents,
    vat::VatTreatment,
};
use gabarit_i18n::Locale;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

/// The most one payment of a method may be, with VAT: the provider's default limits. Offer only methods that fit.
#[must_use]
pub const fn limit(method: PaymentMethod) -> Cents {
    method.limit()
}

/// State of a payment, in the provider's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderState {
    /// Made; the client has not paid.
    Open,
    /// Under way.
    Pending,
    /// Reserved, to be captured.
    Authorized,
    /// Received.
    Paid,
    /// Given up by the client.
    Canceled,
    /// Too late.
    Expired,
    /// Refused.
    Failed,
}

impl ProviderState {
    /// All states.
    pub const ALL: [Self; 7] =
        [Self::Open, Self::Pending, Self::Authorized, Self::Paid, Self::Canceled, Self::Expired, Self::Failed];

    /// The provider's word, also in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Authorized => "authorized",
            Self::Paid => "paid",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    /// Reads [`ProviderState::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A payment to be made.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// Ours; it is the idempotency key.
    pub id: PaymentId,
    /// For which booking.
    pub booking: BookingId,
    /// How much, with VAT.
    pub amount: Cents,
    /// Of which VAT, and how it is taxed (the provider wants it by rate).
    pub vat: Cents,
    /// How the whole is taxed.
    pub treatment: VatTreatment,
    /// What the client's statement says: the booking's reference.
    pub description: String,
    /// How.
    pub method: PaymentMethod,
    /// Until when, for a bank transfer.
    pub due_date: Option<NaiveDate>,
    /// Where the client's browser returns.
    pub redirect_url: Url,
    /// Where the provider reports.
    pub webhook_url: Url,
    /// Language of the provider's page.
    pub locale: Locale,
}

/// A payment as the provider has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderPayment {
    /// The provider's id (`tr_…`).
    pub reference: String,
    /// Its state.
    pub state: ProviderState,
    /// Its amount.
    pub amount: Cents,
    /// Captured so far (all of it once paid).
    pub captured: Cents,
    /// Refunded so far.
    pub refunded: Cents,
    /// Taken back by the client's bank.
    pub charged_back: Cents,
    /// The page on which the client pays, while open.
    pub checkout_url: Option<Url>,
    /// The booking named in its metadata.
    pub booking: Option<BookingId>,
}

/// Money that a client's bank took back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderChargeback {
    /// The provider's id (`chb_…`).
    pub reference: String,
    /// How much.
    pub amount: Cents,
    /// Whether the bank gave it again.
    pub reversed: bool,
}

/// How far a refund is that the provider has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundProgress {
    /// Queued, pending or being processed: it may still fail.
    UnderWay,
    /// With the client's bank. That bank may yet return it.
    Refunded,
    /// Came back, or was called off: the money is the merchant's again.
    Failed,
}

/// A refund as the provider has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRefund {
    /// The provider's id (`re_…`).
    pub reference: String,
    /// Which of ours, by its metadata.
    pub refund: Option<RefundId>,
    /// How much.
    pub amount: Cents,
    /// How far it is.
    pub progress: RefundProgress,
}

/// Why the provider did not do it.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// No answer, or none that says what became of the request (a conflict with a call under way, an outage): it may or
    /// may not have happened; ask again with the same key.
    #[error("no usable answer from the payment provider: {0}")]
    Unavailable(String),
    /// It does not let us in: the key is wrong, or lacks a permission. That says nothing of what was asked for; ask again
    /// once somebody has seen to the key.
    #[error("the payment provider does not accept the key ({status}): {detail}")]
    Denied {
        /// HTTP status.
        status: u16,
        /// Its words, for the log.
        detail: String,
    },
    /// It refused just what was asked for, for a reason that it gives.
    #[error("the payment provider refused ({status}): {detail}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its words, for the log.
        detail: String,
    },
    /// It does not know the payment.
    #[error("the payment provider does not know it")]
    NotFound,
}

impl ProviderError {
    /// Whether what was asked for is refused. Everything else says nothing of it, and is asked again.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::NotFound)
    }
}

/// A payment provider. Every call is idempotent under the id it is given.
#[async_trait]
pub trait PaymentProvider: Send + Sync + std::fmt::Debug {
    /// Makes a payment.
    async fn create(&self, payment: &NewPayment) -> Result<ProviderPayment, ProviderError>;
    /// Reads a payment: the only truth about it; a webhook's word is never taken.
    async fn get(&self, reference: &str) -> Result<ProviderPayment, ProviderError>;
    /// The chargebacks of a payment.
    async fn chargebacks(&self, reference: &str) -> Result<Vec<ProviderChargeback>, ProviderError>;
    /// Takes (all of) an authorised payment.
    async fn capture(&self, reference: &str, id: PaymentId, amount: Cents) -> Result<(), ProviderError>;
    /// Lets an authorised payment go; best effort.
    async fn release(&self, reference: &str, id: PaymentId) -> Result<(), ProviderError>;
    /// Cancels an open payment; best effort.
    async fn cancel(&self, reference: &str, id: PaymentId) -> Result<(), ProviderError>;
    /// The refunds of a payment, those that failed included.
    async fn refunds(&self, reference: &str) -> Result<Vec<ProviderRefund>, ProviderError>;
    /// Pays (part of) a paid payment back; answers the provider's id of the refund. A refund that failed is made anew
    /// under the next attempt, counted from 1.
    async fn refund(
        &self,
        reference: &str,
        id: RefundId,
        attempt: u32,
        amount: Cents,
        description: &str,
    ) -> Result<String, ProviderError>;
}
