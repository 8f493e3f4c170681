//! Accounts: up, in, out, and one's own details.

use gabarit_view::{
    account::{AccountView, InvitationLook, Managers, SessionView, TwoStepView},
    error::ApiError,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::codec::GetUrl;

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, ManagePage, Page},
    gabarit_domain::ids::AccountId,
    gabarit_i18n::Locale,
    gabarit_server::{
        db::account_tokens::Kind,
        services::accounts::{self, Entry, ProfileChange, SignUp as NewAccount, invitations, links, two_step, web},
    },
};

/// The sign-up form as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignUpForm {
    /// E-mail address.
    pub email: String,
    /// Password; never kept.
    pub password: String,
    /// Name.
    pub name: String,
    /// Telephone number; may be empty.
    pub phone: String,
    /// Language of the page.
    pub locale: String,
    /// Where to go on; may be empty.
    pub next: String,
}

/// The sign-in form as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    /// E-mail address.
    pub email: String,
    /// Password; never kept.
    pub password: String,
    /// Language of the page.
    pub locale: String,
    /// Where to go on; may be empty.
    pub next: String,
}

/// One's own details as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    /// Name.
    pub name: String,
    /// Telephone number; may be empty.
    pub phone: String,
    /// Language.
    pub language: String,
    /// Time zone (IANA).
    pub time_zone: String,
    /// Language of the page.
    pub locale: String,
}

/// Where to go once signed in: back to what was under way, if it is a page of ours.
#[cfg(feature = "ssr")]
fn onwards(locale: Locale, next: &str) -> String {
    url::local(next).map_or_else(|| url::path(locale, Page::Home), ToOwned::to_owned)
}

/// A page, with what has just been done said on it.
#[cfg(feature = "ssr")]
fn noticed(locale: Locale, page: Page, notice: &str) -> String {
    url::with_param(&url::path(locale, page), "notice", notice)
}

#[cfg(feature = "ssr")]
fn page_locale(code: &str) -> Locale {
    Locale::parse(code).unwrap_or_default()
}

/// Makes an account and signs it in.
///
/// # Errors
/// See [`accounts::sign_up`].
#[server(prefix = "/api", endpoint = "sign_up")]
pub async fn sign_up(
    /// As posted.
    #[server(flatten)]
    form: SignUpForm,
) -> Result<AccountView, ApiError> {
    let call = Call::current()?;
    let p = &call.platform;
    let locale = page_locale(&form.locale);
    let result = async {
        accounts::allow_sign_up(p, &call.client_address()).await?;
        let new = NewAccount {
            email: form.email.clone(),
            password: form.password.clone(),
            name: form.name.clone(),
            phone: form.phone.clone(),
            locale,
        };
        let address = call.client_address();
        let (id, opened) = accounts::sign_up_from(p, new, &call.browser(&address)).await?;
        call.set_session(&opened);
        call.redirect(&url::with_param(&onwards(locale, &form.next), "notice", "welcome"));
        accounts::get(p, id).await?.ok_or(ApiError::NotFound)
    }
    .await;
    call.answer_form(&form, result).await
}

/// Signs in; nobody yet when a code is due, for which the browser is sent to its page.
///
/// # Errors
/// See [`accounts::enter`].
#[server(prefix = "/api", endpoint = "sign_in")]
pub async fn sign_in(
    /// As posted.
    #[server(flatten)]
    form: SignInForm,
) -> Result<Option<AccountView>, ApiError> {
    let call = Call::current()?;
    let p = &call.platform;
    let locale = page_locale(&form.locale);
    let result = async {
        let address = call.client_address();
        match accounts::enter(p, &form.email, &form.password, &call.browser(&address)).await? {
            Entry::In(opened) => {
                let account = accounts::current(p, Some(opened.session.expose())).await?.ok_or(ApiError::NotFound)?;
                call.set_session(&opened);
                call.redirect(&onwards(locale, &form.next));
                Ok(Some(account))
            }
            Entry::SecondStep(token) => {
                call.set_cookie(&web::set_step_cookie(&p.config, &token));
                call.redirect(&url::with_next(locale, Page::SignInCode, &form.next));
                Ok(None)
            }
        }
    }
    .await;
    call.answer_form(&form, result).await
}

