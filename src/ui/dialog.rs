//! A window over the page.

use crate::{
    i18n::use_locale,
    ui::{Icon, IconName},
};
use gabarit_i18n::common;
use leptos::{html, prelude::*};

/// A modal dialog: the browser keeps focus inside and closes it on Escape.
///
/// It is opened by setting `open`, so it needs script; what it holds must be reachable without it, too.
#[component]
pub fn Dialog(
    /// Unique on the page.
    id: &'static str,
    /// Its title.
    #[prop(into)]
    title: String,
    /// Whether it is open.
    open: RwSignal<bool>,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    let locale = use_locale();
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        if let Some(dialog) = node.get() {
            match (open.get(), dialog.open()) {
                (true, false) => drop(dialog.show_modal()),
                (false, true) => dialog.close(),
                _ => {}
            }
        }
    });
    let heading = format!("{id}-title");
    view! {
        <dialog id=id class="dialog" node_ref=node aria-labelledby=heading.clone() on:close=move |_| open.set(false)>
            <div class="dialog-head">
                <h2 id=heading.clone()>{title}</h2>
                <button type="button" class="button button-quiet" aria-label=common::close(locale) on:click=move |_| open.set(false)>
                    <Icon name=IconName::Cross/>
                </button>
            </div>
            {children()}
        </dialog>
    }
    .into_any()
}
