//! Accepting an invitation to manage the platform.

use super::token;
use crate::{
    api::account::invitation,
    i18n::use_locale,
    session::use_session,
    ui::{ErrorState, Field, FormErrors, Hidden, Notice, Skeleton, Submit, use_form_state},
    url::{self, Page},
};
use gabarit_i18n::{account as text, auth, common};
use gabarit_view::account::InvitationLook;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub(super) fn InvitationPage() -> impl IntoView {
    let locale = use_locale();
    let token = token();
    let asked = token.clone();
    let look = Resource::new_blocking(|| (), move |()| invitation(asked.clone()));
    view! {
        <Title text=text::invitation_title(locale)/>
        <div class="form-page">
            <h1>{text::invitation_title(locale)}</h1>
            <Suspense fallback=|| view! { <Skeleton/> }>
                {move || {
                    let token = token.clone();
                    Suspend::new(async move {
                        match look.await {
                            Ok(look) => view! { <Accept look token/> }.into_any(),
                            Err(error) => view! { <ErrorState error/> }.into_any(),
                        }
                    })
                }}
            </Suspense>
        </div>
    }
    .into_any()
}

#[component]
fn Accept(look: InvitationLook, token: String) -> impl IntoView {
    let locale = use_locale();
    let action = use_session().accept;
    on_cleanup(move || action.value().set(None));
    let form = use_form_state("invitation", action);
    let lead = match &look.inviter {
        Some(inviter) => text::invitation_lead_from(locale, inviter, &look.email),
        None => text::invitation_lead(locale, &look.email),
    };
    if look.has_account && !look.own {
        let here = url::with_param(&format!("/{}/invitation", locale.code()), "token", &token);
        let href = url::with_next(locale, Page::SignIn, &here);
        return view! {
            <p class="lead">{lead}</p>
            <Notice>{text::invitation_sign_in(locale, look.email)}</Notice>
            <p><a class="button button-primary" href=href>{common::sign_in(locale)}</a></p>
        }
        .into_any();
    }
    let fields = (!look.has_account).then(|| {
        view! {
            <Field form name="name" label=auth::name(locale) autocomplete="name"/>
            <Field
                form
                name="password"
                label=auth::password(locale)
                hint=auth::password_hint(locale)
                kind="password"
                autocomplete="new-password"
            />
        }
    });
    view! {
        <p class="lead">{lead}</p>
        <p>{text::invitation_next(locale)}</p>
        <ActionForm action=action attr:class="stack" attr:novalidate="">
            <FormErrors form/>
            {fields}
            <Hidden name="token" value=token/>
            <Hidden name="locale" value=locale.code()/>
            <Submit form text=text::invitation_button(locale)/>
        </ActionForm>
    }
    .into_any()
}
