//! Use cases: load, decide with `gabarit-domain`, store. Rights are checked here.

pub mod accounts;
pub mod billing;
pub mod booking_views;
pub mod bookings;
pub mod books;
pub mod candidates;
pub mod contact;
pub mod disputes;
pub mod documents;
pub mod experts;
pub(crate) mod fields;
pub mod ledger;
pub mod manage;
pub mod membership;
pub mod operations;
pub mod papers;
pub mod payments;
pub mod payouts;
pub mod rating;
pub mod rulebooks;
pub mod search;
pub mod self_billing;
pub mod sellers;
pub mod stash;
pub mod vat;
pub mod work;
