//! Rows around documents: electronic addresses, agreements to self-billing, experts' answers, sellers' identities.

use super::{Exec, documents::DocumentRow};
use crate::on;
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::{
    einvoice::endpoint::Endpoint,
    ids::{AccountId, BookingId, DocumentId, ExpertId},
};
use uuid::Uuid;

/// Whose documents are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// As a client.
    pub account: AccountId,
    /// As an expert.
    pub expert: Option<ExpertId>,
    /// Everybody's.
    pub all: bool,
}

/// Documents issued in a span of time on bookings of a reader, in the order of their issue.
///
/// # Errors
/// If the database fails.
pub async fn issued_between(
    exec: &mut Exec<'_>,
    reader: Reader,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> sqlx::Result<Vec<DocumentRow>> {
    const SQL: &str = "SELECT d.id, d.body, d.sha256, COALESCE(b.client_id, r.client_id) AS client_id, b.expert_id
        FROM document d LEFT JOIN booking b ON b.id = d.booking_id LEFT JOIN rental_order r ON r.id = d.rental_id
        WHERE d.issued_at >= $1 AND d.issued_at < $2
        AND (CAST($3 AS BIGINT) = 1 OR b.client_id = $4 OR r.client_id = $4 OR b.expert_id = $5)
        ORDER BY d.issued_at, d.series, d.sequence LIMIT $6";
    let expert = reader.expert.map(|id| id.0);
    on!(exec, |c| sqlx::query_as(SQL)
        .bind(from)
        .bind(to)
        .bind(i64::from(reader.all))
        .bind(reader.account.0)
        .bind(expert)
        .bind(limit)
        .fetch_all(c)
        .await)
}

/// The electronic address of an account on one side (`client`, `expert`).
///
/// # Errors
/// If the database fails.
pub async fn endpoint(exec: &mut Exec<'_>, account: AccountId, side: &str) -> sqlx::Result<Option<Endpoint>> {
    const SQL: &str = "SELECT scheme, identifier FROM einvoice_endpoint WHERE account_id = $1 AND side = $2";
    let row: Option<(String, String)> =
        on!(exec, |c| sqlx::query_as(SQL).bind(account.0).bind(side).fetch_optional(c).await)?;
    Ok(row.and_then(|(scheme, identifier)| Endpoint::parse(&scheme, &identifier).ok()))
}

/// Stores an electronic address, or removes it.
///
/// # Errors
/// If the database fails.
pub async fn store_endpoint(
    exec: &mut Exec<'_>,
    account: AccountId,
    side: &str,
    endpoint: Option<&Endpoint>,
) -> sqlx::Result<()> {
    const PUT: &str = "INSERT INTO einvoice_endpoint (account_id, side, scheme, identifier) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account_id, side) DO UPDATE SET scheme = excluded.scheme, identifier = excluded.identifier";
    const DROP: &str = "DELETE FROM einvoice_endpoint WHERE account_id = $1 AND side = $2";
    match endpoint {
        Some(endpoint) => on!(exec, |c| sqlx::query(PUT)
            .bind(account.0)
            .bind(side)
            .bind(endpoint.scheme())
            .bind(endpoint.id())
            .execute(c)
            .await
            .map(drop)),
        None => on!(exec, |c| sqlx::query(DROP).bind(account.0).bind(side).execute(c).await.map(drop)),
    }
}

/// An agreement, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AgreementRow {
    /// Of the text.
    pub version: i64,
    /// In which language it was read.
    pub locale: String,
    /// Hash of that text.
    pub sha256: String,
    /// When.
    pub accepted_at: DateTime<Utc>,
}

/// An expert's agreement to a version of the text.
///
/// # Errors
/// If the database fails.
pub async fn agreement(exec: &mut Exec<'_>, expert: ExpertId, version: i64) -> sqlx::Result<Option<AgreementRow>> {
    const SQL: &str = "SELECT version, locale, sha256, accepted_at FROM self_billing_agreement
        WHERE expert_id = $1 AND version = $2";
    on!(exec, |c| sqlx::query_as(SQL).bind(expert.0).bind(version).fetch_optional(c).await)
}

/// Keeps an agreement; one that is there stays as it is.
///
/// # Errors
/// If the database fails.
pub async fn insert_agreement(
    exec: &mut Exec<'_>,
    expert: ExpertId,
    account: AccountId,
    row: &AgreementRow,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO self_billing_agreement (expert_id, version, locale, sha256, account_id, accepted_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (expert_id, version) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(expert.0)
        .bind(row.version)
        .bind(&row.locale)
        .bind(&row.sha256)
        .bind(account.0)
        .bind(row.accepted_at)
        .execute(c)
        .await
        .map(drop))
}

/// What an expert said of a self-billed invoice.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AnswerRow {
    document_id: Uuid,
    booking_id: Uuid,
    expert_id: Uuid,
    /// `open`, `accepted`, `silent`, `contested`, `settled`.
    pub state: String,
    /// Until when it may be contested.
    pub answer_until: DateTime<Utc>,
    /// What is disputed, in cents with VAT.
    pub disputed: i64,
    /// Why.
    pub reason: String,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// How a dispute ended.
    pub outcome: String,
}

