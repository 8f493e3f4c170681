//! Rows of bookings, their days and their log, and what bookings need to know of the two people.

mod people;

pub use people::{
    Billing, BookedExpert, Person, billing, expert, lock_account, lock_expert, person, remember_client,
    remembered_client,
};

use crate::{db::Exec, on};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::{
    booking::BookingState,
    ids::{AccountId, BookingId, ExpertId},
    invoice::Party,
    money::Cents,
    pricing::{Line, Order, Quote},
    rulebook::RulebookVersion,
    settlement::{Kept, SomeDays, kept_lines, sums},
};
use gabarit_i18n::Locale;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sqlx::FromRow;
use uuid::Uuid;

/// For whom a booking is, and who answers the telephone there; kept as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buyer {
    /// As printed on the invoice.
    pub party: Party,
    /// The person.
    pub contact_name: String,
    /// Their telephone number.
    pub phone: String,
}

/// What is left of a booking that was cut short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// What is kept of the quote.
    pub kept: Kept,
    /// The days that stay its own: nobody else can have them.
    pub stays: SomeDays,
}

/// A booking, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// Short, for people: eight characters.
    pub reference: String,
    /// The form's own key.
    pub idempotency_key: Uuid,
    /// Whom.
    pub expert: ExpertId,
    /// Who booked.
    pub client: AccountId,
    /// State, with its clock.
    pub state: BookingState,
    /// Rises with each move.
    pub version: i64,
    /// First booked day.
    pub first_day: NaiveDate,
    /// Last booked day.
    pub last_day: NaiveDate,
    /// 00:00 of the first day, platform zone.
    pub starts_at: DateTime<Utc>,
    /// 00:00 of the day after the last, platform zone.
    pub ends_at: DateTime<Utc>,
    /// What was ordered.
    pub order: Order,
    /// What was agreed.
    pub quote: Quote,
    /// The rules it was agreed under.
    pub rulebook: RulebookVersion,
    /// The quote's total.
    pub total: Cents,
    /// The place of on-site work, in the client's language.
    pub place_name: Option<String>,
    /// Where exactly.
    pub work_address: Option<String>,
    /// For whom.
    pub buyer: Buyer,
    /// The client's own order number.
    pub order_number: Option<String>,
    /// A word to the expert.
    pub note: Option<String>,
    /// The language it was booked in.
    pub locale: Locale,
    /// When it was placed.
    pub created_at: DateTime<Utc>,
    /// When it was paid or authorised.
    pub paid_at: Option<DateTime<Utc>>,
    /// When the expert accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// Completed platform days of the expert before it; frozen at completion; none for in-house consultants.
    pub ladder_before: Option<u32>,
    /// Days it counts on the ladder; frozen at completion.
    pub ladder_days: Option<u32>,
    /// What is left of it, once it was cut short.
    pub settlement: Option<Settled>,
    /// How often the agreed order was replaced by another.
    pub revision: i64,
}

impl Booking {
    /// What is kept of the quote.
    #[must_use]
    pub fn kept(&self) -> Kept {
        self.settlement.as_ref().map_or_else(|| Kept::all(&self.order), |settled| settled.kept.clone())
    }

    /// The lines that are kept.
    #[must_use]
    pub fn kept_lines(&self) -> Vec<Line> {
        match &self.settlement {
            Some(settled) => kept_lines(&self.quote.lines, &settled.kept),
            None => self.quote.lines.clone(),
        }
    }

    /// The money that is to be kept, with VAT: nothing of a booking that came to nothing before it was accepted.
    #[must_use]
    pub fn kept_total(&self) -> Cents {
        match (self.state, &self.settlement) {
            (BookingState::Declined | BookingState::Expired | BookingState::Lapsed, _)
            | (BookingState::Cancelled, None) => Cents::ZERO,
            (_, Some(settled)) => sums(&self.quote, &kept_lines(&self.quote.lines, &settled.kept)).1,
            (_, None) => self.total,
        }
    }

