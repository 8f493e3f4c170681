//! What passes between server and browser: queries, views and errors. Pure data, compiled for both.
//!
//! A view holds what its reader may see and nothing else: services decide that before they make one.

pub mod account;
pub mod audit;
pub mod benefit;
pub mod booking;
pub mod candidate;
pub mod change;
pub mod community;
pub mod contact;
pub mod desk;
pub mod dispute;
pub mod document;
pub mod error;
pub mod expert;
pub mod govern;
pub mod looks;
pub mod manage;
pub mod membership;
pub mod nomination;
pub mod own_data;
pub mod papers;
pub mod place;
pub mod public;
pub mod rating;
pub mod referral;
pub mod rental;
pub mod rules;
pub mod saved;
pub mod search;
pub mod verify;
pub mod work;
