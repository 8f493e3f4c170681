//! What a list, a form or a page shows when there is nothing to show.

use crate::{
    i18n::use_locale,
    response,
    url::{self, Page},
};
use gabarit_i18n::common;
use leptos::prelude::*;
use leptos_meta::Title;

/// There is no such page; answers with status 404.
#[component]
pub fn NotFound() -> impl IntoView {
    response::set_status(404);
    let locale = use_locale();
    view! {
        <Title text=common::not_found_title(locale)/>
        <div class="state">
            <p class="state-code">"404"</p>
            <h1>{common::not_found_title(locale)}</h1>
            <p>{common::not_found_text(locale)}</p>
            <p class="actions">
                <a class="button" href=url::path(locale, Page::Home)>{common::back_home(locale)}</a>
            </p>
        </div>
    }
}
