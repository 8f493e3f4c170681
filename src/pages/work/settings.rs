//! Where and how the expert works, whether the profile is found, and how the expert is billed.

use super::{
    preview::{Preview, Typed},
    successes,
};
use crate::{
    api::work::{
        KeepBankAccount, PauseWork, SaveBankAccount, SaveWorkBilling, SaveWorkTerms, bank_accounts, work_settings,
    },
    i18n::{fmt, use_locale},
    ui::{
        Checkbox, Choice, ConfirmField, ErrorState, Field, FormErrors, Hidden, Notice, Select, Skeleton, Submit,
        refusal_text, use_form_state, works,
    },
    url::{self, Page},
};
use gabarit_domain::expert::ExpertKind;
use gabarit_i18n::{profile, work as text};
use gabarit_view::{
    account::BankAccounts,
    error::ApiError,
    work::{BillingView, Publishing, WorkSettings},
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

#[derive(Clone, Copy)]
struct Actions {
    terms: ServerAction<SaveWorkTerms>,
    billing: ServerAction<SaveWorkBilling>,
    pause: ServerAction<PauseWork>,
    bank: ServerAction<SaveBankAccount>,
    keep_bank: ServerAction<KeepBankAccount>,
}

/// The page.
#[component]
pub(super) fn SettingsPage() -> impl IntoView {
    let locale = use_locale();
    let actions = Actions {
        terms: ServerAction::new(),
        billing: ServerAction::new(),
        pause: ServerAction::new(),
        bank: ServerAction::new(),
        keep_bank: ServerAction::new(),
    };
    let moved = (successes(actions.bank), successes(actions.keep_bank));
    let bank = Resource::new_blocking(move || (moved.0.get(), moved.1.get()), |_| bank_accounts());
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
                    Ok(settings) => {
                        let independent = settings.kind == ExpertKind::Independent;
                        view! {
                        <Affected settings=settings.clone()/>
                        <TermsForm settings=settings.clone() actions/>
                        <PublishingForm settings=settings.clone() actions/>
                        <BillingForm settings actions/>
                        {independent.then(|| view! { <Bank bank actions/> })}
                    }
                    .into_any()
                    }
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
    // How far nobody can read is left out of the preview.
    let seen = move |base: String, on_site: bool, remote: bool, km: &str| {
        let km = match km.trim() {
            "" => Some(None),
            km => km.parse().ok().map(Some),
        };
        (base, km.map(|km| works(locale, on_site, remote, km)).unwrap_or_default())
    };
    let max_travel = settings.max_travel_km.map(|km| km.to_string()).unwrap_or_default();
    let draft = RwSignal::new(seen(
        form.initial("base", settings.base.clone()),
        form.initially_checked("on_site", settings.on_site),
        form.initially_checked("remote", settings.remote),
        &form.initial("max_travel_km", max_travel.clone()),
    ));
    let frame = NodeRef::new();
    let typed = Typed::follow(frame, move |typed| {
        draft.set(seen(
            typed.text("base"),
            typed.checked("on_site"),
            typed.checked("remote"),
            &typed.text("max_travel_km"),
        ));
    });
    let known = StoredValue::new(settings);
    let field = move |pick: fn(&WorkSettings) -> String| known.with_value(pick);
    let flag = move |pick: fn(&WorkSettings) -> bool| known.with_value(pick);
    view! {
        <div class="work-edit">
        <section class="booking-section">
            <h2>{text::terms_title(locale)}</h2>
            <div node_ref=frame on:input=typed>
            <ActionForm action=actions.terms attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="version" value=field(|settings| settings.version.to_string())/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <Field form name="base" label=text::base(locale) value=field(|settings| settings.base.clone())/>
                <Checkbox form name="on_site" called=text::terms_title(locale) checked=flag(|settings| settings.on_site)>{text::on_site(locale)}</Checkbox>
                <Checkbox form name="remote" checked=flag(|settings| settings.remote)>{text::remote(locale)}</Checkbox>
                <Field
                    form
                    name="max_travel_km"
                    label=text::max_travel(locale)
                    hint=text::max_travel_hint(locale)
                    inputmode="numeric"
                    optional=true
                    value=max_travel
                />
                <Field form name="lead_days" label=text::lead_days(locale) hint=text::lead_days_hint(locale) inputmode="numeric" value=field(|settings| settings.lead_days.to_string())/>
                <Field form name="phone" label=text::phone(locale) hint=text::phone_hint(locale) kind="tel" autocomplete="tel" optional=true value=field(|settings| settings.phone.clone().unwrap_or_default())/>
                <Submit form text=text::save(locale).to_owned()/>
            </ActionForm>
            </div>
        </section>
        <Preview>
            <dl class="facts card work-preview-sheet">
                <dt>{profile::base(locale)}</dt><dd>{move || draft.with(|draft| draft.0.clone())}</dd>
                <dt>{profile::works(locale)}</dt><dd>{move || draft.with(|draft| draft.1.clone())}</dd>
            </dl>
        </Preview>
        </div>
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
                <Field form name="vat_number" label=text::vat_number(locale) hint=text::vat_number_hint(locale) value=field(|known| known.vat_number.clone().unwrap_or_default())/>
                <Checkbox form name="vat_exempt" checked=exempt>{text::vat_exempt(locale)}</Checkbox>
                <Field form name="registration" label=text::registration(locale) optional=true value=field(|known| known.registration.clone().unwrap_or_default())/>
                <Submit form secondary=true text=text::save(locale).to_owned()/>
            </ActionForm>
        </section>
    }
    .into_any()
}

/// Where payouts go, and the agreement without which nothing is invoiced in the expert's name (S30, S31).
#[component]
fn Bank(bank: Resource<Result<BankAccounts, ApiError>>, actions: Actions) -> impl IntoView {
    let locale = use_locale();
    view! {
        <section class="booking-section" id="bank">
            <h2>{text::bank_title(locale)}</h2>
            <p>{text::bank_lead(locale)}</p>
            <Transition fallback=|| view! { <Skeleton lines=3/> }>
                {move || Suspend::new(async move {
                    match bank.await {
                        Ok(accounts) => view! { <BankForm accounts actions/> }.into_any(),
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                    }
                })}
            </Transition>
            <p><a href=url::path(locale, Page::SelfBilling)>{text::bank_agreement(locale)}</a></p>
        </section>
    }
    .into_any()
}

#[component]
fn BankForm(accounts: BankAccounts, actions: Actions) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state("bank", actions.bank);
    let keep = use_form_state("keep-bank", actions.keep_bank);
    let now = accounts
        .current
        .as_ref()
        .map_or_else(|| text::bank_none(locale).to_owned(), |account| text::bank_now(locale, &account.masked));
    let pending = accounts.pending.map(|account| {
        let when = fmt::date_time(locale, &account.effective_local);
        view! {
            <Notice>
                <p>{text::bank_waits(locale, &account.masked, when)}</p>
                <ActionForm action=actions.keep_bank>
                    <FormErrors form=keep/>
                    <Hidden name="locale" value=locale.code().to_owned()/>
                    <Submit form=keep secondary=true text=text::bank_keep(locale).to_owned()/>
                </ActionForm>
            </Notice>
        }
    });
    view! {
        <p>{now}</p>
        {pending}
        <ActionForm action=actions.bank attr:class="stack" attr:novalidate="">
            <FormErrors form/>
            <Hidden name="locale" value=locale.code().to_owned()/>
            <Field form name="iban" label=text::bank_iban(locale) hint=text::bank_iban_hint(locale) autocomplete="off"/>
            <ConfirmField form/>
            <Submit form secondary=true text=text::bank_save(locale).to_owned()/>
        </ActionForm>
    }
    .into_any()
}
