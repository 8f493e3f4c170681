//! Accounts: signing up, in and out, and who is signed in. They are free, and nobody's help is needed (S5, S16, S26).

pub mod confirm;
mod device;
pub mod invitations;
pub mod links;
mod notices;
pub mod password;
mod throttle;
mod totp;
pub mod two_step;
pub mod web;

pub use device::Browser;

use crate::{
    clock::zoned,
    db::{
        Exec,
        account_tokens::{self, Kind},
        accounts::{self, NewAccount},
        known_devices, sessions,
    },
    jobs,
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
    account::{AccountView, SessionView},
    error::{ApiError, FieldError, Problem},
};
use sha2::{Digest, Sha256};
use std::fmt;

/// A session ends when it was not used for this long.
pub const SESSION_DAYS: i64 = 30;
/// A browser that was not used to sign in for this long is no longer known.
pub const DEVICE_DAYS: i64 = 365;
/// So long the second step of signing in may take.
pub const STEP_MINUTES: i64 = 10;
/// How exactly a session's last use is kept: each write costs.
const SEEN_MINUTES: i64 = 5;

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

/// The secret by which a browser is known again: 32 random bytes in base64url. Never printed, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceToken(String);

/// The secret of a sign-in whose second step is due. Never printed, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StepToken(String);

