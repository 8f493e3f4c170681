//! Evidence: files that the sides of a dispute, and managers, send and fetch.

use super::{code, side_of};
use crate::{
    db::{
        bookings as booking_rows,
        disputes::{self as rows, FileRow},
    },
    platform::Platform,
    services::{
        bookings::{attempt, expert_of, lock},
        candidates::Upload,
        files::{self, Fetched},
    },
    uploads::{FileType, MAX_BYTES},
};
use gabarit_domain::ids::{BookingId, UploadId};
use gabarit_view::{account::AccountView, error::ApiError};

/// Files of one dispute, at most.
const MAX_FILES: usize = 20;

/// Whether a file can be added to the open dispute of a booking: asked before anything of what is sent is read.
///
/// # Errors
/// [`ApiError::NotFound`] for strangers; [`ApiError::MovedOn`] where none is open.
pub async fn may_add_file(p: &Platform, actor: &AccountView, booking: BookingId) -> Result<(), ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let booking = booking_rows::get(exec, booking).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
    side_of(actor, &booking)?;
    let open = rows::open(exec, booking.id).await.map_err(|error| p.fault(error))?;
    open.map(drop).ok_or(ApiError::MovedOn)
}

/// Keeps a file with the open dispute of a booking.
///
/// # Errors
/// [`ApiError::NotFound`] for strangers; [`ApiError::MovedOn`] where none is open; [`ApiError::Unavailable`] if the
/// store does not take it.
pub async fn add_file(
    p: &Platform,
    actor: &AccountView,
    booking: BookingId,
    name: &str,
    bytes: Vec<u8>,
) -> Result<Upload, ApiError> {
    let expert = expert_of(p, booking).await?;
    may_add_file(p, actor, booking).await?;
    if bytes.is_empty() {
        return Ok(Upload::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Ok(Upload::TooLarge);
    }
    let Some(kind) = FileType::of(&bytes) else { return Ok(Upload::WrongType) };
    let file = files::put(p, name, kind, bytes).await?;
    let id = file.id;
    let row = FileRow {
        id: id.0,
        dispute_id: id.0,
        author_id: actor.id.0,
        side: String::new(),
        name: file.name,
        kind: file.media_type.to_owned(),
        size: file.size,
        sha256: file.sha256,
        created_at: p.now(),
    };
    let kept = attempt(p, || {
        let mut row = row.clone();
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let booking = lock(exec, expert, booking).await?;
            code(side_of(actor, &booking)?).clone_into(&mut row.side);
            let dispute = rows::open(exec, booking.id).await?.ok_or(ApiError::MovedOn)?;
            if rows::files(exec, dispute.id).await?.len() >= MAX_FILES {
                return Ok(Upload::TooMany);
            }
            row.dispute_id = dispute.id;
            rows::add_file(exec, &row).await?;
            tx.commit().await?;
            Ok(Upload::Kept)
        })
    })
    .await;
    if !matches!(kept, Ok(Upload::Kept)) {
        files::forget(p, id).await;
    }
    kept
}

/// Fetches a file: the sides of its booking, and managers.
///
/// # Errors
/// [`ApiError::NotFound`] for everybody else; a fault if the store lost or changed it.
pub async fn fetch_file(p: &Platform, actor: &AccountView, id: UploadId) -> Result<Fetched, ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let row = {
        let mut conn = p.db.conn().await.map_err(fault)?;
        let exec = &mut conn.exec();
        let row = rows::file(exec, id).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
        let dispute = rows::get(exec, row.dispute_id).await.map_err(fault)?.ok_or(ApiError::NotFound)?;
        let booking = booking_rows::get(exec, BookingId(dispute.booking_id)).await.map_err(fault)?;
        side_of(actor, &booking.ok_or(ApiError::NotFound)?)?;
        row
    };
    files::get(p, id, row.name, &row.kind, &row.sha256).await
}
