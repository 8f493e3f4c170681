//! Who is signed in, for every page, without waiting: the server reads the cookie before it renders.

use crate::{
    api::account::{
        AcceptInvitation, ChangeEmail, ConfirmEmail, DisableTwoStep, EnableTwoStep, SecondStep, SignIn, SignOut,
        SignUp, UpdateAccount,
    },
    ui::form::Kept,
};
use gabarit_view::{account::AccountView, error::ApiError};
use leptos::prelude::*;
use server_fn::ServerFn;
use std::collections::BTreeMap;

/// The session of a page. Its actions live as long as the layout, so that signing in on one page is seen on the next.
#[derive(Clone, Copy)]
pub struct Session {
    account: RwSignal<Option<AccountView>>,
    /// Signs in.
    pub sign_in: ServerAction<SignIn>,
    /// Makes an account and signs in.
    pub sign_up: ServerAction<SignUp>,
    /// Signs out.
    pub sign_out: ServerAction<SignOut>,
    /// Finishes signing in.
    pub second_step: ServerAction<SecondStep>,
    /// Accepts an invitation to manage.
    pub accept: ServerAction<AcceptInvitation>,
    /// Puts two-step sign-in in force.
    pub enable_two_step: ServerAction<EnableTwoStep>,
    /// Ends two-step sign-in.
    pub disable_two_step: ServerAction<DisableTwoStep>,
    /// Confirms an address by its link.
    pub confirm_email: ServerAction<ConfirmEmail>,
    /// Puts another address in place of the old one by its link.
    pub change_email: ServerAction<ChangeEmail>,
    /// Changes one's own details.
    pub update: ServerAction<UpdateAccount>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session(…)")
    }
}

impl Session {
    /// Starts the session of a page and provides it, with what was kept of a refused form. Called by the layout.
    pub(crate) fn provide() {
        let account = SharedValue::new(initial_account).into_inner();
        let kept: BTreeMap<String, String> = SharedValue::new(initial_kept).into_inner();
        provide_context(Kept(kept));
        let session = Self {
            account: RwSignal::new(account),
            sign_in: ServerAction::new(),
            sign_up: ServerAction::new(),
            sign_out: ServerAction::new(),
            second_step: ServerAction::new(),
            accept: ServerAction::new(),
            enable_two_step: ServerAction::new(),
            disable_two_step: ServerAction::new(),
            confirm_email: ServerAction::new(),
            change_email: ServerAction::new(),
            update: ServerAction::new(),
        };
        let account = session.account;
        follow(session.sign_in, move |view: Option<AccountView>| {
            if view.is_some() {
                account.set(view);
            }
        });
        follow(session.confirm_email, move |view| account.set(view));
        follow(session.change_email, move |view| account.set(view));
        follow(session.second_step, move |view| account.set(Some(view)));
        follow(session.accept, move |view| account.set(Some(view)));
        follow(session.enable_two_step, move |view| account.set(Some(view)));
        follow(session.disable_two_step, move |view| account.set(Some(view)));
        follow(session.sign_up, move |view| account.set(Some(view)));
        follow(session.update, move |view| account.set(Some(view)));
        follow(session.sign_out, move |()| account.set(None));
        provide_context(session);
    }
}

/// Does something with every success of an action.
fn follow<S, T>(action: ServerAction<S>, then: impl Fn(T) + 'static)
where
    S: ServerFn<Output = T, Error = ApiError> + Clone + Send + Sync + 'static,
    T: Clone + Send + Sync + 'static,
{
    let value = action.value();
    Effect::new(move || {
        if let Some(Ok(output)) = value.get() {
            then(output);
        }
    });
}

/// The session of this page.
///
/// # Panics
/// Never on a page: the layout provides it.
#[must_use]
pub fn use_session() -> Session {
    expect_context()
}

/// Who is signed in.
#[must_use]
pub fn use_account() -> Signal<Option<AccountView>> {
    use_session().account.into()
}

#[cfg(feature = "ssr")]
fn initial_account() -> Option<AccountView> {
    let parts = use_context::<http::request::Parts>()?;
    parts.extensions.get::<crate::api::SignedIn>()?.account.clone()
}

#[cfg(not(feature = "ssr"))]
fn initial_account() -> Option<AccountView> {
    None
}

#[cfg(feature = "ssr")]
fn initial_kept() -> BTreeMap<String, String> {
    use_context::<http::request::Parts>()
        .and_then(|parts| parts.extensions.get::<Kept>().map(|kept| kept.0.clone()))
        .unwrap_or_default()
}

#[cfg(not(feature = "ssr"))]
fn initial_kept() -> BTreeMap<String, String> {
    BTreeMap::new()
}
