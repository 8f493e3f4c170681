//! Signing in.

use crate::{
    i18n::use_locale,
    pages::account::next_page,
    session::use_session,
    ui::{Field, FormErrors, Hidden, Notice, Submit, use_form_state},
    url::{self, Page},
};
use gabarit_i18n::{account, auth, common};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn SignInPage() -> impl IntoView {
    let locale = use_locale();
    let action = use_session().sign_in;
    // An old refusal is no news to who comes back later.
    on_cleanup(move || action.value().set(None));
    let form = use_form_state("sign-in", action);
    let next = next_page();
    let other = url::with_next(locale, Page::SignUp, &next);
    view! {
        <Title text=common::sign_in(locale)/>
        <div class="form-page">
            <h1>{common::sign_in(locale)}</h1>
            {next.contains("/book/").then(|| view! { <Notice>{auth::continue_after(locale)}</Notice> })}
            <ActionForm action=action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Field form name="email" label=auth::email(locale) kind="email" autocomplete="username"/>
                <Field form name="password" label=auth::password(locale) kind="password" autocomplete="current-password"/>
                <Hidden name="locale" value=locale.code()/>
                <Hidden name="next" value=next.clone()/>
                <Submit form text=common::sign_in(locale)/>
            </ActionForm>
            <p class="aside">
                <a href=url::path(locale, Page::ForgotPassword)>{account::forgot_link(locale)}</a>
            </p>
            <p class="aside">
                {auth::no_account(locale)} " "
                <a href=other>{common::sign_up(locale)}</a>
            </p>
        </div>
    }
    .into_any()
}
