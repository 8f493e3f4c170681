//! Documents of candidates: only they and managers fetch them.

use super::draft;
use crate::{
    db::candidates::{self as rows, DocumentRow},
    platform::Platform,
    services::{
        bookings::attempt,
        files::{self, Fetched},
    },
    uploads::{FileType, MAX_BYTES},
};
use gabarit_domain::{candidate::CandidateState, ids::UploadId};
use gabarit_view::{account::AccountView, error::ApiError};

/// Documents an application may have.
pub const MAX_DOCUMENTS: usize = 12;

/// What became of a file that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upload {
    /// It is kept.
    Kept,
    /// There was nothing in it.
    Empty,
    /// It is too large.
    TooLarge,
    /// It is neither PDF nor PNG nor JPEG, or not whole.
    WrongType,
    /// There are enough documents.
    TooMany,
}

/// Whether a document can be added now: asked before anything of what is sent is read.
///
/// # Errors
/// [`ApiError::MovedOn`] once the interview was held, and for experts.
pub async fn may_add_document(p: &Platform, actor: &AccountView) -> Result<(), ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let latest = rows::latest(&mut conn.exec(), actor.id).await.map_err(|error| p.fault(error))?;
    match latest {
        Some(open) if takes_documents(&open.state) || open.state == CandidateState::Draft => Ok(()),
        Some(open) if !open.state.is_final() => Err(ApiError::MovedOn),
        _ if actor.expert.is_some() => Err(ApiError::MovedOn),
        _ => Ok(()),
    }
}

/// Whether an application that was sent still takes documents.
const fn takes_documents(state: &CandidateState) -> bool {
    matches!(state, CandidateState::New | CandidateState::InReview | CandidateState::Invited { .. })
}

/// Keeps a document with the application: while it is written, and until the interview was held.
///
/// # Errors
/// [`ApiError::MovedOn`] later than that; [`ApiError::Unavailable`] if the store does not take it.
pub async fn add_document(p: &Platform, actor: &AccountView, name: &str, bytes: Vec<u8>) -> Result<Upload, ApiError> {
    if bytes.is_empty() {
        return Ok(Upload::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Ok(Upload::TooLarge);
    }
    let Some(kind) = FileType::of(&bytes) else { return Ok(Upload::WrongType) };
    let file = files::put(p, name, kind, bytes).await?;
    let id = file.id;
    let row = DocumentRow {
        id: id.0,
        account_id: actor.id.0,
        candidate_id: id.0,
        name: file.name,
        media_type: file.media_type.to_owned(),
        size: file.size,
        sha256: file.sha256,
        uploaded_at: p.now(),
    };
    let kept = attempt(p, || {
        let mut row = row.clone();
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let candidate = match rows::latest(&mut tx.exec(), actor.id).await? {
                Some(open) if takes_documents(&open.state) => open,
                _ => draft(&mut tx.exec(), p, actor).await?,
            };
            rows::lock(&mut tx.exec(), candidate.id).await?;
            if rows::documents(&mut tx.exec(), candidate.id).await?.len() >= MAX_DOCUMENTS {
                return Ok(Upload::TooMany);
            }
            row.candidate_id = candidate.id.0;
            rows::insert_document(&mut tx.exec(), &row).await?;
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

/// Takes a document out of a draft.
///
/// # Errors
/// [`ApiError::NotFound`] for what is not theirs; [`ApiError::MovedOn`] once the application is sent.
pub async fn remove_document(p: &Platform, actor: &AccountView, id: UploadId) -> Result<(), ApiError> {
    attempt(p, || {
        Box::pin(async move {
            let mut tx = p.db.begin().await?;
            let row = rows::document(&mut tx.exec(), id).await?.filter(|row| row.account_id == actor.id.0);
            let row = row.ok_or(ApiError::NotFound)?;
            let candidate = super::lock(&mut tx.exec(), gabarit_domain::ids::CandidateId(row.candidate_id)).await?;
            if candidate.state != CandidateState::Draft {
                return Err(ApiError::MovedOn.into());
            }
            rows::delete_document(&mut tx.exec(), id).await?;
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    files::forget(p, id).await;
    Ok(())
}

/// Fetches a document: its candidate, and managers once the application was sent.
///
/// # Errors
/// [`ApiError::NotFound`] for everybody else; a fault if the store lost or changed it.
pub async fn fetch_document(p: &Platform, actor: &AccountView, id: UploadId) -> Result<Fetched, ApiError> {
    let row = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        let exec = &mut conn.exec();
        let row = rows::document(exec, id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)?;
        let own = row.account_id == actor.id.0;
        let sent = || async {
            let id = gabarit_domain::ids::CandidateId(row.candidate_id);
            let mut conn = p.db.conn().await?;
            let candidate = rows::get(&mut conn.exec(), id).await?;
            Ok::<_, sqlx::Error>(candidate.is_some_and(|candidate| candidate.state != CandidateState::Draft))
        };
        let allowed = own || (actor.is_manager && sent().await.map_err(|error| p.fault(error))?);
        if !allowed {
            return Err(ApiError::NotFound);
        }
        row
    };
    files::get(p, id, row.name, &row.media_type, &row.sha256).await
}
