//! What an account keeps: experts in mind, and searches, whose new matches are told of by e-mail, each once.
//!
//! Nobody else ever sees any of it, experts included, and it is counted nowhere (S43).

use crate::{
    db::{
        bookings as booking_rows,
        saved::{self as rows, SearchRow},
    },
    jobs::{self, JobKind},
    mail::{self, Message},
    platform::Platform,
    services::{experts, fields::Fields, search},
};
use chrono::TimeDelta;
use gabarit_domain::{
    ids::{AccountId, ExpertId},
    text::Name,
};
use gabarit_i18n::{Locale, fmt, notice, saved as text};
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
    expert::ExpertCard,
    saved::{SavedForm, SavedPage, SavedSearch},
    search::SearchQuery,
};
use std::{collections::HashSet, time::Duration};
use uuid::Uuid;

/// Searches that an account may save.
const MOST_SEARCHES: usize = 20;
/// Experts that an account may keep in mind.
const MOST_EXPERTS: usize = 200;
/// Matches that are looked at, and those that one mail tells of; more are told of by the link.
const LOOKED_AT: usize = 120;
const TOLD: usize = 5;
/// Between two looks.
const LOOK_EVERY: TimeDelta = TimeDelta::minutes(15);
/// Searches looked at by one job, and how long one may take: all of them within the time that a job has.
const PAGE: i64 = 20;
const ONE_LOOK: Duration = Duration::from_secs(2);

/// All experts who match a query now, the best first; at most [`LOOKED_AT`].
async fn matches(p: &Platform, query: &str, locale: Locale) -> Result<(Vec<ExpertCard>, u32), ApiError> {
    let (mut query, _) = SearchQuery::from_query(query);
    let (mut cards, mut total) = (Vec::new(), 0);
    for page in 1.. {
        query.page = page;
        let found = search::search(p, &query, locale).await?;
        total = found.total;
        cards.extend(found.cards);
        if page >= found.pages || cards.len() >= LOOKED_AT {
            break;
        }
    }
    cards.truncate(LOOKED_AT);
    Ok((cards, total))
}

/// Whether all days of a search are past: it is then not looked at any more.
fn is_over(p: &Platform, query: &str) -> bool {
    SearchQuery::from_query(query).0.days.is_some_and(|days| days.last() < p.today())
}

/// What an account keeps. Experts who are not published any more are left out.
///
/// # Errors
/// A fault of ours.
pub async fn page(p: &Platform, actor: &AccountView, locale: Locale) -> Result<SavedPage, ApiError> {
    let (ids, searches) = {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        let exec = &mut conn.exec();
        let ids = rows::shortlist(exec, actor.id).await.map_err(|error| p.fault(error))?;
        (ids, rows::searches(exec, actor.id).await.map_err(|error| p.fault(error))?)
    };
    let mut cards = Vec::with_capacity(ids.len());
    for id in ids {
        cards.extend(experts::card(p, ExpertId(id), locale).await?);
    }
    let mut views = Vec::with_capacity(searches.len());
    for row in searches {
        let over = is_over(p, &row.query);
        let (query, _) = SearchQuery::from_query(&row.query);
        let matches = if over { 0 } else { search::search(p, &query, locale).await?.total };
        views.push(SavedSearch { id: row.id, name: row.name, query: row.query, notify: row.notify, matches, over });
    }
    Ok(SavedPage { experts: cards, searches: views })
}

/// The experts that an account keeps in mind: for the marks on cards and profiles.
///
/// # Errors
/// A fault of ours.
pub async fn shortlist(p: &Platform, actor: &AccountView) -> Result<Vec<ExpertId>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let ids = rows::shortlist(&mut conn.exec(), actor.id).await.map_err(|error| p.fault(error))?;
    Ok(ids.into_iter().map(ExpertId).collect())
}

/// Does what a form says.
///
/// # Errors
/// [`ApiError::NotFound`] for experts who are not published and searches that are not theirs; [`ApiError::Invalid`] for
/// the fields `name`, `query` and `expert`.
pub async fn act(p: &Platform, actor: &AccountView, form: &SavedForm) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let locale = Locale::parse(&form.locale).unwrap_or(actor.locale);
    let expert = || form.expert.trim().parse::<ExpertId>().map_err(|_| ApiError::NotFound);
    let id = || form.search.trim().parse::<Uuid>().map_err(|_| ApiError::NotFound);
    match form.act.as_str() {
        "add" => {
            let expert = expert()?;
            experts::card(p, expert, locale).await?.ok_or(ApiError::NotFound)?;
            let mut tx = p.db.begin().await.map_err(fault)?;
            let exec = &mut tx.exec();
            booking_rows::lock_account(exec, actor.id).await.map_err(fault)?;
            if rows::shortlist(exec, actor.id).await.map_err(fault)?.len() >= MOST_EXPERTS {
                return Err(ApiError::field("expert", Problem::TooMany(MOST_EXPERTS as u32)));
            }
            rows::add(exec, actor.id, expert, p.now()).await.map_err(fault)?;
            tx.commit().await.map_err(fault)
        }
        "drop" => {
            let mut tx = p.db.begin().await.map_err(fault)?;
            rows::remove(&mut tx.exec(), actor.id, expert()?).await.map_err(fault)?;
            tx.commit().await.map_err(fault)
        }
        "save" => save(p, actor, form, locale).await,
        "notify" | "quiet" => {
            let mut tx = p.db.begin().await.map_err(fault)?;
            let notify = form.act == "notify";
            if !rows::set_notify(&mut tx.exec(), actor.id, id()?, notify).await.map_err(fault)? {
                return Err(ApiError::NotFound);
            }
            tx.commit().await.map_err(fault)
        }
        "forget" => {
            let mut tx = p.db.begin().await.map_err(fault)?;
            if !rows::forget(&mut tx.exec(), actor.id, id()?).await.map_err(fault)? {
                return Err(ApiError::NotFound);
            }
            tx.commit().await.map_err(fault)
        }
        _ => Err(ApiError::Transport),
    }
}

