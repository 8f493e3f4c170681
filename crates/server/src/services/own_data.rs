//! One's own data: everything that is stored about a person, in an archive to take along; and erasure, which keeps what
//! the books need and says so.
//!
//! An archive is made by a job, and kept for a week: `data.json` with every row of theirs by table, the files they sent,
//! and their invoices. Erasure removes what `db::own_data` lists, in one transaction with the end of every session and
//! the mail that confirms it; files follow by jobs of their own.

use crate::{
    clock::zoned,
    db::{
        bookings,
        own_data::{self as rows, Kept, TABLES},
        payouts as payout_rows,
    },
    documents::archive,
    jobs::{self, JobKind},
    mail::{self, Message},
    platform::Platform,
    services::{
        accounts::{self, confirm::Confirmed},
        bookings::{Failure, attempt},
        papers::{self, File, Format},
    },
    storage::StorageError,
};
use chrono::{Days, SecondsFormat, TimeDelta};
use gabarit_domain::ids::{AccountId, DocumentId, UploadId};
use gabarit_i18n::{fmt, notice, own_data as text};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    own_data::{ExportView, Obstacle, OwnData},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// An archive is kept for so long.
pub const KEPT_DAYS: u64 = 7;
/// Archives that one may ask for within a day.
const A_DAY: usize = 3;
/// So many invoices are printed; of older ones the archive has their data, which is all that is printed.
const PRINTED: usize = 200;
/// Mails that were sent are kept for so long, to prove that somebody was told.
pub(crate) const MAIL_DAYS: i64 = 730;

/// What the page shows.
///
/// # Errors
/// A fault of ours.
pub async fn page(p: &Platform, actor: &AccountView) -> Result<OwnData, ApiError> {
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exports = rows::exports(&mut conn.exec(), actor.id).await.map_err(|error| p.fault(error))?;
    drop(conn);
    Ok(OwnData {
        exports: exports
            .into_iter()
            .map(|row| ExportView {
                id: row.id,
                state: row.state,
                asked_at: zoned(row.asked_at, zone),
                expires_at: row.expires_at.map(|at| zoned(at, zone)),
                size: u64::try_from(row.size).unwrap_or(0),
            })
            .collect(),
        obstacles: obstacles(p, actor).await?,
        is_expert: actor.expert.is_some(),
    })
}

/// Asks for an archive; one that is being made already is that one.
///
/// # Errors
/// [`ApiError::TooManyAttempts`] after three within a day.
pub async fn ask(p: &Platform, actor: &Confirmed) -> Result<(), ApiError> {
    let actor = actor.account();
    attempt(p, || {
        Box::pin(async move {
            let now = p.now();
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            let recent = rows::exports(exec, actor.id).await?;
            let day = TimeDelta::days(1);
            if recent.iter().any(|row| row.state == "asked") {
                return Ok(());
            }
            if recent.iter().filter(|row| now - row.asked_at < day).count() >= A_DAY {
                let wait = recent.get(A_DAY - 1).map_or(day, |row| day - (now - row.asked_at));
                let retry_after_seconds = u32::try_from(wait.num_seconds()).unwrap_or(1);
                return Err(ApiError::TooManyAttempts { retry_after_seconds }.into());
            }
            let id = p.ids.uuid();
            if rows::ask(exec, id, actor.id, now).await? {
                jobs::schedule(exec, JobKind::ExportData, id, now).await?;
            }
            tx.commit().await?;
            Ok(())
        })
    })
    .await?;
    jobs::wake(p);
    Ok(())
}

