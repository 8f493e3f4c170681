//! Licences rented alone: `rental_stock`, `rental_order`, `rental_day`, `rental_log`, `rental_payment`,
//! `rental_refund`.

use crate::{db::Exec, db::bookings::Buyer, on, payments::ProviderState};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::{
    booking::PaymentMethod,
    expert::ProductCode,
    ids::{AccountId, PaymentId, RefundId},
    money::Cents,
    pricing::Quote,
    rental::{RentalOrder, RentalState, Term},
    rulebook::RulebookVersion,
};
use gabarit_i18n::Locale;
use sqlx::FromRow;
use std::collections::BTreeMap;
use uuid::Uuid;

/// An order, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rental {
    /// Its id.
    pub id: Uuid,
    /// Short, for people: `R-` and six characters.
    pub reference: String,
    /// The form's own key.
    pub key: Uuid,
    /// Who ordered.
    pub client: AccountId,
    /// State, with its clock.
    pub state: RentalState,
    /// Rises with each move.
    pub version: i64,
    /// What was ordered.
    pub order: RentalOrder,
    /// What was agreed.
    pub quote: Quote,
    /// The rules it was agreed under.
    pub rulebook: RulebookVersion,
    /// The quote's total.
    pub total: Cents,
    /// For whom.
    pub buyer: Buyer,
    /// The client's own order number.
    pub order_number: Option<String>,
    /// The language it was ordered in.
    pub locale: Locale,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl Rental {
    /// When it is rented.
    #[must_use]
    pub const fn term(&self) -> Term {
        self.order.term
    }
}

#[derive(FromRow)]
struct RentalRow {
    id: Uuid,
    reference: String,
    idempotency_key: Uuid,
    client_id: Uuid,
    state: String,
    clock_at: Option<DateTime<Utc>>,
    version: i64,
    order_body: String,
    quote_body: String,
    rulebook_version: i64,
    total: i64,
    buyer_body: String,
    order_number: Option<String>,
    locale: String,
    created_at: DateTime<Utc>,
}

fn unreadable(what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(what.into())
}

impl TryFrom<RentalRow> for Rental {
    type Error = sqlx::Error;
    fn try_from(row: RentalRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.id,
            reference: row.reference,
            key: row.idempotency_key,
            client: AccountId(row.client_id),
            state: RentalState::parse(&row.state, row.clock_at).ok_or_else(|| unreadable("state of a rental"))?,
            version: row.version,
            order: serde_json::from_str(&row.order_body).map_err(unreadable)?,
            quote: serde_json::from_str(&row.quote_body).map_err(unreadable)?,
            rulebook: RulebookVersion(i32::try_from(row.rulebook_version).map_err(unreadable)?),
            total: Cents(row.total),
            buyer: serde_json::from_str(&row.buyer_body).map_err(unreadable)?,
            order_number: row.order_number,
            locale: Locale::parse(&row.locale).unwrap_or_default(),
            created_at: row.created_at,
        })
    }
}

macro_rules! rental {
    ($rest:literal) => {
        concat!(
            "SELECT id, reference, idempotency_key, client_id, state, clock_at, version, order_body, quote_body, \
             CAST(rulebook_version AS BIGINT) AS rulebook_version, total, buyer_body, order_number, locale, created_at \
             FROM rental_order ",
            $rest
        )
    };
}

fn json<T: serde::Serialize>(value: &T) -> sqlx::Result<String> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Adds an order.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, rental: &Rental) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO rental_order (id, reference, idempotency_key, client_id, state, clock_at, version, \
        first_day, last_day, order_body, quote_body, rulebook_version, total, buyer_body, order_number, locale, \
        created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    let (order, quote, buyer) = (json(&rental.order)?, json(&rental.quote)?, json(&rental.buyer)?);
    on!(exec, |c| sqlx::query(SQL)
        .bind(rental.id)
        .bind(&rental.reference)
        .bind(rental.key)
        .bind(rental.client.0)
        .bind(rental.state.code())
        .bind(rental.state.clock())
        .bind(rental.version)
        .bind(rental.order.term.first)
        .bind(rental.order.term.last)
        .bind(&order)
        .bind(&quote)
        .bind(i64::from(rental.rulebook.0))
        .bind(rental.total.0)
        .bind(&buyer)
        .bind(&rental.order_number)
        .bind(rental.locale.code())
        .bind(rental.created_at)
        .execute(c)
        .await
        .map(drop))
}

