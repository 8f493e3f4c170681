//! The two people of a booking, as bookings need to know them.

use super::{small, unreadable};
use crate::{db::Exec, on};
use gabarit_domain::{
    expert::ExpertKind,
    ids::{AccountId, ExpertId},
    invoice::Party,
    vat::{CountryCode, VatNumber},
};
use gabarit_i18n::Locale;
use gabarit_view::booking::ClientProfile;
use uuid::Uuid;

/// An expert, as bookings see one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookedExpert {
    /// Its id.
    pub id: ExpertId,
    /// Whose.
    pub account: AccountId,
    /// In-house or independent.
    pub kind: ExpertKind,
    /// As published.
    pub display_name: String,
    /// Completed platform days.
    pub completed_days: u32,
    /// The number the expert is billed under, canonical; nobody books themselves.
    pub vat_number: Option<VatNumber>,
}

/// An expert, as bookings see one.
///
/// # Errors
/// The database's.
pub async fn expert(exec: &mut Exec<'_>, id: ExpertId) -> sqlx::Result<Option<BookedExpert>> {
    type Row = (Uuid, String, String, i64, Option<String>, Option<String>);
    const SQL: &str = "SELECT e.account_id, e.kind, e.display_name, e.completed_days, b.vat_number, b.country \
        FROM expert e LEFT JOIN expert_billing b ON b.expert_id = e.id WHERE e.id = $1";
    let row: Option<Row> = on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
    row.map(|(account, kind, display_name, completed_days, vat_number, country)| {
        let country = country.and_then(|country| CountryCode::parse(&country).ok());
        Ok(BookedExpert {
            id,
            account: AccountId(account),
            kind: ExpertKind::parse(&kind).ok_or_else(|| unreadable("kind of expert"))?,
            display_name,
            completed_days: small("completed_days", completed_days)?,
            vat_number: country.zip(vat_number).and_then(|(country, text)| VatNumber::parse(country, &text).ok()),
        })
    })
    .transpose()
}

/// Locks an expert's row until the end of the transaction: bookings of one expert are made and completed in turn.
/// On SQLite the transaction is the only writer anyway.
///
/// # Errors
/// The database's.
pub async fn lock_expert(exec: &mut Exec<'_>, id: ExpertId) -> sqlx::Result<()> {
    if let Exec::Postgres(c) = exec {
        sqlx::query("SELECT id FROM expert WHERE id = $1 FOR NO KEY UPDATE").bind(id.0).execute(&mut **c).await?;
    }
    Ok(())
}

/// Locks an account's row until the end of the transaction: its holds are counted in turn.
///
/// # Errors
/// The database's.
pub async fn lock_account(exec: &mut Exec<'_>, id: AccountId) -> sqlx::Result<()> {
    if let Exec::Postgres(c) = exec {
        sqlx::query("SELECT id FROM account WHERE id = $1 FOR NO KEY UPDATE").bind(id.0).execute(&mut **c).await?;
    }
    Ok(())
}

/// How an expert is billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Billing {
    /// The firm; its e-mail address is the account's.
    pub party: Party,
    /// A small business that charges no VAT.
    pub vat_exempt: bool,
}

/// How an expert is billed.
///
/// # Errors
/// The database's.
pub async fn billing(exec: &mut Exec<'_>, id: ExpertId) -> sqlx::Result<Option<Billing>> {
    const SQL: &str = "SELECT company, street, postal_code, city, country, vat_number, registration, vat_exempt \
        FROM expert_billing WHERE expert_id = $1";
    type Row = (String, String, String, String, String, Option<String>, Option<String>, bool);
    let row: Option<Row> = on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
    row.map(|(name, street, postal_code, city, country, vat_number, registration, vat_exempt)| {
        let country = CountryCode::parse(&country).map_err(|_| unreadable("country"))?;
        let vat_number = vat_number
            .map(|text| VatNumber::parse(country, &text).map_err(|_| unreadable("VAT number")))
            .transpose()?;
        let party =
            Party { name, attention: None, street, postal_code, city, country, vat_number, registration, email: None };
        Ok(Billing { party, vat_exempt })
    })
    .transpose()
}

/// A person to write to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Whose account.
    pub account: AccountId,
    /// E-mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Telephone number.
    pub phone: Option<String>,
    /// Language.
    pub locale: Locale,
    /// Zone; UTC were it not a zone.
    pub zone: chrono_tz::Tz,
}

/// The person of an account.
///
/// # Errors
/// The database's.
pub async fn person(exec: &mut Exec<'_>, id: AccountId) -> sqlx::Result<Option<Person>> {
    const SQL: &str = "SELECT email, name, phone, locale, time_zone FROM account WHERE id = $1";
    let row: Option<(String, String, Option<String>, String, String)> =
        on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
    row.map(|(email, name, phone, locale, zone)| {
        Ok(Person {
            account: id,
            email,
            name,
            phone,
            locale: Locale::parse(&locale).ok_or_else(|| unreadable("locale"))?,
            zone: zone.parse().unwrap_or(chrono_tz::UTC),
        })
    })
    .transpose()
}

/// Remembers what a client typed, for the next booking.
///
/// # Errors
/// The database's.
pub async fn remember_client(exec: &mut Exec<'_>, client: AccountId, profile: &ClientProfile) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO client_profile (account_id, organisation, street, postal_code, city, country, \
        vat_number, registration, invoice_email) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        ON CONFLICT (account_id) DO UPDATE SET organisation = excluded.organisation, street = excluded.street, \
        postal_code = excluded.postal_code, city = excluded.city, country = excluded.country, \
        vat_number = excluded.vat_number, registration = excluded.registration, invoice_email = excluded.invoice_email";
    on!(exec, |c| sqlx::query(SQL)
        .bind(client.0)
        .bind(&profile.organisation)
        .bind(&profile.street)
        .bind(&profile.postal_code)
        .bind(&profile.city)
        .bind(profile.country.as_str())
        .bind(&profile.vat_number)
        .bind(&profile.registration)
        .bind(&profile.invoice_email)
        .execute(c)
        .await
        .map(drop))
}

/// What a client typed last.
///
/// # Errors
/// The database's.
pub async fn remembered_client(exec: &mut Exec<'_>, client: AccountId) -> sqlx::Result<Option<ClientProfile>> {
    const SQL: &str = "SELECT organisation, street, postal_code, city, country, vat_number, registration, \
        invoice_email FROM client_profile WHERE account_id = $1";
    type Remembered = (String, String, String, String, String, Option<String>, Option<String>, String);
    let row: Option<Remembered> = on!(exec, |c| sqlx::query_as(SQL).bind(client.0).fetch_optional(c).await)?;
    row.map(|(organisation, street, postal_code, city, country, vat_number, registration, invoice_email)| {
        let country = country.try_into().map_err(|_| unreadable("country"))?;
        Ok(ClientProfile { organisation, street, postal_code, city, country, vat_number, registration, invoice_email })
    })
    .transpose()
}
