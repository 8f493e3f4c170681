//! Links by e-mail: confirming an address, a new password, another address, and back again. Each works once and for a
//! while; opening its page changes nothing (mail scanners open pages), only the button on it does.

use super::{Problems, confirm::Confirmed, notices, password, throttle, token_hash};
use crate::{
    db::{
        Exec,
        account_tokens::{self as tokens, Kind, TokenRow},
        accounts::{self, AccountRow},
        broken_constraint, known_devices, sessions, two_step,
    },
    jobs::{self, JobKind},
    platform::Platform,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use gabarit_domain::{
    ids::AccountId,
    text::{Email, Password},
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::AccountView,
    error::{ApiError, Problem},
};
use uuid::Uuid;

/// Confirming an address.
pub const CONFIRM_DAYS: i64 = 3;
/// A new password.
pub const RESET_HOURS: i64 = 1;
/// Changing the address.
pub const CHANGE_HOURS: i64 = 24;
/// Taking a change of address back.
pub const REVERT_DAYS: i64 = 7;

/// Makes a token and keeps its hash.
pub(super) async fn issue(
    exec: &mut Exec<'_>,
    p: &Platform,
    account: AccountId,
    kind: Kind,
    email: &str,
    lives: TimeDelta,
) -> Result<String, ApiError> {
    let token = URL_SAFE_NO_PAD.encode(p.ids.secret());
    let now = p.now();
    tokens::insert(exec, &token_hash(&token), account, kind, email, now, now + lives)
        .await
        .map_err(|error| p.fault(error))?;
    Ok(token)
}

async fn find(exec: &mut Exec<'_>, p: &Platform, token: &str, kind: Kind) -> Result<TokenRow, ApiError> {
    tokens::find(exec, &token_hash(token), kind, p.now())
        .await
        .map_err(|error| p.fault(error))?
        .ok_or(ApiError::LinkExpired)
}

async fn take(exec: &mut Exec<'_>, p: &Platform, token: &str, kind: Kind) -> Result<TokenRow, ApiError> {
    tokens::take(exec, &token_hash(token), kind, p.now())
        .await
        .map_err(|error| p.fault(error))?
        .ok_or(ApiError::LinkExpired)
}

async fn owner(exec: &mut Exec<'_>, p: &Platform, id: AccountId) -> Result<AccountRow, ApiError> {
    accounts::by_id(exec, id).await.map_err(|error| p.fault(error))?.ok_or(ApiError::LinkExpired)
}

/// The address that a link is about, while it works: for its page.
///
/// # Errors
/// [`ApiError::LinkExpired`].
pub async fn look(p: &Platform, kind: Kind, token: &str) -> Result<String, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    Ok(find(&mut conn.exec(), p, token, kind).await?.email)
}

/// Asks a new account to confirm its address, in the transaction that makes it.
pub(super) async fn ask_to_confirm(
    exec: &mut Exec<'_>,
    p: &Platform,
    account: AccountId,
    to: (&str, &str, Locale),
) -> Result<(), ApiError> {
    let token = issue(exec, p, account, Kind::ConfirmEmail, to.0, TimeDelta::days(CONFIRM_DAYS)).await?;
    notices::confirm_email(exec, p, to, &token, CONFIRM_DAYS).await
}

/// Sends the link that confirms one's address once more. Who has had three within the hour gets no other, and is told
/// the same.
///
/// # Errors
/// [`ApiError::MovedOn`] when the address is confirmed; [`ApiError::TooManyAttempts`].
pub async fn resend_confirmation(p: &Platform, actor: &AccountView, client_address: &str) -> Result<(), ApiError> {
    if actor.email_confirmed {
        return Err(ApiError::MovedOn);
    }
    let email = Email::parse(&actor.email).map_err(|error| p.fault(error))?;
    if !throttle::count_mail(p, &email, client_address).await? {
        return Ok(());
    }
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    ask_to_confirm(&mut tx.exec(), p, actor.id, (&actor.email, &actor.name, actor.locale)).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok(())
}

/// Confirms the address that a link was sent to.
///
/// # Errors
/// [`ApiError::LinkExpired`], also when the account has another address by now.
pub async fn confirm_email(p: &Platform, token: &str) -> Result<(), ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = take(&mut tx.exec(), p, token, Kind::ConfirmEmail).await?;
    let account = AccountId(row.account_id);
    if owner(&mut tx.exec(), p, account).await?.email != row.email {
        return Err(ApiError::LinkExpired);
    }
    accounts::confirm_email(&mut tx.exec(), account, p.now()).await.map_err(|error| p.fault(error))?;
    tokens::clear(&mut tx.exec(), account, Kind::ConfirmEmail).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Asks for a link that sets a new password. The answer, and the work until it, are the same whether the address has an
