//! Where e-invoices are received, and what the yearly report on sellers needs.

use crate::{
    api::papers::{SetEndpoint, SetSeller, papers_settings},
    i18n::{Locale, use_locale},
    ui::{Choice, ErrorState, Field, FormErrors, Hidden, Select, Skeleton, Submit, use_form_state},
};
use gabarit_domain::einvoice::endpoint::Endpoint;
use gabarit_i18n::papers as text;
use gabarit_view::papers::{EndpointView, SellerForm};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub(super) fn SettingsPage() -> impl IntoView {
    let locale = use_locale();
    let found = Resource::new_blocking(|| (), |()| papers_settings());
    view! {
        <Title text=text::settings(locale)/>
        <div class="form-page">
            <h1>{text::settings(locale)}</h1>
            <p class="lead">{text::settings_lead(locale)}</p>
            <Suspense fallback=|| view! { <Skeleton lines=8/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(settings) => {
                            let expert = settings.expert.map(|(endpoint, seller)| view! {
                                <Address locale side="expert" id="endpoint-expert" heading=text::endpoint_expert(locale) endpoint=endpoint.unwrap_or_else(none)/>
                                <Seller locale seller/>
                            });
                            view! {
                                <Address locale side="client" id="endpoint-client" heading=text::endpoint_client(locale) endpoint=settings.client.unwrap_or_else(none)/>
                                {expert}
                            }
                            .into_any()
                        }
                    }
                })}
            </Suspense>
        </div>
    }
    .into_any()
}

fn none() -> EndpointView {
    EndpointView { scheme: String::new(), id: String::new() }
}

#[component]
fn Address(
    locale: Locale,
    side: &'static str,
    id: &'static str,
    heading: &'static str,
    endpoint: EndpointView,
) -> impl IntoView {
    let action = ServerAction::<SetEndpoint>::new();
    let form = use_form_state(id, action);
    let schemes = Endpoint::schemes().map(|(code, name)| Choice::new(code, format!("{name} · {code}"))).collect();
    view! {
        <section class="booking-card">
            <h2>{heading}</h2>
            <p class="hint">{text::endpoint_hint(locale)}</p>
            <ActionForm action=action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Select form name="scheme" label=text::scheme(locale) hint=text::scheme_hint(locale) choices=schemes value=endpoint.scheme/>
                <Field form name="identifier" label=text::identifier(locale) optional=true value=endpoint.id/>
                <Hidden name="side" value=side/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::save(locale) secondary=true/>
            </ActionForm>
        </section>
    }
    .into_any()
}

#[component]
fn Seller(locale: Locale, seller: SellerForm) -> impl IntoView {
    let action = ServerAction::<SetSeller>::new();
    let form = use_form_state("seller", action);
    let kinds =
        vec![Choice::new("person", text::kind_person(locale)), Choice::new("entity", text::kind_entity(locale))];
    let kind = RwSignal::new(form.initial("kind", seller.kind.clone()));
    let is_firm = move || *kind.read() == "entity";
    let live = RwSignal::new(false);
    Effect::new(move || live.set(true));
    view! {
        <section class="booking-card">
            <h2>{text::seller(locale)}</h2>
            <p class="hint">{text::seller_lead(locale)}</p>
            <p class="hint">{text::seller_when(locale)}</p>
            <ActionForm action=action attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Select form name="kind" label=text::kind(locale) choices=kinds value=seller.kind on_change=Callback::new(move |chosen| kind.set(chosen))/>
                // Without script both stand there, each saying for whom.
                <fieldset class="fieldset" hidden=move || live.get() && is_firm()>
                    <legend>{text::of_person(locale)}</legend>
                    <Field form name="first_name" label=text::first_name(locale) autocomplete="given-name" value=seller.first_name/>
                    <Field form name="last_name" label=text::last_name(locale) autocomplete="family-name" value=seller.last_name/>
                    <Field form name="birth_date" label=text::birth_date(locale) kind="date" autocomplete="bday" value=seller.birth_date/>
                </fieldset>
                <fieldset class="fieldset" hidden=move || live.get() && !is_firm()>
                    <legend>{text::of_firm(locale)}</legend>
                    <Field form name="registration" label=text::registration(locale) value=seller.registration/>
                </fieldset>
                <Field form name="tin" label=text::tin(locale) value=seller.tin/>
                <Field form name="tin_country" label=text::tin_country(locale) value=seller.tin_country/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::save(locale) secondary=true/>
            </ActionForm>
        </section>
    }
    .into_any()
}
