//! Rows of memberships: `membership`, its terms, log and appeals, and what members show of themselves.

use super::nominations::seen_by;
use crate::{db::Exec, on};
use chrono::{DateTime, NaiveDate, Utc};
use gabarit_domain::{
    ids::{AccountId, MembershipId},
    membership::{Appeal, Membership, MembershipState},
    text::Message,
};
use sqlx::FromRow;
use uuid::Uuid;

/// A membership, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub id: MembershipId,
    /// Whose.
    pub account: AccountId,
    /// Where it stands.
    pub membership: Membership,
    /// When, and by which manager, it was decided on last.
    pub decided_at: Option<DateTime<Utc>>,
    /// See [`Stored::decided_at`].
    pub decided_by: Option<AccountId>,
    /// When the status was lost.
    pub lost_at: Option<DateTime<Utc>>,
    /// Counts every change; writers name the one they read.
    pub version: i64,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    account_id: Uuid,
    state: String,
    first_day: NaiveDate,
    last_day: NaiveDate,
    term: i64,
    reasons: Option<String>,
    decided_on: Option<NaiveDate>,
    decided_at: Option<DateTime<Utc>>,
    decided_by: Option<Uuid>,
    lost_at: Option<DateTime<Utc>>,
    appeal: String,
    version: i64,
}

fn unreadable(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("a membership's {what} makes no sense").into())
}

impl Row {
    fn read(self) -> sqlx::Result<Stored> {
        let reasons = self.reasons.map(|text| Message::parse(&text).map_err(|_| unreadable("reasons"))).transpose()?;
        Ok(Stored {
            id: MembershipId(self.id),
            account: AccountId(self.account_id),
            membership: Membership {
                state: MembershipState::restore(&self.state, reasons).ok_or_else(|| unreadable("state"))?,
                first_day: self.first_day,
                last_day: self.last_day,
                term: u32::try_from(self.term).map_err(|_| unreadable("term"))?,
                decided_on: self.decided_on,
                appeal: Appeal::parse(&self.appeal).ok_or_else(|| unreadable("appeal"))?,
            },
            decided_at: self.decided_at,
            decided_by: self.decided_by.map(AccountId),
            lost_at: self.lost_at,
            version: self.version,
        })
    }
}

/// Adds a membership.
///
/// # Errors
/// The database's; `membership_live_once` for a second one, `membership_nomination_unique` for a nomination that has one.
pub async fn insert(exec: &mut Exec<'_>, new: &Stored, nomination: Uuid) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO membership (id, account_id, nomination_id, state, first_day, last_day, term, appeal, \
        version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(new.id.0)
        .bind(new.account.0)
        .bind(nomination)
        .bind(new.membership.state.code())
        .bind(new.membership.first_day)
        .bind(new.membership.last_day)
        .bind(i64::from(new.membership.term))
        .bind(new.membership.appeal.code())
        .bind(new.version)
        .execute(c)
        .await
        .map(drop))
}

/// A membership.
///
/// # Errors
/// The database's.
pub async fn get(exec: &mut Exec<'_>, id: MembershipId) -> sqlx::Result<Option<Stored>> {
    const SQL: &str = "SELECT * FROM membership WHERE id = $1";
    let row: Option<Row> = on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
    row.map(Row::read).transpose()
}

/// A membership, locked until the end of the transaction.
///
/// # Errors
/// The database's.
pub async fn lock(exec: &mut Exec<'_>, id: MembershipId) -> sqlx::Result<Option<Stored>> {
    if let Exec::Postgres(c) = exec {
        sqlx::query("SELECT id FROM membership WHERE id = $1 FOR UPDATE").bind(id.0).execute(&mut **c).await?;
    }
    get(exec, id).await
}

/// The latest membership of an account: its live one, if it has one.
///
/// # Errors
/// The database's.
pub async fn latest(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Option<Stored>> {
    const SQL: &str = "SELECT * FROM membership WHERE account_id = $1 ORDER BY \
        CASE WHEN state IN ('active', 'due', 'not-renewed') THEN 0 ELSE 1 END, first_day DESC, id DESC LIMIT 1";
    let row: Option<Row> = on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_optional(c).await)?;
    row.map(Row::read).transpose()
}