macro_rules! secret {
    ($name:ident) => {
        impl $name {
            /// For the cookie only.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}
secret!(DeviceToken);
secret!(StepToken);

/// What the browser of a new session has to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The session's secret.
    pub session: SessionToken,
    /// The browser's own.
    pub device: DeviceToken,
}

/// What signing in came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Signed in.
    In(Opened),
    /// The password was right; a code is due: see [`second_step`].
    SecondStep(StepToken),
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

    fn take<T>(&mut self, field: &str, longest: u32, parsed: Result<T, TextError>) -> Option<T> {
        parsed
            .map_err(|error| {
                self.add(field, Problem::of_text(error, longest));
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
    let (id, opened) = sign_up_from(p, form, &Browser::default()).await?;
    Ok((id, opened.session))
}

/// [`sign_up`], from a browser that will be known again. The address is asked to confirm itself by e-mail; nothing waits
/// for that.
///
/// # Errors
/// See [`sign_up`].
pub async fn sign_up_from(p: &Platform, form: SignUp, browser: &Browser<'_>) -> Result<(AccountId, Opened), ApiError> {
    let mut problems = Problems::default();
    let email = problems.take("email", 254, Email::parse(&form.email));
    let secret = problems.take("password", 256, Password::parse(&form.password));
    let name = problems.take("name", 120, Name::parse(&form.name));
    let phone = problems.take("phone", 30, phone(&form.phone));
    if let Some(secret) = &secret
        && password::is_common(secret, email.as_ref())
    {
        problems.add("password", Problem::CommonPassword);
    }
    if let Some(email) = &email {
        let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
        let exec = &mut conn.exec();
        // Who gave an address up not long ago can have it back: it is nobody else's meanwhile.
        let taken = accounts::by_email(exec, email.as_str()).await.map_err(|error| p.fault(error))?.is_some()
            || account_tokens::is_reserved(exec, Kind::RevertEmail, email.as_str(), None, p.now())
                .await
                .map_err(|error| p.fault(error))?;
        if taken {
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
    links::ask_to_confirm(&mut tx.exec(), p, id, (email.as_str(), name.as_str(), form.locale)).await?;
    crate::services::statements::accepted_at_sign_up(&mut tx.exec(), p, id, form.locale)
        .await
        .map_err(|error| p.fault(error))?;
    let opened = open(&mut tx.exec(), p, id, browser).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok((id, opened))
}

/// Refuses a client address that made very many accounts within the hour. Call it before [`sign_up`].
///
/// # Errors
/// [`ApiError::TooManyAttempts`].
pub async fn allow_sign_up(p: &Platform, client_address: &str) -> Result<(), ApiError> {
    throttle::count_sign_up(p, client_address).await
}

/// Signs in an account without a second step.
///
/// # Errors
/// See [`enter`]; [`ApiError::SecondStep`] when a code is due.
pub async fn sign_in(
    p: &Platform,
    email: &str,
    password: &str,
    client_address: &str,
) -> Result<SessionToken, ApiError> {
    match enter(p, email, password, &client_address.into()).await? {
        Entry::In(opened) => Ok(opened.session),
        Entry::SecondStep(_) => Err(ApiError::SecondStep),
    }
}

/// Signs in, or comes to the second step.
///
/// A wrong address and a wrong password are answered alike, and take the same time. Guessing is slowed down per
/// account and per client address (`throttle`), never so that strangers lock an owner out: from a browser that the
/// account has signed in from, and from an address without failures, the right password always works.
///
/// # Errors
/// [`ApiError::WrongCredentials`], never telling which; [`ApiError::TooManyAttempts`].
pub async fn enter(p: &Platform, email: &str, password: &str, browser: &Browser<'_>) -> Result<Entry, ApiError> {
    let wrong = || ApiError::WrongCredentials { stash: None };
    // What is no address has no account; it takes its time all the same.
    let email = Email::parse(email).ok();
    let device = known_device(p, email.as_ref(), browser).await?;
    let attempt = throttle::begin_sign_in(p, email.as_ref(), browser.address, device.as_deref()).await?;
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
    let id = AccountId(account.id);
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    attempt.succeeded(&mut tx.exec()).await.map_err(|error| p.fault(error))?;
    let entry = if account.two_step {
        let lives = TimeDelta::minutes(STEP_MINUTES);
        let token = links::issue(&mut tx.exec(), p, id, Kind::SecondStep, &account.email, lives).await?;
        Entry::SecondStep(StepToken(token))
    } else {
        Entry::In(open(&mut tx.exec(), p, id, browser).await?)
    };
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(entry)
}

/// Finishes signing in with a code of the app, or a recovery code.
///
/// # Errors
/// [`ApiError::LinkExpired`] when the step was taken, or too long ago; [`ApiError::Invalid`] by the field `code`;
/// [`ApiError::TooManyAttempts`].
pub async fn second_step(
    p: &Platform,
    token: &str,
    code: &str,
    browser: &Browser<'_>,
) -> Result<(AccountId, Opened), ApiError> {
    if code.trim().is_empty() {
        return Err(ApiError::field("code", Problem::Missing));
    }
    let hash = token_hash(token);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = account_tokens::find(&mut conn.exec(), &hash, Kind::SecondStep, p.now())
        .await
        .map_err(|error| p.fault(error))?
        .ok_or(ApiError::LinkExpired)?;
    drop(conn);
    let id = AccountId(row.account_id);
    let device = known_device(p, Email::parse(&row.email).ok().as_ref(), browser).await?;
    let recovery = two_step::is_recovery_code(code);
    let attempt = throttle::begin_second_step(p, id, device.as_deref(), recovery).await?;
    if !two_step::try_code(p, id, code).await? {
        return Err(ApiError::field("code", Problem::WrongCode));
    }
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    attempt.succeeded(&mut tx.exec()).await.map_err(|error| p.fault(error))?;
    account_tokens::take(&mut tx.exec(), &hash, Kind::SecondStep, p.now())
        .await
        .map_err(|error| p.fault(error))?
        .ok_or(ApiError::LinkExpired)?;
    let opened = open(&mut tx.exec(), p, id, browser).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok((id, opened))
}

/// The hash of the browser's cookie, if the account has signed in from it.
async fn known_device(p: &Platform, email: Option<&Email>, browser: &Browser<'_>) -> Result<Option<Vec<u8>>, ApiError> {
    let (Some(email), Some(token)) = (email, browser.device_token()) else { return Ok(None) };
    let hash = token_hash(token);
    let since = p.now() - TimeDelta::days(DEVICE_DAYS);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let known = known_devices::is_known(&mut conn.exec(), &hash, email.as_str(), since)
        .await
        .map_err(|error| p.fault(error))?;
    Ok(known.then(|| hash.to_vec()))
}

/// Opens a session, and lets its browser be known again.
async fn open(
    exec: &mut Exec<'_>,
    p: &Platform,
    account: AccountId,
    browser: &Browser<'_>,
) -> Result<Opened, ApiError> {
    let secret = || URL_SAFE_NO_PAD.encode(p.ids.secret());
    let session = SessionToken(secret());
    let device = DeviceToken(browser.device_token().map_or_else(secret, ToOwned::to_owned));
    let now = p.now();
    let expires_at = now + TimeDelta::days(SESSION_DAYS);
    async {
        sessions::insert(exec, &token_hash(session.expose()), account, &browser.name(), now, expires_at).await?;
        known_devices::note(exec, &token_hash(device.expose()), account, now).await
    }
    .await
    .map_err(|error| p.fault(error))?;
    Ok(Opened { session, device })
}

/// What a session is called towards its owner: enough of its hash to find it, and nothing that opens it.
fn session_name(hash: &[u8]) -> String {
    hex::encode(hash.get(..12).unwrap_or(hash))
}

/// One's own sessions, the last used first.
///
/// # Errors
/// A fault of ours.
pub async fn own_sessions(
    p: &Platform,
    actor: &AccountView,
    token: Option<&str>,
) -> Result<Vec<SessionView>, ApiError> {
    let current = token.map(token_hash);
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let rows = sessions::of_account(&mut conn.exec(), actor.id, p.now()).await.map_err(|error| p.fault(error))?;
    let zone = actor.time_zone.parse().unwrap_or(p.config.zone);
    let view = |row: sessions::OwnSession| {
        let (browser, system) = row.device.split_once('/').unwrap_or_default();
        SessionView {
            id: session_name(&row.token_hash),
            browser: browser.to_owned(),
            system: system.to_owned(),
            created_at: zoned(row.created_at, zone),
            last_seen_at: zoned(row.last_seen_at, zone),
            current: current.is_some_and(|current| row.token_hash == current),
        }
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Ends one of one's own sessions.
///
/// # Errors
/// [`ApiError::NotFound`] when there is none of that name among one's own.
pub async fn end_session(p: &Platform, actor: &AccountView, id: &str) -> Result<(), ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let rows = sessions::of_account(&mut tx.exec(), actor.id, p.now()).await.map_err(|error| p.fault(error))?;
    let row = rows.into_iter().find(|row| session_name(&row.token_hash) == id).ok_or(ApiError::NotFound)?;
    sessions::delete(&mut tx.exec(), &row.token_hash).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Ends all of one's own sessions but this one, and forgets all browsers but this one; answers how many it ended.
///
/// # Errors
/// A fault of ours.
pub async fn end_other_sessions(
    p: &Platform,
    actor: &AccountView,
    token: Option<&str>,
    browser: &Browser<'_>,
) -> Result<u64, ApiError> {
    let current = token.map(token_hash);
    let device = browser.device_token().map(token_hash);
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let ended = async {
        known_devices::forget(&mut tx.exec(), actor.id, device.as_ref().map(<[u8; 32]>::as_slice)).await?;
        sessions::end_all(&mut tx.exec(), actor.id, current.as_ref().map(<[u8; 32]>::as_slice)).await
    }
    .await
    .map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    Ok(ended)
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
/// at most every few minutes.
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
    if now - session.last_seen_at >= TimeDelta::minutes(SEEN_MINUTES) {
        let expires_at = now + TimeDelta::days(SESSION_DAYS);
        let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
        sessions::seen(&mut tx.exec(), &hash, now, expires_at).await.map_err(|error| p.fault(error))?;
        tx.commit().await.map_err(|error| p.fault(error))?;
    }
    Ok(Some(session.account.view(p.config.is_local())))
}

/// An account by its id.
///
/// # Errors
/// A fault of ours.
pub async fn get(p: &Platform, id: AccountId) -> Result<Option<AccountView>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = accounts::by_id(&mut conn.exec(), id).await.map_err(|error| p.fault(error))?;
    Ok(row.map(|row| row.view(p.config.is_local())))
}

/// Changes name, telephone number, language and zone of one's own account; answers it as it is now.
///
/// # Errors
/// [`ApiError::Invalid`] with everything that is wrong, by the fields `name`, `phone`, `locale` and `time_zone`.
pub async fn update_profile(p: &Platform, actor: &AccountView, form: ProfileChange) -> Result<AccountView, ApiError> {
    let mut problems = Problems::default();
    let name = problems.take("name", 120, Name::parse(&form.name));
    let phone = problems.take("phone", 30, phone(&form.phone));
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
    row.map(|row| row.view(p.config.is_local())).ok_or(ApiError::NotFound)
}
