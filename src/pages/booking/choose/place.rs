//! The place of work: a text field that completes what is typed (WAI-ARIA combobox), or without script a text that the
//! server resolves, asking back when several places fit.

use super::desk::{Desk, Errors};
use crate::{api::find::complete_places, i18n::fmt};
use gabarit_domain::travel::one_way_km;
use gabarit_i18n::booking as text;
use gabarit_view::{place::PlaceView, search::Mode};
use leptos::{ev, prelude::*, task::spawn_local};
use std::time::Duration;

/// Typing rests this long before places are asked for.
const PAUSE: Duration = Duration::from_millis(140);

/// The place field, shown for on-site work; `choices` are places that the typed text may mean.
#[component]
pub(super) fn PlaceField(desk: Desk, choices: Vec<PlaceView>) -> impl IntoView {
    let locale = desk.locale;
    let found = RwSignal::new(Vec::<PlaceView>::new());
    let open = RwSignal::new(false);
    let active = RwSignal::new(None::<usize>);
    let asked = StoredValue::new(0_u32);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    // Until something else is typed, the server's question stands.
    let ambiguous = RwSignal::new(choices);
    let nothing = RwSignal::new(false);

    let complete = move |typed: String| {
        asked.update_value(|asked| *asked += 1);
        let ticket = asked.get_value();
        spawn_local(async move {
            let Ok(places) = complete_places(locale, typed).await else { return };
            // Answers may overtake each other: only the last question's counts.
            if asked.try_get_value() == Some(ticket) {
                active.set(None);
                nothing.set(places.is_empty());
                open.set(!places.is_empty());
                found.set(places);
            }
        });
    };
    let choose = move |place: PlaceView| {
        asked.update_value(|asked| *asked += 1);
        open.set(false);
        nothing.set(false);
        ambiguous.set(Vec::new());
        desk.place_text.set(place.label());
        desk.mode.set(Mode::OnSite.code().to_owned());
        desk.place.set(Some(place));
    };
    let on_input = move |event: ev::Event| {
        let typed = event_target_value(&event);
        desk.place_text.set(typed.clone());
        if desk.place.read_untracked().is_some() {
            desk.place.set(None);
        }
        ambiguous.set(Vec::new());
        nothing.set(false);
        if let Some(timer) = timer.get_value() {
            timer.clear();
        }
        if typed.trim().chars().count() < 2 {
            asked.update_value(|asked| *asked += 1);
            open.set(false);
            return;
        }
        timer.set_value(set_timeout_with_handle(move || complete(typed.trim().to_owned()), PAUSE).ok());
    };
    let on_keydown = move |event: ev::KeyboardEvent| {
        let count = found.read_untracked().len();
        let shown = open.get_untracked() && count > 0;
        match event.key().as_str() {
            "ArrowDown" if shown => {
                event.prevent_default();
                active.update(|active| *active = Some(active.map_or(0, |at| (at + 1) % count)));
            }
            "ArrowUp" if shown => {
                event.prevent_default();
                active.update(|active| *active = Some(active.map_or(count - 1, |at| (at + count - 1) % count)));
            }
            "ArrowDown" if count > 0 && desk.place.read_untracked().is_none() => open.set(true),
            "Enter" if shown => {
                // Enter takes the marked place, or the best one: it must not send the form half-typed.
                event.prevent_default();
                let place = found.with_untracked(|found| found.get(active.get_untracked().unwrap_or(0)).cloned());
                if let Some(place) = place {
                    choose(place);
                }
            }
            "Escape" if shown => {
                event.prevent_default();
                open.set(false);
            }
            _ => {}
        }
    };
    // Leaving the field with one clear answer takes it, so that nobody is asked twice.
    let on_blur = move |_| {
        open.set(false);
        if desk.place.read_untracked().is_none()
            && let Some(only) = found.with_untracked(|found| match found.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            })
            && desk.place_text.with_untracked(|typed| !typed.trim().is_empty())
        {
            choose(only);
        } else if desk.place.read_untracked().is_none() {
            // Several fit: they stay to choose from, as without script.
            ambiguous.set(found.get_untracked());
        }
    };
    on_cleanup(move || {
        if let Some(Some(timer)) = timer.try_get_value() {
            timer.clear();
        }
    });

    // The place chosen before belongs to the form only while its name still stands in the field.
    let place_id = move || desk.place.read().as_ref().map(|place| place.id.to_string()).unwrap_or_default();
    let hidden = move || desk.live.get() && *desk.mode.read() != Mode::OnSite.code();
    let option_id = |index: usize| format!("place-option-{index}");
    let unknown = move || {
        let typed = desk.place_text.get();
        let unresolved = desk.place.read().is_none() && ambiguous.read().is_empty() && !typed.trim().is_empty();
        // Without script the server has already looked; with it, only an empty answer says so.
        (unresolved && (nothing.get() || !desk.live.get())).then(|| text::place_unknown(locale, typed.trim()))
    };
    view! {
        <div class="field place-field" hidden=hidden>
            <label for="place_text">{text::place_label(locale)}</label>
            <div class="combobox">
                <input
                    id="place_text"
                    name="place_text"
                    type="text"
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="80"
                    value=desk.place_text.get_untracked()
                    prop:value=move || desk.place_text.get()
                    aria-autocomplete="list"
                    aria-controls="place-options"
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    aria-activedescendant=move || active.get().filter(|_| open.get()).map(option_id)
                    aria-describedby="place-hint place-errors"
                    on:input=on_input
                    on:keydown=on_keydown
                    on:blur=on_blur
                />
                <input type="hidden" name="place" value=place_id/>
                <ul id="place-options" class="combobox-options" role="listbox" aria-label=text::place_label(locale) hidden=move || !open.get()>
                    {move || {
                        found
                            .get()
                            .into_iter()
                            .enumerate()
                            .map(|(index, place)| {
                                let (name, rest) = (place.name.clone(), rest_of(&place));
                                let chosen = place;
                                view! {
                                    <li
                                        id=option_id(index)
                                        role="option"
                                        aria-selected=move || if active.get() == Some(index) { "true" } else { "false" }
                                        // The field keeps the focus: a press must not blur it.
                                        on:mousedown=move |event: ev::MouseEvent| event.prevent_default()
                                        on:click=move |_| choose(chosen.clone())
                                    >
                                        <span class="combobox-name">{name}</span>
                                        " "
                                        <span class="combobox-rest">{rest}</span>
                                    </li>
                                }
                            })
                            .collect_view()
                    }}
                </ul>
            </div>
            <p class="hint" id="place-hint">{text::place_hint(locale)}</p>
            <p class="sr-only" aria-live="polite">
                {move || open.get().then(|| text::place_found(locale, found.read().len() as u64))}
            </p>
            {move || unknown().map(|words| view! { <p class="field-error">{words}</p> })}
            {move || {
                let places = ambiguous.get();
                (!places.is_empty()).then(|| view! { <Ambiguous places choose/> })
            }}
            <Distance desk/>
            <Errors desk field="place"/>
        </div>
    }
    .into_any()
}

