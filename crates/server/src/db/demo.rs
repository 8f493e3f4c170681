//! Bulk insertion of demonstration data: many rows a statement.

use crate::{
    db::{Exec, experts::ExpertRow},
    on,
};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// A new account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its id.
    pub id: Uuid,
    /// Its address, lower case.
    pub email: String,
    /// As people say it.
    pub name: String,
    /// Its telephone number.
    pub phone: String,
    /// `fr`, `nl` or `en`.
    pub locale: &'static str,
    /// IANA time zone.
    pub time_zone: String,
    /// Whether it is a manager's.
    pub is_manager: bool,
}

/// A certificate, diploma or job.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// Whose.
    pub expert: Uuid,
    /// `certificate`, `education` or `experience`.
    pub kind: &'static str,
    /// Order within the kind.
    pub position: i64,
    /// Its title.
    pub title: String,
    /// Issuer, school or employer.
    pub organisation: String,
    /// From.
    pub from_year: Option<i64>,
    /// To.
    pub to_year: Option<i64>,
    /// More about it.
    pub description: String,
}

/// A review.
#[derive(Clone, Debug)]
pub struct NewReview {
    /// Its id.
    pub id: Uuid,
    /// Of whom.
    pub expert: Uuid,
    /// 1 to 5.
    pub rating: i64,
    /// As shown.
    pub author: String,
    /// Text.
    pub body: String,
    /// ISO 639-1.
    pub language: &'static str,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// How an expert is billed.
#[derive(Clone, Debug)]
pub struct NewBilling {
    /// Whose.
    pub expert: Uuid,
    /// Name on documents.
    pub company: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// VAT number.
    pub vat_number: Option<String>,
    /// Legal registration.
    pub registration: String,
    /// A small business that charges no VAT.
    pub vat_exempt: bool,
}

/// What a client typed last.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Whose.
    pub account: Uuid,
    /// Organisation.
    pub organisation: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// VAT number.
    pub vat_number: Option<String>,
    /// Legal registration.
    pub registration: Option<String>,
    /// Where invoices are sent.
    pub invoice_email: String,
}

/// Inserts rows, as many a statement as both databases take parameters for.
macro_rules! insert_all {
    ($exec:expr, $head:literal, $columns:literal, $rows:expr, |$builder:ident, $row:ident| $body:expr) => {{
        for chunk in $rows.chunks(20_000 / $columns) {
            on!($exec, |c| {
                let mut query = sqlx::QueryBuilder::new(concat!("INSERT INTO ", $head, " "));
                query.push_values(chunk, |mut $builder, $row| {
                    $body;
                });
                query.build().persistent(false).execute(c).await.map(|_| ())
            })?;
        }
        Ok(())
    }};
}

/// Whether an account has this address.
///
/// # Errors
/// If the database fails.
pub async fn has_account(exec: &mut Exec<'_>, email: &str) -> sqlx::Result<bool> {
    const SQL: &str = "SELECT id FROM account WHERE email = $1";
    let found: Option<Uuid> = on!(exec, |c| sqlx::query_scalar(SQL).bind(email).fetch_optional(c).await)?;
    Ok(found.is_some())
}

/// The account with this address.
///
/// # Errors
/// If the database fails.
pub async fn account_of(exec: &mut Exec<'_>, email: &str) -> sqlx::Result<Option<Uuid>> {
    const SQL: &str = "SELECT id FROM account WHERE email = $1";
    on!(exec, |c| sqlx::query_scalar(SQL).bind(email).fetch_optional(c).await)
}

/// Inserts accounts, all with one password.
///
/// # Errors
/// If the database fails.
pub async fn insert_accounts(
    exec: &mut Exec<'_>,
    rows: &[NewAccount],
    password_hash: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    insert_all!(
        exec,
        "account (id, email, password_hash, name, phone, locale, time_zone, is_manager, created_at, \
         email_confirmed_at, two_step_exempt_at)",
        11,
        rows,
        |b, row| b
            .push_bind(row.id)
            .push_bind(&row.email)
            .push_bind(password_hash)
            .push_bind(&row.name)
            .push_bind(&row.phone)
            .push_bind(row.locale)
            .push_bind(&row.time_zone)
            .push_bind(row.is_manager)
            .push_bind(now)
            .push_bind(now)
            .push_bind(row.is_manager.then_some(now))
    )
}

/// Inserts what clients typed last.
///
/// # Errors
/// If the database fails.
pub async fn insert_clients(exec: &mut Exec<'_>, rows: &[NewClient]) -> sqlx::Result<()> {
    insert_all!(
        exec,
        "client_profile (account_id, organisation, street, postal_code, city, country, vat_number, registration, invoice_email)",
        9,
        rows,
        |b, row| b
            .push_bind(row.account)
            .push_bind(&row.organisation)
            .push_bind(&row.street)
            .push_bind(&row.postal_code)
            .push_bind(&row.city)
            .push_bind(&row.country)
            .push_bind(&row.vat_number)
            .push_bind(&row.registration)
            .push_bind(&row.invoice_email)
    )
}

