//! The contact form: one form, with the fields that its topic needs.

use super::thread::{StateWord, files_hint};
use crate::{
    api::contact::contact_setup,
    i18n::{Locale, fmt, use_locale},
    session::use_account,
    ui::{
        Choice, ErrorState, Field, Files, FormErrors, FormState, Hidden, LinkButton, Select, Skeleton, Submit,
        TextArea, use_posted_form,
    },
    url::{self, Page},
};
use gabarit_domain::contact::Topic;
use gabarit_i18n::{contact as text, labels, term, work as words};
use gabarit_view::contact::{CONTACT_FORM, ContactPage as Data, RequestSummary};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The page. Its form is posted whole, with script and without: files go with it. Its address may name the `topic`, the
/// `expert` and the `booking`, and what is looked for; or the reference of what a visitor has `sent`.
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
    let form = use_posted_form("contact", CONTACT_FORM);
    let sent = Memo::new(move |_| query.with(|query| query.get("sent")).filter(|sent| is_reference(sent)));
    view! {
        <div class="form-page">
            {move || match sent.get() {
                Some(reference) => view! { <Sent locale reference/> }.into_any(),
                None => view! {
                    <Title text=text::title(locale)/>
                    <h1>{text::title(locale)}</h1>
                    <p class="lead">{text::lead(locale)}</p>
                    <Suspense fallback=|| view! { <Skeleton lines=8/> }>
                        {move || Suspend::new(async move {
                            match page.await {
                                Err(error) => view! { <ErrorState error/> }.into_any(),
                                Ok(data) => view! { <Form data form/> }.into_any(),
                            }
                        })}
                    </Suspense>
                }
                .into_any(),
            }}
        </div>
    }
    .into_any()
}

/// Whether it is written as references are: nothing else that stands in an address is shown.
fn is_reference(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// What a visitor sees who has written: the way to the conversation goes by e-mail alone.
#[component]
fn Sent(locale: Locale, reference: String) -> impl IntoView {
    view! {
        <Title text=text::sent_title(locale)/>
        <h1>{text::sent_title(locale)}</h1>
        <p class="lead">{text::sent_reference(locale, reference)}</p>
        <p>{text::sent_next(locale)}</p>
        <p>{text::sent_no_mail(locale)}</p>
        <p><LinkButton href=url::path(locale, Page::Contact)>{text::sent_again(locale)}</LinkButton></p>
    }
    .into_any()
}

#[component]
fn Form(data: Data, form: FormState) -> impl IntoView {
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
        <form
            id="write"
            method="post"
            on:submit=move |_| form.post()
            action="/contact/send"
            enctype="multipart/form-data"
            class="stack"
            novalidate=true
        >
            <FormErrors form/>
            // First, so that it is there where a form breaks off.
            <Hidden name="locale" value=locale.code()/>
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
            <Hidden name="form_key" value=data.form_key/>
            <Hidden name="expert" value=expert_id/>
            <Hidden name="booking" value=booking_id/>
            <Files form name="files" label=words::files(locale) hint=files_hint(locale)/>
            <Submit form text=text::send(locale)/>
        </form>
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
