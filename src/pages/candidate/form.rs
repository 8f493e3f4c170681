//! The application being written. Saved as it is typed once the page is live, and by its button before.

use super::Refusals;
use crate::{
    api::candidate::{Apply, CandidateAction, keep_application},
    i18n::{Locale, fmt, use_locale},
    pages::looks::OwnLooks,
    ui::{
        Checkbox, Choice, Field, Fieldset, FormErrors, FormState, Hidden, Icon, IconName, SaveOrSend, Select, TextArea,
        use_form_state,
    },
};
use gabarit_domain::expert::Sector;
use gabarit_i18n::{candidate as text, labels};
use gabarit_view::candidate::{
    ApplicationForm, ApplicationView, CERTIFICATES, CertificateRow, DIPLOMAS, DiplomaRow, DocumentView, EXPERIENCES,
    ExperienceRow, LANGUAGE, PRODUCT, SECTOR,
};
use leptos::{html, prelude::*, task::spawn_local, wasm_bindgen::JsCast as _, web_sys};
use leptos_router::hooks::use_query_map;
use std::{collections::BTreeMap, time::Duration};

/// Typing rests this long before it is saved.
const PAUSE: Duration = Duration::from_millis(1_200);
/// Languages shown first; the others unfold.
const FIRST_LANGUAGES: [&str; 7] = ["fr", "nl", "en", "de", "es", "it", "pt"];

/// The form that documents are sent with.
const UPLOAD: &str = "#documents form[enctype]";

/// How saving stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Saving {
    Resting,
    Running,
    Saved,
    Failed,
}

/// What stands in the fields now.
fn typed(form: &web_sys::HtmlFormElement) -> Option<ApplicationForm> {
    let data = web_sys::FormData::new_with_form(form).ok()?;
    let query = web_sys::UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?.to_string();
    let query: String = query.into();
    let fields: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    Some(ApplicationForm(fields))
}

