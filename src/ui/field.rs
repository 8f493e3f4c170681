//! Fields of forms: a label, a hint, the error beside it, and what was typed kept.

use crate::{i18n::use_locale, ui::form::FormState};
use gabarit_i18n::{common, errors};
use leptos::prelude::*;

/// One of the values to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As posted.
    pub value: String,
    /// As read.
    pub label: String,
    /// More about it; may be empty.
    pub hint: String,
}

impl Choice {
    /// A value and its label.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new() }
    }

    /// The same, with a word more about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// Element ids that describe a field: its hint and its error.
fn described_by(id: &str, has_hint: bool, has_problem: bool) -> Option<String> {
    match (has_hint, has_problem) {
        (false, false) => None,
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-error")),
        (true, true) => Some(format!("{id}-hint {id}-error")),
    }
}

fn label_row(id: String, label: String, optional: bool) -> impl IntoView {
    let locale = use_locale();
    view! {
        <label for=id>
            {label}
            {optional.then(|| view! { <span class="optional">{common::optional(locale)}</span> })}
        </label>
    }
    .into_any()
}

fn hint_row(id: &str, hint: &str) -> Option<impl IntoView + use<>> {
    (!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{id}-hint")>{hint.to_owned()}</p> })
}

fn problem_row(id: &str, problem: Signal<Option<String>>) -> impl IntoView + use<> {
    let id = format!("{id}-error");
    move || problem.get().map(|text| view! { <p class="field-error" id=id.clone()>{text}</p> })
}

/// Asks a manager to look at the words that are refused, with everything else that the form holds.
fn ask_row(form: FormState, name: &'static str) -> impl IntoView {
    let locale = use_locale();
    let may_ask = form.may_ask(Some(name));
    let pending = form.pending();
    move || {
        may_ask.get().then(|| {
            let described = format!("{}-error", form.field_id(name));
            view! {
                <p>
                    <button
                        type="submit"
                        class="button"
                        name="ask"
                        value=name
                        aria-describedby=described
                        disabled=move || pending.get()
                    >
                        {errors::ask_look(locale)}
                    </button>
                </p>
            }
        })
    }
}

/// A line of text.
#[component]
pub fn Field(
    /// Its form.
    form: FormState,
    /// Name in the form.
    name: &'static str,
    /// What to type.
    #[prop(into)]
    label: String,
    /// More about it.
    #[prop(optional, into)]
    hint: String,
    /// `text`, `email`, `password`, `tel`, `date` …
    #[prop(default = "text")]
    kind: &'static str,
    /// What browsers may fill in (`email`, `name`, `tel` …).
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Which keys a telephone shows.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// What it starts with.
    #[prop(optional, into)]
    value: String,
    /// Told when the field is left.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
) -> impl IntoView {
    let id = form.field_id(name);
    form.call(name, &label);
    let problem = form.problem(name);
    let start = if kind == "password" { String::new() } else { form.initial(name, value) };
    let has_hint = !hint.is_empty();
    let describing = id.clone();
    view! {
        <div class="field">
            {label_row(id.clone(), label, optional)}
            {hint_row(&id, &hint)}
            <input
                id=id.clone()
                name=name
                type=kind
                class="input"
                value=start
                autocomplete=autocomplete
                inputmode=inputmode
                aria-required=(!optional).then_some("true")
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                aria-describedby=move || described_by(&describing, has_hint, problem.with(Option::is_some))
                on:change=move |event| {
                    if let Some(tell) = on_change {
                        tell.run(event_target_value(&event));
                    }
                }
            />
            {problem_row(&id, problem)}
            {ask_row(form, name)}
        </div>
    }
    .into_any()
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// Its form.
    form: FormState,
    /// Name in the form.
    name: &'static str,
    /// What to type.
    #[prop(into)]
    label: String,
    /// More about it.
    #[prop(optional, into)]
    hint: String,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// What it starts with.
    #[prop(optional, into)]
    value: String,
    /// Lines shown.
    #[prop(default = 4)]
    rows: u8,
) -> impl IntoView {
    let id = form.field_id(name);
    form.call(name, &label);
    let problem = form.problem(name);
    let start = form.initial(name, value);
    let has_hint = !hint.is_empty();
    let describing = id.clone();
    view! {
        <div class="field">
            {label_row(id.clone(), label, optional)}
            {hint_row(&id, &hint)}
            <textarea
                id=id.clone()
                name=name
                class="input"
                rows=rows
                aria-required=(!optional).then_some("true")
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                aria-describedby=move || described_by(&describing, has_hint, problem.with(Option::is_some))
            >
                {start}
            </textarea>
            {problem_row(&id, problem)}
            {ask_row(form, name)}
        </div>
    }
    .into_any()
}

/// Files to send along; its form is posted as `multipart/form-data`. What was chosen before a refusal no browser gives
/// back: the problem says what to choose again.
#[component]
pub fn Files(
    /// Its form.
    form: FormState,
    /// Name in the form.
    name: &'static str,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// More about it.
    #[prop(into)]
    hint: String,
    /// Types that are taken, as browsers write them.
    #[prop(default = "application/pdf,image/png,image/jpeg")]
    accept: &'static str,
    /// Whether one must be sent, and no more than one.
    #[prop(optional)]
    one: bool,
) -> impl IntoView {
    let id = form.field_id(name);
    form.call(name, &label);
    let problem = form.problem(name);
    let describing = id.clone();
    view! {
        <div class="field">
            {label_row(id.clone(), label, !one)}
            {hint_row(&id, &hint)}
            <input
                id=id.clone()
                name=name
                type="file"
                class="input"
                multiple=!one
                aria-required=one.then_some("true")
                accept=accept
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                aria-describedby=move || described_by(&describing, true, problem.with(Option::is_some))
            />
            {problem_row(&id, problem)}
        </div>
    }
    .into_any()
}

/// One of many values, from a list that opens.
#[component]
pub fn Select(
    /// Its form.
    form: FormState,
    /// Name in the form.
    name: &'static str,
    /// What to choose.
    #[prop(into)]
    label: String,
    /// More about it.
    #[prop(optional, into)]
    hint: String,
    /// Whether it may stay empty: an empty choice then comes first.
    #[prop(optional)]
    optional: bool,
    /// From what.
    choices: Vec<Choice>,
    /// Whether it starts with nothing chosen, though something must be.
    #[prop(optional)]
    choose: bool,
    /// What it starts with.
    #[prop(optional, into)]
    value: String,
    /// What browsers may fill in (`country` …).
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Told of every choice.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
) -> impl IntoView {
    let id = form.field_id(name);
    form.call(name, &label);
    let problem = form.problem(name);
    let start = form.initial(name, value);
    let has_hint = !hint.is_empty();
    let describing = id.clone();
    let options = choices
        .into_iter()
        .map(|choice| {
            let selected = choice.value == start;
            view! { <option value=choice.value selected=selected>{choice.label}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            {label_row(id.clone(), label, optional)}
            {hint_row(&id, &hint)}
            <select
                id=id.clone()
                name=name
                class="input"
                autocomplete=autocomplete
                aria-required=(!optional).then_some("true")
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                aria-describedby=move || described_by(&describing, has_hint, problem.with(Option::is_some))
                on:change=move |event| {
                    if let Some(tell) = on_change {
                        tell.run(event_target_value(&event));
                    }
                }
            >
                {(optional || choose).then(|| view! { <option value="">"–"</option> })}
                {options}
            </select>
            {problem_row(&id, problem)}
        </div>
    }
    .into_any()
}

/// Yes or no.
#[component]
pub fn Checkbox(
    /// Its form.
    form: FormState,
    /// Name in the form; posted as `on`.
    name: &'static str,
    /// What it starts with.
    #[prop(optional)]
    checked: bool,
    /// More about it.
    #[prop(optional, into)]
    hint: String,
    /// What the list of errors calls it.
    #[prop(optional, into)]
    called: String,
    /// Told of every change.
    #[prop(optional, into)]
    on_change: Option<Callback<bool>>,
    /// Its label.
    children: Children,
) -> impl IntoView {
    let id = form.field_id(name);
    form.call(name, &called);
    let problem = form.problem(name);
    let start = form.initially_checked(name, checked);
    let has_hint = !hint.is_empty();
    let describing = id.clone();
    view! {
        <div class="field field-check">
            <input
                id=id.clone()
                name=name
                type="checkbox"
                value="on"
                checked=start
                aria-invalid=move || problem.with(Option::is_some).then_some("true")
                aria-describedby=move || described_by(&describing, has_hint, problem.with(Option::is_some))
                on:change=move |event| {
                    if let Some(tell) = on_change {
                        tell.run(event_target_checked(&event));
                    }
                }
            />
            <label for=id.clone()>{children()}</label>
            {hint_row(&id, &hint)}
            {problem_row(&id, problem)}
        </div>
    }
    .into_any()
}

/// One of a few values, all in view.
#[component]
pub fn Radios(
    /// Its form.
    form: FormState,
    /// Name in the form.
    name: &'static str,
    /// What to choose.
    #[prop(into)]
    legend: String,
    /// From what.
    choices: Vec<Choice>,
    /// What it starts with.
    #[prop(optional, into)]
    value: String,
    /// Told of every choice.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
) -> impl IntoView {
    let group = form.field_id(name);
    form.call(name, &legend);
    let problem = form.problem(name);
    let start = form.initial(name, value);
    let describing = group.clone();
    let options = choices
        .into_iter()
        .enumerate()
        .map(|(index, choice)| {
            // The first one carries the group's id: links from the list of errors lead to it.
            let id = if index == 0 { group.clone() } else { format!("{group}-{index}") };
            let hint = (!choice.hint.is_empty()).then(|| format!("{id}-hint"));
            view! {
                <div class="choice">
                    <input
                        id=id.clone()
                        name=name
                        type="radio"
                        value=choice.value.clone()
                        checked=choice.value == start
                        aria-describedby=hint.clone()
                        on:change=move |event| {
                            if let Some(tell) = on_change {
                                tell.run(event_target_value(&event));
                            }
                        }
                    />
                    <label for=id>{choice.label}</label>
                    {hint.map(|id| view! { <p class="hint" id=id>{choice.hint}</p> })}
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset
            class="field fieldset"
            aria-describedby=move || described_by(&describing, false, problem.with(Option::is_some))
        >
            <legend>{legend}</legend>
            <div class="choices">{options}</div>
            {problem_row(&group, problem)}
        </fieldset>
    }
    .into_any()
}

/// Fields that belong together.
#[component]
pub fn Fieldset(
    /// What they are.
    #[prop(into)]
    legend: String,
    /// The fields.
    children: Children,
) -> impl IntoView {
    view! {
        <fieldset class="fieldset">
            <legend>{legend}</legend>
            {children()}
        </fieldset>
    }
    .into_any()
}