/// Inserts experts.
///
/// # Errors
/// If the database fails.
pub async fn insert_experts(exec: &mut Exec<'_>, rows: &[ExpertRow]) -> sqlx::Result<()> {
    insert_all!(
        exec,
        "expert (id, account_id, state, kind, level, display_name, headline, summary, summary_language, base_place,
            base_lat, base_lon, base_country, on_site, remote, max_travel_km, week_pattern, works_holidays, rating_sum,
            rating_count, completed_days, created_at, changed_at, holiday_region)",
        24,
        rows,
        |b, row| b
            .push_bind(row.id)
            .push_bind(row.account_id)
            .push_bind(&row.state)
            .push_bind(&row.kind)
            .push_bind(row.level)
            .push_bind(&row.display_name)
            .push_bind(&row.headline)
            .push_bind(&row.summary)
            .push_bind(&row.summary_language)
            .push_bind(row.base_place)
            .push_bind(row.base_lat)
            .push_bind(row.base_lon)
            .push_bind(&row.base_country)
            .push_bind(row.on_site)
            .push_bind(row.remote)
            .push_bind(row.max_travel_km)
            .push_bind(row.week_pattern)
            .push_bind(row.works_holidays)
            .push_bind(row.rating_sum)
            .push_bind(row.rating_count)
            .push_bind(row.completed_days)
            .push_bind(row.created_at)
            .push_bind(row.changed_at)
            .push_bind(&row.holiday_region)
    )
}

/// Inserts products of experts.
///
/// # Errors
/// If the database fails.
pub async fn insert_products(exec: &mut Exec<'_>, rows: &[(Uuid, &'static str)]) -> sqlx::Result<()> {
    insert_all!(exec, "expert_product (expert_id, product)", 2, rows, |b, row| b.push_bind(row.0).push_bind(row.1))
}

/// Inserts sectors of experts.
///
/// # Errors
/// If the database fails.
pub async fn insert_sectors(exec: &mut Exec<'_>, rows: &[(Uuid, &'static str)]) -> sqlx::Result<()> {
    insert_all!(exec, "expert_sector (expert_id, sector)", 2, rows, |b, row| b.push_bind(row.0).push_bind(row.1))
}

/// Inserts languages of experts.
///
/// # Errors
/// If the database fails.
pub async fn insert_languages(exec: &mut Exec<'_>, rows: &[(Uuid, &'static str)]) -> sqlx::Result<()> {
    insert_all!(exec, "expert_language (expert_id, language)", 2, rows, |b, row| b.push_bind(row.0).push_bind(row.1))
}

/// Inserts exceptions of experts.
///
/// # Errors
/// If the database fails.
pub async fn insert_exceptions(exec: &mut Exec<'_>, rows: &[(Uuid, NaiveDate, bool)]) -> sqlx::Result<()> {
    insert_all!(exec, "expert_exception (expert_id, day, free)", 3, rows, |b, row| b
        .push_bind(row.0)
        .push_bind(row.1)
        .push_bind(row.2))
}

/// Inserts certificates, diplomas and jobs.
///
/// # Errors
/// If the database fails.
pub async fn insert_records(exec: &mut Exec<'_>, rows: &[NewRecord]) -> sqlx::Result<()> {
    insert_all!(
        exec,
        "expert_record (expert_id, kind, position, title, organisation, from_year, to_year, description)",
        8,
        rows,
        |b, row| b
            .push_bind(row.expert)
            .push_bind(row.kind)
            .push_bind(row.position)
            .push_bind(&row.title)
            .push_bind(&row.organisation)
            .push_bind(row.from_year)
            .push_bind(row.to_year)
            .push_bind(&row.description)
    )
}

/// Inserts reviews.
///
/// # Errors
/// If the database fails.
pub async fn insert_reviews(exec: &mut Exec<'_>, rows: &[NewReview]) -> sqlx::Result<()> {
    insert_all!(
        exec,
        "review (id, expert_id, booking_id, rating, author, body, language, created_at)",
        8,
        rows,
        |b, row| b
            .push_bind(row.id)
            .push_bind(row.expert)
            .push_bind(None::<Uuid>)
            .push_bind(row.rating)
            .push_bind(&row.author)
            .push_bind(&row.body)
            .push_bind(row.language)
            .push_bind(row.created_at)
    )
}

/// Inserts how experts are billed.
///
/// # Errors
/// If the database fails.
pub async fn insert_billing(exec: &mut Exec<'_>, rows: &[NewBilling]) -> sqlx::Result<()> {
    insert_all!(
        exec,
        "expert_billing (expert_id, company, street, postal_code, city, country, vat_number, registration, vat_exempt)",
        9,
        rows,
        |b, row| b
            .push_bind(row.expert)
            .push_bind(&row.company)
            .push_bind(&row.street)
            .push_bind(&row.postal_code)
            .push_bind(&row.city)
            .push_bind(&row.country)
            .push_bind(&row.vat_number)
            .push_bind(&row.registration)
            .push_bind(row.vat_exempt)
    )
}

/// Every independent expert agreed to self-billing when the profile was made.
///
/// # Errors
/// If the database fails.
pub async fn agree_to_self_billing(exec: &mut Exec<'_>, version: i64, sha256: &str) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO self_billing_agreement (expert_id, version, locale, sha256, account_id, accepted_at)
        SELECT id, $1, 'en', $2, account_id, created_at FROM expert WHERE kind = 'independent'
        ON CONFLICT (expert_id, version) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL).bind(version).bind(sha256).execute(c).await.map(drop))
}