/// Region and country of a place: what tells it from others of its name.
fn rest_of(place: &PlaceView) -> String {
    place.region.iter().chain([&place.country_name]).cloned().collect::<Vec<_>>().join(", ")
}

/// Which of several places is meant.
#[component]
fn Ambiguous<F: Fn(PlaceView) + Copy + Send + 'static>(places: Vec<PlaceView>, choose: F) -> impl IntoView {
    let locale = crate::i18n::use_locale();
    view! {
        <fieldset class="place-choices">
            <legend>{text::place_which(locale)}</legend>
            {places
                .into_iter()
                .map(|place| {
                    let label = format!("{}, {}", place.name, rest_of(&place));
                    let id = place.id.to_string();
                    view! {
                        <label class="place-choice">
                            <input type="radio" name="pick" value=id on:change=move |_| choose(place.clone())/>
                            <span>{label}</span>
                        </label>
                    }
                })
                .collect_view()}
        </fieldset>
    }
    .into_any()
}

/// How far the place is, and how far the expert goes.
#[component]
fn Distance(desk: Desk) -> impl IntoView {
    let locale = desk.locale;
    let words = move || {
        let place = desk.place.read();
        let point = place.as_ref()?.point;
        desk.setup.with_value(|setup| {
            let number = |km: u32| fmt::int(locale, i64::from(km));
            let rules = &setup.context.rulebook.travel;
            let km = one_way_km(rules, setup.offer.base, point);
            let mut parts = vec![text::place_distance(locale, number(km), &setup.expert.base_name)];
            if km <= rules.allowance_over_km {
                parts.push(text::place_near(locale, number(rules.allowance_over_km)));
            }
            let reach = setup.offer.max_travel_km.map_or_else(
                || text::place_no_limit(locale).to_owned(),
                |limit| text::place_limit(locale, number(limit)),
            );
            parts.push(format!("{} {reach}", setup.expert.display_name));
            Some(parts.join(" · "))
        })
    };
    view! { {move || words().map(|words| view! { <p class="field-note">{words}</p> })} }
}