/// account or not: a job looks that up afterwards.
///
/// # Errors
/// [`ApiError::Invalid`] by the field `email`; [`ApiError::TooManyAttempts`] for who asks very often.
pub async fn request_reset(p: &Platform, email: &str, client_address: &str) -> Result<(), ApiError> {
    let mut problems = Problems::default();
    let Some(email) = problems.take("email", 254, Email::parse(email)) else { return Err(problems.into_error()) };
    if !throttle::count_mail(p, &email, client_address).await? {
        return Ok(());
    }
    let id = p.ids.uuid();
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    tokens::insert_reset(&mut tx.exec(), id, email.as_str(), p.now()).await.map_err(|error| p.fault(error))?;
    jobs::schedule(&mut tx.exec(), JobKind::SendReset, id, p.now()).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok(())
}

/// Sends the link that was asked for, if the address has an account. Done once: the request goes with it.
pub(crate) async fn send_reset(p: &Platform, request: Uuid) -> Result<(), ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let email = tokens::take_reset(&mut tx.exec(), request).await.map_err(|error| p.fault(error))?;
    let Some(email) = email else { return Ok(()) };
    if let Some(row) = accounts::by_email(&mut tx.exec(), &email).await.map_err(|error| p.fault(error))? {
        let lives = TimeDelta::hours(RESET_HOURS);
        let token = issue(&mut tx.exec(), p, AccountId(row.id), Kind::ResetPassword, &email, lives).await?;
        notices::reset(&mut tx.exec(), p, &row, &token).await?;
    }
    tx.commit().await.map_err(|error| p.fault(error))
}

/// A new password, read and hashed.
async fn read_password(p: &Platform, field: &str, text: &str, email: &str) -> Result<String, ApiError> {
    let mut problems = Problems::default();
    let secret = problems.take(field, 256, Password::parse(text));
    let Some(secret) = secret else { return Err(problems.into_error()) };
    if password::is_common(&secret, Email::parse(email).ok().as_ref()) {
        return Err(ApiError::field(field, Problem::CommonPassword));
    }
    password::hash(p, secret).await
}

/// Sets a new password by a link. Every session ends, and every other link; the second step of signing in, if there
/// is one, stays. That the mail arrived confirms the address, too: if it was not confirmed before, nothing that was
/// set up by whoever typed it then stays.
///
/// # Errors
/// [`ApiError::LinkExpired`]; [`ApiError::Invalid`] by the field `new_password`, the link then still works.
pub async fn reset_password(p: &Platform, token: &str, new: &str) -> Result<(), ApiError> {
    let email = look(p, Kind::ResetPassword, token).await?;
    let hash = read_password(p, "new_password", new, &email).await?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = take(&mut tx.exec(), p, token, Kind::ResetPassword).await?;
    let account = AccountId(row.account_id);
    let before = owner(&mut tx.exec(), p, account).await?;
    if before.email != row.email {
        return Err(ApiError::LinkExpired);
    }
    if !before.email_confirmed {
        two_step::delete(&mut tx.exec(), account).await.map_err(|error| p.fault(error))?;
    }
    accounts::confirm_email(&mut tx.exec(), account, p.now()).await.map_err(|error| p.fault(error))?;
    replace_password(&mut tx.exec(), p, &before, &hash, None).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok(())
}

/// The password, and the end of every session but one, of every link but the way back, and of known browsers.
async fn replace_password(
    exec: &mut Exec<'_>,
    p: &Platform,
    row: &AccountRow,
    hash: &str,
    but_session: Option<&[u8]>,
) -> Result<(), ApiError> {
    let account = AccountId(row.id);
    async {
        accounts::change_password(exec, account, hash).await?;
        sessions::end_all(exec, account, but_session).await?;
        for kind in [Kind::ResetPassword, Kind::ChangeEmail, Kind::SecondStep] {
            tokens::clear(exec, account, kind).await?;
        }
        known_devices::forget(exec, account, None).await
    }
    .await
    .map_err(|error| p.fault(error))?;
    notices::password_changed(exec, p, row).await
}

/// Changes one's password. The present one is asked for whatever the session's age; all other sessions end.
///
/// # Errors
/// [`ApiError::Invalid`] by the fields `current_password` and `new_password`; [`ApiError::TooManyAttempts`].
pub async fn change_password(
    p: &Platform,
    actor: &AccountView,
    session: &str,
    current: &str,
    new: &str,
) -> Result<(), ApiError> {
    let session = token_hash(session);
    let attempt = throttle::begin_confirmation(p, &session).await?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = owner(&mut conn.exec(), p, actor.id).await?;
    drop(conn);
    if !password::verify(p, current.to_owned(), Some(row.password_hash.clone())).await? {
        let problem = if current.is_empty() { Problem::Missing } else { Problem::WrongPassword };
        return Err(ApiError::field("current_password", problem));
    }
    let hash = read_password(p, "new_password", new, &row.email).await;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    attempt.succeeded(&mut tx.exec()).await.map_err(|error| p.fault(error))?;
    if let Ok(hash) = &hash {
        replace_password(&mut tx.exec(), p, &row, hash, Some(&session)).await?;
        sessions::confirmed(&mut tx.exec(), &session, p.now()).await.map_err(|error| p.fault(error))?;
    }
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    hash.map(drop)
}

