//! What visitors wrote is not kept for ever: so long after their conversation was answered or closed for the last time, it
//! is erased with its files. Its topic and its times stay, so that what is counted stays right.

use crate::{
    db::contact::{self as rows, RequestRow},
    jobs::{self, JobKind},
    platform::Platform,
};
use chrono::{DateTime, Months, TimeDelta, Utc};
use gabarit_view::error::ApiError;
use uuid::Uuid;

/// Conversations that are erased at a time.
const AT_A_TIME: i64 = 100;

/// Erases what is due, and orders itself again. Twice is once.
///
/// # Errors
/// A fault of ours.
pub async fn erase_due(p: &Platform, subject: Uuid) -> Result<(), ApiError> {
    let now = p.now();
    let before = now.checked_sub_months(Months::new(p.config.contact_months)).unwrap_or(DateTime::<Utc>::MIN_UTC);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let due = rows::settled_before(&mut conn.exec(), before, AT_A_TIME).await.map_err(|error| p.fault(error))?;
    drop(conn);
    for reference in &due {
        erase(p, reference, before).await?;
    }
    let more = due.len() >= usize::try_from(AT_A_TIME).unwrap_or(usize::MAX);
    let next = if more { now } else { now + TimeDelta::hours(1) };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    jobs::schedule(&mut tx.exec(), JobKind::EraseVisits, subject, next).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Erases a conversation and all that was merged into it, if nobody took it up again meanwhile.
async fn erase(p: &Platform, reference: &str, before: DateTime<Utc>) -> Result<(), ApiError> {
    let now = p.now();
    let is_due = |row: &RequestRow| {
        row.account_id.is_none() && row.erased_at.is_none() && row.settled_at.is_some_and(|settled| settled <= before)
    };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let exec = &mut tx.exec();
    let Some(row) = rows::lock(exec, reference).await.map_err(|error| p.fault(error))?.filter(is_due) else {
        return Ok(());
    };
    async {
        for id in rows::family(exec, row.id).await? {
            let nobody = format!("{}@erased.invalid", id.simple());
            for file in rows::erase(exec, id, &nobody, now).await? {
                jobs::schedule(exec, JobKind::DropFile, file, now).await?;
            }
            rows::log(exec, p.ids.uuid(), id, None, "erased", "", now).await?;
        }
        Ok::<_, sqlx::Error>(())
    }
    .await
    .map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok(())
}
