//! The client's country and VAT number.

use super::{
    Section,
    desk::{Desk, Errors},
};
use gabarit_domain::vat::{CountryCode, VatStatus};
use gabarit_i18n::booking as text;
use gabarit_view::booking::{BUSINESS, PRIVATE};
use leptos::prelude::*;

/// The section of country and VAT number.
#[component]
pub(super) fn VatFields(desk: Desk) -> impl IntoView {
    let locale = desk.locale;
    let countries = desk.setup.with_value(|setup| setup.countries.clone());
    let chosen = desk.country.get_untracked();
    let outside = move || CountryCode::parse(&desk.country.read()).is_ok_and(|country| !country.in_eu());
    let status = move || {
        if desk.vat_checking.get() {
            return Some(("field-note", text::vat_checking(locale)));
        }
        match desk.customer().vat_status {
            VatStatus::Confirmed => Some(("field-note field-good", text::vat_confirmed(locale))),
            VatStatus::Unknown => Some(("field-note field-warn", text::vat_unknown(locale))),
            VatStatus::None | VatStatus::Invalid => None,
        }
    };
    let hint = move || if outside() { text::vat_outside_hint(locale) } else { text::vat_number_hint(locale) };
    let private = move || *desk.buyer.read() == PRIVATE;
    let buyer_choice = move |value: &'static str, title: &'static str, hint: &'static str| {
        let id = format!("buyer-{value}");
        let hint_id = format!("{id}-hint");
        // A business is the empty choice.
        let chosen = move || private() == (value == PRIVATE);
        let initially = (desk.buyer.get_untracked() == PRIVATE) == (value == PRIVATE);
        view! {
            <label class="option-card">
                <input
                    type="radio"
                    name="buyer"
                    id=id
                    value=value
                    checked=initially
                    prop:checked=chosen
                    aria-describedby=hint_id.clone()
                    on:change=move |_| {
                        desk.buyer.set(if value == PRIVATE { PRIVATE } else { "" }.to_owned());
                        desk.ask_register();
                    }
                />
                <span class="option-text">
                    <span class="option-title">{title}</span>
                    <span class="hint" id=hint_id>{hint}</span>
                </span>
            </label>
        }
    };
    let buyers = desk.takes_private().then(|| {
        view! {
            <div class="option-list" role="radiogroup" aria-label=text::buyer_title(locale)>
                {buyer_choice(BUSINESS, text::buyer_business(locale), text::buyer_business_hint(locale))}
                {buyer_choice(PRIVATE, text::buyer_private(locale), text::buyer_private_hint(locale))}
            </div>
        }
    });
    let country_label = move || if private() { text::country_private(locale) } else { text::country(locale) };
    view! {
        <Section number=4 id="section-vat" title=text::vat_title(locale)>
            {buyers}
            <Errors desk field="buyer"/>
            <div class="field-row">
                <div class="field">
                    <label for="country">{country_label}</label>
                    <select
                        id="country"
                        name="country"
                        autocomplete="country"
                        aria-describedby="country-errors"
                        prop:value=move || desk.country.get()
                        on:change=move |event| {
                            desk.country.set(event_target_value(&event));
                            desk.forget_register();
                            desk.ask_register();
                        }
                    >
                        {countries
                            .into_iter()
                            .map(|country| {
                                let code = country.code.to_string();
                                view! { <option value=code.clone() selected=code == chosen>{country.name}</option> }
                            })
                            .collect_view()}
                    </select>
                    <Errors desk field="country"/>
                </div>
                <div class="field" hidden=private>
                    <label for="vat_number">{text::vat_number(locale)}</label>
                    <input
                        id="vat_number"
                        name="vat_number"
                        type="text"
                        autocomplete="off"
                        autocapitalize="characters"
                        spellcheck="false"
                        maxlength="30"
                        value=desk.vat_number.get_untracked()
                        prop:value=move || desk.vat_number.get()
                        aria-describedby="vat-hint vat-status vat_number-errors"
                        aria-invalid=move || (!desk.errors("vat_number").is_empty()).then_some("true")
                        on:change=move |event| {
                            desk.vat_number.set(event_target_value(&event).trim().to_owned());
                            desk.forget_register();
                            desk.ask_register();
                        }
                    />
                    <p class="hint" id="vat-hint">{hint}</p>
                    <div id="vat-status" aria-live="polite">
                        {move || status().map(|(class, words)| view! { <p class=class>{words}</p> })}
                    </div>
                    <Errors desk field="vat_number"/>
                </div>
            </div>
        </Section>
    }
    .into_any()
}