/// Asks for another address: a link to it confirms the change. An address that has an account is told so by mail, and
/// the answer is the same.
///
/// # Errors
/// [`ApiError::Invalid`] by the field `email`; [`ApiError::TooManyAttempts`].
pub async fn request_email_change(
    p: &Platform,
    actor: &Confirmed,
    email: &str,
    client_address: &str,
) -> Result<(), ApiError> {
    let account = actor.account();
    let mut problems = Problems::default();
    let Some(email) = problems.take("email", 254, Email::parse(email)) else { return Err(problems.into_error()) };
    if email.as_str() == account.email {
        return Err(ApiError::field("email", Problem::Unchanged));
    }
    if !throttle::count_mail(p, &email, client_address).await? {
        return Ok(());
    }
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let exec = &mut tx.exec();
    tokens::clear(exec, account.id, Kind::ChangeEmail).await.map_err(|error| p.fault(error))?;
    let taken = accounts::by_email(exec, email.as_str()).await.map_err(|error| p.fault(error))?;
    let lives = TimeDelta::hours(CHANGE_HOURS);
    // A token is made for either, so that the settings show the same.
    let token = issue(exec, p, account.id, Kind::ChangeEmail, email.as_str(), lives).await?;
    match taken {
        Some(taken) => notices::email_has_account(exec, p, &taken).await?,
        None => notices::change_email(exec, p, account, email.as_str(), &token).await?,
    }
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok(())
}

/// The address that waits to be confirmed in place of one's own.
///
/// # Errors
/// A fault of ours.
pub async fn pending_email(p: &Platform, actor: &AccountView) -> Result<Option<String>, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    tokens::pending_email(&mut conn.exec(), actor.id, p.now()).await.map_err(|error| p.fault(error))
}

/// Puts the new address in place of the old one, which gets a notice and the way back.
///
/// # Errors
/// [`ApiError::LinkExpired`]; [`ApiError::Invalid`] by the field `email` when somebody else has the address by now.
pub async fn change_email(p: &Platform, token: &str) -> Result<(), ApiError> {
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = take(&mut tx.exec(), p, token, Kind::ChangeEmail).await?;
    let account = AccountId(row.account_id);
    let before = owner(&mut tx.exec(), p, account).await?;
    give_email(&mut tx.exec(), p, &before, &row.email).await?;
    for kind in [Kind::ConfirmEmail, Kind::ResetPassword] {
        tokens::clear(&mut tx.exec(), account, kind).await.map_err(|error| p.fault(error))?;
    }
    let lives = TimeDelta::days(REVERT_DAYS);
    let revert = issue(&mut tx.exec(), p, account, Kind::RevertEmail, &before.email, lives).await?;
    notices::email_changed(&mut tx.exec(), p, &before, &row.email, &revert, REVERT_DAYS).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok(())
}

async fn give_email(exec: &mut Exec<'_>, p: &Platform, before: &AccountRow, to: &str) -> Result<(), ApiError> {
    let account = AccountId(before.id);
    let taken = || ApiError::field("email", Problem::EmailTaken);
    // Who gave an address up not long ago can have it back: it is nobody else's meanwhile.
    let reserved = tokens::is_reserved(exec, Kind::RevertEmail, to, Some(account), p.now());
    if reserved.await.map_err(|error| p.fault(error))? {
        return Err(taken());
    }
    match accounts::change_email(exec, account, &before.email, to, p.now()).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(ApiError::LinkExpired),
        Err(error) if broken_constraint(&error).is_some() => Err(taken()),
        Err(error) => Err(p.fault(error)),
    }
}

/// Takes a change of address back, by the link sent to the old one. Whoever made it knows the password, so a new one
/// is set with it; every session ends, and two-step sign-in, if it was set up since.
///
/// # Errors
/// [`ApiError::LinkExpired`]; [`ApiError::Invalid`] by the field `new_password`, the link then still works.
pub async fn revert_email(p: &Platform, token: &str, new: &str) -> Result<(), ApiError> {
    let email = look(p, Kind::RevertEmail, token).await?;
    let hash = read_password(p, "new_password", new, &email).await?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let row = take(&mut tx.exec(), p, token, Kind::RevertEmail).await?;
    let account = AccountId(row.account_id);
    let before = owner(&mut tx.exec(), p, account).await?;
    give_email(&mut tx.exec(), p, &before, &row.email).await?;
    let step = two_step::find(&mut tx.exec(), account).await.map_err(|error| p.fault(error))?;
    if step.is_some_and(|step| step.enabled_at.is_none_or(|since| since >= row.created_at)) {
        two_step::delete(&mut tx.exec(), account).await.map_err(|error| p.fault(error))?;
    }
    // The ways back of later changes would lead to whoever made them.
    for kind in [Kind::RevertEmail, Kind::ConfirmEmail] {
        tokens::clear(&mut tx.exec(), account, kind).await.map_err(|error| p.fault(error))?;
    }
    notices::email_reverted(&mut tx.exec(), p, &before, &before.email).await?;
    let after = owner(&mut tx.exec(), p, account).await?;
    replace_password(&mut tx.exec(), p, &after, &hash, None).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok(())
}