    /// The days that stay its own while its state occupies days.
    #[must_use]
    pub fn own_days(&self) -> SomeDays {
        self.settlement.as_ref().map_or_else(|| self.order.days.iter().collect(), |settled| settled.stays.clone())
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    reference: String,
    idempotency_key: Uuid,
    expert_id: Uuid,
    client_id: Uuid,
    state: String,
    clock_at: Option<DateTime<Utc>>,
    version: i64,
    first_day: NaiveDate,
    last_day: NaiveDate,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    order_body: String,
    quote_body: String,
    rulebook_version: i64,
    total: i64,
    place_name: Option<String>,
    work_address: Option<String>,
    buyer_body: String,
    order_number: Option<String>,
    note: Option<String>,
    locale: String,
    created_at: DateTime<Utc>,
    paid_at: Option<DateTime<Utc>>,
    accepted_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    ladder_before: Option<i64>,
    ladder_days: Option<i64>,
    settlement_body: Option<String>,
    revision: i64,
}

/// A value in the database that this program did not write.
pub(crate) fn unreadable(what: impl std::fmt::Display) -> sqlx::Error {
    sqlx::Error::Decode(format!("unreadable {what}").into())
}

fn json<T: DeserializeOwned>(what: &str, body: &str) -> sqlx::Result<T> {
    serde_json::from_str(body).map_err(|error| unreadable(format_args!("{what}: {error}")))
}

fn to_json<T: Serialize>(value: &T) -> sqlx::Result<String> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

fn small(what: &str, number: i64) -> sqlx::Result<u32> {
    u32::try_from(number).map_err(|_| unreadable(what))
}

impl TryFrom<Row> for Booking {
    type Error = sqlx::Error;
    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: BookingId(row.id),
            idempotency_key: row.idempotency_key,
            expert: ExpertId(row.expert_id),
            client: AccountId(row.client_id),
            state: BookingState::restore(&row.state, row.clock_at)
                .ok_or_else(|| unreadable(format_args!("state of booking {}", row.reference)))?,
            reference: row.reference,
            version: row.version,
            first_day: row.first_day,
            last_day: row.last_day,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            order: json("order", &row.order_body)?,
            quote: json("quote", &row.quote_body)?,
            rulebook: RulebookVersion(i32::try_from(row.rulebook_version).map_err(|_| unreadable("rulebook version"))?),
            total: Cents(row.total),
            place_name: row.place_name,
            work_address: row.work_address,
            buyer: json("buyer", &row.buyer_body)?,
            order_number: row.order_number,
            note: row.note,
            locale: Locale::parse(&row.locale).ok_or_else(|| unreadable("locale"))?,
            created_at: row.created_at,
            paid_at: row.paid_at,
            accepted_at: row.accepted_at,
            completed_at: row.completed_at,
            ladder_before: row.ladder_before.map(|n| small("ladder_before", n)).transpose()?,
            ladder_days: row.ladder_days.map(|n| small("ladder_days", n)).transpose()?,
            settlement: row.settlement_body.map(|body| json("settlement", &body)).transpose()?,
            revision: row.revision,
        })
    }
}

macro_rules! select_booking {
    ($rest:literal) => {
        concat!(
            "SELECT id, reference, idempotency_key, expert_id, client_id, state, clock_at, version, first_day, ",
            "last_day, starts_at, ends_at, order_body, quote_body, rulebook_version, total, place_name, work_address, ",
            "buyer_body, order_number, note, locale, created_at, paid_at, accepted_at, completed_at, ladder_before, ",
            "ladder_days, settlement_body, revision FROM booking ",
            $rest
        )
    };
}

/// Writes a new booking, without its days.
///
/// # Errors
/// The database's, among them the broken constraints `booking_reference_unique` and `booking_idempotency_unique`.
pub async fn insert(exec: &mut Exec<'_>, booking: &Booking) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO booking (id, reference, idempotency_key, expert_id, client_id, state, clock_at, \
        version, first_day, last_day, starts_at, ends_at, order_body, quote_body, rulebook_version, total, place_name, \
        work_address, buyer_body, buyer_name, order_number, note, locale, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
        $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)";
    let (order, quote, buyer) = (to_json(&booking.order)?, to_json(&booking.quote)?, to_json(&booking.buyer)?);
    on!(exec, |c| sqlx::query(SQL)
        .bind(booking.id.0)
        .bind(&booking.reference)
        .bind(booking.idempotency_key)
        .bind(booking.expert.0)
        .bind(booking.client.0)
        .bind(booking.state.code())
        .bind(booking.state.clock())
        .bind(booking.version)
        .bind(booking.first_day)
        .bind(booking.last_day)
        .bind(booking.starts_at)
        .bind(booking.ends_at)
        .bind(&order)
        .bind(&quote)
        .bind(i64::from(booking.rulebook.0))
        .bind(booking.total.0)
        .bind(&booking.place_name)
        .bind(&booking.work_address)
        .bind(&buyer)
        .bind(&booking.buyer.party.name)
        .bind(&booking.order_number)
        .bind(&booking.note)
        .bind(booking.locale.code())
        .bind(booking.created_at)
        .execute(c)
        .await
        .map(drop))
}