/// The editor.
#[component]
pub(super) fn ApplicationEditor(
    view: ApplicationView,
    apply: ServerAction<Apply>,
    act: ServerAction<CandidateAction>,
) -> impl IntoView {
    let locale = use_locale();
    let form = use_form_state("apply", apply).asks();
    let remove = use_form_state("remove", act);
    let frame = NodeRef::<html::Div>::new();
    let saving = RwSignal::new(Saving::Resting);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    // What was typed, counted, and how far of it is known to be saved.
    let typed_at = StoredValue::new(0_u32);
    let saved_at = StoredValue::new(0_u32);
    // A document that waits, and one that could not go.
    let waiting = StoredValue::new(false);
    let held_back = RwSignal::new(false);
    // One save at a time, so that none overtakes another.
    let running = StoredValue::new(false);
    let stop = move || {
        if let Some(Some(timer)) = timer.try_get_value() {
            timer.clear();
        }
    };
    let fields = move || {
        let frame = frame.try_get_untracked().flatten()?;
        typed(frame.query_selector("form").ok().flatten()?.dyn_ref()?)
    };
    let keep = move || {
        // The save that runs saves once more when it ends.
        if running.get_value() || fields().is_none() {
            return;
        }
        running.set_value(true);
        saving.set(Saving::Running);
        spawn_local(async move {
            let mut kept = true;
            while kept && let (Some(now), Some(fields)) = (typed_at.try_get_value(), fields()) {
                kept = keep_application(fields).await.is_ok();
                if kept {
                    let _ = saved_at.try_set_value(now);
                }
                if typed_at.try_get_value() == Some(now) {
                    break;
                }
            }
            let _ = running.try_set_value(false);
            let _ = saving.try_set(if kept { Saving::Saved } else { Saving::Failed });
            if waiting.try_update_value(std::mem::take) == Some(true) {
                let form = document().query_selector(UPLOAD).ok().flatten();
                match form.as_ref().and_then(|form| form.dyn_ref::<web_sys::HtmlFormElement>()).filter(|_| kept) {
                    Some(form) => drop(form.submit()),
                    None => drop(held_back.try_set(true)),
                }
            }
        });
    };
    // A document loads the page anew: what was typed is saved first, and the document waits for that.
    let save_first = move |event: leptos::ev::SubmitEvent| {
        stop();
        // A form that script sends by itself goes on.
        if event.default_prevented() || saved_at.get_value() == typed_at.get_value() {
            return;
        }
        event.prevent_default();
        held_back.set(false);
        // Sent once, however often it is pressed.
        if !waiting.get_value() {
            waiting.set_value(true);
            keep();
        }
    };
    let schedule = move || {
        stop();
        typed_at.update_value(|typed| *typed += 1);
        timer.set_value(set_timeout_with_handle(keep, PAUSE).ok());
    };
    on_cleanup(stop);
    let before = view.saved_at.as_ref().map(|time| text::saved_at(locale, fmt::date_time(locale, time)));
    let status = move || match saving.get() {
        Saving::Resting => before.clone().unwrap_or_default(),
        Saving::Running => text::saving(locale).to_owned(),
        Saving::Saved => text::saved_now(locale).to_owned(),
        Saving::Failed => text::not_saved(locale).to_owned(),
    };
    let typed = view.form.clone();
    let documents = view.documents.clone();
    view! {
        <Refusals locale refusals=view.refusals.clone()/>
        <div
            node_ref=frame
            on:input=move |_| schedule()
            // Whoever leaves a field goes elsewhere: at once.
            on:change=move |_| {
                schedule();
                stop();
                keep();
            }
            on:submit=move |_| stop()
        >
            <ActionForm action=apply attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <You locale form typed=typed.clone()/>
                <Work locale form typed=typed.clone()/>
                <Knowledge locale form view=view.clone()/>
                <Certificates locale form typed=typed.clone()/>
                <Education locale form typed=typed.clone()/>
                <Experience locale form typed=typed.clone()/>
                <Checkbox form name="truthful" called=text::truthful(locale) checked=typed.is_checked("truthful")>
                    {text::truthful(locale)}
                </Checkbox>
                <SaveOrSend form save=text::save_draft(locale) send=text::send(locale)>
                    {status}
                </SaveOrSend>
            </ActionForm>
        </div>
        <OwnLooks version=apply.version()/>
        <div on:submit=save_first>
            <Documents locale documents act form=remove may_add=true may_remove=true held_back=held_back.into()/>
        </div>
    }
    .into_any()
}

#[component]
fn You(locale: Locale, form: FormState, typed: ApplicationForm) -> impl IntoView {
    let value = |name: &str| typed.text(name).to_owned();
    let languages = labels::languages(locale).into_iter().map(|(code, name)| Choice::new(code, name)).collect();
    view! {
        <section class="sheet-section stack">
            <h2>{text::section_you(locale)}</h2>
            <div class="field-row">
                <Field form name="display_name" label=text::display_name(locale) autocomplete="name" value=value("display_name")/>
                <Field
                    form
                    name="phone"
                    label=text::phone(locale)
                    hint=text::phone_hint(locale)
                    kind="tel"
                    autocomplete="tel"
                    value=value("phone")
                />
            </div>
            <Field form name="place" label=text::place(locale) hint=text::place_hint(locale) value=value("place")/>
            <Field form name="headline" label=text::headline(locale) hint=text::headline_hint(locale) value=value("headline")/>
            <TextArea
                form
                name="summary"
                label=text::summary(locale)
                hint=text::summary_hint(locale)
                rows=6
                value=value("summary")
            />
            <Select
                form
                name="summary_language"
                label=text::summary_language(locale)
                choices=languages
                value=value("summary_language")
            />
        </section>
    }
    .into_any()
}

