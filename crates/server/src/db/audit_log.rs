//! All append-only logs, read as one: each by its index on time, with a place to go on from.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, FromRow};
use std::fmt::Write as _;
use uuid::Uuid;

/// A line of one of the logs.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LogRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Of the line, or of what it is about; with `step` unique in its log.
    pub id: Uuid,
    /// See `id`.
    pub step: i64,
    /// Who: name and address; nobody for what a clock or a visitor did.
    pub actor: Option<String>,
    /// See `actor`.
    pub actor_email: Option<String>,
    /// To what it was done, as people call it.
    pub subject: String,
    /// What that leads to.
    pub about: Option<Uuid>,
    /// What was done.
    pub event: String,
    /// Why, and more of it.
    pub detail: String,
}

/// What is looked for; empty texts ask for everything.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Who reads.
    pub reader: Uuid,
    /// The latest instant.
    pub before: DateTime<Utc>,
    /// Whether lines of that very instant count; if so, only those after the place.
    pub inclusive: bool,
    /// The last line that was shown of this log, at that instant.
    pub place: Option<(Uuid, i64)>,
    /// The earliest instant.
    pub from: DateTime<Utc>,
    /// Part of a name or an address, lower case.
    pub who: String,
    /// Part of a subject, an event or a detail, lower case.
    pub words: String,
    /// What it is about.
    pub about: Option<Uuid>,
    /// Whose they are.
    pub by: Option<Uuid>,
    /// How many lines at most.
    pub limit: i64,
    /// How many lines are read for `words` at most, the newest first; all of them if nothing is said.
    pub read: Option<i64>,
}

impl Filter {
    /// The stretch of time, as a condition; `$1` and `$2` are its ends.
    fn stretch(&self, at: &str) -> String {
        let end = if self.inclusive { "<=" } else { "<" };
        format!("{at} {end} $1 AND {at} >= $2")
    }
}

/// A log: where its lines stand, and what their parts are called there.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// Its code.
    pub code: &'static str,
    from: &'static str,
    at: &'static str,
    id: &'static str,
    step: &'static str,
    actor: &'static str,
    subject: &'static str,
    about: &'static str,
    event: &'static str,
    detail: &'static str,
    /// What of it a reader may see, who is `{reader}`; everything where it is empty.
    seen: &'static str,
}

impl Source {
    fn table(&self) -> &'static str {
        self.from.split_once(" l").map_or(self.from, |(table, _)| table)
    }

    fn joins(&self) -> &'static str {
        self.from.split_once(" l").map_or("", |(_, joins)| joins)
    }

    /// As many of the newest lines as are read, by the index on time, under the name of the table.
    fn newest(&self, filter: &Filter) -> Option<String> {
        let (table, at, stretch) = (self.table(), self.at, filter.stretch(self.at));
        filter.read.map(|read| format!("(SELECT l.* FROM {table} l WHERE {stretch} ORDER BY {at} DESC LIMIT {read}) l"))
    }
}

macro_rules! source {
    (
        $code:literal, $from:literal, at $at:literal, id $id:literal, step $step:literal, actor $actor:literal,
        subject $subject:literal, about $about:literal, event $event:literal, detail $detail:literal
        $(, seen $seen:literal)?
    ) => {
        Source {
            code: $code,
            from: $from,
            at: $at,
            id: $id,
            step: $step,
            actor: $actor,
            subject: $subject,
            about: $about,
            event: $event,
            detail: $detail,
            seen: concat!($($seen)?),
        }
    };
}

