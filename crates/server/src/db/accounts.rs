//! Rows of `account`.

use crate::{db::Exec, on};
use chrono::{DateTime, Utc};
use gabarit_domain::ids::{AccountId, ExpertId};
use gabarit_i18n::Locale;
use gabarit_view::account::AccountView;
use sqlx::FromRow;
use uuid::Uuid;

/// An account, with the expert profile that belongs to it.
#[derive(Clone, FromRow)]
pub struct AccountRow {
    /// Its id.
    pub id: Uuid,
    /// Its address, lower case.
    pub email: String,
    /// PHC string.
    pub password_hash: String,
    /// Its name.
    pub name: String,
    /// Its telephone number.
    pub phone: Option<String>,
    /// Code of its language.
    pub locale: String,
    /// IANA name of its zone.
    pub time_zone: String,
    /// Whether it is a manager's.
    pub is_manager: bool,
    /// Its expert profile, published or not.
    pub expert_id: Option<Uuid>,
    /// Whether mail to its address is known to reach it.
    pub email_confirmed: bool,
    /// Whether it signs in in two steps.
    pub two_step: bool,
    /// Whether it is a manager of the demonstration.
    pub two_step_exempt: bool,
}

/// The columns of [`AccountRow`], for the tables `account a`, `expert e` and `two_step t`.
macro_rules! account_columns {
    () => {
        "a.id, a.email, a.password_hash, a.name, a.phone, a.locale, a.time_zone, a.is_manager, e.id AS expert_id, \
         (a.email_confirmed_at IS NOT NULL) AS email_confirmed, (t.enabled_at IS NOT NULL) AS two_step, \
         (a.two_step_exempt_at IS NOT NULL) AS two_step_exempt"
    };
}
pub(super) use account_columns;

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    /// Its id.
    pub id: AccountId,
    /// Its address, lower case.
    pub email: &'a str,
    /// PHC string.
    pub password_hash: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its telephone number.
    pub phone: Option<&'a str>,
    /// Its language.
    pub locale: Locale,
    /// IANA name of its zone.
    pub time_zone: &'a str,
    /// Whether it is a manager's.
    pub is_manager: bool,
    /// Now.
    pub created_at: DateTime<Utc>,
}

impl std::fmt::Debug for AccountRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A row may reach a log; the hash and the address must not.
        f.debug_struct("AccountRow").field("id", &self.id).finish_non_exhaustive()
    }
}

impl AccountRow {
    /// As its owner's screens show it, and as services judge it: a manager acts as one only with two-step sign-in. On a
    /// loopback address (`is_local`) the demonstration's managers are exempt.
    #[must_use]
    pub fn view(self, is_local: bool) -> AccountView {
        let secured = self.two_step || (self.two_step_exempt && is_local);
        AccountView {
            id: AccountId(self.id),
            email: self.email,
            name: self.name,
            phone: self.phone,
            locale: Locale::parse(&self.locale).unwrap_or_default(),
            time_zone: self.time_zone,
            is_manager: self.is_manager && secured,
            needs_two_step: self.is_manager && !secured,
            expert: self.expert_id.map(ExpertId),
            email_confirmed: self.email_confirmed,
            two_step: self.two_step,
        }
    }
}