/// The code of the second step as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    /// Of the app, or a recovery code; never kept.
    pub code: String,
    /// Language of the page.
    pub locale: String,
    /// Where to go on; may be empty.
    pub next: String,
}

/// Finishes signing in with a code.
///
/// # Errors
/// See [`accounts::second_step`].
#[server(prefix = "/api", endpoint = "second_step")]
pub async fn second_step(
    /// As posted.
    #[server(flatten)]
    form: CodeForm,
) -> Result<AccountView, ApiError> {
    let call = Call::current()?;
    let p = &call.platform;
    let result = async {
        let address = call.client_address();
        let token = call.step_token().ok_or(ApiError::SecondStep)?;
        let entered = accounts::second_step(p, token, &form.code, &call.browser(&address)).await;
        let (id, opened) = entered.map_err(|error| match error {
            // It was no link.
            ApiError::LinkExpired => ApiError::SecondStep,
            error => error,
        })?;
        call.set_session(&opened);
        call.set_cookie(&web::clear_step_cookie(&p.config));
        call.redirect(&onwards(page_locale(&form.locale), &form.next));
        accounts::get(p, id).await?.ok_or(ApiError::NotFound)
    }
    .await;
    call.answer_form(&(), result).await
}

/// Signs out; nobody signed in is no error.
///
/// # Errors
/// A fault of ours.
#[server(prefix = "/api", endpoint = "sign_out")]
pub async fn sign_out(
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let p = &call.platform;
    let result = match call.token() {
        Some(token) => accounts::sign_out(p, token).await,
        None => Ok(()),
    };
    if result.is_ok() {
        call.set_cookie(&web::clear_cookie(&p.config));
        call.redirect(&noticed(page_locale(&locale), Page::Home, "signed-out"));
    }
    result
}

/// Changes one's own name, telephone number, language and zone.
///
/// # Errors
/// See [`accounts::update_profile`].
#[server(prefix = "/api", endpoint = "update_account")]
pub async fn update_account(
    /// As posted.
    #[server(flatten)]
    form: ProfileForm,
) -> Result<AccountView, ApiError> {
    let call = Call::current()?;
    let result = async {
        let change = ProfileChange {
            name: form.name.clone(),
            phone: form.phone.clone(),
            locale: form.language.clone(),
            time_zone: form.time_zone.clone(),
        };
        let account = accounts::update_profile(&call.platform, call.actor()?, change).await.map_err(name_language)?;
        call.redirect(&noticed(page_locale(&form.locale), Page::Account, "saved"));
        Ok(account)
    }
    .await;
    call.answer_form(&form, result).await
}

/// The service's field `locale` is the form's `language`: `locale` is the page's own.
#[cfg(feature = "ssr")]
fn name_language(error: ApiError) -> ApiError {
    match error {
        ApiError::Invalid { mut fields, stash } => {
            for field in &mut fields {
                if field.field == "locale" {
                    "language".clone_into(&mut field.field);
                }
            }
            ApiError::Invalid { fields, stash }
        }
        other => other,
    }
}

/// What one's own account shows of its security.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Security {
    /// An address that waits to be confirmed in place of the present one.
    pub pending_email: Option<String>,
    /// One's sessions, the last used first.
    pub sessions: Vec<SessionView>,
}

/// Sessions, and the address that waits.
///
/// # Errors
/// [`ApiError::SignInRequired`].
#[server(prefix = "/api", endpoint = "account_security", input = GetUrl)]
pub async fn account_security() -> Result<Security, ApiError> {
    let call = Call::current()?;
    let (p, actor) = (&call.platform, call.actor()?);
    Ok(Security {
        pending_email: links::pending_email(p, actor).await?,
        sessions: accounts::own_sessions(p, actor, call.token()).await?,
    })
}

