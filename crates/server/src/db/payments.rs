//! Rows of payments and refunds.

use crate::{
    db::{Exec, bookings::unreadable},
    on,
    payments::ProviderState,
};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    booking::PaymentMethod,
    ids::{AccountId, BookingId, PaymentId, RefundId},
    money::Cents,
};
use sqlx::FromRow;
use uuid::Uuid;

/// A payment, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Ours; the provider's idempotency key.
    pub id: PaymentId,
    /// Of which booking.
    pub booking: BookingId,
    /// How.
    pub method: PaymentMethod,
    /// How much.
    pub amount: Cents,
    /// The provider's last word that was applied.
    pub state: ProviderState,
    /// The provider's id, once it has answered.
    pub provider_ref: Option<String>,
    /// Where the client pays.
    pub checkout_url: Option<String>,
    /// Received or captured.
    pub captured: Cents,
    /// What is to be taken of an authorised payment; all of it if none.
    pub to_capture: Option<Cents>,
    /// The change whose price difference it pays; none for the booking's own.
    pub change: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    booking_id: Uuid,
    method: String,
    amount: i64,
    state: String,
    provider_ref: Option<String>,
    checkout_url: Option<String>,
    captured: i64,
    to_capture: Option<i64>,
    change_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<Row> for Payment {
    type Error = sqlx::Error;
    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: PaymentId(row.id),
            booking: BookingId(row.booking_id),
            method: PaymentMethod::parse(&row.method).ok_or_else(|| unreadable("payment method"))?,
            amount: Cents(row.amount),
            state: ProviderState::parse(&row.state).ok_or_else(|| unreadable("state of payment"))?,
            provider_ref: row.provider_ref,
            checkout_url: row.checkout_url,
            captured: Cents(row.captured),
            to_capture: row.to_capture.map(Cents),
            change: row.change_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

macro_rules! select_payment {
    ($rest:literal) => {
        concat!(
            "SELECT id, booking_id, method, amount, state, provider_ref, checkout_url, captured, ",
            "to_capture, change_id, created_at, updated_at FROM payment ",
            $rest
        )
    };
}

/// Writes a new payment.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, payment: &Payment) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO payment (id, booking_id, method, amount, state, captured, change_id, created_at, \
        updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(payment.id.0)
        .bind(payment.booking.0)
        .bind(payment.method.code())
        .bind(payment.amount.0)
        .bind(payment.state.code())
        .bind(payment.captured.0)
        .bind(payment.change)
        .bind(payment.created_at)
        .bind(payment.updated_at)
        .execute(c)
        .await
        .map(drop))
}

/// A payment.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: PaymentId) -> sqlx::Result<Option<Payment>> {
    const SQL: &str = select_payment!("WHERE id = $1");
    on!(exec, |c| sqlx::query_as::<_, Row>(SQL).bind(id.0).fetch_optional(c).await)?.map(Payment::try_from).transpose()
}

/// A payment by the provider's id.
///
/// # Errors
/// The database's.
pub async fn by_reference(exec: &mut Exec<'_>, reference: &str) -> sqlx::Result<Option<Payment>> {
    const SQL: &str = select_payment!("WHERE provider_ref = $1");
    on!(exec, |c| sqlx::query_as::<_, Row>(SQL).bind(reference).fetch_optional(c).await)?
        .map(Payment::try_from)
        .transpose()
}

/// Payments of a booking, oldest first.
///
/// # Errors
/// The database's.
pub async fn of_booking(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Vec<Payment>> {
    const SQL: &str = select_payment!("WHERE booking_id = $1 ORDER BY created_at, id");
    let rows = on!(exec, |c| sqlx::query_as::<_, Row>(SQL).bind(booking.0).fetch_all(c).await)?;
    rows.into_iter().map(Payment::try_from).collect()
}

/// Notes what the provider answered when the payment was made. A reference once noted never changes.
///
/// # Errors
/// The database's.
pub async fn note_created(
    exec: &mut Exec<'_>,
    id: PaymentId,
    reference: &str,
    checkout_url: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE payment SET provider_ref = $2, checkout_url = COALESCE($3, checkout_url), \
        updated_at = $4 WHERE id = $1 AND (provider_ref IS NULL OR provider_ref = $2)";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(reference).bind(checkout_url).bind(now).execute(c).await.map(drop))
}

/// Stores the provider's word and what was captured.
///
/// # Errors
/// The database's.
pub async fn store_state(
    exec: &mut Exec<'_>,
    id: PaymentId,
    state: ProviderState,
    captured: Cents,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE payment SET state = $2, captured = $3, updated_at = $4 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(state.code()).bind(captured.0).bind(now).execute(c).await.map(drop))
}

/// Notes how much of an authorised payment is to be taken.
///
/// # Errors
/// The database's.
pub async fn store_to_capture(
    exec: &mut Exec<'_>,
    id: PaymentId,
    amount: Cents,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE payment SET to_capture = $2, updated_at = $3 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(amount.0).bind(now).execute(c).await.map(drop))
}

/// Gives a payment up that the provider will not make: unless it was made after all, by another attempt.
///
/// # Errors
/// The database's.
pub async fn note_unmade(exec: &mut Exec<'_>, id: PaymentId, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE payment SET state = 'failed', updated_at = $2 \
        WHERE id = $1 AND state = 'open' AND provider_ref IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(now).execute(c).await.map(drop))
}

