//! The payment client and the VAT register's client against the sandbox, over HTTP: what the platform may rely on.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail like tests")]

mod errors;
mod official;
mod payments;
mod sandbox;
mod support;
mod vat_register;
mod webhooks;
