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
    const SQL: &str = "SELECT CAST(COALESCE(SUM(open), 0) AS BIGINT) FROM (\
        SELECT p.amount - p.captured AS open FROM payment p \
        JOIN booking b ON b.id = p.booking_id WHERE b.client_id = $1 AND p.method = 'creditcard' \
        AND ((b.state = 'requested' AND p.state = 'authorized') \
        OR (b.state = 'held' AND b.clock_at > $2 AND p.state IN ('open', 'pending'))) \
        UNION ALL SELECT p.amount - p.captured FROM rental_payment p \
        JOIN rental_order o ON o.id = p.rental_id WHERE o.client_id = $1 AND p.method = 'creditcard' \
        AND ((o.state = 'authorised' AND p.state = 'authorized') \
        OR (o.state = 'reserved' AND o.clock_at > $2 AND p.state IN ('open', 'pending')))) AS cards";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(client.0).bind(now).fetch_one(c).await).map(Cents)
}

/// A refund's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// Not yet with the provider.
    Due,
    /// With the provider.
    Sent,
    /// The provider had it, and it came back: a person must see to it.
    Failed,
    /// Came back or was refused, and was paid another way.
    Elsewhere,
    /// Not sent: the client's bank took the money back by itself.
    Taken,
}

impl RefundState {
    /// Its code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Elsewhere => "elsewhere",
            Self::Taken => "taken",
        }
    }

    /// Reads [`RefundState::code`] back.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Due, Self::Sent, Self::Failed, Self::Elsewhere, Self::Taken]
            .into_iter()
            .find(|state| state.code() == code)
    }

    /// Whether the money is the client's again, as far as is known.
    #[must_use]
    pub const fn is_gone(self) -> bool {
        matches!(self, Self::Sent | Self::Elsewhere | Self::Taken)
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
    /// Which attempt it is, or was.
    pub attempt: u32,
    /// The provider's id.
    pub provider_ref: Option<String>,
    /// Why.
    pub reason: String,
    /// When it became due.
    pub created_at: DateTime<Utc>,
    /// When it came to its state.
    pub updated_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct RefundRow {
    id: Uuid,
    payment_id: Uuid,
    amount: i64,
    state: String,
    attempt: i64,
    provider_ref: Option<String>,
    reason: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<RefundRow> for Refund {
    type Error = sqlx::Error;
    fn try_from(row: RefundRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: RefundId(row.id),
            payment: PaymentId(row.payment_id),
            amount: Cents(row.amount),
            state: RefundState::parse(&row.state).ok_or_else(|| unreadable("state of refund"))?,
            attempt: u32::try_from(row.attempt).map_err(|_| unreadable("attempt of a refund"))?,
            provider_ref: row.provider_ref,
            reason: row.reason,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Refunds of an order for licences, oldest first.
///
/// # Errors
/// The database's.
pub async fn refunds_of_rental(exec: &mut Exec<'_>, rental: Uuid) -> sqlx::Result<Vec<Refund>> {
    const SQL: &str = "SELECT r.id, r.payment_id, r.amount, r.state, CAST(r.attempt AS BIGINT) AS attempt, \
        r.provider_ref, r.reason, r.created_at, r.updated_at FROM rental_refund r \
        JOIN rental_payment p ON p.id = r.payment_id WHERE p.rental_id = $1 ORDER BY r.created_at, r.id";
    let rows = on!(exec, |c| sqlx::query_as::<_, RefundRow>(SQL).bind(rental).fetch_all(c).await)?;
    rows.into_iter().map(Refund::try_from).collect()
}

/// A refund of licences rented alone.
///
/// # Errors
/// The database's.
pub async fn rental_refund(exec: &mut Exec<'_>, id: RefundId) -> sqlx::Result<Option<Refund>> {
    const SQL: &str = "SELECT id, payment_id, amount, state, CAST(attempt AS BIGINT) AS attempt, provider_ref, reason, \
        created_at, updated_at FROM rental_refund WHERE id = $1";
    on!(exec, |c| sqlx::query_as::<_, RefundRow>(SQL).bind(id.0).fetch_optional(c).await)?
        .map(Refund::try_from)
        .transpose()
}

/// A refund.
///
/// # Errors
/// The database's.
pub async fn refund(exec: &mut Exec<'_>, id: RefundId) -> sqlx::Result<Option<Refund>> {
    const SQL: &str = "SELECT id, payment_id, amount, state, CAST(attempt AS BIGINT) AS attempt, provider_ref, reason, \
        created_at, updated_at FROM refund WHERE id = $1";
    on!(exec, |c| sqlx::query_as::<_, RefundRow>(SQL).bind(id.0).fetch_optional(c).await)?
        .map(Refund::try_from)
        .transpose()
}

/// Refunds of a booking's payments, oldest first.
///
/// # Errors
/// The database's.
pub async fn refunds_of_booking(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Vec<Refund>> {
    const SQL: &str = "SELECT r.id, r.payment_id, r.amount, r.state, CAST(r.attempt AS BIGINT) AS attempt, \
        r.provider_ref, r.reason, r.created_at, r.updated_at FROM refund r JOIN payment p ON p.id = r.payment_id WHERE p.booking_id = $1 ORDER BY r.created_at, r.id";
    let rows = on!(exec, |c| sqlx::query_as::<_, RefundRow>(SQL).bind(booking.0).fetch_all(c).await)?;
    rows.into_iter().map(Refund::try_from).collect()
}

/// What is to be refunded of a booking and is not sent, if a bank has ever taken money of it back.
///
/// # Errors
/// The database's.
pub async fn returning_after_chargeback(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Option<Cents>> {
    const SQL: &str = "SELECT CAST((SELECT COALESCE(SUM(r.amount), 0) FROM refund r JOIN payment p ON p.id = r.payment_id \
        WHERE p.booking_id = $1 AND r.state IN ('due', 'failed')) AS BIGINT) \
        WHERE EXISTS (SELECT 1 FROM chargeback c JOIN payment p ON p.id = c.payment_id WHERE p.booking_id = $1)";
    let cents: Option<i64> = on!(exec, |c| sqlx::query_scalar(SQL).bind(booking.0).fetch_optional(c).await)?;
    Ok(cents.map(Cents))
}

/// Where refunds and chargebacks are kept: of bookings, and of licences rented alone. The columns are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refunds {
    /// `refund`, `chargeback`.
    OfBookings,
    /// `rental_refund`, `rental_chargeback`.
    OfRentals,
}

macro_rules! update_refund {
    ($refunds:expr, $rest:literal) => {
        match $refunds {
            Refunds::OfBookings => concat!("UPDATE refund ", $rest),
            Refunds::OfRentals => concat!("UPDATE rental_refund ", $rest),
        }
    };
}

impl Refunds {
    /// Writes a refund. `false` if its cause asked for one before.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(self, exec: &mut Exec<'_>, refund: &Refund, dedup_key: &str) -> sqlx::Result<bool> {
        macro_rules! insert {
            ($table:literal) => {
                concat!(
                    "INSERT INTO ",
                    $table,
                    " (id, payment_id, amount, state, reason, dedup_key, created_at, updated_at) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (dedup_key) DO NOTHING"
                )
            };
        }
        let sql = match self {
            Self::OfBookings => insert!("refund"),
            Self::OfRentals => insert!("rental_refund"),
        };
        on!(exec, |c| sqlx::query(sql)
            .bind(refund.id.0)
            .bind(refund.payment.0)
            .bind(refund.amount.0)
            .bind(refund.state.code())
            .bind(&refund.reason)
            .bind(dedup_key)
            .bind(refund.created_at)
            .execute(c)
            .await
            .map(|done| done.rows_affected() == 1))
    }

    /// Notes that a client's bank took the whole of a refund that is not sent. `false` if it is no longer as it was read.
    ///
    /// # Errors
    /// The database's.
    pub async fn take(self, exec: &mut Exec<'_>, refund: &Refund, now: DateTime<Utc>) -> sqlx::Result<bool> {
        let sql = update_refund!(
            self,
            "SET state = 'taken', refused_at = NULL, failed_at = NULL, updated_at = $4 \
             WHERE id = $1 AND attempt = $2 AND amount = $3 AND state IN ('due', 'failed')"
        );
        on!(exec, |c| sqlx::query(sql)
            .bind(refund.id.0)
            .bind(i64::from(refund.attempt))
            .bind(refund.amount.0)
            .bind(now)
            .execute(c)
            .await
            .map(|done| done.rows_affected() == 1))
    }

    /// Notes that it took a part of one: that is a row of its own then, and the rest another attempt. `false` if it is no
    /// longer as it was read.
    ///
    /// # Errors
    /// The database's.
    pub async fn take_part(
        self,
        exec: &mut Exec<'_>,
        refund: &Refund,
        taken: Cents,
        part: RefundId,
        now: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        let sql = update_refund!(
            self,
            "SET amount = amount - $4, attempt = attempt + 1 \
             WHERE id = $1 AND attempt = $2 AND amount = $3 AND state IN ('due', 'failed')"
        );
        let done = on!(&mut *exec, |c| sqlx::query(sql)
            .bind(refund.id.0)
            .bind(i64::from(refund.attempt))
            .bind(refund.amount.0)
            .bind(taken.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected() == 1))?;
        if done {
            self.insert_part(exec, refund, RefundState::Taken, taken, part, now).await?;
        }
        Ok(done)
    }

    /// Makes a part of what a bank took due, since it gave so much again.
    ///
    /// # Errors
    /// The database's.
    pub async fn give_part(
        self,
        exec: &mut Exec<'_>,
        refund: &Refund,
        given: Cents,
        part: RefundId,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let sql = update_refund!(self, "SET amount = amount - $2 WHERE id = $1 AND state = 'taken'");
        on!(&mut *exec, |c| sqlx::query(sql).bind(refund.id.0).bind(given.0).execute(c).await.map(drop))?;
        self.insert_part(exec, refund, RefundState::Due, given, part, now).await
    }

    async fn insert_part(
        self,
        exec: &mut Exec<'_>,
        of: &Refund,
        state: RefundState,
        amount: Cents,
        id: RefundId,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let part = Refund {
            id,
            payment: of.payment,
            amount,
            state,
            attempt: 1,
            provider_ref: None,
            reason: of.reason.clone(),
            created_at: now,
            updated_at: now,
        };
        self.insert(exec, &part, &format!("part-of:{}:{id}", of.id)).await.map(drop)
    }

    /// What banks took back of a payment, did not give again, and that stands against no refund yet.
    ///
    /// # Errors
    /// The database's.
    pub async fn charged_back(self, exec: &mut Exec<'_>, payment: PaymentId) -> sqlx::Result<Cents> {
        macro_rules! open {
            ($chargeback:literal, $refund:literal) => {
                concat!(
                    "SELECT CAST((SELECT COALESCE(SUM(amount), 0) FROM ",
                    $chargeback,
                    " WHERE payment_id = $1 AND NOT reversed) - (SELECT COALESCE(SUM(amount), 0) FROM ",
                    $refund,
                    " WHERE payment_id = $1 AND state = 'taken') AS BIGINT)"
                )
            };
        }
        let sql = match self {
            Self::OfBookings => open!("chargeback", "refund"),
            Self::OfRentals => open!("rental_chargeback", "rental_refund"),
        };
        on!(exec, |c| sqlx::query_scalar(sql).bind(payment.0).fetch_one(c).await).map(Cents)
    }

    /// Whether we know of money of a payment that a bank took back and did not give again.
    ///
    /// # Errors
    /// The database's.
    pub async fn has_chargeback(self, exec: &mut Exec<'_>, payment: PaymentId) -> sqlx::Result<bool> {
        let sql = match self {
            Self::OfBookings => "SELECT EXISTS (SELECT 1 FROM chargeback WHERE payment_id = $1 AND NOT reversed)",
            Self::OfRentals => "SELECT EXISTS (SELECT 1 FROM rental_chargeback WHERE payment_id = $1 AND NOT reversed)",
        };
        on!(exec, |c| sqlx::query_scalar(sql).bind(payment.0).fetch_one(c).await)
    }

    /// Notes that a client's bank took money back; `false` if that was noted before.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert_chargeback(
        self,
        exec: &mut Exec<'_>,
        reference: &str,
        payment: PaymentId,
        amount: Cents,
        now: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        macro_rules! insert {
            ($table:literal) => {
                concat!(
                    "INSERT INTO ",
                    $table,
                    " (provider_ref, payment_id, amount, reversed, noted_at) VALUES ($1, $2, $3, $4, $5) \
                     ON CONFLICT (provider_ref) DO NOTHING"
                )
            };
        }
        let sql = match self {
            Self::OfBookings => insert!("chargeback"),
            Self::OfRentals => insert!("rental_chargeback"),
        };
        on!(exec, |c| sqlx::query(sql)
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
    pub async fn reverse_chargeback(self, exec: &mut Exec<'_>, reference: &str) -> sqlx::Result<bool> {
        let sql = match self {
            Self::OfBookings => "UPDATE chargeback SET reversed = $2 WHERE provider_ref = $1 AND NOT reversed",
            Self::OfRentals => "UPDATE rental_chargeback SET reversed = $2 WHERE provider_ref = $1 AND NOT reversed",
        };
        on!(exec, |c| sqlx::query(sql)
            .bind(reference)
            .bind(true)
            .execute(c)
            .await
            .map(|done| done.rows_affected() == 1))
    }

    /// Notes that the provider has an attempt at a refund. `false` if that was noted before.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_sent(
        self,
        exec: &mut Exec<'_>,
        id: RefundId,
        attempt: u32,
        reference: &str,
        now: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        let sql = update_refund!(
            self,
            "SET state = 'sent', provider_ref = $3, updated_at = $4 WHERE id = $1 AND attempt = $2 AND state = 'due'"
        );
        on!(exec, |c| sqlx::query(sql)
            .bind(id.0)
            .bind(i64::from(attempt))
            .bind(reference)
            .bind(now)
            .execute(c)
            .await
            .map(|done| done.rows_affected() == 1))
    }

    /// Notes that the provider is asked for an attempt at a refund: it is refused no more, until it is refused again.
    /// `false` if it is not due: somebody has seen to it.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin(self, exec: &mut Exec<'_>, id: RefundId, attempt: u32) -> sqlx::Result<bool> {
        let sql = update_refund!(self, "SET refused_at = NULL WHERE id = $1 AND attempt = $2 AND state = 'due'");
        on!(exec, |c| sqlx::query(sql)
            .bind(id.0)
            .bind(i64::from(attempt))
            .execute(c)
            .await
            .map(|done| done.rows_affected() == 1))
    }

    /// Notes that the provider refused an attempt at a refund: none is under way.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_refused(
        self,
        exec: &mut Exec<'_>,
        id: RefundId,
        attempt: u32,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        let sql = update_refund!(self, "SET refused_at = $3 WHERE id = $1 AND attempt = $2 AND state = 'due'");
        on!(exec, |c| sqlx::query(sql).bind(id.0).bind(i64::from(attempt)).bind(now).execute(c).await.map(drop))
    }

    /// Notes that what was sent under a provider's id came back. `false` if that was noted before.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_failed(
        self,
        exec: &mut Exec<'_>,
        id: RefundId,
        reference: &str,
        now: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        let sql = update_refund!(
            self,
            "SET state = 'failed', failed_at = $3, updated_at = $3 \
             WHERE id = $1 AND provider_ref = $2 AND state = 'sent'"
        );
        on!(exec, |c| sqlx::query(sql)
            .bind(id.0)
            .bind(reference)
            .bind(now)
            .execute(c)
            .await
            .map(|done| done.rows_affected() == 1))
    }

    /// Makes a refund due again that failed, or that a bank took which then gave the money again. `false` unless it is so.
    ///
    /// # Errors
    /// The database's.
    pub async fn again(self, exec: &mut Exec<'_>, id: RefundId, now: DateTime<Utc>) -> sqlx::Result<bool> {
        let sql = update_refund!(
            self,
            "SET state = 'due', attempt = attempt + 1, provider_ref = NULL, failed_at = NULL, updated_at = $2 \
             WHERE id = $1 AND state IN ('failed', 'taken')"
        );
        on!(exec, |c| sqlx::query(sql).bind(id.0).bind(now).execute(c).await.map(|done| done.rows_affected() == 1))
    }

    /// Notes that a refund that failed, or that the provider refuses, was paid another way. `false` unless that is how it
    /// stands: while the provider is being asked again, it may yet be sent.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_elsewhere(
        self,
        exec: &mut Exec<'_>,
        id: RefundId,
        how: &str,
        now: DateTime<Utc>,
    ) -> sqlx::Result<bool> {
        let sql = update_refund!(
            self,
            "SET state = 'elsewhere', elsewhere = $2, updated_at = $3 \
             WHERE id = $1 AND (state = 'failed' OR (state = 'due' AND refused_at IS NOT NULL))"
        );
        on!(exec, |c| sqlx::query(sql)
            .bind(id.0)
            .bind(how)
            .bind(now)
            .execute(c)
            .await
            .map(|done| done.rows_affected() == 1))
    }
}
