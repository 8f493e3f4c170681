//! Managers invite managers, by e-mail. Accepting makes an account, or lets an existing one act as a manager; the
//! console opens to it once it signs in in two steps.

use super::{Opened, Problems, confirm::Confirmed, device::Browser, notices, open, password, throttle, token_hash};
use crate::{
    db::{
        Exec,
        accounts::{self, NewAccount},
        invitations as rows,
    },
    jobs,
    platform::Platform,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use gabarit_domain::{
    ids::AccountId,
    text::{Email, Name, Password},
};
use gabarit_i18n::Locale;
use gabarit_view::{
    account::{AccountView, InvitationLook, InvitationView, ManagerView, Managers},
    error::{ApiError, Problem},
};
use uuid::Uuid;

/// How long an invitation can be accepted.
pub const DAYS: i64 = 7;

fn manager(actor: &AccountView) -> Result<(), ApiError> {
    if actor.is_manager {
        Ok(())
    } else if actor.needs_two_step {
        Err(ApiError::TwoStepRequired)
    } else {
        Err(ApiError::Forbidden)
    }
}

/// Who manages, and who is invited to.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
pub async fn list(p: &Platform, actor: &AccountView) -> Result<Managers, ApiError> {
    manager(actor)?;
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let managers = accounts::managers(&mut conn.exec()).await.map_err(|error| p.fault(error))?;
    let waiting = rows::waiting(&mut conn.exec(), p.now()).await.map_err(|error| p.fault(error))?;
    Ok(Managers {
        managers: managers
            .into_iter()
            .map(|row| ManagerView {
                id: AccountId(row.id),
                name: row.name,
                email: row.email,
                two_step: row.two_step,
                own: row.id == actor.id.0,
            })
            .collect(),
        invitations: waiting
            .into_iter()
            .map(|row| InvitationView {
                id: row.id,
                email: row.email,
                inviter: row.inviter,
                created_at: row.created_at,
                expires_at: row.expires_at,
            })
            .collect(),
    })
}

/// Invites somebody to manage. An earlier invitation of the same address no longer works.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::Invalid`] by the field `email`, with
/// [`Problem::Unchanged`] for who manages already; [`ApiError::TooManyAttempts`].
pub async fn invite(p: &Platform, by: &Confirmed, email: &str, locale: Locale) -> Result<(), ApiError> {
    manager(by.account())?;
    make(p, Some(by.account()), email, locale).await.map(drop)
}

/// The same from the command line, for the first manager: answers the link.
///
/// # Errors
/// [`ApiError::Invalid`] by the field `email`.
pub async fn invite_from_console(p: &Platform, email: &str, locale: Locale) -> Result<String, ApiError> {
    make(p, None, email, locale).await
}

async fn make(p: &Platform, by: Option<&AccountView>, email: &str, locale: Locale) -> Result<String, ApiError> {
    let mut problems = Problems::default();
    let Some(email) = problems.take("email", 254, Email::parse(email)) else { return Err(problems.into_error()) };
    let now = p.now();
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    let exec = &mut tx.exec();
    let account = accounts::by_email(exec, email.as_str()).await.map_err(|error| p.fault(error))?;
    if account.as_ref().is_some_and(|account| account.is_manager) {
        return Err(ApiError::field("email", Problem::Unchanged));
    }
    // Who has an account is written to in its language.
    let locale = account.and_then(|account| Locale::parse(&account.locale)).unwrap_or(locale);
    rows::replace(exec, email.as_str(), now).await.map_err(|error| p.fault(error))?;
    let token = URL_SAFE_NO_PAD.encode(p.ids.secret());
    let (id, until) = (p.ids.uuid(), now + TimeDelta::days(DAYS));
    rows::insert(exec, id, &token_hash(&token), email.as_str(), by.map(|by| by.id), now, until)
        .await
        .map_err(|error| p.fault(error))?;
    let inviter = by.map_or(p.config.operator.name.as_str(), |by| by.name.as_str());
    notices::invitation(exec, p, email.as_str(), locale, inviter, &token, DAYS).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok(notices::link(p, locale, "invitation", &token))
}

/// Takes an invitation back.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers; [`ApiError::MovedOn`] when it no longer waits.
pub async fn revoke(p: &Platform, actor: &AccountView, id: Uuid) -> Result<(), ApiError> {
    manager(actor)?;
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    if !rows::revoke(&mut tx.exec(), id, p.now()).await.map_err(|error| p.fault(error))? {
        return Err(ApiError::MovedOn);
    }
    tx.commit().await.map_err(|error| p.fault(error))
}

/// Ends a manager's rights; the account stays. Nobody ends their own: there is always one left.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers and for oneself; [`ApiError::MovedOn`] when it is no manager's.
pub async fn remove(p: &Platform, by: &Confirmed, id: AccountId) -> Result<(), ApiError> {
    manager(by.account())?;
    if by.account().id == id {
        return Err(ApiError::Forbidden);
    }
    let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
    // Two who end each other's rights at once would leave none: both rows are held, in one order.
    for each in [id.min(by.account().id), id.max(by.account().id)] {
        if !accounts::hold_manager(&mut tx.exec(), each).await.map_err(|error| p.fault(error))? {
            return Err(ApiError::MovedOn);
        }
    }
    accounts::set_manager(&mut tx.exec(), id, false).await.map_err(|error| p.fault(error))?;
    tx.commit().await.map_err(|error| p.fault(error))
}

/// What the page of an invitation shows. Who holds its token has its address's mail, so that address's account is no
/// secret to them.
///
/// # Errors
/// [`ApiError::LinkExpired`].
pub async fn look(p: &Platform, token: &str, actor: Option<&AccountView>) -> Result<InvitationLook, ApiError> {
    let mut conn = p.db.conn().await.map_err(|error| p.fault(error))?;
    let row = find(&mut conn.exec(), p, token).await?;
    let account = accounts::by_email(&mut conn.exec(), &row.email).await.map_err(|error| p.fault(error))?;
    Ok(InvitationLook {
        own: actor.is_some_and(|actor| account.as_ref().is_some_and(|account| account.id == actor.id.0)),
        has_account: account.is_some(),
        email: row.email,
        inviter: row.inviter,
    })
}

async fn find(exec: &mut Exec<'_>, p: &Platform, token: &str) -> Result<rows::InvitationRow, ApiError> {
    rows::find(exec, &token_hash(token), p.now()).await.map_err(|error| p.fault(error))?.ok_or(ApiError::LinkExpired)
}

/// What is typed to accept an invitation without an account.
#[derive(Clone)]
pub struct Acceptance {
    /// Field `name`.
    pub name: String,
    /// Field `password`.
    pub password: String,
    /// The page's language becomes the account's.
    pub locale: Locale,
}

impl std::fmt::Debug for Acceptance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Acceptance").field("locale", &self.locale).finish_non_exhaustive()
    }
}

