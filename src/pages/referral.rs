//! The page behind a referral partner's link, where somebody asks for an offer of licences; and what the desks share.
//!
//! That it was read is recorded nowhere (S43).

use crate::{
    api::referral::{LeaveLead, read_licences},
    app::lazy::lazy_area,
    i18n::{Locale, use_locale},
    response,
    session::use_account,
    ui::{
        Checkbox, Choice, EmptyState, ErrorState, Field, FormErrors, FormState, Hidden, Notice, Select, Skeleton,
        Submit, Tag, TextArea, use_form_state,
    },
    url::{self, Page, WorkPage},
};
use gabarit_domain::referral::{Lead, Partnership};
use gabarit_i18n::referral as text;
use gabarit_view::{error::ApiError, referral::LicencesPage as Data};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::{
    SsrMode,
    any_nested_route::IntoAnyNestedRoute as _,
    components::Route,
    hooks::{use_params_map, use_query_map},
    path,
};

lazy_area! {
    /// The screen behind a partner's link.
    ReferralArea in People::Referral {
        Licences => LicencesPage,
    }
}

/// Routes of this area, below the language.
#[component(transparent)]
pub fn ReferralRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! { <Route path=path!("licences/:code") view=ReferralArea::Licences.lazy() ssr=SsrMode::Async/> }
        .into_inner()
        .into_any_nested_route()
}

/// Where a lead stands, in a word.
#[must_use]
pub fn lead_words(locale: Locale, state: Lead) -> &'static str {
    match state {
        Lead::New => text::lead_new(locale),
        Lead::Contacted => text::lead_contacted(locale),
        Lead::Quoted => text::lead_quoted(locale),
        Lead::Won => text::lead_won(locale),
        Lead::Lost => text::lead_lost(locale),
    }
}

/// Where a partnership stands, in a word.
#[must_use]
pub fn partner_words(locale: Locale, state: Partnership) -> &'static str {
    match state {
        Partnership::Asked => text::partner_asked(locale),
        Partnership::Granted => text::partner_granted(locale),
        Partnership::Refused => text::partner_refused(locale),
        Partnership::Ended => text::partner_ended(locale),
    }
}

/// The word on a lead.
#[component]
pub fn LeadTag(
    /// Its state.
    state: Lead,
) -> impl IntoView {
    let locale = use_locale();
    view! { <Tag strong=state.is_open()>{lead_words(locale, state)}</Tag> }
}

