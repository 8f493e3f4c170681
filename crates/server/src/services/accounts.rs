//! Accounts: signing up, in and out, and who is signed in. They are free, and nobody's help is needed (S5, S16, S26).

pub mod password;
mod throttle;
pub mod web;

use crate::{
    db::{
        accounts::{self, NewAccount},
        sessions,
    },
    platform::Platform,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use chrono_tz::Tz;
use gabarit_domain::{
    ids::AccountId,
    text::{Email, Name, Password, Phone, TextError},
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, FieldError, Problem},
};
use sha2::{Digest, Sha256};
use std::fmt;

/// A session ends when it was not used for this long.
pub const SESSION_DAYS: i64 = 30;

/// Who asks. Services take it rather than an id, so that nothing is done in nobody's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The account that is signed in.
    pub account: AccountView,
}

/// The secret of a session, as the cookie carries it: 32 random bytes in base64url. Never printed, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    /// For the cookie only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// What is typed to sign up; field by field, unread.
#[derive(Clone)]
pub struct SignUp {
    /// Field `email`.
    pub email: String,
    /// Field `password`.
    pub password: String,
    /// Field `name`.
    pub name: String,
    /// Field `phone`; may be empty.
    pub phone: String,
    /// The page's language becomes the account's.
    pub locale: Locale,
}

/// What people change of their account; field by field, unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileChange {
    /// Field `name`.
    pub name: String,
    /// Field `phone`; may be empty.
    pub phone: String,
    /// Field `locale`: its code.
    pub locale: String,
    /// Field `time_zone`: its IANA name.
    pub time_zone: String,
}

impl fmt::Debug for SignUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignUp").field("locale", &self.locale).finish_non_exhaustive()
    }
}

/// Collects what is wrong with a form, so that everything is told at once.
#[derive(Debug, Default)]
struct Problems(Vec<FieldError>);

impl Problems {
    fn add(&mut self, field: &str, problem: Problem) {
        self.0.push(FieldError { field: field.to_owned(), problem });
    }

    fn take<T>(&mut self, field: &str, limits: (u32, u32), parsed: Result<T, TextError>) -> Option<T> {
        parsed
            .map_err(|error| {
                let problem = match error {
                    TextError::Missing => Problem::Missing,
                    TextError::TooShort => Problem::TooShort(limits.0),
                    TextError::TooLong => Problem::TooLong(limits.1),
                    TextError::Malformed => Problem::Malformed,
                };
                self.add(field, problem);
            })
            .ok()
    }

    fn into_error(self) -> ApiError {
        ApiError::Invalid { fields: self.0, stash: None }
    }
}

fn phone(text: &str) -> Result<Option<Phone>, TextError> {
    if text.trim().is_empty() { Ok(None) } else { Phone::parse(text).map(Some) }
}

/// Makes an account (S26) and signs it in. Its zone is the platform's until its owner chooses another.
///
/// An address that has an account is answered with [`Problem::EmailTaken`]. That tells a stranger that the address is
/// known here, which is accepted for now: the alternative, an answer by mail alone, would stop a client in the middle
/// of a booking. Callers slow down who tries many with [`allow_sign_up`].
///
/// # Errors
/// [`ApiError::Invalid`] with everything that is wrong, by the fields `email`, `password`, `name` and `phone`.
pub async fn sign_up(p: &Platform, form: SignUp) -> Result<(AccountId, SessionToken), ApiError> {
    let mut problems = Problems::default();
    let email = problems.take("email", (3, 254), Email::parse(&form.email));
    let secret = problems.take("password", (10, 256), Password::parse(&form.password));
    let name = problems.take("name", (1, 120), Name::parse(&form.name));
    let phone = problems.take("phone", (6, 30), phone(&form.phone));
    if let Some(secret) = &secret
        && password::is_common(secret, email.as_ref())
    {
        problems.add("password", Problem::CommonPassword);
    }
    if let Some(email) = &email {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        if accounts::by_email(&mut conn.exec(), email.as_str()).await.map_err(|error| p.fault(error))?.is_some() {
            problems.add("email", Problem::EmailTaken);
        }
    }
    let (Some(email), Some(secret), Some(name), Some(phone), []) = (email, secret, name, phone, problems.0.as_slice())
    else {
        return Err(problems.into_error());
    };
    let password_hash = password::hash(p, secret).await?;
    let id = AccountId(p.ids.uuid());
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let account = NewAccount {
        id,
        email: email.as_str(),
        password_hash: &password_hash,
        name: name.as_str(),
        phone: phone.as_ref().map(Phone::as_str),
        locale: form.locale,
        time_zone: p.config.zone.name(),
        is_manager: false,
        created_at: p.now(),
    };
    // Between the look and here somebody else may have taken the address: the constraint has the last word.
    if !accounts::insert(&mut tx.exec(), &account).await.map_err(|error| p.fault(error))? {
        return Err(ApiError::field("email", Problem::EmailTaken));
    }
    let token = open_session(p, &mut tx, id).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok((id, token))
}

