//! An application that was sent, to be read: by its candidate and by managers.

use crate::i18n::{Locale, fmt};
use gabarit_domain::expert::Sector;
use gabarit_i18n::{candidate as text, labels};
use gabarit_view::{
    candidate::{ApplicationForm, CERTIFICATES, DIPLOMAS, EXPERIENCES, LANGUAGE, PRODUCT, SECTOR},
    expert::ProductView,
};
use leptos::prelude::*;

/// A day as typed, in words.
fn day(locale: Locale, typed: &str) -> String {
    typed.trim().parse().map_or_else(|_| typed.to_owned(), |day| fmt::date(locale, day))
}

/// What was typed.
#[component]
pub(crate) fn Answers(
    /// Language of the page.
    locale: Locale,
    /// What was typed.
    form: ApplicationForm,
    /// Names of products.
    products: Vec<ProductView>,
) -> impl IntoView {
    let line = |label: &'static str, value: String| {
        let value = if value.trim().is_empty() {
            view! { <span class="hint">{text::empty(locale)}</span> }.into_any()
        } else {
            value.into_any()
        };
        view! {
            <div>
                <dt>{label}</dt>
                <dd class="prose">{value}</dd>
            </div>
        }
        .into_any()
    };
    let plain = |label: &'static str, name: &str| line(label, form.text(name).to_owned());
    let yes = |name: &str| if form.is_checked(name) { text::yes(locale) } else { text::no(locale) }.to_owned();
    let product = |code: &str| {
        products
            .iter()
            .find(|product| product.code.as_str() == code)
            .map_or(code.to_owned(), |known| known.name.clone())
    };
    let listed = |names: Vec<String>| names.join(", ");
    let certificates = CERTIFICATES
        .iter()
        .filter(|row| !form.text(row.title).is_empty())
        .map(|row| {
            let issued = text::certificate_line(locale, form.text(row.number), day(locale, form.text(row.issued)));
            let expires = Some(form.text(row.expires))
                .filter(|typed| !typed.is_empty())
                .map(|typed| format!(", {}", text::expires_on(locale, day(locale, typed))));
            format!("{} ({issued}{})", form.text(row.title), expires.unwrap_or_default())
        })
        .collect::<Vec<_>>()
        .join("\n");
    let diplomas = DIPLOMAS
        .iter()
        .filter(|row| !form.text(row.title).is_empty())
        .map(|row| format!("{}, {}, {}", form.text(row.title), form.text(row.school), form.text(row.year)))
        .collect::<Vec<_>>()
        .join("\n");
    let experience = EXPERIENCES
        .iter()
        .filter(|row| !form.text(row.title).is_empty())
        .map(|row| {
            let to = Some(form.text(row.to)).filter(|to| !to.is_empty()).unwrap_or_else(|| text::until_now(locale));
            let head =
                format!("{}, {} ({}–{to})", form.text(row.title), form.text(row.organisation), form.text(row.from));
            let about = form.text(row.description);
            if about.is_empty() { head } else { format!("{head}\n{about}") }
        })
        .collect::<Vec<_>>()
        .join("\n\n");
    let km = match form.text("max_travel_km") {
        "" => text::anywhere(locale).to_owned(),
        typed => typed.to_owned(),
    };
    view! {
        <dl class="answers">
            {plain(text::display_name(locale), "display_name")}
            {plain(text::phone(locale), "phone")}
            {plain(text::place(locale), "place")}
            {plain(text::headline(locale), "headline")}
            {plain(text::summary(locale), "summary")}
            {line(
                text::languages(locale),
                listed(form.checked(LANGUAGE).map(|code| labels::language(locale, code).to_owned()).collect()),
            )}
            {line(text::products(locale), listed(form.checked(PRODUCT).map(product).collect()))}
            {line(
                text::sectors(locale),
                listed(
                    form
                        .checked(SECTOR)
                        .filter_map(Sector::parse)
                        .map(|sector| labels::sector(locale, sector).to_owned())
                        .collect(),
                ),
            )}
            {plain(text::skills(locale), "skills")}
            {line(text::on_site(locale), yes("on_site"))}
            {line(text::remote(locale), yes("remote"))}
            {line(text::max_travel(locale), km)}
            {line(text::section_certificates(locale), certificates)}
            {plain(text::equal_skill(locale), "equal_skill")}
            {line(text::section_diplomas(locale), diplomas)}
            {line(text::section_experience(locale), experience)}
        </dl>
    }
    .into_any()
}
