//! Keeping an expert in mind: the button on cards and profiles.

use crate::{api::saved::ActSaved, i18n::use_locale, session::use_account, ui::Hidden};
use gabarit_domain::ids::ExpertId;
use gabarit_i18n::saved as text;
use leptos::{form::ActionForm, prelude::*};

/// Who is kept in mind, and how to change that; a page that shows cards provides it.
#[derive(Clone)]
pub struct Keeping {
    /// What the buttons call.
    pub action: ServerAction<ActSaved>,
    /// Who is kept.
    pub kept: Vec<ExpertId>,
}

/// The button; nothing for visitors, and on pages that provide no [`Keeping`].
#[component]
pub fn Keep(
    /// Whom.
    expert: ExpertId,
    /// Their name.
    name: String,
) -> impl IntoView {
    let locale = use_locale();
    let signed_in = use_account().with_untracked(Option::is_some);
    let keeping = use_context::<Keeping>().filter(|_| signed_in);
    keeping.map(|Keeping { action, kept }| {
        let is_kept = kept.contains(&expert);
        let (act, words, label) = if is_kept {
            ("drop", text::kept(locale), text::drop_name(locale, &name))
        } else {
            ("add", text::keep(locale), text::keep_name(locale, &name))
        };
        view! {
            <ActionForm action attr:class="keep-form">
                <Hidden name="act" value=act.to_owned()/>
                <Hidden name="expert" value=expert.to_string()/>
                <Hidden name="locale" value=locale.code().to_owned()/>
                <button type="submit" class="button keep-button" aria-label=label>{words}</button>
            </ActionForm>
        }
        .into_any()
    })
}