/// Adds an account; `false` when its address has one already.
///
/// # Errors
/// The database's.
pub async fn insert(exec: &mut Exec<'_>, account: &NewAccount<'_>) -> sqlx::Result<bool> {
    const SQL: &str = "INSERT INTO account \
        (id, email, password_hash, name, phone, locale, time_zone, is_manager, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (email) DO NOTHING";
    on!(exec, |c| sqlx::query(SQL)
        .bind(account.id.0)
        .bind(account.email)
        .bind(account.password_hash)
        .bind(account.name)
        .bind(account.phone)
        .bind(account.locale.code())
        .bind(account.time_zone)
        .bind(account.is_manager)
        .bind(account.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// The account of an address (lower case).
///
/// # Errors
/// The database's.
pub async fn by_email(exec: &mut Exec<'_>, email: &str) -> sqlx::Result<Option<AccountRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        account_columns!(),
        " FROM account a LEFT JOIN expert e ON e.account_id = a.id LEFT JOIN two_step t ON t.account_id = a.id \
         WHERE a.email = $1"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(email).fetch_optional(c).await)
}

/// An account by its id.
///
/// # Errors
/// The database's.
pub async fn by_id(exec: &mut Exec<'_>, id: AccountId) -> sqlx::Result<Option<AccountRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        account_columns!(),
        " FROM account a LEFT JOIN expert e ON e.account_id = a.id LEFT JOIN two_step t ON t.account_id = a.id \
         WHERE a.id = $1"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)
}

/// Changes what people may change of their account; `false` when there is none.
///
/// # Errors
/// The database's.
pub async fn update(
    exec: &mut Exec<'_>,
    id: AccountId,
    name: &str,
    phone: Option<&str>,
    locale: Locale,
    time_zone: &str,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE account SET name = $2, phone = $3, locale = $4, time_zone = $5 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(name)
        .bind(phone)
        .bind(locale.code())
        .bind(time_zone)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Notes that mail to the account's address reaches it; `false` when that was known.
///
/// # Errors
/// The database's.
pub async fn confirm_email(exec: &mut Exec<'_>, id: AccountId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE account SET email_confirmed_at = $2 WHERE id = $1 AND email_confirmed_at IS NULL";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(now).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Gives an account another address, which is known to reach it; `false` when `from` is no longer its address.
///
/// # Errors
/// The database's; a broken `account_email_unique` when somebody else has the address.
pub async fn change_email(
    exec: &mut Exec<'_>,
    id: AccountId,
    from: &str,
    to: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE account SET email = $3, email_confirmed_at = $4 WHERE id = $1 AND email = $2";
    on!(exec, |c| sqlx::query(SQL)
        .bind(id.0)
        .bind(from)
        .bind(to)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Gives an account another password.
///
/// # Errors
/// The database's.
pub async fn change_password(exec: &mut Exec<'_>, id: AccountId, password_hash: &str) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE account SET password_hash = $2 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(password_hash).execute(c).await.map(drop))
}

/// Makes an account a manager's, or no longer one's; `false` when it was so.
///
/// # Errors
/// The database's.
pub async fn set_manager(exec: &mut Exec<'_>, id: AccountId, is_manager: bool) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE account SET is_manager = $2 WHERE id = $1 AND is_manager <> $2";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(is_manager).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Holds a manager's row until the transaction ends; `false` when it is no manager's.
///
/// # Errors
/// The database's.
pub async fn hold_manager(exec: &mut Exec<'_>, id: AccountId) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE account SET is_manager = is_manager WHERE id = $1 AND is_manager = $2";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(true).execute(c).await.map(|done| done.rows_affected() == 1))
}

/// Lets a manager of the demonstration act without two-step sign-in, on a loopback address.
///
/// # Errors
/// The database's.
pub async fn exempt_from_two_step(exec: &mut Exec<'_>, id: AccountId, now: DateTime<Utc>) -> sqlx::Result<()> {
    const SQL: &str = "UPDATE account SET two_step_exempt_at = $2 WHERE id = $1";
    on!(exec, |c| sqlx::query(SQL).bind(id.0).bind(now).execute(c).await.map(drop))
}

/// All managers, by name.
///
/// # Errors
/// The database's.
pub async fn managers(exec: &mut Exec<'_>) -> sqlx::Result<Vec<AccountRow>> {
    const SQL: &str = concat!(
        "SELECT ",
        account_columns!(),
        " FROM account a LEFT JOIN expert e ON e.account_id = a.id LEFT JOIN two_step t ON t.account_id = a.id \
         WHERE a.is_manager = $1 ORDER BY a.name, a.id"
    );
    on!(exec, |c| sqlx::query_as(SQL).bind(true).fetch_all(c).await)
}
