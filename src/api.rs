//! Server functions: who asks, what for, then a use case of `gabarit_server`.
//!
//! Each body is `let call = Call::current()?;` and a service; what a form posts ends with `call.answer_form(…)`, which
//! keeps what was typed. An error's HTTP status is set by the middleware. Addresses are named
//! (`endpoint = "sign_in"`), so that they stay the same from build to build.

pub mod account;
pub mod benefit;
pub mod booking;
#[cfg(feature = "ssr")]
mod call;
pub mod candidate;
pub mod changes;
pub mod community;
pub mod contact;
pub mod desk;
pub mod dispute;
pub mod find;
pub mod govern;
pub mod looks;
pub mod manage;
pub mod membership;
pub mod nomination;
pub mod own_data;
pub mod papers;
pub mod public;
pub mod rating;
pub mod referral;
pub mod rental;
pub mod rules;
pub mod saved;
pub mod work;

#[cfg(feature = "ssr")]
pub(crate) use call::client_address;
#[cfg(feature = "ssr")]
pub use call::{Call, SignedIn};
