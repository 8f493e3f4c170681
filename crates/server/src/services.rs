//! Use cases: load, decide with `gabarit-domain`, store. Rights are checked here.

pub mod accounts;
pub mod documents;
pub mod experts;
pub mod ledger;
pub mod rulebooks;
pub mod stash;
pub mod vat;