/// Two-step sign-in of one's own account.
///
/// # Errors
/// [`ApiError::SignInRequired`].
#[server(prefix = "/api", endpoint = "two_step", input = GetUrl)]
pub async fn two_step_settings() -> Result<TwoStepView, ApiError> {
    let call = Call::current()?;
    two_step::view(&call.platform, call.actor()?, call.token()).await
}

/// The address that a link by e-mail is about, while it works.
///
/// # Errors
/// [`ApiError::LinkExpired`].
#[server(prefix = "/api", endpoint = "link_email", input = GetUrl)]
pub async fn link_email(
    /// What the link does: the last part of its page's path.
    page: String,
    /// Its token.
    token: String,
) -> Result<String, ApiError> {
    let call = Call::current()?;
    let kind = match page.as_str() {
        "confirm-email" => Kind::ConfirmEmail,
        "reset-password" => Kind::ResetPassword,
        "change-email" => Kind::ChangeEmail,
        "revert-email" => Kind::RevertEmail,
        _ => return Err(ApiError::NotFound),
    };
    links::look(&call.platform, kind, &token).await
}

/// Sends the link that confirms one's address once more.
///
/// # Errors
/// See [`links::resend_confirmation`].
#[server(prefix = "/api", endpoint = "resend_confirmation")]
pub async fn resend_confirmation(
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    links::resend_confirmation(&call.platform, call.actor()?, &call.client_address()).await?;
    call.redirect(&noticed(page_locale(&locale), Page::Account, "mail-sent"));
    Ok(())
}

/// Confirms an address by its link.
///
/// # Errors
/// See [`links::confirm_email`].
#[server(prefix = "/api", endpoint = "confirm_email")]
pub async fn confirm_email(
    /// Of the link.
    token: String,
    /// Language of the page.
    locale: String,
) -> Result<Option<AccountView>, ApiError> {
    let call = Call::current()?;
    links::confirm_email(&call.platform, &token).await?;
    let account = call.account_now().await?;
    let page = if account.is_some() { Page::Account } else { Page::SignIn };
    call.redirect(&noticed(page_locale(&locale), page, "email-confirmed"));
    Ok(account)
}

/// The address whose password was forgotten.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ForgotForm {
    /// E-mail address.
    pub email: String,
    /// Language of the page.
    pub locale: String,
}

/// Asks for a link that sets a new password. Answers the same whether the address has an account or not.
///
/// # Errors
/// See [`links::request_reset`].
#[server(prefix = "/api", endpoint = "forgot_password")]
pub async fn forgot_password(
    /// As posted.
    #[server(flatten)]
    form: ForgotForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = links::request_reset(&call.platform, &form.email, &call.client_address()).await;
    if result.is_ok() {
        call.redirect(&noticed(page_locale(&form.locale), Page::SignIn, "reset-asked"));
    }
    call.answer_form(&form, result).await
}

/// A new password by a link, as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkPasswordForm {
    /// Of the link; never kept.
    pub token: String,
    /// Never kept.
    pub new_password: String,
    /// Language of the page.
    pub locale: String,
}

/// Sets a new password by a link; every session ends.
///
/// # Errors
/// See [`links::reset_password`].
#[server(prefix = "/api", endpoint = "reset_password")]
pub async fn reset_password(
    /// As posted.
    #[server(flatten)]
    form: LinkPasswordForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = links::reset_password(&call.platform, &form.token, &form.new_password).await;
    if result.is_ok() {
        call.set_cookie(&web::clear_cookie(&call.platform.config));
        call.redirect(&noticed(page_locale(&form.locale), Page::SignIn, "password-set"));
    }
    call.answer_form(&(), result).await
}