/// The live membership of an account.
///
/// # Errors
/// The database's.
pub async fn live(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Option<Stored>> {
    Ok(latest(exec, account).await?.filter(|stored| stored.membership.state.is_live()))
}

/// [`live`], locked until the end of the transaction: whatever is done with a membership waits for what ends it.
///
/// # Errors
/// The database's.
pub async fn lock_live(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Option<Stored>> {
    let Some(found) = live(exec, account).await? else { return Ok(None) };
    Ok(lock(exec, found.id).await?.filter(|stored| stored.membership.state.is_live()))
}

/// Stores a change of the version its caller read, and counts the version up; `false` if it is another's by now.
///
/// # Errors
/// The database's.
pub async fn store(exec: &mut Exec<'_>, stored: &mut Stored) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE membership SET state = $3, last_day = $4, term = $5, reasons = $6, decided_on = $7, \
        decided_at = $8, decided_by = $9, lost_at = $10, appeal = $11, version = version + 1 \
        WHERE id = $1 AND version = $2";
    let membership = &stored.membership;
    let done = on!(exec, |c| sqlx::query(SQL)
        .bind(stored.id.0)
        .bind(stored.version)
        .bind(membership.state.code())
        .bind(membership.last_day)
        .bind(i64::from(membership.term))
        .bind(membership.state.reasons().map(Message::as_str))
        .bind(membership.decided_on)
        .bind(stored.decided_at)
        .bind(stored.decided_by.map(|id| id.0))
        .bind(stored.lost_at)
        .bind(membership.appeal.code())
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))?;
    if done {
        stored.version += 1;
    }
    Ok(done)
}

/// What is logged of a move.
#[derive(Clone, Copy, Debug)]
pub struct NewStep<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// Who; none for the clock.
    pub actor: Option<AccountId>,
    /// Code of the state it came from; none when it begins.
    pub from: Option<&'a str>,
    /// Code of the state it came to.
    pub to: &'a str,
    /// What was done.
    pub event: &'a str,
    /// Why; may be empty.
    pub reason: &'a str,
}

/// Writes a move down. Nothing changes or removes it.
///
/// # Errors
/// The database's.
pub async fn log(exec: &mut Exec<'_>, id: MembershipId, step: NewStep<'_>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO membership_log (membership_id, step, at, actor_id, from_state, to_state, event, reason) \
        SELECT $1, COALESCE(MAX(step), 0) + 1, $2, $3, $4, $5, $6, $7 FROM membership_log WHERE membership_id = $1";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(step.at)
        .bind(step.actor.map(|id| id.0))
        .bind(step.from)
        .bind(step.to)
        .bind(step.event)
        .bind(step.reason)
        .execute(c)
        .await
        .map(drop))
}

/// A step of a membership's way.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct StepRow {
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by name; none for the clock.
    pub actor_name: Option<String>,
    /// Code of the state it came from.
    pub from_state: Option<String>,
    /// Code of the state it came to.
    pub to_state: String,
    /// What was done.
    pub event: String,
    /// Why.
    pub reason: String,
}

/// The way of a membership, from its beginning.
///
/// # Errors
/// The database's.
pub async fn steps(exec: &mut Exec<'_>, id: MembershipId) -> sqlx::Result<Vec<StepRow>> {
    const SQL: &str = "SELECT l.at, a.name AS actor_name, l.from_state, l.to_state, l.event, l.reason \
        FROM membership_log l LEFT JOIN account a ON a.id = l.actor_id WHERE l.membership_id = $1 ORDER BY l.step";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// A term, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TermRow {
    /// From 1.
    pub term: i64,
    /// Its first day.
    pub first_day: NaiveDate,
    /// Its last day.
    pub last_day: NaiveDate,
    /// When it was granted.
    pub granted_at: DateTime<Utc>,
    /// By which manager; none for the first term.
    pub granted_by: Option<Uuid>,
    /// Months with contributions, when it was decided.
    pub months_active: Option<i64>,
    /// Months that the rulebook asked for.
    pub months_needed: Option<i64>,
    /// Reasons; where the rule alone did not grant it.
    pub reasons: Option<String>,
}