/// Makes an archive, and tells its owner. Twice is once.
///
/// # Errors
/// [`ApiError::MovedOn`] when nobody waits for it any more; a fault of ours.
pub async fn make(p: &Platform, id: Uuid) -> Result<(), ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = rows::export(&mut conn.exec(), id).await.map_err(|error| p.fault(error))?;
    drop(conn);
    let row = row.filter(|row| row.state == "asked").ok_or(ApiError::MovedOn)?;
    let actor = accounts::get(p, AccountId(row.account_id)).await?.ok_or(ApiError::MovedOn)?;
    let files = files(p, &actor).await?;
    let bytes = tokio::task::spawn_blocking(move || archive::zip(&files)).await.map_err(|error| p.fault(error))?;
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    // The file first: a row never names a file that is not there.
    p.storage.put(UploadId(id), bytes).await.map_err(|error| p.fault(error))?;
    let now = p.now();
    let until = now.checked_add_days(Days::new(KEPT_DAYS)).unwrap_or(now);
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    if !rows::ready(&mut tx.exec(), id, size, now, until).await.map_err(|error| p.fault(error))? {
        // Erased meanwhile: the file goes, too.
        drop(tx);
        return drop_file(p, id).await;
    }
    let l = actor.locale;
    let page = format!("/{}/account/data", l.code());
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let message = Message::new(l, text::mail_ready_subject(l))
        .paragraph(notice::hello(l, &actor.name))
        .paragraph(text::mail_ready(l, fmt::date_time(l, &zoned(until, zone))))
        .button(text::mail_ready_button(l), p.config.public_url.join(&page).map_or(page, String::from))
        .paragraph(text::mail_ready_not_you(l));
    mail::enqueue(&mut tx.exec(), p, &format!("export/{id}"), &actor.email, &message).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok(())
}

/// A value as JSON where it is some.
fn value(text: Option<String>) -> Value {
    match text {
        None => Value::Null,
        Some(text) if text.starts_with(['{', '[']) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        Some(text) => Value::String(text),
    }
}

/// Everything, as names and contents of files.
async fn files(p: &Platform, actor: &AccountView) -> Result<Vec<(String, Vec<u8>)>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let mut tables = Map::new();
    for table in TABLES {
        let found = rows::rows(exec, table, actor.id).await.map_err(|error| p.fault(error))?;
        if found.is_empty() {
            continue;
        }
        let list = found
            .into_iter()
            .map(|row| Value::Object(row.into_iter().map(|(name, text)| (name.to_owned(), value(text))).collect()))
            .collect();
        tables.insert(table.name.to_owned(), Value::Array(list));
    }
    let sent = rows::sent_files(exec, actor.id).await.map_err(|error| p.fault(error))?;
    let documents = rows::documents(exec, actor.id).await.map_err(|error| p.fault(error))?;
    drop(conn);
    let kept: Map<String, Value> = TABLES
        .iter()
        .filter(|table| !table.whose.is_empty())
        .map(|table| (table.name.to_owned(), Value::String(kept_code(table.kept).to_owned())))
        .collect();
    let about = json!({
        "account": actor.id.0,
        "made_at": p.now().to_rfc3339_opts(SecondsFormat::Secs, true),
        "kept_after_erasure": kept,
        "data": tables,
    });
    let json = serde_json::to_vec_pretty(&about).map_err(|error| p.fault(error))?;
    let mut files = vec![("data.json".to_owned(), json)];
    for (id, name) in sent {
        match p.storage.get(UploadId(id)).await {
            Ok(bytes) => files.push((format!("files/{id}-{name}"), bytes)),
            Err(StorageError::Missing) => {}
            Err(error) => return Err(p.fault(error)),
        }
    }
    // The newest are the last.
    let skipped = documents.len().saturating_sub(PRINTED);
    for (index, id) in documents.into_iter().enumerate() {
        let formats: &[Format] = if index < skipped { &[Format::Cii] } else { &[Format::Cii, Format::Pdf] };
        for format in formats {
            match papers::file(p, actor, DocumentId(id), *format).await {
                Ok(File { name, bytes, .. }) => files.push((format!("documents/{name}"), bytes)),
                // The other side's: an expert's invoice is no client's business.
                Err(ApiError::NotFound | ApiError::Forbidden) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(files)
}

const fn kept_code(kept: Kept) -> &'static str {
    match kept {
        Kept::Nothing | Kept::NoPerson => "removed",
        Kept::Books => "kept: tax and accounting law",
        Kept::Proof => "kept without personal details: proof of what was agreed",
        Kept::Expires => "expires",
    }
}

/// One's own archive.
///
/// # Errors
/// [`ApiError::NotFound`] for everybody else's, and once its time is over.
pub async fn download(p: &Platform, actor: &AccountView, id: Uuid) -> Result<File, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = rows::export(&mut conn.exec(), id).await.map_err(|error| p.fault(error))?;
    drop(conn);
    let now = p.now();
    row.filter(|row| {
        row.account_id == actor.id.0 && row.state == "ready" && row.expires_at.is_some_and(|until| now < until)
    })
    .ok_or(ApiError::NotFound)?;
    let bytes = p.storage.get(UploadId(id)).await.map_err(|error| p.fault(error))?;
    Ok(File { name: "gabarit-data.zip".to_owned(), content_type: "application/zip", bytes })
}