/// Takes a change of address back by its link, with a new password; every session ends.
///
/// # Errors
/// See [`links::revert_email`].
#[server(prefix = "/api", endpoint = "revert_email")]
pub async fn revert_email(
    /// As posted.
    #[server(flatten)]
    form: LinkPasswordForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = links::revert_email(&call.platform, &form.token, &form.new_password).await;
    if result.is_ok() {
        call.set_cookie(&web::clear_cookie(&call.platform.config));
        call.redirect(&noticed(page_locale(&form.locale), Page::SignIn, "email-reverted"));
    }
    call.answer_form(&(), result).await
}

/// Puts a new address in place of the old one, by its link.
///
/// # Errors
/// See [`links::change_email`].
#[server(prefix = "/api", endpoint = "change_email")]
pub async fn change_email(
    /// Of the link.
    token: String,
    /// Language of the page.
    locale: String,
) -> Result<Option<AccountView>, ApiError> {
    let call = Call::current()?;
    let result = async {
        links::change_email(&call.platform, &token).await?;
        let account = call.account_now().await?;
        let page = if account.is_some() { Page::Account } else { Page::SignIn };
        call.redirect(&noticed(page_locale(&locale), page, "email-changed"));
        Ok(account)
    }
    .await;
    call.answer_form(&(), result).await
}

/// Another address, as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EmailForm {
    /// The new address.
    pub email: String,
    /// The password or a code, where it is asked for; never kept.
    pub confirm_password: String,
    /// Language of the page.
    pub locale: String,
}

/// Asks for another address.
///
/// # Errors
/// See [`links::request_email_change`].
#[server(prefix = "/api", endpoint = "request_email_change")]
pub async fn request_email_change(
    /// As posted.
    #[server(flatten)]
    form: EmailForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let actor = call.confirmed(&form.confirm_password).await?;
        links::request_email_change(&call.platform, &actor, &form.email, &call.client_address()).await?;
        call.redirect(&noticed(page_locale(&form.locale), Page::Account, "mail-sent"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Another password, as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    /// Never kept.
    pub current_password: String,
    /// Never kept.
    pub new_password: String,
    /// Language of the page.
    pub locale: String,
}

/// Changes one's password; all other sessions end.
///
/// # Errors
/// See [`links::change_password`].
#[server(prefix = "/api", endpoint = "change_password")]
pub async fn change_password(
    /// As posted.
    #[server(flatten)]
    form: PasswordForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let token = call.token().ok_or(ApiError::SignInRequired)?;
        let (current, new) = (&form.current_password, &form.new_password);
        links::change_password(&call.platform, call.actor()?, token, current, new).await?;
        call.redirect(&noticed(page_locale(&form.locale), Page::Account, "password-changed"));
        Ok(())
    }
    .await;
    call.answer_form(&(), result).await
}

/// Ends one of one's own sessions.
///
/// # Errors
/// See [`accounts::end_session`].
#[server(prefix = "/api", endpoint = "end_session")]
pub async fn end_session(
    /// Its name.
    id: String,
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    accounts::end_session(&call.platform, call.actor()?, &id).await?;
    call.redirect(&noticed(page_locale(&locale), Page::Account, "session-ended"));
    Ok(())
}

/// Ends all of one's own sessions but this one.
///
/// # Errors
/// [`ApiError::SignInRequired`].
#[server(prefix = "/api", endpoint = "end_other_sessions")]
pub async fn end_other_sessions(
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let address = call.client_address();
    accounts::end_other_sessions(&call.platform, call.actor()?, call.token(), &call.browser(&address)).await?;
    call.redirect(&noticed(page_locale(&locale), Page::Account, "session-ended"));
    Ok(())
}

/// What confirms a sensitive step, as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ConfirmForm {
    /// The password or a code, where it is asked for; never kept.
    pub confirm_password: String,
    /// Language of the page.
    pub locale: String,
}