/// Adds a term.
///
/// # Errors
/// The database's.
pub async fn insert_term(exec: &mut Exec<'_>, id: MembershipId, term: &TermRow) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO membership_term (membership_id, term, first_day, last_day, granted_at, granted_by, \
        months_active, months_needed, reasons) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(term.term)
        .bind(term.first_day)
        .bind(term.last_day)
        .bind(term.granted_at)
        .bind(term.granted_by)
        .bind(term.months_active)
        .bind(term.months_needed)
        .bind(&term.reasons)
        .execute(c)
        .await
        .map(drop))
}

/// The terms of a membership, in order.
///
/// # Errors
/// The database's.
pub async fn terms(exec: &mut Exec<'_>, id: MembershipId) -> sqlx::Result<Vec<TermRow>> {
    const SQL: &str = "SELECT term, first_day, last_day, granted_at, granted_by, months_active, months_needed, reasons \
        FROM membership_term WHERE membership_id = $1 ORDER BY term";
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)
}

/// What a member shows.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ProfileRow {
    /// Whose.
    pub account_id: Uuid,
    /// Code of the badge.
    pub code: String,
    /// Name as shown.
    pub display_name: String,
    /// In the member's words.
    pub about: String,
    /// ISO 3166-1.
    pub country: Option<String>,
    /// Whether the public hall shows the member.
    pub listed: bool,
}

/// Adds what a new member shows; nothing happens if there is something already.
///
/// # Errors
/// The database's.
pub async fn insert_profile(exec: &mut Exec<'_>, profile: &ProfileRow, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO member_profile (account_id, code, display_name, about, country, listed, changed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account_id) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(profile.account_id)
        .bind(&profile.code)
        .bind(&profile.display_name)
        .bind(&profile.about)
        .bind(&profile.country)
        .bind(profile.listed)
        .bind(now)
        .execute(c)
        .await
        .map(drop))
}

/// Where a person said to live or to work: in the nomination, as an expert, or as a client.
///
/// # Errors
/// The database's.
pub async fn known_country(exec: &mut Exec<'_>, account: AccountId, nomination: Uuid) -> sqlx::Result<Option<String>> {
    const SQL: &str = "SELECT COALESCE((SELECT NULLIF(country, '') FROM nomination WHERE id = $2), \
        (SELECT base_country FROM expert WHERE account_id = $1), \
        (SELECT country FROM client_profile WHERE account_id = $1))";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(account.0).bind(nomination).fetch_one(c).await)
}

/// What a member shows.
///
/// # Errors
/// The database's.
pub async fn profile(exec: &mut Exec<'_>, account: AccountId) -> sqlx::Result<Option<ProfileRow>> {
    const SQL: &str = "SELECT account_id, code, display_name, about, country, listed FROM member_profile \
        WHERE account_id = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(account.0).fetch_optional(c).await)
}

/// What a member shows, by the badge's code.
///
/// # Errors
/// The database's.
pub async fn profile_of_code(exec: &mut Exec<'_>, code: &str) -> sqlx::Result<Option<ProfileRow>> {
    const SQL: &str =
        "SELECT account_id, code, display_name, about, country, listed FROM member_profile WHERE code = $1";
    on!(exec, |c| sqlx::query_as(SQL).bind(code).fetch_optional(c).await)
}

