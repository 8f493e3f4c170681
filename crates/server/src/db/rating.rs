//! Reviews by both sides of a booking: `review` (of experts), `client_review`, `review_report`, `review_log`.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::{
    ids::{AccountId, BookingId, ExpertId},
    rating::ReviewState,
};
use sqlx::FromRow;
use uuid::Uuid;

/// A review, of an expert or of a client.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RatedRow {
    /// Its id.
    pub id: Uuid,
    /// Of an `expert` or a `client`.
    pub about: String,
    /// Its booking.
    pub booking_id: Option<Uuid>,
    /// That booking's reference.
    pub reference: Option<String>,
    /// That booking's client.
    pub client_id: Option<Uuid>,
    /// The expert.
    pub expert_id: Uuid,
    /// The expert's name.
    pub expert_name: String,
    /// 1 to 5.
    pub rating: i64,
    /// JSON of the marks.
    pub scores: Option<String>,
    /// As shown.
    pub author: String,
    /// The text.
    pub body: String,
    /// ISO 639-1.
    pub language: String,
    /// [`ReviewState::code`].
    pub state: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The expert's answer.
    pub reply: Option<String>,
}

impl RatedRow {
    /// Whether it is of the expert.
    #[must_use]
    pub fn of_expert(&self) -> bool {
        self.about == "expert"
    }
}

macro_rules! of_experts {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, 'expert' AS about, r.booking_id, b.reference, b.client_id, r.expert_id, \
             e.display_name AS expert_name, r.rating, r.scores, r.author, r.body, r.language, r.state, r.created_at, \
             r.reply FROM review r JOIN expert e ON e.id = r.expert_id LEFT JOIN booking b ON b.id = r.booking_id ",
            $rest
        )
    };
}
macro_rules! of_clients {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, 'client' AS about, r.booking_id, b.reference, r.client_id, r.expert_id, \
             e.display_name AS expert_name, r.rating, CAST(NULL AS TEXT) AS scores, e.display_name AS author, r.body, \
             r.language, r.state, r.created_at, CAST(NULL AS TEXT) AS reply \
             FROM client_review r JOIN expert e ON e.id = r.expert_id JOIN booking b ON b.id = r.booking_id ",
            $rest
        )
    };
}

/// A new review.
#[derive(Clone, Debug)]
pub struct NewRated<'a> {
    /// Its id.
    pub id: Uuid,
    /// Its booking.
    pub booking: BookingId,
    /// The expert.
    pub expert: ExpertId,
    /// The client.
    pub client: AccountId,
    /// 1 to 5.
    pub rating: u8,
    /// JSON of the marks; of an expert.
    pub scores: Option<&'a str>,
    /// As shown.
    pub author: &'a str,
    /// The text.
    pub body: &'a str,
    /// ISO 639-1.
    pub language: &'a str,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Adds a client's review of an expert; it waits.
///
/// # Errors
/// The database's, such as a second review of the booking.
pub async fn insert_of_expert(exec: &mut Exec<'_>, new: &NewRated<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO review (id, expert_id, booking_id, rating, author, body, language, created_at, \
        state, scores) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id)
        .bind(new.expert.0)
        .bind(new.booking.0)
        .bind(i64::from(new.rating))
        .bind(new.author)
        .bind(new.body)
        .bind(new.language)
        .bind(new.now)
        .bind(new.scores)
        .execute(c)
        .await
        .map(drop))
}

/// Adds an expert's review of a client; it waits.
///
/// # Errors
/// The database's, such as a second review of the booking.
pub async fn insert_of_client(exec: &mut Exec<'_>, new: &NewRated<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO client_review (id, booking_id, expert_id, client_id, rating, body, language, state, \
        created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id)
        .bind(new.booking.0)
        .bind(new.expert.0)
        .bind(new.client.0)
        .bind(i64::from(new.rating))
        .bind(new.body)
        .bind(new.language)
        .bind(new.now)
        .execute(c)
        .await
        .map(drop))
}

