//! The VAT register (VIES), behind a trait.

pub mod vies;

use async_trait::async_trait;
use gabarit_domain::vat::{CountryCode, VatNumber, VatStatus};

/// What the register said, with its answer word for word as evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterAnswer {
    /// Confirmed, invalid, or unknown when it did not really answer.
    pub status: VatStatus,
    /// The answer as it came, or what went wrong; at most 4,000 characters.
    pub evidence: String,
}

/// A register of VAT numbers. Never fails: no answer is `Unknown`.
#[async_trait]
pub trait VatRegister: Send + Sync + std::fmt::Debug {
    /// Asks for a number.
    async fn check(&self, country: CountryCode, number: &VatNumber) -> RegisterAnswer;
}
