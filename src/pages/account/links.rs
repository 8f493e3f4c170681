//! The pages of links by e-mail. Opening one changes nothing, since mail scanners open them, too: its button does.

use super::token;
use crate::{
    api::account::{ResetPassword, RevertEmail, link_email},
    i18n::{Locale, use_locale},
    session::use_session,
    ui::{ErrorState, Field, FormErrors, Hidden, Skeleton, Submit, use_form_state},
};
use gabarit_i18n::{account as text, auth};
use leptos::prelude::*;
use leptos_meta::Title;

/// Title, then the form while the link works.
fn framed(
    title: &'static str,
    page: &'static str,
    form: impl Fn(String) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView {
    let token = token();
    let email = Resource::new_blocking(|| (), move |()| link_email(page.to_owned(), token.clone()));
    view! {
        <Title text=title/>
        <div class="form-page">
            <h1>{title}</h1>
            <Suspense fallback=|| view! { <Skeleton/> }>
                {move || {
                    let form = form.clone();
                    Suspend::new(async move {
                        match email.await {
                            Ok(email) => form(email),
                            Err(error) => view! { <ErrorState error/> }.into_any(),
                        }
                    })
                }}
            </Suspense>
        </div>
    }
    .into_any()
}

/// Confirms an address.
#[component]
pub(super) fn ConfirmEmailPage() -> impl IntoView {
    let locale = use_locale();
    let token = token();
    let action = use_session().confirm_email;
    let form = use_form_state("confirm", action);
    framed(text::confirm_email_title(locale), "confirm-email", move |email| {
        let token = token.clone();
        view! {
            <p class="lead">{text::confirm_email_lead(locale, email)}</p>
            <ActionForm action=action attr:class="stack">
                <FormErrors form/>
                <Hidden name="token" value=token/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::confirm_email_button(locale)/>
            </ActionForm>
        }
        .into_any()
    })
}

/// Puts a new address in place of the old one.
#[component]
pub(super) fn ChangeEmailPage() -> impl IntoView {
    let locale = use_locale();
    let token = token();
    let action = use_session().change_email;
    let form = use_form_state("change", action);
    framed(text::change_email_title(locale), "change-email", move |email| {
        let token = token.clone();
        view! {
            <p class="lead">{text::change_email_lead(locale, email)}</p>
            <ActionForm action=action attr:class="stack">
                <FormErrors form/>
                <Hidden name="token" value=token/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::change_email_button(locale)/>
            </ActionForm>
        }
        .into_any()
    })
}

/// The fields of a form that sets a new password by a link.
fn password_fields(locale: Locale, form: crate::ui::FormState, token: String) -> AnyView {
    view! {
        <FormErrors form/>
        <Field
            form
            name="new_password"
            label=text::new_password(locale)
            hint=auth::password_hint(locale)
            kind="password"
            autocomplete="new-password"
        />
        <Hidden name="token" value=token/>
        <Hidden name="locale" value=locale.code()/>
    }
    .into_any()
}

/// Sets a new password.
#[component]
pub(super) fn ResetPasswordPage() -> impl IntoView {
    let locale = use_locale();
    let token = token();
    let action = ServerAction::<ResetPassword>::new();
    let form = use_form_state("reset", action);
    framed(text::reset_title(locale), "reset-password", move |email| {
        let token = token.clone();
        view! {
            <p class="lead">{text::reset_lead(locale, email)}</p>
            <ActionForm action=action attr:class="stack" attr:novalidate="">
                {password_fields(locale, form, token)}
                <Submit form text=text::reset_button(locale)/>
            </ActionForm>
        }
        .into_any()
    })
}

/// Takes a change of address back.
#[component]
pub(super) fn RevertEmailPage() -> impl IntoView {
    let locale = use_locale();
    let token = token();
    let action = ServerAction::<RevertEmail>::new();
    let form = use_form_state("revert", action);
    framed(text::revert_title(locale), "revert-email", move |email| {
        let token = token.clone();
        view! {
            <p class="lead">{text::revert_lead(locale, email)}</p>
            <ActionForm action=action attr:class="stack" attr:novalidate="">
                {password_fields(locale, form, token)}
                <Submit form text=text::revert_button(locale)/>
            </ActionForm>
        }
        .into_any()
    })
}
