//! Members' events, for managers. The address names the event that is open; without one a new one can be made.

use super::Tabs;
use crate::{
    api::membership::{ManagerMemberEvent, member_events},
    i18n::{Locale, fmt, use_locale},
    pages::programme::parts::{done, language_choices, param},
    ui::{
        EmptyState, ErrorState, Field, FormErrors, FormState, Hidden, Select, Skeleton, Submit, Tag, TextArea, Version,
        use_form_state,
    },
    url::{self, ManagePage, Page},
};
use gabarit_i18n::{fmt::ZonedTime, membership as text};
use gabarit_view::membership::EventView;
use leptos::prelude::*;
use leptos_meta::Title;

type Act = ServerAction<ManagerMemberEvent>;

fn here(locale: Locale, event: &str) -> String {
    let path = url::path(locale, Page::Manage(ManagePage::Events));
    if event.is_empty() { path } else { url::with_param(&path, "event", event) }
}

/// The page.
#[component]
pub(in super::super) fn EventsPage() -> impl IntoView {
    let locale = use_locale();
    let open = param("event");
    let action = Act::new();
    let form = use_form_state("event", action);
    let done = done(action);
    let events = Resource::new_blocking(move || (open.get(), done.get()), |_| member_events());
    view! {
        <Title text=text::events_title(locale)/>
        <h1>{text::events_title(locale)}</h1>
        <Tabs here="events"/>
        <FormErrors form/>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match events.await {
                    Err(error) => view! { <ErrorState error/> }.into_any(),
                    Ok(events) => view! { <List events open=open.get_untracked() action form/> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

#[component]
fn List(events: Vec<EventView>, open: String, action: Act, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let empty = events.is_empty();
    let chosen = events.iter().find(|event| event.id.to_string() == open).cloned();
    let rows = events
        .into_iter()
        .map(|event| {
            let id = event.id.to_string();
            let current = (id == open).then_some("true");
            let state = if event.cancelled {
                Some(text::event_cancelled(locale))
            } else {
                event.over.then(|| text::event_over(locale))
            };
            view! {
                <li class="booking-row">
                    <div class="booking-row-head">
                        <a class="booking-row-link" href=here(locale, &id) aria-current=current>{event.title}</a>
                    </div>
                    {state.map(|state| view! { <Tag>{state}</Tag> })}
                    <p class="booking-row-days">{fmt::date_time(locale, &event.starts_at)}</p>
                    <p class="hint">
                        {text::event_free(locale, u64::from(event.free))} " · " {text::event_people(locale)} ": "
                        {fmt::int(locale, i64::from(event.places - event.free.min(event.places)))}
                    </p>
                </li>
            }
        })
        .collect_view();
    view! {
        {empty.then(|| view! { <EmptyState title=text::events_empty(locale)/> })}
        <ul class="booking-list">{rows}</ul>
        {chosen.clone().map(|event| view! { <People event action form/> })}
        <Edit event=chosen action form/>
    }
    .into_any()
}

#[component]
fn People(event: EventView, action: Act, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let can_cancel = !event.over && !event.cancelled;
    let (id, version) = (event.id.to_string(), event.version.to_string());
    let people = event
        .people
        .into_iter()
        .map(|(name, waits, talk)| {
            let waits = waits.then(|| format!(" · {}", text::event_waits(locale)));
            let talk = talk.map(|talk| format!(" · {talk}"));
            view! { <li>{name} {waits} {talk}</li> }
        })
        .collect_view();
    view! {
        <section>
            <h2>{event.title} " · " {text::event_people(locale)}</h2>
            {if people.is_empty() {
                view! { <p class="hint">{text::event_nobody(locale)}</p> }.into_any()
            } else {
                view! { <ul class="plain-list">{people}</ul> }.into_any()
            }}
            {can_cancel.then(|| view! {
                <ActionForm action>
                    <Hidden name="act" value="cancel"/>
                    <Hidden name="id" value=id/>
                    <Version form version/>
                    <Hidden name="locale" value=locale.code()/>
                    <Submit form text=text::event_cancel(locale) secondary=true/>
                </ActionForm>
            })}
        </section>
    }
    .into_any()
}

/// A time as its field wants it.
fn typed(time: &ZonedTime) -> String {
    time.local.format("%Y-%m-%dT%H:%M").to_string()
}

#[component]
fn Edit(event: Option<EventView>, action: Act, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let heading = event.as_ref().map_or_else(|| text::event_new(locale).to_owned(), |event| event.title.clone());
    if event.as_ref().is_some_and(|event| event.over || event.cancelled) {
        return ().into_any();
    }
    let known = StoredValue::new(event);
    let value =
        move |pick: fn(&EventView) -> String| known.with_value(|event| event.as_ref().map(pick).unwrap_or_default());
    let spoken = known
        .with_value(|event| event.as_ref().map_or_else(|| locale.code().to_owned(), |event| event.language.clone()));
    view! {
        <section>
            <h2>{heading}</h2>
            <ActionForm action attr:class="stack" attr:novalidate="">
                <Field form name="title" label=text::event_title(locale) value=value(|event| event.title.clone())/>
                <TextArea
                    form
                    name="description"
                    label=text::event_description(locale)
                    value=value(|event| event.description.clone())
                />
                <Select form name="language" label=text::language(locale) choices=language_choices(locale) value=spoken/>
                <Field
                    form
                    name="starts"
                    label=text::event_starts(locale)
                    kind="datetime-local"
                    value=value(|event| typed(&event.starts_at))
                />
                <Field
                    form
                    name="ends"
                    label=text::event_ends(locale)
                    kind="datetime-local"
                    value=value(|event| typed(&event.ends_at))
                />
                <Field
                    form
                    name="place"
                    label=text::event_place(locale)
                    hint=text::event_place_hint(locale)
                    optional=true
                    value=value(|event| event.place.clone())
                />
                <Field
                    form
                    name="link"
                    label=text::event_link(locale)
                    hint=text::event_link_hint(locale)
                    kind="url"
                    optional=true
                    value=value(|event| event.link.clone())
                />
                <Field
                    form
                    name="places"
                    label=text::event_places(locale)
                    inputmode="numeric"
                    value=value(|event| event.places.to_string())
                />
                <Hidden name="act" value="save"/>
                <Hidden name="id" value=value(|event| event.id.to_string())/>
                <Version form version=value(|event| event.version.to_string())/>
                <Hidden name="locale" value=locale.code()/>
                <Submit form text=text::save(locale)/>
            </ActionForm>
        </section>
    }
    .into_any()
}
