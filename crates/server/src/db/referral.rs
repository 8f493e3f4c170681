//! Referral partners, the leads that they brought, and their log.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    ids::{AccountId, ExpertId},
    referral::{Lead, Partnership, ReferralCode},
};
use sqlx::FromRow;
use uuid::Uuid;

/// A partnership, with its expert.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PartnerRow {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub expert_id: Uuid,
    /// The expert's published name.
    pub name: String,
    /// The expert's account.
    pub account_id: Uuid,
    /// That account's address.
    pub email: String,
    /// That account's language.
    pub locale: String,
    /// [`Partnership::code`].
    pub state: String,
    /// Counts every change.
    pub version: i64,
    /// What the expert wrote.
    pub motivation: String,
    /// Once it was granted.
    pub code: Option<String>,
    /// Why it was refused or ended.
    pub reasons: String,
    /// When the expert asked.
    pub asked_at: DateTime<Utc>,
    /// When it was granted or refused.
    pub decided_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Leads that it brought.
    pub leads: i64,
}

macro_rules! partner {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.expert_id, e.display_name AS name, e.account_id, a.email, a.locale, r.state, r.version, \
             r.motivation, r.code, r.reasons, r.asked_at, r.decided_at, r.ended_at, \
             (SELECT COUNT(*) FROM referral_lead d WHERE d.partner_id = r.id) AS leads \
             FROM referral_partner r JOIN expert e ON e.id = r.expert_id JOIN account a ON a.id = e.account_id ",
            $rest
        )
    };
}

/// One partnership.
///
/// # Errors
/// The database's.
pub async fn partner(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<PartnerRow>> {
    const SQL: &str = partner!("WHERE r.id = $1");
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)
}

/// The partnership of a code.
///
/// # Errors
/// The database's.
pub async fn by_code(exec: &mut Exec<'_>, code: &ReferralCode) -> sqlx::Result<Option<PartnerRow>> {
    const SQL: &str = partner!("WHERE r.code = $1");
    on!(exec, |c| sqlx::query_as(SQL).bind(code.as_str()).fetch_optional(c).await)
}

/// An expert's partnerships, the latest first.
///
/// # Errors
/// The database's.
pub async fn of_expert(exec: &mut Exec<'_>, expert: ExpertId) -> sqlx::Result<Vec<PartnerRow>> {
    const SQL: &str = partner!("WHERE r.expert_id = $1 ORDER BY r.asked_at DESC, r.id DESC");
    on!(exec, |c| sqlx::query_as(SQL).bind(expert.0).fetch_all(c).await)
}

