//! The rules of the marketplace, and nothing else.
//!
//! Everything in this crate is a pure function of its arguments: no clock, no zone, no randomness, no I/O. The
//! browser (WebAssembly) and the server run the very same code, so that the quote on the screen, the charge, the
//! invoice and the credit note are the same cents.
//!
//! **Architecture invariant:** `gabarit-domain` imports no other crate of this workspace.

pub mod banking;
pub mod booking;
pub mod calendar;
pub mod candidate;
pub mod change;
pub mod compensation;
pub mod completeness;
pub mod contact;
pub mod credit;
pub mod dispute;
pub mod einvoice;
pub mod expert;
pub mod geo;
pub mod ids;
pub mod invoice;
pub mod membership;
pub mod money;
pub mod no_links;
pub mod payout;
pub mod pricing;
pub mod rating;
pub mod recognition;
pub mod referral;
pub mod rental;
pub mod rulebook;
pub mod rulebook_edit;
pub mod settlement;
pub mod stock;
pub mod text;
pub mod travel;
pub mod vat;
