//! Files that go with what is written to the desk.

use super::{Access, bucket, count, count_within, hash, network, own};
use crate::{
    db::{
        Exec,
        contact::{self as rows, FileRow},
    },
    platform::Platform,
    services::{
        files::{self, Fetched, Stored},
        manage::managers_only,
    },
};
use chrono::TimeDelta;
use gabarit_domain::{contact::Conversation, ids::UploadId};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
};
use uuid::Uuid;

/// The most files of one conversation.
const MOST_IN_CONVERSATION: u32 = 50;
/// The most files of visitors from one network address within a day.
const FROM_ADDRESS: i64 = 20;
/// The most files of one account within a day.
const FROM_ACCOUNT: i64 = 50;
/// The most forms of one sender that are read within the hour, whatever becomes of them.
const FORMS: i64 = 60;

fn sender(actor: Option<&AccountView>, client_address: &str) -> String {
    actor.map_or_else(|| network(client_address), |actor| actor.id.to_string())
}

/// Whether somebody may send a form now: asked before anything of it is read. Each one counts.
///
/// # Errors
/// [`ApiError::TooManyAttempts`].
pub async fn may_open(p: &Platform, actor: Option<&AccountView>, client_address: &str) -> Result<(), ApiError> {
    count(p, &bucket("forms", &sender(actor, client_address)), FORMS).await
}

/// Whether somebody may add to a conversation now: asked before anything of the form is read. Each one counts.
///
/// # Errors
/// [`ApiError::NotFound`] for whoever is not its sender; [`ApiError::MovedOn`] when it goes on elsewhere;
/// [`ApiError::TooManyAttempts`].
pub async fn may_write(
    p: &Platform,
    access: Access<'_>,
    reference: &str,
    client_address: &str,
) -> Result<(), ApiError> {
    let state = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        own(&mut conn.exec(), p, access, reference).await?.state
    };
    let state = Conversation::parse(&state).ok_or_else(|| p.fault("state of a request"))?;
    state.write().map_err(|_| ApiError::MovedOn)?;
    match access {
        Access::Account(actor) => may_open(p, Some(actor), client_address).await,
        Access::Key(_) => may_open(p, None, client_address).await,
    }
}

/// Whether somebody may answer a request: asked before anything of the form is read.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`].
pub async fn may_answer(p: &Platform, actor: &AccountView, reference: &str) -> Result<(), ApiError> {
    managers_only(actor)?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let found = rows::by_reference(&mut conn.exec(), reference.trim()).await.map_err(|error| p.fault(error))?;
    found.map(drop).ok_or(ApiError::NotFound)
}

/// Counts what somebody sends within the day, or refuses.
pub(super) async fn count_a_day(
    p: &Platform,
    actor: Option<&AccountView>,
    client_address: &str,
    several: usize,
) -> Result<(), ApiError> {
    if several == 0 {
        return Ok(());
    }
    let most = if actor.is_some() { FROM_ACCOUNT } else { FROM_ADDRESS };
    count_within(p, &bucket("files", &sender(actor, client_address)), several, most, TimeDelta::days(1)).await
}

/// Whether a conversation, which the transaction holds, has room for so many more.
pub(super) async fn room(exec: &mut Exec<'_>, p: &Platform, request: Uuid, more: usize) -> Result<(), ApiError> {
    let there = rows::files(exec, request).await.map_err(|error| p.fault(error))?.len();
    if more > 0 && there + more > MOST_IN_CONVERSATION as usize {
        return Err(ApiError::field("files", Problem::NoMoreFiles(MOST_IN_CONVERSATION)));
    }
    Ok(())
}

/// Keeps files with their message.
pub(super) async fn add(exec: &mut Exec<'_>, message: Uuid, stored: &[Stored]) -> sqlx::Result<()> {
    for (position, file) in (0..).zip(stored) {
        let row = FileRow {
            id: file.id.0,
            message_id: message,
            position,
            name: file.name.clone(),
            media_type: file.media_type.to_owned(),
            size: file.size,
            sha256: file.sha256.clone(),
        };
        rows::insert_file(exec, &row).await?;
    }
    Ok(())
}

/// Fetches a file of a conversation: for its sender, signed in or by the secret of the link, and for managers. What goes
/// with managers' notes is for managers alone.
///
/// # Errors
/// [`ApiError::SignInRequired`] with neither; [`ApiError::NotFound`] for everybody else; [`ApiError::Unavailable`]; a
/// fault if the store lost or changed it.
pub async fn fetch_file(
    p: &Platform,
    actor: Option<&AccountView>,
    key: &str,
    id: UploadId,
) -> Result<Fetched, ApiError> {
    if actor.is_none() && key.is_empty() {
        return Err(ApiError::SignInRequired);
    }
    let (file, place) = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        let found = rows::file(&mut conn.exec(), id.0).await.map_err(|error| p.fault(error))?;
        found.ok_or(ApiError::NotFound)?
    };
    let hash = hash(key);
    let has_key = !key.is_empty()
        && [&place.key_hash, &place.merged_key_hash].into_iter().flatten().any(|known| known.as_slice() == hash);
    let is_sender = actor.is_some_and(|actor| [place.account_id, place.merged_account_id].contains(&Some(actor.id.0)));
    let manages = actor.is_some_and(|actor| managers_only(actor).is_ok());
    if manages || (place.side != "note" && (has_key || is_sender)) {
        files::get(p, id, file.name, &file.media_type, &file.sha256).await
    } else {
        Err(ApiError::NotFound)
    }
}