/// The page.
#[component]
fn LicencesPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let query = use_query_map();
    let account = use_account();
    let code = move || params.with(|params| params.get("code").unwrap_or_default());
    let sent = Memo::new(move |_| query.with(|query| query.get("sent").is_some()));
    let action = ServerAction::<LeaveLead>::new();
    let form = use_form_state("lead", action);
    let page = Resource::new_blocking(
        // Who signs in meanwhile may be the partner; after a form was sent, the next one has a key of its own.
        move || (code(), sent.get(), account.with(|account| account.as_ref().map(|account| account.id))),
        move |(code, ..)| read_licences(locale, code),
    );
    view! {
        <Title text=text::page_title(locale)/>
        <div class="form-page">
            <Transition fallback=|| view! { <Skeleton lines=8/> }>
                {move || Suspend::new(async move {
                    match page.await {
                        Err(ApiError::LinkExpired) => view! { <Gone/> }.into_any(),
                        Err(error) => view! { <h1>{text::page_title(locale)}</h1> <ErrorState error/> }.into_any(),
                        Ok(_) if sent.get_untracked() => view! { <Sent/> }.into_any(),
                        Ok(data) => view! { <Offer data action form/> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
    .into_any()
}

/// The partnership has ended: the link takes nothing any more, and says where else to go.
#[component]
fn Gone() -> impl IntoView {
    response::set_status(410);
    let locale = use_locale();
    view! {
        <h1>{text::gone_title(locale)}</h1>
        <p class="lead">{text::gone_text(locale)}</p>
        <p class="actions">
            <a class="button" href=url::path(locale, Page::Rentals)>{text::gone_rent(locale)}</a>
            " "
            <a class="button" href=url::path(locale, Page::Contact)>{text::gone_write(locale)}</a>
        </p>
    }
    .into_any()
}

#[component]
fn Sent() -> impl IntoView {
    let locale = use_locale();
    view! {
        <h1>{text::sent_title(locale)}</h1>
        <p class="lead" role="status">{text::sent_text(locale)}</p>
    }
    .into_any()
}

#[component]
fn Offer(data: Data, action: ServerAction<LeaveLead>, form: FormState) -> impl IntoView {
    let locale = use_locale();
    if data.own {
        return view! {
            <h1>{text::page_title(locale)}</h1>
            <EmptyState title=text::own_link(locale)>
                <a class="button" href=url::path(locale, Page::Work(WorkPage::Referrals))>{text::own_link_desk(locale)}</a>
            </EmptyState>
        }
        .into_any();
    }
    // Who is signed in need not type what is known.
    let account = use_account().get_untracked();
    let (name, email, phone) = account
        .map_or_else(Default::default, |account| (account.name, account.email, account.phone.unwrap_or_default()));
    let countries =
        data.countries.iter().map(|country| Choice::new(country.code.to_string(), country.name.clone())).collect();
    let website = form.problem("website");
    view! {
        <h1>{text::page_title(locale)}</h1>
        <p class="lead">{text::page_lead(locale, &data.partner)}</p>
        <ActionForm action attr:class="stack" attr:novalidate="">
            <FormErrors form/>
            <Field form name="organisation" label=text::form_organisation(locale) autocomplete="organization"/>
            <Field form name="contact_name" label=text::form_contact(locale) autocomplete="name" value=name/>
            <Field form name="email" label=text::form_email(locale) kind="email" autocomplete="email" value=email/>
            <Field
                form
                name="phone"
                label=text::form_phone(locale)
                kind="tel"
                autocomplete="tel"
                optional=true
                value=phone
            />
            <Products form products=data.products/>
            <Field form name="seats" label=text::form_seats(locale) inputmode="numeric"/>
            <Select
                form
                name="country"
                label=text::form_country(locale)
                choices=countries
                value=data.home.to_string()
                autocomplete="country"
            />
            <TextArea
                form
                name="message"
                label=text::form_message(locale)
                hint=text::form_message_hint(locale)
                optional=true
                rows=5
            />
            // Nobody sees this; what fills in every field it finds gives itself away.
            <div class="is-hidden">
                <label for="lead-website">{text::leave_empty(locale)}</label>
                // Told of it, nobody could empty what they do not see.
                <input
                    id="lead-website"
                    name="website"
                    type="text"
                    tabindex="-1"
                    autocomplete="off"
                    prop:value=move || website.with(|_| "")
                />
                <p>{move || website.get()}</p>
            </div>
            <Notice>{text::consent_hint(locale, &data.partner)}</Notice>
            <Checkbox form name="consent" called=text::consent(locale)>{text::consent(locale)}</Checkbox>
            <Hidden name="code" value=data.code.to_string()/>
            <Hidden name="form_key" value=data.form_key.to_string()/>
            <Hidden name="locale" value=locale.code().to_owned()/>
            <Submit form text=text::send(locale).to_owned()/>
        </ActionForm>
    }
    .into_any()
}

/// Products, several of them.
#[component]
fn Products(form: FormState, products: Vec<(String, String)>) -> impl IntoView {
    let locale = use_locale();
    let kept = form.initial("products", String::new());
    let chosen: Vec<String> = kept.split(',').map(ToOwned::to_owned).collect();
    let problem = form.problem("products");
    form.call("products", text::form_products(locale));
    let group = form.field_id("products");
    let boxes = products
        .into_iter()
        .map(|(code, name)| {
            let id = format!("{group}-{code}");
            let checked = chosen.contains(&code);
            view! {
                <div class="field-check">
                    <input id=id.clone() type="checkbox" name="products[]" value=code checked=checked/>
                    <label for=id>{name}</label>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field fieldset" id=group>
            <legend>{text::form_products(locale)}</legend>
            <div class="work-checks">{boxes}</div>
            {move || problem.get().map(|text| view! { <p class="field-error">{text}</p> })}
        </fieldset>
    }
    .into_any()
}