/// Gives the password or a code, so that this session shows what only its owner may see.
///
/// # Errors
/// See [`gabarit_server::services::accounts::confirm`].
#[server(prefix = "/api", endpoint = "confirm_session")]
pub async fn confirm_session(
    /// As posted.
    #[server(flatten)]
    form: ConfirmForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = call.confirmed(&form.confirm_password).await.map(drop);
    if result.is_ok() {
        call.redirect(&url::path(page_locale(&form.locale), Page::TwoStep));
    }
    call.answer_form(&(), result).await
}

/// Begins to set two-step sign-in up.
///
/// # Errors
/// See [`two_step::begin`].
#[server(prefix = "/api", endpoint = "begin_two_step")]
pub async fn begin_two_step(
    /// As posted.
    #[server(flatten)]
    form: ConfirmForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let actor = call.confirmed(&form.confirm_password).await?;
        two_step::begin(&call.platform, &actor).await?;
        call.redirect(&url::path(page_locale(&form.locale), Page::TwoStep));
        Ok(())
    }
    .await;
    call.answer_form(&(), result).await
}

/// The first code of an app, as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EnableForm {
    /// Never kept.
    pub code: String,
    /// The password, where it is asked for; never kept.
    pub confirm_password: String,
    /// Language of the page.
    pub locale: String,
}

/// Puts two-step sign-in in force.
///
/// # Errors
/// See [`two_step::enable`].
#[server(prefix = "/api", endpoint = "enable_two_step")]
pub async fn enable_two_step(
    /// As posted.
    #[server(flatten)]
    form: EnableForm,
) -> Result<AccountView, ApiError> {
    let call = Call::current()?;
    let result = async {
        let actor = call.confirmed(&form.confirm_password).await?;
        let account = two_step::enable(&call.platform, &actor, &form.code).await?;
        call.redirect(&noticed(page_locale(&form.locale), Page::TwoStep, "two-step-on"));
        Ok(account)
    }
    .await;
    call.answer_form(&(), result).await
}

/// Ends two-step sign-in.
///
/// # Errors
/// See [`two_step::disable`].
#[server(prefix = "/api", endpoint = "disable_two_step")]
pub async fn disable_two_step(
    /// As posted.
    #[server(flatten)]
    form: ConfirmForm,
) -> Result<AccountView, ApiError> {
    let call = Call::current()?;
    let result = async {
        let actor = call.confirmed(&form.confirm_password).await?;
        let account = two_step::disable(&call.platform, &actor).await?;
        call.redirect(&noticed(page_locale(&form.locale), Page::TwoStep, "two-step-off"));
        Ok(account)
    }
    .await;
    call.answer_form(&(), result).await
}

/// Makes new recovery codes; the old ones no longer work.
///
/// # Errors
/// See [`two_step::new_codes`].
#[server(prefix = "/api", endpoint = "new_recovery_codes")]
pub async fn new_recovery_codes(
    /// As posted.
    #[server(flatten)]
    form: ConfirmForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        let actor = call.confirmed(&form.confirm_password).await?;
        two_step::new_codes(&call.platform, &actor).await?;
        call.redirect(&url::path(page_locale(&form.locale), Page::TwoStep));
        Ok(())
    }
    .await;
    call.answer_form(&(), result).await
}

/// An invitation, for the page of its link.
///
/// # Errors
/// [`ApiError::LinkExpired`].
#[server(prefix = "/api", endpoint = "invitation", input = GetUrl)]
pub async fn invitation(
    /// Of the link.
    token: String,
) -> Result<InvitationLook, ApiError> {
    let call = Call::current()?;
    invitations::look(&call.platform, &token, call.account()).await
}

/// What accepts an invitation, as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AcceptForm {
    /// Of the link; never kept.
    pub token: String,
    /// Name, without an account.
    pub name: String,
    /// Password, without an account; never kept.
    pub password: String,
    /// Language of the page.
    pub locale: String,
}

