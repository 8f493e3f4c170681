//! The draft. Saved as it is typed once the page is live, and by its button before.

use crate::{
    api::nomination::{Nominate, NominationAction, keep_nomination},
    i18n::{Locale, fmt},
    ui::{Checkbox, Choice, FormErrors, Hidden, Notice, SaveOrSend, Select, Sure, TextArea, Version, use_form_state},
    url::{self, Page},
};
use gabarit_domain::ids::NominationId;
use gabarit_i18n::{fmt::ZonedTime, nomination as text};
use gabarit_view::{
    error::ApiError,
    nomination::{NominateView, NominationForm},
};
use leptos::{html, prelude::*, task::spawn_local, wasm_bindgen::JsCast as _, web_sys};
use std::time::Duration;

/// Typing rests this long before it is saved.
const PAUSE: Duration = Duration::from_millis(1_200);
/// What could not be saved is tried again after this long.
const AGAIN: Duration = Duration::from_secs(10);

/// How saving stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Saving {
    Resting,
    Running,
    Saved(ZonedTime),
    Failed,
    /// Another page saved since: nothing was overwritten, and nothing more is saved from here unasked.
    Overtaken(ZonedTime),
    /// It is no draft any more.
    Gone,
}

/// The draft as this page holds it.
#[derive(Clone, Debug)]
struct Held {
    id: NominationId,
    version: i64,
    editor: String,
    typed: Option<NominationForm>,
}

/// What outlives the form, which is made anew whenever a contribution is added beside it: nothing typed is lost by that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writing {
    held: StoredValue<Option<Held>>,
    step: RwSignal<u32>,
    saving: RwSignal<Saving>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl Writing {
    /// Of a page.
    pub(super) fn new() -> Self {
        let writing = Self {
            held: StoredValue::new(None),
            step: RwSignal::new(0),
            saving: RwSignal::new(Saving::Resting),
            timer: StoredValue::new(None),
        };
        // Who leaves the page in the middle of a sentence finds it again.
        on_cleanup(move || {
            if writing.stop() {
                writing.send();
            }
        });
        writing
    }

    /// The button saved, or sent: what the page says then is the server's.
    pub(super) fn settled(self) {
        self.saving.set(Saving::Resting);
    }

    /// The draft as it is shown: as typed here, if anything was.
    fn hold(self, view: &NominateView, id: NominationId) -> Held {
        let held = self.held.get_value().filter(|held| held.id == id).unwrap_or_else(|| Held {
            id,
            version: view.version,
            editor: view.editor.clone(),
            typed: None,
        });
        self.held.set_value(Some(held.clone()));
        held
    }

    /// Something was typed: it is saved when typing rests.
    fn typed(self, form: NominationForm, pause: Duration) {
        self.held.update_value(|held| {
            if let Some(held) = held {
                held.typed = Some(form);
            }
        });
        self.schedule(pause);
    }

    fn schedule(self, pause: Duration) {
        self.stop();
        self.timer.set_value(set_timeout_with_handle(move || self.send(), pause).ok());
    }

    /// Whether something waited to be saved.
    fn stop(self) -> bool {
        let waited = self.timer.try_update_value(Option::take).flatten();
        waited.map(|timer| timer.clear()).is_some()
    }

    fn send(self) {
        let _ = self.timer.try_set_value(None);
        let Some(Some(Held { version, editor, typed: Some(typed), .. })) = self.held.try_get_value() else { return };
        let stopped = |saving: &Saving| matches!(saving, Saving::Overtaken(_) | Saving::Gone);
        if self.saving.try_with_untracked(stopped) != Some(false) {
            return;
        }
        let _ = self.step.try_update(|step| *step += 1);
        let step = self.step.try_get_untracked().unwrap_or(u32::MAX).to_string();
        let form = NominationForm { version: version.to_string(), editor, step, ..typed };
        let _ = self.saving.try_set(Saving::Running);
        spawn_local(async move {
            let now = match keep_nomination(form).await {
                Ok(saved) => Saving::Saved(saved.at),
                Err(ApiError::Overtaken { at, .. }) => Saving::Overtaken(*at),
                Err(ApiError::MovedOn) => Saving::Gone,
                Err(_) => Saving::Failed,
            };
            let failed = now == Saving::Failed;
            // The page may be left by now.
            if self.saving.try_set(now).is_none() && failed {
                self.schedule(AGAIN);
            }
        });
    }
}

