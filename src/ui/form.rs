//! Forms that work before and without script, and lose nothing that was typed.
//!
//! A form is an `ActionForm` around [`crate::ui::Field`]s that share a [`FormState`]. With script, a refused post
//! leaves the page as it stands and shows the errors. Without, the browser is sent back to the page with the error in
//! its URL; what was typed was kept under the error's stash key, is taken out by the server before it renders, and
//! is in the fields again.

use crate::{
    i18n::{Locale, use_locale},
    ui::text::{error_text, problem_text},
};
use gabarit_i18n::errors;
use gabarit_view::error::{ApiError, FieldError, Problem};
use leptos::{html, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
};
use server_fn::{ServerFn, error::ServerFnUrlError};
use std::collections::BTreeMap;

/// What was typed in the form that was refused; the server provides it while it renders the page.
#[derive(Clone, Debug, Default)]
pub struct Kept(pub BTreeMap<String, String>);

/// How long a form that the browser posts cannot be pressed again.
const POSTING: std::time::Duration = std::time::Duration::from_secs(15);

/// The state of one form.
#[derive(Clone, Copy, Debug)]
pub struct FormState {
    id: &'static str,
    error: Signal<Option<ApiError>>,
    pending: Signal<bool>,
    /// Of a form that the browser posts itself: since it was pressed.
    posting: RwSignal<bool>,
    kept: StoredValue<BTreeMap<String, String>>,
    /// What its fields are called, by their names: each says so when it is made.
    called: RwSignal<BTreeMap<String, String>>,
    /// Whether a manager can be asked to look at words that are refused.
    asks: bool,
}

/// The state of the form that calls a server function. `id` is unique on the page and names the fields' elements.
pub fn use_form_state<S>(id: &'static str, action: ServerAction<S>) -> FormState
where
    S: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let value = action.value();
    let error =
        Signal::derive(move || value.with(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned())));
    // Only the form that was refused gets its fields back; another on the same page keeps its own.
    let refused = error.with_untracked(|error| error.as_ref().is_some_and(|error| error.stash().is_some()));
    let kept = if refused { use_context::<Kept>().unwrap_or_default().0 } else { BTreeMap::new() };
    FormState {
        id,
        error,
        pending: action.pending().into(),
        posting: RwSignal::new(false),
        kept: StoredValue::new(kept),
        called: RwSignal::default(),
        asks: false,
    }
}

/// The state of a form that is posted whole to an address of ours, with script and without, because files go with it.
/// Refused, it leads back here with the error in the URL, under the name `what`.
pub fn use_posted_form(id: &'static str, what: &'static str) -> FormState {
    // Of the address as it is now: a page that is opened later has no error of another's.
    let error = use_query_map().with_untracked(|query| {
        let error = query.get("__err").filter(|_| query.get("__path").is_some_and(|path| path == what))?;
        Some(ServerFnUrlError::<ApiError>::decode_err(&error))
    });
    let refused = error.as_ref().is_some_and(|error| error.stash().is_some());
    let kept = if refused { use_context::<Kept>().unwrap_or_default().0 } else { BTreeMap::new() };
    let posting = RwSignal::new(false);
    FormState {
        id,
        error: Signal::stored(error),
        pending: posting.into(),
        posting,
        kept: StoredValue::new(kept),
        called: RwSignal::default(),
        asks: false,
    }
}

impl FormState {
    /// The same form, where whoever is refused for links can ask a manager to look at the words (S39): beside the error
    /// stands a button, which posts the field's name as `ask`.
    #[must_use]
    pub fn asks(self) -> Self {
        Self { asks: true, ..self }
    }

    /// Whether a manager can be asked to look at the words of a field; of any field, where none is named.
    #[must_use]
    pub fn may_ask(self, name: Option<&'static str>) -> Signal<bool> {
        Signal::derive(move || {
            self.asks
                && self.error.with(|error| match error {
                    Some(ApiError::Invalid { fields, .. }) => fields.iter().any(|field| {
                        matches!(field.problem, Problem::Links(_)) && name.is_none_or(|name| field.field == name)
                    }),
                    _ => false,
                })
        })
    }

    /// Why the last post was refused.
    #[must_use]
    pub fn error(self) -> Signal<Option<ApiError>> {
        self.error
    }

    /// Whether a post is under way.
    #[must_use]
    pub fn pending(self) -> Signal<bool> {
        self.pending
    }

    /// Says that the browser is posting the form, so that it is not pressed twice. After a while it can be pressed again:
    /// whoever comes back to a page that the browser kept finds it as they left it.
    pub fn post(self) {
        self.posting.set(true);
        set_timeout(
            move || {
                let _ = self.posting.try_set(false);
            },
            POSTING,
        );
    }

    /// What a field starts with: what was typed before, else `default`.
    #[must_use]
    pub fn initial(self, name: &str, default: String) -> String {
        self.kept.with_value(|kept| kept.get(name).cloned()).unwrap_or(default)
    }

    /// Whether a checkbox starts checked: browsers post only those that are.
    #[must_use]
    pub fn initially_checked(self, name: &str, default: bool) -> bool {
        self.kept.with_value(|kept| {
            if kept.is_empty() { default } else { kept.get(name).is_some_and(|value| !value.is_empty()) }
        })
    }

    /// Element id of a field.
    #[must_use]
    pub fn field_id(self, name: &str) -> String {
        format!("{}-{name}", self.id)
    }

    /// Says what people call a field, for the list of errors.
    pub fn call(self, name: &str, label: &str) {
        let known = self.called.with_untracked(|called| called.get(name).is_some_and(|known| known == label));
        if !known && !label.is_empty() {
            self.called.update(|called| {
                called.insert(name.to_owned(), label.to_owned());
            });
        }
    }