/// Both reviews of a booking, as far as they are written.
///
/// # Errors
/// The database's.
pub async fn of_booking(exec: &mut Exec<'_>, booking: BookingId) -> sqlx::Result<Vec<RatedRow>> {
    const EXPERT: &str = of_experts!("WHERE r.booking_id = $1");
    const CLIENT: &str = of_clients!("WHERE r.booking_id = $1");
    let mut found: Vec<RatedRow> = on!(&mut *exec, |c| sqlx::query_as(EXPERT).bind(booking.0).fetch_all(c).await)?;
    let of_client: Option<RatedRow> = on!(exec, |c| sqlx::query_as(CLIENT).bind(booking.0).fetch_optional(c).await)?;
    found.extend(of_client);
    Ok(found)
}

/// A review.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: Uuid) -> sqlx::Result<Option<RatedRow>> {
    const EXPERT: &str = of_experts!("WHERE r.id = $1");
    const CLIENT: &str = of_clients!("WHERE r.id = $1");
    let found: Option<RatedRow> = on!(&mut *exec, |c| sqlx::query_as(EXPERT).bind(id).fetch_optional(c).await)?;
    match found {
        Some(row) => Ok(Some(row)),
        None => on!(exec, |c| sqlx::query_as(CLIENT).bind(id).fetch_optional(c).await),
    }
}

