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
        candidates::{Fetched, Upload},
    },
    storage::StorageError,
    uploads::{FileType, MAX_BYTES, safe_name},
};
use gabarit_domain::ids::{BookingId, UploadId};
use gabarit_view::{account::AccountView, error::ApiError};
use sha2::{Digest as _, Sha256};

/// Files of one dispute, at most.
const MAX_FILES: usize = 20;

/// An id that tells nothing, not even when it was made.
fn random_id(p: &Platform) -> uuid::Uuid {
    let secret = p.ids.secret();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&secret[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
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
    {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        let exec = &mut conn.exec();
        let booking = booking_rows::get(exec, booking).await.map_err(|error| p.fault(error))?;
        side_of(actor, &booking.ok_or(ApiError::NotFound)?)?;
    }
    if bytes.is_empty() {
        return Ok(Upload::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Ok(Upload::TooLarge);
    }
    let Some(kind) = FileType::of(&bytes) else { return Ok(Upload::WrongType) };
    let id = UploadId(random_id(p));
    let row = FileRow {
        id: id.0,
        dispute_id: id.0,
        author_id: actor.id.0,
        side: String::new(),
        name: safe_name(name, kind),
        kind: kind.media_type().to_owned(),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        sha256: hex::encode(Sha256::digest(&bytes)),
        created_at: p.now(),
    };
    // The file first: a row never names a file that is not there.
    p.storage.put(id, bytes).await.map_err(|error| {
        tracing::error!(%error, "evidence not stored");
        ApiError::Unavailable
    })?;
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
    if !matches!(kept, Ok(Upload::Kept))
        && let Err(error) = p.storage.delete(id).await
    {
        tracing::warn!(%id, %error, "evidence not removed");
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
    let bytes = p.storage.get(id).await.map_err(|error| match error {
        StorageError::Bucket(_) => {
            tracing::error!(%id, %error, "evidence not fetched");
            ApiError::Unavailable
        }
        error => p.fault(format_args!("evidence {id}: {error}")),
    })?;
    if hex::encode(Sha256::digest(&bytes)) != row.sha256 {
        return Err(p.fault(format_args!("evidence {id} is not what was sent")));
    }
    let kind = FileType::parse(&row.kind).ok_or_else(|| p.fault(format_args!("type of evidence {id}")))?;
    Ok(Fetched { name: row.name, media_type: kind.media_type(), bytes })
}
