//! Where and how the expert works, whether the profile is found, and how the expert is billed.

use super::successes;
use crate::{
    api::work::{PauseWork, SaveWorkBilling, SaveWorkTerms, work_settings},
    i18n::{fmt, use_locale},
    ui::{
        Checkbox, Choice, ErrorState, Field, FormErrors, Hidden, Notice, Select, Skeleton, Submit, refusal_text,
        use_form_state,
    },
    url::{self, Page},
};
use gabarit_domain::expert::ExpertKind;
use gabarit_i18n::work as text;
use gabarit_view::work::{BillingView, Publishing, WorkSettings};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

#[derive(Clone, Copy)]
struct Actions {
    terms: ServerAction<SaveWorkTerms>,
    billing: ServerAction<SaveWorkBilling>,
    pause: ServerAction<PauseWork>,
}

/// The page.
#[component]
pub(super) fn SettingsPage() -> impl IntoView {
    let locale = use_locale();
    let actions = Actions { terms: ServerAction::new(), billing: ServerAction::new(), pause: ServerAction::new() };
    let done = (successes(actions.terms), successes(actions.billing), successes(actions.pause));
    let settings =
        Resource::new_blocking(move || (done.0.get(), done.1.get(), done.2.get()), move |_| work_settings(locale));
    view! {
        <Title text=text::nav_settings(locale)/>
        <h1>{text::nav_settings(locale)}</h1>
        <p class="lead">{text::settings_lead(locale)}</p>
        <Transition fallback=|| view! { <Skeleton lines=10/> }>
            {move || Suspend::new(async move {
                match settings.await {
                    Ok(settings) => view! {
                        <Affected settings=settings.clone()/>
                        <TermsForm settings=settings.clone() actions/>
                        <PublishingForm settings=settings.clone() actions/>
                        <BillingForm settings actions/>
                    }
                    .into_any(),
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Affected(settings: WorkSettings) -> impl IntoView {
    let locale = use_locale();
    (!settings.affected.is_empty()).then(|| {
        let rows = settings
            .affected
            .into_iter()
            .map(|booking| {
                let words = text::affected_row(
                    locale,
                    &booking.reference,
                    &booking.client,
                    fmt::date(locale, booking.first_day),
                );
                view! {
                    <li>
                        <a href=url::path(locale, Page::Booking(booking.id))>{words}</a>
                        " · "
                        {refusal_text(locale, &booking.reason)}
                    </li>
                }
            })
            .collect_view();
        view! {
            <Notice warning=true>
                <h2>{text::affected_title(locale)}</h2>
                <p>{text::affected_text(locale)}</p>
                <ul>{rows}</ul>
            </Notice>
        }
        .into_any()
    })
}

#[component]
fn TermsForm(settings: WorkSettings, actions: Actions) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state("terms", actions.terms);
    let known = StoredValue::new(settings);
    let field = move |pick: fn(&WorkSettings) -> String| known.with_value(pick);
    let flag = move |pick: fn(&WorkSettings) -> bool| known.with_value(pick);
    view! {
        <section class="booking-section">
            <h2>{text::terms_title(locale)}</h2>
            <ActionForm action=actions.terms attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="version" value=field(|settings| settings.version.to_string())/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Field form name="base" label=text::base(locale) value=field(|settings| settings.base.clone())/>
                <Checkbox form name="on_site" checked=flag(|settings| settings.on_site)>{text::on_site(locale)}</Checkbox>
                <Checkbox form name="remote" checked=flag(|settings| settings.remote)>{text::remote(locale)}</Checkbox>
                <Field
                    form
                    name="max_travel_km"
                    label=text::max_travel(locale)
                    hint=text::max_travel_hint(locale)
                    inputmode="numeric"
                    optional=true
                    value=field(|settings| settings.max_travel_km.map(|km| km.to_string()).unwrap_or_default())
                />
                <Field form name="lead_days" label=text::lead_days(locale) hint=text::lead_days_hint(locale) inputmode="numeric" value=field(|settings| settings.lead_days.to_string())/>
                <Field form name="phone" label=text::phone(locale) hint=text::phone_hint(locale) kind="tel" autocomplete="tel" optional=true value=field(|settings| settings.phone.clone().unwrap_or_default())/>
                <Submit form text=text::save(locale).to_owned()/>
            </ActionForm>
        </section>
    }
    .into_any()
}

#[component]
fn PublishingForm(settings: WorkSettings, actions: Actions) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state("publishing", actions.pause);
    let (words, button) = match settings.publishing {
        Publishing::Draft => (text::state_draft(locale), None),
        Publishing::Published => (text::state_published(locale), Some(("on", text::pause(locale)))),
        Publishing::Paused => (text::state_paused(locale), Some(("off", text::resume(locale)))),
        Publishing::Withdrawn => (text::state_withdrawn(locale), None),
    };
    view! {
        <section class="booking-section">
            <h2>{text::publishing_title(locale)}</h2>
            <p>{words}</p>
            {button.map(|(value, label)| view! {
                <ActionForm action=actions.pause>
                    <FormErrors form/>
                    <Hidden name="paused" value=value.to_owned()/>
                    <Hidden name="locale" value=locale.code().to_owned()/>
                    <Submit form secondary=true text=label.to_owned()/>
                </ActionForm>
            })}
        </section>
    }
    .into_any()
}

#[component]
fn BillingForm(settings: WorkSettings, actions: Actions) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state("billing", actions.billing);
    if settings.kind == ExpertKind::InHouse {
        return view! {
            <section class="booking-section">
                <h2>{text::billing_title(locale)}</h2>
                <p>{text::billing_in_house(locale)}</p>
            </section>
        }
        .into_any();
    }
    let countries =
        settings.countries.iter().map(|country| Choice::new(country.code.to_string(), country.name.clone())).collect();
    let known = settings.billing.unwrap_or_else(|| BillingView {
        company: String::new(),
        street: String::new(),
        postal_code: String::new(),
        city: String::new(),
        country: String::new(),
        vat_number: None,
        registration: None,
        vat_exempt: false,
    });
    let exempt = known.vat_exempt;
    let known = StoredValue::new(known);
    let field = move |pick: fn(&BillingView) -> String| known.with_value(pick);
    view! {
        <section class="booking-section">
            <h2>{text::billing_title(locale)}</h2>
            <p>{text::billing_lead(locale)}</p>
            <ActionForm action=actions.billing attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Field form name="company" label=text::company(locale) autocomplete="organization" value=field(|known| known.company.clone())/>
                <Field form name="street" label=text::street(locale) autocomplete="address-line1" value=field(|known| known.street.clone())/>
                <div class="field-row field-row-postal">
                    <Field form name="postal_code" label=text::postal_code(locale) autocomplete="postal-code" value=field(|known| known.postal_code.clone())/>
                    <Field form name="city" label=text::city(locale) autocomplete="address-level2" value=field(|known| known.city.clone())/>
                </div>
                <Select form name="country" label=text::country(locale) choices=countries choose=true autocomplete="country" value=field(|known| known.country.clone())/>
                <Field form name="vat_number" label=text::vat_number(locale) optional=true value=field(|known| known.vat_number.clone().unwrap_or_default())/>
                <Checkbox form name="vat_exempt" checked=exempt>{text::vat_exempt(locale)}</Checkbox>
                <Field form name="registration" label=text::registration(locale) optional=true value=field(|known| known.registration.clone().unwrap_or_default())/>
                <Submit form text=text::save(locale).to_owned()/>
            </ActionForm>
        </section>
    }
    .into_any()
}