/// Every log: its code and its lines, the newest first. A log that is added to the platform is added here. In the largest
/// ones, what a line is about is joined from the left although it is always there: the log then leads, in its own order.
pub const SOURCES: &[Source] = &[
    source!("booking", "booking_log l LEFT JOIN booking b ON b.id = l.booking_id",
        at "l.at", id "l.booking_id", step "l.step", actor "l.actor_id", subject "b.reference", about "l.booking_id",
        event "l.to_state", detail "l.reason"),
    source!("candidate", "candidate_log l JOIN candidate k ON k.id = l.candidate_id",
        at "l.at", id "l.candidate_id", step "l.step", actor "l.actor_id", subject "k.display_name",
        about "l.candidate_id", event "l.event", detail "l.reason"),
    source!("contact", "contact_log l LEFT JOIN contact_request r ON r.id = l.request_id",
        at "l.at", id "l.id", step "CAST(0 AS BIGINT)", actor "l.account_id", subject "r.reference", about "l.request_id",
        event "l.event", detail "l.detail"),
    source!("desk", "desk_log l",
        at "l.at", id "l.id", step "CAST(0 AS BIGINT)", actor "l.actor_id", subject "l.subject", about "l.id",
        event "l.action", detail "l.detail"),
    source!("ledger", "ledger_transaction l LEFT JOIN booking b ON b.id = l.booking_id",
        at "l.at", id "l.id", step "CAST(0 AS BIGINT)", actor "NULL", subject "COALESCE(b.reference, '')", about "l.booking_id",
        event "l.kind", detail "l.dedup_key"),
    source!("review", "review_log l",
        at "l.at", id "l.id", step "CAST(0 AS BIGINT)", actor "l.actor_id", subject "''", about "l.review_id",
        event "l.event", detail "l.reason"),
    source!("look", "text_look_log l JOIN account m ON m.id = l.account_id",
        at "l.at", id "l.id", step "CAST(0 AS BIGINT)", actor "l.actor_id", subject "m.name", about "l.look_id",
        event "l.event", detail "l.reason"),
    source!("rental", "rental_log l JOIN rental_order b ON b.id = l.rental_id",
        at "l.at", id "l.rental_id", step "l.step", actor "l.actor_id", subject "b.reference", about "l.rental_id",
        event "l.to_state", detail "l.reason"),
    source!("nomination", "nomination_log l JOIN nomination n ON n.id = l.nomination_id JOIN account m ON m.id = n.account_id",
        at "l.at", id "l.nomination_id", step "l.step", actor "l.actor_id", subject "m.name", about "l.nomination_id",
        event "l.event", detail "l.reason",
        // As the console: no draft, and nobody is a manager of themselves, or of what they are not impartial about.
        seen "n.state <> 'draft' AND n.cycle_id IS NOT NULL AND n.account_id <> {reader} \
            AND NOT EXISTS (SELECT 1 FROM reviewer_conflict x \
                WHERE x.reviewer_id = {reader} AND x.account_id = n.account_id) \
            AND NOT EXISTS (SELECT 1 FROM nomination_seat s \
                WHERE s.nomination_id = n.id AND s.reviewer_id = {reader} AND s.state = 'recused')"),
    source!("membership", "membership_log l JOIN membership n ON n.id = l.membership_id JOIN account m ON m.id = n.account_id",
        at "l.at", id "l.membership_id", step "l.step", actor "l.actor_id", subject "m.name", about "l.membership_id",
        event "l.event", detail "l.reason"),
    source!("cycle", "recognition_cycle_log l JOIN recognition_cycle y ON y.id = l.cycle_id",
        at "l.at", id "l.cycle_id", step "l.step", actor "NULL", subject "y.code", about "l.cycle_id",
        event "l.to_phase", detail "COALESCE(l.from_phase, '')"),
    source!("community", "community_log l JOIN community_thread t ON t.id = l.thread_id",
        at "l.at", id "l.id", step "CAST(0 AS BIGINT)", actor "l.actor_id", subject "t.title", about "l.thread_id",
        event "l.event", detail "l.reason"),
    source!("programme", "programme_log l LEFT JOIN member_event v ON v.id = l.event_id \
            LEFT JOIN benefit_text t ON t.benefit_id = l.benefit_id AND t.locale = 'en'",
        at "l.at", id "l.id", step "CAST(0 AS BIGINT)", actor "l.actor_id", subject "COALESCE(v.title, t.title, '')",
        about "COALESCE(l.event_id, l.benefit_id)",
        event "CASE WHEN l.event_id IS NULL THEN 'benefit-' || l.action ELSE 'event-' || l.action END", detail "l.detail"),
    source!("rules", "rulebook_log l",
        at "l.at", id "l.id", step "CAST(0 AS BIGINT)", actor "l.actor_id", subject "''", about "l.draft_id",
        event "l.event", detail "l.detail"),
    source!("text", "text_acceptance l",
        at "l.at", id "l.id", step "CAST(0 AS BIGINT)", actor "l.account_id", subject "l.kind", about "l.booking_id",
        event "l.occasion", detail "CAST(l.version AS TEXT)"),
    source!("erasure", "erasure_log l",
        at "l.at", id "l.id", step "CAST(0 AS BIGINT)", actor "l.account_id", subject "''", about "l.account_id",
        event "'erased'", detail "l.detail"),
    source!("referral", "referral_log l JOIN referral_partner r ON r.id = l.partner_id JOIN expert e ON e.id = r.expert_id",
        at "l.at", id "l.id", step "CAST(0 AS BIGINT)", actor "l.actor_id", subject "e.display_name", about "l.partner_id",
        event "l.event", detail "CASE WHEN l.lead_id IS NULL THEN '' ELSE 'lead' END"),
];