#[component]
fn Work(locale: Locale, form: FormState, typed: ApplicationForm) -> impl IntoView {
    let choices = |first: bool| {
        labels::languages(locale)
            .into_iter()
            .filter(|(code, _)| FIRST_LANGUAGES.contains(code) == first)
            .map(|(code, name)| (code.to_owned(), name.to_owned()))
            .collect::<Vec<_>>()
    };
    let others = choices(false);
    let open = others.iter().any(|(code, _)| typed.is_checked(&format!("{LANGUAGE}{code}")));
    view! {
        <section class="sheet-section stack">
            <h2>{text::section_work(locale)}</h2>
            <div class="field-row">
                <Checkbox form name="on_site" called=text::section_work(locale) checked=typed.is_checked("on_site")>{text::on_site(locale)}</Checkbox>
                <Checkbox form name="remote" checked=typed.is_checked("remote")>{text::remote(locale)}</Checkbox>
            </div>
            <Field
                form
                name="max_travel_km"
                label=text::max_travel(locale)
                hint=text::max_travel_hint(locale)
                inputmode="numeric"
                optional=true
                value=typed.text("max_travel_km").to_owned()
            />
            <Checks form prefix=LANGUAGE field="language" legend=text::languages(locale) choices=choices(true) typed=typed.clone()/>
            <details class="apply-more" open=open>
                <summary>{text::more_languages(locale)}</summary>
                <Checks form prefix=LANGUAGE field="" legend=text::more_languages(locale) choices=others typed=typed.clone()/>
            </details>
        </section>
    }
    .into_any()
}

#[component]
fn Knowledge(locale: Locale, form: FormState, view: ApplicationView) -> impl IntoView {
    let products = view.products.iter().map(|product| (product.code.to_string(), product.name.clone())).collect();
    let sectors = Sector::ALL
        .into_iter()
        .map(|sector| (sector.code().to_owned(), labels::sector(locale, sector).to_owned()))
        .collect();
    view! {
        <section class="sheet-section stack">
            <h2>{text::section_skills(locale)}</h2>
            <Checks form prefix=PRODUCT field="product" legend=text::products(locale) choices=products typed=view.form.clone()/>
            <Checks form prefix=SECTOR field="sector" legend=text::sectors(locale) choices=sectors typed=view.form.clone()/>
            <TextArea
                form
                name="skills"
                label=text::skills(locale)
                hint=text::skills_hint(locale)
                optional=true
                value=view.form.text("skills").to_owned()
            />
        </section>
    }
    .into_any()
}

/// A list of which any number can be checked.
#[component]
fn Checks(
    form: FormState,
    prefix: &'static str,
    /// What its problem is named by; empty where another list says it.
    field: &'static str,
    legend: &'static str,
    choices: Vec<(String, String)>,
    typed: ApplicationForm,
) -> impl IntoView {
    form.call(field, legend);
    let problem = form.problem(field);
    let boxes = choices
        .into_iter()
        .map(|(code, label)| {
            let name = format!("{prefix}{code}");
            let checked = form.initially_checked(&name, typed.is_checked(&name));
            view! {
                <label class="check">
                    <input type="checkbox" name=name value="on" checked=checked/>
                    <span>{label}</span>
                </label>
            }
        })
        .collect_view();
    let id = (!field.is_empty()).then(|| form.field_id(field));
    view! {
        <fieldset class="field fieldset" id=id tabindex="-1">
            <legend>{legend}</legend>
            <div class="check-list">{boxes}</div>
            {move || problem.get().map(|words| view! { <p class="field-error">{words}</p> })}
        </fieldset>
    }
    .into_any()
}

/// Rows of which the first is shown and the others unfold, those with content already open.
fn rows<R: 'static>(
    locale: Locale,
    rows: impl IntoIterator<Item = R>,
    filled: impl Fn(&R) -> bool,
    show: impl Fn(usize, R) -> AnyView,
) -> AnyView {
    rows.into_iter()
        .enumerate()
        .map(|(index, row)| {
            let open = filled(&row);
            let content = show(index + 1, row);
            if index == 0 {
                content
            } else {
                view! {
                    <details class="apply-more" open=open>
                        <summary>{text::another(locale)}</summary>
                        {content}
                    </details>
                }
                .into_any()
            }
        })
        .collect_view()
        .into_any()
}