/// What an account's cards may still be charged with for orders without an invoice: authorised, or about to be.
///
/// # Errors
/// The database's.
pub async fn uncaptured_cards(exec: &mut Exec<'_>, client: AccountId, now: DateTime<Utc>) -> sqlx::Result<Cents> {
    const SQL: &str = "SELECT CAST(COALESCE(SUM(p.amount - p.captured), 0) AS BIGINT) FROM payment p \
        JOIN booking b ON b.id = p.booking_id WHERE b.client_id = $1 AND p.method = 'creditcard' \
        AND ((b.state = 'requested' AND p.state = 'authorized') \
        OR (b.state = 'held' AND b.clock_at > $2 AND p.state IN ('open', 'pending')))";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(client.0).bind(now).fetch_one(c).await).map(Cents)
}

/// A refund's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// Not yet with the provider.
    Due,
    /// With the provider.
    Sent,
    /// Given up: a person must see to it.
    Failed,
}

impl RefundState {
    /// Its code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Due, Self::Sent, Self::Failed].into_iter().find(|state| state.code() == code)
    }
}

/// A refund, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Ours; the provider's idempotency key.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// How much.
    pub amount: Cents,
    /// How far it is.
    pub state: RefundState,
    /// The provider's id.
    pub provider_ref: Option<String>,
    /// Why.
    pub reason: String,
    /// When it became due.
    pub created_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct RefundRow {
    id: Uuid,
    payment_id: Uuid,
    amount: i64,
    state: String,
    provider_ref: Option<String>,
    reason: String,
    created_at: DateTime<Utc>,
}

impl TryFrom<RefundRow> for Refund {
    type Error = sqlx::Error;
    fn try_from(row: RefundRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: RefundId(row.id),
            payment: PaymentId(row.payment_id),
            amount: Cents(row.amount),
            state: RefundState::parse(&row.state).ok_or_else(|| unreadable("state of refund"))?,
            provider_ref: row.provider_ref,
            reason: row.reason,
            created_at: row.created_at,
        })
    }
}

/// Writes a refund that is due. `false` if its cause asked for one before.
///
/// # Errors
/// The database's.
pub async fn insert_refund(exec: &mut Exec<'_>, refund: &Refund, dedup_key: &str) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO refund (id, payment_id, amount, state, reason, dedup_key, created_at, updated_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (dedup_key) DO NOTHING";
    let affected = on!(exec, |c| sqlx::query(SQL)
        .bind(refund.id.0)
        .bind(refund.payment.0)
        .bind(refund.amount.0)
        .bind(refund.state.code())
        .bind(&refund.reason)
        .bind(dedup_key)
        .bind(refund.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(affected == 1)
}

/// A refund.
///
/// # Errors
/// The database's.
pub async fn refund(exec: &mut Exec<'_>, id: RefundId) -> sqlx::Result<Option<Refund>> {
    const SQL: &str =
        "SELECT id, payment_id, amount, state, provider_ref, reason, created_at FROM refund WHERE id = $1";
    on!(exec, |c| sqlx::query_as::<_, RefundRow>(SQL).bind(id.0).fetch_optional(c).await)?
        .map(Refund::try_from)
        .transpose()
}

/// Refunds of a booking's payments, oldest first.
///
/// # Errors
/// The database's.
pub async fn refunds_of_booking(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Vec<Refund>> {
    const SQL: &str = "SELECT r.id, r.payment_id, r.amount, r.state, r.provider_ref, r.reason, r.created_at \
        FROM refund r JOIN payment p ON p.id = r.payment_id WHERE p.booking_id = $1 ORDER BY r.created_at, r.id";
    let rows = on!(exec, |c| sqlx::query_as::<_, RefundRow>(SQL).bind(booking.0).fetch_all(c).await)?;
    rows.into_iter().map(Refund::try_from).collect()
}

/// Notes that the provider has the refund. `false` if that was noted before.
///
/// # Errors
/// The database's.
pub async fn note_refunded(
    exec: &mut Exec<'_>,
    id: RefundId,
    reference: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str =
        "UPDATE refund SET state = 'sent', provider_ref = $2, updated_at = $3 WHERE id = $1 AND state <> 'sent'";
    let affected = on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(reference)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(affected == 1)
}

/// Notes that a client's bank took money back; `false` if that was noted before.
///
/// # Errors
/// The database's.
pub async fn insert_chargeback(
    exec: &mut Exec<'_>,
    reference: &str,
    payment: PaymentId,
    amount: Cents,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO chargeback (provider_ref, payment_id, amount, reversed, noted_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (provider_ref) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(reference)
        .bind(payment.0)
        .bind(amount.0)
        .bind(false)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Notes that it was given again; `false` if that was noted before.
///
/// # Errors
/// The database's.
pub async fn reverse_chargeback(exec: &mut Exec<'_>, reference: &str) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE chargeback SET reversed = $2 WHERE provider_ref = $1 AND NOT reversed";
    on!(exec, |c| sqlx::query(SQL).bind(reference).bind(true).execute(c).await.map(|done| done.rows_affected() == 1))
}