/// Partnerships: those that wait, then those that are granted, then the others; at most 200.
///
/// # Errors
/// The database's.
pub async fn partners(exec: &mut Exec<'_>) -> sqlx::Result<Vec<PartnerRow>> {
    const SQL: &str = partner!(
        "ORDER BY CASE r.state WHEN 'asked' THEN 0 WHEN 'granted' THEN 1 ELSE 2 END, r.asked_at, r.id LIMIT 200"
    );
    on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// An expert asks; `false` when they have asked or are partners already.
///
/// # Errors
/// The database's.
pub async fn ask(
    exec: &mut Exec<'_>,
    id: Uuid,
    expert: ExpertId,
    motivation: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO referral_partner (id, expert_id, state, version, motivation, reasons, asked_at) \
        VALUES ($1, $2, $3, 1, $4, '', $5) ON CONFLICT DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(expert.0)
        .bind(Partnership::Asked.code())
        .bind(motivation)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// A manager's decision.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// The new state.
    pub state: Partnership,
    /// The code, where it is granted.
    pub code: Option<&'a ReferralCode>,
    /// Why, where it is not.
    pub reasons: &'a str,
    /// Who.
    pub by: AccountId,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Changes a partnership that is still at `version`; `false` when somebody changed it meanwhile.
///
/// # Errors
/// The database's.
pub async fn decide(exec: &mut Exec<'_>, id: Uuid, version: i64, decision: &Decision<'_>) -> sqlx::Result<bool> {
    const DECIDED: &str = "UPDATE referral_partner SET state = $3, code = COALESCE($4, code), reasons = $5, \
        decided_by = $6, decided_at = $7, version = version + 1 WHERE id = $1 AND version = $2";
    const ENDED: &str = "UPDATE referral_partner SET state = $3, code = COALESCE($4, code), reasons = $5, \
        ended_by = $6, ended_at = $7, version = version + 1 WHERE id = $1 AND version = $2";
    let sql = if decision.state == Partnership::Ended { ENDED } else { DECIDED };
    on!(exec, |c| sqlx::query(sql)
        .bind(id)
        .bind(version)
        .bind(decision.state.code())
        .bind(decision.code.map(ReferralCode::as_str))
        .bind(decision.reasons)
        .bind(decision.by.0)
        .bind(decision.now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Holds a partnership as it is until the transaction ends; answers its state. On SQLite the transaction is the only
/// writer anyway.
///
/// # Errors
/// The database's.
pub async fn hold(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<String>> {
    const LITE: &str = "SELECT state FROM referral_partner WHERE id = $1";
    const LOCKED: &str = "SELECT state FROM referral_partner WHERE id = $1 FOR SHARE";
    let sql = match exec {
        Exec::Sqlite(_) => LITE,
        Exec::Postgres(_) => LOCKED,
    };
    on!(exec, |c| sqlx::query_scalar(sql).bind(id).fetch_optional(c).await)
}

/// A lead, with its partner.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LeadRow {
    /// Its id.
    pub id: Uuid,
    /// The partnership that brought it.
    pub partner_id: Uuid,
    /// The partner's name.
    pub partner: String,
    /// The partner's account.
    pub partner_account: Uuid,
    /// [`Lead::code`].
    pub state: String,
    /// Counts every change.
    pub version: i64,
    /// The organisation's name.
    pub organisation: String,
    /// Who is written to.
    pub contact_name: String,
    /// Where.
    pub email: String,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Codes of products, JSON.
    pub products: String,
    /// Seats wanted.
    pub seats: i64,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// What they want.
    pub message: String,
    /// Their language.
    pub locale: String,
    /// When it came.
    pub created_at: DateTime<Utc>,
}

macro_rules! lead {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.partner_id, e.display_name AS partner, e.account_id AS partner_account, d.state, d.version, \
             d.organisation, d.contact_name, d.email, d.phone, d.products, d.seats, d.country, d.message, d.locale, \
             d.created_at FROM referral_lead d JOIN referral_partner r ON r.id = d.partner_id \
             JOIN expert e ON e.id = r.expert_id ",
            $rest
        )
    };
}

/// One lead.
///
/// # Errors
/// The database's.
pub async fn lead(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<LeadRow>> {
    const SQL: &str = lead!("WHERE d.id = $1");
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)
}

/// What a partner sees of a lead: nothing else is read for them.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PartnersLead {
    /// The organisation's name.
    pub organisation: String,
    /// Codes of products, JSON.
    pub products: String,
    /// Seats wanted.
    pub seats: i64,
    /// [`Lead::code`].
    pub state: String,
    /// When it came.
    pub created_at: DateTime<Utc>,
}

/// Leads that an expert's codes brought, the newest first; at most 500.
///
/// # Errors
/// The database's.
pub async fn leads_of(exec: &mut Exec<'_>, expert: ExpertId) -> sqlx::Result<Vec<PartnersLead>> {
    const SQL: &str = "SELECT d.organisation, d.products, d.seats, d.state, d.created_at FROM referral_lead d \
        JOIN referral_partner r ON r.id = d.partner_id WHERE r.expert_id = $1 \
        ORDER BY d.created_at DESC, d.id DESC LIMIT 500";
    on!(exec, |c| sqlx::query_as(SQL).bind(expert.0).fetch_all(c).await)
}

/// The managers' queue: open ones first, who waits longest before; then the newest. `state` is `open`, a
/// [`Lead::code`], or empty for all.
///
/// # Errors
/// The database's.
pub async fn leads(exec: &mut Exec<'_>, state: &str, limit: i64, offset: i64) -> sqlx::Result<Vec<LeadRow>> {
    const SQL: &str = lead!(
        "WHERE ($1 = '' OR ($1 = 'open' AND d.state IN ('new', 'contacted', 'quoted')) OR d.state = $1) \
         ORDER BY CASE d.state WHEN 'new' THEN 0 WHEN 'contacted' THEN 1 WHEN 'quoted' THEN 2 ELSE 3 END, \
         d.created_at, d.id LIMIT $2 OFFSET $3"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(state).bind(limit).bind(offset).fetch_all(c).await)
}

/// How many leads the queue has.
///
/// # Errors
/// The database's.
pub async fn count(exec: &mut Exec<'_>, state: &str) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM referral_lead d WHERE ($1 = '' \
        OR ($1 = 'open' AND d.state IN ('new', 'contacted', 'quoted')) OR d.state = $1)";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(state).fetch_one(c).await)
}

/// A new lead.
#[derive(Clone, Debug)]
pub struct NewLead<'a> {
    /// Its id.
    pub id: Uuid,
    /// The partnership that brings it.
    pub partner: Uuid,
    /// Of the form and what it says.
    pub digest: &'a [u8],
    /// Who sent it, if signed in.
    pub account: Option<AccountId>,
    /// The organisation's name.
    pub organisation: &'a str,
    /// Who is written to.
    pub contact_name: &'a str,
    /// Where.
    pub email: &'a str,
    /// Their telephone number.
    pub phone: Option<&'a str>,
    /// Codes of products, JSON.
    pub products: &'a str,
    /// Seats wanted.
    pub seats: u32,
    /// ISO 3166-1 alpha-2.
    pub country: &'a str,
    /// What they want.
    pub message: &'a str,
    /// Their language.
    pub locale: &'a str,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Adds a lead; `false` when the same form brought it before.
///
/// # Errors
/// The database's.
pub async fn insert_lead(exec: &mut Exec<'_>, new: &NewLead<'_>) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO referral_lead (id, partner_id, digest, state, version, account_id, organisation, \
        contact_name, email, phone, products, seats, country, message, locale, created_at, changed_at) \
        VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15) ON CONFLICT DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id)
        .bind(new.partner)
        .bind(new.digest)
        .bind(Lead::New.code())
        .bind(new.account.map(|id| id.0))
        .bind(new.organisation)
        .bind(new.contact_name)
        .bind(new.email)
        .bind(new.phone)
        .bind(new.products)
        .bind(i64::from(new.seats))
        .bind(new.country)
        .bind(new.message)
        .bind(new.locale)
        .bind(new.now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Moves a lead that is still at `version`; `false` when somebody changed it meanwhile.
///
/// # Errors
/// The database's.
pub async fn move_lead(
    exec: &mut Exec<'_>,
    id: Uuid,
    version: i64,
    state: Lead,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE referral_lead SET state = $3, changed_at = $4, version = version + 1 \
        WHERE id = $1 AND version = $2";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(version)
        .bind(state.code())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LogRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Who; nobody for visitors.
    pub name: Option<String>,
    /// What.
    pub event: String,
    /// What a manager wrote with it.
    pub note: Option<String>,
}

/// Something to be logged.
#[derive(Clone, Copy, Debug)]
pub struct NewLine<'a> {
    /// Its id.
    pub id: Uuid,
    /// Of which partnership.
    pub partner: Uuid,
    /// Of which lead, if of one.
    pub lead: Option<Uuid>,
    /// Who.
    pub by: Option<AccountId>,
    /// What: a state's code, `received` or `noted`.
    pub event: &'a str,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Adds a line to the log.
///
/// # Errors
/// The database's.
pub async fn log(exec: &mut Exec<'_>, line: NewLine<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO referral_log (id, partner_id, lead_id, at, actor_id, event) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(line.id)
        .bind(line.partner)
        .bind(line.lead)
        .bind(line.now)
        .bind(line.by.map(|by| by.0))
        .bind(line.event)
        .execute(c)
        .await
        .map(drop))
}

