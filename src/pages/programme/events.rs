//! Members' events.

use super::parts::{SubNav, done, language, param};
use crate::{
    api::membership::{MemberEventAct, member_events},
    i18n::{Locale, fmt, use_locale},
    ui::{EmptyState, ErrorState, Field, FormErrors, FormState, Hidden, Notice, Skeleton, Submit, Tag, use_form_state},
    url::{self, Page, ProgrammeSection},
};
use gabarit_i18n::membership as text;
use gabarit_view::{error::ApiError, membership::EventView};
use leptos::prelude::*;
use leptos_meta::Title;

fn here(locale: Locale) -> String {
    url::path(locale, Page::Programme(ProgrammeSection::Events))
}

/// The page. Its address may name the event that somebody signs up for.
#[component]
pub(super) fn EventsPage() -> impl IntoView {
    let locale = use_locale();
    let chosen = param("event");
    let action = ServerAction::<MemberEventAct>::new();
    let form = use_form_state("event", action);
    let done = done(action);
    let events = Resource::new_blocking(move || (chosen.get(), done.get()), |_| member_events());
    view! {
        <Title text=text::events_title(locale)/>
        <SubNav/>
        <header class="page-head">
            <h1>{text::events_title(locale)}</h1>
            <p class="lead">{text::events_lead(locale)}</p>
        </header>
        <FormErrors form/>
        <Transition fallback=|| view! { <Skeleton lines=8/> }>
            {move || Suspend::new(async move {
                match events.await {
                    Err(error) => view! { <Closed error/> }.into_any(),
                    Ok(events) if events.is_empty() => {
                        view! { <EmptyState title=text::events_empty(locale)/> }.into_any()
                    }
                    Ok(events) => {
                        let chosen = chosen.get_untracked();
                        let items = events
                            .into_iter()
                            .map(|event| {
                                let open = event.id.to_string() == chosen;
                                view! { <Event event open action form/> }
                            })
                            .collect_view();
                        view! { <ul class="event-list">{items}</ul> }.into_any()
                    }
                }
            })}
        </Transition>
    }
    .into_any()
}

/// What is for members only, and somebody else came.
#[component]
pub(super) fn Closed(error: ApiError) -> impl IntoView {
    let locale = use_locale();
    let members_only = matches!(error, ApiError::Forbidden);
    view! {
        {members_only.then(|| view! { <Notice><p>{text::events_for_members(locale)}</p></Notice> })}
        <ErrorState error/>
    }
    .into_any()
}

#[component]
fn Event(event: EventView, open: bool, action: ServerAction<MemberEventAct>, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let id = StoredValue::new(event.id.to_string());
    let hidden = move |act: &'static str| {
        view! {
            <Hidden name="event" value=id.get_value()/>
            <Hidden name="act" value=act/>
            <Hidden name="locale" value=locale.code()/>
        }
        .into_any()
    };
    let to_come = !event.over && !event.cancelled;
    let state = if event.cancelled {
        Some(text::event_cancelled(locale))
    } else if event.over {
        Some(text::event_over(locale))
    } else {
        match event.own.as_str() {
            "going" => Some(text::event_going(locale)),
            "waiting" => Some(text::event_waiting(locale)),
            _ => None,
        }
    };
    let places = to_come.then(|| {
        if event.free > 0 && event.waiting == 0 {
            text::event_free(locale, u64::from(event.free))
        } else {
            text::event_full(locale).to_owned()
        }
    });
    let place = if event.place.is_empty() { text::event_online(locale).to_owned() } else { event.place.clone() };
    let link = (!event.link.is_empty()).then(|| {
        view! {
            <dt>{text::event_link(locale)}</dt>
            <dd><a href=event.link.clone() rel="external noopener">{event.link.clone()}</a></dd>
        }
    });
    let signed_up = !event.own.is_empty();
    let words = if signed_up { text::event_update(locale) } else { text::event_join(locale) };
    let join = (to_come && !open).then(|| {
        let href = url::with_param(&here(locale), "event", &id.get_value());
        let label = (!signed_up).then(|| text::event_join_of(locale, &event.title));
        view! { <a class="button" href=href aria-label=label>{words}</a> }
    });
    let join_form = (to_come && open).then(|| {
        view! {
            <ActionForm action attr:class="stack" attr:novalidate="">
                <Field
                    form
                    name="talk"
                    label=text::event_talk(locale)
                    hint=text::event_talk_hint(locale)
                    optional=true
                    value=event.talk.clone().unwrap_or_default()
                />
                {hidden("join")}
                <Submit form text=words/>
            </ActionForm>
        }
    });
    let leave = (to_come && signed_up).then(|| {
        view! {
            <ActionForm action>
                {hidden("leave")}
                <Submit form text=text::event_leave(locale) secondary=true/>
            </ActionForm>
        }
    });
    let contribute = event.can_contribute.then(|| {
        view! {
            <ActionForm action>
                {hidden("contribute")}
                <Submit form text=text::event_contribute(locale) secondary=true/>
            </ActionForm>
        }
    });
    view! {
        <li class="card member-card" id=format!("event-{}", id.get_value())>
            <h2>{event.title.clone()}</h2>
            {state.map(|state| view! { <p><Tag strong=true>{state}</Tag></p> })}
            <p class="message-body">{event.description.clone()}</p>
            <dl class="facts">
                <dt>{text::event_when(locale)}</dt>
                <dd>{fmt::date_time(locale, &event.starts_at)} " – " {fmt::date_time(locale, &event.ends_at)}</dd>
                <dt>{text::event_where(locale)}</dt>
                <dd>{place}</dd>
                <dt>{text::language(locale)}</dt>
                <dd>{language(locale, &event.language)}</dd>
                {link}
            </dl>
            {places.map(|places| view! { <p class="hint">{places}</p> })}
            {join_form}
            <div class="desk-moves">
                {join}
                {leave}
                {contribute}
                <a class="button" rel="external" href=format!("/members/events/{}", id.get_value())>
                    {text::event_calendar(locale)}
                </a>
            </div>
        </li>
    }
    .into_any()
}
