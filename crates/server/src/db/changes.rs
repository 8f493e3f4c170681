//! Rows of changes to bookings, and of reports that an expert did not come.

use crate::{
    db::{Exec, bookings::unreadable},
    on,
};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    ids::{AccountId, BookingId},
    money::Cents,
    pricing::{Order, Quote},
    settlement::SomeDays,
};
use sqlx::FromRow;
use uuid::Uuid;

/// How far a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeState {
    /// To be paid.
    Proposed,
    /// The expert is asked.
    Asked,
    /// The booking is what it proposed.
    Applied,
    /// It came to nothing.
    Dropped,
}

impl ChangeState {
    /// Its code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Asked => "asked",
            Self::Applied => "applied",
            Self::Dropped => "dropped",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Proposed, Self::Asked, Self::Applied, Self::Dropped].into_iter().find(|state| state.code() == code)
    }

    /// Whether it may still be applied.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Proposed | Self::Asked)
    }
}

/// A change of a booking, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its id.
    pub id: Uuid,
    /// Of which booking.
    pub booking: BookingId,
    /// How far it is.
    pub state: ChangeState,
    /// Until when it waits.
    pub clock: Option<DateTime<Utc>>,
    /// What the booking becomes.
    pub order: Order,
    /// Its price.
    pub quote: Quote,
    /// The place of on-site work, in the client's language.
    pub place_name: Option<String>,
    /// Where exactly.
    pub work_address: Option<String>,
    /// New total less old total.
    pub difference: Cents,
    /// Whether the expert is asked.
    pub asks_expert: bool,
    /// Who proposed it.
    pub actor: AccountId,
    /// Why.
    pub reason: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    booking_id: Uuid,
    state: String,
    clock_at: Option<DateTime<Utc>>,
    order_body: String,
    quote_body: String,
    place_name: Option<String>,
    work_address: Option<String>,
    difference: i64,
    asks_expert: bool,
    actor_id: Uuid,
    reason: String,
    created_at: DateTime<Utc>,
}

impl TryFrom<Row> for Change {
    type Error = sqlx::Error;
    fn try_from(row: Row) -> sqlx::Result<Self> {
        let json = |error: serde_json::Error| unreadable(format_args!("change {}: {error}", row.id));
        Ok(Self {
            booking: BookingId(row.booking_id),
            state: ChangeState::parse(&row.state).ok_or_else(|| unreadable("state of change"))?,
            clock: row.clock_at,
            order: serde_json::from_str(&row.order_body).map_err(json)?,
            quote: serde_json::from_str(&row.quote_body).map_err(json)?,
            id: row.id,
            place_name: row.place_name,
            work_address: row.work_address,
            difference: Cents(row.difference),
            asks_expert: row.asks_expert,
            actor: AccountId(row.actor_id),
            reason: row.reason,
            created_at: row.created_at,
        })
    }
}

macro_rules! select_change {
    ($rest:literal) => {
        concat!(
            "SELECT id, booking_id, state, clock_at, order_body, quote_body, place_name, work_address, difference, ",
            "asks_expert, actor_id, reason, created_at FROM booking_change ",
            $rest
        )
    };
}

/// Writes a new change.
///
/// # Errors
/// The database's, among them the broken key of a booking's one open change.
pub async fn insert(exec: &mut Exec<'_>, change: &Change) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO booking_change (id, booking_id, state, clock_at, order_body, quote_body, place_name, \
        work_address, difference, asks_expert, actor_id, reason, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let encode = |error: serde_json::Error| sqlx::Error::Encode(error.into());
    let order = serde_json::to_string(&change.order).map_err(encode)?;
    let quote = serde_json::to_string(&change.quote).map_err(encode)?;
    on!(exec, |c| sqlx::query(SQL)
        .bind(change.id)
        .bind(change.booking.0)
        .bind(change.state.code())
        .bind(change.clock)
        .bind(&order)
        .bind(&quote)
        .bind(&change.place_name)
        .bind(&change.work_address)
        .bind(change.difference.0)
        .bind(change.asks_expert)
        .bind(change.actor.0)
        .bind(&change.reason)
        .bind(change.created_at)
        .execute(c)
        .await
        .map(drop))
}

/// A change.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<Change>> {
    const SQL: &str = select_change!("WHERE id = $1");
    on!(exec, |c| sqlx::query_as::<_, Row>(SQL).bind(id).fetch_optional(c).await)?.map(Change::try_from).transpose()
}

/// The change of a booking that is still open.
///
/// # Errors
/// The database's.
pub async fn open(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Option<Change>> {
    const SQL: &str = select_change!("WHERE booking_id = $1 AND closed_at IS NULL");
    on!(exec, |c| sqlx::query_as::<_, Row>(SQL).bind(booking.0).fetch_optional(c).await)?
        .map(Change::try_from)
        .transpose()
}

/// Moves a change on; one that is over gets its end.
///
/// # Errors
/// The database's.
pub async fn store(
    exec: &mut Exec<'_>,
    id: Uuid,
    state: ChangeState,
    clock: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE booking_change SET state = $2, clock_at = $3, closed_at = $4 WHERE id = $1";
    let closed = (!state.is_open()).then_some(now);
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(state.code()).bind(clock).bind(closed).execute(c).await.map(drop))
}

/// A client's report that an expert did not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its id.
    pub id: Uuid,
    /// The days that were not worked.
    pub days: SomeDays,
    /// In the client's words.
    pub note: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Writes a report; `false` if the booking has an open one.
///
/// # Errors
/// The database's.
pub async fn insert_report(
    exec: &mut Exec<'_>,
    booking: BookingId,
    account: AccountId,
    report: &Report,
) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO booking_report (id, booking_id, account_id, days_body, note, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let days = serde_json::to_string(&report.days).map_err(|error| sqlx::Error::Encode(error.into()))?;
    on!(exec, |c| sqlx::query(SQL)
        .bind(report.id)
        .bind(booking.0)
        .bind(account.0)
        .bind(&days)
        .bind(&report.note)
        .bind(report.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// The report of a booking that nobody has decided on.
///
/// # Errors
/// The database's.
pub async fn open_report(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Option<Report>> {
    const SQL: &str = "SELECT id, days_body, note, created_at FROM booking_report \
        WHERE booking_id = $1 AND closed_at IS NULL";
    let row: Option<(Uuid, String, String, DateTime<Utc>)> =
        on!(exec, |c| sqlx::query_as(SQL).bind(booking.0).fetch_optional(c).await)?;
    row.map(|(id, days, note, created_at)| {
        let days = serde_json::from_str(&days).map_err(|error| unreadable(format_args!("report {id}: {error}")))?;
        Ok(Report { id, days, note, created_at })
    })
    .transpose()
}

/// Closes the open report of a booking; answers whether there was one.
///
/// # Errors
/// The database's.
pub async fn close_report(exec: &mut Exec<'_>, booking: BookingId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE booking_report SET closed_at = $2 WHERE booking_id = $1 AND closed_at IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(booking.0).bind(now).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Bookings with an open report, oldest first: for managers.
///
/// # Errors
/// The database's.
pub async fn reported(exec: &mut Exec<'_>) -> sqlx::Result<Vec<BookingId>> {
    const SQL: &str = "SELECT booking_id FROM booking_report WHERE closed_at IS NULL ORDER BY created_at, id LIMIT 500";
    let ids: Vec<Uuid> = on!(exec, |c| sqlx::query_scalar(SQL).fetch_all(c).await)?;
    Ok(ids.into_iter().map(BookingId).collect())
}