/// An order.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<Rental>> {
    const SQL: &str = rental!("WHERE id = $1");
    let row: Option<RentalRow> = on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
    row.map(Rental::try_from).transpose()
}

/// An order, locked until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn get_locked(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<Rental>> {
    const LOCK: &str = "UPDATE rental_order SET version = version WHERE id = $1";
    on!(&mut *exec, |c| sqlx::query(LOCK).bind(id).execute(c).await.map(drop))?;
    get(exec, id).await
}

/// The order of a form's key.
///
/// # Errors
/// The database's.
pub async fn by_key(exec: &mut Exec<'_>, key: Uuid) -> sqlx::Result<Option<Rental>> {
    const SQL: &str = rental!("WHERE idempotency_key = $1");
    let row: Option<RentalRow> = on!(exec, |c| sqlx::query_as(SQL).bind(key).fetch_optional(c).await)?;
    row.map(Rental::try_from).transpose()
}

/// An account's orders, the newest first.
///
/// # Errors
/// The database's.
pub async fn of_client(exec: &mut Exec<'_>, client: AccountId) -> sqlx::Result<Vec<Rental>> {
    const SQL: &str = rental!("WHERE client_id = $1 ORDER BY created_at DESC, id LIMIT 100");
    let rows: Vec<RentalRow> = on!(exec, |c| sqlx::query_as(SQL).bind(client.0).fetch_all(c).await)?;
    rows.into_iter().map(Rental::try_from).collect()
}

/// Orders to be handed out, the next first day first.
///
/// # Errors
/// The database's.
pub async fn to_hand_out(exec: &mut Exec<'_>) -> sqlx::Result<Vec<Rental>> {
    const SQL: &str = rental!("WHERE state IN ('authorised', 'paid') ORDER BY first_day, id LIMIT 500");
    let rows: Vec<RentalRow> = on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
    rows.into_iter().map(Rental::try_from).collect()
}

/// Orders that are with clients, the next last day first.
///
/// # Errors
/// The database's.
pub async fn to_come_back(exec: &mut Exec<'_>) -> sqlx::Result<Vec<Rental>> {
    const SQL: &str = rental!("WHERE state = 'handed-out' ORDER BY last_day, id LIMIT 500");
    let rows: Vec<RentalRow> = on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
    rows.into_iter().map(Rental::try_from).collect()
}

/// Unpaid reservations of an account that run.
///
/// # Errors
/// The database's.
pub async fn running(exec: &mut Exec<'_>, client: AccountId, now: DateTime<Utc>) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM rental_order WHERE client_id = $1 AND state = 'reserved' AND clock_at > $2";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(client.0).bind(now).fetch_one(c).await)
}

/// Reservations whose time is over and that still stand.
///
/// # Errors
/// The database's.
pub async fn overdue(exec: &mut Exec<'_>, now: DateTime<Utc>) -> sqlx::Result<Vec<Rental>> {
    const SQL: &str = rental!("WHERE state = 'reserved' AND clock_at <= $1 ORDER BY id");
    let rows: Vec<RentalRow> = on!(exec, |c| sqlx::query_as(SQL).bind(now).fetch_all(c).await)?;
    rows.into_iter().map(Rental::try_from).collect()
}

