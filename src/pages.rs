//! The screens, by area. Each area names its own routes.

pub mod account;
pub mod booking;
pub mod candidate;
pub mod contact;
pub mod find;
pub(crate) mod looks;
pub mod manage;
pub mod nomination;
pub mod papers;
pub mod programme;
pub mod public;
pub mod referral;
pub mod rental;
pub mod saved;
pub mod verify;
pub mod work;