/// A booking.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: BookingId) -> sqlx::Result<Option<Booking>> {
    const SQL: &str = select_booking!("WHERE id = $1");
    on!(exec, |c| sqlx::query_as::<_, Row>(SQL).bind(id.0).fetch_optional(c).await)?.map(Booking::try_from).transpose()
}

/// A booking, locked until the end of the transaction. On SQLite the transaction is the only writer anyway.
///
/// # Errors
/// The database's.
pub async fn get_locked(exec: &mut Exec<'_>, id: BookingId) -> sqlx::Result<Option<Booking>> {
    if let Exec::Postgres(c) = exec {
        sqlx::query("SELECT id FROM booking WHERE id = $1 FOR UPDATE").bind(id.0).execute(&mut **c).await?;
    }
    get(exec, id).await
}

/// The booking made with a form's key.
///
/// # Errors
/// The database's.
pub async fn by_key(exec: &mut Exec<'_>, key: Uuid) -> sqlx::Result<Option<Booking>> {
    const SQL: &str = select_booking!("WHERE idempotency_key = $1");
    on!(exec, |c| sqlx::query_as::<_, Row>(SQL).bind(key).fetch_optional(c).await)?.map(Booking::try_from).transpose()
}

/// Bookings of a client, latest first; at most 500.
///
/// # Errors
/// The database's.
pub async fn of_client(exec: &mut Exec<'_>, client: AccountId) -> sqlx::Result<Vec<Booking>> {
    const SQL: &str = select_booking!("WHERE client_id = $1 ORDER BY created_at DESC, id DESC LIMIT 500");
    let rows = on!(exec, |c| sqlx::query_as::<_, Row>(SQL).bind(client.0).fetch_all(c).await)?;
    rows.into_iter().map(Booking::try_from).collect()
}

/// Bookings of an expert that ever became orders (unpaid holds are the client's affair), latest first; at most 500.
///
/// # Errors
/// The database's.
pub async fn of_expert(exec: &mut Exec<'_>, expert: ExpertId) -> sqlx::Result<Vec<Booking>> {
    const SQL: &str =
        select_booking!("WHERE expert_id = $1 AND paid_at IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT 500");
    let rows = on!(exec, |c| sqlx::query_as::<_, Row>(SQL).bind(expert.0).fetch_all(c).await)?;
    rows.into_iter().map(Booking::try_from).collect()
}

/// Accepted bookings of an expert that ended at or before an instant, in the order they are to be completed.
///
/// # Errors
/// The database's.
pub async fn to_complete(exec: &mut Exec<'_>, expert: ExpertId, until: DateTime<Utc>) -> sqlx::Result<Vec<Booking>> {
    const SQL: &str =
        select_booking!("WHERE expert_id = $1 AND state = 'accepted' AND ends_at <= $2 ORDER BY ends_at, id");
    let rows = on!(exec, |c| sqlx::query_as::<_, Row>(SQL).bind(expert.0).bind(until).fetch_all(c).await)?;
    rows.into_iter().map(Booking::try_from).collect()
}

/// Unpaid holds on any of an expert's days whose time is over but which no job has let go yet.
///
/// # Errors
/// The database's.
pub async fn overdue_holds(exec: &mut Exec<'_>, expert: ExpertId, now: DateTime<Utc>) -> sqlx::Result<Vec<Booking>> {
    const SQL: &str = select_booking!("WHERE expert_id = $1 AND state = 'held' AND clock_at <= $2 ORDER BY id");
    let rows = on!(exec, |c| sqlx::query_as::<_, Row>(SQL).bind(expert.0).bind(now).fetch_all(c).await)?;
    rows.into_iter().map(Booking::try_from).collect()
}

