//! What is rented alone: `rental_order`, `rental_log`, `rental_payment`, `rental_refund`, `rental_chargeback`. Stock and
//! days stand in [`super::stock`].

use crate::{db::Exec, db::bookings::Buyer, on, payments::ProviderState};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    booking::PaymentMethod,
    ids::{AccountId, PaymentId},
    money::Cents,
    pricing::Quote,
    rental::{Delivery, RentalOrder, RentalState, Term},
    rulebook::RulebookVersion,
};
use gabarit_i18n::Locale;
use sqlx::FromRow;
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
    /// Where workstations are sent.
    pub delivery: Option<Delivery>,
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
    delivery_body: Option<String>,
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
            delivery: row.delivery_body.map(|body| serde_json::from_str(&body).map_err(unreadable)).transpose()?,
            locale: Locale::parse(&row.locale).unwrap_or_default(),
            created_at: row.created_at,
        })
    }
}

macro_rules! rental {
    ($rest:literal) => {
        concat!(
            "SELECT id, reference, idempotency_key, client_id, state, clock_at, version, order_body, quote_body, \
             CAST(rulebook_version AS BIGINT) AS rulebook_version, total, buyer_body, order_number, \
             delivery_body, locale, created_at FROM rental_order ",
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
        created_at, delivery_body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
        $18)";
    let (order, quote, buyer) = (json(&rental.order)?, json(&rental.quote)?, json(&rental.buyer)?);
    let delivery = rental.delivery.as_ref().map(json).transpose()?;
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
        .bind(&delivery)
        .execute(c)
        .await
        .map(drop))
}

/// Corrects whom an order is for and where it is sent: before it is paid.
///
/// # Errors
/// The database's.
pub async fn correct(exec: &mut Exec<'_>, rental: &Rental) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE rental_order SET buyer_body = $2, order_number = $3, delivery_body = $4 WHERE id = $1";
    let buyer = json(&rental.buyer)?;
    let delivery = rental.delivery.as_ref().map(json).transpose()?;
    on!(exec, |c| sqlx::query(SQL)
        .bind(rental.id)
        .bind(&buyer)
        .bind(&rental.order_number)
        .bind(&delivery)
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

/// Gives a payment up that the provider will not make: unless it was made after all, by another attempt.
///
/// # Errors
/// The database's.
pub async fn note_unmade(exec: &mut Exec<'_>, id: PaymentId, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE rental_payment SET state = 'failed', updated_at = $2 \
        WHERE id = $1 AND state = 'open' AND provider_ref IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(now).execute(c).await.map(drop))
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

/// Money that a bank took back of an order's payments.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RentalChargeback {
    /// The provider's id.
    pub provider_ref: String,
    /// Of which payment.
    pub payment_id: Uuid,
    /// How much.
    pub amount: i64,
    /// Whether it was given again.
    pub reversed: bool,
    /// When it was heard of.
    pub noted_at: DateTime<Utc>,
}

/// What banks took back of an order's payments, oldest first.
///
/// # Errors
/// The database's.
pub async fn chargebacks(exec: &mut Exec<'_>, rental: Uuid) -> sqlx::Result<Vec<RentalChargeback>> {
    const SQL: &str = "SELECT c.provider_ref, c.payment_id, c.amount, c.reversed, c.noted_at FROM rental_chargeback c \
        JOIN rental_payment p ON p.id = c.payment_id WHERE p.rental_id = $1 ORDER BY c.noted_at, c.provider_ref";
    on!(exec, |c| sqlx::query_as(SQL).bind(rental).fetch_all(c).await)
}

/// Orders of which a bank took money back.
///
/// # Errors
/// The database's.
pub async fn charged_back(exec: &mut Exec<'_>) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "SELECT DISTINCT p.rental_id FROM rental_chargeback c \
        JOIN rental_payment p ON p.id = c.payment_id WHERE NOT c.reversed";
    on!(exec, |c| sqlx::query_scalar(SQL).fetch_all(c).await)
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

/// Whether an id is that of an order alone.
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
