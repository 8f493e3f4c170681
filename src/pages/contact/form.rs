//! The contact form: one form, with the fields that its topic needs.

use super::thread::StateWord;
use crate::{
    api::contact::{Contact, contact_setup},
    i18n::{Locale, fmt, use_locale},
    session::use_account,
    ui::{
        Choice, ErrorState, Field, FormErrors, FormState, Hidden, Select, Skeleton, Submit, TextArea, use_form_state,
    },
    url,
};
use gabarit_domain::contact::Topic;
use gabarit_i18n::{contact as text, labels, term};
use gabarit_view::contact::{ContactPage as Data, RequestSummary};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page. Its address may name the `topic`, the `expert` and the `booking`, and what is looked for.
#[component]
pub(super) fn ContactPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let param = move |name: &str| query.with_untracked(|query| query.get(name).unwrap_or_default());
    let account = use_account();
    let page = Resource::new_blocking(
        // Who signs in meanwhile has requests of their own to see.
        move || (param("expert"), param("booking"), account.with(|account| account.as_ref().map(|account| account.id))),
        move |(expert, booking, _)| contact_setup(locale, expert, booking),
    );
    let action = ServerAction::<Contact>::new();
    let form = use_form_state("contact", action);
    view! {
        <Title text=text::title(locale)/>
        <div class="form-page">
            <h1>{text::title(locale)}</h1>
            <p class="lead">{text::lead(locale)}</p>
            <Suspense fallback=|| view! { <Skeleton lines=8/> }>
                {move || Suspend::new(async move {
                    match page.await {
                        Err(error) => view! { <ErrorState error/> }.into_any(),
                        Ok(data) => view! { <Form data action form/> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
    .into_any()
}

#[component]
fn Form(data: Data, action: ServerAction<Contact>, form: FormState) -> impl IntoView {
    let locale = use_locale();
    let query = use_query_map();
    let param = move |name: &str| query.with_untracked(|query| query.get(name).unwrap_or_default());
    let account = use_account().get_untracked();
    let first = form.initial("topic", param("topic"));
    let topic = RwSignal::new(first.clone());
    let topics = Topic::ALL.map(|topic| Choice::new(topic.code(), labels::topic(locale, topic))).to_vec();
    // Before script answers, what is looked for is asked always; afterwards only where the topic looks for somebody.
    let awake = RwSignal::new(false);
    Effect::new(move || awake.set(true));
    let hides = move || awake.get() && !topic.with(|topic| Topic::parse(topic).is_some_and(Topic::looks_for_expert));
    let products = data.products.iter().map(|(code, name)| Choice::new(code.clone(), name.clone())).collect();
    let modes =
        vec![Choice::new("remote", term::mode_remote(locale)), Choice::new("on-site", term::mode_on_site(locale))];
    let expert_id = data.expert.as_ref().map(|(id, _)| id.to_string()).unwrap_or_default();
    let booking_id = data.booking.as_ref().map(|(id, _)| id.to_string()).unwrap_or_default();
    let website = form.problem("website");
    view! {
        {data.expert.map(|(_, name)| view! { <p class="notice">{text::about_expert(locale, name)}</p> })}
        {data.booking.map(|(_, reference)| view! { <p class="notice">{text::about_booking(locale, reference)}</p> })}
        <ActionForm action attr:class="stack" attr:novalidate="">
            <FormErrors form/>
            <Select
                form
                name="topic"
                label=text::topic(locale)
                choices=topics
                choose=first.is_empty()
                value=first
                on_change=Callback::new(move |value| topic.set(value))
            />
            {match account {
                Some(account) => view! { <p class="hint">{text::signed_in_as(locale, account.email)}</p> }.into_any(),
                None => view! {
                    <Field form name="name" label=text::name(locale) autocomplete="name"/>
                    <Field
                        form
                        name="email"
                        label=text::email(locale)
                        hint=text::email_hint(locale)
                        kind="email"
                        autocomplete="email"
                    />
                }
                .into_any(),
            }}
            <fieldset class="stack" class:is-hidden=hides>
                <legend>{text::wanted(locale)}</legend>
                <p class="hint">{text::wanted_hint(locale)}</p>
                <Select form name="product" label=text::product(locale) choices=products optional=true value=param("product")/>
                <Select form name="mode" label=text::mode(locale) choices=modes optional=true value=param("mode")/>
                <Field form name="place" label=text::place(locale) optional=true value=param("place")/>
                <Field form name="from" label=text::from(locale) kind="date" optional=true value=param("from")/>
                <Field form name="until" label=text::until(locale) kind="date" optional=true value=param("until")/>
            </fieldset>
            <TextArea form name="message" label=text::message(locale) hint=text::message_hint(locale) rows=8/>
            // Nobody sees this; what fills in every field it finds gives itself away.
            <div class="is-hidden">
                <label for="contact-website">{text::leave_empty(locale)}</label>
                <input id="contact-website" name="website" type="text" tabindex="-1" autocomplete="off"/>
                <p>{move || website.get()}</p>
            </div>
            <Hidden name="expert" value=expert_id/>
            <Hidden name="booking" value=booking_id/>
            <Hidden name="locale" value=locale.code()/>
            <Submit form text=text::send(locale)/>
        </ActionForm>
        <Own locale requests=data.own/>
    }
    .into_any()
}

/// One's own requests.
#[component]
fn Own(locale: Locale, requests: Vec<RequestSummary>) -> impl IntoView {
    (!requests.is_empty()).then(|| {
        let rows = requests
            .into_iter()
            .map(|request| {
                view! {
                    <li class="booking-row">
                        <div class="booking-row-head">
                            <a class="booking-row-link" href=url::conversation(locale, &request.reference)>
                                {labels::topic(locale, request.topic)}
                            </a>
                            " "
                            <span class="booking-reference">{request.reference.clone()}</span>
                        </div>
                        <StateWord state=request.state/>
                        <p class="booking-row-days">{text::asked_on(locale, fmt::date_time(locale, &request.created_at))}</p>
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="booking-group">
                <h2>{text::own(locale)}</h2>
                <ul class="booking-list">{rows}</ul>
            </section>
        }
    })
}