/// Removes a file from the store. Twice is once.
///
/// # Errors
/// A fault of ours.
pub async fn drop_file(p: &Platform, id: Uuid) -> Result<(), ApiError> {
    p.storage.delete(UploadId(id)).await.map_err(|error| p.fault(error))
}

/// What prevents erasure now.
///
/// # Errors
/// A fault of ours.
pub async fn obstacles(p: &Platform, actor: &AccountView) -> Result<Vec<Obstacle>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let exec = &mut conn.exec();
    let manages = actor.is_manager || actor.needs_two_step;
    found_obstacles(exec, actor, manages).await.map_err(|error| p.fault(error))
}

async fn found_obstacles(
    exec: &mut crate::db::Exec<'_>,
    actor: &AccountView,
    manages: bool,
) -> sqlx::Result<Vec<Obstacle>> {
    let mut found = Vec::new();
    if manages {
        found.push(Obstacle { code: "manager".to_owned(), count: 1 });
    }
    if let Some(expert) = actor.expert {
        let payables = payout_rows::of_expert(exec, expert).await?;
        let owed = payables.iter().filter(|payable| !payable.claim.is_settled()).count();
        if owed > 0 {
            found.push(Obstacle { code: "payouts".to_owned(), count: u32::try_from(owed).unwrap_or(u32::MAX) });
        }
    }
    let counts = rows::counts(exec, actor.id).await?;
    found.extend(
        counts
            .into_iter()
            .map(|(code, count)| Obstacle { code: code.to_owned(), count: u32::try_from(count).unwrap_or(u32::MAX) }),
    );
    Ok(found)
}

/// Erases a person: what the books need stays, without a name where it can be; everything else goes. Every session ends.
///
/// # Errors
/// [`ApiError::Invalid`] with [`Problem::NotAccepted`] under `understood`; [`ApiError::MovedOn`] while something prevents
/// it (see [`obstacles`]), and when it is done already.
pub async fn erase(p: &Platform, actor: &Confirmed, understood: bool) -> Result<(), ApiError> {
    if !understood {
        return Err(ApiError::field("understood", Problem::NotAccepted));
    }
    let actor = actor.account();
    attempt(p, || Box::pin(erase_once(p, actor))).await?;
    p.search.touch();
    jobs::wake(p);
    Ok(())
}

async fn erase_once(p: &Platform, actor: &AccountView) -> Result<(), Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    if let Some(expert) = actor.expert {
        // In the order in which bookings lock.
        bookings::lock_expert(exec, expert).await?;
    }
    let manages = rows::hold(exec, actor.id).await?.ok_or(ApiError::MovedOn)?;
    if !found_obstacles(exec, actor, manages).await?.is_empty() {
        return Err(ApiError::MovedOn.into());
    }
    for file in rows::stored_files(exec, actor.id).await? {
        jobs::schedule(exec, JobKind::DropFile, file, now).await?;
    }
    let nobody = format!("{}@erased.invalid", actor.id.0.simple());
    rows::erase_contacts(exec, actor.id).await?;
    let touched = rows::erase(exec, actor.id, now, &nobody).await?;
    let detail: Vec<String> = touched.iter().map(|(table, count)| format!("{table}: {count}")).collect();
    rows::log(exec, p.ids.uuid(), actor.id, &detail.join("\n"), now).await?;
    // To the address as it was: the only trace of it, and gone once the mail is sent.
    let l = actor.locale;
    let message = Message::new(l, text::mail_erased_subject(l))
        .paragraph(notice::hello(l, &actor.name))
        .paragraph(text::mail_erased(l))
        .paragraph(text::mail_erased_kept(l))
        .paragraph(text::mail_erased_not_you(l, p.config.operator.email.as_str()));
    mail::enqueue(exec, p, &format!("erasure/{}", actor.id.0), &actor.email, &message).await?;
    tx.commit().await?;
    Ok(())
}
