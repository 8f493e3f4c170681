//! Making an account.

use crate::{
    i18n::use_locale,
    pages::account::next_page,
    session::use_session,
    ui::{Field, FormErrors, Hidden, Notice, Submit, use_form_state},
    url::{self, Page},
};
use gabarit_i18n::{auth, common};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn SignUpPage() -> impl IntoView {
    let locale = use_locale();
    let action = use_session().sign_up;
    on_cleanup(move || action.value().set(None));
    let form = use_form_state("sign-up", action);
    let next = next_page();
    let other = url::with_next(locale, Page::SignIn, &next);
    view! {
        <Title text=common::sign_up(locale)/>
        <div class="form-page">
            <h1>{common::sign_up(locale)}</h1>
            <p class="lead">{auth::free(locale)}</p>
            {next.contains("/book/").then(|| view! { <Notice>{auth::continue_after(locale)}</Notice> })}
            <ActionForm action=action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Field form name="name" label=auth::name(locale) autocomplete="name"/>
                <Field
                    form
                    name="email"
                    label=auth::email(locale)
                    hint=auth::email_hint(locale)
                    kind="email"
                    autocomplete="username"
                />
                <Field
                    form
                    name="phone"
                    label=auth::phone(locale)
                    hint=auth::phone_hint(locale)
                    kind="tel"
                    autocomplete="tel"
                    optional=true
                />
                <Field
                    form
                    name="password"
                    label=auth::password(locale)
                    hint=auth::password_hint(locale)
                    kind="password"
                    autocomplete="new-password"
                />
                <Hidden name="locale" value=locale.code()/>
                <Hidden name="next" value=next.clone()/>
                <p class="hint">
                    {auth::privacy_note(locale)} " "
                    <a href=url::path(locale, Page::Privacy)>{common::nav_privacy(locale)}</a>
                </p>
                <p class="hint">
                    {auth::terms_note(locale)} " "
                    <a href=url::path(locale, Page::Terms)>{common::nav_terms(locale)}</a>
                </p>
                <Submit form text=common::sign_up(locale)/>
            </ActionForm>
            <p class="aside">
                {auth::has_account(locale)} " "
                <a href=other>{common::sign_in(locale)}</a>
            </p>
        </div>
    }
    .into_any()
}
