//! Signing in and up, links by e-mail, and one's own account.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

mod code;
mod forgot;
mod invitation;
mod links;
mod own_data;
pub mod profile;
mod security;
pub mod sign_in;
pub mod sign_up;
mod two_step;

use crate::app::lazy::lazy_area;
use crate::url;
use code::CodePage;
use forgot::ForgotPage;
use invitation::InvitationPage;
use leptos::prelude::*;
use leptos_router::{any_nested_route::IntoAnyNestedRoute as _, components::Route, hooks::use_query_map, path};
use links::{ChangeEmailPage, ConfirmEmailPage, ResetPasswordPage, RevertEmailPage};
use own_data::OwnDataPage;
use profile::AccountPage;
use sign_in::SignInPage;
use sign_up::SignUpPage;
use two_step::TwoStepPage;

lazy_area! {
    /// Screens of the account.
    AccountArea in People::Account {
        SignIn => SignInPage,
        Code => CodePage,
        SignUp => SignUpPage,
        Forgot => ForgotPage,
        ResetPassword => ResetPasswordPage,
        ConfirmEmail => ConfirmEmailPage,
        ChangeEmail => ChangeEmailPage,
        RevertEmail => RevertEmailPage,
        Invitation => InvitationPage,
        Account => AccountPage,
        TwoStep => TwoStepPage,
        OwnData => OwnDataPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn AccountRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("sign-in") view=AccountArea::SignIn.lazy()/>
        <Route path=path!("sign-in/code") view=AccountArea::Code.lazy()/>
        <Route path=path!("sign-up") view=AccountArea::SignUp.lazy()/>
        <Route path=path!("forgot-password") view=AccountArea::Forgot.lazy()/>
        <Route path=path!("reset-password") view=AccountArea::ResetPassword.lazy()/>
        <Route path=path!("confirm-email") view=AccountArea::ConfirmEmail.lazy()/>
        <Route path=path!("change-email") view=AccountArea::ChangeEmail.lazy()/>
        <Route path=path!("revert-email") view=AccountArea::RevertEmail.lazy()/>
        <Route path=path!("invitation") view=AccountArea::Invitation.lazy()/>
        <Route path=path!("account") view=AccountArea::Account.lazy()/>
        <Route path=path!("account/two-step") view=AccountArea::TwoStep.lazy()/>
        <Route path=path!("account/data") view=AccountArea::OwnData.lazy()/>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The `next` parameter, if it is a page of ours: where to go on.
fn next_page() -> String {
    use_query_map()
        .with_untracked(|query| query.get_str("next").and_then(url::local).map(ToOwned::to_owned))
        .unwrap_or_default()
}

/// The `token` parameter of a link by e-mail.
fn token() -> String {
    use_query_map().with_untracked(|query| query.get_str("token").unwrap_or_default().to_owned())
}