/// Stores what a member shows.
///
/// # Errors
/// The database's.
pub async fn update_profile(
    exec: &mut Exec<'_>,
    profile: &ProfileRow,
    products: &[String],
    languages: &[String],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE member_profile SET display_name = $2, about = $3, country = $4, listed = $5, \
        changed_at = $6 WHERE account_id = $1";
    on!(&mut *exec, |c| sqlx::query(SQL)
        .bind(profile.account_id)
        .bind(&profile.display_name)
        .bind(&profile.about)
        .bind(&profile.country)
        .bind(profile.listed)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    for sql in ["DELETE FROM member_product WHERE account_id = $1", "DELETE FROM member_language WHERE account_id = $1"]
    {
        on!(&mut *exec, |c| sqlx::query(sql).bind(profile.account_id).execute(c).await.map(drop))?;
    }
    for product in products {
        const ADD: &str = "INSERT INTO member_product (account_id, product) VALUES ($1, $2)";
        on!(&mut *exec, |c| sqlx::query(ADD).bind(profile.account_id).bind(product).execute(c).await.map(drop))?;
    }
    for language in languages {
        const ADD: &str = "INSERT INTO member_language (account_id, language) VALUES ($1, $2)";
        on!(&mut *exec, |c| sqlx::query(ADD).bind(profile.account_id).bind(language).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Codes and names of the products a member shows.
///
/// # Errors
/// The database's.
pub async fn products(exec: &mut Exec<'_>, account: Uuid) -> sqlx::Result<Vec<(String, String)>> {
    const SQL: &str = "SELECT p.code, p.name FROM member_product m JOIN product p ON p.code = m.product \
        WHERE m.account_id = $1 ORDER BY p.position, p.code";
    on!(exec, |c| sqlx::query_as(SQL).bind(account).fetch_all(c).await)
}

/// Codes of the languages a member shows.
///
/// # Errors
/// The database's.
pub async fn languages(exec: &mut Exec<'_>, account: Uuid) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT language FROM member_language WHERE account_id = $1 ORDER BY language";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(account).fetch_all(c).await)
}

/// A member in the hall.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct HallRow {
    /// Whose.
    pub account_id: Uuid,
    /// Code of the badge.
    pub code: String,
    /// Name as shown.
    pub display_name: String,
    /// ISO 3166-1.
    pub country: Option<String>,
    /// First day of the membership.
    pub first_day: NaiveDate,
}

macro_rules! hall {
    ($what:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM member_profile f JOIN membership m ON m.account_id = f.account_id \
             WHERE m.state IN ('active', 'due', 'not-renewed') AND f.listed \
             AND ($1 = '' OR f.country = $1) \
             AND ($2 = '' OR EXISTS (SELECT 1 FROM member_product x WHERE x.account_id = f.account_id AND x.product = $2)) \
             AND ($3 = '' OR EXISTS (SELECT 1 FROM member_language x WHERE x.account_id = f.account_id AND x.language = $3))",
            $rest
        )
    };
}

/// Members who are listed, by name; empty texts of the filter ask for all. `filter` is country, product, language.
///
/// # Errors
/// The database's.
pub async fn hall(exec: &mut Exec<'_>, filter: [&str; 3], limit: i64, offset: i64) -> sqlx::Result<Vec<HallRow>> {
    const SQL: &str = hall!(
        "f.account_id, f.code, f.display_name, f.country, m.first_day",
        " ORDER BY LOWER(f.display_name), f.code LIMIT $4 OFFSET $5"
    );
    on!(exec, |c| sqlx::query_as(SQL)
        .bind(filter[0])
        .bind(filter[1])
        .bind(filter[2])
        .bind(limit)
        .bind(offset)
        .fetch_all(c)
        .await)
}

/// How many members the filter has.
///
/// # Errors
/// The database's.
pub async fn count_hall(exec: &mut Exec<'_>, filter: [&str; 3]) -> sqlx::Result<i64> {
    const SQL: &str = hall!("COUNT(*)", "");
    on!(exec, |c| sqlx::query_scalar(SQL).bind(filter[0]).bind(filter[1]).bind(filter[2]).fetch_one(c).await)
}

/// Countries, products and languages that listed members have: to filter by.
///
/// # Errors
/// The database's.
pub async fn hall_facets(exec: &mut Exec<'_>) -> sqlx::Result<(Vec<String>, Vec<(String, String)>, Vec<String>)> {
    const COUNTRIES: &str = "SELECT DISTINCT f.country FROM member_profile f JOIN membership m \
        ON m.account_id = f.account_id WHERE m.state IN ('active', 'due', 'not-renewed') AND f.listed \
        AND f.country IS NOT NULL ORDER BY f.country";
    const PRODUCTS: &str = "SELECT p.code, p.name FROM product p WHERE EXISTS (SELECT 1 FROM member_product x \
        JOIN member_profile f ON f.account_id = x.account_id JOIN membership m ON m.account_id = f.account_id \
        WHERE x.product = p.code AND m.state IN ('active', 'due', 'not-renewed') AND f.listed) ORDER BY p.position, p.code";
    const LANGUAGES: &str = "SELECT DISTINCT x.language FROM member_language x JOIN member_profile f \
        ON f.account_id = x.account_id JOIN membership m ON m.account_id = f.account_id \
        WHERE m.state IN ('active', 'due', 'not-renewed') AND f.listed ORDER BY x.language";
    let countries = on!(&mut *exec, |c| sqlx::query_scalar(COUNTRIES).fetch_all(c).await)?;
    let products = on!(&mut *exec, |c| sqlx::query_as(PRODUCTS).fetch_all(c).await)?;
    let languages = on!(&mut *exec, |c| sqlx::query_scalar(LANGUAGES).fetch_all(c).await)?;
    Ok((countries, products, languages))
}

/// A contribution, as renewals read it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ContributionRow {
    /// When.
    pub occurred_on: NaiveDate,
    /// Channel.
    pub channel: String,
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// `nominee` or `platform`.
    pub source: String,
}

/// The contributions of an account from a day on, the newest first.
///
/// # Errors
/// The database's.
pub async fn contributions(
    exec: &mut Exec<'_>,
    account: AccountId,
    from: NaiveDate,
) -> sqlx::Result<Vec<ContributionRow>> {
    const SQL: &str = "SELECT occurred_on, channel, title, url, source FROM contribution \
        WHERE account_id = $1 AND occurred_on >= $2 AND removed_at IS NULL ORDER BY occurred_on DESC, created_at DESC, id";
    on!(exec, |c| sqlx::query_as(SQL).bind(account.0).bind(from).fetch_all(c).await)
}

/// An appeal.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AppealRow {
    /// Its id.
    pub id: Uuid,
    /// What it says.
    pub body: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Whether it was allowed.
    pub granted: Option<bool>,
    /// The answer.
    pub answer: Option<String>,
}