/// What stands in the fields now.
fn fields(frame: NodeRef<html::Div>) -> Option<NominationForm> {
    let form = frame.get_untracked()?.query_selector("form").ok()??;
    let data = web_sys::FormData::new_with_form(form.dyn_ref()?).ok()?;
    let text = |name: &str| data.get(name).as_string().unwrap_or_default();
    Some(NominationForm {
        statement: text("statement"),
        language: text("language"),
        country: text("country"),
        truthful: text("truthful"),
        locale: text("locale"),
        ..NominationForm::default()
    })
}

/// What is said, besides the contributions.
#[component]
pub(super) fn Draft(
    locale: Locale,
    view: NominateView,
    id: NominationId,
    writing: Writing,
    nominate: ServerAction<Nominate>,
    act: ServerAction<NominationAction>,
) -> impl IntoView {
    let form = use_form_state("nominate", nominate);
    let none_shown = form.problem("contributions");
    form.call("contributions", text::contributions(locale));
    let held = writing.hold(&view, id);
    let typed = held.typed.unwrap_or(view.form);
    let languages = Locale::ALL.iter().map(|known| Choice::new(known.code(), known.native_name())).collect();
    let countries = view.countries.into_iter().map(|(code, name)| Choice::new(code, name)).collect();
    let truthful = !typed.truthful.is_empty();
    let frame = NodeRef::<html::Div>::new();
    let keep = move |pause: Duration| {
        if let Some(form) = fields(frame) {
            writing.typed(form, pause);
        }
    };
    let submit = move || {
        writing.stop();
        // What is typed from here on is newer than what the button sends.
        writing.step.update(|step| *step += 1);
    };
    let before = view.saved_at.as_ref().map(|time| text::saved_at(locale, fmt::date_time(locale, time)));
    let status = move || match writing.saving.get() {
        Saving::Resting => before.clone().unwrap_or_default(),
        Saving::Running => text::saving(locale).to_owned(),
        Saving::Saved(at) => text::saved_at(locale, fmt::date_time(locale, &at)),
        Saving::Failed => text::not_saved(locale).to_owned(),
        Saving::Overtaken(_) | Saving::Gone => String::new(),
    };
    let stopped = move || {
        let words = match writing.saving.get() {
            Saving::Overtaken(at) => text::draft_overtaken(locale, fmt::date_time(locale, &at)),
            Saving::Gone => text::draft_gone(locale).to_owned(),
            _ => return None,
        };
        let href = url::path(locale, Page::Nominate);
        Some(view! {
            <Notice warning=true>
                {words} " " <a href=href rel="external">{text::draft_load(locale)}</a>
            </Notice>
        })
    };
    view! {
        <section class="sheet-section stack">
            <h2>{text::your_nomination(locale)}</h2>
            <div
                node_ref=frame
                on:input=move |_| keep(PAUSE)
                // Whoever leaves a field goes elsewhere: at once.
                on:change=move |_| keep(Duration::ZERO)
                on:submit=move |_| submit()
            >
                <ActionForm action=nominate attr:class="stack" attr:novalidate="">
                    <FormErrors form/>
                    <Hidden name="locale" value=locale.code()/>
                    <Version form version=held.version.to_string()/>
                    <Hidden name="editor" value=held.editor/>
                    <Hidden name="step" value=Signal::derive(move || (writing.step.get() + 1).to_string())/>
                    <TextArea
                        form
                        name="statement"
                        label=text::statement(locale)
                        hint=text::statement_hint(locale)
                        rows=8
                        value=typed.statement
                    />
                    <div class="field-row">
                        <Select
                            form
                            name="language"
                            label=text::answer_language(locale)
                            choices=languages
                            value=typed.language
                        />
                        <Select
                            form
                            name="country"
                            label=text::country(locale)
                            choices=countries
                            choose=true
                            value=typed.country
                            autocomplete="country"
                        />
                    </div>
                    <Checkbox form name="truthful" called=text::truthful(locale) checked=truthful>{text::truthful(locale)}</Checkbox>
                    {move || {
                        none_shown.get().map(|_| view! { <p class="field-error" id="nominate-contributions">{text::contribution_needed(locale)}</p> })
                    }}
                    <div role="status">{stopped}</div>
                    <SaveOrSend form save=text::save(locale) send=text::send(locale)>
                        {status}
                    </SaveOrSend>
                </ActionForm>
            </div>
            <Sure text=text::discard(locale)>
                <p>{text::discard_means(locale)}</p>
                <ActionForm action=act>
                    <Hidden name="act" value="withdraw"/>
                    <Hidden name="id" value=id.to_string()/>
                    <Hidden name="locale" value=locale.code()/>
                    <button type="submit" class="button">{text::discard_sure(locale)}</button>
                </ActionForm>
            </Sure>
        </section>
    }
    .into_any()
}
