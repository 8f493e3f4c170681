//! The profile: texts and lists, records, how complete it is, and how it looks.

use super::{
    Checks,
    preview::{LinksFound, Preview, Reader, Typed, marking, texts_of},
    successes,
};
use crate::{
    api::work::{SaveWorkProfile, work_profile},
    i18n::{Locale, fmt, use_locale},
    pages::looks::OwnLooks,
    ui::{
        Avatar, Choice, ErrorState, Field, FormErrors, Hidden, LevelBadge, LinkButton, ProfileBody, Select, Skeleton,
        Submit, TextArea, use_form_state,
    },
    url::{self, Page, WorkPage},
};
use gabarit_domain::{
    completeness::{Completeness, Point},
    expert::Sector,
};
use gabarit_i18n::{labels, profile as profile_text, work as text};
use gabarit_view::{
    expert::{ProfileRecord, RecordKind},
    work::ProfileEditor,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

/// The page.
#[component]
pub(super) fn ProfilePage() -> impl IntoView {
    let locale = use_locale();
    let save = ServerAction::<SaveWorkProfile>::new();
    let saves = successes(save);
    let editor = Resource::new_blocking(move || saves.get(), |_| work_profile());
    view! {
        <Title text=text::nav_profile(locale)/>
        <h1>{text::nav_profile(locale)}</h1>
        <p class="lead">{text::profile_lead(locale)}</p>
        <Transition fallback=|| view! { <Skeleton lines=10/> }>
            {move || Suspend::new(async move {
                match editor.await {
                    Ok(editor) => view! { <Editor editor save/> }.into_any(),
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn point_text(locale: Locale, point: Point) -> &'static str {
    match point {
        Point::Headline => text::point_headline(locale),
        Point::Summary => text::point_summary(locale),
        Point::Products => text::point_products(locale),
        Point::Sectors => text::point_sectors(locale),
        Point::Languages => text::point_languages(locale),
        Point::Skills => text::point_skills(locale),
        Point::Certificate => text::point_certificate(locale),
        Point::Education => text::point_education(locale),
        Point::Experience => text::point_experience(locale),
        Point::Availability => text::point_availability(locale),
        Point::Phone => text::point_phone(locale),
        Point::Billing => text::point_billing(locale),
    }
}

/// How complete the profile is, and why each missing point matters.
#[component]
fn Meter(completeness: Completeness) -> impl IntoView {
    let locale = use_locale();
    let (percent, missing) = (completeness.percent, completeness.missing);
    view! {
        <section class="booking-section">
            <h2 id="complete">{text::complete(locale, percent)}</h2>
            <progress class="work-meter" max="100" value=percent aria-labelledby="complete"></progress>
            {if missing.is_empty() {
                view! { <p>{text::complete_all(locale)}</p> }.into_any()
            } else {
                view! {
                    <h3>{text::missing(locale)}</h3>
                    <ul class="work-missing">
                        {missing.into_iter().map(|point| view! { <li>{point_text(locale, point)}</li> }).collect_view()}
                    </ul>
                }
                .into_any()
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Editor(editor: ProfileEditor, save: ServerAction<SaveWorkProfile>) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state("profile", save).asks();
    let allowed = StoredValue::new(editor.allowed.clone());
    let show = marking(allowed);
    let reader = StoredValue::new(Reader::new(locale, &editor));
    let all_products =
        editor.all_products.iter().map(|product| (product.code.to_string(), product.name.clone())).collect();
    let (name, expert, level, version) = (editor.display_name.clone(), editor.expert, editor.level, editor.version);
    let (completeness, records) = (editor.completeness.clone(), editor.records.clone());
    let stored = StoredValue::new(editor);
    // Codes of a list as the fields have them: what was typed before a refusal, else what is stored.
    let lists = move |name: &str| -> Vec<String> {
        let codes: Vec<String> = stored.with_value(|editor| match name {
            "products" => editor.products.iter().map(ToString::to_string).collect(),
            "sectors" => editor.sectors.iter().map(|sector| sector.code().to_owned()).collect(),
            _ => editor.languages.clone(),
        });
        let list = form.initial(name, codes.join(","));
        list.split(',').filter(|code| !code.is_empty()).map(ToOwned::to_owned).collect()
    };
    let texts = move |name: &str| {
        let text = stored.with_value(|editor| match name {
            "headline" => editor.headline.clone(),
            "summary" => editor.summary.clone(),
            "skills" => editor.skills.join("\n"),
            _ => editor.summary_language.clone(),
        });
        form.initial(name, text)
    };
    let draft = RwSignal::new(reader.with_value(|reader| reader.read(texts, lists)));
    let frame = NodeRef::new();
    let typed = Typed::follow(frame, move |typed| draft.set(reader.with_value(|reader| reader.typed(typed))));
    let languages = move || {
        labels::languages(locale).into_iter().map(|(code, name)| (code.to_owned(), name.to_owned())).collect::<Vec<_>>()
    };
    let summary_languages = languages().into_iter().map(|(code, name)| Choice::new(code, name)).collect();
    let sectors =
        Sector::ALL.map(|sector| (sector.code().to_owned(), labels::sector(locale, sector).to_owned())).to_vec();
    view! {
        <Meter completeness/>
        <div class="work-edit">
            <section class="booking-section">
                <h2>{text::texts_title(locale)}</h2>
                <div node_ref=frame on:input=typed>
                    <ActionForm action=save attr:class="stack" attr:novalidate="">
                        <FormErrors form/>
                        <Hidden name="version" value=version.to_string()/>
                        <Hidden name="locale" value=locale.code().to_owned()/>
                        <Field form name="headline" label=text::headline(locale) hint=text::headline_hint(locale) value=texts("headline")/>
                        <TextArea form name="summary" label=text::summary(locale) hint=text::summary_hint(locale) optional=true rows=10 value=texts("summary")/>
                        <Select form name="summary_language" label=text::summary_language(locale) choices=summary_languages value=texts("summary_language")/>
                        <TextArea form name="skills" label=text::skills(locale) hint=text::skills_hint(locale) optional=true rows=6 value=texts("skills")/>
                        <Checks form name="products" legend=text::products(locale) choices=all_products chosen=lists("products")/>
                        <Checks form name="sectors" legend=text::sectors(locale) choices=sectors chosen=lists("sectors")/>
                        <Checks form name="languages" legend=text::languages(locale) choices=languages() chosen=lists("languages")/>
                        <Submit form text=text::save(locale).to_owned()/>
                    </ActionForm>
                </div>
            </section>
            <Preview>
                <LinksFound texts=Signal::derive(move || draft.with(texts_of)) allowed/>
                <div class="card work-preview-sheet">
                    <div class="profile-head">
                        <Avatar name=name.clone() id=expert/>
                        <div>
                            <h3>{name}</h3>
                            <p class="lead">{move || show.run(draft.with(|draft| draft.headline.clone()))}</p>
                            <p class="profile-marks"><LevelBadge level/></p>
                        </div>
                    </div>
                    <ProfileBody words=Signal::derive(move || draft.with(|draft| draft.words.clone())) show inside=true/>
                </div>
                <p><a href=url::path(locale, Page::Expert(expert))>{text::see_profile(locale)}</a></p>
            </Preview>
        </div>
        <OwnLooks version=save.version()/>
        <Records locale records/>
    }
    .into_any()
}

/// The address of a record's form.
fn record_href(locale: Locale, kind: &str, at: Option<usize>) -> String {
    let href = url::with_param(&url::path(locale, Page::Work(WorkPage::Record)), "kind", kind);
    at.map_or_else(|| href.clone(), |at| url::with_param(&href, "at", &at.to_string()))
}

#[component]
fn Records(locale: Locale, records: Vec<ProfileRecord>) -> impl IntoView {
    let kinds = [
        (RecordKind::Certificate, "certificate", profile_text::certificates(locale), text::add_certificate(locale)),
        (RecordKind::Education, "education", profile_text::education(locale), text::add_education(locale)),
        (RecordKind::Experience, "experience", profile_text::experience(locale), text::add_experience(locale)),
    ];
    let groups = kinds
        .into_iter()
        .map(|(kind, code, title, add)| {
            let rows = records
                .iter()
                .filter(|record| record.kind == kind)
                .enumerate()
                .map(|(at, record)| {
                    let name = record.title.clone();
                    view! {
                        <li>
                            <span>{record.title.clone()}</span>
                            " "
                            <span class="hint">{record.organisation.clone()}</span>
                            " "
                            <a href=record_href(locale, code, Some(at)) aria-label=fmt::labelled(locale, text::edit(locale), &name)>{text::edit(locale)}</a>
                        </li>
                    }
                })
                .collect_view();
            view! {
                <h3>{title}</h3>
                <ul class="work-records">{rows}</ul>
                <p><LinkButton href=record_href(locale, code, None)>{add}</LinkButton></p>
            }
        })
        .collect_view();
    view! {
        <section class="booking-section">
            <h2>{text::records_title(locale)}</h2>
            {groups}
        </section>
    }
    .into_any()
}
