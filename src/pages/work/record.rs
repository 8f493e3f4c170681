//! One certificate, diploma or job.

use super::preview::{LinksFound, Preview, Typed, marking, record_typed};
use crate::{
    api::work::{SaveWorkRecord, work_profile},
    i18n::use_locale,
    pages::looks::OwnLooks,
    ui::{ErrorState, Field, FormErrors, Hidden, RecordItem, Skeleton, Submit, TextArea, use_form_state},
    url::{self, Page, WorkPage},
};
use gabarit_i18n::work as text;
use gabarit_view::{
    error::ApiError,
    expert::{ProfileRecord, RecordKind},
};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page.
#[component]
pub(super) fn RecordPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let kind = query.with_untracked(|query| query.get("kind").unwrap_or_default());
    let at = query.with_untracked(|query| query.get("at").and_then(|at| at.parse::<usize>().ok()));
    let save = ServerAction::<SaveWorkRecord>::new();
    let editor = Resource::new_blocking(|| (), |()| work_profile());
    let title = match kind.as_str() {
        "certificate" => text::add_certificate(locale),
        "education" => text::add_education(locale),
        _ => text::add_experience(locale),
    };
    let title = if at.is_some() { text::record_title(locale) } else { title };
    let kind = StoredValue::new(kind);
    view! {
        <Title text=title/>
        <h1>{title}</h1>
        <p><a href=url::path(locale, Page::Work(WorkPage::Profile))>{text::back_profile(locale)}</a></p>
        <Suspense fallback=|| view! { <Skeleton lines=6/> }>
            {move || Suspend::new(async move {
                let editor = match editor.await {
                    Ok(editor) => editor,
                    Err(error) => return view! { <ErrorState error/> }.into_any(),
                };
                let wanted = match kind.get_value().as_str() {
                    "certificate" => RecordKind::Certificate,
                    "education" => RecordKind::Education,
                    "experience" => RecordKind::Experience,
                    _ => return view! { <ErrorState error=ApiError::NotFound/> }.into_any(),
                };
                let record = match at {
                    None => None,
                    Some(at) => match editor.records.into_iter().filter(|record| record.kind == wanted).nth(at) {
                        None => return view! { <ErrorState error=ApiError::NotFound/> }.into_any(),
                        found => found,
                    },
                };
                view! { <Form save kind=kind.get_value() of_kind=wanted at version=editor.version record allowed=editor.allowed/> }.into_any()
            })}
        </Suspense>
    }
    .into_any()
}

fn year(year: Option<i32>) -> String {
    year.map(|year| year.to_string()).unwrap_or_default()
}

#[component]
fn Form(
    save: ServerAction<SaveWorkRecord>,
    kind: String,
    of_kind: RecordKind,
    at: Option<usize>,
    version: i64,
    record: Option<ProfileRecord>,
    allowed: Vec<String>,
) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state("record", save).asks();
    let allowed = StoredValue::new(allowed);
    let show = marking(allowed);
    let known = at.is_some();
    let at = at.map(|at| at.to_string()).unwrap_or_default();
    let start = |name: &str, stored: fn(&ProfileRecord) -> String| {
        form.initial(name, record.as_ref().map(stored).unwrap_or_default())
    };
    let title = start("title", |record| record.title.clone());
    let organisation = start("organisation", |record| record.organisation.clone());
    let from = start("from_year", |record| year(record.from_year));
    let to = start("to_year", |record| year(record.to_year));
    let description = start("description", |record| record.description.clone());
    let draft = RwSignal::new(ProfileRecord {
        kind: of_kind,
        title: title.clone(),
        organisation: organisation.clone(),
        from_year: from.parse().ok(),
        to_year: to.parse().ok(),
        description: description.clone(),
    });
    let frame = NodeRef::new();
    let typed = Typed::follow(frame, move |typed| draft.set(record_typed(of_kind, typed)));
    let texts =
        move || draft.with(|draft| vec![draft.title.clone(), draft.organisation.clone(), draft.description.clone()]);
    let (at, kind) = (StoredValue::new(at), StoredValue::new(kind));
    let common = move || {
        view! {
            <Hidden name="version" value=version.to_string()/>
            <Hidden name="locale" value=locale.code().to_owned()/>
            <Hidden name="kind" value=kind.get_value()/>
            <Hidden name="at" value=at.get_value()/>
        }
    };
    view! {
        <div class="work-edit">
            <div class="form-page">
            <div node_ref=frame on:input=typed>
            <ActionForm action=save attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                {common()}
                <Field form name="title" label=text::record_name(locale) value=title/>
                <Field form name="organisation" label=text::record_where(locale) optional=true value=organisation/>
                <div class="field-row">
                    <Field form name="from_year" label=text::record_from(locale) inputmode="numeric" optional=true value=from/>
                    <Field form name="to_year" label=text::record_to(locale) inputmode="numeric" optional=true value=to/>
                </div>
                <TextArea form name="description" label=text::record_more(locale) hint=text::summary_hint(locale) optional=true rows=6 value=description/>
                <Submit form text=text::save(locale).to_owned()/>
            </ActionForm>
            </div>
            {known.then(|| view! {
                <ActionForm action=save>
                    {common()}
                    <input type="hidden" name="remove" value="on"/>
                    <button class="button" type="submit">{text::remove(locale)}</button>
                </ActionForm>
            })}
            </div>
            <Preview>
                <LinksFound texts=Signal::derive(texts) allowed/>
                <div class="card work-preview-sheet">
                    {move || view! { <RecordItem record=draft.get() show/> }}
                </div>
            </Preview>
        </div>
        <OwnLooks version=save.version()/>
    }
    .into_any()
}
