//! The second step of signing in.

use super::next_page;
use crate::{
    i18n::use_locale,
    session::use_session,
    ui::{Field, FormErrors, Hidden, Submit, use_form_state},
    url::{self, Page},
};
use gabarit_i18n::{account as text, common};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub(super) fn CodePage() -> impl IntoView {
    let locale = use_locale();
    let action = use_session().second_step;
    on_cleanup(move || action.value().set(None));
    let form = use_form_state("code", action);
    let next = next_page();
    let again = url::with_next(locale, Page::SignIn, &next);
    view! {
        <Title text=text::code_title(locale)/>
        <div class="form-page">
            <h1>{text::code_title(locale)}</h1>
            <p class="lead">{text::code_lead(locale)}</p>
            <ActionForm action=action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Field form name="code" label=text::code(locale) hint=text::code_hint(locale) autocomplete="one-time-code"/>
                <Hidden name="locale" value=locale.code()/>
                <Hidden name="next" value=next.clone()/>
                <Submit form text=common::sign_in(locale)/>
            </ActionForm>
            <p class="aside"><a href=again>{text::code_again(locale)}</a></p>
        </div>
    }
    .into_any()
}