/// Adds what a manager wrote with a line of a lead's log.
///
/// # Errors
/// The database's.
pub async fn note(exec: &mut Exec<'_>, line: Uuid, lead: Uuid, body: &str) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO referral_note (log_id, lead_id, body) VALUES ($1, $2, $3)";
    on!(exec, |c| sqlx::query(SQL).bind(line).bind(lead).bind(body).execute(c).await.map(drop))
}

/// The log of a partnership without its leads', in order.
///
/// # Errors
/// The database's.
pub async fn log_of_partner(exec: &mut Exec<'_>, partner: Uuid) -> sqlx::Result<Vec<LogRow>> {
    const SQL: &str = "SELECT l.at, a.name, l.event, CAST(NULL AS TEXT) AS note FROM referral_log l \
        LEFT JOIN account a ON a.id = l.actor_id WHERE l.partner_id = $1 AND l.lead_id IS NULL ORDER BY l.at, l.id";
    on!(exec, |c| sqlx::query_as(SQL).bind(partner).fetch_all(c).await)
}

/// The log of a lead, in order.
///
/// # Errors
/// The database's.
pub async fn log_of_lead(exec: &mut Exec<'_>, lead: Uuid) -> sqlx::Result<Vec<LogRow>> {
    const SQL: &str = "SELECT l.at, a.name, l.event, n.body AS note FROM referral_log l \
        LEFT JOIN account a ON a.id = l.actor_id LEFT JOIN referral_note n ON n.log_id = l.id \
        WHERE l.lead_id = $1 ORDER BY l.at, l.id";
    on!(exec, |c| sqlx::query_as(SQL).bind(lead).fetch_all(c).await)
}