/// Refuses a client address that made very many accounts within the hour. Call it before [`sign_up`].
///
/// # Errors
/// [`ApiError::TooManyAttempts`].
pub async fn allow_sign_up(p: &Platform, client_address: &str) -> Result<(), ApiError> {
    throttle::count_sign_up(p, client_address).await
}

/// Signs in.
///
/// A wrong address and a wrong password are answered alike, and take the same time. Guessing is slowed down per
/// account and per client address (`throttle`), never so that strangers lock an owner out: from an address without
/// failures the right password always works.
///
/// # Errors
/// [`ApiError::WrongCredentials`], never telling which; [`ApiError::TooManyAttempts`].
pub async fn sign_in(
    p: &Platform,
    email: &str,
    password: &str,
    client_address: &str,
) -> Result<SessionToken, ApiError> {
    let wrong = || ApiError::WrongCredentials { stash: None };
    // What is no address has no account; it takes its time all the same.
    let email = Email::parse(email).ok();
    let attempt = throttle::begin_sign_in(p, email.as_ref(), client_address).await?;
    let account = match &email {
        Some(email) => {
            let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
            accounts::by_email(&mut conn.exec(), email.as_str()).await.map_err(|error| p.fault(error))?
        }
        None => None,
    };
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    if !password::verify(p, password.to_owned(), stored).await? {
        return Err(wrong());
    }
    let Some(account) = account else { return Err(wrong()) };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    attempt.succeeded(&mut tx.exec()).await.map_err(|error| p.fault(error))?;
    let token = open_session(p, &mut tx, AccountId(account.id)).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(token)
}

async fn open_session(p: &Platform, tx: &mut crate::db::Tx, account: AccountId) -> sqlx::Result<SessionToken> {
    let token = SessionToken(URL_SAFE_NO_PAD.encode(p.ids.secret()));
    let now = p.now();
    let expires_at = now + TimeDelta::days(SESSION_DAYS);
    sessions::insert(&mut tx.exec(), &token_hash(token.expose()), account, now, expires_at).await?;
    Ok(token)
}

/// The token has 256 bits of its own, so a plain hash is enough.
fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Ends the session of a token; an unknown token is no error.
///
/// # Errors
/// A fault of ours.
pub async fn sign_out(p: &Platform, token: &str) -> Result<(), ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    sessions::delete(&mut tx.exec(), &token_hash(token)).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Who is signed in with a token, if it is one. Using a session lets it live on for [`SESSION_DAYS`]; that is written
/// at most once a day.
///
/// # Errors
/// A fault of ours.
pub async fn current(p: &Platform, token: Option<&str>) -> Result<Option<AccountView>, ApiError> {
    // Anything else was never one of ours: no question to the database.
    let Some(token) = token.filter(|token| token.len() == 43) else { return Ok(None) };
    let now = p.now();
    let hash = token_hash(token);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let found = sessions::find(&mut conn.exec(), &hash, now).await.map_err(|error| p.fault(error))?;
    drop(conn);
    let Some(session) = found else { return Ok(None) };
    let expires_at = now + TimeDelta::days(SESSION_DAYS);
    if expires_at - session.expires_at >= TimeDelta::days(1) {
        let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
        sessions::extend(&mut tx.exec(), &hash, expires_at).await.map_err(|error| p.fault(error))?;
        tx.commit().await.map_err(|error| p.fault(error))?;
    }
    Ok(Some(session.account.view()))
}

/// An account by its id.
///
/// # Errors
/// A fault of ours.
pub async fn get(p: &Platform, id: AccountId) -> Result<Option<AccountView>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = accounts::by_id(&mut conn.exec(), id).await.map_err(|error| p.fault(error))?;
    Ok(row.map(accounts::AccountRow::view))
}

/// Changes name, telephone number, language and zone of one's own account; answers it as it is now.
///
/// # Errors
/// [`ApiError::Invalid`] with everything that is wrong, by the fields `name`, `phone`, `locale` and `time_zone`.
pub async fn update_profile(p: &Platform, actor: &AccountView, form: ProfileChange) -> Result<AccountView, ApiError> {
    let mut problems = Problems::default();
    let name = problems.take("name", (1, 120), Name::parse(&form.name));
    let phone = problems.take("phone", (6, 30), phone(&form.phone));
    let locale = Locale::parse(&form.locale);
    if locale.is_none() {
        problems.add("locale", Problem::Unknown);
    }
    let zone = form.time_zone.parse::<Tz>().ok();
    if zone.is_none() {
        problems.add("time_zone", Problem::Unknown);
    }
    let (Some(name), Some(phone), Some(locale), Some(zone)) = (name, phone, locale, zone) else {
        return Err(problems.into_error());
    };
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let phone = phone.as_ref().map(Phone::as_str);
    let changed = accounts::update(&mut tx.exec(), actor.id, name.as_str(), phone, locale, zone.name())
        .await
        .map_err(|error| p.fault(error))?;
    if !changed {
        return Err(ApiError::NotFound);
    }
    let row = accounts::by_id(&mut tx.exec(), actor.id).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    row.map(accounts::AccountRow::view).ok_or(ApiError::NotFound)
}