/// Lines of one log, the newest first. Only what is looked for stands in the query, so that the database takes the index
/// that helps: by time, by person, or by what it is about.
///
/// # Errors
/// The database's.
pub async fn lines(exec: &mut Exec<'_>, source: &Source, filter: &Filter) -> sqlx::Result<Vec<LogRow>> {
    let Source { from, at, id, step, actor, subject, about, event, detail, seen, .. } = source;
    let stretch = filter.stretch(at);
    let lines = source.newest(filter).map_or_else(|| (*from).to_owned(), |newest| newest + source.joins());
    let mut sql = format!(
        "SELECT {at} AS at, {id} AS id, CAST({step} AS BIGINT) AS step, a.name AS actor, a.email AS actor_email, \
         {subject} AS subject, {about} AS about, {event} AS event, {detail} AS detail \
         FROM {lines} LEFT JOIN account a ON a.id = {actor} WHERE {stretch}"
    );
    let mut bound = 2;
    let mut next = || {
        bound += 1;
        bound
    };
    if !seen.is_empty() {
        let _ = write!(sql, " AND {}", seen.replace("{reader}", &format!("${}", next())));
    }
    if filter.place.is_some() {
        let (key, number) = (next(), next());
        let _ = write!(sql, " AND ({at} < $1 OR {id} < ${key} OR ({id} = ${key} AND {step} < ${number}))");
    }
    if filter.about.is_some() {
        let _ = write!(sql, " AND {about} = ${}", next());
    }
    if filter.by.is_some() {
        let _ = write!(sql, " AND {actor} = ${}", next());
    }
    if !filter.who.is_empty() {
        let n = next();
        let _ = write!(sql, " AND (LOWER(a.name) LIKE ${n} OR a.email LIKE ${n})");
    }
    if !filter.words.is_empty() {
        let n = next();
        let _ =
            write!(sql, " AND (LOWER({subject}) LIKE ${n} OR LOWER({event}) LIKE ${n} OR LOWER({detail}) LIKE ${n})");
    }
    let _ = write!(sql, " ORDER BY {at} DESC, {id} DESC, {step} DESC LIMIT ${}", next());
    on!(exec, |c| {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(filter.before).bind(filter.from);
        if !seen.is_empty() {
            query = query.bind(filter.reader);
        }
        if let Some((id, step)) = filter.place {
            query = query.bind(id).bind(step);
        }
        if let Some(about) = filter.about {
            query = query.bind(about);
        }
        if let Some(by) = filter.by {
            query = query.bind(by);
        }
        if !filter.who.is_empty() {
            query = query.bind(&filter.who);
        }
        if !filter.words.is_empty() {
            query = query.bind(&filter.words);
        }
        query.bind(filter.limit).fetch_all(c).await
    })
}

/// Where the reading of a log ended for want of more to be read: the instant of the last line that was compared with the
/// words. Nothing if all of them were.
///
/// # Errors
/// The database's.
pub async fn read_to(exec: &mut Exec<'_>, source: &Source, filter: &Filter) -> sqlx::Result<Option<DateTime<Utc>>> {
    let Some(read) = filter.read else { return Ok(None) };
    let Source { at, .. } = source;
    let sql = format!(
        "SELECT {at} FROM {} l WHERE {} ORDER BY {at} DESC LIMIT 1 OFFSET {}",
        source.table(),
        filter.stretch(at),
        read - 1
    );
    on!(exec, |c| sqlx::query_scalar(AssertSqlSafe(sql)).bind(filter.before).bind(filter.from).fetch_optional(c).await)
}

/// Ids of the accounts that part of a name or an address means; at most two.
///
/// # Errors
/// The database's.
pub async fn people(exec: &mut Exec<'_>, who: &str) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "SELECT id FROM account WHERE LOWER(name) LIKE $1 OR email LIKE $1 LIMIT 2";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(who).fetch_all(c).await)
}

/// What a reference names: a booking, or a request to the contact desk.
///
/// # Errors
/// The database's.
pub async fn named(exec: &mut Exec<'_>, reference: &str) -> sqlx::Result<Option<Uuid>> {
    const BOOKING: &str = "SELECT id FROM booking WHERE reference = $1";
    const REQUEST: &str = "SELECT id FROM contact_request WHERE reference = $1";
    let booking: Option<Uuid> =
        on!(&mut *exec, |c| sqlx::query_scalar(BOOKING).bind(reference).fetch_optional(c).await)?;
    if booking.is_some() {
        return Ok(booking);
    }
    on!(exec, |c| sqlx::query_scalar(REQUEST).bind(reference).fetch_optional(c).await)
}
