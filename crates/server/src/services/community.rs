//! The members' private community: threads and posts by members, moderated by managers. Every step asks for a live
//! membership, so whoever loses it is out at once.

use crate::{
    clock::{civil_day, zoned},
    db::{
        Exec,
        community::{self as rows, NewLine, NewThread, PostRow, ThreadRow as Row},
        membership as members, throttle,
    },
    platform::Platform,
    services::{
        bookings::{Failure, attempt},
        contribution::{self, FromPlatform},
        experts,
        fields::Fields,
        manage::managers_only,
        membership::{is_language, told, zone_of},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use gabarit_domain::{
    ids::{CommunityPostId, CommunityThreadId},
    membership::post_changes_until,
    recognition::Channel,
    text::{Message, OneLine},
};
use gabarit_view::{
    account::AccountView,
    community::{
        Community, CommunityThread, PostBefore, PostForm, PostView, Report, ThreadForm, ThreadRow, version_of,
    },
    error::{ApiError, Problem},
};

/// Threads on a page.
const PER_PAGE: u32 = 30;
/// Posts of one member within the hour.
const PER_HOUR: i64 = 30;

/// Whether the reader writes (a member) or only moderates; nobody else is let in.
async fn enter(exec: &mut Exec<'_>, actor: &AccountView) -> Result<bool, Failure> {
    let member = members::live(exec, actor.id).await?.is_some();
    if member || actor.is_manager { Ok(member) } else { Err(ApiError::Forbidden.into()) }
}

/// Locks the membership of who writes: what ends it comes before or after, never between.
async fn writer(exec: &mut Exec<'_>, actor: &AccountView) -> Result<(), Failure> {
    members::lock_live(exec, actor.id).await?.map(drop).ok_or(Failure::Answer(ApiError::Forbidden))
}

async fn slow_down(exec: &mut Exec<'_>, p: &Platform, actor: &AccountView) -> Result<(), Failure> {
    let now = p.now();
    let bucket = format!("community/{}", actor.id);
    let count = throttle::count(exec, &bucket, now, now + TimeDelta::hours(1)).await?;
    if count.attempts > PER_HOUR {
        let seconds = (count.window_ends_at - now).num_seconds().max(1);
        let retry_after_seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        return Err(ApiError::TooManyAttempts { retry_after_seconds }.into());
    }
    Ok(())
}

fn head(row: Row, zone: Tz) -> ThreadRow {
    ThreadRow {
        id: CommunityThreadId(row.id),
        title: row.title,
        author: row.author,
        product: row.product.unwrap_or_default(),
        language: row.language,
        last_post_at: zoned(row.last_post_at, zone),
        posts: u32::try_from(row.posts).unwrap_or(u32::MAX),
        answered: row.answer_id.is_some(),
        closed: row.closed_at.is_some(),
    }
}

/// A page of threads, of one product or of all.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but members and managers.
pub async fn list(p: &Platform, actor: &AccountView, product: &str, page: u32) -> Result<Community, ApiError> {
    let page = page.clamp(1, 100_000);
    let zone = zone_of(p, actor);
    let products = experts::products(p).await?;
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let writes = enter(exec, actor).await?;
        let total = u32::try_from(rows::count(exec, product).await?).unwrap_or(u32::MAX);
        let found = rows::list(exec, product, i64::from(PER_PAGE), i64::from(page - 1) * i64::from(PER_PAGE)).await?;
        Ok::<_, Failure>(Community {
            threads: found.into_iter().map(|row| head(row, zone)).collect(),
            total,
            page,
            pages: total.div_ceil(PER_PAGE).max(1),
            products: products.into_iter().map(|known| (known.code.as_str().to_owned(), known.name)).collect(),
            writes,
        })
    };
    read.await.map_err(|failure| told(p, failure))
}

/// Whether a post helped somebody else: it may become a contribution. A question of one's own does not, nor what was said
/// in one's own thread.
fn helps(thread: &Row, post: &PostRow) -> bool {
    thread.account_id != post.account_id && post.removed_at.is_none()
}

/// Whether whoever wrote a post may still edit it or take it away: for a day, and not what became a contribution, which
/// others have read as evidence.
fn changeable(post: &PostRow, now: DateTime<Utc>) -> bool {
    post.removed_at.is_none() && post.contributed_at.is_none() && now < post_changes_until(post.created_at)
}

/// A thread with its posts. What edited and removed posts said before is the managers' to see.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but members and managers; [`ApiError::NotFound`].
pub async fn thread(p: &Platform, actor: &AccountView, id: CommunityThreadId) -> Result<CommunityThread, ApiError> {
    let (zone, now) = (zone_of(p, actor), p.now());
    let read = async {
        let mut conn = p.db.conn().await?;
        let exec = &mut conn.exec();
        let member = enter(exec, actor).await?;
        let thread = rows::get(exec, id).await?.ok_or(ApiError::NotFound)?;
        let reports = if actor.is_manager { rows::reports(exec).await? } else { Vec::new() };
        let lines = if actor.is_manager { rows::lines(exec, id).await? } else { Vec::new() };
        let posts = rows::posts(exec, id)
            .await?
            .into_iter()
            .map(|post| {
                let own = post.account_id == actor.id.0;
                let helps = helps(&thread, &post);
                PostView {
                    id: CommunityPostId(post.id),
                    at: zoned(post.created_at, zone),
                    own,
                    answer: thread.answer_id == Some(post.id),
                    can_contribute: own && member && helps && post.contributed_at.is_none(),
                    contributed: own && post.contributed_at.is_some(),
                    reports: reports
                        .iter()
                        .filter(|report| report.post_id == post.id)
                        .map(|report| report.reason.clone())
                        .collect(),
                    changes_until: (own && member && changeable(&post, now))
                        .then(|| zoned(post_changes_until(post.created_at), zone)),
                    edited_at: post.edited_at.map(|at| zoned(at, zone)),
                    withdrawn: post.removed_because.as_deref() == Some(""),
                    before: lines
                        .iter()
                        .filter(|line| line.post_id == post.id && line.event != "kept")
                        .map(|line| PostBefore {
                            at: zoned(line.at, zone),
                            by: line.actor.clone(),
                            body: line.body.clone(),
                        })
                        .collect(),
                    body: if post.removed_at.is_some() { String::new() } else { post.body },
                    removed_because: post.removed_because,
                    author: post.author,
                    author_code: post.code,
                }
            })
            .collect();
        Ok::<_, Failure>(CommunityThread {
            posts,
            writes: member && thread.closed_at.is_none(),
            asked: member && thread.account_id == actor.id.0,
            moderates: actor.is_manager,
            thread: head(thread, zone),
        })
    };
    read.await.map_err(|failure| told(p, failure))
}

/// Begins a thread.
///
/// # Errors
/// [`ApiError::Forbidden`] for whoever is no member; [`ApiError::Invalid`] by the fields; [`ApiError::TooManyAttempts`].
pub async fn begin(p: &Platform, actor: &AccountView, form: &ThreadForm) -> Result<CommunityThreadId, ApiError> {
    let mut problems = Fields::default();
    let title = problems.read("title", 120, OneLine::parse(&form.title));
    let body = problems.read("body", 4_000, Message::parse(&form.body));
    let known = experts::products(p).await?;
    if !form.product.is_empty() && !known.iter().any(|product| product.code.as_str() == form.product) {
        problems.add("product", Problem::Unknown);
    }
    if !is_language(&form.language) {
        problems.add("language", if form.language.is_empty() { Problem::Missing } else { Problem::Unknown });
    }
    problems.done()?;
    let (Some(title), Some(body)) = (title, body) else { return Err(ApiError::Transport) };
    attempt(p, || {
        let (title, body) = (title.clone(), body.clone());
        Box::pin(async move {
            let now = p.now();
            let id = CommunityThreadId(p.ids.uuid());
            let mut tx = p.db.begin().await?;
            let exec = &mut tx.exec();
            writer(exec, actor).await?;
            slow_down(exec, p, actor).await?;
            let new = NewThread {
                id,
                account: actor.id,
                title: title.as_str(),
                product: Some(form.product.as_str()).filter(|product| !product.is_empty()),
                language: &form.language,
                now,
            };
            rows::insert(exec, &new).await?;
            rows::insert_post(exec, CommunityPostId(p.ids.uuid()), id, actor.id, body.as_str(), now).await?;
            tx.commit().await?;
            Ok(id)
        })
    })
    .await
}

/// Does what a form in a thread says: see [`PostForm`].
///
/// # Errors
/// [`ApiError::Forbidden`] for whoever may not; [`ApiError::NotFound`]; [`ApiError::Invalid`] by the fields;
/// [`ApiError::MovedOn`] in a closed thread, for what was done already, and for a post that is too old to be edited or
/// taken away; [`ApiError::TooManyAttempts`].
pub async fn act(p: &Platform, actor: &AccountView, form: &PostForm) -> Result<(), ApiError> {
    let thread: CommunityThreadId = form.thread.parse().map_err(|_| ApiError::NotFound)?;
    let mut problems = Fields::default();
    let (body, reason) = match form.act.as_str() {
        "reply" | "edit" => (problems.read("body", 4_000, Message::parse(&form.body)), None),
        "report" | "remove" => (None, problems.read("reason", 120, OneLine::parse(&form.reason))),
        _ => (None, None),
    };
    problems.done()?;
    attempt(p, || Box::pin(act_once(p, actor, thread, form, body.clone(), reason.clone()))).await
}

async fn act_once(
    p: &Platform,
    actor: &AccountView,
    id: CommunityThreadId,
    form: &PostForm,
    body: Option<Message>,
    reason: Option<OneLine>,
) -> Result<(), Failure> {
    let now = p.now();
    let mut tx = p.db.begin().await?;
    let exec = &mut tx.exec();
    let moderating = matches!(form.act.as_str(), "remove" | "keep" | "close" | "reopen");
    if moderating {
        managers_only(actor)?;
    } else {
        writer(exec, actor).await?;
    }
    let thread = rows::get(exec, id).await?.ok_or(ApiError::NotFound)?;
    let post = match form.act.as_str() {
        "reply" | "close" | "reopen" => None,
        _ => {
            let post = form.post.parse().map_err(|_| ApiError::NotFound)?;
            let found = rows::lock_post(exec, post).await?.filter(|found| found.thread_id == id.0);
            Some(found.ok_or(ApiError::NotFound)?)
        }
    };
    let line = |post: Option<&PostRow>, event| {
        let post = post.map(|post| CommunityPostId(post.id));
        NewLine { id: p.ids.uuid(), thread: id, post, at: now, actor: actor.id, event, body: "", reason: "" }
    };
    match (form.act.as_str(), post) {
        ("edit", Some(post)) => {
            let body = body.ok_or(ApiError::Transport)?;
            own_and_changeable(&post, actor, now)?;
            if thread.closed_at.is_some() {
                return Err(ApiError::MovedOn.into());
            }
            // Another page of the same writer edited it meanwhile: nothing is overwritten.
            let version = version_of(post.edited_at);
            if let Some(edited_at) = post.edited_at.filter(|_| form.version.parse() != Ok(version)) {
                let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
                return Err(ApiError::Overtaken {
                    by: actor.name.clone(),
                    did: "community/saved".to_owned(),
                    at: Box::new(zoned(edited_at, zone)),
                    version,
                    stash: None,
                }
                .into());
            }
            if body.as_str() == post.body {
                return Err(ApiError::field("body", Problem::Unchanged).into());
            }
            slow_down(exec, p, actor).await?;
            if !rows::edit(exec, CommunityPostId(post.id), body.as_str(), now).await? {
                return Err(ApiError::MovedOn.into());
            }
            rows::log(exec, NewLine { body: &post.body, ..line(Some(&post), "edited") }).await?;
        }
        ("withdraw", Some(post)) => {
            own_and_changeable(&post, actor, now)?;
            // Reports of it go on waiting for a manager, who still sees what it said.
            take_down(exec, &thread, &post, NewLine { body: &post.body, ..line(Some(&post), "withdrawn") }).await?;
        }
        ("reply", _) => {
            slow_down(exec, p, actor).await?;
            let body = body.ok_or(ApiError::Transport)?;
            let new = CommunityPostId(p.ids.uuid());
            if !rows::insert_post(exec, new, id, actor.id, body.as_str(), now).await? {
                return Err(ApiError::MovedOn.into());
            }
        }
        ("answer", Some(post)) => {
            if thread.account_id != actor.id.0 || post.account_id == actor.id.0 {
                return Err(ApiError::Forbidden.into());
            }
            if post.removed_at.is_some() {
                return Err(ApiError::MovedOn.into());
            }
            rows::set_answer(exec, id, Some(CommunityPostId(post.id))).await?;
        }
        ("contribute", Some(post)) => {
            if post.account_id != actor.id.0 {
                return Err(ApiError::Forbidden.into());
            }
            if !helps(&thread, &post) || !rows::contributed(exec, CommunityPostId(post.id), now).await? {
                return Err(ApiError::MovedOn.into());
            }
            let place = format!("/{}/programme/community/{id}#post-{}", actor.locale.code(), post.id);
            let answer = FromPlatform {
                key: &format!("answer/{}", post.id),
                channel: Channel::Community,
                occurred_on: civil_day(post.created_at, p.config.zone),
                path: &place,
                title: &thread.title,
                language: &thread.language,
                reach: None,
                helped: "",
                paid: false,
            };
            contribution::add_from_platform(exec, p, actor.id, &answer).await?;
        }
        ("report", Some(post)) => {
            let reason = reason.ok_or(ApiError::Transport)?;
            if post.removed_at.is_some() {
                return Err(ApiError::MovedOn.into());
            }
            rows::report(exec, CommunityPostId(post.id), actor.id, reason.as_str(), now).await?;
        }
        ("remove", Some(post)) => {
            let reason = reason.ok_or(ApiError::Transport)?;
            let line = NewLine { body: &post.body, reason: reason.as_str(), ..line(Some(&post), "removed") };
            take_down(exec, &thread, &post, line).await?;
            rows::settle(exec, CommunityPostId(post.id), now).await?;
        }
        ("keep", Some(post)) => {
            rows::settle(exec, CommunityPostId(post.id), now).await?;
            rows::log(exec, line(Some(&post), "kept")).await?;
        }
        ("close", _) => {
            rows::set_closed(exec, id, Some(now)).await?;
            rows::log(exec, line(None, "closed")).await?;
        }
        ("reopen", _) => {
            rows::set_closed(exec, id, None).await?;
            rows::log(exec, line(None, "reopened")).await?;
        }
        _ => return Err(ApiError::Transport.into()),
    }
    tx.commit().await?;
    Ok(())
}

/// Others' posts are theirs; one's own stands once it is too late to change it.
fn own_and_changeable(post: &PostRow, actor: &AccountView, now: DateTime<Utc>) -> Result<(), ApiError> {
    if post.account_id != actor.id.0 {
        return Err(ApiError::Forbidden);
    }
    if changeable(post, now) { Ok(()) } else { Err(ApiError::MovedOn) }
}

/// Takes a post out of view, and writes down what it said; it answers nothing any more.
async fn take_down(exec: &mut Exec<'_>, thread: &Row, post: &PostRow, line: NewLine<'_>) -> Result<(), Failure> {
    if !rows::remove(exec, CommunityPostId(post.id), line.actor, line.reason, line.at).await? {
        return Err(ApiError::MovedOn.into());
    }
    if thread.answer_id == Some(post.id) {
        rows::set_answer(exec, line.thread, None).await?;
    }
    rows::log(exec, line).await?;
    Ok(())
}

/// Posts that members reported, the oldest report first.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn reports(p: &Platform, actor: &AccountView) -> Result<Vec<Report>, ApiError> {
    managers_only(actor)?;
    let zone = zone_of(p, actor);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let found = rows::reports(&mut conn.exec()).await.map_err(|error| p.fault(error))?;
    Ok(found
        .into_iter()
        .map(|row| Report {
            thread: CommunityThreadId(row.thread_id),
            title: row.title,
            author: row.author,
            excerpt: row.body.chars().take(300).collect(),
            reason: row.reason,
            at: zoned(row.at, zone),
        })
        .collect())
}