#[component]
fn Certificates(locale: Locale, form: FormState, typed: ApplicationForm) -> impl IntoView {
    let stored = StoredValue::new(typed.clone());
    let value = move |name: &'static str| stored.with_value(|typed| typed.text(name).to_owned());
    let show = move |number: usize, row: CertificateRow| {
        view! {
            <Fieldset legend=text::certificate(locale, number)>
                <div class="field-row">
                    <Field form name=row.title label=text::certificate_title(locale) value=value(row.title)/>
                    <Field form name=row.number label=text::certificate_number(locale) value=value(row.number)/>
                </div>
                <div class="field-row">
                    <Field form name=row.issued label=text::certificate_issued(locale) kind="date" value=value(row.issued)/>
                    <Field
                        form
                        name=row.expires
                        label=text::certificate_expires(locale)
                        kind="date"
                        optional=true
                        value=value(row.expires)
                    />
                </div>
            </Fieldset>
        }
        .into_any()
    };
    view! {
        <section class="sheet-section stack">
            <h2>{text::section_certificates(locale)}</h2>
            <p class="hint">{text::certificates_hint(locale)}</p>
            {rows(locale, CERTIFICATES, |row| !typed.text(row.title).is_empty(), show)}
            <TextArea
                form
                name="equal_skill"
                label=text::equal_skill(locale)
                hint=text::equal_skill_hint(locale)
                optional=true
                value=value("equal_skill")
            />
        </section>
    }
    .into_any()
}

#[component]
fn Education(locale: Locale, form: FormState, typed: ApplicationForm) -> impl IntoView {
    let stored = StoredValue::new(typed.clone());
    let value = move |name: &'static str| stored.with_value(|typed| typed.text(name).to_owned());
    let show = move |number: usize, row: DiplomaRow| {
        view! {
            <Fieldset legend=text::diploma(locale, number)>
                <Field form name=row.title label=text::diploma_title(locale) value=value(row.title)/>
                <div class="field-row">
                    <Field form name=row.school label=text::diploma_school(locale) value=value(row.school)/>
                    <Field form name=row.year label=text::diploma_year(locale) inputmode="numeric" value=value(row.year)/>
                </div>
            </Fieldset>
        }
        .into_any()
    };
    view! {
        <section class="sheet-section stack">
            <h2>{text::section_diplomas(locale)}</h2>
            {rows(locale, DIPLOMAS, |row| !typed.text(row.title).is_empty(), show)}
        </section>
    }
    .into_any()
}

#[component]
fn Experience(locale: Locale, form: FormState, typed: ApplicationForm) -> impl IntoView {
    let stored = StoredValue::new(typed.clone());
    let value = move |name: &'static str| stored.with_value(|typed| typed.text(name).to_owned());
    let show = move |number: usize, row: ExperienceRow| {
        view! {
            <Fieldset legend=text::experience(locale, number)>
                <div class="field-row">
                    <Field form name=row.title label=text::experience_title(locale) value=value(row.title)/>
                    <Field form name=row.organisation label=text::experience_organisation(locale) value=value(row.organisation)/>
                </div>
                <div class="field-row">
                    <Field form name=row.from label=text::experience_from(locale) inputmode="numeric" value=value(row.from)/>
                    <Field
                        form
                        name=row.to
                        label=text::experience_to(locale)
                        hint=text::experience_to_hint(locale)
                        inputmode="numeric"
                        optional=true
                        value=value(row.to)
                    />
                </div>
                <TextArea
                    form
                    name=row.description
                    label=text::experience_description(locale)
                    optional=true
                    value=value(row.description)
                />
            </Fieldset>
        }
        .into_any()
    };
    view! {
        <section class="sheet-section stack">
            <h2>{text::section_experience(locale)}</h2>
            {rows(locale, EXPERIENCES, |row| !typed.text(row.title).is_empty(), show)}
        </section>
    }
    .into_any()
}

