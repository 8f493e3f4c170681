//! The managers' side of the desk.

use super::{Problems, changed, digest, files, notices, summary, thread_view, zone_of};
use crate::{
    clock::zoned,
    db::contact::{self as rows, Change, InboxFilter, NewMessage, RequestRow},
    jobs,
    platform::Platform,
    services::{
        files::{self as uploads, SentFile, Stored},
        manage::managers_only,
        search,
    },
};
use gabarit_domain::{
    contact::{Conversation, Topic},
    ids::ExpertId,
    text::Message,
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    contact::{DeskForm, DeskThread, Inbox, LogLine},
    error::{ApiError, Problem},
    expert::ExpertCard,
    search::SearchQuery,
};

/// Requests on a page of the inbox.
const PER_PAGE: i64 = 25;
/// Experts proposed with one request.
const PROPOSED: usize = 4;

/// A page of the inbox. `queue` is `waiting` or a state, `topic` a topic, both may be empty; `mine` asks for what this
/// manager takes care of.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn inbox(
    p: &Platform,
    actor: &AccountView,
    queue: &str,
    topic: &str,
    mine: bool,
    page: u32,
) -> Result<Inbox, ApiError> {
    managers_only(actor)?;
    let page = page.clamp(1, 100_000);
    let known = queue == "waiting" || Conversation::parse(queue).is_some();
    let filter = InboxFilter {
        queue: if known { queue.to_owned() } else { String::new() },
        topic: Topic::parse(topic).map(|topic| topic.code().to_owned()).unwrap_or_default(),
        assigned_to: mine.then_some(actor.id.0),
        offset: i64::from(page - 1) * PER_PAGE,
        limit: PER_PAGE,
    };
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let total = rows::count(&mut conn.exec(), &filter).await.map_err(|error| p.fault(error))?;
    let entries = rows::inbox(&mut conn.exec(), &filter).await.map_err(|error| p.fault(error))?;
    let zone = zone_of(p, actor);
    let total = u32::try_from(total).unwrap_or(u32::MAX);
    Ok(Inbox {
        entries: entries.iter().filter_map(|row| summary(row, zone, true)).collect(),
        total,
        page,
        pages: total.div_ceil(PER_PAGE.unsigned_abs().try_into().unwrap_or(25)).max(1),
    })
}

async fn find(p: &Platform, exec: &mut crate::db::Exec<'_>, reference: &str) -> Result<RequestRow, ApiError> {
    rows::by_reference(exec, reference.trim()).await.map_err(|error| p.fault(error))?.ok_or(ApiError::NotFound)
}

/// A request with everything a manager needs to answer it.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`].
pub async fn request(
    p: &Platform,
    actor: &AccountView,
    reference: &str,
    locale: Locale,
) -> Result<DeskThread, ApiError> {
    managers_only(actor)?;
    let zone = zone_of(p, actor);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = find(p, &mut conn.exec(), reference).await?;
    let messages = rows::messages(&mut conn.exec(), row.id, true).await.map_err(|error| p.fault(error))?;
    let log = rows::log_of(&mut conn.exec(), row.id).await.map_err(|error| p.fault(error))?;
    let sent = rows::files(&mut conn.exec(), row.id).await.map_err(|error| p.fault(error))?;
    drop(conn);
    let alternatives = alternatives(p, &row).await?;
    let thread = thread_view(p, &row, (messages, sent), zone, locale, true).await?;
    Ok(DeskThread {
        thread,
        email: row.email.clone(),
        locale: Locale::parse(&row.locale).unwrap_or_default(),
        mine: row.assigned_to == Some(actor.id.0),
        search: row.search.clone(),
        alternatives,
        log: log
            .into_iter()
            .map(|line| LogLine {
                at: zoned(line.at, zone),
                who: line.name.unwrap_or_default(),
                event: line.event,
                detail: line.detail,
            })
            .collect(),
        version: row.version,
    })
}

