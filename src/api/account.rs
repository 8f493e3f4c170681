//! Accounts: up, in, out, and one's own details.

use gabarit_view::{account::AccountView, error::ApiError};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use {
    super::Call,
    crate::url::{self, Page},
    gabarit_i18n::Locale,
    gabarit_server::services::accounts::{self, ProfileChange, SignUp as NewAccount, web},
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
        let (id, token) = accounts::sign_up(p, new).await?;
        call.set_cookie(&web::set_cookie(&p.config, &token));
        call.redirect(&url::with_param(&onwards(locale, &form.next), "notice", "welcome"));
        accounts::get(p, id).await?.ok_or(ApiError::NotFound)
    }
    .await;
    call.answer_form(&form, result).await
}

/// Signs in.
///
/// # Errors
/// See [`accounts::sign_in`].
#[server(prefix = "/api", endpoint = "sign_in")]
pub async fn sign_in(
    /// As posted.
    #[server(flatten)]
    form: SignInForm,
) -> Result<AccountView, ApiError> {
    let call = Call::current()?;
    let p = &call.platform;
    let result = async {
        let token = accounts::sign_in(p, &form.email, &form.password, &call.client_address()).await?;
        let account = accounts::current(p, Some(token.expose())).await?.ok_or(ApiError::NotFound)?;
        call.set_cookie(&web::set_cookie(&p.config, &token));
        call.redirect(&onwards(page_locale(&form.locale), &form.next));
        Ok(account)
    }
    .await;
    call.answer_form(&form, result).await
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
        call.redirect(&url::with_param(&url::path(page_locale(&locale), Page::Home), "notice", "signed-out"));
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
        call.redirect(&url::with_param(&url::path(page_locale(&form.locale), Page::Account), "notice", "saved"));
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
