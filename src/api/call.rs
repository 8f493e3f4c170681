//! What every server function starts from.

use axum::extract::ConnectInfo;
use gabarit_server::{
    config::Config,
    platform::Platform,
    services::{
        accounts::{
            Browser, Opened,
            confirm::{self, Confirmed},
            web,
        },
        stash,
    },
};
use gabarit_view::{account::AccountView, error::ApiError};
use http::{Extensions, HeaderMap, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

/// Who is signed in with this request, and by which session; put there by the middleware.
#[derive(Clone, Debug, Default)]
pub struct SignedIn {
    /// The account.
    pub account: Option<AccountView>,
    /// The session's secret, as the cookie has it.
    pub token: Option<String>,
}

/// One call of a server function, from a browser or while a page is rendered.
#[derive(Clone, Debug)]
pub struct Call {
    /// The platform.
    pub platform: Platform,
    parts: Parts,
    response: ResponseOptions,
}

impl Call {
    /// The call that is under way.
    ///
    /// # Errors
    /// [`ApiError::Transport`] outside of a request, which no reader can cause.
    pub fn current() -> Result<Self, ApiError> {
        match (use_context(), use_context(), use_context()) {
            (Some(platform), Some(parts), Some(response)) => Ok(Self { platform, parts, response }),
            _ => Err(ApiError::Transport),
        }
    }

    fn signed_in(&self) -> Option<&SignedIn> {
        self.parts.extensions.get::<SignedIn>()
    }

    /// Who is signed in.
    #[must_use]
    pub fn account(&self) -> Option<&AccountView> {
        self.signed_in()?.account.as_ref()
    }

    /// Who is signed in once this call has changed the account, or nobody if it ended the session.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn account_now(&self) -> Result<Option<AccountView>, ApiError> {
        gabarit_server::services::accounts::current(&self.platform, self.token()).await
    }

    /// Who is signed in, where somebody must be.
    ///
    /// # Errors
    /// [`ApiError::SignInRequired`].
    pub fn actor(&self) -> Result<&AccountView, ApiError> {
        self.account().ok_or(ApiError::SignInRequired)
    }

    /// The manager who is signed in.
    ///
    /// # Errors
    /// [`ApiError::SignInRequired`]; [`ApiError::Forbidden`] for everybody else.
    pub fn manager(&self) -> Result<&AccountView, ApiError> {
        let actor = self.actor()?;
        if actor.is_manager {
            Ok(actor)
        } else if actor.needs_two_step {
            Err(ApiError::TwoStepRequired)
        } else {
            Err(ApiError::Forbidden)
        }
    }

    /// Who is signed in, shown to be it a moment ago: for sensitive changes. `proof` is the form's field
    /// `confirm_password`, which `ui::ConfirmField` shows when it is needed.
    ///
    /// # Errors
    /// See [`confirm::confirm`].
    pub async fn confirmed(&self, proof: &str) -> Result<Confirmed, ApiError> {
        confirm::confirm(&self.platform, self.token(), proof).await
    }

    fn cookie<'a>(&'a self, read: impl Fn(&Config, &'a str) -> Option<&'a str>) -> Option<&'a str> {
        self.parts
            .headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .find_map(|value| read(&self.platform.config, value))
    }

    /// The secret of a sign-in whose second step is due.
    #[must_use]
    pub fn step_token(&self) -> Option<&str> {
        self.cookie(|config, value| web::read_step_cookie(config, value))
    }

    /// The browser as services see it; `address` is [`Call::client_address`].
    #[must_use]
    pub fn browser<'a>(&'a self, address: &'a str) -> Browser<'a> {
        Browser {
            address,
            device: self.cookie(|config, value| web::read_device_cookie(config, value)),
            agent: self.parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default(),
        }
    }

    /// Signs the browser in.
    pub fn set_session(&self, opened: &Opened) {
        let config = &self.platform.config;
        self.set_cookie(&web::set_cookie(config, &opened.session));
        self.set_cookie(&web::set_device_cookie(config, &opened.device));
    }

    /// The session's secret.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.signed_in()?.token.as_deref()
    }

    /// See [`client_address`].
    #[must_use]
    pub fn client_address(&self) -> String {
        client_address(&self.parts.extensions, &self.parts.headers)
    }

    /// Whether a browser without script posted a form, and expects a page.
    fn is_plain_form(&self) -> bool {
        // While a page is rendered the request is the page's own.
        self.parts.uri.path().starts_with("/api/")
            && self
                .parts
                .headers
                .get(header::ACCEPT)
                .and_then(|value| value.to_str().ok())
                .is_some_and(|accept| accept.contains("text/html"))
    }

    /// Sets a cookie with the answer.
    pub fn set_cookie(&self, value: &str) {
        if let Ok(value) = http::HeaderValue::from_str(value) {
            self.response.append_header(header::SET_COOKIE, value);
        }
    }

    /// Sends the browser on to a path of ours, or to the payment provider.
    pub fn redirect(&self, to: &str) {
        // A header takes no control characters; what comes here was made by us or checked to be local.
        if http::HeaderValue::from_str(to).is_ok() {
            leptos_axum::redirect(to);
        }
    }

    /// Ends the call of a form: refused without script, what was typed is kept for the page that shows it again.
    /// Fields whose name contains `password` are never kept.
    ///
    /// # Errors
    /// The given one.
    pub async fn answer_form<T>(&self, form: &impl Serialize, result: Result<T, ApiError>) -> Result<T, ApiError> {
        let Err(error) = result else { return result };
        let keeps = error.clone().with_stash(String::new()).stash().is_some();
        if !keeps || !self.is_plain_form() {
            return Err(error);
        }
        match stash::put(&self.platform, fields(form)).await {
            Ok(key) => Err(error.with_stash(key)),
            // That fault is logged; why the form was refused matters more to its reader.
            Err(_) => Err(error),
        }
    }
}

/// The browser's network address: for slowing guesses down. Only a proxy on this machine is believed when it names
/// another, and of what it passes on only its own, last word.
pub(crate) fn client_address(extensions: &Extensions, headers: &HeaderMap) -> String {
    let Some(peer) = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip()) else {
        return String::new();
    };
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    match forwarded {
        Some(client) if peer.is_loopback() => client,
        _ => peer,
    }
    .to_string()
}

/// The fields of a form as text.
fn fields(form: &impl Serialize) -> BTreeMap<String, String> {
    match serde_json::to_value(form) {
        Ok(serde_json::Value::Object(fields)) => fields
            .into_iter()
            .filter_map(|(name, value)| match value {
                serde_json::Value::String(text) => Some((name, text)),
                // What was ticked, of several.
                serde_json::Value::Array(list) => {
                    let list: Vec<&str> = list.iter().filter_map(|value| value.as_str()).collect();
                    Some((name, list.join(",")))
                }
                _ => None,
            })
            .collect(),
        _ => BTreeMap::new(),
    }
}