/// The best who are free for what a request looks for, other than the expert it is about: in the order of the search,
/// in the sender's language.
async fn alternatives(p: &Platform, row: &RequestRow) -> Result<Vec<ExpertCard>, ApiError> {
    if !Topic::parse(&row.topic).is_some_and(Topic::looks_for_expert) {
        return Ok(Vec::new());
    }
    let locale = Locale::parse(&row.locale).unwrap_or_default();
    let (query, _) = SearchQuery::from_query(&row.search);
    let found = search::search(p, &query, locale).await?;
    let about = row.expert_id.map(ExpertId);
    Ok(found.cards.into_iter().filter(|card| Some(card.id) != about).take(PROPOSED).collect())
}

/// Does what a manager's form says, without files.
///
/// # Errors
/// See [`act_with_files`].
pub async fn act(p: &Platform, actor: &AccountView, form: &DeskForm) -> Result<(), ApiError> {
    act_with_files(p, actor, form, Vec::new()).await
}

/// Does what a manager's form says: see [`DeskForm::act`]. Files go with answers and notes: all of them, or nothing is
/// done.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::NotFound`]; [`ApiError::MovedOn`] when somebody changed the
/// request after the page was shown, or it cannot be done any more; [`ApiError::Invalid`] by the fields;
/// [`ApiError::Unavailable`] if the store does not take the files.
pub async fn act_with_files(
    p: &Platform,
    actor: &AccountView,
    form: &DeskForm,
    sent: Vec<SentFile>,
) -> Result<(), ApiError> {
    managers_only(actor)?;
    let mut problems = Problems::default();
    let message = match form.act.as_str() {
        "answer" => problems.read("message", 4_000, Message::parse(&form.message)),
        "note" => problems.read("note", 4_000, Message::parse(&form.note)),
        // Nothing is written, so nothing can go along.
        _ if !sent.is_empty() => return Err(ApiError::Transport),
        _ => None,
    };
    let kinds = problems.files(&sent);
    problems.done()?;
    // The version is that of the page, which a second post has outlived.
    let parts = [form.act.as_str(), form.reference.trim(), &form.message, &form.note, &form.alternatives];
    let digest = message.as_ref().and_then(|_| digest(&form.form_key, &parts, &sent));
    let stored = uploads::put_all(p, sent, kinds).await?;
    let done = act_once(p, actor, form, message.as_ref(), (&stored, digest.as_ref())).await;
    if !matches!(done, Ok(true)) {
        uploads::forget_all(p, &stored).await;
    }
    done?;
    jobs::wake(p);
    Ok(())
}