/// Documents, and a form to send more. It is its own form: a file is sent when it is chosen, not with the application.
#[component]
pub(super) fn Documents(
    locale: Locale,
    documents: Vec<DocumentView>,
    act: ServerAction<CandidateAction>,
    form: FormState,
    may_add: bool,
    may_remove: bool,
    /// Whether a document was not sent, because what was typed could not be saved.
    #[prop(optional)]
    held_back: Signal<bool>,
) -> impl IntoView {
    let none = documents.is_empty().then(|| view! { <p class="hint">{text::documents_none(locale)}</p> });
    // What became of a document that was sent: the address says it.
    let fate = use_query_map().with_untracked(|query| query.get("upload"));
    let kept = (fate.as_deref() == Some("kept")).then(|| text::upload_kept(locale));
    let refused = match fate.as_deref() {
        Some("empty") => Some(text::upload_empty(locale)),
        Some("too-large") => Some(text::upload_too_large(locale)),
        Some("wrong-type") => Some(text::upload_wrong_type(locale)),
        Some("too-many") => Some(text::upload_too_many(locale)),
        Some("failed") => Some(text::upload_failed(locale)),
        _ => None,
    };
    let list = documents
        .into_iter()
        .map(|document| {
            let size = fmt::int(locale, i64::try_from(document.size.div_ceil(1_000)).unwrap_or(i64::MAX));
            let id = document.id;
            let label = text::document_remove(locale, &document.name);
            let remove = may_remove.then(|| {
                view! {
                    <ActionForm action=act>
                        <Hidden name="act" value="remove".to_owned()/>
                        <Hidden name="slot" value=id.to_string()/>
                        <Hidden name="locale" value=locale.code().to_owned()/>
                        <button
                            type="submit"
                            class="button button-quiet"
                            aria-label=label
                            disabled=move || form.pending().get()
                        >
                            {text::document_remove_short(locale)}
                        </button>
                    </ActionForm>
                }
            });
            view! {
                <li>
                    <Icon name=IconName::Document/>
                    <a href=format!("/candidates/documents/{}", document.id) rel="external">{document.name.clone()}</a>
                    <span class="hint">{text::document_size(locale, size)}</span>
                    {remove}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="sheet-section stack" id="documents">
            <h2>{text::section_documents(locale)}</h2>
            <p class="hint">{text::documents_hint(locale)}</p>
            {kept.map(|words| view! {
                <p class="flash" role="status">
                    <Icon name=IconName::Check/>
                    <span>{words}</span>
                </p>
            })}
            {none}
            <ul class="file-list">{list}</ul>
            {may_add
                .then(|| {
                    view! {
                        <form method="post" action="/candidates/documents" enctype="multipart/form-data" class="stack">
                            <input type="hidden" name="locale" value=locale.code()/>
                            <div class="field">
                                <label for="document-file">{text::document_choose(locale)}</label>
                                <input
                                    id="document-file"
                                    name="file"
                                    type="file"
                                    class="input"
                                    accept="application/pdf,image/png,image/jpeg"
                                    aria-invalid=refused.is_some().then_some("true")
                                    aria-describedby=refused.is_some().then_some("document-file-error")
                                />
                                <div role="alert">
                                    {move || held_back.get().then(|| view! { <p class="field-error">{text::document_held_back(locale)}</p> })}
                                </div>
                                {refused.map(|words| view! { <p class="field-error" id="document-file-error">{words}</p> })}
                            </div>
                            // With script what was typed is saved first by itself.
                            {may_remove.then(|| view! { <p class="hint script-less">{text::documents_save_first(locale)}</p> })}
                            <p>
                                <button type="submit" class="button">{text::document_send(locale)}</button>
                            </p>
                        </form>
                    }
                })}
        </section>
    }
    .into_any()
}
