//! Issued documents and their numbers.

use super::Exec;
use crate::on;
use chrono::{DateTime, Utc};
use gabarit_domain::ids::{AccountId, BookingId, DocumentId, ExpertId};
use uuid::Uuid;

/// A document as it is stored, with those whose booking it is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DocumentRow {
    id: Uuid,
    /// JSON of the domain's `Document`.
    pub body: String,
    /// Hexadecimal SHA-256 of `body`.
    pub sha256: String,
    client_id: Uuid,
    /// None of licences rented alone.
    expert_id: Option<Uuid>,
}

impl DocumentRow {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> DocumentId {
        DocumentId(self.id)
    }

    /// The client of its booking, or of its order for licences.
    #[must_use]
    pub const fn client(&self) -> AccountId {
        AccountId(self.client_id)
    }

    /// The expert of its booking; of licences rented alone nobody.
    #[must_use]
    pub const fn expert(&self) -> ExpertId {
        match self.expert_id {
            Some(id) => ExpertId(id),
            None => ExpertId(Uuid::nil()),
        }
    }
}

/// A document to be stored.
#[derive(Clone, Debug)]
pub struct NewDocument<'a> {
    /// Its id.
    pub id: DocumentId,
    /// Its number series.
    pub series: &'static str,
    /// Civil year of issue.
    pub year: i32,
    /// Number within series and year.
    pub sequence: u32,
    /// Its booking, or its order for licences.
    pub booking: BookingId,
    /// Whether it is an order for licences.
    pub is_rental: bool,
    /// What caused it.
    pub dedup_key: &'a str,
    /// Total with VAT, in cents.
    pub total: i64,
    /// JSON.
    pub body: &'a str,
    /// Hexadecimal SHA-256 of `body`.
    pub sha256: &'a str,
    /// When.
    pub issued_at: DateTime<Utc>,
}

/// Takes the lock of a series and year: until the transaction ends, nobody else draws a number from it. A rolled-back
/// transaction gives its number back, so there are no gaps.
///
/// # Errors
/// If the database fails.
pub async fn lock_series(exec: &mut Exec<'_>, series: &str, year: i32) -> sqlx::Result<()> {
    // The update that changes nothing locks the row, also against those who wait to insert it.
    const SQL: &str = "INSERT INTO document_counter (series, year, last_sequence) VALUES ($1, $2, 0)
        ON CONFLICT (series, year) DO UPDATE SET last_sequence = document_counter.last_sequence";
    on!(exec, |c| sqlx::query(SQL).bind(series).bind(i64::from(year)).execute(c).await.map(|_| ()))
}

/// Draws the next number of a locked series.
///
/// # Errors
/// If the database fails, or the series was not locked.
pub async fn next_sequence(exec: &mut Exec<'_>, series: &str, year: i32) -> sqlx::Result<i64> {
    const SQL: &str = "UPDATE document_counter SET last_sequence = last_sequence + 1
        WHERE series = $1 AND year = $2 RETURNING last_sequence";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(series).bind(i64::from(year)).fetch_one(c).await)
}

/// Stores a document.
///
/// # Errors
/// If the database fails or the cause has its document already.
pub async fn insert(exec: &mut Exec<'_>, new: &NewDocument<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO document
        (id, series, year, sequence, booking_id, rental_id, dedup_key, total, body, sha256, issued_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    on!(exec, |c| {
        sqlx::query(SQL)
            .bind(new.id.0)
            .bind(new.series)
            .bind(i64::from(new.year))
            .bind(i64::from(new.sequence))
            .bind((!new.is_rental).then_some(new.booking.0))
            .bind(new.is_rental.then_some(new.booking.0))
            .bind(new.dedup_key)
            .bind(new.total)
            .bind(new.body)
            .bind(new.sha256)
            .bind(new.issued_at)
            .execute(c)
            .await
            .map(|_| ())
    })
}

/// The document of a cause.
///
/// # Errors
/// If the database fails.
pub async fn by_cause(exec: &mut Exec<'_>, dedup_key: &str) -> sqlx::Result<Option<DocumentRow>> {
    const SQL: &str = "SELECT d.id, d.body, d.sha256, COALESCE(b.client_id, r.client_id) AS client_id, b.expert_id
        FROM document d LEFT JOIN booking b ON b.id = d.booking_id LEFT JOIN rental_order r ON r.id = d.rental_id
        WHERE d.dedup_key = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(dedup_key).fetch_optional(c).await)
}

/// A document.
///
/// # Errors
/// If the database fails.
pub async fn find(exec: &mut Exec<'_>, id: DocumentId) -> sqlx::Result<Option<DocumentRow>> {
    const SQL: &str = "SELECT d.id, d.body, d.sha256, COALESCE(b.client_id, r.client_id) AS client_id, b.expert_id
        FROM document d LEFT JOIN booking b ON b.id = d.booking_id LEFT JOIN rental_order r ON r.id = d.rental_id
        WHERE d.id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)
}

/// All documents of a booking, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn of_booking(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Vec<DocumentRow>> {
    const SQL: &str = "SELECT d.id, d.body, d.sha256, b.client_id, b.expert_id
        FROM document d JOIN booking b ON b.id = d.booking_id
        WHERE d.booking_id = $1 ORDER BY d.issued_at, d.series, d.sequence";
    on!(exec, |c| sqlx::query_as(SQL).bind(booking.0).fetch_all(c).await)
}

/// The name of each product.
///
/// # Errors
/// If the database fails.
pub async fn product_names(exec: &mut Exec<'_>) -> sqlx::Result<Vec<(String, String)>> {
    on!(exec, |c| sqlx::query_as("SELECT code, name FROM product").fetch_all(c).await)
}