/// Stores a move: the state, its clock and what was stamped with it, if nobody moved the booking since it was read.
/// `booking.version` is the one that was read. Answers whether it was stored.
///
/// # Errors
/// The database's.
pub async fn store_move(exec: &mut Exec<'_>, booking: &Booking) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE booking SET state = $1, clock_at = $2, version = version + 1, paid_at = $3, \
        accepted_at = $4, completed_at = $5, ladder_before = $6, ladder_days = $7, settlement_body = $8 \
        WHERE id = $9 AND version = $10";
    let settlement = booking.settlement.as_ref().map(to_json).transpose()?;
    let affected = on!(exec, |c| sqlx::query(SQL)
        .bind(booking.state.code())
        .bind(booking.state.clock())
        .bind(booking.paid_at)
        .bind(booking.accepted_at)
        .bind(booking.completed_at)
        .bind(booking.ladder_before.map(i64::from))
        .bind(booking.ladder_days.map(i64::from))
        .bind(&settlement)
        .bind(booking.id.0)
        .bind(booking.version)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(affected == 1)
}

/// Replaces what was agreed: order, price, days, place; the revision rises. The move is stored besides.
///
/// # Errors
/// The database's.
pub async fn store_agreement(exec: &mut Exec<'_>, booking: &Booking) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE booking SET first_day = $2, last_day = $3, starts_at = $4, ends_at = $5, \
        order_body = $6, quote_body = $7, total = $8, place_name = $9, work_address = $10, revision = $11 WHERE id = $1";
    let (order, quote) = (to_json(&booking.order)?, to_json(&booking.quote)?);
    on!(exec, |c| sqlx::query(SQL)
        .bind(booking.id.0)
        .bind(booking.first_day)
        .bind(booking.last_day)
        .bind(booking.starts_at)
        .bind(booking.ends_at)
        .bind(&order)
        .bind(&quote)
        .bind(booking.total.0)
        .bind(&booking.place_name)
        .bind(&booking.work_address)
        .bind(booking.revision)
        .execute(c)
        .await
        .map(drop))
}

/// Adds a step to a booking's log.
///
/// # Errors
/// The database's.
pub async fn log(
    exec: &mut Exec<'_>,
    booking: BookingId,
    at: DateTime<Utc>,
    actor: Option<AccountId>,
    from: Option<&str>,
    to: &str,
    reason: &str,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO booking_log (booking_id, step, at, actor_id, from_state, to_state, reason) \
        SELECT $1, COALESCE(MAX(step), 0) + 1, $2, $3, $4, $5, $6 FROM booking_log WHERE booking_id = $1";
    // PostgreSQL knows no type of a parameter that is only selected, hence the casts; SQLite has no such types.
    const POSTGRES: &str = "INSERT INTO booking_log (booking_id, step, at, actor_id, from_state, to_state, reason) \
        SELECT $1, COALESCE(MAX(step), 0) + 1, $2::timestamptz, $3::uuid, $4::text, $5::text, $6::text \
        FROM booking_log WHERE booking_id = $1";
    let sql = if matches!(exec, Exec::Postgres(_)) { POSTGRES } else { SQL };
    on!(exec, |c| sqlx::query(sql)
        .bind(booking.0)
        .bind(at)
        .bind(actor.map(|actor| actor.0))
        .bind(from)
        .bind(to)
        .bind(reason)
        .execute(c)
        .await
        .map(drop))
}

/// One move in a booking's log.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LogEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who; nobody for a clock or the payment provider.
    pub actor_id: Option<Uuid>,
    /// From which state; none for the first entry.
    pub from_state: Option<String>,
    /// To which state.
    pub to_state: String,
    /// Why.
    pub reason: String,
}

