//! Asking for a new password.

use crate::{
    api::account::ForgotPassword,
    i18n::use_locale,
    ui::{Field, FormErrors, Hidden, Submit, use_form_state},
    url::{self, Page},
};
use gabarit_i18n::{account as text, auth, common};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub(super) fn ForgotPage() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<ForgotPassword>::new();
    let form = use_form_state("forgot", action);
    view! {
        <Title text=text::forgot_title(locale)/>
        <div class="form-page">
            <h1>{text::forgot_title(locale)}</h1>
            <p class="lead">{text::forgot_lead(locale)}</p>
            <ActionForm action=action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Field form name="email" label=auth::email(locale) kind="email" autocomplete="username"/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::forgot_send(locale)/>
            </ActionForm>
            <p class="aside"><a href=url::path(locale, Page::SignIn)>{common::sign_in(locale)}</a></p>
        </div>
    }
    .into_any()
}
