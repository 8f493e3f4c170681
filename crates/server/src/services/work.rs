//! The experts' workplace: what they edit of themselves, their calendar, their earnings, and their threads with clients.
//!
//! Every use case starts from the expert of the account that asks; nobody names another's.

mod availability;
mod calendars;
mod desk;
mod messages;
mod profile;
mod settings;

pub use availability::{availability, paint, save_pattern};
pub use calendars::{
    add_address, add_file, before_booking, feed, may_add_file, new_feed, read_calendar, remove, revoke_feed,
};
pub use desk::{csv, earnings};
pub use messages::{fetch_file, may_write, thread, threads, write_message, write_with_files};
pub use profile::{editor, save_profile, save_record};
pub use settings::{save_billing, save_terms, set_paused, settings};

use crate::{
    db::{Exec, experts, experts::ExpertRow},
    platform::Platform,
};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    work::Publishing,
};

/// The expert of the account that asks.
async fn own(exec: &mut Exec<'_>, p: &Platform, actor: &AccountView) -> Result<ExpertRow, ApiError> {
    let id = actor.expert.ok_or(ApiError::Forbidden)?;
    experts::get(exec, id.0).await.map_err(|error| p.fault(error))?.ok_or(ApiError::Forbidden)
}

fn publishing(row: &ExpertRow) -> Publishing {
    match row.state.as_str() {
        "published" => Publishing::Published,
        "withdrawn" if row.paused_at.is_some() => Publishing::Paused,
        "withdrawn" => Publishing::Withdrawn,
        _ => Publishing::Draft,
    }
}

fn stale() -> ApiError {
    ApiError::field("version", Problem::Stale)
}

fn version(text: &str) -> Result<i64, ApiError> {
    text.trim().parse().map_err(|_| stale())
}

fn is_on(text: &str) -> bool {
    matches!(text.trim(), "on" | "1" | "true")
}