/// Stores a move of an order that is at its version; `false` if it has moved on.
///
/// # Errors
/// The database's.
pub async fn store_move(exec: &mut Exec<'_>, rental: &Rental, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE rental_order SET state = $3, clock_at = $4, version = version + 1, \
        paid_at = CASE WHEN $3 = 'paid' THEN $5 ELSE paid_at END, \
        handed_out_at = CASE WHEN $3 = 'handed-out' THEN $5 ELSE handed_out_at END, \
        returned_at = CASE WHEN $3 = 'returned' THEN $5 ELSE returned_at END, \
        cancelled_at = CASE WHEN $3 = 'cancelled' THEN $5 ELSE cancelled_at END \
        WHERE id = $1 AND version = $2";
    on!(exec, |c| sqlx::query(SQL)
        .bind(rental.id)
        .bind(rental.version)
        .bind(rental.state.code())
        .bind(rental.state.clock())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Adds to an order's log.
///
/// # Errors
/// The database's.
pub async fn log(
    exec: &mut Exec<'_>,
    id: Uuid,
    at: DateTime<Utc>,
    actor: Option<AccountId>,
    (from, to): (Option<&str>, &str),
    reason: &str,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO rental_log (rental_id, step, at, actor_id, from_state, to_state, reason) \
        SELECT $1, COALESCE(MAX(step), 0) + 1, $2, $3, $4, $5, $6 FROM rental_log WHERE rental_id = $1";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(at)
        .bind(actor.map(|actor| actor.0))
        .bind(from)
        .bind(to)
        .bind(reason)
        .execute(c)
        .await
        .map(drop))
}

/// An order's log: when, to which state, by whom.
///
/// # Errors
/// The database's.
pub async fn log_of(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Vec<(DateTime<Utc>, String, Option<Uuid>)>> {
    const SQL: &str = "SELECT at, to_state, actor_id FROM rental_log WHERE rental_id = $1 ORDER BY step";
    on!(exec, |c| sqlx::query_as(SQL).bind(id).fetch_all(c).await)
}

/// What there is of each product.
///
/// # Errors
/// The database's.
pub async fn stock(exec: &mut Exec<'_>) -> sqlx::Result<BTreeMap<String, i64>> {
    let rows: Vec<(String, i64)> =
        on!(exec, |c| sqlx::query_as("SELECT product, units FROM rental_stock").fetch_all(c).await)?;
    Ok(rows.into_iter().collect())
}

/// Locks the stock of a product until the transaction ends, and reads it. Always in the order of the products' codes.
///
/// # Errors
/// The database's.
pub async fn lock_stock(exec: &mut Exec<'_>, product: &ProductCode) -> sqlx::Result<i64> {
    const SQL: &str = "UPDATE rental_stock SET units = units WHERE product = $1 RETURNING units";
    let units: Option<i64> = on!(exec, |c| sqlx::query_scalar(SQL).bind(product.as_str()).fetch_optional(c).await)?;
    Ok(units.unwrap_or(0))
}

/// Sets the stock of a product.
///
/// # Errors
/// The database's.
pub async fn set_stock(exec: &mut Exec<'_>, product: &ProductCode, units: i64) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO rental_stock (product, units) VALUES ($1, $2) \
        ON CONFLICT (product) DO UPDATE SET units = excluded.units";
    on!(exec, |c| sqlx::query(SQL).bind(product.as_str()).bind(units).execute(c).await.map(drop))
}

/// Units that were not brought back after their last day are with a client still, whatever the day.
macro_rules! late {
    ($today:literal) => {
        concat!("rental_id IN (SELECT id FROM rental_order WHERE state = 'handed-out' AND last_day < ", $today, ")")
    };
}

/// Units of a product that are somebody's on at least one day of a term, or overdue today.
///
/// # Errors
/// The database's.
pub async fn taken(exec: &mut Exec<'_>, product: &ProductCode, term: Term, today: NaiveDate) -> sqlx::Result<Vec<i64>> {
    const SQL: &str = concat!(
        "SELECT DISTINCT unit FROM rental_day WHERE product = $1 AND ((day >= $2 AND day <= $3) OR ",
        late!("$4"),
        ")"
    );
    on!(exec, |c| sqlx::query_scalar(SQL)
        .bind(product.as_str())
        .bind(term.first)
        .bind(term.last)
        .bind(today)
        .fetch_all(c)
        .await)
}

/// The highest unit of a product that is somebody's from today on, overdue ones included; nought if none is.
///
/// # Errors
/// The database's.
pub async fn highest(exec: &mut Exec<'_>, product: &ProductCode, today: NaiveDate) -> sqlx::Result<i64> {
    const SQL: &str = concat!(
        "SELECT CAST(COALESCE(MAX(unit), 0) AS BIGINT) FROM rental_day WHERE product = $1 AND (day >= $2 OR ",
        late!("$2"),
        ")"
    );
    on!(exec, |c| sqlx::query_scalar(SQL).bind(product.as_str()).bind(today).fetch_one(c).await)
}

/// Takes a unit for a term. The key refuses what is somebody else's.
///
/// # Errors
/// The database's.
pub async fn take(exec: &mut Exec<'_>, product: &ProductCode, unit: i64, term: Term, rental: Uuid) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO rental_day (product, unit, day, rental_id) VALUES ($1, $2, $3, $4)";
    for day in term.iter() {
        on!(&mut *exec, |c| sqlx::query(SQL)
            .bind(product.as_str())
            .bind(unit)
            .bind(day)
            .bind(rental)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}

/// Gives an order's units back: from a day on.
///
/// # Errors
/// The database's.
pub async fn free(exec: &mut Exec<'_>, rental: Uuid, from: NaiveDate) -> sqlx::Result<()> {
    const SQL: &str = "DELETE FROM rental_day WHERE rental_id = $1 AND day >= $2";
    on!(exec, |c| sqlx::query(SQL).bind(rental).bind(from).execute(c).await.map(drop))
}

/// A payment of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RentalPayment {
    /// Ours.
    pub id: PaymentId,
    /// Its order.
    pub rental: Uuid,
    /// How.
    pub method: PaymentMethod,
    /// How much.
    pub amount: Cents,
    /// The provider's word.
    pub state: ProviderState,
    /// The provider's id.
    pub provider_ref: Option<String>,
    /// The page on which the client pays.
    pub checkout_url: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct PaymentRow {
    id: Uuid,
    rental_id: Uuid,
    method: String,
    amount: i64,
    state: String,
    provider_ref: Option<String>,
    checkout_url: Option<String>,
    created_at: DateTime<Utc>,
}

impl TryFrom<PaymentRow> for RentalPayment {
    type Error = sqlx::Error;
    fn try_from(row: PaymentRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: PaymentId(row.id),
            rental: row.rental_id,
            method: PaymentMethod::parse(&row.method).ok_or_else(|| unreadable("method of a payment"))?,
            amount: Cents(row.amount),
            state: ProviderState::parse(&row.state).ok_or_else(|| unreadable("state of a payment"))?,
            provider_ref: row.provider_ref,
            checkout_url: row.checkout_url,
            created_at: row.created_at,
        })
    }
}

macro_rules! payment {
    ($rest:literal) => {
        concat!(
            "SELECT id, rental_id, method, amount, state, provider_ref, checkout_url, created_at FROM rental_payment ",
            $rest
        )
    };
}

/// Adds a payment that the provider does not know yet.
///
/// # Errors
/// The database's.
pub async fn insert_payment(exec: &mut Exec<'_>, payment: &RentalPayment) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO rental_payment (id, rental_id, method, amount, state, captured, created_at, \
        updated_at) VALUES ($1, $2, $3, $4, $5, 0, $6, $6)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(payment.id.0)
        .bind(payment.rental)
        .bind(payment.method.code())
        .bind(payment.amount.0)
        .bind(payment.state.code())
        .bind(payment.created_at)
        .execute(c)
        .await
        .map(drop))
}

/// A payment.
///
/// # Errors
/// The database's.
pub async fn payment(exec: &mut Exec<'_>, id: PaymentId) -> sqlx::Result<Option<RentalPayment>> {
    const SQL: &str = payment!("WHERE id = $1");
    let row: Option<PaymentRow> = on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
    row.map(RentalPayment::try_from).transpose()
}

/// A payment by the provider's id.
///
/// # Errors
/// The database's.
pub async fn payment_by_reference(exec: &mut Exec<'_>, reference: &str) -> sqlx::Result<Option<RentalPayment>> {
    const SQL: &str = payment!("WHERE provider_ref = $1");
    let row: Option<PaymentRow> = on!(exec, |c| sqlx::query_as(SQL).bind(reference).fetch_optional(c).await)?;
    row.map(RentalPayment::try_from).transpose()
}

/// An order's payments, oldest first.
///
/// # Errors
/// The database's.
pub async fn payments(exec: &mut Exec<'_>, rental: Uuid) -> sqlx::Result<Vec<RentalPayment>> {
    const SQL: &str = payment!("WHERE rental_id = $1 ORDER BY created_at, id");
    let rows: Vec<PaymentRow> = on!(exec, |c| sqlx::query_as(SQL).bind(rental).fetch_all(c).await)?;
    rows.into_iter().map(RentalPayment::try_from).collect()
}

/// Notes what the provider made.
///
/// # Errors
/// The database's.
pub async fn note_created(
    exec: &mut Exec<'_>,
    id: PaymentId,
    reference: &str,
    url: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE rental_payment SET provider_ref = $2, checkout_url = $3, updated_at = $4 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(reference).bind(url).bind(now).execute(c).await.map(drop))
}

