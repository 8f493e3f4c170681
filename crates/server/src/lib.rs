//! Everything behind the screens: database, use cases, payments, documents, mail, jobs.
//!
//! **Architecture invariant:** this crate knows no user interface; `services` call `gabarit-domain` for every rule and
//! `db` for every row, and nothing else touches SQL.

pub mod audit;
pub mod backup;
pub mod clock;
pub mod config;
pub mod credit;
pub mod csv;
pub mod db;
pub mod demo;
mod document_key;
pub mod documents;
pub mod fetch;
pub mod holidays;
mod http_client;
pub mod ics;
pub mod id;
pub mod jobs;
pub mod mail;
pub mod payments;
pub mod places;
pub mod platform;
pub mod sandbox;
pub mod search;
pub mod secret_box;
pub mod sepa;
pub mod services;
pub mod storage;
#[doc(hidden)]
pub mod testing;
pub mod uploads;
pub mod vat_register;