impl AnswerRow {
    /// Of which document.
    #[must_use]
    pub const fn document(&self) -> DocumentId {
        DocumentId(self.document_id)
    }

    /// Of which booking.
    #[must_use]
    pub const fn booking(&self) -> BookingId {
        BookingId(self.booking_id)
    }

    /// Whose.
    #[must_use]
    pub const fn expert(&self) -> ExpertId {
        ExpertId(self.expert_id)
    }
}

/// Opens the time to answer a self-billed invoice.
///
/// # Errors
/// If the database fails.
pub async fn open_answer(
    exec: &mut Exec<'_>,
    (document, booking, expert): (DocumentId, BookingId, ExpertId),
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO self_billed_answer (document_id, booking_id, expert_id, state, answer_until,
        disputed, reason, outcome) VALUES ($1, $2, $3, 'open', $4, 0, '', '') ON CONFLICT (document_id) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(document.0)
        .bind(booking.0)
        .bind(expert.0)
        .bind(until)
        .execute(c)
        .await
        .map(drop))
}

/// The answer to a document.
///
/// # Errors
/// If the database fails.
pub async fn answer(exec: &mut Exec<'_>, document: DocumentId) -> sqlx::Result<Option<AnswerRow>> {
    const SQL: &str = "SELECT document_id, booking_id, expert_id, state, answer_until, disputed, reason,
        answered_at, outcome FROM self_billed_answer WHERE document_id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(document.0).fetch_optional(c).await)
}

/// Answers in a state, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn answers_in(exec: &mut Exec<'_>, state: &str) -> sqlx::Result<Vec<AnswerRow>> {
    const SQL: &str = "SELECT document_id, booking_id, expert_id, state, answer_until, disputed, reason,
        answered_at, outcome FROM self_billed_answer WHERE state = $1
        ORDER BY answer_until, document_id";
    on!(exec, |c| sqlx::query_as(SQL).bind(state).fetch_all(c).await)
}

/// Moves an answer on, if it is still in the state it was read in. Answers whether it was.
///
/// # Errors
/// If the database fails.
pub async fn store_answer(
    exec: &mut Exec<'_>,
    from: &str,
    row: &AnswerRow,
    by: Option<AccountId>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE self_billed_answer SET state = $1, disputed = $2, reason = $3, answered_by = $4,
        answered_at = $5, outcome = $6 WHERE document_id = $7 AND state = $8";
    on!(exec, |c| sqlx::query(SQL)
        .bind(&row.state)
        .bind(row.disputed)
        .bind(&row.reason)
        .bind(by.map(|id| id.0))
        .bind(row.answered_at)
        .bind(&row.outcome)
        .bind(row.document_id)
        .bind(from)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// What is disputed of a booking's self-billed invoices, in cents with VAT: withheld from its payout.
///
/// # Errors
/// If the database fails.
pub async fn disputed_cents(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COALESCE(CAST(SUM(disputed) AS BIGINT), 0) FROM self_billed_answer
        WHERE booking_id = $1 AND state = 'contested'";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(booking.0).fetch_one(c).await)
}

/// What the yearly report says of an expert.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct IdentityRow {
    /// A firm, not a person.
    pub is_entity: bool,
    /// Of a person.
    pub first_name: String,
    /// Of a person.
    pub last_name: String,
    /// Of a person.
    pub birth_date: Option<NaiveDate>,
    /// Tax identification number.
    pub tin: String,
    /// Who issued it.
    pub tin_country: String,
    /// Of a firm.
    pub registration: String,
}

/// An expert's identity for the report.
///
/// # Errors
/// If the database fails.
pub async fn identity(exec: &mut Exec<'_>, expert: ExpertId) -> sqlx::Result<Option<IdentityRow>> {
    const SQL: &str = "SELECT is_entity, first_name, last_name, birth_date, tin, tin_country, registration
        FROM seller_identity WHERE expert_id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(expert.0).fetch_optional(c).await)
}

/// Stores it.
///
/// # Errors
/// If the database fails.
pub async fn store_identity(
    exec: &mut Exec<'_>,
    expert: ExpertId,
    row: &IdentityRow,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO seller_identity (expert_id, is_entity, first_name, last_name, birth_date, tin,
        tin_country, registration, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (expert_id) DO UPDATE SET is_entity = excluded.is_entity, first_name = excluded.first_name,
        last_name = excluded.last_name, birth_date = excluded.birth_date, tin = excluded.tin,
        tin_country = excluded.tin_country, registration = excluded.registration, updated_at = excluded.updated_at";
    on!(exec, |c| sqlx::query(SQL)
        .bind(expert.0)
        .bind(row.is_entity)
        .bind(&row.first_name)
        .bind(&row.last_name)
        .bind(row.birth_date)
        .bind(&row.tin)
        .bind(&row.tin_country)
        .bind(&row.registration)
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}