/// Accepts an invitation to manage; leads to two-step sign-in, which opens the console.
///
/// # Errors
/// See [`invitations::accept`].
#[server(prefix = "/api", endpoint = "accept_invitation")]
pub async fn accept_invitation(
    /// As posted.
    #[server(flatten)]
    form: AcceptForm,
) -> Result<AccountView, ApiError> {
    let call = Call::current()?;
    let p = &call.platform;
    let locale = page_locale(&form.locale);
    let result = async {
        let address = call.client_address();
        let typed = invitations::Acceptance { name: form.name.clone(), password: form.password.clone(), locale };
        let browser = call.browser(&address);
        let (id, opened) = invitations::accept(p, &form.token, call.account(), &typed, &browser).await?;
        if let Some(opened) = opened {
            call.set_session(&opened);
        }
        call.redirect(&noticed(locale, Page::TwoStep, "manager"));
        accounts::get(p, id).await?.ok_or(ApiError::NotFound)
    }
    .await;
    let kept = AcceptForm { token: String::new(), ..form };
    call.answer_form(&kept, result).await
}

/// Who manages, and who is invited to.
///
/// # Errors
/// [`ApiError::Forbidden`] for all but managers.
#[server(prefix = "/api", endpoint = "manager_list", input = GetUrl)]
pub async fn manager_list() -> Result<Managers, ApiError> {
    let call = Call::current()?;
    invitations::list(&call.platform, call.manager()?).await
}

/// Whom to invite, as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    /// E-mail address.
    pub email: String,
    /// Language of the invitation.
    pub language: String,
    /// The password or a code, where it is asked for; never kept.
    pub confirm_password: String,
    /// Language of the page.
    pub locale: String,
}

/// Invites a manager.
///
/// # Errors
/// See [`invitations::invite`].
#[server(prefix = "/api", endpoint = "invite_manager")]
pub async fn invite_manager(
    /// As posted.
    #[server(flatten)]
    form: InviteForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        call.manager()?;
        let actor = call.confirmed(&form.confirm_password).await?;
        invitations::invite(&call.platform, &actor, &form.email, page_locale(&form.language)).await?;
        let page = Page::Manage(ManagePage::Managers);
        call.redirect(&noticed(page_locale(&form.locale), page, "invited"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}

/// Takes an invitation back.
///
/// # Errors
/// See [`invitations::revoke`].
#[server(prefix = "/api", endpoint = "revoke_invitation")]
pub async fn revoke_invitation(
    /// Which.
    id: uuid::Uuid,
    /// Language of the page.
    locale: String,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    invitations::revoke(&call.platform, call.manager()?, id).await?;
    call.redirect(&noticed(page_locale(&locale), Page::Manage(ManagePage::Managers), "saved"));
    Ok(())
}

/// Whose rights end, as posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RemoveForm {
    /// The account.
    pub id: String,
    /// The password or a code, where it is asked for; never kept.
    pub confirm_password: String,
    /// Language of the page.
    pub locale: String,
}

/// Ends a manager's rights.
///
/// # Errors
/// See [`invitations::remove`].
#[server(prefix = "/api", endpoint = "remove_manager")]
pub async fn remove_manager(
    /// As posted.
    #[server(flatten)]
    form: RemoveForm,
) -> Result<(), ApiError> {
    let call = Call::current()?;
    let result = async {
        call.manager()?;
        let id = form.id.parse().map_err(|_| ApiError::field("id", gabarit_view::error::Problem::Missing))?;
        let actor = call.confirmed(&form.confirm_password).await?;
        invitations::remove(&call.platform, &actor, AccountId(id)).await?;
        let page = Page::Manage(ManagePage::Managers);
        call.redirect(&noticed(page_locale(&form.locale), page, "saved"));
        Ok(())
    }
    .await;
    call.answer_form(&form, result).await
}
