//! The password, or a code, asked for again before a sensitive change.

use crate::{
    session::use_account,
    ui::{Field, FormState},
};
use gabarit_i18n::account as text;
use leptos::prelude::*;

/// The name that `Call::confirmed` reads.
pub const CONFIRM: &str = "confirm_password";

/// A field that is there only when the server has asked for it: the session is older than ten minutes, or what was
/// typed was wrong. Everything else in the form is kept meanwhile.
#[component]
pub fn ConfirmField(
    /// Its form; it posts `confirm_password`.
    form: FormState,
) -> impl IntoView {
    let locale = crate::i18n::use_locale();
    let account = use_account();
    form.call(CONFIRM, text::confirm(locale));
    let problem = form.problem(CONFIRM);
    // Once asked for it stays, while a new attempt is under way, too.
    let asked = RwSignal::new(false);
    let shown = Memo::new(move |_| problem.with(Option::is_some) || asked.get());
    Effect::new(move || {
        if problem.with(Option::is_some) {
            asked.set(true);
        }
    });
    move || {
        if shown.get() {
            let two_step = account.with_untracked(|account| account.as_ref().is_some_and(|account| account.two_step));
            let hint = if two_step { text::confirm_hint_code(locale) } else { text::confirm_hint(locale) };
            view! {
                <Field form name=CONFIRM label=text::confirm(locale) hint kind="password" autocomplete="current-password"/>
            }
            .into_any()
        } else {
            // Posted empty: the server then says whether it wants one.
            view! { <input type="hidden" name=CONFIRM value=""/> }.into_any()
        }
    }
}
