//! The main story of the platform, on both databases: book, pay, answer, invoice, complete; and everything that can
//! come between.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "booking_story/stage.rs"]
mod stage;

#[path = "booking_story/cards.rs"]
mod cards;
#[path = "booking_story/changes.rs"]
mod changes;
#[path = "booking_story/cuts.rs"]
mod cuts;
#[path = "booking_story/forms.rs"]
mod forms;
#[path = "booking_story/main_story.rs"]
mod main_story;
#[path = "booking_story/money.rs"]
mod money;
#[path = "booking_story/private.rs"]
mod private;
#[path = "booking_story/races.rs"]
mod races;
#[path = "booking_story/random.rs"]
mod random;
#[path = "booking_story/rented.rs"]
mod rented;
#[path = "booking_story/rights.rs"]
mod rights;
#[path = "booking_story/transfers.rs"]
mod transfers;
#[path = "booking_story/vat_again.rs"]
mod vat_again;