/// Adds an appeal.
///
/// # Errors
/// The database's.
pub async fn insert_appeal(
    exec: &mut Exec<'_>,
    id: Uuid,
    membership: MembershipId,
    body: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO membership_appeal (id, membership_id, body, made_at) VALUES ($1, $2, $3, $4)";
    on!(exec, |c| sqlx::query(SQL).bind(id).bind(membership.0).bind(body).bind(now).execute(c).await.map(drop))
}

/// Answers the open appeal of a membership; `false` if there is none.
///
/// # Errors
/// The database's.
pub async fn answer_appeal(
    exec: &mut Exec<'_>,
    membership: MembershipId,
    granted: bool,
    answer: &str,
    by: Option<AccountId>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE membership_appeal SET granted = $2, answer = $3, answered_by = $4, answered_at = $5 \
        WHERE membership_id = $1 AND answer IS NULL";
    on!(exec, |c| sqlx::query(SQL)
        .bind(membership.0)
        .bind(granted)
        .bind(answer)
        .bind(by.map(|id| id.0))
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// The appeals of a membership, in order.
///
/// # Errors
/// The database's.
pub async fn appeals(exec: &mut Exec<'_>, membership: MembershipId) -> sqlx::Result<Vec<AppealRow>> {
    const SQL: &str = "SELECT id, body, made_at, granted, answer FROM membership_appeal WHERE membership_id = $1 \
        ORDER BY made_at, id";
    on!(exec, |c| sqlx::query_as(SQL).bind(membership.0).fetch_all(c).await)
}

/// A membership in the managers' list.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ListRow {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// See [`Stored::version`].
    pub version: i64,
    /// Name as shown.
    pub display_name: String,
    /// ISO 3166-1.
    pub country: Option<String>,
    /// Code of its state.
    pub state: String,
    /// The last day of its term.
    pub last_day: NaiveDate,
    /// Code of the appeal's state.
    pub appeal: String,
}

macro_rules! list {
    ($what:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM membership m LEFT JOIN member_profile f ON f.account_id = m.account_id \
             WHERE (($1 = 'live' AND m.state IN ('active', 'due', 'not-renewed')) OR ($1 = 'appeals' AND m.appeal = 'open') \
             OR m.state = $1)",
            $rest
        )
    };
}

