//! What a profile says, as its readers see it: on the profile's page, and beside the forms that change it.

use crate::i18n::{Locale, fmt, use_locale};
use gabarit_i18n::{profile as text, term};
use gabarit_view::expert::{ProfileRecord, RecordKind};
use leptos::prelude::*;

/// The texts of a profile; codes are already words of the reader's language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileWords {
    /// About.
    pub summary: String,
    /// Its language, ISO 639-1.
    pub summary_language: String,
    /// In the expert's own words.
    pub skills: Vec<String>,
    /// Names of products.
    pub products: Vec<String>,
    /// Names of sectors.
    pub sectors: Vec<String>,
    /// Names of languages.
    pub languages: Vec<String>,
}

/// A text as it is.
#[must_use]
pub fn plain(text: String) -> AnyView {
    text.into_any()
}

/// A heading: the page's second level, or two below where the profile stands inside a section.
fn heading(inside: bool, text: &'static str) -> AnyView {
    if inside { view! { <h4>{text}</h4> }.into_any() } else { view! { <h2>{text}</h2> }.into_any() }
}

/// About, facts and skills.
#[component]
pub fn ProfileBody(
    /// What to show.
    #[prop(into)]
    words: Signal<ProfileWords>,
    /// How a text of the expert's is shown.
    #[prop(default = Callback::new(plain))]
    show: Callback<String, AnyView>,
    /// Whether it stands inside a section of a page.
    #[prop(optional)]
    inside: bool,
    /// More facts: `dt` and `dd`.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let locale = use_locale();
    let joined = move |pick: fn(&ProfileWords) -> &Vec<String>| words.with(|words| pick(words).join(", "));
    let about = move || {
        let (summary, language) = words.with(|words| (words.summary.clone(), words.summary_language.clone()));
        view! { <p class="prose" lang=language>{show.run(summary)}</p> }
    };
    let skills = move || {
        let skills = words.with(|words| words.skills.clone());
        (!skills.is_empty()).then(|| {
            view! {
                <section>
                    {heading(inside, text::skills(locale))}
                    <ul class="profile-skills">
                        {skills.iter().map(|skill| view! { <li>{show.run(skill.clone())}</li> }).collect_view()}
                    </ul>
                </section>
            }
        })
    };
    view! {
        <section>
            {heading(inside, text::about(locale))}
            {about}
        </section>
        <dl class="facts">
            <dt>{text::products(locale)}</dt><dd>{move || joined(|words| &words.products)}</dd>
            <dt>{text::sectors(locale)}</dt><dd>{move || joined(|words| &words.sectors)}</dd>
            <dt>{text::languages(locale)}</dt><dd>{move || joined(|words| &words.languages)}</dd>
            {children.map(|children| children())}
        </dl>
        {skills}
    }
    .into_any()
}

/// Where an expert works and how far they go for it.
#[must_use]
pub fn works(locale: Locale, on_site: bool, remote: bool, max_travel_km: Option<u32>) -> String {
    let travel = match (on_site, max_travel_km) {
        (false, _) => text::does_not_travel(locale).to_owned(),
        (true, None) => text::travels_anywhere(locale).to_owned(),
        (true, Some(km)) => text::travels_up_to(locale, fmt::int(locale, i64::from(km))),
    };
    let modes: Vec<&str> = [(on_site, term::mode_on_site(locale)), (remote, term::mode_remote(locale))]
        .into_iter()
        .filter_map(|(works, name)| works.then_some(name))
        .collect();
    if modes.is_empty() { String::new() } else { format!("{}. {travel}", modes.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S32: how an expert works is said in one sentence, and nothing of who works nowhere.
    #[test]
    fn how_one_works() {
        let said = |on_site, remote, km| works(Locale::En, on_site, remote, km);
        assert_eq!(said(true, true, Some(150)), "On site, Remote. Travels up to 150 km");
        assert_eq!(said(true, false, None), "On site. Travels world-wide");
        assert_eq!(said(false, true, Some(150)), "Remote. Does not travel");
        assert_eq!(said(false, false, None), "");
    }
}

fn years(locale: Locale, record: &ProfileRecord) -> Option<String> {
    match (record.from_year, record.to_year) {
        (Some(from), Some(to)) if from != to => Some(text::years(locale, from, to)),
        (Some(year), Some(_)) | (None, Some(year)) => Some(year.to_string()),
        (Some(from), None) if record.kind == RecordKind::Experience => Some(text::since(locale, from)),
        (Some(year), None) => Some(year.to_string()),
        (None, None) => None,
    }
}

/// A certificate, diploma or job.
#[component]
pub fn RecordItem(
    /// Which.
    record: ProfileRecord,
    /// How a text of the expert's is shown.
    #[prop(default = Callback::new(plain))]
    show: Callback<String, AnyView>,
) -> impl IntoView {
    let locale = use_locale();
    let when = years(locale, &record);
    view! {
        <p class="record-title">{show.run(record.title)}</p>
        <p class="record-where">{show.run(record.organisation)}{when.map(|when| format!(" · {when}"))}</p>
        {(!record.description.is_empty()).then(|| view! { <p>{show.run(record.description)}</p> })}
    }
    .into_any()
}