/// Accepts an invitation. Who has an account must be signed in with it; who has none makes one and is signed in.
///
/// # Errors
/// [`ApiError::LinkExpired`]; [`ApiError::SignInRequired`] when the address has an account and another, or nobody, is
/// signed in; [`ApiError::Invalid`] by the fields `name` and `password`.
pub async fn accept(
    p: &Platform,
    token: &str,
    actor: Option<&AccountView>,
    form: &Acceptance,
    browser: &Browser<'_>,
) -> Result<(AccountId, Option<Opened>), ApiError> {
    let look = look(p, token, actor).await?;
    if look.has_account {
        let Some(actor) = actor.filter(|_| look.own) else { return Err(ApiError::SignInRequired) };
        let mut tx = p.db.begin().await.map_err(|error| p.fault(error))?;
        use_up(&mut tx.exec(), p, token, actor.id, &actor.name).await?;
        tx.commit().await.map_err(|error| p.fault(error))?;
        jobs::wake(p);
        return Ok((actor.id, None));
    }
    throttle::count_sign_up(p, browser.address).await?;
    let mut problems = Problems::default();
    let name = problems.take("name", 120, Name::parse(&form.name));
    let secret = problems.take("password", 256, Password::parse(&form.password));
    let email = Email::parse(&look.email).map_err(|error| p.fault(error))?;
    if let Some(secret) = &secret
        && password::is_common(secret, Some(&email))
    {
        problems.add("password", Problem::CommonPassword);
    }
    let (Some(name), Some(secret), []) = (name, secret, problems.0.as_slice()) else {
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
        phone: None,
        locale: form.locale,
        time_zone: p.config.zone.name(),
        is_manager: false,
        created_at: p.now(),
    };
    // Somebody made an account with the address meanwhile: they sign in to accept.
    if !accounts::insert(&mut tx.exec(), &account).await.map_err(|error| p.fault(error))? {
        return Err(ApiError::SignInRequired);
    }
    use_up(&mut tx.exec(), p, token, id, name.as_str()).await?;
    let opened = open(&mut tx.exec(), p, id, browser).await?;
    tx.commit().await.map_err(|error| p.fault(error))?;
    jobs::wake(p);
    Ok((id, Some(opened)))
}

async fn use_up(exec: &mut Exec<'_>, p: &Platform, token: &str, id: AccountId, name: &str) -> Result<(), ApiError> {
    let row = find(exec, p, token).await?;
    let now = p.now();
    if !rows::accept(exec, row.id, id, now).await.map_err(|error| p.fault(error))? {
        return Err(ApiError::LinkExpired);
    }
    let others = accounts::managers(exec).await.map_err(|error| p.fault(error))?;
    accounts::confirm_email(exec, id, now).await.map_err(|error| p.fault(error))?;
    accounts::set_manager(exec, id, true).await.map_err(|error| p.fault(error))?;
    notices::new_manager(exec, p, &others, name, &row.email).await
}