/// Notes the provider's word.
///
/// # Errors
/// The database's.
pub async fn store_payment(
    exec: &mut Exec<'_>,
    id: PaymentId,
    state: ProviderState,
    captured: Cents,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE rental_payment SET state = $2, captured = $3, updated_at = $4 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(state.code()).bind(captured.0).bind(now).execute(c).await.map(drop))
}

/// Orders a refund of a payment; `false` if its cause was refunded before.
///
/// # Errors
/// The database's.
pub async fn insert_refund(
    exec: &mut Exec<'_>,
    id: RefundId,
    payment: PaymentId,
    amount: Cents,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO rental_refund (id, payment_id, amount, state, reason, dedup_key, created_at, \
        updated_at) VALUES ($1, $2, $3, 'due', $4, $5, $6, $6) ON CONFLICT (dedup_key) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(payment.0)
        .bind(amount.0)
        .bind(reason)
        .bind(format!("payment:{payment}"))
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Documents of an order: id and body, oldest first.
///
/// # Errors
/// The database's.
pub async fn documents(exec: &mut Exec<'_>, rental: Uuid) -> sqlx::Result<Vec<super::documents::DocumentRow>> {
    const SQL: &str = "SELECT d.id, d.body, d.sha256, r.client_id, CAST(NULL AS UUID) AS expert_id
        FROM document d JOIN rental_order r ON r.id = d.rental_id WHERE d.rental_id = $1
        ORDER BY d.issued_at, d.series DESC, d.sequence";
    const LITE: &str = "SELECT d.id, d.body, d.sha256, r.client_id, NULL AS expert_id
        FROM document d JOIN rental_order r ON r.id = d.rental_id WHERE d.rental_id = $1
        ORDER BY d.issued_at, d.series DESC, d.sequence";
    match exec {
        Exec::Sqlite(c) => sqlx::query_as(LITE).bind(rental).fetch_all(&mut **c).await,
        Exec::Postgres(c) => sqlx::query_as(SQL).bind(rental).fetch_all(&mut **c).await,
    }
}

/// Whether an id is that of an order for licences.
///
/// # Errors
/// The database's.
pub async fn is_rental(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<bool> {
    let count: i64 = on!(exec, |c| sqlx::query_scalar("SELECT COUNT(*) FROM rental_order WHERE id = $1")
        .bind(id)
        .fetch_one(c)
        .await)?;
    Ok(count > 0)
}
