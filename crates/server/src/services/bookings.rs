//! Bookings: placing one, and every move of its life.
//!
//! Each move is one transaction: it locks the expert, then the booking (always in that order, so that no two of them
//! wait for each other in a ring), asks `gabarit_domain::booking` for the next state, stores it with a log entry, and
//! orders what follows (jobs, mails, refunds, documents) in the same breath. What must leave the house is done
//! afterwards, from rows that a crash cannot lose.

pub mod changes;
pub(crate) mod form;
mod moves;
pub(crate) mod notices;
mod placing;
pub mod settling;
pub mod vat_again;

pub use moves::{accept, complete, decline, expire, lapse, withdraw};
pub use placing::place;

pub(crate) use placing::standing;

pub use crate::services::booking_views::{list_for_client, list_for_expert, view};

use crate::{
    db::{Exec, bookings as rows, bookings::Booking, experts, stock as stock_rows},
    platform::Platform,
};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use gabarit_domain::{
    booking::BookingState,
    ids::{AccountId, BookingId, ExpertId},
};
use gabarit_view::{
    account::AccountView,
    booking::{ClientProfile, OwnHold},
    error::ApiError,
};

/// The client's details, as typed at the last booking.
///
/// # Errors
/// If the database fails.
pub async fn remembered(p: &Platform, client: &AccountView) -> Result<Option<ClientProfile>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    rows::remembered_client(&mut conn.exec(), client.id).await.map_err(|e| p.fault(e))
}

/// A booking of the client with this expert that is not paid yet, so that its days are held.
///
/// # Errors
/// If the database fails.
pub async fn unpaid_with(p: &Platform, client: &AccountView, expert: ExpertId) -> Result<Option<OwnHold>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let found = rows::unpaid_with(&mut conn.exec(), client.id, expert, p.now()).await.map_err(|e| p.fault(e))?;
    Ok(found.map(|(id, reference)| OwnHold { id: BookingId(id), reference }))
}

/// Why an attempt did not succeed: an answer for the reader, or the database.
#[derive(Debug)]
pub(crate) enum Failure {
    /// To be told.
    Answer(ApiError),
    /// To be tried again if it was a collision, else a fault.
    Database(sqlx::Error),
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Answer(error)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// Attempts at a transaction that collided with others: deadlocks, serialisation failures, a busy file, or a key that
/// somebody else wrote in the same instant.
const ATTEMPTS: u32 = 6;

/// Whether the same transaction may well succeed when tried again.
fn is_collision(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| {
        error.is_unique_violation()
            || matches!(error.code().as_deref(), Some("40001" | "40P01" | "55P03" | "5" | "517"))
    })
}

/// Runs a transaction, again if it collided.
pub(crate) async fn attempt<'a, T>(
    p: &'a Platform,
    // Boxed: that the future of an async closure can be sent to another thread is more than the compiler can show.
    mut transaction: impl FnMut() -> BoxFuture<'a, Result<T, Failure>>,
) -> Result<T, ApiError> {
    for attempt in 1.. {
        match transaction().await {
            Ok(done) => return Ok(done),
            Err(Failure::Answer(error)) => return Err(error),
            Err(Failure::Database(error)) if attempt < ATTEMPTS && is_collision(&error) => {
                tracing::debug!(%error, attempt, "collision");
                tokio::time::sleep(std::time::Duration::from_millis(5 << attempt)).await;
            }
            Err(Failure::Database(error)) => return Err(p.fault(error)),
        }
    }
    Err(p.fault("no attempt left"))
}

/// The expert of a booking, which never changes: needed to lock in the right order.
pub(crate) async fn expert_of(p: &Platform, id: BookingId) -> Result<ExpertId, ApiError> {
    let mut conn = p.db.conn().await.map_err(|e| p.fault(e))?;
    let booking = rows::get(&mut conn.exec(), id).await.map_err(|e| p.fault(e))?;
    booking.map(|booking| booking.expert).ok_or(ApiError::NotFound)
}

/// Locks a booking and its expert, and reads the booking.
pub(crate) async fn lock(exec: &mut Exec<'_>, expert: ExpertId, id: BookingId) -> Result<Booking, Failure> {
    rows::lock_expert(exec, expert).await?;
    rows::get_locked(exec, id).await?.ok_or(Failure::Answer(ApiError::NotFound))
}

/// Stores a move with its log entry, and gives the days back, and what is rented on them, if they are no longer the
/// booking's own.
pub(crate) async fn store_move(
    exec: &mut Exec<'_>,
    booking: &mut Booking,
    to: BookingState,
    actor: Option<AccountId>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let from = booking.state;
    booking.state = to;
    if !rows::store_move(exec, booking).await? {
        return Err(Failure::Answer(ApiError::MovedOn));
    }
    booking.version += 1;
    rows::log(exec, booking.id, now, actor, Some(from.code()), to.code(), reason).await?;
    if from.occupies_days() && !to.occupies_days() {
        rows::free_days(exec, booking.id).await?;
        stock_rows::free_booking(exec, booking.id).await?;
    }
    if from.occupies_days() != to.occupies_days() {
        experts::touch(exec, booking.expert.0, now).await?;
    }
    Ok(())
}
