//! One's own details.

use super::security::SecuritySections;
use crate::{
    i18n::{Locale, use_locale},
    session::{use_account, use_session},
    ui::{Choice, ErrorState, Field, FormErrors, Hidden, Select, Submit, use_form_state},
    url::{self, Page},
};
use gabarit_i18n::{auth, common};
use gabarit_view::{account::AccountView, error::ApiError};
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;

/// Zones to choose from: Europe's, and one for each of the other hours where experts live. Others stay as they are.
const ZONES: [&str; 26] = [
    "Europe/Amsterdam",
    "Europe/Athens",
    "Europe/Berlin",
    "Europe/Brussels",
    "Europe/Bucharest",
    "Europe/Budapest",
    "Europe/Copenhagen",
    "Europe/Dublin",
    "Europe/Helsinki",
    "Europe/Lisbon",
    "Europe/London",
    "Europe/Luxembourg",
    "Europe/Madrid",
    "Europe/Oslo",
    "Europe/Paris",
    "Europe/Prague",
    "Europe/Rome",
    "Europe/Stockholm",
    "Europe/Vienna",
    "Europe/Warsaw",
    "Europe/Zurich",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Dubai",
    "Asia/Kolkata",
    "UTC",
];

/// The page.
#[component]
pub fn AccountPage() -> impl IntoView {
    let locale = use_locale();
    let account = use_account();
    view! {
        <Title text=common::my_account(locale)/>
        <div class="form-page">
            <h1>{common::my_account(locale)}</h1>
            {match account.get_untracked() {
                None => Either::Left(view! { <ErrorState error=ApiError::SignInRequired/> }),
                Some(account) => Either::Right(view! {
                    {account.expert.is_none().then(|| view! {
                        <p><a href=url::path(locale, Page::Apply)>{gabarit_i18n::account::to_application(locale)}</a></p>
                    })}
                    <ProfileForm account=account.clone()/>
                    <SecuritySections account/>
                }),
            }}
        </div>
    }
    .into_any()
}

#[component]
fn ProfileForm(account: AccountView) -> impl IntoView {
    let locale = use_locale();
    let action = use_session().update;
    on_cleanup(move || action.value().set(None));
    let form = use_form_state("account", action);
    let languages = Locale::ALL.map(|language| Choice::new(language.code(), language.native_name())).to_vec();
    let mut zones: Vec<&str> = ZONES.to_vec();
    if !zones.contains(&account.time_zone.as_str()) {
        zones.insert(0, &account.time_zone);
    }
    let zones = zones.into_iter().map(|zone| Choice::new(zone, zone.replace('_', " "))).collect();
    view! {
        <p class="lead">{auth::signed_in_as(locale, &account.email)}</p>
        <ActionForm action=action attr:class="stack" attr:novalidate="">
            <FormErrors form/>
            <Field form name="name" label=auth::name(locale) autocomplete="name" value=account.name.clone()/>
            <Field
                form
                name="phone"
                label=auth::phone(locale)
                hint=auth::phone_hint(locale)
                kind="tel"
                autocomplete="tel"
                optional=true
                value=account.phone.clone().unwrap_or_default()
            />
            <Select form name="language" label=auth::language(locale) hint=auth::language_hint(locale) choices=languages value=account.locale.code()/>
            <Select form name="time_zone" label=auth::time_zone(locale) hint=auth::time_zone_hint(locale) choices=zones value=account.time_zone.clone()/>
            <Hidden name="locale" value=locale.code()/>
            <Submit form text=auth::save(locale)/>
        </ActionForm>
    }
    .into_any()
}