/// Moves a review that is in a state; `false` if it is not (any more).
///
/// # Errors
/// The database's.
pub async fn store_state(
    exec: &mut Exec<'_>,
    row: &RatedRow,
    to: ReviewState,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const EXPERT: &str = "UPDATE review SET state = $3, shown_at = COALESCE(shown_at, $4) WHERE id = $1 AND state = $2";
    const CLIENT: &str =
        "UPDATE client_review SET state = $3, shown_at = COALESCE(shown_at, $4) WHERE id = $1 AND state = $2";
    let sql = if row.of_expert() { EXPERT } else { CLIENT };
    on!(exec, |c| sqlx::query(sql)
        .bind(row.id)
        .bind(&row.state)
        .bind(to.code())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Stores the expert's one answer; `false` if there is one.
///
/// # Errors
/// The database's.
pub async fn store_reply(exec: &mut Exec<'_>, id: Uuid, reply: &str, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str =
        "UPDATE review SET reply = $2, replied_at = $3 WHERE id = $1 AND reply IS NULL AND state = 'shown'";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(reply)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Counts a review in (or, with negative numbers, out of) an expert's mean; search hears of it.
///
/// # Errors
/// The database's.
pub async fn count(
    exec: &mut Exec<'_>,
    expert: Uuid,
    rating: i64,
    number: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE expert SET rating_sum = rating_sum + $2, rating_count = rating_count + $3, \
        changed_at = $4 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(expert).bind(rating).bind(number).bind(now).execute(c).await.map(drop))
}

/// Adds a report; `false` if the account reported the review before.
///
/// # Errors
/// The database's.
pub async fn insert_report(
    exec: &mut Exec<'_>,
    id: Uuid,
    row: &RatedRow,
    account: AccountId,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO review_report (id, about, review_id, account_id, reason, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (review_id, account_id) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(&row.about)
        .bind(row.id)
        .bind(account.0)
        .bind(reason)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Whether an account has reported a review.
///
/// # Errors
/// The database's.
pub async fn has_reported(exec: &mut Exec<'_>, review: Uuid, account: AccountId) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM review_report WHERE review_id = $1 AND account_id = $2";
    let count: i64 = on!(exec, |c| sqlx::query_scalar(SQL).bind(review).bind(account.0).fetch_one(c).await)?;
    Ok(count > 0)
}

/// Open reports of a review: who, why and when.
///
/// # Errors
/// The database's.
pub async fn open_reports(exec: &mut Exec<'_>, review: Uuid) -> sqlx::Result<Vec<(String, String, DateTime<Utc>)>> {
    const SQL: &str = "SELECT a.name, r.reason, r.created_at FROM review_report r JOIN account a ON a.id = r.account_id \
        WHERE r.review_id = $1 AND r.closed_at IS NULL ORDER BY r.created_at, r.id";
    on!(exec, |c| sqlx::query_as(SQL).bind(review).fetch_all(c).await)
}

/// Closes the reports of a review; answers how many were open.
///
/// # Errors
/// The database's.
pub async fn close_reports(exec: &mut Exec<'_>, review: Uuid, now: DateTime<Utc>) -> sqlx::Result<u64> {
    const SQL: &str = "UPDATE review_report SET closed_at = $2 WHERE review_id = $1 AND closed_at IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(review).bind(now).execute(c).await.map(|done| done.rows_affected()))
}

/// Ids of reviews with open reports, the longest waiting first.
///
/// # Errors
/// The database's.
pub async fn reported(exec: &mut Exec<'_>) -> sqlx::Result<Vec<Uuid>> {
    const SQL: &str = "SELECT review_id FROM review_report WHERE closed_at IS NULL GROUP BY review_id \
        ORDER BY MIN(created_at), review_id";
    on!(exec, |c| sqlx::query_scalar(SQL).fetch_all(c).await)
}

/// Reviews of experts and of clients in a state, the latest first.
///
/// # Errors
/// The database's.
pub async fn in_state(exec: &mut Exec<'_>, state: ReviewState, most: i64) -> sqlx::Result<Vec<RatedRow>> {
    const EXPERT: &str =
        of_experts!("WHERE r.state = $1 AND r.booking_id IS NOT NULL ORDER BY r.created_at DESC, r.id LIMIT $2");
    const CLIENT: &str = of_clients!("WHERE r.state = $1 ORDER BY r.created_at DESC, r.id LIMIT $2");
    let code = state.code();
    let mut found: Vec<RatedRow> =
        on!(&mut *exec, |c| sqlx::query_as(EXPERT).bind(code).bind(most).fetch_all(c).await)?;
    let of_clients: Vec<RatedRow> = on!(exec, |c| sqlx::query_as(CLIENT).bind(code).bind(most).fetch_all(c).await)?;
    found.extend(of_clients);
    found.sort_by_key(|row| std::cmp::Reverse(row.created_at));
    Ok(found)
}

/// Mean and number of an expert's reviews of a client's account that are shown: sum and count.
///
/// # Errors
/// The database's.
pub async fn of_client(exec: &mut Exec<'_>, client: AccountId) -> sqlx::Result<(i64, i64)> {
    const SQL: &str = "SELECT CAST(COALESCE(SUM(rating), 0) AS BIGINT), COUNT(*) FROM client_review \
        WHERE client_id = $1 AND state = 'shown'";
    on!(exec, |c| sqlx::query_as(SQL).bind(client.0).fetch_one(c).await)
}

/// Adds to the log.
///
/// # Errors
/// The database's.
pub async fn log(
    exec: &mut Exec<'_>,
    id: Uuid,
    review: Uuid,
    actor: Option<AccountId>,
    event: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO review_log (id, review_id, at, actor_id, event, reason) VALUES ($1, $2, $3, $4, $5, $6)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id)
        .bind(review)
        .bind(now)
        .bind(actor.map(|actor| actor.0))
        .bind(event)
        .bind(reason)
        .execute(c)
        .await
        .map(drop))
}

/// What became of a review, oldest first: when, who, what, why.
///
/// # Errors
/// The database's.
pub async fn log_of(
    exec: &mut Exec<'_>,
    review: Uuid,
) -> sqlx::Result<Vec<(DateTime<Utc>, Option<String>, String, String)>> {
    const SQL: &str = "SELECT l.at, a.name, l.event, l.reason FROM review_log l \
        LEFT JOIN account a ON a.id = l.actor_id WHERE l.review_id = $1 ORDER BY l.at, l.id";
    on!(exec, |c| sqlx::query_as(SQL).bind(review).fetch_all(c).await)
}
