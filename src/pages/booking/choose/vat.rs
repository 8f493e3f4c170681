//! The client's country and VAT number.

use super::{
    Section,
    desk::{Desk, Errors},
};
use gabarit_domain::vat::{CountryCode, VatStatus};
use gabarit_i18n::booking as text;
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
    view! {
        <Section number=4 id="section-vat" title=text::vat_title(locale)>
            <div class="field-row">
                <div class="field">
                    <label for="country">{text::country(locale)}</label>
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
                <div class="field">
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
