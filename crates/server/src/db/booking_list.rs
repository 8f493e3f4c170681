//! The managers' list of bookings, each found by an index, for bookings are wide rows: first who is meant is looked up in
//! narrow tables, and then the newest of each.

use crate::{db::Exec, on};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// A line of the list.
#[derive(Clone, Debug, FromRow)]
pub struct BookingLine {
    /// Its id.
    pub id: Uuid,
    /// For people.
    pub reference: String,
    /// Code of its state.
    pub state: String,
    /// End of its running clock.
    pub clock_at: Option<DateTime<Utc>>,
    /// First booked day.
    pub first_day: NaiveDate,
    /// Last booked day.
    pub last_day: NaiveDate,
    /// Cents, with VAT.
    pub total: i64,
    /// When it was placed.
    pub created_at: DateTime<Utc>,
    /// For whom.
    pub buyer_name: String,
    /// The expert, as published.
    pub expert: String,
    /// The client's name.
    pub client: String,
}

/// Which bookings are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// All of them.
    Any,
    /// Those in a state, by its code.
    State(&'a str),
    /// Those whose expert has to answer before an instant.
    AnswersUntil(DateTime<Utc>),
    /// Assignments that begin from an instant until before another.
    Starting(DateTime<Utc>, DateTime<Utc>),
}

/// Whose bookings are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The one of a reference.
    Reference(String),
    /// A client's.
    Client(Uuid),
    /// An expert's.
    Expert(Uuid),
    /// Those that name a buyer.
    Buyer(String),
    /// Of clients, buyers and experts that a `LIKE` pattern in lower case means; for patterns that mean many.
    Named(String),
}

/// The newest first, from a place on; `$1` and `$2` are the place, `$3` how many.
macro_rules! bookings {
    ($($more:expr),*) => {
        concat!(
            "SELECT b.id, b.reference, b.state, b.clock_at, b.first_day, b.last_day, b.total, b.created_at, b.buyer_name, \
             e.display_name AS expert, a.name AS client \
             FROM booking b JOIN expert e ON e.id = b.expert_id JOIN account a ON a.id = b.client_id \
             WHERE b.created_at <= $1 AND (b.created_at < $1 OR b.id < $2)",
            $($more,)*
            " ORDER BY b.created_at DESC, b.id DESC LIMIT $3"
        )
    };
}

/// Who is meant by a reference, or by a `LIKE` pattern in lower case of a client's name or address, of a buyer, or of an
/// expert's name. Where more than `most` of one kind are, the pattern itself.
///
/// # Errors
/// The database's.
pub async fn meant(exec: &mut Exec<'_>, reference: &str, pattern: &str, most: i64) -> sqlx::Result<Vec<Whose>> {
    const CLIENTS: &str = "SELECT id FROM account WHERE lower(name) LIKE $1 OR email LIKE $1 LIMIT $2";
    const EXPERTS: &str = "SELECT id FROM expert WHERE lower(display_name) LIKE $1 LIMIT $2";
    // Each name is read once from its index, not once for each booking.
    const BUYERS: &str = "WITH RECURSIVE known (name) AS (SELECT MIN(buyer_name) FROM booking \
        UNION ALL SELECT (SELECT MIN(n.buyer_name) FROM booking n WHERE n.buyer_name > known.name) \
        FROM known WHERE known.name IS NOT NULL) SELECT name FROM known WHERE lower(name) LIKE $1 LIMIT $2";
    let clients: Vec<Uuid> =
        on!(&mut *exec, |c| sqlx::query_scalar(CLIENTS).bind(pattern).bind(most + 1).fetch_all(c).await)?;
    let experts: Vec<Uuid> =
        on!(&mut *exec, |c| sqlx::query_scalar(EXPERTS).bind(pattern).bind(most + 1).fetch_all(c).await)?;
    let buyers: Vec<String> =
        on!(exec, |c| sqlx::query_scalar(BUYERS).bind(pattern).bind(most + 1).fetch_all(c).await)?;
    let many = usize::try_from(most).unwrap_or(usize::MAX);
    if clients.len().max(experts.len()).max(buyers.len()) > many {
        return Ok(vec![Whose::Named(pattern.to_owned())]);
    }
    Ok(std::iter::once(Whose::Reference(reference.to_owned()))
        .chain(clients.into_iter().map(Whose::Client))
        .chain(experts.into_iter().map(Whose::Expert))
        .chain(buyers.into_iter().map(Whose::Buyer))
        .collect())
}

/// At most `limit` bookings placed before a place of the list: the instant and id of the last line that was seen.
///
/// # Errors
/// The database's.
pub async fn list(
    exec: &mut Exec<'_>,
    wanted: Wanted<'_>,
    whose: Option<&Whose>,
    before: (DateTime<Utc>, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<BookingLine>> {
    macro_rules! of {
        ($narrow:literal, $n:literal) => {
            match whose {
                None => bookings!($narrow),
                Some(Whose::Reference(_)) => bookings!($narrow, " AND b.reference = ", $n),
                Some(Whose::Client(_)) => bookings!($narrow, " AND b.client_id = ", $n),
                Some(Whose::Expert(_)) => bookings!($narrow, " AND b.expert_id = ", $n),
                Some(Whose::Buyer(_)) => bookings!($narrow, " AND b.buyer_name = ", $n),
                Some(Whose::Named(_)) => bookings!(
                    $narrow,
                    " AND (lower(a.name) LIKE ",
                    $n,
                    " OR a.email LIKE ",
                    $n,
                    " OR lower(b.buyer_name) LIKE ",
                    $n,
                    " OR lower(e.display_name) LIKE ",
                    $n,
                    ")"
                ),
            }
        };
    }
    let sql = match wanted {
        Wanted::Any => of!("", "$4"),
        Wanted::State(_) => of!(" AND b.state = $4", "$5"),
        Wanted::AnswersUntil(_) => of!(" AND b.state = 'requested' AND b.clock_at < $4", "$5"),
        Wanted::Starting(..) => of!(" AND b.state = 'accepted' AND b.starts_at >= $4 AND b.starts_at < $5", "$6"),
    };
    on!(exec, |c| {
        let query = sqlx::query_as(sql).bind(before.0).bind(before.1).bind(limit);
        let query = match wanted {
            Wanted::Any => query,
            Wanted::State(code) => query.bind(code),
            Wanted::AnswersUntil(until) => query.bind(until),
            Wanted::Starting(from, until) => query.bind(from).bind(until),
        };
        let query = match whose {
            None => query,
            Some(Whose::Client(id) | Whose::Expert(id)) => query.bind(*id),
            Some(Whose::Reference(text) | Whose::Buyer(text) | Whose::Named(text)) => query.bind(text),
        };
        query.fetch_all(c).await
    })
}