    /// A line of the list of errors: the field, and what is wrong with it.
    fn line(self, locale: Locale, field: &FieldError) -> String {
        let problem = problem_text(locale, &field.problem);
        match self.called.with(|called| called.get(&field.field).cloned()) {
            // A label may end as a question does.
            Some(label) => errors::field_problem(locale, label.trim_end_matches([':', '.', ' ', '\u{a0}']), problem),
            None => problem,
        }
    }

    /// What is wrong with a field, in words.
    #[must_use]
    pub fn problem(self, name: &'static str) -> Signal<Option<String>> {
        let locale = use_locale();
        let error = self.error;
        Signal::derive(move || {
            error.with(|error| {
                let texts: Vec<String> =
                    error.as_ref()?.problems(name).map(|problem| problem_text(locale, problem)).collect();
                (!texts.is_empty()).then(|| texts.join(" "))
            })
        })
    }
}

/// Says above the form that it was refused, and why: each line names its field and leads to it. Takes the focus when
/// that happens, so that nobody has to look for it. Where a field has a button of its own, Enter still does what the form
/// is for.
#[component]
pub fn FormErrors(
    /// Of which form.
    form: FormState,
) -> impl IntoView {
    let locale = use_locale();
    let node = NodeRef::<html::Div>::new();
    let may_ask = form.may_ask(None);
    let (query, location, navigate) = (use_query_map(), use_location(), use_navigate());
    Effect::new(move |before: Option<()>| {
        let failed = form.error.with(Option::is_some);
        if let (true, Some(_), Some(element)) = (failed, before, node.get()) {
            // What was done before stands above no more: it would look as if this had been done.
            if query.with_untracked(|query| query.get("notice").is_some()) {
                let rest = query.with_untracked(|query| {
                    let mut rest = query.clone();
                    rest.remove("notice");
                    rest.to_query_string()
                });
                let path = location.pathname.get_untracked();
                navigate(
                    &format!("{path}{rest}"),
                    NavigateOptions { replace: true, scroll: false, ..Default::default() },
                );
            }
            let _ = element.focus();
        }
    });
    let list = move |error: &ApiError| match error {
        ApiError::Invalid { fields, .. } if !fields.is_empty() => fields
            .iter()
            .map(|field| {
                let href = format!("#{}", form.field_id(&field.field));
                view! { <li><a href=href rel="external">{form.line(locale, field)}</a></li> }
            })
            .collect_view()
            .into_any(),
        _ => ().into_any(),
    };
    view! {
        <div class="form-errors-slot" node_ref=node tabindex="-1" role="alert">
            {move || {
                form.error
                    .get()
                    .map(|error| {
                        view! {
                            <div class="form-errors">
                                <p class="form-errors-title">{error_text(locale, &error)}</p>
                                <ul>{list(&error)}</ul>
                            </div>
                        }
                    })
            }}
        </div>
        // The first button of a form is what Enter presses.
        {move || {
            may_ask.get().then(|| view! { <button type="submit" class="sr-only" tabindex="-1" aria-hidden="true"></button> })
        }}
    }
    .into_any()
}

/// Sends the form. Says so while it is under way, and cannot be pressed twice.
#[component]
pub fn Submit(
    /// Of which form.
    form: FormState,
    /// Its text.
    #[prop(into)]
    text: Signal<String>,
    /// Whether it is not the screen's next action.
    #[prop(optional)]
    secondary: bool,
) -> impl IntoView {
    let locale = use_locale();
    let class = if secondary { "button" } else { "button button-primary" };
    view! {
        <button type="submit" class=class disabled=move || form.pending.get()>
            {move || if form.pending.get() { errors::working(locale).to_owned() } else { text.get() }}
        </button>
    }
    .into_any()
}

/// Keeps a long form as it stands, or sends it. Neither can be pressed while a post is under way.
#[component]
pub fn SaveOrSend(
    /// Of which form.
    form: FormState,
    /// The buttons' name in the form: their values are `save` and `send`.
    #[prop(default = "intent")]
    name: &'static str,
    /// Keeps it.
    #[prop(into)]
    save: String,
    /// Sends it.
    #[prop(into)]
    send: String,
    /// How keeping it goes.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let locale = use_locale();
    let pending = form.pending;
    view! {
        <div class="apply-send">
            // The first button is what Enter presses: it must not send half a form.
            <button type="submit" name=name value="save" class="button" disabled=move || pending.get()>
                {save}
            </button>
            <button type="submit" name=name value="send" class="button button-primary" disabled=move || pending.get()>
                {move || if pending.get() { errors::working(locale).to_owned() } else { send.clone() }}
            </button>
            {children.map(|children| view! { <p class="hint" role="status">{children()}</p> })}
        </div>
    }
    .into_any()
}

/// The version of the record that the form's reader saw. Who was told of a change has seen it: sent again, the form names
/// the new one.
#[component]
pub fn Version(
    /// Of which form.
    form: FormState,
    /// The version that the page shows; empty for what is new.
    #[prop(into)]
    version: String,
) -> impl IntoView {
    let version = Signal::derive(move || match form.error.get() {
        Some(ApiError::Overtaken { version, .. }) => version.to_string(),
        _ => version.clone(),
    });
    view! { <Hidden name="version" value=version/> }
}

/// A value that travels with the form.
#[component]
pub fn Hidden(
    /// Name in the form.
    name: &'static str,
    /// Its value.
    #[prop(into)]
    value: Signal<String>,
) -> impl IntoView {
    view! { <input type="hidden" name=name value=move || value.get()/> }
}
