//! What people asked managers to look at, below the form that they asked with.
#![expect(unreachable_pub, reason = "the component macro makes the properties of private components public")]

use crate::{
    api::looks::own_looks,
    i18n::{Locale, fmt, use_locale},
};
use gabarit_i18n::look as text;
use gabarit_view::looks::{Look, LookState, field_name};
use leptos::prelude::*;

/// What one asked, how it stands, and the text as it was typed. Nothing where nothing was asked.
#[component]
pub(crate) fn OwnLooks(
    /// Rises with every post of the form.
    #[prop(into)]
    version: Signal<usize>,
) -> impl IntoView {
    let locale = use_locale();
    let looks = Resource::new_blocking(move || version.get(), |_| own_looks());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                // The form says what is wrong with it; a list that cannot be read is no reason to take it away.
                let looks = looks.await.unwrap_or_default();
                (!looks.is_empty()).then(|| {
                    view! {
                        <section class="booking-section" aria-labelledby="looks">
                            <h2 id="looks">{text::mine(locale)}</h2>
                            <p class="hint">{text::mine_lead(locale)}</p>
                            <ul class="stack">{looks.into_iter().map(|look| item(locale, look)).collect_view()}</ul>
                        </section>
                    }
                })
            })}
        </Transition>
    }
    .into_any()
}

fn item(locale: Locale, look: Look) -> AnyView {
    let asked = text::asked_on(locale, fmt::date_time(locale, &look.asked_at));
    let decided = look.decided_at.as_ref().map(|at| text::decided_on(locale, fmt::date_time(locale, at)));
    let when = [Some(field_name(locale, &look.field)), Some(asked), decided];
    let when = when.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let why = (!look.reason.is_empty()).then(|| view! { <p class="prose">{text::why(locale, &look.reason)}</p> });
    let words = look.words.join(" · ");
    let words = match look.state {
        LookState::Allowed => words.into_any(),
        LookState::Asked | LookState::Refused => view! { <mark class="work-link">{words}</mark> }.into_any(),
    };
    view! {
        <li>
            <p>
                {words}
                ": "
                <strong>{look.state.name(locale)}</strong>
            </p>
            <p class="hint">{when}</p>
            {why}
            <details>
                <summary>{text::kept_text(locale)}</summary>
                <p class="prose">{look.body}</p>
            </details>
        </li>
    }
    .into_any()
}