/// A booking's log, oldest first.
///
/// # Errors
/// The database's.
pub async fn log_of(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Vec<LogEntry>> {
    const SQL: &str =
        "SELECT at, actor_id, from_state, to_state, reason FROM booking_log WHERE booking_id = $1 ORDER BY step";
    on!(exec, |c| sqlx::query_as(SQL).bind(booking.0).fetch_all(c).await)
}

/// Takes an expert's days for a booking, in calendar order (so that two takers never wait for each other in a ring).
/// Answers the days that somebody else has; the transaction must not be committed unless that is none.
///
/// # Errors
/// The database's.
pub async fn take_days(
    exec: &mut Exec<'_>,
    expert: ExpertId,
    booking: BookingId,
    days: impl Iterator<Item = NaiveDate>,
) -> sqlx::Result<Vec<NaiveDate>> {
    // The key itself refuses the second taker; where the first has not committed yet, the second waits for it here.
    const SQL: &str = "INSERT INTO booked_day (expert_id, day, booking_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let mut taken = Vec::new();
    for day in days {
        let affected = on!(exec, |c| sqlx::query(SQL)
            .bind(expert.0)
            .bind(day)
            .bind(booking.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if affected == 0 {
            taken.push(day);
        }
    }
    Ok(taken)
}

/// Gives a booking's days back; answers how many there were.
///
/// # Errors
/// The database's.
pub async fn free_days(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<u64> {
    const SQL: &str = "DELETE FROM booked_day WHERE booking_id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(booking.0).execute(c).await.map(|done| done.rows_affected()))
}

/// Gives those of a booking's days back that are not its own any more.
///
/// # Errors
/// The database's.
pub async fn free_other_days(exec: &mut Exec<'_>, booking: BookingId, own: &SomeDays) -> sqlx::Result<()> {
    const TAKEN: &str = "SELECT day FROM booked_day WHERE booking_id = $1 ORDER BY day";
    const FREE: &str = "DELETE FROM booked_day WHERE booking_id = $1 AND day = $2";
    let taken: Vec<NaiveDate> = on!(exec, |c| sqlx::query_scalar(TAKEN).bind(booking.0).fetch_all(c).await)?;
    for day in taken.into_iter().filter(|day| !own.contains(day)) {
        on!(exec, |c| sqlx::query(FREE).bind(booking.0).bind(day).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// An expert's booked days, holds included, from a day on.
///
/// # Errors
/// The database's.
pub async fn booked_days(exec: &mut Exec<'_>, expert: ExpertId, from: NaiveDate) -> sqlx::Result<Vec<NaiveDate>> {
    const SQL: &str = "SELECT day FROM booked_day WHERE expert_id = $1 AND day >= $2 ORDER BY day";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(expert.0).bind(from).fetch_all(c).await)
}

/// Adds completed platform days to an expert.
///
/// # Errors
/// The database's.
pub async fn add_completed_days(
    exec: &mut Exec<'_>,
    expert: ExpertId,
    days: u32,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE expert SET completed_days = completed_days + $2, changed_at = $3 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(expert.0).bind(i64::from(days)).bind(now).execute(c).await.map(drop))
}

/// A booking of a client with an expert that still waits for its payment: id and reference, the latest first.
///
/// # Errors
/// The database's.
pub async fn unpaid_with(
    exec: &mut Exec<'_>,
    client: AccountId,
    expert: ExpertId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(Uuid, String)>> {
    const SQL: &str = "SELECT id, reference FROM booking WHERE client_id = $1 AND expert_id = $2 AND state = 'held' \
        AND clock_at > $3 ORDER BY created_at DESC LIMIT 1";
    on!(exec, |c| sqlx::query_as(SQL).bind(client.0).bind(expert.0).bind(now).fetch_optional(c).await)
}

/// Unpaid holds of an account that still run.
///
/// # Errors
/// The database's.
pub async fn running_holds(exec: &mut Exec<'_>, client: AccountId, now: DateTime<Utc>) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM booking WHERE client_id = $1 AND state = 'held' AND clock_at > $2";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(client.0).bind(now).fetch_one(c).await)
}

/// Completed bookings of an account.
///
/// # Errors
/// The database's.
pub async fn completed_of_client(exec: &mut Exec<'_>, client: AccountId) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM booking WHERE client_id = $1 AND state = 'completed'";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(client.0).fetch_one(c).await)
}