/// Does it; `false` where the same form did it before.
async fn act_once(
    p: &Platform,
    actor: &AccountView,
    form: &DeskForm,
    message: Option<&Message>,
    (stored, digest): (&[Stored], Option<&[u8; 32]>),
) -> Result<bool, ApiError> {
    let version: i64 = form.version.parse().map_err(|_| ApiError::MovedOn)?;
    let now = p.now();
    let proposed = match form.act.as_str() {
        "answer" if !form.alternatives.is_empty() => {
            let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
            let row = find(p, &mut conn.exec(), &form.reference).await?;
            drop(conn);
            alternatives(p, &row).await?
        }
        _ => Vec::new(),
    };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = rows::lock(&mut tx.exec(), form.reference.trim()).await.map_err(|error| p.fault(error))?;
    let row = row.ok_or(ApiError::NotFound)?;
    let digest = digest.map(<[u8; 32]>::as_slice);
    if rows::posted(&mut tx.exec(), digest).await.map_err(|error| p.fault(error))?.is_some() {
        return Ok(false);
    }
    let state = Conversation::parse(&row.state).ok_or_else(|| p.fault("state of a request"))?;
    let mut change = Change {
        state,
        assigned_to: row.assigned_to,
        merged_into: row.merged_into,
        waits_since: row.waits_since,
        first_answered_at: row.first_answered_at,
        settled_at: row.settled_at,
    };
    // What was erased in time is over: nothing is written on it that would stay.
    if row.erased_at.is_some() && message.is_some() {
        return Err(ApiError::MovedOn);
    }
    let (event, detail) = match form.act.as_str() {
        "answer" => {
            change.state = state.answer().map_err(|_| ApiError::MovedOn)?;
            change.waits_since = None;
            change.settled_at = Some(now);
            change.first_answered_at = row.first_answered_at.or(Some(now));
            change.assigned_to = row.assigned_to.or(Some(actor.id.0));
            ("answered", String::new())
        }
        "note" => ("noted", String::new()),
        "take" => {
            change.assigned_to = Some(actor.id.0);
            ("assigned", actor.name.clone())
        }
        "release" => {
            change.assigned_to = None;
            ("released", String::new())
        }
        "close" => {
            change.state = state.close().map_err(|_| ApiError::MovedOn)?;
            change.waits_since = None;
            change.settled_at = Some(now);
            ("closed", String::new())
        }
        "merge" => {
            let refuse = |problem| Err(ApiError::field("into", problem));
            if form.into.trim().is_empty() {
                return refuse(Problem::Missing);
            }
            let into = match find(p, &mut tx.exec(), &form.into.trim().to_uppercase()).await {
                Err(ApiError::NotFound) => return refuse(Problem::Unknown),
                found => found?,
            };
            // Only what one person wrote goes together: nobody reads another's conversation by a slip.
            // A visitor's address is what was typed, not proof of who wrote it, until the link was opened that went
            // there: files are nobody's but their sender's.
            let same = into.email == row.email && into.account_id == row.account_id && into.erased_at.is_none();
            let typed = row.is_unconfirmed() || into.is_unconfirmed();
            for one in [row.id, into.id] {
                let files = rows::files(&mut tx.exec(), one).await.map_err(|error| p.fault(error))?;
                if same && typed && !files.is_empty() {
                    return refuse(Problem::NotProved);
                }
            }
            if into.id == row.id || !same || into.state == Conversation::Merged.code() {
                return refuse(Problem::Unknown);
            }
            change.state = state.merge().map_err(|_| ApiError::MovedOn)?;
            change.waits_since = None;
            change.merged_into = Some(into.id);
            // What was unanswered here now waits there.
            if let Some(since) = row.waits_since {
                let there = Conversation::parse(&into.state).ok_or_else(|| p.fault("state of a request"))?;
                let joined = Change {
                    state: there.write().map_err(|_| ApiError::MovedOn)?,
                    assigned_to: into.assigned_to,
                    merged_into: None,
                    waits_since: Some(into.waits_since.map_or(since, |waits| waits.min(since))),
                    first_answered_at: into.first_answered_at,
                    settled_at: None,
                };
                changed(&mut tx.exec(), p, &into, into.version, &joined).await?;
            }
            rows::log(&mut tx.exec(), p.ids.uuid(), into.id, Some(actor.id), "joined", &row.reference, now)
                .await
                .map_err(|error| p.fault(error))?;
            ("merged", into.reference)
        }
        _ => return Err(ApiError::Transport),
    };
    changed(&mut tx.exec(), p, &row, version, &change).await?;
    if let Some(message) = message {
        files::room(&mut tx.exec(), p, row.id, stored.len()).await?;
        let experts: Vec<ExpertId> = proposed.iter().map(|card| card.id).collect();
        let new = NewMessage {
            id: p.ids.uuid(),
            request: row.id,
            side: if form.act == "note" { "note" } else { "manager" },
            author: Some(actor.id),
            body: message.as_str(),
            experts: &serde_json::to_string(&experts).map_err(|error| p.fault(error))?,
            digest,
            now,
        };
        rows::add_message(&mut tx.exec(), new).await.map_err(|error| p.fault(error))?;
        files::add(&mut tx.exec(), new.id, stored).await.map_err(|error| p.fault(error))?;
        if form.act == "answer" {
            notices::answered(&mut tx.exec(), p, &row, (new.id, message.as_str()), &proposed, stored).await?;
        }
    }
    rows::log(&mut tx.exec(), p.ids.uuid(), row.id, Some(actor.id), event, &detail, now)
        .await
        .map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(true)
}