/// Saves a search. Who matches now is known already: only others are told of.
async fn save(p: &Platform, actor: &AccountView, form: &SavedForm, locale: Locale) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let mut fields = Fields::default();
    let name = fields.read("name", 120, Name::parse(&form.name)).map(String::from).unwrap_or_default();
    fields.done()?;
    let (mut query, _) = search::read_query(p, &form.query, locale).await?;
    query.page = 1;
    let query = query.to_query();
    let (known, _) = matches(p, &query, locale).await?;
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(fault)?;
    let exec = &mut tx.exec();
    booking_rows::lock_account(exec, actor.id).await.map_err(fault)?;
    if rows::searches(exec, actor.id).await.map_err(fault)?.len() >= MOST_SEARCHES {
        return Err(ApiError::field("name", Problem::TooMany(MOST_SEARCHES as u32)));
    }
    let row = SearchRow {
        id: p.ids.uuid(),
        account_id: actor.id.0,
        name,
        query,
        notify: form.notify == "on",
        created_at: now,
    };
    if !rows::insert_search(exec, &row).await.map_err(fault)? {
        return Err(ApiError::field("name", Problem::Unchanged));
    }
    for card in known {
        rows::note_match(exec, row.id, card.id, now).await.map_err(fault)?;
    }
    jobs::schedule(exec, JobKind::WatchSearches, Uuid::nil(), now + LOOK_EVERY).await.map_err(fault)?;
    tx.commit().await.map_err(fault)
}

/// Looks at the searches behind one (nil: at the first) whose owners want to hear of matches, tells of those that are new,
/// and orders the next look: at those behind the last, or, once all had their turn, at the first again. A match is noted
/// in the transaction that writes its mail: it is told of once, whatever happens. A search that fails, or takes too long,
/// keeps nobody else waiting; it has its turn again.
///
/// # Errors
/// A fault of ours.
pub async fn watch(p: &Platform, after: Uuid) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let page = {
        let mut conn = p.db.conn().await.map_err(fault)?;
        rows::watched(&mut conn.exec(), after, PAGE).await.map_err(fault)?
    };
    for row in page.iter().filter(|row| !is_over(p, &row.query)) {
        match tokio::time::timeout(ONE_LOOK, look(p, row)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(search = %row.id, %error, "search not looked at"),
            Err(_) => tracing::warn!(search = %row.id, "search took too long"),
        }
    }
    let (next, at) = match page.last() {
        Some(last) => (last.id, p.now()),
        None => (Uuid::nil(), p.now() + LOOK_EVERY),
    };
    let mut tx = p.db.begin().await.map_err(fault)?;
    jobs::schedule(&mut tx.exec(), JobKind::WatchSearches, next, at).await.map_err(fault)?;
    tx.commit().await.map_err(fault)
}

async fn look(p: &Platform, row: &SearchRow) -> Result<(), ApiError> {
    let fault = |error: sqlx::Error| p.fault(error);
    let to = {
        let mut conn = p.db.conn().await.map_err(fault)?;
        booking_rows::person(&mut conn.exec(), AccountId(row.account_id)).await.map_err(fault)?
    };
    let Some(to) = to else { return Ok(()) };
    let (mut found, _) = matches(p, &row.query, to.locale).await?;
    let known: HashSet<Uuid> = {
        let mut conn = p.db.conn().await.map_err(fault)?;
        rows::known(&mut conn.exec(), row.id).await.map_err(fault)?.into_iter().collect()
    };
    found.retain(|card| !known.contains(&card.id.0));
    if found.is_empty() {
        return Ok(());
    }
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(fault)?;
    let exec = &mut tx.exec();
    let mut new = Vec::new();
    for card in found {
        if rows::note_match(exec, row.id, card.id, now).await.map_err(fault)? {
            new.push(card);
        }
    }
    if !new.is_empty() {
        let l = to.locale;
        let address = |path: String| p.config.public_url.join(&path).map_or(path, String::from);
        let count = new.len() as u64;
        let message = Message::new(l, text::mail_subject(l, count, &row.name))
            .paragraph(notice::hello(l, &to.name))
            .paragraph(text::mail_body(l, &row.name))
            .facts(new.iter().take(TOLD).map(|card| {
                let page = address(format!("/{}/experts/{}?{}", l.code(), card.id, row.query));
                (card.display_name.clone(), format!("{} · {} · {page}", card.headline, fmt::money(l, card.day_rate)))
            }))
            .button(text::mail_open(l), address(format!("/{}/experts?{}", l.code(), row.query)))
            .paragraph(text::mail_why(l));
        // Told once: the mail's cause is its first new match.
        let first = new.first().map(|card| card.id.to_string()).unwrap_or_default();
        mail::enqueue(exec, p, &format!("saved-search/{}/{first}", row.id), &to.email, &message).await?;
    }
    tx.commit().await.map_err(fault)?;
    jobs::wake(p);
    Ok(())
}