/// Memberships in a state, or `live`, or `appeals` (those that wait), by their last day.
///
/// # Errors
/// The database's.
pub async fn list(exec: &mut Exec<'_>, which: &str, limit: i64, offset: i64) -> sqlx::Result<Vec<ListRow>> {
    const SQL: &str = list!(
        "m.id, m.account_id, m.version, COALESCE(f.display_name, '–') AS display_name, f.country, m.state, m.last_day, m.appeal",
        " ORDER BY m.last_day, LOWER(COALESCE(f.display_name, '–')), m.id LIMIT $2 OFFSET $3"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(which).bind(limit).bind(offset).fetch_all(c).await)
}

/// How many there are of [`list`].
///
/// # Errors
/// The database's.
pub async fn count_list(exec: &mut Exec<'_>, which: &str) -> sqlx::Result<i64> {
    const SQL: &str = list!("COUNT(*)", "");
    on!(exec, |c| sqlx::query_scalar(SQL).bind(which).fetch_one(c).await)
}

/// Memberships by state.
///
/// # Errors
/// The database's.
pub async fn state_counts(exec: &mut Exec<'_>) -> sqlx::Result<Vec<(String, i64)>> {
    const SQL: &str = "SELECT state, COUNT(*) FROM membership GROUP BY state ORDER BY state";
    on!(exec, |c| sqlx::query_as(SQL).fetch_all(c).await)
}

/// A nomination, as figures count it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CountedNomination {
    /// Code of the cycle.
    pub code: String,
    /// When that cycle's window opened.
    pub window_at: DateTime<Utc>,
    /// ISO 3166-1.
    pub country: String,
    /// Code of its state.
    pub state: String,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
}

/// The nominations that were sent into cycles and that a reader may know of, the newest cycle first.
///
/// # Errors
/// The database's.
pub async fn nominations(exec: &mut Exec<'_>, reader: AccountId) -> sqlx::Result<Vec<CountedNomination>> {
    const SQL: &str = concat!(
        "SELECT c.code, c.window_at, n.country, n.state, n.answered_at FROM nomination n \
         JOIN recognition_cycle c ON c.id = n.cycle_id WHERE n.state <> 'draft' AND ",
        seen_by!("$1"),
        " ORDER BY c.window_at DESC, n.id"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(reader.0).fetch_all(c).await)
}

/// Sums of the scores of a cycle's answered nominations.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ScoreSums {
    /// Code of the cycle.
    pub code: String,
    /// Reviews.
    pub reviews: i64,
    /// Nominations that they are of.
    pub nominations: i64,
    /// Sum of a quality.
    pub champion: i64,
    /// Likewise.
    pub expert: i64,
    /// Likewise.
    pub caring: i64,
    /// Likewise.
    pub responsive: i64,
    /// Likewise.
    pub leader: i64,
}

/// The scores of each cycle's answered nominations that a reader may know of, summed up: with their own among them, whoever
/// can read all others would know their own, too.
///
/// # Errors
/// The database's.
pub async fn scores(exec: &mut Exec<'_>, reader: AccountId) -> sqlx::Result<Vec<ScoreSums>> {
    const SQL: &str = concat!(
        "SELECT c.code, COUNT(*) AS reviews, COUNT(DISTINCT n.id) AS nominations, \
        CAST(SUM(s.champion) AS BIGINT) AS champion, CAST(SUM(s.expert) AS BIGINT) AS expert, \
        CAST(SUM(s.caring) AS BIGINT) AS caring, CAST(SUM(s.responsive) AS BIGINT) AS responsive, \
        CAST(SUM(s.leader) AS BIGINT) AS leader FROM nomination_seat s JOIN nomination n ON n.id = s.nomination_id \
        JOIN recognition_cycle c ON c.id = n.cycle_id WHERE s.state = 'in' AND n.state IN ('granted', 'refused') AND ",
        seen_by!("$1"),
        " GROUP BY c.code"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(reader.0).fetch_all(c).await)
}

/// How many managers there are beside one.
///
/// # Errors
/// The database's.
pub async fn other_managers(exec: &mut Exec<'_>, than: AccountId) -> sqlx::Result<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM account WHERE is_manager AND id <> $1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(than.0).fetch_one(c).await)
}
