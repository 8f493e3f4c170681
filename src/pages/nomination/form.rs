//! The draft.

use crate::{
    api::nomination::{Nominate, NominationAction},
    i18n::{Locale, fmt},
    ui::{Checkbox, Choice, FormErrors, Hidden, Select, TextArea, use_form_state},
};
use gabarit_i18n::{errors, nomination as text};
use gabarit_view::nomination::NominateView;
use leptos::prelude::*;

/// What is said, besides the contributions.
#[component]
pub(super) fn Draft(
    locale: Locale,
    view: NominateView,
    nominate: ServerAction<Nominate>,
    act: ServerAction<NominationAction>,
) -> impl IntoView {
    let form = use_form_state("nominate", nominate);
    let pending = form.pending();
    let typed = view.form;
    let languages = Locale::ALL.iter().map(|known| Choice::new(known.code(), known.native_name())).collect();
    let countries = view.countries.into_iter().map(|(code, name)| Choice::new(code, name)).collect();
    let saved = view.saved_at.map(|time| text::saved_at(locale, fmt::date_time(locale, &time)));
    let id = view.open.map(|open| open.id.to_string()).unwrap_or_default();
    let truthful = !typed.truthful.is_empty();
    view! {
        <section class="sheet-section stack">
            <h2>{text::your_nomination(locale)}</h2>
            <ActionForm action=nominate attr:class="stack" attr:novalidate="">
                <FormErrors form/>
                <Hidden name="locale" value=locale.code()/>
                <TextArea
                    form
                    name="statement"
                    label=text::statement(locale)
                    hint=text::statement_hint(locale)
                    rows=8
                    value=typed.statement
                />
                <div class="field-row">
                    <Select form name="language" label=text::answer_language(locale) choices=languages value=typed.language/>
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
                <Checkbox form name="truthful" checked=truthful>{text::truthful(locale)}</Checkbox>
                <div class="apply-send">
                    // The first button is what Enter presses: it must not send half a nomination.
                    <button type="submit" name="intent" value="save" class="button" disabled=move || pending.get()>
                        {text::save(locale)}
                    </button>
                    <button
                        type="submit"
                        name="intent"
                        value="send"
                        class="button button-primary"
                        disabled=move || pending.get()
                    >
                        {move || if pending.get() { errors::working(locale) } else { text::send(locale) }}
                    </button>
                    <p class="hint">{saved}</p>
                </div>
            </ActionForm>
            <ActionForm action=act>
                <Hidden name="act" value="withdraw"/>
                <Hidden name="id" value=id/>
                <Hidden name="locale" value=locale.code()/>
                <button type="submit" class="button button-quiet">{text::discard(locale)}</button>
            </ActionForm>
        </section>
    }
    .into_any()
}
